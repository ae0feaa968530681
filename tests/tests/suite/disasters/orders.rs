//! A phone is retired or lost while it holds unsent work: sealed, in drafts, and in rows that it cannot read itself. It is
//! switched off after every step of the order, and before each step becomes a row.

use std::{collections::BTreeMap, io::Read as _};

use kandas_app::{
    store::home,
    sync::{
        self, Mode, Options,
        progress::{News, Progress},
    },
};
use kandas_fixtures::proxy::Weather;
use kandas_shared::{hash::Digest, order::OrderKind};

use crate::{
    centre::{Centre, Engine},
    delivery::on_both_engines,
    worker::{IDLE, Worker},
};

on_both_engines!(
    a_lost_phone_that_is_switched_off_at_every_step_gives_everything,
    a_retired_phone_that_is_switched_off_at_every_step_gives_everything,
);

/// Steps of an order as the phone tells them, with the row that stood before each.
const STEPS: [(&str, Option<&str>); 5] = [
    ("case-data-gone", Some("noted")),
    ("escrowed", Some("case_data_gone")),
    ("wiped", Some("escrowed")),
    ("delivered", Some("work_gone")),
    ("reported", None),
];

/// The battery is taken out as soon as this step is told.
struct SwitchedOff(&'static str);

impl Progress for SwitchedOff {
    fn news(&self, news: &News) {
        if let News::Order { phase, .. } = news {
            assert!(phase != self.0, "switched off");
        }
    }
}

async fn a_lost_phone_that_is_switched_off_at_every_step_gives_everything(engine: Engine) {
    gives_everything(engine, OrderKind::Lost).await;
}

async fn a_retired_phone_that_is_switched_off_at_every_step_gives_everything(engine: Engine) {
    gives_everything(engine, OrderKind::Retire).await;
}

async fn gives_everything(engine: Engine, kind: OrderKind) {
    let centre = Centre::open(engine).await;
    let mut worker = Worker::enrolled(&centre, 0).await;
    let activities = worker.activities(4).await;
    worker.complete(activities[0].1, &worker.shoot(1, 0, false)).await;
    worker.sync_until_done().await;
    worker.line.set_weather(Weather::Refuse);
    worker.complete(activities[1].1, &worker.shoot(1, 400_000, false)).await;
    worker.complete(activities[2].1, &worker.shoot(2, 0, false)).await;
    let draft = worker.begin(activities[3].1, &worker.shoot(1, 0, false)).await;
    let gathered = worker.app().draft_view(draft).await.unwrap().evidence;
    let proof = gathered[0].item.clone().unwrap();
    spoil(&worker).await;
    // The system ended the app behind the camera.
    let shot = format!("camera/{draft}/shot.jpg");
    std::fs::create_dir_all(worker.home.path().join(&shot).parent().unwrap()).unwrap();
    std::fs::write(worker.home.path().join(&shot), b"only the camera knew").unwrap();
    let sealed = worker.app().waiting().await.unwrap().records + received_records(&centre).await;
    let key = std::fs::read(worker.home.path().join("device.key")).unwrap();
    centre.order(worker.device().await, kind).await;
    worker.line.set_weather(Weather::Clear);

    for (step, before) in STEPS {
        let app = worker.app().clone();
        let options = Options { mode: Mode::Once, idle: IDLE, ..Options::default() };
        let ended = tokio::spawn(async move { sync::run(&app, &options, &SwitchedOff(step)).await }).await;
        assert!(ended.is_err_and(|error| error.is_panic()), "{kind}: {step} was never reached");
        if let Some(before) = before {
            // As if it had been switched off a moment earlier: the step was done, its row was not written.
            let mut conn = worker.app().store().conn().await.unwrap();
            let text = home::text(&mut conn, home::ORDER).await.unwrap().unwrap();
            let mut order: serde_json::Value = serde_json::from_str(&text).unwrap();
            order["phase"] = before.into();
            home::set(&mut conn, home::ORDER, order).await.unwrap();
        }
        worker.close().await;
        worker.open().await;
    }

    // The keys were still there when it was switched off for the last time; they are not any more.
    assert_ne!(std::fs::read(worker.home.path().join("device.key")).unwrap(), key);
    let wiped = sync::run(worker.app(), &Options::default(), &sync::progress::Silent).await;
    assert!(matches!(wiped, Err(sync::SyncError::NotEnrolled)), "it belongs to nobody: {wiped:?}");
    assert!(worker.app().families().await.unwrap().families.is_empty());
    assert!(worker.ledger().await.is_empty());
    assert!(worker.app().drafts().await.unwrap().is_empty());
    let left: Vec<_> = std::fs::read_dir(worker.home.path().join("vault")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    let store = std::fs::read(worker.home.path().join("store.db")).unwrap();
    for word in ["ТЕСТОВ", "бланк"] {
        assert!(!store.windows(word.len()).any(|window| window == word.as_bytes()), "{word} is still there");
    }

    // Everything sealed is in custody and nothing is awaited; what could not be sealed lies in the bundle.
    assert_eq!(centre.count("select count(*) from record").await, sealed);
    assert_eq!(centre.count("select count(*) from evidence_file where state = 'expected'").await, 0);
    assert_eq!(centre.count("select count(*) from device_order where done_at is null").await, 0);
    assert_eq!(centre.count("select count(*) from bundle where state = 'opened'").await, 1);
    let inside = opened(&centre);
    let drafts = String::from_utf8(inside["drafts.ndjson"].clone()).unwrap();
    assert_eq!(drafts.lines().count(), 1);
    assert!(drafts.contains(&draft.to_string()) && drafts.contains("бланк подписан"), "{drafts}");
    let photo = &inside[&format!("drafts/{}.file", proof.evidence)];
    assert_eq!((Digest::of(photo), photo.len() as u64), (proof.sha256, proof.size));
    assert_eq!(inside[&shot], b"only the camera knew");
    let manifest: kandas_app::bundle::Manifest = serde_json::from_slice(&inside["manifest.json"]).unwrap();
    assert_eq!((manifest.drafts, manifest.camera), (1, 1));
    assert_eq!(std::fs::read_dir(worker.home.path().join("camera")).unwrap().count(), 0, "nor there");
    let unreadable = String::from_utf8(inside["unreadable.ndjson"].clone()).unwrap();
    assert!(unreadable.contains(r#""source":"file""#), "{unreadable}");
    let told = "select count(*) from bundle where problems like '%never sealed stay%'
                and problems like '%rows the phone could not read stay%'
                and problems like '%1 files of the camera stay%'";
    assert_eq!(centre.count(told).await, 1, "the centre names what it could not take in");
    centre.assert_sound().await;
}

/// A fault of the memory: a file's row no longer says what kind of proof it is.
async fn spoil(worker: &Worker) {
    let mut conn = worker.app().store().conn().await.unwrap();
    let spoilt = sqlx::query(
        "update file set kind = 'phpto' where (evidence, part) in
           (select evidence, part from file where part = 'file' and state = 'waiting' and kind = 'photo' limit 1)",
    )
    .execute(&mut *conn)
    .await
    .unwrap();
    assert_eq!(spoilt.rows_affected(), 1);
}

async fn received_records(centre: &Centre) -> i64 {
    centre.count("select count(*) from record").await
}

/// What lies in the one bundle.
fn opened(centre: &Centre) -> BTreeMap<String, Vec<u8>> {
    let folder = std::fs::read_dir(centre.config.media_dir().join("bundle")).unwrap();
    let files: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let plain = age::decrypt(centre.keys.bundle_identity(), &std::fs::read(&files[0]).unwrap()).unwrap();
    let mut inside = BTreeMap::new();
    for entry in tar::Archive::new(plain.as_slice()).entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        inside.insert(entry.path().unwrap().display().to_string(), bytes);
    }
    inside
}

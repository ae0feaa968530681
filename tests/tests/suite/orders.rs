//! Orders to a phone: a lost one gives up its case data at once and its unsent work to the escrow key alone.

use kandas_fixtures::proxy::Weather;
use kandas_shared::order::OrderKind;

use crate::{
    centre::{Centre, Engine},
    delivery::on_both_engines,
    worker::Worker,
};

on_both_engines!(
    a_lost_phone_is_emptied_and_its_work_is_kept,
    a_retired_phone_delivers_everything_first,
    a_revoked_phone_may_still_deliver,
    a_wiped_phone_is_enrolled_anew_in_the_same_program,
    what_the_camera_wrote_and_no_draft_took_in_is_kept_too,
);

async fn a_lost_phone_is_emptied_and_its_work_is_kept(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activity = worker.activities(1).await[0].1;
    worker.complete(activity, &worker.shoot(1, 300_000, false)).await;
    centre.order(worker.device().await, OrderKind::Lost).await;
    for _ in 0..5 {
        if worker.sync().await.wiped {
            break;
        }
    }
    let left: Vec<_> = std::fs::read_dir(worker.home.path().join("vault")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(!worker.home.path().join("escrow.kfb").exists());
    for name in ["vault.key", "device.key", "home.age"] {
        assert!(!worker.home.path().join(name).exists(), "{name} is still there");
    }
    let store = std::fs::read(worker.home.path().join("store.db")).unwrap();
    let surname = "ТЕСТОВ".as_bytes();
    assert!(!store.windows(surname.len()).any(|window| window == surname), "a name is still in the file");
    assert!(worker.app().families().await.unwrap().families.is_empty());
    assert!(worker.ledger().await.is_empty());
    assert_eq!(centre.count("select count(*) from bundle").await, 1);
}

async fn a_retired_phone_delivers_everything_first(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activity = worker.activities(1).await[0].1;
    worker.complete(activity, &worker.shoot(1, 300_000, false)).await;
    let (records, files) = {
        let waiting = worker.app().waiting().await.unwrap();
        (waiting.records, waiting.files)
    };
    centre.order(worker.device().await, OrderKind::Retire).await;
    let mut wiped = false;
    for _ in 0..5 {
        wiped |= worker.sync().await.wiped;
        if wiped {
            break;
        }
    }
    assert!(wiped);
    assert_eq!(centre.count("select count(*) from record").await, records);
    let received = centre.count("select count(*) from evidence_file where state = 'received'").await;
    assert_eq!(received, files);
    assert_eq!(centre.count("select count(*) from bundle").await, 0, "nothing was left to escrow");
}

/// Syncs until an order has wiped the phone.
async fn wiped(worker: &Worker) {
    for _ in 0..5 {
        if worker.sync().await.wiped {
            return;
        }
    }
    panic!("it was never wiped");
}

async fn a_wiped_phone_is_enrolled_anew_in_the_same_program(engine: Engine) {
    let centre = Centre::open(engine).await;
    let mut worker = Worker::enrolled(&centre, 0).await;
    let (mut device, mut key) = (worker.device().await, worker.app().signer().public_key());
    let (mut records, mut files) = (0, 0);
    // Each phone that this program has been is ordered about by numbers that begin with one.
    for kind in [OrderKind::Lost, OrderKind::Retire, OrderKind::Lost] {
        centre.order(device, kind).await;
        wiped(&worker).await;
        let invitation = centre.invite(&worker.login, &worker.line).await;
        worker.try_enrol(invitation).await.unwrap();
        let now = (worker.device().await, worker.app().signer().public_key());
        assert!(now.0 != device && now.1 != key, "{kind}: to the centre it is another phone");
        (device, key) = now;
        worker.sync_until_done().await;
        let activity = worker.activities(1).await[0].1;
        worker.complete(activity, &worker.shoot(1, 0, false)).await;
        let waiting = worker.app().waiting().await.unwrap();
        (records, files) = (records + waiting.records, files + waiting.files);
        // What it sealed is there after a restart, and its keys open it.
        worker.close().await;
        worker.open().await;
        assert_eq!(worker.app().signer().public_key(), key, "{kind}");
        worker.sync_until_done().await;
        assert_eq!(worker.device().await, device);
    }
    assert_eq!(centre.count("select count(*) from device").await, 4);
    assert_eq!(centre.count("select count(*) from record").await, records);
    assert_eq!(centre.count("select count(*) from evidence_file where state = 'received'").await, files);
    assert_eq!(centre.count("select count(*) from device_order where done_at is null").await, 0);
    centre.assert_sound().await;
}

/// Nothing else is unsent: it alone is reason enough for a bundle.
async fn what_the_camera_wrote_and_no_draft_took_in_is_kept_too(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let camera = worker.home.path().join("camera");
    std::fs::create_dir_all(&camera).unwrap();
    std::fs::write(camera.join("shot.jpg"), b"only the camera knew").unwrap();
    centre.order(worker.device().await, OrderKind::Retire).await;
    wiped(&worker).await;
    assert_eq!(std::fs::read_dir(&camera).unwrap().count(), 0);
    let told = "select count(*) from bundle where problems like '%1 files of the camera stay in the bundle%'";
    assert_eq!(centre.count(told).await, 1);
}

async fn a_revoked_phone_may_still_deliver(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activity = worker.activities(1).await[0].1;
    worker.line.set_weather(Weather::Refuse);
    worker.complete(activity, &worker.shoot(1, 0, false)).await;
    let store = centre.store();
    let mut tx = store.write().await.unwrap();
    let now = centre.clock.wall();
    let device = worker.device().await;
    let of = kandas_server::devices::Deciding {
        reason: Some("test"),
        ..kandas_server::devices::Deciding::by_operator(now)
    };
    kandas_server::devices::revoke(&mut tx, &*centre.chance, of, device).await.unwrap();
    tx.commit().await.unwrap();
    worker.line.set_weather(Weather::Clear);
    worker.sync_until_done().await;
    assert_eq!(
        centre.count("select count(*) from record where verdict = 'held'").await,
        worker.ledger().await.len() as i64
    );
}

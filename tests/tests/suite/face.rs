//! The screens' calls with a real server behind them: enrolling, the first pull, a day without a signal and its arrival,
//! a pause, a link that costs.

use std::{path::Path, time::Duration};

use chrono::TimeDelta;
use kandas_app::face::{Face, call::Request, how, view::AttachAnswer};
use kandas_fixtures::{media::Kind, proxy::Weather};
use kandas_shared::{
    evidence::{EvidenceKind, Source},
    wire::PhoneSettings,
};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::{
    centre::{Centre, Engine},
    worker::Worker,
};

pub async fn ask(face: &Face, request: Value) -> Value {
    let parsed: Request = serde_json::from_value(request.clone()).unwrap();
    match face.dispatch(parsed).await {
        Ok(view) => serde_json::to_value(view).unwrap(),
        Err(problem) => panic!("{request}: {problem:?}"),
    }
}

/// Asks until the answer is as wanted.
pub async fn until(face: &Face, request: Value, wanted: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..600 {
        let answer = ask(face, request.clone()).await;
        if wanted(&answer) {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never as wanted: {:#}", ask(face, request).await);
}

/// A phone with a face whose loop runs, as in the bridge.
pub struct Screens {
    pub worker: Worker,
    pub face: Face,
    sending: JoinHandle<()>,
}

impl Screens {
    pub async fn new(centre: &Centre) -> Self {
        let worker = Worker::new(centre, 0, None).await;
        Self::of(worker).await
    }

    pub async fn of(worker: Worker) -> Self {
        let face = Face::new(worker.app().clone()).await.unwrap();
        let behind = face.clone();
        let sending = tokio::spawn(async move { behind.keep_sending().await });
        Self { worker, face, sending }
    }

    /// Enrols by the text of a QR and waits for the families.
    pub async fn enrol(&self, centre: &Centre) {
        let invitation = centre.invite(&self.worker.login, &self.worker.line).await;
        let answer = ask(&self.face, json!({"call": "enrol", "link": invitation.to_link()})).await;
        assert_eq!(answer["outcome"], "enrolled", "{answer}");
        ask(&self.face, json!({"call": "set_pin", "pin": "2580"})).await;
        until(&self.face, json!({"call": "phone"}), |phone| phone["stage"] == "ready").await;
    }

    /// Opens a completion of an activity and gives it everything but a video.
    pub async fn gather(&self, activity: &Value, files: &[(EvidenceKind, &Path)]) -> Value {
        let face = &self.face;
        let page = ask(face, json!({"call": "open_completion", "activities": [activity]})).await;
        let draft = page["draft"].clone();
        for person in page["consent_missing"].as_array().unwrap() {
            let said = json!({"call": "say_consent", "draft": draft, "person": person, "state": "given", "reason": "бланк"});
            ask(face, said).await;
        }
        for (kind, path) in files {
            let id = draft.as_str().unwrap().parse().unwrap();
            let bringing =
                face.begin_bringing(id, path.file_name().and_then(|name| name.to_str())).await.unwrap();
            std::fs::copy(path, &bringing.path).unwrap();
            let plain = how(Some(*kind), Source::Captured, None, None, None, None);
            let answer = face.bring(bringing, id, plain).await.unwrap();
            assert!(matches!(answer, AttachAnswer::Kept { .. }), "{answer:?}");
        }
        let position = json!({"field": "position", "value": {"lat": 53.2, "lon": 63.6, "accuracy_m": 8.0}});
        ask(face, json!({"call": "save", "draft": draft, "field": position})).await;
        if !files.iter().any(|(kind, _)| *kind == EvidenceKind::Video) {
            let reason = json!({"field": "no_video", "value": "nothing_to_film"});
            ask(face, json!({"call": "save", "draft": draft, "field": reason})).await;
        }
        draft
    }

    pub async fn seal(&self, draft: &Value) -> Value {
        let answer = ask(&self.face, json!({"call": "seal", "draft": draft})).await;
        assert_eq!(answer["outcome"], "sealed", "{answer}");
        answer["records"].as_array().unwrap().last().unwrap()["record"].clone()
    }

    pub async fn end(mut self) {
        self.sending.abort();
        let _ = self.sending.await;
        drop(self.face);
        self.worker.close().await;
    }
}

pub async fn simple(screens: &Screens) -> Value {
    let (_, activity, _) = screens.worker.activities(1).await[0];
    json!(activity)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_without_a_signal_arrives_sqlite() {
    a_day_without_a_signal_arrives(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_without_a_signal_arrives_postgres() {
    a_day_without_a_signal_arrives(Engine::Postgres).await;
}

async fn a_day_without_a_signal_arrives(engine: Engine) {
    let centre = Centre::open(engine).await;
    let screens = Screens::new(&centre).await;
    let face = &screens.face;
    assert_eq!(ask(face, json!({"call": "phone"})).await["stage"], "unenrolled");
    screens.enrol(&centre).await;
    let phone = ask(face, json!({"call": "phone"})).await;
    assert_eq!(phone["worker"]["name"], centre.district.workers().next().unwrap().name);
    assert_eq!(phone["lease"]["days_left"], 13, "the answer was a moment ago");
    let families = ask(face, json!({"call": "families"})).await;
    assert!(!families["families"].as_array().unwrap().is_empty());
    let again = centre.invite(&screens.worker.login, &screens.worker.line).await;
    let refused = ask(face, json!({"call": "enrol", "link": again.to_link()})).await;
    assert_eq!(refused["outcome"], "already_enrolled", "one phone, one worker");
    assert_eq!(refused["worker"]["name"], phone["worker"]["name"]);

    screens.worker.line.set_weather(Weather::BlackOut);
    let activity = simple(&screens).await;
    let files = screens.worker.shoot(2, 0, false);
    let photos: Vec<(EvidenceKind, &Path)> = files
        .iter()
        .filter(|file| file.kind != Kind::Video)
        .map(|file| (EvidenceKind::Photo, &*file.path))
        .collect();
    let draft = screens.gather(&activity, &photos).await;
    let record = screens.seal(&draft).await;
    ask(face, json!({"call": "sync_now"})).await;
    let today = until(face, json!({"call": "today"}), |today| today["sync"]["state"] == "offline").await;
    assert!(today["sync"]["records"].as_u64().unwrap() >= 1);
    let row = ask(face, json!({"call": "record", "record": record})).await;
    assert_eq!((&row["row"]["patch"], &row["row"]["receipt"]), (&json!("waiting"), &Value::Null));
    let sync = ask(face, json!({"call": "sync"})).await;
    assert!(sync["bytes_left"].as_u64().unwrap() > 0);
    let about = ask(face, json!({"call": "activity", "activity": activity})).await;
    assert_eq!(about["patch"], "waiting");

    screens.worker.line.set_weather(Weather::Clear);
    let mut watch = face.watch();
    ask(face, json!({"call": "sync_now"})).await;
    let row =
        until(face, json!({"call": "record", "record": record}), |row| row["row"]["state"] == "delivered")
            .await;
    assert_eq!(
        (&row["row"]["patch"], &row["row"]["files"], &row["row"]["files_delivered"]),
        (&json!("delivered"), &json!(2), &json!(2))
    );
    assert!(row["row"]["receipt"].as_i64().unwrap() > 0);
    assert!(
        row["evidence"]
            .as_array()
            .unwrap()
            .iter()
            .all(|tile| tile["state"] == "delivered" && tile["here"] == true)
    );
    let mut heard = Vec::new();
    while let Ok(event) = watch.try_recv() {
        heard.push(serde_json::to_value(event).unwrap()["event"].clone());
    }
    assert!(heard.contains(&json!("file")), "progress is told file by file: {heard:?}");
    let line = until(face, json!({"call": "sync"}), |sync| sync["line"]["state"] == "delivered").await;
    assert_eq!(
        (&line["bytes_left"], &line["next"], &line["storage"]["freeable"]),
        (&json!(0), &json!([]), &json!(0))
    );
    assert!(line["storage"]["evidence"].as_u64().unwrap() > 0);
    let sent = ask(face, json!({"call": "sent"})).await;
    assert_eq!(sent["month_delivered"], sent["month_records"]);
    until(face, json!({"call": "activity", "activity": activity}), |about| {
        about["patch"] == "delivered" && about["state"] != "planned"
    })
    .await;
    screens.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_holds_and_video_waits_for_a_link_that_does_not_cost() {
    let centre = Centre::open(Engine::Sqlite).await;
    let screens = Screens::new(&centre).await;
    let face = &screens.face;
    screens.enrol(&centre).await;
    until(face, json!({"call": "sync"}), |sync| sync["line"]["state"] == "delivered").await;
    ask(face, json!({"call": "pause_sync", "paused": true})).await;
    ask(face, json!({"call": "set_metered", "metered": true})).await;
    let activity = simple(&screens).await;
    let files = screens.worker.shoot(1, 300_000, false);
    let all: Vec<(EvidenceKind, &Path)> = files
        .iter()
        .map(|file| match file.kind {
            Kind::Video => (EvidenceKind::Video, &*file.path),
            _ => (EvidenceKind::Photo, &*file.path),
        })
        .collect();
    let draft = screens.gather(&activity, &all).await;
    let record = screens.seal(&draft).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let sync = ask(face, json!({"call": "sync"})).await;
    assert_eq!(
        (&sync["line"]["state"], &sync["paused"], &sync["link"]),
        (&json!("paused"), &json!(true), &json!("metered"))
    );
    assert_eq!(ask(face, json!({"call": "record", "record": record})).await["row"]["patch"], "waiting");

    ask(face, json!({"call": "pause_sync", "paused": false})).await;
    let sync = until(face, json!({"call": "sync"}), |sync| sync["line"]["state"] == "later").await;
    let waiting = sync["waiting"].as_array().unwrap();
    assert_eq!(waiting.len(), 1, "{sync:#}");
    assert_eq!((&waiting[0]["why"], &waiting[0]["kind"]), (&json!("video_needs_unmetered"), &json!("video")));
    assert_eq!(
        (&waiting[0]["number"], &waiting[0]["of"], &waiting[0]["record"]),
        (&json!(1), &json!(1), &record)
    );
    assert_eq!(sync["traffic"]["video_waiting"], sync["bytes_left"]);
    let before = sync["traffic"]["used"].as_u64().unwrap();
    assert!(before > 0, "what went over a link that costs is counted");
    let row = ask(face, json!({"call": "record", "record": record})).await;
    assert_eq!(
        (&row["row"]["patch"], &row["row"]["files_delivered"], &row["row"]["waits"]),
        (&json!("accepted"), &json!(1), &json!("video_needs_unmetered"))
    );

    ask(face, json!({"call": "send_video_now"})).await;
    until(face, json!({"call": "record", "record": record}), |row| row["row"]["state"] == "delivered").await;
    let sync = ask(face, json!({"call": "sync"})).await;
    assert!(
        sync["traffic"]["used"].as_u64().unwrap() > before + 300_000,
        "and so is what the worker sent anyway"
    );
    screens.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn delivered_files_may_be_freed_when_they_are_old_enough() {
    let centre = Centre::open(Engine::Sqlite).await;
    let screens = Screens::new(&centre).await;
    let face = &screens.face;
    screens.enrol(&centre).await;
    let activity = simple(&screens).await;
    let files = screens.worker.shoot(1, 0, false);
    let photos: Vec<(EvidenceKind, &Path)> =
        files.iter().map(|file| (EvidenceKind::Photo, &*file.path)).collect();
    let draft = screens.gather(&activity, &photos).await;
    let record = screens.seal(&draft).await;
    until(face, json!({"call": "record", "record": record}), |row| row["row"]["state"] == "delivered").await;
    assert_eq!(ask(face, json!({"call": "free_storage"})).await["files"], 0, "14 days");
    ask(face, json!({"call": "pause_sync", "paused": true})).await;
    // An organisation that would keep them for no day at all lowers nothing; told by hand, since the office cannot say so.
    let settings = PhoneSettings { keep_days: 0, lease_days: 60, ..PhoneSettings::default() };
    let mut conn = face.app().store().conn().await.unwrap();
    kandas_app::store::home::set_settings(&mut conn, &settings).await.unwrap();
    drop(conn);
    let sync = ask(face, json!({"call": "sync"})).await;
    assert_eq!((&sync["storage"]["freeable_files"], &sync["storage"]["keep_days"]), (&json!(0), &json!(14)));
    screens.worker.clock.set_later(TimeDelta::days(13));
    assert_eq!(ask(face, json!({"call": "free_storage"})).await["files"], 0, "13 days");
    screens.worker.clock.set_later(TimeDelta::days(14) + TimeDelta::seconds(1));
    let sync = ask(face, json!({"call": "sync"})).await;
    assert_eq!(sync["storage"]["freeable_files"], 1, "the photo; its small picture stays");
    let freed = ask(face, json!({"call": "free_storage"})).await;
    assert_eq!((&freed["files"], &freed["bytes"]), (&json!(1), &sync["storage"]["freeable"]));
    screens.worker.clock.set_later(TimeDelta::zero());
    let row = ask(face, json!({"call": "record", "record": record})).await;
    assert_eq!(
        (&row["evidence"][0]["state"], &row["evidence"][0]["here"]),
        (&json!("delivered"), &json!(false))
    );
    screens.end().await;
}

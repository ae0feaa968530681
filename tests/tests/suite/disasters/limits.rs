//! Limits are met: a month's bytes, a link that costs, a centre without room. Nothing is lost, and the phone says why
//! something waits.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use kandas_app::{
    ledger::{LedgerFile, LedgerState},
    store::{
        file::FileState,
        travel::{self, Moment},
    },
    sync::plan::Why,
};
use kandas_server::clock::SystemClock;
use kandas_shared::{evidence::Part, time::Clock, wire::PhoneSettings};

use crate::{
    centre::{Centre, Engine},
    delivery::on_both_engines,
    worker::Worker,
};

on_both_engines!(
    a_months_bytes_are_used_up_and_the_next_month_goes_on,
    a_centre_without_room_takes_records_and_the_files_wait,
);

/// The server a month later.
struct Later(SystemClock, TimeDelta);

impl Clock for Later {
    fn wall(&self) -> DateTime<Utc> {
        self.0.wall() + self.1
    }
    fn boot(&self) -> (String, u64) {
        self.0.boot()
    }
}

async fn unsent(worker: &Worker) -> Vec<LedgerFile> {
    let ledger = worker.ledger().await;
    let files = ledger.into_iter().flat_map(|item| item.files);
    files.filter(|file| file.part != Part::Original && file.state != FileState::Delivered).collect()
}

async fn a_months_bytes_are_used_up_and_the_next_month_goes_on(engine: Engine) {
    let mut centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activity = worker.activities(1).await[0].1;
    worker.complete(activity, &worker.shoot(4, 200_000, false)).await;
    let files = unsent(&worker).await;
    let sum = |part: Part| files.iter().filter(|f| f.part == part).map(|f| f.size).sum::<u64>();
    let photo = files.iter().filter(|f| f.kind.as_str() == "photo").map(|f| f.size).max().unwrap();
    // Room for records, thumbnails and about half of the photos.
    let limit = 40_000 + sum(Part::Thumbnail) + 2 * photo;
    centre.tell_phones(&PhoneSettings { monthly_metered_bytes: limit, ..PhoneSettings::default() }).await;
    let ended = worker.try_sync(true).await.unwrap();
    assert!(!ended.done);
    assert_eq!(ended.why, Some(Why::MonthlyLimit), "{ended:?}");
    let first = unsent(&worker).await;
    assert!(first.len() > 1 && first.len() < files.len(), "some went, some wait: {first:#?}");
    assert!(
        worker
            .ledger()
            .await
            .iter()
            .all(|item| item.state == LedgerState::Accepted || item.state == LedgerState::Delivered),
        "records always go"
    );
    assert!(ended.up + ended.down <= limit + 60_000, "{} of {limit}", ended.up + ended.down);
    let again = worker.try_sync(true).await.unwrap();
    assert_eq!((again.done, again.why), (false, Some(Why::MonthlyLimit)));
    assert_eq!(unsent(&worker).await.len(), first.len(), "no byte of a file more");

    // By the server's time it is another month; the video still waits for a link that costs nothing.
    centre.stop().await;
    centre.clock = Arc::new(Later(SystemClock::new(), TimeDelta::days(32)));
    centre.start().await;
    worker.line.set_upstream(centre.address());
    let ended = worker.try_sync(true).await.unwrap();
    let second = unsent(&worker).await;
    assert!(second.len() < first.len(), "{second:#?}");
    assert!(second.iter().any(|file| file.kind.as_str() == "video"));
    assert!(matches!(ended.why, Some(Why::MonthlyLimit | Why::VideoNeedsUnmetered)), "{ended:?}");
    worker.sync_until_done().await;
    worker.assert_delivered().await;
}

async fn a_centre_without_room_takes_records_and_the_files_wait(engine: Engine) {
    let mut centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activities = worker.activities(2).await;
    centre.limits.disk_reserve = u64::MAX / 4;
    centre.stop().await;
    centre.start().await;
    worker.line.set_upstream(centre.address());
    for (n, (_, activity, _)) in activities.iter().enumerate() {
        worker.complete(*activity, &worker.shoot(1 + n as u32, 100_000, false)).await;
        let ended = worker.sync().await;
        assert_eq!((ended.done, ended.why), (false, Some(Why::StorageFull)), "{ended:?}");
        assert!(ended.problem.is_some_and(|problem| problem.contains("storage-full")));
        let ledger = worker.ledger().await;
        assert_eq!(centre.count("select count(*) from record").await, ledger.len() as i64);
        let completed = ledger.iter().find(|item| item.activity == Some(*activity)).unwrap();
        assert_eq!(completed.state, LedgerState::Accepted, "in custody, its files wait");
        assert!(completed.files.iter().all(|f| matches!(f.state, FileState::Waiting | FileState::Kept)));
    }
    // The pause is a row: one for all files, shown with its reason.
    let (boot, ms) = worker.app().platform().clock.boot();
    let mut conn = worker.app().store().conn().await.unwrap();
    let pauses = travel::pauses(&mut conn, &Moment { boot, ms }).await.unwrap();
    drop(conn);
    assert!(pauses.iter().any(|pause| pause.scope == "media" && pause.problem.contains("storage-full")));

    centre.limits.disk_reserve = 0;
    centre.stop().await;
    centre.start().await;
    worker.line.set_upstream(centre.address());
    worker.sync_until_done().await;
    worker.assert_delivered().await;
    centre.assert_sound().await;
}

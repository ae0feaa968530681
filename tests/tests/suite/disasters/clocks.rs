//! The phone's clock is set back, set forward, believes in another zone. Work syncs all the same, the day is the civil
//! day in UTC+5, and when something was sealed can be told by what the server signed and by the clock that counts sleep.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kandas_app::store::{receipt, record};
use kandas_server::clock::SystemClock;
use kandas_shared::{
    calendar::civil_date,
    receipt::Receipt,
    record::{Reading, Record, read},
    time::Clock,
};

use crate::{
    centre::{Centre, Engine},
    delivery::on_both_engines,
    worker::Worker,
};

on_both_engines!(
    a_clock_that_is_set_between_two_records_changes_neither_day_nor_bracket,
    a_phone_in_the_old_zone_counts_days_in_utc_plus_five,
    after_a_restart_with_a_wrong_clock_the_day_is_not_before_the_last_signed_one,
);

/// The server's clock, moved.
struct Moved(SystemClock, TimeDelta);

impl Clock for Moved {
    fn wall(&self) -> DateTime<Utc> {
        self.0.wall() + self.1
    }
    fn boot(&self) -> (String, u64) {
        self.0.boot()
    }
}

/// The centre goes on at another time of the day.
async fn at(centre: &mut Centre, time: &str) {
    let by = time.parse::<DateTime<Utc>>().unwrap() - SystemClock::new().wall();
    centre.stop().await;
    centre.clock = Arc::new(Moved(SystemClock::new(), by));
    centre.start().await;
}

/// The last sealed completion with the server time of its receipt and of the checkpoint it names.
async fn last(worker: &Worker) -> (Record, DateTime<Utc>, DateTime<Utc>) {
    let id = worker.ledger().await.pop().unwrap().record;
    let mut conn = worker.app().store().conn().await.unwrap();
    let sealed = record::by_id(&mut conn, id).await.unwrap().unwrap();
    let Reading::Record(said) = read(&sealed.payload) else { panic!("{}", sealed.payload) };
    let seen = said.checkpoint.unwrap();
    let (since,): (DateTime<Utc>,) =
        sqlx::query_as("select time from checkpoint where epoch = $1 and size = $2")
            .bind(seen.epoch.0.to_vec())
            .bind(seen.size as i64)
            .fetch_one(&mut *conn)
            .await
            .unwrap();
    let statement = receipt::of_record(&mut conn, sealed.hash).await.unwrap().unwrap();
    let receipt: Receipt = serde_json::from_str(&statement.payload).unwrap();
    (*said, since, receipt.time())
}

async fn a_clock_that_is_set_between_two_records_changes_neither_day_nor_bracket(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activities = worker.activities(3).await;
    let today = civil_date(centre.clock.wall());
    let mut before: Option<(Record, DateTime<Utc>)> = None;
    for (wall, activity) in
        ["2015-03-01T10:00:00Z", "2040-03-01T10:00:00Z", "2026-01-01T00:00:00Z"].into_iter().zip(activities)
    {
        tokio::time::sleep(Duration::from_millis(300)).await;
        worker.clock.set_wall(wall);
        assert_eq!(worker.app().today().await.unwrap(), today, "{wall}");
        let began = centre.clock.wall();
        worker.complete_on(activity.1, &worker.shoot(1, 0, false), today).await;
        let sealed = centre.clock.wall();
        worker.sync_until_done().await;
        worker.assert_delivered().await;
        let (said, since, until) = last(&worker).await;
        assert_eq!(said.done_on, today);
        assert_eq!(said.sealed.wall.date_naive(), wall.parse::<DateTime<Utc>>().unwrap().date_naive());
        assert!(since <= began && sealed <= until, "sealed not before the checkpoint, not after receipt");
        if let Some((earlier, then)) = before.replace((said.clone(), sealed)) {
            // Years apart by the wall clock, in one boot: the clock that counts sleep knows better.
            assert_eq!(said.sealed.boot, earlier.sealed.boot);
            let passed = i64::try_from(said.sealed.boot_ms - earlier.sealed.boot_ms).unwrap();
            let really = (sealed - then).num_milliseconds();
            assert!((passed - really).abs() < 5_000, "{passed} ms, really {really} ms");
        }
    }
    assert_eq!(centre.count("select count(*) from record where verdict <> 'accepted'").await, 0);
}

async fn a_phone_in_the_old_zone_counts_days_in_utc_plus_five(engine: Engine) {
    let mut centre = Centre::open(engine).await;
    // 23:30 in UTC+5; in the old zone, UTC+6, it is half past midnight already.
    at(&mut centre, "2026-11-24T18:30:00Z").await;
    let worker = Worker::enrolled(&centre, 0).await;
    let day = |d| NaiveDate::from_ymd_opt(2026, 11, d).unwrap();
    worker.clock.set_offset_s(6 * 3600);
    let activities = worker.activities(3).await;
    for (wall, activity) in
        ["2026-11-24T18:30:00Z", "2026-11-24T19:30:00Z", "2026-11-24T17:30:00Z"].into_iter().zip(&activities)
    {
        worker.clock.set_wall(wall);
        let today = worker.app().today().await.unwrap();
        assert_eq!(today, day(24), "{wall}");
        worker.complete_on(activity.1, &worker.shoot(1, 0, false), today).await;
        worker.sync_until_done().await;
        worker.assert_delivered().await;
        let (said, _, until) = last(&worker).await;
        assert_eq!((said.done_on, said.sealed.offset_s), (day(24), 6 * 3600));
        assert_eq!(civil_date(until), day(24));
    }
    // A day of tomorrow, as the old zone would have it, is held and shown, not applied.
    let next = worker.activities(4).await[3].1;
    worker.complete_on(next, &worker.shoot(1, 0, false), day(25)).await;
    worker.sync().await;
    let item = worker.ledger().await.pop().unwrap();
    assert_eq!(item.reason.as_deref(), Some("future_date"), "{item:#?}");
}

async fn after_a_restart_with_a_wrong_clock_the_day_is_not_before_the_last_signed_one(engine: Engine) {
    let centre = Centre::open(engine).await;
    let mut worker = Worker::enrolled(&centre, 0).await;
    let today = civil_date(centre.clock.wall());
    worker.close().await;
    worker.clock.restart();
    worker.clock.set_wall("2015-03-01T10:00:00Z");
    worker.open().await;
    assert_eq!(worker.app().today().await.unwrap(), today);
    let activity = worker.activities(1).await[0].1;
    worker.complete_on(activity, &worker.shoot(1, 0, false), today).await;
    worker.sync_until_done().await;
    worker.assert_delivered().await;
    let (said, since, until) = last(&worker).await;
    assert!(since <= until);
    assert_eq!(said.sealed.wall.date_naive(), NaiveDate::from_ymd_opt(2015, 3, 1).unwrap());
}

//! Work recorded without any network arrives with every byte, through cuts, restarts and wrong clocks.

use kandas_app::{ledger::LedgerState, store::file::FileState, sync::plan::Why};
use kandas_fixtures::proxy::{Cut, Weather};
use kandas_shared::evidence::Part;

use crate::{
    centre::{Centre, Engine},
    worker::Worker,
};

macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(super::Engine::Sqlite).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name(super::Engine::Postgres).await;
            }
        }
    )+};
}
pub(crate) use on_both_engines;

on_both_engines!(
    a_day_without_network_arrives_through_a_line_that_cuts,
    small_files_need_one_request_each,
    an_interrupted_upload_goes_on_where_it_was,
    a_wrong_wall_clock_changes_nothing,
    a_damaged_file_goes_as_what_is_left_of_it,
    video_waits_for_a_link_that_costs_nothing,
    a_colleague_carries_the_work_of_a_phone_without_link,
    a_server_that_starts_again_in_the_middle_is_no_trouble,
);

async fn small_files_need_one_request_each(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activity = worker.activities(1).await[0].1;
    worker.complete(activity, &worker.shoot(1, 0, false)).await;
    worker.sync_until_done().await;
    worker.assert_delivered().await;
    // Photo and thumbnail: nobody ever held an upload of them.
    assert_eq!(centre.count("select count(*) from upload where state = 'finished' and fence = 0").await, 2);
    assert_eq!(centre.count("select count(*) from upload").await, 2);
}

async fn a_day_without_network_arrives_through_a_line_that_cuts(engine: Engine) {
    let centre = Centre::open(engine).await;
    let workers = [Worker::enrolled(&centre, 0).await, Worker::enrolled(&centre, 1).await];
    for (number, worker) in workers.iter().enumerate() {
        let has = worker.app().families().await.unwrap().families.len();
        let user = centre.district.workers().nth(number).unwrap();
        assert_eq!(has, centre.district.families_of(user.id).count());

        worker.line.set_weather(Weather::Refuse);
        let activities = worker.activities(3).await;
        let aside = worker.complete(activities[0].1, &worker.shoot(2, 0, true)).await;
        assert_eq!(aside.len(), 3, "{aside:?}");
        worker.complete(activities[1].1, &worker.shoot(1, 1_500_000, false)).await;
        worker.complete(activities[2].1, &worker.shoot(1, 0, false)).await;
        let ended = worker.sync().await;
        assert!(!ended.done, "there was no line");
        assert!(worker.ledger().await.iter().all(|item| item.state == LedgerState::Recorded));
    }
    for (seed, worker) in workers.iter().enumerate() {
        worker.line.set_weather(Weather::Clear);
        worker.line.cut_always(seed as u64 + 5, 60_000..500_000);
        for _ in 0..6 {
            worker.sync().await;
        }
        assert!(worker.line.traffic().cut > 0, "the line was too good");
        worker.line.cut_none();
        worker.sync_until_done().await;
        worker.assert_delivered().await;
    }
    let mut files = 0;
    let mut records = 0;
    for worker in &workers {
        for item in worker.ledger().await {
            records += 1;
            files += item.files.iter().filter(|file| file.part != Part::Original).count();
        }
    }
    assert_eq!(centre.count("select count(*) from record").await, records);
    let received = centre.count("select count(*) from evidence_file where state = 'received'").await;
    assert_eq!(usize::try_from(received).unwrap(), files);
    let verdicts = centre.count("select count(*) from record where verdict <> 'accepted'").await;
    assert_eq!(verdicts, 0);
}

async fn an_interrupted_upload_goes_on_where_it_was(engine: Engine) {
    let centre = Centre::open(engine).await;
    let mut worker = Worker::enrolled(&centre, 0).await;
    let activity = worker.activities(1).await[0].1;
    worker.complete(activity, &worker.shoot(1, 3_000_000, false)).await;
    let before = worker.line.traffic().up;
    // The connection that carries the video dies in its middle, and so does the program. The pull may come first and
    // has a connection of its own.
    worker.line.cut_next([Cut { up: Some(2_000_000), down: None }; 2]);
    let ended = worker.sync().await;
    assert!(!ended.done);
    let ledger = worker.ledger().await;
    let video = |items: &[kandas_app::ledger::LedgerItem]| {
        items.iter().flat_map(|item| item.files.clone()).max_by_key(|file| file.size).unwrap()
    };
    let file = video(&ledger);
    assert_eq!(file.state, FileState::Uploading);
    worker.close().await;
    worker.open().await;
    worker.sync_until_done().await;
    worker.assert_delivered().await;
    let total: u64 = worker.ledger().await.iter().flat_map(|item| item.files.clone()).map(|f| f.sent).sum();
    let up = worker.line.traffic().up - before;
    // What was on the wire when it was cut goes twice, at most a piece and what the sockets held.
    assert!(up < total + 1_500_000, "{up} bytes for {total}");
}

async fn a_wrong_wall_clock_changes_nothing(engine: Engine) {
    let centre = Centre::open(engine).await;
    for (number, wall) in ["2015-03-01T10:00:00Z", "2040-03-01T10:00:00Z"].into_iter().enumerate() {
        let worker = Worker::new(&centre, number, Some(wall)).await;
        let invitation = centre.invite(&worker.login, &worker.line).await;
        worker.try_enrol(invitation).await.unwrap();
        assert!(worker.sync().await.done);
        let activity = worker.activities(1).await[0].1;
        worker.complete(activity, &worker.shoot(1, 0, false)).await;
        worker.sync_until_done().await;
        worker.assert_delivered().await;
    }
}

async fn a_damaged_file_goes_as_what_is_left_of_it(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activities = worker.activities(2).await;
    worker.complete(activities[0].1, &worker.shoot(1, 1_000_000, false)).await;
    let path = worker.largest_vault_file();
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    std::fs::write(&path, bytes).unwrap();
    worker.complete(activities[1].1, &worker.shoot(1, 0, false)).await;
    worker.sync_until_done().await;
    let ledger = worker.ledger().await;
    let damaged: Vec<_> =
        ledger.iter().flat_map(|item| &item.files).filter(|f| f.state == FileState::Damaged).collect();
    assert_eq!(damaged.len(), 1, "{ledger:#?}");
    assert_eq!(ledger[0].state, LedgerState::Accepted, "a damaged file is never called delivered");
    assert_eq!(ledger[1].state, LedgerState::Delivered);
    assert_eq!(centre.count("select count(*) from evidence_file where state = 'salvaged'").await, 1);
}

async fn video_waits_for_a_link_that_costs_nothing(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activity = worker.activities(1).await[0].1;
    worker.complete(activity, &worker.shoot(1, 400_000, false)).await;
    let ended = worker.try_sync(true).await.unwrap();
    assert!(!ended.done);
    assert_eq!(ended.why, Some(Why::VideoNeedsUnmetered));
    let ledger = worker.ledger().await;
    let left: Vec<_> = ledger[0].files.iter().filter(|f| f.state == FileState::Waiting).collect();
    assert_eq!(left.len(), 1, "only the video waits: {ledger:#?}");
    assert!(worker.sync().await.done);
    worker.assert_delivered().await;
}

async fn a_colleague_carries_the_work_of_a_phone_without_link(engine: Engine) {
    let centre = Centre::open(engine).await;
    let author = Worker::enrolled(&centre, 0).await;
    let carrier = Worker::enrolled(&centre, 1).await;
    author.line.set_weather(Weather::Refuse);
    let activity = author.activities(1).await[0].1;
    author.complete(activity, &author.shoot(1, 0, false)).await;
    let card = tempfile::tempdir().unwrap();
    let path = card.path().join("work.kfb");
    author.app().export_bundle(&path).await.unwrap();

    let options = kandas_app::sync::Options { idle: crate::worker::IDLE, ..Default::default() };
    for _ in 0..2 {
        let silent = kandas_app::sync::progress::Silent;
        let done = kandas_app::sync::deliver::deliver(carrier.app(), &path, &options, &silent, |_, _| {})
            .await
            .unwrap();
        assert!(["received", "opened"].contains(&done.state.as_str()), "{done:?}");
    }
    // The phone itself learns of it when it has a link again: everything is known.
    author.line.set_weather(Weather::Clear);
    author.sync_until_done().await;
    author.assert_delivered().await;
    let records = author.ledger().await.len();
    assert_eq!(usize::try_from(centre.count("select count(*) from record").await).unwrap(), records);
}

async fn a_server_that_starts_again_in_the_middle_is_no_trouble(engine: Engine) {
    let mut centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activity = worker.activities(1).await[0].1;
    worker.complete(activity, &worker.shoot(1, 2_000_000, false)).await;
    worker.line.cut_next([Cut { up: Some(900_000), down: None }; 2]);
    assert!(!worker.sync().await.done);
    centre.stop().await;
    centre.start().await;
    worker.line.set_upstream(centre.address());
    worker.sync_until_done().await;
    worker.assert_delivered().await;
}

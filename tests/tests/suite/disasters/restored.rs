//! Yesterday's back-up is restored while three phones went on working.

use kandas_app::{ledger::LedgerState, store::file::FileState};
use kandas_fixtures::proxy::{Cut, Weather};
use kandas_server::facts::Event;
use kandas_shared::{
    evidence::Part,
    ids::{AssignmentId, FamilyId, UserId},
    pulled::{Assignment, Row},
};

use crate::{
    centre::{Centre, Engine, day},
    delivery::on_both_engines,
    worker::Worker,
};

on_both_engines!(
    yesterdays_back_up_is_restored_while_three_phones_went_on,
    what_is_nowhere_any_more_is_said_and_asked_for_again_after_the_next_restore,
);

async fn yesterdays_back_up_is_restored_while_three_phones_went_on(engine: Engine) {
    let mut centre = Centre::open(engine).await;
    let mut workers = Vec::new();
    for number in 0..3 {
        workers.push(Worker::enrolled(&centre, number).await);
    }
    let mut tasks = Vec::new();
    for worker in &workers {
        let activities = worker.activities(4).await;
        worker.complete(activities[0].1, &worker.shoot(1, 200_000, false)).await;
        worker.sync_until_done().await;
        worker.assert_delivered().await;
        tasks.push(activities);
    }
    assert!(
        workers[0].makes_room().await >= 2,
        "what was delivered before the copy has left the first phone"
    );
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("yesterday");
    centre.back_up(&copy).await;

    // The first delivers and makes room: after the restore this is nowhere. The second is cut in the middle of a video
    // and then has no link. The third delivers.
    workers[0].complete(tasks[0][1].1, &workers[0].shoot(1, 0, false)).await;
    workers[0].sync_until_done().await;
    let nowhere = workers[0].makes_room().await;
    assert!(nowhere >= 1, "the photo");
    workers[1].complete(tasks[1][1].1, &workers[1].shoot(1, 2_000_000, false)).await;
    // The client may hold a spare connection ready: whichever it takes is cut.
    workers[1].line.cut_next([Cut { up: Some(1_200_000), down: None }; 3]);
    assert!(!workers[1].sync().await.done);
    workers[1].line.cut_none();
    workers[1].line.set_weather(Weather::Refuse);
    workers[1].complete(tasks[1][2].1, &workers[1].shoot(2, 0, false)).await;
    workers[2].complete(tasks[2][1].1, &workers[2].shoot(1, 300_000, false)).await;
    workers[2].sync_until_done().await;
    workers[2].assert_delivered().await;
    // The office gives one of the third's families to the first, in the journal that will be lost.
    let given = tasks[2][0].0;
    let has = async |worker: &Worker, family: FamilyId| {
        worker.pulled().await.iter().any(|row| matches!(row, Row::Family(f) if f.id == family))
    };
    give(&centre, given, &workers[0].login).await;
    workers[0].sync_until_done().await;
    assert!(has(&workers[0], given).await);

    centre.restore(&copy).await;
    // The office goes on too: other facts take the positions that were lost.
    let third = user(&centre, &workers[2].login);
    let other = centre.district.families_of(third.0).find(|family| family.id != given.0).unwrap();
    let other = FamilyId(other.id);
    give(&centre, other, &workers[0].login).await;
    for worker in &workers {
        worker.line.set_upstream(centre.address());
        worker.line.set_weather(Weather::Clear);
    }
    workers[2].complete(tasks[2][2].1, &workers[2].shoot(1, 0, false)).await;
    for worker in &workers {
        worker.sync_until_done().await;
    }

    // The first phone: what the copy has is delivered again, though its bytes left long ago; the rest is nowhere.
    let ledger = workers[0].ledger().await;
    assert_eq!(ledger[0].state, LedgerState::Delivered, "{:#?}", ledger[0]);
    let last = ledger.last().unwrap();
    assert_eq!(last.state, LedgerState::Accepted, "never called delivered: {last:#?}");
    let lost: Vec<_> = last.files.iter().filter(|file| file.freed && file.part != Part::Original).collect();
    assert_eq!(lost.len(), nowhere);
    assert!(lost.iter().all(|f| f.state == FileState::Damaged && f.reason.as_deref() == Some("freed")));
    workers[1].assert_delivered().await;
    workers[2].assert_delivered().await;

    let mut records = 0;
    for worker in &workers {
        records += worker.ledger().await.len();
    }
    assert_eq!(centre.count("select count(*) from record").await, records as i64, "each once");
    assert_eq!(centre.count("select count(*) from record where verdict = 'held'").await, 0);
    let told = centre
        .count("select count(*) from evidence_file where state = 'salvaged' and salvage_size = 0")
        .await;
    assert_eq!(told, nowhere as i64, "the centre says so too");
    assert_eq!(centre.count("select count(*) from evidence_file where state = 'expected'").await, 0);
    for (number, worker) in workers.iter().enumerate() {
        worker.assert_up_to_date(&centre, number).await;
    }
    assert!(has(&workers[0], other).await && !has(&workers[0], given).await, "that gift never happened");
    centre.assert_sound().await;
}

async fn what_is_nowhere_any_more_is_said_and_asked_for_again_after_the_next_restore(engine: Engine) {
    let mut centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let folder = tempfile::tempdir().unwrap();
    let (old, newer) = (folder.path().join("old"), folder.path().join("newer"));
    centre.back_up(&old).await;
    let activity = worker.activities(1).await[0].1;
    worker.complete(activity, &worker.shoot(1, 0, false)).await;
    worker.sync_until_done().await;
    assert!(worker.makes_room().await >= 1);
    centre.back_up(&newer).await;

    centre.restore(&old).await;
    worker.line.set_upstream(centre.address());
    worker.sync_until_done().await;
    assert_eq!(worker.ledger().await.last().unwrap().state, LedgerState::Accepted);
    assert!(worker.sync().await.done, "no loop");

    // A newer back-up is found after all: what was given up is asked for again.
    centre.restore_into(&newer, "again").await;
    worker.line.set_upstream(centre.address());
    worker.sync_until_done().await;
    worker.assert_delivered().await;
    assert_eq!(centre.count("select count(*) from evidence_file where state = 'salvaged'").await, 0);
}

fn user(centre: &Centre, login: &str) -> UserId {
    UserId(centre.district.workers().find(|user| user.login == login).unwrap().id)
}

/// The family is given to another worker as well.
async fn give(centre: &Centre, family: FamilyId, login: &str) {
    let id = AssignmentId::draw(centre.clock.wall(), kandas_server::chance::bytes(&*centre.chance));
    let worker = user(centre, login);
    centre.append([Event::AssignmentSet(Assignment { id, family, worker, from: day(), to: None })]).await;
}

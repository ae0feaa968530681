//! The machine's disk went back to a snapshot and nobody told the server: within one epoch it is behind its own word.

use kandas_app::{ledger::LedgerState, store::file::FileState};

use crate::{
    centre::{Centre, Engine},
    delivery::on_both_engines,
    worker::Worker,
};

on_both_engines!(a_server_behind_its_own_word_is_offered_what_it_forgot,);

async fn a_server_behind_its_own_word_is_offered_what_it_forgot(engine: Engine) {
    let mut centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activities = worker.activities(4).await;
    worker.complete(activities[0].1, &worker.shoot(1, 0, false)).await;
    worker.sync_until_done().await;
    // Or it would do so again from the copy, and be no shorter than before.
    centre.settle().await;
    let snapshot = centre.snapshot().await;
    worker.line.set_upstream(centre.address());
    // Receipted above the snapshot, and its copies have left the phone; then one that has not.
    worker.complete(activities[1].1, &worker.shoot(1, 0, false)).await;
    worker.sync_until_done().await;
    assert!(worker.makes_room().await >= 1, "the photo");
    worker.complete(activities[2].1, &worker.shoot(1, 250_000, false)).await;
    worker.sync_until_done().await;
    worker.assert_delivered().await;
    let records = centre.count("select count(*) from record").await;

    centre.roll_back(snapshot).await;
    assert!(centre.count("select count(*) from record").await < records);
    worker.line.set_upstream(centre.address());
    worker.complete(activities[3].1, &worker.shoot(1, 0, false)).await;
    worker.sync_until_done().await;
    let ledger = worker.ledger().await;
    assert_eq!(centre.count("select count(*) from record").await, ledger.len() as i64, "each once");
    assert_eq!(centre.count("select count(*) from record where verdict = 'held'").await, 0);
    // Nothing is called delivered that the server does not have.
    for item in &ledger {
        let gone = item.files.iter().any(|file| file.state == FileState::Damaged);
        let expected = if gone { LedgerState::Accepted } else { LedgerState::Delivered };
        assert_eq!(item.state, expected, "{item:#?}");
    }
    let gone = ledger.iter().flat_map(|item| &item.files).filter(|f| f.state == FileState::Damaged).count();
    assert_eq!(gone, 1, "the photo whose copy had left: {ledger:#?}");
    let salvaged = "select count(*) from evidence_file where state = 'salvaged' and salvage_size = 0";
    assert_eq!(centre.count(salvaged).await, 1);
    worker.assert_up_to_date(&centre, 0).await;
}

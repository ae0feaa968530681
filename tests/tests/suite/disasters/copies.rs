//! A phone's home is copied, or goes back to an old copy: chains part, nothing is lost, nothing is hidden.

use kandas_app::ledger::LedgerState;
use kandas_fixtures::proxy::Weather;
use kandas_shared::record::{Reading, read};

use crate::{
    centre::{Centre, Engine},
    delivery::on_both_engines,
    worker::{Worker, copy_folder},
};

on_both_engines!(
    a_home_on_two_phones_forks_and_both_go_on,
    a_store_from_an_old_copy_opens_a_chain_that_names_the_old_one,
    a_colleague_brings_the_work_of_a_phone_that_is_no_more,
);

async fn a_home_on_two_phones_forks_and_both_go_on(engine: Engine) {
    let centre = Centre::open(engine).await;
    let mut first = Worker::enrolled(&centre, 0).await;
    let activities = first.activities(6).await;
    first.complete(activities[0].1, &first.shoot(1, 0, false)).await;
    first.sync_until_done().await;
    let (chain, _) = first.app().chain().await.unwrap();
    first.close().await;
    let second = first.twin(&centre).await;
    first.open().await;

    // Both seal at the same number: the one whose record comes first goes on, whoever that is.
    first.complete(activities[1].1, &first.shoot(1, 0, false)).await;
    second.line.set_weather(Weather::Refuse);
    second.complete(activities[2].1, &second.shoot(1, 150_000, false)).await;
    first.sync_until_done().await;
    first.assert_delivered().await;
    second.line.set_weather(Weather::Clear);
    second.sync_until_done().await;
    let forked = second.ledger().await.into_iter().filter(|item| item.state == LedgerState::Held);
    let forked: Vec<_> = forked.collect();
    assert!(!forked.is_empty(), "the second branch is held");
    assert!(forked.iter().any(|item| item.reason.as_deref() == Some("fork")), "{forked:#?}");
    assert_ne!(second.app().chain().await.unwrap().0, chain, "it goes on in a chain of its own");

    // What comes after is ordinary work on both.
    for (worker, activity) in [(&first, activities[3].1), (&second, activities[4].1)] {
        let before = worker.ledger().await.len();
        worker.complete(activity, &worker.shoot(1, 0, false)).await;
        worker.sync_until_done().await;
        for item in &worker.ledger().await[before..] {
            assert_eq!(item.state, LedgerState::Delivered, "{item:#?}");
        }
    }
    let new = second.ledger().await.pop().unwrap();
    let payload = payload(&second, new.record).await;
    assert_eq!(payload.continues, Some(chain), "the new chain names the old one");

    // Every record that either of them sealed is in custody, with every file.
    let mut hashes: Vec<_> = first.ledger().await.iter().map(|item| item.hash).collect();
    hashes.extend(second.ledger().await.iter().map(|item| item.hash));
    hashes.sort_unstable_by_key(|hash| hash.0);
    hashes.dedup();
    assert_eq!(centre.count("select count(*) from record").await, hashes.len() as i64);
    assert_eq!(
        centre.count("select count(*) from record where verdict = 'held'").await,
        forked.len() as i64,
        "shown at the centre as well"
    );
    assert_eq!(centre.count("select count(*) from evidence_file where state = 'expected'").await, 0);
    first.assert_up_to_date(&centre, 0).await;
    second.assert_up_to_date(&centre, 0).await;
    centre.assert_sound().await;
}

async fn a_store_from_an_old_copy_opens_a_chain_that_names_the_old_one(engine: Engine) {
    let centre = Centre::open(engine).await;
    let mut worker = Worker::enrolled(&centre, 0).await;
    let activities = worker.activities(4).await;
    worker.complete(activities[0].1, &worker.shoot(1, 0, false)).await;
    worker.sync_until_done().await;
    worker.close().await;
    let copy = tempfile::tempdir().unwrap();
    copy_folder(worker.home.path(), copy.path());
    worker.open().await;
    worker.complete(activities[1].1, &worker.shoot(1, 0, false)).await;
    worker.sync_until_done().await;
    let (old, _) = worker.app().chain().await.unwrap();
    let delivered = worker.ledger().await;
    worker.close().await;

    // Only the database goes back; the camera files of what came after are still there.
    for name in ["store.db-wal", "store.db-shm"] {
        let _ = std::fs::remove_file(worker.home.path().join(name));
    }
    std::fs::copy(copy.path().join("store.db"), worker.home.path().join("store.db")).unwrap();
    worker.open().await;
    let orphans = worker.app().orphans().await.unwrap();
    assert!(!orphans.is_empty(), "files that no row knows are offered back, not deleted");
    worker.complete(activities[2].1, &worker.shoot(1, 0, false)).await;
    worker.sync_until_done().await;
    let held = centre.count("select count(*) from record where verdict = 'held'").await;
    // What was sealed before the phone heard that it is behind takes a number that is taken.
    let forked = worker.ledger().await.iter().filter(|item| item.state == LedgerState::Held).count();
    assert_eq!(held, forked as i64);
    worker.complete(activities[3].1, &worker.shoot(1, 0, false)).await;
    worker.sync_until_done().await;
    let last = worker.ledger().await.pop().unwrap();
    assert_eq!(last.state, LedgerState::Delivered);
    let first =
        worker.ledger().await.into_iter().find(|item| item.seq == 1 && item.hash != delivered[0].hash);
    let sealed = payload(&worker, first.unwrap().record).await;
    assert_eq!(sealed.continues, Some(old));
    for item in delivered {
        let known = format!(
            "select count(*) from record where verdict = 'accepted' and hash = {}",
            blob(&centre, &item.hash.0)
        );
        assert_eq!(centre.count(&known).await, 1, "what was delivered stays as it was");
    }
    worker.assert_up_to_date(&centre, 0).await;
    centre.assert_sound().await;
}

async fn a_colleague_brings_the_work_of_a_phone_that_is_no_more(engine: Engine) {
    let centre = Centre::open(engine).await;
    let mut author = Worker::enrolled(&centre, 0).await;
    let carrier = Worker::enrolled(&centre, 1).await;
    author.line.set_weather(Weather::Refuse);
    let activities = author.activities(2).await;
    author.complete(activities[0].1, &author.shoot(2, 700_000, false)).await;
    author.complete(activities[1].1, &author.shoot(1, 0, false)).await;
    let waiting = author.app().waiting().await.unwrap();
    let card = tempfile::tempdir().unwrap();
    let path = card.path().join("unsent.kfb");
    let bundle = author.app().export_bundle(&path).await.unwrap();
    assert_eq!((bundle.records as i64, bundle.files as i64), (waiting.records, waiting.files));
    author.close().await;
    std::fs::remove_dir_all(author.home.path()).unwrap();

    let options = kandas_app::sync::Options { idle: crate::worker::IDLE, ..Default::default() };
    let silent = kandas_app::sync::progress::Silent;
    let done =
        kandas_app::sync::deliver::deliver(carrier.app(), &path, &options, &silent, |_, _| {}).await.unwrap();
    assert_eq!(done.state, "opened");
    assert_eq!(
        done.statements.len() as i64,
        1 + waiting.files,
        "a receipt for the records, one for each file"
    );
    assert_eq!(centre.count("select count(*) from record where verdict = 'accepted'").await, waiting.records);
    let received = centre.count("select count(*) from evidence_file where state = 'received'").await;
    assert_eq!(received, waiting.files);
    assert!(carrier.ledger().await.is_empty(), "the carrier is only the carrier");
    centre.assert_sound().await;
}

async fn payload(worker: &Worker, record: kandas_shared::ids::RecordId) -> kandas_shared::record::Record {
    let mut conn = worker.app().store().conn().await.unwrap();
    let sealed = kandas_app::store::record::by_id(&mut conn, record).await.unwrap().unwrap();
    let Reading::Record(record) = read(&sealed.payload) else { panic!("{}", sealed.payload) };
    *record
}

/// Bytes as the engine writes them in SQL.
fn blob(centre: &Centre, bytes: &[u8]) -> String {
    let hex = hex::encode(bytes);
    if centre.config.database.starts_with("postgres") {
        format!("decode('{hex}', 'hex')")
    } else {
        format!("x'{hex}'")
    }
}

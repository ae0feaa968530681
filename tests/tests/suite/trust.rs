//! The phone speaks to its own server and to nobody else, and believes nothing that is not signed.

use kandas_app::sync::{
    SyncError,
    enrol::{Introduction, enrol},
    http::Failure,
};
use kandas_fixtures::proxy::Cut;
use kandas_shared::hash::Digest;

use crate::{
    centre::{Centre, Engine},
    delivery::on_both_engines,
    worker::{IDLE, Worker},
};

on_both_engines!(
    another_server_is_refused,
    a_typed_code_is_held_against_a_fingerprint,
    a_code_works_once,
    a_restored_store_goes_on_in_a_new_chain,
    a_restored_server_is_offered_everything_again,
    a_new_server_key_is_followed,
    a_lost_answer_to_enrolment_comes_again_even_after_a_new_key,
    a_rewritten_journal_is_not_believed,
);

async fn another_server_is_refused(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::new(&centre, 0, None).await;
    let invitation = centre.invite(&worker.login, &worker.line).await;

    let mut other = invitation.clone();
    other.pin = Some(Digest::of(b"another certificate"));
    let refused = worker.try_enrol(other).await;
    assert!(matches!(refused, Err(SyncError::Http(Failure::WrongServer(_)))), "{refused:?}");

    // Without a pin the certificate must lead to a public root.
    let mut other = invitation.clone();
    other.pin = None;
    let refused = worker.try_enrol(other).await;
    assert!(matches!(refused, Err(SyncError::Http(Failure::WrongServer(_)))), "{refused:?}");

    assert_eq!(centre.count("select count(*) from device").await, 0, "nothing was given away");
    worker.try_enrol(invitation).await.unwrap();

    // A server with the right certificate and another signing key is not believed.
    let stranger = Worker::new(&centre, 1, None).await;
    let mut other = centre.invite(&stranger.login, &stranger.line).await;
    other.server_key = worker.app().signer().public_key();
    let refused = stranger.try_enrol(other).await;
    assert!(matches!(refused, Err(SyncError::Untrusted(_))), "{refused:?}");
}

async fn a_typed_code_is_held_against_a_fingerprint(engine: Engine) {
    let centre = Centre::open(engine).await;
    let told = centre.keys.public_key().fingerprint();
    for (number, read_out, fits) in
        [(0, told.replace('-', " ").to_uppercase(), true), (1, "0".repeat(20), false)]
    {
        let worker = Worker::new(&centre, number, None).await;
        let invitation = centre.invite(&worker.login, &worker.line).await;
        let typed = Introduction::typed(invitation.url, invitation.code, invitation.pin, Some(read_out));
        let enrolled = enrol(worker.app(), &typed, IDLE).await;
        if fits {
            assert_eq!(enrolled.unwrap().server_key, centre.keys.public_key());
        } else {
            assert!(matches!(enrolled, Err(SyncError::Untrusted(_))), "{enrolled:?}");
        }
    }
}

async fn a_code_works_once(engine: Engine) {
    let centre = Centre::open(engine).await;
    let first = Worker::new(&centre, 0, None).await;
    let second = Worker::new(&centre, 0, None).await;
    let invitation = centre.invite(&first.login, &first.line).await;
    first.try_enrol(invitation.clone()).await.unwrap();
    let refused = second.try_enrol(invitation.clone()).await;
    let Err(SyncError::Http(failure)) = refused else { panic!("{refused:?}") };
    assert_eq!(failure.code().map(|code| code.as_str()), Some("enrol-code-used"));
    assert!(matches!(first.try_enrol(invitation).await, Err(SyncError::AlreadyEnrolled)));
}

async fn a_restored_store_goes_on_in_a_new_chain(engine: Engine) {
    let centre = Centre::open(engine).await;
    let mut worker = Worker::enrolled(&centre, 0).await;
    let activities = worker.activities(2).await;
    let (old, _) = worker.app().chain().await.unwrap();

    // The phone's folder is copied, then goes on; later the copy comes back.
    worker.close().await;
    let copy = tempfile::tempdir().unwrap();
    let folder = |from: &std::path::Path, to: &std::path::Path| {
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
            }
        }
    };
    folder(worker.home.path(), copy.path());
    worker.open().await;
    worker.complete(activities[0].1, &worker.shoot(1, 0, false)).await;
    worker.sync_until_done().await;
    worker.close().await;
    for name in ["store.db-wal", "store.db-shm"] {
        let _ = std::fs::remove_file(worker.home.path().join(name));
    }
    folder(copy.path(), worker.home.path());
    worker.open().await;

    assert!(worker.sync().await.done);
    let (new, _) = worker.app().chain().await.unwrap();
    assert_ne!(old, new, "the store is behind the server");
    worker.complete(activities[1].1, &worker.shoot(1, 0, false)).await;
    worker.sync_until_done().await;
    worker.assert_delivered().await;
    let held = centre.count("select count(*) from record where verdict = 'held'").await;
    assert_eq!(held, 0, "nothing forked");
}

async fn a_restored_server_is_offered_everything_again(engine: Engine) {
    let mut centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activities = worker.activities(2).await;
    worker.complete(activities[0].1, &worker.shoot(1, 0, false)).await;
    worker.sync_until_done().await;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    centre.back_up(&copy).await;
    // This one is delivered and receipted, and then lost by the server.
    worker.complete(activities[1].1, &worker.shoot(1, 400_000, false)).await;
    worker.sync_until_done().await;
    worker.assert_delivered().await;
    let records = centre.count("select count(*) from record").await;
    let files = centre.count("select count(*) from evidence_file where state = 'received'").await;

    centre.restore(&copy).await;
    assert!(centre.count("select count(*) from record").await < records, "the copy is older");
    worker.line.set_upstream(centre.address());
    worker.sync_until_done().await;
    worker.assert_delivered().await;
    assert_eq!(centre.count("select count(*) from record").await, records);
    assert_eq!(centre.count("select count(*) from evidence_file where state = 'received'").await, files);
}

async fn a_new_server_key_is_followed(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let old = centre.keys.public_key();
    for _ in 0..2 {
        // While it serves, and once before the phone asks again.
        centre.rotate().await;
        let activity = worker.activities(1).await[0].1;
        worker.complete(activity, &worker.shoot(1, 0, false)).await;
        worker.sync_until_done().await;
        worker.assert_delivered().await;
    }
    assert_ne!(old, centre.keys.public_key());
}

async fn a_lost_answer_to_enrolment_comes_again_even_after_a_new_key(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::new(&centre, 0, None).await;
    let invitation = centre.invite(&worker.login, &worker.line).await;
    // The server has taken it in, and not a byte of its answer comes back.
    let mut lost = 0;
    for down in (600..6_000).step_by(200) {
        worker.line.cut_next([Cut { up: None, down: Some(down) }]);
        match worker.try_enrol(invitation.clone()).await {
            Err(_) => lost += centre.count("select count(*) from device").await,
            Ok(()) => panic!("the whole answer came within {down} bytes"),
        }
        if lost > 0 {
            break;
        }
    }
    assert_eq!(lost, 1, "the code is used and the phone does not know");
    // The QR is older than the key that the server has by now.
    centre.rotate().await;
    worker.line.cut_none();
    worker.try_enrol(invitation).await.unwrap();
    assert_eq!(centre.count("select count(*) from device").await, 1);
    assert!(worker.sync().await.done);
    let activity = worker.activities(1).await[0].1;
    worker.complete(activity, &worker.shoot(1, 0, false)).await;
    worker.sync_until_done().await;
    worker.assert_delivered().await;
}

async fn a_rewritten_journal_is_not_believed(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    // As if the server had once shown this phone another journal.
    let mut conn = worker.app().store().conn().await.unwrap();
    let changed = sqlx::query("update checkpoint set root = zeroblob(32)").execute(&mut *conn).await.unwrap();
    assert!(changed.rows_affected() > 0);
    drop(conn);
    let activity = worker.activities(1).await[0].1;
    worker.complete(activity, &worker.shoot(1, 0, false)).await;
    let ended = worker.sync().await;
    assert!(!ended.done);
    assert!(ended.problem.is_some_and(|problem| problem.contains("does not continue")));
    assert_eq!(centre.count("select count(*) from record").await, 0, "nothing was given to it");
}

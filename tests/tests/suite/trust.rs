//! The phone speaks to its own server and to nobody else, and believes nothing that is not signed.

use kandas_app::sync::{SyncError, http::Failure};
use kandas_shared::hash::Digest;

use crate::{
    centre::{Centre, Engine},
    delivery::on_both_engines,
    worker::Worker,
};

on_both_engines!(another_server_is_refused, a_code_works_once, a_restored_store_goes_on_in_a_new_chain);

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

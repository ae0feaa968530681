//! The camera's own file stays on the phone until somebody at the centre wants to see it.

use kandas_app::{ledger::LedgerState, store::file::FileState};
use kandas_server::evidence::call::CallError;
use kandas_shared::{
    evidence::{EvidenceKind, Part},
    hash::Digest,
    ids::EvidenceId,
};

use crate::{
    centre::{Centre, Engine},
    delivery::on_both_engines,
    worker::Worker,
};

on_both_engines!(an_original_comes_when_it_is_called_for, a_file_sent_as_it_was_has_no_other_original);

async fn an_original_comes_when_it_is_called_for(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activity = worker.activities(1).await[0].1;
    let photos = worker.shoot_wide(1, 4_000, 0, false);
    worker.complete(activity, &photos).await;
    worker.sync_until_done().await;
    let original = |items: &[kandas_app::ledger::LedgerItem]| {
        items.iter().flat_map(|item| item.files.clone()).find(|file| file.part == Part::Original).unwrap()
    };
    let kept = original(&worker.ledger().await);
    assert_eq!(kept.state, FileState::Kept, "it stays until it is called for");
    let received = "select count(*) from evidence_file where state = 'received'";
    let before = centre.count(received).await;

    centre.call_original(kept.evidence).await.unwrap();
    assert!(!matches!(original(&worker.ledger().await).state, FileState::Delivered));
    worker.sync_until_done().await;
    let sent = original(&worker.ledger().await);
    assert_eq!(sent.state, FileState::Delivered, "with a receipt");
    assert!(worker.ledger().await.iter().all(|item| item.state == LedgerState::Delivered));
    assert_eq!(centre.count(received).await, before + 1);
    centre.assert_sound().await;
    let bytes = std::fs::read(&photos[0].path).unwrap();
    assert_eq!((sent.size, sent.sha256), (bytes.len() as u64, Digest::of(&bytes)), "the camera's own");
    let in_custody = "select count(*) from evidence_file where part = 'original' and state = 'received'";
    assert_eq!(centre.count(in_custody).await, 1);

    let again = centre.call_original(kept.evidence).await.unwrap_err();
    assert!(matches!(again, CallError::Received(_)), "{again}");
    // What was called for is part of the journal: a rebuild comes to the same, and the next pull changes nothing.
    worker.sync_until_done().await;
    centre.assert_sound().await;
}

async fn a_file_sent_as_it_was_has_no_other_original(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activity = worker.activities(1).await[0].1;
    worker.complete(activity, &worker.shoot(1, 400_000, false)).await;
    worker.sync_until_done().await;
    let ledger = worker.ledger().await;
    let video = ledger[0].files.iter().find(|file| file.kind == EvidenceKind::Video).unwrap();
    let called = centre.call_original(video.evidence).await;
    assert!(matches!(called, Err(CallError::NoOriginal(_))), "{called:?}");
    let unknown = EvidenceId(uuid::Uuid::from_u128(1));
    assert!(matches!(centre.call_original(unknown).await, Err(CallError::Unknown(_))));
}

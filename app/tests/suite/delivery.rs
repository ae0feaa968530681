//! Receipts, epochs, chains that are behind, the ledger, and what may leave the phone.

use chrono::TimeDelta;
use kandas_app::{
    app::App,
    chain::{ChainStanding, Receipted},
    ledger::LedgerState,
    store::{
        file::{self, FileState},
        home, pulled, record, travel,
    },
};
use kandas_shared::{
    cursor::Kind,
    evidence::{FileRef, Part},
    hash::{Digest, Epoch},
    jws::Jws,
    receipt::{FileReceipt, RecordItem, RecordsReceipt, Verdict},
    service::ServiceCode,
    wire::ChainHead,
};

use crate::support::{Phone, World, photo, pull, ready, sealed};

const FIRST: Epoch = Epoch([1; 16]);
const SECOND: Epoch = Epoch([2; 16]);

/// A statement that only has to be kept; signatures are checked before.
fn statement(text: &str) -> Jws {
    Jws { protected: "header".into(), payload: text.into(), signature: "signature".into() }
}

async fn receipt_records(app: &App, epoch: Epoch, verdict: Verdict, reason: Option<&str>) -> Receipted {
    let (boot, ms) = app.platform().clock.boot();
    let mut conn = app.store().conn().await.unwrap();
    let waiting = record::waiting(&mut conn, &boot, ms, 200).await.unwrap().rows;
    drop(conn);
    let items = waiting.iter().enumerate().map(|(n, sealed)| RecordItem {
        hash: sealed.hash,
        record: Some(sealed.record),
        verdict,
        reason: reason.map(str::to_owned),
        position: Some(n as u64 + 1),
    });
    let time = app.platform().clock.wall();
    let said = RecordsReceipt { v: 1, epoch, time, carrier: World::new().device, items: items.collect() };
    app.settle_records(&statement(&format!("records {epoch} {time}")), &said).await.unwrap()
}

async fn receipt_file(app: &App, epoch: Epoch, name: FileRef, sha256: Digest, size: u64) -> bool {
    let time = app.platform().clock.wall();
    let said = FileReceipt {
        v: 1,
        epoch,
        time,
        evidence: name.evidence,
        part: name.part,
        sha256,
        size,
        position: 9,
        salvage: false,
    };
    app.settle_file(&statement(&format!("{name} {epoch}")), &said).await.unwrap()
}

async fn waiting_files(app: &App) -> Vec<file::Waiting> {
    let (boot, ms) = app.platform().clock.boot();
    let mut conn = app.store().conn().await.unwrap();
    file::waiting(&mut conn, &boot, ms, 100).await.unwrap().rows
}

async fn one_sealed(phone: &Phone) -> (App, World) {
    let (app, world) = phone.enrolled().await;
    let folder = tempfile::tempdir().unwrap();
    let draft =
        ready(&app, &[world.activity(world.head, ServiceCode::S01)], &photo(folder.path(), 1, 2_400)).await;
    sealed(&app, draft).await;
    app.meet_epoch(FIRST).await.unwrap();
    (app, world)
}

#[tokio::test]
async fn the_ledger_says_delivered_only_when_everything_has_its_receipt() {
    let phone = Phone::new(41);
    let (app, _) = one_sealed(&phone).await;
    let state = async |app: &App| app.ledger().await.unwrap()[0].state;
    assert_eq!(state(&app).await, LedgerState::Recorded);
    assert!(waiting_files(&app).await.iter().all(|waiting| !waiting.record_in_custody));
    assert_eq!(receipt_records(&app, SECOND, Verdict::Accepted, None).await, Receipted::OtherEpoch);
    assert_eq!(state(&app).await, LedgerState::Recorded, "a receipt of another epoch counts for nothing");
    receipt_records(&app, FIRST, Verdict::Accepted, None).await;
    assert_eq!(state(&app).await, LedgerState::Accepted);

    let files = waiting_files(&app).await;
    let classes: Vec<_> = files.iter().map(|waiting| waiting.file.part).collect();
    assert_eq!(classes, [Part::Thumbnail, Part::File], "small things first, the original stays");
    assert!(files.iter().all(|waiting| waiting.record_in_custody));
    for (n, waiting) in files.iter().enumerate() {
        let file = &waiting.file;
        let size = file.size.unsigned_abs();
        assert!(!receipt_file(&app, SECOND, file.name(), file.sha256, size).await);
        assert!(!receipt_file(&app, FIRST, file.name(), Digest::of(b"other"), size).await);
        assert!(receipt_file(&app, FIRST, file.name(), file.sha256, size).await);
        assert_eq!(state(&app).await, if n == 0 { LedgerState::Accepted } else { LedgerState::Delivered });
    }
    assert_eq!(app.waiting().await.unwrap(), kandas_app::store::outbox::Count::default());

    // A new epoch: nothing counts any more, everything is offered again, the pull starts over.
    assert_eq!(app.meet_epoch(FIRST).await.unwrap(), None);
    assert_eq!(app.meet_epoch(SECOND).await.unwrap(), Some((1, 2)));
    assert_eq!(state(&app).await, LedgerState::Recorded);
    let mut conn = app.store().conn().await.unwrap();
    assert_eq!(pulled::state(&mut conn).await.unwrap().next_cursor(), None);
    drop(conn);
    let waiting = app.waiting().await.unwrap();
    assert_eq!((waiting.records, waiting.files), (1, 2));
    receipt_records(&app, SECOND, Verdict::Known, None).await;
    for waiting in waiting_files(&app).await {
        let file = &waiting.file;
        assert!(receipt_file(&app, SECOND, file.name(), file.sha256, file.size.unsigned_abs()).await);
    }
    assert_eq!(state(&app).await, LedgerState::Delivered);
}

#[tokio::test]
async fn held_and_refused_are_shown_with_their_reason() {
    let phone = Phone::new(42);
    let (app, _) = one_sealed(&phone).await;
    receipt_records(&app, FIRST, Verdict::Refused, Some("unknown_key")).await;
    let item = app.ledger().await.unwrap().remove(0);
    assert_eq!((item.state, item.reason.as_deref()), (LedgerState::Refused, Some("unknown_key")));
    assert_eq!(app.waiting().await.unwrap().records, 0, "no loop");
    let mut conn = app.store().conn().await.unwrap();
    record::offer_again(&mut conn, item.hash).await.unwrap();
    drop(conn);
    receipt_records(&app, FIRST, Verdict::Held, Some("activity_cancelled")).await;
    let item = app.ledger().await.unwrap().remove(0);
    assert_eq!((item.state, item.reason.as_deref()), (LedgerState::Held, Some("activity_cancelled")));
    assert!(waiting_files(&app).await.iter().all(|waiting| waiting.record_in_custody), "held is custody");
}

#[tokio::test]
async fn a_store_that_is_behind_opens_a_new_chain() {
    let phone = Phone::new(43);
    let (app, world) = one_sealed(&phone).await;
    let (old, seq) = app.chain().await.unwrap();
    let hash = app.ledger().await.unwrap()[0].hash;
    let same = ChainHead { chain: old, seq, hash };
    assert_eq!(app.compare_chain(None).await.unwrap(), ChainStanding::InStep);
    assert_eq!(app.compare_chain(Some(&same)).await.unwrap(), ChainStanding::InStep);
    let ahead = ChainHead { seq: seq + 2, ..same };
    assert_eq!(app.compare_chain(Some(&ahead)).await.unwrap(), ChainStanding::Behind);
    assert_eq!(app.compare_chain(Some(&ahead)).await.unwrap(), ChainStanding::InStep, "once is enough");
    let (new, seq) = app.chain().await.unwrap();
    assert_ne!(new, old);
    assert_eq!(seq, 0);
    let folder = tempfile::tempdir().unwrap();
    let draft =
        ready(&app, &[world.activity(world.spouse, ServiceCode::S11)], &photo(folder.path(), 2, 640)).await;
    let first = sealed(&app, draft).await.remove(0);
    assert_eq!((first.chain, first.seq), (new, 1));
    let mut conn = app.store().conn().await.unwrap();
    let sealed = record::by_id(&mut conn, first.record).await.unwrap().unwrap();
    drop(conn);
    assert!(sealed.payload.contains(&format!(r#""continues":"{old}""#)));

    let forked = ChainHead { chain: new, seq: 1, hash: Digest::of(b"another") };
    assert_eq!(app.compare_chain(Some(&forked)).await.unwrap(), ChainStanding::Forked);
    // A record that is held as a fork does the same.
    let draft =
        ready(&app, &[world.activity(world.spouse, ServiceCode::S11)], &photo(folder.path(), 3, 640)).await;
    crate::support::sealed(&app, draft).await;
    let (before, _) = app.chain().await.unwrap();
    receipt_records(&app, FIRST, Verdict::Held, Some("fork")).await;
    assert_ne!(app.chain().await.unwrap().0, before);
}

#[tokio::test]
async fn only_what_was_delivered_long_ago_leaves_the_phone() {
    let phone = Phone::new(44);
    let (app, _) = one_sealed(&phone).await;
    let mut conn = app.store().conn().await.unwrap();
    home::note_signed_time(&mut conn, phone.clock_wall(), &*phone.clock).await.unwrap();
    drop(conn);
    receipt_records(&app, FIRST, Verdict::Accepted, None).await;
    let [thumbnail, photo] = waiting_files(&app).await.try_into().unwrap();
    for file in [&thumbnail.file, &photo.file] {
        assert!(receipt_file(&app, FIRST, file.name(), file.sha256, file.size.unsigned_abs()).await);
    }
    let (thumbnail, photo) = (thumbnail.file, photo.file);
    assert_eq!((thumbnail.part, photo.part), (Part::Thumbnail, Part::File));
    phone.clock.advance(TimeDelta::days(13));
    assert_eq!(app.free_delivered().await.unwrap().files, 0, "too early");
    phone.clock.set_wall("2040-01-01T00:00:00Z");
    assert_eq!(app.free_delivered().await.unwrap().files, 0, "the wall clock plays no part");
    phone.clock.advance(TimeDelta::days(2));
    assert_eq!(app.free_delivered().await.unwrap().files, 1, "small pictures stay to be looked at");
    assert!(app.vault().path(thumbnail.name()).exists());
    assert!(!app.vault().path(photo.name()).exists());
    let file = &app.ledger().await.unwrap()[0].files;
    assert!(file.iter().any(|f| f.part == Part::File && f.freed && f.state == FileState::Delivered));
    app.close().await;
    let app = phone.open().await;
    assert!(app.startup().missing.is_empty(), "what was freed is not missed");
    // In a new epoch a freed copy cannot be sent again: the server will be asked whether it has the file.
    app.meet_epoch(SECOND).await.unwrap();
    let files = &app.ledger().await.unwrap()[0].files;
    let freed = files.iter().find(|file| file.part == Part::File).unwrap();
    assert_eq!((freed.state, freed.freed), (FileState::Waiting, true));
    receipt_records(&app, SECOND, Verdict::Known, None).await;
    let (boot, ms) = app.platform().clock.boot();
    let mut conn = app.store().conn().await.unwrap();
    let asked = travel::outgoing_files(&mut conn, &travel::Moment { boot, ms }).await.unwrap();
    assert!(asked.iter().any(|file| file.freed && file.file == photo.name()));
    // Nobody has it: it is damage, and in the epoch after that it is asked for again.
    file::set_damaged(&mut conn, photo.name(), "freed", Some(file::nothing())).await.unwrap();
    drop(conn);
    app.meet_epoch(FIRST).await.unwrap();
    let files = &app.ledger().await.unwrap()[0].files;
    let freed = files.iter().find(|file| file.part == Part::File).unwrap();
    assert_eq!((freed.state, freed.reason.as_deref()), (FileState::Waiting, None));
}

#[tokio::test]
async fn gone_never_deletes_what_unsent_work_points_to() {
    let phone = Phone::new(45);
    let (app, world) = one_sealed(&phone).await;
    let everything: Vec<_> = world.rows().iter().map(|row| (row.kind(), row.id())).collect();
    pull(&app, &[], &everything).await;
    let view = app.family(world.family).await.unwrap();
    assert_eq!((view.persons.len(), view.activities.len()), (4, world.activities.len()));
    let mut conn = app.store().conn().await.unwrap();
    assert!(pulled::all(&mut conn, Kind::Family).await.unwrap().rows.is_empty(), "for the scope it is gone");
    drop(conn);
    receipt_records(&app, FIRST, Verdict::Accepted, None).await;
    for waiting in waiting_files(&app).await {
        let file = &waiting.file;
        assert!(receipt_file(&app, FIRST, file.name(), file.sha256, file.size.unsigned_abs()).await);
    }
    pull(&app, &[], &[]).await;
    assert!(app.family(world.family).await.is_err(), "with the last receipt it leaves");
}

#[tokio::test]
async fn an_order_leaves_nothing() {
    let phone = Phone::new(46);
    let (app, world) = one_sealed(&phone).await;
    app.wipe_case_data().await.unwrap();
    assert!(app.family(world.family).await.is_err());
    assert_eq!(app.ledger().await.unwrap().len(), 1, "unsent work is still there");
    app.wipe_everything().await.unwrap();
    let left: Vec<_> = walk(phone.home.path());
    assert!(left.iter().all(|path| path.ends_with("lock")), "{left:?}");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files
}

//! Files that were damaged on the phone after they were signed: what is left arrives as salvage, both sides say so, and
//! nothing is tried for ever.

use std::{
    fs,
    path::{Path, PathBuf},
};

use kandas_app::{
    ledger::{LedgerFile, LedgerState},
    store::{event, file::FileState},
};
use kandas_fixtures::{
    media::{CameraFile, Kind},
    proxy::Cut,
};
use kandas_server::one;
use kandas_shared::{evidence::EvidenceKind, hash::Digest};

use crate::{
    centre::{Centre, Engine},
    delivery::on_both_engines,
    worker::Worker,
};

on_both_engines!(
    damage_in_the_middle_of_an_upload_saves_what_lies_before_it,
    a_file_whose_head_is_damaged_goes_as_it_lies,
    a_file_that_is_gone_is_said_to_be_missing,
);

const SIZE: u64 = 3_000_000;

/// A completion with a film of which nothing but the film is still to go.
async fn film(centre: &Centre) -> (Worker, CameraFile) {
    let worker = Worker::enrolled(centre, 0).await;
    let activity = worker.activities(1).await[0].1;
    let shot = worker.shoot(1, SIZE, false);
    worker.complete(activity, &shot).await;
    assert!(!worker.try_sync(true).await.unwrap().done, "the film waits for a link that costs nothing");
    (worker, shot.into_iter().find(|file| file.kind == Kind::Video).unwrap())
}

async fn damage_in_the_middle_of_an_upload_saves_what_lies_before_it(engine: Engine) {
    let centre = Centre::open(engine).await;
    let (worker, film) = film(&centre).await;
    // A third of it is with the server already.
    worker.line.cut_next([Cut { up: Some(1_000_000), down: None }; 3]);
    worker.sync().await;
    worker.line.cut_none();
    assert_eq!(state(&worker).await.state, FileState::Uploading);
    damage(&worker.largest_vault_file(), 2_000_000);
    worker.sync_until_done().await;

    let told = state(&worker).await;
    assert_eq!((told.state, told.reason.as_deref()), (FileState::Damaged, Some("damaged")));
    let (state, sha256, size) = at_the_centre(&centre).await;
    assert_eq!(state, "salvaged");
    // Whole pieces of 64 KiB before the damage, which lies near the two millionth byte.
    assert!((1_900_000..2_000_001).contains(&size), "{size}");
    let whole = fs::read(&film.path).unwrap();
    let rest = &whole[..usize::try_from(size).unwrap()];
    assert_eq!(sha256, Digest::of(rest));
    assert!(media_files(&centre).iter().any(|path| fs::read(path).unwrap() == rest), "the rest is kept");
    assert_settled(&centre, &worker).await;
}

async fn a_file_whose_head_is_damaged_goes_as_it_lies(engine: Engine) {
    let centre = Centre::open(engine).await;
    let (worker, _) = film(&centre).await;
    let path = worker.largest_vault_file();
    damage(&path, 40);
    worker.sync_until_done().await;
    assert_eq!(state(&worker).await.state, FileState::Damaged);
    // Whoever has the organisation's recovery key may still get something out of it.
    let raw = fs::read(&path).unwrap();
    let (state, sha256, size) = at_the_centre(&centre).await;
    assert_eq!((state.as_str(), size, sha256), ("salvaged", raw.len() as i64, Digest::of(&raw)));
    assert_settled(&centre, &worker).await;
}

async fn a_file_that_is_gone_is_said_to_be_missing(engine: Engine) {
    let centre = Centre::open(engine).await;
    let (worker, _) = film(&centre).await;
    fs::remove_file(worker.largest_vault_file()).unwrap();
    worker.sync_until_done().await;
    let told = state(&worker).await;
    assert_eq!((told.state, told.reason.as_deref()), (FileState::Damaged, Some("missing")));
    let (state, sha256, size) = at_the_centre(&centre).await;
    let nothing = ("salvaged", Digest::of(b""), 0);
    assert_eq!((state.as_str(), sha256, size), nothing, "the centre is told that nothing is left of it");
    assert_settled(&centre, &worker).await;
}

/// The phone says it in its list of what happened and never calls the record delivered; further runs move nothing.
async fn assert_settled(centre: &Centre, worker: &Worker) {
    let mut conn = worker.app().store().conn().await.unwrap();
    let events = event::last(&mut conn, 50).await.unwrap();
    drop(conn);
    assert_eq!(events.iter().filter(|event| event.kind == "file_damaged").count(), 1, "{events:#?}");
    let ledger = worker.ledger().await;
    let item = ledger.iter().find(|item| !item.files.is_empty()).unwrap();
    assert_eq!(item.state, LedgerState::Accepted, "never called delivered");
    // What the centre notices by itself comes when it comes.
    let positions = "select count(*) from journal where kind not in ('findings.computed', 'check.sampled')";
    let before = centre.count(positions).await;
    for _ in 0..2 {
        let ended = worker.sync().await;
        assert!(ended.done, "{ended:?}");
        assert!(ended.up < 10_000, "{} bytes for nothing", ended.up);
    }
    assert_eq!(centre.count(positions).await, before);
    // What had come of the whole file before the damage runs out by itself.
    assert_eq!(
        centre.count("select count(*) from upload where state = 'open' and target like 's:%'").await,
        0
    );
}

fn damage(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0xff;
    fs::write(path, bytes).unwrap();
}

async fn state(worker: &Worker) -> LedgerFile {
    let ledger = worker.ledger().await;
    ledger.into_iter().flat_map(|item| item.files).find(|file| file.kind == EvidenceKind::Video).unwrap()
}

/// State of the film in the centre's tables, and hash and size of what is there of it.
async fn at_the_centre(centre: &Centre) -> (String, Digest, i64) {
    let store = centre.store();
    let mut tx = store.read().await.unwrap();
    let sql = "select state, coalesce(salvage_sha256, sha256), coalesce(salvage_size, size)
               from evidence_file where media_type = 'video/mp4'";
    one!(&mut tx, (String, Digest, i64), sql).await.unwrap()
}

fn media_files(centre: &Centre) -> Vec<PathBuf> {
    let (mut folders, mut found) = (vec![centre.config.media_dir()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

//! A film of 200 MB over a line that is cut fifty times: little goes twice, a record made meanwhile goes first, and
//! neither side ever holds the film in memory.

use std::time::{Duration, Instant};

use kandas_app::store::file::FileState;
use kandas_fixtures::{
    media::{CameraFile, large_film},
    proxy::Cut,
};
use kandas_server::opt;
use kandas_shared::{evidence::EvidenceKind, record::ConsentState};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::alone::{forget_peak, is_alone, peak, resident, run_alone};
use crate::{
    centre::{Centre, Engine, day},
    delivery::on_both_engines,
    worker::Worker,
};

const FILM: u64 = 200 << 20;
const CUTS: u32 = 50;
/// What may go twice for each cut; the handshake, the sign-in and the heads of the new connection are within it.
const TWICE: i64 = 64 << 10;
/// What phone, server and proxy together may need beside what they had before: pieces, not films.
const MEMORY: u64 = 100 << 20;

on_both_engines!(a_film_goes_through_fifty_cuts);

#[expect(clippy::disallowed_methods, reason = "how long it took is told")]
async fn a_film_goes_through_fifty_cuts(engine: Engine) {
    if !is_alone() {
        let engine = format!("{engine:?}").to_lowercase();
        let test = format!("media::film::a_film_goes_through_fifty_cuts::{engine}");
        return run_alone(&test, Duration::from_secs(300)).await;
    }
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activities = worker.activities(2).await;
    let folder = tempfile::tempdir().unwrap();
    let film = large_film(&folder.path().join("VID_0001.mp4"), 7, FILM, day()).unwrap();
    let began = Instant::now();
    let before = resident();
    forget_peak();

    let mut files: Vec<CameraFile> = worker.shoot(1, 0, false);
    files.push(film);
    worker.complete(activities[0].1, &files).await;
    let kept = began.elapsed();
    // Over a link that costs money the film waits; so nothing else is left to go from here on.
    assert!(!worker.try_sync(true).await.unwrap().done);
    let records = "select count(*) from record";
    let before_text = centre.count(records).await;
    assert!(before_text > 0);

    let mut rng = StdRng::seed_from_u64(50);
    let (mut offset, mut worst, mut sum) = (0, 0, 0);
    let cut_before = worker.line.traffic().cut;
    for number in 0..CUTS {
        let text = number == CUTS / 2;
        let bytes = if text { 8_000_000 } else { rng.random_range(2_200_000..5_000_000) };
        let passed = worker.line.traffic().up;
        // The phone may open a connection it does not need, and take that one for the film.
        worker.line.cut_next([Cut { up: Some(bytes), down: None }; 3]);
        if text {
            worker.line.throttle(Some(6_000_000));
            tokio::join!(worker.sync(), record_meanwhile(&worker, passed + 1_000_000));
            worker.line.throttle(None);
            // It was sealed while the film was on the line, and went before the rest of it.
            assert_eq!(centre.count(records).await, i64::try_from(worker.ledger().await.len()).unwrap());
            assert!(centre.count(records).await > before_text);
        } else {
            worker.sync().await;
        }
        let now = settled(&centre).await;
        assert!(now > offset, "cut {number}: nothing arrived");
        let passed = i64::try_from(worker.line.traffic().up - passed).unwrap();
        let twice = passed - (now - offset);
        assert!(twice <= TWICE, "cut {number}: {twice} of {passed} bytes were for nothing");
        (offset, worst, sum) = (now, worst.max(twice), sum + twice);
    }
    assert_eq!(worker.line.traffic().cut - cut_before, u64::from(CUTS));
    let received = "select count(*) from evidence_file where state = 'received'";
    let film_waits = centre.count(received).await;

    worker.sync_until_done().await;
    worker.assert_delivered().await;
    assert_eq!(centre.count(received).await, film_waits + 1);
    let ledger = worker.ledger().await;
    let film = ledger.iter().flat_map(|item| &item.files).find(|f| f.kind == EvidenceKind::Video).unwrap();
    assert_eq!((film.size, film.state), (FILM, FileState::Delivered));
    let memory = peak().saturating_sub(before);
    println!(
        "{engine:?}: kept in {kept:.1?}, delivered after {:.1?}; sent twice: at most {worst}, {} on average; \
         memory: {} MB more than before",
        began.elapsed(),
        sum / i64::from(CUTS),
        memory >> 20
    );
    assert!(memory < MEMORY, "{} MB of memory", memory >> 20);
}

/// Once the line has carried so many bytes, the worker records that a service was refused: text and nothing else.
async fn record_meanwhile(worker: &Worker, after: u64) {
    while worker.line.traffic().up < after {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let activity = worker.activities(2).await[1].1;
    let reason = "семья отказалась".to_owned();
    let draft = kandas_app::draft::NewDraft::Refused { activity, reason };
    let app = worker.app();
    let draft = app.open_draft(draft).await.unwrap();
    for known in app.consents(draft).await.unwrap().iter().filter(|known| !known.is_asked()) {
        app.set_consent(draft, known.person, ConsentState::Given, Some("бланк подписан")).await.unwrap();
    }
    let sealed = app.seal(draft, day()).await.unwrap();
    assert!(matches!(sealed, kandas_app::seal::Sealing::Sealed { .. }), "{sealed:?}");
}

/// How far the film has come, once the server has noticed the cut and taken in what lay before it: nobody holds the
/// upload, and nothing more comes.
async fn settled(centre: &Centre) -> i64 {
    let (mut last, mut still) = (-1, 0);
    for _ in 0..1_000 {
        let store = centre.store();
        let mut tx = store.read().await.unwrap();
        let sql = "select received, cast(case when lease_until is null then 0 else 1 end as bigint)
                   from upload where state = 'open'";
        let (received, held) = opt!(&mut tx, (i64, i64), sql).await.unwrap().expect("the film is on its way");
        drop(tx);
        still = if held == 0 && received == last { still + 1 } else { 0 };
        if still == 4 {
            return received;
        }
        last = received;
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    panic!("the server never noticed the cut");
}

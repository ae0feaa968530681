//! Interruptions: the program ends between any two steps, the next start finds everything.

use std::{fs, io::Write as _};

use kandas_app::{
    capture::{Attached, How},
    store::file::{self, FileState},
};
use kandas_shared::{
    evidence::{FileRef, Part, Source},
    ids::EvidenceId,
    service::ServiceCode,
};

use crate::support::{Phone, photo, ready, sealed, uuid};

#[tokio::test]
async fn an_attach_that_ends_before_its_row_is_offered_back() {
    let phone = Phone::new(31);
    let (app, world) = phone.enrolled().await;
    let folder = tempfile::tempdir().unwrap();
    let picture = photo(folder.path(), 1, 640);
    let draft = ready(&app, &[world.activity(world.head, ServiceCode::S01)], &picture).await;
    // The file is in the vault, the row still says that it is on its way.
    let evidence = app.draft_view(draft).await.unwrap().evidence[0].evidence;
    let mut conn = app.store().conn().await.unwrap();
    sqlx::query("update draft_evidence set state = 'incoming', item = null")
        .execute(&mut *conn)
        .await
        .unwrap();
    drop(conn);
    drop(app);

    let app = phone.open().await;
    assert_eq!(app.startup().interrupted, ["IMG_1_640.jpg"]);
    let orphans = app.orphans().await.unwrap();
    assert_eq!(orphans.len(), 2, "the picture and its thumbnail: {orphans:?}");
    assert!(orphans.iter().all(|orphan| orphan.draft == Some(draft)));
    assert_eq!(app.draft_view(draft).await.unwrap().evidence.len(), 0);
    let name = format!("{evidence}.file.age");
    let adopted = app.adopt(&name, draft, How::plain(None, Source::Captured)).await.unwrap();
    let Attached::Kept { item, .. } = adopted else { panic!("{adopted:?}") };
    assert_eq!(item.sha256, kandas_shared::hash::Digest::of(&fs::read(&picture).unwrap()));
    assert_eq!(app.orphans().await.unwrap(), []);
    assert_eq!(sealed(&app, draft).await.len(), 1);
    app.close().await;
    let app = phone.open().await;
    assert_eq!(*app.startup(), kandas_app::startup::Startup::default(), "everything is in order");
}

#[tokio::test]
async fn an_attach_that_ends_before_the_file_leaves_the_draft_clean() {
    let phone = Phone::new(32);
    let (app, world) = phone.enrolled().await;
    let draft = app.draft(&[world.activity(world.head, ServiceCode::S01)]).await.unwrap();
    let expected = kandas_app::draft::DraftEvidence {
        evidence: EvidenceId(uuid(900)),
        draft,
        state: kandas_app::store::draft::GatheredState::Incoming,
        name: "IMG_0001.jpg".into(),
        kind: kandas_shared::evidence::EvidenceKind::Photo,
        capture: kandas_shared::ids::CaptureId(uuid(901)),
        item: None,
    };
    let mut conn = app.store().conn().await.unwrap();
    kandas_app::store::draft::expect(&mut conn, &expected).await.unwrap();
    drop(conn);
    let half = app.vault().folder().join(format!(".incoming-{}.file", uuid(900)));
    fs::File::create(&half).unwrap().write_all(b"half").unwrap();
    let foreign = app.vault().folder().join("notes.txt");
    fs::write(&foreign, "somebody's").unwrap();
    drop(app);

    let app = phone.open().await;
    assert_eq!(app.startup().interrupted, ["IMG_0001.jpg"]);
    assert_eq!(app.startup().incomplete.len(), 1);
    assert_eq!(app.startup().foreign, ["notes.txt"]);
    assert!(!half.exists() && foreign.exists(), "only our own half-written file goes");
    assert!(app.draft_view(draft).await.unwrap().evidence.is_empty());
}

#[tokio::test]
async fn sealing_that_is_cut_off_seals_nothing_and_can_be_repeated() {
    let phone = Phone::new(33);
    let (app, world) = phone.enrolled().await;
    let folder = tempfile::tempdir().unwrap();
    let activities = [world.head, world.spouse].map(|person| world.activity(person, ServiceCode::S07));
    let draft = ready(&app, &activities, &photo(folder.path(), 1, 640)).await;
    // Ends at each await point in turn: the future is dropped after so many polls.
    let mut polls = 1;
    let records = loop {
        let mut sealing = Box::pin(app.seal(draft, crate::support::today()));
        let mut left = polls;
        let ended = std::future::poll_fn(|cx| {
            use std::task::Poll;
            match sealing.as_mut().poll(cx) {
                Poll::Ready(done) => Poll::Ready(Some(done)),
                Poll::Pending if left == 0 => Poll::Ready(None),
                Poll::Pending => {
                    left -= 1;
                    Poll::Pending
                }
            }
        })
        .await;
        drop(sealing);
        match ended {
            Some(done) => break done.unwrap(),
            None => {
                let sealed = app.ledger().await.unwrap().len();
                let waiting = app.waiting().await.unwrap();
                assert!(sealed == 0 || sealed == 2, "all or nothing, not {sealed}");
                assert_eq!(waiting.records as usize, sealed, "record and outbox together");
                assert_eq!(waiting.files as usize, sealed, "files and record together");
            }
        }
        polls += 1;
    };
    // How many cuts fall into the middle depends on the machine's pace; one always does.
    assert!(polls > 1, "a cut fell into the middle");
    assert!(matches!(records, kandas_app::seal::Sealing::Sealed { ref records } if records.len() == 2));
    assert_eq!(app.ledger().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_vault_file_that_has_gone_is_shown_as_damage_and_the_rest_goes_on() {
    let phone = Phone::new(34);
    let (app, world) = phone.enrolled().await;
    let folder = tempfile::tempdir().unwrap();
    let draft =
        ready(&app, &[world.activity(world.head, ServiceCode::S01)], &photo(folder.path(), 1, 640)).await;
    sealed(&app, draft).await;
    let evidence = app.ledger().await.unwrap()[0].files[0].evidence;
    let name = FileRef { evidence, part: Part::File };
    fs::remove_file(app.vault().path(name)).unwrap();
    app.close().await;
    let app = phone.open().await;
    assert_eq!(app.startup().missing, [name.to_string()]);
    let mut conn = app.store().conn().await.unwrap();
    let gone = file::get(&mut conn, name).await.unwrap().unwrap();
    assert_eq!((gone.state, gone.reason.as_deref()), (FileState::Damaged, Some("missing")));
    let gone_rest = (gone.salvage_size, gone.salvage_sha256);
    drop(conn);
    let waiting = app.waiting().await.unwrap();
    assert_eq!((waiting.records, waiting.files), (1, 2), "the thumbnail, and the word that nothing is left");
    assert_eq!((gone_rest.0, gone_rest.1), (Some(0), Some(kandas_shared::hash::Digest::of(b""))));
    app.close().await;
    assert_eq!(phone.open().await.startup().missing, Vec::<String>::new(), "said once");
}

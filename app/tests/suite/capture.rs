//! Capture: every kind of camera file, the bad ones set aside by name, room checked before.

use std::{fs, io::Read as _, sync::atomic::Ordering};

use kandas_app::{
    app::App,
    capture::Attached,
    draft::{Change, DraftId},
    media::Fault,
};
use kandas_fixtures::media::{CameraSet, Fault as Planned, Kind, camera_folder};
use kandas_shared::{
    evidence::{Evidence, EvidenceKind, FileRef, Part, Source},
    hash::Digest,
    rule::{Missing, NoPositionReason, NoVideoReason},
    service::ServiceCode,
};

use crate::support::{Phone, photo, ready, sealed, today};

fn kept(attached: Attached) -> Evidence {
    match attached {
        Attached::Kept { item, .. } => *item,
        other => panic!("{other:?}"),
    }
}

fn plain(app: &App, item: &Evidence, part: Part) -> Vec<u8> {
    let mut bytes = Vec::new();
    let name = FileRef { evidence: item.evidence, part };
    app.vault().open_at(name, 0).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

async fn draft_of(app: &App, world: &crate::support::World) -> DraftId {
    app.draft(&[world.activity(world.head, ServiceCode::S01)]).await.unwrap()
}

#[tokio::test]
async fn every_kind_of_camera_file_finds_its_place() {
    let phone = Phone::new(11);
    let (app, world) = phone.enrolled().await;
    let draft = draft_of(&app, &world).await;
    let folder = tempfile::tempdir().unwrap();
    let set = CameraSet { photo_width: 2_400, video_size: 200_000, documents: 2, ..CameraSet::default() };
    let files = camera_folder(folder.path(), &set).unwrap();
    let mut set_aside = Vec::new();
    for file in &files {
        let attached = app.attach(draft, &file.path, None, Source::Attached).await.unwrap();
        assert_eq!(
            Digest::of(&fs::read(&file.path).unwrap()).0,
            file.sha256,
            "{}: the camera's file stays as it was",
            file.name()
        );
        match (file.kind, attached) {
            (Kind::Bad(planned), Attached::SetAside { name, reason }) => {
                let expected = match planned {
                    Planned::Truncated => Fault::Truncated,
                    Planned::Foreign => Fault::NotMedia,
                    Planned::Empty => Fault::Empty,
                };
                assert_eq!((name, reason), (file.name(), expected));
                set_aside.push((file.name(), reason.as_str().to_owned()));
            }
            (kind, attached) => {
                let item = kept(attached);
                let expected = match kind {
                    Kind::Video => EvidenceKind::Video,
                    Kind::Pdf => EvidenceKind::Document,
                    _ => EvidenceKind::Photo,
                };
                assert_eq!(item.kind, expected, "{}", file.name());
                for part in Part::ALL {
                    let Some(facts) = item.facts(*part) else { continue };
                    let bytes = plain(&app, &item, *part);
                    assert_eq!((facts.size, facts.sha256), (bytes.len() as u64, Digest::of(&bytes)));
                }
                let camera = item.original.as_ref().map_or(item.sha256, |original| original.sha256);
                assert_eq!(camera.0, file.sha256, "{}: the camera's own bytes are kept", file.name());
                assert_eq!(item.original.is_some(), kind == Kind::Jpeg);
                assert_eq!(item.thumbnail.is_some(), matches!(kind, Kind::Jpeg | Kind::Png));
                let taken = file.taken_at.map(|at| at.naive_local().format("%Y-%m-%dT%H:%M:%S").to_string());
                if kind == Kind::Jpeg {
                    assert_eq!(item.summary.taken_at.as_ref().map(|at| at[..19].to_owned()), taken);
                    let place = file.position.unwrap();
                    assert!((item.summary.lat.unwrap() - place.latitude).abs() < 1e-4);
                    assert!((item.summary.lon.unwrap() - place.longitude).abs() < 1e-4);
                }
                if kind == Kind::Video {
                    assert!(item.summary.duration_ms.is_some(), "{:?}", item.summary);
                }
            }
        }
    }
    let noted: Vec<_> =
        app.set_aside().await.unwrap().into_iter().map(|aside| (aside.name, aside.reason)).collect();
    assert_eq!(noted, set_aside);
    assert_eq!(noted.len(), 3);
    // Nothing of the bad ones lies in the vault.
    assert_eq!(app.draft_view(draft).await.unwrap().evidence.len(), files.len() - 3);
    app.close().await;
    assert_eq!(phone.open().await.orphans().await.unwrap(), []);
}

#[tokio::test]
async fn a_picture_with_broken_exif_is_evidence_with_a_remark() {
    let phone = Phone::new(12);
    let (app, world) = phone.enrolled().await;
    let draft = draft_of(&app, &world).await;
    let folder = tempfile::tempdir().unwrap();
    let path = photo(folder.path(), 5, 2_000);
    let mut bytes = fs::read(&path).unwrap();
    // The first directory of the EXIF claims more entries than there are bytes.
    let exif = bytes.windows(6).position(|w| w == b"Exif\0\0").unwrap();
    for byte in &mut bytes[exif + 14..exif + 40] {
        *byte = 0xee;
    }
    fs::write(&path, &bytes).unwrap();
    let item = kept(app.attach(draft, &path, None, Source::Attached).await.unwrap());
    assert!(item.summary.unreadable.is_some(), "{:?}", item.summary);
    assert!(item.thumbnail.is_some());
    assert_eq!(plain(&app, &item, Part::Original), bytes);
}

#[tokio::test]
async fn the_kind_that_was_asked_for_must_fit() {
    let phone = Phone::new(13);
    let (app, world) = phone.enrolled().await;
    let draft = draft_of(&app, &world).await;
    let folder = tempfile::tempdir().unwrap();
    let path = photo(folder.path(), 6, 640);
    let page = app.attach(draft, &path, Some(EvidenceKind::Document), Source::Attached).await.unwrap();
    assert_eq!(kept(page).kind, EvidenceKind::Document);
    let film = app.attach(draft, &path, Some(EvidenceKind::Video), Source::Attached).await.unwrap();
    assert!(matches!(film, Attached::SetAside { reason: Fault::WrongKind, .. }));
}

#[tokio::test]
async fn the_apps_own_camera_file_leaves_its_folder_and_others_stay() {
    let phone = Phone::new(14);
    let (app, world) = phone.enrolled().await;
    let draft = draft_of(&app, &world).await;
    fs::create_dir_all(app.camera_folder()).unwrap();
    let path = photo(&app.camera_folder(), 7, 640);
    kept(app.attach(draft, &path, None, Source::Captured).await.unwrap());
    assert!(!path.exists(), "the vault has it");
    // A crash before it was taken away, and one before it was taken in.
    let again = photo(&app.camera_folder(), 7, 640);
    let new = photo(&app.camera_folder(), 8, 640);
    app.close().await;
    let app = phone.open().await;
    assert!(!again.exists());
    assert_eq!(app.startup().left_in_camera, [new]);
}

#[tokio::test]
async fn a_full_reserve_refuses_capture_but_not_sealing() {
    let phone = Phone::new(15);
    let (app, world) = phone.enrolled().await;
    let folder = tempfile::tempdir().unwrap();
    let path = photo(folder.path(), 9, 640);
    let draft = ready(&app, &[world.activity(world.head, ServiceCode::S01)], &path).await;
    phone.room.0.store(200 * 1024 * 1024, Ordering::SeqCst);
    assert!(!app.free_space_check().await.unwrap().is_enough());
    let refused = app.attach(draft, &path, None, Source::Attached).await.unwrap();
    assert!(matches!(refused, Attached::NoRoom { .. }), "{refused:?}");
    assert!(path.exists());
    assert_eq!(sealed(&app, draft).await.len(), 1);
}

#[tokio::test]
async fn each_field_is_saved_on_change_and_what_is_missing_shrinks() {
    let phone = Phone::new(16);
    let (app, world) = phone.enrolled().await;
    let draft = app.draft(&[world.activity(world.head, ServiceCode::S18)]).await.unwrap();
    use Missing::*;
    assert_eq!(app.missing(draft).await.unwrap(), [Photo, PaperNumber, VideoOrReason, PositionOrReason]);
    app.save(draft, Change::PaperNumber(Some("12-ТЕСТ".into()))).await.unwrap();
    app.close().await;
    let app = phone.open().await;
    assert_eq!(app.missing(draft).await.unwrap(), [Photo, VideoOrReason, PositionOrReason]);
    app.save(draft, Change::NoVideo(Some(NoVideoReason::NothingToFilm))).await.unwrap();
    app.save(draft, Change::NoPosition(Some(NoPositionReason::Indoors))).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    kept(app.attach(draft, &photo(folder.path(), 1, 640), None, Source::Attached).await.unwrap());
    assert_eq!(app.missing(draft).await.unwrap(), []);
    let evidence = app.draft_view(draft).await.unwrap().evidence[0].evidence;
    app.remove_evidence(draft, evidence).await.unwrap();
    assert_eq!(app.missing(draft).await.unwrap(), [Photo]);
    assert_eq!(app.vault().contents().unwrap(), [], "what the worker takes out leaves the vault");
    assert!(app.save(draft, Change::Note(Some("ж".repeat(4_001)))).await.is_err());
    app.discard(draft).await.unwrap();
    assert!(app.save(draft, Change::Note(None)).await.is_err());
    assert!(app.seal(draft, today()).await.is_err());
}

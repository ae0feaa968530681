//! Capture: a camera file becomes evidence of a draft.
//!
//! Row first, then the file: `incoming` row -> vault (temp, fsync, hash, rename) -> one transaction that makes the row
//! `kept`. A crash between leaves a whole vault file without a kept row, which the next start offers back. The camera's
//! file is never changed; only a file that the app's own camera wrote is taken away, after everything is durable.

use std::{
    fs,
    path::{Path, PathBuf},
};

use kandas_disk::point;
use kandas_shared::{
    evidence::{Evidence, EvidenceKind, FileFacts, FileRef, Part, Position, Source, Summary},
    ids::{CaptureId, EvidenceId},
};
use serde::Serialize;

use crate::{
    app::{App, AppError, CAMERA},
    media::{self, Fault, Judged, Origin},
    store::{
        self, StoreError,
        draft::{Aside, DraftEvidence, DraftId, DraftState, GatheredState},
        event, home,
    },
    vault::{Kept, Vault, VaultError},
};

/// What became of a camera file. All of these are expected.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Attached {
    /// It is evidence of the draft, durable and encrypted.
    Kept {
        /// Its id.
        evidence: EvidenceId,
        /// What will be signed about it.
        item: Box<Evidence>,
    },
    /// It cannot be evidence; the file itself was not touched.
    SetAside {
        /// Its name.
        name: String,
        /// Why.
        reason: Fault,
    },
    /// There is too little room to capture. What is sealed and sealing itself are not concerned.
    NoRoom {
        /// Bytes that are free.
        free: u64,
        /// Bytes that would have to be.
        needed: u64,
    },
}

/// How a camera file comes in.
#[derive(Clone, Debug)]
pub struct How {
    /// What kind of proof; by its content when nobody says.
    pub kind: Option<EvidenceKind>,
    /// Made in the app or brought from elsewhere.
    pub source: Source,
    /// Where the device was.
    pub position: Option<Position>,
    /// Page of a document, from 1.
    pub page: Option<u16>,
    /// The press of the shutter, where one press made several files.
    pub capture: Option<CaptureId>,
    /// In a correction: the piece of the corrected record that this one takes the place of.
    pub replaces: Option<EvidenceId>,
}

impl How {
    /// With nothing more to say.
    #[must_use]
    pub fn plain(kind: Option<EvidenceKind>, source: Source) -> Self {
        Self { kind, source, position: None, page: None, capture: None, replaces: None }
    }
}

/// How much room there is for captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RoomLeft {
    /// Bytes that are free.
    pub free: u64,
    /// Bytes that stay free for sealing and syncing.
    pub reserve: u64,
}

impl RoomLeft {
    /// Whether a capture may begin.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.free > self.reserve
    }
}

impl App {
    /// Takes a camera file into a draft.
    ///
    /// # Errors
    /// When the draft is not open, or the file or the disk cannot be read or written.
    pub async fn attach(
        &self,
        draft: DraftId,
        path: &Path,
        kind: Option<EvidenceKind>,
        source: Source,
    ) -> Result<Attached, AppError> {
        self.attach_with(draft, path, How::plain(kind, source)).await
    }

    /// Takes a camera file into a draft, with everything that is known about how it was taken.
    ///
    /// # Errors
    /// As [`App::attach`].
    pub async fn attach_with(&self, draft: DraftId, path: &Path, how: How) -> Result<Attached, AppError> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let size = fs::metadata(path).map_err(AppError::io(path.display().to_string()))?.len();
        let attached = self.take_in(draft, Origin::Path(path.to_owned()), &name, size, how).await?;
        if matches!(attached, Attached::Kept { .. }) && path.starts_with(self.camera_folder()) {
            // The app's own camera wrote it; the vault has it now.
            fs::remove_file(path).map_err(AppError::io(path.display().to_string()))?;
            self.leave_camera_folder(draft);
        }
        Ok(attached)
    }

    /// Takes a vault file that an interrupted attach left into a draft.
    ///
    /// # Errors
    /// When it is not offered any more, or as [`App::attach`].
    pub async fn adopt(&self, orphan: &str, draft: DraftId, how: How) -> Result<Attached, AppError> {
        let mut conn = self.store().conn().await?;
        let row: Option<(EvidenceId, Part, i64)> =
            sqlx::query_as("select evidence, part, size from orphan where name = $1 and state = 'offered'")
                .bind(orphan)
                .fetch_optional(&mut *conn)
                .await
                .map_err(StoreError::from)?;
        drop(conn);
        let (evidence, part, size) = row.ok_or(AppError::Unknown("file left over"))?;
        let origin = Origin::Vault(self.vault().clone(), FileRef { evidence, part });
        let attached = self.take_in(draft, origin, orphan, size.unsigned_abs(), how).await?;
        if matches!(attached, Attached::Kept { .. }) {
            self.settle_orphan(evidence, "adopted").await?;
        }
        Ok(attached)
    }

    /// Gives a vault file that an interrupted attach left up: the worker does not want it.
    ///
    /// # Errors
    /// When it is not offered any more.
    pub async fn dismiss_orphan(&self, orphan: &str) -> Result<(), AppError> {
        let mut conn = self.store().conn().await?;
        let evidence: Option<EvidenceId> =
            sqlx::query_scalar("select evidence from orphan where name = $1 and state = 'offered'")
                .bind(orphan)
                .fetch_optional(&mut *conn)
                .await
                .map_err(StoreError::from)?;
        drop(conn);
        self.settle_orphan(evidence.ok_or(AppError::Unknown("file left over"))?, "dismissed").await
    }

    /// How much room there is for captures.
    ///
    /// # Errors
    /// When the system does not say.
    pub async fn free_space_check(&self) -> Result<RoomLeft, AppError> {
        let mut conn = self.store().conn().await?;
        let reserve = home::settings(&mut conn).await?.reserve_bytes;
        Ok(RoomLeft { free: self.platform().space.free(self.home())?, reserve })
    }

    /// Where the app's own camera writes, below the home.
    #[must_use]
    pub fn camera_folder(&self) -> PathBuf {
        self.home().join(CAMERA)
    }

    /// Where the camera writes for a draft. A file that still lies there at the next start is known to be meant for it.
    #[must_use]
    pub fn camera_folder_of(&self, draft: DraftId) -> PathBuf {
        self.camera_folder().join(draft.to_string())
    }

    /// Takes a draft's camera folder away where it is empty; one that is not stays.
    pub(crate) fn leave_camera_folder(&self, draft: DraftId) {
        // Not there, or not empty: both are as they should be.
        let _ = fs::remove_dir(self.camera_folder_of(draft));
    }

    async fn take_in(
        &self,
        draft: DraftId,
        origin: Origin,
        name: &str,
        size: u64,
        how: How,
    ) -> Result<Attached, AppError> {
        self.must_be_open(draft).await?;
        let room = self.free_space_check().await?;
        // Original, copy and thumbnail together stay below twice the camera's file.
        let needed = room.reserve.saturating_add(size.saturating_mul(2));
        if room.free < needed {
            return Ok(Attached::NoRoom { free: room.free, needed });
        }
        let taken = self.platform().clock.reading();
        let evidence = EvidenceId::draw(taken.wall, self.draw());
        let capture = how.capture.unwrap_or_else(|| CaptureId::draw(taken.wall, self.draw()));
        let expected = DraftEvidence {
            evidence,
            draft,
            state: GatheredState::Incoming,
            name: name.to_owned(),
            kind: how.kind.unwrap_or(EvidenceKind::Photo),
            capture,
            item: None,
        };
        let mut conn = self.store().conn().await?;
        store::draft::expect(&mut conn, &expected).await?;
        drop(conn);
        point!("capture.expected");

        let vault = self.vault().clone();
        let wanted = how.kind;
        let stored = tokio::task::spawn_blocking(move || store_file(&vault, &origin, evidence, wanted)).await;
        let stored = match stored.map_err(AppError::from).and_then(|stored| stored) {
            Ok(Ok(stored)) => stored,
            Ok(Err(reason)) => {
                self.note_aside(&expected, reason, size).await?;
                return Ok(Attached::SetAside { name: name.to_owned(), reason });
            }
            Err(error) => {
                // Nothing came: take the note back and what part of the file is there. The camera's file is untouched.
                let mut conn = self.store().conn().await?;
                store::draft::unexpect(&mut conn, evidence).await?;
                drop(conn);
                self.remove_files(evidence)?;
                return Err(error);
            }
        };
        point!("capture.stored");
        let item = Evidence {
            evidence,
            kind: stored.kind,
            capture,
            source: how.source,
            media_type: stored.file.media_type,
            size: stored.file.size,
            sha256: stored.file.sha256,
            taken,
            position: how.position,
            page: how.page,
            replaces: how.replaces,
            original: stored.original,
            thumbnail: stored.thumbnail,
            summary: stored.summary,
        };
        let mut tx = self.store().begin().await?;
        if !store::draft::keep(&mut tx, &item).await? {
            drop(tx);
            self.remove_files(evidence)?;
            return Err(AppError::NotNow("the draft is not open"));
        }
        // The new piece and the old one's leaving are one change: a crash never shows both or neither.
        if let Some(old) = how.replaces
            && !store::draft::remove(&mut tx, draft, old).await?
        {
            drop(tx);
            let mut conn = self.store().conn().await?;
            store::draft::unexpect(&mut conn, evidence).await?;
            drop(conn);
            self.remove_files(evidence)?;
            return Err(AppError::Unknown("piece of evidence in this draft"));
        }
        point!("capture.before-commit");
        tx.commit().await?;
        point!("capture.after-commit");
        Ok(Attached::Kept { evidence, item: Box::new(item) })
    }

    async fn must_be_open(&self, draft: DraftId) -> Result<(), AppError> {
        let mut conn = self.store().conn().await?;
        let draft = store::draft::get(&mut conn, draft).await?.ok_or(AppError::Unknown("draft"))?;
        if draft.state == DraftState::Open { Ok(()) } else { Err(AppError::NotNow("the draft is not open")) }
    }

    async fn note_aside(&self, expected: &DraftEvidence, reason: Fault, size: u64) -> Result<(), AppError> {
        let at = self.platform().clock.wall();
        let mut tx = self.store().begin().await?;
        store::draft::unexpect(&mut tx, expected.evidence).await?;
        let aside = Aside {
            draft: Some(expected.draft),
            name: expected.name.clone(),
            reason: reason.as_str().to_owned(),
            size: i64::try_from(size).unwrap_or(i64::MAX),
            at,
        };
        store::draft::set_aside(&mut tx, &aside).await?;
        event::add(&mut tx, at, "set_aside", None, Some(reason.as_str())).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn settle_orphan(&self, evidence: EvidenceId, state: &str) -> Result<(), AppError> {
        let mut tx = self.store().begin().await?;
        sqlx::query("update orphan set state = $2 where evidence = $1 and state = 'offered'")
            .bind(evidence)
            .bind(state)
            .execute(&mut *tx)
            .await
            .map_err(StoreError::from)?;
        tx.commit().await?;
        self.remove_files(evidence)
    }

    /// Takes the files of evidence that nobody wants any more out of the vault.
    pub(crate) async fn clear_dropped(&self) -> Result<(), AppError> {
        let mut conn = self.store().conn().await?;
        let dropped = store::draft::dropped(&mut conn).await?;
        drop(conn);
        dropped.into_iter().try_for_each(|evidence| self.remove_files(evidence))
    }

    fn remove_files(&self, evidence: EvidenceId) -> Result<(), AppError> {
        for part in Part::ALL {
            let name = FileRef { evidence, part: *part };
            if self.vault().path(name).exists() {
                self.vault().remove(name)?;
            }
        }
        Ok(())
    }
}

/// Files of the app's own camera, those in folders of drafts too, by path. None where the camera has never written.
///
/// # Errors
/// When a folder cannot be read.
pub(crate) fn camera_files(camera: &Path) -> Result<Vec<PathBuf>, AppError> {
    let mut files = Vec::new();
    let mut folders = vec![camera.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(AppError::io(folder.display().to_string())(error)),
        };
        for entry in entries {
            let path = entry.map_err(AppError::io(folder.display().to_string()))?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

/// The draft whose camera folder a file lies in.
pub(crate) fn meant_for(path: &Path) -> Option<DraftId> {
    path.parent()?.file_name()?.to_str()?.parse().ok()
}

struct Stored {
    kind: EvidenceKind,
    summary: Summary,
    file: FileFacts,
    original: Option<FileFacts>,
    thumbnail: Option<FileFacts>,
}

/// Judges the file and puts it into the vault with what was made of it; the camera's own bytes first, so an interrupted
/// attach always leaves those.
fn store_file(
    vault: &Vault,
    origin: &Origin,
    evidence: EvidenceId,
    wanted: Option<EvidenceKind>,
) -> Result<Result<Stored, Fault>, AppError> {
    let judged = match media::judge(origin, wanted).map_err(AppError::io("camera file"))? {
        Ok(judged) => judged,
        Err(fault) => return Ok(Err(fault)),
    };
    let Judged { format, kind, summary, copy, thumbnail, bytes } = judged;
    let facts = |kept: Kept, media_type: &str| FileFacts {
        sha256: kept.sha256,
        size: kept.size,
        media_type: media_type.to_owned(),
    };
    let put = |part, mut bytes: &[u8]| vault.put(FileRef { evidence, part }, &mut bytes);
    let put_camera = |part| -> Result<Kept, VaultError> {
        match &bytes {
            Some(bytes) => put(part, bytes),
            None => vault.put(FileRef { evidence, part }, &mut origin.open().map_err(VaultError::Source)?),
        }
    };
    let (file, original) = match copy {
        Some(copy) => {
            let original = facts(put_camera(Part::Original)?, format.media_type());
            (facts(put(Part::File, &copy)?, "image/jpeg"), Some(original))
        }
        None => (facts(put_camera(Part::File)?, format.media_type()), None),
    };
    let thumbnail = match thumbnail {
        Some(thumbnail) => Some(facts(put(Part::Thumbnail, &thumbnail)?, "image/jpeg")),
        None => None,
    };
    Ok(Ok(Stored { kind, summary, file, original, thumbnail }))
}

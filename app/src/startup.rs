//! The start puts in order what a crash left, and says what it found. Nothing is deleted but our own half-written files.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use kandas_disk::point;
use kandas_shared::{
    evidence::{FileRef, Part},
    ids::EvidenceId,
};
use serde::Serialize;
use sqlx::FromRow;

use crate::{
    app::{App, AppError, CAMERA},
    capture::camera_files,
    platform::Platform,
    store::{
        self, Store, StoreError,
        draft::{self, DraftId},
        event, file, outbox, pulled,
        quarantine::{self, Unreadable},
    },
    vault::{self, Entry, Vault},
};

/// What the start found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Startup {
    /// A damaged store was moved here; a new one was begun.
    pub store_moved_aside: Option<PathBuf>,
    /// The new store took over who this phone is: it need not be enrolled again.
    pub enrolment_rescued: bool,
    /// Half-written files of ours that were taken away.
    pub incomplete: Vec<String>,
    /// Camera files whose way into the vault was interrupted; the files themselves were not touched.
    pub interrupted: Vec<String>,
    /// Whole vault files that no row knows, new at this start.
    pub orphans: Vec<String>,
    /// Files in the vault's folder that are not of this program.
    pub foreign: Vec<String>,
    /// Files that rows know and the vault does not have any more.
    pub missing: Vec<String>,
    /// Files that the app's own camera wrote and no draft took in; still where they were.
    pub left_in_camera: Vec<PathBuf>,
}

/// A whole vault file that no row knows: an attach was interrupted after the file was safe. Offered back.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize)]
pub struct Orphan {
    /// Name in the vault.
    pub name: String,
    /// The draft it was meant for, as far as it is known.
    pub draft: Option<DraftId>,
    /// Bytes on the disk.
    pub size: i64,
}

impl App {
    /// Vault files that are offered back, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn orphans(&self) -> Result<Vec<Orphan>, AppError> {
        let mut conn = self.store().conn().await?;
        Ok(sqlx::query_as("select name, draft, size from orphan where state = 'offered' order by name")
            .fetch_all(&mut *conn)
            .await?)
    }

    /// The file that shows best what was left over under this name: its small picture, where there is one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn orphan_to_show(&self, name: &str) -> Result<Option<FileRef>, AppError> {
        let mut conn = self.store().conn().await?;
        let shown: Option<(EvidenceId, Part)> = sqlx::query_as(
            "select evidence, part from orphan where state = 'offered'
             and evidence = (select evidence from orphan where name = $1 and state = 'offered')
             order by case part when 'thumbnail' then 0 when 'file' then 1 else 2 end limit 1",
        )
        .bind(name)
        .fetch_optional(&mut *conn)
        .await
        .map_err(StoreError::from)?;
        Ok(shown.map(|(evidence, part)| FileRef { evidence, part }))
    }

    /// Rows that could not be read, everything that is quarantined.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn unreadable(&self) -> Result<Vec<Unreadable>, AppError> {
        let mut conn = self.store().conn().await?;
        Ok(quarantine::all(&mut conn).await?)
    }
}

pub(crate) async fn reconcile(
    store: &Store,
    vault: &Vault,
    platform: &Platform,
    home: &Path,
) -> Result<Startup, AppError> {
    let mut found = Startup::default();
    let now = platform.clock.wall();
    let mut tx = store.begin().await?;
    // By what lies there, not by what this start has done: the one that moved it may have ended before it could say so.
    if let Some(aside) = store::last_aside(&home.join("store.db")).map_err(StoreError::from)? {
        let name = aside.file_name().map(|name| name.to_string_lossy().into_owned());
        let told: i64 = sqlx::query_scalar(
            "select count(*) from event where kind = 'store_moved_aside' and subject = $1",
        )
        .bind(&name)
        .fetch_one(&mut *tx)
        .await
        .map_err(StoreError::from)?;
        if told == 0 {
            event::add(&mut tx, now, "store_moved_aside", name.as_deref(), None).await?;
            found.store_moved_aside = Some(aside);
        }
    }
    // What a former program could not read, this one may.
    quarantine::look_anew(&mut tx).await?;
    pulled::board::look_anew(&mut tx).await?;
    let understood = pulled::retry(&mut tx).await?;
    if understood > 0 {
        event::add(&mut tx, now, "lines_understood", None, Some(&understood.to_string())).await?;
    }
    outbox::complete(&mut tx).await?;
    let incoming = draft::incoming(&mut tx).await?;
    let known = known_files(&mut tx).await?;
    let mut present = HashSet::new();
    for entry in vault.contents()? {
        match entry.what {
            Entry::Incomplete => {
                vault.remove_incomplete(&entry)?;
                event::add(&mut tx, now, "incomplete_removed", Some(&entry.name), None).await?;
                found.incomplete.push(entry.name);
            }
            Entry::Foreign => found.foreign.push(entry.name),
            Entry::File(name) => {
                present.insert(name);
                if known.contains(&name) {
                    continue;
                }
                let meant_for = incoming.iter().find(|(evidence, ..)| *evidence == name.evidence);
                let new = sqlx::query(
                    "insert into orphan (name, evidence, part, draft, size, found_at) values ($1, $2, $3, $4, $5, $6)
                     on conflict (name) do nothing",
                )
                .bind(&entry.name)
                .bind(name.evidence)
                .bind(name.part)
                .bind(meant_for.map(|(_, draft, _)| *draft))
                .bind(i64::try_from(entry.size).unwrap_or(i64::MAX))
                .bind(now)
                .execute(&mut *tx)
                .await
                .map_err(StoreError::from)?;
                if new.rows_affected() == 1 {
                    event::add(&mut tx, now, "orphan_found", Some(&entry.name), None).await?;
                    found.orphans.push(entry.name);
                }
            }
        }
    }
    for (evidence, _, name) in incoming {
        draft::unexpect(&mut tx, evidence).await?;
        event::add(&mut tx, now, "attach_interrupted", Some(&evidence.to_string()), None).await?;
        found.interrupted.push(name);
    }
    // What the worker has taken out, and what was freed, goes now if a crash kept it.
    let mut unwanted: Vec<FileRef> = Vec::new();
    for evidence in draft::dropped(&mut tx).await? {
        unwanted.extend(Part::ALL.iter().map(|part| FileRef { evidence, part: *part }));
    }
    let files = file::all(&mut tx).await?.rows;
    unwanted.extend(files.iter().filter(|file| file.freed_at.is_some()).map(file::File::name));
    for name in unwanted.into_iter().filter(|name| present.contains(name)) {
        vault.remove(name)?;
        event::add(&mut tx, now, "leftover_removed", Some(&name.to_string()), None).await?;
    }
    let offered: Vec<(String, EvidenceId, Part)> =
        sqlx::query_as("select name, evidence, part from orphan where state = 'offered'")
            .fetch_all(&mut *tx)
            .await
            .map_err(StoreError::from)?;
    for (name, evidence, part) in offered {
        if !present.contains(&FileRef { evidence, part }) {
            sqlx::query("update orphan set state = 'dismissed' where name = $1")
                .bind(&name)
                .execute(&mut *tx)
                .await
                .map_err(StoreError::from)?;
            event::add(&mut tx, now, "orphan_gone", Some(&name), None).await?;
        }
    }
    // A file that rows know and the disk does not have is damage; the server is told that nothing is left of it.
    for file in files {
        let name = file.name();
        if file.freed_at.is_none() && !present.contains(&name) && file.reason.as_deref() != Some("missing") {
            if file.state != file::FileState::Delivered {
                // An original that was only kept is not missed by the server.
                let rest = (file.state != file::FileState::Kept).then(file::nothing);
                file::set_damaged(&mut tx, name, "missing", rest).await?;
            }
            event::add(&mut tx, now, "file_missing", Some(&name.to_string()), None).await?;
            found.missing.push(name.to_string());
        }
    }
    left_in_camera(&mut tx, &home.join(CAMERA), &mut found).await?;
    point!("startup.before-commit");
    tx.commit().await?;
    point!("startup.after-commit");
    Ok(found)
}

/// Files of the app's own camera: one whose bytes are in the vault was only not taken away yet; any other is shown.
async fn left_in_camera(
    conn: &mut sqlx::SqliteConnection,
    camera: &Path,
    found: &mut Startup,
) -> Result<(), AppError> {
    let files = camera_files(camera)?;
    let items: Vec<String> =
        sqlx::query_scalar("select item from draft_evidence where state = 'kept' and item is not null")
            .fetch_all(conn)
            .await
            .map_err(StoreError::from)?;
    for path in files {
        let said = |error| AppError::io(path.display().to_string())(error);
        let kept = vault::digest(&mut fs::File::open(&path).map_err(said)?).map_err(said)?;
        let digest = kept.sha256.to_string();
        if items.iter().any(|item| item.contains(&digest)) {
            fs::remove_file(&path).map_err(said)?;
            // The folder of its draft, where nothing else lies in it.
            if let Some(folder) = path.parent().filter(|folder| *folder != camera) {
                let _ = fs::remove_dir(folder);
            }
        } else {
            found.left_in_camera.push(path);
        }
    }
    Ok(())
}

/// Names that a sealed file or a kept piece of a draft has.
async fn known_files(conn: &mut sqlx::SqliteConnection) -> Result<HashSet<FileRef>, StoreError> {
    let sealed: Vec<(EvidenceId, Part)> =
        sqlx::query_as("select evidence, part from file").fetch_all(&mut *conn).await?;
    let drafted: Vec<EvidenceId> =
        sqlx::query_scalar("select evidence from draft_evidence where state in ('kept', 'removed')")
            .fetch_all(conn)
            .await?;
    let mut known: HashSet<FileRef> =
        sealed.into_iter().map(|(evidence, part)| FileRef { evidence, part }).collect();
    for evidence in drafted {
        known.extend(Part::ALL.iter().map(|part| FileRef { evidence, part: *part }));
    }
    Ok(known)
}

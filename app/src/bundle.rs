//! Unsent work leaves as one encrypted file: by cable, by card, on a colleague's phone (docs/formats.md §8).
//!
//! A tar inside age: only who holds the private half of the recipient can open it, the carrier cannot. Making a bundle
//! changes nothing here; what is in it still waits for its receipts. Before an order wipes the phone, everything that is
//! unsent leaves: drafts that were never sealed too, what the camera wrote and no draft took in, and rows that cannot be
//! read, as they lie in their tables.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    iter,
    path::{Path, PathBuf},
};

use age::{Encryptor, x25519::Recipient};
use kandas_disk::point;
use kandas_shared::{
    evidence::{FileRef, Part},
    hash::Digest,
    ids::{BundleId, DeviceId, EvidenceId},
    jws::Jws,
    time::ClockReading,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use sqlx::SqliteConnection;

use crate::{
    app::{App, AppError, CAMERA},
    capture::camera_files,
    draft::DraftView,
    store::{StoreError, draft, event, file, home, quarantine, record, to_json},
    vault::{Condition, Salvage, Vault},
};

/// `manifest.json` of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Format version, 1.
    pub v: u32,
    /// The bundle.
    pub bundle: BundleId,
    /// The device that made it.
    pub device: DeviceId,
    /// When.
    pub made: ClockReading,
    /// How many statements `records.ndjson` has.
    pub records: u64,
    /// How many files lie in `media/`.
    pub files: u64,
    /// How many drafts `drafts.ndjson` has; their files lie in `drafts/`.
    #[serde(default, skip_serializing_if = "is_none")]
    pub drafts: u64,
    /// How many rows that could not be read `unreadable.ndjson` has.
    #[serde(default, skip_serializing_if = "is_none")]
    pub unreadable: u64,
    /// How many files lie in `camera/`: the app's camera wrote them and no draft took them in.
    #[serde(default, skip_serializing_if = "is_none")]
    pub camera: u64,
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

/// A bundle that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bundle {
    /// Its id.
    pub bundle: BundleId,
    /// Where it lies.
    pub path: PathBuf,
    /// How many statements.
    pub records: u64,
    /// How many files of sealed records.
    pub files: u64,
    /// How many drafts.
    pub drafts: u64,
    /// How many files of the camera that no draft took in.
    #[serde(skip_serializing_if = "is_none")]
    pub camera: u64,
    /// Bytes of the encrypted file.
    pub size: u64,
    /// SHA-256 of the encrypted file.
    pub sha256: Digest,
    /// Files that could not be put in, by name; they stay here.
    pub left_out: Vec<String>,
    /// Rows that could not be read. They are in it as they lie in their tables.
    pub unreadable: Vec<quarantine::Unreadable>,
}

/// How much of the phone's work goes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// What is sealed and unsent.
    Sealed,
    /// Drafts too: the phone will be wiped.
    Everything,
}

impl App {
    /// Writes everything unsent into a bundle for the organisation, as learned at enrolment.
    ///
    /// # Errors
    /// When the phone is not enrolled, or the file cannot be written.
    pub async fn export_bundle(&self, to: &Path) -> Result<Bundle, AppError> {
        let mut conn = self.store().conn().await?;
        let recipient = home::text(&mut conn, home::BUNDLE_RECIPIENT).await?;
        drop(conn);
        let recipient = recipient.ok_or(AppError::NotNow("this phone is not enrolled"))?;
        self.write_bundle(to, &recipient, Reach::Sealed).await
    }

    /// Writes a bundle for an age recipient: the organisation's, or the escrow key of an order. A row that cannot be read
    /// stops nothing.
    ///
    /// # Errors
    /// As [`App::export_bundle`], and when the recipient is none.
    pub(crate) async fn write_bundle(
        &self,
        to: &Path,
        recipient: &str,
        reach: Reach,
    ) -> Result<Bundle, AppError> {
        let recipient: Recipient = recipient.parse().map_err(|_| AppError::NotNow("not an age recipient"))?;
        let made = self.platform().clock.reading();
        let bundle = BundleId::draw(made.wall, self.draw());
        let mut conn = self.store().conn().await?;
        let device: DeviceId = home::get(&mut conn, home::DEVICE)
            .await?
            .ok_or(AppError::NotNow("this phone is not enrolled"))?;
        let mut gathered = gather(&mut conn, reach).await?;
        drop(conn);
        if reach == Reach::Everything {
            gathered.camera = self.left_in_camera()?;
        }
        let work = Work { vault: self.vault().clone(), recipient, bundle, device, made, gathered };
        let path = to.to_owned();
        let written = tokio::task::spawn_blocking(move || work.write(&path)).await??;
        let mut conn = self.store().conn().await?;
        let detail = format!(
            "{} records, {} files, {} drafts, {} of the camera",
            written.records, written.files, written.drafts, written.camera
        );
        let now = self.platform().clock.wall();
        event::add(&mut conn, now, "bundle_written", Some(&bundle.to_string()), Some(&detail)).await?;
        Ok(written)
    }

    /// Files of the app's own camera that no draft took in, by the names they have in a bundle.
    pub(crate) fn left_in_camera(&self) -> Result<Vec<(String, PathBuf)>, AppError> {
        let folder = self.camera_folder();
        let named = |path: PathBuf| {
            let name = path.strip_prefix(&folder).unwrap_or(&path).to_string_lossy().into_owned();
            (format!("{CAMERA}/{name}"), path)
        };
        Ok(camera_files(&folder)?.into_iter().map(named).collect())
    }
}

/// What goes in.
#[derive(Default)]
struct Gathered {
    statements: Vec<Jws>,
    pieces: Vec<Piece>,
    drafts: Vec<String>,
    rows: Vec<String>,
    unreadable: Vec<quarantine::Unreadable>,
    camera: Vec<(String, PathBuf)>,
}

/// A file of the vault.
struct Piece {
    folder: &'static str,
    name: FileRef,
    /// Size and hash as signed; none where nothing was signed or the row does not say.
    signed: Option<(u64, Digest)>,
}

/// A piece with what of it can be read.
type Sendable<'a> = (&'a Piece, u64, Option<Salvage>);

const MEDIA: &str = "media";
const DRAFTS: &str = "drafts";

async fn gather(conn: &mut SqliteConnection, reach: Reach) -> Result<Gathered, StoreError> {
    // Another boot than any: everything that waits, however long.
    let sealed = record::waiting(&mut *conn, "", u64::MAX, u32::MAX).await?;
    let files = file::waiting(&mut *conn, "", u64::MAX, u32::MAX).await?;
    let mut gathered =
        Gathered { statements: sealed.rows.iter().map(record::Sealed::jws).collect(), ..Gathered::default() };
    for row in &sealed.unreadable {
        gathered.statements.extend(record::bare(&mut *conn, &row.row_key).await?);
    }
    for waiting in files.rows {
        let signed = Some((waiting.file.size.unsigned_abs(), waiting.file.sha256));
        gathered.pieces.push(Piece { folder: MEDIA, name: waiting.file.name(), signed });
    }
    for row in &files.unreadable {
        gathered.pieces.extend(named(&row.row_key).map(|name| Piece { folder: MEDIA, name, signed: None }));
    }
    gathered.unreadable.extend(sealed.unreadable.into_iter().chain(files.unreadable));
    if reach == Reach::Everything {
        gather_drafts(&mut *conn, &mut gathered).await?;
    }
    for row in &gathered.unreadable {
        gathered.rows.push(quarantine::raw(&mut *conn, row).await?.to_string());
    }
    Ok(gathered)
}

/// Open drafts with what they have gathered, and vault files that no row knows.
async fn gather_drafts(conn: &mut SqliteConnection, gathered: &mut Gathered) -> Result<(), StoreError> {
    let open = draft::open(&mut *conn).await?;
    for draft in open.rows {
        let subjects = draft::subjects(&mut *conn, draft.id).await?;
        let evidence = draft::evidence(&mut *conn, draft.id).await?;
        gathered.unreadable.extend(evidence.unreadable);
        let view = DraftView { draft, subjects, evidence: evidence.rows };
        gathered.drafts.push(to_json("draft", &view)?);
    }
    gathered.unreadable.extend(open.unreadable);
    let names: Vec<EvidenceId> = sqlx::query_scalar(
        "select e.evidence from draft_evidence e join draft d on d.id = e.draft
         where d.state = 'open' and e.state <> 'removed'
         union select evidence from orphan where state = 'offered'",
    )
    .fetch_all(&mut *conn)
    .await?;
    for evidence in names {
        // Evidence that a correction has taken over is a sealed record's and travels with that.
        if record::names(&mut *conn, evidence).await? {
            continue;
        }
        let parts = Part::ALL.iter().map(|part| FileRef { evidence, part: *part });
        gathered.pieces.extend(parts.map(|name| Piece { folder: DRAFTS, name, signed: None }));
    }
    Ok(())
}

/// The file that a row which cannot be read is about.
fn named(row_key: &str) -> Option<FileRef> {
    let (evidence, part) = row_key.split_once('.')?;
    let evidence = EvidenceId(uuid::Uuid::try_parse(evidence).ok()?);
    Some(FileRef { evidence, part: part.parse().ok()? })
}

struct Work {
    vault: Vault,
    recipient: Recipient,
    bundle: BundleId,
    device: DeviceId,
    made: ClockReading,
    gathered: Gathered,
}

impl Work {
    /// Temporary name, fsync, rename: a bundle that has its name is whole.
    fn write(&self, path: &Path) -> Result<Bundle, AppError> {
        let said = |error| AppError::io(path.display().to_string())(error);
        let mut temporary = path.as_os_str().to_owned();
        temporary.push(".incoming");
        let temporary = PathBuf::from(temporary);
        let (mut media, mut left_out) = (Vec::new(), Vec::new());
        for piece in &self.gathered.pieces {
            match self.sendable(piece)? {
                Some(part) => media.push(part),
                // A draft's piece need not have every part.
                None if piece.folder == DRAFTS => {}
                None => left_out.push(piece.name.to_string()),
            }
        }
        let mut camera = Vec::new();
        for (name, path) in &self.gathered.camera {
            // Opened before anything is written: the number of them stands at the head.
            match File::open(path).and_then(|file| Ok((file.metadata()?.len(), file))) {
                Ok((size, file)) => camera.push((name.as_str(), size, file)),
                Err(_) => left_out.push(name.clone()),
            }
        }
        let of_camera = camera.len() as u64;
        let out = Hashing { inner: File::create(&temporary).map_err(said)?, hasher: Sha256::new(), size: 0 };
        let out = self.fill(out, &media, camera).map_err(said)?;
        point!("bundle.written");
        out.inner.sync_all().map_err(said)?;
        point!("bundle.synced");
        fs::rename(&temporary, path).map_err(said)?;
        point!("bundle.renamed");
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(said)?;
        }
        Ok(Bundle {
            bundle: self.bundle,
            path: path.to_owned(),
            records: self.gathered.statements.len() as u64,
            files: in_media(&media),
            drafts: self.gathered.drafts.len() as u64,
            camera: of_camera,
            size: out.size,
            sha256: Digest(out.hasher.finalize().into()),
            left_out,
            unreadable: self.gathered.unreadable.clone(),
        })
    }

    /// What of a file can be sent: the whole of it, or the rest of a damaged one; `None`: nothing.
    fn sendable<'a>(&self, piece: &'a Piece) -> Result<Option<Sendable<'a>>, AppError> {
        if let Some((size, sha256)) = piece.signed
            && self.vault.check(piece.name, size, sha256)? == Condition::Whole
        {
            return Ok(Some((piece, size, None)));
        }
        Ok(self.vault.salvage(piece.name)?.map(|salvage| (piece, salvage.size, Some(salvage))))
    }

    fn fill(
        &self,
        out: Hashing,
        media: &[Sendable<'_>],
        camera: Vec<(&str, u64, File)>,
    ) -> io::Result<Hashing> {
        let other = |e: &dyn std::fmt::Display| io::Error::other(e.to_string());
        let encryptor = Encryptor::with_recipients(iter::once(&self.recipient as &dyn age::Recipient))
            .map_err(|e| other(&e))?;
        let mut tar = tar::Builder::new(encryptor.wrap_output(out)?);
        let manifest = Manifest {
            v: 1,
            bundle: self.bundle,
            device: self.device,
            made: self.made.clone(),
            records: self.gathered.statements.len() as u64,
            files: in_media(media),
            drafts: self.gathered.drafts.len() as u64,
            unreadable: self.gathered.rows.len() as u64,
            camera: camera.len() as u64,
        };
        let manifest = serde_json::to_vec(&manifest)?;
        entry(&mut tar, "manifest.json", manifest.len() as u64, &mut manifest.as_slice())?;
        let mut records = Vec::new();
        for statement in &self.gathered.statements {
            serde_json::to_writer(&mut records, statement)?;
            records.push(b'\n');
        }
        entry(&mut tar, "records.ndjson", records.len() as u64, &mut records.as_slice())?;
        for (name, lines) in
            [("drafts.ndjson", &self.gathered.drafts), ("unreadable.ndjson", &self.gathered.rows)]
        {
            if !lines.is_empty() {
                let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
                entry(&mut tar, name, text.len() as u64, &mut text.as_bytes())?;
            }
        }
        for (Piece { folder, name, .. }, size, salvage) in media {
            let mut source: Box<dyn Read> = match salvage {
                Some(salvage) => self.vault.open_salvage(*name, salvage, 0).map_err(|e| other(&e))?,
                None => Box::new(self.vault.open_at(*name, 0).map_err(|e| other(&e))?),
            };
            entry(&mut tar, &format!("{folder}/{name}"), *size, &mut source)?;
        }
        for (name, size, file) in camera {
            // Never more than was said, should the camera still be writing, and never less.
            entry(&mut tar, name, size, &mut file.chain(io::repeat(0)).take(size))?;
        }
        tar.into_inner()?.finish()
    }
}

fn in_media(pieces: &[Sendable<'_>]) -> u64 {
    pieces.iter().filter(|(piece, ..)| piece.folder == MEDIA).count() as u64
}

fn entry(tar: &mut tar::Builder<impl Write>, name: &str, size: u64, from: &mut dyn Read) -> io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_size(size);
    header.set_mode(0o600);
    header.set_cksum();
    tar.append_data(&mut header, name, from)
}

/// Hashes what is written through it.
struct Hashing {
    inner: File,
    hasher: Sha256,
    size: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

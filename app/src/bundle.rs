//! Unsent work leaves as one encrypted file: by cable, by card, on a colleague's phone (docs/formats.md §8).
//!
//! A tar inside age: only who holds the private half of the recipient can open it, the carrier cannot. Making a bundle
//! changes nothing here; what is in it still waits for its receipts.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    iter,
    path::{Path, PathBuf},
};

use age::{Encryptor, x25519::Recipient};
use kandas_shared::{
    evidence::FileRef,
    hash::Digest,
    ids::{BundleId, DeviceId},
    jws::Jws,
    time::ClockReading,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    app::{App, AppError},
    store::{StoreError, event, file, home, record},
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
    /// How many files.
    pub files: u64,
    /// Bytes of the encrypted file.
    pub size: u64,
    /// SHA-256 of the encrypted file.
    pub sha256: Digest,
    /// Files that could not be put in, by name; they stay here.
    pub left_out: Vec<String>,
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
        self.export_bundle_to(to, &recipient).await
    }

    /// Writes everything unsent into a bundle for an age recipient: the escrow key of an order.
    ///
    /// # Errors
    /// As [`App::export_bundle`], and when the recipient is none.
    pub async fn export_bundle_to(&self, to: &Path, recipient: &str) -> Result<Bundle, AppError> {
        let recipient: Recipient = recipient.parse().map_err(|_| AppError::NotNow("not an age recipient"))?;
        let made = self.platform().clock.reading();
        let bundle = BundleId::draw(made.wall, self.draw());
        let mut conn = self.store().conn().await?;
        let device: DeviceId = home::get(&mut conn, home::DEVICE)
            .await?
            .ok_or(AppError::NotNow("this phone is not enrolled"))?;
        // Another boot than any: everything that waits, however long.
        let statements = record::waiting(&mut conn, "", u64::MAX, u32::MAX).await?;
        let files = file::waiting(&mut conn, "", u64::MAX, u32::MAX).await?;
        drop(conn);
        if let Some(row) = statements.unreadable.into_iter().chain(files.unreadable).next() {
            return Err(StoreError::Unreadable("outbox", format!("{}: {}", row.row_key, row.problem)).into());
        }
        let statements: Vec<Jws> = statements.rows.iter().map(record::Sealed::jws).collect();
        let files: Vec<file::File> = files.rows.into_iter().map(|waiting| waiting.file).collect();
        let work = Work { vault: self.vault().clone(), recipient, bundle, device, made, statements, files };
        let path = to.to_owned();
        let written = tokio::task::spawn_blocking(move || work.write(&path)).await??;
        let mut conn = self.store().conn().await?;
        let detail = format!("{} records, {} files", written.records, written.files);
        let now = self.platform().clock.wall();
        event::add(&mut conn, now, "bundle_written", Some(&bundle.to_string()), Some(&detail)).await?;
        Ok(written)
    }
}

struct Work {
    vault: Vault,
    recipient: Recipient,
    bundle: BundleId,
    device: DeviceId,
    made: ClockReading,
    statements: Vec<Jws>,
    files: Vec<file::File>,
}

impl Work {
    /// Temporary name, fsync, rename: a bundle that has its name is whole.
    fn write(&self, path: &Path) -> Result<Bundle, AppError> {
        let said = |error| AppError::io(path.display().to_string())(error);
        let mut temporary = path.as_os_str().to_owned();
        temporary.push(".incoming");
        let temporary = PathBuf::from(temporary);
        let (mut media, mut left_out) = (Vec::new(), Vec::new());
        for file in &self.files {
            match self.sendable(file)? {
                Some(part) => media.push(part),
                None => left_out.push(file.name().to_string()),
            }
        }
        let out = Hashing { inner: File::create(&temporary).map_err(said)?, hasher: Sha256::new(), size: 0 };
        let out = self.fill(out, &media).map_err(said)?;
        out.inner.sync_all().map_err(said)?;
        fs::rename(&temporary, path).map_err(said)?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(said)?;
        }
        Ok(Bundle {
            bundle: self.bundle,
            path: path.to_owned(),
            records: self.statements.len() as u64,
            files: media.len() as u64,
            size: out.size,
            sha256: Digest(out.hasher.finalize().into()),
            left_out,
        })
    }

    /// What of a file can be sent: the whole of it, or the rest of a damaged one; `None`: nothing.
    fn sendable(&self, file: &file::File) -> Result<Option<(FileRef, u64, Option<Salvage>)>, AppError> {
        let size = file.size.unsigned_abs();
        if self.vault.check(file.name(), size, file.sha256)? == Condition::Whole {
            return Ok(Some((file.name(), size, None)));
        }
        Ok(self.vault.salvage(file.name())?.map(|salvage| (file.name(), salvage.size, Some(salvage))))
    }

    fn fill(&self, out: Hashing, media: &[(FileRef, u64, Option<Salvage>)]) -> io::Result<Hashing> {
        let other = |e: &dyn std::fmt::Display| io::Error::other(e.to_string());
        let encryptor = Encryptor::with_recipients(iter::once(&self.recipient as &dyn age::Recipient))
            .map_err(|e| other(&e))?;
        let mut tar = tar::Builder::new(encryptor.wrap_output(out)?);
        let manifest = Manifest {
            v: 1,
            bundle: self.bundle,
            device: self.device,
            made: self.made.clone(),
            records: self.statements.len() as u64,
            files: media.len() as u64,
        };
        let manifest = serde_json::to_vec(&manifest)?;
        entry(&mut tar, "manifest.json", manifest.len() as u64, &mut manifest.as_slice())?;
        let mut records = Vec::new();
        for statement in &self.statements {
            serde_json::to_writer(&mut records, statement)?;
            records.push(b'\n');
        }
        entry(&mut tar, "records.ndjson", records.len() as u64, &mut records.as_slice())?;
        for (name, size, salvage) in media {
            let mut source: Box<dyn Read> = match salvage {
                Some(salvage) => self.vault.open_salvage(*name, salvage, 0).map_err(|e| other(&e))?,
                None => Box::new(self.vault.open_at(*name, 0).map_err(|e| other(&e))?),
            };
            entry(&mut tar, &format!("media/{name}"), *size, &mut source)?;
        }
        tar.into_inner()?.finish()
    }
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

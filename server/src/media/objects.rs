//! The media store: files in custody, under keys that name no family (`evidence/ab/<evidence>.<part>`).
//!
//! What is put here is hashed on its way in and kept only if it is what was signed. When `put` returns, file and folder
//! are on the disk.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::{Bytes, BytesMut};
use kandas_shared::{
    evidence::FileRef,
    hash::Digest,
    ids::{BundleId, EvidenceId},
};
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload, local::LocalFileSystem};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Up to here a file is put in one go, above it in parts of this size.
const PART: usize = 8 << 20;

/// The media store.
#[derive(Clone, Debug)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    /// On whose disk the room is measured.
    folder: PathBuf,
}

/// What came of putting a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is what it should be, and durable.
    Kept,
    /// It is something else; nothing was kept.
    Differs {
        /// What it is.
        sha256: Digest,
        /// Its length.
        size: u64,
    },
}

impl Objects {
    /// A media store in a folder that exists.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn folder(folder: &Path) -> io::Result<Self> {
        let store = LocalFileSystem::new_with_prefix(folder).map_err(io::Error::from)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), folder: folder.to_owned() })
    }

    /// Key of a file of a piece of evidence.
    #[must_use]
    pub fn evidence_key(file: FileRef) -> String {
        format!("evidence/{}/{file}", shelf(file.evidence))
    }

    /// Key of the damaged rest of a file.
    #[must_use]
    pub fn salvage_key(file: FileRef, sha256: &Digest) -> String {
        format!("salvage/{}/{file}.{}", shelf(file.evidence), &sha256.to_string()[..16])
    }

    /// Key of a bundle of unsent work.
    #[must_use]
    pub fn bundle_key(bundle: BundleId) -> String {
        format!("bundle/{bundle}.age")
    }

    /// Bytes that are free on the media disk for us.
    ///
    /// # Errors
    /// When the disk does not say.
    pub fn free(&self) -> io::Result<u64> {
        let disk = rustix::fs::statvfs(&self.folder)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Whether the store can be reached.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn ready(&self) -> io::Result<()> {
        match self.store.head(&"evidence".into()).await {
            Ok(_) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => {
                // The local store answers a folder with an error of its own; what counts is that the root is there.
                tokio::fs::metadata(&self.folder).await.map(|_| ()).map_err(|_| error.into())
            }
        }
    }

    /// Puts a file if its hash and size are what they should be.
    ///
    /// # Errors
    /// When it cannot be read or stored; then nothing is kept.
    pub async fn put(
        &self,
        key: &str,
        mut from: impl AsyncRead + Unpin,
        sha256: Digest,
        size: u64,
    ) -> io::Result<Put> {
        let key = object_store::path::Path::from(key);
        let mut hasher = Sha256::new();
        let first = part(&mut from, &mut hasher).await?;
        if first.len() < PART {
            let found = Digest(hasher.finalize().into());
            let length = first.len() as u64;
            if (found, length) != (sha256, size) {
                return Ok(Put::Differs { sha256: found, size: length });
            }
            self.store.put(&key, PutPayload::from_bytes(first)).await?;
            return Ok(Put::Kept);
        }
        let mut upload = self.store.put_multipart(&key).await?;
        let mut length = first.len() as u64;
        let mut next = first;
        let outcome = loop {
            if let Err(error) = upload.put_part(PutPayload::from_bytes(next)).await {
                break Err(error.into());
            }
            match part(&mut from, &mut hasher).await {
                Ok(bytes) if bytes.is_empty() => break Ok(()),
                Ok(bytes) => {
                    length += bytes.len() as u64;
                    next = bytes;
                }
                Err(error) => break Err(error),
            }
        };
        let found = Digest(hasher.finalize().into());
        if outcome.is_ok() && (found, length) == (sha256, size) {
            upload.complete().await?;
            return Ok(Put::Kept);
        }
        upload.abort().await?;
        outcome.map(|()| Put::Differs { sha256: found, size: length })
    }

    /// The object itself, for reading.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub async fn read(&self, key: &str) -> io::Result<object_store::GetResult> {
        Ok(self.store.get(&object_store::path::Path::from(key)).await?)
    }

    /// Removes an object; no error if there was none.
    ///
    /// # Errors
    /// When the store says no.
    pub async fn remove(&self, key: &str) -> io::Result<()> {
        match self.store.delete(&object_store::path::Path::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Folder of an evidence: the last byte of its id, which is random (the first ones are a time).
fn shelf(evidence: EvidenceId) -> String {
    format!("{:02x}", evidence.0.as_bytes()[15])
}

async fn part(from: &mut (impl AsyncRead + Unpin), hasher: &mut Sha256) -> io::Result<Bytes> {
    let mut bytes = BytesMut::with_capacity(1 << 16);
    while bytes.len() < PART {
        let room = PART - bytes.len();
        if (&mut *from).take(room as u64).read_buf(&mut bytes).await? == 0 {
            break;
        }
    }
    hasher.update(&bytes);
    Ok(bytes.freeze())
}

#[cfg(test)]
mod tests {
    use kandas_shared::evidence::Part;

    use super::*;

    #[tokio::test]
    async fn only_what_was_signed_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::folder(folder.path()).unwrap();
        let evidence = EvidenceId::draw("2026-11-23T09:00:00Z".parse().unwrap(), [7; 10]);
        for size in [0, 1, 100_000, PART, PART + 1, 2 * PART + 17] {
            let bytes: Vec<u8> = (0..size).map(|i| (i * 31 % 251) as u8).collect();
            let key = Objects::evidence_key(FileRef { evidence, part: Part::File });
            let right = Digest::of(&bytes);
            let differs =
                objects.put(&key, bytes.as_slice(), Digest::of(b"other"), size as u64).await.unwrap();
            assert_eq!(differs, Put::Differs { sha256: right, size: size as u64 });
            assert!(objects.read(&key).await.is_err(), "nothing was kept");
            assert_eq!(objects.put(&key, bytes.as_slice(), right, size as u64).await.unwrap(), Put::Kept);
            assert_eq!(objects.read(&key).await.unwrap().bytes().await.unwrap(), bytes);
            objects.remove(&key).await.unwrap();
            objects.remove(&key).await.unwrap();
        }
        assert!(objects.free().unwrap() > 0);
        objects.ready().await.unwrap();
    }
}

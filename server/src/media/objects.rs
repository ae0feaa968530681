//! The media store: files in custody, under keys that name no family (`evidence/ab/<evidence>.<part>`), in a folder or
//! in a bucket of an S3 store. Everything that touches media goes through here.
//!
//! What is put here is hashed on its way in and kept only if it is what was signed. When `put` returns it is durable:
//! in a folder, file and folder are on the disk; a bucket answers only then.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use kandas_shared::{
    evidence::FileRef,
    hash::Digest,
    ids::{BundleId, ConsentId, EvidenceId, ExportId, PlanId, RoadMapId},
};
use object_store::{
    ObjectMeta, ObjectStore, ObjectStoreExt as _, PutPayload, local::LocalFileSystem, path::Path as Key,
};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use uuid::Uuid;

use super::{
    bucket::{Bucket, Credentials},
    hashing::Running,
};

/// Up to here a file is put in one go, above it in parts of this size.
const PART: usize = 8 << 20;
/// What is not in custody yet, in a bucket; a folder has a folder of its own for it.
const STAGING: &str = "staging";
/// Files that somebody asked for; they go by themselves and are no custody.
const EXPORTS: &str = "export";

/// The media store.
#[derive(Clone, Debug)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    /// None in a bucket.
    folder: Option<PathBuf>,
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
        Ok(Self { store: Arc::new(store), folder: Some(folder.to_owned()) })
    }

    /// A media store in a bucket. Nothing is asked of it yet.
    ///
    /// # Errors
    /// When its address cannot be used.
    pub fn bucket(bucket: &Bucket, credentials: &Credentials) -> io::Result<Self> {
        Ok(Self { store: bucket.open(credentials)?.into(), folder: None })
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

    /// Key of a scan of a signed road map; `random` keeps two that are entered at once apart.
    #[must_use]
    pub fn road_map_key(map: RoadMapId, random: [u8; 8]) -> String {
        format!("roadmap/{map}.{}", hex::encode(random))
    }

    /// Key of the scan by which a consent was withdrawn.
    #[must_use]
    pub fn withdrawal_key(consent: ConsentId, random: [u8; 8]) -> String {
        format!("consent/{consent}.{}", hex::encode(random))
    }

    /// Key of a file that shows the agreement to a plan.
    #[must_use]
    pub fn plan_key(plan: PlanId, random: [u8; 8]) -> String {
        format!("plan/{plan}.{}", hex::encode(random))
    }

    /// Key of a file by which a user of the office signs.
    #[must_use]
    pub fn signature_key(thing: Uuid, random: [u8; 8]) -> String {
        format!("signature/{thing}.{}", hex::encode(random))
    }

    /// Key of a file that somebody asked for.
    #[must_use]
    pub fn export_key(export: ExportId, attempt: i64) -> String {
        format!("{EXPORTS}/{export}.{attempt}")
    }

    /// Key of what is not in custody yet, in a bucket.
    pub(super) fn staging_key(name: &str) -> String {
        format!("{STAGING}/{name}")
    }

    /// Where an object lies or would lie, if that is a folder of this machine.
    ///
    /// # Errors
    /// When the key leads out of it.
    pub fn path(&self, key: &str) -> io::Result<Option<PathBuf>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let inside = Path::new(key).components().all(|part| matches!(part, std::path::Component::Normal(_)));
        if !inside {
            let what = "the key of a media file leads out of its folder";
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(Some(folder.join(key)))
    }

    /// Whether the store can be reached.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn ready(&self) -> io::Result<()> {
        match &self.folder {
            Some(folder) => tokio::fs::metadata(folder).await.map(drop),
            None => match self.store.head(&Key::from("ready")).await {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(error.into()),
            },
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
        let key = Key::from(key);
        let mut running = Running::default();
        let first = part(&mut from, &mut running).await?;
        if first.len() < PART {
            if let Some(differs) = running.differs(sha256, size) {
                return Ok(differs);
            }
            self.store.put(&key, PutPayload::from_bytes(first)).await?;
            return Ok(Put::Kept);
        }
        let mut upload = self.store.put_multipart(&key).await?;
        let mut next = first;
        let outcome = loop {
            if let Err(error) = upload.put_part(PutPayload::from_bytes(next)).await {
                break Err(error.into());
            }
            match part(&mut from, &mut running).await {
                Ok(bytes) if bytes.is_empty() => break Ok(()),
                Ok(bytes) => next = bytes,
                Err(error) => break Err(error),
            }
        };
        let differs = running.differs(sha256, size);
        if outcome.is_ok() && differs.is_none() {
            upload.complete().await?;
            return Ok(Put::Kept);
        }
        upload.abort().await?;
        outcome.map(|()| differs.unwrap_or(Put::Kept))
    }

    /// Puts bytes that are at hand as they are.
    ///
    /// # Errors
    /// When they cannot be stored.
    pub(super) async fn put_bytes(&self, key: &str, bytes: Vec<Bytes>) -> io::Result<()> {
        self.store.put(&Key::from(key), PutPayload::from_iter(bytes)).await?;
        Ok(())
    }

    /// The object itself, for reading.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub async fn read(&self, key: &str) -> io::Result<object_store::GetResult> {
        Ok(self.store.get(&Key::from(key)).await?)
    }

    /// A range of an object, as it is read.
    ///
    /// # Errors
    /// When it is not there or the range lies outside of it.
    pub async fn read_range(
        &self,
        key: &str,
        range: std::ops::Range<u64>,
    ) -> io::Result<BoxStream<'static, object_store::Result<Bytes>>> {
        if range.is_empty() {
            return Ok(futures_util::stream::empty().boxed());
        }
        let options = object_store::GetOptions { range: Some(range.into()), ..Default::default() };
        Ok(self.store.get_opts(&Key::from(key), options).await?.into_stream())
    }

    /// What an object hashes to, and its length.
    ///
    /// # Errors
    /// When it is not there or cannot be read to its end.
    pub async fn digest(&self, key: &str) -> io::Result<(Digest, u64)> {
        let mut stream = self.read(key).await?.into_stream();
        let mut running = Running::default();
        while let Some(bytes) = stream.try_next().await? {
            running.update(&bytes);
        }
        Ok((running.digest(), running.at()))
    }

    /// Every file that is here for good, with its length.
    ///
    /// # Errors
    /// When the store cannot be listed.
    pub async fn sizes(&self) -> io::Result<BTreeMap<String, u64>> {
        let (staging, exports) = (Key::from(STAGING), Key::from(EXPORTS));
        let listed = self.store.list(None).try_filter(|meta| {
            let staged = self.folder.is_none() && meta.location.prefix_matches(&staging);
            std::future::ready(!staged && !meta.location.prefix_matches(&exports))
        });
        Ok(listed.map_ok(|meta| (meta.location.into(), meta.size)).try_collect().await?)
    }

    /// What lies below a key that is not in custody yet.
    pub(super) fn staged(&self, name: Option<&str>) -> BoxStream<'static, io::Result<ObjectMeta>> {
        let below = name.map_or_else(|| STAGING.to_owned(), Self::staging_key);
        self.store.list(Some(&Key::from(below))).map_err(io::Error::from).boxed()
    }

    /// Removes an object; no error if there was none.
    ///
    /// # Errors
    /// When the store says no.
    pub async fn remove(&self, key: &str) -> io::Result<()> {
        match self.store.delete(&Key::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Folder of an evidence: the last byte of its id, which is random (the first ones are a time).
fn shelf(evidence: EvidenceId) -> String {
    format!("{:02x}", evidence.0.as_bytes()[15])
}

async fn part(from: &mut (impl AsyncRead + Unpin), running: &mut Running) -> io::Result<Bytes> {
    let mut bytes = BytesMut::with_capacity(1 << 16);
    while bytes.len() < PART {
        let room = PART - bytes.len();
        if (&mut *from).take(room as u64).read_buf(&mut bytes).await? == 0 {
            break;
        }
    }
    running.update(&bytes);
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
            assert_eq!(objects.digest(&key).await.unwrap(), (right, size as u64));
            assert_eq!(objects.sizes().await.unwrap(), BTreeMap::from([(key.clone(), size as u64)]));
            objects.remove(&key).await.unwrap();
            objects.remove(&key).await.unwrap();
        }
        objects.ready().await.unwrap();
        assert!(objects.path("evidence/../../out").is_err());
    }
}

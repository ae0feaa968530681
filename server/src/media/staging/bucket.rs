//! Staging in a bucket: one object per persisted piece, named by where it begins and who wrote it
//! (`staging/<upload>/<offset>-<fence>`).
//!
//! An upload is the chain of pieces from offset 0, each beginning where the one before ends; of two that begin at the
//! same place the one with the higher fencing number counts, so what a holder who was given up still puts down is never
//! taken for a part of it. A piece that is gone shortens the chain; the phone then sends again from there.

use std::io;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use kandas_shared::ids::UploadId;
use tokio::task::spawn_blocking;
use tokio_util::io::StreamReader;

use super::{Piece, Placed, Staged, Staging, Target};
use crate::media::{Objects, hashing::Running, objects::Put};

/// Bytes held in memory at most before they become an object, even where nothing counts before the end.
const MOST_WAITING: usize = 8 << 20;
/// Removals under way at once.
const ABREAST: usize = 8;

/// Staging beside the media in their bucket.
#[derive(Clone, Debug)]
pub struct BucketStaging {
    objects: Objects,
}

/// A piece that lies in the bucket.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Lying {
    at: u64,
    /// Newest first.
    fence: std::cmp::Reverse<i64>,
    size: u64,
    name: String,
}

impl Lying {
    fn read(name: &str, size: u64) -> Option<Self> {
        let (at, fence) = name.rsplit('/').next()?.split_once('-')?;
        Some(Self {
            at: at.parse().ok()?,
            fence: std::cmp::Reverse(fence.parse().ok()?),
            size,
            name: name.to_owned(),
        })
    }
}

fn key(upload: UploadId, at: u64, fence: i64) -> String {
    Objects::staging_key(&format!("{upload}/{at:020}-{fence:010}"))
}

/// Of all that lies there, the chain that is the upload.
fn chain(mut lying: Vec<Lying>) -> Vec<Lying> {
    lying.sort();
    let mut end = 0;
    lying.retain(|piece| {
        let next = piece.at == end && piece.size > 0;
        if next {
            end += piece.size;
        }
        next
    });
    lying
}

impl BucketStaging {
    /// Beside the media in a bucket.
    #[must_use]
    pub fn new(objects: Objects) -> Self {
        Self { objects }
    }

    async fn lying(&self, upload: UploadId) -> io::Result<Vec<Lying>> {
        self.objects
            .staged(Some(&upload.to_string()))
            .try_filter_map(|meta| std::future::ready(Ok(Lying::read(meta.location.as_ref(), meta.size))))
            .try_collect()
            .await
    }

    /// The bytes of pieces, one after the other.
    fn bytes_of(&self, chain: Vec<Lying>) -> BoxStream<'static, io::Result<Bytes>> {
        let objects = self.objects.clone();
        let pieces = futures_util::stream::iter(chain).then(move |piece| {
            let objects = objects.clone();
            let read: Staged<'static, BoxStream<'static, io::Result<Bytes>>> = Box::pin(async move {
                Ok(objects.read(&piece.name).await?.into_stream().map_err(io::Error::from).boxed())
            });
            read
        });
        pieces.try_flatten().boxed()
    }

    /// Puts the chain together in its place, hashing it on the way.
    async fn assemble(&self, upload: UploadId, target: &Target) -> io::Result<Placed> {
        let reader = StreamReader::new(self.bytes_of(chain(self.lying(upload).await?)));
        Ok(match self.objects.put(&target.key, reader, target.sha256, target.size).await? {
            Put::Kept => Placed::Beside,
            Put::Differs { .. } => Placed::Differs,
        })
    }
}

impl Staging for BucketStaging {
    fn held(&self, upload: UploadId) -> Staged<'_, u64> {
        Box::pin(async move {
            Ok(chain(self.lying(upload).await?).last().map_or(0, |piece| piece.at + piece.size))
        })
    }

    fn write_from(
        &self,
        upload: UploadId,
        at: u64,
        fence: i64,
        hash: Option<Running>,
    ) -> Staged<'_, Box<dyn Piece>> {
        let piece = BucketPiece {
            staging: self.clone(),
            upload,
            fence,
            at,
            waiting: Vec::new(),
            length: 0,
            hash,
            small: at == 0,
            put: Vec::new(),
        };
        Box::pin(async move { Ok(Box::new(piece) as Box<dyn Piece>) })
    }

    fn put(&self, _: UploadId, target: Target, bytes: Vec<Bytes>) -> Staged<'_, Placed> {
        Box::pin(async move {
            let hash = BucketPiece::hash_waiting(Some(Running::default()), bytes.clone()).await?;
            if hash.is_none_or(|hash| hash.differs(target.sha256, target.size).is_some()) {
                return Ok(Placed::Differs);
            }
            self.objects.put_bytes(&target.key, bytes).await?;
            Ok(Placed::Moved)
        })
    }

    fn place(&self, upload: UploadId, target: Target) -> Staged<'_, Placed> {
        Box::pin(async move { self.assemble(upload, &target).await })
    }

    fn remove(&self, upload: UploadId) -> Staged<'_, ()> {
        Box::pin(async move {
            let objects = &self.objects;
            objects
                .staged(Some(&upload.to_string()))
                .try_for_each_concurrent(ABREAST, |meta| async move {
                    objects.remove(meta.location.as_ref()).await
                })
                .await
        })
    }

    fn untouched_since(&self, time: DateTime<Utc>) -> Staged<'_, Vec<UploadId>> {
        Box::pin(async move {
            let mut newest = std::collections::BTreeMap::<UploadId, DateTime<Utc>>::new();
            let mut all = self.objects.staged(None);
            while let Some(meta) = all.next().await {
                let meta = meta?;
                let id = meta.location.as_ref().split('/').nth(1).and_then(|id| id.parse().ok());
                let Some(id) = id else { continue };
                let at = newest.entry(id).or_insert(meta.last_modified);
                *at = (*at).max(meta.last_modified);
            }
            Ok(newest.into_iter().filter(|(_, at)| *at < time).map(|(id, _)| id).collect())
        })
    }
}

struct BucketPiece {
    staging: BucketStaging,
    upload: UploadId,
    fence: i64,
    /// Where the next object begins.
    at: u64,
    waiting: Vec<Bytes>,
    length: usize,
    hash: Option<Running>,
    /// Whether nothing of the upload lies in the bucket yet.
    small: bool,
    /// Names of the objects put and not recorded.
    put: Vec<String>,
}

impl BucketPiece {
    /// Hashes what waits, on a thread that may take its time.
    async fn hash_waiting(hash: Option<Running>, waiting: Vec<Bytes>) -> io::Result<Option<Running>> {
        let Some(mut hash) = hash else { return Ok(None) };
        let hashed = spawn_blocking(move || {
            waiting.iter().for_each(|bytes| hash.update(bytes));
            hash
        });
        Ok(Some(hashed.await.map_err(io::Error::other)?))
    }

    async fn put_down(&mut self) -> io::Result<()> {
        if self.length == 0 {
            return Ok(());
        }
        let name = key(self.upload, self.at, self.fence);
        let waiting = std::mem::take(&mut self.waiting);
        let hashed = Self::hash_waiting(self.hash.take(), waiting.clone());
        // Remembered before it is there: what is undone may have come through without an answer.
        self.put.push(name.clone());
        self.small = false;
        let ((), hash) = tokio::try_join!(self.staging.objects.put_bytes(&name, waiting), hashed)?;
        self.hash = hash;
        self.at += std::mem::take(&mut self.length) as u64;
        Ok(())
    }
}

impl Piece for BucketPiece {
    fn write(&mut self, bytes: Bytes) -> Staged<'_, ()> {
        Box::pin(async move {
            self.length += bytes.len();
            self.waiting.push(bytes);
            if self.length >= MOST_WAITING {
                self.put_down().await?;
            }
            Ok(())
        })
    }

    fn persist(&mut self) -> Staged<'_, ()> {
        Box::pin(self.put_down())
    }

    fn hashed(&self) -> Option<Running> {
        self.hash.clone().filter(|hash| hash.at() == self.at)
    }

    fn place(mut self: Box<Self>, target: Target) -> Staged<'static, Placed> {
        Box::pin(async move {
            if !self.small || self.hash.is_none() {
                self.put_down().await?;
                return self.staging.assemble(self.upload, &target).await;
            }
            // A small file that came in one go: one object, put once.
            let waiting = std::mem::take(&mut self.waiting);
            let hash = Self::hash_waiting(self.hash.take(), waiting.clone()).await?;
            if hash.is_none_or(|hash| hash.differs(target.sha256, target.size).is_some()) {
                return Ok(Placed::Differs);
            }
            self.staging.objects.put_bytes(&target.key, waiting).await?;
            Ok(Placed::Moved)
        })
    }

    fn recorded(&mut self) {
        self.put.clear();
        self.small = false;
    }

    fn undo(self: Box<Self>) -> Staged<'static, ()> {
        Box::pin(async move {
            for name in &self.put {
                self.staging.objects.remove(name).await?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lying(pieces: &[(u64, i64, u64)]) -> Vec<Lying> {
        let upload = UploadId::draw("2026-11-23T09:00:00Z".parse().unwrap(), [1; 10]);
        pieces
            .iter()
            .map(|(at, fence, size)| Lying::read(&key(upload, *at, *fence), *size).unwrap())
            .collect()
    }

    fn chained(pieces: &[(u64, i64, u64)]) -> Vec<(u64, i64)> {
        chain(lying(pieces)).iter().map(|piece| (piece.at, piece.fence.0)).collect()
    }

    #[test]
    fn the_chain_is_what_the_newest_holders_wrote() {
        assert_eq!(chained(&[]), []);
        assert_eq!(chained(&[(0, 1, 10), (10, 2, 5)]), [(0, 1), (10, 2)]);
        // A holder who was given up put down more, late: the one after him counts.
        assert_eq!(chained(&[(10, 2, 90), (0, 1, 10), (10, 3, 5), (15, 4, 5)]), [(0, 1), (10, 3), (15, 4)]);
        // Fences are numbers, not texts.
        assert_eq!(chained(&[(0, 9, 10), (0, 10, 5)]), [(0, 10)]);
        // A piece is gone: what follows does not count.
        assert_eq!(chained(&[(0, 1, 10), (20, 3, 5)]), [(0, 1)]);
        assert_eq!(chained(&[(5, 1, 10)]), []);
        assert!(Lying::read("staging/x/not-a-piece", 5).is_none());
    }
}

//! One piece of an upload as it arrives.
//!
//! Bytes go to staging as they come and progress is recorded every few megabytes or seconds, so a cut costs little.
//! Without a checksum what arrived before a cut stays; with one the piece is kept whole or not at all. Never a byte
//! beyond the announced length is kept. The work runs in its own task: a client that goes away ends the stream, not the
//! work.

use std::io;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use kandas_shared::{ids::UploadId, problem::ProblemCode};
use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use tokio::time::timeout;

use super::{Media, Progress, hold::Hold, staging::Piece};
use crate::limits::moment;
use crate::refusal::{Outcome, Refusal};

/// What the head of a piece says.
#[derive(Clone, Debug)]
pub struct Arriving {
    /// Where it goes on.
    pub offset: u64,
    /// How many bytes, if said.
    pub announced: Option<u64>,
    /// What they hash to, if said.
    pub checksum: Option<Checksum>,
}

/// A checksum of a piece.
#[derive(Clone, Debug)]
pub enum Checksum {
    /// SHA-256.
    Sha256(Vec<u8>),
    /// SHA-1: tus asks every server for it. It guards against a bad line, not against a forger.
    Sha1(Vec<u8>),
}

/// How a piece ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Whole,
    BrokeOff,
    Idle,
    GaveWay,
    TooLong,
}

/// What has become of its bytes.
enum Written {
    /// The upload is whole with it; not recorded yet, because it goes to its place at once.
    Last(Box<dyn Piece>),
    /// Recorded as far as it stays.
    Part(End, Option<Refusal>),
}

impl Media {
    /// Takes a piece in.
    ///
    /// # Errors
    /// When it does not fit where the upload stands, breaks off, or the whole is not what was signed.
    pub async fn receive(
        &self,
        upload: UploadId,
        head: Arriving,
        body: impl Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    ) -> Outcome<Progress> {
        let media = self.clone();
        let task = self.0.tasks.spawn(async move {
            match media.hold(upload).await? {
                Ok(hold) => media.take(hold, head, body).await,
                Err(closed) => {
                    let progress = media.closed(&closed).await?;
                    if head.offset == progress.offset && head.announced.unwrap_or(0) == 0 {
                        Ok(progress)
                    } else {
                        Err(offset_mismatch(progress.offset))
                    }
                }
            }
        });
        task.await.map_err(Refusal::fault)?
    }

    async fn take(
        &self,
        mut hold: Hold,
        head: Arriving,
        body: impl Stream<Item = io::Result<Bytes>> + Send + Unpin,
    ) -> Outcome<Progress> {
        let durable = match self.fits(&hold, &head).await {
            Ok(durable) => durable,
            Err(refusal) => {
                hold.release().await?;
                return Err(refusal);
            }
        };
        if durable != hold.upload.received() {
            hold.record(durable).await?;
        }
        let (end, refusal) = match self.write(&mut hold, durable, &head, body).await {
            Ok(Written::Last(piece)) => return self.settle(hold, Some(piece)).await,
            Ok(Written::Part(End::Whole, None)) if hold.upload.received() == hold.upload.size() => {
                return self.settle(hold, None).await;
            }
            Ok(Written::Part(end, refusal)) => (end, refusal),
            Err(refusal) => {
                // The disk or the database failed; let the next request try again at once.
                hold.release().await?;
                return Err(refusal);
            }
        };
        let progress = hold.upload.progress();
        hold.release().await?;
        match (refusal, end) {
            (Some(refusal), _) => Err(refusal),
            (None, End::Whole) => Ok(progress),
            (None, End::BrokeOff) => Err(Refusal::because(ProblemCode::BadRequest, "the piece broke off")),
            (None, End::Idle) => Err(ProblemCode::RequestTimeout.into()),
            (None, End::GaveWay) => Err(Refusal::later(ProblemCode::UploadLocked, 1)),
            (None, End::TooLong) => Err(ProblemCode::UploadTooLarge.into()),
        }
    }

    async fn fits(&self, hold: &Hold, head: &Arriving) -> Outcome<u64> {
        let upload = &hold.upload;
        if upload.expires_at < self.now() {
            return Err(ProblemCode::UploadExpired.into());
        }
        let durable = self.durable(upload).await?;
        if head.offset != durable {
            return Err(offset_mismatch(durable));
        }
        let rest = upload.size() - durable;
        if head.announced.is_some_and(|announced| announced > rest) {
            return Err(ProblemCode::UploadTooLarge.into());
        }
        self.check_room(rest)?;
        Ok(durable)
    }

    /// Writes the stream; what of it stays is recorded when this returns, but for the last piece of all.
    async fn write(
        &self,
        hold: &mut Hold,
        from: u64,
        head: &Arriving,
        mut body: impl Stream<Item = io::Result<Bytes>> + Send + Unpin,
    ) -> Outcome<Written> {
        let limits = &self.0.limits;
        let (id, fence, size) = (hold.upload.id, hold.fence(), hold.upload.size());
        let hash = self.0.hashes.take(id, fence, from);
        let mut piece =
            self.0.depot.staging.write_from(id, from, fence, hash).await.map_err(Refusal::storage)?;
        let mut sum = head.checksum.as_ref().map(Checksum::begin);
        let (mut at, mut flushed, mut flushed_at) = (from, from, moment());
        let end = loop {
            let next = tokio::select! {
                // A newer request counts before the next byte.
                biased;
                () = hold.evicted() => break End::GaveWay,
                next = timeout(limits.idle, body.next()) => next,
            };
            let bytes = match next {
                Err(_) => break End::Idle,
                Ok(None) => break End::Whole,
                Ok(Some(Err(_))) => break End::BrokeOff,
                Ok(Some(Ok(bytes))) => bytes,
            };
            if bytes.is_empty() {
                continue;
            }
            hold.heard();
            if bytes.len() as u64 > size - at {
                break End::TooLong;
            }
            at += bytes.len() as u64;
            metrics::counter!("kandas_media_bytes_received_total").increment(bytes.len() as u64);
            if let Some(sum) = &mut sum {
                sum.update(&bytes);
            }
            piece.write(bytes).await.map_err(Refusal::storage)?;
            let due = at - flushed >= limits.flush_bytes || flushed_at.elapsed() >= limits.flush_time;
            if due && at < size {
                // Under a checksum nothing counts yet; the hold is kept all the same.
                if sum.is_none() {
                    hold.during(piece.persist()).await?.map_err(Refusal::storage)?;
                    piece = recorded(hold, piece, at).await?;
                } else {
                    hold.record(from).await?;
                }
                (flushed, flushed_at) = (at, moment());
            }
        };
        if let (Some(sum), Some(expected)) = (sum, &head.checksum)
            && !(end == End::Whole && expected.is(sum.finish().as_ref()))
        {
            let refusal = undone(piece, end).await?;
            hold.record(from).await?;
            return Ok(Written::Part(end, refusal));
        }
        if end == End::Whole && at == size {
            return Ok(Written::Last(piece));
        }
        if at > from {
            hold.during(piece.persist()).await?.map_err(Refusal::storage)?;
        }
        let piece = recorded(hold, piece, at).await?;
        if let Some(hash) = piece.hashed() {
            self.0.hashes.leave(id, fence, hash);
        }
        Ok(Written::Part(end, None))
    }
}

/// Records what was persisted. Who was given up meanwhile takes away what he brought since: the upload may have been
/// erased, and then nobody else would.
async fn recorded(hold: &mut Hold, mut piece: Box<dyn Piece>, at: u64) -> Outcome<Box<dyn Piece>> {
    match hold.record(at).await {
        Ok(()) => {
            piece.recorded();
            Ok(piece)
        }
        Err(refusal) => {
            if refusal.code() == ProblemCode::UploadLocked
                && let Err(error) = piece.undo().await
            {
                tracing::warn!(%error, "bytes of an upload that was given up stay in staging for now");
            }
            Err(refusal)
        }
    }
}

async fn undone(piece: Box<dyn Piece>, end: End) -> Outcome<Option<Refusal>> {
    piece.undo().await.map_err(Refusal::storage)?;
    Ok((end == End::Whole).then(|| Refusal::from(ProblemCode::UploadChecksumMismatch)))
}

fn offset_mismatch(durable: u64) -> Refusal {
    Refusal::because(ProblemCode::UploadOffsetMismatch, format!("the upload stands at {durable}"))
}

impl Checksum {
    fn begin(&self) -> Context {
        Context::new(match self {
            Checksum::Sha256(_) => &SHA256,
            Checksum::Sha1(_) => &SHA1_FOR_LEGACY_USE_ONLY,
        })
    }

    fn is(&self, found: &[u8]) -> bool {
        match self {
            Checksum::Sha256(sum) | Checksum::Sha1(sum) => sum == found,
        }
    }
}

//! An upload whose first bytes come with the request that begins it.
//!
//! A small file that comes whole this way is hashed in memory, put down once in its place and enters custody: no lease,
//! no record of progress, nothing in staging. Until it is whole nothing of it is durable and nobody has been told
//! otherwise. If it is cut, what came goes on like any other upload, so that a phone on a bad line need not send it
//! again.

use std::io;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use kandas_shared::{
    hash::Digest,
    ids::{DeviceId, UploadId},
    problem::ProblemCode,
};
use tokio::time::timeout;

use super::{
    Arriving, Media, Progress,
    entry::{Arrived, By},
    staging::{Placed, Target},
    upload::{Admitted, Aim, Made},
};
use crate::{
    chance,
    refusal::{Outcome, Refusal},
};

/// Largest file that is kept in memory until it is whole.
const SMALL: u64 = 256 << 10;

/// How far the body came.
enum Came {
    Whole,
    /// Not whole; whether more may still come, or an error that ended it.
    Broken(Option<io::Error>),
}

impl Media {
    /// Begins an upload and takes in what comes with it. If there is one in progress for the same file that has bytes,
    /// it is answered and the body given back: whoever was cut before he heard his upload's name begins again with the
    /// first byte, and is told at once where to go on.
    ///
    /// # Errors
    /// As [`Media::create`] and [`Media::receive`].
    pub async fn create_with<B>(
        &self,
        device: DeviceId,
        aim: Aim,
        length: u64,
        head: Arriving,
        mut body: B,
    ) -> Outcome<(Made, Option<B>)>
    where
        B: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    {
        let whole = head.announced.is_none_or(|announced| announced == length);
        let small = head.checksum.is_none() && whole && length <= SMALL;
        let Admitted { sha256, in_progress } = self.admit(aim, length).await?;
        if !small || in_progress || matches!(aim, Aim::Bundle { .. }) {
            let made = self.create_admitted(device, aim, length, sha256).await?;
            return self.go_on(made, head, body).await;
        }
        let mut came = Vec::new();
        match self.arrive(&mut body, length, &mut came).await {
            Came::Whole => {
                let media = self.clone();
                let task =
                    self.0.tasks.spawn(async move { media.take_whole(device, aim, sha256, came).await });
                Ok((task.await.map_err(Refusal::fault)??, None))
            }
            Came::Broken(error) => {
                let made = self.create_admitted(device, aim, length, sha256).await?;
                let rest = match error {
                    Some(error) => stream::iter([Err(error)]).left_stream(),
                    None => body.fuse().right_stream(),
                };
                let body = stream::iter(came.into_iter().map(Ok)).chain(rest);
                let (made, _) = self.go_on(made, head, body).await?;
                Ok((made, None))
            }
        }
    }

    async fn go_on<B>(&self, mut made: Made, head: Arriving, body: B) -> Outcome<(Made, Option<B>)>
    where
        B: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    {
        if made.progress.receipt.is_some() {
            return Ok((made, None));
        }
        if made.progress.offset > 0 {
            return Ok((made, Some(body)));
        }
        made.progress = self.receive(made.upload, head, body).await?;
        Ok((made, None))
    }

    /// Waits for a body that should have `length` bytes.
    async fn arrive(
        &self,
        body: &mut (impl Stream<Item = io::Result<Bytes>> + Unpin),
        length: u64,
        came: &mut Vec<Bytes>,
    ) -> Came {
        let mut at = 0;
        while at <= length {
            let next = tokio::select! {
                () = self.0.halt.cancelled() => break,
                next = timeout(self.0.limits.idle, body.next()) => next,
            };
            match next {
                Ok(Some(Ok(bytes))) => {
                    at += bytes.len() as u64;
                    came.push(bytes);
                }
                Ok(None) if at == length => return Came::Whole,
                Ok(Some(Err(error))) => return Came::Broken(Some(error)),
                Ok(None) | Err(_) => break,
            }
        }
        Came::Broken(None)
    }

    async fn take_whole(
        &self,
        device: DeviceId,
        aim: Aim,
        sha256: Digest,
        bytes: Vec<Bytes>,
    ) -> Outcome<Made> {
        let (file, salvage) = match aim {
            Aim::File(file) => (file, false),
            Aim::Salvage { file, .. } => (file, true),
            Aim::Bundle { .. } => return Err(Refusal::fault("a bundle is no file")),
        };
        let size = bytes.iter().map(|piece| piece.len() as u64).sum();
        metrics::counter!("kandas_uploads_created_total").increment(1);
        metrics::counter!("kandas_media_bytes_received_total").increment(size);
        let upload = UploadId::draw(self.now(), chance::bytes(self.0.chance.as_ref()));
        let target = Target { key: aim.object(), sha256, size };
        let object = target.key.clone();
        let placed = self.0.depot.staging.put(upload, target, bytes).await.map_err(Refusal::storage)?;
        if placed == Placed::Differs {
            metrics::counter!("kandas_uploads_mismatched_total").increment(1);
            return Err(ProblemCode::UploadHashMismatch.into());
        }
        let by = By::Once(upload);
        let arrived =
            Arrived { file, sha256, size, object: object.clone(), carrier: Some(device), salvage, by };
        let received = match self.enter(arrived).await {
            Ok(entered) => self.received(entered),
            Err(refusal) => Err(refusal),
        };
        match received {
            Ok(receipt) => {
                let progress =
                    Progress { offset: size, length: size, expires_at: None, receipt: Some(receipt) };
                Ok(Made { upload, progress })
            }
            Err(refusal) => {
                if let Err(error) = self.withdraw(file, upload, &object).await {
                    tracing::warn!(%error, "a file that could not enter custody stays in its place for now");
                }
                Err(refusal)
            }
        }
    }
}

//! Who writes an upload now.
//!
//! In the database: `fence` grows with every holder and `lease_until` says how long the present one may be silent.
//! Progress is recorded only under the newest fence, so a holder that was given up cannot move the offset any more. In
//! this process: when the present holder last got a byte, so that a newer request need not wait for the lease to run
//! out when the phone has merely changed its network and the old connection hangs. A holder in another process cannot
//! be asked; as long as he gets bytes he renews his lease, and a newer request waits to see whether he does.

use std::sync::Arc;

use kandas_shared::{ids::UploadId, problem::ProblemCode};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{Media, parking::Lock, span, upload::Upload};
use crate::{
    exec,
    limits::moment,
    refusal::{Outcome, Refusal},
};

/// The right to write an upload; ends with [`Hold::release`], or by itself when the lease runs out.
pub(super) struct Hold {
    media: Media,
    /// The upload as it stood when the hold began.
    pub(super) upload: Upload,
    fence: i64,
    writer: Arc<Writer>,
}

/// What came of one attempt.
enum Tried {
    /// Held, or not open any more.
    Taken(Result<Hold, Upload>),
    /// Somebody else has it.
    Held(Upload),
}

/// A holder in this process.
pub(super) struct Writer {
    fence: i64,
    last_byte: Lock<Option<Instant>>,
    evicted: CancellationToken,
    gone: CancellationToken,
}

impl Media {
    /// Takes hold of an open upload, from a holder that stalls if need be. An upload that is not open any more comes
    /// back without a hold.
    pub(super) async fn hold(&self, id: UploadId) -> Outcome<Result<Hold, Upload>> {
        let (stall, lease) = (self.0.limits.stall, self.0.limits.lease);
        let began = moment();
        let mut first_seen = None;
        loop {
            let held = match self.try_hold(id).await? {
                Tried::Taken(taken) => return Ok(taken),
                Tried::Held(upload) => upload,
            };
            let own = self.writer(id);
            let elsewhere = own.is_none();
            if let Some(writer) = own
                && writer.silent_for() >= stall
            {
                tracing::info!("a stalled piece gives way to a newer request");
                writer.evicted.cancel();
                // It has only to make durable what it has.
                let _ = timeout(stall * 3, writer.gone.cancelled()).await;
                if let Tried::Taken(taken) = self.try_hold(id).await? {
                    return Ok(taken);
                }
            }
            let sign = (held.fence, held.touched_at);
            let silent = *first_seen.get_or_insert(sign) == sign;
            let patience = if elsewhere && silent { lease + stall } else { stall * 3 };
            if began.elapsed() >= patience {
                return Err(Refusal::later(ProblemCode::UploadLocked, 1));
            }
            sleep(stall / 8).await;
        }
    }

    async fn try_hold(&self, id: UploadId) -> Outcome<Tried> {
        let now = self.now();
        let mut tx = self.0.store.write_lightly().await?;
        let taken = exec!(
            &mut tx,
            "update upload set fence = fence + 1, lease_until = $1, touched_at = $2
             where id = $3 and state = 'open' and (lease_until is null or lease_until <= $2)",
            now + span(self.0.limits.lease),
            now,
            id
        )
        .await?;
        let upload = Upload::find(&mut tx, id).await?.ok_or(ProblemCode::UploadUnknown)?;
        if taken == 0 {
            return Ok(if upload.is_open() { Tried::Held(upload) } else { Tried::Taken(Err(upload)) });
        }
        tx.commit().await?;
        kandas_disk::point!("hold.after-commit");
        self.0.hashes.pass_on(id, upload.fence);
        let writer = Arc::new(Writer {
            fence: upload.fence,
            last_byte: Lock::default(),
            evicted: CancellationToken::new(),
            gone: CancellationToken::new(),
        });
        writer.heard();
        self.0.writers.lock().insert(id, Arc::clone(&writer));
        Ok(Tried::Taken(Ok(Hold { media: self.clone(), fence: upload.fence, upload, writer })))
    }

    fn writer(&self, id: UploadId) -> Option<Arc<Writer>> {
        self.0.writers.lock().get(&id).cloned()
    }
}

impl Hold {
    /// Records how far the upload is durable and holds on.
    ///
    /// # Errors
    /// [`ProblemCode::UploadLocked`] when somebody else holds it by now.
    pub(super) async fn record(&mut self, received: u64) -> Outcome<()> {
        let now = self.media.now();
        let limits = &self.media.0.limits;
        let expires_at = now + span(limits.upload_life);
        let mut tx = self.media.0.store.write().await?;
        let kept = exec!(
            &mut tx,
            "update upload set received = $1, lease_until = $2, touched_at = $3, expires_at = $4
             where id = $5 and fence = $6 and state = 'open'",
            as_column(received),
            now + span(limits.lease),
            now,
            expires_at,
            self.upload.id,
            self.fence
        )
        .await?;
        if kept == 0 {
            return Err(Refusal::later(ProblemCode::UploadLocked, 1));
        }
        kandas_disk::point!("progress.before-commit");
        tx.commit().await?;
        kandas_disk::point!("progress.after-commit");
        self.upload.received = as_column(received);
        self.upload.expires_at = expires_at;
        Ok(())
    }

    /// Does something that takes its time without losing hold.
    pub(super) async fn during<T>(&self, work: impl Future<Output = T>) -> Outcome<T> {
        let mut work = std::pin::pin!(work);
        let pause = self.media.0.limits.lease / 3;
        loop {
            tokio::select! {
                done = &mut work => return Ok(done),
                () = sleep(pause) => self.renew().await?,
            }
        }
    }

    async fn renew(&self) -> Outcome<()> {
        self.writer.heard();
        let now = self.media.now();
        let mut tx = self.media.0.store.write_lightly().await?;
        let kept = exec!(
            &mut tx,
            "update upload set lease_until = $1, touched_at = $2 where id = $3 and fence = $4",
            now + span(self.media.0.limits.lease),
            now,
            self.upload.id,
            self.fence
        )
        .await?;
        if kept == 0 {
            return Err(Refusal::later(ProblemCode::UploadLocked, 1));
        }
        Ok(tx.commit().await?)
    }

    /// Lets others write.
    pub(super) async fn release(self) -> Outcome<()> {
        let mut tx = self.media.0.store.write_lightly().await?;
        // No row: somebody else holds it or it is gone; either way it is not ours to release.
        exec!(
            &mut tx,
            "update upload set lease_until = null where id = $1 and fence = $2",
            self.upload.id,
            self.fence
        )
        .await?;
        Ok(tx.commit().await?)
    }

    /// A byte came.
    pub(super) fn heard(&self) {
        self.writer.heard();
    }

    /// Ends when a newer request has taken over or the server stops.
    pub(super) async fn evicted(&self) {
        tokio::select! {
            () = self.writer.evicted.cancelled() => {}
            () = self.media.0.halt.cancelled() => {}
        }
    }

    pub(super) fn fence(&self) -> i64 {
        self.fence
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut writers = self.media.0.writers.lock();
        if writers.get(&self.upload.id).is_some_and(|writer| writer.fence == self.fence) {
            writers.remove(&self.upload.id);
        }
        drop(writers);
        self.writer.gone.cancel();
    }
}

impl Writer {
    fn heard(&self) {
        *self.last_byte.lock() = Some(moment());
    }

    fn silent_for(&self) -> std::time::Duration {
        self.last_byte.lock().map_or(std::time::Duration::ZERO, |at| at.elapsed())
    }
}

/// Sizes are checked against what a column can count when an upload begins.
pub(super) fn as_column(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

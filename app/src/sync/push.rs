//! Sending records. A batch goes out, one signed receipt comes back; only when it names exactly what was sent, in this
//! epoch, carried by this device, does any record change its state.

use kandas_disk::point;
use kandas_shared::{
    hash::Digest,
    jws::Jws,
    problem::ProblemCode,
    wire::{RecordBatch, RecordBatchAnswer},
};
use sqlx::SqliteConnection;

use super::{Sync, SyncError, progress::News, receipts::Untrusted};
use crate::{
    chain::Receipted,
    store::{
        StoreError,
        outbox::Item,
        travel::{self, Moment},
    },
};

/// Most records in a batch.
pub(super) const LARGEST_BATCH: usize = 50;
/// About the most text in a batch: a minute on a bad link before it is compressed.
const BATCH_BYTES: usize = 512 * 1024;

impl Sync<'_> {
    pub(super) async fn push(&mut self) -> Result<(), SyncError> {
        let now = self.moment();
        let mut conn = self.app.store().conn().await?;
        let outgoing = travel::outgoing(&mut conn, &now, self.batch, BATCH_BYTES).await?;
        drop(conn);
        if outgoing.is_empty() {
            // What seemed to wait could not be read and was set down.
            return Ok(());
        }
        let sent: Vec<Digest> = outgoing.iter().map(|o| o.hash).collect();
        let records: Vec<Jws> = outgoing.into_iter().map(|o| o.statement).collect();
        let answer: RecordBatchAnswer =
            self.http.post("/v1/records", Some(&self.bearer()?), &RecordBatch { records }).await?;
        point!("push.answered");
        let said = self.keys.records(&answer.receipt, self.epoch, self.device, &sent, &self.verifier)?;

        let before = self.app.chain().await?.0;
        if let Receipted::OtherEpoch = self.app.settle_records(&answer.receipt, &said).await? {
            return Err(Untrusted::OtherEpoch(said.epoch).into());
        }
        let forked = self.app.chain().await?.0 != before;

        // What the server made of them comes with the next pull.
        self.pulled_ms = None;
        self.batch = (self.batch * 2).min(LARGEST_BATCH);
        for item in said.items {
            self.progress.news(&News::Record { hash: item.hash, verdict: item.verdict, reason: item.reason });
        }
        if forked {
            self.progress.news(&News::NewChain { reason: "fork".into() });
        }
        Ok(())
    }

    /// After the server answered a batch with an error: the next one is a single record; if it was single, that record
    /// steps back alone and the others go on.
    pub(super) async fn record_at_fault(
        &mut self,
        conn: &mut SqliteConnection,
        now: &Moment,
        code: Option<ProblemCode>,
    ) -> Result<Option<Item>, StoreError> {
        // These are about the server, not about what it was sent.
        let about_server = matches!(code, Some(c) if matches!(c.status(), 401 | 403 | 429 | 503 | 507));
        if about_server || code.is_none() {
            return Ok(None);
        }
        let sent = travel::outgoing(conn, now, self.batch, BATCH_BYTES).await?;
        self.batch = 1;
        Ok(match sent.as_slice() {
            [only] => Some(Item::Record(only.hash)),
            _ => None,
        })
    }
}

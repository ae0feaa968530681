//! Sending records. A batch goes out, one signed receipt comes back; only when it names exactly what was sent, in this
//! epoch, carried by this device, does any record change its state.

use kandas_disk::point;
use kandas_shared::{
    hash::Digest,
    jws::Jws,
    packed::{self, Seen},
    problem::ProblemCode,
    wire::{RecordBatch, RecordBatchAnswer},
};
use sqlx::SqliteConnection;

use super::{Sync, SyncError, http::Failure, progress::News, receipts::Untrusted};
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
        let receipt = self.hand_over(records).await?;
        point!("push.answered");
        let said = self.keys.records(&receipt, self.epoch, self.device, &sent, &self.verifier)?;

        let before = self.app.chain().await?.0;
        if let Receipted::OtherEpoch = self.app.settle_records(&receipt, &said).await? {
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

    /// Sends a batch and gives the receipt: in the packed form if the server reads it and as long as it does.
    async fn hand_over(&mut self, records: Vec<Jws>) -> Result<Jws, SyncError> {
        let bearer = self.bearer()?;
        let worker = self.token.as_ref().and_then(|token| token.packed_for);
        if let Some((worker, server_key)) = worker.zip(self.keys.current()) {
            let key = self.app.signer().public_key().kid();
            let mut seen = Seen::of_token(self.device, worker, &key, &server_key.kid());
            if let Some(body) = packed::pack(&records, &mut seen) {
                match self.http.post_packed("/v1/records", &bearer, body, &mut seen).await {
                    // Whatever of this form is not understood at either end, in JSON it can be said too. What was
                    // taken into custody all the same is then known.
                    Err(failure) if is_about_the_form(&failure) => {
                        tracing::warn!(%failure, "the packed form is not understood; going on in JSON");
                        if let Some(token) = &mut self.token {
                            token.packed_for = None;
                        }
                    }
                    answer => return Ok(answer?),
                }
            }
        }
        let answer: RecordBatchAnswer =
            self.http.post("/v1/records", Some(&bearer), &RecordBatch { records }).await?;
        Ok(answer.receipt)
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

fn is_about_the_form(failure: &Failure) -> bool {
    match failure {
        Failure::Refused(refusal) => matches!(refusal.status, 400 | 413 | 415),
        Failure::Protocol(_) => true,
        _ => false,
    }
}

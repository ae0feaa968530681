//! A whole upload enters custody: what was hashed goes to its place, one fact, one receipt.
//!
//! The order is: object durable, then fact and row in one transaction, then the bytes in staging go. A crash anywhere
//! in between leaves an open upload at the offset that was told last; the next request for it goes through here again
//! and finds the same object. A receipt is signed when it is asked for, from the tables, for the present epoch: none is
//! stored.

use kandas_shared::{
    evidence::FileRef,
    ids::UploadId,
    jws::Jws,
    problem::ProblemCode,
    receipt::{FileReceipt, Receipt},
};

use super::{
    Media, Objects, Progress,
    entry::{Arrived, By, Entered, author},
    hold::Hold,
    objects::Put,
    staging::{Piece, Placed, Target},
    upload::{FileRow, Upload},
};
use crate::{
    exec,
    facts::{BundleReceived, Event},
    journal::{self, Fact},
    receipts,
    refusal::{Outcome, Refusal},
};

impl Media {
    /// The receipt of a file in custody, signed for the present epoch.
    ///
    /// # Errors
    /// When no record names the file, or it is not in custody.
    pub async fn receipt(&self, file: FileRef) -> Outcome<Jws> {
        let mut tx = self.0.store.read().await?;
        let row = FileRow::find(&mut tx, file).await?.ok_or(ProblemCode::EvidenceUnknown)?;
        let head = journal::head(&mut tx).await?;
        drop(tx);
        match row.state.as_str() {
            "received" | "salvaged" => {}
            "erased" => return Err(ProblemCode::EvidenceErased.into()),
            _ => return Err(ProblemCode::UploadUnknown.into()),
        }
        let receipt = row
            .receipt(file, head.epoch, self.now())
            .ok_or_else(|| Refusal::fault("a file in custody without a position"))?;
        self.signed(receipt)
    }

    pub(super) fn signed(&self, receipt: FileReceipt) -> Outcome<Jws> {
        let signed = receipts::signed(&self.0.keys, &Receipt::File(receipt));
        kandas_disk::point!("custody.receipt-signed");
        signed
    }

    /// A whole upload enters custody, or is discarded because it is not what was signed. `last` is the piece with which
    /// it became whole, unless that was before.
    pub(super) async fn settle(&self, hold: Hold, last: Option<Box<dyn Piece>>) -> Outcome<Progress> {
        let upload = hold.upload.clone();
        let target = Target { key: upload.object()?, sha256: upload.sha256, size: upload.size() };
        let object = target.key.clone();
        let placed = match hold.during(self.place(upload.id, target, last)).await {
            Ok(Ok(placed)) => placed,
            Ok(Err(error)) => {
                hold.release().await?;
                return Err(Refusal::storage(error));
            }
            Err(refusal) => return Err(refusal),
        };
        if placed == Placed::Differs {
            let fence = hold.fence();
            drop(hold);
            if let Err(refusal) = self.discard(upload.id, fence).await {
                if let Some(file) = upload.file() {
                    self.withdraw(file, upload.id, &object).await?;
                }
                return Err(refusal);
            }
            metrics::counter!("kandas_uploads_mismatched_total").increment(1);
            return Err(match upload.bundle {
                Some(_) => ProblemCode::BundleHashMismatch.into(),
                None => ProblemCode::UploadHashMismatch.into(),
            });
        }
        let receipt = match self.finish(&upload, hold.fence(), object.clone()).await {
            Ok(receipt) => receipt,
            Err(refusal) => {
                if let Some(file) = upload.file()
                    && let Err(error) = self.withdraw(file, upload.id, &object).await
                {
                    tracing::warn!(%error, "a file that could not enter custody stays in its place for now");
                }
                // Whoever comes next need not wait for the lease; if that fails too, he does.
                if let Err(error) = hold.release().await {
                    tracing::warn!(%error, "an upload stays held until its lease runs out");
                }
                return Err(refusal);
            }
        };
        drop(hold);
        // Custody is settled; bytes left behind by a failure here go when the upload's row does.
        if placed == Placed::Beside
            && let Err(error) = self.0.depot.staging.remove(upload.id).await
        {
            tracing::warn!(%error, "a finished upload's bytes stay in staging for now");
        }
        kandas_disk::point!("custody.staging-gone");
        Ok(Progress { offset: upload.size(), length: upload.size(), expires_at: None, receipt })
    }

    /// A file that could not enter custody leaves its place if nobody can ever enter it there: its subject was erased
    /// meanwhile. Otherwise it stays for whoever goes on; another process may just have entered it.
    pub(super) async fn withdraw(&self, file: FileRef, upload: UploadId, object: &str) -> Outcome<()> {
        let mut tx = self.0.store.read().await?;
        let row = FileRow::find(&mut tx, file).await?;
        drop(tx);
        if row.is_none_or(|row| row.state == "erased") {
            self.0.depot.objects.remove(object).await.map_err(Refusal::storage)?;
            self.0.depot.staging.remove(upload).await.map_err(Refusal::storage)?;
        }
        Ok(())
    }

    /// Brings a whole upload to its place in the media store if it is what it should be.
    async fn place(
        &self,
        upload: UploadId,
        target: Target,
        last: Option<Box<dyn Piece>>,
    ) -> std::io::Result<Placed> {
        match last {
            Some(piece) => piece.place(target).await,
            // Nothing was ever written for it.
            None if target.size == 0 => {
                let put = self.0.depot.objects.put(&target.key, tokio::io::empty(), target.sha256, 0).await?;
                Ok(if put == Put::Kept { Placed::Moved } else { Placed::Differs })
            }
            None => self.0.depot.staging.place(upload, target).await,
        }
    }

    /// An upload whose bytes are in their place enters custody; a file with its receipt.
    async fn finish(&self, upload: &Upload, fence: i64, object: String) -> Outcome<Option<Jws>> {
        let Some(file) = upload.file() else {
            self.finish_bundle(upload, fence, object).await?;
            return Ok(None);
        };
        let entered = self
            .enter(Arrived {
                file,
                sha256: upload.sha256,
                size: upload.size(),
                object,
                carrier: upload.device,
                salvage: upload.salvage,
                by: By::Upload(upload.id, fence),
            })
            .await?;
        self.received(entered).map(Some)
    }

    /// The receipt of a file that has entered custody.
    pub(super) fn received(&self, entered: Entered) -> Outcome<Jws> {
        match entered {
            Entered::Custody(receipt) => self.signed(receipt),
            Entered::Erased => Err(ProblemCode::EvidenceErased.into()),
            Entered::Unknown => Err(ProblemCode::EvidenceUnknown.into()),
            Entered::NotOurs => Err(Refusal::later(ProblemCode::UploadLocked, 1)),
        }
    }

    async fn finish_bundle(&self, upload: &Upload, fence: i64, object: String) -> Outcome<()> {
        let bundle = upload.bundle.ok_or_else(|| Refusal::fault("an upload that is for nothing"))?;
        let mut tx = self.0.store.write().await?;
        let locked = journal::lock(&mut tx).await?;
        let ours = exec!(
            &mut tx,
            "update upload set state = 'finished', received = size, lease_until = null, touched_at = $1
             where id = $2 and fence = $3 and state = 'open'",
            self.now(),
            upload.id,
            fence
        )
        .await?;
        if ours == 0 {
            return Err(Refusal::later(ProblemCode::UploadLocked, 1));
        }
        let event = Event::BundleReceived(BundleReceived {
            bundle,
            sha256: upload.sha256,
            size: upload.size(),
            object,
            carrier: upload.device,
        });
        let fact = Fact { author: author(upload.device), family: None, person: None, event };
        journal::append_locked(&mut tx, locked, self.0.chance.as_ref(), self.now(), vec![fact]).await?;
        kandas_disk::point!("bundle.before-commit");
        tx.commit().await?;
        kandas_disk::point!("bundle.after-commit");
        self.0.bundles.notify_one();
        Ok(())
    }
}

impl Upload {
    fn object(&self) -> Outcome<String> {
        match (self.file(), self.bundle) {
            (Some(file), _) if self.salvage => Ok(Objects::salvage_key(file, &self.sha256)),
            (Some(file), _) => Ok(Objects::evidence_key(file)),
            (None, Some(bundle)) => Ok(Objects::bundle_key(bundle)),
            (None, None) => Err(Refusal::fault("an upload that is for nothing")),
        }
    }
}

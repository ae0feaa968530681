//! A whole upload enters custody: what was hashed goes to its place, one fact, one receipt.
//!
//! The order is: object durable, then fact and row in one transaction, then the bytes in staging go. A crash anywhere
//! in between leaves an open upload at the offset that was told last; the next request for it goes through here again
//! and finds the same object. A receipt is signed when it is asked for, from the tables, for the present epoch: none is
//! stored.

use kandas_shared::{
    evidence::FileRef,
    hash::Digest,
    ids::{DeviceId, FamilyId, PersonId, UploadId},
    journal::{Author, AuthorKind},
    jws::Jws,
    problem::ProblemCode,
    receipt::{FileReceipt, Receipt},
};

use super::{
    Media, Objects, Progress,
    hold::Hold,
    objects::Put,
    staging::{Piece, Placed, Target},
    upload::{FileRow, Upload},
};
use crate::{
    evidence, exec,
    facts::{BundleReceived, Event, EvidenceReceived, EvidenceSalvaged},
    journal::{self, Fact},
    opt, receipts,
    refusal::{Outcome, Refusal},
    store::Tx,
};

/// A file that lies in the media store and is to enter custody.
#[derive(Clone, Debug)]
pub(super) struct Arrived {
    pub(super) file: FileRef,
    pub(super) sha256: Digest,
    pub(super) size: u64,
    pub(super) object: String,
    pub(super) carrier: Option<DeviceId>,
    pub(super) salvage: bool,
}

/// Whether a file entered custody now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entered {
    /// There is a new fact.
    Now,
    /// It was in custody before.
    Before,
    /// Its subject has been erased meanwhile: it must not be kept.
    Erased,
    /// No record names it.
    Unknown,
}

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
        let (sha256, size, salvage) = match (row.state.as_str(), row.salvage_sha256, row.salvage_size) {
            ("received", ..) => (row.sha256, row.size, false),
            ("salvaged", Some(sha256), Some(size)) => (sha256, size, true),
            ("erased", ..) => return Err(ProblemCode::EvidenceErased.into()),
            _ => return Err(ProblemCode::UploadUnknown.into()),
        };
        let position = row.position.ok_or_else(|| Refusal::fault("a file in custody without a position"))?;
        let receipt = Receipt::File(FileReceipt {
            v: 1,
            epoch: head.epoch,
            time: self.now(),
            evidence: file.evidence,
            part: file.part,
            sha256,
            size: size.unsigned_abs(),
            position: position.unsigned_abs(),
            salvage,
        });
        receipts::signed(&self.0.keys, &receipt)
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
                self.withdraw(&upload, &object).await?;
                return Err(refusal);
            }
            metrics::counter!("kandas_uploads_mismatched_total").increment(1);
            return Err(match upload.bundle {
                Some(_) => ProblemCode::BundleHashMismatch.into(),
                None => ProblemCode::UploadHashMismatch.into(),
            });
        }
        if let Err(refusal) = self.finish(&upload, hold.fence(), object.clone()).await {
            if let Err(error) = self.withdraw(&upload, &object).await {
                tracing::warn!(%error, "a file that could not enter custody stays in its place for now");
            }
            // Whoever comes next need not wait for the lease; if that fails too, he does.
            if let Err(error) = hold.release().await {
                tracing::warn!(%error, "an upload stays held until its lease runs out");
            }
            return Err(refusal);
        }
        drop(hold);
        // Custody is settled; bytes left behind by a failure here go when the upload's row does.
        if placed == Placed::Beside
            && let Err(error) = self.0.depot.staging.remove(upload.id).await
        {
            tracing::warn!(%error, "a finished upload's bytes stay in staging for now");
        }
        self.closed(&Upload { state: "finished".into(), ..upload }).await
    }

    /// A file that could not enter custody leaves its place if nobody can ever enter it there: its subject was erased
    /// meanwhile. Otherwise it stays for whoever goes on; another process may just have entered it.
    async fn withdraw(&self, upload: &Upload, object: &str) -> Outcome<()> {
        let Some(file) = upload.file() else { return Ok(()) };
        let mut tx = self.0.store.read().await?;
        let row = FileRow::find(&mut tx, file).await?;
        drop(tx);
        if row.is_none_or(|row| row.state == "erased") {
            self.0.depot.objects.remove(object).await.map_err(Refusal::storage)?;
            self.0.depot.staging.remove(upload.id).await.map_err(Refusal::storage)?;
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

    async fn finish(&self, upload: &Upload, fence: i64, object: String) -> Outcome<()> {
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
        let Some(file) = upload.file() else {
            return self.finish_bundle(tx, locked, upload, object).await;
        };
        let arrived = Arrived {
            file,
            sha256: upload.sha256,
            size: upload.size(),
            object,
            carrier: upload.device,
            salvage: upload.salvage,
        };
        let entered = self.enter(&mut tx, locked, &arrived).await?;
        tx.commit().await?;
        match entered {
            Entered::Now | Entered::Before => Ok(()),
            Entered::Erased => Err(ProblemCode::EvidenceErased.into()),
            Entered::Unknown => Err(ProblemCode::EvidenceUnknown.into()),
        }
    }

    async fn finish_bundle(
        &self,
        mut tx: Tx,
        locked: journal::Locked,
        upload: &Upload,
        object: String,
    ) -> Outcome<()> {
        let bundle = upload.bundle.ok_or_else(|| Refusal::fault("an upload that is for nothing"))?;
        let event = Event::BundleReceived(BundleReceived {
            bundle,
            sha256: upload.sha256,
            size: upload.size(),
            object,
            carrier: upload.device,
        });
        let fact = Fact { author: author(upload.device), family: None, person: None, event };
        journal::append_locked(&mut tx, locked, self.0.chance.as_ref(), self.now(), vec![fact]).await?;
        tx.commit().await?;
        self.0.bundles.notify_one();
        Ok(())
    }

    /// Writes the fact of a file that lies in the media store.
    pub(super) async fn enter(
        &self,
        tx: &mut Tx,
        locked: journal::Locked,
        arrived: &Arrived,
    ) -> Outcome<Entered> {
        let file = arrived.file;
        let Some(row) = FileRow::find(tx, file).await? else { return Ok(Entered::Unknown) };
        match row.state.as_str() {
            "erased" => return Ok(Entered::Erased),
            "received" => return Ok(Entered::Before),
            _ if arrived.salvage && row.salvage_sha256 == Some(arrived.sha256) => return Ok(Entered::Before),
            _ => {}
        }
        let subject: Option<(Option<FamilyId>, Option<PersonId>)> = opt!(
            tx,
            (Option<FamilyId>, Option<PersonId>),
            "select r.family, r.person from evidence e join record r on r.hash = e.hash
             where e.evidence = $1 order by r.position limit 1",
            file.evidence
        )
        .await?;
        let (family, person) = subject.unwrap_or_default();
        let Arrived { sha256, size, object, carrier, .. } = arrived.clone();
        let event = if arrived.salvage {
            Event::EvidenceSalvaged(EvidenceSalvaged {
                evidence: file.evidence,
                part: file.part,
                sha256,
                size,
                object,
                carrier,
            })
        } else {
            let activities_after = evidence::activities_after(tx, file.evidence, file.part).await?;
            Event::EvidenceReceived(EvidenceReceived {
                evidence: file.evidence,
                part: file.part,
                sha256,
                size,
                object,
                carrier,
                activities_after,
            })
        };
        let fact = Fact { author: author(carrier), family, person, event };
        journal::append_locked(tx, locked, self.0.chance.as_ref(), self.now(), vec![fact]).await?;
        metrics::counter!("kandas_files_received_total", "salvage" => arrived.salvage.to_string())
            .increment(1);
        Ok(Entered::Now)
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

fn author(carrier: Option<DeviceId>) -> Author {
    match carrier {
        Some(device) => Author { kind: AuthorKind::Device, id: Some(device.0) },
        None => Author::SYSTEM,
    }
}

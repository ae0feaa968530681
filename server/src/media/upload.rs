//! Beginning, finding and giving up uploads.

use chrono::{DateTime, Utc};
use kandas_shared::{
    evidence::{FileRef, Part},
    hash::{Digest, Epoch},
    ids::{BundleId, DeviceId, EvidenceId, UploadId},
    problem::ProblemCode,
    receipt::FileReceipt,
};

use super::{Media, Objects, Progress, entry::target, hold::as_column, span};
use crate::{
    all, chance, exec, opt,
    refusal::{Outcome, Refusal},
    store::{StoreError, Tx},
};

/// What an upload is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// A file that a signed record names.
    File(FileRef),
    /// The damaged rest of such a file, with its own hash.
    Salvage {
        /// The file that was signed.
        file: FileRef,
        /// Hash of what there is of it.
        sha256: Digest,
    },
    /// A bundle of unsent work.
    Bundle {
        /// Its id.
        bundle: BundleId,
        /// Its hash.
        sha256: Digest,
    },
}

/// An upload that was begun or found.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its id.
    pub upload: UploadId,
    /// How it stands.
    pub progress: Progress,
}

/// A file that may come.
pub(super) struct Admitted {
    /// What it must hash to.
    pub(super) sha256: Digest,
    /// Whether it has begun to come.
    pub(super) in_progress: bool,
}

/// What writing the row came to.
struct Begun {
    upload: UploadId,
    expires_at: DateTime<Utc>,
    /// An upload that ended before and had the same aim.
    instead_of: Option<UploadId>,
}

/// A row of `upload`.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Upload {
    pub(super) id: UploadId,
    pub(super) evidence: Option<EvidenceId>,
    pub(super) part: Option<Part>,
    pub(super) bundle: Option<BundleId>,
    pub(super) salvage: bool,
    pub(super) sha256: Digest,
    pub(super) size: i64,
    pub(super) received: i64,
    pub(super) device: Option<DeviceId>,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) touched_at: DateTime<Utc>,
    pub(super) fence: i64,
    pub(super) state: String,
}

/// What the tables say about a file.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct FileRow {
    pub(super) size: i64,
    pub(super) sha256: Digest,
    pub(super) state: String,
    pub(super) position: Option<i64>,
    pub(super) salvage_sha256: Option<Digest>,
    pub(super) salvage_size: Option<i64>,
}

impl Media {
    /// Begins an upload of `length` bytes, or finds the one in progress for the same file.
    ///
    /// # Errors
    /// When the file is unknown, in custody already, erased, of another size, or there is no room.
    pub async fn create(&self, device: DeviceId, aim: Aim, length: u64) -> Outcome<Made> {
        let admitted = self.admit(aim, length).await?;
        self.create_admitted(device, aim, length, admitted.sha256).await
    }

    /// [`Media::create`] for what was found to be admissible.
    pub(super) async fn create_admitted(
        &self,
        device: DeviceId,
        aim: Aim,
        length: u64,
        sha256: Digest,
    ) -> Outcome<Made> {
        let id = UploadId::draw(self.now(), chance::bytes(self.0.chance.as_ref()));
        let begun = self.begin(id, device, aim, sha256, length).await?;
        if let Some(gone) = begun.instead_of {
            self.0.depot.staging.remove(gone).await.map_err(Refusal::storage)?;
        }
        metrics::counter!("kandas_uploads_created_total").increment(1);
        if begun.upload == id && length > 0 {
            // Nobody can have written to it yet.
            let progress = Progress { offset: 0, length, expires_at: Some(begun.expires_at), receipt: None };
            return Ok(Made { upload: id, progress });
        }
        Ok(Made { upload: begun.upload, progress: self.progress(begun.upload).await? })
    }

    /// How an upload stands. A piece of it that stalls is ended first; one that was whole but not yet in custody
    /// (the server stopped in between) gets there now.
    ///
    /// # Errors
    /// When it is unknown or has run out.
    pub async fn progress(&self, id: UploadId) -> Outcome<Progress> {
        let hold = match self.hold(id).await {
            Ok(Ok(hold)) => hold,
            Ok(Err(closed)) => return self.closed(&closed).await,
            // Somebody is writing: how far it is durable is known all the same.
            Err(refusal) if refusal.code() == ProblemCode::UploadLocked => {
                let mut tx = self.0.store.read().await?;
                let upload = Upload::find(&mut tx, id).await?.ok_or(ProblemCode::UploadUnknown)?;
                return Ok(upload.progress());
            }
            Err(refusal) => return Err(refusal),
        };
        let media = self.clone();
        let settled = self.0.tasks.spawn(async move { media.look(hold).await });
        settled.await.map_err(Refusal::fault)?
    }

    async fn look(&self, mut hold: super::hold::Hold) -> Outcome<Progress> {
        if hold.upload.expires_at < self.now() {
            hold.release().await?;
            return Err(ProblemCode::UploadExpired.into());
        }
        let durable = self.durable(&hold.upload).await?;
        if durable != hold.upload.received() {
            hold.record(durable).await?;
        }
        if durable == hold.upload.size() {
            return self.settle(hold, None).await;
        }
        let progress = hold.upload.progress();
        hold.release().await?;
        Ok(progress)
    }

    /// Gives an upload up; what is in custody stays there.
    ///
    /// # Errors
    /// When it is unknown, or a piece of it is arriving.
    pub async fn give_up(&self, id: UploadId) -> Outcome<()> {
        // Whoever writes it must have stopped before its bytes go.
        let fence = match self.hold(id).await? {
            Ok(hold) => hold.fence(),
            Err(closed) => closed.fence,
        };
        self.discard(id, fence).await
    }

    /// Forgets an upload and its bytes, unless somebody else holds it by now.
    pub(super) async fn discard(&self, id: UploadId, fence: i64) -> Outcome<()> {
        let mut tx = self.0.store.write().await?;
        let gone = exec!(&mut tx, "delete from upload where id = $1 and fence = $2", id, fence).await?;
        if gone == 0 {
            return Err(Refusal::later(ProblemCode::UploadLocked, 1));
        }
        tx.commit().await?;
        self.0.hashes.forget(id);
        self.0.depot.staging.remove(id).await.map_err(Refusal::storage)
    }

    /// Gives up what nobody has written to for long, and forgets what ended long ago. Answers how many ran out.
    ///
    /// # Errors
    /// When database or staging do not answer; the rest is done next time.
    pub async fn expire(&self) -> Outcome<u64> {
        let now = self.now();
        let mut tx = self.0.store.write().await?;
        let over: Vec<(UploadId,)> = all!(
            &mut tx,
            (UploadId,),
            "update upload set state = 'gone', lease_until = null
             where state = 'open' and expires_at < $1 and (lease_until is null or lease_until < $1)
             returning id",
            now
        )
        .await?;
        // As long again its name is remembered, so that the phone learns that it has run out.
        let forgotten = now - span(self.0.limits.upload_life);
        let past: Vec<(UploadId,)> = all!(
            &mut tx,
            (UploadId,),
            "delete from upload where state <> 'open' and expires_at < $1 returning id",
            forgotten
        )
        .await?;
        tx.commit().await?;
        for (id,) in over.iter().chain(&past) {
            self.0.hashes.forget(*id);
            self.0.depot.staging.remove(*id).await.map_err(Refusal::storage)?;
        }
        Ok(over.len() as u64)
    }

    /// Removes bytes in staging that belong to no open upload and to which nobody has written for long: what a process
    /// left that was ended in the middle, or one that did not know that its upload had been erased. Answers how many
    /// uploads they were of.
    ///
    /// # Errors
    /// When database or staging do not answer; the rest is done next time.
    pub async fn sweep(&self) -> Outcome<u64> {
        let long_ago = self.now() - span(self.0.limits.staging_life);
        let mut swept = 0;
        for id in self.0.depot.staging.untouched_since(long_ago).await.map_err(Refusal::storage)? {
            let mut tx = self.0.store.read().await?;
            let open = Upload::find(&mut tx, id).await?.is_some_and(|upload| upload.is_open());
            drop(tx);
            if !open {
                self.0.depot.staging.remove(id).await.map_err(Refusal::storage)?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    /// Bytes that are durable: never more than were recorded, never more than are there.
    pub(super) async fn durable(&self, upload: &Upload) -> Outcome<u64> {
        if upload.received == 0 {
            return Ok(0);
        }
        let held = self.0.depot.staging.held(upload.id).await.map_err(Refusal::storage)?;
        Ok(held.min(upload.received()))
    }

    /// How an upload stands that is not open any more.
    pub(super) async fn closed(&self, upload: &Upload) -> Outcome<Progress> {
        if upload.state == "gone" {
            return Err(ProblemCode::UploadExpired.into());
        }
        let receipt = match upload.file() {
            Some(file) => Some(self.receipt(file).await?),
            None => None,
        };
        Ok(Progress { offset: upload.size(), length: upload.size(), expires_at: None, receipt })
    }

    /// Whether such a file may come, and what its hash must be.
    pub(super) async fn admit(&self, aim: Aim, length: u64) -> Outcome<Admitted> {
        let file = match aim {
            Aim::Bundle { bundle, sha256 } => {
                let mut tx = self.0.store.read().await?;
                let kept: Option<(Digest,)> =
                    opt!(&mut tx, (Digest,), "select sha256 from bundle where bundle = $1", bundle).await?;
                drop(tx);
                if kept.is_some_and(|(kept,)| kept == sha256) {
                    return Err(ProblemCode::UploadAlreadyReceived.into());
                }
                if length > self.0.limits.bundle {
                    return Err(ProblemCode::UploadTooLarge.into());
                }
                self.check_room(length)?;
                return Ok(Admitted { sha256, in_progress: false });
            }
            Aim::File(file) | Aim::Salvage { file, .. } => file,
        };
        let mut tx = self.0.store.read().await?;
        let row = FileRow::find(&mut tx, file).await?.ok_or(ProblemCode::EvidenceUnknown)?;
        let sql = "select state from upload where target = $1";
        let there: Option<(String,)> = opt!(&mut tx, (String,), sql, aim.target()).await?;
        drop(tx);
        let in_progress = there.is_some_and(|(state,)| state == "open");
        match row.state.as_str() {
            "erased" => return Err(ProblemCode::EvidenceErased.into()),
            "received" => return Err(Refusal::received(self.receipt(file).await?)),
            _ => {}
        }
        let sha256 = match aim {
            Aim::Salvage { sha256, .. } => {
                if row.salvage_sha256 == Some(sha256) {
                    return Err(Refusal::received(self.receipt(file).await?));
                }
                if length > self.0.limits.bundle {
                    return Err(ProblemCode::UploadTooLarge.into());
                }
                sha256
            }
            _ if as_column(length) != row.size => {
                return Err(Refusal::because(
                    ProblemCode::UploadSizeMismatch,
                    format!("signed are {} bytes", row.size),
                ));
            }
            _ => row.sha256,
        };
        self.check_room(length)?;
        Ok(Admitted { sha256, in_progress })
    }

    /// Writes the row, unless there is an open one for the same thing.
    async fn begin(
        &self,
        id: UploadId,
        device: DeviceId,
        aim: Aim,
        sha256: Digest,
        length: u64,
    ) -> Outcome<Begun> {
        let (target, now) = (aim.target(), self.now());
        let (evidence, part, bundle) = aim.names();
        let salvage = matches!(aim, Aim::Salvage { .. });
        // Two may begin at once: the second finds the first's row.
        for _ in 0..3 {
            let mut tx = self.0.store.write_lightly().await?;
            let there: Option<(UploadId, String, Digest, i64, DateTime<Utc>)> = opt!(
                &mut tx,
                (UploadId, String, Digest, i64, DateTime<Utc>),
                "select id, state, sha256, size, expires_at from upload where target = $1",
                target
            )
            .await?;
            let mut instead_of = None;
            if let Some((there, state, known, size, expires_at)) = there {
                if state == "open" && expires_at >= now && (known, size) == (sha256, as_column(length)) {
                    return Ok(Begun { upload: there, expires_at, instead_of: None });
                }
                exec!(&mut tx, "delete from upload where id = $1", there).await?;
                instead_of = Some(there);
            }
            let ends = now + span(self.0.limits.upload_life);
            let written = exec!(
                &mut tx,
                "insert into upload (id, target, evidence, part, bundle, salvage, sha256, size, received, device,
                    created_at, touched_at, expires_at, fence, lease_until, state)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $10, $11, 0, null, 'open')
                 on conflict (target) do nothing",
                id,
                target,
                evidence,
                part,
                bundle,
                salvage,
                sha256,
                as_column(length),
                device,
                now,
                ends
            )
            .await?;
            if written == 1 {
                kandas_disk::point!("upload.before-commit");
                tx.commit().await?;
                kandas_disk::point!("upload.after-commit");
                return Ok(Begun { upload: id, expires_at: ends, instead_of });
            }
        }
        Err(Refusal::later(ProblemCode::DatabaseBusy, 1))
    }
}

impl Aim {
    /// Its name in the database: one upload for each at a time.
    fn target(&self) -> String {
        match self {
            Aim::File(file) => target(*file, false),
            Aim::Salvage { file, .. } => target(*file, true),
            Aim::Bundle { bundle, .. } => format!("b:{bundle}"),
        }
    }

    /// Its key in the media store.
    pub(super) fn object(&self) -> String {
        match self {
            Aim::File(file) => Objects::evidence_key(*file),
            Aim::Salvage { file, sha256 } => Objects::salvage_key(*file, sha256),
            Aim::Bundle { bundle, .. } => Objects::bundle_key(*bundle),
        }
    }

    fn names(&self) -> (Option<EvidenceId>, Option<Part>, Option<BundleId>) {
        match self {
            Aim::File(file) | Aim::Salvage { file, .. } => (Some(file.evidence), Some(file.part), None),
            Aim::Bundle { bundle, .. } => (None, None, Some(*bundle)),
        }
    }
}

impl Upload {
    pub(super) async fn find(tx: &mut Tx, id: UploadId) -> Result<Option<Self>, StoreError> {
        opt!(
            tx,
            Upload,
            "select id, evidence, part, bundle, salvage, sha256, size, received, device, expires_at, touched_at,
                fence, state
             from upload where id = $1",
            id
        )
        .await
    }

    pub(super) fn is_open(&self) -> bool {
        self.state == "open"
    }

    pub(super) fn size(&self) -> u64 {
        self.size.unsigned_abs()
    }

    pub(super) fn received(&self) -> u64 {
        self.received.unsigned_abs()
    }

    pub(super) fn file(&self) -> Option<FileRef> {
        Some(FileRef { evidence: self.evidence?, part: self.part? })
    }

    pub(super) fn progress(&self) -> Progress {
        Progress {
            offset: self.received(),
            length: self.size(),
            expires_at: Some(self.expires_at),
            receipt: None,
        }
    }
}

impl FileRow {
    /// What is to be said of it, if it is in custody, whole or what is left of it.
    pub(super) fn receipt(&self, file: FileRef, epoch: Epoch, time: DateTime<Utc>) -> Option<FileReceipt> {
        let (sha256, size, salvage) = match self.state.as_str() {
            "received" => (self.sha256, self.size, false),
            "salvaged" => (self.salvage_sha256?, self.salvage_size?, true),
            _ => return None,
        };
        let FileRef { evidence, part } = file;
        let (size, position) = (size.unsigned_abs(), self.position?.unsigned_abs());
        Some(FileReceipt { v: 1, epoch, time, evidence, part, sha256, size, position, salvage })
    }

    pub(super) async fn find(tx: &mut Tx, file: FileRef) -> Result<Option<Self>, StoreError> {
        opt!(
            tx,
            FileRow,
            "select size, sha256, state, position, salvage_sha256, salvage_size
             from evidence_file where evidence = $1 and part = $2",
            file.evidence,
            file.part
        )
        .await
    }
}

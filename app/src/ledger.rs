//! The ledger: what has become of everything that was sealed, item by item, with the reason.
//!
//! `delivered` is said only when the record and every file of it that travels has a receipt of the present epoch.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    check::is_set_aside,
    evidence::{EvidenceKind, FileRef, Part},
    hash::Digest,
    ids::{ActivityId, EvidenceId, FamilyId, PersonId, RecordId},
    receipt::Verdict,
    service::ServiceCode,
};
use serde::Serialize;

use crate::{
    app::{App, AppError},
    store::{
        file::{File, FileState},
        outbox,
        record::{self, RecordState},
    },
};

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum LedgerState {
    /// Sealed, not with the server.
    Recorded,
    /// In custody and applied; files are still on their way.
    Accepted,
    /// In custody, not applied.
    Held,
    /// In custody; a supervisor has decided that it counts for nothing.
    SetAside,
    /// Not taken; kept here.
    Refused,
    /// Record and files are in custody.
    Delivered,
}

/// One sealed record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LedgerItem {
    /// Its id.
    pub record: RecordId,
    /// Its identity.
    pub hash: Digest,
    /// Its number in its chain.
    pub seq: u64,
    /// The family.
    pub family: Option<FamilyId>,
    /// The activity.
    pub activity: Option<ActivityId>,
    /// The person.
    pub person: Option<PersonId>,
    /// The service.
    pub service: Option<ServiceCode>,
    /// Kind of statement.
    pub statement: String,
    /// The day it was done, as stated.
    pub done_on: NaiveDate,
    /// When it was sealed, by the wall clock.
    pub sealed_at: DateTime<Utc>,
    /// Where it stands.
    pub state: LedgerState,
    /// Why it is held, was set aside or refused.
    pub reason: Option<String>,
    /// Its files.
    pub files: Vec<LedgerFile>,
}

/// One file of a sealed record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LedgerFile {
    /// The evidence.
    pub evidence: EvidenceId,
    /// Which of its files.
    pub part: Part,
    /// What kind of proof.
    pub kind: EvidenceKind,
    /// Media type.
    pub media_type: String,
    /// Hash of what is signed.
    pub sha256: Digest,
    /// Bytes.
    pub size: u64,
    /// Bytes the server has.
    pub sent: u64,
    /// Where it stands.
    pub state: FileState,
    /// Why it is damaged or given up.
    pub reason: Option<String>,
    /// Server time of the custody receipt.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Whether the copy has left the phone since.
    pub freed: bool,
}

impl From<&File> for LedgerFile {
    fn from(file: &File) -> Self {
        let size = file.size.unsigned_abs();
        let sent = if file.state == FileState::Delivered { size } else { file.upload_offset.unsigned_abs() };
        Self {
            evidence: file.evidence,
            part: file.part,
            kind: file.kind,
            media_type: file.media_type.clone(),
            sha256: file.sha256,
            size,
            sent,
            state: file.state,
            reason: file.reason.clone(),
            delivered_at: file.delivered_at,
            freed: file.freed_at.is_some(),
        }
    }
}

impl App {
    /// Everything that was sealed on this phone, in the order of sealing. Rows that cannot be read are in
    /// [`App::unreadable`].
    ///
    /// # Errors
    /// When the store fails.
    pub async fn ledger(&self) -> Result<Vec<LedgerItem>, AppError> {
        let mut conn = self.store().conn().await?;
        let sealed = record::all(&mut conn).await?.rows;
        let files = record::files(&mut conn).await?;
        // What the centre has decided since the receipt: a held record may be applied by now, or set aside.
        let decided: Vec<(Digest, Verdict, Option<String>)> =
            sqlx::query_as("select hash, verdict, reason from record_state where gone = 0")
                .fetch_all(&mut *conn)
                .await?;
        drop(conn);
        let decided: HashMap<Digest, (Verdict, Option<String>)> =
            decided.into_iter().map(|(hash, verdict, reason)| (hash, (verdict, reason))).collect();
        let mut by_record: HashMap<Digest, Vec<LedgerFile>> = HashMap::new();
        for row in &files.rows {
            by_record.entry(row.record_hash).or_default().push(LedgerFile::from(&row.file));
        }
        // A file whose row cannot be read is not delivered, whatever the others say.
        let unreadable = !files.unreadable.is_empty();
        let items = sealed.into_iter().map(|sealed| {
            let files = by_record.remove(&sealed.hash).unwrap_or_default();
            let (mut state, mut reason) = (sealed.state, sealed.reason.clone());
            if matches!(state, RecordState::Accepted | RecordState::Held)
                && let Some((verdict, why)) = decided.get(&sealed.hash)
            {
                state = if *verdict == Verdict::Held { RecordState::Held } else { RecordState::Accepted };
                reason.clone_from(why);
            }
            let all_there = !unreadable
                && files.iter().all(|file| matches!(file.state, FileState::Delivered | FileState::Kept));
            LedgerItem {
                record: sealed.record,
                hash: sealed.hash,
                seq: sealed.seq.unsigned_abs(),
                family: sealed.family,
                activity: sealed.activity,
                person: sealed.person,
                service: sealed.service,
                statement: sealed.statement,
                done_on: sealed.done_on,
                sealed_at: sealed.sealed_at,
                state: match state {
                    RecordState::Recorded => LedgerState::Recorded,
                    RecordState::Held if is_set_aside(reason.as_deref()) => LedgerState::SetAside,
                    RecordState::Held => LedgerState::Held,
                    RecordState::Refused => LedgerState::Refused,
                    RecordState::Accepted if all_there => LedgerState::Delivered,
                    RecordState::Accepted => LedgerState::Accepted,
                },
                reason,
                files,
            }
        });
        Ok(items.collect())
    }

    /// How much waits to be sent.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn waiting(&self) -> Result<outbox::Count, AppError> {
        let mut conn = self.store().conn().await?;
        Ok(outbox::count(&mut conn).await?)
    }

    /// The receipt of the present epoch for a file, as it was signed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn file_receipt(&self, name: FileRef) -> Result<Option<kandas_shared::jws::Jws>, AppError> {
        let mut conn = self.store().conn().await?;
        Ok(crate::store::receipt::of_file(&mut conn, name).await?)
    }
}

//! Others whom an erasing touches: one photo may serve the records of several persons or families, and one person's
//! record may correct another's.
//!
//! A file that a record of somebody else names stays: it is that person's proof, and only a decision about him takes it.
//! What the erased facts had said of others (a file that came, an activity that is reported by it) is written into the
//! decision as it stands, because with their bodies nothing else will say so when the tables are rebuilt.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    cursor::Kind,
    evidence::{FileRef, Part},
    hash::Digest,
    ids::{ActivityId, CheckId, EvidenceId, FamilyId, RecordId, UserId},
    plan_state::{ActivityState, CheckKind},
};
use uuid::Uuid;

use crate::{
    among,
    facts::{ActivityAfter, Answered, Staying, StayingAnswer, StayingFile},
    store::{StoreError, Tx},
};

/// The evidence that the going records name.
pub(super) struct Named {
    /// By nobody else.
    pub alone: Vec<(EvidenceId,)>,
    /// By records of others too.
    pub shared: Vec<(EvidenceId,)>,
    /// Those records.
    others: BTreeSet<Digest>,
}

impl Named {
    pub(super) async fn by(tx: &mut Tx, going: &[(Digest,)]) -> Result<Self, StoreError> {
        let sql = "select evidence from evidence where hash in (";
        let named: BTreeSet<EvidenceId> =
            among!(tx, (EvidenceId,), sql, going, ")").await?.into_iter().map(|(id,)| id).collect();
        let list: Vec<(EvidenceId,)> = named.iter().map(|id| (*id,)).collect();
        let going: BTreeSet<Digest> = going.iter().map(|(hash,)| *hash).collect();
        let sql = "select evidence, hash from evidence where evidence in (";
        let (mut shared, mut others) = (BTreeSet::new(), BTreeSet::new());
        for (id, hash) in among!(tx, (EvidenceId, Digest), sql, list, ")").await? {
            if !going.contains(&hash) {
                shared.insert(id);
                others.insert(hash);
            }
        }
        let alone = named.difference(&shared).map(|id| (*id,)).collect();
        Ok(Self { alone, shared: shared.into_iter().map(|id| (id,)).collect(), others })
    }

    /// Calls for originals: their reason may speak of the subject, whoever else the photo shows.
    pub(super) async fn calls(&self, tx: &mut Tx) -> Result<Vec<(Kind, Uuid)>, StoreError> {
        let list: Vec<(EvidenceId,)> = self.alone.iter().chain(&self.shared).copied().collect();
        let sql = "select evidence from evidence_call where evidence in (";
        let found: BTreeSet<EvidenceId> =
            among!(tx, (EvidenceId,), sql, list, ")").await?.into_iter().map(|(id,)| id).collect();
        Ok(found.into_iter().map(|id| (Kind::EvidenceCall, id.0)).collect())
    }

    /// How everything stands that the erased facts had said of others.
    pub(super) async fn staying(
        &self,
        tx: &mut Tx,
        going: &[(Digest,)],
        entities: &[(Kind, Uuid)],
    ) -> Result<Staying, StoreError> {
        let files = self.files(tx).await?;
        let corrected = corrected(tx, going).await?;
        let superseded: BTreeSet<RecordId> =
            corrected.iter().filter(|other| other.superseded).map(|other| other.record).collect();
        let answered = answered(tx, going).await?;
        let records: Vec<(Digest,)> = self
            .others
            .iter()
            .copied()
            .chain(corrected.iter().map(|other| other.hash))
            .map(|h| (h,))
            .collect();
        let going: BTreeSet<(Kind, Uuid)> = entities.iter().copied().collect();
        type Row = (ActivityId, FamilyId, ActivityState, Option<RecordId>, Option<NaiveDate>);
        let sql = "select a.id, a.family, a.state, a.record, a.done_on from record r
            join activity a on a.id = r.activity where r.hash in (";
        let activities: BTreeMap<ActivityId, ActivityAfter> = among!(tx, Row, sql, records, ")")
            .await?
            .into_iter()
            .filter(|(id, ..)| !going.contains(&(Kind::Activity, id.0)))
            .map(|(activity, family, state, record, done_on)| {
                (activity, ActivityAfter { activity, family, state, record, done_on })
            })
            .collect();
        Ok(Staying {
            files,
            activities: activities.into_values().collect(),
            superseded: superseded.into_iter().collect(),
            answered,
        })
    }

    async fn files(&self, tx: &mut Tx) -> Result<Vec<StayingFile>, StoreError> {
        type Row = (
            EvidenceId,
            Part,
            i64,
            Digest,
            String,
            String,
            Option<i64>,
            Option<DateTime<Utc>>,
            Option<String>,
            Option<Digest>,
            Option<i64>,
        );
        let sql = "select evidence, part, size, sha256, media_type, state, position, received_at, object,
            salvage_sha256, salvage_size from evidence_file where evidence in (";
        let mut rows = among!(tx, Row, sql, self.shared, ")").await?;
        rows.sort_by_key(|row| (row.0, row.1));
        rows.into_iter()
            .map(|row| {
                Ok(StayingFile {
                    file: FileRef { evidence: row.0, part: row.1 },
                    size: number(row.2)?,
                    sha256: row.3,
                    media_type: row.4,
                    state: row.5,
                    position: row.6.map(number).transpose()?,
                    received_at: row.7,
                    object: row.8,
                    salvage: row.9.zip(row.10.map(number).transpose()?),
                })
            })
            .collect()
    }
}

/// A record of somebody else that a going one corrects.
struct Corrected {
    hash: Digest,
    record: RecordId,
    superseded: bool,
}

async fn corrected(tx: &mut Tx, going: &[(Digest,)]) -> Result<Vec<Corrected>, StoreError> {
    let sql = "select supersedes from record where supersedes is not null and hash in (";
    let ids: BTreeSet<RecordId> =
        among!(tx, (RecordId,), sql, going, ")").await?.into_iter().map(|(id,)| id).collect();
    let ids: Vec<(RecordId,)> = ids.into_iter().map(|id| (id,)).collect();
    let going: BTreeSet<Digest> = going.iter().map(|(hash,)| *hash).collect();
    let sql = "select hash, record, superseded from record where record in (";
    let rows = among!(tx, (Digest, RecordId, bool), sql, ids, ")").await?;
    Ok(rows
        .into_iter()
        .filter(|(hash, ..)| !going.contains(hash))
        .map(|(hash, record, superseded)| Corrected { hash, record, superseded })
        .collect())
}

/// Returned records of others that a going one answered.
async fn answered(tx: &mut Tx, going: &[(Digest,)]) -> Result<Vec<StayingAnswer>, StoreError> {
    type Row = (CheckId, RecordId, Digest, RecordId, UserId, CheckKind);
    let sql = "select c.id, c.record, c.hash, c.answered_by, old.worker, old.check_state from record r
        join record_check c on c.answered_by = r.record join record old on old.hash = c.hash where r.hash in (";
    let mut rows = among!(tx, Row, sql, going, ")").await?;
    rows.sort_unstable_by_key(|(check, ..)| *check);
    rows.dedup_by_key(|(check, ..)| *check);
    let going: BTreeSet<Digest> = going.iter().map(|(hash,)| *hash).collect();
    let mut stays: BTreeMap<Digest, StayingAnswer> = BTreeMap::new();
    for (check, record, hash, by, worker, state) in rows.into_iter().filter(|row| !going.contains(&row.2)) {
        let answered = Answered { record, hash, worker, checks: Vec::new() };
        let stay = stays.entry(hash).or_insert_with(|| StayingAnswer { answered, state, by });
        stay.answered.checks.push(check);
    }
    Ok(stays.into_values().collect())
}

fn number(n: i64) -> Result<u64, StoreError> {
    u64::try_from(n).map_err(|_| StoreError::Damaged("a number below zero".into()))
}

//! What a received file means for activities (§39): an activity counts for the report when record, photos and position
//! are here; video and documents may still be on their way.

pub mod call;
pub mod look;

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use kandas_shared::{
    evidence::Part,
    hash::Digest,
    ids::{ActivityId, EvidenceId, FamilyId, RecordId},
    plan_state::ActivityState,
};

use crate::{
    among,
    facts::ActivityAfter,
    store::{StoreError, Tx},
};

/// Activities that become reported when this file is here: those whose counting record waits for no other photo. To be
/// asked after [`crate::journal::lock`], for the fact that says the file was received.
///
/// # Errors
/// When the database does not answer.
pub async fn activities_after(
    tx: &mut Tx,
    evidence: EvidenceId,
    part: Part,
) -> Result<Vec<ActivityAfter>, StoreError> {
    Ok(Awaited::load(tx, &[evidence]).await?.received(evidence, part))
}

/// Activities that wait for files, and which photos they wait for: read once for many files that come together.
#[derive(Debug, Default)]
pub struct Awaited {
    /// By a piece of evidence of their counting record.
    activities: HashMap<EvidenceId, Vec<Waiting>>,
    /// Photos of those records that are not here.
    missing: HashMap<Digest, HashSet<EvidenceId>>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct Waiting {
    evidence: EvidenceId,
    hash: Digest,
    activity: ActivityId,
    family: FamilyId,
    record: Option<RecordId>,
    done_on: Option<NaiveDate>,
}

impl Awaited {
    /// Reads what waits for any of these. To be asked after [`crate::journal::lock`].
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn load(tx: &mut Tx, evidence: &[EvidenceId]) -> Result<Self, StoreError> {
        let mut awaited = Self::default();
        let keys: Vec<_> = evidence.iter().map(|id| (*id,)).collect();
        let sql = "select e.evidence, e.hash, a.id as activity, a.family, a.record, a.done_on
            from evidence e
            join record r on r.hash = e.hash
            join activity a on a.id = r.activity and a.record = r.record
            where r.verdict = 'accepted' and r.kind = 'completion' and a.state = 'synced' and e.evidence in (";
        for waiting in among!(tx, Waiting, sql, keys, ")").await? {
            awaited.missing.entry(waiting.hash).or_default();
            awaited.activities.entry(waiting.evidence).or_default().push(waiting);
        }
        for waiting in awaited.activities.values_mut() {
            waiting.sort_by_key(|waiting| waiting.activity);
        }
        let records: Vec<_> = awaited.missing.keys().map(|hash| (*hash,)).collect();
        let sql = "select e.hash, e.evidence from evidence e
            join evidence_file f on f.evidence = e.evidence and f.part = 'file'
            where e.kind = 'photo' and f.state <> 'received' and e.hash in (";
        for (hash, photo) in among!(tx, (Digest, EvidenceId), sql, records, ")").await? {
            awaited.missing.entry(hash).or_default().insert(photo);
        }
        Ok(awaited)
    }

    /// A file is here: which activities become reported with it.
    pub fn received(&mut self, evidence: EvidenceId, part: Part) -> Vec<ActivityAfter> {
        if part != Part::File {
            return Vec::new();
        }
        let Some(waiting) = self.activities.remove(&evidence) else { return Vec::new() };
        let mut reported: Vec<ActivityAfter> = Vec::new();
        for Waiting { hash, activity, family, record, done_on, .. } in waiting {
            let missing = self.missing.entry(hash).or_default();
            missing.remove(&evidence);
            if missing.is_empty() && reported.last().is_none_or(|last| last.activity != activity) {
                let state = ActivityState::Reported;
                reported.push(ActivityAfter { activity, family, state, record, done_on });
            }
        }
        // Said once: for what else comes of the same record it is reported already.
        for after in &reported {
            for others in self.activities.values_mut() {
                others.retain(|waiting| waiting.activity != after.activity);
            }
        }
        reported
    }
}

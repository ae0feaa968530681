//! Records that come late: about a subject that was erased meanwhile, or correcting another activity than they name.
//! What the decisions need of it is read here, and only when a group has such a record.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use kandas_shared::{
    hash::Digest,
    ids::{ActivityId, CheckId, ErasureId, FamilyId, PersonId, RecordId, UserId},
    plan_state::ActivityState,
};

use super::decide::{Correctable, Counting, Desk};
use crate::{
    among,
    facts::Answered,
    store::{StoreError, Tx},
};

/// Reads the standing decisions to erase about families and persons that are not in the store (any more).
///
/// # Errors
/// When the database does not answer.
pub async fn erasures(
    tx: &mut Tx,
    families: &BTreeSet<FamilyId>,
    persons: &BTreeSet<PersonId>,
    desk: &mut Desk,
) -> Result<(), StoreError> {
    let absent: Vec<(FamilyId,)> =
        families.iter().filter(|id| !desk.families.contains_key(id)).map(|id| (*id,)).collect();
    let sql = "select family, erasure from erasure where person is null and family in (";
    desk.erased_families = among!(tx, (FamilyId, ErasureId), sql, absent, ")").await?.into_iter().collect();
    let absent: Vec<(PersonId,)> =
        persons.iter().filter(|id| !desk.persons.contains_key(id)).map(|id| (*id,)).collect();
    let sql = "select person, erasure from erasure where person in (";
    desk.erased_persons = among!(tx, (PersonId, ErasureId), sql, absent, ")").await?.into_iter().collect();
    Ok(())
}

/// Reads the records that corrections name.
///
/// # Errors
/// When the database does not answer.
pub async fn corrected(tx: &mut Tx, records: &BTreeSet<RecordId>, desk: &mut Desk) -> Result<(), StoreError> {
    let ids: Vec<(RecordId,)> = records.iter().map(|id| (*id,)).collect();
    let sql = "select record, family, activity, hash, worker, check_state = 'returned' from record where record in (";
    type Row = (RecordId, Option<FamilyId>, Option<ActivityId>, Digest, UserId, bool);
    for (record, family, activity, hash, worker, is_returned) in among!(tx, Row, sql, ids, ")").await? {
        let returned = is_returned.then(|| Answered { record, hash, worker, checks: Vec::new() });
        // Of two branches of a fork only the one that was accepted can have been returned.
        if is_returned || !desk.correctable.contains_key(&record) {
            desk.correctable.insert(record, Correctable { family, activity, returned });
        }
    }
    let returned = desk.correctable.values_mut().filter_map(|corrected| corrected.returned.as_mut());
    let mut returned: HashMap<Digest, &mut Answered> =
        returned.map(|answered| (answered.hash, answered)).collect();
    let hashes: Vec<(Digest,)> = returned.keys().map(|hash| (*hash,)).collect();
    let sql = "select hash, id from record_check where stands and state = 'returned' and hash in (";
    let mut standing = among!(tx, (Digest, CheckId), sql, hashes, ")").await?;
    standing.sort_unstable_by_key(|(_, id)| *id);
    standing.dedup();
    for (hash, id) in standing {
        if let Some(answered) = returned.get_mut(&hash) {
            answered.checks.push(id);
        }
    }
    Ok(())
}

/// Reads which records could count for these activities, the earliest first.
///
/// # Errors
/// When the database does not answer.
pub async fn counting(
    tx: &mut Tx,
    activities: &BTreeSet<ActivityId>,
    desk: &mut Desk,
) -> Result<(), StoreError> {
    let ids: Vec<(ActivityId,)> = activities.iter().map(|id| (*id,)).collect();
    let sql = "select r.activity, r.record, r.kind, r.done_on, r.position, exists (
            select 1 from evidence e join evidence_file f on f.evidence = e.evidence and f.part = 'file'
            where e.hash = r.hash and e.kind = 'photo' and f.state <> 'received')
        from record r where r.verdict = 'accepted' and not r.superseded and r.record is not null
        and r.kind in ('completion', 'not_applicable', 'refused') and r.activity in (";
    type Row = (ActivityId, RecordId, String, Option<NaiveDate>, i64, bool);
    let mut rows = among!(tx, Row, sql, ids, ")").await?;
    rows.sort_unstable_by_key(|(.., position, _)| *position);
    desk.counting = activities.iter().map(|id| (*id, Vec::new())).collect();
    for (activity, record, kind, done_on, _, waits_for_photos) in rows {
        let state = match kind.as_str() {
            "not_applicable" => ActivityState::NotApplicable,
            "refused" => ActivityState::Refused,
            _ if waits_for_photos => ActivityState::Synced,
            _ => ActivityState::Reported,
        };
        let done_on = done_on.filter(|_| kind == "completion");
        desk.counting.entry(activity).or_default().push(Counting { record, state, done_on });
    }
    Ok(())
}

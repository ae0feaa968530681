//! What a received file means for activities (§39): an activity counts for the report when record, photos and position
//! are here; video and documents may still be on their way.

pub mod call;
pub mod look;

use chrono::NaiveDate;
use kandas_shared::{
    evidence::Part,
    ids::{ActivityId, EvidenceId, FamilyId, RecordId},
    plan_state::ActivityState,
};

use crate::{
    all,
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
    if part != Part::File {
        return Ok(Vec::new());
    }
    let sql = "select distinct a.id, a.family, a.record, a.done_on
        from evidence e
        join record r on r.hash = e.hash
        join activity a on a.id = r.activity and a.record = r.record
        where e.evidence = $1 and r.verdict = 'accepted' and r.kind = 'completion' and a.state = 'synced'
          and not exists (
            select 1 from evidence other
            join evidence_file f on f.evidence = other.evidence and f.part = 'file'
            where other.hash = r.hash and other.kind = 'photo' and other.evidence <> $1 and f.state <> 'received')
        order by a.id";
    type Reported = (ActivityId, FamilyId, Option<RecordId>, Option<NaiveDate>);
    let rows = all!(tx, Reported, sql, evidence).await?;
    Ok(rows
        .into_iter()
        .map(|(activity, family, record, done_on)| ActivityAfter {
            activity,
            family,
            state: ActivityState::Reported,
            record,
            done_on,
        })
        .collect())
}

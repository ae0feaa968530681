//! What a held record changes when a supervisor has it count after all.
//!
//! He may overrule what a person can answer for: that the chain has split, that the phone was revoked, that the family was
//! not the worker's, that a newer plan has another activity for the same service. What nobody can answer for stays in the
//! way ([`Obstacle`]). Everything else goes as if the record came now: the same code decides what it changes.

use chrono::NaiveDate;
use kandas_shared::{
    ids::ActivityId,
    plan_state::ActivityState,
    receipt::Verdict,
    record::{self, Reading, Record, Statement},
};

use super::{
    decide::{self, Desk, Payload, Verified},
    desk,
};
use crate::{
    facts::{Applied, RecordOutcome, RecordReceived},
    one,
    store::{StoreError, Tx},
};

/// Why a held record cannot count, whoever wishes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// Its content cannot be read by this program.
    Unreadable,
    /// The family is not in the store.
    UnknownFamily,
    /// The person is not in the store, or of another family.
    UnknownPerson,
    /// No activity of the plan fits person and service.
    NoActivity,
    /// Its day has not come yet.
    FutureDate,
    /// It signs other bytes for evidence that another record named before.
    EvidenceDiffers,
    /// Another record of the same id counts already.
    SameId,
}

/// What the record would change if it counted from `position` on, for `activity` if it is about a service. To be asked
/// after [`crate::journal::lock`] by who means it.
///
/// # Errors
/// When the database does not answer.
pub async fn overrule(
    tx: &mut Tx,
    received: &RecordReceived,
    activity: Option<ActivityId>,
    position: u64,
    today: NaiveDate,
) -> Result<Result<Applied, Obstacle>, StoreError> {
    // What was not read when it came has no place in the tables either.
    let Reading::Record(stated) = record::read(&received.jws.payload) else {
        return Ok(Err(Obstacle::Unreadable));
    };
    if received.reading.kind.is_none() {
        return Ok(Err(Obstacle::Unreadable));
    }
    let mut stated = *stated;
    let names_activity = stated.statement.activity().is_some();
    if let Some(activity) = activity.filter(|_| names_activity) {
        stated.statement = about(stated.statement, activity);
    }
    let mut statement = Verified {
        jws: received.jws.clone(),
        hash: received.hash,
        device: received.device,
        device_worker: received.worker,
        carrier: received.carrier,
        reading: received.reading.clone(),
        payload: Payload::Record(Box::new(stated.clone())),
    };
    let mut desk = desk::lay(tx, std::iter::once(&statement)).await?;
    if let Some(obstacle) = obstacle(&desk, &statement, &stated, today) {
        return Ok(Err(obstacle));
    }
    let sql = "select count(*) from record where record = $1 and verdict = 'accepted'";
    if one!(tx, (i64,), sql, stated.record).await?.0 > 0 {
        return Ok(Err(Obstacle::SameId));
    }
    // A correction of what never came is a record of its own.
    let known = |old| desk.correctable.get(&old).is_some_and(|c| c.family == stated.family);
    if !stated.supersedes.is_some_and(known) {
        stated.supersedes = None;
        statement.payload = Payload::Record(Box::new(stated.clone()));
    }
    let mut outcome = empty();
    decide::accept(&mut desk, &statement, &stated, position, &mut outcome);
    Ok(Ok(Applied {
        activity: stated.statement.activity(),
        activity_after: outcome.activity_after,
        withdrawn: outcome.withdrawn,
        consent_after: outcome.consent_after,
        superseded: outcome.superseded,
        answered: outcome.answered,
        lost: outcome.lost,
    }))
}

fn obstacle(desk: &Desk, statement: &Verified, stated: &Record, today: NaiveDate) -> Option<Obstacle> {
    if decide::contradicts(desk, statement) {
        return Some(Obstacle::EvidenceDiffers);
    }
    if stated.done_on > today {
        return Some(Obstacle::FutureDate);
    }
    let family = stated.family?;
    if !desk.families.contains_key(&family) {
        return Some(Obstacle::UnknownFamily);
    }
    let person = stated.statement.person();
    if person.is_some_and(|person| desk.persons.get(&person) != Some(&family)) {
        return Some(Obstacle::UnknownPerson);
    }
    if let Statement::Consent { consent, person, .. } = &stated.statement
        && desk.consent_of.get(consent).is_some_and(|whose| whose != person)
    {
        return Some(Obstacle::UnknownPerson);
    }
    let activity = desk.activities.get(&stated.statement.activity()?);
    let fits = activity.is_some_and(|activity| {
        activity.family == family
            && Some(activity.person) == person
            && Some(activity.service) == stated.statement.service()
            && activity.state != ActivityState::Cancelled
    });
    (!fits).then_some(Obstacle::NoActivity)
}

/// The same about another activity.
fn about(statement: Statement, activity: ActivityId) -> Statement {
    match statement {
        Statement::Completion { person, service, .. } => Statement::Completion { activity, person, service },
        Statement::NotApplicable { person, service, reason, .. } => {
            Statement::NotApplicable { activity, person, service, reason }
        }
        Statement::Refused { person, service, reason, .. } => {
            Statement::Refused { activity, person, service, reason }
        }
        other => other,
    }
}

fn empty() -> RecordOutcome {
    RecordOutcome {
        verdict: Verdict::Accepted,
        reason: None,
        placed: false,
        chain_finding: None,
        late_handover: false,
        superseded: None,
        activity_after: None,
        withdrawn: None,
        consent_after: None,
        answered: None,
        files: Vec::new(),
        chain_after: None,
        lost: Vec::new(),
    }
}

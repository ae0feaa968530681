//! Checks of records, and the corrections that answer them.

use std::collections::{BTreeMap, HashMap};

use kandas_shared::{
    cursor::Kind,
    ids::{FamilyId, RecordId},
    pulled::state_id,
};

use super::{ApplyError, feed, missing, run::Run};
use crate::{
    exec,
    facts::{Answered, RecordChecked, StayingAnswer},
    journal::Placed,
    many, scope,
    store::Tx,
};

/// A check: its row, the rows whose place it takes, and what the record is told to be.
pub(super) async fn checked(tx: &mut Tx, fact: &Placed, check: &RecordChecked) -> Result<(), ApplyError> {
    let position = fact.position as i64;
    exec!(
        tx,
        "insert into record_check (id, record, hash, family, person, activity, state, stands, evidence, reason, text,
         due, checker, checker_name, checker_role, checked_at, position)
         values ($1, $2, $3, $4, $5, $6, $7, true, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        check.check,
        check.record,
        check.hash,
        check.family,
        check.person,
        check.activity,
        check.state,
        check.evidence,
        check.reason,
        check.text,
        check.due,
        check.by,
        check.by_name,
        check.by_role,
        fact.at,
        position
    )
    .await?;
    let ids: Vec<_> = check.replaces.iter().map(|id| (*id,)).collect();
    many!(tx, "update record_check set stands = false where id in (", ids, ")").await?;
    let written = exec!(
        tx,
        "update record set check_state = $1, check_due = $2 where hash = $3",
        check.state,
        check.due_after,
        check.hash
    )
    .await?;
    if written != 1 {
        return Err(missing(fact.position, "the record that was checked".into()));
    }
    let state = (Kind::RecordState, state_id(&check.hash));
    let rows = check.replaces.iter().chain([&check.check]).map(|id| (Kind::Check, id.0));
    let touched: BTreeMap<_, _> =
        rows.chain([state]).map(|(kind, id)| ((kind, id, check.family), fact.position)).collect();
    let own = HashMap::from([((scope::of_worker(check.worker), state.0, state.1), fact.position)]);
    feed::write(tx, touched, own, BTreeMap::new()).await
}

/// The correction of a returned record joins the run.
pub(super) fn answered(
    run: &mut Run,
    fact: &Placed,
    answered: &Answered,
    by: Option<RecordId>,
    family: Option<FamilyId>,
) {
    run.answered.push((answered.clone(), by));
    let state = state_id(&answered.hash);
    run.touch(Kind::RecordState, state, fact.position, [family]);
    run.touch_in(scope::of_worker(answered.worker), Kind::RecordState, state, fact.position);
    for check in &answered.checks {
        run.touch(Kind::Check, check.0, fact.position, [family]);
    }
}

/// Writes that returns were answered. A record that was erased meanwhile has nothing to write to.
pub(super) async fn write_answered(
    tx: &mut Tx,
    answered: &Answered,
    by: Option<RecordId>,
) -> Result<(), ApplyError> {
    exec!(tx, "update record set check_state = 'answered', check_due = null where hash = $1", answered.hash)
        .await?;
    let rows: Vec<_> = answered.checks.iter().map(|id| (*id, by)).collect();
    many!(
        tx,
        "with given (id, answered_by) as (",
        rows,
        ") update record_check set state = 'answered', stands = false, answered_by = given.answered_by
         from given where record_check.id = given.id"
    )
    .await?;
    Ok(())
}

/// What was answered by a record that is erased stays as it stands: the fact that said so may have gone.
pub(super) async fn write_stays(tx: &mut Tx, stays: &StayingAnswer) -> Result<(), ApplyError> {
    write_answered(tx, &stays.answered, Some(stays.by)).await?;
    exec!(tx, "update record set check_state = $1 where hash = $2", stays.state, stays.answered.hash).await?;
    Ok(())
}

//! Registrations of persons, and families that go from one centre to another. With a subject its rows go.

use kandas_shared::{
    case::{HandoverAct, HandoverState},
    ids::FamilyId,
};

use super::{ApplyError, missing};
use crate::{
    exec,
    facts::{Event, HandoverDecided, HandoverProposed, RegistrationSet},
    journal::Placed,
    store::Tx,
};

/// Tables whose rows go with the body of the fact at their position.
pub(super) const WITH_POSITION: &[&str] = &["registration", "family_handover"];

pub(super) async fn apply(tx: &mut Tx, fact: &Placed) -> Result<(), ApplyError> {
    let family = fact.family.ok_or_else(|| missing(fact.position, "the family of a case".into()))?;
    match &fact.event {
        Event::RegistrationSet(of) => register(tx, fact, family, of).await,
        Event::HandoverProposed(of) => propose(tx, fact, family, of).await,
        Event::HandoverDecided(of) => decide(tx, fact, of).await,
        other => Err(missing(fact.position, format!("what {} is about", other.kind()))),
    }
}

async fn register(
    tx: &mut Tx,
    fact: &Placed,
    family: FamilyId,
    of: &RegistrationSet,
) -> Result<(), ApplyError> {
    let person = fact.person.ok_or_else(|| missing(fact.position, "the person of a registration".into()))?;
    exec!(tx, "update registration set is_current = false where person = $1 and is_current", person).await?;
    exec!(
        tx,
        "insert into registration (id, family, person, kind, from_day, until_day, year_from, place, is_current, position,
         by_user, by_name, by_role, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, true, $9, $10, $11, $12, $13)
         on conflict (id) do update set kind = excluded.kind, from_day = excluded.from_day,
         until_day = excluded.until_day, year_from = excluded.year_from, place = excluded.place,
         is_current = excluded.is_current, position = excluded.position, by_user = excluded.by_user,
         by_name = excluded.by_name, by_role = excluded.by_role, at = excluded.at",
        of.registration,
        family,
        person,
        of.kind,
        of.from,
        of.until,
        of.year_from,
        of.place,
        fact.position as i64,
        of.hand.by,
        of.hand.by_name,
        of.hand.by_role,
        fact.at
    )
    .await?;
    Ok(())
}

async fn propose(
    tx: &mut Tx,
    fact: &Placed,
    family: FamilyId,
    of: &HandoverProposed,
) -> Result<(), ApplyError> {
    exec!(
        tx,
        "insert into family_handover (id, family, from_unit, to_unit, reason, state, position, by_user, by_name, by_role, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        of.handover,
        family,
        of.from,
        of.to,
        of.reason,
        HandoverState::Proposed,
        fact.position as i64,
        of.hand.by,
        of.hand.by_name,
        of.hand.by_role,
        fact.at
    )
    .await?;
    Ok(())
}

async fn decide(tx: &mut Tx, fact: &Placed, of: &HandoverDecided) -> Result<(), ApplyError> {
    let state = match of.act {
        HandoverAct::Accept => HandoverState::Accepted,
        HandoverAct::Refuse => HandoverState::Refused,
        HandoverAct::Withdraw => HandoverState::Withdrawn,
    };
    let written = exec!(
        tx,
        "update family_handover set state = $1, refusal = $2, worker = $3, decided_by = $4, decided_name = $5,
         decided_role = $6, decided_at = $7 where id = $8",
        state,
        of.refusal,
        of.worker,
        of.hand.by,
        of.hand.by_name,
        of.hand.by_role,
        fact.at,
        of.handover
    )
    .await?;
    if written == 1 { Ok(()) } else { Err(missing(fact.position, format!("hand-over {}", of.handover))) }
}

//! Proposals to erase, and withdrawn consents. With a subject its rows go; how a decision came about stands beside it.

use kandas_shared::ids::{FamilyId, ProposalId};

use super::{ApplyError, missing};
use crate::{
    exec,
    facts::{ConsentWithdrawn, ErasureConfirmed, ErasureDropped, ErasureProposed, Event, ReportHand},
    journal::Placed,
    store::Tx,
};

/// Tables whose rows go with the body of the fact at their position.
pub(super) const WITH_POSITION: &[&str] = &["erasure_proposal", "consent_withdrawal"];

pub(super) async fn apply(tx: &mut Tx, fact: &Placed) -> Result<(), ApplyError> {
    let family = fact.family.ok_or_else(|| missing(fact.position, "the family of a decision".into()))?;
    match &fact.event {
        Event::ErasureProposed(proposed) => propose(tx, fact, family, proposed).await,
        Event::ErasureDropped(ErasureDropped { proposal, refused, reason, hand }) => {
            let state = if *refused { "refused" } else { "withdrawn" };
            let of = Decided { proposal: *proposal, state, reason: Some(reason), hand };
            decide(tx, fact, of).await
        }
        Event::ErasureConfirmed(ErasureConfirmed { proposal, erasure, hand, .. }) => {
            decide(tx, fact, Decided { proposal: *proposal, state: "confirmed", reason: None, hand }).await?;
            exec!(tx, "update erasure_proposal set erasure = $1 where id = $2", *erasure, *proposal).await?;
            Ok(())
        }
        Event::ConsentWithdrawn(withdrawn) => withdraw(tx, fact, family, withdrawn).await,
        other => Err(missing(fact.position, format!("what {} decides", other.kind()))),
    }
}

async fn propose(
    tx: &mut Tx,
    fact: &Placed,
    family: FamilyId,
    of: &ErasureProposed,
) -> Result<(), ApplyError> {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    exec!(
        tx,
        "insert into erasure_proposal (id, family, person, org_unit, basis, reason, state, bodies, records, files, bytes,
         position, by_user, by_name, by_role, at)
         values ($1, $2, $3, $4, $5, $6, 'proposed', $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        of.proposal,
        family,
        fact.person,
        of.unit,
        of.basis,
        of.reason,
        number(of.numbers.bodies),
        number(of.numbers.records),
        number(of.numbers.files),
        number(of.numbers.bytes),
        fact.position as i64,
        of.hand.by,
        of.hand.by_name,
        of.hand.by_role,
        fact.at
    )
    .await?;
    Ok(())
}

/// What became of a proposal.
struct Decided<'a> {
    proposal: ProposalId,
    state: &'static str,
    reason: Option<&'a String>,
    hand: &'a ReportHand,
}

async fn decide(tx: &mut Tx, fact: &Placed, of: Decided<'_>) -> Result<(), ApplyError> {
    let written = exec!(
        tx,
        "update erasure_proposal set state = $1, decided_reason = $2, decided_by = $3, decided_name = $4,
         decided_role = $5, decided_at = $6 where id = $7",
        of.state,
        of.reason,
        of.hand.by,
        of.hand.by_name,
        of.hand.by_role,
        fact.at,
        of.proposal
    )
    .await?;
    if written == 1 { Ok(()) } else { Err(missing(fact.position, format!("proposal {}", of.proposal))) }
}

async fn withdraw(
    tx: &mut Tx,
    fact: &Placed,
    family: FamilyId,
    of: &ConsentWithdrawn,
) -> Result<(), ApplyError> {
    let person = fact.person.ok_or_else(|| missing(fact.position, "the person of a consent".into()))?;
    let scan = of.scan.as_ref();
    exec!(
        tx,
        "insert into consent_withdrawal (position, consent, family, person, on_day, form, note, sha256, size, media_type,
         object, by_user, by_name, by_role, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        fact.position as i64,
        of.consent,
        family,
        person,
        of.on,
        of.form,
        of.note,
        scan.map(|scan| scan.sha256),
        scan.map(|scan| i64::try_from(scan.size).unwrap_or(i64::MAX)),
        scan.map(|scan| scan.media_type.as_str()),
        scan.map(|scan| scan.object.as_str()),
        of.hand.by,
        of.hand.by_name,
        of.hand.by_role,
        fact.at
    )
    .await?;
    Ok(())
}

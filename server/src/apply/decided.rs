//! Decisions about what was held: a record that counts after all, one that is set aside, numbers that will not come.

use kandas_shared::{check::Choice, cursor::Kind, pulled::state_id};

use super::{ApplyError, Before, Gone, checked, missing, records, run::Run};
use crate::{
    exec,
    facts::{GapClosed, RecordDecided},
    journal::Placed,
    scope,
    store::Tx,
};

/// A decision about a record: its row, what the record changes if it counts now, and what its worker is told.
pub(super) async fn record(
    tx: &mut Tx,
    fact: &Placed,
    made: &RecordDecided,
    before: &mut Before,
    gone: &Gone,
) -> Result<(), ApplyError> {
    let applied = made.applied.as_ref();
    exec!(
        tx,
        "insert into held_decision (position, choice, held_for, reason, text, hash, record, family, person, activity,
         worker, device, by_user, by_name, by_role, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        fact.position as i64,
        made.choice,
        made.held_for,
        made.reason,
        made.text,
        made.hash,
        made.record,
        fact.family,
        fact.person,
        applied.and_then(|applied| applied.activity),
        made.worker,
        made.device,
        made.by,
        made.by_name,
        made.by_role,
        fact.at
    )
    .await?;
    let mut run = Run::default();
    if let Some(applied) = applied {
        let written = exec!(
            tx,
            "update record set verdict = 'accepted', reason = null, activity = coalesce($1, activity) where hash = $2",
            applied.activity,
            made.hash
        )
        .await?;
        if written != 1 {
            return Err(missing(fact.position, "the record that was decided about".into()));
        }
        for after in [&applied.withdrawn, &applied.activity_after].into_iter().flatten() {
            if !gone.has_activity(after.activity, fact.position) {
                run.activity_after(fact.position, after);
            }
        }
        if let Some(consent) = &applied.consent_after {
            let family =
                fact.family.ok_or_else(|| missing(fact.position, "the family of a consent".into()))?;
            run.consent(fact.position, consent, family, before);
        }
        run.superseded.extend(applied.superseded);
        if let Some(answered) = &applied.answered {
            checked::answered(&mut run, fact, answered, made.record, fact.family);
        }
        for gaps in &applied.lost {
            run.gaps.insert((made.device, gaps.chain), gaps.clone());
        }
    }
    let state = state_id(&made.hash);
    run.touch(Kind::RecordState, state, fact.position, [fact.family]);
    run.touch_in(scope::of_worker(made.worker), Kind::RecordState, state, fact.position);
    run.write(tx, before).await
}

/// Numbers that are taken for lost: the ledger of their chain.
pub(super) async fn gap(tx: &mut Tx, fact: &Placed, closed: &GapClosed) -> Result<u64, ApplyError> {
    let written = exec!(
        tx,
        "insert into held_decision (position, choice, reason, worker, device, chain, from_seq, to_seq, by_user, by_name,
         by_role, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        fact.position as i64,
        Choice::Lost,
        closed.reason,
        closed.worker,
        closed.device,
        closed.after.chain,
        closed.from as i64,
        closed.to as i64,
        closed.by,
        closed.by_name,
        closed.by_role,
        fact.at
    )
    .await?;
    records::write_gaps(tx, std::iter::once((closed.device, &closed.after))).await?;
    Ok(written)
}

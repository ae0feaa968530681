//! The exchange of files: messages with where they stand, files, what was taken and what is kept aside.

use kandas_shared::exchange::{AsideState, Direction, SentState};
use uuid::Uuid;

use super::{ApplyError, Gone, missing};
use crate::{
    exec,
    facts::{
        Event, ExchangeAnswer, ExchangeConfirmed, ExchangeQueued, ExchangeSettled, ExchangeTaken,
        ExchangeWritten,
    },
    journal::Placed,
    many,
    store::Tx,
};

pub(super) async fn apply(tx: &mut Tx, fact: &Placed, gone: &Gone) -> Result<(), ApplyError> {
    match &fact.event {
        Event::ExchangeQueued(queued) => queue(tx, fact, queued).await,
        Event::ExchangeWritten(written) => write(tx, fact, written).await,
        Event::ExchangeTaken(taken) => take(tx, fact, taken).await,
        Event::ExchangeSettled(settled) => settle(tx, fact, settled).await,
        Event::ExchangeConfirmed(confirmed) => confirm(tx, fact, confirmed, gone).await,
        other => Err(missing(fact.position, format!("what {} exchanges", other.kind()))),
    }
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

async fn queue(tx: &mut Tx, fact: &Placed, queued: &ExchangeQueued) -> Result<(), ApplyError> {
    let rows: Vec<_> = queued
        .messages
        .iter()
        .map(|of| {
            (
                of.message,
                of.hash,
                of.record,
                of.activity,
                of.unit,
                number(of.position),
                SentState::Queued,
                number(queued.sequence),
                fact.at,
                number(fact.position),
            )
        })
        .collect();
    many!(
        tx,
        "insert into exchange_out (message, hash, record, activity, org_unit, counted, state, sequence, queued_at,
         position)",
        rows,
        "on conflict (message) do update set state = case when exchange_out.state = 'erased' then 'erased' else 'queued' end,
         sequence = excluded.sequence, queued_at = excluded.queued_at, position = excluded.position, code = null,
         written_at = null, answered_at = null"
    )
    .await?;
    Ok(())
}

async fn write(tx: &mut Tx, fact: &Placed, written: &ExchangeWritten) -> Result<(), ApplyError> {
    let file = (Direction::Out, written.name.as_str(), Some(number(written.sequence)));
    let messages = written.messages.len() as u64;
    add_file(tx, fact, file, &written.sha256, messages, 0).await?;
    let rows: Vec<_> = written.messages.iter().map(|message| (*message, fact.at)).collect();
    let sql = "with given (message, at) as (";
    let tail = ") update exchange_out set state = 'written', written_at = given.at from given
        where exchange_out.message = given.message and exchange_out.state = 'queued'";
    many!(tx, sql, rows, tail).await?;
    Ok(())
}

async fn add_file(
    tx: &mut Tx,
    fact: &Placed,
    (direction, name, sequence): (Direction, &str, Option<i64>),
    sha256: &kandas_shared::hash::Digest,
    messages: u64,
    aside: u64,
) -> Result<(), ApplyError> {
    exec!(
        tx,
        "insert into exchange_file (position, direction, name, sequence, sha256, messages, aside, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        number(fact.position),
        direction,
        name,
        sequence,
        *sha256,
        number(messages),
        number(aside),
        fact.at
    )
    .await?;
    Ok(())
}

async fn take(tx: &mut Tx, fact: &Placed, taken: &ExchangeTaken) -> Result<(), ApplyError> {
    let file = (Direction::In, taken.name.as_str(), taken.sequence.map(number));
    let messages = taken.answers.len() + taken.confirmed.len() + taken.aside.len();
    add_file(tx, fact, file, &taken.sha256, messages as u64, taken.aside.len() as u64).await?;
    for answer in &taken.answers {
        answered(tx, fact, answer).await?;
    }
    let known = taken.answers.iter().map(|of| of.message).chain(taken.confirmed.iter().copied());
    learn(tx, fact, known).await?;
    let rows: Vec<_> = taken
        .aside
        .iter()
        .map(|of| (number(fact.position), number(of.line), of.message, of.reason, AsideState::Aside))
        .collect();
    many!(tx, "insert into exchange_aside (position, line, message, reason, state)", rows).await?;
    Ok(())
}

/// Ids of messages that were taken: another one of the same id is a duplicate.
async fn learn(tx: &mut Tx, fact: &Placed, ids: impl Iterator<Item = Uuid>) -> Result<(), ApplyError> {
    let rows: Vec<_> = ids.map(|message| (message, number(fact.position))).collect();
    many!(tx, "insert into exchange_in (message, position)", rows, "on conflict (message) do nothing")
        .await?;
    Ok(())
}

async fn answered(tx: &mut Tx, fact: &Placed, answer: &ExchangeAnswer) -> Result<(), ApplyError> {
    let state = if answer.refused.is_some() { SentState::Refused } else { SentState::Acknowledged };
    exec!(
        tx,
        "update exchange_out set state = $1, code = $2, answered_at = $3 where message = $4 and state <> 'erased'",
        state,
        answer.refused,
        fact.at,
        answer.about
    )
    .await?;
    Ok(())
}

async fn settle(tx: &mut Tx, fact: &Placed, settled: &ExchangeSettled) -> Result<(), ApplyError> {
    let state = if settled.closed { AsideState::Closed } else { AsideState::Taken };
    let written = exec!(
        tx,
        "update exchange_aside set state = $1, settled_by = $2, settled_name = $3, settled_at = $4
         where position = $5 and line = $6",
        state,
        settled.hand.by,
        settled.hand.by_name,
        fact.at,
        number(settled.position),
        number(settled.line)
    )
    .await?;
    if written != 1 {
        return Err(missing(fact.position, format!("what was kept aside at {}", settled.position)));
    }
    if let Some(answer) = &settled.answer {
        answered(tx, fact, answer).await?;
    }
    let known = settled.answer.iter().map(|of| of.message).chain(settled.confirmed);
    learn(tx, fact, known).await
}

async fn confirm(
    tx: &mut Tx,
    fact: &Placed,
    confirmed: &ExchangeConfirmed,
    gone: &Gone,
) -> Result<(), ApplyError> {
    let family = fact.family.ok_or_else(|| missing(fact.position, "the family of a confirmation".into()))?;
    let person = fact.person.ok_or_else(|| missing(fact.position, "the person of a confirmation".into()))?;
    // Nobody has entered it: the system itself stands where the name would be.
    exec!(
        tx,
        "insert into monitoring_confirmation (position, family, person, activity, service, system, agrees, on_day, words,
         by_user, by_name, by_role, at, reference, message)
         values ($1, $2, $3, $4, $5, $6, $7, $8, null, $9, $10, '', $11, $12, $13)",
        number(fact.position),
        family,
        person,
        confirmed.activity,
        confirmed.service,
        confirmed.system,
        confirmed.agrees,
        confirmed.on,
        Uuid::nil(),
        confirmed.system,
        fact.at,
        confirmed.reference,
        confirmed.message
    )
    .await?;
    let Some(after) = &confirmed.activity_after else { return Ok(()) };
    if gone.has_activity(after.activity, fact.position) {
        return Ok(());
    }
    let mut run = super::run::Run::default();
    run.activity_after(fact.position, after);
    run.write(tx, &super::Before::default()).await
}

//! The exchange of files: messages with where they stand, files, what was taken and what is kept aside; and the numbers of it
//! that a screen shows, so that nobody reads all messages for them.

use std::collections::BTreeMap;

use kandas_shared::{
    exchange::{AsideState, Direction, SentState},
    hash::Digest,
    ids::OrgUnitId,
};
use uuid::Uuid;

use super::{ApplyError, Gone, missing};
use crate::{
    among, exec,
    facts::{
        Event, ExchangeAnswer, ExchangeConfirmed, ExchangeQueued, ExchangeSettled, ExchangeTaken,
        ExchangeWritten,
    },
    journal::Placed,
    many, one, opt,
    store::{StoreError, Tx},
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

/// Where messages stand before a fact, and how their numbers by unit and state change with it.
#[derive(Default)]
struct Counting {
    stands: BTreeMap<Uuid, (OrgUnitId, SentState)>,
    moved: BTreeMap<(OrgUnitId, SentState), i64>,
}

impl Counting {
    async fn of(tx: &mut Tx, messages: impl Iterator<Item = Uuid>) -> Result<Self, StoreError> {
        let keys: Vec<(Uuid,)> = messages.map(|message| (message,)).collect();
        let sql = "select message, org_unit, state from exchange_out where message in (";
        let rows = among!(tx, (Uuid, OrgUnitId, SentState), sql, keys, ")").await?;
        let stands = rows.into_iter().map(|(message, unit, state)| (message, (unit, state))).collect();
        Ok(Self { stands, ..Self::default() })
    }

    /// A message comes to stand elsewhere; `unit` is where a new one is. What is erased stays so.
    fn stand(&mut self, message: Uuid, unit: Option<OrgUnitId>, to: SentState) {
        let before = self.stands.get(&message).copied();
        let Some(unit) = before.map(|(unit, _)| unit).or(unit) else { return };
        if let Some((_, from)) = before {
            if from == SentState::Erased {
                return;
            }
            *self.moved.entry((unit, from)).or_default() -= 1;
        }
        *self.moved.entry((unit, to)).or_default() += 1;
        self.stands.insert(message, (unit, to));
    }

    async fn write(self, tx: &mut Tx) -> Result<(), StoreError> {
        let moved = self.moved.into_iter().filter(|(_, by)| *by != 0);
        let rows: Vec<_> = moved.map(|((unit, state), by)| (unit, state, by)).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let tail = "on conflict (org_unit, state) do update set messages = exchange_count.messages + excluded.messages";
        many!(tx, "insert into exchange_count (org_unit, state, messages)", rows, tail).await?;
        exec!(tx, "delete from exchange_count where messages = 0").await?;
        Ok(())
    }
}

/// What was said to a state system stays said; what was not is not said any more.
pub(super) async fn erase(tx: &mut Tx, hashes: &[(Digest,)]) -> Result<(), StoreError> {
    let sql = "select message, org_unit, state from exchange_out where hash in (";
    let rows = among!(tx, (Uuid, OrgUnitId, SentState), sql, hashes, ")").await?;
    let stands = rows.into_iter().map(|(message, unit, state)| (message, (unit, state))).collect();
    let mut counting = Counting { stands, ..Counting::default() };
    let messages: Vec<Uuid> = counting.stands.keys().copied().collect();
    for message in messages {
        counting.stand(message, None, SentState::Erased);
    }
    counting.write(tx).await?;
    many!(tx, "update exchange_out set state = 'erased', code = null where hash in (", hashes, ")").await?;
    Ok(())
}

async fn queue(tx: &mut Tx, fact: &Placed, queued: &ExchangeQueued) -> Result<(), ApplyError> {
    let mut counting = Counting::of(tx, queued.messages.iter().map(|of| of.message)).await?;
    for of in &queued.messages {
        counting.stand(of.message, Some(of.unit), SentState::Queued);
    }
    counting.write(tx).await?;
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
    let mut counting = Counting::of(tx, written.messages.iter().copied()).await?;
    for message in &written.messages {
        let waits = |(_, state): &(OrgUnitId, SentState)| *state == SentState::Queued;
        if counting.stands.get(message).is_some_and(waits) {
            counting.stand(*message, None, SentState::Written);
        }
    }
    counting.write(tx).await?;
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
    if let Some(sequence) = taken.sequence {
        close_gap(tx, number(sequence)).await?;
    }
    let messages = taken.answers.len() + taken.confirmed.len() + taken.aside.len();
    add_file(tx, fact, file, &taken.sha256, messages as u64, taken.aside.len() as u64).await?;
    let mut counting = Counting::of(tx, taken.answers.iter().map(|of| of.about)).await?;
    for answer in &taken.answers {
        answered(tx, fact, answer, &mut counting).await?;
    }
    counting.write(tx).await?;
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

/// Numbers that are missing between the files of the other side, before this one is there.
async fn close_gap(tx: &mut Tx, number: i64) -> Result<(), StoreError> {
    let sql = "select (select min(sequence) from exchange_file where direction = 'in'),
        (select max(sequence) from exchange_file where direction = 'in')";
    let (Some(least), Some(most)) = one!(tx, (Option<i64>, Option<i64>), sql).await? else { return Ok(()) };
    let mut missing = Vec::new();
    if number > most {
        missing.push((most + 1, number - 1));
    } else if number < least {
        missing.push((number + 1, least - 1));
    } else {
        let sql =
            "select from_seq, to_seq from exchange_gap where from_seq <= $1 order by from_seq desc limit 1";
        let found = opt!(tx, (i64, i64), sql, number).await?;
        if let Some((from, to)) = found.filter(|(_, to)| *to >= number) {
            exec!(tx, "delete from exchange_gap where from_seq = $1", from).await?;
            missing.extend([(from, number - 1), (number + 1, to)]);
        }
    }
    missing.retain(|(from, to)| from <= to);
    many!(tx, "insert into exchange_gap (from_seq, to_seq)", missing).await?;
    Ok(())
}

/// Ids of messages that were taken: another one of the same id is a duplicate.
async fn learn(tx: &mut Tx, fact: &Placed, ids: impl Iterator<Item = Uuid>) -> Result<(), ApplyError> {
    let rows: Vec<_> = ids.map(|message| (message, number(fact.position))).collect();
    many!(tx, "insert into exchange_in (message, position)", rows, "on conflict (message) do nothing")
        .await?;
    Ok(())
}

async fn answered(
    tx: &mut Tx,
    fact: &Placed,
    answer: &ExchangeAnswer,
    counting: &mut Counting,
) -> Result<(), ApplyError> {
    let state = if answer.refused.is_some() { SentState::Refused } else { SentState::Acknowledged };
    counting.stand(answer.about, None, state);
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
        let mut counting = Counting::of(tx, [answer.about].into_iter()).await?;
        answered(tx, fact, answer, &mut counting).await?;
        counting.write(tx).await?;
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

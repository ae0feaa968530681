//! What goes out: each completion that was taken into custody makes one message.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_disk::point;
use kandas_shared::{
    check::Choice,
    evidence::{EvidenceKind, Part},
    exchange::{self, Completion, MOST_MESSAGES, Outgoing, Proof},
    hash::Digest,
    ids::{ActivityId, EvidenceId, FamilyId, OrgUnitId, PersonId, RecordId},
    iin::Iin,
    journal::{Author, AuthorKind},
    pulled::User,
    service::ServiceCode,
};
use uuid::Uuid;

use super::port::Port;
use crate::{
    all, among,
    chance::Chance,
    exec,
    facts::{Event, ExchangeQueued, ExchangeWritten, QueuedMessage, ReportHand},
    journal::{self, Fact},
    one,
    refusal::{Outcome, Refusal},
    store::{Store, StoreError, Tx},
};

/// Facts read in one go.
const FACTS: i64 = 2_000;

#[derive(sqlx::FromRow)]
struct Found {
    hash: Digest,
    record: Option<RecordId>,
    activity: Option<ActivityId>,
    org_unit: Option<OrgUnitId>,
}

#[derive(sqlx::FromRow)]
struct At {
    position: i64,
    #[sqlx(flatten)]
    found: Found,
}

/// Completions that count by facts after a position, with these, and the last position that was read.
async fn after(tx: &mut Tx, position: i64) -> Result<(Vec<QueuedMessage>, i64), StoreError> {
    let sql = "select position, kind from journal where position > $1 order by position limit $2";
    let facts = all!(tx, (i64, String), sql, position, FACTS).await?;
    let last = facts.last().map_or(position, |(position, _)| *position);
    let of = |wanted: &str| -> Vec<(i64,)> {
        facts.iter().filter(|(_, kind)| kind == wanted).map(|(position, _)| (*position,)).collect()
    };
    let mut found: BTreeMap<Digest, (u64, Found)> = BTreeMap::new();
    let received = of("record.received");
    let sql = "select r.position, r.hash, r.record, r.activity, r.org_unit from record r
        where r.kind = 'completion' and r.verdict = 'accepted' and r.position in (";
    for At { position, found: row } in among!(tx, At, sql, received, ")").await? {
        found.insert(row.hash, (position.unsigned_abs(), row));
    }
    let decided = of("record.decided");
    let sql = "select d.position, r.hash, r.record, r.activity, r.org_unit from held_decision d
        join record r on r.hash = d.hash
        where d.choice = $1 and r.kind = 'completion' and r.verdict = 'accepted' and d.position in (";
    for At { position, found: row } in among!(tx, At, sql, decided, ")", Choice::Applied).await? {
        found.insert(row.hash, (position.unsigned_abs(), row));
    }
    let mut messages: Vec<QueuedMessage> = found
        .into_values()
        .filter_map(|(position, of)| {
            let message = exchange::message_id(&of.hash);
            let (record, activity, unit) = (of.record?, of.activity?, of.org_unit?);
            Some(QueuedMessage { message, hash: of.hash, record, activity, unit, position })
        })
        .collect();
    // A record that was held and applied may be met twice.
    let keys: Vec<(Uuid,)> = messages.iter().map(|of| (of.message,)).collect();
    let sql = "select message from exchange_out where message in (";
    let known: BTreeSet<Uuid> =
        among!(tx, (Uuid,), sql, keys, ")").await?.into_iter().map(|(id,)| id).collect();
    messages.retain(|of| !known.contains(&of.message));
    messages.sort_unstable_by_key(|of| (of.position, of.message));
    Ok((messages, last))
}

/// The number of the next file.
async fn next(tx: &mut Tx) -> Result<u64, StoreError> {
    let sql = "select coalesce(max(sequence), 0) from (select max(sequence) as sequence from exchange_out
        union all select max(sequence) from exchange_file where direction = 'out') numbers";
    let (last,) = one!(tx, (i64,), sql).await?;
    Ok(last.unsigned_abs() + 1)
}

/// Queues what the next facts bring; gives how many messages that were, none when all facts were read.
///
/// # Errors
/// When the database does not answer.
pub async fn queue(store: &Store, chance: &dyn Chance, now: DateTime<Utc>) -> Outcome<Option<usize>> {
    // Most of the time there is nothing: nobody waits for that.
    let mut tx = store.read().await?;
    let sql = "select position from exchange_work where id = 1";
    let (seen,) = one!(&mut tx, (i64,), sql).await?;
    let (messages, last) = after(&mut tx, seen).await?;
    drop(tx);
    if last == seen {
        return Ok(None);
    }
    let mut tx = store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let (still,) = one!(&mut tx, (i64,), sql).await?;
    if still != seen {
        // Another process was first.
        return Ok(Some(0));
    }
    // What was erased meanwhile is left out.
    let keys: Vec<(Digest,)> = messages.iter().map(|of| (of.hash,)).collect();
    let there: BTreeSet<Digest> =
        among!(&mut tx, (Digest,), "select hash from record where hash in (", keys, ")")
            .await?
            .into_iter()
            .map(|(hash,)| hash)
            .collect();
    let messages: Vec<QueuedMessage> = messages.into_iter().filter(|of| there.contains(&of.hash)).collect();
    let first = if messages.is_empty() { 1 } else { next(&mut tx).await? };
    let facts: Vec<Fact> = (first..)
        .zip(messages.chunks(MOST_MESSAGES))
        .map(|(sequence, piece)| {
            let queued = ExchangeQueued { sequence, messages: piece.to_vec(), again: None };
            Fact::by_system(Event::ExchangeQueued(queued))
        })
        .collect();
    exec!(&mut tx, "update exchange_work set position = $1 where id = 1", last).await?;
    journal::append_locked(&mut tx, locked, chance, now, facts).await?;
    point!("outbox.before-queued");
    tx.commit().await?;
    point!("outbox.after-queued");
    Ok(Some(messages.len()))
}

/// Has a message written once more, into another file; the state it may be in is asked by who calls.
///
/// # Errors
/// When the database does not answer.
pub async fn again(
    tx: &mut Tx,
    locked: journal::Locked,
    chance: &dyn Chance,
    now: DateTime<Utc>,
    by: &User,
    message: QueuedMessage,
) -> Outcome<()> {
    let sequence = next(tx).await?;
    let hand = ReportHand { by: by.id, by_name: by.name.clone(), by_role: by.role };
    let queued = ExchangeQueued { sequence, messages: vec![message], again: Some(hand) };
    let author = Author { kind: AuthorKind::User, id: Some(by.id.0) };
    let fact = Fact { author, ..Fact::by_system(Event::ExchangeQueued(queued)) };
    journal::append_locked(tx, locked, chance, now, vec![fact]).await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    message: Uuid,
    hash: Digest,
    record: RecordId,
    counted: i64,
    activity: ActivityId,
    family: FamilyId,
    person: PersonId,
    service: ServiceCode,
    done_on: NaiveDate,
    received_at: DateTime<Utc>,
    supersedes: Option<RecordId>,
    iin: Option<Iin>,
    settlement_kato: String,
    queued_at: DateTime<Utc>,
}

/// What the messages of a file say, as it stands now, and when they were queued.
async fn messages(tx: &mut Tx, sequence: i64) -> Result<(Vec<Completion>, DateTime<Utc>), StoreError> {
    let sql =
        "select o.message, o.hash, o.record, o.counted, o.activity, r.family, r.person, r.service, r.done_on,
        r.received_at, r.supersedes, p.iin, f.settlement_kato, o.queued_at
        from exchange_out o join record r on r.hash = o.hash join person p on p.id = r.person
        join family f on f.id = r.family
        where o.sequence = $1 and o.state = 'queued' order by o.counted, o.message";
    let rows = all!(tx, Row, sql, sequence).await?;
    let queued_at = rows.iter().map(|row| row.queued_at).min().unwrap_or_default();
    let keys: Vec<(Digest,)> = rows.iter().map(|row| (row.hash,)).collect();
    type Piece = (Digest, EvidenceId, EvidenceKind, Digest, i64, String);
    let sql = "select e.hash, e.evidence, e.kind, f.sha256, f.size, f.state from evidence e
        join evidence_file f on f.evidence = e.evidence and f.part = $1 where e.hash in (";
    let mut pieces: BTreeMap<Digest, BTreeMap<EvidenceId, Proof>> = BTreeMap::new();
    for (hash, evidence, kind, sha256, size, state) in among!(tx, Piece, sql, keys, ")", Part::File).await? {
        let proof = Proof { kind, sha256, size: size.unsigned_abs(), here: state == "received" };
        pieces.entry(hash).or_default().insert(evidence, proof);
    }
    let completion = |row: Row| Completion {
        message: row.message,
        record: row.record,
        statement: row.hash,
        supersedes: row.supersedes,
        position: row.counted.unsigned_abs(),
        family: row.family,
        person: row.person,
        iin: row.iin.map(|iin| iin.reveal().to_owned()),
        activity: row.activity,
        service: row.service,
        done_on: row.done_on,
        received_at: row.received_at,
        settlement: row.settlement_kato,
        evidence: pieces.remove(&row.hash).unwrap_or_default().into_values().collect(),
    };
    Ok((rows.into_iter().map(completion).collect(), queued_at))
}

/// Writes the files whose messages wait; gives how many that were.
///
/// # Errors
/// When database or port do not answer.
pub async fn write(
    store: &Store,
    chance: &dyn Chance,
    port: &impl Port,
    now: DateTime<Utc>,
) -> Outcome<usize> {
    let mut tx = store.read().await?;
    let sql = "select distinct sequence from exchange_out where state = 'queued' order by sequence";
    let waiting = all!(&mut tx, (i64,), sql).await?;
    drop(tx);
    let mut done = 0;
    for (sequence,) in waiting {
        // Under the lock: whoever is erased before it is not in the file, and whoever is erased after it was.
        let mut tx = store.write().await?;
        let locked = journal::lock(&mut tx).await?;
        let name = exchange::file_name(sequence.unsigned_abs());
        let sql = "select count(*) from exchange_file where direction = 'out' and name = $1";
        if one!(&mut tx, (i64,), sql, name).await?.0 > 0 {
            continue;
        }
        // The time of the queue, so that the same file is written again after the power went.
        let (of, made_at) = messages(&mut tx, sequence).await?;
        if of.is_empty() {
            continue;
        }
        let ids: Vec<Uuid> = of.iter().map(|of| of.message).collect();
        let lines: Vec<Outgoing> = of.into_iter().map(Outgoing::Completion).collect();
        let sequence = sequence.unsigned_abs();
        let epoch = locked.epoch()?;
        let bytes = exchange::write(sequence, epoch, made_at, &lines).map_err(Refusal::fault)?;
        port.put(&name, &bytes).map_err(Refusal::storage)?;
        point!("outbox.put");
        let (sha256, size) = (Digest::of(&bytes), bytes.len() as u64);
        let written = ExchangeWritten { sequence, name, sha256, size, messages: ids };
        let fact = Fact::by_system(Event::ExchangeWritten(written));
        journal::append_locked(&mut tx, locked, chance, now, vec![fact]).await?;
        point!("outbox.before-written");
        tx.commit().await?;
        point!("outbox.after-written");
        done += 1;
    }
    Ok(done)
}

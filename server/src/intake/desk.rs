//! Lays everything on the [`Desk`] that a group of statements needs to be decided: one query a table, after the lock.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    evidence::Part,
    hash::Digest,
    ids::{
        ActivityId, ChainId, ConsentId, DeviceId, EvidenceId, FamilyId, OrgUnitId, PersonId, RecordId, UserId,
    },
    pulled::{Activity, Consent},
    receipt::HeldReason,
    record::Statement,
};

use super::{
    chains::Ledgers,
    decide::{Desk, Known, Payload, SignedFile, Verified},
    late,
};
use crate::{
    among,
    facts::Gap,
    store::{StoreError, Tx},
};

/// What a group asks about.
#[derive(Default)]
struct Asked {
    hashes: BTreeSet<Digest>,
    devices: BTreeSet<DeviceId>,
    places: BTreeSet<(DeviceId, ChainId, i64)>,
    chains: BTreeSet<(DeviceId, ChainId)>,
    families: BTreeSet<FamilyId>,
    standing: BTreeSet<(FamilyId, UserId)>,
    persons: BTreeSet<PersonId>,
    activities: BTreeSet<ActivityId>,
    corrected: BTreeSet<RecordId>,
    evidence: BTreeSet<EvidenceId>,
    consents: BTreeSet<ConsentId>,
    consenting: BTreeSet<PersonId>,
}

/// Reads what the group needs.
///
/// # Errors
/// When the database does not answer.
pub async fn lay<'a>(tx: &mut Tx, group: impl Iterator<Item = &'a Verified>) -> Result<Desk, StoreError> {
    let mut asked = Asked::by(group);
    let mut desk = Desk::default();
    if asked.hashes.is_empty() {
        return Ok(desk);
    }
    desk.known = known(tx, &asked).await?;
    desk.ledgers = ledgers(tx, &asked).await?;
    devices(tx, &asked, &mut desk).await?;
    families(tx, &asked, &mut desk).await?;
    let ids = keys_of(&asked.persons);
    let rows =
        among!(tx, (PersonId, FamilyId), "select id, family from person where id in (", ids, ")").await?;
    desk.persons = rows.into_iter().collect();
    late::erasures(tx, &asked.families, &asked.persons, &mut desk).await?;
    late::corrected(tx, &asked.corrected, &mut desk).await?;
    if !asked.corrected.is_empty() {
        asked.activities.extend(desk.correctable.values().filter_map(|corrected| corrected.activity));
        late::counting(tx, &asked.activities, &mut desk).await?;
    }
    let ids = keys_of(&asked.activities);
    let sql = "select id, plan, family, person, service, planned_on, due_on, state, record, done_on
        from activity where id in (";
    let rows = among!(tx, Activity, sql, ids, ")").await?;
    desk.activities = rows.into_iter().map(|a| (a.id, a)).collect();
    let ids = keys_of(&asked.evidence);
    let sql = "select evidence, part, sha256, size, state from evidence_file where evidence in (";
    for (evidence, part, sha256, size, state) in
        among!(tx, (EvidenceId, Part, Digest, i64, String), sql, ids, ")").await?
    {
        let file = SignedFile {
            sha256,
            size: size as u64,
            received: state == "received",
            erased: state == "erased",
        };
        desk.files.insert((evidence, part), file);
    }
    consents(tx, &asked.consents, &asked.consenting, &mut desk).await?;
    Ok(desk)
}

impl Asked {
    fn by<'a>(group: impl Iterator<Item = &'a Verified>) -> Self {
        let mut asked = Self::default();
        for statement in group {
            let (reading, device) = (&statement.reading, statement.device);
            asked.hashes.insert(statement.hash);
            asked.devices.insert(device);
            if let (Some(chain), Some(seq)) = (reading.chain, reading.seq) {
                asked.chains.insert((device, chain));
                for seq in [seq.saturating_sub(1), seq, seq.saturating_add(1)] {
                    if let Ok(seq) = i64::try_from(seq)
                        && seq > 0
                    {
                        asked.places.insert((device, chain, seq));
                    }
                }
            }
            if let Some(family) = reading.family {
                asked.families.insert(family);
                // A record in the name of another worker than the device's is held whatever that one's families are.
                asked.standing.insert((family, statement.device_worker));
            }
            let Payload::Record(record) = &statement.payload else { continue };
            asked.persons.extend(record.statement.person());
            asked.activities.extend(record.statement.activity());
            asked.corrected.extend(record.supersedes);
            asked.evidence.extend(record.evidence.iter().map(|e| e.evidence));
            match &record.statement {
                Statement::Consent { consent, person, .. } => {
                    asked.consents.insert(*consent);
                    asked.consenting.insert(*person);
                }
                Statement::Lost { chain, .. } => {
                    asked.chains.insert((device, *chain));
                }
                _ => {}
            }
        }
        asked
    }
}

async fn known(tx: &mut Tx, asked: &Asked) -> Result<HashMap<Digest, Known>, StoreError> {
    let hashes = keys_of(&asked.hashes);
    let found = ") select r.hash, r.position, case when r.verdict = 'held' then r.reason end
          from asked join record r on r.hash = asked.hash
        union all select e.hash, e.position, 'erased' from asked join record_erased e on e.hash = asked.hash";
    type Row = (Digest, i64, Option<HeldReason>);
    let known = among!(tx, Row, "with asked (hash) as (", hashes, found).await?;
    Ok(known
        .into_iter()
        .map(|(hash, position, held)| (hash, Known { position: position as u64, held }))
        .collect())
}

async fn ledgers(tx: &mut Tx, asked: &Asked) -> Result<Ledgers, StoreError> {
    let mut ledgers = Ledgers::default();
    let places: Vec<_> = asked.places.iter().copied().collect();
    let found = ") select r.device, r.chain, r.seq, r.hash, r.prev from asked join record r
        on r.device = asked.device and r.chain = asked.chain and r.seq = asked.seq where r.placed";
    for (device, chain, seq, hash, prev) in among!(
        tx,
        (DeviceId, ChainId, i64, Digest, Option<Digest>),
        "with asked (device, chain, seq) as (",
        places,
        found
    )
    .await?
    {
        ledgers.places.insert((device, chain, seq as u64), (hash, prev));
    }
    let chains: Vec<_> = asked.chains.iter().copied().collect();
    let asked = "with asked (device, chain) as (";
    // Numbers of a chain may be lost before one of it arrives.
    let found = ") select asked.device, asked.chain, c.seq, c.hash, g.from_seq, g.to_seq, g.state, g.position from asked
        left join chain c on c.device = asked.device and c.chain = asked.chain
        left join chain_gap g on g.device = asked.device and g.chain = asked.chain
        where c.device is not null or g.device is not null";
    for row in among!(tx, ChainRow, asked, chains, found).await? {
        let chain = ledgers.chains.entry((row.device, row.chain)).or_default();
        if let (Some(seq), Some(hash)) = (row.seq, row.hash) {
            (chain.seq, chain.hash) = (seq as u64, hash);
        }
        if let (Some(from), Some(to), Some(position)) = (row.from_seq, row.to_seq, row.position) {
            let gap = Gap { from: from as u64, to: to as u64, position: position as u64 };
            if row.state.as_deref() == Some("lost") { chain.lost.push(gap) } else { chain.open.push(gap) }
        }
    }
    for chain in ledgers.chains.values_mut() {
        // The list may name a chain twice (it is filled up), its gaps must come once.
        for gaps in [&mut chain.open, &mut chain.lost] {
            gaps.sort_unstable_by_key(|gap| gap.from);
            gaps.dedup();
        }
    }
    Ok(ledgers)
}

/// A chain, once for each of its gaps.
#[derive(sqlx::FromRow)]
struct ChainRow {
    device: DeviceId,
    chain: ChainId,
    seq: Option<i64>,
    hash: Option<Digest>,
    from_seq: Option<i64>,
    to_seq: Option<i64>,
    state: Option<String>,
    position: Option<i64>,
}

async fn devices(tx: &mut Tx, asked: &Asked, desk: &mut Desk) -> Result<(), StoreError> {
    let ids = keys_of(&asked.devices);
    let sql = "select d.id, d.state, d.worker, u.org_unit, o.whole_centre from device d
        join app_user u on u.id = d.worker join org_unit o on o.id = u.org_unit where d.id in (";
    type Row = (DeviceId, String, UserId, OrgUnitId, bool);
    desk.strangers.clone_from(&asked.devices);
    for (device, state, worker, unit, whole) in among!(tx, Row, sql, ids, ")").await? {
        desk.strangers.remove(&device);
        if state == "revoked" {
            desk.revoked.insert(device);
        }
        if whole {
            desk.whole.insert(worker, unit);
        }
    }
    Ok(())
}

async fn families(tx: &mut Tx, asked: &Asked, desk: &mut Desk) -> Result<(), StoreError> {
    let standing: Vec<_> = asked.standing.iter().copied().collect();
    let found =
        ") select f.id, f.org_unit, asked.worker, a.is_open from asked join family f on f.id = asked.family
        left join assignment a on a.family = asked.family and a.worker = asked.worker";
    type Row = (FamilyId, OrgUnitId, UserId, Option<bool>);
    for (family, unit, worker, open) in
        among!(tx, Row, "with asked (family, worker) as (", standing, found).await?
    {
        desk.families.insert(family, unit);
        if let Some(open) = open {
            *desk.assigned.entry((family, worker)).or_default() |= open;
        }
    }
    Ok(())
}

async fn consents(
    tx: &mut Tx,
    consents: &BTreeSet<ConsentId>,
    persons: &BTreeSet<PersonId>,
    desk: &mut Desk,
) -> Result<(), StoreError> {
    let ids = keys_of(persons);
    let sql = "select id, person, state, given_on, basis from consent where person in (";
    for consent in among!(tx, Consent, sql, ids, ")").await? {
        desk.consent_of.insert(consent.id, consent.person);
        desk.consents.insert(consent.person, consent);
    }
    let sql = "select person, max(on_day), max(at) from consent_withdrawal where person in (";
    type Said = (PersonId, NaiveDate, DateTime<Utc>);
    let said = among!(tx, Said, sql, ids, ") group by person").await?;
    desk.withdrawn = said.into_iter().map(|(person, on, at)| (person, (on, at))).collect();
    let ids = keys_of(consents);
    let sql = "select id, person from consent where id in (";
    desk.consent_of.extend(among!(tx, (ConsentId, PersonId), sql, ids, ")").await?);
    Ok(())
}

fn keys_of<T: Copy>(set: &BTreeSet<T>) -> Vec<(T,)> {
    set.iter().map(|key| (*key,)).collect()
}

//! Lays everything on the [`Desk`] that a group of statements needs to be decided: one query a table, after the lock.

use std::collections::{BTreeSet, HashMap};

use kandas_shared::{
    evidence::Part,
    hash::Digest,
    ids::{
        ActivityId, ChainId, ConsentId, DeviceId, EvidenceId, FamilyId, OrgUnitId, PersonId, RecordId, UserId,
    },
    pulled::{Activity, Consent},
    record::Statement,
};

use super::{
    chains::{Chain, Ledgers},
    decide::{Desk, Payload, SignedFile, Verified},
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
    workers: BTreeSet<UserId>,
    assigned: BTreeSet<(FamilyId, UserId)>,
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
    let keys = keys(asked.devices);
    let revoked =
        among!(tx, (DeviceId,), "select id from device where state = 'revoked' and id in (", keys, ")");
    desk.revoked = revoked.await?.into_iter().map(|(id,)| id).collect();

    let ids = keys_of(&asked.families);
    let rows =
        among!(tx, (FamilyId, OrgUnitId), "select id, org_unit from family where id in (", ids, ")").await?;
    desk.families = rows.into_iter().collect();
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
    standing(tx, &asked.assigned, &asked.workers, &mut desk).await?;

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
            asked.families.extend(reading.family);
            let Payload::Record(record) = &statement.payload else { continue };
            asked.workers.insert(record.worker);
            asked.assigned.extend(record.family.map(|family| (family, record.worker)));
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

async fn known(tx: &mut Tx, asked: &Asked) -> Result<HashMap<Digest, u64>, StoreError> {
    let hashes = keys_of(&asked.hashes);
    let mut known =
        among!(tx, (Digest, i64), "select hash, position from record where hash in (", hashes, ")").await?;
    known.extend(
        among!(tx, (Digest, i64), "select hash, position from record_erased where hash in (", hashes, ")")
            .await?,
    );
    Ok(known.into_iter().map(|(hash, position)| (hash, position as u64)).collect())
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
    let found = ") select c.device, c.chain, c.seq, c.hash from asked join chain c
        on c.device = asked.device and c.chain = asked.chain";
    for (device, chain, seq, hash) in
        among!(tx, (DeviceId, ChainId, i64, Digest), asked, chains, found).await?
    {
        ledgers.chains.insert((device, chain), Chain { seq: seq as u64, hash, ..Chain::default() });
    }
    // The list may name a chain twice (it is filled up), its gaps must come once.
    let found = ") select distinct g.device, g.chain, g.from_seq, g.to_seq, g.state, g.position
        from asked join chain_gap g on g.device = asked.device and g.chain = asked.chain";
    for (device, chain, from, to, state, position) in
        among!(tx, (DeviceId, ChainId, i64, i64, String, i64), asked, chains, found).await?
    {
        let gap = Gap { from: from as u64, to: to as u64, position: position as u64 };
        let chain = ledgers.chains.entry((device, chain)).or_default();
        if state == "lost" { chain.lost.push(gap) } else { chain.open.push(gap) }
    }
    for chain in ledgers.chains.values_mut() {
        chain.open.sort_unstable_by_key(|gap| gap.from);
        chain.lost.sort_unstable_by_key(|gap| gap.from);
    }
    Ok(ledgers)
}

async fn standing(
    tx: &mut Tx,
    assigned: &BTreeSet<(FamilyId, UserId)>,
    workers: &BTreeSet<UserId>,
    desk: &mut Desk,
) -> Result<(), StoreError> {
    let keys: Vec<_> = assigned.iter().copied().collect();
    let asked = "with asked (family, worker) as (";
    let found = ") select a.family, a.worker, a.is_open from asked join assignment a
        on a.family = asked.family and a.worker = asked.worker";
    for (family, worker, open) in among!(tx, (FamilyId, UserId, bool), asked, keys, found).await? {
        *desk.assigned.entry((family, worker)).or_default() |= open;
    }
    let ids = keys_of(workers);
    let sql = "select u.id, u.org_unit from app_user u join org_unit o on o.id = u.org_unit
        where o.whole_centre and u.id in (";
    desk.whole = among!(tx, (UserId, OrgUnitId), sql, ids, ")").await?.into_iter().collect();
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
    let ids = keys_of(consents);
    let sql = "select id, person from consent where id in (";
    desk.consent_of.extend(among!(tx, (ConsentId, PersonId), sql, ids, ")").await?);
    Ok(())
}

fn keys<T>(set: BTreeSet<T>) -> Vec<(T,)> {
    set.into_iter().map(|key| (key,)).collect()
}

fn keys_of<T: Copy>(set: &BTreeSet<T>) -> Vec<(T,)> {
    set.iter().map(|key| (*key,)).collect()
}

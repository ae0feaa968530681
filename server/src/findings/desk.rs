//! Gathers what the rules are told: set by set, out of one snapshot.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::{Calendar, civil_date},
    evidence::{EvidenceKind, Part, Position, PositionSource},
    hash::Digest,
    ids::{CaptureId, ChainId, DeviceId, EvidenceId, FamilyId, PersonId, RecordId, UserId},
    record::{self, Record},
    time::ClockReading,
};

use super::{
    bracket::{Anchor, Bracket},
    case::{Alike, Case, Fix, Home, Known, Link, Named, Piece, Way},
    near::Index,
    picture::{Looks, MARKS, marks},
    place::Place,
    rules::number,
    settings::{Settings, Thresholds},
    settlement::{self, Centre},
};
use crate::{
    all, among, calendar,
    facts::{ChainFinding, Event},
    journal::JournalError,
    opt,
    store::{StoreError, Tx},
};
use kandas_shared::finding::Threshold;

/// Numbers before and after a record whose times narrow down its own.
const NEIGHBOURS: i64 = 20;
/// Positions of a settlement that its middle is made of.
const USUAL: i64 = 200;
/// Most files that are the same or alike, of each file.
const ALIKE: usize = 50;

/// A record with everything that is known around it.
#[derive(Clone, Debug)]
pub struct Gathered {
    /// Identity of its statement.
    pub hash: Digest,
    /// Its id.
    pub record: RecordId,
    /// Its family.
    pub family: FamilyId,
    /// Its person.
    pub person: Option<PersonId>,
    /// Whether it was accepted; one that is held waits for another decision than a check.
    pub accepted: bool,
    /// What it is measured by.
    pub thresholds: Thresholds,
    /// What the rules are told.
    pub case: Case,
}

#[derive(sqlx::FromRow)]
struct Row {
    hash: Digest,
    received_at: DateTime<Utc>,
    device: DeviceId,
    worker: UserId,
    accepted: bool,
    record: RecordId,
    chain: Option<ChainId>,
    seq: Option<i64>,
    placed: bool,
    chain_finding: Option<String>,
    kind: Option<String>,
    family: FamilyId,
    person: Option<PersonId>,
    late_handover: bool,
    due_on: Option<NaiveDate>,
    settlement_kato: Option<String>,
    settlement_name: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    enrolled_at: DateTime<Utc>,
    body: String,
}

/// What is read of other records, see table `record_reading`.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Reading {
    hash: Digest,
    at: DateTime<Utc>,
    lat: Option<f64>,
    lon: Option<f64>,
    accuracy_m: Option<f64>,
}

impl Reading {
    fn fix(&self) -> Option<Fix> {
        let place = Place { lat: self.lat?, lon: self.lon? };
        Some(Fix { place, accuracy_m: self.accuracy_m?, at: self.at })
    }
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct Neighbour {
    device: DeviceId,
    chain: ChainId,
    seq: i64,
    received_at: DateTime<Utc>,
    wall: DateTime<Utc>,
    boot: String,
    boot_ms: i64,
    not_before: Option<DateTime<Utc>>,
}

type Place3 = (DeviceId, ChainId, i64);

/// The record in the body of its fact, if it is one that this program reads.
#[must_use]
pub fn record_of(body: &str) -> Option<Box<Record>> {
    let Ok(Event::RecordReceived(received)) = serde_json::from_str::<Event>(body) else { return None };
    match record::read(&received.jws.payload) {
        record::Reading::Record(record) => Some(record),
        _ => None,
    }
}

/// Whether a position says where a phone really was.
#[must_use]
pub fn tells(position: &Position) -> bool {
    let place = Place { lat: position.lat, lon: position.lon };
    !position.mock && position.source != PositionSource::Entered && place.is_real()
}

/// When the phone was at its position: what the fix says itself, else by its age, else at sealing.
#[must_use]
pub fn moment(position: &Position, sealed: &ClockReading) -> DateTime<Utc> {
    let aged = || {
        let age = sealed.boot_ms.checked_sub(position.fix_boot_ms?)?;
        let age = chrono::TimeDelta::try_milliseconds(i64::try_from(age).ok()?)?;
        sealed.wall.checked_sub_signed(age)
    };
    position.fix_at.or_else(aged).unwrap_or(sealed.wall)
}

/// Gathers these records. Those that are not there any more, or that nobody can read, are left out.
///
/// # Errors
/// When the database does not answer.
pub async fn gather(
    tx: &mut Tx,
    records: &BTreeSet<Digest>,
    settings: &Settings,
    index: &Index,
) -> Result<Vec<Gathered>, JournalError> {
    let read = read(tx, records).await?;
    let around = Around::read(tx, &read, settings, index).await?;
    Ok(read.iter().map(|(row, record)| around.gathered(row, record, settings)).collect())
}

/// Those of these records that can be read, with their statements.
async fn read(tx: &mut Tx, records: &BTreeSet<Digest>) -> Result<Vec<(Row, Box<Record>)>, StoreError> {
    let keys: Vec<_> = records.iter().map(|hash| (*hash,)).collect();
    let sql = "select r.hash, r.received_at, r.device, r.worker, r.verdict = 'accepted' as accepted, r.record, r.chain,
            r.seq, r.placed, r.chain_finding, r.kind, r.family, r.person, r.late_handover, a.due_on, f.settlement_kato,
            f.settlement_name, f.latitude, f.longitude, d.enrolled_at, b.body
        from record r join journal_body b on b.position = r.position join device d on d.id = r.device
        left join activity a on a.id = r.activity left join family f on f.id = r.family
        where r.record is not null and r.family is not null and r.kind is not null and r.hash in (";
    let mut rows = among!(tx, Row, sql, keys, ")").await?;
    rows.sort_by_key(|row| row.hash);
    rows.dedup_by_key(|row| row.hash);
    Ok(rows.into_iter().filter_map(|row| record_of(&row.body).map(|record| (row, record))).collect())
}

/// What whoever checks a record is shown of what its findings were measured by.
#[derive(Clone, Copy, Debug)]
pub struct Measures {
    /// Where the family lives, and how that is known.
    pub home: Option<(Place, Known)>,
    /// Between which times it was sealed.
    pub bracket: Bracket,
    /// When the phone was at the record's position; none where that says nothing.
    pub at: Option<DateTime<Utc>>,
}

/// What a record is measured by, without what it is compared with; none if nobody can read it.
///
/// # Errors
/// When the database does not answer.
pub async fn measures(tx: &mut Tx, record: Digest) -> Result<Option<Measures>, JournalError> {
    let read = read(tx, &BTreeSet::from([record])).await?;
    let Some((row, stated)) = read.first() else { return Ok(None) };
    let settings = Settings::read(tx).await?;
    let place = row.chain.zip(row.seq).map(|(chain, seq)| (row.device, chain, seq));
    let settlement: Vec<String> = row.settlement_kato.iter().cloned().collect();
    let around = neighbours(tx, &place.into_iter().collect()).await?;
    let usual = usual(tx, &read, &settings).await?;
    let centres = settlement::read(tx, &settlement).await?;
    let fixes = settings.on(civil_date(row.received_at)).get(Threshold::SettlementFixes);
    let position = stated.position.as_ref().filter(|position| tells(position));
    Ok(Some(Measures {
        home: home(row, &usual, &centres).origin(number(fixes)),
        bracket: bracket(row, stated, place, &around),
        at: position.map(|position| moment(position, &stated.sealed)),
    }))
}

/// What is known around the records at hand.
struct Around {
    neighbours: BTreeMap<Place3, Neighbour>,
    gaps: HashMap<Place3, (u64, u64, bool)>,
    forks: HashMap<Place3, Vec<Digest>>,
    usual: HashMap<String, Vec<(Digest, Place)>>,
    centres: HashMap<String, Centre>,
    ways: HashMap<Digest, Way>,
    alike: HashMap<Digest, Vec<Alike>>,
    calendar: Calendar,
}

impl Around {
    async fn read(
        tx: &mut Tx,
        read: &[(Row, Box<Record>)],
        settings: &Settings,
        index: &Index,
    ) -> Result<Self, JournalError> {
        let places: BTreeSet<Place3> =
            read.iter().filter_map(|(row, _)| Some((row.device, row.chain?, row.seq?))).collect();
        let settlements: BTreeSet<String> =
            read.iter().filter_map(|(row, _)| row.settlement_kato.clone()).collect();
        let settlements: Vec<String> = settlements.into_iter().collect();
        Ok(Self {
            neighbours: neighbours(tx, &places).await?,
            gaps: gaps(tx, &places).await?,
            forks: forks(tx, &places).await?,
            usual: usual(tx, read, settings).await?,
            centres: settlement::read(tx, &settlements).await?,
            ways: ways(tx, read, settings).await?,
            alike: alike(tx, read, settings, index).await?,
            calendar: calendar::read(tx).await?,
        })
    }

    fn gathered(&self, row: &Row, record: &Record, settings: &Settings) -> Gathered {
        let place = row.chain.zip(row.seq).map(|(chain, seq)| (row.device, chain, seq));
        Gathered {
            hash: row.hash,
            record: row.record,
            family: row.family,
            person: row.person,
            accepted: row.accepted,
            thresholds: settings.on(civil_date(row.received_at)),
            case: Case {
                asks_position: matches!(row.kind.as_deref(), Some("completion" | "act")),
                family: row.family,
                done_on: record.done_on,
                sealed: record.sealed.clone(),
                bracket: bracket(row, record, place, &self.neighbours),
                due: row
                    .due_on
                    .filter(|_| row.kind.as_deref() == Some("completion"))
                    .map(|due| self.calendar.last_day(due)),
                position: record.position.clone(),
                no_position: record.no_position,
                home: home(row, &self.usual, &self.centres),
                way: self.ways.get(&row.hash).copied(),
                evidence: record.evidence.iter().map(piece).collect(),
                alike: self.alike.get(&row.hash).cloned().unwrap_or_default(),
                chain: self.link(row, place),
                late_handover: row.late_handover,
            },
        }
    }

    fn link(&self, row: &Row, place: Option<Place3>) -> Link {
        let Some(place @ (device, chain, seq)) = place else { return Link::default() };
        let before = self.neighbours.get(&(device, chain, seq - 1)).filter(|_| row.placed);
        let forks = self.forks.get(&place).into_iter().flatten();
        let finding = match row.chain_finding.as_deref() {
            Some("prev_differs") => Some(ChainFinding::PrevDiffers),
            Some("next_differs") => Some(ChainFinding::NextDiffers),
            _ => None,
        };
        Link {
            seq: seq.unsigned_abs(),
            before: before.map(|before| ClockReading {
                wall: before.wall,
                offset_s: 0,
                boot: before.boot.clone(),
                boot_ms: before.boot_ms.unsigned_abs(),
            }),
            gap: self.gaps.get(&(device, chain, seq - 1)).copied().filter(|_| row.placed),
            fork: forks.copied().find(|hash| *hash != row.hash),
            finding,
        }
    }
}

fn home(row: &Row, usual: &HashMap<String, Vec<(Digest, Place)>>, centres: &HashMap<String, Centre>) -> Home {
    let at = row.latitude.zip(row.longitude).map(|(lat, lon)| Place { lat, lon });
    let usual = row.settlement_kato.as_ref().and_then(|kato| usual.get(kato));
    let others = usual.into_iter().flatten().filter(|(hash, _)| *hash != row.hash);
    Home {
        settlement: row.settlement_name.clone().unwrap_or_default(),
        at,
        centre: row.settlement_kato.as_ref().and_then(|kato| centres.get(kato)).map(Centre::place),
        usual: others.map(|(_, place)| *place).collect(),
    }
}

fn bracket(
    row: &Row,
    record: &Record,
    place: Option<Place3>,
    neighbours: &BTreeMap<Place3, Neighbour>,
) -> Bracket {
    let own = place.and_then(|place| neighbours.get(&place));
    let checkpoint = own.and_then(|own| own.not_before).filter(|_| row.placed);
    let not_before = checkpoint.unwrap_or(row.enrolled_at).max(row.enrolled_at).min(row.received_at);
    let sure = Bracket { not_before, not_after: row.received_at };
    let mut anchors = Vec::new();
    if let Some((device, chain, seq)) = place {
        let around = (device, chain, seq - NEIGHBOURS)..=(device, chain, seq + NEIGHBOURS);
        let same_start = neighbours.range(around).map(|(_, other)| other);
        anchors.extend(same_start.filter(|other| other.boot == record.sealed.boot).map(|other| Anchor {
            boot_ms: other.boot_ms.unsigned_abs(),
            not_before: other.not_before,
            not_after: Some(other.received_at),
        }));
    }
    if let Some(position) = &record.position
        && position.source == PositionSource::Satellite
        && tells(position)
        && let Some((at, boot_ms)) = position.fix_at.zip(position.fix_boot_ms)
    {
        anchors.push(Anchor::satellites(at, boot_ms));
    }
    Bracket::narrowed(sure, &record.sealed, &anchors)
}

fn piece(evidence: &kandas_shared::evidence::Evidence) -> Piece {
    Piece {
        evidence: evidence.evidence,
        source: evidence.source,
        taken: evidence.taken.clone(),
        position: evidence.position.clone(),
        summary: evidence.summary.clone(),
    }
}

/// Neighbours in the chains, the records themselves included.
async fn neighbours(
    tx: &mut Tx,
    places: &BTreeSet<Place3>,
) -> Result<BTreeMap<Place3, Neighbour>, StoreError> {
    // Stretches of numbers that are read in one go.
    let mut stretches: Vec<(DeviceId, ChainId, i64, i64)> = Vec::new();
    for (device, chain, seq) in places {
        let (from, to) = (seq.saturating_sub(NEIGHBOURS), seq.saturating_add(NEIGHBOURS));
        match stretches.last_mut() {
            Some(last) if (last.0, last.1) == (*device, *chain) && last.3 >= from => last.3 = to,
            _ => stretches.push((*device, *chain, from, to)),
        }
    }
    let mut found = BTreeMap::new();
    for (device, chain, from, to) in stretches {
        let sql = "select r.device, r.chain, r.seq, r.received_at, n.wall, n.boot, n.boot_ms, n.not_before
            from record r join record_reading n on n.hash = r.hash
            where r.device = $1 and r.chain = $2 and r.seq >= $3 and r.seq <= $4 and r.placed";
        for row in all!(tx, Neighbour, sql, device, chain, from, to).await? {
            found.insert((row.device, row.chain, row.seq), row);
        }
    }
    Ok(found)
}

/// Gaps by their last number.
async fn gaps(
    tx: &mut Tx,
    places: &BTreeSet<Place3>,
) -> Result<HashMap<Place3, (u64, u64, bool)>, StoreError> {
    let keys: Vec<_> = places.iter().map(|(device, chain, seq)| (*device, *chain, seq - 1)).collect();
    type Gap = (DeviceId, ChainId, i64, i64, bool);
    let sql = "with asked (device, chain, seq) as (";
    let rest = ") select g.device, g.chain, g.from_seq, g.to_seq, g.state = 'lost' from asked
        join chain_gap g on g.device = asked.device and g.chain = asked.chain and g.to_seq = asked.seq";
    let rows = among!(tx, Gap, sql, keys, rest).await?;
    let number = i64::unsigned_abs;
    Ok(rows
        .into_iter()
        .map(|(device, chain, from, to, lost)| ((device, chain, to), (number(from), number(to), lost)))
        .collect())
}

/// All statements at these places, where there are several.
async fn forks(tx: &mut Tx, places: &BTreeSet<Place3>) -> Result<HashMap<Place3, Vec<Digest>>, StoreError> {
    let keys: Vec<_> = places.iter().copied().collect();
    let sql = "with asked (device, chain, seq) as (";
    let mut found: HashMap<Place3, BTreeSet<Digest>> = HashMap::new();
    type At = (DeviceId, ChainId, i64, Digest);
    for rest in [
        ") select r.device, r.chain, r.seq, r.hash from asked join record r
            on r.device = asked.device and r.chain = asked.chain and r.seq = asked.seq and r.placed",
        ") select r.device, r.chain, r.seq, r.hash from asked join record r
            on r.device = asked.device and r.chain = asked.chain and r.seq = asked.seq and not r.placed
            where r.reason = 'fork' or r.verdict = 'accepted'",
    ] {
        for (device, chain, seq, hash) in among!(tx, At, sql, keys, rest).await? {
            found.entry((device, chain, seq)).or_default().insert(hash);
        }
    }
    Ok(found
        .into_iter()
        .filter(|(_, hashes)| hashes.len() > 1)
        .map(|(place, hashes)| (place, hashes.into_iter().collect()))
        .collect())
}

/// Exact positions from the settlements of families without coordinates, the latest.
async fn usual(
    tx: &mut Tx,
    read: &[(Row, Box<Record>)],
    settings: &Settings,
) -> Result<HashMap<String, Vec<(Digest, Place)>>, StoreError> {
    let unknown = read.iter().filter(|(row, _)| row.latitude.is_none() || row.longitude.is_none());
    let mut settlements: BTreeMap<&String, NaiveDate> = BTreeMap::new();
    for (row, _) in unknown {
        if let Some(kato) = &row.settlement_kato {
            settlements.insert(kato, civil_date(row.received_at));
        }
    }
    let mut usual = HashMap::new();
    for (kato, day) in settlements {
        let exact = settings.on(day).get(Threshold::AccuracyM);
        usual.insert(kato.clone(), usual_of(tx, kato, exact).await?);
    }
    Ok(usual)
}

/// The latest positions from a settlement that are at least so exact, in metres; at most 200, with their records.
///
/// # Errors
/// When the database does not answer.
pub async fn usual_of(tx: &mut Tx, kato: &str, exact: f64) -> Result<Vec<(Digest, Place)>, StoreError> {
    let sql = "select hash, lat, lon from record_reading
        where settlement = $1 and lat is not null and accuracy_m <= $2 order by position desc limit $3";
    let rows = all!(tx, (Digest, f64, f64), sql, kato, exact, USUAL).await?;
    Ok(rows.into_iter().map(|(hash, lat, lon)| (hash, Place { lat, lon })).collect())
}

/// The way from the worker's exact position before.
async fn ways(
    tx: &mut Tx,
    read: &[(Row, Box<Record>)],
    settings: &Settings,
) -> Result<HashMap<Digest, Way>, StoreError> {
    let keys: Vec<_> = read.iter().map(|(row, _)| (row.hash,)).collect();
    let sql = "select hash, at, lat, lon, accuracy_m from record_reading where lat is not null and hash in (";
    let own: HashMap<Digest, Reading> =
        among!(tx, Reading, sql, keys, ")").await?.into_iter().map(|row| (row.hash, row)).collect();
    let mut ways = HashMap::new();
    for (row, _) in read {
        let Some(to) = own.get(&row.hash).and_then(Reading::fix) else { continue };
        let exact = settings.on(civil_date(row.received_at)).get(Threshold::TravelAccuracyM);
        let sql = "select hash, at, lat, lon, accuracy_m from record_reading
            where worker = $1 and at <= $2 and lat is not null and accuracy_m < $3 and hash <> $4
            order by at desc, hash limit 1";
        let before = opt!(tx, Reading, sql, row.worker, to.at, exact, row.hash).await?;
        if let Some((before, from)) = before.and_then(|before| Some((before.hash, before.fix()?))) {
            ways.insert(row.hash, Way { from, to, other: before });
        }
    }
    Ok(ways)
}

#[derive(sqlx::FromRow)]
struct Theirs {
    key: Digest,
    evidence: EvidenceId,
    capture: CaptureId,
    kind: EvidenceKind,
    family: Option<FamilyId>,
    hash: Digest,
}

impl Theirs {
    fn named(&self) -> Named {
        let Self { evidence, capture, kind, family, .. } = *self;
        Named { evidence, capture, kind, family }
    }
}

/// Files that are the same as those of the records, and photos that look like theirs.
async fn alike(
    tx: &mut Tx,
    read: &[(Row, Box<Record>)],
    settings: &Settings,
    index: &Index,
) -> Result<HashMap<Digest, Vec<Alike>>, StoreError> {
    let mut own: Vec<(Digest, Digest, Named)> = Vec::new();
    for (row, record) in read {
        for evidence in &record.evidence {
            let named = Named {
                evidence: evidence.evidence,
                capture: evidence.capture,
                kind: evidence.kind,
                family: Some(row.family),
            };
            for part in [Part::File, Part::Original] {
                if let Some(facts) = evidence.facts(part) {
                    own.push((row.hash, facts.sha256, named));
                }
            }
        }
    }
    let mut found = same(tx, &own).await?;
    let day = read.iter().map(|(row, _)| civil_date(row.received_at)).max();
    if let Some(day) = day.filter(|_| !index.is_empty()) {
        let bits = settings.on(day).get(Threshold::NearBits);
        for (hash, alike) in near(tx, &own, bits, index).await? {
            found.entry(hash).or_default().push(alike);
        }
    }
    Ok(found)
}

async fn same(
    tx: &mut Tx,
    own: &[(Digest, Digest, Named)],
) -> Result<HashMap<Digest, Vec<Alike>>, StoreError> {
    let keys: BTreeSet<(Digest,)> = own.iter().map(|(_, sha256, _)| (*sha256,)).collect();
    let keys: Vec<_> = keys.into_iter().collect();
    let sql = "select key, evidence, capture, kind, family, hash from (
            select f.sha256 as key, e.evidence, e.capture, e.kind, e.family, e.hash,
                row_number() over (partition by f.sha256 order by e.hash) as place
            from evidence_file f join evidence e on e.evidence = f.evidence
            where f.part <> 'thumbnail' and f.state <> 'erased' and f.sha256 in (";
    let rest = ")) as alike where place <= $1";
    let most = i64::try_from(ALIKE).unwrap_or(i64::MAX);
    let mut theirs: HashMap<Digest, Vec<Theirs>> = HashMap::new();
    for row in among!(tx, Theirs, sql, keys, rest, most).await? {
        theirs.entry(row.key).or_default().push(row);
    }
    let mut found: HashMap<Digest, Vec<Alike>> = HashMap::new();
    for (hash, sha256, named) in own {
        let others = theirs.get(sha256).into_iter().flatten();
        for other in others.filter(|other| other.hash != *hash && other.evidence != named.evidence) {
            let alike =
                Alike { own: *named, theirs: other.named(), other: other.hash, bits: None, likeness: None };
            found.entry(*hash).or_default().push(alike);
        }
    }
    Ok(found)
}

async fn near(
    tx: &mut Tx,
    own: &[(Digest, Digest, Named)],
    bits: f64,
    index: &Index,
) -> Result<Vec<(Digest, Alike)>, StoreError> {
    let mut photos: BTreeMap<EvidenceId, BTreeMap<Digest, Named>> = BTreeMap::new();
    for (hash, _, named) in own.iter().filter(|(.., named)| named.kind == EvidenceKind::Photo) {
        photos.entry(named.evidence).or_default().insert(*hash, *named);
    }
    let keys: Vec<_> = photos.keys().map(|id| (*id,)).collect();
    let sql = "select evidence, hash from photo_hash where hash is not null and evidence in (";
    let looks = among!(tx, (EvidenceId, Vec<u8>), sql, keys, ")").await?;
    let bits = marks(bits);
    let mut hits: Vec<(EvidenceId, i64, u32)> = Vec::new();
    for (evidence, look) in looks {
        let Some(looks) = Looks::read(&look) else { continue };
        let near = index.search(&looks.all(), bits, ALIKE);
        hits.extend(near.iter().map(|hit| (evidence, i64::from(hit.number), hit.bits)));
    }
    let numbers: BTreeSet<(i64,)> = hits.iter().map(|(_, number, _)| (*number,)).collect();
    let numbers: Vec<_> = numbers.into_iter().collect();
    type Row = (i64, EvidenceId, CaptureId, EvidenceKind, Option<FamilyId>, Digest);
    let sql = "select p.number, e.evidence, e.capture, e.kind, e.family, e.hash from photo_hash p
        join evidence e on e.evidence = p.evidence where p.number in (";
    let mut theirs: HashMap<i64, Vec<(Named, Digest)>> = HashMap::new();
    for (number, evidence, capture, kind, family, hash) in among!(tx, Row, sql, numbers, ")").await? {
        theirs.entry(number).or_default().push((Named { evidence, capture, kind, family }, hash));
    }
    let mut found = Vec::new();
    for (evidence, number, bits) in hits {
        for (hash, named) in photos.get(&evidence).into_iter().flatten() {
            for (other, other_hash) in theirs.get(&number).into_iter().flatten() {
                if other_hash != hash && other.evidence != evidence {
                    let bits = Some((bits, MARKS));
                    let alike =
                        Alike { own: *named, theirs: *other, other: *other_hash, bits, likeness: None };
                    found.push((*hash, alike));
                }
            }
        }
    }
    Ok(found)
}

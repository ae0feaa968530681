//! The access log: every reading of a case, and its hash in the journal.
//!
//! Entries hold ids and fixed words, never names, and are never changed or deleted. They are numbered without gaps, so
//! that a missing one is seen. Once an hour what was added is anchored: a fact says up to which entry, and a hash that
//! also covers the anchor before. Whoever rewrites an old entry has to rewrite the journal.

use chrono::{DateTime, SecondsFormat, Utc};
use kandas_shared::{
    evidence::FileRef,
    hash::Digest,
    ids::{
        DeviceId, EvidenceId, ExportId, FamilyId, PersonId, PlanId, RecordId, ReportId, RoadMapId, UserId,
    },
    roadmap::RoadMapHolder,
    time::micros,
};
use sha2::{Digest as _, Sha256};

use crate::{
    all,
    chance::Chance,
    exec,
    facts::{AccessAnchored, Event},
    journal::{self, Fact, JournalError},
    one, opt,
    store::{Engine, Store, StoreError, Tx},
};

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The list of users.
    Users,
    /// The list of phones.
    Phones,
    /// A phone.
    Phone,
    /// The list of workers, with what is not as it should be.
    Workers,
    /// A worker.
    Worker(UserId),
    /// The wrapped key of a phone's store.
    RecoveryKey,
    /// What is known of a piece of evidence.
    Evidence(EvidenceId),
    /// A file of evidence, or what is left of it.
    File(FileRef),
    /// What is to be checked, and what was.
    Checks,
    /// The list of records.
    Records,
    /// A record with its checks.
    Record(RecordId),
    /// What waits for a decision, and what was decided.
    Held,
    /// A record that waits for a decision.
    HeldRecord(Digest),
    /// Who has read, changed and checked.
    Audit,
    /// A record that was returned, told to the phone that shall answer it.
    Rework(RecordId),
    /// The log that a phone sent.
    Log,
    /// What an erasing would take.
    Survey,
    /// Whose term of keeping is over.
    Retention,
    /// What was proposed to be erased, and what was erased.
    Erasures,
    /// The consent of a person.
    Consent,
    /// Messages of the exchange, which name records and services.
    Exchange,
    /// What came by it and is kept aside.
    ExchangeAside,
    /// What of the exchange concerns a family.
    ExchangeFamily,
    /// The scan by which one was withdrawn, by the position of its fact.
    ConsentScan(i64),
    /// Everything, into a back-up.
    BackUp,
    /// Places on the map.
    Map,
    /// The list of families.
    Families,
    /// What a search found.
    Search,
    /// A family with its plan.
    Family,
    /// A person with his services.
    Person,
    /// What happened about a family, or about one person of it.
    Timeline,
    /// The card of a family.
    Card,
    /// Families that go from one centre to another.
    Handovers,
    /// The text of a consent, to be printed.
    ConsentPaper,
    /// Lists of monitoring: rounds, problems, departures.
    Monitoring,
    /// The rounds of a family.
    MonitoringFamily,
    /// A round of a family.
    MonitoringRound(i64),
    /// Rows of a monthly report, or how they differ from those of the version before.
    Report(ReportId),
    /// Lines of a road map, or how they differ from those of the version before.
    RoadMap(RoadMapId),
    /// The scan of a signed road map.
    RoadMapScan(RoadMapId, RoadMapHolder),
    /// The list of plans that are under way.
    Plans,
    /// The plan of a family with its versions.
    Plan,
    /// The file that shows the agreement to a version of a plan.
    PlanPaper(PlanId, i32),
    /// Something asked to be written into a file; whether with numbers, and why.
    Export(ExportId, &'static str, Option<NumberReason>),
    /// Such a file, taken.
    ExportFile(ExportId),
    /// A person's number in the clear, and why.
    Number(NumberReason),
}

/// Why somebody asks for a person's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberReason {
    /// To make sure who it is.
    Identity,
    /// To enter it into a state system.
    StateSystem,
    /// To put it right.
    Correction,
    /// The person asked.
    OwnRequest,
}

impl std::fmt::Display for NumberReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Identity => "identity",
            Self::StateSystem => "state_system",
            Self::Correction => "correction",
            Self::OwnRequest => "own_request",
        })
    }
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Users => f.write_str("user.list"),
            Self::Phones => f.write_str("device.list"),
            Self::Phone => f.write_str("device.show"),
            Self::Workers => f.write_str("worker.list"),
            Self::Worker(worker) => write!(f, "worker.show {worker}"),
            Self::RecoveryKey => f.write_str("device.recovery_key"),
            Self::Evidence(evidence) => write!(f, "evidence.show {evidence}"),
            Self::File(file) => write!(f, "evidence.save {file}"),
            Self::Checks => f.write_str("check.list"),
            Self::Records => f.write_str("record.list"),
            Self::Record(record) => write!(f, "check.show {record}"),
            Self::Held => f.write_str("held.list"),
            Self::HeldRecord(hash) => write!(f, "held.show {hash}"),
            Self::Audit => f.write_str("audit.list"),
            Self::Rework(record) => write!(f, "check.rework {record}"),
            Self::Log => f.write_str("device.log"),
            Self::Survey => f.write_str("erase.survey"),
            Self::Retention => f.write_str("retention.list"),
            Self::Erasures => f.write_str("erase.list"),
            Self::Consent => f.write_str("consent.show"),
            Self::Exchange => f.write_str("exchange.list"),
            Self::ExchangeAside => f.write_str("exchange.aside"),
            Self::ExchangeFamily => f.write_str("exchange.family"),
            Self::ConsentScan(position) => write!(f, "consent.scan {position}"),
            Self::BackUp => f.write_str("store.backup"),
            Self::Map => f.write_str("map.show"),
            Self::Families => f.write_str("family.list"),
            Self::Search => f.write_str("search.list"),
            Self::Family => f.write_str("family.show"),
            Self::Person => f.write_str("person.show"),
            Self::Timeline => f.write_str("family.timeline"),
            Self::Card => f.write_str("family.card"),
            Self::Handovers => f.write_str("handover.list"),
            Self::ConsentPaper => f.write_str("consent.paper"),
            Self::Monitoring => f.write_str("monitoring.list"),
            Self::MonitoringFamily => f.write_str("monitoring.family"),
            Self::MonitoringRound(number) => write!(f, "monitoring.round {number}"),
            Self::Report(report) => write!(f, "report.show {report}"),
            Self::RoadMap(map) => write!(f, "road_map.show {map}"),
            Self::RoadMapScan(map, holder) => write!(f, "road_map.scan {map} {holder}"),
            Self::Plans => f.write_str("plan.list"),
            Self::Plan => f.write_str("plan.show"),
            Self::PlanPaper(plan, version) => write!(f, "plan.paper {plan} {version}"),
            Self::Export(id, what, None) => write!(f, "export.{what} {id}"),
            Self::Export(id, what, Some(why)) => write!(f, "export.{what} {id} {why}"),
            Self::ExportFile(id) => write!(f, "export.save {id}"),
            Self::Number(why) => write!(f, "person.number {why}"),
        }
    }
}

/// Who read about whom; what does not apply is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The user, where the command line was told.
    pub by: Option<UserId>,
    /// The phone read about.
    pub device: Option<DeviceId>,
    /// The family.
    pub family: Option<FamilyId>,
    /// The person.
    pub person: Option<PersonId>,
}

/// Notes a reading; it is durable when the call returns, and is made before anything is shown.
///
/// # Errors
/// When the database does not answer: then nothing may be shown.
pub async fn note(
    store: &Store,
    now: DateTime<Utc>,
    action: Action,
    reading: Reading,
) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    note_in(&mut tx, now, action, reading).await?;
    tx.commit().await
}

/// Notes a reading in a transaction; nobody else notes one until it ends.
///
/// # Errors
/// When the database does not answer.
pub async fn note_in(
    tx: &mut Tx,
    now: DateTime<Utc>,
    action: Action,
    reading: Reading,
) -> Result<(), StoreError> {
    // Numbers without gaps need one writer at a time; SQLite has no other.
    if tx.engine() == Engine::Postgres {
        exec!(tx, "lock table access_log in exclusive mode").await?;
    }
    exec!(
        tx,
        "insert into access_log (id, at, by_user, device, family, person, action)
         select coalesce(max(id), 0) + 1, $1, $2, $3, $4, $5, $6 from access_log",
        micros(now),
        reading.by,
        reading.device,
        reading.family,
        reading.person,
        action.to_string()
    )
    .await?;
    Ok(())
}

/// Anchors what was read since the last anchor; says whether there was anything. Run hourly.
///
/// # Errors
/// When the database does not answer.
pub async fn anchor(store: &Store, chance: &dyn Chance, now: DateTime<Utc>) -> Result<bool, JournalError> {
    let mut tx = store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let last =
        opt!(&mut tx, (i64, Digest), "select to_id, hash from access_anchor order by position desc limit 1")
            .await?;
    let (from, chained) = last.unwrap_or((0, NO_ANCHOR));
    let (to,) = one!(&mut tx, (i64,), "select coalesce(max(id), 0) from access_log").await?;
    if to <= from {
        return Ok(false);
    }
    let hash = hash(&mut tx, chained, from + 1, to).await?.hash;
    let anchored = AccessAnchored { from_id: (from + 1).unsigned_abs(), to_id: to.unsigned_abs(), hash };
    let fact = Fact::by_system(Event::AccessAnchored(anchored));
    journal::append_locked(&mut tx, locked, chance, now, vec![fact]).await?;
    tx.commit().await?;
    Ok(true)
}

/// What the first anchor is chained to.
pub const NO_ANCHOR: Digest = Digest([0; 32]);

/// A piece of the log as it lies there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its hash.
    pub hash: Digest,
    /// Number of entries.
    pub entries: u64,
}

#[derive(sqlx::FromRow)]
struct Entry {
    id: i64,
    at: DateTime<Utc>,
    by_user: Option<UserId>,
    device: Option<DeviceId>,
    family: Option<FamilyId>,
    person: Option<PersonId>,
    action: String,
}

/// Entries read in one go.
const MOST_AT_ONCE: i64 = 2_000;

/// The hash of the entries `from..=to`, chained to the anchor before (docs/formats.md §5).
///
/// # Errors
/// When the database does not answer or an entry cannot be written as text.
pub async fn hash(tx: &mut Tx, chained: Digest, from: i64, to: i64) -> Result<Piece, JournalError> {
    let mut hasher = Sha256::new();
    hasher.update(chained.0);
    let (mut after, mut entries) = (from - 1, 0);
    loop {
        let rows = all!(
            tx,
            Entry,
            "select id, at, by_user, device, family, person, action from access_log
             where id > $1 and id <= $2 order by id limit $3",
            after,
            to,
            MOST_AT_ONCE
        )
        .await?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        for e in rows {
            let at = e.at.to_rfc3339_opts(SecondsFormat::Micros, true);
            let entry = (e.id, at, e.by_user, e.device, e.family, e.person, e.action);
            hasher.update(serde_json::to_string(&entry)?);
            hasher.update(b"\n");
            entries += 1;
        }
    }
    Ok(Piece { hash: Digest(hasher.finalize().into()), entries })
}

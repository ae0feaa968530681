//! A record as a supervisor has it before him: what was stated, with what proof, by what rule, and what was said of it.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    evidence::{Evidence, EvidenceKind, Part, Position, Source},
    finding::{Rule, Severity},
    hash::Digest,
    ids::{ActivityId, DeviceId, EvidenceId, FamilyId, OrgUnitId, PersonId, RecordId, UserId},
    plan_state::{ActivityState, CheckKind},
    pulled::{Role, User},
    reason::{ReasonCode, ReasonList, ReasonText},
    receipt::Verdict,
    record::{self, Paper, Record, Statement},
    rule::{Gathered, NoPositionReason, NoVideoReason, Proof},
    service::ServiceCode,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    family::{Member, Place},
    policy::{self, Right},
};
use crate::{
    access::Reading,
    all, calendar,
    check::policy::Territory,
    facts::Event,
    findings::{
        self,
        bracket::Bracket,
        case::Known,
        desk::{self, Measures},
    },
    journal::{self, JournalError},
    one, opt, reasons,
    store::{StoreError, Tx},
};

/// A record with everything that a check needs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Item {
    /// Its id.
    pub record: RecordId,
    /// Kind of statement.
    pub kind: String,
    /// Which service.
    pub service: Option<ServiceCode>,
    /// Which act outside the services.
    pub act: Option<String>,
    /// The reason that was stated, where the kind has one.
    pub reason: Option<String>,
    /// Accepted or held.
    pub verdict: Verdict,
    /// What was said of it.
    pub check_state: CheckKind,
    /// Until when a return is to be answered.
    pub check_due: Option<NaiveDate>,
    /// A newer version has taken its place.
    pub superseded: bool,
    /// The record it corrects.
    pub supersedes: Option<RecordId>,
    /// Why it corrects it.
    pub correction: Option<String>,
    /// The worker no longer had the family when it came.
    pub late_handover: bool,
    /// The family.
    pub family: FamilyOf,
    /// The person, if it is about one.
    pub person: Option<Member>,
    /// The activity, if it is about one.
    pub activity: Option<ActivityOf>,
    /// Who recorded.
    pub worker: WorkerOf,
    /// With what.
    pub device: DeviceOf,
    /// The day it was done, as stated.
    pub done_on: Option<NaiveDate>,
    /// When it was sealed, by the phone's clock.
    pub sealed_at: Option<DateTime<Utc>>,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// Its place in the journal.
    pub position: i64,
    /// Where the phone was.
    pub place: Option<Position>,
    /// When it was there, by what the position says itself.
    pub place_at: Option<DateTime<Utc>>,
    /// Between which times it was sealed, by what the centre knows itself.
    pub bracket: Option<SealedBetween>,
    /// Why there is no position.
    pub no_position: Option<NoPositionReason>,
    /// Why there is no video.
    pub no_video: Option<NoVideoReason>,
    /// Number and date of a paper.
    pub paper: Option<Paper>,
    /// The worker's note.
    pub note: Option<String>,
    /// The rule of the service beside what was delivered.
    pub rule: Vec<Asked>,
    /// The proof.
    pub evidence: Vec<Piece>,
    /// What the server noticed about it, as it stands now.
    pub findings: Vec<Noticed>,
    /// Nothing speaks against it: it was drawn by chance.
    pub sampled: bool,
    /// Everything that was said, the earliest first.
    pub history: Vec<Said>,
    /// The record that the same worker sealed before, with its position.
    pub before: Option<Before>,
}

/// The family of a record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FamilyOf {
    /// Its id.
    pub id: FamilyId,
    /// Surname of its head, or the given name of one who has none.
    pub name: Option<String>,
    /// Members.
    pub members: i64,
    /// Where it lives.
    pub settlement: String,
    /// The coordinates of the house, as imported.
    pub place: Option<Place>,
    /// From where findings measure the distance to it: the house, or the middle of its settlement.
    pub home: Option<HomeOf>,
    /// The centre that serves it.
    #[serde(skip)]
    pub org_unit: OrgUnitId,
}

/// Where a family lives, as findings take it.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct HomeOf {
    /// Where.
    pub place: Place,
    /// How that is known.
    pub how: Known,
}

/// Between which times a record was sealed.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct SealedBetween {
    /// Not before.
    pub not_before: DateTime<Utc>,
    /// Not after.
    pub not_after: DateTime<Utc>,
}

/// The activity of a record.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct ActivityOf {
    /// Its id.
    pub id: ActivityId,
    /// Where it stands.
    pub state: ActivityState,
    /// The day on which it is due.
    pub due_on: Option<NaiveDate>,
    /// The last day in time: that day, or the next working day if it is a day off.
    #[sqlx(skip)]
    pub last_on: Option<NaiveDate>,
    /// The record that counts.
    pub record: Option<RecordId>,
}

/// Who recorded.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct WorkerOf {
    /// His id.
    pub id: UserId,
    /// His name.
    pub name: String,
}

/// The phone that sealed, and its chain.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct DeviceOf {
    /// Its id.
    pub id: DeviceId,
    /// Model and system.
    pub platform: String,
    /// Number of the record in its chain.
    pub seq: Option<i64>,
    /// What is wrong with the links of the chain: prev_differs or next_differs.
    pub chain_finding: Option<String>,
    /// Numbers of this chain that never came.
    pub missing: i64,
}

/// A proof that the service's rule names.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Asked {
    /// Which.
    pub proof: Proof,
    /// Needed, or only useful.
    pub required: bool,
    /// How many there are.
    pub delivered: u32,
    /// What stands in for it: the reason why there is none.
    pub excused: bool,
}

/// A piece of evidence.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Piece {
    /// Its id.
    pub evidence: EvidenceId,
    /// What kind of proof.
    pub kind: EvidenceKind,
    /// Made in the app or attached.
    pub source: Source,
    /// When, by the phone's clock.
    pub taken_at: Option<DateTime<Utc>>,
    /// Where the phone was.
    pub place: Option<Position>,
    /// When, by the camera: local time, with an offset only if the file has one.
    pub camera_at: Option<String>,
    /// Where, by the camera.
    pub camera_place: Option<Place>,
    /// Length of a film in milliseconds.
    pub duration_ms: Option<u64>,
    /// Page of a document.
    pub page: Option<u16>,
    /// Width in pixels, as the camera wrote.
    pub width: Option<u32>,
    /// Height in pixels.
    pub height: Option<u32>,
    /// In a correction: the piece it was taken again for.
    pub replaces: Option<EvidenceId>,
    /// Its files.
    pub files: Vec<File>,
}

/// A file of a piece.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct File {
    /// Whose.
    #[serde(skip)]
    pub evidence: EvidenceId,
    /// Which.
    pub part: Part,
    /// expected, on_call, received, salvaged or erased.
    pub state: String,
    /// Bytes as signed.
    pub size: i64,
    /// Type as signed.
    pub media_type: String,
    /// SHA-256 as signed.
    pub sha256: Digest,
    /// When it came.
    pub received_at: Option<DateTime<Utc>>,
    /// The fact of that in the journal.
    pub position: Option<i64>,
}

/// Something that was noticed: a hint, not guilt.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Noticed {
    /// What.
    pub rule: Rule,
    /// How much it weighs.
    pub severity: Severity,
    /// The figures of its sentence, and the pieces it is about (`evidence`, `other_evidence`).
    #[schema(value_type = Object)]
    pub params: serde_json::Map<String, serde_json::Value>,
    /// Another record that it names, if the user may see that one.
    pub other: Option<OtherRecord>,
}

/// A record that a finding names.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct OtherRecord {
    /// Its id.
    pub record: RecordId,
    /// Surname of the head of its family, or the given name of one who has none.
    pub family_name: Option<String>,
    /// Who recorded it.
    pub worker_name: String,
    /// The day it was done, as stated.
    pub done_on: Option<NaiveDate>,
    /// Where and when it was recorded, where its position says that.
    #[sqlx(skip)]
    pub place: Option<SpotOf>,
    /// The centre that serves its family.
    #[serde(skip)]
    pub org_unit: OrgUnitId,
}

/// Where a phone was, and when.
#[derive(Clone, Copy, Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct SpotOf {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Radius in metres.
    pub accuracy_m: f64,
    /// When.
    pub at: DateTime<Utc>,
}

/// Something that was said of the record.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct Said {
    /// What: accepted, remarked or returned; answered when the worker has answered a return.
    pub state: CheckKind,
    /// Whether it stands.
    pub stands: bool,
    /// The one piece that goes back.
    pub evidence: Option<EvidenceId>,
    /// Why.
    pub reason: Option<ReasonCode>,
    /// What that reason read on the day it was given; null where there is none, or nobody knows its code any more.
    #[sqlx(skip)]
    pub reason_text: Option<ReasonText>,
    /// In words.
    pub text: Option<String>,
    /// Until when.
    pub due: Option<NaiveDate>,
    /// Who, by his name then.
    pub checker_name: String,
    /// His role then.
    pub checker_role: Role,
    /// When.
    pub checked_at: DateTime<Utc>,
}

/// The record before, of the same worker.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Before {
    /// When it was sealed, by the phone's clock.
    pub sealed_at: Option<DateTime<Utc>>,
    /// Where.
    pub place: Option<Position>,
}

impl Item {
    /// Whom the reading is about, for the access log.
    #[must_use]
    pub fn reading(&self, by: UserId) -> Reading {
        Reading {
            by: Some(by),
            family: Some(self.family.id),
            person: self.person.as_ref().map(|person| person.id),
            ..Reading::default()
        }
    }

    /// Takes out what lies beyond the user's units: records of other families that findings name.
    pub fn hide_beyond(&mut self, user: &User, territory: &Territory) {
        for noticed in &mut self.findings {
            let seen =
                |other: &OtherRecord| policy::may(user, Right::Case, Some(other.org_unit), territory).is_ok();
            if !noticed.other.as_ref().is_some_and(seen) {
                noticed.other = None;
                noticed.params.remove("other_evidence");
            }
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    hash: Digest,
    record: Option<RecordId>,
    position: i64,
    received_at: DateTime<Utc>,
    worker: UserId,
    device: DeviceId,
    verdict: Verdict,
    kind: Option<String>,
    family: Option<FamilyId>,
    person: Option<PersonId>,
    activity: Option<ActivityId>,
    service: Option<ServiceCode>,
    done_on: Option<NaiveDate>,
    sealed_at: Option<DateTime<Utc>>,
    supersedes: Option<RecordId>,
    superseded: bool,
    late_handover: bool,
    check_state: CheckKind,
    check_due: Option<NaiveDate>,
}

/// The unit whose family a record is about; none when there is no such record, or it is about none.
///
/// # Errors
/// When the database does not answer.
pub async fn unit_of(tx: &mut Tx, record: RecordId) -> Result<Option<OrgUnitId>, StoreError> {
    let sql = "select f.org_unit from record r join family f on f.id = r.family where r.record = $1
        order by r.verdict, r.position limit 1";
    Ok(opt!(tx, (OrgUnitId,), sql, record).await?.map(|(unit,)| unit))
}

/// A record, if it is in custody and about a family.
///
/// # Errors
/// When the database does not answer or the journal is damaged.
pub async fn of(tx: &mut Tx, record: RecordId) -> Result<Option<Item>, JournalError> {
    let sql = "select hash from record where record = $1 order by verdict, position limit 1";
    match opt!(tx, (Digest,), sql, record).await? {
        Some((hash,)) => by_hash(tx, hash).await,
        None => Ok(None),
    }
}

/// [`of`] by identity: two branches of a fork may share an id.
///
/// # Errors
/// As [`of`].
pub async fn by_hash(tx: &mut Tx, hash: Digest) -> Result<Option<Item>, JournalError> {
    let sql =
        "select hash, record, position, received_at, worker, device, verdict, kind, family, person, activity,
        service, done_on, sealed_at, supersedes, superseded, late_handover, check_state, check_due
        from record where hash = $1";
    let Some(row) = opt!(tx, Row, sql, hash).await? else { return Ok(None) };
    let (Some(record), Some(family)) = (row.record, row.family) else { return Ok(None) };
    let Some(mut family) = family_of(tx, family).await? else { return Ok(None) };
    let stated = stated(tx, row.position).await?;
    let measures = desk::measures(tx, row.hash).await?;
    let home = measures.and_then(|measures| measures.home);
    let known = |(at, how): (findings::place::Place, Known)| HomeOf {
        place: Place { lat: at.lat, lon: at.lon },
        how,
    };
    let house = family.place.map(|place| HomeOf { place, how: Known::Coordinates });
    family.home = home.map(known).or(house);
    let evidence = evidence_of(tx, row.hash, stated.as_ref()).await?;
    let person = match row.person {
        Some(person) => Member::of(tx, person).await?,
        None => None,
    };
    let activity = match row.activity {
        Some(activity) => {
            let sql = "select id, state, due_on, record from activity where id = $1";
            let mut found = opt!(tx, ActivityOf, sql, activity).await?;
            if let Some(of) = &mut found
                && let Some(due) = of.due_on
            {
                of.last_on = Some(calendar::read(tx).await?.last_day(due));
            }
            found
        }
        None => None,
    };
    let worker = opt!(tx, WorkerOf, "select id, name from app_user where id = $1", row.worker).await?;
    let before = before(tx, row.worker, row.position).await?;
    let findings = noticed(tx, row.hash).await?;
    let sql = "select count(*) from check_sample where hash = $1";
    let (drawn,) = one!(tx, (i64,), sql, row.hash).await?;
    let sql = "select state, stands, evidence, reason, text, due, checker_name, checker_role, checked_at
        from record_check where hash = $1 order by position";
    let mut history = all!(tx, Said, sql, row.hash).await?;
    let reasons = reasons::read(tx).await?;
    for said in &mut history {
        let day = civil_date(said.checked_at);
        said.reason_text = said.reason.as_ref().and_then(|code| reasons.shown(ReasonList::Return, code, day));
    }
    Ok(Some(Item {
        record,
        kind: row.kind.unwrap_or_default(),
        service: row.service,
        act: stated.as_ref().and_then(act),
        reason: stated.as_ref().and_then(reason),
        verdict: row.verdict,
        check_state: row.check_state,
        check_due: row.check_due,
        superseded: row.superseded,
        supersedes: row.supersedes,
        correction: stated.as_ref().and_then(|record| record.correction.clone()),
        late_handover: row.late_handover,
        family,
        person,
        activity,
        worker: worker.unwrap_or(WorkerOf { id: row.worker, name: String::new() }),
        device: device_of(tx, row.device, row.hash).await?,
        done_on: row.done_on,
        sealed_at: row.sealed_at,
        received_at: row.received_at,
        position: row.position,
        place: stated.as_ref().and_then(|record| record.position.clone()),
        place_at: measures.and_then(|measures| measures.at),
        bracket: measures.map(|Measures { bracket: Bracket { not_before, not_after }, .. }| SealedBetween {
            not_before,
            not_after,
        }),
        no_position: stated.as_ref().and_then(|record| record.no_position),
        no_video: stated.as_ref().and_then(|record| record.no_video),
        paper: stated.as_ref().and_then(|record| record.paper.clone()),
        note: stated.as_ref().and_then(|record| record.note.clone()),
        rule: row.service.map(|service| rule(service, stated.as_ref(), &evidence)).unwrap_or_default(),
        evidence,
        findings,
        sampled: drawn > 0,
        history,
        before,
    }))
}

/// A file of evidence, and whose it is.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FileOf {
    /// What kind of proof.
    pub kind: EvidenceKind,
    /// Whether it proves what somebody said of his consent.
    pub of_consent: bool,
    /// The centre that serves the family; none when no family is known.
    pub org_unit: Option<OrgUnitId>,
    /// Key in the media store, once it came.
    pub object: Option<String>,
    /// Type as signed.
    pub media_type: String,
    size: i64,
    salvage_size: Option<i64>,
    family: Option<FamilyId>,
    person: Option<PersonId>,
}

impl FileOf {
    /// Whom the reading is about, for the access log.
    #[must_use]
    pub fn reading(&self, by: UserId) -> Reading {
        Reading { by: Some(by), family: self.family, person: self.person, ..Reading::default() }
    }

    /// Its length: that of the rest, where a damaged file came.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.salvage_size.unwrap_or(self.size).unsigned_abs()
    }
}

/// A file of evidence that a record names.
///
/// # Errors
/// When the database does not answer.
pub async fn file_of(tx: &mut Tx, evidence: EvidenceId, part: Part) -> Result<Option<FileOf>, StoreError> {
    let sql = "select e.kind, coalesce(r.kind = 'consent', false) as of_consent, f.org_unit, x.object, x.media_type,
        x.size, x.salvage_size, r.family, r.person
        from evidence_file x join evidence e on e.evidence = x.evidence join record r on r.hash = e.hash
        left join family f on f.id = r.family
        where x.evidence = $1 and x.part = $2 order by r.position limit 1";
    opt!(tx, FileOf, sql, evidence, part).await
}

/// The statement itself; none where its body was erased or a newer program wrote it.
async fn stated(tx: &mut Tx, position: i64) -> Result<Option<Record>, JournalError> {
    let stored = journal::stored_at(tx, position.unsigned_abs()).await?;
    let Some(placed) = stored.map(|stored| stored.placed()).transpose()?.flatten() else { return Ok(None) };
    let Event::RecordReceived(received) = placed.event else { return Ok(None) };
    Ok(match record::read(&received.jws.payload) {
        record::Reading::Record(record) => Some(*record),
        record::Reading::TooNew(_) | record::Reading::Unreadable(..) => None,
    })
}

fn act(record: &Record) -> Option<String> {
    match &record.statement {
        Statement::Act { act, .. } => Some(act.to_string()),
        _ => None,
    }
}

fn reason(record: &Record) -> Option<String> {
    match &record.statement {
        Statement::NotApplicable { reason, .. } | Statement::Refused { reason, .. } => Some(reason.clone()),
        Statement::Consent { reason, .. } => reason.clone(),
        _ => None,
    }
}

async fn family_of(tx: &mut Tx, family: FamilyId) -> Result<Option<FamilyOf>, StoreError> {
    #[derive(sqlx::FromRow)]
    struct Found {
        org_unit: OrgUnitId,
        settlement_name: String,
        latitude: Option<f64>,
        longitude: Option<f64>,
        name: Option<String>,
        members: i64,
    }
    let sql = "select f.org_unit, f.settlement_name, f.latitude, f.longitude,
        (select coalesce(h.surname, h.given_name) from person h where h.family = f.id and h.relation = 'head'
         order by h.id limit 1) as name,
        (select count(*) from person p where p.family = f.id) as members
        from family f where f.id = $1";
    let found = opt!(tx, Found, sql, family).await?;
    Ok(found.map(|found| FamilyOf {
        id: family,
        name: found.name,
        members: found.members,
        settlement: found.settlement_name,
        place: Place::of(found.latitude, found.longitude),
        home: None,
        org_unit: found.org_unit,
    }))
}

async fn device_of(tx: &mut Tx, device: DeviceId, hash: Digest) -> Result<DeviceOf, StoreError> {
    let sql = "select r.device as id, coalesce(d.platform, '') as platform, r.seq, r.chain_finding,
        (select count(*) from chain_gap g where g.device = r.device and g.chain = r.chain) as missing
        from record r left join device d on d.id = r.device where r.hash = $1";
    let found = opt!(tx, DeviceOf, sql, hash).await?;
    Ok(found.unwrap_or(DeviceOf {
        id: device,
        platform: String::new(),
        seq: None,
        chain_finding: None,
        missing: 0,
    }))
}

async fn evidence_of(tx: &mut Tx, hash: Digest, stated: Option<&Record>) -> Result<Vec<Piece>, StoreError> {
    let sql = "select evidence, kind, source from evidence where hash = $1 order by evidence";
    let rows = all!(tx, (EvidenceId, EvidenceKind, Source), sql, hash).await?;
    let sql = "select x.evidence, x.part, x.state, x.size, x.media_type, x.sha256, x.received_at, x.position from evidence e
        join evidence_file x on x.evidence = e.evidence where e.hash = $1";
    let mut files = all!(tx, File, sql, hash).await?;
    files.sort_unstable_by_key(|file| file.part);
    let mut pieces: Vec<Piece> = rows
        .into_iter()
        .map(|(evidence, kind, source)| {
            let signed = stated.and_then(|record| record.evidence.iter().find(|e| e.evidence == evidence));
            piece(evidence, kind, source, signed, &files)
        })
        .collect();
    // As the worker has them before him: in the order in which they were taken, by kind.
    let place = |piece: &Piece| {
        let signed = stated.map(|record| record.evidence.iter().position(|e| e.evidence == piece.evidence));
        (piece.kind, signed.flatten().unwrap_or(usize::MAX))
    };
    pieces.sort_by_key(place);
    Ok(pieces)
}

fn piece(
    evidence: EvidenceId,
    kind: EvidenceKind,
    source: Source,
    signed: Option<&Evidence>,
    files: &[File],
) -> Piece {
    Piece {
        evidence,
        kind,
        source,
        taken_at: signed.map(|signed| signed.taken.wall),
        place: signed.and_then(|signed| signed.position.clone()),
        camera_at: signed.and_then(|signed| signed.summary.taken_at.clone()),
        camera_place: signed.and_then(|signed| Place::of(signed.summary.lat, signed.summary.lon)),
        duration_ms: signed.and_then(|signed| signed.summary.duration_ms),
        page: signed.and_then(|signed| signed.page),
        width: signed.and_then(|signed| signed.summary.width),
        height: signed.and_then(|signed| signed.summary.height),
        replaces: signed.and_then(|signed| signed.replaces),
        files: files.iter().filter(|file| file.evidence == evidence).cloned().collect(),
    }
}

/// The service's rule beside what was delivered (§36, A-14, A-15).
fn rule(service: ServiceCode, stated: Option<&Record>, evidence: &[Piece]) -> Vec<Asked> {
    let count = |kind| {
        let pieces = evidence.iter().filter(|piece| piece.kind == kind).count();
        u32::try_from(pieces).unwrap_or(u32::MAX)
    };
    let gathered = Gathered {
        photos: count(EvidenceKind::Photo),
        videos: count(EvidenceKind::Video),
        documents: count(EvidenceKind::Document),
        acknowledgements: count(EvidenceKind::Signature),
        paper_numbers: u32::from(stated.is_some_and(|record| record.paper.is_some())),
        position: stated.is_some_and(|record| record.position.is_some()),
        no_video: stated.and_then(|record| record.no_video),
        no_position: stated.and_then(|record| record.no_position),
        ..Gathered::default()
    };
    let rule = &service.service().rule;
    let required = rule.required.iter().map(|proof| (*proof, true));
    let useful = rule.useful.iter().map(|proof| (*proof, false));
    required
        .chain(useful)
        .map(|(proof, required)| Asked {
            proof,
            required,
            delivered: match proof {
                Proof::Photo => gathered.photos,
                Proof::Video => gathered.videos,
                Proof::Document => gathered.documents,
                Proof::Acknowledgement => gathered.acknowledgements,
                Proof::PaperNumber | Proof::Position | Proof::SystemFact => u32::from(gathered.has(proof)),
            },
            excused: match proof {
                Proof::Video => gathered.no_video.is_some(),
                Proof::Position => gathered.no_position.is_some(),
                _ => false,
            },
        })
        .collect()
}

async fn noticed(tx: &mut Tx, hash: Digest) -> Result<Vec<Noticed>, StoreError> {
    let mut found = Vec::new();
    for finding in findings::held(tx, &[(hash,)]).await?.remove(&hash).unwrap_or_default() {
        let other = match finding.other {
            Some(hash) => {
                let sql = "select r.record, w.name as worker_name, r.done_on, f.org_unit,
                    (select coalesce(h.surname, h.given_name) from person h
                     where h.family = f.id and h.relation = 'head' order by h.id limit 1) as family_name
                    from record r join family f on f.id = r.family join app_user w on w.id = r.worker
                    where r.hash = $1 and r.record is not null";
                let mut other = opt!(tx, OtherRecord, sql, hash).await?;
                if let Some(other) = &mut other {
                    let sql =
                        "select lat, lon, coalesce(accuracy_m, 0.0) as accuracy_m, at from record_reading
                        where hash = $1 and lat is not null and lon is not null";
                    other.place = opt!(tx, SpotOf, sql, hash).await?;
                }
                other
            }
            None => None,
        };
        found.push(Noticed { rule: finding.rule, severity: finding.severity, params: finding.params, other });
    }
    found.sort_by_key(|noticed| noticed.severity);
    Ok(found)
}

async fn before(tx: &mut Tx, worker: UserId, position: i64) -> Result<Option<Before>, JournalError> {
    let sql =
        "select position, sealed_at from record where worker = $1 and position < $2 and verdict = 'accepted'
        order by position desc limit 1";
    let Some((position, sealed_at)) = opt!(tx, (i64, Option<DateTime<Utc>>), sql, worker, position).await?
    else {
        return Ok(None);
    };
    let place = stated(tx, position).await?.and_then(|record| record.position);
    Ok(Some(Before { sealed_at, place }))
}

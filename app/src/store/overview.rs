//! Reads across many tables for lists: narrow rows, so that a thousand families are listed without a wait.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    check::SET_ASIDE,
    evidence::{EvidenceKind, Part},
    hash::Digest,
    ids::{ActivityId, EvidenceId, FamilyId, RecordId},
    plan_state::CheckKind,
    pulled::{Person, RecordState as Said},
    receipt::Verdict,
    service::ServiceCode,
};
use sqlx::{AssertSqlSafe, FromRow, SqliteConnection, sqlite::SqliteRow};

use super::{
    StoreError,
    draft::DraftId,
    file::{Class, FileState},
    quarantine::{Listed, readable},
    record::RecordState,
};

/// A family, as a list needs it.
#[derive(Clone, Debug, FromRow)]
pub struct FamilyLine {
    /// Id.
    pub id: FamilyId,
    /// Where it lives.
    pub settlement_name: String,
    /// Whether that is in the countryside.
    pub rural: bool,
    /// Address.
    pub address: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Whether it has left the scope and is kept for unsent work.
    pub gone: bool,
}

/// What was sealed here about an activity.
#[derive(Clone, Debug, FromRow)]
pub struct OwnLine {
    /// The record.
    pub record: RecordId,
    /// The activity.
    pub activity: ActivityId,
    /// Kind of statement.
    pub statement: String,
    /// Custody.
    pub state: RecordState,
    /// Why it is held or refused.
    pub reason: Option<String>,
    /// The day it was done, as stated.
    pub done_on: NaiveDate,
    /// The record it corrects.
    pub supersedes: Option<String>,
    /// Whether every file of it that travels has a receipt.
    pub all_there: bool,
}

/// What the centre has said about a record, where it is more than "taken".
#[derive(Clone, Debug, FromRow)]
pub struct SaidLine {
    /// The record.
    pub record: Option<RecordId>,
    /// The activity.
    pub activity: Option<ActivityId>,
    /// Custody and application.
    pub verdict: Verdict,
    /// Why it is held.
    pub reason: Option<String>,
    /// Check by a supervisor.
    pub check_state: CheckKind,
}

/// Somebody an open draft is for.
#[derive(Clone, Debug, FromRow)]
pub struct DraftLine {
    /// The draft.
    pub draft: DraftId,
    /// The family.
    pub family: FamilyId,
    /// The activity.
    pub activity: Option<ActivityId>,
}

/// All families by id, those that are only kept for unsent work among them.
///
/// # Errors
/// When the store fails.
pub async fn families(conn: &mut SqliteConnection) -> Result<Listed<FamilyLine>, StoreError> {
    list(
        conn,
        "family",
        "select id, settlement_name, rural, address, phone, latitude, longitude, gone, lower(hex(id)) as row_key
         from family order by id",
    )
    .await
}

/// All persons, family by family, the head first.
///
/// # Errors
/// When the store fails.
pub async fn persons(conn: &mut SqliteConnection) -> Result<Listed<Person>, StoreError> {
    list(
        conn,
        "person",
        "select id, family, surname, given_name, patronymic, latin_name, iin, birth_date, sex, relation, phone,
         lower(hex(id)) as row_key from person order by family, relation <> 'head', birth_date, id",
    )
    .await
}

/// Everything sealed here about activities, in the order of sealing.
///
/// # Errors
/// When the store fails.
pub async fn own(conn: &mut SqliteConnection) -> Result<Listed<OwnLine>, StoreError> {
    list(
        conn,
        "record",
        "select r.record, r.activity, r.statement, r.state, r.reason, r.done_on,
         json_extract(r.payload, '$.supersedes') as supersedes,
         not exists (select 1 from evidence e join file f on f.evidence = e.evidence
             where e.record_hash = r.hash and f.state not in ('delivered', 'kept')) as all_there,
         lower(hex(r.hash)) as row_key
         from record r join chain c on c.chain = r.chain where r.activity is not null order by c.number, r.seq",
    )
    .await
}

/// Records that the centre holds or that somebody has checked, in the order of their arrival there.
///
/// # Errors
/// When the store fails.
pub async fn said(conn: &mut SqliteConnection) -> Result<Listed<SaidLine>, StoreError> {
    list(
        conn,
        "record_state",
        "select record, activity, verdict, reason, check_state, lower(hex(hash)) as row_key from record_state
         where gone = 0 and (check_state <> 'unchecked' or verdict = 'held') order by position",
    )
    .await
}

/// Records that were returned for rework, the most urgent first.
///
/// # Errors
/// When the store fails.
pub async fn returned(conn: &mut SqliteConnection) -> Result<Listed<Said>, StoreError> {
    list(
        conn,
        "record_state",
        "select hash, record, family, activity, worker, device, verdict, reason, position, received_at, check_state,
         check_due, lower(hex(hash)) as row_key from record_state
         where gone = 0 and check_state = 'returned' order by check_due is null, check_due, position",
    )
    .await
}

/// For whom the open drafts are.
///
/// # Errors
/// When the store fails.
pub async fn drafts(conn: &mut SqliteConnection) -> Result<Listed<DraftLine>, StoreError> {
    list(
        conn,
        "draft",
        "select d.id as draft, d.family, s.activity, lower(hex(d.id)) as row_key
         from draft d left join draft_subject s on s.draft = d.id where d.state = 'open' order by d.id, s.place",
    )
    .await
}

/// The last day on which something was done with a family: as sealed here, or as the centre has it.
///
/// # Errors
/// When the store fails.
pub async fn visits(conn: &mut SqliteConnection) -> Result<Vec<(FamilyId, NaiveDate)>, StoreError> {
    Ok(sqlx::query_as(
        "select family, max(done_on) from (
             select family, done_on from record where family is not null and statement <> 'lost'
             union all select family, done_on from activity where done_on is not null)
         group by family",
    )
    .fetch_all(conn)
    .await?)
}

/// A file that travels or was given up, with a record that names it.
#[derive(Clone, Debug, FromRow)]
pub struct FileLine {
    /// The evidence.
    pub evidence: EvidenceId,
    /// Which of its files.
    pub part: Part,
    /// Kind of evidence.
    pub kind: EvidenceKind,
    /// Kind of travel.
    pub class: Class,
    /// Where it stands.
    pub state: FileState,
    /// Why it is damaged or given up.
    pub reason: Option<String>,
    /// Signed size.
    pub size: i64,
    /// Bytes the server has.
    pub upload_offset: i64,
    /// The first record that names it.
    pub record: Option<RecordId>,
    /// Its service.
    pub service: Option<ServiceCode>,
    /// Its family.
    pub family: Option<FamilyId>,
    /// Number among those of its kind in the record, from 1.
    pub number: i64,
    /// How many of its kind the record has.
    pub of: i64,
    /// Failures so far.
    pub attempts: i64,
    /// The boot in which it waits.
    pub wait_boot: Option<String>,
    /// Until this many milliseconds of it.
    pub wait_until_ms: i64,
    /// Whether its copy has left the phone: only the receipt is asked for.
    pub freed: bool,
}

/// Files that travel, in the order in which they will; then those that were given up or are damaged for good.
///
/// # Errors
/// When the store fails.
pub async fn files(conn: &mut SqliteConnection) -> Result<Listed<FileLine>, StoreError> {
    list(
        conn,
        "file",
        "with first as (
             select e.evidence, e.record_hash, e.place, e.kind, row_number() over (
                 partition by e.evidence order by c.number, r.seq) as nth
             from evidence e join record r on r.hash = e.record_hash join chain c on c.chain = r.chain)
         select f.evidence, f.part, f.kind, f.class, f.state, f.reason, coalesce(f.salvage_size, f.size) as size,
             f.upload_offset, r.record, r.service, r.family,
             (select count(*) from evidence a where a.record_hash = e.record_hash and a.kind = e.kind
                 and a.place <= e.place) as number,
             (select count(*) from evidence a where a.record_hash = e.record_hash and a.kind = e.kind) as \"of\",
             coalesce(o.attempts, 0) as attempts, o.wait_boot, coalesce(o.wait_until_ms, 0) as wait_until_ms,
             f.freed_at is not null as freed,
             lower(hex(f.evidence)) || '.' || f.part as row_key
         from file f left join outbox o on o.evidence = f.evidence and o.part = f.part
         left join first e on e.evidence = f.evidence and e.nth = 1
         left join record r on r.hash = e.record_hash
         where o.id is not null or f.state in ('damaged', 'set_aside')
         order by o.id is null, case f.class when 'thumbnail' then 1 when 'photo' then 2 when 'document' then 3
                  when 'video' then 4 else 5 end, f.upload_offset = 0, o.id",
    )
    .await
}

/// How many records need a decision: held and not set aside, or not taken.
///
/// # Errors
/// When the store fails.
pub async fn held(conn: &mut SqliteConnection) -> Result<u32, StoreError> {
    let sql = "select count(*) from record where state in ('held', 'refused')
        and (reason is null or substr(reason, 1, length($1)) <> $1)";
    Ok(sqlx::query_scalar(sql).bind(SET_ASIDE).fetch_one(conn).await?)
}

/// How many pieces of evidence are damaged here or were given up, and stand in a record that nothing has corrected.
///
/// # Errors
/// When the store fails.
pub async fn damaged(conn: &mut SqliteConnection) -> Result<u32, StoreError> {
    let sql = "select count(distinct f.evidence) from file f
        join evidence e on e.evidence = f.evidence join record r on r.hash = e.record_hash
        where f.state in ('damaged', 'set_aside') and f.reason is not null and not exists (
            select 1 from record l where l.state <> 'refused'
            and replace(json_extract(l.payload, '$.supersedes'), '-', '') = lower(hex(r.record)))";
    Ok(sqlx::query_scalar(sql).fetch_one(conn).await?)
}

/// Records of this phone that a supervisor has set aside, by their identity.
///
/// # Errors
/// When the store fails.
pub async fn set_aside(conn: &mut SqliteConnection) -> Result<Vec<Digest>, StoreError> {
    let sql =
        "select hash from record where state = 'held' and substr(reason, 1, length($1)) = $1 order by hash";
    Ok(sqlx::query_scalar(sql).bind(SET_ASIDE).fetch_all(conn).await?)
}

/// The last thing said about each record, by its identity: when it was received and how it was checked.
///
/// # Errors
/// When the store fails.
pub async fn checks(
    conn: &mut SqliteConnection,
) -> Result<Vec<(Digest, CheckKind, DateTime<Utc>)>, StoreError> {
    Ok(sqlx::query_as("select hash, check_state, received_at from record_state where gone = 0")
        .fetch_all(conn)
        .await?)
}

async fn list<T>(conn: &mut SqliteConnection, source: &str, sql: &str) -> Result<Listed<T>, StoreError>
where
    T: for<'r> FromRow<'r, SqliteRow>,
{
    let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&mut *conn).await?;
    readable(conn, source, &rows).await
}

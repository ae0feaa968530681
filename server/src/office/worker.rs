//! A worker as the office sees him: his families and their plans, his records by what has become of them, his phones, and
//! what of his work is not here. Numbers and phones; what stands in a list is asked for by its own right.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    ids::{OrgUnitId, UserId},
    pulled::{Role, User},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    device::{self, LINE, Line},
    family::{self, Only},
    overview::Count,
    records::{self, Tally, Whose},
    standing::Standing,
};
use crate::{
    all,
    check::policy::Territory,
    journal::JournalError,
    one, opt,
    store::{StoreError, Tx},
};

/// What is known of a worker.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = WorkerPage)]
pub struct Page {
    /// His id.
    pub id: UserId,
    /// His name.
    pub name: String,
    /// His role.
    pub role: Role,
    /// Name of his unit in Kazakh.
    pub unit_kk: String,
    /// In Russian.
    pub unit_ru: String,
    /// Whether he may work.
    pub active: bool,
    /// Families that are his now.
    pub families: i64,
    /// Those of them without a visit for the months that are set.
    pub unvisited: i64,
    /// Activities of these families.
    pub count: Count,
    /// His records, of those that the user's rights reach.
    pub tally: Tally,
    /// His phones, the newest first.
    pub phones: Vec<Line>,
    /// Bytes of his files that are not here.
    pub bytes_missing: i64,
    /// When his last record came.
    pub last_record_at: Option<DateTime<Utc>>,
    /// The latest day on which he says to have done something.
    pub last_done_on: Option<NaiveDate>,
    /// When a phone of his last asked for a token.
    pub seen_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    role: Role,
    unit_kk: String,
    unit_ru: String,
    active: bool,
}

/// A worker.
///
/// # Errors
/// When the database does not answer.
pub async fn of(
    tx: &mut Tx,
    standing: &Standing,
    user: &User,
    territory: &Territory,
    worker: UserId,
    now: DateTime<Utc>,
) -> Result<Option<Page>, JournalError> {
    let sql = "select u.name, u.role, o.name_kk as unit_kk, o.name_ru as unit_ru, u.active
        from app_user u join org_unit o on o.id = u.org_unit where u.id = $1";
    let Some(row) = opt!(tx, Row, sql, worker).await? else { return Ok(None) };
    let today = civil_date(now);
    let his = family::Wanted { worker: Some(worker), ..family::Wanted::default() };
    let families = family::count(tx, standing, user, territory, &his, now).await?;
    let alone = family::Wanted { only: Some(Only::Unvisited), ..his };
    let unvisited = family::count(tx, standing, user, territory, &alone, now).await?;
    let sql = format!("{LINE} where d.worker = $1 order by d.enrolled_at desc, d.id");
    let mut phones = all!(tx, Line, sqlx::AssertSqlSafe(sql.clone()), worker).await?;
    device::complete(tx, &mut phones, now).await?;
    let sql = "select max(received_at), max(case when verdict = 'accepted' then done_on end) from record
        where worker = $1";
    let (last_record_at, last_done_on) =
        one!(tx, (Option<DateTime<Utc>>, Option<NaiveDate>), sql, worker).await?;
    let sql = "select cast(coalesce(sum(size), 0) as bigint) from (select distinct x.evidence, x.part, x.size
        from record r join evidence e on e.hash = r.hash join evidence_file x on x.evidence = e.evidence
        where r.worker = $1 and x.state = 'expected') files";
    let (bytes_missing,) = one!(tx, (i64,), sql, worker).await?;
    Ok(Some(Page {
        id: worker,
        name: row.name,
        role: row.role,
        unit_kk: row.unit_kk,
        unit_ru: row.unit_ru,
        active: row.active,
        families,
        unvisited,
        count: family::activities(tx, user, territory, worker, today).await?,
        tally: records::tally(tx, user, territory, Whose::Worker(worker), today).await?,
        seen_at: phones.iter().filter_map(|phone| phone.seen_at).max(),
        phones,
        bytes_missing,
        last_record_at,
        last_done_on,
    }))
}

/// Where he works.
///
/// # Errors
/// When the database does not answer.
pub async fn unit_of(tx: &mut Tx, worker: UserId) -> Result<Option<OrgUnitId>, StoreError> {
    super::people::unit_of(tx, worker).await
}

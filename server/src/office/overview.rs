//! How the user's units stand: done, due soon and overdue by service, what waits for a supervisor, and who has been silent.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use kandas_shared::{
    calendar::{Calendar, civil_date},
    ids::{OrgUnitId, UserId},
    pulled::User,
    service::ServiceCode,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{held, policy, queue};
use crate::{
    among,
    check::policy::Territory,
    store::{StoreError, Tx},
};

/// Working days within which a day is near.
const SOON: u32 = 5;

/// Numbers of the user's units.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Overview {
    /// The day they are of, in UTC+5.
    pub today: NaiveDate,
    /// Families.
    pub families: i64,
    /// Activities that are to be done at all, all services.
    pub total: Count,
    /// The same by service, in the order of Appendix 1; services of no plan are left out.
    pub services: Vec<OfService>,
    /// Records that wait to be checked, his own too; exact up to 10,000, one more means that there are more.
    pub unchecked: i64,
    /// Held records without a decision; exact up to 10,000, one more means that there are more.
    pub held: i64,
    /// Returned records whose day has passed without an answer.
    pub unanswered: i64,
    /// Families of which no record came for twelve months, or ever.
    pub unvisited: i64,
    /// Workers with phones.
    pub workers: Vec<Worker>,
}

/// How many of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Count {
    /// To be done at all.
    pub planned: i64,
    /// Done.
    pub done: i64,
    /// Due within five working days.
    pub soon: i64,
    /// The day has passed.
    pub overdue: i64,
}

/// See [`Overview::services`].
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct OfService {
    /// Which.
    pub service: ServiceCode,
    /// How many.
    #[serde(flatten)]
    pub count: Count,
}

/// A worker with a phone.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct Worker {
    /// His id.
    pub id: UserId,
    /// His name.
    pub name: String,
    /// When a phone of his last asked for a token.
    pub seen_at: Option<DateTime<Utc>>,
    /// Activities of his families whose day has passed.
    pub overdue: i64,
    /// Numbers of his chains that never came.
    pub missing: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    service: ServiceCode,
    planned: i64,
    done: i64,
    soon: i64,
    overdue: i64,
}

/// The numbers.
///
/// # Errors
/// When the database does not answer.
pub async fn of(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    now: DateTime<Utc>,
) -> Result<Overview, StoreError> {
    let units: Vec<(OrgUnitId,)> = policy::reach(user, territory)
        .unwrap_or_else(|| territory.all())
        .into_iter()
        .map(|unit| (unit,))
        .collect();
    let today = civil_date(now);
    let services = services(tx, &units, today).await?;
    let mut total = Count::default();
    for of in &services {
        total.planned += of.count.planned;
        total.done += of.count.done;
        total.soon += of.count.soon;
        total.overdue += of.count.overdue;
    }
    let families =
        sum(among!(tx, (i64,), "select count(*) from family f where f.org_unit in (", units, ")").await?);
    let unchecked = queue::unchecked(tx, &units, UserId(uuid::Uuid::nil())).await?;
    let held = held::waiting(tx, &units).await?.records;
    let sql = "select count(*) from record r
        where r.check_state = 'returned' and not r.superseded and r.check_due < $1 and r.org_unit in (";
    let unanswered = sum(among!(tx, (i64,), sql, units, ")", today).await?);
    let year = now - chrono::TimeDelta::days(365);
    let sql = "select count(*) from family f where not exists
        (select 1 from record r where r.family = f.id and r.received_at > $1) and f.org_unit in (";
    let unvisited = sum(among!(tx, (i64,), sql, units, ")", year).await?);
    let workers = workers(tx, &units, today).await?;
    Ok(Overview { today, families, total, services, unchecked, held, unanswered, unvisited, workers })
}

async fn services(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    today: NaiveDate,
) -> Result<Vec<OfService>, StoreError> {
    let soon = Calendar::shipped().add_working_days(today, SOON).unwrap_or_else(|_| today + Days::new(7));
    let sql = "select a.service,
        cast(sum(case when a.state in ('cancelled', 'not_applicable', 'refused') then 0 else 1 end) as bigint) as planned,
        cast(sum(case when a.state in ('synced', 'reported', 'sys_confirmed', 'disputed') then 1 else 0 end) as bigint)
         as done,
        cast(sum(case when a.state = 'planned' and a.due_on >= $1 and a.due_on <= $2 then 1 else 0 end) as bigint)
         as soon,
        cast(sum(case when a.state = 'planned' and a.due_on < $1 then 1 else 0 end) as bigint) as overdue
        from activity a where a.org_unit in (";
    let units = units.to_vec();
    let rows = among!(tx, Row, sql, units, ") group by a.service", today, soon).await?;
    let mut by_service: BTreeMap<ServiceCode, Count> = BTreeMap::new();
    for row in rows {
        let count = by_service.entry(row.service).or_default();
        count.planned += row.planned;
        count.done += row.done;
        count.soon += row.soon;
        count.overdue += row.overdue;
    }
    Ok(by_service.into_iter().map(|(service, count)| OfService { service, count }).collect())
}

async fn workers(tx: &mut Tx, units: &[(OrgUnitId,)], today: NaiveDate) -> Result<Vec<Worker>, StoreError> {
    let sql = "select u.id, u.name,
        (select max(s.at) from device d join device_seen s on s.device = d.id where d.worker = u.id) as seen_at,
        (select count(*) from assignment n join activity a on a.family = n.family
         where n.worker = u.id and n.is_open and a.state = 'planned' and a.due_on < $1) as overdue,
        (select count(*) from device d join chain_gap g on g.device = d.id
         where d.worker = u.id and g.state = 'open') as missing
        from app_user u where u.active and exists (select 1 from device d where d.worker = u.id)
        and u.org_unit in (";
    let units = units.to_vec();
    let mut workers = among!(tx, Worker, sql, units, ")", today).await?;
    workers.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    workers.dedup_by_key(|worker| worker.id);
    Ok(workers)
}

fn sum(counts: Vec<(i64,)>) -> i64 {
    counts.into_iter().map(|(count,)| count).sum()
}

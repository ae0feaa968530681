//! How the user's units stand: done, due soon and overdue by service, what waits for a supervisor, and who has been silent.

use std::{
    collections::{BTreeMap, HashMap},
    ops::AddAssign,
};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    ids::{OrgUnitId, UserId},
    pulled::User,
    service::ServiceCode,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{held, policy, queue, standing::Standing};
use crate::{
    among,
    check::policy::Territory,
    journal::JournalError,
    store::{StoreError, Tx},
};

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
    #[sqlx(skip)]
    pub overdue: i64,
    /// Numbers of his chains that never came.
    pub missing: i64,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.planned += other.planned;
        self.done += other.done;
        self.soon += other.soon;
        self.overdue += other.overdue;
    }
}

/// The numbers.
///
/// # Errors
/// When the database does not answer.
pub async fn of(
    tx: &mut Tx,
    standing: &Standing,
    user: &User,
    territory: &Territory,
    now: DateTime<Utc>,
) -> Result<Overview, JournalError> {
    let units = policy::reach(user, territory).unwrap_or_else(|| territory.all());
    let stands = standing.of(tx, &units, now).await?;
    let mut by_service: BTreeMap<ServiceCode, Count> = BTreeMap::new();
    let (mut families, mut unvisited, mut unanswered) = (0, 0, 0);
    let mut overdue: HashMap<UserId, i64> = HashMap::new();
    for (_, stand) in stands {
        families += stand.families;
        unvisited += stand.unvisited;
        unanswered += stand.unanswered;
        for (service, count) in stand.services {
            *by_service.entry(service).or_default() += count;
        }
        for (worker, late) in stand.overdue {
            *overdue.entry(worker).or_default() += late;
        }
    }
    let mut total = Count::default();
    for count in by_service.values() {
        total += *count;
    }
    let services = by_service.into_iter().map(|(service, count)| OfService { service, count }).collect();
    let units: Vec<(OrgUnitId,)> = units.into_iter().map(|unit| (unit,)).collect();
    let unchecked = queue::unchecked(tx, &units, UserId(uuid::Uuid::nil())).await?;
    let held = held::waiting(tx, &units).await?.records;
    let workers = workers(tx, &units, &overdue).await?;
    let today = civil_date(now);
    Ok(Overview { today, families, total, services, unchecked, held, unanswered, unvisited, workers })
}

async fn workers(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    overdue: &HashMap<UserId, i64>,
) -> Result<Vec<Worker>, StoreError> {
    let sql = "select u.id, u.name,
        (select max(s.at) from device d join device_seen s on s.device = d.id where d.worker = u.id) as seen_at,
        (select count(*) from device d join chain_gap g on g.device = d.id
         where d.worker = u.id and g.state = 'open') as missing
        from app_user u where u.active and exists (select 1 from device d where d.worker = u.id)
        and u.org_unit in (";
    let units = units.to_vec();
    let mut workers = among!(tx, Worker, sql, units, ")").await?;
    workers.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    workers.dedup_by_key(|worker| worker.id);
    for worker in &mut workers {
        worker.overdue = overdue.get(&worker.id).copied().unwrap_or_default();
    }
    Ok(workers)
}

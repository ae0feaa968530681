//! How the user's units stand: done, due soon and overdue by service and by centre, what waits for a supervisor, whose work
//! is not here yet, who has been silent, and whether there is room for more. Each number has a list that shows what it
//! counts ([`super::family::Wanted`], [`super::records::Wanted`], [`super::held::Wanted`]).

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kandas_shared::{
    calendar::civil_date,
    ids::{OrgUnitId, UserId},
    pulled::User,
    service::ServiceCode,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{family, held, policy, records};
use crate::{
    among,
    check::policy::Territory,
    one,
    refusal::Outcome,
    state::AppState,
    store::{StoreError, Tx},
};

/// A phone that has been silent for so long is named.
const SILENT: TimeDelta = TimeDelta::days(3);

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
    /// The same by centre, by name.
    pub centres: Vec<OfCentre>,
    /// Records that wait to be checked, his own too.
    pub unchecked: i64,
    /// Held records without a decision; exact up to 10,000, one more means that there are more.
    pub held: i64,
    /// Returned records whose day has passed without an answer.
    pub unanswered: i64,
    /// Families of which no record came for twelve months, or ever.
    pub unvisited: i64,
    /// Workers with phones.
    pub workers: Vec<Worker>,
    /// Storage and sync.
    pub health: Health,
}

/// How many of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
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

impl Count {
    /// Both together.
    pub(super) fn and(self, more: Self) -> Self {
        Self {
            planned: self.planned + more.planned,
            done: self.done + more.done,
            soon: self.soon + more.soon,
            overdue: self.overdue + more.overdue,
        }
    }
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

/// See [`Overview::centres`].
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OfCentre {
    /// Which.
    pub unit: OrgUnitId,
    /// Its name in Kazakh.
    pub name_kk: String,
    /// In Russian.
    pub name_ru: String,
    /// How many.
    #[serde(flatten)]
    pub count: Count,
}

/// A worker.
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
    /// Numbers that his phones have sealed after the last ones that came, as they said themselves.
    pub unsent: i64,
    /// Records of his of which files are not here.
    #[sqlx(skip)]
    pub incomplete: i64,
    /// Records of his that were held, without a decision.
    #[sqlx(skip)]
    pub held: i64,
}

/// Whether there is room, and how what phones have is getting on.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = OverviewHealth)]
pub struct Health {
    /// Bytes free on the disk of the data folder; absent where the disk does not say.
    pub free: Option<u64>,
    /// Bytes that must stay free: below it no files come in, records do.
    pub reserve: u64,
    /// Files of records that are not here.
    pub files: i64,
    /// Their bytes.
    pub bytes: i64,
    /// Records to which they belong.
    pub incomplete: i64,
    /// Uploads that have begun.
    pub uploads: i64,
    /// Phones that may work.
    pub phones: i64,
    /// Those of them that have been silent for three days, or ever.
    pub silent: i64,
    /// Entries of the journal in which nothing has been looked for yet.
    pub behind: i64,
    /// Works by the hour that failed the last time.
    pub failing: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    service: ServiceCode,
    unit: OrgUnitId,
    #[sqlx(flatten)]
    count: Count,
}

/// The numbers.
///
/// # Errors
/// When the database does not answer.
pub async fn of(state: &AppState, tx: &mut Tx, user: &User, territory: &Territory) -> Outcome<Overview> {
    let now = state.clock.wall();
    let units: Vec<(OrgUnitId,)> = policy::reach(user, territory)
        .unwrap_or_else(|| territory.all())
        .into_iter()
        .map(|unit| (unit,))
        .collect();
    let today = civil_date(now);
    let (services, centres) = plans(tx, &units, territory, today).await?;
    let total = services.iter().fold(Count::default(), |total, of| total.and(of.count));
    let families =
        sum(among!(tx, (i64,), "select count(*) from family f where f.org_unit in (", units, ")").await?);
    let unchecked = records::UNCHECKED;
    let sql = format!(
        "select count(*) from record r join family f on f.id = r.family where {unchecked} and f.org_unit in ("
    );
    let unchecked = sum(among!(tx, (i64,), &sql, units, ")").await?);
    let held = held::waiting(tx, &units).await?.records;
    let sql = "select count(*) from record r join family f on f.id = r.family
        where r.check_state = 'returned' and not r.superseded and r.check_due < $1 and f.org_unit in (";
    let unanswered = sum(among!(tx, (i64,), sql, units, ")", today).await?);
    let sql = "select count(*) from family f where not exists
        (select 1 from record r where r.family = f.id and r.received_at > $1) and f.org_unit in (";
    let year = family::a_year_before(now);
    let unvisited = sum(among!(tx, (i64,), sql, units, ")", year).await?);
    let workers = workers(tx, &units, today).await?;
    let health = health(state, tx, &units, now).await?;
    Ok(Overview {
        today,
        families,
        total,
        services,
        centres,
        unchecked,
        held,
        unanswered,
        unvisited,
        workers,
        health,
    })
}

async fn plans(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    territory: &Territory,
    today: NaiveDate,
) -> Result<(Vec<OfService>, Vec<OfCentre>), StoreError> {
    let sql = "select a.service, f.org_unit as unit,
        cast(sum(case when a.state in ('cancelled', 'not_applicable', 'refused') then 0 else 1 end) as bigint) as planned,
        cast(sum(case when a.state in ('synced', 'reported', 'sys_confirmed', 'disputed') then 1 else 0 end) as bigint)
         as done,
        cast(sum(case when a.state = 'planned' and a.due_on >= $1 and a.due_on <= $2 then 1 else 0 end) as bigint)
         as soon,
        cast(sum(case when a.state = 'planned' and a.due_on < $1 then 1 else 0 end) as bigint) as overdue
        from activity a join family f on f.id = a.family where f.org_unit in (";
    let tail = ") group by a.service, f.org_unit";
    let rows = among!(tx, Row, sql, units, tail, today, family::near(today)).await?;
    let mut by_service: BTreeMap<ServiceCode, Count> = BTreeMap::new();
    let mut by_unit: BTreeMap<OrgUnitId, Count> = BTreeMap::new();
    for row in rows {
        let count = by_service.entry(row.service).or_default();
        *count = count.and(row.count);
        let count = by_unit.entry(row.unit).or_default();
        *count = count.and(row.count);
    }
    let mut centres: Vec<OfCentre> = by_unit
        .into_iter()
        .filter_map(|(unit, count)| {
            let of = territory.unit(unit)?;
            Some(OfCentre { unit, name_kk: of.name_kk.clone(), name_ru: of.name_ru.clone(), count })
        })
        .collect();
    centres.sort_by(|a, b| (&a.name_kk, a.unit).cmp(&(&b.name_kk, b.unit)));
    let services = by_service.into_iter().map(|(service, count)| OfService { service, count }).collect();
    Ok((services, centres))
}

async fn workers(tx: &mut Tx, units: &[(OrgUnitId,)], today: NaiveDate) -> Result<Vec<Worker>, StoreError> {
    let sql = "select u.id, u.name,
        (select max(s.at) from device d join device_seen s on s.device = d.id where d.worker = u.id) as seen_at,
        (select count(*) from assignment n join activity a on a.family = n.family
         where n.worker = u.id and n.is_open and a.state = 'planned' and a.due_on < $1) as overdue,
        (select cast(coalesce(sum(case when g.to_seq - g.from_seq < 999999 then g.to_seq - g.from_seq + 1
          else 1000000 end), 0) as bigint)
         from device d join chain_gap g on g.device = d.id where d.worker = u.id and g.state = 'open') as missing,
        (select cast(coalesce(sum(case when s.seq <= coalesce(c.seq, 0) then 0
          when s.seq - coalesce(c.seq, 0) < 1000000 then s.seq - coalesce(c.seq, 0) else 1000000 end), 0) as bigint)
         from device d join device_seen s on s.device = d.id left join chain c on c.device = d.id and c.chain = s.chain
         where d.worker = u.id and s.seq is not null) as unsent
        from app_user u where u.active and exists (select 1 from device d where d.worker = u.id)
        and u.org_unit in (";
    let units = units.to_vec();
    let mut workers = among!(tx, Worker, sql, units, ")", today).await?;
    workers.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    workers.dedup_by_key(|worker| worker.id);
    let held = held::HELD;
    let sql = format!(
        "select r.worker, count(*) from record r join app_user w on w.id = r.worker left join family f on f.id = r.family
         where {held} and coalesce(f.org_unit, w.org_unit) in ("
    );
    let held = by_worker(among!(tx, (UserId, i64), &sql, units, ") group by r.worker").await?);
    let sql = "select r.worker, count(distinct r.hash) from evidence_file x join evidence e on e.evidence = x.evidence
        join record r on r.hash = e.hash join app_user w on w.id = r.worker left join family f on f.id = r.family
        where x.state = 'expected' and r.verdict = 'accepted' and not r.superseded
        and coalesce(f.org_unit, w.org_unit) in (";
    let incomplete = by_worker(among!(tx, (UserId, i64), sql, units, ") group by r.worker").await?);
    for worker in &mut workers {
        worker.held = held.get(&worker.id).copied().unwrap_or_default();
        worker.incomplete = incomplete.get(&worker.id).copied().unwrap_or_default();
    }
    Ok(workers)
}

async fn health(
    state: &AppState,
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    now: DateTime<Utc>,
) -> Outcome<Health> {
    let sql = "select count(*), cast(coalesce(sum(size), 0) as bigint) from (select distinct x.evidence, x.part, x.size
        from evidence_file x join evidence e on e.evidence = x.evidence join record r on r.hash = e.hash
        join app_user w on w.id = r.worker left join family f on f.id = r.family
        where x.state = 'expected' and r.verdict = 'accepted' and not r.superseded
        and coalesce(f.org_unit, w.org_unit) in (";
    let files = among!(tx, (i64, i64), sql, units, ")) files").await?;
    let sql = "select count(distinct r.hash) from evidence_file x join evidence e on e.evidence = x.evidence
        join record r on r.hash = e.hash join app_user w on w.id = r.worker left join family f on f.id = r.family
        where x.state = 'expected' and r.verdict = 'accepted' and not r.superseded
        and coalesce(f.org_unit, w.org_unit) in (";
    let incomplete = sum(among!(tx, (i64,), sql, units, ")").await?);
    let sql =
        "select count(*) from upload u join device d on d.id = u.device join app_user w on w.id = d.worker
        where u.state = 'open' and w.org_unit in (";
    let uploads = sum(among!(tx, (i64,), sql, units, ")").await?);
    let sql =
        "select count(*), cast(coalesce(sum(case when s.at > $1 then 0 else 1 end), 0) as bigint) from device d
        join app_user w on w.id = d.worker left join device_seen s on s.device = d.id
        where d.state = 'active' and w.active and w.org_unit in (";
    let phones = among!(tx, (i64, i64), sql, units, ")", now - SILENT).await?;
    let sql = "select h.size - w.position from journal_head h join finding_work w on w.id = h.id";
    let (behind,) = one!(tx, (i64,), sql).await?;
    // Exports are somebody's own, and say themselves how they ended.
    let sql = "select count(*) from job where last_error is not null and name not like 'export:%'";
    let (failing,) = one!(tx, (i64,), sql).await?;
    let free = match state.media.free() {
        Ok(free) => Some(free),
        Err(error) => {
            tracing::warn!(%error, "the disk does not say what is free");
            None
        }
    };
    let both = |rows: &[(i64, i64)]| rows.iter().fold((0, 0), |all, row| (all.0 + row.0, all.1 + row.1));
    let ((files, bytes), (phones, silent)) = (both(&files), both(&phones));
    Ok(Health {
        free,
        reserve: state.limits.disk_reserve,
        files,
        bytes,
        incomplete,
        uploads,
        phones,
        silent,
        behind: behind.max(0),
        failing,
    })
}

fn by_worker(counts: Vec<(UserId, i64)>) -> BTreeMap<UserId, i64> {
    let mut all = BTreeMap::new();
    for (worker, count) in counts {
        *all.entry(worker).or_default() += count;
    }
    all
}

fn sum(counts: Vec<(i64,)>) -> i64 {
    counts.into_iter().map(|(count,)| count).sum()
}

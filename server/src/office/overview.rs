//! How the user's units stand: done, due soon and overdue by service and by centre, what waits for a supervisor, whose work
//! is not here yet, who has been silent, and whether there is room for more. Each number has a list that shows what it
//! counts ([`super::family::Wanted`], [`super::records::Wanted`], [`super::held::Wanted`]).

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use kandas_shared::{
    calendar::civil_date,
    ids::{OrgUnitId, UserId},
    pulled::User,
    service::ServiceCode,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    held, policy, queue,
    standing::{self, Awaited, InWeek, Stands},
};
use crate::{
    among,
    check::policy::Territory,
    journal::JournalError,
    one,
    refusal::Outcome,
    rules::Programme,
    state::AppState,
    store::{StoreError, Tx},
};

/// A phone that has been silent for so long is named.
pub(super) const SILENT: TimeDelta = TimeDelta::days(3);

/// Most workers of the overview.
const MOST_WORKERS: usize = 50;

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
    /// The last twelve weeks, the present one the last.
    pub weeks: Vec<Week>,
    /// Records that wait to be checked, his own too; exact up to 10,000, one more means that there are more.
    pub unchecked: i64,
    /// Held records without a decision; exact up to 10,000, one more means that there are more.
    pub held: i64,
    /// Returned records whose day has passed without an answer.
    pub unanswered: i64,
    /// Families without a visit for [`Overview::visit_months`], by whoever visited (§42(4), A-24).
    pub unvisited: i64,
    /// Families without a record of any kind for as long.
    pub unrecorded: i64,
    /// Months after which a family without a visit is counted, as it is set today.
    pub visit_months: u32,
    /// Completions of the days of [`Overview::weeks`] that count and have no video (§36, A-14).
    pub no_video: i64,
    /// Rounds of monitoring that nobody closed in their terms (§43).
    pub missed: i64,
    /// Those workers with phones of whom most is not as it should be, the most first; all are in their own list
    /// ([`super::fleet`]).
    pub workers: Vec<Worker>,
    /// Workers with phones.
    pub workers_total: usize,
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
    /// The day has passed, or where it was a day off the next working day.
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

/// A week of plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OverviewWeek)]
pub struct Week {
    /// Its Monday.
    pub from: NaiveDate,
    /// Its Sunday.
    pub to: NaiveDate,
    /// Activities that are to be done at all whose day lies in it; the list of families by these days names their number.
    pub due: i64,
    /// Activities that a record of these days made done: the records of the state `done` by these days.
    pub done: i64,
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
    #[sqlx(skip)]
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

impl Worker {
    /// How much of his is not as it should be.
    fn amiss(&self) -> i64 {
        self.overdue + self.missing + self.unsent + self.incomplete + self.held
    }
}

/// The workers with phones of these units with what is not as it should be, by name.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn all_workers(
    state: &AppState,
    tx: &mut Tx,
    units: &[OrgUnitId],
) -> Result<Vec<Worker>, JournalError> {
    let mut sums = Stands::default();
    for (_, stand) in state.standing.of(tx, units, state.clock.wall()).await? {
        sums.add(stand);
    }
    let units: Vec<(OrgUnitId,)> = units.iter().map(|unit| (*unit,)).collect();
    sums.awaited.add(standing::awaited_of_nobody(tx, &units).await?);
    Ok(workers(tx, &units, &sums.overdue, &sums.awaited.records).await?)
}

/// Records of which files are not here, of one unit or of all that the user's rights reach.
///
/// # Errors
/// When the database does not answer.
pub async fn incomplete(
    state: &AppState,
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    unit: Option<OrgUnitId>,
) -> Outcome<i64> {
    let units = match unit {
        Some(unit) => vec![unit],
        None => policy::reach(user, territory).unwrap_or_else(|| territory.all()),
    };
    let stands = state.standing.of(tx, &units, state.clock.wall()).await?;
    let mut sums = Stands::default();
    stands.into_iter().for_each(|(_, stand)| sums.add(stand));
    let units: Vec<(OrgUnitId,)> = units.into_iter().map(|unit| (unit,)).collect();
    sums.awaited.add(standing::awaited_of_nobody(tx, &units).await?);
    Ok(sums.awaited.records.values().sum())
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
    /// Parts of the regular work that failed the last time.
    pub failing: i64,
}

/// The numbers.
///
/// # Errors
/// When the database does not answer.
pub async fn of(state: &AppState, tx: &mut Tx, user: &User, territory: &Territory) -> Outcome<Overview> {
    let now = state.clock.wall();
    let today = civil_date(now);
    let units = policy::reach(user, territory).unwrap_or_else(|| territory.all());
    let stands = state.standing.of(tx, &units, now).await?;
    let mut sums = Stands::default();
    let mut centres = Vec::new();
    for (unit, stand) in stands {
        let count = stand.services.values().fold(Count::default(), |all, count| all.and(*count));
        if let Some(of) = territory.unit(unit)
            && !stand.services.is_empty()
        {
            centres.push(OfCentre { unit, name_kk: of.name_kk.clone(), name_ru: of.name_ru.clone(), count });
        }
        sums.add(stand);
    }
    centres.sort_by(|a, b| (&a.name_kk, a.unit).cmp(&(&b.name_kk, b.unit)));
    let Stands { families, unvisited, unrecorded, unanswered, missed, no_video, .. } = sums;
    let Stands { services, overdue, weeks, mut awaited, .. } = sums;
    let visit_months = Programme::read(tx, today).await?.visit_months;
    let week = |(from, InWeek { due, done })| Week { from, to: from + Days::new(6), due, done };
    let weeks: Vec<Week> = standing::first_monday(today).iter_weeks().zip(weeks).map(week).collect();
    let services: Vec<OfService> =
        services.into_iter().map(|(service, count)| OfService { service, count }).collect();
    let total = services.iter().fold(Count::default(), |total, of| total.and(of.count));
    let units: Vec<(OrgUnitId,)> = units.into_iter().map(|unit| (unit,)).collect();
    let unchecked = queue::unchecked(tx, &state.standing, &units, UserId(Uuid::nil()), now).await?;
    let held = held::waiting(tx, &units).await?.records;
    awaited.add(standing::awaited_of_nobody(tx, &units).await?);
    let mut workers = workers(tx, &units, &overdue, &awaited.records).await?;
    let workers_total = workers.len();
    workers.sort_by_key(|worker| std::cmp::Reverse(worker.amiss()));
    workers.truncate(MOST_WORKERS);
    let health = health(state, tx, &units, &awaited, now).await?;
    Ok(Overview {
        today,
        families,
        total,
        services,
        centres,
        weeks,
        unchecked,
        held,
        unanswered,
        unvisited,
        unrecorded,
        visit_months,
        no_video,
        missed,
        workers,
        workers_total,
        health,
    })
}

async fn workers(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    overdue: &HashMap<UserId, i64>,
    incomplete: &HashMap<UserId, i64>,
) -> Result<Vec<Worker>, StoreError> {
    let sql = "select u.id, u.name,
        (select max(s.at) from device d join device_seen s on s.device = d.id where d.worker = u.id) as seen_at,
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
    let mut workers = among!(tx, Worker, sql, units, ")").await?;
    workers.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    workers.dedup_by_key(|worker| worker.id);
    let held = held::HELD;
    // Held records are few and lie in an index of their own; grouped by their workers at once, SQLite would walk through all
    // records by worker.
    let sql = format!(
        "select x.worker, count(*) from (select r.worker as worker from record r join app_user w on w.id = r.worker
         where {held} and coalesce(r.org_unit, w.org_unit) in ("
    );
    let tail = ") limit 1000000) x group by x.worker";
    let held = by_worker(among!(tx, (UserId, i64), &sql, units, tail).await?);
    for worker in &mut workers {
        worker.overdue = overdue.get(&worker.id).copied().unwrap_or_default();
        worker.held = held.get(&worker.id).copied().unwrap_or_default();
        worker.incomplete = incomplete.get(&worker.id).copied().unwrap_or_default();
    }
    Ok(workers)
}

async fn health(
    state: &AppState,
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    awaited: &Awaited,
    now: DateTime<Utc>,
) -> Outcome<Health> {
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
    let failing = i64::try_from(state.works.failing().len()).unwrap_or(i64::MAX);
    let free = match state.media.free() {
        Ok(free) => Some(free),
        Err(error) => {
            tracing::warn!(%error, "the disk does not say what is free");
            None
        }
    };
    let both = |rows: &[(i64, i64)]| rows.iter().fold((0, 0), |all, row| (all.0 + row.0, all.1 + row.1));
    let (phones, silent) = both(&phones);
    Ok(Health {
        free,
        reserve: state.limits.disk_reserve,
        files: awaited.files,
        bytes: awaited.bytes,
        // Each record has one worker.
        incomplete: awaited.records.values().sum(),
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

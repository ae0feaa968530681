//! The lists behind the numbers of the overview that are about people and machines: workers with what is not as it should
//! be, phones, and the regular work of the store. Whoever sees the numbers sees these; pages of their own are a right apart.

use chrono::{DateTime, Utc};
use kandas_shared::{
    ids::{DeviceId, OrgUnitId, UserId},
    pulled::User,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    overview::{self, SILENT, Worker},
    policy,
};
use crate::{
    among,
    check::policy::Territory,
    jobs::Failing,
    one,
    refusal::Outcome,
    state::AppState,
    store::{StoreError, Tx},
};

/// Most entries of a page.
pub const MOST: usize = 100;

/// Which workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WorkersShow)]
pub enum ShowWorkers {
    /// With activities whose day has passed.
    Overdue,
    /// Whose phones have sealed what did not come.
    Unsent,
    /// Of whose chains numbers never came.
    Missing,
    /// With records of which files are not here.
    Incomplete,
    /// With records that were held, without a decision.
    Held,
    /// Whose phones have said nothing for three days, or ever.
    Silent,
}

/// What of the workers is wanted.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WantedWorkers {
    /// Which; all with phones if absent.
    #[serde(default)]
    #[param(inline)]
    pub show: Option<ShowWorkers>,
    /// Where the page before ended.
    #[serde(default)]
    pub after: Option<UserId>,
}

/// A page of workers.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = WorkerList)]
pub struct Workers {
    /// By name.
    pub workers: Vec<Worker>,
    /// How many there are.
    pub total: usize,
    /// Where the next page begins; absent with the last one.
    pub next: Option<UserId>,
}

/// Which phones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PhonesShow)]
pub enum ShowPhones {
    /// That said nothing for three days, or ever.
    Silent,
    /// With uploads that have begun.
    Uploads,
    /// That have sealed what did not come.
    Unsent,
}

/// What of the phones is wanted.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WantedPhones {
    /// Which; all that may work if absent, and all of one worker whether they may or not.
    #[serde(default)]
    #[param(inline)]
    pub show: Option<ShowPhones>,
    /// Of one worker.
    #[serde(default)]
    pub worker: Option<UserId>,
    /// Where the page before ended.
    #[serde(default)]
    pub after: Option<DeviceId>,
}

/// A phone in this list.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = FleetPhone)]
pub struct Phone {
    /// Its id.
    pub id: DeviceId,
    /// Whose.
    pub worker: UserId,
    /// His name.
    pub worker_name: String,
    /// Model and system.
    pub platform: String,
    /// When it last asked for a token.
    pub seen_at: Option<DateTime<Utc>>,
    /// Numbers of its chains that never came.
    pub missing: i64,
    /// Numbers that it has sealed after the last one that came, as it said itself.
    pub unsent: i64,
    /// Uploads of it that have begun.
    pub uploads: i64,
    /// Whether it may work, and its worker.
    #[serde(skip)]
    works: bool,
}

/// A page of phones.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FleetPhones)]
pub struct Phones {
    /// By their workers' names.
    pub phones: Vec<Phone>,
    /// How many there are.
    pub total: usize,
    /// Where the next page begins; absent with the last one.
    pub next: Option<DeviceId>,
}

/// The regular work of the store.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StoreWorks)]
pub struct Works {
    /// What failed the last time.
    pub failing: Vec<Failing>,
    /// Entries of the journal in which nothing has been looked for yet.
    pub behind: i64,
    /// Entries of the journal.
    pub size: i64,
}

/// Of all in their order what follows `after`, at most so many; how many there are, and where the next page begins. Where
/// `after` is not there any more it begins anew.
pub(super) fn cut<Of, Id: Copy + PartialEq>(
    all: Vec<Of>,
    after: Option<Id>,
    most: usize,
    id: impl Fn(&Of) -> Id,
) -> (Vec<Of>, usize, Option<Id>) {
    let total = all.len();
    let from = after.and_then(|after| all.iter().position(|each| id(each) == after)).map_or(0, |at| at + 1);
    let mut page: Vec<Of> = all.into_iter().skip(from).take(most + 1).collect();
    let more = page.len() > most;
    page.truncate(most);
    let next = page.last().filter(|_| more).map(id);
    (page, total, next)
}

fn units(user: &User, territory: &Territory) -> Vec<OrgUnitId> {
    policy::reach(user, territory).unwrap_or_else(|| territory.all())
}

/// A page of the workers with phones.
///
/// # Errors
/// When the database does not answer.
pub async fn workers(
    state: &AppState,
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    wanted: WantedWorkers,
) -> Outcome<Workers> {
    let mut all = overview::all_workers(state, tx, &units(user, territory)).await?;
    let since = state.clock.wall() - SILENT;
    all.retain(|worker| match wanted.show {
        None => true,
        Some(ShowWorkers::Overdue) => worker.overdue > 0,
        Some(ShowWorkers::Unsent) => worker.unsent > 0,
        Some(ShowWorkers::Missing) => worker.missing > 0,
        Some(ShowWorkers::Incomplete) => worker.incomplete > 0,
        Some(ShowWorkers::Held) => worker.held > 0,
        Some(ShowWorkers::Silent) => worker.seen_at.is_none_or(|at| at <= since),
    });
    let (workers, total, next) = cut(all, wanted.after, MOST, |worker| worker.id);
    Ok(Workers { workers, total, next })
}

/// A page of phones.
///
/// # Errors
/// When the database does not answer.
pub async fn phones(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    wanted: WantedPhones,
    now: DateTime<Utc>,
) -> Result<Phones, StoreError> {
    let sql = "select d.id, d.worker, u.name as worker_name, d.platform, s.at as seen_at,
        (select cast(coalesce(sum(case when g.to_seq - g.from_seq < 999999 then g.to_seq - g.from_seq + 1
          else 1000000 end), 0) as bigint) from chain_gap g where g.device = d.id and g.state = 'open') as missing,
        case when s.seq <= coalesce(c.seq, 0) or s.seq is null then 0
          when s.seq - coalesce(c.seq, 0) < 1000000 then s.seq - coalesce(c.seq, 0) else 1000000 end as unsent,
        (select count(*) from upload o where o.device = d.id and o.state = 'open') as uploads,
        d.state = 'active' and u.active as works
        from device d join app_user u on u.id = d.worker left join device_seen s on s.device = d.id
        left join chain c on c.device = d.id and c.chain = s.chain where u.org_unit in (";
    let units: Vec<(OrgUnitId,)> = units(user, territory).into_iter().map(|unit| (unit,)).collect();
    let mut all = among!(tx, Phone, sql, units, ")").await?;
    let since = now - SILENT;
    all.retain(|phone| match (wanted.worker, wanted.show) {
        (Some(worker), _) if phone.worker != worker => false,
        (Some(_), None) => true,
        (_, None) => phone.works,
        (_, Some(ShowPhones::Silent)) => phone.works && phone.seen_at.is_none_or(|at| at <= since),
        // Both go on for a phone that may only deliver.
        (_, Some(ShowPhones::Uploads)) => phone.uploads > 0,
        (_, Some(ShowPhones::Unsent)) => phone.unsent > 0,
    });
    all.sort_by(|a, b| (&a.worker_name, a.id).cmp(&(&b.worker_name, b.id)));
    all.dedup_by_key(|phone| phone.id);
    let (phones, total, next) = cut(all, wanted.after, MOST, |phone| phone.id);
    Ok(Phones { phones, total, next })
}

/// How the regular work stands; `why` tells what the log says of what failed.
///
/// # Errors
/// When the database does not answer.
pub async fn works(state: &AppState, tx: &mut Tx, why: bool) -> Result<Works, StoreError> {
    let sql = "select h.size - w.position, h.size from journal_head h join finding_work w on w.id = h.id";
    let (behind, size) = one!(tx, (i64, i64), sql).await?;
    let mut failing = state.works.failing();
    if !why {
        failing.iter_mut().for_each(|each| each.error = None);
    }
    Ok(Works { failing, behind: behind.max(0), size })
}

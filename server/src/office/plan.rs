//! Plans as the office draws them up and walks them (§19, 28, 32-34): what waits for whom, the plan of a family with its
//! versions, and the clock of the working day within which it has to be on the phones.
//!
//! A version lives in tables of its own until it is published ([`making`]); phones go on with the version before. Its rules
//! are [`kandas_shared::plan`]; agreement by paper, record or file is in [`agreement`], what a page shows in [`page`], and
//! where a plan stands once it is on the phones follows from what is recorded ([`moving`]).

pub mod agreement;
pub mod making;
pub mod moving;
pub mod page;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::{Calendar, civil_date},
    ids::{FamilyId, OrgUnitId, PlanId},
    plan::{self, PlanAct},
    plan_state::{ActivityState, PlanState},
    problem::ProblemCode,
    pulled::User,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    fleet::cut,
    policy::{self, Right},
};
use crate::{
    among, calendar,
    check::policy::Territory,
    opt,
    refusal::{Outcome, Refusal},
    store::{StoreError, Tx},
};

/// Most plans of a page.
const MOST: usize = 200;
/// Most plans that are looked through for it.
const WINDOW: i64 = 2_000;

/// Which plans are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PlansOnly)]
pub enum Only {
    /// Those that wait for the user.
    #[default]
    Mine,
    /// All that are under way.
    UnderWay,
    /// Those that should be on the phones by now (§34).
    Late,
    /// Those on the phones, and what was on them and is over: by [`Wanted::state`], or all.
    InForce,
    /// Families that have no plan at all, or none but drafts that were discarded.
    Without,
}

/// What the list is asked for.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Which; those that wait for the user if absent.
    #[serde(default)]
    #[param(inline)]
    pub only: Only,
    /// Of those on the phones and those that are over: where they stand.
    #[serde(default)]
    #[param(inline)]
    pub state: Option<PlanState>,
    /// Where the page before ended.
    #[serde(default)]
    pub after: Option<Uuid>,
}

/// Plans of the user's units that are under way.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlanList)]
pub struct List {
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// The plans of a page: the late ones first, then by how long they wait.
    pub plans: Vec<Listed>,
    /// Plans on the phones, and those that are over, where they were asked for.
    pub in_force: Vec<InForce>,
    /// How many of these stand how; states that none stands in are left out.
    pub states: Vec<StateCount>,
    /// Families without a plan, where they were asked for.
    pub without: Vec<Without>,
    /// Where the next page begins; absent with the last one.
    pub next: Option<Uuid>,
    /// How many wait for the user.
    pub mine: i64,
    /// How many are under way.
    pub under_way: i64,
    /// How many should be on the phones by now.
    pub late: i64,
    /// How many families have no plan; exact up to 10,000, one more means that there are more.
    pub without_count: i64,
}

/// A plan that is under way.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlanListed)]
pub struct Listed {
    /// Whose.
    pub family: FamilyId,
    /// Surname of its head, or the given name of one who has none.
    pub name: Option<String>,
    /// Where it lives.
    pub settlement: String,
    /// The plan.
    pub plan: PlanId,
    /// The version that is under way.
    pub version: i32,
    /// Where it stands.
    pub state: PlanState,
    /// The version on the phones, if this one amends it.
    pub amends: Option<i32>,
    /// Since when it stands so.
    pub since: DateTime<Utc>,
    /// What it waits for.
    pub waits_for: PlanAct,
    /// It waits for the user.
    pub mine: bool,
    /// By which day it has to be on the phones, once it is agreed and approved (§34).
    pub publish_by: Option<NaiveDate>,
    /// That day has passed.
    pub late: bool,
}

/// A plan on the phones, or one that was.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = PlanInForce)]
pub struct InForce {
    /// The plan.
    pub plan: PlanId,
    /// Whose.
    pub family: FamilyId,
    /// Surname of its head, or the given name of one who has none.
    pub name: Option<String>,
    /// Where it lives.
    pub settlement: String,
    /// The version in force.
    pub version: i32,
    /// Where the plan stands.
    pub state: PlanState,
    /// When that version was loaded.
    pub published_on: Option<NaiveDate>,
    /// Activities that are done.
    pub done: i64,
    /// Activities that are not settled.
    pub open: i64,
}

/// How many plans stand so.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = PlanStateCount)]
pub struct StateCount {
    /// How.
    pub state: PlanState,
    /// So many.
    pub count: i64,
}

/// A family without a plan.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = FamilyWithoutPlan)]
pub struct Without {
    /// Its id.
    pub family: FamilyId,
    /// Surname of its head, or the given name of one who has none.
    pub name: Option<String>,
    /// Where it lives.
    pub settlement: String,
    /// Members.
    pub members: i64,
}

/// What a version under way waits for; none if it is not.
#[must_use]
pub const fn waits_for(state: PlanState) -> Option<PlanAct> {
    match state {
        PlanState::DraftRemote | PlanState::PrelimAgreed => Some(PlanAct::Finish),
        PlanState::FinalDraft => Some(PlanAct::Agree),
        PlanState::Agreed => Some(PlanAct::Approve),
        PlanState::Approved => Some(PlanAct::Publish),
        _ => None,
    }
}

/// The right that an act takes.
#[must_use]
pub const fn right_of(act: PlanAct) -> Right {
    match act {
        PlanAct::Approve | PlanAct::Reject => Right::PlanApprove,
        PlanAct::Open
        | PlanAct::Visit
        | PlanAct::Finish
        | PlanAct::Agree
        | PlanAct::Publish
        | PlanAct::Discard => Right::PlanMake,
    }
}

/// The clock of §34: a plan that is agreed and approved and not on the phones yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// The centre that serves the family.
    pub unit: OrgUnitId,
    /// Whose plan.
    pub family: FamilyId,
    /// Surname of its head, or the given name of one who has none.
    pub name: Option<String>,
    /// The plan.
    pub plan: PlanId,
    /// The version.
    pub version: i32,
    /// When the mobility centre approved it.
    pub approved_at: DateTime<Utc>,
    /// The last day in time; none where the calendar does not know it.
    pub due: Option<NaiveDate>,
    /// That day has passed.
    pub late: bool,
}

/// The clocks of §34 in these units, the earliest first: for whoever shows what is due.
///
/// # Errors
/// When the database does not answer.
pub async fn clocks(tx: &mut Tx, units: &[(OrgUnitId,)], today: NaiveDate) -> Result<Vec<Clock>, StoreError> {
    let calendar = calendar::read(tx).await?;
    let found = under_way(tx, units, APPROVED).await?;
    let mut clocks: Vec<Clock> = found
        .into_iter()
        .filter(|row| row.state == PlanState::Approved)
        .filter_map(|row| {
            let due = row.publish_by(&calendar);
            let late = due.is_some_and(|due| today > due);
            let Row { org_unit, family, name, plan, version, .. } = row;
            Some(Clock {
                unit: org_unit,
                family,
                name,
                plan,
                version,
                approved_at: row.approved_at?,
                due,
                late,
            })
        })
        .collect();
    clocks.sort_by_key(|clock| (clock.due, clock.approved_at, clock.plan));
    Ok(clocks)
}

/// Versions in these units that stand so and wait for somebody: unit, family, and since when; the longest first.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    state: PlanState,
) -> Result<Vec<(OrgUnitId, FamilyId, DateTime<Utc>)>, StoreError> {
    let rows = under_way(tx, units, &format!("'{state}'")).await?;
    Ok(rows.into_iter().map(|row| (row.org_unit, row.family, row.state_at)).collect())
}

#[derive(sqlx::FromRow)]
struct Row {
    family: FamilyId,
    org_unit: OrgUnitId,
    name: Option<String>,
    settlement: String,
    plan: PlanId,
    version: i32,
    state: PlanState,
    amends: Option<i32>,
    state_at: DateTime<Utc>,
    agreed_on: Option<NaiveDate>,
    approved_at: Option<DateTime<Utc>>,
}

impl Row {
    fn publish_by(&self, calendar: &Calendar) -> Option<NaiveDate> {
        publish_by(self.state, self.agreed_on, self.approved_at, calendar)
    }
}

/// The last day for bringing a version onto the phones, while it waits for that.
fn publish_by(
    state: PlanState,
    agreed_on: Option<NaiveDate>,
    approved_at: Option<DateTime<Utc>>,
    calendar: &Calendar,
) -> Option<NaiveDate> {
    if state != PlanState::Approved {
        return None;
    }
    plan::publish_by(agreed_on?, civil_date(approved_at?), calendar).ok()
}

/// Those whose clock runs (§34), and those before them.
const APPROVED: &str = "'approved'";
const BEFORE: &str = "'draft_remote', 'prelim_agreed', 'final_draft', 'agreed'";

const HEAD: &str = "(select coalesce(h.surname, h.given_name) from person h where h.family = f.id
    and h.relation = 'head' order by h.id limit 1) as name";

/// Families of which there is no plan, nobody works on one, and which have not left.
const WITHOUT: &str = "from family f where not exists (select 1 from plan p where p.family = f.id)
    and not exists (select 1 from plan_version v where v.family = f.id and v.state <> 'discarded')
    and not exists (select 1 from monitoring_departure d where d.family = f.id and d.refund <> 'withdrawn') and f.org_unit in (";

/// Versions in these states, without those of families whose plan is over or that have left: nothing is done to them.
async fn under_way(tx: &mut Tx, units: &[(OrgUnitId,)], states: &str) -> Result<Vec<Row>, StoreError> {
    let sql = format!(
        "select v.family, f.org_unit, {HEAD}, f.settlement_name as settlement, v.plan, v.version, v.state, v.amends,
            v.state_at, v.agreed_on, v.approved_at
         from plan_version v join family f on f.id = v.family
         where v.state in ({states})
         and not exists (select 1 from plan q where q.family = v.family and q.state in ('departed', 'closed'))
         and not exists (select 1 from monitoring_departure d where d.family = v.family and d.refund <> 'withdrawn')
         and f.org_unit in ("
    );
    let tail = ") order by v.state_at, v.plan limit $1";
    let mut rows = among!(tx, Row, &sql, units, tail, WINDOW).await?;
    // A list of units may be filled up with its last one.
    rows.sort_by_key(|row| (row.state_at, row.plan, row.version));
    rows.dedup_by_key(|row| (row.plan, row.version));
    Ok(rows)
}

/// Plans of the user's units.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    wanted: Wanted,
    now: DateTime<Utc>,
) -> Result<List, StoreError> {
    let today = civil_date(now);
    let units = super::held::units(user, territory);
    let calendar = calendar::read(tx).await?;
    let rights = policy::rights(user.role);
    let mut plans: Vec<Listed> = Vec::new();
    let mut rows = under_way(tx, &units, APPROVED).await?;
    rows.extend(under_way(tx, &units, BEFORE).await?);
    for row in rows {
        let Some(act) = waits_for(row.state) else { continue };
        let publish_by = row.publish_by(&calendar);
        plans.push(Listed {
            family: row.family,
            name: row.name,
            settlement: row.settlement,
            plan: row.plan,
            version: row.version,
            state: row.state,
            amends: row.amends,
            since: row.state_at,
            waits_for: act,
            mine: rights.contains(&right_of(act)),
            late: publish_by.is_some_and(|due| today > due),
            publish_by,
        });
    }
    let count = |fits: fn(&Listed) -> bool| {
        i64::try_from(plans.iter().filter(|plan| fits(plan)).count()).unwrap_or(i64::MAX)
    };
    let (mine, under_way, late) = (count(|plan| plan.mine), count(|_| true), count(|plan| plan.late));
    let least = FamilyId(wanted.after.unwrap_or_default());
    let without_count = {
        let sql = format!("select count(*) from (select 1 {WITHOUT}");
        super::held::sum(among!(tx, (i64,), &sql, units, ") limit 10001) counted").await?)
    };
    let mut without = Vec::new();
    if wanted.only == Only::Without {
        let sql = format!(
            "select f.id as family, {HEAD}, f.settlement_name as settlement,
            (select count(*) from person p where p.family = f.id) as members {WITHOUT}"
        )
        .replace("where not", "where f.id > $2 and not");
        let most = i64::try_from(MOST).unwrap_or(i64::MAX);
        without = among!(tx, Without, &sql, units, ") order by f.id limit $1", most + 1, least).await?;
        without.sort_by_key(|of: &Without| of.family);
        without.dedup_by_key(|of| of.family);
    }
    let in_force = if wanted.only == Only::InForce {
        in_force(tx, &units, wanted.state, PlanId(wanted.after.unwrap_or_default())).await?
    } else {
        Vec::new()
    };
    match wanted.only {
        Only::Mine => plans.retain(|plan| plan.mine),
        Only::UnderWay => {}
        Only::Late => plans.retain(|plan| plan.late),
        Only::InForce | Only::Without => plans.clear(),
    }
    plans.sort_by_key(|plan| (!plan.late, plan.publish_by.is_none(), plan.publish_by, plan.since, plan.plan));
    let (plans, _, next_plan) = cut(plans, wanted.after, MOST, |plan| plan.plan.0);
    let more = without.len() > MOST;
    without.truncate(MOST);
    let (in_force, _, next_in_force) = cut(in_force, None, MOST, |of| of.plan.0);
    let next = next_plan.or(next_in_force).or(without.last().filter(|_| more).map(|of| of.family.0));
    let states = states(tx, &units).await?;
    Ok(List { today, plans, in_force, states, without, next, mine, under_way, late, without_count })
}

/// Whether a plan stands so once phones have it, or when it is over.
fn is_in_force(state: PlanState) -> bool {
    state.is_on_phones() || matches!(state, PlanState::Closed | PlanState::Departed)
}

fn quoted<T: std::fmt::Display>(words: impl Iterator<Item = T>) -> String {
    words.map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ")
}

/// Plans that phones have or had, by their ids, one more than a page holds.
async fn in_force(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    state: Option<PlanState>,
    after: PlanId,
) -> Result<Vec<InForce>, StoreError> {
    let states = PlanState::ALL.iter().copied();
    let states = quoted(states.filter(|of| is_in_force(*of) && state.is_none_or(|state| state == *of)));
    if states.is_empty() {
        return Ok(Vec::new());
    }
    let activities = |of: fn(ActivityState) -> bool| {
        let states = quoted(ActivityState::ALL.iter().copied().filter(|state| of(*state)));
        format!("(select count(*) from activity a where a.family = f.id and a.state in ({states}))")
    };
    let sql = format!(
        "select p.id as plan, p.family, {HEAD}, f.settlement_name as settlement, p.version, p.state, p.published_on,
            {} as done, {} as open
         from plan p join family f on f.id = p.family where p.state in ({states}) and p.id > $2 and f.org_unit in (",
        activities(|state| state.counts_as_done() || state == ActivityState::Synced),
        activities(|state| !state.is_settled() && state != ActivityState::Synced)
    );
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let mut plans = among!(tx, InForce, &sql, units, ") order by p.id limit $1", most + 1, after).await?;
    plans.sort_by_key(|of| of.plan);
    plans.dedup_by_key(|of| of.plan);
    Ok(plans)
}

async fn states(tx: &mut Tx, units: &[(OrgUnitId,)]) -> Result<Vec<StateCount>, StoreError> {
    let sql = "select p.state, count(*) from plan p join family f on f.id = p.family where f.org_unit in (";
    let mut counts: BTreeMap<PlanState, i64> = BTreeMap::new();
    for (state, count) in among!(tx, (PlanState, i64), sql, units, ") group by p.state").await? {
        *counts.entry(state).or_default() += count;
    }
    let known = counts.into_iter().filter(|(state, _)| is_in_force(*state));
    Ok(known.map(|(state, count)| StateCount { state, count }).collect())
}

/// The centre that serves the family of a plan; none if there is no such version, or it went with the family.
///
/// # Errors
/// When the database does not answer.
pub async fn unit_of(
    tx: &mut Tx,
    plan: PlanId,
    version: i32,
) -> Result<Option<(FamilyId, OrgUnitId)>, StoreError> {
    let sql = "select f.id, f.org_unit from plan_version v join family f on f.id = v.family
        where v.plan = $1 and v.version = $2";
    opt!(tx, (FamilyId, OrgUnitId), sql, plan, version).await
}

fn impossible(why: impl Into<String>) -> Refusal {
    Refusal::because(ProblemCode::PlanImpossible, why)
}

fn stored<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Damaged(format!("a plan: {error}")))
}

/// Words of a length, without spaces around; none if there are none.
///
/// # Errors
/// `words-missing` where they are too long.
fn words(text: Option<&str>, most: usize) -> Outcome<Option<String>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if text.chars().count() > most || text.contains('\0') {
        return Err(ProblemCode::WordsMissing.into());
    }
    Ok(Some(text.to_owned()))
}

//! Monitoring as the office sees it (§41-46): the rounds of the user's units by period, a family with its sixteen
//! ([`round`]), problems, proposals and departures ([`issues`]), and what people do ([`making`]).
//!
//! Rounds are rows that `apply` cuts; where one stands today is a comparison of its days with three others, so that a list
//! of thousands reads one index.

mod happened;
pub mod issues;
pub mod making;
pub mod period;
pub mod round;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use kandas_shared::{
    calendar::{Calendar, civil_date},
    ids::{FamilyId, OrgUnitId},
    monitoring::{self, Residence, RoundStanding, RoundState},
    problem::ProblemCode,
    pulled::{OrgKind, User},
    quarter::Quarter,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::held;
use crate::{
    among, calendar,
    check::policy::Territory,
    monitoring_rules::Rules,
    refusal::{Outcome, Refusal},
    store::{StoreError, Tx},
};
use happened::Happened;

/// Most rounds of a page.
pub const MOST: i64 = 100;
/// The period of a list that is about no quarter alone.
pub const ALL: &str = "all";

/// An activity that is done, over `a`.
pub(super) const DONE: &str = "a.state in ('synced', 'reported', 'sys_confirmed', 'disputed')";

/// What the days of rounds are compared with.
pub(super) struct Days {
    pub(super) today: NaiveDate,
    pub(super) rules: Rules,
    pub(super) calendar: Calendar,
    since: NaiveDate,
    missed: NaiveDate,
}

impl Days {
    pub(super) async fn read(tx: &mut Tx, now: DateTime<Utc>) -> Result<Self, StoreError> {
        let today = civil_date(now);
        let (rules, calendar) = (Rules::read(tx).await?, calendar::read(tx).await?);
        let missed = rules.missed_before(today, &calendar);
        Ok(Self { today, rules, calendar, since: monitoring::since(), missed })
    }

    /// Where a round stands today.
    pub(super) fn state(&self, standing: RoundStanding, ends_on: NaiveDate) -> RoundState {
        monitoring::state(standing, ends_on, self.today, self.since, self.missed)
    }

    /// The last day for closing it, of those that are to be closed.
    pub(super) fn due(&self, standing: RoundStanding, ends_on: NaiveDate) -> Option<NaiveDate> {
        let open = matches!(standing, RoundStanding::Open | RoundStanding::Begun) && ends_on >= self.since;
        open.then(|| self.rules.due(ends_on, &self.calendar)).flatten()
    }

    /// Working days until then; below zero when it has passed.
    pub(super) fn left(&self, due: Option<NaiveDate>) -> Option<i64> {
        self.calendar.working_days_between(self.today, due?).ok()
    }
}

/// Where a round stands, as SQL over `r`; `$1` is today, `$2` the day of the order, before `$3` it is missed. It says the
/// same as [`monitoring::state`].
fn condition(state: RoundState) -> &'static str {
    match state {
        RoundState::Done => "r.standing = 'done'",
        RoundState::Departed => "r.standing = 'left'",
        RoundState::Before => "r.standing in ('open', 'begun') and r.ends_on < $2",
        RoundState::Missed => "r.standing in ('open', 'begun') and r.ends_on >= $2 and r.ends_on < $3",
        RoundState::Begun => "r.standing = 'begun' and r.ends_on >= $2 and r.ends_on >= $3",
        RoundState::Due => "r.standing = 'open' and r.ends_on >= $2 and r.ends_on >= $3 and r.ends_on < $1",
        RoundState::Scheduled => {
            "r.standing = 'open' and r.ends_on >= $2 and r.ends_on >= $3 and r.ends_on >= $1"
        }
    }
}

/// Which rounds.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Those that end in this quarter, `2026-Q3`; `all`: whenever they end, up to the present quarter; the quarter before
    /// today's if missing.
    pub period: Option<String>,
    /// Those that stand so.
    #[param(inline)]
    pub state: Option<RoundState>,
    /// Of families of this unit alone.
    pub unit: Option<OrgUnitId>,
    /// Where the page before ended.
    pub after: Option<String>,
}

impl Wanted {
    /// First and last day on which the rounds end, and the name of the quarter if it is one.
    fn span(&self, today: NaiveDate) -> Outcome<(NaiveDate, NaiveDate, Option<Quarter>)> {
        let quarter = match self.period.as_deref() {
            Some(ALL) => return Ok((monitoring::since(), Quarter::of(today).days().1, None)),
            Some(text) => text.parse().map_err(|_| bad("a period is written 2026-Q3, or all"))?,
            None => Quarter::of(today).before(),
        };
        let (from, to) = quarter.days();
        Ok((from, to, Some(quarter)))
    }

    /// The last round of the page before.
    fn known(&self) -> Outcome<(NaiveDate, FamilyId)> {
        let Some(text) = self.after.as_deref() else {
            return Ok((NaiveDate::default(), FamilyId(Uuid::nil())));
        };
        let parts = text.split_once('.').and_then(|(day, family)| {
            let day: NaiveDate = day.parse().ok()?;
            // Engines end their calendars elsewhere than this program.
            let there = (1900..=2999).contains(&day.year());
            there.then_some((day, family.parse().ok()?))
        });
        parts.ok_or_else(|| bad("where the page before ended is not readable"))
    }
}

/// Whether that is a period that a list can be of.
///
/// # Errors
/// `bad-request`.
pub fn known_period(text: Option<&str>) -> Outcome<()> {
    let wanted = Wanted { period: text.map(str::to_owned), ..Wanted::default() };
    wanted.span(NaiveDate::default()).map(drop)
}

fn bad(why: &str) -> Refusal {
    Refusal::because(ProblemCode::BadRequest, why)
}

/// How many rounds stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = MonitoringCounts)]
pub struct Counts {
    /// They ended before there was the order.
    pub before: i64,
    /// Their period is not over.
    pub scheduled: i64,
    /// Their period is over, and their term runs.
    pub due: i64,
    /// They are worked on.
    pub begun: i64,
    /// Their term has passed.
    pub missed: i64,
    /// They are closed.
    pub done: i64,
    /// The family left before they began.
    pub departed: i64,
}

impl Counts {
    fn and(self, more: Self) -> Self {
        Self {
            before: self.before + more.before,
            scheduled: self.scheduled + more.scheduled,
            due: self.due + more.due,
            begun: self.begun + more.begun,
            missed: self.missed + more.missed,
            done: self.done + more.done,
            departed: self.departed + more.departed,
        }
    }
}

/// How a centre stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MonitoringCentre)]
pub struct Centre {
    /// The centre.
    pub unit: OrgUnitId,
    /// Its name in Kazakh.
    pub name_kk: String,
    /// Its name in Russian.
    pub name_ru: String,
    /// Its rounds of the period.
    pub counts: Counts,
}

/// Rounds of the user's units.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MonitoringRounds)]
pub struct List {
    /// The quarter in which they end; null: whenever they end.
    pub period: Option<String>,
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day.
    pub to: NaiveDate,
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// Working days for closing a round that ends on the last day of the period.
    pub term: u32,
    /// By their last day.
    pub rounds: Vec<Listed>,
    /// How many there are of the period, whatever state is asked for.
    pub counts: Counts,
    /// The career centres of the user's units with theirs, by name.
    pub centres: Vec<Centre>,
    /// Families of the units without a day from which the five years could run.
    pub unwatched: i64,
    /// Where the next page begins; absent with the last one.
    pub next: Option<String>,
}

/// A round of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MonitoringRoundListed)]
pub struct Listed {
    /// The family.
    pub family: FamilyId,
    /// Surname of its head, or the given name of one who has none.
    pub name: Option<String>,
    /// Where it lives.
    pub settlement: String,
    /// The centre that serves it.
    pub org_unit: OrgUnitId,
    /// 1 to 16.
    pub number: i64,
    /// First day.
    pub begins_on: NaiveDate,
    /// Last day.
    pub ends_on: NaiveDate,
    /// The last day for closing it; null beyond the calendar, and where none is asked for.
    pub due: Option<NaiveDate>,
    /// Working days until then; below zero when it has passed.
    pub days_left: Option<i64>,
    /// Where it stands.
    pub state: RoundState,
    /// Services that were rendered in its period.
    pub completions: i64,
    /// Monitoring visits in its period (§42(4)).
    pub visits: i64,
    /// Problems and proposals of the family that are open.
    pub issues: i64,
    /// What the last check of residence for it came to.
    pub residence: Option<Residence>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// By whom.
    pub closed_by: Option<String>,
}

/// A row of `monitoring_round`.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Row {
    pub(super) family: FamilyId,
    pub(super) number: i64,
    pub(super) org_unit: OrgUnitId,
    pub(super) begins_on: NaiveDate,
    pub(super) ends_on: NaiveDate,
    pub(super) standing: RoundStanding,
    pub(super) position: Option<i64>,
}

pub(super) const ROW: &str = "select r.family, r.number, r.org_unit, r.begins_on, r.ends_on, r.standing, r.position from monitoring_round r";

/// A page of the rounds that the user may see.
///
/// # Errors
/// `bad-request`, or when the database does not answer.
pub async fn list(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Outcome<List> {
    let days = Days::read(tx, now).await?;
    let (from, to, quarter) = wanted.span(days.today)?;
    let units = match wanted.unit {
        // The handler has asked whether he may.
        Some(unit) => vec![(unit,)],
        None => held::units(user, territory),
    };
    let (rows, next) = page(tx, &units, wanted, &days, MOST).await?;
    let of_units = counts(tx, &units, &days, (from, to)).await?;
    let of_centre = |(unit, counts): (OrgUnitId, Counts)| {
        let known = territory.unit(unit)?;
        let (name_kk, name_ru) = (known.name_kk.clone(), known.name_ru.clone());
        (known.kind == OrgKind::Cc).then_some(Centre { unit, name_kk, name_ru, counts })
    };
    let mut centres: Vec<Centre> =
        of_units.iter().map(|(unit, counts)| (*unit, *counts)).filter_map(of_centre).collect();
    centres.sort_by(|a, b| (&a.name_kk, a.unit).cmp(&(&b.name_kk, b.unit)));
    let sql = "select count(*) from family where quota_date is null and arrived_on is null and org_unit in (";
    let unwatched = among!(tx, (i64,), sql, units, ")").await?.into_iter().map(|(count,)| count).sum();
    Ok(List {
        period: quarter.map(|quarter| quarter.to_string()),
        from,
        to,
        today: days.today,
        term: days.rules.term(to),
        rounds: listed(tx, &days, rows).await?,
        counts: of_units.into_values().fold(Counts::default(), Counts::and),
        centres,
        unwatched,
        next,
    })
}

/// How many rounds there are of those that are asked for.
pub(super) async fn count(tx: &mut Tx, units: &[(OrgUnitId,)], wanted: &Wanted, days: &Days) -> Outcome<i64> {
    let (from, to, _) = wanted.span(days.today)?;
    let standing = wanted.state.map(|state| format!("{} and ", condition(state))).unwrap_or_default();
    let sql = format!(
        "select count(*) from monitoring_round r where r.ends_on >= $4 and r.ends_on <= $5 and {standing} r.org_unit in ("
    );
    let Days { today, since, missed, .. } = days;
    let counts = among!(tx, (i64,), &sql, units, ")", *today, *since, *missed, from, to).await?;
    Ok(counts.into_iter().map(|(count,)| count).sum())
}

/// A page of rows, at most so many, and where the next one begins.
pub(super) async fn page(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    wanted: &Wanted,
    days: &Days,
    most: i64,
) -> Outcome<(Vec<Row>, Option<String>)> {
    let (from, to, _) = wanted.span(days.today)?;
    let (day, family) = wanted.known()?;
    let standing = wanted.state.map(|state| format!("{} and ", condition(state))).unwrap_or_default();
    let sql = format!(
        "{ROW} where r.ends_on >= $4 and r.ends_on <= $5 and (r.ends_on, r.family) > ($6, $7) and {standing} r.org_unit in ("
    );
    let tail = ") order by r.ends_on, r.family limit $8";
    let Days { today, since, missed, .. } = days;
    let limit = most + 1;
    let mut rows =
        among!(tx, Row, &sql, units, tail, *today, *since, *missed, from, to, day, family, limit).await?;
    rows.sort_unstable_by_key(|row| (row.ends_on, row.family));
    rows.dedup_by_key(|row| (row.ends_on, row.family));
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| more).map(|row| format!("{}.{}", row.ends_on, row.family));
    Ok((rows, next))
}

/// How the rounds of each unit stand that end between two days.
async fn counts(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    days: &Days,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<BTreeMap<OrgUnitId, Counts>, StoreError> {
    #[derive(sqlx::FromRow)]
    struct OfUnit {
        org_unit: OrgUnitId,
        #[sqlx(flatten)]
        counts: Counts,
    }
    let sums: Vec<String> = RoundState::ALL
        .iter()
        .map(|state| {
            let condition = condition(*state);
            format!("cast(sum(case when {condition} then 1 else 0 end) as bigint) as \"{state}\"")
        })
        .collect();
    let sql = format!(
        "select r.org_unit, {} from monitoring_round r where r.ends_on >= $4 and r.ends_on <= $5 and r.org_unit in (",
        sums.join(", ")
    );
    let Days { today, since, missed, .. } = days;
    let found = among!(tx, OfUnit, &sql, units, ") group by r.org_unit", *today, *since, *missed, from, to);
    Ok(found.await?.into_iter().map(|row| (row.org_unit, row.counts)).collect())
}

/// How many rounds of each unit were not closed in their terms, and the last day of the period of the first of them; units
/// without any are left out.
pub(super) async fn missed(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    now: DateTime<Utc>,
) -> Result<Vec<(OrgUnitId, i64, NaiveDate)>, StoreError> {
    let Days { today, since, missed, .. } = Days::read(tx, now).await?;
    let condition = condition(RoundState::Missed);
    let sql = format!(
        "select r.org_unit, count(*), min(r.ends_on) from monitoring_round r where {condition} and r.org_unit in ("
    );
    let tail = ") group by r.org_unit";
    among!(tx, (OrgUnitId, i64, NaiveDate), &sql, units, tail, today, since, missed).await
}

/// Names of families and where they live.
pub(super) async fn named(
    tx: &mut Tx,
    families: &[(FamilyId,)],
) -> Result<HashMap<FamilyId, (Option<String>, String)>, StoreError> {
    let sql = "select f.id, f.settlement_name,
        (select coalesce(h.surname, h.given_name) from person h where h.family = f.id and h.relation = 'head'
         order by h.id limit 1) as name
        from family f where f.id in (";
    let rows = among!(tx, (FamilyId, String, Option<String>), sql, families, ")").await?;
    Ok(rows.into_iter().map(|(family, settlement, name)| (family, (name, settlement))).collect())
}

/// Rows with everything that a list shows of them.
pub(super) async fn listed(tx: &mut Tx, days: &Days, rows: Vec<Row>) -> Result<Vec<Listed>, StoreError> {
    let keys: Vec<(FamilyId,)> = rows.iter().map(|row| (row.family,)).collect();
    let names = named(tx, &keys).await?;
    let happened = Happened::read(tx, &rows).await?;
    let shown = rows.into_iter().map(|row| {
        let (name, settlement) = names.get(&row.family).cloned().unwrap_or_default();
        let due = days.due(row.standing, row.ends_on);
        let closed = happened.closed(&row);
        Listed {
            name,
            settlement,
            due,
            days_left: days.left(due),
            state: days.state(row.standing, row.ends_on),
            completions: happened.completions(&row),
            visits: happened.visits(&row),
            issues: happened.issues(&row),
            residence: happened.residence(&row),
            closed_at: closed.map(|(at, ..)| *at),
            closed_by: closed.map(|(_, name, _)| name.clone()),
            family: row.family,
            org_unit: row.org_unit,
            number: row.number,
            begins_on: row.begins_on,
            ends_on: row.ends_on,
        }
    });
    Ok(shown.collect())
}

//! The deadlines board: what is due for whoever is signed in and for those whom he looks after, by paragraph, with
//! working-day clocks (requirements §1.9, A-04, A-17, A-18). It decides nothing and changes nothing.
//!
//! What a clock is and how it stands is [`kandas_shared::deadline`]'s; here is found what is due. Each kind has one gatherer
//! in a file of its own. It gives what the store knows of the units that are asked for (`Asked`) as `Found`: how many,
//! of which unit, by which clock, and what its list is asked by. Much of a kind is one row for each unit; where there are
//! more units than `APART`, one row for all of them. So the board is short in any case, and needs no pages.
//!
//! **Another kind** is a word of [`DeadlineKind`] with its law and whose turn it is, a file here with a gatherer, an arm
//! in `gather` and in `rights`, a place in the dashboard (`parts/deadlines.ts`), and the messages `deadline-<kind>`,
//! `deadline-who-<kind>`, `deadline-help-<kind>`. A gatherer reads nothing that grows with the number of families: what is
//! counted family by family belongs into `counted`, which is kept in memory by unit and counted again when the journal
//! has something new of it. Of the terms of §1.9 these are not here, because the store holds no event that starts them:
//! applications (§8-19), positive decisions (§29).
//!
//! What is no term stays out: held records and missing numbers have their own list. Activities that have only a planned
//! day have no legal one, so no clock.

mod activity;
mod agreement;
mod assessment;
mod check;
mod conclusion;
pub(super) mod counted;
mod issue;
mod measures;
mod publication;
mod refund;
mod registration;
mod report;
mod rework;
mod road_map;
mod round;
mod visit;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::{Calendar, ReportMonth, civil_date},
    deadline::{Clock, DeadlineBasis, DeadlineKind, DeadlineState, Dial},
    ids::OrgUnitId,
    pulled::{OrgKind, User},
    quarter::Quarter,
    report::month_before,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    policy::{self, Right},
    standing::{Standing, Stands},
};
use crate::{calendar, check::policy::Territory, one, refusal::Outcome, state::AppState, store::Tx};

/// Rows of units of one kind that stand apart; more of them are one row.
const APART: usize = 12;
/// Months before the present one whose reports are asked for.
const MONTHS: usize = 11;
/// Quarters before the present one that are asked for.
const QUARTERS: usize = 4;

/// What is wanted.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Of this kind alone.
    #[param(inline)]
    pub kind: Option<DeadlineKind>,
    /// Of this unit alone.
    pub unit: Option<OrgUnitId>,
    /// What stands so.
    #[param(inline)]
    pub state: Option<DeadlineState>,
    /// What it is the user's own turn at.
    pub mine: Option<bool>,
}

/// What is due.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DeadlineBoard)]
pub struct Board {
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// The most urgent first.
    pub deadlines: Vec<Due>,
    /// How many things stand how, whatever state is asked for; all states, in their order.
    pub counts: Vec<Count>,
    /// The kinds that the user's role has.
    pub kinds: Vec<DeadlineKind>,
    /// Career centres of the user's units, by name.
    pub centres: Vec<Centre>,
}

/// Something that is due, or much of it with one clock.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Deadline)]
pub struct Due {
    /// What.
    pub kind: DeadlineKind,
    /// Its code in the table of deadlines (requirements §1.9); null where that has none.
    pub code: Option<String>,
    /// Paragraph of the order.
    pub paragraph: u8,
    /// Its clock; of many things that of the earliest day.
    #[serde(flatten)]
    pub dial: Dial,
    /// How many things.
    pub count: i64,
    /// Whose they are; null where they are nobody's alone.
    pub unit: Option<OrgUnitId>,
    /// Its name in Kazakh.
    pub name_kk: Option<String>,
    /// Its name in Russian.
    pub name_ru: Option<String>,
    /// Of so many units.
    pub units: i64,
    /// Of which month, quarter or year: `2026-11`, `2026-Q4`, `2026`.
    pub period: Option<String>,
    /// First of the dates that their list is asked by.
    pub from: Option<NaiveDate>,
    /// Last of them.
    pub to: Option<NaiveDate>,
    /// Id of the one thing that it is: a report, a road map, the family of a plan.
    pub subject: Option<Uuid>,
    /// Settlements that it is about.
    pub places: Vec<String>,
    /// Whether it is the user's turn; else he looks on.
    pub mine: bool,
}

/// How many things stand so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DeadlineCount)]
pub struct Count {
    /// How.
    pub state: DeadlineState,
    /// So many.
    pub count: i64,
    /// Those of them whose day the order names.
    pub legal: i64,
}

/// A career centre.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DeadlineCentre)]
pub struct Centre {
    /// Which.
    pub unit: OrgUnitId,
    /// Its name in Kazakh.
    pub name_kk: String,
    /// Its name in Russian.
    pub name_ru: String,
}

/// For whom, of what and when.
struct Asked<'a> {
    user: &'a User,
    territory: &'a Territory,
    /// The units that are asked for: one, or all that the user's rights reach.
    units: Vec<OrgUnitId>,
    /// Whether one unit alone is asked for: then what is no unit's is left out.
    single: bool,
    /// How all units stand, as far as it is known.
    standing: &'a Standing,
    /// How these units stand; nothing where the role sees no numbers.
    stands: Vec<(OrgUnitId, Stands)>,
    calendar: Calendar,
    now: DateTime<Utc>,
    today: NaiveDate,
    /// The day of the first fact: what should have been done before it is not known.
    begun: NaiveDate,
}

impl Asked<'_> {
    /// The units as keys of a question.
    fn keys(&self) -> Vec<(OrgUnitId,)> {
        self.units.iter().map(|unit| (*unit,)).collect()
    }

    /// Months whose reports are asked for, the present one the last.
    fn months(&self) -> Vec<ReportMonth> {
        let (first, mut month) = (ReportMonth::of(self.begun), ReportMonth::of(self.today));
        let mut months = vec![month];
        while months.len() <= MONTHS && month > first {
            month = month_before(month);
            months.push(month);
        }
        months.reverse();
        months
    }

    /// Quarters that are asked for, the present one the last.
    fn quarters(&self) -> Vec<Quarter> {
        let (first, mut quarter) = (Quarter::of(self.begun), Quarter::of(self.today));
        let mut quarters = vec![quarter];
        while quarters.len() <= QUARTERS && quarter > first {
            quarter = quarter.before();
            quarters.push(quarter);
        }
        quarters.reverse();
        quarters
    }

    /// So many things of each day, as one of each state: its clock is that of the earliest of its days.
    fn by_state(
        &self,
        unit: OrgUnitId,
        days: &BTreeMap<NaiveDate, i64>,
        clock: impl Fn(NaiveDate) -> Clock,
    ) -> Vec<Found> {
        let mut states: BTreeMap<DeadlineState, Found> = BTreeMap::new();
        for (day, count) in days {
            let clock = clock(*day);
            let state = clock.state(&self.calendar, self.today);
            states.entry(state).or_insert_with(|| Found::of(unit, 0, clock)).count += count;
        }
        states.into_values().collect()
    }
}

/// What a gatherer has found.
struct Found {
    unit: Option<OrgUnitId>,
    count: i64,
    clock: Clock,
    period: Option<String>,
    days: Option<(NaiveDate, NaiveDate)>,
    subject: Option<Uuid>,
    places: Vec<String>,
    /// Whether it is the user's turn, where his role alone does not say.
    mine: Option<bool>,
}

impl Found {
    fn of(unit: impl Into<Option<OrgUnitId>>, count: i64, clock: Clock) -> Self {
        Self {
            unit: unit.into(),
            count,
            clock,
            period: None,
            days: None,
            subject: None,
            places: Vec::new(),
            mine: None,
        }
    }

    fn in_period(self, period: impl ToString) -> Self {
        Self { period: Some(period.to_string()), ..self }
    }
}

/// What of a kind is due.
async fn gather(kind: DeadlineKind, tx: &mut Tx, asked: &Asked<'_>) -> Outcome<Vec<Found>> {
    match kind {
        DeadlineKind::PlanAfterVisit => Ok(visit::due(asked)),
        DeadlineKind::Registration => registration::due(tx, asked).await,
        DeadlineKind::Activity => Ok(activity::due(asked)),
        DeadlineKind::Agreement => agreement::wanted(tx, asked).await,
        DeadlineKind::Approval => agreement::approval(tx, asked).await,
        DeadlineKind::Publication => publication::due(tx, asked).await,
        DeadlineKind::Rework => Ok(rework::due(asked)),
        DeadlineKind::Check => check::due(tx, asked).await,
        DeadlineKind::RoadMap => road_map::signing(tx, asked).await,
        DeadlineKind::RoadMapCopy => road_map::copies(tx, asked).await,
        DeadlineKind::Report => report::unsent(tx, asked).await,
        DeadlineKind::ReportAgain => report::returned(tx, asked).await,
        DeadlineKind::ReportDecision => report::waiting(tx, asked).await,
        DeadlineKind::Issue => Ok(issue::due(asked)),
        DeadlineKind::Round => round::due(tx, asked).await,
        DeadlineKind::Refund => refund::due(tx, asked).await,
        DeadlineKind::Assessment => assessment::due(tx, asked).await,
        DeadlineKind::Conclusion => conclusion::unsent(tx, asked).await,
        DeadlineKind::Forwarding => conclusion::sent(tx, asked).await,
        DeadlineKind::Measures => measures::due(tx, asked).await,
    }
}

/// By which rights a kind is seen; one of them is enough.
fn rights(kind: DeadlineKind) -> &'static [Right] {
    match kind {
        DeadlineKind::Activity => &[Right::Numbers],
        DeadlineKind::PlanAfterVisit
        | DeadlineKind::Agreement
        | DeadlineKind::Approval
        | DeadlineKind::Publication => &[Right::Plan],
        DeadlineKind::Registration | DeadlineKind::Rework => &[Right::Case],
        DeadlineKind::Check => &[Right::Check],
        DeadlineKind::RoadMap | DeadlineKind::RoadMapCopy => &[Right::RoadMap],
        DeadlineKind::Report | DeadlineKind::ReportAgain | DeadlineKind::ReportDecision => &[Right::Report],
        DeadlineKind::Issue | DeadlineKind::Round | DeadlineKind::Refund => &[Right::Monitoring],
        // Who has been scored is not shown before the conclusion is sent.
        DeadlineKind::Assessment => &[Right::AssessmentMake],
        DeadlineKind::Conclusion | DeadlineKind::Forwarding => {
            &[Right::AssessmentMake, Right::AssessmentForward]
        }
        DeadlineKind::Measures => {
            &[Right::AssessmentMake, Right::AssessmentForward, Right::AssessmentMeasure]
        }
    }
}

/// What is due, as far as the user's rights reach.
///
/// # Errors
/// When the database does not answer.
pub async fn board(
    state: &AppState,
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    wanted: &Wanted,
) -> Outcome<Board> {
    let now = state.clock.wall();
    let today = civil_date(now);
    let reach = policy::reach(user, territory).unwrap_or_else(|| territory.all());
    let own = policy::rights(user.role);
    // The handler has asked whether he may.
    let units = wanted.unit.map_or_else(|| reach.clone(), |unit| vec![unit]);
    let counted = own.contains(&Right::Numbers);
    let stands = if counted { state.standing.of(tx, &units, now).await? } else { Vec::new() };
    let (begun,) = one!(tx, (DateTime<Utc>,), "select at from journal order by position limit 1").await?;
    let calendar = calendar::read(tx).await?;
    let begun = civil_date(begun);
    let single = wanted.unit.is_some();
    let standing = &state.standing;
    let asked = Asked { user, territory, units, single, standing, stands, calendar, now, today, begun };
    let has = |kind: &DeadlineKind| rights(*kind).iter().any(|right| own.contains(right));
    let kinds: Vec<DeadlineKind> = DeadlineKind::ALL.iter().copied().filter(has).collect();
    let mut deadlines = Vec::new();
    for kind in kinds.iter().filter(|kind| wanted.kind.is_none_or(|wanted| wanted == **kind)) {
        let found = gather(*kind, tx, &asked).await?;
        let rows = found.into_iter().filter(|found| found.count > 0).map(|found| asked.row(*kind, found));
        let rows = rows.filter(|row| wanted.mine != Some(true) || row.mine);
        deadlines.extend(together(rows.collect()));
    }
    let counts = DeadlineState::ALL.iter().map(|state| count(*state, &deadlines)).collect();
    deadlines.retain(|due| wanted.state.is_none_or(|state| state == due.dial.state));
    deadlines.sort_by(|a, b| urgency(a).cmp(&urgency(b)));
    let mut centres: Vec<Centre> = reach
        .iter()
        .filter_map(|unit| territory.unit(*unit))
        .filter(|unit| unit.kind == OrgKind::Cc)
        .map(|unit| Centre { unit: unit.id, name_kk: unit.name_kk.clone(), name_ru: unit.name_ru.clone() })
        .collect();
    centres.sort_by(|a, b| (&a.name_kk, a.unit).cmp(&(&b.name_kk, b.unit)));
    Ok(Board { today, deadlines, counts, kinds, centres })
}

impl Asked<'_> {
    /// As it is shown.
    fn row(&self, kind: DeadlineKind, found: Found) -> Due {
        let law = kind.law();
        let named = found.unit.and_then(|unit| self.territory.unit(unit));
        Due {
            kind,
            code: law.code.map(str::to_owned),
            paragraph: law.paragraph,
            dial: found.clock.on(&self.calendar, self.today),
            count: found.count,
            unit: found.unit,
            name_kk: named.map(|unit| unit.name_kk.clone()),
            name_ru: named.map(|unit| unit.name_ru.clone()),
            units: i64::from(found.unit.is_some()),
            period: found.period,
            from: found.days.map(|(from, _)| from),
            to: found.days.map(|(_, to)| to),
            subject: found.subject,
            places: found.places,
            mine: found.mine.unwrap_or_else(|| kind.who().contains(&self.user.role)),
        }
    }
}

/// Rows of one kind; those that stand alike are one row where there are too many of them.
fn together(rows: Vec<Due>) -> Vec<Due> {
    let mut alike: BTreeMap<(DeadlineState, Option<String>, bool), Vec<Due>> = BTreeMap::new();
    for row in rows {
        alike.entry((row.dial.state, row.period.clone(), row.mine)).or_default().push(row);
    }
    let short = |rows: Vec<Due>| if rows.len() > APART { as_one(rows) } else { rows };
    alike.into_values().flat_map(short).collect()
}

/// All of these as one: the earliest with the number of all.
fn as_one(mut rows: Vec<Due>) -> Vec<Due> {
    rows.sort_by(|a, b| urgency(a).cmp(&urgency(b)));
    let units: BTreeSet<OrgUnitId> = rows.iter().filter_map(|row| row.unit).collect();
    let count = rows.iter().map(|row| row.count).sum();
    let units = i64::try_from(units.len()).unwrap_or(i64::MAX);
    rows.truncate(1);
    for row in &mut rows {
        (row.count, row.units) = (count, units);
        (row.unit, row.name_kk, row.name_ru, row.subject) = (None, None, None, None);
        row.places.clear();
    }
    rows
}

fn count(state: DeadlineState, of: &[Due]) -> Count {
    let these = || of.iter().filter(|due| due.dial.state == state);
    let by_order = these().filter(|due| due.dial.basis == DeadlineBasis::Order);
    Count { state, count: these().map(|due| due.count).sum(), legal: by_order.map(|due| due.count).sum() }
}

/// What comes first: how it stands, what the order names before what the organisation has set, then by days.
fn urgency(of: &Due) -> impl Ord {
    let Dial { state, basis, target, legal, .. } = of.dial;
    let day = legal.or(target).or(of.dial.starts_on).unwrap_or(NaiveDate::MAX);
    (state, basis, day, of.kind, &of.name_kk, of.unit, of.subject)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_turn_it_is_sees_it() {
        for kind in DeadlineKind::ALL {
            for role in kind.who() {
                let own = policy::rights(*role);
                assert!(own.contains(&Right::Deadlines), "{role}");
                assert!(rights(*kind).iter().any(|right| own.contains(right)), "{role}: {kind}");
            }
        }
    }

    fn due(unit: u128, day: &str, mine: bool) -> Due {
        let clock = Clock::internal(None, day.parse().unwrap());
        let (code, name) = (None, Some(format!("{unit}")));
        Due {
            kind: DeadlineKind::Round,
            code,
            paragraph: 43,
            dial: clock.on(Calendar::shipped(), "2026-11-23".parse().unwrap()),
            count: 2,
            unit: Some(OrgUnitId(Uuid::from_u128(unit))),
            name_kk: name.clone(),
            name_ru: name,
            units: 1,
            period: None,
            from: None,
            to: None,
            subject: Some(Uuid::from_u128(unit)),
            places: vec!["Үлгі".into()],
            mine,
        }
    }

    #[test]
    fn too_many_units_are_one_row() {
        let many = |count: usize| -> Vec<Due> {
            (1..=count).map(|unit| due(unit as u128, &format!("2026-11-{:02}", 20 - unit), false)).collect()
        };
        assert_eq!(together(many(APART)).len(), APART);
        let mut rows = many(APART + 1);
        rows.push(due(99, "2026-11-24", false));
        rows.push(due(98, "2026-11-18", true));
        let rows = together(rows);
        assert_eq!(rows.len(), 3, "another state and another turn stand apart");
        let all = &rows[0];
        assert_eq!((all.count, all.units, all.unit, all.subject), (26, 13, None, None));
        assert_eq!(all.dial.target, Some("2026-11-07".parse().unwrap()), "the earliest");
        let late = count(DeadlineState::Late, &rows);
        assert_eq!((late.count, late.legal), (28, 0), "what is internal is no breach");
    }
}

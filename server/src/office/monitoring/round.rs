//! A family with its sixteen rounds, and one round with what happened in its period (§42(3), §44).

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    ids::{FamilyId, OrgUnitId, PersonId, UserId},
    monitoring::{
        self, RefundState, Residence, ResidenceSource, RoundAct, RoundStanding, RoundStart, RoundState,
    },
    problem::ProblemCode,
    pulled::{Role, User},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Days, ROW, Row,
    happened::Happened,
    issues::{self, Departure, Issue},
    period::{self, Completion, Noticed, Visit},
};
use crate::{
    all, among,
    check::policy::Territory,
    office::policy::{self, Right},
    opt,
    refusal::Outcome,
    store::{StoreError, Tx},
};

/// What the user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MonitoringDeed)]
pub enum Deed {
    /// To begin the round.
    Begin,
    /// To close it.
    Close,
    /// To open it once more.
    Reopen,
    /// To say whether the family lives there.
    Check,
    /// To say what came to light.
    Find,
    /// To give a problem or proposal to somebody, and to settle it.
    Settle,
    /// To record that the family left, or that this was a mistake.
    Depart,
    /// To take up the return of support.
    Refund,
    /// To enter what a state system said.
    Confirm,
}

/// A round of a family.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MonitoringRoundShown)]
pub struct Shown {
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
    /// Whether today lies in it.
    pub running: bool,
    /// Services that were rendered in its period.
    pub completions: i64,
    /// Monitoring visits in its period.
    pub visits: i64,
    /// What the last check of residence for it came to.
    pub residence: Option<Residence>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Whether that was within its term; null where the calendar did not know it.
    pub in_time: Option<bool>,
}

/// The monitoring of a family.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MonitoringFamily)]
pub struct OfFamily {
    /// The family.
    pub family: FamilyId,
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// The day from which the five years run; null while neither of its days is known.
    pub start: Option<NaiveDate>,
    /// Which day that is.
    pub start_from: Option<RoundStart>,
    /// The last day of the five years (§40).
    pub horizon: Option<NaiveDate>,
    /// Its rounds, the first one first.
    pub rounds: Vec<Shown>,
    /// Problems and proposals, the newest first.
    pub issues: Vec<Issue>,
    /// Departures, the newest first.
    pub departures: Vec<Departure>,
    /// What the user may do, whatever the round.
    pub may: Vec<Deed>,
}

/// Something that was done.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = MonitoringDid)]
pub struct Did {
    /// Place in the journal.
    pub position: i64,
    /// What.
    pub act: String,
    /// Of a closing: whether within the term.
    pub in_time: Option<bool>,
    /// How a problem or proposal was settled.
    pub outcome: Option<String>,
    /// Who is to settle it.
    pub to_name: Option<String>,
    /// By when.
    pub due_on: Option<NaiveDate>,
    /// In words.
    pub text: Option<String>,
    /// Of a closing: how content the family says it is, 1 to 5.
    pub satisfaction: Option<i64>,
    /// Who, by his name then.
    pub by_name: String,
    /// His role then.
    pub by_role: Role,
    /// When.
    pub at: DateTime<Utc>,
}

/// A look at where the family lives.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = MonitoringResidence)]
pub struct Looked {
    /// Place in the journal.
    pub position: i64,
    /// What came out.
    pub result: Residence,
    /// Where that is known from.
    pub source: ResidenceSource,
    /// The day of which it is true.
    pub on_day: NaiveDate,
    /// In words.
    pub text: Option<String>,
    /// Who, by his name then.
    pub by_name: String,
    /// His role then.
    pub by_role: Role,
    /// When it was entered.
    pub at: DateTime<Utc>,
}

/// Somebody by name.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = MonitoringSomebody)]
pub struct Somebody {
    /// His id.
    pub id: UserId,
    /// His name.
    pub name: String,
    /// His role.
    pub role: Role,
}

/// A member of the family by name.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = MonitoringMember)]
pub struct Member {
    /// His id.
    pub id: PersonId,
    /// His name.
    pub name: String,
}

/// One round, with what happened in its period.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MonitoringRound)]
pub struct Page {
    /// The monitoring of the family.
    pub of: OfFamily,
    /// Surname of its head, or the given name of one who has none.
    pub name: Option<String>,
    /// Where it lives.
    pub settlement: String,
    /// Name of its centre in Kazakh.
    pub unit_kk: String,
    /// Name of its centre in Russian.
    pub unit_ru: String,
    /// The worker who has it now.
    pub worker: Option<String>,
    /// The round.
    pub round: Shown,
    /// What was done to it, in order.
    pub acts: Vec<Did>,
    /// Looks at where the family lives, the newest first.
    pub residence: Vec<Looked>,
    /// Services that were rendered, by day.
    pub completions: Vec<Completion>,
    /// Visits, by day.
    pub visits: Vec<Visit>,
    /// What was noticed about its records.
    pub findings: Vec<Noticed>,
    /// Members of the family.
    pub members: Vec<Member>,
    /// Who may be given a problem or a proposal.
    pub people: Vec<Somebody>,
    /// What the user may do to the round now.
    pub may: Vec<Deed>,
}

/// The monitoring of a family, as the user sees it.
///
/// # Errors
/// When the database does not answer.
pub async fn of_family(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    family: FamilyId,
    now: DateTime<Utc>,
) -> Outcome<Option<OfFamily>> {
    let days = Days::read(tx, now).await?;
    Ok(read(tx, user, territory, family, &days).await?.map(|(of, ..)| of))
}

async fn read(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    family: FamilyId,
    days: &Days,
) -> Result<Option<(OfFamily, Vec<Row>, OrgUnitId)>, StoreError> {
    let sql = "select org_unit, quota_date, arrived_on from family where id = $1";
    let found = opt!(tx, (OrgUnitId, Option<NaiveDate>, Option<NaiveDate>), sql, family).await?;
    let Some((unit, quota, arrived)) = found else { return Ok(None) };
    let sql = format!("{ROW} where r.family = $1 order by r.number");
    let rows = all!(tx, Row, sqlx::AssertSqlSafe(sql.as_str()), family).await?;
    let happened = Happened::read(tx, &rows).await?;
    let start = days.rules.reading(quota, arrived).start(quota, arrived);
    let issues = issues::of_family(tx, family, days.today).await?;
    let departures = issues::departures_of(tx, territory, family).await?;
    let away = departures.iter().any(|departure| departure.refund != RefundState::Withdrawn);
    let may = |right: Right| policy::may(user, right, Some(unit), territory).is_ok();
    let mut deeds = Vec::new();
    if may(Right::MonitoringWork) {
        deeds.extend([Deed::Find, Deed::Confirm]);
        if !away {
            deeds.push(Deed::Depart);
        }
    }
    if may(Right::MonitoringSettle) {
        deeds.push(Deed::Settle);
    }
    if may(Right::Refund) {
        deeds.push(Deed::Refund);
    }
    let of = OfFamily {
        family,
        today: days.today,
        start,
        start_from: start
            .map(|start| if quota == Some(start) { RoundStart::Quota } else { RoundStart::Arrival }),
        horizon: start.and_then(monitoring::horizon),
        rounds: rows.iter().map(|row| shown(row, days, &happened)).collect(),
        issues,
        departures,
        may: deeds,
    };
    Ok(Some((of, rows, unit)))
}

fn shown(row: &Row, days: &Days, happened: &Happened) -> Shown {
    let due = days.due(row.standing, row.ends_on);
    let closed = happened.closed(row);
    Shown {
        number: row.number,
        begins_on: row.begins_on,
        ends_on: row.ends_on,
        due,
        days_left: days.left(due),
        state: days.state(row.standing, row.ends_on),
        running: (row.begins_on..=row.ends_on).contains(&days.today),
        completions: happened.completions(row),
        visits: happened.visits(row),
        residence: happened.residence(row),
        closed_at: closed.map(|(at, ..)| *at),
        in_time: closed.and_then(|(.., in_time)| *in_time),
    }
}

/// One round of a family.
///
/// # Errors
/// `not-found`, or when the database does not answer or the journal is damaged.
pub async fn of(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    family: FamilyId,
    number: i64,
    now: DateTime<Utc>,
) -> Outcome<Page> {
    let days = Days::read(tx, now).await?;
    let found = read(tx, user, territory, family, &days).await?.ok_or(ProblemCode::NotFound)?;
    let (of, rows, unit) = found;
    let row = rows.into_iter().find(|row| row.number == number).ok_or(ProblemCode::NotFound)?;
    let round =
        of.rounds.iter().find(|round| round.number == number).cloned().ok_or(ProblemCode::NotFound)?;
    let (name, settlement) = super::named(tx, &[(family,)]).await?.remove(&family).unwrap_or_default();
    let sql = "select u.name from assignment s join app_user u on u.id = s.worker
        where s.family = $1 and s.is_open order by s.from_day desc, s.id limit 1";
    let worker = opt!(tx, (String,), sql, family).await?.map(|(name,)| name);
    let residence = looks(tx, &row).await?;
    let away = of.departures.iter().any(|departure| departure.refund != RefundState::Withdrawn);
    let closes = monitoring::may_close(residence.first().map(|look| look.result), away);
    let may = deeds(user, territory, unit, &row, &days, closes);
    let named = territory.unit(unit);
    Ok(Page {
        name,
        settlement,
        unit_kk: named.map(|unit| unit.name_kk.clone()).unwrap_or_default(),
        unit_ru: named.map(|unit| unit.name_ru.clone()).unwrap_or_default(),
        worker,
        acts: acts(tx, &row).await?,
        residence,
        completions: period::completions(tx, &row, of.may.contains(&Deed::Confirm)).await?,
        visits: period::visits(tx, &row).await?,
        findings: period::findings(tx, &row).await?,
        members: members(tx, family).await?,
        people: people(tx, territory, unit).await?,
        may,
        round,
        of,
    })
}

/// What the user may do to a round now.
fn deeds(
    user: &User,
    territory: &Territory,
    unit: OrgUnitId,
    row: &Row,
    days: &Days,
    closes: bool,
) -> Vec<Deed> {
    if policy::may(user, Right::MonitoringWork, Some(unit), territory).is_err() {
        return Vec::new();
    }
    let possible = |act: RoundAct| row.standing.after(act).is_some();
    let asked = row.ends_on >= monitoring::since();
    let begun = days.today >= row.begins_on;
    let over = days.today > row.ends_on;
    let mut deeds = Vec::new();
    if asked && over && closes && possible(RoundAct::Close) {
        deeds.push(Deed::Close);
    }
    if asked && begun && matches!(row.standing, RoundStanding::Open | RoundStanding::Begun) {
        deeds.push(Deed::Check);
    }
    if asked && begun && possible(RoundAct::Begin) {
        deeds.push(Deed::Begin);
    }
    if asked && possible(RoundAct::Reopen) {
        deeds.push(Deed::Reopen);
    }
    deeds
}

async fn acts(tx: &mut Tx, row: &Row) -> Result<Vec<Did>, StoreError> {
    let sql = "select a.position, a.act, a.in_time, a.outcome, a.to_name, a.due_on, w.text, a.satisfaction, a.by_name, a.by_role,
        a.at from monitoring_act a left join monitoring_word w on w.id = a.words
        where a.family = $1 and a.subject is null and a.ends_on >= $2 and a.ends_on <= $3 order by a.position";
    all!(tx, Did, sql, row.family, row.begins_on, row.ends_on).await
}

/// What was done to a problem, a proposal or about a departure.
///
/// # Errors
/// When the database does not answer.
pub async fn history(tx: &mut Tx, subject: uuid::Uuid) -> Result<Vec<Did>, StoreError> {
    let sql = "select a.position, a.act, a.in_time, a.outcome, a.to_name, a.due_on, w.text, a.satisfaction, a.by_name, a.by_role,
        a.at from monitoring_act a left join monitoring_word w on w.id = a.words
        where a.subject = $1 order by a.position";
    all!(tx, Did, sql, subject).await
}

async fn looks(tx: &mut Tx, row: &Row) -> Result<Vec<Looked>, StoreError> {
    let sql = "select r.position, r.result, r.source, r.on_day, w.text, r.by_name, r.by_role, r.at
        from monitoring_residence r left join monitoring_word w on w.id = r.words
        where r.family = $1 and r.ends_on >= $2 and r.ends_on <= $3 order by r.position desc";
    all!(tx, Looked, sql, row.family, row.begins_on, row.ends_on).await
}

async fn members(tx: &mut Tx, family: FamilyId) -> Result<Vec<Member>, StoreError> {
    let sql =
        "select id, case when surname is null then given_name else surname || ' ' || given_name end as name
        from person where family = $1 order by birth_date, id";
    all!(tx, Member, sql, family).await
}

/// Who may be given a problem or a proposal of a family of `unit`: whoever sees its monitoring.
pub(super) async fn people(
    tx: &mut Tx,
    territory: &Territory,
    unit: OrgUnitId,
) -> Result<Vec<Somebody>, StoreError> {
    let units: Vec<(OrgUnitId,)> =
        territory.all().into_iter().filter(|of| territory.covers(*of, unit)).map(|of| (of,)).collect();
    let sql = "select id, name, role from app_user where active and org_unit in (";
    let mut people = among!(tx, Somebody, sql, units, ")").await?;
    people.retain(|somebody| policy::rights(somebody.role).contains(&Right::Monitoring));
    people.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    people.dedup_by_key(|somebody| somebody.id);
    Ok(people)
}

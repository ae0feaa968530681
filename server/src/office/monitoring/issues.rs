//! Problems and proposals of the user's units, and families that left, each with how it stands (§42, §46).

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    ids::{DepartureId, FamilyId, IssueId, OrgUnitId, PersonId, RecordId, UserId},
    monitoring::{
        DepartureReason, DepartureTo, IssueKind, IssueOutcome, IssueState, IssueWeight, IssueWhat,
        RefundState,
    },
    pulled::{Role, User},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    all, among,
    check::policy::Territory,
    office::held,
    opt,
    store::{StoreError, Tx},
};

/// Most of a page.
pub const MOST: i64 = 100;

/// Which problems and proposals.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Those that stand so; the open ones if missing.
    #[param(inline)]
    pub state: Option<IssueState>,
    /// Problems or proposals alone.
    #[param(inline)]
    pub what: Option<IssueWhat>,
    /// Of families of this unit alone.
    pub unit: Option<OrgUnitId>,
    /// Where the page before ended.
    pub before: Option<i64>,
}

/// Which departures.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WantedDepartures {
    /// Those whose refund stands so; all if missing.
    #[param(inline)]
    pub refund: Option<RefundState>,
    /// Of families of this unit alone.
    pub unit: Option<OrgUnitId>,
    /// Where the page before ended.
    pub before: Option<i64>,
}

/// A problem or a proposal.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = MonitoringIssue)]
pub struct Issue {
    /// Its id.
    pub id: IssueId,
    /// The family.
    pub family: FamilyId,
    /// Surname of its head, or the given name of one who has none.
    pub family_name: Option<String>,
    /// The centre that serves it.
    pub org_unit: OrgUnitId,
    /// The person, if it is about one.
    pub person: Option<PersonId>,
    /// His name.
    pub person_name: Option<String>,
    /// Problem or proposal.
    pub what: IssueWhat,
    /// What it is about.
    pub kind: IssueKind,
    /// How much it weighs.
    pub weight: IssueWeight,
    /// When it came to light.
    pub found_on: NaiveDate,
    /// In which round.
    pub number: Option<i64>,
    /// At which record.
    pub record: Option<RecordId>,
    /// Where it stands.
    pub state: IssueState,
    /// How it was settled.
    pub outcome: Option<IssueOutcome>,
    /// Who is to settle it.
    pub to_user: Option<UserId>,
    /// His name then.
    pub to_name: Option<String>,
    /// By when.
    pub due_on: Option<NaiveDate>,
    /// That day has passed, and it is open.
    #[sqlx(skip)]
    pub overdue: bool,
    /// What it is, in words; null where they went with somebody who was erased.
    pub text: Option<String>,
    /// Place in the journal.
    pub position: i64,
    /// When it was entered.
    pub opened_at: DateTime<Utc>,
    /// By whom, by his name then.
    pub by_name: String,
    /// His role then.
    pub by_role: Role,
    /// When it was settled.
    pub closed_at: Option<DateTime<Utc>>,
    /// What was said when it was settled last.
    pub closed_text: Option<String>,
    /// Who settled it.
    pub closed_by: Option<String>,
}

const ISSUE: &str =
    "select i.id, i.family, i.org_unit, i.person, i.what, i.kind, i.weight, i.found_on, i.number, i.record,
    i.state, i.outcome, i.to_user, i.to_name, i.due_on, i.position, i.opened_at, i.closed_at, w.text,
    (select coalesce(h.surname, h.given_name) from person h where h.family = i.family and h.relation = 'head'
     order by h.id limit 1) as family_name,
    case when p.surname is null then p.given_name else p.surname || ' ' || p.given_name end as person_name,
    o.by_name, o.by_role, z.by_name as closed_by, v.text as closed_text
    from monitoring_issue i join monitoring_act o on o.position = i.position
    left join monitoring_word w on w.id = i.words left join person p on p.id = i.person
    left join monitoring_act z on z.position = (select max(c.position) from monitoring_act c
     where c.subject = i.id and c.act = 'close' and i.state = 'closed')
    left join monitoring_word v on v.id = z.words";

/// Problems and proposals of the user's units.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MonitoringIssues)]
pub struct Issues {
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// The newest first.
    pub issues: Vec<Issue>,
    /// How many there are of those that are asked for.
    pub total: i64,
    /// Where the next page begins; absent with the last one.
    pub next: Option<i64>,
}

/// A family that left.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MonitoringDeparture)]
pub struct Departure {
    /// Its id.
    pub id: DepartureId,
    /// The family.
    pub family: FamilyId,
    /// Surname of its head, or the given name of one who has none.
    pub family_name: Option<String>,
    /// The centre that serves it.
    pub org_unit: OrgUnitId,
    /// When it left.
    pub left_on: NaiveDate,
    /// Where to.
    pub destination: DepartureTo,
    /// KATO code of the place.
    pub to_kato: Option<String>,
    /// Why.
    pub reason: DepartureReason,
    /// Where the return of support stands (§46).
    pub refund: RefundState,
    /// Mobility centres that were told.
    pub sent_to: Vec<Unit>,
    /// In words.
    pub text: Option<String>,
    /// Place in the journal.
    pub position: i64,
    /// When it was entered.
    pub at: DateTime<Utc>,
    /// By whom, by his name then.
    pub by_name: String,
    /// His role then.
    pub by_role: Role,
}

/// A unit by name.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MonitoringUnit)]
pub struct Unit {
    /// Its id.
    pub id: OrgUnitId,
    /// Name in Kazakh.
    pub name_kk: String,
    /// Name in Russian.
    pub name_ru: String,
}

#[derive(sqlx::FromRow)]
struct DepartureRow {
    id: DepartureId,
    family: FamilyId,
    family_name: Option<String>,
    org_unit: OrgUnitId,
    left_on: NaiveDate,
    destination: DepartureTo,
    to_kato: Option<String>,
    reason: DepartureReason,
    refund: RefundState,
    sent_to: String,
    text: Option<String>,
    position: i64,
    at: DateTime<Utc>,
    by_name: String,
    by_role: Role,
}

const DEPARTURE: &str =
    "select d.id, d.family, d.org_unit, d.left_on, d.destination, d.to_kato, d.reason, d.refund,
    d.sent_to, d.position, d.at, w.text, o.by_name, o.by_role,
    (select coalesce(h.surname, h.given_name) from person h where h.family = d.family and h.relation = 'head'
     order by h.id limit 1) as family_name
    from monitoring_departure d join monitoring_act o on o.position = d.position
    left join monitoring_word w on w.id = d.words";

/// Families of the user's units that left.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MonitoringDepartures)]
pub struct Departures {
    /// The newest first.
    pub departures: Vec<Departure>,
    /// How many there are of those that are asked for.
    pub total: i64,
    /// Where the next page begins; absent with the last one.
    pub next: Option<i64>,
}

fn mark(issues: &mut [Issue], today: NaiveDate) {
    for issue in issues {
        issue.overdue = issue.state == IssueState::Open && issue.due_on.is_some_and(|due| due < today);
    }
}

/// Those of a family, the newest first.
pub(super) async fn of_family(
    tx: &mut Tx,
    family: FamilyId,
    today: NaiveDate,
) -> Result<Vec<Issue>, StoreError> {
    let sql = format!("{ISSUE} where i.family = $1 order by i.position desc");
    let mut issues = all!(tx, Issue, sqlx::AssertSqlSafe(sql.as_str()), family).await?;
    mark(&mut issues, today);
    Ok(issues)
}

fn units(user: &User, territory: &Territory, unit: Option<OrgUnitId>) -> Vec<(OrgUnitId,)> {
    // The handler has asked whether he may see it.
    unit.map_or_else(|| held::units(user, territory), |unit| vec![(unit,)])
}

/// A page of problems and proposals.
///
/// # Errors
/// When the database does not answer.
pub async fn issues(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<Issues, StoreError> {
    let today = civil_date(now);
    let units = units(user, territory, wanted.unit);
    let (mut issues, next) = page(tx, &units, wanted, MOST).await?;
    mark(&mut issues, today);
    let (state, fits) = (wanted.state.unwrap_or(IssueState::Open), fits(wanted));
    let sql = format!("select count(*) from monitoring_issue i where i.state = $1{fits} and i.org_unit in (");
    let counts = among!(tx, (i64,), &sql, units, ")", state, wanted.what);
    let total = counts.await?.into_iter().map(|(count,)| count).sum();
    Ok(Issues { today, issues, total, next })
}

fn fits(wanted: &Wanted) -> &'static str {
    if wanted.what.is_some() { " and i.what = $2" } else { "" }
}

/// Rows of a page, the newest first, at most so many, and where the next one begins.
pub(crate) async fn page(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    wanted: &Wanted,
    most: i64,
) -> Result<(Vec<Issue>, Option<i64>), StoreError> {
    let (state, fits) = (wanted.state.unwrap_or(IssueState::Open), fits(wanted));
    let (before, limit) = (wanted.before.unwrap_or(i64::MAX), most + 1);
    let sql = format!("{ISSUE} where i.state = $1{fits} and i.position < $3 and i.org_unit in (");
    let tail = ") order by i.position desc limit $4";
    let mut issues = among!(tx, Issue, &sql, units, tail, state, wanted.what, before, limit).await?;
    issues.sort_unstable_by_key(|issue| std::cmp::Reverse(issue.position));
    issues.dedup_by_key(|issue| issue.position);
    let next = cut(&mut issues, most, |issue| issue.position);
    Ok((issues, next))
}

/// Cuts a page; gives where the next one begins, if there is one.
fn cut<T>(rows: &mut Vec<T>, most: i64, position: impl Fn(&T) -> i64) -> Option<i64> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    rows.last().filter(|_| more).map(position)
}

fn departure(row: DepartureRow, territory: &Territory) -> Result<Departure, StoreError> {
    let told: Vec<OrgUnitId> = serde_json::from_str(&row.sent_to)
        .map_err(|error| StoreError::Damaged(format!("departure {}: {error}", row.id)))?;
    let named = told.iter().filter_map(|unit| territory.unit(*unit));
    let sent_to = named
        .map(|unit| Unit { id: unit.id, name_kk: unit.name_kk.clone(), name_ru: unit.name_ru.clone() })
        .collect();
    Ok(Departure {
        id: row.id,
        family: row.family,
        family_name: row.family_name,
        org_unit: row.org_unit,
        left_on: row.left_on,
        destination: row.destination,
        to_kato: row.to_kato,
        reason: row.reason,
        refund: row.refund,
        sent_to,
        text: row.text,
        position: row.position,
        at: row.at,
        by_name: row.by_name,
        by_role: row.by_role,
    })
}

/// Departures of a family, the newest first.
pub(super) async fn departures_of(
    tx: &mut Tx,
    territory: &Territory,
    family: FamilyId,
) -> Result<Vec<Departure>, StoreError> {
    let sql = format!("{DEPARTURE} where d.family = $1 order by d.position desc");
    let rows = all!(tx, DepartureRow, sqlx::AssertSqlSafe(sql.as_str()), family).await?;
    rows.into_iter().map(|row| departure(row, territory)).collect()
}

/// A page of departures.
///
/// # Errors
/// When the database does not answer.
pub async fn departures(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    wanted: &WantedDepartures,
) -> Result<Departures, StoreError> {
    let units = units(user, territory, wanted.unit);
    let (departures, next) = departures_page(tx, &units, territory, wanted, MOST).await?;
    let fits = if wanted.refund.is_some() { "d.refund = $1 and " } else { "" };
    let sql = format!("select count(*) from monitoring_departure d where {fits}d.org_unit in (");
    let counts = among!(tx, (i64,), &sql, units, ")", wanted.refund);
    let total = counts.await?.into_iter().map(|(count,)| count).sum();
    Ok(Departures { departures, total, next })
}

/// Rows of a page of departures, as [`page`].
pub(crate) async fn departures_page(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    territory: &Territory,
    wanted: &WantedDepartures,
    most: i64,
) -> Result<(Vec<Departure>, Option<i64>), StoreError> {
    let fits = if wanted.refund.is_some() { "d.refund = $1 and " } else { "" };
    let (before, limit) = (wanted.before.unwrap_or(i64::MAX), most + 1);
    let sql = format!("{DEPARTURE} where {fits}d.position < $2 and d.org_unit in (");
    let tail = ") order by d.position desc limit $3";
    let mut rows = among!(tx, DepartureRow, &sql, units, tail, wanted.refund, before, limit).await?;
    rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.position));
    rows.dedup_by_key(|row| row.position);
    let next = cut(&mut rows, most, |row| row.position);
    let departures = rows.into_iter().map(|row| departure(row, territory)).collect::<Result<_, _>>()?;
    Ok((departures, next))
}

/// The unit of the family of a problem or proposal; none if there is no such thing.
///
/// # Errors
/// When the database does not answer.
pub async fn unit_of(tx: &mut Tx, issue: IssueId) -> Result<Option<(FamilyId, OrgUnitId)>, StoreError> {
    opt!(tx, (FamilyId, OrgUnitId), "select family, org_unit from monitoring_issue where id = $1", issue)
        .await
}

/// As [`unit_of`], of a departure.
///
/// # Errors
/// When the database does not answer.
pub async fn unit_of_departure(
    tx: &mut Tx,
    departure: DepartureId,
) -> Result<Option<(FamilyId, OrgUnitId)>, StoreError> {
    let sql = "select family, org_unit from monitoring_departure where id = $1";
    opt!(tx, (FamilyId, OrgUnitId), sql, departure).await
}

//! Monthly reports of career centres as the office sees them (Appendix 3, §39): how each centre stands for a month, a
//! report with what was done to it, its rows, and how a version differs from the one before.
//!
//! A report is a frozen snapshot ([`kandas_shared::report`]); drafting, signing, sending and deciding are in [`making`].
//! Until it is sent only its own centre sees it. From then on the local executive body has it before it, and the mobility
//! centre above has its copy (§4(8), A-16).

pub mod making;
pub mod print;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::{NamedDate, ReportMonth, civil_date},
    cms::Signable,
    hash::Digest,
    ids::{FamilyId, OrgUnitId, PersonId, RecordId, ReportId, UserId},
    plan_state::CheckKind,
    problem::ProblemCode,
    pulled::{OrgKind, Role, User},
    report::{self, Form, Next, ReportAct, ReportState, Row},
    service::{ServiceCode, services},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    family,
    policy::{self, Right},
    reference::Names,
    signing::{self, Of},
};
use crate::{
    all, among, calendar,
    check::policy::Territory,
    one, opt,
    refusal::{Outcome, Refusal},
    store::{StoreError, Tx},
};

/// Most rows of a page.
pub const MOST: i64 = 200;
/// Most differences of one answer.
const MOST_CHANGES: usize = 500;

/// Which month.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The month, `2026-11`; the one before today's if missing.
    pub month: Option<String>,
}

/// How centres stand for a month.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportList)]
pub struct List {
    /// The month.
    pub month: String,
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// The 5th of the next month, with target and legal date; null outside of the calendar.
    pub due: Option<NamedDate>,
    /// Career centres of the user's units, by name.
    pub centres: Vec<Centre>,
    /// Those without a sent report after the legal date.
    pub overdue: i64,
    /// Those whose report waits for a decision.
    pub waiting: i64,
}

/// How a centre stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportCentre)]
pub struct Centre {
    /// The centre.
    pub unit: OrgUnitId,
    /// Its name in Kazakh.
    pub name_kk: String,
    /// Its name in Russian.
    pub name_ru: String,
    /// The latest version that the user sees.
    pub report: Option<Summary>,
    /// No version was sent, and the legal date has passed.
    pub overdue: bool,
    /// Whether the user may draft one now.
    pub may_draft: bool,
}

/// A version of a report.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = ReportSummary)]
pub struct Summary {
    /// Its id.
    pub id: ReportId,
    /// The centre.
    pub org_unit: OrgUnitId,
    /// The month.
    pub month: String,
    /// Version of the month's report, from 1.
    pub version: i32,
    /// Where it stands.
    pub state: ReportState,
    /// Rows that it was drafted with.
    pub entries: i64,
    /// When it was drafted.
    pub drafted_at: DateTime<Utc>,
    /// When it was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// Whether that was by the legal date.
    pub in_time: Option<bool>,
}

const SUMMARY: &str =
    "select id, org_unit, month, version, state, entries, drafted_at, sent_at, in_time from report";

/// A report with what was done to it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Report {
    /// Which.
    #[serde(flatten)]
    pub summary: Summary,
    /// Name of the centre in Kazakh.
    pub name_kk: String,
    /// Name of the centre in Russian.
    pub name_ru: String,
    /// Which rows and cells it has.
    pub form: Form,
    /// What is signed: SHA-256 of the frozen report.
    pub sha256: Digest,
    /// The 5th of the next month, with target and legal date; null outside of the calendar.
    pub due: Option<NamedDate>,
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// Rows that went with an erased person.
    pub erased: i64,
    /// Local executive bodies that it was sent to (§39).
    pub sent_to: Vec<Unit>,
    /// Mobility centres that got a copy (§4(8), A-16).
    pub copied_to: Vec<Unit>,
    /// Files by which it was signed, in order.
    pub files: Vec<signing::Shown>,
    /// What was done to it, in order.
    pub acts: Vec<Done>,
    /// What was remarked about it, in order.
    pub remarks: Vec<Remark>,
    /// All versions of the month that the user sees, the first one first.
    pub versions: Vec<Summary>,
    /// What the user may do to it now.
    pub may: Vec<ReportAct>,
    /// Headings of columns 3 to 27: in Russian those of Appendix 3.
    pub headings: Vec<Names>,
}

/// A unit by name.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportUnit)]
pub struct Unit {
    /// Its id.
    pub id: OrgUnitId,
    /// Name in Kazakh.
    pub name_kk: String,
    /// Name in Russian.
    pub name_ru: String,
}

/// Something that was done to a report.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = ReportDone)]
pub struct Done {
    /// Place in the journal.
    pub position: i64,
    /// What.
    pub act: ReportAct,
    /// Who.
    pub by_user: UserId,
    /// Name at that time.
    pub by_name: String,
    /// Role at that time.
    pub by_role: Role,
    /// When.
    pub at: DateTime<Utc>,
}

/// Words about a report.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = ReportRemark)]
pub struct Remark {
    /// Place in the journal.
    pub position: i64,
    /// The words.
    pub text: String,
}

/// Where a page of rows begins.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// Number of the last row that is known.
    #[serde(default)]
    pub after: i64,
}

/// A page of rows.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportRowPage)]
pub struct Rows {
    /// In the order of their numbers; those of erased persons are not there.
    pub rows: Vec<ShownRow>,
    /// Where the next page begins; absent with the last one.
    pub next: Option<i64>,
}

/// A row of the form.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportRow)]
pub struct ShownRow {
    /// Column 1.
    pub number: u32,
    /// Column 2, masked.
    pub iin: Option<String>,
    /// Who.
    pub person: PersonId,
    /// Name, as it is known now; no column of the form.
    pub person_name: Option<String>,
    /// Of which family.
    pub family: FamilyId,
    /// Columns 3 to 27 that are not empty.
    pub cells: Vec<ShownCell>,
}

/// A cell of the form.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportShownCell)]
pub struct ShownCell {
    /// The service; its column is the number plus 2.
    pub service: ServiceCode,
    /// The day of completion.
    pub done_on: NaiveDate,
    /// The sealed records behind it.
    pub records: Vec<RecordId>,
    /// Work of a closed month: «за прошлый период».
    pub late: bool,
    /// A supervisor gave one of these records back, and it is not answered: it stays in the report, flagged.
    pub returned: bool,
}

/// How a version differs from the one before.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportChanges)]
pub struct Changes {
    /// The version before; absent with the first one.
    pub before: Option<Summary>,
    /// At most 500.
    pub changes: Vec<Change>,
    /// How many there are.
    pub count: i64,
}

/// A difference.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportChange)]
pub struct Change {
    /// Whose row.
    pub person: PersonId,
    /// Name, as it is known now.
    pub person_name: Option<String>,
    /// Of which family.
    pub family: FamilyId,
    /// Which service; none: the whole row came or went without anything in it.
    pub service: Option<ServiceCode>,
    /// What stood there before.
    pub before: Option<NaiveDate>,
    /// What stands there now.
    pub after: Option<NaiveDate>,
}

/// Reads a month.
///
/// # Errors
/// `bad-request`.
pub fn month(text: &str) -> Outcome<ReportMonth> {
    text.parse().map_err(|_| Refusal::because(ProblemCode::BadRequest, "a month is written 2026-11"))
}

/// Whether the user sees what was not sent yet.
#[must_use]
pub fn sees_drafts(user: &User) -> bool {
    policy::rights(user.role).contains(&Right::ReportMake)
}

fn sees(user: &User, state: ReportState) -> bool {
    state.is_out() || (sees_drafts(user) && state != ReportState::Dropped)
}

/// How the centres of the user's units stand for a month.
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
    let today = civil_date(now);
    let month = match &wanted.month {
        Some(text) => month(text)?,
        None => report::month_before(ReportMonth::of(today)),
    };
    let due = calendar::read(tx).await?.report_due(month).ok();
    let reach = policy::reach(user, territory).unwrap_or_else(|| territory.all());
    let centres: Vec<&kandas_shared::pulled::OrgUnit> = reach
        .iter()
        .filter_map(|unit| territory.unit(*unit))
        .filter(|unit| unit.kind == OrgKind::Cc)
        .collect();
    let keys: Vec<(OrgUnitId,)> = centres.iter().map(|unit| (unit.id,)).collect();
    let sql = format!("{SUMMARY} where month = $1 and state <> 'dropped' and org_unit in (");
    let mut versions: BTreeMap<OrgUnitId, Vec<Summary>> = BTreeMap::new();
    for summary in among!(tx, Summary, &sql, keys, ")", month.to_string()).await? {
        versions.entry(summary.org_unit).or_default().push(summary);
    }
    let late = due.is_some_and(|due| today > due.legal);
    let begun = report::days(month).0 <= today;
    let mut list = List {
        month: month.to_string(),
        today,
        due,
        centres: Vec::with_capacity(centres.len()),
        overdue: 0,
        waiting: 0,
    };
    for unit in centres {
        let mut of = versions.remove(&unit.id).unwrap_or_default();
        of.sort_unstable_by_key(|summary| summary.version);
        let latest = of.last().map(|summary| (summary.version, summary.state));
        let overdue = late && !of.iter().any(|summary| summary.state.is_out());
        let shown = of.into_iter().rfind(|summary| sees(user, summary.state));
        list.overdue += i64::from(overdue);
        list.waiting += i64::from(shown.as_ref().is_some_and(|shown| shown.state == ReportState::Sent));
        list.centres.push(Centre {
            unit: unit.id,
            name_kk: unit.name_kk.clone(),
            name_ru: unit.name_ru.clone(),
            report: shown,
            overdue,
            may_draft: begun && sees_drafts(user) && report::next(latest) != Next::None,
        });
    }
    list.centres.sort_by(|a, b| (&a.name_kk, a.unit).cmp(&(&b.name_kk, b.unit)));
    Ok(list)
}

/// Which centre a report is of, and where it stands; none if there is no such report.
///
/// # Errors
/// When the database does not answer.
pub async fn unit_of(tx: &mut Tx, report: ReportId) -> Result<Option<(OrgUnitId, ReportState)>, StoreError> {
    opt!(tx, (OrgUnitId, ReportState), "select org_unit, state from report where id = $1", report).await
}

/// Whether the user, whose rights reach the centre, sees the report.
///
/// # Errors
/// `not-found`.
pub async fn visible(tx: &mut Tx, user: &User, report: ReportId) -> Outcome<()> {
    let found = unit_of(tx, report).await?;
    if found.is_some_and(|(_, state)| sees(user, state)) { Ok(()) } else { Err(ProblemCode::NotFound.into()) }
}

/// A report with what was done to it, as the user sees it.
///
/// # Errors
/// `not-found`, or when the database does not answer.
pub async fn of(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    id: ReportId,
    now: DateTime<Utc>,
) -> Outcome<Report> {
    type Rest = (String, Digest, String, String);
    visible(tx, user, id).await?;
    let sql = format!("{SUMMARY} where id = $1");
    let summary = one!(tx, Summary, sqlx::AssertSqlSafe(sql.as_str()), id).await?;
    let sql = "select form, sha256, sent_to, copied_to from report where id = $1";
    let (form, sha256, sent_to, copied_to) = one!(tx, Rest, sql, id).await?;
    let (rows,) = one!(tx, (i64,), "select count(*) from report_row where report = $1", id).await?;
    let sql = "select position, act, by_user, by_name, by_role, at from report_act where report = $1 order by position";
    let acts = all!(tx, Done, sql, id).await?;
    let sql = "select position, text from report_remark where report = $1 order by position";
    let remarks = all!(tx, Remark, sql, id).await?;
    let sql = format!("{SUMMARY} where org_unit = $1 and month = $2 and state <> 'dropped' order by version");
    let all_of =
        all!(tx, Summary, sqlx::AssertSqlSafe(sql.as_str()), summary.org_unit, summary.month).await?;
    let latest = all_of.last().map(|last| (last.id, last.version, last.state));
    let today = civil_date(now);
    let month: ReportMonth = read(&summary.month)?;
    let due = calendar::read(tx).await?.report_due(month).ok();
    let may = may(user, territory, &summary, latest, month, today);
    let named = territory.unit(summary.org_unit);
    Ok(Report {
        name_kk: named.map(|unit| unit.name_kk.clone()).unwrap_or_default(),
        name_ru: named.map(|unit| unit.name_ru.clone()).unwrap_or_default(),
        form: stored(&form)?,
        sha256,
        due,
        today,
        erased: summary.entries - rows,
        sent_to: units(territory, &stored::<Vec<OrgUnitId>>(&sent_to)?),
        copied_to: units(territory, &stored::<Vec<OrgUnitId>>(&copied_to)?),
        files: signing::files(tx, Of::new(Signable::Report, id.0)).await?,
        acts,
        remarks,
        versions: all_of.into_iter().filter(|version| sees(user, version.state)).collect(),
        may,
        headings: headings(),
        summary,
    })
}

fn headings() -> Vec<Names> {
    let names = services().iter().map(|service| Names {
        kk: service.kk.clone(),
        ru: service.report_heading_ru.clone(),
        en: service.en.clone(),
    });
    names.collect()
}

/// What the user may do to a report now.
fn may(
    user: &User,
    territory: &Territory,
    summary: &Summary,
    latest: Option<(ReportId, i32, ReportState)>,
    month: ReportMonth,
    today: NaiveDate,
) -> Vec<ReportAct> {
    let is_latest = latest.is_some_and(|(id, ..)| id == summary.id);
    let possible = |act: &&ReportAct| match act {
        ReportAct::Draft => is_latest && report::next(latest.map(|(_, v, state)| (v, state))) != Next::None,
        // A month is reported on when it is over.
        ReportAct::Sign => summary.state.after(ReportAct::Sign).is_some() && today > report::days(month).1,
        ReportAct::Drop => false,
        act => summary.state.after(**act).is_some() && is_latest,
    };
    let allowed = |act: &&ReportAct| {
        let right = match act {
            ReportAct::Draft | ReportAct::Sign | ReportAct::Send | ReportAct::Drop => Right::ReportMake,
            ReportAct::Accept | ReportAct::Return | ReportAct::Reopen => Right::ReportDecide,
        };
        policy::may(user, right, Some(summary.org_unit), territory).is_ok()
    };
    ReportAct::ALL.iter().filter(possible).filter(allowed).copied().collect()
}

fn units(territory: &Territory, ids: &[OrgUnitId]) -> Vec<Unit> {
    let named = ids.iter().filter_map(|id| territory.unit(*id));
    named
        .map(|unit| Unit { id: unit.id, name_kk: unit.name_kk.clone(), name_ru: unit.name_ru.clone() })
        .collect()
}

fn stored<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Damaged(format!("a report: {error}")))
}

pub(super) fn read(month: &str) -> Result<ReportMonth, StoreError> {
    month.parse().map_err(|_| StoreError::Damaged(format!("a report of the month {month}")))
}

/// Which rows and cells a report has.
pub(super) async fn form(tx: &mut Tx, report: ReportId) -> Result<Form, StoreError> {
    let (form,) = one!(tx, (String,), "select form from report where id = $1", report).await?;
    stored(&form)
}

/// A row with the name that its person has now.
pub(super) type Named = (Row, Option<String>);

/// Rows of a report after a number, in order, at most so many.
pub(super) async fn frozen(
    tx: &mut Tx,
    report: ReportId,
    after: i64,
    most: i64,
) -> Result<Vec<Named>, StoreError> {
    let sql = "select w.frozen,
        case when p.surname is null then p.given_name else p.surname || ' ' || p.given_name end as person_name
        from report_row w left join person p on p.id = w.person
        where w.report = $1 and w.number > $2 order by w.number limit $3";
    let rows = all!(tx, (String, Option<String>), sql, report, after, most).await?;
    rows.into_iter().map(|(frozen, name)| Ok((stored(&frozen)?, name))).collect()
}

/// A page of a report's rows.
///
/// # Errors
/// `not-found`, or when the database does not answer.
pub async fn rows(tx: &mut Tx, user: &User, report: ReportId, after: After) -> Outcome<Rows> {
    visible(tx, user, report).await?;
    let mut page = frozen(tx, report, after.after, MOST + 1).await?;
    let more = page.len() > usize::try_from(MOST).unwrap_or(usize::MAX);
    page.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
    let records: Vec<(RecordId,)> =
        page.iter().flat_map(|(row, _)| &row.cells).flat_map(|cell| &cell.records).map(|id| (*id,)).collect();
    let sql = "select record, check_state from record where verdict = 'accepted' and record in (";
    let states: HashMap<RecordId, CheckKind> =
        among!(tx, (RecordId, CheckKind), sql, records, ")").await?.into_iter().collect();
    let shown = |cell: report::Cell| ShownCell {
        service: cell.service,
        done_on: cell.done_on,
        returned: cell.records.iter().any(|id| states.get(id) == Some(&CheckKind::Returned)),
        late: cell.late,
        records: cell.records,
    };
    let next = page.last().filter(|_| more).map(|(row, _)| i64::from(row.number));
    let rows = page.into_iter().map(|(row, person_name)| ShownRow {
        number: row.number,
        iin: row.iin.as_ref().map(family::masked),
        person: row.person,
        person_name,
        family: row.family,
        cells: row.cells.into_iter().map(shown).collect(),
    });
    Ok(Rows { rows: rows.collect(), next })
}

/// How a version differs from the one before it.
///
/// # Errors
/// `not-found`, or when the database does not answer.
pub async fn changes(tx: &mut Tx, user: &User, id: ReportId) -> Outcome<Changes> {
    visible(tx, user, id).await?;
    let sql = format!("{SUMMARY} where id = $1");
    let own = one!(tx, Summary, sqlx::AssertSqlSafe(sql.as_str()), id).await?;
    let sql = format!(
        "{SUMMARY} where org_unit = $1 and month = $2 and version < $3 and state <> 'dropped'
         order by version desc limit 1"
    );
    let found = opt!(tx, Summary, sqlx::AssertSqlSafe(sql.as_str()), own.org_unit, own.month, own.version);
    let Some(before) = found.await? else {
        return Ok(Changes { before: None, changes: Vec::new(), count: 0 });
    };
    let (old, new) = (frozen(tx, before.id, 0, i64::MAX).await?, frozen(tx, id, 0, i64::MAX).await?);
    let mut names: HashMap<PersonId, String> = HashMap::new();
    let mut rows = |of: Vec<Named>| -> Vec<Row> {
        of.into_iter()
            .map(|(row, name)| {
                names.extend(name.map(|name| (row.person, name)));
                row
            })
            .collect()
    };
    let found = report::differences(&rows(old), &rows(new));
    let count = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let changes = found.into_iter().take(MOST_CHANGES).map(|of| Change {
        person: of.person,
        person_name: names.get(&of.person).cloned(),
        family: of.family,
        service: of.service,
        before: of.before,
        after: of.after,
    });
    Ok(Changes { changes: changes.collect(), count, before: Some(before) })
}

/// The latest version that was sent, of each of these centres, for a month.
///
/// # Errors
/// When the database does not answer.
pub async fn sent(tx: &mut Tx, units: &[OrgUnitId], month: ReportMonth) -> Result<Vec<Summary>, StoreError> {
    let keys: Vec<(OrgUnitId,)> = units.iter().map(|unit| (*unit,)).collect();
    let sql = format!(
        "{SUMMARY} where month = $1 and state in ('sent', 'accepted', 'returned', 'reopened') and org_unit in ("
    );
    let mut latest: BTreeMap<OrgUnitId, Summary> = BTreeMap::new();
    for summary in among!(tx, Summary, &sql, keys, ")", month.to_string()).await? {
        let known = latest.get(&summary.org_unit).map_or(0, |known| known.version);
        if summary.version > known {
            latest.insert(summary.org_unit, summary);
        }
    }
    Ok(latest.into_values().collect())
}

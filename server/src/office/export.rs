//! Files that people ask for: lists as XLSX or CSV, what was on a phone, and a case with its evidence (docs/export.md).
//!
//! Asking is one transaction: the access log, the row in `export`, and a job. Some process of the server takes the job for
//! a while ([`LEASE`]), prolongs it as it gets on, and puts the file beside the media; a process that dies leaves the job to
//! the next. Whoever cancels takes the job away, and the process that works on it finds it gone. What he may see is asked
//! once more when the work begins and when the file is taken.

mod case;
mod conclusion;
mod grounds;
mod lists;
mod monitoring;
mod plan;
mod report;
mod road_map;
mod screens;
mod sheet;
mod work;

pub use sheet::{Cell, Format as SheetFormat, Front, sheet};
pub use work::{PAUSE, expire, piece};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kandas_shared::{
    deadline::{DeadlineKind, DeadlineState},
    exchange::SentState,
    ids::{ChainId, DeviceId, ExportId, FamilyId, OrgUnitId, PlanId, ReportId, RoadMapId, UserId},
    locale::Lang,
    monitoring::{IssueState, RoundState},
    plan_state::PlanState,
    problem::ProblemCode,
    pulled::User,
    service::ServiceCode,
    time::micros,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    assessment::conclusion as conclusion_of,
    audit, device, family, monitoring as monitoring_of, people, plan as plan_of,
    policy::{self, Right},
    records, report as reports, road_map as road_maps,
};
use crate::{
    access::{self, Action, NumberReason, Reading},
    all,
    chance::Chance,
    check::policy::{NotAllowed, Territory},
    exec, one, opt,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::{StoreError, Tx},
};

/// So long a file is kept.
pub const KEPT: TimeDelta = TimeDelta::hours(24);
/// So long a process has a job unless it prolongs it.
pub const LEASE: TimeDelta = TimeDelta::minutes(2);
/// Files that one user may have in work at a time.
pub const MOST_AT_ONCE: i64 = 5;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExportOf)]
pub enum What {
    /// Families of the user's units.
    Families,
    /// What was recorded about them.
    Records,
    /// What waits to be checked.
    Queue,
    /// Records that could not be applied.
    Held,
    /// Users.
    Users,
    /// Phones.
    Phones,
    /// Whose data a phone was given, and what was recorded on it.
    Phone,
    /// A family with everything that proves what was done for it.
    Case,
    /// A monthly report (§39), or those of a month that were sent.
    Report,
    /// The conclusion about a quarter's assessment (§50).
    Conclusion,
    /// A road map (§38).
    RoadMap,
    /// A version of a family's plan (§32-34).
    Plan,
    /// Rounds of monitoring (§43).
    Rounds,
    /// Problems and proposals (§42).
    Issues,
    /// Families that left (§46).
    Departures,
    /// Who has read, changed and checked.
    Audit,
    /// Numbers that never came.
    Gaps,
    /// What was decided about what was held.
    Decided,
    /// Plans that are under way, or families without one (§34).
    Plans,
    /// How okrugs stand with their road maps (§38).
    RoadMaps,
    /// How centres stand with their reports of a month (§39).
    Reports,
    /// How centres stand in a quarter's assessment (§47).
    Assessments,
    /// What is due.
    Deadlines,
    /// Messages to a state system (§37).
    Messages,
    /// Families whose term of keeping is over.
    Due,
    /// Proposals to erase.
    Erasures,
}

impl What {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Families => "families",
            Self::Records => "records",
            Self::Queue => "queue",
            Self::Held => "held",
            Self::Users => "users",
            Self::Phones => "phones",
            Self::Phone => "phone",
            Self::Case => "case",
            Self::Report => "report",
            Self::Conclusion => "conclusion",
            Self::RoadMap => "road_map",
            Self::Plan => "plan",
            Self::Rounds => "rounds",
            Self::Issues => "issues",
            Self::Departures => "departures",
            Self::Audit => "audit",
            Self::Gaps => "gaps",
            Self::Decided => "decided",
            Self::Plans => "plans",
            Self::RoadMaps => "road_maps",
            Self::Reports => "reports",
            Self::Assessments => "assessments",
            Self::Deadlines => "deadlines",
            Self::Messages => "messages",
            Self::Due => "due",
            Self::Erasures => "erasures",
        }
    }

    /// What somebody must be allowed to do.
    fn rights(self) -> &'static [Right] {
        match self {
            Self::Families | Self::Records => &[Right::Case],
            Self::Queue | Self::Gaps | Self::Decided => &[Right::Check],
            Self::Held | Self::Phone => &[Right::Workers, Right::Case],
            Self::Users | Self::Phones => &[Right::Workers],
            Self::Case => &[Right::Case, Right::Evidence],
            Self::Report | Self::Reports => &[Right::Report],
            Self::Conclusion | Self::Assessments => &[Right::Assessment],
            Self::RoadMap | Self::RoadMaps => &[Right::RoadMap],
            Self::Plan | Self::Plans => &[Right::Plan],
            Self::Audit => &[Right::Audit],
            Self::Deadlines => &[Right::Deadlines],
            Self::Messages => &[Right::Exchange],
            Self::Due | Self::Erasures => &[Right::Erasures],
            Self::Rounds | Self::Issues | Self::Departures => &[Right::Monitoring],
        }
    }

    /// Whether it is the list of a screen as that is asked for ([`screens`]).
    fn is_of_a_screen(self) -> bool {
        matches!(
            self,
            Self::Audit
                | Self::Gaps
                | Self::Decided
                | Self::Plans
                | Self::RoadMaps
                | Self::Reports
                | Self::Assessments
                | Self::Deadlines
                | Self::Messages
                | Self::Due
                | Self::Erasures
        )
    }

    /// Whether it is a list of monitoring.
    fn is_monitoring(self) -> bool {
        matches!(self, Self::Rounds | Self::Issues | Self::Departures)
    }
}

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExportFormat)]
pub enum Format {
    /// A workbook.
    Xlsx,
    /// Text with commas.
    Csv,
    /// An archive: of a case, and of nothing else.
    Zip,
    /// A document to be printed: of one report, and of nothing else.
    Pdf,
}

impl Format {
    /// How the name of the file ends.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Zip => "zip",
            Self::Pdf => "pdf",
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Zip => "application/zip",
            Self::Pdf => "application/pdf",
        }
    }
}

/// What somebody asks for. The filters are those of the list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ExportWanted)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// What is written.
    pub what: What,
    /// Into what.
    pub format: Format,
    /// Language of headings and words.
    pub lang: Lang,
    /// Numbers in the clear, and why; masked without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<NumberReason>,
    /// Families: part of a name, or the last digits of a number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub q: String,
    /// Records and queue: only of this service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceCode>,
    /// Records: done on this day or later. Families: with something due then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// The same, on this day or earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    /// The family of a case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<FamilyId>,
    /// The phone; with records and families: only those of this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<DeviceId>,
    /// Records and families: only those of this worker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<UserId>,
    /// Records and families: only of this unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<OrgUnitId>,
    /// Records: only those of which this has become.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<records::State>,
    /// Families: only those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<family::Only>,
    /// One report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<ReportId>,
    /// Reports: the latest that was sent, of each centre for this month, `2026-11`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<String>,
    /// A conclusion: of which quarter, `2026-Q3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarter: Option<String>,
    /// The road map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub road_map: Option<RoadMapId>,
    /// The plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanId>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i32>,
    /// Rounds: those that end in this quarter, `2026-Q3`, or `all`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// Rounds: those that stand so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<RoundState>,
    /// Problems and proposals: those that stand so; the open ones without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<IssueState>,
    /// Records: in their places in one chain of the phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain: Option<ChainId>,
    /// Records: completions alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completions: Option<bool>,
    /// The audit: readings, or what was changed and checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<audit::What>,
    /// The audit: of one person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// Plans: which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plans: Option<plan_of::Only>,
    /// Plans on the phones and those that are over: where they stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_state: Option<PlanState>,
    /// Road maps: of which year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// Road maps, reports, assessments: those that the screen shows by this word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show: Option<String>,
    /// Deadlines: of one kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<DeadlineKind>,
    /// Deadlines: those that stand so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<DeadlineState>,
    /// Deadlines: where it is one's own turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mine: Option<bool>,
    /// Messages: those that stand so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<SentState>,
}

impl Wanted {
    /// # Errors
    /// `bad-request`: a kind of file that this is not written into, or nothing that it is about.
    fn check(&self) -> Outcome<()> {
        let no = |what: &str| Err(Refusal::because(ProblemCode::BadRequest, what));
        match (self.what, self.format) {
            (What::Case, Format::Zip)
            | (What::Report | What::Conclusion | What::RoadMap | What::Plan, Format::Pdf) => {}
            (What::Conclusion | What::RoadMap | What::Plan, _) => {
                return no("a conclusion is a pdf, and so are a road map and a plan");
            }
            (What::Case, _) | (_, Format::Zip) => return no("a case is a zip, a list is xlsx or csv"),
            (_, Format::Pdf) => {
                return no("nothing but a report, a conclusion, a road map or a plan is printed");
            }
            _ => {}
        }
        match self.what {
            What::Case if self.family.is_none() => no("which family?"),
            // What was signed cannot be masked.
            What::Case if self.number.is_none() => no("a case holds numbers: why are they needed?"),
            What::Phone if self.phone.is_none() => no("which phone?"),
            What::Conclusion if self.quarter.is_none() => no("which quarter?"),
            What::RoadMap if self.road_map.is_none() => no("which road map?"),
            What::Plan if self.plan.is_none() || self.version.is_none() => no("which version of a plan?"),
            What::Report if self.report.is_none() && self.format == Format::Pdf => no("which report?"),
            What::Report if self.report.is_none() => {
                reports::month(self.month.as_deref().unwrap_or_default()).map(drop)
            }
            What::Rounds => monitoring_of::known_period(self.period.as_deref()),
            _ if self.q.chars().count() > 100 => no("so long is no name"),
            _ => Ok(()),
        }
    }

    /// The unit that it is about, if it is about something of one.
    async fn unit(&self, tx: &mut Tx) -> Outcome<Option<OrgUnitId>> {
        if matches!(self.what, What::Records | What::Families | What::Deadlines | What::Messages | What::Due)
            || self.what.is_monitoring()
        {
            return Ok(self.unit);
        }
        if self.what == What::Audit {
            // Whoever is not there any more is of no unit: only who sees all units may ask about him ([`Self::allow`]).
            return match (self.by, self.family) {
                (_, Some(family)) => Ok(family::unit_of(tx, family).await?),
                (Some(by), None) => Ok(people::unit_of(tx, by).await?),
                (None, None) => Ok(None),
            };
        }
        if self.what == What::Report {
            let Some(report) = self.report else { return Ok(self.unit) };
            return Ok(reports::unit_of(tx, report).await?.map(|(unit, _)| unit));
        }
        if let (What::Plan, Some(plan), Some(version)) = (self.what, self.plan, self.version) {
            return Ok(plan_of::unit_of(tx, plan, version).await?.map(|(_, unit)| unit));
        }
        let unit = match (self.what, self.family, self.phone) {
            (What::Case, Some(family), _) => family::unit_of(tx, family).await?,
            (What::Phone, _, Some(phone)) => device::unit_of(tx, phone).await?,
            _ => return Ok(None),
        };
        Ok(unit)
    }

    /// Whether `user` may have it; gives the units of the organisation.
    ///
    /// # Errors
    /// `forbidden`, `not-found`.
    pub(super) async fn allow(&self, tx: &mut Tx, user: &User) -> Outcome<Territory> {
        let territory = Territory::read(tx).await?;
        let unit = self.unit(tx).await?;
        // What somebody has done himself he sees, whatever he sees of others.
        let own = self.what == What::Audit && self.by == Some(user.id) && self.family.is_none();
        let rights: &[Right] = if own { &[Right::Acts] } else { self.what.rights() };
        for right in rights {
            policy::may(user, *right, unit.filter(|_| !own), &territory).map_err(forbidden)?;
        }
        let about_nobody = self.what == What::Audit && !own && (self.by.is_some() || self.family.is_some());
        if unit.is_none() && about_nobody && !policy::is_everywhere(user.role) {
            return Err(ProblemCode::NotFound.into());
        }
        if let (What::Audit, Some(by), Some(_)) = (self.what, self.by, self.family) {
            let of = people::unit_of(tx, by).await?;
            policy::may(user, Right::Audit, of, &territory).map_err(forbidden)?;
        }
        if unit.is_some() && self.what == What::Deadlines {
            policy::may(user, Right::Numbers, unit, &territory).map_err(forbidden)?;
        }
        if unit.is_none() && matches!(self.what, What::Case | What::Phone | What::Plan) {
            return Err(ProblemCode::NotFound.into());
        }
        if let (What::Report, Some(report)) = (self.what, self.report) {
            reports::visible(tx, user, report).await?;
        }
        if let (What::RoadMap, Some(map)) = (self.what, self.road_map) {
            // Akims see by their land.
            let place = road_maps::place_of(tx, map).await?.ok_or(ProblemCode::NotFound)?;
            road_maps::may(user, Right::RoadMap, &place, &territory).map_err(forbidden)?;
            road_maps::visible(tx, user, map).await?;
        }
        if let (What::Conclusion, Some(quarter)) = (self.what, &self.quarter) {
            let wrong = |_| Refusal::because(ProblemCode::BadRequest, "a quarter is written 2026-Q3");
            conclusion_of::visible(tx, user, quarter.parse().map_err(wrong)?).await?;
        }
        Ok(territory)
    }
}

fn forbidden(why: NotAllowed) -> Refusal {
    Refusal::because(ProblemCode::Forbidden, why.to_string())
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExportState)]
pub enum State {
    /// Nobody works on it yet.
    Queued,
    /// It is being written.
    Running,
    /// The file can be taken.
    Done,
    /// It could not be written.
    Failed,
    /// The user did not want it any more.
    Cancelled,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    fn read(word: &str) -> Result<Self, StoreError> {
        let all = [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled];
        let found = all.into_iter().find(|state| state.word() == word);
        found.ok_or_else(|| StoreError::Damaged(format!("an export is {word}")))
    }
}

/// A file that somebody asked for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Export {
    /// Its id.
    pub id: ExportId,
    /// What was asked for.
    pub wanted: Wanted,
    /// How it stands.
    pub state: State,
    /// When it was asked for.
    pub made_at: DateTime<Utc>,
    /// When it was ready, or why ever it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// When the file goes.
    pub ends_at: DateTime<Utc>,
    /// Steps of the work that are done.
    pub done: i64,
    /// Of so many; 0 while nobody knows.
    pub total: i64,
    /// Rows of a list, files of a case.
    pub entries: i64,
    /// Size of the file, bytes.
    pub size: Option<i64>,
    /// Where the file lies.
    #[serde(skip)]
    pub object: Option<String>,
    /// Who asked.
    #[serde(skip)]
    pub user: UserId,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: ExportId,
    user_id: UserId,
    wanted: String,
    state: String,
    made_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    ends_at: DateTime<Utc>,
    done: i64,
    total: i64,
    entries: i64,
    size: Option<i64>,
    object: Option<String>,
}

const COLUMNS: &str = "select id, user_id, wanted, state, made_at, finished_at, ends_at, done, total, entries, size, object from export";

impl TryFrom<Row> for Export {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            wanted: serde_json::from_str(&row.wanted)
                .map_err(|error| StoreError::Damaged(format!("export {}: {error}", row.id)))?,
            state: State::read(&row.state)?,
            made_at: row.made_at,
            finished_at: row.finished_at,
            ends_at: row.ends_at,
            done: row.done,
            total: row.total,
            entries: row.entries,
            size: row.size,
            object: row.object,
            user: row.user_id,
        })
    }
}

/// Name of the job that writes it.
fn job(export: ExportId) -> String {
    format!("export:{export}")
}

/// Asks for a file.
///
/// # Errors
/// `forbidden`, `bad-request`, `not-found`; `rate-limited` where [`MOST_AT_ONCE`] are in work already.
pub async fn ask(state: &AppState, user: &User, wanted: Wanted) -> Outcome<Export> {
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    wanted.allow(&mut tx, user).await?;
    wanted.check()?;
    let sql = "select count(*) from export where user_id = $1 and state in ('queued', 'running')";
    let (working,) = one!(&mut tx, (i64,), sql, user.id).await?;
    if working >= MOST_AT_ONCE {
        return Err(Refusal::later(ProblemCode::RateLimited, 10));
    }
    let export = Export {
        id: draw(state.chance.as_ref(), now),
        state: State::Queued,
        made_at: now,
        finished_at: None,
        ends_at: now + KEPT,
        done: 0,
        total: 0,
        entries: 0,
        size: None,
        object: None,
        user: user.id,
        wanted,
    };
    let text = serde_json::to_string(&export.wanted).map_err(Refusal::fault)?;
    let sql =
        "insert into export (id, user_id, wanted, state, made_at, ends_at) values ($1, $2, $3, $4, $5, $6)";
    exec!(&mut tx, sql, export.id, user.id, text, State::Queued.word(), now, export.ends_at).await?;
    exec!(&mut tx, "insert into job (name, run_at) values ($1, $2)", job(export.id), now).await?;
    let Wanted { what, number, family, phone, .. } = &export.wanted;
    let reading = Reading { by: Some(user.id), family: *family, device: *phone, person: None };
    let action = Action::Export(export.id, what.word(), *number);
    access::note_in(&mut tx, now, action, reading).await?;
    tx.commit().await?;
    Ok(export)
}

fn draw(chance: &dyn Chance, now: DateTime<Utc>) -> ExportId {
    let mut random = [0; 10];
    chance.fill(&mut random);
    ExportId::draw(now, random)
}

/// What the user asked for, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn list(tx: &mut Tx, user: UserId) -> Result<Vec<Export>, StoreError> {
    let sql = format!("{COLUMNS} where user_id = $1 order by made_at desc, id limit 200");
    let rows = all!(tx, Row, sqlx::AssertSqlSafe(sql.clone()), user).await?;
    rows.into_iter().map(Export::try_from).collect()
}

/// One of the user's own.
///
/// # Errors
/// `not-found`: it is not there, or somebody else's.
pub async fn own(tx: &mut Tx, user: UserId, export: ExportId) -> Outcome<Export> {
    let sql = format!("{COLUMNS} where id = $1 and user_id = $2");
    let row = opt!(tx, Row, sqlx::AssertSqlSafe(sql.clone()), export, user).await?;
    Ok(Export::try_from(row.ok_or(ProblemCode::NotFound)?)?)
}

/// Stops the work, or throws the file away.
///
/// # Errors
/// `not-found`.
pub async fn cancel(state: &AppState, user: UserId, export: ExportId) -> Outcome<()> {
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    exec!(&mut tx, "delete from job where name = $1", job(export)).await?;
    let found = own(&mut tx, user, export).await?;
    match found.state {
        State::Queued | State::Running => {
            let sql = "update export set state = 'cancelled', finished_at = $2 where id = $1";
            exec!(&mut tx, sql, export, now).await?;
            tx.commit().await?;
        }
        State::Done | State::Failed | State::Cancelled => {
            exec!(&mut tx, "delete from export where id = $1", export).await?;
            tx.commit().await?;
            if let Some(object) = found.object {
                state.media.objects().remove(&object).await.map_err(Refusal::storage)?;
            }
        }
    }
    Ok(())
}

/// What somebody asked for while he had other rights: what is under way stops, what is finished can no longer be taken.
///
/// # Errors
/// When the database does not answer.
pub async fn end_all(tx: &mut Tx, user: UserId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let now = micros(now);
    let sql = "select id from export where user_id = $1 and state in ('queued', 'running')";
    for (export,) in all!(tx, (ExportId,), sql, user).await? {
        exec!(tx, "delete from job where name = $1", job(export)).await?;
        let sql = "update export set state = 'cancelled', finished_at = $2 where id = $1";
        exec!(tx, sql, export, now).await?;
    }
    exec!(tx, "update export set ends_at = $2 where user_id = $1 and ends_at > $2", user, now).await?;
    Ok(())
}

/// A finished file that the user may take; it stands in the access log.
///
/// # Errors
/// `not-found`, `forbidden`.
pub async fn take(state: &AppState, user: &User, export: ExportId) -> Outcome<(Export, String)> {
    let mut tx = state.store.read().await?;
    let found = own(&mut tx, user.id, export).await?;
    found.wanted.allow(&mut tx, user).await?;
    drop(tx);
    let now = state.clock.wall();
    let object = found.object.clone().filter(|_| found.ends_at > now).ok_or(ProblemCode::NotFound)?;
    let Wanted { family, phone, .. } = &found.wanted;
    let reading = Reading { by: Some(user.id), family: *family, device: *phone, person: None };
    access::note(&state.store, now, Action::ExportFile(export), reading).await?;
    Ok((found, object))
}

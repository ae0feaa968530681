//! What people do in monitoring: each under the lock on the journal's head, and each a fact. Words go into a fact of their
//! own, right after it. Whoever asks may (the handlers have looked).

mod confirming;
mod departing;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    assessment::Points,
    calendar::civil_date,
    check::MAX_TEXT,
    ids::{FamilyId, IssueId, NoteId, OrgUnitId, PersonId, RecordId, UserId},
    journal::{Author, AuthorKind},
    monitoring::{
        self, IssueAct, IssueKind, IssueOutcome, IssueState, IssueWeight, IssueWhat, Residence,
        ResidenceSource, RoundAct, RoundStanding,
    },
    problem::ProblemCode,
    pulled::User,
    time::micros,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Days, ROW, Row, round};
use crate::{
    chance::{self, Chance},
    check::policy::Territory,
    facts::{
        Event, IssueActed, IssueOpened, MonitoringWorded, ReportHand, ResidenceChecked, RoundActed, RoundOf,
        Settler,
    },
    journal::{self, Fact, Locked},
    one, opt,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::Tx,
};

pub use confirming::{WantedConfirmation, confirm};
pub use departing::{ActOnDeparture, WantedDeparture, act_on_departure, depart};

/// What is done to a round.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = WantedRoundAct)]
#[serde(deny_unknown_fields)]
pub struct WantedAct {
    /// begin, close or reopen.
    pub act: RoundAct,
    /// In words, at most 1,000 characters; needed to close (the summary) and to open once more.
    #[serde(default)]
    pub text: Option<String>,
    /// To close: how content the family says it is, 1 to 5 (§48); absent where it was not asked.
    #[serde(default)]
    pub satisfaction: Option<Points>,
}

/// Whether a family lives where it settled.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = WantedResidence)]
#[serde(deny_unknown_fields)]
pub struct WantedLook {
    /// What came out.
    pub result: Residence,
    /// Where that is known from.
    pub source: ResidenceSource,
    /// The day of which it is true: from the first day of the round to today.
    pub on: NaiveDate,
    /// More about it, at most 1,000 characters.
    #[serde(default)]
    pub text: Option<String>,
}

/// A problem or a proposal.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = WantedIssue)]
#[serde(deny_unknown_fields)]
pub struct WantedIssue {
    /// Problem or proposal.
    pub what: IssueWhat,
    /// What it is about.
    pub kind: IssueKind,
    /// How much it weighs.
    pub weight: IssueWeight,
    /// When it came to light; today if missing.
    #[serde(default)]
    pub found_on: Option<NaiveDate>,
    /// The person, if it is about one.
    #[serde(default)]
    pub person: Option<PersonId>,
    /// The record at which it came to light.
    #[serde(default)]
    pub record: Option<RecordId>,
    /// Who is to settle it.
    #[serde(default)]
    pub to: Option<UserId>,
    /// By when.
    #[serde(default)]
    pub due: Option<NaiveDate>,
    /// What it is, at most 1,000 characters.
    pub text: String,
}

/// What is done to a problem or a proposal.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = WantedIssueAct)]
#[serde(deny_unknown_fields)]
pub struct ActOnIssue {
    /// assign, close or reopen.
    pub act: IssueAct,
    /// Of a closing: how it was settled.
    #[serde(default)]
    pub outcome: Option<IssueOutcome>,
    /// Who is to settle it.
    #[serde(default)]
    pub to: Option<UserId>,
    /// By when.
    #[serde(default)]
    pub due: Option<NaiveDate>,
    /// In words, at most 1,000 characters; needed to close and to open once more.
    #[serde(default)]
    pub text: Option<String>,
}

fn impossible(why: impl Into<String>) -> Refusal {
    Refusal::because(ProblemCode::MonitoringImpossible, why)
}

fn out_of_range(why: impl Into<String>) -> Refusal {
    Refusal::because(ProblemCode::OutOfRange, why)
}

fn hand(by: &User) -> ReportHand {
    ReportHand { by: by.id, by_name: by.name.clone(), by_role: by.role }
}

/// Words as they may be kept.
fn words(text: Option<String>, needed: bool) -> Outcome<Option<String>> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let fits = |text: &String| text.chars().count() <= MAX_TEXT && !text.contains('\0');
    if text.as_ref().is_some_and(|text| !fits(text)) || (needed && text.is_none()) {
        return Err(ProblemCode::WordsMissing.into());
    }
    Ok(text)
}

/// Facts about a family on their way into the journal, by one user at one moment.
struct Making<'a> {
    tx: Tx,
    locked: Locked,
    chance: &'a dyn Chance,
    now: DateTime<Utc>,
    by: &'a User,
    family: FamilyId,
    days: Days,
    facts: Vec<Fact>,
}

impl<'a> Making<'a> {
    async fn begin(state: &'a AppState, by: &'a User, family: FamilyId) -> Outcome<Self> {
        let now = micros(state.clock.wall());
        let mut tx = state.store.write().await?;
        let locked = journal::lock(&mut tx).await?;
        let days = Days::read(&mut tx, now).await?;
        let chance = state.chance.as_ref();
        Ok(Self { tx, locked, chance, now, by, family, days, facts: Vec::new() })
    }

    fn today(&self) -> NaiveDate {
        civil_date(self.now)
    }

    fn add(&mut self, person: Option<PersonId>, event: Event) {
        let author = Author { kind: AuthorKind::User, id: Some(self.by.id.0) };
        self.facts.push(Fact { author, family: Some(self.family), person, event });
    }

    /// A name for words that are told after the fact which they stand at.
    fn note(&self, text: Option<&String>) -> Option<NoteId> {
        text.map(|_| NoteId::draw(self.now, chance::bytes(self.chance)))
    }

    fn tell(&mut self, person: Option<PersonId>, note: Option<NoteId>, text: Option<String>) {
        if let (Some(note), Some(text)) = (note, text) {
            self.add(person, Event::MonitoringWorded(MonitoringWorded { note, text }));
        }
    }

    /// The round, which must be there.
    async fn round(&mut self, number: i64) -> Outcome<Row> {
        let sql = format!("{ROW} where r.family = $1 and r.number = $2");
        let found = opt!(&mut self.tx, Row, sqlx::AssertSqlSafe(sql.as_str()), self.family, number).await?;
        Ok(found.ok_or(ProblemCode::NotFound)?)
    }

    /// The unit that serves the family.
    async fn unit(&mut self) -> Outcome<OrgUnitId> {
        let sql = "select org_unit from family where id = $1";
        let found = opt!(&mut self.tx, (OrgUnitId,), sql, self.family).await?;
        Ok(found.ok_or(ProblemCode::NotFound)?.0)
    }

    /// Who is to settle something; only who sees the monitoring of the family.
    async fn settler(&mut self, user: Option<UserId>) -> Outcome<Option<Settler>> {
        let Some(user) = user else { return Ok(None) };
        let territory = Territory::read(&mut self.tx).await?;
        let unit = self.unit().await?;
        let people = round::people(&mut self.tx, &territory, unit).await?;
        let found = people.into_iter().find(|somebody| somebody.id == user);
        let found = found.ok_or_else(|| out_of_range("who is to settle it does not see this family"))?;
        Ok(Some(Settler { user, name: found.name }))
    }

    /// A day until which something is to be settled: not over, and within the five years.
    fn due(&self, due: Option<NaiveDate>) -> Outcome<Option<NaiveDate>> {
        let latest = monitoring::horizon(self.today()).unwrap_or(NaiveDate::MAX);
        match due {
            Some(day) if day < self.today() || day > latest => {
                Err(out_of_range(format!("from today to {latest}")))
            }
            due => Ok(due),
        }
    }

    /// A day of the past, or today.
    fn past(&self, day: NaiveDate, from: NaiveDate) -> Outcome<()> {
        let today = self.today();
        if day < from || day > today { Err(out_of_range(format!("from {from} to {today}"))) } else { Ok(()) }
    }

    async fn append(mut self) -> Outcome<()> {
        journal::append_locked(&mut self.tx, self.locked, self.chance, self.now, self.facts).await?;
        Ok(self.tx.commit().await?)
    }
}

fn round_of(row: &Row) -> RoundOf {
    let number = u8::try_from(row.number).unwrap_or(u8::MAX);
    RoundOf { number, begins_on: row.begins_on, ends_on: row.ends_on }
}

/// Whether a round is asked for at all and its period has begun.
fn running(row: &Row, today: NaiveDate) -> Outcome<()> {
    if row.ends_on < monitoring::since() {
        return Err(impossible("it ended before there was the order"));
    }
    if today < row.begins_on {
        return Err(impossible("its period has not begun"));
    }
    Ok(())
}

/// Begins a round, closes it or opens it once more. It is closed when its period is over and somebody has looked where the
/// family lives (§45), with a summary; and where the last look says that the family has left, only when that was recorded
/// (§46), since the refund follows from the departure.
///
/// # Errors
/// `not-found`, `monitoring-impossible`, `words-missing`.
pub async fn act(
    state: &AppState,
    by: &User,
    family: FamilyId,
    number: i64,
    wanted: WantedAct,
) -> Outcome<()> {
    let WantedAct { act, text, satisfaction } = wanted;
    let text = words(text, act != RoundAct::Begin)?;
    if satisfaction.is_some() && act != RoundAct::Close {
        return Err(out_of_range("how content a family is is asked when a round is closed"));
    }
    let mut making = Making::begin(state, by, family).await?;
    let row = making.round(number).await?;
    if row.standing.after(act).is_none() {
        return Err(impossible(format!("it is {}: {act} is not possible", row.standing)));
    }
    running(&row, making.today())?;
    let mut in_time = None;
    if act == RoundAct::Close {
        if making.today() <= row.ends_on {
            return Err(impossible("its period is not over"));
        }
        let sql =
            "select result from monitoring_residence where family = $1 and ends_on >= $2 and ends_on <= $3
            order by position desc limit 1";
        let last = opt!(&mut making.tx, (Residence,), sql, family, row.begins_on, row.ends_on).await?;
        let sql = "select count(*) from monitoring_departure where family = $1 and refund <> 'withdrawn'";
        let (away,) = one!(&mut making.tx, (i64,), sql, family).await?;
        let last = last.map(|(result,)| result);
        if !monitoring::may_close(last, away > 0) {
            return Err(impossible(match last {
                None => "nobody has looked where the family lives",
                Some(_) => "the last look says that the family has left, and no departure is recorded",
            }));
        }
        let due = making.days.rules.due(row.ends_on, &making.days.calendar);
        in_time = due.map(|due| making.today() <= due);
    }
    let note = making.note(text.as_ref());
    let acted = RoundActed { round: round_of(&row), act, in_time, words: note, satisfaction, hand: hand(by) };
    making.add(None, Event::RoundActed(acted));
    making.tell(None, note, text);
    making.append().await
}

/// Says whether the family lives where it settled (§45). A round that nobody had begun is begun by it.
///
/// # Errors
/// `not-found`, `monitoring-impossible`, `out-of-range`, `words-missing`.
pub async fn look(
    state: &AppState,
    by: &User,
    family: FamilyId,
    number: i64,
    wanted: WantedLook,
) -> Outcome<()> {
    let WantedLook { result, source, on, text } = wanted;
    let text = words(text, false)?;
    let mut making = Making::begin(state, by, family).await?;
    let row = making.round(number).await?;
    if !matches!(row.standing, RoundStanding::Open | RoundStanding::Begun) {
        return Err(impossible(format!("it is {}", row.standing)));
    }
    running(&row, making.today())?;
    making.past(on, row.begins_on)?;
    let round = round_of(&row);
    if row.standing == RoundStanding::Open {
        let begun = RoundActed {
            round,
            act: RoundAct::Begin,
            in_time: None,
            words: None,
            satisfaction: None,
            hand: hand(by),
        };
        making.add(None, Event::RoundActed(begun));
    }
    let note = making.note(text.as_ref());
    let checked = ResidenceChecked { round, result, source, on, words: note, hand: hand(by) };
    making.add(None, Event::ResidenceChecked(checked));
    making.tell(None, note, text);
    making.append().await
}

/// Says that a problem or a proposal came to light (§42); gives its id.
///
/// # Errors
/// `not-found`, `out-of-range`, `words-missing`.
pub async fn find(state: &AppState, by: &User, family: FamilyId, wanted: WantedIssue) -> Outcome<IssueId> {
    let text = words(Some(wanted.text), true)?;
    let mut making = Making::begin(state, by, family).await?;
    let found_on = wanted.found_on.unwrap_or(making.today());
    making.past(found_on, monitoring::since())?;
    let due = making.due(wanted.due)?;
    let to = making.settler(wanted.to).await?;
    if let Some(person) = wanted.person {
        let sql = "select count(*) from person where id = $1 and family = $2";
        let (members,) = one!(&mut making.tx, (i64,), sql, person, family).await?;
        if members == 0 {
            return Err(out_of_range("that person is not of this family"));
        }
    }
    if let Some(record) = wanted.record {
        let sql = "select count(*) from record where record = $1 and family = $2";
        let (records,) = one!(&mut making.tx, (i64,), sql, record, family).await?;
        if records == 0 {
            return Err(out_of_range("that record is not about this family"));
        }
    }
    let opened = Opened {
        what: wanted.what,
        about: wanted.kind,
        weight: wanted.weight,
        found_on,
        person: wanted.person,
        record: wanted.record,
        to,
        due,
    };
    let issue = making.open(opened, text).await?;
    making.append().await?;
    Ok(issue)
}

/// A problem or proposal that is to be opened.
struct Opened {
    what: IssueWhat,
    about: IssueKind,
    weight: IssueWeight,
    found_on: NaiveDate,
    person: Option<PersonId>,
    record: Option<RecordId>,
    to: Option<Settler>,
    due: Option<NaiveDate>,
}

impl Making<'_> {
    async fn open(&mut self, of: Opened, text: Option<String>) -> Outcome<IssueId> {
        self.unit().await?;
        let sql =
            "select number from monitoring_round where family = $1 and begins_on <= $2 and ends_on >= $2";
        let number = opt!(&mut self.tx, (i64,), sql, self.family, of.found_on).await?;
        let issue = IssueId::draw(self.now, chance::bytes(self.chance));
        let note = self.note(text.as_ref());
        let opened = IssueOpened {
            issue,
            what: of.what,
            about: of.about,
            weight: of.weight,
            found_on: of.found_on,
            number: number.and_then(|(number,)| u8::try_from(number).ok()),
            record: of.record,
            to: of.to,
            due: of.due,
            words: note,
            hand: hand(self.by),
        };
        self.add(of.person, Event::IssueOpened(opened));
        self.tell(of.person, note, text);
        Ok(issue)
    }
}

/// Gives a problem or proposal to somebody, settles it, or opens it once more.
///
/// # Errors
/// `not-found`, `monitoring-impossible`, `out-of-range`, `bad-request`, `words-missing`.
pub async fn act_on_issue(
    state: &AppState,
    by: &User,
    family: FamilyId,
    issue: IssueId,
    wanted: ActOnIssue,
) -> Outcome<()> {
    let ActOnIssue { act, outcome, to, due, text } = wanted;
    let bad = |why: &str| Err(Refusal::because(ProblemCode::BadRequest, why));
    match act {
        IssueAct::Open => return bad("assign, close or reopen"),
        IssueAct::Close if outcome.is_none() => return bad("how was it settled?"),
        IssueAct::Assign if to.is_none() && due.is_none() => return bad("to whom, or by when?"),
        _ => {}
    }
    let text = words(text, act != IssueAct::Assign)?;
    let mut making = Making::begin(state, by, family).await?;
    let sql = "select state, person from monitoring_issue where id = $1 and family = $2";
    let found = opt!(&mut making.tx, (IssueState, Option<PersonId>), sql, issue, family).await?;
    let (standing, person) = found.ok_or(ProblemCode::NotFound)?;
    if standing.after(act).is_none() {
        return Err(impossible(format!("it is {standing}: {act} is not possible")));
    }
    let (to, due) = match act {
        IssueAct::Assign => (making.settler(to).await?, making.due(due)?),
        _ => (None, None),
    };
    let note = making.note(text.as_ref());
    let outcome = outcome.filter(|_| act == IssueAct::Close);
    let acted = IssueActed { issue, act, outcome, to, due, words: note, hand: hand(by) };
    making.add(person, Event::IssueActed(acted));
    making.tell(person, note, text);
    making.append().await
}

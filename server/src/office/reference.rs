//! What everybody counts by, as the office shows and changes it: the working-day calendar, the thresholds of findings, the
//! list of services; [`super::terms`] and [`super::reasons`] are files of their own. Whatever is changed here is a fact
//! `setting.set` of whoever signed in, and table `setting_change` keeps what was before.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc};
use kandas_shared::{
    calendar::{Calendar, CalendarError, DayOff, civil_date, due_at},
    finding::Threshold,
    ids::{FamilyId, UserId},
    journal::{Author, AuthorKind},
    kato::{self, Kato},
    problem::ProblemCode,
    pulled::User,
    rule::Proof,
    service::{AppliesTo, ServiceCode, ServiceGroup, Unit, services},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    dated,
    moves::{self, unknown},
    policy,
};
use crate::{
    all, among,
    apply::words::fold,
    calendar::{self, DaySet},
    check::policy::Territory,
    facts::{Event, Setting},
    findings::{
        desk,
        place::{self, Place},
        settings::{self, Dated, Settings},
        settlement::{self, Centre},
    },
    journal::{self, Fact},
    one, opt,
    refusal::{Outcome, Refusal},
    report_form::{self, Choice, Forms},
    state::AppState,
    store::{StoreError, Tx},
};

/// Most days of one change: more than the days off of a year.
pub const MOST_DAYS: usize = 62;
/// Most characters of a reason or a source.
pub const MOST_WORDS: usize = 500;
/// Most settlements of one answer.
const MOST_SETTLEMENTS: usize = 50;
/// Most entries of a history.
pub(super) const HISTORY: i64 = 200;
/// So many days ahead a value may begin.
const AHEAD: u64 = 366;

/// Which year.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OfYear {
    /// The year; that of today if missing.
    pub year: Option<i32>,
}

/// A year of the working-day calendar.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CalendarYear)]
pub struct Year {
    /// Which.
    pub year: i32,
    /// The first day that the calendar knows.
    pub from: NaiveDate,
    /// The last one.
    pub to: NaiveDate,
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// Days of the year about which there is more to say than their weekday, in order.
    pub days: Vec<Day>,
    /// Working days of each month, January first.
    pub working: Vec<u32>,
    /// What was changed in this year's days, the newest first.
    pub history: Vec<DayChange>,
}

/// Why the program has a day off, or has it worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhyOff {
    /// A holiday.
    Holiday,
    /// A holiday that fell on a weekend moved here.
    Observed,
    /// A weekend day is worked for it.
    Swap,
    /// A weekend day that is worked for another day.
    Worked,
}

/// See [`Year::days`].
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CalendarDayOf)]
pub struct Day {
    /// Which.
    pub day: NaiveDate,
    /// Whether people work on it.
    pub works: bool,
    /// Whether they would if nobody had set it.
    pub shipped: bool,
    /// Why the program has it so; null where only its weekday says so.
    pub why: Option<WhyOff>,
    /// Name of the holiday, Kazakh, Russian and English.
    pub name: Option<Names>,
    /// The date of the holiday is an estimate.
    pub estimated: bool,
    /// How it was set, if it was.
    pub set: Option<SetDay>,
}

/// A name in three languages.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Names {
    /// Kazakh.
    pub kk: String,
    /// Russian.
    pub ru: String,
    /// English.
    pub en: String,
}

/// Why a day is set.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SetDay {
    /// In words.
    pub reason: String,
    /// The decree, order or publication.
    pub source: String,
}

/// A change of a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DayChange {
    /// Place in the journal.
    pub position: i64,
    /// Which day.
    pub day: NaiveDate,
    /// Whether people work on it from then on; null: as the program has it.
    pub works: Option<bool>,
    /// What it was before, in the same words.
    pub was: Option<bool>,
    /// Why.
    pub reason: String,
    /// The decree, order or publication.
    pub source: String,
    /// Who; null where nobody had signed in.
    pub by_name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// How a day is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedDay {
    /// Which.
    pub day: NaiveDate,
    /// Whether people work on it; null: as the program has it.
    pub works: Option<bool>,
}

/// Days that are to change, before they do.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedDays {
    /// At most 62, each once.
    pub days: Vec<WantedDay>,
}

/// Days that change.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangedDays {
    /// At most 62, each once.
    pub days: Vec<WantedDay>,
    /// Why, in words; at most 500 characters.
    pub reason: String,
    /// The decree, order or publication that says so; at most 500 characters.
    pub source: String,
    /// How many due dates move, as was shown.
    pub moves: i64,
}

#[derive(sqlx::FromRow)]
pub(super) struct ChangeRow {
    pub(super) position: i64,
    pub(super) name: String,
    pub(super) value: String,
    pub(super) was: Option<String>,
    pub(super) by_name: Option<String>,
    pub(super) at: DateTime<Utc>,
}

/// A year of the calendar as it stands.
///
/// # Errors
/// `day-unknown`, or when the database does not answer.
pub async fn year(tx: &mut Tx, of: OfYear, now: DateTime<Utc>) -> Outcome<Year> {
    let today = civil_date(now);
    let year = of.year.unwrap_or(today.year());
    let shipped = Calendar::shipped();
    let calendar = calendar::read(tx).await?;
    let (from, to) = calendar.known();
    let first = NaiveDate::from_ymd_opt(year, 1, 1).ok_or(ProblemCode::DayUnknown)?;
    calendar.is_working_day(first).map_err(unknown)?;
    let set = set_days(tx).await?;
    let mut working = vec![0; 12];
    let mut days = Vec::new();
    for day in first.iter_days().take_while(|day| day.year() == year) {
        let works = calendar.is_working_day(day).map_err(unknown)?;
        working[day.month0() as usize] += u32::from(works);
        days.extend(told(shipped, day, works, set.get(&day)).map_err(unknown)?);
    }
    let history = day_history(tx, year).await?;
    Ok(Year { year, from, to, today, days, working, history })
}

/// What there is to say of a day beside its weekday.
fn told(
    calendar: &Calendar,
    day: NaiveDate,
    works: bool,
    set: Option<&DaySet>,
) -> Result<Option<Day>, CalendarError> {
    let shipped = calendar.is_working_day(day)?;
    let names = |name: &kandas_shared::calendar::HolidayName| Names {
        kk: name.kk.clone(),
        ru: name.ru.clone(),
        en: name.en.clone(),
    };
    let (why, name, estimated) = match calendar.day_off(day)? {
        Some(DayOff::Holiday(name)) => (Some(WhyOff::Holiday), Some(names(name)), name.estimated),
        Some(DayOff::Observed(name)) => (Some(WhyOff::Observed), Some(names(name)), name.estimated),
        Some(DayOff::Swap { .. }) => (Some(WhyOff::Swap), None, false),
        None if shipped && day.weekday().number_from_monday() > 5 => (Some(WhyOff::Worked), None, false),
        None => (None, None, false),
    };
    let set = set.filter(|set| set.works.is_some());
    if why.is_none() && set.is_none() {
        return Ok(None);
    }
    let set = set.map(|set| SetDay { reason: set.reason.clone(), source: set.source.clone() });
    Ok(Some(Day { day, works, shipped, why, name, estimated, set }))
}

/// The days that were ever set, as they are set now.
async fn set_days(tx: &mut Tx) -> Result<BTreeMap<NaiveDate, DaySet>, StoreError> {
    let rows =
        all!(tx, (String, String), "select name, value from setting where name like 'calendar.%'").await?;
    Ok(rows
        .iter()
        .filter_map(|(name, value)| Some((calendar::day_of(name)?, DaySet::read(value)?)))
        .collect())
}

async fn day_history(tx: &mut Tx, year: i32) -> Result<Vec<DayChange>, StoreError> {
    let rows = history(tx, &format!("{}{year:04}-%", calendar::PREFIX)).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let set = DaySet::read(&row.value)?;
            Some(DayChange {
                position: row.position,
                day: calendar::day_of(&row.name)?,
                works: set.works,
                was: row.was.and_then(|was| DaySet::read(&was)?.works),
                reason: set.reason,
                source: set.source,
                by_name: row.by_name,
                at: row.at,
            })
        })
        .collect())
}

/// The last changes of the settings whose name is like this, the newest first.
pub(super) async fn history(tx: &mut Tx, like: &str) -> Result<Vec<ChangeRow>, StoreError> {
    let sql = "select c.position, c.name, c.value, c.was, u.name as by_name, c.at from setting_change c
        left join app_user u on u.id = c.by_user where c.name like $1 order by c.position desc limit $2";
    all!(tx, ChangeRow, sql, like, HISTORY).await
}

/// Changes days of the calendar: a fact for each, all or none of them.
///
/// # Errors
/// As [`moves::of_days`]; `words-missing`, and `not-as-shown` where it would move more or less than was shown.
pub async fn change_days(state: &AppState, by: &User, wanted: ChangedDays) -> Outcome<()> {
    let (reason, source) = (words(&wanted.reason)?, words(&wanted.source)?);
    let now = state.clock.wall();
    let mut tx = state.store.read().await?;
    let moves = moves::of_days(&mut tx, &wanted.days, now).await?;
    drop(tx);
    if moves.count != wanted.moves {
        return Err(ProblemCode::NotAsShown.into());
    }
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let set = set_days(&mut tx).await?;
    let before = calendar::read(&mut tx).await?;
    let after = moves::changed(&before, &wanted.days)?;
    let dues = moves::dues_of(&mut tx, &before, &after).await?;
    let mut facts = Vec::with_capacity(wanted.days.len());
    for WantedDay { day, works } in wanted.days {
        if set.get(&day).and_then(|set| set.works) == works {
            return Err(Refusal::because(ProblemCode::NothingChanges, day.to_string()));
        }
        let value = DaySet { works, reason: reason.clone(), source: source.clone() };
        let value = serde_json::to_string(&value).map_err(Refusal::fault)?;
        facts.push(set_by(by.id, calendar::setting(day), value));
    }
    // They move by all the days together, so the last of these facts has them.
    if let Some(Event::SettingSet(setting)) = facts.last_mut().map(|fact| &mut fact.event) {
        setting.dues = dues;
    }
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    Ok(tx.commit().await?)
}

pub(super) fn set_by(by: UserId, name: String, value: String) -> Fact {
    let author = Author { kind: AuthorKind::User, id: Some(by.0) };
    Fact { author, ..Fact::by_system(Event::SettingSet(Setting::new(name, value))) }
}

/// Words of a reason or a source, without spaces around.
pub(super) fn words(text: &str) -> Outcome<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_WORDS || text.contains('\0') {
        return Err(ProblemCode::WordsMissing.into());
    }
    Ok(text.to_owned())
}

/// The thresholds of findings.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Thresholds {
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// Each of them.
    pub thresholds: Vec<OfThreshold>,
    /// What was changed, the newest first.
    pub history: Vec<ValueChange>,
}

/// A threshold with its values.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OfThreshold {
    /// Which; its unit is the end of its name.
    pub name: Threshold,
    /// The least it may be.
    pub least: f64,
    /// The most it may be.
    pub most: f64,
    /// Whether it is a whole number.
    pub whole: bool,
    /// What holds today.
    pub now: f64,
    /// Every value with its first day, the earliest first.
    pub values: Vec<ThresholdValue>,
}

/// See [`OfThreshold::values`].
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ThresholdValue {
    /// First day on which it holds.
    pub from: NaiveDate,
    /// The value.
    pub value: f64,
    /// Whether the program brought it along.
    pub shipped: bool,
}

/// A change of a value.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ValueChange {
    /// Place in the journal.
    pub position: i64,
    /// Which threshold.
    pub name: Threshold,
    /// First day on which it holds.
    pub from: NaiveDate,
    /// What holds on that day since then.
    pub value: f64,
    /// What held on it before.
    pub was: f64,
    /// Whether a value was taken back.
    pub taken_back: bool,
    /// Who; null where nobody had signed in.
    pub by_name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A value that is to hold from a day on.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedValue {
    /// Which threshold.
    pub name: Threshold,
    /// First day on which it holds: not before the order's day, not more than a year ahead.
    pub from: NaiveDate,
    /// The value; null takes back what was set for that day.
    pub value: Option<f64>,
}

/// From which day on.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// The first day.
    pub from: NaiveDate,
}

/// What is measured anew.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct MeasuredAnew {
    /// Records that came since.
    pub records: i64,
}

/// The thresholds as they stand.
///
/// # Errors
/// When the database does not answer.
pub async fn thresholds(tx: &mut Tx, now: DateTime<Utc>) -> Result<Thresholds, StoreError> {
    let today = civil_date(now);
    let shipped: BTreeMap<(Threshold, NaiveDate), f64> =
        Settings::shipped().rows().map(|row| ((row.name, row.from), row.value)).collect();
    let settings = Settings::read(tx).await?;
    let held = settings.on(today);
    let of = |name: &Threshold| {
        let (least, most, whole) = settings::range(*name);
        let values = settings.rows().filter(|row| row.name == *name).map(|row| ThresholdValue {
            from: row.from,
            value: row.value,
            shipped: shipped.get(&(row.name, row.from)) == Some(&row.value),
        });
        OfThreshold { name: *name, least, most, whole, now: held.get(*name), values: values.collect() }
    };
    let thresholds = Threshold::ALL.iter().map(of).collect();
    Ok(Thresholds { today, thresholds, history: value_history(tx).await? })
}

async fn value_history(tx: &mut Tx) -> Result<Vec<ValueChange>, StoreError> {
    let held = |said: &dated::Said, (name, from): &(Threshold, NaiveDate)| {
        let dated = said.pairs().filter_map(|(name, value)| Dated::read(name, value));
        Settings::shipped().with(dated).on(*from).get(*name)
    };
    let changes = dated::history(tx, settings::PREFIX, Dated::about, held).await?;
    let change = |of: dated::Change<(Threshold, NaiveDate), _>| {
        let dated::Change { position, about: (name, from), was, value, taken_back, by_name, at } = of;
        ValueChange { position, name, from, value, was, taken_back, by_name, at }
    };
    Ok(changes.into_iter().map(change).collect())
}

/// How many records would be measured anew.
///
/// # Errors
/// When the database does not answer.
pub async fn measured_anew(tx: &mut Tx, since: Since) -> Result<MeasuredAnew, StoreError> {
    // `due_at` is the last moment of a day in UTC+5.
    let began = due_at(since.from.pred_opt().unwrap_or(NaiveDate::MIN));
    let (records,) = one!(tx, (i64,), "select count(*) from record where received_at > $1", began).await?;
    Ok(MeasuredAnew { records })
}

/// A value holds from a day on, or what was set for that day is taken back.
///
/// # Errors
/// `out-of-range`, `nothing-changes`, or when the database does not answer.
pub async fn set_value(state: &AppState, by: &User, wanted: WantedValue) -> Outcome<()> {
    let now = state.clock.wall();
    let WantedValue { name, from, value } = wanted;
    if value.is_some_and(|value| !settings::fits(name, value)) {
        let (least, most, _) = settings::range(name);
        return Err(Refusal::because(ProblemCode::OutOfRange, format!("{least} to {most}")));
    }
    in_time(from, now)?;
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let before = Settings::read(&mut tx).await?;
    let row = Dated { name, from, value: value.unwrap_or_default() };
    let there = all!(&mut tx, (String,), "select value from setting where name = $1", row.setting()).await?;
    let there = there.first().is_some_and(|(value,)| !value.is_empty());
    let text = match value {
        Some(value) if before.at(name, from) == Some(value) => return Err(ProblemCode::NothingChanges.into()),
        None if !there => return Err(ProblemCode::NothingChanges.into()),
        Some(value) => value.to_string(),
        None => String::new(),
    };
    if let Some(value) = value {
        let on = before.with([Dated { name, from, value }]).on(from);
        if on.get(Threshold::ClockGraveSeconds) < on.get(Threshold::ClockSeconds) {
            let what = "a grave jump of a clock cannot be smaller than a jump";
            return Err(Refusal::because(ProblemCode::OutOfRange, what));
        }
    }
    let fact = set_by(by.id, row.setting(), text);
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, vec![fact]).await?;
    Ok(tx.commit().await?)
}

/// Whether something may begin on a day: not before the order, not more than a year ahead.
pub(super) fn in_time(from: NaiveDate, now: DateTime<Utc>) -> Outcome<()> {
    let latest = civil_date(now).checked_add_days(Days::new(AHEAD)).unwrap_or(NaiveDate::MAX);
    if from < first_day() || from > latest {
        let what = format!("from {} to {latest}", first_day());
        return Err(Refusal::because(ProblemCode::OutOfRange, what));
    }
    Ok(())
}

/// The day of the order: nothing is measured before it.
fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 5, 30).unwrap_or_default()
}

/// Which rows and cells the monthly report has (Appendix 3, A-19).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportForms {
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// Each of the choices.
    pub choices: Vec<OfChoice>,
    /// What was changed, the newest first.
    pub history: Vec<ChoiceChange>,
}

/// A choice with its values.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportChoice)]
pub struct OfChoice {
    /// Which.
    pub choice: Choice,
    /// What may be chosen, the default first.
    pub words: Vec<String>,
    /// What holds for a month that ends today.
    pub now: String,
    /// What was chosen with its first days, the earliest first.
    pub values: Vec<ChoiceValue>,
}

/// See [`OfChoice::values`].
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportChoiceFrom)]
pub struct ChoiceValue {
    /// For months that end on this day or later.
    pub from: NaiveDate,
    /// What.
    pub word: String,
}

/// A change of a choice.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportChoiceChange)]
pub struct ChoiceChange {
    /// Place in the journal.
    pub position: i64,
    /// Which choice.
    pub choice: Choice,
    /// For months that end on this day or later.
    pub from: NaiveDate,
    /// What holds on that day since then.
    pub word: String,
    /// What held on it before.
    pub was: String,
    /// Whether it was taken back.
    pub taken_back: bool,
    /// Who; null where nobody had signed in.
    pub by_name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A choice that is to hold from a day on.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = WantedReportChoice)]
#[serde(deny_unknown_fields)]
pub struct WantedChoice {
    /// Which.
    pub choice: Choice,
    /// For months that end on this day or later.
    pub from: NaiveDate,
    /// What; null takes back what was said for that day.
    pub word: Option<String>,
}

/// The form of reports as it stands.
///
/// # Errors
/// When the database does not answer.
pub async fn report_forms(tx: &mut Tx, now: DateTime<Utc>) -> Result<ReportForms, StoreError> {
    let today = civil_date(now);
    let known = Forms::read(tx).await?;
    let of = |choice: Choice| OfChoice {
        choice,
        words: choice.words().into_iter().map(str::to_owned).collect(),
        now: choice.of(known.on(today)).to_owned(),
        values: known
            .values(choice)
            .map(|(from, word)| ChoiceValue { from, word: word.to_owned() })
            .collect(),
    };
    Ok(ReportForms { today, choices: Choice::ALL.map(of).to_vec(), history: choice_history(tx).await? })
}

async fn choice_history(tx: &mut Tx) -> Result<Vec<ChoiceChange>, StoreError> {
    let held = |said: &dated::Said, (choice, from): &(Choice, NaiveDate)| {
        choice.of(Forms::of(said.pairs()).on(*from)).to_owned()
    };
    let changes = dated::history(tx, report_form::PREFIX, report_form::about, held).await?;
    let change = |of: dated::Change<(Choice, NaiveDate), String>| {
        let dated::Change { position, about: (choice, from), was, value, taken_back, by_name, at } = of;
        ChoiceChange { position, choice, from, word: value, was, taken_back, by_name, at }
    };
    Ok(changes.into_iter().map(change).collect())
}

/// A choice holds from a day on, or what was said for that day is taken back.
///
/// # Errors
/// `out-of-range`, `nothing-changes`, or when the database does not answer.
pub async fn set_choice(state: &AppState, by: &User, wanted: WantedChoice) -> Outcome<()> {
    let WantedChoice { choice, from, word } = wanted;
    if word.as_deref().is_some_and(|word| !choice.words().contains(&word)) {
        return Err(Refusal::because(ProblemCode::OutOfRange, choice.words().join(", ")));
    }
    let (name, prefix) = (report_form::setting(choice, from), report_form::PREFIX);
    let wanted = dated::Wanted { prefix, name, from, value: word };
    dated::set(state, by, wanted, |said| choice.of(Forms::of(said.pairs()).on(from)).to_owned()).await
}

/// What is looked for among settlements.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OfSettlement {
    /// Part of a name, or the beginning of a KATO code; all if missing.
    #[serde(default)]
    pub q: String,
}

/// Settlements where families of the user's units live.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Settlements {
    /// By name, at most 50.
    pub settlements: Vec<Settlement>,
    /// There are more: a narrower question finds them.
    pub more: bool,
    /// Where the middle of one was changed, the newest first.
    pub history: Vec<CentreChange>,
}

/// A settlement.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Settlement {
    /// KATO code, nine digits.
    pub kato: String,
    /// Its name, as imported with a family.
    pub name: String,
    /// Its region.
    pub region: Option<Names>,
    /// Whether families there need a road map (§38).
    pub rural: bool,
    /// Families of the user's units.
    pub families: i64,
    /// Those of them whose own coordinates are known.
    pub placed: i64,
    /// The middle as somebody has said it.
    pub centre: Option<Spot>,
    /// From where that is known.
    pub source: Option<String>,
    /// The middle of the latest exact positions of records, if there are enough of them.
    pub usual: Option<Spot>,
    /// How many positions that are; at most 200.
    pub fixes: i64,
}

/// A place, degrees, WGS 84.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Spot {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

impl From<Place> for Spot {
    fn from(Place { lat, lon }: Place) -> Self {
        Self { lat, lon }
    }
}

/// A change of the middle of a settlement.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CentreChange {
    /// Place in the journal.
    pub position: i64,
    /// KATO code.
    pub kato: String,
    /// The middle since then; null: taken back.
    pub centre: Option<Spot>,
    /// The middle before.
    pub was: Option<Spot>,
    /// From where it is known.
    pub source: String,
    /// Who; null where nobody had signed in.
    pub by_name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Where the middle of a settlement is to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedCentre {
    /// KATO code of a settlement where a family lives.
    pub kato: String,
    /// The middle; null takes back what was said.
    pub centre: Option<Spot>,
    /// From where it is known, at most 500 characters; not needed to take back.
    #[serde(default)]
    pub source: String,
}

#[derive(sqlx::FromRow)]
struct SettlementRow {
    kato: String,
    name: String,
    rural: i64,
    families: i64,
    placed: i64,
}

/// Settlements of the user's units.
///
/// # Errors
/// When the database does not answer.
pub async fn settlements(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    of: &OfSettlement,
    now: DateTime<Utc>,
) -> Result<Settlements, StoreError> {
    let units = policy::reach(user, territory).unwrap_or_else(|| territory.all());
    let units: Vec<_> = units.into_iter().map(|unit| (unit,)).collect();
    let sql = "select f.settlement_kato as kato, min(f.settlement_name) as name,
        cast(max(case when f.rural then 1 else 0 end) as bigint) as rural, count(*) as families,
        count(f.latitude) as placed from family f where f.org_unit in (";
    let mut known: BTreeMap<String, SettlementRow> = BTreeMap::new();
    for row in among!(tx, SettlementRow, sql, units, ") group by f.settlement_kato").await? {
        match known.get_mut(&row.kato) {
            Some(held) => {
                held.families += row.families;
                held.placed += row.placed;
                held.rural = held.rural.max(row.rural);
            }
            None => drop(known.insert(row.kato.clone(), row)),
        }
    }
    let q = fold(&of.q);
    let mut found: Vec<SettlementRow> =
        known.into_values().filter(|row| row.kato.starts_with(&q) || fold(&row.name).contains(&q)).collect();
    found.sort_by_cached_key(|row| (fold(&row.name), row.kato.clone()));
    let more = found.len() > MOST_SETTLEMENTS;
    found.truncate(MOST_SETTLEMENTS);
    let katos: Vec<String> = found.iter().map(|row| row.kato.clone()).collect();
    let centres = settlement::read(tx, &katos).await?;
    let held = Settings::read(tx).await?.on(civil_date(now));
    let mut settlements = Vec::with_capacity(found.len());
    for row in found {
        let usual = desk::usual_of(tx, &row.kato, held.get(Threshold::AccuracyM)).await?;
        let fixes = usual.len();
        let enough = fixes as f64 >= held.get(Threshold::SettlementFixes);
        let places: Vec<Place> = usual.into_iter().map(|(_, place)| place).collect();
        let centre = centres.get(&row.kato);
        let region = Kato::parse(&row.kato).ok().and_then(|kato| kato::region(&kato));
        settlements.push(Settlement {
            region: region.map(|of| Names { kk: of.kk.clone(), ru: of.ru.clone(), en: of.en.clone() }),
            kato: row.kato,
            name: row.name,
            rural: row.rural > 0,
            families: row.families,
            placed: row.placed,
            centre: centre.map(|centre| centre.place().into()),
            source: centre.map(|centre| centre.source.clone()),
            usual: place::middle(&places).filter(|_| enough).map(Spot::from),
            fixes: i64::try_from(fixes).unwrap_or(i64::MAX),
        });
    }
    Ok(Settlements { settlements, more, history: centre_history(tx).await? })
}

async fn centre_history(tx: &mut Tx) -> Result<Vec<CentreChange>, StoreError> {
    let rows = history(tx, "place.%").await?;
    let change = |row: ChangeRow| {
        let centre = Centre::read(&row.value);
        Some(CentreChange {
            position: row.position,
            kato: settlement::about(&row.name)?.to_owned(),
            was: row.was.and_then(|was| Centre::read(&was)).map(|was| was.place().into()),
            source: centre.as_ref().map(|centre| centre.source.clone()).unwrap_or_default(),
            centre: centre.map(|centre| centre.place().into()),
            by_name: row.by_name,
            at: row.at,
        })
    };
    Ok(rows.into_iter().filter_map(change).collect())
}

/// The middle of a settlement is said, or taken back.
///
/// # Errors
/// `not-found`, `out-of-range` for a place that is not in the country, `words-missing`, `nothing-changes`.
pub async fn set_centre(state: &AppState, by: &User, wanted: WantedCentre) -> Outcome<()> {
    let WantedCentre { kato, centre, source } = wanted;
    let value = match centre {
        Some(Spot { lat, lon }) => {
            let place = Place { lat, lon };
            if !place.is_real() || place::is_outside(place, 0.0) == Some(true) {
                return Err(Refusal::because(ProblemCode::OutOfRange, "the place is not in Kazakhstan"));
            }
            let centre = Centre { lat, lon, source: words(&source)? };
            serde_json::to_string(&centre).map_err(Refusal::fault)?
        }
        None => String::new(),
    };
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let sql = "select id from family where settlement_kato = $1 limit 1";
    opt!(&mut tx, (FamilyId,), sql, kato).await?.ok_or(ProblemCode::NotFound)?;
    let name = settlement::setting(&kato);
    let sql = "select value from setting where name = $1";
    let before = opt!(&mut tx, (String,), sql, name).await?.map(|(value,)| value).unwrap_or_default();
    if before == value {
        return Err(ProblemCode::NothingChanges.into());
    }
    let fact = set_by(by.id, name, value);
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), state.clock.wall(), vec![fact]).await?;
    Ok(tx.commit().await?)
}

/// What the law and the program fix.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FixedData)]
pub struct Fixed {
    /// The 25 services, in the order of Appendix 1.
    pub services: Vec<ServiceOf>,
}

/// A service.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ServiceListed)]
pub struct ServiceOf {
    /// Number in Appendix 1.
    pub code: ServiceCode,
    /// Column of Appendix 3.
    pub column: u8,
    /// Official name in Russian; the Kazakh and English ones are ours.
    pub name: Names,
    /// Group for reading.
    pub group: ServiceGroup,
    /// For each person or once for the family.
    pub unit: Unit,
    /// Whom it usually concerns.
    pub applies_to: AppliesTo,
    /// Whether a second completion is normal.
    pub repeatable: bool,
    /// Whether one capture may serve several members.
    pub group_capture: bool,
    /// What a completion must show.
    pub required: Vec<Proof>,
    /// What is useful beside it.
    pub useful: Vec<Proof>,
    /// Whether photos must not show anything medical.
    pub no_medical_content: bool,
    /// The state system that can confirm it.
    pub confirming_system: Option<String>,
}

/// What is fixed.
#[must_use]
pub fn fixed() -> Fixed {
    let service = |of: &kandas_shared::service::Service| ServiceOf {
        code: of.code,
        column: of.code.report_column(),
        name: Names { kk: of.kk.clone(), ru: of.ru.clone(), en: of.en.clone() },
        group: of.group,
        unit: of.unit,
        applies_to: of.applies_to,
        repeatable: of.repeatable,
        group_capture: of.group_capture,
        required: of.rule.required.clone(),
        useful: of.rule.useful.clone(),
        no_medical_content: of.rule.no_medical_content,
        confirming_system: of.confirming_system.clone(),
    };
    Fixed { services: services().iter().map(service).collect() }
}

//! Working days, and the deadlines that are counted in them.
//!
//! Days are civil days of UTC+5, the time of the whole country since 1 March 2024. The calendar is
//! data (`data/calendar.json`): yearly holidays with the years they hold, whether they move when
//! they fall on a weekend, moveable feasts by date, and the yearly swaps of a working Saturday for
//! a day off. The transferred days off are computed here from the transfer rule, so an editor
//! enters only what a decree says. A day outside the years we know is an error, never a guess.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use crate::locale::Lang;

/// Offset in which days are counted.
pub const CIVIL_OFFSET: FixedOffset = match FixedOffset::east_opt(5 * 3600) {
    Some(offset) => offset,
    None => panic!("five hours are a valid offset"),
};

/// The civil day of an instant.
pub fn civil_date(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&CIVIL_OFFSET).date_naive()
}

/// The last second of a civil day: 23:59:59 UTC+5. What is due on a day is in time until then.
pub fn due_at(day: NaiveDate) -> DateTime<Utc> {
    (day.and_time(LAST_SECOND) - CIVIL_OFFSET).and_utc()
}

const LAST_SECOND: NaiveTime = match NaiveTime::from_hms_opt(23, 59, 59) {
    Some(time) => time,
    None => panic!("a day has a last second"),
};

/// Why a question about working days has no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// The day, or a day on the way to it, lies outside the years of the calendar.
    #[error("{day} is outside the working-day calendar, which knows {from} to {to}")]
    Unknown {
        /// The day asked for.
        day: NaiveDate,
        /// First day known.
        from: NaiveDate,
        /// Last day known.
        to: NaiveDate,
    },
    /// The calendar data contradict themselves.
    #[error("calendar data: {0}")]
    Data(String),
}

/// A date that an order names and that may fall on a day off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedDate {
    /// The date as the order says it.
    pub named: NaiveDate,
    /// Last working day not after it: what a centre should aim for.
    pub target: NaiveDate,
    /// The date itself, or the next working day if it is a day off and such days move: late only after this.
    pub legal: NaiveDate,
}

/// A working-day calendar over whole years.
#[derive(Debug, Clone)]
pub struct Calendar {
    from: NaiveDate,
    to: NaiveDate,
    days_off: BTreeMap<NaiveDate, DayOff>,
    worked_weekends: BTreeSet<NaiveDate>,
    /// Days that somebody has set, above everything else.
    set: BTreeMap<NaiveDate, bool>,
    /// From which days on what is due on a day off moves to the next working day; before the first it does.
    moving: BTreeMap<NaiveDate, bool>,
}

/// Why a day is off, besides being a weekend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DayOff {
    /// A holiday on its own date.
    Holiday(HolidayName),
    /// The day to which a holiday on a weekend moved.
    Observed(HolidayName),
    /// A day off for which a weekend day is worked.
    Swap {
        /// The weekend day that is worked instead.
        worked: NaiveDate,
    },
}

/// A holiday's names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayName {
    /// Handle in the data, e.g. `nauryz`.
    pub id: String,
    /// Russian name.
    pub ru: String,
    /// Kazakh name.
    pub kk: String,
    /// English name.
    pub en: String,
    /// The date is an estimate, not yet announced.
    pub estimated: bool,
}

impl HolidayName {
    /// Name in a language.
    pub fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::Kk => &self.kk,
            Lang::Ru => &self.ru,
            Lang::En => &self.en,
        }
    }
}

impl Calendar {
    /// The calendar shipped with the program, 2024 to 2027.
    pub fn shipped() -> &'static Calendar {
        static SHIPPED: LazyLock<Calendar> = LazyLock::new(|| {
            Calendar::from_json(include_str!("../data/calendar.json"))
                .expect("the embedded calendar is tested")
        });
        &SHIPPED
    }

    /// Builds a calendar from data of the form of `data/calendar.json`.
    pub fn from_json(json: &str) -> Result<Self, CalendarError> {
        let data: CalendarData =
            serde_json::from_str(json).map_err(|e| CalendarError::Data(e.to_string()))?;
        data.build()
    }

    /// This calendar with days that the centre has set: whether people work on them, whatever the data say of them. A day
    /// outside the years we know stays unknown.
    #[must_use]
    pub fn with_days(&self, days: impl IntoIterator<Item = (NaiveDate, bool)>) -> Self {
        let mut changed = self.clone();
        changed.set.extend(days);
        changed
    }

    /// This calendar with another reading of A-18: from these days on, whether what is due on a day off is in time until the
    /// next working day. Where nothing is said it is.
    #[must_use]
    pub fn with_moving(&self, values: impl IntoIterator<Item = (NaiveDate, bool)>) -> Self {
        let mut changed = self.clone();
        changed.moving.extend(values);
        changed
    }

    /// Whether what is due on a day off moves to the next working day. Days off that touch each other have one
    /// answer, that of the working day before them: so what is due earlier is never late later.
    pub fn moves(&self, due: NaiveDate) -> bool {
        let held = || self.last_working_day(due).unwrap_or(due);
        self.moving.is_empty() || self.moving.range(..=held()).next_back().is_none_or(|(_, moves)| *moves)
    }

    /// First and last day known.
    pub fn known(&self) -> (NaiveDate, NaiveDate) {
        (self.from, self.to)
    }

    /// Whether people work on a day.
    pub fn is_working_day(&self, day: NaiveDate) -> Result<bool, CalendarError> {
        self.check(day)?;
        Ok(self.works(day))
    }

    /// Why the data have a day off; `None` for working days and plain weekends. What somebody has set says nothing here.
    pub fn day_off(&self, day: NaiveDate) -> Result<Option<&DayOff>, CalendarError> {
        self.check(day)?;
        Ok(self.days_off.get(&day))
    }

    /// The `n`-th working day after a day, which itself is not counted. With 0 the day itself.
    pub fn add_working_days(&self, day: NaiveDate, n: u32) -> Result<NaiveDate, CalendarError> {
        self.check(day)?;
        let mut at = day;
        for _ in 0..n {
            at = self.next_working_day(self.tomorrow(at)?)?;
        }
        Ok(at)
    }

    /// Working days in the half-open span after `from` up to and with `to`; negative when `to` lies
    /// before `from`. The inverse of [`Calendar::add_working_days`]: "2 working days left", "3 late".
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> Result<i64, CalendarError> {
        self.check(from)?;
        self.check(to)?;
        let (early, late, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
        let count = early.iter_days().skip(1).take_while(|d| *d <= late).filter(|d| self.works(*d)).count();
        Ok(sign * i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// The day itself if people work on it, else the next day they do.
    pub fn next_working_day(&self, day: NaiveDate) -> Result<NaiveDate, CalendarError> {
        let mut at = day;
        while !self.is_working_day(at)? {
            at = self.tomorrow(at)?;
        }
        Ok(at)
    }

    /// The day itself if people work on it, else the last day before on which they did.
    pub fn last_working_day(&self, day: NaiveDate) -> Result<NaiveDate, CalendarError> {
        let mut at = day;
        while !self.is_working_day(at)? {
            at = at.pred_opt().ok_or_else(|| self.unknown(at))?;
        }
        Ok(at)
    }

    /// End of a term of `working_days` that an event starts: the day of the event is not counted,
    /// the term ends at 23:59:59 UTC+5 of the last day.
    pub fn deadline(&self, event: DateTime<Utc>, working_days: u32) -> Result<DateTime<Utc>, CalendarError> {
        Ok(due_at(self.add_working_days(civil_date(event), working_days)?))
    }

    /// The last day that is in time for what is due on a day: that day, or the next working day if it is a day off and such
    /// days move ([`Calendar::moves`], A-18). Outside the years we know, that day itself.
    pub fn last_day(&self, due: NaiveDate) -> NaiveDate {
        self.next_working_day(due).ok().filter(|_| self.moves(due)).unwrap_or(due)
    }

    /// What was due before this day, and only that, is late on `today`: the day after the last working day before today, or
    /// today where days off do not move, so that `due < late_before(today)` says the same as `last_day(due) < today`.
    pub fn late_before(&self, today: NaiveDate) -> NaiveDate {
        let before = today.pred_opt().filter(|day| self.moves(*day));
        let before = before.and_then(|day| self.last_working_day(day).ok());
        before.and_then(|day| day.succ_opt()).unwrap_or(today)
    }

    /// Target and legal day of a date that an order names.
    pub fn named_date(&self, named: NaiveDate) -> Result<NamedDate, CalendarError> {
        let legal = if self.moves(named) { self.next_working_day(named)? } else { named };
        Ok(NamedDate { named, target: self.last_working_day(named)?, legal })
    }

    /// When the monthly report of a month is due: the 5th of the next one (§39, A-17, A-18).
    pub fn report_due(&self, month: ReportMonth) -> Result<NamedDate, CalendarError> {
        let next = month.next();
        let named = NaiveDate::from_ymd_opt(next.year, next.month, 5)
            .ok_or_else(|| CalendarError::Data(format!("no 5th of {next}")))?;
        self.named_date(named)
    }

    fn works(&self, day: NaiveDate) -> bool {
        if let Some(works) = self.set.get(&day) {
            return *works;
        }
        if is_weekend(day) { self.worked_weekends.contains(&day) } else { !self.days_off.contains_key(&day) }
    }

    fn tomorrow(&self, day: NaiveDate) -> Result<NaiveDate, CalendarError> {
        day.succ_opt().ok_or_else(|| self.unknown(day))
    }

    fn check(&self, day: NaiveDate) -> Result<(), CalendarError> {
        if self.from <= day && day <= self.to { Ok(()) } else { Err(self.unknown(day)) }
    }

    fn unknown(&self, day: NaiveDate) -> CalendarError {
        CalendarError::Unknown { day, from: self.from, to: self.to }
    }
}

/// A calendar month that is reported on, written `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportMonth {
    year: i32,
    month: u32,
}

impl ReportMonth {
    /// Month 1 to 12 of a year.
    pub fn new(year: i32, month: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, 1)
            .filter(|_| (0..=9999).contains(&year))
            .map(|_| Self { year, month })
    }

    /// The month of a civil day.
    pub fn of(day: NaiveDate) -> Self {
        Self { year: day.year(), month: day.month() }
    }

    /// Calendar year.
    pub const fn year(self) -> i32 {
        self.year
    }

    /// 1 to 12.
    pub const fn month(self) -> u32 {
        self.month
    }

    /// The month after.
    pub const fn next(self) -> Self {
        if self.month == 12 {
            Self { year: self.year + 1, month: 1 }
        } else {
            Self { year: self.year, month: self.month + 1 }
        }
    }

    /// Whether a civil day lies in the month.
    pub fn contains(self, day: NaiveDate) -> bool {
        Self::of(day) == self
    }
}

impl fmt::Display for ReportMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for ReportMonth {
    type Err = CalendarError;
    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let parts = text.split_once('-').filter(|(y, m)| {
            y.len() == 4 && m.len() == 2 && y.bytes().chain(m.bytes()).all(|b| b.is_ascii_digit())
        });
        parts
            .and_then(|(year, month)| Self::new(year.parse().ok()?, month.parse().ok()?))
            .ok_or_else(|| CalendarError::Data(format!("{text:?} is not a month such as 2026-11")))
    }
}

impl Serialize for ReportMonth {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ReportMonth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarData {
    #[serde(rename = "note")]
    _note: String,
    known_from: NaiveDate,
    known_to: NaiveDate,
    yearly: Vec<YearlyHoliday>,
    dated: Vec<DatedHoliday>,
    swaps: Vec<Swap>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearlyHoliday {
    id: String,
    /// Days as `MM-DD`.
    days: Vec<String>,
    transfers: bool,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    ru: String,
    kk: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DatedHoliday {
    id: String,
    date: NaiveDate,
    transfers: bool,
    estimated: bool,
    ru: String,
    kk: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Swap {
    off: NaiveDate,
    worked: NaiveDate,
}

impl CalendarData {
    /// Lays the holidays on their dates, then the swaps, then moves what fell on a weekend: each to
    /// the next day that is neither weekend nor off already, in order of date, so that several push each other.
    fn build(self) -> Result<Calendar, CalendarError> {
        let known = self.known_from..=self.known_to;
        let mut days_off = BTreeMap::new();
        let mut moving = BTreeMap::new();
        for (date, transfers, name) in self.holidays()? {
            if !known.contains(&date) {
                continue;
            }
            if transfers && is_weekend(date) {
                moving.insert(date, name.clone());
            }
            days_off.insert(date, DayOff::Holiday(name));
        }
        let mut worked_weekends = BTreeSet::new();
        for swap in &self.swaps {
            if !is_weekend(swap.worked) || is_weekend(swap.off) || days_off.contains_key(&swap.off) {
                return Err(CalendarError::Data(format!(
                    "a swap gives a working weekday for a weekend day, not {} for {}",
                    swap.off, swap.worked
                )));
            }
            days_off.insert(swap.off, DayOff::Swap { worked: swap.worked });
            worked_weekends.insert(swap.worked);
        }
        for (date, name) in moving {
            let mut to = date;
            while is_weekend(to) || days_off.contains_key(&to) {
                to = to + Days::new(1);
            }
            days_off.insert(to, DayOff::Observed(name));
        }
        let (set, moving) = (BTreeMap::new(), BTreeMap::new());
        Ok(Calendar { from: self.known_from, to: self.known_to, days_off, worked_weekends, set, moving })
    }

    fn holidays(&self) -> Result<Vec<(NaiveDate, bool, HolidayName)>, CalendarError> {
        let mut all = Vec::new();
        for holiday in &self.yearly {
            let name = HolidayName {
                id: holiday.id.clone(),
                ru: holiday.ru.clone(),
                kk: holiday.kk.clone(),
                en: holiday.en.clone(),
                estimated: false,
            };
            for year in self.known_from.year()..=self.known_to.year() {
                for day in &holiday.days {
                    let date = format!("{year:04}-{day}")
                        .parse::<NaiveDate>()
                        .map_err(|e| CalendarError::Data(format!("{}: {day}: {e}", holiday.id)))?;
                    if holiday.from.is_none_or(|from| from <= date) && holiday.to.is_none_or(|to| date <= to)
                    {
                        all.push((date, holiday.transfers, name.clone()));
                    }
                }
            }
        }
        for holiday in &self.dated {
            let name = HolidayName {
                id: holiday.id.clone(),
                ru: holiday.ru.clone(),
                kk: holiday.kk.clone(),
                en: holiday.en.clone(),
                estimated: holiday.estimated,
            };
            all.push((holiday.date, holiday.transfers, name));
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests;

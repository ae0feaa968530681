//! Within how many working days the three should sign a road map (§38, A-21). The order names no term: this one is the
//! organisation's own, a day to aim for and never a legal one, so it is a setting with a day.
//!
//! A fact `setting.set` named `roadmap.term.<day>` gives a number of working days for maps that are put forward on that day
//! or later; an empty value takes it back. A map keeps the day that it was put forward with.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kandas_shared::calendar::Calendar;

use crate::{
    all,
    store::{StoreError, Tx},
};

/// How the names of these settings begin.
pub const PREFIX: &str = "roadmap.term.";
/// What holds where nobody has said anything.
pub const DEFAULT: u32 = 5;
/// The longest, in working days.
pub const LONGEST: u32 = 60;

/// Name of a setting.
#[must_use]
pub fn setting(from: NaiveDate) -> String {
    format!("{PREFIX}{from}")
}

/// From which day on a setting holds; none if it is another setting.
#[must_use]
pub fn about(setting: &str) -> Option<NaiveDate> {
    setting.strip_prefix(PREFIX)?.parse().ok()
}

/// Every term there is, with its first day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoadMapTerms(BTreeMap<NaiveDate, u32>);

impl RoadMapTerms {
    /// What the store says.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(tx: &mut Tx) -> Result<Self, StoreError> {
        let sql = "select name, value from setting where name like 'roadmap.term.%'";
        let rows = all!(tx, (String, String), sql).await?;
        Ok(Self::of(rows.iter().map(|(name, value)| (name.as_str(), value.as_str()))))
    }

    /// Of settings by name and value; others, and numbers that cannot be, are passed over.
    pub fn of<'a>(settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let rows = settings.into_iter().filter_map(|(name, value)| {
            let days = value.parse().ok().filter(|days| (1..=LONGEST).contains(days))?;
            Some((about(name)?, days))
        });
        Self(rows.collect())
    }

    /// The terms with their first days, the earliest first.
    pub fn values(&self) -> impl Iterator<Item = (NaiveDate, u32)> {
        self.0.iter().map(|(from, days)| (*from, *days))
    }

    /// The term of a map that is put forward on a day.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> u32 {
        self.0.range(..=day).next_back().map_or(DEFAULT, |(_, days)| *days)
    }

    /// The last day of that term; none beyond the calendar.
    #[must_use]
    pub fn target(&self, day: NaiveDate, calendar: &Calendar) -> Option<NaiveDate> {
        calendar.add_working_days(day, self.on(day)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_term_holds_from_its_day_on() {
        let terms = RoadMapTerms::of([
            ("roadmap.term.2026-06-01", "10"),
            ("roadmap.term.2026-09-01", "3"),
            ("roadmap.term.2026-10-01", ""),
            ("roadmap.term.2026-11-01", "0"),
            ("roadmap.term.2026-12-01", "61"),
            ("term.S07.2026-01-01", "7"),
        ]);
        let table =
            [("2026-05-31", 5), ("2026-06-01", 10), ("2026-08-31", 10), ("2026-09-01", 3), ("2027-01-01", 3)];
        for (on, expected) in table {
            assert_eq!(terms.on(day(on)), expected, "{on}");
        }
        assert_eq!(RoadMapTerms::default().on(day("2026-06-01")), DEFAULT);
        assert_eq!(about(&setting(day("2026-06-01"))), Some(day("2026-06-01")));
        for other in ["roadmap.term.soon", "roadmap.2026-06-01", "term.2026-06-01"] {
            assert_eq!(about(other), None, "{other}");
        }
    }

    #[test]
    fn it_is_counted_in_working_days() {
        let calendar = Calendar::shipped();
        let target = |on: &str| RoadMapTerms::default().target(day(on), calendar);
        // A Monday; a Friday before a week with a holiday on its Wednesday (16 December).
        assert_eq!(target("2026-11-23"), Some(day("2026-11-30")));
        assert_eq!(target("2026-12-11"), Some(day("2026-12-21")));
        assert_eq!(target("2031-01-01"), None, "beyond the calendar nothing is guessed");
    }
}

//! How the five years of monitoring are read, and how long there is for closing a round: the order leaves it
//! open, so it is a set of rules with days ([`RuleSet::Monitoring`]).
//!
//! `start` and `periods` hold for families that were included in the quota (without it: arrived) on that day or later, and
//! their rounds are cut anew when one is set; `term`, in working days, holds for rounds that end on that day or later.

use chrono::NaiveDate;
use kandas_shared::{
    calendar::Calendar,
    monitoring::{self, Reading, Round, TERM},
};

use crate::{
    rules::{self, RuleSet},
    store::{StoreError, Tx},
};

/// From which day the five years run.
const START: &str = "start";
/// Along what rounds are cut.
const PERIODS: &str = "periods";
/// Working days for closing a round.
const TERM_OF: &str = "term";

/// Whether the rounds of families follow from a setting.
#[must_use]
pub fn cuts(setting: &str) -> bool {
    RuleSet::Monitoring.about(setting).is_some_and(|(rule, _)| rule.name != TERM_OF)
}

/// Every rule there is, with its first day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules(rules::Rules);

impl Rules {
    /// What the store says.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(tx: &mut Tx) -> Result<Self, StoreError> {
        Ok(Self(rules::Rules::read(tx, RuleSet::Monitoring).await?))
    }

    /// Of settings by name and value; others, and values that there are not, are passed over.
    pub fn of<'a>(settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(rules::Rules::of(RuleSet::Monitoring, settings))
    }

    /// How the five years of a family are read.
    #[must_use]
    pub fn reading(&self, quota: Option<NaiveDate>, arrived: Option<NaiveDate>) -> Reading {
        let default = Reading::default();
        let Some(day) = quota.or(arrived) else { return default };
        // What does not fit was passed over when it was read.
        Reading {
            start: self.0.on(START, day).parse().unwrap_or(default.start),
            periods: self.0.on(PERIODS, day).parse().unwrap_or(default.periods),
        }
    }

    /// The day from which the five years of a family run, and its rounds; none while neither of its days is known.
    #[must_use]
    pub fn rounds(
        &self,
        quota: Option<NaiveDate>,
        arrived: Option<NaiveDate>,
    ) -> Option<(NaiveDate, Vec<Round>)> {
        let reading = self.reading(quota, arrived);
        let start = reading.start(quota, arrived)?;
        Some((start, monitoring::rounds(start, reading.periods)))
    }

    /// Working days for closing a round that ends on a day.
    #[must_use]
    pub fn term(&self, ends_on: NaiveDate) -> u32 {
        self.0.on(TERM_OF, ends_on).parse().unwrap_or(TERM)
    }

    /// The last day for closing it; none beyond the calendar.
    #[must_use]
    pub fn due(&self, ends_on: NaiveDate, calendar: &Calendar) -> Option<NaiveDate> {
        monitoring::due(ends_on, self.term(ends_on), calendar)
    }

    /// Rounds that ended before this day are missed on `today` unless they were closed.
    #[must_use]
    pub fn missed_before(&self, today: NaiveDate, calendar: &Calendar) -> NaiveDate {
        monitoring::missed_before(today, calendar, &|ends_on| self.term(ends_on))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_rule_holds_for_families_and_rounds_of_its_day_or_later() {
        let rules = Rules::of([
            ("monitoring.start.2026-06-01", "arrival"),
            ("monitoring.periods.2026-09-01", "anniversary"),
            ("monitoring.periods.2026-10-01", "sometimes"),
            ("monitoring.term.2026-12-31", "15"),
            ("monitoring.term.2027-03-31", "0"),
            ("monitoring.term.2027-06-30", "61"),
            ("report.rows.2026-12-01", "planned"),
        ]);
        let (quota, arrived) = (Some(day("2026-07-01")), Some(day("2026-05-20")));
        let start = |quota, arrived| rules.rounds(quota, arrived).map(|(start, _)| start);
        assert_eq!(start(quota, arrived), arrived, "included from the day on");
        assert_eq!(start(Some(day("2026-05-31")), arrived), Some(day("2026-05-31")), "included before it");
        assert_eq!(start(None, arrived), arrived);
        assert_eq!(start(None, None), None);
        let (_, rounds) = rules.rounds(Some(day("2026-10-15")), None).unwrap();
        assert_eq!(rounds[0].begins_on, day("2026-10-15"), "what is no word is passed over");
        let (_, rounds) = rules.rounds(Some(day("2026-08-31")), None).unwrap();
        assert_eq!(rounds[0].begins_on, day("2026-10-01"));
        let terms = ["2026-12-30", "2026-12-31", "2027-06-30"].map(|ends| rules.term(day(ends)));
        assert_eq!(terms, [10, 15, 15]);
        assert_eq!(rules.due(day("2026-12-31"), Calendar::shipped()), Some(day("2027-01-26")));
    }

    ///
    #[test]
    fn nobody_has_said_anything_of_it() {
        let rules = Rules::of([]);
        assert_eq!(rules.reading(Some(day("2026-07-01")), None), Reading::default());
        assert_eq!(rules.term(day("2026-12-31")), TERM);
        for (setting, expected) in [
            ("monitoring.start.2026-12-01", true),
            ("monitoring.periods.2026-12-01", true),
            ("monitoring.term.2026-12-01", false),
            ("monitoring.term.soon", false),
            ("monitoring.2026-12-01", false),
            ("monitor.start.2026-12-01", false),
        ] {
            assert_eq!(cuts(setting), expected, "{setting}");
        }
    }
}

//! How the five years of monitoring are read, and how long there is for closing a round: the order leaves it
//! open, so it is a setting with a day.
//!
//! A fact `setting.set` named `monitoring.<rule>.<day>` gives a word, or a number of working days; an empty value takes it
//! back. `start` and `periods` hold for families that were included in the quota (without it: arrived) on that day or later,
//! and their rounds are cut anew when one is set; `term` holds for rounds that end on that day or later.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kandas_shared::{
    calendar::Calendar,
    monitoring::{self, LONGEST_TERM, Reading, Round, RoundPeriods, RoundStart, TERM},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    all,
    store::{StoreError, Tx},
};

/// How the names of these settings begin.
pub const PREFIX: &str = "monitoring.";

/// What can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MonitoringRule)]
pub enum Rule {
    /// From which day the five years run.
    Start,
    /// Along what rounds are cut.
    Periods,
    /// Working days for closing a round.
    Term,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Start, Self::Periods, Self::Term];

    /// Its word in the name of the setting.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Periods => "periods",
            Self::Term => "term",
        }
    }

    /// What may be chosen, the default first; nothing where it is a number.
    #[must_use]
    pub fn words(self) -> Vec<&'static str> {
        match self {
            Self::Start => RoundStart::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Periods => RoundPeriods::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Term => Vec::new(),
        }
    }

    /// Whether it may be so.
    #[must_use]
    pub fn fits(self, value: &str) -> bool {
        match self {
            Self::Start | Self::Periods => self.words().contains(&value),
            Self::Term => days(value).is_some(),
        }
    }

    /// What holds where nobody has said anything.
    #[must_use]
    pub fn default(self) -> String {
        let reading = Reading::default();
        match self {
            Self::Start => reading.start.to_string(),
            Self::Periods => reading.periods.to_string(),
            Self::Term => TERM.to_string(),
        }
    }

    /// Whether the rounds of families follow from it.
    #[must_use]
    pub fn cuts(self) -> bool {
        self != Self::Term
    }
}

fn days(value: &str) -> Option<u32> {
    value.parse().ok().filter(|days| (1..=LONGEST_TERM).contains(days))
}

/// Name of a setting.
#[must_use]
pub fn setting(rule: Rule, from: NaiveDate) -> String {
    format!("{PREFIX}{}.{from}", rule.word())
}

/// Which rule a setting is about, and from which day; none if it is another setting.
#[must_use]
pub fn about(setting: &str) -> Option<(Rule, NaiveDate)> {
    let (word, from) = setting.strip_prefix(PREFIX)?.rsplit_once('.')?;
    let rule = Rule::ALL.into_iter().find(|rule| rule.word() == word)?;
    Some((rule, from.parse().ok()?))
}

/// Every rule there is, with its first day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules(BTreeMap<(Rule, NaiveDate), String>);

impl Rules {
    /// What the store says.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(tx: &mut Tx) -> Result<Self, StoreError> {
        let rows =
            all!(tx, (String, String), "select name, value from setting where name like 'monitoring.%'")
                .await?;
        Ok(Self::of(rows.iter().map(|(name, value)| (name.as_str(), value.as_str()))))
    }

    /// Of settings by name and value; others, and values that there are not, are passed over.
    pub fn of<'a>(settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let rows = settings.into_iter().filter_map(|(name, value)| {
            let (rule, from) = about(name)?;
            rule.fits(value).then(|| ((rule, from), value.to_owned()))
        });
        Self(rows.collect())
    }

    /// What was set with its first days, the earliest first.
    pub fn values(&self, rule: Rule) -> impl Iterator<Item = (NaiveDate, &str)> {
        self.0
            .iter()
            .filter(move |((of, _), _)| *of == rule)
            .map(|((_, from), value)| (*from, value.as_str()))
    }

    /// What holds on a day.
    #[must_use]
    pub fn on(&self, rule: Rule, day: NaiveDate) -> String {
        let last = self.values(rule).take_while(|(from, _)| *from <= day).last();
        last.map_or_else(|| rule.default(), |(_, value)| value.to_owned())
    }

    /// How the five years of a family are read.
    #[must_use]
    pub fn reading(&self, quota: Option<NaiveDate>, arrived: Option<NaiveDate>) -> Reading {
        let Some(day) = quota.or(arrived) else { return Reading::default() };
        let default = Reading::default();
        // What does not fit was passed over when it was read.
        Reading {
            start: self.on(Rule::Start, day).parse().unwrap_or(default.start),
            periods: self.on(Rule::Periods, day).parse().unwrap_or(default.periods),
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
        days(&self.on(Rule::Term, ends_on)).unwrap_or(TERM)
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

    #[test]
    fn a_setting_names_its_rule_and_its_day() {
        for rule in Rule::ALL {
            assert_eq!(about(&setting(rule, day("2026-12-01"))), Some((rule, day("2026-12-01"))));
            assert!(rule.fits(&rule.default()), "{rule:?}");
            assert!(rule.words().first().is_none_or(|first| *first == rule.default()), "{rule:?}");
        }
        for other in ["monitoring.term.soon", "monitoring.2026-12-01", "monitor.term.2026-12-01"] {
            assert_eq!(about(other), None, "{other}");
        }
    }
}

//! How the total of an assessment is read (§49, A-30): the order's bands do not fit three scores of 1 to 5, so the reading
//! is a setting with a day.
//!
//! A fact `setting.set` named `assessment.mode.<day>` gives a word of [`AssessmentMode`] for the quarters that end on that day or
//! later; an empty value takes it back. A score keeps the reading that it was given in.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kandas_shared::assessment::AssessmentMode;

use crate::{
    all,
    store::{StoreError, Tx},
};

/// How the names of these settings begin.
pub const PREFIX: &str = "assessment.mode.";

/// What holds where nothing is set: the bands as they are written.
pub const DEFAULT: AssessmentMode = AssessmentMode::LiteralSum;

/// Name of a setting.
#[must_use]
pub fn setting(from: NaiveDate) -> String {
    format!("{PREFIX}{from}")
}

/// From which day a setting holds; none if it is another setting.
#[must_use]
pub fn about(setting: &str) -> Option<NaiveDate> {
    setting.strip_prefix(PREFIX)?.parse().ok()
}

/// Every reading there is, with its first day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Modes(BTreeMap<NaiveDate, AssessmentMode>);

impl Modes {
    /// What the store says.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(tx: &mut Tx) -> Result<Self, StoreError> {
        let sql = "select name, value from setting where name like 'assessment.mode.%'";
        let rows = all!(tx, (String, String), sql).await?;
        Ok(Self::of(rows.iter().map(|(name, value)| (name.as_str(), value.as_str()))))
    }

    /// Of settings by name and value; others, and words that there are not, are passed over.
    pub fn of<'a>(settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let rows = settings.into_iter().filter_map(|(name, value)| Some((about(name)?, value.parse().ok()?)));
        Self(rows.collect())
    }

    /// What was set, the earliest day first.
    pub fn values(&self) -> impl Iterator<Item = (NaiveDate, AssessmentMode)> {
        self.0.iter().map(|(from, mode)| (*from, *mode))
    }

    /// The reading for a quarter that ends on a day.
    #[must_use]
    pub fn on(&self, last: NaiveDate) -> AssessmentMode {
        self.0.range(..=last).next_back().map_or(DEFAULT, |(_, mode)| *mode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_reading_holds_for_quarters_that_end_on_its_day_or_later() {
        let modes = Modes::of([
            ("assessment.mode.2026-09-30", "rescaled_25"),
            ("assessment.mode.2027-01-01", "literal_sum"),
            ("assessment.mode.2027-07-01", ""),
            ("assessment.mode.2027-08-01", "by_feeling"),
            ("report.cells.2026-01-01", "mark"),
        ]);
        let table = [
            ("2026-06-30", AssessmentMode::LiteralSum),
            ("2026-09-30", AssessmentMode::Rescaled25),
            ("2026-12-31", AssessmentMode::Rescaled25),
            ("2027-03-31", AssessmentMode::LiteralSum),
            ("2027-12-31", AssessmentMode::LiteralSum),
        ];
        for (last, mode) in table {
            assert_eq!(modes.on(day(last)), mode, "{last}");
        }
        assert_eq!(modes.values().count(), 2);
        assert_eq!(Modes::default().on(day("2026-09-30")), DEFAULT);
        assert_eq!(about(&setting(day("2026-10-01"))), Some(day("2026-10-01")));
        assert_eq!(about("assessment.mode.soon"), None);
    }
}

//! The working-day calendar as this centre has it: what the program ships, and above that the days that somebody has set.
//!
//! A fact `setting.set` named `calendar.<day>` sets one day, or makes it again what the program has; always with a reason
//! and a source. Everything that counts working days counts by [`read`], and with it by the rule of the programme that says
//! whether what is due on a day off moves. Phones get the days that are set with their pull ([`crate::scope::ALL`]),
//! and the rule with their settings.

use chrono::NaiveDate;
use kandas_shared::calendar::Calendar;
use serde::{Deserialize, Serialize};

use crate::{
    all,
    rules::{RuleSet, Rules},
    store::{StoreError, Tx},
};

/// How the names of these settings begin.
pub const PREFIX: &str = "calendar.";

/// How a day is set: the value of its setting, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DaySet {
    /// Whether people work on it; null: as the program has it.
    pub works: Option<bool>,
    /// Why, in words.
    pub reason: String,
    /// The decree, order or publication that says so.
    pub source: String,
}

impl DaySet {
    /// Reads the value of a setting; none if it is not readable.
    #[must_use]
    pub fn read(value: &str) -> Option<Self> {
        serde_json::from_str(value).ok()
    }
}

/// Name of the setting of a day.
#[must_use]
pub fn setting(day: NaiveDate) -> String {
    format!("{PREFIX}{day}")
}

/// The day that a setting sets; none if it is another setting.
#[must_use]
pub fn day_of(setting: &str) -> Option<NaiveDate> {
    setting.strip_prefix(PREFIX)?.parse().ok()
}

/// The calendar as it stands.
///
/// # Errors
/// When the database does not answer.
pub async fn read(tx: &mut Tx) -> Result<Calendar, StoreError> {
    let days = all!(tx, (NaiveDate, bool), "select day, works from calendar_day").await?;
    let rules = Rules::read(tx, RuleSet::Programme).await?;
    Ok(Calendar::shipped().with_days(days).with_moving(rules.day_off_moves()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_names_its_day() {
        let day: NaiveDate = "2026-12-16".parse().unwrap();
        assert_eq!(setting(day), "calendar.2026-12-16");
        assert_eq!(day_of(&setting(day)), Some(day));
        for other in ["calendar.", "calendar.soon", "finding.accuracy_m.2026-12-16", "2026-12-16"] {
            assert_eq!(day_of(other), None, "{other}");
        }
        let set = DaySet { works: Some(false), reason: "а".into(), source: "б".into() };
        assert_eq!(DaySet::read(&serde_json::to_string(&set).unwrap()), Some(set));
        assert_eq!(DaySet::read(""), None);
    }
}

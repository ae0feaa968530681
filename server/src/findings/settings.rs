//! What the rules measure against: numbers with the day from which they hold.
//!
//! The program ships a first value of each (`settings.json`, reasons in docs/findings.md); a fact `setting.set` named
//! `finding.<threshold>.<day>` gives another from that day on. A record is measured by what held on the civil day it was
//! received: that day is the server's own, so nobody chooses his measure.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kandas_shared::finding::Threshold;
use serde::Deserialize;

use crate::{
    all,
    store::{StoreError, Tx},
};

/// How the names of these settings begin.
pub const PREFIX: &str = "finding.";

/// One value and since when.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dated {
    /// Of what.
    pub name: Threshold,
    /// First civil day (UTC+5) on which it holds.
    pub from: NaiveDate,
    /// The value, in the unit that the name says.
    pub value: f64,
}

impl Dated {
    /// Name of the setting.
    #[must_use]
    pub fn setting(&self) -> String {
        format!("{PREFIX}{}.{}", self.name, self.from)
    }

    /// Which threshold a setting is about, and from which day; none if it is another setting.
    #[must_use]
    pub fn about(name: &str) -> Option<(Threshold, NaiveDate)> {
        let (threshold, from) = name.strip_prefix(PREFIX)?.rsplit_once('.')?;
        Some((threshold.parse().ok()?, from.parse().ok()?))
    }

    /// Reads a setting; none if it is another one, or no number: an empty value takes back what was set for that day.
    #[must_use]
    pub fn read(name: &str, value: &str) -> Option<Self> {
        let (name, from) = Self::about(name)?;
        let value: f64 = value.parse().ok().filter(|value: &f64| value.is_finite() && *value >= 0.0)?;
        Some(Self { name, from, value })
    }
}

/// What a value may be: least, most, and whether it is a whole number. What lies outside would find everything or nothing.
#[must_use]
pub fn range(name: Threshold) -> (f64, f64, bool) {
    match name {
        Threshold::AccuracyM | Threshold::TravelAccuracyM => (5.0, 5_000.0, false),
        Threshold::OutsideKm => (1.0, 500.0, false),
        Threshold::SettlementKm => (1.0, 1_000.0, false),
        Threshold::SettlementFixes => (1.0, 200.0, true),
        Threshold::ExifKm => (0.1, 100.0, false),
        Threshold::ExifMinutes => (1.0, 1_440.0, false),
        Threshold::ExifDays => (0.0, 60.0, true),
        Threshold::TravelKmh => (20.0, 1_000.0, false),
        Threshold::TravelKm => (0.0, 100.0, false),
        Threshold::ClockSeconds => (10.0, 86_400.0, true),
        Threshold::ClockGraveSeconds => (10.0, 604_800.0, true),
        Threshold::DueWidthHours => (1.0, 720.0, true),
        Threshold::NearBits => (0.0, 36.0, true),
        Threshold::NearPercent => (50.0, 100.0, false),
        Threshold::MostOthers => (1.0, 50.0, true),
        Threshold::SamplePercent => (0.0, 100.0, false),
    }
}

/// Whether a value may be set.
#[must_use]
pub fn fits(name: Threshold, value: f64) -> bool {
    let (least, most, whole) = range(name);
    (least..=most).contains(&value) && (!whole || value.fract() == 0.0)
}

/// Every value there is, with its day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings(BTreeMap<(Threshold, NaiveDate), f64>);

impl Settings {
    /// The values that the program ships.
    ///
    /// # Panics
    /// Never: a test reads them.
    #[must_use]
    pub fn shipped() -> Self {
        let rows: Vec<Dated> = serde_json::from_str(include_str!("settings.json")).expect("embedded");
        Self::default().with(rows)
    }

    /// These, and others in their place where the day is the same.
    #[must_use]
    pub fn with(mut self, rows: impl IntoIterator<Item = Dated>) -> Self {
        self.0.extend(rows.into_iter().map(|row| ((row.name, row.from), row.value)));
        self
    }

    /// What the store says, over what the program ships.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(tx: &mut Tx) -> Result<Self, StoreError> {
        let sql = "select name, value from setting where name like 'finding.%'";
        let rows = all!(tx, (String, String), sql).await?;
        Ok(Self::shipped().with(rows.iter().filter_map(|(name, value)| Dated::read(name, value))))
    }

    /// The value that begins on a day, if one does.
    #[must_use]
    pub fn at(&self, name: Threshold, from: NaiveDate) -> Option<f64> {
        self.0.get(&(name, from)).copied()
    }

    /// All of them, by name and day.
    pub fn rows(&self) -> impl Iterator<Item = Dated> {
        self.0.iter().map(|((name, from), value)| Dated { name: *name, from: *from, value: *value })
    }

    /// What holds on a day. Before the first day of a value the earliest one does.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Thresholds {
        let mut held = BTreeMap::new();
        for ((name, from), value) in &self.0 {
            if *from <= day || !held.contains_key(name) {
                held.insert(*name, *value);
            }
        }
        Thresholds(held)
    }
}

/// The values of one day.
#[derive(Clone, Debug, PartialEq)]
pub struct Thresholds(BTreeMap<Threshold, f64>);

impl Thresholds {
    /// The value, in the unit that the name says.
    #[must_use]
    pub fn get(&self, name: Threshold) -> f64 {
        self.0.get(&name).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_threshold_is_shipped_with_a_value() {
        let held = Settings::shipped().on(day("2026-11-28"));
        for name in Threshold::ALL {
            assert!(held.get(*name) > 0.0, "{name}");
            assert!(fits(*name, held.get(*name)), "{name}");
            assert!(!fits(*name, -1.0) && !fits(*name, 1e9) && !fits(*name, f64::NAN), "{name}");
        }
    }

    #[test]
    fn a_value_holds_from_its_day_on() {
        let later = Dated { name: Threshold::AccuracyM, from: day("2026-12-01"), value: 150.0 };
        let settings = Settings::shipped().with([later]);
        let on = |text: &str| settings.on(day(text)).get(Threshold::AccuracyM);
        assert_eq!((on("2026-11-30"), on("2026-12-01"), on("2020-01-01")), (200.0, 150.0, 200.0));
        assert_eq!(Dated::read(&later.setting(), "150"), Some(later));
        for (name, value) in [
            ("finding.accuracy_m.soon", "1"),
            ("finding.x.2026-12-01", "1"),
            ("finding.accuracy_m.2026-12-01", "NaN"),
        ] {
            assert_eq!(Dated::read(name, value), None, "{name} {value}");
        }
        assert_eq!(Dated::read(&later.setting(), ""), None, "taken back");
        assert_eq!(Dated::about(&later.setting()), Some((later.name, later.from)));
    }
}

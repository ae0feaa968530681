//! Terms of services (§33): within how many working days of a family's inclusion in the quota a service is due.
//!
//! The order leaves them to the requirements of each state service, so the program ships none: what nobody has entered has
//! no legal due date. A fact `setting.set` named `term.<service>.<day>` gives one for families included from that
//! day on: a number of working days, or `none`; an empty value takes it back. A plan that names a due date keeps it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kandas_shared::{calendar::Calendar, service::ServiceCode};

use crate::{
    all,
    store::{StoreError, Tx},
};

/// How the names of these settings begin.
pub const PREFIX: &str = "term.";
/// The value for "no legal due date".
pub const NONE: &str = "none";
/// The longest term, in working days: that of the measures themselves is five years (§40).
pub const LONGEST: u32 = 1_300;

/// Every term there is, with its first day; none: no legal due date from then on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms(BTreeMap<(ServiceCode, NaiveDate), Option<u32>>);

/// Name of the setting of a term.
#[must_use]
pub fn setting(service: ServiceCode, from: NaiveDate) -> String {
    format!("{PREFIX}{service}.{from}")
}

/// Which service a setting is about, and from which day; none if it is another setting.
#[must_use]
pub fn about(setting: &str) -> Option<(ServiceCode, NaiveDate)> {
    let (service, from) = setting.strip_prefix(PREFIX)?.rsplit_once('.')?;
    Some((service.parse().ok()?, from.parse().ok()?))
}

/// Reads a value; none if there is none, or it was taken back.
#[must_use]
pub fn value(text: &str) -> Option<Option<u32>> {
    if text == NONE {
        return Some(None);
    }
    text.parse().ok().filter(|days| (1..=LONGEST).contains(days)).map(Some)
}

impl Terms {
    /// What the store says.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(tx: &mut Tx) -> Result<Self, StoreError> {
        let rows =
            all!(tx, (String, String), "select name, value from setting where name like 'term.%'").await?;
        Ok(Self::of(rows.iter().map(|(name, value)| (name.as_str(), value.as_str()))))
    }

    /// Of settings by name and value; others are passed over.
    pub fn of<'a>(settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let rows = settings.into_iter().filter_map(|(name, text)| Some((about(name)?, value(text)?)));
        Self(rows.collect())
    }

    /// The terms of a service with their first days, the earliest first.
    pub fn values(&self, service: ServiceCode) -> impl Iterator<Item = (NaiveDate, Option<u32>)> {
        self.0.iter().filter(move |((of, _), _)| *of == service).map(|((_, from), days)| (*from, *days))
    }

    /// The term for families included on a day; none: no legal due date.
    #[must_use]
    pub fn on(&self, service: ServiceCode, day: NaiveDate) -> Option<u32> {
        self.values(service).take_while(|(from, _)| *from <= day).last().and_then(|(_, days)| days)
    }

    /// When a service is due to a family that was included on a day; none without a term, and beyond the calendar.
    #[must_use]
    pub fn due(&self, service: ServiceCode, quota: NaiveDate, calendar: &Calendar) -> Option<NaiveDate> {
        calendar.add_working_days(quota, self.on(service, quota)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_term_holds_for_who_was_included_from_its_day_on() {
        let terms = Terms::of([
            ("term.S07.2026-01-01", "10"),
            ("term.S07.2026-06-01", "none"),
            ("term.S07.2026-09-01", "3"),
            ("term.S08.2026-09-01", ""),
            ("term.S09.2026-09-01", "0"),
            ("finding.accuracy_m.2026-09-01", "5"),
        ]);
        let on = |service, on: &str| terms.on(service, day(on));
        assert_eq!(on(ServiceCode::S07, "2025-12-31"), None);
        assert_eq!(on(ServiceCode::S07, "2026-01-01"), Some(10));
        assert_eq!(on(ServiceCode::S07, "2026-08-31"), None);
        assert_eq!(on(ServiceCode::S07, "2026-09-01"), Some(3));
        assert_eq!((on(ServiceCode::S08, "2026-12-01"), on(ServiceCode::S09, "2026-12-01")), (None, None));
        assert_eq!(
            about(&setting(ServiceCode::S07, day("2026-01-01"))),
            Some((ServiceCode::S07, day("2026-01-01")))
        );
    }

    #[test]
    fn it_is_counted_in_working_days_of_the_calendar() {
        let terms = Terms::of([("term.S07.2026-01-01", "3")]);
        let calendar = Calendar::shipped();
        // A Friday; the next week begins with Monday, 23 November.
        let due = |quota: &str, calendar: &Calendar| terms.due(ServiceCode::S07, day(quota), calendar);
        assert_eq!(due("2026-11-20", calendar), Some(day("2026-11-25")));
        let set = calendar.with_days([(day("2026-11-24"), false)]);
        assert_eq!(due("2026-11-20", &set), Some(day("2026-11-26")));
        assert_eq!(due("2025-11-20", calendar), None);
        assert_eq!(due("2027-12-31", calendar), None, "beyond the calendar nothing is guessed");
    }
}

//! How long each class is kept ([`kandas_shared::retention`]): settings with a day.
//!
//! A fact `setting.set` named `retention.<class>.<day>` gives a [`Keeping`] as JSON, for everything that is looked at on that
//! day or later; an empty value takes it back. Nothing is erased by it: people decide, and see what it says.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kandas_shared::retention::{Keeping, RetentionClass};

use crate::{
    all,
    store::{StoreError, Tx},
};

/// How the names of these settings begin.
pub const PREFIX: &str = "retention.";

/// Name of a setting.
#[must_use]
pub fn setting(class: RetentionClass, from: NaiveDate) -> String {
    format!("{PREFIX}{class}.{from}")
}

/// Which class a setting is about, and from which day on; none if it is another setting.
#[must_use]
pub fn about(setting: &str) -> Option<(RetentionClass, NaiveDate)> {
    let (class, from) = setting.strip_prefix(PREFIX)?.rsplit_once('.')?;
    Some((class.parse().ok()?, from.parse().ok()?))
}

/// Reads a value; none if it was taken back, or is none.
#[must_use]
pub fn read(value: &str) -> Option<Keeping> {
    serde_json::from_str(value).ok().filter(Keeping::fits)
}

/// Every class there is, with its first days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Classes(BTreeMap<(RetentionClass, NaiveDate), Keeping>);

impl Classes {
    /// What the store says.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(tx: &mut Tx) -> Result<Self, StoreError> {
        let sql = "select name, value from setting where name like 'retention.%'";
        let rows = all!(tx, (String, String), sql).await?;
        Ok(Self::of(rows.iter().map(|(name, value)| (name.as_str(), value.as_str()))))
    }

    /// Of settings by name and value; others, and values that cannot be, are passed over.
    pub fn of<'a>(settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let rows = settings.into_iter().filter_map(|(name, value)| {
            let (about, keeping) = (about(name)?, read(value)?);
            about.0.allows(&keeping).then_some((about, keeping))
        });
        Self(rows.collect())
    }

    /// What was said of a class with its first days, the earliest first.
    pub fn values(&self, class: RetentionClass) -> impl Iterator<Item = (NaiveDate, &Keeping)> {
        self.0.iter().filter(move |((of, _), _)| *of == class).map(|((_, from), keeping)| (*from, keeping))
    }

    /// What holds on a day.
    #[must_use]
    pub fn on(&self, class: RetentionClass, day: NaiveDate) -> Keeping {
        let last = self.values(class).take_while(|(from, _)| *from <= day).last();
        last.map_or_else(|| class.default_keeping(), |(_, keeping)| keeping.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_class_holds_from_its_day_on() {
        let longer = r#"{"years":5,"extra":3,"archive":15,"line":"№ 7"}"#;
        let classes = Classes::of([
            ("retention.case.2026-06-01", longer),
            ("retention.case.2026-09-01", ""),
            ("retention.case.2026-10-01", r#"{"years":5,"extra":3,"archive":15,"line":""}"#),
            ("retention.report.2026-10-01", r#"{"years":3,"extra":0,"archive":null,"line":""}"#),
            ("retention.other.2026-01-01", longer),
            ("report.rows.2026-12-01", "planned"),
        ]);
        let extra = |on: &str| classes.on(RetentionClass::Case, day(on)).extra;
        assert_eq!(
            ["2026-05-31", "2026-06-01", "2026-12-31"].map(extra),
            [1, 3, 3],
            "what cannot be is passed over"
        );
        assert_eq!(classes.on(RetentionClass::Report, day("2026-10-01")).years, Some(3));
        assert_eq!(classes.on(RetentionClass::Report, day("2026-09-30")), Keeping::default());
        assert_eq!(Classes::default().on(RetentionClass::Case, day("2026-06-01")).years, Some(5));
        for class in RetentionClass::ALL {
            assert_eq!(about(&setting(*class, day("2026-06-01"))), Some((*class, day("2026-06-01"))));
        }
        assert_eq!(about("retention.case.soon"), None);
    }
}

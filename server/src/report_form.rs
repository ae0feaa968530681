//! Which rows and cells the monthly report has (Appendix 3, A-19): the order leaves it open, so it is a setting with a day.
//!
//! A fact `setting.set` named `report.<option>.<day>` gives one of the words of `shared::report` for the months that end on
//! that day or later; an empty value takes it back. A report keeps the form that it was drafted with.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kandas_shared::{
    report::{Form, ReportCells, ReportRows, ReportSpan},
    text_enum::UnknownWord,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    all,
    store::{StoreError, Tx},
};

/// How the names of these settings begin.
pub const PREFIX: &str = "report.";

/// What can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReportOption)]
pub enum Choice {
    /// Who has a row.
    Rows,
    /// What stands in a cell.
    Cells,
    /// Over which time.
    Span,
}

impl Choice {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rows, Self::Cells, Self::Span];

    /// Its word in the name of the setting.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Cells => "cells",
            Self::Span => "span",
        }
    }

    /// What may be chosen, the default first.
    #[must_use]
    pub fn words(self) -> Vec<&'static str> {
        match self {
            Self::Rows => ReportRows::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Cells => ReportCells::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Span => ReportSpan::ALL.iter().map(|word| word.as_str()).collect(),
        }
    }

    /// What a form has of it.
    #[must_use]
    pub fn of(self, form: Form) -> &'static str {
        match self {
            Self::Rows => form.rows.as_str(),
            Self::Cells => form.cells.as_str(),
            Self::Span => form.span.as_str(),
        }
    }

    fn choose(self, form: &mut Form, word: &str) -> Result<(), UnknownWord> {
        match self {
            Self::Rows => form.rows = word.parse()?,
            Self::Cells => form.cells = word.parse()?,
            Self::Span => form.span = word.parse()?,
        }
        Ok(())
    }
}

/// Name of a setting.
#[must_use]
pub fn setting(choice: Choice, from: NaiveDate) -> String {
    format!("{PREFIX}{}.{from}", choice.word())
}

/// Which choice a setting is about, and from which day; none if it is another setting.
#[must_use]
pub fn about(setting: &str) -> Option<(Choice, NaiveDate)> {
    let (word, from) = setting.strip_prefix(PREFIX)?.rsplit_once('.')?;
    let choice = Choice::ALL.into_iter().find(|choice| choice.word() == word)?;
    Some((choice, from.parse().ok()?))
}

/// Every choice there is, with its first day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forms(BTreeMap<(Choice, NaiveDate), String>);

impl Forms {
    /// What the store says.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(tx: &mut Tx) -> Result<Self, StoreError> {
        let rows =
            all!(tx, (String, String), "select name, value from setting where name like 'report.%'").await?;
        Ok(Self::of(rows.iter().map(|(name, value)| (name.as_str(), value.as_str()))))
    }

    /// Of settings by name and value; others, and words that there are not, are passed over.
    pub fn of<'a>(settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let rows = settings.into_iter().filter_map(|(name, value)| {
            let (choice, from) = about(name)?;
            choice.words().contains(&value).then(|| ((choice, from), value.to_owned()))
        });
        Self(rows.collect())
    }

    /// What was chosen with its first days, the earliest first.
    pub fn values(&self, choice: Choice) -> impl Iterator<Item = (NaiveDate, &str)> {
        self.0
            .iter()
            .filter(move |((of, _), _)| *of == choice)
            .map(|((_, from), word)| (*from, word.as_str()))
    }

    /// The form of a month that ends on a day.
    #[must_use]
    pub fn on(&self, last: NaiveDate) -> Form {
        let mut form = Form::default();
        for ((choice, from), word) in &self.0 {
            if *from <= last && choice.choose(&mut form, word).is_err() {
                // Words that there are not were passed over when they were read.
                break;
            }
        }
        form
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_choice_holds_for_months_that_end_on_its_day_or_later() {
        let forms = Forms::of([
            ("report.cells.2026-11-30", "mark"),
            ("report.cells.2027-01-01", "date"),
            ("report.rows.2026-12-01", "planned"),
            ("report.span.2026-12-01", "forever"),
            ("report.span.2027-02-01", ""),
            ("term.S07.2026-01-01", "3"),
        ]);
        let of = |last: &str| {
            let form = forms.on(day(last));
            Choice::ALL.map(|choice| choice.of(form))
        };
        assert_eq!(of("2026-10-31"), ["completed", "date", "month"]);
        assert_eq!(of("2026-11-30"), ["completed", "mark", "month"]);
        assert_eq!(of("2026-12-31"), ["planned", "mark", "month"]);
        assert_eq!(of("2027-01-31"), ["planned", "date", "month"]);
        assert_eq!(about(&setting(Choice::Span, day("2026-12-01"))), Some((Choice::Span, day("2026-12-01"))));
        for other in ["report.span.soon", "report.2026-12-01", "reports.span.2026-12-01"] {
            assert_eq!(about(other), None, "{other}");
        }
    }

    #[test]
    fn the_default_of_a_19_is_the_first_word_of_each_choice() {
        for choice in Choice::ALL {
            assert_eq!(choice.words()[0], choice.of(Form::default()), "{choice:?}");
        }
    }
}

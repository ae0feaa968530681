//! Calendar quarters: what is assessed (§47) and watched (§43), written `2026-Q3`.

use std::{fmt, str::FromStr};

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use crate::calendar::ReportMonth;

/// Three calendar months of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    year: i32,
    number: u32,
}

/// A text that is no quarter.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is not a quarter such as 2026-Q3")]
pub struct NoQuarter(pub String);

impl Quarter {
    /// Quarter 1 to 4 of a year from 0 to 9999.
    #[must_use]
    pub fn new(year: i32, number: u32) -> Option<Self> {
        ((0..=9999).contains(&year) && (1..=4).contains(&number)).then_some(Self { year, number })
    }

    /// The quarter of a civil day.
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        Self { year: day.year(), number: day.month0() / 3 + 1 }
    }

    /// Calendar year.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.year
    }

    /// 1 to 4.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.number
    }

    /// The quarter after.
    #[must_use]
    pub const fn next(self) -> Self {
        match self.number {
            4 => Self { year: self.year + 1, number: 1 },
            number => Self { year: self.year, number: number + 1 },
        }
    }

    /// The quarter before.
    #[must_use]
    pub const fn before(self) -> Self {
        match self.number {
            1 => Self { year: self.year - 1, number: 4 },
            number => Self { year: self.year, number: number - 1 },
        }
    }

    /// First and last day.
    #[must_use]
    pub fn days(self) -> (NaiveDate, NaiveDate) {
        let last = self.next().first().pred_opt();
        (self.first(), last.unwrap_or(NaiveDate::MAX))
    }

    /// Its three months.
    #[must_use]
    pub fn months(self) -> [ReportMonth; 3] {
        let first = ReportMonth::of(self.first());
        [first, first.next(), first.next().next()]
    }

    fn first(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, (self.number - 1) * 3 + 1, 1).unwrap_or(NaiveDate::MIN)
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-Q{}", self.year, self.number)
    }
}

impl FromStr for Quarter {
    type Err = NoQuarter;
    fn from_str(text: &str) -> Result<Self, NoQuarter> {
        let parts = text.split_once("-Q").filter(|(year, number)| {
            year.len() == 4 && number.len() == 1 && year.bytes().all(|digit| digit.is_ascii_digit())
        });
        parts
            .and_then(|(year, number)| Self::new(year.parse().ok()?, number.parse().ok()?))
            .ok_or_else(|| NoQuarter(text.to_owned()))
    }
}

impl Serialize for Quarter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quarter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_day_lies_in_one_quarter() {
        let table = [
            ("2026-01-01", "2026-Q1", "2026-01-01", "2026-03-31"),
            ("2024-02-29", "2024-Q1", "2024-01-01", "2024-03-31"),
            ("2026-03-31", "2026-Q1", "2026-01-01", "2026-03-31"),
            ("2026-04-01", "2026-Q2", "2026-04-01", "2026-06-30"),
            ("2026-09-30", "2026-Q3", "2026-07-01", "2026-09-30"),
            ("2026-10-01", "2026-Q4", "2026-10-01", "2026-12-31"),
            ("2026-12-31", "2026-Q4", "2026-10-01", "2026-12-31"),
        ];
        for (of, name, first, last) in table {
            let quarter = Quarter::of(day(of));
            assert_eq!(quarter.to_string(), name, "{of}");
            assert_eq!(quarter.days(), (day(first), day(last)), "{of}");
            assert_eq!(name.parse(), Ok(quarter));
            assert_eq!(quarter.next().before(), quarter);
            assert_eq!(Quarter::of(quarter.days().1.succ_opt().unwrap()), quarter.next());
        }
        let months = Quarter::of(day("2026-12-24")).months().map(|month| month.to_string());
        assert_eq!(months, ["2026-10", "2026-11", "2026-12"]);
    }

    #[test]
    fn what_is_no_quarter_is_refused() {
        for text in
            ["2026-Q0", "2026-Q5", "2026-3", "26-Q3", "2026-Q3 ", "2026-Q03", "+026-Q1", "Q3-2026", ""]
        {
            assert_eq!(text.parse::<Quarter>(), Err(NoQuarter(text.to_owned())), "{text}");
        }
    }
}

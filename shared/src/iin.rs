//! The individual identification number (IIN, ЖСН, ИИН): twelve digits with a check digit.
//!
//! A number is refused for its length, for a sign that is no digit, for a wrong check digit, and
//! when it is all zeros (which passes the arithmetic). It is **never** refused for its date part:
//! since the Government decree 853 of 26.08.2013 the digits are no longer tied to a person's data,
//! so an impossible date is only a [`IinWarning`], and neither birth date nor sex is read from it.
//!
//! `Debug` and `Display` are masked, because they end in logs. The full number comes out by
//! [`Iin::reveal`] and on the wire.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use crate::text_enum::text_column;

/// A number whose check digit is right.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iin(String);

/// Why twelve signs are not an IIN. Never carries the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IinError {
    /// Not twelve signs.
    #[error("an IIN has 12 digits, this has {0} characters")]
    Length(usize),
    /// A sign that is no decimal digit.
    #[error("an IIN has digits only")]
    NotDigits,
    /// Twelve zeros.
    #[error("an IIN of zeros is nobody's")]
    Zeros,
    /// The last digit does not fit the first eleven.
    #[error("the check digit of the IIN is wrong")]
    CheckDigit,
}

/// A remark that never rejects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IinWarning {
    /// The first six digits are no day of the calendar.
    ImpossibleDate,
    /// The seventh digit is 0 or above 6: it says neither century nor sex.
    NoSexDigit,
}

impl Iin {
    /// Reads exactly twelve digits.
    pub fn parse(text: &str) -> Result<Self, IinError> {
        let count = text.chars().count();
        if count != 12 {
            return Err(IinError::Length(count));
        }
        let digits = digits::<12>(text).ok_or(IinError::NotDigits)?;
        if digits == [0; 12] {
            return Err(IinError::Zeros);
        }
        let [prefix @ .., last] = digits;
        if check_digit(&prefix) != Some(last) {
            return Err(IinError::CheckDigit);
        }
        Ok(Self(text.to_owned()))
    }

    /// A number for tests and demonstrations: eleven digits completed by their check digit. `None`
    /// for about one prefix in 121, which has no check digit, and for anything but eleven digits.
    pub fn synthetic(prefix11: &str) -> Option<Self> {
        let prefix = digits::<11>(prefix11)?;
        let last = check_digit(&prefix)?;
        Self::parse(&format!("{prefix11}{last}")).ok()
    }

    /// The whole number. Every call is a decision to show personal data.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Remarks on the number; none of them makes it wrong.
    pub fn warnings(&self) -> Vec<IinWarning> {
        let mut warnings = Vec::new();
        let part = |range: std::ops::Range<usize>| self.0[range].parse::<u32>().unwrap_or(0);
        let (year, month, day, sex) = (part(0..2), part(2..4), part(4..6), part(6..7));
        let century = match sex {
            1 | 2 => Some(1800),
            3 | 4 => Some(1900),
            5 | 6 => Some(2000),
            _ => None,
        };
        let possible = match century {
            Some(century) => is_day(century + year, month, day),
            None => is_day(1900 + year, month, day) || is_day(2000 + year, month, day),
        };
        if !possible {
            warnings.push(IinWarning::ImpossibleDate);
        }
        if century.is_none() {
            warnings.push(IinWarning::NoSexDigit);
        }
        warnings
    }

    /// The number as text, for the database column only.
    #[cfg(feature = "sqlx")]
    fn as_str(&self) -> &str {
        &self.0
    }
}

/// Check digit over eleven digits, two passes; `None` if such a number is not issued.
fn check_digit(prefix: &[u32]) -> Option<u32> {
    const FIRST: [u32; 11] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    const SECOND: [u32; 11] = [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2];
    let rest = |weights: [u32; 11]| {
        prefix.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>() % 11
    };
    [rest(FIRST), rest(SECOND)].into_iter().find(|rest| *rest < 10)
}

fn digits<const N: usize>(text: &str) -> Option<[u32; N]> {
    let digits: Vec<u32> =
        text.chars().map(|c| c.is_ascii_digit().then(|| c.to_digit(10)).flatten()).collect::<Option<_>>()?;
    digits.try_into().ok()
}

fn is_day(year: u32, month: u32, day: u32) -> bool {
    i32::try_from(year).is_ok_and(|year| chrono::NaiveDate::from_ymd_opt(year, month, day).is_some())
}

impl fmt::Display for Iin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}******{}", &self.0[..4], &self.0[10..])
    }
}

impl fmt::Debug for Iin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Iin({self})")
    }
}

impl FromStr for Iin {
    type Err = IinError;
    fn from_str(text: &str) -> Result<Self, IinError> {
        Self::parse(text)
    }
}

impl Serialize for Iin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Iin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Iin {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Iin {}

text_column!(Iin);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn valid_vectors_pass() {
        for text in [
            "900101350003",
            "850612350016",
            "050229500007",
            "100101600009",
            "880303400124",
            "900101300811",
            "900101300823",
        ] {
            assert_eq!(Iin::parse(text).unwrap().reveal(), text);
        }
    }

    #[test]
    fn every_wrong_ending_of_a_valid_number_fails() {
        for valid in ["900101350003", "900101300811", "900101300823"] {
            for last in 0..10 {
                let text = format!("{}{last}", &valid[..11]);
                assert_eq!(Iin::parse(&text).is_ok(), text == valid, "{text}");
            }
        }
    }

    #[test]
    fn a_prefix_without_check_digit_has_no_number() {
        assert_eq!(Iin::synthetic("90010130080"), None);
        for last in 0..10 {
            assert_eq!(Iin::parse(&format!("90010130080{last}")), Err(IinError::CheckDigit));
        }
    }

    #[test]
    fn refused_by_form() {
        assert_eq!(Iin::parse("000000000000"), Err(IinError::Zeros));
        assert_eq!(Iin::parse(""), Err(IinError::Length(0)));
        assert_eq!(Iin::parse("90010135000"), Err(IinError::Length(11)));
        assert_eq!(Iin::parse("9001013500030"), Err(IinError::Length(13)));
        assert_eq!(Iin::parse("90010135000a"), Err(IinError::NotDigits));
        assert_eq!(Iin::parse(" 90010135000"), Err(IinError::NotDigits));
        // Arabic-Indic digits are digits to Unicode, not to the register.
        assert_eq!(Iin::parse("٩٠٠١٠١٣٥٠٠٠٣"), Err(IinError::NotDigits));
    }

    #[test]
    fn an_impossible_date_only_warns() {
        let leap = Iin::parse("050229500007").unwrap();
        assert_eq!(leap.warnings(), [IinWarning::ImpossibleDate]);
        assert_eq!(Iin::parse("900101350003").unwrap().warnings(), []);
        let thirteenth = Iin::synthetic("90133135000").unwrap();
        assert_eq!(thirteenth.warnings(), [IinWarning::ImpossibleDate]);
        let no_sex = Iin::synthetic("90010105000").unwrap();
        assert_eq!(no_sex.warnings(), [IinWarning::NoSexDigit]);
    }

    #[test]
    fn logs_see_a_mask() {
        let iin = Iin::parse("900101350003").unwrap();
        assert_eq!(iin.to_string(), "9001******03");
        assert_eq!(format!("{iin:?}"), "Iin(9001******03)");
        assert!(!format!("{:?}", Iin::parse("900101350004")).contains("350"));
    }

    #[test]
    fn json_carries_the_number_and_checks_it() {
        let iin = Iin::parse("850612350016").unwrap();
        let json = serde_json::to_string(&iin).unwrap();
        assert_eq!(json, "\"850612350016\"");
        assert_eq!(serde_json::from_str::<Iin>(&json).unwrap(), iin);
        let refused = serde_json::from_str::<Iin>("\"850612350017\"").unwrap_err().to_string();
        assert!(refused.contains("check digit") && !refused.contains("850612"), "{refused}");
    }

    proptest! {
        #[test]
        fn a_prefix_has_one_ending_or_none(prefix in "[0-9]{11}") {
            let endings: Vec<String> =
                (0..10).map(|last| format!("{prefix}{last}")).filter(|text| Iin::parse(text).is_ok()).collect();
            let made: Vec<String> = Iin::synthetic(&prefix).iter().map(|iin| iin.reveal().to_owned()).collect();
            prop_assert!(endings.len() <= 1);
            prop_assert_eq!(endings, made);
        }

        #[test]
        fn parsing_never_panics(text in ".{0,14}") {
            let _ = Iin::parse(&text);
            let _ = Iin::synthetic(&text);
        }
    }
}

//! How long what is about people is kept (requirements §4.6; law 94-V, art. 12(2)), and what stands in the way of erasing it.
//!
//! A class has years in which it is at hand, years in the archive after them, and the line of the standard list of documents
//! that says so. Each is a setting with a day. What nobody knows is empty and never guessed: without it nothing is over.

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::text_enum::text_enum;

text_enum! {
    /// What is kept alike.
    pub enum RetentionClass {
        /// A family's file: persons, plans, records with their evidence, monitoring. From the day on which its five years begin.
        Case = "case",
        /// Monthly reports, road maps, assessments. From the end of the year that they are about.
        Report = "report",
        /// Who has looked at a case. From the day of the look.
        Access = "access",
    }
}

/// The most years of either kind.
pub const MOST_YEARS: u32 = 100;
/// The longest name of a line.
pub const MOST_LINE: usize = 200;

/// How long a class is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Keeping {
    /// Years at hand that a rule names; null: not known.
    pub years: Option<u32>,
    /// Years at hand after them.
    pub extra: u32,
    /// Years in the archive after these; null: not known, so that nothing is over.
    pub archive: Option<u32>,
    /// The line of the standard list of documents; empty: not known.
    pub line: String,
}

impl RetentionClass {
    /// What holds where nobody has said anything: five years of the order and one more for a family's file (the proposal of
    /// requirements §4.6). No line of the standard list is known.
    #[must_use]
    pub fn default_keeping(self) -> Keeping {
        match self {
            Self::Case => Keeping { years: Some(5), extra: 1, ..Keeping::default() },
            Self::Report | Self::Access => Keeping::default(),
        }
    }
}

impl RetentionClass {
    /// Whether it can be kept so: a family's file for the five years of §40 at the least.
    #[must_use]
    pub fn allows(self, keeping: &Keeping) -> bool {
        keeping.fits() && (self != Self::Case || keeping.years.is_some_and(|years| years >= 5))
    }
}

impl Keeping {
    /// Whether it can be so.
    #[must_use]
    pub fn fits(&self) -> bool {
        let fits = |years: u32| years <= MOST_YEARS;
        self.years.is_none_or(fits)
            && fits(self.extra)
            && self.archive.is_none_or(fits)
            && self.line.chars().count() <= MOST_LINE
            && !self.line.contains(char::is_control)
            // Years of the archive without the line that says so would be invented.
            && (self.archive.is_none() || !self.line.trim().is_empty())
    }

    /// The last day of the years that a rule names.
    #[must_use]
    pub fn horizon(&self, from: NaiveDate) -> Option<NaiveDate> {
        years_after(from, self.years?)
    }

    /// The last day at hand: the date of the class.
    #[must_use]
    pub fn at_hand(&self, from: NaiveDate) -> Option<NaiveDate> {
        years_after(from, self.years?.checked_add(self.extra)?)
    }

    /// The last day in the archive.
    #[must_use]
    pub fn in_archive(&self, from: NaiveDate) -> Option<NaiveDate> {
        years_after(self.at_hand(from)?, self.archive?)
    }

    /// How something stands today that is kept from a day on.
    #[must_use]
    pub fn stage(&self, from: Option<NaiveDate>, today: NaiveDate) -> KeepingStage {
        let Some(date) = from.and_then(|from| self.at_hand(from)) else { return KeepingStage::Unknown };
        if today <= date {
            return KeepingStage::AtHand;
        }
        match from.and_then(|from| self.in_archive(from)) {
            None => KeepingStage::Come,
            Some(end) if today <= end => KeepingStage::Archive,
            Some(_) => KeepingStage::Over,
        }
    }
}

fn years_after(from: NaiveDate, years: u32) -> Option<NaiveDate> {
    from.checked_add_months(Months::new(years.checked_mul(12)?))
}

text_enum! {
    /// How something stands that is kept.
    pub enum KeepingStage {
        /// No day to count from, or no years.
        Unknown = "unknown",
        /// Its date has not come.
        AtHand = "at_hand",
        /// Its date has come; how long the archive keeps it is not known.
        Come = "come",
        /// In the years of the archive.
        Archive = "archive",
        /// These are over too.
        Over = "over",
    }
}

text_enum! {
    /// On what a decision to erase rests.
    pub enum EraseBasis {
        /// The purpose is reached and all terms are over (law 94-V, art. 12(2)).
        PurposeReached = "purpose_reached",
        /// Consent was withdrawn, and no law and no obligation keeps the data (law 94-V, art. 8).
        ConsentWithdrawn = "consent_withdrawn",
        /// A court or another authority has ordered it.
        Order = "order",
        /// It was entered by mistake: nobody is served by it.
        Mistake = "mistake",
    }
}

text_enum! {
    /// What may stand in the way of erasing.
    pub enum Hindrance {
        /// There is no day to count from, or no years are known.
        TermUnknown = "term_unknown",
        /// The years that a rule names are still running: for families the five years of §40.
        Horizon = "horizon",
        /// The years at hand after them are still running.
        AtHand = "at_hand",
        /// How long the archive keeps it is not known.
        ArchiveUnknown = "archive_unknown",
        /// The years of the archive are still running.
        Archive = "archive",
        /// Rounds of monitoring are open.
        Rounds = "rounds",
        /// Problems or proposals are open.
        Issues = "issues",
        /// The return of support is not closed (§46).
        Refund = "refund",
        /// The consent was not withdrawn.
        NotWithdrawn = "not_withdrawn",
        /// Files are still expected from phones: what comes later will be refused.
        Expected = "expected",
    }
}

impl EraseBasis {
    /// Whether it stands in the way of a decision on this basis; if not, it is shown all the same.
    #[must_use]
    pub fn is_hindered_by(self, by: Hindrance) -> bool {
        match self {
            // Evidence stays while the law asks for it, whatever was withdrawn.
            Self::ConsentWithdrawn => by != Hindrance::Expected,
            Self::PurposeReached => by != Hindrance::NotWithdrawn,
            Self::Order | Self::Mistake => false,
        }
    }
}

/// What of the terms stands in the way today.
#[must_use]
pub fn hindrances(keeping: &Keeping, from: Option<NaiveDate>, today: NaiveDate) -> Vec<Hindrance> {
    let Some((from, at_hand)) = from.and_then(|from| Some((from, keeping.at_hand(from)?))) else {
        return vec![Hindrance::TermUnknown];
    };
    let mut found = Vec::new();
    if keeping.horizon(from).is_some_and(|horizon| today <= horizon) {
        found.push(Hindrance::Horizon);
    } else if today <= at_hand {
        found.push(Hindrance::AtHand);
    }
    match keeping.in_archive(from) {
        None => found.push(Hindrance::ArchiveUnknown),
        Some(end) if today > at_hand && today <= end => found.push(Hindrance::Archive),
        Some(_) => {}
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn known() -> Keeping {
        Keeping { archive: Some(10), line: "№ 1".into(), ..RetentionClass::Case.default_keeping() }
    }

    #[test]
    fn a_file_is_at_hand_for_five_years_and_one_and_then_waits_for_a_line() {
        let case = RetentionClass::Case.default_keeping();
        let from = Some(day("2024-02-29"));
        assert_eq!(case.horizon(day("2024-02-29")), Some(day("2029-02-28")));
        let table = [
            ("2024-06-01", KeepingStage::AtHand, KeepingStage::AtHand),
            ("2030-02-28", KeepingStage::AtHand, KeepingStage::AtHand),
            ("2030-03-01", KeepingStage::Come, KeepingStage::Archive),
            ("2040-02-28", KeepingStage::Come, KeepingStage::Archive),
            ("2040-02-29", KeepingStage::Come, KeepingStage::Over),
        ];
        for (today, unknown, with_line) in table {
            assert_eq!(case.stage(from, day(today)), unknown, "{today}");
            assert_eq!(known().stage(from, day(today)), with_line, "{today}");
        }
        assert_eq!(case.stage(None, day("2060-01-01")), KeepingStage::Unknown);
        for class in [RetentionClass::Report, RetentionClass::Access] {
            let keeping = class.default_keeping();
            assert_eq!(
                keeping.stage(from, day("2060-01-01")),
                KeepingStage::Unknown,
                "{class}: nothing is invented"
            );
            assert!(keeping.line.is_empty() && keeping.fits());
        }
    }

    #[test]
    fn what_of_the_terms_stands_in_the_way() {
        use Hindrance::{Archive, ArchiveUnknown, AtHand, Horizon, TermUnknown};
        let from = Some(day("2020-01-15"));
        let table: [(&str, &[Hindrance], &[Hindrance]); 5] = [
            ("2025-01-15", &[Horizon, ArchiveUnknown], &[Horizon]),
            ("2025-01-16", &[AtHand, ArchiveUnknown], &[AtHand]),
            ("2026-01-16", &[ArchiveUnknown], &[Archive]),
            ("2036-01-15", &[ArchiveUnknown], &[Archive]),
            ("2036-01-16", &[ArchiveUnknown], &[]),
        ];
        for (today, unknown, with_line) in table {
            let of = |keeping: &Keeping| hindrances(keeping, from, day(today));
            assert_eq!(of(&RetentionClass::Case.default_keeping()), unknown, "{today}");
            assert_eq!(of(&known()), with_line, "{today}");
        }
        assert_eq!(hindrances(&known(), None, day("2036-01-16")), [TermUnknown]);
        assert_eq!(hindrances(&Keeping::default(), from, day("2036-01-16")), [TermUnknown]);
    }

    #[test]
    fn an_order_and_a_mistake_wait_for_no_term_and_a_withdrawal_does() {
        use EraseBasis::{ConsentWithdrawn, Mistake, Order, PurposeReached};
        for by in Hindrance::ALL.iter().copied() {
            let table = [
                (PurposeReached, by != Hindrance::NotWithdrawn),
                (ConsentWithdrawn, by != Hindrance::Expected),
                (Order, false),
                (Mistake, false),
            ];
            for (basis, hindered) in table {
                assert_eq!(basis.is_hindered_by(by), hindered, "{basis} by {by}");
            }
        }
    }

    #[test]
    fn years_of_the_archive_need_their_line() {
        assert!(known().fits());
        assert!(!Keeping { line: " ".into(), ..known() }.fits());
        assert!(!Keeping { years: Some(MOST_YEARS + 1), ..known() }.fits());
        assert!(!Keeping { extra: MOST_YEARS + 1, ..known() }.fits());
        assert!(!Keeping { archive: Some(MOST_YEARS + 1), ..known() }.fits());
        assert!(!Keeping { line: "қ".repeat(MOST_LINE + 1), ..known() }.fits());
        assert!(!Keeping { line: "а\nб".into(), ..known() }.fits());
        assert!(Keeping::default().fits());
        let (case, report) = (RetentionClass::Case, RetentionClass::Report);
        for (years, allowed) in
            [(None, false), (Some(0), false), (Some(4), false), (Some(5), true), (Some(6), true)]
        {
            assert_eq!(case.allows(&Keeping { years, ..known() }), allowed, "{years:?}");
            assert!(report.allows(&Keeping { years, ..known() }));
        }
    }
}

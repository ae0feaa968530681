//! Settings that hold from a day on and are a word or a number: where the order leaves something open, or an organisation
//! chooses for itself, it is one of these and never a constant.
//!
//! A fact `setting.set` named `rule.<set>.<name>.<day>` (`monitoring.<name>.<day>` for those of monitoring) gives the value from
//! that day on; an empty value takes it back.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kandas_shared::{
    calendar::Calendar,
    monitoring::{LONGEST_TERM, RoundPeriods, RoundStart},
    wire::PhoneSettings,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    all,
    store::{StoreError, Tx},
};

/// What belongs together on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleSet {
    /// What phones are told with each token ([`PhoneSettings`]).
    Phone,
    /// How the programme is run where the order says nothing, or refers to another act ([`Programme`]).
    Programme,
    /// How the five years of monitoring are read ([`crate::monitoring_rules`]).
    Monitoring,
}

impl RuleSet {
    /// How the names of its settings begin.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Phone => "rule.phone.",
            Self::Programme => "rule.programme.",
            Self::Monitoring => "monitoring.",
        }
    }

    /// Its rules, in the order of the page.
    #[must_use]
    pub fn rules(self) -> &'static [Rule] {
        match self {
            Self::Phone => &PHONE,
            Self::Programme => &PROGRAMME,
            Self::Monitoring => &MONITORING,
        }
    }

    /// The rule of that name.
    #[must_use]
    pub fn rule(self, name: &str) -> Option<&'static Rule> {
        self.rules().iter().find(|rule| rule.name == name)
    }

    /// Name of a setting.
    #[must_use]
    pub fn setting(self, rule: &Rule, from: NaiveDate) -> String {
        format!("{}{}.{from}", self.prefix(), rule.name)
    }

    /// Which rule of this set a setting is about, and from which day; none if it is another setting.
    #[must_use]
    pub fn about(self, setting: &str) -> Option<(&'static Rule, NaiveDate)> {
        let (name, from) = setting.strip_prefix(self.prefix())?.rsplit_once('.')?;
        Some((self.rule(name)?, from.parse().ok()?))
    }
}

/// What may be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of these.
    Words(&'static [&'static str]),
    /// A whole number.
    Number {
        /// The least.
        least: u64,
        /// The most.
        most: u64,
    },
    /// A number of working days, or [`NONE`].
    Term {
        /// The most.
        most: u64,
    },
}

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name in the setting; its text is the message `rule-<set>-<name>`.
    pub name: &'static str,
    /// What may be said.
    pub kind: Kind,
    /// What holds where nobody has said anything.
    pub default: &'static str,
}

impl Rule {
    const fn number(name: &'static str, least: u64, most: u64, default: &'static str) -> Self {
        Self { name, kind: Kind::Number { least, most }, default }
    }

    const fn words(name: &'static str, words: &'static [&'static str], default: &'static str) -> Self {
        Self { name, kind: Kind::Words(words), default }
    }

    /// Whether it may be so.
    #[must_use]
    pub fn fits(&self, value: &str) -> bool {
        let number = |least: u64, most: u64| {
            value.parse::<u64>().is_ok_and(|number| (least..=most).contains(&number))
                && value.bytes().all(|byte| byte.is_ascii_digit())
        };
        match self.kind {
            Kind::Words(words) => words.contains(&value),
            Kind::Number { least, most } => number(least, most),
            Kind::Term { most } => value == NONE || number(1, most),
        }
    }

    /// What may be said, in words for an error.
    #[must_use]
    pub fn range(&self) -> String {
        match self.kind {
            Kind::Words(words) => words.join(", "),
            Kind::Number { least, most } => format!("{least} to {most}"),
            Kind::Term { most } => format!("{NONE}, or 1 to {most}"),
        }
    }
}

/// The value of a term that nobody has entered, or that was taken out: no legal due date.
pub const NONE: &str = "none";
const YES_NO: &[&str] = &["yes", "no"];
const MB: u64 = 1024 * 1024;

/// Fields of [`PhoneSettings`]; bytes in whole megabytes.
const PHONE: [Rule; 8] = [
    Rule::number("lease_days", 1, 365, "14"),
    Rule::number("lock_minutes", 1, 120, "5"),
    Rule::words("strict_photo_and_video", YES_NO, "no"),
    Rule::words("video_unmetered_only", YES_NO, "yes"),
    Rule::number("monthly_metered_mb", 0, 100_000, "0"),
    Rule::number("reserve_mb", 50, 10_000, "200"),
    // Never less than 14 days: what arrived may still be asked for again.
    Rule::number("keep_days", 14, 365, "14"),
    Rule::words("language", &["kk", "ru", "en"], "kk"),
];

/// The rule of the programme by which the calendar is read.
pub const DAY_OFF_MOVES: &str = "day_off_moves";

/// The readings of; fields of [`Programme`].
const PROGRAMME: [Rule; 4] = [
    // §18 refers to §23 of another act (Rules 214), whose term is not known here: the program invents none.
    Rule { name: "job_search_days", kind: Kind::Term { most: 260 }, default: NONE },
    // §34 asks for an approval and names no signature.
    Rule::words("approval_by_file", YES_NO, "no"),
    // A general rule of terms, to be confirmed for these.
    Rule::words(DAY_OFF_MOVES, YES_NO, "yes"),
    // §42(4) names no frequency of visits.
    Rule::number("visit_months", 1, 60, "12"),
];

/// what the names mean is said in [`crate::monitoring_rules`].
const MONITORING: [Rule; 3] = [
    Rule::words("start", &[RoundStart::Quota.as_str(), RoundStart::Arrival.as_str()], "quota"),
    Rule::words(
        "periods",
        &[
            RoundPeriods::Calendar.as_str(),
            RoundPeriods::CalendarHalves.as_str(),
            RoundPeriods::Anniversary.as_str(),
        ],
        "calendar",
    ),
    Rule::number("term", 1, LONGEST_TERM as u64, "10"),
];

/// What the set [`RuleSet::Programme`] says on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Programme {
    /// Working days of the job search (§18, A-08); none: no legal due date.
    pub job_search: Option<u32>,
    /// Whether a plan is approved by a file with an electronic signature alone (§34, A-12), and by no password.
    pub approval_by_file: bool,
    /// Whether what is due on a day off is in time until the next working day.
    pub day_off_moves: bool,
    /// A family without a visit for so many months is shown (§42(4), A-24).
    pub visit_months: u32,
}

impl Programme {
    /// What holds on a day.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(tx: &mut Tx, day: NaiveDate) -> Result<Self, StoreError> {
        Ok(Rules::read(tx, RuleSet::Programme).await?.programme(day))
    }

    /// The last day of a job search that begins on a day, which itself is not counted; none without a term, and beyond
    /// the calendar.
    #[must_use]
    pub fn search_until(&self, begun: NaiveDate, calendar: &Calendar) -> Option<NaiveDate> {
        calendar.add_working_days(begun, self.job_search?).ok()
    }
}

/// What was said of a set, with first days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    set: RuleSet,
    said: BTreeMap<(&'static str, NaiveDate), String>,
}

impl Rules {
    /// What the store says.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(tx: &mut Tx, set: RuleSet) -> Result<Self, StoreError> {
        let sql = "select name, value from setting where name like $1";
        let rows = all!(tx, (String, String), sql, format!("{}%", set.prefix())).await?;
        Ok(Self::of(set, rows.iter().map(|(name, value)| (name.as_str(), value.as_str()))))
    }

    /// Of settings by name and value; others, and values that there are not, are passed over.
    pub fn of<'a>(set: RuleSet, settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let said = settings.into_iter().filter_map(|(name, value)| {
            let (rule, from) = set.about(name)?;
            rule.fits(value).then(|| ((rule.name, from), value.to_owned()))
        });
        Self { set, said: said.collect() }
    }

    /// What was set with its first days, the earliest first.
    pub fn values(&self, name: &str) -> impl Iterator<Item = (NaiveDate, &str)> {
        let of_rule = self.said.iter().filter(move |((of, _), _)| *of == name);
        of_rule.map(|((_, from), value)| (*from, value.as_str()))
    }

    /// What was said for a day; none where nobody has said anything.
    #[must_use]
    pub fn said(&self, name: &str, day: NaiveDate) -> Option<&str> {
        self.values(name).take_while(|(from, _)| *from <= day).last().map(|(_, value)| value)
    }

    /// What holds on a day; empty for a rule that there is not.
    #[must_use]
    pub fn on(&self, name: &str, day: NaiveDate) -> &str {
        let default = || self.set.rule(name).map_or("", |rule| rule.default);
        self.said(name, day).unwrap_or_else(default)
    }

    /// From which days on what is due on a day off moves.
    pub fn day_off_moves(&self) -> impl Iterator<Item = (NaiveDate, bool)> {
        self.values(DAY_OFF_MOVES).map(|(from, value)| (from, value == "yes"))
    }

    /// What the programme's rules say on a day.
    #[must_use]
    pub fn programme(&self, day: NaiveDate) -> Programme {
        Programme {
            job_search: self.on("job_search_days", day).parse().ok(),
            approval_by_file: self.on("approval_by_file", day) == "yes",
            day_off_moves: self.on(DAY_OFF_MOVES, day) == "yes",
            // What does not fit was passed over when it was read.
            visit_months: self.on("visit_months", day).parse().unwrap_or(12),
        }
    }

    /// Phone settings with what was said for a day laid over them.
    #[must_use]
    pub fn over(&self, mut settings: PhoneSettings, day: NaiveDate) -> PhoneSettings {
        let number = |name: &str| self.said(name, day).and_then(|value| value.parse::<u64>().ok());
        let small = |name: &str| number(name).and_then(|value| u32::try_from(value).ok());
        let yes = |name: &str| self.said(name, day).map(|value| value == "yes");
        let set = &mut settings;
        set.lease_days = small("lease_days").unwrap_or(set.lease_days);
        set.lock_minutes = small("lock_minutes").unwrap_or(set.lock_minutes);
        set.keep_days = small("keep_days").unwrap_or(set.keep_days);
        set.strict_photo_and_video = yes("strict_photo_and_video").unwrap_or(set.strict_photo_and_video);
        set.video_unmetered_only = yes("video_unmetered_only").unwrap_or(set.video_unmetered_only);
        set.monthly_metered_bytes =
            number("monthly_metered_mb").map_or(set.monthly_metered_bytes, |mb| mb * MB);
        set.reserve_bytes = number("reserve_mb").map_or(set.reserve_bytes, |mb| mb * MB);
        set.language = self.said("language", day).and_then(|word| word.parse().ok()).unwrap_or(set.language);
        settings
    }
}

#[cfg(test)]
mod tests {
    use kandas_shared::locale::Lang;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_rule_holds_from_its_day_on() {
        let rules = Rules::of(
            RuleSet::Phone,
            [
                ("rule.phone.lease_days.2026-06-01", "30"),
                ("rule.phone.lease_days.2026-09-01", "7"),
                ("rule.phone.lease_days.2026-10-01", ""),
                ("rule.phone.lease_days.2026-11-01", "0"),
                ("rule.phone.lease_days.2026-11-02", "+9"),
                ("rule.phone.strict_photo_and_video.2026-06-01", "maybe"),
                ("rule.phone.unknown.2026-06-01", "1"),
                ("phone", "{}"),
            ],
        );
        for (on, expected) in
            [("2026-05-31", "14"), ("2026-06-01", "30"), ("2026-08-31", "30"), ("2026-12-01", "7")]
        {
            assert_eq!(rules.on("lease_days", day(on)), expected, "{on}");
        }
        assert_eq!(rules.said("lease_days", day("2026-05-31")), None);
        assert_eq!(rules.on("strict_photo_and_video", day("2026-12-01")), "no");
        let rule = RuleSet::Phone.rule("keep_days").unwrap();
        assert!(!rule.fits("13") && rule.fits("14") && !rule.fits("366") && !rule.fits(""));
        assert_eq!(
            RuleSet::Phone.about(&RuleSet::Phone.setting(rule, day("2026-06-01"))),
            Some((rule, day("2026-06-01")))
        );
    }

    #[test]
    fn what_nobody_has_said_is_as_the_phone_has_it() {
        let nobody = Rules::of(RuleSet::Phone, []);
        let shipped = PhoneSettings::default();
        assert_eq!(nobody.over(shipped.clone(), day("2026-06-01")), shipped);
        let names: Vec<String> =
            PHONE.iter().map(|rule| RuleSet::Phone.setting(rule, day("2026-01-01"))).collect();
        let said = names.iter().zip(&PHONE).map(|(name, rule)| (name.as_str(), rule.default));
        let said = Rules::of(RuleSet::Phone, said);
        let odd = PhoneSettings {
            language: Lang::En,
            video_unmetered_only: false,
            monthly_metered_bytes: 1,
            reserve_bytes: 1,
            keep_days: 1,
            strict_photo_and_video: true,
            lease_days: 1,
            lock_minutes: 1,
            day_off_moves: true,
        };
        assert_eq!(said.over(odd, day("2026-06-01")), shipped, "each rule is laid over its own field");
    }

    #[test]
    fn every_default_is_a_value_of_its_rule_and_every_name_is_its_own() {
        for set in [RuleSet::Phone, RuleSet::Programme, RuleSet::Monitoring] {
            for (at, rule) in set.rules().iter().enumerate() {
                assert!(rule.fits(rule.default), "{}", rule.name);
                assert_eq!(set.rule(rule.name), Some(rule));
                assert!(set.rules()[..at].iter().all(|other| other.name != rule.name), "{}", rule.name);
                let setting = set.setting(rule, day("2026-12-01"));
                for other in [RuleSet::Phone, RuleSet::Programme, RuleSet::Monitoring] {
                    assert_eq!(other.about(&setting).is_some(), other == set, "{setting}");
                }
            }
        }
        // Facts of stores before this set was here.
        assert_eq!(
            RuleSet::Monitoring.about("monitoring.term.2026-10-01"),
            Some((&MONITORING[2], day("2026-10-01")))
        );
        assert_eq!(MONITORING[1].range().split(", ").count(), RoundPeriods::ALL.len());
        assert_eq!(MONITORING[0].range().split(", ").count(), RoundStart::ALL.len());
    }

    /// what is so where nobody has said anything, and from which day on what was said holds.
    #[test]
    fn the_programme_is_run_as_it_was_said_for_a_day() {
        let shipped =
            Programme { job_search: None, approval_by_file: false, day_off_moves: true, visit_months: 12 };
        let rules = Rules::of(
            RuleSet::Programme,
            [
                ("rule.programme.job_search_days.2026-06-01", "5"),
                ("rule.programme.job_search_days.2026-09-01", "none"),
                ("rule.programme.job_search_days.2026-09-02", "0"),
                ("rule.programme.job_search_days.2026-09-03", "261"),
                ("rule.programme.approval_by_file.2026-07-01", "yes"),
                ("rule.programme.day_off_moves.2026-08-01", "no"),
                ("rule.programme.visit_months.2026-08-15", "6"),
                ("rule.programme.visit_months.2026-08-16", "61"),
                ("rule.phone.visit_months.2026-08-17", "3"),
            ],
        );
        let table = [
            ("2026-05-31", shipped),
            ("2026-06-01", Programme { job_search: Some(5), ..shipped }),
            ("2026-07-01", Programme { job_search: Some(5), approval_by_file: true, ..shipped }),
            (
                "2026-08-01",
                Programme { job_search: Some(5), approval_by_file: true, day_off_moves: false, ..shipped },
            ),
            (
                "2026-12-01",
                Programme { job_search: None, approval_by_file: true, day_off_moves: false, visit_months: 6 },
            ),
        ];
        for (on, expected) in table {
            assert_eq!(rules.programme(day(on)), expected, "{on}");
        }
        assert_eq!(Rules::of(RuleSet::Programme, []).programme(day("2026-12-01")), shipped);
    }

    /// a term that nobody has entered gives no day, and none is guessed beyond the calendar.
    #[test]
    fn a_job_search_ends_after_its_working_days_where_there_is_a_term() {
        let of = |term| Programme {
            job_search: term,
            ..Rules::of(RuleSet::Programme, []).programme(day("2026-12-01"))
        };
        // 16 December 2026, a Wednesday, is a holiday.
        let table = [
            (None, "2026-12-14", None),
            (Some(1), "2026-12-14", Some("2026-12-15")),
            (Some(2), "2026-12-14", Some("2026-12-17")),
            (Some(5), "2026-12-11", Some("2026-12-21")),
            (Some(5), "2027-12-30", None),
        ];
        for (term, begun, until) in table {
            let found = of(term).search_until(day(begun), Calendar::shipped());
            assert_eq!(found, until.map(day), "{term:?} from {begun}");
        }
    }
}

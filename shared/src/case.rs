//! The card of a family as the office keeps it: what may stand in it, how long a temporary registration may last (§31), and
//! how a family goes from one career centre to another.
//!
//! Only what somebody changes is judged: what an import brought along stays until then.

use chrono::{Months, NaiveDate};

use crate::{
    kato::{self, Kato},
    pulled::{Family, Person, Relation},
    text_enum::text_enum,
};

/// Longest name, in characters.
pub const MAX_NAME: usize = 120;
/// Longest address, in characters.
pub const MAX_ADDRESS: usize = 500;
/// Most members of a family.
pub const MAX_MEMBERS: usize = 40;
/// No day in a card lies before it.
const FIRST_DAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(1900, 1, 1);

text_enum! {
    /// What is wrong in a card.
    pub enum CaseFault {
        /// There is no head of the family, or more than one.
        Head = "head",
        /// A given name is missing, or a name is too long.
        Name = "name",
        /// The spelling of the passport has other than Latin letters.
        Latin = "latin",
        /// Twelve digits with a valid check digit are asked for.
        Iin = "iin",
        /// The number is another person's.
        IinTaken = "iin_taken",
        /// The day of birth is none, or still to come.
        BirthDate = "birth_date",
        /// No telephone number.
        Phone = "phone",
        /// The code of the settlement is none, or not of the centre's region.
        Kato = "kato",
        /// The settlement has no name.
        Settlement = "settlement",
        /// Other families of the settlement, or of its okrug, live as this one does not: in the countryside or not.
        Rural = "rural",
        /// The day of inclusion in the quota is none, or still to come.
        QuotaDate = "quota_date",
        /// The day of arrival is none, or still to come.
        ArrivedOn = "arrived_on",
        /// The address is too long.
        Address = "address",
    }
}

/// A fault, and of which member it is: from 1, in the order of the card; none where it is the family's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Whose.
    pub member: Option<usize>,
    /// What.
    pub what: CaseFault,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.member {
            Some(number) => write!(f, "{} {number}", self.what),
            None => self.what.fmt(f),
        }
    }
}

fn is_words(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control)
}

/// Whether this is a telephone number, of any country: 5 to 15 digits (ITU-T E.164), as people write them.
#[must_use]
pub fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let rest = text.strip_prefix('+').unwrap_or(text);
    (5..=15).contains(&digits) && rest.chars().all(|c| c.is_ascii_digit() || " ()-".contains(c))
}

/// Whether all letters are Latin ones, as in the machine-readable part of a passport or with marks.
#[must_use]
pub fn is_latin(text: &str) -> bool {
    let is_fit = |c: char| {
        !c.is_alphabetic()
            || c.is_ascii()
            || matches!(c, '\u{00C0}'..='\u{024F}' | '\u{02B0}'..='\u{02FF}' | '\u{1E00}'..='\u{1EFF}')
    };
    is_words(text, MAX_NAME) && text.chars().any(char::is_alphabetic) && text.chars().all(is_fit)
}

/// Whether a day may stand in a card: it has come, and somebody alive may remember it.
#[must_use]
pub fn is_day(day: NaiveDate, today: NaiveDate) -> bool {
    day <= today && FIRST_DAY.is_none_or(|first| day >= first)
}

/// What is wrong with a family that is to be as `of`; `land` is the code of the centre's own territory.
#[must_use]
pub fn family_faults(
    of: &Family,
    before: Option<&Family>,
    land: &str,
    known: &[(String, bool)],
    today: NaiveDate,
) -> Vec<CaseFault> {
    let mut faults = Vec::new();
    let changed = |same: fn(&Family, &Family) -> bool| before.is_none_or(|before| !same(of, before));
    let mut check = |changed: bool, fits: bool, fault: CaseFault| {
        if changed && !fits {
            faults.push(fault);
        }
    };
    let code = Kato::parse(&of.settlement_kato).ok();
    let moved = changed(|a, b| a.settlement_kato == b.settlement_kato);
    let region = land.get(..2);
    let is_here = code.as_ref().is_some_and(|code| {
        kato::region(code).is_some() && !code.is_region() && code.as_str().get(..2) == region
    });
    check(moved, is_here, CaseFault::Kato);
    check(
        changed(|a, b| a.settlement_name == b.settlement_name),
        is_words(&of.settlement_name, MAX_NAME),
        CaseFault::Settlement,
    );
    let rural = code.as_ref().and_then(|code| known_rural(known, code));
    check(
        moved || changed(|a, b| a.rural == b.rural),
        rural.is_none_or(|rural| rural == of.rural),
        CaseFault::Rural,
    );
    let fits = |day: Option<NaiveDate>| day.is_none_or(|day| is_day(day, today));
    check(changed(|a, b| a.quota_date == b.quota_date), fits(of.quota_date), CaseFault::QuotaDate);
    check(changed(|a, b| a.arrived_on == b.arrived_on), fits(of.arrived_on), CaseFault::ArrivedOn);
    let address = of.address.as_deref();
    check(
        changed(|a, b| a.address == b.address),
        address.is_none_or(|text| is_words(text, MAX_ADDRESS)),
        CaseFault::Address,
    );
    check(changed(|a, b| a.phone == b.phone), of.phone.as_deref().is_none_or(is_phone), CaseFault::Phone);
    faults
}

/// What is wrong with a member who is to be as `of`. One-word names are names: a given name is all that is needed.
#[must_use]
pub fn member_faults(of: &Person, before: Option<&Person>, today: NaiveDate) -> Vec<CaseFault> {
    let mut faults = Vec::new();
    let changed = |same: fn(&Person, &Person) -> bool| before.is_none_or(|before| !same(of, before));
    let mut check = |changed: bool, fits: bool, fault: CaseFault| {
        if changed && !fits {
            faults.push(fault);
        }
    };
    let named = changed(|a, b| {
        (&a.surname, &a.given_name, &a.patronymic) == (&b.surname, &b.given_name, &b.patronymic)
    });
    let mut rest = [&of.surname, &of.patronymic].into_iter().flatten();
    let fits = is_words(&of.given_name, MAX_NAME) && rest.all(|name| is_words(name, MAX_NAME));
    check(named, fits, CaseFault::Name);
    check(
        changed(|a, b| a.latin_name == b.latin_name),
        of.latin_name.as_deref().is_none_or(is_latin),
        CaseFault::Latin,
    );
    check(
        changed(|a, b| a.birth_date == b.birth_date),
        of.birth_date.is_none_or(|day| is_day(day, today)),
        CaseFault::BirthDate,
    );
    check(changed(|a, b| a.phone == b.phone), of.phone.as_deref().is_none_or(is_phone), CaseFault::Phone);
    faults
}

/// Whether a family has one head.
#[must_use]
pub fn has_one_head(relations: impl IntoIterator<Item = Relation>) -> bool {
    relations.into_iter().filter(|relation| *relation == Relation::Head).count() == 1
}

/// Whether a settlement is rural, by families that are known with their codes: those of the very settlement, else those of its
/// okrug (§38). None where nobody lives there yet, or they differ: then somebody has to say it. Digits alone do not.
#[must_use]
pub fn known_rural(known: &[(String, bool)], code: &Kato) -> Option<bool> {
    let agreed = |of: Vec<bool>| {
        let first = *of.first()?;
        of.iter().all(|rural| *rural == first).then_some(first)
    };
    let there: Vec<bool> =
        known.iter().filter(|(of, _)| of == code.as_str()).map(|(_, rural)| *rural).collect();
    if !there.is_empty() {
        return agreed(there);
    }
    let okrug = code.okrug()?;
    let of_okrug = |of: &str| Kato::parse(of).ok().and_then(|of| of.okrug()).is_some_and(|of| of == okrug);
    agreed(known.iter().filter(|(of, _)| of_okrug(of)).map(|(_, rural)| *rural).collect())
}

text_enum! {
    /// How somebody is registered where he lives.
    pub enum RegistrationKind {
        /// For good.
        Permanent = "permanent",
        /// In a centre of adaptation or of temporary accommodation, for at most a year (§31).
        Temporary = "temporary",
    }
}

text_enum! {
    /// How a registration stands on a day.
    pub enum RegistrationStanding {
        /// For good.
        Permanent = "permanent",
        /// Temporary, and there is time.
        Temporary = "temporary",
        /// It ends within a month, or eleven months of the year have passed.
        Ending = "ending",
        /// Its last day has passed.
        Over = "over",
    }
}

/// The last day that a temporary registration may have: the day with the same number a year later, or the last of its month.
/// None beyond the calendar.
#[must_use]
pub fn year_end(year_from: NaiveDate) -> Option<NaiveDate> {
    year_from.checked_add_months(Months::new(12))
}

/// From which day the year runs: from that of the temporary registration before, which goes on, if there is one.
#[must_use]
pub fn year_from(before: Option<(RegistrationKind, NaiveDate)>, from: NaiveDate) -> NaiveDate {
    match before {
        Some((RegistrationKind::Temporary, first)) => first.min(from),
        _ => from,
    }
}

/// From which day on somebody is warned: eleven months after the year began, or a month before an earlier end.
#[must_use]
pub fn warns_on(year_from: NaiveDate, until: NaiveDate) -> NaiveDate {
    let eleven = year_from.checked_add_months(Months::new(11)).unwrap_or(until);
    let month = until.checked_sub_months(Months::new(1)).unwrap_or(until);
    eleven.min(month).max(year_from)
}

/// How it stands on a day. A temporary one without a last day is over: nobody can say that it is not.
#[must_use]
pub fn registration_standing(
    kind: RegistrationKind,
    year_from: NaiveDate,
    until: Option<NaiveDate>,
    today: NaiveDate,
) -> RegistrationStanding {
    match (kind, until) {
        (RegistrationKind::Permanent, _) => RegistrationStanding::Permanent,
        (RegistrationKind::Temporary, Some(until)) if today <= until => {
            if today >= warns_on(year_from, until) {
                RegistrationStanding::Ending
            } else {
                RegistrationStanding::Temporary
            }
        }
        (RegistrationKind::Temporary, _) => RegistrationStanding::Over,
    }
}

text_enum! {
    /// Why a family is to go to another centre. Chosen, not written: words could name somebody.
    pub enum HandoverReason {
        /// It has moved to the land of the other centre.
        Moved = "moved",
        /// The land of the centres has changed.
        Reorganised = "reorganised",
        /// It was registered at the wrong centre.
        Mistake = "mistake",
        /// The centres have agreed on it.
        Agreed = "agreed",
    }
}

text_enum! {
    /// Why a centre does not take a family.
    pub enum HandoverRefusal {
        /// It does not live on the centre's land.
        Elsewhere = "elsewhere",
        /// Its papers or its plan are not in order.
        Incomplete = "incomplete",
        /// It was proposed by mistake.
        Mistake = "mistake",
    }
}

text_enum! {
    /// Where a hand-over stands.
    pub enum HandoverState {
        /// The other centre has not said anything yet.
        Proposed = "proposed",
        /// The family is the other centre's.
        Accepted = "accepted",
        /// The other centre does not take it.
        Refused = "refused",
        /// The centre that proposed it has taken it back.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// What is done about a hand-over.
    pub enum HandoverAct {
        /// The receiving centre takes the family.
        Accept = "accept",
        /// It does not.
        Refuse = "refuse",
        /// The giving centre takes its proposal back.
        Withdraw = "withdraw",
    }
}

impl HandoverState {
    /// Where it stands after an act; none if that is not possible.
    #[must_use]
    pub const fn after(self, act: HandoverAct) -> Option<Self> {
        match (self, act) {
            (Self::Proposed, HandoverAct::Accept) => Some(Self::Accepted),
            (Self::Proposed, HandoverAct::Refuse) => Some(Self::Refused),
            (Self::Proposed, HandoverAct::Withdraw) => Some(Self::Withdrawn),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::{FamilyId, OrgUnitId, PersonId};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn family() -> Family {
        Family {
            id: FamilyId(Uuid::nil()),
            org_unit: OrgUnitId(Uuid::nil()),
            settlement_kato: "559133100".into(),
            settlement_name: "Үлгі ауылы".into(),
            rural: true,
            quota_date: Some(day("2026-06-01")),
            arrived_on: None,
            address: None,
            phone: Some("+86 (10) 1234-5678".into()),
            latitude: None,
            longitude: None,
        }
    }

    fn person() -> Person {
        Person {
            id: PersonId(Uuid::nil()),
            family: FamilyId(Uuid::nil()),
            surname: None,
            given_name: "ТЕСТ".into(),
            patronymic: None,
            latin_name: Some("TEST".into()),
            iin: None,
            birth_date: Some(day("1990-01-01")),
            sex: None,
            relation: Relation::Head,
            phone: None,
        }
    }

    #[test]
    fn phones_of_any_country_and_passports_of_any_marks() {
        for (text, fits) in [
            ("+7 701 000 00 00", true),
            ("+86 (10) 1234-5678", true),
            ("8-7182-00-00-00", true),
            ("00000", true),
            ("0000", false),
            ("+976 1234 5678 9012 345", false),
            ("8 701 000 00 00 қосымша 5", false),
            ("7+01000000", false),
            ("", false),
        ] {
            assert_eq!(is_phone(text), fits, "{text}");
        }
        for (text, fits) in [
            ("TEST", true),
            ("Óteġen-Ūly", true),
            ("D'TEST", true),
            ("ТЕСТ", false),
            ("12", false),
            ("", false),
        ] {
            assert_eq!(is_latin(text), fits, "{text}");
        }
    }

    #[test]
    fn a_card_is_judged_by_what_changes() {
        let today = day("2026-11-30");
        let faults =
            |of: &Family, before: Option<&Family>| family_faults(of, before, "559100000", &[], today);
        assert_eq!(faults(&family(), None), []);
        let other = Family { settlement_kato: "111133100".into(), ..family() };
        assert_eq!(faults(&other, None), [CaseFault::Kato], "another region");
        let region = Family { settlement_kato: "550000000".into(), ..family() };
        assert_eq!(faults(&region, None), [CaseFault::Kato], "no settlement");
        let wrong = Family {
            settlement_name: " ".into(),
            quota_date: Some(day("2026-12-01")),
            arrived_on: Some(day("1899-12-31")),
            phone: Some("үй".into()),
            address: Some("ә".repeat(501)),
            ..family()
        };
        let all = [
            CaseFault::Settlement,
            CaseFault::QuotaDate,
            CaseFault::ArrivedOn,
            CaseFault::Address,
            CaseFault::Phone,
        ];
        assert_eq!(faults(&wrong, None), all);
        assert_eq!(faults(&wrong, Some(&wrong)), [], "it was so before");
        let known = [("559133200".to_owned(), true)];
        let urban = Family { rural: false, ..family() };
        let of = |before| family_faults(&urban, before, "559100000", &known, today);
        assert_eq!(of(None), [CaseFault::Rural], "its okrug is rural");
        assert_eq!(of(Some(&urban)), []);

        let members = |of: &Person, before: Option<&Person>| member_faults(of, before, today);
        assert_eq!(members(&person(), None), [], "a one-word name is a name");
        let wrong = Person {
            surname: Some(" ".into()),
            latin_name: Some("ТЕСТ".into()),
            birth_date: Some(day("2026-12-01")),
            phone: Some("1".into()),
            ..person()
        };
        let all = [CaseFault::Name, CaseFault::Latin, CaseFault::BirthDate, CaseFault::Phone];
        assert_eq!(members(&wrong, None), all);
        assert_eq!(members(&wrong, Some(&wrong)), []);
        assert!(has_one_head([Relation::Child, Relation::Head]));
        assert!(!has_one_head([Relation::Child]) && !has_one_head([Relation::Head, Relation::Head]));
    }

    #[test]
    fn rural_is_what_others_there_are() {
        let known = |rows: &[(&str, bool)], code: &str| {
            let rows: Vec<(String, bool)> =
                rows.iter().map(|(code, rural)| ((*code).to_owned(), *rural)).collect();
            known_rural(&rows, &Kato::parse(code).unwrap())
        };
        let rows = [("559133100", true), ("559110100", false), ("559135100", true), ("559135200", false)];
        assert_eq!(known(&rows, "559133100"), Some(true));
        assert_eq!(known(&rows, "559133300"), Some(true), "of the same okrug");
        assert_eq!(known(&rows, "559110100"), Some(false));
        assert_eq!(known(&rows, "559135200"), Some(false), "its own word before that of the okrug");
        assert_eq!(known(&rows, "559135300"), None, "they differ");
        assert_eq!(known(&rows, "559137100"), None, "nobody lives there");
        assert_eq!(known(&[("559133100", true), ("559133100", false)], "559133100"), None);
    }

    #[test]
    fn a_temporary_registration_lasts_a_year_and_warns_after_eleven_months() {
        use RegistrationKind::{Permanent, Temporary};
        for (from, end) in [("2026-01-15", "2027-01-15"), ("2024-02-29", "2025-02-28")] {
            assert_eq!(year_end(day(from)), Some(day(end)));
        }
        // From, until, and from when on it warns.
        for (from, until, warns) in [
            ("2026-01-15", "2027-01-15", "2026-12-15"),
            ("2026-01-15", "2026-07-15", "2026-06-15"),
            ("2026-03-31", "2027-03-31", "2027-02-28"),
            ("2026-01-15", "2026-02-01", "2026-01-15"),
        ] {
            assert_eq!(warns_on(day(from), day(until)), day(warns), "{from} to {until}");
        }
        let stands = |kind, until: Option<&str>, today| {
            registration_standing(kind, day("2026-01-15"), until.map(day), day(today))
        };
        for (today, standing) in [
            ("2026-12-14", RegistrationStanding::Temporary),
            ("2026-12-15", RegistrationStanding::Ending),
            ("2027-01-15", RegistrationStanding::Ending),
            ("2027-01-16", RegistrationStanding::Over),
        ] {
            assert_eq!(stands(Temporary, Some("2027-01-15"), today), standing, "{today}");
        }
        assert_eq!(stands(Temporary, None, "2026-01-16"), RegistrationStanding::Over);
        assert_eq!(stands(Permanent, None, "2036-01-16"), RegistrationStanding::Permanent);
        // Another temporary one goes on with the year of the one before.
        assert_eq!(year_from(Some((Temporary, day("2026-01-15"))), day("2026-07-16")), day("2026-01-15"));
        assert_eq!(year_from(Some((Permanent, day("2026-01-15"))), day("2026-07-16")), day("2026-07-16"));
        assert_eq!(year_from(None, day("2026-07-16")), day("2026-07-16"));
    }

    #[test]
    fn a_hand_over_is_decided_once() {
        for state in HandoverState::ALL {
            for act in HandoverAct::ALL {
                assert_eq!(state.after(*act).is_some(), *state == HandoverState::Proposed, "{state} {act}");
            }
        }
    }
}

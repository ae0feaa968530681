//! Reasons that are chosen from a list: what may be chosen on a day, and what people read for it.
//!
//! A check keeps the code of why something went back; where a worker says why (not applicable, refused, corrected), the
//! record keeps the text itself. Either way nothing that is signed or stated changes with a list. The program brings codes and
//! texts along; an organisation may say from a day on what a code reads, add codes of its own and let one retire. What was
//! said on an earlier day reads as it did then.

use std::{collections::BTreeMap, fmt, str::FromStr};

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{
    check::ReturnReason,
    locale::{Lang, Messages, message_id},
    text_enum::{UnknownWord, text_column, text_enum},
};

text_enum! {
    /// What is given a reason.
    pub enum ReasonList {
        /// A record, or one piece of its evidence, goes back for rework.
        Return = "return",
        /// A service does not concern a person.
        NotApplicable = "not_applicable",
        /// A family does not want a service.
        Refused = "refused",
        /// A record is corrected by its worker.
        Correction = "correction",
    }
}

/// The code of each list that asks for words: it is always there, and the last.
pub const OTHER: &str = "other";
/// Most characters of a code.
const MOST_CODE: usize = 40;
/// Most characters of a text: a button on a phone has three lines.
pub const MOST_TEXT: usize = 120;

impl ReasonList {
    /// The codes that the program brings along, in the order in which they are offered.
    #[must_use]
    pub fn shipped(self) -> Vec<&'static str> {
        match self {
            Self::Return => ReturnReason::ALL.iter().map(|reason| reason.as_str()).collect(),
            Self::NotApplicable => vec!["has", "age", "status", "moved", OTHER],
            Self::Refused => vec!["no_need", "self", "later", OTHER],
            Self::Correction => vec!["date", "person", "proof", "text", OTHER],
        }
    }

    /// Whether the program brings a code along.
    #[must_use]
    pub fn ships(self, code: &ReasonCode) -> bool {
        self.shipped().contains(&code.as_str())
    }

    /// Id of the message of a code that the program brings along.
    #[must_use]
    pub fn message(self, code: &ReasonCode) -> String {
        match self {
            Self::Return => message_id("return-reason", code),
            _ if code.as_str() == OTHER => message_id("reason", OTHER),
            Self::NotApplicable => message_id("reason-na", code),
            Self::Refused => message_id("reason-refused", code),
            Self::Correction => message_id("reason-fix", code),
        }
    }
}

/// The code of a reason: Latin letters, digits and `_`, a letter first, at most 40. One that nobody knows is a code all the
/// same: an older program meets those that were added after it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ReasonCode(String);

impl ReasonCode {
    /// The word in records and columns.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it asks for words.
    #[must_use]
    pub fn is_other(&self) -> bool {
        self.0 == OTHER
    }

    /// The code that an organisation's own reason gets, by its number in the list.
    #[must_use]
    pub fn own(number: usize) -> Self {
        Self(format!("own_{number}"))
    }
}

impl FromStr for ReasonCode {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let is_of_it = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let first = text.starts_with(|c: char| c.is_ascii_lowercase());
        if first && text.len() <= MOST_CODE && text.chars().all(is_of_it) {
            Ok(Self(text.to_owned()))
        } else {
            Err(UnknownWord { kind: "ReasonCode", text: text.to_owned() })
        }
    }
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<ReturnReason> for ReasonCode {
    fn from(reason: ReturnReason) -> Self {
        Self(reason.as_str().to_owned())
    }
}

impl PartialEq<ReturnReason> for ReasonCode {
    fn eq(&self, other: &ReturnReason) -> bool {
        self.0 == other.as_str()
    }
}

impl Serialize for ReasonCode {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ReasonCode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

text_column!(ReasonCode);

/// What people read, in the three languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ReasonText {
    /// Kazakh.
    pub kk: String,
    /// Russian.
    pub ru: String,
    /// English; the Russian text stands for it where it is empty.
    pub en: String,
}

impl ReasonText {
    /// What the program brings along for a code; none where it does not know it.
    #[must_use]
    pub fn shipped(list: ReasonList, code: &ReasonCode) -> Option<Self> {
        let of = |lang: Lang| Messages::of(lang).text(&list.message(code), &[]);
        list.ships(code).then(|| Self { kk: of(Lang::Kk), ru: of(Lang::Ru), en: of(Lang::En) })
    }

    /// The text of a language.
    #[must_use]
    pub fn of(&self, lang: Lang) -> &str {
        match lang {
            Lang::Kk => &self.kk,
            Lang::En if !self.en.is_empty() => &self.en,
            Lang::Ru | Lang::En => &self.ru,
        }
    }

    /// Without spaces around; none if the Kazakh or the Russian text is missing, or one is too long or no single line.
    #[must_use]
    pub fn tidy(&self) -> Option<Self> {
        let of = |text: &str| text.trim().to_owned();
        let tidy = Self { kk: of(&self.kk), ru: of(&self.ru), en: of(&self.en) };
        let all = [&tidy.kk, &tidy.ru, &tidy.en];
        let fits = |text: &&String| text.chars().count() <= MOST_TEXT && !text.chars().any(char::is_control);
        (!tidy.kk.is_empty() && !tidy.ru.is_empty() && all.iter().all(fits)).then_some(tidy)
    }
}

/// What holds for a reason from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// What people read.
    pub text: ReasonText,
    /// Whether it can be chosen; a reason that cannot has retired.
    pub offered: bool,
}

/// Everything that was said about reasons, with its first days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasons(BTreeMap<(ReasonList, ReasonCode), BTreeMap<NaiveDate, Wording>>);

impl Reasons {
    /// Of what was said: list, code, first day, what holds.
    pub fn of(rows: impl IntoIterator<Item = (ReasonList, ReasonCode, NaiveDate, Wording)>) -> Self {
        let mut all = Self::default();
        for (list, code, from, wording) in rows {
            all.0.entry((list, code)).or_default().insert(from, wording);
        }
        all
    }

    /// What was said about a reason, the earliest first.
    pub fn values(&self, list: ReasonList, code: &ReasonCode) -> impl Iterator<Item = (NaiveDate, &Wording)> {
        let said = self.0.get(&(list, code.clone()));
        said.into_iter().flatten().map(|(from, wording)| (*from, wording))
    }

    /// What was said that holds on a day; none: what the program brings along, if it knows the code.
    #[must_use]
    pub fn on(&self, list: ReasonList, code: &ReasonCode, day: NaiveDate) -> Option<&Wording> {
        self.values(list, code).take_while(|(from, _)| *from <= day).last().map(|(_, wording)| wording)
    }

    /// What was said that is read for a reason given on a day; none: what the program brings along. A code of the
    /// organisation's own reads as its first text, should it have been given before its first day.
    #[must_use]
    pub fn text(&self, list: ReasonList, code: &ReasonCode, day: NaiveDate) -> Option<&ReasonText> {
        let first = || self.values(list, code).next().map(|(_, wording)| wording);
        let held = self.on(list, code, day).or_else(|| first().filter(|_| !list.ships(code)));
        held.map(|wording| &wording.text)
    }

    /// What is read for a reason given on a day, by whoever said it; none where nobody knows the code.
    #[must_use]
    pub fn shown(&self, list: ReasonList, code: &ReasonCode, day: NaiveDate) -> Option<ReasonText> {
        self.text(list, code, day).cloned().or_else(|| ReasonText::shipped(list, code))
    }

    /// Whether a reason can be chosen on a day. The one that asks for words always can.
    #[must_use]
    pub fn is_offered(&self, list: ReasonList, code: &ReasonCode, day: NaiveDate) -> bool {
        code.is_other() || self.on(list, code, day).map_or(list.ships(code), |held| held.offered)
    }

    /// The codes of a list, those that the program brings along first, the one that asks for words last.
    #[must_use]
    pub fn codes(&self, list: ReasonList) -> Vec<ReasonCode> {
        let mut codes: Vec<ReasonCode> =
            list.shipped().into_iter().filter_map(|code| code.parse().ok()).collect();
        let own = self.0.keys().filter(|(of, code)| *of == list && !list.ships(code));
        let mut own: Vec<ReasonCode> = own.map(|(_, code)| code.clone()).collect();
        // Numbers as numbers: the tenth stands behind the ninth.
        own.sort_by_key(|code| (code.as_str().len(), code.clone()));
        let at = codes.len().saturating_sub(1);
        codes.splice(at..at, own);
        codes
    }

    /// What can be chosen from a list on a day.
    #[must_use]
    pub fn offered(&self, list: ReasonList, day: NaiveDate) -> Vec<ReasonCode> {
        self.codes(list).into_iter().filter(|code| self.is_offered(list, code, day)).collect()
    }

    /// The code of the next reason that is added to a list. One that is free again is not given twice: checks may have it.
    #[must_use]
    pub fn next_own<'a>(
        list: ReasonList,
        ever: impl IntoIterator<Item = (ReasonList, &'a ReasonCode)>,
    ) -> ReasonCode {
        let number = |code: &ReasonCode| code.as_str().strip_prefix("own_")?.parse::<usize>().ok();
        let used = ever.into_iter().filter(|(of, _)| *of == list).filter_map(|(_, code)| number(code)).max();
        ReasonCode::own(used.unwrap_or(0) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn code(text: &str) -> ReasonCode {
        text.parse().unwrap()
    }

    fn said(ru: &str, offered: bool) -> Wording {
        let text = ReasonText { kk: format!("{ru} kk"), ru: ru.into(), en: String::new() };
        Wording { text, offered }
    }

    /// `blurred` was said anew twice and retired; two reasons of the organisation's own.
    fn all() -> Reasons {
        let of =
            |code: &str, from: &str, wording| (ReasonList::Return, code.parse().unwrap(), day(from), wording);
        Reasons::of([
            of("blurred", "2026-12-01", said("мутно", true)),
            of("blurred", "2027-01-01", said("мутно", false)),
            of("own_2", "2026-12-10", said("второй", true)),
            of("own_10", "2026-12-10", said("десятый", true)),
            of("own_2", "2027-02-01", said("второй, иначе", true)),
        ])
    }

    #[test]
    fn a_reason_reads_as_on_the_day_on_which_it_was_given() {
        let all = all();
        let read = |of: &str, on: &str| {
            all.shown(ReasonList::Return, &code(of), day(on)).map(|text| text.of(Lang::Ru).to_owned())
        };
        for (of, on, text) in [
            ("blurred", "2026-11-30", "Снимок нерезкий"),
            ("blurred", "2026-12-01", "мутно"),
            ("blurred", "2028-01-01", "мутно"),
            ("too_dark", "2028-01-01", "Слишком темно или слишком светло"),
            ("own_2", "2027-01-31", "второй"),
            ("own_2", "2027-02-01", "второй, иначе"),
            ("own_2", "2026-01-01", "второй"),
        ] {
            assert_eq!(read(of, on).as_deref(), Some(text), "{of} on {on}");
        }
        assert_eq!(read("own_3", "2027-01-01"), None);
        assert_eq!(all.shown(ReasonList::Refused, &code("own_2"), day("2027-01-01")), None, "another list");
    }

    #[test]
    fn what_can_be_chosen_has_its_days() {
        let all = all();
        let offered = |on: &str| all.offered(ReasonList::Return, day(on));
        assert_eq!(offered("2026-11-30").len(), ReturnReason::ALL.len());
        let later = offered("2026-12-10");
        assert_eq!(later[later.len() - 3..], [code("own_2"), code("own_10"), code("other")]);
        assert!(later.contains(&code("blurred")) && !offered("2027-01-01").contains(&code("blurred")));
        assert!(all.codes(ReasonList::Return).contains(&code("blurred")), "it is still known");
        assert!(!all.is_offered(ReasonList::Return, &code("own_2"), day("2026-12-09")));
        assert!(!all.is_offered(ReasonList::Return, &code("nothing"), day("2026-12-09")));
        let never = Reasons::of([(ReasonList::Return, code(OTHER), day("2026-01-01"), said("иное", false))]);
        assert!(never.is_offered(ReasonList::Return, &code(OTHER), day("2026-12-09")));
    }

    #[test]
    fn every_shipped_reason_has_its_words_and_ends_with_other() {
        for list in ReasonList::ALL {
            let shipped = list.shipped();
            assert_eq!(shipped.last(), Some(&OTHER), "{list}");
            for word in shipped {
                let text = ReasonText::shipped(*list, &code(word)).unwrap();
                for lang in Lang::ALL {
                    assert!(!text.of(*lang).starts_with('⟦'), "{list} {word} {lang}: {}", text.of(*lang));
                }
                assert_ne!(text.kk, text.ru, "{list} {word}");
            }
        }
    }

    #[test]
    fn a_code_is_a_word_that_a_column_can_hold() {
        for right in ["a", "own_12", "not_the_service", &"a".repeat(40)] {
            assert_eq!(serde_json::from_str::<ReasonCode>(&format!("{right:?}")).unwrap(), code(right));
        }
        for wrong in ["", "1a", "_a", "A", "ә", "a-b", "a b", &"a".repeat(41)] {
            assert!(wrong.parse::<ReasonCode>().is_err(), "{wrong}");
        }
        assert_eq!(ReasonCode::from(ReturnReason::TooDark), ReturnReason::TooDark);
    }

    #[test]
    fn a_number_is_given_once() {
        let ever = [
            (ReasonList::Return, code("own_1")),
            (ReasonList::Return, code("own_12")),
            (ReasonList::Return, code("own_x")),
            (ReasonList::Return, code("blurred")),
            (ReasonList::Refused, code("own_40")),
        ];
        let next = |list| Reasons::next_own(list, ever.iter().map(|(list, code)| (*list, code)));
        assert_eq!(next(ReasonList::Return), code("own_13"));
        assert_eq!(next(ReasonList::Correction), code("own_1"));
    }

    #[test]
    fn a_text_is_one_line_in_kazakh_and_russian() {
        let text = |kk: &str, ru: &str, en: &str| ReasonText { kk: kk.into(), ru: ru.into(), en: en.into() };
        let tidy = text(" Бұлдыр ", "Мутно\t", "").tidy().unwrap();
        assert_eq!((tidy.kk.as_str(), tidy.ru.as_str(), tidy.of(Lang::En)), ("Бұлдыр", "Мутно", "Мутно"));
        for wrong in
            [text("", "а", "a"), text("ә", " ", "a"), text("ә", "а\nб", ""), text("ә", &"а".repeat(121), "")]
        {
            assert_eq!(wrong.tidy(), None, "{wrong:?}");
        }
    }
}

//! Territories: KATO codes, the 20 regions, which of them take settlers, and the yearly quotas.
//!
//! All of it is dated data (`data/kato.json`), because all of it changes: three regions appeared in
//! 2022, the list of settlement regions differs between 2023–24 and 2025–26, quotas are raised
//! inside a year. The parent of a territory is stored, never computed from digits: inside a rural
//! okrug the parent may be the central village. What the data do not say is `None`, not a guess.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, de};
use thiserror::Error;

use crate::locale::Lang;
use crate::text_enum::{text_column, text_enum};

/// A code of the classifier: nine digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[0-9]{9}$"))]
pub struct Kato(String);

/// Why a text is no code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a KATO code has nine digits, this is {0:?}")]
pub struct KatoError(pub String);

impl Kato {
    /// Reads nine digits.
    pub fn parse(text: &str) -> Result<Self, KatoError> {
        if text.len() == 9 && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(KatoError(text.to_owned()))
        }
    }

    /// The nine digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Code of the region: the first two digits name it, whatever the levels between.
    pub fn region(&self) -> Kato {
        Kato(format!("{}0000000", &self.0[..2]))
    }

    /// Code of the rural okrug, town or settlement that the code lies in or is of: the first six digits name it, whatever the
    /// levels below. None above that level. Whether it is rural is not said by digits ([`TerritoryKind::is_rural`]).
    pub fn okrug(&self) -> Option<Kato> {
        (&self.0[4..6] != "00").then(|| Kato(format!("{}000", &self.0[..6])))
    }

    /// Code of the district of an oblast, or city of an oblast, that the code lies in or is of: the first four digits. None
    /// above that level.
    pub fn district(&self) -> Option<Kato> {
        (&self.0[2..4] != "00").then(|| Kato(format!("{}00000", &self.0[..4])))
    }

    /// Whether the code itself is that of a region.
    pub fn is_region(&self) -> bool {
        &self.0[2..] == "0000000"
    }
}

impl fmt::Display for Kato {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Kato {
    type Err = KatoError;
    fn from_str(text: &str) -> Result<Self, KatoError> {
        Self::parse(text)
    }
}

impl<'de> Deserialize<'de> for Kato {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

text_column!(Kato);

text_enum! {
    /// Level of a territory, from the type column of the classifier. Rural or urban is read from here, never from digits.
    pub enum TerritoryKind {
        /// Oblast.
        Oblast = "oblast",
        /// City of republican significance, the capital among them.
        RepublicanCity = "republican_city",
        /// District of an oblast.
        District = "district",
        /// City of oblast significance.
        City = "city",
        /// District of a city.
        CityDistrict = "city_district",
        /// Town or urban-type settlement.
        Town = "town",
        /// Rural okrug.
        RuralOkrug = "rural_okrug",
        /// Village.
        Village = "village",
    }
}

impl TerritoryKind {
    /// Whether families there need a road map (§38).
    pub const fn is_rural(self) -> bool {
        matches!(self, TerritoryKind::RuralOkrug | TerritoryKind::Village)
    }
}

/// One entry of the classifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Territory {
    /// Nine digits.
    pub code: Kato,
    /// ISO 3166-2 code; regions only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iso: Option<String>,
    /// Level.
    pub kind: TerritoryKind,
    /// Russian name.
    pub ru: String,
    /// Kazakh name.
    pub kk: String,
    /// English name.
    pub en: String,
    /// The territory this one lies in; regions have none.
    pub parent: Option<Kato>,
    /// First day in force; `None` = before our records begin.
    pub valid_from: Option<NaiveDate>,
    /// Last day in force; `None` = still in force.
    pub valid_to: Option<NaiveDate>,
    /// What took its place when it went out of force.
    pub successor: Option<Kato>,
    /// The territory it was cut out of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_from: Option<Kato>,
}

impl Territory {
    /// Name in a language.
    pub fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::Kk => &self.kk,
            Lang::Ru => &self.ru,
            Lang::En => &self.en,
        }
    }

    /// Whether the territory is in force on a day.
    pub fn valid_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }
}

/// A period with its list of regions that take settlers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettlementPeriod {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Codes of the regions.
    pub regions: Vec<Kato>,
}

/// One version of a year's quota of kandas. A quota is raised inside the year, so versions are kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// Calendar year.
    pub year: i32,
    /// 1, 2, … within the year.
    pub version: u32,
    /// Day of the decision, where known.
    pub decided_on: Option<NaiveDate>,
    /// Persons, whole country.
    pub total: u32,
    /// Persons by region; empty where the split of this version is not known.
    pub by_region: BTreeMap<Kato, u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KatoData {
    #[serde(rename = "note")]
    _note: String,
    regions: Vec<Territory>,
    settlement_periods: Vec<SettlementPeriod>,
    quotas: Vec<Quota>,
}

static DATA: LazyLock<KatoData> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/kato.json")).expect("the embedded territories are tested")
});

/// The 20 regions, in the order of their codes.
pub fn regions() -> &'static [Territory] {
    &DATA.regions
}

/// The region a code lies in.
pub fn region(code: &Kato) -> Option<&'static Territory> {
    let region = code.region();
    DATA.regions.iter().find(|r| r.code == region)
}

/// Follows successor links from a code that went out of force to the entry in force on a day.
/// `None` if the chain ends before that, or runs in a circle.
pub fn in_force<'a>(entries: &'a [Territory], code: &Kato, day: NaiveDate) -> Option<&'a Territory> {
    let mut code = code;
    for _ in 0..=entries.len() {
        let valid = entries.iter().find(|t| t.code == *code && t.valid_on(day));
        if valid.is_some() {
            return valid;
        }
        code = entries
            .iter()
            .filter(|t| t.code == *code && t.valid_to.is_some_and(|to| to < day))
            .find_map(|t| t.successor.as_ref())?;
    }
    None
}

/// The regions that take settlers on a day; `None` outside the periods we know.
pub fn settlement_regions(day: NaiveDate) -> Option<&'static [Kato]> {
    DATA.settlement_periods.iter().find(|p| p.from <= day && day <= p.to).map(|p| p.regions.as_slice())
}

/// Whether a territory lies in a settlement region on a day; `None` outside the periods we know.
pub fn is_in_settlement_region(code: &Kato, day: NaiveDate) -> Option<bool> {
    settlement_regions(day).map(|regions| regions.contains(&code.region()))
}

/// All versions of a year's quota, oldest first; empty for a year we know nothing of.
pub fn quota_versions(year: i32) -> Vec<&'static Quota> {
    let mut versions: Vec<&Quota> = DATA.quotas.iter().filter(|q| q.year == year).collect();
    versions.sort_by_key(|q| q.version);
    versions
}

/// The last known version of a year's quota.
pub fn quota(year: i32) -> Option<&'static Quota> {
    quota_versions(year).pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn kato(text: &str) -> Kato {
        Kato::parse(text).unwrap()
    }

    #[test]
    fn a_code_is_nine_digits() {
        assert_eq!(kato("101033102").region(), kato("100000000"));
        assert!(kato("750000000").is_region() && !kato("101010000").is_region());
        for wrong in ["", "10103310", "1010331021", "10103310a", "１０1033102"] {
            assert!(Kato::parse(wrong).is_err(), "{wrong}");
            assert!(serde_json::from_str::<Kato>(&format!("\"{wrong}\"")).is_err());
        }
    }

    #[test]
    fn okrug_and_district_are_named_by_whole_levels() {
        let table = [
            ("101033102", Some("101033000"), Some("101000000")),
            ("101033000", Some("101033000"), Some("101000000")),
            ("103200000", None, Some("103200000")),
            ("100000000", None, None),
        ];
        for (code, okrug, district) in table {
            let (found, above) = (kato(code).okrug(), kato(code).district());
            assert_eq!(
                (found.as_ref().map(Kato::as_str), above.as_ref().map(Kato::as_str)),
                (okrug, district)
            );
        }
    }

    #[test]
    fn twenty_regions_carry_their_iso_code() {
        let table = [
            ("10", "Абай облысы"),
            ("11", "Ақмола облысы"),
            ("15", "Ақтөбе облысы"),
            ("19", "Алматы облысы"),
            ("23", "Атырау облысы"),
            ("27", "Батыс Қазақстан облысы"),
            ("31", "Жамбыл облысы"),
            ("33", "Жетісу облысы"),
            ("35", "Қарағанды облысы"),
            ("39", "Қостанай облысы"),
            ("43", "Қызылорда облысы"),
            ("47", "Маңғыстау облысы"),
            ("55", "Павлодар облысы"),
            ("59", "Солтүстік Қазақстан облысы"),
            ("61", "Түркістан облысы"),
            ("62", "Ұлытау облысы"),
            ("63", "Шығыс Қазақстан облысы"),
            ("71", "Астана қаласы"),
            ("75", "Алматы қаласы"),
            ("79", "Шымкент қаласы"),
        ];
        assert_eq!(regions().len(), table.len());
        for (region, (digits, kk)) in regions().iter().zip(table) {
            assert_eq!(region.code, kato(&format!("{digits}0000000")));
            assert_eq!(region.iso.as_deref(), Some(format!("KZ-{digits}").as_str()));
            assert_eq!(region.name(Lang::Kk), kk);
            assert!(!region.ru.is_empty() && !region.en.is_empty());
            assert_eq!(region.parent, None);
            let city = matches!(digits, "71" | "75" | "79");
            assert_eq!(region.kind == TerritoryKind::RepublicanCity, city, "{digits}");
        }
        assert_eq!(region(&kato("101033102")).unwrap().ru, "область Абай");
        assert!(region(&kato("990000000")).is_none());
    }

    #[test]
    fn three_regions_are_of_2022() {
        let new: Vec<(&str, &str)> = regions()
            .iter()
            .filter_map(|r| r.split_from.as_ref().map(|from| (r.code.as_str(), from.as_str())))
            .collect();
        assert_eq!(new, [("100000000", "630000000"), ("330000000", "190000000"), ("620000000", "350000000")]);
        let abai = region(&kato("100000000")).unwrap();
        assert!(!abai.valid_on(day("2022-01-01")) && abai.valid_on(day("2023-01-01")));
        assert!(region(&kato("630000000")).unwrap().valid_on(day("2000-01-01")));
    }

    #[test]
    fn settlement_regions_depend_on_the_day() {
        let codes = |text| -> Vec<&str> {
            settlement_regions(day(text)).unwrap().iter().map(|c| &c.as_str()[..2]).collect()
        };
        assert_eq!(codes("2023-01-01"), ["10", "11", "39", "55", "59", "63"]);
        assert_eq!(codes("2024-12-31"), ["10", "11", "39", "55", "59", "63"]);
        assert_eq!(codes("2025-01-01"), ["10", "11", "23", "27", "39", "55", "59", "63"]);
        assert_eq!(codes("2026-12-31"), ["10", "11", "23", "27", "39", "55", "59", "63"]);
        assert!(settlement_regions(day("2022-12-31")).is_none());
        assert!(settlement_regions(day("2027-01-01")).is_none());
        let atyrau_village = kato("231010000");
        assert_eq!(is_in_settlement_region(&atyrau_village, day("2024-06-01")), Some(false));
        assert_eq!(is_in_settlement_region(&atyrau_village, day("2025-06-01")), Some(true));
        assert_eq!(is_in_settlement_region(&atyrau_village, day("2027-06-01")), None);
    }

    #[test]
    fn quotas_are_versioned_and_add_up() {
        let totals: Vec<(i32, u32)> = (2022..=2026).map(|y| (y, quota(y).unwrap().total)).collect();
        assert_eq!(totals, [(2022, 1499), (2023, 2337), (2024, 3033), (2025, 2309), (2026, 2281)]);
        assert!(quota(2021).is_none() && quota(2027).is_none());
        assert_eq!(quota_versions(2024).iter().map(|q| q.total).collect::<Vec<_>>(), [2433, 3033]);
        assert_eq!(quota(2024).unwrap().decided_on, Some(day("2024-08-24")));
        assert_eq!(quota(2026).unwrap().by_region[&kato("550000000")], 977);
        assert_eq!(quota(2025).unwrap().by_region[&kato("270000000")], 30);
        for year in 2022..=2026 {
            for version in quota_versions(year) {
                let sum: u32 = version.by_region.values().sum();
                assert!(version.by_region.is_empty() || sum == version.total, "{year} v{}", version.version);
                let open = settlement_regions(NaiveDate::from_ymd_opt(year, 6, 1).unwrap());
                for code in version.by_region.keys() {
                    assert!(open.unwrap().contains(code), "{year}: {code} takes no settlers");
                }
            }
        }
    }

    #[test]
    fn successors_are_followed_by_the_day() {
        let entry = |code: &str, from: Option<&str>, to: Option<&str>, successor: Option<&str>| Territory {
            code: kato(code),
            iso: None,
            kind: TerritoryKind::Village,
            ru: "с. Мысал".into(),
            kk: "Мысал ауылы".into(),
            en: "Mysal".into(),
            parent: Some(kato("101033000")),
            valid_from: from.map(day),
            valid_to: to.map(day),
            successor: successor.map(kato),
            split_from: None,
        };
        let entries = [
            entry("101033100", None, Some("2023-12-31"), Some("101033200")),
            entry("101033200", Some("2024-01-01"), Some("2024-12-31"), Some("101033300")),
            entry("101033300", Some("2025-01-01"), None, None),
            entry("101033400", None, Some("2023-12-31"), Some("101033500")),
            entry("101033500", None, Some("2023-12-31"), Some("101033400")),
            entry("101033600", None, Some("2023-12-31"), None),
        ];
        let found = |code, on| in_force(&entries, &kato(code), day(on)).map(|t| t.code.as_str().to_owned());
        assert_eq!(found("101033100", "2023-06-01").as_deref(), Some("101033100"));
        assert_eq!(found("101033100", "2024-06-01").as_deref(), Some("101033200"));
        assert_eq!(found("101033100", "2026-06-01").as_deref(), Some("101033300"));
        assert_eq!(found("101033300", "2024-06-01"), None);
        assert_eq!(found("101033400", "2024-06-01"), None);
        assert_eq!(found("101033600", "2024-06-01"), None);
    }

    #[test]
    fn only_okrugs_and_villages_are_rural() {
        let rural: Vec<&str> =
            TerritoryKind::ALL.iter().filter(|k| k.is_rural()).map(|k| k.as_str()).collect();
        assert_eq!(rural, ["rural_okrug", "village"]);
    }
}

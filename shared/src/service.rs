//! The 25 services of Appendix 1: the closed list a career centre delivers (§4, §32).
//!
//! Codes `S01` … `S25` are the numbers of Appendix 1 and never change. The Russian names are letter
//! for letter those of the appendix; the Kazakh names are ours until the official text is loaded.
//! Everything that a customer may want to tune (unit, evidence rule, who a service usually applies
//! to, whether it repeats) is data in `data/services.json`, each repeat decision with its reason.
//! Appendix 3 prints its own headings, which differ for services 15 and 20: see
//! [`Service::report_heading_ru`].

use std::sync::LazyLock;

use serde::Deserialize;

use crate::locale::Lang;
use crate::rule::EvidenceRule;
use crate::text_enum::text_enum;

text_enum! {
    /// Number of a service in Appendix 1, written `S07`.
    pub enum ServiceCode {
        /// Registration in the Mobile Citizens Base.
        S01 = "S01",
        /// Registration in the Digital Family Card.
        S02 = "S02",
        /// Economic mobility certificate.
        S03 = "S03",
        /// Finding housing.
        S04 = "S04",
        /// Land plot.
        S05 = "S05",
        /// Electronic digital signature.
        S06 = "S06",
        /// Registration at the place of residence.
        S07 = "S07",
        /// Military registration.
        S08 = "S08",
        /// School.
        S09 = "S09",
        /// Kindergarten.
        S10 = "S10",
        /// Primary-care clinic.
        S11 = "S11",
        /// State support measures.
        S12 = "S12",
        /// Preparing for winter, coal.
        S13 = "S13",
        /// Free medical care.
        S14 = "S14",
        /// Registration of job seekers.
        S15 = "S15",
        /// Labour Market system.
        S16 = "S16",
        /// Registration of the unemployed.
        S17 = "S17",
        /// Referral to active employment measures.
        S18 = "S18",
        /// Legal aid.
        S19 = "S19",
        /// Courses of languages, history, culture, law.
        S20 = "S20",
        /// Cultural events.
        S21 = "S21",
        /// Study materials.
        S22 = "S22",
        /// Citizenship.
        S23 = "S23",
        /// Translation of documents.
        S24 = "S24",
        /// Information and reference.
        S25 = "S25",
    }
}

impl ServiceCode {
    /// Number in Appendix 1, 1 to 25.
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The code with this number in Appendix 1.
    pub fn from_number(number: u8) -> Option<Self> {
        usize::from(number).checked_sub(1).and_then(|at| Self::ALL.get(at)).copied()
    }

    /// Column of the monthly form, Appendix 3: columns 1 and 2 are the row number and the IIN.
    pub const fn report_column(self) -> u8 {
        self.number() + 2
    }

    /// The service itself.
    pub fn service(self) -> &'static Service {
        &SERVICES[usize::from(self.number()) - 1]
    }
}

text_enum! {
    /// Whether a plan holds one item per person or one for the family, kept on its head.
    pub enum Unit {
        /// One activity for each member it applies to.
        Person = "person",
        /// One activity for the whole family.
        Family = "family",
    }
}

text_enum! {
    /// Whom a service usually concerns. A hint that pre-selects items of a plan; the worker adds or drops any with a reason.
    pub enum AppliesTo {
        /// The family as one.
        Family = "family",
        /// Each member.
        Everyone = "everyone",
        /// Members of full age.
        Adults = "adults",
        /// Reservists and conscripts.
        MilitaryLiable = "military_liable",
        /// Children of school age.
        SchoolChildren = "school_children",
        /// Children of kindergarten age.
        PreschoolChildren = "preschool_children",
        /// Members of working age.
        WorkingAge = "working_age",
    }
}

text_enum! {
    /// How a family's plan is grouped for reading. The order of Appendix 1 stays the order everywhere else.
    pub enum ServiceGroup {
        /// Registration and documents.
        Papers = "papers",
        /// Housing and household.
        Home = "home",
        /// Health.
        Health = "health",
        /// Education and culture.
        Learning = "learning",
        /// Work.
        Work = "work",
        /// Support.
        Support = "support",
    }
}

/// One of the 25 services with everything both sides must agree on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Number in Appendix 1.
    pub code: ServiceCode,
    /// English handle for people, e.g. `WINTER_COAL`. Not an identifier.
    pub mnemonic: String,
    /// Name in Appendix 1, verbatim.
    pub ru: String,
    /// Kazakh name (ours; replace by the official text).
    pub kk: String,
    /// English name.
    pub en: String,
    /// Heading of the column in Appendix 3, verbatim.
    pub report_heading_ru: String,
    /// Person or family.
    pub unit: Unit,
    /// Whom it usually concerns.
    pub applies_to: AppliesTo,
    /// Group for reading.
    pub group: ServiceGroup,
    /// Whether a second completion of the same activity is normal. If not, the second one is a
    /// question for a supervisor.
    pub repeatable: bool,
    /// Why it repeats or does not.
    pub repeatable_reason: String,
    /// Whether one capture may serve several members (the family stands in one photo).
    pub group_capture: bool,
    /// What a completion must show.
    pub rule: EvidenceRule,
    /// State system that can confirm the result, if there is one.
    pub confirming_system: Option<String>,
}

impl Service {
    /// Official name in a language.
    pub fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::Kk => &self.kk,
            Lang::Ru => &self.ru,
            Lang::En => &self.en,
        }
    }
}

/// All 25 services in the order of Appendix 1.
pub fn services() -> &'static [Service] {
    &SERVICES
}

static SERVICES: LazyLock<Vec<Service>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/services.json"))
        .expect("the embedded list of services is tested")
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Proof;

    /// Appendix 1, typed from the order. If a name changes, it changes in an amendment first.
    const APPENDIX_1: [&str; 25] = [
        "Регистрация кандаса, его семьи в \"Базе мобильных граждан\"",
        "Регистрация кандаса, его семьи в \"Цифровой карте семьи\"",
        "Сбор документов и содействие в получении сертификата экономической мобильности",
        "Поиск, подбор жилища в регионе расселения для получения средств по сертификату экономической мобильности на приобретение и/или строительство жилья",
        "Содействие в предоставлении земельного участка",
        "Содействие в получении электронной цифровой подписи",
        "Содействие в регистрации по месту жительства",
        "Содействие в оказании услуг по постановке на воинский учет военнообязанных и призывников",
        "Содействие по прикреплению к организациям начального основного, среднего, общего среднего образования",
        "Содействие по прикреплению и зачислению детей в дошкольные организации",
        "Прикрепление к медицинской организации оказывающей первичную медико-санитарную помощь",
        "Получение мер государственной поддержки",
        "Оказание услуг семье кандаса по подготовке к зиме (приобретение угля)",
        "Содействие в оказании услуг в рамках гарантированного объема бесплатной медицинской помощи",
        "Регистрация лиц, ищущих работу",
        "Регистрация в информационной системе \"Рынок труда\"",
        "Регистрация безработных",
        "Выдача направлений на участие в активных мерах содействия занятости",
        "Оказание правовой помощи (консультации и помощь в подаче документов, заключения трудового соглашения)",
        "Прикрепление к курсам по обучению языкам, истории, культуре и традициям, основам законодательства Республики Казахстан",
        "Посещение различных культурных мероприятий (театры, кино, концерты)",
        "Обеспечение методическими пособиями, для самостоятельного изучения обучающих курсов для кандасов",
        "Содействие в вопросах приобретения гражданства и подготовки документов",
        "Содействие в получении услуг по переводу правоустанавливающих документов на казахский язык",
        "Предоставление информационных и справочных услуг",
    ];

    #[test]
    fn names_are_those_of_appendix_1() {
        let names: Vec<&str> = services().iter().map(|s| s.ru.as_str()).collect();
        assert_eq!(names, APPENDIX_1);
    }

    #[test]
    fn report_headings_differ_for_15_and_20_only() {
        for service in services() {
            let expected = match service.code {
                ServiceCode::S15 => "Регистрация лиц ищущих работу",
                ServiceCode::S20 => {
                    "Прикрепление к курсам по обучению языкам, истории, культуре и традициям Республики Казахстан, основам законодательства"
                }
                _ => service.ru.as_str(),
            };
            assert_eq!(service.report_heading_ru, expected, "{}", service.code);
        }
    }

    #[test]
    fn codes_numbers_and_columns_agree() {
        assert_eq!(ServiceCode::ALL.len(), 25);
        for (at, code) in (1u8..).zip(ServiceCode::ALL) {
            assert_eq!(code.number(), at);
            assert_eq!(code.to_string(), format!("S{at:02}"));
            assert_eq!(ServiceCode::from_number(at), Some(*code));
            assert_eq!(code.service().code, *code);
            assert_eq!(code.as_str().parse(), Ok(*code));
        }
        assert_eq!(ServiceCode::S01.report_column(), 3);
        assert_eq!(ServiceCode::S25.report_column(), 27);
        assert_eq!(ServiceCode::from_number(0), None);
        assert_eq!(ServiceCode::from_number(26), None);
        for wrong in ["S00", "S26", "s07", "S7", "7", ""] {
            assert!(wrong.parse::<ServiceCode>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_code_is_its_text_in_json() {
        assert_eq!(serde_json::to_string(&ServiceCode::S07).unwrap(), "\"S07\"");
        assert_eq!(serde_json::from_str::<ServiceCode>("\"S21\"").unwrap(), ServiceCode::S21);
        assert!(serde_json::from_str::<ServiceCode>("\"S26\"").is_err());
    }

    #[test]
    fn group_capture_and_family_units() {
        let numbers = |pick: fn(&Service) -> bool| -> Vec<u8> {
            services().iter().filter(|s| pick(s)).map(|s| s.code.number()).collect()
        };
        assert_eq!(numbers(|s| s.group_capture), [7, 11, 21]);
        assert_eq!(numbers(|s| s.unit == Unit::Family), [1, 2, 3, 4, 5, 12, 13, 25]);
        assert_eq!(numbers(|s| s.applies_to == AppliesTo::Family), [1, 2, 3, 4, 5, 12, 13, 25]);
        assert_eq!(numbers(|s| s.repeatable), [4, 12, 13, 14, 18, 19, 20, 21, 22, 24, 25]);
        assert_eq!(numbers(|s| s.rule.no_medical_content), [14]);
    }

    #[test]
    fn every_service_is_complete() {
        for s in services() {
            assert!(!s.kk.is_empty() && !s.en.is_empty() && !s.mnemonic.is_empty(), "{}", s.code);
            assert!(!s.repeatable_reason.is_empty(), "{}", s.code);
            assert!(s.rule.required.contains(&Proof::Photo), "{} must ask for a photo (§36)", s.code);
            assert!(!s.rule.useful.iter().any(|p| s.rule.required.contains(p)), "{}", s.code);
            assert_ne!(s.kk, s.ru, "{}", s.code);
        }
    }
}

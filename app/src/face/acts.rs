//! The acts outside the 25 services (§15, §27, §30, §31, §34, §42) and what each asks for. The core seals topics and details
//! as they are given; which there are is known here, so that the screens draw one form for all.

use kandas_shared::{
    record::{Act, PLAN_DIGEST, SATISFACTION},
    roadmap::can_be_of_paper,
};
use serde_json::{Map, Value};

use super::{
    Face,
    call::Problem,
    view::{ActField, ActForm, ActsView, FieldKind, ToSay},
};

/// §5: on what a kandas is advised, the five services of the seventh topic among them.
const ADVICE: [&str; 16] = [
    "quota",
    "choice_of_region",
    "temporary_housing",
    "payments_certificate",
    "social_contract",
    "travel",
    "five_services",
    "residence_registration",
    "military_registration",
    "school",
    "kindergarten",
    "clinic",
    "jobs_training",
    "languages_history_law",
    "study_materials",
    "citizenship",
];
/// §27: the four check points of a preliminary visit.
const VISIT: [&str; 4] =
    ["place_of_settlement", "employer_school_kindergarten", "place_of_residence", "region"];
/// §30: where a family is met, and how it comes.
const POINTS: [&str; 4] = ["airport", "bus_station", "railway_station", "other"];
const TRANSPORT: [&str; 3] = ["air", "road", "rail"];
/// §15: how the kandas was reached.
const CHANNELS: [&str; 4] = ["phone", "in_person", "video_call", "message"];
/// §31: where a family is registered for a time.
const SHELTERS: [&str; 2] = ["adaptation_centre", "temporary_accommodation_centre"];
/// §42: what a monitoring visit looks at.
const MONITORING: [&str; 5] = ["housing", "work", "school_kindergarten", "health", "services_received"];
/// §48: how content the family is, from not at all to fully; who was not asked is left out.
const POINTS_SAID: [&str; 5] = ["1", "2", "3", "4", "5"];

impl Face {
    pub(super) async fn acts(&self) -> Result<ActsView, Problem> {
        Ok(ActsView { acts: Act::ALL.iter().map(|act| form(*act)).collect() })
    }
}

/// What an act still has to say before it can be sealed.
pub(super) fn to_say(act: Act, topics: &[String], details: &Map<String, Value>) -> Vec<ToSay> {
    let form = form(act);
    let said = |name: &str| match details.get(name) {
        None | Some(Value::Null) => false,
        // What cannot be the foot of a plan ties nobody to it.
        Some(Value::String(text)) if name == PLAN_DIGEST => can_be_of_paper(text),
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(Value::Array(lines)) => !lines.is_empty(),
        Some(_) => true,
    };
    let no_topic = form.topic_required && !form.topics.iter().any(|topic| topics.contains(topic));
    let mut wanted: Vec<ToSay> = no_topic.then_some(ToSay::Topics).into_iter().collect();
    let fields = form.fields.into_iter().filter(|field| field.required && !said(&field.name));
    wanted.extend(fields.map(|field| ToSay::Field { name: field.name }));
    wanted
}

fn form(act: Act) -> ActForm {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let field = |name: &str, kind, required, choices: &[&str]| ActField {
        name: name.to_owned(),
        kind,
        required,
        choices: words(choices),
    };
    // Advice about nothing is none (§15), nor is a visit that looked at none of its four check points (§27).
    let topic_required = matches!(act, Act::ConsultTerms | Act::PreliminaryVisit);
    let (paragraph, with_person, topics, fields) = match act {
        Act::AckReceipt => (15, true, words(&[]), vec![field("channel", FieldKind::Choice, true, &CHANNELS)]),
        Act::ConsultTerms => {
            (15, true, words(&ADVICE), vec![field("channel", FieldKind::Choice, true, &CHANNELS)])
        }
        Act::PreliminaryVisit => {
            (27, false, words(&VISIT), vec![field("lodging", FieldKind::Text, false, &[])])
        }
        Act::Arrival => (
            30,
            false,
            words(&[]),
            vec![
                field("point", FieldKind::Choice, true, &POINTS),
                field("transport", FieldKind::Choice, true, &TRANSPORT),
                field("persons", FieldKind::Number, true, &[]),
            ],
        ),
        // At most a year (the law on migration, article 26); the centre watches over it.
        Act::TemporaryRegistration => (
            31,
            true,
            words(&[]),
            vec![
                field("shelter", FieldKind::Choice, true, &SHELTERS),
                field("from", FieldKind::Date, true, &[]),
                field("to", FieldKind::Date, true, &[]),
            ],
        ),
        // Nobody agrees to what he has not read: the digits are at the foot of the printed plan.
        Act::PlanAgreement => (34, true, words(&[]), vec![field(PLAN_DIGEST, FieldKind::Text, true, &[])]),
        Act::MonitoringVisit => (
            42,
            false,
            words(&MONITORING),
            vec![
                field("problems", FieldKind::List, false, &[]),
                field("proposals", FieldKind::List, false, &[]),
                field(SATISFACTION, FieldKind::Choice, false, &POINTS_SAID),
            ],
        ),
    };
    ActForm { act, paragraph, with_person, topics, topic_required, fields }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_act_has_a_form_of_its_own_paragraph() {
        let paragraphs: Vec<u8> = Act::ALL.iter().map(|act| form(*act).paragraph).collect();
        assert_eq!(paragraphs, [15, 15, 27, 30, 31, 34, 42]);
        assert_eq!(form(Act::PreliminaryVisit).topics.len(), 4);
        for act in Act::ALL {
            let form = form(*act);
            let choices = form.fields.iter().filter(|field| field.kind == FieldKind::Choice);
            assert!(choices.clone().all(|field| field.choices.len() > 1), "{act}");
            assert!(!form.topic_required || !form.topics.is_empty(), "{act}");
        }
    }

    #[test]
    fn an_act_says_what_it_still_lacks() {
        let field = |name: &str| ToSay::Field { name: name.to_owned() };
        let details = |value: Value| value.as_object().cloned().unwrap_or_default();
        let none = Map::new();
        let topic = |topic: &str| vec![topic.to_owned()];
        for (act, topics, given, lacks) in [
            (Act::AckReceipt, vec![], none.clone(), vec![field("channel")]),
            (Act::AckReceipt, vec![], details(json!({"channel": "phone"})), vec![]),
            (Act::ConsultTerms, vec![], none.clone(), vec![ToSay::Topics, field("channel")]),
            (Act::ConsultTerms, topic("quota"), details(json!({"channel": " "})), vec![field("channel")]),
            (Act::PreliminaryVisit, vec![], none.clone(), vec![ToSay::Topics]),
            (Act::PreliminaryVisit, topic("of another form"), none.clone(), vec![ToSay::Topics]),
            (Act::PreliminaryVisit, topic("region"), none.clone(), vec![]),
            (
                Act::Arrival,
                vec![],
                details(json!({"point": "airport", "transport": "air", "persons": 0})),
                vec![],
            ),
            (
                Act::Arrival,
                vec![],
                details(json!({"point": "airport"})),
                vec![field("transport"), field("persons")],
            ),
            (
                Act::TemporaryRegistration,
                vec![],
                none.clone(),
                vec![field("shelter"), field("from"), field("to")],
            ),
            (Act::PlanAgreement, vec![], none.clone(), vec![field("plan_digest")]),
            (
                Act::PlanAgreement,
                vec![],
                details(json!({"plan_digest": "ab12cd3"})),
                vec![field("plan_digest")],
            ),
            (
                Act::PlanAgreement,
                vec![],
                details(json!({"plan_digest": "ab12cd3g"})),
                vec![field("plan_digest")],
            ),
            (Act::PlanAgreement, vec![], details(json!({"plan_digest": "AB12 cd34"})), vec![]),
            (Act::MonitoringVisit, vec![], none.clone(), vec![]),
        ] {
            assert_eq!(to_say(act, &topics, &given), lacks, "{act}");
        }
    }
}

//! The three languages against each other and against the lists of the domain.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;

use super::*;
use crate::assessment::{
    AssessmentBand, AssessmentMode, ConclusionAct, ConclusionState, Criterion, FollowedUp,
};
use crate::case::{
    CaseFault, HandoverAct, HandoverReason, HandoverRefusal, HandoverState, RegistrationKind,
    RegistrationStanding,
};
use crate::check::{Choice, ChoiceReason, ReturnReason, SET_ASIDE};
use crate::cms::{CmsPerson, CmsVerdict};
use crate::consent::WithdrawalForm;
use crate::deadline::{DeadlineKind, DeadlineState};
use crate::evidence::{EvidenceKind, Part, PositionSource, Source};
use crate::exchange::{AsideReason, AsideState, Direction, SentState};
use crate::finding::Rule;
use crate::monitoring::{
    DepartureAct, DepartureReason, DepartureTo, IssueAct, IssueKind, IssueOutcome, IssueState, IssueWeight,
    IssueWhat, RefundState, Residence, ResidenceSource, RoundAct, RoundPeriods, RoundStart, RoundState,
};
use crate::order::OrderKind;
use crate::plan::{PlanAct, PlanAgreement, PlanChange, PlanReason};
use crate::plan_state::{ActivityState, CheckKind, PlanState};
use crate::problem::ProblemCode;
use crate::pulled::{OrgKind, Relation, Role, Sex};
use crate::receipt::{HeldReason, RefusedReason, Verdict};
use crate::record::{Act, ConsentState};
use crate::report::{ReportAct, ReportCells, ReportRows, ReportSpan, ReportState};
use crate::retention::{EraseBasis, Hindrance, KeepingStage, RetentionClass};
use crate::roadmap::{RoadMapAct, RoadMapChange, RoadMapHolder, RoadMapState};
use crate::rule::{Missing, NoPositionReason, NoVideoReason, Proof};
use crate::service::{AppliesTo, ServiceGroup, Unit, services};

/// Id to (variables, text as written).
type Catalogue = BTreeMap<String, (BTreeSet<String>, String)>;

fn catalogue(lang: Lang) -> Catalogue {
    let mut all = Catalogue::new();
    for (file, source) in lang.sources() {
        let resource = parser::parse(*source).unwrap_or_else(|(_, e)| panic!("{lang}/{file}: {e:?}"));
        for entry in resource.body {
            match entry {
                Entry::Message(message) => {
                    let pattern = message.value.unwrap_or_else(|| panic!("{} has no text", message.id.name));
                    assert!(message.attributes.is_empty(), "{} has attributes", message.id.name);
                    let mut variables = BTreeSet::new();
                    let mut text = String::new();
                    walk(&pattern, &mut variables, &mut text);
                    let twice = all.insert(message.id.name.to_owned(), (variables, text));
                    assert!(twice.is_none(), "{lang}: {} twice", message.id.name);
                }
                Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
                other => panic!("{lang}/{file}: {other:?}"),
            }
        }
    }
    all
}

fn walk(pattern: &Pattern<&str>, variables: &mut BTreeSet<String>, text: &mut String) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => text.push_str(value),
            PatternElement::Placeable { expression } => {
                let inline = match expression {
                    Expression::Inline(inline) => inline,
                    Expression::Select { selector, variants } => {
                        for variant in variants {
                            walk(&variant.value, variables, text);
                        }
                        selector
                    }
                };
                let InlineExpression::VariableReference { id } = inline else {
                    panic!("unexpected {inline:?}")
                };
                variables.insert(id.name.to_owned());
            }
        }
    }
}

#[test]
fn the_three_languages_have_the_same_ids_and_variables() {
    let [kk, ru, en] = [Lang::Kk, Lang::Ru, Lang::En].map(catalogue);
    let shape = |c: &Catalogue| -> Vec<(String, BTreeSet<String>)> {
        c.iter().map(|(id, (v, _))| (id.clone(), v.clone())).collect()
    };
    assert_eq!(shape(&kk), shape(&ru));
    assert_eq!(shape(&kk), shape(&en));
    assert!(kk.len() > 300, "{}", kk.len());
}

#[test]
fn kazakh_is_not_russian_left_over() {
    // Words that are the same in both languages.
    let same = [
        "term-phone",
        "term-photo",
        "term-geolocation",
        "term-monitoring",
        "weekday-short-3",
        "weekday-short-6",
        "family-quota",
        "activity-photo-count",
        "activity-photo-add",
        "review-photos",
        "desk-login",
        "desk-shot",
        "desk-shot-of",
        "desk-phone",
        "desk-telephone",
        "desk-audit",
        "desk-map",
        "span-minutes",
        "span-seconds",
    ];
    let ru = catalogue(Lang::Ru);
    for (id, (_, kk)) in catalogue(Lang::Kk) {
        assert_eq!(kk == ru[&id].1, same.contains(&id.as_str()), "{id}: {kk}");
    }
}

#[test]
fn each_language_keeps_to_its_letters() {
    let cyrillic = |c: char| ('\u{400}'..='\u{4ff}').contains(&c);
    let kazakh_only = |c: char| "әғқңөұүһіӘҒҚҢӨҰҮҺІ".contains(c);
    for (id, (_, text)) in catalogue(Lang::En) {
        assert!(!text.chars().any(cyrillic), "{id}: {text}");
    }
    for (id, (_, text)) in catalogue(Lang::Ru) {
        assert!(!text.chars().any(kazakh_only), "{id}: {text}");
    }
    for (id, (_, text)) in catalogue(Lang::Kk) {
        assert!(text.chars().any(cyrillic), "{id}: {text}");
    }
}

#[test]
fn every_word_of_the_domain_has_a_message() {
    let mut ids = Vec::new();
    let mut family =
        |name: &str, words: Vec<&str>| ids.extend(words.iter().map(|word| message_id(name, word)));
    family("proof", Proof::ALL.iter().map(|w| w.as_str()).collect());
    family("missing", Missing::ALL.iter().map(|w| w.as_str()).collect());
    family("no-video", NoVideoReason::ALL.iter().map(|w| w.as_str()).collect());
    family("no-position", NoPositionReason::ALL.iter().map(|w| w.as_str()).collect());
    family("plan-state", PlanState::ALL.iter().map(|w| w.as_str()).collect());
    family("activity-state", ActivityState::ALL.iter().map(|w| w.as_str()).collect());
    family("check", CheckKind::ALL.iter().map(|w| w.as_str()).collect());
    family("return-reason", ReturnReason::ALL.iter().map(|w| w.as_str()).collect());
    family("choice", Choice::ALL.iter().map(|w| w.as_str()).collect());
    family("choice-reason", ChoiceReason::ALL.iter().map(|w| w.as_str()).collect());
    family("desk-held-choose", Choice::ALL.iter().map(|w| w.as_str()).collect());
    family("desk-held-then", Choice::ALL.iter().map(|w| w.as_str()).collect());
    let aside = ChoiceReason::ALL.iter().filter(|reason| reason.is_for(Choice::SetAside));
    let aside: Vec<String> = aside.map(|reason| format!("{SET_ASIDE}{reason}")).collect();
    family("held", aside.iter().map(String::as_str).collect());
    family("group", ServiceGroup::ALL.iter().map(|w| w.as_str()).collect());
    family("unit", Unit::ALL.iter().map(|w| w.as_str()).collect());
    family("applies-to", AppliesTo::ALL.iter().map(|w| w.as_str()).collect());
    family("problem", ProblemCode::ALL.iter().map(|w| w.as_str()).collect());
    family("verdict", Verdict::ALL.iter().map(|w| w.as_str()).collect());
    family("held", HeldReason::ALL.iter().map(|w| w.as_str()).collect());
    family("refused", RefusedReason::ALL.iter().map(|w| w.as_str()).collect());
    family("evidence-kind", EvidenceKind::ALL.iter().map(|w| w.as_str()).collect());
    family("evidence-origin", Source::ALL.iter().map(|w| w.as_str()).collect());
    family("part", Part::ALL.iter().map(|w| w.as_str()).collect());
    family("position-source", PositionSource::ALL.iter().map(|w| w.as_str()).collect());
    family("consent", ConsentState::ALL.iter().map(|w| w.as_str()).collect());
    family("act", Act::ALL.iter().map(|w| w.as_str()).collect());
    family("order", OrderKind::ALL.iter().map(|w| w.as_str()).collect());
    family("org-kind", OrgKind::ALL.iter().map(|w| w.as_str()).collect());
    family("finding", Rule::ALL.iter().map(|w| w.as_str()).collect());
    family("role", Role::ALL.iter().map(|w| w.as_str()).collect());
    family("relation", Relation::ALL.iter().map(|w| w.as_str()).collect());
    family("plan-act", PlanAct::ALL.iter().map(|w| w.as_str()).collect());
    family("plan-did", PlanAct::ALL.iter().map(|w| w.as_str()).collect());
    family("cms-verdict", CmsVerdict::ALL.iter().map(|w| w.as_str()).collect());
    family("cms-person", CmsPerson::ALL.iter().map(|w| w.as_str()).collect());
    family("plan-how", PlanAgreement::ALL.iter().map(|w| w.as_str()).collect());
    family("plan-reason", PlanReason::ALL.iter().map(|w| w.as_str()).collect());
    family("plan-change", PlanChange::ALL.iter().map(|w| w.as_str()).collect());
    family("road-map-state", RoadMapState::ALL.iter().map(|w| w.as_str()).collect());
    family("road-map-act", RoadMapAct::ALL.iter().map(|w| w.as_str()).collect());
    family("road-map-change", RoadMapChange::ALL.iter().map(|w| w.as_str()).collect());
    family("road-map-holder", RoadMapHolder::ALL.iter().map(|w| w.as_str()).collect());
    family("road-map-place", RoadMapHolder::ALL.iter().map(|w| w.as_str()).collect());
    family("report-state", ReportState::ALL.iter().map(|w| w.as_str()).collect());
    family("round-state", RoundState::ALL.iter().map(|w| w.as_str()).collect());
    family("round-act", RoundAct::ALL.iter().map(|w| w.as_str()).collect());
    family("round-did", RoundAct::ALL.iter().map(|w| w.as_str()).collect());
    family("round-start", RoundStart::ALL.iter().map(|w| w.as_str()).collect());
    family("round-periods", RoundPeriods::ALL.iter().map(|w| w.as_str()).collect());
    family("issue-what", IssueWhat::ALL.iter().map(|w| w.as_str()).collect());
    family("issue-kind", IssueKind::ALL.iter().map(|w| w.as_str()).collect());
    family("issue-weight", IssueWeight::ALL.iter().map(|w| w.as_str()).collect());
    family("issue-state", IssueState::ALL.iter().map(|w| w.as_str()).collect());
    family("issue-act", IssueAct::ALL.iter().map(|w| w.as_str()).collect());
    family("issue-did", IssueAct::ALL.iter().map(|w| w.as_str()).collect());
    family("issue-outcome", IssueOutcome::ALL.iter().map(|w| w.as_str()).collect());
    family("residence", Residence::ALL.iter().map(|w| w.as_str()).collect());
    family("residence-source", ResidenceSource::ALL.iter().map(|w| w.as_str()).collect());
    family("departure-reason", DepartureReason::ALL.iter().map(|w| w.as_str()).collect());
    family("departure-to", DepartureTo::ALL.iter().map(|w| w.as_str()).collect());
    family("departure-act", DepartureAct::ALL.iter().map(|w| w.as_str()).collect());
    family("departure-did", DepartureAct::ALL.iter().map(|w| w.as_str()).collect());
    family("refund", RefundState::ALL.iter().map(|w| w.as_str()).collect());
    family("report-act", ReportAct::ALL.iter().map(|w| w.as_str()).collect());
    family("report-rows", ReportRows::ALL.iter().map(|w| w.as_str()).collect());
    family("report-cells", ReportCells::ALL.iter().map(|w| w.as_str()).collect());
    family("report-span", ReportSpan::ALL.iter().map(|w| w.as_str()).collect());
    family("assessment", Criterion::ALL.iter().map(|w| w.as_str()).collect());
    family("assessment-mode", AssessmentMode::ALL.iter().map(|w| w.as_str()).collect());
    family("assessment-mode-hint", AssessmentMode::ALL.iter().map(|w| w.as_str()).collect());
    family("assessment-band", AssessmentBand::ALL.iter().map(|w| w.as_str()).collect());
    family("assessment-means", AssessmentBand::ALL.iter().map(|w| w.as_str()).collect());
    family("conclusion-state", ConclusionState::ALL.iter().map(|w| w.as_str()).collect());
    family("conclusion-act", ConclusionAct::ALL.iter().map(|w| w.as_str()).collect());
    family("conclusion-did", ConclusionAct::ALL.iter().map(|w| w.as_str()).collect());
    family("conclusion-became", FollowedUp::ALL.iter().map(|w| w.as_str()).collect());
    family("keeping-stage", KeepingStage::ALL.iter().map(|w| w.as_str()).collect());
    family("retention-class", RetentionClass::ALL.iter().map(|w| w.as_str()).collect());
    family("retention-class-hint", RetentionClass::ALL.iter().map(|w| w.as_str()).collect());
    family("erase-basis", EraseBasis::ALL.iter().map(|w| w.as_str()).collect());
    family("hindrance", Hindrance::ALL.iter().map(|w| w.as_str()).collect());
    family("exchange-sent", SentState::ALL.iter().map(|w| w.as_str()).collect());
    family("exchange-direction", Direction::ALL.iter().map(|w| w.as_str()).collect());
    family("exchange-aside", AsideReason::ALL.iter().map(|w| w.as_str()).collect());
    family("exchange-aside-state", AsideState::ALL.iter().map(|w| w.as_str()).collect());
    family("case-fault", CaseFault::ALL.iter().map(|w| w.as_str()).collect());
    family("registration-kind", RegistrationKind::ALL.iter().map(|w| w.as_str()).collect());
    family("registration-standing", RegistrationStanding::ALL.iter().map(|w| w.as_str()).collect());
    family("handover-reason", HandoverReason::ALL.iter().map(|w| w.as_str()).collect());
    family("handover-refusal", HandoverRefusal::ALL.iter().map(|w| w.as_str()).collect());
    family("handover-state", HandoverState::ALL.iter().map(|w| w.as_str()).collect());
    for of in ["handover-act", "handover-done"] {
        family(of, HandoverAct::ALL.iter().map(|w| w.as_str()).collect());
    }
    family("withdrawal-form", WithdrawalForm::ALL.iter().map(|w| w.as_str()).collect());
    for of in ["deadline", "deadline-who", "deadline-help"] {
        family(of, DeadlineKind::ALL.iter().map(|w| w.as_str()).collect());
    }
    family("deadline-state", DeadlineState::ALL.iter().map(|w| w.as_str()).collect());
    family("sex", Sex::ALL.iter().map(|w| w.as_str()).collect());
    family(
        "aside",
        vec![
            "empty",
            "unreadable",
            "not-media",
            "type-mismatch",
            "truncated",
            "too-large",
            "damaged",
            "wrong-kind",
            "missing",
            "freed",
        ],
    );
    let problems = catalogue(Lang::Kk).into_keys().filter(|id| id.starts_with("problem-")).count();
    assert_eq!(problems, ProblemCode::ALL.len(), "a message for a code that is gone");
    for lang in Lang::ALL {
        for id in &ids {
            assert!(Messages::of(*lang).has(id), "{lang}: {id}");
        }
    }
}

#[test]
fn services_are_named_as_in_the_data() {
    for lang in Lang::ALL {
        let messages = Messages::of(*lang);
        let mut short = BTreeSet::new();
        for service in services() {
            let id = message_id("service", service.code);
            assert_eq!(messages.text(&id, &[]), service.name(*lang), "{lang}");
            let name = messages.try_text(&format!("{id}-short"), &[]).unwrap();
            assert!(name.chars().count() <= 26, "{name} is not short");
            assert!(short.insert(name.clone()), "{name} twice");
        }
    }
}

#[test]
fn russian_counts_in_four_forms_kazakh_nouns_stay_singular() {
    let ru = |id, n: i32| Messages::of(Lang::Ru).text(id, &[("days", n.into()), ("count", n.into())]);
    assert_eq!(ru("due-left", 1), "Остался 1 рабочий день");
    assert_eq!(ru("due-left", 2), "Осталось 2 рабочих дня");
    assert_eq!(ru("due-left", 5), "Осталось 5 рабочих дней");
    assert_eq!(ru("due-left", 11), "Осталось 11 рабочих дней");
    assert_eq!(ru("due-left", 21), "Остался 21 рабочий день");
    assert_eq!(ru("age-years", 41), "41 год");
    assert_eq!(ru("age-years", 38), "38 лет");
    assert_eq!(ru("age-years", 4), "4 года");
    let kk = |id, n: i32| Messages::of(Lang::Kk).text(id, &[("days", n.into()), ("count", n.into())]);
    assert_eq!(kk("due-left", 1), "1 жұмыс күні қалды");
    assert_eq!(kk("due-left", 5), "5 жұмыс күні қалды");
    assert_eq!(kk("count-files", 3), "3 файл");
    let en = |n: i32| Messages::of(Lang::En).text("count-files", &[("count", n.into())]);
    assert_eq!((en(1), en(3)), ("1 file".to_owned(), "3 files".to_owned()));
}

#[test]
fn russian_and_english_choose_by_number_with_every_form() {
    // A message that counts and does not branch would say "3 файл" in Russian.
    for (lang, forms) in
        [(Lang::Ru, ["[one]", "[few]", "[many]", "*[other]"].as_slice()), (Lang::En, &["[one]", "*[other]"])]
    {
        for (file, source) in lang.sources() {
            for block in source.split("->\n").skip(1) {
                let block = block.split("\n}").next().unwrap();
                let found: Vec<&str> = block.lines().filter_map(|l| l.split_whitespace().next()).collect();
                assert_eq!(found, forms, "{lang}/{file}: {block}");
            }
        }
    }
}

#[test]
fn what_cannot_be_said_is_visible() {
    let messages = Messages::of(Lang::Kk);
    assert_eq!(messages.text("no-such-thing", &[]), "⟦no-such-thing⟧");
    assert_eq!(messages.text("count-files", &[]), "⟦count-files⟧");
    assert_eq!(
        messages.try_text("no-such-thing", &[]),
        Err(MessageError::Unknown("no-such-thing".to_owned()))
    );
    assert!(matches!(messages.try_text("count-files", &[]), Err(MessageError::Format { .. })));
}

#[test]
fn variables_stand_without_isolation_marks() {
    let text = Messages::of(Lang::Ru).text("check-returned-until", &[("due", "25.11.2026".into())]);
    assert_eq!(text, "Возвращено на доработку до 25.11.2026");
}

#[test]
fn dates_are_written_with_dots() {
    assert_eq!(date(NaiveDate::from_ymd_opt(2026, 1, 5).unwrap()), "05.01.2026");
}

#[test]
fn the_header_of_a_browser_chooses_the_language() {
    let table = [
        ("ru-RU,ru;q=0.9,en;q=0.8", Lang::Ru),
        ("en;q=0.4, kk;q=0.9", Lang::Kk),
        ("de, en;q=0.5", Lang::En),
        ("de", Lang::Kk),
        ("", Lang::Kk),
        ("ru;q=0", Lang::Kk),
        ("ru;q=x, en", Lang::En),
    ];
    for (header, lang) in table {
        assert_eq!(Lang::from_accept_language(header), lang, "{header}");
    }
}

use uuid::Uuid;

use super::*;
use crate::monitoring::RoundPeriods;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

const TODAY: &str = "2026-11-23";

fn who(head: bool, born: Option<&str>, sex: Option<Sex>) -> Who {
    Who { head, birth_date: born.map(day), sex }
}

fn activity(n: u128) -> ActivityId {
    ActivityId(Uuid::from_u128(n))
}

#[test]
fn an_act_leads_along_the_table_of_states() {
    use PlanState::*;
    let moves = [
        (DraftRemote, PlanAct::Visit, PrelimAgreed),
        (DraftRemote, PlanAct::Finish, FinalDraft),
        (PrelimAgreed, PlanAct::Finish, FinalDraft),
        (FinalDraft, PlanAct::Agree, Agreed),
        (Agreed, PlanAct::Approve, Approved),
        (Agreed, PlanAct::Reject, FinalDraft),
        (Approved, PlanAct::Publish, Published),
        (DraftRemote, PlanAct::Discard, Discarded),
        (PrelimAgreed, PlanAct::Discard, Discarded),
        (FinalDraft, PlanAct::Discard, Discarded),
    ];
    for from in PlanState::ALL {
        for act in PlanAct::ALL {
            let to = moves.iter().find(|(state, of, _)| (state, of) == (from, act)).map(|(.., to)| *to);
            assert_eq!(act.after(*from), to, "{act} of {from}");
            assert!(to.is_none_or(|to| from.can_move(to)), "{act} of {from}");
        }
    }
    let of = |holds: &dyn Fn(PlanState) -> bool| -> Vec<PlanState> {
        PlanState::ALL.iter().copied().filter(|state| holds(*state)).collect()
    };
    assert_eq!(of(&is_draft), [DraftRemote, PrelimAgreed, FinalDraft]);
    assert_eq!(of(&is_under_way), [DraftRemote, PrelimAgreed, FinalDraft, Agreed, Approved]);
    assert_eq!(of(&can_be_amended), [Published, InExecution, Executed, Monitoring]);
    assert!(of(&can_be_amended).iter().all(|state| state.starts_new_version(FinalDraft)));
    assert_eq!(published_as(None), Published);
    for before in [InExecution, Executed, Monitoring] {
        assert_eq!(published_as(Some(before)), InExecution, "{before}");
    }
}

#[test]
fn a_plan_moves_by_what_was_recorded_and_by_the_day() {
    use PlanState::*;
    // Rounds from 1 July 2024 on, the sixteenth until 30 June 2029.
    let start = day("2024-06-05");
    let five = FiveYears::of(start, monitoring::rounds(start, RoundPeriods::Calendar)).unwrap();
    let none = Work::default();
    let begun = Work { begun: true, open: true, last_done: Some(day("2024-09-12")) };
    let over = |last: &str| Work { begun: true, open: false, last_done: Some(day(last)) };
    let declined = Work { begun: true, open: false, last_done: None };
    let dropped = Work { begun: false, open: false, last_done: None };
    let planned = Work { begun: false, open: true, last_done: None };
    type Line = (&'static str, PlanState, Work, bool, &'static str, Option<PlanState>);
    let table: [Line; 27] = [
        ("nothing recorded", Published, planned, true, "2024-09-12", None),
        ("nothing in it", Published, none, true, "2024-09-12", None),
        ("everything cancelled", Published, dropped, true, "2029-09-12", None),
        ("the first record", Published, begun, true, "2024-09-12", Some(InExecution)),
        ("the only record", Published, over("2024-09-12"), true, "2024-09-12", Some(InExecution)),
        ("refused at once", Published, declined, true, "2024-09-12", Some(InExecution)),
        ("not all of it", InExecution, begun, true, "2024-09-30", None),
        ("late after five years", InExecution, begun, true, "2029-09-30", None),
        ("its only record was withdrawn", InExecution, planned, true, "2024-09-30", None),
        ("the rest was cancelled, nothing done", InExecution, dropped, true, "2024-09-30", None),
        ("all of it", InExecution, over("2026-03-11"), true, "2026-03-11", Some(Executed)),
        ("the same quarter", Executed, over("2026-03-11"), true, "2026-03-31", None),
        ("the next round", Executed, over("2026-03-11"), true, "2026-04-01", Some(Monitoring)),
        ("a half-year has six months", Executed, over("2027-10-19"), true, "2027-12-31", None),
        ("the half-year after", Executed, over("2027-10-19"), true, "2028-01-01", Some(Monitoring)),
        ("before the first round", Executed, over("2024-06-10"), true, "2024-06-30", None),
        ("with the first round", Executed, over("2024-06-10"), true, "2024-07-01", Some(Monitoring)),
        ("nothing done, all refused", Executed, declined, true, "2024-07-01", Some(Monitoring)),
        ("nobody's five years run", Executed, over("2024-06-10"), false, "2031-07-01", None),
        ("opened again", Executed, begun, true, "2024-09-30", Some(InExecution)),
        ("opened again later", Monitoring, begun, true, "2026-09-30", Some(InExecution)),
        ("the horizon, the last round runs", Monitoring, over("2027-10-19"), true, "2029-06-30", None),
        ("the five years are over", Monitoring, over("2027-10-19"), true, "2029-07-01", Some(Closed)),
        ("executed in the last round", Executed, over("2029-03-01"), true, "2029-06-30", Some(Monitoring)),
        ("a closed one stays so", Closed, begun, true, "2029-07-02", None),
        ("who left stays away", Departed, begun, true, "2026-09-30", None),
        ("a draft has no work", FinalDraft, begun, true, "2026-09-30", None),
    ];
    for (what, state, work, runs, today, expected) in table {
        let to = moved(state, work, runs.then_some(&five), day(today));
        assert_eq!(to, expected, "{what}");
        assert!(to.is_none_or(|to| state.can_move(to)), "{what}");
    }
    // Whatever is known, it comes to rest.
    for state in PlanState::ALL {
        for work in [none, begun, over("2026-03-11"), declined, dropped, planned] {
            let mut stands = *state;
            let steps = std::iter::from_fn(|| {
                stands = moved(stands, work, Some(&five), day("2030-01-01"))?;
                Some(stands)
            });
            assert!(steps.take(9).count() < 5, "{state}");
        }
    }
}

/// Numbers of the services that are put into the plan.
fn numbers(who: &Who) -> Vec<u8> {
    expected(who, None, day(TODAY)).iter().map(|item| item.service.number()).collect()
}

#[test]
fn what_is_put_into_the_plan_by_age_and_place_in_the_family() {
    let everybody = [7, 11, 14, 19, 20, 21, 22, 23, 24];
    let family = [1, 2, 3, 4, 5, 12, 13, 25];
    let work = [15, 16, 17, 18];
    let with = |more: &[&[u8]]| {
        let mut all: Vec<u8> = everybody.iter().copied().chain(more.concat()).collect();
        all.sort_unstable();
        all
    };
    let (m, f) = (Some(Sex::M), Some(Sex::F));
    let table: [(&str, Who, Vec<u8>); 14] = [
        ("a man, the head", who(true, Some("1984-05-01"), m), with(&[&family, &[6, 8], &work])),
        ("a woman, the head", who(true, Some("1984-05-01"), f), with(&[&family, &[6], &work])),
        ("his wife", who(false, Some("1986-05-01"), f), with(&[&[6], &work])),
        ("a man whose sex is unknown", who(false, Some("1986-05-01"), None), with(&[&[6], &work])),
        ("the day before he is of age", who(false, Some("2008-11-24"), m), with(&[&[8, 9], &work])),
        ("of age today", who(false, Some("2008-11-23"), m), with(&[&[6, 8], &work])),
        ("sixteen", who(false, Some("2010-11-23"), f), with(&[&[9], &work])),
        ("fifteen", who(false, Some("2010-11-24"), f), with(&[&[9]])),
        ("six today", who(false, Some("2020-11-23"), f), with(&[&[9]])),
        ("six tomorrow", who(false, Some("2020-11-24"), f), with(&[&[10]])),
        ("a year old", who(false, Some("2025-11-23"), m), with(&[&[10]])),
        ("a baby", who(false, Some("2026-02-01"), m), with(&[])),
        ("a grandmother", who(false, Some("1950-02-01"), f), with(&[&[6]])),
        ("of no known age", who(false, None, m), with(&[])),
    ];
    for (name, who, expected) in table {
        assert_eq!(numbers(&who), expected, "{name}");
    }
    assert_eq!(numbers(&who(true, None, None)), with(&[&family]), "the head of no known age");
    assert!(AGES.keys().all(|group| !matches!(group, AppliesTo::Family | AppliesTo::Everyone)));
    assert_eq!(AGES.len() + 2, AppliesTo::ALL.len());
}

#[test]
fn an_amendment_begins_with_the_version_before() {
    let before =
        |n, service, on: Option<&str>| Before { activity: activity(n), service, planned_on: on.map(day) };
    let held = [before(2, ServiceCode::S07, Some("2026-12-01")), before(1, ServiceCode::S06, None)];
    let items = expected(&who(false, Some("1986-05-01"), None), Some(&held), day(TODAY));
    let told: Vec<_> = items.iter().map(|of| (of.service, of.activity, of.planned_on, of.change())).collect();
    assert_eq!(
        told,
        [
            (ServiceCode::S06, Some(activity(1)), None, None),
            (ServiceCode::S07, Some(activity(2)), Some(day("2026-12-01")), None),
        ]
    );
    assert_eq!(
        expected(&who(false, None, None), Some(&[]), day(TODAY)),
        [],
        "nobody is given anything unasked"
    );
}

fn wanted(service: ServiceCode, chosen: bool) -> Wanted {
    Wanted { service, chosen, planned_on: None, reason: None, text: None }
}

#[test]
fn what_is_changed_needs_a_reason() {
    let wife = who(false, Some("1986-05-01"), Some(Sex::F));
    let first = expected(&wife, None, day(TODAY));
    let all: Vec<Wanted> = first.iter().map(|item| wanted(item.service, true)).collect();
    let nothing = |_: ActivityId| false;
    let none = |_: ServiceCode| None;
    let change = |wanted: &[Wanted]| changed(&wife, &first, wanted, &nothing, &none);
    assert_eq!(change(&all).unwrap(), first, "nothing was changed");

    let mut other = all.clone();
    other.retain(|of| of.service != ServiceCode::S17);
    other.push(wanted(ServiceCode::S10, true));
    other.push(wanted(ServiceCode::S09, false));
    let items = change(&other).unwrap();
    let of = |items: &[Item], service| items.iter().find(|item| item.service == service).cloned();
    let out = of(&items, ServiceCode::S17).unwrap();
    assert_eq!((out.chosen, out.expected, out.lacks_reason(), out.change()), (false, true, true, None));
    let new = of(&items, ServiceCode::S10).unwrap();
    assert_eq!((new.chosen, new.expected, new.lacks_reason()), (true, false, true));
    assert_eq!(of(&items, ServiceCode::S09), None, "what is neither expected nor wanted says nothing");
    assert!(items.is_sorted_by_key(|item| item.service) && items.iter().all(Item::is_said));

    for (reason, text, lacks) in [
        (Some(PlanReason::FamilyAsks), None, false),
        (Some(PlanReason::Other), None, true),
        (Some(PlanReason::Other), Some("  "), true),
        (Some(PlanReason::Other), Some("екінші бала"), false),
        (None, Some("екінші бала"), true),
    ] {
        let item = Item { reason, text: text.map(str::to_owned), ..new.clone() };
        assert_eq!(item.lacks_reason(), lacks, "{reason:?} {text:?}");
        assert!(!Item { expected: true, ..item }.lacks_reason());
    }
}

#[test]
fn what_cannot_be_wanted() {
    let wife = who(false, Some("1986-05-01"), Some(Sex::F));
    let before = [
        Before { activity: activity(1), service: ServiceCode::S06, planned_on: Some(day("2026-11-20")) },
        Before { activity: activity(2), service: ServiceCode::S07, planned_on: None },
    ];
    let first = expected(&wife, Some(&before), day(TODAY));
    let settled = |of: ActivityId| of == activity(1);
    let due = |service: ServiceCode| (service == ServiceCode::S07).then(|| day("2026-12-15"));
    let change = |wanted: &[Wanted]| changed(&wife, &first, wanted, &settled, &due);
    let done = Wanted { planned_on: Some(day("2026-11-20")), ..wanted(ServiceCode::S06, true) };
    let open = wanted(ServiceCode::S07, true);

    let items = change(&[done.clone(), open.clone()]).unwrap();
    assert_eq!(items[1].due_on, Some(day("2026-12-15")));
    assert_eq!(items.iter().filter_map(Item::change).collect::<Vec<_>>(), []);
    let table: [(&str, Vec<Wanted>, Unfit); 5] = [
        ("what is done is left out", vec![open.clone()], Unfit::Settled(ServiceCode::S06)),
        (
            "what is done is taken out",
            vec![wanted(ServiceCode::S06, false), open.clone()],
            Unfit::Settled(ServiceCode::S06),
        ),
        (
            "what is done is moved",
            vec![wanted(ServiceCode::S06, true), open.clone()],
            Unfit::Settled(ServiceCode::S06),
        ),
        (
            "coal for a wife",
            vec![done.clone(), wanted(ServiceCode::S13, true)],
            Unfit::OfTheFamily(ServiceCode::S13),
        ),
        ("twice", vec![done.clone(), open.clone(), open.clone()], Unfit::Twice(ServiceCode::S07)),
    ];
    for (name, wanted, unfit) in table {
        assert_eq!(change(&wanted), Err(unfit), "{name}");
    }
    // Taken out, moved, added.
    let items =
        change(&[done.clone(), wanted(ServiceCode::S07, false), wanted(ServiceCode::S10, true)]).unwrap();
    let told: Vec<_> = items.iter().map(|of| (of.service.number(), of.change())).collect();
    assert_eq!(told, [(6, None), (7, Some(PlanChange::Dropped)), (10, Some(PlanChange::Added))]);
    let moved = Wanted { planned_on: Some(day("2026-12-01")), ..open };
    assert_eq!(change(&[done, moved]).unwrap()[1].change(), Some(PlanChange::Moved));
}

#[test]
fn the_later_of_agreement_and_approval_begins_the_working_day() {
    let calendar = Calendar::shipped();
    // A Friday, and the Monday after it.
    for (agreed, approved, by) in [
        ("2026-11-19", "2026-11-20", "2026-11-23"),
        ("2026-11-20", "2026-11-19", "2026-11-23"),
        ("2026-11-20", "2026-11-23", "2026-11-24"),
    ] {
        assert_eq!(publish_by(day(agreed), day(approved), calendar), Ok(day(by)), "{agreed} {approved}");
    }
}

#[test]
fn the_hash_is_over_every_row_and_tells_nothing() {
    let row = Row {
        plan: PlanId(Uuid::from_u128(1)),
        version: 1,
        person: PersonId(Uuid::from_u128(2)),
        family: FamilyId(Uuid::from_u128(3)),
        head: true,
        name: "СЫНАҚ".into(),
        items: expected(&who(false, None, None), None, day(TODAY)),
        salt: "00".repeat(16),
    };
    assert_eq!((row.chosen(), row.unexplained()), (9, 0));
    let text = row.to_text().unwrap();
    assert_eq!(serde_json::from_str::<Row>(&text).unwrap(), row);
    assert!(text.contains(r#""items":[{"service":"S07","chosen":true,"expected":true},"#), "{text}");
    let of = |rows| Frozen { v: 1, plan: row.plan, version: 1, family: row.family, rows };
    let digest = Digest::of(text.as_bytes());
    let other = Row { salt: "11".repeat(16), ..row.clone() };
    let other = Digest::of(other.to_text().unwrap().as_bytes());
    assert_ne!(digest, other, "the same items of two people have two hashes");
    assert_ne!(of(vec![digest]).hash().unwrap(), of(vec![other]).hash().unwrap());
    assert_ne!(of(vec![digest, other]).hash().unwrap(), of(vec![other, digest]).hash().unwrap());
}

use uuid::Uuid;

use super::*;
use crate::calendar::Calendar;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn month() -> ReportMonth {
    "2026-11".parse().unwrap()
}

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

/// Of family n / 10: the persons 10, 20 … are heads.
fn member(n: u128) -> Member {
    Member {
        person: person(n),
        family: FamilyId(Uuid::from_u128(n / 10)),
        head: n.is_multiple_of(10),
        iin: Iin::synthetic(&format!("9001013{n:04}")),
    }
}

fn done(n: u128, service: ServiceCode, on: &str) -> Completion {
    Completion {
        person: person(n),
        family: FamilyId(Uuid::from_u128(n / 10)),
        service,
        done_on: day(on),
        record: RecordId(Uuid::from_u128(n * 1_000 + u128::from(service.number()))),
        late: false,
    }
}

fn made(form: Form, done: &[Completion]) -> Vec<Row> {
    let members: Vec<Member> = [11, 10, 20, 30, 12].map(member).to_vec();
    let planned = [10, 11, 12].map(person).into();
    let mut salt = 0;
    rows(form, month(), &members, &planned, done, &mut || {
        salt += 1;
        format!("{salt:032}")
    })
}

/// Persons of the rows, and the days of their cells.
fn picture(rows: &[Row]) -> Vec<(u128, Vec<(u8, String)>)> {
    rows.iter()
        .map(|row| {
            let cells = row.cells.iter().map(|cell| (cell.service.number(), cell.done_on.to_string()));
            (row.person.0.as_u128(), cells.collect())
        })
        .collect()
}

#[test]
fn every_option_of_a_19() {
    use ServiceCode::{S01, S07, S21};
    let work = [
        done(10, S01, "2026-11-01"),
        done(11, S07, "2026-11-30"),
        done(11, S21, "2026-11-05"),
        done(20, S07, "2026-10-31"),
        done(30, S07, "2026-12-01"),
        done(99, S07, "2026-11-09"),
    ];
    let cells = |cells: &[(u8, &str)]| -> Vec<(u8, String)> {
        cells.iter().map(|(service, on)| (*service, (*on).to_owned())).collect()
    };
    let default = Form::default();
    let first = (10, cells(&[(1, "2026-11-01")]));
    let second = (11, cells(&[(7, "2026-11-30"), (21, "2026-11-05")]));
    assert_eq!(picture(&made(default, &work)), [first.clone(), second.clone()]);
    let planned = Form { rows: ReportRows::Planned, ..default };
    assert_eq!(picture(&made(planned, &work)), [first.clone(), second.clone(), (12, vec![])]);
    let cumulative = Form { span: ReportSpan::Cumulative, ..default };
    let third = (20, cells(&[(7, "2026-10-31")]));
    assert_eq!(picture(&made(cumulative, &work)), [first.clone(), second.clone(), third.clone()]);
    let both = Form { rows: ReportRows::Planned, ..cumulative };
    assert_eq!(picture(&made(both, &work)), [first, second, (12, vec![]), third]);
    assert_eq!(made(default, &[]), [], "a month without work is an empty report");
}

#[test]
fn a_cell_shows_a_day_or_a_mark() {
    let rows = made(Form::default(), &[done(10, ServiceCode::S01, "2026-11-05")]);
    let cell = rows[0].cells.first();
    let marks = Form { cells: ReportCells::Mark, ..Form::default() };
    assert_eq!(shown(Form::default(), cell).as_deref(), Some("05.11.2026"));
    assert_eq!(shown(Form::default(), None), None);
    assert_eq!(shown(marks, cell).as_deref(), Some("1"));
    assert_eq!(shown(marks, None).as_deref(), Some("0"));
}

#[test]
fn a_service_that_was_given_twice_names_both_records_and_the_last_day() {
    let mut again = done(10, ServiceCode::S21, "2026-11-02");
    again.record = RecordId(Uuid::from_u128(7));
    let rows = made(Form::default(), &[done(10, ServiceCode::S21, "2026-11-20"), again]);
    let cell = &rows[0].cells[0];
    assert_eq!((cell.done_on, cell.records.len()), (day("2026-11-20"), 2));
    assert_eq!(cell.records[0], again.record, "in the order of their days");
}

#[test]
fn late_work_joins_and_is_marked_what_was_told_is_not_late() {
    let late = Completion { late: true, ..done(10, ServiceCode::S07, "2026-10-31") };
    let rows = made(Form::default(), &[late, done(10, ServiceCode::S01, "2026-11-05")]);
    let marks: Vec<(u8, bool)> =
        rows[0].cells.iter().map(|cell| (cell.service.number(), cell.late)).collect();
    assert_eq!(marks, [(1, false), (7, true)]);
    let told = Cell { service: ServiceCode::S07, done_on: late.done_on, records: vec![], late: false };
    assert!(was_told(&late, std::slice::from_ref(&told)), "the same work, corrected by another record");
    let other = Cell { done_on: day("2026-10-30"), records: vec![late.record], ..told.clone() };
    assert!(was_told(&late, &[other]), "the same record");
    let elsewhere = Cell { service: ServiceCode::S08, ..told.clone() };
    let another = Cell { done_on: day("2026-10-01"), ..told };
    assert!(!was_told(&late, &[elsewhere, another]));
}

#[test]
fn from_draft_to_decision() {
    use ReportAct::{Accept, Draft as Drawn, Drop, Reopen, Return, Send, Sign};
    use ReportState::{Accepted, Draft, Dropped, Reopened, Returned, Sent, Signed};
    let table = [
        (Draft, Sign, Signed),
        (Signed, Send, Sent),
        (Sent, Accept, Accepted),
        (Sent, Return, Returned),
        (Accepted, Reopen, Reopened),
        (Draft, Drop, Dropped),
        (Signed, Drop, Dropped),
    ];
    for state in ReportState::ALL {
        for act in ReportAct::ALL {
            let expected = table.iter().find(|(from, by, _)| from == state && by == act).map(|(.., to)| *to);
            assert_eq!(state.after(*act), expected, "{state} {act}");
        }
        assert_eq!(state.after(Drawn), None, "a draft is a new report");
    }
    let table = [
        (None, Next::Version(1)),
        (Some((1, Draft)), Next::Again(1)),
        (Some((2, Signed)), Next::Again(2)),
        (Some((1, Sent)), Next::None),
        (Some((1, Accepted)), Next::None),
        (Some((1, Returned)), Next::Version(2)),
        (Some((2, Reopened)), Next::Version(3)),
    ];
    for (latest, expected) in table {
        assert_eq!(next(latest), expected, "{latest:?}");
    }
    let out: Vec<ReportState> = ReportState::ALL.iter().copied().filter(|state| state.is_out()).collect();
    assert_eq!(out, [Sent, Accepted, Returned, Reopened]);
}

#[test]
fn two_dates_are_shown_and_late_is_after_the_legal_one() {
    let due = Calendar::shipped().report_due(month()).unwrap();
    let shown = (due.named, due.target, due.legal);
    assert_eq!(shown, (day("2026-12-05"), day("2026-12-04"), day("2026-12-07")), "5 December is a Saturday");
    let due = Calendar::shipped().report_due("2026-10".parse().unwrap()).unwrap();
    assert_eq!((due.named, due.target, due.legal), (day("2026-11-05"), day("2026-11-05"), day("2026-11-05")));
}

#[test]
fn what_is_signed_is_fixed_byte_for_byte() {
    let row = made(Form::default(), &[done(10, ServiceCode::S01, "2026-11-05")]).remove(0);
    let text = row.to_text().unwrap();
    let expected = format!(
        "{{\"number\":1,\"person\":\"{}\",\"family\":\"{}\",\"iin\":\"{}\",\"cells\":[{{\"service\":\"S01\",\
         \"done_on\":\"2026-11-05\",\"records\":[\"{}\"]}}],\"salt\":\"{:032}\"}}",
        row.person,
        row.family,
        row.iin.as_ref().unwrap().reveal(),
        row.cells[0].records[0],
        1
    );
    assert_eq!(text, expected);
    assert_eq!(serde_json::from_str::<Row>(&text).unwrap(), row);
    let frozen = Frozen {
        v: 1,
        report: ReportId(Uuid::from_u128(1)),
        unit: OrgUnitId(Uuid::from_u128(2)),
        month: month(),
        version: 1,
        form: Form::default(),
        rows: vec![Digest::of(text.as_bytes())],
    };
    let expected = format!(
        "{{\"v\":1,\"report\":\"{}\",\"unit\":\"{}\",\"month\":\"2026-11\",\"version\":1,\"form\":{{\"rows\":\
         \"completed\",\"cells\":\"date\",\"span\":\"month\"}},\"rows\":[\"{}\"]}}",
        frozen.report, frozen.unit, frozen.rows[0]
    );
    assert_eq!(frozen.to_text().unwrap(), expected);
    let other = Frozen { version: 2, ..frozen.clone() };
    assert_ne!(frozen.hash().unwrap(), other.hash().unwrap());
}

#[test]
fn versions_differ_by_person_and_service() {
    use ServiceCode::{S01, S07};
    let before = made(
        Form { rows: ReportRows::Planned, ..Form::default() },
        &[done(10, S01, "2026-11-05"), done(20, S07, "2026-11-06")],
    );
    let after = made(
        Form::default(),
        &[done(10, S01, "2026-11-07"), done(10, S07, "2026-11-08"), done(30, S07, "2026-11-09")],
    );
    type Found = (u128, Option<u8>, Option<NaiveDate>, Option<NaiveDate>);
    let found: Vec<Found> = differences(&before, &after)
        .into_iter()
        .map(|of| (of.person.0.as_u128(), of.service.map(ServiceCode::number), of.before, of.after))
        .collect();
    let on = |text| Some(day(text));
    assert_eq!(
        found,
        [
            (10, Some(1), on("2026-11-05"), on("2026-11-07")),
            (10, Some(7), None, on("2026-11-08")),
            (30, Some(7), None, on("2026-11-09")),
            (11, None, None, None),
            (12, None, None, None),
            (20, Some(7), on("2026-11-06"), None),
        ]
    );
    assert_eq!(differences(&after, &after), []);
}

#[test]
fn months_have_their_days() {
    assert_eq!(days("2027-02".parse().unwrap()), (day("2027-02-01"), day("2027-02-28")));
    assert_eq!(month_before("2027-01".parse().unwrap()).to_string(), "2026-12");
}

/// nothing is rejected for good. What is not right goes back with words, and can be put forward again.
#[test]
fn no_state_is_a_rejection() {
    use crate::{
        assessment::ConclusionState,
        plan::PlanAct,
        plan_state::{CheckKind, PlanState},
        roadmap::{RoadMapAct, RoadMapState},
    };
    let words: Vec<&str> = (PlanState::ALL.iter().map(|state| state.as_str()))
        .chain(ReportState::ALL.iter().map(|state| state.as_str()))
        .chain(RoadMapState::ALL.iter().map(|state| state.as_str()))
        .chain(ConclusionState::ALL.iter().map(|state| state.as_str()))
        .chain(CheckKind::ALL.iter().map(|state| state.as_str()))
        .collect();
    assert!(words.iter().all(|word| !word.contains("reject") && !word.contains("refus")), "{words:?}");
    assert_eq!(PlanAct::Reject.after(PlanState::Agreed), Some(PlanState::FinalDraft));
    assert_eq!(ReportState::Sent.after(ReportAct::Return), Some(ReportState::Returned));
    assert_eq!(RoadMapState::Signing.after(RoadMapAct::Return, 3), Some(RoadMapState::Returned));
}

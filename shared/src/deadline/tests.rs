//! Clocks around the days off of December 2026: the 5th is a Saturday, the 16th a holiday on a Wednesday.

use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn calendar() -> &'static Calendar {
    Calendar::shipped()
}

fn named(date: &str) -> Clock {
    Clock::named(None, calendar().named_date(day(date)).unwrap())
}

#[test]
fn red_only_after_the_legal_day() {
    use DeadlineState::{Late, Later, Soon, Today};
    // The report of November: target Friday the 4th, legal Monday the 7th.
    let clock = Clock { starts_on: Some(day("2026-11-30")), ..named("2026-12-05") };
    assert_eq!((clock.target, clock.legal), (Some(day("2026-12-04")), Some(day("2026-12-07"))));
    let table = [
        ("2026-11-26", Later, 7, 6),
        ("2026-11-27", Soon, 6, 5),
        ("2026-12-01", Soon, 4, 3),
        ("2026-12-04", Today, 1, 0),
        ("2026-12-05", Soon, 1, 0),
        ("2026-12-06", Soon, 1, 0),
        ("2026-12-07", Today, 0, -1),
        ("2026-12-08", Late, -1, -2),
        ("2026-12-16", Late, -6, -7),
        ("2026-12-17", Late, -7, -8),
    ];
    for (today, state, left, target_left) in table {
        let dial = clock.on(calendar(), day(today));
        assert_eq!(
            (dial.state, dial.days_left, dial.target_left),
            (state, Some(left), Some(target_left)),
            "{today}"
        );
        assert_eq!((dial.basis, dial.term), (DeadlineBasis::Order, Some(5)), "{today}");
    }
}

#[test]
fn a_term_of_working_days_leaves_its_first_day_out() {
    use DeadlineState::{Late, Today};
    let table = [
        ("2026-12-01", 1, "2026-12-02"),
        ("2026-12-04", 1, "2026-12-07"),
        ("2026-12-05", 1, "2026-12-07"),
        ("2026-12-15", 1, "2026-12-17"),
        ("2026-12-11", 3, "2026-12-17"),
    ];
    for (start, days, last) in table {
        let clock = Clock::of_term(calendar(), day(start), days).unwrap();
        assert_eq!((clock.target, clock.legal), (Some(day(last)), Some(day(last))), "{start}");
        assert_eq!(clock.on(calendar(), day(last)).state, Today, "{start}");
        assert_eq!(clock.on(calendar(), day(last) + Days::new(1)).state, Late, "{start}");
        assert_eq!(clock.on(calendar(), day(start)).term, Some(i64::from(days)), "{start}");
    }
    assert!(Clock::of_term(calendar(), day("2027-12-31"), 1).is_err());
}

#[test]
fn an_internal_day_is_passed_and_breaks_nothing() {
    let clock = Clock::internal(Some(day("2026-11-23")), day("2026-11-30"));
    let table = [
        ("2026-11-20", DeadlineState::Later),
        ("2026-11-23", DeadlineState::Soon),
        ("2026-11-30", DeadlineState::Today),
        ("2026-12-01", DeadlineState::Late),
    ];
    for (today, state) in table {
        let dial = clock.on(calendar(), day(today));
        assert_eq!((dial.state, dial.basis, dial.legal), (state, DeadlineBasis::Internal, None), "{today}");
    }
    assert_eq!(clock.on(calendar(), day("2026-12-01")).days_left, Some(-1));
    assert_eq!(clock.on(calendar(), day("2026-11-23")).term, Some(5), "A-21");
}

#[test]
fn what_has_no_term_waits() {
    let dial = Clock::open(Some(day("2026-11-23"))).on(calendar(), day("2026-12-23"));
    assert_eq!((dial.state, dial.basis), (DeadlineState::Open, DeadlineBasis::Open));
    assert_eq!((dial.days_left, dial.target_left, dial.term), (None, None, None));
}

#[test]
fn a_warning_long_before_the_last_day_stays_near() {
    // A year, with a warning at eleven months (§31): between the two it is near, however long that is.
    let clock = Clock { starts_on: None, target: Some(day("2026-11-10")), legal: Some(day("2026-12-10")) };
    let states = ["2026-10-01", "2026-11-03", "2026-11-10", "2026-11-11", "2026-12-10", "2026-12-11"]
        .map(|today| clock.state(calendar(), day(today)));
    use DeadlineState::{Late, Later, Soon, Today};
    assert_eq!(states, [Later, Soon, Today, Soon, Today, Late]);
}

#[test]
fn beyond_the_calendar_days_are_days() {
    let clock = Clock::internal(None, day("2031-03-10"));
    let states = ["2031-03-02", "2031-03-03", "2031-03-10", "2031-03-11"].map(|today| {
        let dial = clock.on(calendar(), day(today));
        assert_eq!(dial.days_left, None, "{today}");
        dial.state
    });
    use DeadlineState::{Late, Later, Soon, Today};
    assert_eq!(states, [Later, Soon, Today, Late]);
    let spans = Spans::of(calendar(), day("2031-03-10"));
    let days = [spans.late_before, spans.today_to, spans.soon_to];
    assert_eq!(days, ["2031-03-10", "2031-03-10", "2031-03-17"].map(day));
}

#[test]
fn every_kind_has_its_paragraph_and_somebody_whose_turn_it_is() {
    let codes: Vec<&str> = DeadlineKind::ALL.iter().filter_map(|kind| kind.law().code).collect();
    assert_eq!(codes, ["DL-28", "DL-31", "DL-34", "DL-39", "DL-43", "DL-47", "DL-50", "DL-51"]);
    for kind in DeadlineKind::ALL {
        let Law { code, paragraph } = kind.law();
        assert!((28..=51).contains(&paragraph), "{kind}");
        assert!(code.is_none_or(|code| code.ends_with(&format!("-{paragraph:02}"))), "{kind}");
        assert!(!kind.who().is_empty(), "{kind}");
    }
    let turn = |role: Role| -> Vec<DeadlineKind> {
        DeadlineKind::ALL.iter().copied().filter(|kind| kind.who().contains(&role)).collect()
    };
    use DeadlineKind::{Assessment, Conclusion, Forwarding, RoadMap};
    assert_eq!(turn(Role::Crtr), [Assessment, Conclusion]);
    assert_eq!(turn(Role::Auth), [Forwarding]);
    assert_eq!(turn(Role::AkimOkrug), [RoadMap]);
    assert_eq!(turn(Role::Admin), []);
    use DeadlineKind::{Agreement, Approval, Check, PlanAfterVisit, Publication, Refund};
    assert_eq!(turn(Role::CtmSetHead), [Approval, Check, Refund]);
    let worker = turn(Role::CcSet);
    assert!([PlanAfterVisit, Agreement, Publication].iter().all(|kind| worker.contains(kind)));
    assert!(!worker.contains(&Approval), "nobody approves what he has drawn up");
}

proptest! {
    /// Counting by dates says what reading each clock says.
    #[test]
    fn spans_say_what_clocks_say(
        today in 40_i64..1_000,
        away in -20_i64..20,
        moving in proptest::collection::btree_map(0_i64..1_000, any::<bool>(), 0..6),
    ) {
        let first = day("2024-12-01");
        let days = |n: i64| first + chrono::TimeDelta::days(n);
        let calendar = calendar().with_moving(moving.into_iter().map(|(from, moves)| (days(from), moves)));
        let today = days(today);
        let due = today + chrono::TimeDelta::days(away);
        let spans = Spans::of(&calendar, today);
        let state = Clock::named(None, calendar.named_date(due).unwrap()).state(&calendar, today);
        prop_assert_eq!(due < spans.late_before, state == DeadlineState::Late);
        prop_assert_eq!(due >= spans.late_before && due <= spans.today_to, state == DeadlineState::Today);
        prop_assert!(spans.late_before <= spans.today_to.succ_opt().unwrap());
        if due > spans.today_to && due <= spans.soon_to && due >= spans.late_before {
            prop_assert_eq!(state, DeadlineState::Soon);
        }
    }
}

use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn spans(start: &str, periods: RoundPeriods) -> Vec<(String, String)> {
    let rounds = rounds(day(start), periods);
    rounds.iter().map(|round| (round.begins_on.to_string(), round.ends_on.to_string())).collect()
}

#[test]
fn rounds_are_the_first_whole_quarters_and_then_half_years() {
    use RoundPeriods::{Anniversary, Calendar, CalendarHalves};
    // Start; first and last day of round 1, last day of round 12, last day of round 16.
    let table = [
        ("2026-11-10", Calendar, ["2027-01-01", "2027-03-31", "2029-12-31", "2031-12-31"]),
        // On the first day of a quarter that quarter is whole.
        ("2026-10-01", Calendar, ["2026-10-01", "2026-12-31", "2029-09-30", "2031-09-30"]),
        // On its last day it is not.
        ("2026-12-31", Calendar, ["2027-01-01", "2027-03-31", "2029-12-31", "2031-12-31"]),
        ("2026-03-31", Calendar, ["2026-04-01", "2026-06-30", "2029-03-31", "2031-03-31"]),
        // A leap day.
        ("2024-02-29", Calendar, ["2024-04-01", "2024-06-30", "2027-03-31", "2029-03-31"]),
        ("2024-01-01", Calendar, ["2024-01-01", "2024-03-31", "2026-12-31", "2028-12-31"]),
        ("2026-11-10", Anniversary, ["2026-11-10", "2027-02-09", "2029-11-09", "2031-11-09"]),
        ("2024-02-29", Anniversary, ["2024-02-29", "2024-05-28", "2027-02-27", "2029-02-27"]),
        ("2026-11-30", Anniversary, ["2026-11-30", "2027-02-27", "2029-11-29", "2031-11-29"]),
    ];
    for (start, periods, [first, end, quarters, last]) in table {
        let spans = spans(start, periods);
        let found = [&spans[0].0, &spans[0].1, &spans[11].1, &spans[15].1];
        assert_eq!(found, [first, end, quarters, last], "{start} {periods}");
    }
    // Half-years follow at once, so they need not be halves of a calendar year.
    let half = &spans("2026-10-01", Calendar)[12];
    assert_eq!((half.0.as_str(), half.1.as_str()), ("2029-10-01", "2030-03-31"));
    // A-23 with both words of it: half-years of the calendar too, with the quarter that belongs to no round.
    for (start, end, [thirteenth, last]) in [
        ("2026-10-01", "2029-09-30", ["2030-01-01", "2031-12-31"]),
        ("2026-03-31", "2029-03-31", ["2029-07-01", "2031-06-30"]),
        ("2026-11-10", "2029-12-31", ["2030-01-01", "2031-12-31"]),
        ("2026-07-01", "2029-06-30", ["2029-07-01", "2031-06-30"]),
    ] {
        let spans = spans(start, CalendarHalves);
        assert_eq!([&spans[11].1, &spans[12].0, &spans[15].1], [end, thirteenth, last], "{start}");
    }
    assert_eq!(rounds(NaiveDate::MAX, Calendar), [], "where the calendar ends there are none");
    assert_eq!(rounds(NaiveDate::MAX, Anniversary), []);
}

#[test]
fn the_five_years_run_from_the_quota_or_else_from_the_arrival() {
    let (quota, arrived) = (Some(day("2026-05-01")), Some(day("2026-04-01")));
    let by = |start| Reading { start, ..Reading::default() };
    let table = [
        (RoundStart::Quota, quota, arrived, quota),
        (RoundStart::Quota, None, arrived, arrived),
        (RoundStart::Quota, quota, None, quota),
        (RoundStart::Arrival, quota, arrived, arrived),
        (RoundStart::Arrival, quota, None, quota),
        (RoundStart::Quota, None, None, None),
    ];
    for (start, quota, arrived, expected) in table {
        assert_eq!(by(start).start(quota, arrived), expected, "{start} {quota:?} {arrived:?}");
    }
    assert_eq!(Reading::default().start(quota, arrived), quota, "A-22");
    for (start, last) in [("2026-11-10", "2031-11-10"), ("2024-02-29", "2029-02-28")] {
        assert_eq!(horizon(day(start)), Some(day(last)), "{start}");
    }
}

#[test]
fn a_round_is_due_so_many_working_days_after_its_period() {
    let calendar = Calendar::shipped();
    // 1, 4 and 7 January 2027 are days off, and so are the weekends.
    assert_eq!(due(day("2026-12-31"), 10, calendar), Some(day("2027-01-19")));
    assert_eq!(due(day("2026-09-30"), 1, calendar), Some(day("2026-10-01")));
    assert_eq!(due(day("2027-12-31"), 10, calendar), None, "beyond the calendar nothing is guessed");
}

#[test]
fn where_a_round_stands() {
    use RoundStanding::{Begun, Done, Left, Open};
    let calendar = Calendar::shipped();
    let at = |standing, ends: &str, today: &str| {
        let today = day(today);
        let missed = missed_before(today, calendar, &|_| 10);
        state(standing, day(ends), today, since(), missed)
    };
    let table = [
        (Open, "2026-12-31", "2026-11-23", RoundState::Scheduled),
        (Open, "2026-12-31", "2026-12-31", RoundState::Scheduled),
        (Open, "2026-12-31", "2027-01-01", RoundState::Due),
        // The tenth working day after it, and the day after that.
        (Open, "2026-12-31", "2027-01-19", RoundState::Due),
        (Open, "2026-12-31", "2027-01-20", RoundState::Missed),
        (Begun, "2026-12-31", "2026-11-23", RoundState::Begun),
        (Begun, "2026-12-31", "2027-01-19", RoundState::Begun),
        (Begun, "2026-12-31", "2027-01-20", RoundState::Missed),
        (Done, "2026-12-31", "2027-03-01", RoundState::Done),
        (Done, "2023-12-31", "2027-03-01", RoundState::Done),
        (Left, "2026-12-31", "2027-03-01", RoundState::Departed),
        (Left, "2023-12-31", "2027-03-01", RoundState::Departed),
        // What ended before the order nobody asks for.
        (Open, "2024-05-29", "2026-11-23", RoundState::Before),
        (Begun, "2024-03-31", "2026-11-23", RoundState::Before),
        (Open, "2024-06-30", "2026-11-23", RoundState::Missed),
        // Beyond the calendar it waits, until no term could be longer.
        (Open, "2028-03-31", "2028-06-30", RoundState::Due),
        (Open, "2028-03-31", "2028-09-30", RoundState::Missed),
    ];
    for (standing, ends, today, expected) in table {
        assert_eq!(at(standing, ends, today), expected, "{standing} {ends} on {today}");
    }
}

#[test]
fn what_can_be_done_to_what() {
    use RoundStanding::{Begun, Done, Left, Open};
    let rounds = [
        (Open, RoundAct::Begin, Some(Begun)),
        (Open, RoundAct::Close, Some(Done)),
        (Begun, RoundAct::Close, Some(Done)),
        (Done, RoundAct::Reopen, Some(Begun)),
    ];
    for from in RoundStanding::ALL {
        for act in RoundAct::ALL {
            let expected = rounds.iter().find(|(of, by, _)| of == from && by == act).and_then(|row| row.2);
            assert_eq!(from.after(*act), expected, "{from} {act}");
            // What the last act has left is what the move makes.
            assert!(expected.is_none_or(|to| to == RoundStanding::by(*act)), "{from} {act}");
        }
    }
    assert_eq!(Left.after(RoundAct::Begin), None);
    let issues = [
        (IssueState::Open, IssueAct::Assign, Some(IssueState::Open)),
        (IssueState::Open, IssueAct::Close, Some(IssueState::Closed)),
        (IssueState::Closed, IssueAct::Reopen, Some(IssueState::Open)),
    ];
    for from in IssueState::ALL {
        for act in IssueAct::ALL {
            let expected = issues.iter().find(|(of, by, _)| of == from && by == act).and_then(|row| row.2);
            assert_eq!(from.after(*act), expected, "{from} {act}");
        }
    }
    use RefundState::{Closed, None as Nothing, Opened, Taken, Withdrawn};
    let refunds = [
        (Opened, DepartureAct::Take, Some(Taken)),
        (Opened, DepartureAct::Close, Some(Closed)),
        (Taken, DepartureAct::Close, Some(Closed)),
        (Nothing, DepartureAct::Withdraw, Some(Withdrawn)),
        (Opened, DepartureAct::Withdraw, Some(Withdrawn)),
        (Taken, DepartureAct::Withdraw, Some(Withdrawn)),
    ];
    for from in RefundState::ALL {
        for act in DepartureAct::ALL {
            let expected = refunds.iter().find(|(of, by, _)| of == from && by == act).and_then(|row| row.2);
            assert_eq!(from.after(*act), expected, "{from} {act}");
        }
    }
    let first = DepartureTo::ALL.iter().map(|to| RefundState::at_first(*to)).collect::<Vec<_>>();
    assert_eq!(first, [Opened, Nothing, Opened], "inside, abroad, unknown");
}

#[test]
fn a_round_of_a_family_that_left_is_closed_when_its_departure_is_recorded() {
    for (last, away, expected) in [
        (None, false, false),
        (None, true, false),
        (Some(Residence::Present), false, true),
        (Some(Residence::Present), true, true),
        (Some(Residence::Unknown), false, true),
        (Some(Residence::Unknown), true, true),
        (Some(Residence::Departed), false, false),
        (Some(Residence::Departed), true, true),
    ] {
        assert_eq!(may_close(last, away), expected, "{last:?} {away}");
    }
}

#[test]
fn after_a_departure_nothing_new_is_asked_for() {
    let round = rounds(day("2026-10-01"), RoundPeriods::Calendar)[0];
    let (first, before) = (Some(round.begins_on), round.begins_on.pred_opt());
    let table = [
        (None, None, RoundStanding::Open),
        (None, first, RoundStanding::Open),
        (None, before, RoundStanding::Left),
        (Some(RoundAct::Begin), before, RoundStanding::Begun),
        (Some(RoundAct::Close), before, RoundStanding::Done),
        (Some(RoundAct::Reopen), None, RoundStanding::Begun),
    ];
    for (last, left, expected) in table {
        assert_eq!(standing(&round, last, left), expected, "{last:?} {left:?}");
    }
}

#[test]
fn a_system_confirms_or_contradicts_what_is_reported_and_nothing_else() {
    use ActivityState::{Disputed, Reported, SysConfirmed};
    for state in ActivityState::ALL {
        let expected = match state {
            Reported => [Some(SysConfirmed), Some(Disputed)],
            Disputed => [Some(SysConfirmed), None],
            _ => [None, None],
        };
        assert_eq!([confirmed(*state, true), confirmed(*state, false)], expected, "{state}");
    }
}

fn days() -> impl Strategy<Value = NaiveDate> {
    (0_u64..20_000).prop_map(|after| day("2000-01-01") + Days::new(after))
}

fn periods() -> impl Strategy<Value = RoundPeriods> {
    prop::sample::select(RoundPeriods::ALL)
}

/// Months between the twelfth round and the thirteenth: a quarter that is half of no half-year.
fn gap(rounds: &[Round], periods: RoundPeriods) -> Months {
    let whole = matches!(rounds[0].begins_on.month(), 1 | 7);
    Months::new(if periods == RoundPeriods::CalendarHalves && !whole { 3 } else { 0 })
}

proptest! {
    #[test]
    fn there_are_sixteen_one_right_after_the_other(start in days(), periods in periods()) {
        let rounds = rounds(start, periods);
        prop_assert_eq!(rounds.len(), usize::from(ROUNDS));
        prop_assert_eq!(rounds.iter().map(|round| round.number).collect::<Vec<_>>(), (1..=ROUNDS).collect::<Vec<_>>());
        let gap = gap(&rounds, periods);
        for pair in rounds.windows(2) {
            let waits = if pair[0].number == 12 { gap } else { Months::new(0) };
            prop_assert_eq!(pair[0].ends_on.succ_opt().map(|next| next + waits), Some(pair[1].begins_on));
        }
        for round in &rounds {
            let length = (round.ends_on - round.begins_on).num_days() + 1;
            let expected = if round.number <= 12 { 88..=92 } else { 180..=185 };
            prop_assert!(expected.contains(&length), "{round:?} has {length} days");
        }
        // The first begins within a quarter of the start, and all together last five years.
        let first = rounds[0].begins_on;
        prop_assert!(first >= start && (first - start).num_days() < 92);
        prop_assert_eq!(rounds[15].ends_on.succ_opt(), first.checked_add_months(Months::new(60)).map(|end| end + gap));
        if periods == RoundPeriods::CalendarHalves {
            for round in &rounds[12..] {
                prop_assert!(matches!(round.begins_on.month(), 1 | 7) && matches!(round.ends_on.month(), 6 | 12));
            }
        }
        if periods != RoundPeriods::Anniversary {
            for round in &rounds[..12] {
                let quarter = crate::quarter::Quarter::of(round.begins_on);
                prop_assert_eq!(quarter.days(), (round.begins_on, round.ends_on));
            }
        }
    }

    #[test]
    fn every_day_of_the_five_years_lies_in_one_round(start in days(), periods in periods(), after in 0_u64..1_826) {
        let rounds = rounds(start, periods);
        let day = rounds[0].begins_on + Days::new(after);
        let last = rounds[15].ends_on;
        let between = rounds[11].ends_on < day && day < rounds[12].begins_on;
        let expected = usize::from(day <= last && !between);
        prop_assert_eq!(rounds.iter().filter(|round| round.contains(day)).count(), expected);
    }

    #[test]
    fn one_day_says_what_is_missed(today in 0_u64..1_200, back in 1_u64..150, term in 1_u32..=LONGEST_TERM) {
        let calendar = Calendar::shipped();
        let today = day("2024-06-03") + Days::new(today);
        let ends = today - Days::new(back);
        let missed = missed_before(today, calendar, &|_| term);
        // Outside the calendar nothing is known; inside, the comparison says what the term says.
        if let Some(due) = due(ends, term, calendar) {
            prop_assert_eq!(ends < missed, due < today, "{} {} {}", ends, today, term);
        }
        prop_assert!(missed <= today);
    }
}

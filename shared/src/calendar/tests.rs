//! The calendar against an independent list of days off, and the deadlines built on it.

use super::*;
use proptest::prelude::*;

#[derive(Deserialize)]
struct PublishedList {
    days_off_excluding_plain_weekends: Vec<PublishedDay>,
    working_weekend_days: Vec<NaiveDate>,
}

#[derive(Deserialize)]
struct PublishedDay {
    date: NaiveDate,
    name: String,
}

fn published() -> PublishedList {
    serde_json::from_str(include_str!("../../tests/data/days_off_2024_2027.json")).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn calendar() -> &'static Calendar {
    Calendar::shipped()
}

#[test]
fn every_day_off_of_the_published_list_and_no_other() {
    let listed = published();
    let ours: Vec<NaiveDate> = calendar().days_off.keys().copied().collect();
    let theirs: Vec<NaiveDate> = listed.days_off_excluding_plain_weekends.iter().map(|d| d.date).collect();
    assert_eq!(ours, theirs);
    let worked: Vec<NaiveDate> = calendar().worked_weekends.iter().copied().collect();
    assert_eq!(worked, listed.working_weekend_days);
    for listed_day in listed.days_off_excluding_plain_weekends {
        let reason = calendar().day_off(listed_day.date).unwrap().unwrap();
        let observed = listed_day.name.contains("(observed)");
        let swap = listed_day.name.contains("substituted");
        assert_eq!(matches!(reason, DayOff::Observed(_)), observed, "{}", listed_day.date);
        assert_eq!(matches!(reason, DayOff::Swap { .. }), swap, "{}", listed_day.date);
    }
}

#[test]
fn every_single_day_of_four_years() {
    let listed = published();
    let mut days = 0;
    for date in day("2024-01-01").iter_days().take_while(|d| *d <= day("2027-12-31")) {
        let off = listed.days_off_excluding_plain_weekends.iter().any(|d| d.date == date);
        let expected = if is_weekend(date) { listed.working_weekend_days.contains(&date) } else { !off };
        assert_eq!(calendar().is_working_day(date), Ok(expected), "{date}");
        days += 1;
    }
    assert_eq!(days, 1461);
}

#[test]
fn working_days_per_month() {
    let table = [
        (2024, [21, 21, 17, 22, 20, 20, 22, 21, 21, 22, 21, 21], 249),
        (2025, [20, 20, 17, 22, 19, 20, 22, 21, 21, 22, 20, 22], 246),
        (2026, [19, 20, 18, 22, 17, 22, 22, 21, 22, 21, 21, 22], 247),
        (2027, [18, 20, 18, 22, 18, 22, 21, 22, 22, 20, 22, 22], 247),
    ];
    for (year, months, total) in table {
        let mut counted = [0; 12];
        for date in day(&format!("{year}-01-01")).iter_days().take_while(|d| d.year() == year) {
            counted[date.month0() as usize] += i32::from(calendar().is_working_day(date).unwrap());
        }
        assert_eq!(counted, months, "{year}");
        assert_eq!(counted.iter().sum::<i32>(), total, "{year}");
    }
}

#[test]
fn constitution_day_moved() {
    assert_eq!(calendar().is_working_day(day("2025-09-01")), Ok(false));
    assert_eq!(calendar().is_working_day(day("2026-08-31")), Ok(true));
    assert_eq!(calendar().is_working_day(day("2027-08-30")), Ok(true));
    assert_eq!(calendar().is_working_day(day("2027-03-15")), Ok(false));
}

#[test]
fn christmas_and_kurban_ait_do_not_move() {
    // 7 January 2024 and 16 June 2024 are Sundays.
    assert_eq!(calendar().is_working_day(day("2024-01-08")), Ok(true));
    assert_eq!(calendar().is_working_day(day("2024-06-17")), Ok(true));
    assert_eq!(calendar().is_working_day(day("2027-05-17")), Ok(true));
    let DayOff::Holiday(ait) = calendar().day_off(day("2027-05-16")).unwrap().unwrap() else {
        panic!("a holiday")
    };
    assert!(ait.estimated && ait.name(Lang::Kk) == "Құрбан айт");
}

#[test]
fn terms_skip_days_off() {
    let table = [
        // Friday + 1 = Monday.
        ("2026-11-20", 1, "2026-11-23"),
        ("2026-11-23", 0, "2026-11-23"),
        // Nauryz 2026: 21-23 March and two transferred days.
        ("2026-03-20", 1, "2026-03-26"),
        ("2026-03-19", 2, "2026-03-26"),
        // Independence Day in the middle.
        ("2026-12-15", 1, "2026-12-17"),
        ("2026-12-14", 3, "2026-12-18"),
        // A worked Saturday counts, and the day it was given for does not.
        ("2024-05-03", 1, "2024-05-04"),
        ("2024-05-06", 1, "2024-05-10"),
        ("2025-01-01", 1, "2025-01-05"),
        // From a day off.
        ("2026-11-21", 1, "2026-11-23"),
        // Over the year's end.
        ("2026-12-31", 1, "2027-01-05"),
    ];
    for (from, n, to) in table {
        assert_eq!(calendar().add_working_days(day(from), n), Ok(day(to)), "{from} + {n}");
    }
}

#[test]
fn left_and_late_are_counted_alike() {
    let between = |from, to| calendar().working_days_between(day(from), day(to)).unwrap();
    assert_eq!(between("2026-11-23", "2026-11-25"), 2);
    assert_eq!(between("2026-11-25", "2026-11-23"), -2);
    assert_eq!(between("2026-11-20", "2026-11-22"), 0);
    assert_eq!(between("2026-11-23", "2026-11-23"), 0);
    assert_eq!(between("2026-01-01", "2026-12-31"), 247);
}

#[test]
fn a_day_is_due_until_its_last_second_in_utc_plus_5() {
    assert_eq!(due_at(day("2026-11-25")).to_rfc3339(), "2026-11-25T18:59:59+00:00");
    let last = "2026-11-25T18:59:59Z".parse::<DateTime<Utc>>().unwrap();
    let first = "2026-11-25T19:00:00Z".parse::<DateTime<Utc>>().unwrap();
    assert_eq!(civil_date(last), day("2026-11-25"));
    assert_eq!(civil_date(first), day("2026-11-26"));
}

#[test]
fn a_term_starts_on_the_civil_day_of_its_event() {
    let deadline = |event: &str, n| calendar().deadline(event.parse().unwrap(), n).unwrap().to_rfc3339();
    // 19:30 UTC on Thursday is Friday 00:30 at UTC+5, so one working day ends on Monday.
    assert_eq!(deadline("2026-11-19T18:30:00Z", 1), "2026-11-20T18:59:59+00:00");
    assert_eq!(deadline("2026-11-19T19:30:00Z", 1), "2026-11-23T18:59:59+00:00");
    assert_eq!(deadline("2026-11-19T06:00:00Z", 3), "2026-11-24T18:59:59+00:00");
}

#[test]
fn report_dates_on_days_off_have_a_target_and_a_legal_day() {
    let due = |text: &str| calendar().report_due(text.parse().unwrap()).unwrap();
    let november = due("2026-11");
    assert_eq!(november.named, day("2026-12-05"));
    assert_eq!(november.target, day("2026-12-04"));
    assert_eq!(november.legal, day("2026-12-07"));
    let october = due("2026-10");
    assert_eq!((october.target, october.legal), (day("2026-11-05"), day("2026-11-05")));
    assert_eq!(due("2026-12").named, day("2027-01-05"));
    let conclusion = calendar().named_date(day("2026-10-25")).unwrap();
    assert_eq!((conclusion.target, conclusion.legal), (day("2026-10-23"), day("2026-10-27")));
}

#[test]
fn outside_the_known_years_is_an_error() {
    let unknown = |date| CalendarError::Unknown { day: date, from: day("2024-01-01"), to: day("2027-12-31") };
    assert_eq!(calendar().is_working_day(day("2023-12-31")), Err(unknown(day("2023-12-31"))));
    assert_eq!(calendar().add_working_days(day("2027-12-31"), 1), Err(unknown(day("2028-01-01"))));
    assert!(calendar().working_days_between(day("2027-12-01"), day("2028-01-05")).is_err());
    assert!(calendar().report_due(ReportMonth::new(2027, 12).unwrap()).is_err());
    assert!(calendar().deadline("2027-12-31T20:00:00Z".parse().unwrap(), 0).is_err());
}

#[test]
fn a_month_is_text() {
    let month: ReportMonth = "2026-12".parse().unwrap();
    assert_eq!((month.year(), month.month(), month.next().to_string()), (2026, 12, "2027-01".to_owned()));
    assert_eq!(serde_json::to_string(&month).unwrap(), "\"2026-12\"");
    assert_eq!(serde_json::from_str::<ReportMonth>("\"2026-12\"").unwrap(), month);
    assert!(month.contains(day("2026-12-31")) && !month.contains(day("2027-12-31")));
    for wrong in ["2026-13", "2026-00", "2026-1", "26-11", "2026", "+026-11", "2026-1x"] {
        assert!(wrong.parse::<ReportMonth>().is_err(), "{wrong}");
    }
}

#[test]
fn contradicting_data_are_refused() {
    let shipped = include_str!("../../data/calendar.json");
    assert!(Calendar::from_json(&shipped.replace("2024-05-04", "2024-05-06")).is_err());
    assert!(Calendar::from_json(&shipped.replace("\"12-16\"", "\"12-46\"")).is_err());
    assert!(Calendar::from_json("{}").is_err());
}

#[test]
fn a_day_that_was_set_goes_before_the_data() {
    let set = calendar().with_days([
        // A working Monday becomes a day off, the Saturday before it is worked; a holiday is worked as well.
        (day("2026-12-07"), false),
        (day("2026-12-05"), true),
        (day("2026-12-16"), true),
        (day("2030-01-01"), true),
    ]);
    assert_eq!(set.add_working_days(day("2026-12-04"), 2), Ok(day("2026-12-08")));
    assert_eq!(set.working_days_between(day("2026-12-04"), day("2026-12-08")), Ok(2));
    assert_eq!(set.is_working_day(day("2026-12-16")), Ok(true));
    assert!(set.is_working_day(day("2030-01-01")).is_err(), "setting a day makes no year known");
    assert_eq!(set.with_days([(day("2026-12-07"), true)]).is_working_day(day("2026-12-07")), Ok(true));
    assert_eq!(calendar().is_working_day(day("2026-12-05")), Ok(false), "the shipped one is as before");
}

#[test]
fn what_is_due_on_a_day_off_is_in_time_on_the_next_working_day() {
    // 5 December 2026 is a Saturday.
    assert_eq!(calendar().last_day(day("2026-12-05")), day("2026-12-07"));
    assert_eq!(calendar().last_day(day("2026-12-04")), day("2026-12-04"));
    assert_eq!(calendar().last_day(day("2040-01-01")), day("2040-01-01"));
    for (today, late) in [
        ("2026-12-05", "2026-12-05"),
        ("2026-12-06", "2026-12-05"),
        ("2026-12-07", "2026-12-05"),
        ("2026-12-08", "2026-12-08"),
        ("2040-01-01", "2040-01-01"),
    ] {
        assert_eq!(calendar().late_before(day(today)), day(late), "{today}");
    }
}

/// whether a date on a day off moves is a setting with a day.
#[test]
fn from_a_day_on_what_is_due_on_a_day_off_may_stay_there() {
    let stays = calendar().with_moving([(day("2026-12-01"), false), (day("2027-02-06"), true)]);
    // Due; the last day in time as shipped, and by the setting.
    let table = [
        ("2026-11-28", "2026-11-30", "2026-11-30"),
        ("2026-12-05", "2026-12-07", "2026-12-05"),
        ("2026-12-16", "2026-12-17", "2026-12-16"),
        ("2026-12-18", "2026-12-18", "2026-12-18"),
        // The setting begins on a Saturday: its weekend is still that of the Friday before.
        ("2027-02-06", "2027-02-08", "2027-02-06"),
        ("2027-02-07", "2027-02-08", "2027-02-07"),
        ("2027-02-13", "2027-02-15", "2027-02-15"),
        ("2040-01-01", "2040-01-01", "2040-01-01"),
    ];
    for (due, shipped, set) in table {
        assert_eq!(
            (calendar().last_day(day(due)), stays.last_day(day(due))),
            (day(shipped), day(set)),
            "{due}"
        );
    }
    let december = ReportMonth::new(2026, 11).unwrap();
    let of = |calendar: &Calendar| calendar.report_due(december).unwrap();
    assert_eq!(
        of(calendar()),
        NamedDate { named: day("2026-12-05"), target: day("2026-12-04"), legal: day("2026-12-07") }
    );
    assert_eq!(
        of(&stays),
        NamedDate { named: day("2026-12-05"), target: day("2026-12-04"), legal: day("2026-12-05") }
    );
    assert!(stays.named_date(day("2040-01-05")).is_err());
}

proptest! {
    #[test]
    fn late_is_said_alike_of_one_day_and_of_all(
        today in 40_u64..1300,
        due in 0_u64..1400,
        set in proptest::collection::btree_map(0_u64..1400, any::<bool>(), 0..40),
        moving in proptest::collection::btree_map(0_u64..1400, any::<bool>(), 0..6),
    ) {
        let first = day("2024-01-01");
        let calendar = calendar().with_days(set.into_iter().map(|(at, works)| (first + Days::new(at), works)));
        let calendar = calendar.with_moving(moving.into_iter().map(|(at, moves)| (first + Days::new(at), moves)));
        let (today, due) = (first + Days::new(today), first + Days::new(due));
        prop_assert_eq!(due < calendar.late_before(today), calendar.last_day(due) < today);
    }

    #[test]
    fn adding_and_counting_are_inverse(offset in 0_u64..1300, n in 0_u32..60) {
        let from = day("2024-01-01") + Days::new(offset);
        let to = calendar().add_working_days(from, n).unwrap();
        prop_assert_eq!(calendar().working_days_between(from, to).unwrap(), i64::from(n));
        prop_assert!(n == 0 || calendar().is_working_day(to).unwrap());
    }
}

use std::collections::BTreeSet;

use uuid::Uuid;

use super::*;
use crate::ids::{OrgUnitId, RecommendationId};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn points(of: [u8; 3]) -> [Points; 3] {
    of.map(|points| Points::new(points).unwrap())
}

fn score(points: u8) -> Score {
    Score {
        points: Points::new(points).unwrap(), reason: "Жоспар мерзімінде орындалды".into()
    }
}

#[test]
fn every_edge_of_the_bands() {
    use AssessmentBand::{High, Low, Medium};
    // Thirds of a point: 10 is 30, 15 is 45, 25 is 75.
    let table =
        [(0, Low), (29, Low), (30, Medium), (31, Medium), (44, Medium), (45, High), (46, High), (75, High)];
    for (thirds, expected) in table {
        assert_eq!(band(thirds), expected, "{thirds}/3");
    }
}

#[test]
fn every_sum_in_both_readings() {
    use AssessmentBand::{High, Low, Medium};
    // Sum, hundredths and band as the order writes them, hundredths and band rescaled (A-30: low 3-5, medium 6-8, high 9-15).
    let table = [
        ([1, 1, 1], 300, Low, 500, Low),
        ([1, 1, 2], 400, Low, 667, Low),
        ([1, 2, 2], 500, Low, 833, Low),
        ([2, 2, 2], 600, Low, 1_000, Medium),
        ([2, 2, 3], 700, Low, 1_167, Medium),
        ([2, 3, 3], 800, Low, 1_333, Medium),
        ([3, 3, 3], 900, Low, 1_500, High),
        ([3, 3, 4], 1_000, Medium, 1_667, High),
        ([3, 4, 4], 1_100, Medium, 1_833, High),
        ([4, 4, 4], 1_200, Medium, 2_000, High),
        ([5, 4, 4], 1_300, Medium, 2_167, High),
        ([5, 5, 4], 1_400, Medium, 2_333, High),
        ([5, 5, 5], 1_500, High, 2_500, High),
    ];
    for (of, literal, band, rescaled, rescaled_band) in table {
        let made = |mode| total(points(of), mode);
        let expected = |mode, hundredths, band| Total { mode, rules: RULES, hundredths, band };
        assert_eq!(
            made(AssessmentMode::LiteralSum),
            expected(AssessmentMode::LiteralSum, literal, band),
            "{of:?}"
        );
        assert_eq!(
            made(AssessmentMode::Rescaled25),
            expected(AssessmentMode::Rescaled25, rescaled, rescaled_band),
            "{of:?}"
        );
    }
}

#[test]
fn a_score_is_one_to_five() {
    for (number, fits) in [(0, false), (1, true), (5, true), (6, false), (255, false)] {
        assert_eq!(Points::new(number).is_some(), fits, "{number}");
        assert_eq!(serde_json::from_str::<Points>(&number.to_string()).is_ok(), fits, "{number}");
    }
    assert_eq!(serde_json::to_string(&Points::new(4).unwrap()).unwrap(), "4");
}

#[test]
fn every_score_has_its_reason_and_names_nobody() {
    let good = Scores { relevance: score(3), effectiveness: score(4), social_effect: score(5) };
    assert_eq!(good.unreasoned(), None);
    assert_eq!(good.points(), points([3, 4, 5]));
    // 900101350003 is a made-up number with a right check digit, 900101350004 has a wrong one.
    let table = [
        ("  ", true),
        ("ИИН 900101350003 не найден", true),
        ("900101350003", true),
        ("№ 900101350004", false),
        ("90010135000312", false),
        ("a\0b", true),
    ];
    for (reason, refused) in table {
        let effectiveness = Score { reason: reason.into(), ..score(4) };
        let scores = Scores { effectiveness, ..good.clone() };
        assert_eq!(scores.unreasoned(), refused.then_some(Criterion::Effectiveness), "{reason:?}");
    }
    let long = Score { reason: "ұ".repeat(MAX_WORDS + 1), ..score(1) };
    assert_eq!(Scores { social_effect: long, ..good.clone() }.unreasoned(), Some(Criterion::SocialEffect));
    let longest = Score { reason: "ұ".repeat(MAX_WORDS), ..score(1) };
    assert_eq!(Scores { relevance: longest, ..good }.unreasoned(), None);
}

#[test]
fn every_clock_with_its_target_and_legal_day() {
    let calendar = Calendar::shipped();
    let named = |named: &str, target: &str, legal: &str| NamedDate {
        named: day(named),
        target: day(target),
        legal: day(legal),
    };
    let plain = |of: &str| named(of, of, of);
    let table = [
        ("2025-Q4", "2026-01-01", plain("2026-01-05"), named("2026-01-25", "2026-01-23", "2026-01-26")),
        (
            "2026-Q1",
            "2026-04-01",
            named("2026-04-05", "2026-04-03", "2026-04-06"),
            named("2026-04-25", "2026-04-24", "2026-04-27"),
        ),
        (
            "2026-Q2",
            "2026-07-01",
            named("2026-07-05", "2026-07-03", "2026-07-07"),
            named("2026-07-25", "2026-07-24", "2026-07-27"),
        ),
        // 25 October is Republic Day: in 2026 a Sunday, so the day off moves to Monday as well.
        ("2026-Q3", "2026-10-01", plain("2026-10-05"), named("2026-10-25", "2026-10-23", "2026-10-27")),
        ("2026-Q4", "2027-01-01", plain("2027-01-05"), plain("2027-01-25")),
        ("2027-Q3", "2027-10-01", plain("2027-10-05"), named("2027-10-25", "2027-10-22", "2027-10-26")),
        (
            "2024-Q3",
            "2024-10-01",
            named("2024-10-05", "2024-10-04", "2024-10-07"),
            named("2024-10-25", "2024-10-24", "2024-10-28"),
        ),
    ];
    for (quarter, opens, scores, conclusion) in table {
        let made = Clocks::of(calendar, quarter.parse().unwrap()).unwrap();
        assert_eq!(made, Clocks { opens: day(opens), scores, conclusion }, "{quarter}");
        assert!(
            !made.is_closed(scores.legal) && made.is_closed(scores.legal.succ_opt().unwrap()),
            "{quarter}"
        );
    }
    for year in 2024..2027 {
        let made = Clocks::of(calendar, Quarter::new(year, 3).unwrap()).unwrap();
        assert_ne!(made.conclusion.target, made.conclusion.legal, "25.10.{year} is a holiday");
    }
    assert!(Clocks::of(calendar, "2027-Q4".parse().unwrap()).is_err(), "2028 is not known");
}

#[test]
fn a_month_to_consider() {
    let table = [
        ("2026-10-27", "2026-11-27"),
        ("2026-01-31", "2026-02-28"),
        ("2028-01-31", "2028-02-29"),
        ("2027-01-29", "2027-02-28"),
        ("2026-01-28", "2026-02-28"),
        ("2026-12-31", "2027-01-31"),
        ("2026-03-31", "2026-04-30"),
        ("2026-04-30", "2026-05-30"),
    ];
    for (received, until) in table {
        assert_eq!(a_month_after(day(received)), day(until), "{received}");
    }
    // 28.11.2026 is a Saturday.
    let by = consider_by(Calendar::shipped(), day("2026-10-28")).unwrap();
    assert_eq!((by.target, by.legal), (day("2026-11-27"), day("2026-11-30")));
}

#[test]
fn a_conclusion_goes_one_way() {
    use ConclusionAct::{Draft, Forward, Measure, Send, Sign};
    use ConclusionState as State;
    let table = [
        (State::Draft, Draft, Some(State::Draft)),
        (State::Draft, Sign, Some(State::Signed)),
        (State::Signed, Send, Some(State::Sent)),
        (State::Sent, Forward, Some(State::Forwarded)),
        (State::Forwarded, Measure, Some(State::Forwarded)),
    ];
    for state in State::ALL {
        for act in ConclusionAct::ALL {
            let expected = table.iter().find(|(from, what, _)| from == state && what == act);
            assert_eq!(state.after(*act), expected.and_then(|(.., to)| *to), "{act} of a {state} one");
        }
    }
    // Who has it: the authorised body from the sending on, the executive bodies from the forwarding on.
    let seen = |state: &State| (state.is_fixed(), state.is_sent(), state.is_out());
    let all: Vec<_> = State::ALL.iter().map(seen).collect();
    let [no, yes] = [false, true];
    assert_eq!(all, [(no, no, no), (yes, no, no), (yes, yes, no), (yes, yes, yes), (yes, yes, yes)]);
}

#[test]
fn what_a_conclusion_lacks() {
    let unit = |n| OrgUnitId(Uuid::from_u128(n));
    let known = |n| RecommendationId(Uuid::from_u128(n));
    let units = |of: &[u128]| of.iter().map(|n| unit(*n)).collect::<BTreeSet<_>>();
    let open = |of: &[u128]| of.iter().map(|n| known(*n)).collect::<BTreeSet<_>>();
    let result = |n, became| FollowUp { recommendation: known(n), became, text: "орындалды".into() };
    let parts = Parts {
        report: "Есеп".into(),
        results: vec![result(7, FollowedUp::Done)],
        conclusions: "Қорытынды".into(),
        recommendations: Vec::new(),
    };
    assert_eq!(unready(&parts, &units(&[1, 2]), &units(&[1, 2, 3]), &open(&[7])), []);
    let lacks = unready(
        &Parts { conclusions: " ".into(), ..parts.clone() },
        &units(&[1, 2]),
        &units(&[2]),
        &open(&[7, 8]),
    );
    assert_eq!(
        lacks,
        [Unready::Unscored(vec![unit(1)]), Unready::Unanswered(vec![known(8)]), Unready::Empty]
    );
    assert!(parts.may_stand());
    let recommendation =
        |n, text: &str| Recommendation { recommendation: known(n), unit: unit(1), text: text.into() };
    let with = |of: Vec<Recommendation>| Parts { recommendations: of, ..parts.clone() };
    assert!(with(vec![recommendation(1, "а"), recommendation(2, "ә")]).may_stand());
    assert!(!with(vec![recommendation(1, "а"), recommendation(1, "ә")]).may_stand(), "one twice");
    assert!(!with(vec![recommendation(7, "а")]).may_stand(), "an earlier one is no new one");
    assert!(!with(vec![recommendation(1, "")]).may_stand());
    assert!(!Parts { report: "900101350003".into(), ..parts.clone() }.may_stand());
    assert!(Parts { report: String::new(), ..parts }.may_stand(), "a draft may be empty");
    let open: Vec<FollowedUp> =
        FollowedUp::ALL.iter().copied().filter(|became| became.stays_open()).collect();
    assert_eq!(open, [FollowedUp::Partly, FollowedUp::NotDone]);
}

#[test]
fn means_and_shares_are_rounded_and_none_of_nothing() {
    assert_eq!(mean(&[]), None);
    let made = mean(&[points([1, 5, 3]), points([2, 5, 3]), points([2, 5, 4])]).unwrap();
    let expected = Mean { centres: 3, relevance: 167, effectiveness: 500, social_effect: 333, sum: 1_000 };
    assert_eq!(made, expected);
    let table =
        [(0, 0, None), (0, 3, Some(0)), (1, 3, Some(3_333)), (2, 3, Some(6_667)), (3, 3, Some(10_000))];
    for (part, whole, expected) in table {
        assert_eq!(share(part, whole), expected, "{part} of {whole}");
    }
}

#[test]
fn a_mobility_centre_is_the_sum_of_its_centres() {
    let relevance = Relevance { due: 10, in_time: 6, late: 3, not_done: 1 };
    let reports = Reports { due: 3, in_time: 2, late: 1 };
    let effectiveness =
        Effectiveness { done: 9, accepted: 4, remarked: 2, returned: 1, answered: 1, noticed: 5, reports };
    let social_effect =
        SocialEffect { families: 7, watched: 2, satisfaction: Some(420), ..SocialEffect::default() };
    let one = Indicators { relevance, effectiveness, social_effect };
    let nothing = Indicators::default();
    assert_eq!((nothing.and(one), one.and(nothing)), (one, one));
    let both = one.and(one);
    assert_eq!(both.relevance, Relevance { due: 20, in_time: 12, late: 6, not_done: 2 });
    assert_eq!(both.effectiveness.reports, Reports { due: 6, in_time: 4, late: 2 });
    let social = both.social_effect;
    assert_eq!((both.effectiveness.noticed, social.families, social.watched), (10, 14, 4));
    assert_eq!(both.social_effect.satisfaction, None, "means of unknown numbers are not joined");
    let watched = SocialEffect { departed: Some(2), ..social_effect };
    assert_eq!(both.and(Indicators { social_effect: watched, ..one }).social_effect.departed, Some(2));
    assert!(one.is_assessed() && !nothing.is_assessed());
}

/// the mean of the answers of a quarter, and how many there were; where nobody answered there is no data.
#[test]
fn satisfaction_is_the_mean_of_the_answers() {
    let of = |answers: &[i64]| {
        let said = SocialEffect { families: 1, ..SocialEffect::default() };
        answers.iter().fold(said, |said, points| said.answered(1, *points))
    };
    let table: [(&[i64], Option<i32>); 6] = [
        (&[], None),
        (&[1], Some(100)),
        (&[5, 4], Some(450)),
        (&[5, 4, 4], Some(433)),
        (&[5, 5, 4], Some(467)),
        (&[1, 2, 2, 5, 5, 5, 5], Some(357)),
    ];
    for (answers, mean) in table {
        let said = of(answers);
        assert_eq!((said.satisfaction, said.answers), (mean, answers.len() as i64), "{answers:?}");
        // What was frozen without any reads and writes as before there was the question.
        let text = serde_json::to_string(&said).unwrap();
        assert_eq!(text.contains("answers"), mean.is_some(), "{text}");
        assert_eq!(serde_json::from_str::<SocialEffect>(&text).unwrap(), said);
    }
    // A mobility centre has the mean of all answers, not of the means.
    let with = |answers: &[i64]| Indicators { social_effect: of(answers), ..Indicators::default() };
    let both = with(&[5]).and(with(&[1, 1, 1])).and(with(&[])).social_effect;
    assert_eq!((both.satisfaction, both.answers), (Some(200), 4));
}

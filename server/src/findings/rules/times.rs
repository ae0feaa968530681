//! Clocks and due dates.

use chrono::{NaiveDate, TimeDelta};
use kandas_shared::{
    calendar::civil_date,
    finding::{Rule, Severity, Threshold},
    locale,
    time::ClockReading,
};
use serde_json::Value;

use super::{finding, position::number};
use crate::findings::{
    Finding,
    bracket::{Verdict, verdict},
    case::Case,
    settings::Thresholds,
};

pub(super) fn judge(case: &Case, at: &Thresholds, found: &mut Vec<Finding>) {
    clocks(case, at, found);
    found.extend(case.due.and_then(|due| due_date(case, due, at)));
}

fn clocks(case: &Case, at: &Thresholds, found: &mut Vec<Finding>) {
    let least = i64::try_from(number(at.get(Threshold::ClockSeconds))).unwrap_or(i64::MAX);
    let grave = i64::try_from(number(at.get(Threshold::ClockGraveSeconds))).unwrap_or(i64::MAX);
    let mut say = |how: &str, seconds: i64| {
        if seconds > least {
            let severity = if seconds > grave { Severity::Over } else { Severity::Soon };
            found.push(finding(
                Rule::ClockJump,
                severity,
                [("how", how.into()), ("seconds", seconds.into())],
            ));
        }
    };
    if let Some(before) = &case.chain.before {
        if before.boot == case.sealed.boot {
            say("within", moved(before, &case.sealed).saturating_abs());
        } else {
            say("back", (before.wall - case.sealed.wall).num_seconds());
        }
    }
    let of_files = case.evidence.iter().filter(|piece| piece.taken.boot == case.sealed.boot);
    let most = of_files.map(|piece| moved(&piece.taken, &case.sealed).saturating_abs()).max();
    say("file", most.unwrap_or_default());
    say("ahead", (case.sealed.wall - case.bracket.not_after).num_seconds());
    say("behind", (case.bracket.not_before - case.sealed.wall).num_seconds());
}

/// By how many seconds the wall clock went on more than the clock that cannot be set.
fn moved(from: &ClockReading, to: &ClockReading) -> i64 {
    let signed = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
    let passed = signed(to.boot_ms).saturating_sub(signed(from.boot_ms)) / 1_000;
    (to.wall - from.wall).num_seconds().saturating_sub(passed)
}

fn due_date(case: &Case, due: NaiveDate, at: &Thresholds) -> Option<Finding> {
    let day = |day: NaiveDate| Value::String(locale::date(day));
    let days = |later: NaiveDate| Value::from((later - due).num_days());
    if case.done_on > due {
        let params = [
            ("how", "stated".into()),
            ("due", day(due)),
            ("done", day(case.done_on)),
            ("days", days(case.done_on)),
        ];
        return Some(finding(Rule::Late, Severity::Over, params));
    }
    match verdict(due, case.sealed.wall, &case.bracket) {
        Verdict::OnTime => None,
        Verdict::Late => {
            let sealed = civil_date(case.bracket.not_before);
            let params = [
                ("how", "sealed".into()),
                ("due", day(due)),
                ("sealed", day(sealed)),
                ("days", days(sealed)),
            ];
            Some(finding(Rule::Late, Severity::Soon, params))
        }
        Verdict::ClockLate(_) => {
            let sealed = day(civil_date(case.sealed.wall));
            Some(finding(
                Rule::Late,
                Severity::Soon,
                [("how", "clock".into()), ("due", day(due)), ("sealed", sealed)],
            ))
        }
        Verdict::ClockOnTime(width) => {
            let most = number(at.get(Threshold::DueWidthHours));
            let most =
                TimeDelta::try_hours(i64::try_from(most).unwrap_or(i64::MAX)).unwrap_or(TimeDelta::MAX);
            (width > most).then(|| {
                let params = [("due", day(due)), ("hours", width.num_hours().into())];
                finding(Rule::DueUnproven, Severity::Soon, params)
            })
        }
    }
}

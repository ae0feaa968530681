//! When a record was sealed, as far as it can be proven: not before, and not after.
//!
//! Not before the phone was enrolled, nor before the last checkpoint that is sealed into it was made; not after it was
//! received. The clock that counts since the phone was started, sleep included, carries what is known of its other
//! records of the same start; satellites tell their own time. What the phone's wall clock says comes last.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kandas_shared::{calendar::civil_date, time::ClockReading};

/// Clocks that count since the start go wrong by less than one part in so many.
const DRIFT: i64 = 5_000;
/// How exactly the time of the satellites is taken over.
const SATELLITE_S: i64 = 30;

/// Between which times a record was sealed, by what the server knows itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Bracket {
    /// Not before.
    pub not_before: DateTime<Utc>,
    /// Not after.
    pub not_after: DateTime<Utc>,
}

/// Another moment of the same start of the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Milliseconds since the start.
    pub boot_ms: u64,
    /// When that was at the earliest.
    pub not_before: Option<DateTime<Utc>>,
    /// When that was at the latest.
    pub not_after: Option<DateTime<Utc>>,
}

impl Anchor {
    /// A position by satellites: their time, and when the phone had it.
    #[must_use]
    pub fn satellites(at: DateTime<Utc>, boot_ms: u64) -> Self {
        let slack = TimeDelta::seconds(SATELLITE_S);
        Self { boot_ms, not_before: at.checked_sub_signed(slack), not_after: at.checked_add_signed(slack) }
    }
}

impl Bracket {
    /// The bracket of a record that was sealed at this reading, out of what is certain (`sure`) and of other moments of
    /// the same start. Moments that contradict what is certain are passed over: somebody moved what cannot move.
    #[must_use]
    pub fn narrowed(sure: Self, sealed: &ClockReading, anchors: &[Anchor]) -> Self {
        let mut narrow = sure;
        for anchor in anchors {
            let away = signed(sealed.boot_ms).saturating_sub(signed(anchor.boot_ms));
            let slack = TimeDelta::try_milliseconds(1_000 + away.saturating_abs() / DRIFT);
            let (Some(away), Some(slack)) = (TimeDelta::try_milliseconds(away), slack) else { continue };
            let moved =
                |at: Option<DateTime<Utc>>, slack| at?.checked_add_signed(away)?.checked_add_signed(slack);
            let not_before =
                moved(anchor.not_before, -slack).unwrap_or(narrow.not_before).max(narrow.not_before);
            let not_after = moved(anchor.not_after, slack).unwrap_or(narrow.not_after).min(narrow.not_after);
            if not_before <= not_after {
                narrow = Self { not_before, not_after };
            }
        }
        narrow
    }

    /// How wide it is.
    #[must_use]
    pub fn width(&self) -> TimeDelta {
        (self.not_after - self.not_before).max(TimeDelta::zero())
    }
}

/// What can be said about a due date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Sealed in time, whatever the phone's clock said.
    OnTime,
    /// Sealed after it, whatever the phone's clock said.
    Late,
    /// In time if the phone's clock is to be believed; the bracket is as wide as this.
    ClockOnTime(TimeDelta),
    /// Late if the phone's clock is to be believed.
    ClockLate(TimeDelta),
}

/// Holds a bracket against the last civil day (UTC+5) on which something was due.
#[must_use]
pub fn verdict(due: NaiveDate, wall: DateTime<Utc>, bracket: &Bracket) -> Verdict {
    if civil_date(bracket.not_after) <= due {
        Verdict::OnTime
    } else if civil_date(bracket.not_before) > due {
        Verdict::Late
    } else if civil_date(wall) <= due {
        Verdict::ClockOnTime(bracket.width())
    } else {
        Verdict::ClockLate(bracket.width())
    }
}

fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn reading(boot_ms: u64) -> ClockReading {
        ClockReading { wall: time("2026-11-20T05:00:00Z"), offset_s: 18_000, boot: "b".into(), boot_ms }
    }

    fn sure() -> Bracket {
        Bracket { not_before: time("2026-11-01T00:00:00Z"), not_after: time("2026-11-28T00:00:00Z") }
    }

    #[test]
    fn another_record_of_the_same_start_narrows() {
        // Another one came in on the 21st, ten hours after it was sealed here.
        let later = Anchor {
            boot_ms: 36_000_000,
            not_before: Some(time("2026-11-20T00:00:00Z")),
            not_after: Some(time("2026-11-21T00:00:00Z")),
        };
        let narrow = Bracket::narrowed(sure(), &reading(0), &[later]);
        assert!(narrow.not_after < time("2026-11-20T14:00:10Z"), "{narrow:?}");
        assert!(narrow.not_before > time("2026-11-19T13:59:50Z"), "{narrow:?}");
        let fix = Anchor::satellites(time("2026-11-20T04:59:00Z"), 0);
        assert!(Bracket::narrowed(sure(), &reading(60_000), &[fix]).width() < TimeDelta::seconds(70));
    }

    #[test]
    fn a_moment_that_contradicts_what_is_certain_is_passed_over() {
        let liar = Anchor::satellites(time("2020-01-01T00:00:00Z"), 0);
        assert_eq!(Bracket::narrowed(sure(), &reading(0), &[liar]), sure());
        let huge = Anchor { boot_ms: u64::MAX, ..liar };
        assert_eq!(Bracket::narrowed(sure(), &reading(0), &[huge]), sure());
    }

    #[test]
    fn a_due_date_is_kept_missed_or_left_to_the_phones_clock() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let wall = time("2026-11-20T05:00:00Z");
        let of = |due: &str, wall| verdict(day(due), wall, &sure());
        assert_eq!(of("2026-11-28", wall), Verdict::OnTime);
        assert_eq!(of("2026-10-31", wall), Verdict::Late);
        assert_eq!(of("2026-11-20", wall), Verdict::ClockOnTime(TimeDelta::days(27)));
        assert_eq!(of("2026-11-19", wall), Verdict::ClockLate(TimeDelta::days(27)));
        // The day ends at midnight in UTC+5.
        let end = Bracket { not_after: time("2026-11-20T18:59:59Z"), ..sure() };
        assert_eq!(verdict(day("2026-11-20"), wall, &end), Verdict::OnTime);
        let after = Bracket { not_after: time("2026-11-20T19:00:00Z"), ..sure() };
        assert_ne!(verdict(day("2026-11-20"), wall, &after), Verdict::OnTime);
    }

    proptest! {
        #[test]
        fn a_bracket_only_ever_narrows_and_never_turns_round(
            moments in prop::collection::vec((any::<u64>(), -100_000_i64..100_000, -100_000_i64..100_000), 0..6),
            boot_ms in any::<u64>()
        ) {
            let anchors: Vec<_> = moments.iter().map(|(boot_ms, a, b)| Anchor {
                boot_ms: *boot_ms,
                not_before: Some(sure().not_before + TimeDelta::minutes(*a)),
                not_after: Some(sure().not_after + TimeDelta::minutes(*b)),
            }).collect();
            let narrow = Bracket::narrowed(sure(), &reading(boot_ms), &anchors);
            prop_assert!(narrow.not_before >= sure().not_before && narrow.not_after <= sure().not_after);
            prop_assert!(narrow.not_before <= narrow.not_after);
        }

        #[test]
        fn the_truth_stays_inside(since in 0_u64..1_000_000_000, others in prop::collection::vec((0_u64..1_000_000_000, 0_i64..500_000), 0..6)) {
            // A phone started at a known time, its records received some time after each was sealed.
            let start = time("2026-11-02T00:00:00Z");
            let at = |ms: u64| start + TimeDelta::milliseconds(i64::try_from(ms).unwrap());
            let anchors: Vec<_> = others.iter().map(|(ms, wait)| Anchor {
                boot_ms: *ms,
                not_before: Some(at(*ms) - TimeDelta::seconds(*wait)),
                not_after: Some(at(*ms) + TimeDelta::seconds(*wait)),
            }).collect();
            let narrow = Bracket::narrowed(sure(), &reading(since), &anchors);
            prop_assert!(narrow.not_before <= at(since) && at(since) <= narrow.not_after);
        }
    }
}

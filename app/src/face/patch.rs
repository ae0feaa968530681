//! Which patch an activity shows (screens.md §5). Pure: what is known goes in, one patch comes out.

use chrono::NaiveDate;
use kandas_shared::{
    calendar::Calendar,
    plan_state::{ActivityState, CheckKind},
};

use super::view::{Deadline, Patch};
use crate::ledger::LedgerState;

/// With at most so many working days left an activity is due soon.
pub(super) const SOON: i32 = 5;

/// Everything that decides about a patch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    /// State on the centre's side.
    pub(super) state: ActivityState,
    /// Returned for rework, and nothing sealed here answers it.
    pub(super) returned: bool,
    /// A record of it waits for a decision at the centre.
    pub(super) held: bool,
    /// A draft of it is open.
    pub(super) draft: bool,
    /// Where the last record sealed here stands, and what it states.
    pub(super) own: Option<(LedgerState, Stated)>,
    /// Records are on their way at this moment.
    pub(super) sending: bool,
    /// Its due date.
    pub(super) deadline: Option<Deadline>,
    /// What a supervisor has said about the record that counts.
    pub(super) check: Option<CheckKind>,
}

/// What a record states about its activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stated {
    Done,
    NotApplicable,
    Refused,
}

impl Stated {
    pub(super) fn of(statement: &str) -> Self {
        match statement {
            "not_applicable" => Stated::NotApplicable,
            "refused" => Stated::Refused,
            _ => Stated::Done,
        }
    }
}

pub(super) fn patch(facts: &Facts) -> Patch {
    if facts.returned {
        return Patch::Returned;
    }
    let own = facts.own.map(|(state, _)| state);
    if facts.held || matches!(own, Some(LedgerState::Held | LedgerState::Refused)) {
        return Patch::Held;
    }
    if facts.draft {
        return Patch::Draft;
    }
    if own == Some(LedgerState::Recorded) {
        return if facts.sending { Patch::Sending } else { Patch::Waiting };
    }
    match (facts.state, facts.own) {
        (ActivityState::NotApplicable | ActivityState::Cancelled, _)
        | (_, Some((_, Stated::NotApplicable))) => Patch::NotApplicable,
        (ActivityState::Refused, _) | (_, Some((_, Stated::Refused))) => Patch::Refused,
        _ if matches!(facts.check, Some(CheckKind::Accepted | CheckKind::Remarked)) => Patch::Checked,
        (_, Some((LedgerState::Delivered, _))) => Patch::Delivered,
        (_, Some(_)) | (ActivityState::Synced, _) => Patch::Accepted,
        (
            ActivityState::Reported
            | ActivityState::SysConfirmed
            | ActivityState::Disputed
            | ActivityState::Corrected,
            _,
        ) => Patch::Delivered,
        // The phone's own states never come from the centre; whatever they would mean, nothing is sealed here.
        (
            ActivityState::Planned
            | ActivityState::InProgress
            | ActivityState::Captured
            | ActivityState::DoneLocal,
            None,
        ) => open(facts.deadline),
    }
}

fn open(deadline: Option<Deadline>) -> Patch {
    match deadline {
        Some(due) if due.is_past() => Patch::Overdue,
        Some(due) if due.working_days.unwrap_or(due.days) <= SOON => Patch::Soon,
        _ => Patch::Planned,
    }
}

impl Patch {
    /// Whether the worker has done what there was to do.
    pub(super) fn is_done(self) -> bool {
        matches!(self, Patch::Sending | Patch::Waiting | Patch::Accepted | Patch::Delivered | Patch::Checked)
    }

    /// Whether it belongs to what is to be done at all.
    pub(super) fn counts(self) -> bool {
        !matches!(self, Patch::NotApplicable | Patch::Refused)
    }

    /// Whether nothing is sealed yet.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Patch::Overdue | Patch::Soon | Patch::Planned | Patch::Draft)
    }
}

/// A due date as it looks on `today` by a calendar.
pub(super) fn deadline(calendar: &Calendar, today: NaiveDate, on: NaiveDate) -> Deadline {
    let days = i32::try_from((on - today).num_days()).unwrap_or(i32::MAX);
    let working_days =
        calendar.working_days_between(today, on).ok().and_then(|days| i32::try_from(days).ok());
    Deadline { on, last: calendar.last_day(on), days, working_days }
}

impl Deadline {
    /// Whether it is too late: the day has passed, and where it was a day off the next working day too.
    pub(super) fn is_past(&self) -> bool {
        i64::from(self.days) + (self.last - self.on).num_days() < 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn by(today: NaiveDate, on: NaiveDate) -> Deadline {
        deadline(Calendar::shipped(), today, on)
    }

    fn facts() -> Facts {
        Facts {
            state: ActivityState::Planned,
            returned: false,
            held: false,
            draft: false,
            own: None,
            sending: false,
            deadline: None,
            check: None,
        }
    }

    #[test]
    fn the_first_of_the_order_is_shown() {
        // Everything holds at once; one after the other falls away.
        let late = by(day("2026-11-23"), day("2026-11-20"));
        let mut now = Facts {
            returned: true,
            held: true,
            draft: true,
            own: Some((LedgerState::Recorded, Stated::Done)),
            sending: true,
            deadline: Some(late),
            check: Some(CheckKind::Accepted),
            ..facts()
        };
        assert_eq!(patch(&now), Patch::Returned);
        now.returned = false;
        assert_eq!(patch(&now), Patch::Held);
        now.held = false;
        assert_eq!(patch(&now), Patch::Draft);
        now.draft = false;
        assert_eq!(patch(&now), Patch::Sending);
        now.sending = false;
        assert_eq!(patch(&now), Patch::Waiting, "with no link a record is waiting, never sending");
        now.own = None;
        now.check = None;
        assert_eq!(patch(&now), Patch::Overdue);
        now.deadline = Some(by(day("2026-11-23"), day("2026-11-30")));
        assert_eq!(patch(&now), Patch::Soon);
        now.deadline = Some(by(day("2026-11-23"), day("2026-12-01")));
        assert_eq!(patch(&now), Patch::Planned);
    }

    #[test]
    fn what_is_done_shows_how_far_it_has_travelled() {
        let late = Some(by(day("2026-11-23"), day("2026-11-20")));
        let own = |state| Facts { own: Some((state, Stated::Done)), deadline: late, ..facts() };
        assert_eq!(patch(&own(LedgerState::Accepted)), Patch::Accepted, "a late completion keeps its patch");
        assert_eq!(patch(&own(LedgerState::Delivered)), Patch::Delivered);
        assert_eq!(patch(&own(LedgerState::Refused)), Patch::Held);
        let checked = Facts { check: Some(CheckKind::Remarked), ..own(LedgerState::Delivered) };
        assert_eq!(patch(&checked), Patch::Checked);
        let of_another = |state| Facts { state, deadline: late, ..facts() };
        assert_eq!(patch(&of_another(ActivityState::Synced)), Patch::Accepted);
        assert_eq!(patch(&of_another(ActivityState::Reported)), Patch::Delivered);
        assert_eq!(patch(&of_another(ActivityState::Cancelled)), Patch::NotApplicable);
        assert_eq!(patch(&of_another(ActivityState::Refused)), Patch::Refused);
        let said = Facts { own: Some((LedgerState::Delivered, Stated::NotApplicable)), ..facts() };
        assert_eq!(patch(&said), Patch::NotApplicable, "before the pull brings it back");
    }

    #[test]
    fn deadlines_count_working_days() {
        // 23 November 2026 is a Monday.
        let from_monday = |on| by(day("2026-11-23"), day(on));
        assert_eq!(from_monday("2026-11-25").working_days, Some(2));
        assert_eq!(from_monday("2026-11-30").working_days, Some(5), "the weekend does not count");
        assert_eq!(from_monday("2026-11-20").working_days, Some(-1));
        assert_eq!((from_monday("2026-11-23").days, from_monday("2026-11-24").days), (0, 1));
        assert_eq!(
            from_monday("2040-01-01").working_days,
            None,
            "beyond the calendar only the date is known"
        );
    }

    #[test]
    fn a_day_off_is_due_until_the_next_working_day_and_the_centre_may_set_days() {
        // 5 December 2026 is a Saturday.
        let open = |deadline| patch(&Facts { deadline: Some(deadline), ..facts() });
        let due = day("2026-12-05");
        assert_eq!(by(day("2026-12-07"), due).last, day("2026-12-07"));
        assert_eq!(open(by(day("2026-12-07"), due)), Patch::Soon, "on Monday it is in time");
        assert_eq!(open(by(day("2026-12-08"), due)), Patch::Overdue);
        let set = Calendar::shipped().with_days([(day("2026-12-07"), false)]);
        let moved = deadline(&set, day("2026-12-08"), due);
        assert_eq!((open(moved), moved.last), (Patch::Soon, day("2026-12-08")));
        assert_eq!(deadline(&set, day("2026-12-04"), day("2026-12-08")).working_days, Some(1));
    }
}

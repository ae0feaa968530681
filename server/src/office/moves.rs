//! Which open due dates would move when what they are counted by changes: seen before it happens.
//!
//! A day of the calendar moves the last day in time of whatever is due on a day off, and by the terms of services (§33) the
//! due dates that were counted over it. A term moves the due dates that it gave ([`crate::dues`]).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::{Calendar, CalendarError, civil_date},
    problem::ProblemCode,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::reference::{MOST_DAYS, WantedDay};
use crate::{
    all, calendar,
    dues::{self, Change, Counting},
    facts::DuesMoved,
    refusal::{Outcome, Refusal},
    store::{StoreError, Tx},
    terms::Terms,
};

/// What has a due date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DueOf {
    /// An activity of a plan that is not done.
    Activity,
    /// A returned record that is not answered.
    Return,
}

/// Open due dates of one day that would move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Moved {
    /// Of what.
    pub what: DueOf,
    /// The day that the plan, the term of the service or the supervisor gives.
    pub due: NaiveDate,
    /// The last day in time by the calendar as it is.
    pub before: NaiveDate,
    /// And as it would be, the term counted anew.
    pub after: NaiveDate,
    /// How many.
    pub count: i64,
}

/// What a change of days would move.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Moves {
    /// By day, the earliest first.
    pub moved: Vec<Moved>,
    /// How many due dates in all.
    pub count: i64,
    /// Those that would be overdue and are not.
    pub newly_overdue: i64,
    /// Those that are overdue and would not be.
    pub no_longer_overdue: i64,
}

/// Open due dates that a changed term moves together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TermMoved {
    /// The due date as it is; null: no legal due date.
    pub before: Option<NaiveDate>,
    /// And as it would be; null: no legal due date.
    pub after: Option<NaiveDate>,
    /// How many.
    pub count: i64,
}

/// What a changed term would move.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct TermMoves {
    /// By day, those without a due date first.
    pub moved: Vec<TermMoved>,
    /// How many due dates in all.
    pub count: i64,
    /// Those of them that would be overdue and are not.
    pub newly_overdue: i64,
    /// Those that are overdue and would not be.
    pub no_longer_overdue: i64,
}

/// What a change of days would move.
///
/// # Errors
/// `day-unknown`, `nothing-changes`, `out-of-range`, or when the database does not answer.
pub async fn of_days(tx: &mut Tx, days: &[WantedDay], now: DateTime<Utc>) -> Outcome<Moves> {
    let before = calendar::read(tx).await?;
    let after = changed(&before, days)?;
    let (Some(first), Some(last)) =
        (days.iter().map(|wanted| wanted.day).min(), days.iter().map(|wanted| wanted.day).max())
    else {
        return Ok(Moves::default());
    };
    // A day decides about itself and about the days off right before it.
    let from = before.late_before(first).min(after.late_before(first));
    let sql =
        "select due_on, count(*) from activity where state = 'planned' and due_on >= $1 and due_on <= $2
        group by due_on";
    let activities = all!(tx, (NaiveDate, i64), sql, from, last).await?;
    let sql = "select check_due, count(*) from record where check_state = 'returned' and not superseded
        and check_due >= $1 and check_due <= $2 group by check_due";
    let returns = all!(tx, (NaiveDate, i64), sql, from, last).await?;
    let counted = dues_of(tx, &before, &after).await?;

    // By the day that is given now, and the one that is given then.
    let mut all: BTreeMap<(NaiveDate, DueOf, NaiveDate), i64> = BTreeMap::new();
    all.extend(activities.into_iter().map(|(due, count)| ((due, DueOf::Activity, due), count)));
    all.extend(returns.into_iter().map(|(due, count)| ((due, DueOf::Return, due), count)));
    for of in &counted {
        let (Some(was), Some(due)) = (of.was, of.due) else { continue };
        let count = dues::count(std::slice::from_ref(of));
        if let Some(stay) = all.get_mut(&(was, DueOf::Activity, was)) {
            *stay -= count;
        }
        *all.entry((was, DueOf::Activity, due)).or_default() += count;
    }
    let today = civil_date(now);
    let mut moves = Moves::default();
    for ((due, what, then), count) in all {
        let (before, after) = (before.last_day(due), after.last_day(then));
        if before == after || count == 0 {
            continue;
        }
        moves.count += count;
        if before >= today && after < today {
            moves.newly_overdue += count;
        } else if before < today && after >= today {
            moves.no_longer_overdue += count;
        }
        moves.moved.push(Moved { what, due, before, after, count });
    }
    Ok(moves)
}

/// The due dates counted by terms that another calendar moves.
///
/// # Errors
/// When the database does not answer.
pub async fn dues_of(tx: &mut Tx, before: &Calendar, after: &Calendar) -> Result<Vec<DuesMoved>, StoreError> {
    let terms = Terms::read(tx).await?;
    let by = |calendar| Counting { terms: &terms, calendar };
    dues::moved(tx, by(before), by(after), Change::Days).await
}

/// The calendar with these days changed.
///
/// # Errors
/// `day-unknown`, `out-of-range`.
pub fn changed(before: &Calendar, days: &[WantedDay]) -> Outcome<Calendar> {
    let once: BTreeSet<NaiveDate> = days.iter().map(|wanted| wanted.day).collect();
    if days.is_empty() || once.len() != days.len() || days.len() > MOST_DAYS {
        let what = format!("1 to {MOST_DAYS} days are changed together, each once");
        return Err(Refusal::because(ProblemCode::OutOfRange, what));
    }
    let shipped = Calendar::shipped();
    let mut set = Vec::new();
    for wanted in days {
        let by_program = shipped.is_working_day(wanted.day).map_err(unknown)?;
        set.push((wanted.day, wanted.works.unwrap_or(by_program)));
    }
    Ok(before.with_days(set))
}

/// A day that the calendar does not know.
#[must_use]
pub fn unknown(error: CalendarError) -> Refusal {
    Refusal::because(ProblemCode::DayUnknown, error.to_string())
}

/// What is shown of due dates that a term moves.
#[must_use]
pub fn of_term(moved: &[DuesMoved], calendar: &Calendar, today: NaiveDate) -> TermMoves {
    let is_late = |due: Option<NaiveDate>| due.is_some_and(|due| calendar.last_day(due) < today);
    let mut moves = TermMoves { count: dues::count(moved), ..TermMoves::default() };
    for of in moved {
        let count = dues::count(std::slice::from_ref(of));
        match (is_late(of.was), is_late(of.due)) {
            (false, true) => moves.newly_overdue += count,
            (true, false) => moves.no_longer_overdue += count,
            _ => {}
        }
        moves.moved.push(TermMoved { before: of.was, after: of.due, count });
    }
    moves
}

#[cfg(test)]
mod tests {
    use kandas_shared::ids::ActivityId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_a_term_makes_late_and_what_no_longer_is_counted_by_last_days() {
        let day = |text: &str| Some(text.parse().unwrap());
        let of = |was, due, activities: u128| DuesMoved {
            was,
            due,
            activities: (0..activities).map(|nr| ActivityId(Uuid::from_u128(nr))).collect(),
        };
        // A Monday; what is due on the Saturday before is in time until its end.
        let today = "2026-11-30".parse().unwrap();
        let moved = [
            of(None, day("2026-11-27"), 2),
            of(None, day("2026-11-28"), 4),
            of(day("2026-11-27"), None, 8),
            of(day("2026-11-26"), day("2026-12-01"), 16),
            of(day("2026-11-26"), day("2026-11-27"), 32),
        ];
        let moves = of_term(&moved, Calendar::shipped(), today);
        assert_eq!((moves.count, moves.newly_overdue, moves.no_longer_overdue), (62, 2, 24));
        assert_eq!(moves.moved[1], TermMoved { before: None, after: day("2026-11-28"), count: 4 });
    }
}

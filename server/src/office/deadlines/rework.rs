//! Records that a supervisor gave back (§37): by when the worker is to answer. The supervisor has chosen the day, so it is
//! internal; on a day off it is the next working day, as in the list of those without an answer.

use kandas_shared::deadline::Clock;

use super::{Asked, Found};

/// What waits for an answer, of each unit by how it stands.
pub(super) fn due(asked: &Asked<'_>) -> Vec<Found> {
    let clock = |day| Clock::internal(None, asked.calendar.last_day(day));
    asked.stands.iter().flat_map(|(unit, stands)| asked.by_state(*unit, &stands.due.rework, clock)).collect()
}

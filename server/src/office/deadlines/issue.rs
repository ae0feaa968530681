//! Problems and proposals (§42) that somebody is to settle by a day. Whoever gave them away has chosen it, so it is internal,
//! and a day off is that day, as in their list.

use kandas_shared::deadline::Clock;

use super::{Asked, Found};

/// What is open with a day, of each unit by how it stands.
pub(super) fn due(asked: &Asked<'_>) -> Vec<Found> {
    let clock = |day| Clock::internal(None, day);
    asked.stands.iter().flat_map(|(unit, stands)| asked.by_state(*unit, &stands.due.issues, clock)).collect()
}

//! Families whose preliminary visit is recorded, and with whom no plan has been agreed since (§28): within one working day after
//! the visit. What was drafted remotely before (§19) is not it. A family that left is not asked for.

use kandas_shared::{deadline::Clock, plan::AFTER_VISIT};

use super::{Asked, Found};

/// Each family by the day of its last visit.
pub(super) fn due(asked: &Asked<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (unit, stands) in &asked.stands {
        for (family, visited) in &stands.due.visits {
            let clock = Clock::of_term(&asked.calendar, *visited, AFTER_VISIT);
            let clock = clock.unwrap_or_else(|_| Clock::open(Some(*visited)));
            found.push(Found { subject: Some(family.0), ..Found::of(*unit, 1, clock) });
        }
    }
    found
}

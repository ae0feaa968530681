//! Rounds of monitoring (§43): by when those are to be closed whose quarter or half-year is over, or ends with this quarter.
//! The order names the periods and no term for closing: that is a setting, and passing it is no breach.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kandas_shared::{deadline::Clock, quarter::Quarter};

use super::{Asked, Found};
use crate::{monitoring_rules::Rules, refusal::Outcome, store::Tx};

/// Rounds of each unit: those that were missed, and the others by the quarter in which their period ends.
pub(super) async fn due(tx: &mut Tx, asked: &Asked<'_>) -> Outcome<Vec<Found>> {
    let rules = Rules::read(tx).await?;
    let clock = |ends_on: NaiveDate| match rules.due(ends_on, &asked.calendar) {
        Some(due) => Clock::internal(Some(ends_on), due),
        None => Clock::open(Some(ends_on)),
    };
    let mut found = Vec::new();
    for (unit, stands) in &asked.stands {
        if let Some(first) = stands.due.missed_from {
            found.push(Found::of(*unit, stands.missed, clock(first)));
        }
        let mut quarters: BTreeMap<Quarter, BTreeMap<NaiveDate, i64>> = BTreeMap::new();
        for (ends_on, count) in &stands.due.rounds {
            quarters.entry(Quarter::of(*ends_on)).or_default().insert(*ends_on, *count);
        }
        for (quarter, days) in quarters {
            let rows = asked.by_state(*unit, &days, clock);
            found.extend(rows.into_iter().map(|found| found.in_period(quarter)));
        }
    }
    Ok(found)
}

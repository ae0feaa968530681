//! Plans that are agreed and approved (§34): within one working day from the later of the two they are to be on the phones.

use std::collections::BTreeMap;

use kandas_shared::{
    calendar::civil_date,
    deadline::{Clock, DeadlineState},
    ids::OrgUnitId,
};

use super::{Asked, Found};
use crate::{office::plan, refusal::Outcome, store::Tx};

/// Plans of each unit that wait to be published, by how they stand; one alone is named by its family.
pub(super) async fn due(tx: &mut Tx, asked: &Asked<'_>) -> Outcome<Vec<Found>> {
    let mut states: BTreeMap<(OrgUnitId, DeadlineState), Found> = BTreeMap::new();
    // The earliest first: theirs is the clock of all that stand alike.
    for of in plan::clocks(tx, &asked.keys(), asked.today).await? {
        let starts_on = Some(civil_date(of.approved_at));
        let clock = Clock { starts_on, target: of.due, legal: of.due };
        let state = clock.state(&asked.calendar, asked.today);
        let found = states.entry((of.unit, state)).or_insert_with(|| Found::of(of.unit, 0, clock));
        found.count += 1;
        found.subject = (found.count == 1).then_some(of.family.0);
    }
    Ok(states.into_values().collect())
}

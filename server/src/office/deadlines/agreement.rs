//! Plans that wait for the kandas, and those that he agreed to and the mobility centre has not approved (§34). The order names
//! no term for either: they are shown with the day since which they wait.

use std::collections::BTreeMap;

use kandas_shared::{calendar::civil_date, deadline::Clock, ids::OrgUnitId, plan_state::PlanState};

use super::{Asked, Found};
use crate::{office::plan, refusal::Outcome, store::Tx};

/// Final drafts that the kandas has not agreed to.
pub(super) async fn wanted(tx: &mut Tx, asked: &Asked<'_>) -> Outcome<Vec<Found>> {
    waiting(tx, asked, PlanState::FinalDraft).await
}

/// Plans that the head of the mobility centre has before him.
pub(super) async fn approval(tx: &mut Tx, asked: &Asked<'_>) -> Outcome<Vec<Found>> {
    waiting(tx, asked, PlanState::Agreed).await
}

/// Those of each unit together, by the one that has waited longest; one alone is named by its family.
async fn waiting(tx: &mut Tx, asked: &Asked<'_>, state: PlanState) -> Outcome<Vec<Found>> {
    let mut units: BTreeMap<OrgUnitId, Found> = BTreeMap::new();
    for (unit, family, since) in plan::waiting(tx, &asked.keys(), state).await? {
        let clock = Clock::open(Some(civil_date(since)));
        let found = units.entry(unit).or_insert_with(|| Found::of(unit, 0, clock));
        found.count += 1;
        found.subject = (found.count == 1).then_some(family.0);
    }
    Ok(units.into_values().collect())
}

//! Scores of centres (§47, A-28): by the 5th of the month after the quarter, target and legal date.

use std::collections::BTreeSet;

use kandas_shared::{
    assessment::{Clocks, ConclusionState},
    calendar::NamedDate,
    deadline::Clock,
    ids::OrgUnitId,
    pulled::OrgKind,
    quarter::Quarter,
};

use super::{Asked, Found};
use crate::{
    all,
    office::assessment::conclusion_of,
    refusal::Outcome,
    store::{StoreError, Tx},
};

/// How many centres have no scores for each quarter whose conclusion is not signed, the running quarter among them.
pub(super) async fn due(tx: &mut Tx, asked: &Asked<'_>) -> Outcome<Vec<Found>> {
    let mut found = Vec::new();
    for quarter in asked.quarters() {
        let state = conclusion_of(tx, quarter).await?.map(|(_, state)| state);
        if state.is_some_and(ConclusionState::is_fixed) {
            continue;
        }
        let name = quarter.to_string();
        let sql = "select org_unit from assessment_snapshot where quarter = $1";
        let frozen = all!(tx, (OrgUnitId,), sql, name).await?;
        let mut left: BTreeSet<OrgUnitId> =
            if frozen.is_empty() { assessed(asked) } else { of_these(asked, frozen) };
        let sql = "select distinct org_unit from assessment where quarter = $1";
        for (scored,) in all!(tx, (OrgUnitId,), sql, name).await? {
            left.remove(&scored);
        }
        let unit = asked.units.first().copied().filter(|_| asked.single);
        let count = i64::try_from(left.len()).unwrap_or(i64::MAX);
        found.push(Found::of(unit, count, clock(asked, quarter, |clocks| clocks.scores)).in_period(name));
    }
    Ok(found)
}

/// A clock of a quarter; without a date in the calendar nobody is late.
pub(super) fn clock(asked: &Asked<'_>, quarter: Quarter, of: impl Fn(Clocks) -> NamedDate) -> Clock {
    let start = Some(quarter.days().1);
    match Clocks::of(&asked.calendar, quarter) {
        Ok(clocks) => Clock::named(start, of(clocks)),
        Err(_) => Clock::open(start),
    }
}

fn of_these(asked: &Asked<'_>, units: Vec<(OrgUnitId,)>) -> BTreeSet<OrgUnitId> {
    let asked: BTreeSet<OrgUnitId> = asked.units.iter().copied().collect();
    units.into_iter().map(|(unit,)| unit).filter(|unit| asked.contains(unit)).collect()
}

/// Centres that are assessed as the store knows them now: those that have families, and mobility centres above them.
pub(super) fn assessed(asked: &Asked<'_>) -> BTreeSet<OrgUnitId> {
    let of_kind = |unit: OrgUnitId| asked.territory.unit(unit).map(|unit| unit.kind);
    let served: Vec<OrgUnitId> =
        asked.stands.iter().filter(|(_, stands)| stands.families > 0).map(|(unit, _)| *unit).collect();
    let above = asked.units.iter().filter(|unit| {
        let covers = |of: &OrgUnitId| asked.territory.covers(**unit, *of);
        of_kind(**unit) == Some(OrgKind::Ctm) && served.iter().any(covers)
    });
    let centres = served.iter().filter(|unit| of_kind(**unit) == Some(OrgKind::Cc));
    centres.chain(above).copied().collect()
}

/// The conclusions that there are, by their quarters.
pub(super) async fn conclusions(
    tx: &mut Tx,
    asked: &Asked<'_>,
) -> Result<Vec<(Quarter, Option<ConclusionState>)>, StoreError> {
    let mut found = Vec::new();
    for quarter in asked.quarters() {
        found.push((quarter, conclusion_of(tx, quarter).await?.map(|(_, state)| state)));
    }
    Ok(found)
}

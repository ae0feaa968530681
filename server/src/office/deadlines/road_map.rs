//! Road maps (§38) of this year and the next one: those that wait for signatures, and those of which copies are to be handed
//! over. The order names no term: the day to aim for is a setting.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    deadline::Clock,
    ids::{OrgUnitId, RoadMapId},
    kato::Kato,
    roadmap::{RoadMapHolder, RoadMapState},
};

use super::{Asked, Found};
use crate::{
    among,
    office::{
        policy::Right,
        road_map::{self, Place},
    },
    refusal::Outcome,
    store::{StoreError, Tx},
};

#[derive(sqlx::FromRow)]
struct Map {
    id: RoadMapId,
    org_unit: OrgUnitId,
    okrug: Kato,
    year: i32,
    settlements: String,
    submitted_at: Option<DateTime<Utc>>,
    target: Option<NaiveDate>,
    approved_at: Option<DateTime<Utc>>,
}

/// Maps that wait for signatures; the turn is theirs who have not signed.
pub(super) async fn signing(tx: &mut Tx, asked: &Asked<'_>) -> Outcome<Vec<Found>> {
    let maps = those(tx, asked, RoadMapState::Signing).await?;
    let own = RoadMapHolder::of(asked.user.role);
    let signed = if own.is_some() { signed(tx, &maps).await? } else { BTreeMap::new() };
    let mut found = Vec::new();
    for map in maps {
        let start = map.submitted_at.map(civil_date);
        let clock = match map.target {
            Some(target) => Clock::internal(start, target),
            None => Clock::open(start),
        };
        let has =
            |holder: RoadMapHolder| signed.get(&map.id).is_some_and(|holders| holders.contains(&holder));
        let mine = own.is_some_and(|own| !has(own));
        found.push(Found { mine: Some(mine), ..row(map, clock)? });
    }
    Ok(found)
}

/// Maps that all three have signed and somebody has no copy of.
pub(super) async fn copies(tx: &mut Tx, asked: &Asked<'_>) -> Outcome<Vec<Found>> {
    let maps = those(tx, asked, RoadMapState::Approved).await?;
    let mut found = Vec::new();
    for map in maps {
        let clock = Clock::open(map.approved_at.map(civil_date));
        found.push(row(map, clock)?);
    }
    Ok(found)
}

fn row(map: Map, clock: Clock) -> Result<Found, StoreError> {
    let places: BTreeSet<String> = serde_json::from_str(&map.settlements)
        .map_err(|error| StoreError::Damaged(format!("a road map: {error}")))?;
    let found = Found::of(map.org_unit, 1, clock).in_period(map.year);
    Ok(Found { subject: Some(map.id.0), places: places.into_iter().collect(), ..found })
}

/// Maps that stand so and that the user sees: an akim those of his land, whichever centre serves it.
async fn those(tx: &mut Tx, asked: &Asked<'_>, state: RoadMapState) -> Outcome<Vec<Map>> {
    let keys: Vec<(OrgUnitId,)> = match RoadMapHolder::of(asked.user.role) {
        Some(RoadMapHolder::Okrug | RoadMapHolder::Raion) => {
            asked.territory.all().into_iter().map(|unit| (unit,)).collect()
        }
        _ => asked.keys(),
    };
    let year = asked.today.year();
    let sql =
        "select m.id, m.org_unit, m.okrug, m.year, m.settlements, m.submitted_at, m.target, m.approved_at
        from road_map m where m.year >= $1 and m.year <= $2 and m.state = $3 and m.org_unit in (";
    let mut maps = among!(tx, Map, sql, keys, ")", year, year + 1, state).await?;
    maps.retain(|map| {
        let place = Place { unit: map.org_unit, okrug: map.okrug.clone() };
        road_map::may(asked.user, Right::RoadMap, &place, asked.territory).is_ok()
    });
    Ok(maps)
}

/// Who has signed these maps.
async fn signed(tx: &mut Tx, maps: &[Map]) -> Result<BTreeMap<RoadMapId, Vec<RoadMapHolder>>, StoreError> {
    let keys: Vec<(RoadMapId,)> = maps.iter().map(|map| (map.id,)).collect();
    let sql = "select s.map, s.holder from road_map_signature s where s.map in (";
    let mut signed: BTreeMap<RoadMapId, Vec<RoadMapHolder>> = BTreeMap::new();
    for (map, holder) in among!(tx, (RoadMapId, RoadMapHolder), sql, keys, ")").await? {
        signed.entry(map).or_default().push(holder);
    }
    Ok(signed)
}

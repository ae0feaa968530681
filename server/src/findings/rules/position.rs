//! Where the phone was: no position, a rough one, a made-up one, abroad, far from the family, too fast.

use kandas_shared::{
    evidence::{Position, PositionSource},
    finding::{Rule, Severity, Threshold},
};

use super::{figure, finding};
use crate::findings::{
    Finding,
    case::{Case, Way},
    place::{self, Place},
    settings::Thresholds,
};

/// What no way of travelling reaches: a speed of no time at all is shown as this.
const MOST_KMH: f64 = 9_999.0;

pub(super) fn judge(case: &Case, at: &Thresholds, found: &mut Vec<Finding>) {
    found.extend(mock(case));
    if let Some(way) = &case.way {
        found.extend(travel(way, at));
    }
    let Some(position) = &case.position else {
        found.extend(none(case));
        return;
    };
    found.extend(rough(position, at));
    found.extend(outside(position, at));
    found.extend(far(case, position, at));
}

fn place_of(position: &Position) -> Place {
    Place { lat: position.lat, lon: position.lon }
}

fn none(case: &Case) -> Option<Finding> {
    let reason = case.no_position.map(|reason| reason.as_str().into());
    case.asks_position.then(|| match reason {
        Some(reason) => {
            finding(Rule::NoPosition, Severity::Soon, [("how", "reason".into()), ("reason", reason)])
        }
        None => finding(Rule::NoPosition, Severity::Over, []),
    })
}

fn rough(position: &Position, at: &Thresholds) -> Option<Finding> {
    let most = at.get(Threshold::AccuracyM);
    if position.source == PositionSource::Entered {
        return Some(finding(Rule::PoorAccuracy, Severity::Soon, [("how", "entered".into())]));
    }
    (position.accuracy_m > most).then(|| {
        let params = [("accuracy_m", figure(position.accuracy_m, 0)), ("most_m", figure(most, 0))];
        finding(Rule::PoorAccuracy, Severity::Soon, params)
    })
}

fn mock(case: &Case) -> Option<Finding> {
    let of_pieces = case.evidence.iter().filter_map(|piece| piece.position.as_ref());
    let made_up = case.position.iter().chain(of_pieces).any(|position| position.mock);
    made_up.then(|| finding(Rule::MockLocation, Severity::Over, []))
}

fn outside(position: &Position, at: &Thresholds) -> Option<Finding> {
    let most = at.get(Threshold::OutsideKm);
    // How exact the position is comes on top: nobody is abroad because his phone knew little.
    let slack = if position.accuracy_m > 0.0 { position.accuracy_m.min(50_000.0) / 1_000.0 } else { 0.0 };
    place::is_outside(place_of(position), most + slack)?.then(|| {
        let params = [
            ("lat", figure(position.lat, 4)),
            ("lon", figure(position.lon, 4)),
            ("most_km", figure(most, 0)),
        ];
        finding(Rule::OutsideCountry, Severity::Over, params)
    })
}

fn far(case: &Case, position: &Position, at: &Thresholds) -> Option<Finding> {
    let fixes = at.get(Threshold::SettlementFixes);
    let settlement = case.home.settlement.as_str().into();
    let Some((origin, known)) = case.home.origin(number(fixes)) else {
        let params = [("settlement", settlement), ("fixes", figure(fixes, 0))];
        return Some(finding(Rule::SettlementUnknown, Severity::Good, params));
    };
    let most = at.get(Threshold::SettlementKm);
    let km = place_of(position).km_to(origin);
    (km - position.accuracy_m / 1_000.0 > most).then(|| {
        let params = [
            ("how", known.word().into()),
            ("settlement", settlement),
            ("km", figure(km, 0)),
            ("most_km", figure(most, 0)),
        ];
        finding(Rule::FarFromSettlement, Severity::Soon, params)
    })
}

fn travel(way: &Way, at: &Thresholds) -> Option<Finding> {
    let exact = at.get(Threshold::TravelAccuracyM);
    if way.from.accuracy_m >= exact || way.to.accuracy_m >= exact {
        return None;
    }
    let km = way.from.place.km_to(way.to.place);
    let most = at.get(Threshold::TravelKmh);
    let hours = (way.to.at - way.from.at).num_seconds().abs() as f64 / 3_600.0;
    let kmh = if hours > 0.0 { (km / hours).min(MOST_KMH) } else { MOST_KMH };
    (km > at.get(Threshold::TravelKm) && kmh > most).then(|| {
        let params = [
            ("km", figure(km, 1)),
            ("minutes", figure(hours * 60.0, 0)),
            ("kmh", figure(kmh, 0)),
            ("most_kmh", figure(most, 0)),
        ];
        finding(Rule::ImpossibleTravel, Severity::Over, params).of_other(way.other)
    })
}

pub(in crate::findings) fn number(value: f64) -> usize {
    value.clamp(0.0, 1e9) as usize
}

//! Places on the earth: distances, the middle of many, and whether a place lies in Kazakhstan.
//!
//! The borders come with the crate `country-boundaries` (© OpenStreetMap contributors, ODbL 1.0), exact to some hundred
//! metres: far less than the distance at which anything is said.

use std::sync::LazyLock;

use country_boundaries::{BOUNDARIES_ODBL_360X180, BoundingBox, CountryBoundaries, LatLon};

/// Mean radius of the earth.
const EARTH_KM: f64 = 6_371.0;
/// Kilometres of a degree of latitude.
const DEGREE_KM: f64 = 111.2;
/// Directions and rings in which the country is looked for around a place.
const DIRECTIONS: u32 = 32;
const RINGS: u32 = 8;

static BOUNDARIES: LazyLock<Option<CountryBoundaries>> =
    LazyLock::new(|| CountryBoundaries::from_reader(BOUNDARIES_ODBL_360X180).ok());

/// A place, degrees, WGS 84.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Place {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

impl Place {
    /// Whether there is such a place on the earth.
    #[must_use]
    pub fn is_real(self) -> bool {
        self.lat.abs() <= 90.0 && self.lon.abs() <= 180.0
    }

    /// Kilometres to another place on a sphere; exact to half a percent.
    #[must_use]
    pub fn km_to(self, other: Self) -> f64 {
        let (a, b) = (self.lat.to_radians(), other.lat.to_radians());
        let (across, along) = ((b - a) / 2.0, (other.lon - self.lon).to_radians() / 2.0);
        let h = across.sin().powi(2) + a.cos() * b.cos() * along.sin().powi(2);
        2.0 * EARTH_KM * h.clamp(0.0, 1.0).sqrt().asin()
    }

    /// The place so many kilometres away in a direction, radians from north.
    fn towards(self, direction: f64, km: f64) -> Self {
        let north = km * direction.cos() / DEGREE_KM;
        let narrow = self.lat.to_radians().cos().max(0.01);
        let east = km * direction.sin() / (DEGREE_KM * narrow);
        let lon = (self.lon + east + 540.0).rem_euclid(360.0) - 180.0;
        Self { lat: (self.lat + north).clamp(-90.0, 90.0), lon }
    }
}

/// The middle of many places: the median of each coordinate, which a few wrong ones do not move.
#[must_use]
pub fn middle(places: &[Place]) -> Option<Place> {
    let median = |mut values: Vec<f64>| {
        values.sort_unstable_by(f64::total_cmp);
        let half = values.len() / 2;
        let upper = *values.get(half)?;
        Some(if values.len() % 2 == 1 { upper } else { f64::midpoint(*values.get(half - 1)?, upper) })
    };
    let lat = median(places.iter().map(|place| place.lat).collect())?;
    Some(Place { lat, lon: median(places.iter().map(|place| place.lon).collect())? })
}

/// Whether no point within so many kilometres lies in Kazakhstan. None if that cannot be said.
#[must_use]
pub fn is_outside(place: Place, km: f64) -> Option<bool> {
    if !place.is_real() {
        return Some(true);
    }
    let boundaries = BOUNDARIES.as_ref()?;
    let is_in =
        |place: Place| LatLon::new(place.lat, place.lon).is_ok_and(|point| boundaries.is_in(point, "KZ"));
    if is_in(place) {
        return Some(false);
    }
    if km <= 0.0 {
        return Some(true);
    }
    if far_from_every_cell(boundaries, place, km) {
        return Some(true);
    }
    let near = (1..=RINGS).any(|ring| {
        let km = km * f64::from(ring) / f64::from(RINGS);
        (0..DIRECTIONS).any(|step| {
            let direction = std::f64::consts::TAU * f64::from(step) / f64::from(DIRECTIONS);
            is_in(place.towards(direction, km))
        })
    });
    Some(!near)
}

/// Whether the box around a place touches no cell of the map in which the country has a part: quickly said of nearly all.
fn far_from_every_cell(boundaries: &CountryBoundaries, place: Place, km: f64) -> bool {
    let (south, north) = (place.towards(std::f64::consts::PI, km), place.towards(0.0, km));
    let (east, west) =
        (place.towards(std::f64::consts::FRAC_PI_2, km), place.towards(-std::f64::consts::FRAC_PI_2, km));
    BoundingBox::new(south.lat, west.lon, north.lat, east.lon)
        .is_ok_and(|around| !boundaries.intersecting_ids(around).contains("KZ"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(lat: f64, lon: f64) -> Place {
        Place { lat, lon }
    }

    #[test]
    fn the_country_ends_some_way_behind_its_border() {
        // Astana; Omsk, 110 km from the border; Orenburg, 70 km; Tashkent, 14 km from it; Khorgos on the border.
        let twenty = |lat, lon| is_outside(at(lat, lon), 20.0).unwrap();
        assert!(!twenty(51.13, 71.43));
        assert!(twenty(54.99, 73.37));
        assert!(twenty(51.77, 55.10));
        assert!(!twenty(41.31, 69.28), "within 20 km of the border");
        assert!(is_outside(at(41.31, 69.28), 5.0).unwrap());
        assert!(!twenty(44.21, 80.41));
        assert!(twenty(0.0, 0.0), "what phones say who know nothing");
        assert!(twenty(910.0, 3.0), "no such place");
        assert!(twenty(55.75, 37.62) && twenty(-33.9, 151.2) && twenty(90.0, 0.0));
    }

    #[test]
    fn distances_are_those_of_the_map() {
        // Astana to Almaty: 972 km.
        assert!((at(51.16, 71.47).km_to(at(43.24, 76.91)) - 972.0).abs() < 5.0);
        assert!(at(51.0, 71.0).km_to(at(51.0, 71.0)) < 1e-9);
    }

    #[test]
    fn one_wrong_place_does_not_move_the_middle() {
        let places = [at(51.0, 71.0), at(51.01, 71.02), at(51.02, 71.01), at(0.0, 0.0)];
        let middle = middle(&places).unwrap();
        assert!(middle.km_to(at(51.0, 71.0)) < 3.0, "{middle:?}");
        assert_eq!(super::middle(&[]), None);
    }

    proptest! {
        #[test]
        fn distance_is_the_same_both_ways_and_never_more_than_half_the_earth(
            a in (-90.0_f64..90.0, -180.0_f64..180.0), b in (-90.0_f64..90.0, -180.0_f64..180.0)
        ) {
            let (a, b) = (at(a.0, a.1), at(b.0, b.1));
            prop_assert!((a.km_to(b) - b.km_to(a)).abs() < 1e-6);
            prop_assert!(a.km_to(b) <= EARTH_KM * std::f64::consts::PI + 1e-6);
        }

        #[test]
        fn going_somewhere_takes_that_far(lat in 40.0_f64..55.0, lon in 46.0_f64..87.0, turn in 0.0_f64..std::f64::consts::TAU) {
            let gone = at(lat, lon).towards(turn, 20.0);
            prop_assert!((at(lat, lon).km_to(gone) - 20.0).abs() < 0.5);
        }

        #[test]
        fn more_slack_never_makes_a_place_foreign(lat in 38.0_f64..58.0, lon in 44.0_f64..90.0) {
            let place = at(lat, lon);
            prop_assert!(is_outside(place, 5.0).unwrap() || !is_outside(place, 20.0).unwrap());
        }
    }
}

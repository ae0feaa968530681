//! Distances on the ground, good enough for "12 km".

use super::view::Place;

/// Metres between two places on a sphere (haversine; wrong by at most half a per cent).
#[must_use]
pub fn metres(a: Place, b: Place) -> f64 {
    const EARTH: f64 = 6_371_008.8;
    let (lat_a, lat_b) = (a.lat.to_radians(), b.lat.to_radians());
    let half_lat = ((lat_b - lat_a) / 2.0).sin();
    let half_lon = ((b.lon - a.lon).to_radians() / 2.0).sin();
    let h = half_lat * half_lat + lat_a.cos() * lat_b.cos() * half_lon * half_lon;
    2.0 * EARTH * h.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_is_a_hundred_and_eleven_kilometres() {
        let at = |lat, lon| Place { lat, lon };
        assert!((metres(at(53.0, 63.0), at(54.0, 63.0)) - 111_195.0).abs() < 10.0);
        // Astana to Almaty, some 970 km.
        assert!((metres(at(51.1694, 71.4491), at(43.2567, 76.9286)) - 973_000.0).abs() < 10_000.0);
        assert!(metres(at(53.0, 63.0), at(53.0, 63.0)) < 1e-6);
    }
}

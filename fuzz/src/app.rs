//! What the phone reads from strangers, as a plain function: what cameras write into their files.

use kandas_app::media;

/// EXIF of a picture, index of a film. Never fails; what it tells fits into a record.
pub fn summary(data: &[u8]) {
    let Some((_, summary)) = media::summarise(data) else { return };
    let (lat, lon) = (summary.lat, summary.lon);
    assert_eq!(lat.is_some(), lon.is_some(), "half a place");
    assert!(lat.is_none_or(|degrees| degrees.abs() <= 90.0), "{lat:?}");
    assert!(lon.is_none_or(|degrees| degrees.abs() <= 180.0), "{lon:?}");
    for word in [&summary.make, &summary.model].into_iter().flatten() {
        assert!(word.chars().count() <= 64 && !word.chars().any(char::is_control), "{word:?}");
    }
    assert!(summary.unreadable.as_ref().is_none_or(|why| why.chars().count() <= 200));
    assert!(summary.orientation.is_none_or(|turn| (1..=8).contains(&turn)));
    // It must survive the way into the signed record and back.
    let text = serde_json::to_string(&summary).expect("a summary is plain data");
    let again: kandas_shared::evidence::Summary = serde_json::from_str(&text).expect("what we wrote");
    assert_eq!(again, summary);
}

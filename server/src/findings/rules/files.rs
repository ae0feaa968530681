//! What the files say: the camera's own place and time, and files that prove something for another family too.

use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDateTime, TimeDelta};
use kandas_shared::{
    evidence::{EvidenceKind, Source},
    finding::{Rule, Severity, Threshold},
    locale,
};

use super::{figure, finding, position::number};
use crate::findings::{
    Finding,
    case::{Alike, Case, Piece},
    place::Place,
    settings::Thresholds,
};

/// Where a phone's offset is nonsense, its clock is read in the country's own.
const COUNTRY_OFFSET_S: i32 = 5 * 3_600;

pub(super) fn judge(case: &Case, at: &Thresholds, found: &mut Vec<Finding>) {
    for piece in &case.evidence {
        found.extend(place(case, piece, at));
        found.extend(time(case, piece, at));
    }
    let same = case.alike.iter().filter(|alike| alike.bits.is_none() && elsewhere(case, alike));
    let mut others: Vec<_> = same.clone().map(|alike| alike.other).collect();
    for alike in one_each(same).take(number(at.get(Threshold::MostOthers))) {
        found.push(of_files(Rule::SameFile, alike).of_other(alike.other));
    }
    // Whoever has the very same file need not be told that it looks the same.
    others.sort_unstable();
    let near = near(case, at).filter(|alike| {
        others.binary_search(&alike.other).is_err()
            && alike.likeness.is_none_or(|percent| percent >= at.get(Threshold::NearPercent))
    });
    let mut near: Vec<_> = near.collect();
    near.sort_by_key(|alike| (alike.likeness.is_none(), alike.bits, alike.other));
    for alike in one_each(near.into_iter()).take(number(at.get(Threshold::MostOthers))) {
        found.push(nearly(alike));
    }
}

/// Photos whose marks are near those of photos for other families: what deserves a second look.
pub(super) fn near<'a>(case: &'a Case, at: &Thresholds) -> impl Iterator<Item = &'a Alike> {
    let most = at.get(Threshold::NearBits);
    case.alike.iter().filter(move |alike| {
        elsewhere(case, alike)
            && alike.bits.is_some_and(|(bits, _)| f64::from(bits) <= most)
            && [alike.own.kind, alike.theirs.kind] == [EvidenceKind::Photo; 2]
    })
}

fn nearly(alike: &Alike) -> Finding {
    // Marks alone may be near by chance: that leads no queue.
    let severity = if alike.likeness.is_some() { Severity::Over } else { Severity::Soon };
    let mut near = Finding { severity, ..of_files(Rule::NearDuplicate, alike).of_other(alike.other) };
    if let Some((bits, of)) = alike.bits {
        near.params.insert("bits".into(), bits.into());
        near.params.insert("of".into(), of.into());
    }
    if let Some(percent) = alike.likeness {
        near.params.insert("how".into(), "seen".into());
        near.params.insert("percent".into(), figure(percent.floor(), 0));
    }
    near
}

/// For another family, and not by the same press of the shutter: one photo may show two families.
fn elsewhere(case: &Case, alike: &Alike) -> bool {
    alike.theirs.family.is_some_and(|family| family != case.family)
        && alike.own.capture != alike.theirs.capture
}

/// The first of each other record.
fn one_each<'a>(alike: impl Iterator<Item = &'a Alike>) -> impl Iterator<Item = &'a Alike> {
    let mut seen = std::collections::BTreeSet::new();
    alike.filter(move |alike| seen.insert(alike.other))
}

fn of_files(rule: Rule, alike: &Alike) -> Finding {
    let params = [
        ("evidence", alike.own.evidence.to_string().into()),
        ("other_evidence", alike.theirs.evidence.to_string().into()),
    ];
    finding(rule, Severity::Over, params)
}

fn place(case: &Case, piece: &Piece, at: &Thresholds) -> Option<Finding> {
    let (lat, lon) = (piece.summary.lat?, piece.summary.lon?);
    let of_piece = piece.position.as_ref().filter(|_| piece.source == Source::Captured);
    let phone = of_piece.or(case.position.as_ref())?;
    let km = Place { lat, lon }.km_to(Place { lat: phone.lat, lon: phone.lon });
    let most = at.get(Threshold::ExifKm);
    (km - phone.accuracy_m.max(0.0) / 1_000.0 > most).then(|| {
        let params = [
            ("evidence", piece.evidence.to_string().into()),
            ("km", figure(km, 1)),
            ("most_km", figure(most, 1)),
            ("lat", figure(lat, 4)),
            ("lon", figure(lon, 4)),
        ];
        finding(Rule::ExifPlace, Severity::Soon, params)
    })
}

fn time(case: &Case, piece: &Piece, at: &Thresholds) -> Option<Finding> {
    let written = piece.summary.taken_at.as_deref()?;
    if !(1..=9_999).contains(&piece.taken.wall.year()) {
        // A clock of another age says nothing, and its local time may be none at all.
        return None;
    }
    let offset = FixedOffset::east_opt(piece.taken.offset_s).or(FixedOffset::east_opt(COUNTRY_OFFSET_S))?;
    let phone = piece.taken.wall.with_timezone(&offset);
    // A file with an offset says a moment; without one it says what its clock showed.
    let file = match DateTime::parse_from_rfc3339(written) {
        Ok(moment) => moment.with_timezone(&offset).naive_local(),
        Err(_) => NaiveDateTime::parse_from_str(written, "%Y-%m-%dT%H:%M:%S%.f").ok()?,
    };
    let minute = |time: NaiveDateTime| time.format("%d.%m.%Y %H:%M").to_string();
    let (how, apart, most, file_says, phone_says) = match piece.source {
        Source::Captured => {
            let most = minutes(at.get(Threshold::ExifMinutes));
            ("captured", (file - phone.naive_local()).abs(), most, minute(file), minute(phone.naive_local()))
        }
        Source::Attached => {
            let most = minutes(at.get(Threshold::ExifDays) * 1_440.0);
            let days = (file.date() - case.done_on).abs();
            ("attached", days, most, locale::date(file.date()), locale::date(case.done_on))
        }
    };
    (apart > most).then(|| {
        let params = [
            ("how", how.into()),
            ("evidence", piece.evidence.to_string().into()),
            ("file", file_says.into()),
            ("phone", phone_says.into()),
        ];
        finding(Rule::ExifTime, Severity::Soon, params)
    })
}

fn minutes(value: f64) -> TimeDelta {
    let minutes = i64::try_from(number(value)).unwrap_or(i64::MAX);
    TimeDelta::try_minutes(minutes).unwrap_or(TimeDelta::MAX)
}

//! What the camera wrote into its file: EXIF of pictures, the index of films. A cross-check only.

use std::{
    io::{self, BufRead, BufReader, Cursor, Seek},
    panic::{AssertUnwindSafe, catch_unwind},
};

use exif::{Exif, In, Rational, Tag, Value};
use kandas_shared::evidence::Summary;
use nom_exif::{EntryValue, MediaParser, MediaSource, TrackInfoTag};

use super::{Format, ReadSeek};

/// Longest text that is taken over from a camera.
const MOST_TEXT: usize = 64;

/// Reads the summary of a file that `open` opens. Never fails: what cannot be read is said in `unreadable`.
pub(super) fn read(format: Format, open: impl FnOnce() -> io::Result<Box<dyn ReadSeek>>) -> Summary {
    guarded(|| match format {
        Format::Pdf => Ok(Summary::default()),
        Format::Mp4 | Format::Mov | Format::ThreeGp | Format::Matroska => {
            track(MediaSource::seekable(open().map_err(text)?).map_err(text)?)
        }
        _ => picture(&mut BufReader::new(open().map_err(text)?)),
    })
}

/// As [`read`], of a picture in memory.
pub(super) fn read_bytes(bytes: &[u8]) -> Summary {
    guarded(|| picture(&mut Cursor::new(bytes)))
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Readers are made to survive bad input; if one does not, that is one more unreadable file.
fn guarded(read: impl FnOnce() -> Result<Summary, String>) -> Summary {
    let unreadable =
        |why: String| Summary { unreadable: Some(why.chars().take(200).collect()), ..Summary::default() };
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(summary)) => summary,
        Ok(Err(why)) => unreadable(why),
        Err(_) => unreadable("the reader failed".into()),
    }
}

fn picture(source: &mut (impl BufRead + Seek)) -> Result<Summary, String> {
    let mut why = None;
    let read = exif::Reader::new().continue_on_error(true).read_from_container(source);
    let exif = match read {
        Ok(exif) => exif,
        // A picture without any EXIF is not unreadable, it says nothing.
        Err(exif::Error::NotFound(_)) => return Ok(Summary::default()),
        Err(error) => error
            .distill_partial_result(|errors| {
                why = Some(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "));
            })
            .map_err(text)?,
    };
    let number = |tag| exif.get_field(tag, In::PRIMARY).and_then(|field| field.value.get_uint(0));
    let orientation =
        number(Tag::Orientation).and_then(|n| u8::try_from(n).ok()).filter(|n| (1..=8).contains(n));
    let unreadable = why.map(|why| why.chars().take(200).collect());
    let (lat, lon) = place(
        degrees(&exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, b'S', 90.0),
        degrees(&exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, b'W', 180.0),
    );
    Ok(Summary {
        taken_at: taken_at(&exif),
        lat,
        lon,
        make: word(&exif, Tag::Make),
        model: word(&exif, Tag::Model),
        orientation,
        width: number(Tag::PixelXDimension),
        height: number(Tag::PixelYDimension),
        duration_ms: None,
        unreadable,
    })
}

fn ascii(exif: &Exif, tag: Tag) -> Option<Vec<u8>> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(parts) => parts.first().cloned(),
        _ => None,
    }
}

fn word(exif: &Exif, tag: Tag) -> Option<String> {
    clean(&String::from_utf8_lossy(&ascii(exif, tag)?))
}

fn clean(text: &str) -> Option<String> {
    let clean: String =
        text.trim_matches(['\0', ' ']).chars().filter(|c| !c.is_control()).take(MOST_TEXT).collect();
    (!clean.trim().is_empty()).then(|| clean.trim().to_owned())
}

fn taken_at(exif: &Exif) -> Option<String> {
    let mut time = [Tag::DateTimeOriginal, Tag::DateTimeDigitized, Tag::DateTime]
        .into_iter()
        .find_map(|tag| exif::DateTime::from_ascii(&ascii(exif, tag)?).ok())?;
    if let Some(offset) = ascii(exif, Tag::OffsetTimeOriginal) {
        // An unreadable offset leaves the local time, which stands by itself.
        let _ = time.parse_offset(&offset);
    }
    let in_range = (1..=12).contains(&time.month) && (1..=31).contains(&time.day) && time.hour < 24;
    if time.year == 0 || !in_range {
        return None;
    }
    let mut at = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        time.year, time.month, time.day, time.hour, time.minute, time.second
    );
    if let Some(offset) = time.offset {
        let sign = if offset < 0 { '-' } else { '+' };
        let offset = offset.unsigned_abs();
        at.push_str(&format!("{sign}{:02}:{:02}", offset / 60, offset % 60));
    }
    Some(at)
}

fn degrees(exif: &Exif, tag: Tag, reference: Tag, negative: u8, most: f64) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let part = |n: usize| parts.get(n).filter(|r: &&Rational| r.denom != 0).map(Rational::to_f64);
    let size = part(0)? + part(1).unwrap_or(0.0) / 60.0 + part(2).unwrap_or(0.0) / 3_600.0;
    // Without a side of the equator or of Greenwich the number means nothing.
    let side = ascii(exif, reference)?.first().copied()?;
    let degrees = if side == negative { -size } else { size };
    (degrees.is_finite() && degrees.abs() <= most).then(|| (degrees * 1e6).round() / 1e6)
}

/// Both numbers or none. Cameras without a fix write 0, 0, which is a place in the Gulf of Guinea.
fn place(lat: Option<f64>, lon: Option<f64>) -> (Option<f64>, Option<f64>) {
    match (lat, lon) {
        (Some(lat), Some(lon)) if lat != 0.0 || lon != 0.0 => (Some(lat), Some(lon)),
        _ => (None, None),
    }
}

fn track(source: MediaSource<Box<dyn ReadSeek>>) -> Result<Summary, String> {
    let info = MediaParser::new().parse_track(source).map_err(text)?;
    let words = |tag| info.get(tag).and_then(EntryValue::as_str).and_then(clean);
    let number = |tag| info.get(tag).and_then(EntryValue::as_u32);
    let fix = info.gps_info();
    let finite = |degrees: Option<f64>| degrees.filter(|d| d.is_finite());
    let (lat, lon) = place(
        finite(fix.and_then(|p| p.latitude_decimal())),
        finite(fix.and_then(|p| p.longitude_decimal())),
    );
    Ok(Summary {
        taken_at: info.get(TrackInfoTag::CreateDate).and_then(EntryValue::as_datetime).map(|at| {
            match at.aware() {
                Some(at) => at.format("%Y-%m-%dT%H:%M:%S%:z").to_string(),
                None => at.into_naive().format("%Y-%m-%dT%H:%M:%S").to_string(),
            }
        }),
        lat,
        lon,
        make: words(TrackInfoTag::Make),
        model: words(TrackInfoTag::Model),
        orientation: None,
        width: number(TrackInfoTag::Width),
        height: number(TrackInfoTag::Height),
        duration_ms: info.get(TrackInfoTag::DurationMs).and_then(EntryValue::as_u64),
        unreadable: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_without_a_fix_says_no_place() {
        assert_eq!(place(Some(0.0), Some(0.0)), (None, None));
        assert_eq!(place(Some(52.3), None), (None, None));
        assert_eq!(place(Some(0.0), Some(76.9)), (Some(0.0), Some(76.9)));
    }

    #[test]
    fn rubbish_is_unreadable_and_no_exif_is_not() {
        let jpeg =
            [0xff, 0xd8, 0xff, 0xe1, 0, 16, b'E', b'x', b'i', b'f', 0, 0, b'?', b'?', 0, 0, 0, 0, 0xff, 0xd9];
        assert!(read_bytes(&jpeg).unreadable.is_some());
        assert_eq!(read_bytes(&[0xff, 0xd8, 0xff, 0xd9]).unreadable, None);
    }
}

//! Signatures on paper: an akim may sign the printed road map by hand (requirements §2.1). Whoever keeps the maps of the centre
//! enters it: the scan, who signed in which position and when, and what stands at the foot of the paper, so that nobody enters
//! the paper of another version.
//!
//! The file is one PDF or picture. It is put into the media store first and durable there; then the journal says so, in one
//! transaction with the signature. If it cannot, the file goes again. A scan shows families of the map: it goes when one of
//! them is erased, and none is taken of a map from which somebody was erased, for the paper may still show him.

use std::io::Cursor;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::NaiveDate;
use image::ImageReader;
use kandas_shared::{
    hash::Digest,
    ids::RoadMapId,
    problem::ProblemCode,
    pulled::User,
    roadmap::{self, RoadMapHolder},
    time::micros,
};

use super::making::{Standing, fact, impossible, named, signable, signature, within};
use crate::{
    chance,
    facts::{Event, OnPaper, RoadMapScanned, RoadMapSigned},
    journal,
    media::Objects,
    one, opt,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::{StoreError, Tx},
};

/// Most bytes of a scan.
pub const MOST: usize = 8 << 20;

/// What somebody enters.
#[derive(Clone, Debug)]
pub struct Entered {
    /// Whose signature it is.
    pub holder: RoadMapHolder,
    /// Name of who signed.
    pub name: String,
    /// His position.
    pub post: String,
    /// When.
    pub signed_on: NaiveDate,
    /// The first digits of the hash at the foot of the paper, at least eight.
    pub digest: String,
    /// The scan: base64 of a PDF, JPEG or PNG of at most [`MOST`] bytes.
    pub file: String,
}

/// Takes a signature on paper into custody.
///
/// # Errors
/// `not-found`, `road-map-impossible`, `words-missing`, `out-of-range`, `paper-differs`, `file-unusable`, `body-too-large`,
/// `storage-full`.
pub async fn enter(state: &AppState, by: &User, id: RoadMapId, entered: Entered) -> Outcome<()> {
    let Entered { holder, name, post, signed_on, digest, file } = entered;
    let paper = OnPaper { name: named(&name)?, post: named(&post)?, signed_on };
    // What cannot be entered is not kept.
    let mut tx = state.store.read().await?;
    let found = enterable(&mut tx, id, holder).await?;
    drop(tx);
    if !roadmap::is_of_paper(&digest, &found.sha256) {
        return Err(ProblemCode::PaperDiffers.into());
    }
    within(signed_on, found.drafted_at, state.clock.wall())?;
    let read = tokio::task::spawn_blocking(move || read(&file)).await.map_err(Refusal::fault)?;
    let (bytes, media_type) = read?;

    let sha256 = Digest::of(&bytes);
    let object = Objects::road_map_key(id, chance::bytes(state.chance.as_ref()));
    state.media.keep(&object, &bytes, sha256).await?;
    let scanned = RoadMapScanned {
        map: id,
        holder,
        sha256,
        size: bytes.len() as u64,
        media_type: media_type.into(),
        object: object.clone(),
    };
    let written = write(state, by, scanned, paper).await;
    if let Err(refusal) = &written
        // Nobody knows whether it is in custody: then it stays.
        && refusal.code() != ProblemCode::UnknownCommit
        && let Err(error) = state.media.objects().remove(&object).await
    {
        tracing::warn!(%error, "a scan that could not be entered stays in the media store");
    }
    written
}

async fn write(state: &AppState, by: &User, scanned: RoadMapScanned, paper: OnPaper) -> Outcome<()> {
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    enterable(&mut tx, scanned.map, scanned.holder).await?;
    let signed = signature(&mut tx, scanned.map, scanned.holder, by).await?;
    let signed = RoadMapSigned { paper: Some(paper), ..signed };
    let facts = vec![fact(by, Event::RoadMapScanned(scanned)), fact(by, Event::RoadMapSigned(signed))];
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    Ok(tx.commit().await?)
}

async fn enterable(tx: &mut Tx, id: RoadMapId, holder: RoadMapHolder) -> Outcome<Standing> {
    let (found, _) = signable(tx, id, holder).await?;
    let (rows,) = one!(tx, (i64,), "select count(*) from road_map_row where map = $1", id).await?;
    if rows < found.entries {
        return Err(impossible("somebody in it was erased since: another version must follow"));
    }
    Ok(found)
}

/// The file and its type.
///
/// # Errors
/// `bad-request`, `body-too-large`, `file-unusable`.
pub fn read(file: &str) -> Outcome<(Vec<u8>, &'static str)> {
    // Four letters for three bytes.
    if file.len() / 4 * 3 > MOST + 3 {
        return Err(ProblemCode::BodyTooLarge.into());
    }
    let bytes = STANDARD
        .decode(file)
        .map_err(|_| Refusal::because(ProblemCode::BadRequest, "the file is not in base64"))?;
    if bytes.len() > MOST {
        return Err(ProblemCode::BodyTooLarge.into());
    }
    let media_type = kind_of(&bytes).ok_or(ProblemCode::FileUnusable)?;
    Ok((bytes, media_type))
}

/// What a file is by its content, if it is one that can be kept, and whole by its end.
#[must_use]
pub fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    let ends = |with: &[u8]| {
        let tail = bytes.get(bytes.len().saturating_sub(2_048)..).unwrap_or_default();
        tail.windows(with.len()).any(|part| part == with)
    };
    let (media_type, whole) = if bytes.starts_with(b"%PDF-") {
        return ends(b"%%EOF").then_some("application/pdf");
    } else if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        ("image/jpeg", ends(&[0xFF, 0xD9]))
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        ("image/png", ends(b"IEND"))
    } else {
        return None;
    };
    let picture = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let (width, height) = picture.into_dimensions().ok()?;
    (whole && width > 0 && height > 0).then_some(media_type)
}

/// A scan as it lies in the media store.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Scan {
    /// Its type.
    pub media_type: String,
    /// Its bytes.
    pub size: i64,
    /// Key in the media store.
    pub object: String,
}

/// The scan of somebody's signature; none if there is none, or it was erased.
///
/// # Errors
/// When the database does not answer.
pub async fn scan(tx: &mut Tx, map: RoadMapId, holder: RoadMapHolder) -> Result<Option<Scan>, StoreError> {
    let sql = "select media_type, size, object from road_map_scan where map = $1 and holder = $2";
    opt!(tx, Scan, sql, map, holder).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(format: image::ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image::RgbImage::new(8, 8).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_file_is_what_its_content_says() {
        let (jpeg, png) = (picture(image::ImageFormat::Jpeg), picture(image::ImageFormat::Png));
        let pdf = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n".to_vec();
        let cut = |bytes: &[u8]| bytes[..bytes.len() - 12].to_vec();
        let table: [(&str, &[u8], Option<&str>); 10] = [
            ("jpeg", &jpeg, Some("image/jpeg")),
            ("png", &png, Some("image/png")),
            ("pdf", &pdf, Some("application/pdf")),
            ("a cut jpeg", &cut(&jpeg), None),
            ("a cut png", &cut(&png), None),
            ("a cut pdf", &cut(&pdf), None),
            ("only how a jpeg begins", &[0xFF, 0xD8, 0xFF, 0xE0, 0xFF, 0xD9], None),
            ("an archive", b"PK\x03\x04 and more of it", None),
            ("a page", b"<html><script>alert(1)</script></html>", None),
            ("nothing", b"", None),
        ];
        for (name, bytes, expected) in table {
            assert_eq!(kind_of(bytes), expected, "{name}");
        }
    }

    #[test]
    fn a_file_may_not_be_too_large() {
        let mut pdf = b"%PDF-1.7\n".to_vec();
        pdf.resize(MOST - 6, b' ');
        pdf.extend(b"%%EOF\n");
        assert_eq!(read(&STANDARD.encode(&pdf)).unwrap().1, "application/pdf");
        pdf.push(b'\n');
        assert_eq!(read(&STANDARD.encode(&pdf)).unwrap_err().code(), ProblemCode::BodyTooLarge);
        assert_eq!(read("қ").unwrap_err().code(), ProblemCode::BadRequest);
        assert_eq!(read(&STANDARD.encode("text")).unwrap_err().code(), ProblemCode::FileUnusable);
    }
}

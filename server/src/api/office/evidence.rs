//! Files of evidence for those who may see the case, whole or by range.

use std::ops::Range;

use axum::{
    body::Body,
    extract::{Path, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE,
            RANGE,
        },
    },
    response::{IntoResponse, Response},
};
use kandas_shared::{
    evidence::{EvidenceKind, FileRef, Part},
    ids::EvidenceId,
    problem::{Problem, ProblemCode},
};

use super::seat::Seat;
use crate::{
    access::{self, Action},
    office::{item, policy::Right},
    refusal::{Outcome, Refusal},
    state::AppState,
};

/// Types that a browser shows; anything else is handed out to be saved.
const SHOWN: &[&str] =
    &["image/jpeg", "image/png", "image/webp", "video/mp4", "video/quicktime", "video/webm"];

/// A file of evidence as it came.
#[utoipa::path(get, path = "/api/evidence/{evidence}/{part}", tag = "cases",
    params(("evidence" = EvidenceId, Path), ("part" = Part, Path)), responses(
    (status = 200, content_type = "application/octet-stream", description = "the file"),
    (status = 206, content_type = "application/octet-stream", description = "a range of it"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn file(
    State(state): State<AppState>,
    seat: Seat,
    Path((evidence, part)): Path<(EvidenceId, Part)>,
    headers: HeaderMap,
) -> Outcome<Response> {
    let mut tx = state.store.read().await?;
    let found = item::file_of(&mut tx, evidence, part).await?;
    drop(tx);
    // A signature is a picture of a person's hand, a document may hold a number that is masked elsewhere.
    let right = match &found {
        Some(file) if file.of_consent => Right::Consent,
        Some(file) if file.kind == EvidenceKind::Document => Right::Scans,
        _ => Right::Evidence,
    };
    seat.allow(&state, right, found.as_ref().and_then(|file| file.org_unit)).await?;
    let found = found.ok_or(ProblemCode::EvidenceUnknown)?;
    if found.org_unit.is_none() {
        // Of no family that is known here: nobody's territory covers it.
        return Err(ProblemCode::EvidenceUnknown.into());
    }
    let object = found.object.as_deref().ok_or(ProblemCode::EvidenceUnknown)?;
    let action = Action::File(FileRef { evidence, part });
    access::note(&state.store, state.clock.wall(), action, found.reading(seat.0.user.id)).await?;
    let size = found.bytes();
    let range = asked(&headers, size);
    let span = range.clone().unwrap_or(0..size);
    let stream = state.media.objects().read_range(object, span.clone()).await.map_err(Refusal::storage)?;
    let mut response = Body::from_stream(stream).into_response();
    let to = response.headers_mut();
    describe(to, &found.media_type, &format!("{evidence}.{part}"));
    to.insert(CONTENT_LENGTH, HeaderValue::from(span.end - span.start));
    if range.is_some() {
        let text = format!("bytes {}-{}/{size}", span.start, span.end - 1);
        to.insert(CONTENT_RANGE, HeaderValue::from_str(&text).map_err(Refusal::fault)?);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// Says of a file what it is; `name` (an id and fixed words) is that under which it is saved.
pub(super) fn describe(to: &mut HeaderMap, media_type: &str, name: &str) {
    let shown = SHOWN.contains(&media_type);
    let content_type =
        HeaderValue::from_str(media_type).ok().filter(|_| shown || media_type == "application/pdf");
    to.insert(CONTENT_TYPE, content_type.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    to.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    to.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    // Whatever it is, it runs nothing.
    let policy = HeaderValue::from_static("default-src 'none'; sandbox");
    to.insert(HeaderName::from_static("content-security-policy"), policy);
    if !shown {
        let name = format!("attachment; filename=\"{name}\"");
        if let Ok(name) = HeaderValue::from_str(&name) {
            to.insert(CONTENT_DISPOSITION, name);
        }
    }
}

/// The one range that is asked for, if it lies in the file; several, or none of it, are answered with the whole.
fn asked(headers: &HeaderMap, size: u64) -> Option<Range<u64>> {
    let text = headers.get(RANGE)?.to_str().ok()?.strip_prefix("bytes=")?;
    let (from, to) = text.split_once('-')?;
    let (start, end) = if from.is_empty() {
        (size.saturating_sub(to.parse().ok()?), size)
    } else {
        let end = if to.is_empty() { size } else { to.parse::<u64>().ok()?.checked_add(1)?.min(size) };
        (from.parse().ok()?, end)
    };
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        let ask = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RANGE, HeaderValue::from_str(text).unwrap());
            asked(&headers, 100)
        };
        assert_eq!(ask("bytes=0-"), Some(0..100));
        assert_eq!(ask("bytes=10-19"), Some(10..20));
        assert_eq!(ask("bytes=90-400"), Some(90..100));
        assert_eq!(ask("bytes=-5"), Some(95..100));
        assert_eq!(ask("bytes=-500"), Some(0..100));
        for whole in ["bytes=100-", "bytes=5-4", "bytes=0-1,4-5", "items=0-1", "bytes=-0", "bytes=x-"] {
            assert_eq!(ask(whole), None, "{whole}");
        }
    }
}

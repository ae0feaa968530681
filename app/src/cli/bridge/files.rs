//! Pictures, videos and papers over HTTP: brought as a stream, shown as a stream with byte ranges. Never as JSON, never
//! whole in memory.

use std::io::{self, Read as _};

use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt as _, stream};
use kandas_app::{
    face::{
        self,
        call::{Problem, ProblemWord},
        range::Range,
        view::{AttachAnswer, Fix},
    },
    store::draft::DraftId,
};
use kandas_shared::{
    evidence::{EvidenceKind, Part, Source},
    ids::{CaptureId, EvidenceId},
};
use serde::Deserialize;
use tokio::io::AsyncWriteExt as _;

use super::{Desk, refuse};

const PIECE: usize = 64 * 1024;

/// How a file comes in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Brought {
    kind: Option<EvidenceKind>,
    source: Source,
    name: Option<String>,
    page: Option<u16>,
    capture: Option<CaptureId>,
    replaces: Option<EvidenceId>,
    /// JSON of a [`Fix`].
    position: Option<String>,
}

pub(super) async fn bring(
    State(desk): State<Desk>,
    Path(draft): Path<DraftId>,
    Query(brought): Query<Brought>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    match take(&desk, draft, brought, length.unwrap_or(0), body).await {
        Ok(answer) => Json(answer).into_response(),
        Err(problem) => refuse(problem),
    }
}

async fn take(
    desk: &Desk,
    draft: DraftId,
    brought: Brought,
    length: u64,
    body: Body,
) -> Result<AttachAnswer, Problem> {
    let fix: Option<Fix> = match &brought.position {
        None => None,
        Some(text) => {
            let read = serde_json::from_str(text);
            Some(read.map_err(|error| Problem::new(ProblemWord::BadRequest, &format!("position: {error}")))?)
        }
    };
    let bringing = desk.face.begin_bringing(draft, brought.name.as_deref()).await?;
    let room = desk.face.app().free_space_check().await?;
    // What is brought, and the original, copy and small picture made of it.
    let needed = room.reserve.saturating_add(length.saturating_mul(3));
    if room.free < needed {
        return Ok(AttachAnswer::NoRoom { free: room.free, needed });
    }
    if let Err(error) = write(&bringing.path, body).await {
        // The browser has gone, or the disk is full; it has the file still.
        let _ = tokio::fs::remove_file(&bringing.path).await;
        tracing::warn!(%error, "a file did not come whole");
        return Err(Problem::new(ProblemWord::NotNow, "the file did not come whole"));
    }
    let how = face::how(
        brought.kind,
        brought.source,
        fix.as_ref(),
        brought.page,
        brought.capture,
        brought.replaces,
    );
    desk.face.bring(bringing, draft, how).await
}

async fn write(path: &std::path::Path, body: Body) -> io::Result<()> {
    let mut file = tokio::fs::File::create(path).await?;
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        file.write_all(&piece.map_err(io::Error::other)?).await?;
    }
    file.sync_all().await
}

pub(super) async fn show(
    State(desk): State<Desk>,
    Path((evidence, part)): Path<(EvidenceId, Part)>,
    headers: HeaderMap,
) -> Response {
    match desk.face.show(evidence, part).await {
        Ok(bytes) => send(bytes, &headers).await,
        Err(problem) => refuse(problem),
    }
}

/// A file that was left over.
pub(super) async fn show_leftover(
    State(desk): State<Desk>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    match desk.face.show_leftover(&name).await {
        Ok(bytes) => send(bytes, &headers).await,
        Err(problem) => refuse(problem),
    }
}

async fn send(mut bytes: face::Bytes, headers: &HeaderMap) -> Response {
    let (size, media_type) = (bytes.size, bytes.media_type.clone());
    let asked = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    let range = match asked.map(|text| Range::read(text, size)) {
        None | Some(Range::Unusable) => None,
        Some(Range::Of(from, to)) => Some((from, to)),
        Some(Range::Outside) => {
            let whole = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            return (StatusCode::RANGE_NOT_SATISFIABLE, whole).into_response();
        }
    };
    let (from, left) = range.map_or((0, size), |(from, to)| (from, to - from + 1));
    if from > 0 {
        let skipped = tokio::task::spawn_blocking(move || bytes.skip_to(from).map(|()| bytes)).await;
        bytes = match skipped {
            Ok(Ok(bytes)) => bytes,
            _ => return refuse(Problem::new(ProblemWord::Fault, "the file is damaged there")),
        };
    }
    let pieces = stream::unfold(Some((bytes, left)), |rest| async move {
        let (mut bytes, left) = rest.filter(|(_, left)| *left > 0)?;
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE.min(usize::try_from(left).unwrap_or(PIECE))];
            let read = bytes.read(&mut piece)?;
            piece.truncate(read);
            Ok((bytes, piece))
        });
        match read.await.map_err(io::Error::other).flatten() {
            Ok((_, piece)) if piece.is_empty() => None,
            Ok((bytes, piece)) => {
                let left = left.saturating_sub(piece.len() as u64);
                Some((Ok(Bytes::from(piece)), Some((bytes, left))))
            }
            // What has gone out stands; the browser sees that the rest is missing.
            Err(error) => Some((Err(error), None)),
        }
    });
    let mut answer = Response::new(Body::from_stream(pieces));
    if range.is_some() {
        *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    let mut set = |name, value: String| {
        if let Ok(value) = value.parse() {
            answer.headers_mut().insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, media_type);
    set(header::CONTENT_LENGTH, left.to_string());
    set(header::ACCEPT_RANGES, "bytes".to_owned());
    if let Some((from, to)) = range {
        set(header::CONTENT_RANGE, format!("bytes {from}-{to}/{size}"));
    }
    answer
}

//! Media over HTTP: tus 1.0.0 with creation, creation-with-upload, checksum, termination and expiration, and receipts.

use std::time::Duration;

use axum::{
    Json,
    body::Body,
    extract::{Path, Query, Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, LOCATION},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use kandas_shared::{
    evidence::{FileRef, Part},
    hash::{Digest, b64},
    ids::{BundleId, EvidenceId, UploadId},
    jws::Jws,
    problem::{Problem, ProblemCode},
    wire::{BundleAnswer, FileReceiptAnswer},
};
use serde::Deserialize;
use tokio::time::timeout;

use super::carrier::Carrier;
use crate::{
    media::{Aim, Arriving, Checksum, Progress},
    refusal::{Outcome, Refusal},
    state::AppState,
};

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const RECEIPT: HeaderName = HeaderName::from_static("kandas-receipt");
const PIECE: &str = "application/offset+octet-stream";

/// What an upload is for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Creation {
    /// A piece of evidence …
    evidence: Option<EvidenceId>,
    /// … and which of its files.
    part: Option<Part>,
    /// The file is damaged: hash of what there is of it.
    salvage: Option<String>,
    /// A bundle of unsent work …
    bundle: Option<BundleId>,
    /// … and its hash.
    sha256: Option<String>,
}

/// What this server speaks.
#[utoipa::path(options, path = "/v1/media", tag = "media", responses((status = 204)))]
pub async fn capabilities() -> impl IntoResponse {
    let headers = [
        (TUS_VERSION, HeaderValue::from_static("1.0.0")),
        (
            HeaderName::from_static("tus-extension"),
            HeaderValue::from_static("creation,creation-with-upload,checksum,termination,expiration"),
        ),
        (HeaderName::from_static("tus-checksum-algorithm"), HeaderValue::from_static("sha256,sha1")),
    ];
    (StatusCode::NO_CONTENT, headers)
}

/// Begins an upload, or answers the one in progress for the same file.
#[utoipa::path(post, path = "/v1/media", tag = "media", params(Creation), security(("token" = [])), responses(
    (status = 201, description = "Location of the upload"),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = 507, body = Problem, content_type = "application/problem+json")))]
pub async fn create(
    State(state): State<AppState>,
    Carrier(bearer): Carrier,
    Query(creation): Query<Creation>,
    headers: HeaderMap,
    body: Body,
) -> Outcome<Response> {
    // What comes after records is less urgent: another phone may come in.
    drop(state.arrivals.leave(bearer.device));
    let aim = creation.aim()?;
    let length = number(&headers, &UPLOAD_LENGTH)?
        .ok_or_else(|| Refusal::because(ProblemCode::BadRequest, "Upload-Length is missing"))?;
    let with_upload = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == PIECE.as_bytes());
    let checksum = checksum(&headers)?;
    let announced = number(&headers, &CONTENT_LENGTH)?;
    let made = if with_upload && length > 0 && announced != Some(0) {
        let arriving = Arriving { offset: 0, announced, checksum };
        let begun = state.media.create_with(bearer.device, aim, length, arriving, pieces(body)).await?;
        let (made, not_needed) = begun;
        if let Some(body) = not_needed {
            // Waiting for what he sends meanwhile would only cost him the next cut.
            pass_over(body, length, state.limits.idle);
        }
        made
    } else {
        state.media.create(bearer.device, aim, length).await?
    };
    let mut response = (StatusCode::CREATED, progress_headers(&made.progress)).into_response();
    let location = format!("/v1/media/{}", made.upload);
    response.headers_mut().insert(LOCATION, text(&location));
    Ok(response)
}

/// Where an upload stands.
#[utoipa::path(head, path = "/v1/media/{upload}", tag = "media", params(("upload" = UploadId, Path)),
    security(("token" = [])), responses(
    (status = 200, description = "Upload-Offset, Upload-Length; Kandas-Receipt when it is in custody"),
    (status = "4XX", description = "problem without its body")))]
pub async fn head(
    State(state): State<AppState>,
    _carrier: Carrier,
    Path(upload): Path<String>,
) -> Outcome<impl IntoResponse> {
    let progress = state.media.progress(upload_id(&upload)?).await?;
    let mut headers = progress_headers(&progress);
    headers.insert(UPLOAD_LENGTH, HeaderValue::from(progress.length));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok((StatusCode::OK, headers))
}

/// The next piece of an upload.
#[utoipa::path(patch, path = "/v1/media/{upload}", tag = "media", params(("upload" = UploadId, Path)),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    security(("token" = [])), responses(
    (status = 204, description = "Upload-Offset; Kandas-Receipt when it is in custody"),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = 507, body = Problem, content_type = "application/problem+json")))]
pub async fn patch(
    State(state): State<AppState>,
    _carrier: Carrier,
    Path(upload): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Outcome<impl IntoResponse> {
    let upload = upload_id(&upload)?;
    let progress = state.media.receive(upload, arriving(&headers)?, pieces(body)).await?;
    Ok((StatusCode::NO_CONTENT, progress_headers(&progress)))
}

/// Gives an upload up.
#[utoipa::path(delete, path = "/v1/media/{upload}", tag = "media", params(("upload" = UploadId, Path)),
    security(("token" = [])), responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn delete(
    State(state): State<AppState>,
    _carrier: Carrier,
    Path(upload): Path<String>,
) -> Outcome<StatusCode> {
    state.media.give_up(upload_id(&upload)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The receipt of a file in custody, signed for the present epoch.
#[utoipa::path(get, path = "/v1/receipts/{evidence}/{part}", tag = "media",
    params(("evidence" = EvidenceId, Path), ("part" = Part, Path)), security(("token" = [])), responses(
    (status = 200, body = FileReceiptAnswer),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn receipt(
    State(state): State<AppState>,
    _carrier: Carrier,
    Path((evidence, part)): Path<(String, String)>,
) -> Outcome<Json<FileReceiptAnswer>> {
    let evidence = evidence.parse().map_err(|_| ProblemCode::EvidenceUnknown)?;
    let part = part.parse().map_err(|_| ProblemCode::EvidenceUnknown)?;
    Ok(Json(FileReceiptAnswer { receipt: state.media.receipt(FileRef { evidence, part }).await? }))
}

/// What became of a bundle.
#[utoipa::path(get, path = "/v1/bundles/{bundle}", tag = "media", params(("bundle" = BundleId, Path)),
    security(("token" = [])), responses(
    (status = 200, body = BundleAnswer),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn bundle(
    State(state): State<AppState>,
    _carrier: Carrier,
    Path(bundle): Path<String>,
) -> Outcome<Json<BundleAnswer>> {
    let bundle = bundle.parse().map_err(|_| ProblemCode::UploadUnknown)?;
    Ok(Json(state.media.bundle_answer(bundle).await?))
}

/// `Tus-Resumable` on every request and answer of the protocol.
pub async fn tus(request: Request, next: Next) -> Response {
    let options = request.method() == axum::http::Method::OPTIONS;
    let version = request.headers().get(RESUMABLE);
    let mut response = if options || version.is_some_and(|version| version == "1.0.0") {
        next.run(request).await
    } else {
        let mut refused = Refusal::from(ProblemCode::TusVersionUnsupported).into_response();
        refused.headers_mut().insert(TUS_VERSION, HeaderValue::from_static("1.0.0"));
        refused
    };
    response.headers_mut().insert(RESUMABLE, HeaderValue::from_static("1.0.0"));
    response
}

impl Creation {
    /// What is meant.
    ///
    /// # Errors
    /// When it is neither one thing nor the other.
    pub fn aim(self) -> Outcome<Aim> {
        let digest = |text: &str| {
            text.parse::<Digest>()
                .map_err(|_| Refusal::because(ProblemCode::BadRequest, "the hash is not hexadecimal SHA-256"))
        };
        match (self.evidence, self.part, self.salvage, self.bundle, self.sha256) {
            (Some(evidence), Some(part), None, None, None) => Ok(Aim::File(FileRef { evidence, part })),
            (Some(evidence), Some(part), Some(sha256), None, None) => {
                Ok(Aim::Salvage { file: FileRef { evidence, part }, sha256: digest(&sha256)? })
            }
            (None, None, None, Some(bundle), Some(sha256)) => {
                Ok(Aim::Bundle { bundle, sha256: digest(&sha256)? })
            }
            _ => Err(Refusal::because(
                ProblemCode::BadRequest,
                "either evidence and part (and salvage), or bundle and sha256",
            )),
        }
    }
}

/// Reads the head of a piece.
///
/// # Errors
/// When it is of another type, or says no place to go on.
pub fn arriving(headers: &HeaderMap) -> Outcome<Arriving> {
    let plain = headers.get(CONTENT_ENCODING).is_none_or(|encoding| encoding == "identity");
    if !plain || headers.get(CONTENT_TYPE).is_none_or(|kind| kind.as_bytes() != PIECE.as_bytes()) {
        return Err(Refusal::because(
            ProblemCode::UnsupportedMediaType,
            format!("Content-Type is not {PIECE}"),
        ));
    }
    let offset = number(headers, &UPLOAD_OFFSET)?
        .ok_or_else(|| Refusal::because(ProblemCode::BadRequest, "Upload-Offset is missing"))?;
    let announced = number(headers, &CONTENT_LENGTH)?;
    Ok(Arriving { offset, announced, checksum: checksum(headers)? })
}

fn progress_headers(progress: &Progress) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(UPLOAD_OFFSET, HeaderValue::from(progress.offset));
    if let Some(at) = progress.expires_at {
        headers.insert(UPLOAD_EXPIRES, text(&http_date(at)));
    }
    if let Some(receipt) = &progress.receipt {
        headers.insert(RECEIPT, text(&in_header(receipt)));
    }
    headers
}

fn in_header(receipt: &Jws) -> String {
    // Three strings: cannot fail to be written.
    b64(&serde_json::to_vec(receipt).unwrap_or_default())
}

fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn text(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).expect("our own texts are plain ASCII")
}

fn upload_id(text: &str) -> Outcome<UploadId> {
    text.parse().map_err(|_| ProblemCode::UploadUnknown.into())
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Outcome<Option<u64>> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.trim().parse::<u64>().ok());
    match number {
        // What neither engine can count nor any disk hold.
        Some(number) if i64::try_from(number).is_ok() => Ok(Some(number)),
        _ => Err(Refusal::because(ProblemCode::BadRequest, format!("{name} is not a number"))),
    }
}

fn checksum(headers: &HeaderMap) -> Outcome<Option<Checksum>> {
    let Some(value) = headers.get("upload-checksum") else { return Ok(None) };
    let (algorithm, sum) = value
        .to_str()
        .ok()
        .and_then(|text| text.trim().split_once(' '))
        .ok_or_else(|| Refusal::because(ProblemCode::BadRequest, "Upload-Checksum is not readable"))?;
    let sum = STANDARD
        .decode(sum.trim())
        .map_err(|_| Refusal::because(ProblemCode::BadRequest, "Upload-Checksum is not base64"))?;
    match algorithm {
        "sha256" => Ok(Some(Checksum::Sha256(sum))),
        "sha1" => Ok(Some(Checksum::Sha1(sum))),
        _ => Err(ProblemCode::UploadChecksumUnsupported.into()),
    }
}

/// Hears out, but for no more than `most` bytes, what is not needed any more: a connection that is closed while bytes
/// are still coming takes the answer with it.
fn pass_over(
    mut pieces: impl Stream<Item = std::io::Result<Bytes>> + Send + Unpin + 'static,
    most: u64,
    idle: Duration,
) {
    tokio::spawn(async move {
        let mut left = most;
        while let Ok(Some(Ok(piece))) = timeout(idle, pieces.next()).await {
            let Some(rest) = left.checked_sub(piece.len() as u64) else { break };
            left = rest;
        }
    });
}

fn pieces(body: Body) -> impl Stream<Item = std::io::Result<Bytes>> + Send + Unpin + 'static {
    body.into_data_stream().map_err(std::io::Error::other)
}

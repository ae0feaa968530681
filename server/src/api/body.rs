//! JSON bodies: decompressed within limits, read strictly, refused as problems that quote nothing of what was sent.

use std::{io, time::Duration};

use async_compression::{
    tokio::bufread::{GzipDecoder, ZstdDecoder},
    zstd::DParameter,
};
use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
    http::{
        HeaderMap,
        header::{CONTENT_ENCODING, CONTENT_TYPE},
    },
};
use bytes::Bytes;
use kandas_shared::problem::ProblemCode;
use serde::de::DeserializeOwned;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    time::timeout,
};

use crate::{
    refusal::{Outcome, Refusal},
    state::AppState,
};

/// A JSON body that may be large: a batch of records.
#[derive(Debug)]
pub struct Large<T>(pub T);

/// A JSON body that anybody may send, known or not: a statement, hardly more.
#[derive(Debug)]
pub struct Small<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Large<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &AppState) -> Outcome<Self> {
        let limits = &state.limits;
        let (encoding, raw) = arrive(request, limits.body_time, limits.body).await?;
        // A few hundred bytes may become megabytes: only so many bodies grow at once, the others wait as they came.
        let _room = state.growing.acquire().await.map_err(Refusal::fault)?;
        Ok(Self(read(&unpack(encoding, raw, limits.decompressed).await?)?))
    }
}

impl<T: DeserializeOwned> FromRequest<AppState> for Small<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &AppState) -> Outcome<Self> {
        let limits = &state.limits;
        let (encoding, raw) = arrive(request, limits.body_time, limits.small_body).await?;
        Ok(Self(read(&unpack(encoding, raw, limits.small_body).await?)?))
    }
}

async fn arrive(request: Request, time: Duration, limit: usize) -> Outcome<(Encoding, Bytes)> {
    let (parts, body) = request.into_parts();
    let encoding = encoding(&parts.headers)?;
    match timeout(time, to_bytes(body, limit)).await {
        Err(_) => Err(ProblemCode::RequestTimeout.into()),
        Ok(Err(error)) if is_too_long(&error) => Err(ProblemCode::BodyTooLarge.into()),
        Ok(Err(_)) => Err(Refusal::because(ProblemCode::BadRequest, "the body broke off")),
        Ok(Ok(bytes)) => Ok((encoding, bytes)),
    }
}

/// Decompresses a body, but never to more than `limit` bytes.
///
/// # Errors
/// When it grows beyond the limit or is no archive.
pub async fn unpack(encoding: Encoding, raw: Bytes, limit: usize) -> Outcome<Bytes> {
    match encoding {
        Encoding::Identity => Ok(raw),
        Encoding::Gzip => inflate(GzipDecoder::new(raw.as_ref()), limit).await,
        Encoding::Zstd => {
            // An archive says how much it wants to look back; a decoder keeps that much memory ready.
            let window = DParameter::window_log_max(WINDOW_LOG);
            inflate(ZstdDecoder::with_params(raw.as_ref(), &[window]), limit).await
        }
    }
}

/// Reads a JSON body.
///
/// # Errors
/// Told by kind and place only: the parser's own words may quote the body, which may hold names.
pub fn read<T: DeserializeOwned>(plain: &[u8]) -> Outcome<T> {
    serde_json::from_slice(plain).map_err(|error| {
        Refusal::because(
            ProblemCode::MalformedJson,
            format!("{} error at line {} column {}", kind_of(&error), error.line(), error.column()),
        )
    })
}

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Not at all.
    Identity,
    /// `gzip`.
    Gzip,
    /// `zstd`.
    Zstd,
}

/// Farthest look back of a zstd archive, as a power of two: 8 MiB, what RFC 8878 asks of every decoder.
const WINDOW_LOG: u32 = 23;

fn encoding(headers: &HeaderMap) -> Outcome<Encoding> {
    let kind = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Refusal::because(
            ProblemCode::UnsupportedMediaType,
            "Content-Type is not application/json",
        ));
    }
    match headers.get(CONTENT_ENCODING).map(|v| v.as_bytes()) {
        None | Some(b"identity") => Ok(Encoding::Identity),
        Some(b"gzip") => Ok(Encoding::Gzip),
        Some(b"zstd") => Ok(Encoding::Zstd),
        Some(_) => Err(Refusal::because(
            ProblemCode::UnsupportedMediaType,
            "Content-Encoding is neither zstd nor gzip",
        )),
    }
}

async fn inflate(decoder: impl AsyncRead + Unpin, limit: usize) -> Outcome<Bytes> {
    let mut plain = Vec::new();
    // One byte more than allowed is enough to know.
    match decoder.take(limit as u64 + 1).read_to_end(&mut plain).await {
        Ok(_) if plain.len() > limit => Err(ProblemCode::DecompressedTooLarge.into()),
        Ok(_) => Ok(plain.into()),
        Err(error) if error.kind() == io::ErrorKind::OutOfMemory => Err(Refusal::fault(error)),
        Err(_) => Err(Refusal::because(ProblemCode::BadRequest, "the body cannot be decompressed")),
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(cause) = source {
        if cause.to_string().contains("length limit exceeded") {
            return true;
        }
        source = cause.source();
    }
    false
}

fn kind_of(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Io => "reading",
        serde_json::error::Category::Syntax => "syntax",
        serde_json::error::Category::Data => "content",
        serde_json::error::Category::Eof => "early end",
    }
}

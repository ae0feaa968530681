//! Bodies: decompressed within limits, read strictly, refused as problems that quote nothing of what was sent. JSON, and for
//! records the packed form too.

use std::{io, time::Duration};

use async_compression::{
    tokio::bufread::{GzipDecoder, ZstdDecoder},
    zstd::DParameter,
};
use axum::{
    body::{Body, to_bytes},
    extract::{FromRequest, Request},
    http::{
        HeaderMap,
        header::{CONTENT_ENCODING, CONTENT_TYPE},
    },
};
use bytes::Bytes;
use kandas_shared::{
    jws::Jws,
    packed::{self, Seen, Unpackable},
    problem::ProblemCode,
    wire::RecordBatch,
};
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

/// A batch of records in either form.
#[derive(Debug)]
pub enum Batch {
    /// JSON.
    Plain(Vec<Jws>),
    /// The packed form, as it came: who sent it must be known before it can be read.
    Packed(Bytes),
}

/// A JSON body that anybody may send, known or not: a statement, hardly more.
#[derive(Debug)]
pub struct Small<T>(pub T);

/// A JSON body with a small file in it, as text. Files do not shrink, so it comes as it is.
#[derive(Debug)]
pub struct WithFile<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for WithFile<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &AppState) -> Outcome<Self> {
        let limits = &state.limits;
        let (encoding, raw) = arrive(request, limits.body_time, limits.file_body).await?;
        // Only so many are read at once, as with large bodies.
        let _room = state.growing.acquire().await.map_err(Refusal::fault)?;
        Ok(Self(read(&unpack(encoding, raw, limits.file_body).await?)?))
    }
}

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

impl FromRequest<AppState> for Batch {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &AppState) -> Outcome<Self> {
        if !media_type(request.headers()).eq_ignore_ascii_case(packed::MEDIA_TYPE) {
            let Large(RecordBatch { records }) = Large::from_request(request, state).await?;
            return Ok(Self::Plain(records));
        }
        let limits = &state.limits;
        Ok(Self::Packed(whole(request.into_body(), limits.body_time, limits.body).await?))
    }
}

impl Batch {
    /// The statements. What a packed batch says is `seen` from then on: its answer goes packed too and need not say it
    /// again.
    ///
    /// # Errors
    /// When a packed batch cannot be unpacked within the limits.
    pub async fn read(self, state: &AppState, seen: &mut Seen) -> Outcome<Vec<Jws>> {
        let body = match self {
            Self::Plain(records) => return Ok(records),
            Self::Packed(body) => body,
        };
        let _room = state.growing.acquire().await.map_err(Refusal::fault)?;
        packed::unpack(&body, seen, state.limits.decompressed).map_err(|error| match error {
            Unpackable::TooLarge => ProblemCode::DecompressedTooLarge.into(),
            Unpackable::Version(_) => Refusal::because(ProblemCode::UnsupportedMediaType, error.to_string()),
            _ => Refusal::because(ProblemCode::BadRequest, format!("the packed body: {error}")),
        })
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
    Ok((encoding, whole(body, time, limit).await?))
}

async fn whole(body: Body, time: Duration, limit: usize) -> Outcome<Bytes> {
    match timeout(time, to_bytes(body, limit)).await {
        Err(_) => Err(ProblemCode::RequestTimeout.into()),
        Ok(Err(error)) if is_too_long(&error) => Err(ProblemCode::BodyTooLarge.into()),
        Ok(Err(_)) => Err(Refusal::because(ProblemCode::BadRequest, "the body broke off")),
        Ok(Ok(bytes)) => Ok(bytes),
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

fn media_type(headers: &HeaderMap) -> &str {
    let kind = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim()
}

fn encoding(headers: &HeaderMap) -> Outcome<Encoding> {
    if !media_type(headers).eq_ignore_ascii_case("application/json") {
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

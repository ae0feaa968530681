//! JSON bodies: decompressed within limits, read strictly, refused as problems that quote nothing of what was sent.

use std::io;

use async_compression::tokio::bufread::{GzipDecoder, ZstdDecoder};
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

/// A JSON body of a request.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &AppState) -> Outcome<Self> {
        let (parts, body) = request.into_parts();
        let encoding = encoding(&parts.headers)?;
        let limits = &state.limits;
        let raw = match timeout(limits.body_time, to_bytes(body, limits.body)).await {
            Err(_) => return Err(ProblemCode::RequestTimeout.into()),
            Ok(Err(error)) if is_too_long(&error) => return Err(ProblemCode::BodyTooLarge.into()),
            Ok(Err(_)) => return Err(Refusal::because(ProblemCode::BadRequest, "the body broke off")),
            Ok(Ok(bytes)) => bytes,
        };
        let plain = match encoding {
            Encoding::Identity => raw,
            Encoding::Gzip => inflate(GzipDecoder::new(raw.as_ref()), limits.decompressed).await?,
            Encoding::Zstd => inflate(ZstdDecoder::new(raw.as_ref()), limits.decompressed).await?,
        };
        match serde_json::from_slice(&plain) {
            Ok(value) => Ok(Self(value)),
            // The parser's own words may quote the body, which may hold names.
            Err(error) => Err(Refusal::because(
                ProblemCode::MalformedJson,
                format!("{} error at line {} column {}", kind_of(&error), error.line(), error.column()),
            )),
        }
    }
}

#[derive(Clone, Copy)]
enum Encoding {
    Identity,
    Gzip,
    Zstd,
}

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

//! The client's half of tus 1.0.0 (docs/device-api.md, Media): create, ask, append. It keeps nothing; where an upload
//! stands is a row of the store. No checksum is sent: what arrived before a cut stays, and the signed hash of the whole
//! file decides in the end.

use bytes::Bytes;
use kandas_shared::{evidence::FileRef, hash::Digest, ids::BundleId, jws::Jws, problem::ProblemCode};
use reqwest::Method;

use super::http::{Answer, Body, Failure, Http, headers};

/// Type of a piece.
const PIECE: &str = "application/offset+octet-stream";

/// What is uploaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file of a piece of evidence, as signed.
    File(FileRef),
    /// What is left of one whose local copy is damaged.
    Salvage(FileRef, Digest),
    /// A bundle of unsent work.
    Bundle(BundleId, Digest),
}

impl Target {
    fn path(self) -> String {
        match self {
            Target::File(f) => format!("/v1/media?evidence={}&part={}", f.evidence, f.part),
            Target::Salvage(f, sha) => {
                format!("/v1/media?evidence={}&part={}&salvage={sha}", f.evidence, f.part)
            }
            Target::Bundle(bundle, sha) => format!("/v1/media?bundle={bundle}&sha256={sha}"),
        }
    }
}

/// Answer to a creation.
#[derive(Debug)]
pub enum Created {
    /// There is an upload, new or somebody else's that can be gone on with.
    At {
        /// Path of the upload.
        url: String,
        /// Where it stands.
        stand: Stand,
    },
    /// The server has the file; its receipt, if it came along.
    AlreadyReceived(Option<Jws>),
}

/// Where an upload stands.
#[derive(Debug)]
pub struct Stand {
    /// Bytes the server has.
    pub offset: u64,
    /// The receipt, once the last byte is there and the whole matches.
    pub receipt: Option<Jws>,
}

/// Creates an upload of `size` bytes; `first` are those that go along, none or some from the beginning.
///
/// # Errors
/// Any [`Failure`] but "already received", which is an answer.
pub async fn create(
    http: &Http,
    token: &str,
    target: Target,
    size: u64,
    first: Bytes,
) -> Result<Created, Failure> {
    let size = size.to_string();
    let mut pairs = vec![("tus-resumable", "1.0.0"), ("upload-length", size.as_str())];
    if !first.is_empty() {
        pairs.push(("content-type", PIECE));
    }
    match http.send(Method::POST, &target.path(), Some(token), headers(&pairs)?, Body::Whole(first)).await {
        Ok(answer) => {
            let url = answer.header("location").ok_or_else(|| Failure::Protocol("no Location".into()))?;
            // Only a path of this server: bytes of a family's case go nowhere else.
            if !url.starts_with('/') || url.starts_with("//") {
                return Err(Failure::Protocol(format!("Location {url} is not a path of this server")));
            }
            let offset = if answer.header("upload-offset").is_some() { offset(&answer)? } else { 0 };
            Ok(Created::At { url: url.to_owned(), stand: Stand { offset, receipt: answer.receipt()? } })
        }
        Err(Failure::Refused(r)) if r.code == Some(ProblemCode::UploadAlreadyReceived) => {
            Ok(Created::AlreadyReceived(r.receipt))
        }
        Err(failure) => Err(failure),
    }
}

/// Asks where an upload stands.
///
/// # Errors
/// Any [`Failure`]; an upload that is gone is [`gone`].
pub async fn stand(http: &Http, token: &str, url: &str) -> Result<Stand, Failure> {
    let head = headers(&[("tus-resumable", "1.0.0")])?;
    let answer = http.send(Method::HEAD, url, Some(token), head, Body::None).await?;
    Ok(Stand { offset: offset(&answer)?, receipt: answer.receipt()? })
}

/// Appends `bytes` at `at`.
///
/// # Errors
/// Any [`Failure`].
pub async fn append(http: &Http, token: &str, url: &str, at: u64, bytes: Bytes) -> Result<Stand, Failure> {
    let head =
        headers(&[("tus-resumable", "1.0.0"), ("upload-offset", &at.to_string()), ("content-type", PIECE)])?;
    let answer = http.send(Method::PATCH, url, Some(token), head, Body::Whole(bytes)).await?;
    Ok(Stand { offset: offset(&answer)?, receipt: answer.receipt()? })
}

/// Whether the failure says that the upload is no more; a HEAD has no body, so its status speaks.
#[must_use]
pub fn gone(failure: &Failure) -> bool {
    match failure {
        Failure::Refused(r) => match r.code {
            Some(code) => matches!(
                code,
                ProblemCode::UploadUnknown | ProblemCode::UploadExpired | ProblemCode::NotFound
            ),
            None => matches!(r.status, 404 | 410),
        },
        _ => false,
    }
}

fn offset(answer: &Answer) -> Result<u64, Failure> {
    answer
        .header("upload-offset")
        .and_then(|text| text.trim().parse().ok())
        .ok_or_else(|| Failure::Protocol("no Upload-Offset".into()))
}

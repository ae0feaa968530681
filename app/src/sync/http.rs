//! What the phone says to the central store and hears from it: JSON and pieces of files, compressed, every byte counted
//! for the month's sum. Answers are values: the body, or a [`Failure`] that says what kind of thing went wrong. How the
//! bytes get there is the business of a [`Transport`].

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use bytes::Bytes;
use kandas_shared::{
    hash::from_b64,
    jws::Jws,
    packed::{self, Seen},
    problem::ProblemCode,
    wire::RecordBatchAnswer,
};
use reqwest::{
    Method, StatusCode, Url,
    header::{
        AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
    },
};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    tls::{SignedClock, Trust},
    transport::{Network, Request, Server, Transport},
};

/// Time without a byte after which a request is given up. At 64 kbit/s this is half a megabyte.
pub const IDLE: Duration = Duration::from_secs(60);

/// Largest answer in the packed form: a receipt says some hundred bytes of each record.
const LARGEST_UNPACKED: usize = 1 << 20;

/// What went wrong with a request.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Failure {
    /// Nobody answered at the address.
    #[error("nobody answers: {0}")]
    Unreachable(String),
    /// The connection ended, or no byte moved, before the answer was there.
    #[error("the connection was lost: {0}")]
    Cut(String),
    /// Somebody else answered: the certificate is not the one that is trusted.
    #[error("this is not the server the phone is enrolled with: {0}")]
    WrongServer(String),
    /// The server says what is wrong.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The answer is not what the protocol says.
    #[error("an answer that cannot be understood: {0}")]
    Protocol(String),
}

/// An error answer of the server.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{status}{}{}", code.map(|c| format!(" {c}")).unwrap_or_default(), detail.as_ref().map(|d| format!(": {d}")).unwrap_or_default())]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Its code; none if this program does not know it.
    pub code: Option<ProblemCode>,
    /// What is wrong this time.
    pub detail: Option<String>,
    /// Seconds after which to try again.
    pub retry_after_s: Option<u32>,
    /// The receipt, with `upload-already-received`.
    pub receipt: Option<Jws>,
}

impl Failure {
    /// The problem code, if the server gave one.
    #[must_use]
    pub fn code(&self) -> Option<ProblemCode> {
        match self {
            Failure::Refused(refusal) => refusal.code,
            _ => None,
        }
    }
    /// Whether it says something about the link and not about what was asked.
    #[must_use]
    pub fn is_link(&self) -> bool {
        matches!(self, Failure::Unreachable(_) | Failure::Cut(_))
    }
    /// Seconds after which the server wants to be asked again.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<u32> {
        match self {
            Failure::Refused(refusal) => refusal.retry_after_s,
            _ => None,
        }
    }
}

/// Bytes that went up and came down; heads of requests and answers are estimated.
#[derive(Debug, Default)]
pub struct Meter {
    up: AtomicU64,
    down: AtomicU64,
}

impl Meter {
    /// What was counted since the last call.
    pub fn take(&self) -> (u64, u64) {
        (self.up.swap(0, Ordering::Relaxed), self.down.swap(0, Ordering::Relaxed))
    }
    /// Bytes went up.
    pub fn up(&self, bytes: usize) {
        self.up.fetch_add(bytes as u64, Ordering::Relaxed);
    }
    /// Bytes came down.
    pub fn down(&self, bytes: usize) {
        self.down.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// An answer with its headers.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status, a success.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Answer {
    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The receipt in `Kandas-Receipt`.
    ///
    /// # Errors
    /// When there is one that cannot be read.
    pub fn receipt(&self) -> Result<Option<Jws>, Failure> {
        let Some(text) = self.header("kandas-receipt") else { return Ok(None) };
        let bytes = from_b64(text)
            .or_else(|| STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok())
            .ok_or_else(|| Failure::Protocol("Kandas-Receipt is not base64".into()))?;
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| Failure::Protocol(format!("Kandas-Receipt: {error}")))
    }
}

/// One server, spoken to by one phone.
#[derive(Clone)]
pub struct Http {
    transport: Arc<dyn Transport>,
    base: Url,
    meter: Arc<Meter>,
}

impl Http {
    /// Speaks to the server at `base` under `trust`, by way of `network`.
    ///
    /// # Errors
    /// When the address is unusable.
    pub fn new(
        base: &str,
        trust: Trust,
        clock: &Arc<SignedClock>,
        idle: Duration,
        network: &dyn Network,
    ) -> Result<Self, Failure> {
        let base = Url::parse(base).map_err(|error| Failure::Protocol(format!("address {base}: {error}")))?;
        let transport = network.connect(&Server { base: &base, trust, clock, idle })?;
        Ok(Self { transport, base, meter: Arc::default() })
    }

    /// The bytes counted.
    #[must_use]
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// `GET`, JSON back.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn get<T: DeserializeOwned>(&self, path: &str, token: Option<&str>) -> Result<T, Failure> {
        let answer = self.send(Method::GET, path, token, HeaderMap::new(), Body::None).await?;
        read_json(&answer.body)
    }

    /// `GET`, the body back.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn get_bytes(&self, path: &str, token: Option<&str>) -> Result<Bytes, Failure> {
        Ok(self.send(Method::GET, path, token, HeaderMap::new(), Body::None).await?.body)
    }

    /// `POST` of JSON, JSON back.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn post<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        token: Option<&str>,
        body: &B,
    ) -> Result<T, Failure> {
        let answer = self.json(Method::POST, path, token, body).await?;
        read_json(&answer.body)
    }

    /// `POST` of statements in the packed form; one statement back, in whichever form the server chose.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn post_packed(
        &self,
        path: &str,
        token: &str,
        body: Vec<u8>,
        seen: &mut Seen,
    ) -> Result<Jws, Failure> {
        let headers = headers(&[("content-type", packed::MEDIA_TYPE)])?;
        let answer = self.send(Method::POST, path, Some(token), headers, Body::Whole(body.into())).await?;
        if answer.header("content-type") != Some(packed::MEDIA_TYPE) {
            return Ok(read_json::<RecordBatchAnswer>(&answer.body)?.receipt);
        }
        let strange = |what: &dyn std::fmt::Display| Failure::Protocol(format!("the packed answer: {what}"));
        let mut statements = packed::unpack(&answer.body, seen, LARGEST_UNPACKED).map_err(|e| strange(&e))?;
        match (statements.pop(), statements.is_empty()) {
            (Some(receipt), true) => Ok(receipt),
            _ => Err(strange(&"not one statement")),
        }
    }

    /// JSON by any method, nothing expected back.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn json<B: Serialize>(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: &B,
    ) -> Result<Answer, Failure> {
        let text = serde_json::to_vec(body).map_err(|error| Failure::Protocol(error.to_string()))?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = if text.len() > 512 {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("zstd"));
            zstd::encode_all(text.as_slice(), 6).map_err(|error| Failure::Protocol(error.to_string()))?
        } else {
            text
        };
        self.send(method, path, token, headers, Body::Whole(body.into())).await
    }

    /// Any request; an answer that is not a success is a [`Failure::Refused`].
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        mut headers: HeaderMap,
        body: Body,
    ) -> Result<Answer, Failure> {
        let url = self.url(path)?;
        if let Some(token) = token {
            let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
                .map_err(|_| Failure::Protocol("the token is no header value".into()))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        // Request line, our headers and what the library adds.
        self.meter.up(200 + url.as_str().len() + weight(&headers));
        let answer = self.transport.exchange(Request { method, url, headers, body }, &self.meter).await?;
        self.meter.down(20 + weight(&answer.headers));
        if answer.status.is_success() {
            Ok(Answer { status: answer.status.as_u16(), headers: answer.headers, body: answer.body })
        } else {
            Err(Failure::Refused(Box::new(refusal(answer.status, &answer.headers, &answer.body))))
        }
    }

    fn url(&self, path: &str) -> Result<Url, Failure> {
        let text = format!("{}/{}", self.base.as_str().trim_end_matches('/'), path.trim_start_matches('/'));
        Url::parse(&text).map_err(|error| Failure::Protocol(format!("{text}: {error}")))
    }
}

/// Body of a request.
#[derive(Clone, Debug)]
pub enum Body {
    /// None.
    None,
    /// These bytes, handed over mouthful by mouthful.
    Whole(Bytes),
}

/// A header list from names and values.
///
/// # Errors
/// When a value cannot be in a header.
pub fn headers(pairs: &[(&'static str, &str)]) -> Result<HeaderMap, Failure> {
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        let value = HeaderValue::from_str(value).map_err(|_| Failure::Protocol(format!("header {name}")))?;
        map.insert(HeaderName::from_static(name), value);
    }
    Ok(map)
}

fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|error| Failure::Protocol(error.to_string()))
}

fn weight(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}

fn refusal(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Refusal {
    // Read member by member: a code that a newer server invented must not hide the rest.
    let body: serde_json::Value = serde_json::from_slice(body).unwrap_or(serde_json::Value::Null);
    let retry = headers.get(RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let number = |name: &str| body.get(name).and_then(serde_json::Value::as_u64);
    let text = |name: &str| body.get(name).and_then(|v| v.as_str()).map(str::to_owned);
    Refusal {
        status: status.as_u16(),
        code: body.get("code").and_then(|code| serde_json::from_value(code.clone()).ok()),
        detail: text("detail").or_else(|| text("code")).or_else(|| text("title")),
        retry_after_s: retry.or_else(|| number("retry_after_s").and_then(|s| u32::try_from(s).ok())),
        receipt: body.get("receipt").and_then(|r| serde_json::from_value(r.clone()).ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_a_newer_server_does_not_hide_the_refusal() {
        let body = br#"{"type":"x","title":"t","status":418,"code":"brand-new","retry_after_s":7}"#;
        let refusal = refusal(StatusCode::IM_A_TEAPOT, &HeaderMap::new(), body);
        assert_eq!((refusal.status, refusal.code, refusal.retry_after_s), (418, None, Some(7)));
        assert_eq!(refusal.detail.as_deref(), Some("brand-new"));
    }
}

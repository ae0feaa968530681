//! Talking HTTP to the central store. Made for bad links: no request has a total time limit, only a limit on the time
//! in which no byte moves; bodies are compressed; every byte is counted for the month's sum. Answers are values: the
//! body, or a [`Failure`] that says what kind of thing went wrong.

use std::{
    error::Error as _,
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use bytes::Bytes;
use futures_util::stream;
use kandas_shared::{hash::from_b64, jws::Jws, problem::ProblemCode};
use reqwest::{
    Client, Method, RequestBuilder, StatusCode, Url,
    header::{
        AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
        RETRY_AFTER,
    },
    redirect::Policy,
};
use serde::{Serialize, de::DeserializeOwned};

use super::tls::{self, SignedClock, Trust};

/// Time without a byte after which a request is given up. At 64 kbit/s this is half a megabyte.
pub const IDLE: Duration = Duration::from_secs(60);
/// Largest answer that is read.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;
/// A body is handed to the socket in such pieces: small enough that a slow link shows life.
const MOUTHFUL: usize = 16 * 1024;

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
    fn up(&self, bytes: usize) {
        self.up.fetch_add(bytes as u64, Ordering::Relaxed);
    }
    fn down(&self, bytes: usize) {
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
#[derive(Debug, Clone)]
pub struct Http {
    client: Client,
    base: Url,
    meter: Arc<Meter>,
    idle: Duration,
}

impl Http {
    /// Speaks to the server at `base` under `trust`. Plain http is for loopback alone.
    ///
    /// # Errors
    /// When the address is unusable.
    pub fn new(base: &str, trust: Trust, clock: &Arc<SignedClock>, idle: Duration) -> Result<Self, Failure> {
        let base = Url::parse(base).map_err(|error| Failure::Protocol(format!("address {base}: {error}")))?;
        let config =
            tls::client_config(trust, clock).map_err(|error| Failure::Protocol(error.to_string()))?;
        let mut builder = Client::builder()
            .tls_backend_preconfigured(config)
            .connect_timeout(Duration::from_secs(30).min(idle))
            .pool_idle_timeout(Duration::from_secs(20))
            .redirect(Policy::none())
            .no_proxy()
            .user_agent(concat!("kandas-field/", env!("CARGO_PKG_VERSION")));
        match base.scheme() {
            "http" if is_loopback(&base) => {}
            "https" => builder = builder.https_only(true),
            "http" => return Err(Failure::Protocol("plain http is for loopback addresses alone".into())),
            other => return Err(Failure::Protocol(format!("{other} is neither https nor http"))),
        }
        let client = builder.build().map_err(|error| Failure::Protocol(chain(&error)))?;
        Ok(Self { client, base, meter: Arc::default(), idle })
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
        let pulse = Arc::new(Pulse::default());
        let request = self.client.request(method, url);
        let request = self.with_body(request, body, headers, &pulse);
        self.while_alive(&pulse, self.exchange(request, &pulse)).await
    }

    async fn exchange(&self, request: RequestBuilder, pulse: &Pulse) -> Result<Answer, Failure> {
        let mut response = request.send().await.map_err(|error| fault(&error))?;
        pulse.beat();
        let (status, headers) = (response.status(), response.headers().clone());
        self.meter.down(20 + weight(&headers));
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| fault(&error))? {
            pulse.beat();
            self.meter.down(piece.len());
            if body.len() + piece.len() > LARGEST_ANSWER {
                return Err(Failure::Protocol("the answer is too large".into()));
            }
            body.extend_from_slice(&piece);
        }
        if status.is_success() {
            Ok(Answer { status: status.as_u16(), headers, body: body.into() })
        } else {
            Err(Failure::Refused(Box::new(refusal(status, &headers, &body))))
        }
    }

    fn with_body(
        &self,
        request: RequestBuilder,
        body: Body,
        mut headers: HeaderMap,
        pulse: &Arc<Pulse>,
    ) -> RequestBuilder {
        match body {
            Body::None => request.headers(headers),
            Body::Whole(bytes) => {
                headers.insert(CONTENT_LENGTH, bytes.len().into());
                // An empty stream would be sent as a chunked body.
                if bytes.is_empty() {
                    return request.headers(headers).body(bytes);
                }
                let (meter, pulse) = (Arc::clone(&self.meter), Arc::clone(pulse));
                let mouthfuls = stream::unfold(bytes, move |mut rest| {
                    let (meter, pulse) = (Arc::clone(&meter), Arc::clone(&pulse));
                    async move {
                        if rest.is_empty() {
                            return None;
                        }
                        let piece = rest.split_to(rest.len().min(MOUTHFUL));
                        pulse.beat();
                        meter.up(piece.len());
                        Some((Ok::<_, io::Error>(piece), rest))
                    }
                });
                request.headers(headers).body(reqwest::Body::wrap_stream(mouthfuls))
            }
        }
    }

    /// Runs `work` as long as bytes move.
    async fn while_alive<T>(
        &self,
        pulse: &Pulse,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        tokio::pin!(work);
        let mut seen = 0;
        loop {
            if let Ok(done) = tokio::time::timeout(self.idle, &mut work).await {
                return done;
            }
            let beats = pulse.beats();
            if beats == seen {
                return Err(Failure::Cut(format!("no byte moved for {} s", self.idle.as_secs_f32())));
            }
            seen = beats;
        }
    }

    fn url(&self, path: &str) -> Result<Url, Failure> {
        let text = format!("{}/{}", self.base.as_str().trim_end_matches('/'), path.trim_start_matches('/'));
        Url::parse(&text).map_err(|error| Failure::Protocol(format!("{text}: {error}")))
    }
}

/// Body of a request.
#[derive(Debug)]
pub enum Body {
    /// None.
    None,
    /// These bytes, handed over mouthful by mouthful.
    Whole(Bytes),
}

#[derive(Debug, Default)]
struct Pulse(AtomicU64);

impl Pulse {
    fn beat(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
    fn beats(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
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

fn fault(error: &reqwest::Error) -> Failure {
    let text = chain(error);
    if let Some(tls) = certificate_fault(error) {
        return Failure::WrongServer(tls);
    }
    if error.is_connect() { Failure::Unreachable(text) } else { Failure::Cut(text) }
}

/// The text of TLS refusing the certificate, wherever in the chain of causes it hides.
fn certificate_fault(error: &reqwest::Error) -> Option<String> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = error.source();
    while let Some(this) = cause {
        let inner = this.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let tls = this
            .downcast_ref::<rustls::Error>()
            .or_else(|| inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()));
        if let Some(tls @ rustls::Error::InvalidCertificate(_)) = tls {
            return Some(tls.to_string());
        }
        cause = inner.map(|inner| inner as &(dyn std::error::Error + 'static)).or_else(|| this.source());
    }
    None
}

fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(this) = cause {
        text.push_str(&format!(": {this}"));
        cause = this.source();
    }
    text
}

fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => {
            host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use kandas_shared::time::Clock;

    use super::*;
    use crate::store::home::SignedTime;

    struct Still;
    impl Clock for Still {
        fn wall(&self) -> DateTime<chrono::Utc> {
            DateTime::UNIX_EPOCH
        }
        fn boot(&self) -> (String, u64) {
            ("still".to_owned(), 0)
        }
    }

    fn http(base: &str) -> Result<Http, Failure> {
        let heard = SignedTime { time: DateTime::UNIX_EPOCH, boot: "still".into(), boot_ms: 0 };
        let clock = SignedClock::new(Arc::new(Still), heard);
        Http::new(base, Trust::PublicRoots, &clock, Duration::from_millis(300))
    }

    #[test]
    fn plain_http_is_for_loopback_alone() {
        assert!(http("http://127.0.0.1:80").is_ok());
        assert!(http("http://[::1]:80").is_ok());
        assert!(http("http://localhost").is_ok());
        assert!(http("https://192.0.2.1").is_ok());
        assert!(http("http://192.0.2.1").is_err());
        assert!(http("http://127.0.0.1.example.org").is_err());
        assert!(http("ftp://127.0.0.1").is_err());
    }

    #[test]
    fn a_code_of_a_newer_server_does_not_hide_the_refusal() {
        let body = br#"{"type":"x","title":"t","status":418,"code":"brand-new","retry_after_s":7}"#;
        let refusal = refusal(StatusCode::IM_A_TEAPOT, &HeaderMap::new(), body);
        assert_eq!((refusal.status, refusal.code, refusal.retry_after_s), (418, None, Some(7)));
        assert_eq!(refusal.detail.as_deref(), Some("brand-new"));
    }

    #[tokio::test]
    async fn a_stalled_connection_is_given_up_and_a_closed_one_is_told_apart() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepting = tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                open.push(stream);
            }
        });
        let stalled = http(&format!("http://{address}")).unwrap().get_bytes("/", None).await;
        assert!(matches!(stalled, Err(Failure::Cut(_))), "{stalled:?}");
        accepting.abort();
        let _ = accepting.await;
        let closed = http(&format!("http://{address}")).unwrap().get_bytes("/", None).await;
        assert!(matches!(closed, Err(Failure::Unreachable(_))), "{closed:?}");
    }
}

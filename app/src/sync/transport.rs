//! The way to the central store. Made for bad links: no request has a total time limit, only a limit on the time in which
//! no byte moves; a body is handed over mouthful by mouthful and counted as it goes.
//!
//! [`Internet`] is the real one: TLS under the phone's [`Trust`], plain http on loopback alone. A test puts a network of
//! its own in its place, which tears, repeats and reorders what the phone and the server say; nothing above this file
//! knows the difference.

use std::{
    error::Error as _,
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::{future::BoxFuture, stream};
use reqwest::{
    Client, Method, RequestBuilder, StatusCode, Url,
    header::{CONTENT_LENGTH, HeaderMap},
    redirect::Policy,
};

use super::{
    http::{Body, Failure, Meter},
    tls::{self, SignedClock, Trust},
};

/// Largest answer that is read.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;
/// A body is handed to the socket in such pieces: small enough that a slow link shows life.
const MOUTHFUL: usize = 16 * 1024;

/// A request as it leaves the phone.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Where to, the server's address included.
    pub url: Url,
    /// Headers, the token included.
    pub headers: HeaderMap,
    /// Body.
    pub body: Body,
}

/// An answer as it came, whatever its status.
#[derive(Clone, Debug)]
pub struct Response {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body, whole.
    pub body: Bytes,
}

/// The way to one server.
pub trait Transport: Send + Sync {
    /// Brings a request there and the answer back, counting the bytes of both bodies as they move. Gives up by itself
    /// when no byte moves for too long.
    fn exchange<'a>(
        &'a self,
        request: Request,
        meter: &'a Arc<Meter>,
    ) -> BoxFuture<'a, Result<Response, Failure>>;
}

/// The server that is to be reached.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a> {
    /// Its address.
    pub base: &'a Url,
    /// What its certificate is held against.
    pub trust: Trust,
    /// The time for that.
    pub clock: &'a Arc<SignedClock>,
    /// Time without a byte after which a request is given up.
    pub idle: Duration,
}

/// Makes ways to servers.
pub trait Network: Send + Sync {
    /// The way to `server`.
    ///
    /// # Errors
    /// When the address is unusable.
    fn connect(&self, server: &Server<'_>) -> Result<Arc<dyn Transport>, Failure>;
}

/// The real network.
#[derive(Clone, Copy, Debug)]
pub struct Internet;

impl Network for Internet {
    fn connect(&self, server: &Server<'_>) -> Result<Arc<dyn Transport>, Failure> {
        let config = tls::client_config(server.trust, server.clock)
            .map_err(|error| Failure::Protocol(error.to_string()))?;
        let mut builder = Client::builder()
            .tls_backend_preconfigured(config)
            .connect_timeout(Duration::from_secs(30).min(server.idle))
            .pool_idle_timeout(Duration::from_secs(20))
            .redirect(Policy::none())
            // Which program speaks the token has said; every request would say it again.
            .no_proxy();
        match server.base.scheme() {
            "http" if is_loopback(server.base) => {}
            "https" => builder = builder.https_only(true),
            "http" => return Err(Failure::Protocol("plain http is for loopback addresses alone".into())),
            other => return Err(Failure::Protocol(format!("{other} is neither https nor http"))),
        }
        let client = builder.build().map_err(|error| Failure::Protocol(chain(&error)))?;
        Ok(Arc::new(Wire { client, idle: server.idle }))
    }
}

struct Wire {
    client: Client,
    idle: Duration,
}

impl Transport for Wire {
    fn exchange<'a>(
        &'a self,
        request: Request,
        meter: &'a Arc<Meter>,
    ) -> BoxFuture<'a, Result<Response, Failure>> {
        Box::pin(async move {
            let pulse = Arc::new(Pulse::default());
            let Request { method, url, headers, body } = request;
            let request = with_body(self.client.request(method, url), body, headers, meter, &pulse);
            self.while_alive(&pulse, talk(request, meter, &pulse)).await
        })
    }
}

impl Wire {
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
}

async fn talk(request: RequestBuilder, meter: &Meter, pulse: &Pulse) -> Result<Response, Failure> {
    let mut response = request.send().await.map_err(|error| fault(&error))?;
    pulse.beat();
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| fault(&error))? {
        pulse.beat();
        meter.down(piece.len());
        if body.len() + piece.len() > LARGEST_ANSWER {
            return Err(Failure::Protocol("the answer is too large".into()));
        }
        body.extend_from_slice(&piece);
    }
    Ok(Response { status, headers, body: body.into() })
}

fn with_body(
    request: RequestBuilder,
    body: Body,
    mut headers: HeaderMap,
    meter: &Arc<Meter>,
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
            let (meter, pulse) = (Arc::clone(meter), Arc::clone(pulse));
            let mouthfuls = mouthfuls(bytes).map(move |piece| {
                pulse.beat();
                meter.up(piece.len());
                Ok::<_, io::Error>(piece)
            });
            request.headers(headers).body(reqwest::Body::wrap_stream(stream::iter(mouthfuls)))
        }
    }
}

/// A body in the pieces in which it is handed over.
pub fn mouthfuls(mut rest: Bytes) -> impl Iterator<Item = Bytes> + Send + 'static {
    std::iter::from_fn(move || (!rest.is_empty()).then(|| rest.split_to(rest.len().min(MOUTHFUL))))
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
    use crate::{store::home::SignedTime, sync::http::Http};

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
        Http::new(base, Trust::PublicRoots, &clock, Duration::from_millis(300), &Internet)
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

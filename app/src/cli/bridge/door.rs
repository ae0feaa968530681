//! Who may come in: the browser that was given the one-time token, on this machine, asking for itself.
//!
//! - The token in the printed URL is good once; it is exchanged for a cookie that no script can read and no other site
//!   can send, and the browser is led to an address without it.
//! - The `Host` must be ours, so a name that somebody points at 127.0.0.1 does not help (DNS rebinding).
//! - The `Origin` must be ours, always on what changes something, so no other page can ask for the worker (CSRF). No
//!   other origin is ever told that it may read an answer.
//! - The screens themselves are no secret and need no cookie: a link from elsewhere opens them, and their own calls then
//!   carry it.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use kandas_app::platform::Chance;
use kandas_shared::hash::{Digest, b64};

use super::Desk;

/// Sent with everything.
const HEADERS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=()",
    ),
    (header::CACHE_CONTROL, "no-store"),
];
/// A working day.
const COOKIE_SECONDS: u32 = 12 * 60 * 60;

/// The door of one bridge.
pub(super) struct Door {
    hosts: [String; 2],
    cookie_name: String,
    token: String,
    used: AtomicBool,
    cookie: String,
}

impl Door {
    pub(super) fn new(address: SocketAddr, chance: &dyn Chance) -> Self {
        let port = address.port();
        Self {
            hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")],
            // Cookies know no port: two bridges must not overwrite each other's.
            cookie_name: format!("kandas_field_{port}"),
            token: b64(&chance.bytes::<32>()),
            used: AtomicBool::new(false),
            cookie: b64(&chance.bytes::<32>()),
        }
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    fn is_ours(&self, host: &str) -> bool {
        self.hosts.iter().any(|ours| ours == host)
    }

    /// Why a request is not let in; `None`: it may ask.
    fn objection(&self, method: &Method, headers: &HeaderMap) -> Option<&'static str> {
        let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or_default());
        if !text(header::HOST).is_some_and(|host| self.is_ours(host)) {
            return Some("this is not the name of this bridge");
        }
        let origin = text(header::ORIGIN);
        let own =
            origin.is_none_or(|origin| origin.strip_prefix("http://").is_some_and(|host| self.is_ours(host)));
        let reads = matches!(*method, Method::GET | Method::HEAD);
        if !own || (!reads && origin.is_none()) {
            return Some("another page may not ask here");
        }
        None
    }

    /// Whether the request brings the cookie.
    fn knows(&self, headers: &HeaderMap) -> bool {
        let brought = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        brought.flat_map(|line| line.split(';')).any(|pair| {
            let (name, value) = pair.trim().split_once('=').unwrap_or_default();
            name == self.cookie_name && same(value, &self.cookie)
        })
    }

    /// Exchanges the token, once.
    fn exchange(&self, token: &str) -> Option<HeaderValue> {
        if !same(token, &self.token) || self.used.swap(true, Ordering::SeqCst) {
            return None;
        }
        let (name, cookie) = (&self.cookie_name, &self.cookie);
        let line = format!("{name}={cookie}; Path=/; HttpOnly; SameSite=Strict; Max-Age={COOKIE_SECONDS}");
        HeaderValue::from_str(&line).ok()
    }
}

/// Compares by hashes, so that time tells nothing about how far a guess was right.
fn same(a: &str, b: &str) -> bool {
    Digest::of(a.as_bytes()) == Digest::of(b.as_bytes())
}

/// Everything passes here: name and origin are looked at, a token is exchanged, the headers go with every answer.
pub(super) async fn keep(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let door = &desk.door;
    let mut answer = match door.objection(request.method(), request.headers()) {
        Some(why) => (StatusCode::FORBIDDEN, why).into_response(),
        None => match token_of(&request) {
            Some(token) => match door.exchange(&token) {
                Some(cookie) => {
                    let mut answer = Redirect::to("/").into_response();
                    answer.headers_mut().insert(header::SET_COOKIE, cookie);
                    answer
                }
                // A second click in the same browser is no attack.
                None if door.knows(request.headers()) => Redirect::to("/").into_response(),
                None => (StatusCode::FORBIDDEN, "This address was used already. Start the bridge again.")
                    .into_response(),
            },
            None => next.run(request).await,
        },
    };
    for (name, value) in HEADERS {
        answer.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    answer
}

/// The calls and files of the worker: only with the cookie.
pub(super) async fn only_with_cookie(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    if !desk.door.knows(request.headers()) {
        return (StatusCode::UNAUTHORIZED, "open the address that the bridge has printed").into_response();
    }
    next.run(request).await
}

fn token_of(request: &Request) -> Option<String> {
    if request.uri().path() != "/" || request.method() != Method::GET {
        return None;
    }
    let mut pairs = request.uri().query()?.split('&');
    pairs.find_map(|pair| pair.strip_prefix("token=")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use kandas_app::platform::SystemChance;

    use super::*;

    fn door() -> Door {
        Door::new("127.0.0.1:4711".parse().unwrap(), &SystemChance)
    }

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn only_our_name_and_our_origin_come_in() {
        let door = door();
        let (host, origin) = (header::HOST, header::ORIGIN);
        let ours = (host.clone(), "127.0.0.1:4711");
        let may =
            |method: Method, pairs: &[(HeaderName, &str)]| door.objection(&method, &headers(pairs)).is_none();
        assert!(may(Method::GET, std::slice::from_ref(&ours)));
        assert!(may(Method::GET, &[(host.clone(), "localhost:4711")]));
        assert!(may(Method::POST, &[ours.clone(), (origin.clone(), "http://localhost:4711")]));
        for wrong in ["127.0.0.1", "127.0.0.1:4712", "evil.example:4711", "[::1]:4711", ""] {
            assert!(!may(Method::GET, &[(host.clone(), wrong)]), "{wrong}");
        }
        assert!(!may(Method::GET, &[]), "no name at all");
        assert!(
            !may(Method::POST, std::slice::from_ref(&ours)),
            "what changes something says where it comes from"
        );
        for wrong in ["null", "http://evil.example", "https://127.0.0.1:4711", "http://127.0.0.1:4712"] {
            for method in [Method::GET, Method::POST] {
                assert!(!may(method, &[ours.clone(), (origin.clone(), wrong)]), "{wrong}");
            }
        }
    }

    #[test]
    fn a_token_is_good_once_and_only_the_cookie_stays() {
        let door = door();
        assert!(door.exchange("guessed").is_none());
        let cookie = door.exchange(door.token()).unwrap();
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        assert!(!cookie.contains(door.token()));
        assert!(door.exchange(door.token()).is_none(), "used");
        let pair = cookie.split(';').next().unwrap();
        assert!(door.knows(&headers(&[(header::COOKIE, &format!("a=b; {pair}"))])));
        assert!(!door.knows(&headers(&[(header::COOKIE, "kandas_field_4711=guessed")])));
        assert!(!door.knows(&HeaderMap::new()));
    }
}

//! The dashboard itself: the built page, and the headers that keep a browser from doing anything else with it.

use axum::{
    extract::{Path, Request},
    http::{
        HeaderMap, HeaderValue, header,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    middleware::Next,
    response::{Html, IntoResponse as _, Response},
};
use kandas_shared::problem::ProblemCode;

use crate::refusal::{Outcome, Refusal};

/// The files of `server/dashboard/dist`, taken in when the program was built; empty if nobody had built them.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/dashboard.rs"));

/// Nothing inline, nothing from elsewhere, no frames. Pictures and films come from here, or were fetched from here before.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
    media-src 'self' blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// The page, or how to build it.
pub async fn index() -> Response {
    match find("index.html") {
        Some(page) => ([(CACHE_CONTROL, "no-cache")], Html(page)).into_response(),
        None => {
            let text = "<!doctype html><title>Kandas Field</title><p>The dashboard is not part of this program: it was \
                built without it. Build the page with <code>npm ci && npm run build --workspace kandas-dashboard</code>, \
                then build the server again. Phones are served all the same.";
            Html(text).into_response()
        }
    }
}

/// A script, style, font or picture of the page; its name changes with its content.
pub async fn asset(Path(name): Path<String>) -> Outcome<Response> {
    let path = format!("assets/{name}");
    let bytes = find(&path).ok_or(Refusal::from(ProblemCode::NotFound))?;
    let kind = media_type(&name);
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")], bytes).into_response())
}

/// The mark, for tabs of browsers.
pub async fn mark() -> Outcome<Response> {
    let bytes = find("mark.svg").ok_or(Refusal::from(ProblemCode::NotFound))?;
    Ok(([(CONTENT_TYPE, media_type("mark.svg"))], bytes).into_response())
}

/// Headers of page and office API.
pub async fn guard(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set("x-content-type-options", "nosniff");
    set("x-frame-options", "DENY");
    set("referrer-policy", "no-referrer");
    set("cross-origin-opener-policy", "same-origin");
    set("cross-origin-resource-policy", "same-origin");
    set("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
    set("strict-transport-security", "max-age=31536000");
    keep(headers, header::CONTENT_SECURITY_POLICY, POLICY);
    keep(headers, CACHE_CONTROL, "no-store");
    response
}

/// A header, unless the handler has said something stricter.
fn keep(headers: &mut HeaderMap, name: header::HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}

fn find(name: &str) -> Option<&'static [u8]> {
    FILES.iter().find(|(path, _)| *path == name).map(|(_, bytes)| *bytes)
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

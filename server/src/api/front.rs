//! What happens to every request before and after its handler: an id, a turn, a time limit, a line in the log, numbers
//! for the operator, and problems written out.
//!
//! The log and the numbers name routes by their template: ids of families, evidence and uploads never get there.

use std::str::FromStr as _;

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, Method, header::DATE},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use kandas_shared::problem::ProblemCode;
use tokio::time::timeout;
use tracing::Instrument as _;

use crate::{api::problem, chance, limits::moment, refusal::Refusal, state::AppState};

/// Header with the id of the request.
pub const REQUEST_HEADER: &str = "kandas-request";

/// The front of every route.
pub async fn front(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let began = moment();
    let id = hex::encode(chance::bytes::<8>(state.chance.as_ref()));
    let method = request.method().clone();
    let route =
        request.extensions().get::<MatchedPath>().map_or("unmatched", |path| path.as_str()).to_owned();
    let span = tracing::info_span!("request", request = %id, %method, route = %route);
    let response = in_turn(&state, &route, request, next).instrument(span.clone()).await;
    let mut response = problem::write_out(response, &id);
    let headers = response.headers_mut();
    headers
        .insert(REQUEST_HEADER, HeaderValue::from_str(&id).expect("hexadecimal digits are a header value"));
    let date = state.clock.wall().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    headers.insert(DATE, HeaderValue::from_str(&date).expect("a date is a header value"));
    let status = response.status().as_u16();
    let seconds = began.elapsed().as_secs_f64();
    span.in_scope(|| tracing::info!(status, ms = seconds * 1_000.0, "answered"));
    let labels =
        [("method", method.as_str().to_owned()), ("route", route.clone()), ("status", status.to_string())];
    metrics::counter!("kandas_http_requests_total", &labels).increment(1);
    metrics::histogram!("kandas_http_request_seconds", "route" => route).record(seconds);
    response
}

async fn in_turn(state: &AppState, route: &str, mut request: Request, next: Next) -> Response {
    let media = route.starts_with("/v1/media");
    if !route.starts_with("/v1") && !route.starts_with("/api/") {
        // Health and numbers are answered even when everything else waits.
        return next.run(request).await;
    }
    if state.stopping.is_cancelled() {
        return Refusal::later(ProblemCode::ShuttingDown, 5).into_response();
    }
    let limits = &state.limits;
    if route == "/v1/token" {
        // Whoever has a token is served within seconds; so the others wait here.
        let Some(place) = state.arrivals.place(limits.turn_time).await else {
            return Refusal::later(ProblemCode::RateLimited, come_again(state)).into_response();
        };
        request.extensions_mut().insert(place);
    }
    let (seats, patience) = match route {
        "/v1/records" => (&state.record_seats, limits.turn_time),
        _ if media => (&state.media_seats, limits.media_turn_time),
        _ => (&state.seats, limits.turn_time),
    };
    // Whoever waits longest goes first.
    let Ok(Ok(_seat)) = timeout(patience, seats.acquire()).await else {
        return Refusal::later(ProblemCode::RateLimited, come_again(state)).into_response();
    };
    if media {
        // A piece of an upload takes as long as the link is slow; it has its own idle time-out.
        return next.run(request).await;
    }
    match timeout(state.limits.answer_time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refusal::later(ProblemCode::UnknownCommit, 5).into_response(),
    }
}

/// Seconds after which to come again: not the same for all, who would only meet again.
fn come_again(state: &AppState) -> u32 {
    let [draw] = chance::bytes::<1>(state.chance.as_ref());
    2 + u32::from(draw % 8)
}

/// `X-HTTP-Method-Override`: some networks let only GET and POST pass.
pub fn method_override(mut request: Request<Body>) -> Request<Body> {
    let meant = request.headers().get("x-http-method-override").and_then(|v| v.to_str().ok());
    let meant = meant.and_then(|name| Method::from_str(&name.to_ascii_uppercase()).ok());
    if let Some(method @ (Method::PATCH | Method::DELETE | Method::HEAD)) = meant
        && request.method() == Method::POST
    {
        *request.method_mut() = method;
    }
    request
}

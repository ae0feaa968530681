//! What happens to every request before and after its handler: an id, a turn, a time limit, a line in the log, numbers
//! for the operator, and problems written out.
//!
//! The log and the numbers name routes by their template: ids of families, evidence and uploads never get there.

use std::{str::FromStr as _, time::Duration};

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, Method, header::DATE},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use kandas_shared::problem::ProblemCode;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};
use tracing::Instrument as _;

use crate::{
    api::problem,
    chance,
    limits::moment,
    refusal::{Outcome, Refusal},
    state::AppState,
};

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

async fn in_turn(state: &AppState, route: &str, request: Request, next: Next) -> Response {
    let media = route.starts_with("/v1/media");
    if !route.starts_with("/v1") && !route.starts_with("/api/") {
        // Health and numbers are answered even when everything else waits.
        return next.run(request).await;
    }
    if state.stopping.is_cancelled() {
        return Refusal::later(ProblemCode::ShuttingDown, 5).into_response();
    }
    let limits = &state.limits;
    let answer = async {
        let _seat = match route {
            "/v1/records" => Some(turn(state, &state.record_seats, 1, limits.turn_time).await?),
            _ if media => {
                // Records first: as long as phones wait to hand theirs over, few files are at work.
                let weight = if state.arrivals.are_full() { limits.media_weight } else { 1 };
                Some(turn(state, &state.media_seats, weight, limits.media_turn_time).await?)
            }
            // Takes its turn by itself, after it has waited for a place.
            "/v1/token" => None,
            _ => Some(turn(state, &state.seats, 1, limits.turn_time).await?),
        };
        if media {
            // A piece of an upload takes as long as the link is slow; it has its own idle time-out.
            return Ok(next.run(request).await);
        }
        timeout(limits.answer_time, next.run(request))
            .await
            .map_err(|_| Refusal::later(ProblemCode::UnknownCommit, 5))
    };
    answer.await.unwrap_or_else(Refusal::into_response)
}

/// So many of the turns; whoever waits longest goes first.
///
/// # Errors
/// `rate-limited` when there is none within `patience`.
pub(super) async fn turn<'a>(
    state: &AppState,
    seats: &'a Semaphore,
    many: u32,
    patience: Duration,
) -> Outcome<SemaphorePermit<'a>> {
    timeout(patience, seats.acquire_many(many))
        .await
        .ok()
        .and_then(Result::ok)
        .ok_or_else(|| come_again(state))
}

/// To come again; not at the same moment for all, who would only meet again.
pub(super) fn come_again(state: &AppState) -> Refusal {
    let [draw] = chance::bytes::<1>(state.chance.as_ref());
    Refusal::later(ProblemCode::RateLimited, 2 + u32::from(draw % 8))
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

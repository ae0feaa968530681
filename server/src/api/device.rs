//! A device's own affairs: enrolment, tokens, its wrapped key, orders it has carried out.

use std::net::SocketAddr;

use axum::{
    Extension, Json,
    extract::{ConnectInfo, Path, State},
    http::StatusCode,
};
use kandas_shared::{
    ids::OrderId,
    problem::{Problem, ProblemCode},
    wire::{EnrolRequest, Enrolled, NonceGrant, NonceRequest, RecoveryKey, TokenGrant, TokenRequest},
};

use super::{
    body::Small as Body,
    carrier::{Carrier, FieldDevice},
};
use crate::{arrivals::Place, enrol, orders, refusal::Outcome, state::AppState, token};

/// A new phone gives its public key and a one-time code.
#[utoipa::path(post, path = "/v1/enrol", tag = "device", request_body = EnrolRequest, responses(
    (status = 201, body = Enrolled),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn enrol(
    State(state): State<AppState>,
    from: Option<Extension<ConnectInfo<SocketAddr>>>,
    Body(request): Body<EnrolRequest>,
) -> Outcome<(StatusCode, Json<Enrolled>)> {
    // Only wrong guesses are counted by it; it is kept as a hash for minutes.
    let from = from.map(|Extension(ConnectInfo(address))| address.ip());
    Ok((StatusCode::CREATED, Json(enrol::enrol(&state, &request.statement, from).await?)))
}

/// A number to be signed once.
#[utoipa::path(post, path = "/v1/token/nonce", tag = "device", request_body = NonceRequest, responses(
    (status = 200, body = NonceGrant),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn nonce(
    State(state): State<AppState>,
    Body(request): Body<NonceRequest>,
) -> Outcome<Json<NonceGrant>> {
    Ok(Json(token::nonce(&state, &request.kid).await?))
}

/// A signed nonce becomes a bearer token.
#[utoipa::path(post, path = "/v1/token", tag = "device", request_body = TokenRequest, responses(
    (status = 200, body = TokenGrant),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn token(
    State(state): State<AppState>,
    place: Option<Extension<Place>>,
    Body(request): Body<TokenRequest>,
) -> Outcome<Json<TokenGrant>> {
    let (device, granted) = token::grant(&state, &request.statement).await?;
    if let Some(Extension(place)) = place {
        state.arrivals.enter(device, place);
    }
    Ok(Json(granted))
}

/// The store's key, wrapped to the organisation's recovery key.
#[utoipa::path(put, path = "/v1/device/recovery", tag = "device", request_body = RecoveryKey,
    security(("token" = [])), responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn recovery(
    State(state): State<AppState>,
    FieldDevice(bearer): FieldDevice,
    Body(key): Body<RecoveryKey>,
) -> Outcome<StatusCode> {
    enrol::keep_recovery_key(&state, bearer.device, key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An order was carried out.
#[utoipa::path(post, path = "/v1/orders/{order}/done", tag = "device", params(("order" = OrderId, Path)),
    security(("token" = [])), responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn order_done(
    State(state): State<AppState>,
    Carrier(bearer): Carrier,
    Path(order): Path<String>,
) -> Outcome<StatusCode> {
    let order = order.parse().map_err(|_| ProblemCode::OrderUnknown)?;
    orders::done(&state, bearer.device, order).await?;
    Ok(StatusCode::NO_CONTENT)
}

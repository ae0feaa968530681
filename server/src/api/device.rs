//! A device's own affairs: enrolment, tokens, its wrapped key, orders it has carried out.

use std::net::SocketAddr;

use axum::{
    Extension, Json,
    body::Body as Stream,
    extract::{ConnectInfo, Path, State},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE},
    },
    response::IntoResponse,
};
use kandas_shared::{
    ids::OrderId,
    problem::{Problem, ProblemCode},
    wire::{
        AppOffer, Diagnostics, EnrolRequest, Enrolled, NonceGrant, NonceRequest, RecoveryKey, TokenGrant,
        TokenRequest,
    },
};

use super::{
    body::Small as Body,
    carrier::{Carrier, FieldDevice},
    front::{come_again, turn},
};
use crate::{
    device_log, enrol, orders,
    refusal::{Outcome, Refusal},
    state::AppState,
    token,
};

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
    Body(request): Body<TokenRequest>,
) -> Outcome<Json<TokenGrant>> {
    let asked = token::asked(&state, &request.statement).await?;
    let patience = state.limits.turn_time;
    // Whoever is let in is served within seconds; so those who bring records wait here, before they take anybody's turn.
    let place = match asked.brings {
        0 => None,
        records => Some(state.arrivals.place(records, patience).await.ok_or_else(|| come_again(&state))?),
    };
    let _seat = turn(&state, &state.seats, 1, patience).await?;
    let (device, granted) = token::grant(&state, asked).await?;
    if let Some(place) = place {
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

/// A phone's log for whoever looks for a fault. Sent whatever else waits, by a revoked phone too.
#[utoipa::path(post, path = "/v1/diagnostics", tag = "device", request_body = Diagnostics,
    security(("token" = [])), responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn diagnostics(
    State(state): State<AppState>,
    Carrier(bearer): Carrier,
    Body(log): Body<Diagnostics>,
) -> Outcome<StatusCode> {
    device_log::keep(&state, bearer.device, &log).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The program for phones that the operator offers.
#[utoipa::path(get, path = "/v1/app", tag = "device", responses(
    (status = 200, body = AppOffer),
    (status = "4XX", body = Problem, content_type = "application/problem+json", description = "none is offered")))]
pub async fn app(State(state): State<AppState>) -> Outcome<Json<AppOffer>> {
    let looking = state.clone();
    let offer =
        tokio::task::spawn_blocking(move || looking.offers.present()).await.map_err(Refusal::fault)?;
    Ok(Json(offer.map_err(Refusal::fault)?.ok_or(ProblemCode::NotFound)?))
}

/// Its file.
#[utoipa::path(get, path = "/v1/app/{file}", tag = "device", params(("file" = String, Path)), responses(
    (status = 200, content_type = "application/vnd.android.package-archive"),
    (status = "4XX", body = Problem, content_type = "application/problem+json", description = "not offered (any more)")))]
pub async fn app_file(State(state): State<AppState>, Path(file): Path<String>) -> Outcome<impl IntoResponse> {
    let path = state.offers.file(&file).ok_or(ProblemCode::NotFound)?;
    let file = tokio::fs::File::open(&path).await.map_err(Refusal::fault)?;
    let size = file.metadata().await.map_err(Refusal::fault)?.len();
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/vnd.android.package-archive")),
        (CONTENT_LENGTH, HeaderValue::from(size)),
    ];
    Ok((headers, Stream::from_stream(tokio_util::io::ReaderStream::new(file))))
}

//! The exchange of files with a state system (§37, §44).

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use kandas_shared::{ids::FamilyId, problem::Problem};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::seat::Seat;
use crate::{
    access::{Action, Reading},
    api::body::Small as Body,
    office::{
        exchange::{self, After, AsideAct, Asides, Messages, OfFamily, Shown, Wanted},
        policy::Right,
    },
    refusal::Outcome,
    state::AppState,
};

/// What is done with something that is kept aside.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExchangeAsideDecision {
    /// retry or close.
    act: AsideAct,
}

/// How the exchange stands.
#[utoipa::path(get, path = "/api/exchange", tag = "exchange", responses(
    (status = 200, body = Shown),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn show(State(state): State<AppState>, seat: Seat) -> Outcome<Json<Shown>> {
    let territory = seat.allow(&state, Right::Exchange, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(exchange::show(&state, &mut tx, &seat.0.user, &territory).await?))
}

/// Messages to the other side, about families of the user's units.
#[utoipa::path(get, path = "/api/exchange/messages", tag = "exchange", params(Wanted), responses(
    (status = 200, body = Messages),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn messages(
    State(state): State<AppState>,
    seat: Seat,
    Query(wanted): Query<Wanted>,
) -> Outcome<Json<Messages>> {
    let territory = seat.allow(&state, Right::Exchange, wanted.unit).await?;
    seat.note(&state, Action::Exchange, Reading::default()).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(exchange::messages(&mut tx, &seat.0.user, &territory, wanted).await?))
}

/// Has a message written once more.
#[utoipa::path(post, path = "/api/exchange/messages/{message}/retry", tag = "exchange",
    params(("message" = Uuid, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn again(
    State(state): State<AppState>,
    seat: Seat,
    Path(message): Path<Uuid>,
) -> Outcome<StatusCode> {
    let mut tx = state.store.read().await?;
    let unit = exchange::unit_of(&mut tx, message).await?;
    drop(tx);
    seat.allow(&state, Right::ExchangeWork, unit).await?;
    exchange::again(&state, &seat.0.user, message).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What came and is kept aside, of all units: whose it is, is not known.
#[utoipa::path(get, path = "/api/exchange/aside", tag = "exchange", params(After), responses(
    (status = 200, body = Asides),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn aside(
    State(state): State<AppState>,
    seat: Seat,
    Query(after): Query<After>,
) -> Outcome<Json<Asides>> {
    seat.allow(&state, Right::ExchangeAside, None).await?;
    seat.note(&state, Action::ExchangeAside, Reading::default()).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(exchange::aside(&mut tx, after).await?))
}

/// Tries something once more that is kept aside, or closes it.
#[utoipa::path(post, path = "/api/exchange/aside/{position}/{line}", tag = "exchange",
    params(("position" = i64, Path), ("line" = i64, Path)), request_body = ExchangeAsideDecision, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn settle(
    State(state): State<AppState>,
    seat: Seat,
    Path(at): Path<(i64, i64)>,
    Body(decision): Body<ExchangeAsideDecision>,
) -> Outcome<StatusCode> {
    seat.allow(&state, Right::ExchangeAside, None).await?;
    exchange::settle(&state, &seat.0.user, at, decision.act).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What of the exchange concerns a family.
#[utoipa::path(get, path = "/api/families/{family}/exchange", tag = "exchange", params(("family" = FamilyId, Path)),
    responses(
    (status = 200, body = OfFamily),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn of_family(
    State(state): State<AppState>,
    seat: Seat,
    Path(family): Path<FamilyId>,
) -> Outcome<Json<OfFamily>> {
    seat.allow_family(&state, Right::Case, family).await?;
    let about = Reading { family: Some(family), ..Reading::default() };
    seat.note(&state, Action::ExchangeFamily, about).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(exchange::of_family(&mut tx, family).await?))
}

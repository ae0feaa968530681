//! Reasons that are chosen from a list.

use axum::{
    Json,
    extract::{Query, State},
};
use kandas_shared::problem::Problem;

use super::seat::Seat;
use crate::{
    api::body::Small as Body,
    office::{
        policy::Right,
        reasons::{self, AllReasons, ReasonUse, WantedReason, WhichReason},
    },
    refusal::Outcome,
    state::AppState,
};

/// The lists of reasons, with everything that was changed.
#[utoipa::path(get, path = "/api/reasons", tag = "reference", responses(
    (status = 200, body = AllReasons),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn all(State(state): State<AppState>, seat: Seat) -> Outcome<Json<AllReasons>> {
    seat.allow(&state, Right::Reference, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(reasons::all_reasons(&mut tx, state.clock.wall()).await?))
}

/// What a change of a reason would touch. Nothing changes yet.
#[utoipa::path(get, path = "/api/reasons/preview", tag = "reference", params(WhichReason), responses(
    (status = 200, body = ReasonUse),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn preview(
    State(state): State<AppState>,
    seat: Seat,
    Query(of): Query<WhichReason>,
) -> Outcome<Json<ReasonUse>> {
    seat.allow(&state, Right::Reasons, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(reasons::touched(&mut tx, &of).await?))
}

/// A reason reads otherwise from a day on, is added or retires, or what was said for a day is taken back.
#[utoipa::path(post, path = "/api/reasons", tag = "reference", request_body = WantedReason, responses(
    (status = 200, body = AllReasons),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn change(
    State(state): State<AppState>,
    seat: Seat,
    Body(wanted): Body<WantedReason>,
) -> Outcome<Json<AllReasons>> {
    seat.allow(&state, Right::Reasons, None).await?;
    reasons::set_reason(&state, &seat.0.user, wanted).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(reasons::all_reasons(&mut tx, state.clock.wall()).await?))
}

//! The map.

use axum::{
    Json,
    extract::{Query, State},
};
use kandas_shared::{calendar::civil_date, problem::Problem};

use super::seat::Seat;
use crate::{
    access::{Action, Reading},
    office::{
        map::{self, View, Wanted},
        policy::Right,
    },
    refusal::Outcome,
    state::AppState,
};

/// Where records of the user's units were made, or where its families live, gathered for the zoom asked for.
#[utoipa::path(get, path = "/api/map", tag = "cases", params(Wanted), responses(
    (status = 200, body = View),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn map(
    State(state): State<AppState>,
    seat: Seat,
    Query(wanted): Query<Wanted>,
) -> Outcome<Json<View>> {
    let territory = seat.allow(&state, Right::Case, wanted.unit).await?;
    let now = state.clock.wall();
    seat.note(&state, Action::Map, Reading::default()).await?;
    let mut tx = state.store.read().await?;
    let today = civil_date(now);
    Ok(Json(map::of(&state.points, &mut tx, &seat.0.user, &territory, &wanted, today).await?))
}

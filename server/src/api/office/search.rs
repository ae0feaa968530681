//! Search behind one box: families, persons and records.

use axum::{
    Json,
    extract::{Query, State},
};
use kandas_shared::problem::Problem;

use super::seat::Seat;
use crate::{
    access::{Action, Reading},
    office::{
        policy::Right,
        search::{self, Asked, Found},
    },
    refusal::Outcome,
    state::AppState,
};

/// Families and persons of the user's units by parts of names and numbers, records by their id: the first of each.
#[utoipa::path(get, path = "/api/search", tag = "cases", params(Asked), responses(
    (status = 200, body = Found),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn find(
    State(state): State<AppState>,
    seat: Seat,
    Query(asked): Query<Asked>,
) -> Outcome<Json<Found>> {
    let territory = seat.allow(&state, Right::Case, None).await?;
    seat.note(&state, Action::Search, Reading::default()).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(search::find(&mut tx, &seat.0.user, &territory, &asked).await?))
}

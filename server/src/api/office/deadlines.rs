//! What is due (requirements §1.9).

use axum::{
    Json,
    extract::{Query, State},
};
use kandas_shared::problem::Problem;

use super::seat::Seat;
use crate::{
    office::{
        deadlines::{self, Board, Wanted},
        policy::Right,
    },
    refusal::Outcome,
    state::AppState,
};

/// What is due for the user and those whom he looks after, by paragraph, with working-day clocks. No case is shown.
#[utoipa::path(get, path = "/api/deadlines", tag = "deadlines", params(Wanted), responses(
    (status = 200, body = Board),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn board(
    State(state): State<AppState>,
    seat: Seat,
    Query(wanted): Query<Wanted>,
) -> Outcome<Json<Board>> {
    let territory = seat.allow(&state, Right::Deadlines, None).await?;
    if wanted.unit.is_some() {
        // An akim's is his land, not a unit's.
        seat.allow(&state, Right::Numbers, wanted.unit).await?;
    }
    let mut tx = state.store.read().await?;
    Ok(Json(deadlines::board(&state, &mut tx, &seat.0.user, &territory, &wanted).await?))
}

//! Lists behind numbers of the overview: workers, phones, the regular work.

use axum::{
    Json,
    extract::{Query, State},
};
use kandas_shared::problem::Problem;

use super::seat::Seat;
use crate::{
    access::{Action, Reading},
    office::{
        fleet::{self, Phones, WantedPhones, WantedWorkers, Workers, Works},
        policy::Right,
    },
    refusal::Outcome,
    state::AppState,
};

/// Workers with phones, with what of theirs is not as it should be.
#[utoipa::path(get, path = "/api/workers", tag = "people", params(WantedWorkers), responses(
    (status = 200, body = Workers),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn workers(
    State(state): State<AppState>,
    seat: Seat,
    Query(wanted): Query<WantedWorkers>,
) -> Outcome<Json<Workers>> {
    let territory = seat.allow(&state, Right::Numbers, None).await?;
    seat.note(&state, Action::Workers, Reading::default()).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(fleet::workers(&state, &mut tx, &seat.0.user, &territory, wanted).await?))
}

/// Phones that may work: all, those that are silent, those that upload; or those of one worker.
#[utoipa::path(get, path = "/api/phones", tag = "people", params(WantedPhones), responses(
    (status = 200, body = Phones),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn phones(
    State(state): State<AppState>,
    seat: Seat,
    Query(wanted): Query<WantedPhones>,
) -> Outcome<Json<Phones>> {
    let territory = seat.allow(&state, Right::Numbers, None).await?;
    seat.note(&state, Action::Phones, Reading::default()).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(fleet::phones(&mut tx, &seat.0.user, &territory, wanted, state.clock.wall()).await?))
}

/// How the regular work of the store stands; what the log says of it is for who may have the journal verified.
#[utoipa::path(get, path = "/api/works", tag = "people", responses(
    (status = 200, body = Works),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn works(State(state): State<AppState>, seat: Seat) -> Outcome<Json<Works>> {
    seat.allow(&state, Right::Numbers, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(fleet::works(&state, &mut tx, seat.has(Right::Verify)).await?))
}

//! Who has read, changed and checked; and whether the journal is what it was.

use axum::{
    Json,
    extract::{Query, State},
    http::StatusCode,
};
use kandas_shared::problem::{Problem, ProblemCode};

use super::seat::Seat;
use crate::{
    access::{Action, Reading},
    office::{
        audit::{self, Page, Wanted},
        family, people,
        policy::{self, Right},
        verification::{self, Verification},
    },
    refusal::Outcome,
    state::AppState,
};

/// Readings or acts of the user's units, or his own.
#[utoipa::path(get, path = "/api/audit", tag = "audit", params(Wanted), responses(
    (status = 200, body = Page),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn page(
    State(state): State<AppState>,
    seat: Seat,
    Query(wanted): Query<Wanted>,
) -> Outcome<Json<Page>> {
    let user = &seat.0.user;
    let territory = if wanted.by == Some(user.id) && wanted.family.is_none() {
        seat.allow(&state, Right::Acts, None).await?
    } else {
        let mut tx = state.store.read().await?;
        let by = match wanted.by {
            Some(by) => people::unit_of(&mut tx, by).await?,
            None => None,
        };
        let of = match wanted.family {
            Some(family) => family::unit_of(&mut tx, family).await?,
            None => None,
        };
        drop(tx);
        seat.allow(&state, Right::Audit, by).await?;
        let territory = seat.allow(&state, Right::Audit, of).await?;
        // Whoever is not there any more is of no unit: only who sees all units may ask about him.
        let nobody = (wanted.by.is_some() && by.is_none()) || (wanted.family.is_some() && of.is_none());
        if nobody && !policy::is_everywhere(user.role) {
            return Err(ProblemCode::NotFound.into());
        }
        territory
    };
    let about = Reading { family: wanted.family, ..Reading::default() };
    seat.note(&state, Action::Audit, about).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(audit::page(&mut tx, user, &territory, &wanted).await?))
}

/// The newest checkpoint, and the last verification of the journal.
#[utoipa::path(get, path = "/api/verification", tag = "audit", responses(
    (status = 200, body = Verification),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn verification(State(state): State<AppState>, seat: Seat) -> Outcome<Json<Verification>> {
    seat.allow(&state, Right::Verify, None).await?;
    Ok(Json(verification::state(&state).await?))
}

/// Has the journal verified, unless that is being done.
#[utoipa::path(post, path = "/api/verification", tag = "audit", responses(
    (status = 202, body = Verification),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn verify(State(state): State<AppState>, seat: Seat) -> Outcome<(StatusCode, Json<Verification>)> {
    seat.allow(&state, Right::Verify, None).await?;
    verification::start(&state, seat.0.user.id).await?;
    Ok((StatusCode::ACCEPTED, Json(verification::state(&state).await?)))
}

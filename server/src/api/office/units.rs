//! Units of the organisation: an administrator adds and changes them.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use kandas_shared::{ids::OrgUnitId, problem::Problem, pulled::OrgUnit};

use super::seat::Seat;
use crate::{
    api::body::Small as Body,
    office::{
        policy::Right,
        units::{self, Wanted},
    },
    refusal::Outcome,
    state::AppState,
};

/// Adds a unit.
#[utoipa::path(post, path = "/api/units", tag = "people", request_body = Wanted, responses(
    (status = 201, body = OrgUnit),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn add(
    State(state): State<AppState>,
    seat: Seat,
    Body(wanted): Body<Wanted>,
) -> Outcome<(StatusCode, Json<OrgUnit>)> {
    seat.allow(&state, Right::People, wanted.parent).await?;
    Ok((StatusCode::CREATED, Json(units::save(&state, &seat.0.user, None, wanted).await?)))
}

/// Changes a unit: its names, what it is, its land, the unit above.
#[utoipa::path(put, path = "/api/units/{unit}", tag = "people", params(("unit" = OrgUnitId, Path)),
    request_body = Wanted, responses(
    (status = 200, body = OrgUnit),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn change(
    State(state): State<AppState>,
    seat: Seat,
    Path(unit): Path<OrgUnitId>,
    Body(wanted): Body<Wanted>,
) -> Outcome<Json<OrgUnit>> {
    seat.allow(&state, Right::People, Some(unit)).await?;
    Ok(Json(units::save(&state, &seat.0.user, Some(unit), wanted).await?))
}

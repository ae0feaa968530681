//! Users and phones: lists, new users, passwords, codes for phones; a worker with his work.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, HeaderName},
    },
};
use kandas_shared::{
    ids::UserId,
    problem::{Problem, ProblemCode},
    pulled::User,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::seat::Seat;
use crate::{
    access::{Action, Reading},
    api::body::Small as Body,
    office::{
        people::{self, Asked, Invitation, People, Wanted, changing},
        policy::Right,
        worker,
    },
    refusal::{Outcome, Refusal},
    state::AppState,
};

/// A password that is told once.
#[derive(Debug, Serialize, ToSchema)]
pub struct Told {
    /// To be given to its user, who changes it.
    password: String,
}

const NO_STORE: [(HeaderName, HeaderValue); 1] = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];

/// Units, users and phones.
#[utoipa::path(get, path = "/api/people", tag = "people", params(Asked), responses(
    (status = 200, body = People),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(state): State<AppState>,
    seat: Seat,
    Query(asked): Query<Asked>,
) -> Outcome<Json<People>> {
    let territory = seat.allow(&state, Right::Workers, None).await?;
    seat.note(&state, Action::Users, Reading::default()).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(people::list(&mut tx, &seat.0.user, &territory, &asked, state.clock.wall()).await?))
}

/// A worker with his families, records and phones, in numbers.
#[utoipa::path(get, path = "/api/workers/{worker}", tag = "people", params(("worker" = UserId, Path)), responses(
    (status = 200, body = worker::Page),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn worker(
    State(state): State<AppState>,
    seat: Seat,
    Path(worker): Path<UserId>,
) -> Outcome<Json<worker::Page>> {
    let mut tx = state.store.read().await?;
    let unit = worker::unit_of(&mut tx, worker).await?;
    drop(tx);
    let territory = seat.allow(&state, Right::Workers, unit).await?;
    let (user, now) = (&seat.0.user, state.clock.wall());
    let mut tx = state.store.read().await?;
    let page = worker::of(&mut tx, &state.standing, user, &territory, worker, now)
        .await?
        .ok_or(ProblemCode::NotFound)?;
    drop(tx);
    seat.note(&state, Action::Worker(worker), Reading::default()).await?;
    Ok(Json(page))
}

/// Adds a user. He signs in once he has a password.
#[utoipa::path(post, path = "/api/users", tag = "people", request_body = Wanted, responses(
    (status = 201, body = User),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn add(
    State(state): State<AppState>,
    seat: Seat,
    Body(wanted): Body<Wanted>,
) -> Outcome<(StatusCode, Json<User>)> {
    let territory = seat.allow(&state, Right::People, Some(wanted.org_unit)).await?;
    people::may_make(&seat.0.user, wanted.role, &territory)?;
    Ok((StatusCode::CREATED, Json(people::add(&state, wanted, seat.0.user.id).await?)))
}

/// Puts a user right: name, role, unit, language, whether he may work. Where more than name and language changes, his
/// sessions end.
#[utoipa::path(put, path = "/api/users/{user}", tag = "people", params(("user" = UserId, Path)),
    request_body = changing::WantedChange, responses(
    (status = 200, body = User),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn change(
    State(state): State<AppState>,
    seat: Seat,
    Path(user): Path<UserId>,
    Body(wanted): Body<changing::WantedChange>,
) -> Outcome<Json<User>> {
    about(&state, &seat, user).await?;
    Ok(Json(changing::change(&state, &seat.0.user, user, wanted).await?))
}

/// Forgets a user's second factor; his sessions end, and he sets up another when he signs in.
#[utoipa::path(delete, path = "/api/users/{user}/second-factor", tag = "people", params(("user" = UserId, Path)),
    responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn forget_second_factor(
    State(state): State<AppState>,
    seat: Seat,
    Path(user): Path<UserId>,
) -> Outcome<StatusCode> {
    about(&state, &seat, user).await?;
    changing::forget_second_factor(&state, &seat.0.user, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The user may no longer work; his sessions end.
#[utoipa::path(delete, path = "/api/users/{user}", tag = "people", params(("user" = UserId, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn deactivate(
    State(state): State<AppState>,
    seat: Seat,
    Path(user): Path<UserId>,
) -> Outcome<StatusCode> {
    about(&state, &seat, user).await?;
    if user == seat.0.user.id {
        return Err(Refusal::because(ProblemCode::Forbidden, "nobody deactivates himself"));
    }
    people::deactivate(&state, user, seat.0.user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A new password for a user, drawn and told once.
#[utoipa::path(post, path = "/api/users/{user}/password", tag = "people", params(("user" = UserId, Path)), responses(
    (status = 200, body = Told),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn password(
    State(state): State<AppState>,
    seat: Seat,
    Path(user): Path<UserId>,
) -> Outcome<([(HeaderName, HeaderValue); 1], Json<Told>)> {
    about(&state, &seat, user).await?;
    Ok((NO_STORE, Json(Told { password: people::new_password(&state, user, seat.0.user.id).await? })))
}

/// A one-time code with which a worker enrols a phone.
#[utoipa::path(post, path = "/api/users/{user}/code", tag = "people", params(("user" = UserId, Path)), responses(
    (status = 200, body = Invitation),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn code(
    State(state): State<AppState>,
    seat: Seat,
    Path(user): Path<UserId>,
) -> Outcome<([(HeaderName, HeaderValue); 1], Json<Invitation>)> {
    about(&state, &seat, user).await?;
    Ok((NO_STORE, Json(people::invite(&state, user, seat.0.user.id).await?)))
}

/// Whether something may be done about a user.
async fn about(state: &AppState, seat: &Seat, user: UserId) -> Outcome<()> {
    let mut tx = state.store.read().await?;
    let place = people::place_of(&mut tx, user).await?;
    drop(tx);
    let territory = seat.allow(state, Right::People, place.map(|(unit, _)| unit)).await?;
    let (_, role) = place.ok_or(ProblemCode::NotFound)?;
    people::may_make(&seat.0.user, role, &territory)
}

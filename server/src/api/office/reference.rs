//! What everybody counts by: calendar, thresholds, services and their terms, settlements.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use kandas_shared::problem::Problem;

use super::seat::Seat;
use crate::{
    api::body::Small as Body,
    office::{
        moves::{self, Moves, TermMoves},
        policy::Right,
        reference::{
            self, ChangedDays, Fixed, MeasuredAnew, OfSettlement, OfYear, Settlements, Since, Thresholds,
            WantedCentre, WantedDays, WantedValue, Year,
        },
        rules,
        terms::{self, AllTerms, ChangedTerm, WantedTerm},
    },
    refusal::Outcome,
    rules::RuleSet,
    state::AppState,
};

/// A year of the working-day calendar.
#[utoipa::path(get, path = "/api/calendar", tag = "reference", params(OfYear), responses(
    (status = 200, body = Year),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn year(
    State(state): State<AppState>,
    seat: Seat,
    Query(of): Query<OfYear>,
) -> Outcome<Json<Year>> {
    seat.allow(&state, Right::Reference, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(reference::year(&mut tx, of, state.clock.wall()).await?))
}

/// Which open due dates would move if these days changed. Nothing changes yet.
#[utoipa::path(post, path = "/api/calendar/preview", tag = "reference", request_body = WantedDays, responses(
    (status = 200, body = Moves),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn preview(
    State(state): State<AppState>,
    seat: Seat,
    Body(wanted): Body<WantedDays>,
) -> Outcome<Json<Moves>> {
    seat.allow(&state, Right::Settings, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(moves::of_days(&mut tx, &wanted.days, state.clock.wall()).await?))
}

/// Changes days of the calendar, or makes them again what the program has; gives the year of the first of them.
#[utoipa::path(post, path = "/api/calendar", tag = "reference", request_body = ChangedDays, responses(
    (status = 200, body = Year),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn change(
    State(state): State<AppState>,
    seat: Seat,
    Body(wanted): Body<ChangedDays>,
) -> Outcome<Json<Year>> {
    seat.allow(&state, Right::Settings, None).await?;
    let year = wanted.days.first().map(|wanted| chrono::Datelike::year(&wanted.day));
    reference::change_days(&state, &seat.0.user, wanted).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(reference::year(&mut tx, OfYear { year }, state.clock.wall()).await?))
}

/// The thresholds of findings, with everything that was changed.
#[utoipa::path(get, path = "/api/thresholds", tag = "reference", responses(
    (status = 200, body = Thresholds),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn thresholds(State(state): State<AppState>, seat: Seat) -> Outcome<Json<Thresholds>> {
    seat.allow(&state, Right::Reference, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(reference::thresholds(&mut tx, state.clock.wall()).await?))
}

/// How many records are measured anew when a threshold changes from a day on.
#[utoipa::path(get, path = "/api/thresholds/preview", tag = "reference", params(Since), responses(
    (status = 200, body = MeasuredAnew),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn measured_anew(
    State(state): State<AppState>,
    seat: Seat,
    Query(since): Query<Since>,
) -> Outcome<Json<MeasuredAnew>> {
    seat.allow(&state, Right::Settings, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(reference::measured_anew(&mut tx, since).await?))
}

/// A threshold has a value from a day on, or what was set for that day is taken back.
#[utoipa::path(post, path = "/api/thresholds", tag = "reference", request_body = WantedValue, responses(
    (status = 200, body = Thresholds),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn set_threshold(
    State(state): State<AppState>,
    seat: Seat,
    Body(wanted): Body<WantedValue>,
) -> Outcome<Json<Thresholds>> {
    seat.allow(&state, Right::Settings, None).await?;
    reference::set_value(&state, &seat.0.user, wanted).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(reference::thresholds(&mut tx, state.clock.wall()).await?))
}

/// What law and program fix: the services with their rules.
#[utoipa::path(get, path = "/api/reference", tag = "reference", responses(
    (status = 200, body = Fixed),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn fixed(State(state): State<AppState>, seat: Seat) -> Outcome<Json<Fixed>> {
    seat.allow(&state, Right::Reference, None).await?;
    Ok(Json(reference::fixed()))
}

/// Settlements of the user's units, and where their middle is taken to be.
#[utoipa::path(get, path = "/api/settlements", tag = "reference", params(OfSettlement), responses(
    (status = 200, body = Settlements),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn settlements(
    State(state): State<AppState>,
    seat: Seat,
    Query(of): Query<OfSettlement>,
) -> Outcome<Json<Settlements>> {
    let territory = seat.allow(&state, Right::Reference, None).await?;
    let mut tx = state.store.read().await?;
    let now = state.clock.wall();
    Ok(Json(reference::settlements(&mut tx, &seat.0.user, &territory, &of, now).await?))
}

/// Says where the middle of a settlement is, or takes that back.
#[utoipa::path(post, path = "/api/settlements", tag = "reference", request_body = WantedCentre, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn set_centre(
    State(state): State<AppState>,
    seat: Seat,
    Body(wanted): Body<WantedCentre>,
) -> Outcome<StatusCode> {
    seat.allow(&state, Right::Settings, None).await?;
    reference::set_centre(&state, &seat.0.user, wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A set of settings with their first days, and everything that was changed.
#[utoipa::path(get, path = "/api/rules/{set}", tag = "reference", params(("set" = RuleSet, Path)), responses(
    (status = 200, body = rules::All),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn rules(
    State(state): State<AppState>,
    seat: Seat,
    Path(set): Path<RuleSet>,
) -> Outcome<Json<rules::All>> {
    seat.allow(&state, Right::Reference, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(rules::all(&mut tx, set, state.clock.wall()).await?))
}

/// A rule of a set is so from a day on, or what was said for that day is taken back.
#[utoipa::path(post, path = "/api/rules/{set}", tag = "reference", params(("set" = RuleSet, Path)),
    request_body = rules::Wanted, responses(
    (status = 200, body = rules::All),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn set_rule(
    State(state): State<AppState>,
    seat: Seat,
    Path(set): Path<RuleSet>,
    Body(wanted): Body<rules::Wanted>,
) -> Outcome<Json<rules::All>> {
    seat.allow(&state, Right::Settings, None).await?;
    rules::set(&state, &seat.0.user, set, wanted).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(rules::all(&mut tx, set, state.clock.wall()).await?))
}

/// The terms of services, with everything that was changed.
#[utoipa::path(get, path = "/api/terms", tag = "reference", responses(
    (status = 200, body = AllTerms),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn terms(State(state): State<AppState>, seat: Seat) -> Outcome<Json<AllTerms>> {
    seat.allow(&state, Right::Reference, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(terms::all_terms(&mut tx, state.clock.wall()).await?))
}

/// Which open due dates would move if a service had this term. Nothing changes yet.
#[utoipa::path(post, path = "/api/terms/preview", tag = "reference", request_body = WantedTerm, responses(
    (status = 200, body = TermMoves),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn preview_term(
    State(state): State<AppState>,
    seat: Seat,
    Body(wanted): Body<WantedTerm>,
) -> Outcome<Json<TermMoves>> {
    seat.allow(&state, Right::Settings, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(terms::preview(&mut tx, wanted, state.clock.wall()).await?))
}

/// A service has a term from a day on, or what was said for that day is taken back; open due dates move with it.
#[utoipa::path(post, path = "/api/terms", tag = "reference", request_body = ChangedTerm, responses(
    (status = 200, body = AllTerms),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn set_term(
    State(state): State<AppState>,
    seat: Seat,
    Body(wanted): Body<ChangedTerm>,
) -> Outcome<Json<AllTerms>> {
    seat.allow(&state, Right::Settings, None).await?;
    terms::set_term(&state, &seat.0.user, wanted).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(terms::all_terms(&mut tx, state.clock.wall()).await?))
}

//! Families, persons and numbers.

use axum::{
    Json,
    extract::{Path, Query, State},
};
use kandas_shared::{
    ids::{FamilyId, PersonId},
    problem::{Problem, ProblemCode},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::seat::Seat;
use crate::{
    access::{Action, NumberReason, Reading},
    api::body::Small as Body,
    office::{
        family::{self, Family, List, Person, Wanted},
        overview::{self, Overview},
        policy::Right,
        records, timeline,
    },
    refusal::Outcome,
    state::AppState,
};

/// Why a number is asked for.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// The reason; stands in the access log.
    reason: NumberReason,
}

/// A person's number in the clear.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonNumber)]
pub struct Number {
    /// Twelve digits; absent if the person has none yet.
    iin: Option<String>,
}

/// How the user's units stand.
#[utoipa::path(get, path = "/api/overview", tag = "cases", responses(
    (status = 200, body = Overview),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn overview(State(state): State<AppState>, seat: Seat) -> Outcome<Json<Overview>> {
    let territory = seat.allow(&state, Right::Numbers, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(overview::of(&state, &mut tx, &seat.0.user, &territory).await?))
}

/// Families of the user's units: all, those with a member whose name fits, those for which something is due.
#[utoipa::path(get, path = "/api/families", tag = "cases", params(Wanted), responses(
    (status = 200, body = List),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn families(
    State(state): State<AppState>,
    seat: Seat,
    Query(wanted): Query<Wanted>,
) -> Outcome<Json<List>> {
    let territory = seat.allow(&state, Right::Case, wanted.unit).await?;
    let now = state.clock.wall();
    let about = Reading { device: wanted.phone, ..Reading::default() };
    seat.note(&state, Action::Families, about).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(family::list(&mut tx, &state.standing, &seat.0.user, &territory, &wanted, now).await?))
}

/// Records of the user's units: all, those of a worker or of a phone, those of which something has become.
#[utoipa::path(get, path = "/api/records", tag = "cases", params(records::Wanted), responses(
    (status = 200, body = records::List),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn records(
    State(state): State<AppState>,
    seat: Seat,
    Query(wanted): Query<records::Wanted>,
) -> Outcome<Json<records::List>> {
    let territory = seat.allow(&state, Right::Case, wanted.unit).await?;
    let now = state.clock.wall();
    let about = Reading { device: wanted.phone, ..Reading::default() };
    seat.note(&state, Action::Records, about).await?;
    let mut tx = state.store.read().await?;
    let user = &seat.0.user;
    let counted = if wanted.is_awaited() {
        Some(overview::incomplete(&state, &mut tx, user, &territory, wanted.unit).await?)
    } else {
        None
    };
    Ok(Json(records::list(&mut tx, &state.standing, user, &territory, &wanted, now, counted).await?))
}

/// A family with its members, its plan and what was recorded.
#[utoipa::path(get, path = "/api/families/{family}", tag = "cases", params(("family" = FamilyId, Path)), responses(
    (status = 200, body = Family),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn family(
    State(state): State<AppState>,
    seat: Seat,
    Path(family): Path<FamilyId>,
) -> Outcome<Json<Family>> {
    seat.allow_family(&state, Right::Case, family).await?;
    let mut tx = state.store.read().await?;
    let mut found = family::of(&mut tx, family).await?.ok_or(ProblemCode::NotFound)?;
    if !seat.has(Right::Consent) {
        found.members.iter_mut().for_each(|member| member.consent = None);
    }
    drop(tx);
    let about = Reading { family: Some(family), ..Reading::default() };
    seat.note(&state, Action::Family, about).await?;
    Ok(Json(found))
}

/// Everything that happened about a family, or about one person of it, the newest first.
#[utoipa::path(get, path = "/api/families/{family}/timeline", tag = "cases",
    params(("family" = FamilyId, Path), timeline::Wanted), responses(
    (status = 200, body = timeline::Page),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn timeline(
    State(state): State<AppState>,
    seat: Seat,
    Path(family): Path<FamilyId>,
    Query(wanted): Query<timeline::Wanted>,
) -> Outcome<Json<timeline::Page>> {
    let territory = seat.allow_family(&state, Right::Case, family).await?;
    let about = Reading { family: Some(family), person: wanted.person, ..Reading::default() };
    seat.note(&state, Action::Timeline, about).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(timeline::page(&mut tx, &seat.0.user, &territory, family, wanted).await?))
}

/// How far the journal has come.
#[derive(Debug, Serialize, ToSchema)]
pub struct Newest {
    /// Position of the last fact about the family; 0 without any.
    position: i64,
}

/// Whether there is something new about a family: what shows it is asked for only then, so that the access log names no
/// readings that nobody made. It says nothing else, and is not in the log itself.
#[utoipa::path(get, path = "/api/families/{family}/newest", tag = "cases", params(("family" = FamilyId, Path)), responses(
    (status = 200, body = Newest),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn newest(
    State(state): State<AppState>,
    seat: Seat,
    Path(family): Path<FamilyId>,
) -> Outcome<Json<Newest>> {
    seat.allow_family(&state, Right::Case, family).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(Newest { position: timeline::newest(&mut tx, family).await? }))
}

/// A person with his family and the services of his plan.
#[utoipa::path(get, path = "/api/persons/{person}", tag = "cases", params(("person" = PersonId, Path)), responses(
    (status = 200, body = Person),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn person(
    State(state): State<AppState>,
    seat: Seat,
    Path(person): Path<PersonId>,
) -> Outcome<Json<Person>> {
    let mut tx = state.store.read().await?;
    let found = family::number(&mut tx, person).await?;
    seat.allow(&state, Right::Case, found.as_ref().map(|(_, unit, _)| *unit)).await?;
    let (family, ..) = found.ok_or(ProblemCode::NotFound)?;
    let whole = family::of(&mut tx, family).await?;
    drop(tx);
    let mut shown = whole.and_then(|whole| whole.person(person)).ok_or(ProblemCode::NotFound)?;
    if !seat.has(Right::Consent) {
        shown.member.consent = None;
    }
    let about = Reading { family: Some(family), person: Some(person), ..Reading::default() };
    seat.note(&state, Action::Person, about).await?;
    Ok(Json(shown))
}

/// A person's number in the clear, for who says why.
#[utoipa::path(post, path = "/api/persons/{person}/number", tag = "cases", params(("person" = PersonId, Path)),
    request_body = Why, responses(
    (status = 200, body = Number),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn number(
    State(state): State<AppState>,
    seat: Seat,
    Path(person): Path<PersonId>,
    Body(why): Body<Why>,
) -> Outcome<Json<Number>> {
    let mut tx = state.store.read().await?;
    let found = family::number(&mut tx, person).await?;
    drop(tx);
    seat.allow(&state, Right::Case, found.as_ref().map(|(_, unit, _)| *unit)).await?;
    let (family, _, iin) = found.ok_or(ProblemCode::NotFound)?;
    let about = Reading { family: Some(family), person: Some(person), ..Reading::default() };
    seat.note(&state, Action::Number(why.reason), about).await?;
    Ok(Json(Number { iin: iin.map(|iin| iin.reveal().to_owned()) }))
}

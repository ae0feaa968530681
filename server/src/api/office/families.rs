//! The card of a family: registered, changed, its members' registrations and consents, and its way from one centre to another.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{StatusCode, header::ACCEPT_RANGES},
    response::{IntoResponse as _, Response},
};
use kandas_shared::{
    ids::{FamilyId, HandoverId, OrgUnitId, PersonId},
    problem::{Problem, ProblemCode},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{evidence::describe, seat::Seat};
use crate::{
    access::{Action, Reading},
    api::body::Small as Body,
    office::{
        case::{
            self, Card,
            consenting::{self, InLanguage, WantedConsent},
            handing_over::{self, List, WantedAct, WantedHandover},
            making::{self, Saved, WantedFamily, WantedRegistration},
        },
        consents,
        policy::Right,
    },
    refusal::Outcome,
    state::AppState,
};

/// A hand-over that was proposed.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ProposedHandover {
    /// Its id.
    id: HandoverId,
}

/// Registers a family at the user's own centre.
#[utoipa::path(post, path = "/api/families", tag = "families", request_body = WantedFamily, responses(
    (status = 201, body = Saved),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn register(
    State(state): State<AppState>,
    seat: Seat,
    Body(wanted): Body<WantedFamily>,
) -> Outcome<(StatusCode, Json<Saved>)> {
    seat.allow(&state, Right::FamilyKeep, None).await?;
    let saved = making::register(&state, &seat.0.user, wanted).await?;
    Ok((StatusCode::CREATED, Json(saved)))
}

/// The card of a family.
#[utoipa::path(get, path = "/api/families/{family}/card", tag = "families", params(("family" = FamilyId, Path)),
    responses(
    (status = 200, body = Card),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn card(
    State(state): State<AppState>,
    seat: Seat,
    Path(family): Path<FamilyId>,
) -> Outcome<Json<Card>> {
    let territory = seat.allow_family(&state, Right::Case, family).await?;
    let about = Reading { family: Some(family), ..Reading::default() };
    seat.note(&state, Action::Card, about).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(case::card(&mut tx, &seat.0.user, &territory, family, state.clock.wall()).await?))
}

/// Saves the card of a family as it is to be.
#[utoipa::path(put, path = "/api/families/{family}/card", tag = "families", params(("family" = FamilyId, Path)),
    request_body = WantedFamily, responses(
    (status = 200, body = Saved),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn save(
    State(state): State<AppState>,
    seat: Seat,
    Path(family): Path<FamilyId>,
    Body(wanted): Body<WantedFamily>,
) -> Outcome<Json<Saved>> {
    seat.allow_family(&state, Right::FamilyKeep, family).await?;
    Ok(Json(making::save(&state, &seat.0.user, family, wanted).await?))
}

/// Registers a member where he lives (§31).
#[utoipa::path(post, path = "/api/persons/{person}/registrations", tag = "families",
    params(("person" = PersonId, Path)), request_body = WantedRegistration, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn register_person(
    State(state): State<AppState>,
    seat: Seat,
    Path(person): Path<PersonId>,
    Body(wanted): Body<WantedRegistration>,
) -> Outcome<StatusCode> {
    allow_person(&state, &seat, Right::FamilyKeep, person).await?;
    making::register_person(&state, &seat.0.user, person, wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Enters that an adult gives his consent, or does not.
#[utoipa::path(post, path = "/api/persons/{person}/consent", tag = "families", params(("person" = PersonId, Path)),
    request_body = WantedConsent, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn consent(
    State(state): State<AppState>,
    seat: Seat,
    Path(person): Path<PersonId>,
    Body(wanted): Body<WantedConsent>,
) -> Outcome<StatusCode> {
    allow_person(&state, &seat, Right::FamilyKeep, person).await?;
    consenting::give(&state, &seat.0.user, person, wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The text of an adult's consent, filled in, to be printed and signed.
#[utoipa::path(get, path = "/api/persons/{person}/consent/paper", tag = "families",
    params(("person" = PersonId, Path), InLanguage), responses(
    (status = 200, content_type = "application/pdf", description = "the file"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn consent_paper(
    State(state): State<AppState>,
    seat: Seat,
    Path(person): Path<PersonId>,
    Query(InLanguage { lang }): Query<InLanguage>,
) -> Outcome<Response> {
    let family = allow_person(&state, &seat, Right::Case, person).await?;
    let about = Reading { family: Some(family), person: Some(person), ..Reading::default() };
    seat.note(&state, Action::ConsentPaper, about).await?;
    let mut tx = state.store.read().await?;
    let bytes = consenting::paper(&mut tx, person, lang, state.clock.wall()).await?;
    drop(tx);
    let mut response = bytes.into_response();
    describe(response.headers_mut(), "application/pdf", &format!("consent-{person}.pdf"));
    // It comes whole.
    response.headers_mut().remove(ACCEPT_RANGES);
    Ok(response)
}

/// Proposes a family to another career centre.
#[utoipa::path(post, path = "/api/families/{family}/handovers", tag = "families",
    params(("family" = FamilyId, Path)), request_body = WantedHandover, responses(
    (status = 201, body = ProposedHandover),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn propose(
    State(state): State<AppState>,
    seat: Seat,
    Path(family): Path<FamilyId>,
    Body(wanted): Body<WantedHandover>,
) -> Outcome<(StatusCode, Json<ProposedHandover>)> {
    seat.allow_family(&state, Right::FamilyHandOver, family).await?;
    let id = handing_over::propose(&state, &seat.0.user, family, wanted).await?;
    Ok((StatusCode::CREATED, Json(ProposedHandover { id })))
}

/// Hand-overs that the user's units give or take.
#[utoipa::path(get, path = "/api/handovers", tag = "families", responses(
    (status = 200, body = List),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn handovers(State(state): State<AppState>, seat: Seat) -> Outcome<Json<List>> {
    let territory = seat.allow(&state, Right::Case, None).await?;
    seat.note(&state, Action::Handovers, Reading::default()).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(handing_over::list(&mut tx, &seat.0.user, &territory, state.clock.wall()).await?))
}

/// Accepts or refuses a hand-over, for the centre that takes the family; or takes it back, for the one that gives it.
#[utoipa::path(post, path = "/api/handovers/{handover}", tag = "families",
    params(("handover" = HandoverId, Path)), request_body = WantedAct, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn decide(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<HandoverId>,
    Body(wanted): Body<WantedAct>,
) -> Outcome<StatusCode> {
    let mut tx = state.store.read().await?;
    let units = handing_over::units_of(&mut tx, id).await?;
    drop(tx);
    let unit = units.map(|(from, to)| handing_over::whose_turn(wanted.act, from, to));
    seat.allow(&state, Right::FamilyHandOver, unit).await?;
    unit.ok_or(ProblemCode::NotFound)?;
    handing_over::decide(&state, &seat.0.user, id, wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for a right about a person; gives his family.
async fn allow_person(state: &AppState, seat: &Seat, right: Right, person: PersonId) -> Outcome<FamilyId> {
    let mut tx = state.store.read().await?;
    let place: Option<(FamilyId, OrgUnitId)> = consents::place_of(&mut tx, person).await?;
    drop(tx);
    seat.allow(state, right, place.map(|(_, unit)| unit)).await?;
    Ok(place.ok_or(ProblemCode::NotFound)?.0)
}

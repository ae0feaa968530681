//! How long everything is kept, erasing in two steps, and consents that are withdrawn (requirements §4.6, A-27).

use axum::{
    Json,
    body::Body as Stream,
    extract::{Path, Query, State},
    http::{StatusCode, header::ACCEPT_RANGES},
    response::{IntoResponse as _, Response},
};
use kandas_shared::{
    ids::{ErasureId, FamilyId, OrgUnitId, PersonId, ProposalId},
    problem::{Problem, ProblemCode},
    retention::Hindrance,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{evidence::describe, seat::Seat};
use crate::{
    access::{Action, Reading},
    api::body::{Small as Body, WithFile},
    erase,
    office::{
        consents,
        erasing::{self, Whom},
        policy::Right,
        retention::{self, Due, Shown, Wanted, WantedKeeping},
    },
    refusal::{Outcome, Refusal},
    state::AppState,
};

/// A proposal that was made.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ProposedErasure {
    /// Its id.
    id: ProposalId,
}

/// Why a proposal is taken back or refused.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasureDropReason {
    /// In words, at most 1,000 characters.
    reason: String,
}

/// How everything is kept.
#[utoipa::path(get, path = "/api/retention", tag = "retention", responses(
    (status = 200, body = Shown),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn read(State(state): State<AppState>, seat: Seat) -> Outcome<Json<Shown>> {
    seat.allow(&state, Right::Reference, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(retention::read(&mut tx, state.clock.wall()).await?))
}

/// A class is kept so from a day on.
#[utoipa::path(post, path = "/api/retention", tag = "retention", request_body = WantedKeeping, responses(
    (status = 200, body = Shown),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn set(
    State(state): State<AppState>,
    seat: Seat,
    Body(wanted): Body<WantedKeeping>,
) -> Outcome<Json<Shown>> {
    seat.allow(&state, Right::Settings, None).await?;
    retention::set(&state, &seat.0.user, wanted).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(retention::read(&mut tx, state.clock.wall()).await?))
}

/// Families whose date has come, and persons whose consent is withdrawn.
#[utoipa::path(get, path = "/api/retention/due", tag = "retention", params(Wanted), responses(
    (status = 200, body = Due),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn due(
    State(state): State<AppState>,
    seat: Seat,
    Query(wanted): Query<Wanted>,
) -> Outcome<Json<Due>> {
    let territory = seat.allow(&state, Right::Erasures, wanted.unit).await?;
    seat.note(&state, Action::Retention, Reading::default()).await?;
    let mut tx = state.store.read().await?;
    let mut due = retention::due(&mut tx, &seat.0.user, &territory, wanted, state.clock.wall()).await?;
    if !seat.has(Right::Consent) {
        due.withdrawn = Vec::new();
    }
    Ok(Json(due))
}

/// Proposals to erase and decisions of the user's units.
#[utoipa::path(get, path = "/api/erasures", tag = "retention", params(erasing::Pages), responses(
    (status = 200, body = erasing::List),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn erasures(
    State(state): State<AppState>,
    seat: Seat,
    Query(pages): Query<erasing::Pages>,
) -> Outcome<Json<erasing::List>> {
    let territory = seat.allow(&state, Right::Erasures, None).await?;
    seat.note(&state, Action::Erasures, Reading::default()).await?;
    let mut tx = state.store.read().await?;
    let confirms = seat.has(Right::EraseConfirm);
    let compaction = erasing::compaction(&state)?;
    Ok(Json(erasing::list(&mut tx, &seat.0.user, &territory, confirms, pages, compaction).await?))
}

/// What an erasing would take, what would stay, and what stands in the way.
#[utoipa::path(get, path = "/api/erasures/preview", tag = "retention", params(Whom), responses(
    (status = 200, body = erasing::Preview),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn preview(
    State(state): State<AppState>,
    seat: Seat,
    Query(whom): Query<Whom>,
) -> Outcome<Json<erasing::Preview>> {
    allow(&state, &seat, Right::Erasures, whom).await?;
    let about = Reading { family: Some(whom.family), person: whom.person, ..Reading::default() };
    seat.note(&state, Action::Survey, about).await?;
    let mut tx = state.store.read().await?;
    let may = seat.has(Right::ErasePropose);
    let mut preview = erasing::preview(&mut tx, whom, may, state.clock.wall()).await?;
    if !seat.has(Right::Consent) {
        preview.hindrances.retain(|standing| standing.hindrance != Hindrance::NotWithdrawn);
    }
    Ok(Json(preview))
}

/// Proposes that somebody be erased.
#[utoipa::path(post, path = "/api/erasures", tag = "retention", request_body = erasing::WantedErasure, responses(
    (status = 201, body = ProposedErasure),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn propose(
    State(state): State<AppState>,
    seat: Seat,
    Body(wanted): Body<erasing::WantedErasure>,
) -> Outcome<(StatusCode, Json<ProposedErasure>)> {
    let whom = Whom { family: wanted.family, person: wanted.person };
    allow(&state, &seat, Right::ErasePropose, whom).await?;
    let id = erasing::propose(&state, &seat.0.user, wanted).await?;
    Ok((StatusCode::CREATED, Json(ProposedErasure { id })))
}

/// A proposal to erase.
#[utoipa::path(get, path = "/api/erasures/{proposal}", tag = "retention",
    params(("proposal" = ProposalId, Path)), responses(
    (status = 200, body = erasing::Proposal),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn show(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<ProposalId>,
) -> Outcome<Json<erasing::Proposal>> {
    allow_proposal(&state, &seat, &[Right::Erasures], id).await?;
    seat.note(&state, Action::Erasures, Reading::default()).await?;
    let mut tx = state.store.read().await?;
    let confirms = seat.has(Right::EraseConfirm);
    Ok(Json(erasing::show(&mut tx, &seat.0.user, id, confirms).await?))
}

/// Takes an own proposal back, or refuses that of somebody else.
#[utoipa::path(post, path = "/api/erasures/{proposal}/drop", tag = "retention",
    params(("proposal" = ProposalId, Path)), request_body = ErasureDropReason, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn drop(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<ProposalId>,
    Body(why): Body<ErasureDropReason>,
) -> Outcome<StatusCode> {
    allow_proposal(&state, &seat, &[Right::ErasePropose, Right::EraseConfirm], id).await?;
    let confirms = seat.has(Right::EraseConfirm);
    erasing::drop(&state, &seat.0.user, id, &why.reason, confirms).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Confirms what somebody else proposed: the password, given once more, and a code where the user has a second factor. It is
/// carried out right after it.
#[utoipa::path(post, path = "/api/erasures/{proposal}/confirmation", tag = "retention",
    params(("proposal" = ProposalId, Path)), request_body = erasing::Confirmation, responses(
    (status = 202),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn confirm(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<ProposalId>,
    Body(given): Body<erasing::Confirmation>,
) -> Outcome<StatusCode> {
    allow_proposal(&state, &seat, &[Right::EraseConfirm], id).await?;
    erasing::confirm(&state, &seat.0, id, given).await?;
    Ok(StatusCode::ACCEPTED)
}

/// What is left of an erasing to prove it by. Nothing about the subject.
#[utoipa::path(get, path = "/api/erased/{erasure}", tag = "retention", params(("erasure" = ErasureId, Path)),
    responses(
    (status = 200, body = erasing::Proof),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn proof(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<ErasureId>,
) -> Outcome<Json<erasing::Proof>> {
    let mut tx = state.store.read().await?;
    let unit = erasing::unit_of_erasure(&mut tx, id).await?;
    std::mem::drop(tx);
    seat.allow(&state, Right::Erasures, unit).await?;
    let mut tx = state.store.read().await?;
    let left = state.config.get().map(|config| erase::unfinished(config, id)).transpose();
    let left = left.map_err(|error| Refusal::fault(format!("{error:#}")))?;
    Ok(Json(erasing::proof(&mut tx, id, left == Some(true)).await?))
}

/// The consent of a person, and what follows from its withdrawal.
#[utoipa::path(get, path = "/api/persons/{person}/consent", tag = "retention", params(("person" = PersonId, Path)),
    responses(
    (status = 200, body = consents::Shown),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn consent(
    State(state): State<AppState>,
    seat: Seat,
    Path(person): Path<PersonId>,
) -> Outcome<Json<consents::Shown>> {
    let (family, _) = allow_person(&state, &seat, Right::Consent, person).await?;
    let about = Reading { family: Some(family), person: Some(person), ..Reading::default() };
    seat.note(&state, Action::Consent, about).await?;
    let mut tx = state.store.read().await?;
    let may = seat.has(Right::ConsentWithdraw);
    Ok(Json(consents::show(&mut tx, person, may, state.clock.wall()).await?))
}

/// Enters that a person withdraws his consent, with a scan or a note.
#[utoipa::path(post, path = "/api/persons/{person}/consent-withdrawals", tag = "retention",
    params(("person" = PersonId, Path)), request_body = consents::WantedWithdrawal, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn withdraw(
    State(state): State<AppState>,
    seat: Seat,
    Path(person): Path<PersonId>,
    WithFile(wanted): WithFile<consents::WantedWithdrawal>,
) -> Outcome<StatusCode> {
    allow_person(&state, &seat, Right::ConsentWithdraw, person).await?;
    consents::withdraw(&state, &seat.0.user, person, wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The scan by which a consent was withdrawn.
#[utoipa::path(get, path = "/api/persons/{person}/consent-withdrawals/{position}/scan", tag = "retention",
    params(("person" = PersonId, Path), ("position" = i64, Path)), responses(
    (status = 200, content_type = "application/octet-stream", description = "the file"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn scan(
    State(state): State<AppState>,
    seat: Seat,
    Path((person, position)): Path<(PersonId, i64)>,
) -> Outcome<Response> {
    allow_person(&state, &seat, Right::Consent, person).await?;
    let mut tx = state.store.read().await?;
    let found = consents::scan(&mut tx, person, position).await?.ok_or(ProblemCode::NotFound)?;
    std::mem::drop(tx);
    let about = Reading { family: Some(found.family), person: Some(found.person), ..Reading::default() };
    seat.note(&state, Action::ConsentScan(position), about).await?;
    let size = found.size.unsigned_abs();
    let stream = state.media.objects().read_range(&found.object, 0..size).await.map_err(Refusal::storage)?;
    let mut response = Stream::from_stream(stream).into_response();
    describe(response.headers_mut(), &found.media_type, &format!("consent-{position}"));
    // It comes whole.
    response.headers_mut().remove(ACCEPT_RANGES);
    Ok(response)
}

async fn allow(state: &AppState, seat: &Seat, right: Right, whom: Whom) -> Outcome<()> {
    let mut tx = state.store.read().await?;
    let unit = erasing::unit_of(&mut tx, whom).await?;
    std::mem::drop(tx);
    seat.allow(state, right, unit).await?;
    unit.ok_or(ProblemCode::NotFound)?;
    Ok(())
}

/// Asks for one of these rights about a proposal.
async fn allow_proposal(state: &AppState, seat: &Seat, rights: &[Right], id: ProposalId) -> Outcome<()> {
    let mut tx = state.store.read().await?;
    let unit = erasing::unit_of_proposal(&mut tx, id).await?;
    std::mem::drop(tx);
    let mut asked = Ok(());
    for right in rights {
        asked = seat.allow(state, *right, unit).await.map(|_| ());
        if asked.is_ok() {
            break;
        }
    }
    asked?;
    unit.ok_or(ProblemCode::NotFound)?;
    Ok(())
}

async fn allow_person(
    state: &AppState,
    seat: &Seat,
    right: Right,
    person: PersonId,
) -> Outcome<(FamilyId, OrgUnitId)> {
    let mut tx = state.store.read().await?;
    let place = consents::place_of(&mut tx, person).await?;
    std::mem::drop(tx);
    seat.allow(state, right, place.map(|(_, unit)| unit)).await?;
    Ok(place.ok_or(ProblemCode::NotFound)?)
}

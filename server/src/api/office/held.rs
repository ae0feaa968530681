//! What waits for a decision, and deciding.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use kandas_shared::{
    check::{Choice, ChoiceReason},
    hash::Digest,
    ids::{ActivityId, ChainId, DeviceId},
    problem::{Problem, ProblemCode},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::seat::Seat;
use crate::{
    access::{self, Action, Reading},
    api::body::Small as Body,
    check::held::{self as deciding, DecideError, Deciding, Decision, Missing},
    office::{
        device,
        held::{self, Held, List, Wanted},
        policy::Right,
    },
    refusal::{Outcome, Refusal},
    state::AppState,
};

/// What is decided about a record.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HeldDecision)]
pub struct Made {
    /// applied, set_aside or noted.
    choice: Choice,
    /// For which activity it shall count; the one it names if absent.
    #[serde(default)]
    activity: Option<ActivityId>,
    /// Why; needed with set_aside.
    #[serde(default)]
    reason: Option<ChoiceReason>,
    /// In words; needed with the reason `other`.
    #[serde(default)]
    text: Option<String>,
}

/// Missing numbers that are taken for lost.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GapLost {
    /// The phone.
    device: DeviceId,
    /// Its chain.
    chain: ChainId,
    /// First number, as listed.
    from_seq: u64,
    /// Last one, as listed.
    to_seq: u64,
    /// Why: phone_lost, phone_broken, phone_reset or other.
    reason: ChoiceReason,
}

/// What waits for a decision in the user's units, or was decided there.
#[utoipa::path(get, path = "/api/held", tag = "held", params(Wanted), responses(
    (status = 200, body = List),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(state): State<AppState>,
    seat: Seat,
    Query(wanted): Query<Wanted>,
) -> Outcome<Json<List>> {
    let territory = seat.allow(&state, Right::Check, None).await?;
    seat.note(&state, Action::Held, Reading::default()).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(held::list(&mut tx, &seat.0.user, &territory, &wanted).await?))
}

/// A record that waits, with its evidence and what can be decided.
#[utoipa::path(get, path = "/api/held/{hash}", tag = "held", params(("hash" = Digest, Path)), responses(
    (status = 200, body = Held),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn show(
    State(state): State<AppState>,
    seat: Seat,
    Path(hash): Path<Digest>,
) -> Outcome<Json<Held>> {
    let territory = seat.allow(&state, Right::Check, unit(&state, hash).await?).await?;
    let now = state.clock.wall();
    let mut tx = state.store.read().await?;
    let mut held = held::of(&mut tx, hash, now).await?.ok_or(ProblemCode::NotFound)?;
    drop(tx);
    if let Some(item) = &mut held.item {
        item.hide_beyond(&seat.0.user, &territory);
    }
    if held.entry.worker == seat.0.user.id {
        // Somebody else decides about it.
        held.choices.clear();
    }
    let reading = held.reading(seat.0.user.id);
    access::note(&state.store, now, Action::HeldRecord(hash), reading).await?;
    Ok(Json(held))
}

/// Decides about a record.
#[utoipa::path(post, path = "/api/held/{hash}", tag = "held", params(("hash" = Digest, Path)), request_body = Made,
    responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn decide(
    State(state): State<AppState>,
    seat: Seat,
    Path(hash): Path<Digest>,
    Body(made): Body<Made>,
) -> Outcome<StatusCode> {
    seat.allow(&state, Right::Check, unit(&state, hash).await?).await?;
    let Made { choice, activity, reason, text } = made;
    let decision = Decision { choice, activity, reason, text };
    let mut tx = state.store.write().await?;
    let of = Deciding { now: state.clock.wall(), by: seat.0.user.id };
    deciding::decide(&mut tx, state.chance.as_ref(), of, hash, decision).await.map_err(refused)?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes missing numbers of a phone's chain for lost.
#[utoipa::path(post, path = "/api/gaps", tag = "held", request_body = GapLost, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn lost(
    State(state): State<AppState>,
    seat: Seat,
    Body(lost): Body<GapLost>,
) -> Outcome<StatusCode> {
    let mut tx = state.store.read().await?;
    let unit = device::unit_of(&mut tx, lost.device).await?;
    drop(tx);
    seat.allow(&state, Right::Check, unit).await?;
    let missing = Missing { device: lost.device, chain: lost.chain, from: lost.from_seq, to: lost.to_seq };
    let mut tx = state.store.write().await?;
    let of = Deciding { now: state.clock.wall(), by: seat.0.user.id };
    let done = deciding::close_gap(&mut tx, state.chance.as_ref(), of, missing, lost.reason).await;
    done.map_err(refused)?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn unit(state: &AppState, hash: Digest) -> Outcome<Option<kandas_shared::ids::OrgUnitId>> {
    let mut tx = state.store.read().await?;
    Ok(held::unit_of(&mut tx, hash).await?)
}

fn refused(error: DecideError) -> Refusal {
    match error {
        DecideError::Unknown | DecideError::UnknownUser(_) => ProblemCode::NotFound.into(),
        DecideError::NotOpen | DecideError::Stopped(_) => {
            Refusal::because(ProblemCode::DecisionImpossible, error.to_string())
        }
        DecideError::Reason => Refusal::because(ProblemCode::BadRequest, error.to_string()),
        DecideError::NotAllowed(why) => super::seat::refused(why),
        DecideError::Journal(error) => error.into(),
        DecideError::Store(error) => error.into(),
    }
}

//! Checking: the queue, a record that a supervisor takes before him, and what he says of it.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use chrono::NaiveDate;
use kandas_shared::{
    ids::{CheckId, EvidenceId, RecordId},
    plan_state::CheckKind,
    problem::{Problem, ProblemCode},
    reason::ReasonCode,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::seat::Seat;
use crate::{
    access::{self, Action},
    api::body::Small as Body,
    check::{self, CheckError, Checked, Checking, Due, Return},
    office::{
        bulk::{self, Done, Offer},
        item::{self, Item},
        lease::{self, Taken},
        policy::Right,
        queue::{self, Choices, Filter, Queue},
    },
    refusal::{Outcome, Refusal},
    state::AppState,
};

/// What a supervisor says of a record.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Says {
    /// accepted, remarked or returned.
    state: CheckKind,
    /// The one piece that goes back; the whole record if absent.
    #[serde(default)]
    evidence: Option<EvidenceId>,
    /// Why it goes back.
    #[serde(default)]
    reason: Option<ReasonCode>,
    /// For the worker; needed with a remark and with the reason `other`.
    #[serde(default)]
    text: Option<String>,
    /// The last day for the answer; three working days if absent.
    #[serde(default)]
    due: Option<NaiveDate>,
}

/// What came of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Answer {
    /// The check.
    check: CheckId,
    /// Until when the record is to be answered, if it was returned.
    due: Option<NaiveDate>,
}

/// What waits to be checked: what was noticed most about first, then what was drawn by chance, then the earliest.
#[utoipa::path(get, path = "/api/queue", tag = "checking", params(Filter), responses(
    (status = 200, body = Queue),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn queue(
    State(state): State<AppState>,
    seat: Seat,
    Query(filter): Query<Filter>,
) -> Outcome<Json<Queue>> {
    let territory = seat.allow(&state, Right::Check, filter.unit).await?;
    let (user, now) = (&seat.0.user, state.clock.wall());
    access::note(&state.store, now, Action::Checks, queue::reading(user)).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(queue::of(&mut tx, &state.standing, user, &territory, &filter, now).await?))
}

/// What the queue can be narrowed to: the user's units and their workers.
#[utoipa::path(get, path = "/api/queue/choices", tag = "checking", responses(
    (status = 200, body = Choices),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn choices(State(state): State<AppState>, seat: Seat) -> Outcome<Json<Choices>> {
    let territory = seat.allow(&state, Right::Check, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(queue::choices(&mut tx, &seat.0.user, &territory).await?))
}

/// How many records are in the list, as the supervisor confirms.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BulkConfirmed)]
pub struct Confirmed {
    /// The count.
    count: usize,
}

/// Freezes a list of what may be accepted together: of the part of the queue, what nothing speaks against.
#[utoipa::path(post, path = "/api/queue/bulk", tag = "checking", params(Filter), responses(
    (status = 200, body = Offer),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn bulk(
    State(state): State<AppState>,
    seat: Seat,
    Query(filter): Query<Filter>,
) -> Outcome<Json<Offer>> {
    let territory = seat.allow(&state, Right::Check, filter.unit).await?;
    let user = &seat.0.user;
    access::note(&state.store, state.clock.wall(), Action::Checks, queue::reading(user)).await?;
    Ok(Json(bulk::offer(&state, user, &territory, &filter).await?))
}

/// Accepts a frozen list.
#[utoipa::path(post, path = "/api/queue/bulk/{list}", tag = "checking", params(("list" = Uuid, Path)),
    request_body = Confirmed, responses(
    (status = 200, body = Done),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn bulk_accept(
    State(state): State<AppState>,
    seat: Seat,
    Path(list): Path<Uuid>,
    Body(confirmed): Body<Confirmed>,
) -> Outcome<Json<Done>> {
    let territory = seat.allow(&state, Right::Check, None).await?;
    Ok(Json(bulk::accept(&state, &seat.0.user, &territory, list, confirmed.count).await?))
}

/// Takes a record that waits to be checked before oneself, or keeps it there: nobody else gets it for the next minutes.
#[utoipa::path(post, path = "/api/review/{record}", tag = "checking", params(("record" = RecordId, Path)), responses(
    (status = 200, body = Item),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn take(
    State(state): State<AppState>,
    seat: Seat,
    Path(record): Path<RecordId>,
) -> Outcome<Json<Item>> {
    let item = seen(&state, &seat, record, Right::Check).await?;
    let mut tx = state.store.write().await?;
    match lease::take(&mut tx, record, seat.0.user.id, state.clock.wall()).await? {
        Taken::Own => tx.commit().await?,
        Taken::Elsewhere => return Err(ProblemCode::RecordTaken.into()),
        Taken::Done => {
            return Err(Refusal::because(
                ProblemCode::CheckImpossible,
                "the record does not wait to be checked",
            ));
        }
    }
    Ok(Json(item))
}

/// Gives a record back unsaid.
#[utoipa::path(delete, path = "/api/review/{record}", tag = "checking", params(("record" = RecordId, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn release(
    State(state): State<AppState>,
    seat: Seat,
    Path(record): Path<RecordId>,
) -> Outcome<StatusCode> {
    seat.allow(&state, Right::Check, unit(&state, record).await?).await?;
    let mut tx = state.store.write().await?;
    lease::release(&mut tx, record, seat.0.user.id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A record with its evidence and history.
#[utoipa::path(get, path = "/api/records/{record}", tag = "cases", params(("record" = RecordId, Path)), responses(
    (status = 200, body = Item),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn record(
    State(state): State<AppState>,
    seat: Seat,
    Path(record): Path<RecordId>,
) -> Outcome<Json<Item>> {
    Ok(Json(seen(&state, &seat, record, Right::Case).await?))
}

/// Accepts, remarks or returns a record.
#[utoipa::path(post, path = "/api/records/{record}/check", tag = "checking", params(("record" = RecordId, Path)),
    request_body = Says, responses(
    (status = 200, body = Answer),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn check(
    State(state): State<AppState>,
    seat: Seat,
    Path(record): Path<RecordId>,
    Body(says): Body<Says>,
) -> Outcome<Json<Answer>> {
    seat.allow(&state, Right::Check, unit(&state, record).await?).await?;
    let (by, now) = (seat.0.user.id, state.clock.wall());
    let mut tx = state.store.write().await?;
    if lease::is_elsewhere(&mut tx, record, by, now).await? {
        return Err(ProblemCode::RecordTaken.into());
    }
    let Checked { check, due } = say(&state, &mut tx, Checking { now, by, record }, says).await?;
    lease::release(&mut tx, record, by).await?;
    tx.commit().await?;
    Ok(Json(Answer { check, due }))
}

async fn say(state: &AppState, tx: &mut crate::store::Tx, of: Checking, says: Says) -> Outcome<Checked> {
    let chance = state.chance.as_ref();
    let done = match says.state {
        CheckKind::Accepted => check::accept(tx, chance, of).await,
        CheckKind::Remarked => {
            let text = says.text.unwrap_or_default();
            check::remark(tx, chance, of, &text).await
        }
        CheckKind::Returned => {
            let reason = says.reason.ok_or_else(|| missing("a return needs a reason"))?;
            let due = says.due.map_or(Due::WorkingDays(3), Due::On);
            let why = Return { reason, text: says.text, due };
            match says.evidence {
                Some(evidence) => check::return_evidence(tx, chance, of, evidence, &why).await,
                None => check::return_record(tx, chance, of, &why).await,
            }
        }
        CheckKind::Unchecked | CheckKind::Answered => return Err(missing("nobody says this of a record")),
    };
    done.map_err(refused)
}

fn missing(what: &str) -> Refusal {
    Refusal::because(ProblemCode::BadRequest, what)
}

fn refused(error: CheckError) -> Refusal {
    match error {
        CheckError::Unknown(_) | CheckError::UnknownEvidence(..) | CheckError::UnknownUser(_) => {
            ProblemCode::NotFound.into()
        }
        CheckError::NotAllowed(why) => super::seat::refused(why),
        CheckError::NotCheckable(_) | CheckError::Superseded(_) | CheckError::NoSuchMove { .. } => {
            Refusal::because(ProblemCode::CheckImpossible, error.to_string())
        }
        CheckError::Reason(_) => Refusal::because(ProblemCode::ReasonRetired, error.to_string()),
        CheckError::Text | CheckError::Due => Refusal::because(ProblemCode::BadRequest, error.to_string()),
        CheckError::Calendar(error) => Refusal::fault(error),
        CheckError::Journal(error) => error.into(),
        CheckError::Store(error) => error.into(),
    }
}

/// The record, once the access log says who looks.
async fn seen(state: &AppState, seat: &Seat, record: RecordId, right: Right) -> Outcome<Item> {
    let territory = seat.allow(state, right, unit(state, record).await?).await?;
    let mut tx = state.store.read().await?;
    let mut item = item::of(&mut tx, record).await?.ok_or(ProblemCode::NotFound)?;
    drop(tx);
    if right == Right::Check && item.worker.id == seat.0.user.id {
        return Err(ProblemCode::OwnRecord.into());
    }
    if item.kind == "consent" {
        seat.allow(state, Right::Consent, Some(item.family.org_unit)).await?;
    }
    if !seat.has(Right::Consent) {
        item.person.iter_mut().for_each(|person| person.consent = None);
    }
    item.hide_beyond(&seat.0.user, &territory);
    let reading = item.reading(seat.0.user.id);
    access::note(&state.store, state.clock.wall(), Action::Record(record), reading).await?;
    Ok(item)
}

async fn unit(state: &AppState, record: RecordId) -> Outcome<Option<kandas_shared::ids::OrgUnitId>> {
    let mut tx = state.store.read().await?;
    Ok(item::unit_of(&mut tx, record).await?)
}

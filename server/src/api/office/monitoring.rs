//! Monitoring of families (§41-46).

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use kandas_shared::{
    ids::{DepartureId, FamilyId, IssueId},
    monitoring::{DepartureAct, IssueAct},
    problem::{Problem, ProblemCode},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::seat::Seat;
use crate::{
    access::{Action, Reading},
    api::body::Small as Body,
    office::{
        monitoring::{
            self, List, Wanted,
            issues::{self, Departures, Issues, WantedDepartures},
            making::{
                self, ActOnDeparture, ActOnIssue, WantedAct, WantedConfirmation, WantedDeparture,
                WantedIssue, WantedLook,
            },
            round::{self, Did, OfFamily, Page},
        },
        policy::Right,
    },
    refusal::Outcome,
    state::AppState,
};

/// A problem or proposal that was opened.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct OpenedIssue {
    /// Its id.
    id: IssueId,
}

/// A departure that was recorded.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct RecordedDeparture {
    /// Its id.
    id: DepartureId,
}

/// What was done to something, in order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MonitoringHistory {
    /// The earliest first.
    acts: Vec<Did>,
}

/// Rounds of the families of the user's units, by the period in which they end.
#[utoipa::path(get, path = "/api/monitoring", tag = "monitoring", params(Wanted), responses(
    (status = 200, body = List),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(state): State<AppState>,
    seat: Seat,
    Query(wanted): Query<Wanted>,
) -> Outcome<Json<List>> {
    let territory = seat.allow(&state, Right::Monitoring, wanted.unit).await?;
    seat.note(&state, Action::Monitoring, Reading::default()).await?;
    let mut tx = state.store.read().await?;
    let now = state.clock.wall();
    Ok(Json(monitoring::list(&mut tx, &seat.0.user, &territory, &wanted, now).await?))
}

/// Problems and proposals of the user's units, the open ones unless others are asked for.
#[utoipa::path(get, path = "/api/monitoring/issues", tag = "monitoring", params(issues::Wanted), responses(
    (status = 200, body = Issues),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn issues(
    State(state): State<AppState>,
    seat: Seat,
    Query(wanted): Query<issues::Wanted>,
) -> Outcome<Json<Issues>> {
    let territory = seat.allow(&state, Right::Monitoring, wanted.unit).await?;
    seat.note(&state, Action::Monitoring, Reading::default()).await?;
    let mut tx = state.store.read().await?;
    let now = state.clock.wall();
    Ok(Json(issues::issues(&mut tx, &seat.0.user, &territory, &wanted, now).await?))
}

/// Families of the user's units that left, with the return of support that this flags (§46).
#[utoipa::path(get, path = "/api/monitoring/departures", tag = "monitoring", params(WantedDepartures), responses(
    (status = 200, body = Departures),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn departures(
    State(state): State<AppState>,
    seat: Seat,
    Query(wanted): Query<WantedDepartures>,
) -> Outcome<Json<Departures>> {
    let territory = seat.allow(&state, Right::Monitoring, wanted.unit).await?;
    seat.note(&state, Action::Monitoring, Reading::default()).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(issues::departures(&mut tx, &seat.0.user, &territory, &wanted).await?))
}

/// The sixteen rounds of a family, its problems, proposals and departures.
#[utoipa::path(get, path = "/api/families/{family}/monitoring", tag = "monitoring",
    params(("family" = FamilyId, Path)), responses(
    (status = 200, body = OfFamily),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn of_family(
    State(state): State<AppState>,
    seat: Seat,
    Path(family): Path<FamilyId>,
) -> Outcome<Json<OfFamily>> {
    let territory = seat.allow_family(&state, Right::Monitoring, family).await?;
    let about = Reading { family: Some(family), ..Reading::default() };
    seat.note(&state, Action::MonitoringFamily, about).await?;
    let mut tx = state.store.read().await?;
    let found = round::of_family(&mut tx, &seat.0.user, &territory, family, state.clock.wall()).await?;
    Ok(Json(found.ok_or(ProblemCode::NotFound)?))
}

/// A round of a family, with what happened in its period.
#[utoipa::path(get, path = "/api/families/{family}/monitoring/{number}", tag = "monitoring",
    params(("family" = FamilyId, Path), ("number" = i64, Path)), responses(
    (status = 200, body = Page),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn show(
    State(state): State<AppState>,
    seat: Seat,
    Path((family, number)): Path<(FamilyId, i64)>,
) -> Outcome<Json<Page>> {
    let territory = seat.allow_family(&state, Right::Monitoring, family).await?;
    let about = Reading { family: Some(family), ..Reading::default() };
    seat.note(&state, Action::MonitoringRound(number), about).await?;
    let mut tx = state.store.read().await?;
    let now = state.clock.wall();
    Ok(Json(round::of(&mut tx, &seat.0.user, &territory, family, number, now).await?))
}

/// Begins a round, closes it with a summary, or opens it once more.
#[utoipa::path(post, path = "/api/families/{family}/monitoring/{number}", tag = "monitoring",
    params(("family" = FamilyId, Path), ("number" = i64, Path)), request_body = WantedAct, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn act(
    State(state): State<AppState>,
    seat: Seat,
    Path((family, number)): Path<(FamilyId, i64)>,
    Body(wanted): Body<WantedAct>,
) -> Outcome<StatusCode> {
    seat.allow_family(&state, Right::MonitoringWork, family).await?;
    making::act(&state, &seat.0.user, family, number, wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says whether a family lives where it settled (§45).
#[utoipa::path(post, path = "/api/families/{family}/monitoring/{number}/residence", tag = "monitoring",
    params(("family" = FamilyId, Path), ("number" = i64, Path)), request_body = WantedLook, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn look(
    State(state): State<AppState>,
    seat: Seat,
    Path((family, number)): Path<(FamilyId, i64)>,
    Body(wanted): Body<WantedLook>,
) -> Outcome<StatusCode> {
    seat.allow_family(&state, Right::MonitoringWork, family).await?;
    making::look(&state, &seat.0.user, family, number, wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says that a problem or a proposal came to light (§42).
#[utoipa::path(post, path = "/api/families/{family}/issues", tag = "monitoring",
    params(("family" = FamilyId, Path)), request_body = WantedIssue, responses(
    (status = 201, body = OpenedIssue),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn find(
    State(state): State<AppState>,
    seat: Seat,
    Path(family): Path<FamilyId>,
    Body(wanted): Body<WantedIssue>,
) -> Outcome<(StatusCode, Json<OpenedIssue>)> {
    seat.allow_family(&state, Right::MonitoringWork, family).await?;
    let id = making::find(&state, &seat.0.user, family, wanted).await?;
    Ok((StatusCode::CREATED, Json(OpenedIssue { id })))
}

/// What was done to a problem or a proposal.
#[utoipa::path(get, path = "/api/monitoring/issues/{issue}", tag = "monitoring", params(("issue" = IssueId, Path)),
    responses(
    (status = 200, body = MonitoringHistory),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn issue(
    State(state): State<AppState>,
    seat: Seat,
    Path(issue): Path<IssueId>,
) -> Outcome<Json<MonitoringHistory>> {
    let family = of_issue(&state, &seat, Right::Monitoring, issue).await?;
    let about = Reading { family: Some(family), ..Reading::default() };
    seat.note(&state, Action::MonitoringFamily, about).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(MonitoringHistory { acts: round::history(&mut tx, issue.0).await? }))
}

/// Gives a problem or a proposal to somebody, settles it, or opens it once more.
#[utoipa::path(post, path = "/api/monitoring/issues/{issue}", tag = "monitoring", params(("issue" = IssueId, Path)),
    request_body = ActOnIssue, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn act_on_issue(
    State(state): State<AppState>,
    seat: Seat,
    Path(issue): Path<IssueId>,
    Body(wanted): Body<ActOnIssue>,
) -> Outcome<StatusCode> {
    // Who sees that it is not settled opens it once more, as he would a new one.
    let right = if wanted.act == IssueAct::Reopen { Right::MonitoringWork } else { Right::MonitoringSettle };
    let family = of_issue(&state, &seat, right, issue).await?;
    making::act_on_issue(&state, &seat.0.user, family, issue, wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Records that a family left on its own (§46): the mobility centre is told of the return of support.
#[utoipa::path(post, path = "/api/families/{family}/departures", tag = "monitoring",
    params(("family" = FamilyId, Path)), request_body = WantedDeparture, responses(
    (status = 201, body = RecordedDeparture),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn depart(
    State(state): State<AppState>,
    seat: Seat,
    Path(family): Path<FamilyId>,
    Body(wanted): Body<WantedDeparture>,
) -> Outcome<(StatusCode, Json<RecordedDeparture>)> {
    seat.allow_family(&state, Right::MonitoringWork, family).await?;
    let id = making::depart(&state, &seat.0.user, family, wanted).await?;
    Ok((StatusCode::CREATED, Json(RecordedDeparture { id })))
}

/// What was done about a departure.
#[utoipa::path(get, path = "/api/monitoring/departures/{departure}", tag = "monitoring",
    params(("departure" = DepartureId, Path)), responses(
    (status = 200, body = MonitoringHistory),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn departure(
    State(state): State<AppState>,
    seat: Seat,
    Path(departure): Path<DepartureId>,
) -> Outcome<Json<MonitoringHistory>> {
    let family = of_departure(&state, &seat, Right::Monitoring, departure).await?;
    let about = Reading { family: Some(family), ..Reading::default() };
    seat.note(&state, Action::MonitoringFamily, about).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(MonitoringHistory { acts: round::history(&mut tx, departure.0).await? }))
}

/// Takes up the return of support, has done with it, or takes the departure back.
#[utoipa::path(post, path = "/api/monitoring/departures/{departure}", tag = "monitoring",
    params(("departure" = DepartureId, Path)), request_body = ActOnDeparture, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn act_on_departure(
    State(state): State<AppState>,
    seat: Seat,
    Path(departure): Path<DepartureId>,
    Body(wanted): Body<ActOnDeparture>,
) -> Outcome<StatusCode> {
    let right = match wanted.act {
        DepartureAct::Take | DepartureAct::Close => Right::Refund,
        DepartureAct::Record | DepartureAct::Withdraw => Right::MonitoringWork,
    };
    let family = of_departure(&state, &seat, right, departure).await?;
    making::act_on_departure(&state, &seat.0.user, family, departure, wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Enters what a state system said of a service (§44): beside the evidence, never in its place.
#[utoipa::path(post, path = "/api/families/{family}/confirmations", tag = "monitoring",
    params(("family" = FamilyId, Path)), request_body = WantedConfirmation, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn confirm(
    State(state): State<AppState>,
    seat: Seat,
    Path(family): Path<FamilyId>,
    Body(wanted): Body<WantedConfirmation>,
) -> Outcome<StatusCode> {
    seat.allow_family(&state, Right::MonitoringWork, family).await?;
    making::confirm(&state, &seat.0.user, family, wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for a right about the family of a problem or proposal.
async fn of_issue(state: &AppState, seat: &Seat, right: Right, issue: IssueId) -> Outcome<FamilyId> {
    let mut tx = state.store.read().await?;
    let found = issues::unit_of(&mut tx, issue).await?;
    drop(tx);
    seat.allow(state, right, found.map(|(_, unit)| unit)).await?;
    Ok(found.ok_or(ProblemCode::NotFound)?.0)
}

/// The same about a departure.
async fn of_departure(
    state: &AppState,
    seat: &Seat,
    right: Right,
    departure: DepartureId,
) -> Outcome<FamilyId> {
    let mut tx = state.store.read().await?;
    let found = issues::unit_of_departure(&mut tx, departure).await?;
    drop(tx);
    seat.allow(state, right, found.map(|(_, unit)| unit)).await?;
    Ok(found.ok_or(ProblemCode::NotFound)?.0)
}

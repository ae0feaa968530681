//! Monthly reports of career centres (Appendix 3, §39).

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use kandas_shared::{
    cms::Signable,
    ids::{OrgUnitId, ReportId},
    problem::{Problem, ProblemCode},
    report::ReportAct,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{seat::Seat, signing};
use crate::{
    access::{Action, Reading},
    api::body::{Small as Body, WithFile},
    check::policy::Territory,
    office::{
        policy::Right,
        reference::{self, ReportForms, WantedChoice},
        report::{self, After, Changes, List, Report, Rows, Wanted, making},
        signing::{Of, Proof},
    },
    refusal::Outcome,
    state::AppState,
};

/// Which report is to be drafted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportToDraft {
    /// The career centre.
    unit: OrgUnitId,
    /// The month, `2026-11`.
    month: String,
}

/// A report that was drafted.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct DraftedReport {
    /// Its id.
    id: ReportId,
}

/// What is decided about a report.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportDecision {
    /// accept, return or reopen.
    act: ReportAct,
    /// In words, at most 1,000 characters; needed to return.
    #[serde(default)]
    text: Option<String>,
}

/// How the career centres of the user's units stand for a month.
#[utoipa::path(get, path = "/api/reports", tag = "reports", params(Wanted), responses(
    (status = 200, body = List),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(state): State<AppState>,
    seat: Seat,
    Query(wanted): Query<Wanted>,
) -> Outcome<Json<List>> {
    let territory = seat.allow(&state, Right::Report, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(report::list(&mut tx, &seat.0.user, &territory, &wanted, state.clock.wall()).await?))
}

/// Drafts the report of a centre for a month from what the store knows now.
#[utoipa::path(post, path = "/api/reports", tag = "reports", request_body = ReportToDraft, responses(
    (status = 201, body = DraftedReport),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn draft(
    State(state): State<AppState>,
    seat: Seat,
    Body(of): Body<ReportToDraft>,
) -> Outcome<(StatusCode, Json<DraftedReport>)> {
    seat.allow(&state, Right::ReportMake, Some(of.unit)).await?;
    let month = report::month(&of.month)?;
    let id = making::draft(&state, &seat.0.user, of.unit, month).await?;
    Ok((StatusCode::CREATED, Json(DraftedReport { id })))
}

/// A report with what was done to it. No case is shown.
#[utoipa::path(get, path = "/api/reports/{report}", tag = "reports", params(("report" = ReportId, Path)), responses(
    (status = 200, body = Report),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn show(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<ReportId>,
) -> Outcome<Json<Report>> {
    let territory = allow(&state, &seat, Right::Report, id).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(report::of(&mut tx, &seat.0.user, &territory, id, state.clock.wall()).await?))
}

/// Rows of a report, numbers masked.
#[utoipa::path(get, path = "/api/reports/{report}/rows", tag = "reports", params(("report" = ReportId, Path), After),
    responses(
    (status = 200, body = Rows),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn rows(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<ReportId>,
    Query(after): Query<After>,
) -> Outcome<Json<Rows>> {
    allow(&state, &seat, Right::Report, id).await?;
    seat.note(&state, Action::Report(id), Reading::default()).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(report::rows(&mut tx, &seat.0.user, id, after).await?))
}

/// How a version differs from the one before it.
#[utoipa::path(get, path = "/api/reports/{report}/changes", tag = "reports", params(("report" = ReportId, Path)),
    responses(
    (status = 200, body = Changes),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn changes(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<ReportId>,
) -> Outcome<Json<Changes>> {
    allow(&state, &seat, Right::Report, id).await?;
    seat.note(&state, Action::Report(id), Reading::default()).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(report::changes(&mut tx, &seat.0.user, id).await?))
}

/// Signs a report: with the password, given once more, and a code where the user has a second factor, or with a CMS file over
/// its text.
#[utoipa::path(post, path = "/api/reports/{report}/signature", tag = "reports",
    params(("report" = ReportId, Path)), request_body = Proof, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn sign(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<ReportId>,
    WithFile(proof): WithFile<Proof>,
) -> Outcome<StatusCode> {
    allow(&state, &seat, Right::ReportMake, id).await?;
    making::sign(&state, &seat.0, id, proof).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The very text that is signed, as a file: what a signature by CMS has to be over.
#[utoipa::path(get, path = "/api/reports/{report}/signature", tag = "reports",
    params(("report" = ReportId, Path)), responses(
    (status = 200, content_type = "application/json", description = "the text"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn document(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<ReportId>,
) -> Outcome<Response> {
    allow(&state, &seat, Right::Report, id).await?;
    let mut tx = state.store.read().await?;
    report::visible(&mut tx, &seat.0.user, id).await?;
    Ok(signing::document(making::document(&mut tx, id).await?, &format!("report-{id}")))
}

/// A file by which it was signed.
#[utoipa::path(get, path = "/api/reports/{report}/signature/{position}", tag = "reports",
    params(("report" = ReportId, Path), ("position" = i64, Path)), responses(
    (status = 200, content_type = "application/octet-stream", description = "the file"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn signature(
    State(state): State<AppState>,
    seat: Seat,
    Path((id, position)): Path<(ReportId, i64)>,
) -> Outcome<Response> {
    allow(&state, &seat, Right::Report, id).await?;
    let mut tx = state.store.read().await?;
    report::visible(&mut tx, &seat.0.user, id).await?;
    drop(tx);
    signing::file(&state, Of::new(Signable::Report, id.0), position, &format!("report-{id}")).await
}

/// Sends a signed report to the local executive body, with a copy to the mobility centre.
#[utoipa::path(post, path = "/api/reports/{report}/sending", tag = "reports", params(("report" = ReportId, Path)),
    responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn send(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<ReportId>,
) -> Outcome<StatusCode> {
    allow(&state, &seat, Right::ReportMake, id).await?;
    making::send(&state, &seat.0.user, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Accepts a report, returns it with remarks, or lets another version follow an accepted one.
#[utoipa::path(post, path = "/api/reports/{report}/decision", tag = "reports", params(("report" = ReportId, Path)),
    request_body = ReportDecision, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn decide(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<ReportId>,
    Body(made): Body<ReportDecision>,
) -> Outcome<StatusCode> {
    allow(&state, &seat, Right::ReportDecide, id).await?;
    making::decide(&state, &seat.0.user, id, made.act, made.text).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which rows and cells reports have, with everything that was changed.
#[utoipa::path(get, path = "/api/report-form", tag = "reference", responses(
    (status = 200, body = ReportForms),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn form(State(state): State<AppState>, seat: Seat) -> Outcome<Json<ReportForms>> {
    seat.allow(&state, Right::Reference, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(reference::report_forms(&mut tx, state.clock.wall()).await?))
}

/// Something of the form is so from a day on, or what was said for that day is taken back.
#[utoipa::path(post, path = "/api/report-form", tag = "reference", request_body = WantedChoice, responses(
    (status = 200, body = ReportForms),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn set_form(
    State(state): State<AppState>,
    seat: Seat,
    Body(wanted): Body<WantedChoice>,
) -> Outcome<Json<ReportForms>> {
    seat.allow(&state, Right::Settings, None).await?;
    reference::set_choice(&state, &seat.0.user, wanted).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(reference::report_forms(&mut tx, state.clock.wall()).await?))
}

/// Asks for a right about the centre of a report.
async fn allow(state: &AppState, seat: &Seat, right: Right, id: ReportId) -> Outcome<Territory> {
    let mut tx = state.store.read().await?;
    let found = report::unit_of(&mut tx, id).await?;
    drop(tx);
    let territory = seat.allow(state, right, found.map(|(unit, _)| unit)).await?;
    found.ok_or(ProblemCode::NotFound)?;
    Ok(territory)
}

//! The quarterly assessment of centres, and the conclusion about it (§47-51).

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use kandas_shared::{
    assessment::Scores,
    calendar::civil_date,
    cms::Signable,
    ids::{AssessmentId, OrgUnitId},
    problem::Problem,
    quarter::Quarter,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{seat::Seat, signing};
use crate::{
    api::body::{Large, Small as Body, WithFile},
    office::{
        assessment::{
            self, List, Page, Wanted,
            concluding::{self, Measures, ToSave},
            conclusion::{self, Shown},
            making,
            mode::{self, All, Wanted as WantedMode},
        },
        policy::Right,
        signing::{Of, Proof},
    },
    refusal::Outcome,
    state::AppState,
};

/// Scores of a centre for a quarter.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessmentToGive {
    /// The career or mobility centre.
    unit: OrgUnitId,
    /// The quarter, `2026-Q3`.
    quarter: String,
    /// The three scores, each with its reason of at most 1,000 characters.
    scores: Scores,
}

/// Scores that were given.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct GivenAssessment {
    /// The scoring.
    id: AssessmentId,
}

/// A conclusion that was saved.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct SavedConclusion {
    /// How often it was saved by now.
    revision: i32,
}

/// How the centres of the user's units stand for a quarter: what was computed, and what they were scored.
#[utoipa::path(get, path = "/api/assessments", tag = "assessments", params(Wanted), responses(
    (status = 200, body = List),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(state): State<AppState>,
    seat: Seat,
    Query(wanted): Query<Wanted>,
) -> Outcome<Json<List>> {
    let territory = seat.allow(&state, Right::Assessment, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(assessment::list(&mut tx, &seat.0.user, &territory, &wanted, state.clock.wall()).await?))
}

/// Scores a centre for a quarter that is over; scores that were given before stay as earlier versions.
#[utoipa::path(post, path = "/api/assessments", tag = "assessments", request_body = AssessmentToGive, responses(
    (status = 201, body = GivenAssessment),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn score(
    State(state): State<AppState>,
    seat: Seat,
    Body(given): Body<AssessmentToGive>,
) -> Outcome<(StatusCode, Json<GivenAssessment>)> {
    seat.allow(&state, Right::AssessmentMake, Some(given.unit)).await?;
    let quarter = quarter(&state, &given.quarter)?;
    let id = making::score(&state, &seat.0.user, given.unit, quarter, given.scores).await?;
    Ok((StatusCode::CREATED, Json(GivenAssessment { id })))
}

/// A centre's assessment: what was computed beside what it was scored, and the recommendations to it.
#[utoipa::path(get, path = "/api/assessments/{unit}", tag = "assessments", params(("unit" = OrgUnitId, Path), Wanted),
    responses(
    (status = 200, body = Page),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn show(
    State(state): State<AppState>,
    seat: Seat,
    Path(unit): Path<OrgUnitId>,
    Query(wanted): Query<Wanted>,
) -> Outcome<Json<Page>> {
    let territory = seat.allow(&state, Right::Assessment, Some(unit)).await?;
    let mut tx = state.store.read().await?;
    let now = state.clock.wall();
    Ok(Json(assessment::page(&mut tx, &seat.0.user, &territory, unit, &wanted, now).await?))
}

/// The conclusion of a quarter, as far as the user sees it.
#[utoipa::path(get, path = "/api/conclusions/{quarter}", tag = "assessments", params(("quarter" = String, Path)),
    responses(
    (status = 200, body = Shown),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn conclusion(
    State(state): State<AppState>,
    seat: Seat,
    Path(text): Path<String>,
) -> Outcome<Json<Shown>> {
    let territory = seat.allow(&state, Right::Assessment, None).await?;
    let quarter = quarter(&state, &text)?;
    let mut tx = state.store.read().await?;
    Ok(Json(conclusion::of(&mut tx, &seat.0.user, &territory, quarter, state.clock.wall()).await?))
}

/// Writes the conclusion of a quarter, or writes it anew.
#[utoipa::path(post, path = "/api/conclusions/{quarter}", tag = "assessments", params(("quarter" = String, Path)),
    request_body = ToSave, responses(
    (status = 200, body = SavedConclusion),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn save(
    State(state): State<AppState>,
    seat: Seat,
    Path(text): Path<String>,
    Large(wanted): Large<ToSave>,
) -> Outcome<Json<SavedConclusion>> {
    seat.allow(&state, Right::AssessmentMake, None).await?;
    let quarter = quarter(&state, &text)?;
    let revision = concluding::save(&state, &seat.0.user, quarter, wanted).await?;
    Ok(Json(SavedConclusion { revision }))
}

/// Signs the conclusion: with the password, given once more, and a code where the user has a second factor, or with a CMS file
/// over its text.
#[utoipa::path(post, path = "/api/conclusions/{quarter}/signature", tag = "assessments",
    params(("quarter" = String, Path)), request_body = Proof, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn sign(
    State(state): State<AppState>,
    seat: Seat,
    Path(text): Path<String>,
    WithFile(proof): WithFile<Proof>,
) -> Outcome<StatusCode> {
    seat.allow(&state, Right::AssessmentMake, None).await?;
    let quarter = quarter(&state, &text)?;
    concluding::sign(&state, &seat.0, quarter, proof).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The very text that is signed, as a file: what a signature by CMS has to be over.
#[utoipa::path(get, path = "/api/conclusions/{quarter}/signature", tag = "assessments",
    params(("quarter" = String, Path)), responses(
    (status = 200, content_type = "application/json", description = "the text"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn document(
    State(state): State<AppState>,
    seat: Seat,
    Path(text): Path<String>,
) -> Outcome<Response> {
    seat.allow(&state, Right::AssessmentMake, None).await?;
    let quarter = quarter(&state, &text)?;
    let mut tx = state.store.read().await?;
    Ok(signing::document(concluding::document(&mut tx, quarter).await?, &format!("conclusion-{quarter}")))
}

/// A file by which it was signed.
#[utoipa::path(get, path = "/api/conclusions/{quarter}/signature/{position}", tag = "assessments",
    params(("quarter" = String, Path), ("position" = i64, Path)), responses(
    (status = 200, content_type = "application/octet-stream", description = "the file"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn signature(
    State(state): State<AppState>,
    seat: Seat,
    Path((text, position)): Path<(String, i64)>,
) -> Outcome<Response> {
    seat.allow(&state, Right::Assessment, None).await?;
    let quarter = quarter(&state, &text)?;
    let mut tx = state.store.read().await?;
    let found = concluding::whole_to(&mut tx, &seat.0.user, quarter).await?;
    drop(tx);
    signing::file(&state, Of::new(Signable::Conclusion, found.0), position, &format!("conclusion-{quarter}"))
        .await
}

/// Sends a signed conclusion to the authorised body.
#[utoipa::path(post, path = "/api/conclusions/{quarter}/sending", tag = "assessments",
    params(("quarter" = String, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn send(
    State(state): State<AppState>,
    seat: Seat,
    Path(text): Path<String>,
) -> Outcome<StatusCode> {
    seat.allow(&state, Right::AssessmentMake, None).await?;
    let quarter = quarter(&state, &text)?;
    concluding::send(&state, &seat.0.user, quarter).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends the conclusion on to the local executive bodies on whose land a centre was assessed.
#[utoipa::path(post, path = "/api/conclusions/{quarter}/forwarding", tag = "assessments",
    params(("quarter" = String, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn forward(
    State(state): State<AppState>,
    seat: Seat,
    Path(text): Path<String>,
) -> Outcome<StatusCode> {
    seat.allow(&state, Right::AssessmentForward, None).await?;
    let quarter = quarter(&state, &text)?;
    concluding::forward(&state, &seat.0.user, quarter).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A local executive body says what it did about the recommendations to centres on its land.
#[utoipa::path(post, path = "/api/conclusions/{quarter}/measures", tag = "assessments",
    params(("quarter" = String, Path)), request_body = Measures, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn measure(
    State(state): State<AppState>,
    seat: Seat,
    Path(text): Path<String>,
    Large(taken): Large<Measures>,
) -> Outcome<StatusCode> {
    seat.allow(&state, Right::AssessmentMeasure, None).await?;
    let quarter = quarter(&state, &text)?;
    concluding::measure(&state, &seat.0.user, quarter, taken).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How totals are read, with everything that was changed.
#[utoipa::path(get, path = "/api/assessment-mode", tag = "reference", responses(
    (status = 200, body = All),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn modes(State(state): State<AppState>, seat: Seat) -> Outcome<Json<All>> {
    seat.allow(&state, Right::Reference, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(mode::read(&mut tx, state.clock.wall()).await?))
}

/// Totals are read so from a day on, or what was said for that day is taken back.
#[utoipa::path(post, path = "/api/assessment-mode", tag = "reference", request_body = WantedMode, responses(
    (status = 200, body = All),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn set_mode(
    State(state): State<AppState>,
    seat: Seat,
    Body(wanted): Body<WantedMode>,
) -> Outcome<Json<All>> {
    seat.allow(&state, Right::Settings, None).await?;
    mode::set(&state, &seat.0.user, wanted).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(mode::read(&mut tx, state.clock.wall()).await?))
}

fn quarter(state: &AppState, text: &str) -> Outcome<Quarter> {
    assessment::quarter(text, civil_date(state.clock.wall()))
}

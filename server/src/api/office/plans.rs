//! Plans of families, from the first draft to the phones (§19, 28, 32-34).

use axum::{
    Json,
    body::Body as Stream,
    extract::{Path, Query, State},
    http::{StatusCode, header::ACCEPT_RANGES},
    response::{IntoResponse as _, Response},
};
use chrono::NaiveDate;
use kandas_shared::{
    cms::Signable,
    hash::Digest,
    ids::{FamilyId, PlanId, RecordId},
    plan::{PlanAct, PlanAgreement},
    problem::{Problem, ProblemCode},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{evidence::describe, seat::Seat, signing};
use crate::{
    access::{Action, Reading},
    api::body::{Small as Body, WithFile},
    office::{
        plan::{
            self, List, Wanted,
            agreement::{self, Entered},
            making::{self, Begins, Opened, Saved, Simple, WantedRow},
            page::{self, FamilyPlan, WantedVersion},
        },
        policy::Right,
        signing::{Of, Proof},
    },
    refusal::{Outcome, Refusal},
    state::AppState,
};

/// How a version is begun.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanToOpen {
    /// How a first version begins; an amendment is drawn up in the settlement region in any case.
    begins: Begins,
}

/// The items of members.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanToSave {
    /// What was shown with the version, or answered when it was last saved.
    seen: i64,
    /// Members whose items change.
    rows: Vec<WantedRow>,
}

/// An act that takes nothing but itself.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanToAct {
    /// visit, finish, publish or discard.
    act: PlanAct,
    /// The day of the preliminary visit.
    #[serde(default)]
    on: Option<NaiveDate>,
}

/// The agreement of the kandas.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanToAgree {
    /// How he agreed.
    how: PlanAgreement,
    /// When; of a record its own day counts.
    #[serde(default)]
    signed_on: Option<NaiveDate>,
    /// Who signed, at most 200 characters; where there is a file.
    #[serde(default)]
    name: Option<String>,
    /// The first digits of the hash at the foot of the paper, at least eight; of a paper.
    #[serde(default)]
    digest: Option<String>,
    /// Base64 of a PDF, JPEG or PNG, or of a CMS file over the text of the version; at most 8 MiB.
    #[serde(default)]
    file: Option<String>,
    /// The record with his signature.
    #[serde(default)]
    record: Option<RecordId>,
}

/// What the user proves himself with once more.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanApproval {
    /// The hash of what was shown to him.
    sha256: Digest,
    /// His password.
    #[serde(default)]
    password: Option<String>,
    /// A code, where he has a second factor.
    #[serde(default)]
    code: Option<String>,
    /// Base64 of a CMS file over the text that is approved; at most 8 MiB.
    #[serde(default)]
    cms: Option<String>,
}

/// Why a plan goes back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanRemarks {
    /// In words, at most 1,000 characters.
    text: String,
}

/// Plans that are under way in the user's units: those that wait for him, all, those that are late, families without one.
#[utoipa::path(get, path = "/api/plans", tag = "plans", params(Wanted), responses(
    (status = 200, body = List),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(state): State<AppState>,
    seat: Seat,
    Query(wanted): Query<Wanted>,
) -> Outcome<Json<List>> {
    let territory = seat.allow(&state, Right::Plan, None).await?;
    seat.note(&state, Action::Plans, Reading::default()).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(plan::list(&mut tx, &seat.0.user, &territory, wanted, state.clock.wall()).await?))
}

/// The plan of a family: its versions, and one of them with its items.
#[utoipa::path(get, path = "/api/families/{family}/plan", tag = "plans",
    params(("family" = FamilyId, Path), WantedVersion), responses(
    (status = 200, body = FamilyPlan),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn show(
    State(state): State<AppState>,
    seat: Seat,
    Path(family): Path<FamilyId>,
    Query(wanted): Query<WantedVersion>,
) -> Outcome<Json<FamilyPlan>> {
    seat.allow_family(&state, Right::Plan, family).await?;
    seat.note(&state, Action::Plan, Reading { family: Some(family), ..Reading::default() }).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(page::of(&mut tx, &seat.0.user, family, wanted, state.clock.wall()).await?))
}

/// Begins the first version of a family's plan, or the amendment of the one on the phones.
#[utoipa::path(post, path = "/api/families/{family}/plan", tag = "plans", params(("family" = FamilyId, Path)),
    request_body = PlanToOpen, responses(
    (status = 201, body = Opened),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn open(
    State(state): State<AppState>,
    seat: Seat,
    Path(family): Path<FamilyId>,
    Body(of): Body<PlanToOpen>,
) -> Outcome<(StatusCode, Json<Opened>)> {
    seat.allow_family(&state, Right::PlanMake, family).await?;
    let opened = making::open(&state, &seat.0.user, family, of.begins).await?;
    Ok((StatusCode::CREATED, Json(opened)))
}

/// Saves the items of members while the version is a draft.
#[utoipa::path(put, path = "/api/plans/{plan}/{version}", tag = "plans",
    params(("plan" = PlanId, Path), ("version" = i32, Path)), request_body = PlanToSave, responses(
    (status = 200, body = Saved),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn save(
    State(state): State<AppState>,
    seat: Seat,
    Path(of): Path<(PlanId, i32)>,
    Body(saved): Body<PlanToSave>,
) -> Outcome<Json<Saved>> {
    allow(&state, &seat, Right::PlanMake, of).await?;
    Ok(Json(making::save(&state, &seat.0.user, of, saved.seen, saved.rows).await?))
}

/// Notes a visit (§28), finishes a draft (§32), brings an approved version onto the phones (§34), or discards a draft.
#[utoipa::path(post, path = "/api/plans/{plan}/{version}", tag = "plans",
    params(("plan" = PlanId, Path), ("version" = i32, Path)), request_body = PlanToAct, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn act(
    State(state): State<AppState>,
    seat: Seat,
    Path(of): Path<(PlanId, i32)>,
    Body(wanted): Body<PlanToAct>,
) -> Outcome<StatusCode> {
    allow(&state, &seat, Right::PlanMake, of).await?;
    let what = match (wanted.act, wanted.on) {
        (PlanAct::Visit, Some(on)) => Simple::Visit(on),
        (PlanAct::Finish, None) => Simple::Finish,
        (PlanAct::Publish, None) => Simple::Publish,
        (PlanAct::Discard, None) => Simple::Discard,
        _ => {
            let what = "visit with its day, finish, publish or discard";
            return Err(Refusal::because(ProblemCode::BadRequest, what));
        }
    };
    making::act(&state, &seat.0.user, of, what).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Enters that the kandas agreed: by a paper, a signature on a phone, or a file with an electronic signature.
#[utoipa::path(post, path = "/api/plans/{plan}/{version}/agreement", tag = "plans",
    params(("plan" = PlanId, Path), ("version" = i32, Path)), request_body = PlanToAgree, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn agree(
    State(state): State<AppState>,
    seat: Seat,
    Path(of): Path<(PlanId, i32)>,
    WithFile(entered): WithFile<PlanToAgree>,
) -> Outcome<StatusCode> {
    allow(&state, &seat, Right::PlanMake, of).await?;
    let PlanToAgree { how, signed_on, name, digest, file, record } = entered;
    agreement::enter(&state, &seat.0.user, of, Entered { how, signed_on, name, digest, file, record })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The file that shows the agreement.
#[utoipa::path(get, path = "/api/plans/{plan}/{version}/agreement", tag = "plans",
    params(("plan" = PlanId, Path), ("version" = i32, Path)), responses(
    (status = 200, content_type = "application/octet-stream", description = "the file"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn paper(
    State(state): State<AppState>,
    seat: Seat,
    Path(of): Path<(PlanId, i32)>,
) -> Outcome<Response> {
    // It shows the family as a document does.
    let family = allow(&state, &seat, Right::Scans, of).await?;
    let mut tx = state.store.read().await?;
    let found = agreement::kept(&mut tx, of.0, of.1).await?.ok_or(ProblemCode::NotFound)?;
    drop(tx);
    let about = Reading { family: Some(family), ..Reading::default() };
    seat.note(&state, Action::PlanPaper(of.0, of.1), about).await?;
    let size = found.size.unsigned_abs();
    let stream = state.media.objects().read_range(&found.object, 0..size).await.map_err(Refusal::storage)?;
    let mut response = Stream::from_stream(stream).into_response();
    let name = format!("plan-{}.{}.agreement", of.0, of.1);
    describe(response.headers_mut(), &found.media_type, &name);
    // It comes whole.
    response.headers_mut().remove(ACCEPT_RANGES);
    Ok(response)
}

/// Approves a version as the head of the mobility centre: with the password, given once more, and a code where the user has a
/// second factor, or with a CMS file over its text.
#[utoipa::path(post, path = "/api/plans/{plan}/{version}/approval", tag = "plans",
    params(("plan" = PlanId, Path), ("version" = i32, Path)), request_body = PlanApproval, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn approve(
    State(state): State<AppState>,
    seat: Seat,
    Path(of): Path<(PlanId, i32)>,
    WithFile(by): WithFile<PlanApproval>,
) -> Outcome<StatusCode> {
    allow(&state, &seat, Right::PlanApprove, of).await?;
    let PlanApproval { sha256, password, code, cms } = by;
    making::approve(&state, &seat.0, of, sha256, Proof { password, code, cms }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The very text that is agreed on and approved, as a file: what a signature by CMS has to be over.
#[utoipa::path(get, path = "/api/plans/{plan}/{version}/approval", tag = "plans",
    params(("plan" = PlanId, Path), ("version" = i32, Path)), responses(
    (status = 200, content_type = "application/json", description = "the text"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn document(
    State(state): State<AppState>,
    seat: Seat,
    Path(of): Path<(PlanId, i32)>,
) -> Outcome<Response> {
    allow(&state, &seat, Right::Plan, of).await?;
    let mut tx = state.store.read().await?;
    Ok(signing::document(making::document(&mut tx, of).await?, &format!("plan-{}.{}", of.0, of.1)))
}

/// A file by which it was approved.
#[utoipa::path(get, path = "/api/plans/{plan}/{version}/approval/{position}", tag = "plans",
    params(("plan" = PlanId, Path), ("version" = i32, Path), ("position" = i64, Path)), responses(
    (status = 200, content_type = "application/octet-stream", description = "the file"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn signature(
    State(state): State<AppState>,
    seat: Seat,
    Path((plan, version, position)): Path<(PlanId, i32, i64)>,
) -> Outcome<Response> {
    let of = (plan, version);
    allow(&state, &seat, Right::Plan, of).await?;
    let signed = Of { about: Signable::Plan, thing: plan.0, version: Some(version) };
    signing::file(&state, signed, position, &format!("plan-{}.{}", of.0, of.1)).await
}

/// Sends a version back to be worked on; the agreement to it is void.
#[utoipa::path(post, path = "/api/plans/{plan}/{version}/remarks", tag = "plans",
    params(("plan" = PlanId, Path), ("version" = i32, Path)), request_body = PlanRemarks, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn send_back(
    State(state): State<AppState>,
    seat: Seat,
    Path(of): Path<(PlanId, i32)>,
    Body(remarks): Body<PlanRemarks>,
) -> Outcome<StatusCode> {
    allow(&state, &seat, Right::PlanApprove, of).await?;
    making::reject(&state, &seat.0.user, of, &remarks.text).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for a right about a version of a plan; gives its family.
async fn allow(state: &AppState, seat: &Seat, right: Right, of: (PlanId, i32)) -> Outcome<FamilyId> {
    let mut tx = state.store.read().await?;
    let found = plan::unit_of(&mut tx, of.0, of.1).await?;
    drop(tx);
    seat.allow(state, right, found.map(|(_, unit)| unit)).await?;
    found.map(|(family, _)| family).ok_or_else(|| ProblemCode::NotFound.into())
}

//! Files that people ask for: asking, how it stands, taking, cancelling.

use axum::{
    Json,
    body::Body as Stream,
    extract::{Path, State},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE},
    },
    response::{IntoResponse as _, Response},
};
use kandas_shared::{ids::ExportId, problem::Problem};
use serde::Serialize;
use utoipa::ToSchema;

use super::seat::Seat;
use crate::{
    api::body::Small as Body,
    office::{
        export::{self, Export, Wanted},
        policy::Right,
    },
    refusal::{Outcome, Refusal},
    state::AppState,
};

/// What somebody asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExportList)]
pub struct Exports {
    /// The newest first.
    exports: Vec<Export>,
}

/// Asks for a file; it is written in the background. What it needs to be allowed depends on what is asked for.
#[utoipa::path(post, path = "/api/exports", tag = "exports", request_body = Wanted, responses(
    (status = 202, body = Export),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn ask(
    State(state): State<AppState>,
    seat: Seat,
    Body(wanted): Body<Wanted>,
) -> Outcome<(StatusCode, Json<Export>)> {
    let asked = export::ask(&state, &seat.0.user, wanted).await?;
    Ok((StatusCode::ACCEPTED, Json(asked)))
}

/// The user's own exports.
#[utoipa::path(get, path = "/api/exports", tag = "exports", responses(
    (status = 200, body = Exports),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(State(state): State<AppState>, seat: Seat) -> Outcome<Json<Exports>> {
    seat.allow(&state, Right::Own, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(Exports { exports: export::list(&mut tx, seat.0.user.id).await? }))
}

/// Stops the work, or throws the file away.
#[utoipa::path(delete, path = "/api/exports/{export}", tag = "exports", params(("export" = ExportId, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn cancel(
    State(state): State<AppState>,
    seat: Seat,
    Path(export): Path<ExportId>,
) -> Outcome<StatusCode> {
    seat.allow(&state, Right::Own, None).await?;
    export::cancel(&state, seat.0.user.id, export).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The finished file.
#[utoipa::path(get, path = "/api/exports/{export}/file", tag = "exports", params(("export" = ExportId, Path)),
    responses(
    (status = 200, content_type = "application/octet-stream", description = "the file"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn file(
    State(state): State<AppState>,
    seat: Seat,
    Path(export): Path<ExportId>,
) -> Outcome<Response> {
    seat.allow(&state, Right::Own, None).await?;
    let (found, object) = export::take(&state, &seat.0.user, export).await?;
    let size = found.size.unwrap_or_default().unsigned_abs();
    let stream = state.media.objects().read_range(&object, 0..size).await.map_err(Refusal::storage)?;
    let mut response = Stream::from_stream(stream).into_response();
    let headers = response.headers_mut();
    let (what, ending) = (found.wanted.what.word(), found.wanted.format.ending());
    let day = kandas_shared::calendar::civil_date(found.made_at);
    let name = format!("attachment; filename=\"kandas-{what}-{day}.{ending}\"");
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(Refusal::fault)?);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(found.wanted.format.media_type()));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(size));
    Ok(response)
}

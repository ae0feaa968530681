//! Road maps for families in the countryside (§38).

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
    ids::{OrgUnitId, RoadMapId},
    kato::Kato,
    problem::{Problem, ProblemCode},
    roadmap::RoadMapHolder,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    evidence::describe,
    seat::{Seat, refused},
    signing,
};
use crate::{
    access::{Action, Reading},
    api::body::{Small as Body, WithFile},
    check::policy::Territory,
    office::{
        policy::Right,
        road_map::{
            self, List, Place, Wanted,
            making::{self, Handed},
            on_paper,
            page::{self, After, Changes, RoadMap, Rows},
            term::{self, Term, WantedTerm},
        },
        signing::{Of, Proof},
    },
    refusal::{Outcome, Refusal},
    state::AppState,
};

/// Which road map is to be drawn up.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoadMapToDraft {
    /// The career centre.
    unit: OrgUnitId,
    /// KATO code of the rural okrug.
    okrug: Kato,
    /// This year or the next one.
    year: i32,
}

/// A road map that was drawn up.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct DraftedRoadMap {
    /// Its id.
    id: RoadMapId,
}

/// A signature on paper.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoadMapPaper {
    /// Whose signature it is.
    holder: RoadMapHolder,
    /// Name of who signed, at most 200 characters.
    name: String,
    /// His position, at most 200 characters.
    post: String,
    /// When.
    signed_on: NaiveDate,
    /// The first digits of the hash at the foot of the paper, at least eight.
    digest: String,
    /// The scan: base64 of a PDF, JPEG or PNG of at most 8 MiB.
    file: String,
}

/// Why a road map goes back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoadMapRemarks {
    /// In words, at most 1,000 characters.
    text: String,
}

/// A copy that was handed over.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoadMapCopy {
    /// Whose copy.
    holder: RoadMapHolder,
    /// Who took it, at most 200 characters.
    name: String,
    /// When.
    taken_on: NaiveDate,
}

/// How the rural okrugs of the user's territory stand for a year.
#[utoipa::path(get, path = "/api/road-maps", tag = "road maps", params(Wanted), responses(
    (status = 200, body = List),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(state): State<AppState>,
    seat: Seat,
    Query(wanted): Query<Wanted>,
) -> Outcome<Json<List>> {
    let territory = seat.allow(&state, Right::RoadMap, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(road_map::list(&mut tx, &seat.0.user, &territory, wanted, state.clock.wall()).await?))
}

/// Draws up the road map of an okrug for a year from what the store knows now.
#[utoipa::path(post, path = "/api/road-maps", tag = "road maps", request_body = RoadMapToDraft, responses(
    (status = 201, body = DraftedRoadMap),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn draft(
    State(state): State<AppState>,
    seat: Seat,
    Body(of): Body<RoadMapToDraft>,
) -> Outcome<(StatusCode, Json<DraftedRoadMap>)> {
    seat.allow(&state, Right::RoadMapMake, Some(of.unit)).await?;
    let place = Place { unit: of.unit, okrug: of.okrug };
    let id = making::draft(&state, &seat.0.user, &place, of.year).await?;
    Ok((StatusCode::CREATED, Json(DraftedRoadMap { id })))
}

/// A road map with what was done to it. No case is shown.
#[utoipa::path(get, path = "/api/road-maps/{map}", tag = "road maps", params(("map" = RoadMapId, Path)), responses(
    (status = 200, body = RoadMap),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn show(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<RoadMapId>,
) -> Outcome<Json<RoadMap>> {
    let territory = allow(&state, &seat, &[Right::RoadMap], id).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(page::of(&mut tx, &seat.0.user, &territory, id, state.clock.wall()).await?))
}

/// Lines of a road map, without numbers of persons.
#[utoipa::path(get, path = "/api/road-maps/{map}/rows", tag = "road maps", params(("map" = RoadMapId, Path), After),
    responses(
    (status = 200, body = Rows),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn rows(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<RoadMapId>,
    Query(after): Query<After>,
) -> Outcome<Json<Rows>> {
    allow(&state, &seat, &[Right::RoadMap], id).await?;
    seat.note(&state, Action::RoadMap(id), Reading::default()).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(page::rows(&mut tx, &seat.0.user, id, after).await?))
}

/// How a version differs from the one before it.
#[utoipa::path(get, path = "/api/road-maps/{map}/changes", tag = "road maps", params(("map" = RoadMapId, Path)),
    responses(
    (status = 200, body = Changes),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn changes(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<RoadMapId>,
) -> Outcome<Json<Changes>> {
    allow(&state, &seat, &[Right::RoadMap], id).await?;
    seat.note(&state, Action::RoadMap(id), Reading::default()).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(page::changes(&mut tx, &seat.0.user, id).await?))
}

/// Puts a road map before the three who sign it.
#[utoipa::path(post, path = "/api/road-maps/{map}/submission", tag = "road maps", params(("map" = RoadMapId, Path)),
    responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn submit(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<RoadMapId>,
) -> Outcome<StatusCode> {
    allow(&state, &seat, &[Right::RoadMapMake], id).await?;
    making::submit(&state, &seat.0.user, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs a road map as one of the three: with the password, given once more, and a code where the user has a second factor, or
/// with a CMS file over its text.
#[utoipa::path(post, path = "/api/road-maps/{map}/signature", tag = "road maps",
    params(("map" = RoadMapId, Path)), request_body = Proof, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn sign(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<RoadMapId>,
    WithFile(proof): WithFile<Proof>,
) -> Outcome<StatusCode> {
    allow(&state, &seat, &[Right::RoadMapSign], id).await?;
    making::sign(&state, &seat.0, id, proof).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The very text that is signed, as a file: what a signature by CMS has to be over.
#[utoipa::path(get, path = "/api/road-maps/{map}/signature", tag = "road maps",
    params(("map" = RoadMapId, Path)), responses(
    (status = 200, content_type = "application/json", description = "the text"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn document(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<RoadMapId>,
) -> Outcome<Response> {
    allow(&state, &seat, &[Right::RoadMap], id).await?;
    let mut tx = state.store.read().await?;
    road_map::visible(&mut tx, &seat.0.user, id).await?;
    Ok(signing::document(making::document(&mut tx, id).await?, &format!("road-map-{id}")))
}

/// A file by which it was signed.
#[utoipa::path(get, path = "/api/road-maps/{map}/signature/{position}", tag = "road maps",
    params(("map" = RoadMapId, Path), ("position" = i64, Path)), responses(
    (status = 200, content_type = "application/octet-stream", description = "the file"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn signature(
    State(state): State<AppState>,
    seat: Seat,
    Path((id, position)): Path<(RoadMapId, i64)>,
) -> Outcome<Response> {
    allow(&state, &seat, &[Right::RoadMap], id).await?;
    let mut tx = state.store.read().await?;
    road_map::visible(&mut tx, &seat.0.user, id).await?;
    drop(tx);
    signing::file(&state, Of::new(Signable::RoadMap, id.0), position, &format!("road-map-{id}")).await
}

/// Enters a signature that stands on paper, with its scan.
#[utoipa::path(post, path = "/api/road-maps/{map}/paper", tag = "road maps", params(("map" = RoadMapId, Path)),
    request_body = RoadMapPaper, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn paper(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<RoadMapId>,
    WithFile(paper): WithFile<RoadMapPaper>,
) -> Outcome<StatusCode> {
    allow(&state, &seat, &[Right::RoadMapMake], id).await?;
    let RoadMapPaper { holder, name, post, signed_on, digest, file } = paper;
    let entered = on_paper::Entered { holder, name, post, signed_on, digest, file };
    on_paper::enter(&state, &seat.0.user, id, entered).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The scan of a paper that was signed.
#[utoipa::path(get, path = "/api/road-maps/{map}/scans/{holder}", tag = "road maps",
    params(("map" = RoadMapId, Path), ("holder" = RoadMapHolder, Path)), responses(
    (status = 200, content_type = "application/octet-stream", description = "the file"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn scan(
    State(state): State<AppState>,
    seat: Seat,
    Path((id, holder)): Path<(RoadMapId, RoadMapHolder)>,
) -> Outcome<Response> {
    allow(&state, &seat, &[Right::RoadMap], id).await?;
    let mut tx = state.store.read().await?;
    road_map::visible(&mut tx, &seat.0.user, id).await?;
    let found = on_paper::scan(&mut tx, id, holder).await?.ok_or(ProblemCode::NotFound)?;
    drop(tx);
    seat.note(&state, Action::RoadMapScan(id, holder), Reading::default()).await?;
    let size = found.size.unsigned_abs();
    let stream = state.media.objects().read_range(&found.object, 0..size).await.map_err(Refusal::storage)?;
    let mut response = Stream::from_stream(stream).into_response();
    let name = format!("road-map-{id}.{holder}");
    describe(response.headers_mut(), &found.media_type, &name);
    // It comes whole.
    response.headers_mut().remove(ACCEPT_RANGES);
    Ok(response)
}

/// Sends a road map back while it is being signed; another version follows.
#[utoipa::path(post, path = "/api/road-maps/{map}/remarks", tag = "road maps", params(("map" = RoadMapId, Path)),
    request_body = RoadMapRemarks, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn send_back(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<RoadMapId>,
    Body(remarks): Body<RoadMapRemarks>,
) -> Outcome<StatusCode> {
    allow(&state, &seat, &[Right::RoadMapSign, Right::RoadMapMake], id).await?;
    making::send_back(&state, &seat.0.user, id, &remarks.text).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Enters that one of the three has his copy: the centre that of each, an akim his own.
#[utoipa::path(post, path = "/api/road-maps/{map}/copies", tag = "road maps", params(("map" = RoadMapId, Path)),
    request_body = RoadMapCopy, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn copy(
    State(state): State<AppState>,
    seat: Seat,
    Path(id): Path<RoadMapId>,
    Body(copy): Body<RoadMapCopy>,
) -> Outcome<StatusCode> {
    let RoadMapCopy { holder, name, taken_on } = copy;
    let own = RoadMapHolder::of(seat.0.user.role) == Some(holder);
    let rights: &[Right] =
        if own { &[Right::RoadMapSign, Right::RoadMapMake] } else { &[Right::RoadMapMake] };
    allow(&state, &seat, rights, id).await?;
    making::hand_over(&state, &seat.0.user, id, Handed { holder, name, taken_on }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Within how many working days the three should sign, with everything that was changed.
#[utoipa::path(get, path = "/api/road-map-term", tag = "reference", responses(
    (status = 200, body = Term),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn term(State(state): State<AppState>, seat: Seat) -> Outcome<Json<Term>> {
    seat.allow(&state, Right::Reference, None).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(term::read(&mut tx, state.clock.wall()).await?))
}

/// A term holds from a day on, or what was said for that day is taken back.
#[utoipa::path(post, path = "/api/road-map-term", tag = "reference", request_body = WantedTerm, responses(
    (status = 200, body = Term),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn set_term(
    State(state): State<AppState>,
    seat: Seat,
    Body(wanted): Body<WantedTerm>,
) -> Outcome<Json<Term>> {
    seat.allow(&state, Right::Settings, None).await?;
    term::set(&state, &seat.0.user, wanted).await?;
    let mut tx = state.store.read().await?;
    Ok(Json(term::read(&mut tx, state.clock.wall()).await?))
}

/// Asks for one of these rights about a road map.
async fn allow(state: &AppState, seat: &Seat, rights: &[Right], id: RoadMapId) -> Outcome<Territory> {
    let mut tx = state.store.read().await?;
    let territory = Territory::read(&mut tx).await?;
    let place = road_map::place_of(&mut tx, id).await?;
    drop(tx);
    let user = &seat.0.user;
    let may = |right: &Right| match &place {
        Some(place) => road_map::may(user, *right, place, &territory),
        None => crate::office::policy::may(user, *right, None, &territory),
    };
    let mut asked = Ok(());
    for right in rights {
        asked = may(right);
        if asked.is_ok() {
            break;
        }
    }
    asked.map_err(refused)?;
    place.ok_or(ProblemCode::NotFound)?;
    Ok(territory)
}

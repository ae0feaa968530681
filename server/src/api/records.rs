//! Records in, changes and checkpoints out.

use axum::{
    Json,
    body::Body,
    extract::{Path, Query, State},
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use futures_util::stream;
use kandas_shared::{
    cursor::Kind,
    ids::RecordId,
    jws::Signer as _,
    packed::{self, Seen},
    problem::{Problem, ProblemCode},
    record::MAX_BATCH,
    wire::{CheckpointAnswer, RecordBatch, RecordBatchAnswer, Rework, TokenScope},
};
use serde::{Deserialize, Serialize};

use super::{
    body::Batch,
    carrier::{Bringer, Carrier, FieldDevice},
};
use crate::{
    changes,
    check::rework::rework as told,
    checkpoints, intake, journal,
    refusal::{Outcome, Refusal},
    state::AppState,
};

/// Bytes of a page that are written at once.
const MOUTHFUL: usize = 64 << 10;

/// A verdict per statement, in one signed receipt. A batch in the packed form is answered in it.
#[utoipa::path(post, path = "/v1/records", tag = "records", request_body = RecordBatch, security(("token" = [])),
    responses(
    (status = 200, body = RecordBatchAnswer),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn records(
    State(state): State<AppState>,
    Bringer(bringer): Bringer,
    batch: Batch,
) -> Outcome<Response> {
    let signer = state.keys.signer();
    let is_packed = matches!(batch, Batch::Packed(_));
    let mut seen = Seen::of_token(bringer.device, bringer.worker, &bringer.key, &signer.public_key().kid());
    let records = batch.read(&state, &mut seen).await?;
    if records.len() > MAX_BATCH {
        return Err(Refusal::because(ProblemCode::BatchTooLarge, format!("at most {MAX_BATCH} records")));
    }
    // Every bearer of a token may hand records in, as a revoked device does; more is not asked of him here.
    let carrier = intake::Carrier { device: bringer.device, scope: TokenScope::Escrow };
    // What has come whole is at work; the place runs out only while nothing of the phone is here.
    let (place, number) = (state.arrivals.leave(bringer.device), records.len());
    let accepted = state.intake.accept(&carrier, records).await;
    if let Some(place) = place.and_then(|place| place.without(number)) {
        state.arrivals.enter(bringer.device, place);
    }
    let accepted = accepted?;
    for item in &accepted.items {
        metrics::counter!("kandas_records_total", "verdict" => item.verdict.as_str()).increment(1);
    }
    let receipt = accepted.receipt(signer.as_ref())?;
    kandas_disk::point!("intake.receipt-signed");
    if is_packed && let Some(body) = packed::pack(std::slice::from_ref(&receipt), &mut seen) {
        return Ok(([(CONTENT_TYPE, packed::MEDIA_TYPE)], body).into_response());
    }
    Ok(Json(RecordBatchAnswer { receipt }).into_response())
}

/// What a pull asks for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Pull {
    /// As given with the last page; none to begin.
    cursor: Option<String>,
    /// Kinds the phone knows, with commas; all of version 1 if missing.
    kinds: Option<String>,
    /// Most lines of the page.
    limit: Option<u32>,
}

/// What changed in the device's scopes.
#[utoipa::path(get, path = "/v1/changes", tag = "records", params(Pull), security(("token" = [])), responses(
    (status = 200, body = String, content_type = "application/x-ndjson", description = "ChangeLine…, last a PullEnd"),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn changes(
    State(state): State<AppState>,
    FieldDevice(bearer): FieldDevice,
    Query(pull): Query<Pull>,
) -> Outcome<impl IntoResponse> {
    let kinds = match pull.kinds.as_deref() {
        None | Some("") => Kind::FIRST.to_vec(),
        // A phone that is newer than this server names kinds that do not exist here yet.
        Some(list) => list.split(',').filter_map(|word| word.trim().parse().ok()).collect(),
    };
    if kinds.is_empty() {
        return Err(Refusal::because(ProblemCode::BadRequest, "none of these kinds is known here"));
    }
    let limit = pull.limit.map_or(changes::USUAL_LINES, |limit| limit as usize).clamp(1, changes::MOST_LINES);
    let cursor = pull.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let now = state.clock.wall();
    let page = changes::page(&state.store, bearer.device, bearer.worker, cursor, &kinds, limit, now).await?;
    Ok(([(CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(stream::iter(mouthfuls(page)))))
}

/// A page in mouthfuls, written while they are sent.
fn mouthfuls(page: changes::Page) -> impl Iterator<Item = Result<Vec<u8>, serde_json::Error>> {
    let (mut lines, mut end) = (page.lines.into_iter(), Some(page.end));
    std::iter::from_fn(move || {
        let mut text = Vec::with_capacity(MOUTHFUL + 1_024);
        while text.len() < MOUTHFUL {
            let written = match (lines.next(), &mut end) {
                (Some(line), _) => write_line(&mut text, &line),
                (None, end) => match end.take() {
                    Some(end) => write_line(&mut text, &end),
                    None => break,
                },
            };
            if let Err(error) = written {
                return Some(Err(error));
            }
        }
        (!text.is_empty()).then_some(Ok(text))
    })
}

fn write_line(text: &mut Vec<u8>, line: &impl Serialize) -> Result<(), serde_json::Error> {
    serde_json::to_writer(&mut *text, line)?;
    text.push(b'\n');
    Ok(())
}

/// From where a proof is asked, and to where.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct From {
    /// Size of the last checkpoint seen.
    from: Option<u64>,
    /// Which checkpoint; the head, signed now, if missing.
    #[param(inline)]
    to: Option<Kept>,
}

/// A checkpoint that the server signed in its hourly round and kept.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// The newest of them: the same for whoever asks within the hour.
    Kept,
}

/// The signed head of the journal and the proof that it only grew.
#[utoipa::path(get, path = "/v1/checkpoint", tag = "records", params(From), security(("token" = [])), responses(
    (status = 200, body = CheckpointAnswer),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn checkpoint(
    State(state): State<AppState>,
    _carrier: Carrier,
    Query(From { from, to }): Query<From>,
) -> Outcome<Json<CheckpointAnswer>> {
    let mut tx = state.store.read().await?;
    let (size, checkpoint) = match to {
        Some(Kept::Kept) => checkpoints::newest(&mut tx).await?.ok_or(ProblemCode::NotFound)?,
        None => {
            let head = journal::head(&mut tx).await?;
            let signer = state.keys.signer();
            (head.size, journal::sign_checkpoint(&head, signer.as_ref(), state.clock.wall())?)
        }
    };
    let proof = match from {
        // A phone that has seen more than there is learns it from the size.
        Some(from) if from > 0 && from <= size => journal::consistency_proof(&mut tx, from, size).await?,
        _ => Vec::new(),
    };
    Ok(Json(CheckpointAnswer { checkpoint, proof }))
}

/// A record that came back for rework, as it was sealed, with small pictures of what came back.
#[utoipa::path(get, path = "/v1/rework/{record}", tag = "records", params(("record" = RecordId, Path)),
    security(("token" = [])), responses(
    (status = 200, body = Rework),
    (status = "4XX", body = Problem, content_type = "application/problem+json",
        description = "it was not returned, or the family is somebody else's")))]
pub async fn rework(
    State(state): State<AppState>,
    FieldDevice(bearer): FieldDevice,
    Path(record): Path<String>,
) -> Outcome<Json<Rework>> {
    let record = record.parse().map_err(|_| ProblemCode::NotFound)?;
    Ok(Json(told(&state, &bearer, record).await?))
}

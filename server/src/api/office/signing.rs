//! What several kinds of things that are signed have in common: the text that is signed, and the files by which it was.

use axum::{
    body::Body as Stream,
    http::header::ACCEPT_RANGES,
    response::{IntoResponse as _, Response},
};
use kandas_shared::problem::ProblemCode;

use super::evidence::describe;
use crate::{
    office::signing::{self, MEDIA_TYPE, Of},
    refusal::{Outcome, Refusal},
    state::AppState,
};

/// The text that is signed, byte for byte, as a file.
pub fn document(text: String, name: &str) -> Response {
    let mut response = text.into_response();
    describe(response.headers_mut(), "application/json", &format!("{name}.json"));
    response.headers_mut().remove(ACCEPT_RANGES);
    response
}

/// A file by which something was signed; whoever asks may see that thing (the handler has looked).
///
/// # Errors
/// `not-found`.
pub async fn file(state: &AppState, of: Of, position: i64, name: &str) -> Outcome<Response> {
    let mut tx = state.store.read().await?;
    let found = signing::file(&mut tx, of, position).await?.ok_or(ProblemCode::NotFound)?;
    drop(tx);
    let size = found.size.unsigned_abs();
    let stream = state.media.objects().read_range(&found.object, 0..size).await.map_err(Refusal::storage)?;
    let mut response = Stream::from_stream(stream).into_response();
    describe(response.headers_mut(), MEDIA_TYPE, &format!("{name}.{position}.cms"));
    // It comes whole.
    response.headers_mut().remove(ACCEPT_RANGES);
    Ok(response)
}

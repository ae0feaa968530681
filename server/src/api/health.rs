//! For the operator: is it alive, can it work, and how much does it do.

use std::sync::OnceLock;

use axum::{Json, extract::State, http::header::CONTENT_TYPE, response::IntoResponse};
use kandas_shared::{
    problem::{Problem, ProblemCode},
    wire::Health,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::{
    journal,
    refusal::{Outcome, Refusal},
    state::AppState,
};

/// The process is alive.
#[utoipa::path(get, path = "/healthz", tag = "operator", responses((status = 200, body = Health)))]
pub async fn healthz() -> Json<Health> {
    Json(Health { status: "ok".into() })
}

/// Database and media store answer and the server is not stopping.
#[utoipa::path(get, path = "/readyz", tag = "operator",
    responses((status = 200, body = Health), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn readyz(State(state): State<AppState>) -> Outcome<Json<Health>> {
    if state.stopping.is_cancelled() {
        return Err(ProblemCode::ShuttingDown.into());
    }
    journal_size(&state).await?;
    state.media.ready().await?;
    Ok(Json(Health { status: "ok".into() }))
}

/// Counts and latencies for Prometheus; nothing about persons.
#[utoipa::path(get, path = "/metrics", tag = "operator",
    responses((status = 200, body = String, content_type = "text/plain")))]
pub async fn numbers(State(state): State<AppState>) -> Outcome<impl IntoResponse> {
    let free = state.media.free().map_err(Refusal::storage)?;
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; free bytes need no last digit")]
    metrics::gauge!("kandas_media_free_bytes").set(free as f64);
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; the journal is far below 2^53")]
    metrics::gauge!("kandas_journal_positions").set(journal_size(&state).await? as f64);
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4")], recorder().render()))
}

async fn journal_size(state: &AppState) -> Outcome<u64> {
    let mut tx = state.store.read().await?;
    Ok(journal::head(&mut tx).await?.size)
}

/// The process-wide recorder: the metrics crate knows only one.
pub fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| {
        // From a look-up to a slow disk: 1 ms to 30 s.
        let seconds = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0];
        let builder = PrometheusBuilder::new().set_buckets(&seconds);
        let recorder = builder.expect("the list of buckets is not empty").build_recorder();
        let handle = recorder.handle();
        // Fails only if another recorder was there first; then ours renders nothing, which /metrics shows.
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another recorder of numbers was installed before ours");
        }
        handle
    })
}

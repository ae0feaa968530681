//! Where log lines go: standard error, as text or JSON.
//!
//! **No personal data is ever logged**: ids, kinds, positions, sizes and durations only. sqlx is kept at `warn` because
//! it would print statements, the HTTP stack because it would print addresses with their queries.

use tracing_subscriber::{EnvFilter, fmt};

/// What is logged unless `KANDAS_LOG` says otherwise.
const DEFAULT_FILTER: &str = "info,sqlx=warn,hyper=warn,rustls=warn,tower_http=warn";

/// Starts logging for this process. A second call (tests) changes nothing.
pub fn start(json: bool) {
    let filter = EnvFilter::try_from_env("KANDAS_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let colour = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colour);
    let started = if json { lines.json().flatten_event(true).try_init() } else { lines.compact().try_init() };
    if started.is_err() {
        tracing::debug!("logging had been started before");
    }
}

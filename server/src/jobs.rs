//! Regular work: what has run out goes, bundles that came are opened; hourly, assignments past their last day are closed
//! and the head of the journal goes to the log.
//!
//! Every part may be done twice or by any process without harm. A part that fails says so in the log and is done next
//! time; it never ends the loop.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::{assign, journal, refusal::Outcome, state::AppState, token};

/// Time between two rounds.
const ROUND: Duration = Duration::from_secs(60);
/// Rounds in an hour.
const HOURLY: u64 = 60;

/// Works until the server stops.
pub async fn run(state: AppState) {
    let mut rounds = interval(ROUND);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut number: u64 = 0;
    loop {
        tokio::select! {
            () = state.stopping.cancelled() => return,
            () = state.media.bundle_came() => report("bundles", open_bundles(&state).await),
            _ = rounds.tick() => {
                round(&state).await;
                if number.is_multiple_of(HOURLY) {
                    hour(&state).await;
                }
                number += 1;
            }
        }
    }
}

/// One round of everything.
pub async fn round(state: &AppState) {
    report("tokens", token::expire(state).await);
    report("uploads", expire_uploads(state).await);
    report("bundles", open_bundles(state).await);
    crate::api::health::recorder().run_upkeep();
}

/// What is done once an hour.
pub async fn hour(state: &AppState) {
    report("assignments", close_assignments(state).await);
    report("checkpoint", log_head(state).await);
    report("staging", sweep_staging(state).await);
}

async fn close_assignments(state: &AppState) -> Outcome<()> {
    let closed = assign::close_past(&state.store, state.chance.as_ref(), state.clock.wall()).await?;
    if closed > 0 {
        tracing::info!(closed, "assignments came to their last day");
    }
    Ok(())
}

async fn expire_uploads(state: &AppState) -> Outcome<()> {
    let over = state.media.expire().await?;
    if over > 0 {
        tracing::info!(over, "uploads ran out");
    }
    Ok(())
}

async fn sweep_staging(state: &AppState) -> Outcome<()> {
    let swept = state.media.sweep().await?;
    if swept > 0 {
        tracing::warn!(swept, "bytes that belong to no upload were removed from staging");
    }
    Ok(())
}

async fn open_bundles(state: &AppState) -> Outcome<()> {
    state.media.open_bundles(&state.intake).await.map(|_| ())
}

/// Size and root in the log of another system bear witness to what the journal was.
async fn log_head(state: &AppState) -> Outcome<()> {
    let mut tx = state.store.read().await?;
    let head = journal::head(&mut tx).await?;
    tracing::info!(epoch = %head.epoch, size = head.size, root = %head.root, "journal");
    Ok(())
}

fn report(part: &str, outcome: Outcome<()>) {
    if let Err(refusal) = outcome {
        tracing::error!(part, %refusal, "regular work failed; it is done again next time");
    }
}

//! Regular work: what has run out goes, bundles that came are opened; hourly, assignments past their last day are
//! closed, the indicators of a quarter are frozen when it is time, the access log is anchored, and the head of the journal
//! is signed, kept and logged. Every few seconds: has the signing key changed?
//!
//! Every part may be done twice or by any process without harm. A part that fails says so in the log and is done next
//! time; it never ends the loop.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    access, assign,
    check::policy::Territory,
    checkpoints, exchange,
    findings::work::{self, Done, Work},
    limits,
    office::{assessment, erasing, export, session},
    refusal::{Outcome, Refusal},
    rotate,
    state::AppState,
    token,
};

/// What of the regular work failed the last time, in this process.
#[derive(Debug, Default)]
pub struct Works(Mutex<BTreeMap<&'static str, Failing>>);

/// A part that failed the last time.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = FailingWork)]
pub struct Failing {
    /// Which.
    pub part: String,
    /// Since when it has failed each time.
    pub since: DateTime<Utc>,
    /// Why, as the log says it; absent for who does not look after the store.
    pub error: Option<String>,
}

impl Works {
    /// The parts that failed, by name.
    pub fn failing(&self) -> Vec<Failing> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).values().cloned().collect()
    }

    /// Remembers how a part ended.
    pub fn note(&self, part: &'static str, now: DateTime<Utc>, error: Option<String>) {
        let mut failing = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match error {
            None => {
                failing.remove(part);
            }
            Some(error) => {
                let entry = failing.entry(part).or_insert_with(|| Failing {
                    part: part.into(),
                    since: now,
                    error: None,
                });
                entry.error = Some(error);
            }
        }
    }
}

/// Time between two rounds.
const ROUND: Duration = Duration::from_secs(60);
/// Between two looks for files and new completions.
const EXCHANGE: Duration = Duration::from_secs(2);
/// So long nobody confirms another erasing: then the database is compacted once for all of them.
const COMPACT_AFTER: Duration = Duration::from_secs(120);
/// Between two looks for what another process left undone, and the longest that erased pages wait.
const AN_HOUR: Duration = Duration::from_secs(3_600);
/// Rounds in an hour.
const HOURLY: u64 = 60;
/// So long nothing came in: the phones rest.
const QUIET: Duration = Duration::from_millis(250);
/// Most such pauses in a row.
const MOST_PAUSES: u32 = 120;
/// How soon another process's change of the signing key is followed.
const KEYS: Duration = Duration::from_secs(2);

/// Works until the server stops.
pub async fn run(state: AppState) {
    let mut rounds = interval(ROUND);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut keys = interval(KEYS);
    keys.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut number: u64 = 0;
    report(&state, "erased bundles", state.media.sweep_erased_bundles().await);
    loop {
        tokio::select! {
            () = state.stopping.cancelled() => return,
            () = state.media.bundle_came() => report(&state, "bundles", open_bundles(&state).await),
            _ = keys.tick() => {
                let followed = follow_keys(&state).await;
                if followed.is_err() {
                    // The key has to be brought to this machine: said once a minute, not every other second.
                    keys.reset_after(ROUND);
                }
                report(&state, "keys", followed);
            }
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

/// Notices what is to be noticed about records, until the server stops. It gives way to phones: after each piece it rests
/// as long as that took, and while records come in without a pause it waits, but never long.
pub async fn findings(state: AppState) {
    let (store, chance, clock) = (state.store.clone(), state.chance.clone(), state.clock.clone());
    let mut work = Work::new(store, chance, clock, state.objects.clone());
    let mut rest = work::PAUSE;
    let mut calm = None;
    loop {
        tokio::select! {
            () = state.stopping.cancelled() => return,
            () = tokio::time::sleep(rest) => {}
        }
        calm = give_way(&state, calm).await;
        let began = limits::moment();
        rest = match work.piece().await {
            Ok(done) => {
                report(&state, "findings", Ok(()));
                if matches!(done, Done::Some) { began.elapsed() } else { work::PAUSE }
            }
            Err(error) => {
                report(&state, "findings", Err(error.into()));
                ROUND
            }
        };
    }
}

/// Writes what people asked for into files, until the server stops.
pub async fn exports(state: AppState) {
    let mut rest = export::PAUSE;
    loop {
        tokio::select! {
            () = state.stopping.cancelled() => return,
            () = tokio::time::sleep(rest) => {}
        }
        rest = match export::piece(&state).await {
            Ok(done) => {
                report(&state, "exports", Ok(()));
                if done { Duration::ZERO } else { export::PAUSE }
            }
            Err(refusal) => {
                report(&state, "exports", Err(refusal));
                ROUND
            }
        };
    }
}

/// Exchanges files with a state system while there is a folder for it, until the server stops.
pub async fn exchange(state: AppState) {
    let mut rest = EXCHANGE;
    loop {
        tokio::select! {
            () = state.stopping.cancelled() => return,
            () = tokio::time::sleep(rest) => {}
        }
        rest = EXCHANGE;
        let Some(port) = exchange::port(&state) else { continue };
        give_way(&state, None).await;
        let outcome = exchange::round(&state, &port).await;
        if outcome.is_err() {
            rest = ROUND;
        }
        report(&state, "exchange", outcome.map(|_| ()));
    }
}

/// Carries out decisions to erase that were confirmed, right after it, until the server stops. What another process left
/// undone is done within the hour. The database is compacted afterwards, once for several: nobody can write meanwhile.
pub async fn erasures(state: AppState) {
    let mut failed = false;
    loop {
        report(&state, "erasures", erasing::carry_out(&state).await.map(|_| ()));
        let due = compaction_due(&state);
        let rest = match due {
            Some(rest) if !failed => rest,
            _ => AN_HOUR,
        };
        tokio::select! {
            () = state.stopping.cancelled() => return,
            () = state.erasing.notified() => continue,
            () = tokio::time::sleep(rest) => {}
        }
        if due.is_some() {
            give_way(&state, None).await;
            if state.stopping.is_cancelled() {
                // The next start makes it up.
                return;
            }
            let compacted = erasing::compact(&state).await;
            failed = compacted.is_err();
            report(&state, "compaction", compacted.map(|_| ()));
        }
    }
}

/// How long the database still waits to be compacted after erasings; none if there is nothing to give back.
fn compaction_due(state: &AppState) -> Option<Duration> {
    match erasing::compaction(state) {
        Ok(found) => {
            let waited = (state.clock.wall() - found?.since).to_std().unwrap_or_default();
            Some(COMPACT_AFTER.min(AN_HOUR.saturating_sub(waited)))
        }
        Err(refusal) => {
            report(state, "compaction", Err(refusal));
            None
        }
    }
}

/// Waits until no group of records was written for a moment; not at all while none was since `calm`, what this answered
/// last. `None` when it has waited as long as it may.
async fn give_way(state: &AppState, calm: Option<u64>) -> Option<u64> {
    for _ in 0..MOST_PAUSES {
        let before = state.intake.groups();
        if calm == Some(before) {
            return calm;
        }
        tokio::select! {
            () = state.stopping.cancelled() => return None,
            () = tokio::time::sleep(QUIET) => {}
        }
        if state.intake.groups() == before {
            return Some(before);
        }
    }
    None
}

/// One round of everything.
pub async fn round(state: &AppState) {
    report(state, "tokens", token::expire(state).await);
    report(state, "sessions", session::expire(state).await);
    report(state, "uploads", expire_uploads(state).await);
    report(state, "old exports", export::expire(state).await);
    report(state, "bundles", open_bundles(state).await);
    report(state, "plans", move_plans(state).await);
    crate::api::health::recorder().run_upkeep();
}

/// What is done once an hour.
pub async fn hour(state: &AppState) {
    report(state, "assignments", close_assignments(state).await);
    report(state, "assessment", freeze_assessment(state).await);
    // First the anchor: the checkpoint then covers it.
    report(state, "access log", anchor_accesses(state).await);
    report(state, "checkpoint", keep_head(state).await);
    report(state, "staging", sweep_staging(state).await);
    report(state, "standing", count_standing(state).await);
}

/// After a start and on a new day nobody has to wait until a whole country is counted.
async fn count_standing(state: &AppState) -> Outcome<()> {
    let mut tx = state.store.read().await?;
    let units = Territory::read(&mut tx).await?.all();
    state.standing.of(&mut tx, &units, state.clock.wall()).await?;
    Ok(())
}

async fn anchor_accesses(state: &AppState) -> Outcome<()> {
    access::anchor(&state.store, state.chance.as_ref(), state.clock.wall()).await?;
    Ok(())
}

/// Signs with the new key from now on, if the journal announces one.
///
/// # Errors
/// When the database does not answer, or the announced key is not in the folder.
pub async fn follow_keys(state: &AppState) -> Outcome<()> {
    let followed = rotate::follow(&state.store, &state.keys).await;
    if followed.map_err(|error| Refusal::fault(format!("{error:#}")))? {
        tracing::info!(kid = %state.keys.public_key().kid(), "signing with a new key");
    }
    Ok(())
}

async fn close_assignments(state: &AppState) -> Outcome<()> {
    let closed = assign::close_past(&state.store, state.chance.as_ref(), state.clock.wall()).await?;
    if closed > 0 {
        tracing::info!(closed, "assignments came to their last day");
    }
    Ok(())
}

async fn move_plans(state: &AppState) -> Outcome<()> {
    let (store, chance) = (&state.store, state.chance.as_ref());
    let steps = state.plans.follow(store, chance, state.clock.wall()).await?;
    if steps > 0 {
        tracing::info!(steps, "plans moved with what was recorded");
    }
    Ok(())
}

async fn freeze_assessment(state: &AppState) -> Outcome<()> {
    let (store, chance) = (&state.store, state.chance.as_ref());
    if assessment::making::freeze_due(store, chance, state.clock.wall()).await? {
        tracing::info!("the indicators of the quarter that is over are frozen");
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
async fn keep_head(state: &AppState) -> Outcome<()> {
    let head = checkpoints::keep(&state.store, state.keys.signer().as_ref(), state.clock.wall()).await?;
    tracing::info!(epoch = %head.epoch, size = head.size, root = %head.root, "journal");
    Ok(())
}

fn report(state: &AppState, part: &'static str, outcome: Outcome<()>) {
    if let Err(refusal) = &outcome {
        tracing::error!(part, %refusal, "regular work failed; it is done again next time");
    }
    state.works.note(part, state.clock.wall(), outcome.err().map(|refusal| refusal.to_string()));
}

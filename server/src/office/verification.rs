//! Verifications of the journal that are asked for in the office: one at a time, whichever process does it, beside the
//! work of the day. What is verified is the journal itself (its bytes, its tree, the signatures in it, kept checkpoints
//! and anchors of the access log); tables and media are held against it by `kandas-server verify`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use kandas_shared::{hash::Digest, ids::UserId, time::micros};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    exec, journal, one, opt,
    refusal::Outcome,
    state::AppState,
    verify::{self, Report},
};

/// Between two signs of life.
const BEAT: Duration = Duration::from_secs(2);
/// A process that gave none for so long has ended.
const SILENT: TimeDelta = TimeDelta::minutes(2);

/// How the journal stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Verification {
    /// Positions it has now.
    pub size: u64,
    /// The newest signed checkpoint.
    pub checkpoint: Option<Checkpoint>,
    /// The last verification, if there ever was one.
    pub last: Option<Run>,
}

/// What the journal was when the server signed it.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = CheckpointKept)]
pub struct Checkpoint {
    /// Positions.
    pub size: i64,
    /// Merkle root over them.
    pub root: Digest,
    /// When.
    pub at: DateTime<Utc>,
}

/// A verification.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = VerificationRun)]
pub struct Run {
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Who asked for it.
    pub by_name: String,
    /// Whether it is under way; one that neither is nor has ended was cut short.
    #[sqlx(skip)]
    pub running: bool,
    #[serde(skip)]
    alive_at: DateTime<Utc>,
    /// Positions that were looked at.
    pub done: i64,
    /// Positions that there were.
    pub size: i64,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Root as recomputed.
    pub root: Option<Digest>,
    /// What is wrong, in number; 0 in a sound journal.
    pub faults: i64,
    /// The first of it.
    pub first_fault: Option<String>,
}

/// How the journal stands, and what the last verification said.
///
/// # Errors
/// When the database does not answer.
pub async fn state(state: &AppState) -> Outcome<Verification> {
    let now = state.clock.wall();
    let mut tx = state.store.read().await?;
    let size = journal::size(&mut tx).await?;
    let sql = "select size, root, at from checkpoint order by size desc limit 1";
    let checkpoint = opt!(&mut tx, Checkpoint, sql).await?;
    let sql = "select v.started_at, u.name as by_name, v.alive_at, v.done, v.size, v.finished_at, v.root, v.faults,
        v.first_fault from journal_verification v join app_user u on u.id = v.started_by order by v.id desc limit 1";
    let mut last = opt!(&mut tx, Run, sql).await?;
    if let Some(run) = &mut last {
        run.running = run.finished_at.is_none() && run.alive_at + SILENT > now;
    }
    Ok(Verification { size, checkpoint, last })
}

/// Begins a verification, unless one is under way.
///
/// # Errors
/// When the database does not answer.
pub async fn start(state: &AppState, by: UserId) -> Outcome<()> {
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    // Two who ask at once find each other.
    journal::lock(&mut tx).await?;
    let size = journal::size(&mut tx).await?;
    let sql = "select count(*) from journal_verification where finished_at is null and alive_at > $1";
    if one!(&mut tx, (i64,), sql, now - SILENT).await?.0 > 0 {
        return Ok(());
    }
    let (id,) = one!(&mut tx, (i64,), "select coalesce(max(id), 0) + 1 from journal_verification").await?;
    exec!(
        &mut tx,
        "insert into journal_verification (id, started_at, started_by, alive_at, done, size, faults)
         values ($1, $2, $3, $2, 0, $4, 0)",
        id,
        now,
        by,
        i64::try_from(size).unwrap_or(i64::MAX)
    )
    .await?;
    tx.commit().await?;
    tokio::spawn(run(state.clone(), id));
    Ok(())
}

/// Verifies and says so; a process that is stopped leaves it unfinished.
async fn run(state: AppState, id: i64) {
    let done = Arc::new(AtomicU64::new(0));
    let (store, seen) = (state.store.clone(), Arc::clone(&done));
    let mut work = tokio::spawn(async move {
        verify::verify_journal(&store, &mut |_, done, _| seen.store(done, Ordering::Relaxed)).await
    });
    loop {
        tokio::select! {
            () = state.stopping.cancelled() => {
                work.abort();
                return;
            }
            () = tokio::time::sleep(BEAT) => {
                if let Err(refusal) = beat(&state, id, done.load(Ordering::Relaxed)).await {
                    tracing::warn!(%refusal, "a verification could not say how far it is");
                }
            }
            report = &mut work => {
                let report = report.map_err(|error| error.to_string());
                let report = report.and_then(|report| report.map_err(|error| error.to_string()));
                if let Err(refusal) = finish(&state, id, report).await {
                    tracing::error!(%refusal, "what a verification found could not be kept");
                }
                return;
            }
        }
    }
}

async fn beat(state: &AppState, id: i64, done: u64) -> Outcome<()> {
    let mut tx = state.store.write_lightly().await?;
    let sql = "update journal_verification set alive_at = $1, done = $2 where id = $3";
    exec!(&mut tx, sql, micros(state.clock.wall()), i64::try_from(done).unwrap_or(i64::MAX), id).await?;
    Ok(tx.commit().await?)
}

/// What cannot be read at all is a fault too.
async fn finish(state: &AppState, id: i64, report: Result<Report, String>) -> Outcome<()> {
    let (size, root, faults) = match report {
        Ok(report) => (Some(report.size), report.root, report.faults),
        Err(error) => (None, None, vec![error]),
    };
    if let Some(fault) = faults.first() {
        tracing::error!(faults = faults.len(), %fault, "the journal is not sound");
    }
    let size = size.map(|size| i64::try_from(size).unwrap_or(i64::MAX));
    let mut tx = state.store.write().await?;
    exec!(
        &mut tx,
        "update journal_verification set finished_at = $1, alive_at = $1, root = $2, faults = $3, first_fault = $4,
         size = coalesce($5, size), done = coalesce($5, done) where id = $6",
        micros(state.clock.wall()),
        root,
        i64::try_from(faults.len()).unwrap_or(i64::MAX),
        faults.first().cloned(),
        size,
        id
    )
    .await?;
    Ok(tx.commit().await?)
}

//! The work on a file: taken from the job table for a while, prolonged as it gets on, given up when somebody cancels.

use std::{
    fs::File,
    io::{Read as _, Seek as _},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use kandas_shared::{hash::Digest, ids::ExportId, pulled::User, time::micros};
use sha2::{Digest as _, Sha256};

use super::{
    COLUMNS, Export, Format, LEASE, Row, What, case, conclusion, job, lists, monitoring, plan, report,
    road_map, screens,
};
use crate::{
    all, exec,
    media::Objects,
    opt,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::{Store, StoreError},
};

/// Time between two looks where there is nothing to do.
pub const PAUSE: Duration = Duration::from_secs(1);
/// Tries before it is given up.
const TRIES: i64 = 3;
/// Time to the next try.
const AGAIN: TimeDelta = TimeDelta::seconds(30);

/// Who works on what; good as long as the job is there with this number of tries.
#[derive(Clone)]
pub(super) struct Hold {
    store: Store,
    clock: Arc<dyn kandas_shared::time::Clock>,
    pub(super) export: ExportId,
    attempt: i64,
}

/// Why it was not finished.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    /// Cancelled, or another process has it.
    #[error("the job is somebody else's, or nobody's")]
    Gone,
    /// The user may not have it any more.
    #[error("{0}")]
    Refused(Refusal),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] crate::journal::JournalError),
    /// The file.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl From<Refusal> for Broken {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Hold {
    /// Says how far it is and stays the one who does it.
    pub(super) async fn progress(&self, done: i64, total: i64, entries: i64) -> Result<(), Broken> {
        let until = micros(self.clock.wall()) + LEASE;
        let mut tx = self.store.write().await?;
        let sql = "update job set lease_until = $3 where name = $1 and attempts = $2";
        if exec!(&mut tx, sql, job(self.export), self.attempt, until).await? == 0 {
            return Err(Broken::Gone);
        }
        let sql = "update export set done = $2, total = $3, entries = $4 where id = $1";
        exec!(&mut tx, sql, self.export, done, total, entries).await?;
        Ok(tx.commit().await?)
    }
}

/// Takes a job whose turn it is and does it; says whether there was one.
///
/// # Errors
/// When the database does not answer. What goes wrong with the work itself is told in its row.
pub async fn piece(state: &AppState) -> Outcome<bool> {
    let Some((hold, export)) = take(state).await? else { return Ok(false) };
    let outcome = match write(state, &hold, &export).await {
        Ok((file, entries)) => keep(state, &hold, file, entries).await,
        Err(broken) => Err(broken),
    };
    match outcome {
        Ok(()) | Err(Broken::Gone) => {}
        Err(broken) => {
            tracing::error!(export = %export.id, attempt = hold.attempt, %broken, "an export was not finished");
            let last = hold.attempt >= TRIES || matches!(broken, Broken::Refused(_));
            put_back(&hold, last).await?;
        }
    }
    Ok(true)
}

async fn take(state: &AppState) -> Outcome<Option<(Hold, Export)>> {
    let now = micros(state.clock.wall());
    // Mostly there is nothing: that is seen without the lock of who writes.
    let waiting = "select name, cast(attempts as bigint) from job where name like 'export:%' and run_at <= $1
        and (lease_until is null or lease_until <= $1) order by run_at, name limit 1";
    let mut tx = state.store.read().await?;
    let found = opt!(&mut tx, (String, i64), waiting, now).await?;
    drop(tx);
    let Some((name, attempts)) = found else { return Ok(None) };
    let mut tx = state.store.write().await?;
    let sql = "update job set lease_until = $3, attempts = attempts + 1
        where name = $1 and attempts = $2 and (lease_until is null or lease_until <= $4)";
    if exec!(&mut tx, sql, name, attempts, now + LEASE, now).await? == 0 {
        // Another process was faster.
        return Ok(None);
    }
    let id = name.strip_prefix("export:").and_then(|id| id.parse::<ExportId>().ok());
    let sql = format!("{COLUMNS} where id = $1");
    let row = match id {
        Some(id) => opt!(&mut tx, Row, sqlx::AssertSqlSafe(sql.clone()), id).await?,
        None => None,
    };
    let Some(row) = row else {
        exec!(&mut tx, "delete from job where name = $1", name).await?;
        tx.commit().await?;
        return Ok(None);
    };
    let export = Export::try_from(row)?;
    let hold = Hold {
        store: state.store.clone(),
        clock: Arc::clone(&state.clock),
        export: export.id,
        attempt: attempts + 1,
    };
    if hold.attempt > TRIES {
        // Whoever had it last died over it every time.
        tx.commit().await?;
        put_back(&hold, true).await?;
        return Ok(None);
    }
    exec!(&mut tx, "update export set state = 'running', done = 0 where id = $1", export.id).await?;
    tx.commit().await?;
    Ok(Some((hold, export)))
}

/// The file, open at its beginning and without a name in any folder, and its number of rows.
async fn write(state: &AppState, hold: &Hold, export: &Export) -> Result<(File, i64), Broken> {
    let mut tx = state.store.read().await?;
    let sql = "select id, org_unit, login, role, name, language, active from app_user where id = $1";
    let user = opt!(&mut tx, User, sql, export.user).await?.ok_or(Broken::Gone)?;
    let territory = export.wanted.allow(&mut tx, &user).await?;
    let of = lists::Asked { state, hold, export, user: &user, territory: &territory };
    match export.wanted.format {
        Format::Zip => case::write(&mut tx, &of).await,
        Format::Pdf if export.wanted.what == What::Conclusion => conclusion::print(&mut tx, &of).await,
        Format::Pdf if export.wanted.what == What::RoadMap => road_map::print(&mut tx, &of).await,
        Format::Pdf if export.wanted.what == What::Plan => plan::print(&mut tx, &of).await,
        Format::Pdf => report::print(&mut tx, &of).await,
        Format::Xlsx | Format::Csv if export.wanted.what == What::Report => report::write(&mut tx, &of).await,
        Format::Xlsx | Format::Csv if export.wanted.what.is_monitoring() => {
            monitoring::write(&mut tx, &of).await
        }
        Format::Xlsx | Format::Csv if export.wanted.what.is_of_a_screen() => {
            screens::write(&mut tx, &of).await
        }
        Format::Xlsx | Format::Csv => lists::write(&mut tx, &of).await,
    }
}

async fn keep(state: &AppState, hold: &Hold, file: File, entries: i64) -> Result<(), Broken> {
    let hashed = tokio::task::spawn_blocking(move || hashed(file));
    let (file, sha256, size) = hashed.await.map_err(std::io::Error::other)??;
    let key = Objects::export_key(hold.export, hold.attempt);
    let objects = state.media.objects();
    objects.put(&key, tokio::fs::File::from_std(file), sha256, size).await?;
    let now = micros(hold.clock.wall());
    let mut tx = hold.store.write().await?;
    let sql = "delete from job where name = $1 and attempts = $2";
    if exec!(&mut tx, sql, job(hold.export), hold.attempt).await? == 0 {
        drop(tx);
        objects.remove(&key).await?;
        return Err(Broken::Gone);
    }
    let sql = "update export set state = 'done', finished_at = $2, ends_at = $3, size = $4, object = $5, entries = $6,
        done = total where id = $1";
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    exec!(&mut tx, sql, hold.export, now, now + super::KEPT, size, key, entries).await?;
    Ok(tx.commit().await?)
}

fn hashed(mut file: File) -> std::io::Result<(File, Digest, u64)> {
    file.rewind()?;
    let mut hasher = Sha256::new();
    let (mut size, mut piece) = (0, vec![0; 1 << 20]);
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        hasher.update(&piece[..read]);
        size += read as u64;
    }
    file.rewind()?;
    Ok((file, Digest(hasher.finalize().into()), size))
}

async fn put_back(hold: &Hold, last: bool) -> Result<(), StoreError> {
    let now = micros(hold.clock.wall());
    let mut tx = hold.store.write().await?;
    let sql = "select cast(attempts as bigint) from job where name = $1";
    let ours = opt!(&mut tx, (i64,), sql, job(hold.export)).await?.is_some_and(|(n,)| n == hold.attempt);
    if !ours {
        return Ok(());
    }
    if last {
        exec!(&mut tx, "delete from job where name = $1", job(hold.export)).await?;
        let sql = "update export set state = 'failed', finished_at = $2 where id = $1";
        exec!(&mut tx, sql, hold.export, now).await?;
    } else {
        let sql = "update job set lease_until = null, run_at = $2 where name = $1";
        exec!(&mut tx, sql, job(hold.export), now + AGAIN).await?;
        exec!(&mut tx, "update export set state = 'queued' where id = $1", hold.export).await?;
    }
    tx.commit().await
}

/// Throws away what has been kept long enough.
///
/// # Errors
/// When database or media store do not answer: what is left goes next time.
pub async fn expire(state: &AppState) -> Outcome<()> {
    let now: DateTime<Utc> = micros(state.clock.wall());
    let mut tx = state.store.read().await?;
    let sql = "select id, object from export where ends_at <= $1 order by ends_at limit 500";
    let over = all!(&mut tx, (ExportId, Option<String>), sql, now).await?;
    drop(tx);
    for (export, object) in over {
        // The file first: a row without a file is tried again, a file without a row would stay.
        if let Some(object) = object {
            state.media.objects().remove(&object).await.map_err(Refusal::storage)?;
        }
        let mut tx = state.store.write().await?;
        exec!(&mut tx, "delete from job where name = $1", job(export)).await?;
        exec!(&mut tx, "delete from export where id = $1", export).await?;
        tx.commit().await?;
    }
    Ok(())
}

//! Logs that phones send for whoever looks for a fault: the last few of each phone, no facts, no personal data.

use chrono::{DateTime, TimeDelta, Utc};
use kandas_shared::{ids::DeviceId, problem::ProblemCode, time::micros, wire::Diagnostics};
use serde::Serialize;

use crate::{
    all, exec, opt,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::{StoreError, Tx},
};

/// Logs that are kept of a phone.
const KEPT: i64 = 5;
/// A phone may send one so often.
const PAUSE: TimeDelta = TimeDelta::seconds(60);

/// A log as it came.
#[derive(Clone, Debug, Serialize, sqlx::FromRow)]
pub struct Sent {
    /// When it came, by the server's clock.
    pub at: DateTime<Utc>,
    /// Program and version.
    pub app: String,
    /// JSON of [`Diagnostics`].
    pub content: String,
}

/// Keeps a log; older ones than the last few go.
///
/// # Errors
/// When the phone has sent one a moment ago.
pub async fn keep(state: &AppState, device: DeviceId, log: &Diagnostics) -> Outcome<()> {
    let now = micros(state.clock.wall());
    let content = serde_json::to_string(log).map_err(Refusal::fault)?;
    if content.contains("\\u0000") {
        return Err(Refusal::because(ProblemCode::BadRequest, "a text with NUL"));
    }
    let mut tx = state.store.write().await?;
    let last = opt!(
        &mut tx,
        (DateTime<Utc>,),
        "select at from device_log where device = $1 order by at desc limit 1",
        device
    )
    .await?;
    if let Some((last,)) = last
        && now - last < PAUSE
    {
        let left = (PAUSE - (now - last)).num_seconds().clamp(1, PAUSE.num_seconds());
        return Err(Refusal::later(ProblemCode::RateLimited, u32::try_from(left).unwrap_or(60)));
    }
    let app: String = log.app.chars().take(100).collect();
    exec!(
        &mut tx,
        "insert into device_log (device, at, app, content) values ($1, $2, $3, $4)",
        device,
        now,
        app,
        content
    )
    .await?;
    exec!(
        &mut tx,
        "delete from device_log where device = $1 and at not in (
             select at from device_log where device = $1 order by at desc limit $2)",
        device,
        KEPT
    )
    .await?;
    Ok(tx.commit().await?)
}

/// The logs of a phone, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn of(tx: &mut Tx, device: DeviceId) -> Result<Vec<Sent>, StoreError> {
    all!(tx, Sent, "select at, app, content from device_log where device = $1 order by at desc", device).await
}

//! Leases of records that are being checked: two supervisors never have the same one before them.

use chrono::{DateTime, TimeDelta, Utc};
use kandas_shared::ids::{RecordId, UserId};

use super::records::UNCHECKED;
use crate::{
    exec, one,
    store::{StoreError, Tx, sqlx::AssertSqlSafe},
};

/// A record that nobody asks about for so long is free again.
pub const STAY: TimeDelta = TimeDelta::minutes(5);

/// What came of taking a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is the user's.
    Own,
    /// Somebody else has it before him.
    Elsewhere,
    /// It waits no more: somebody has said something of it, or a newer one took its place.
    Done,
}

/// Takes or prolongs a lease of a record that waits to be checked. Of a record that waits no more nothing is kept when the
/// transaction is undone.
///
/// # Errors
/// When the database does not answer.
pub async fn take(
    tx: &mut Tx,
    record: RecordId,
    by: UserId,
    now: DateTime<Utc>,
) -> Result<Taken, StoreError> {
    let written = exec!(
        tx,
        "insert into review_lease (record, holder, until) values ($1, $2, $3)
         on conflict (record) do update set holder = excluded.holder, until = excluded.until
         where review_lease.holder = excluded.holder or review_lease.until <= $4",
        record,
        by,
        now + STAY,
        now
    )
    .await?;
    if written != 1 {
        return Ok(Taken::Elsewhere);
    }
    // Only now: whoever had it may have been saying something of it, and gave it back with the same commit.
    let sql = format!("select count(*) from record r where r.record = $1 and {UNCHECKED}");
    let (waiting,) = one!(tx, (i64,), AssertSqlSafe(sql.as_str()), record).await?;
    Ok(if waiting > 0 { Taken::Own } else { Taken::Done })
}

/// Whether somebody else has it before him.
///
/// # Errors
/// When the database does not answer.
pub async fn is_elsewhere(
    tx: &mut Tx,
    record: RecordId,
    by: UserId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let sql = "select count(*) from review_lease where record = $1 and holder <> $2 and until > $3";
    let (others,) = one!(tx, (i64,), sql, record, by, now).await?;
    Ok(others > 0)
}

/// Gives it back.
///
/// # Errors
/// When the database does not answer.
pub async fn release(tx: &mut Tx, record: RecordId, by: UserId) -> Result<(), StoreError> {
    exec!(tx, "delete from review_lease where record = $1 and holder = $2", record, by).await?;
    Ok(())
}

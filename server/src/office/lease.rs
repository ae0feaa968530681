//! Leases of records that are being checked: two supervisors never have the same one before them.

use chrono::{DateTime, TimeDelta, Utc};
use kandas_shared::ids::{RecordId, UserId};

use crate::{
    exec, one,
    store::{StoreError, Tx},
};

/// A record that nobody asks about for so long is free again.
pub const STAY: TimeDelta = TimeDelta::minutes(5);

/// Takes or prolongs a lease; says whether it is the user's.
///
/// # Errors
/// When the database does not answer.
pub async fn take(tx: &mut Tx, record: RecordId, by: UserId, now: DateTime<Utc>) -> Result<bool, StoreError> {
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
    Ok(written == 1)
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

//! How talking to the server goes: back-off, metered bytes, orders. Rows, so that a killed program goes on where it was.

use chrono::{DateTime, Utc};
use kandas_shared::{ids::OrderId, jws::Jws, order::OrderKind};
use sqlx::{FromRow, SqliteConnection};

use super::{StoreError, one};

/// The scope of the one back-off for the whole server.
pub const SERVER: &str = "server";

/// A back-off under way.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Backoff {
    /// How often it failed in a row.
    pub attempts: i64,
    /// Wait within this boot.
    pub wait_boot: String,
    /// Until this many milliseconds of it.
    pub wait_until_ms: i64,
    /// What went wrong.
    pub problem: String,
}

impl Backoff {
    /// Milliseconds still to wait; 0 after a restart of the machine.
    #[must_use]
    pub fn remaining_ms(&self, boot: &str, boot_ms: u64) -> u64 {
        if boot != self.wait_boot {
            return 0;
        }
        self.wait_until_ms.unsigned_abs().saturating_sub(boot_ms)
    }
}

/// The back-off of a scope.
///
/// # Errors
/// When the store fails.
pub async fn backoff(conn: &mut SqliteConnection, scope: &str) -> Result<Option<Backoff>, StoreError> {
    Ok(sqlx::query_as("select attempts, wait_boot, wait_until_ms, problem from backoff where scope = $1")
        .bind(scope)
        .fetch_optional(conn)
        .await?)
}

/// Notes a failed attempt and until when to wait.
///
/// # Errors
/// When the store fails.
pub async fn set_backoff(
    conn: &mut SqliteConnection,
    scope: &str,
    backoff: &Backoff,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into backoff (scope, attempts, wait_boot, wait_until_ms, problem) values ($1, $2, $3, $4, $5)
         on conflict (scope) do update set attempts = excluded.attempts, wait_boot = excluded.wait_boot,
         wait_until_ms = excluded.wait_until_ms, problem = excluded.problem",
    )
    .bind(scope)
    .bind(backoff.attempts)
    .bind(&backoff.wait_boot)
    .bind(backoff.wait_until_ms)
    .bind(&backoff.problem)
    .execute(conn)
    .await?;
    Ok(())
}

/// It worked: no waiting any more.
///
/// # Errors
/// When the store fails.
pub async fn clear_backoff(conn: &mut SqliteConnection, scope: &str) -> Result<(), StoreError> {
    sqlx::query("delete from backoff where scope = $1").bind(scope).execute(conn).await?;
    Ok(())
}

/// Counts bytes sent over a metered link in a month (`YYYY-MM` of the signed server time); answers the sum.
///
/// # Errors
/// When the store fails.
pub async fn add_metered(conn: &mut SqliteConnection, month: &str, bytes: u64) -> Result<u64, StoreError> {
    let sum: i64 = sqlx::query_scalar(
        "insert into traffic (month, metered_bytes) values ($1, $2)
         on conflict (month) do update set metered_bytes = metered_bytes + excluded.metered_bytes
         returning metered_bytes",
    )
    .bind(month)
    .bind(i64::try_from(bytes).unwrap_or(i64::MAX))
    .fetch_one(conn)
    .await?;
    Ok(sum.unsigned_abs())
}

/// Bytes sent over metered links in a month.
///
/// # Errors
/// When the store fails.
pub async fn metered(conn: &mut SqliteConnection, month: &str) -> Result<u64, StoreError> {
    let sum: Option<i64> = sqlx::query_scalar("select metered_bytes from traffic where month = $1")
        .bind(month)
        .fetch_optional(conn)
        .await?;
    Ok(sum.unwrap_or(0).unsigned_abs())
}

/// An order that was begun.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct OrderDone {
    /// Its serial.
    pub serial: i64,
    /// Its id.
    pub order_id: OrderId,
    /// What was ordered.
    pub kind: OrderKind,
    /// Whether the server knows that it was done.
    pub reported: bool,
}

/// Notes an order so that its serial runs once. Says false if that serial, or a higher one, was noted before.
///
/// # Errors
/// When the store fails.
pub async fn note_order(
    conn: &mut SqliteConnection,
    serial: u64,
    order: OrderId,
    kind: OrderKind,
    statement: &Jws,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let serial = i64::try_from(serial).unwrap_or(i64::MAX);
    let highest: Option<i64> =
        sqlx::query_scalar("select max(serial) from order_done").fetch_one(&mut *conn).await?;
    if highest.is_some_and(|highest| highest >= serial) {
        return Ok(false);
    }
    let written = sqlx::query(
        "insert into order_done (serial, order_id, kind, statement, done_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(serial)
    .bind(order)
    .bind(kind)
    .bind(&statement.payload)
    .bind(at)
    .execute(conn)
    .await?;
    one("order_done", written.rows_affected())?;
    Ok(true)
}

/// Orders that were begun, oldest first.
///
/// # Errors
/// When the store fails.
pub async fn orders(conn: &mut SqliteConnection) -> Result<Vec<OrderDone>, StoreError> {
    Ok(sqlx::query_as("select serial, order_id, kind, reported from order_done order by serial")
        .fetch_all(conn)
        .await?)
}

/// Forgets the orders of the phone that this home was before.
///
/// # Errors
/// When the store fails.
pub async fn forget_orders(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("delete from order_done").execute(conn).await?;
    Ok(())
}

/// The server knows that an order was done.
///
/// # Errors
/// When the store fails or the order was not noted.
pub async fn order_reported(conn: &mut SqliteConnection, order: OrderId) -> Result<(), StoreError> {
    let changed = sqlx::query("update order_done set reported = 1 where order_id = $1")
        .bind(order)
        .execute(conn)
        .await?;
    one("order_done", changed.rows_affected())
}

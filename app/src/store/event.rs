//! What happened, for people who look for a fault. No personal data.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, SqliteConnection};

use super::StoreError;

/// One thing that happened.
#[derive(Clone, Debug, FromRow)]
pub struct Event {
    /// Number.
    pub id: i64,
    /// By the wall clock.
    pub at: DateTime<Utc>,
    /// What kind of thing.
    pub kind: String,
    /// What it happened to: an id, a file name of the vault.
    pub subject: Option<String>,
    /// More about it.
    pub detail: Option<String>,
}

/// Writes an event.
///
/// # Errors
/// When the store fails.
pub async fn add(
    conn: &mut SqliteConnection,
    at: DateTime<Utc>,
    kind: &str,
    subject: Option<&str>,
    detail: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query("insert into event (at, kind, subject, detail) values ($1, $2, $3, $4)")
        .bind(at)
        .bind(kind)
        .bind(subject)
        .bind(detail)
        .execute(conn)
        .await?;
    Ok(())
}

/// The last events, newest first.
///
/// # Errors
/// When the store fails.
pub async fn last(conn: &mut SqliteConnection, limit: u32) -> Result<Vec<Event>, StoreError> {
    Ok(sqlx::query_as("select id, at, kind, subject, detail from event order by id desc limit $1")
        .bind(limit)
        .fetch_all(conn)
        .await?)
}

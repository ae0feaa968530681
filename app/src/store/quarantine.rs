//! Rows that could not be read: kept where they are, remembered here, shown to the worker.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::StoreError;

/// A row that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, serde::Serialize)]
pub struct Unreadable {
    /// Table, or `pulled_line`.
    pub source: String,
    /// Which row.
    pub row_key: String,
    /// What could not be understood.
    pub problem: String,
}

/// What a list holds: the rows, and those that could not be read.
#[derive(Clone, Debug)]
pub struct Listed<T> {
    /// Rows.
    pub rows: Vec<T>,
    /// The others; already written into the quarantine.
    pub unreadable: Vec<Unreadable>,
}

/// Reads every row by itself. Each must carry a column `row_key`. What cannot be read is written into the quarantine
/// and answered beside the rest.
///
/// # Errors
/// When the store fails.
pub async fn readable<T>(
    conn: &mut SqliteConnection,
    source: &str,
    rows: &[SqliteRow],
) -> Result<Listed<T>, StoreError>
where
    T: for<'r> FromRow<'r, SqliteRow>,
{
    readable_with(conn, source, rows, |row| T::from_row(row).map_err(|e| e.to_string())).await
}

/// As [`readable`], with the reading handed in.
///
/// # Errors
/// When the store fails.
pub async fn readable_with<T>(
    conn: &mut SqliteConnection,
    source: &str,
    rows: &[SqliteRow],
    read: impl Fn(&SqliteRow) -> Result<T, String>,
) -> Result<Listed<T>, StoreError> {
    let mut listed = Listed { rows: Vec::with_capacity(rows.len()), unreadable: Vec::new() };
    for row in rows {
        match read(row) {
            Ok(item) => listed.rows.push(item),
            Err(problem) => {
                let row_key: String = row.try_get("row_key")?;
                listed.unreadable.push(Unreadable { source: source.to_owned(), row_key, problem });
            }
        }
    }
    for row in &listed.unreadable {
        sqlx::query(
            "insert into quarantine (source, row_key, problem) values ($1, $2, $3)
             on conflict (source, row_key) do update set problem = excluded.problem",
        )
        .bind(&row.source)
        .bind(&row.row_key)
        .bind(&row.problem)
        .execute(&mut *conn)
        .await?;
    }
    Ok(listed)
}

/// Remembers something that could not be read and lies nowhere else.
///
/// # Errors
/// When the store fails.
pub async fn add(
    conn: &mut SqliteConnection,
    row: &Unreadable,
    body: Option<&str>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into quarantine (source, row_key, problem, body, found_at) values ($1, $2, $3, $4, $5)
         on conflict (source, row_key) do update set problem = excluded.problem, body = excluded.body",
    )
    .bind(&row.source)
    .bind(&row.row_key)
    .bind(&row.problem)
    .bind(body)
    .bind(at)
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets an entry whose row has been replaced by a readable one.
///
/// # Errors
/// When the store fails.
pub async fn resolved(conn: &mut SqliteConnection, source: &str, row_key: &str) -> Result<(), StoreError> {
    sqlx::query("delete from quarantine where source = $1 and row_key = $2")
        .bind(source)
        .bind(row_key)
        .execute(conn)
        .await?;
    Ok(())
}

/// Everything that could not be read.
///
/// # Errors
/// When the store fails.
pub async fn all(conn: &mut SqliteConnection) -> Result<Vec<Unreadable>, StoreError> {
    Ok(sqlx::query_as("select source, row_key, problem from quarantine order by source, row_key")
        .fetch_all(conn)
        .await?)
}

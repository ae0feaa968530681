//! Rows that could not be read: kept where they are, remembered here, shown to the worker.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, FromRow, Row as _, SqliteConnection, sqlite::SqliteRow};

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
    note(conn, &listed.unreadable).await?;
    Ok(listed)
}

/// Remembers rows that could not be read; they stay where they are.
///
/// # Errors
/// When the store fails.
pub async fn note(conn: &mut SqliteConnection, unreadable: &[Unreadable]) -> Result<(), StoreError> {
    for row in unreadable {
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
    Ok(())
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

/// What was found while reading is found again when it is read again: a newer program may understand it.
///
/// # Errors
/// When the store fails.
pub async fn look_anew(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("delete from quarantine where body is null").execute(conn).await?;
    Ok(())
}

/// Forgets everything of a source: all of it will come again.
///
/// # Errors
/// When the store fails.
pub async fn forget(conn: &mut SqliteConnection, source: &str) -> Result<(), StoreError> {
    sqlx::query("delete from quarantine where source = $1").bind(source).execute(conn).await?;
    Ok(())
}

/// A row that could not be read, as it lies in its table: each column's bytes in hexadecimal, whatever they are.
///
/// # Errors
/// When the store fails.
pub async fn raw(conn: &mut SqliteConnection, row: &Unreadable) -> Result<serde_json::Value, StoreError> {
    let key = match row.source.as_str() {
        "record" => "lower(hex(hash))",
        "file" => "lower(hex(evidence)) || '.' || part",
        "draft" => "lower(hex(id))",
        "draft_evidence" => "lower(hex(evidence))",
        other => return Err(StoreError::Unreadable("quarantine", format!("no table for {other}"))),
    };
    let names: Vec<String> = sqlx::query_scalar("select name from pragma_table_info($1) order by cid")
        .bind(&row.source)
        .fetch_all(&mut *conn)
        .await?;
    let columns: Vec<String> = names.iter().map(|name| format!("hex({name})")).collect();
    let sql = format!("select {} from {} where {key} = $1", columns.join(", "), row.source);
    let found = sqlx::query(AssertSqlSafe(sql)).bind(&row.row_key).fetch_all(conn).await?;
    let mut rows = Vec::new();
    for found in &found {
        let mut columns = serde_json::Map::new();
        for (at, name) in names.iter().enumerate() {
            columns.insert(name.clone(), found.try_get::<Option<String>, _>(at)?.into());
        }
        rows.push(serde_json::Value::Object(columns));
    }
    Ok(
        serde_json::json!({"source": row.source, "row_key": row.row_key, "problem": row.problem, "rows": rows}),
    )
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

//! Emptying the store on a signed order. Overwritten with zeros (`secure_delete`); the caller shrinks the file after.

use sqlx::{AssertSqlSafe, SqliteConnection};

use super::StoreError;

const CASE_DATA: [&str; 17] = [
    "rework_picture",
    "rework",
    "pulled_page",
    "record_check",
    "evidence_call",
    "record_state",
    "activity",
    "plan",
    "assignment",
    "consent",
    "person",
    "family",
    "app_user",
    "org_unit",
    "family_board",
    "family_tasks",
    "board_stale",
];
const WORK: [&str; 12] = [
    "outbox",
    "evidence",
    "file",
    "record",
    "draft_evidence",
    "draft_subject",
    "draft",
    "orphan",
    "aside",
    "quarantine",
    "receipt",
    "checkpoint",
];

/// Deletes what the centre has told: families, persons, plans. Unsent work stays.
///
/// # Errors
/// When the store fails.
pub async fn case_data(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    empty(&mut *conn, &CASE_DATA).await?;
    // Lines that could not be read hold names too. What is known of unreadable work stays until that work is out.
    sqlx::query("delete from quarantine where source not in ('record', 'file', 'draft', 'draft_evidence')")
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "update pull_state set cursor = null, pending_cursor = null, from_nothing = 1, completed_at = null",
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes drafts, records and everything about their files. The vault's files are the caller's. The chain stays named:
/// the next token finds the store behind and opens another.
///
/// # Errors
/// When the store fails.
pub async fn work(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    empty(conn, &WORK).await
}

async fn empty(conn: &mut SqliteConnection, tables: &[&str]) -> Result<(), StoreError> {
    for table in tables {
        sqlx::query(AssertSqlSafe(format!("delete from {table}"))).execute(&mut *conn).await?;
    }
    Ok(())
}

//! The tables by what they are: the journal itself, what follows from it, and what merely runs.
//!
//! `rebuild` makes the derived tables anew, `verify` compares them. A test holds these lists against
//! the database, so that a new table must say what it is.

use sqlx::AssertSqlSafe;

use crate::{
    all,
    store::{Engine, StoreError, Tx},
};

/// The journal: never rebuilt, everything else follows from it.
pub const JOURNAL: &[&str] = &["journal_head", "journal", "journal_body", "journal_tile", "checkpoint"];

/// Neither facts nor their consequences: tokens, uploads in progress, jobs.
pub const RUNNING: &[&str] = &[
    "device_scope",
    "device_seen",
    "device_log",
    "order_told",
    "enrol_attempt",
    "nonce",
    "token",
    "upload",
    "access_log",
    "job",
    "office_session",
    "sign_in_attempt",
    "totp_step",
    "review_lease",
    "journal_verification",
    "bulk_list",
    "bulk_item",
    "finding_work",
    "record_reading",
    "record_spot",
    "photo_hash",
    "export",
    "exchange_work",
];

/// How a table differs from what the journal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: &'static str,
    /// Rows that the journal says are there and the table lacks.
    pub missing: usize,
    /// Rows that the table has and the journal does not know.
    pub extra: usize,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "table {}: {} rows missing, {} too many", self.table, self.missing, self.extra)
    }
}

/// The rows of a table as text, these columns of them, in no order.
///
/// # Errors
/// When the database does not answer.
pub async fn rows_as_text(tx: &mut Tx, table: &str, columns: &[String]) -> Result<Vec<String>, StoreError> {
    let as_text = |column: &String| match tx.engine() {
        Engine::Sqlite => format!("quote(\"{column}\")"),
        Engine::Postgres => format!("coalesce(quote_literal(\"{column}\"::text), 'NULL')"),
    };
    let list: Vec<String> = columns.iter().map(as_text).collect();
    let sql = format!("select {} from {table}", list.join(" || ',' || "));
    let rows = all!(tx, (String,), AssertSqlSafe(sql.clone())).await?;
    Ok(rows.into_iter().map(|(row,)| row).collect())
}

/// The columns of a table, sorted.
///
/// # Errors
/// When there is no such table.
pub async fn columns(tx: &mut Tx, table: &str) -> Result<Vec<String>, StoreError> {
    let sql = match tx.engine() {
        Engine::Sqlite => format!("select name from pragma_table_info('{table}') order by name"),
        Engine::Postgres => format!(
            "select column_name::text from information_schema.columns
             where table_schema = current_schema() and table_name = '{table}' order by 1"
        ),
    };
    let rows = all!(tx, (String,), AssertSqlSafe(sql.clone())).await?;
    if rows.is_empty() {
        return Err(StoreError::Damaged(format!("there is no table {table}")));
    }
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// The tables that are really there, sorted, the migrator's own left out.
///
/// # Errors
/// When the database does not answer.
pub async fn present(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let sql = match tx.engine() {
        Engine::Sqlite => {
            "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'
             and name not like '_sqlx_%' order by 1"
        }
        Engine::Postgres => {
            "select table_name::text from information_schema.tables
             where table_schema = current_schema() and table_name not like '\\_sqlx\\_%' order by 1"
        }
    };
    Ok(all!(tx, (String,), sql).await?.into_iter().map(|(name,)| name).collect())
}

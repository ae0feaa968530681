//! Records of other phones that came back to this worker: as they were sealed, with small pictures of what came back.

use kandas_shared::ids::{EvidenceId, RecordId};
use sqlx::SqliteConnection;

use super::StoreError;

// Standing returns of records that this phone has not sealed.
macro_rules! returned_elsewhere {
    () => {
        "select c.record from record_check c where c.gone = 0 and c.stands = 1 and c.state = 'returned'
         and not exists (select 1 from record r where r.record = c.record)"
    };
}

/// A returned record of which the centre is still to be asked.
///
/// # Errors
/// When the store fails.
pub async fn wanted(conn: &mut SqliteConnection) -> Result<Option<RecordId>, StoreError> {
    const SQL: &str = concat!(
        returned_elsewhere!(),
        " and not exists (select 1 from rework w where w.record = c.record) order by c.checked_at, c.id limit 1"
    );
    Ok(sqlx::query_scalar(SQL).fetch_optional(conn).await?)
}

/// Keeps what the centre told of a record; no payload: it tells nothing.
///
/// # Errors
/// When the store fails.
pub async fn keep(
    conn: &mut SqliteConnection,
    record: RecordId,
    payload: Option<&str>,
    pictures: &[(EvidenceId, Vec<u8>)],
) -> Result<(), StoreError> {
    sqlx::query("insert or replace into rework (record, payload) values ($1, $2)")
        .bind(record)
        .bind(payload)
        .execute(&mut *conn)
        .await?;
    for (evidence, jpeg) in pictures {
        sqlx::query("insert or replace into rework_picture (evidence, record, jpeg) values ($1, $2, $3)")
            .bind(evidence)
            .bind(record)
            .bind(jpeg)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// A returned record of another phone as it was sealed, if the centre has told it.
///
/// # Errors
/// When the store fails.
pub async fn payload(conn: &mut SqliteConnection, record: RecordId) -> Result<Option<String>, StoreError> {
    let told: Option<Option<String>> = sqlx::query_scalar("select payload from rework where record = $1")
        .bind(record)
        .fetch_optional(conn)
        .await?;
    Ok(told.flatten())
}

/// A small picture of what came back.
///
/// # Errors
/// When the store fails.
pub async fn picture(
    conn: &mut SqliteConnection,
    evidence: EvidenceId,
) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(sqlx::query_scalar("select jpeg from rework_picture where evidence = $1")
        .bind(evidence)
        .fetch_optional(conn)
        .await?)
}

/// Forgets what is not asked for any more: need to know. What an open draft answers stays.
///
/// # Errors
/// When the store fails.
pub async fn tidy(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    const SQL: &str = concat!(
        "delete from rework where record not in (",
        returned_elsewhere!(),
        ") and not exists (select 1 from draft d where d.supersedes = rework.record and d.state = 'open')"
    );
    sqlx::query(SQL).execute(&mut *conn).await?;
    sqlx::query("delete from rework_picture where record not in (select record from rework)")
        .execute(conn)
        .await?;
    Ok(())
}

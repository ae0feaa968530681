//! What must travel. A row is written in the transaction that seals and removed by a receipt of the present epoch.

use chrono::{DateTime, Utc};
use kandas_shared::{evidence::FileRef, hash::Digest};
use sqlx::SqliteConnection;

use super::{StoreError, file::Class};

/// What an outbox row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// A record.
    Record(Digest),
    /// A file.
    File(FileRef),
}

/// Puts a record into the outbox; one that is there stays as it is.
///
/// # Errors
/// When the store fails.
pub async fn enqueue_record(conn: &mut SqliteConnection, hash: Digest) -> Result<(), StoreError> {
    sqlx::query(
        "insert into outbox (record_hash, class) values ($1, 'record') on conflict (record_hash) do nothing",
    )
    .bind(hash)
    .execute(conn)
    .await?;
    Ok(())
}

/// Puts a file into the outbox; one that is there stays as it is.
///
/// # Errors
/// When the store fails.
pub async fn enqueue_file(
    conn: &mut SqliteConnection,
    name: FileRef,
    class: Class,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into outbox (evidence, part, class) values ($1, $2, $3) on conflict (evidence, part) do nothing",
    )
    .bind(name.evidence)
    .bind(name.part)
    .bind(class)
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes a record out of the outbox; it may be out already.
///
/// # Errors
/// When the store fails.
pub async fn dequeue_record(conn: &mut SqliteConnection, hash: Digest) -> Result<(), StoreError> {
    sqlx::query("delete from outbox where record_hash = $1").bind(hash).execute(conn).await?;
    Ok(())
}

/// Takes a file out of the outbox; it may be out already.
///
/// # Errors
/// When the store fails.
pub async fn dequeue_file(conn: &mut SqliteConnection, name: FileRef) -> Result<(), StoreError> {
    sqlx::query("delete from outbox where evidence = $1 and part = $2")
        .bind(name.evidence)
        .bind(name.part)
        .execute(conn)
        .await?;
    Ok(())
}

/// Makes an item wait until `until_ms` of this boot after a failed attempt; another boot tries at once. Answers how
/// often it was tried.
///
/// # Errors
/// When the store fails.
pub async fn postpone(
    conn: &mut SqliteConnection,
    item: Item,
    boot: &str,
    until_ms: u64,
    problem: &str,
) -> Result<i64, StoreError> {
    let (hash, file) = match item {
        Item::Record(hash) => (Some(hash), None),
        Item::File(file) => (None, Some(file)),
    };
    let attempts: Option<i64> = sqlx::query_scalar(
        "update outbox set attempts = attempts + 1, wait_boot = $4, wait_until_ms = $5, problem = $6
         where record_hash = $1 or (evidence = $2 and part = $3) returning attempts",
    )
    .bind(hash)
    .bind(file.map(|f| f.evidence))
    .bind(file.map(|f| f.part))
    .bind(boot)
    .bind(i64::try_from(until_ms).unwrap_or(i64::MAX))
    .bind(problem)
    .fetch_optional(conn)
    .await?;
    Ok(attempts.unwrap_or(0))
}

/// Puts back what has no receipt and is not in the outbox: an item whose row could not be read had left it, and this
/// program may be a newer one. Refused records are not among them, they were shown to the worker.
///
/// # Errors
/// When the store fails.
pub async fn complete(conn: &mut SqliteConnection) -> Result<u64, StoreError> {
    let mut added = 0;
    for sql in [
        "insert into outbox (record_hash, class) select r.hash, 'record' from record r join chain c on c.chain = r.chain
         where r.state = 'recorded' and not exists (select 1 from outbox o where o.record_hash = r.hash)
         order by c.number, r.seq",
        "insert into outbox (evidence, part, class) select f.evidence, f.part, f.class from file f
         where (f.state in ('waiting', 'uploading')
                or (f.state = 'damaged' and f.salvage_sha256 is not null and f.receipt is null))
         and not exists (select 1 from outbox o where o.evidence = f.evidence and o.part = f.part)
         order by f.evidence, f.part",
    ] {
        added += sqlx::query(sql).execute(&mut *conn).await?.rows_affected();
    }
    Ok(added)
}

/// When the oldest work was sealed that has not arrived as a whole; none when nothing waits.
///
/// # Errors
/// When the store fails.
pub async fn waits_since(conn: &mut SqliteConnection) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(sqlx::query_scalar(
        "select min(r.sealed_at) from record r
         where exists (select 1 from outbox o where o.record_hash = r.hash)
            or exists (select 1 from evidence e join outbox o on o.evidence = e.evidence where e.record_hash = r.hash)",
    )
    .fetch_one(conn)
    .await?)
}

/// Lets everything go at once again: the worker has asked for it.
///
/// # Errors
/// When the store fails.
pub async fn hurry(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("update outbox set wait_boot = null, wait_until_ms = 0").execute(conn).await?;
    Ok(())
}

/// How much waits, whether or not it may go now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow, serde::Serialize)]
pub struct Count {
    /// Records.
    pub records: i64,
    /// Files.
    pub files: i64,
    /// Bytes of those files.
    pub bytes: i64,
}

/// Counts what waits.
///
/// # Errors
/// When the store fails.
pub async fn count(conn: &mut SqliteConnection) -> Result<Count, StoreError> {
    Ok(sqlx::query_as(
        "select count(o.record_hash) as records, count(o.evidence) as files,
         coalesce(sum(coalesce(f.salvage_size, case when f.freed_at is null then f.size else 0 end)), 0) as bytes
         from outbox o left join file f on f.evidence = o.evidence and f.part = o.part",
    )
    .fetch_one(conn)
    .await?)
}

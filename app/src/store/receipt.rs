//! Receipts and checkpoints: the server's signed word, kept as it was signed.

use chrono::{DateTime, Utc};
use kandas_shared::{
    evidence::FileRef,
    hash::{Digest, Epoch},
    jws::Jws,
    receipt::{Checkpoint, Receipt},
    record::CheckpointSeen,
};
use sqlx::SqliteConnection;

use super::StoreError;

/// Keeps a receipt whose signature was checked, once, and answers its row.
///
/// # Errors
/// When the store fails.
pub async fn keep(conn: &mut SqliteConnection, jws: &Jws, receipt: &Receipt) -> Result<i64, StoreError> {
    let kind = match receipt {
        Receipt::Records(_) => "records",
        Receipt::File(_) => "file",
    };
    // The update changes nothing; it makes the row of an earlier arrival come back.
    Ok(sqlx::query_scalar(
        "insert into receipt (kind, epoch, time, protected, payload, signature) values ($1, $2, $3, $4, $5, $6)
         on conflict (protected, payload) do update set kind = excluded.kind returning id",
    )
    .bind(kind)
    .bind(receipt.epoch().0.as_slice())
    .bind(receipt.time())
    .bind(&jws.protected)
    .bind(&jws.payload)
    .bind(&jws.signature)
    .fetch_one(conn)
    .await?)
}

/// The receipt a file was delivered with.
///
/// # Errors
/// When the store fails.
pub async fn of_file(conn: &mut SqliteConnection, name: FileRef) -> Result<Option<Jws>, StoreError> {
    let row: Option<(String, String, String)> = sqlx::query_as(
        "select r.protected, r.payload, r.signature from file f join receipt r on r.id = f.receipt
         where f.evidence = $1 and f.part = $2",
    )
    .bind(name.evidence)
    .bind(name.part)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|(protected, payload, signature)| Jws { protected, payload, signature }))
}

/// The receipt a record is in custody with.
///
/// # Errors
/// When the store fails.
pub async fn of_record(conn: &mut SqliteConnection, hash: Digest) -> Result<Option<Jws>, StoreError> {
    let row: Option<(String, String, String)> = sqlx::query_as(
        "select r.protected, r.payload, r.signature from record s join receipt r on r.id = s.receipt
         where s.hash = $1",
    )
    .bind(hash)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|(protected, payload, signature)| Jws { protected, payload, signature }))
}

/// Keeps a checkpoint whose signature was checked; `proven`: a consistency proof from the last one holds.
///
/// # Errors
/// When the store fails.
pub async fn keep_checkpoint(
    conn: &mut SqliteConnection,
    jws: &Jws,
    checkpoint: &Checkpoint,
    proven: bool,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into checkpoint (epoch, size, root, time, protected, payload, signature, proven)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (epoch, size) do update set proven = max(proven, excluded.proven)",
    )
    .bind(checkpoint.epoch.0.as_slice())
    .bind(i64::try_from(checkpoint.size).unwrap_or(i64::MAX))
    .bind(checkpoint.root)
    .bind(checkpoint.time)
    .bind(&jws.protected)
    .bind(&jws.payload)
    .bind(&jws.signature)
    .bind(proven)
    .execute(conn)
    .await?;
    Ok(())
}

/// The largest checkpoint seen in an epoch, with its root and time.
///
/// # Errors
/// When the store fails.
pub async fn last_checkpoint(
    conn: &mut SqliteConnection,
    epoch: Epoch,
) -> Result<Option<(CheckpointSeen, DateTime<Utc>)>, StoreError> {
    let row: Option<(i64, Digest, DateTime<Utc>)> =
        sqlx::query_as("select size, root, time from checkpoint where epoch = $1 order by size desc limit 1")
            .bind(epoch.0.as_slice())
            .fetch_optional(conn)
            .await?;
    Ok(row.map(|(size, root, time)| (CheckpointSeen { epoch, size: size.unsigned_abs(), root }, time)))
}

/// The largest checkpoint of an epoch to which consistency was proven.
///
/// # Errors
/// When the store fails.
pub async fn last_proven(
    conn: &mut SqliteConnection,
    epoch: Epoch,
) -> Result<Option<CheckpointSeen>, StoreError> {
    let row: Option<(i64, Digest)> = sqlx::query_as(
        "select size, root from checkpoint where epoch = $1 and proven = 1 order by size desc limit 1",
    )
    .bind(epoch.0.as_slice())
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|(size, root)| CheckpointSeen { epoch, size: size.unsigned_abs(), root }))
}

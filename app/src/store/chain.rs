//! The chain of sealed records of this store: exactly one is open.

use chrono::{DateTime, Utc};
use kandas_shared::{hash::Digest, ids::ChainId};
use sqlx::{FromRow, SqliteConnection};

use super::{StoreError, one};

/// The chain that is sealed into, and its last record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The chain.
    pub chain: ChainId,
    /// The chain it goes on from.
    pub continues: Option<ChainId>,
    /// Last number; 0 for none.
    pub seq: u64,
    /// Identity of that record.
    pub hash: Option<Digest>,
}

#[derive(FromRow)]
struct HeadRow {
    chain: ChainId,
    continues: Option<ChainId>,
    seq: i64,
    hash: Option<Digest>,
}

/// The chain that is sealed into; none before the first one is opened.
///
/// # Errors
/// When the store fails.
pub async fn head(conn: &mut SqliteConnection) -> Result<Option<Head>, StoreError> {
    let row: Option<HeadRow> = sqlx::query_as(
        "select c.chain, c.continues, coalesce(r.seq, 0) as seq, r.hash
         from chain c left join record r on r.chain = c.chain
         where c.closed_reason is null order by r.seq desc limit 1",
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|r| Head { chain: r.chain, continues: r.continues, seq: r.seq.unsigned_abs(), hash: r.hash }))
}

/// Identity of the record at a place of a chain.
///
/// # Errors
/// When the store fails.
pub async fn at(conn: &mut SqliteConnection, chain: ChainId, seq: u64) -> Result<Option<Digest>, StoreError> {
    Ok(sqlx::query_scalar("select hash from record where chain = $1 and seq = $2")
        .bind(chain)
        .bind(i64::try_from(seq).unwrap_or(i64::MAX))
        .fetch_optional(conn)
        .await?)
}

/// Opens a chain; the one that was open is closed with `reason` and named as what the new one goes on from.
///
/// # Errors
/// When the store fails.
pub async fn open(
    conn: &mut SqliteConnection,
    chain: ChainId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let before: Option<ChainId> = head(&mut *conn).await?.map(|head| head.chain);
    if let Some(before) = before {
        let closed = sqlx::query("update chain set closed_reason = $2 where chain = $1")
            .bind(before)
            .bind(reason)
            .execute(&mut *conn)
            .await?;
        one("chain", closed.rows_affected())?;
    }
    sqlx::query("insert into chain (chain, continues, opened_at) values ($1, $2, $3)")
        .bind(chain)
        .bind(before)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

//! The journal's head, signed and kept once an hour: what it was can be shown later, to anybody, at a size that others
//! have seen as well. `verify` holds every one of them against the tree.

use chrono::{DateTime, Utc};
use kandas_shared::{
    jws::{Jws, Signer},
    time::micros,
};

use crate::{
    exec,
    journal::{self, Head, JournalError},
    opt,
    store::{Store, StoreError, Tx},
};

/// Signs and keeps the head if the journal has grown since the last one; answers the head. Two processes may do so at
/// once: the first one's word stays.
///
/// # Errors
/// When the database or the key does not answer.
pub async fn keep(store: &Store, signer: &dyn Signer, now: DateTime<Utc>) -> Result<Head, JournalError> {
    let mut tx = store.write().await?;
    let head = journal::head(&mut tx).await?;
    let now = micros(now);
    let statement = serde_json::to_string(&journal::sign_checkpoint(&head, signer, now)?)?;
    let size = i64::try_from(head.size).map_err(|_| JournalError::Damaged("the head's size".into()))?;
    // None written: it is kept already.
    exec!(
        &mut tx,
        "insert into checkpoint (size, epoch, root, at, statement) values ($1, $2, $3, $4, $5)
         on conflict (size) do nothing",
        size,
        head.epoch.to_string(),
        head.root,
        now,
        statement
    )
    .await?;
    tx.commit().await?;
    Ok(head)
}

/// The newest kept checkpoint and its size.
///
/// # Errors
/// When the database does not answer or what is kept is not readable.
pub async fn newest(tx: &mut Tx) -> Result<Option<(u64, Jws)>, StoreError> {
    let sql = "select size, statement from checkpoint order by size desc limit 1";
    let Some((size, statement)) = opt!(tx, (i64, String), sql).await? else { return Ok(None) };
    let damaged = || StoreError::Damaged("a kept checkpoint is not readable".into());
    let statement = serde_json::from_str(&statement).map_err(|_| damaged())?;
    Ok(Some((u64::try_from(size).map_err(|_| damaged())?, statement)))
}

//! Changing the server's signing key: announced by the old key, recorded as a fact, then taken into use. A serving process
//! sees the fact within seconds and signs with the new key from then on.

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use kandas_disk::point;
use kandas_shared::jws::{Jws, KeyId};

use crate::{
    all,
    chance::Chance,
    facts::{Event, KeyRotated},
    journal::{self, Fact},
    keys::Keys,
    opt,
    store::{Store, Tx},
};

/// Changes the signing key; answers the thumbprints of the old and the new one. A running server follows by itself; what
/// it signs with the old key until then phones accept for ever.
///
/// # Errors
/// When a step fails. A key that was written and not announced does no harm; one that was announced is taken into use
/// at the next start.
pub async fn rotate(
    store: &Store,
    keys: &mut Keys,
    now: DateTime<Utc>,
    chance: &dyn Chance,
) -> Result<(KeyId, KeyId)> {
    let mut tx = store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    keys.settle(&announced(&mut tx).await?)?;
    let old = keys.public_key().kid();
    let statement = keys.announce_next(now)?;
    let new = announced_key(&statement)?;
    point!("rotate.key-made");
    let event = Event::KeyRotated(KeyRotated { statement, old: old.clone(), new });
    journal::append_locked(&mut tx, locked, chance, now, vec![Fact::by_system(event)]).await?;
    let all = announced(&mut tx).await?;
    point!("rotate.before-commit");
    tx.commit().await?;
    point!("rotate.after-commit");
    keys.settle(&all)?;
    Ok((old, new.kid()))
}

/// Takes the key into use that another process has announced since; says whether there was one.
///
/// # Errors
/// When the database does not answer, an announcement does not verify, or the new key is not in the folder.
pub async fn follow(store: &Store, keys: &Keys) -> Result<bool> {
    let mut tx = store.read().await?;
    let sql = "select new_kid from key_change order by position desc limit 1";
    let last = opt!(&mut tx, (KeyId,), sql).await?;
    if last.is_none_or(|(kid,)| kid == keys.public_key().kid()) {
        return Ok(false);
    }
    let announced = announced(&mut tx).await?;
    drop(tx);
    Ok(keys.follow(&announced)?)
}

/// The announcements in the store, oldest first.
///
/// # Errors
/// When the database does not answer or one is not readable.
pub async fn announced(tx: &mut Tx) -> Result<Vec<Jws>> {
    let rows = all!(tx, (String,), "select statement from key_change order by position").await?;
    rows.iter()
        .map(|(statement,)| {
            serde_json::from_str(statement).context("an announcement of a key is not readable")
        })
        .collect()
}

fn announced_key(statement: &Jws) -> Result<kandas_shared::jws::PublicKey> {
    let payload: kandas_shared::enrol::KeyPayload = serde_json::from_str(&statement.payload)?;
    Ok(payload.new)
}

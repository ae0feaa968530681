//! Changing the server's signing key: announced by the old key, recorded as a fact, then taken into use.

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use kandas_shared::jws::{Jws, KeyId};

use crate::{
    all,
    chance::Chance,
    facts::{Event, KeyRotated},
    journal::{self, Fact},
    keys::Keys,
    store::{Store, Tx},
};

/// Changes the signing key; answers the thumbprints of the old and the new one. A running server goes on with the old
/// key until it is restarted, and phones accept it for as long.
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
    let event = Event::KeyRotated(KeyRotated { statement, old: old.clone(), new });
    journal::append_locked(&mut tx, locked, chance, now, vec![Fact::by_system(event)]).await?;
    let all = announced(&mut tx).await?;
    tx.commit().await?;
    keys.settle(&all)?;
    Ok((old, new.kid()))
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

//! What a damaged store must not take with it: who this phone is, and which chain it sealed into.
//!
//! A copy of the home's values lies beside the store, encrypted to the vault's key, and is written anew after enrolment and
//! at a start that finds them changed. When a store had to be moved aside, or has gone, the new one takes them over: the
//! phone stays enrolled, what it had delivered comes back by the pull, and its new chain names the old one.

use std::{
    collections::BTreeMap,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use kandas_disk::{point, replace};
use kandas_shared::ids::ChainId;
use serde::{Deserialize, Serialize};

use crate::{
    app::AppError,
    platform::Platform,
    store::{Store, StoreError, chain, event, home},
    vault::Vault,
};

/// The copy.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Copy {
    v: u32,
    chain: ChainId,
    values: BTreeMap<String, String>,
}

fn path(folder: &Path) -> PathBuf {
    folder.join("home.age")
}

/// Whether there is a copy: this home was enrolled, and its store has held something.
pub(crate) fn is_kept(folder: &Path) -> bool {
    path(folder).exists()
}

/// Takes the copy away.
pub(crate) fn forget(folder: &Path) -> Result<(), AppError> {
    match fs::remove_file(path(folder)) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(AppError::io(path(folder).display().to_string())(error))
        }
        _ => Ok(()),
    }
}

/// Takes the copy over into a new store. Says whether there was one.
pub(crate) async fn take_over(
    folder: &Path,
    store: &Store,
    vault: &Vault,
    platform: &Platform,
) -> Result<bool, AppError> {
    let Some(copy) = read(folder, vault)? else { return Ok(false) };
    let now = platform.clock.wall();
    let mut tx = store.begin().await?;
    for (key, value) in &copy.values {
        home::set(&mut tx, key, value).await?;
    }
    chain::open(&mut tx, copy.chain, "", now).await?;
    let new = ChainId::draw(now, platform.chance.bytes());
    chain::open(&mut tx, new, "store_damaged", now).await?;
    event::add(&mut tx, now, "enrolment_rescued", None, None).await?;
    point!("rescue.before-commit");
    tx.commit().await?;
    point!("rescue.after-commit");
    Ok(true)
}

/// Writes the copy anew if the store knows something else by now. A phone that is not enrolled has nothing to rescue.
pub(crate) async fn keep(folder: &Path, store: &Store, vault: &Vault) -> Result<(), AppError> {
    let mut conn = store.conn().await?;
    if home::text(&mut conn, home::DEVICE).await?.is_none() {
        return Ok(());
    }
    let head = chain::head(&mut conn).await?.ok_or(AppError::Unknown("open chain"))?;
    let values: Vec<(String, String)> = sqlx::query_as("select key, value from home")
        .fetch_all(&mut *conn)
        .await
        .map_err(StoreError::from)?;
    drop(conn);
    let copy = Copy { v: 1, chain: head.chain, values: values.into_iter().collect() };
    if read(folder, vault)?.as_ref() == Some(&copy) {
        return Ok(());
    }
    let text = serde_json::to_vec(&copy).map_err(|e| StoreError::Unreadable("home", e.to_string()))?;
    let sealed = vault.encrypt(&text)?;
    let path = path(folder);
    replace(&path, &sealed).map_err(AppError::io(path.display().to_string()))
}

/// The copy; none if there is no file, or one that cannot be read any more: then it is written anew from the store.
fn read(folder: &Path, vault: &Vault) -> Result<Option<Copy>, AppError> {
    let path = path(folder);
    let sealed = match fs::read(&path) {
        Ok(sealed) => sealed,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(AppError::io(path.display().to_string())(error)),
    };
    let copy = vault.decrypt(&sealed).and_then(|text| serde_json::from_slice(&text).ok());
    if copy.is_none() {
        tracing::warn!("the rescue copy of the home cannot be read");
    }
    Ok(copy)
}

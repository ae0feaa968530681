//! A keystore that forgot its key: the organisation's recovery key opens the home again (docs/keeping.md).
//!
//! At enrolment the phone hands over the identity of its camera files, wrapped to the organisation's recovery key, whose
//! private half is offline. Unwrapped there, it comes back here. The key of an encrypted database lies beside the database,
//! encrypted to that same identity. The signing key is never copied anywhere: where it is lost too, the phone becomes a
//! new one with a new chain, and carries what the old one had sealed.

use std::{fs, io::ErrorKind, path::Path, str::FromStr as _};

use age::x25519::Identity;
use kandas_disk::{point, replace};
use kandas_shared::ids::ChainId;
use serde::Serialize;

use crate::{
    app::{AppError, HomeLock},
    platform::Platform,
    store::{Store, chain, event, home, pulled},
    vault::Vault,
};

/// What was recovered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Recovered {
    /// Whether the signing key is there too. If not, the phone has to be enrolled anew; its sealed work stays valid.
    pub enrolment_kept: bool,
}

/// Reads a key from the text of a file: the line that is no comment.
///
/// # Errors
/// [`AppError::WrongKey`] when there is none.
pub fn read_key(text: &str) -> Result<Identity, AppError> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    line.and_then(|line| Identity::from_str(line).ok()).ok_or(AppError::WrongKey)
}

/// Opens what `kandas-server device recovery-key` wrote with the organisation's recovery key.
///
/// # Errors
/// [`AppError::WrongKey`] when it was wrapped to another one.
pub fn unwrap_key(wrapped: &[u8], recovery: &Identity) -> Result<Identity, AppError> {
    let plain = age::decrypt(recovery, wrapped).map_err(|_| AppError::WrongKey)?;
    read_key(std::str::from_utf8(&plain).map_err(|_| AppError::WrongKey)?)
}

/// Gives the home its key back. Nothing changes unless it is the one that the home was made with.
///
/// # Errors
/// [`AppError::WrongKey`]; or when there is no store, somebody has the home, or the keystore does not take the key.
pub async fn recover(home: &Path, platform: &Platform, key: &Identity) -> Result<Recovered, AppError> {
    let path = home.join("store.db");
    if !path.exists() {
        return Err(AppError::Unknown("store in this home"));
    }
    let _lock = HomeLock::take(home)?;
    let store_key = match cfg!(feature = "sqlcipher") {
        true => Some(read_store_key(home, key)?),
        false => None,
    };
    let stamp = platform.clock.wall().format("%Y%m%dT%H%M%SZ").to_string();
    let store = Store::open(&path, store_key, &stamp).await?;
    let recovered = give_back(&store, platform, key, store_key).await;
    store.close().await;
    recovered
}

async fn give_back(
    store: &Store,
    platform: &Platform,
    key: &Identity,
    store_key: Option<[u8; 32]>,
) -> Result<Recovered, AppError> {
    let mut tx = store.begin().await?;
    let made_with = home::text(&mut tx, home::VAULT_RECIPIENT).await?;
    if made_with != Some(key.to_public().to_string()) {
        return Err(AppError::WrongKey);
    }
    platform.keystore.adopt(key, store_key)?;
    point!("recover.adopted");
    let now = platform.clock.wall();
    let kid = platform.signer()?.public_key().kid().0;
    let enrolment_kept = home::text(&mut tx, home::DEVICE_KID).await?.as_ref() == Some(&kid);
    if !enrolment_kept {
        // Another signing key is another device. What was sealed stays as it is; what the centre has told comes anew.
        for gone in [home::DEVICE, home::TOKEN_SCOPE, home::RECOVERY_STORED, home::ORDER] {
            home::unset(&mut tx, gone).await?;
        }
        home::set(&mut tx, home::DEVICE_KID, kid).await?;
        chain::open(&mut tx, ChainId::draw(now, platform.chance.bytes()), "key_lost", now).await?;
        pulled::forget_pull(&mut tx).await?;
    }
    event::add(&mut tx, now, "key_recovered", None, None).await?;
    point!("recover.before-commit");
    tx.commit().await?;
    point!("recover.after-commit");
    Ok(Recovered { enrolment_kept })
}

fn store_key_file(home: &Path) -> std::path::PathBuf {
    home.join("store.age")
}

/// Keeps the key of the database beside it, encrypted to the vault's identity: who recovers that one has both.
pub(crate) fn keep_store_key(home: &Path, vault: &Vault, key: &[u8; 32]) -> Result<(), AppError> {
    let path = store_key_file(home);
    let said = |error| AppError::io(path.display().to_string())(error);
    match fs::read(&path) {
        Ok(sealed) if vault.decrypt(&sealed).is_some_and(|plain| plain == key) => return Ok(()),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(said(error)),
    }
    replace(&path, &vault.encrypt(key)?).map_err(said)
}

fn read_store_key(home: &Path, key: &Identity) -> Result<[u8; 32], AppError> {
    let path = store_key_file(home);
    let sealed = fs::read(&path).map_err(AppError::io(path.display().to_string()))?;
    let plain = age::decrypt(key, &sealed).map_err(|_| AppError::WrongKey)?;
    plain.try_into().map_err(|_| AppError::WrongKey)
}

/// After the keys of a wiped home are gone: a plain database goes on, an encrypted one can only be begun anew.
pub(crate) async fn after_keys(
    store: Store,
    path: &Path,
    platform: &Platform,
    stamp: &str,
) -> Result<Store, AppError> {
    let store = if cfg!(feature = "sqlcipher") {
        store.close().await;
        remove_store(path)?;
        Store::open(path, platform.keystore.store_key(true)?, stamp).await?
    } else {
        store
    };
    let mut conn = store.conn().await?;
    home::set(&mut conn, home::WIPED, "yes").await?;
    drop(conn);
    Ok(store)
}

/// Takes the files of a database away that nobody can open any more.
pub(crate) fn remove_store(path: &Path) -> Result<(), AppError> {
    for tail in ["-wal", "-shm", ""] {
        let mut name = path.as_os_str().to_owned();
        name.push(tail);
        match fs::remove_file(&name) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(AppError::io(path.display().to_string())(error)),
        }
    }
    Ok(())
}

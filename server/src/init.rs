//! A new store: folders, keys, certificate, epoch, and the first fact.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, Utc};
use kandas_shared::hash::Epoch;

use crate::{
    chance::{self, Chance},
    config::Config,
    facts::{Event, Opened},
    journal::{self, Fact},
    keys::{Keys, RecoveryIdentity, write_private},
    store::Store,
};

/// What `init` made.
#[derive(Debug)]
pub struct Initialised {
    /// The first epoch.
    pub epoch: Epoch,
    /// Where the recovery key lies until it is taken offline; none if the keys had been made before.
    pub recovery_key: Option<PathBuf>,
}

/// Makes a new store. Keys that are there already (a first `init` broke off, or the folder was brought over) are kept.
///
/// # Errors
/// When there is a store already; nothing is changed then.
pub async fn init(
    config: &Config,
    names: &[String],
    recovery_key: &Path,
    now: DateTime<Utc>,
    chance: &dyn Chance,
) -> Result<Initialised> {
    config.make_folders()?;
    let store = Store::open(&config.database).await.context("the database cannot be opened")?;
    let mut tx = store.read().await?;
    ensure!(!journal::is_initialised(&mut tx).await?, "there is a store already");
    drop(tx);

    let made = if config.keys_dir().join("current").exists() {
        None
    } else {
        let recovery = RecoveryIdentity::generate();
        write_recovery(recovery_key, &recovery)?;
        Keys::init(&config.keys_dir(), &certificate_names(config, names), &recovery.recipient())?;
        Some(recovery_key.to_owned())
    };
    let keys = Keys::open(&config.keys_dir())?;
    config.remembered().write(&config.data)?;

    let epoch = Epoch(chance::bytes(chance));
    let event = Event::JournalOpened(Opened { epoch, server_key: keys.public_key() });
    let mut tx = store.write().await?;
    journal::append(&mut tx, chance, now, vec![Fact::by_system(event)]).await?;
    tx.commit().await?;
    store.close().await;
    Ok(Initialised { epoch, recovery_key: made })
}

/// The public host, loopback, and what the operator adds; each once.
fn certificate_names(config: &Config, more: &[String]) -> Vec<String> {
    let mut names = vec![config.public_host().to_owned()];
    let loopback = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    for name in more.iter().cloned().chain(loopback) {
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn write_recovery(path: &Path, recovery: &RecoveryIdentity) -> Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let text = format!(
        "# Recovery key of Kandas Field. It opens the store of any phone whose keystore forgot its key.\n\
         # Keep it offline and twice. The server has no copy and cannot make it again.\n\
         # public key: {}\n{}\n",
        recovery.recipient(),
        recovery.reveal()
    );
    write_private(path, text.as_bytes()).context("the recovery key cannot be written")
}

//! A new store: folders, keys, certificate, epoch, and the first fact.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, Utc};
use kandas_disk::point;
use kandas_shared::hash::Epoch;

use crate::{
    backup,
    chance::{self, Chance},
    config::{Config, MediaPlace},
    facts::{Event, Opened},
    journal::{self, Fact},
    keys::{Keys, RecoveryIdentity, recovery_recipient_in, write_private},
    media::Depot,
    store::Store,
};

/// What `init` made.
#[derive(Debug)]
pub struct Initialised {
    /// The first epoch.
    pub epoch: Epoch,
    /// Where the recovery key lies until it is taken offline; none if the keys had been made before and it is not there.
    pub recovery_key: Option<PathBuf>,
}

/// Makes a new store. What is there already (a first `init` broke off, or the keys folder was brought over) is kept, so
/// that it may be repeated after it was ended anywhere.
///
/// # Errors
/// When there is a store already, or something of one that has lost its database; nothing is changed then.
pub async fn init(
    config: &Config,
    names: &[String],
    recovery_key: &Path,
    now: DateTime<Utc>,
    chance: &dyn Chance,
) -> Result<Initialised> {
    backup::refuse_while_restoring(config)?;
    config.make_folders()?;
    if config.media == MediaPlace::Folder {
        let held = Depot::of(config).context("the media store cannot be used")?.objects.sizes().await?;
        ensure!(
            held.is_empty(),
            "{} holds media: there was a store here, and a new one would not know them; restore a back-up instead",
            config.media_dir().display()
        );
    }
    let store = Store::open(&config.database).await.context("the database cannot be opened")?;
    let mut tx = store.read().await?;
    ensure!(!journal::is_initialised(&mut tx).await?, "there is a store already");
    drop(tx);

    point!("init.database");
    if !config.keys_dir().join("current").exists() {
        let recipient = recovery_recipient(config, recovery_key)?;
        point!("init.recovery-key");
        Keys::init(&config.keys_dir(), &certificate_names(config, names), &recipient)?;
    }
    let keys = Keys::open(&config.keys_dir())?;
    let made = written_recovery(recovery_key)?
        .filter(|written| written.recipient() == keys.recovery_recipient())
        .map(|_| recovery_key.to_owned());
    config.remembered().write(&config.data)?;
    point!("init.remembered");

    let epoch = Epoch(chance::bytes(chance));
    let event = Event::JournalOpened(Opened { epoch, server_key: keys.public_key() });
    let mut tx = store.write().await?;
    journal::append(&mut tx, chance, now, vec![Fact::by_system(event)]).await?;
    point!("init.before-commit");
    tx.commit().await?;
    point!("init.after-commit");
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

/// The public half of the recovery key: of the one that lies there from a first attempt, else of a new one. A first
/// attempt whose key was taken offline already has left its public half.
fn recovery_recipient(config: &Config, path: &Path) -> Result<String> {
    if let Some(written) = written_recovery(path)? {
        return Ok(written.recipient());
    }
    if let Some(recipient) = recovery_recipient_in(&config.keys_dir())? {
        return Ok(recipient);
    }
    let recovery = RecoveryIdentity::generate();
    write_recovery(path, &recovery)?;
    Ok(recovery.recipient())
}

fn written_recovery(path: &Path) -> Result<Option<RecoveryIdentity>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
    };
    match RecoveryIdentity::read(&text) {
        Some(recovery) => Ok(Some(recovery)),
        None => bail!("{} is there already and is no recovery key", path.display()),
    }
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

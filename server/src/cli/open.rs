//! Opening keys and store for a command, and putting right what an interrupted one left.

use std::io::IsTerminal as _;

use anyhow::{Context as _, Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};

use super::Surroundings;
use crate::{config::Config, erase, journal, keys::Keys, rotate, store::Store};

/// The keys folder and the store.
pub(super) struct Opened {
    pub keys: Keys,
    pub store: Store,
}

impl Opened {
    /// Opens both. A decision to erase that was not carried out to the end is carried out first.
    pub async fn open(config: &Config, around: &Surroundings) -> Result<Self> {
        let mut keys =
            Keys::open(&config.keys_dir()).context("the keys cannot be opened; has `init` been run?")?;
        let store = open_store(config).await?;
        let mut tx = store.read().await?;
        let announced = rotate::announced(&mut tx).await?;
        drop(tx);
        keys.settle(&announced)?;
        let settled = erase::settle(config, &store, around.now(), around.chance.as_ref()).await?;
        if settled.finished || !settled.carried_out.is_empty() {
            tracing::warn!(carried_out = settled.carried_out.len(), "an interrupted erasing was finished");
        }
        Ok(Self { keys, store })
    }
}

/// Opens a store that has been initialised.
pub(super) async fn open_store(config: &Config) -> Result<Store> {
    if let Some(path) = config.database.strip_prefix("sqlite:") {
        let path = path.split('?').next().unwrap_or(path);
        ensure!(
            std::path::Path::new(path).exists(),
            "there is no store at {path}; `kandas-server init` makes one"
        );
    }
    let store = Store::open(&config.database).await.context("the database cannot be opened")?;
    let mut tx = store.read().await?;
    ensure!(
        journal::is_initialised(&mut tx).await?,
        "the store was never initialised; run `kandas-server init`"
    );
    Ok(store)
}

/// The user whose decision it is.
pub(super) async fn user_id(store: &Store, login: &str) -> Result<kandas_shared::ids::UserId> {
    let mut tx = store.read().await?;
    Ok(crate::users::find(&mut tx, login).await?.id)
}

/// A bar on a terminal; silence anywhere else.
pub(super) fn bar(what: &'static str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg:10} {wide_bar} {pos}/{len} {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar
}

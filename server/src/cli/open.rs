//! Opening keys and store for a command, and putting right what an interrupted one left.

use std::io::IsTerminal as _;

use anyhow::{Context as _, Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};

use super::Surroundings;
use crate::{
    apply::{monitoring, words},
    backup,
    config::Config,
    erase, journal,
    keys::Keys,
    rotate,
    store::{Store, StoreError},
};

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
    backup::refuse_while_restoring(config)?;
    if let Some(path) = config.database_file() {
        let shown = path.display();
        let file = std::fs::metadata(&path);
        ensure!(file.is_ok(), "there is no store at {shown}; `kandas-server init` makes one");
        // SQLite would take it for a new database, and delete the log beside it.
        let empty = file.is_ok_and(|file| file.len() == 0);
        ensure!(
            !empty,
            "{shown} is damaged: it is empty. It was left as it is; docs/keeping.md says how to go on"
        );
    }
    let store = Store::open(&config.database).await.map_err(|error| explained(config, error))?;
    let mut tx = store.read().await?;
    ensure!(
        journal::is_initialised(&mut tx).await?,
        "the store was never initialised; run `kandas-server init`"
    );
    drop(tx);
    words::complete(&store).await?;
    monitoring::complete(&store).await?;
    Ok(store)
}

/// What an operator has to know of a database that does not open.
fn explained(config: &Config, error: StoreError) -> anyhow::Error {
    let damaged = error.is_damaged();
    let opening = anyhow::Error::new(error).context("the database cannot be opened");
    match config.database_file().filter(|_| damaged) {
        None => opening,
        Some(path) => opening.context(format!(
            "{} is damaged. It was left as it is; docs/keeping.md says how to go on",
            path.display()
        )),
    }
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

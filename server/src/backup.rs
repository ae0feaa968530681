//! Back-up and restore.
//!
//! A back-up is a folder: `manifest.json`, the database (`store.db` by VACUUM INTO, or `store.pgdump` by pg_dump), the
//! media by hard link or copy (out of a bucket: by copy) with their list `media.ndjson`, and `server.json`. Private keys
//! are in it only when asked for. The list of erased subjects is never in it: it must be newer than any back-up.
//!
//! The database is copied first, the media after it: files only come in between, and a file is never there before its
//! fact. `restore` draws a new epoch, so that every phone offers again what it handed in after the back-up. A restore that
//! was broken off says so in `restoring.json` until it has been repeated to its end (`underway`).

mod dump;
mod media;
mod underway;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, Utc};
use kandas_disk::{point, steps};
use kandas_shared::hash::{Digest, Epoch};
use serde::{Deserialize, Serialize};

use crate::{
    chance::{self, Chance},
    config::{Config, Remembered, private_folder},
    erase::{self, Settled},
    facts::{Event, Restored},
    journal::{self, Fact},
    keys::Keys,
    media::Depot,
    one,
    store::{Engine, Store},
    verify::expected_media,
};
use underway::Underway;
pub use underway::refuse as refuse_while_restoring;

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Always `kandas-backup`.
    pub format: String,
    /// Format version, 1.
    pub v: u32,
    /// When it was begun.
    pub made_at: DateTime<Utc>,
    /// Program that made it.
    pub program: String,
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// The store's epoch.
    pub epoch: Epoch,
    /// Journal positions. There may be more in the database: it is copied a moment later.
    pub size: u64,
    /// Root over them.
    pub root: Digest,
    /// Whether private keys are in it.
    pub keys: bool,
    /// Media files in it.
    pub media: u64,
}

/// What to put into a back-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The private keys too.
    pub keys: bool,
    /// Copy media even where a hard link would do (another disk does so anyway).
    pub copy_media: bool,
}

const MANIFEST: &str = "manifest.json";

/// Makes a back-up in a new folder.
///
/// # Errors
/// When the folder exists or lies in the data folder, or something cannot be copied. A folder without `manifest.json`
/// is no back-up: it is written last.
pub async fn backup(
    config: &Config,
    store: &Store,
    to: &Path,
    choice: Choice,
    now: DateTime<Utc>,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Manifest> {
    ensure!(!to.exists(), "{} exists already", to.display());
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let parent = parent.canonicalize().with_context(|| format!("{} is not there", parent.display()))?;
    let data = config.data.canonicalize()?;
    ensure!(!parent.starts_with(&data), "a back-up inside the data folder would be lost with it");
    private_folder(to)?;
    point!("backup.folder");

    let mut tx = store.read().await?;
    let head = journal::head(&mut tx).await?;
    drop(tx);
    let engine = match store.engine() {
        Engine::Sqlite => {
            store.copy_file(&to.join("store.db")).await.context("the database cannot be copied")?;
            "sqlite"
        }
        Engine::Postgres => {
            dump::dump(&config.database, &to.join("store.pgdump")).await?;
            "postgres"
        }
    };
    point!("backup.database");
    // Read after the copy: what has come in between is more than needed, never less.
    let mut tx = store.read().await?;
    let files = expected_media(&mut tx).await?;
    drop(tx);
    let objects = Depot::of(config).context("the media store cannot be used")?.objects;
    let media = media::copy_out(&objects, to, &files, choice.copy_media, progress).await?;
    point!("backup.media");
    let remembered = config.data.join("server.json");
    if remembered.exists() {
        fs::copy(&remembered, to.join("server.json"))?;
    }
    if choice.keys {
        copy_private(&config.keys_dir(), &to.join("keys"))?;
    }
    point!("backup.keys");
    let manifest = Manifest {
        format: "kandas-backup".into(),
        v: 1,
        made_at: now,
        program: concat!("kandas-server ", env!("CARGO_PKG_VERSION")).into(),
        engine: engine.into(),
        epoch: head.epoch,
        size: head.size,
        root: head.root,
        keys: choice.keys,
        media,
    };
    kandas_disk::replace(&to.join(MANIFEST), &serde_json::to_vec_pretty(&manifest)?)?;
    point!("backup.manifest");
    Ok(manifest)
}

/// What a restore did.
#[derive(Debug)]
pub struct Restoration {
    /// The new epoch.
    pub epoch: Epoch,
    /// Journal positions of the back-up.
    pub restored_size: u64,
    /// Media files brought back.
    pub media: u64,
    /// Subjects erased again.
    pub erased: Settled,
}

/// Makes a store out of a back-up. `erased` is the list of subjects that were erased since. May be repeated after it was
/// ended anywhere: what is back already stays, and there is one new epoch.
///
/// # Errors
/// When there is a store already, the back-up is not whole, or keys are missing; and when one of another back-up was
/// broken off here.
pub async fn restore(
    config: &Config,
    from: &Path,
    erased: &Path,
    now: DateTime<Utc>,
    chance: &dyn Chance,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Restoration> {
    let manifest = read_manifest(from)?;
    let engine = if config.database.starts_with("sqlite:") { "sqlite" } else { "postgres" };
    ensure!(manifest.engine == engine, "the back-up is of {} and --database names {engine}", manifest.engine);
    // A list that cannot be read stops everything before anything is written: nobody may come back by accident.
    let decisions = crate::erased_list::read(erased)?;

    let has_keys = config.keys_dir().join("current").exists();
    ensure!(
        has_keys || manifest.keys,
        "there are no keys: bring the keys folder to {} first, or use a back-up made --with-keys",
        config.keys_dir().display()
    );
    config.make_folders()?;
    let begun = Underway::read(config)?;
    let is_empty = is_database_empty(config).await?;
    ensure!(is_empty || begun.is_some(), "the database is not empty: a store is never written over");
    // They may open the media store.
    if !has_keys {
        copy_private(&from.join("keys"), &config.keys_dir())?;
    }
    point!("restore.keys");
    let objects = Depot::of(config).context("the media store cannot be used")?.objects;
    let underway = match begun {
        Some(begun) => begun,
        None => {
            ensure!(objects.sizes().await?.is_empty(), "{} is not empty: it holds media", config.media);
            Underway { size: manifest.size, root: manifest.root, epoch: Epoch(chance::bytes(chance)) }
        }
    };
    underway.ensure_of(&manifest)?;
    underway.write(config)?;
    point!("restore.begun");
    if is_empty {
        match config.database_file() {
            Some(path) => restore_file(&path, &from.join("store.db"))?,
            None => dump::restore(&config.database, &from.join("store.pgdump")).await?,
        }
    }
    point!("restore.database");
    if let Some(known) = Remembered::read(from)?
        && Remembered::read(&config.data)?.is_none()
    {
        // The address is that of the lost server; media lie where this one was told.
        Remembered { public_url: known.public_url, ..config.remembered() }.write(&config.data)?;
    }
    point!("restore.remembered");
    let store = Store::open(&config.database).await.context("the restored database cannot be opened")?;
    let mut tx = store.read().await?;
    let has_its_epoch = journal::head(&mut tx).await?.epoch == underway.epoch;
    drop(tx);
    let mut media = 0;
    // Before the fact of the restoring everything is back. After it the erasing has begun: what is gone stays gone.
    if !has_its_epoch {
        media = media::copy_back(from, &objects, progress).await?;
        point!("restore.media");
        let known = crate::erased_list::read(&config.erased_list())?;
        for decision in decisions.iter().filter(|decision| !known.contains(decision)) {
            crate::erased_list::add(&config.erased_list(), decision)?;
        }
        point!("restore.list");
    }
    let restored_size = record_restoring(&store, &manifest, underway.epoch, now, chance).await?;
    let mut keys = Keys::open(&config.keys_dir())?;
    let mut tx = store.read().await?;
    let announced = crate::rotate::announced(&mut tx).await?;
    drop(tx);
    keys.settle(&announced)?;
    let erased = erase::settle(config, &store, now, chance).await?;
    store.close().await;
    point!("restore.erased");
    Underway::end(config)?;
    point!("restore.ended");
    Ok(Restoration { epoch: underway.epoch, restored_size, media, erased })
}

/// The journal gets its new epoch, unless it has it. Answers how many positions the back-up had.
async fn record_restoring(
    store: &Store,
    manifest: &Manifest,
    epoch: Epoch,
    now: DateTime<Utc>,
    chance: &dyn Chance,
) -> Result<u64> {
    let mut tx = store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    if locked.epoch()? == epoch {
        let sql = "select max(position) from journal where kind = 'store.restored'";
        let (position,) = one!(&mut tx, (i64,), sql).await?;
        tx.rollback().await?;
        return Ok(position.unsigned_abs().saturating_sub(1));
    }
    let restored_size = locked.size();
    if restored_size < manifest.size || journal::root_at(&mut tx, manifest.size).await? != manifest.root {
        bail!("the journal in the back-up is not the one of its manifest");
    }
    let event = Event::StoreRestored(Restored { epoch, restored_size });
    journal::append_locked(&mut tx, locked, chance, now, vec![Fact::by_system(event)]).await?;
    point!("restore.before-commit");
    tx.commit().await?;
    point!("restore.after-commit");
    Ok(restored_size)
}

fn read_manifest(from: &Path) -> Result<Manifest> {
    let path = from.join(MANIFEST);
    let text = fs::read(&path)
        .with_context(|| format!("{} is no finished back-up: {MANIFEST} cannot be read", from.display()))?;
    let manifest: Manifest =
        serde_json::from_slice(&text).with_context(|| format!("{} is not readable", path.display()))?;
    ensure!(manifest.format == "kandas-backup" && manifest.v == 1, "{} is of another format", path.display());
    Ok(manifest)
}

/// The file takes its name only when it is whole.
fn restore_file(path: &Path, from: &Path) -> Result<()> {
    let part = PathBuf::from(format!("{}.part", path.display()));
    copy_durably(from, &part)?;
    point!("restore.database-copied");
    fs::rename(&part, path)?;
    Ok(steps::sync_parent(path)?)
}

/// Whether nothing is in the place of the database.
async fn is_database_empty(config: &Config) -> Result<bool> {
    let Some(path) = config.database_file() else { return dump::is_empty(&config.database).await };
    let beside = ["", "-wal", "-shm"].map(|ending| PathBuf::from(format!("{}{ending}", path.display())));
    Ok(!beside.iter().any(|file| file.exists()))
}

/// Copies a file of mode 0600 and waits until it is on the disk.
fn copy_durably(from: &Path, to: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::copy(from, to).with_context(|| format!("{} to {}", from.display(), to.display()))?;
    fs::set_permissions(to, fs::Permissions::from_mode(0o600))?;
    fs::File::open(to)?.sync_all()?;
    Ok(steps::sync_parent(to)?)
}

/// Copies a keys folder; `current` last, as a folder without it is not finished.
fn copy_private(from: &Path, to: &Path) -> Result<()> {
    private_folder(to)?;
    let mut names = Vec::new();
    for entry in fs::read_dir(from).with_context(|| format!("{} cannot be read", from.display()))? {
        names.push(entry?.file_name());
    }
    names.sort_by_key(|name| (name == "current", name.clone()));
    for name in names {
        let path = from.join(&name);
        let bytes = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        kandas_disk::replace(&to.join(name), &bytes)?;
        point!("keys.one-copied");
    }
    Ok(())
}

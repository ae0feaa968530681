//! One page shows all of [`App`]: handles to the store, the vault and the platform. The verbs live in their own files.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use kandas_disk::{Locked, point, replace};
use kandas_shared::{ids::ChainId, jws::Signer};

use crate::{
    platform::{Platform, PlatformError},
    recover, rescue,
    startup::{self, Startup},
    store::{self, Store, StoreError, home},
    vault::{Vault, VaultError},
};

/// The program and its version, as it is signed into records.
pub const PROGRAM: &str = concat!("kandas-field/", env!("CARGO_PKG_VERSION"));

/// Folder of the home that the app's own camera writes into.
pub(crate) const CAMERA: &str = "camera";

/// Folder of the home for files that a screen is bringing.
pub(crate) const BROUGHT: &str = "brought";

/// Lies in a home whose keys are being destroyed, where the store that says so cannot be read without them.
const EMPTIED: &str = "emptied";

/// The field worker's core on one home folder. Cheap to clone.
#[derive(Clone)]
pub struct App {
    parts: Arc<Parts>,
}

struct Parts {
    home: PathBuf,
    store: Store,
    vault: Vault,
    platform: Platform,
    signer: RwLock<Arc<dyn Signer>>,
    /// Held by whoever destroys the keys or makes new ones.
    keys: tokio::sync::Mutex<()>,
    startup: Startup,
    _lock: HomeLock,
}

/// Something went wrong that nobody expected.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Another process works on this home.
    #[error("{home} is in use by process {owner}")]
    InUse {
        /// The home folder.
        home: String,
        /// Who has it: what its lock file says.
        owner: String,
    },
    /// The keystore has another key than the one this home was made with.
    #[error("the {0} key is not the one this home was made with; its work cannot be opened without that key")]
    KeyForgotten(&'static str),
    /// A key that was to open this home is another phone's.
    #[error("this is not the key that this home was made with")]
    WrongKey,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The machine.
    #[error(transparent)]
    Platform(#[from] PlatformError),
    /// Signing.
    #[error(transparent)]
    Sign(#[from] kandas_shared::jws::SignError),
    /// A file.
    #[error("{0}: {1}")]
    Io(String, std::io::Error),
    /// There is no such thing.
    #[error("there is no such {0}")]
    Unknown(&'static str),
    /// Not in this state.
    #[error("{0}")]
    NotNow(&'static str),
    /// A task of the program ended early.
    #[error("a background task ended early")]
    Interrupted(#[from] tokio::task::JoinError),
}

impl AppError {
    /// An I/O error with what it was about.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |error| AppError::Io(what, error)
    }
}

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> Self {
        AppError::Store(error.into())
    }
}

impl App {
    /// Opens the home, made when missing: takes its lock, brings the store up to date, puts in order what a crash left.
    ///
    /// # Errors
    /// When somebody else has the home, a key was forgotten, or the disk does not answer.
    pub async fn open(home: &Path, platform: Platform) -> Result<Self, AppError> {
        fs::create_dir_all(home).map_err(AppError::io(home.display().to_string()))?;
        let lock = HomeLock::take(home)?;
        let path = home.join("store.db");
        if home.join(EMPTIED).exists() {
            // An order had wiped this home and the program ended while the keys were being destroyed.
            platform.keystore.destroy()?;
            rescue::forget(home)?;
            take_emptied(home)?;
        }
        let known = path.exists();
        let store_key = match cfg!(feature = "sqlcipher") {
            true => Some(platform.keystore.store_key(!known)?.ok_or(AppError::KeyForgotten("store"))?),
            false => None,
        };
        let stamp = platform.clock.wall().format("%Y%m%dT%H%M%SZ").to_string();
        let mut store = match rescue::is_kept(home) {
            true => Store::reopen(&path, store_key, &stamp).await?,
            false => Store::open(&path, store_key, &stamp).await?,
        };
        point!("open.store");
        if is_key_left(&store).await? {
            // An order had wiped this home and the program ended before the keys were gone.
            platform.keystore.destroy()?;
            rescue::forget(home)?;
            store = recover::after_keys(store, &path, &platform, &stamp).await?;
        }
        match begin(home, &store, &platform).await {
            Ok((vault, signer, startup)) => {
                let (home, signer, keys) =
                    (home.to_owned(), RwLock::new(signer), tokio::sync::Mutex::default());
                let parts = Parts { home, store, vault, platform, signer, keys, startup, _lock: lock };
                Ok(Self { parts: Arc::new(parts) })
            }
            Err(error) => {
                // As long as it is open, nobody else can open the file: whoever brings the key back, for instance.
                store.close().await;
                Err(error)
            }
        }
    }

    /// Closes the store and gives the home back. Dropping the last handle does the same a moment later.
    pub async fn close(self) {
        self.parts.store.close().await;
    }

    /// The home folder.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.parts.home
    }

    /// The rows.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.parts.store
    }

    /// The camera files.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.parts.vault
    }

    /// Clock, chance, room, link and keys.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.parts.platform
    }

    /// The device's signing key.
    #[must_use]
    pub fn signer(&self) -> Arc<dyn Signer> {
        Arc::clone(&self.parts.signer.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the start found and did.
    #[must_use]
    pub fn startup(&self) -> &Startup {
        &self.parts.startup
    }

    /// The end of an order: the keys are gone, and with them whatever may still lie on the disk.
    pub(crate) async fn destroy_keys(&self) -> Result<(), AppError> {
        let _keys = self.parts.keys.lock().await;
        self.destroy_keys_left().await
    }

    async fn destroy_keys_left(&self) -> Result<(), AppError> {
        if !is_key_left(self.store()).await? {
            return Ok(());
        }
        // Written again if a start came between.
        rescue::forget(self.home())?;
        if cfg!(feature = "sqlcipher") {
            replace(&self.home().join(EMPTIED), b"").map_err(AppError::io(EMPTIED))?;
        }
        self.platform().keystore.destroy()?;
        point!("order.keys-gone");
        if cfg!(feature = "sqlcipher") {
            // Nobody can open the file any more; the next start begins a new home.
            take_emptied(self.home())?;
        }
        let mut conn = self.store().conn().await?;
        Ok(home::set(&mut conn, home::WIPED, "yes").await?)
    }

    /// A home that an order has emptied becomes a new one in the same program, as it would at the next start: keys that
    /// nobody has seen, a store that only they open, a chain of its own. Called before it is enrolled; changes nothing
    /// on any other home, nor twice.
    pub(crate) async fn begin_anew(&self) -> Result<(), AppError> {
        let _keys = self.parts.keys.lock().await;
        self.destroy_keys_left().await?;
        let mut conn = self.store().conn().await?;
        let wiped = home::text(&mut conn, home::WIPED).await?.is_some();
        let begun = home::text(&mut conn, home::VAULT_RECIPIENT).await?.is_some();
        if !wiped || begun {
            return Ok(());
        }
        // What the worker chose for the screens is shown meanwhile.
        let mut chosen = vec![(home::WIPED, "yes".to_owned())];
        for key in [home::SCREEN_LANGUAGE, home::SCREEN_THEME] {
            chosen.extend(home::text(&mut conn, key).await?.map(|value| (key, value)));
        }
        drop(conn);
        let path = self.home().join("store.db");
        let keystore = &self.platform().keystore;
        if cfg!(feature = "sqlcipher") {
            // The file is gone and its key too. Closed first: closing takes away what SQLite keeps beside a file, by name.
            self.store().give_up().await;
            recover::remove_store(&path)?;
            let stamp = self.platform().clock.wall().format("%Y%m%dT%H%M%SZ").to_string();
            self.store().go_on_with(&Store::open(&path, keystore.store_key(true)?, &stamp).await?);
        }
        let mut tx = self.store().begin().await?;
        for (key, value) in chosen {
            home::set(&mut tx, key, value).await?;
        }
        tx.commit().await?;
        let signer = self.platform().signer()?;
        self.vault().go_on_with(keystore.vault_identity()?);
        *self.parts.signer.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&signer);
        settle_identity(self.store(), self.platform(), self.vault(), &*signer).await?;
        if cfg!(feature = "sqlcipher") {
            let key = keystore.store_key(false)?.ok_or(AppError::KeyForgotten("store"))?;
            recover::keep_store_key(self.home(), self.vault(), &key)?;
        }
        Ok(())
    }

    /// Keeps a copy of who this phone is, for the case that its store is damaged.
    pub(crate) async fn keep_rescue_copy(&self) {
        if let Err(error) = rescue::keep(self.home(), self.store(), self.vault()).await {
            tracing::warn!(%error, "the copy for a damaged store could not be written; the next start tries again");
        }
    }

    /// Ten random bytes for an id.
    pub(crate) fn draw(&self) -> [u8; 10] {
        self.parts.platform.chance.bytes()
    }
}

/// Takes a store away whose key is gone, and then the note that it had to go.
fn take_emptied(home: &Path) -> Result<(), AppError> {
    recover::remove_store(&home.join("store.db"))?;
    fs::remove_file(home.join(EMPTIED)).map_err(AppError::io(EMPTIED))
}

/// Finds the keys and puts in order what a crash left.
async fn begin(
    home: &Path,
    store: &Store,
    platform: &Platform,
) -> Result<(Vault, Arc<dyn Signer>, Startup), AppError> {
    let vault = Vault::open(&home.join("vault"), platform.keystore.vault_identity()?)?;
    let signer = platform.signer()?;
    point!("open.keys");
    let rescued = is_new(store).await? && rescue::take_over(home, store, &vault, platform).await?;
    settle_identity(store, platform, &vault, &*signer).await?;
    point!("open.settled");
    let mut startup = startup::reconcile(store, &vault, platform, home).await?;
    startup.enrolment_rescued = rescued;
    if let Err(error) = rescue::keep(home, store, &vault).await {
        // The old copy stays. A phone without room must open all the same: delivering is what makes room.
        tracing::warn!(%error, "the copy for a damaged store could not be written anew");
    }
    point!("open.rescue-kept");
    if cfg!(feature = "sqlcipher") {
        let key = platform.keystore.store_key(false)?.ok_or(AppError::KeyForgotten("store"))?;
        recover::keep_store_key(home, &vault, &key)?;
    }
    Ok((vault, signer, startup))
}

/// A new store draws its chain and notes which keys it was made with; an old one must find the same keys.
async fn settle_identity(
    store: &Store,
    platform: &Platform,
    vault: &Vault,
    signer: &dyn Signer,
) -> Result<(), AppError> {
    let mut tx = store.begin().await?;
    let keys = [
        (home::DEVICE_KID, "device", signer.public_key().kid().0),
        (home::VAULT_RECIPIENT, "vault", vault.recipient()),
    ];
    for (key, name, present) in keys {
        match home::text(&mut tx, key).await? {
            None => home::set(&mut tx, key, present).await?,
            Some(known) if known == present => {}
            Some(_) => return Err(AppError::KeyForgotten(name)),
        }
    }
    if store::chain::head(&mut tx).await?.is_none() {
        let now = platform.clock.wall();
        let chain = ChainId::draw(now, platform.chance.bytes());
        store::chain::open(&mut tx, chain, "", now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Whether no start has come so far as to note the keys.
async fn is_new(store: &Store) -> Result<bool, StoreError> {
    let mut conn = store.conn().await?;
    Ok(home::text(&mut conn, home::VAULT_RECIPIENT).await?.is_none()
        && home::text(&mut conn, home::WIPED).await?.is_none())
}

async fn is_key_left(store: &Store) -> Result<bool, StoreError> {
    let mut conn = store.conn().await?;
    Ok(home::text(&mut conn, home::WIPED).await?.as_deref() == Some(home::KEYS_LEFT))
}

/// One process per home: an operating-system lock that ends with the process, on a file that says whose it is.
pub(crate) struct HomeLock {
    _file: Locked,
}

impl HomeLock {
    pub(crate) fn take(home: &Path) -> Result<Self, AppError> {
        let path = home.join("lock");
        let said = |error| AppError::io(path.display().to_string())(error);
        let file = fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(said)?;
        let Ok(file) = Locked::take(file).map_err(said)? else {
            let owner = fs::read_to_string(&path).map_err(said)?;
            return Err(AppError::InUse { home: home.display().to_string(), owner: owner.trim().to_owned() });
        };
        file.set_len(0).map_err(said)?;
        write!(&*file, "{} ({PROGRAM})", std::process::id()).map_err(said)?;
        file.sync_all().map_err(said)?;
        Ok(Self { _file: file })
    }
}

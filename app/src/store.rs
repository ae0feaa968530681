//! The phone's rows: one SQLite file, one connection, nothing of it ever skipped.
//!
//! Functions live beside their table in `store/`, each on a connection that is handed in, so what must hold together
//! runs in one transaction and the signature says so. A file that SQLite cannot read is moved aside and reported,
//! never deleted; a row that cannot be read is written into `quarantine` and shown.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    ConnectOptions as _, Row as _, Sqlite, SqliteConnection, SqlitePool, Transaction,
    migrate::{MigrateError, Migrator},
    pool::PoolConnection,
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePoolOptions, SqliteSynchronous,
    },
};

pub mod chain;
pub mod draft;
pub mod event;
pub mod file;
pub mod home;
pub mod outbox;
pub mod overview;
pub mod pulled;
pub mod quarantine;
pub mod receipt;
pub mod record;
pub mod sync_state;
pub mod travel;
pub mod wipe;

/// All migrations of the phone's store.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/app");

/// The phone's store.
#[derive(Clone)]
pub struct Store {
    pool: SqlitePool,
    moved_aside: Option<PathBuf>,
}

/// The store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite.
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    /// A migration did not run.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// A file.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A value in a row that cannot be what it should be.
    #[error("{0} cannot be read: {1}")]
    Unreadable(&'static str, String),
    /// A change that had to change exactly one row did not.
    #[error("{0}: expected one row, changed {1}")]
    NotOne(&'static str, u64),
    /// The library is older than the one that keeps a WAL file safe.
    #[error("SQLite {0} is too old")]
    OldLibrary(String),
}

impl StoreError {
    /// Whether the file itself is broken, or is no database at all.
    fn is_damaged(&self) -> bool {
        const CORRUPT: i32 = 11;
        const NOT_A_DATABASE: i32 = 26;
        let sql = match self {
            StoreError::Sql(error) => error,
            StoreError::Migrate(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
                error
            }
            StoreError::Unreadable("quick_check", _) => return true,
            _ => return false,
        };
        sql.as_database_error()
            .and_then(|e| e.code())
            .and_then(|code| code.parse::<i32>().ok())
            .is_some_and(|code| matches!(code & 0xff, CORRUPT | NOT_A_DATABASE))
    }
}

impl Store {
    /// Opens the store, makes it if there is none, and brings it up to date. A damaged file is moved to
    /// `<name>.damaged-<stamp>` (with its WAL) and a new store is made in its place: see [`Store::moved_aside`].
    ///
    /// `key` is the raw key of the database with feature `sqlcipher`, and ignored without it.
    ///
    /// # Errors
    /// When the file cannot be opened for another reason than damage.
    pub async fn open(path: &Path, key: Option<[u8; 32]>, stamp: &str) -> Result<Self, StoreError> {
        match Self::open_whole(path, key).await {
            Ok(store) => Ok(store),
            Err(error) if error.is_damaged() => {
                let aside = move_aside(path, stamp)?;
                tracing::error!(%error, aside = %aside.display(), "the store is damaged and was moved aside");
                let mut store = Self::open_whole(path, key).await?;
                store.moved_aside = Some(aside);
                Ok(store)
            }
            Err(error) => Err(error),
        }
    }

    async fn open_whole(path: &Path, key: Option<[u8; 32]>) -> Result<Self, StoreError> {
        let mut options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .locking_mode(SqliteLockingMode::Exclusive)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("secure_delete", "on")
            // A first pull changes most pages in one transaction: what does not fit is written more than once.
            .pragma("cache_size", "-16384")
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            // The log would hold the key.
            .disable_statement_logging();
        if let Some(key) = key.filter(|_| cfg!(feature = "sqlcipher")) {
            options = options.pragma("key", format!("\"x'{}'\"", hex::encode(key)));
        }
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(Duration::from_secs(60))
            .connect_with(options)
            .await?;
        let checked = async {
            let version: String = sqlx::query_scalar("select sqlite_version()").fetch_one(&pool).await?;
            // SQLCipher brings 3.50.4 with the WAL-reset fault, which one exclusive connection cannot meet.
            if !cfg!(feature = "sqlcipher") && !at_least(&version, [3, 51, 3]) {
                return Err(StoreError::OldLibrary(version));
            }
            let verdict: String = sqlx::query_scalar("pragma quick_check(1)").fetch_one(&pool).await?;
            if verdict != "ok" {
                return Err(StoreError::Unreadable("quick_check", verdict));
            }
            MIGRATIONS.run(&pool).await?;
            Ok(())
        };
        match checked.await {
            Ok(()) => Ok(Self { pool, moved_aside: None }),
            Err(error) => {
                pool.close().await;
                Err(error)
            }
        }
    }

    /// Where a damaged store was moved to when this one was opened.
    #[must_use]
    pub fn moved_aside(&self) -> Option<&Path> {
        self.moved_aside.as_deref()
    }

    /// The connection, for reading and for single statements. Whoever holds it keeps everybody else out, a second call
    /// by the same task before it is dropped waits for ever.
    ///
    /// # Errors
    /// When the connection does not come free.
    pub async fn conn(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        Ok(self.pool.acquire().await?)
    }

    /// A transaction; dropped without commit it is undone.
    ///
    /// # Errors
    /// As [`Store::conn`].
    pub async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.pool.begin_with("begin immediate").await?)
    }

    /// Closes the file. Dropping the store closes it too, a moment later.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// The whole shape of the database, to compare an upgraded one with a fresh one.
///
/// # Errors
/// When it cannot be read.
pub async fn schema(conn: &mut SqliteConnection) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query(
        "select type || ' ' || name || ' ' || coalesce(sql, '') as text from sqlite_schema
         where name not like '\\_sqlx%' escape '\\' and name not like 'sqlite\\_%' escape '\\' order by type, name",
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.iter().map(|row| row.try_get("text")).collect::<Result<_, _>>()?)
}

/// A change that must have met exactly one row.
pub(crate) fn one(what: &'static str, changed: u64) -> Result<(), StoreError> {
    if changed == 1 { Ok(()) } else { Err(StoreError::NotOne(what, changed)) }
}

/// Reads JSON of one of our own columns.
pub(crate) fn json<T: serde::de::DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|e| StoreError::Unreadable(what, e.to_string()))
}

/// Writes JSON for one of our own columns.
pub(crate) fn to_json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Unreadable(what, e.to_string()))
}

fn at_least(version: &str, wanted: [u32; 3]) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let have = [parts.next(), parts.next(), parts.next()].map(|part| part.unwrap_or(0));
    have >= wanted
}

fn move_aside(path: &Path, stamp: &str) -> Result<PathBuf, std::io::Error> {
    let named = |suffix: &str, tail: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(tail);
        name.push(suffix);
        PathBuf::from(name)
    };
    let mut suffix = format!(".damaged-{stamp}");
    let mut again = 1;
    while named(&suffix, "").exists() {
        again += 1;
        suffix = format!(".damaged-{stamp}-{again}");
    }
    // The WAL first: without it the main file would be picked up as an older, whole-looking store.
    for tail in ["-wal", "-shm", ""] {
        match fs::rename(named("", tail), named(&suffix, tail)) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(named(&suffix, ""))
}

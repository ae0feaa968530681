//! The phone's rows: one SQLite file, one connection, nothing of it ever skipped.
//!
//! Functions live beside their table in `store/`, each on a connection that is handed in, so what must hold together
//! runs in one transaction and the signature says so. A file that SQLite cannot read is moved aside and reported,
//! never deleted; a row that cannot be read is written into `quarantine` and shown.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use kandas_disk::{point, steps};
use sqlx::{
    ConnectOptions as _, Connection as _, Row as _, Sqlite, SqliteConnection, SqlitePool, Transaction,
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
mod left;
pub mod outbox;
pub mod overview;
pub mod pulled;
pub mod quarantine;
pub mod receipt;
pub mod record;
pub mod rework;
pub mod sync_state;
pub mod travel;
pub mod wipe;

/// All migrations of the phone's store.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/app");

/// The phone's store.
#[derive(Clone)]
pub struct Store {
    /// Shared by all handles: they go on together when another file takes this one's place.
    pool: Arc<RwLock<SqlitePool>>,
    path: PathBuf,
    /// Starts since the file was read through, this one not counted.
    starts: u32,
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
        finish_moving(path)?;
        if !cfg!(feature = "sqlcipher") && !begins_like_one(path)? {
            return Self::open_anew(path, key, stamp, "it does not begin like a database").await;
        }
        match Self::open_whole(path, key).await {
            Ok(store) => Ok(store),
            Err(error) if error.is_damaged() => Self::open_anew(path, key, stamp, &error.to_string()).await,
            Err(error) => Err(error),
        }
    }

    /// Opens a store that has held something before: there an empty file, which SQLite takes for a new database, is
    /// damage like any other.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn reopen(path: &Path, key: Option<[u8; 32]>, stamp: &str) -> Result<Self, StoreError> {
        finish_moving(path)?;
        if !fs::metadata(path).is_ok_and(|file| file.len() == 0) {
            return Self::open(path, key, stamp).await;
        }
        Self::open_anew(path, key, stamp, "it is empty").await
    }

    /// Moves what is there aside and makes a new store in its place.
    async fn open_anew(
        path: &Path,
        key: Option<[u8; 32]>,
        stamp: &str,
        why: &str,
    ) -> Result<Self, StoreError> {
        let aside = move_aside(path, stamp)?;
        tracing::error!(why, aside = %aside.display(), "the store is damaged and was moved aside");
        Ok(Self { moved_aside: Some(aside), ..Self::open_whole(path, key).await? })
    }

    async fn open_whole(path: &Path, key: Option<[u8; 32]>) -> Result<Self, StoreError> {
        let starts = left::take(path);
        let mut options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .locking_mode(SqliteLockingMode::Exclusive)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("secure_delete", "on")
            // A first pull changes most pages in one transaction: what does not fit is written more than once.
            .pragma("cache_size", "-16384")
            // Rows go from SQLite's thread to the reader's in lots, not one by one.
            .row_buffer_size(1_024)
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
            // Where a commit failed for want of room, SQLite has undone the transaction and sqlx counts it as open:
            // such a connection would begin no other.
            .before_acquire(|conn, _| Box::pin(async { Ok(!conn.is_in_transaction()) }))
            .connect_with(options)
            .await?;
        let checked = async {
            let version: String = sqlx::query_scalar("select sqlite_version()").fetch_one(&pool).await?;
            // SQLCipher brings 3.50.4 with the WAL-reset fault, which one exclusive connection cannot meet.
            if !cfg!(feature = "sqlcipher") && !at_least(&version, [3, 51, 3]) {
                return Err(StoreError::OldLibrary(version));
            }
            if starts.is_none() {
                let verdict: String = sqlx::query_scalar("pragma quick_check(1)").fetch_one(&pool).await?;
                if verdict != "ok" {
                    return Err(StoreError::Unreadable("quick_check", verdict));
                }
            }
            MIGRATIONS.run(&pool).await?;
            Ok(())
        };
        match checked.await {
            Ok(()) => Ok(Self {
                pool: Arc::new(RwLock::new(pool)),
                path: path.to_owned(),
                starts: starts.map_or(0, |starts| starts + 1),
                moved_aside: None,
            }),
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
        Ok(self.pool().acquire().await?)
    }

    /// A transaction; dropped without commit it is undone.
    ///
    /// # Errors
    /// As [`Store::conn`].
    pub async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.pool().begin_with("begin immediate").await?)
    }

    /// Closes the file. Dropping the store closes it too, a moment later.
    pub async fn close(&self) {
        self.pool().close().await;
        left::leave(&self.path, self.starts);
    }

    /// Gives the file up: nobody may go on with it, and nothing is left beside it that trusts it.
    pub(crate) async fn give_up(&self) {
        self.pool().close().await;
    }

    /// All handles go on with another store at the same place; this one must have been given up.
    pub(crate) fn go_on_with(&self, other: &Store) {
        *self.pool.write().unwrap_or_else(PoisonError::into_inner) = other.pool();
    }

    fn pool(&self) -> SqlitePool {
        self.pool.read().unwrap_or_else(PoisonError::into_inner).clone()
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

/// Whether a file begins as SQLite's do, or is empty, or is not there. Asked before SQLite opens it: when it closes a
/// file that it could not read, it takes the log beside it away.
fn begins_like_one(path: &Path) -> Result<bool, std::io::Error> {
    const HEAD: &[u8] = b"SQLite format 3\0";
    let mut head = Vec::new();
    match fs::File::open(path) {
        Ok(file) => file.take(HEAD.len() as u64).read_to_end(&mut head)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
    };
    Ok(head.is_empty() || head == HEAD)
}

/// What SQLite keeps beside a database.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn move_aside(path: &Path, stamp: &str) -> Result<PathBuf, std::io::Error> {
    let mut aside = with_ending(path, &format!(".damaged-{stamp}"));
    let mut again = 1;
    while aside.exists() {
        again += 1;
        aside = with_ending(path, &format!(".damaged-{stamp}-{again}"));
    }
    // The main file first: without its log it would be picked up as an older, whole-looking store. A log that is alone
    // follows at the next start.
    rename_if_there(path, &aside)?;
    point!("store.moved-aside");
    move_beside(path, &aside)?;
    Ok(aside)
}

/// A log without its database is what is left of a moving aside that was broken off; a new database would delete it.
fn finish_moving(path: &Path) -> Result<(), std::io::Error> {
    if path.exists() || !BESIDE.iter().any(|ending| with_ending(path, ending).exists()) {
        return Ok(());
    }
    match last_aside(path)? {
        Some(aside) => move_beside(path, &aside),
        None => move_beside(path, &with_ending(path, ".damaged")),
    }
}

/// The store that was moved aside last.
///
/// # Errors
/// When the folder cannot be read.
pub fn last_aside(path: &Path) -> Result<Option<PathBuf>, std::io::Error> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(None) };
    let begins = format!("{}.damaged-", name.to_string_lossy());
    let mut last = None;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(&begins) && !BESIDE.iter().any(|ending| name.ends_with(ending)) {
            last = last.max(Some(entry.path()));
        }
    }
    Ok(last)
}

fn move_beside(path: &Path, aside: &Path) -> Result<(), std::io::Error> {
    for ending in BESIDE {
        rename_if_there(&with_ending(path, ending), &with_ending(aside, ending))?;
    }
    steps::sync_parent(path)
}

fn rename_if_there(from: &Path, to: &Path) -> Result<(), std::io::Error> {
    match fs::rename(from, to) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

//! Opening a database of either engine and bringing its tables up to date.

use std::{str::FromStr as _, time::Duration};

use sqlx::{
    Connection as _,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{Pools, StoreError};

/// Connections to PostgreSQL, and readers of SQLite.
const CONNECTIONS: u32 = 12;
/// Pages of SQLite's write-ahead log after which it is copied into the file: 32 MB. A page that many commits change
/// meanwhile is copied once.
const WAL_PAGES: &str = "8192";
/// Rows that a SQLite connection may read ahead of whoever takes them.
const ROWS_AHEAD: usize = 500;
/// A connection that was idle for longer is tried before it is used. One that broke within this time fails a request
/// that is then sent again; trying each would double the round trips of the short ones.
const FRESH: Duration = Duration::from_secs(1);
/// Memory for pages of the one connection of SQLite that writes: KiB, negative as SQLite wants it.
const WRITER_CACHE: &str = "-32768";
/// As much for each that reads: the system keeps the same pages for all of them.
const READER_CACHE: &str = "-4096";
/// Where much is written at once, or tables are made aside: KiB, taken as they grow. Their keys come in no order: with 64 MiB a
/// million facts read 47 pages each back from the system, most of the time of `verify`.
pub(super) const LARGE_CACHE: &str = "-524288";
/// What such a connection reads of the store itself, bytes, comes without a copy.
const MAPPED: &str = "4294967296";
/// How long to wait for a connection or a lock.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn open(url: &str) -> Result<Pools, StoreError> {
    if url.starts_with("sqlite:") {
        open_sqlite(url).await
    } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        open_postgres(url).await
    } else {
        Err(StoreError::BadUrl("it starts with neither sqlite: nor postgres:".into()))
    }
}

async fn open_sqlite(url: &str) -> Result<Pools, StoreError> {
    let options = SqliteConnectOptions::from_str(url).map_err(|e| StoreError::BadUrl(e.to_string()))?;
    refuse_damaged(options.get_filename())?;
    make_private(options.get_filename())?;
    let options = options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .statement_cache_capacity(500)
        .row_buffer_size(ROWS_AHEAD)
        .pragma("secure_delete", "on")
        .pragma("wal_autocheckpoint", WAL_PAGES);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        // Where a commit failed for want of room, SQLite has undone the transaction and sqlx counts it as open: such a
        // connection would begin no other.
        .before_acquire(|conn, _| Box::pin(async { Ok(!conn.is_in_transaction()) }))
        .connect_with(options.clone().pragma("cache_size", WRITER_CACHE))
        .await?;
    let (version,): (String,) = sqlx::query_as("select sqlite_version()").fetch_one(&writer).await?;
    if parse_version(&version) < Some((3, 51, 3)) {
        return Err(StoreError::OldSqlite(version));
    }
    sqlx::migrate!("../migrations/server/sqlite").run(&writer).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .connect_lazy_with(options.pragma("cache_size", READER_CACHE).pragma("query_only", "on"));
    Ok(Pools::Sqlite { writer, readers })
}

async fn open_postgres(url: &str) -> Result<Pools, StoreError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| StoreError::BadUrl("not a PostgreSQL address".into()))?
        .application_name("kandas-server")
        .statement_cache_capacity(500)
        .options([
            ("lock_timeout", "10s"),
            ("statement_timeout", "120s"),
            ("idle_in_transaction_session_timeout", "60s"),
            ("client_min_messages", "warning"),
            // Statements look rows up by key and stay planned while tables grow: a plan that reads a table whole because
            // it is small today must not be made. Where there is no index the table is read all the same.
            ("enable_seqscan", "off"),
            ("jit", "off"),
        ]);
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > FRESH {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await?;
    sqlx::migrate!("../migrations/server/postgres").run(&pool).await?;
    Ok(Pools::Postgres(pool))
}

/// One connection to the same database that stays open, with room for large temporary tables.
pub(super) async fn alone(pools: &Pools) -> Result<Pools, StoreError> {
    Ok(match pools {
        Pools::Sqlite { writer, .. } => {
            let options = writer.connect_options().as_ref().clone();
            // What is made aside is thrown away when something goes wrong: it needs no journal of its own.
            let options = options
                .pragma("temp.cache_size", LARGE_CACHE)
                .pragma("mmap_size", MAPPED)
                .pragma("temp.journal_mode", "off");
            let pool = SqlitePoolOptions::new()
                .max_connections(1)
                .acquire_timeout(PATIENCE)
                .max_lifetime(None)
                .idle_timeout(None)
                .connect_with(options)
                .await?;
            Pools::Sqlite { writer: pool.clone(), readers: pool }
        }
        Pools::Postgres(pool) => {
            let options = pool.connect_options().as_ref().clone().options([
                ("statement_timeout", "0"),
                ("temp_buffers", "512MB"),
                ("work_mem", "64MB"),
            ]);
            Pools::Postgres(
                PgPoolOptions::new()
                    .max_connections(1)
                    .acquire_timeout(PATIENCE)
                    .max_lifetime(None)
                    .idle_timeout(None)
                    .connect_with(options)
                    .await?,
            )
        }
    })
}

/// SQLite takes the log away when it closes a file that it could not read, and when it opens an empty one: such files are
/// not given to it.
fn refuse_damaged(file: &std::path::Path) -> Result<(), StoreError> {
    use std::io::Read as _;
    const HEAD: &[u8] = b"SQLite format 3\0";
    let mut head = Vec::new();
    match std::fs::File::open(file) {
        Ok(open) => open.take(HEAD.len() as u64).read_to_end(&mut head)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let log = std::path::PathBuf::from(format!("{}-wal", file.display()));
    if head.is_empty() {
        let begun = std::fs::metadata(log).is_ok_and(|log| log.len() > 0);
        return match begun {
            true => Err(StoreError::Damaged("it is empty, and its log is not".into())),
            false => Ok(()),
        };
    }
    if head != HEAD {
        return Err(StoreError::Damaged("it does not begin like a database".into()));
    }
    Ok(())
}

/// The file is made by us, readable by nobody else; SQLite gives its side files the same mode.
fn make_private(file: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn parse_version(text: &str) -> Option<(u32, u32, u32)> {
    let mut numbers = text.split('.').map(|n| n.parse().ok());
    Some((numbers.next()??, numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::parse_version;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(parse_version("3.51.3") >= Some((3, 51, 3)));
        assert!(parse_version("3.100.0") > Some((3, 51, 3)));
        assert!(parse_version("3.9.9") < Some((3, 51, 3)));
        assert!(parse_version("unknown") < Some((3, 51, 3)));
    }
}

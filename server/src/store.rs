//! One SQL, two engines: embedded SQLite and PostgreSQL behind one transaction type.
//!
//! Every statement is written once. [`exec!`](crate::exec), [`all!`](crate::all), [`one!`](crate::one),
//! [`opt!`](crate::opt), [`many!`](crate::many) and [`among!`](crate::among) expand one SQL text into both arms of
//! [`Tx`]; there is no second copy of a query and no repository. What differs between the engines stays here: how a
//! transaction begins, how many parameters a statement may have, and which errors mean "try again".
//!
//! SQLite: write-ahead log, `synchronous = full`, deleted content overwritten, one writer that begins `immediate`, a
//! pool of readers. PostgreSQL: one pool with lock, idle and statement timeouts; writers read committed (the journal
//! head is the lock), readers one repeatable snapshot.
//!
//! Known differences that a query must respect: text sorts by bytes in both (C collation in the migrations); `lower`
//! and `like` know no Cyrillic in SQLite; `sum(bigint)` needs a cast; nulls last is said explicitly; times are cut to
//! microseconds when made.

mod cells;
mod compact;
mod error;
mod open;

pub use cells::{Cells, insert_many, rows_among};
pub use error::StoreError;
#[doc(hidden)]
pub use sqlx;

use sqlx::{PgPool, Postgres, Sqlite, Transaction};

/// Which database holds the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// One file beside the server.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// The central store's database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pools: Pools,
}

#[derive(Clone, Debug)]
enum Pools {
    Sqlite { writer: sqlx::SqlitePool, readers: sqlx::SqlitePool },
    Postgres(sqlx::PgPool),
}

/// A transaction on either engine; dropped without [`Tx::commit`] it is undone.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

impl Store {
    /// Opens `sqlite:/path/file.db` (made if it is missing) or `postgres://…` and brings its tables up to date.
    ///
    /// # Errors
    /// When the database cannot be reached, is newer than this program, or SQLite is older than 3.51.3.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Ok(Self { pools: open::open(url).await? })
    }

    /// One consistent snapshot to read from.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        Ok(match &self.pools {
            Pools::Sqlite { readers, .. } => Tx::Sqlite(readers.begin().await?),
            Pools::Postgres(pool) => {
                Tx::Postgres(begin_whole(pool, "begin isolation level repeatable read read only").await?)
            }
        })
    }

    /// A transaction that writes. On SQLite there is one at a time.
    ///
    /// # Errors
    /// When the database does not answer or stays busy.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        Ok(match &self.pools {
            // A lighter transaction may have been there before on the one connection that writes.
            Pools::Sqlite { writer, .. } => {
                Tx::Sqlite(writer.begin_with("pragma synchronous = full; begin immediate").await?)
            }
            Pools::Postgres(pool) => {
                Tx::Postgres(begin_whole(pool, "begin isolation level read committed").await?)
            }
        })
    }

    /// A transaction that writes what may be lost with the power as long as everything before it may not: who holds an
    /// upload, that one was begun. On SQLite it does not wait for the disk (the next [`Store::write`] takes it along);
    /// a crash of the program alone loses nothing. PostgreSQL, whose clients may outlive it, makes no difference.
    ///
    /// # Errors
    /// When the database does not answer or stays busy.
    pub async fn write_lightly(&self) -> Result<Tx, StoreError> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => {
                Ok(Tx::Sqlite(writer.begin_with("pragma synchronous = normal; begin immediate").await?))
            }
            Pools::Postgres(_) => self.write().await,
        }
    }

    /// The same database over one connection of its own, to be closed by who asked for it. Temporary tables that are made
    /// there stand before those of the same name, and no statement was planned there without them.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn alone(&self) -> Result<Self, StoreError> {
        Ok(Self { pools: open::alone(&self.pools).await? })
    }

    /// One consistent snapshot to read from, beside which temporary tables can be made and written; for a store that is
    /// [`Store::alone`]. The tables stay when it is committed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn beside(&self) -> Result<Tx, StoreError> {
        Ok(match &self.pools {
            Pools::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("begin deferred").await?),
            Pools::Postgres(pool) => {
                Tx::Postgres(begin_whole(pool, "begin isolation level repeatable read").await?)
            }
        })
    }

    /// Whoever writes much in this process keeps more pages of SQLite in memory: keys come in no order, and with a few MiB
    /// nearly each row of a large store reads its pages back from the system. PostgreSQL has its own memory.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn writes_much(&self) -> Result<(), StoreError> {
        if let Pools::Sqlite { writer, .. } = &self.pools {
            let sql = format!("pragma cache_size = {}", open::LARGE_CACHE);
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(writer).await?;
        }
        Ok(())
    }

    /// Which engine it is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// Waits for running statements and closes every connection.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    /// Copies a SQLite store, journal and all, into a new file at `to` (which must not exist); on PostgreSQL this is
    /// pg_dump's work and an error here.
    ///
    /// # Errors
    /// When the engine is PostgreSQL or the file cannot be written.
    pub async fn copy_file(&self, to: &std::path::Path) -> Result<(), StoreError> {
        let Pools::Sqlite { writer, .. } = &self.pools else {
            return Err(StoreError::WrongEngine("copying the file"));
        };
        let Some(to) = to.to_str() else { return Err(StoreError::BadUrl("the path is not UTF-8".into())) };
        sqlx::query("vacuum into $1").bind(to).execute(writer).await?;
        Ok(())
    }

    /// Writes the tables that hold personal data anew, so that what was deleted lies in no file of the database any
    /// more: no freed page, no dead row, no write-ahead log of SQLite. PostgreSQL's own log keeps what was written until
    /// the server has recycled it.
    ///
    /// # Errors
    /// When the database does not answer, or somebody has been reading since before the deletion and does not end:
    /// what he may still see cannot go.
    pub async fn compact(&self) -> Result<(), StoreError> {
        compact::compact(&self.pools).await
    }
}

/// Begins in a task of its own. A caller who goes away before PostgreSQL has answered (a phone that hung up) would leave
/// a transaction of which sqlx knows nothing, and the next user of the connection would find himself in it: in a snapshot
/// of long ago, unable to write. The task hears the answer; a transaction that nobody waits for is undone.
async fn begin_whole(
    pool: &PgPool,
    begin: &'static str,
) -> Result<Transaction<'static, Postgres>, StoreError> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(begin).await }).await;
    // The task ends early only when the whole runtime does.
    Ok(begun.map_err(|_| sqlx::Error::PoolClosed)??)
}

impl Tx {
    /// Keeps the changes.
    ///
    /// # Errors
    /// [`StoreError::UnknownCommit`] when the connection broke and nobody can say whether they were kept.
    pub async fn commit(self) -> Result<(), StoreError> {
        let done = match self {
            Tx::Sqlite(tx) => tx.commit().await,
            Tx::Postgres(tx) => tx.commit().await,
        };
        done.map_err(StoreError::at_commit)
    }

    /// Undoes the changes now rather than when the connection is next used.
    ///
    /// # Errors
    /// When the connection is broken; the changes are undone all the same.
    pub async fn rollback(self) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(tx) => tx.rollback().await?,
            Tx::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }

    /// Which engine it runs on.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self {
            Tx::Sqlite(_) => Engine::Sqlite,
            Tx::Postgres(_) => Engine::Postgres,
        }
    }

    /// What to put behind a select whose rows shall stay as they are until commit. SQLite needs nothing: there is one
    /// writer.
    #[must_use]
    pub fn for_update(&self) -> &'static str {
        match self {
            Tx::Sqlite(_) => "",
            Tx::Postgres(_) => " for update",
        }
    }
}

/// Runs a statement; gives the number of rows it touched. `exec!(tx, "update t set a = $1", a).await?`
/// Arguments are evaluated inside the future: a `?` among them does not leave the caller.
#[macro_export]
macro_rules! exec {
    ($tx:expr, $sql:expr $(, $arg:expr)* $(,)?) => { async {
        match &mut *$tx {
            $crate::store::Tx::Sqlite(tx) => $crate::store::sqlx::query($sql)$(.bind(&$arg))*
                .execute(&mut **tx).await.map(|done| done.rows_affected()),
            $crate::store::Tx::Postgres(tx) => $crate::store::sqlx::query($sql)$(.bind(&$arg))*
                .execute(&mut **tx).await.map(|done| done.rows_affected()),
        }
        .map_err($crate::store::StoreError::from)
    } };
}

#[doc(hidden)]
#[macro_export]
macro_rules! fetch {
    ($fetch:ident, $tx:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => { async {
        match &mut *$tx {
            $crate::store::Tx::Sqlite(tx) => $crate::store::sqlx::query_as::<_, $row>($sql)$(.bind(&$arg))*
                .$fetch(&mut **tx).await,
            $crate::store::Tx::Postgres(tx) => $crate::store::sqlx::query_as::<_, $row>($sql)$(.bind(&$arg))*
                .$fetch(&mut **tx).await,
        }
        .map_err($crate::store::StoreError::from)
    } };
}

/// All rows of a query. `all!(tx, (FamilyId, String), "select …", a).await?`
#[macro_export]
macro_rules! all { ($($rest:tt)*) => { $crate::fetch!(fetch_all, $($rest)*) }; }

/// The one row of a query; none is an error.
#[macro_export]
macro_rules! one { ($($rest:tt)*) => { $crate::fetch!(fetch_one, $($rest)*) }; }

/// The row of a query, if there is one.
#[macro_export]
macro_rules! opt { ($($rest:tt)*) => { $crate::fetch!(fetch_optional, $($rest)*) }; }

/// Inserts many rows with as few statements as the engine allows; gives the number of rows written.
/// `many!(tx, "insert into t (a, b)", rows, "on conflict (a) do nothing").await?`, where `rows` are tuples.
#[macro_export]
macro_rules! many {
    ($tx:expr, $head:expr, $rows:expr, $tail:expr $(,)?) => {
        $crate::store::insert_many($tx, $head, &$rows, $tail)
    };
    ($tx:expr, $head:expr, $rows:expr) => {
        $crate::store::insert_many($tx, $head, &$rows, "")
    };
}

/// All rows whose key is in a list of tuples, in no overall order (the list goes out in pieces).
/// `among!(tx, Row, "select … where a = $1 and (b, c) in (", keys, ")", a).await?`; fixed arguments come last and are
/// numbered from `$1`. Keys of several cells are better joined than looked up with `in`, for which SQLite reads the
/// whole table: `"with asked (b, c) as ("`, keys, `") select … from asked join t on …"`; the list may be filled up with
/// its last key, so such a row may come more than once.
#[macro_export]
macro_rules! among {
    ($tx:expr, $row:ty, $head:expr, $list:expr, $tail:expr $(, $arg:expr)* $(,)?) => {
        $crate::store::rows_among::<$row, _, _>($tx, $head, &$list, $tail, ($(&$arg,)*))
    };
}

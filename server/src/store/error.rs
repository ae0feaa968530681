//! What can go wrong between us and the database, sorted by what to do about it.

/// The database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A statement failed or the connection broke before commit: nothing was kept.
    #[error("database: {0}")]
    Database(sqlx::Error),
    /// The connection broke while committing: nobody can say whether the changes were kept.
    #[error("the connection broke while committing: {0}")]
    UnknownCommit(sqlx::Error),
    /// The tables could not be brought up to date.
    #[error("migrations: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The address of the database.
    #[error("the database address is not usable: {0}")]
    BadUrl(String),
    /// The linked SQLite is too old: before 3.51.3 a write-ahead log could be reset wrongly.
    #[error("SQLite {0} is older than 3.51.3")]
    OldSqlite(String),
    /// Only the other engine can do it.
    #[error("{0} is not for this engine")]
    WrongEngine(&'static str),
    /// The file of the database could not be made.
    #[error("{0}")]
    File(#[from] std::io::Error),
    /// Somebody reads by a snapshot from before a deletion.
    #[error(
        "somebody has been reading for too long: what was deleted cannot leave the files while he may see it"
    )]
    StillRead,
    /// What is stored contradicts itself.
    #[error("the store is damaged: {0}")]
    Damaged(String),
}

/// Result codes of SQLite.
const NO_MEMORY: i32 = 7;
const READ_ONLY: i32 = 8;
const IO_ERROR: i32 = 10;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const CANNOT_OPEN: i32 = 14;
const NOT_A_DATABASE: i32 = 26;

/// The result code of SQLite that an extended one is a form of. PostgreSQL's have five characters.
fn primary(code: &str) -> Option<i32> {
    if code.len() == 5 { None } else { code.parse::<i32>().ok().map(|code| code & 0xff) }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl StoreError {
    pub(super) fn at_commit(error: sqlx::Error) -> Self {
        match &error {
            // The database itself said no: it has rolled back. Not so when it only says that it is going away, or that
            // the connection failed (classes 57P and 08), or when SQLite's disk fails: the commit may have come through
            // before.
            sqlx::Error::Database(inner)
                if !inner.code().is_some_and(|code| {
                    code.starts_with("57P") || code.starts_with("08") || primary(&code) == Some(IO_ERROR)
                }) =>
            {
                Self::Database(error)
            }
            _ => Self::UnknownCommit(error),
        }
    }

    /// Whether the file of the database is broken, or is none.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        let sql = match self {
            Self::Damaged(_) => return true,
            Self::Database(error)
            | Self::Migrate(
                sqlx::migrate::MigrateError::Execute(error)
                | sqlx::migrate::MigrateError::ExecuteMigration(error, _),
            ) => error,
            _ => return false,
        };
        let code = sql.as_database_error().and_then(|inner| inner.code());
        code.is_some_and(|code| matches!(primary(&code), Some(CORRUPT | NOT_A_DATABASE)))
    }

    /// Whether the disk has no room for it.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let Self::Database(sqlx::Error::Database(inner)) = self else { return false };
        inner.code().is_some_and(|code| primary(&code) == Some(FULL) || code == "53100")
    }

    /// Whether it lies with the machine (room, disk, memory, a read-only or broken file), so that other work would have
    /// failed just the same.
    #[must_use]
    pub fn is_of_the_machine(&self) -> bool {
        let Self::Database(sqlx::Error::Database(inner)) = self else { return false };
        inner.code().is_some_and(|code| match primary(&code) {
            Some(code) => {
                matches!(
                    code,
                    NO_MEMORY | READ_ONLY | IO_ERROR | CORRUPT | FULL | CANNOT_OPEN | NOT_A_DATABASE
                )
            }
            // Insufficient resources, operator's intervention, system error, internal error, read-only.
            None => ["53", "57", "58", "XX", "25006"].iter().any(|class| code.starts_with(class)),
        })
    }

    /// Whether the same work may succeed when tried again: locks, timeouts, no free connection.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        let Self::Database(error) = self else { return false };
        match error {
            sqlx::Error::PoolTimedOut => true,
            sqlx::Error::Database(inner) => match inner.code().as_deref() {
                // SQLite: busy and locked in all their extended forms. PostgreSQL: serialisation failure, deadlock,
                // lock timeout, statement timeout.
                Some("5" | "6" | "261" | "262" | "517" | "773" | "40001" | "40P01" | "55P03" | "57014") => {
                    true
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a row with the same key is there already.
    #[must_use]
    pub fn is_unique(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(inner)) if inner.is_unique_violation())
    }

    /// Whether nobody can say if the changes were kept.
    #[must_use]
    pub fn is_unknown_commit(&self) -> bool {
        matches!(self, Self::UnknownCommit(_))
    }
}

//! Tables without the programs: rows are read as cells and written again with bare statements, as many rows in each as
//! the database takes. This is what the floors are made of: the same rows, the same engine, the same durability, and
//! nothing of ours around them.

use std::{path::Path, str::FromStr as _, time::Duration};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{
    Arguments, AssertSqlSafe, Column as _, Connection as _, Executor as _, PgConnection, Row as _,
    SqliteConnection, TypeInfo as _, ValueRef as _,
    error::BoxDynError,
    postgres::{PgArguments, PgConnectOptions},
    sqlite::{SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use uuid::Uuid;

/// Most parameters of a statement; SQLite takes 32,766, PostgreSQL 65,535.
const MOST_CELLS: usize = 30_000;

/// A value of a row. Nothing has a type too: PostgreSQL asks for it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Flag(Option<bool>),
    Number(Option<i64>),
    Short(Option<i32>),
    Real(Option<f64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Id(Option<Uuid>),
    Time(Option<DateTime<Utc>>),
    Day(Option<NaiveDate>),
}

/// Rows of one table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

impl Rows {
    /// All columns but these.
    pub(crate) fn without(mut self, names: &[String]) -> Self {
        for at in
            (0..self.columns.len()).rev().filter(|at| names.contains(&self.columns[*at])).collect::<Vec<_>>()
        {
            self.columns.remove(at);
            self.rows.iter_mut().for_each(|row| drop(row.remove(at)));
        }
        self
    }
}

/// One connection to either engine.
pub(crate) enum Tables {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Tables {
    /// A central store in a SQLite file, opened as the server opens it.
    pub(crate) async fn of_store(path: &Path) -> Result<Self> {
        Self::sqlite(path, |options| options.pragma("cache_size", "-65536")).await
    }

    /// A phone's store, opened as the phone opens it; a new file is made if there is none.
    pub(crate) async fn of_phone(path: &Path) -> Result<Self> {
        let exclusive = sqlx::sqlite::SqliteLockingMode::Exclusive;
        Self::sqlite(path, |options| options.create_if_missing(true).locking_mode(exclusive)).await
    }

    async fn sqlite(
        path: &Path,
        further: impl FnOnce(SqliteConnectOptions) -> SqliteConnectOptions,
    ) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("secure_delete", "on")
            .busy_timeout(Duration::from_secs(10))
            .foreign_keys(true);
        let connection = SqliteConnection::connect_with(&further(options)).await;
        Ok(Self::Sqlite(connection.with_context(|| path.display().to_string())?))
    }

    /// A database of PostgreSQL.
    pub(crate) async fn of_postgres(url: &str) -> Result<Self> {
        Ok(Self::Postgres(PgConnection::connect_with(&PgConnectOptions::from_str(url)?).await?))
    }

    /// Runs statements that answer nothing.
    pub(crate) async fn run(&mut self, sql: &str) -> Result<()> {
        let statement = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match self {
            Self::Sqlite(connection) => connection.execute(statement).await.map(drop),
            Self::Postgres(connection) => connection.execute(statement).await.map(drop),
        }
        .with_context(|| sql.to_owned())
    }

    /// All rows of a query.
    pub(crate) async fn rows(&mut self, sql: &str) -> Result<Rows> {
        let query = AssertSqlSafe(sql.to_owned());
        let mut all = Rows::default();
        match self {
            Self::Sqlite(connection) => {
                for row in sqlx::query(query).fetch_all(connection).await.with_context(|| sql.to_owned())? {
                    all.columns = row.columns().iter().map(|column| column.name().to_owned()).collect();
                    all.rows.push((0..row.len()).map(|at| of_sqlite(&row, at)).collect::<Result<_>>()?);
                }
            }
            Self::Postgres(connection) => {
                for row in sqlx::query(query).fetch_all(connection).await.with_context(|| sql.to_owned())? {
                    all.columns = row.columns().iter().map(|column| column.name().to_owned()).collect();
                    all.rows.push((0..row.len()).map(|at| of_postgres(&row, at)).collect::<Result<_>>()?);
                }
            }
        }
        Ok(all)
    }

    /// The one number a query answers.
    pub(crate) async fn number(&mut self, sql: &str) -> Result<i64> {
        match self.rows(sql).await?.rows.first().and_then(|row| row.first()) {
            Some(Cell::Number(Some(number))) => Ok(*number),
            other => bail!("{sql}: {other:?}"),
        }
    }

    /// The columns of a table that the engine computes by itself, and that no statement may write.
    pub(crate) async fn computed(&mut self, table: &str) -> Result<Vec<String>> {
        let sql = match self {
            Self::Sqlite(_) => {
                format!("select name from pragma_table_xinfo('{table}') where hidden in (2, 3)")
            }
            Self::Postgres(_) => format!(
                "select column_name::text from information_schema.columns
                where table_schema = current_schema() and table_name = '{table}' and is_generated = 'ALWAYS'"
            ),
        };
        let names = self.rows(&sql).await?.rows.into_iter().flatten();
        Ok(names.filter_map(|name| if let Cell::Text(name) = name { name } else { None }).collect())
    }

    /// Inserts rows with as few statements as the engine takes.
    pub(crate) async fn insert(
        &mut self,
        table: &str,
        columns: &[String],
        rows: &[Vec<Cell>],
        tail: &str,
    ) -> Result<()> {
        let quoted: Vec<_> = columns.iter().map(|column| format!("\"{column}\"")).collect();
        let head = format!("insert into {table} ({}) values ", quoted.join(", "));
        for some in rows.chunks((MOST_CELLS / columns.len().max(1)).max(1)) {
            let done = match self {
                Self::Sqlite(connection) => {
                    let marks = format!("({})", vec!["?"; columns.len()].join(","));
                    let sql = format!("{head}{} {tail}", vec![marks; some.len()].join(","));
                    let mut values = SqliteArguments::default();
                    for cell in some.iter().flatten() {
                        add_to_sqlite(&mut values, cell).map_err(anyhow::Error::from_boxed)?;
                    }
                    sqlx::query_with(AssertSqlSafe(sql), values).execute(connection).await.map(drop)
                }
                Self::Postgres(connection) => {
                    let sql = format!("{head}{} {tail}", numbered(some.len(), columns.len()));
                    let mut values = PgArguments::default();
                    for cell in some.iter().flatten() {
                        add_to_postgres(&mut values, cell).map_err(anyhow::Error::from_boxed)?;
                    }
                    sqlx::query_with(AssertSqlSafe(sql), values).execute(connection).await.map(drop)
                }
            };
            done.with_context(|| format!("rows into {table}"))?;
        }
        Ok(())
    }
}

fn numbered(rows: usize, width: usize) -> String {
    let row = |row: usize| {
        let marks: Vec<_> = (1..=width).map(|at| format!("${}", row * width + at)).collect();
        format!("({})", marks.join(","))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(",")
}

fn of_sqlite(row: &sqlx::sqlite::SqliteRow, at: usize) -> Result<Cell> {
    let value = row.try_get_raw(at)?;
    let kind = value.type_info().name().to_owned();
    Ok(match kind.as_str() {
        "NULL" => Cell::Text(None),
        "INTEGER" | "BOOLEAN" => Cell::Number(row.try_get(at)?),
        "REAL" => Cell::Real(row.try_get(at)?),
        "TEXT" => Cell::Text(row.try_get(at)?),
        "BLOB" => Cell::Bytes(row.try_get(at)?),
        other => bail!("a value of type {other}"),
    })
}

fn of_postgres(row: &sqlx::postgres::PgRow, at: usize) -> Result<Cell> {
    let kind = row.column(at).type_info().name().to_owned();
    Ok(match kind.as_str() {
        "BOOL" => Cell::Flag(row.try_get(at)?),
        "INT8" => Cell::Number(row.try_get(at)?),
        "INT4" => Cell::Short(row.try_get(at)?),
        "FLOAT8" => Cell::Real(row.try_get(at)?),
        "TEXT" | "VARCHAR" => Cell::Text(row.try_get(at)?),
        "BYTEA" => Cell::Bytes(row.try_get(at)?),
        "UUID" => Cell::Id(row.try_get(at)?),
        "TIMESTAMPTZ" => Cell::Time(row.try_get(at)?),
        "DATE" => Cell::Day(row.try_get(at)?),
        other => bail!("a column of type {other}"),
    })
}

fn add_to_sqlite(to: &mut SqliteArguments, cell: &Cell) -> Result<(), BoxDynError> {
    match cell {
        Cell::Flag(value) => to.add(*value),
        Cell::Number(value) => to.add(*value),
        Cell::Short(value) => to.add(*value),
        Cell::Real(value) => to.add(*value),
        Cell::Text(value) => to.add(value.clone()),
        Cell::Bytes(value) => to.add(value.clone()),
        Cell::Id(value) => to.add(*value),
        Cell::Time(value) => to.add(*value),
        Cell::Day(value) => to.add(*value),
    }
}

fn add_to_postgres(to: &mut PgArguments, cell: &Cell) -> Result<(), BoxDynError> {
    match cell {
        Cell::Flag(value) => to.add(*value),
        Cell::Number(value) => to.add(*value),
        Cell::Short(value) => to.add(*value),
        Cell::Real(value) => to.add(*value),
        Cell::Text(value) => to.add(value.as_deref()),
        Cell::Bytes(value) => to.add(value.as_deref()),
        Cell::Id(value) => to.add(*value),
        Cell::Time(value) => to.add(*value),
        Cell::Day(value) => to.add(*value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An empty file of SQLite, and the folder that it lies in.
    async fn empty() -> (tempfile::TempDir, Tables) {
        let folder = tempfile::tempdir().unwrap();
        let tables = Tables::of_phone(&folder.path().join("phone.db")).await.unwrap();
        (folder, tables)
    }

    #[tokio::test]
    async fn rows_are_the_same_after_being_written_again() {
        let (_folder, mut tables) = empty().await;
        let columns = "(\"from\" integer primary key, b text, c blob, d real, e text) strict";
        tables.run(&format!("create table one {columns}; create table two {columns}")).await.unwrap();
        tables
            .run("insert into one values (1, 'ұ', x'00ff', 0.5, null), (2, '', x'', 1.5, 'e')")
            .await
            .unwrap();
        let read = tables.rows("select * from one order by \"from\"").await.unwrap();
        assert_eq!(read.columns, ["from", "b", "c", "d", "e"]);
        assert_eq!(read.rows[0][4], Cell::Text(None));
        tables.insert("two", &read.columns, &read.rows, "").await.unwrap();
        let again = tables.rows("select * from two order by \"from\"").await.unwrap();
        assert_eq!(again.rows, read.rows);
        let more = "on conflict (\"from\") do update set b = 'again'";
        tables.insert("two", &read.columns, &read.rows, more).await.unwrap();
        assert_eq!(tables.number("select count(*) from two where b = 'again'").await.unwrap(), 2);
    }

    #[tokio::test]
    async fn what_the_engine_computes_is_known_and_left_out() {
        let (_folder, mut tables) = empty().await;
        let columns = "(a text, b text generated always as (a || a) virtual, c text as (a) stored, d text)";
        tables.run(&format!("create table one {columns}; insert into one values ('1', '2')")).await.unwrap();
        let computed = tables.computed("one").await.unwrap();
        assert_eq!(computed, ["b", "c"]);
        let written = tables.rows("select * from one").await.unwrap().without(&computed);
        assert_eq!(written.columns, ["a", "d"]);
        let text = |text: &str| Cell::Text(Some(text.to_owned()));
        assert_eq!(written.rows, [[text("1"), text("2")]]);
    }

    #[test]
    fn parameters_are_numbered_row_by_row() {
        assert_eq!(numbered(2, 3), "($1,$2,$3),($4,$5,$6)");
    }
}

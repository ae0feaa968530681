//! Every row of a store, written once and readable for ever: one text for both engines.

use std::{collections::BTreeMap, path::Path};

use chrono::{DateTime, Utc};
use kandas_fixtures::pg::{Database, fresh_database};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, PgPool, Row as _, SqlitePool, migrate::Migrator};
use tempfile::TempDir;

use crate::centre::Engine;

static SQLITE: Migrator = sqlx::migrate!("../migrations/server/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/server/postgres");

/// A store as it lay there.
#[derive(Serialize, Deserialize)]
pub struct Frozen {
    /// Its server's clock.
    pub time: DateTime<Utc>,
    /// The migrations it had run: number, checksum on SQLite, checksum on PostgreSQL.
    pub migrations: Vec<(i64, String, String)>,
    /// Files of the keys folder, b64.
    pub keys: BTreeMap<String, String>,
    #[serde(skip)]
    pub tables: Vec<Table>,
}

/// A table's rows.
#[derive(Serialize, Deserialize)]
pub struct Table {
    name: String,
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

/// A value as SQLite holds it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Cell {
    Null(()),
    Text(String),
    Integer { i: i64 },
    Real { r: String },
    Blob { x: String },
}

const FILE: &str = "store.ndjson.zst";

impl Frozen {
    pub fn read(folder: &Path) -> Self {
        let text = zstd::decode_all(std::fs::File::open(folder.join(FILE)).unwrap()).unwrap();
        let text = String::from_utf8(text).unwrap();
        let mut lines = text.lines();
        let mut frozen: Self = serde_json::from_str(lines.next().unwrap()).unwrap();
        frozen.tables = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
        frozen
    }

    pub fn write(&self, folder: &Path) {
        let mut text = serde_json::to_string(self).unwrap();
        for table in &self.tables {
            text.push('\n');
            text.push_str(&serde_json::to_string(table).unwrap());
        }
        std::fs::write(folder.join(FILE), zstd::encode_all(text.as_bytes(), 19).unwrap()).unwrap();
    }

    /// Everything in the SQLite store at `url`.
    pub async fn of(url: &str, time: DateTime<Utc>, keys: BTreeMap<String, String>) -> Self {
        let pool = SqlitePool::connect(url).await.unwrap();
        let names: Vec<String> = sqlx::query_scalar(
            "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'
             and name not like '\\_sqlx%' escape '\\' order by name",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        let mut tables = Vec::new();
        for name in names {
            let columns: Vec<String> =
                sqlx::query_scalar("select name from pragma_table_info($1) order by cid")
                    .bind(&name)
                    .fetch_all(&pool)
                    .await
                    .unwrap();
            let cells: Vec<String> = columns
                .iter()
                .map(|c| {
                    format!(
                        "typeof(\"{c}\"), case typeof(\"{c}\") when 'blob' then lower(hex(\"{c}\"))
                         when 'real' then printf('%!.17g', \"{c}\") else cast(\"{c}\" as text) end"
                    )
                })
                .collect();
            let sql = format!("select {} from {name}", cells.join(", "));
            let found = sqlx::query(AssertSqlSafe(sql)).fetch_all(&pool).await.unwrap();
            let rows = found.iter().map(|row| {
                let cell = |at: usize| {
                    let text: Option<String> = row.get(2 * at + 1);
                    match (row.get::<String, _>(2 * at).as_str(), text) {
                        (_, None) => Cell::Null(()),
                        ("blob", Some(x)) => Cell::Blob { x },
                        ("real", Some(r)) => Cell::Real { r },
                        ("integer", Some(i)) => Cell::Integer { i: i.parse().unwrap() },
                        (_, Some(text)) => Cell::Text(text),
                    }
                };
                (0..columns.len()).map(cell).collect()
            });
            tables.push(Table { name, rows: rows.collect(), columns });
        }
        pool.close().await;
        let sums = |migrator: &Migrator| -> BTreeMap<i64, String> {
            migrator.iter().map(|m| (m.version, hex::encode(&*m.checksum))).collect()
        };
        let (sqlite, postgres) = (sums(&SQLITE), sums(&POSTGRES));
        let migrations = sqlite.iter().map(|(v, sum)| (*v, sum.clone(), postgres[v].clone())).collect();
        Self { time, migrations, keys, tables }
    }

    /// A database as the migrations of then made it, with these rows; today's migrations have not run.
    pub async fn put(&self, engine: Engine) -> (String, Option<Database>, TempDir) {
        let home = tempfile::tempdir().unwrap();
        match engine {
            Engine::Sqlite => {
                let url = format!("sqlite:{}", home.path().join("store.db").display());
                let pool = SqlitePool::connect(&format!("{url}?mode=rwc")).await.unwrap();
                self.migrations_of_then(&SQLITE, |m| &m.1).run(&pool).await.unwrap();
                let mut conn = pool.acquire().await.unwrap();
                sqlx::raw_sql("pragma foreign_keys = off").execute(&mut *conn).await.unwrap();
                for table in &self.tables {
                    for sql in table.statements(|_, cell| cell.for_sqlite()) {
                        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *conn).await.unwrap();
                    }
                }
                drop(conn);
                pool.close().await;
                (url, None, home)
            }
            Engine::Postgres => {
                let database = tokio::task::spawn_blocking(fresh_database).await.unwrap().unwrap();
                let pool = PgPool::connect(database.url()).await.unwrap();
                self.migrations_of_then(&POSTGRES, |m| &m.2).run(&pool).await.unwrap();
                let mut conn = pool.acquire().await.unwrap();
                sqlx::raw_sql("set session_replication_role = replica").execute(&mut *conn).await.unwrap();
                for table in &self.tables {
                    let types: Vec<(String, String)> = sqlx::query_as(
                        "select column_name::text, udt_name::text from information_schema.columns
                         where table_name = $1 and table_schema = 'public'",
                    )
                    .bind(&table.name)
                    .fetch_all(&mut *conn)
                    .await
                    .unwrap();
                    let types: BTreeMap<String, String> = types.into_iter().collect();
                    for sql in table.statements(|column, cell| cell.for_postgres(&types[column])) {
                        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *conn).await.unwrap();
                    }
                }
                drop(conn);
                pool.close().await;
                (database.url().to_owned(), Some(database), home)
            }
        }
    }

    /// The migrations that had run. A released one has not changed by a letter.
    fn migrations_of_then(
        &self,
        today: &Migrator,
        sum: impl Fn(&(i64, String, String)) -> &String,
    ) -> Migrator {
        let mut then = Vec::new();
        for known in &self.migrations {
            let migration = today.iter().find(|m| m.version == known.0).expect("no migration is taken away");
            assert_eq!(
                &hex::encode(&*migration.checksum),
                sum(known),
                "migration {} was changed; a released one never is (see the head of golden.rs)",
                known.0
            );
            then.push(migration.clone());
        }
        Migrator::with_migrations(then)
    }
}

impl Table {
    /// What empties the table and writes its rows.
    fn statements(&self, literal: impl Fn(&str, &Cell) -> String) -> Vec<String> {
        let mut all = vec![format!("delete from {}", self.name)];
        let columns: Vec<String> = self.columns.iter().map(|column| format!("\"{column}\"")).collect();
        for rows in self.rows.chunks(200) {
            let rows: Vec<String> = rows
                .iter()
                .map(|row| {
                    let cells = self.columns.iter().zip(row).map(|(column, cell)| literal(column, cell));
                    format!("({})", cells.collect::<Vec<_>>().join(", "))
                })
                .collect();
            all.push(format!(
                "insert into {} ({}) values {}",
                self.name,
                columns.join(", "),
                rows.join(", ")
            ));
        }
        all
    }
}

impl Cell {
    fn for_sqlite(&self) -> String {
        match self {
            Cell::Null(()) => "null".into(),
            Cell::Text(text) => quoted(text),
            Cell::Integer { i } => i.to_string(),
            Cell::Real { r } => r.clone(),
            Cell::Blob { x } => format!("x'{x}'"),
        }
    }

    fn for_postgres(&self, kind: &str) -> String {
        match self {
            Cell::Null(()) => "null".into(),
            Cell::Text(text) => quoted(text),
            Cell::Integer { i } if kind == "bool" => (*i != 0).to_string(),
            Cell::Integer { i } => i.to_string(),
            Cell::Real { r } => r.clone(),
            Cell::Blob { x } if kind == "uuid" => format!("'{x}'"),
            Cell::Blob { x } => format!("'\\x{x}'"),
        }
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

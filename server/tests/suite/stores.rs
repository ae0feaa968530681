//! Fresh stores on either engine, with hands on clock and chance.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use chrono::{DateTime, Utc};
use kandas_fixtures::{pg, s3::S3};
use kandas_server::{
    all,
    chance::{Chance, SeededChance},
    exec,
    facts::{Event, Opened},
    journal::{self, Fact},
    keys::RingSigner,
    store::{Engine, Store, Tx, sqlx::AssertSqlSafe},
};
use kandas_shared::{hash::Epoch, jws::Signer as _, time::Clock};

/// A clock that stands until it is moved.
pub struct HandClock(Mutex<DateTime<Utc>>);

impl HandClock {
    pub fn at(time: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new(time.parse().unwrap())))
    }
    pub fn set(&self, time: &str) {
        *self.0.lock().unwrap() = time.parse().unwrap();
    }
}

impl Clock for HandClock {
    fn wall(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
    fn boot(&self) -> (String, u64) {
        ("test".into(), 0)
    }
}

/// A store that was initialised at noon of 23 November 2026.
pub struct World {
    pub store: Store,
    pub url: String,
    pub clock: Arc<HandClock>,
    pub chance: Arc<dyn Chance>,
    pub signer: Arc<RingSigner>,
    /// Where media lie, if not in a folder.
    pub s3: Option<S3>,
    pub(crate) _keep: Keep,
}

#[expect(dead_code, reason = "held for their drop")]
pub(crate) enum Keep {
    Folder(tempfile::TempDir),
    Database(pg::Database),
}

impl World {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file: PathBuf = folder.path().join("store.db");
        Self::open(format!("sqlite:{}", file.display()), Keep::Folder(folder)).await
    }

    pub async fn postgres() -> Self {
        let database = tokio::task::spawn_blocking(|| pg::fresh_database().unwrap()).await.unwrap();
        Self::open(database.url().to_owned(), Keep::Database(database)).await
    }

    async fn open(url: String, keep: Keep) -> Self {
        let store = Store::open(&url).await.unwrap();
        let signer = Arc::new(RingSigner::from_pkcs8(&RingSigner::generate().unwrap()).unwrap());
        let clock = HandClock::at("2026-11-23T07:00:00Z");
        let chance = Arc::new(SeededChance::new(1));
        let world = Self { store, url, clock, chance, signer, s3: None, _keep: keep };
        let epoch = Epoch([7; 16]);
        world
            .append([Fact::by_system(Event::JournalOpened(Opened {
                epoch,
                server_key: world.signer.public_key(),
            }))])
            .await;
        world
    }

    /// On SQLite, with media in a bucket.
    pub async fn sqlite_s3() -> Self {
        Self { s3: Some(S3::start().await.unwrap()), ..Self::sqlite().await }
    }

    /// On PostgreSQL, with media in a bucket.
    pub async fn postgres_s3() -> Self {
        Self { s3: Some(S3::start().await.unwrap()), ..Self::postgres().await }
    }

    pub async fn append(&self, facts: impl IntoIterator<Item = Fact>) -> Vec<u64> {
        let mut tx = self.store.write().await.unwrap();
        let facts = facts.into_iter().collect();
        let positions = journal::append(&mut tx, &*self.chance, self.clock.wall(), facts).await.unwrap();
        tx.commit().await.unwrap();
        positions
    }
}

/// What a store holds, as text.
impl World {
    /// Every row of a table, in order.
    pub async fn dump(&self, table: &str) -> Vec<String> {
        let mut tx = self.store.read().await.unwrap();
        let sql = match tx.engine() {
            Engine::Postgres => format!("select t::text from {table} t"),
            Engine::Sqlite => {
                let columns =
                    all!(&mut tx, (String,), "select name from pragma_table_info($1) order by cid", table);
                let cells: Vec<_> =
                    columns.await.unwrap().into_iter().map(|(c,)| format!("quote(\"{c}\")")).collect();
                format!("select {} from {table}", cells.join(" || ',' || "))
            }
        };
        let rows = all!(&mut tx, (String,), AssertSqlSafe(sql)).await.unwrap();
        let mut rows: Vec<_> = rows.into_iter().map(|(row,)| row).collect();
        rows.sort();
        rows
    }

    /// Deletes every row of a table.
    pub async fn empty(&self, tx: &mut Tx, table: &str) {
        exec!(tx, AssertSqlSafe(format!("delete from {table}"))).await.unwrap();
    }

    /// The schema: every table, column, index and constraint.
    pub async fn schema(&self) -> Vec<String> {
        let mut tx = self.store.read().await.unwrap();
        let sql = match tx.engine() {
            Engine::Sqlite => {
                "select coalesce(sql, name) from sqlite_master where name not like '_sqlx%' and name not like 'sqlite_%'"
            }
            Engine::Postgres => {
                "select table_name || '.' || column_name || ' ' || data_type || ' ' || coalesce(collation_name, '-')
                   || ' ' || is_nullable || ' ' || coalesce(column_default, '-')
                 from information_schema.columns where table_schema = 'public' and table_name not like '\\_sqlx%'
                 union all select indexdef from pg_indexes where schemaname = 'public' and tablename not like '\\_sqlx%'
                 union all select conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint
                   where connamespace = 'public'::regnamespace and conrelid::regclass::text not like '\\_sqlx%'"
            }
        };
        let mut rows: Vec<String> =
            all!(&mut tx, (String,), sql).await.unwrap().into_iter().map(|(row,)| row).collect();
        rows.sort();
        rows
    }

    /// Table and column names.
    pub async fn columns(&self) -> BTreeSet<(String, String)> {
        let mut tx = self.store.read().await.unwrap();
        let sql = match tx.engine() {
            Engine::Sqlite => {
                "select m.name, c.name from sqlite_master m join pragma_table_xinfo(m.name) c
                 where m.type = 'table' and m.name not like '_sqlx%'"
            }
            Engine::Postgres => {
                "select table_name::text, column_name::text from information_schema.columns
                 where table_schema = 'public' and table_name not like '\\_sqlx%'"
            }
        };
        all!(&mut tx, (String, String), sql).await.unwrap().into_iter().collect()
    }
}

/// Makes tests out of one that takes a [`World`] or a `House`: `on_each! { engine, World; … }` one for each engine,
/// `on_each! { place, World; … }` once more for each with media in a bucket.
macro_rules! on_each {
    (engine, $home:ident; $($tests:tt)+) => {
        crate::stores::on_each! { @all $home [sqlite postgres] $($tests)+ }
    };
    (place, $home:ident; $($tests:tt)+) => {
        crate::stores::on_each! { @all $home [sqlite postgres sqlite_s3 postgres_s3] $($tests)+ }
    };
    (@all $home:ident $places:tt
        $($(#[$meta:meta])* async fn $name:ident($given:ident) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "a test may need nothing of its module")]
            use super::*;

            crate::stores::on_each! { @one $home $places [$(#[$meta])*] }

            async fn run($given: $home) $body
        }
    )+};
    (@one $home:ident [$($place:ident)+] $metas:tt) => {$(
        crate::stores::on_each! { @test $home $place $metas }
    )+};
    (@test $home:ident $place:ident [$($metas:tt)*]) => {
        $($metas)*
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $place() {
            run($home::$place().await).await;
        }
    };
}
pub(crate) use on_each;

//! Fresh stores on either engine, with hands on clock and chance.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use chrono::{DateTime, Utc};
use kandas_fixtures::pg;
use kandas_server::{
    chance::{Chance, SeededChance},
    facts::{Event, Opened},
    journal::{self, Fact},
    keys::RingSigner,
    store::Store,
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
    _keep: Keep,
}

#[expect(dead_code, reason = "held for their drop")]
enum Keep {
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
        let world = Self { store, url, clock, chance: Arc::new(SeededChance::new(1)), signer, _keep: keep };
        let epoch = Epoch([7; 16]);
        world
            .append([Fact::by_system(Event::JournalOpened(Opened {
                epoch,
                server_key: world.signer.public_key(),
            }))])
            .await;
        world
    }

    pub async fn append(&self, facts: impl IntoIterator<Item = Fact>) -> Vec<u64> {
        let mut tx = self.store.write().await.unwrap();
        let facts = facts.into_iter().collect();
        let positions = journal::append(&mut tx, &*self.chance, self.clock.wall(), facts).await.unwrap();
        tx.commit().await.unwrap();
        positions
    }
}

/// Makes one test for each engine out of a test that takes a [`World`].
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "a test may need nothing of its module")]
            use super::*;

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run(crate::stores::World::sqlite().await).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                run(crate::stores::World::postgres().await).await;
            }

            async fn run($world: crate::stores::World) $body
        }
    )+};
}
pub(crate) use on_both_engines;

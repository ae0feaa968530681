//! A central store with a synthetic district, listening on a free port of 127.0.0.1 behind a proxy.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use chrono::{NaiveDate, TimeDelta};
use kandas_fixtures::{
    district::{District, Outline},
    pg::{Database, fresh_database},
    proxy::Proxy,
};
use kandas_server::{
    backup,
    chance::{Chance, SystemChance},
    clock::SystemClock,
    config::{Config, Transport},
    devices::{self, Deciding},
    evidence::call::{CallError, call},
    facts::{Event, Setting},
    import::import,
    init::init,
    journal::{self, Fact},
    keys::Keys,
    limits::Limits,
    rotate::rotate,
    serve::{Running, Speech},
    state::AppState,
    store::Store,
    verify::{Media, verify},
};
use kandas_shared::{
    enrol::Invitation,
    ids::{DeviceId, EvidenceId, UserId},
    order::OrderKind,
    time::Clock,
    wire::PhoneSettings,
};
use tempfile::TempDir;

/// Which database stands behind the server.
#[derive(Clone, Copy, Debug)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A running server and what it was made with.
pub struct Centre {
    pub district: District,
    pub keys: Arc<Keys>,
    pub config: Config,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    /// From the next start on.
    pub limits: Limits,
    running: Option<Running>,
    database: Option<Database>,
    folder: TempDir,
}

impl Centre {
    pub async fn open(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(tokio::task::spawn_blocking(fresh_database).await.unwrap().unwrap()),
        };
        let url = database.as_ref().map(|database| database.url().to_owned());
        let public = Some("https://127.0.0.1:8443".to_owned());
        let mut config = Config::for_data(folder.path().join("centre"), url, public).unwrap();
        config.listen = "127.0.0.1:0".parse().unwrap();
        config.transport = Transport::SelfSigned;
        config.disk_reserve = 0;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let chance: Arc<dyn Chance> = Arc::new(SystemChance);
        let recovery: PathBuf = folder.path().join("recovery.key");
        init(&config, &[], &recovery, clock.wall(), &*chance).await.unwrap();
        let keys = Arc::new(Keys::open(&config.keys_dir()).unwrap());
        let outline = Outline { families: 8, today: day(), ..Outline::default() };
        let district = outline.district();
        let store = Store::open(&config.database).await.unwrap();
        import(&store, &district.to_json(), clock.wall(), &*chance, false, &mut |_, _| {}).await.unwrap();
        store.close().await;
        let limits = Limits { disk_reserve: 0, ..Limits::default() };
        let mut centre =
            Self { district, keys, config, clock, chance, limits, running: None, database, folder };
        centre.start().await;
        centre
    }

    pub async fn start(&mut self) {
        let store = Store::open(&self.config.database).await.unwrap();
        let limits = self.limits.clone();
        let state = AppState::new(
            store,
            Arc::clone(&self.keys),
            Arc::clone(&self.clock),
            Arc::clone(&self.chance),
            limits,
            &self.config.media_dir(),
            &self.config.staging_dir(),
        )
        .unwrap();
        state.offers.look_in(self.config.data.join("app"));
        let speech = Speech::self_signed(&self.keys).unwrap();
        self.running = Some(Running::start(state, self.config.listen, speech).await.unwrap());
    }

    pub async fn stop(&mut self) {
        self.running.take().unwrap().stop().await.unwrap();
    }

    pub fn address(&self) -> std::net::SocketAddr {
        self.running.as_ref().unwrap().address()
    }

    pub fn state(&self) -> AppState {
        self.running.as_ref().unwrap().state().clone()
    }

    /// The same server at one more address where it speaks plain http, for programs that are not ours. Not to be
    /// stopped by itself: it ends with the test.
    pub async fn plain_door(&self) -> Running {
        Running::start(self.state(), "127.0.0.1:0".parse().unwrap(), Speech::Plain).await.unwrap()
    }

    pub fn store(&self) -> Store {
        self.running.as_ref().unwrap().state().store.clone()
    }

    /// Makes a back-up of the running store, keys included.
    pub async fn back_up(&self, to: &Path) {
        let choice = backup::Choice { keys: true, copy_media: true };
        let now = self.clock.wall();
        backup::backup(&self.config, &self.store(), to, choice, now, &mut |_, _| {}).await.unwrap();
    }

    /// The machine is lost: the server goes on from a back-up, in another folder and another database.
    pub async fn restore(&mut self, from: &Path) {
        self.restore_into(from, "restored").await;
    }

    /// As [`Centre::restore`], into a data folder of that name.
    pub async fn restore_into(&mut self, from: &Path, name: &str) {
        self.stop().await;
        let erased = self.config.erased_list();
        let database = match &self.database {
            None => None,
            Some(_) => Some(tokio::task::spawn_blocking(fresh_database).await.unwrap().unwrap()),
        };
        let url = database.as_ref().map(|database| database.url().to_owned());
        let public = Some(self.config.public_url.clone());
        let mut config = Config::for_data(self.folder.path().join(name), url, public).unwrap();
        config.listen = self.config.listen;
        config.transport = Transport::SelfSigned;
        config.disk_reserve = 0;
        let now = self.clock.wall();
        backup::restore(&config, from, &erased, now, &*self.chance, &mut |_, _| {}).await.unwrap();
        self.keys = Arc::new(Keys::open(&config.keys_dir()).unwrap());
        (self.config, self.database) = (config, database);
        self.start().await;
    }

    /// The command line changes the signing key beside the serving process, which follows by itself.
    pub async fn rotate(&self) {
        let mut keys = Keys::open(&self.config.keys_dir()).unwrap();
        let (_, new) = rotate(&self.store(), &mut keys, self.clock.wall(), &*self.chance).await.unwrap();
        for _ in 0..300 {
            if self.keys.public_key().kid() == new {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the serving process goes on with the old key");
    }

    /// A supervisor calls for the camera's own file.
    pub async fn call_original(&self, evidence: EvidenceId) -> Result<UserId, CallError> {
        let store = self.store();
        let mut tx = store.write().await.unwrap();
        let reason = "белгіні анық көру керек";
        let called = call(&mut tx, self.clock.wall(), &*self.chance, evidence, reason, None).await?;
        tx.commit().await.unwrap();
        Ok(called)
    }

    /// The server stops and its database is copied as it lies there: as a snapshot of the machine's disk would be.
    pub async fn snapshot(&mut self) -> Snapshot {
        self.halt().await;
        let snapshot = match &self.database {
            None => {
                let file = self.database_file();
                let copy = self.folder.path().join("snapshot.db");
                std::fs::copy(&file, &copy).unwrap();
                // A connection that is still closing may have left the log beside it.
                let wal = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
                if wal(&file).exists() {
                    std::fs::copy(wal(&file), wal(&copy)).unwrap();
                }
                Snapshot::File(copy)
            }
            Some(database) => Snapshot::Database(database.copy().unwrap()),
        };
        self.start().await;
        snapshot
    }

    /// The machine's disk goes back to a snapshot, and nobody tells the server: the epoch stays what it was.
    pub async fn roll_back(&mut self, to: Snapshot) {
        self.halt().await;
        match to {
            // The copy takes the file's place under its own name: whoever still closes the old one cannot write into it.
            Snapshot::File(copy) => {
                let file = self.database_file();
                self.config.database =
                    self.config.database.replace(&*file.to_string_lossy(), &copy.to_string_lossy());
            }
            Snapshot::Database(database) => {
                self.config.database = database.url().to_owned();
                self.database = Some(database);
            }
        }
        self.start().await;
    }

    async fn halt(&mut self) {
        let store = self.store();
        self.stop().await;
        store.close().await;
    }

    fn database_file(&self) -> PathBuf {
        let path = self.config.database.strip_prefix("sqlite:").unwrap();
        PathBuf::from(path.split('?').next().unwrap())
    }

    /// A network of its own to this server.
    pub async fn line(&self) -> Proxy {
        Proxy::start(self.running.as_ref().unwrap().address()).await.unwrap()
    }

    /// What the QR of an enrolment says; the way leads through `line`.
    pub async fn invite(&self, login: &str, line: &Proxy) -> Invitation {
        let store = self.store();
        let mut tx = store.write().await.unwrap();
        let (now, valid) = (self.clock.wall(), TimeDelta::days(3));
        let code = devices::make_code(&mut tx, now, &*self.chance, login, valid, None).await.unwrap();
        tx.commit().await.unwrap();
        let invitation = devices::invitation(&self.config, &self.keys, code, now);
        Invitation { url: format!("https://{}", line.address()), ..invitation }
    }

    /// The private half of the organisation's recovery key: on a stick in a safe.
    pub fn recovery_key(&self) -> PathBuf {
        self.folder.path().join("recovery.key")
    }

    /// Facts of the office.
    pub async fn append(&self, events: impl IntoIterator<Item = Event>) {
        let store = self.store();
        let mut tx = store.write().await.unwrap();
        let facts = events.into_iter().map(Fact::by_system).collect();
        journal::append(&mut tx, &*self.chance, self.clock.wall(), facts).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// What the organisation tells its phones with their next token.
    pub async fn tell_phones(&self, settings: &PhoneSettings) {
        let value = serde_json::to_string(settings).unwrap();
        self.append([Event::SettingSet(Setting::new("phone", value))]).await;
    }

    /// What the centre does by itself within its first minute: plans move to where what is recorded has brought them.
    pub async fn settle(&self) {
        let state = self.state();
        state.plans.follow(&state.store, state.chance.as_ref(), self.clock.wall()).await.unwrap();
    }

    /// Nothing is wrong with the store, down to the bytes of every file.
    pub async fn assert_sound(&self) {
        let report = verify(&self.config, &self.store(), Media::Hashes, &mut |_, _, _| {}).await.unwrap();
        assert!(report.is_sound(), "{:#?}", report.faults);
    }

    pub async fn order(&self, device: DeviceId, kind: OrderKind) {
        let store = self.store();
        let mut tx = store.write().await.unwrap();
        let now = self.clock.wall();
        let ends = now + TimeDelta::days(1);
        let of = Deciding::by_operator(now);
        devices::order(&mut tx, &*self.chance, &self.keys, of, device, kind, ends).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// One number out of the server's tables.
    pub async fn count(&self, sql: &str) -> i64 {
        if self.config.database.starts_with("postgres") {
            let pool = sqlx::PgPool::connect(&self.config.database).await.unwrap();
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&pool).await.unwrap()
        } else {
            let pool = sqlx::SqlitePool::connect(&self.config.database).await.unwrap();
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&pool).await.unwrap()
        }
    }
}

/// A database as it once lay on the disk.
pub enum Snapshot {
    File(PathBuf),
    Database(Database),
}

/// The day everything happens on.
pub fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 9, 14).unwrap()
}

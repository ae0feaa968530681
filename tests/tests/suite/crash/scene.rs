//! A store and a home, made once and copied for every death.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::TimeDelta;
use futures_util::{StreamExt as _, stream};
use kandas_app::{
    app::{App, AppError},
    ledger::{LedgerItem, LedgerState},
    platform::Platform,
};
use kandas_fixtures::{
    district::{District, Outline},
    media::{CameraSet, camera_folder},
    pg::{Database, fresh_database},
};
use kandas_server::{
    chance::SystemChance,
    clock::SystemClock,
    config::Config,
    devices::{self, Deciding},
    import::import,
    init::init,
    keys::Keys,
    store::Store,
};
use kandas_shared::{
    evidence::Part,
    ids::{ActivityId, DeviceId},
    order::OrderKind,
    time::Clock as _,
};
use tempfile::TempDir;

use super::programs::{Serving, done, field, server};
use crate::{
    centre::{Engine, day},
    worker::{copy_folder, simple_activities},
};

/// How many deaths are under way at once: a server that was killed keeps its uploads for the seconds of a lease.
const AT_ONCE: usize = 4;

/// A data folder `data`, a home `home`, and whatever else a test lays beside them.
pub struct Scene {
    pub folder: TempDir,
    pub config: Config,
    pub district: District,
    database: Option<Database>,
}

/// The login of whoever works in these scenes.
pub const LOGIN: &str = "test.worker.1.1";

impl Scene {
    /// Nothing is there yet.
    pub async fn bare(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = fresh(engine).await;
        let config = config(folder.path().join("data"), database.as_ref());
        let district = Outline { families: 4, workers: 1, today: day(), ..Outline::default() }.district();
        Self { folder, config, district, database }
    }

    /// A store with a district.
    pub async fn with_store(engine: Engine) -> Self {
        let scene = Self::bare(engine).await;
        let (clock, chance) = (SystemClock::new(), SystemChance);
        let recovery = scene.folder.path().join("recovery.txt");
        init(&scene.config, &[], &recovery, clock.wall(), &chance).await.unwrap();
        let store = scene.store().await;
        let text = scene.district.to_json();
        import(&store, &text, clock.wall(), &chance, false, &mut |_, _| {}).await.unwrap();
        store.close().await;
        scene
    }

    /// A store and an enrolled phone that knows its families.
    pub async fn with_phone(engine: Engine) -> Self {
        let scene = Self::with_store(engine).await;
        let serving = Serving::start(&scene.config).await;
        let link = invite(&scene.config, &serving.url).await;
        done(field(&scene.home(), ["enrol", &link])).await;
        done(field(&scene.home(), ["sync"])).await;
        serving.kill().await;
        scene
    }

    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub async fn store(&self) -> Store {
        Store::open(&self.config.database).await.unwrap()
    }

    /// A store and an enrolled phone with a sealed completion that has a photo, and has not been sent.
    pub async fn with_work(engine: Engine) -> Self {
        let scene = Self::with_phone(engine).await;
        done(field(&scene.home(), complete(scene.activity().await, &scene.photo()))).await;
        scene
    }

    /// The server runs, and the phone delivers everything it has.
    pub async fn deliver(&self) {
        let serving = Serving::start(&self.config).await;
        move_to(&self.home(), &serving).await;
        done(field(&self.home(), ["sync", "--until-done"])).await;
        serving.kill().await;
    }

    /// Fifteen days have gone by since the phone delivered: its copies leave it with the next pull.
    pub async fn grows_old(&self) {
        let app = open(self.home()).await;
        let mut conn = app.store().conn().await.unwrap();
        let older =
            "update file set delivered_at = strftime('%Y-%m-%dT%H:%M:%f+00:00', delivered_at, '-15 days')
                     where delivered_at is not null";
        assert!(sqlx::query(older).execute(&mut *conn).await.unwrap().rows_affected() > 0);
        drop(conn);
        app.close().await;
    }

    /// A photo wide enough for a smaller copy to travel beside the camera's own file.
    pub fn photo(&self) -> PathBuf {
        let folder = self.folder.path().join("camera");
        let set = CameraSet {
            photos: 1,
            photo_width: 2_200,
            bad_files: false,
            videos: 0,
            documents: 0,
            day: day(),
            ..CameraSet::default()
        };
        camera_folder(&folder, &set).unwrap().remove(0).path
    }

    /// A video that takes two pieces to send, however good the line is.
    pub fn video(&self) -> PathBuf {
        let folder = self.folder.path().join("film");
        let set = CameraSet {
            photos: 0,
            videos: 1,
            video_size: 5_000_000,
            bad_files: false,
            documents: 0,
            day: day(),
            ..CameraSet::default()
        };
        camera_folder(&folder, &set).unwrap().remove(0).path
    }

    /// An activity of the phone that a photo and a reason suffice for.
    pub async fn activity(&self) -> ActivityId {
        let app = open(self.home()).await;
        let activity = simple_activities(&app).await[0].1;
        app.close().await;
        activity
    }

    /// The copies, one for each point; each is died in and then finished.
    pub async fn dies_at_each<F: Future<Output = ()>>(
        &self,
        points: &[&'static str],
        live: impl Fn(Trial, &'static str) -> F,
    ) {
        let lives = points.iter().map(|point| async {
            let trial = self.copy().await;
            live(trial, point).await;
        });
        stream::iter(lives).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
    }

    /// A copy of everything. Nobody may work on it.
    pub async fn copy(&self) -> Trial {
        self.copy_into(tempfile::tempdir().unwrap()).await
    }

    /// A copy of everything in a folder that is there already.
    pub async fn copy_into(&self, folder: TempDir) -> Trial {
        copy_folder(self.folder.path(), folder.path());
        // Only the copying itself blocks; the value is dropped where the trial is.
        let copy_of = |database: &Database| tokio::task::block_in_place(|| database.copy().unwrap());
        let database = self.database.as_ref().map(copy_of);
        let config = config(folder.path().join("data"), database.as_ref());
        Trial { folder, config, database }
    }
}

/// One copy.
pub struct Trial {
    pub folder: TempDir,
    pub config: Config,
    database: Option<Database>,
}

impl Trial {
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// An empty place for a store on the same engine.
    pub async fn elsewhere(&self, name: &str) -> (Config, Option<Database>) {
        let engine = if self.database.is_some() { Engine::Postgres } else { Engine::Sqlite };
        let database = fresh(engine).await;
        (config(self.path(name), database.as_ref()), database)
    }

    /// Starts the server and tells the phone where it is now.
    pub async fn serve(&self) -> Serving {
        let serving = Serving::start(&self.config).await;
        self.move_to(&serving).await;
        serving
    }

    /// As [`Trial::serve`], until the server comes by a point.
    pub async fn serve_until(&self, point: &str) -> Serving {
        let serving = Serving::until(&self.config, point).await;
        self.move_to(&serving).await;
        serving
    }

    pub async fn move_to(&self, serving: &Serving) {
        move_to(&self.home(), serving).await;
    }

    /// One number out of the server's tables.
    pub async fn count(&self, sql: &str) -> i64 {
        count(&self.config, sql).await
    }

    /// `kandas-server verify --hashes` finds nothing.
    pub async fn verify(&self) {
        verify(&self.config).await;
    }

    /// Phone and server agree, the server ends, and its store is sound.
    pub async fn ends_well(&self, serving: Serving, records: usize) {
        self.agree(records).await;
        serving.kill().await;
        self.verify().await;
    }

    /// What the phone has arrives; then all [`ends well`](Trial::ends_well).
    pub async fn delivers(&self, serving: Serving, records: usize) {
        done(field(&self.home(), ["sync", "--until-done"])).await;
        self.ends_well(serving, records).await;
    }

    /// Phone and server agree on every record and every file; each is there once and nothing waits.
    pub async fn agree(&self, records: usize) {
        let app = open(self.home()).await;
        let ledger = app.ledger().await.unwrap();
        assert_eq!(ledger.len(), records, "{ledger:#?}");
        let mut files = 0;
        for item in &ledger {
            assert_eq!(item.state, LedgerState::Delivered, "{item:#?}");
            let hash = hex::encode_upper(item.hash.0);
            let same = match self.database {
                None => format!("select count(*) from record where hex(hash) = '{hash}'"),
                Some(_) => format!("select count(*) from record where upper(encode(hash, 'hex')) = '{hash}'"),
            };
            assert_eq!(self.count(&same).await, 1);
            files += item.files.iter().filter(|file| file.part != Part::Original).count();
        }
        let waiting = app.waiting().await.unwrap();
        assert_eq!((waiting.records, waiting.files), (0, 0));
        assert_eq!(app.orphans().await.unwrap(), []);
        app.close().await;
        assert_eq!(self.count("select count(*) from record").await, records as i64);
        assert_eq!(self.count("select count(*) from record where verdict = 'held'").await, 0);
        assert_eq!(
            self.count("select count(*) from evidence_file where state = 'received'").await,
            files as i64
        );
        let facts = "select count(*) from journal where kind = 'evidence.received'";
        assert_eq!(self.count(facts).await, files as i64, "each entered custody once");
        assert_eq!(self.count("select count(*) from chain_gap").await, 0);
    }
}

/// The phone, if there is one, learns where the server is now.
async fn move_to(home: &Path, serving: &Serving) {
    let store = home.join("store.db");
    if !store.exists() {
        return;
    }
    let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", store.display())).await.unwrap();
    let moved = sqlx::query("update home set value = $1 where key = 'server_url'").bind(&serving.url);
    moved.execute(&pool).await.unwrap();
    pool.close().await;
}

/// One number out of a server's tables.
pub async fn count(config: &Config, sql: &str) -> i64 {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    if config.database.starts_with("postgres") {
        let pool = sqlx::PgPool::connect(&config.database).await.unwrap();
        let count = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
        pool.close().await;
        return count;
    }
    let pool = sqlx::SqlitePool::connect(&config.database).await.unwrap();
    let count = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
    pool.close().await;
    count
}

/// `kandas-server verify --hashes` finds nothing.
pub async fn verify(config: &Config) {
    let report = done(server(config, ["verify", "--hashes"])).await;
    assert_eq!(report["sound"], true, "{report:#}");
    assert_eq!(report["remarks"], serde_json::json!([]), "{report:#}");
}

/// The phone, opened in this process.
pub async fn open(home: PathBuf) -> App {
    for _ in 0..200 {
        match App::open(&home, Platform::system(&home)).await {
            // A process that another test is just starting holds every lock of this one until it is itself.
            Err(AppError::InUse { .. }) => tokio::time::sleep(Duration::from_millis(10)).await,
            opened => return opened.unwrap(),
        }
    }
    panic!("{} stays in use", home.display());
}

pub async fn ledger(home: PathBuf) -> Vec<LedgerItem> {
    let app = open(home).await;
    let ledger = app.ledger().await.unwrap();
    app.close().await;
    ledger
}

/// What `kandas-field complete` is told.
pub fn complete(activity: ActivityId, photo: &Path) -> Vec<String> {
    let day = day().to_string();
    let words = [
        "complete",
        &activity.to_string(),
        "--photo",
        &photo.display().to_string(),
        "--position",
        "53.2,63.6",
        "--no-video",
        "nothing_to_film",
        "--consent",
        "given",
        "--consent-reason",
        "бланк",
        "--done-on",
        &day,
    ];
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A phone with a photo and a video to deliver.
pub async fn with_film(engine: Engine) -> Scene {
    let scene = Scene::with_phone(engine).await;
    let mut words = complete(scene.activity().await, &scene.photo());
    let at = words.iter().position(|word| word == "--no-video").unwrap();
    words.splice(at..at + 2, ["--video".to_owned(), scene.video().display().to_string()]);
    done(field(&scene.home(), words)).await;
    scene
}

/// The link with which the worker enrols a phone.
pub async fn invite(config: &Config, url: &str) -> String {
    let store = Store::open(&config.database).await.unwrap();
    let (now, valid) = (SystemClock::new().wall(), TimeDelta::days(3));
    let mut tx = store.write().await.unwrap();
    let code = devices::make_code(&mut tx, now, &SystemChance, LOGIN, valid, None).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    let config = Config { public_url: url.to_owned(), ..config.clone() };
    devices::invitation(&config, &Keys::open(&config.keys_dir()).unwrap(), code, now).to_link()
}

/// The phone is ordered to wipe itself.
pub async fn order(config: &Config, device: DeviceId, kind: OrderKind) {
    let store = Store::open(&config.database).await.unwrap();
    let now = SystemClock::new().wall();
    let (keys, ends) = (Keys::open(&config.keys_dir()).unwrap(), now + TimeDelta::days(1));
    let mut tx = store.write().await.unwrap();
    let of = Deciding::by_operator(now);
    devices::order(&mut tx, &SystemChance, &keys, of, device, kind, ends).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
}

async fn fresh(engine: Engine) -> Option<Database> {
    match engine {
        Engine::Sqlite => None,
        Engine::Postgres => Some(tokio::task::spawn_blocking(fresh_database).await.unwrap().unwrap()),
    }
}

fn config(data: PathBuf, database: Option<&Database>) -> Config {
    let url = database.map(|database| database.url().to_owned());
    Config::for_data(data, url, Some("https://127.0.0.1:8443".to_owned())).unwrap()
}

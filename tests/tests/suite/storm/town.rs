//! What all seeds of an engine begin with, made once: a small district in a central store, three workers with enrolled
//! phones that have pulled, and camera files. A seed gets copies.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use chrono::TimeDelta;
use kandas_fixtures::{
    district::{District, Outline},
    media::{CameraSet, Kind, camera_folder},
    pg::{Database, fresh_database},
};
use kandas_server::{
    chance::SeededChance,
    config::{Config, Transport},
    import::import,
    init::init,
    keys::Keys,
    store::Store,
};
use kandas_shared::ids::UserId;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;

use super::{
    network::{Network, Weather},
    office::Office,
    phone::Phone,
    time::Time,
};
use crate::centre::Engine;

/// Workers of the story, each with a phone.
pub const WORKERS: usize = 3;

/// The town's own chance: no seed draws the same.
const TOWN: u64 = u64::MAX / 7;

pub struct Town {
    pub engine: Engine,
    pub workers: Vec<(UserId, String)>,
    pub shots: Shots,
    folder: TempDir,
    database: Option<Database>,
    /// Databases that earlier seeds have used and left in order.
    used: Arc<Mutex<Vec<Database>>>,
}

/// Camera files, small ones: it is the network that is tried here.
pub struct Shots {
    pub photos: Vec<PathBuf>,
    pub videos: Vec<PathBuf>,
    pub documents: Vec<PathBuf>,
}

/// Where a seed's centre and phones lie.
pub struct Place {
    pub config: Config,
    pub keys: Arc<Keys>,
    pub folder: TempDir,
    database: Option<Database>,
    used: Arc<Mutex<Vec<Database>>>,
}

impl Town {
    pub async fn make(engine: Engine) -> Self {
        let folder = folder();
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(tokio::task::spawn_blocking(fresh_database).await.unwrap().unwrap()),
        };
        let config = config(&folder.path().join("centre"), database.as_ref());
        let (recovery, chance) = (folder.path().join("recovery.key"), SeededChance::new(1));
        let now = Time::beginning() - TimeDelta::days(1);
        init(&config, &[], &recovery, now, &chance).await.unwrap();
        let district = district();
        let store = Store::open(&config.database).await.unwrap();
        import(&store, &district.to_json(), now, &chance, false, &mut |_, _| {}).await.unwrap();
        store.close().await;

        let workers: Vec<(UserId, String)> =
            district.workers().take(WORKERS).map(|user| (UserId(user.id), user.login.clone())).collect();
        let keys = Arc::new(Keys::open(&config.keys_dir()).unwrap());
        let time = Arc::new(Time::default());
        let office = Arc::new(Office::new(config, keys, Arc::clone(&time), TOWN));
        office.start().await;
        let network = Network::new(Arc::clone(&office), Arc::clone(&time), TOWN, Weather::calm());
        for (number, (worker, login)) in workers.iter().enumerate() {
            let home = folder.path().join(home_name(number));
            let mut phone = Phone::new(number, *worker, home, &time, TimeDelta::zero(), TOWN);
            phone.open().await;
            let invitation = office.invite(login).await;
            phone.enrol(&network, &invitation).await.unwrap();
            network.begin(1);
            phone.sync(&network).await.unwrap();
            phone.close().await;
        }
        office.stop().await;
        let shots = Shots::make(&folder.path().join("camera"));
        if let Some(database) = &database {
            keep_aside(database).await;
        }
        Self { engine, workers, shots, folder, database, used: Arc::default() }
    }

    /// Copies for one seed.
    pub async fn place(&self) -> Place {
        let database = match &self.database {
            None => None,
            Some(first) => {
                let used = self.used.lock().unwrap().pop();
                let database = used.map_or_else(|| first.copy(), Ok).unwrap();
                begin_again(&database).await;
                Some(database)
            }
        };
        let folder = folder();
        copy(&self.folder.path().join("centre"), &folder.path().join("centre"));
        for number in 0..WORKERS {
            copy(&self.folder.path().join(home_name(number)), &folder.path().join(home_name(number)));
        }
        let config = config(&folder.path().join("centre"), database.as_ref());
        let keys = Arc::new(Keys::open(&config.keys_dir()).unwrap());
        Place { config, keys, folder, database, used: Arc::clone(&self.used) }
    }
}

impl Place {
    /// The seed has come to its end and nobody is connected any more: another one may use the database.
    pub fn leave(mut self) {
        self.used.lock().unwrap().extend(self.database.take());
    }
}

/// Making a database takes PostgreSQL longer than a whole seed. So each keeps what the town began with in a schema of its
/// own, and begins again with that.
async fn keep_aside(database: &Database) {
    let mut conn = PgConnection::connect(database.url()).await.unwrap();
    let mut sql = String::from("create schema town;");
    for (table, columns) in tables(&mut conn).await {
        sql.push_str(&format!("create table town.{table} as select {columns} from public.{table};"));
    }
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

async fn begin_again(database: &Database) {
    let mut conn = PgConnection::connect(database.url()).await.unwrap();
    // Rows come and go in no order that a foreign key would like.
    let mut sql = String::from("begin; set local session_replication_role = replica;");
    for (table, columns) in tables(&mut conn).await {
        sql.push_str(&format!(
            "delete from public.{table};
             insert into public.{table} ({columns}) overriding system value select {columns} from town.{table};"
        ));
    }
    sql.push_str("commit;");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

/// Tables, and those of their columns that PostgreSQL does not make itself.
async fn tables(conn: &mut PgConnection) -> Vec<(String, String)> {
    let sql = "select table_name::text, string_agg(quote_ident(column_name), ', ' order by ordinal_position)
        from information_schema.columns join information_schema.tables using (table_schema, table_name)
        where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> '_sqlx_migrations'
              and is_generated = 'NEVER'
        group by 1 order by 1";
    sqlx::query_as(sql).fetch_all(conn).await.unwrap()
}

pub fn home_name(number: usize) -> String {
    format!("phone{number}")
}

fn config(data: &Path, database: Option<&Database>) -> Config {
    let url = database.map(|database| database.url().to_owned());
    let mut config = Config::for_data(data.to_owned(), url, Some("https://127.0.0.1:8443".into())).unwrap();
    config.transport = Transport::SelfSigned;
    config.disk_reserve = 0;
    config
}

/// Six families with few activities each: what is pulled is small.
fn district() -> District {
    let today = Time::beginning().date_naive();
    let mut district = Outline { families: 6, today, ..Outline::default() }.district();
    for plan in &mut district.plans {
        let keep = plan.activities.len().div_ceil(8).max(1);
        let mut number = 0;
        plan.activities.retain(|activity| {
            number += 1;
            // Services that one capture may record for several members stay whole.
            number % keep == 0 || matches!(activity.service.as_str(), "S07" | "S21")
        });
    }
    district
}

/// In memory, where the machine offers it: a power cut is not what is tried here.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let found = if memory.is_dir() {
        tempfile::Builder::new().prefix("kandas-storm-").tempdir_in(memory).ok()
    } else {
        None
    };
    found.unwrap_or_else(|| tempfile::tempdir().unwrap())
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
}

impl Shots {
    fn make(folder: &Path) -> Self {
        let mut shots = Self { photos: Vec::new(), videos: Vec::new(), documents: Vec::new() };
        for (number, video_size) in [45_000, 300_000, 640_000].into_iter().enumerate() {
            let set = CameraSet {
                seed: number as u64 + 1,
                photos: 3,
                photo_width: 64 + 32 * number as u32,
                videos: 1,
                video_size,
                documents: 2,
                bad_files: false,
                day: Time::beginning().date_naive(),
                ..CameraSet::default()
            };
            for file in camera_folder(&folder.join(number.to_string()), &set).unwrap() {
                match file.kind {
                    Kind::Video => shots.videos.push(file.path),
                    Kind::Pdf | Kind::Png => shots.documents.push(file.path),
                    _ => shots.photos.push(file.path),
                }
            }
        }
        shots
    }
}

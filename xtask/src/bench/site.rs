//! Where a figure is measured: a fresh central store with a district in it, gone with the value.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, NaiveDate, Utc};
use kandas_fixtures::{
    district::{District, Outline},
    pg::{Cluster, Database, Durability},
};
use kandas_shared::enrol::Invitation;

use super::{
    Bench,
    load::{self, Sealer},
    processes::Watched,
    tables::Tables,
};
use crate::{centre::Centre, demo::phone::Phone, leash::Leashed};

/// Which database holds the store.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub(crate) const BOTH: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// Its name in a figure's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    /// The name of a figure that is measured on both: plain for the one that is used unless another is asked for.
    pub(crate) fn figure(self, name: &str) -> String {
        match self {
            Self::Sqlite => name.to_owned(),
            Self::Postgres => format!("{name}_postgres"),
        }
    }
}

/// A fresh store with a district in it.
pub(crate) struct Site {
    pub(crate) centre: Centre,
    pub(crate) district: District,
    pub(crate) engine: Engine,
    pub(crate) folder: tempfile::TempDir,
    database: Option<Database>,
    /// The server of the database, where it is not the run's. It goes last.
    _cluster: Option<Cluster>,
}

/// What a store is made of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ground {
    pub(crate) families: u32,
    /// Workers of each of the two career centres.
    pub(crate) workers: u32,
    /// Speaks http: what is counted or compared is not hidden in TLS.
    pub(crate) plain: bool,
    /// Address of an S3 store for the media.
    pub(crate) s3: Option<String>,
}

impl Bench {
    /// A store with this district.
    pub(crate) fn site(&self, engine: Engine, ground: &Ground) -> Result<Site> {
        self.site_of(engine, ground, outline(ground).district())
    }

    /// A store with a district that was made before.
    pub(crate) fn site_of(&self, engine: Engine, ground: &Ground, district: District) -> Result<Site> {
        let site = self.empty_site(engine, ground, district)?;
        site.centre.import(&site.document()?)?;
        Ok(site)
    }

    /// A store in which nothing is yet; the district waits in its document.
    pub(crate) fn empty_site(&self, engine: Engine, ground: &Ground, district: District) -> Result<Site> {
        let folder = tempfile::tempdir_in(&self.folder)?;
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(self.cluster.fresh_database()?),
        };
        let url = database.as_ref().map(|database| database.url().to_owned());
        let mut centre = Centre::new(&self.server, folder.path(), url, None, ground.plain)?;
        if let Some(endpoint) = &ground.s3 {
            centre = centre.with_bucket(endpoint)?;
        }
        centre.init()?;
        Ok(Site { centre, district, engine, folder, database, _cluster: None })
    }

    /// Copies a store, which nobody may serve, into a folder that is not there yet.
    pub(crate) fn keep_site(&self, site: &Site, kept: &Path) -> Result<()> {
        fs::create_dir_all(kept)?;
        if let Some(database) = &site.database {
            self.cluster.back_up(&kept.join(TABLES))?;
            fs::write(kept.join(NAME), database.name())?;
        }
        // What lies there is whole once the last of it has its name.
        let unready = kept.join("unready");
        copy(&site.centre.data, &unready)?;
        fs::rename(&unready, kept.join(DATA)).context("the kept store")
    }

    /// A store like the one that was kept, with its first district.
    pub(crate) fn kept_site(&self, engine: Engine, kept: &Path, district: District) -> Result<Site> {
        let folder = tempfile::tempdir_in(&self.folder)?;
        let (cluster, database) = match engine {
            Engine::Sqlite => (None, None),
            Engine::Postgres => {
                let cluster = Cluster::start_from(&kept.join(TABLES), Durability::Full)?;
                let database = cluster.database(&fs::read_to_string(kept.join(NAME))?)?;
                (Some(cluster), Some(database))
            }
        };
        let url = database.as_ref().map(|database| database.url().to_owned());
        let centre = Centre::new(&self.server, folder.path(), url, None, true)?;
        copy(&kept.join(DATA), &centre.data)?;
        Ok(Site { centre, district, engine, folder, database, _cluster: cluster })
    }

    /// Devices of the first workers.
    pub(crate) fn sealers(&self, site: &Site, number: usize) -> Result<Vec<Sealer>> {
        let invitations = site.invitations(number)?;
        self.runtime.block_on(load::enrol(&site.district, &invitations, 1))
    }

    /// Whose time of the processor is counted.
    pub(crate) fn watched(&self, site: &Site, serving: &Leashed) -> Result<Watched<'_>> {
        let database = (site.engine == Engine::Postgres).then_some(&self.cluster);
        Ok(Watched { server: Some(serving.pid()?), database })
    }

    /// A phone of the first worker that reaches the store at `address`.
    pub(crate) fn phone(&self, site: &Site, name: &str, address: std::net::SocketAddr) -> Result<Phone> {
        let phone = Phone::new(name, &self.field, site.folder.path());
        let invitation = site.invitations(1)?.remove(0);
        let scheme = invitation.url.split("://").next().unwrap_or("https");
        phone.enrol(&Invitation { url: format!("{scheme}://{address}"), ..invitation })?;
        Ok(phone)
    }
}

/// Of a kept store: its data folder, the server of its database, and the database's name there.
const DATA: &str = "centre";
const TABLES: &str = "postgres";
const NAME: &str = "database";

fn copy(from: &Path, to: &Path) -> Result<()> {
    let copied = Command::new("cp").args(["-a", "--"]).args([from, to]).status().context("cp")?;
    ensure!(copied.success(), "{} could not be copied", from.display());
    Ok(())
}

impl Site {
    /// Whether a store was kept there.
    pub(crate) fn is_kept(kept: &Path) -> bool {
        kept.join(DATA).is_dir()
    }

    /// The import document, as a file.
    pub(crate) fn document(&self) -> Result<PathBuf> {
        let path = self.folder.path().join("district.json");
        if !path.exists() {
            fs::write(&path, self.district.to_json())?;
        }
        Ok(path)
    }

    /// Codes for phones of the first workers.
    pub(crate) fn invitations(&self, number: usize) -> Result<Vec<Invitation>> {
        let invitations: Vec<_> = self
            .district
            .workers()
            .take(number)
            .map(|worker| self.centre.invite(&worker.login))
            .collect::<Result<_>>()?;
        ensure!(invitations.len() == number, "the district has fewer than {number} workers");
        Ok(invitations)
    }

    /// Its tables, past the server.
    pub(crate) async fn tables(&self) -> Result<Tables> {
        match &self.database {
            None => Tables::of_store(&self.centre.data.join("store.db")).await,
            Some(database) => Tables::of_postgres(database.url()).await,
        }
    }
}

/// The district of a ground.
pub(crate) fn outline(ground: &Ground) -> Outline {
    Outline { families: ground.families, workers: ground.workers, today: today(), ..Outline::default() }
}

#[expect(clippy::disallowed_methods, reason = "the district is made around the day of the run")]
pub(crate) fn today_and_now() -> DateTime<Utc> {
    Utc::now()
}

/// The day of the run.
pub(crate) fn today() -> NaiveDate {
    today_and_now().date_naive()
}

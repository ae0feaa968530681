//! The bench: what the central store and the phone carry on this machine.
//!
//! Each figure is measured on programs as they are shipped, in processes of their own, and where a
//! disk or a processor decides, beside the floor of the same run: what the bare work costs on this
//! machine just now. Figures are medians of three runs (one with `--quick`), each on a fresh store.

mod figures;
mod floor;
mod load;

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, NaiveDate, Utc};
use kandas_fixtures::{
    district::{District, Outline},
    media::Photo,
    pg::{Cluster, Database, Durability},
    proxy::Proxy,
};
use kandas_shared::enrol::Invitation;
use tokio::runtime::Runtime;

use self::figures::Figures;
use crate::{
    cargo::{Profile, build_programs},
    centre::Centre,
    debian,
    demo::phone::Phone,
};

/// How the bench runs.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// Small numbers and one run each, for a first look
    #[arg(long)]
    pub(crate) quick: bool,
    /// Write the results here too
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Programs of the dev profile: to work on the bench itself, the figures mean nothing
    #[arg(long, hide = true)]
    pub(crate) dev: bool,
}

/// How much is measured.
struct Scale {
    runs: usize,
    entities: usize,
    devices: u32,
    batches: usize,
    uploads: usize,
    families: u32,
    photos: u64,
}

impl Scale {
    fn new(quick: bool) -> Self {
        if quick {
            Self { runs: 1, entities: 20_000, devices: 8, batches: 5, uploads: 4, families: 200, photos: 2 }
        } else {
            Self {
                runs: 3,
                entities: 60_000,
                devices: 8,
                batches: 25,
                uploads: 12,
                families: 1_000,
                photos: 5,
            }
        }
    }
}

/// Runs the bench.
///
/// # Errors
/// When something cannot be started or answers otherwise than it should.
pub(crate) fn run(options: &Options) -> Result<()> {
    let profile = if options.dev { Profile::Dev } else { Profile::Release };
    println!("building the programs …");
    let programs = build_programs(&["kandas-server", "kandas-field"], profile)?;
    debian::provide(&[debian::POSTGRESQL])?;
    let scratch = tempfile::Builder::new().prefix("kandas-bench-").tempdir()?;
    let bench = Bench {
        server: programs["kandas-server"].clone(),
        field: programs["kandas-field"].clone(),
        scale: Scale::new(options.quick),
        runtime: Runtime::new()?,
        folder: scratch.path().to_owned(),
        cluster: Cluster::start(Durability::Full)?,
    };

    let mut figures = Figures::default();
    for run in 1..=bench.scale.runs {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            println!("run {run} of {}: {}", bench.scale.runs, engine.name());
            bench.import(&mut figures, engine)?;
            bench.push_and_upload(&mut figures, engine)?;
            bench.pull(&mut figures, engine)?;
        }
        println!("run {run} of {}: phone", bench.scale.runs);
        bench.capture(&mut figures)?;
    }
    println!();
    figures.print();
    if let Some(path) = &options.json {
        fs::write(path, figures.json()?).with_context(|| path.display().to_string())?;
        println!("\nwritten to {}", path.display());
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

struct Bench {
    server: PathBuf,
    field: PathBuf,
    scale: Scale,
    runtime: Runtime,
    folder: PathBuf,
    cluster: Cluster,
}

/// A fresh store with a district in it; gone when dropped.
struct Fresh {
    centre: Centre,
    district: District,
    document: PathBuf,
    folder: tempfile::TempDir,
    _database: Option<Database>,
}

impl Bench {
    fn fresh(&self, engine: Engine, families: u32, workers: u32) -> Result<Fresh> {
        let folder = tempfile::tempdir_in(&self.folder)?;
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(self.cluster.fresh_database()?),
        };
        let url = database.as_ref().map(|database| database.url().to_owned());
        let centre = Centre::new(&self.server, folder.path(), url, None, false)?;
        centre.init()?;
        let district = Outline { families, workers, today: today(), ..Outline::default() }.district();
        let document = folder.path().join("district.json");
        fs::write(&document, district.to_json())?;
        Ok(Fresh { centre, district, document, folder, _database: database })
    }

    /// How long the import of a district takes, all or nothing, journal included.
    fn import(&self, figures: &mut Figures, engine: Engine) -> Result<()> {
        let hundred = Outline { families: 100, ..Outline::default() }.district().len();
        let families = u32::try_from(self.scale.entities * 100 / hundred + 1)?;
        let fresh = self.fresh(engine, families, 4)?;
        let took = timed(|| fresh.centre.import(&fresh.document).map(drop))?;
        let entities = fresh.district.len() as f64;
        figures.add(&format!("import_{}_s", engine.name()), took.as_secs_f64());
        figures.add(&format!("import_{}_entities_per_s", engine.name()), entities / took.as_secs_f64());
        Ok(())
    }

    /// Records a second over https in batches of 50 from many devices at once, and files of 4 MB.
    fn push_and_upload(&self, figures: &mut Figures, engine: Engine) -> Result<()> {
        let wanted = self.scale.batches * load::BATCH * self.scale.devices as usize;
        // Some thirty services are planned for a family.
        let families = u32::try_from(wanted / 15)?.max(200);
        let fresh = self.fresh(engine, families, self.scale.devices / 2)?;
        fresh.centre.import(&fresh.document)?;
        let serving = fresh.centre.serve()?;
        let pid = serving.pid()?;

        let invitations = fresh.invitations(self.scale.devices as usize)?;
        let devices = self.runtime.block_on(load::enrol(&fresh.district, &invitations, now))?;
        let sealed = load::seal(&devices, self.scale.batches)?;
        let records = sealed.iter().flatten().map(|batch| batch.records.len()).sum::<usize>() as f64;
        let cpu = cpu_of(pid)?;
        let took = timed(|| self.runtime.block_on(load::push(&devices, sealed)))?;
        let cpu = cpu_of(pid)? - cpu;
        figures.add(&format!("push_{}_records_per_s", engine.name()), records / took.as_secs_f64());
        figures.add(&format!("push_{}_server_cpu_us_per_record", engine.name()), cpu * 1e6 / records);

        let files = load::files(self.scale.uploads);
        let bytes = files.iter().map(|file| file.len() as f64).sum::<f64>();
        let named = self.runtime.block_on(load::announce(&devices[0], &files))?;
        let floor = floor::write_and_hash(fresh.folder.path(), &files)?;
        let took = timed(|| self.runtime.block_on(load::upload(&devices[0], &named, &files)))?;
        let megabytes = bytes / 1e6;
        figures.add(&format!("upload_{}_mb_per_s", engine.name()), megabytes / took.as_secs_f64());
        figures.add(&format!("upload_{}_floor_mb_per_s", engine.name()), megabytes / floor.as_secs_f64());
        let status = serving.stop()?;
        ensure!(status.success(), "the central store ended with {status}");
        Ok(())
    }

    /// A phone's first pull.
    fn pull(&self, figures: &mut Figures, engine: Engine) -> Result<()> {
        // Two career centres, one worker each: half of the families are on one phone.
        let fresh = self.fresh(engine, self.scale.families * 2, 1)?;
        fresh.centre.import(&fresh.document)?;
        let serving = fresh.centre.serve()?;
        let proxy = self.runtime.block_on(Proxy::start(fresh.centre.address))?;
        let phone = self.phone(&fresh, &proxy)?;
        let took = timed(|| {
            ensure!(phone.sync()?, "the first pull did not succeed");
            Ok(())
        })?;
        let has = phone.families()?;
        ensure!(has == self.scale.families as usize, "{has} of {} families arrived", self.scale.families);
        figures.add(&format!("first_pull_{}_s", engine.name()), took.as_secs_f64());
        figures.add(&format!("first_pull_{}_wire_mb", engine.name()), proxy.traffic().down as f64 / 1e6);
        serving.stop()?;
        Ok(())
    }

    /// A photo of twelve megapixels goes into the vault of a phone.
    fn capture(&self, figures: &mut Figures) -> Result<()> {
        let fresh = self.fresh(Engine::Sqlite, 40, 1)?;
        fresh.centre.import(&fresh.document)?;
        let serving = fresh.centre.serve()?;
        let proxy = self.runtime.block_on(Proxy::start(fresh.centre.address))?;
        let phone = self.phone(&fresh, &proxy)?;
        ensure!(phone.sync()?, "the phone could not fetch its families");
        let photos: Vec<_> = (0..self.scale.photos)
            .map(|number| {
                let path = fresh.folder.path().join(format!("IMG_{number}.jpg"));
                fs::write(&path, Photo::new(number, 4_000).jpeg()?)?;
                Ok(path)
            })
            .collect::<Result<_>>()?;
        let draft = phone.open_draft(&fresh.district)?;
        // What the program costs without a photo: start, unlock, store.
        let idle = timed(|| phone.families().map(drop))?;
        for photo in &photos {
            let took = timed(|| phone.attach(&draft, photo))?;
            figures.add("capture_12mp_ms", took.saturating_sub(idle).as_secs_f64() * 1e3);
            let floor = timed(|| floor::copy_photo(fresh.folder.path(), photo))?;
            figures.add("capture_12mp_floor_ms", floor.as_secs_f64() * 1e3);
        }
        figures.add("phone_start_ms", idle.as_secs_f64() * 1e3);
        serving.stop()?;
        Ok(())
    }

    fn phone(&self, fresh: &Fresh, proxy: &Proxy) -> Result<Phone> {
        let phone = Phone::new("Phone", &self.field, fresh.folder.path());
        let invitation = fresh.invitations(1)?.remove(0);
        phone.enrol(&Invitation { url: format!("https://{}", proxy.address()), ..invitation })?;
        Ok(phone)
    }
}

impl Fresh {
    fn invitations(&self, number: usize) -> Result<Vec<Invitation>> {
        let invitations: Vec<_> = self
            .district
            .workers()
            .take(number)
            .map(|worker| self.centre.invite(&worker.login))
            .collect::<Result<_>>()?;
        ensure!(invitations.len() == number, "the district has fewer than {number} workers");
        Ok(invitations)
    }
}

/// Seconds of processor time a process has used, in its own code and in the kernel for it.
fn cpu_of(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("/proc")?;
    // The name in brackets may hold blanks.
    let (_, rest) = stat.rsplit_once(')').context("/proc/…/stat")?;
    let ticks = |place: usize| rest.split_whitespace().nth(place).and_then(|field| field.parse::<f64>().ok());
    let (user, system) = ticks(11).zip(ticks(12)).context("/proc/…/stat")?;
    // Linux counts in hundredths of a second towards programs, whatever its own ticks are.
    Ok((user + system) / 100.0)
}

fn timed(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let start = instant();
    work()?;
    Ok(instant().duration_since(start))
}

#[expect(clippy::disallowed_methods, reason = "how long something takes is what is measured")]
fn instant() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "records must not lie after their receipt")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

fn today() -> NaiveDate {
    now().date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_and_grows() {
        let own = std::process::id();
        let before = cpu_of(own).unwrap();
        let mut sum = 0_u64;
        while cpu_of(own).unwrap() < before + 0.03 {
            sum = (0..100_000_u64).fold(sum, |sum, number| sum.wrapping_mul(31).wrapping_add(number));
        }
        assert_ne!(sum, 1);
        assert!(cpu_of(u32::MAX).is_err());
    }
}

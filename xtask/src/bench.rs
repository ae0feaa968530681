//! The bench: what the central store and the phone carry on this machine (docs/bench/README.md says what each line means).
//!
//! Each figure is measured on programs as they are shipped, in processes of their own, and beside the floor of the same
//! run: what the bare work costs on this machine just now. What makes the load and the floors is compiled as the
//! programs are, and its own time of the processor is said apart. Figures are medians of three runs (one with
//! `--quick`), each on a fresh store with everything forced to disk as in production.

pub(crate) mod beside;
mod bytes;
mod capture;
mod cold_start;
mod counter;
mod figures;
mod import;
mod intake;
mod journal;
mod load;
mod machine;
mod memory;
mod near;
mod office;
mod plots;
mod processes;
mod pull;
mod return_day;
mod site;
mod tables;
mod upload;

use std::{
    fs,
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::ValueEnum as _;
use kandas_fixtures::pg::{Cluster, Durability};
use tokio::runtime::Runtime;

use self::{figures::Figures, machine::Machine, site::Engine};
use crate::{
    cargo::{Profile, build_programs, root},
    debian,
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
    /// Only these lines
    #[arg(long, value_delimiter = ',', value_name = "LINE,…")]
    only: Vec<Line>,
    /// Only this database, where a line needs one
    #[arg(long)]
    engine: Option<Engine>,
    /// Runs of each line
    #[arg(long)]
    runs: Option<usize>,
    /// Where the plots go, with --only named after its lines; a whole run that is not quick draws into docs/bench
    #[arg(long, value_name = "DIR")]
    plots: Option<PathBuf>,
    /// Keeps the large country of `office`, which takes long to make, in this folder, or takes it from there
    #[arg(long, value_name = "DIR")]
    country: Option<PathBuf>,
    /// Not optimised: to work on the bench itself, the figures mean nothing
    #[arg(long, hide = true)]
    dev: bool,
}

/// What can be measured.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Import,
    Push,
    Batch,
    Bytes,
    Upload,
    UploadS3,
    Pull,
    Capture,
    ColdStart,
    Memory,
    ReturnDay,
    Journal,
    Near,
    Office,
}

impl Line {
    const ALL: [Self; 14] = [
        Self::Import,
        Self::Push,
        Self::Batch,
        Self::Bytes,
        Self::Upload,
        Self::UploadS3,
        Self::Pull,
        Self::Capture,
        Self::ColdStart,
        Self::Near,
        Self::Memory,
        Self::Journal,
        Self::Office,
        Self::ReturnDay,
    ];

    /// The database has no part in what only the phone does, nor in searching photos.
    fn engines(self) -> &'static [Engine] {
        if matches!(self, Self::Capture | Self::ColdStart | Self::Near) {
            &Engine::BOTH[..1]
        } else {
            &Engine::BOTH[..]
        }
    }
}

/// How much is measured.
struct Scale {
    runs: usize,
    /// Entities of an import.
    entities: usize,
    /// Records that each connection pushes alone.
    singles: usize,
    /// Batches of each device.
    batches: usize,
    /// Files of each connection.
    uploads: usize,
    /// Families of a phone.
    families: u32,
    /// Photos taken.
    photos: u64,
    /// Records and bytes after which memory is looked at.
    kept_records: usize,
    kept_bytes: usize,
    /// Facts of a large journal.
    facts: usize,
    /// Phones that come back at once.
    phones: usize,
    /// Photos that are changed and searched for, and among how many.
    scenes: u64,
    looks: usize,
    /// The country that the office looks at.
    land: office::Land,
}

impl Scale {
    const FULL: Self = Self {
        runs: 3,
        entities: 60_000,
        singles: 250,
        batches: 25,
        uploads: 8,
        families: 1_000,
        photos: 5,
        kept_records: 10_000,
        kept_bytes: 1_000_000_000,
        facts: 1_000_000,
        phones: 1_100,
        scenes: 400,
        looks: 7_500_000,
        land: office::Land { regions: 10, families: 3_300, completions: 1_000_000 },
    };
    /// A tenth of what takes long.
    const QUICK: Self = Self {
        runs: 1,
        entities: 20_000,
        singles: 50,
        batches: 6,
        uploads: 3,
        photos: 3,
        kept_records: 1_000,
        kept_bytes: 100_000_000,
        facts: 100_000,
        phones: 110,
        scenes: 60,
        land: office::Land { regions: 2, families: 1_200, completions: 20_000 },
        ..Self::FULL
    };
}

/// Runs the bench.
///
/// # Errors
/// When something cannot be started or answers otherwise than it should.
pub(crate) fn run(options: &Options) -> Result<()> {
    if cfg!(debug_assertions) && !options.dev {
        return again_optimised();
    }
    let profile = if options.dev { Profile::Dev } else { Profile::Release };
    println!("building the programs …");
    let programs = build_programs(&["kandas-server", "kandas-field"], profile)?;
    debian::provide(&[debian::POSTGRESQL])?;
    let machine = Machine::here();
    println!("{}", machine.line());
    if let Some(warning) = machine.warning() {
        println!("{warning}");
    }
    let scratch = tempfile::Builder::new().prefix("kandas-bench-").tempdir()?;
    let bench = Bench {
        server: programs["kandas-server"].clone(),
        field: programs["kandas-field"].clone(),
        scale: if options.quick { Scale::QUICK } else { Scale::FULL },
        runtime: Runtime::new()?,
        folder: scratch.path().to_owned(),
        cluster: Cluster::start(Durability::Full)?,
        kept: options.country.clone(),
    };

    let lines = if options.only.is_empty() { &Line::ALL[..] } else { &options.only[..] };
    let mut report = Report::default();
    let runs = options.runs.unwrap_or(bench.scale.runs);
    for run in 1..=runs {
        for line in lines {
            let wanted = |engine: &&Engine| {
                line.engines().len() == 1 || options.engine.is_none_or(|only| only == **engine)
            };
            for engine in line.engines().iter().filter(wanted) {
                println!("run {run} of {runs}: {line:?}, {}", engine.name());
                // One line that fails must not cost the hours of the others.
                if let Err(error) = bench.measure(*line, &mut report, *engine, run == 1, runs) {
                    println!("   FAILED: {error:#}");
                    report.failed.push(format!("{line:?} on {} in run {run}", engine.name()));
                }
            }
        }
    }
    println!("\n{}, medians of {runs}{}", machine.line(), if options.quick { ", quick" } else { "" });
    report.figures.print();
    if let Some(path) = &options.json {
        fs::write(path, report.figures.json()?).with_context(|| path.display().to_string())?;
        println!("\nwritten to {}", path.display());
    }
    let whole = options.only.is_empty()
        && options.engine.is_none()
        && !options.quick
        && !options.dev
        && report.failed.is_empty();
    let usual = whole.then(|| root().join("docs/bench"));
    if let Some(folder) = options.plots.clone().or(usual) {
        let caption = plots::Caption { day: site::today(), machine: &machine, runs, quick: options.quick };
        plots::draw(&folder, &part(&options.only), &caption, &report.figures.shown(), &report.curves)?;
        println!("plots are in {}", folder.display());
    }
    if let Some(warning) = machine.warning() {
        println!("{warning}");
    }
    if !report.failed.is_empty() {
        bail!("failed: {}", report.failed.join(", "));
    }
    Ok(())
}

/// What stands in the names of the plots: nothing for a whole run, else its lines, so that lines that were run at another
/// hour lie beside the rest.
fn part(only: &[Line]) -> String {
    let names = only.iter().filter_map(|line| line.to_possible_value());
    names.map(|name| format!("-{}", name.get_name())).collect()
}

/// What a run has come to.
#[derive(Default)]
struct Report {
    figures: Figures,
    /// How the first return day went on each engine.
    curves: Vec<plots::Curve>,
    failed: Vec<String>,
}

/// What makes the load and the floors must be optimised like what is measured: the same command line runs in a release
/// build of this program, which takes the place of this process.
fn again_optimised() -> Result<()> {
    println!("building the bench …");
    let programs = build_programs(&["xtask", "kandas-server", "kandas-field"], Profile::Release)?;
    Err(Command::new(&programs["xtask"]).args(std::env::args_os().skip(1)).exec())
        .context("the optimised xtask could not be started")
}

/// What a run has at hand.
pub(crate) struct Bench {
    server: PathBuf,
    field: PathBuf,
    scale: Scale,
    runtime: Runtime,
    folder: PathBuf,
    cluster: Cluster,
    /// Where a country is kept.
    kept: Option<PathBuf>,
}

impl Bench {
    fn measure(
        &self,
        line: Line,
        report: &mut Report,
        engine: Engine,
        first: bool,
        runs: usize,
    ) -> Result<()> {
        let figures = &mut report.figures;
        match line {
            Line::Import => self.import(figures, engine),
            Line::Push => self.push(figures, engine),
            Line::Batch => self.batch(figures, engine),
            Line::Bytes => self.bytes(figures, engine),
            Line::Upload => self.upload(figures, engine),
            Line::UploadS3 => self.upload_s3(figures, engine),
            Line::Pull => self.pull(figures, engine),
            Line::Capture => self.capture(figures),
            Line::ColdStart => self.cold_start(figures),
            Line::Near => self.near(figures),
            Line::Memory => self.memory(figures, engine),
            // Making the store takes longer than reading it: all runs on one.
            Line::Journal if first => self.journal(figures, engine, runs),
            Line::Journal => Ok(()),
            Line::Office if first => self.office(figures, engine),
            Line::Office => Ok(()),
            Line::ReturnDay => {
                let curves = self.return_day(figures, engine)?;
                if first {
                    report.curves.extend(curves);
                }
                Ok(())
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plots_of_some_lines_are_named_after_them() {
        assert_eq!(part(&[]), "");
        assert_eq!(part(&[Line::ReturnDay, Line::UploadS3]), "-return-day-upload-s3");
    }
}

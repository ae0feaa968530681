//! Makes the store of a centre with a month of work in it, as `cargo xtask demo` shows it. Says how far it is on standard
//! error, one line `done of`; and at the end what is in the store, as JSON on standard output.

use std::{collections::BTreeSet, fs, path::PathBuf};

use anyhow::{Context as _, Result};
use chrono::Utc;
use clap::Parser;
use kandas_fixtures::district::District;
use kandas_shared::time::micros;
use kandas_tests::month::{Month, config, play};

/// A month of work in a synthetic district.
#[derive(Parser, Debug)]
struct Line {
    /// Data folder of the new store
    #[arg(long)]
    data: PathBuf,
    /// Its database, as for kandas-server
    #[arg(long)]
    database: Option<String>,
    /// Its public address, as for kandas-server
    #[arg(long)]
    public_url: Option<String>,
    /// The import document of the district
    #[arg(long)]
    district: PathBuf,
    /// A file with ids of activities that nobody does, one a line
    #[arg(long)]
    spared: Option<PathBuf>,
    /// Days before today
    #[arg(long, default_value_t = 33)]
    days: u32,
    /// About how many records
    #[arg(long, default_value_t = 300)]
    records: usize,
    /// Other seed, other month
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> Result<()> {
    let line = Line::parse();
    let district: District =
        serde_json::from_str(&fs::read_to_string(&line.district).context("the district")?)?;
    let spared = match &line.spared {
        None => BTreeSet::new(),
        Some(path) => fs::read_to_string(path)
            .context("spared activities")?
            .lines()
            .map(|id| Ok(kandas_shared::ids::ActivityId(id.parse()?)))
            .collect::<Result<_>>()?,
    };
    #[expect(clippy::disallowed_methods, reason = "the month ends when it is shown")]
    let now = micros(Utc::now());
    let month = Month {
        district: &district,
        now,
        days: line.days,
        records: line.records,
        seed: line.seed,
        spared: &spared,
    };
    let runtime = tokio::runtime::Runtime::new()?;
    let report = runtime.block_on(async {
        let config = config(&line.data, line.database, line.public_url)?;
        play(config, &month, &mut |done, of| eprintln!("{done} {of}")).await
    })?;
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

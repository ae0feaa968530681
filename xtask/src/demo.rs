//! The demo: two phones as processes of their own, a server, and a bad network between them.

use std::path::PathBuf;

use anyhow::{Result, bail};

/// How the demo runs.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// Check every claim, then end: exit code 0, or what is missing
    #[arg(long)]
    pub(crate) once: bool,
    /// A folder of camera files to use instead of made ones
    #[arg(long, value_name = "DIR")]
    pub(crate) media: Option<PathBuf>,
    /// Families in the synthetic district
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub(crate) families: u32,
    /// A PostgreSQL to keep the central store in, instead of one SQLite file
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    bail!("the demo is not in this tree yet ({options:?})")
}

//! The bench: what the central store and the phone carry on this machine.

use std::path::PathBuf;

use anyhow::{Result, bail};

/// How the bench runs.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// Small numbers, for a first look
    #[arg(long)]
    pub(crate) quick: bool,
    /// Write the results here too
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    bail!("the bench is not in this tree yet ({options:?})")
}

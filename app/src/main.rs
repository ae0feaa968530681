//! `kandas-field`: the field worker's core without a screen of its own. For tests, for the demo, for a desk without a phone, and
//! for whoever wants to see what the core does.
//!
//! Exit codes: 0 done; 1 something went wrong; 2 the command line is wrong; 3 done, but a file was set aside; 4 sync
//! has left something for later; 5 a proof is missing, the draft is kept; 6 another process has the home; 7 the phone is
//! not enrolled.

use clap::Parser as _;

mod cli;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    // Warnings go to standard error; RUST_LOG says otherwise.
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    cli::run(cli::Arguments::parse()).await
}

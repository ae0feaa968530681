//! `kandas-server`: the central store as one program.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    // rustls has no provider of its own here; a second call (none in this binary) would only say so.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cli = kandas_server::cli::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("kandas-server: no threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(kandas_server::cli::run(cli)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("kandas-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

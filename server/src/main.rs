//! `kandas-server`: the central store as one program.

use std::process::ExitCode;

use clap::Parser as _;

/// glibc keeps what many threads have freed, each in an arena of its own: a fifth more memory after a gigabyte of uploads on
/// SQLite, two fifths on PostgreSQL (the line `memory` of the bench), and a tenth more of the processor for a record.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Threads that may wait for the disk. More of them make no disk faster, and each keeps some memory of its own: a thousand
/// phones that come back at once would start the five hundred that tokio allows.
const WAITING: usize = 64;

fn main() -> ExitCode {
    // rustls has no provider of its own here; a second call (none in this binary) would only say so.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cli = kandas_server::cli::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(WAITING)
        .build()
    {
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

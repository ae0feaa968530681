//! `cargo xtask test`: everything, on both engines. One throwaway PostgreSQL serves all test
//! programs of the run; the phone's core runs a second time on SQLCipher; the tus clients of others
//! are installed for the tests that drive them against the server; the phone's screens close the run.

use std::process::Command;

use anyhow::Result;
use kandas_fixtures::pg::{Cluster, Durability, SERVER_VARIABLE};

use crate::{
    cargo::{TestProgram, build_tests, cargo, root},
    debian, peers, screens,
    steps::{Steps, succeed},
};

pub(crate) fn run() -> Result<()> {
    let mut steps = Steps::default();
    let needs = [
        debian::POSTGRESQL,
        debian::PERL,
        debian::MAKE,
        debian::NODE,
        debian::NPM,
        debian::PYTHON_VENV,
        debian::CHROMIUM,
        debian::POPPLER,
    ];
    if steps.step("Debian packages", || debian::provide(&needs)).is_none() {
        return steps.close();
    }
    let peers = steps.step("tus clients of others (npm, pip)", peers::provide);
    let Some(cluster) = steps.step("start PostgreSQL", || Cluster::start(Durability::None)) else {
        return steps.close();
    };

    let built = steps
        .step("build the workspace's tests", || succeed(cargo().args(["test", "--workspace", "--no-run"])));
    if built.is_none() {
        return steps.close();
    }
    steps.step("test the workspace", || {
        let mut command = cargo();
        command.args(["test", "--workspace", "--no-fail-fast"]).env(SERVER_VARIABLE, cluster.admin_url());
        // Without them the tests that need them fail and say so.
        command.envs(peers.iter().map(|folder| (peers::VARIABLE, folder)));
        succeed(&mut command)
    });

    if let Some(programs) = steps.step("build the phone's tests on SQLCipher", sqlcipher_tests) {
        steps.step("test the phone on SQLCipher", || {
            let mut failed = Vec::new();
            for program in &programs {
                println!("   {} ({})", program.name, program.path.display());
                if succeed(&mut runnable(program)).is_err() {
                    failed.push(program.name.as_str());
                }
            }
            anyhow::ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
            Ok(())
        });
    }
    drop(cluster);
    screens::add(&mut steps, &screens::Options::default());
    steps.close()
}

/// The server is selected too though only the phone's tests are run: with it, cargo resolves the
/// features of all other crates as for the workspace, and only SQLite and what lies above it is
/// compiled again. With `-p kandas-app` alone it would be two thirds of all crates.
fn sqlcipher_tests() -> Result<Vec<TestProgram>> {
    let mut command = cargo();
    command.args(["test", "--no-run", "-p", "kandas-app", "-p", "kandas-server"]);
    command.args(["--features", "kandas-app/sqlcipher", "--lib", "--bin", "kandas-field"]);
    for suite in suites("app")? {
        command.args(["--test", &suite]);
    }
    build_tests(command, "app")
}

/// The names of a package's integration tests: `tests/NAME.rs` and `tests/NAME/main.rs`.
fn suites(package: &str) -> Result<Vec<String>> {
    let Ok(folder) = std::fs::read_dir(root().join(package).join("tests")) else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    for entry in folder {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "rs") || path.join("main.rs").is_file() {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

/// As cargo would run it: in the package's folder, with the package's folder in the environment.
fn runnable(program: &TestProgram) -> Command {
    let mut command = Command::new(&program.path);
    command.current_dir(&program.folder).env("CARGO_MANIFEST_DIR", &program.folder);
    command
}

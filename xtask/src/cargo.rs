//! Cargo called from inside cargo, and where it put what it built.
//!
//! Where something was built is read from cargo's own messages, never guessed: the target folder
//! may lie anywhere (`CARGO_TARGET_DIR`).

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, anyhow, ensure};
use serde::Deserialize;

use crate::debian;

/// A cargo command as it would run from a shell at the workspace's root.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).stdin(Stdio::null());
    // What the outer cargo told us about xtask. Some build scripts (ring's) watch these names and
    // would be compiled again each time a command runs inside and outside of xtask in turn.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let about_xtask = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
        if about_xtask.iter().any(|start| text.starts_with(start)) || text == "CARGO_PRIMARY_PACKAGE" {
            command.env_remove(&name);
        }
    }
    command
}

/// The workspace's root.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// How programs are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Our code as it is compiled while working on it, dependencies optimised.
    Dev,
    /// As shipped.
    Release,
}

/// Builds programs of the workspace and says where they are, by name.
///
/// # Errors
/// When the build fails or a program of that name does not exist.
pub(crate) fn build_programs(names: &[&str], profile: Profile) -> Result<BTreeMap<String, PathBuf>> {
    debian::MAKE.provide()?;
    let mut command = cargo();
    command.arg("build");
    if profile == Profile::Release {
        command.arg("--release");
    }
    for name in names {
        command.args(["--bin", name]);
    }
    let built = artifacts(command)?;
    names
        .iter()
        .map(|name| {
            let path = built
                .iter()
                .find(|artifact| artifact.target.name == *name && !artifact.profile.test)
                .and_then(|artifact| artifact.executable.clone())
                .with_context(|| format!("cargo built no program `{name}`"))?;
            Ok(((*name).to_owned(), path))
        })
        .collect()
}

/// A compiled test program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TestProgram {
    /// The program.
    pub(crate) path: PathBuf,
    /// The folder of its package, where cargo would run it.
    pub(crate) folder: PathBuf,
    /// What it tests, e.g. `lib kandas_app`.
    pub(crate) name: String,
}

/// Runs a `cargo test --no-run` and lists the test programs of one package among those built.
///
/// # Errors
/// When the build fails, or nothing of that package was built.
pub(crate) fn build_tests(command: Command, package: &str) -> Result<Vec<TestProgram>> {
    let manifest = root().join(package).join("Cargo.toml").canonicalize().context("package")?;
    let folder = manifest.parent().context("a manifest lies in a folder")?.to_owned();
    let programs: Vec<_> = artifacts(command)?
        .into_iter()
        .filter(|artifact| artifact.profile.test && Path::new(&artifact.manifest_path) == manifest)
        .filter_map(|artifact| {
            let name = format!("{} {}", artifact.target.kind.join("+"), artifact.target.name);
            Some(TestProgram { path: artifact.executable?, folder: folder.clone(), name })
        })
        .collect();
    ensure!(!programs.is_empty(), "cargo built no tests in {}", folder.display());
    Ok(programs)
}

#[derive(Debug, Deserialize)]
struct Artifact {
    manifest_path: String,
    target: Target,
    profile: Built,
    executable: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Built {
    test: bool,
}

fn artifacts(mut command: Command) -> Result<Vec<Artifact>> {
    // The compiler's own messages still reach the terminal.
    command.arg("--message-format=json-render-diagnostics").stdout(Stdio::piped());
    let mut cargo = command.spawn().context("cargo")?;
    let output = cargo.stdout.take().ok_or_else(|| anyhow!("cargo has no output"))?;
    let mut built = Vec::new();
    for line in BufReader::new(output).lines() {
        built.extend(artifact(&line?)?);
    }
    let status = cargo.wait()?;
    ensure!(status.success(), "cargo ended with {status}");
    Ok(built)
}

/// One line of cargo's messages; None for those about something else.
fn artifact(line: &str) -> Result<Option<Artifact>> {
    #[derive(Deserialize)]
    struct Message {
        reason: String,
    }
    let message: Message = serde_json::from_str(line).with_context(|| format!("cargo said: {line}"))?;
    if message.reason != "compiler-artifact" {
        return Ok(None);
    }
    Ok(Some(serde_json::from_str(line).context("cargo's message about an artifact")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_in_cargos_messages() {
        let line = r#"{"reason":"compiler-artifact","package_id":"p","manifest_path":"/w/app/Cargo.toml",
            "target":{"kind":["bin"],"crate_types":["bin"],"name":"kandas-field","src_path":"s","edition":"2024"},
            "profile":{"opt_level":"0","test":false},"features":[],"filenames":[],
            "executable":"/t/debug/kandas-field","fresh":true}"#;
        let found = artifact(&line.replace('\n', "")).unwrap().unwrap();
        assert_eq!(found.target.name, "kandas-field");
        assert_eq!(found.executable.as_deref(), Some(Path::new("/t/debug/kandas-field")));
        assert!(artifact(r#"{"reason":"build-finished","success":true}"#).unwrap().is_none());
        assert!(artifact("not json").is_err());
    }

    #[test]
    fn the_root_is_the_workspace() {
        let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[workspace]"));
    }
}

//! The tus clients of others that the tests drive against the server: npm's `tus-js-client` and PyPI's `tuspy`. They are
//! installed by npm and pip, in the versions and with the hashes of `tests/peers/`, below the target folder. And the tus
//! server of others that the bench measures beside ours.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::{
    cargo::{cargo, root},
    steps::succeed,
};

/// Tells the tests where they are.
pub(crate) const VARIABLE: &str = "KANDAS_TEST_PEERS";

/// Installs what is not there yet and says where.
///
/// # Errors
/// When npm or pip cannot install it.
pub(crate) fn provide() -> Result<PathBuf> {
    let (wanted, folder) = (root().join("tests/peers"), target_folder()?.join("peers"));
    once(&folder.join("node"), &wanted, &["package.json", "package-lock.json"], |place| {
        for name in ["package.json", "package-lock.json"] {
            fs::copy(wanted.join(name), place.join(name)).context(name)?;
        }
        let quiet = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
        succeed(Command::new("npm").args(quiet).current_dir(place))
    })?;
    once(&folder.join("python"), &wanted, &["requirements.txt"], |place| {
        succeed(Command::new("python3").args(["-m", "venv"]).arg(place))?;
        let mut pip = Command::new(place.join("bin/python"));
        pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet"]);
        pip.args(["--require-hashes", "--only-binary", ":all:", "-r"]).arg(wanted.join("requirements.txt"));
        succeed(&mut pip)
    })?;
    Ok(folder)
}

/// Installs npm's tus server, which the bench measures beside the central store, and says where its script lies.
///
/// # Errors
/// When npm cannot install it.
pub(crate) fn tus_server() -> Result<PathBuf> {
    let (wanted, place) = (root().join("tests/peers/server"), target_folder()?.join("peers/server"));
    let lists = ["package.json", "package-lock.json", "serve.mjs"];
    once(&place, &wanted, &lists, |place| {
        for name in lists {
            fs::copy(wanted.join(name), place.join(name)).context(name)?;
        }
        let quiet = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
        succeed(Command::new("npm").args(quiet).current_dir(place))
    })?;
    Ok(place.join("serve.mjs"))
}

/// Fills `place` anew unless it was filled from the same lists before; a run that broke off counts for nothing.
fn once(place: &Path, wanted: &Path, lists: &[&str], fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let mut text = String::new();
    for name in lists {
        text.push_str(&fs::read_to_string(wanted.join(name)).with_context(|| (*name).to_owned())?);
    }
    let filled = place.join("filled-from.txt");
    if fs::read_to_string(&filled).is_ok_and(|before| before == text) {
        println!("{} is there", place.display());
        return Ok(());
    }
    if place.exists() {
        fs::remove_dir_all(place).with_context(|| place.display().to_string())?;
    }
    fs::create_dir_all(place).with_context(|| place.display().to_string())?;
    fill(place)?;
    fs::write(&filled, text).with_context(|| filled.display().to_string())
}

/// Where cargo builds.
pub(crate) fn target_folder() -> Result<PathBuf> {
    #[derive(Deserialize)]
    struct Metadata {
        target_directory: PathBuf,
    }
    let mut command = cargo();
    command.args(["metadata", "--no-deps", "--format-version", "1", "--offline"]);
    let output = command.output().context("cargo metadata")?;
    let told: Metadata = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)))?;
    Ok(told.target_directory)
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn filled_once_for_each_list_and_anew_after_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let (place, wanted) = (folder.path().join("place"), folder.path().to_owned());
        let mut times = 0;
        let mut fill = |works: bool, list: &str| {
            fs::write(wanted.join("list"), list).unwrap();
            once(&place, &wanted, &["list"], |place| {
                assert!(!place.join("left-over").exists(), "it begins empty");
                fs::write(place.join("left-over"), "").unwrap();
                times += 1;
                if works { Ok(()) } else { bail!("no") }
            })
            .is_ok()
        };
        assert!(!fill(false, "a") && fill(true, "a") && fill(true, "a") && fill(true, "b"));
        assert_eq!(times, 3);
    }

    #[test]
    fn the_target_folder_is_where_this_test_was_built() {
        let here = std::env::current_exe().unwrap();
        assert!(here.starts_with(target_folder().unwrap()), "{}", here.display());
    }
}

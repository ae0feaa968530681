//! The phone app's native half (`mobile/src-tauri`, `mobile/plugins`): its own tests, its build, and a worker's way
//! through its window on a real central store; with `--phones` whether it would compile for Android and iOS.
//!
//! A run of its own and not part of `cargo xtask test`: cold, Tauri and SQLCipher take longer to compile than all the
//! rest.

mod driver;
mod phones;
mod window;

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Result, ensure};
use clap::Args;

use crate::{
    cargo::{Profile, build_programs, cargo, root},
    debian::{self, Need},
    screens,
    steps::{Steps, succeed},
};

/// What can be asked for.
#[derive(Args)]
pub(crate) struct Options {
    /// Only check that it would compile for Android and iOS
    #[arg(long)]
    phones: bool,
    /// Only the way through the window
    #[arg(long, conflicts_with = "phones")]
    window: bool,
    /// Build the app as it is shipped, and go through that one's window
    #[arg(long, conflicts_with = "phones")]
    release: bool,
}

/// What the window needs from the machine; with it go the needs of OpenSSL (for SQLCipher) and of the screens.
const NEEDS: [Need; 5] = [debian::WEBKIT, debian::WEBKIT_DRIVER, debian::XVFB, debian::PERL, debian::MAKE];

pub(crate) fn run(options: &Options) -> Result<()> {
    if options.phones {
        return phones::run();
    }
    let mut steps = Steps::default();
    let provided = steps.step("Debian packages", || {
        debian::provide(&NEEDS)?;
        debian::provide(&screens::NEEDS)
    });
    if provided.is_some() {
        add(&mut steps, options);
    }
    steps.close()
}

fn add(steps: &mut Steps, options: &Options) {
    // The page is built into the program, so it comes first.
    if steps.step("npm packages of the screens", screens::install).is_none()
        || steps.step("build the screens", || succeed(&mut screens::npm("build"))).is_none()
    {
        return;
    }
    if !options.window {
        steps.step("tests of shell and plugin", || {
            succeed(shell_cargo("test").args(["--workspace", "--locked"]))
        });
        steps.step("lints of shell and plugin", clippy);
    }
    let Some(program) = steps.step("build the app", || app(options.release)) else { return };
    let Some(programs) =
        steps.step("build the central store", || build_programs(&["kandas-server"], Profile::Dev))
    else {
        return;
    };
    steps.step("a worker's way through the window", || window::run(&program, &programs["kandas-server"]));
}

/// Lints of shell and plugin, with what compiling them needs.
///
/// # Errors
/// When there is one.
pub(crate) fn lints() -> Result<()> {
    debian::provide(&NEEDS)?;
    // The page is built into the program; which one does not matter here.
    if screens::built().is_none() {
        debian::provide(&screens::NEEDS)?;
        screens::install()?;
        succeed(&mut screens::npm("build"))?;
    }
    clippy()
}

fn clippy() -> Result<()> {
    let line = ["--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"];
    succeed(shell_cargo("clippy").args(line))
}

/// Builds the app with its page in it.
fn app(release: bool) -> Result<PathBuf> {
    let mut build = shell_cargo("build");
    build.args(["--bin", "kandas-mobile", "--features", "custom-protocol", "--locked"]);
    if release {
        build.arg("--release");
    }
    succeed(&mut build)?;
    let profile = if release { "release" } else { "debug" };
    let program = crate::peers::target_folder()?.join(profile).join("kandas-mobile");
    ensure!(program.is_file(), "cargo built no {}", program.display());
    Ok(program)
}

/// Cargo in the phone's own workspace, beside what the root builds.
pub(crate) fn shell_cargo(verb: &str) -> Command {
    let mut command = cargo();
    command.arg(verb).arg("--manifest-path").arg(manifest());
    if let Ok(folder) = crate::peers::target_folder() {
        command.env("CARGO_TARGET_DIR", folder);
    }
    command.stdin(Stdio::null());
    command
}

fn manifest() -> PathBuf {
    root().join(Path::new("mobile/Cargo.toml"))
}

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
    };

    use super::*;

    type Package = (String, String);

    /// Packages of a lock file and what each needs.
    fn read(path: &Path) -> BTreeMap<Package, Vec<String>> {
        let text = fs::read_to_string(path).unwrap();
        let mut packages = BTreeMap::new();
        for block in text.split("[[package]]").skip(1) {
            let value = |key: &str| {
                let line = block.lines().find(|line| line.starts_with(&format!("{key} = ")));
                line.and_then(|line| line.split('"').nth(1)).unwrap_or_default().to_owned()
            };
            let needs = block.split("dependencies = [").nth(1).unwrap_or_default().split(']').next();
            let needs = needs.unwrap_or_default().split('"').skip(1).step_by(2).map(str::to_owned);
            packages.insert((value("name"), value("version")), needs.collect());
        }
        packages
    }

    /// Everything that the core needs, with versions.
    fn closure(packages: &BTreeMap<Package, Vec<String>>) -> BTreeSet<Package> {
        let mut found = BTreeSet::new();
        let mut open: Vec<_> = packages.keys().filter(|(name, _)| name == "kandas-app").cloned().collect();
        while let Some(package) = open.pop() {
            for need in &packages[&package] {
                let mut words = need.split(' ');
                let (name, version) = (words.next().unwrap(), words.next());
                let fits =
                    |known: &&Package| known.0 == name && version.is_none_or(|version| known.1 == version);
                open.extend(packages.keys().filter(fits).filter(|known| !found.contains(*known)).cloned());
            }
            found.insert(package);
        }
        found
    }

    #[test]
    fn the_core_on_the_phone_has_the_versions_that_the_tests_ran_with() {
        let (root, phone) = (read(&root().join("Cargo.lock")), read(&root().join("mobile/Cargo.lock")));
        let core = closure(&phone);
        assert!(core.len() > 200, "the walk has found too little: {}", core.len());
        let other: Vec<_> = core.iter().filter(|package| !root.contains_key(*package)).collect();
        assert!(
            other.is_empty(),
            "mobile/Cargo.lock differs; copy Cargo.lock over it and run cargo metadata in mobile/: {other:?}"
        );
    }
}

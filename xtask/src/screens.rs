//! The phone's screens: npm packages, types, unit tests, build and weight; then a worker's day in a real browser on a
//! real central store and a real phone behind `kandas-field bridge` (`mobile/tests/screens`). Pictures of every screen
//! lie in `mobile/pictures` afterwards, to be looked at.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use kandas_fixtures::{
    district::Outline,
    media::{CameraSet, camera_folder},
};

use crate::{
    cargo::{Profile, build_programs, root},
    debian,
    steps::{Steps, succeed},
};

/// What the screens need from the machine.
pub(crate) const NEEDS: [debian::Need; 3] = [debian::NODE, debian::NPM, debian::CHROMIUM];

/// Oldest Node that the build tools run on.
const NODE: (u32, u32) = (20, 19);

/// `cargo xtask screens`: everything about the screens and nothing else.
pub(crate) fn run() -> Result<()> {
    let mut steps = Steps::default();
    if steps.step("Debian packages", || debian::provide(&NEEDS)).is_some() {
        add(&mut steps);
    }
    steps.close()
}

/// The steps, also part of `cargo xtask test`.
pub(crate) fn add(steps: &mut Steps) {
    if steps.step("npm packages of the screens", install).is_none() {
        return;
    }
    steps.step("types of the screens (svelte-check)", || npm("check"));
    steps.step("unit tests of the screens (vitest)", || npm("test"));
    if steps.step("build the screens", || npm("build")).is_some() {
        steps.step("a worker's day in the browser", day);
    }
}

/// Installs exactly what the lock file says, unless it is there already.
fn install() -> Result<()> {
    ensure_node()?;
    let lock = fs::read_to_string(root().join("package-lock.json")).context("package-lock.json")?;
    let done = root().join("node_modules/.kandas-installed-from");
    if fs::read_to_string(&done).is_ok_and(|before| before == lock) {
        println!("node_modules is as the lock file says");
        return Ok(());
    }
    // Scripts of packages are not needed by any of them here, so none runs.
    let quiet = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
    succeed(Command::new("npm").args(quiet).current_dir(root()))?;
    fs::write(&done, lock).context("node_modules")
}

fn npm(script: &str) -> Result<()> {
    let mut command = Command::new("npm");
    command.args(["run", "--silent", script, "--workspace", "kandas-mobile-screens"]);
    succeed(command.current_dir(root()).stdin(Stdio::null()))
}

fn ensure_node() -> Result<()> {
    let output = Command::new("node").arg("--version").output().context("node")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.trim().trim_start_matches('v').split('.').map(|part| part.parse::<u32>());
    let (Some(Ok(major)), Some(Ok(minor))) = (numbers.next(), numbers.next()) else {
        bail!("node --version says {}", text.trim());
    };
    ensure!(
        (major, minor) >= NODE,
        "the screens are built by Node {}.{} or newer; here is {}",
        NODE.0,
        NODE.1,
        text.trim()
    );
    Ok(())
}

/// Makes a stage for the browser tests and runs them: the document of a district to import, camera files to capture.
/// The tests start and stop the programs themselves, because that is what they are about.
fn day() -> Result<()> {
    let programs = build_programs(&["kandas-server", "kandas-field"], Profile::Dev)?;
    let stage = tempfile::tempdir().context("a folder for the stage")?;
    set(stage.path())?;
    let mut command = Command::new("npm");
    command.args(["run", "--silent", "screens", "--workspace", "kandas-mobile-screens"]).current_dir(root());
    command.env("KANDAS_STAGE", stage.path());
    command.env("KANDAS_BROWSER", debian::browser().context("no browser")?);
    for (name, path) in &programs {
        command.env(name.to_uppercase().replace('-', "_"), path);
    }
    succeed(command.stdin(Stdio::null()))
}

fn set(stage: &Path) -> Result<()> {
    let today = today();
    // Enough families for a list that scrolls: the size that the requirements name.
    for (name, families) in [("district.json", 40), ("district-1000.json", 1_000)] {
        // One worker a centre, so that half of the families lie on one phone.
        let mut district = Outline { families, workers: 1, today, ..Outline::default() }.district();
        // Due dates around today, so that there is something of everything, as a worker has it: some late, some soon,
        // most far away.
        let activities = district.plans.iter_mut().flat_map(|plan| &mut plan.activities);
        for (number, activity) in activities.enumerate() {
            let days = i64::try_from(number * 37 % 400)? - 6;
            activity.due_on = today.checked_add_signed(chrono::TimeDelta::days(days));
        }
        fs::write(stage.join(name), district.to_json()).context(name)?;
    }
    let camera = CameraSet {
        photos: 4,
        photo_width: 1_600,
        videos: 1,
        video_size: 2_000_000,
        day: today,
        ..CameraSet::default()
    };
    camera_folder(&stage.join("camera"), &camera)?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the district is made around the day on which it is shown")]
fn today() -> chrono::NaiveDate {
    (chrono::Utc::now() + chrono::TimeDelta::hours(5)).date_naive()
}

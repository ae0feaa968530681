//! The phone's screens: npm packages, types, unit tests, build and weight; then a worker's day in a real browser on a
//! real central store and a real phone behind `kandas-field bridge` (`mobile/tests/screens`). Pictures of every screen
//! lie in `mobile/pictures` afterwards, to be looked at. The supervisors' dashboard the same way (`server/dashboard`): it is
//! built before the server, which takes it in.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use kandas_fixtures::{
    district::{District, Outline},
    media::{CameraSet, camera_folder},
    pg::{Cluster, Durability, Programs},
};

use crate::{
    cargo::{Profile, build_programs, root},
    debian,
    steps::{Steps, succeed},
};

/// What the screens need from the machine.
pub(crate) const NEEDS: [debian::Need; 4] = [debian::NODE, debian::NPM, debian::CHROMIUM, debian::POSTGRESQL];

/// npm's name of the phone's screens.
const PHONE: &str = "kandas-mobile-screens";
/// npm's name of the supervisors' dashboard.
const DASHBOARD: &str = "kandas-dashboard";

/// Oldest Node that the build tools run on.
const NODE: (u32, u32) = (20, 19);

/// Which screens.
#[derive(clap::Args, Debug, Default)]
pub(crate) struct Options {
    /// One of the two pages alone
    #[arg(long, value_enum)]
    only: Option<Page>,
    /// Browser tests whose files are called like one of these, alone
    names: Vec<String>,
}

/// A page with screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Page {
    /// The phone's
    Phone,
    /// The supervisors' dashboard
    Dashboard,
}

/// `cargo xtask screens`: everything about the screens and nothing else.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut steps = Steps::default();
    if steps.step("Debian packages", || debian::provide(&NEEDS)).is_some() {
        add(&mut steps, options);
    }
    steps.close()
}

/// The steps, also part of `cargo xtask test`.
pub(crate) fn add(steps: &mut Steps, options: &Options) {
    let only = options.only;
    let names: Vec<_> = options.names.iter().map(String::as_str).collect();
    let whole = names.is_empty();
    if steps.step("npm packages of the screens", install).is_none() {
        return;
    }
    // The server takes the dashboard in, so it is built first.
    let dashboard = steps.step("build the dashboard", || succeed(&mut npm_in(DASHBOARD, "build")));
    // A photo that a supervisor returns is taken again on the phone's own screens.
    let phone = steps.step("build the screens", || succeed(&mut npm("build")));
    if only != Some(Page::Dashboard) {
        if whole {
            steps.step("types of the screens (svelte-check)", || succeed(&mut npm("check")));
            steps.step("unit tests of the screens (vitest)", || succeed(&mut npm("test")));
        }
        if phone.is_some() {
            steps.step("a worker's day in the browser", || day(PHONE, &names));
        }
    }
    if only != Some(Page::Phone) {
        if whole {
            steps.step("types of the dashboard (svelte-check)", || succeed(&mut npm_in(DASHBOARD, "check")));
            steps.step("unit tests of the dashboard (vitest)", || succeed(&mut npm_in(DASHBOARD, "test")));
        }
        if dashboard.is_some() && phone.is_some() {
            steps.step("a supervisor's day in the browser", || day(DASHBOARD, &names));
        }
    }
}

/// Where the built page lies, if somebody has built it.
pub(crate) fn built() -> Option<PathBuf> {
    let folder = root().join("mobile/dist");
    folder.join("index.html").is_file().then_some(folder)
}

/// Builds the page for whoever wants to show it, and says what is being done. What npm and Vite write is kept for the
/// error.
///
/// # Errors
/// Says in a sentence that Node is missing or too old, or what failed.
pub(crate) fn build(say: impl Fn(&str)) -> Result<PathBuf> {
    ensure_node().context("the screens are built by Node 20.19 or newer with npm (Debian: nodejs, npm)")?;
    if installed()? {
        say("npm packages: as the lock file says");
    } else {
        say("npm packages of the lock file, from the registry (half a minute the first time) …");
        quietly(&mut npm_ci())?;
        note_installed()?;
    }
    say("types, messages in three languages, page …");
    quietly(&mut npm("build"))?;
    quietly(&mut npm_in(DASHBOARD, "build"))?;
    built().context("Vite has built no mobile/dist/index.html")
}

/// Installs exactly what the lock file says, unless it is there already.
pub(crate) fn install() -> Result<()> {
    ensure_node()?;
    if installed()? {
        println!("node_modules is as the lock file says");
        return Ok(());
    }
    succeed(&mut npm_ci())?;
    note_installed()
}

/// A copy of the lock file that was installed from.
fn mark() -> PathBuf {
    root().join("node_modules/.kandas-installed-from")
}

fn lock_file() -> Result<String> {
    fs::read_to_string(root().join("package-lock.json")).context("package-lock.json")
}

fn installed() -> Result<bool> {
    let lock = lock_file()?;
    Ok(fs::read_to_string(mark()).is_ok_and(|before| before == lock))
}

fn note_installed() -> Result<()> {
    fs::write(mark(), lock_file()?).context("node_modules")
}

fn npm_ci() -> Command {
    let mut command = Command::new("npm");
    // Scripts of packages are not needed by any of them here, so none runs.
    command.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
    command.current_dir(root()).stdin(Stdio::null());
    command
}

pub(crate) fn npm(script: &str) -> Command {
    npm_in(PHONE, script)
}

fn npm_in(workspace: &str, script: &str) -> Command {
    let mut command = Command::new("npm");
    command.args(["run", "--silent", script, "--workspace", workspace]);
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// Runs a command without its words; the last of them are in the error.
fn quietly(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| name.clone())?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let last: Vec<_> = said.lines().rev().take(6).collect();
    let last: Vec<_> = last.into_iter().rev().collect();
    bail!("{name} ended with {}: {}", output.status, last.join("\n"))
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
fn day(workspace: &str, names: &[&str]) -> Result<()> {
    let programs = build_programs(&["kandas-server", "kandas-field"], Profile::Dev)?;
    let stage = tempfile::tempdir().context("a folder for the stage")?;
    set(stage.path())?;
    let mut command = browser(workspace, stage.path(), &programs, names)?;
    // The supervisors' screens are seen on both engines.
    let cluster = if workspace == DASHBOARD { Some(Cluster::start(Durability::None)?) } else { None };
    if let Some(cluster) = &cluster {
        command
            .env("KANDAS_POSTGRES", cluster.admin_url())
            .env("KANDAS_PSQL", Programs::find()?.tool("psql"));
    }
    succeed(&mut command)
}

/// What a phone with a thousand families takes in the browser: figures by name, each measured several times, in ms.
///
/// # Errors
/// When something is missing that cannot be installed, or a test fails.
pub(crate) fn thousand(programs: &BTreeMap<String, PathBuf>) -> Result<Vec<(String, Vec<f64>)>> {
    #[derive(serde::Deserialize)]
    struct Figure {
        name: String,
        ms: Vec<f64>,
    }
    debian::provide(&NEEDS)?;
    build(|step| println!("   {step}"))?;
    let stage = tempfile::tempdir().context("a folder for the stage")?;
    set(stage.path())?;
    let figures = stage.path().join("figures.jsonl");
    quietly(browser(PHONE, stage.path(), programs, &["thousand"])?.env("KANDAS_FIGURES", &figures))?;
    let text = fs::read_to_string(&figures).context("the browser has measured nothing")?;
    let read = |line| serde_json::from_str::<Figure>(line).with_context(|| format!("a figure: {line}"));
    text.lines().map(|line| read(line).map(|figure| (figure.name, figure.ms))).collect()
}

/// The browser tests whose files are called like one of `only`, or all of them.
fn browser(
    workspace: &str,
    stage: &Path,
    programs: &BTreeMap<String, PathBuf>,
    only: &[&str],
) -> Result<Command> {
    let mut command = npm_in(workspace, "screens");
    command.arg("--").args(only);
    command.env("KANDAS_STAGE", stage);
    command.env("KANDAS_BROWSER", debian::browser().context("no browser")?);
    for (name, path) in programs {
        command.env(name.to_uppercase().replace('-', "_"), path);
    }
    Ok(command)
}

fn set(stage: &Path) -> Result<()> {
    let today = today();
    // Enough families for a list that scrolls: the size that the requirements name.
    for (name, families) in [("district.json", 40), ("district-1000.json", 1_000)] {
        fs::write(stage.join(name), district(families, today)?.to_json()).context(name)?;
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

/// A district around that day. One worker a centre, so that half of the families lie on one phone.
pub(crate) fn district(families: u32, today: chrono::NaiveDate) -> Result<District> {
    let mut district = Outline { families, workers: 1, today, ..Outline::default() }.district();
    // Due dates around today, so that there is something of everything, as a worker has it: some late, some soon, most
    // far away.
    let activities = district.plans.iter_mut().flat_map(|plan| &mut plan.activities);
    for (number, activity) in activities.enumerate() {
        let days = i64::try_from(number * 37 % 400)? - 6;
        activity.due_on = today.checked_add_signed(chrono::TimeDelta::days(days));
    }
    Ok(district)
}

#[expect(clippy::disallowed_methods, reason = "the district is made around the day on which it is shown")]
pub(crate) fn today() -> chrono::NaiveDate {
    (chrono::Utc::now() + chrono::TimeDelta::hours(5)).date_naive()
}

//! A worker's way through the app's window: enrols at a real central store, photographs, signs, seals, sends. Then the
//! store is asked what it holds, past the app. The desktop's stand-in is the camera: it takes the file that lies
//! ready.

mod recovery;
mod system;

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use kandas_fixtures::{
    district::{Activity, District, User},
    media::{CameraSet, camera_folder},
};
use kandas_shared::{
    evidence::{FileRef, Part},
    ids::ChainId,
    receipt::FileReceipt,
};
use rand::{SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};

use super::driver::{Screen, Window};
use crate::{
    cargo::root,
    centre::Centre,
    device::{Device, Key},
    screens,
};

/// Wants a photo and a signature, once for a family; no video needs a reason.
const COAL: &str = "S13";
const PIN: &str = "2580";
const TODAY: &str = "return document.querySelector('nav') !== null";

pub(super) fn run(app: &Path, server: &Path) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let stage = tempfile::tempdir().context("a folder for the stage")?;
    let today = screens::today();
    let district = screens::district(40, today)?;
    let document = stage.path().join("district.json");
    fs::write(&document, district.to_json())?;
    let camera = stage.path().join("camera");
    let set = CameraSet { photos: 1, photo_width: 1_600, videos: 0, day: today, ..CameraSet::default() };
    camera_folder(&camera, &set)?;
    let laid = fs::read_dir(&camera)?.count();

    let centre = Centre::new(server, stage.path(), None, None, false)?;
    centre.init()?;
    centre.import(&document)?;
    let serving = centre.serve()?;
    let (worker, activity) = chosen(&district).context("no family with coal")?;
    let other = district.users.iter().find(|user| user.role == worker.role && user.id != worker.id);
    let auditor = centre.invite(&other.context("a second worker")?.login)?;
    let link = centre.invite(&worker.login)?.to_link();

    runtime.block_on(async {
        let home = stage.path().join("phone");
        let shared = stage.path().join("shared");
        let screen = Screen::start(
            stage.path(),
            &[
                ("KANDAS_HOME", home.clone().into()),
                ("KANDAS_DEVICE_CAMERA", camera.clone().into()),
                ("KANDAS_DEVICE_SHARED", shared.clone().into()),
                ("KANDAS_DEVICE_POSITION", "52.3,76.9,6".into()),
                // What a web view keeps of its own lies with the rest.
                ("XDG_DATA_HOME", stage.path().join("data").into()),
                ("XDG_CACHE_HOME", stage.path().join("cache").into()),
            ],
        )
        .await?;
        let walked = walk(&screen, app, &link, activity, &shared).await;
        let files = walked.with_context(|| format!("the window; {}", screen.last_words()))?;
        let phone = recovery::Phone { screen: &screen, app, home: &home };
        let recovered = phone.forgets_its_key(&centre, &worker.login).await;
        recovered.with_context(|| format!("recovery; {}", screen.last_words()))?;
        let found = phone.is_lost_and_found(&centre, &worker.login).await;
        found.with_context(|| format!("lost and found; {}", screen.last_words()))?;
        ensure!(fs::read_dir(&camera)?.count() + 1 == laid, "the stand-in has taken one file");
        is_encrypted(&home.join("home/store.db"))?;
        screen.stop()?;
        in_custody(&auditor, &files).await
    })?;
    let report = centre.verify(true)?;
    ensure!(report.get("sound") == Some(&json!(true)), "verify says {report}");
    serving.stop()?;
    Ok(())
}

/// A worker of the centre and an activity of his whose person has given consent.
fn chosen(district: &District) -> Option<(&User, &Activity)> {
    let consents: Vec<_> =
        district.consents.iter().filter(|each| each.state == "given").map(|each| each.person).collect();
    district.users.iter().filter(|user| user.role == "cc_set").find_map(|user| {
        let his = |family| {
            district.assignments.iter().any(|a| a.worker == user.id && a.family == family && a.to.is_none())
        };
        let activities =
            district.plans.iter().filter(|plan| his(plan.family)).flat_map(|plan| &plan.activities);
        let mut fitting = activities.filter(|each| each.service == COAL && consents.contains(&each.person));
        fitting.next().map(|activity| (user, activity))
    })
}

async fn walk(
    screen: &Screen,
    app: &Path,
    link: &str,
    activity: &Activity,
    shared: &Path,
) -> Result<Vec<FileRef>> {
    system::reader(screen, app).await?;
    let window = screen.open(app, &[], Some(link)).await?;
    let ended = async {
        enrol(&window, link).await?;
        let draft = gather(&window, activity).await?;
        seal(&window).await?;
        look(&window, "sealed").await?;
        deliver(&window, &draft).await
    }
    .await;
    if ended.is_err() {
        // What was on the screen says more than any text.
        let _ = look(&window, "trouble").await;
    }
    let closed = window.close().await;
    let files = ended?;
    closed?;
    again(screen, app).await?;
    system::finger(screen, app, shared).await?;
    Ok(files)
}

async fn enrol(window: &Window<'_>, link: &str) -> Result<()> {
    let says = window.call(&json!({"call": "diagnostics"})).await?;
    let facts = says.get("facts").cloned().unwrap_or_default().to_string();
    ensure!(facts.contains("stand-in, no phone"), "the stand-in says that it is one: {facts}");
    // The link that the app was opened with is filled in, and nothing happens until the worker has confirmed.
    let filled = "const field = document.querySelector('textarea'); return field !== null && field.value === arguments[0]";
    window.until("the link", filled, &[json!(link)]).await?;
    look(window, "link").await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let phone = window.call(&json!({"call": "phone"})).await?;
    ensure!(phone.get("stage") == Some(&json!("unenrolled")), "a link enrols nobody by itself: {phone}");
    window.press("button[form=enrol]", None).await?;
    for button in ["button-continue", "button-save"] {
        pin(window, ".pad .btn").await?;
        window.press("button", Some(&word(button)?)).await?;
    }
    // The families are there.
    window
        .until(
            "Today",
            "return document.querySelector('nav') && document.querySelector('.week, .card .item') !== null",
            &[],
        )
        .await?;
    look(window, "today").await
}

async fn pin(window: &Window<'_>, keys: &str) -> Result<()> {
    for digit in PIN.chars() {
        window.press(keys, Some(&digit.to_string())).await?;
    }
    Ok(())
}

/// Photo by the camera, signature on the page, reason for no video, position by itself. Answers the draft.
async fn gather(window: &Window<'_>, activity: &Activity) -> Result<String> {
    window.script("location.hash = arguments[0]", &[json!(format!("#/activities/{}", activity.id))]).await?;
    window.press("button", Some(&word("activity-start")?)).await?;
    window.press(".tiles .add", None).await?;
    // The picture is really shown: it comes by the shell's own scheme, out of the vault.
    let shown = "const of = document.querySelector('.tiles .photo img'); return of && of.naturalWidth > 0";
    window.until("the small picture", shown, &[]).await?;
    window.press("button", Some(&word("activity-sign")?)).await?;
    window.draw("dialog canvas").await?;
    window.press("dialog button", Some(&word("signature-keep")?)).await?;
    window.until("the signature", "return document.querySelector('dialog canvas') === null", &[]).await?;
    window.press("button", Some(&word("activity-video-reason")?)).await?;
    window.press("dialog label", Some(&word("no-video-no-consent")?)).await?;
    window.press("dialog button", Some(&word("button-choose")?)).await?;
    let place = window.script("return location.hash", &[]).await?;
    let draft = place
        .as_str()
        .and_then(|hash| hash.strip_prefix("#/drafts/"))
        .context("this is no draft")?
        .to_owned();
    look(window, "draft").await?;
    Ok(draft)
}

async fn seal(window: &Window<'_>) -> Result<()> {
    window.press("button", Some(&word("activity-review")?)).await?;
    window.press("button", Some(&word("review-confirm")?)).await?;
    let title = "return document.body.innerText.includes(arguments[0])";
    window.until("the seal", title, &[json!(word("sealed-title")?)]).await.map(drop)
}

/// Waits until the app says that everything is delivered; answers what it has sealed.
async fn deliver(window: &Window<'_>, draft: &str) -> Result<Vec<FileRef>> {
    let mut state = Value::Null;
    for _ in 0..240 {
        state =
            window.call(&json!({"call": "sync"})).await?.pointer("/line/state").cloned().unwrap_or_default();
        if state == "delivered" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    ensure!(state == "delivered", "the app says {state}");
    let page = window.call(&json!({"call": "draft", "draft": draft})).await?;
    ensure!(
        page.pointer("/position/mock") == Some(&json!(true)),
        "a given position is marked as made up: {page}"
    );
    let tiles = page.get("evidence").and_then(Value::as_array).context("evidence")?;
    ensure!(tiles.len() == 2, "a photo and a signature, not {}", tiles.len());
    let mut files = Vec::new();
    for tile in tiles {
        ensure!(tile.get("captured").is_some_and(Value::is_boolean), "{tile}");
        let evidence = tile.get("evidence").and_then(Value::as_str).context("evidence")?;
        files.push(FileRef { evidence: evidence.parse().context("an id")?, part: Part::File });
    }
    Ok(files)
}

/// A new start: locked, opened by the PIN, and everything is there.
async fn again(screen: &Screen, app: &Path) -> Result<()> {
    let window = screen.open(app, &[], None).await?;
    let ended = async {
        window.until("the lock", "return document.querySelectorAll('.pad .btn').length > 0", &[]).await?;
        let locked = window.call(&json!({"call": "today"})).await;
        ensure!(locked.is_err(), "nothing is told while it is locked");
        let own = window.script("return Object.keys(globalThis.kandasShell)", &[]).await?;
        ensure!(own == json!([]), "a desktop has neither sensor nor reader, and offers none: {own}");
        unlock(&window).await?;
        let sent = window.call(&json!({"call": "sent"})).await?;
        let rows = sent.get("rows").and_then(Value::as_array).map_or(0, Vec::len);
        ensure!(rows == 1, "one record in the ledger, not {rows}: {sent}");
        Ok(())
    }
    .await;
    window.close().await?;
    ended
}

/// By the PIN.
async fn unlock(window: &Window<'_>) -> Result<()> {
    pin(window, ".pad .btn").await?;
    window.press("button", Some(&word("button-unlock")?)).await?;
    window.until("Today", TODAY, &[]).await.map(drop)
}

/// The central store has signed receipts for them.
async fn in_custody(invitation: &kandas_shared::enrol::Invitation, files: &[FileRef]) -> Result<()> {
    let mut rng = StdRng::seed_from_u64(11);
    let auditor = Device::enrol(invitation, Key::draw(&mut rng), ChainId(uuid::Uuid::from_u128(11))).await?;
    for file in files {
        let receipt: Option<FileReceipt> = auditor.file_receipt(*file).await?;
        ensure!(receipt.is_some(), "{} {} is not in custody", file.evidence, file.part);
    }
    Ok(())
}

/// The database on the phone cannot be read without its key.
fn is_encrypted(store: &Path) -> Result<()> {
    let bytes = fs::read(store).with_context(|| store.display().to_string())?;
    ensure!(bytes.len() >= 4_096 && !bytes.starts_with(b"SQLite format 3"), "the store is not encrypted");
    Ok(())
}

async fn look(window: &Window<'_>, name: &str) -> Result<()> {
    let folder = root().join("mobile/pictures");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(format!("window-{name}.png")), window.picture().await?)?;
    Ok(())
}

/// What the screens say in Kazakh.
fn word(id: &str) -> Result<String> {
    for entry in fs::read_dir(root().join("shared/locales/kk"))? {
        let text = fs::read_to_string(entry?.path())?;
        if let Some(line) = text.lines().find_map(|line| line.strip_prefix(id)?.strip_prefix(" = ")) {
            return Ok(line.trim().to_owned());
        }
    }
    anyhow::bail!("there is no message {id}")
}

//! The one core of this process. Whoever comes first opens it, the screens or the background; the other finds it open.

use std::{path::Path, sync::Arc, time::Duration};

use kandas_app::{
    app::{App, AppError},
    face::{
        Face,
        call::{Problem, ProblemWord},
    },
    platform::LinkKind,
    recover,
};
use kandas_device::{Device, hardware::Hardware};
use serde::Serialize;
use tauri::{AppHandle, Manager as _, Runtime};
use tokio::sync::OnceCell;

static CORE: OnceCell<Face> = OnceCell::const_new();

/// What the core of this process stands on.
#[cfg(target_os = "ios")]
static HARDWARE: std::sync::OnceLock<Arc<dyn Hardware>> = std::sync::OnceLock::new();

/// The link is looked at this often; systems tell of changes in ways of their own, this one works alike everywhere.
const LOOK_AT_LINK: Duration = Duration::from_secs(10);

/// The core behind the screens.
///
/// # Errors
/// `KeyForgotten` when the keystore forgot its key ([`recover`]); `Unavailable` when it cannot be opened for another
/// reason: another process has the home. The next call tries again.
pub(crate) async fn of<R: Runtime>(app: &AppHandle<R>) -> Result<&'static Face, Problem> {
    if let Some(face) = CORE.get() {
        return Ok(face);
    }
    let device = app.state::<Device<R>>();
    let home = device.home().map_err(|error| Problem::new(ProblemWord::Unavailable, &error.to_string()))?;
    open(&home, &device.hardware()).await.map_err(|error| unopened(&error))
}

fn unopened(error: &AppError) -> Problem {
    let word = match error {
        AppError::KeyForgotten(_) => ProblemWord::KeyForgotten,
        _ => ProblemWord::Unavailable,
    };
    Problem::new(word, &error.to_string())
}

/// How giving a key back ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(crate) enum Recovery {
    /// The home is open again.
    Recovered {
        /// Whether the phone is still known to the centre. If not, it has to be enrolled anew; what was sealed stays valid.
        enrolment_kept: bool,
    },
    /// This is no key, or another phone's. Nothing has changed.
    WrongKey,
}

/// Gives a home whose keystore forgot its key that key back, as the organisation has unwrapped it, and opens it.
///
/// # Errors
/// `NotNow` when the home is open already; else as [`of`].
pub(crate) async fn recover<R: Runtime>(app: &AppHandle<R>, key: &str) -> Result<Recovery, Problem> {
    if CORE.initialized() {
        return Err(Problem::new(ProblemWord::NotNow, "the home is open"));
    }
    let device = app.state::<Device<R>>();
    let home = device.home().map_err(|error| Problem::new(ProblemWord::Unavailable, &error.to_string()))?;
    give_back(&CORE, &home, &device.hardware(), key).await
}

async fn give_back(
    core: &OnceCell<Face>,
    home: &Path,
    hardware: &Arc<dyn Hardware>,
    key: &str,
) -> Result<Recovery, Problem> {
    let Ok(key) = recover::read_key(key) else { return Ok(Recovery::WrongKey) };
    let mut given = None;
    // Whoever else wants to open the home waits meanwhile.
    let opened = core.get_or_try_init(|| async {
        given = Some(recover::recover(home, &kandas_device::platform(home, hardware), &key).await?);
        begin(home, hardware).await
    });
    match (opened.await, given) {
        (Err(AppError::WrongKey), _) => Ok(Recovery::WrongKey),
        (Err(error), _) => Err(unopened(&error)),
        (Ok(_), Some(given)) => Ok(Recovery::Recovered { enrolment_kept: given.enrolment_kept }),
        (Ok(_), None) => Err(Problem::new(ProblemWord::NotNow, "the home was opened meanwhile")),
    }
}

/// The core on that home; opened when nobody has opened it yet.
///
/// # Errors
/// As [`App::open`].
pub(crate) async fn open(home: &Path, hardware: &Arc<dyn Hardware>) -> Result<&'static Face, AppError> {
    CORE.get_or_try_init(|| begin(home, hardware)).await
}

async fn begin(home: &Path, hardware: &Arc<dyn Hardware>) -> Result<Face, AppError> {
    std::fs::create_dir_all(home).map_err(AppError::io("home"))?;
    let app = App::open(home, kandas_device::platform(home, hardware)).await?;
    let face = Face::new(app).await?;
    #[cfg(target_os = "ios")]
    let _ = HARDWARE.set(Arc::clone(hardware));
    let sending = face.clone();
    tauri::async_runtime::spawn(async move { sending.keep_sending().await });
    tauri::async_runtime::spawn(watch_link(face.clone()));
    Ok(face)
}

/// A phone that meets a network again sends at once, and one that changes from Wi-Fi to a link that costs stops what
/// only Wi-Fi may carry.
async fn watch_link(face: Face) {
    let kind = |face: &Face| face.app().platform().link.kind();
    let mut before: LinkKind = kind(&face);
    loop {
        tokio::time::sleep(LOOK_AT_LINK).await;
        let now = kind(&face);
        if now != before {
            before = now;
            face.link_changed();
        }
    }
}

/// The core and what it stands on, if it was opened already.
#[cfg(target_os = "ios")]
pub(crate) fn opened() -> Option<(&'static Face, Arc<dyn Hardware>)> {
    Some((CORE.get()?, Arc::clone(HARDWARE.get()?)))
}

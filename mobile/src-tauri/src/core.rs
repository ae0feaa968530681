//! The one core of this process. Whoever comes first opens it, the screens or the background; the other finds it open.

use std::{path::Path, sync::Arc, time::Duration};

use kandas_app::{
    app::{App, AppError},
    face::{
        Face,
        call::{Problem, ProblemWord},
    },
    platform::LinkKind,
};
use kandas_device::{Device, hardware::Hardware};
use tauri::{AppHandle, Manager as _, Runtime};
use tokio::sync::OnceCell;

static CORE: OnceCell<Face> = OnceCell::const_new();

/// The link is looked at this often; systems tell of changes in ways of their own, this one works alike everywhere.
const LOOK_AT_LINK: Duration = Duration::from_secs(10);

/// The core behind the screens.
///
/// # Errors
/// `Unavailable` when it cannot be opened: another process has the home, or the keystore forgot its key. The next call
/// tries again.
pub(crate) async fn of<R: Runtime>(app: &AppHandle<R>) -> Result<&'static Face, Problem> {
    if let Some(face) = CORE.get() {
        return Ok(face);
    }
    let device = app.state::<Device<R>>();
    let home = device.home().map_err(|error| Problem::new(ProblemWord::Unavailable, &error.to_string()))?;
    open(&home, &device.hardware())
        .await
        .map_err(|error| Problem::new(ProblemWord::Unavailable, &error.to_string()))
}

/// The core on that home; opened when nobody has opened it yet.
///
/// # Errors
/// As [`App::open`].
pub(crate) async fn open(home: &Path, hardware: &Arc<dyn Hardware>) -> Result<&'static Face, AppError> {
    CORE.get_or_try_init(|| async {
        std::fs::create_dir_all(home).map_err(AppError::io("home"))?;
        let app = App::open(home, kandas_device::platform(home, hardware)).await?;
        let face = Face::new(app).await?;
        let sending = face.clone();
        tauri::async_runtime::spawn(async move { sending.keep_sending().await });
        tauri::async_runtime::spawn(watch_link(face.clone()));
        Ok(face)
    })
    .await
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

/// The core, if it was opened already.
#[cfg(target_os = "ios")]
pub(crate) fn opened() -> Option<&'static Face> {
    CORE.get()
}

//! What the page may ask: a call to the core, its news, the camera, a signature drawn on the page, a position, the worker's
//! finger or face, the text of a QR, the log as a file, a number or the newer program for other apps.
//!
//! A call answers exactly as the bridge of `kandas-field` does: the view, or a [`Problem`]. Pictures and videos never
//! come through here: the camera writes them where the core finds them.

use std::{
    path::PathBuf,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use kandas_app::{
    capture::How,
    face::{
        Face,
        call::{Problem, ProblemWord, Request, View},
        how,
        view::{AttachAnswer, Event, Fix},
    },
    store::draft::DraftId,
};
use kandas_device::{Device, DeviceError, Located, Shot, Trouble, Wanted};
use kandas_shared::{
    evidence::{EvidenceKind, Source},
    ids::EvidenceId,
};
use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Manager as _, Runtime, State, async_runtime::JoinHandle, ipc::Channel};
use tokio::sync::broadcast::error::RecvError;

use crate::core;

/// Bytes that may come from the page: a signature is some ten thousand.
const BROUGHT_LIMIT: usize = 4 * 1024 * 1024;
/// Events of a shared log, the last ones.
const LOG_EVENTS: u32 = 5_000;
/// A position says where a picture was taken if it was made at most so many milliseconds before.
const FRESH_MS: u64 = 2 * 60 * 1_000;
/// How long a picture waits for a position of its own, looked at in such steps. The worker has come back from the camera.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(4), Duration::from_millis(200));

/// Who on the page listens to what; a page that was loaded again listens anew.
#[derive(Default)]
pub(crate) struct Listeners {
    events: Mutex<Option<JoinHandle<()>>>,
    /// The last position of any search.
    fix: std::sync::Arc<Mutex<Option<Fix>>>,
    /// Whether the page is looking for a position.
    looking: AtomicBool,
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    match what.lock() {
        Ok(inner) => inner,
        Err(poisoned) => poisoned.into_inner(),
    }
}

/// Everything that `app/src/face/call.rs` lists.
#[tauri::command]
pub(crate) async fn call<R: Runtime>(app: AppHandle<R>, request: serde_json::Value) -> Result<View, Problem> {
    let request = Request::deserialize(request)
        .map_err(|error| Problem::new(ProblemWord::BadRequest, &error.to_string()))?;
    let may_wait =
        matches!(request, Request::Seal { .. } | Request::Enrol { .. } | Request::EnrolTyped { .. });
    let view = core::of(&app).await?.dispatch(request).await?;
    if may_wait {
        background(&app);
    }
    Ok(view)
}

/// Tells the page what changes.
#[tauri::command]
pub(crate) async fn watch<R: Runtime>(
    app: AppHandle<R>,
    listeners: State<'_, Listeners>,
    news: Channel<Event>,
) -> Result<(), Problem> {
    let mut watch = core::of(&app).await?.watch();
    let task = tauri::async_runtime::spawn(async move {
        loop {
            let event = match watch.recv().await {
                Ok(event) => event,
                Err(RecvError::Lagged(_)) => Event::Missed,
                Err(RecvError::Closed) => return,
            };
            if news.send(event).is_err() {
                return;
            }
        }
    });
    if let Some(former) = locked(&listeners.events).replace(task) {
        former.abort();
    }
    Ok(())
}

/// How a file comes into a draft.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Into {
    draft: DraftId,
    kind: EvidenceKind,
    #[serde(default)]
    page: Option<u16>,
    #[serde(default)]
    replaces: Option<EvidenceId>,
}

impl Into {
    fn how(&self, source: Source, fix: Option<&Fix>) -> How {
        how(Some(self.kind), source, fix, self.page, None, self.replaces)
    }
}

/// Opens the system's camera for a draft. No answer: the worker did not want to after all.
#[tauri::command]
pub(crate) async fn shoot<R: Runtime>(
    app: AppHandle<R>,
    listeners: State<'_, Listeners>,
    wanted: Wanted,
    into: Into,
    seconds: u32,
) -> Result<Vec<AttachAnswer>, Problem> {
    let face = core::of(&app).await?;
    let room = face.app().free_space_check().await?;
    if !room.is_enough() {
        return Ok(vec![AttachAnswer::NoRoom { free: room.free, needed: room.reserve }]);
    }
    // A folder of its own for each draft: what the camera wrote is known to be meant for it, even when the system ended
    // the app behind the camera.
    let folder = face.app().camera_folder_of(into.draft);
    let device = app.state::<Device<R>>();
    let taken = device.shoot(Shot { wanted, folder, seconds }).await.map_err(unavailable)?;
    let made_now = taken.made_now;
    let fix = if made_now && !taken.files.is_empty() { near(&app, &listeners, face).await } else { None };
    let source = if made_now { Source::Captured } else { Source::Attached };
    let mut answers = Vec::new();
    for file in taken.files {
        let answer = face.attach(into.draft, &file, into.how(source, fix.as_ref())).await?;
        // Our copy of a file that cannot be evidence helps nobody; what the camera made just now is the only one there
        // is, stays, and is offered at the next start.
        let useless = matches!(answer, AttachAnswer::SetAside { .. } | AttachAnswer::NoRoom { .. });
        if useless
            && !made_now
            && let Err(error) = std::fs::remove_file(&file)
        {
            tracing::warn!(%error, "a copy that cannot be evidence stays");
        }
        answers.push(answer);
    }
    // Nothing was made, or all of it is in the vault: then the folder is empty and goes.
    let _ = std::fs::remove_dir(face.app().camera_folder_of(into.draft));
    Ok(answers)
}

/// Where the phone is now: the last position that was found, if it is fresh, else where the system last saw the phone,
/// else the first one of a short search. The camera often takes longer than the page's search lasted.
async fn near<R: Runtime>(app: &AppHandle<R>, listeners: &Listeners, face: &Face) -> Option<Fix> {
    let found = || locked(&listeners.fix).clone().filter(|fix| is_fresh(face, fix));
    if let Some(fix) = found() {
        return Some(fix);
    }
    let device = app.state::<Device<R>>();
    match device.here().await {
        Ok(last) => {
            let last = last.and_then(|raw| raw.to_fix()).filter(|fix| is_fresh(face, fix));
            if last.is_some() {
                return last;
            }
        }
        Err(error) => tracing::debug!(%error, "the system has not seen this phone"),
    }
    // The page's own search tells here too; a second one would take its place.
    let ours = !listeners.looking.load(Ordering::SeqCst);
    if ours {
        let last = std::sync::Arc::clone(&listeners.fix);
        let begun = device.locate(move |located| {
            if let Located::Fix(raw) = located
                && let Some(fix) = raw.to_fix()
            {
                *locked(&last) = Some(fix);
            }
        });
        if let Err(error) = begun {
            tracing::debug!(%error, "no position can be looked for");
            return None;
        }
    }
    let (patience, step) = PATIENCE;
    let waiting = async {
        while found().is_none() {
            tokio::time::sleep(step).await;
        }
    };
    if tokio::time::timeout(patience, waiting).await.is_err() {
        tracing::debug!("no position came while the camera's picture waited");
    }
    // A search that the page has begun meanwhile goes on.
    if ours
        && !listeners.looking.load(Ordering::SeqCst)
        && let Err(error) = device.stop_locating()
    {
        tracing::debug!(%error, "the search goes on");
    }
    found()
}

fn is_fresh(face: &Face, fix: &Fix) -> bool {
    let (_, now) = face.app().platform().clock.boot();
    fix.fix_boot_ms.is_some_and(|made| now.saturating_sub(made) <= FRESH_MS)
}

/// Takes in what was made on the page itself: a signature.
#[tauri::command]
pub(crate) async fn bring<R: Runtime>(
    app: AppHandle<R>,
    into: Into,
    name: Option<String>,
    captured: bool,
    base64: String,
) -> Result<AttachAnswer, Problem> {
    if base64.len() > BROUGHT_LIMIT {
        return Err(Problem::new(ProblemWord::BadRequest, "this comes by the camera, not through the page"));
    }
    let bytes =
        STANDARD.decode(base64).map_err(|error| Problem::new(ProblemWord::BadRequest, &error.to_string()))?;
    let face = core::of(&app).await?;
    let bringing = face.begin_bringing(into.draft, name.as_deref()).await?;
    kandas_disk::replace(&bringing.path, &bytes)
        .map_err(|error| Problem::new(ProblemWord::NotNow, &error.to_string()))?;
    let source = if captured { Source::Captured } else { Source::Attached };
    let how = into.how(source, None);
    face.bring(bringing, into.draft, how).await
}

/// News of a search, as the page takes it.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub(crate) enum LocateNews {
    /// A position.
    Fix {
        /// As it is saved.
        fix: Fix,
    },
    /// There will be none.
    Trouble {
        /// Why.
        trouble: Trouble,
    },
}

/// Looks for a position and tells the page each one, until [`stop_locating`].
#[tauri::command]
pub(crate) async fn locate<R: Runtime>(
    app: AppHandle<R>,
    listeners: State<'_, Listeners>,
    news: Channel<LocateNews>,
) -> Result<(), Problem> {
    listeners.looking.store(true, Ordering::SeqCst);
    let last = std::sync::Arc::clone(&listeners.fix);
    let told = app.state::<Device<R>>().locate(move |located| {
        let told = match located {
            Located::Fix(raw) => {
                let Some(fix) = raw.to_fix() else { return };
                *locked(&last) = Some(fix.clone());
                LocateNews::Fix { fix }
            }
            Located::Trouble { trouble } => LocateNews::Trouble { trouble },
        };
        if let Err(error) = news.send(told) {
            tracing::debug!(%error, "nobody listens to positions any more");
        }
    });
    if told.is_err() {
        listeners.looking.store(false, Ordering::SeqCst);
    }
    told.map_err(unavailable)
}

/// Ends the search.
#[tauri::command]
pub(crate) async fn stop_locating<R: Runtime>(
    app: AppHandle<R>,
    listeners: State<'_, Listeners>,
) -> Result<(), Problem> {
    listeners.looking.store(false, Ordering::SeqCst);
    app.state::<Device<R>>().stop_locating().map_err(unavailable)
}

/// Asks the system for the worker's finger or face, showing `reason`, and lets the core unlock. False: not recognised, or
/// the worker gave up.
#[tauri::command]
pub(crate) async fn recognise<R: Runtime>(app: AppHandle<R>, reason: String) -> Result<bool, Problem> {
    let face = core::of(&app).await?;
    let recognised = app.state::<Device<R>>().recognise(reason).await.map_err(unavailable)?;
    if recognised {
        face.unlock_by_system().await?;
    }
    Ok(recognised)
}

/// The system's own reader of QR codes: the text of one, or nothing when the worker gave up.
#[tauri::command]
pub(crate) async fn scan<R: Runtime>(app: AppHandle<R>) -> Result<Option<String>, Problem> {
    app.state::<Device<R>>().scan().await.map_err(unavailable)
}

/// Takes the key that the organisation has given back for a phone whose keystore forgot its own.
#[tauri::command]
pub(crate) async fn recover<R: Runtime>(app: AppHandle<R>, key: String) -> Result<core::Recovery, Problem> {
    core::recover(&app, &key).await
}

/// Where the system last saw this phone, for distances in lists. Nobody is asked for a permission; what the system calls
/// made up is passed on with that mark.
#[tauri::command]
pub(crate) async fn here<R: Runtime>(app: AppHandle<R>) -> Result<Option<Fix>, Problem> {
    let last = app.state::<Device<R>>().here().await.map_err(unavailable)?;
    Ok(last.and_then(|raw| raw.to_fix()))
}

/// Hands the log to the system as a file, for the app that the worker chooses. Answers where it was put, where the system
/// has only folders.
#[tauri::command]
pub(crate) async fn share_log<R: Runtime>(app: AppHandle<R>) -> Result<Option<PathBuf>, Problem> {
    let face = core::of(&app).await?;
    let log = face.diagnostics(Some(LOG_EVENTS)).await?;
    let folder = face.app().home().join("shared");
    let place = folder.join("kandas-field.log");
    let written = std::fs::create_dir_all(&folder)
        .and_then(|()| kandas_disk::replace(&place, log.to_text().as_bytes()));
    written.map_err(|error| Problem::new(ProblemWord::NotNow, &error.to_string()))?;
    app.state::<Device<R>>().share(&place, "text/plain").await.map_err(unavailable)
}

/// Hands to the system what the window does not show: a number to call, and the newer program that the centre offers.
///
/// # Errors
/// `BadRequest` for every other address: a page that was tampered with opens nothing.
#[tauri::command]
pub(crate) async fn open_outside<R: Runtime>(app: AppHandle<R>, address: String) -> Result<(), Problem> {
    let may = if let Some(number) = address.strip_prefix("tel:") {
        is_number(number)
    } else {
        let face = core::of(&app).await?;
        face.phone().await?.newer.is_some_and(|newer| newer.address == address)
    };
    if !may {
        return Err(Problem::new(ProblemWord::BadRequest, "this address is not opened"));
    }
    app.state::<Device<R>>().open(&address).await.map_err(unavailable)
}

/// What a dialler takes: digits, with what people write between them, and no codes (`*`, `#`) that change settings.
fn is_number(text: &str) -> bool {
    let text = text.replace("%20", " ");
    text.chars().any(|c| c.is_ascii_digit())
        && text.len() <= 40
        && text.chars().all(|c| c.is_ascii_digit() || "+-() .".contains(c))
}

/// Longest thing to feel, in milliseconds and in steps.
const BUZZ: (u32, usize) = (500, 8);

/// Lets the worker feel something: milliseconds on, off, on …
#[tauri::command]
pub(crate) async fn buzz<R: Runtime>(app: AppHandle<R>, mut pattern: Vec<u32>) -> Result<(), Problem> {
    pattern.truncate(BUZZ.1);
    for step in &mut pattern {
        *step = (*step).min(BUZZ.0);
    }
    app.state::<Device<R>>().buzz(&pattern).await.map_err(unavailable)
}

fn unavailable(error: DeviceError) -> Problem {
    tracing::warn!(%error, "the device did not give what was asked");
    Problem::new(ProblemWord::Unavailable, &error.to_string())
}

fn background<R: Runtime>(app: &AppHandle<R>) {
    if let Err(error) = app.state::<Device<R>>().ask_for_notices() {
        tracing::warn!(%error, "nobody can be asked whether reminders may be shown");
    }
    // Without it what waits goes when the app is opened next.
    if let Err(error) = app.state::<Device<R>>().schedule_sync() {
        tracing::warn!(%error, "the system gives no time in the background");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_is_dialled() {
        for (text, is) in [
            ("+77011234567", true),
            ("8%20(727)%20250-11-22", true),
            ("112", true),
            ("", false),
            ("+", false),
            ("*%2306%23", false),
            ("*#06#", false),
            ("112;ext=5", false),
            ("javascript:1", false),
        ] {
            assert_eq!(is_number(text), is, "{text}");
        }
    }
}

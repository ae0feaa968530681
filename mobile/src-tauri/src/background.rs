//! Time in the background: Android's WorkManager and iOS's BGTaskScheduler wake the app when there is a network, the
//! core sends what waits, locked screens or not. No service that stays.

use std::time::Duration;

use kandas_app::face::{
    Face,
    call::{Problem, Request, View},
    remind::Kind,
    view::LineState,
};
use kandas_device::hardware::Hardware;

/// The loop begins within this time after it was told to.
const BEGIN: Duration = Duration::from_secs(10);

/// Sends until nothing more can go now, or the time is up. Says whether nothing is left that another attempt would
/// help.
///
/// # Errors
/// When the store fails.
pub async fn send(face: &Face, limit: Duration) -> Result<bool, Problem> {
    face.dispatch(Request::SyncNow).await?;
    let sent = tokio::time::timeout(limit, async {
        let mut waited = Duration::ZERO;
        loop {
            let step = Duration::from_secs(1);
            tokio::time::sleep(step).await;
            waited += step;
            match state(face).await? {
                LineState::Sending => {}
                LineState::Waiting if waited < BEGIN => {}
                state => {
                    return Ok(matches!(state, LineState::Delivered | LineState::Later | LineState::Off));
                }
            }
        }
    });
    // Stopping at any moment is fine: all state is rows.
    sent.await.unwrap_or(Ok(false))
}

/// Shows what the worker is to be reminded of; what it is the core decides.
pub async fn remind(face: &Face, hardware: &dyn Hardware) {
    let reminders = match face.reminders().await {
        Ok(reminders) => reminders,
        Err(problem) => {
            tracing::warn!(%problem, "nobody is reminded of anything");
            return;
        }
    };
    for reminder in reminders {
        let kind = match reminder.kind {
            Kind::Returned => "returned",
            Kind::Due => "due",
            Kind::Unsent => "unsent",
        };
        if let Err(error) = hardware.notify(kind, &reminder.title, &reminder.text) {
            tracing::warn!(%error, "the system does not show a reminder");
        }
    }
}

async fn state(face: &Face) -> Result<LineState, Problem> {
    match face.dispatch(Request::Sync).await? {
        View::Sync(view) => Ok(view.line.state),
        _ => Ok(LineState::Failed),
    }
}

/// `Native.sync(home, seconds)` of Kotlin: called by the worker in a process that may have no screen.
#[cfg(target_os = "android")]
#[expect(unsafe_code, reason = "Java finds native functions by their exported names")]
#[unsafe(no_mangle)]
pub extern "system" fn Java_kz_kandas_device_Native_sync(
    mut env: jni::JNIEnv<'_>,
    _class: jni::objects::JClass<'_>,
    home: jni::objects::JString<'_>,
    seconds: jni::sys::jint,
) -> jni::sys::jboolean {
    let Ok(home) = env.get_string(&home).map(String::from) else { return 0 };
    let limit = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    let sent = tauri::async_runtime::block_on(async {
        let hardware = kandas_device::android::hardware().map_err(|error| error.to_string())?;
        let face = crate::core::open(std::path::Path::new(&home), &hardware).await;
        let face = face.map_err(|error| error.to_string())?;
        let sent = send(face, limit).await;
        remind(face, &*hardware).await;
        sent.map_err(|problem| problem.to_string())
    });
    u8::from(sent.unwrap_or_else(|error| {
        tracing::warn!(error, "nothing was sent in the background");
        false
    }))
}

/// Called by `DevicePlugin.swift` within a background task. The app is there as a whole; only its screen is not.
#[cfg(target_os = "ios")]
#[expect(unsafe_code, reason = "Swift finds the function by its exported name")]
#[unsafe(no_mangle)]
pub extern "C" fn kandas_sync(seconds: u32) -> bool {
    let limit = Duration::from_secs(seconds.into());
    tauri::async_runtime::block_on(async {
        match crate::core::opened() {
            Some((face, hardware)) => {
                let sent = send(face, limit).await.unwrap_or(false);
                remind(face, &*hardware).await;
                sent
            }
            None => false,
        }
    })
}

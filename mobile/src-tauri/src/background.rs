//! Time in the background: Android's WorkManager and iOS's BGTaskScheduler wake the app when there is a network, the
//! core sends what waits, locked screens or not. No service that stays.

use std::time::Duration;

use kandas_app::face::{
    Face,
    call::{Problem, Request, View},
    view::LineState,
};

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
        send(face.map_err(|error| error.to_string())?, limit).await.map_err(|problem| problem.to_string())
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
            Some(face) => send(face, limit).await.unwrap_or(false),
            None => false,
        }
    })
}

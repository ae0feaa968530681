//! The device on a phone: camera and position are asked over Tauri's bridge to Kotlin and Swift, because they need the
//! app's screen; keys, boot and link by a way that works without one ([`crate::hardware`]).

use std::{path::PathBuf, sync::Arc};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tauri::{
    AppHandle, Runtime,
    ipc::{Channel, InvokeResponseBody},
    plugin::{PluginApi, PluginHandle, mobile::PluginInvokeError},
};

use crate::{DeviceError, Located, Shot, Taken, hardware::Hardware};

/// What the plugin gives.
pub struct Device<R: Runtime> {
    handle: PluginHandle<R>,
    hardware: Arc<dyn Hardware>,
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
struct Locate {
    channel: Channel<serde_json::Value>,
}

#[derive(Deserialize)]
struct Home {
    home: PathBuf,
}

impl<R: Runtime> Device<R> {
    pub(crate) fn begin(_app: &AppHandle<R>, api: &PluginApi<R, ()>) -> Result<Self, DeviceError> {
        #[cfg(target_os = "android")]
        {
            // Its constructor hands the keystore over (`android::attach`).
            let handle = api.register_android_plugin("kz.kandas.device", "DevicePlugin").map_err(said)?;
            Ok(Self { handle, hardware: crate::android::hardware()? })
        }
        #[cfg(target_os = "ios")]
        {
            let handle = api.register_ios_plugin(crate::ios::init_plugin_kandas_device).map_err(said)?;
            Ok(Self { hardware: Arc::new(crate::ios::Apple::new(handle.clone())), handle })
        }
    }

    /// Whether this is no phone.
    #[must_use]
    pub fn is_stand_in(&self) -> bool {
        false
    }

    /// Where everything that the app keeps lies: in no back-up, and readable by no other app.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn home(&self) -> Result<PathBuf, DeviceError> {
        self.ask::<Home>("home", Nothing {}).map(|told| told.home)
    }

    /// Keys, boot, link.
    #[must_use]
    pub fn hardware(&self) -> Arc<dyn Hardware> {
        Arc::clone(&self.hardware)
    }

    /// Asks the system's camera, or for files that are there. Takes as
    /// long as the worker does; when the system ends the app meanwhile, the file lies in the folder at the next start.
    ///
    /// # Errors
    /// When the worker does not allow it, or there is no camera.
    pub async fn shoot(&self, shot: Shot) -> Result<Taken, DeviceError> {
        std::fs::create_dir_all(&shot.folder)?;
        self.handle.run_mobile_plugin_async("shoot", shot).await.map_err(refused)
    }

    /// Looks for a position until [`Device::stop_locating`].
    ///
    /// # Errors
    /// When the system cannot be asked. Why there is no position is told to the listener.
    pub fn locate(&self, listener: impl Fn(Located) + Send + Sync + 'static) -> Result<(), DeviceError> {
        let channel = Channel::new(move |body| {
            if let InvokeResponseBody::Json(text) = body {
                match serde_json::from_str(&text) {
                    Ok(news) => listener(news),
                    Err(error) => tracing::warn!(%error, "the system's news of a position cannot be read"),
                }
            }
            Ok(())
        });
        self.ask::<serde_json::Value>("locate", Locate { channel }).map(drop)
    }

    /// Ends the search.
    ///
    /// # Errors
    /// When the system cannot be asked.
    pub fn stop_locating(&self) -> Result<(), DeviceError> {
        self.ask::<serde_json::Value>("stopLocating", Nothing {}).map(drop)
    }

    /// Asks the system for time in the background as long as something waits to be sent. When it comes is the system's
    /// choice; asking again changes nothing.
    ///
    /// # Errors
    /// When the system cannot be asked.
    pub fn schedule_sync(&self) -> Result<(), DeviceError> {
        self.ask::<serde_json::Value>("scheduleSync", Nothing {}).map(drop)
    }

    fn ask<T: DeserializeOwned>(&self, command: &str, with: impl Serialize) -> Result<T, DeviceError> {
        self.handle.run_mobile_plugin(command, with).map_err(refused)
    }
}

fn said(error: impl std::fmt::Display) -> DeviceError {
    DeviceError::System(error.to_string())
}

/// Kotlin and Swift reject with a code where the reason is a word.
pub(crate) fn refused(error: PluginInvokeError) -> DeviceError {
    match error {
        PluginInvokeError::InvokeRejected(answer) => match answer.code.as_deref() {
            Some("not_allowed") => DeviceError::NotAllowed(answer.message.unwrap_or_default()),
            Some("no_camera") => DeviceError::Unsupported("a camera"),
            _ => DeviceError::System(answer.message.unwrap_or_default()),
        },
        error => DeviceError::System(error.to_string()),
    }
}

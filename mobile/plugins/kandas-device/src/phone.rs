//! The device on a phone: camera and position are asked over Tauri's bridge to Kotlin and Swift, because they need the
//! app's screen; keys, boot and link by a way that works without one ([`crate::hardware`]).

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tauri::{
    AppHandle, Runtime,
    ipc::{Channel, InvokeResponseBody},
    plugin::{PluginApi, PluginHandle, mobile::PluginInvokeError},
};

use crate::{
    DeviceError, Located, RawFix, Shot, Taken,
    hardware::{Hardware, Offers},
};

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

#[derive(Serialize)]
struct Recognise {
    reason: String,
}

#[derive(Deserialize)]
struct Recognised {
    recognised: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Share {
    path: PathBuf,
    media_type: String,
}

#[derive(Serialize)]
struct Open {
    address: String,
}

#[derive(Serialize)]
struct Buzz {
    pattern: Vec<u32>,
}

#[derive(Deserialize)]
struct LastPlace {
    fix: Option<RawFix>,
}

#[derive(Deserialize)]
struct Scanned {
    /// Null when the worker gave up.
    text: Option<String>,
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
            let handle = api.register_ios_plugin(crate::ios::BINDING).map_err(said)?;
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

    /// Asks the worker, once, whether reminders may be shown. Does not wait for the answer.
    ///
    /// # Errors
    /// When the system cannot be asked.
    pub fn ask_for_notices(&self) -> Result<(), DeviceError> {
        self.ask::<serde_json::Value>("askForNotices", Nothing {}).map(drop)
    }

    /// Asks the system for time in the background as long as something waits to be sent. When it comes is the system's
    /// choice; asking again changes nothing.
    ///
    /// # Errors
    /// When the system cannot be asked.
    pub fn schedule_sync(&self) -> Result<(), DeviceError> {
        self.ask::<serde_json::Value>("scheduleSync", Nothing {}).map(drop)
    }

    /// Where the system last saw this phone, for distances in lists; nobody is asked for anything. `None` where the
    /// system does not know or does not tell this app.
    ///
    /// # Errors
    /// When the system cannot be asked.
    pub async fn here(&self) -> Result<Option<RawFix>, DeviceError> {
        let told: LastPlace =
            self.handle.run_mobile_plugin_async("lastPlace", Nothing {}).await.map_err(refused)?;
        Ok(told.fix)
    }

    /// Hands a file to the system, which lets the worker choose where it goes.
    ///
    /// # Errors
    /// When there is nothing that would take it.
    pub async fn share(&self, file: &Path, media_type: &str) -> Result<Option<PathBuf>, DeviceError> {
        let with = Share { path: file.to_owned(), media_type: media_type.to_owned() };
        let told = self.handle.run_mobile_plugin_async::<serde_json::Value>("share", with);
        told.await.map_err(refused)?;
        Ok(None)
    }

    /// Hands an address to the system: `tel:` to the dialler, which waits for the worker, others to the browser.
    ///
    /// # Errors
    /// When there is nothing that would take it.
    pub async fn open(&self, address: &str) -> Result<(), DeviceError> {
        let with = Open { address: address.to_owned() };
        let told = self.handle.run_mobile_plugin_async::<serde_json::Value>("open", with);
        told.await.map(drop).map_err(refused)
    }

    /// Lets the worker feel something: milliseconds on, off, on …
    ///
    /// # Errors
    /// When the system cannot be asked.
    pub async fn buzz(&self, pattern: &[u32]) -> Result<(), DeviceError> {
        let with = Buzz { pattern: pattern.to_vec() };
        let told = self.handle.run_mobile_plugin_async::<serde_json::Value>("buzz", with);
        told.await.map(drop).map_err(refused)
    }

    /// What this system has beyond what the core needs.
    #[must_use]
    pub fn offers(&self) -> Offers {
        self.hardware.offers()
    }

    /// Lets the system look whether this is the worker; it shows `reason`. False when it does not recognise him, or he
    /// gave up.
    ///
    /// # Errors
    /// When the system cannot ask now: too many tries, nothing set up any more.
    pub async fn recognise(&self, reason: String) -> Result<bool, DeviceError> {
        let told: Recognised =
            self.handle.run_mobile_plugin_async("recognise", Recognise { reason }).await.map_err(refused)?;
        Ok(told.recognised)
    }

    /// Opens the system's reader of QR codes: the text of one, `None` when the worker gave up.
    ///
    /// # Errors
    /// When the worker does not allow the camera, or there is none.
    pub async fn scan(&self) -> Result<Option<String>, DeviceError> {
        let told: Scanned = self.handle.run_mobile_plugin_async("scan", Nothing {}).await.map_err(refused)?;
        Ok(told.text)
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
            Some("unsupported") => DeviceError::Unsupported("finger or face"),
            _ => DeviceError::System(answer.message.unwrap_or_default()),
        },
        error => DeviceError::System(error.to_string()),
    }
}

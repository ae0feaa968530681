//! Apple's hardware, asked over Tauri's bridge to `ios/Sources/DevicePlugin.swift`. On iOS the app is always started
//! as a whole, in the background too, so the bridge is always there.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use kandas_app::platform::LinkKind;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tauri::{Runtime, plugin::PluginHandle};

use crate::{
    DeviceError,
    hardware::{Hardware, Offers, notice},
    phone::refused,
};

tauri::ios_plugin_binding!(init_plugin_kandas_device);
/// How Swift makes its half.
pub(crate) const BINDING: unsafe fn() -> *const std::ffi::c_void = init_plugin_kandas_device;

/// Secure Enclave and what the system tells.
pub(crate) struct Apple<R: Runtime> {
    handle: PluginHandle<R>,
}

#[derive(Serialize)]
struct Bytes {
    bytes: String,
}

#[derive(Deserialize)]
struct Answer {
    /// Base64; null where the key is gone.
    bytes: Option<String>,
}

#[derive(Deserialize)]
struct Facts {
    boot: String,
    link: String,
    name: String,
    offers: String,
}

impl<R: Runtime> Apple<R> {
    pub(crate) fn new(handle: PluginHandle<R>) -> Self {
        Self { handle }
    }

    fn ask<T: DeserializeOwned>(&self, command: &str, with: &[u8]) -> Result<T, DeviceError> {
        self.handle.run_mobile_plugin(command, Bytes { bytes: STANDARD.encode(with) }).map_err(refused)
    }

    fn bytes(&self, command: &str, with: &[u8]) -> Result<Option<Vec<u8>>, DeviceError> {
        let answer: Answer = self.ask(command, with)?;
        let decoded = answer.bytes.map(|text| STANDARD.decode(text)).transpose();
        decoded.map_err(|error| DeviceError::System(error.to_string()))
    }

    fn some(&self, command: &str, with: &[u8]) -> Result<Vec<u8>, DeviceError> {
        self.bytes(command, with)?.ok_or_else(|| DeviceError::System("the key is gone".to_owned()))
    }

    fn facts(&self) -> Option<Facts> {
        match self.ask("facts", &[]) {
            Ok(facts) => Some(facts),
            Err(error) => {
                tracing::warn!(%error, "the system does not tell about itself");
                None
            }
        }
    }
}

impl<R: Runtime> Hardware for Apple<R> {
    fn device_key(&self) -> Result<Vec<u8>, DeviceError> {
        self.some("deviceKey", &[])
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, DeviceError> {
        self.some("sign", message)
    }

    fn wrap(&self, secret: &[u8]) -> Result<Vec<u8>, DeviceError> {
        self.some("wrap", secret)
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<Option<Vec<u8>>, DeviceError> {
        self.bytes("unwrap", wrapped)
    }

    fn destroy(&self) -> Result<(), DeviceError> {
        self.bytes("destroyKeys", &[]).map(drop)
    }

    fn boot(&self) -> String {
        self.facts().map(|facts| facts.boot).unwrap_or_default()
    }

    fn link(&self) -> LinkKind {
        match self.facts().map(|facts| facts.link).as_deref() {
            Some("none") => LinkKind::Offline,
            Some("unmetered") => LinkKind::Unmetered,
            // Not known: nothing large goes over it.
            _ => LinkKind::Metered,
        }
    }

    fn name(&self) -> String {
        self.facts().map_or_else(|| "iOS".to_owned(), |facts| facts.name)
    }

    fn notify(&self, kind: &str, title: &str, text: &str) -> Result<(), DeviceError> {
        self.bytes("notify", &notice(kind, title, text)).map(drop)
    }

    fn offers(&self) -> Offers {
        self.facts().map(|facts| Offers::read(&facts.offers)).unwrap_or_default()
    }
}

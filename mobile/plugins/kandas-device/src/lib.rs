//! What a phone gives the core and the screens: the system's camera, a precise position, hardware keys, a clock that
//! counts sleep, the link, and time in the background. On Android and iOS the answers come from the Kotlin and the
//! Swift beside this file; on a desktop from a stand-in that says it is one ([`Device::is_stand_in`], and in the
//! device's name).
//!
//! What is not here: nothing is stored but wrapped keys, nothing is sent, and no byte of a picture passes through. The
//! page cannot reach the plugin; the shell asks it. No part of it needs Google's Play services.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use kandas_app::{face::view::Fix, platform::PlatformError};
use kandas_shared::evidence::PositionSource;
use serde::{Deserialize, Serialize};
use tauri::{
    Manager as _, Runtime,
    plugin::{Builder, TauriPlugin},
};

pub mod hardware;
mod keystore;
#[cfg(test)]
mod names;
mod platform;

#[cfg(target_os = "android")]
pub mod android;
#[cfg(not(any(target_os = "android", target_os = "ios")))]
mod desktop;
#[cfg(target_os = "ios")]
mod ios;
#[cfg(any(target_os = "android", target_os = "ios"))]
mod phone;

#[cfg(not(any(target_os = "android", target_os = "ios")))]
pub use desktop::Device;
#[cfg(any(target_os = "android", target_os = "ios"))]
pub use phone::Device;

pub use self::{keystore::WrappedKeystore, platform::platform};

/// What the system's camera, or its list of files, is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// A photo made now.
    Photo,
    /// A video made now.
    Video,
    /// Pictures or papers that are there already, chosen by the worker; several.
    Files,
}

/// What the camera, or the worker, has given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Taken {
    /// Files in the folder that was asked for; none when the worker did not want to after all.
    pub files: Vec<PathBuf>,
    /// Whether the camera made them just now.
    pub made_now: bool,
}

/// A request to the system's camera.
#[derive(Clone, Debug, Serialize)]
pub struct Shot {
    /// What is wanted.
    pub wanted: Wanted,
    /// Where the camera shall write: a folder of the app that no other app can read.
    pub folder: PathBuf,
    /// Longest video in seconds.
    pub seconds: u32,
}

/// News of the search for a position.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum Located {
    /// The system has told a position.
    Fix(RawFix),
    /// There will be none, and why.
    Trouble {
        /// The word that the worker would choose as the reason.
        trouble: Trouble,
    },
}

/// Why there is no position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The worker or the system does not allow it.
    NoPermission,
    /// Positioning is switched off.
    SwitchedOff,
    /// Nothing came in time.
    NoFix,
}

/// A position as the system tells it. What the system does not know is null, never 0.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RawFix {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Radius in metres that holds the true place with 68 %.
    pub accuracy: Option<f64>,
    /// Metres above the ellipsoid.
    pub altitude: Option<f64>,
    /// Name of the provider: `gps`, `network`, `fused`, `passive`; on iOS `fused`.
    pub provider: String,
    /// Whether the system says that it is made up.
    pub mock: bool,
    /// Time of the fix, milliseconds since 1970 (UTC).
    pub time: Option<i64>,
    /// When the fix was made, in milliseconds since boot, sleep included.
    pub elapsed: Option<u64>,
}

impl RawFix {
    /// As the core takes it; `None` where the system does not know how good it is, because a position of unknown
    /// accuracy proves nothing.
    #[must_use]
    pub fn to_fix(&self) -> Option<Fix> {
        let accuracy_m = self.accuracy.filter(|metres| metres.is_finite() && *metres > 0.0)?;
        let whole = self.lat.abs() <= 90.0 && self.lon.abs() <= 180.0;
        whole.then(|| Fix {
            lat: self.lat,
            lon: self.lon,
            accuracy_m,
            fix_at: self.time.and_then(DateTime::<Utc>::from_timestamp_millis),
            fix_boot_ms: self.elapsed,
            source: Some(match self.provider.as_str() {
                "gps" => PositionSource::Satellite,
                "network" => PositionSource::Network,
                _ => PositionSource::Fused,
            }),
            mock: Some(self.mock),
            altitude_m: self.altitude.filter(|metres| metres.is_finite()),
        })
    }
}

/// The device did not give what was asked.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// This machine has no such thing.
    #[error("this device cannot do that: {0}")]
    Unsupported(&'static str),
    /// The worker has not allowed it.
    #[error("not allowed: {0}")]
    NotAllowed(String),
    /// The system said no.
    #[error("the system said: {0}")]
    System(String),
    /// A file.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl From<DeviceError> for PlatformError {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::Unsupported(what) => PlatformError::Unsupported(what),
            DeviceError::Io(error) => PlatformError::Io(error),
            other => PlatformError::Io(std::io::Error::other(other.to_string())),
        }
    }
}

/// The plugin. Afterwards `app.state::<Device<R>>()` is there.
#[must_use]
pub fn init<R: Runtime>() -> TauriPlugin<R> {
    Builder::new("kandas-device")
        .setup(|app, api| {
            let device = Device::begin(app, &api)?;
            app.manage(device);
            Ok(())
        })
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> RawFix {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn what_the_system_does_not_know_stays_unknown() {
        let whole =
            raw(r#"{"lat":43.24,"lon":76.9,"accuracy":4.5,"altitude":801.5,"provider":"gps","mock":false,
                "time":1790000000000,"elapsed":12345}"#);
        let fix = whole.to_fix().unwrap();
        assert_eq!((fix.source, fix.mock), (Some(PositionSource::Satellite), Some(false)));
        assert_eq!((fix.fix_boot_ms, fix.altitude_m), (Some(12_345), Some(801.5)));
        assert_eq!(fix.fix_at.unwrap().timestamp_millis(), 1_790_000_000_000);

        let bare =
            raw(r#"{"lat":43.24,"lon":76.9,"accuracy":30,"altitude":null,"provider":"fused","mock":true}"#);
        let fix = bare.to_fix().unwrap();
        assert_eq!((fix.fix_at, fix.fix_boot_ms, fix.altitude_m), (None, None, None));
        assert_eq!(fix.mock, Some(true));
    }

    #[test]
    fn a_position_of_unknown_accuracy_is_none() {
        for text in [
            r#"{"lat":43.24,"lon":76.9,"accuracy":null,"provider":"gps","mock":false}"#,
            r#"{"lat":43.24,"lon":76.9,"accuracy":0,"provider":"gps","mock":false}"#,
            r#"{"lat":143.24,"lon":76.9,"accuracy":5,"provider":"gps","mock":false}"#,
        ] {
            assert_eq!(raw(text).to_fix(), None, "{text}");
        }
    }

    #[test]
    fn news_is_read_as_kotlin_and_swift_write_it() {
        let trouble: Located =
            serde_json::from_str(r#"{"news":"trouble","trouble":"switched_off"}"#).unwrap();
        assert_eq!(trouble, Located::Trouble { trouble: Trouble::SwitchedOff });
        let fix =
            r#"{"news":"fix","lat":1.5,"lon":2.5,"accuracy":3.5,"provider":"gps","mock":false,"elapsed":9}"#;
        assert!(matches!(serde_json::from_str(fix).unwrap(), Located::Fix(RawFix { elapsed: Some(9), .. })));
    }
}

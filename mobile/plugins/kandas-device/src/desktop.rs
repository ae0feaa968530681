//! The desktop's stand-in for a phone, for tests and for work on the shell. It says what it is: in the device's name,
//! in every position, which it marks as made up, and by [`Device::is_stand_in`]. It never invents a picture or a
//! place: what nobody has given it, it does not have.
//!
//! - `KANDAS_HOME`: the home folder; else the system's folder for this app.
//! - `KANDAS_DEVICE_CAMERA`: a folder. Each shot takes the first file of the wanted kind out of it.
//! - `KANDAS_DEVICE_POSITION`: `latitude,longitude,accuracy in metres`.
//! - `KANDAS_DEVICE_SHARED`: where files go that are shared; else the system's folder for downloads.
//! - `KANDAS_DEVICE_FINGER`: `right` is the worker's, anything else somebody's. Without it there is no sensor.
//! - `KANDAS_DEVICE_TEXT`: how large the worker has set the system's text, in percent.
//! - `KANDAS_DEVICE_QR`: text of the QR that is held before the camera; empty: the worker gives up. Without it there is no
//!   reader.

use std::{
    env, fs, io,
    marker::PhantomData,
    path::{Path, PathBuf},
    sync::Arc,
};

use kandas_app::platform::{Chance, FileKeystore, Keystore as _, LinkKind, SystemChance, SystemClock};
use kandas_shared::time::Clock as _;
use p256::ecdsa::Signature;
use tauri::{AppHandle, Manager as _, Runtime, plugin::PluginApi};

use crate::{
    DeviceError, Located, RawFix, Shot, Taken, Trouble, Wanted,
    hardware::{Biometric, Hardware, Offers, notice},
};

/// What would have been shown, in the stand-in's folder.
const NOTICES: &str = "notices.jsonl";
const POSITION: &str = "KANDAS_DEVICE_POSITION";
const FINGER: &str = "KANDAS_DEVICE_FINGER";
const QR: &str = "KANDAS_DEVICE_QR";
const TEXT: &str = "KANDAS_DEVICE_TEXT";
/// What would have been opened by other programs, in the stand-in's folder.
const OPENED: &str = "opened.txt";

/// What the plugin gives.
pub struct Device<R: Runtime> {
    folder: PathBuf,
    /// Where shared files go.
    shared: Option<PathBuf>,
    runtime: PhantomData<fn() -> R>,
}

impl<R: Runtime> Device<R> {
    pub(crate) fn begin(app: &AppHandle<R>, _api: &PluginApi<R, ()>) -> Result<Self, DeviceError> {
        let folder = match env::var_os("KANDAS_HOME") {
            Some(folder) => PathBuf::from(folder),
            None => app.path().app_data_dir().map_err(|error| DeviceError::System(error.to_string()))?,
        };
        let downloads = || app.path().download_dir().ok();
        let shared = env::var_os("KANDAS_DEVICE_SHARED").map(PathBuf::from).or_else(downloads);
        Ok(Self { folder, shared, runtime: PhantomData })
    }

    /// Whether this is no phone.
    #[must_use]
    pub fn is_stand_in(&self) -> bool {
        true
    }

    /// Where everything that the app keeps lies.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn home(&self) -> Result<PathBuf, DeviceError> {
        Ok(self.folder.join("home"))
    }

    /// Keys, boot, link.
    #[must_use]
    pub fn hardware(&self) -> Arc<dyn Hardware> {
        Arc::new(self.stand_in())
    }

    fn stand_in(&self) -> StandIn {
        StandIn::new(&self.folder.join("stand-in"))
    }

    /// Asks the camera. What comes is never called made just now: somebody has laid it there.
    ///
    /// # Errors
    /// `Unsupported` when nobody has said where the pictures lie.
    pub async fn shoot(&self, shot: Shot) -> Result<Taken, DeviceError> {
        let from = env::var_os("KANDAS_DEVICE_CAMERA").ok_or(DeviceError::Unsupported("a camera"))?;
        let files = take_out(Path::new(&from), &shot)?.into_iter().collect();
        Ok(Taken { files, made_now: false })
    }

    /// Looks for a position until [`Device::stop_locating`].
    ///
    /// # Errors
    /// None here: without a position the listener hears why.
    pub fn locate(&self, listener: impl Fn(Located) + Send + Sync + 'static) -> Result<(), DeviceError> {
        listener(match env::var(POSITION).ok().as_deref().and_then(given) {
            Some(fix) => Located::Fix(fix),
            None => Located::Trouble { trouble: Trouble::SwitchedOff },
        });
        Ok(())
    }

    /// Ends the search.
    ///
    /// # Errors
    /// None here.
    pub fn stop_locating(&self) -> Result<(), DeviceError> {
        Ok(())
    }

    /// The position that somebody gave.
    ///
    /// # Errors
    /// None here.
    pub async fn here(&self) -> Result<Option<RawFix>, DeviceError> {
        Ok(env::var(POSITION).ok().as_deref().and_then(given))
    }

    /// A desktop has no sheet that lists other programs: the file is copied to where it can be found, into the folder of
    /// `KANDAS_DEVICE_SHARED` or the system's for downloads. Answers where it lies.
    ///
    /// # Errors
    /// When there is no such folder, or the file cannot be written.
    pub async fn share(&self, file: &Path, _media_type: &str) -> Result<Option<PathBuf>, DeviceError> {
        let folder = self.shared.clone().ok_or(DeviceError::Unsupported("a folder for downloads"))?;
        let to = folder.join(file.file_name().unwrap_or_default());
        fs::create_dir_all(&folder)?;
        fs::copy(file, &to)?;
        Ok(Some(to))
    }

    /// Writes down what another program would have been asked to open.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub async fn open(&self, address: &str) -> Result<(), DeviceError> {
        self.stand_in().note(OPENED, address.as_bytes())
    }

    /// Nobody holds a desktop.
    ///
    /// # Errors
    /// `Unsupported`, always.
    pub async fn buzz(&self, _pattern: &[u32]) -> Result<(), DeviceError> {
        Err(DeviceError::Unsupported("something that can be felt"))
    }

    /// What this stand-in was given beyond what the core needs.
    #[must_use]
    pub fn offers(&self) -> Offers {
        self.hardware().offers()
    }

    /// Whether the finger that somebody has given the stand-in is the worker's.
    ///
    /// # Errors
    /// `Unsupported` when nobody has given it one.
    pub async fn recognise(&self, _reason: String) -> Result<bool, DeviceError> {
        match env::var(FINGER).ok().as_deref() {
            Some("right") => Ok(true),
            Some(_) => Ok(false),
            None => Err(DeviceError::Unsupported("a finger")),
        }
    }

    /// The text of the QR that somebody holds before the stand-in.
    ///
    /// # Errors
    /// `Unsupported` when nobody does.
    pub async fn scan(&self) -> Result<Option<String>, DeviceError> {
        let text = env::var(QR).map_err(|_| DeviceError::Unsupported("a reader of QR codes"))?;
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// Asks the worker whether reminders may be shown. Here they may.
    ///
    /// # Errors
    /// None here.
    pub fn ask_for_notices(&self) -> Result<(), DeviceError> {
        Ok(())
    }

    /// Asks the system for time in the background as long as something waits to be sent. A desktop has none to give:
    /// what waits goes when the program runs.
    ///
    /// # Errors
    /// None here.
    pub fn schedule_sync(&self) -> Result<(), DeviceError> {
        Ok(())
    }
}

/// A position as somebody gave it; it is marked as made up, because it is.
fn given(text: &str) -> Option<RawFix> {
    let mut numbers = text.split(',').map(|part| part.trim().parse::<f64>());
    let (Some(Ok(lat)), Some(Ok(lon)), Some(Ok(accuracy)), None) =
        (numbers.next(), numbers.next(), numbers.next(), numbers.next())
    else {
        return None;
    };
    Some(RawFix {
        lat,
        lon,
        accuracy: Some(accuracy),
        altitude: None,
        provider: "stand-in".to_owned(),
        mock: true,
        time: Some(SystemClock.wall().timestamp_millis()),
        elapsed: Some(SystemClock.boot().1),
    })
}

fn take_out(from: &Path, shot: &Shot) -> io::Result<Option<PathBuf>> {
    let is_wanted = |path: &Path| {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        match shot.wanted {
            Wanted::Photo => matches!(&*ending, "jpg" | "jpeg" | "png" | "heic"),
            Wanted::Video => matches!(&*ending, "mp4" | "mov" | "3gp"),
            Wanted::Files => true,
        }
    };
    let mut files: Vec<PathBuf> =
        fs::read_dir(from)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|path| path.is_file() && is_wanted(path));
    files.sort();
    let Some(chosen) = files.first() else { return Ok(None) };
    fs::create_dir_all(&shot.folder)?;
    let place = shot.folder.join(chosen.file_name().unwrap_or_default());
    fs::copy(chosen, &place)?;
    fs::File::open(&place)?.sync_all()?;
    fs::remove_file(chosen)?;
    Ok(Some(place))
}

/// Keys in plain 0600 files instead of hardware.
pub(crate) struct StandIn {
    folder: PathBuf,
    keys: FileKeystore,
}

impl StandIn {
    pub(crate) fn new(folder: &Path) -> Self {
        let chance: Arc<dyn Chance> = Arc::new(SystemChance);
        Self { folder: folder.to_owned(), keys: FileKeystore::new(folder, chance) }
    }

    /// Nobody looks at a stand-in: what a phone would have shown or opened is kept, a line each.
    fn note(&self, file: &str, line: &[u8]) -> Result<(), DeviceError> {
        use std::io::Write as _;
        fs::create_dir_all(&self.folder)?;
        let mut file = fs::OpenOptions::new().create(true).append(true).open(self.folder.join(file))?;
        Ok(file.write_all(&[line, b"\n"].concat())?)
    }

    fn prepare(&self) -> Result<&FileKeystore, DeviceError> {
        fs::create_dir_all(&self.folder)?;
        Ok(&self.keys)
    }
}

fn said(error: impl std::fmt::Display) -> DeviceError {
    DeviceError::System(error.to_string())
}

impl Hardware for StandIn {
    fn device_key(&self) -> Result<Vec<u8>, DeviceError> {
        let signer = self.prepare()?.signer().map_err(said)?;
        Ok(signer.public_key().0.to_vec())
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, DeviceError> {
        let raw = self.prepare()?.signer().map_err(said)?.sign(message).map_err(said)?;
        let signature = Signature::from_slice(&raw).map_err(said)?;
        Ok(signature.to_der().as_bytes().to_vec())
    }

    fn wrap(&self, secret: &[u8]) -> Result<Vec<u8>, DeviceError> {
        let identity = self.prepare()?.vault_identity().map_err(said)?;
        age::encrypt(&identity.to_public(), secret).map_err(said)
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<Option<Vec<u8>>, DeviceError> {
        let identity = self.prepare()?.vault_identity().map_err(said)?;
        Ok(age::decrypt(&identity, wrapped).ok())
    }

    fn destroy(&self) -> Result<(), DeviceError> {
        self.prepare()?.destroy().map_err(said)
    }

    fn boot(&self) -> String {
        SystemClock.boot().0
    }

    fn link(&self) -> LinkKind {
        LinkKind::Unmetered
    }

    fn notify(&self, kind: &str, title: &str, text: &str) -> Result<(), DeviceError> {
        self.note(NOTICES, &notice(kind, title, text))
    }

    fn offers(&self) -> Offers {
        Offers {
            biometric: env::var_os(FINGER).map(|_| Biometric::Finger),
            reader: env::var_os(QR).is_some(),
            buzz: false,
            text: env::var(TEXT).ok().and_then(|percent| percent.parse().ok()),
        }
    }

    fn name(&self) -> String {
        format!("stand-in, no phone ({} {})", env::consts::OS, env::consts::ARCH)
    }
}

#[cfg(test)]
mod tests {
    use kandas_app::platform::Keystore;
    use p256::ecdsa::{VerifyingKey, signature::Verifier as _};

    use super::*;
    use crate::WrappedKeystore;

    fn keystore(folder: &Path) -> WrappedKeystore {
        let hardware: Arc<dyn Hardware> = Arc::new(StandIn::new(&folder.join("stand-in")));
        WrappedKeystore::new(folder, hardware, Arc::new(SystemChance))
    }

    #[test]
    fn what_the_hardware_signs_verifies_and_the_keys_stay() {
        let folder = tempfile::tempdir().unwrap();
        let keys = keystore(folder.path());
        let signer = keys.signer().unwrap();
        let key = VerifyingKey::from_sec1_bytes(&signer.public_key().0).unwrap();
        for message in [&b""[..], b"sample", &[7; 1_000]] {
            let signature = Signature::from_slice(&signer.sign(message).unwrap()).unwrap();
            key.verify(message, &signature).unwrap();
        }
        assert_eq!(keys.store_key(false).unwrap(), None, "none was made");
        let store = keys.store_key(true).unwrap().unwrap();
        let vault = keys.vault_identity().unwrap().to_public().to_string();
        let again = keystore(folder.path());
        assert_eq!(again.store_key(true).unwrap(), Some(store));
        assert_eq!(again.vault_identity().unwrap().to_public().to_string(), vault);
        assert_eq!(again.signer().unwrap().public_key(), signer.public_key());
        let files = fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.path());
        let wrapped: Vec<_> = files.filter(|path| path.is_file()).collect();
        assert_eq!(wrapped.len(), 2);
        for path in wrapped {
            let bytes = fs::read(&path).unwrap();
            assert!(!bytes.windows(32).any(|window| window == store), "never in the clear");
            assert!(!bytes.windows(15).any(|window| window == b"AGE-SECRET-KEY-"), "never in the clear");
        }
    }

    #[test]
    fn a_forgotten_wrapping_key_loses_no_file_and_what_was_lost_can_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let keys = keystore(folder.path());
        let (store, vault) = (keys.store_key(true).unwrap().unwrap(), keys.vault_identity().unwrap());
        fs::remove_dir_all(folder.path().join("stand-in")).unwrap();
        let keys = keystore(folder.path());
        assert_eq!(keys.store_key(false).unwrap(), None, "forgotten, and said so");
        assert_ne!(keys.vault_identity().unwrap().to_public().to_string(), vault.to_public().to_string());
        assert!(folder.path().join("vault.wrapped.other0").exists(), "laid aside, not deleted");
        keys.adopt(&vault, Some(store)).unwrap();
        assert_eq!(keys.store_key(false).unwrap(), Some(store));
        assert_eq!(keys.vault_identity().unwrap().to_public().to_string(), vault.to_public().to_string());
        assert!(folder.path().join("vault.wrapped.other1").exists());
        keys.adopt(&vault, Some(store)).unwrap();
        assert!(
            !folder.path().join("vault.wrapped.other2").exists(),
            "what is there already is no other key"
        );
        keys.destroy().unwrap();
        let left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(left, ["stand-in"]);
        assert_eq!(fs::read_dir(folder.path().join("stand-in")).unwrap().count(), 0);
    }

    #[test]
    fn the_camera_takes_what_lies_ready_and_invents_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir(&from).unwrap();
        for name in ["b.jpg", "a.JPG", "c.mp4"] {
            fs::write(from.join(name), name).unwrap();
        }
        let shot = |wanted| {
            let shot = Shot { wanted, folder: to.clone(), seconds: 60 };
            take_out(&from, &shot).unwrap().map(|path| path.file_name().unwrap().to_owned())
        };
        assert_eq!(shot(Wanted::Photo).unwrap(), "a.JPG");
        assert_eq!(shot(Wanted::Photo).unwrap(), "b.jpg");
        assert_eq!(shot(Wanted::Photo), None);
        assert_eq!(shot(Wanted::Video).unwrap(), "c.mp4");
        assert_eq!(fs::read(to.join("c.mp4")).unwrap(), b"c.mp4");
    }

    #[test]
    fn a_given_position_is_marked_as_made_up() {
        let fix = given("43.25, 76.9, 8").unwrap();
        assert!(fix.mock && fix.elapsed.is_some());
        assert_eq!(fix.to_fix().unwrap().accuracy_m, 8.0);
        for text in ["", "43.25", "43.25,76.9", "a,b,c", "1,2,3,4"] {
            assert_eq!(given(text), None, "{text}");
        }
    }
}

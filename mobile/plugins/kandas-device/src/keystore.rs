//! The core's keystore on hardware: the signing key never leaves it; the keys of the database and of the camera files
//! lie in the home, each in a 0600 file, wrapped to a key that never leaves it.
//!
//! As with keys in plain files, a key is made once and then only read. When the hardware has forgotten the key they
//! were wrapped to (reset, other phone), the wrapped file is laid aside and counts as missing: the core then finds
//! that the keys are not those the home was made with and opens nothing until the organisation's recovery key has
//! come.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    str::FromStr as _,
    sync::Arc,
};

use age::{secrecy::ExposeSecret as _, x25519::Identity};
use kandas_app::platform::{Chance, Keystore, PlatformError};
use kandas_shared::jws::{PublicKey, SignError, Signer};
use zeroize::Zeroizing;

use crate::hardware::{Hardware, raw_signature};

/// Wrapped keys in `vault.wrapped` and `store.wrapped`.
pub struct WrappedKeystore {
    folder: PathBuf,
    hardware: Arc<dyn Hardware>,
    chance: Arc<dyn Chance>,
}

const VAULT: &str = "vault.wrapped";
const STORE: &str = "store.wrapped";
/// Ending of what was laid aside.
const OTHER: &str = ".other";

type Secret = Zeroizing<Vec<u8>>;

impl WrappedKeystore {
    /// Keys wrapped by `hardware`, in files of `folder`.
    #[must_use]
    pub fn new(folder: &Path, hardware: Arc<dyn Hardware>, chance: Arc<dyn Chance>) -> Self {
        Self { folder: folder.to_owned(), hardware, chance }
    }

    /// What lies wrapped under `name`; `None` when there is nothing, or the hardware forgot how to open it.
    fn read(&self, name: &str) -> Result<Option<Secret>, PlatformError> {
        match fs::read(self.folder.join(name)) {
            Ok(wrapped) => {
                let secret = self.hardware.unwrap(&wrapped)?;
                if secret.is_none() {
                    tracing::warn!(name, "the hardware cannot open this key any more");
                }
                Ok(secret.map(Zeroizing::new))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps a secret durably before anything is encrypted with it; what lay there is laid aside.
    fn keep(&self, name: &str, secret: &[u8]) -> Result<(), PlatformError> {
        let path = self.folder.join(name);
        let wrapped = self.hardware.wrap(secret)?;
        // A second name, so that there is a key at every moment; an earlier one laid aside stays too.
        for number in 0_u8.. {
            let aside = self.folder.join(format!("{name}{OTHER}{number}"));
            match fs::hard_link(&path, aside) {
                Ok(()) => break,
                Err(error) if error.kind() == ErrorKind::NotFound => break,
                Err(error) if error.kind() == ErrorKind::AlreadyExists && number < u8::MAX => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(kandas_disk::replace(&path, &wrapped)?)
    }

    fn bad(&self, name: &str) -> PlatformError {
        PlatformError::BadKey(self.folder.join(name).display().to_string())
    }
}

impl Keystore for WrappedKeystore {
    fn signer(&self) -> Result<Arc<dyn Signer>, PlatformError> {
        let point = self.hardware.device_key()?;
        let public = PublicKey::try_from(&*point).map_err(|_| self.bad("device key"))?;
        Ok(Arc::new(HardwareSigner { hardware: Arc::clone(&self.hardware), public }))
    }

    fn vault_identity(&self) -> Result<Identity, PlatformError> {
        if let Some(secret) = self.read(VAULT)? {
            let text = std::str::from_utf8(&secret).map_err(|_| self.bad(VAULT))?;
            return Identity::from_str(text.trim()).map_err(|_| self.bad(VAULT));
        }
        // age draws its own randomness, here as for every file it encrypts.
        let identity = Identity::generate();
        self.keep(VAULT, identity.to_string().expose_secret().as_bytes())?;
        Ok(identity)
    }

    fn store_key(&self, make: bool) -> Result<Option<[u8; 32]>, PlatformError> {
        if let Some(secret) = self.read(STORE)? {
            return <[u8; 32]>::try_from(&**secret).map(Some).map_err(|_| self.bad(STORE));
        }
        if !make {
            return Ok(None);
        }
        let key: [u8; 32] = self.chance.bytes();
        self.keep(STORE, &key)?;
        Ok(Some(key))
    }

    fn adopt(&self, vault: &Identity, store: Option<[u8; 32]>) -> Result<(), PlatformError> {
        let text = vault.to_string();
        let secrets = [
            (VAULT, Some(text.expose_secret().as_bytes())),
            (STORE, store.as_ref().map(<[u8; 32]>::as_slice)),
        ];
        for (name, secret) in secrets {
            let Some(secret) = secret else { continue };
            if self.read(name)?.is_none_or(|there| **there != *secret) {
                self.keep(name, secret)?;
            }
        }
        Ok(())
    }

    fn destroy(&self) -> Result<(), PlatformError> {
        // The hardware first: without it what is left of the files is noise.
        self.hardware.destroy()?;
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with(VAULT) || name.starts_with(STORE) {
                fs::remove_file(&path)?;
            }
        }
        let synced: io::Result<()> = fs::File::open(&self.folder).and_then(|folder| folder.sync_all());
        Ok(synced?)
    }
}

struct HardwareSigner {
    hardware: Arc<dyn Hardware>,
    public: PublicKey,
}

impl Signer for HardwareSigner {
    fn public_key(&self) -> PublicKey {
        self.public
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        let der = self.hardware.sign(message).map_err(|error| SignError(error.to_string()))?;
        raw_signature(&der)
    }
}

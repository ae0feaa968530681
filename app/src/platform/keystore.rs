//! Keys in files of the home, each 0600. A phone puts its hardware keystore here instead.
//!
//! A key is made once and then only read: a file that cannot be read as a key is an error, never a reason to make
//! another one, because what was encrypted or signed with the old one would be lost.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    str::FromStr as _,
    sync::Arc,
};

use age::{secrecy::ExposeSecret as _, x25519::Identity};
use kandas_disk::{point, replace};
use kandas_shared::jws::{PublicKey, SignError, Signer};
use p256::{
    ecdsa::{Signature, SigningKey},
    pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, LineEnding},
};
use zeroize::Zeroizing;

use super::{Chance, PlatformError};

/// Where the keys lie.
pub trait Keystore: Send + Sync + 'static {
    /// The device's signing key (P-256), made at the first call.
    ///
    /// # Errors
    /// When the keystore does not answer or its key cannot be read.
    fn signer(&self) -> Result<Arc<dyn Signer>, PlatformError>;
    /// The identity that camera files are encrypted to, made at the first call.
    ///
    /// # Errors
    /// As above.
    fn vault_identity(&self) -> Result<Identity, PlatformError>;
    /// The raw key of the database. `make` allows to draw one; without it a forgotten key is `None`.
    ///
    /// # Errors
    /// As above.
    fn store_key(&self, make: bool) -> Result<Option<[u8; 32]>, PlatformError>;
    /// Takes in the identity of the camera files, and the key of the database, that the organisation's recovery key gave
    /// back. What had been made in their place is laid aside.
    ///
    /// # Errors
    /// When they could not be kept.
    fn adopt(&self, vault: &Identity, store: Option<[u8; 32]>) -> Result<(), PlatformError>;
    /// Destroys all keys: what they encrypted can never be read again.
    ///
    /// # Errors
    /// When a key could not be destroyed.
    fn destroy(&self) -> Result<(), PlatformError>;
}

/// Keys in `device.key`, `vault.key` and `store.key`.
pub struct FileKeystore {
    folder: PathBuf,
    chance: Arc<dyn Chance>,
}

const DEVICE: &str = "device.key";
const VAULT: &str = "vault.key";
const STORE: &str = "store.key";
/// Ending of a key that was laid aside.
const OTHER: &str = ".other";

impl FileKeystore {
    /// Keys in files of `folder`.
    #[must_use]
    pub fn new(folder: &Path, chance: Arc<dyn Chance>) -> Self {
        Self { folder: folder.to_owned(), chance }
    }

    /// Reads a key file, or makes it with `draw`.
    fn key(
        &self,
        name: &str,
        draw: impl FnOnce() -> Result<Zeroizing<String>, PlatformError>,
    ) -> Result<Zeroizing<String>, PlatformError> {
        match fs::read_to_string(self.folder.join(name)) {
            Ok(text) => Ok(Zeroizing::new(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let text = draw()?;
                // A key is durable under its name before anything is encrypted or signed with it.
                replace(&self.folder.join(name), text.as_bytes())?;
                Ok(text)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn bad(&self, name: &str) -> PlatformError {
        PlatformError::BadKey(self.folder.join(name).display().to_string())
    }
}

impl Keystore for FileKeystore {
    fn signer(&self) -> Result<Arc<dyn Signer>, PlatformError> {
        let text = self.key(DEVICE, || {
            let key = loop {
                // A number outside the group is as likely as a meteorite, but it is not a key.
                if let Ok(key) = SigningKey::from_slice(&self.chance.bytes::<32>()) {
                    break key;
                }
            };
            key.to_pkcs8_pem(LineEnding::LF).map_err(|_| self.bad(DEVICE))
        })?;
        let key = SigningKey::from_pkcs8_pem(&text).map_err(|_| self.bad(DEVICE))?;
        Ok(Arc::new(SoftwareSigner::new(key)))
    }

    fn vault_identity(&self) -> Result<Identity, PlatformError> {
        // age draws its own randomness, here as for every file it encrypts.
        let text = self
            .key(VAULT, || Ok(Zeroizing::new(Identity::generate().to_string().expose_secret().to_owned())))?;
        Identity::from_str(text.trim()).map_err(|_| self.bad(VAULT))
    }

    fn store_key(&self, make: bool) -> Result<Option<[u8; 32]>, PlatformError> {
        if !make && !self.folder.join(STORE).exists() {
            return Ok(None);
        }
        let text = self.key(STORE, || Ok(Zeroizing::new(hex::encode(self.chance.bytes::<32>()))))?;
        let mut key = [0; 32];
        hex::decode_to_slice(text.trim(), &mut key).map_err(|_| self.bad(STORE))?;
        Ok(Some(key))
    }

    fn adopt(&self, vault: &Identity, store: Option<[u8; 32]>) -> Result<(), PlatformError> {
        let texts = [
            (VAULT, Some(Zeroizing::new(vault.to_string().expose_secret().to_owned()))),
            (STORE, store.map(|key| Zeroizing::new(hex::encode(key)))),
        ];
        for (name, text) in texts {
            let Some(text) = text else { continue };
            let path = self.folder.join(name);
            if fs::read_to_string(&path).is_ok_and(|there| there.trim() == text.trim()) {
                continue;
            }
            // A second name, so that there is a key at every moment: without one the next start would make one.
            match fs::hard_link(&path, self.folder.join(format!("{name}{OTHER}"))) {
                Ok(()) => {}
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::AlreadyExists) => {}
                Err(error) => return Err(error.into()),
            }
            point!("keystore.laid-aside");
            replace(&path, text.as_bytes())?;
        }
        Ok(())
    }

    fn destroy(&self) -> Result<(), PlatformError> {
        // With those that were laid aside, and what a writing that was broken off has left.
        for name in [VAULT, STORE, DEVICE] {
            for ending in ["", OTHER, ".new"] {
                match fs::remove_file(self.folder.join(format!("{name}{ending}"))) {
                    Ok(()) => {}
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        fs::File::open(&self.folder)?.sync_all()?;
        Ok(())
    }
}

/// A P-256 key in memory.
pub struct SoftwareSigner {
    key: SigningKey,
    public: PublicKey,
}

impl SoftwareSigner {
    /// Signs with `key`.
    ///
    /// # Panics
    /// Never: a P-256 point is 65 bytes uncompressed.
    #[must_use]
    pub fn new(key: SigningKey) -> Self {
        let point = key.verifying_key().to_sec1_point(false);
        let public = PublicKey::try_from(point.as_bytes()).expect("an uncompressed point is 65 bytes");
        Self { key, public }
    }
}

impl Signer for SoftwareSigner {
    fn public_key(&self) -> PublicKey {
        self.public
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        let signature: Signature = p256::ecdsa::signature::Signer::try_sign(&self.key, message)
            .map_err(|e| SignError(e.to_string()))?;
        Ok(signature.to_bytes().into())
    }
}

//! The keys folder: what proves that it is this store that speaks, and what only the store may open.
//!
//! ```text
//! keys/                      mode 0700, every file 0600
//!   current                  thumbprint of the signing key in use
//!   signing-<thumbprint>.p8  private P-256 signing key (PKCS #8)
//!   signing-<thumbprint>.pub public half of a retired one: old receipts and checkpoints stay provable
//!   tls.crt, tls.key         self-signed certificate; phones know it by its SHA-256, which is in the QR
//!   bundle.age               opens bundles of unsent work (age X25519)
//!   recovery.pub             phones wrap their store key to it; the private half is never here
//! ```
//!
//! A new signing key is announced by a `kandas-key` statement signed with the old one, and that statement is a fact. The
//! new private key lies on disk before the fact is written and takes over after it, so that a crash between the two
//! leaves a folder that [`Keys::settle`] can put right. Every file is whole or not there, every step may be taken again:
//! what an interrupted one has left is used, never written over and never taken for something else.

mod ring_keys;

use std::{
    fs,
    path::{Path, PathBuf},
    str::FromStr as _,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
};

use age::secrecy::ExposeSecret as _;
use chrono::{DateTime, Utc};
use kandas_disk::point;
use kandas_shared::{
    enrol::KeyPayload,
    hash::Digest,
    ids::DeviceId,
    jws::{Jws, JwsError, KeyId, PublicKey, SignError, Signer as _, Typ},
    pin_reset,
};

pub use ring_keys::{RingSigner, RingVerifier};

/// What is wrong with the keys folder.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// There are keys already; `init` never writes over them.
    #[error("{0} holds keys already")]
    Exists(PathBuf),
    /// A file is missing or cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is there and is not what it should be.
    #[error("{path} is not {what}")]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
    },
    /// ring, rcgen or age did not make a key.
    #[error("no key could be made: {0}")]
    Making(String),
    /// The key did not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The last announced key is not in this folder.
    #[error("the store has announced the signing key {0}, which is not in the keys folder")]
    AnnouncedKeyMissing(KeyId),
    /// A stored announcement does not verify.
    #[error("an announcement of a signing key in the journal does not verify: {0}")]
    Announcement(JwsError),
}

/// The opened keys folder.
pub struct Keys {
    dir: PathBuf,
    signing: RwLock<Signing>,
    bundle: age::x25519::Identity,
    recovery_recipient: String,
    certificate: Certificate,
}

/// The signing key in use and those before it; another process may announce a new one at any time.
struct Signing {
    signer: Arc<RingSigner>,
    retired: Vec<PublicKey>,
}

/// The self-signed certificate, PEM, and its pin.
#[derive(Clone)]
pub struct Certificate {
    /// The certificate.
    pub certificate_pem: String,
    /// Its private key.
    pub key_pem: String,
    /// SHA-256 of the certificate (DER): what the QR carries.
    pub pin: Digest,
}

/// The private half of the recovery key; written once by `init`, then taken offline.
pub struct RecoveryIdentity(age::x25519::Identity);

impl RecoveryIdentity {
    /// Makes a new one.
    #[must_use]
    pub fn generate() -> Self {
        Self(age::x25519::Identity::generate())
    }
    /// Reads it from the text of the file that `init` wrote: the line that is no comment.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
        line.and_then(|line| age::x25519::Identity::from_str(line).ok()).map(Self)
    }
    /// The public half, `age1…`.
    #[must_use]
    pub fn recipient(&self) -> String {
        self.0.to_public().to_string()
    }
    /// The text `AGE-SECRET-KEY-1…`.
    #[must_use]
    pub fn reveal(&self) -> String {
        self.0.to_string().expose_secret().to_owned()
    }
}

impl Keys {
    /// Makes a new keys folder, or the rest of one whose making was broken off. `names` are the host names and addresses
    /// of the certificate, `recovery_recipient` is the public half of a recovery key that never comes here.
    ///
    /// # Errors
    /// [`KeysError::Exists`] if there is one; and when what is there already cannot be the beginning of one.
    pub fn init(dir: &Path, names: &[String], recovery_recipient: &str) -> Result<Self, KeysError> {
        if dir.join("current").exists() {
            return Err(KeysError::Exists(dir.to_owned()));
        }
        crate::config::private_folder(dir)
            .map_err(|e| KeysError::File { path: dir.to_owned(), source: std::io::Error::other(e) })?;
        if !dir.join("bundle.age").exists() {
            let bundle = age::x25519::Identity::generate();
            write_private(&dir.join("bundle.age"), bundle.to_string().expose_secret().as_bytes())?;
            point!("keys.bundle");
        }
        match recovery_recipient_in(dir)? {
            Some(there) if there == recovery_recipient => {}
            Some(_) => {
                let path = dir.join("recovery.pub");
                return Err(KeysError::Damaged { path, what: "the public half of this recovery key" });
            }
            None => write_private(&dir.join("recovery.pub"), recovery_recipient.as_bytes())?,
        }
        point!("keys.recovery");
        if !dir.join("tls.crt").exists() {
            make_certificate(dir, names)?;
        }
        point!("keys.certificate");
        let kid = match unused_signing_key(dir, None)? {
            Some(kid) => kid,
            None => make_signing_key(dir)?.kid(),
        };
        point!("keys.signing");
        // Written last: a folder without it was never finished.
        write_private(&dir.join("current"), kid.0.as_bytes())?;
        point!("keys.current");
        Self::open(dir)
    }

    /// Opens the keys folder.
    ///
    /// # Errors
    /// When a file is missing or damaged; says which.
    pub fn open(dir: &Path) -> Result<Self, KeysError> {
        let current = KeyId(read_text(&dir.join("current"))?);
        let signer = read_signer(dir, &current)?;
        let path = dir.join("bundle.age");
        let bundle = age::x25519::Identity::from_str(&read_text(&path)?)
            .map_err(|_| KeysError::Damaged { path, what: "an age identity" })?;
        let path = dir.join("recovery.pub");
        let recovery_recipient = read_text(&path)?;
        if age::x25519::Recipient::from_str(&recovery_recipient).is_err() {
            return Err(KeysError::Damaged { path, what: "an age recipient" });
        }
        let certificate = read_certificate(dir)?;
        let retired = read_retired(dir)?;
        Ok(Self {
            dir: dir.to_owned(),
            signing: RwLock::new(Signing { signer: Arc::new(signer), retired }),
            bundle,
            recovery_recipient,
            certificate,
        })
    }

    /// What signs receipts, checkpoints and orders.
    #[must_use]
    pub fn signer(&self) -> Arc<RingSigner> {
        Arc::clone(&self.signing().signer)
    }
    /// The public half of the signing key.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.signing().signer.public_key()
    }
    /// The public key of that thumbprint, present or retired.
    #[must_use]
    pub fn known(&self, kid: &KeyId) -> Option<PublicKey> {
        let signing = self.signing();
        let present = std::iter::once(signing.signer.public_key());
        present.chain(signing.retired.iter().copied()).find(|key| key.kid() == *kid)
    }
    /// Opens bundles of unsent work.
    #[must_use]
    pub fn bundle_identity(&self) -> &age::x25519::Identity {
        &self.bundle
    }
    /// The secret that a phone and this store share for forgotten PINs. It follows from the key that opens bundles, which
    /// never changes, so nothing more has to be kept.
    #[must_use]
    pub fn pin_secret(&self, device: DeviceId) -> [u8; 32] {
        pin_reset::device_secret(self.bundle.to_string().expose_secret().as_bytes(), device)
    }
    /// The key under which second factors of users lie in the database; it follows from the same one.
    #[must_use]
    pub fn second_factor_key(&self) -> [u8; 32] {
        let master = ring::hmac::Key::new(
            ring::hmac::HMAC_SHA256,
            self.bundle.to_string().expose_secret().as_bytes(),
        );
        let tag = ring::hmac::sign(&master, b"kandas-second-factor-v1");
        let mut key = [0; 32];
        key.copy_from_slice(tag.as_ref());
        key
    }
    /// age recipient for bundles and for the work of lost phones.
    #[must_use]
    pub fn bundle_recipient(&self) -> String {
        self.bundle.to_public().to_string()
    }
    /// age recipient of the organisation's recovery key.
    #[must_use]
    pub fn recovery_recipient(&self) -> &str {
        &self.recovery_recipient
    }
    /// The self-signed certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Makes the next signing key and its announcement, signed with the present key. Nothing changes for anybody until
    /// [`Keys::settle`] has been called with the announcement, which is a fact by then. A key that was made before and
    /// never announced is taken instead of a new one; so only who holds the journal's lock may ask.
    ///
    /// # Errors
    /// When the key cannot be made, written or used.
    pub fn announce_next(&self, from: DateTime<Utc>) -> Result<Jws, KeysError> {
        let next = match unused_signing_key(&self.dir, Some(&self.public_key().kid()))? {
            Some(kid) => read_signer(&self.dir, &kid)?.public_key(),
            None => make_signing_key(&self.dir)?,
        };
        let payload = KeyPayload { v: 1, old: self.public_key().kid(), new: next, from };
        let payload = serde_json::to_string(&payload).map_err(|e| KeysError::Making(e.to_string()))?;
        Ok(Jws::sign(Typ::Key, payload, self.signer().as_ref())?)
    }

    /// Follows the announcements of the journal (oldest first) from the key in use to the one in force, which another
    /// process has put into the folder, and signs with it from now on; the folder is that process's business. Says
    /// whether the key changed.
    ///
    /// # Errors
    /// When an announcement does not verify, or the key in force is not in the folder.
    pub fn follow(&self, announced: &[Jws]) -> Result<bool, KeysError> {
        let (mut key, mut passed) = (self.public_key(), Vec::new());
        for statement in announced {
            let payload: KeyPayload = serde_json::from_str(&statement.payload)
                .map_err(|_| KeysError::Announcement(JwsError::Header))?;
            if payload.old == key.kid() {
                statement.verify(Typ::Key, &key, &RingVerifier).map_err(KeysError::Announcement)?;
                passed.push(std::mem::replace(&mut key, payload.new));
            }
        }
        if passed.is_empty() {
            return Ok(false);
        }
        if !signing_path(&self.dir, &key.kid()).exists() {
            return Err(KeysError::AnnouncedKeyMissing(key.kid()));
        }
        let signer = Arc::new(read_signer(&self.dir, &key.kid())?);
        let mut signing = self.signing.write().unwrap_or_else(PoisonError::into_inner);
        signing.signer = signer;
        signing.retired.extend(passed);
        Ok(true)
    }

    fn signing(&self) -> RwLockReadGuard<'_, Signing> {
        self.signing.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows the announcements of the journal (oldest first) to the key that is in force and takes it into use.
    ///
    /// # Errors
    /// When an announcement does not verify, or the key in force is not in the folder.
    pub fn settle(&mut self, announced: &[Jws]) -> Result<(), KeysError> {
        let Some(last) = announced.last() else { return Ok(()) };
        let payload: KeyPayload =
            serde_json::from_str(&last.payload).map_err(|_| KeysError::Announcement(JwsError::Header))?;
        if payload.new == self.public_key() {
            return self.drop_retired();
        }
        let old = self.known(&payload.old).ok_or(KeysError::Announcement(JwsError::UnknownKey))?;
        last.verify(Typ::Key, &old, &RingVerifier).map_err(KeysError::Announcement)?;
        let kid = payload.new.kid();
        if !signing_path(&self.dir, &kid).exists() {
            return Err(KeysError::AnnouncedKeyMissing(kid));
        }
        let retiring = self.public_key();
        let public = self.dir.join(format!("signing-{}.pub", retiring.kid()));
        write_private(&public, retiring.to_string().as_bytes())?;
        point!("settle.old-kept");
        write_private(&self.dir.join("current"), kid.0.as_bytes())?;
        point!("settle.current");
        *self = Self::open(&self.dir)?;
        self.drop_retired()?;
        point!("settle.old-gone");
        Ok(())
    }

    /// Takes the private halves of retired keys away.
    fn drop_retired(&self) -> Result<(), KeysError> {
        for retired in &self.signing().retired {
            let path = signing_path(&self.dir, &retired.kid());
            if retired.kid() == self.public_key().kid() || !path.exists() {
                continue;
            }
            let gone = fs::remove_file(&path).and_then(|()| kandas_disk::steps::sync_folder(&self.dir));
            gone.map_err(|source| KeysError::File { path, source })?;
        }
        Ok(())
    }
}

/// The recovery recipient in a folder that need not be finished.
pub(crate) fn recovery_recipient_in(dir: &Path) -> Result<Option<String>, KeysError> {
    let path = dir.join("recovery.pub");
    if path.exists() { read_text(&path).map(Some) } else { Ok(None) }
}

/// Makes a signing key that nobody knows of yet.
fn make_signing_key(dir: &Path) -> Result<PublicKey, KeysError> {
    let pkcs8 = RingSigner::generate()?;
    let key = RingSigner::from_pkcs8(&pkcs8)?.public_key();
    write_private(&signing_path(dir, &key.kid()), &pkcs8)?;
    Ok(key)
}

/// A signing key that was made and then neither announced nor taken into use.
fn unused_signing_key(dir: &Path, current: Option<&KeyId>) -> Result<Option<KeyId>, KeysError> {
    let entries = fs::read_dir(dir).map_err(|source| KeysError::File { path: dir.to_owned(), source })?;
    let mut unused = Vec::new();
    for entry in entries {
        let name = entry.map_err(|source| KeysError::File { path: dir.to_owned(), source })?.file_name();
        let name = name.to_string_lossy();
        let Some(kid) = name.strip_prefix("signing-").and_then(|rest| rest.strip_suffix(".p8")) else {
            continue;
        };
        let retired = dir.join(format!("signing-{kid}.pub")).exists();
        if !retired && current.is_none_or(|current| current.0 != kid) {
            unused.push(KeyId(kid.to_owned()));
        }
    }
    if unused.len() > 1 && current.is_none() {
        // Somebody brought a folder of another store and forgot `current`: which key signs is not ours to guess.
        return Err(KeysError::Damaged {
            path: dir.join("current"),
            what: "there, and there are several keys",
        });
    }
    unused.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(unused.into_iter().next())
}

fn signing_path(dir: &Path, kid: &KeyId) -> PathBuf {
    dir.join(format!("signing-{kid}.p8"))
}

fn read_signer(dir: &Path, kid: &KeyId) -> Result<RingSigner, KeysError> {
    let path = signing_path(dir, kid);
    let pkcs8 = fs::read(&path).map_err(|source| KeysError::File { path: path.clone(), source })?;
    RingSigner::from_pkcs8(&pkcs8)
        .ok()
        .filter(|signer| signer.public_key().kid() == *kid)
        .ok_or(KeysError::Damaged { path, what: "the P-256 key it is named after" })
}

fn read_retired(dir: &Path) -> Result<Vec<PublicKey>, KeysError> {
    let mut retired = Vec::new();
    let entries = fs::read_dir(dir).map_err(|source| KeysError::File { path: dir.to_owned(), source })?;
    for entry in entries {
        let path = entry.map_err(|source| KeysError::File { path: dir.to_owned(), source })?.path();
        let is_retired = path.extension().is_some_and(|ext| ext == "pub")
            && path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("signing-"));
        if is_retired {
            let key = read_text(&path)?.parse();
            retired.push(key.map_err(|_| KeysError::Damaged { path, what: "a public key" })?);
        }
    }
    Ok(retired)
}

fn make_certificate(dir: &Path, names: &[String]) -> Result<(), KeysError> {
    let making = |e: rcgen::Error| KeysError::Making(e.to_string());
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).map_err(making)?;
    // Valid for ever: it is known by its pin, and neither side may depend on the other's wall clock.
    let mut params = rcgen::CertificateParams::new(names.to_vec()).map_err(making)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, "Kandas Field");
    params.extended_key_usages.push(rcgen::ExtendedKeyUsagePurpose::ServerAuth);
    let certificate = params.self_signed(&key).map_err(making)?;
    write_private(&dir.join("tls.key"), key.serialize_pem().as_bytes())?;
    write_private(&dir.join("tls.crt"), certificate.pem().as_bytes())
}

fn read_certificate(dir: &Path) -> Result<Certificate, KeysError> {
    use rustls_pki_types::{CertificateDer, pem::PemObject as _};
    let path = dir.join("tls.crt");
    let certificate_pem = read_text(&path)?;
    let der = CertificateDer::from_pem_slice(certificate_pem.as_bytes())
        .map_err(|_| KeysError::Damaged { path, what: "a certificate in PEM" })?;
    Ok(Certificate { pin: Digest::of(&der), certificate_pem, key_pem: read_text(&dir.join("tls.key"))? })
}

fn read_text(path: &Path) -> Result<String, KeysError> {
    let text =
        fs::read_to_string(path).map_err(|source| KeysError::File { path: path.to_owned(), source })?;
    Ok(text.trim().to_owned())
}

/// Writes a file of mode 0600 that is on the disk, whole, when the call returns.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), KeysError> {
    kandas_disk::replace(path, bytes).map_err(|source| KeysError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn names() -> Vec<String> {
        vec!["centre.example".into(), "127.0.0.1".into()]
    }

    fn make(dir: &Path) -> Keys {
        Keys::init(dir, &names(), &RecoveryIdentity::generate().recipient()).unwrap()
    }

    #[test]
    fn the_folder_is_closed_and_opens_again() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("keys");
        let recovery = RecoveryIdentity::generate();
        let keys = Keys::init(&dir, &names(), &recovery.recipient()).unwrap();
        assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
        for entry in fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600,
                "{}",
                path.display()
            );
            let bytes = fs::read(&path).unwrap();
            let secret = recovery.reveal();
            assert!(
                !bytes.windows(secret.len()).any(|w| w == secret.as_bytes()),
                "the recovery key stays out"
            );
        }
        let again = Keys::open(&dir).unwrap();
        assert_eq!(again.public_key(), keys.public_key());
        assert_eq!(again.certificate().pin, keys.certificate().pin);
        assert_eq!(again.recovery_recipient(), recovery.recipient());
        assert!(matches!(Keys::init(&dir, &names(), &recovery.recipient()), Err(KeysError::Exists(_))));
    }

    #[test]
    fn a_damaged_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("keys");
        make(&dir);
        fs::write(dir.join("bundle.age"), "AGE-SECRET-KEY-1NONSENSE").unwrap();
        let error = Keys::open(&dir).err().unwrap().to_string();
        assert!(error.contains("bundle.age"), "{error}");
    }

    #[test]
    fn a_new_key_takes_over_when_announced_and_the_old_one_stays_known() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("keys");
        let mut keys = make(&dir);
        let (first, from) = (keys.public_key(), "2026-11-23T09:00:00Z".parse().unwrap());
        let one = keys.announce_next(from).unwrap();
        // A crash before the fact: the old key stays in force.
        assert_eq!(Keys::open(&dir).unwrap().public_key(), first);
        keys.settle(std::slice::from_ref(&one)).unwrap();
        let second = keys.public_key();
        assert_ne!(first, second);
        assert_eq!(keys.known(&first.kid()), Some(first));
        let two = keys.announce_next(from).unwrap();
        two.verify(Typ::Key, &second, &RingVerifier).unwrap();
        // A crash after the fact: the next start catches up.
        let mut late = Keys::open(&dir).unwrap();
        late.settle(&[one.clone(), two.clone()]).unwrap();
        assert_ne!(late.public_key(), second);
        late.settle(&[one, two]).unwrap();
        assert!(late.known(&first.kid()).is_some() && late.known(&second.kid()).is_some());
        assert!(!signing_path(&dir, &first.kid()).exists(), "a retired private key is gone");
    }

    #[test]
    fn a_serving_process_follows_what_another_announced() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("keys");
        let serving = make(&dir);
        let (first, from) = (serving.public_key(), "2026-11-23T09:00:00Z".parse().unwrap());
        assert!(!serving.follow(&[]).unwrap());
        // The other process changes the key twice before the serving one looks.
        let mut other = Keys::open(&dir).unwrap();
        let one = other.announce_next(from).unwrap();
        other.settle(std::slice::from_ref(&one)).unwrap();
        let two = other.announce_next(from).unwrap();
        let announced = [one, two];
        assert!(serving.follow(&announced).unwrap(), "as soon as it is announced");
        other.settle(&announced).unwrap();
        assert_eq!(serving.public_key(), other.public_key());
        assert_eq!(serving.known(&first.kid()), Some(first));
        assert!(!serving.follow(&announced).unwrap());
        // One that is signed by somebody else, or not here, is not followed.
        let strange = make(&folder.path().join("strange"));
        let mut forged = strange.announce_next(from).unwrap();
        forged.payload = forged.payload.replace(&strange.public_key().kid().0, &serving.public_key().kid().0);
        assert!(matches!(serving.follow(&[forged]), Err(KeysError::Announcement(_))));
        let next = other.announce_next(from).unwrap();
        let kid = serde_json::from_str::<KeyPayload>(&next.payload).unwrap().new.kid();
        fs::remove_file(signing_path(&dir, &kid)).unwrap();
        assert!(matches!(serving.follow(&[next]), Err(KeysError::AnnouncedKeyMissing(_))));
    }

    #[test]
    fn an_announcement_of_somebody_else_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let mut ours = make(&folder.path().join("ours"));
        let theirs = make(&folder.path().join("theirs"));
        let foreign = theirs.announce_next("2026-11-23T09:00:00Z".parse().unwrap()).unwrap();
        assert!(matches!(ours.settle(&[foreign]), Err(KeysError::Announcement(_))));
    }
}

//! Camera files at rest: encrypted with age, durable before any row names them, readable from any offset.
//!
//! A file comes in by temporary name -> encrypt while hashing the plain bytes -> fsync -> rename -> fsync of the folder.
//! Whatever has its final name is whole; whatever has a temporary name is ours and incomplete. Nothing here deletes a
//! file that a row might need: freeing is the caller's decision.

use std::{
    fs::{self, File},
    io::{self, BufReader, Read, Seek, SeekFrom, Write as _},
    iter,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use age::{Decryptor, Encryptor, stream::StreamReader, x25519};
use kandas_disk::{point, steps};
use kandas_shared::{
    evidence::{FileRef, Part},
    hash::Digest,
    ids::EvidenceId,
};
use sha2::{Digest as _, Sha256};

/// The folder of encrypted camera files.
#[derive(Clone)]
pub struct Vault {
    folder: PathBuf,
    /// Shared by all handles: they go on together when the home gets new keys.
    identity: Arc<RwLock<Arc<x25519::Identity>>>,
}

/// What was kept: hash and size of the plain bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// SHA-256.
    pub sha256: Digest,
    /// Bytes.
    pub size: u64,
}

/// What a look at a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It is what was signed.
    Whole,
    /// It is not there.
    Missing,
    /// It is there, but not what was signed.
    Damaged,
}

/// What can still be sent of a damaged file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Salvage {
    /// Bytes.
    pub size: u64,
    /// SHA-256 of them.
    pub sha256: Digest,
    /// Nothing could be decrypted: these are the encrypted bytes as they lie on the disk.
    pub encrypted: bool,
}

/// Why the vault could not do it.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The disk.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Reading the camera's file, not writing ours.
    #[error("the file to be kept cannot be read: {0}")]
    Source(io::Error),
    /// age did not encrypt.
    #[error(transparent)]
    Encrypt(#[from] age::EncryptError),
    /// The file's head is damaged, or it belongs to another key.
    #[error("{0} cannot be decrypted: {1}")]
    Decrypt(FileRef, age::DecryptError),
    /// A file of this name is there already.
    #[error("{0} is in the vault already")]
    Exists(FileRef),
}

const TEMPORARY: &str = ".incoming-";
const EXTENSION: &str = ".age";

impl Vault {
    /// Opens the vault in `folder`, made when missing.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(folder: &Path, identity: x25519::Identity) -> Result<Self, VaultError> {
        fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned(), identity: Arc::new(RwLock::new(Arc::new(identity))) })
    }

    /// Recipient of this vault.
    #[must_use]
    pub fn recipient(&self) -> String {
        self.identity().to_public().to_string()
    }

    /// All handles go on with another identity. What was kept for the former one cannot be read any more.
    pub(crate) fn go_on_with(&self, identity: x25519::Identity) {
        *self.identity.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(identity);
    }

    fn identity(&self) -> Arc<x25519::Identity> {
        Arc::clone(&self.identity.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where a file lies.
    #[must_use]
    pub fn path(&self, name: FileRef) -> PathBuf {
        self.folder.join(format!("{name}{EXTENSION}"))
    }

    /// The folder itself.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Keeps what `source` gives under `name`. When this returns, the bytes are durable under their final name.
    ///
    /// # Errors
    /// When the source cannot be read, the disk is full, or the name is taken. No final name exists then.
    pub fn put(&self, name: FileRef, source: &mut dyn Read) -> Result<Kept, VaultError> {
        let target = self.path(name);
        if target.exists() {
            return Err(VaultError::Exists(name));
        }
        let temporary = self.folder.join(format!("{TEMPORARY}{name}"));
        let kept = self.write(&temporary, source).inspect_err(|_| {
            // Our own half-written file: room may be what was short. If it stays, start-up clears it.
            let _ = steps::remove(&temporary);
        })?;
        point!("vault.synced");
        steps::rename(&temporary, &target)?;
        point!("vault.renamed");
        steps::sync_folder(&self.folder)?;
        point!("vault.durable");
        Ok(kept)
    }

    fn write(&self, temporary: &Path, source: &mut dyn Read) -> Result<Kept, VaultError> {
        let recipient = self.identity().to_public();
        let encryptor = Encryptor::with_recipients(iter::once(&recipient as &dyn age::Recipient))?;
        let mut file = encryptor.wrap_output(steps::Own(steps::create(temporary)?))?;
        let (mut hasher, mut size, mut piece) = (Sha256::new(), 0_u64, vec![0; 64 * 1024]);
        loop {
            let read = match source.read(&mut piece) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(VaultError::Source(error)),
            };
            hasher.update(&piece[..read]);
            file.write_all(&piece[..read])?;
            size += read as u64;
        }
        let steps::Own(file) = file.finish()?;
        point!("vault.written");
        steps::sync(&file)?;
        Ok(Kept { sha256: Digest(hasher.finalize().into()), size })
    }

    /// Opens a file for reading from its plain byte `offset`.
    ///
    /// # Errors
    /// When it is not there or cannot be decrypted.
    pub fn open_at(&self, name: FileRef, offset: u64) -> Result<PlainReader, VaultError> {
        let file = BufReader::new(File::open(self.path(name))?);
        let decryptor = Decryptor::new_buffered(file).map_err(|e| VaultError::Decrypt(name, e))?;
        let mut reader = decryptor
            .decrypt(iter::once(&*self.identity() as &dyn age::Identity))
            .map_err(|e| VaultError::Decrypt(name, e))?;
        if offset > 0 {
            reader.seek(SeekFrom::Start(offset))?;
        }
        Ok(PlainReader(reader))
    }

    /// Reads a whole file and compares it with what was signed.
    ///
    /// # Errors
    /// When the disk does not answer; what cannot be decrypted is `Damaged`, not an error.
    pub fn check(&self, name: FileRef, size: u64, sha256: Digest) -> Result<Condition, VaultError> {
        match fs::metadata(self.path(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Condition::Missing),
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
        let (found, whole) = self.read_to_damage(name)?;
        let same = whole && found.size == size && found.sha256 == sha256;
        Ok(if same { Condition::Whole } else { Condition::Damaged })
    }

    /// What can still be sent of a damaged file: the plain bytes up to the damage, else the encrypted bytes as they are.
    /// `None`: nothing is left.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub fn salvage(&self, name: FileRef) -> Result<Option<Salvage>, VaultError> {
        if !self.path(name).exists() {
            return Ok(None);
        }
        let (kept, _) = self.read_to_damage(name)?;
        if kept.size > 0 {
            return Ok(Some(Salvage { size: kept.size, sha256: kept.sha256, encrypted: false }));
        }
        let raw = digest(&mut File::open(self.path(name))?)?;
        Ok((raw.size > 0).then_some(Salvage { size: raw.size, sha256: raw.sha256, encrypted: true }))
    }

    /// Opens the rest of a damaged file, as [`Vault::salvage`] described it, from `offset`.
    ///
    /// # Errors
    /// As [`Vault::open_at`].
    pub fn open_salvage(
        &self,
        name: FileRef,
        salvage: &Salvage,
        offset: u64,
    ) -> Result<Box<dyn Read + Send>, VaultError> {
        let left = salvage.size.saturating_sub(offset);
        if salvage.encrypted {
            let mut file = File::open(self.path(name))?;
            file.seek(SeekFrom::Start(offset))?;
            return Ok(Box::new(file.take(left)));
        }
        // A seek from the end would look for the damaged last piece; from the start it does not.
        Ok(Box::new(self.open_at(name, offset)?.take(left)))
    }

    /// Takes a file away for good.
    ///
    /// # Errors
    /// When the disk does not answer; a file that is gone already is fine.
    pub fn remove(&self, name: FileRef) -> Result<(), VaultError> {
        match steps::remove(&self.path(name)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        steps::sync_folder(&self.folder)?;
        Ok(())
    }

    /// Encrypts a few bytes to this vault's key.
    ///
    /// # Errors
    /// When age does not encrypt.
    pub fn encrypt(&self, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        Ok(age::encrypt(&self.identity().to_public(), plain)?)
    }

    /// The plain bytes of what [`Vault::encrypt`] made; `None` if they cannot be decrypted.
    #[must_use]
    pub fn decrypt(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        age::decrypt(&*self.identity(), sealed).ok()
    }

    /// Everything that lies in the vault.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn contents(&self) -> Result<Vec<Found>, VaultError> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let size = entry.metadata()?.len();
            let what = if name.starts_with(TEMPORARY) {
                Entry::Incomplete
            } else {
                name.strip_suffix(EXTENSION).and_then(parse).map_or(Entry::Foreign, Entry::File)
            };
            found.push(Found { name, size, what });
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// Takes a half-written file of ours away.
    ///
    /// # Errors
    /// When it is none of ours, or the disk does not answer.
    pub fn remove_incomplete(&self, found: &Found) -> Result<(), VaultError> {
        if found.what != Entry::Incomplete {
            return Err(io::Error::other("not a half-written file").into());
        }
        Ok(steps::remove(&self.folder.join(&found.name))?)
    }

    /// Reads plain bytes until the end or the first damage; says whether the end was reached.
    fn read_to_damage(&self, name: FileRef) -> Result<(Kept, bool), VaultError> {
        let (mut hasher, mut size, mut piece) = (Sha256::new(), 0_u64, vec![0; 64 * 1024]);
        let whole = match self.open_at(name, 0) {
            Err(VaultError::Io(error)) => return Err(error.into()),
            Err(_) => false,
            Ok(mut reader) => loop {
                match reader.read(&mut piece) {
                    Ok(0) => break true,
                    Ok(read) => {
                        hasher.update(&piece[..read]);
                        size += read as u64;
                    }
                    // age says "invalid data" where a piece does not authenticate and "unexpected end" where it is cut.
                    Err(error)
                        if matches!(
                            error.kind(),
                            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::Other
                        ) =>
                    {
                        break false;
                    }
                    Err(error) => return Err(error.into()),
                }
            },
        };
        Ok((Kept { sha256: Digest(hasher.finalize().into()), size }, whole))
    }
}

/// Hash and size of everything `source` gives.
///
/// # Errors
/// When it cannot be read.
pub fn digest(source: &mut dyn Read) -> io::Result<Kept> {
    let (mut hasher, mut size, mut piece) = (Sha256::new(), 0_u64, vec![0; 64 * 1024]);
    loop {
        match source.read(&mut piece) {
            Ok(0) => return Ok(Kept { sha256: Digest(hasher.finalize().into()), size }),
            Ok(read) => {
                hasher.update(&piece[..read]);
                size += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Plain bytes of a file.
pub struct PlainReader(StreamReader<BufReader<File>>);

impl Read for PlainReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

impl Seek for PlainReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

/// Something that lies in the vault's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// Bytes on the disk.
    pub size: u64,
    /// What it is.
    pub what: Entry,
}

/// What something in the vault's folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A whole file.
    File(FileRef),
    /// Half-written by us.
    Incomplete,
    /// Not of this program.
    Foreign,
}

fn parse(stem: &str) -> Option<FileRef> {
    let (evidence, part) = stem.split_once('.')?;
    Some(FileRef { evidence: evidence.parse::<EvidenceId>().ok()?, part: part.parse::<Part>().ok()? })
}

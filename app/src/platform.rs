//! What the machine gives: clocks, chance, room on the disk, the link, and the keys.
//!
//! Everything comes in through [`Platform`], so tests hand in their own. A port that cannot answer says
//! [`Unsupported`](PlatformError::Unsupported); none of them ever makes up a value.

use std::{path::Path, sync::Arc};

use chrono::{DateTime, Utc};
use kandas_shared::{
    jws::Signer,
    time::{Clock, micros},
};
use rand::Rng as _;

pub use self::keystore::{FileKeystore, Keystore};

mod keystore;

/// Everything the core needs from the machine.
#[derive(Clone)]
pub struct Platform {
    /// The clocks.
    pub clock: Arc<dyn Clock>,
    /// Randomness for ids and nonces.
    pub chance: Arc<dyn Chance>,
    /// Room on the disk.
    pub space: Arc<dyn Space>,
    /// The link to the world.
    pub link: Arc<dyn Link>,
    /// The keys.
    pub keystore: Arc<dyn Keystore>,
    /// Model and system, for the list of devices.
    pub name: String,
}

impl Platform {
    /// This machine, with keys in 0600 files of `home`.
    #[must_use]
    pub fn system(home: &Path) -> Self {
        let chance: Arc<dyn Chance> = Arc::new(SystemChance);
        Self {
            clock: Arc::new(SystemClock),
            keystore: Arc::new(FileKeystore::new(home, Arc::clone(&chance))),
            chance,
            space: Arc::new(DiskSpace),
            link: Arc::new(FixedLink(LinkKind::Unmetered)),
            name: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        }
    }

    /// The device's signing key.
    ///
    /// # Errors
    /// When the keystore does not answer.
    pub fn signer(&self) -> Result<Arc<dyn Signer>, PlatformError> {
        self.keystore.signer()
    }
}

/// Randomness, handed in.
pub trait Chance: Send + Sync + 'static {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Chance {
    /// That many fresh bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

/// The system's random generator.
pub struct SystemChance;

impl Chance for SystemChance {
    #[expect(clippy::disallowed_methods, reason = "the one place where chance is drawn")]
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

/// The system's clocks: wall clock, and one that also counts sleep.
pub struct SystemClock;

/// Apple has no CLOCK_BOOTTIME; there CLOCK_MONOTONIC is the time since the start, sleep included.
#[cfg(target_vendor = "apple")]
const SINCE_BOOT: rustix::time::ClockId = rustix::time::ClockId::Monotonic;
#[cfg(not(target_vendor = "apple"))]
const SINCE_BOOT: rustix::time::ClockId = rustix::time::ClockId::Boottime;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the wall clock is read")]
    fn wall(&self) -> DateTime<Utc> {
        micros(Utc::now())
    }

    fn boot(&self) -> (String, u64) {
        let since = rustix::time::clock_gettime(SINCE_BOOT);
        let millis = u64::try_from(since.tv_sec).unwrap_or(0) * 1_000
            + u64::try_from(since.tv_nsec).unwrap_or(0) / 1_000_000;
        // Where the system does not name its boots, the milliseconds alone cannot be compared across a restart; an
        // empty name says so, it equals no other reading's boot.
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        (boot.trim().to_owned(), millis)
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where the local offset is read")]
    fn offset_s(&self) -> i32 {
        chrono::Local::now().offset().local_minus_utc()
    }
}

/// Room on the disk.
pub trait Space: Send + Sync + 'static {
    /// Bytes that an ordinary program may still write below `folder`.
    ///
    /// # Errors
    /// When the system does not say.
    fn free(&self, folder: &Path) -> Result<u64, PlatformError>;
}

/// The disk as the system sees it.
pub struct DiskSpace;

impl Space for DiskSpace {
    fn free(&self, folder: &Path) -> Result<u64, PlatformError> {
        let disk = rustix::fs::statvfs(folder).map_err(|e| PlatformError::Io(e.into()))?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}

/// What the link to the world is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// None.
    Offline,
    /// Costs by the byte.
    Metered,
    /// Does not.
    Unmetered,
}

/// The link to the world, as far as the system knows it.
pub trait Link: Send + Sync + 'static {
    /// What it is like now.
    fn kind(&self) -> LinkKind;
}

/// A link of which somebody has said what it is: a desktop, the headless phone.
pub struct FixedLink(pub LinkKind);

impl Link for FixedLink {
    fn kind(&self) -> LinkKind {
        self.0
    }
}

/// The machine did not give what was asked.
#[derive(Debug, thiserror::Error)]
pub enum PlatformError {
    /// This machine has no such thing.
    #[error("this device cannot do that: {0}")]
    Unsupported(&'static str),
    /// A file of the keystore or the disk.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A key file that cannot be read as a key. It is left as it is.
    #[error("the key file {0} cannot be read as a key")]
    BadKey(String),
}

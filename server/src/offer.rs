//! The program for phones that the operator offers: the file `app/kandas-field-<version>.apk` of the data folder with the
//! highest version. A phone of an older one goes on delivering for ever; it is only told.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
    time::SystemTime,
};

use kandas_shared::{app_version::AppVersion, hash::Digest, wire::AppOffer};
use sha2::{Digest as _, Sha256};

use crate::state::AppState;

/// What stands before and behind the version in a file's name.
const NAME: (&str, &str) = ("kandas-field-", ".apk");

/// Looks into the folder; remembers the hash of what lies there.
#[derive(Debug, Default)]
pub struct Offers {
    folder: OnceLock<PathBuf>,
    last: Mutex<Option<(Found, AppOffer)>>,
}

/// A file as it lies there. Whoever puts another one in its place changes size or time.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    version: AppVersion,
    path: PathBuf,
    size: u64,
    changed: Option<SystemTime>,
}

impl Offers {
    /// Where the files lie; said once, by whoever starts the server.
    pub fn look_in(&self, folder: PathBuf) {
        // A second word changes nothing.
        let _ = self.folder.set(folder);
    }

    /// What is offered now. Hashes a file it has not seen: not for async threads.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn present(&self) -> io::Result<Option<AppOffer>> {
        let Some(found) = self.folder.get().and_then(|folder| highest(folder)) else { return Ok(None) };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, offer)) = last.as_ref()
            && *known == found
        {
            return Ok(Some(offer.clone()));
        }
        let (mut file, mut hash) = (fs::File::open(&found.path)?, Sha256::new());
        let mut piece = vec![0; 1 << 16];
        loop {
            let length = file.read(&mut piece)?;
            if length == 0 {
                break;
            }
            hash.update(&piece[..length]);
        }
        let offer = AppOffer {
            version: found.version.to_string(),
            size: found.size,
            sha256: Digest(hash.finalize().into()),
            path: format!("/v1/app/{}{}{}", NAME.0, found.version, NAME.1),
        };
        *last = Some((found, offer.clone()));
        Ok(Some(offer))
    }

    /// The file of an offer by the last part of its path; none when it is not offered any more.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<PathBuf> {
        let found = highest(self.folder.get()?)?;
        (named(name)? == found.version).then_some(found.path)
    }
}

/// What is offered now, for answers that only mention it: a file that cannot be read is a matter of the log.
pub async fn newest(state: &AppState) -> Option<AppOffer> {
    let state = state.clone();
    match tokio::task::spawn_blocking(move || state.offers.present()).await {
        Ok(Ok(offer)) => offer,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the program for phones cannot be read");
            None
        }
        Err(_) => None,
    }
}

fn highest(folder: &Path) -> Option<Found> {
    let entries = fs::read_dir(folder).ok()?;
    let found = entries.filter_map(|entry| {
        let entry = entry.ok()?;
        let version = named(entry.file_name().to_str()?)?;
        let facts = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        Some(Found { version, path: entry.path(), size: facts.len(), changed: facts.modified().ok() })
    });
    found.max_by(|a, b| (a.version, &a.path).cmp(&(b.version, &b.path)))
}

fn named(name: &str) -> Option<AppVersion> {
    name.strip_prefix(NAME.0)?.strip_suffix(NAME.1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_version_is_offered_with_its_hash() {
        let folder = tempfile::tempdir().unwrap();
        let offers = Offers::default();
        assert_eq!(offers.present().unwrap(), None);
        offers.look_in(folder.path().join("app"));
        assert_eq!(offers.present().unwrap(), None, "no folder, no offer");
        let app = folder.path().join("app");
        fs::create_dir(&app).unwrap();
        for (name, content) in [
            ("kandas-field-0.9.0.apk", "old"),
            ("kandas-field-0.10.0.apk", "new"),
            ("kandas-field-2.0.apk", "no version"),
            ("notes.txt", "text"),
        ] {
            fs::write(app.join(name), content).unwrap();
        }
        let offer = offers.present().unwrap().unwrap();
        assert_eq!((offer.version.as_str(), offer.size), ("0.10.0", 3));
        assert_eq!(offer.sha256, Digest::of(b"new"));
        assert_eq!(offer.path, "/v1/app/kandas-field-0.10.0.apk");
        assert_eq!(offers.file("kandas-field-0.10.0.apk").unwrap(), app.join("kandas-field-0.10.0.apk"));
        for other in ["kandas-field-0.9.0.apk", "../keys/current", "kandas-field-../../x.apk", "notes.txt"] {
            assert_eq!(offers.file(other), None, "{other}");
        }
        fs::write(app.join("kandas-field-0.10.0.apk"), "newer").unwrap();
        assert_eq!(offers.present().unwrap().unwrap().sha256, Digest::of(b"newer"));
    }
}

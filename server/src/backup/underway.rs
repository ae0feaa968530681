//! A restore that is under way. `restoring.json` is there from before the first byte until after the last; as long as it
//! is, nobody works on the store: it may be half back, and phones must not meet it before it has its new epoch.

use std::{fs, io::ErrorKind, path::PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use kandas_shared::hash::{Digest, Epoch};
use serde::{Deserialize, Serialize};

use super::Manifest;
use crate::config::Config;

/// `restoring.json`: which back-up, and the epoch that was drawn for it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Underway {
    pub size: u64,
    pub root: Digest,
    pub epoch: Epoch,
}

impl Underway {
    fn path(config: &Config) -> PathBuf {
        config.data.join("restoring.json")
    }

    pub fn read(config: &Config) -> Result<Option<Self>> {
        let path = Self::path(config);
        match fs::read(&path) {
            Ok(text) => {
                let read = serde_json::from_slice(&text);
                Ok(Some(read.with_context(|| format!("{} is not readable", path.display()))?))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
    }

    pub fn write(&self, config: &Config) -> Result<()> {
        let path = Self::path(config);
        kandas_disk::replace(&path, &serde_json::to_vec(self)?)
            .with_context(|| format!("{} cannot be written", path.display()))
    }

    /// The restore is done.
    pub fn end(config: &Config) -> Result<()> {
        fs::remove_file(Self::path(config))?;
        Ok(kandas_disk::steps::sync_folder(&config.data)?)
    }

    pub fn ensure_of(&self, manifest: &Manifest) -> Result<()> {
        ensure!(
            (self.size, self.root) == (manifest.size, manifest.root),
            "a restore of another back-up ({} positions, root {}) was broken off here: repeat that one",
            self.size,
            self.root
        );
        Ok(())
    }
}

/// Stops whoever wants to work on a store that is only half back.
///
/// # Errors
/// While a restore is under way.
pub fn refuse(config: &Config) -> Result<()> {
    if Underway::read(config)?.is_some() {
        bail!(
            "a restore was broken off here: run `kandas-server restore` of the same back-up again, then go on"
        );
    }
    Ok(())
}

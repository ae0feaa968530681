//! `erased.ndjson`: who must not come back.
//!
//! One line a decision, ids only, beside the database and outside every back-up: `restore` reads it and erases again
//! what an older back-up still holds. A line is on the disk before the erasing begins; a line twice does no harm.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use kandas_shared::ids::{ErasureId, FamilyId, PersonId, UserId};
use serde::{Deserialize, Serialize};

/// A decision to erase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erased {
    /// Its id.
    pub erasure: ErasureId,
    /// The family, or the family of the person.
    pub family: FamilyId,
    /// The person, if only one member goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// On what it rests.
    pub basis: String,
    /// Who decided.
    pub by: UserId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Adds a line; it is on the disk when the call returns.
///
/// # Errors
/// When the disk says no.
pub fn add(path: &Path, erased: &Erased) -> Result<()> {
    let mut line = serde_json::to_vec(erased)?;
    line.push(b'\n');
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    file.write_all(&line)?;
    file.sync_all()?;
    if let Some(folder) = path.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Reads the list; no file is an empty list.
///
/// # Errors
/// When a line is not readable: a subject might come back, so nothing goes on.
pub fn read(path: &Path) -> Result<Vec<Erased>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
    };
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            serde_json::from_str(line)
                .with_context(|| format!("line {} of {} is not readable", at + 1, path.display()))
        })
        .collect()
}

//! `erased.ndjson`: who must not come back.
//!
//! One line a decision, ids only, beside the database and outside every back-up: `restore` reads it and erases again
//! what an older back-up still holds. A line is on the disk before the erasing begins, whole or not at all: a half one
//! would stop everything, because a subject might come back. A line twice does no harm.

use std::{fs, io::ErrorKind, path::Path};

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use kandas_shared::ids::{ErasureId, FamilyId, PersonId, UserId};
use serde::{Deserialize, Serialize};

use crate::facts::OfficeErasure;

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
    /// Who proposed and who confirmed it, where that was in the office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<OfficeErasure>,
}

/// Adds a line; it is on the disk when the call returns.
///
/// # Errors
/// When the disk says no.
pub fn add(path: &Path, erased: &Erased) -> Result<()> {
    let mut text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
    };
    if text.last().is_some_and(|end| *end != b'\n') {
        text.push(b'\n');
    }
    serde_json::to_writer(&mut text, erased)?;
    text.push(b'\n');
    kandas_disk::replace(path, &text).with_context(|| format!("{} cannot be written", path.display()))
}

/// Reads the list; no file is an empty list.
///
/// # Errors
/// When a line is not readable: a subject might come back, so nothing goes on.
pub fn read(path: &Path) -> Result<Vec<Erased>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
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

//! Carrying another phone's bundle: this phone cannot read it, it only brings it. The server opens it and answers with
//! receipts, which go back with the bundle's owner.

use std::{fs::File, io::Read as _, path::Path};

use kandas_shared::{hash::Digest, ids::BundleId, jws::Jws, receipt::Receipt, wire::BundleAnswer};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Options, Sync, SyncError, progress::Progress, transport::Internet, upload::send_bundle};
use crate::app::App;

/// What became of a bundle.
#[derive(Debug, Serialize)]
pub struct Delivered {
    /// The bundle.
    pub bundle: BundleId,
    /// `received`, `opened`, or `unreadable` (kept all the same).
    pub state: String,
    /// What the server says to have, verified.
    pub receipts: Vec<Receipt>,
    /// The same as signed, to take back to the phone that made the bundle.
    pub statements: Vec<Jws>,
}

/// Brings the bundle in `path` to the server this phone belongs to. `told` hears how many bytes of how many are there.
///
/// # Errors
/// When the file cannot be read or the server does not take it.
pub async fn deliver(
    app: &App,
    path: &Path,
    options: &Options,
    progress: &dyn Progress,
    told: impl FnMut(u64, u64),
) -> Result<Delivered, SyncError> {
    let (name, sha256) = identify(path).await?;
    let mut sync = Sync::open(app, options, progress, &Internet).await?;
    sync.get_token().await?;
    let token = sync.bearer()?;
    send_bundle(&sync.http, &token, name, sha256, path, told).await?;
    let answer: BundleAnswer = sync.http.get(&format!("/v1/bundles/{name}"), Some(&token)).await?;
    let mut receipts = Vec::new();
    for statement in &answer.receipts {
        receipts.push(sync.keys.any(statement, &sync.verifier)?);
    }
    sync.count_traffic(options.metered.unwrap_or(false)).await?;
    Ok(Delivered { bundle: answer.bundle, state: answer.state, receipts, statements: answer.receipts })
}

/// The bundle's id is in its file name; a renamed one is named by its content, so that bringing it twice is bringing it
/// once.
async fn identify(path: &Path) -> Result<(BundleId, Digest), SyncError> {
    let owned = path.to_owned();
    let sha256 = tokio::task::spawn_blocking(move || -> std::io::Result<Digest> {
        let (mut file, mut hasher, mut piece) = (File::open(owned)?, Sha256::new(), vec![0; 64 * 1024]);
        loop {
            let read = file.read(&mut piece)?;
            if read == 0 {
                return Ok(Digest(hasher.finalize().into()));
            }
            hasher.update(&piece[..read]);
        }
    })
    .await?
    .map_err(|error| SyncError::File(path.display().to_string(), error))?;
    let named = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.get(..36)?.parse().ok());
    let id = named.unwrap_or_else(|| {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&sha256.0[..16]);
        Uuid::from_bytes(bytes)
    });
    Ok((BundleId(id), sha256))
}

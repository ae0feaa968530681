//! Where the bytes of unfinished uploads lie: one file per upload in a folder (`folder`), or one object per persisted
//! piece in a bucket (`bucket`), where any server process can go on with them.
//!
//! How far an upload is durable is in the database; there may be more here (bytes that came after the last record of
//! progress), which never counts, and if there is less, only that counts. Whoever writes hands in his fencing number:
//! bytes of one that was given up never get among those of the next.

mod bucket;
mod folder;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use kandas_shared::{hash::Digest, ids::UploadId};

pub use bucket::BucketStaging;
pub use folder::FolderStaging;

use super::hashing::Running;

/// What staging answers.
pub type Staged<'a, T> = BoxFuture<'a, std::io::Result<T>>;

/// Where a whole upload goes, and what it must be.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its key in the media store.
    pub key: String,
    /// What was signed.
    pub sha256: Digest,
    /// Bytes.
    pub size: u64,
}

/// What came of bringing an upload to its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// It is what was signed, and durable in its place; of its bytes nothing is left in staging.
    Moved,
    /// As well, and its bytes in staging are still to be removed.
    Beside,
    /// It is something else; nothing was kept.
    Differs,
}

/// Keeps the bytes of uploads until they are whole.
pub trait Staging: Send + Sync + 'static {
    /// How many bytes of an upload are there; 0 if it is not known.
    fn held(&self, upload: UploadId) -> Staged<'_, u64>;
    /// Goes on writing at `at`; whatever lay beyond does not count any more. `hash` is that of the bytes before, if it
    /// is known.
    fn write_from(
        &self,
        upload: UploadId,
        at: u64,
        fence: i64,
        hash: Option<Running>,
    ) -> Staged<'_, Box<dyn Piece>>;
    /// Brings bytes to their place that are at hand and whole; nothing of them is left here.
    fn put(&self, upload: UploadId, target: Target, bytes: Vec<Bytes>) -> Staged<'_, Placed>;
    /// Brings a whole upload to its place that nobody is writing any more: it is read and hashed.
    fn place(&self, upload: UploadId, target: Target) -> Staged<'_, Placed>;
    /// Forgets an upload; no error if there was none.
    fn remove(&self, upload: UploadId) -> Staged<'_, ()>;
    /// Uploads with bytes here to which nobody has written since.
    fn untouched_since(&self, time: DateTime<Utc>) -> Staged<'_, Vec<UploadId>>;
}

/// A piece of an upload being written.
pub trait Piece: Send {
    /// Adds bytes.
    fn write(&mut self, bytes: Bytes) -> Staged<'_, ()>;
    /// Everything written so far is durable when this returns.
    fn persist(&mut self) -> Staged<'_, ()>;
    /// The hash of the upload up to what was persisted, if that of its beginning was known.
    fn hashed(&self) -> Option<Running>;
    /// The upload is whole with this piece: it goes to its place. It is not persisted in staging first.
    fn place(self: Box<Self>, target: Target) -> Staged<'static, Placed>;
    /// What was persisted is recorded: it stays, whatever comes.
    fn recorded(&mut self);
    /// Drops everything written since the piece was begun or recorded last.
    fn undo(self: Box<Self>) -> Staged<'static, ()>;
}

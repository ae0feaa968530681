//! Media: files travel in resumable uploads (tus 1.0.0) and end in custody.
//!
//! An upload is a row (how far it is durable, who writes it now) and bytes in [`staging`]. Whoever writes it holds it:
//! a lease with a fencing number in the database, so that any server process can go on with any upload and a holder
//! that was given up can no longer record progress. A file is hashed while it arrives and its bytes are written once:
//! when the last one is there and the hash is what was signed, the file goes from staging to its place in the media
//! store and enters custody: one fact, one transaction, one receipt. Nothing is ever taken as received because another
//! file has the same hash.
//!
//! - [`upload`]: beginning, finding and giving up uploads; their rows.
//! - [`hold`]: who writes an upload now.
//! - [`receive`]: one piece of an upload as it arrives.
//! - `once`: a small file that comes whole with its first request.
//! - [`custody`]: what happens when an upload is whole; receipts. `entry`: the fact of it, of many files in one go.
//! - [`bundle`]: unsent work that came as one encrypted file.
//! - [`depot`]: where the bytes lie: [`objects`] in custody and [`staging`], in folders or in a [`bucket`].

pub mod bucket;
pub mod bundle;
pub mod custody;
pub mod depot;
mod entry;
pub mod hashing;
pub mod hold;
pub mod objects;
mod once;
pub mod receive;
pub mod staging;
pub mod upload;

use std::{collections::HashMap, io, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use kandas_shared::{hash::Digest, ids::UploadId, jws::Jws, problem::ProblemCode, time::Clock};
use parking::Lock;
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use depot::Depot;
pub use objects::{Objects, Put};
pub use receive::{Arriving, Checksum};
pub use staging::Staging;
pub use upload::Aim;

use crate::{
    chance::Chance,
    keys::Keys,
    limits::Limits,
    refusal::{Outcome, Refusal},
    store::Store,
};

/// The media of a store; cheap to clone.
#[derive(Clone)]
pub struct Media(Arc<Handles>);

struct Handles {
    store: Store,
    keys: Arc<Keys>,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    limits: Limits,
    depot: Depot,
    writers: Lock<HashMap<UploadId, Arc<hold::Writer>>>,
    /// Hashes of uploads between two pieces.
    hashes: Arc<hashing::Waiting>,
    /// Files that lie in their place go this way into custody.
    entering: entry::Groups,
    /// Pieces run here, so that a client that goes away does not tear one off between disk and database.
    tasks: TaskTracker,
    /// Rung when a bundle has come.
    bundles: Notify,
    /// Whoever opens bundles.
    opening: tokio::sync::Mutex<()>,
    /// Cancelled when the server can wait no longer: pieces stop and keep what they have.
    halt: CancellationToken,
}

/// How an upload stands.
#[derive(Clone, Debug)]
pub struct Progress {
    /// Bytes that are durable.
    pub offset: u64,
    /// Bytes of the whole.
    pub length: u64,
    /// When it is given up if nobody goes on; none when finished.
    pub expires_at: Option<DateTime<Utc>>,
    /// The receipt, when the file is in custody.
    pub receipt: Option<Jws>,
}

impl Media {
    /// Media in a depot. Must be called inside a tokio runtime.
    #[must_use]
    pub fn new(
        store: Store,
        keys: Arc<Keys>,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
        limits: Limits,
        depot: Depot,
    ) -> Self {
        let hashes = Arc::new(hashing::Waiting::default());
        let grouping = entry::Grouping {
            store: store.clone(),
            clock: Arc::clone(&clock),
            chance: Arc::clone(&chance),
            limits: limits.clone(),
            depot: depot.clone(),
            hashes: Arc::clone(&hashes),
        };
        Self(Arc::new(Handles {
            entering: grouping.start(),
            store,
            keys,
            clock,
            chance,
            limits,
            depot,
            writers: Lock::default(),
            hashes,
            tasks: TaskTracker::new(),
            bundles: Notify::new(),
            opening: tokio::sync::Mutex::default(),
            halt: CancellationToken::new(),
        }))
    }

    /// Bytes free on the disk whose reserve media must not touch.
    ///
    /// # Errors
    /// When the disk does not say.
    pub fn free(&self) -> io::Result<u64> {
        self.0.depot.free()
    }

    /// The media store.
    #[must_use]
    pub fn objects(&self) -> &Objects {
        &self.0.depot.objects
    }

    /// Puts a small file that came whole with its request into its place; it is durable when this returns. Who asks says so
    /// in a fact, or removes it again: until then it belongs to nothing.
    ///
    /// # Errors
    /// `storage-full`, or when the media store does not answer.
    pub async fn keep(&self, key: &str, bytes: &[u8], sha256: Digest) -> Outcome<()> {
        let size = bytes.len() as u64;
        self.check_room(size)?;
        match self.0.depot.objects.put(key, bytes, sha256, size).await.map_err(Refusal::storage)? {
            Put::Kept => Ok(()),
            Put::Differs { .. } => Err(Refusal::fault("the bytes are not those of the hash")),
        }
    }

    /// Whether the media store answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ready(&self) -> Outcome<()> {
        self.0.depot.objects.ready().await.map_err(Refusal::storage)
    }

    /// Lets the pieces in progress arrive for [`Limits::grace`], then ends them; what they brought stays.
    pub async fn stop(&self) {
        self.0.tasks.close();
        if tokio::time::timeout(self.0.limits.grace, self.0.tasks.wait()).await.is_err() {
            self.0.halt.cancel();
            self.0.tasks.wait().await;
        }
    }

    /// No room for `more` bytes beside what must stay free.
    fn check_room(&self, more: u64) -> Outcome<()> {
        let free = self.free().map_err(Refusal::storage)?;
        // What lies in a bucket takes nothing of this disk; the rows about it do.
        let more = if self.0.depot.on_this_disk { more } else { 0 };
        if free < self.0.limits.disk_reserve.saturating_add(more) {
            tracing::warn!(free, more, "no room for media");
            return Err(Refusal::later(ProblemCode::StorageFull, 600));
        }
        Ok(())
    }

    fn now(&self) -> DateTime<Utc> {
        self.0.clock.wall()
    }
}

/// A time span as the database's clock counts it.
fn span(duration: std::time::Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

mod parking {
    //! A mutex whose poisoning does not matter: what it guards is whole between any two statements.

    #[derive(Default)]
    pub(super) struct Lock<T>(std::sync::Mutex<T>);

    impl<T> Lock<T> {
        pub(super) fn lock(&self) -> std::sync::MutexGuard<'_, T> {
            self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
        }
    }
}

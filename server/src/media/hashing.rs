//! The hash of an upload, taken while its bytes go by.
//!
//! A file is hashed once, as it arrives. Between two pieces the hash so far waits here; it is worth something only as
//! long as nobody else may have written, which the fencing number says. Who does not find it (another process wrote,
//! this one was restarted, bytes were lost) reads the file again when it is whole.

use std::collections::HashMap;

use kandas_shared::{hash::Digest, ids::UploadId};
use ring::digest::{Context, SHA256};

use super::{Put, parking::Lock};

/// Hashes that wait at most; one more than these and one of them is read again from the disk.
const MOST: usize = 10_000;

/// A hash on its way.
#[derive(Clone)]
pub struct Running {
    context: Context,
    at: u64,
}

impl Default for Running {
    fn default() -> Self {
        Self { context: Context::new(&SHA256), at: 0 }
    }
}

impl Running {
    /// Takes the next bytes in.
    pub fn update(&mut self, bytes: &[u8]) {
        self.context.update(bytes);
        self.at += bytes.len() as u64;
    }

    /// How many bytes it has seen.
    #[must_use]
    pub fn at(&self) -> u64 {
        self.at
    }

    /// What they hash to.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut digest = [0; 32];
        digest.copy_from_slice(self.context.clone().finish().as_ref());
        Digest(digest)
    }

    /// None if this is what it should be.
    #[must_use]
    pub fn differs(&self, sha256: Digest, size: u64) -> Option<Put> {
        let (found, length) = (self.digest(), self.at);
        ((found, length) != (sha256, size)).then_some(Put::Differs { sha256: found, size: length })
    }
}

/// Hashes of uploads between two pieces.
#[derive(Default)]
pub(super) struct Waiting(Lock<HashMap<UploadId, (i64, Running)>>);

impl Waiting {
    /// The holder with this fencing number leaves the hash of what he made durable.
    pub(super) fn leave(&self, upload: UploadId, fence: i64, running: Running) {
        let mut waiting = self.0.lock();
        if waiting.len() >= MOST
            && let Some(some) = waiting.keys().next().copied()
        {
            waiting.remove(&some);
        }
        waiting.insert(upload, (fence, running));
    }

    /// A new holder: the hash stays only if he comes right after the one who left it.
    pub(super) fn pass_on(&self, upload: UploadId, fence: i64) {
        let mut waiting = self.0.lock();
        match waiting.get_mut(&upload) {
            Some((left, _)) if *left + 1 == fence => *left = fence,
            Some(_) => {
                waiting.remove(&upload);
            }
            None => {}
        }
    }

    /// The hash of the first `at` bytes, if it is known.
    pub(super) fn take(&self, upload: UploadId, fence: i64, at: u64) -> Option<Running> {
        if at == 0 {
            self.forget(upload);
            return Some(Running::default());
        }
        let (left, running) = self.0.lock().remove(&upload)?;
        (left == fence && running.at == at).then_some(running)
    }

    pub(super) fn forget(&self, upload: UploadId) {
        self.0.lock().remove(&upload);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_goes_on_only_where_it_was_left_and_by_whom() {
        let upload = UploadId::draw("2026-11-23T09:00:00Z".parse().unwrap(), [1; 10]);
        let waiting = Waiting::default();
        let mut running = Running::default();
        running.update(b"abc");
        waiting.leave(upload, 4, running.clone());
        waiting.pass_on(upload, 5);
        waiting.pass_on(upload, 6);
        let mut on = waiting.take(upload, 6, 3).unwrap();
        on.update(b"def");
        assert_eq!(on.digest(), Digest::of(b"abcdef"));
        assert!(waiting.take(upload, 6, 3).is_none(), "taken once");

        waiting.leave(upload, 6, running.clone());
        waiting.pass_on(upload, 8);
        assert!(waiting.take(upload, 8, 3).is_none(), "somebody else was in between");
        waiting.leave(upload, 8, running);
        assert!(waiting.take(upload, 8, 2).is_none(), "it stands elsewhere");
        assert!(waiting.take(upload, 9, 0).is_some(), "from the start there is nothing to know");
    }
}

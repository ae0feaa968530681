//! How the store's file was left. Reading every page of it at each start would make a thousand families wait; a file that
//! was closed in order and has not been touched since was whole then. After anything else it is read through.

use std::{
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use super::with_ending;

/// Starts after which the file is read through all the same: memory fails without anybody touching it.
const TRUSTED_STARTS: u32 = 20;

/// What a closed file looked like.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Look {
    size: u64,
    /// Time of its last change, nanoseconds.
    changed: u128,
}

fn mark(path: &Path) -> PathBuf {
    with_ending(path, ".left")
}

fn look(path: &Path) -> Option<Look> {
    let meta = fs::metadata(path).ok()?;
    let changed = meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    Some(Look { size: meta.len(), changed })
}

/// Takes the mark away and answers how many starts ago the file was read through, if it lies as it was left.
pub(super) fn take(path: &Path) -> Option<u32> {
    let text = fs::read_to_string(mark(path)).ok();
    // Gone before the file is opened: a program that ends without closing leaves none.
    fs::remove_file(mark(path)).ok()?;
    let text = text?;
    let mut words = text.split_whitespace();
    let left = Look { size: words.next()?.parse().ok()?, changed: words.next()?.parse().ok()? };
    let starts: u32 = words.next()?.parse().ok()?;
    (look(path) == Some(left) && starts < TRUSTED_STARTS).then_some(starts)
}

/// Leaves the mark beside a file that was closed in order, `starts` starts after it was read through. Without it the next
/// start reads the file through, so nothing depends on it.
pub(super) fn leave(path: &Path, starts: u32) {
    let log_is_empty = fs::metadata(with_ending(path, "-wal")).map_or(true, |log| log.len() == 0);
    if let Some(Look { size, changed }) = look(path).filter(|_| log_is_empty) {
        let _ = fs::write(mark(path), format!("{size} {changed} {starts}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_untouched_file_is_trusted_and_not_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        fs::write(&path, "pages").unwrap();
        assert_eq!(take(&path), None, "never closed");
        leave(&path, 3);
        assert_eq!(take(&path), Some(3));
        assert_eq!(take(&path), None, "it was opened and not closed");
        leave(&path, 3);
        fs::write(&path, "pagez").unwrap();
        assert_eq!(take(&path), None, "touched");
        leave(&path, TRUSTED_STARTS);
        assert_eq!(take(&path), None, "long ago");
        fs::write(folder.path().join("store.db-wal"), "frames").unwrap();
        leave(&path, 3);
        assert_eq!(take(&path), None, "it was not closed in order");
        leave(&folder.path().join("none"), 0);
        assert_eq!(take(&folder.path().join("none")), None);
    }
}

//! Locks on open files.

use std::{
    fs::{File, TryLockError},
    io,
    ops::{Deref, DerefMut},
};

/// An open file and the operating system's lock on it, which ends with this value, and with the process at the latest.
#[derive(Debug)]
pub struct Locked(File);

impl Locked {
    /// Takes the lock, or gives the file back if somebody else has it.
    ///
    /// # Errors
    /// When the file system knows no locks, or fails.
    pub fn take(file: File) -> io::Result<Result<Self, File>> {
        match file.try_lock() {
            Ok(()) => Ok(Ok(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(Err(file)),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

impl Deref for Locked {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

impl DerefMut for Locked {
    fn deref_mut(&mut self) -> &mut File {
        &mut self.0
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // Closing the file is not enough: a process that is just being started by another thread holds a copy of the
        // descriptor until it has become its own program, and the lock with it. Should this fail, closing remains.
        let _ = self.0.unlock();
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    fn opened(path: &Path) -> File {
        fs::OpenOptions::new().create(true).truncate(false).write(true).open(path).unwrap()
    }

    #[test]
    fn a_lock_ends_with_its_owner_whoever_has_a_copy_of_the_descriptor() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let locked = Locked::take(opened(&path)).unwrap().unwrap();
        assert!(Locked::take(opened(&path)).unwrap().is_err(), "one at a time");
        // What a process has that was started a moment ago.
        let copy = locked.try_clone().unwrap();
        drop(locked);
        assert!(Locked::take(opened(&path)).unwrap().is_ok());
        drop(copy);
    }
}

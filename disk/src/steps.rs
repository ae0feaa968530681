//! Steps on files as std does them; in development builds whoever records hears of each.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::Path,
};

#[cfg(debug_assertions)]
use crate::record::{Did, heard};

/// Creates a file of mode 0600, or empties the one of that name.
///
/// # Errors
/// As std.
pub fn create(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    named(&file, path);
    #[cfg(debug_assertions)]
    heard(&file, || Did::SetLength(0));
    Ok(file)
}

/// A file that the caller opened: if it was made by that, recorders learn its name here.
pub fn named(file: &File, path: &Path) {
    #[cfg(debug_assertions)]
    heard(file, || Did::Named(path.to_owned()));
    #[cfg(not(debug_assertions))]
    let _ = (file, path);
}

/// Writes all bytes where the file stands.
///
/// # Errors
/// As std.
pub fn write_all(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    Noted(file).write_all(bytes)
}

/// Writes all bytes at a place.
///
/// # Errors
/// As std.
pub fn write_all_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    #[cfg(debug_assertions)]
    heard(file, || Did::Write(at, bytes.to_vec()));
    file.write_all_at(bytes, at)
}

/// Cuts or lengthens a file.
///
/// # Errors
/// As std.
pub fn set_length(file: &File, length: u64) -> io::Result<()> {
    #[cfg(debug_assertions)]
    heard(file, || Did::SetLength(length));
    file.set_len(length)
}

/// The file's bytes are durable when this returns.
///
/// # Errors
/// As std.
pub fn sync(file: &File) -> io::Result<()> {
    file.sync_all()?;
    #[cfg(debug_assertions)]
    heard(file, || Did::Sync);
    Ok(())
}

/// The file's bytes and length are durable when this returns, not its times.
///
/// # Errors
/// As std.
pub fn sync_data(file: &File) -> io::Result<()> {
    file.sync_data()?;
    #[cfg(debug_assertions)]
    heard(file, || Did::Sync);
    Ok(())
}

/// Renames a file; the old name goes and the new one comes in one step, durable with the folder.
///
/// # Errors
/// As std.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(debug_assertions)]
    crate::record::at(to, || Did::Rename(from.to_owned(), to.to_owned()));
    fs::rename(from, to)
}

/// An open file has got one more name.
pub fn linked(file: &File, to: &Path) {
    #[cfg(debug_assertions)]
    heard(file, || Did::Named(to.to_owned()));
    #[cfg(not(debug_assertions))]
    let _ = (file, to);
}

/// Takes a name away.
///
/// # Errors
/// As std.
pub fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)?;
    #[cfg(debug_assertions)]
    crate::record::at(path, || Did::Remove(path.to_owned()));
    Ok(())
}

/// Makes a folder.
///
/// # Errors
/// As std.
pub fn make_folder(path: &Path) -> io::Result<()> {
    fs::create_dir(path)?;
    #[cfg(debug_assertions)]
    crate::record::at(path, || Did::MakeFolder(path.to_owned()));
    Ok(())
}

/// The names in a folder are durable when this returns.
///
/// # Errors
/// As std.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()?;
    #[cfg(debug_assertions)]
    crate::record::at(folder, || Did::SyncFolder(folder.to_owned()));
    Ok(())
}

/// [`sync_folder`] of the folder that a path lies in.
///
/// # Errors
/// As std.
pub fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => sync_folder(Path::new(".")),
        Some(folder) => sync_folder(folder),
        None => Ok(()),
    }
}

/// A file to write to, where each write is a step.
pub struct Noted<'a>(pub &'a mut File);

impl Write for Noted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        written(self.0, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// As [`Noted`], with the file its own.
pub struct Own(pub File);

impl Write for Own {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        written(&mut self.0, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn written(file: &mut File, bytes: &[u8]) -> io::Result<usize> {
    #[cfg(debug_assertions)]
    let at = io::Seek::stream_position(file)?;
    let length = file.write(bytes)?;
    #[cfg(debug_assertions)]
    heard(file, || Did::Write(at, bytes[..length].to_vec()));
    Ok(length)
}

/// What a copy between files writes to. A release build hands out the file itself, so that the kernel may copy.
#[cfg(debug_assertions)]
pub fn copy_to(file: &mut File) -> Noted<'_> {
    Noted(file)
}

/// What a copy between files writes to. A release build hands out the file itself, so that the kernel may copy.
#[cfg(not(debug_assertions))]
pub fn copy_to(file: &mut File) -> &mut File {
    file
}

//! Who listens hears of every step on files below a folder, in the order in which they were taken.

use std::{
    fs::{self, File},
    os::{fd::AsRawFd as _, unix::fs::MetadataExt as _},
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

/// A file whatever its name.
pub type Inode = u64;

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
    /// The file has this name now (made, or linked).
    Named(PathBuf),
    /// Bytes at a place.
    Write(u64, Vec<u8>),
    /// Cut, or lengthened with zeros.
    SetLength(u64),
    /// What was written is durable.
    Sync,
    /// From, to.
    Rename(PathBuf, PathBuf),
    /// The name is gone.
    Remove(PathBuf),
    /// A folder is there.
    MakeFolder(PathBuf),
    /// The names in the folder are durable.
    SyncFolder(PathBuf),
    /// No step: what the program says from here on, e.g. that a file is kept.
    Says(String),
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The file, where it is one on a file's content.
    pub file: Option<Inode>,
    /// What was done.
    pub did: Did,
}

type Steps = Arc<Mutex<Vec<Step>>>;

static LISTENING: LazyLock<Mutex<Vec<(PathBuf, Steps)>>> = LazyLock::new(Mutex::default);

/// Listens until it is dropped.
pub struct Recorder {
    root: PathBuf,
    steps: Steps,
}

impl Recorder {
    /// Listens to the steps below `root`.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn listen(root: &Path) -> std::io::Result<Self> {
        let root = root.canonicalize()?;
        let steps = Steps::default();
        lock(&LISTENING).push((root.clone(), Arc::clone(&steps)));
        Ok(Self { root, steps })
    }

    /// The program says something from here on.
    pub fn says(&self, what: impl Into<String>) {
        lock(&self.steps).push(Step { file: None, did: Did::Says(what.into()) });
    }

    /// What was heard so far; paths are below the root.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        lock(&self.steps).clone()
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        lock(&LISTENING).retain(|(_, steps)| !Arc::ptr_eq(steps, &self.steps));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A step on an open file.
pub(crate) fn heard(file: &File, did: impl FnOnce() -> Did) {
    let listening = lock(&LISTENING);
    if listening.is_empty() {
        return;
    }
    let path = fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd()));
    let (Ok(path), Ok(data)) = (path, file.metadata()) else { return };
    if let Some((root, steps)) = listening.iter().find(|(root, _)| path.starts_with(root)) {
        lock(steps).push(Step { file: Some(data.ino()), did: below(root, did()) });
    }
}

/// A step on names.
pub(crate) fn at(path: &Path, did: impl FnOnce() -> Did) {
    let listening = lock(&LISTENING);
    if listening.is_empty() {
        return;
    }
    let folder = if path.is_dir() { Some(path) } else { path.parent() };
    let Some(Ok(real)) = folder.map(Path::canonicalize) else { return };
    if let Some((root, steps)) = listening.iter().find(|(root, _)| real.starts_with(root)) {
        lock(steps).push(Step { file: None, did: below(root, did()) });
    }
}

/// The same with paths below the root, wherever it lies.
fn below(root: &Path, did: Did) -> Did {
    let cut = |path: PathBuf| {
        let real = match (path.parent().map(Path::canonicalize), path.file_name()) {
            (Some(Ok(parent)), Some(name)) => parent.join(name),
            _ => path,
        };
        real.strip_prefix(root).map_or_else(|_| real.clone(), Path::to_owned)
    };
    match did {
        Did::Named(path) => Did::Named(cut(path)),
        Did::Rename(from, to) => Did::Rename(cut(from), cut(to)),
        Did::Remove(path) => Did::Remove(cut(path)),
        Did::MakeFolder(path) => Did::MakeFolder(cut(path)),
        Did::SyncFolder(path) if path.canonicalize().is_ok_and(|path| path == root) => {
            Did::SyncFolder(PathBuf::new())
        }
        Did::SyncFolder(path) => Did::SyncFolder(cut(path)),
        other => other,
    }
}

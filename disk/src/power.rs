//! What a disk may hold after the power went, by what POSIX promises and no more.
//!
//! Bytes that were not synced may be there, or not, or in part, or as zeros; a name whose folder was not synced may be
//! there or not, whatever became of the names before and after it. What was synced is there. A state is taken after
//! every step; of its losses the list is whole for names (up to six that are open) and holds the characteristic ones for
//! bytes: none, all, the first half, zeros, only the last write.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs, io,
    path::{Path, PathBuf},
};

use crate::record::{Did, Inode, Step};

/// What may lie on the disk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct State {
    /// What the program had said by then.
    pub said: Vec<String>,
    /// Files by their name below the root.
    pub files: BTreeMap<PathBuf, Vec<u8>>,
    /// Folders.
    pub folders: BTreeSet<PathBuf>,
}

impl State {
    /// Lays it out in a folder, which is made.
    ///
    /// # Errors
    /// When the disk says no.
    pub fn lay(&self, root: &Path) -> io::Result<()> {
        fs::create_dir_all(root)?;
        for folder in &self.folders {
            fs::create_dir_all(root.join(folder))?;
        }
        for (name, bytes) in &self.files {
            let path = root.join(name);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(path, bytes)?;
        }
        Ok(())
    }
}

/// Every state that these steps may leave, each once. The folder they were taken in was empty but for `folders`.
#[must_use]
pub fn states(steps: &[Step], folders: &[&str]) -> BTreeSet<State> {
    let mut disk = Disk { folders: folders.iter().map(PathBuf::from).collect(), ..Disk::default() };
    let mut states = BTreeSet::new();
    disk.losses(&mut states);
    for step in steps {
        disk.take(step);
        disk.losses(&mut states);
    }
    states
}

#[derive(Clone, Debug)]
enum Change {
    Write(u64, Vec<u8>),
    SetLength(u64),
}

#[derive(Clone, Debug)]
enum Naming {
    Add(PathBuf, usize),
    Move(PathBuf, PathBuf, usize),
    Remove(PathBuf),
    Folder(PathBuf),
}

/// What became of bytes that were not synced.
#[derive(Clone, Copy)]
enum Fate {
    Lost,
    Kept,
    Half,
    Zeros,
    LastOnly,
}

#[derive(Clone, Debug, Default)]
struct Content {
    durable: Vec<u8>,
    open: Vec<Change>,
}

#[derive(Clone, Debug, Default)]
struct Disk {
    said: Vec<String>,
    files: Vec<Content>,
    /// Which file bears an inode's number now.
    inodes: HashMap<Inode, usize>,
    /// Names as a running program sees them.
    seen: BTreeMap<PathBuf, usize>,
    names: BTreeMap<PathBuf, usize>,
    folders: BTreeSet<PathBuf>,
    open: Vec<Naming>,
}

impl Disk {
    fn take(&mut self, step: &Step) {
        let file = step.file.and_then(|inode| self.inodes.get(&inode).copied());
        match (&step.did, file) {
            (Did::Says(what), _) => self.said.push(what.clone()),
            (Did::Named(path), known) => {
                let bears = known.filter(|known| self.seen.values().any(|file| file == known));
                let file = bears.unwrap_or_else(|| {
                    self.files.push(Content::default());
                    self.files.len() - 1
                });
                if let Some(inode) = step.file {
                    self.inodes.insert(inode, file);
                }
                if self.seen.insert(path.clone(), file) != Some(file) {
                    self.open.push(Naming::Add(path.clone(), file));
                }
            }
            (Did::Write(at, bytes), Some(file)) => {
                self.files[file].open.push(Change::Write(*at, bytes.clone()));
            }
            (Did::SetLength(length), Some(file)) => self.files[file].open.push(Change::SetLength(*length)),
            (Did::Sync, Some(file)) => {
                let content = &mut self.files[file];
                for change in std::mem::take(&mut content.open) {
                    apply(&mut content.durable, &change);
                }
            }
            (Did::Rename(from, to), _) => {
                if let Some(file) = self.seen.remove(from) {
                    self.seen.insert(to.clone(), file);
                    self.open.push(Naming::Move(from.clone(), to.clone(), file));
                }
            }
            (Did::Remove(path), _) => {
                self.seen.remove(path);
                self.open.push(Naming::Remove(path.clone()));
            }
            (Did::MakeFolder(path), _) => self.open.push(Naming::Folder(path.clone())),
            (Did::SyncFolder(folder), _) => {
                let here = |naming: &Naming| naming.at().parent() == Some(folder.as_path());
                let (now, later) = std::mem::take(&mut self.open).into_iter().partition(here);
                self.open = later;
                let synced: Vec<Naming> = now;
                for naming in &synced {
                    naming.apply(&mut self.names, &mut self.folders);
                }
            }
            // On a file that recording did not see begin.
            (Did::Write(..) | Did::SetLength(_) | Did::Sync, None) => {}
        }
    }

    fn losses(&self, states: &mut BTreeSet<State>) {
        for kept in subsets(self.open.len()) {
            let (mut names, mut folders) = (self.names.clone(), self.folders.clone());
            for (naming, _) in self.open.iter().zip(&kept).filter(|(_, kept)| **kept) {
                naming.apply(&mut names, &mut folders);
            }
            // What lies in a folder that is not there is not there either.
            names.retain(|path, _| match path.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => folders.contains(parent),
                _ => true,
            });
            let unsynced: BTreeSet<usize> =
                names.values().copied().filter(|file| !self.files[*file].open.is_empty()).collect();
            for fates in fates(unsynced.len()) {
                let fate: BTreeMap<usize, Fate> = unsynced.iter().copied().zip(fates).collect();
                let content = |file: &usize| self.files[*file].after(fate.get(file).copied());
                let files = names.iter().map(|(path, file)| (path.clone(), content(file))).collect();
                states.insert(State { said: self.said.clone(), files, folders: folders.clone() });
            }
        }
    }
}

impl Naming {
    fn at(&self) -> &Path {
        match self {
            Naming::Add(path, _) | Naming::Move(_, path, _) | Naming::Remove(path) | Naming::Folder(path) => {
                path
            }
        }
    }

    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>, folders: &mut BTreeSet<PathBuf>) {
        match self {
            Naming::Add(path, file) => {
                names.insert(path.clone(), *file);
            }
            Naming::Move(from, to, file) => {
                names.remove(from);
                names.insert(to.clone(), *file);
            }
            Naming::Remove(path) => {
                names.remove(path);
            }
            Naming::Folder(path) => {
                folders.insert(path.clone());
            }
        }
    }
}

impl Content {
    fn after(&self, fate: Option<Fate>) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        match fate {
            None | Some(Fate::Lost) => {}
            Some(Fate::Kept) => self.open.iter().for_each(|change| apply(&mut bytes, change)),
            Some(Fate::Zeros) => {
                for change in &self.open {
                    match change {
                        Change::Write(at, written) => {
                            apply(&mut bytes, &Change::Write(*at, vec![0; written.len()]));
                        }
                        length => apply(&mut bytes, length),
                    }
                }
            }
            Some(Fate::Half) => {
                let half = self.open.len() / 2;
                self.open[..half].iter().for_each(|change| apply(&mut bytes, change));
                if let Change::Write(at, written) = &self.open[half] {
                    apply(&mut bytes, &Change::Write(*at, written[..written.len() / 2].to_vec()));
                }
            }
            Some(Fate::LastOnly) => {
                if let Some(last) = self.open.last() {
                    apply(&mut bytes, last);
                }
            }
        }
        bytes
    }
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
    match change {
        Change::SetLength(length) => bytes.resize(place(*length), 0),
        Change::Write(at, written) => {
            let (from, to) = (place(*at), place(*at) + written.len());
            if bytes.len() < to {
                bytes.resize(to, 0);
            }
            bytes[from..to].copy_from_slice(written);
        }
    }
}

/// Which of so many open names came through: every choice, or of many the characteristic ones.
fn subsets(of: usize) -> Vec<Vec<bool>> {
    if of <= 6 {
        return (0..1_usize << of).map(|bits| (0..of).map(|at| bits >> at & 1 == 1).collect()).collect();
    }
    let mut chosen: Vec<Vec<bool>> = (0..=of).map(|first| (0..of).map(|at| at < first).collect()).collect();
    for one in 0..of {
        chosen.push((0..of).map(|at| at != one).collect());
        chosen.push((0..of).map(|at| at == one).collect());
    }
    chosen
}

/// What became of so many files' unsynced bytes: every combination for two, above that the same for all.
fn fates(of: usize) -> Vec<Vec<Fate>> {
    let all = [Fate::Lost, Fate::Kept, Fate::Half, Fate::Zeros, Fate::LastOnly];
    match of {
        0 => vec![Vec::new()],
        1 => all.iter().map(|fate| vec![*fate]).collect(),
        2 => all.iter().flat_map(|one| all.iter().map(|other| vec![*one, *other])).collect(),
        _ => all.iter().map(|fate| vec![*fate; of]).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{record::Recorder, steps};

    fn recorded(write: impl FnOnce(&Path)) -> BTreeSet<State> {
        let folder = tempfile::tempdir().unwrap();
        let recorder = Recorder::listen(folder.path()).unwrap();
        write(folder.path());
        recorder.says("done");
        states(&recorder.steps(), &[])
    }

    fn of_a(states: &BTreeSet<State>) -> BTreeSet<Option<Vec<u8>>> {
        let done = states.iter().filter(|state| !state.said.is_empty());
        done.map(|state| state.files.get(Path::new("a")).cloned()).collect()
    }

    #[test]
    fn what_was_replaced_is_the_old_or_the_new_and_at_last_the_new() {
        let states = recorded(|folder| {
            crate::replace(&folder.join("a"), b"first").unwrap();
            crate::replace(&folder.join("a"), b"second").unwrap();
        });
        assert_eq!(of_a(&states), BTreeSet::from([Some(b"second".to_vec())]));
        let before: BTreeSet<_> =
            states.iter().map(|state| state.files.get(Path::new("a")).cloned()).collect();
        assert_eq!(before, BTreeSet::from([None, Some(b"first".to_vec()), Some(b"second".to_vec())]));
    }

    #[test]
    fn what_was_not_synced_may_be_anything() {
        let states = recorded(|folder| {
            let mut file = steps::create(&folder.join("b")).unwrap();
            steps::write_all(&mut file, b"abcd").unwrap();
            steps::rename(&folder.join("b"), &folder.join("a")).unwrap();
        });
        let parts = [&b""[..], b"ab", b"abcd", b"\0\0\0\0"].map(|bytes| Some(bytes.to_vec()));
        let mut all = BTreeSet::from(parts);
        all.insert(None);
        assert_eq!(of_a(&states), all);
    }

    #[test]
    fn a_name_needs_its_folder() {
        let states = recorded(|folder| {
            let mut file = steps::create(&folder.join("a")).unwrap();
            steps::write_all(&mut file, b"abcd").unwrap();
            steps::sync(&file).unwrap();
        });
        assert_eq!(of_a(&states), BTreeSet::from([None, Some(b"abcd".to_vec())]));
    }
}

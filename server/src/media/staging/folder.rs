//! Staging in a folder of this machine.
//!
//! Bytes go to the file as they come, on a thread that may wait, and are hashed there; the next ones are received
//! meanwhile. A whole upload is **linked** into the media store: its bytes are written once. The link names the very
//! file that was written and hashed, not whatever bears its name by then.
//!
//! Whoever writes holds a lock on the file, which the kernel lets go with him. A new holder who cannot have the lock
//! meets one who was given up and does not know it yet: he goes on in a file of his own, and what the other still
//! writes is nobody's.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek as _},
    os::{
        fd::AsRawFd as _,
        unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    },
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use kandas_disk::{Locked, point, steps};
use kandas_shared::ids::UploadId;
use rustix::fs::{AtFlags, CWD, linkat};
use tokio::task::{JoinHandle, spawn_blocking};

use super::{Piece, Placed, Staged, Staging, Target};
use crate::media::{Objects, hashing::Running};

/// Bytes that are written and hashed in one go.
const BLOCK: usize = 512 << 10;

/// Staging in a folder.
#[derive(Clone, Debug)]
pub struct FolderStaging {
    folder: PathBuf,
    objects: Objects,
}

impl FolderStaging {
    /// Uses a folder that exists; whole uploads go to a media store in a folder.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn new(folder: &Path, objects: Objects) -> io::Result<Self> {
        fs::metadata(folder)?;
        Ok(Self { folder: folder.to_owned(), objects })
    }

    fn path(&self, upload: UploadId) -> PathBuf {
        self.folder.join(format!("{upload}.part"))
    }

    fn target(&self, key: &str) -> io::Result<PathBuf> {
        self.objects.path(key)?.ok_or_else(|| io::Error::other("a staging folder without a media folder"))
    }
}

impl Staging for FolderStaging {
    fn held(&self, upload: UploadId) -> Staged<'_, u64> {
        Box::pin(async move {
            match tokio::fs::metadata(self.path(upload)).await {
                Ok(file) => Ok(file.len()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
                Err(error) => Err(error),
            }
        })
    }

    fn write_from(
        &self,
        upload: UploadId,
        at: u64,
        fence: i64,
        hash: Option<Running>,
    ) -> Staged<'_, Box<dyn Piece>> {
        let (staging, path) = (self.clone(), self.path(upload));
        Box::pin(async move {
            let (file, named) = blocking({
                let (path, folder) = (path.clone(), self.folder.clone());
                move || open(&folder, &path, at, fence)
            })
            .await?;
            let piece = FilePiece {
                staging,
                path,
                file: Arc::new(file),
                start: at,
                at,
                waiting: Vec::new(),
                length: 0,
                under_way: None,
                hash,
                named,
            };
            Ok(Box::new(piece) as Box<dyn Piece>)
        })
    }

    fn put(&self, upload: UploadId, target: Target, bytes: Vec<Bytes>) -> Staged<'_, Placed> {
        Box::pin(async move {
            let path = self.path(upload);
            let to = self.target(&target.key)?;
            blocking(move || {
                let mut hash = Running::default();
                bytes.iter().for_each(|bytes| hash.update(bytes));
                if hash.differs(target.sha256, target.size).is_some() {
                    return Ok(Placed::Differs);
                }
                let put = put_down(&bytes, &path, &to, &target);
                if put.is_err() {
                    // On a full disk what was begun must not stay; there may be nothing.
                    let _ = fs::remove_file(&path);
                }
                put.map(|()| Placed::Moved)
            })
            .await
        })
    }

    fn place(&self, upload: UploadId, target: Target) -> Staged<'_, Placed> {
        Box::pin(async move {
            let path = self.path(upload);
            let to = self.target(&target.key)?;
            blocking(move || {
                let locked = Locked::take(File::open(&path)?)?;
                let file = locked.as_deref().unwrap_or_else(|file| file);
                let hash = hash_of(file)?;
                if hash.differs(target.sha256, target.size).is_some() {
                    return Ok(Placed::Differs);
                }
                steps::sync(file)?;
                if locked.is_ok() {
                    link(file, &path, &to, &target)?;
                } else {
                    // Somebody who was given up may still write to this very file.
                    copy_to(file, &to, &target)?;
                }
                Ok(Placed::Beside)
            })
            .await
        })
    }

    fn remove(&self, upload: UploadId) -> Staged<'_, ()> {
        Box::pin(async move {
            match tokio::fs::remove_file(self.path(upload)).await {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            }
        })
    }

    fn untouched_since(&self, time: DateTime<Utc>) -> Staged<'_, Vec<UploadId>> {
        let folder = self.folder.clone();
        Box::pin(blocking(move || {
            let mut untouched = Vec::new();
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let name = entry.file_name();
                let id = name.to_str().and_then(|name| name.split_once('.')?.0.parse().ok());
                let Some(id) = id else { continue };
                let touched = match entry.metadata() {
                    Ok(file) => DateTime::<Utc>::from(file.modified()?),
                    // It was removed meanwhile.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(error),
                };
                if touched < time {
                    untouched.push(id);
                }
            }
            Ok(untouched)
        }))
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}

struct FilePiece {
    staging: FolderStaging,
    path: PathBuf,
    file: Arc<Locked>,
    /// What lies before stays.
    start: u64,
    /// Where the next bytes go.
    at: u64,
    waiting: Vec<Bytes>,
    length: usize,
    /// Bytes being written and hashed; gives the hash back.
    under_way: Option<JoinHandle<io::Result<Option<Running>>>>,
    hash: Option<Running>,
    /// Whether the file's name is durable.
    named: bool,
}

impl FilePiece {
    /// Hands what waits to the thread that writes.
    async fn hand_on(&mut self) -> io::Result<()> {
        self.written().await?;
        let (waiting, file, at) = (std::mem::take(&mut self.waiting), Arc::clone(&self.file), self.at);
        self.at += std::mem::take(&mut self.length) as u64;
        let mut hash = self.hash.take();
        self.under_way = Some(spawn_blocking(move || {
            let mut at = at;
            for bytes in waiting {
                steps::write_all_at(&file, &bytes, at)?;
                at += bytes.len() as u64;
                if let Some(hash) = &mut hash {
                    hash.update(&bytes);
                }
            }
            Ok(hash)
        }));
        Ok(())
    }

    /// Waits for the thread that writes.
    async fn written(&mut self) -> io::Result<()> {
        if let Some(under_way) = self.under_way.take() {
            self.hash = under_way.await.map_err(io::Error::other)??;
        }
        Ok(())
    }

    async fn write_out(&mut self) -> io::Result<()> {
        if self.length > 0 {
            self.hand_on().await?;
        }
        self.written().await
    }
}

impl Piece for FilePiece {
    fn write(&mut self, bytes: Bytes) -> Staged<'_, ()> {
        Box::pin(async move {
            self.length += bytes.len();
            self.waiting.push(bytes);
            if self.length >= BLOCK {
                self.hand_on().await?;
            }
            Ok(())
        })
    }

    fn persist(&mut self) -> Staged<'_, ()> {
        Box::pin(async move {
            self.write_out().await?;
            let (file, folder, named) = (Arc::clone(&self.file), self.staging.folder.clone(), self.named);
            blocking(move || {
                point!("staging.written");
                steps::sync_data(&file)?;
                // The name of a new file is durable only with its folder.
                if named { Ok(()) } else { steps::sync_folder(&folder) }
            })
            .await?;
            point!("staging.persisted");
            self.named = true;
            Ok(())
        })
    }

    fn hashed(&self) -> Option<Running> {
        self.hash.clone().filter(|hash| hash.at() == self.at)
    }

    fn place(mut self: Box<Self>, target: Target) -> Staged<'static, Placed> {
        Box::pin(async move {
            self.write_out().await?;
            let to = self.staging.target(&target.key)?;
            blocking(move || {
                let hash = match self.hashed() {
                    Some(hash) => hash,
                    None => hash_of(&self.file)?,
                };
                if hash.differs(target.sha256, target.size).is_some() {
                    return Ok(Placed::Differs);
                }
                steps::sync_data(&self.file)?;
                point!("staging.whole");
                link(&self.file, &self.path, &to, &target)?;
                point!("staging.placed");
                Ok(Placed::Beside)
            })
            .await
        })
    }

    fn recorded(&mut self) {
        self.start = self.at;
    }

    fn undo(mut self: Box<Self>) -> Staged<'static, ()> {
        Box::pin(async move {
            self.write_out().await?;
            blocking(move || {
                steps::set_length(&self.file, self.start)?;
                steps::sync_data(&self.file)
            })
            .await
        })
    }
}

/// The file to go on in, locked, `at` bytes long; and whether its name is durable.
fn open(folder: &Path, path: &Path, at: u64, fence: i64) -> io::Result<(Locked, bool)> {
    let options =
        || OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).clone();
    let file = options().open(path)?;
    steps::named(&file, path);
    let there = file.metadata()?;
    let locked = match Locked::take(file)? {
        Ok(file) if there.nlink() == 1 => {
            if there.len() != at {
                steps::set_length(&file, at)?;
            }
            return Ok((file, at > 0));
        }
        locked => locked,
    };
    let file = locked.as_deref().unwrap_or_else(|file| file);
    // Its holder was given up and may still write, or it was linked into the media store already and must not change
    // any more: what is durable is copied, and the copy takes the name.
    let own = path.with_extension(format!("part.{fence}"));
    let copy = options().open(&own)?;
    steps::named(&copy, &own);
    steps::set_length(&copy, 0)?;
    let Ok(mut copy) = Locked::take(copy)? else {
        return Err(io::Error::other("an upload's own file is in use"));
    };
    let length = io::copy(&mut file.take(at), &mut steps::copy_to(&mut copy))?;
    if length != at {
        return Err(io::Error::other("an upload lost bytes while it was taken over"));
    }
    steps::sync(&copy)?;
    steps::rename(&own, path)?;
    steps::sync_folder(folder)?;
    Ok((copy, true))
}

fn hash_of(mut file: &File) -> io::Result<Running> {
    let (mut hash, mut buffer) = (Running::default(), vec![0; 1 << 20]);
    file.rewind()?;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hash),
            Ok(length) => hash.update(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Gives a file its name in the media store; name and folder are durable when this returns.
fn link(file: &File, path: &Path, to: &Path, target: &Target) -> io::Result<()> {
    make_parent(to)?;
    let open_file = format!("/proc/self/fd/{}", file.as_raw_fd());
    match linkat(CWD, &open_file, CWD, to, AtFlags::SYMLINK_FOLLOW).map_err(io::Error::from) {
        Ok(()) => {
            steps::linked(file, to);
            point!("staging.linked");
            steps::sync_parent(to)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let (own, there) = (file.metadata()?, fs::metadata(to)?);
            if (own.dev(), own.ino()) == (there.dev(), there.ino()) {
                return steps::sync_parent(to);
            }
            // From an attempt that was broken off, or damaged since: only the bytes that were hashed stay.
            copy_to(file, to, target)
        }
        // Another process has taken the upload over and replaced the file.
        Err(error) if error.kind() == io::ErrorKind::NotFound && file.metadata()?.nlink() == 0 => Err(error),
        // Another disk, or one that knows no second names.
        Err(error) => {
            tracing::debug!(%error, path = %path.display(), "a file is copied to its place, not linked");
            copy_to(file, to, target)
        }
    }
}

/// Writes a file and gives it its place in the media store.
fn put_down(bytes: &[Bytes], path: &Path, to: &Path, target: &Target) -> io::Result<()> {
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(path)?;
    steps::named(&file, path);
    bytes.iter().try_for_each(|bytes| steps::write_all(&mut file, bytes))?;
    point!("once.written");
    steps::sync_data(&file)?;
    point!("once.whole");
    rename(&file, path, to, target)?;
    point!("once.placed");
    Ok(())
}

/// Gives a file its place in the media store instead of the one it has; name and folder are durable when this returns.
fn rename(file: &File, path: &Path, to: &Path, target: &Target) -> io::Result<()> {
    make_parent(to)?;
    match steps::rename(path, to) {
        Ok(()) => steps::sync_parent(to),
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            copy_to(file, to, target)?;
            steps::remove(path)
        }
        Err(error) => Err(error),
    }
}

/// Copies a file to its place, which it takes when it is whole and durable.
fn copy_to(mut file: &File, to: &Path, target: &Target) -> io::Result<()> {
    make_parent(to)?;
    let mut fresh = to.as_os_str().to_owned();
    fresh.push(format!(".{}.new", &target.sha256.to_string()[..8]));
    let fresh = PathBuf::from(fresh);
    let mut copy = steps::create(&fresh)?;
    file.rewind()?;
    let length = io::copy(&mut file, &mut steps::copy_to(&mut copy))?;
    if length != target.size {
        steps::remove(&fresh)?;
        return Err(io::Error::other("an upload has changed its length while it was copied"));
    }
    steps::sync(&copy)?;
    steps::rename(&fresh, to)?;
    steps::sync_parent(to)
}

/// Makes the folder of a file; a new folder is durable in its own.
fn make_parent(path: &Path) -> io::Result<()> {
    let Some(parent) = path.parent() else { return Ok(()) };
    if parent.is_dir() {
        return Ok(());
    }
    make_parent(parent)?;
    match steps::make_folder(parent) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    steps::sync_parent(parent)
}

#[cfg(test)]
mod tests {
    use kandas_shared::hash::Digest;

    use super::*;

    struct Place {
        folder: tempfile::TempDir,
        staging: FolderStaging,
        upload: UploadId,
    }

    impl Place {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let (media, staging) = (folder.path().join("media"), folder.path().join("staging"));
            fs::create_dir(&media).unwrap();
            fs::create_dir(&staging).unwrap();
            let staging = FolderStaging::new(&staging, Objects::folder(&media).unwrap()).unwrap();
            let upload = UploadId::draw("2026-11-23T09:00:00Z".parse().unwrap(), [1; 10]);
            Self { folder, staging, upload }
        }

        fn content(&self) -> Vec<u8> {
            fs::read(self.staging.path(self.upload)).unwrap()
        }

        async fn write(
            &self,
            at: u64,
            fence: i64,
            hash: Option<Running>,
            bytes: &'static [u8],
        ) -> Box<dyn Piece> {
            let mut piece = self.staging.write_from(self.upload, at, fence, hash).await.unwrap();
            piece.write(Bytes::from_static(bytes)).await.unwrap();
            piece
        }

        fn kept(&self) -> Vec<u8> {
            fs::read(self.folder.path().join("media/evidence/ab/file")).unwrap()
        }
    }

    fn target(bytes: &[u8]) -> Target {
        Target { key: "evidence/ab/file".into(), sha256: Digest::of(bytes), size: bytes.len() as u64 }
    }

    #[tokio::test]
    async fn pieces_go_on_where_told_and_can_be_undone() {
        let place = Place::new();
        let staging = &place.staging;
        assert_eq!(staging.held(place.upload).await.unwrap(), 0);
        let mut piece = place.write(0, 1, None, b"abcdef").await;
        piece.persist().await.unwrap();
        drop(piece);
        assert_eq!(staging.held(place.upload).await.unwrap(), 6);

        let mut piece = place.write(4, 2, None, b"XY").await;
        piece.persist().await.unwrap();
        drop(piece);
        assert_eq!(place.content(), b"abcdXY");

        place.write(6, 3, None, b"zzz").await.undo().await.unwrap();
        assert_eq!(place.content(), b"abcdXY");

        let soon = "2999-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(staging.untouched_since(soon).await.unwrap(), [place.upload]);
        let long_ago = "1999-01-01T00:00:00Z".parse().unwrap();
        assert!(staging.untouched_since(long_ago).await.unwrap().is_empty());
        staging.remove(place.upload).await.unwrap();
        staging.remove(place.upload).await.unwrap();
        assert_eq!(staging.held(place.upload).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_whole_upload_is_linked_into_its_place_and_hashed_as_it_came() {
        let place = Place::new();
        let mut piece = place.write(0, 1, Some(Running::default()), b"abc").await;
        piece.persist().await.unwrap();
        let hash = piece.hashed().unwrap();
        assert_eq!(hash.at(), 3);
        drop(piece);
        // Another byte than the one that was hashed would go unseen: nothing is read again.
        let piece = place.write(3, 2, Some(hash.clone()), b"def").await;
        assert_eq!(piece.place(target(b"abcdef")).await.unwrap(), Placed::Beside);
        assert_eq!(place.kept(), b"abcdef");
        let (kept, staged) = (
            fs::metadata(place.folder.path().join("media/evidence/ab/file")).unwrap(),
            fs::metadata(place.staging.path(place.upload)).unwrap(),
        );
        assert_eq!(kept.ino(), staged.ino(), "written once");

        // Once more, as after a crash before the fact: the same file stays.
        assert_eq!(place.staging.place(place.upload, target(b"abcdef")).await.unwrap(), Placed::Beside);
        assert_eq!(place.staging.place(place.upload, target(b"other!")).await.unwrap(), Placed::Differs);
        place.staging.remove(place.upload).await.unwrap();

        // Another file where it should go: the bytes that were hashed take its place.
        fs::write(place.folder.path().join("media/evidence/ab/file"), "rotten").unwrap();
        let piece = place.write(0, 3, Some(Running::default()), b"abcdef").await;
        assert_eq!(piece.place(target(b"abcdef")).await.unwrap(), Placed::Beside);
        assert_eq!(place.kept(), b"abcdef");
        let piece = place.write(0, 4, Some(Running::default()), b"abcdeX").await;
        assert_eq!(piece.place(target(b"abcdef")).await.unwrap(), Placed::Differs);
        assert_eq!(place.kept(), b"abcdef");
    }

    #[tokio::test]
    async fn one_who_was_given_up_writes_to_nobodys_file() {
        let place = Place::new();
        let mut stale = place.write(0, 1, Some(Running::default()), b"abc").await;
        stale.persist().await.unwrap();
        // He holds the file and hangs; the next one goes on after what is durable.
        let mut next = place.write(3, 2, None, b"def").await;
        next.persist().await.unwrap();
        stale.write(Bytes::from_static(b"LATE")).await.unwrap();
        stale.persist().await.unwrap();
        assert_eq!(place.content(), b"abcdef");
        // Nor does he bring his file, which has no name any more, to its place, were it right or wrong.
        let mut same = place.write(3, 3, None, b"def").await;
        same.persist().await.unwrap();
        let mut last = place.write(6, 4, None, b"").await;
        assert!(same.place(target(b"abcdef")).await.is_err());
        assert_eq!(stale.place(target(b"abcdef")).await.unwrap(), Placed::Differs);
        assert_eq!(next.place(target(b"abcdef")).await.unwrap_err().kind(), io::ErrorKind::NotFound);
        last.persist().await.unwrap();
        assert_eq!(last.place(target(b"abcdef")).await.unwrap(), Placed::Beside);
        assert_eq!(place.kept(), b"abcdef");
    }
}

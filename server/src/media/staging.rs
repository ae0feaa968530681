//! Where the bytes of unfinished uploads lie: a folder with one file per upload.
//!
//! How far an upload is durable is in the database; a file may be longer (bytes that came after the last record of
//! progress, cut off before the next piece is written) and never counts for more than its own length. Behind a trait,
//! because a store without a shared folder keeps one object per persisted piece instead.

use std::{
    io,
    path::{Path, PathBuf},
    pin::Pin,
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use kandas_shared::ids::UploadId;
use tokio::{
    fs::{self, File, OpenOptions},
    io::{AsyncRead, AsyncSeekExt as _, AsyncWriteExt as _, BufWriter},
};

/// Bytes of an upload, read from its start.
pub type Bytestream = Pin<Box<dyn AsyncRead + Send>>;

/// Keeps the bytes of uploads until they are whole.
pub trait Staging: Send + Sync + 'static {
    /// How many bytes of an upload are there; 0 if it is not known.
    fn held(&self, upload: UploadId) -> BoxFuture<'_, io::Result<u64>>;
    /// Goes on writing at `at`; whatever lay beyond is dropped.
    fn write_from(&self, upload: UploadId, at: u64) -> BoxFuture<'_, io::Result<Box<dyn Piece>>>;
    /// Reads an upload from its start.
    fn read(&self, upload: UploadId) -> BoxFuture<'_, io::Result<Bytestream>>;
    /// Forgets an upload; no error if there was none.
    fn remove(&self, upload: UploadId) -> BoxFuture<'_, io::Result<()>>;
}

/// A piece of an upload being written.
pub trait Piece: Send {
    /// Adds bytes.
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, io::Result<()>>;
    /// Everything written so far is durable when this returns.
    fn persist(&mut self) -> BoxFuture<'_, io::Result<()>>;
    /// Drops everything written since the piece was begun.
    fn undo(self: Box<Self>) -> BoxFuture<'static, io::Result<()>>;
}

/// Staging in a folder.
#[derive(Clone, Debug)]
pub struct FolderStaging {
    folder: PathBuf,
}

impl FolderStaging {
    /// Uses a folder that exists.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    fn path(&self, upload: UploadId) -> PathBuf {
        self.folder.join(format!("{upload}.part"))
    }
}

impl Staging for FolderStaging {
    fn held(&self, upload: UploadId) -> BoxFuture<'_, io::Result<u64>> {
        Box::pin(async move {
            match fs::metadata(self.path(upload)).await {
                Ok(file) => Ok(file.len()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
                Err(error) => Err(error),
            }
        })
    }

    fn write_from(&self, upload: UploadId, at: u64) -> BoxFuture<'_, io::Result<Box<dyn Piece>>> {
        Box::pin(async move {
            let path = self.path(upload);
            let mut file =
                OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path).await?;
            file.set_len(at).await?;
            file.seek(io::SeekFrom::Start(at)).await?;
            let piece = FilePiece {
                file: BufWriter::with_capacity(256 << 10, file),
                folder: self.folder.clone(),
                at,
            };
            Ok(Box::new(piece) as Box<dyn Piece>)
        })
    }

    fn read(&self, upload: UploadId) -> BoxFuture<'_, io::Result<Bytestream>> {
        Box::pin(async move {
            let mut file = File::open(self.path(upload)).await?;
            file.set_max_buf_size(1 << 20);
            Ok(Box::pin(file) as Bytestream)
        })
    }

    fn remove(&self, upload: UploadId) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(async move {
            match fs::remove_file(self.path(upload)).await {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            }
        })
    }
}

struct FilePiece {
    file: BufWriter<File>,
    folder: PathBuf,
    at: u64,
}

impl Piece for FilePiece {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(async move { self.file.write_all(&bytes).await })
    }

    fn persist(&mut self) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(async move {
            self.file.flush().await?;
            self.file.get_ref().sync_all().await?;
            // The name of a new file is durable only with its folder.
            File::open(&self.folder).await?.sync_all().await
        })
    }

    fn undo(self: Box<Self>) -> BoxFuture<'static, io::Result<()>> {
        Box::pin(async move {
            let mut file = self.file;
            file.flush().await?;
            file.get_ref().set_len(self.at).await?;
            file.get_ref().sync_all().await
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    async fn content(staging: &FolderStaging, upload: UploadId) -> Vec<u8> {
        let mut bytes = Vec::new();
        staging.read(upload).await.unwrap().read_to_end(&mut bytes).await.unwrap();
        bytes
    }

    #[tokio::test]
    async fn pieces_go_on_where_told_and_can_be_undone() {
        let folder = tempfile::tempdir().unwrap();
        let staging = FolderStaging::new(folder.path());
        let upload = UploadId::draw("2026-11-23T09:00:00Z".parse().unwrap(), [1; 10]);
        assert_eq!(staging.held(upload).await.unwrap(), 0);
        let mut piece = staging.write_from(upload, 0).await.unwrap();
        piece.write(Bytes::from_static(b"abcdef")).await.unwrap();
        piece.persist().await.unwrap();
        assert_eq!(staging.held(upload).await.unwrap(), 6);

        let mut piece = staging.write_from(upload, 4).await.unwrap();
        piece.write(Bytes::from_static(b"XY")).await.unwrap();
        piece.persist().await.unwrap();
        assert_eq!(content(&staging, upload).await, b"abcdXY");

        let mut piece = staging.write_from(upload, 6).await.unwrap();
        piece.write(Bytes::from_static(b"zzz")).await.unwrap();
        piece.undo().await.unwrap();
        assert_eq!(content(&staging, upload).await, b"abcdXY");

        staging.remove(upload).await.unwrap();
        staging.remove(upload).await.unwrap();
        assert_eq!(staging.held(upload).await.unwrap(), 0);
    }
}

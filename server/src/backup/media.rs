//! Media into and out of a back-up: by hard link where the disk allows (files in custody never change), else by copy,
//! hashed on the way.

use std::{
    fs,
    io::{self, BufRead as _, BufReader, BufWriter, Write as _},
    path::{Component, Path, PathBuf},
};

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::TryStreamExt as _;
use kandas_shared::hash::Digest;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;

use crate::{
    media::{Objects, Put, hashing::Running},
    verify::ExpectedMedia,
};

const LIST: &str = "media.ndjson";

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    object: String,
    size: u64,
    sha256: Digest,
}

pub(super) async fn copy_out(
    objects: &Objects,
    to: &Path,
    files: &[ExpectedMedia],
    always_copy: bool,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<u64> {
    let folder = to.join("media");
    crate::config::private_folder(&folder)?;
    let mut list = BufWriter::new(fs::File::create(to.join(LIST))?);
    for (at, file) in files.iter().enumerate() {
        let target = folder.join(inside(&file.object)?);
        make_parent(&target)?;
        let from = objects.path(&file.object)?.filter(|_| !always_copy);
        let linked = from.is_some_and(|from| fs::hard_link(&from, &target).is_ok());
        if linked {
            // Whole and unchanged is what `verify --hashes` says; here only that it is the file that was meant.
            let size = fs::metadata(&target)?.len();
            ensure!(size == file.size, "media {}: {size} bytes where {} should be", file.object, file.size);
        } else {
            let copied = copy(objects, file, &target).await;
            copied.with_context(|| format!("media {}", file.object))?;
        }
        let item = Item { object: file.object.clone(), size: file.size, sha256: file.sha256 };
        kandas_disk::point!("backup.one-file");
        serde_json::to_writer(&mut list, &item)?;
        list.write_all(b"\n")?;
        progress(at as u64 + 1, files.len() as u64);
    }
    list.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(files.len() as u64)
}

pub(super) async fn copy_back(
    from: &Path,
    objects: &Objects,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<u64> {
    let list = BufReader::new(fs::File::open(from.join(LIST)).context("the list of media is missing")?);
    let mut items = Vec::new();
    for (at, line) in list.lines().enumerate() {
        let item: Item = serde_json::from_str(&line?)
            .with_context(|| format!("line {} of {LIST} is not readable", at + 1))?;
        items.push(item);
    }
    for (at, item) in items.iter().enumerate() {
        put_back(from, objects, item).await.with_context(|| format!("media {}", item.object))?;
        kandas_disk::point!("restore.one-file");
        progress(at as u64 + 1, items.len() as u64);
    }
    Ok(items.len() as u64)
}

async fn put_back(from: &Path, objects: &Objects, item: &Item) -> Result<()> {
    let mut file = tokio::fs::File::open(from.join("media").join(inside(&item.object)?)).await?;
    file.set_max_buf_size(1 << 20);
    match objects.put(&item.object, file, item.sha256, item.size).await? {
        Put::Kept => Ok(()),
        Put::Differs { .. } => bail!("the file is not what was signed"),
    }
}

/// A key that stays inside its folder.
fn inside(object: &str) -> Result<PathBuf> {
    let path = PathBuf::from(object);
    let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    ensure!(inside, "the key of a media file leads out of its folder");
    Ok(path)
}

fn make_parent(path: &Path) -> Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    Ok(())
}

/// Copies a file out, hashing it on the way; what is not what it should be is not kept.
async fn copy(objects: &Objects, file: &ExpectedMedia, to: &Path) -> Result<()> {
    let mut stream = objects.read(&file.object).await?.into_stream();
    let mut copy = tokio::fs::File::create(to).await?;
    let mut hash = Running::default();
    while let Some(bytes) = stream.try_next().await? {
        hash.update(&bytes);
        copy.write_all(&bytes).await?;
    }
    copy.sync_all().await?;
    if hash.differs(file.sha256, file.size).is_some() {
        fs::remove_file(to)?;
        bail!("the file is not what was signed; `kandas-server verify --hashes` says more");
    }
    Ok(())
}

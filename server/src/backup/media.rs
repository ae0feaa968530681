//! Media into and out of a back-up: by hard link where the disk allows (files in custody never change), else by copy.

use std::{
    fs,
    io::{self, BufRead as _, BufReader, BufWriter, Read, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use kandas_shared::hash::Digest;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::verify::ExpectedMedia;

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
    media: &Path,
    to: &Path,
    files: &[ExpectedMedia],
    always_copy: bool,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<u64> {
    let folder = to.join("media");
    crate::config::private_folder(&folder)?;
    let mut list = BufWriter::new(fs::File::create(to.join(LIST))?);
    for (at, file) in files.iter().enumerate() {
        let (from, target) = (media.join(checked(&file.object)?), folder.join(&file.object));
        make_parent(&target)?;
        let linked = !always_copy && fs::hard_link(&from, &target).is_ok();
        if linked {
            // Whole and unchanged is what `verify --media` says; here only that it is the file that was meant.
            let size = fs::metadata(&target)?.len();
            ensure!(size == file.size, "media {}: {size} bytes where {} should be", file.object, file.size);
        } else {
            copy_checked(&from, &target, file.size, &file.sha256)
                .await
                .with_context(|| format!("media {}", file.object))?;
        }
        let item = Item { object: file.object.clone(), size: file.size, sha256: file.sha256 };
        serde_json::to_writer(&mut list, &item)?;
        list.write_all(b"\n")?;
        progress(at as u64 + 1, files.len() as u64);
    }
    list.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(files.len() as u64)
}

pub(super) async fn copy_back(
    from: &Path,
    media: &Path,
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
        let target = media.join(checked(&item.object)?);
        make_parent(&target)?;
        copy_checked(&from.join("media").join(&item.object), &target, item.size, &item.sha256)
            .await
            .with_context(|| format!("media {}", item.object))?;
        progress(at as u64 + 1, items.len() as u64);
    }
    Ok(items.len() as u64)
}

/// A key that stays inside its folder.
fn checked(object: &str) -> Result<PathBuf> {
    let path = PathBuf::from(object);
    let inside = path.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    ensure!(inside, "the key of a media file leads out of its folder");
    Ok(path)
}

fn make_parent(path: &Path) -> Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    Ok(())
}

/// Copies a file, hashing it on the way; what is not what it should be is not kept.
async fn copy_checked(from: &Path, to: &Path, size: u64, sha256: &Digest) -> Result<()> {
    let (from, to, sha256) = (from.to_owned(), to.to_owned(), *sha256);
    tokio::task::spawn_blocking(move || {
        let mut source = fs::File::open(&from)?;
        let mut target = fs::File::create(&to)?;
        let (mut hasher, mut length, mut buffer) = (Sha256::new(), 0_u64, vec![0; 1 << 20]);
        loop {
            let read = source.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            hasher.update(&buffer[..read]);
            target.write_all(&buffer[..read])?;
            length += read as u64;
        }
        target.sync_all()?;
        if (Digest(hasher.finalize().into()), length) != (sha256, size) {
            fs::remove_file(&to)?;
            anyhow::bail!("the file is not what was signed; `kandas-server verify --media` says more");
        }
        Ok(())
    })
    .await?
}

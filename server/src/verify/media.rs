//! The media against the tables: every file in custody is there, as long and (when asked) as hashed as was signed.

use std::collections::BTreeSet;

use futures_util::TryStreamExt as _;
use kandas_shared::hash::Digest;
use object_store::{ObjectStore, ObjectStoreExt as _, local::LocalFileSystem, path::Path};
use sha2::{Digest as _, Sha256};

use super::{Media, Report};
use crate::{
    all,
    config::Config,
    journal::JournalError,
    store::{StoreError, Tx},
};

/// A file that must be in the media store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Its key.
    pub object: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: Digest,
}

/// Every file that must be in the media store, by key.
///
/// # Errors
/// When the database does not answer or contradicts itself.
pub async fn expected(tx: &mut Tx) -> Result<Vec<Expected>, StoreError> {
    let rows = all!(
        tx,
        (String, i64, Digest),
        "select object, size, sha256 from evidence_file where state = 'received' and object is not null
         union all
         select object, salvage_size, salvage_sha256 from evidence_file
         where state = 'salvaged' and object is not null
         union all
         select object, size, sha256 from bundle where state <> 'erased'
         order by 1"
    )
    .await?;
    rows.into_iter()
        .map(|(object, size, sha256)| {
            let size =
                u64::try_from(size).map_err(|_| StoreError::Damaged("a file of negative size".into()))?;
            Ok(Expected { object, size, sha256 })
        })
        .collect()
}

pub(super) async fn check(
    tx: &mut Tx,
    config: &Config,
    depth: Media,
    report: &mut Report,
    progress: &mut (dyn FnMut(&'static str, u64, u64) + Send),
) -> Result<(), JournalError> {
    let expected = expected(tx).await?;
    let store = match LocalFileSystem::new_with_prefix(config.media_dir()) {
        Ok(store) => store,
        Err(error) if expected.is_empty() => {
            report
                .remarks
                .push(format!("there is no media folder, and no file that would lie in it: {error}"));
            return Ok(());
        }
        Err(error) => {
            report.fault(format!("the media folder cannot be read: {error}"));
            return Ok(());
        }
    };
    for (at, file) in expected.iter().enumerate() {
        if let Some(fault) = fault_of(&store, file, depth).await {
            report.fault(format!("media {}: {fault}", file.object));
        }
        report.media += 1;
        progress("media", at as u64 + 1, expected.len() as u64);
    }
    let known: BTreeSet<&str> = expected.iter().map(|file| file.object.as_str()).collect();
    let listed: Result<Vec<_>, _> = store.list(None).try_collect().await;
    match listed {
        Ok(listed) => {
            let foreign = listed.iter().filter(|meta| !known.contains(meta.location.as_ref())).count();
            if foreign > 0 {
                report.remarks.push(format!("{foreign} files in the media folder belong to nothing"));
            }
        }
        Err(error) => report.fault(format!("the media folder cannot be listed: {error}")),
    }
    Ok(())
}

async fn fault_of(store: &LocalFileSystem, file: &Expected, depth: Media) -> Option<String> {
    let path = Path::from(file.object.as_str());
    match depth {
        Media::Sizes => match store.head(&path).await {
            Ok(meta) if meta.size == file.size => None,
            Ok(meta) => Some(format!("{} bytes where {} should be", meta.size, file.size)),
            Err(error) => Some(error.to_string()),
        },
        Media::Hashes => {
            let read = async {
                let mut stream = store.get(&path).await?.into_stream();
                let (mut hasher, mut size) = (Sha256::new(), 0);
                while let Some(bytes) = stream.try_next().await? {
                    hasher.update(&bytes);
                    size += bytes.len() as u64;
                }
                Ok::<_, object_store::Error>((Digest(hasher.finalize().into()), size))
            };
            match read.await {
                Ok(found) if found == (file.sha256, file.size) => None,
                Ok((_, size)) if size != file.size => {
                    Some(format!("{size} bytes where {} should be", file.size))
                }
                Ok(_) => Some("the content is not what was signed".into()),
                Err(error) => Some(error.to_string()),
            }
        }
    }
}

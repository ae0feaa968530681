//! The media against the tables: every file in custody is there, as long and (when asked) as hashed as was signed.

use std::collections::{BTreeMap, BTreeSet};

use kandas_shared::hash::Digest;

use super::{Media, Report};
use crate::{
    all,
    config::Config,
    journal::JournalError,
    media::{Depot, Objects},
    one,
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
         union all
         select object, size, sha256 from road_map_scan
         union all
         select object, size, sha256 from plan_paper
         union all
         select object, size, sha256 from signature_file
         union all
         select object, size, sha256 from consent_withdrawal where object is not null
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
    let objects = match Depot::of(config) {
        Ok(depot) => depot.objects,
        Err(error) if expected.is_empty() => {
            report
                .remarks
                .push(format!("there is no media store, and no file that would lie in it: {error}"));
            return Ok(());
        }
        Err(error) => {
            report.fault(format!("the media store cannot be read: {error}"));
            return Ok(());
        }
    };
    let sizes = match objects.sizes().await {
        Ok(sizes) => sizes,
        Err(error) => {
            report.fault(format!("the media store cannot be listed: {error}"));
            return Ok(());
        }
    };
    for (at, file) in expected.iter().enumerate() {
        if let Some(fault) = fault_of(&objects, &sizes, file, depth).await {
            report.fault(format!("media {}: {fault}", file.object));
        }
        report.media += 1;
        progress("media", at as u64 + 1, expected.len() as u64);
    }
    let sql = "select count(*) from evidence_file where state = 'salvaged'";
    let (salvaged,) = one!(tx, (i64,), sql).await?;
    if salvaged > 0 {
        report
            .remarks
            .push(format!("{salvaged} files came damaged: what was left of them is kept as salvage"));
    }
    let known: BTreeSet<&str> = expected.iter().map(|file| file.object.as_str()).collect();
    let foreign = sizes.keys().filter(|key| !known.contains(key.as_str())).count();
    if foreign > 0 {
        report.remarks.push(format!("{foreign} files in the media store belong to nothing"));
    }
    Ok(())
}

async fn fault_of(
    objects: &Objects,
    sizes: &BTreeMap<String, u64>,
    file: &Expected,
    depth: Media,
) -> Option<String> {
    match sizes.get(&file.object) {
        None => return Some("it is not there".into()),
        Some(size) if *size != file.size => {
            return Some(format!("{size} bytes where {} should be", file.size));
        }
        Some(_) if depth == Media::Sizes => return None,
        Some(_) => {}
    }
    match objects.digest(&file.object).await {
        Ok(found) if found == (file.sha256, file.size) => None,
        Ok(_) => Some("the content is not what was signed".into()),
        Err(error) => Some(error.to_string()),
    }
}

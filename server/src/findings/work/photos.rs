//! How photos look: read from the media store, kept in a table, followed by the index.

use std::collections::BTreeSet;

use kandas_shared::{evidence::Part, ids::EvidenceId};

use crate::{
    all, among,
    findings::{
        near::Index,
        picture::{self, Looks},
    },
    journal::JournalError,
    many,
    media::Objects,
    one,
    store::{Store, StoreError, Tx},
};

/// Largest file that is read where there is no thumbnail.
const MOST_BYTES: i64 = 16 << 20;
/// Rows read in one go when the index is made.
const PIECE: i64 = 50_000;

/// A photo and how it looks, if there is anything to compare.
pub(super) type Seen = (EvidenceId, Option<Looks>);

/// Looks at those of these photos that were not looked at yet, and of which the thumbnail (without one, the photo) is
/// in custody.
pub(super) async fn looks(
    store: &Store,
    objects: &Objects,
    photos: &BTreeSet<EvidenceId>,
) -> Result<Vec<Seen>, JournalError> {
    let mut found = Vec::new();
    if photos.is_empty() {
        return Ok(found);
    }
    let keys: Vec<_> = photos.iter().map(|id| (*id,)).collect();
    let mut tx = store.read().await?;
    let sql = "select f.evidence, f.part, f.size, f.state = 'received', f.object from evidence_file f
        where f.part <> 'original' and exists (select 1 from evidence e where e.evidence = f.evidence and e.kind = 'photo')
        and not exists (select 1 from photo_hash p where p.evidence = f.evidence) and f.evidence in (";
    type Row = (EvidenceId, Part, i64, bool, Option<String>);
    let mut rows = among!(&mut tx, Row, sql, keys, ")").await?;
    drop(tx);
    // The thumbnail before the file.
    rows.sort_by_key(|(evidence, part, ..)| (*evidence, *part == Part::File));
    rows.dedup_by_key(|(evidence, ..)| *evidence);
    for (evidence, _, size, received, object) in rows {
        let Some(object) = object.filter(|_| received && size <= MOST_BYTES) else { continue };
        let bytes = match read(objects, &object).await {
            Ok(bytes) => bytes,
            // Said by `verify`; nothing can be compared.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                return Err(StoreError::Damaged(format!("the media store does not answer: {error}")).into());
            }
        };
        let look = tokio::task::spawn_blocking(move || picture::looks(&bytes)).await;
        // A picture over which decoding breaks down is one that cannot be compared.
        found.push((evidence, look.unwrap_or_default()));
    }
    Ok(found)
}

async fn read(objects: &Objects, key: &str) -> std::io::Result<Vec<u8>> {
    let found = objects.read(key).await?;
    Ok(found.bytes().await.map_err(std::io::Error::from)?.to_vec())
}

/// Keeps them under the next numbers. To be called under the journal's lock: so numbers go up in the order of commits,
/// and nothing is kept of a photo that was erased meanwhile.
pub(super) async fn keep(tx: &mut Tx, seen: Vec<Seen>) -> Result<(), StoreError> {
    let keys: Vec<_> = seen.iter().map(|(evidence, _)| (*evidence,)).collect();
    let there =
        among!(tx, (EvidenceId,), "select evidence from evidence where evidence in (", keys, ")").await?;
    let there: BTreeSet<_> = there.into_iter().map(|(id,)| id).collect();
    let (last,) = one!(tx, (i64,), "select coalesce(max(number), 0) from photo_hash").await?;
    let kept = seen.into_iter().filter(|(evidence, _)| there.contains(evidence));
    let rows: Vec<(i64, EvidenceId, Option<Vec<u8>>)> = (last + 1..)
        .zip(kept)
        .map(|(number, (evidence, look))| (number, evidence, look.map(|looks| looks.bytes())))
        .collect();
    many!(tx, "insert into photo_hash (number, evidence, hash)", rows, "on conflict (evidence) do nothing")
        .await?;
    Ok(())
}

/// The index takes in what the table has above `last`; gives the last number now.
pub(super) async fn follow(store: &Store, index: &mut Index, mut last: i64) -> Result<i64, JournalError> {
    loop {
        let mut tx = store.read().await?;
        let sql = "select number, hash from photo_hash where number > $1 order by number limit $2";
        let rows = all!(&mut tx, (i64, Option<Vec<u8>>), sql, last, PIECE).await?;
        drop(tx);
        let Some((highest, _)) = rows.last() else { return Ok(last) };
        last = *highest;
        for (number, look) in rows {
            let look = look.as_deref().and_then(Looks::read);
            if let (Some(look), Ok(number)) = (look, u32::try_from(number)) {
                index.add(number, &look.whole);
            }
        }
    }
}

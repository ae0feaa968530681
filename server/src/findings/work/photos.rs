//! How photos look: read from the media store, kept in a table, followed by the index.

use std::collections::{BTreeSet, HashMap};

use kandas_shared::{evidence::Part, ids::EvidenceId};

use crate::{
    all, among,
    findings::{
        desk::Gathered,
        near::Index,
        picture::{self, Close, Looks},
        rules,
    },
    journal::JournalError,
    many,
    media::Objects,
    one,
    store::{Store, StoreError, Tx},
};

/// Largest file that is read where there is no thumbnail.
const MOST_BYTES: i64 = 16 << 20;
/// Photos of which the second look is kept, some kilobytes each.
const MOST_CLOSE: usize = 4_000;
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
    let mut rows = among!(&mut tx, Row, sql, keys, ")").await?;
    drop(tx);
    rows.sort_by_key(thumbnail_first);
    rows.dedup_by_key(|(evidence, ..)| *evidence);
    for (evidence, _, size, received, object) in rows {
        let Some(object) = object.filter(|_| received && size <= MOST_BYTES) else { continue };
        let bytes = read(objects, &object).await?;
        let look = tokio::task::spawn_blocking(move || picture::looks(&bytes)).await;
        // A picture over which decoding breaks down is one that cannot be compared.
        found.push((evidence, look.unwrap_or_default()));
    }
    Ok(found)
}

/// A file of a piece: which, how many bytes, whether it is here, and where.
type Row = (EvidenceId, Part, i64, bool, Option<String>);

fn thumbnail_first(row: &Row) -> (EvidenceId, bool) {
    (row.0, row.1 == Part::File)
}

/// What lies under a key; nothing where nothing does, which is said by `verify`.
async fn read(objects: &Objects, key: &str) -> Result<Vec<u8>, JournalError> {
    let bytes = async {
        let found = objects.read(key).await?;
        Ok::<_, std::io::Error>(found.bytes().await.map_err(std::io::Error::from)?.to_vec())
    };
    match bytes.await {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(StoreError::Damaged(format!("the media store does not answer: {error}")).into()),
    }
}

/// Photos at a second look, those that were looked at lately kept.
#[derive(Default)]
pub(super) struct Closer(HashMap<EvidenceId, Option<Close>>);

impl Closer {
    /// Compares the pictures of photos whose marks are near, before the rules judge.
    pub(super) async fn compare(
        &mut self,
        tx: &mut Tx,
        objects: &Objects,
        gathered: &mut [Gathered],
    ) -> Result<(), JournalError> {
        let mut wanted = BTreeSet::new();
        for about in &*gathered {
            let pairs = rules::to_compare(&about.case, &about.thresholds);
            wanted.extend(pairs.into_iter().flat_map(|(own, theirs)| [own, theirs]));
        }
        if wanted.is_empty() {
            return Ok(());
        }
        if self.0.len() > MOST_CLOSE {
            self.0.clear();
        }
        self.take(tx, objects, &wanted).await?;
        for about in gathered {
            let pairs: BTreeSet<_> = rules::to_compare(&about.case, &about.thresholds).into_iter().collect();
            for alike in &mut about.case.alike {
                let (own, theirs) = (alike.own.evidence, alike.theirs.evidence);
                if alike.bits.is_some() && pairs.contains(&(own, theirs)) {
                    let close = |id| self.0.get(&id).and_then(Option::as_ref);
                    alike.likeness = close(own).zip(close(theirs)).map(|(own, theirs)| own.likeness(theirs));
                }
            }
        }
        Ok(())
    }

    /// Looks at those of these photos that it does not know yet.
    async fn take(
        &mut self,
        tx: &mut Tx,
        objects: &Objects,
        photos: &BTreeSet<EvidenceId>,
    ) -> Result<(), JournalError> {
        let unknown = photos.iter().filter(|id| !self.0.contains_key(id));
        let keys: Vec<_> = unknown.map(|id| (*id,)).collect();
        let sql = "select f.evidence, f.part, f.size, f.state = 'received', f.object from evidence_file f
            where f.part <> 'original' and f.evidence in (";
        let mut rows = among!(tx, Row, sql, keys, ")").await?;
        rows.sort_by_key(thumbnail_first);
        rows.dedup_by_key(|(evidence, ..)| *evidence);
        for (evidence, _, size, received, object) in rows {
            let Some(object) = object.filter(|_| received && size <= MOST_BYTES) else { continue };
            let bytes = read(objects, &object).await?;
            let close = tokio::task::spawn_blocking(move || Close::of(&bytes)).await;
            self.0.insert(evidence, close.unwrap_or_default());
        }
        Ok(())
    }
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

//! Proofs that the journal only grew, and that a position is in it (RFC 6962 §2.1), from leaves and stored subtrees.

use kandas_shared::{
    hash::Digest,
    merkle::{self, Range},
};

use super::{JournalError, TILE_STEP};
use crate::{all, store::Tx};

/// Proof that the journal of `from` positions is the beginning of that of `to`; empty if `from` is 0 or `to`.
///
/// # Errors
/// When the stored tree is damaged or shorter than `to`.
pub async fn consistency_proof(tx: &mut Tx, from: u64, to: u64) -> Result<Vec<Digest>, JournalError> {
    hashes(tx, merkle::consistency_ranges(from, to)).await
}

/// Proof that `position` (from 1) is in the journal of `size` positions.
///
/// # Errors
/// When the stored tree is damaged or shorter than `size`.
pub async fn inclusion_proof(tx: &mut Tx, position: u64, size: u64) -> Result<Vec<Digest>, JournalError> {
    let Some(index) = position.checked_sub(1) else { return Ok(Vec::new()) };
    hashes(tx, merkle::inclusion_ranges(index, size)).await
}

/// The Merkle root when the journal had `size` positions.
///
/// # Errors
/// When the stored tree is damaged or shorter than `size`.
pub async fn root_at(tx: &mut Tx, size: u64) -> Result<Digest, JournalError> {
    if size == 0 {
        return Ok(merkle::empty_root());
    }
    hash_of(tx, 0..size).await
}

async fn hashes(tx: &mut Tx, ranges: Vec<Range>) -> Result<Vec<Digest>, JournalError> {
    let mut hashes = Vec::with_capacity(ranges.len());
    for range in ranges {
        hashes.push(hash_of(tx, range).await?);
    }
    Ok(hashes)
}

async fn hash_of(tx: &mut Tx, range: Range) -> Result<Digest, JournalError> {
    let mut hashes = Vec::new();
    for (level, index) in merkle::subtrees(range) {
        hashes.push(subtree(tx, level, index).await?);
    }
    Ok(merkle::fold(&hashes))
}

/// Hash of a full subtree: folded from the rows of the nearest stored level at or below it.
async fn subtree(tx: &mut Tx, level: u32, index: u64) -> Result<Digest, JournalError> {
    let stored = level - level % TILE_STEP;
    let (start, end) = (index << (level - stored), (index + 1) << (level - stored));
    let rows: Vec<(Digest,)> = if stored == 0 {
        let sql = "select leaf from journal where position > $1 and position <= $2 order by position";
        all!(tx, (Digest,), sql, start as i64, end as i64).await?
    } else {
        let sql = "select hash from journal_tile where level = $1 and idx >= $2 and idx < $3 order by idx";
        all!(tx, (Digest,), sql, stored as i32, start as i64, end as i64).await?
    };
    if rows.len() as u64 != end - start {
        return Err(JournalError::Damaged(format!(
            "hashes of level {stored} from {start} to {end} are missing"
        )));
    }
    let mut row: Vec<Digest> = rows.into_iter().map(|(hash,)| hash).collect();
    while row.len() > 1 {
        row = row.chunks(2).map(|pair| merkle::node_hash(&pair[0], &pair[1])).collect();
    }
    row.pop().ok_or_else(|| JournalError::Damaged("an empty subtree".into()))
}

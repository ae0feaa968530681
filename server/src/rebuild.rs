//! Rebuild: every derived table made anew from the bodies of the journal, by the same `apply` that made it.
//!
//! It happens in one transaction under the journal's lock, so the store is either as it was or rebuilt, and nobody reads
//! half of it. Facts whose bodies were erased say nothing any more; what had to be kept of them is in the fact of the
//! erasing.

use crate::{
    apply::{self, Gone},
    journal::{self, JournalError, Locked},
    store::{Store, Tx},
    tables::{self, Difference, Picture},
};

/// Facts applied in one go.
const PIECE: u32 = 2_000;

/// What a rebuild found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// Facts applied.
    pub facts: u64,
    /// Positions whose bodies were erased.
    pub erased: u64,
    /// Where the tables differed from what the journal says; empty in a sound store.
    pub differences: Vec<Difference>,
}

/// Makes the derived tables anew and keeps the result.
///
/// # Errors
/// When a fact cannot be read or applied; the store is as it was then.
pub async fn rebuild(
    store: &Store,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Rebuilt, JournalError> {
    let mut tx = store.write().await?;
    let rebuilt = run(&mut tx, progress).await?;
    tx.commit().await?;
    Ok(rebuilt)
}

/// Makes the derived tables anew, compares, and puts everything back as it was.
///
/// # Errors
/// When a fact cannot be read or applied.
pub async fn compare(
    store: &Store,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Rebuilt, JournalError> {
    let mut tx = store.write().await?;
    let rebuilt = run(&mut tx, progress).await?;
    tx.rollback().await?;
    Ok(rebuilt)
}

async fn run(tx: &mut Tx, progress: &mut (dyn FnMut(u64, u64) + Send)) -> Result<Rebuilt, JournalError> {
    let locked: Locked = journal::lock(tx).await?;
    let before = Picture::take(tx).await?;
    let gone = Gone::read(tx).await?;
    tables::empty(tx).await?;
    let (mut position, mut facts, mut erased) = (0, 0, 0);
    loop {
        let stored = journal::stored(tx, position, PIECE).await?;
        let Some(last) = stored.last() else { break };
        position =
            u64::try_from(last.position).map_err(|_| JournalError::Damaged("a position below one".into()))?;
        let mut placed = Vec::with_capacity(stored.len());
        for fact in &stored {
            match fact.placed()? {
                Some(fact) => placed.push(fact),
                None => erased += 1,
            }
        }
        facts += placed.len() as u64;
        apply::apply_again(tx, &placed, &gone).await?;
        progress(position, locked.size());
    }
    let after = Picture::take(tx).await?;
    Ok(Rebuilt { facts, erased, differences: before.against(&after) })
}

//! Rebuild: every derived table made anew from the bodies of the journal, by the same `apply` that made it.
//!
//! The tables are made aside, from one snapshot of the store, while others go on appending: nobody waits for it, and no
//! more than a piece of the journal is in memory. Then they are compared. Only if something differs is the journal locked:
//! what was appended meanwhile is applied aside too, and the real tables become what the new ones are, in one
//! transaction. Facts whose bodies were erased say nothing any more; what had to be kept of them is in the fact of the
//! erasing.

mod twins;

use kandas_shared::hash::Epoch;

use crate::{
    apply::{self, Gone},
    exec,
    facts::Event,
    journal::{self, JournalError, Placed, Stored},
    store::{Store, StoreError, Tx},
    tables::Difference,
};
use twins::Twins;

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

/// Makes the derived tables anew, and keeps the result where it differs from what was there.
///
/// # Errors
/// When a fact cannot be read or applied; the store is as it was then.
pub async fn rebuild(
    store: &Store,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Rebuilt, JournalError> {
    let alone = store.alone().await?;
    let rebuilt = keep(&alone, progress).await;
    alone.close().await;
    rebuilt
}

/// Makes the derived tables anew beside the real ones and compares; nothing is changed and nobody waits.
///
/// # Errors
/// When a fact cannot be read or applied.
pub async fn compare(
    store: &Store,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Rebuilt, JournalError> {
    let alone = store.alone().await?;
    let compared = aside(&alone, progress).await.map(|(_, walk, differences)| walk.rebuilt(differences));
    alone.close().await;
    compared
}

async fn keep(alone: &Store, progress: &mut (dyn FnMut(u64, u64) + Send)) -> Result<Rebuilt, JournalError> {
    let (twins, mut walk, differences) = aside(alone, progress).await?;
    let mut tx = alone.write().await?;
    let locked = journal::lock(&mut tx).await?;
    if differences.is_empty() && walk.epoch == locked.epoch().ok() {
        tx.rollback().await?;
        return Ok(walk.rebuilt(differences));
    }
    if !twins.are_there(&mut tx).await? {
        let broken = "the connection broke between making the tables and keeping them";
        return Err(StoreError::Damaged(broken.into()).into());
    }
    walk.on(&mut tx, locked.size(), progress).await?;
    twins.take_over(&mut tx).await?;
    let epoch = walk.epoch.map(|epoch| epoch.to_string());
    exec!(&mut tx, "update journal_head set epoch = $1 where id = 1", epoch).await?;
    tx.commit().await?;
    Ok(walk.rebuilt(differences))
}

/// Makes the tables aside and compares them, all in one snapshot.
async fn aside(
    alone: &Store,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<(Twins, Walk, Vec<Difference>), JournalError> {
    let mut tx = alone.beside().await?;
    let size = journal::size(&mut tx).await?;
    let twins = Twins::make(&mut tx).await?;
    let mut walk = Walk::default();
    walk.on(&mut tx, size, progress).await?;
    let differences = twins.differences(&mut tx).await?;
    tx.commit().await?;
    Ok((twins, walk, differences))
}

/// How far the journal has been applied.
#[derive(Debug, Default)]
struct Walk {
    position: u64,
    facts: u64,
    erased: u64,
    /// Of the last opening or restoring. It stands in the journal's head, which is no table of facts.
    epoch: Option<Epoch>,
}

impl Walk {
    /// Goes on to the end of the journal as `tx` sees it. A piece is read out of its text while the one before is
    /// written.
    async fn on(
        &mut self,
        tx: &mut Tx,
        size: u64,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<(), JournalError> {
        let gone = Gone::read(tx).await?;
        let mut next = self.read_on(tx).await?;
        while let Some(piece) = next {
            let piece = piece.await.map_err(|e| JournalError::Damaged(e.to_string()))??;
            self.position = piece.last;
            next = self.read_on(tx).await?;
            self.facts += piece.facts.len() as u64;
            self.erased += piece.erased;
            let mut facts = piece.facts;
            facts.retain(|fact| match &fact.event {
                Event::JournalOpened(opened) => {
                    self.epoch = Some(opened.epoch);
                    false
                }
                Event::StoreRestored(restored) => {
                    self.epoch = Some(restored.epoch);
                    false
                }
                _ => true,
            });
            apply::apply_again(tx, &facts, &gone).await?;
            progress(self.position, size);
        }
        Ok(())
    }

    async fn read_on(&self, tx: &mut Tx) -> Result<Option<Reading>, JournalError> {
        let stored = journal::stored(tx, self.position, PIECE).await?;
        if stored.is_empty() {
            return Ok(None);
        }
        Ok(Some(tokio::task::spawn_blocking(move || Piece::read(&stored))))
    }

    fn rebuilt(&self, differences: Vec<Difference>) -> Rebuilt {
        Rebuilt { facts: self.facts, erased: self.erased, differences }
    }
}

type Reading = tokio::task::JoinHandle<Result<Piece, JournalError>>;

/// Some facts in a row.
struct Piece {
    facts: Vec<Placed>,
    erased: u64,
    last: u64,
}

impl Piece {
    fn read(stored: &[Stored]) -> Result<Self, JournalError> {
        let mut piece = Self { facts: Vec::with_capacity(stored.len()), erased: 0, last: 0 };
        for fact in stored {
            match fact.placed()? {
                Some(fact) => piece.facts.push(fact),
                None => piece.erased += 1,
            }
            piece.last = u64::try_from(fact.position)
                .map_err(|_| JournalError::Damaged("a position below one".into()))?;
        }
        Ok(piece)
    }
}

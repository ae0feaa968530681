//! The chains of devices: which numbers are there, which are missing, which are lost.

use std::collections::HashMap;

use kandas_shared::{
    hash::Digest,
    ids::{ChainId, DeviceId},
};

use crate::facts::{Gap, GapsAfter};

/// Who stands at a place, and which statement that one names as its predecessor.
pub type Holder = (Digest, Option<Digest>);

/// The chains that a group of records touches.
#[derive(Debug, Default)]
pub struct Ledgers {
    /// Places that are taken, at least those that the group claims and their neighbours.
    pub places: HashMap<(DeviceId, ChainId, u64), Holder>,
    /// The chains.
    pub chains: HashMap<(DeviceId, ChainId), Chain>,
}

/// One chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Highest number received, 0 for none.
    pub seq: u64,
    /// Identity of that statement.
    pub hash: Digest,
    /// Missing below it, in order.
    pub open: Vec<Gap>,
    /// Lost, in order.
    pub lost: Vec<Gap>,
}

impl Default for Chain {
    fn default() -> Self {
        Self { seq: 0, hash: Digest([0; 32]), open: Vec::new(), lost: Vec::new() }
    }
}

impl Chain {
    /// A number arrives, told by the fact at `position`. Says whether the ledger of missing numbers changed.
    /// What was taken for lost and comes all the same is not lost.
    pub fn take(&mut self, seq: u64, hash: Digest, position: u64) -> bool {
        let names = |gaps: &[Gap]| gaps.iter().any(|gap| gap.from <= seq && seq <= gap.to);
        let changed = names(&self.open) || names(&self.lost);
        if changed {
            (self.open, self.lost) = (cut(&self.open, seq, seq), cut(&self.lost, seq, seq));
        }
        if seq <= self.seq {
            return changed;
        }
        let (from, to) = (self.seq + 1, seq - 1);
        (self.seq, self.hash) = (seq, hash);
        if from > to {
            return changed;
        }
        let mut opened = vec![Gap { from, to, position }];
        for lost in &self.lost {
            opened = cut(&opened, lost.from, lost.to);
        }
        self.open.extend(&opened);
        changed || !opened.is_empty()
    }

    /// The phone says that numbers no longer exist. Numbers that are here are not lost.
    pub fn lose(&mut self, from: u64, to: u64, position: u64) {
        if from == 0 || from > to {
            return;
        }
        let mut lost: Vec<Gap> = self
            .open
            .iter()
            .filter(|gap| gap.from <= to && from <= gap.to)
            .map(|gap| Gap { from: gap.from.max(from), to: gap.to.min(to), position })
            .collect();
        if to > self.seq {
            let mut beyond = vec![Gap { from: from.max(self.seq + 1), to, position }];
            for known in &self.lost {
                beyond = cut(&beyond, known.from, known.to);
            }
            lost.extend(beyond);
        }
        self.open = cut(&self.open, from, to);
        self.lost.extend(lost);
        self.lost.sort_unstable_by_key(|gap| gap.from);
    }

    /// The ledger as a fact states it.
    #[must_use]
    pub fn gaps(&self, chain: ChainId) -> GapsAfter {
        GapsAfter { chain, open: self.open.clone(), lost: self.lost.clone() }
    }
}

/// Takes the numbers `from..=to` out of a list of gaps.
fn cut(gaps: &[Gap], from: u64, to: u64) -> Vec<Gap> {
    let mut rest = Vec::with_capacity(gaps.len() + 1);
    for gap in gaps {
        if gap.from < from {
            rest.push(Gap { to: gap.to.min(from - 1), ..*gap });
        }
        if gap.to > to {
            rest.push(Gap { from: gap.from.max(to.saturating_add(1)), ..*gap });
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(gaps: &[Gap]) -> Vec<(u64, u64)> {
        gaps.iter().map(|g| (g.from, g.to)).collect()
    }

    fn hash(n: u64) -> Digest {
        Digest::of(&n.to_be_bytes())
    }

    #[test]
    fn gaps_open_split_and_close() {
        let mut chain = Chain::default();
        assert!(!chain.take(1, hash(1), 10));
        assert!(chain.take(6, hash(6), 11));
        assert_eq!((chain.seq, numbers(&chain.open)), (6, vec![(2, 5)]));
        assert!(chain.take(3, hash(3), 12));
        assert_eq!(numbers(&chain.open), [(2, 2), (4, 5)]);
        assert!(chain.open.iter().all(|gap| gap.position == 11), "a gap keeps the position that opened it");
        assert!(chain.take(2, hash(2), 13) && chain.take(5, hash(5), 14) && chain.take(4, hash(4), 15));
        assert!(chain.open.is_empty());
        assert_eq!(chain.hash, hash(6));
    }

    #[test]
    fn what_arrived_is_not_lost_and_what_is_lost_opens_no_gap() {
        let mut chain = Chain::default();
        chain.take(1, hash(1), 1);
        chain.take(4, hash(4), 2);
        chain.lose(1, 7, 3);
        assert_eq!(numbers(&chain.lost), [(2, 3), (5, 7)]);
        assert!(chain.open.is_empty());
        assert!(!chain.take(8, hash(8), 4), "5 to 7 are lost, not missing");
        assert!(chain.take(10, hash(10), 5));
        assert_eq!(numbers(&chain.open), [(9, 9)]);
        chain.lose(5, 3, 6);
        chain.lose(0, 3, 6);
        assert_eq!(numbers(&chain.lost), [(2, 3), (5, 7)]);
        chain.lose(6, 9, 7);
        assert_eq!(numbers(&chain.lost), [(2, 3), (5, 7), (9, 9)]);
        assert!(chain.take(6, hash(6), 8), "it was there after all");
        assert_eq!(numbers(&chain.lost), [(2, 3), (5, 5), (7, 7), (9, 9)]);
        assert!(!chain.take(6, hash(6), 9));
    }

    #[test]
    fn far_numbers_cost_no_memory() {
        let mut chain = Chain::default();
        chain.take(i64::MAX as u64, hash(0), 1);
        chain.lose(1, u64::MAX, 2);
        assert_eq!(chain.open, []);
        assert_eq!(chain.lost.len(), 2);
    }
}

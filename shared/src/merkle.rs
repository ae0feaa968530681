//! The Merkle tree of RFC 6962 §2.1: roots from a frontier, consistency and inclusion proofs and their checks.
//!
//! Who stores the tree is not said here: proofs are built through a function that gives the hash of a range of leaves.

use crate::hash::Digest;

/// Root of the empty tree: SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Digest {
    Digest::of(&[])
}

/// Hash of a leaf whose data is the concatenation of `parts`.
#[must_use]
pub fn leaf_hash(parts: &[&[u8]]) -> Digest {
    let mut all: Vec<&[u8]> = vec![&[0]];
    all.extend_from_slice(parts);
    Digest::of_parts(&all)
}

/// Hash of an inner node.
#[must_use]
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    Digest::of_parts(&[&[1], left.as_bytes(), right.as_bytes()])
}

/// The full subtrees to the left of the growing edge, largest first: all that appending needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    /// One hash per set bit of `size`, highest bit first.
    peaks: Vec<Digest>,
}

/// A frontier whose bytes do not fit its size.
#[derive(Debug, thiserror::Error)]
#[error("the frontier does not fit its size")]
pub struct BadFrontier;

impl Frontier {
    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf; `completed(level, index, hash)` is told of every subtree that becomes full, the leaf itself
    /// (level 0) first. A subtree of level l covers the leaves index·2^l to (index + 1)·2^l.
    pub fn push(&mut self, leaf: Digest, mut completed: impl FnMut(u32, u64, Digest)) {
        let (mut hash, mut level, mut index) = (leaf, 0, self.size);
        completed(level, index, hash);
        while index & 1 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            hash = node_hash(&left, &hash);
            level += 1;
            index >>= 1;
            completed(level, index, hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// Root over all leaves.
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut peaks = self.peaks.iter().rev();
        let Some(&last) = peaks.next() else { return empty_root() };
        peaks.fold(last, |right, left| node_hash(left, &right))
    }

    /// The peaks, 32 bytes each, largest subtree first.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.peaks.iter().flat_map(|p| p.0).collect()
    }

    /// The frontier of a tree of `size` leaves from its peaks.
    ///
    /// # Errors
    /// When the number of peaks is not the number of set bits of `size`.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Result<Self, BadFrontier> {
        let peaks: Vec<Digest> = bytes
            .chunks(32)
            .map(|c| Digest::try_from(c).map_err(|_| BadFrontier))
            .collect::<Result<_, _>>()?;
        if peaks.len() != size.count_ones() as usize {
            return Err(BadFrontier);
        }
        Ok(Self { size, peaks })
    }
}

/// One range of leaves, `start..end`.
pub type Range = std::ops::Range<u64>;

/// The ranges whose hashes, in this order, prove that the tree of `old` leaves is a prefix of that of `new`
/// (RFC 6962 §2.1.2). Empty if `old` is 0 or `new`.
#[must_use]
pub fn consistency_ranges(old: u64, new: u64) -> Vec<Range> {
    let mut ranges = Vec::new();
    if old == 0 || old >= new {
        return ranges;
    }
    sub_proof(old, 0..new, true, &mut ranges);
    ranges
}

/// The ranges whose hashes, in this order, prove that leaf `index` is in the tree of `size` leaves (RFC 6962 §2.1.1).
#[must_use]
pub fn inclusion_ranges(index: u64, size: u64) -> Vec<Range> {
    let mut ranges = Vec::new();
    if index < size {
        path(index, 0..size, &mut ranges);
    }
    ranges
}

/// Splits a range into full aligned subtrees `(level, index)`, left to right; its hash is their fold from the right.
#[must_use]
pub fn subtrees(range: Range) -> Vec<(u32, u64)> {
    let (mut start, mut found) = (range.start, Vec::new());
    while start < range.end {
        let widest = (range.end - start).ilog2();
        let level = if start == 0 { widest } else { widest.min(start.trailing_zeros()) };
        found.push((level, start >> level));
        start += 1 << level;
    }
    found
}

/// Hash of a range of leaves from the hashes of its [`subtrees`], left to right.
#[must_use]
pub fn fold(hashes: &[Digest]) -> Digest {
    let mut rest = hashes.iter().rev();
    let Some(&last) = rest.next() else { return empty_root() };
    rest.fold(last, |right, left| node_hash(left, &right))
}

/// Checks that the tree (`old`, `old_root`) is a prefix of (`new`, `new_root`) (RFC 9162 §2.1.4.2).
#[must_use]
pub fn verify_consistency(
    old: u64,
    old_root: &Digest,
    new: u64,
    new_root: &Digest,
    proof: &[Digest],
) -> bool {
    if old > new {
        return false;
    }
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    if old == 0 {
        return proof.is_empty() && *old_root == empty_root();
    }
    let mut proof = proof.iter();
    let first = if old.is_power_of_two() { Some(old_root) } else { proof.next() };
    let Some(&first) = first else { return false };
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (first, first);
    for step in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(step, &old_hash);
            new_hash = node_hash(step, &new_hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, step);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && old_hash == *old_root && new_hash == *new_root
}

/// Checks that `leaf` is leaf `index` of the tree (`size`, `root`) (RFC 9162 §2.1.3.2).
#[must_use]
pub fn verify_inclusion(leaf: &Digest, index: u64, size: u64, root: &Digest, proof: &[Digest]) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for step in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(step, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, step);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Largest power of two below `n` (n ≥ 2).
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

fn sub_proof(old: u64, range: Range, whole: bool, out: &mut Vec<Range>) {
    let n = range.end - range.start;
    if old == n {
        if !whole {
            out.push(range);
        }
        return;
    }
    let k = split(n);
    let middle = range.start + k;
    if old <= k {
        sub_proof(old, range.start..middle, whole, out);
        out.push(middle..range.end);
    } else {
        sub_proof(old - k, middle..range.end, false, out);
        out.push(range.start..middle);
    }
}

fn path(index: u64, range: Range, out: &mut Vec<Range>) {
    let n = range.end - range.start;
    if n == 1 {
        return;
    }
    let middle = range.start + split(n);
    if index < split(n) {
        path(index, range.start..middle, out);
        out.push(middle..range.end);
    } else {
        path(index - split(n), middle..range.end, out);
        out.push(range.start..middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(n: u64) -> Vec<Digest> {
        (0..n).map(|i| leaf_hash(&[&i.to_be_bytes()])).collect()
    }

    /// The definition of RFC 6962, word for word.
    fn mth(leaves: &[Digest]) -> Digest {
        match leaves.len() {
            0 => empty_root(),
            1 => leaves[0],
            n => {
                let k = split(n as u64) as usize;
                node_hash(&mth(&leaves[..k]), &mth(&leaves[k..]))
            }
        }
    }

    fn hash_of(leaves: &[Digest], range: &Range) -> Digest {
        mth(&leaves[range.start as usize..range.end as usize])
    }

    #[test]
    fn the_frontier_gives_the_root_of_the_definition() {
        let all = leaves(70);
        let mut frontier = Frontier::default();
        for n in 0..=70 {
            assert_eq!(frontier.root(), mth(&all[..n]), "size {n}");
            let again = Frontier::from_bytes(n as u64, &frontier.to_bytes()).expect("fits");
            assert_eq!(again, frontier);
            if n < 70 {
                frontier.push(all[n], |level, index, hash| {
                    let (start, end) = (index << level, (index + 1) << level);
                    assert_eq!(hash, mth(&all[start as usize..end as usize]));
                });
            }
        }
        assert!(Frontier::from_bytes(3, &[0; 32]).is_err());
    }

    #[test]
    fn consistency_proofs_verify_and_only_for_their_sizes() {
        let all = leaves(40);
        for new in 0..=40u64 {
            for old in 0..=new {
                let proof: Vec<_> = consistency_ranges(old, new).iter().map(|r| hash_of(&all, r)).collect();
                let (a, b) = (hash_of(&all, &(0..old)), hash_of(&all, &(0..new)));
                assert!(verify_consistency(old, &a, new, &b, &proof), "{old} in {new}");
                if old > 0 && old < new {
                    assert!(!verify_consistency(old, &b, new, &b, &proof));
                    assert!(!verify_consistency(old - 1, &a, new, &b, &proof));
                    let mut longer = proof.clone();
                    longer.push(a);
                    assert!(!verify_consistency(old, &a, new, &b, &longer));
                }
            }
        }
    }

    #[test]
    fn inclusion_proofs_verify_and_only_at_their_place() {
        let all = leaves(33);
        for size in 1..=33u64 {
            let root = hash_of(&all, &(0..size));
            for index in 0..size {
                let proof: Vec<_> = inclusion_ranges(index, size).iter().map(|r| hash_of(&all, r)).collect();
                assert!(verify_inclusion(&all[index as usize], index, size, &root, &proof));
                assert!(!verify_inclusion(&all[index as usize], index + 1, size, &root, &proof) || size == 1);
                assert!(!verify_inclusion(&empty_root(), index, size, &root, &proof));
            }
        }
    }

    #[test]
    fn ranges_split_into_full_subtrees() {
        let all = leaves(40);
        for new in 1..=40u64 {
            for old in 1..new {
                for range in consistency_ranges(old, new) {
                    let hashes: Vec<_> = subtrees(range.clone())
                        .into_iter()
                        .map(|(level, index)| hash_of(&all, &(index << level..(index + 1) << level)))
                        .collect();
                    assert_eq!(fold(&hashes), hash_of(&all, &range));
                }
            }
        }
    }
}

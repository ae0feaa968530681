//! Photos that look nearly the same, found among millions in memory.
//!
//! Every photo is 144 marks ([`super::picture`]) in three columns of 64, 64 and 16. A search, with the three looks at a
//! photo at once, runs over the first column and counts the marks that differ; where these alone are too many, the photo is
//! out, and the other columns are not even read. That is exact: nothing within the distance is missed. Cleverer tables
//! (parts of the marks as keys) were left alone: photos of one land have many marks in common, their buckets swell, and
//! twice the memory is spent for a time that depends on what is searched.
//!
//! The index is made from the table `photo_hash` at start and follows it; it holds no ids but the numbers of that table.

use std::thread;

use pulp::Arch;

use super::picture::{BYTES, Look};

/// Photos looked at in one go: their counts lie in the processor's nearest memory.
const BLOCK: usize = 4_096;
/// Below so many photos one thread is quicker than several.
const ALONE: usize = 200_000;

/// A photo within the distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// In how many marks it differs.
    pub bits: u32,
    /// Its number in `photo_hash`.
    pub number: u32,
}

/// The looks of all photos.
#[derive(Debug, Default)]
pub struct Index {
    first: Vec<u64>,
    second: Vec<u64>,
    last: Vec<u16>,
    numbers: Vec<u32>,
}

/// The three columns of a look.
fn columns(look: &Look) -> (u64, u64, u16) {
    let word = |from: usize, to: usize| {
        look.0[from..to].iter().fold(0_u64, |word, byte| word << 8 | u64::from(*byte))
    };
    let last = u16::from_be_bytes([look.0[BYTES - 2], look.0[BYTES - 1]]);
    (word(0, 8), word(8, 16), last)
}

impl Index {
    /// Room for so many photos.
    #[must_use]
    pub fn with_room(photos: usize) -> Self {
        Self {
            first: Vec::with_capacity(photos),
            second: Vec::with_capacity(photos),
            last: Vec::with_capacity(photos),
            numbers: Vec::with_capacity(photos),
        }
    }

    /// Takes a photo in.
    pub fn add(&mut self, number: u32, look: &Look) {
        let (first, second, last) = columns(look);
        self.first.push(first);
        self.second.push(second);
        self.last.push(last);
        self.numbers.push(number);
    }

    /// Number of photos.
    #[must_use]
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Bytes of memory it holds.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.first.capacity() * 8
            + self.second.capacity() * 8
            + self.last.capacity() * 2
            + self.numbers.capacity() * 4
    }

    /// The photos that differ in at most so many marks, the nearest first, at most `most`.
    #[must_use]
    pub fn search(&self, looks: &[Look; 3], bits: u32, most: usize) -> Vec<Hit> {
        let threads = if self.len() < ALONE {
            1
        } else {
            thread::available_parallelism().map_or(1, std::num::NonZero::get).min(4)
        };
        let share = self.len().div_ceil(threads).max(1);
        let mut hits = if threads == 1 {
            self.counted(0, self.len(), looks, bits)
        } else {
            thread::scope(|scope| {
                let parts: Vec<_> = (0..threads)
                    .map(|n| {
                        let from = (n * share).min(self.len());
                        let to = (from + share).min(self.len());
                        scope.spawn(move || self.counted(from, to, looks, bits))
                    })
                    .collect();
                let joined = parts
                    .into_iter()
                    .map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
                joined.flatten().collect()
            })
        };
        hits.sort_unstable();
        hits.truncate(most);
        hits
    }

    /// [`Self::part`], compiled for what the processor can do: counting bits is an instruction of all but the oldest, of
    /// which a program for every processor makes no use.
    fn counted(&self, from: usize, to: usize, looks: &[Look; 3], bits: u32) -> Vec<Hit> {
        Arch::new().dispatch(
            #[inline(always)]
            || self.part(from, to, looks, bits),
        )
    }

    #[inline(always)]
    fn part(&self, from: usize, to: usize, looks: &[Look; 3], bits: u32) -> Vec<Hit> {
        let asked = looks.each_ref().map(columns);
        let whole = asked[0].0;
        // Whoever is near one of the looks is not much further from the first: by no more than these differ.
        let apart = asked.iter().map(|asked| (asked.0 ^ whole).count_ones()).max().unwrap_or(0);
        let reach = bits.saturating_add(apart);
        let mut hits = Vec::new();
        let mut counts = [0_u8; BLOCK];
        let mut start = from;
        while start < to {
            let block = &self.first[start..(start + BLOCK).min(to)];
            // Nothing but counting, so that the compiler takes several at once.
            for (count, word) in counts.iter_mut().zip(block) {
                *count = ones(*word ^ whole);
            }
            for (at, count) in counts[..block.len()].iter().enumerate() {
                if u32::from(*count) <= reach {
                    let at = start + at;
                    let nearest = asked.iter().filter_map(|asked| self.differs(at, asked, bits)).min();
                    if let Some(bits) = nearest {
                        hits.push(Hit { bits, number: self.numbers[at] });
                    }
                }
            }
            start += BLOCK;
        }
        hits
    }

    /// In how many marks a photo differs; none if in more than `bits`, which its first column mostly says alone.
    #[inline(always)]
    fn differs(&self, at: usize, asked: &(u64, u64, u16), bits: u32) -> Option<u32> {
        let first = (self.first[at] ^ asked.0).count_ones();
        if first > bits {
            return None;
        }
        let rest = (self.second[at] ^ asked.1).count_ones() + (self.last[at] ^ asked.2).count_ones();
        (first + rest <= bits).then_some(first + rest)
    }
}

#[inline(always)]
fn ones(word: u64) -> u8 {
    word.count_ones() as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn look(seed: u64) -> Look {
        let digest = kandas_shared::hash::Digest::of(&seed.to_be_bytes());
        Look::read(&digest.0[..BYTES]).unwrap()
    }

    /// With some marks turned round.
    fn turned(look: &Look, marks: impl IntoIterator<Item = usize>) -> Look {
        let mut bytes = look.0;
        for mark in marks {
            bytes[mark / 8] ^= 1 << (mark % 8);
        }
        Look(bytes)
    }

    #[test]
    fn the_nearest_come_first_and_far_ones_not_at_all() {
        let mut index = Index::default();
        for n in 0..10_000 {
            index.add(n, &look(u64::from(n)));
        }
        index.add(20_001, &turned(&look(77), 0..9));
        index.add(20_002, &turned(&look(77), [1, 70, 143]));
        index.add(20_003, &turned(&look(77), 0..21));
        let hits = index.search(&[look(77); 3], 20, 9);
        let found: Vec<_> = hits.iter().map(|hit| (hit.number, hit.bits)).collect();
        assert_eq!(found, [(77, 0), (20_002, 3), (20_001, 9)]);
        assert_eq!(index.search(&[look(77); 3], 20, 2).len(), 2);
        assert_eq!(index.search(&[look(30_000), look(30_001), look(77)], 0, 9).len(), 1, "any of the three");
        assert!(Index::default().search(&[look(1); 3], 144, 9).is_empty());
    }

    proptest! {
        #[test]
        fn nothing_within_the_distance_is_missed(
            seeds in prop::collection::vec(any::<u64>(), 1..300), asked in any::<[u64; 3]>(), bits in 0_u32..144
        ) {
            let mut index = Index::with_room(seeds.len());
            for (number, seed) in (0..).zip(&seeds) {
                index.add(number, &look(*seed));
            }
            let asked = asked.map(look);
            let mut expected: Vec<_> = (0_u32..).zip(&seeds)
                .map(|(number, seed)| Hit { bits: asked.iter().map(|asked| look(*seed).differs(asked)).min().unwrap(), number })
                .filter(|hit| hit.bits <= bits)
                .collect();
            expected.sort_unstable();
            prop_assert_eq!(index.search(&asked, bits, usize::MAX), expected);
        }
    }
}

//! What the index of photos costs and finds on this machine: `kandas-server findings measure`, a line of the bench.
//!
//! Photos come from a folder, each as `<name>.original.jpg` and changed as `<name>.<how>.jpg`. The index is filled up
//! with marks mixed of theirs (each mark of some photo, so that what photos have in common stays), then every changed photo
//! is searched for. Beside it a plain scan over the same marks on one thread.

use std::{collections::BTreeMap, fs, hint::black_box, path::Path};

use anyhow::{Context as _, Result, ensure};
use serde::Serialize;

use super::{
    near::Index,
    picture::{BYTES, Close, Look, Looks, MARKS, looks},
};
use crate::limits::moment;

/// Plain scans that are timed.
const SCANS: usize = 20;

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// Photos in the folder.
    pub photos: usize,
    /// Marks in the index.
    pub hashes: usize,
    /// Memory of the index in MB (10^6 bytes).
    pub index_mb: f64,
    /// Milliseconds of a search that 95 of 100 do not exceed.
    pub search_ms_p95: f64,
    /// The same of a plain scan.
    pub floor_ms_p95: f64,
    /// Share of changed photos that are found, by what was done to them.
    pub recall: BTreeMap<String, f64>,
    /// Share of pairs of different photos that are taken for alike.
    pub false_pairs: f64,
    /// Pairs that were compared.
    pub pairs: usize,
    /// Mixed marks that a search finds on average.
    pub mixed_hits: f64,
    /// Share of changed photos of which a second look says that they are alike.
    pub second_recall: f64,
    /// Of pairs of different photos whose marks are the nearest (one of a hundred), the share of which it says so too.
    pub second_false: f64,
}

/// Measures.
///
/// # Errors
/// When the folder has no such photos.
pub fn measure(folder: &Path, hashes: usize, bits: u32, percent: f64) -> Result<Measured> {
    let (originals, changed) = read(folder)?;
    let (second_recall, second_false) = second(&originals, &changed, percent);
    let originals: BTreeMap<String, Looks> =
        originals.into_iter().map(|(name, seen)| (name, seen.0)).collect();
    let changed: Vec<_> = changed.into_iter().map(|(name, how, seen)| (name, how, seen.0)).collect();
    ensure!(originals.len() > 1, "{} has no photos to compare", folder.display());
    let mut index = Index::with_room(hashes.max(originals.len()));
    let mut plain = Vec::with_capacity(hashes.max(originals.len()));
    let looks: Vec<Look> = originals.values().map(|looks| looks.whole).collect();
    let mut mixing = Mixing(0x9E37_79B9_7F4A_7C15);
    for number in 0..hashes.max(looks.len()) {
        let look = looks.get(number).copied().unwrap_or_else(|| mixing.mixed(&looks));
        index.add(u32::try_from(number)?, &look);
        plain.push(words(&look));
    }

    let mut recall: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let (mut times, mut mixed) = (Vec::new(), 0);
    for (name, how, asked) in &changed {
        let began = moment();
        let hits = index.search(&asked.all(), bits, usize::MAX);
        times.push(began.elapsed().as_secs_f64() * 1e3);
        let own = originals.keys().position(|known| known == name).and_then(|at| u32::try_from(at).ok());
        let found = hits.iter().any(|hit| Some(hit.number) == own);
        mixed +=
            hits.iter().filter(|hit| usize::try_from(hit.number).is_ok_and(|n| n >= looks.len())).count();
        let (hits, all) = recall.entry(how.clone()).or_default();
        (*hits, *all) = (*hits + usize::from(found), *all + 1);
    }
    let scans = changed.iter().cycle().take(SCANS).map(|(.., asked)| {
        let began = moment();
        black_box(scan(&plain, &asked.all().each_ref().map(words), bits));
        began.elapsed().as_secs_f64() * 1e3
    });
    let floor = scans.collect();
    let pairs = looks.len() * (looks.len() - 1) / 2;
    let searched: Vec<&Looks> = originals.values().collect();
    let are_alike = |a: &Looks, b: &Looks| a.differ(&b.whole).min(b.differ(&a.whole)) <= bits;
    let alike = searched
        .iter()
        .enumerate()
        .map(|(n, a)| searched[n + 1..].iter().filter(|b| are_alike(a, b)).count())
        .sum::<usize>();
    Ok(Measured {
        photos: looks.len(),
        hashes: index.len(),
        index_mb: share(index.memory(), 1_000_000),
        search_ms_p95: p95(times),
        floor_ms_p95: p95(floor),
        recall: recall.into_iter().map(|(how, (hits, all))| (how, share(hits, all))).collect(),
        false_pairs: share(alike, pairs),
        pairs,
        mixed_hits: share(mixed, changed.len()),
        second_recall,
        second_false,
    })
}

/// What a second look says of photos and what was made of them, and of those pairs of others that marks put nearest.
fn second(originals: &BTreeMap<String, Seen>, changed: &Changed, percent: f64) -> (f64, f64) {
    let own =
        |name: &str, close: &Close| originals.get(name).is_some_and(|of| of.1.likeness(close) >= percent);
    let found = changed.iter().filter(|(name, _, seen)| own(name, &seen.1)).count();
    let all: Vec<&Seen> = originals.values().collect();
    let mut pairs: Vec<(u32, bool)> = all
        .iter()
        .enumerate()
        .flat_map(|(n, a)| all[n + 1..].iter().map(move |b| (a, b)))
        .map(|((a, close), (b, other))| {
            (a.differ(&b.whole).min(b.differ(&a.whole)), close.likeness(other) >= percent)
        })
        .collect();
    pairs.sort_unstable();
    pairs.truncate((pairs.len() / 100).max(1));
    let wrong = pairs.iter().filter(|(_, alike)| *alike).count();
    (share(found, changed.len()), share(wrong, pairs.len()))
}

/// A photo at a first and at a second look.
type Seen = (Looks, Close);
type Changed = Vec<(String, String, Seen)>;

fn read(folder: &Path) -> Result<(BTreeMap<String, Seen>, Changed)> {
    let (mut originals, mut changed) = (BTreeMap::new(), Vec::new());
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let mut parts = name.split('.');
        let (Some(name), Some(how), Some("jpg")) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        let bytes = fs::read(&path)?;
        let Some(seen) = looks(&bytes).zip(Close::of(&bytes)) else { continue };
        if how == "original" {
            originals.insert(name.to_owned(), seen);
        } else {
            changed.push((name.to_owned(), how.to_owned(), seen));
        }
    }
    Ok((originals, changed))
}

fn words(look: &Look) -> [u64; 3] {
    let mut words = [0; 3];
    for (word, bytes) in words.iter_mut().zip(look.0.chunks(8)) {
        *word = bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    }
    words
}

/// The plain way: every mark of every photo, for each of the three looks.
fn scan(all: &[[u64; 3]], asked: &[[u64; 3]; 3], bits: u32) -> usize {
    let differs = |look: &[u64; 3], asked: &[u64; 3]| {
        look.iter().zip(asked).map(|(a, b)| (a ^ b).count_ones()).sum::<u32>()
    };
    all.iter().filter(|look| asked.iter().any(|asked| differs(look, asked) <= bits)).count()
}

fn p95(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get((values.len() * 95).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default()
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// Numbers that are the same in each run.
struct Mixing(u64);

impl Mixing {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Every mark that of one of four photos.
    fn mixed(&mut self, looks: &[Look]) -> Look {
        let mut pick = || looks[usize::try_from(self.next() % looks.len() as u64).unwrap_or(0)].0;
        let of = [pick(), pick(), pick(), pick()];
        let mut marks = [0_u8; BYTES];
        for (at, mark) in marks.iter_mut().enumerate() {
            let [a, b, ..] = self.next().to_le_bytes();
            *mark = (of[0][at] & a & b) | (of[1][at] & a & !b) | (of[2][at] & !a & b) | (of[3][at] & !a & !b);
        }
        debug_assert_eq!(MARKS as usize, BYTES * 8);
        Look(marks)
    }
}

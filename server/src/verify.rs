//! Verify: is the store what it says it is?
//!
//! The journal is recomputed from its bytes: headers, salts and bodies to content hashes, leaves, tiles and root; then
//! every signature in it is checked, every kept checkpoint and every anchor of the access log is held against it, the
//! tables are compared with a rebuild, and the media with the hashes that were signed. What was erased is said, and that
//! nothing else is missing.
//!
//! It reads one snapshot in pieces: nobody waits for it, and what it keeps in memory does not grow with the journal but
//! with what was erased.
//!
//! A checkpoint that a phone has sealed into a record is held against the tree too. If it does not fit, that is a
//! finding of the record, not a fault of the store: a phone can write there whatever it likes. Whoever reads the
//! findings has to judge; many phones that say the same would be a journal that was exchanged.

mod kept;
mod media;
mod signatures;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use kandas_shared::{
    hash::{Digest, Epoch},
    ids::{ErasureId, FamilyId, PersonId},
    journal::{Header, content_hash, leaf_hash},
    merkle::Frontier,
};

use crate::{
    all, among,
    config::Config,
    facts::{AccessAnchored, Event, UnreadableFact},
    journal::{self, JournalError},
    one, rebuild,
    store::{Store, Tx},
};
pub use media::{Expected as ExpectedMedia, expected as expected_media};
use signatures::{Signatures, Signed};

/// How much of the media is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// Every file is there with the right size.
    Sizes,
    /// Every file is read and hashed.
    Hashes,
}

/// What `verify` found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Positions of the journal.
    pub size: u64,
    /// Its root as recomputed.
    pub root: Option<Digest>,
    /// Positions without a body.
    pub erased_positions: u64,
    /// The decisions behind them.
    pub erasures: Vec<Erasure>,
    /// Checkpoints, as phones had sealed them into records, that fit the tree.
    pub checkpoints: u64,
    /// Kept checkpoints of the server that fit the tree.
    pub kept_checkpoints: u64,
    /// Anchored entries of the access log.
    pub accesses: u64,
    /// Signatures that verified.
    pub signatures: u64,
    /// Media files looked at.
    pub media: u64,
    /// What is wrong; empty in a sound store.
    pub faults: Vec<String>,
    /// What is wrong with single records, whatever the store is like.
    pub findings: Vec<String>,
    /// What is worth a look and is no fault.
    pub remarks: Vec<String>,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    fn fault(&mut self, what: impl Into<String>) {
        self.faults.push(what.into());
    }
}

/// A decision to erase, as the journal has it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Erasure {
    /// Its id.
    pub erasure: ErasureId,
    /// The family.
    pub family: FamilyId,
    /// The person, if only one member went.
    pub person: Option<PersonId>,
    /// On what it rests.
    pub basis: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Bodies that went with it.
    pub positions: usize,
    /// Files that went with it.
    pub files: usize,
}

/// Facts read in one go.
const PIECE: i64 = 2_000;

/// Verifies the whole store.
///
/// # Errors
/// When it cannot be read at all; what is wrong with what was read is in the report.
pub async fn verify(
    config: &Config,
    store: &Store,
    depth: Media,
    progress: &mut (dyn FnMut(&'static str, u64, u64) + Send),
) -> Result<Report, JournalError> {
    let mut tx = store.read().await?;
    let mut report = walk(&mut tx, progress).await?;
    media::check(&mut tx, config, depth, &mut report, progress).await?;
    tx.rollback().await?;
    // A rebuild makes sense only of a journal that can be read.
    if report.is_sound() {
        let rebuilt = rebuild::compare(store, &mut |done, all| progress("tables", done, all)).await?;
        for difference in rebuilt.differences {
            report.fault(difference.to_string());
        }
    } else {
        report
            .remarks
            .push("the tables were not compared with a rebuild, because the journal has faults".into());
    }
    Ok(report)
}

/// Verifies the journal alone: its bytes, its tree, the signatures in it and the checkpoints that phones have seen.
///
/// # Errors
/// As [`verify`].
pub async fn verify_journal(
    store: &Store,
    progress: &mut (dyn FnMut(&'static str, u64, u64) + Send),
) -> Result<Report, JournalError> {
    let mut tx = store.read().await?;
    let report = walk(&mut tx, progress).await?;
    tx.rollback().await?;
    Ok(report)
}

#[derive(sqlx::FromRow)]
struct Line {
    position: i64,
    kind: String,
    at: DateTime<Utc>,
    family: Option<FamilyId>,
    person: Option<PersonId>,
    header: String,
    content: Digest,
    leaf: Digest,
    salt: Option<Vec<u8>>,
    body: Option<String>,
}

/// What the walk has seen so far, and what it found.
#[derive(Default)]
struct Walk {
    report: Report,
    frontier: Frontier,
    /// Subtrees that became full since they were last held against the stored ones.
    tiles: BTreeMap<(i32, i64), Digest>,
    without_body: BTreeSet<u64>,
    erased: BTreeSet<u64>,
    anchors: Vec<(u64, AccessAnchored)>,
    epoch: Option<Epoch>,
    signatures: Signatures,
}

async fn walk(
    tx: &mut Tx,
    progress: &mut (dyn FnMut(&'static str, u64, u64) + Send),
) -> Result<Report, JournalError> {
    let (size, stored_frontier, stored_epoch) = one!(
        tx,
        (i64, Vec<u8>, Option<String>),
        "select size, frontier, epoch from journal_head where id = 1"
    )
    .await?;
    let mut walk = Walk::default();
    let mut lines = piece(tx, 0).await?;
    while let Some(last) = lines.last().map(|line| line.position) {
        // The next piece is read while this one is checked.
        let checking = tokio::task::spawn_blocking(move || walk.piece(&lines));
        let next = piece(tx, last).await;
        walk = checking.await.map_err(|e| JournalError::Damaged(e.to_string()))?;
        lines = next?;
        walk.hold_tiles(tx).await?;
        progress("journal", last.unsigned_abs(), size.unsigned_abs());
    }
    let mut report = std::mem::take(&mut walk.report);
    report.size = walk.frontier.size();
    report.root = Some(walk.frontier.root());

    if i64::try_from(walk.frontier.size()) != Ok(size) {
        report.fault(format!("the head says {size} positions, the journal has {}", walk.frontier.size()));
    }
    if walk.frontier.to_bytes() != stored_frontier {
        report.fault("the head's frontier is not that of the journal");
    }
    if walk.epoch.map(|epoch| epoch.to_string()) != stored_epoch {
        report.fault("the head's epoch is not the one of the last opening or restoring");
    }
    let (orphans,) = one!(
        tx,
        (i64,),
        "select count(*) from journal_body b where not exists (select 1 from journal j where j.position = b.position)"
    )
    .await?;
    if orphans > 0 {
        report.fault(format!("{orphans} bodies belong to no position"));
    }
    tiles_beyond(tx, walk.frontier.size(), &mut report).await?;
    checkpoints(tx, &walk, &mut report).await?;
    kept::checkpoints(tx, walk.signatures.server(), walk.frontier.size(), &mut report).await?;
    kept::access_log(tx, &walk.anchors, &mut report).await?;

    report.erased_positions = walk.without_body.len() as u64;
    for position in walk.without_body.difference(&walk.erased) {
        report.fault(format!("position {position}: the body is missing and no decision to erase names it"));
    }
    let erased: Vec<(i64,)> =
        walk.erased.iter().filter_map(|at| i64::try_from(*at).ok()).map(|at| (at,)).collect();
    let mut there =
        among!(tx, (i64,), "select position from journal_body where position in (", erased, ")").await?;
    there.sort_unstable();
    for (position,) in there {
        report
            .fault(format!("position {position}: a decision to erase names it and its body is still there"));
    }
    report.signatures = walk.signatures.verified;
    report.faults.append(&mut walk.signatures.faults);
    Ok(report)
}

async fn piece(tx: &mut Tx, after: i64) -> Result<Vec<Line>, JournalError> {
    Ok(all!(
        tx,
        Line,
        "select j.position, j.kind, j.at, j.family, j.person, j.header, j.content, j.leaf, b.salt, b.body
         from journal j left join journal_body b on b.position = j.position
         where j.position > $1 order by j.position limit $2",
        after,
        PIECE
    )
    .await?)
}

/// What can be said about a line alone.
struct Looked {
    leaf: Digest,
    header: Result<Header, serde_json::Error>,
    /// None without a body.
    hashes_to_content: Option<bool>,
    /// None without a body or a header that says what it is.
    event: Option<Result<Event, UnreadableFact>>,
    record: Option<signatures::Looked>,
}

impl Looked {
    fn at(line: &Line) -> Self {
        let header = serde_json::from_str::<Header>(&line.header);
        let body = line.salt.as_ref().zip(line.body.as_ref());
        let hashes_to_content = body.map(|(salt, body)| {
            let salt = <&[u8; 32]>::try_from(salt.as_slice()).ok();
            salt.is_some_and(|salt| content_hash(salt, body.as_bytes()) == line.content)
        });
        let event = header
            .as_ref()
            .ok()
            .zip(body)
            .map(|(header, (_, body))| Event::from_body(&header.kind, header.kind_version, body));
        let record = match &event {
            Some(Ok(Event::RecordReceived(record))) => Some(signatures::Looked::at(record)),
            _ => None,
        };
        let leaf = leaf_hash(line.header.as_bytes(), &line.content);
        Self { leaf, header, hashes_to_content, event, record }
    }
}

/// Does the same with each on as many threads as the machine has.
fn in_parallel<T: Sync, U: Send>(items: &[T], work: impl Fn(&T) -> U + Sync) -> Vec<U> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = items.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let shares: Vec<_> = items
            .chunks(share)
            .map(|share| scope.spawn(|| share.iter().map(&work).collect::<Vec<U>>()))
            .collect();
        shares
            .into_iter()
            .flat_map(|share| share.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

impl Walk {
    fn piece(mut self, lines: &[Line]) -> Self {
        let looked = in_parallel(lines, Looked::at);
        let mut signed = Vec::new();
        for (line, looked) in lines.iter().zip(&looked) {
            self.line(line, looked, &mut signed);
        }
        let good = in_parallel(&signed, Signed::is_good);
        for (signed, good) in signed.iter().zip(good) {
            self.signatures.count(signed.position, good, signed.fault);
        }
        self
    }

    fn line<'a>(&mut self, line: &Line, looked: &'a Looked, signed: &mut Vec<Signed<'a>>) {
        let expected = self.frontier.size() + 1;
        let at = line.position;
        let report = &mut self.report;
        if u64::try_from(at) != Ok(expected) {
            report.fault(format!("position {at} stands where {expected} should"));
        }
        if looked.leaf != line.leaf {
            report.fault(format!("position {at}: header and content do not give its leaf"));
        }
        // The tree is recomputed from the bytes, not from the stored leaves.
        let tiles = &mut self.tiles;
        self.frontier.push(looked.leaf, |level, index, hash| {
            if level > 0 && level.is_multiple_of(journal::TILE_STEP) {
                // Levels and indices of a tree with an i64 size fit.
                let key =
                    (i32::try_from(level).unwrap_or(i32::MAX), i64::try_from(index).unwrap_or(i64::MAX));
                tiles.insert(key, hash);
            }
        });
        let header = match &looked.header {
            Ok(header) => header,
            Err(error) => return report.fault(format!("position {at}: the header is not readable: {error}")),
        };
        let columns = (line.kind.as_str(), line.at, line.family, line.person);
        if header.position != expected || columns != (&header.kind, header.at, header.family, header.person) {
            report.fault(format!("position {at}: the columns are not those of the header"));
        }
        match looked.hashes_to_content {
            None => drop(self.without_body.insert(expected)),
            Some(false) => report.fault(format!("position {at}: salt and body do not give its content hash")),
            Some(true) => match &looked.event {
                Some(Ok(event)) => {
                    self.event(expected, header, event);
                    self.signatures.check(expected, event, looked.record.as_ref(), signed);
                }
                Some(Err(error)) => report.fault(format!("position {at}: {error}")),
                None => {}
            },
        }
    }

    fn event(&mut self, position: u64, header: &Header, event: &Event) {
        match event {
            Event::JournalOpened(opened) => self.epoch = Some(opened.epoch),
            Event::StoreRestored(restored) => self.epoch = Some(restored.epoch),
            Event::SubjectErased(erased) => {
                self.erased.extend(erased.positions.iter().copied());
                self.report.erasures.push(Erasure {
                    erasure: erased.erasure,
                    family: erased.family,
                    person: erased.person,
                    basis: erased.basis.clone(),
                    at: header.at,
                    positions: erased.positions.len(),
                    files: erased.files.len(),
                });
            }
            Event::RecordErased(late) => {
                self.erased.insert(late.position);
                match self.report.erasures.iter_mut().find(|erasure| erasure.erasure == late.erasure) {
                    Some(erasure) => erasure.positions += 1,
                    None => self.report.fault(format!(
                        "position {position}: a record was erased on arrival by a decision that is not in the journal"
                    )),
                }
            }
            Event::AccessAnchored(anchor) => self.anchors.push((position, anchor.clone())),
            _ => {}
        }
    }

    /// Holds the subtrees that became full against the stored ones.
    async fn hold_tiles(&mut self, tx: &mut Tx) -> Result<(), JournalError> {
        let mut missing = std::mem::take(&mut self.tiles);
        let keys: Vec<(i32, i64)> = missing.keys().copied().collect();
        let stored = ") select t.level, t.idx, t.hash from asked join journal_tile t
            on t.level = asked.level and t.idx = asked.idx";
        let stored = among!(tx, (i32, i64, Digest), "with asked (level, idx) as (", keys, stored).await?;
        for (level, index, hash) in stored {
            // The list may have been filled up: the second one of a pair finds nothing to compare.
            if missing.remove(&(level, index)).is_some_and(|own| own != hash) {
                self.report.fault(format!("tile {index} of level {level} is not that of the journal"));
            }
        }
        for (level, index) in missing.keys() {
            self.report.fault(format!("tile {index} of level {level} is missing"));
        }
        Ok(())
    }
}

/// Stored subtrees that a journal of this size does not have.
async fn tiles_beyond(tx: &mut Tx, size: u64, report: &mut Report) -> Result<(), JournalError> {
    let sql = "select level, idx from journal_tile
        where level % 8 <> 0 or level < 8 or level > 56 or idx < 0 or idx >= ($1 >> level) order by level, idx";
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    for (level, index) in all!(tx, (i32, i64), sql, size).await? {
        report.fault(format!("tile {index} of level {level} is not that of the journal"));
    }
    Ok(())
}

/// Checkpoints of the present epoch that phones sealed into their records. Those of an earlier epoch may lie above the
/// point to which the store was restored, and say nothing about this tree.
async fn checkpoints(tx: &mut Tx, walk: &Walk, report: &mut Report) -> Result<(), JournalError> {
    for (seen, sealed) in &walk.signatures.checkpoints {
        if Some(seen.epoch) != walk.epoch {
            continue;
        }
        let finding = if seen.size > walk.frontier.size() {
            "a journal longer than this one"
        } else if journal::root_at(tx, seen.size).await? == seen.root {
            report.checkpoints += 1;
            continue;
        } else {
            "another journal"
        };
        let more = match sealed.records {
            1 => String::new(),
            records => format!(" (and {} more)", records - 1),
        };
        report.findings.push(format!(
            "position {}{more}: the record of device {} says it has seen {finding} of {} positions",
            sealed.first, sealed.device, seen.size
        ));
    }
    Ok(())
}

//! Verify: is the store what it says it is?
//!
//! The journal is recomputed from its bytes: headers, salts and bodies to content hashes, leaves, tiles and root; then
//! every signature in it is checked, every kept checkpoint and every anchor of the access log is held against it, the
//! tables are compared with a rebuild, and the media with the hashes that were signed. What was erased is said, and that
//! nothing else is missing.
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
    all,
    config::Config,
    facts::{AccessAnchored, Event},
    journal::{self, JournalError},
    one, rebuild,
    store::{Store, Tx},
};
pub use media::{Expected as ExpectedMedia, expected as expected_media};
use signatures::Signatures;

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
    let mut report = Report::default();
    let mut tx = store.read().await?;
    walk(&mut tx, &mut report, progress).await?;
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
    let mut report = Report::default();
    let mut tx = store.read().await?;
    walk(&mut tx, &mut report, progress).await?;
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

/// What the walk has seen so far.
#[derive(Default)]
struct Walk {
    frontier: Frontier,
    tiles: BTreeMap<(i32, i64), Digest>,
    without_body: BTreeSet<u64>,
    with_body: BTreeSet<u64>,
    erased: BTreeSet<u64>,
    anchors: Vec<(u64, AccessAnchored)>,
    epoch: Option<Epoch>,
    signatures: Signatures,
}

async fn walk(
    tx: &mut Tx,
    report: &mut Report,
    progress: &mut (dyn FnMut(&'static str, u64, u64) + Send),
) -> Result<(), JournalError> {
    let (size, stored_frontier, stored_epoch) = one!(
        tx,
        (i64, Vec<u8>, Option<String>),
        "select size, frontier, epoch from journal_head where id = 1"
    )
    .await?;
    let mut walk = Walk::default();
    let mut position = 0;
    loop {
        let lines = all!(
            tx,
            Line,
            "select j.position, j.kind, j.at, j.family, j.person, j.header, j.content, j.leaf, b.salt, b.body
             from journal j left join journal_body b on b.position = j.position
             where j.position > $1 order by j.position limit $2",
            position,
            PIECE
        )
        .await?;
        let Some(last) = lines.last() else { break };
        position = last.position;
        for line in &lines {
            walk.line(line, report);
        }
        progress("journal", position.unsigned_abs(), size.unsigned_abs());
    }
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
    tiles(tx, &walk, report).await?;
    checkpoints(tx, &walk, report).await?;
    kept::checkpoints(tx, walk.signatures.server(), walk.frontier.size(), report).await?;
    kept::access_log(tx, &walk.anchors, report).await?;

    report.erased_positions = walk.without_body.len() as u64;
    for position in walk.without_body.difference(&walk.erased) {
        report.fault(format!("position {position}: the body is missing and no decision to erase names it"));
    }
    for position in walk.erased.intersection(&walk.with_body) {
        report
            .fault(format!("position {position}: a decision to erase names it and its body is still there"));
    }
    report.signatures = walk.signatures.verified;
    report.faults.append(&mut walk.signatures.faults);
    Ok(())
}

impl Walk {
    fn line(&mut self, line: &Line, report: &mut Report) {
        let expected = self.frontier.size() + 1;
        let at = line.position;
        if u64::try_from(at) != Ok(expected) {
            report.fault(format!("position {at} stands where {expected} should"));
        }
        let leaf = leaf_hash(line.header.as_bytes(), &line.content);
        if leaf != line.leaf {
            report.fault(format!("position {at}: header and content do not give its leaf"));
        }
        // The tree is recomputed from the bytes, not from the stored leaves.
        let tiles = &mut self.tiles;
        self.frontier.push(leaf, |level, index, hash| {
            if level > 0 && level.is_multiple_of(journal::TILE_STEP) {
                // Levels and indices of a tree with an i64 size fit.
                let key =
                    (i32::try_from(level).unwrap_or(i32::MAX), i64::try_from(index).unwrap_or(i64::MAX));
                tiles.insert(key, hash);
            }
        });
        let header: Header = match serde_json::from_str(&line.header) {
            Ok(header) => header,
            Err(error) => return report.fault(format!("position {at}: the header is not readable: {error}")),
        };
        let columns = (line.kind.as_str(), line.at, line.family, line.person);
        if header.position != expected || columns != (&header.kind, header.at, header.family, header.person) {
            report.fault(format!("position {at}: the columns are not those of the header"));
        }
        let (Some(salt), Some(body)) = (&line.salt, &line.body) else {
            self.without_body.insert(expected);
            return;
        };
        let hashed =
            <&[u8; 32]>::try_from(salt.as_slice()).map(|salt| content_hash(salt, body.as_bytes())).ok();
        if hashed != Some(line.content) {
            return report.fault(format!("position {at}: salt and body do not give its content hash"));
        }
        self.with_body.insert(expected);
        match Event::from_body(&header.kind, header.kind_version, body) {
            Ok(event) => self.event(expected, &header, event, report),
            Err(error) => report.fault(format!("position {at}: {error}")),
        }
    }

    fn event(&mut self, position: u64, header: &Header, event: Event, report: &mut Report) {
        match &event {
            Event::JournalOpened(opened) => self.epoch = Some(opened.epoch),
            Event::StoreRestored(restored) => self.epoch = Some(restored.epoch),
            Event::SubjectErased(erased) => {
                self.erased.extend(erased.positions.iter().copied());
                report.erasures.push(Erasure {
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
                match report.erasures.iter_mut().find(|erasure| erasure.erasure == late.erasure) {
                    Some(erasure) => erasure.positions += 1,
                    None => report.fault(format!(
                        "position {position}: a record was erased on arrival by a decision that is not in the journal"
                    )),
                }
            }
            Event::AccessAnchored(anchor) => self.anchors.push((position, anchor.clone())),
            _ => {}
        }
        self.signatures.check(position, &event);
    }
}

async fn tiles(tx: &mut Tx, walk: &Walk, report: &mut Report) -> Result<(), JournalError> {
    let stored = all!(tx, (i32, i64, Digest), "select level, idx, hash from journal_tile").await?;
    let mut missing = walk.tiles.clone();
    for (level, index, hash) in stored {
        if missing.remove(&(level, index)) != Some(hash) {
            report.fault(format!("tile {index} of level {level} is not that of the journal"));
        }
    }
    for (level, index) in missing.keys() {
        report.fault(format!("tile {index} of level {level} is missing"));
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

//! What to do next. Pure: a [`Snapshot`] of the rows and the present moment go in, one [`Step`] comes out; nothing is
//! remembered between two calls, so a phone that was killed goes on as if nothing had happened.
//!
//! The order of things: orders of the server, a token, records, the pull, what came back for rework, then files (thumbnails, photos, documents,
//! video). A file is sent piece by piece and the plan is asked again after each piece: a record sealed meanwhile goes
//! first, and the pull never waits for media. What fails steps back with [`backoff_ms`]; a file that fails steps back
//! alone.
//!
//! Moments are milliseconds since this boot of the device (sleep included); nothing here knows the wall clock.

use kandas_shared::{evidence::FileRef, ids::RecordId, order::OrderKind, wire::TokenScope};
use serde::Serialize;

use crate::store::file::Class;

/// Everything the next step depends on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// Whether the phone belongs to a server.
    pub enrolled: bool,
    /// Whether an order wiped it.
    pub wiped: bool,
    /// The token that is still good.
    pub token: Option<TokenScope>,
    /// The order that is not carried out yet.
    pub order: Option<OrderKind>,
    /// When each lane may go on.
    pub lanes: Lanes,
    /// Records without a receipt of the present epoch that may go now.
    pub records_ready: usize,
    /// When the first of the records that step back alone may go again.
    pub records_later: Option<u64>,
    /// Whether the server's changes are to be asked for.
    pub pull_wanted: bool,
    /// Whether the wrapped store key has still to be handed over.
    pub recovery_key_due: bool,
    /// A returned record of another phone of which the server has not told yet.
    pub rework: Option<RecordId>,
    /// Files without a receipt of the present epoch whose record the server has.
    pub files: Vec<FileWaiting>,
    /// The link of this moment.
    pub metered: bool,
    /// What may travel over it.
    pub policy: Policy,
}

/// One lane for each thing that can fail as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lanes {
    /// Nobody answers: everything waits.
    pub network: Lane,
    /// The token was not given.
    pub token: Lane,
    /// The batch of records failed.
    pub records: Lane,
    /// The pull failed.
    pub pull: Lane,
    /// The server has no room for media.
    pub media: Lane,
    /// The order could not be carried to its end.
    pub order: Lane,
    /// The recovery key was not taken.
    pub recovery: Lane,
    /// A returned record was not told.
    pub rework: Lane,
}

/// How often a lane failed in a row and when it may be tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lane {
    /// Failures in a row.
    pub failures: u32,
    /// Not before this moment.
    pub not_before: u64,
}

impl Lane {
    fn open(self, now: u64) -> bool {
        self.not_before <= now
    }
}

/// A file to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileWaiting {
    /// Which.
    pub file: FileRef,
    /// How soon it goes.
    pub class: Class,
    /// Bytes of it.
    pub size: u64,
    /// Bytes the server has.
    pub offset: u64,
    /// Whether what is left of it goes as salvage.
    pub salvage: bool,
    /// Whether the copy has left the phone, so that the server can only be asked for its receipt.
    pub ask: bool,
    /// Not before this moment.
    pub not_before: u64,
}

/// What the organisation lets travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Video only over an unmetered link.
    pub video_unmetered_only: bool,
    /// Bytes a month over a metered link; 0 for no limit.
    pub monthly_metered_bytes: u64,
    /// Bytes of this month so far.
    pub used_metered_bytes: u64,
}

/// The next thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing can be done before the phone is enrolled.
    Enrol,
    /// Get a token.
    Token,
    /// Carry out an order.
    Order(OrderKind),
    /// Send records.
    Push,
    /// Hand over the wrapped store key.
    RecoveryKey,
    /// Fetch a page of changes.
    Pull,
    /// Fetch a returned record that another phone sealed.
    Rework(RecordId),
    /// Send a piece of a file.
    Upload(FileRef),
    /// Send a piece of what is left of a damaged file.
    Salvage(FileRef),
    /// Ask whether the server has a file whose copy has left the phone.
    Ask(FileRef),
    /// Nothing until a moment, or until the link changes.
    Wait {
        /// The moment; none when only another link helps.
        until: Option<u64>,
        /// What is waited for.
        why: Why,
    },
    /// Everything is delivered.
    Done,
}

/// Why nothing is done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Nobody answered; the next attempt is later.
    Unreachable,
    /// Something failed; the next attempt is later.
    Failed,
    /// The server has no room for media.
    StorageFull,
    /// Only video is left and the link is metered.
    VideoNeedsUnmetered,
    /// This month's bytes over a metered link are used up.
    MonthlyLimit,
}

/// The next step. `now` is in milliseconds since boot.
#[must_use]
pub fn next(s: &Snapshot, now: u64) -> Step {
    if s.wiped {
        return Step::Done;
    }
    if !s.enrolled {
        return Step::Enrol;
    }
    let lanes = &s.lanes;
    // A lost phone gives up its case data at once, link or no link; the rest of that order has its own lane.
    if s.order == Some(OrderKind::Lost) {
        return match (lanes.order.open(now), s.token) {
            (false, _) => Step::Wait { until: Some(lanes.order.not_before), why: Why::Failed },
            (true, _) => Step::Order(OrderKind::Lost),
        };
    }
    if !lanes.network.open(now) {
        return Step::Wait { until: Some(lanes.network.not_before), why: Why::Unreachable };
    }
    let Some(scope) = s.token else {
        return if lanes.token.open(now) {
            Step::Token
        } else {
            Step::Wait { until: Some(lanes.token.not_before), why: Why::Failed }
        };
    };
    let mut later = Later::default();
    let mut nothing_left = true;
    if s.records_ready > 0 {
        nothing_left = false;
        if lanes.records.open(now) {
            return Step::Push;
        }
        later.at(lanes.records.not_before, Why::Failed);
    }
    if let Some(at) = s.records_later {
        nothing_left = false;
        later.at(at, Why::Failed);
    }
    // A revoked phone gives what it has and gets nothing.
    let full = scope == TokenScope::Device;
    if full && s.recovery_key_due {
        nothing_left = false;
        if lanes.recovery.open(now) {
            return Step::RecoveryKey;
        }
        later.at(lanes.recovery.not_before, Why::Failed);
    }
    if full && s.pull_wanted && s.order.is_none() {
        nothing_left = false;
        if lanes.pull.open(now) {
            return Step::Pull;
        }
        later.at(lanes.pull.not_before, Why::Failed);
    }
    // Small, and a worker may stand at the door with it: before any file.
    if let Some(record) = s.rework.filter(|_| full && s.order.is_none()) {
        nothing_left = false;
        if lanes.rework.open(now) {
            return Step::Rework(record);
        }
        later.at(lanes.rework.not_before, Why::Failed);
    }
    if !s.files.is_empty() {
        nothing_left = false;
        // Records first: while one is ready no byte of a file moves.
        if s.records_ready == 0 {
            match next_file(s, now, &mut later) {
                Some(file) if file.ask => return Step::Ask(file.file),
                Some(file) if file.salvage => return Step::Salvage(file.file),
                Some(file) => return Step::Upload(file.file),
                None => {}
            }
        }
    }
    match (nothing_left, s.order) {
        (true, Some(OrderKind::Retire)) if lanes.order.open(now) => Step::Order(OrderKind::Retire),
        (true, Some(_)) => Step::Wait { until: Some(lanes.order.not_before), why: Why::Failed },
        (true, None) => Step::Done,
        (false, _) => Step::Wait { until: later.until, why: later.why.unwrap_or(Why::Failed) },
    }
}

/// The best file that may go now; what stands in the way of the others is noted in `later`.
fn next_file<'a>(s: &'a Snapshot, now: u64, later: &mut Later) -> Option<&'a FileWaiting> {
    let mut best: Option<&FileWaiting> = None;
    for file in &s.files {
        // A question needs no room.
        if !file.ask && !s.lanes.media.open(now) {
            later.at(s.lanes.media.not_before, Why::StorageFull);
        } else if let Some(why) = hindrance(&s.policy, s.metered, file) {
            later.link(why);
        } else if file.not_before > now {
            later.at(file.not_before, Why::Failed);
        } else if best.is_none_or(|b| rank(file) < rank(b)) {
            best = Some(file);
        }
    }
    best
}

/// Questions first; then by class, where a file that has begun goes before one that has not; then in the order of the
/// snapshot.
fn rank(file: &FileWaiting) -> (bool, Class, bool) {
    (!file.ask, file.class, file.offset == 0)
}

/// Why a file must not travel over this link; `None`: it may.
#[must_use]
pub fn hindrance(policy: &Policy, metered: bool, file: &FileWaiting) -> Option<Why> {
    if !metered || file.ask {
        return None;
    }
    if file.class == Class::Video && policy.video_unmetered_only {
        return Some(Why::VideoNeedsUnmetered);
    }
    let left = file.size.saturating_sub(file.offset);
    let limit = policy.monthly_metered_bytes;
    if limit > 0 && policy.used_metered_bytes.saturating_add(left) > limit {
        return Some(Why::MonthlyLimit);
    }
    None
}

#[derive(Default)]
struct Later {
    until: Option<u64>,
    why: Option<Why>,
}

impl Later {
    /// Something can be tried again at a moment; the earliest counts.
    fn at(&mut self, moment: u64, why: Why) {
        if self.until.is_none_or(|until| moment < until) {
            self.until = Some(moment);
            self.why = Some(why);
        }
    }
    /// Something waits for another link.
    fn link(&mut self, why: Why) {
        self.why.get_or_insert(why);
    }
}

/// Shortest pause after a failure.
pub const FIRST_PAUSE_MS: u64 = 2_000;
/// Longest pause.
pub const LONGEST_PAUSE_MS: u64 = 10 * 60 * 1_000;

/// The pause after the `failures`-th failure in a row: doubling from [`FIRST_PAUSE_MS`] to [`LONGEST_PAUSE_MS`], between
/// half and the whole of it by `chance` (any number), so that phones that were cut together do not come back together.
#[must_use]
pub fn backoff_ms(failures: u32, chance: u32) -> u64 {
    let doubled = FIRST_PAUSE_MS.saturating_mul(1 << failures.saturating_sub(1).min(20));
    let whole = doubled.min(LONGEST_PAUSE_MS);
    whole / 2 + u64::from(chance) * (whole / 2) / u64::from(u32::MAX)
}

#[cfg(test)]
mod tests;

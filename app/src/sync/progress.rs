//! What the sync loop tells whoever watches: a screen, a terminal, a log. Ids, counts and reasons; no personal data.

use kandas_shared::{
    evidence::{EvidenceKind, Part},
    hash::Digest,
    ids::{EvidenceId, OrderId},
    order::OrderKind,
    receipt::Verdict,
};
use serde::Serialize;

use super::plan::Why;

/// Takes the news. Called from the loop: must not wait.
pub trait Progress: Send + Sync {
    /// Something happened.
    fn news(&self, news: &News);
}

/// Nobody watches.
pub struct Silent;

impl Progress for Silent {
    fn news(&self, _: &News) {}
}

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum News {
    /// The server knows us.
    SignedIn {
        /// Records, at the start.
        records: u64,
        /// Files, at the start.
        files: u64,
        /// Bytes of those files that are not with the server yet.
        bytes: u64,
    },
    /// The server was restored from a copy: everything is offered again.
    NewEpoch,
    /// The store is a restored copy or met a fork; records go on in a new chain.
    NewChain {
        /// Why.
        reason: String,
    },
    /// What became of a record.
    Record {
        /// Its identity.
        hash: Digest,
        /// The verdict.
        verdict: Verdict,
        /// Why it is held or refused.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A page of changes arrived.
    Pulled {
        /// Lines in it.
        lines: usize,
        /// Whether it was the last one.
        complete: bool,
    },
    /// Bytes of a file are with the server.
    File {
        /// Evidence.
        evidence: EvidenceId,
        /// Part of it.
        part: Part,
        /// Kind of evidence.
        kind: EvidenceKind,
        /// Bytes the server has.
        sent: u64,
        /// Bytes in all.
        size: u64,
    },
    /// The server has given its receipt for a file.
    Delivered {
        /// Evidence.
        evidence: EvidenceId,
        /// Part of it.
        part: Part,
        /// Bytes.
        size: u64,
        /// Whether only a damaged rest arrived.
        salvage: bool,
    },
    /// A file will not travel any more.
    SetAside {
        /// Evidence.
        evidence: EvidenceId,
        /// Part of it.
        part: Part,
        /// Why.
        reason: String,
    },
    /// An order of the server is carried out.
    Order {
        /// Which.
        order: OrderId,
        /// What it says.
        kind: OrderKind,
        /// How far it is: `started`, `escrowed`, `wiped`, `reported`.
        phase: String,
    },
    /// Something failed and will be tried again.
    Failed {
        /// What was done: `token`, `records`, `pull`, `file`, `order`, `recovery`.
        step: &'static str,
        /// The problem code, or `unreachable`, `cut`, `wrong-server`, `protocol`.
        problem: String,
        /// In words.
        detail: String,
        /// Milliseconds until the next attempt.
        again_in_ms: u64,
    },
    /// Nothing to do until then.
    Waiting {
        /// Milliseconds; none when only another link helps.
        #[serde(skip_serializing_if = "Option::is_none")]
        ms: Option<u64>,
        /// Why.
        why: Why,
    },
}

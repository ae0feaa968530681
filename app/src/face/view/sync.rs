//! Sending: one line for every screen, and the page behind it.

use chrono::{DateTime, Utc};
use kandas_shared::{
    evidence::EvidenceKind,
    ids::{FamilyId, RecordId},
    service::ServiceCode,
};
use serde::Serialize;
use ts_rs::TS;

use super::FileName;
use crate::{store::file::Class, sync::plan::Why};

/// One line, always there: words first, then what waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct SyncLine {
    /// The words.
    pub state: LineState,
    /// Records that wait.
    pub records: u32,
    /// Files that wait.
    pub files: u32,
    /// Bytes that wait.
    pub bytes: u64,
    /// Records that need a decision, or were not taken.
    pub held: u32,
    /// Pieces of evidence that are damaged or were given up, of records that nothing has corrected.
    pub damaged: u32,
    /// Last time the server has answered, by its own clock.
    pub last_contact: Option<DateTime<Utc>>,
    /// Why the last attempt failed: a problem code or a `link-…` word.
    pub problem: Option<String>,
}

/// What the line says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    /// Everything is delivered.
    Delivered,
    /// Something waits, and nobody has tried since it came.
    Waiting,
    /// No link: everything is safe on the phone.
    Offline,
    /// Something is on its way.
    Sending,
    /// Records are out; what is left waits for a better link, room or the next month.
    Later,
    /// The worker has said wait.
    Paused,
    /// The last attempt failed for another reason; see `problem`.
    Failed,
    /// The phone belongs to nobody, or nothing may be sent.
    Off,
}

/// The page about sending.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SyncView {
    /// The line.
    pub line: SyncLine,
    /// What the link is like.
    pub link: LinkState,
    /// Whether the worker has said that this link costs by the byte; null: as the system says.
    pub metered: Option<bool>,
    /// Whether the worker has said wait.
    pub paused: bool,
    /// Bytes a second of the last pieces; null while nothing moves.
    pub speed: Option<u64>,
    /// Bytes that are left, of everything.
    pub bytes_left: u64,
    /// Files that are left, by kind.
    pub left: Vec<LeftCount>,
    /// The file that moves now.
    pub now: Option<FileRow>,
    /// The files that may go next, in the order in which they will; at most 50.
    pub next: Vec<FileRow>,
    /// Those that wait for something: Wi-Fi, room at the centre, the next month, another attempt; at most 50.
    pub waiting: Vec<FileRow>,
    /// Files that are damaged or were given up.
    pub aside: Vec<FileRow>,
    /// Whether the next attempt is set, and in how many milliseconds.
    pub again_in_ms: Option<u64>,
    /// Traffic over links that cost.
    pub traffic: Traffic,
    /// Room.
    pub storage: Storage,
    /// Fetching families: lines that came in this run; null when nothing is being fetched.
    pub pulling: Option<u64>,
}

/// What the link is like.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// None.
    Offline,
    /// Costs by the byte.
    Metered,
    /// Does not.
    Unmetered,
}

/// Files of one kind that are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct LeftCount {
    /// Kind of travel.
    pub class: Class,
    /// How many.
    pub files: u32,
    /// Bytes.
    pub bytes: u64,
}

/// A file on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct FileRow {
    /// Which.
    pub file: FileName,
    /// Kind of evidence.
    pub kind: EvidenceKind,
    /// Kind of travel.
    pub class: Class,
    /// Bytes.
    pub size: u64,
    /// Bytes that the centre has.
    pub sent: u64,
    /// A record that names it.
    pub record: Option<RecordId>,
    /// Its service.
    pub service: Option<ServiceCode>,
    /// Its family.
    pub family: Option<FamilyId>,
    /// Its family's name, if this phone still holds it.
    pub family_name: Option<String>,
    /// Number among those of its kind in the record, from 1: "фото 2/3".
    pub number: u32,
    /// How many of its kind the record has.
    pub of: u32,
    /// Why it waits; null when it may go.
    pub why: Option<Why>,
    /// Failures so far.
    pub attempts: u32,
    /// Milliseconds until the next attempt.
    pub again_in_ms: Option<u64>,
    /// Why it is damaged or was given up: `aside-…` of the messages.
    pub reason: Option<String>,
}

/// Traffic over links that cost by the byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Traffic {
    /// `YYYY-MM`, by the server's time.
    pub month: String,
    /// Bytes of that month, both ways.
    pub used: u64,
    /// The organisation's limit; null: none.
    pub limit: Option<u64>,
    /// Whether video waits for a link that does not cost.
    pub video_unmetered_only: bool,
    /// Bytes of video that wait for that: "Қазір жіберу: 17 МБ трафик" (`send_video_now`).
    pub video_waiting: u64,
}

/// Room on the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Storage {
    /// Bytes of evidence on the phone, encrypted, drafts included.
    pub evidence: u64,
    /// Bytes of it that are delivered and old enough to go (`free_storage`).
    pub freeable: u64,
    /// Files among those.
    pub freeable_files: u32,
    /// Days after its receipt before a file may go.
    pub keep_days: u32,
    /// Bytes free on the disk.
    pub free: u64,
    /// Bytes that stay free for sealing and sending; below that no capture begins.
    pub reserve: u64,
}

/// What was freed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct FreedView {
    /// Files.
    pub files: u32,
    /// Bytes.
    pub bytes: u64,
}

/// Pushed to the screens (`GET /api/events`, one JSON object a message): ask again for what you show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Something of these kinds has changed.
    Changed {
        /// Which.
        topics: Vec<Topic>,
    },
    /// Bytes of a file are with the centre.
    File {
        /// Which.
        file: FileName,
        /// Bytes the centre has.
        sent: u64,
        /// Bytes in all.
        size: u64,
        /// Bytes a second.
        speed: Option<u64>,
    },
    /// The listener was too slow and has missed some: ask for everything.
    Missed,
}

/// Kinds of things that change.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Enrolment, language, lock, lease, notices.
    Phone,
    /// Families, plans, checks: a pull was completed.
    Families,
    /// Drafts.
    Drafts,
    /// Sealed records and their receipts.
    Ledger,
    /// Where sending stands.
    Sync,
}

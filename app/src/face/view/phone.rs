//! The phone itself: whose it is, whether it is locked, what it has to say.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    ids::{DeviceId, UserId},
    locale::Lang,
    pulled::Role,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::SyncLine;
use crate::store::draft::DraftId;

/// State of the whole app; the first thing a screen asks for. Answered while locked too.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PhoneView {
    /// Program and version.
    pub program: String,
    /// Which screen comes first.
    pub stage: Stage,
    /// Language of the screens.
    pub language: Lang,
    /// Whether the worker has chosen it; until then the language page comes before everything.
    pub language_chosen: bool,
    /// Theme of the screens.
    pub theme: Theme,
    /// Whether the worker is reminded while the app is closed.
    pub reminders: bool,
    /// Whose phone it is; null before enrolment.
    pub worker: Option<WorkerView>,
    /// Address of its server.
    pub server: Option<String>,
    /// Fingerprint of the server's key, to compare with what the administrator reads out.
    pub server_key: Option<String>,
    /// This device.
    pub device: Option<DeviceId>,
    /// The PIN.
    pub lock: LockView,
    /// How long the phone may go on without contact.
    pub lease: Lease,
    /// Today in UTC+5, as well as the phone can know it.
    pub today: NaiveDate,
    /// When the list of families was last complete, by the wall clock; null: never.
    pub as_of: Option<DateTime<Utc>>,
    /// The one line about sending.
    pub sync: SyncLine,
    /// What the start found, until it is dismissed. Nothing of it has lost anything.
    pub notices: Vec<Notice>,
    /// A newer program than this one, where the centre offers one. An old one goes on delivering for ever.
    pub newer: Option<NewerApp>,
    /// Longest video in seconds that the camera should make (a hint for the recorder).
    pub video_seconds: u32,
    /// Whether position and camera are a desktop's, not a phone's.
    pub desktop: bool,
}

/// A newer program that the centre offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct NewerApp {
    /// Its version.
    pub version: String,
    /// Bytes.
    pub size: u64,
    /// Where it can be fetched.
    pub address: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

/// Which screen comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// An order has wiped the phone; it can be enrolled anew.
    Wiped,
    /// Belongs to nobody yet.
    Unenrolled,
    /// A PIN has to be set.
    PinToSet,
    /// Too long without contact: only sending is possible. Nothing is deleted.
    LeaseOver,
    /// The PIN is asked for.
    Locked,
    /// Ready, but the families were never fetched.
    FirstPull,
    /// Ready.
    Ready,
}

/// Theme of the screens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
    /// Black on white for bright sun on snow.
    Snow,
}

/// The worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct WorkerView {
    /// Id.
    pub worker: UserId,
    /// Name; empty before the first pull.
    pub name: String,
    /// Role; null before the first pull.
    pub role: Option<Role>,
    /// Name of the centre in Kazakh.
    pub org_kk: Option<String>,
    /// Name of the centre in Russian.
    pub org_ru: Option<String>,
}

/// The PIN: locks the screens and nothing else. Sending goes on while locked, nothing is ever deleted by a PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct LockView {
    /// Whether there is one.
    pub has_pin: bool,
    /// Whether it is asked for.
    pub locked: bool,
    /// Wrong tries in a row; survives a restart.
    pub wrong: u32,
    /// Milliseconds until the next try is taken.
    pub wait_ms: u64,
    /// Minutes out of sight after which the screens lock.
    pub after_minutes: u32,
}

/// How a try of the PIN ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PinAnswer {
    /// Whether it was right.
    pub right: bool,
    /// Where the lock stands now.
    pub lock: LockView,
}

/// A forgotten PIN: what a supervisor has to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PinResetView {
    /// The number of eight digits to read to him; null: this phone has not heard from the centre since it can do this.
    pub challenge: Option<String>,
    /// Whether the centre has said itself that a new PIN may be chosen: then no code is asked for.
    pub granted: bool,
    /// Where the lock stands: wrong codes wait like wrong PINs.
    pub lock: LockView,
}

/// The lease: so many days without contact lock the screens, deleting nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Lease {
    /// Last time the server has signed; null before enrolment.
    pub last_contact: Option<DateTime<Utc>>,
    /// Days that it lasts.
    pub days: u32,
    /// Whole days that are left; 0 on the last one.
    pub days_left: Option<i64>,
    /// Whether it is over.
    pub over: bool,
}

/// Something that the start found or did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// A damaged store was moved aside; a new one was begun.
    StoreMoved {
        /// Whether the new one took over who this phone is.
        enrolment_rescued: bool,
    },
    /// Photos whose way into the vault was interrupted are offered back: see `leftovers`.
    Leftovers {
        /// How many.
        count: u32,
    },
    /// Taking in these files was interrupted: take them again.
    Interrupted {
        /// Names of the camera's files.
        names: Vec<String>,
    },
    /// Files that should be on this phone are not.
    Missing {
        /// How many.
        count: u32,
    },
    /// Rows that cannot be read; they are kept and shown in the diagnostics.
    Unreadable {
        /// How many.
        count: u32,
    },
    /// Something came back for rework since the notices were last read.
    Returned {
        /// How many pieces.
        count: u32,
    },
    /// Records of this phone were set aside at the centre since the notices were last read.
    SetAside {
        /// How many.
        count: u32,
    },
}

/// How an enrolment ended.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Enrolment {
    /// The phone belongs to the worker now; the families are being fetched.
    Enrolled {
        /// The app as it stands now.
        phone: Box<PhoneView>,
    },
    /// The text is no enrolment link, or a typed part of it is wrong.
    NotALink {
        /// What is wrong, in English for the log.
        why: String,
    },
    /// The phone belongs to somebody already: one phone, one worker.
    AlreadyEnrolled {
        /// Whose it is.
        worker: Option<WorkerView>,
    },
    /// The server or the line said no. Nothing has changed on the phone.
    Refused {
        /// A problem code (`problem-…`) or `unreachable`, `cut`, `wrong-server`, `protocol`, `untrusted` (`link-…`).
        problem: String,
        /// In English, for the log.
        detail: String,
    },
}

/// A photo or file that an interrupted attach left, offered back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Leftover {
    /// Its name; what `adopt_leftover` and `dismiss_leftover` want.
    pub name: String,
    /// The draft it was meant for, if that is still open.
    pub draft: Option<DraftId>,
    /// Bytes on the disk.
    pub size: u64,
    /// Where it lies: in the vault, or still where the camera wrote it.
    pub in_vault: bool,
}

/// What lies around.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct LeftoversView {
    /// The files.
    pub files: Vec<Leftover>,
}

/// The log for whoever looks for a fault: ids, counts and reasons, no personal data. As text at `/api/diagnostics`.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DiagnosticsView {
    /// What the phone is, name and value.
    pub facts: Vec<Fact>,
    /// What happened, newest first.
    pub events: Vec<EventLine>,
}

impl DiagnosticsView {
    /// As a text file: the facts, then the events, one a line.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for fact in &self.facts {
            text.push_str(&format!("{}: {}\n", fact.name, fact.value));
        }
        for event in &self.events {
            let more: Vec<&str> =
                [&event.subject, &event.detail].into_iter().flatten().map(|part| &**part).collect();
            text.push_str(&format!("{} {} {}\n", event.at.to_rfc3339(), event.kind, more.join(" ")));
        }
        text
    }
}

/// How sending the log ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct DiagnosticsSent {
    /// Whether the centre has it.
    pub sent: bool,
    /// A problem code (`problem-…`) or a word of the link (`link-…`), if not.
    pub problem: Option<String>,
}

/// One fact about the phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Fact {
    /// Name, a word.
    pub name: String,
    /// Value.
    pub value: String,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct EventLine {
    /// Number.
    pub number: i64,
    /// By the wall clock.
    pub at: DateTime<Utc>,
    /// What kind of thing.
    pub kind: String,
    /// What it happened to: an id, a file name of the vault.
    pub subject: Option<String>,
    /// More about it.
    pub detail: Option<String>,
}

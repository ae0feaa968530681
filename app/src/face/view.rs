//! What the screens are told: the fourth and last shape of things, made for reading, never stored and never signed.
//!
//! Views hold words of the domain and numbers; the screens make sentences of them (`shared/locales`). Lengths of time are
//! working days where the order counts in them. Nothing here is computed by the screens again: a patch, a deadline and
//! what is missing are decided once, in the core. `typescript` writes these types down for the screens.

mod activity;
mod draft;
mod family;
mod phone;
mod sent;
mod sync;
mod today;

pub use self::{activity::*, draft::*, family::*, phone::*, sent::*, sync::*, today::*};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    evidence::{EvidenceKind, Part, PositionSource},
    ids::{ActivityId, EvidenceId, PersonId},
    rule::Missing,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::store::draft::DraftId;

/// The one state that an activity or a record shows (screens.md §5). Where several hold, the first of this order does:
/// returned, held, draft, sending, waiting, overdue, soon, accepted, delivered, checked; then the rest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Patch {
    /// Given back for rework and not answered here yet.
    Returned,
    /// In custody, not applied, or not taken: somebody has to decide. Nobody's fault.
    Held,
    /// A draft is open on this phone.
    Draft,
    /// Sealed and on its way at this moment. Without a link a record is `waiting`, never this.
    Sending,
    /// Sealed, not with the centre yet.
    Waiting,
    /// The due date has passed and nothing is sealed.
    Overdue,
    /// The due date is at most five working days away.
    Soon,
    /// Nothing done, and time enough or no date.
    Planned,
    /// The record is at the centre, files are still to come.
    Accepted,
    /// Record and files are at the centre, with receipts.
    Delivered,
    /// Looked at by a supervisor, with or without a remark.
    Checked,
    /// The person does not want the service.
    Refused,
    /// Does not concern this person, or is not in the plan any more.
    NotApplicable,
}

/// 25 patches in the order of Appendix 1; null where nothing is planned.
pub type Quilt = Vec<Option<Patch>>;

/// A due date as it looks today. Negative numbers: past.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Deadline {
    /// The day that the plan or the supervisor names.
    pub on: NaiveDate,
    /// The last day in time: that day, or the next working day if it is a day off.
    pub last: NaiveDate,
    /// Calendar days until it: 0 today, 1 tomorrow, −1 yesterday.
    pub days: i32,
    /// Working days until it; null when the calendar does not know that year: show the date alone.
    pub working_days: Option<i32>,
}

/// Name of a person as in the documents. One-word names are names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PersonName {
    /// Id.
    pub person: PersonId,
    /// Surname, if there is one.
    pub surname: Option<String>,
    /// Given name.
    pub given_name: String,
    /// Patronymic, if there is one.
    pub patronymic: Option<String>,
}

/// A place, WGS 84.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Place {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

/// A position of the device as the browser or the native part tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Radius in metres that holds the true place with 68 %.
    pub accuracy_m: f64,
    /// Time of the fix by the satellites or the system, RFC 3339.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub fix_at: Option<DateTime<Utc>>,
    /// When the fix was made, in milliseconds since boot, sleep included; only the native part knows.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub fix_boot_ms: Option<u64>,
    /// Where it comes from; a browser cannot say and leaves it out, which counts as `fused`.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub source: Option<PositionSource>,
    /// Whether the system says that it is made up.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub mock: Option<bool>,
    /// Metres above the ellipsoid.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub altitude_m: Option<f64>,
}

/// A position that was kept.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Position {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// "±8 м".
    pub accuracy_m: f64,
    /// Where it comes from.
    pub source: PositionSource,
    /// Whether the system says that it is made up.
    pub mock: bool,
    /// When it was found, where that is known: an old one may be from somewhere else.
    pub fix_at: Option<DateTime<Utc>>,
    /// Metres from the place that the centre has on record for the family; null when it has none.
    pub from_family_m: Option<f64>,
}

/// One piece of evidence as a tile. Pictures come by HTTP: `/api/evidence/{evidence}/thumbnail`, `…/file`.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Tile {
    /// Id.
    pub evidence: EvidenceId,
    /// What kind of proof.
    pub kind: EvidenceKind,
    /// Number among those of its kind, from 1: "фото 2".
    pub number: u32,
    /// Where it stands.
    pub state: TileState,
    /// Media type of the file as it is sent; null while it is being secured.
    pub media_type: Option<String>,
    /// Bytes of that file.
    pub size: Option<u64>,
    /// Bytes of it that the centre has; only once it travels.
    pub sent: Option<u64>,
    /// Whether there is a small picture.
    pub thumbnail: bool,
    /// Whether the file itself can still be shown; false after it was freed.
    pub here: bool,
    /// Made in the app (true) or brought from a file.
    pub captured: bool,
    /// When it was taken, by the wall clock.
    pub taken_at: Option<DateTime<Utc>>,
    /// Page of a document, from 1.
    pub page: Option<u16>,
    /// Length of a video.
    pub duration_ms: Option<u64>,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
    /// In a correction: the piece this one was taken again for.
    pub replaces: Option<EvidenceId>,
    /// In a correction: taken over from the record that is corrected.
    pub taken_over: bool,
    /// Why it is damaged or was given up: `aside-…` of the messages.
    pub reason: Option<String>,
    /// What is worth saying of a film; it counts all the same.
    pub remarks: Vec<FilmRemark>,
}

/// Why a film is more than was asked for. Camera apps need not obey, and nothing is refused for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FilmRemark {
    /// Longer than the camera was asked for.
    Long,
    /// More pixels than 720p.
    Large,
}

/// Where a piece of evidence stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TileState {
    /// On its way into the vault: a thin bar.
    Securing,
    /// Safe on this phone.
    Kept,
    /// Sealed and waiting.
    Waiting,
    /// On its way, see `sent`.
    Sending,
    /// With the centre, with a receipt.
    Delivered,
    /// The local copy is damaged; what is left is sent.
    Damaged,
    /// Given up, see `reason`.
    SetAside,
}

/// A file by evidence and part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct FileName {
    /// The evidence.
    pub evidence: EvidenceId,
    /// Which of its files.
    pub part: Part,
}

/// What an open draft has, for a list row: "Жоба: фото бар, видео жоқ".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct DraftBrief {
    /// Its id.
    pub draft: DraftId,
    /// Photos.
    pub photos: u32,
    /// Videos.
    pub videos: u32,
    /// Pages of documents.
    pub documents: u32,
    /// Signatures.
    pub signatures: u32,
    /// What is still missing.
    pub missing: Vec<Missing>,
    /// How many things are still to be written down besides.
    pub to_say: u32,
    /// When something was last added to it, by the wall clock.
    pub saved_at: DateTime<Utc>,
}

/// An activity and its patch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Cell {
    /// The activity.
    pub activity: ActivityId,
    /// For whom.
    pub person: PersonId,
    /// Its one state.
    pub patch: Patch,
    /// Due date.
    pub deadline: Option<Deadline>,
    /// Done, but after the due date: the chip "мерзімінен кейін".
    pub late: bool,
    /// A supervisor has left a remark.
    pub remarked: bool,
    /// The open draft of it.
    pub draft: Option<DraftId>,
}

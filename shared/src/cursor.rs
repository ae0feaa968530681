//! The cursor of the change feed: opaque to the phone, readable to the server (docs/formats.md §6).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    hash::{Epoch, b64, from_b64},
    ids::DeviceId,
    text_enum::text_enum,
};

text_enum! {
    /// Kinds of entity that travel to the phone.
    pub enum Kind {
        /// A career centre or other unit.
        OrgUnit = "org_unit",
        /// A user: the worker himself and who else is named on his screens.
        User = "user",
        /// A family.
        Family = "family",
        /// A member of a family.
        Person = "person",
        /// A consent.
        Consent = "consent",
        /// A family given to a worker.
        Assignment = "assignment",
        /// A plan.
        Plan = "plan",
        /// An activity of a plan.
        Activity = "activity",
        /// What became of a record.
        RecordState = "record_state",
        /// A call for the camera's own file of a piece of evidence.
        EvidenceCall = "evidence_call",
        /// A check of a record by a supervisor.
        Check = "check",
        /// A day of the working-day calendar that the centre has set. Of the scope `all` alone.
        CalendarDay = "calendar_day",
        /// What holds for a reason from a day on, as the centre has said it. Of the scope `all` alone, as days are.
        Reason = "reason",
    }
}

impl Kind {
    /// The kinds of the first release: what a phone means that names none.
    pub const FIRST: &'static [Self] = &[
        Self::OrgUnit,
        Self::User,
        Self::Family,
        Self::Person,
        Self::Consent,
        Self::Assignment,
        Self::Plan,
        Self::Activity,
        Self::RecordState,
        Self::EvidenceCall,
    ];
}

/// Where a phone's pull stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// Format version, 1.
    pub v: u32,
    /// The epoch it was given in.
    pub epoch: Epoch,
    /// The device it was given to.
    pub device: DeviceId,
    /// One or more per scope.
    pub tracks: Vec<Track>,
}

/// A set of kinds read in one scope up to a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Track {
    /// `w:<user>`, `o:<org unit>` or `all`.
    pub scope: String,
    /// The kinds it reads, sorted.
    pub kinds: Vec<Kind>,
    /// Journal position of the last change given out; 0 at the start.
    pub position: u64,
    /// Kind of that change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Entity of that change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
}

/// A text that is no cursor of this format.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a readable cursor")]
pub struct UnreadableCursor;

impl Cursor {
    /// The text that travels.
    #[must_use]
    pub fn to_text(&self) -> String {
        b64(serde_json::to_string(self).unwrap_or_default().as_bytes())
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// When the text is none, or of another version.
    pub fn from_text(text: &str) -> Result<Self, UnreadableCursor> {
        let bytes = from_b64(text).ok_or(UnreadableCursor)?;
        let cursor: Cursor = serde_json::from_slice(&bytes).map_err(|_| UnreadableCursor)?;
        if cursor.v == 1 { Ok(cursor) } else { Err(UnreadableCursor) }
    }
}

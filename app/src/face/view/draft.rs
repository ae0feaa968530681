//! A draft while it is gathered, its review, and how sealing ends.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    ids::{ActivityId, EvidenceId, FamilyId, PersonId, RecordId},
    record::{Act, ConsentState},
    rule::{Missing, NoPositionReason, NoVideoReason, Proof},
    service::ServiceCode,
};
use serde::Serialize;
use ts_rs::TS;

use super::{Companion, Consent, Deadline, PersonName, Position, RuleView, Tile};
use crate::store::draft::{DraftId, DraftKind, DraftState};

/// A draft with everything its screen shows. Every change is on the disk when its call answers.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DraftPage {
    /// Id.
    pub draft: DraftId,
    /// Open, or already sealed or given up.
    pub state: DraftState,
    /// What it will state.
    pub kind: DraftKind,
    /// The family.
    pub family: FamilyId,
    /// Its name.
    pub family_name: String,
    /// Which service, for the first three kinds.
    pub service: Option<ServiceCode>,
    /// Which act, for kind `act`.
    pub act: Option<Act>,
    /// The official name of the service in the language of the screens.
    pub official_name: Option<String>,
    /// For whom.
    pub subjects: Vec<DraftSubject>,
    /// Everybody whom this capture could serve, `chosen` or not; empty where the service is for one person at a time.
    pub together: Vec<Companion>,
    /// Due date: the earliest of its activities.
    pub deadline: Option<Deadline>,
    /// What the rule asks for; null where there is none.
    pub rule: Option<RuleView>,
    /// The checklist, in the order of the screen. The act bar repeats `missing`.
    pub checks: Vec<Check>,
    /// What is still missing, the next thing first.
    pub missing: Vec<Missing>,
    /// What is still to be written down, besides proofs.
    pub to_say: Vec<ToSay>,
    /// Who has not been asked for consent. Comes before the first photo.
    pub consent_missing: Vec<PersonId>,
    /// Whether it can be sealed now.
    pub ready: bool,
    /// What it has gathered.
    pub evidence: Vec<Tile>,
    /// Pieces taken out a moment ago that `undo_remove` can bring back.
    pub removed: Vec<Tile>,
    /// Files that could not be evidence, with the reason.
    pub aside: Vec<AsideFile>,
    /// The day it was done; today until the worker says otherwise.
    pub done_on: NaiveDate,
    /// Where the device was.
    pub position: Option<Position>,
    /// Why there is no position.
    pub no_position: Option<NoPositionReason>,
    /// The same in the worker's own words, where the reason is another one.
    pub no_position_words: Option<String>,
    /// Why there is no video.
    pub no_video: Option<NoVideoReason>,
    /// The same in the worker's own words, where the reason is another one.
    pub no_video_words: Option<String>,
    /// Number of a paper.
    pub paper_number: Option<String>,
    /// Its date.
    pub paper_date: Option<NaiveDate>,
    /// Free text.
    pub note: Option<String>,
    /// Why it does not apply or is refused; basis of a consent.
    pub reason: Option<String>,
    /// New state, for kind `consent`.
    pub consent_state: Option<ConsentState>,
    /// Topics of an act.
    pub topics: Vec<String>,
    /// Further fields of an act.
    #[ts(type = "Record<string, unknown>")]
    pub details: serde_json::Map<String, serde_json::Value>,
    /// The record it corrects.
    pub corrects: Option<RecordId>,
    /// Why it is corrected.
    pub correction: Option<String>,
    /// When it was opened, by the wall clock.
    pub opened_at: DateTime<Utc>,
    /// When something was last saved: "Жоба сақталды 11:42".
    pub saved_at: DateTime<Utc>,
    /// Whether there is room for another capture.
    pub room: bool,
}

/// Something that is to be written down before a draft can be sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ToSay {
    /// Why it does not apply or is refused, or why there is no consent.
    Reason,
    /// Why an earlier record is corrected.
    Correction,
    /// At least one topic of the act.
    Topics,
    /// A field of the act.
    Field {
        /// Its name: message `field-…`.
        name: String,
    },
}

/// Somebody a draft is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct DraftSubject {
    /// The plan's activity.
    pub activity: Option<ActivityId>,
    /// The person; null for an act with the whole family.
    pub person: Option<PersonName>,
    /// Consent, where it is asked for.
    pub consent: Option<Consent>,
    /// What the person said during this draft: on what basis, or why not.
    pub consent_reason: Option<String>,
}

/// A line of the checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Check {
    /// Which proof.
    pub proof: Proof,
    /// Whether it has to be there.
    pub required: bool,
    /// Whether the rule is content: with a proof, or with the reason why there is none.
    pub satisfied: bool,
    /// How many are there.
    pub count: u32,
}

/// A file that could not be evidence. The file itself was not touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct AsideFile {
    /// Its name.
    pub name: String,
    /// Why: `aside-…` of the messages.
    pub reason: String,
    /// By the wall clock.
    pub at: DateTime<Utc>,
}

/// Everything on one page before sealing.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ReviewView {
    /// The draft.
    pub page: DraftPage,
    /// Records that sealing will make: consents said during the draft first, then one for each person.
    pub records: Vec<ToSeal>,
    /// Working days between the day it was done and the due date: negative when late.
    pub in_time: Option<i32>,
}

/// A record that sealing will make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ToSeal {
    /// `completion`, `not_applicable`, `refused`, `consent` or `act`.
    pub statement: String,
    /// The person.
    pub person: Option<PersonName>,
}

/// How sealing ended. There is no undo; a correction is a new version.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum SealAnswer {
    /// Sealed: these records are on their way as soon as there is a link.
    Sealed {
        /// The records in the order of the chain.
        records: Vec<SealedBrief>,
    },
    /// Something is missing; the draft is kept.
    Lacking {
        /// What the rule asks for.
        missing: Vec<Missing>,
        /// Whose consent nobody has asked for.
        consent: Vec<PersonId>,
        /// Files still on their way into the vault.
        incoming: u32,
    },
    /// Too many pieces for one record (256 KiB of text); take some out.
    TooLarge {
        /// Bytes it would have.
        bytes: u64,
    },
}

/// A record that was sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct SealedBrief {
    /// Its id.
    pub record: RecordId,
    /// Its number on this phone.
    pub number: u64,
    /// Kind of statement.
    pub statement: String,
    /// The person it is about.
    pub person: Option<PersonId>,
}

/// How a file that was brought ended (`POST /api/draft/{draft}/evidence`).
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum AttachAnswer {
    /// It is evidence, durable and encrypted. One light tick of the phone.
    Kept {
        /// Its id.
        evidence: EvidenceId,
        /// The draft as it stands now.
        page: Box<DraftPage>,
    },
    /// It cannot be evidence.
    SetAside {
        /// Why: `aside-…` of the messages.
        reason: String,
    },
    /// There is too little room to capture; what is sealed and sealing itself are not concerned.
    NoRoom {
        /// Bytes that are free.
        free: u64,
        /// Bytes that would have to be.
        needed: u64,
    },
}

//! The ledger: what was sealed and what has become of it.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    ids::{ActivityId, FamilyId, RecordId},
    plan_state::CheckKind,
    record::Act,
    rule::{NoPositionReason, NoVideoReason},
    service::ServiceCode,
};
use serde::Serialize;
use ts_rs::TS;

use super::{CheckLine, Patch, PersonName, Position, ReturnedCard, Tile};
use crate::{ledger::LedgerState, sync::plan::Why};

/// Sent work.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SentView {
    /// Today in UTC+5.
    pub today: NaiveDate,
    /// Records sealed this month.
    pub month_records: u32,
    /// Of those: delivered.
    pub month_delivered: u32,
    /// First, until answered.
    pub returned: Vec<ReturnedCard>,
    /// Newest first; at most `limit`, those before `before`.
    pub rows: Vec<LedgerRow>,
    /// How many there are in all.
    pub total: u32,
    /// What `before` must be for the next page; null: that was all.
    pub next: Option<u32>,
    /// Rows that cannot be read; they are kept and in the diagnostics.
    pub unreadable: u32,
}

/// One sealed record as a row.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct LedgerRow {
    /// Its id.
    pub record: RecordId,
    /// Its number on this phone: "№ 0418".
    pub number: u64,
    /// Its patch.
    pub patch: Patch,
    /// Where it stands.
    pub state: LedgerState,
    /// Kind of statement: `completion`, `not_applicable`, `refused`, `consent`, `act`, `lost`.
    pub statement: String,
    /// Which service.
    pub service: Option<ServiceCode>,
    /// Which act.
    pub act: Option<Act>,
    /// The activity.
    pub activity: Option<ActivityId>,
    /// The family.
    pub family: Option<FamilyId>,
    /// Its name, if this phone still holds it.
    pub family_name: Option<String>,
    /// The person, if this phone still holds the family.
    pub person: Option<PersonName>,
    /// The day it was done, as stated.
    pub done_on: NaiveDate,
    /// When it was sealed, by the wall clock.
    pub sealed_at: DateTime<Utc>,
    /// Files that travel, thumbnails not counted.
    pub files: u32,
    /// Of those: with a receipt.
    pub files_delivered: u32,
    /// Bytes of everything that travels.
    pub bytes: u64,
    /// Bytes that the centre has.
    pub bytes_sent: u64,
    /// Journal position of its custody, the number of its receipt; null without one.
    pub receipt: Option<i64>,
    /// Why it is held or was set aside (`held-…`), or refused (`refused-…`).
    pub reason: Option<String>,
    /// Why the rest of its files waits; null when nothing waits or it just goes on.
    pub waits: Option<Why>,
    /// What a supervisor has said.
    pub check: Option<CheckKind>,
    /// The record that corrects this one.
    pub corrected_by: Option<RecordId>,
}

/// One sealed record, readable.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RecordPage {
    /// The row.
    pub row: LedgerRow,
    /// The official name of the service in the language of the screens.
    pub official_name: Option<String>,
    /// Identity: SHA-256 of what was signed.
    pub hash: String,
    /// Where the device was.
    pub position: Option<Position>,
    /// Why there is no position.
    pub no_position: Option<NoPositionReason>,
    /// Why there is no video.
    pub no_video: Option<NoVideoReason>,
    /// Number of a paper.
    pub paper_number: Option<String>,
    /// Its date.
    pub paper_date: Option<NaiveDate>,
    /// Free text.
    pub note: Option<String>,
    /// Why it does not apply or is refused; basis of a consent.
    pub reason: Option<String>,
    /// Topics of an act.
    pub topics: Vec<String>,
    /// Further fields of an act.
    #[ts(type = "Record<string, unknown>")]
    pub details: serde_json::Map<String, serde_json::Value>,
    /// The record it corrects.
    pub corrects: Option<RecordId>,
    /// Why it was corrected.
    pub correction: Option<String>,
    /// The proof.
    pub evidence: Vec<Tile>,
    /// When the centre received it.
    pub received_at: Option<DateTime<Utc>>,
    /// What came back and waits for an answer.
    pub returned: Vec<ReturnedCard>,
    /// Everything supervisors have said of it, the newest first.
    pub checks: Vec<CheckLine>,
    /// Whether `correct` may open a new version.
    pub correctable: bool,
    /// Whether it was refused and may be offered again.
    pub may_offer_again: bool,
}

//! Facts: the typed bodies of the journal.
//!
//! A fact records the **outcome** (verdict, states after, files expected), not only the input: `apply` writes what the
//! fact says and decides nothing, so that a rebuild years later gives the same tables whatever the rules have become.
//! The body's text is `{"kind":"noun.verb","of":{…}}`. A released body never changes its meaning; a change is a new
//! `kind_version`, and the code that applies the old one stays.

mod case;
mod exchange;
mod monitoring;
mod plan;
mod retention;
mod road_map;
mod signing;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    assessment::{Indicators, Parts, Scores, Total},
    calendar::ReportMonth,
    check::{Choice, ChoiceReason},
    cursor::Kind,
    evidence::{EvidenceKind, FileRef, Part, Source},
    hash::{Digest, Epoch},
    ids::{
        ActivityId, AssessmentId, BundleId, CaptureId, ChainId, CheckId, ConclusionId, DeviceId, ErasureId,
        EvidenceId, FamilyId, OrderId, OrgUnitId, PersonId, RecommendationId, RecordId, ReportId, UserId,
    },
    jws::{Jws, KeyId, PublicKey},
    order::OrderKind,
    plan_state::{ActivityState, CheckKind},
    pulled,
    quarter::Quarter,
    reason::ReasonCode,
    receipt::{HeldReason, Verdict},
    report::{Form, ReportAct, Row},
    service::ServiceCode,
    time::ClockReading,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::findings::Finding;
pub use case::{HandoverDecided, HandoverProposed, RegistrationSet};
pub use exchange::{
    ExchangeAnswer, ExchangeAside, ExchangeConfirmed, ExchangeQueued, ExchangeSettled, ExchangeTaken,
    ExchangeWritten, QueuedMessage,
};
pub use monitoring::{
    DepartureActed, FamilyDeparted, IssueActed, IssueOpened, MonitoringWorded, ResidenceChecked, RoundActed,
    RoundOf, ServiceConfirmed, Settler,
};
pub use plan::{PlanActed, PlanAgreed, PlanOpened, PlanPaperKept, PlanRemarked, PlanRowDrafted};
pub use retention::{
    ConsentWithdrawn, EraseNumbers, ErasureConfirmed, ErasureDropped, ErasureProposed, OfficeErasure,
    WithdrawalScan,
};
pub use road_map::{
    OnPaper, RoadMapCopied, RoadMapDrafted, RoadMapRemarked, RoadMapReturned, RoadMapRowFrozen,
    RoadMapScanned, RoadMapSigned, RoadMapSubmitted,
};
pub use signing::SignatureKept;

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident($body:ty) = $kind:literal, $version:literal;)*) => {
        /// What happened.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", content = "of")]
        pub enum Event { $( $(#[$doc])* #[serde(rename = $kind)] $variant($body), )* }

        impl Event {
            /// Every kind there is.
            pub const KINDS: &'static [&'static str] = &[$($kind),*];
            /// `noun.verb`, as in the header.
            #[must_use]
            pub fn kind(&self) -> &'static str { match self { $(Self::$variant(_) => $kind,)* } }
            /// Version of this kind's body.
            #[must_use]
            pub fn version(&self) -> u32 { match self { $(Self::$variant(_) => $version,)* } }
        }
    };
}

events! {
    /// The store was made.
    JournalOpened(Opened) = "journal.opened", 1;
    /// The store was restored from a back-up: a new epoch begins.
    StoreRestored(Restored) = "store.restored", 1;
    /// The server's next signing key.
    KeyRotated(KeyRotated) = "key.rotated", 1;
    /// A setting of the organisation.
    SettingSet(Setting) = "setting.set", 1;
    /// A unit of the organisation as it is from now on.
    OrgUnitSet(pulled::OrgUnit) = "org_unit.set", 1;
    /// A user as he is from now on.
    UserSet(pulled::User) = "user.set", 1;
    /// A user's password, by its hash.
    PasswordSet(PasswordSet) = "password.set", 1;
    /// A user's second factor, sealed, or that there is none any more.
    SecondFactorSet(SecondFactorSet) = "second_factor.set", 1;
    /// A family as it is from now on.
    FamilySet(pulled::Family) = "family.set", 1;
    /// A person as he is from now on.
    PersonSet(pulled::Person) = "person.set", 1;
    /// A consent as it is from now on.
    ConsentSet(pulled::Consent) = "consent.set", 1;
    /// An assignment as it is from now on; one with a last day is closed.
    AssignmentSet(pulled::Assignment) = "assignment.set", 1;
    /// Due dates that the terms of services give to activities of plans which came without.
    DuesSet(DuesSet) = "dues.set", 1;
    /// A plan as it is from now on.
    PlanSet(pulled::Plan) = "plan.set", 1;
    /// An activity as it is from now on.
    ActivitySet(pulled::Activity) = "activity.set", 1;
    /// A one-time code to enrol a device.
    EnrolCodeMade(EnrolCodeMade) = "enrol_code.made", 1;
    /// A device was enrolled.
    DeviceEnrolled(DeviceEnrolled) = "device.enrolled", 1;
    /// A device was revoked: from now on only escrow.
    DeviceRevoked(DeviceRevoked) = "device.revoked", 1;
    /// An order to a device.
    OrderIssued(OrderIssued) = "order.issued", 1;
    /// An order was taken back before its device was told.
    OrderWithdrawn(OrderWithdrawn) = "order.withdrawn", 1;
    /// A device has run its order.
    OrderDone(OrderDone) = "order.done", 1;
    /// A device's store key, wrapped to the recovery recipient.
    RecoveryKeyStored(RecoveryKeyStored) = "recovery_key.stored", 1;
    /// A record was taken into custody.
    RecordReceived(RecordReceived) = "record.received", 1;
    /// A record about an erased subject came late: its body was not kept.
    RecordErased(RecordErased) = "record.erased", 1;
    /// A file came whole and matches its signed hash.
    EvidenceReceived(EvidenceReceived) = "evidence.received", 1;
    /// The damaged rest of a file came.
    EvidenceSalvaged(EvidenceSalvaged) = "evidence.salvaged", 1;
    /// A supervisor calls for the camera's own file.
    EvidenceCalled(EvidenceCalled) = "evidence.called", 1;
    /// A supervisor has checked a record, or one piece of its evidence.
    RecordChecked(RecordChecked) = "record.checked", 1;
    /// What the server noticed about a record, all of it, as it is from now on.
    FindingsComputed(FindingsComputed) = "findings.computed", 1;
    /// A record of which nothing is noticed was drawn to be looked at all the same.
    CheckSampled(CheckSampled) = "check.sampled", 1;
    /// A supervisor has decided about a record that was held, or that came after its family was handed over.
    RecordDecided(RecordDecided) = "record.decided", 1;
    /// A supervisor has taken missing numbers of a chain for lost.
    GapClosed(GapClosed) = "gap.closed", 1;
    /// A supervisor lets a worker choose a new PIN for the screens of his phone.
    PinResetGranted(PinResetGranted) = "pin_reset.granted", 1;
    /// A row of a monthly report was frozen; the fact that drafts the report follows its rows.
    ReportRowFrozen(ReportRowFrozen) = "report.row_frozen", 1;
    /// A monthly report was drafted.
    ReportDrafted(ReportDrafted) = "report.drafted", 1;
    /// A monthly report was signed at the career centre.
    ReportSigned(ReportSigned) = "report.signed", 1;
    /// A monthly report was sent to the local executive body.
    ReportSent(ReportSent) = "report.sent", 1;
    /// The local executive body has decided about a monthly report.
    ReportDecided(ReportDecided) = "report.decided", 1;
    /// What the local executive body remarked about a monthly report.
    ReportRemarked(ReportRemarked) = "report.remarked", 1;
    /// A line of a road map was frozen; the fact that drafts the map follows its lines.
    RoadMapRowFrozen(RoadMapRowFrozen) = "roadmap.row_frozen", 1;
    /// The road map of a rural okrug was drawn up.
    RoadMapDrafted(RoadMapDrafted) = "roadmap.drafted", 1;
    /// A road map was put before the three who sign it.
    RoadMapSubmitted(RoadMapSubmitted) = "roadmap.submitted", 1;
    /// The scan of a road map that was signed on paper was taken into custody.
    RoadMapScanned(RoadMapScanned) = "roadmap.scanned", 1;
    /// One of the three signed a road map, with an account or on paper.
    RoadMapSigned(RoadMapSigned) = "roadmap.signed", 1;
    /// One of the three sent a road map back.
    RoadMapReturned(RoadMapReturned) = "roadmap.returned", 1;
    /// What was remarked about a road map.
    RoadMapRemarked(RoadMapRemarked) = "roadmap.remarked", 1;
    /// A copy of a road map was handed over.
    RoadMapCopied(RoadMapCopied) = "roadmap.copied", 1;
    /// What was computed of every centre that is assessed for a quarter was frozen.
    AssessmentFrozen(AssessmentFrozen) = "assessment.frozen", 1;
    /// A centre was scored for a quarter.
    AssessmentScored(AssessmentScored) = "assessment.scored", 1;
    /// The conclusion about a quarter was written, or written anew.
    AssessmentConcluded(AssessmentConcluded) = "assessment.concluded", 1;
    /// The conclusion was signed at the Workforce Development Centre.
    AssessmentSigned(AssessmentSigned) = "assessment.signed", 1;
    /// The conclusion was sent to the authorised body.
    AssessmentSent(AssessmentSent) = "assessment.sent", 1;
    /// The authorised body has sent the conclusion on to the local executive bodies.
    AssessmentForwarded(AssessmentForwarded) = "assessment.forwarded", 1;
    /// A local executive body has considered the conclusion and taken measures.
    AssessmentMeasured(AssessmentMeasured) = "assessment.measured", 1;
    /// A round of monitoring was begun, closed or opened once more.
    RoundActed(RoundActed) = "monitoring.round_acted", 1;
    /// Whether a family lives where it settled.
    ResidenceChecked(ResidenceChecked) = "monitoring.residence_checked", 1;
    /// Monitoring brought a problem or a proposal to light.
    IssueOpened(IssueOpened) = "monitoring.issue_opened", 1;
    /// A problem or a proposal was given to somebody, settled, or opened once more.
    IssueActed(IssueActed) = "monitoring.issue_acted", 1;
    /// A family left on its own.
    FamilyDeparted(FamilyDeparted) = "monitoring.family_departed", 1;
    /// Something was done about a departure.
    DepartureActed(DepartureActed) = "monitoring.departure_acted", 1;
    /// A state system confirms or contradicts a service.
    ServiceConfirmed(ServiceConfirmed) = "monitoring.service_confirmed", 1;
    /// Words at what was done in monitoring.
    MonitoringWorded(MonitoringWorded) = "monitoring.worded", 1;
    /// Somebody proposes to erase a family or a person.
    ErasureProposed(ErasureProposed) = "erasure.proposed", 1;
    /// A proposal to erase was taken back or refused.
    ErasureDropped(ErasureDropped) = "erasure.dropped", 1;
    /// A second person has confirmed a proposal to erase.
    ErasureConfirmed(ErasureConfirmed) = "erasure.confirmed", 1;
    /// A consent was withdrawn in the office.
    ConsentWithdrawn(ConsentWithdrawn) = "consent.withdrawn", 1;
    /// A version of a plan was begun; the facts that follow say what it begins with.
    PlanOpened(PlanOpened) = "plan.opened", 1;
    /// The items of a member of the family in a version of its plan, as they are from now on.
    PlanRowDrafted(PlanRowDrafted) = "plan.row_drafted", 1;
    /// A version was agreed after a visit, finished, approved, sent back or published.
    PlanActed(PlanActed) = "plan.acted", 1;
    /// The kandas agreed to a version.
    PlanAgreed(PlanAgreed) = "plan.agreed", 1;
    /// A file that shows the agreement of the kandas was taken into custody.
    PlanPaperKept(PlanPaperKept) = "plan.paper_kept", 1;
    /// What the mobility centre remarked about a version.
    PlanRemarked(PlanRemarked) = "plan.remarked", 1;
    /// Where a person is registered from now on.
    RegistrationSet(RegistrationSet) = "registration.set", 1;
    /// A centre proposes a family to another.
    HandoverProposed(HandoverProposed) = "handover.proposed", 1;
    /// A hand-over was accepted, refused or taken back.
    HandoverDecided(HandoverDecided) = "handover.decided", 1;
    /// Messages of the exchange of files wait to be written.
    ExchangeQueued(ExchangeQueued) = "exchange.queued", 1;
    /// A file of the exchange was written.
    ExchangeWritten(ExchangeWritten) = "exchange.written", 1;
    /// A file of the other side was taken in.
    ExchangeTaken(ExchangeTaken) = "exchange.taken", 1;
    /// Something of the exchange that was kept aside was taken after all, or closed.
    ExchangeSettled(ExchangeSettled) = "exchange.settled", 1;
    /// A message of the exchange confirms or contradicts a service.
    ExchangeConfirmed(ExchangeConfirmed) = "exchange.confirmed", 1;
    /// A file by which a user of the office signs was taken into custody.
    SignatureKept(SignatureKept) = "signature.kept", 1;
    /// A bundle of unsent work came.
    BundleReceived(BundleReceived) = "bundle.received", 1;
    /// A bundle was opened, or could not be.
    BundleOpened(BundleOpened) = "bundle.opened", 1;
    /// The hash of a piece of the access log.
    AccessAnchored(AccessAnchored) = "access.anchored", 1;
    /// A family or a person was erased.
    SubjectErased(SubjectErased) = "subject.erased", 1;
    /// A bundle was erased because a record about an erased subject came in it.
    BundleErased(BundleErased) = "bundle.erased", 1;
}

/// A body that this program does not understand.
#[derive(Debug, thiserror::Error)]
#[error("a fact of kind {kind} version {version} is not readable: {reason}")]
pub struct UnreadableFact {
    /// Kind by its header.
    pub kind: String,
    /// Version by its header.
    pub version: u32,
    /// What is wrong.
    pub reason: String,
}

impl Event {
    /// Whether the body stays beside its header. That of a record about an erased subject never gets there: what must
    /// be known of it says [`RecordErased`].
    #[must_use]
    pub fn keeps_body(&self) -> bool {
        !matches!(self, Self::RecordReceived(record) if record.outcome.reason == Some(HeldReason::Erased))
    }

    /// The body's text.
    ///
    /// # Errors
    /// Never for what this program makes; a map with keys that are no text.
    pub fn to_body(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Reads the body of a fact whose header says `kind` and `version`.
    ///
    /// # Errors
    /// When this program does not know the version or the body is none of it.
    pub fn from_body(kind: &str, version: u32, body: &str) -> Result<Self, UnreadableFact> {
        let unreadable = |reason: String| UnreadableFact { kind: kind.into(), version, reason };
        let event: Event = serde_json::from_str(body).map_err(|e| unreadable(e.to_string()))?;
        if event.kind() != kind {
            return Err(unreadable(format!("the body says {}", event.kind())));
        }
        if event.version() != version {
            return Err(unreadable("unknown version".into()));
        }
        Ok(event)
    }
}

/// See [`Event::JournalOpened`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// The first epoch.
    pub epoch: Epoch,
    /// The server's first signing key.
    pub server_key: PublicKey,
}

/// See [`Event::StoreRestored`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restored {
    /// The new epoch.
    pub epoch: Epoch,
    /// Size of the journal in the back-up.
    pub restored_size: u64,
}

/// See [`Event::KeyRotated`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRotated {
    /// `kandas-key`, signed with the old key.
    pub statement: Jws,
    /// The old key.
    pub old: KeyId,
    /// The new key.
    pub new: PublicKey,
}

/// See [`Event::SettingSet`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// Name. `whole_centre:<org unit>` with value `true` gives every phone of the unit all its families;
    /// `finding.<threshold>.<day>`, `calendar.<day>`, `place.<KATO>`, `term.<service>.<day>`, `retention.<class>.<day>`, `report.<option>.<day>` and
    /// `assessment.mode.<day>` are in docs/formats.md §5, as `reason.<list>.<code>.<day>` is.
    pub name: String,
    /// Value.
    pub value: String,
    /// Due dates of open activities that move with it ([`crate::dues`]).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dues: Vec<DuesMoved>,
}

impl Setting {
    /// One that moves no due date.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), dues: Vec::new() }
    }
}

/// See [`Event::DuesSet`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DuesSet {
    /// Which.
    pub dues: Vec<DuesMoved>,
}

/// Due dates that move together, see [`Setting::dues`] and [`DuesSet`]: from then on they are counted ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DuesMoved {
    /// What they were; null: no legal due date.
    pub was: Option<NaiveDate>,
    /// What they become; null: no legal due date (A-10).
    pub due: Option<NaiveDate>,
    /// Whose.
    pub activities: Vec<ActivityId>,
}

/// See [`Event::PasswordSet`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordSet {
    /// Whose.
    pub user: UserId,
    /// argon2id, as a PHC string.
    pub hash: String,
}

/// See [`Event::SecondFactorSet`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorSet {
    /// Whose.
    pub user: UserId,
    /// The secret, sealed with a key of the server (`office::second_factor`), base64url.
    pub sealed: Option<String>,
}

/// See [`Event::EnrolCodeMade`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolCodeMade {
    /// SHA-256 of the code (`enrol::code_hash`).
    pub code_hash: Digest,
    /// For whom.
    pub user: UserId,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// By whom; none from the command line.
    pub by: Option<UserId>,
}

/// See [`Event::DeviceEnrolled`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceEnrolled {
    /// Its id from now on.
    pub device: DeviceId,
    /// The worker it belongs to.
    pub worker: UserId,
    /// Its key.
    pub key: PublicKey,
    /// The chain of its store.
    pub chain: ChainId,
    /// Model and system.
    pub platform: String,
    /// Program and version.
    pub app: String,
    /// The code that was used.
    pub code_hash: Digest,
    /// The server key it was told.
    pub server_kid: KeyId,
}

/// See [`Event::DeviceRevoked`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceRevoked {
    /// Which.
    pub device: DeviceId,
    /// Why.
    pub reason: String,
}

/// See [`Event::OrderIssued`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderIssued {
    /// Its id.
    pub order: OrderId,
    /// For which device.
    pub device: DeviceId,
    /// Number among the orders of that device.
    pub serial: u64,
    /// What to do.
    pub kind: OrderKind,
    /// `kandas-order`.
    pub statement: Jws,
    /// Why, a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// See [`Event::OrderWithdrawn`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderWithdrawn {
    /// Which order.
    pub order: OrderId,
    /// To which device.
    pub device: DeviceId,
    /// Why, a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// See [`Event::OrderDone`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderDone {
    /// Which order.
    pub order: OrderId,
    /// By which device.
    pub device: DeviceId,
}

/// See [`Event::RecoveryKeyStored`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveryKeyStored {
    /// Whose store.
    pub device: DeviceId,
    /// base64url of the age file.
    pub wrapped: String,
}

/// See [`Event::RecordReceived`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordReceived {
    /// The statement, byte for byte.
    pub jws: Jws,
    /// Its identity.
    pub hash: Digest,
    /// The device that brought it.
    pub carrier: DeviceId,
    /// The device whose key sealed it.
    pub device: DeviceId,
    /// The worker whose device it is: who recorded.
    pub worker: UserId,
    /// What could be read of the payload.
    pub reading: RecordReading,
    /// What the server made of it.
    pub outcome: RecordOutcome,
}

/// What could be read of a record's payload.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(default)]
pub struct RecordReading {
    /// Id of the record.
    pub record: Option<RecordId>,
    /// Its chain.
    pub chain: Option<ChainId>,
    /// Its number.
    pub seq: Option<u64>,
    /// Identity of the statement before.
    pub prev: Option<Digest>,
    /// The chain this one goes on from.
    pub continues: Option<ChainId>,
    /// `completion`, `consent`, …
    pub kind: Option<String>,
    /// The family.
    pub family: Option<FamilyId>,
    /// The person.
    pub person: Option<PersonId>,
    /// The activity.
    pub activity: Option<ActivityId>,
    /// The service.
    pub service: Option<ServiceCode>,
    /// The worker's day.
    pub done_on: Option<NaiveDate>,
    /// When it was sealed.
    pub sealed: Option<ClockReading>,
    /// The record it corrects.
    pub supersedes: Option<RecordId>,
    /// The evidence it names.
    pub evidence: Vec<NamedEvidence>,
}

/// A piece of evidence that a record names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedEvidence {
    /// Its id.
    pub evidence: EvidenceId,
    /// The press of the shutter.
    pub capture: CaptureId,
    /// What kind of proof.
    pub kind: EvidenceKind,
    /// Made in the app or attached.
    pub source: Source,
}

/// What the server made of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordOutcome {
    /// Accepted or held.
    pub verdict: Verdict,
    /// Why it is held.
    pub reason: Option<HeldReason>,
    /// Whether it takes its place in the chain; false for the later branch of a fork.
    pub placed: bool,
    /// What is wrong with its links.
    pub chain_finding: Option<ChainFinding>,
    /// The worker had the family once, but not now.
    pub late_handover: bool,
    /// The record that this one replaces from now on.
    pub superseded: Option<RecordId>,
    /// The activity after it, if it changed.
    pub activity_after: Option<ActivityAfter>,
    /// The activity of the record it corrects, if that is another one and this record counted for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<ActivityAfter>,
    /// The consent after it, if it changed.
    pub consent_after: Option<pulled::Consent>,
    /// The returned record that this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Answered>,
    /// Files that are expected from now on.
    pub files: Vec<ExpectedFile>,
    /// The chain after it, if it changed.
    pub chain_after: Option<ChainAfter>,
    /// Chains whose gaps a `lost` statement changed.
    pub lost: Vec<GapsAfter>,
}

/// See [`Event::RecordErased`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordErased {
    /// The standing decision about its subject.
    pub erasure: ErasureId,
    /// Position of the record, whose body was not kept.
    pub position: u64,
    /// Identity of the statement: a second copy is known.
    pub hash: Digest,
    /// The device whose key sealed it.
    pub device: DeviceId,
    /// Its place: the chain after it, because nothing else will say so.
    pub chain: Option<(ChainId, ChainAfter)>,
    /// Files that it alone names: they are not taken either.
    pub files: Vec<FileRef>,
}

/// What is wrong with the links of a record's chain; never a reason to hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChainFinding {
    /// Its `prev` is not the record that holds the number before.
    PrevDiffers,
    /// The record that holds the number after names another `prev`.
    NextDiffers,
}

impl ChainFinding {
    /// The word in the column.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PrevDiffers => "prev_differs",
            Self::NextDiffers => "next_differs",
        }
    }
}

/// An activity after a fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivityAfter {
    /// Which.
    pub activity: ActivityId,
    /// Its family.
    pub family: FamilyId,
    /// State.
    pub state: ActivityState,
    /// The record that counts.
    pub record: Option<RecordId>,
    /// Day of completion.
    pub done_on: Option<NaiveDate>,
}

/// A file that a signed record names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFile {
    /// The evidence.
    pub evidence: EvidenceId,
    /// Which of its files. The camera's own file is sent only when called for.
    pub part: Part,
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: Digest,
    /// Type.
    pub media_type: String,
}

/// A chain after a record took its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainAfter {
    /// Highest number received.
    pub seq: u64,
    /// Identity of that statement.
    pub hash: Digest,
    /// Its ledger of missing numbers, if that changed.
    pub gaps: Option<GapsAfter>,
}

/// The ledger of a chain's missing numbers after a fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GapsAfter {
    /// The chain, of the same device.
    pub chain: ChainId,
    /// Missing.
    pub open: Vec<Gap>,
    /// Lost, as the phone stated.
    pub lost: Vec<Gap>,
}

/// Numbers of a chain that are not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// First.
    pub from: u64,
    /// Last.
    pub to: u64,
    /// Position of the fact that opened it, or that stated the loss.
    pub position: u64,
}

/// See [`Event::EvidenceReceived`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceReceived {
    /// The evidence.
    pub evidence: EvidenceId,
    /// Which of its files.
    pub part: Part,
    /// SHA-256.
    pub sha256: Digest,
    /// Bytes.
    pub size: u64,
    /// Key in the media store.
    pub object: String,
    /// The device that brought it; none from a bundle by cable.
    pub carrier: Option<DeviceId>,
    /// Activities whose state changed with it (`evidence::activities_after`).
    pub activities_after: Vec<ActivityAfter>,
}

/// See [`Event::EvidenceSalvaged`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceSalvaged {
    /// The evidence.
    pub evidence: EvidenceId,
    /// Which of its files.
    pub part: Part,
    /// SHA-256 of what arrived.
    pub sha256: Digest,
    /// Bytes of what arrived.
    pub size: u64,
    /// Key in the media store.
    pub object: String,
    /// The device that brought it.
    pub carrier: Option<DeviceId>,
}

/// See [`Event::EvidenceCalled`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceCalled {
    /// The evidence whose original is called for.
    pub evidence: EvidenceId,
    /// Who recorded it: his phones have the file.
    pub worker: UserId,
    /// Why it is wanted.
    pub reason: String,
    /// Who calls; none from the command line without a name.
    pub by: Option<UserId>,
}

/// A returned record that a correction answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    /// The record that was returned.
    pub record: RecordId,
    /// Identity of its statement.
    pub hash: Digest,
    /// Who recorded it.
    pub worker: UserId,
    /// The returns that are answered.
    pub checks: Vec<CheckId>,
}

/// See [`Event::RecordChecked`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordChecked {
    /// The check.
    pub check: CheckId,
    /// The record.
    pub record: RecordId,
    /// Identity of its statement.
    pub hash: Digest,
    /// Who recorded it.
    pub worker: UserId,
    /// Its family.
    pub family: FamilyId,
    /// Its person.
    pub person: Option<PersonId>,
    /// Its activity.
    pub activity: Option<ActivityId>,
    /// What the check says: accepted, remarked or returned.
    pub state: CheckKind,
    /// The one piece that goes back.
    pub evidence: Option<EvidenceId>,
    /// Why it goes back.
    pub reason: Option<ReasonCode>,
    /// The supervisor's words.
    pub text: Option<String>,
    /// Last civil day for the answer.
    pub due: Option<NaiveDate>,
    /// Who checked.
    pub by: UserId,
    /// Name at that time.
    pub by_name: String,
    /// Role at that time.
    pub by_role: pulled::Role,
    /// When the record as a whole is to be answered, after it: the earliest of the returns that stand.
    pub due_after: Option<NaiveDate>,
    /// Earlier checks whose place it takes.
    pub replaces: Vec<CheckId>,
}

/// See [`Event::FindingsComputed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingsComputed {
    /// The record.
    pub record: RecordId,
    /// Identity of its statement.
    pub hash: Digest,
    /// All that is noticed; nothing of what was noticed before stands beside it.
    pub findings: Vec<Finding>,
}

/// See [`Event::CheckSampled`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckSampled {
    /// The record.
    pub record: RecordId,
    /// Identity of its statement.
    pub hash: Digest,
}

/// See [`Event::RecordDecided`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordDecided {
    /// The record, if its id could be read.
    pub record: Option<RecordId>,
    /// Identity of its statement.
    pub hash: Digest,
    /// Who recorded it.
    pub worker: UserId,
    /// The device that sealed it.
    pub device: DeviceId,
    /// Why it had been held.
    pub held_for: Option<HeldReason>,
    /// What was decided: applied, set_aside or noted.
    pub choice: Choice,
    /// Why.
    pub reason: Option<ChoiceReason>,
    /// The supervisor's words; none where the record is about no family, for then nothing could erase them.
    pub text: Option<String>,
    /// Who decided.
    pub by: UserId,
    /// Name at that time.
    pub by_name: String,
    /// Role at that time.
    pub by_role: pulled::Role,
    /// What the record changed when it was applied.
    pub applied: Option<Applied>,
}

/// What a held record changes once it counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(default)]
pub struct Applied {
    /// The activity it stands for from now on; another than it names where the plan has changed.
    pub activity: Option<ActivityId>,
    /// That activity after it, if it changed.
    pub activity_after: Option<ActivityAfter>,
    /// The activity of the record it corrects, if this record took it back.
    pub withdrawn: Option<ActivityAfter>,
    /// The consent after it, if it changed.
    pub consent_after: Option<pulled::Consent>,
    /// The record that this one replaces.
    pub superseded: Option<RecordId>,
    /// The returned record that this one answers.
    pub answered: Option<Answered>,
    /// Chains whose gaps it changed.
    pub lost: Vec<GapsAfter>,
}

/// See [`Event::GapClosed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GapClosed {
    /// The device.
    pub device: DeviceId,
    /// Its worker.
    pub worker: UserId,
    /// First number that will not come.
    pub from: u64,
    /// Last one.
    pub to: u64,
    /// The ledger of the chain after it.
    pub after: GapsAfter,
    /// Why.
    pub reason: ChoiceReason,
    /// Who decided.
    pub by: UserId,
    /// Name at that time.
    pub by_name: String,
    /// Role at that time.
    pub by_role: pulled::Role,
}

/// See [`Event::PinResetGranted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinResetGranted {
    /// The phone.
    pub device: DeviceId,
    /// The number it showed.
    pub challenge: String,
    /// Who lets him.
    pub by: UserId,
}

/// See [`Event::ReportRowFrozen`]. About the row's person, so that it goes with him.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportRowFrozen {
    /// The report.
    pub report: ReportId,
    /// The row.
    pub row: Row,
}

/// Who did something to a report, with name and role at that time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportHand {
    /// Who.
    pub by: UserId,
    /// Name.
    pub by_name: String,
    /// Role.
    pub by_role: pulled::Role,
}

/// See [`Event::ReportDrafted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportDrafted {
    /// Its id: each version has its own.
    pub report: ReportId,
    /// The career centre.
    pub unit: OrgUnitId,
    /// The month.
    pub month: ReportMonth,
    /// Version of the month's report.
    pub version: i32,
    /// Which rows and cells it has.
    pub form: Form,
    /// SHA-256 of each row's text, in the order of their numbers.
    pub rows: Vec<Digest>,
    /// What is signed: SHA-256 over `shared::report::Frozen`.
    pub sha256: Digest,
    /// The snapshot of the same version whose place it takes.
    pub drops: Option<ReportId>,
    /// Who drafted it.
    pub hand: ReportHand,
}

/// See [`Event::ReportSigned`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportSigned {
    /// The report.
    pub report: ReportId,
    /// What was signed.
    pub sha256: Digest,
    /// Whether a code of the second factor was asked for beside the password.
    pub second_factor: bool,
    /// Who signed.
    pub hand: ReportHand,
}

/// See [`Event::ReportSent`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportSent {
    /// The report.
    pub report: ReportId,
    /// Local executive bodies that it is before (§39).
    pub to: Vec<OrgUnitId>,
    /// Mobility centres that get a copy (§4(8), A-16).
    pub copies: Vec<OrgUnitId>,
    /// Whether it was sent by the legal date; none where the calendar does not know it (A-18).
    pub in_time: Option<bool>,
    /// Who sent it.
    pub hand: ReportHand,
}

/// See [`Event::ReportDecided`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportDecided {
    /// The report.
    pub report: ReportId,
    /// What was decided: accept, return or reopen.
    pub act: ReportAct,
    /// Who decided.
    pub hand: ReportHand,
}

/// See [`Event::ReportRemarked`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportRemarked {
    /// The report.
    pub report: ReportId,
    /// In words. They may speak of somebody in the report: the body goes when one of them is erased.
    pub text: String,
}

/// See [`Event::AssessmentFrozen`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssessmentFrozen {
    /// The quarter.
    pub quarter: Quarter,
    /// Centres with families, by their ids; the others are not assessed.
    pub centres: Vec<CentreIndicators>,
}

/// What was computed of a centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CentreIndicators {
    /// The career or mobility centre.
    pub unit: OrgUnitId,
    /// What was computed.
    pub indicators: Indicators,
}

/// See [`Event::AssessmentScored`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssessmentScored {
    /// Its id: each scoring has its own.
    pub assessment: AssessmentId,
    /// The centre.
    pub unit: OrgUnitId,
    /// The quarter.
    pub quarter: Quarter,
    /// Number among the scorings of the centre for the quarter; the last one counts.
    pub version: i32,
    /// The raw scores with their reasons.
    pub scores: Scores,
    /// What they give in the reading that holds for the quarter.
    pub total: Total,
    /// Whether it was by the legal date; none where the calendar does not know it (A-18).
    pub in_time: Option<bool>,
    /// Who scored.
    pub hand: ReportHand,
}

/// See [`Event::AssessmentConcluded`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssessmentConcluded {
    /// The conclusion: one for each quarter.
    pub conclusion: ConclusionId,
    /// The quarter.
    pub quarter: Quarter,
    /// How often it was saved, this time included.
    pub revision: i32,
    /// What it says from now on.
    pub parts: Parts,
    /// Who wrote.
    pub hand: ReportHand,
}

/// See [`Event::AssessmentSigned`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssessmentSigned {
    /// The conclusion.
    pub conclusion: ConclusionId,
    /// What was signed, byte for byte: `shared::assessment::Frozen`.
    pub text: String,
    /// SHA-256 of it.
    pub sha256: Digest,
    /// Whether a code of the second factor was asked for beside the password.
    pub second_factor: bool,
    /// Who signed.
    pub hand: ReportHand,
}

/// See [`Event::AssessmentSent`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssessmentSent {
    /// The conclusion.
    pub conclusion: ConclusionId,
    /// Units of the authorised body (§50).
    pub to: Vec<OrgUnitId>,
    /// Whether it was by the legal date; none where the calendar does not know it (A-18).
    pub in_time: Option<bool>,
    /// Who sent it.
    pub hand: ReportHand,
}

/// See [`Event::AssessmentForwarded`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssessmentForwarded {
    /// The conclusion.
    pub conclusion: ConclusionId,
    /// Local executive bodies that have it from now on (§51).
    pub to: Vec<OrgUnitId>,
    /// Who forwarded it.
    pub hand: ReportHand,
}

/// See [`Event::AssessmentMeasured`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssessmentMeasured {
    /// The conclusion.
    pub conclusion: ConclusionId,
    /// The local executive body.
    pub unit: OrgUnitId,
    /// What was done about each recommendation to a centre on its land.
    pub measures: Vec<Measure>,
    /// What was done besides; may be empty where there are measures.
    pub text: String,
    /// Whether it was within the month (§51); none where the calendar does not know the day.
    pub in_time: Option<bool>,
    /// The last body to do so: the conclusion is closed.
    pub closes: bool,
    /// Who says so.
    pub hand: ReportHand,
}

/// What was done about a recommendation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssessmentMeasure)]
pub struct Measure {
    /// Which.
    pub recommendation: RecommendationId,
    /// What, in words.
    pub text: String,
}

/// See [`Event::BundleReceived`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleReceived {
    /// The bundle.
    pub bundle: BundleId,
    /// SHA-256.
    pub sha256: Digest,
    /// Bytes.
    pub size: u64,
    /// Key in the media store.
    pub object: String,
    /// The device that brought it.
    pub carrier: Option<DeviceId>,
}

/// See [`Event::BundleOpened`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleOpened {
    /// The bundle.
    pub bundle: BundleId,
    /// Whether it could be read at all; kept all the same if not.
    pub readable: bool,
    /// Identities of the records in it.
    pub records: Vec<Digest>,
    /// Files in it.
    pub files: Vec<FileRef>,
    /// What could not be taken, and why.
    pub problems: Vec<String>,
}

/// See [`Event::AccessAnchored`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessAnchored {
    /// First entry.
    pub from_id: u64,
    /// Last entry.
    pub to_id: u64,
    /// SHA-256 over the hash of the anchor before and the entries in order (docs/formats.md, 5).
    pub hash: Digest,
}

/// See [`Event::BundleErased`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleErased {
    /// The bundle.
    pub bundle: BundleId,
}

/// See [`Event::SubjectErased`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectErased {
    /// The decision.
    pub erasure: ErasureId,
    /// The family.
    pub family: FamilyId,
    /// One person of it only.
    pub person: Option<PersonId>,
    /// The legal basis, as a code or paragraph; no free text about the subject.
    pub basis: String,
    /// Who decided.
    pub by: Option<UserId>,
    /// Positions whose bodies are erased.
    pub positions: Vec<u64>,
    /// Records that are erased, with the position of their custody.
    pub records: Vec<(Digest, u64)>,
    /// Files that are erased.
    pub files: Vec<FileRef>,
    /// Opened bundles whose file is erased because such a record came in it.
    pub bundles: Vec<BundleId>,
    /// Entities that leave the tables.
    pub entities: Vec<(Kind, Uuid)>,
    /// Every scope an erased entity was ever seen in: phones there are told that it is gone.
    pub changes: Vec<(String, Kind, Uuid)>,
    /// Where the chains of erased records stand, because nothing else will say so when the tables are rebuilt.
    pub chains: Vec<(DeviceId, ChainId, ChainAfter)>,
    /// What erased facts had said of others, as it stands, for the same reason.
    #[serde(default, skip_serializing_if = "Staying::is_empty")]
    pub staying: Staying,
    /// Who proposed and who confirmed it, where that was in the office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<OfficeErasure>,
}

/// What stays of others when a subject is erased whose facts had spoken of them: one photo may serve the records of
/// several persons, and one person's record may correct another's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staying {
    /// Files of evidence that records of others name as well.
    pub files: Vec<StayingFile>,
    /// Activities of such records.
    pub activities: Vec<ActivityAfter>,
    /// Records of others that an erased record had corrected.
    pub superseded: Vec<RecordId>,
    /// Returned records of others that an erased record had answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answered: Vec<StayingAnswer>,
}

/// A returned record whose answer was erased, see [`Staying`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StayingAnswer {
    /// The record as it was answered.
    pub answered: Answered,
    /// What a supervisor says of it now.
    pub state: CheckKind,
    /// The correction.
    pub by: RecordId,
}

impl Staying {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
            && self.activities.is_empty()
            && self.superseded.is_empty()
            && self.answered.is_empty()
    }
}

/// A file as it stands, see [`Staying`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StayingFile {
    /// Which.
    pub file: FileRef,
    /// Bytes as signed.
    pub size: u64,
    /// SHA-256 as signed.
    pub sha256: Digest,
    /// Type as signed.
    pub media_type: String,
    /// What became of it, as the column says.
    pub state: String,
    /// Position of its receipt.
    pub position: Option<u64>,
    /// When it came.
    pub received_at: Option<DateTime<Utc>>,
    /// Key in the media store.
    pub object: Option<String>,
    /// Hash and size of the damaged rest, where that is all there is.
    pub salvage: Option<(Digest, u64)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_says_its_kind_and_survives() {
        let event = Event::SettingSet(Setting::new("a", "б"));
        let body = event.to_body().unwrap();
        assert_eq!(body, r#"{"kind":"setting.set","of":{"name":"a","value":"б"}}"#);
        assert_eq!(Event::from_body("setting.set", 1, &body).unwrap(), event);
        assert!(Event::from_body("setting.set", 2, &body).is_err());
        assert!(Event::from_body("user.set", 1, &body).is_err());
        assert!(Event::from_body("setting.set", 1, r#"{"kind":"setting.set","of":{}}"#).is_err());
    }

    #[test]
    fn kinds_are_noun_and_verb_and_each_its_own() {
        let mut kinds = Event::KINDS.to_vec();
        assert!(kinds.iter().all(|k| k.split('.').count() == 2));
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds.len(), Event::KINDS.len());
    }
}

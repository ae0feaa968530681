//! The one table of everything a screen can ask. The Tauri shell has one command, the bridge one route, a background
//! worker one call: each hands in a [`Request`] and gets a [`View`] or a [`Problem`].
//!
//! The request names its call (`{"call": "family", "family": "…"}`), the answer is the view alone. What the answer of
//! each call looks like stands beside it here, and for TypeScript in `Answers`.

use kandas_shared::{
    ids::{ActivityId, EvidenceId, FamilyId, PersonId, RecordId},
    locale::Lang,
    record::{Act, ConsentState},
    rule::{NoPositionReason, NoVideoReason},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::view::{
    ActivityView, ActsView, AttachAnswer, DiagnosticsSent, DiagnosticsView, DraftPage, Enrolment,
    FamiliesView, FamilyView, Fix, FreedView, IinView, LeftoversView, PhoneView, PinAnswer, PinResetView,
    Place, ReasonsView, RecordPage, ReviewView, SealAnswer, SentView, SyncView, Theme, TodayView,
};
use crate::store::draft::DraftId;

macro_rules! calls {
    ($($(#[$doc:meta])* $name:ident: $variant:ident $({ $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)? })? => $view:ty;)+) => {
        /// Everything a screen can ask.
        #[derive(Clone, Debug, Deserialize, TS)]
        #[serde(tag = "call", rename_all = "snake_case", deny_unknown_fields)]
        pub enum Request { $($(#[$doc])* $variant $({ $($(#[$field_doc])* $field: $type),+ })?),+ }

        impl Request {
            /// Names of all calls.
            pub const ALL: &'static [&'static str] = &[$(stringify!($name)),+];

            /// Its name.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Request::$variant { .. } => stringify!($name)),+ }
            }
        }

        /// The answer to a [`Request`].
        #[derive(Clone, Debug, Serialize)]
        #[serde(untagged)]
        pub enum View { $($(#[$doc])* $variant(Box<$view>)),+ }

        /// What each call answers.
        #[derive(TS)]
        #[expect(dead_code, reason = "a table for TypeScript, never made")]
        pub struct Answers { $($(#[$doc])* $name: $view),+ }
    };
}

calls! {
    // -- the phone --

    /// How the app stands. Answered while locked too.
    phone: Phone => PhoneView;
    /// Chooses the language. Answered while locked too.
    set_language: SetLanguage {
        /// The language.
        language: Lang,
    } => PhoneView;
    /// Chooses the theme. Answered while locked too.
    set_theme: SetTheme {
        /// The theme.
        theme: Theme,
    } => PhoneView;
    /// Whether the phone reminds the worker while the app is closed.
    set_reminders: SetReminders {
        /// Whether it does.
        on: bool,
    } => PhoneView;
    /// Becomes a phone by the text of a QR (`kandas://enrol?…`).
    enrol: Enrol {
        /// The text of the QR.
        link: String,
    } => Enrolment;
    /// Becomes a phone by a typed address and code.
    enrol_typed: EnrolTyped {
        /// Address of the server, `https://…`.
        url: String,
        /// The one-time code, `ABCDE-FGHJK`.
        code: String,
        /// SHA-256 of the server's certificate in hexadecimal, where it signed its own.
        #[serde(default)]
        #[ts(optional = nullable)]
        pin: Option<String>,
        /// Fingerprint of the server's key as the administrator told it; compared if it is there.
        #[serde(default)]
        #[ts(optional = nullable)]
        fingerprint: Option<String>,
    } => Enrolment;
    /// Sets the first PIN, or changes it: 4 to 12 digits. Answers `right: false` when the present one does not fit.
    set_pin: SetPin {
        /// The new PIN.
        pin: String,
        /// The present one, where there is one.
        #[serde(default)]
        #[ts(optional = nullable)]
        present: Option<String>,
    } => PinAnswer;
    /// Tries the PIN. Answered while locked. After five wrong tries each next one waits longer.
    unlock: Unlock {
        /// The PIN.
        pin: String,
    } => PinAnswer;
    /// Locks the screens.
    lock: Lock => PhoneView;
    /// A forgotten PIN: the number to read to a supervisor. Answered while locked; asking again shows the same number.
    begin_pin_reset: BeginPinReset => PinResetView;
    /// A new PIN for the code that a supervisor reads out; it is taken once. Answered while locked.
    reset_pin: ResetPin {
        /// The supervisor's code; empty when the centre has granted it.
        code: String,
        /// The new PIN.
        pin: String,
    } => PinAnswer;
    /// Takes the notices of the start as read.
    dismiss_notices: DismissNotices => PhoneView;
    /// The log, without personal data. Answered while locked too.
    diagnostics: Diagnostics {
        /// How many events; 200 when left out.
        #[serde(default)]
        #[ts(optional = nullable)]
        limit: Option<u32>,
    } => DiagnosticsView;
    /// Sends the log to the operator, whatever else waits. Answered while locked too.
    send_diagnostics: SendDiagnostics => DiagnosticsSent;
    /// Files that an interrupted attach left.
    leftovers: Leftovers => LeftoversView;
    /// Takes a leftover into a draft.
    adopt_leftover: AdoptLeftover {
        /// Its name.
        name: String,
        /// The draft.
        draft: DraftId,
    } => AttachAnswer;
    /// Gives a leftover up; its file goes.
    dismiss_leftover: DismissLeftover {
        /// Its name.
        name: String,
    } => LeftoversView;

    // -- families --

    /// What comes next.
    today: Today => TodayView;
    /// The families.
    families: Families {
        /// What to look for: names (Kazakh letters fold: ә is а, қ is к …), passport spelling, settlement, address, phone.
        #[serde(default)]
        #[ts(optional = nullable)]
        search: Option<String>,
        /// Where the phone is: nearest first.
        #[serde(default)]
        #[ts(optional = nullable)]
        near: Option<Place>,
    } => FamiliesView;
    /// One family.
    family: Family {
        /// Which.
        family: FamilyId,
        /// Where the phone is.
        #[serde(default)]
        #[ts(optional = nullable)]
        near: Option<Place>,
    } => FamilyView;
    /// A person's IIN in full.
    show_iin: ShowIin {
        /// Whose.
        person: PersonId,
        /// Why; not empty.
        reason: String,
    } => IinView;
    /// One activity.
    activity: Activity {
        /// Which.
        activity: ActivityId,
    } => ActivityView;
    /// The acts outside the 25 services and their forms.
    acts: Acts => ActsView;
    /// Why a service does not concern somebody or is not wanted, and why a record is corrected: what can be chosen today.
    reasons: Reasons => ReasonsView;

    // -- drafts; each answers the draft as it stands on the disk --

    /// Opens a draft of a completion; an open one of the same activity is answered instead.
    open_completion: OpenCompletion {
        /// The activities, all of one family and service; several only where the service allows it.
        activities: Vec<ActivityId>,
    } => DraftPage;
    /// Opens a draft: the service does not concern this person.
    open_not_applicable: OpenNotApplicable {
        /// The activity.
        activity: ActivityId,
        /// Why; empty where it is said in the draft.
        reason: String,
    } => DraftPage;
    /// Opens a draft: the person does not want the service.
    open_refused: OpenRefused {
        /// The activity.
        activity: ActivityId,
        /// Why; empty where it is said in the draft.
        reason: String,
    } => DraftPage;
    /// Opens a draft of a consent by itself; its paper or signature is evidence of it. An open one is answered instead.
    open_consent: OpenConsent {
        /// Whose.
        person: PersonId,
        /// Its new state: `given`, `declined` or `withdrawn`.
        state: ConsentState,
        /// On what basis, or why there is none.
        #[serde(default)]
        #[ts(optional = nullable)]
        reason: Option<String>,
    } => DraftPage;
    /// Opens a draft of an act outside the 25 services.
    open_act: OpenAct {
        /// With which family.
        family: FamilyId,
        /// Which act.
        act: Act,
        /// With whom, if with one person.
        #[serde(default)]
        #[ts(optional = nullable)]
        person: Option<PersonId>,
    } => DraftPage;
    /// Opens a new version of a sealed record; its evidence is taken over. An open one is answered instead.
    correct: Correct {
        /// The record.
        record: RecordId,
        /// Why; empty where it is said in the draft.
        why: String,
    } => DraftPage;
    /// Opens a completion of an activity that a record said does not apply or is refused: it was given after all. An open
    /// one is answered instead.
    given_after_all: GivenAfterAll {
        /// The activity.
        activity: ActivityId,
        /// Why; empty where it is said in the draft.
        why: String,
    } => DraftPage;
    /// A draft.
    draft: Draft {
        /// Which.
        draft: DraftId,
    } => DraftPage;
    /// Saves one field.
    save: Save {
        /// The draft.
        draft: DraftId,
        /// The field.
        field: Field,
    } => DraftPage;
    /// Whom a capture serves, where the service allows several.
    set_subjects: SetSubjects {
        /// The draft.
        draft: DraftId,
        /// The activities; at least one.
        activities: Vec<ActivityId>,
    } => DraftPage;
    /// What a person said when asked for consent during this draft.
    say_consent: SayConsent {
        /// The draft.
        draft: DraftId,
        /// Who.
        person: PersonId,
        /// What: `given`, `declined` or `withdrawn`; `missing` takes it back, nobody was asked after all.
        state: ConsentState,
        /// On what basis, or why not; needed unless it is taken back.
        #[serde(default)]
        #[ts(optional = nullable)]
        reason: Option<String>,
    } => DraftPage;
    /// Takes a piece out of a draft. `undo_remove` brings it back until the draft is sealed or the app ends.
    remove_evidence: RemoveEvidence {
        /// The draft.
        draft: DraftId,
        /// The piece.
        evidence: EvidenceId,
    } => DraftPage;
    /// Brings back what was taken out.
    undo_remove: UndoRemove {
        /// The draft.
        draft: DraftId,
        /// The piece.
        evidence: EvidenceId,
    } => DraftPage;
    /// Gives a draft up; its files go. Ask first: there is no undo.
    discard: Discard {
        /// The draft.
        draft: DraftId,
    } => TodayView;
    /// Everything on one page before sealing.
    review: Review {
        /// The draft.
        draft: DraftId,
    } => ReviewView;
    /// Seals. No undo.
    seal: Seal {
        /// The draft.
        draft: DraftId,
    } => SealAnswer;

    // -- sent work --

    /// The ledger, newest first.
    sent: Sent {
        /// Search in services' numbers, names and settlements.
        #[serde(default)]
        #[ts(optional = nullable)]
        search: Option<String>,
        /// Where the page begins, as `next` said; the newest when left out.
        #[serde(default)]
        #[ts(optional = nullable)]
        before: Option<u32>,
        /// How many rows; 50 when left out, at most 200.
        #[serde(default)]
        #[ts(optional = nullable)]
        limit: Option<u32>,
    } => SentView;
    /// One sealed record.
    record: Record {
        /// Which.
        record: RecordId,
    } => RecordPage;
    /// Offers a record that was refused again.
    offer_again: OfferAgain {
        /// Which.
        record: RecordId,
    } => RecordPage;

    // -- sending; answered while locked and after the lease too --

    /// Where sending stands.
    sync: Sync => SyncView;
    /// Tries now: waits of earlier failures are over.
    sync_now: SyncNow => SyncView;
    /// Pauses sending, or goes on.
    pause_sync: PauseSync {
        /// Whether to pause.
        paused: bool,
    } => SyncView;
    /// Says whether this link costs by the byte; null: as the system says.
    set_metered: SetMetered {
        /// Whether it does.
        metered: Option<bool>,
    } => SyncView;
    /// Lets video travel over a link that costs until what waits now is out, or the app ends.
    send_video_now: SendVideoNow => SyncView;
    /// Frees what is delivered and old enough.
    free_storage: FreeStorage => FreedView;
}

/// A field of a draft with its new value. Null takes it away.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(tag = "field", content = "value", rename_all = "snake_case")]
pub enum Field {
    /// The day it was done, YYYY-MM-DD.
    DoneOn(Option<chrono::NaiveDate>),
    /// Where the device is; takes a reason for no position away.
    Position(Option<Fix>),
    /// Why there is no position.
    NoPosition(Option<NoPositionReason>),
    /// The same in words of one's own, for `other`; they are sealed at the end of the note.
    NoPositionWords(Option<String>),
    /// Why there is no video.
    NoVideo(Option<NoVideoReason>),
    /// The same in words of one's own, for `other`; they are sealed at the end of the note.
    NoVideoWords(Option<String>),
    /// Why an earlier record is corrected.
    Correction(String),
    /// Number of a paper.
    PaperNumber(Option<String>),
    /// Its date, YYYY-MM-DD.
    PaperDate(Option<chrono::NaiveDate>),
    /// Free text, at most 4,000 characters.
    Note(Option<String>),
    /// Why it does not apply or is refused; basis of a consent.
    Reason(Option<String>),
    /// Topics of an act.
    Topics(Vec<String>),
    /// Further fields of an act; replaces them all.
    Details(#[ts(type = "Record<string, unknown>")] serde_json::Map<String, serde_json::Value>),
}

/// What a call that cannot be answered says. Expected outcomes are views, not problems.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Problem {
    /// A word to act on.
    pub problem: ProblemWord,
    /// In English, for the log; never with personal data.
    pub detail: String,
}

/// Why a call cannot be answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProblemWord {
    /// The PIN is asked for first.
    Locked,
    /// Too long without contact: only sending is possible.
    LeaseOver,
    /// The phone belongs to nobody yet.
    NotEnrolled,
    /// There is no such thing here (any more).
    Unknown,
    /// Not in this state: the draft is sealed, a reason is missing …
    NotNow,
    /// The request makes no sense: a mistake of the screen.
    BadRequest,
    /// This phone or program cannot do that.
    Unavailable,
    /// Something went wrong that nobody expected. What was saved is safe.
    Fault,
    /// The keystore forgot its key: nothing can be opened until the organisation has given it back. Nothing is lost.
    KeyForgotten,
}

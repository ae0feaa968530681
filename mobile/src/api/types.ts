// Written by `KANDAS_WRITE_TYPES=1 cargo test -p kandas-app typescript` from app/src/face. Do not edit.

/** The answer of a call. */
export type Answer<C extends Request["call"]> = Answers[C];

/**
 * Acts outside the 25 services.
 */
export type Act = "ack_receipt" | "consult_terms" | "preliminary_visit" | "arrival" | "temporary_registration" | "plan_agreement" | "monitoring_visit";

/**
 * An open draft of an act outside the 25 services, or of a consent.
 */
export type ActDraft = { 
/**
 * The draft.
 */
draft: DraftId, 
/**
 * Which act; null for a consent.
 */
act: Act | null, };

/**
 * A field of an act: message `field-…`.
 */
export type ActField = { 
/**
 * Name in the details.
 */
name: string, 
/**
 * What goes in.
 */
kind: FieldKind, 
/**
 * Whether the act cannot be sealed without it. It never blocks saving.
 */
required: boolean, 
/**
 * For `choice`: the words to choose from, message `choice-…`.
 */
choices: Array<string>, };

/**
 * What an act asks for. `topics` go into the draft's topics, `fields` into its details under their name.
 */
export type ActForm = { 
/**
 * Which act.
 */
act: Act, 
/**
 * Paragraph of the order.
 */
paragraph: number, 
/**
 * Whether it is with one person (null person: the family).
 */
with_person: boolean, 
/**
 * Boxes to tick: message `topic-…`.
 */
topics: Array<string>, 
/**
 * Whether at least one of them has to be ticked before the act can be sealed.
 */
topic_required: boolean, 
/**
 * Fields to fill in.
 */
fields: Array<ActField>, };

/**
 * One service for one person in a plan; stable across plan versions (§33).
 */
export type ActivityId = string;

/**
 * Where one activity of a plan stands.
 */
export type ActivityState = "planned" | "in_progress" | "captured" | "done_local" | "synced" | "reported" | "sys_confirmed" | "disputed" | "not_applicable" | "refused" | "cancelled" | "corrected";

/**
 * One activity: what it is, what its rule asks for, what was done.
 */
export type ActivityView = { 
/**
 * Id.
 */
activity: ActivityId, 
/**
 * The family.
 */
family: FamilyId, 
/**
 * Its name.
 */
family_name: string, 
/**
 * For whom.
 */
person: PersonName, 
/**
 * Whether it is for the family as one.
 */
for_family: boolean, 
/**
 * Which service.
 */
service: ServiceCode, 
/**
 * Number in Appendix 1.
 */
number: number, 
/**
 * The official name in the language of the screens.
 */
official_name: string, 
/**
 * Whether a second completion is normal.
 */
repeatable: boolean, 
/**
 * Whom the service usually concerns.
 */
applies_to: AppliesTo, 
/**
 * What its rule asks for.
 */
rule: RuleView, 
/**
 * State on the centre's side.
 */
state: ActivityState, 
/**
 * Its one state.
 */
patch: Patch, 
/**
 * Due date.
 */
deadline: Deadline | null, 
/**
 * The day it was done, as the centre has it.
 */
done_on: string | null, 
/**
 * The open draft of it.
 */
draft: DraftId | null, 
/**
 * Whether a record says that it was not given, and it may be recorded as given after all.
 */
may_be_given: boolean, 
/**
 * What came back and waits for an answer.
 */
returned: Array<ReturnedCard>, 
/**
 * Records about it that this phone sealed, newest first.
 */
records: Array<LedgerRow>, 
/**
 * Consent of the person.
 */
consent: Consent | null, 
/**
 * Members with an open activity of the same service that one capture may serve too; empty where it may not.
 */
together: Array<Companion>, };

/**
 * The acts outside the 25 services, with the form of each.
 */
export type ActsView = { 
/**
 * In the order in which they happen.
 */
acts: Array<ActForm>, };

/**
 * What each call answers.
 */
export type Answers = { 
/**
 * How the app stands. Answered while locked too.
 */
phone: PhoneView, 
/**
 * Chooses the language. Answered while locked too.
 */
set_language: PhoneView, 
/**
 * Chooses the theme. Answered while locked too.
 */
set_theme: PhoneView, 
/**
 * Whether the phone reminds the worker while the app is closed.
 */
set_reminders: PhoneView, 
/**
 * Becomes a phone by the text of a QR (`kandas://enrol?…`).
 */
enrol: Enrolment, 
/**
 * Becomes a phone by a typed address and code.
 */
enrol_typed: Enrolment, 
/**
 * Sets the first PIN, or changes it: 4 to 12 digits. Answers `right: false` when the present one does not fit.
 */
set_pin: PinAnswer, 
/**
 * Tries the PIN. Answered while locked. After five wrong tries each next one waits longer.
 */
unlock: PinAnswer, 
/**
 * Locks the screens.
 */
lock: PhoneView, 
/**
 * A forgotten PIN: the number to read to a supervisor. Answered while locked; asking again shows the same number.
 */
begin_pin_reset: PinResetView, 
/**
 * A new PIN for the code that a supervisor reads out; it is taken once. Answered while locked.
 */
reset_pin: PinAnswer, 
/**
 * Takes the notices of the start as read.
 */
dismiss_notices: PhoneView, 
/**
 * The log, without personal data. Answered while locked too.
 */
diagnostics: DiagnosticsView, 
/**
 * Sends the log to the operator, whatever else waits. Answered while locked too.
 */
send_diagnostics: DiagnosticsSent, 
/**
 * Files that an interrupted attach left.
 */
leftovers: LeftoversView, 
/**
 * Takes a leftover into a draft.
 */
adopt_leftover: AttachAnswer, 
/**
 * Gives a leftover up; its file goes.
 */
dismiss_leftover: LeftoversView, 
/**
 * What comes next.
 */
today: TodayView, 
/**
 * The families.
 */
families: FamiliesView, 
/**
 * One family.
 */
family: FamilyView, 
/**
 * A person's IIN in full.
 */
show_iin: IinView, 
/**
 * One activity.
 */
activity: ActivityView, 
/**
 * The acts outside the 25 services and their forms.
 */
acts: ActsView, 
/**
 * Why a service does not concern somebody or is not wanted, and why a record is corrected: what can be chosen today.
 */
reasons: ReasonsView, 
/**
 * Opens a draft of a completion; an open one of the same activity is answered instead.
 */
open_completion: DraftPage, 
/**
 * Opens a draft: the service does not concern this person.
 */
open_not_applicable: DraftPage, 
/**
 * Opens a draft: the person does not want the service.
 */
open_refused: DraftPage, 
/**
 * Opens a draft of a consent by itself; its paper or signature is evidence of it. An open one is answered instead.
 */
open_consent: DraftPage, 
/**
 * Opens a draft of an act outside the 25 services.
 */
open_act: DraftPage, 
/**
 * Opens a new version of a sealed record; its evidence is taken over. An open one is answered instead.
 */
correct: DraftPage, 
/**
 * Opens a completion of an activity that a record said does not apply or is refused: it was given after all. An open
 * one is answered instead.
 */
given_after_all: DraftPage, 
/**
 * A draft.
 */
draft: DraftPage, 
/**
 * Saves one field.
 */
save: DraftPage, 
/**
 * Whom a capture serves, where the service allows several.
 */
set_subjects: DraftPage, 
/**
 * What a person said when asked for consent during this draft.
 */
say_consent: DraftPage, 
/**
 * Takes a piece out of a draft. `undo_remove` brings it back until the draft is sealed or the app ends.
 */
remove_evidence: DraftPage, 
/**
 * Brings back what was taken out.
 */
undo_remove: DraftPage, 
/**
 * Gives a draft up; its files go. Ask first: there is no undo.
 */
discard: TodayView, 
/**
 * Everything on one page before sealing.
 */
review: ReviewView, 
/**
 * Seals. No undo.
 */
seal: SealAnswer, 
/**
 * The ledger, newest first.
 */
sent: SentView, 
/**
 * One sealed record.
 */
record: RecordPage, 
/**
 * Offers a record that was refused again.
 */
offer_again: RecordPage, 
/**
 * Where sending stands.
 */
sync: SyncView, 
/**
 * Tries now: waits of earlier failures are over.
 */
sync_now: SyncView, 
/**
 * Pauses sending, or goes on.
 */
pause_sync: SyncView, 
/**
 * Says whether this link costs by the byte; null: as the system says.
 */
set_metered: SyncView, 
/**
 * Lets video travel over a link that costs until what waits now is out, or the app ends.
 */
send_video_now: SyncView, 
/**
 * Frees what is delivered and old enough.
 */
free_storage: FreedView, };

/**
 * Whom a service usually concerns. A hint that pre-selects items of a plan; the worker adds or drops any with a reason.
 */
export type AppliesTo = "family" | "everyone" | "adults" | "military_liable" | "school_children" | "preschool_children" | "working_age";

/**
 * A file that could not be evidence. The file itself was not touched.
 */
export type AsideFile = { 
/**
 * Its name.
 */
name: string, 
/**
 * Why: `aside-…` of the messages.
 */
reason: string, 
/**
 * By the wall clock.
 */
at: string, };

/**
 * How a file that was brought ended (`POST /api/draft/{draft}/evidence`).
 */
export type AttachAnswer = { "outcome": "kept", 
/**
 * Its id.
 */
evidence: EvidenceId, 
/**
 * The draft as it stands now.
 */
page: DraftPage, } | { "outcome": "set_aside", 
/**
 * Why: `aside-…` of the messages.
 */
reason: string, } | { "outcome": "no_room", 
/**
 * Bytes that are free.
 */
free: number, 
/**
 * Bytes that would have to be.
 */
needed: number, };

/**
 * An activity and its patch.
 */
export type Cell = { 
/**
 * The activity.
 */
activity: ActivityId, 
/**
 * For whom.
 */
person: PersonId, 
/**
 * Its one state.
 */
patch: Patch, 
/**
 * Due date.
 */
deadline: Deadline | null, 
/**
 * Done, but after the due date: the chip "мерзімінен кейін".
 */
late: boolean, 
/**
 * A supervisor has left a remark.
 */
remarked: boolean, 
/**
 * The open draft of it.
 */
draft: DraftId | null, };

/**
 * A line of the checklist.
 */
export type Check = { 
/**
 * Which proof.
 */
proof: Proof, 
/**
 * Whether it has to be there.
 */
required: boolean, 
/**
 * Whether the rule is content: with a proof, or with the reason why there is none.
 */
satisfied: boolean, 
/**
 * How many are there.
 */
count: number, };

/**
 * One check of a record by a supervisor.
 */
export type CheckId = string;

/**
 * Name of a check state, without its date.
 */
export type CheckKind = "unchecked" | "accepted" | "remarked" | "returned" | "answered";

/**
 * What a supervisor has said of a record.
 */
export type CheckLine = { 
/**
 * Its id.
 */
check: CheckId, 
/**
 * What it says: accepted, remarked or returned; answered when a correction has answered a return.
 */
state: CheckKind, 
/**
 * Whether it stands: not answered, and nothing was said later in its place.
 */
stands: boolean, 
/**
 * The one piece that was returned.
 */
evidence: EvidenceId | null, 
/**
 * Why it was returned.
 */
reason: ReasonCode | null, 
/**
 * See [`ReturnedCard::said`].
 */
said: ReasonText | null, 
/**
 * The supervisor's words.
 */
text: string | null, 
/**
 * Until when a return is to be answered.
 */
due: string | null, 
/**
 * Who.
 */
by: string, 
/**
 * In which role.
 */
role: Role, 
/**
 * When.
 */
at: string, };

/**
 * Order of travel: small things first, video last.
 */
export type Class = "thumbnail" | "photo" | "document" | "video" | "original";

/**
 * A member whom one capture may serve too.
 */
export type Companion = { 
/**
 * Name.
 */
person: PersonName, 
/**
 * The person's activity of the service.
 */
activity: ActivityId, 
/**
 * Its patch.
 */
patch: Patch, 
/**
 * Whether the draft serves this person already.
 */
chosen: boolean, };

/**
 * What is known of a person's consent.
 */
export type Consent = { 
/**
 * Whose.
 */
person: PersonId, 
/**
 * The state.
 */
state: ConsentState, 
/**
 * How this phone knows.
 */
source: ConsentSource, 
/**
 * Who gave it, when a parent did for a minor.
 */
given_by: PersonId | null, 
/**
 * Whether somebody has asked, whatever the answer: then the camera may open.
 */
asked: boolean, };

/**
 * How a phone knows of a consent.
 */
export type ConsentSource = "pulled" | "sealed" | "draft" | "unknown";

/**
 * State of a consent.
 */
export type ConsentState = "missing" | "given" | "declined" | "withdrawn";

/**
 * A due date as it looks today. Negative numbers: past.
 */
export type Deadline = { 
/**
 * The day that the plan or the supervisor names.
 */
on: string, 
/**
 * The last day in time: that day, or the next working day if it is a day off.
 */
last: string, 
/**
 * Calendar days until it: 0 today, 1 tomorrow, −1 yesterday.
 */
days: number, 
/**
 * Working days until it; null when the calendar does not know that year: show the date alone.
 */
working_days: number | null, };

/**
 * One enrolled phone.
 */
export type DeviceId = string;

/**
 * How sending the log ended.
 */
export type DiagnosticsSent = { 
/**
 * Whether the centre has it.
 */
sent: boolean, 
/**
 * A problem code (`problem-…`) or a word of the link (`link-…`), if not.
 */
problem: string | null, };

/**
 * The log for whoever looks for a fault: ids, counts and reasons, no personal data. As text at `/api/diagnostics`.
 */
export type DiagnosticsView = { 
/**
 * What the phone is, name and value.
 */
facts: Array<Fact>, 
/**
 * What happened, newest first.
 */
events: Array<EventLine>, };

/**
 * What an open draft has, for a list row: "Жоба: фото бар, видео жоқ".
 */
export type DraftBrief = { 
/**
 * Its id.
 */
draft: DraftId, 
/**
 * Photos.
 */
photos: number, 
/**
 * Videos.
 */
videos: number, 
/**
 * Pages of documents.
 */
documents: number, 
/**
 * Signatures.
 */
signatures: number, 
/**
 * What is still missing.
 */
missing: Array<Missing>, 
/**
 * How many things are still to be written down besides.
 */
to_say: number, 
/**
 * When something was last added to it, by the wall clock.
 */
saved_at: string, };

/**
 * A draft.
 */
export type DraftId = string;

/**
 * What a draft will state.
 */
export type DraftKind = "completion" | "not_applicable" | "refused" | "consent" | "act";

/**
 * A draft with everything its screen shows. Every change is on the disk when its call answers.
 */
export type DraftPage = { 
/**
 * Id.
 */
draft: DraftId, 
/**
 * Open, or already sealed or given up.
 */
state: DraftState, 
/**
 * What it will state.
 */
kind: DraftKind, 
/**
 * The family.
 */
family: FamilyId, 
/**
 * Its name.
 */
family_name: string, 
/**
 * Which service, for the first three kinds.
 */
service: ServiceCode | null, 
/**
 * Which act, for kind `act`.
 */
act: Act | null, 
/**
 * The official name of the service in the language of the screens.
 */
official_name: string | null, 
/**
 * For whom.
 */
subjects: Array<DraftSubject>, 
/**
 * Everybody whom this capture could serve, `chosen` or not; empty where the service is for one person at a time.
 */
together: Array<Companion>, 
/**
 * Due date: the earliest of its activities.
 */
deadline: Deadline | null, 
/**
 * What the rule asks for; null where there is none.
 */
rule: RuleView | null, 
/**
 * The checklist, in the order of the screen. The act bar repeats `missing`.
 */
checks: Array<Check>, 
/**
 * What is still missing, the next thing first.
 */
missing: Array<Missing>, 
/**
 * What is still to be written down, besides proofs.
 */
to_say: Array<ToSay>, 
/**
 * Who has not been asked for consent. Comes before the first photo.
 */
consent_missing: Array<PersonId>, 
/**
 * Whether it can be sealed now.
 */
ready: boolean, 
/**
 * What it has gathered.
 */
evidence: Array<Tile>, 
/**
 * Pieces taken out a moment ago that `undo_remove` can bring back.
 */
removed: Array<Tile>, 
/**
 * Files that could not be evidence, with the reason.
 */
aside: Array<AsideFile>, 
/**
 * The day it was done; today until the worker says otherwise.
 */
done_on: string, 
/**
 * Where the device was.
 */
position: Position | null, 
/**
 * Why there is no position.
 */
no_position: NoPositionReason | null, 
/**
 * The same in the worker's own words, where the reason is another one.
 */
no_position_words: string | null, 
/**
 * Why there is no video.
 */
no_video: NoVideoReason | null, 
/**
 * The same in the worker's own words, where the reason is another one.
 */
no_video_words: string | null, 
/**
 * Number of a paper.
 */
paper_number: string | null, 
/**
 * Its date.
 */
paper_date: string | null, 
/**
 * Free text.
 */
note: string | null, 
/**
 * Why it does not apply or is refused; basis of a consent.
 */
reason: string | null, 
/**
 * New state, for kind `consent`.
 */
consent_state: ConsentState | null, 
/**
 * Topics of an act.
 */
topics: Array<string>, 
/**
 * Further fields of an act.
 */
details: Record<string, unknown>, 
/**
 * The record it corrects.
 */
corrects: RecordId | null, 
/**
 * Why it is corrected.
 */
correction: string | null, 
/**
 * When it was opened, by the wall clock.
 */
opened_at: string, 
/**
 * When something was last saved: "Жоба сақталды 11:42".
 */
saved_at: string, 
/**
 * Whether there is room for another capture.
 */
room: boolean, };

/**
 * An open draft as a row.
 */
export type DraftRow = { 
/**
 * What it has.
 */
brief: DraftBrief, 
/**
 * What it will state.
 */
kind: DraftKind, 
/**
 * The family.
 */
family: FamilyId, 
/**
 * Its name.
 */
family_name: string, 
/**
 * For whom.
 */
persons: Array<PersonName>, 
/**
 * Which service.
 */
service: ServiceCode | null, 
/**
 * Which act outside the 25 services.
 */
act: Act | null, 
/**
 * Due date of its activity.
 */
deadline: Deadline | null, 
/**
 * The record it corrects.
 */
corrects: RecordId | null, };

/**
 * Where a draft stands.
 */
export type DraftState = "open" | "sealed" | "discarded";

/**
 * Somebody a draft is for.
 */
export type DraftSubject = { 
/**
 * The plan's activity.
 */
activity: ActivityId | null, 
/**
 * The person; null for an act with the whole family.
 */
person: PersonName | null, 
/**
 * Consent, where it is asked for.
 */
consent: Consent | null, 
/**
 * What the person said during this draft: on what basis, or why not.
 */
consent_reason: string | null, };

/**
 * How an enrolment ended.
 */
export type Enrolment = { "outcome": "enrolled", 
/**
 * The app as it stands now.
 */
phone: PhoneView, } | { "outcome": "not_a_link", 
/**
 * What is wrong, in English for the log.
 */
why: string, } | { "outcome": "already_enrolled", 
/**
 * Whose it is.
 */
worker: WorkerView | null, } | { "outcome": "refused", 
/**
 * A problem code (`problem-…`) or `unreachable`, `cut`, `wrong-server`, `protocol`, `untrusted` (`link-…`).
 */
problem: string, 
/**
 * In English, for the log.
 */
detail: string, };

/**
 * Pushed to the screens (`GET /api/events`, one JSON object a message): ask again for what you show.
 */
export type Event = { "event": "changed", 
/**
 * Which.
 */
topics: Array<Topic>, } | { "event": "file", 
/**
 * Which.
 */
file: FileName, 
/**
 * Bytes the centre has.
 */
sent: number, 
/**
 * Bytes in all.
 */
size: number, 
/**
 * Bytes a second.
 */
speed: number | null, } | { "event": "missed" };

/**
 * One thing that happened.
 */
export type EventLine = { 
/**
 * Number.
 */
number: number, 
/**
 * By the wall clock.
 */
at: string, 
/**
 * What kind of thing.
 */
kind: string, 
/**
 * What it happened to: an id, a file name of the vault.
 */
subject: string | null, 
/**
 * More about it.
 */
detail: string | null, };

/**
 * One piece of evidence of a record (§36).
 */
export type EvidenceId = string;

/**
 * What kind of proof a file is.
 */
export type EvidenceKind = "photo" | "video" | "document" | "signature";

/**
 * One fact about the phone.
 */
export type Fact = { 
/**
 * Name, a word.
 */
name: string, 
/**
 * Value.
 */
value: string, };

/**
 * The families of this worker.
 */
export type FamiliesView = { 
/**
 * When the list was last complete; null: nothing is known yet.
 */
as_of: string | null, 
/**
 * How many there are without a search.
 */
total: number, 
/**
 * Those that match. Without a search by settlement and name; with a place the nearest first; with a search the best
 * match first.
 */
families: Array<FamilyRow>, 
/**
 * Families or members that cannot be read; they are in the diagnostics.
 */
unreadable: number, };

/**
 * A family of kandas.
 */
export type FamilyId = string;

/**
 * One family as a row.
 */
export type FamilyRow = { 
/**
 * Id.
 */
family: FamilyId, 
/**
 * Its name: the surname of its head, else the given name.
 */
name: string, 
/**
 * Where it lives.
 */
settlement: string, 
/**
 * Whether that is in the countryside.
 */
rural: boolean, 
/**
 * How many members.
 */
members: number, 
/**
 * Activities done.
 */
done: number, 
/**
 * Activities planned, without those that do not apply or were refused.
 */
total: number, 
/**
 * Overdue activities.
 */
overdue: number, 
/**
 * Activities due soon.
 */
soon: number, 
/**
 * Returned for rework.
 */
returned: number, 
/**
 * Open drafts.
 */
drafts: number, 
/**
 * One patch a service: the most urgent of its members.
 */
quilt: Array<Patch | null>, 
/**
 * The last day on which this phone or the centre knows of something done there.
 */
last_visit: string | null, 
/**
 * Metres from the place that was asked with; null when one of the two is not known.
 */
distance_m: number | null, 
/**
 * With a search: the member or address that matched, when it is not the name.
 */
matched: string | null, };

/**
 * One family.
 */
export type FamilyView = { 
/**
 * Id.
 */
family: FamilyId, 
/**
 * Its name.
 */
name: string, 
/**
 * Where it lives.
 */
settlement: string, 
/**
 * Whether that is in the countryside (§38).
 */
rural: boolean, 
/**
 * Address.
 */
address: string | null, 
/**
 * Phone of the family.
 */
phone: string | null, 
/**
 * Date of inclusion in the quota.
 */
quota_date: string | null, 
/**
 * Date of arrival.
 */
arrived_on: string | null, 
/**
 * Where the centre has it on the map.
 */
place: Place | null, 
/**
 * Metres from the place that was asked with.
 */
distance_m: number | null, 
/**
 * Its plan; null when none is published.
 */
plan: PlanView | null, 
/**
 * Its members, the head first: the columns of the matrix.
 */
members: Array<Member>, 
/**
 * The services that are planned for anybody here, in the order of Appendix 1: the rows of the matrix.
 */
services: Array<ServiceRow>, 
/**
 * Activities done.
 */
done: number, 
/**
 * Activities planned, without those that do not apply or were refused.
 */
total: number, 
/**
 * How many activities show each patch, for the filter chips; patches nobody shows are left out.
 */
counts: Array<PatchCount>, 
/**
 * What came back and waits for an answer.
 */
returned: Array<ReturnedCard>, 
/**
 * Acts outside the 25 services that were recorded here, newest first.
 */
acts: Array<LedgerRow>, 
/**
 * Open drafts of acts and consents.
 */
act_drafts: Array<ActDraft>, 
/**
 * Whether the family is not this worker's any more and is only kept for unsent work.
 */
leaving: boolean, 
/**
 * Rows that cannot be read.
 */
unreadable: number, };

/**
 * A field of a draft with its new value. Null takes it away.
 */
export type Field = { "field": "done_on", "value": string | null } | { "field": "position", "value": Fix | null } | { "field": "no_position", "value": NoPositionReason | null } | { "field": "no_position_words", "value": string | null } | { "field": "no_video", "value": NoVideoReason | null } | { "field": "no_video_words", "value": string | null } | { "field": "correction", "value": string } | { "field": "paper_number", "value": string | null } | { "field": "paper_date", "value": string | null } | { "field": "note", "value": string | null } | { "field": "reason", "value": string | null } | { "field": "topics", "value": Array<string> } | { "field": "details", "value": Record<string, unknown> };

/**
 * What goes into a field.
 */
export type FieldKind = "text" | "list" | "number" | "date" | "choice";

/**
 * A file by evidence and part.
 */
export type FileName = { 
/**
 * The evidence.
 */
evidence: EvidenceId, 
/**
 * Which of its files.
 */
part: Part, };

/**
 * A file on its way.
 */
export type FileRow = { 
/**
 * Which.
 */
file: FileName, 
/**
 * Kind of evidence.
 */
kind: EvidenceKind, 
/**
 * Kind of travel.
 */
class: Class, 
/**
 * Bytes.
 */
size: number, 
/**
 * Bytes that the centre has.
 */
sent: number, 
/**
 * A record that names it.
 */
record: RecordId | null, 
/**
 * Its service.
 */
service: ServiceCode | null, 
/**
 * Its family.
 */
family: FamilyId | null, 
/**
 * Its family's name, if this phone still holds it.
 */
family_name: string | null, 
/**
 * Number among those of its kind in the record, from 1: "фото 2/3".
 */
number: number, 
/**
 * How many of its kind the record has.
 */
of: number, 
/**
 * Why it waits; null when it may go.
 */
why: Why | null, 
/**
 * Failures so far.
 */
attempts: number, 
/**
 * Milliseconds until the next attempt.
 */
again_in_ms: number | null, 
/**
 * Why it is damaged or was given up: `aside-…` of the messages.
 */
reason: string | null, };

/**
 * Why a film is more than was asked for. Camera apps need not obey, and nothing is refused for it.
 */
export type FilmRemark = "long" | "large";

/**
 * A position of the device as the browser or the native part tells it.
 */
export type Fix = { 
/**
 * Degrees north.
 */
lat: number, 
/**
 * Degrees east.
 */
lon: number, 
/**
 * Radius in metres that holds the true place with 68 %.
 */
accuracy_m: number, 
/**
 * Time of the fix by the satellites or the system, RFC 3339.
 */
fix_at?: string | null, 
/**
 * When the fix was made, in milliseconds since boot, sleep included; only the native part knows.
 */
fix_boot_ms?: number | null, 
/**
 * Where it comes from; a browser cannot say and leaves it out, which counts as `fused`.
 */
source?: PositionSource | null, 
/**
 * Whether the system says that it is made up.
 */
mock?: boolean | null, 
/**
 * Metres above the ellipsoid.
 */
altitude_m?: number | null, };

/**
 * What was freed.
 */
export type FreedView = { 
/**
 * Files.
 */
files: number, 
/**
 * Bytes.
 */
bytes: number, };

/**
 * A person's IIN, shown because somebody gave a reason; noted in the log without the reason's text.
 */
export type IinView = { 
/**
 * The person.
 */
person: PersonId, 
/**
 * Twelve digits; null when there is none yet.
 */
iin: string | null, };

/**
 * A language of the product.
 */
export type Lang = "kk" | "ru" | "en";

/**
 * The lease: so many days without contact lock the screens, deleting nothing.
 */
export type Lease = { 
/**
 * Last time the server has signed; null before enrolment.
 */
last_contact: string | null, 
/**
 * Days that it lasts.
 */
days: number, 
/**
 * Whole days that are left; 0 on the last one.
 */
days_left: number | null, 
/**
 * Whether it is over.
 */
over: boolean, };

/**
 * One sealed record as a row.
 */
export type LedgerRow = { 
/**
 * Its id.
 */
record: RecordId, 
/**
 * Its number on this phone: "№ 0418".
 */
number: number, 
/**
 * Its patch.
 */
patch: Patch, 
/**
 * Where it stands.
 */
state: LedgerState, 
/**
 * Kind of statement: `completion`, `not_applicable`, `refused`, `consent`, `act`, `lost`.
 */
statement: string, 
/**
 * Which service.
 */
service: ServiceCode | null, 
/**
 * Which act.
 */
act: Act | null, 
/**
 * The activity.
 */
activity: ActivityId | null, 
/**
 * The family.
 */
family: FamilyId | null, 
/**
 * Its name, if this phone still holds it.
 */
family_name: string | null, 
/**
 * The person, if this phone still holds the family.
 */
person: PersonName | null, 
/**
 * The day it was done, as stated.
 */
done_on: string, 
/**
 * When it was sealed, by the wall clock.
 */
sealed_at: string, 
/**
 * Files that travel, thumbnails not counted.
 */
files: number, 
/**
 * Of those: with a receipt.
 */
files_delivered: number, 
/**
 * Bytes of everything that travels.
 */
bytes: number, 
/**
 * Bytes that the centre has.
 */
bytes_sent: number, 
/**
 * Journal position of its custody, the number of its receipt; null without one.
 */
receipt: number | null, 
/**
 * Why it is held or was set aside (`held-…`), or refused (`refused-…`).
 */
reason: string | null, 
/**
 * Why the rest of its files waits; null when nothing waits or it just goes on.
 */
waits: Why | null, 
/**
 * What a supervisor has said.
 */
check: CheckKind | null, 
/**
 * The record that corrects this one.
 */
corrected_by: RecordId | null, };

/**
 * Where an item stands.
 */
export type LedgerState = "recorded" | "accepted" | "held" | "set_aside" | "refused" | "delivered";

/**
 * Files of one kind that are left.
 */
export type LeftCount = { 
/**
 * Kind of travel.
 */
class: Class, 
/**
 * How many.
 */
files: number, 
/**
 * Bytes.
 */
bytes: number, };

/**
 * A photo or file that an interrupted attach left, offered back.
 */
export type Leftover = { 
/**
 * Its name; what `adopt_leftover` and `dismiss_leftover` want.
 */
name: string, 
/**
 * The draft it was meant for, if that is still open.
 */
draft: DraftId | null, 
/**
 * Bytes on the disk.
 */
size: number, 
/**
 * Where it lies: in the vault, or still where the camera wrote it.
 */
in_vault: boolean, };

/**
 * What lies around.
 */
export type LeftoversView = { 
/**
 * The files.
 */
files: Array<Leftover>, };

/**
 * What the line says.
 */
export type LineState = "delivered" | "waiting" | "offline" | "sending" | "later" | "paused" | "failed" | "off";

/**
 * What the link is like.
 */
export type LinkState = "offline" | "metered" | "unmetered";

/**
 * The PIN: locks the screens and nothing else. Sending goes on while locked, nothing is ever deleted by a PIN.
 */
export type LockView = { 
/**
 * Whether there is one.
 */
has_pin: boolean, 
/**
 * Whether it is asked for.
 */
locked: boolean, 
/**
 * Wrong tries in a row; survives a restart.
 */
wrong: number, 
/**
 * Milliseconds until the next try is taken.
 */
wait_ms: number, 
/**
 * Minutes out of sight after which the screens lock.
 */
after_minutes: number, };

/**
 * A member of a family.
 */
export type Member = { 
/**
 * Name.
 */
name: PersonName, 
/**
 * Spelling in the passport.
 */
latin_name: string | null, 
/**
 * Relation to the head.
 */
relation: Relation, 
/**
 * Sex by the document.
 */
sex: Sex | null, 
/**
 * Date of birth.
 */
birth_date: string | null, 
/**
 * Whole years today.
 */
age: number | null, 
/**
 * IIN with all but the last four digits hidden; null when the person has none yet. `show_iin` shows it.
 */
iin_masked: string | null, 
/**
 * Phone.
 */
phone: string | null, 
/**
 * Consent to personal data processing.
 */
consent: Consent, 
/**
 * The person's 25 patches.
 */
quilt: Array<Patch | null>, 
/**
 * Activities done.
 */
done: number, 
/**
 * Activities planned, without those that do not apply or were refused.
 */
total: number, };

/**
 * One thing still to do, in the order in which the screen offers them.
 */
export type Missing = "photo" | "acknowledgement" | "document" | "paper_number" | "system_fact" | "video" | "video_or_reason" | "position_or_reason";

/**
 * A newer program that the centre offers.
 */
export type NewerApp = { 
/**
 * Its version.
 */
version: string, 
/**
 * Bytes.
 */
size: number, 
/**
 * Where it can be fetched.
 */
address: string, 
/**
 * SHA-256 of the file, in hexadecimal.
 */
sha256: string, };

/**
 * Why there is no position.
 */
export type NoPositionReason = "no_fix" | "switched_off" | "no_permission" | "indoors" | "other";

/**
 * Why there is no video. Counted on the dashboard.
 */
export type NoVideoReason = "no_consent" | "weak_device" | "nothing_to_film" | "other";

/**
 * Something that the start found or did.
 */
export type Notice = { "notice": "store_moved", 
/**
 * Whether the new one took over who this phone is.
 */
enrolment_rescued: boolean, } | { "notice": "leftovers", 
/**
 * How many.
 */
count: number, } | { "notice": "interrupted", 
/**
 * Names of the camera's files.
 */
names: Array<string>, } | { "notice": "missing", 
/**
 * How many.
 */
count: number, } | { "notice": "unreadable", 
/**
 * How many.
 */
count: number, } | { "notice": "returned", 
/**
 * How many pieces.
 */
count: number, } | { "notice": "set_aside", 
/**
 * How many.
 */
count: number, };

/**
 * Which file of a piece of evidence.
 */
export type Part = "file" | "thumbnail" | "original";

/**
 * The one state that an activity or a record shows (screens.md §5). Where several hold, the first of this order does:
 * returned, held, draft, sending, waiting, overdue, soon, accepted, delivered, checked; then the rest.
 */
export type Patch = "returned" | "held" | "draft" | "sending" | "waiting" | "overdue" | "soon" | "planned" | "accepted" | "delivered" | "checked" | "refused" | "not_applicable";

/**
 * How many activities show a patch.
 */
export type PatchCount = { 
/**
 * The patch.
 */
patch: Patch, 
/**
 * How many.
 */
count: number, };

/**
 * A member of a family.
 */
export type PersonId = string;

/**
 * Name of a person as in the documents. One-word names are names.
 */
export type PersonName = { 
/**
 * Id.
 */
person: PersonId, 
/**
 * Surname, if there is one.
 */
surname: string | null, 
/**
 * Given name.
 */
given_name: string, 
/**
 * Patronymic, if there is one.
 */
patronymic: string | null, };

/**
 * State of the whole app; the first thing a screen asks for. Answered while locked too.
 */
export type PhoneView = { 
/**
 * Program and version.
 */
program: string, 
/**
 * Which screen comes first.
 */
stage: Stage, 
/**
 * Language of the screens.
 */
language: Lang, 
/**
 * Whether the worker has chosen it; until then the language page comes before everything.
 */
language_chosen: boolean, 
/**
 * Theme of the screens.
 */
theme: Theme, 
/**
 * Whether the worker is reminded while the app is closed.
 */
reminders: boolean, 
/**
 * Whose phone it is; null before enrolment.
 */
worker: WorkerView | null, 
/**
 * Address of its server.
 */
server: string | null, 
/**
 * Fingerprint of the server's key, to compare with what the administrator reads out.
 */
server_key: string | null, 
/**
 * This device.
 */
device: DeviceId | null, 
/**
 * The PIN.
 */
lock: LockView, 
/**
 * How long the phone may go on without contact.
 */
lease: Lease, 
/**
 * Today in UTC+5, as well as the phone can know it.
 */
today: string, 
/**
 * When the list of families was last complete, by the wall clock; null: never.
 */
as_of: string | null, 
/**
 * The one line about sending.
 */
sync: SyncLine, 
/**
 * What the start found, until it is dismissed. Nothing of it has lost anything.
 */
notices: Array<Notice>, 
/**
 * A newer program than this one, where the centre offers one. An old one goes on delivering for ever.
 */
newer: NewerApp | null, 
/**
 * Longest video in seconds that the camera should make (a hint for the recorder).
 */
video_seconds: number, 
/**
 * Whether position and camera are a desktop's, not a phone's.
 */
desktop: boolean, };

/**
 * How a try of the PIN ended.
 */
export type PinAnswer = { 
/**
 * Whether it was right.
 */
right: boolean, 
/**
 * Where the lock stands now.
 */
lock: LockView, };

/**
 * A forgotten PIN: what a supervisor has to be told.
 */
export type PinResetView = { 
/**
 * The number of eight digits to read to him; null: this phone has not heard from the centre since it can do this.
 */
challenge: string | null, 
/**
 * Whether the centre has said itself that a new PIN may be chosen: then no code is asked for.
 */
granted: boolean, 
/**
 * Where the lock stands: wrong codes wait like wrong PINs.
 */
lock: LockView, };

/**
 * A place, WGS 84.
 */
export type Place = { 
/**
 * Degrees north.
 */
lat: number, 
/**
 * Degrees east.
 */
lon: number, };

/**
 * Where an adaptation and integration plan stands.
 */
export type PlanState = "draft_remote" | "prelim_agreed" | "final_draft" | "agreed" | "approved" | "published" | "in_execution" | "executed" | "monitoring" | "closed" | "departed" | "discarded";

/**
 * A plan in its present version.
 */
export type PlanView = { 
/**
 * Version, from 1.
 */
version: number, 
/**
 * State.
 */
state: PlanState, 
/**
 * Date of publication to the phones.
 */
published_on: string | null, };

/**
 * A position that was kept.
 */
export type Position = { 
/**
 * Degrees north.
 */
lat: number, 
/**
 * Degrees east.
 */
lon: number, 
/**
 * "±8 м".
 */
accuracy_m: number, 
/**
 * Where it comes from.
 */
source: PositionSource, 
/**
 * Whether the system says that it is made up.
 */
mock: boolean, 
/**
 * When it was found, where that is known: an old one may be from somewhere else.
 */
fix_at: string | null, 
/**
 * Metres from the place that the centre has on record for the family; null when it has none.
 */
from_family_m: number | null, };

/**
 * Where a position comes from.
 */
export type PositionSource = "satellite" | "network" | "fused" | "entered";

/**
 * What a call that cannot be answered says. Expected outcomes are views, not problems.
 */
export type Problem = { 
/**
 * A word to act on.
 */
problem: ProblemWord, 
/**
 * In English, for the log; never with personal data.
 */
detail: string, };

/**
 * Why a call cannot be answered.
 */
export type ProblemWord = "locked" | "lease_over" | "not_enrolled" | "unknown" | "not_now" | "bad_request" | "unavailable" | "fault" | "key_forgotten";

/**
 * A kind of proof.
 */
export type Proof = "photo" | "video" | "position" | "document" | "paper_number" | "system_fact" | "acknowledgement";

/**
 * The code of a reason: Latin letters, digits and `_`, a letter first, at most 40. One that nobody knows is a code all the
 * same: an older program meets those that were added after it.
 */
export type ReasonCode = string;

/**
 * A reason that can be chosen.
 */
export type ReasonLine = { 
/**
 * Its code.
 */
code: ReasonCode, 
/**
 * What it reads at the centre; null: the message of its code.
 */
text: ReasonText | null, };

/**
 * What people read, in the three languages.
 */
export type ReasonText = { 
/**
 * Kazakh.
 */
kk: string, 
/**
 * Russian.
 */
ru: string, 
/**
 * English; the Russian text stands for it where it is empty.
 */
en: string, };

/**
 * Reasons that can be chosen today, in the order in which they are shown; the one that asks for words is the last of each.
 */
export type ReasonsView = { 
/**
 * Why a service does not concern somebody.
 */
not_applicable: Array<ReasonLine>, 
/**
 * Why a family does not want it.
 */
refused: Array<ReasonLine>, 
/**
 * Why a record is corrected.
 */
correction: Array<ReasonLine>, };

/**
 * A sealed record.
 */
export type RecordId = string;

/**
 * One sealed record, readable.
 */
export type RecordPage = { 
/**
 * The row.
 */
row: LedgerRow, 
/**
 * The official name of the service in the language of the screens.
 */
official_name: string | null, 
/**
 * Identity: SHA-256 of what was signed.
 */
hash: string, 
/**
 * Where the device was.
 */
position: Position | null, 
/**
 * Why there is no position.
 */
no_position: NoPositionReason | null, 
/**
 * Why there is no video.
 */
no_video: NoVideoReason | null, 
/**
 * Number of a paper.
 */
paper_number: string | null, 
/**
 * Its date.
 */
paper_date: string | null, 
/**
 * Free text.
 */
note: string | null, 
/**
 * Why it does not apply or is refused; basis of a consent.
 */
reason: string | null, 
/**
 * Topics of an act.
 */
topics: Array<string>, 
/**
 * Further fields of an act.
 */
details: Record<string, unknown>, 
/**
 * The record it corrects.
 */
corrects: RecordId | null, 
/**
 * Why it was corrected.
 */
correction: string | null, 
/**
 * The proof.
 */
evidence: Array<Tile>, 
/**
 * When the centre received it.
 */
received_at: string | null, 
/**
 * What came back and waits for an answer.
 */
returned: Array<ReturnedCard>, 
/**
 * Everything supervisors have said of it, the newest first.
 */
checks: Array<CheckLine>, 
/**
 * Whether `correct` may open a new version.
 */
correctable: boolean, 
/**
 * Whether it was refused and may be offered again.
 */
may_offer_again: boolean, };

/**
 * Relation of a person to the head of the family.
 */
export type Relation = "head" | "spouse" | "child" | "parent" | "sibling" | "other";

/**
 * Everything a screen can ask.
 */
export type Request = { "call": "phone" } | { "call": "set_language", 
/**
 * The language.
 */
language: Lang, } | { "call": "set_theme", 
/**
 * The theme.
 */
theme: Theme, } | { "call": "set_reminders", 
/**
 * Whether it does.
 */
on: boolean, } | { "call": "enrol", 
/**
 * The text of the QR.
 */
link: string, } | { "call": "enrol_typed", 
/**
 * Address of the server, `https://…`.
 */
url: string, 
/**
 * The one-time code, `ABCDE-FGHJK`.
 */
code: string, 
/**
 * SHA-256 of the server's certificate in hexadecimal, where it signed its own.
 */
pin?: string | null, 
/**
 * Fingerprint of the server's key as the administrator told it; compared if it is there.
 */
fingerprint?: string | null, } | { "call": "set_pin", 
/**
 * The new PIN.
 */
pin: string, 
/**
 * The present one, where there is one.
 */
present?: string | null, } | { "call": "unlock", 
/**
 * The PIN.
 */
pin: string, } | { "call": "lock" } | { "call": "begin_pin_reset" } | { "call": "reset_pin", 
/**
 * The supervisor's code; empty when the centre has granted it.
 */
code: string, 
/**
 * The new PIN.
 */
pin: string, } | { "call": "dismiss_notices" } | { "call": "diagnostics", 
/**
 * How many events; 200 when left out.
 */
limit?: number | null, } | { "call": "send_diagnostics" } | { "call": "leftovers" } | { "call": "adopt_leftover", 
/**
 * Its name.
 */
name: string, 
/**
 * The draft.
 */
draft: DraftId, } | { "call": "dismiss_leftover", 
/**
 * Its name.
 */
name: string, } | { "call": "today" } | { "call": "families", 
/**
 * What to look for: names (Kazakh letters fold: ә is а, қ is к …), passport spelling, settlement, address, phone.
 */
search?: string | null, 
/**
 * Where the phone is: nearest first.
 */
near?: Place | null, } | { "call": "family", 
/**
 * Which.
 */
family: FamilyId, 
/**
 * Where the phone is.
 */
near?: Place | null, } | { "call": "show_iin", 
/**
 * Whose.
 */
person: PersonId, 
/**
 * Why; not empty.
 */
reason: string, } | { "call": "activity", 
/**
 * Which.
 */
activity: ActivityId, } | { "call": "acts" } | { "call": "reasons" } | { "call": "open_completion", 
/**
 * The activities, all of one family and service; several only where the service allows it.
 */
activities: Array<ActivityId>, } | { "call": "open_not_applicable", 
/**
 * The activity.
 */
activity: ActivityId, 
/**
 * Why; empty where it is said in the draft.
 */
reason: string, } | { "call": "open_refused", 
/**
 * The activity.
 */
activity: ActivityId, 
/**
 * Why; empty where it is said in the draft.
 */
reason: string, } | { "call": "open_consent", 
/**
 * Whose.
 */
person: PersonId, 
/**
 * Its new state: `given`, `declined` or `withdrawn`.
 */
state: ConsentState, 
/**
 * On what basis, or why there is none.
 */
reason?: string | null, } | { "call": "open_act", 
/**
 * With which family.
 */
family: FamilyId, 
/**
 * Which act.
 */
act: Act, 
/**
 * With whom, if with one person.
 */
person?: PersonId | null, } | { "call": "correct", 
/**
 * The record.
 */
record: RecordId, 
/**
 * Why; empty where it is said in the draft.
 */
why: string, } | { "call": "given_after_all", 
/**
 * The activity.
 */
activity: ActivityId, 
/**
 * Why; empty where it is said in the draft.
 */
why: string, } | { "call": "draft", 
/**
 * Which.
 */
draft: DraftId, } | { "call": "save", 
/**
 * The draft.
 */
draft: DraftId, 
/**
 * The field.
 */
field: Field, } | { "call": "set_subjects", 
/**
 * The draft.
 */
draft: DraftId, 
/**
 * The activities; at least one.
 */
activities: Array<ActivityId>, } | { "call": "say_consent", 
/**
 * The draft.
 */
draft: DraftId, 
/**
 * Who.
 */
person: PersonId, 
/**
 * What: `given`, `declined` or `withdrawn`; `missing` takes it back, nobody was asked after all.
 */
state: ConsentState, 
/**
 * On what basis, or why not; needed unless it is taken back.
 */
reason?: string | null, } | { "call": "remove_evidence", 
/**
 * The draft.
 */
draft: DraftId, 
/**
 * The piece.
 */
evidence: EvidenceId, } | { "call": "undo_remove", 
/**
 * The draft.
 */
draft: DraftId, 
/**
 * The piece.
 */
evidence: EvidenceId, } | { "call": "discard", 
/**
 * The draft.
 */
draft: DraftId, } | { "call": "review", 
/**
 * The draft.
 */
draft: DraftId, } | { "call": "seal", 
/**
 * The draft.
 */
draft: DraftId, } | { "call": "sent", 
/**
 * Search in services' numbers, names and settlements.
 */
search?: string | null, 
/**
 * Where the page begins, as `next` said; the newest when left out.
 */
before?: number | null, 
/**
 * How many rows; 50 when left out, at most 200.
 */
limit?: number | null, } | { "call": "record", 
/**
 * Which.
 */
record: RecordId, } | { "call": "offer_again", 
/**
 * Which.
 */
record: RecordId, } | { "call": "sync" } | { "call": "sync_now" } | { "call": "pause_sync", 
/**
 * Whether to pause.
 */
paused: boolean, } | { "call": "set_metered", 
/**
 * Whether it does.
 */
metered: boolean | null, } | { "call": "send_video_now" } | { "call": "free_storage" };

/**
 * A completion that a supervisor gave back, whole or one photo of it.
 */
export type ReturnedCard = { 
/**
 * The supervisor's check; null when the centre has not said more than that it is returned.
 */
check: CheckId | null, 
/**
 * The record that was returned; `correct` answers it.
 */
record: RecordId | null, 
/**
 * Its number on this phone; null when another phone sealed it.
 */
number: number | null, 
/**
 * The activity.
 */
activity: ActivityId | null, 
/**
 * The family.
 */
family: FamilyId | null, 
/**
 * Its name.
 */
family_name: string | null, 
/**
 * Where it lives.
 */
settlement: string | null, 
/**
 * For whom.
 */
person: PersonName | null, 
/**
 * Which service.
 */
service: ServiceCode | null, 
/**
 * The day it was done, as stated.
 */
done_on: string | null, 
/**
 * The one photo that was returned; null: the whole record, or the centre has not said.
 */
evidence: EvidenceId | null, 
/**
 * What kind of piece that is.
 */
kind: EvidenceKind | null, 
/**
 * Why; null when the centre has not said.
 */
reason: ReasonCode | null, 
/**
 * What that reason read at the centre on that day; null: the message `return-reason-…`, if there is one of that code.
 */
said: ReasonText | null, 
/**
 * More about it, in the supervisor's words.
 */
why: string | null, 
/**
 * Who.
 */
by: string | null, 
/**
 * In which role.
 */
role: Role | null, 
/**
 * Until when it is to be answered.
 */
deadline: Deadline | null, 
/**
 * The draft of the answer, if it was begun.
 */
draft: DraftId | null, 
/**
 * Whether the record is known here piece by piece, so that one of them can be taken again alone.
 */
piecewise: boolean, 
/**
 * Whether that draft has the piece taken again.
 */
retaken: boolean, };

/**
 * Everything on one page before sealing.
 */
export type ReviewView = { 
/**
 * The draft.
 */
page: DraftPage, 
/**
 * Records that sealing will make: consents said during the draft first, then one for each person.
 */
records: Array<ToSeal>, 
/**
 * Working days between the day it was done and the due date: negative when late.
 */
in_time: number | null, };

/**
 * Roles (requirements §2.1).
 */
export type Role = "cc_dep" | "cc_set" | "cc_dir" | "ctm_dep_head" | "ctm_set" | "ctm_set_head" | "mio_dep_head" | "mio_set_head" | "mio_set" | "akim_raion" | "akim_okrug" | "crtr" | "auth" | "admin";

/**
 * What a service's rule asks for.
 */
export type RuleView = { 
/**
 * Without these a completion is incomplete. Position, and a video or a reason, are always asked and named here too.
 */
required: Array<Proof>, 
/**
 * Offered with a "+", never asked for twice.
 */
useful: Array<Proof>, 
/**
 * Photos must show no medical data: say so before the camera opens.
 */
no_medical_content: boolean, 
/**
 * A reason does not stand in for the video.
 */
video_strict: boolean, 
/**
 * Everything that a new draft would lack, in the order in which it is offered.
 */
missing: Array<Missing>, };

/**
 * How sealing ended. There is no undo; a correction is a new version.
 */
export type SealAnswer = { "outcome": "sealed", 
/**
 * The records in the order of the chain.
 */
records: Array<SealedBrief>, } | { "outcome": "lacking", 
/**
 * What the rule asks for.
 */
missing: Array<Missing>, 
/**
 * Whose consent nobody has asked for.
 */
consent: Array<PersonId>, 
/**
 * Files still on their way into the vault.
 */
incoming: number, } | { "outcome": "too_large", 
/**
 * Bytes it would have.
 */
bytes: number, };

/**
 * A record that was sealed.
 */
export type SealedBrief = { 
/**
 * Its id.
 */
record: RecordId, 
/**
 * Its number on this phone.
 */
number: number, 
/**
 * Kind of statement.
 */
statement: string, 
/**
 * The person it is about.
 */
person: PersonId | null, };

/**
 * Sent work.
 */
export type SentView = { 
/**
 * Today in UTC+5.
 */
today: string, 
/**
 * Records sealed this month.
 */
month_records: number, 
/**
 * Of those: delivered.
 */
month_delivered: number, 
/**
 * First, until answered.
 */
returned: Array<ReturnedCard>, 
/**
 * Newest first; at most `limit`, those before `before`.
 */
rows: Array<LedgerRow>, 
/**
 * How many there are in all.
 */
total: number, 
/**
 * What `before` must be for the next page; null: that was all.
 */
next: number | null, 
/**
 * Rows that cannot be read; they are kept and in the diagnostics.
 */
unreadable: number, };

/**
 * Number of a service in Appendix 1, written `S07`.
 */
export type ServiceCode = "S01" | "S02" | "S03" | "S04" | "S05" | "S06" | "S07" | "S08" | "S09" | "S10" | "S11" | "S12" | "S13" | "S14" | "S15" | "S16" | "S17" | "S18" | "S19" | "S20" | "S21" | "S22" | "S23" | "S24" | "S25";

/**
 * How a family's plan is grouped for reading. The order of Appendix 1 stays the order everywhere else.
 */
export type ServiceGroup = "papers" | "home" | "health" | "learning" | "work" | "support";

/**
 * A row of the matrix.
 */
export type ServiceRow = { 
/**
 * Which service.
 */
service: ServiceCode, 
/**
 * Number in Appendix 1.
 */
number: number, 
/**
 * Group for reading.
 */
group: ServiceGroup, 
/**
 * Whether it is for the family as one: then `cells` has one wide cell, on the head.
 */
for_family: boolean, 
/**
 * Whether one capture may serve several members.
 */
together: boolean, 
/**
 * One for each member in the order of `members`, or the one wide cell; null where nothing is planned. Where a
 * person has several activities of one service the most urgent one is shown.
 */
cells: Array<Cell | null>, };

/**
 * Sex, as in the document.
 */
export type Sex = "m" | "f";

/**
 * Which screen comes first.
 */
export type Stage = "wiped" | "unenrolled" | "pin_to_set" | "lease_over" | "locked" | "first_pull" | "ready";

/**
 * Room on the phone.
 */
export type Storage = { 
/**
 * Bytes of evidence on the phone, encrypted, drafts included.
 */
evidence: number, 
/**
 * Bytes of it that are delivered and old enough to go (`free_storage`).
 */
freeable: number, 
/**
 * Files among those.
 */
freeable_files: number, 
/**
 * Days after its receipt before a file may go.
 */
keep_days: number, 
/**
 * Bytes free on the disk.
 */
free: number, 
/**
 * Bytes that stay free for sealing and sending; below that no capture begins.
 */
reserve: number, };

/**
 * One line, always there: words first, then what waits.
 */
export type SyncLine = { 
/**
 * The words.
 */
state: LineState, 
/**
 * Records that wait.
 */
records: number, 
/**
 * Files that wait.
 */
files: number, 
/**
 * Bytes that wait.
 */
bytes: number, 
/**
 * Records that need a decision, or were not taken.
 */
held: number, 
/**
 * Pieces of evidence that are damaged or were given up, of records that nothing has corrected.
 */
damaged: number, 
/**
 * Last time the server has answered, by its own clock.
 */
last_contact: string | null, 
/**
 * Why the last attempt failed: a problem code or a `link-…` word.
 */
problem: string | null, };

/**
 * The page about sending.
 */
export type SyncView = { 
/**
 * The line.
 */
line: SyncLine, 
/**
 * What the link is like.
 */
link: LinkState, 
/**
 * Whether the worker has said that this link costs by the byte; null: as the system says.
 */
metered: boolean | null, 
/**
 * Whether the worker has said wait.
 */
paused: boolean, 
/**
 * Bytes a second of the last pieces; null while nothing moves.
 */
speed: number | null, 
/**
 * Bytes that are left, of everything.
 */
bytes_left: number, 
/**
 * Files that are left, by kind.
 */
left: Array<LeftCount>, 
/**
 * The file that moves now.
 */
now: FileRow | null, 
/**
 * The files that may go next, in the order in which they will; at most 50.
 */
next: Array<FileRow>, 
/**
 * Those that wait for something: Wi-Fi, room at the centre, the next month, another attempt; at most 50.
 */
waiting: Array<FileRow>, 
/**
 * Files that are damaged or were given up.
 */
aside: Array<FileRow>, 
/**
 * Whether the next attempt is set, and in how many milliseconds.
 */
again_in_ms: number | null, 
/**
 * Traffic over links that cost.
 */
traffic: Traffic, 
/**
 * Room.
 */
storage: Storage, 
/**
 * Fetching families: lines that came in this run; null when nothing is being fetched.
 */
pulling: number | null, };

/**
 * One activity as a row.
 */
export type TaskRow = { 
/**
 * The activity.
 */
activity: ActivityId, 
/**
 * The family.
 */
family: FamilyId, 
/**
 * Its name: the surname of its head, else the given name.
 */
family_name: string, 
/**
 * Where it lives.
 */
settlement: string, 
/**
 * For whom.
 */
person: PersonName, 
/**
 * Whether it is for the family as one.
 */
for_family: boolean, 
/**
 * Which service.
 */
service: ServiceCode, 
/**
 * Its one state.
 */
patch: Patch, 
/**
 * Due date.
 */
deadline: Deadline | null, 
/**
 * What the open draft has.
 */
draft: DraftBrief | null, };

/**
 * Theme of the screens.
 */
export type Theme = "system" | "light" | "dark" | "snow";

/**
 * One piece of evidence as a tile. Pictures come by HTTP: `/api/evidence/{evidence}/thumbnail`, `…/file`.
 */
export type Tile = { 
/**
 * Id.
 */
evidence: EvidenceId, 
/**
 * What kind of proof.
 */
kind: EvidenceKind, 
/**
 * Number among those of its kind, from 1: "фото 2".
 */
number: number, 
/**
 * Where it stands.
 */
state: TileState, 
/**
 * Media type of the file as it is sent; null while it is being secured.
 */
media_type: string | null, 
/**
 * Bytes of that file.
 */
size: number | null, 
/**
 * Bytes of it that the centre has; only once it travels.
 */
sent: number | null, 
/**
 * Whether there is a small picture.
 */
thumbnail: boolean, 
/**
 * Whether the file itself can still be shown; false after it was freed.
 */
here: boolean, 
/**
 * Made in the app (true) or brought from a file.
 */
captured: boolean, 
/**
 * When it was taken, by the wall clock.
 */
taken_at: string | null, 
/**
 * Page of a document, from 1.
 */
page: number | null, 
/**
 * Length of a video.
 */
duration_ms: number | null, 
/**
 * Pixels.
 */
width: number | null, 
/**
 * Pixels.
 */
height: number | null, 
/**
 * In a correction: the piece this one was taken again for.
 */
replaces: EvidenceId | null, 
/**
 * In a correction: taken over from the record that is corrected.
 */
taken_over: boolean, 
/**
 * Why it is damaged or was given up: `aside-…` of the messages.
 */
reason: string | null, 
/**
 * What is worth saying of a film; it counts all the same.
 */
remarks: Array<FilmRemark>, };

/**
 * Where a piece of evidence stands.
 */
export type TileState = "securing" | "kept" | "waiting" | "sending" | "delivered" | "damaged" | "set_aside";

/**
 * Something that is to be written down before a draft can be sealed.
 */
export type ToSay = { "what": "reason" } | { "what": "correction" } | { "what": "topics" } | { "what": "field", 
/**
 * Its name: message `field-…`.
 */
name: string, };

/**
 * A record that sealing will make.
 */
export type ToSeal = { 
/**
 * `completion`, `not_applicable`, `refused`, `consent` or `act`.
 */
statement: string, 
/**
 * The person.
 */
person: PersonName | null, };

/**
 * Today: what came back, what is overdue, what this week wants, what was begun.
 */
export type TodayView = { 
/**
 * Today in UTC+5.
 */
today: string, 
/**
 * When the list of families was last complete; null: nothing is known yet.
 */
as_of: string | null, 
/**
 * The one line about sending.
 */
sync: SyncLine, 
/**
 * First, until answered.
 */
returned: Array<ReturnedCard>, 
/**
 * Longest overdue first; at most 50, see `overdue_total`.
 */
overdue: Array<TaskRow>, 
/**
 * How many are overdue.
 */
overdue_total: number, 
/**
 * Due until Sunday and not done, nearest first; at most 50. What has a draft is among them.
 */
week: Array<TaskRow>, 
/**
 * How many are due until Sunday and not done.
 */
week_total: number, 
/**
 * All open drafts, the one changed last first.
 */
drafts: Array<DraftRow>, 
/**
 * The week at a glance.
 */
strip: WeekStrip, 
/**
 * When nothing is due this week: the next due date.
 */
next_due: Deadline | null, };

/**
 * Kinds of things that change.
 */
export type Topic = "phone" | "families" | "drafts" | "ledger" | "sync";

/**
 * Traffic over links that cost by the byte.
 */
export type Traffic = { 
/**
 * `YYYY-MM`, by the server's time.
 */
month: string, 
/**
 * Bytes of that month, both ways.
 */
used: number, 
/**
 * The organisation's limit; null: none.
 */
limit: number | null, 
/**
 * Whether video waits for a link that does not cost.
 */
video_unmetered_only: boolean, 
/**
 * Bytes of video that wait for that: "Қазір жіберу: 17 МБ трафик" (`send_video_now`).
 */
video_waiting: number, };

/**
 * A person who signs in: worker, director, expert (requirements §2.1).
 */
export type UserId = string;

/**
 * One patch for each activity due this week, Monday to Sunday: done ones first, then by due date.
 */
export type WeekStrip = { 
/**
 * Monday.
 */
from: string, 
/**
 * Sunday.
 */
to: string, 
/**
 * At most 24.
 */
patches: Array<Patch>, 
/**
 * How many more there are: "+6".
 */
more: number, 
/**
 * How many of them are done (sealed, or at the centre).
 */
done: number, 
/**
 * How many there are.
 */
total: number, };

/**
 * Why nothing is done now.
 */
export type Why = "unreachable" | "failed" | "storage_full" | "video_needs_unmetered" | "monthly_limit";

/**
 * The worker.
 */
export type WorkerView = { 
/**
 * Id.
 */
worker: UserId, 
/**
 * Name; empty before the first pull.
 */
name: string, 
/**
 * Role; null before the first pull.
 */
role: Role | null, 
/**
 * Name of the centre in Kazakh.
 */
org_kk: string | null, 
/**
 * Name of the centre in Russian.
 */
org_ru: string | null, };

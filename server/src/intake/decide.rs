//! What becomes of a record: accepted, known or held. Pure; everything it needs to know is laid on the [`Desk`] before.
//!
//! A record is never turned away here. What cannot be applied is held: the statement and its files are in custody, and
//! a later decision changes the state. The rules, in order (docs/device-api.md, architecture):
//!
//! 1. the same statement is known;
//! 2. its family or person was erased: its identity and its place are kept, its content is not;
//! 3. another statement at its place of the chain: fork; evidence that was signed with other bytes before;
//! 4. unreadable, too new, or not by the device it names;
//! 5. a revoked device; a worker who is not the device's;
//! 6. a day after receipt; unknown family; a worker who never had it; unknown person; unknown activity; an activity that
//!    a newer plan cancelled; a correction of nothing;
//! 7. everything else is accepted, late hand-over marked. Where an activity has a record already, the earliest counts.
//!    A correction that names another activity (or none) takes its record back from the first: there the next record
//!    counts, or the activity is as planned.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    evidence::{EvidenceKind, FileRef, Part},
    hash::Digest,
    ids::{
        ActivityId, ChainId, ConsentId, DeviceId, ErasureId, EvidenceId, FamilyId, OrgUnitId, PersonId,
        RecordId, UserId,
    },
    plan_state::ActivityState,
    pulled::{Activity, Consent},
    receipt::{HeldReason, Verdict},
    record::{ConsentState, Record, Statement},
};

use super::chains::{Chain, Ledgers};
use crate::facts::{
    ActivityAfter, Answered, ChainAfter, ChainFinding, ExpectedFile, GapsAfter, RecordErased, RecordOutcome,
    RecordReading, RecordReceived,
};
use kandas_shared::jws::Jws;

/// A statement whose signature verified.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Byte for byte.
    pub jws: Jws,
    /// Its identity.
    pub hash: Digest,
    /// The device whose key sealed it.
    pub device: DeviceId,
    /// The worker that device belongs to.
    pub device_worker: UserId,
    /// The device that brought it.
    pub carrier: DeviceId,
    /// What could be read of it.
    pub reading: RecordReading,
    /// The payload.
    pub payload: Payload,
}

/// What the payload is.
#[derive(Clone, Debug)]
pub enum Payload {
    /// A record.
    Record(Box<Record>),
    /// Of a newer version.
    TooNew,
    /// Not a record of its version, or not by the device it names.
    Unreadable,
}

/// A file as signed by some record before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedFile {
    /// SHA-256.
    pub sha256: Digest,
    /// Bytes.
    pub size: u64,
    /// Whether it is in custody.
    pub received: bool,
    /// Whether it was erased.
    pub erased: bool,
}

/// A record that a correction may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correctable {
    /// Its family.
    pub family: Option<FamilyId>,
    /// Its activity.
    pub activity: Option<ActivityId>,
    /// What is to be answered, if it was returned.
    pub returned: Option<Answered>,
}

/// An accepted record that may count for its activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counting {
    /// The record.
    pub record: RecordId,
    /// State of the activity when it counts.
    pub state: ActivityState,
    /// Day of completion then.
    pub done_on: Option<NaiveDate>,
}

/// A statement in custody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Where its fact stands.
    pub position: u64,
    /// Why it is held at present, if it is: whoever asks again may not have heard it.
    pub held: Option<HeldReason>,
}

/// Everything the decisions need, read after the journal was locked; it follows the decisions of the group.
#[derive(Debug, Default)]
pub struct Desk {
    /// Statements in custody.
    pub known: HashMap<Digest, Known>,
    /// Chains, places in them and their gaps.
    pub ledgers: Ledgers,
    /// Devices of the group that are not in the store, whoever knew their keys.
    pub strangers: BTreeSet<DeviceId>,
    /// Revoked devices.
    pub revoked: HashSet<DeviceId>,
    /// Families and their units.
    pub families: HashMap<FamilyId, OrgUnitId>,
    /// Persons and their families.
    pub persons: HashMap<PersonId, FamilyId>,
    /// Activities.
    pub activities: HashMap<ActivityId, Activity>,
    /// Who ever had which family, and whether he has it now.
    pub assigned: HashMap<(FamilyId, UserId), bool>,
    /// Workers of units whose phones hold all their families.
    pub whole: HashMap<UserId, OrgUnitId>,
    /// Families that were erased, and by which decision.
    pub erased_families: HashMap<FamilyId, ErasureId>,
    /// Persons that were erased, and by which decision.
    pub erased_persons: HashMap<PersonId, ErasureId>,
    /// Records that corrections name.
    pub correctable: HashMap<RecordId, Correctable>,
    /// Which records could count for the activities of a group with corrections, the earliest first.
    pub counting: HashMap<ActivityId, Vec<Counting>>,
    /// Files that were signed before.
    pub files: HashMap<(EvidenceId, Part), SignedFile>,
    /// Consents by person.
    pub consents: HashMap<PersonId, Consent>,
    /// Whose consent an id is.
    pub consent_of: HashMap<ConsentId, PersonId>,
    /// From which day on consents are withdrawn, and when the office has entered it.
    pub withdrawn: HashMap<PersonId, (NaiveDate, DateTime<Utc>)>,
}

/// The decision about one statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// In custody since before.
    Known(Known),
    /// Taken into custody at the position it was decided for.
    Taken(Box<RecordReceived>),
    /// About an erased subject: held without its body, of which the second fact says what must stay known.
    Erased(Box<RecordReceived>, Box<RecordErased>),
}

/// Decides about one statement that would stand at `position`, received on civil day `today` (UTC+5).
pub fn decide(desk: &mut Desk, statement: Verified, position: u64, today: NaiveDate) -> Decision {
    if let Some(known) = desk.known.get(&statement.hash) {
        return Decision::Known(*known);
    }
    let place = place_of(&statement);
    let forked =
        place.is_some_and(|(chain, seq)| desk.ledgers.holder(statement.device, chain, seq).is_some());
    let erasure = desk.erasure(&statement.reading);

    let verdict = if erasure.is_some() {
        Err(HeldReason::Erased)
    } else if forked {
        Err(HeldReason::Fork)
    } else if contradicts(desk, &statement) {
        Err(HeldReason::EvidenceDiffers)
    } else {
        match &statement.payload {
            Payload::TooNew => Err(HeldReason::TooNew),
            Payload::Unreadable => Err(HeldReason::PayloadUnreadable),
            Payload::Record(record) => judge(desk, &statement, record, today),
        }
    };

    let files = if erasure.is_none() { expected_files(desk, &statement) } else { Vec::new() };
    let mut outcome = RecordOutcome {
        verdict: if verdict.is_ok() { Verdict::Accepted } else { Verdict::Held },
        reason: verdict.as_ref().err().copied(),
        placed: place.is_some() && !forked,
        chain_finding: None,
        late_handover: matches!(verdict, Ok(Standing::Former)),
        superseded: None,
        activity_after: None,
        withdrawn: None,
        consent_after: None,
        answered: None,
        files,
        chain_after: None,
        lost: Vec::new(),
    };
    if let Some((chain, seq)) = place.filter(|_| !forked) {
        let prev = statement.reading.prev;
        outcome.chain_finding = desk.ledgers.finding(statement.device, chain, seq, statement.hash, prev);
        outcome.chain_after =
            Some(desk.ledgers.place(statement.device, chain, seq, statement.hash, prev, position));
    }
    if let (Ok(_), Payload::Record(record)) = (&verdict, &statement.payload) {
        accept(desk, &statement, record, position, &mut outcome);
    }
    if let Some(record) = statement.reading.record {
        let (family, activity) = (statement.reading.family, statement.reading.activity);
        let corrected = Correctable { family, activity, returned: None };
        desk.correctable.entry(record).or_insert(corrected);
    }
    desk.known.insert(statement.hash, Known { position, held: outcome.reason });
    let erased = erasure.map(|erasure| {
        Box::new(RecordErased {
            erasure,
            position,
            hash: statement.hash,
            device: statement.device,
            chain: statement.reading.chain.zip(outcome.chain_after.clone()),
            files: unwanted_files(desk, &statement),
        })
    });
    let received = Box::new(RecordReceived {
        jws: statement.jws,
        hash: statement.hash,
        carrier: statement.carrier,
        device: statement.device,
        worker: statement.device_worker,
        reading: statement.reading,
        outcome,
    });
    match erased {
        None => Decision::Taken(received),
        Some(erased) => Decision::Erased(received, erased),
    }
}

impl Desk {
    /// The standing decision to erase whom a record is about.
    fn erasure(&self, reading: &RecordReading) -> Option<ErasureId> {
        let of_family = reading.family.and_then(|id| self.erased_families.get(&id));
        of_family.or_else(|| reading.person.and_then(|id| self.erased_persons.get(&id))).copied()
    }
}

/// How a worker stands to a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Has it.
    Present,
    /// Had it once.
    Former,
}

fn judge(
    desk: &Desk,
    statement: &Verified,
    record: &Record,
    today: NaiveDate,
) -> Result<Standing, HeldReason> {
    if desk.revoked.contains(&statement.device) {
        return Err(HeldReason::DeviceRevoked);
    }
    if record.worker != statement.device_worker {
        return Err(HeldReason::NotAssigned);
    }
    if record.done_on > today {
        return Err(HeldReason::FutureDate);
    }
    let Some(family) = record.family else { return Ok(Standing::Present) };
    let unit = *desk.families.get(&family).ok_or(HeldReason::UnknownFamily)?;
    let standing = match desk.assigned.get(&(family, record.worker)) {
        Some(true) => Standing::Present,
        _ if desk.whole.get(&record.worker) == Some(&unit) => Standing::Present,
        Some(false) => Standing::Former,
        None => return Err(HeldReason::NotAssigned),
    };
    if let Some(person) = record.statement.person()
        && desk.persons.get(&person) != Some(&family)
    {
        return Err(HeldReason::UnknownPerson);
    }
    if let Some(id) = record.statement.activity() {
        let activity = desk.activities.get(&id).filter(|a| a.family == family);
        let activity = activity.ok_or(HeldReason::UnknownActivity)?;
        if Some(activity.person) != record.statement.person()
            || Some(activity.service) != record.statement.service()
        {
            return Err(HeldReason::UnknownActivity);
        }
        if activity.state == ActivityState::Cancelled {
            return Err(HeldReason::ActivityCancelled);
        }
    }
    if let Statement::Consent { consent, person, .. } = &record.statement
        && desk.consent_of.get(consent).is_some_and(|whose| whose != person)
    {
        return Err(HeldReason::UnknownPerson);
    }
    if let Some(old) = record.supersedes
        && desk.correctable.get(&old).is_none_or(|c| c.family != Some(family))
    {
        return Err(HeldReason::SupersedesUnknown);
    }
    Ok(standing)
}

/// What an accepted record changes.
pub(super) fn accept(
    desk: &mut Desk,
    statement: &Verified,
    record: &Record,
    position: u64,
    outcome: &mut RecordOutcome,
) {
    outcome.superseded = record.supersedes;
    outcome.answered = record.supersedes.and_then(|old| desk.correctable.get_mut(&old)?.returned.take());
    outcome.withdrawn = record.supersedes.and_then(|old| withdraw(desk, old, record.statement.activity()));
    match &record.statement {
        Statement::Completion { activity, .. } => {
            let reported = photos_are_in(desk, record);
            let state = if reported { ActivityState::Reported } else { ActivityState::Synced };
            outcome.activity_after = counts(desk, *activity, record, state);
        }
        Statement::NotApplicable { activity, .. } => {
            outcome.activity_after = counts(desk, *activity, record, ActivityState::NotApplicable);
        }
        Statement::Refused { activity, .. } => {
            outcome.activity_after = counts(desk, *activity, record, ActivityState::Refused);
        }
        Statement::Consent { consent, person, state, reason } => {
            let before = desk.consents.get(person);
            // What was given before it was withdrawn comes late: it stays withdrawn.
            let over = before.is_some_and(|c| c.state == ConsentState::Withdrawn)
                && desk.withdrawn.get(person).is_some_and(|(on, at)| {
                    record.done_on < *on || (record.done_on == *on && record.sealed.wall <= *at)
                });
            if over {
                return;
            }
            let after = Consent {
                id: before.map_or(*consent, |c| c.id),
                person: *person,
                state: *state,
                given_on: if *state == ConsentState::Given {
                    Some(record.done_on)
                } else {
                    before.and_then(|c| c.given_on)
                },
                basis: reason.clone().or_else(|| before.and_then(|c| c.basis.clone())),
            };
            desk.consent_of.insert(after.id, *person);
            desk.consents.insert(*person, after.clone());
            outcome.consent_after = Some(after);
        }
        Statement::Act { .. } => {}
        Statement::Lost { chain, from, to, .. } => {
            outcome.lost.push(desk.ledgers.lose(statement.device, *chain, *from, *to, position));
        }
    }
}

/// The activity of a record that is corrected, after the correction, if that names another one: the next record about
/// it counts, else it is as planned. What a newer plan cancelled stays so.
fn withdraw(desk: &mut Desk, old: RecordId, by: Option<ActivityId>) -> Option<ActivityAfter> {
    let id = desk.correctable.get(&old)?.activity?;
    let counting = desk.counting.entry(id).or_default();
    counting.retain(|other| other.record != old);
    let next = counting.first().copied();
    let activity = desk.activities.get_mut(&id)?;
    if Some(id) == by || activity.record != Some(old) || activity.state == ActivityState::Cancelled {
        return None;
    }
    activity.state = next.map_or(ActivityState::Planned, |next| next.state);
    activity.record = next.map(|next| next.record);
    activity.done_on = next.and_then(|next| next.done_on);
    Some(ActivityAfter {
        activity: id,
        family: activity.family,
        state: activity.state,
        record: activity.record,
        done_on: activity.done_on,
    })
}

/// The activity after this record, if the record counts: the first one does, and one that corrects the one that counts.
fn counts(desk: &mut Desk, id: ActivityId, record: &Record, state: ActivityState) -> Option<ActivityAfter> {
    let done_on = matches!(record.statement, Statement::Completion { .. }).then_some(record.done_on);
    if let Some(counting) = desk.counting.get_mut(&id) {
        counting.push(Counting { record: record.record, state, done_on });
    }
    let activity = desk.activities.get_mut(&id)?;
    let first = activity.state == ActivityState::Planned || activity.record.is_none();
    let corrects = record.supersedes.is_some() && activity.record == record.supersedes;
    if !first && !corrects {
        return None;
    }
    // A correction whose photos are still on their way does not take the activity out of the report.
    let keeps = corrects && activity.state.counts_as_done() && state == ActivityState::Synced;
    activity.state = if keeps { activity.state } else { state };
    activity.record = Some(record.record);
    activity.done_on = done_on;
    Some(ActivityAfter {
        activity: id,
        family: activity.family,
        state: activity.state,
        record: activity.record,
        done_on: activity.done_on,
    })
}

/// Whether every photo of the record is in custody: then the activity counts for the report (§39).
fn photos_are_in(desk: &Desk, record: &Record) -> bool {
    record
        .evidence
        .iter()
        .filter(|e| e.kind == EvidenceKind::Photo)
        .all(|e| desk.files.get(&(e.evidence, Part::File)).is_some_and(|f| f.received))
}

/// The place it claims in its device's chain.
fn place_of(statement: &Verified) -> Option<(ChainId, u64)> {
    Some((statement.reading.chain?, statement.reading.seq?))
}

/// Whether it signs other bytes for evidence that another record named before.
pub(super) fn contradicts(desk: &Desk, statement: &Verified) -> bool {
    let Payload::Record(record) = &statement.payload else { return false };
    record.evidence.iter().any(|evidence| {
        Part::ALL.iter().any(|part| {
            match (evidence.facts(*part), desk.files.get(&(evidence.evidence, *part))) {
                (Some(now), Some(then)) => !then.erased && (now.sha256, now.size) != (then.sha256, then.size),
                _ => false,
            }
        })
    })
}

/// The files that a record about an erased subject names and nobody else does.
fn unwanted_files(desk: &mut Desk, statement: &Verified) -> Vec<FileRef> {
    let Payload::Record(record) = &statement.payload else { return Vec::new() };
    let mut files = Vec::new();
    for evidence in &record.evidence {
        for part in Part::ALL.iter().filter(|part| evidence.facts(**part).is_some()) {
            desk.files.entry((evidence.evidence, *part)).or_insert_with(|| {
                files.push(FileRef { evidence: evidence.evidence, part: *part });
                SignedFile { sha256: Digest([0; 32]), size: 0, received: false, erased: true }
            });
        }
    }
    files
}

/// The files it names that no record named before. A file that went with an erased subject is wanted again when the
/// record of somebody else names it: it is his proof.
fn expected_files(desk: &mut Desk, statement: &Verified) -> Vec<ExpectedFile> {
    let Payload::Record(record) = &statement.payload else { return Vec::new() };
    let mut files = Vec::new();
    for evidence in &record.evidence {
        for part in Part::ALL {
            let Some(facts) = evidence.facts(*part) else { continue };
            let key = (evidence.evidence, *part);
            if desk.files.get(&key).is_some_and(|known| !known.erased) {
                continue;
            }
            let signed =
                SignedFile { sha256: facts.sha256, size: facts.size, received: false, erased: false };
            desk.files.insert(key, signed);
            files.push(ExpectedFile {
                evidence: evidence.evidence,
                part: *part,
                size: facts.size,
                sha256: facts.sha256,
                media_type: facts.media_type,
            });
        }
    }
    files
}

impl Ledgers {
    /// Puts a statement at its place and gives the chain after it.
    fn place(
        &mut self,
        device: DeviceId,
        id: ChainId,
        seq: u64,
        hash: Digest,
        prev: Option<Digest>,
        position: u64,
    ) -> ChainAfter {
        self.places.insert((device, id, seq), (hash, prev));
        let chain = self.chains.entry((device, id)).or_default();
        let changed = chain.take(seq, hash, position);
        let gaps = changed.then(|| chain.gaps(id));
        ChainAfter { seq: chain.seq, hash: chain.hash, gaps }
    }

    /// Notes numbers as lost and gives the ledger after it.
    fn lose(&mut self, device: DeviceId, id: ChainId, from: u64, to: u64, position: u64) -> GapsAfter {
        let chain: &mut Chain = self.chains.entry((device, id)).or_default();
        chain.lose(from, to, position);
        chain.gaps(id)
    }

    /// Who holds a place.
    fn holder(&self, device: DeviceId, chain: ChainId, seq: u64) -> Option<Digest> {
        self.places.get(&(device, chain, seq)).map(|(hash, _)| *hash)
    }

    /// What is wrong with the links to its neighbours, as far as these are here.
    fn finding(
        &self,
        device: DeviceId,
        chain: ChainId,
        seq: u64,
        hash: Digest,
        prev: Option<Digest>,
    ) -> Option<ChainFinding> {
        let before = seq.checked_sub(1).and_then(|n| self.holder(device, chain, n));
        if before.is_some() && before != prev {
            return Some(ChainFinding::PrevDiffers);
        }
        let after = self.places.get(&(device, chain, seq.saturating_add(1)));
        let differs = after.is_some_and(|(_, named)| named.is_some_and(|named| named != hash));
        differs.then_some(ChainFinding::NextDiffers)
    }
}

#[cfg(test)]
mod tests {
    use kandas_shared::{hash::Nonce, service::ServiceCode, time::ClockReading};
    use uuid::Uuid;

    use super::*;

    const TODAY: &str = "2026-11-23";

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    /// Family 1 of unit 9 with person 2 and activity 3; worker 4 has it, worker 5 had it, worker 6 never.
    fn desk() -> Desk {
        let mut desk = Desk::default();
        let family = FamilyId(id(1));
        desk.families.insert(family, OrgUnitId(id(9)));
        desk.persons.insert(PersonId(id(2)), family);
        desk.activities.insert(
            ActivityId(id(3)),
            Activity {
                id: ActivityId(id(3)),
                plan: kandas_shared::ids::PlanId(id(7)),
                family,
                person: PersonId(id(2)),
                service: ServiceCode::S07,
                planned_on: None,
                due_on: None,
                state: ActivityState::Planned,
                record: None,
                done_on: None,
            },
        );
        desk.assigned.insert((family, UserId(id(4))), true);
        desk.assigned.insert((family, UserId(id(5))), false);
        desk
    }

    fn record(worker: u128, seq: u64) -> Record {
        Record {
            v: 1,
            record: RecordId(id(1_000 + u128::from(seq))),
            device: DeviceId(id(worker)),
            chain: ChainId(id(worker)),
            seq,
            prev: None,
            continues: None,
            nonce: Nonce([0; 16]),
            worker: UserId(id(worker)),
            family: Some(FamilyId(id(1))),
            statement: Statement::Completion {
                activity: ActivityId(id(3)),
                person: PersonId(id(2)),
                service: ServiceCode::S07,
            },
            done_on: TODAY.parse().unwrap(),
            sealed: ClockReading {
                wall: "2026-11-23T05:00:00Z".parse().unwrap(),
                offset_s: 0,
                boot: "b".into(),
                boot_ms: 1,
            },
            checkpoint: None,
            position: None,
            no_position: None,
            no_video: None,
            paper: None,
            note: None,
            supersedes: None,
            correction: None,
            evidence: Vec::new(),
            app: "test".into(),
        }
    }

    fn statement(record: Record) -> Verified {
        let payload = serde_json::to_string(&record).unwrap();
        let jws = Jws { protected: "h".into(), payload, signature: String::new() };
        Verified {
            hash: jws.identity(),
            jws,
            device: record.device,
            device_worker: record.worker,
            carrier: record.device,
            reading: RecordReading {
                record: Some(record.record),
                chain: Some(record.chain),
                seq: Some(record.seq),
                family: record.family,
                person: record.statement.person(),
                activity: record.statement.activity(),
                ..RecordReading::default()
            },
            payload: Payload::Record(Box::new(record)),
        }
    }

    fn judge_one(desk: &mut Desk, record: Record) -> RecordOutcome {
        match decide(desk, statement(record), 50, TODAY.parse().unwrap()) {
            Decision::Taken(taken) | Decision::Erased(taken, _) => taken.outcome,
            Decision::Known(known) => panic!("{known:?}"),
        }
    }

    #[test]
    fn what_holds_a_record() {
        use HeldReason::*;
        type Change = fn(&mut Desk, &mut Record);
        let table: &[(Option<HeldReason>, Change)] = &[
            (None, |_, _| {}),
            (None, |_, r| r.done_on = "2001-01-01".parse().unwrap()),
            (Some(FutureDate), |_, r| r.done_on = "2026-11-24".parse().unwrap()),
            (Some(DeviceRevoked), |d, r| {
                d.revoked.insert(r.device);
            }),
            (Some(UnknownFamily), |_, r| r.family = Some(FamilyId(id(99)))),
            (Some(NotAssigned), |d, _| d.assigned.clear()),
            (None, |d, r| {
                d.assigned.clear();
                d.whole.insert(r.worker, OrgUnitId(id(9)));
            }),
            (Some(NotAssigned), |d, r| {
                d.assigned.clear();
                d.whole.insert(r.worker, OrgUnitId(id(8)));
            }),
            (Some(UnknownPerson), |d, _| d.persons.clear()),
            (Some(UnknownActivity), |d, _| d.activities.clear()),
            (Some(ActivityCancelled), |d, _| {
                d.activities.values_mut().for_each(|a| a.state = ActivityState::Cancelled);
            }),
            (Some(SupersedesUnknown), |_, r| r.supersedes = Some(RecordId(id(5)))),
            (Some(SupersedesUnknown), |d, r| {
                r.supersedes = Some(RecordId(id(5)));
                d.correctable.insert(
                    RecordId(id(5)),
                    Correctable { family: Some(FamilyId(id(98))), activity: None, returned: None },
                );
            }),
            (None, |d, r| {
                r.supersedes = Some(RecordId(id(5)));
                d.correctable.insert(
                    RecordId(id(5)),
                    Correctable { family: Some(FamilyId(id(1))), activity: None, returned: None },
                );
            }),
            (Some(Erased), |d, r| {
                d.erased_families.extend(r.family.map(|family| (family, ErasureId(id(70)))));
            }),
            (Some(Erased), |d, _| {
                d.erased_persons.insert(PersonId(id(2)), ErasureId(id(70)));
            }),
            (Some(Fork), |d, r| {
                d.ledgers.places.insert((r.device, r.chain, r.seq), (Digest::of(b"other"), None));
            }),
            // A fork says so even when other reasons hold as well: its phone has to open a new chain.
            (Some(Fork), |d, r| {
                d.revoked.insert(r.device);
                d.ledgers.places.insert((r.device, r.chain, r.seq), (Digest::of(b"other"), None));
            }),
        ];
        for (at, (expected, change)) in table.iter().enumerate() {
            let (mut desk, mut record) = (desk(), record(4, 1));
            change(&mut desk, &mut record);
            let outcome = judge_one(&mut desk, record);
            assert_eq!(outcome.reason, *expected, "line {at}");
            assert_eq!(outcome.verdict == Verdict::Accepted, expected.is_none());
            assert_eq!(
                outcome.placed,
                *expected != Some(Fork),
                "held records keep their place, forks do not"
            );
            assert_eq!(outcome.chain_after.is_some(), outcome.placed);
            assert!(expected.is_none() || outcome.activity_after.is_none());
        }
    }

    #[test]
    fn who_had_the_family_once_is_late_and_who_never_had_it_waits() {
        assert!(!judge_one(&mut desk(), record(4, 1)).late_handover);
        assert!(judge_one(&mut desk(), record(5, 1)).late_handover);
        assert_eq!(judge_one(&mut desk(), record(6, 1)).reason, Some(HeldReason::NotAssigned));
    }

    #[test]
    fn which_record_counts() {
        let mut desk = desk();
        let first = judge_one(&mut desk, record(4, 1)).activity_after.expect("counts");
        assert_eq!((first.state, first.record), (ActivityState::Reported, Some(RecordId(id(1_001)))));
        assert_eq!(judge_one(&mut desk, record(4, 2)).activity_after, None, "the earliest counts");

        let mut refusal = record(4, 3);
        refusal.supersedes = Some(RecordId(id(1_002)));
        refusal.statement = Statement::Refused {
            activity: ActivityId(id(3)),
            person: PersonId(id(2)),
            service: ServiceCode::S07,
            reason: "test".into(),
        };
        let outcome = judge_one(&mut desk, refusal.clone());
        assert_eq!(outcome.superseded, Some(RecordId(id(1_002))));
        assert_eq!(outcome.activity_after, None, "it corrects one that did not count");
        (refusal.seq, refusal.supersedes) = (4, Some(RecordId(id(1_001))));
        let after = judge_one(&mut desk, refusal).activity_after.expect("corrects the one that counts");
        assert_eq!((after.state, after.done_on), (ActivityState::Refused, None));

        // It was given after all: a completion that corrects the refusal counts in its place, any other does not.
        assert_eq!(judge_one(&mut desk, record(4, 5)).activity_after, None, "the refusal counts");
        let mut given = record(4, 6);
        given.supersedes = Some(RecordId(id(1_003)));
        let after = judge_one(&mut desk, given).activity_after.expect("corrects the one that counts");
        assert_eq!((after.state, after.record), (ActivityState::Reported, Some(RecordId(id(1_006)))));
        assert_eq!(after.done_on, Some(TODAY.parse().unwrap()));
    }

    #[test]
    fn a_correction_of_another_activity_gives_the_first_one_back() {
        let mut desk = desk();
        let other = Activity { id: ActivityId(id(8)), ..desk.activities[&ActivityId(id(3))].clone() };
        desk.activities.insert(other.id, other);
        desk.counting.insert(ActivityId(id(3)), Vec::new());
        let statement = |activity| Statement::Completion {
            activity: ActivityId(id(activity)),
            person: PersonId(id(2)),
            service: ServiceCode::S07,
        };
        judge_one(&mut desk, record(4, 1));
        assert_eq!(judge_one(&mut desk, record(4, 2)).activity_after, None, "the earliest counts");
        let correct = |seq, old| {
            let mut correction = record(4, seq);
            correction.supersedes = Some(RecordId(id(old)));
            correction.statement = statement(8);
            correction
        };
        let outcome = judge_one(&mut desk, correct(3, 1_001));
        let withdrawn = outcome.withdrawn.expect("activity 3 was recorded by mistake");
        assert_eq!((withdrawn.activity, withdrawn.record), (ActivityId(id(3)), Some(RecordId(id(1_002)))));
        assert_eq!(withdrawn.state, ActivityState::Reported, "the next record counts");
        let set = outcome.activity_after.expect("activity 8 is done");
        assert_eq!((set.activity, set.record), (ActivityId(id(8)), Some(RecordId(id(1_003)))));

        let outcome = judge_one(&mut desk, correct(4, 1_002));
        let withdrawn = outcome.withdrawn.expect("so was the other");
        assert_eq!((withdrawn.state, withdrawn.record), (ActivityState::Planned, None));
        assert_eq!(outcome.activity_after, None, "8 has its record");
        // One that no longer counts takes nothing back.
        assert_eq!(judge_one(&mut desk, correct(5, 1_001)).withdrawn, None);
    }

    #[test]
    fn a_file_of_an_erased_subject_is_wanted_for_somebody_else() {
        let mut desk = desk();
        let mut late = record(4, 1);
        late.evidence = vec![photo(60)];
        desk.erased_persons.insert(PersonId(id(2)), ErasureId(id(70)));
        let Decision::Erased(received, erased) =
            decide(&mut desk, statement(late), 50, TODAY.parse().unwrap())
        else {
            panic!("it is about an erased person")
        };
        let file = FileRef { evidence: EvidenceId(id(60)), part: Part::File };
        assert_eq!(
            (erased.erasure, erased.position, &erased.files[..]),
            (ErasureId(id(70)), 50, &[file][..])
        );
        assert_eq!(erased.chain.as_ref().map(|(_, after)| after.seq), Some(1), "its place is known");
        assert_eq!((received.outcome.files.len(), received.outcome.reason), (0, Some(HeldReason::Erased)));

        desk.erased_persons.clear();
        let mut other = record(4, 2);
        other.evidence = vec![photo(60)];
        assert_eq!(judge_one(&mut desk, other).files.len(), 1);
    }

    fn photo(n: u128) -> kandas_shared::evidence::Evidence {
        kandas_shared::evidence::Evidence {
            evidence: EvidenceId(id(n)),
            kind: EvidenceKind::Photo,
            capture: kandas_shared::ids::CaptureId(id(n)),
            source: kandas_shared::evidence::Source::Captured,
            media_type: "image/jpeg".into(),
            size: 3,
            sha256: Digest::of(b"one"),
            taken: record(4, 1).sealed,
            position: None,
            page: None,
            replaces: None,
            original: None,
            thumbnail: None,
            summary: kandas_shared::evidence::Summary::default(),
        }
    }

    #[test]
    fn evidence_signed_with_other_bytes_keeps_its_place() {
        let mut desk = desk();
        let mut first = record(4, 1);
        first.evidence = vec![photo(60)];
        judge_one(&mut desk, first);
        let mut other = record(4, 2);
        other.evidence = vec![photo(60)];
        other.evidence[0].sha256 = Digest::of(b"two");
        let outcome = judge_one(&mut desk, other);
        assert_eq!(outcome.reason, Some(HeldReason::EvidenceDiffers));
        assert!(
            outcome.placed && outcome.files.is_empty(),
            "no new chain, and the first bytes stay expected"
        );
    }

    #[test]
    fn the_same_statement_is_known_within_a_group() {
        let mut desk = desk();
        let twice = statement(record(4, 1));
        judge_one(&mut desk, record(4, 1));
        assert_eq!(
            decide(&mut desk, twice, 51, TODAY.parse().unwrap()),
            Decision::Known(Known { position: 50, held: None })
        );
    }
}

//! Drafts: opened before the camera, saved with each change, never blocked by what is still missing.
//!
//! A draft knows for whom it is: where a service allows it, one capture serves several members and each gets a record
//! of his own. It knows what consent there is, so the screen can show it before the first photo.

use chrono::{Datelike as _, NaiveDate};
use kandas_shared::{
    evidence::{EvidenceKind, FileRef, Part},
    ids::{ActivityId, ConsentId, EvidenceId, FamilyId, PersonId, RecordId},
    plan_state::ActivityState,
    pulled::{Person, Relation},
    record::{Act, ConsentState, MAX_NOTE, Reading, Record, Statement, read},
    rule::{Gathered, Missing, RuleSettings, missing},
    service::ServiceCode,
};
use serde::Serialize;
use sqlx::SqliteConnection;

pub use crate::store::draft::{Aside, Change, Draft, DraftEvidence, DraftId, DraftKind, DraftState, Subject};
use crate::{
    app::{App, AppError},
    store::{self, StoreError, home, pulled, record},
    today,
};

/// What a new draft is about.
#[derive(Clone, Debug)]
pub enum NewDraft {
    /// A service was provided, for one member or, where the service allows it, for several.
    Completion {
        /// The plan's activities, all of one family and service.
        activities: Vec<ActivityId>,
    },
    /// A service does not apply.
    NotApplicable {
        /// The plan's activity.
        activity: ActivityId,
        /// Why.
        reason: String,
    },
    /// A person refuses a service.
    Refused {
        /// The plan's activity.
        activity: ActivityId,
        /// Why.
        reason: String,
    },
    /// A consent was given, refused or withdrawn.
    Consent {
        /// Whose.
        person: PersonId,
        /// Its new state.
        state: ConsentState,
        /// On what basis, or why there is none.
        reason: Option<String>,
    },
    /// An act outside the 25 services.
    Act {
        /// With which family.
        family: FamilyId,
        /// Which act.
        act: Act,
        /// With whom, if with one person.
        person: Option<PersonId>,
    },
}

/// What is known of a person's consent to personal data processing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConsentView {
    /// Whose consent it is about.
    pub person: PersonId,
    /// Who gave it: a parent for a minor.
    pub given_by: Option<PersonId>,
    /// The state.
    pub state: ConsentState,
    /// How this phone knows.
    pub source: ConsentSource,
}

/// How a phone knows of a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum ConsentSource {
    /// The centre has told.
    Pulled,
    /// Sealed on this phone.
    Sealed,
    /// Said during this draft.
    Draft,
    /// Nobody has asked yet.
    Unknown,
}

impl ConsentView {
    /// Whether the person has been asked, whatever the answer.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.source == ConsentSource::Draft || self.state != ConsentState::Missing
    }
}

impl App {
    /// Opens a draft for a completion; see [`App::open_draft`].
    ///
    /// # Errors
    /// As [`App::open_draft`].
    pub async fn draft(&self, activities: &[ActivityId]) -> Result<DraftId, AppError> {
        self.open_draft(NewDraft::Completion { activities: activities.to_vec() }).await
    }

    /// Opens a draft. It is on the disk when this returns.
    ///
    /// # Errors
    /// When an activity or person is not known here, or the activities do not go together.
    pub async fn open_draft(&self, new: NewDraft) -> Result<DraftId, AppError> {
        let now = self.platform().clock.reading();
        let id = DraftId(EvidenceId::draw(now.wall, self.draw()).0);
        let mut draft = Draft {
            id,
            family: FamilyId(id.0),
            kind: DraftKind::Completion,
            service: None,
            act: None,
            topics: Vec::new(),
            details: serde_json::Map::new(),
            consent_state: None,
            reason: None,
            done_on: None,
            position: None,
            no_position: None,
            no_position_words: None,
            no_video: None,
            no_video_words: None,
            paper_number: None,
            paper_date: None,
            note: None,
            supersedes: None,
            correction: None,
            opened: now,
            state: DraftState::Open,
        };
        let mut tx = self.store().begin().await?;
        let subjects = match new {
            NewDraft::Completion { activities } => subjects_of(&mut tx, &activities, &mut draft).await?,
            // Where nothing is said yet it is said in the draft, and cannot be sealed before.
            NewDraft::NotApplicable { activity, reason } => {
                (draft.kind, draft.reason) = (DraftKind::NotApplicable, Some(reason));
                subjects_of(&mut tx, &[activity], &mut draft).await?
            }
            NewDraft::Refused { activity, reason } => {
                (draft.kind, draft.reason) = (DraftKind::Refused, Some(reason));
                subjects_of(&mut tx, &[activity], &mut draft).await?
            }
            NewDraft::Consent { person, state, reason } => {
                let known = pulled::person(&mut tx, person).await?.ok_or(AppError::Unknown("person"))?;
                (draft.kind, draft.family) = (DraftKind::Consent, known.family);
                (draft.consent_state, draft.reason) = (Some(state), reason);
                vec![subject(None, Some(person))]
            }
            NewDraft::Act { family, act, person } => {
                pulled::family(&mut tx, family).await?.ok_or(AppError::Unknown("family"))?;
                (draft.kind, draft.family, draft.act) = (DraftKind::Act, family, Some(act));
                vec![subject(None, person)]
            }
        };
        store::draft::insert(&mut tx, &draft, &subjects).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Opens a correction of an earlier record: a new version that names it and says why; where that is blank, it is
    /// said in the draft before it is sealed. Its evidence is taken over; single pieces can then be removed or added. A record of another phone of which the centre has told
    /// nothing is corrected by its activity alone.
    ///
    /// # Errors
    /// When the record is not known here.
    pub async fn draft_correction(&self, earlier: RecordId, why: &str) -> Result<DraftId, AppError> {
        let mut conn = self.store().conn().await?;
        let payload = record::payload(&mut conn, earlier).await?;
        let activity: Option<ActivityId> = sqlx::query_scalar(
            "select activity from record_state where record = $1 and activity is not null",
        )
        .bind(earlier)
        .fetch_optional(&mut *conn)
        .await
        .map_err(StoreError::from)?;
        drop(conn);
        let Some(payload) = payload else {
            let activity = activity.ok_or(AppError::Unknown("record"))?;
            let id = self.draft(&[activity]).await?;
            self.save(id, Change::Supersedes(earlier, why.to_owned())).await?;
            return Ok(id);
        };
        let Reading::Record(before) = read(&payload) else { return Err(AppError::Unknown("record")) };
        let id = self.open_draft(again(&before)?).await?;
        let mut tx = self.store().begin().await?;
        store::draft::take_over(&mut tx, id, &before.evidence).await?;
        let paper = before.paper.clone();
        for change in [
            Change::Supersedes(earlier, why.to_owned()),
            Change::DoneOn(Some(before.done_on)),
            Change::Position(before.position.clone()),
            Change::NoPosition(before.no_position),
            Change::NoVideo(before.no_video),
            Change::PaperNumber(paper.as_ref().map(|p| p.number.clone())),
            Change::PaperDate(paper.and_then(|p| p.date)),
            Change::Note(before.note.clone()),
        ] {
            store::draft::save(&mut tx, id, &change).await?;
        }
        tx.commit().await?;
        Ok(id)
    }

    /// Opens a completion of an activity that was closed by "not applicable" or "refused": the service was given after
    /// all. It corrects the record that closed it, so that it counts in its place.
    ///
    /// # Errors
    /// When the activity is not closed by such a record.
    pub async fn draft_given_after_all(&self, activity: ActivityId, why: &str) -> Result<DraftId, AppError> {
        let closed = self.closed_by(activity).await?;
        let closed = closed.ok_or(AppError::NotNow("no record says that this service was not given"))?;
        let id = self.draft(&[activity]).await?;
        self.save(id, Change::Supersedes(closed, why.to_owned())).await?;
        Ok(id)
    }

    /// The record that says that a service was not given: the last one sealed here, else the one that counts at the
    /// centre.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn closed_by(&self, activity: ActivityId) -> Result<Option<RecordId>, AppError> {
        let mut conn = self.store().conn().await?;
        let own: Option<(RecordId, String)> = sqlx::query_as(
            "select r.record, r.statement from record r join chain c on c.chain = r.chain
             where r.activity = $1 and r.state <> 'refused' order by c.number desc, r.seq desc limit 1",
        )
        .bind(activity)
        .fetch_optional(&mut *conn)
        .await
        .map_err(StoreError::from)?;
        if let Some((record, statement)) = own {
            return Ok(matches!(&*statement, "not_applicable" | "refused").then_some(record));
        }
        let known = pulled::activity(&mut conn, activity).await?;
        Ok(known
            .filter(|known| matches!(known.state, ActivityState::NotApplicable | ActivityState::Refused))
            .and_then(|known| known.record))
    }

    /// Saves one field of an open draft.
    ///
    /// # Errors
    /// When the draft is not open, or the text is too long to be sealed.
    pub async fn save(&self, id: DraftId, change: Change) -> Result<(), AppError> {
        if let Change::Position(Some(position)) = &change {
            let real =
                [position.lat, position.lon, position.accuracy_m].iter().all(|number| number.is_finite());
            if !real || position.lat.abs() > 90.0 || position.lon.abs() > 180.0 {
                return Err(AppError::NotNow("that is no position on the earth"));
            }
        }
        let mut tx = self.store().begin().await?;
        if !store::draft::save(&mut tx, id, &change).await? {
            return Err(AppError::NotNow("the draft is not open"));
        }
        if matches!(change, Change::Note(_) | Change::NoVideoWords(_) | Change::NoPositionWords(_)) {
            let now = store::draft::get(&mut tx, id).await?.ok_or(AppError::Unknown("draft"))?;
            // Each of them counts whether its reason is chosen now or later.
            let all = [&now.note, &now.no_video_words, &now.no_position_words];
            let length: usize = all.into_iter().flatten().map(|text| text.chars().count() + 1).sum();
            if length > MAX_NOTE + 1 {
                return Err(AppError::NotNow("a note has at most 4,000 characters"));
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Saves what a person said when asked for consent during this draft. It is sealed as a record of its own, before
    /// the completion. `Missing` takes it back: nobody was asked after all.
    ///
    /// # Errors
    /// When the draft is not open or not for this person, or nobody could tell later on what a consent stands, or why
    /// there is none: the law (No 94-V) asks for a form that can be proved.
    pub async fn set_consent(
        &self,
        id: DraftId,
        person: PersonId,
        state: ConsentState,
        reason: Option<&str>,
    ) -> Result<(), AppError> {
        let said = Some(state).filter(|state| *state != ConsentState::Missing);
        let reason = reason.map(str::trim).filter(|reason| said.is_some() && !reason.is_empty());
        if said.is_some() && reason.is_none() {
            return Err(AppError::NotNow(
                "a consent needs its basis, and without consent a reason is needed",
            ));
        }
        let mut conn = self.store().conn().await?;
        match store::draft::set_consent(&mut conn, id, person, said, reason).await? {
            true => Ok(()),
            false => Err(AppError::NotNow("the draft is not open, or not for this person")),
        }
    }

    /// A draft with its subjects and what it has gathered.
    ///
    /// # Errors
    /// When there is none.
    pub async fn draft_view(&self, id: DraftId) -> Result<DraftView, AppError> {
        let mut conn = self.store().conn().await?;
        view(&mut conn, id).await
    }

    /// The open drafts, oldest first; those that cannot be read are in [`App::unreadable`].
    ///
    /// # Errors
    /// When the store fails.
    pub async fn drafts(&self) -> Result<Vec<Draft>, AppError> {
        let mut conn = self.store().conn().await?;
        Ok(store::draft::open(&mut conn).await?.rows)
    }

    /// What is still missing before the draft can be sealed, in the order in which the screen offers it.
    ///
    /// # Errors
    /// When there is no such draft.
    pub async fn missing(&self, id: DraftId) -> Result<Vec<Missing>, AppError> {
        let mut conn = self.store().conn().await?;
        let view = view(&mut conn, id).await?;
        Ok(lacks(&view, home::settings(&mut conn).await?.strict_photo_and_video))
    }

    /// What is known of the consent of everybody a draft is for.
    ///
    /// # Errors
    /// When there is no such draft.
    pub async fn consents(&self, id: DraftId) -> Result<Vec<ConsentView>, AppError> {
        let mut conn = self.store().conn().await?;
        let today = today::on(&mut conn, &*self.platform().clock).await?;
        let view = view(&mut conn, id).await?;
        consents(&mut conn, &view, today).await
    }

    /// What is known of the consent of every member of a family.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn family_consents(&self, family: FamilyId) -> Result<Vec<ConsentView>, AppError> {
        let mut conn = self.store().conn().await?;
        let today = today::on(&mut conn, &*self.platform().clock).await?;
        let members = pulled::persons(&mut conn, family).await?.rows;
        let mut known = Vec::with_capacity(members.len());
        for member in &members {
            known.push(consent_for(&mut conn, member.id, &members, today).await?);
        }
        Ok(known)
    }

    /// Gives an open draft up. Its files leave the vault, unless a sealed record has them.
    ///
    /// # Errors
    /// When the draft is not open.
    pub async fn discard(&self, id: DraftId) -> Result<(), AppError> {
        let mut tx = self.store().begin().await?;
        if !store::draft::set_state(&mut tx, id, DraftState::Discarded).await? {
            return Err(AppError::NotNow("the draft is not open"));
        }
        tx.commit().await?;
        self.clear_dropped().await
    }

    /// Takes one piece of evidence out of an open draft.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn remove_evidence(&self, id: DraftId, evidence: EvidenceId) -> Result<(), AppError> {
        let mut tx = self.store().begin().await?;
        if !store::draft::remove(&mut tx, id, evidence).await? {
            return Err(AppError::Unknown("piece of evidence in this draft"));
        }
        tx.commit().await?;
        self.clear_dropped().await
    }

    /// Takes one piece of evidence out of an open draft; [`App::put_back`] brings it back until the draft is sealed or
    /// given up, another piece is taken out for good, or the program starts anew.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn take_out(&self, id: DraftId, evidence: EvidenceId) -> Result<(), AppError> {
        let mut conn = self.store().conn().await?;
        match store::draft::remove(&mut conn, id, evidence).await? {
            true => Ok(()),
            false => Err(AppError::Unknown("piece of evidence in this draft")),
        }
    }

    /// Brings back what [`App::take_out`] took out.
    ///
    /// # Errors
    /// When it is not there, or its files have gone.
    pub async fn put_back(&self, id: DraftId, evidence: EvidenceId) -> Result<(), AppError> {
        const GONE: AppError = AppError::Unknown("piece of evidence to bring back");
        let mut tx = self.store().begin().await?;
        let item = store::draft::item(&mut tx, evidence).await?.ok_or(GONE)?;
        let is_here = |part: &Part| self.vault().path(FileRef { evidence, part: *part }).exists();
        if !Part::ALL.iter().filter(|part| item.facts(**part).is_some()).all(is_here) {
            return Err(GONE);
        }
        if !store::draft::put_back(&mut tx, id, evidence).await? {
            return Err(GONE);
        }
        tx.commit().await?;
        Ok(())
    }

    /// Says anew whom an open completion is for: activities of the draft's family and service.
    ///
    /// # Errors
    /// When the draft is not open, or the activities do not go together.
    pub async fn set_subjects(&self, id: DraftId, activities: &[ActivityId]) -> Result<(), AppError> {
        let mut tx = self.store().begin().await?;
        let before = view(&mut tx, id).await?;
        let mut draft = before.draft.clone();
        let mut subjects = subjects_of(&mut tx, activities, &mut draft).await?;
        if draft.kind != DraftKind::Completion
            || (draft.family, draft.service) != (before.draft.family, before.draft.service)
        {
            return Err(AppError::NotNow("one capture serves one service of one family"));
        }
        for subject in &mut subjects {
            if let Some(known) = before.subjects.iter().find(|known| known.person == subject.person) {
                (subject.consent_state, subject.consent_reason) =
                    (known.consent_state, known.consent_reason.clone());
            }
        }
        if !store::draft::set_subjects(&mut tx, id, &subjects).await? {
            return Err(AppError::NotNow("the draft is not open"));
        }
        tx.commit().await?;
        Ok(())
    }

    /// Camera files that were set aside, by name, with the reason.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn set_aside(&self) -> Result<Vec<Aside>, AppError> {
        let mut conn = self.store().conn().await?;
        Ok(store::draft::asides(&mut conn).await?)
    }
}

/// A draft, for whom it is and what it has.
#[derive(Clone, Debug, Serialize)]
pub struct DraftView {
    /// Its fields.
    pub draft: Draft,
    /// For whom.
    pub subjects: Vec<Subject>,
    /// What it has gathered.
    pub evidence: Vec<DraftEvidence>,
}

pub(crate) async fn view(conn: &mut SqliteConnection, id: DraftId) -> Result<DraftView, AppError> {
    let draft = store::draft::get(&mut *conn, id).await?.ok_or(AppError::Unknown("draft"))?;
    let subjects = store::draft::subjects(&mut *conn, id).await?;
    let evidence = store::draft::evidence(&mut *conn, id).await?;
    if let Some(row) = evidence.unreadable.into_iter().next() {
        // A piece that cannot be read must not be sealed away unseen.
        return Err(StoreError::Unreadable("draft_evidence", row.problem).into());
    }
    Ok(DraftView { draft, subjects, evidence: evidence.rows })
}

/// What a draft lacks. Only completions have an evidence rule; a consent that was given needs its paper or signature, and
/// who agrees to a plan signs on the screen.
pub(crate) fn lacks(view: &DraftView, strict_photo_and_video: bool) -> Vec<Missing> {
    let draft = &view.draft;
    let count = |kind| {
        let of_kind = view.evidence.iter().filter(|e| e.item.as_ref().is_some_and(|item| item.kind == kind));
        u32::try_from(of_kind.count()).unwrap_or(u32::MAX)
    };
    let gathered = Gathered {
        photos: count(EvidenceKind::Photo),
        videos: count(EvidenceKind::Video),
        documents: count(EvidenceKind::Document),
        paper_numbers: u32::from(draft.paper_number.as_ref().is_some_and(|n| !n.trim().is_empty())),
        system_facts: 0,
        acknowledgements: count(EvidenceKind::Signature),
        position: draft.position.is_some(),
        no_video: draft.no_video,
        no_position: draft.no_position,
    };
    match (draft.kind, draft.service) {
        (DraftKind::Completion, Some(service)) => {
            missing(&service.service().rule, &gathered, RuleSettings { strict_photo_and_video })
        }
        (DraftKind::Consent, _) if draft.consent_state == Some(ConsentState::Given) => {
            let proofs = gathered.photos + gathered.documents + gathered.acknowledgements;
            if proofs == 0 { vec![Missing::Acknowledgement] } else { Vec::new() }
        }
        (DraftKind::Act, _) if draft.act == Some(Act::PlanAgreement) && gathered.acknowledgements == 0 => {
            vec![Missing::Acknowledgement]
        }
        _ => Vec::new(),
    }
}

/// What is known of the consent of everybody a completion is for. For other drafts nobody needs to be asked.
pub(crate) async fn consents(
    conn: &mut SqliteConnection,
    view: &DraftView,
    on: NaiveDate,
) -> Result<Vec<ConsentView>, AppError> {
    let mut known = Vec::new();
    if view.draft.kind != DraftKind::Completion {
        return Ok(known);
    }
    let members = pulled::persons(&mut *conn, view.draft.family).await?.rows;
    for subject in &view.subjects {
        let Some(person) = subject.person else { continue };
        if let Some(state) = subject.consent_state {
            known.push(ConsentView { person, given_by: None, state, source: ConsentSource::Draft });
            continue;
        }
        known.push(consent_for(&mut *conn, person, &members, on).await?);
    }
    Ok(known)
}

/// What is known of a person's consent; that of a parent counts for his minor children.
async fn consent_for(
    conn: &mut SqliteConnection,
    person: PersonId,
    members: &[Person],
    on: NaiveDate,
) -> Result<ConsentView, AppError> {
    let found = consent_of(&mut *conn, person).await?;
    // What was said for himself stands: a withdrawn consent is not made up for by a parent's.
    if found.state != ConsentState::Missing
        || !members.iter().any(|member| member.id == person && is_minor(member, on))
    {
        return Ok(found);
    }
    for adult in members.iter().filter(|member| {
        matches!(member.relation, Relation::Head | Relation::Spouse | Relation::Parent)
            && !is_minor(member, on)
    }) {
        let theirs = consent_of(&mut *conn, adult.id).await?;
        if theirs.state == ConsentState::Given {
            return Ok(ConsentView { person, given_by: Some(adult.id), ..theirs });
        }
    }
    Ok(found)
}

async fn consent_of(conn: &mut SqliteConnection, person: PersonId) -> Result<ConsentView, AppError> {
    // What was sealed here is newer than what the centre has told, until the centre tells otherwise.
    if let Some(payload) = record::last_consent(&mut *conn, person).await?
        && let Reading::Record(sealed) = read(&payload)
        && let Statement::Consent { state, .. } = sealed.statement
    {
        return Ok(ConsentView { person, given_by: None, state, source: ConsentSource::Sealed });
    }
    let state: Option<ConsentState> = sqlx::query_scalar(
        "select state from consent where person = $1
         order by case state when 'given' then 0 when 'missing' then 2 else 1 end, id desc limit 1",
    )
    .bind(person)
    .fetch_optional(conn)
    .await
    .map_err(StoreError::from)?;
    Ok(match state {
        Some(state) => ConsentView { person, given_by: None, state, source: ConsentSource::Pulled },
        None => ConsentView {
            person,
            given_by: None,
            state: ConsentState::Missing,
            source: ConsentSource::Unknown,
        },
    })
}

/// Id of a person's consent: the one the centre knows, or a new one.
pub(crate) async fn consent_id(
    conn: &mut SqliteConnection,
    person: PersonId,
    new: ConsentId,
) -> Result<ConsentId, StoreError> {
    let known: Option<ConsentId> =
        sqlx::query_scalar("select id from consent where person = $1 order by id desc limit 1")
            .bind(person)
            .fetch_optional(conn)
            .await?;
    Ok(known.unwrap_or(new))
}

fn is_minor(person: &Person, on: NaiveDate) -> bool {
    let Some(born) = person.birth_date else { return person.relation == Relation::Child };
    let birthday_passed = (on.month(), on.day()) >= (born.month(), born.day());
    on.year() - born.year() - i32::from(!birthday_passed) < 18
}

fn subject(activity: Option<ActivityId>, person: Option<PersonId>) -> Subject {
    Subject { activity, person, consent_state: None, consent_reason: None }
}

/// The subjects of activities, all of one family and service; sets both in the draft.
async fn subjects_of(
    conn: &mut SqliteConnection,
    activities: &[ActivityId],
    draft: &mut Draft,
) -> Result<Vec<Subject>, AppError> {
    let mut subjects: Vec<Subject> = Vec::new();
    let mut service: Option<ServiceCode> = None;
    for id in activities {
        let activity = pulled::activity(&mut *conn, *id).await?.ok_or(AppError::Unknown("activity"))?;
        if service.is_some_and(|service| service != activity.service || draft.family != activity.family) {
            return Err(AppError::NotNow("one capture serves one service of one family"));
        }
        if subjects.iter().any(|known| known.activity == Some(*id)) {
            return Err(AppError::NotNow("the same activity twice"));
        }
        (service, draft.family) = (Some(activity.service), activity.family);
        subjects.push(subject(Some(*id), Some(activity.person)));
    }
    let service = service.ok_or(AppError::NotNow("a completion needs an activity"))?;
    if subjects.len() > 1 && !service.service().group_capture {
        return Err(AppError::NotNow("this service is recorded for one person at a time"));
    }
    draft.service = Some(service);
    Ok(subjects)
}

/// The draft that states again what a record stated.
fn again(before: &Record) -> Result<NewDraft, AppError> {
    Ok(match before.statement.clone() {
        Statement::Completion { activity, .. } => NewDraft::Completion { activities: vec![activity] },
        Statement::NotApplicable { activity, reason, .. } => NewDraft::NotApplicable { activity, reason },
        Statement::Refused { activity, reason, .. } => NewDraft::Refused { activity, reason },
        Statement::Consent { person, state, reason, .. } => NewDraft::Consent { person, state, reason },
        Statement::Act { act, person, .. } => {
            NewDraft::Act { family: before.family.ok_or(AppError::Unknown("family"))?, act, person }
        }
        Statement::Lost { .. } => return Err(AppError::NotNow("a lost number cannot be corrected")),
    })
}

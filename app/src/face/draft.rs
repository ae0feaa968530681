//! Drafts: each call saves first and answers with the draft as it stands on the disk.

use kandas_shared::{
    evidence::EvidenceKind,
    ids::{ActivityId, EvidenceId, FamilyId, PersonId, RecordId},
    record::{Act, ConsentState},
    rule::{Proof, RuleSettings},
    service::ServiceCode,
};

use super::{
    Face, acts,
    board::Board,
    call::{Field, Problem, ProblemWord},
    count, evidence,
    patch::deadline,
    place,
    tile::{Numbers, bare},
    view::{
        AsideFile, Check, Companion, Consent, DraftPage, DraftSubject, Patch, Place, Position, ReviewView,
        RuleView, SealAnswer, SealedBrief, Tile, TileState, ToSay, ToSeal, TodayView, Topic,
    },
};
use crate::{
    draft::{Change, ConsentView, DraftEvidence, DraftId, DraftKind, DraftState, DraftView, NewDraft},
    seal::Sealing,
    store::{self, draft::GatheredState, home, overview, record},
};

impl Face {
    pub(super) async fn open_completion(&self, activities: Vec<ActivityId>) -> Result<DraftPage, Problem> {
        let mut conn = self.app().store().conn().await?;
        let open = overview::drafts(&mut conn).await?.rows;
        drop(conn);
        // The worker goes on where he was: one activity has one draft.
        let of_these =
            open.iter().filter(|line| line.activity.is_some_and(|known| activities.contains(&known)));
        for draft in of_these.map(|line| line.draft) {
            let view = self.app().draft_view(draft).await?;
            if view.draft.kind == DraftKind::Completion && view.draft.supersedes.is_none() {
                return self.page(draft).await;
            }
        }
        self.open(NewDraft::Completion { activities }).await
    }

    pub(super) async fn open_consent(
        &self,
        person: PersonId,
        state: ConsentState,
        reason: Option<String>,
    ) -> Result<DraftPage, Problem> {
        if state == ConsentState::Missing {
            return Err(Problem::new(ProblemWord::BadRequest, "a consent is given, declined or withdrawn"));
        }
        // The worker goes on where he was: what a person says is said once.
        for draft in self.app().drafts().await? {
            if draft.kind != DraftKind::Consent
                || draft.consent_state != Some(state)
                || draft.supersedes.is_some()
            {
                continue;
            }
            let of_person = self.app().draft_view(draft.id).await?.subjects;
            if of_person.iter().any(|subject| subject.person == Some(person)) {
                return self.page(draft.id).await;
            }
        }
        self.open(NewDraft::Consent { person, state, reason }).await
    }

    /// Opens a draft and answers it.
    pub(super) async fn open(&self, new: NewDraft) -> Result<DraftPage, Problem> {
        let draft = self.app().open_draft(new).await?;
        self.forget_board().await;
        self.saved_page(draft).await
    }

    pub(super) async fn correct(&self, record: RecordId, why: &str) -> Result<DraftPage, Problem> {
        let open = self.app().drafts().await?.into_iter().find(|draft| draft.supersedes == Some(record));
        if let Some(open) = open {
            return self.page(open.id).await;
        }
        let draft = self.app().draft_correction(record, why).await?;
        self.forget_board().await;
        self.saved_page(draft).await
    }

    pub(super) async fn given_after_all(
        &self,
        activity: ActivityId,
        why: &str,
    ) -> Result<DraftPage, Problem> {
        let closed = self.app().closed_by(activity).await?;
        let open = self.app().drafts().await?.into_iter().find(|draft| {
            draft.kind == DraftKind::Completion && closed.is_some() && draft.supersedes == closed
        });
        if let Some(open) = open {
            return self.page(open.id).await;
        }
        let draft = self.app().draft_given_after_all(activity, why).await?;
        self.forget_board().await;
        self.saved_page(draft).await
    }

    pub(super) async fn save(&self, draft: DraftId, field: Field) -> Result<DraftPage, Problem> {
        let change = match field {
            Field::DoneOn(day) => Change::DoneOn(day),
            Field::Position(fix) => {
                if fix.is_some() {
                    self.app().save(draft, Change::NoPosition(None)).await?;
                }
                Change::Position(fix.as_ref().map(evidence::position))
            }
            Field::NoPosition(reason) => Change::NoPosition(reason),
            Field::NoPositionWords(words) => Change::NoPositionWords(words),
            Field::NoVideo(reason) => Change::NoVideo(reason),
            Field::NoVideoWords(words) => Change::NoVideoWords(words),
            Field::Correction(why) => Change::Correction(why),
            Field::PaperNumber(number) => Change::PaperNumber(number),
            Field::PaperDate(date) => Change::PaperDate(date),
            Field::Note(note) => Change::Note(note),
            Field::Reason(reason) => Change::Reason(reason),
            Field::Topics(topics) => Change::Topics(topics),
            Field::Details(details) => Change::Details(details),
        };
        self.app().save(draft, change).await?;
        self.saved_page(draft).await
    }

    pub(super) async fn set_subjects(
        &self,
        draft: DraftId,
        activities: Vec<ActivityId>,
    ) -> Result<DraftPage, Problem> {
        self.app().set_subjects(draft, &activities).await?;
        self.forget_board().await;
        self.saved_page(draft).await
    }

    pub(super) async fn say_consent(
        &self,
        draft: DraftId,
        person: PersonId,
        state: ConsentState,
        reason: Option<String>,
    ) -> Result<DraftPage, Problem> {
        self.app().set_consent(draft, person, state, reason.as_deref()).await?;
        self.saved_page(draft).await
    }

    pub(super) async fn remove_evidence(
        &self,
        draft: DraftId,
        evidence: EvidenceId,
    ) -> Result<DraftPage, Problem> {
        self.app().take_out(draft, evidence).await?;
        self.saved_page(draft).await
    }

    pub(super) async fn undo_remove(
        &self,
        draft: DraftId,
        evidence: EvidenceId,
    ) -> Result<DraftPage, Problem> {
        self.app().put_back(draft, evidence).await?;
        self.saved_page(draft).await
    }

    pub(super) async fn discard(&self, draft: DraftId) -> Result<TodayView, Problem> {
        self.app().discard(draft).await?;
        self.forget_board().await;
        self.changed(&[Topic::Drafts]);
        self.today().await
    }

    pub(super) async fn review(&self, draft: DraftId) -> Result<ReviewView, Problem> {
        let page = self.page(draft).await?;
        let said = self.app().draft_view(draft).await?.subjects;
        let statement = match page.kind {
            DraftKind::Completion => "completion",
            DraftKind::NotApplicable => "not_applicable",
            DraftKind::Refused => "refused",
            DraftKind::Consent => "consent",
            DraftKind::Act => "act",
        };
        let asked = said.iter().filter(|subject| subject.consent_state.is_some());
        let consents = asked.filter_map(|subject| {
            let known = page.subjects.iter().filter_map(|known| known.person.clone());
            known.into_iter().find(|name| Some(name.person) == subject.person)
        });
        let mut records: Vec<ToSeal> =
            consents.map(|person| ToSeal { statement: "consent".to_owned(), person: Some(person) }).collect();
        records.extend(
            page.subjects
                .iter()
                .map(|subject| ToSeal { statement: statement.to_owned(), person: subject.person.clone() }),
        );
        let board = self.board().await?;
        let in_time =
            page.deadline.and_then(|due| deadline(&board.calendar, page.done_on, due.on).working_days);
        Ok(ReviewView { page, records, in_time })
    }

    pub(super) async fn seal(&self, draft: DraftId) -> Result<SealAnswer, Problem> {
        let now = self.app().draft_view(draft).await?.draft;
        if now.state == DraftState::Open && !to_say(&now).is_empty() {
            return Err(Problem::new(ProblemWord::NotNow, "something is still to be written down"));
        }
        let done_on = match now.done_on {
            Some(day) => day,
            None => self.app().today().await?,
        };
        let sealing = self.app().seal(draft, done_on).await?;
        Ok(match sealing {
            Sealing::Sealed { records } => {
                self.app().clear_dropped().await?;
                self.forget_board().await;
                self.parts.exchange.something_waits();
                self.changed(&[Topic::Drafts, Topic::Ledger, Topic::Families, Topic::Sync]);
                let brief = records.into_iter().map(|sealed| SealedBrief {
                    record: sealed.record,
                    number: sealed.seq,
                    statement: sealed.statement,
                    person: sealed.person,
                });
                SealAnswer::Sealed { records: brief.collect() }
            }
            Sealing::Lacking { missing, consent, incoming } => {
                SealAnswer::Lacking { missing, consent, incoming: count(incoming) }
            }
            Sealing::TooLarge { bytes } => SealAnswer::TooLarge { bytes: bytes as u64 },
        })
    }

    /// A draft that was saved just now, as it stands.
    async fn saved_page(&self, draft: DraftId) -> Result<DraftPage, Problem> {
        self.saved(draft);
        self.page(draft).await
    }

    /// Notes that a draft was saved just now, and tells.
    pub(super) fn saved(&self, draft: DraftId) {
        let now = self.wall();
        self.session().saved.insert(draft, now);
        self.changed(&[Topic::Drafts]);
    }

    /// A draft with everything its screen shows.
    pub(super) async fn page(&self, id: DraftId) -> Result<DraftPage, Problem> {
        let board = self.board().await?;
        let language = self.language().await?;
        let DraftView { draft, subjects, evidence: gathered } = self.app().draft_view(id).await?;
        let missing = self.app().missing(id).await?;
        let consents = self.app().consents(id).await?;
        let today = self.app().today().await?;
        let room = self.app().free_space_check().await?.is_enough();
        let mut conn = self.app().store().conn().await?;
        let strict = home::settings(&mut conn).await?.strict_photo_and_video;
        let removed = store::draft::removed(&mut conn, id).await?;
        let asides = store::draft::asides(&mut conn).await?;
        let mut taken_over = Vec::new();
        if draft.supersedes.is_some() {
            for piece in &gathered {
                if record::names(&mut conn, piece.evidence).await? {
                    taken_over.push(piece.evidence);
                }
            }
        }
        drop(conn);

        let household = board.family(draft.family);
        let home_place = household.and_then(|family| family.place());
        let consent_missing: Vec<PersonId> =
            consents.iter().filter(|known| !known.is_asked()).map(|known| known.person).collect();
        let incoming = gathered.iter().any(|piece| piece.state == GatheredState::Incoming);
        let to_say = to_say(&draft);
        let due = subjects.iter().filter_map(|subject| board.task(subject.activity?)?.1.deadline);
        let taken = gathered.iter().filter_map(|piece| Some(piece.item.as_ref()?.taken.wall));
        let saved_at = self.session().saved.get(&id).copied();
        let saved_at = saved_at.or(taken.max()).unwrap_or(draft.opened.wall).max(draft.opened.wall);
        let evidence = self.tiles(&gathered, &taken_over);
        Ok(DraftPage {
            draft: id,
            state: draft.state,
            kind: draft.kind,
            family: draft.family,
            family_name: household.map(|family| family.name.clone()).unwrap_or_default(),
            service: draft.service,
            act: draft.act,
            official_name: draft.service.map(|service| service.service().name(language).to_owned()),
            together: together(&board, &draft.family, draft.service, draft.kind, |activity| {
                subjects.iter().any(|subject| subject.activity == Some(activity))
            }),
            deadline: due.min_by_key(|due| due.on),
            rule: draft
                .service
                .filter(|_| draft.kind == DraftKind::Completion)
                .map(|service| rule(service, strict)),
            checks: checks(&draft.kind, draft.service, &draft, &gathered, strict),
            ready: draft.state == DraftState::Open
                && missing.is_empty()
                && consent_missing.is_empty()
                && !incoming
                && to_say.is_empty(),
            missing,
            to_say,
            consent_missing,
            subjects: subjects
                .into_iter()
                .map(|subject| DraftSubject {
                    activity: subject.activity,
                    person: subject.person.and_then(|person| board.name(person)),
                    consent: consents
                        .iter()
                        .find(|known| Some(known.person) == subject.person)
                        .map(Consent::from),
                    consent_reason: subject.consent_reason,
                })
                .collect(),
            evidence,
            removed: self.tiles(&removed, &[]),
            aside: asides
                .into_iter()
                .filter(|aside| aside.draft == Some(id))
                .map(|aside| AsideFile { name: aside.name, reason: aside.reason, at: aside.at })
                .collect(),
            done_on: draft.done_on.unwrap_or(today),
            position: draft.position.as_ref().map(|known| shown(known, home_place)),
            no_position: draft.no_position,
            no_position_words: draft.no_position_words,
            no_video: draft.no_video,
            no_video_words: draft.no_video_words,
            paper_number: draft.paper_number,
            paper_date: draft.paper_date,
            note: draft.note,
            reason: draft.reason,
            consent_state: draft.consent_state,
            topics: draft.topics,
            details: draft.details,
            corrects: draft.supersedes,
            correction: draft.correction,
            opened_at: draft.opened.wall,
            saved_at,
            room,
        })
    }

    /// Tiles of what a draft has gathered.
    fn tiles(&self, gathered: &[DraftEvidence], taken_over: &[EvidenceId]) -> Vec<Tile> {
        let mut numbers = Numbers::default();
        let tile = |piece: &DraftEvidence| {
            let state = match piece.state {
                GatheredState::Incoming => TileState::Securing,
                GatheredState::Kept | GatheredState::Removed => TileState::Kept,
            };
            let tile = match &piece.item {
                Some(item) => self.tile(&mut numbers, item, state),
                None => bare(&mut numbers, piece.evidence, piece.kind, state),
            };
            Tile { taken_over: taken_over.contains(&piece.evidence), ..tile }
        };
        gathered.iter().map(tile).collect()
    }
}

impl From<&ConsentView> for Consent {
    fn from(known: &ConsentView) -> Self {
        Self {
            person: known.person,
            state: known.state,
            source: known.source,
            given_by: known.given_by,
            asked: known.is_asked(),
        }
    }
}

/// What is still to be written down before a draft can be sealed, besides proofs.
pub(super) fn to_say(draft: &store::draft::Draft) -> Vec<ToSay> {
    let blank = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
    let wants_reason = match draft.kind {
        DraftKind::NotApplicable | DraftKind::Refused => true,
        DraftKind::Consent => draft.consent_state != Some(ConsentState::Given),
        DraftKind::Completion | DraftKind::Act => false,
    };
    let mut wanted = Vec::new();
    if draft.supersedes.is_some() && blank(&draft.correction) {
        wanted.push(ToSay::Correction);
    }
    if wants_reason && blank(&draft.reason) {
        wanted.push(ToSay::Reason);
    }
    if let Some(act) = draft.act {
        wanted.extend(acts::to_say(act, &draft.topics, &draft.details));
    }
    wanted
}

/// A kept position as the screens show it.
pub(super) fn shown(known: &kandas_shared::evidence::Position, home: Option<Place>) -> Position {
    let here = Place { lat: known.lat, lon: known.lon };
    Position {
        lat: known.lat,
        lon: known.lon,
        accuracy_m: known.accuracy_m,
        source: known.source,
        mock: known.mock,
        fix_at: known.fix_at,
        from_family_m: home.map(|home| place::metres(here, home)),
    }
}

/// What a service's rule asks for, position and video or reason among it.
pub(super) fn rule(service: ServiceCode, strict: bool) -> RuleView {
    let rule = &service.service().rule;
    let mut required = rule.required.clone();
    for always in [Proof::Video, Proof::Position] {
        if !required.contains(&always) {
            required.push(always);
        }
    }
    let settings = RuleSettings { strict_photo_and_video: strict };
    RuleView {
        useful: rule.useful.iter().copied().filter(|proof| !required.contains(proof)).collect(),
        required,
        no_medical_content: rule.no_medical_content,
        video_strict: strict,
        missing: kandas_shared::rule::missing(rule, &Default::default(), settings),
    }
}

/// The checklist in the order of the screen: what is required first.
fn checks(
    kind: &DraftKind,
    service: Option<ServiceCode>,
    draft: &store::draft::Draft,
    gathered: &[DraftEvidence],
    strict: bool,
) -> Vec<Check> {
    // What only a state system knows cannot be brought on a phone.
    const ORDER: [Proof; 6] = [
        Proof::Photo,
        Proof::Acknowledgement,
        Proof::Document,
        Proof::PaperNumber,
        Proof::Video,
        Proof::Position,
    ];
    let of_kind = |kind| {
        let kept = gathered.iter().filter(|piece| piece.item.as_ref().is_some_and(|item| item.kind == kind));
        count(kept.count())
    };
    let asked = service.filter(|_| *kind == DraftKind::Completion).map(|service| rule(service, strict));
    let consent_given = *kind == DraftKind::Consent && draft.consent_state == Some(ConsentState::Given);
    let agrees = draft.act == Some(Act::PlanAgreement);
    let line = |proof: Proof| {
        let count = match proof {
            Proof::Photo => of_kind(EvidenceKind::Photo),
            Proof::Video => of_kind(EvidenceKind::Video),
            Proof::Document => of_kind(EvidenceKind::Document),
            Proof::Acknowledgement => of_kind(EvidenceKind::Signature),
            Proof::PaperNumber => {
                u32::from(draft.paper_number.as_ref().is_some_and(|number| !number.trim().is_empty()))
            }
            Proof::Position => u32::from(draft.position.is_some()),
            Proof::SystemFact => 0,
        };
        let any =
            of_kind(EvidenceKind::Photo) + of_kind(EvidenceKind::Document) + of_kind(EvidenceKind::Signature);
        let required = match &asked {
            Some(rule) => rule.required.contains(&proof),
            None => (consent_given || agrees) && proof == Proof::Acknowledgement,
        };
        let satisfied = match proof {
            Proof::Video => count > 0 || (draft.no_video.is_some() && !strict),
            Proof::Position => count > 0 || draft.no_position.is_some(),
            // A photo of the paper is a consent as good as a signature.
            Proof::Acknowledgement if consent_given => any > 0,
            _ => count > 0,
        };
        Check { proof, required, satisfied, count }
    };
    let mut checks: Vec<Check> = ORDER.into_iter().map(line).collect();
    checks.sort_by_key(|check| !check.required);
    checks
}

/// Whom one capture of a service may serve too.
pub(super) fn together(
    board: &Board,
    family: &FamilyId,
    service: Option<ServiceCode>,
    kind: DraftKind,
    chosen: impl Fn(ActivityId) -> bool,
) -> Vec<Companion> {
    let Some(service) = service.filter(|code| kind == DraftKind::Completion && code.service().group_capture)
    else {
        return Vec::new();
    };
    let Some(household) = board.family(*family) else { return Vec::new() };
    let of_service = household.tasks.iter().filter(|task| task.service == service);
    let open = of_service
        .filter(|task| task.patch.is_open() || task.patch == Patch::Returned || chosen(task.activity));
    open.filter_map(|task| {
        Some(Companion {
            person: board.name(task.person)?,
            activity: task.activity,
            patch: task.patch,
            chosen: chosen(task.activity),
        })
    })
    .collect()
}

/// What is missing in a brief, for rows.
pub(super) fn gathered_counts(gathered: &[DraftEvidence]) -> [u32; 4] {
    let mut counts = [0; 4];
    for piece in gathered {
        if let Some(item) = &piece.item {
            counts[item.kind as usize] += 1;
        }
    }
    counts
}

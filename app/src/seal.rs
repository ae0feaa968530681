//! Sealing: a draft becomes signed records that can never be lost.
//!
//! Record, evidence rows, file rows and outbox rows commit in one transaction. The payload is written once, signed and
//! stored byte for byte. One draft for several members makes one record each, with the same evidence; what a person
//! said about consent during the draft is sealed before it.

use std::collections::HashSet;

use chrono::NaiveDate;
use kandas_disk::point;
use kandas_shared::{
    evidence::{Evidence, FileRef, Part},
    hash::{Digest, Epoch, Nonce},
    ids::{ChainId, ConsentId, DeviceId, EvidenceId, PersonId, RecordId, UserId},
    jws::{Jws, Typ},
    record::{CheckpointSeen, ConsentState, MAX_PAYLOAD, Paper, Reading, Record, Statement, VERSION, read},
    rule::Missing,
    time::ClockReading,
};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::{
    app::{App, AppError, PROGRAM},
    draft::{self, DraftView},
    store::{
        self, StoreError, chain,
        draft::{DraftId, DraftKind, DraftState, GatheredState, Subject},
        home, receipt,
        record::{RecordState, Sealed},
    },
    today,
};

/// What became of a draft that was to be sealed. All of these are expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Sealing {
    /// Sealed: these records are in the outbox.
    Sealed {
        /// In the order of the chain; consents first.
        records: Vec<SealedRecord>,
    },
    /// Not yet: something is missing. The draft is kept.
    Lacking {
        /// What the evidence rule asks for.
        missing: Vec<Missing>,
        /// Whose consent nobody has asked for.
        consent: Vec<PersonId>,
        /// Files that are still on their way into the vault.
        incoming: usize,
    },
    /// The payload would be larger than 256 KiB: fewer pieces, please.
    TooLarge {
        /// Bytes it would have.
        bytes: usize,
    },
}

/// One record that was sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SealedRecord {
    /// Its id.
    pub record: RecordId,
    /// Its identity.
    pub hash: Digest,
    /// Its chain.
    pub chain: ChainId,
    /// Its number.
    pub seq: u64,
    /// The person it is about.
    pub person: Option<PersonId>,
    /// Kind of statement.
    pub statement: String,
}

impl From<&Sealed> for SealedRecord {
    fn from(sealed: &Sealed) -> Self {
        Self {
            record: sealed.record,
            hash: sealed.hash,
            chain: sealed.chain,
            seq: sealed.seq.unsigned_abs(),
            person: sealed.person,
            statement: sealed.statement.clone(),
        }
    }
}

impl App {
    /// Seals a draft; `done_on` is the day on which the worker says it was done (UTC+5). Sealing an already sealed draft
    /// answers its records again.
    ///
    /// # Errors
    /// When the phone is not enrolled, the draft was given up, or keystore or store fail; nothing is sealed then.
    pub async fn seal(&self, id: DraftId, done_on: NaiveDate) -> Result<Sealing, AppError> {
        let mut tx = self.store().begin().await?;
        let view = draft::view(&mut tx, id).await?;
        match view.draft.state {
            DraftState::Open => {}
            DraftState::Sealed => {
                let records = store::record::of_draft(&mut tx, id).await?;
                return Ok(Sealing::Sealed { records: records.iter().map(SealedRecord::from).collect() });
            }
            DraftState::Discarded => return Err(AppError::NotNow("the draft was given up")),
        }
        if view.draft.supersedes.is_some()
            && view.draft.correction.as_ref().is_none_or(|why| why.trim().is_empty())
        {
            return Err(AppError::NotNow("a correction needs a reason"));
        }
        let settings = home::settings(&mut tx).await?;
        let missing = draft::lacks(&view, settings.strict_photo_and_video);
        let consents = draft::consents(&mut tx, &view, done_on).await?;
        let consent: Vec<PersonId> =
            consents.iter().filter(|known| !known.is_asked()).map(|known| known.person).collect();
        let incoming = view.evidence.iter().filter(|e| e.state == GatheredState::Incoming).count();
        if !missing.is_empty() || !consent.is_empty() || incoming > 0 {
            return Ok(Sealing::Lacking { missing, consent, incoming });
        }

        let mut pen = Pen::take(self, &mut tx).await?;
        let mut records = Vec::new();
        for statement in statements(self, &mut tx, &view).await? {
            // A consent said during the draft is a statement of its own; the proofs belong to the completion.
            let own =
                !matches!(statement, Statement::Consent { .. }) || view.draft.kind == DraftKind::Consent;
            let record = pen.record(self, &view, statement, done_on, own);
            match pen.seal(self, &mut tx, &record, Some(id)).await? {
                Ok(sealed) => records.push(sealed),
                Err(bytes) => return Ok(Sealing::TooLarge { bytes }),
            }
        }
        if !store::draft::set_state(&mut tx, id, DraftState::Sealed).await? {
            return Err(AppError::NotNow("the draft is not open"));
        }
        point!("seal.before-commit");
        tx.commit().await?;
        point!("seal.after-commit");
        Ok(Sealing::Sealed { records })
    }

    /// Seals that numbers of an earlier chain no longer exist anywhere, which closes the gap the server sees.
    ///
    /// # Errors
    /// As [`App::seal`].
    pub async fn seal_lost(
        &self,
        lost: ChainId,
        from: u64,
        to: u64,
        reason: &str,
    ) -> Result<SealedRecord, AppError> {
        let mut tx = self.store().begin().await?;
        let mut pen = Pen::take(self, &mut tx).await?;
        let done_on = today::on(&mut tx, &*self.platform().clock).await?;
        let record = Record {
            family: None,
            statement: Statement::Lost { chain: lost, from, to, reason: reason.to_owned() },
            ..pen.blank(self, done_on)
        };
        match pen.seal(self, &mut tx, &record, None).await? {
            Ok(sealed) => {
                tx.commit().await?;
                Ok(sealed)
            }
            Err(_) => Err(AppError::NotNow("the reason is too long")),
        }
    }
}

/// Everything that is the same for the records of one sealing, and the place in the chain.
struct Pen {
    device: DeviceId,
    worker: UserId,
    head: chain::Head,
    now: ClockReading,
    checkpoint: Option<CheckpointSeen>,
}

impl Pen {
    async fn take(app: &App, conn: &mut SqliteConnection) -> Result<Self, AppError> {
        const NOT_ENROLLED: AppError = AppError::NotNow("this phone is not enrolled");
        let device = home::get(&mut *conn, home::DEVICE).await?.ok_or(NOT_ENROLLED)?;
        let worker = home::get(&mut *conn, home::WORKER).await?.ok_or(NOT_ENROLLED)?;
        let head = chain::head(&mut *conn).await?.ok_or(AppError::Unknown("open chain"))?;
        let checkpoint = match home::get::<Epoch>(&mut *conn, home::EPOCH).await? {
            Some(epoch) => receipt::last_checkpoint(&mut *conn, epoch).await?.map(|(seen, _)| seen),
            None => None,
        };
        Ok(Self { device, worker, head, now: app.platform().clock.reading(), checkpoint })
    }

    /// A record at the next place of the chain.
    fn blank(&self, app: &App, done_on: NaiveDate) -> Record {
        let first = self.head.seq == 0;
        Record {
            v: VERSION,
            record: RecordId::draw(self.now.wall, app.draw()),
            device: self.device,
            chain: self.head.chain,
            seq: self.head.seq + 1,
            prev: self.head.hash,
            continues: self.head.continues.filter(|_| first),
            nonce: Nonce(app.platform().chance.bytes()),
            worker: self.worker,
            family: None,
            statement: Statement::Lost { chain: self.head.chain, from: 0, to: 0, reason: String::new() },
            done_on,
            sealed: self.now.clone(),
            checkpoint: self.checkpoint,
            position: None,
            no_position: None,
            no_video: None,
            paper: None,
            note: None,
            supersedes: None,
            correction: None,
            evidence: Vec::new(),
            app: PROGRAM.to_owned(),
        }
    }

    fn record(
        &self,
        app: &App,
        view: &DraftView,
        statement: Statement,
        done_on: NaiveDate,
        own: bool,
    ) -> Record {
        let draft = &view.draft;
        let blank = Record { family: Some(draft.family), statement, ..self.blank(app, done_on) };
        if !own {
            return blank;
        }
        let evidence: Vec<Evidence> = view.evidence.iter().filter_map(|e| e.item.clone()).collect();
        let number = draft.paper_number.as_ref().map(|n| n.trim()).filter(|n| !n.is_empty());
        Record {
            position: draft.position.clone(),
            no_position: draft.no_position.filter(|_| draft.position.is_none()),
            no_video: draft.no_video,
            paper: number.map(|number| Paper { number: number.to_owned(), date: draft.paper_date }),
            note: draft.full_note(),
            supersedes: draft.supersedes,
            correction: draft.correction.clone(),
            evidence,
            ..blank
        }
    }

    /// Signs a record and writes it with its evidence, files and outbox rows; the next one follows it. The inner error is
    /// the size of a payload that is too large.
    async fn seal(
        &mut self,
        app: &App,
        conn: &mut SqliteConnection,
        record: &Record,
        draft: Option<DraftId>,
    ) -> Result<Result<SealedRecord, usize>, AppError> {
        let payload = store::to_json("payload", record)?;
        if payload.len() > MAX_PAYLOAD {
            return Ok(Err(payload.len()));
        }
        // What is signed must be what this program itself would read.
        match read(&payload) {
            Reading::Record(again) if *again == *record => {}
            Reading::Unreadable(_, why) => return Err(StoreError::Unreadable("payload", why).into()),
            _ => return Err(StoreError::Unreadable("payload", "it reads back as another".into()).into()),
        }
        let jws = Jws::sign(Typ::Record, payload, &*app.signer())?;
        let sealed = Sealed {
            hash: jws.identity(),
            record: record.record,
            draft,
            chain: record.chain,
            seq: i64::try_from(record.seq).unwrap_or(i64::MAX),
            family: record.family,
            activity: record.statement.activity(),
            person: record.statement.person(),
            service: record.statement.service(),
            statement: record.statement.kind().to_owned(),
            done_on: record.done_on,
            sealed_at: record.sealed.wall,
            protected: jws.protected,
            payload: jws.payload,
            signature: jws.signature,
            state: RecordState::Recorded,
            reason: None,
            position: None,
        };
        let elsewhere = elsewhere(&mut *conn, record.supersedes).await?;
        store::record::insert(conn, &sealed, &record.evidence, &elsewhere).await?;
        (self.head.seq, self.head.hash) = (record.seq, Some(sealed.hash));
        Ok(Ok(SealedRecord::from(&sealed)))
    }
}

/// Evidence of the record that is corrected whose files this phone has never had: another phone took it and sends it.
async fn elsewhere(
    conn: &mut SqliteConnection,
    corrected: Option<RecordId>,
) -> Result<HashSet<EvidenceId>, StoreError> {
    let mut elsewhere = HashSet::new();
    let Some(corrected) = corrected else { return Ok(elsewhere) };
    let Some(payload) = store::record::payload(&mut *conn, corrected).await? else { return Ok(elsewhere) };
    let Reading::Record(before) = read(&payload) else { return Ok(elsewhere) };
    for evidence in before.evidence.iter().map(|item| item.evidence) {
        if store::file::get(&mut *conn, FileRef { evidence, part: Part::File }).await?.is_none() {
            elsewhere.insert(evidence);
        }
    }
    Ok(elsewhere)
}

/// What the records of a draft state: consents that were said during it first, then one statement per subject.
async fn statements(
    app: &App,
    conn: &mut SqliteConnection,
    view: &DraftView,
) -> Result<Vec<Statement>, AppError> {
    let mut statements = Vec::new();
    for subject in &view.subjects {
        if let (Some(person), Some(state)) = (subject.person, subject.consent_state) {
            statements.push(consent(app, conn, person, state, subject.consent_reason.clone()).await?);
        }
    }
    for subject in &view.subjects {
        statements.push(statement(app, conn, view, subject).await?);
    }
    Ok(statements)
}

async fn statement(
    app: &App,
    conn: &mut SqliteConnection,
    view: &DraftView,
    subject: &Subject,
) -> Result<Statement, AppError> {
    let draft = &view.draft;
    let reason = || draft.reason.clone().filter(|reason| !reason.trim().is_empty());
    let why = || reason().ok_or(AppError::NotNow("a reason is needed"));
    let place = || match (subject.activity, subject.person, draft.service) {
        (Some(activity), Some(person), Some(service)) => Ok((activity, person, service)),
        _ => Err(AppError::Unknown("activity of the draft")),
    };
    Ok(match draft.kind {
        DraftKind::Completion => {
            let (activity, person, service) = place()?;
            Statement::Completion { activity, person, service }
        }
        DraftKind::NotApplicable => {
            let (activity, person, service) = place()?;
            Statement::NotApplicable { activity, person, service, reason: why()? }
        }
        DraftKind::Refused => {
            let (activity, person, service) = place()?;
            Statement::Refused { activity, person, service, reason: why()? }
        }
        DraftKind::Consent => {
            let person = subject.person.ok_or(AppError::Unknown("person of the draft"))?;
            let state = draft.consent_state.ok_or(AppError::Unknown("state of the consent"))?;
            if state != ConsentState::Given {
                why()?;
            }
            consent(app, conn, person, state, reason()).await?
        }
        DraftKind::Act => Statement::Act {
            act: draft.act.ok_or(AppError::Unknown("act of the draft"))?,
            person: subject.person,
            topics: draft.topics.clone(),
            details: draft.details.clone(),
        },
    })
}

async fn consent(
    app: &App,
    conn: &mut SqliteConnection,
    person: PersonId,
    state: ConsentState,
    reason: Option<String>,
) -> Result<Statement, AppError> {
    let new = ConsentId::draw(app.platform().clock.wall(), app.draw());
    let consent = draft::consent_id(conn, person, new).await?;
    Ok(Statement::Consent { consent, person, state, reason })
}

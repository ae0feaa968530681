//! What comes in: answers to our messages, and what state systems say of services.
//!
//! A file is taken as one: everything that it changes and everything that is kept aside of it is in facts of one transaction.
//! Then it is put away. Should the power go in between, the same file (by name and hash) is only put away.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_disk::point;
use kandas_shared::{
    calendar::civil_date,
    exchange::{self, AsideReason, AsideState, Incoming, SentState},
    hash::Digest,
    ids::{ActivityId, FamilyId, IssueId, NoteId, PersonId, RecordId, UserId},
    journal::{Author, AuthorKind},
    monitoring::{self, IssueKind, IssueWeight, IssueWhat},
    plan_state::ActivityState,
    problem::ProblemCode,
    pulled::{Role, User},
    service::ServiceCode,
};
use uuid::Uuid;

use super::port::{Port, To};
use crate::{
    chance::{self, Chance},
    facts::{
        ActivityAfter, Event, ExchangeAnswer, ExchangeAside, ExchangeConfirmed, ExchangeSettled,
        ExchangeTaken, IssueOpened, MonitoringWorded, ReportHand,
    },
    journal::{self, Fact},
    one, opt,
    refusal::{Outcome, Refusal},
    store::{Store, StoreError, Tx},
};

/// Takes a claimed file in.
///
/// # Errors
/// When database or port do not answer; the file is still there then.
pub async fn take(
    store: &Store,
    chance: &dyn Chance,
    port: &impl Port,
    name: &str,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let bytes = port.read(name).map_err(Refusal::storage)?;
    let sha256 = Digest::of(&bytes);
    let read = exchange::read(&bytes);
    let mut tx = store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let sql = "select name, aside from exchange_file where direction = 'in' and sha256 = $1 order by position limit 1";
    let before = opt!(&mut tx, (String, i64), sql, sha256).await?;
    if let Some((_, aside)) = before.as_ref().filter(|(known, _)| known == name) {
        // It was taken; only putting it away is left.
        let to = if *aside > 0 { To::Aside } else { To::Done };
        drop(tx);
        return port.settle(name, to).map_err(Refusal::storage);
    }
    let mut taken = ExchangeTaken {
        name: name.to_owned(),
        sequence: read.as_ref().map(|(head, _)| head.sequence),
        sha256,
        answers: Vec::new(),
        confirmed: Vec::new(),
        aside: Vec::new(),
    };
    let mut deciding = Deciding { now, chance, seen: BTreeSet::new(), facts: Vec::new() };
    match read {
        None => taken.aside.push(ExchangeAside { line: 0, message: None, reason: AsideReason::Damaged }),
        Some(_) if before.is_some() => {
            taken.aside.push(ExchangeAside { line: 0, message: None, reason: AsideReason::Duplicate });
        }
        Some((_, lines)) => {
            for line in lines {
                let decided = match line.read {
                    Ok(message) => deciding.decide(&mut tx, message).await?,
                    Err(reason) => Err(reason),
                };
                match decided {
                    Ok(Taken::Answer(answer)) => taken.answers.push(answer),
                    Ok(Taken::Confirmed(message)) => taken.confirmed.push(message),
                    Err(reason) => {
                        let (line, message) = (line.number, line.message);
                        taken.aside.push(ExchangeAside { line, message, reason });
                    }
                }
            }
        }
    }
    let to = if taken.aside.is_empty() { To::Done } else { To::Aside };
    let mut facts = vec![Fact::by_system(Event::ExchangeTaken(taken))];
    facts.append(&mut deciding.facts);
    journal::append_locked(&mut tx, locked, chance, now, facts).await?;
    point!("inbox.before-taken");
    tx.commit().await?;
    point!("inbox.after-taken");
    port.settle(name, to).map_err(Refusal::storage)
}

/// What was made of a message.
enum Taken {
    Answer(ExchangeAnswer),
    Confirmed(Uuid),
}

/// Decides message by message, under the lock; what they say of services becomes facts of their own.
struct Deciding<'a> {
    now: DateTime<Utc>,
    chance: &'a dyn Chance,
    /// Ids of this file.
    seen: BTreeSet<Uuid>,
    facts: Vec<Fact>,
}

impl Deciding<'_> {
    async fn decide(
        &mut self,
        tx: &mut Tx,
        message: Incoming,
    ) -> Result<Result<Taken, AsideReason>, StoreError> {
        let id = message.message();
        let sql = "select count(*) from exchange_in where message = $1";
        if self.seen.contains(&id) || one!(tx, (i64,), sql, id).await?.0 > 0 {
            return Ok(Err(AsideReason::Duplicate));
        }
        let decided = match message {
            Incoming::Acknowledged { about, .. } => answer(tx, id, about, None).await?,
            Incoming::Refused { about, code, .. } => answer(tx, id, about, Some(code)).await?,
            Incoming::SystemConfirmed { system, activity, agrees, on, reference, .. } => {
                let said = Said { message: id, system, activity, agrees, on, reference };
                self.confirm(tx, said).await?
            }
        };
        if decided.is_ok() {
            self.seen.insert(id);
        }
        Ok(decided)
    }

    async fn confirm(&mut self, tx: &mut Tx, said: Said) -> Result<Result<Taken, AsideReason>, StoreError> {
        type Found = (FamilyId, PersonId, ServiceCode, ActivityState, Option<RecordId>, Option<NaiveDate>);
        let sql = "select family, person, service, state, record, done_on from activity where id = $1";
        let found = opt!(tx, Found, sql, said.activity).await?;
        let Some((family, person, service, standing, record, done_on)) = found else {
            return Ok(Err(AsideReason::UnknownSubject));
        };
        let known = service.service().confirming_system.as_deref() == Some(said.system.as_str());
        let within = said.on >= monitoring::since() && said.on <= civil_date(self.now);
        if !known || !within || done_on.is_none() {
            return Ok(Err(AsideReason::Impossible));
        }
        // Facts of this file have not been applied yet: an earlier line about the same activity stands for it.
        let earlier = self.facts.iter().rev().find_map(|fact| match &fact.event {
            Event::ExchangeConfirmed(of) if of.activity == said.activity => of.activity_after.as_ref(),
            _ => None,
        });
        let standing = earlier.map_or(standing, |after| after.state);
        let activity_after = monitoring::confirmed(standing, said.agrees).map(|state| ActivityAfter {
            activity: said.activity,
            family,
            state,
            record,
            done_on,
        });
        let confirmed = ExchangeConfirmed {
            message: said.message,
            activity: said.activity,
            service,
            system: said.system.clone(),
            agrees: said.agrees,
            on: said.on,
            reference: said.reference.clone(),
            activity_after,
        };
        self.add(family, person, Event::ExchangeConfirmed(confirmed));
        if !said.agrees {
            self.open(tx, family, person, record, &said).await?;
        }
        Ok(Ok(Taken::Confirmed(said.message)))
    }

    /// A contradiction is a problem that somebody has to settle; one that is open already about the same is enough.
    async fn open(
        &mut self,
        tx: &mut Tx,
        family: FamilyId,
        person: PersonId,
        record: Option<RecordId>,
        said: &Said,
    ) -> Result<(), StoreError> {
        let kind = IssueKind::Contradiction;
        let sql = "select count(*) from monitoring_issue where family = $1 and state = 'open' and kind = $2 and record = $3";
        let open = one!(tx, (i64,), sql, family, kind, record).await?.0 > 0
            || self.facts.iter().any(|fact| {
                matches!(&fact.event, Event::IssueOpened(of) if of.about == kind && of.record == record && record.is_some())
            });
        if open {
            return Ok(());
        }
        let sql =
            "select number from monitoring_round where family = $1 and begins_on <= $2 and ends_on >= $2";
        let number = opt!(tx, (i64,), sql, family, said.on).await?;
        let note = NoteId::draw(self.now, chance::bytes(self.chance));
        let opened = IssueOpened {
            issue: IssueId::draw(self.now, chance::bytes(self.chance)),
            what: IssueWhat::Problem,
            about: kind,
            weight: IssueWeight::Medium,
            found_on: said.on,
            number: number.and_then(|(number,)| u8::try_from(number).ok()),
            record,
            to: None,
            due: None,
            words: Some(note),
            // Nobody has entered it: the system stands where the name would be, with the role of those who keep systems.
            hand: ReportHand { by: UserId(Uuid::nil()), by_name: said.system.clone(), by_role: Role::Admin },
        };
        self.add(family, person, Event::IssueOpened(opened));
        let text = format!("{}: {}", said.system, said.reference);
        self.add(family, person, Event::MonitoringWorded(MonitoringWorded { note, text }));
        Ok(())
    }

    fn add(&mut self, family: FamilyId, person: PersonId, event: Event) {
        self.facts.push(Fact { family: Some(family), person: Some(person), ..Fact::by_system(event) });
    }
}

/// What a state system said of a service.
struct Said {
    message: Uuid,
    system: String,
    activity: ActivityId,
    agrees: bool,
    on: NaiveDate,
    reference: String,
}

async fn answer(
    tx: &mut Tx,
    message: Uuid,
    about: Uuid,
    refused: Option<String>,
) -> Result<Result<Taken, AsideReason>, StoreError> {
    let sql = "select state from exchange_out where message = $1";
    let found = opt!(tx, (SentState,), sql, about).await?;
    Ok(match found {
        None => Err(AsideReason::UnknownSubject),
        // What was never written cannot be answered.
        Some((SentState::Queued,)) => Err(AsideReason::Impossible),
        Some(_) => Ok(Taken::Answer(ExchangeAnswer { message, about, refused })),
    })
}

/// Tries something once more that is kept aside, out of the bytes of its file.
///
/// # Errors
/// `not-found`; `exchange-impossible` where it still cannot be taken, with the reason.
pub async fn retry(
    store: &Store,
    chance: &dyn Chance,
    bytes: &[u8],
    by: &User,
    (position, line): (i64, i64),
    now: DateTime<Utc>,
) -> Outcome<()> {
    let lines = exchange::read(bytes).map(|(_, lines)| lines).unwrap_or_default();
    let number = line.unsigned_abs();
    let message = lines.into_iter().find(|of| of.number == number).map(|of| of.read);
    let message = message.ok_or_else(|| impossible(AsideReason::Damaged.as_str()))?;
    let message = message.map_err(|reason| impossible(reason.as_str()))?;
    let mut tx = store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    if waiting(&mut tx, position, line).await? != Digest::of(bytes) {
        return Err(impossible("it is another file"));
    }
    let mut deciding = Deciding { now, chance, seen: BTreeSet::new(), facts: Vec::new() };
    let decided = deciding.decide(&mut tx, message).await?.map_err(|reason| impossible(reason.as_str()))?;
    let (answer, confirmed) = match decided {
        Taken::Answer(answer) => (Some(answer), None),
        Taken::Confirmed(message) => (None, Some(message)),
    };
    let settled = ExchangeSettled {
        position: position.unsigned_abs(),
        line: number,
        answer,
        confirmed,
        closed: false,
        hand: hand(by),
    };
    let mut facts = vec![by_user(by, settled)];
    facts.append(&mut deciding.facts);
    journal::append_locked(&mut tx, locked, chance, now, facts).await?;
    Ok(tx.commit().await?)
}

/// Closes something that is kept aside: nothing comes of it, and the file stays where it is.
///
/// # Errors
/// `not-found`, `exchange-impossible`.
pub async fn close(
    store: &Store,
    chance: &dyn Chance,
    by: &User,
    (position, line): (i64, i64),
    now: DateTime<Utc>,
) -> Outcome<()> {
    let mut tx = store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    waiting(&mut tx, position, line).await?;
    let settled = ExchangeSettled {
        position: position.unsigned_abs(),
        line: line.unsigned_abs(),
        answer: None,
        confirmed: None,
        closed: true,
        hand: hand(by),
    };
    journal::append_locked(&mut tx, locked, chance, now, vec![by_user(by, settled)]).await?;
    Ok(tx.commit().await?)
}

fn hand(by: &User) -> ReportHand {
    ReportHand { by: by.id, by_name: by.name.clone(), by_role: by.role }
}

fn by_user(by: &User, settled: ExchangeSettled) -> Fact {
    let author = Author { kind: AuthorKind::User, id: Some(by.id.0) };
    Fact { author, ..Fact::by_system(Event::ExchangeSettled(settled)) }
}

fn impossible(why: impl Into<String>) -> Refusal {
    Refusal::because(ProblemCode::ExchangeImpossible, why)
}

/// The hash of the file in which it lies; it must wait for somebody.
///
/// # Errors
/// `not-found`, `exchange-impossible`.
pub async fn waiting(tx: &mut Tx, position: i64, line: i64) -> Outcome<Digest> {
    let sql = "select a.state, f.sha256 from exchange_aside a join exchange_file f on f.position = a.position
        where a.position = $1 and a.line = $2";
    let found = opt!(tx, (AsideState, Digest), sql, position, line).await?;
    match found.ok_or(ProblemCode::NotFound)? {
        (AsideState::Aside, sha256) => Ok(sha256),
        _ => Err(impossible("it does not wait any more")),
    }
}

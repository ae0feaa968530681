//! Taking records in: what phones push becomes facts, verdicts and receipts.
//!
//! Verifying and reading happen before the lock, by whoever carries. One task groups what many requests hand in while
//! the group before is written: it locks the journal once, reads everything the decisions need ([`desk`]), decides one by one without
//! the database ([`mod@decide`]), and appends all facts with one statement a table. Answers go out after commit.
//!
//! If the group cannot be written it is undone and its statements run one by one; a statement that alone cannot be
//! applied is taken into custody unread. If nobody knows whether the commit came through, every request of the group is
//! told so and the phones ask again: what was kept is then known.

pub mod chains;
pub mod decide;
pub mod desk;
pub mod late;
pub mod overrule;
pub mod sealers;
pub mod verify;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    hash::{Digest, Epoch},
    ids::{DeviceId, RecordId},
    journal::{Author, AuthorKind},
    jws::{Jws, Signer, Typ, Verifier},
    receipt::{HeldReason, Receipt, RecordItem, RecordsReceipt, RefusedReason, Verdict},
    time::{Clock, micros},
    wire::TokenScope,
};
use tokio::sync::{mpsc, oneshot};

use crate::{
    chance::Chance,
    facts::{Event, RecordReading},
    journal::{self, Fact, JournalError},
    limits,
    store::{Store, StoreError},
};
use decide::{Decision, Payload, Verified, decide};
use sealers::Sealers;
use verify::Item;

/// The shortest time from one group to the next. A request that comes after a pause is written at once; those that come one
/// after the other share a transaction, which costs as much for one record as for ten.
pub const PACE: Duration = Duration::from_millis(5);
/// Most statements that are verified where the request runs; more would keep others from their turn.
const FEW: usize = 3;
/// Most statements of a group.
const MOST_IN_GROUP: usize = 500;
/// Requests that may wait before callers wait themselves.
const WAITING: usize = 1_024;

/// Who brings records: the bearer of the token, not always who sealed them.
#[derive(Clone, Copy, Debug)]
pub struct Carrier {
    /// The device.
    pub device: DeviceId,
    /// What its token allows; a revoked device may still push.
    pub scope: TokenScope,
}

/// The verdicts on a batch, durable.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    /// The store's epoch.
    pub epoch: Epoch,
    /// When they were taken in.
    pub time: DateTime<Utc>,
    /// Who brought them.
    pub carrier: DeviceId,
    /// One per statement, in order.
    pub items: Vec<RecordItem>,
}

impl Accepted {
    /// The signed receipt for the batch (`kandas-receipt`).
    ///
    /// # Errors
    /// When the key does not sign.
    pub fn receipt(self, signer: &dyn Signer) -> Result<Jws, JournalError> {
        let Self { epoch, time, carrier, items } = self;
        let receipt = Receipt::Records(RecordsReceipt { v: 1, epoch, time, carrier, items });
        Ok(Jws::sign(Typ::Receipt, serde_json::to_string(&receipt)?, signer)?)
    }
}

/// No verdict could be given; nothing is lost, the phone asks again.
#[derive(Clone, Debug, thiserror::Error)]
pub enum IntakeError {
    /// The database is busy or does not answer.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// The disk has no room.
    #[error("the disk is full: {0}")]
    Full(String),
    /// Nobody knows whether the commit came through.
    #[error("whether the records were kept is not known: {0}")]
    UnknownCommit(String),
    /// Something that should not happen.
    #[error("taking records in failed: {0}")]
    Failed(String),
}

/// The one place through which records come in; cheap to clone.
#[derive(Clone)]
pub struct Intake {
    store: Store,
    verifier: Arc<dyn Verifier>,
    sealers: Arc<Sealers>,
    groups: mpsc::Sender<Request>,
    taken: Arc<AtomicU64>,
}

impl std::fmt::Debug for Intake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Intake").finish_non_exhaustive()
    }
}

struct Request {
    items: Vec<Item>,
    answer: oneshot::Sender<Result<Verdicts, IntakeError>>,
}

struct Verdicts {
    epoch: Epoch,
    time: DateTime<Utc>,
    items: Vec<RecordItem>,
}

impl Intake {
    /// Starts the grouping task; it ends when the last clone is dropped and what it was given is answered.
    #[must_use]
    pub fn start(
        store: Store,
        verifier: Arc<dyn Verifier>,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Self {
        let (groups, waiting) = mpsc::channel(WAITING);
        let sealers = Arc::<Sealers>::default();
        let taken = Arc::<AtomicU64>::default();
        let (known, counted) = (Arc::clone(&sealers), Arc::clone(&taken));
        let grouping = Grouping { store: store.clone(), clock, chance, sealers: known, taken: counted };
        tokio::spawn(grouping.run(waiting));
        Self { store, verifier, sealers, groups, taken }
    }

    /// Number of groups that were written since the start: work that can wait goes by it.
    #[must_use]
    pub fn groups(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// Takes a batch in and gives its verdicts once they are durable.
    ///
    /// # Errors
    /// When no verdict could be given. The records may or may not be in custody; sent again they are `known`.
    pub async fn accept(&self, carrier: &Carrier, batch: Vec<Jws>) -> Result<Accepted, IntakeError> {
        let items = self.verified(carrier.device, batch).await?;
        let (answer, verdicts) = oneshot::channel();
        let gone = |_| IntakeError::Failed("the grouping task has ended".into());
        self.groups.send(Request { items, answer }).await.map_err(|_| gone(()))?;
        let Verdicts { epoch, time, items } = verdicts.await.map_err(|_| gone(()))??;
        Ok(Accepted { epoch, time, carrier: carrier.device, items })
    }

    /// Verifies and reads a batch; a large one on a thread of its own.
    async fn verified(&self, carrier: DeviceId, batch: Vec<Jws>) -> Result<Vec<Item>, IntakeError> {
        let sealers = self.sealers.of(&self.store, &batch).await.map_err(|e| of_store(&e))?;
        let verifier = Arc::clone(&self.verifier);
        let few = batch.len() <= FEW;
        let verify = move || -> Vec<Item> {
            let verify = |statement| verify::verify(statement, &sealers, &*verifier, carrier);
            batch.into_iter().map(verify).collect()
        };
        if few {
            return Ok(verify());
        }
        tokio::task::spawn_blocking(verify).await.map_err(|e| IntakeError::Failed(e.to_string()))
    }
}

/// The task that makes groups.
struct Grouping {
    store: Store,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    sealers: Arc<Sealers>,
    taken: Arc<AtomicU64>,
}

impl Grouping {
    async fn run(self, mut waiting: mpsc::Receiver<Request>) {
        let mut soonest = limits::moment();
        while let Some(first) = waiting.recv().await {
            tokio::time::sleep_until(soonest).await;
            let mut statements = first.items.len();
            let mut group = vec![first];
            while statements < MOST_IN_GROUP
                && let Ok(request) = waiting.try_recv()
            {
                statements += request.items.len();
                group.push(request);
            }
            self.settle(group).await;
            self.taken.fetch_add(1, Ordering::Relaxed);
            soonest = limits::moment() + PACE;
        }
    }

    /// Answers a group. Who no longer listens has gone away; his records are in custody all the same.
    async fn settle(&self, group: Vec<Request>) {
        let sizes: Vec<usize> = group.iter().map(|r| r.items.len()).collect();
        let (answers, items): (Vec<_>, Vec<_>) = group.into_iter().map(|r| (r.answer, r.items)).unzip();
        let all: Vec<Item> = items.into_iter().flatten().collect();
        match self.take(&all).await {
            Ok(verdicts) => {
                let mut rest = verdicts.items.into_iter();
                for (answer, size) in answers.into_iter().zip(sizes) {
                    let items = rest.by_ref().take(size).collect();
                    let verdicts = Verdicts { epoch: verdicts.epoch, time: verdicts.time, items };
                    let _ = answer.send(Ok(verdicts));
                }
            }
            Err(error) if !runs_singly(&error) => {
                let error = of_journal(&error);
                for answer in answers {
                    let _ = answer.send(Err(error.clone()));
                }
            }
            Err(error) => {
                tracing::warn!(%error, records = all.len(), "a group of records could not be written; taking them singly");
                let mut rest = all.into_iter();
                for (answer, size) in answers.into_iter().zip(sizes) {
                    let items: Vec<Item> = rest.by_ref().take(size).collect();
                    let _ = answer.send(self.take_singly(items).await);
                }
            }
        }
    }

    async fn take_singly(&self, items: Vec<Item>) -> Result<Verdicts, IntakeError> {
        if items.is_empty() {
            return self.take(&[]).await.map_err(|e| of_journal(&e));
        }
        let mut taken: Option<Verdicts> = None;
        for item in items {
            let one = [item];
            let verdicts = match self.take(&one).await {
                Err(error) if runs_singly(&error) => {
                    tracing::error!(%error, "a record could not be applied; it is taken into custody unread");
                    let [item] = one;
                    self.take(&[unread(item)]).await
                }
                verdicts => verdicts,
            };
            let verdicts = verdicts.map_err(|e| of_journal(&e))?;
            match &mut taken {
                None => taken = Some(verdicts),
                Some(taken) => taken.items.extend(verdicts.items),
            }
        }
        taken.ok_or_else(|| IntakeError::Failed("an empty batch".into()))
    }

    /// One transaction: lock, read, decide, append, commit.
    async fn take(&self, items: &[Item]) -> Result<Verdicts, JournalError> {
        let mut tx = self.store.write().await?;
        let locked = journal::lock(&mut tx).await?;
        let epoch = locked.epoch()?;
        let time = micros(self.clock.wall());
        let today = civil_date(time);
        let verified = items.iter().filter_map(|item| match item {
            Item::Verified(statement) => Some(&**statement),
            Item::Refused { .. } => None,
        });
        let mut desk = desk::lay(&mut tx, verified).await?;
        self.sealers.forget(&desk.strangers);
        let (mut facts, mut verdicts) = (Vec::new(), Vec::with_capacity(items.len()));
        for item in items {
            let position = locked.size() + 1 + facts.len() as u64;
            verdicts.push(match item {
                Item::Refused { hash, record, reason } => refused(*hash, *record, *reason),
                Item::Verified(statement) if desk.strangers.contains(&statement.device) => {
                    refused(statement.hash, statement.reading.record, RefusedReason::UnknownKey)
                }
                Item::Verified(statement) => {
                    let (item, taken) = verdict(&mut desk, statement, position, today);
                    facts.extend(taken.into_iter().flatten());
                    item
                }
            });
        }
        if !facts.is_empty() {
            journal::append_locked(&mut tx, locked, &*self.chance, time, facts).await?;
            kandas_disk::point!("intake.before-commit");
            tx.commit().await?;
            kandas_disk::point!("intake.after-commit");
        }
        Ok(Verdicts { epoch, time, items: verdicts })
    }
}

fn refused(hash: Digest, record: Option<RecordId>, reason: RefusedReason) -> RecordItem {
    RecordItem {
        hash,
        record,
        verdict: Verdict::Refused,
        reason: Some(reason.as_str().into()),
        position: None,
    }
}

fn verdict(
    desk: &mut decide::Desk,
    statement: &Verified,
    position: u64,
    today: NaiveDate,
) -> (RecordItem, [Option<Fact>; 2]) {
    let (hash, record) = (statement.hash, statement.reading.record);
    let (received, erased) = match decide(desk, statement.clone(), position, today) {
        Decision::Known(known) => {
            let item = RecordItem {
                hash,
                record,
                verdict: Verdict::Known,
                reason: known.held.map(|reason| reason.as_str().into()),
                position: Some(known.position),
            };
            return (item, [None, None]);
        }
        Decision::Taken(received) => (received, None),
        Decision::Erased(received, erased) => (received, Some(erased)),
    };
    let item = RecordItem {
        hash,
        record,
        verdict: received.outcome.verdict,
        reason: received.outcome.reason.map(|r: HeldReason| r.as_str().into()),
        position: Some(position),
    };
    let fact = Fact {
        author: Author { kind: AuthorKind::Device, id: Some(received.device.0) },
        family: received.reading.family,
        person: received.reading.person,
        event: Event::RecordReceived(*received),
    };
    // Of no family: a second decision about the subject must not take what keeps the chain whole.
    (item, [Some(fact), erased.map(|erased| Fact::by_system(Event::RecordErased(*erased)))])
}

/// The same statement with nothing read from it: the bytes can always be kept.
fn unread(item: Item) -> Item {
    match item {
        Item::Verified(mut statement) => {
            statement.reading = RecordReading {
                record: statement.reading.record,
                family: statement.reading.family,
                person: statement.reading.person,
                ..RecordReading::default()
            };
            statement.payload = Payload::Unreadable;
            Item::Verified(statement)
        }
        refused => refused,
    }
}

/// Whether the group failed because of what is in it, not because the database does not answer.
pub(crate) fn runs_singly(error: &JournalError) -> bool {
    match error.store() {
        Some(StoreError::Database(inner)) => {
            let said_no = matches!(inner, sqlx::Error::Database(_) | sqlx::Error::Encode(_));
            said_no && error.store().is_some_and(|e| !e.is_busy() && !e.is_of_the_machine())
        }
        Some(_) => false,
        None => matches!(error, JournalError::Apply(_)),
    }
}

fn of_store(error: &StoreError) -> IntakeError {
    if error.is_unknown_commit() {
        IntakeError::UnknownCommit(error.to_string())
    } else if error.is_full() {
        IntakeError::Full(error.to_string())
    } else if error.is_busy() || matches!(error, StoreError::Database(sqlx::Error::Io(_))) {
        IntakeError::Busy(error.to_string())
    } else {
        IntakeError::Failed(error.to_string())
    }
}

fn of_journal(error: &JournalError) -> IntakeError {
    error.store().map_or_else(|| IntakeError::Failed(error.to_string()), of_store)
}

//! What is new, told while it happens: one task a process reads the journal on while anybody listens, and tells each
//! listener how many new facts concern his units. Nobody is told more than counts, and what they are of.
//!
//! The journal is the one thing that all processes write in the same order, so looking at its size once a second is
//! enough, whichever process took the fact in.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use kandas_shared::ids::OrgUnitId;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};
use utoipa::ToSchema;

use crate::{
    all,
    journal::{self, JournalError},
    state::AppState,
    store::{Store, Tx},
};

/// Between two looks at the journal.
const LOOK: Duration = Duration::from_secs(1);
/// After the database did not answer.
const REST: Duration = Duration::from_secs(10);
/// Facts that are told one by one; who is further behind is told to ask anew.
const MOST: i64 = 1_000;
/// Listeners of a process.
const LISTENERS: usize = 1_000;
/// News that a slow listener may be behind.
const BEHIND: usize = 64;

/// What a fact is to a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Topic {
    /// A record came that is to be checked, its file, or what is noticed about it.
    Records,
    /// Something waits for a decision, or was decided.
    Held,
    /// Somebody checked a record.
    Checks,
    /// Plans, families and the like changed.
    Cases,
    /// A monthly report was drafted, signed, sent or decided about.
    Reports,
    /// A road map was drawn up, put forward, signed, sent back, or a copy of it handed over.
    RoadMaps,
}

/// News of the journal.
#[derive(Debug)]
pub struct News {
    /// Up to which position.
    pub position: i64,
    /// Of each fact: the unit, and what it is there.
    facts: Vec<(OrgUnitId, Topic)>,
    /// There is too much to be told.
    all: bool,
}

/// What is new in the units of a listener.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = LiveNews)]
pub struct Told {
    /// Place in the journal up to which this is.
    pub position: i64,
    /// Records that came, their files, and what was noticed about them.
    pub records: u32,
    /// What waits for a decision, and decisions.
    pub held: u32,
    /// Checks.
    pub checks: u32,
    /// Changes of plans, families and the like.
    pub cases: u32,
    /// What was done to monthly reports.
    pub reports: u32,
    /// What was done to road maps.
    pub road_maps: u32,
    /// So much is new that everything is to be asked for anew.
    pub all: bool,
}

impl News {
    /// What of it concerns these units; none means all units.
    #[must_use]
    pub fn told(&self, reach: Option<&[OrgUnitId]>) -> Told {
        let mut told = Told { position: self.position, all: self.all, ..Told::default() };
        let seen = |unit: &OrgUnitId| reach.is_none_or(|reach| reach.binary_search(unit).is_ok());
        for (_, topic) in self.facts.iter().filter(|(unit, _)| seen(unit)) {
            let count = match topic {
                Topic::Records => &mut told.records,
                Topic::Held => &mut told.held,
                Topic::Checks => &mut told.checks,
                Topic::Cases => &mut told.cases,
                Topic::Reports => &mut told.reports,
                Topic::RoadMaps => &mut told.road_maps,
            };
            *count += 1;
        }
        told
    }
}

impl Told {
    /// Whether there is anything.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.all || self.records + self.held + self.checks + self.cases + self.reports + self.road_maps > 0
    }
}

/// The listeners of a process.
pub struct Live {
    sender: Mutex<Option<broadcast::Sender<Arc<News>>>>,
    seen: Arc<AtomicI64>,
    seats: Arc<Semaphore>,
}

impl Default for Live {
    fn default() -> Self {
        Self { sender: Mutex::new(None), seen: Arc::default(), seats: Arc::new(Semaphore::new(LISTENERS)) }
    }
}

impl Live {
    /// A place among the listeners; none when there are too many.
    #[must_use]
    pub fn seat(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.seats).try_acquire_owned().ok()
    }

    /// Listens from now on; gives the position from which on is told. The task that reads begins with the first listener.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn listen(
        &self,
        state: &AppState,
    ) -> Result<(broadcast::Receiver<Arc<News>>, i64), JournalError> {
        let size = size(&state.store).await?;
        let mut sender = self.sender.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(sender) = sender.as_ref().filter(|sender| sender.receiver_count() > 0) {
            let receiver = sender.subscribe();
            return Ok((receiver, self.seen.load(Ordering::SeqCst)));
        }
        let (made, receiver) = broadcast::channel(BEHIND);
        self.seen.store(size, Ordering::SeqCst);
        tokio::spawn(read(state.clone(), made.clone(), Arc::clone(&self.seen), size));
        *sender = Some(made);
        Ok((receiver, size))
    }
}

/// Reads on until nobody listens any more, or the server stops.
async fn read(
    state: AppState,
    sender: broadcast::Sender<Arc<News>>,
    seen: Arc<AtomicI64>,
    mut position: i64,
) {
    let mut rest = LOOK;
    loop {
        tokio::select! {
            () = state.stopping.cancelled() => return,
            () = tokio::time::sleep(rest) => {}
        }
        if sender.receiver_count() == 0 {
            return;
        }
        rest = LOOK;
        match since(&state.store, position).await {
            Ok(Some(news)) => {
                position = news.position;
                seen.store(position, Ordering::SeqCst);
                // Nobody may have listened just now.
                let _ = sender.send(Arc::new(news));
            }
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(%error, "what is new could not be read");
                rest = REST;
            }
        }
    }
}

async fn size(store: &Store) -> Result<i64, JournalError> {
    let mut tx = store.read().await?;
    let size = journal::size(&mut tx).await?;
    tx.rollback().await?;
    Ok(i64::try_from(size).unwrap_or(i64::MAX))
}

/// What the journal has more than up to a position; none if nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn since(store: &Store, position: i64) -> Result<Option<News>, JournalError> {
    let mut tx = store.read().await?;
    let size = i64::try_from(journal::size(&mut tx).await?).unwrap_or(i64::MAX);
    let news = if size == position {
        None
    } else if size - position > MOST || size < position {
        // Too much, or another store than before: a back-up was restored.
        Some(News { position: size, facts: Vec::new(), all: true })
    } else {
        Some(News { position: size, facts: facts(&mut tx, position, size).await?, all: false })
    };
    tx.rollback().await?;
    Ok(news)
}

#[derive(sqlx::FromRow)]
struct Row {
    kind: String,
    unit: Option<OrgUnitId>,
    waits: Option<bool>,
}

async fn facts(tx: &mut Tx, after: i64, to: i64) -> Result<Vec<(OrgUnitId, Topic)>, JournalError> {
    let sql = "select j.kind, coalesce(f.org_unit, w.org_unit, g.org_unit, m.org_unit, v.org_unit) as unit,
        (r.verdict = 'held' or r.late_handover or exists (select 1 from chain_gap c
         where c.device = r.device and c.chain = r.chain and c.position = j.position)) as waits
        from journal j left join family f on f.id = j.family left join record r on r.position = j.position
        left join app_user w on w.id = r.worker left join held_decision x on x.position = j.position
        left join app_user g on g.id = x.worker
        left join report_act d on d.position = j.position left join report m on m.id = d.report
        left join road_map_act e on e.position = j.position left join road_map v on v.id = e.map
        where j.position > $1 and j.position <= $2 order by j.position";
    let rows = all!(tx, Row, sql, after, to).await?;
    let mut facts = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(unit) = row.unit else { continue };
        let waits = row.waits == Some(true);
        match row.kind.as_str() {
            "record.received" => {
                facts.push((unit, Topic::Records));
                if waits {
                    facts.push((unit, Topic::Held));
                }
            }
            "evidence.received" | "evidence.salvaged" | "findings.computed" | "check.sampled" => {
                facts.push((unit, Topic::Records));
            }
            "record.checked" => facts.push((unit, Topic::Checks)),
            "record.decided" => facts.extend([(unit, Topic::Held), (unit, Topic::Records)]),
            "gap.closed" => facts.push((unit, Topic::Held)),
            // Told once, by the fact that drafts the report or the road map.
            "report.row_frozen" | "roadmap.row_frozen" => {}
            // Somebody is at a draft, which changes nothing for anybody yet.
            "plan.row_drafted" => {}
            "roadmap.drafted" | "roadmap.submitted" | "roadmap.signed" | "roadmap.returned"
            | "roadmap.copied" => {
                facts.push((unit, Topic::RoadMaps));
            }
            "report.drafted" | "report.signed" | "report.sent" | "report.decided" => {
                facts.push((unit, Topic::Reports));
            }
            _ => facts.push((unit, Topic::Cases)),
        }
    }
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn everybody_hears_of_his_own_units_alone() {
        let unit = |n| OrgUnitId(Uuid::from_u128(n));
        let facts = vec![(unit(1), Topic::Records), (unit(2), Topic::Held), (unit(2), Topic::Checks)];
        let news = News { position: 9, facts, all: false };
        let told = news.told(Some(&[unit(2), unit(3)]));
        assert_eq!((told.position, told.records, told.held, told.checks), (9, 0, 1, 1));
        assert!(!news.told(Some(&[unit(3)])).is_any());
        assert_eq!(news.told(None).records, 1);
        let news = News { position: 9, facts: Vec::new(), all: true };
        assert!(news.told(Some(&[])).is_any(), "who is far behind asks anew");
    }
}

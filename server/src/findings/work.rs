//! The work behind findings: follows the journal, and looks at what a new fact may have changed.
//!
//! The journal itself is the queue. A row says up to which fact it was read; nothing is put anywhere by an intake, which
//! so costs nothing more, and nothing is forgotten by a crash: the row moves in the transaction that states the outcome.
//! A piece of work reads in a snapshot, computes without any lock, and takes the lock of the journal only to write; what
//! was erased in between is left out then. One process at a time does it, for the photos' index is in its memory.
//!
//! A fact is looked at again as well when something comes that it depends on: the number before it in the chain, the
//! worker's record before it, another record with the same or a similar file, its photos, its plan, its family's place,
//! a threshold, a supervisor's decision that it counts after all or that missing numbers are lost. The middle of a
//! settlement moves a little with each position; that alone is no reason.

mod changes;
mod photos;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use kandas_shared::{
    hash::Digest,
    time::{Clock, micros},
};
use uuid::Uuid;

use super::{Finding, desk, near::Index, rules, settings::Settings};
use crate::{
    among,
    chance::{self, Chance},
    check::sample,
    exec,
    facts::{CheckSampled, Event, FindingsComputed},
    journal::{self, Fact, JournalError},
    many,
    media::Objects,
    one, opt,
    store::{Store, Tx},
};
use changes::{Changes, Reading, Spot};

/// How long a process holds the work without a sign of life.
const HOLD: TimeDelta = TimeDelta::minutes(2);
/// Most records looked at in one piece.
const PIECE: i64 = 200;
/// Between two looks at the journal when nothing is to be done.
pub const PAUSE: Duration = Duration::from_secs(1);

/// What became of a piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Something was done, and there may be more.
    Some,
    /// There is nothing to do.
    Nothing,
    /// Another process does it.
    Elsewhere,
}

/// Whoever does the work.
pub struct Work {
    store: Store,
    chance: Arc<dyn Chance>,
    clock: Arc<dyn Clock>,
    objects: Objects,
    holder: Uuid,
    /// None until this process has the work.
    index: Option<Index>,
    /// Last number of `photo_hash` in the index.
    last_photo: i64,
    roots: HashMap<u64, (Digest, DateTime<Utc>)>,
}

#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    again_from: i64,
    again_to: i64,
    holder: Option<Uuid>,
    held_until: Option<DateTime<Utc>>,
}

/// What is to be looked at, and where the row stands afterwards.
struct Piece {
    changes: Changes,
    before: (i64, i64, i64),
    after: (i64, i64),
}

/// Up to which position of the journal records were looked at.
///
/// # Errors
/// When the database does not answer.
pub async fn seen(tx: &mut Tx) -> Result<i64, JournalError> {
    let (seen,) = one!(tx, (i64,), "select position from finding_work where id = 1").await?;
    Ok(seen)
}

/// Has all records looked at once more that came at or after this time; gives their number. What is under way already is
/// not cut short.
///
/// # Errors
/// When the database does not answer.
pub async fn again(tx: &mut Tx, since: DateTime<Utc>) -> Result<i64, JournalError> {
    let sql = "select coalesce(min(position), 0), count(*) from record where received_at >= $1";
    let (first, records) = one!(tx, (i64, i64), sql, since).await?;
    if records > 0 {
        exec!(
            tx,
            "update finding_work set again_to = position,
             again_from = case when again_from < again_to and again_from < $1 then again_from else $1 end where id = 1",
            first - 1
        )
        .await?;
    }
    Ok(records)
}

impl Work {
    /// For a process.
    #[must_use]
    pub fn new(store: Store, chance: Arc<dyn Chance>, clock: Arc<dyn Clock>, objects: Objects) -> Self {
        let holder = uuid::Builder::from_random_bytes(chance::bytes(&*chance)).into_uuid();
        Self { store, chance, clock, objects, holder, index: None, last_photo: 0, roots: HashMap::new() }
    }

    /// Bytes of memory of the photos' index, and how many there are.
    #[must_use]
    pub fn index(&self) -> (usize, usize) {
        self.index.as_ref().map_or((0, 0), |index| (index.memory(), index.len()))
    }

    /// Works until there is nothing more to do; gives whether it was this process that did it.
    ///
    /// # Errors
    /// As [`Work::piece`].
    pub async fn all(&mut self) -> Result<bool, JournalError> {
        loop {
            match self.piece().await? {
                Done::Some => {}
                Done::Nothing => return Ok(true),
                Done::Elsewhere => return Ok(false),
            }
        }
    }

    /// One piece of work.
    ///
    /// # Errors
    /// When the database or the media store does not answer; nothing is lost then, the next piece begins there.
    pub async fn piece(&mut self) -> Result<Done, JournalError> {
        let now = micros(self.clock.wall());
        let mut tx = self.store.read().await?;
        let sql = "select position, again_from, again_to, holder, held_until from finding_work where id = 1";
        let row = one!(&mut tx, Row, sql).await?;
        let ours = row.holder == Some(self.holder);
        if !ours && row.held_until.is_some_and(|until| until > now) {
            self.index = None;
            return Ok(Done::Elsewhere);
        }
        let Some(piece) = self.next(&mut tx, &row).await? else { return Ok(Done::Nothing) };
        drop(tx);
        if (!ours || self.index.is_none()) && !self.take_over(now).await? {
            return Ok(Done::Elsewhere);
        }
        self.lay_down(&piece.changes).await?;
        let outcome = self.look(&piece.changes).await?;
        self.state(&piece, outcome, now).await
    }

    /// What comes next; none if all is done.
    async fn next(&mut self, tx: &mut Tx, row: &Row) -> Result<Option<Piece>, JournalError> {
        let before = (row.position, row.again_from, row.again_to);
        let (mut changes, last) = Changes::after(tx, row.position, &mut self.roots).await?;
        if last > row.position {
            return Ok(Some(Piece { changes, before, after: (last, row.again_from) }));
        }
        if row.again_from >= row.again_to {
            return Ok(None);
        }
        let sql = "select hash, position from record where position > $1 and position <= $2 order by position limit $3";
        let rows = crate::all!(tx, (Digest, i64), sql, row.again_from, row.again_to, PIECE).await?;
        let again = rows.last().map_or(row.again_to, |(_, position)| *position);
        changes.records = rows.into_iter().map(|(hash, _)| hash).collect();
        Ok(Some(Piece { changes, before, after: (row.position, again) }))
    }

    /// The work becomes this process's own, and the index is made.
    async fn take_over(&mut self, now: DateTime<Utc>) -> Result<bool, JournalError> {
        let mut tx = self.store.write().await?;
        let taken = exec!(
            &mut tx,
            "update finding_work set holder = $1, held_until = $2
             where id = 1 and (holder is null or holder = $1 or held_until is null or held_until <= $3)",
            self.holder,
            now + HOLD,
            now
        )
        .await?;
        tx.commit().await?;
        if taken == 1 && self.index.is_none() {
            self.last_photo = 0;
            self.index = Some(Index::default());
            self.follow_photos().await?;
        }
        Ok(taken == 1)
    }

    /// Readings of new records and looks of new photos become rows: what is computed next may need them.
    async fn lay_down(&mut self, changes: &Changes) -> Result<(), JournalError> {
        let looks = photos::looks(&self.store, &self.objects, &changes.photos).await?;
        if changes.readings.is_empty() && changes.spots.is_empty() && looks.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        journal::lock(&mut tx).await?;
        let known = changes.readings.iter().map(|reading| reading.0);
        let keys: BTreeSet<(Digest,)> =
            known.chain(changes.spots.iter().map(|spot| spot.0)).map(|hash| (hash,)).collect();
        let keys: Vec<_> = keys.into_iter().collect();
        let there = there(&mut tx, &keys).await?;
        let rows: Vec<Reading> =
            changes.readings.iter().filter(|reading| there.contains(&reading.0)).cloned().collect();
        many!(
            &mut tx,
            "insert into record_reading (hash, worker, settlement, at, lat, lon, accuracy_m, wall, boot, boot_ms,
             not_before, position)",
            rows,
            // Once a held record counts its position does too.
            "on conflict (hash) do update set settlement = excluded.settlement, at = excluded.at, lat = excluded.lat,
             lon = excluded.lon, accuracy_m = excluded.accuracy_m"
        )
        .await?;
        let spots: Vec<Spot> = changes.spots.iter().filter(|spot| there.contains(&spot.0)).copied().collect();
        many!(
            &mut tx,
            "insert into record_spot (hash, position, lat, lon, accuracy_m, mock)",
            spots,
            "on conflict (hash) do nothing"
        )
        .await?;
        photos::keep(&mut tx, looks).await?;
        tx.commit().await?;
        self.follow_photos().await
    }

    /// The index takes in what the table has more.
    async fn follow_photos(&mut self) -> Result<(), JournalError> {
        let Some(index) = &mut self.index else { return Ok(()) };
        self.last_photo = photos::follow(&self.store, index, self.last_photo).await?;
        Ok(())
    }

    /// What is noticed about the records that changed, and about those that are named with them.
    async fn look(&mut self, changes: &Changes) -> Result<Vec<(desk::Gathered, Vec<Finding>)>, JournalError> {
        let Some(index) = self.index.take() else { return Ok(Vec::new()) };
        let looked = look(&self.store, &self.objects, changes, &index).await;
        self.index = Some(index);
        looked
    }

    /// States what is not as before, and moves the row.
    async fn state(
        &mut self,
        piece: &Piece,
        outcome: Vec<(desk::Gathered, Vec<Finding>)>,
        now: DateTime<Utc>,
    ) -> Result<Done, JournalError> {
        let mut tx = self.store.write().await?;
        let locked = journal::lock(&mut tx).await?;
        let sql = "select position, again_from, again_to, holder, held_until from finding_work where id = 1";
        let row = opt!(&mut tx, Row, sql).await?;
        let Some(row) = row.filter(|row| row.holder == Some(self.holder)) else {
            return Ok(Done::Elsewhere);
        };
        let named = outcome.iter().flat_map(|(_, found)| found.iter().filter_map(|finding| finding.other));
        let keys: BTreeSet<(Digest,)> =
            outcome.iter().map(|(about, _)| about.hash).chain(named).map(|hash| (hash,)).collect();
        let keys: Vec<_> = keys.into_iter().collect();
        let there = there(&mut tx, &keys).await?;
        let held = super::held(&mut tx, &keys).await?;
        let mut facts = Vec::new();
        for (about, mut findings) in outcome {
            findings.retain(|finding| finding.other.is_none_or(|other| there.contains(&other)));
            let before = held.get(&about.hash).map(Vec::as_slice).unwrap_or_default();
            if !there.contains(&about.hash) {
                continue;
            }
            let (record, hash) = (about.record, about.hash);
            let fact =
                |event| Fact { family: Some(about.family), person: about.person, ..Fact::by_system(event) };
            if piece.changes.new.contains(&hash)
                && about.accepted
                && super::risk(&findings) == 0
                && sample::draw(&*self.chance, &about.thresholds)
            {
                facts.push(fact(Event::CheckSampled(CheckSampled { record, hash })));
            }
            if before != findings {
                facts.push(fact(Event::FindingsComputed(FindingsComputed { record, hash, findings })));
            }
        }
        let stated = facts.len();
        journal::append_locked(&mut tx, locked, &*self.chance, now, facts).await?;
        // Somebody may have asked for more to be looked at again meanwhile: then that begins where he said.
        let again = if (row.again_from, row.again_to) == (piece.before.1, piece.before.2) {
            piece.after.1
        } else {
            row.again_from
        };
        exec!(
            &mut tx,
            "update finding_work set position = $1, again_from = $2, held_until = $3 where id = 1",
            piece.after.0,
            again,
            now + HOLD
        )
        .await?;
        if let Some(since) = piece.changes.thresholds_since {
            again_since(&mut tx, since).await?;
        }
        tx.commit().await?;
        if stated > 0 {
            tracing::debug!(stated, "findings");
        }
        Ok(Done::Some)
    }
}

/// A threshold changed from a day on: whatever came since is measured anew.
async fn again_since(tx: &mut Tx, day: chrono::NaiveDate) -> Result<(), JournalError> {
    // The civil day begins five hours before that of UTC.
    let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc() - TimeDelta::hours(5);
    again(tx, midnight).await.map(drop)
}

async fn look(
    store: &Store,
    objects: &Objects,
    changes: &Changes,
    index: &Index,
) -> Result<Vec<(desk::Gathered, Vec<Finding>)>, JournalError> {
    let mut tx = store.read().await?;
    let settings = Settings::read(&mut tx).await?;
    let mut wanted = changes.records.clone();
    wanted.extend(changes.depending(&mut tx).await?);
    let mut looked: BTreeMap<Digest, (desk::Gathered, Vec<Finding>)> = BTreeMap::new();
    let mut closer = photos::Closer::default();
    // A second time for those that were found to have the same or a similar file.
    for _ in 0..2 {
        let mut named = BTreeSet::new();
        let wanted_now: Vec<Digest> = wanted.iter().copied().collect();
        for some in wanted_now.chunks(usize::try_from(PIECE).unwrap_or(200)) {
            let some = some.iter().copied().collect();
            let mut gathered = desk::gather(&mut tx, &some, &settings, index).await?;
            closer.compare(&mut tx, objects, &mut gathered).await?;
            for about in gathered {
                let found = rules::judge(&about.case, &about.thresholds);
                named.extend(found.iter().filter(|finding| is_mutual(finding)).filter_map(|f| f.other));
                looked.insert(about.hash, (about, found));
            }
        }
        wanted = named.into_iter().filter(|hash| !looked.contains_key(hash)).collect();
        if wanted.is_empty() {
            break;
        }
    }
    Ok(looked.into_values().collect())
}

/// Whether the other record is to say the same.
fn is_mutual(finding: &Finding) -> bool {
    use kandas_shared::finding::Rule;
    matches!(finding.rule, Rule::SameFile | Rule::NearDuplicate | Rule::ChainFork)
}

/// Those of these records that are in the store, and not erased.
async fn there(tx: &mut Tx, hashes: &[(Digest,)]) -> Result<BTreeSet<Digest>, JournalError> {
    let rows = among!(tx, (Digest,), "select hash from record where hash in (", hashes, ")").await?;
    Ok(rows.into_iter().map(|(hash,)| hash).collect())
}

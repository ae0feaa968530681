//! What new facts may have changed: the records to look at, and what is to be read of them first.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use kandas_shared::{
    check::Choice,
    hash::Digest,
    ids::{ChainId, DeviceId, EvidenceId, FamilyId, UserId},
    record::CheckpointSeen,
    time::micros,
};

use crate::{
    all, among, calendar,
    findings::{
        desk::{self, moment, tells},
        settings::Dated,
        settlement,
    },
    journal::{self, JournalError},
    opt,
    rules::{DAY_OFF_MOVES, RuleSet},
    store::{StoreError, Tx},
};

/// Facts read in one go.
const FACTS: i64 = 400;
/// Roots that are remembered.
const MOST_ROOTS: usize = 2_000;

/// A row of `record_reading`.
pub(super) type Reading = (
    Digest,
    UserId,
    Option<String>,
    DateTime<Utc>,
    Option<f64>,
    Option<f64>,
    Option<f64>,
    DateTime<Utc>,
    String,
    i64,
    Option<DateTime<Utc>>,
    i64,
);

/// A row of `record_spot`.
pub(super) type Spot = (Digest, i64, f64, f64, f64, bool);

/// What some facts in a row have changed.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Records to look at.
    pub records: BTreeSet<Digest>,
    /// Those of them that are looked at for the first time as they stand: they have just come, or count only now.
    pub new: BTreeSet<Digest>,
    /// Of new records.
    pub readings: Vec<Reading>,
    /// Where new records were made, as they say.
    pub spots: Vec<Spot>,
    /// Pieces of evidence of which a file came.
    pub photos: BTreeSet<EvidenceId>,
    /// Since when thresholds are others.
    pub thresholds_since: Option<NaiveDate>,
    /// Places of new records.
    places: Vec<(DeviceId, ChainId, i64)>,
    /// Devices that stated a loss of numbers.
    lost: BTreeSet<DeviceId>,
    /// Whose exact positions are new, and when.
    moves: Vec<(UserId, DateTime<Utc>)>,
}

#[derive(sqlx::FromRow)]
struct Row {
    hash: Digest,
    position: i64,
    received_at: DateTime<Utc>,
    device: DeviceId,
    worker: UserId,
    chain: Option<ChainId>,
    seq: Option<i64>,
    kind: Option<String>,
    accepted: bool,
    overruled: bool,
    settlement_kato: Option<String>,
    body: String,
}

/// Roots of the journal that were looked up, and when it had grown to there.
pub(super) type Roots = HashMap<u64, (Digest, DateTime<Utc>)>;

impl Changes {
    /// What the next facts after a position have changed, and the position of the last of them.
    pub(super) async fn after(
        tx: &mut Tx,
        position: i64,
        roots: &mut Roots,
    ) -> Result<(Self, i64), JournalError> {
        let sql = "select position, kind, family from journal where position > $1 order by position limit $2";
        let facts = all!(tx, (i64, String, Option<FamilyId>), sql, position, FACTS).await?;
        let mut changes = Self::default();
        let Some((last, ..)) = facts.last() else { return Ok((changes, position)) };
        let last = *last;
        let (mut received, mut decided) = (BTreeSet::new(), Vec::new());
        let (mut files, mut settings) = (Vec::new(), Vec::new());
        let mut families: BTreeSet<(FamilyId,)> = BTreeSet::new();
        for (position, kind, family) in facts {
            match kind.as_str() {
                "record.received" => received.extend([(position,)]),
                "record.decided" | "gap.closed" => decided.push((position,)),
                "evidence.received" => files.push((position,)),
                "setting.set" => settings.push((position,)),
                "activity.set" | "family.set" => families.extend(family.map(|family| (family,))),
                _ => {}
            }
        }
        let applied = changes.decided(tx, decided).await?;
        received.extend(&applied);
        changes.records_received(tx, received, &applied, roots).await?;
        changes.files_received(tx, files).await?;
        changes.settings_set(tx, settings).await?;
        let families: Vec<_> = families.into_iter().collect();
        let sql = "select hash, position from record where family in (";
        let of_families = among!(tx, (Digest, i64), sql, families, ")").await?;
        // Later ones have their turn yet: after an import they would be looked at with each stretch of its facts.
        changes.records.extend(of_families.into_iter().filter(|(_, at)| *at <= last).map(|(hash, _)| hash));
        Ok((changes, last))
    }

    /// Numbers that were taken for lost; gives where the records were received that count by these decisions.
    async fn decided(&mut self, tx: &mut Tx, positions: Vec<(i64,)>) -> Result<BTreeSet<(i64,)>, StoreError> {
        let sql =
            "select d.choice, d.device, r.position from held_decision d left join record r on r.hash = d.hash
            where d.position in (";
        let mut applied = BTreeSet::new();
        for (choice, device, received) in
            among!(tx, (Choice, DeviceId, Option<i64>), sql, positions, ")").await?
        {
            match choice {
                Choice::Applied => applied.extend(received.map(|position| (position,))),
                Choice::Lost => self.lost.extend([device]),
                Choice::SetAside | Choice::Noted => {}
            }
        }
        Ok(applied)
    }

    /// Records at the places where they were received; `applied` are those among them that count by a decision.
    async fn records_received(
        &mut self,
        tx: &mut Tx,
        positions: BTreeSet<(i64,)>,
        applied: &BTreeSet<(i64,)>,
        roots: &mut Roots,
    ) -> Result<(), JournalError> {
        let positions: Vec<_> = positions.into_iter().collect();
        let sql = "select r.hash, r.position, r.received_at, r.device, r.worker, r.chain, r.seq, r.kind,
                r.verdict = 'accepted' as accepted, f.settlement_kato, b.body,
                exists (select 1 from held_decision d where d.hash = r.hash and d.choice = 'applied') as overruled
            from record r join journal_body b on b.position = r.position left join family f on f.id = r.family
            where r.kind is not null and r.position in (";
        let mut rows = among!(tx, Row, sql, positions, ")").await?;
        rows.sort_by_key(|row| row.position);
        rows.dedup_by_key(|row| row.position);
        for row in rows {
            self.records.insert(row.hash);
            // Read here it may count already by a decision that comes only later: then it is new there.
            if !row.overruled || applied.contains(&(row.position,)) {
                self.new.insert(row.hash);
            }
            if row.kind.as_deref() == Some("lost") {
                self.lost.insert(row.device);
            }
            if let Some((chain, seq)) = row.chain.zip(row.seq) {
                self.places.push((row.device, chain, seq));
            }
            self.spots.extend(spot(&row));
            if let Some(reading) = reading(tx, &row, roots).await? {
                if reading.4.is_some() {
                    self.moves.push((row.worker, reading.3));
                }
                self.readings.push(reading);
            }
        }
        Ok(())
    }

    async fn files_received(&mut self, tx: &mut Tx, positions: Vec<(i64,)>) -> Result<(), StoreError> {
        if positions.is_empty() {
            return Ok(());
        }
        let (from, to) = (positions.iter().min(), positions.iter().max());
        let (Some((from,)), Some((to,))) = (from, to) else { return Ok(()) };
        let sql = "select f.evidence, e.hash from evidence_file f join evidence e on e.evidence = f.evidence
            where f.position >= $1 and f.position <= $2 and f.state = 'received' and e.kind = 'photo'";
        for (evidence, hash) in all!(tx, (EvidenceId, Digest), sql, *from, *to).await? {
            self.photos.insert(evidence);
            self.records.insert(hash);
        }
        Ok(())
    }

    async fn settings_set(&mut self, tx: &mut Tx, positions: Vec<(i64,)>) -> Result<(), JournalError> {
        let (mut days, mut moving) = (BTreeSet::new(), None);
        for (position,) in positions {
            let stored = journal::stored_at(tx, position.unsigned_abs()).await?;
            let Some(placed) = stored.map(|stored| stored.placed()).transpose()?.flatten() else { continue };
            let crate::facts::Event::SettingSet(setting) = placed.event else { continue };
            if let Some((_, from)) = Dated::about(&setting.name) {
                self.thresholds_since = Some(self.thresholds_since.map_or(from, |day| day.min(from)));
            }
            days.extend(calendar::day_of(&setting.name));
            if let Some((rule, from)) = RuleSet::Programme.about(&setting.name)
                && rule.name == DAY_OFF_MOVES
            {
                moving = Some(moving.map_or(from, |day: NaiveDate| day.min(from)));
            }
            // Of open activities there are records too: held ones, and those that count no more.
            let moved: Vec<_> =
                setting.dues.iter().flat_map(|of| of.activities.iter().map(|id| (*id,))).collect();
            let sql = "select hash from record where activity in (";
            self.records
                .extend(among!(tx, (Digest,), sql, moved, ")").await?.into_iter().map(|(hash,)| hash));
            if let Some(kato) = settlement::about(&setting.name) {
                let sql = "select r.hash from record r join family f on f.id = r.family where f.settlement_kato = $1";
                let found = all!(tx, (Digest,), sql, kato).await?;
                self.records.extend(found.into_iter().map(|(hash,)| hash));
            }
        }
        if days.is_empty() && moving.is_none() {
            return Ok(());
        }
        let calendar = calendar::read(tx).await?;
        if let Some(from) = moving {
            let sql = "select distinct due_on from activity where due_on >= $1";
            let mut off = all!(tx, (NaiveDate,), sql, from).await?;
            off.retain(|(day,)| calendar.is_working_day(*day) == Ok(false));
            let sql = "select r.hash from record r join activity a on a.id = r.activity where a.due_on in (";
            let found = among!(tx, (Digest,), sql, off, ")").await?;
            self.records.extend(found.into_iter().map(|(hash,)| hash));
        }
        // What is due on a day off may be in time until the next working day: these days, and those off right before them.
        for day in days {
            let sql = "select r.hash from record r join activity a on a.id = r.activity
                where a.due_on >= $1 and a.due_on <= $2";
            let found = all!(tx, (Digest,), sql, calendar.late_before(day), day).await?;
            self.records.extend(found.into_iter().map(|(hash,)| hash));
        }
        Ok(())
    }

    /// Records that depend on the new ones.
    pub(super) async fn depending(&self, tx: &mut Tx) -> Result<BTreeSet<Digest>, StoreError> {
        let mut found = BTreeSet::new();
        self.next_in_chain(tx, &mut found).await?;
        for (worker, at) in &self.moves {
            let sql = "select hash from record_reading where worker = $1 and at > $2 and lat is not null
                order by at, hash limit 1";
            found.extend(opt!(tx, (Digest,), sql, *worker, *at).await?.map(|(hash,)| hash));
        }
        for device in &self.lost {
            let sql = "select f.hash from finding f join record r on r.hash = f.hash
                where f.rule = 'chain_gap' and r.device = $1";
            found.extend(all!(tx, (Digest,), sql, *device).await?.into_iter().map(|(hash,)| hash));
        }
        Ok(found)
    }

    /// The record after each new one, and those of the same chain whose due date is not settled.
    async fn next_in_chain(&self, tx: &mut Tx, found: &mut BTreeSet<Digest>) -> Result<(), StoreError> {
        let chains: BTreeSet<(DeviceId, ChainId)> = self.places.iter().map(|at| (at.0, at.1)).collect();
        let chains: Vec<_> = chains.into_iter().collect();
        type Head = (DeviceId, ChainId, i64);
        let sql = "with asked (device, chain) as (";
        let rest = ") select c.device, c.chain, c.seq from asked join chain c
            on c.device = asked.device and c.chain = asked.chain";
        let heads: HashMap<_, _> = among!(tx, Head, sql, chains, rest)
            .await?
            .into_iter()
            .map(|(device, chain, seq)| ((device, chain), seq))
            .collect();
        for (device, chain, seq) in &self.places {
            if heads.get(&(*device, *chain)).is_some_and(|head| head > seq) {
                let sql = "select hash from record where device = $1 and chain = $2 and seq > $3 and placed
                    order by seq limit 1";
                found.extend(opt!(tx, (Digest,), sql, *device, *chain, *seq).await?.map(|(hash,)| hash));
            }
        }
        let rest =
            ") select f.hash from asked join record r on r.device = asked.device and r.chain = asked.chain
            and r.placed join finding f on f.hash = r.hash where f.rule in ('late', 'due_unproven')";
        let unsettled = among!(tx, (Digest,), "with asked (device, chain) as (", chains, rest).await?;
        found.extend(unsettled.into_iter().map(|(hash,)| hash));
        Ok(())
    }
}

/// Where a record says that it was made; for the map, which shows made-up places too.
fn spot(row: &Row) -> Option<Spot> {
    let position = desk::record_of(&row.body)?.position?;
    let accuracy_m = if position.accuracy_m.is_finite() { position.accuracy_m } else { 0.0 };
    let place = crate::findings::place::Place { lat: position.lat, lon: position.lon };
    place.is_real().then_some((row.hash, row.position, place.lat, place.lon, accuracy_m, position.mock))
}

/// What is kept of a record for the sake of others; only of one whose content every engine can keep.
async fn reading(tx: &mut Tx, row: &Row, roots: &mut Roots) -> Result<Option<Reading>, JournalError> {
    let Some(record) = desk::record_of(&row.body) else { return Ok(None) };
    let sealed = &record.sealed;
    let position = record.position.as_ref().filter(|position| row.accepted && tells(position));
    let at = position.map_or(sealed.wall, |position| moment(position, sealed));
    let not_before = match record.checkpoint {
        Some(seen) => made(tx, &seen, roots).await?.filter(|made| *made <= row.received_at),
        None => None,
    };
    // What no column holds was never a time: the year is that of some other age.
    if !is_of_our_age(at) || !is_of_our_age(sealed.wall) {
        return Ok(None);
    }
    Ok(Some((
        row.hash,
        row.worker,
        row.settlement_kato.clone(),
        micros(at),
        position.map(|position| position.lat),
        position.map(|position| position.lon),
        position.map(|position| position.accuracy_m),
        micros(sealed.wall),
        sealed.boot.clone(),
        i64::try_from(sealed.boot_ms).unwrap_or(i64::MAX),
        not_before,
        row.position,
    )))
}

fn is_of_our_age(at: DateTime<Utc>) -> bool {
    (1..=9_999).contains(&at.year())
}

/// When the journal had grown to a checkpoint that a phone has seen; none if it is not one of this journal.
async fn made(
    tx: &mut Tx,
    seen: &CheckpointSeen,
    roots: &mut Roots,
) -> Result<Option<DateTime<Utc>>, JournalError> {
    let Ok(size) = i64::try_from(seen.size) else { return Ok(None) };
    if size == 0 || seen.size > journal::size(tx).await? {
        return Ok(None);
    }
    if roots.len() > MOST_ROOTS {
        roots.clear();
    }
    if let Some((root, at)) = roots.get(&seen.size) {
        return Ok(Some(*at).filter(|_| *root == seen.root));
    }
    let root = journal::root_at(tx, seen.size).await?;
    let at = opt!(tx, (DateTime<Utc>,), "select at from journal where position = $1", size).await?;
    let Some((at,)) = at else { return Ok(None) };
    roots.insert(seen.size, (root, at));
    Ok(Some(at).filter(|_| root == seen.root))
}

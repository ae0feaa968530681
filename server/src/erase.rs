//! Erasing a family or a person for good (law: purpose reached, consent withdrawn).
//!
//! The decision is a fact: who, on what basis, which positions, records and files. Bodies, salts, columns, feed rows,
//! files and uploads in progress go; headers and leaves stay, so that order and completeness can still be proven.
//! Afterwards the database is compacted, so that no byte of it lies in a freed page or a log.
//!
//! Steps that a crash may come between: the decision is written to `erased.ndjson`; what is to be removed outside the
//! database is written to `erasing.json`; the fact is committed, the files go; `compacting.json` says whose pages are
//! still to be given back; the database is compacted, once for all that stand there. Whatever is left undone is done by
//! [`settle`] at the next start, and by `restore` for what an older back-up brings back. A server that serves carries
//! decisions out with [`decided`], and compacts after the last of them ([`compact`]).

mod findings;
mod others;
mod plans;
mod road_maps;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, Utc};
use kandas_disk::{Locked, point, replace};
use kandas_shared::{
    cursor::Kind,
    evidence::{FileRef, Part},
    hash::Digest,
    ids::{BundleId, ChainId, DeviceId, ErasureId, EvidenceId, FamilyId, PersonId, UploadId, UserId},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    all, among,
    chance::{self, Chance},
    config::Config,
    erased_list::{self, Erased},
    facts::{ChainAfter, Event, Gap, GapsAfter, Staying, SubjectErased},
    journal::{self, Fact},
    many,
    media::Depot,
    one, opt,
    store::{Store, StoreError, Tx},
};
use others::Named;

/// Whom a decision names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A family with all its members.
    Family(FamilyId),
    /// One member.
    Person(PersonId),
}

/// What an erasing takes, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Bodies of facts.
    pub bodies: usize,
    /// Records.
    pub records: usize,
    /// Files of evidence.
    pub files: usize,
    /// Bytes in the media store, as far as they are there.
    pub bytes: u64,
    /// Files that stay, because records of others name them too.
    pub shared: usize,
    /// Uploads in progress.
    pub uploads: usize,
    /// Bundles of unsent work in which the subject's records came, and which are in custody themselves.
    pub bundles: usize,
    /// Rows of the tables that phones know.
    pub entities: usize,
}

/// What an erasing would take, and what would stay to be proven by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// In numbers.
    pub taken: Taken,
    /// Facts that lose their bodies, by kind.
    pub kinds: Vec<(String, usize)>,
    /// Identities of the records: they stay known.
    pub records: Vec<Digest>,
    /// Phones in whose hands the subject is.
    pub phones: usize,
}

/// What [`settle`] had to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Decisions that were carried out now.
    pub carried_out: Vec<ErasureId>,
    /// Whether files of an interrupted erasing were still to be removed.
    pub finished: bool,
}

/// Says what an erasing would take, and does nothing.
///
/// # Errors
/// When there is no such subject.
pub async fn survey(store: &Store, subject: Subject) -> Result<Taken> {
    let mut tx = store.read().await?;
    let (family, person) = who(&mut tx, subject).await?;
    let plan = Plan::make(&mut tx, family, person, ErasureId(Uuid::nil())).await?;
    Ok(plan.taken())
}

/// What an erasing of this family or person would take; who is to be erased must be known.
///
/// # Errors
/// When the database does not answer.
pub async fn survey_in(tx: &mut Tx, family: FamilyId, person: Option<PersonId>) -> Result<Survey> {
    let plan = Plan::make(tx, family, person, ErasureId(Uuid::nil())).await?;
    let list: Vec<(i64,)> = plan.positions.iter().map(|position| (*position,)).collect();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let facts: BTreeMap<i64, String> =
        among!(tx, (i64, String), "select position, kind from journal where position in (", list, ")")
            .await?
            .into_iter()
            .collect();
    for kind in facts.into_values() {
        *kinds.entry(kind).or_default() += 1;
    }
    let sql = "select count(distinct device) from device_scope where family = $1";
    let (phones,) = one!(tx, (i64,), sql, family).await?;
    Ok(Survey {
        taken: plan.taken(),
        kinds: kinds.into_iter().collect(),
        records: plan.records.iter().map(|(hash, _)| *hash).collect(),
        phones: usize::try_from(phones).unwrap_or_default(),
    })
}

/// Whether files or pages of a decision are still to be removed.
///
/// # Errors
/// When the lists of what is left cannot be read.
pub fn unfinished(config: &Config, erasure: ErasureId) -> Result<bool> {
    let files = Leftover::read(config)?.is_some_and(|leftover| leftover.erasure == erasure);
    Ok(files || Pages::read(config)?.is_some_and(|pages| pages.erasures.contains(&erasure)))
}

/// The decisions whose pages are still to be given back; none if there are none.
///
/// # Errors
/// When their list cannot be read.
pub fn pages(config: &Config) -> Result<Option<Pages>> {
    Pages::read(config)
}

/// Carries out a decision that was made in the office, if one is given: in the list first, then as any other. It may be said
/// again. What broke off before is finished too. The database is not compacted: that is done for several together
/// ([`compact`]).
///
/// # Errors
/// When a step fails; what is left is done by [`settle`].
pub async fn decided(
    config: &Config,
    store: &Store,
    decision: Option<&Erased>,
    now: DateTime<Utc>,
    chance: &dyn Chance,
) -> Result<Settled> {
    let Some(turn) = turn(config)? else {
        // Whoever has the turn does what broke off.
        ensure!(decision.is_none(), "another erasing is under way");
        return Ok(Settled::default());
    };
    if let Some(decision) = decision {
        let list = erased_list::read(&config.erased_list())?;
        if !list.iter().any(|known| known.erasure == decision.erasure) {
            erased_list::add(&config.erased_list(), decision)?;
        }
    }
    let settled = carry_out_all(config, store, now, chance).await?;
    drop(turn);
    Ok(settled)
}

/// Compacts the database once for every decision whose pages are still to be given back; gives how many those were.
///
/// # Errors
/// When somebody reads by an older snapshot for too long, or the database does not answer: their list stays.
pub async fn compact(config: &Config, store: &Store) -> Result<usize> {
    // Somebody else is at it. The list stays until it is done.
    let Some(turn) = turn(config)? else { return Ok(0) };
    let compacted = compact_in_turn(config, store).await?;
    drop(turn);
    Ok(compacted)
}

/// Erases a subject. A second decision about the same subject takes what has come since.
///
/// # Errors
/// When there is no such subject, or a step fails; what is left is done by [`settle`].
pub async fn erase(
    config: &Config,
    store: &Store,
    subject: Subject,
    basis: &str,
    by: UserId,
    now: DateTime<Utc>,
    chance: &dyn Chance,
) -> Result<(ErasureId, Taken)> {
    let basis = basis.trim();
    ensure!(!basis.is_empty(), "a decision to erase needs its basis");
    let turn = turn(config)?.context("another erasing is under way; try again when it is done")?;
    carry_out_all(config, store, now, chance).await?;
    let mut tx = store.read().await?;
    let (family, person) = who(&mut tx, subject).await?;
    drop(tx);
    let erasure = ErasureId::draw(now, chance::bytes(chance));
    let decision = Erased { erasure, family, person, basis: basis.to_owned(), by, at: now, office: None };
    erased_list::add(&config.erased_list(), &decision)?;
    point!("erase.decided");
    let taken = carry_out(config, store, &decision, now, chance).await?;
    compact_in_turn(config, store).await?;
    drop(turn);
    Ok((erasure, taken))
}

/// Carries out every decision of `erased.ndjson` that the store does not know, and finishes an interrupted one.
///
/// # Errors
/// When the list is not readable or a step fails.
pub async fn settle(
    config: &Config,
    store: &Store,
    now: DateTime<Utc>,
    chance: &dyn Chance,
) -> Result<Settled> {
    // Whoever has the turn does what is to be done.
    let Some(turn) = turn(config)? else { return Ok(Settled::default()) };
    let settled = settle_in_turn(config, store, now, chance).await?;
    drop(turn);
    Ok(settled)
}

/// The right to erase: one process at a time, let go by the kernel should it die.
fn turn(config: &Config) -> Result<Option<Locked>> {
    let path = config.data.join("erasing.lock");
    let file = fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .with_context(|| format!("{} cannot be opened", path.display()))?;
    Ok(Locked::take(file).with_context(|| format!("{} cannot be locked", path.display()))?.ok())
}

async fn settle_in_turn(
    config: &Config,
    store: &Store,
    now: DateTime<Utc>,
    chance: &dyn Chance,
) -> Result<Settled> {
    let carried_out = carry_out_all(config, store, now, chance).await;
    // One that failed holds up no other's pages.
    let compacted = compact_in_turn(config, store).await;
    let mut settled = carried_out?;
    settled.finished |= compacted? > 0 && settled.carried_out.is_empty();
    Ok(settled)
}

/// Every decision of the list is carried out, but for compacting.
async fn carry_out_all(
    config: &Config,
    store: &Store,
    now: DateTime<Utc>,
    chance: &dyn Chance,
) -> Result<Settled> {
    let mut settled = Settled::default();
    if let Some(leftover) = Leftover::read(config)? {
        // Without its fact nothing was erased, and its files may not go: the decision is carried out anew below.
        if is_known(store, leftover.erasure).await? {
            leftover.remove(config).await?;
            Pages::add(config, leftover.erasure, now)?;
            settled.finished = true;
        }
        Leftover::forget(config)?;
    }
    for decision in erased_list::read(&config.erased_list())? {
        if !is_known(store, decision.erasure).await? {
            carry_out(config, store, &decision, now, chance).await?;
            settled.carried_out.push(decision.erasure);
        }
    }
    Ok(settled)
}

async fn compact_in_turn(config: &Config, store: &Store) -> Result<usize> {
    let Some(pages) = Pages::read(config)? else { return Ok(0) };
    store
        .compact()
        .await
        .context("erased, but the database could not be compacted: start again when it is idle")?;
    point!("erase.compacted");
    forget(config, &Pages::path(config))?;
    Ok(pages.erasures.len())
}

async fn is_known(store: &Store, erasure: ErasureId) -> Result<bool, StoreError> {
    let mut tx = store.read().await?;
    let row = opt!(&mut tx, (ErasureId,), "select erasure from erasure where erasure = $1", erasure).await?;
    Ok(row.is_some())
}

/// The subject as family and person. A subject is known as long as the journal has a fact about it.
async fn who(tx: &mut Tx, subject: Subject) -> Result<(FamilyId, Option<PersonId>)> {
    match subject {
        Subject::Family(family) => {
            let (facts,) = one!(tx, (i64,), "select count(*) from journal where family = $1", family).await?;
            ensure!(facts > 0, "there is no family {family}");
            Ok((family, None))
        }
        Subject::Person(person) => {
            let found = opt!(
                tx,
                (Option<FamilyId>,),
                "select family from journal where person = $1 order by position desc limit 1",
                person
            )
            .await?;
            match found {
                Some((Some(family),)) => Ok((family, Some(person))),
                _ => bail!("there is no person {person}"),
            }
        }
    }
}

async fn carry_out(
    config: &Config,
    store: &Store,
    decision: &Erased,
    now: DateTime<Utc>,
    chance: &dyn Chance,
) -> Result<Taken> {
    let mut tx = store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    // Another process may have been first.
    let sql = "select erasure from erasure where erasure = $1";
    if opt!(&mut tx, (ErasureId,), sql, decision.erasure).await?.is_some() {
        return Ok(Taken::default());
    }
    let plan = Plan::make(&mut tx, decision.family, decision.person, decision.erasure).await?;
    let taken = plan.taken();
    plan.leftover.write(config)?;
    point!("erase.planned");
    let numbers: Vec<_> = plan.positions.iter().map(|position| (*position,)).collect();
    let uploads: Vec<_> = plan.leftover.uploads.iter().map(|upload| (*upload,)).collect();
    let evidence: Vec<_> = plan.files.iter().map(|file| (file.evidence,)).collect();
    let hashes: Vec<_> = plan.records.iter().map(|(hash, _)| (*hash,)).collect();
    let stated = plan.findings.clone();
    let fact = Fact {
        family: Some(decision.family),
        person: decision.person,
        ..Fact::by_system(plan.event(decision)?)
    };
    many!(&mut tx, "delete from journal_body where position in (", numbers, ")").await?;
    many!(&mut tx, "delete from upload where id in (", uploads, ")").await?;
    many!(&mut tx, "delete from photo_hash where evidence in (", evidence, ")").await?;
    many!(&mut tx, "delete from record_reading where hash in (", hashes, ")").await?;
    many!(&mut tx, "delete from record_spot where hash in (", hashes, ")").await?;
    let facts = [fact].into_iter().chain(stated).collect();
    journal::append_locked(&mut tx, locked, chance, now, facts).await?;
    point!("erase.before-commit");
    tx.commit().await?;
    point!("erase.after-commit");

    let leftover = Leftover::read(config)?.context("the list of files to remove has gone")?;
    leftover.remove(config).await?;
    point!("erase.files-gone");
    Pages::add(config, decision.erasure, now)?;
    point!("erase.pages-noted");
    Leftover::forget(config)?;
    point!("erase.files-forgotten");
    Ok(taken)
}

/// Everything that goes.
struct Plan {
    positions: Vec<i64>,
    records: Vec<(Digest, u64)>,
    files: Vec<FileRef>,
    bytes: u64,
    bundles: Vec<BundleId>,
    entities: Vec<(Kind, Uuid)>,
    changes: Vec<(String, Kind, Uuid)>,
    chains: Vec<(DeviceId, ChainId, ChainAfter)>,
    staying: Staying,
    /// What is still to be said of records of others that were named together with a going one.
    findings: Vec<Fact>,
    leftover: Leftover,
}

impl Plan {
    async fn make(
        tx: &mut Tx,
        family: FamilyId,
        person: Option<PersonId>,
        erasure: ErasureId,
    ) -> Result<Self> {
        let records = records(tx, family, person).await?;
        let hashes: Vec<(Digest,)> = records.iter().map(|(hash, _)| (*hash,)).collect();
        let named = Named::by(tx, &hashes).await?;
        let (files, mut objects, of_files, mut bytes) = files(tx, &named.alone).await?;
        let uploads = uploads(tx, &files).await?;
        let bundles = bundles(tx, &hashes).await?;
        objects.extend(bundles.iter().map(|(_, object)| object.clone()));
        let papers = road_maps::Papers::by(tx, family, person).await?;
        objects.extend(papers.objects);
        let plans = plans::Papers::by(tx, family).await?;
        objects.extend(plans.objects);
        for (object, size) in withdrawals(tx, family, person).await? {
            objects.push(object);
            bytes = bytes.saturating_add(size.unsigned_abs());
        }

        let mut positions: BTreeSet<i64> = match person {
            None => all!(tx, (i64,), "select position from journal where family = $1", family).await?,
            Some(person) => {
                all!(tx, (i64,), "select position from journal where person = $1", person).await?
            }
        }
        .into_iter()
        .map(|(position,)| position)
        .collect();
        positions.extend(records.iter().filter_map(|(_, position)| i64::try_from(*position).ok()));
        positions.extend(of_files);
        let of_others = findings::Told::by(tx, &hashes).await?;
        positions.extend(of_others.positions);
        positions.extend(remarks(tx, family, person).await?);
        positions.extend(papers.positions);
        positions.extend(plans.positions);
        positions.extend(words(tx, family).await?);
        let positions = with_bodies(tx, positions).await?;

        let mut entities = entities(tx, family, person, &records).await?;
        entities.extend(named.calls(tx).await?);
        let staying = named.staying(tx, &hashes, &entities).await?;
        // Of others' activities the feed says once more how they stand: the facts that said so last may be gone.
        let told = staying.activities.iter().map(|after| (Kind::Activity, after.activity.0));
        // And so of what their records were returned for.
        let answered = staying.answered.iter().flat_map(|stays| {
            let state = (Kind::RecordState, kandas_shared::pulled::state_id(&stays.answered.hash));
            stays.answered.checks.iter().map(|check| (Kind::Check, check.0)).chain([state])
        });
        let told: Vec<_> = entities.iter().copied().chain(told).chain(answered).collect();
        let changes = changes(tx, &told).await?;
        let chains = chains(tx, &hashes).await?;
        Ok(Self {
            positions,
            records,
            files,
            bytes,
            bundles: bundles.into_iter().map(|(bundle, _)| bundle).collect(),
            entities,
            changes,
            chains,
            staying,
            findings: of_others.stated,
            leftover: Leftover { erasure, objects, uploads },
        })
    }

    fn taken(&self) -> Taken {
        Taken {
            bodies: self.positions.len(),
            records: self.records.len(),
            files: self.files.len(),
            bytes: self.bytes,
            shared: self.staying.files.len(),
            uploads: self.leftover.uploads.len(),
            bundles: self.bundles.len(),
            entities: self.entities.len(),
        }
    }

    fn event(self, decision: &Erased) -> Result<Event> {
        let positions =
            self.positions.iter().map(|position| u64::try_from(*position)).collect::<Result<_, _>>()?;
        Ok(Event::SubjectErased(SubjectErased {
            erasure: decision.erasure,
            family: decision.family,
            person: decision.person,
            basis: decision.basis.clone(),
            by: Some(decision.by),
            positions,
            records: self.records,
            files: self.files,
            bundles: self.bundles,
            entities: self.entities,
            changes: self.changes,
            chains: self.chains,
            staying: self.staying,
            office: decision.office.clone(),
        }))
    }
}

/// Families that a person ever was of: what is about him is found by theirs, which have an index.
async fn families_of(tx: &mut Tx, person: PersonId) -> Result<Vec<(FamilyId,)>, StoreError> {
    let sql = "select distinct family from journal where person = $1 and family is not null";
    all!(tx, (FamilyId,), sql, person).await
}

async fn records(
    tx: &mut Tx,
    family: FamilyId,
    person: Option<PersonId>,
) -> Result<Vec<(Digest, u64)>, StoreError> {
    let rows = match person {
        None => all!(
            tx,
            (Digest, i64),
            "select hash, position from record where family = $1 order by position",
            family
        ),
        Some(person) => {
            let families = families_of(tx, person).await?;
            let sql = "select hash, position from record where person = $1 and family in (";
            let mut rows = among!(tx, (Digest, i64), sql, families, ")", person).await?;
            rows.sort_unstable_by_key(|(_, position)| *position);
            rows.dedup();
            return numbered(rows);
        }
    };
    numbered(rows.await?)
}

fn numbered(rows: Vec<(Digest, i64)>) -> Result<Vec<(Digest, u64)>, StoreError> {
    rows.into_iter()
        .map(|(hash, position)| {
            let position =
                u64::try_from(position).map_err(|_| StoreError::Damaged("a position below one".into()))?;
            Ok((hash, position))
        })
        .collect()
}

/// What was remarked about reports in which the subject has a row: the words may speak of it, whoever else is meant.
async fn remarks(tx: &mut Tx, family: FamilyId, person: Option<PersonId>) -> Result<Vec<i64>, StoreError> {
    let rows = match person {
        None => {
            let sql = "select m.position from report_remark m
                where exists (select 1 from report_row r where r.report = m.report and r.family = $1)";
            all!(tx, (i64,), sql, family).await?
        }
        Some(person) => {
            let sql = "select m.position from report_remark m
                where exists (select 1 from report_row r where r.report = m.report and r.person = $1)";
            all!(tx, (i64,), sql, person).await?
        }
    };
    Ok(rows.into_iter().map(|(position,)| position).collect())
}

/// What was written in monitoring of the family: the words may speak of any of its members, whoever else is meant.
async fn words(tx: &mut Tx, family: FamilyId) -> Result<Vec<i64>, StoreError> {
    let rows = all!(tx, (i64,), "select position from monitoring_word where family = $1", family).await?;
    Ok(rows.into_iter().map(|(position,)| position).collect())
}

/// Scans by which consents were withdrawn, and their bytes.
async fn withdrawals(
    tx: &mut Tx,
    family: FamilyId,
    person: Option<PersonId>,
) -> Result<Vec<(String, i64)>, StoreError> {
    match person {
        None => {
            let sql = "select object, size from consent_withdrawal where object is not null and family = $1";
            all!(tx, (String, i64), sql, family).await
        }
        Some(person) => {
            let sql = "select object, size from consent_withdrawal where object is not null and person = $1";
            all!(tx, (String, i64), sql, person).await
        }
    }
}

/// The files of this evidence, their keys in the media store, the positions of their receipts, and the bytes that are there.
async fn files(
    tx: &mut Tx,
    alone: &[(EvidenceId,)],
) -> Result<(Vec<FileRef>, Vec<String>, Vec<i64>, u64), StoreError> {
    type Row = (EvidenceId, Part, Option<String>, Option<i64>, i64);
    let sql = "select evidence, part, object, position, coalesce(salvage_size, size) from evidence_file
        where evidence in (";
    let mut rows = among!(tx, Row, sql, alone, ")").await?;
    rows.sort_by_key(|(evidence, part, ..)| (*evidence, *part));
    rows.dedup_by_key(|(evidence, part, ..)| (*evidence, *part));
    let files =
        rows.iter().map(|(evidence, part, ..)| FileRef { evidence: *evidence, part: *part }).collect();
    let objects = rows.iter().filter_map(|(_, _, object, ..)| object.clone()).collect();
    let positions = rows.iter().filter_map(|(_, _, _, position, _)| *position).collect();
    let there = rows.iter().filter(|(_, _, object, ..)| object.is_some());
    let bytes = there.map(|(.., size)| size.unsigned_abs()).sum();
    Ok((files, objects, positions, bytes))
}

async fn uploads(tx: &mut Tx, files: &[FileRef]) -> Result<Vec<UploadId>, StoreError> {
    let evidence: BTreeSet<EvidenceId> = files.iter().map(|file| file.evidence).collect();
    let list: Vec<(EvidenceId,)> = evidence.into_iter().map(|evidence| (evidence,)).collect();
    let rows = among!(tx, (UploadId,), "select id from upload where evidence in (", list, ")").await?;
    let distinct: BTreeSet<UploadId> = rows.into_iter().map(|(id,)| id).collect();
    Ok(distinct.into_iter().collect())
}

/// Bundles that carry one of these records. What else was in them is in custody by itself.
async fn bundles(tx: &mut Tx, hashes: &[(Digest,)]) -> Result<Vec<(BundleId, String)>> {
    let going: BTreeSet<String> = hashes.iter().map(|(hash,)| hash.to_string()).collect();
    let rows = all!(
        tx,
        (BundleId, String, String),
        "select bundle, object, records from bundle where state = 'opened' order by bundle"
    )
    .await?;
    let mut bundles = Vec::new();
    for (bundle, object, records) in rows {
        let records: Vec<Digest> =
            serde_json::from_str(&records).context("the list of a bundle's records")?;
        if records.iter().any(|hash| going.contains(&hash.to_string())) {
            bundles.push((bundle, object));
        }
    }
    Ok(bundles)
}

/// Those positions that have a body and are not decisions themselves.
async fn with_bodies(tx: &mut Tx, positions: BTreeSet<i64>) -> Result<Vec<i64>, StoreError> {
    let list: Vec<(i64,)> = positions.into_iter().map(|position| (position,)).collect();
    let sql = "select b.position from journal_body b join journal j on j.position = b.position
               where j.kind <> 'subject.erased' and b.position in (";
    let found: BTreeSet<i64> =
        among!(tx, (i64,), sql, list, ")").await?.into_iter().map(|(position,)| position).collect();
    Ok(found.into_iter().collect())
}

async fn entities(
    tx: &mut Tx,
    family: FamilyId,
    person: Option<PersonId>,
    records: &[(Digest, u64)],
) -> Result<Vec<(Kind, Uuid)>, StoreError> {
    let mut entities = Vec::new();
    let mut add = |kind: Kind, ids: Vec<(Uuid,)>| entities.extend(ids.into_iter().map(|(id,)| (kind, id)));
    match person {
        None => {
            add(Kind::Family, all!(tx, (Uuid,), "select id from family where id = $1", family).await?);
            add(
                Kind::Person,
                all!(tx, (Uuid,), "select id from person where family = $1 order by id", family).await?,
            );
            add(
                Kind::Consent,
                all!(tx, (Uuid,), "select id from consent where family = $1 order by id", family).await?,
            );
            let sql = "select id from assignment where family = $1 order by id";
            add(Kind::Assignment, all!(tx, (Uuid,), sql, family).await?);
            add(
                Kind::Plan,
                all!(tx, (Uuid,), "select id from plan where family = $1 order by id", family).await?,
            );
            let sql = "select id from activity where family = $1 order by id";
            add(Kind::Activity, all!(tx, (Uuid,), sql, family).await?);
            let sql = "select id from record_check where family = $1 order by id";
            add(Kind::Check, all!(tx, (Uuid,), sql, family).await?);
        }
        Some(person) => {
            add(Kind::Person, all!(tx, (Uuid,), "select id from person where id = $1", person).await?);
            add(
                Kind::Consent,
                all!(tx, (Uuid,), "select id from consent where person = $1 order by id", person).await?,
            );
            let families = families_of(tx, person).await?;
            for (kind, sql) in [
                (Kind::Activity, "select id from activity where person = $1 and family in ("),
                (Kind::Check, "select id from record_check where person = $1 and family in ("),
            ] {
                let mut ids = among!(tx, (Uuid,), sql, families, ")", person).await?;
                ids.sort_unstable();
                ids.dedup();
                add(kind, ids);
            }
        }
    }
    let states = records.iter().map(|(hash, _)| (kandas_shared::pulled::state_id(hash),)).collect();
    add(Kind::RecordState, states);
    Ok(entities)
}

/// Every scope in which one of these entities was ever seen.
async fn changes(tx: &mut Tx, entities: &[(Kind, Uuid)]) -> Result<Vec<(String, Kind, Uuid)>, StoreError> {
    let list: Vec<(Uuid,)> = entities.iter().map(|(_, id)| (*id,)).collect();
    let rows =
        among!(tx, (String, Kind, Uuid), "select scope, kind, id from change where id in (", list, ")")
            .await?;
    let going: BTreeSet<(Kind, Uuid)> = entities.iter().copied().collect();
    let distinct: BTreeSet<(String, Kind, Uuid)> =
        rows.into_iter().filter(|(_, kind, id)| going.contains(&(*kind, *id))).collect();
    Ok(distinct.into_iter().collect())
}

/// The chains of these records as they stand.
async fn chains(
    tx: &mut Tx,
    hashes: &[(Digest,)],
) -> Result<Vec<(DeviceId, ChainId, ChainAfter)>, StoreError> {
    let sql = "select device, chain from record where chain is not null and hash in (";
    let of: BTreeSet<(DeviceId, ChainId)> =
        among!(tx, (DeviceId, ChainId), sql, hashes, ")").await?.into_iter().collect();
    let number =
        |n: i64| u64::try_from(n).map_err(|_| StoreError::Damaged("a number of a chain below zero".into()));
    let mut chains = Vec::new();
    for (device, chain) in of {
        let head = opt!(
            tx,
            (i64, Digest),
            "select seq, hash from chain where device = $1 and chain = $2",
            device,
            chain
        )
        .await?;
        let Some((seq, hash)) = head else { continue };
        let (mut open, mut lost) = (Vec::new(), Vec::new());
        let gaps = all!(
            tx,
            (i64, i64, String, i64),
            "select from_seq, to_seq, state, position from chain_gap where device = $1 and chain = $2
             order by from_seq",
            device,
            chain
        )
        .await?;
        for (from, to, state, position) in gaps {
            let gap = Gap { from: number(from)?, to: number(to)?, position: number(position)? };
            if state == "open" { open.push(gap) } else { lost.push(gap) }
        }
        let after = ChainAfter { seq: number(seq)?, hash, gaps: Some(GapsAfter { chain, open, lost }) };
        chains.push((device, chain, after));
    }
    Ok(chains)
}

/// What is to be removed outside the database, on the disk until it is done.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Leftover {
    erasure: ErasureId,
    objects: Vec<String>,
    uploads: Vec<UploadId>,
}

impl Leftover {
    fn path(config: &Config) -> PathBuf {
        config.data.join("erasing.json")
    }

    fn read(config: &Config) -> Result<Option<Self>> {
        read(&Self::path(config))
    }

    /// Written whole or not at all: a half list would leave files behind.
    fn write(&self, config: &Config) -> Result<()> {
        Ok(replace(&Self::path(config), &serde_json::to_vec(self)?)?)
    }

    fn forget(config: &Config) -> Result<()> {
        forget(config, &Self::path(config))
    }

    async fn remove(&self, config: &Config) -> Result<()> {
        config.make_folders()?;
        let depot = Depot::of(config).context("the media store cannot be used")?;
        for object in &self.objects {
            let removed = depot.objects.remove(object).await;
            removed.with_context(|| format!("media {object} cannot be removed"))?;
            point!("erase.one-file-gone");
        }
        for upload in &self.uploads {
            let removed = depot.staging.remove(*upload).await;
            removed.with_context(|| format!("upload {upload} cannot be removed"))?;
        }
        Ok(())
    }
}

/// Whose pages of the database are still to be given back, on the disk until they are: what was deleted lies in them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pages {
    /// The decisions.
    pub erasures: Vec<ErasureId>,
    /// When the first of them was carried out.
    pub since: DateTime<Utc>,
}

impl Pages {
    fn path(config: &Config) -> PathBuf {
        config.data.join("compacting.json")
    }

    fn read(config: &Config) -> Result<Option<Self>> {
        read(&Self::path(config))
    }

    fn add(config: &Config, erasure: ErasureId, now: DateTime<Utc>) -> Result<()> {
        let mut pages = Self::read(config)?.unwrap_or_else(|| Self { erasures: Vec::new(), since: now });
        if !pages.erasures.contains(&erasure) {
            pages.erasures.push(erasure);
        }
        Ok(replace(&Self::path(config), &serde_json::to_vec(&pages)?)?)
    }
}

/// A list of what is left to do; none if there is nothing.
fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    match fs::read(path) {
        Ok(text) => {
            let read = serde_json::from_slice(&text);
            Ok(Some(read.with_context(|| format!("{} is not readable", path.display()))?))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

/// What stood in a list is done.
fn forget(config: &Config, path: &Path) -> Result<()> {
    fs::remove_file(path)?;
    fs::File::open(&config.data)?.sync_all()?;
    Ok(())
}

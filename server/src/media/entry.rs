//! Files enter custody in groups. One task collects what has come to its place while the group before was written: it
//! locks the journal once, reads what is to be known of all of them, appends every fact with one statement a table and
//! answers after commit. A file that comes alone waits for nobody.
//!
//! If a group cannot be written it is undone and its files enter one by one; if nobody knows whether the commit came
//! through, all are told so: their bytes are in their place, and whoever asks again is answered from the tables.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use kandas_shared::{
    evidence::{FileRef, Part},
    hash::{Digest, Epoch},
    ids::{DeviceId, EvidenceId, FamilyId, PersonId, UploadId},
    journal::{Author, AuthorKind},
    problem::ProblemCode,
    receipt::FileReceipt,
    time::{Clock, micros},
};
use tokio::sync::{mpsc, oneshot};

use super::{Depot, Media, hashing, hold::as_column, span, upload::FileRow};
use crate::{
    among,
    chance::Chance,
    evidence::Awaited,
    facts::{Event, EvidenceReceived, EvidenceSalvaged},
    intake::runs_singly,
    journal::{self, Fact, JournalError},
    limits::Limits,
    many,
    refusal::{Outcome, Refusal},
    store::{Store, Tx},
};

/// Most files of a group.
const MOST_IN_GROUP: usize = 256;
/// Files that may wait before whoever brings them waits himself.
const WAITING: usize = 1_024;

/// A file that lies in the media store and is to enter custody.
#[derive(Clone, Debug)]
pub(super) struct Arrived {
    pub(super) file: FileRef,
    pub(super) sha256: Digest,
    pub(super) size: u64,
    pub(super) object: String,
    pub(super) carrier: Option<DeviceId>,
    pub(super) salvage: bool,
    pub(super) by: By,
}

/// How it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// By an upload, held under this fencing number.
    Upload(UploadId, i64),
    /// Whole with the request that began its upload, whose row is written now.
    Once(UploadId),
    /// In a bundle.
    Bundle,
}

/// What came of it.
#[derive(Clone, Debug)]
pub(super) enum Entered {
    /// It is in custody, now or since before, and this is to be said of it.
    Custody(FileReceipt),
    /// Its subject has been erased meanwhile: it must not be kept.
    Erased,
    /// No record names it.
    Unknown,
    /// Somebody else holds its upload by now.
    NotOurs,
}

/// The group could not be written, or nobody knows whether it was.
#[derive(Clone, Debug)]
struct Failed(ProblemCode, String);

type Answer = Result<Entered, Failed>;

/// Files on their way to the task.
pub(super) struct Waiting {
    arrived: Arrived,
    answer: oneshot::Sender<Answer>,
}

/// The way to the task that makes groups.
pub(super) type Groups = mpsc::Sender<Waiting>;

/// The task that makes groups.
pub(super) struct Grouping {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) chance: Arc<dyn Chance>,
    pub(super) limits: Limits,
    pub(super) depot: Depot,
    pub(super) hashes: Arc<hashing::Waiting>,
}

impl Media {
    /// A file that lies in its place enters custody.
    pub(super) async fn enter(&self, arrived: Arrived) -> Outcome<Entered> {
        let ended = || Refusal::fault("the task that takes files into custody has ended");
        let (answer, entered) = oneshot::channel();
        self.0.entering.send(Waiting { arrived, answer }).await.map_err(|_| ended())?;
        match entered.await.map_err(|_| ended())? {
            Ok(entered) => Ok(entered),
            Err(Failed(code, what)) => Err(Refusal::Fault(code, what.into())),
        }
    }
}

impl Grouping {
    /// Starts the task; it ends when nobody can hand anything in any more.
    pub(super) fn start(self) -> Groups {
        let (groups, mut waiting) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            let mut group = Vec::new();
            while waiting.recv_many(&mut group, MOST_IN_GROUP).await > 0 {
                let (answers, arrived): (Vec<_>, Vec<_>) =
                    group.drain(..).map(|Waiting { arrived, answer }| (answer, arrived)).unzip();
                for (answer, entered) in answers.into_iter().zip(self.settle(arrived).await) {
                    // Who no longer listens has gone away; his file is in custody all the same.
                    let _ = answer.send(entered);
                }
            }
        });
        groups
    }

    /// An answer for each, in order.
    async fn settle(&self, arrived: Vec<Arrived>) -> Vec<Answer> {
        match self.take(&arrived).await {
            Ok(entered) => entered.into_iter().map(Ok).collect(),
            Err(error) if arrived.len() > 1 && runs_singly(&error) => {
                tracing::warn!(%error, files = arrived.len(), "a group of files could not be written; taking them singly");
                let mut answers = Vec::with_capacity(arrived.len());
                for one in arrived {
                    match self.take(&[one]).await {
                        Ok(entered) => answers.extend(entered.into_iter().map(Ok)),
                        Err(error) => answers.push(Err(Failed::from(error))),
                    }
                }
                answers
            }
            Err(error) => {
                let failed = Failed::from(error);
                arrived.iter().map(|_| Err(failed.clone())).collect()
            }
        }
    }

    /// One transaction: lock, read, append, commit.
    async fn take(&self, arrived: &[Arrived]) -> Result<Vec<Entered>, JournalError> {
        let now = micros(self.clock.wall());
        let mut tx = self.store.write().await?;
        let locked = journal::lock(&mut tx).await?;
        let epoch = locked.epoch()?;
        let ours = finish_uploads(&mut tx, arrived, now).await?;
        let mut desk = Desk::lay(&mut tx, arrived).await?;

        let first = locked.size() + 1;
        let (mut facts, mut entered) = (Vec::new(), Vec::with_capacity(arrived.len()));
        for one in arrived {
            if let By::Upload(id, _) = one.by
                && !ours.contains(&id)
            {
                entered.push(Entered::NotOurs);
                continue;
            }
            let (fact, outcome) = desk.take(one, first + facts.len() as u64, epoch, now)?;
            facts.extend(fact);
            entered.push(outcome);
        }
        let new: Vec<bool> =
            facts.iter().map(|fact: &Fact| matches!(fact.event, Event::EvidenceSalvaged(_))).collect();
        journal::append_locked(&mut tx, locked, self.chance.as_ref(), now, facts).await?;
        let ends = now + span(self.limits.upload_life);
        write_uploads(&mut tx, arrived, &entered, now, ends).await?;
        let let_go = let_go(&mut tx, arrived, &entered, now).await?;
        kandas_disk::point!("custody.before-commit");
        tx.commit().await?;
        kandas_disk::point!("custody.after-commit");

        for salvage in new {
            metrics::counter!("kandas_files_received_total", "salvage" => salvage.to_string()).increment(1);
        }
        for upload in let_go {
            self.hashes.forget(upload);
            if let Err(error) = self.depot.staging.remove(upload).await {
                tracing::warn!(%error, "bytes of an upload that was let go stay in staging for now");
            }
        }
        Ok(entered)
    }
}

impl From<JournalError> for Failed {
    fn from(error: JournalError) -> Self {
        let what = error.to_string();
        Self(Refusal::from(error).code(), what)
    }
}

/// Uploads end as finished, but for those that somebody else holds by now.
async fn finish_uploads(
    tx: &mut Tx,
    arrived: &[Arrived],
    now: DateTime<Utc>,
) -> Result<HashSet<UploadId>, JournalError> {
    let held: Vec<_> = arrived
        .iter()
        .filter_map(|one| match one.by {
            By::Upload(id, fence) => Some((id, fence)),
            By::Once(_) | By::Bundle => None,
        })
        .collect();
    let ours = among!(
        tx,
        (UploadId,),
        "with held (id, fence) as (",
        held,
        ") update upload set state = 'finished', received = size, lease_until = null, touched_at = $1
         from held where upload.id = held.id and upload.fence = held.fence and upload.state = 'open'
         returning upload.id",
        now
    )
    .await?;
    Ok(ours.into_iter().map(|(id,)| id).collect())
}

/// Files that came whole at once leave a finished upload behind, so that its name can be asked for.
async fn write_uploads(
    tx: &mut Tx,
    arrived: &[Arrived],
    entered: &[Entered],
    now: DateTime<Utc>,
    ends: DateTime<Utc>,
) -> Result<(), JournalError> {
    let row = |(one, entered): (&Arrived, &Entered)| {
        let (By::Once(id), Entered::Custody(_)) = (one.by, entered) else { return None };
        let (FileRef { evidence, part }, size) = (one.file, as_column(one.size));
        let target = target(one.file, one.salvage);
        let (salvage, sha256, device) = (one.salvage, one.sha256, one.carrier);
        Some((id, target, evidence, part, salvage, sha256, size, size, device, now, now, ends, "finished"))
    };
    let rows: Vec<_> = arrived.iter().zip(entered).filter_map(row).collect();
    many!(
        tx,
        "insert into upload (id, target, evidence, part, salvage, sha256, size, received, device, created_at,
            touched_at, expires_at, state)",
        rows,
        // One in progress for the same file, begun meanwhile, keeps its name.
        "on conflict (target) do nothing"
    )
    .await?;
    Ok(())
}

/// Unfinished uploads of a file that is in custody now, whole or what is left of it, and to which nobody is writing, can
/// never be of use any more.
async fn let_go(
    tx: &mut Tx,
    arrived: &[Arrived],
    entered: &[Entered],
    now: DateTime<Utc>,
) -> Result<Vec<UploadId>, JournalError> {
    let targets: Vec<_> = arrived
        .iter()
        .zip(entered)
        .filter(|(_, entered)| matches!(entered, Entered::Custody(_)))
        .flat_map(|(one, _)| [(target(one.file, false),), (target(one.file, true),)])
        .collect();
    let gone = among!(
        tx,
        (UploadId,),
        "update upload set state = 'gone', lease_until = null
         where state = 'open' and (lease_until is null or lease_until <= $1) and target in (",
        targets,
        ") returning id",
        now
    )
    .await?;
    Ok(gone.into_iter().map(|(id,)| id).collect())
}

/// Name of the upload of a file, or of its damaged rest: one for each at a time.
pub(super) fn target(file: FileRef, salvage: bool) -> String {
    if salvage { format!("s:{file}") } else { format!("e:{file}") }
}

/// What is to be known of the files of a group; kept up to date while they enter one after the other.
struct Desk {
    files: HashMap<FileRef, FileRow>,
    subjects: HashMap<EvidenceId, (Option<FamilyId>, Option<PersonId>)>,
    awaited: Awaited,
}

#[derive(sqlx::FromRow)]
struct NamedRow {
    evidence: EvidenceId,
    part: Part,
    #[sqlx(flatten)]
    row: FileRow,
}

impl Desk {
    async fn lay(tx: &mut Tx, arrived: &[Arrived]) -> Result<Self, JournalError> {
        let names: Vec<_> = arrived.iter().map(|one| (one.file.evidence, one.file.part)).collect();
        let rows = among!(
            tx,
            NamedRow,
            "with asked (evidence, part) as (",
            names,
            ") select f.evidence, f.part, f.size, f.sha256, f.state, f.position, f.salvage_sha256, f.salvage_size
             from asked join evidence_file f on f.evidence = asked.evidence and f.part = asked.part"
        )
        .await?;
        let files = rows
            .into_iter()
            .map(|NamedRow { evidence, part, row }| (FileRef { evidence, part }, row))
            .collect();

        let evidence: Vec<_> = names.iter().map(|(evidence, _)| *evidence).collect();
        let keys: Vec<_> = evidence.iter().map(|id| (*id,)).collect();
        type Subject = (EvidenceId, i64, Option<FamilyId>, Option<PersonId>);
        let sql = "select e.evidence, r.position, r.family, r.person from evidence e join record r on r.hash = e.hash
            where e.evidence in (";
        let mut found: Vec<Subject> = among!(tx, Subject, sql, keys, ")").await?;
        // The first record that named it says whose it is.
        found.sort_unstable_by_key(|(_, position, ..)| std::cmp::Reverse(*position));
        let subjects =
            found.into_iter().map(|(evidence, _, family, person)| (evidence, (family, person))).collect();
        let awaited = Awaited::load(tx, &evidence).await?;
        Ok(Self { files, subjects, awaited })
    }

    /// The fact of a file, if there is a new one, and what is to be said of it.
    fn take(
        &mut self,
        arrived: &Arrived,
        position: u64,
        epoch: Epoch,
        time: DateTime<Utc>,
    ) -> Result<(Option<Fact>, Entered), JournalError> {
        let file = arrived.file;
        let Some(row) = self.files.get_mut(&file) else { return Ok((None, Entered::Unknown)) };
        if row.state == "erased" {
            return Ok((None, Entered::Erased));
        }
        if row.state == "received" || (arrived.salvage && row.salvage_sha256 == Some(arrived.sha256)) {
            let receipt = row
                .receipt(file, epoch, time)
                .ok_or_else(|| JournalError::Damaged(format!("{file} is in custody without a position")))?;
            return Ok((None, Entered::Custody(receipt)));
        }
        let Arrived { sha256, size, object, carrier, .. } = arrived.clone();
        row.position = Some(as_column(position));
        let event = if arrived.salvage {
            row.state = "salvaged".into();
            (row.salvage_sha256, row.salvage_size) = (Some(sha256), Some(as_column(size)));
            let FileRef { evidence, part } = file;
            Event::EvidenceSalvaged(EvidenceSalvaged { evidence, part, sha256, size, object, carrier })
        } else {
            row.state = "received".into();
            let FileRef { evidence, part } = file;
            let activities_after = self.awaited.received(evidence, part);
            Event::EvidenceReceived(EvidenceReceived {
                evidence,
                part,
                sha256,
                size,
                object,
                carrier,
                activities_after,
            })
        };
        let (family, person) = self.subjects.get(&file.evidence).copied().unwrap_or_default();
        let salvage = arrived.salvage;
        let (FileRef { evidence, part }, v) = (file, 1);
        let receipt = FileReceipt { v, epoch, time, evidence, part, sha256, size, position, salvage };
        Ok((Some(Fact { author: author(carrier), family, person, event }), Entered::Custody(receipt)))
    }
}

/// Who brought it.
pub(super) fn author(carrier: Option<DeviceId>) -> Author {
    match carrier {
        Some(device) => Author { kind: AuthorKind::Device, id: Some(device.0) },
        None => Author::SYSTEM,
    }
}

//! The load: devices that seal records as a phone does, ahead of time, and push them all at once.

use std::ops::Range;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use chrono::{DateTime, FixedOffset, Utc};
use kandas_fixtures::district::{Activity, District};
use kandas_shared::{
    enrol::Invitation,
    evidence::{Evidence, EvidenceKind, FileRef, Part, Source, Summary},
    hash::{Digest, Nonce},
    ids::{ActivityId, CaptureId, ChainId, EvidenceId, FamilyId, PersonId, RecordId},
    jws::{Jws, Typ},
    receipt::Verdict,
    record::{Record, Statement},
    rule::{NoPositionReason, NoVideoReason},
    time::ClockReading,
    wire::RecordBatch,
};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::device::{Device, Key};

/// Records in one request.
pub(crate) const BATCH: usize = 50;
/// Length of an uploaded file.
const FILE: usize = 4_000_000;

/// An enrolled device with what it may record about.
pub(crate) struct Sealer {
    device: Device,
    key: Key,
    chain: ChainId,
    /// Activities of the families of its worker, with their family.
    activities: Vec<(FamilyId, Activity)>,
    now: fn() -> DateTime<Utc>,
    seed: u64,
}

/// One device for each invitation.
pub(crate) async fn enrol(
    district: &District,
    invitations: &[Invitation],
    now: fn() -> DateTime<Utc>,
) -> Result<Vec<Sealer>> {
    let mut sealers = Vec::new();
    for (seed, invitation) in (1_u64..).zip(invitations) {
        let mut rng = StdRng::seed_from_u64(seed);
        let key = Key::draw(&mut rng);
        let chain = ChainId(id(&mut rng));
        let device = Device::enrol(invitation, key.clone(), chain).await?;
        let activities = district
            .families_of(device.worker.0)
            .flat_map(|family| {
                let of = district.activities_of(family.id).cloned();
                of.map(|activity| (FamilyId(family.id), activity)).collect::<Vec<_>>()
            })
            .collect();
        sealers.push(Sealer { device, key, chain, activities, now, seed });
    }
    Ok(sealers)
}

/// Seals `batches` batches for each device, each record with a photo that is not sent.
pub(crate) fn seal(sealers: &[Sealer], batches: usize) -> Result<Vec<Vec<RecordBatch>>> {
    sealers
        .iter()
        .map(|sealer| {
            let mut rng = StdRng::seed_from_u64(sealer.seed + 1_000);
            let mut prev = None;
            (0..batches)
                .map(|batch| {
                    let numbers = batch * BATCH..(batch + 1) * BATCH;
                    sealer.batch(numbers, &mut prev, &mut rng, None)
                })
                .collect()
        })
        .collect()
}

/// Every device pushes its batches one after the other, all devices at once.
pub(crate) async fn push(sealers: &[Sealer], sealed: Vec<Vec<RecordBatch>>) -> Result<()> {
    let mut pushing = JoinSet::new();
    for (sealer, batches) in sealers.iter().zip(sealed) {
        let device = sealer.device.clone();
        pushing.spawn(async move {
            for batch in &batches {
                let receipt = device.push(batch).await?;
                ensure!(receipt.items.len() == batch.records.len(), "not every record has a verdict");
                for item in &receipt.items {
                    ensure!(item.verdict == Verdict::Accepted, "{} {:?}", item.verdict, item.reason);
                }
            }
            Ok(())
        });
    }
    while let Some(pushed) = pushing.join_next().await {
        pushed??;
    }
    Ok(())
}

/// Files to be uploaded.
pub(crate) fn files(number: usize) -> Vec<Bytes> {
    (0..number as u64)
        .map(|seed| {
            let mut bytes = vec![0; FILE];
            StdRng::seed_from_u64(seed).fill_bytes(&mut bytes);
            Bytes::from(bytes)
        })
        .collect()
}

/// Pushes records that name the files, in a chain of their own, and gives the files' names.
pub(crate) async fn announce(sealer: &Sealer, files: &[Bytes]) -> Result<Vec<FileRef>> {
    let mut rng = StdRng::seed_from_u64(sealer.seed + 2_000);
    let fresh = Sealer {
        device: sealer.device.clone(),
        key: sealer.key.clone(),
        chain: ChainId(id(&mut rng)),
        activities: sealer.activities.clone(),
        now: sealer.now,
        seed: sealer.seed,
    };
    let batch = fresh.batch(0..files.len(), &mut None, &mut rng, Some(files))?;
    let named = batch
        .records
        .iter()
        .map(|statement| {
            let record: Record = serde_json::from_str(&statement.payload)?;
            let evidence = record.evidence.first().context("no evidence")?.evidence;
            Ok(FileRef { evidence, part: Part::File })
        })
        .collect::<Result<_>>()?;
    let receipt = fresh.device.push(&batch).await?;
    ensure!(receipt.items.iter().all(|item| item.verdict.is_custody()), "a record was refused");
    Ok(named)
}

/// Uploads the files one after the other.
pub(crate) async fn upload(sealer: &Sealer, named: &[FileRef], files: &[Bytes]) -> Result<()> {
    for (name, bytes) in named.iter().zip(files) {
        let receipt = sealer.device.upload(*name, bytes.clone()).await?;
        ensure!(receipt.size == bytes.len() as u64 && !receipt.salvage, "a receipt about other bytes");
    }
    Ok(())
}

impl Sealer {
    fn batch(
        &self,
        numbers: Range<usize>,
        prev: &mut Option<Digest>,
        rng: &mut StdRng,
        files: Option<&[Bytes]>,
    ) -> Result<RecordBatch> {
        let first = numbers.start;
        let records = numbers
            .map(|number| {
                let bytes = files.and_then(|files| files.get(number - first));
                let record = self.record(number, *prev, rng, bytes)?;
                let statement = Jws::sign(Typ::Record, serde_json::to_string(&record)?, &self.key)?;
                *prev = Some(statement.identity());
                Ok(statement)
            })
            .collect::<Result<_>>()?;
        Ok(RecordBatch { records })
    }

    fn record(
        &self,
        number: usize,
        prev: Option<Digest>,
        rng: &mut StdRng,
        bytes: Option<&Bytes>,
    ) -> Result<Record> {
        let (family, activity) = self.activities.get(number).context("too few services are planned")?;
        let wall = kandas_shared::time::micros((self.now)());
        let reading = ClockReading {
            wall,
            offset_s: 18_000,
            boot: "bench".into(),
            boot_ms: 60_000 + number as u64 * 1_000,
        };
        let (sha256, size) = match bytes {
            Some(bytes) => (Digest::of(bytes), bytes.len() as u64),
            None => (Digest(rng.random()), rng.random_range(200_000..600_000)),
        };
        let evidence = Evidence {
            evidence: EvidenceId(id(rng)),
            kind: EvidenceKind::Photo,
            capture: CaptureId(id(rng)),
            source: Source::Captured,
            media_type: "image/jpeg".into(),
            size,
            sha256,
            taken: reading.clone(),
            position: None,
            page: None,
            replaces: None,
            original: None,
            thumbnail: None,
            summary: Summary::default(),
        };
        Ok(Record {
            v: 1,
            record: RecordId(id(rng)),
            device: self.device.id,
            chain: self.chain,
            seq: number as u64 + 1,
            prev,
            continues: None,
            nonce: Nonce(rng.random()),
            worker: self.device.worker,
            family: Some(*family),
            statement: Statement::Completion {
                activity: ActivityId(activity.id),
                person: PersonId(activity.person),
                service: activity.service.parse().ok().context("a service of the district")?,
            },
            done_on: wall.with_timezone(&FixedOffset::east_opt(18_000).context("five hours")?).date_naive(),
            sealed: reading,
            checkpoint: None,
            position: None,
            no_position: Some(NoPositionReason::Indoors),
            no_video: Some(NoVideoReason::NothingToFilm),
            paper: None,
            note: None,
            supersedes: None,
            correction: None,
            evidence: vec![evidence],
            app: "xtask bench".into(),
        })
    }
}

fn id(rng: &mut StdRng) -> Uuid {
    uuid::Builder::from_random_bytes(rng.random()).into_uuid()
}

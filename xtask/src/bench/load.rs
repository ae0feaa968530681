//! The load: devices that seal records as a phone does, ahead of time, and push them all at once.

use std::{collections::HashMap, time::Duration};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use kandas_fixtures::district::{Activity, District, Family};
use kandas_shared::{
    enrol::Invitation,
    evidence::{Evidence, EvidenceKind, FileRef, Part, Position, PositionSource, Source, Summary},
    hash::{Digest, Nonce},
    ids::{ActivityId, CaptureId, ChainId, EvidenceId, FamilyId, PersonId, RecordId},
    jws::{Jws, PublicKey, Signer as _, Typ},
    receipt::Verdict,
    record::{Record, Statement},
    rule::{NoPositionReason, NoVideoReason},
    time::ClockReading,
};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::device::{Body, Device, Key, Unanswered};

/// Records in one request.
pub(crate) const BATCH: usize = 50;
/// How often a device comes again that is told to wait.
const COMES_AGAIN: usize = 10;

/// An enrolled device with what it may record about, and where its chain stands.
pub(crate) struct Sealer {
    pub(crate) device: Device,
    key: Key,
    chain: ChainId,
    /// Activities of the families of its worker, with their family.
    activities: Vec<(FamilyId, Activity)>,
    sealed: usize,
    prev: Option<Digest>,
    rng: StdRng,
    /// How the days lie over which it records, if not all is recorded now.
    days: Option<Days>,
}

/// Records that were made one after the other over some days, each at the house of its family.
struct Days {
    from: DateTime<Utc>,
    /// Between two records.
    step: TimeDelta,
    /// Degrees north and east, of the families whose place is known.
    houses: HashMap<FamilyId, (f64, f64)>,
}

/// One device for each invitation; each draws its keys from its own number, counted from `first`.
pub(crate) async fn enrol(
    district: &District,
    invitations: &[Invitation],
    first: u64,
) -> Result<Vec<Sealer>> {
    let mut planned: HashMap<Uuid, Vec<(FamilyId, Activity)>> = HashMap::new();
    let plans: HashMap<Uuid, &[Activity]> =
        district.plans.iter().map(|plan| (plan.family, plan.activities.as_slice())).collect();
    for now in district.assignments.iter().filter(|assignment| assignment.to.is_none()) {
        let own = plans.get(&now.family).copied().unwrap_or_default().iter().cloned();
        planned.entry(now.worker).or_default().extend(own.map(|activity| (FamilyId(now.family), activity)));
    }
    let mut sealers = Vec::new();
    for (seed, invitation) in (first..).zip(invitations) {
        let mut rng = StdRng::seed_from_u64(seed);
        let key = Key::draw(&mut rng);
        let chain = ChainId(id(&mut rng));
        let device = Device::enrol(invitation, key.clone(), chain).await?;
        let activities = planned.get(&device.worker.0).cloned().unwrap_or_default();
        ensure!(!activities.is_empty(), "nothing is planned for the worker of device {seed}");
        sealers.push(Sealer { device, key, chain, activities, sealed: 0, prev: None, rng, days: None });
    }
    Ok(sealers)
}

/// A body that was handed over, with the answer to it as it came.
pub(crate) type Answered = (Body, Bytes);

/// Every device hands over its bodies one after the other, all devices at once; the answers are read by the caller.
pub(crate) async fn push(sealers: &[Sealer], bodies: Vec<Vec<Body>>) -> Result<Vec<Vec<Answered>>> {
    let mut pushing = JoinSet::new();
    for (place, (sealer, bodies)) in sealers.iter().zip(bodies).enumerate() {
        let device = sealer.device.clone();
        pushing.spawn(async move {
            let mut answered = Vec::with_capacity(bodies.len());
            for body in bodies {
                let mut answer = device.hand_over(&body).await;
                for _ in 0..COMES_AGAIN {
                    // As a phone does, it comes again when it is told to; the wait counts as any other.
                    let Err(Unanswered::Refused(problem)) = &answer else { break };
                    let Some(told) = problem.retry_after_s else { break };
                    tokio::time::sleep(Duration::from_secs(told.into())).await;
                    answer = device.hand_over(&body).await;
                }
                answered.push((body, answer?));
            }
            anyhow::Ok((place, answered))
        });
    }
    let mut all: Vec<_> = sealers.iter().map(|_| Vec::new()).collect();
    while let Some(pushed) = pushing.join_next().await {
        let (place, answered) = pushed??;
        all[place] = answered;
    }
    Ok(all)
}

/// Checks that every record that was handed over has been accepted.
pub(crate) fn check(sealers: &[Sealer], answered: &[Vec<Answered>], records: usize) -> Result<()> {
    let mut accepted = 0;
    for (sealer, answered) in sealers.iter().zip(answered) {
        for (body, answer) in answered {
            for item in sealer.device.read_answer(body, answer)?.items {
                ensure!(item.verdict == Verdict::Accepted, "{} {:?}", item.verdict, item.reason);
                accepted += 1;
            }
        }
    }
    ensure!(accepted == records, "{accepted} of {records} records have a verdict");
    Ok(())
}

/// Bytes nobody can compress, always the same for a seed.
pub(crate) fn noise(seed: u64, length: usize) -> Bytes {
    let mut bytes = vec![0; length];
    StdRng::seed_from_u64(seed).fill_bytes(&mut bytes);
    bytes.into()
}

/// A file that a record names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub(crate) sha256: Digest,
    pub(crate) size: u64,
}

impl Named {
    /// These bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self { sha256: Digest::of(bytes), size: bytes.len() as u64 }
    }
}

/// A sealed statement and the names of the files it speaks of.
pub(crate) struct Sealed {
    pub(crate) statement: Jws,
    pub(crate) files: Vec<FileRef>,
}

impl Sealer {
    /// The key its records are verified with.
    pub(crate) fn public_key(&self) -> PublicKey {
        self.key.public_key()
    }

    /// The next `records` are made over the last `days` days, evenly, at the houses of the families.
    pub(crate) fn over_days(&mut self, district: &District, days: i64, records: usize) {
        let whole = TimeDelta::days(days);
        let step = whole / i32::try_from(records.max(1)).unwrap_or(i32::MAX);
        let place = |family: &Family| Some((FamilyId(family.id), (family.latitude?, family.longitude?)));
        let houses = district.families.iter().filter_map(place).collect();
        self.days = Some(Days { from: now() - whole, step, houses });
    }

    /// Seals the next record about a photo that is not sent.
    fn seal(&mut self) -> Result<Jws> {
        let photo =
            Named { sha256: Digest(self.rng.random()), size: self.rng.random_range(200_000..600_000) };
        Ok(self.seal_about(&[photo])?.statement)
    }

    /// Seals so many records about photos that are not sent.
    pub(crate) fn batch(&mut self, records: usize) -> Result<Vec<Jws>> {
        (0..records).map(|_| self.seal()).collect()
    }

    /// The same, packed, in so many bodies.
    pub(crate) fn bodies(&mut self, bodies: usize, records: usize) -> Result<Vec<Body>> {
        (0..bodies)
            .map(|_| {
                let records = self.batch(records)?;
                self.device.body(&records)
            })
            .collect()
    }

    /// Seals the next record, about these photos.
    pub(crate) fn seal_about(&mut self, photos: &[Named]) -> Result<Sealed> {
        let record = self.record(photos)?;
        let files =
            record.evidence.iter().map(|e| FileRef { evidence: e.evidence, part: Part::File }).collect();
        let statement = Jws::sign(Typ::Record, serde_json::to_string(&record)?, &self.key)?;
        self.prev = Some(statement.identity());
        self.sealed += 1;
        Ok(Sealed { statement, files })
    }

    fn record(&mut self, photos: &[Named]) -> Result<Record> {
        // A worker with few families says of some activities twice that they are done; both statements are kept.
        let (family, activity) = &self.activities[self.sealed % self.activities.len()];
        let (wall, gone) = match &self.days {
            None => (now(), TimeDelta::seconds(self.sealed as i64)),
            Some(days) => {
                let gone = days.step * i32::try_from(self.sealed)?;
                (days.from + gone, gone)
            }
        };
        let wall = kandas_shared::time::micros(wall);
        let boot_ms = 60_000 + gone.num_milliseconds().unsigned_abs();
        let house = self.days.as_ref().and_then(|days| days.houses.get(family));
        let position = house.map(|(lat, lon)| Position {
            lat: *lat,
            lon: *lon,
            accuracy_m: 12.0,
            fix_at: Some(wall),
            fix_boot_ms: Some(boot_ms),
            source: PositionSource::Satellite,
            mock: false,
            altitude_m: None,
        });
        let no_position = position.is_none().then_some(NoPositionReason::Indoors);
        let reading = ClockReading { wall, offset_s: 18_000, boot: "bench".into(), boot_ms };
        let rng = &mut self.rng;
        let evidence = photos
            .iter()
            .map(|photo| Evidence {
                evidence: EvidenceId(id(rng)),
                kind: EvidenceKind::Photo,
                capture: CaptureId(id(rng)),
                source: Source::Captured,
                media_type: "image/jpeg".into(),
                size: photo.size,
                sha256: photo.sha256,
                taken: reading.clone(),
                position: None,
                page: None,
                replaces: None,
                original: None,
                thumbnail: None,
                summary: Summary::default(),
            })
            .collect();
        Ok(Record {
            v: 1,
            record: RecordId(id(rng)),
            device: self.device.id,
            chain: self.chain,
            seq: self.sealed as u64 + 1,
            prev: self.prev,
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
            position,
            no_position,
            no_video: Some(NoVideoReason::NothingToFilm),
            paper: None,
            note: None,
            supersedes: None,
            correction: None,
            evidence,
            app: "xtask bench".into(),
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "records must not lie after their receipt")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

fn id(rng: &mut StdRng) -> Uuid {
    uuid::Builder::from_random_bytes(rng.random()).into_uuid()
}

//! The day on which everybody comes back: every phone of the country has been away, all reach the net at the same moment,
//! each with sixty sealed records and three small files to each. Keys are made and records sealed before; the line, the
//! token, the records and the files are all part of what is timed.
//!
//! A phone here does what a phone does: records first, then the files one after the other; when the store says "later" it
//! waits as long as it was told, and it asks again until everything has a receipt.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use kandas_shared::evidence::FileRef;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::task::JoinSet;

use super::{
    Bench,
    figures::{Figures, median, percentile},
    instant,
    load::{BATCH, Named, enrol, noise},
    plots::Curve,
    processes::memory,
    site::{Engine, Ground},
};
use crate::device::{Body, Device, Unanswered};

const RECORDS: usize = 60;
const FILES: usize = 3;
/// Bytes of a file: a thumbnail, a page.
const SIZES: std::ops::Range<usize> = 6_000..14_000;
/// A phone gives up then; what has no receipt counts as such.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

impl Bench {
    /// All phones at once.
    pub(crate) fn return_day(&self, figures: &mut Figures, engine: Engine) -> Result<Vec<Curve>> {
        let phones = self.scale.phones;
        let workers = u32::try_from(phones.div_ceil(2))?;
        let ground = Ground { families: workers * 2 * 3, workers, ..Ground::default() };
        let site = self.site(engine, &ground)?;
        println!("   {phones} phones enrol and seal {RECORDS} records each …");
        let invitations = site.invitations(phones)?;
        let serving = site.centre.serve()?;
        let pid = serving.pid()?;
        let sealers = self.runtime.block_on(enrol(&site.district, &invitations, 1))?;
        let mut ready = Vec::with_capacity(phones);
        for (number, mut sealer) in sealers.into_iter().enumerate() {
            let mut phone =
                Phone { device: sealer.device.on_new_line()?, number, bodies: Vec::new(), files: Vec::new() };
            let mut left = RECORDS;
            while left > 0 {
                let some = left.min(BATCH);
                left -= some;
                let mut statements = Vec::with_capacity(some);
                for _ in 0..some {
                    let mut named = Vec::new();
                    for file in 0..FILES {
                        let size = StdRng::seed_from_u64((number * FILES + file) as u64).random_range(SIZES);
                        let seed = (number * RECORDS * FILES + phone.files.len() + file) as u64;
                        named.push((seed, size));
                    }
                    let facts: Vec<_> =
                        named.iter().map(|(seed, size)| Named::of(&noise(*seed, *size))).collect();
                    let sealed = sealer.seal_about(&facts)?;
                    let files = sealed.files.into_iter().zip(named);
                    phone.files.extend(files.map(|(name, (seed, size))| File { name, seed, size }));
                    statements.push(sealed.statement);
                }
                phone.bodies.push((sealer.device.body(&statements)?, some));
            }
            ready.push(phone);
        }

        let day = Arc::new(Day::default());
        let watched = self.watched(&site, &serving)?;
        let start = instant();
        let (done, cpu) =
            watched.during(|| self.runtime.block_on(all_at_once(ready, Arc::clone(&day), start)))?;
        let took = instant().duration_since(start).as_secs_f64();

        let (records, files) = (phones * RECORDS, phones * RECORDS * FILES);
        let missing = records + files - done.iter().map(|one| one.records + one.files.len()).sum::<usize>();
        let mut answers: Vec<f64> = done.iter().flat_map(|one| one.answers.iter().copied()).collect();
        answers.sort_by(f64::total_cmp);
        let mut ends: Vec<f64> = done.iter().map(|one| one.end).collect();
        ends.sort_by(f64::total_cmp);
        let name = |figure: &str| format!("return_day_{figure}_{}", engine.name());
        let memory = memory(pid)?;
        figures.add(&name("s"), took);
        figures.add(&name("unreceipted"), missing as f64);
        figures.add(&name("answer_p99_s"), percentile(&answers, 99.0));
        figures.add(&name("answer_p50_s"), percentile(&answers, 50.0));
        figures.add(&name("slowest_to_median"), percentile(&ends, 100.0) / median(&ends));
        figures.add(&name("told_later"), day.later.load(Ordering::Relaxed) as f64);
        figures.add(&name("lines_lost"), day.lost.load(Ordering::Relaxed) as f64);
        figures.add(&name("server_rss_peak_mb"), memory.peak);
        figures.add(&name("server_cpu_s"), cpu.server);
        figures.add(&name("database_cpu_s"), cpu.database);
        figures.add(&name("generator_cpu_s"), cpu.generator);
        let status = serving.stop()?;
        ensure!(status.success(), "the central store ended with {status}");

        let engine = engine.name();
        let mut pushed: Vec<f64> = done.iter().flat_map(|one| one.pushed.iter().copied()).collect();
        let mut delivered: Vec<f64> = done.iter().flat_map(|one| one.files.iter().copied()).collect();
        Ok(vec![
            Curve::of(&format!("records, {engine}"), &mut pushed, records as f64),
            Curve::of(&format!("files, {engine}"), &mut delivered, files as f64),
        ])
    }
}

struct File {
    name: FileRef,
    seed: u64,
    size: usize,
}

struct Phone {
    device: Device,
    number: usize,
    /// With the number of records in each.
    bodies: Vec<(Body, usize)>,
    files: Vec<File>,
}

/// What became of a phone.
#[derive(Default)]
struct Delivered {
    /// Seconds from the first try of a batch to its receipt.
    answers: Vec<f64>,
    /// When each record got its receipt, seconds from the start.
    pushed: Vec<f64>,
    records: usize,
    /// When each file got its receipt.
    files: Vec<f64>,
    /// When the phone was done.
    end: f64,
}

/// What all phones have met.
#[derive(Default)]
struct Day {
    records: AtomicU64,
    files: AtomicU64,
    phones: AtomicU64,
    later: AtomicU64,
    lost: AtomicU64,
    over: AtomicBool,
}

async fn all_at_once(phones: Vec<Phone>, day: Arc<Day>, start: Instant) -> Result<Vec<Delivered>> {
    let told = tokio::spawn(tell(Arc::clone(&day), phones.len(), start));
    let mut working = JoinSet::new();
    for phone in phones {
        working.spawn(phone.deliver(Arc::clone(&day), start));
    }
    let mut all = Vec::new();
    while let Some(one) = working.join_next().await {
        all.push(one??);
    }
    day.over.store(true, Ordering::Relaxed);
    told.abort();
    Ok(all)
}

async fn tell(day: Arc<Day>, phones: usize, start: Instant) {
    while !day.over.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_secs(15)).await;
        println!(
            "   {:4.0} s: {} records, {} files, {} of {phones} phones done",
            instant().duration_since(start).as_secs_f64(),
            day.records.load(Ordering::Relaxed),
            day.files.load(Ordering::Relaxed),
            day.phones.load(Ordering::Relaxed),
        );
    }
}

impl Phone {
    async fn deliver(mut self, day: Arc<Day>, start: Instant) -> Result<Delivered> {
        let since = |start: Instant| instant().duration_since(start).as_secs_f64();
        let mut done = Delivered::default();
        let mut patience = Patience::new(self.number, &day, start);
        loop {
            match self.device.sign_in(RECORDS as u64).await {
                Ok(_) => break,
                Err(error) => {
                    let failed = error.downcast::<Unanswered>();
                    match failed {
                        Ok(failed) if patience.wait(&failed).await => {}
                        Ok(failed) => return Err(failed.into()),
                        Err(error) => return Err(error),
                    }
                }
            }
        }
        'records: for (body, number) in &self.bodies {
            let asked = instant();
            loop {
                match self.device.hand_over(body).await {
                    Ok(answer) => {
                        let receipt = self.device.read_answer(body, &answer)?;
                        let kept = receipt.items.iter().filter(|item| item.verdict.is_custody()).count();
                        ensure!(kept == *number, "{kept} of {number} records are in custody");
                        done.answers.push(since(asked));
                        done.pushed.extend(std::iter::repeat_n(since(start), *number));
                        done.records += number;
                        day.records.fetch_add(*number as u64, Ordering::Relaxed);
                        patience.renew();
                        break;
                    }
                    Err(failed) if patience.wait(&failed).await => {}
                    Err(failed) => {
                        println!("   a phone gives up: {failed}");
                        break 'records;
                    }
                }
            }
        }
        'files: for file in &self.files {
            let bytes = noise(file.seed, file.size);
            loop {
                match self.device.upload(file.name, bytes.clone()).await {
                    Ok(receipt) => {
                        let receipt = self.device.read_file_receipt(&receipt)?;
                        let about = (receipt.evidence, receipt.size, receipt.salvage);
                        ensure!(
                            about == (file.name.evidence, file.size as u64, false),
                            "a receipt about another file"
                        );
                        done.files.push(since(start));
                        day.files.fetch_add(1, Ordering::Relaxed);
                        patience.renew();
                        break;
                    }
                    Err(failed) if patience.wait(&failed).await => {}
                    Err(failed) => {
                        println!("   a phone gives up: {failed}");
                        break 'files;
                    }
                }
            }
        }
        done.end = since(start);
        day.phones.fetch_add(1, Ordering::Relaxed);
        Ok(done)
    }
}

/// How long a phone waits before it asks again: as long as it was told, else longer each time, each phone a little
/// differently.
struct Patience<'a> {
    day: &'a Day,
    start: Instant,
    rng: StdRng,
    tries: u32,
}

impl<'a> Patience<'a> {
    fn new(number: usize, day: &'a Day, start: Instant) -> Self {
        Self { day, start, rng: StdRng::seed_from_u64(number as u64), tries: 0 }
    }

    fn renew(&mut self) {
        self.tries = 0;
    }

    /// Waits; false when the phone gives up.
    async fn wait(&mut self, failed: &Unanswered) -> bool {
        let told = match failed {
            Unanswered::Refused(problem) if matches!(problem.status, 408 | 423 | 429 | 503 | 507) => {
                self.day.later.fetch_add(1, Ordering::Relaxed);
                problem.retry_after_s
            }
            Unanswered::Line(_) => {
                self.day.lost.fetch_add(1, Ordering::Relaxed);
                None
            }
            _ => return false,
        };
        self.tries += 1;
        let seconds = told.map_or(f64::from(1 << self.tries.min(5)), f64::from);
        let wait = Duration::from_secs_f64(seconds * self.rng.random_range(1.0..1.5));
        if instant().duration_since(self.start) + wait > PATIENCE {
            return false;
        }
        tokio::time::sleep(wait).await;
        true
    }
}

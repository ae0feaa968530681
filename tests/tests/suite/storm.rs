//! A bad network, two thousand times: real phones and the real router in one process, on both engines, with mishaps and
//! history drawn from a seed.
//!
//! [`town`] is what every seed begins with, [`history`] what happens, [`network`] the mishaps, [`check`] what must hold in
//! the end. A seed that fails prints itself and the command that runs it again. `KANDAS_STORM_SEEDS` says which seeds to
//! run (`5000`: that many; `700..900`: these), `KANDAS_STORM_SEED` runs one and prints its diary.

use std::{
    collections::BTreeMap,
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use anyhow::{Result, anyhow};
use tokio::runtime::{Builder, Runtime};

use self::{history::Told, network::Network, town::Town};
use crate::centre::Engine;

mod check;
mod history;
mod network;
mod office;
mod phone;
mod time;
mod town;

/// Seeds of a usual run, over both engines two thousand.
const ON_SQLITE: u64 = 1_700;
const ON_POSTGRES: u64 = 300;
/// Seeds at work at once.
const THREADS: usize = 2;

#[test]
fn sqlite() {
    storm(Engine::Sqlite, ON_SQLITE);
}

#[test]
fn postgres() {
    storm(Engine::Postgres, ON_POSTGRES);
}

#[test]
fn one_seed_gives_one_run() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let town = runtime().block_on(Town::make(engine));
        for seed in [3, 4, 5, 16] {
            let (first, second) = (one(&town, seed).unwrap(), one(&town, seed).unwrap());
            let differs = first.diary.iter().zip(&second.diary).find(|(a, b)| a != b);
            assert_eq!(differs, None, "seed {seed} on {engine:?} ran differently the second time");
            assert_eq!(first.diary.len(), second.diary.len());
        }
    }
}

fn storm(engine: Engine, usual: u64) {
    if let Ok(seed) = std::env::var("KANDAS_STORM_SEED") {
        let town = runtime().block_on(Town::make(engine));
        let told = one(&town, seed.parse().expect("KANDAS_STORM_SEED is a number"));
        let told = told.unwrap_or_else(|error| panic!("seed {seed} on {engine:?}: {error:#}"));
        println!("{}", told.diary.join("\n"));
        return;
    }
    let seeds = seeds(usual);
    let town = runtime().block_on(Town::make(engine));
    let (next, failed) = (AtomicU64::new(seeds.start), AtomicBool::new(false));
    let sum = Mutex::new(Sum::default());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while !failed.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        break;
                    }
                    match one(&town, seed) {
                        Ok(told) => sum.lock().unwrap().add(told),
                        Err(error) => {
                            failed.store(true, Ordering::Relaxed);
                            sum.lock().unwrap().failures.push((seed, error));
                        }
                    }
                }
            });
        }
    });
    let sum = sum.into_inner().unwrap();
    if let Some((seed, error)) = sum.failures.first() {
        let name = format!("{engine:?}").to_lowercase();
        panic!(
            "seed {seed} on {engine:?}: {error:#}\nagain: KANDAS_STORM_SEED={seed} \
             cargo test -p kandas-tests --test suite storm::{name} -- --exact --nocapture"
        );
    }
    println!("{engine:?}: {sum:?}");
    sum.assert_tried_all(seeds.end - seeds.start);
}

/// One seed in a runtime of its own: whatever it leaves running ends with it.
fn one(town: &Town, seed: u64) -> Result<Told> {
    let network: Mutex<Option<Arc<Network>>> = Mutex::new(None);
    let runtime = runtime();
    let ran = catch_unwind(AssertUnwindSafe(|| runtime.block_on(history::run(town, seed, &network))));
    runtime.shutdown_background();
    let told = match ran {
        Ok(told) => told,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            Err(anyhow!("{}", text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("a panic")))
        }
    };
    told.inspect_err(|_| {
        if let Some(network) = network.into_inner().ok().flatten() {
            eprintln!("diary of seed {seed} on {:?}:\n{}", town.engine, network.diary().join("\n"));
        }
    })
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn seeds(usual: u64) -> Range<u64> {
    let Ok(text) = std::env::var("KANDAS_STORM_SEEDS") else { return 0..usual };
    let number = |text: &str| text.trim().parse().expect("KANDAS_STORM_SEEDS is a number or a range");
    match text.split_once("..") {
        Some((from, to)) => number(from)..number(to),
        None => 0..number(&text),
    }
}

/// What all seeds came to.
#[derive(Debug, Default)]
struct Sum {
    seeds: u64,
    exchanges: u64,
    records: usize,
    files: usize,
    mishaps: BTreeMap<&'static str, u64>,
    failures: Vec<(u64, anyhow::Error)>,
}

impl Sum {
    fn add(&mut self, told: Told) {
        self.seeds += 1;
        self.exchanges += told.exchanges;
        self.records += told.records;
        self.files += told.files;
        for (name, count) in told.mishaps {
            *self.mishaps.entry(name).or_default() += count;
        }
    }

    /// A storm in which nothing happens proves nothing.
    fn assert_tried_all(&self, seeds: u64) {
        assert_eq!(self.seeds, seeds);
        if seeds >= 50 {
            assert_eq!(self.mishaps.len(), 13, "{:?}", self.mishaps);
            assert!(self.records as u64 > seeds && self.files as u64 > seeds);
        }
    }
}

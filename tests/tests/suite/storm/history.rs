//! A random history of a small centre and its phones over a bad network: work, syncs of one or of all at once, programs
//! and machines that start anew, days that pass, changes at the centre. In the end the weather clears, and a bounded
//! number of rounds must bring everything to rest.

use std::sync::Arc;

use anyhow::{Result, bail, ensure};
use chrono::TimeDelta;
use futures_util::future::join_all;
use kandas_app::sync::SyncError;
use kandas_shared::ids::UserId;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::{
    check,
    network::{Network, Weather},
    office::Office,
    phone::{Phone, Synced},
    time::Time,
    town::{Place, Town, WORKERS, home_name},
};

/// Rounds of all phones that may be needed once the weather is calm.
const ROUNDS: usize = 8;
const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Everything a seed consists of.
pub struct History<'a> {
    pub seed: u64,
    pub town: &'a Town,
    pub office: Arc<Office>,
    pub network: Arc<Network>,
    pub phones: Vec<Phone>,
    pub time: Arc<Time>,
    rng: StdRng,
    place: Place,
}

/// What a seed came to.
pub struct Told {
    pub diary: Vec<String>,
    pub exchanges: u64,
    pub records: usize,
    pub files: usize,
    pub mishaps: std::collections::BTreeMap<&'static str, u64>,
}

/// Runs one seed from beginning to end. The diary so far goes into `diary`, whatever comes of it.
pub async fn run(town: &Town, seed: u64, diary: &std::sync::Mutex<Option<Arc<Network>>>) -> Result<Told> {
    let mut history = History::open(town, seed).await;
    *diary.lock().unwrap() = Some(Arc::clone(&history.network));
    history.storm().await?;
    history.calm().await?;
    let counted = check::all(&history).await?;
    let (network, office) = (Arc::clone(&history.network), Arc::clone(&history.office));
    for phone in &mut history.phones {
        phone.close().await;
    }
    office.stop().await;
    history.place.leave();
    Ok(Told {
        diary: network.diary(),
        exchanges: network.exchanges(),
        records: counted.records,
        files: counted.files,
        mishaps: network.mishaps(),
    })
}

impl<'a> History<'a> {
    async fn open(town: &'a Town, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let place = town.place().await;
        let time = Arc::new(Time::default());
        let office = Office::new(place.config.clone(), Arc::clone(&place.keys), Arc::clone(&time), seed);
        let office = Arc::new(office);
        office.start().await;
        let weather = Weather::drawn(&mut rng);
        let network = Network::new(Arc::clone(&office), Arc::clone(&time), seed, weather);
        network.note(format!("{weather:?}"));
        let mut phones = Vec::new();
        for number in 0..rng.random_range(1..=WORKERS) {
            // One in four has a wall clock that is wrong by years.
            let wrong = if rng.random_bool(0.25) { rng.random_range(-4_000..5_000) } else { 0 };
            let home = place.folder.path().join(home_name(number));
            let worker = town.workers[number].0;
            let mut phone = Phone::new(number, worker, home, &time, TimeDelta::days(wrong), seed);
            phone.open().await;
            phones.push(phone);
        }
        Self { seed, town, office, network, phones, time, rng, place }
    }

    async fn storm(&mut self) -> Result<()> {
        if self.rng.random_bool(0.15) {
            self.newcomer().await?;
        }
        for _ in 0..self.rng.random_range(5..12) {
            self.step().await?;
        }
        // What was recorded last goes through the storm too, and sometimes is found half delivered, long after.
        self.sync_all().await?;
        if self.rng.random_bool(0.2) {
            self.long_pause().await;
            self.sync_all().await?;
        }
        Ok(())
    }

    async fn step(&mut self) -> Result<()> {
        match self.rng.random_range(0..30) {
            0..=9 => self.work().await,
            10..=14 => {
                let number = self.rng.random_range(0..self.phones.len());
                self.sync_one(number).await?;
            }
            15..=18 => self.sync_all().await?,
            19..=22 => {
                let workers: Vec<UserId> = self.town.workers.iter().map(|(id, _)| *id).collect();
                let what = self.office.change(&mut self.rng, &workers).await;
                self.network.note(format!("centre: {what}"));
            }
            23 | 24 => {
                let (number, rebooted) =
                    (self.rng.random_range(0..self.phones.len()), self.rng.random_bool(0.3));
                self.network.note(format!("phone {number} restarts, rebooted: {rebooted}"));
                self.phones[number].restart(rebooted).await;
            }
            25 => {
                self.network.note("the centre starts anew".into());
                self.network.settle().await;
                self.office.stop().await;
                self.office.start().await;
            }
            26 | 27 => {
                let hours = self.rng.random_range(1..30);
                self.network.note(format!("{hours} hours pass"));
                self.time.pass(hours * HOUR);
                self.office.round().await;
            }
            28 => self.long_pause().await,
            _ => {
                self.network.note("tokens are forgotten".into());
                self.office.forget_tokens().await;
            }
        }
        Ok(())
    }

    /// Longer than an upload lives.
    async fn long_pause(&mut self) {
        self.network.note("nine days pass".into());
        self.time.pass(9 * DAY);
        self.office.round().await;
    }

    async fn work(&mut self) {
        let today = self.office.today();
        let number = self.rng.random_range(0..self.phones.len());
        let phone = &mut self.phones[number];
        for _ in 0..self.rng.random_range(1..3) {
            self.time.pass(self.rng.random_range(1..40) * MINUTE);
            if let Some(what) = phone.work(&mut self.rng, &self.town.shots, today).await {
                self.network.note(format!("phone {number} {what}"));
            }
        }
    }

    /// Another phone for one of the workers is enrolled through the storm. Its first answers may be lost; the same code
    /// must do in the end.
    async fn newcomer(&mut self) -> Result<()> {
        let number = self.phones.len();
        let (worker, login) = self.town.workers[self.rng.random_range(0..WORKERS)].clone();
        let home = self.place.folder.path().join("newcomer");
        let mut phone = Phone::new(number, worker, home, &self.time, TimeDelta::zero(), self.seed);
        phone.is_newcomer = true;
        phone.open().await;
        let invitation = self.office.invite(&login).await;
        for attempt in 0.. {
            match phone.enrol(&self.network, &invitation).await {
                Ok(()) => break,
                Err(SyncError::Http(failure)) if attempt < 40 => {
                    self.network.note(format!("phone {number} is not enrolled yet: {failure}"));
                }
                Err(error) => bail!("phone {number} cannot be enrolled: {error}"),
            }
            if self.rng.random_bool(0.2) {
                phone.restart(false).await;
            }
        }
        self.phones.push(phone);
        Ok(())
    }

    async fn sync_one(&mut self, number: usize) -> Result<()> {
        self.network.begin(1);
        let synced = self.phones[number].sync(&self.network).await?;
        self.after(number, synced).await;
        Ok(())
    }

    /// All phones at once, exchange by exchange in the order of the seed.
    async fn sync_all(&mut self) -> Result<()> {
        self.network.begin(self.phones.len());
        let all = join_all(self.phones.iter().map(|phone| phone.sync(&self.network))).await;
        for (number, synced) in all.into_iter().enumerate() {
            self.after(number, synced?).await;
        }
        Ok(())
    }

    async fn after(&mut self, number: usize, synced: Synced) {
        match synced {
            Synced::Ended(ended) => {
                self.network.note(format!("phone {number}: done {} {:?}", ended.done, ended.why))
            }
            Synced::Died => {
                let rebooted = self.rng.random_bool(0.3);
                self.phones[number].restart(rebooted).await;
            }
        }
    }

    /// The weather is calm. After few rounds nothing is left to do.
    async fn calm(&mut self) -> Result<()> {
        self.network.set_weather(Weather::calm());
        self.network.note("calm".into());
        self.network.settle().await;
        for round in 0.. {
            ensure!(round < ROUNDS, "not at rest after {ROUNDS} rounds: {}", self.what_waits().await);
            let before = self.office.size().await;
            let mut done = true;
            for number in 0..self.phones.len() {
                self.network.begin(1);
                match self.phones[number].sync(&self.network).await? {
                    Synced::Ended(ended) => done &= ended.done,
                    Synced::Died => bail!("a phone died in calm weather"),
                }
            }
            if done && self.office.size().await == before {
                break;
            }
            self.time.pass(15 * MINUTE);
        }
        Ok(())
    }

    async fn what_waits(&self) -> String {
        let mut text = String::new();
        for phone in &self.phones {
            text.push_str(&format!("phone {}: {:?}; ", phone.number, phone.app().waiting().await));
        }
        text
    }
}

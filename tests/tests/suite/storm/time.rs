//! The time of a seed: it passes only when the network or the history lets it, so nothing ever waits.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use kandas_shared::time::Clock;

/// One time for the centre and all phones.
#[derive(Default)]
pub struct Time(AtomicU64);

impl Time {
    /// When every seed begins.
    pub fn beginning() -> DateTime<Utc> {
        "2026-09-14T04:00:00Z".parse().unwrap()
    }

    pub fn ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub fn now(&self) -> DateTime<Utc> {
        Self::beginning() + TimeDelta::milliseconds(i64::try_from(self.ms()).unwrap())
    }

    pub fn pass(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

/// The centre's clock is right.
pub struct OfficeClock(pub Arc<Time>);

impl Clock for OfficeClock {
    fn wall(&self) -> DateTime<Utc> {
        self.0.now()
    }
    fn boot(&self) -> (String, u64) {
        ("office".into(), self.0.ms())
    }
}

/// A phone's clocks: the wall clock may be wrong by years, the boot clock begins anew with each boot.
pub struct PhoneClock {
    time: Arc<Time>,
    wrong_by: TimeDelta,
    /// Number of the boot and when it was.
    boot: Mutex<(u32, u64)>,
}

impl PhoneClock {
    pub fn new(time: Arc<Time>, wrong_by: TimeDelta) -> Self {
        let began = time.ms();
        Self { time, wrong_by, boot: Mutex::new((1, began)) }
    }

    /// The phone is switched off and on.
    pub fn reboot(&self) {
        let mut boot = self.boot.lock().unwrap();
        *boot = (boot.0 + 1, self.time.ms());
    }
}

impl Clock for PhoneClock {
    fn wall(&self) -> DateTime<Utc> {
        self.time.now() + self.wrong_by
    }
    fn boot(&self) -> (String, u64) {
        let (number, began) = *self.boot.lock().unwrap();
        (format!("storm {number}"), self.time.ms() - began + 1_000)
    }
}

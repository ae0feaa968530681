//! The time of the month: it passes only when it is told to, for the centre and for every phone.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kandas_shared::time::Clock;

/// One time for everybody, in microseconds since 1970.
#[derive(Debug)]
pub struct Time(AtomicI64);

impl Time {
    /// Stands at `at`.
    pub fn at(at: DateTime<Utc>) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(at.timestamp_micros())))
    }

    /// What it is.
    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::Relaxed)).unwrap_or_default()
    }

    /// Goes on to `at`; never back.
    pub fn reach(&self, at: DateTime<Utc>) {
        self.0.fetch_max(at.timestamp_micros(), Ordering::Relaxed);
    }

    /// So much passes.
    pub fn pass(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::Relaxed);
    }
}

/// An hour and a minute of a civil day (UTC+5).
pub fn civil(day: NaiveDate, hour: u32, minute: u32) -> DateTime<Utc> {
    let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc() - TimeDelta::hours(5);
    midnight + TimeDelta::hours(i64::from(hour)) + TimeDelta::minutes(i64::from(minute))
}

/// The centre's clock is right.
pub struct CentreClock(pub Arc<Time>);

impl Clock for CentreClock {
    fn wall(&self) -> DateTime<Utc> {
        self.0.now()
    }
    fn boot(&self) -> (String, u64) {
        ("centre".into(), u64::try_from(self.0.now().timestamp_millis()).unwrap_or(0))
    }
    fn offset_s(&self) -> i32 {
        5 * 3_600
    }
}

/// A phone's clocks. The wall clock may be set wrong; the other one counts since the phone was switched on.
pub struct PhoneClock {
    time: Arc<Time>,
    wrong_ms: AtomicI64,
    name: String,
    began: DateTime<Utc>,
}

impl PhoneClock {
    /// Right, and switched on now.
    pub fn new(time: &Arc<Time>, name: String) -> Arc<Self> {
        let began = time.now() - TimeDelta::minutes(1);
        Arc::new(Self { time: Arc::clone(time), wrong_ms: AtomicI64::new(0), name, began })
    }

    /// Somebody sets the wall clock.
    pub fn set_wrong(&self, by: TimeDelta) {
        self.wrong_ms.store(by.num_milliseconds(), Ordering::Relaxed);
    }
}

impl Clock for PhoneClock {
    fn wall(&self) -> DateTime<Utc> {
        self.time.now() + TimeDelta::milliseconds(self.wrong_ms.load(Ordering::Relaxed))
    }
    fn boot(&self) -> (String, u64) {
        let since = (self.time.now() - self.began).num_milliseconds();
        (self.name.clone(), u64::try_from(since).unwrap_or(0))
    }
    fn offset_s(&self) -> i32 {
        5 * 3_600
    }
}

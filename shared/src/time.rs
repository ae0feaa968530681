//! Readings of clocks, and the one trait through which anything ever reads one.

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Hands out the time. Implemented by the system in the binaries and by hand in tests; nothing else reads a clock.
pub trait Clock: Send + Sync + 'static {
    /// What the wall clock of this machine says, cut to microseconds. May be wrong by years.
    fn wall(&self) -> DateTime<Utc>;
    /// Which boot this is and how many milliseconds have passed since it, sleep included (CLOCK_BOOTTIME).
    fn boot(&self) -> (String, u64);
    /// Seconds east of UTC that this device believes in; only ever recorded, never computed with.
    fn offset_s(&self) -> i32 {
        0
    }

    /// The full reading that goes into a record.
    fn reading(&self) -> ClockReading {
        let (boot, boot_ms) = self.boot();
        ClockReading { wall: self.wall(), offset_s: self.offset_s(), boot, boot_ms }
    }
}

/// One reading of a device's clocks (docs/formats.md §3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClockReading {
    /// Wall clock, UTC.
    pub wall: DateTime<Utc>,
    /// Seconds east of UTC the device believed in.
    pub offset_s: i32,
    /// Which boot of the device.
    pub boot: String,
    /// Milliseconds since that boot, sleep included.
    pub boot_ms: u64,
}

/// Cuts a time to whole microseconds, the finest that both database engines keep.
#[must_use]
pub fn micros(time: DateTime<Utc>) -> DateTime<Utc> {
    time.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_cut_to_microseconds() {
        let time: DateTime<Utc> = "2026-11-22T19:00:00.1234567Z".parse().expect("time");
        assert_eq!(micros(time).timestamp_subsec_nanos(), 123_456_000);
    }
}

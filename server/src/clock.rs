//! The clocks of this machine. The only place of the server that reads one.

use chrono::{DateTime, Utc};
use kandas_shared::time::{Clock, micros};
use rustix::time::{ClockId, clock_gettime};

/// Wall clock by the system, boot clock by CLOCK_BOOTTIME (which counts sleep).
#[derive(Clone, Debug)]
pub struct SystemClock {
    boot: String,
}

impl SystemClock {
    /// Learns which boot this is. Where the kernel does not say, the boot is called `unknown`: the server only ever
    /// compares its own readings of one run.
    #[must_use]
    pub fn new() -> Self {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
            .map_or_else(|_| "unknown".to_owned(), |id| id.trim().to_owned());
        Self { boot }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that is handed in")]
    fn wall(&self) -> DateTime<Utc> {
        micros(Utc::now())
    }

    fn boot(&self) -> (String, u64) {
        let since = clock_gettime(ClockId::Boottime);
        let millis = since.tv_sec * 1_000 + since.tv_nsec / 1_000_000;
        (self.boot.clone(), u64::try_from(millis).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boot_clock_moves_on() {
        let clock = SystemClock::new();
        let (boot, first) = clock.boot();
        std::thread::sleep(std::time::Duration::from_millis(3));
        assert!(clock.boot().1 > first && clock.boot().0 == boot);
        assert_eq!(clock.wall().timestamp_subsec_nanos() % 1_000, 0);
    }
}

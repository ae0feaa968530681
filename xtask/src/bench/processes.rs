//! What processes have used: time of the processor and memory, as Linux counts them in `/proc`.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use kandas_fixtures::pg::Cluster;

/// Linux counts in hundredths of a second towards programs, whatever its own ticks are.
const TICKS: f64 = 100.0;

/// Seconds of the processor that were used, in a program's own code and in the kernel for it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Cpu {
    /// The central store.
    pub(crate) server: f64,
    /// The database server with all its processes; none beside SQLite, which runs inside the store.
    pub(crate) database: f64,
    /// Ourselves, who make the load.
    pub(crate) generator: f64,
}

/// Whose time is counted.
pub(crate) struct Watched<'a> {
    /// The central store, if one runs.
    pub(crate) server: Option<u32>,
    /// Where the tables lie, if not inside the store.
    pub(crate) database: Option<&'a Cluster>,
}

impl Watched<'_> {
    /// Runs `work` and says what it took of the processor.
    ///
    /// # Errors
    /// When a process is gone, or `work` fails.
    pub(crate) fn during<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<(T, Cpu)> {
        let before = self.so_far()?;
        let done = work()?;
        let after = self.so_far()?;
        let cpu = Cpu {
            server: after.server - before.server,
            database: after.database - before.database,
            generator: after.generator - before.generator,
        };
        Ok((done, cpu))
    }

    fn so_far(&self) -> Result<Cpu> {
        Ok(Cpu {
            server: self.server.map_or(Ok(0.0), family)?,
            database: match self.database {
                None => 0.0,
                Some(cluster) => family(postmaster(cluster.folder())?)?,
            },
            generator: Times::of(std::process::id())?.own(),
        })
    }
}

/// Memory of a process, megabytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// Resident now.
    pub(crate) now: f64,
    /// The most that was ever resident.
    pub(crate) peak: f64,
}

/// Memory of a process.
///
/// # Errors
/// When it is gone.
pub(crate) fn memory(pid: u32) -> Result<Memory> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("/proc")?;
    let kilobytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok()
    };
    let now = kilobytes("VmRSS:").context("/proc/…/status says no VmRSS")?;
    let peak = kilobytes("VmHWM:").context("/proc/…/status says no VmHWM")?;
    Ok(Memory { now: now * 1_024.0 / 1e6, peak: peak * 1_024.0 / 1e6 })
}

fn postmaster(cluster: &Path) -> Result<u32> {
    let text = fs::read_to_string(cluster.join("data/postmaster.pid")).context("PostgreSQL's pid file")?;
    text.lines().next().and_then(|line| line.trim().parse().ok()).context("PostgreSQL's pid file")
}

/// Seconds of a process and of all its descendants, those that have ended included.
fn family(root: u32) -> Result<f64> {
    let mut sum = Times::of(root)?.with_ended();
    let everybody: Vec<(u32, Times)> = fs::read_dir("/proc")
        .context("/proc")?
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        // Who ends between being listed and being read is counted with his parent the next time.
        .filter_map(|pid| Some((pid, Times::of(pid).ok()?)))
        .collect();
    let mut parents = vec![root];
    while let Some(parent) = parents.pop() {
        for (pid, times) in everybody.iter().filter(|(_, times)| times.parent == parent) {
            sum += times.with_ended();
            parents.push(*pid);
        }
    }
    Ok(sum)
}

struct Times {
    parent: u32,
    /// In its own code, in the kernel; those of its children that have ended likewise.
    ticks: [f64; 4],
}

impl Times {
    fn of(pid: u32) -> Result<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("/proc")?;
        // The name in brackets may hold blanks.
        let (_, rest) = stat.rsplit_once(')').context("/proc/…/stat")?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let number = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok());
        let ticks = [number(11), number(12), number(13), number(14)];
        let [Some(user), Some(system), Some(user_of_ended), Some(system_of_ended)] = ticks else {
            anyhow::bail!("/proc/…/stat has another form");
        };
        let parent = fields.get(1).and_then(|field| field.parse().ok()).context("/proc/…/stat")?;
        Ok(Self { parent, ticks: [user, system, user_of_ended, system_of_ended] })
    }

    fn own(&self) -> f64 {
        (self.ticks[0] + self.ticks[1]) / TICKS
    }

    fn with_ended(&self) -> f64 {
        self.ticks.iter().sum::<f64>() / TICKS
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn work(until: impl Fn() -> bool) {
        let mut sum = 0_u64;
        while !until() {
            sum = (0..100_000_u64).fold(sum, |sum, number| sum.wrapping_mul(31).wrapping_add(number));
        }
        assert_ne!(sum, 1);
    }

    #[test]
    fn processor_time_is_read_and_grows() {
        let own = std::process::id();
        let before = Times::of(own).unwrap().own();
        work(|| Times::of(own).unwrap().own() >= before + 0.03);
        assert!(Times::of(u32::MAX).is_err());
        let watched = Watched { server: Some(own), database: None };
        let ((), cpu) = watched
            .during(|| {
                let start = Times::of(own).unwrap().own();
                work(|| Times::of(own).unwrap().own() >= start + 0.05);
                Ok(())
            })
            .unwrap();
        assert!(cpu.generator >= 0.04 && cpu.server >= 0.04, "{cpu:?}");
        assert_eq!(cpu.database.to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn children_that_have_ended_are_counted() {
        let own = std::process::id();
        let before = family(own).unwrap();
        let busy = "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done";
        assert!(Command::new("sh").args(["-c", busy]).status().unwrap().success());
        assert!(family(own).unwrap() >= before + 0.01);
    }

    #[test]
    fn memory_is_read() {
        let memory = memory(std::process::id()).unwrap();
        assert!(memory.now > 1.0 && memory.peak >= memory.now, "{memory:?}");
    }
}

//! The machine a run was made on, and how busy others kept it: a figure without it says nothing.

use std::fs;

use kandas_fixtures::pg::Programs;

/// Cores, memory, processor.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub(crate) cores: usize,
    /// Gigabytes.
    pub(crate) memory: f64,
    pub(crate) processor: String,
    /// The load of the last minute before the run began: what others were doing.
    pub(crate) load: f64,
    pub(crate) postgres: String,
}

impl Machine {
    /// This one.
    pub(crate) fn here() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory: memory(&read("/proc/meminfo")),
            processor: processor(&read("/proc/cpuinfo")),
            load: load(&read("/proc/loadavg")),
            postgres: postgres().unwrap_or_else(|| "PostgreSQL".into()),
        }
    }

    /// In a line.
    pub(crate) fn line(&self) -> String {
        let Self { cores, memory, processor, postgres, .. } = self;
        format!("{cores} cores, {memory:.0} GB, {processor}; {postgres}")
    }

    /// Said loudly when the machine was not ours alone.
    pub(crate) fn warning(&self) -> Option<String> {
        (self.load > 0.5).then(|| {
            format!("the machine was busy before the run began (load {:.1}): figures are worse than they could be", self.load)
        })
    }
}

fn memory(meminfo: &str) -> f64 {
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB"));
    total.and_then(|kilobytes| kilobytes.trim().parse::<f64>().ok()).unwrap_or(0.0) * 1_024.0 / 1e9
}

fn processor(cpuinfo: &str) -> String {
    let name = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    name.map_or("processor without a name", |(_, name)| name.trim()).to_owned()
}

fn load(loadavg: &str) -> f64 {
    loadavg.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0.0)
}

fn postgres() -> Option<String> {
    let program = Programs::find().ok()?.tool("postgres");
    let said = std::process::Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(said.stdout).ok()?;
    // Behind the number distributions name themselves.
    Some(format!("PostgreSQL {}", text.split_whitespace().nth(2)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_says_is_read() {
        assert!((memory("MemTotal:       24576000 kB\nMemFree: 1 kB\n") - 25.17).abs() < 0.01);
        assert_eq!(processor("processor\t: 0\nmodel name\t: A Processor @ 2 GHz\n"), "A Processor @ 2 GHz");
        assert_eq!(processor(""), "processor without a name");
        assert!((load("1.25 0.50 0.20 1/300 4242") - 1.25).abs() < 1e-9);
    }
}

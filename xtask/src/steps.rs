//! A run in steps: each is announced, timed and remembered, a failed one does not hide the next,
//! and a table closes the run.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// The steps of one run.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<Step>,
}

struct Step {
    name: String,
    took: Duration,
    passed: bool,
}

impl Steps {
    /// Does one step; answers None, after saying why, when it failed.
    pub(crate) fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        println!("\n== {name}");
        let start = now();
        let outcome = work();
        let took = now().duration_since(start);
        if let Err(error) = &outcome {
            eprintln!("== {name}: {error:#}");
        }
        self.done.push(Step { name: name.to_owned(), took, passed: outcome.is_ok() });
        outcome.ok()
    }

    /// Prints the table.
    ///
    /// # Errors
    /// When a step failed.
    pub(crate) fn close(self) -> Result<()> {
        let width = self.done.iter().map(|step| step.name.chars().count()).max().unwrap_or(0);
        println!();
        for step in &self.done {
            let padding = " ".repeat(width - step.name.chars().count());
            let verdict = if step.passed { "passed" } else { "FAILED" };
            println!("{}{padding}  {:>9}  {verdict}", step.name, minutes(step.took));
        }
        let total: Duration = self.done.iter().map(|step| step.took).sum();
        println!("{}  {:>9}", " ".repeat(width), minutes(total));
        let failed: Vec<_> =
            self.done.iter().filter(|step| !step.passed).map(|step| step.name.as_str()).collect();
        if !failed.is_empty() {
            bail!("failed: {}", failed.join(", "));
        }
        Ok(())
    }
}

/// Runs a command with its output on the terminal.
///
/// # Errors
/// When it cannot be started or does not succeed.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{:?}", command.get_program()))?;
    if !status.success() {
        bail!("{:?} ended with {status}", command.get_program());
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "how long a step took is what is measured")]
fn now() -> Instant {
    Instant::now()
}

fn minutes(took: Duration) -> String {
    let seconds = took.as_secs_f64().round() as u64;
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_fails_the_run_but_not_the_next_step() {
        let mut steps = Steps::default();
        assert_eq!(steps.step("one", || Ok(1)), Some(1));
        assert_eq!(steps.step::<()>("two", || bail!("no")), None);
        assert_eq!(steps.step("three", || succeed(&mut Command::new("true"))), Some(()));
        assert_eq!(steps.step("four", || succeed(&mut Command::new("false"))), None);
        assert_eq!(steps.close().unwrap_err().to_string(), "failed: two, four");
    }

    #[test]
    fn minutes_and_seconds() {
        assert_eq!(minutes(Duration::from_millis(59_700)), "1 min 00 s");
        assert_eq!(minutes(Duration::from_secs(605)), "10 min 05 s");
    }
}

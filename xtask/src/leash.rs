//! Child processes that never outlive us, however we end.
//!
//! Each runs under a small shell whose standard input is a pipe we hold. The shell takes orders
//! from the pipe (`kill`), hands on how the child ended, and when the pipe closes (we drop it,
//! return from `main`, panic, or are killed with signal 9) asks the child to stop and, should it
//! not listen, ends it. Children run in a process group of their own: Ctrl-C in the terminal
//! reaches us only, and we stop them in good order.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{Read, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};

/// `$1` is where the child's process id is written down, the rest is its command line.
const WATCH: &str = r#"
pid_file=$1
shift
exec 3<&0 </dev/null
"$@" 3<&- &
child=$!
echo "$child" >"$pid_file"
(
    while read -r order <&3; do
        [ "$order" = kill ] && kill -KILL "$child"
    done
    kill -TERM "$child"
    for second in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
        sleep 1
        kill -0 "$child" || exit
    done
    kill -KILL "$child"
) >/dev/null 2>&1 &
watch=$!
exec 3<&-
wait "$child"
status=$?
kill "$watch" 2>/dev/null
rm -f "$pid_file"
exit "$status"
"#;

/// What the shell answers for a child that was ended by signal 9.
const KILLED: i32 = 128 + 9;

/// A running child.
#[derive(Debug)]
pub(crate) struct Leashed {
    shell: Child,
    leash: Option<ChildStdin>,
    pid_file: PathBuf,
}

/// How a child ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Everything it wrote to standard output.
    pub(crate) output: String,
    /// Its status, as the shell hands it on.
    pub(crate) status: ExitStatus,
}

impl Ended {
    /// Whether it was ended by [`Leashed::kill`].
    pub(crate) fn was_killed(&self) -> bool {
        self.status.code() == Some(KILLED)
    }
}

impl Leashed {
    /// Starts `program`. Its errors are added to `log`; its output goes there too unless `piped`,
    /// then [`Self::end`] gives it.
    ///
    /// # Errors
    /// When the log cannot be written or there is no shell.
    pub(crate) fn start<A: AsRef<OsStr>>(
        program: &Path,
        arguments: &[A],
        log: &Path,
        piped: bool,
    ) -> Result<Self> {
        let errors =
            File::options().create(true).append(true).open(log).with_context(|| log.display().to_string())?;
        let output = if piped { Stdio::piped() } else { errors.try_clone()?.into() };
        let pid_file = tempfile::Builder::new()
            .prefix("kandas-pid-")
            .tempfile()
            .context("no temporary file")?
            .into_temp_path()
            .keep()
            .context("temporary file")?;
        let mut shell = Command::new("sh")
            .args(["-c", WATCH, "kandas-watch"])
            .arg(&pid_file)
            .arg(program)
            .args(arguments)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .context("sh")?;
        let leash = shell.stdin.take();
        Ok(Self { shell, leash, pid_file })
    }

    /// The child's own process id (not the shell's).
    ///
    /// # Errors
    /// When the shell has not said it within some seconds.
    pub(crate) fn pid(&self) -> Result<u32> {
        for _ in 0..500 {
            let text = fs::read_to_string(&self.pid_file).unwrap_or_default();
            if let Some(pid) = text.strip_suffix('\n') {
                return pid.parse().context("process id");
            }
            thread::sleep(Duration::from_millis(10));
        }
        anyhow::bail!("the shell did not start the child")
    }

    /// Ends the child at once with signal 9, as a battery that runs out would.
    ///
    /// # Errors
    /// When the child has ended already.
    pub(crate) fn kill(&mut self) -> Result<()> {
        let leash = self.leash.as_mut().context("the child is stopping")?;
        leash.write_all(b"kill\n").context("the child has ended already")
    }

    /// Whether it still runs.
    ///
    /// # Errors
    /// When the system does not say.
    pub(crate) fn is_running(&mut self) -> Result<bool> {
        Ok(self.shell.try_wait()?.is_none())
    }

    /// Asks the child to stop and waits for it.
    ///
    /// # Errors
    /// When the system does not say how it ended.
    pub(crate) fn stop(mut self) -> Result<ExitStatus> {
        drop(self.leash.take());
        Ok(self.shell.wait()?)
    }

    /// Waits until the child ends by itself and gives what it wrote.
    ///
    /// # Errors
    /// When its output is not UTF-8 or the system does not say how it ended.
    pub(crate) fn end(mut self) -> Result<Ended> {
        let mut output = String::new();
        if let Some(mut pipe) = self.shell.stdout.take() {
            pipe.read_to_string(&mut output).context("output of the child")?;
        }
        // `wait` would close the leash first, which means stop.
        let leash = self.leash.take();
        let status = loop {
            if let Some(status) = self.shell.try_wait()? {
                break status;
            }
            thread::sleep(Duration::from_millis(5));
        };
        drop(leash);
        Ok(Ended { output, status })
    }
}

impl Drop for Leashed {
    fn drop(&mut self) {
        drop(self.leash.take());
        // Nothing can be done here about a failure; the shell ends with the child.
        let _ = self.shell.wait();
        let _ = fs::remove_file(&self.pid_file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(script: &str, log: &Path) -> Leashed {
        Leashed::start(Path::new("sh"), &["-c", script], log, true).unwrap()
    }

    fn exists(pid: u32) -> bool {
        Path::new(&format!("/proc/{pid}")).exists()
    }

    #[test]
    fn output_and_status_are_handed_on() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let ended = start("echo out; echo err >&2; exit 3", &log).end().unwrap();
        assert_eq!((ended.output.as_str(), ended.status.code()), ("out\n", Some(3)));
        assert!(!ended.was_killed());
        assert_eq!(fs::read_to_string(log).unwrap(), "err\n");
    }

    #[test]
    fn a_killed_child_has_no_last_word() {
        let folder = tempfile::tempdir().unwrap();
        let mut child =
            start("trap 'echo bye' TERM; while :; do sleep 0.05; done", &folder.path().join("log"));
        let pid = child.pid().unwrap();
        assert!(child.is_running().unwrap());
        child.kill().unwrap();
        let ended = child.end().unwrap();
        assert!(ended.was_killed());
        assert_eq!(ended.output, "");
        assert!(!exists(pid));
    }

    #[test]
    fn a_dropped_child_is_asked_to_stop() {
        let folder = tempfile::tempdir().unwrap();
        let said = folder.path().join("said");
        let script =
            format!("trap 'echo bye >{}; exit 0' TERM; while :; do sleep 0.05; done", said.display());
        let child = start(&script, &folder.path().join("log"));
        let pid = child.pid().unwrap();
        // The trap must be in place before the child is asked.
        thread::sleep(Duration::from_millis(200));
        drop(child);
        assert!(!exists(pid));
        assert_eq!(fs::read_to_string(said).unwrap(), "bye\n");
    }
}

//! A test that measures its own process has to be alone in it: it is run once more, by itself, in a process of its own.

use std::{fs, process::Stdio, time::Duration};

use tokio::{process::Command, time::timeout};

const ALONE: &str = "KANDAS_TEST_ALONE";

/// Whether this process runs one test only.
pub fn is_alone() -> bool {
    std::env::var_os(ALONE).is_some()
}

/// Runs one test of this program in a process of its own.
pub async fn run_alone(test: &str, most: Duration) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]);
    command.env(ALONE, "1").stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(most, command.output()).await.expect("the test alone takes too long").unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    println!("{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{test} failed alone");
    assert!(told.contains("1 passed"), "there is no test {test}");
}

/// Bytes of memory this process has now.
pub fn resident() -> u64 {
    status("VmRSS:")
}

/// The most it had since [`forget_peak`].
pub fn peak() -> u64 {
    status("VmHWM:")
}

/// Begins to look for the most anew.
pub fn forget_peak() {
    fs::write("/proc/self/clear_refs", "5").unwrap();
}

fn status(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024
}

//! The bad line: a phone delivers through a proxy that is slow and cuts each connection after some
//! hundred kilobytes, and its battery may run out in the middle of an upload.
//!
//! Nothing here knows what passes (it is TLS). What is counted is what a carrier would count.

use std::{
    ops::Range,
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;
use indicatif::{MultiProgress, ProgressBar};
use kandas_fixtures::proxy::{Proxy, Weather};

use super::{
    ledger::Ledger,
    phone::Phone,
    say::{count, size},
};

/// Bytes a second while the line is bad.
pub(crate) const SLOW: u64 = 900_000;
/// Where each connection is cut while the line is bad.
pub(crate) const CUT: Range<u64> = 300_000..1_200_000;
/// After this the line is left alone, and the phone has as long again.
const LIMIT: Duration = Duration::from_secs(120);

/// How bad it gets for one phone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Storm {
    /// Same seed, same places of the cuts.
    pub(crate) seed: u64,
    /// So many cuts, then the line is good.
    pub(crate) cuts: u64,
    /// Whether the phone is killed once.
    pub(crate) kill: bool,
}

/// What a phone's way to the server was like.
#[derive(Clone, Debug, Default)]
pub(crate) struct Passage {
    /// Bytes from phone to server, counted on the wire.
    pub(crate) up: u64,
    /// Connections.
    pub(crate) connections: u64,
    /// Connections that were cut.
    pub(crate) cuts: u64,
    /// Times it was killed.
    pub(crate) kills: u64,
    /// Times the phone's program was started.
    pub(crate) starts: usize,
}

/// Lets a phone deliver everything through a storm; gives up after some minutes, which the proof
/// will show.
///
/// # Errors
/// When the phone's program cannot be started or its ledger cannot be read.
pub(crate) fn deliver(
    phone: &Phone,
    proxy: &Proxy,
    storm: Storm,
    bar: &ProgressBar,
    bars: &MultiProgress,
) -> Result<Passage> {
    let say = |text: String| bars.suspend(|| println!("   {}: {text}", phone.name));
    let before = proxy.traffic();
    let start = now();
    let mut passage = Passage::default();
    let mut ledger = phone.ledger()?;
    // Somewhere in the middle of the largest file, which travels last.
    let kill_at = ledger.bytes() * 6 / 10;

    proxy.throttle(Some(SLOW));
    proxy.cut_always(storm.seed, CUT);
    proxy.set_weather(Weather::Clear);
    let mut stormy = true;
    while !ledger.is_delivered() && now().duration_since(start) < LIMIT * 2 {
        let mut child = phone.start_sync()?;
        passage.starts += 1;
        let (mut killed, mut seen) = (false, u64::MAX);
        while child.is_running()? {
            let traffic = proxy.traffic();
            let (up, cuts) = (traffic.up - before.up, traffic.cut - before.cut);
            bar.set_position(up.min(bar.length().unwrap_or(up)));
            if cuts > passage.cuts {
                passage.cuts = cuts;
                say(format!("connection cut, after {} in all", size(up)));
            }
            if stormy && (cuts >= storm.cuts || now().duration_since(start) > LIMIT) {
                proxy.cut_none();
                stormy = false;
            }
            // Only while bytes flow: the battery runs out in the middle of an upload.
            let flowing = up > seen.saturating_add(4_096);
            if storm.kill && passage.kills == 0 && !killed && up >= kill_at && flowing {
                killed = child.kill().is_ok();
            }
            seen = up;
            if now().duration_since(start) > LIMIT * 2 {
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
        if now().duration_since(start) > LIMIT * 2 {
            child.stop()?;
            ledger = phone.ledger()?;
            break;
        }
        let ended = child.end()?;
        ledger = phone.ledger()?;
        if killed && ended.was_killed() {
            passage.kills += 1;
            let middle = ledger.travelling().find(|(_, file)| file.sent > 0 && file.sent < file.size);
            let middle = middle.map_or_else(String::new, |(_, file)| {
                format!(" in the middle of a file ({} of {})", size(file.sent), size(file.size))
            });
            say(format!("KILLED{middle}; started again"));
        } else if !ledger.is_delivered() {
            // It gave up for now; a person would try again a little later.
            thread::sleep(Duration::from_millis(300));
        }
    }
    proxy.cut_none();
    proxy.throttle(None);
    let after = proxy.traffic();
    passage.up = after.up - before.up;
    passage.connections = after.connections - before.connections;
    passage.cuts = after.cut - before.cut;
    bar.set_position(bar.length().unwrap_or(0));
    bar.finish();
    let state = if ledger.is_delivered() { "everything delivered" } else { "NOT everything is delivered" };
    say(format!(
        "{state}, after {} cuts, in {} of its program",
        passage.cuts,
        count(passage.starts, "run", "runs")
    ));
    Ok(passage)
}

/// What a phone's attempt without a line says.
pub(crate) fn undelivered(ledger: &Ledger) -> usize {
    ledger.items.iter().filter(|item| item.state == "recorded").count()
}

#[expect(clippy::disallowed_methods, reason = "the storm gives up after some minutes")]
fn now() -> Instant {
    Instant::now()
}

//! The month before the demo: `kandas-month` makes the store with it, so that every screen of the dashboard has something
//! to show. Here it is started, watched and asked what came of it.

use std::{collections::BTreeMap, fs, path::Path, thread, time::Duration};

use anyhow::{Context, Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use kandas_fixtures::district::{District, Outline};
use serde::Deserialize;

use super::{Voice, material::Day, proof::Proof};
use crate::{centre::Centre, leash::Leashed};

/// Days of the month: so many that at any time the report of a month that ended in it was accepted.
const DAYS: u64 = 38;
/// Of what was due before the month, so many-th part was left undone.
const LEFT: usize = 12;
/// What is to be noticed of it at least once.
const NOTICED: [&str; 9] = [
    "late",
    "mock_location",
    "far_from_settlement",
    "outside_country",
    "same_file",
    "exif_time",
    "impossible_travel",
    "no_position",
    "chain_gap",
];

/// What the program says at the end.
#[derive(Debug, Deserialize)]
pub(crate) struct Made {
    pub(crate) records: i64,
    /// Files in custody.
    pub(crate) files: usize,
    checks: Vec<(String, i64)>,
    held: Vec<(String, i64)>,
    findings: Vec<(String, i64)>,
    reports: Vec<(String, i64)>,
    late_handovers: i64,
    gaps: i64,
    done: i64,
    overdue: i64,
}

/// A district that a month of work fits into.
pub(crate) fn district(outline: Outline) -> District {
    let workers = (outline.families / 10).clamp(1, 3);
    let mut district = Outline { workers, arrived: (40, 110), ..outline }.district();
    district.begin(outline.today - chrono::Days::new(DAYS - 14), LEFT);
    district
}

/// Makes the store of `centre`, with the month in it. What the phones of the demo are about to do is left to them.
///
/// # Errors
/// When the program fails.
pub(crate) fn make(
    voice: &Voice,
    program: &Path,
    centre: &Centre,
    folder: &Path,
    document: &Path,
    days: &[Day<'_>],
) -> Result<Made> {
    let spared = folder.join("spared.txt");
    let ids = days.iter().flat_map(|day| &day.completions).map(|of| format!("{}\n", of.activity.id));
    fs::write(&spared, ids.collect::<String>())?;
    let log = folder.join("month.log");
    let line: Vec<std::ffi::OsString> = vec![
        "--data".into(),
        centre.data.clone().into(),
        "--database".into(),
        centre.database.clone().into(),
        "--public-url".into(),
        centre.url().into(),
        "--district".into(),
        document.into(),
        "--spared".into(),
        spared.into(),
        "--days".into(),
        DAYS.to_string().into(),
    ];
    let mut child = Leashed::start(program, &line, &log, true)?;
    let bar = ProgressBar::new(1);
    if let Ok(style) = ProgressStyle::with_template("   {prefix:9} {bar:40} {pos} of {len} records") {
        bar.set_style(style);
    }
    bar.set_prefix("a month");
    while child.is_running()? {
        if let Some((done, of)) = fs::read_to_string(&log).ok().as_deref().and_then(said) {
            bar.set_length(of);
            bar.set_position(done);
        }
        thread::sleep(Duration::from_millis(150));
    }
    bar.finish_and_clear();
    let ended = child.end()?;
    let words = fs::read_to_string(&log).unwrap_or_default();
    let last: Vec<&str> = words.lines().filter(|line| said(line).is_none()).collect();
    ensure!(ended.status.success(), "the month could not be made: {}", last.join("\n"));
    let made: Made = serde_json::from_str(&ended.output).context("what kandas-month says")?;
    let of = |state: &str| count(&made.checks, state);
    voice.line(format!(
        "{DAYS} days of work by phones and centre, with the clock moved: {} records, {} files",
        made.records, made.files
    ));
    voice.line(format!(
        "{} checked ({} returned, {} of them answered), {} wait; {} held; {} kinds of findings; {} done, {} overdue",
        of("accepted") + of("remarked") + of("returned") + of("answered"),
        of("returned") + of("answered"),
        of("answered"),
        of("unchecked"),
        made.held.iter().map(|(_, many)| many).sum::<i64>(),
        made.findings.len(),
        made.done,
        made.overdue,
    ));
    Ok(made)
}

/// The last line that says how far it is.
fn said(text: &str) -> Option<(u64, u64)> {
    text.lines().rev().find_map(|line| {
        let (done, of) = line.split_once(' ')?;
        Some((done.parse().ok()?, of.parse().ok()?))
    })
}

fn count(list: &[(String, i64)], word: &str) -> i64 {
    list.iter().filter(|(name, _)| name == word).map(|(_, many)| many).sum()
}

/// Each screen has something to show.
pub(crate) fn claim(proof: &mut Proof, made: &Made) {
    let mut missing = Vec::new();
    let words = |list: &[(String, i64)]| list.iter().cloned().collect::<BTreeMap<String, i64>>();
    let (checks, held, findings) = (words(&made.checks), words(&made.held), words(&made.findings));
    let reports = words(&made.reports);
    for state in ["draft", "returned", "accepted"] {
        if !reports.contains_key(state) {
            missing.push(format!("no monthly report is {state}"));
        }
    }
    for state in ["unchecked", "accepted", "remarked", "returned", "answered"] {
        if !checks.contains_key(state) {
            missing.push(format!("no record is {state}"));
        }
    }
    for rule in NOTICED {
        if !findings.contains_key(rule) {
            missing.push(format!("{rule} is noticed nowhere"));
        }
    }
    if held.is_empty() || made.gaps == 0 || made.overdue == 0 || made.late_handovers == 0 {
        missing.push("nothing is held, missing, overdue or handed over late".into());
    }
    proof.claim(
        format!(
            "a month of work stands behind the screens: {} records, {} kinds of findings, {} ways to be held",
            made.records,
            findings.len(),
            held.len()
        ),
        missing,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_counts() {
        assert_eq!(said("1 300\nwarning: slow\n12 300\n"), Some((12, 300)));
        assert_eq!(said("nothing yet"), None);
    }

    #[test]
    fn a_month_that_lacks_something_is_said() {
        let made = Made {
            records: 1,
            files: 1,
            checks: vec![("accepted".into(), 1)],
            held: Vec::new(),
            findings: Vec::new(),
            reports: vec![("draft".into(), 1)],
            late_handovers: 0,
            gaps: 0,
            done: 0,
            overdue: 0,
        };
        let mut proof = Proof::default();
        claim(&mut proof, &made);
        assert_eq!(proof.missing().len(), 4 + NOTICED.len() + 2 + 1);
    }
}

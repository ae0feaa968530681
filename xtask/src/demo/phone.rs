//! A phone: the program `kandas-field` in a process of its own with a home of its own. Everything
//! the demo wants from it goes through its command line.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use kandas_fixtures::media::CameraFile;
use kandas_shared::enrol::Invitation;
use serde_json::Value;

use super::{
    ledger::Ledger,
    material::{Completion, evidence_kind},
    shown,
};
use crate::leash::Leashed;

/// Exit code: done, but a file was set aside.
const SOMETHING_ASIDE: i32 = 3;
/// Exit code: a proof is missing, the draft is kept.
const INCOMPLETE: i32 = 5;
/// Exit code: something could not be delivered or fetched.
const SOMETHING_LEFT: i32 = 4;

/// One phone.
pub(crate) struct Phone {
    /// How it is called.
    pub(crate) name: String,
    /// Its home folder.
    pub(crate) home: PathBuf,
    program: PathBuf,
    log: PathBuf,
}

impl Phone {
    /// A phone with a home in `folder`; nothing is started yet.
    pub(crate) fn new(name: &str, program: &Path, folder: &Path) -> Self {
        let plain = name.to_lowercase().replace(' ', "-");
        Self {
            name: name.to_owned(),
            home: folder.join(&plain),
            program: program.to_owned(),
            log: folder.join(format!("{plain}.log")),
        }
    }

    /// Enrols with an invitation.
    ///
    /// # Errors
    /// When the phone says no.
    pub(crate) fn enrol(&self, invitation: &Invitation) -> Result<()> {
        self.ask(&["enrol".into(), invitation.to_link().into()]).map(drop)
    }

    /// Starts to deliver, until everything is delivered; its output goes to the log.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub(crate) fn start_sync(&self) -> Result<Leashed> {
        self.start(&["sync".into(), "--until-done".into()])
    }

    /// Starts a command that goes on by itself; its output goes to the log.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub(crate) fn start(&self, arguments: &[OsString]) -> Result<Leashed> {
        Leashed::start(&self.program, &self.line(arguments), &self.log, false)
    }

    /// Where its output goes.
    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    /// Tries once to deliver and to pull; false when something is left.
    ///
    /// # Errors
    /// When the program cannot be started, or fails for another reason than the line.
    pub(crate) fn sync(&self) -> Result<bool> {
        let ended = Leashed::start(&self.program, &self.line(&["sync".into()]), &self.log, false)?.end()?;
        match ended.status.code() {
            Some(0) => Ok(true),
            Some(SOMETHING_LEFT) => Ok(false),
            _ => bail!("{}: `sync` failed: {}", self.name, self.last_words()),
        }
    }

    /// How many families it shows.
    ///
    /// # Errors
    /// When the phone says no.
    pub(crate) fn families(&self) -> Result<usize> {
        let list = self.ask(&["list".into()])?;
        let families = list.get("families").unwrap_or(&list);
        families.as_array().map(Vec::len).context("`list --json` is no list")
    }

    /// Records a completion with its files; what is missing when the phone keeps it as a draft.
    ///
    /// # Errors
    /// When the phone says no.
    pub(crate) fn record(&self, completion: &Completion<'_>, bad: &[CameraFile]) -> Result<Vec<String>> {
        let place = completion.position();
        let mut line: Vec<OsString> = vec!["complete".into(), completion.activity.id.to_string().into()];
        for file in completion.files.iter().chain(bad) {
            line.extend([format!("--{}", evidence_kind(file)).into(), file.path.clone().into()]);
        }
        line.extend(["--position".into(), format!("{},{}", place.latitude, place.longitude).into()]);
        if !completion.has_video() {
            line.extend(["--no-video".into(), "nothing_to_film".into()]);
        }
        let answer = self.ask(&line)?;
        let missing = answer.get("missing").and_then(Value::as_array).into_iter().flatten();
        Ok(missing.map(|proof| proof.as_str().map_or_else(|| proof.to_string(), str::to_owned)).collect())
    }

    /// How it is.
    ///
    /// # Errors
    /// When the phone says no.
    pub(crate) fn status(&self) -> Result<Value> {
        self.ask(&["status".into()])
    }

    /// The file of its store.
    pub(crate) fn store(&self) -> PathBuf {
        self.home.join("store.db")
    }

    /// Its ledger, with what it signed and what the server signed.
    ///
    /// # Errors
    /// When the phone says no or prints something else.
    pub(crate) fn ledger(&self) -> Result<Ledger> {
        let ledger = self.ask(&["ledger".into(), "--statements".into()])?;
        serde_json::from_value(ledger).with_context(|| format!("{}: ledger", self.name))
    }

    /// A command line as a person would type it.
    pub(crate) fn typed(&self, arguments: &str) -> String {
        format!("{} --home {} {arguments}", shown(&self.program).display(), shown(&self.home).display())
    }

    /// Runs one command and reads its answer.
    fn ask(&self, arguments: &[OsString]) -> Result<Value> {
        let verb = arguments.first().map(|verb| verb.to_string_lossy().into_owned()).unwrap_or_default();
        let ended = Leashed::start(&self.program, &self.line(arguments), &self.log, true)?.end()?;
        if !matches!(ended.status.code(), Some(0 | SOMETHING_ASIDE | INCOMPLETE)) {
            bail!("{}: `{verb}` failed: {}{}", self.name, ended.output.trim(), self.last_words());
        }
        ensure!(!ended.output.trim().is_empty(), "{}: `{verb} --json` printed nothing", self.name);
        serde_json::from_str(&ended.output)
            .with_context(|| format!("{}: `{verb}` printed no JSON", self.name))
    }

    fn line(&self, arguments: &[OsString]) -> Vec<OsString> {
        let mut line: Vec<OsString> = vec!["--home".into(), self.home.clone().into(), "--json".into()];
        line.extend(arguments.iter().cloned());
        line
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let last: Vec<_> = log.lines().rev().take(3).collect();
        last.into_iter().rev().map(|line| format!("\n      {line}")).collect()
    }
}

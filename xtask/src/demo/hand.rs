//! A third phone to be tried by hand: its screens in a browser, and its signal under a key of the keyboard.

use std::{fs, path::PathBuf, thread, time::Duration};

use anyhow::{Context, Result, bail};
use kandas_fixtures::proxy::{Proxy, Weather};
use kandas_shared::enrol::Invitation;
use serde_json::Value;
use tokio::sync::mpsc;

use super::{Phone, Voice};
use crate::{centre::Centre, leash::Leashed};

/// The phone, while its bridge runs.
pub(crate) struct InHand {
    /// Where a browser finds it; good once.
    url: String,
    line: Proxy,
    /// Whether there is a page to show.
    pub(super) built: bool,
    _bridge: Leashed,
}

/// Enrols a phone of `login`, fetches its families and starts its bridge. Its way to the store leads through `line`.
///
/// # Errors
/// When the phone says no or its bridge does not start.
pub(crate) fn take(
    phone: &Phone,
    centre: &Centre,
    login: &str,
    line: Proxy,
    screens: Option<PathBuf>,
) -> Result<InHand> {
    let invitation = centre.invite(login)?;
    phone.enrol(&Invitation { url: format!("https://{}", line.address()), ..invitation })?;
    phone.sync()?;
    let mut arguments = vec!["bridge".into()];
    let built = screens.is_some();
    if let Some(folder) = screens {
        arguments.extend(["--screens".into(), folder.into_os_string()]);
    }
    let mut bridge = phone.start(&arguments)?;
    for _ in 0..200 {
        if let Some(url) = phone.log_lines()?.iter().rev().find_map(|line| url_in(line)) {
            return Ok(InHand { url, line, built, _bridge: bridge });
        }
        if !bridge.is_running()? {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    bail!("{}: its screens did not start: {}", phone.name, phone.log_lines()?.join("\n"))
}

fn url_in(line: &str) -> Option<String> {
    let said: Value = serde_json::from_str(line).ok()?;
    Some(said.get("url")?.as_str()?.to_owned())
}

impl InHand {
    /// Says where it is and what can be done with it.
    pub(crate) fn say(&self, voice: &Voice) {
        voice.line(format!("phone      {}   (open it in a browser; good once)", voice.strong(&self.url)));
        voice.line("           Enter takes its signal away and gives it back; what you record waits and then arrives");
        if !self.built {
            voice.line(voice.faint(
                "           its screens are not built (see above): the page says how; then start again",
            ));
        }
    }

    /// Switches the signal with each Enter, until Ctrl-C.
    ///
    /// # Errors
    /// When Ctrl-C cannot be waited for.
    pub(crate) async fn play(&self, voice: &Voice) -> Result<()> {
        let (pressed, mut keys) = mpsc::unbounded_channel();
        // Ends with its line or with the program; nobody waits for it.
        thread::spawn(move || {
            std::io::stdin().lines().map_while(Result::ok).try_for_each(|line| pressed.send(line))
        });
        let mut off = false;
        loop {
            let key = tokio::select! {
                key = keys.recv() => key,
                stopped = tokio::signal::ctrl_c() => return stopped.context("Ctrl-C"),
            };
            if key.is_none() {
                // Nobody types here.
                return tokio::signal::ctrl_c().await.context("Ctrl-C");
            }
            off = !off;
            self.line.set_weather(if off { Weather::BlackOut } else { Weather::Clear });
            voice.line(if off { "no signal" } else { "the signal is back" });
        }
    }
}

impl Phone {
    /// What it has said so far.
    fn log_lines(&self) -> Result<Vec<String>> {
        let text = fs::read_to_string(self.log()).context("the log of the phone")?;
        Ok(text.lines().map(str::to_owned).collect())
    }
}

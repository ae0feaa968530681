//! The phone's keystore forgets its keys: the app says so, takes the key that the organisation gives back, and nothing that
//! was recorded is lost. Then the phone itself is lost, and found.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{TODAY, look, pin, unlock, word};
use crate::{
    centre::Centre,
    shell::driver::{Screen, Window},
};

/// What the page says anywhere.
const SAYS: &str = "return document.body.innerText.includes(arguments[0])";

pub(super) struct Phone<'a> {
    pub(super) screen: &'a Screen,
    pub(super) app: &'a Path,
    pub(super) home: &'a Path,
}

impl Phone<'_> {
    /// Both keys of the hardware are gone: the worst case, after which the phone is a new one to the centre.
    pub(super) async fn forgets_its_key(&self, centre: &Centre, login: &str) -> Result<()> {
        let device = self.device().await?;
        let key = centre.recovery_key(&device)?;
        // Only that it is well formed counts here: another phone's key is of the same kind.
        let other = age::x25519::Identity::generate();
        let other = age::secrecy::ExposeSecret::expose_secret(&other.to_string()).to_owned();
        fs::remove_dir_all(self.home.join("stand-in"))?;
        let link = centre.invite(login)?.to_link();
        let window = self.screen.open(self.app, &[], None).await?;
        let ended = taken(&window, &other, &key, &link).await;
        if ended.is_err() {
            let _ = look(&window, "trouble").await;
        }
        window.close().await?;
        ended
    }

    /// It is reported lost, empties itself, and is found: in the same window it is enrolled as another phone, and is that after
    /// a restart too. Here the store is encrypted: it is another file with another key.
    pub(super) async fn is_lost_and_found(&self, centre: &Centre, login: &str) -> Result<()> {
        let device = self.device().await?;
        centre.lost(&device)?;
        let link = centre.invite(login)?.to_link();
        let window = self.screen.open(self.app, &[], None).await?;
        let ended = found(&window, &link).await;
        if ended.is_err() {
            let _ = look(&window, "trouble").await;
        }
        window.close().await?;
        ended?;
        ensure!(self.device().await? != device, "to the centre it is another phone");
        let window = self.screen.open(self.app, &[], None).await?;
        let opened = unlock(&window).await;
        window.close().await?;
        opened
    }

    async fn device(&self) -> Result<String> {
        let window = self.screen.open(self.app, &[], None).await?;
        let phone = async {
            window.until("the lock", "return document.querySelectorAll('.pad .btn').length > 0", &[]).await?;
            window.call(&json!({"call": "phone"})).await
        }
        .await;
        window.close().await?;
        phone?.get("device").and_then(Value::as_str).map(str::to_owned).context("the phone's id")
    }
}

async fn found(window: &Window<'_>, link: &str) -> Result<()> {
    // It asks the centre as it starts, behind its lock: whoever has it needs no PIN for that.
    window.until("that it was emptied", SAYS, &[json!(word("wiped-title")?)]).await?;
    look(window, "lost").await?;
    window.script("location.hash = '#/enrol/' + encodeURIComponent(arguments[0])", &[json!(link)]).await?;
    window.press("button[form=enrol]", None).await?;
    for button in ["button-continue", "button-save"] {
        pin(window, ".pad .btn").await?;
        window.press("button", Some(&word(button)?)).await?;
    }
    window.until("Today", TODAY, &[]).await?;
    let sent = window.call(&json!({"call": "sent"})).await?;
    ensure!(sent.get("rows") == Some(&json!([])), "nothing of the former phone is there: {sent}");
    look(window, "found").await
}

async fn taken(window: &Window<'_>, other: &str, key: &str, link: &str) -> Result<()> {
    window.until("what has happened", SAYS, &[json!(word("key-forgotten-safe")?)]).await?;
    look(window, "key-forgotten").await?;
    give(window, other).await?;
    window.until("that it is another key", SAYS, &[json!(word("key-forgotten-wrong")?)]).await?;
    give(window, key.trim()).await?;
    // The signing key is gone too: the phone is enrolled anew, by whoever knows the PIN.
    window.until("the lock", "return document.querySelectorAll('.pad .btn').length > 0", &[]).await?;
    pin(window, ".pad .btn").await?;
    window.press("button", Some(&word("button-unlock")?)).await?;
    window.until("the enrolment", "return document.querySelector('form#enrol') !== null", &[]).await?;
    window.script("location.hash = '#/enrol/' + encodeURIComponent(arguments[0])", &[json!(link)]).await?;
    window.press("button[form=enrol]", None).await?;
    window.until("Today", TODAY, &[]).await?;
    let sent = window.call(&json!({"call": "sent"})).await?;
    let rows = sent.get("rows").and_then(Value::as_array).map_or(0, Vec::len);
    ensure!(rows == 1, "the record of before is still there, not {rows}: {sent}");
    look(window, "key-back").await
}

async fn give(window: &Window<'_>, key: &str) -> Result<()> {
    let write = "const field = document.querySelector('form#key textarea'); field.value = arguments[0];
        field.dispatchEvent(new Event('input', { bubbles: true }))";
    window.script(write, &[json!(key)]).await?;
    window.press("button[form=key]", None).await
}

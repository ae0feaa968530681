//! What only a phone's system has, finger and QR reader, given to the desktop's stand-in; and how the screens fall back
//! without.

use std::path::Path;

use anyhow::{Result, ensure};
use serde_json::json;

use super::{TODAY, look, unlock, word};
use crate::shell::driver::{Screen, Window};

const FINGER: &str = "KANDAS_DEVICE_FINGER";
const QR: &str = "KANDAS_DEVICE_QR";
/// What the page says anywhere.
const SAYS: &str = "return document.body.innerText.includes(arguments[0])";

/// The system's reader gives what it reads to the page, and the page takes only an enrolment. On a phone that nobody has
/// enrolled yet.
pub(super) async fn reader(screen: &Screen, app: &Path) -> Result<()> {
    let window = screen.open(app, &[(QR, "https://example.kz/menu")], None).await?;
    let ended = async {
        window.press("button[lang=kk]", None).await?;
        window.press("button", Some(&word("enrol-scan")?)).await?;
        window.until("what the code is not", SAYS, &[json!(word("qr-other")?)]).await?;
        ensure!(
            window.script("return document.querySelector('video') === null", &[]).await? == json!(true),
            "the page's own reader stays closed where the system has one"
        );
        look(&window, "reader").await
    }
    .await;
    window.close().await?;
    ended
}

/// The worker's finger opens; another one does not, and then the PIN is there.
pub(super) async fn finger(screen: &Screen, app: &Path, shared: &Path) -> Result<()> {
    let window = screen.open(app, &[(FINGER, "right")], None).await?;
    let ended = async {
        // The page asks by itself as soon as the lock is shown.
        window.until("Today by a finger", TODAY, &[]).await?;
        log(&window, shared).await?;
        reminders(&window).await
    }
    .await;
    window.close().await?;
    ended?;

    let window = screen.open(app, &[(FINGER, "another")], None).await?;
    let ended = another(&window).await;
    window.close().await?;
    ended
}

/// The log leaves the app as a file.
async fn log(window: &Window<'_>, shared: &Path) -> Result<()> {
    window.script("location.hash = '#/diagnostics'", &[]).await?;
    window.press("button", Some(&word("diagnostics-share")?)).await?;
    let place = shared.join("kandas-field.log");
    window.until("where the log is", SAYS, &[json!(place.display().to_string())]).await?;
    let text = std::fs::read_to_string(&place)?;
    ensure!(text.starts_with("program: ") && text.contains(" unlocked_by_system"), "this is no log: {text}");
    look(window, "log").await
}

/// The worker may switch reminders off.
async fn reminders(window: &Window<'_>) -> Result<()> {
    for on in [false, true] {
        window.script("location.hash = '#/settings'", &[]).await?;
        window.press("label", Some(&word("settings-reminders-on")?)).await?;
        let mut told = json!(null);
        for _ in 0..40 {
            told =
                window.call(&json!({"call": "phone"})).await?.get("reminders").cloned().unwrap_or_default();
            if told == json!(on) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        ensure!(told == json!(on), "the phone reminds: {told}, and not {on}");
    }
    look(window, "reminders").await
}

async fn another(window: &Window<'_>) -> Result<()> {
    let asks = "return [...document.querySelectorAll('button')].some((each) => each.innerText.trim() === arguments[0] && !each.disabled)";
    // It was asked for once already when the button can be pressed.
    window.until("the button for a finger", asks, &[json!(word("biometric-finger")?)]).await?;
    window.press("button", Some(&word("biometric-finger")?)).await?;
    window.until("the button for a finger", asks, &[json!(word("biometric-finger")?)]).await?;
    ensure!(window.call(&json!({"call": "today"})).await.is_err(), "another finger opens nothing");
    look(window, "finger").await?;
    unlock(window).await
}

//! `enrol`, and `recover` for a home whose keystore forgot its key.

use std::path::Path;

use anyhow::Context as _;
use kandas_app::{
    app::App,
    platform::Platform,
    recover::{read_key, recover as give_back, unwrap_key},
    sync::{
        enrol::{Introduction, enrol as ask_server},
        http::IDLE,
    },
};
use kandas_shared::enrol::Invitation;
use serde_json::json;

use super::{Ending, Enrol, Recover, say::Voice};

pub async fn enrol(app: &App, ask: Enrol, voice: &Voice) -> anyhow::Result<Ending> {
    let introduction: Introduction = match (ask.link, ask.url) {
        (Some(link), _) => Invitation::from_link(&link)?.into(),
        (None, Some(url)) => {
            let code = ask.code.context("--code is missing")?;
            Introduction::typed(url, code, ask.pin, ask.fingerprint)
        }
        (None, None) => anyhow::bail!("a link, or --url and --code"),
    };
    let enrolled = ask_server(app, &introduction, IDLE).await?;
    let fingerprint = enrolled.server_key.fingerprint();
    if voice.json {
        voice.document(&json!({
            "device": enrolled.device,
            "worker": enrolled.worker,
            "org_unit": enrolled.org_unit,
            "server": introduction.url,
            "epoch": enrolled.epoch,
            "server_key_fingerprint": fingerprint,
        }))?;
    } else {
        let worker = enrolled.worker.name;
        voice.line(&voice.text("phone-enrolled", &[("worker", worker.into())]));
        // With a QR the key was compared; a typed code brought none.
        if introduction.server_key.is_none() && introduction.fingerprint.is_none() {
            voice.line(&voice.text("phone-server-key", &[("fingerprint", fingerprint.into())]));
        }
    }
    Ok(Ending::Done)
}

pub async fn recover(home: &Path, platform: Platform, ask: &Recover, voice: &Voice) -> anyhow::Result<()> {
    let said = |path: &Path| format!("{} cannot be read", path.display());
    let given = std::fs::read(&ask.key).with_context(|| said(&ask.key))?;
    let key = match &ask.with {
        Some(recovery) => {
            let text = std::fs::read_to_string(recovery).with_context(|| said(recovery))?;
            unwrap_key(&given, &read_key(&text)?)?
        }
        None => read_key(&String::from_utf8_lossy(&given))?,
    };
    let recovered = give_back(home, &platform, &key).await?;
    if voice.json {
        voice.document(&recovered)?;
    } else {
        let text = if recovered.enrolment_kept { "phone-recovered" } else { "phone-recovered-anew" };
        voice.line(&voice.text(text, &[]));
    }
    Ok(())
}

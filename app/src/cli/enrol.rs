//! `enrol`.

use anyhow::Context as _;
use kandas_app::{
    app::App,
    sync::{
        enrol::{Introduction, enrol as ask_server},
        http::IDLE,
    },
};
use kandas_shared::enrol::Invitation;
use serde_json::json;

use super::{Ending, Enrol, say::Voice};

pub async fn enrol(app: &App, ask: Enrol, voice: &Voice) -> anyhow::Result<Ending> {
    let introduction: Introduction = match (ask.link, ask.url) {
        (Some(link), _) => Invitation::from_link(&link)?.into(),
        (None, Some(url)) => Introduction::typed(url, ask.code.context("--code is missing")?, ask.pin),
        (None, None) => anyhow::bail!("a link, or --url and --code"),
    };
    let enrolled = ask_server(app, &introduction, IDLE).await?;
    if voice.json {
        voice.document(&json!({
            "device": enrolled.device,
            "worker": enrolled.worker,
            "org_unit": enrolled.org_unit,
            "server": introduction.url,
            "epoch": enrolled.epoch,
        }))?;
    } else {
        let worker = enrolled.worker.name;
        voice.line(&voice.text("phone-enrolled", &[("worker", worker.into())]));
    }
    Ok(Ending::Done)
}

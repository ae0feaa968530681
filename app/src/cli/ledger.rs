//! `ledger`: every sealed record and every file of it, with the reason where something is not delivered.

use kandas_app::{
    app::App,
    ledger::{LedgerItem, LedgerState},
    store::{receipt, record},
};
use kandas_shared::{evidence::FileRef, locale::date};
use serde_json::{Value, json};

use super::{
    Ending,
    say::{Voice, bytes},
};

pub async fn ledger(app: &App, statements: bool, voice: &Voice) -> anyhow::Result<Ending> {
    let items = app.ledger().await?;
    let aside = app.set_aside().await?;
    let unreadable = app.unreadable().await?;
    if voice.json {
        let mut shown = Vec::new();
        for item in &items {
            let mut value = serde_json::to_value(item)?;
            if statements {
                sign(app, item, &mut value).await?;
            }
            shown.push(value);
        }
        let aside: Vec<Value> = aside
            .iter()
            .map(|a| json!({"name": a.name, "reason": a.reason, "size": a.size, "draft": a.draft.map(|d| d.0)}))
            .collect();
        voice.document(&json!({"items": shown, "set_aside": aside, "unreadable": unreadable}))?;
        return Ok(Ending::Done);
    }
    for item in &items {
        let service =
            item.service.map(|s| format!("{s} {}", s.service().name(voice.lang()))).unwrap_or_default();
        let state = state_word(item.state);
        let reason = item.reason.as_deref().map(|why| match item.state {
            LedgerState::Refused => voice.word("refused", why),
            _ => voice.word("held", why),
        });
        voice.line(&format!(
            "{}  {}  {}  {service}",
            item.record,
            date(item.done_on),
            voice.word("ledger", state)
        ));
        if let Some(reason) = reason {
            voice.line(&format!("    {reason}"));
        }
        for file in &item.files {
            let state = serde_json::to_value(file.state)?;
            let state = state.as_str().unwrap_or_default();
            let word = if state == "uploading" { "sending" } else { state };
            voice.line(&format!(
                "    {} ({}): {} / {}  {} {}",
                voice.word("evidence-kind", file.kind.as_str()),
                voice.word("part", file.part.as_str()),
                bytes(file.sent),
                bytes(file.size),
                voice.word("ledger", word),
                file.reason.as_deref().map(|why| voice.word("aside", why)).unwrap_or_default(),
            ));
        }
    }
    for file in &aside {
        let name = file.name.clone();
        let said = voice.text("seal-aside", &[("name", name.into())]);
        voice.line(&format!("{said} {}", voice.word("aside", &file.reason)));
    }
    for row in &unreadable {
        voice.line(&format!("{} {}: {}", row.source, row.row_key, row.problem));
    }
    Ok(Ending::Done)
}

/// Adds what was signed: the record by the phone, the receipts by the server.
async fn sign(app: &App, item: &LedgerItem, value: &mut Value) -> anyhow::Result<()> {
    let mut conn = app.store().conn().await?;
    let sealed = record::by_id(&mut conn, item.record).await?;
    value["statement"] = serde_json::to_value(sealed.map(|sealed| sealed.jws()))?;
    value["receipt"] = serde_json::to_value(receipt::of_record(&mut conn, item.hash).await?)?;
    for (place, file) in item.files.iter().enumerate() {
        let name = FileRef { evidence: file.evidence, part: file.part };
        value["files"][place]["receipt"] = serde_json::to_value(receipt::of_file(&mut conn, name).await?)?;
    }
    Ok(())
}

fn state_word(state: LedgerState) -> &'static str {
    match state {
        LedgerState::Recorded => "recorded",
        LedgerState::Accepted => "accepted",
        LedgerState::Held => "held",
        LedgerState::SetAside => "set_aside",
        LedgerState::Refused => "refused",
        LedgerState::Delivered => "delivered",
    }
}

//! Evidence from the command line. Nothing is shown before the access log says who looked.

use std::{path::Path, process::ExitCode};

use anyhow::{Context as _, Result, bail};
use futures_util::TryStreamExt as _;
use kandas_shared::{
    evidence::{FileRef, Part},
    ids::EvidenceId,
};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;

use super::{
    EvidenceCommand, Surroundings,
    open::{Opened, user_id},
    show,
};
use crate::{
    access::{self, Action, Reading},
    config::Config,
    evidence::{call, look},
    media::Depot,
    store::Store,
};

pub(super) async fn evidence(
    config: &Config,
    command: EvidenceCommand,
    around: &Surroundings,
    json: bool,
) -> Result<ExitCode> {
    let Opened { store, .. } = Opened::open(config, around).await?;
    match command {
        EvidenceCommand::Call { evidence, reason, by } => {
            let by = match by {
                Some(login) => Some(user_id(&store, &login).await?),
                None => None,
            };
            let mut tx = store.write().await?;
            let chance = around.chance.as_ref();
            let worker = call::call(&mut tx, around.now(), chance, evidence, &reason, by).await?;
            tx.commit().await?;
            if json {
                show::json(&json!({"evidence": evidence, "worker": worker}))?;
            } else {
                println!("called for; the phones of worker {worker} are told at their next pull");
            }
        }
        EvidenceCommand::Show { evidence, by } => {
            let known = looked(&store, around, evidence, &by, Action::Evidence(evidence)).await?;
            if json {
                show::json(&serde_json::to_value(&known)?)?;
            } else {
                let rows: Vec<_> = known
                    .files
                    .iter()
                    .map(|file| {
                        let came = file.received_at.map(|at| at.format("%Y-%m-%d %H:%M").to_string());
                        let size = file.size.to_string();
                        let part = file.part.to_string();
                        vec![
                            part,
                            file.state.clone(),
                            size,
                            file.media_type.clone(),
                            came.unwrap_or_default(),
                        ]
                    })
                    .collect();
                show::table(&["part", "state", "bytes", "type", "received (UTC)"], &rows);
                for record in &known.records {
                    let id = record.record.map_or_else(|| "unreadable".into(), |id| id.to_string());
                    println!("record {id} at position {}: {}", record.position, record.verdict);
                }
            }
        }
        EvidenceCommand::Save { evidence, part, out, by } => {
            let file = FileRef { evidence, part };
            let known = looked(&store, around, evidence, &by, Action::File(file)).await?;
            let salvaged = save(config, &known, part, &out).await?;
            if json {
                show::json(&json!({"evidence": evidence, "part": part, "file": out, "salvaged": salvaged}))?;
            } else if salvaged {
                println!("{}: what is left of a damaged file, not what was signed", out.display());
            } else {
                println!("{}", out.display());
            }
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// What is known, once the access log has the reading.
async fn looked(
    store: &Store,
    around: &Surroundings,
    evidence: EvidenceId,
    by: &str,
    action: Action,
) -> Result<look::Known> {
    let by = user_id(store, by).await?;
    let mut tx = store.read().await?;
    let known = look::known(&mut tx, evidence).await?;
    drop(tx);
    if known.files.is_empty() {
        bail!("no record names evidence {evidence}");
    }
    access::note(store, around.now(), action, Reading { by: Some(by), ..known.reading() }).await?;
    Ok(known)
}

/// Writes the file; says whether it is only the rest of a damaged one.
async fn save(config: &Config, known: &look::Known, part: Part, out: &Path) -> Result<bool> {
    let file = known.file(part).with_context(|| format!("there is no {part} of it"))?;
    let Some(object) = &file.object else { bail!("the {part} is {}, not here", file.state) };
    let objects = Depot::of(config).context("the media store cannot be used")?.objects;
    let mut stream = objects.read(object).await?.into_stream();
    let mut written = tokio::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(out)
        .await
        .with_context(|| format!("{} cannot be written", out.display()))?;
    while let Some(bytes) = stream.try_next().await? {
        written.write_all(&bytes).await?;
    }
    written.sync_all().await?;
    Ok(file.state == "salvaged")
}

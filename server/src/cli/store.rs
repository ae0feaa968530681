//! Init, import, verify, rebuild, erase, back-up, restore and the signing key from the command line.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use serde_json::json;

use super::{
    EraseArgs, InitArgs, KeyCommand, Surroundings,
    open::{Opened, bar, open_store, user_id},
    show,
};
use crate::{
    access::{self, Action, Reading},
    backup::{self, Choice},
    config::Config,
    erase::{self, Subject},
    import::{self, ImportFailure},
    init, rebuild, rotate,
    verify::{self, Media},
};

pub(super) async fn init(
    config: &Config,
    args: InitArgs,
    around: &Surroundings,
    json: bool,
) -> Result<ExitCode> {
    let recovery = args.recovery_key.unwrap_or_else(|| config.data.join("TAKE-OFFLINE-recovery-key.txt"));
    let made = init::init(config, &args.names, &recovery, around.now(), around.chance.as_ref()).await?;
    let keys = crate::keys::Keys::open(&config.keys_dir())?;
    if json {
        show::json(&json!({
            "data": config.data, "epoch": made.epoch, "server_key": keys.public_key(),
            "pin": keys.certificate().pin, "recovery_key": made.recovery_key,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    println!("store       {}", config.data.display());
    println!("media       {}", config.media);
    println!("address     {}", config.public_url);
    println!("epoch       {}", made.epoch);
    println!("signing key {}", keys.public_key().kid());
    println!("pin         {}", keys.certificate().pin);
    match made.recovery_key {
        Some(path) => println!(
            "\nThe recovery key is in {}.\nTake that file offline now, twice, and delete it here: it opens every phone, and the server does not need it.",
            path.display()
        ),
        None => println!("\nThe keys folder was there already and is used as it is."),
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn import(
    config: &Config,
    file: &Path,
    check: bool,
    around: &Surroundings,
    json: bool,
) -> Result<ExitCode> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let store = open_store(config).await?;
    let bar = bar("importing");
    let mut progress = |done: usize, all: usize| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    };
    let chance = around.chance.as_ref();
    store.writes_much().await?;
    let imported = import::import(&store, &text, around.now(), chance, check, &mut progress).await;
    bar.finish_and_clear();
    store.close().await;
    match imported {
        Ok(imported) if json => show::json(&serde_json::to_value(imported)?)?,
        Ok(imported) => {
            let verb = if check { "would be imported" } else { "imported" };
            println!("{} entities {verb}, {} are in the store already", imported.written, imported.unchanged);
        }
        Err(ImportFailure::Document(errors)) if json => {
            let list: Vec<_> = errors
                .errors
                .iter()
                .map(|e| json!({"line": e.line, "field": e.field, "problem": e.problem}))
                .collect();
            show::json(&json!({"errors": list, "count": errors.count}))?;
            return Ok(ExitCode::FAILURE);
        }
        Err(ImportFailure::Document(errors)) => {
            eprintln!("{errors}");
            return Ok(ExitCode::FAILURE);
        }
        Err(error) => return Err(error.into()),
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn key(
    config: &Config,
    command: KeyCommand,
    around: &Surroundings,
    json: bool,
) -> Result<ExitCode> {
    let Opened { mut keys, store } = Opened::open(config, around).await?;
    match command {
        KeyCommand::Show if json => show::json(&json!({
            "server_key": keys.public_key(), "kid": keys.public_key().kid(), "pin": keys.certificate().pin,
        }))?,
        KeyCommand::Show => {
            println!("signing key {}\nthumbprint  {}", keys.public_key(), keys.public_key().kid());
            println!("pin         {}", keys.certificate().pin);
        }
        KeyCommand::Rotate => {
            let (old, new) = rotate::rotate(&store, &mut keys, around.now(), around.chance.as_ref()).await?;
            if json {
                show::json(&json!({"old": old, "new": new}))?;
            } else {
                println!("signing key {old} has announced {new}; a serving process uses it within seconds");
            }
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn verify(config: &Config, hashes: bool, json: bool) -> Result<ExitCode> {
    let store = open_store(config).await?;
    let bar = bar("journal");
    let mut progress = |what: &'static str, done: u64, all: u64| {
        bar.set_message(what);
        bar.set_length(all);
        bar.set_position(done);
    };
    let depth = if hashes { Media::Hashes } else { Media::Sizes };
    let report = verify::verify(config, &store, depth, &mut progress).await?;
    bar.finish_and_clear();
    store.close().await;
    if json {
        show::json(&json!({
            "sound": report.is_sound(), "size": report.size, "root": report.root, "signatures": report.signatures,
            "checkpoints": report.checkpoints, "kept_checkpoints": report.kept_checkpoints,
            "accesses": report.accesses, "findings": report.findings, "media": report.media, "media_hashed": hashes,
            "erased_positions": report.erased_positions, "erasures": report.erasures,
            "faults": report.faults, "remarks": report.remarks,
        }))?;
    } else {
        println!("journal     {} positions, order and hashes recomputed", report.size);
        if let Some(root) = report.root {
            println!("root        {root}");
        }
        println!("signatures  {} verified", report.signatures);
        println!(
            "checkpoints {} seen by phones fit, {} kept here fit",
            report.checkpoints, report.kept_checkpoints
        );
        println!("access log  {} entries are as they were anchored", report.accesses);
        println!(
            "media       {} files, {}",
            report.media,
            if hashes { "hashed" } else { "sizes only (--hashes reads them)" }
        );
        println!("erased      {} bodies by {} decisions", report.erased_positions, report.erasures.len());
        for erasure in &report.erasures {
            let who = erasure
                .person
                .map_or_else(|| format!("family {}", erasure.family), |person| format!("person {person}"));
            let (bodies, files, day) = (erasure.positions, erasure.files, erasure.at.format("%Y-%m-%d"));
            println!("            {day} {who}: {bodies} bodies, {files} files; basis: {}", erasure.basis);
        }
        for finding in &report.findings {
            println!("finding     {finding}");
        }
        for remark in &report.remarks {
            println!("remark      {remark}");
        }
        for fault in &report.faults {
            println!("FAULT       {fault}");
        }
        println!("{}", if report.is_sound() { "The store is sound." } else { "The store is NOT sound." });
    }
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub(super) async fn rebuild(config: &Config, check: bool, json: bool) -> Result<ExitCode> {
    let store = open_store(config).await?;
    let bar = bar("rebuilding");
    let mut progress = |done: u64, all: u64| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let rebuilt = if check {
        rebuild::compare(&store, &mut progress).await?
    } else {
        rebuild::rebuild(&store, &mut progress).await?
    };
    bar.finish_and_clear();
    store.close().await;
    let differences: Vec<String> = rebuilt.differences.iter().map(ToString::to_string).collect();
    if json {
        show::json(&json!({
            "facts": rebuilt.facts, "erased": rebuilt.erased, "differences": differences, "replaced": !check,
        }))?;
    } else {
        println!("{} facts applied, {} bodies are erased", rebuilt.facts, rebuilt.erased);
        for difference in &differences {
            println!("{difference}");
        }
        match (differences.is_empty(), check) {
            (true, _) => println!("The tables were what the journal says."),
            (false, true) => println!("The tables differ from the journal; nothing was changed."),
            (false, false) => println!("The tables differed from the journal and were made anew."),
        }
    }
    Ok(if check && !differences.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

pub(super) async fn erase(
    config: &Config,
    args: EraseArgs,
    around: &Surroundings,
    json: bool,
) -> Result<ExitCode> {
    let subject = match (args.subject.family, args.subject.person) {
        (Some(family), None) => Subject::Family(family),
        (None, Some(person)) => Subject::Person(person),
        _ => anyhow::bail!("name either a family or a person"),
    };
    let Opened { store, .. } = Opened::open(config, around).await?;
    let by = user_id(&store, &args.by).await?;
    let (erasure, taken) = if args.yes {
        let (now, chance) = (around.now(), around.chance.as_ref());
        let (erasure, taken) = erase::erase(config, &store, subject, &args.basis, by, now, chance).await?;
        (Some(erasure), taken)
    } else {
        let by = Some(by);
        let (family, person) = (args.subject.family, args.subject.person);
        let reading = Reading { by, family, person, ..Reading::default() };
        access::note(&store, around.now(), Action::Survey, reading).await?;
        (None, erase::survey(&store, subject).await?)
    };
    store.close().await;
    if json {
        show::json(&json!({"erasure": erasure, "taken": taken}))?;
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "{}: {} bodies of facts, {} records, {} files, {} uploads, {} bundles, {} rows",
        if erasure.is_some() { "erased" } else { "would be erased" },
        taken.bodies,
        taken.records,
        taken.files,
        taken.uploads,
        taken.bundles,
        taken.entities
    );
    if taken.shared > 0 {
        println!("{} files stay: records of others name them too (docs/keeping.md)", taken.shared);
    }
    if erasure.is_none() {
        println!("Nothing was done. Add --yes to erase for good; older back-ups still hold the subject.");
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn backup(
    config: &Config,
    to: &Path,
    with_keys: bool,
    copy_media: bool,
    around: &Surroundings,
    json: bool,
) -> Result<ExitCode> {
    let store = open_store(config).await?;
    let bar = bar("media");
    let mut progress = |done: u64, all: u64| {
        bar.set_length(all);
        bar.set_position(done);
    };
    access::note(&store, around.now(), Action::BackUp, Reading::default()).await?;
    let choice = Choice { keys: with_keys, copy_media };
    let manifest = backup::backup(config, &store, to, choice, around.now(), &mut progress).await?;
    bar.finish_and_clear();
    store.close().await;
    if json {
        show::json(&serde_json::to_value(&manifest)?)?;
    } else {
        println!("{}: {} positions, {} media files", to.display(), manifest.size, manifest.media);
        if !with_keys {
            println!("Private keys are not in it: keep a copy of {} elsewhere.", config.keys_dir().display());
        }
        println!("{} is not in it either: keep its newest copy beside.", config.erased_list().display());
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn restore(
    config: &Config,
    from: &Path,
    erased: Option<PathBuf>,
    around: &Surroundings,
    json: bool,
) -> Result<ExitCode> {
    let erased = erased.unwrap_or_else(|| config.erased_list());
    let bar = bar("media");
    let mut progress = |done: u64, all: u64| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let (now, chance) = (around.now(), around.chance.as_ref());
    let restored = backup::restore(config, from, &erased, now, chance, &mut progress).await?;
    bar.finish_and_clear();
    if json {
        show::json(&json!({
            "epoch": restored.epoch, "restored_size": restored.restored_size, "media": restored.media,
            "erased_again": restored.erased.carried_out,
        }))?;
    } else {
        println!("{} positions and {} media files are back", restored.restored_size, restored.media);
        println!("new epoch {}: phones offer again what they handed in since", restored.epoch);
        println!("{} erased subjects were erased again", restored.erased.carried_out.len());
    }
    Ok(ExitCode::SUCCESS)
}

//! What the server has noticed, from the command line.

use std::{cmp::Reverse, process::ExitCode};

use anyhow::{Result, ensure};
use chrono::{DateTime, NaiveTime, TimeDelta};
use kandas_shared::{
    calendar::civil_date,
    finding::Threshold,
    hash::Digest,
    journal::{Author, AuthorKind},
    locale::{Lang, Messages},
    plan_state::CheckKind,
};
use serde_json::json;

use super::{
    FindingsCommand, Surroundings,
    open::{Opened, user_id},
    show,
};
use crate::{
    access::{self, Action, Reading},
    check::look::{self, ToCheck},
    config::Config,
    facts::{Event, Setting},
    findings::{
        self, Finding,
        measure::measure,
        picture::marks,
        settings::{self, Dated, Settings},
        work::{self, Work},
    },
    journal::{self, Fact},
    media::Depot,
    store::Store,
};

pub(super) async fn findings(
    config: &Config,
    command: FindingsCommand,
    around: &Surroundings,
    json: bool,
) -> Result<ExitCode> {
    if let FindingsCommand::Measure { folder, hashes } = command {
        let now = Settings::shipped().on(civil_date(around.now()));
        let (bits, percent) = (marks(now.get(Threshold::NearBits)), now.get(Threshold::NearPercent));
        let measured = tokio::task::spawn_blocking(move || measure(&folder, hashes, bits, percent)).await??;
        show::json(&serde_json::to_value(&measured)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let Opened { store, .. } = Opened::open(config, around).await?;
    match command {
        FindingsCommand::Measure { .. } => {}
        FindingsCommand::List { limit, by, language } => {
            list(&store, around, &by, limit, language, json).await?;
        }
        FindingsCommand::Recompute { since } => {
            // The civil day begins five hours before that of UTC.
            let since = since.map(|day| day.and_time(NaiveTime::MIN).and_utc() - TimeDelta::hours(5));
            let mut tx = store.write().await?;
            let records = work::again(&mut tx, since.unwrap_or(DateTime::UNIX_EPOCH)).await?;
            tx.commit().await?;
            let objects = Depot::of(config)?.objects;
            let (chance, clock) = (around.chance.clone(), around.clock.clone());
            let done = Work::new(store.clone(), chance, clock, objects).all().await?;
            if json {
                show::json(&json!({"records": records, "done": done}))?;
            } else if done {
                println!("{records} records were looked at once more");
            } else {
                println!("{records} records will be looked at by the process that serves");
            }
        }
        FindingsCommand::Settings => {
            let mut tx = store.read().await?;
            let settings = Settings::read(&mut tx).await?;
            let rows: Vec<Dated> = settings.rows().collect();
            if json {
                let row = |row: &Dated| json!({"name": row.name, "from": row.from, "value": row.value});
                show::json(&rows.iter().map(row).collect())?;
            } else {
                let row =
                    |row: &Dated| vec![row.name.to_string(), row.from.to_string(), row.value.to_string()];
                show::table(&["name", "from", "value"], &rows.iter().map(row).collect::<Vec<_>>());
            }
        }
        FindingsCommand::Set { name, value, from, by } => {
            let (least, most, whole) = settings::range(name);
            let kind = if whole { "a whole number" } else { "a number" };
            ensure!(settings::fits(name, value), "{name} must be {kind} from {least} to {most}");
            let by = user_id(&store, &by).await?;
            let setting = Setting::new(Dated { name, from, value }.setting(), value.to_string());
            let author = Author { kind: AuthorKind::User, id: Some(by.0) };
            let fact = Fact { author, ..Fact::by_system(Event::SettingSet(setting)) };
            let mut tx = store.write().await?;
            journal::append(&mut tx, around.chance.as_ref(), around.now(), vec![fact]).await?;
            tx.commit().await?;
            if json {
                show::json(&json!({"name": name, "from": from, "value": value}))?;
            } else {
                println!("{name} is {value} from {from} on");
            }
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn list(
    store: &Store,
    around: &Surroundings,
    by: &str,
    limit: usize,
    language: Lang,
    json: bool,
) -> Result<()> {
    let by = user_id(store, by).await?;
    let reading = Reading { by: Some(by), ..Reading::default() };
    access::note(store, around.now(), Action::Checks, reading).await?;
    let mut tx = store.read().await?;
    let listed = look::list(&mut tx, by, &[CheckKind::Unchecked], usize::MAX).await?;
    let listed = hashes(&mut tx, listed).await?;
    let keys: Vec<_> = listed.iter().map(|(hash, _)| (*hash,)).collect();
    let mut held = findings::held(&mut tx, &keys).await?;
    drop(tx);
    let mut rows: Vec<(ToCheck, Vec<Finding>)> = Vec::new();
    for (hash, row) in listed {
        let found = held.remove(&hash).unwrap_or_default();
        if findings::risk(&found) > 0 {
            rows.push((row, found));
        }
    }
    rows.sort_by_key(|(row, found)| (Reverse(findings::risk(found)), row.position));
    rows.truncate(limit);
    if json {
        let rows = rows.iter().map(|(row, found)| json!({"record": row.record, "findings": found}));
        return show::json(&rows.collect());
    }
    let messages = Messages::of(language);
    let row = |(row, found): &(ToCheck, Vec<Finding>)| {
        let titles: Vec<String> = found.iter().map(|finding| finding.words(messages).0).collect();
        let what = row.service.map_or_else(|| row.kind.clone(), |service| service.to_string());
        vec![row.record.to_string(), what, row.family.to_string(), titles.join(", ")]
    };
    show::table(&["record", "what", "family", "noticed"], &rows.iter().map(row).collect::<Vec<_>>());
    Ok(())
}

/// The identities of the statements behind the rows.
async fn hashes(tx: &mut crate::store::Tx, rows: Vec<ToCheck>) -> Result<Vec<(Digest, ToCheck)>> {
    let keys: Vec<_> = rows.iter().map(|row| (row.position,)).collect();
    let sql = "select hash, position from record where position in (";
    let found = crate::among!(tx, (Digest, i64), sql, keys, ")").await?;
    let hashes: std::collections::HashMap<i64, Digest> =
        found.into_iter().map(|(hash, position)| (position, hash)).collect();
    Ok(rows.into_iter().filter_map(|row| Some((*hashes.get(&row.position)?, row))).collect())
}

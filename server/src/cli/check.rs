//! Checking from the command line. Nothing is shown before the access log says who looked.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use kandas_shared::{
    ids::{RecordId, UserId},
    locale::{Lang, Messages},
};
use serde_json::json;

use super::{
    CheckCommand, Surroundings,
    open::{Opened, user_id},
    show,
};
use crate::{
    access::{self, Action, Reading},
    check::{self, Checked, Checking, Return, look},
    config::Config,
    findings,
    store::Store,
};

pub(super) async fn check(
    config: &Config,
    command: CheckCommand,
    around: &Surroundings,
    json: bool,
) -> Result<ExitCode> {
    let Opened { store, .. } = Opened::open(config, around).await?;
    let of = |by: UserId, record: RecordId| Checking { now: around.now(), by, record };
    let chance = around.chance.as_ref();
    match command {
        CheckCommand::List { state, limit, by } => {
            let by = user_id(&store, &by).await?;
            let reading = Reading { by: Some(by), ..Reading::default() };
            access::note(&store, around.now(), Action::Checks, reading).await?;
            let mut tx = store.read().await?;
            let rows = look::list(&mut tx, by, &state, limit).await?;
            if json {
                show::json(&serde_json::to_value(&rows)?)?;
            } else {
                table(&rows);
            }
        }
        CheckCommand::Show { record, by, language } => {
            let by = user_id(&store, &by).await?;
            known(&store, around, record, by, language, json).await?;
        }
        CheckCommand::Accept { record, by } => {
            let by = user_id(&store, &by).await?;
            let mut tx = store.write().await?;
            let done = check::accept(&mut tx, chance, of(by, record)).await?;
            tx.commit().await?;
            said(record, done, "accepted", json)?;
        }
        CheckCommand::Remark { record, text, by } => {
            let by = user_id(&store, &by).await?;
            let mut tx = store.write().await?;
            let done = check::remark(&mut tx, chance, of(by, record), &text).await?;
            tx.commit().await?;
            said(record, done, "remarked", json)?;
        }
        CheckCommand::Return { record, evidence, reason, text, due, by } => {
            let by = user_id(&store, &by).await?;
            let (of, why) = (of(by, record), Return { reason, text, due });
            let mut tx = store.write().await?;
            let done = match evidence {
                Some(evidence) => check::return_evidence(&mut tx, chance, of, evidence, &why).await?,
                None => check::return_record(&mut tx, chance, of, &why).await?,
            };
            tx.commit().await?;
            said(record, done, "returned", json)?;
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn table(rows: &[look::ToCheck]) {
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            let service = row.service.map(|service| service.to_string());
            let answers = row.supersedes.map(|old| format!("corrects {old}"));
            vec![
                row.record.to_string(),
                service.unwrap_or_else(|| row.kind.clone()),
                row.family.to_string(),
                day(row.done_on),
                row.check_state.to_string(),
                day(row.check_due),
                answers.unwrap_or_default(),
            ]
        })
        .collect();
    show::table(&["record", "what", "family", "done on", "check", "due", ""], &rows);
}

async fn known(
    store: &Store,
    around: &Surroundings,
    record: RecordId,
    by: UserId,
    language: Lang,
    json: bool,
) -> Result<()> {
    let mut tx = store.read().await?;
    let known =
        look::known(&mut tx, record).await?.with_context(|| format!("there is no record {record}"))?;
    let findings = findings::of(&mut tx, record).await?;
    drop(tx);
    access::note(store, around.now(), Action::Record(record), known.reading(by)).await?;
    if json {
        let mut known = serde_json::to_value(&known)?;
        known["findings"] = serde_json::to_value(&findings)?;
        return show::json(&known);
    }
    for finding in &findings {
        let (title, why) = finding.words(Messages::of(language));
        println!("{}  {title}: {why}", finding.severity);
    }
    for (evidence, kind) in &known.evidence {
        println!("{kind} {evidence}");
    }
    for check in &known.checks {
        let reason = check.reason.as_ref().map(ToString::to_string);
        let parts = [
            Some(check.checked_at.format("%Y-%m-%d %H:%M").to_string()),
            Some(check.state.to_string()),
            (!check.stands).then(|| "(no longer)".to_owned()),
            check.evidence.map(|evidence| format!("evidence {evidence}")),
            reason,
            check.due.map(|due| format!("until {due}")),
            Some(check.checker_name.clone()),
            check.text.clone(),
        ];
        println!("{}", parts.into_iter().flatten().collect::<Vec<_>>().join("  "));
    }
    Ok(())
}

fn said(record: RecordId, done: Checked, what: &str, json: bool) -> Result<()> {
    if json {
        return show::json(&json!({"record": record, "check": done.check, "state": what, "due": done.due}));
    }
    match done.due {
        Some(due) => println!("record {record} is {what}, to be answered until {due}"),
        None => println!("record {record} is {what}; the phones of whoever has the family are told"),
    }
    Ok(())
}

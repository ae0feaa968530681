//! Users and phones from the command line.

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use chrono::TimeDelta;
use kandas_shared::{order::OrderKind, wire::Diagnostics};
use serde_json::json;

use super::{
    DeviceCommand, Need, OrderArgs, Surroundings, UserCommand,
    open::{Opened, open_store, user_id},
    show,
};
use crate::{
    access::{self, Action, Reading},
    config::Config,
    device_log,
    devices::{self, Deciding},
    facts::{Event, Setting},
    journal::{self, Fact},
    office::{self, passwords, second_factor, session},
    pin_reset, users,
};

pub(super) async fn user(
    config: &Config,
    command: UserCommand,
    around: &Surroundings,
    json: bool,
) -> Result<ExitCode> {
    let store = open_store(config).await?;
    let (now, chance) = (around.now(), around.chance.as_ref());
    match command {
        UserCommand::Add { login, name, role, org_unit, language } => {
            let mut tx = store.write().await?;
            let new = users::NewUser { login, name, role, org_unit, language };
            let user = users::add(&mut tx, now, chance, new, None).await?;
            tx.commit().await?;
            if json {
                show::json(&json!({"user": user.id, "login": user.login}))?;
            } else {
                println!("user {} added: {}", user.login, user.id);
            }
        }
        UserCommand::List => {
            access::note(&store, now, Action::Users, Reading::default()).await?;
            let mut tx = store.read().await?;
            let list = users::list(&mut tx).await?;
            if json {
                show::json(&serde_json::to_value(&list)?)?;
            } else {
                let rows: Vec<_> = list
                    .iter()
                    .map(|user| {
                        let state = if user.active { "active" } else { "inactive" };
                        vec![user.login.clone(), user.role.to_string(), state.into(), user.id.to_string()]
                    })
                    .collect();
                show::table(&["login", "role", "state", "id"], &rows);
            }
        }
        UserCommand::Password { login, stdin } => {
            let user = users::find(&mut store.read().await?, &login).await?;
            let password = if stdin {
                let mut line = String::new();
                std::io::stdin().read_line(&mut line).context("the password")?;
                line.trim_end_matches(['\r', '\n']).to_owned()
            } else {
                passwords::drawn(chance)
            };
            office::set_password(&store, now, chance, &user, &password).await?;
            if stdin {
                say(json, json!({"user": user.id}), &format!("user {} has a password", user.login))?;
            } else {
                let text = format!("password of {}: {password}", user.login);
                say(json, json!({"user": user.id, "password": password}), &text)?;
            }
        }
        UserCommand::ForgetSecondFactor { login } => {
            let user = users::find(&mut store.read().await?, &login).await?;
            let mut tx = store.write().await?;
            second_factor::set(&mut tx, now, chance, user.id, None, None).await?;
            tx.commit().await?;
            let text = format!("user {} has no second factor any more", user.login);
            say(json, json!({"user": user.id}), &text)?;
        }
        UserCommand::SecondFactor { need } => {
            let value = match need {
                Need::Required => "required",
                Need::Optional => "optional",
            };
            let mut tx = store.write().await?;
            let setting = Setting::new(session::SECOND_FACTOR, value);
            let fact = Fact::by_system(Event::SettingSet(setting));
            journal::append(&mut tx, chance, now, vec![fact]).await?;
            tx.commit().await?;
            say(json, json!({"second_factor": value}), &format!("a second factor is {value}"))?;
        }
        UserCommand::Deactivate { login } => {
            let mut tx = store.write().await?;
            let user = users::deactivate(&mut tx, now, chance, &login, None).await?;
            tx.commit().await?;
            if json {
                show::json(&json!({"user": user.id, "active": user.active}))?;
            } else {
                println!("user {} may no longer work", user.login);
            }
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn device(
    mut config: Config,
    command: DeviceCommand,
    around: &Surroundings,
    json: bool,
) -> Result<ExitCode> {
    let Opened { keys, store } = Opened::open(&config, around).await?;
    let (now, chance) = (around.now(), around.chance.as_ref());
    match command {
        DeviceCommand::Code { login, hours, qr, svg, tls } => {
            config.transport = tls.transport();
            let mut tx = store.write().await?;
            let valid = TimeDelta::hours(i64::from(hours));
            let code = devices::make_code(&mut tx, now, chance, &login, valid, None).await?;
            tx.commit().await?;
            let link = devices::invitation(&config, &keys, code.clone(), now).to_link();
            if let Some(path) = &svg {
                std::fs::write(path, show::qr_svg(&link)?)
                    .with_context(|| format!("{} cannot be written", path.display()))?;
            }
            if json {
                let fingerprint = keys.public_key().fingerprint();
                show::json(&json!({
                    "code": code, "link": link, "expires_at": now + valid, "fingerprint": fingerprint,
                }))?;
            } else {
                if qr {
                    println!("{}", show::qr_text(&link)?);
                }
                // Whoever types the code compares this with what the phone shows.
                let fingerprint = keys.public_key().fingerprint();
                println!("code  {code}\nkey   {fingerprint}\nlink  {link}\nuntil {}", now + valid);
            }
        }
        DeviceCommand::List => {
            access::note(&store, now, Action::Phones, Reading::default()).await?;
            let mut tx = store.read().await?;
            let list = devices::list(&mut tx).await?;
            if json {
                show::json(&serde_json::to_value(&list)?)?;
            } else {
                let day = |time: chrono::DateTime<chrono::Utc>| time.format("%Y-%m-%d %H:%M").to_string();
                let rows: Vec<_> = list
                    .into_iter()
                    .map(|phone| {
                        let seen = phone.seen_at.map_or_else(|| "never".into(), day);
                        vec![phone.id.to_string(), phone.login, phone.state, phone.platform, phone.app, seen]
                    })
                    .collect();
                show::table(&["phone", "worker", "state", "system", "program", "last seen (UTC)"], &rows);
            }
        }
        DeviceCommand::Revoke { device, reason } => {
            let of = Deciding { reason: Some(&reason), ..Deciding::by_operator(now) };
            let mut tx = store.write().await?;
            devices::revoke(&mut tx, chance, of, device).await?;
            tx.commit().await?;
            say(json, json!({"device": device, "state": "revoked"}), &format!("phone {device} is revoked"))?;
        }
        DeviceCommand::Lost(OrderArgs { device, days, .. })
        | DeviceCommand::Retire(OrderArgs { device, days, .. })
            if days == 0 =>
        {
            bail!("an order to {device} that ends at once is none")
        }
        DeviceCommand::Lost(args) => order(&store, &keys, args, OrderKind::Lost, around, json).await?,
        DeviceCommand::Retire(args) => order(&store, &keys, args, OrderKind::Retire, around, json).await?,
        DeviceCommand::Withdraw { device, order, reason } => {
            let of = Deciding { reason: reason.as_deref(), ..Deciding::by_operator(now) };
            let mut tx = store.write().await?;
            devices::withdraw(&mut tx, chance, of, device, order).await?;
            tx.commit().await?;
            say(
                json,
                json!({"order": order, "state": "withdrawn"}),
                &format!("order {order} is taken back"),
            )?;
        }
        DeviceCommand::ResetPin { device, challenge, by } => {
            let by = user_id(&store, &by).await?;
            let mut tx = store.write().await?;
            let code = pin_reset::grant(&mut tx, now, chance, &keys, device, &challenge, by).await?;
            tx.commit().await?;
            let (first, second) = code.split_at(code.len() / 2);
            let text =
                format!("code {first} {second}\nThe phone takes it once, for the number it shows now.");
            say(json, json!({"device": device, "code": code}), &text)?;
        }
        DeviceCommand::Log { device, all } => {
            let reading = Reading { device: Some(device), ..Reading::default() };
            access::note(&store, now, Action::Log, reading).await?;
            let mut tx = store.read().await?;
            let mut logs = device_log::of(&mut tx, device).await?;
            drop(tx);
            logs.truncate(if all { logs.len() } else { 1 });
            self::logs(&logs, json)?;
        }
        DeviceCommand::RecoveryKey { device, out } => {
            let mut tx = store.read().await?;
            let wrapped = devices::recovery_key(&mut tx, device).await?;
            drop(tx);
            let reading = Reading { device: Some(device), ..Reading::default() };
            access::note(&store, now, Action::RecoveryKey, reading).await?;
            crate::keys::write_private(&out, &wrapped)?;
            let text = format!(
                "written to {}; open it with the recovery key: age -d -i RECOVERY-KEY",
                out.display()
            );
            say(json, json!({"device": device, "file": out}), &text)?;
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn logs(logs: &[device_log::Sent], json: bool) -> Result<()> {
    for sent in logs {
        let log: Diagnostics = serde_json::from_str(&sent.content).context("a log that was kept")?;
        if json {
            show::json(&json!({"at": sent.at, "log": log}))?;
            continue;
        }
        println!("-- {} {}", sent.at.format("%Y-%m-%d %H:%M:%S UTC"), sent.app);
        for (name, value) in &log.facts {
            println!("{name}: {value}");
        }
        for event in &log.events {
            let more = [event.subject.as_deref(), event.detail.as_deref()];
            let more: Vec<&str> = more.into_iter().flatten().collect();
            println!("{} {} {}", event.at.format("%Y-%m-%d %H:%M:%S"), event.kind, more.join(" "));
        }
    }
    if logs.is_empty() && !json {
        println!("the phone has sent no log");
    }
    Ok(())
}

async fn order(
    store: &crate::store::Store,
    keys: &crate::keys::Keys,
    args: OrderArgs,
    kind: OrderKind,
    around: &Surroundings,
    json: bool,
) -> Result<()> {
    let now = around.now();
    let ends = now + TimeDelta::days(i64::from(args.days));
    let of = Deciding { reason: args.reason.as_deref(), ..Deciding::by_operator(now) };
    let mut tx = store.write().await?;
    let order = devices::order(&mut tx, around.chance.as_ref(), keys, of, args.device, kind, ends).await?;
    tx.commit().await?;
    let text =
        format!("order {} ({kind}, number {}) waits for phone {}", order.order, order.serial, order.device);
    say(json, json!({"order": order.order, "kind": kind, "serial": order.serial, "ends": ends}), &text)
}

fn say(json: bool, value: serde_json::Value, text: &str) -> Result<()> {
    if json {
        show::json(&value)
    } else {
        println!("{text}");
        Ok(())
    }
}

//! `list`, `show`, `status`: what the phone knows, read from completed pulls.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use kandas_app::{
    app::App,
    store::{
        chain, home, outbox,
        pulled::{
            self,
            board::{self, is_open},
        },
        quarantine::{self, Listed, Unreadable},
        receipt, sync_state,
        travel::{self, Moment},
    },
    today,
};
use kandas_shared::{
    hash::Epoch,
    ids::{FamilyId, UserId},
    locale::date,
    pulled::{Person, Relation},
};
use serde::Serialize;
use serde_json::json;

use super::{
    Ending,
    say::{Voice, bytes},
};

#[derive(Serialize)]
struct FamilyLine {
    id: FamilyId,
    name: String,
    settlement: String,
    address: Option<String>,
    persons: usize,
    open: usize,
    overdue: usize,
    next_due: Option<NaiveDate>,
}

/// Written as it stands: a thousand families make no tree of values first.
#[derive(Serialize)]
struct List {
    completed_at: Option<DateTime<Utc>>,
    families: Vec<FamilyLine>,
    today: NaiveDate,
    unreadable: Vec<Unreadable>,
}

pub async fn list(app: &App, only_overdue: bool, voice: &Voice) -> anyhow::Result<Ending> {
    let mut conn = app.store().conn().await?;
    let state = pulled::state(&mut conn).await?;
    let today = today::on(&mut conn, &*app.platform().clock).await?;
    let Listed { rows, mut unreadable } = pulled::families(&mut conn).await?;
    let mut boards = board::glances(&mut conn).await?;
    let departed = pulled::departed(&mut conn).await?;
    let mut families = Vec::new();
    for family in rows {
        let board = boards.remove(&family.id).unwrap_or_default();
        if board.strange > 0 {
            unreadable.extend(pulled::activities(&mut conn, family.id).await?.unreadable);
        }
        let stays = !departed.contains(&family.id);
        let line = FamilyLine {
            id: family.id,
            overdue: if stays { board.overdue(today) } else { 0 },
            next_due: board.next_due().filter(|_| stays),
            name: board.head,
            settlement: family.settlement_name,
            address: family.address,
            persons: board.persons,
            open: board.open,
        };
        if !only_overdue || line.overdue > 0 {
            families.push(line);
        }
    }
    drop(conn);
    if voice.json {
        voice.document(&List { completed_at: state.completed_at, families, today, unreadable })?;
        return Ok(Ending::Done);
    }
    if state.completed_at.is_none() {
        voice.line(&voice.text("phone-never-pulled", &[]));
    }
    for f in &families {
        let due = f.next_due.map(|due| voice.text("due-until", &[("date", date(due).into())]));
        let late = if f.overdue > 0 {
            voice.word("patch", "overdue") + ": " + &f.overdue.to_string()
        } else {
            String::new()
        };
        let people = voice.text("count-people", &[("count", f.persons.into())]);
        voice.line(&format!(
            "{}  {}, {} ({people})  {} {late}",
            f.id,
            f.name,
            f.settlement,
            due.unwrap_or_default()
        ));
    }
    for row in &unreadable {
        voice.line(&format!("{} {}: {}", row.source, row.row_key, row.problem));
    }
    Ok(Ending::Done)
}

pub async fn show(app: &App, id: FamilyId, voice: &Voice) -> anyhow::Result<Ending> {
    let mut conn = app.store().conn().await?;
    let today = today::on(&mut conn, &*app.platform().clock).await?;
    let Some(family) = pulled::family(&mut conn, id).await? else {
        anyhow::bail!("{}", voice.text("problem-not-found", &[]));
    };
    let persons = pulled::persons(&mut conn, id).await?;
    let consents = pulled::consents(&mut conn, id).await?;
    let plans = pulled::plans(&mut conn, id).await?;
    let activities = pulled::activities(&mut conn, id).await?;
    let records = pulled::record_states(&mut conn, id).await?;
    drop(conn);
    if voice.json {
        let unreadable: Vec<_> = [
            persons.unreadable,
            consents.unreadable,
            plans.unreadable,
            activities.unreadable,
            records.unreadable,
        ]
        .concat();
        voice.document(&json!({
            "family": family,
            "persons": persons.rows,
            "consents": consents.rows,
            "plans": plans.rows,
            "activities": activities.rows,
            "records": records.rows,
            "today": today,
            "unreadable": unreadable,
        }))?;
        return Ok(Ending::Done);
    }
    voice.line(&format!("{}, {}", head_name(&persons.rows), family.settlement_name));
    for person in &persons.rows {
        let consent = consents.rows.iter().find(|c| c.person == person.id);
        voice.line(&format!(
            "  {} ({}) — {}",
            full_name(person),
            voice.word("relation", person.relation.as_str()),
            voice.word("consent", consent.map_or("missing", |c| c.state.as_str())),
        ));
    }
    for plan in &plans.rows {
        voice.line(&format!("  {} v{}", voice.word("plan-state", plan.state.as_str()), plan.version));
    }
    for activity in &activities.rows {
        let person = persons.rows.iter().find(|p| p.id == activity.person).map(full_name).unwrap_or_default();
        let due = activity.due_on.map(|due| voice.text("due-until", &[("date", date(due).into())]));
        let late = is_open(activity.state) && activity.due_on.is_some_and(|due| due < today);
        voice.line(&format!(
            "  {}  {} {} — {person}; {} {} {}",
            activity.id,
            activity.service,
            activity.service.service().name(voice.lang()),
            voice.word("activity-state", activity.state.as_str()),
            due.unwrap_or_default(),
            if late { voice.word("patch", "overdue") } else { String::new() },
        ));
    }
    Ok(Ending::Done)
}

pub async fn status(app: &App, voice: &Voice) -> anyhow::Result<Ending> {
    let (boot, ms) = app.platform().clock.boot();
    let now = Moment { boot, ms };
    let mut conn = app.store().conn().await?;
    let device = home::text(&mut conn, home::DEVICE).await?;
    let server = home::text(&mut conn, home::SERVER_URL).await?;
    let epoch = home::get::<Epoch>(&mut conn, home::EPOCH).await?;
    let worker = home::get::<UserId>(&mut conn, home::WORKER).await?;
    let scope = home::text(&mut conn, home::TOKEN_SCOPE).await?;
    let wiped = home::text(&mut conn, "wiped").await?.is_some();
    let signed = home::signed_time(&mut conn).await?.map(|time| time.now(&*app.platform().clock));
    let waiting = outbox::count(&mut conn).await?;
    let pauses = travel::pauses(&mut conn, &now).await?;
    let pull = pulled::state(&mut conn).await?;
    let broken = quarantine::all(&mut conn).await?;
    let chain = chain::head(&mut conn).await?;
    let checkpoint = match epoch {
        Some(epoch) => receipt::last_checkpoint(&mut conn, epoch).await?,
        None => None,
    };
    let metered = match signed {
        Some(time) => sync_state::metered(&mut conn, &in_days(time).format("%Y-%m").to_string()).await?,
        None => 0,
    };
    let name = match worker {
        Some(worker) => pulled::user(&mut conn, worker).await?.map(|user| user.name),
        None => None,
    };
    drop(conn);
    let orphans = app.orphans().await?;
    if voice.json {
        voice.document(&json!({
            "enrolled": device.is_some(),
            "wiped": wiped,
            "device": device,
            "worker": worker,
            "worker_name": name,
            "server": server,
            "epoch": epoch,
            "scope": scope,
            "server_time": signed,
            "waiting": waiting,
            "pauses": pauses.iter().map(|p| json!({
                "step": p.scope, "failures": p.attempts, "problem": p.problem,
                "again_in_ms": p.not_before.saturating_sub(now.ms),
            })).collect::<Vec<_>>(),
            "pull": {"completed_at": pull.completed_at, "completed_count": pull.completed_count},
            "chain": chain.map(|c| json!({"chain": c.chain, "seq": c.seq, "continues": c.continues})),
            "checkpoint": checkpoint.map(|(seen, time)| json!({"size": seen.size, "root": seen.root, "time": time})),
            "metered_bytes_this_month": metered,
            "unreadable": broken,
            "orphans": orphans,
            "startup": app.startup(),
        }))?;
        return Ok(Ending::Done);
    }
    match (&device, name) {
        (None, _) if wiped => voice.line(&voice.text("sync-wiped", &[])),
        (None, _) => voice.line(&voice.text("phone-not-enrolled", &[])),
        (Some(_), name) => {
            let worker = name.or(worker.map(|id| id.to_string())).unwrap_or_default();
            voice.line(&voice.text("phone-enrolled", &[("worker", worker.into())]));
        }
    }
    voice.line(&left(voice, &waiting));
    for pause in pauses {
        voice.line(&format!("  {}: {}", pause.scope, pause.problem));
    }
    for row in broken {
        voice.line(&format!("  {} {}: {}", row.source, row.row_key, row.problem));
    }
    for orphan in orphans {
        voice.line(&format!("  {}", orphan.name));
    }
    Ok(Ending::Done)
}

/// What still waits, in words.
pub fn left(voice: &Voice, waiting: &outbox::Count) -> String {
    if waiting.records + waiting.files == 0 {
        return voice.text("sync-done", &[]);
    }
    voice.text(
        "sync-left",
        &[
            ("records", waiting.records.into()),
            ("files", waiting.files.into()),
            ("bytes", bytes(waiting.bytes.unsigned_abs()).into()),
        ],
    )
}

fn in_days(time: chrono::DateTime<chrono::Utc>) -> chrono::DateTime<FixedOffset> {
    time.with_timezone(&FixedOffset::east_opt(5 * 3600).expect("five hours are an offset"))
}

fn head_name(persons: &[Person]) -> String {
    persons.iter().find(|p| p.relation == Relation::Head).map(full_name).unwrap_or_default()
}

fn full_name(person: &Person) -> String {
    let parts = [person.surname.as_deref(), Some(person.given_name.as_str()), person.patronymic.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

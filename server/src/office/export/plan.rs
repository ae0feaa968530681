//! A version of a family's plan on paper, in the order of Appendix 1: for each member the services with their days, places for
//! the signatures of the kandas, the worker and the head of the mobility centre, and at the foot of every page the hash that is
//! agreed on and approved, so that the paper can be told from that of another version (§32-34).

use std::{fs::File, io::Write as _};

use kandas_shared::{
    locale::{date, message_id},
    plan::{PlanAct, PlanAgreement},
};

use super::{grounds, lists::Asked, work::Broken};
use crate::{
    office::{
        paper::blocks::{self, Block, Paper},
        plan::page::{self, FamilyPlan, ItemOf, RowOf, Version},
    },
    store::Tx,
};

/// Writes the plan.
pub(super) async fn print(tx: &mut Tx, of: &Asked<'_>) -> Result<(File, i64), Broken> {
    let wanted = &of.export.wanted;
    let (Some(plan), Some(version)) = (wanted.plan, wanted.version) else { return Err(Broken::Gone) };
    let (found, place) = page::of_plan(tx, of.user, of.territory, (plan, version), of.export.made_at).await?;
    let shown = found.version.as_ref().ok_or(Broken::Gone)?;
    let entries = shown.rows.iter().flat_map(|row| &row.items).filter(|item| item.item.chosen).count();
    let entries = i64::try_from(entries).unwrap_or(i64::MAX);
    let mut paper = paper(of, &found, shown, &place);
    // An agreement that was made void froze nothing.
    let froze = |act: PlanAct| matches!(act, PlanAct::Agree | PlanAct::Approve | PlanAct::Publish);
    let last = shown.acts.iter().rfind(|done| froze(done.act)).map(|done| done.position);
    let frozen = last.filter(|_| shown.agreement.is_some());
    paper.blocks.push(Block::Text(grounds::line(tx, of, frozen).await?));
    let written = tokio::task::spawn_blocking(move || -> std::io::Result<File> {
        let bytes = blocks::pdf(&paper).map_err(std::io::Error::other)?;
        let mut file = tempfile::tempfile()?;
        file.write_all(&bytes)?;
        Ok(file)
    });
    let file = written.await.map_err(std::io::Error::other)??;
    of.hold.progress(1, 1, entries).await?;
    Ok((file, entries))
}

fn paper(of: &Asked<'_>, found: &FamilyPlan, version: &Version, place: &str) -> Paper {
    let messages = of.messages();
    let head = version.rows.first().map(|row| row.name.as_str()).unwrap_or_default();
    let about = vec![
        messages.text("plan-paper-family", &[("name", head.into())]),
        messages.text("plan-paper-place", &[("place", place.into())]),
        [
            messages.text("plan-version", &[("number", version.version.to_string().into())]),
            of.word("plan-state", version.state),
            match found.quota_date {
                Some(day) => messages.text("plan-quota", &[("date", date(day).into())]),
                None => of.say("plan-no-quota"),
            },
        ]
        .join(" · "),
    ];
    let mut blocks = Vec::new();
    for row in &version.rows {
        let known = found.members.iter().find(|member| member.id == row.person);
        let relation = known.map(|member| of.word("relation", member.relation));
        let heading = match relation {
            Some(relation) => format!("{}, {}", row.name, relation.to_lowercase()),
            None => row.name.clone(),
        };
        blocks.push(Block::Heading(heading));
        blocks.push(table(of, row));
    }
    let dropped: Vec<Vec<String>> = version.rows.iter().flat_map(|row| dropped(of, row)).collect();
    if !dropped.is_empty() {
        blocks.push(Block::Heading(of.say("plan-paper-cancelled")));
        blocks.push(Block::Table {
            headings: ["plan-member", "plan-service", "plan-why"].map(|id| of.say(id)).to_vec(),
            widths: vec![200.0, 420.0, 174.0],
            rows: dropped,
        });
    }
    if version.erased > 0 {
        let count = version.erased.to_string();
        blocks.push(Block::Text(messages.text("plan-erased-count", &[("count", count.into())])));
    }
    Paper {
        language: of.export.wanted.lang.to_string(),
        annex: vec![of.say("plan-annex")],
        title: of.say("plan-paper-title"),
        about,
        continued: of.say("report-continued"),
        blocks,
        signatures: signatures(of, version),
        mark: format!("{}: {}\n{}", of.say("plan-hash"), version.sha256, of.mark()),
    }
}

/// The services of a member with their days.
fn table(of: &Asked<'_>, row: &RowOf) -> Block {
    let line = |item: &ItemOf| {
        let service = item.item.chosen.then_some(item.item.service)?;
        let day = match (item.done_on, item.item.due_on, item.item.planned_on) {
            (Some(done), ..) => format!("{} {}", of.say("plan-paper-done"), date(done)),
            (None, Some(due), _) => date(due),
            (None, None, Some(planned)) => {
                of.messages().text("plan-paper-planned", &[("date", date(planned).into())])
            }
            (None, None, None) => of.say("plan-due-none"),
        };
        Some(vec![service.number().to_string(), of.say(&message_id("service", service)), day])
    };
    Block::Table {
        headings: ["plan-paper-number", "plan-service", "plan-paper-term"].map(|id| of.say(id)).to_vec(),
        widths: vec![40.0, 594.0, 160.0],
        rows: row.items.iter().filter_map(line).collect(),
    }
}

/// What this version takes out of the one before.
fn dropped(of: &Asked<'_>, row: &RowOf) -> Vec<Vec<String>> {
    let out = row.items.iter().filter(|item| !item.item.chosen && item.item.activity.is_some());
    out.map(|item| {
        let service = item.item.service;
        let why = match (item.item.reason, &item.item.text) {
            (Some(reason), Some(text)) => format!("{}: {text}", of.word("plan-reason", reason)),
            (Some(reason), None) => of.word("plan-reason", reason),
            (None, _) => String::new(),
        };
        let named = format!("{}. {}", service.number(), of.say(&message_id("service", service)));
        vec![row.name.clone(), named, why]
    })
    .collect()
}

/// The places of the three signatures, and what is known of them.
fn signatures(of: &Asked<'_>, version: &Version) -> Vec<(String, String)> {
    let kandas = version.agreement.as_ref().map(|agreement| {
        let how = match agreement.how {
            // Whoever reads the paper must not take it for more.
            PlanAgreement::Eds => of.say("plan-eds-unverified"),
            how => of.word("plan-how", how),
        };
        let name = agreement.name.clone().unwrap_or_default();
        [name, date(agreement.signed_on), how]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
    });
    let last = |act: PlanAct| {
        let done = version.acts.iter().rfind(|done| done.act == act)?;
        let at = done.at.naive_utc() + chrono::TimeDelta::hours(5);
        Some(format!("{}, {}, {}", done.by_name, of.word("role", done.by_role), at.format("%d.%m.%Y %H:%M")))
    };
    let drawn = version.agreement.as_ref().and_then(|_| last(PlanAct::Agree));
    let approved = version.approved_at.and_then(|_| last(PlanAct::Approve));
    vec![
        (of.say("plan-paper-kandas"), kandas.unwrap_or_default()),
        (of.say("plan-paper-worker"), drawn.unwrap_or_default()),
        (of.say("plan-paper-head"), approved.unwrap_or_default()),
    ]
}

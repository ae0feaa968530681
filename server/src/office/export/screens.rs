//! The lists of the screens as files: each is asked for by the function that the screen's own door asks, page after page
//! until the last, so that the file is the list. Words are those of the screens, in the asker's language.

use std::fs::File;

use kandas_shared::locale::Lang;
use serde::Serialize;
use tokio::sync::mpsc::channel;

use super::{
    Format, What,
    lists::{Asked, Out},
    sheet::{self, Cell, sheet},
    work::Broken,
};
use crate::{
    office::{
        assessment, audit, deadlines, erasing, exchange, held, plan, policy, report, retention, road_map,
    },
    store::Tx,
};

const AUDIT: &[&str] =
    &["number", "at", "who", "from-phone", "deed", "detail", "family", "family-id", "record-id", "place"];
const GAPS: &[&str] = &["number", "worker", "platform", "from-seq", "to-seq", "since", "seen"];
const DECIDED: &[&str] = &[
    "number",
    "at",
    "deed",
    "why-held",
    "reason-said",
    "text",
    "family",
    "service",
    "kind",
    "from-seq",
    "to-seq",
    "worker",
    "who",
    "role",
];
const PLANS: &[&str] = &[
    "number",
    "family",
    "settlement",
    "state",
    "version",
    "waits",
    "since",
    "publish-by",
    "overdue",
    "family-id",
];
const WITHOUT: &[&str] = &["number", "family", "settlement", "size", "family-id"];
const ROAD_MAPS: &[&str] = &[
    "number",
    "okrug",
    "settlement",
    "unit",
    "families",
    "state",
    "version",
    "unsigned",
    "uncopied",
    "target",
    "overdue",
];
const REPORTS: &[&str] = &["number", "unit", "state", "version", "rows", "sent", "in-time", "overdue"];
const ASSESSMENTS: &[&str] = &[
    "number",
    "unit",
    "due-in-quarter",
    "in-time",
    "late",
    "not-done",
    "returned",
    "reports-due",
    "reports-in-time",
    "points",
    "total",
    "band",
    "who",
    "at",
];
const DEADLINES: &[&str] = &[
    "number",
    "deadline",
    "whose",
    "unit",
    "period",
    "count",
    "state",
    "target",
    "legal",
    "days-left",
    "paragraph",
];
const MESSAGES: &[&str] =
    &["number", "service", "state", "code", "file-number", "queued", "written", "answered", "record-id"];
const DUE: &[&str] = &[
    "number",
    "family",
    "settlement",
    "unit",
    "size",
    "counted-from",
    "date",
    "archive-until",
    "state",
    "family-id",
];
const ERASURES: &[&str] =
    &["number", "family", "person", "basis", "reason-said", "state", "who", "at", "decided-by", "family-id"];

/// Writes the list of a screen.
pub(super) async fn write(tx: &mut Tx, of: &Asked<'_>) -> Result<(File, i64), Broken> {
    let wanted = &of.export.wanted;
    let headings = match wanted.what {
        What::Audit => AUDIT,
        What::Gaps => GAPS,
        What::Decided => DECIDED,
        What::Plans if wanted.plans == Some(plan::Only::Without) => WITHOUT,
        What::Plans => PLANS,
        What::RoadMaps => ROAD_MAPS,
        What::Reports => REPORTS,
        What::Assessments => ASSESSMENTS,
        What::Deadlines => DEADLINES,
        What::Messages => MESSAGES,
        What::Due => DUE,
        What::Erasures => ERASURES,
        _ => return Err(Broken::Gone),
    };
    let front = of.front(headings, Vec::new());
    let format = if wanted.format == Format::Csv { sheet::Format::Csv } else { sheet::Format::Xlsx };
    let (send, receive) = channel(4);
    let writing = tokio::task::spawn_blocking(move || sheet(format, &front, receive));
    let mut out = Out { send, entries: 0 };
    let read = match wanted.what {
        What::Audit => audits(tx, of, &mut out).await,
        What::Gaps | What::Decided => helds(tx, of, &mut out).await,
        What::Plans => plans(tx, of, &mut out).await,
        What::RoadMaps => road_maps(tx, of, &mut out).await,
        What::Reports => reports(tx, of, &mut out).await,
        What::Assessments => assessments(tx, of, &mut out).await,
        What::Deadlines => due(tx, of, &mut out).await,
        What::Messages => messages(tx, of, &mut out).await,
        What::Due => kept(tx, of, &mut out).await,
        _ => erasures(tx, of, &mut out).await,
    };
    drop(out);
    // What the writer says comes first: it may be why nobody listened.
    let written = writing.await.map_err(std::io::Error::other)??;
    read?;
    Ok(written)
}

/// The word of a list, as it is spelled where it is sent.
fn spelled(of: impl Serialize) -> String {
    match serde_json::to_value(of) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

impl Asked<'_> {
    /// A word of the screens.
    fn worded(&self, family: &str, of: impl Serialize) -> Cell {
        self.word(family, spelled(of)).into()
    }

    fn yes(&self, is: bool) -> Cell {
        if is { self.say("desk-yes").into() } else { Cell::Empty }
    }

    fn named<'a>(&self, kk: &'a str, ru: &'a str) -> &'a str {
        if self.export.wanted.lang == Lang::Kk { kk } else { ru }
    }

    fn shows(&self, what: &str) -> bool {
        self.export.wanted.show.as_deref() == Some(what)
    }

    async fn page(&self, out: &mut Out, rows: Vec<Vec<Cell>>) -> Result<(), Broken> {
        out.rows(rows).await?;
        self.hold.progress(out.entries, 0, out.entries).await
    }
}

async fn audits(tx: &mut Tx, of: &Asked<'_>, out: &mut Out) -> Result<(), Broken> {
    let asked = &of.export.wanted;
    let mut wanted = audit::Wanted {
        kind: asked.audit.unwrap_or_default(),
        by: asked.by,
        family: asked.family,
        from: asked.from,
        to: asked.to,
        before: None,
    };
    let kind = if wanted.kind == audit::What::Acts { "act" } else { "read" };
    loop {
        let page = audit::page(tx, of.user, of.territory, &wanted).await?;
        let rows = page.entries.into_iter().map(|entry| {
            let what = entry.what.replace('.', "_");
            let word = of.word(&format!("audit-{kind}"), &what);
            // What has no word is told as it stands in the log.
            let name = if word == what { entry.what.clone() } else { word };
            let cells: Vec<Cell> = vec![
                entry.at.into(),
                entry.by_name.unwrap_or_else(|| of.say("audit-system")).into(),
                of.yes(entry.by_phone),
                name.into(),
                entry.detail.map(|detail| said(of, &entry.what, &detail)).into(),
                entry.family_name.into(),
                entry.family.map(|family| family.to_string()).into(),
                entry.record.map(|record| record.to_string()).into(),
                entry.id.into(),
            ];
            cells
        });
        of.page(out, rows.collect()).await?;
        if page.next.is_none() {
            return Ok(());
        }
        wanted.before = page.next;
    }
}

/// What follows the word of a fact, as the page of the audit says it.
fn said(of: &Asked<'_>, what: &str, detail: &str) -> String {
    let family = match what {
        "person.number" => "desk-iin",
        "record.checked" => "check",
        "record.decided" => "choice",
        "report.decided" => "report-did",
        "monitoring.round_acted" => "round-did",
        "monitoring.residence_checked" => "residence",
        "monitoring.issue_opened" => "issue-what",
        "monitoring.issue_acted" => "issue-did",
        "monitoring.departure_acted" => "departure-did",
        "gap.closed" => "choice-reason",
        "device.revoked" => "phone-reason",
        "order.issued" => "order-kind",
        _ => return detail.to_owned(),
    };
    of.word(family, detail)
}

async fn helds(tx: &mut Tx, of: &Asked<'_>, out: &mut Out) -> Result<(), Broken> {
    let asked = &of.export.wanted;
    let which = if asked.what == What::Gaps { held::Which::Gaps } else { held::Which::Decided };
    let mut wanted = held::Wanted { which, worker: asked.worker, phone: asked.phone, after: None };
    loop {
        let list = held::list(tx, of.user, of.territory, &wanted).await?;
        let gaps = list.gaps.into_iter().map(|gap| {
            vec![
                gap.worker_name.into(),
                gap.platform.into(),
                gap.from_seq.into(),
                gap.to_seq.into(),
                gap.opened_at.into(),
                gap.seen_at.into(),
            ]
        });
        let decided = list.decided.into_iter().map(|made| {
            vec![
                made.at.into(),
                of.worded("choice", made.choice),
                made.held_for.map_or(Cell::Empty, |why| of.worded("desk-held-title", why)),
                made.reason.map_or(Cell::Empty, |why| of.worded("choice-reason", why)),
                made.text.into(),
                made.family_name.into(),
                made.service.map(|service| of.word("service", service)).into(),
                made.kind.map(|kind| of.word("export-kind", kind)).into(),
                made.from_seq.into(),
                made.to_seq.into(),
                made.worker_name.into(),
                made.by_name.into(),
                of.worded("role", made.by_role),
            ]
        });
        of.page(out, gaps.chain(decided).collect()).await?;
        if list.next.is_none() {
            return Ok(());
        }
        wanted.after = list.next;
    }
}

async fn plans(tx: &mut Tx, of: &Asked<'_>, out: &mut Out) -> Result<(), Broken> {
    let asked = &of.export.wanted;
    let mut wanted =
        plan::Wanted { only: asked.plans.unwrap_or_default(), state: asked.plan_state, after: None };
    loop {
        let list = plan::list(tx, of.user, of.territory, wanted, of.export.made_at).await?;
        let without = list.without.into_iter().map(|family| {
            vec![
                family.name.into(),
                family.settlement.into(),
                family.members.into(),
                family.family.to_string().into(),
            ]
        });
        let plans = list.plans.into_iter().map(|plan| {
            vec![
                plan.name.into(),
                plan.settlement.into(),
                of.worded("plan-state", plan.state),
                i64::from(plan.version).into(),
                of.worded("plan-waits", plan.waits_for),
                plan.since.into(),
                plan.publish_by.into(),
                of.yes(plan.late),
                plan.family.to_string().into(),
            ]
        });
        let in_force = list.in_force.into_iter().map(|plan| {
            vec![
                plan.name.into(),
                plan.settlement.into(),
                of.worded("plan-state", plan.state),
                i64::from(plan.version).into(),
                Cell::Empty,
                plan.published_on.into(),
                Cell::Empty,
                Cell::Empty,
                plan.family.to_string().into(),
            ]
        });
        of.page(out, plans.chain(in_force).chain(without).collect()).await?;
        if list.next.is_none() {
            return Ok(());
        }
        wanted.after = list.next;
    }
}

async fn road_maps(tx: &mut Tx, of: &Asked<'_>, out: &mut Out) -> Result<(), Broken> {
    let wanted = road_map::Wanted { year: of.export.wanted.year };
    let list = road_map::list(tx, of.user, of.territory, wanted, of.export.made_at).await?;
    let holders = |all: Vec<kandas_shared::roadmap::RoadMapHolder>| {
        let words = all.into_iter().map(|holder| of.word("road-map-holder", spelled(holder)));
        words.collect::<Vec<_>>().join("; ")
    };
    let rows = list.okrugs.into_iter().filter_map(|okrug| {
        let state = okrug.map.as_ref().map(|map| spelled(map.state));
        let shown = match () {
            () if of.shows("none") => okrug.map.is_none(),
            () if of.shows("waiting") => state.as_deref() == Some("signing"),
            () if of.shows("late") => okrug.late,
            () => true,
        };
        shown.then(|| {
            vec![
                okrug.okrug.to_string().into(),
                okrug.settlements.join("; ").into(),
                of.named(&okrug.name_kk, &okrug.name_ru).into(),
                okrug.families.into(),
                state.map(|state| of.word("road-map-state", state)).into(),
                okrug.map.as_ref().map(|map| i64::from(map.version)).into(),
                holders(okrug.unsigned).into(),
                holders(okrug.uncopied).into(),
                okrug.map.and_then(|map| map.target).into(),
                of.yes(okrug.late),
            ]
        })
    });
    of.page(out, rows.collect()).await
}

async fn reports(tx: &mut Tx, of: &Asked<'_>, out: &mut Out) -> Result<(), Broken> {
    let wanted = report::Wanted { month: of.export.wanted.month.clone() };
    let list = report::list(tx, of.user, of.territory, &wanted, of.export.made_at).await?;
    let rows = list.centres.into_iter().filter_map(|centre| {
        let state = centre.report.as_ref().map(|report| spelled(report.state));
        let shown = match () {
            () if of.shows("overdue") => centre.overdue,
            () if of.shows("waiting") => state.as_deref() == Some("sent"),
            () => true,
        };
        shown.then(|| {
            vec![
                of.named(&centre.name_kk, &centre.name_ru).into(),
                state.map(|state| of.word("report-state", state)).into(),
                centre.report.as_ref().map(|report| i64::from(report.version)).into(),
                centre.report.as_ref().map(|report| report.entries).into(),
                centre.report.as_ref().and_then(|report| report.sent_at).into(),
                of.yes(centre.report.as_ref().and_then(|report| report.in_time) == Some(true)),
                of.yes(centre.overdue),
            ]
        })
    });
    of.page(out, rows.collect()).await
}

async fn assessments(tx: &mut Tx, of: &Asked<'_>, out: &mut Out) -> Result<(), Broken> {
    let wanted = assessment::Wanted { quarter: of.export.wanted.quarter.clone() };
    let list = assessment::list(tx, of.user, of.territory, &wanted, of.export.made_at).await?;
    let rows = list.centres.into_iter().filter_map(|centre| {
        let band = centre.score.as_ref().map(|score| spelled(score.total.band));
        let shown = match () {
            () if of.shows("unscored") => centre.assessed && centre.score.is_none(),
            () if of.shows("low") => band.as_deref() == Some("low"),
            () => true,
        };
        let (relevance, effect) = (centre.indicators.relevance, centre.indicators.effectiveness);
        shown.then(|| {
            vec![
                of.named(&centre.name_kk, &centre.name_ru).into(),
                relevance.due.into(),
                relevance.in_time.into(),
                relevance.late.into(),
                relevance.not_done.into(),
                effect.returned.into(),
                effect.reports.due.into(),
                effect.reports.in_time.into(),
                centre.score.as_ref().map(|score| i64::from(score.sum)).into(),
                centre.score.as_ref().map(|score| hundredths(score.total.hundredths)).into(),
                band.map(|band| of.word("assessment-band", band)).into(),
                centre.score.as_ref().map(|score| score.by_name.clone()).into(),
                centre.score.map(|score| score.at).into(),
            ]
        })
    });
    of.page(out, rows.collect()).await
}

/// `3,67`.
fn hundredths(of: i32) -> String {
    format!("{},{:02}", of / 100, of % 100)
}

async fn due(tx: &mut Tx, of: &Asked<'_>, out: &mut Out) -> Result<(), Broken> {
    let asked = &of.export.wanted;
    let wanted =
        deadlines::Wanted { kind: asked.deadline, unit: asked.unit, state: asked.standing, mine: asked.mine };
    let board = deadlines::board(of.state, tx, of.user, of.territory, &wanted).await?;
    let rows = board.deadlines.into_iter().map(|due| {
        let unit =
            due.name_kk.as_deref().zip(due.name_ru.as_deref()).map(|(kk, ru)| of.named(kk, ru).to_owned());
        vec![
            of.worded("deadline", due.kind),
            of.worded("deadline-who", due.kind),
            unit.into(),
            due.period.into(),
            due.count.into(),
            of.worded("deadline-state", due.dial.state),
            due.dial.target.into(),
            due.dial.legal.into(),
            due.dial.days_left.into(),
            i64::from(due.paragraph).into(),
        ]
    });
    of.page(out, rows.collect()).await
}

async fn messages(tx: &mut Tx, of: &Asked<'_>, out: &mut Out) -> Result<(), Broken> {
    let mut wanted =
        exchange::Wanted { state: of.export.wanted.sent, unit: of.export.wanted.unit, before: None };
    loop {
        let page = exchange::messages(tx, of.user, of.territory, wanted).await?;
        let rows = page.messages.into_iter().map(|message| {
            vec![
                message.service.map(|service| of.word("service", service)).into(),
                of.worded("exchange-sent", message.state),
                message.code.into(),
                message.sequence.into(),
                message.queued_at.into(),
                message.written_at.into(),
                message.answered_at.into(),
                message.record.to_string().into(),
            ]
        });
        of.page(out, rows.collect()).await?;
        if page.next.is_none() {
            return Ok(());
        }
        wanted.before = page.next;
    }
}

async fn kept(tx: &mut Tx, of: &Asked<'_>, out: &mut Out) -> Result<(), Broken> {
    let mut wanted = retention::Wanted { unit: of.export.wanted.unit, ..retention::Wanted::default() };
    loop {
        let page = retention::due(tx, of.user, of.territory, wanted, of.export.made_at).await?;
        let rows = page.families.into_iter().map(|family| {
            vec![
                family.name.into(),
                family.settlement.into(),
                of.unit_name(family.unit).into(),
                family.members.into(),
                family.from.into(),
                family.date.into(),
                family.archive_until.into(),
                of.worded("keeping-stage", family.stage),
                family.family.to_string().into(),
            ]
        });
        of.page(out, rows.collect()).await?;
        if page.next.is_none() {
            return Ok(());
        }
        wanted.after = page.next;
    }
}

async fn erasures(tx: &mut Tx, of: &Asked<'_>, out: &mut Out) -> Result<(), Broken> {
    let may = policy::rights(of.user.role).contains(&policy::Right::EraseConfirm);
    let mut pages = erasing::Pages::default();
    loop {
        let list = erasing::list(tx, of.user, of.territory, may, pages, None).await?;
        let rows = list.proposals.into_iter().map(|proposal| {
            vec![
                proposal.family_name.into(),
                proposal.person_name.into(),
                of.worded("erase-basis", proposal.basis),
                proposal.reason.into(),
                of.worded("erase-state", proposal.state),
                proposal.proposed.name.into(),
                proposal.proposed.at.into(),
                proposal.decided.map(|hand| hand.name).into(),
                proposal.family.to_string().into(),
            ]
        });
        of.page(out, rows.collect()).await?;
        if list.proposals_next.is_none() {
            return Ok(());
        }
        pages.proposals_before = list.proposals_next;
    }
}

//! Lists of monitoring as files: rounds of a period, problems and proposals, families that left (§41-46). Their rows are those
//! of the lists on the screens, all of them, page by page.

use std::fs::File;

use kandas_shared::{ids::OrgUnitId, locale::Lang, monitoring::IssueState};
use tokio::sync::mpsc::channel;

use super::{
    Format, What,
    lists::{Asked, Out},
    sheet::{self, Cell, sheet},
    work::Broken,
};
use crate::{
    office::{
        held,
        monitoring::{self, Days, issues},
    },
    store::Tx,
};

/// Rows read in one go.
const PAGE: i64 = 500;

const ROUNDS: &[&str] = &[
    "number",
    "family",
    "settlement",
    "unit",
    "round",
    "round-from",
    "round-to",
    "due",
    "state",
    "completions",
    "visits",
    "issues",
    "residence",
    "closed",
    "closed-by",
    "family-id",
];
const ISSUES: &[&str] = &[
    "number",
    "family",
    "unit",
    "what",
    "about",
    "weight",
    "found",
    "round",
    "person",
    "text",
    "state",
    "to-whom",
    "due",
    "outcome",
    "closed",
    "closed-by",
    "family-id",
];
const DEPARTURES: &[&str] = &[
    "number",
    "family",
    "unit",
    "left",
    "destination",
    "kato",
    "reason",
    "refund",
    "sent-to",
    "text",
    "entered",
    "entered-by",
    "family-id",
];

/// Writes a list of monitoring.
pub(super) async fn write(tx: &mut Tx, of: &Asked<'_>) -> Result<(File, i64), Broken> {
    let wanted = &of.export.wanted;
    let mut more = Vec::new();
    if let Some(unit) = wanted.unit {
        more.push((of.say("export-col-unit"), of.unit_name(unit)));
    }
    let headings = match wanted.what {
        What::Rounds => {
            if let Some(period) = &wanted.period {
                more.push((of.say("monitoring-period"), period_name(of, period)));
            }
            if let Some(state) = wanted.round {
                more.push((of.say("export-col-state"), of.word("round-state", state)));
            }
            ROUNDS
        }
        What::Issues => {
            let state = wanted.issue.unwrap_or(IssueState::Open);
            more.push((of.say("export-col-state"), of.word("issue-state", state)));
            ISSUES
        }
        What::Departures => DEPARTURES,
        _ => return Err(Broken::Gone),
    };
    let front = of.front(headings, more);
    let format = if wanted.format == Format::Csv { sheet::Format::Csv } else { sheet::Format::Xlsx };
    let (send, receive) = channel(4);
    let writing = tokio::task::spawn_blocking(move || sheet(format, &front, receive));
    let mut out = Out { send, entries: 0 };
    let units = units(of);
    let read = match wanted.what {
        What::Rounds => rounds(tx, of, &units, &mut out).await,
        What::Issues => problems(tx, of, &units, &mut out).await,
        _ => departures(tx, of, &units, &mut out).await,
    };
    drop(out);
    // What the writer says comes first: it may be why nobody listened.
    let written = writing.await.map_err(std::io::Error::other)??;
    read?;
    Ok(written)
}

fn period_name(of: &Asked<'_>, period: &str) -> String {
    if period == monitoring::ALL { of.say("monitoring-period-all") } else { period.to_owned() }
}

/// Whether he may has been asked of the one unit, if there is one.
fn units(of: &Asked<'_>) -> Vec<(OrgUnitId,)> {
    of.export.wanted.unit.map_or_else(|| held::units(of.user, of.territory), |unit| vec![(unit,)])
}

async fn rounds(tx: &mut Tx, of: &Asked<'_>, units: &[(OrgUnitId,)], out: &mut Out) -> Result<(), Broken> {
    let asked = &of.export.wanted;
    let days = Days::read(tx, of.export.made_at).await?;
    let mut wanted = monitoring::Wanted {
        period: asked.period.clone(),
        state: asked.round,
        unit: asked.unit,
        after: None,
    };
    let total = monitoring::count(tx, units, &wanted, &days).await?;
    loop {
        let (rows, next) = monitoring::page(tx, units, &wanted, &days, PAGE).await?;
        let rows = monitoring::listed(tx, &days, rows).await?;
        let cells = rows.into_iter().map(|row| {
            vec![
                row.name.into(),
                row.settlement.into(),
                of.unit_name(row.org_unit).into(),
                row.number.into(),
                row.begins_on.into(),
                row.ends_on.into(),
                row.due.into(),
                of.word("round-state", row.state).into(),
                row.completions.into(),
                row.visits.into(),
                row.issues.into(),
                row.residence.map(|result| of.word("residence", result)).into(),
                row.closed_at.into(),
                row.closed_by.into(),
                row.family.to_string().into(),
            ]
        });
        out.rows(cells.collect()).await?;
        of.hold.progress(out.entries, total, out.entries).await?;
        if next.is_none() {
            return Ok(());
        }
        wanted.after = next;
    }
}

async fn problems(tx: &mut Tx, of: &Asked<'_>, units: &[(OrgUnitId,)], out: &mut Out) -> Result<(), Broken> {
    let mut wanted = issues::Wanted { state: of.export.wanted.issue, ..issues::Wanted::default() };
    loop {
        let (rows, next) = issues::page(tx, units, &wanted, PAGE).await?;
        let cells = rows.into_iter().map(|row| {
            vec![
                row.family_name.into(),
                of.unit_name(row.org_unit).into(),
                of.word("issue-what", row.what).into(),
                of.word("issue-kind", row.kind).into(),
                of.word("issue-weight", row.weight).into(),
                row.found_on.into(),
                row.number.into(),
                row.person_name.into(),
                row.text.into(),
                of.word("issue-state", row.state).into(),
                row.to_name.into(),
                row.due_on.into(),
                row.outcome.map(|outcome| of.word("issue-outcome", outcome)).into(),
                row.closed_at.into(),
                row.closed_by.into(),
                row.family.to_string().into(),
            ]
        });
        out.rows(cells.collect()).await?;
        of.hold.progress(out.entries, 0, out.entries).await?;
        if next.is_none() {
            return Ok(());
        }
        wanted.before = next;
    }
}

async fn departures(
    tx: &mut Tx,
    of: &Asked<'_>,
    units: &[(OrgUnitId,)],
    out: &mut Out,
) -> Result<(), Broken> {
    let mut wanted = issues::WantedDepartures::default();
    let kazakh = of.export.wanted.lang == Lang::Kk;
    loop {
        let (rows, next) = issues::departures_page(tx, units, of.territory, &wanted, PAGE).await?;
        let cells = rows.into_iter().map(|row| {
            let told = row.sent_to.iter().map(|unit| if kazakh { &unit.name_kk } else { &unit.name_ru });
            let told = told.map(String::as_str).collect::<Vec<_>>().join("; ");
            let cells: Vec<Cell> = vec![
                row.family_name.into(),
                of.unit_name(row.org_unit).into(),
                row.left_on.into(),
                of.word("departure-to", row.destination).into(),
                row.to_kato.into(),
                of.word("departure-reason", row.reason).into(),
                of.word("refund", row.refund).into(),
                told.into(),
                row.text.into(),
                row.at.into(),
                row.by_name.into(),
                row.family.to_string().into(),
            ];
            cells
        });
        out.rows(cells.collect()).await?;
        of.hold.progress(out.entries, 0, out.entries).await?;
        if next.is_none() {
            return Ok(());
        }
        wanted.before = next;
    }
}

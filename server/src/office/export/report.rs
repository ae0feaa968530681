//! Monthly reports as files: the form of Appendix 3 as a workbook or as text with commas, of one centre or of all centres
//! of a month; and one report on paper ([`print`](crate::office::report::print)).
//!
//! Rows come out of the frozen report, page by page. In Russian the headings are those of the appendix, letter by letter
//! in Kazakh and English the names of the services stand for them until there is an official text.

use std::{fs::File, io::Write as _};

use kandas_shared::{
    calendar::ReportMonth,
    ids::OrgUnitId,
    locale::{FluentValue, Lang, date, message_id},
    pulled::OrgKind,
    report::{self as form, Form, ReportCells, Row},
    service::services,
};
use tokio::sync::mpsc::{Sender, channel};

use super::{
    Format, grounds,
    lists::Asked,
    sheet::{self, Cell, sheet},
    work::Broken,
};
use crate::{
    office::{
        policy,
        report::{self, Report, Summary, print},
    },
    store::Tx,
};

/// Rows read in one go.
const PAGE: i64 = 1_000;

/// Writes a report, or those of a month.
pub(super) async fn write(tx: &mut Tx, of: &Asked<'_>) -> Result<(File, i64), Broken> {
    let wanted = &of.export.wanted;
    let (reports, more) = match wanted.report {
        Some(id) => {
            let found = report::of(tx, of.user, of.territory, id, of.export.made_at).await?;
            let mut more = told(of, &found);
            more.push((of.say("paper-grounds"), grounds::line(tx, of, frozen_at(&found)).await?));
            (vec![found.summary], more)
        }
        None => {
            let text = wanted.month.as_deref().ok_or(Broken::Gone)?;
            let month = report::month(text)?;
            let reports = report::sent(tx, &centres(of), month).await?;
            (reports, vec![(of.say("report-month"), month_name(of, month))])
        }
    };
    let together = wanted.report.is_none();
    let mut front = of.front(&[], more);
    front.headings = headings(of);
    front.numbered = true;
    front.widths = vec![6.0, 16.0];
    front.widths.extend([12.0; 25]);
    if together {
        front.headings.push(of.say("export-col-unit"));
        front.headings.push(of.say("report-version"));
        front.widths.extend([40.0, 10.0]);
    }
    let format = if wanted.format == Format::Csv { sheet::Format::Csv } else { sheet::Format::Xlsx };
    let (send, receive) = channel(4);
    let writing = tokio::task::spawn_blocking(move || sheet(format, &front, receive));
    let read = rows(tx, of, &reports, together, send).await;
    let written = writing.await.map_err(std::io::Error::other)??;
    read?;
    Ok(written)
}

/// The career centres over which the asker's rights reach, or the one that was asked for.
fn centres(of: &Asked<'_>) -> Vec<OrgUnitId> {
    let reach = policy::reach(of.user, of.territory).unwrap_or_else(|| of.territory.all());
    let wanted = of.export.wanted.unit;
    let is_centre = |unit: &OrgUnitId| of.territory.unit(*unit).is_some_and(|unit| unit.kind == OrgKind::Cc);
    reach.into_iter().filter(is_centre).filter(|unit| wanted.is_none_or(|wanted| wanted == *unit)).collect()
}

async fn rows(
    tx: &mut Tx,
    of: &Asked<'_>,
    reports: &[Summary],
    together: bool,
    send: Sender<Vec<Vec<Cell>>>,
) -> Result<(), Broken> {
    let total = reports.iter().map(|report| report.entries).sum();
    let (mut done, mut entries) = (0, 0);
    for summary in reports {
        let held = report::form(tx, summary.id).await?;
        let unit = of.unit_name(summary.org_unit);
        let mut after = 0;
        loop {
            let page = report::frozen(tx, summary.id, after, PAGE).await?;
            let Some((last, _)) = page.last() else { break };
            after = i64::from(last.number);
            let mut written = Vec::with_capacity(page.len());
            for (row, _) in page {
                entries += 1;
                let number = if together { entries } else { i64::from(row.number) };
                let mut cells = vec![Cell::Number(number), of.number(row.iin.as_ref())];
                cells.extend(services_of(&row).map(|cell| shown(of, held, cell)));
                if together {
                    cells.push(unit.clone().into());
                    cells.push(Cell::Number(i64::from(summary.version)));
                }
                written.push(cells);
            }
            let broken = |_| Broken::Io(std::io::Error::other("the writer has ended"));
            send.send(written).await.map_err(broken)?;
        }
        done += summary.entries;
        of.hold.progress(done, total, entries).await?;
    }
    Ok(())
}

/// The 25 cells of a row, in the order of the services.
fn services_of(row: &Row) -> impl Iterator<Item = Option<&form::Cell>> {
    services().iter().map(|service| row.cells.iter().find(|cell| cell.service == service.code))
}

fn shown(of: &Asked<'_>, held: Form, cell: Option<&form::Cell>) -> Cell {
    match (held.cells, cell) {
        (ReportCells::Date, Some(cell)) if cell.late => {
            let day: FluentValue<'_> = date(cell.done_on).into();
            of.messages().text("report-late-cell", &[("date", day)]).into()
        }
        (ReportCells::Date, cell) => cell.map(|cell| cell.done_on).into(),
        (ReportCells::Mark, cell) => Cell::Number(i64::from(cell.is_some())),
    }
}

/// The headings of the form.
fn headings(of: &Asked<'_>) -> Vec<String> {
    let lang = of.export.wanted.lang;
    let mut headings = vec!["№".to_owned(), of.say("report-col-iin")];
    headings.extend(services().iter().map(|service| match lang {
        Lang::Ru => service.report_heading_ru.clone(),
        Lang::Kk => service.kk.clone(),
        Lang::En => service.en.clone(),
    }));
    headings
}

fn month_name(of: &Asked<'_>, month: ReportMonth) -> String {
    format!("{} {}", of.say(&message_id("calendar-month", month.month())), month.year())
}

/// What the cover and the paper say of a report.
fn told(of: &Asked<'_>, found: &Report) -> Vec<(String, String)> {
    let summary = &found.summary;
    let month = summary.month.parse().map_or_else(|_| summary.month.clone(), |month| month_name(of, month));
    let state = of.word("report-state", summary.state);
    let mut told = vec![
        (of.say("report-centre"), of.unit_name(summary.org_unit)),
        (of.say("report-month"), month),
        (of.say("report-version"), summary.version.to_string()),
        (of.say("desk-state"), state),
        (of.say("report-rows"), of.word("report-rows", found.form.rows)),
        (of.say("report-cells"), of.word("report-cells", found.form.cells)),
        (of.say("report-span"), of.word("report-span", found.form.span)),
        (of.say("report-hash"), found.sha256.to_string()),
    ];
    if found.erased > 0 {
        told.push((of.say("report-erased"), found.erased.to_string()));
    }
    told
}

/// Writes a report on paper.
pub(super) async fn print(tx: &mut Tx, of: &Asked<'_>) -> Result<(File, i64), Broken> {
    let id = of.export.wanted.report.ok_or(Broken::Gone)?;
    let found = report::of(tx, of.user, of.territory, id, of.export.made_at).await?;
    let rows = report::frozen(tx, id, 0, i64::MAX).await?;
    let entries = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let mut paper = paper(of, &found, rows.into_iter().map(|(row, _)| row));
    paper.notes.push(grounds::line(tx, of, frozen_at(&found)).await?);
    let written = tokio::task::spawn_blocking(move || -> std::io::Result<File> {
        let bytes = print::pdf(&paper).map_err(std::io::Error::other)?;
        let mut file = tempfile::tempfile()?;
        file.write_all(&bytes)?;
        Ok(file)
    });
    let file = written.await.map_err(std::io::Error::other)??;
    of.hold.progress(1, 1, entries).await?;
    Ok((file, entries))
}

/// The place in the journal of the act by which the report became what it is: it was sent, or signed, or frozen.
fn frozen_at(found: &Report) -> Option<i64> {
    use form::ReportAct::{Draft, Send, Sign};
    grounds::last(found.acts.iter().map(|done| (done.act, done.position)), [Send, Sign, Draft])
}

fn paper(of: &Asked<'_>, found: &Report, rows: impl Iterator<Item = Row>) -> print::Paper {
    let mut late = false;
    let cells = |row: Row| {
        let number = match of.number(row.iin.as_ref()) {
            Cell::Text(text) => text,
            _ => String::new(),
        };
        let mut cells = vec![row.number.to_string(), number];
        cells.extend(services_of(&row).map(|cell| {
            late |= cell.is_some_and(|cell| cell.late);
            printed(found.form, cell)
        }));
        cells
    };
    let rows: Vec<Vec<String>> = rows.map(cells).collect();
    let mut notes = Vec::new();
    if rows.is_empty() {
        notes.push(of.say("report-empty"));
    }
    if late {
        notes.push(format!("* {}", of.say("report-late")));
    }
    if found.erased > 0 {
        notes.push(format!("{}: {}", of.say("report-erased"), found.erased));
    }
    notes.push(format!("{}: {}", of.say("report-hash"), found.sha256));
    let line = |what: &str, how: &str| format!("{what}: {how}");
    let mut about = vec![of.unit_name(found.summary.org_unit)];
    let month =
        found.summary.month.parse().map_or_else(|_| found.summary.month.clone(), |m| month_name(of, m));
    about.push(
        [
            line(&of.say("report-month"), &month),
            line(&of.say("report-version"), &found.summary.version.to_string()),
            line(&of.say("desk-state"), &of.word("report-state", found.summary.state)),
        ]
        .join(" · "),
    );
    print::Paper {
        language: of.export.wanted.lang.to_string(),
        annex: vec![of.say("report-annex"), of.say("report-annex-rules"), of.say("report-annex-form")],
        title: of.say("report-form-title"),
        about,
        continued: of.say("report-continued"),
        headings: headings(of),
        rows,
        notes,
        signatures: signatures(of, found),
        mark: of.mark(),
    }
}

/// A cell on paper: a day stands in two lines.
fn printed(held: Form, cell: Option<&form::Cell>) -> String {
    let Some(mut text) = form::shown(held, cell) else { return String::new() };
    if let (ReportCells::Date, Some(cell)) = (held.cells, cell) {
        text.insert(6, '\n');
        if cell.late {
            text.push('*');
        }
    }
    text
}

/// Whose signatures belong below, and what is known of them.
fn signatures(of: &Asked<'_>, found: &Report) -> Vec<(String, String)> {
    use form::ReportAct::{Accept, Sign};
    let known = |act| {
        found.acts.iter().rfind(|done| done.act == act).map_or_else(String::new, |done| {
            let at = done.at.naive_utc() + chrono::TimeDelta::hours(5);
            let role = of.word("role", done.by_role);
            format!("{}, {role}, {}", done.by_name, at.format("%d.%m.%Y %H:%M"))
        })
    };
    vec![(of.say("report-signed-by"), known(Sign)), (of.say("report-accepted-by"), known(Accept))]
}

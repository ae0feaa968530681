//! The conclusion of a quarter on paper (§50), as far as the asker sees it: its three parts, the table of scores, what became
//! of earlier recommendations, the new ones, and what local executive bodies did (§51).

use std::{fs::File, io::Write as _};

use chrono::{DateTime, Utc};
use kandas_shared::{
    assessment::{ConclusionAct, ConclusionState},
    locale::{FluentValue, Lang, date},
    quarter::Quarter,
};

use super::{grounds, lists::Asked, work::Broken};
use crate::{
    office::{
        assessment::conclusion::{self, Shown},
        paper::blocks::{self, Block, Paper},
        report::Unit,
    },
    store::Tx,
};

/// Writes the conclusion.
pub(super) async fn print(tx: &mut Tx, of: &Asked<'_>) -> Result<(File, i64), Broken> {
    let quarter = of.export.wanted.quarter.as_deref().and_then(|text| text.parse().ok());
    let quarter: Quarter = quarter.ok_or(Broken::Gone)?;
    let found = conclusion::of(tx, of.user, of.territory, quarter, of.export.made_at).await?;
    let entries = i64::try_from(found.assessed.len()).unwrap_or(i64::MAX);
    let mut paper = paper(of, &found, quarter);
    let frozen = conclusion::frozen_at(tx, quarter).await?;
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

fn paper(of: &Asked<'_>, found: &Shown, quarter: Quarter) -> Paper {
    let line = |what: &str, how: &str| format!("{what}: {how}");
    let state = found.of.conclusion.unwrap_or(ConclusionState::Draft);
    let mut about = vec![name(of, quarter)];
    about.push(line(&of.say("desk-state"), &of.word("conclusion-state", state)));
    if found.extract {
        about.push(of.say("conclusion-extract"));
    }
    let mut blocks = vec![Block::Heading(of.say("conclusion-part-report"))];
    blocks.extend(found.report.clone().map(Block::Text));
    blocks.push(Block::Text(of.say(&format!("assessment-mode-hint-{}", found.of.mode).replace('_', "-"))));
    blocks.push(scores(of, found));
    blocks.push(Block::Heading(of.say("conclusion-part-results")));
    blocks.push(match found.earlier.is_empty() {
        true => Block::Text(of.say("conclusion-earlier-none")),
        false => earlier(of, found),
    });
    blocks.push(Block::Heading(of.say("conclusion-part-conclusions")));
    blocks.extend(found.conclusions.clone().map(Block::Text));
    blocks.push(match found.recommendations.is_empty() {
        true => Block::Text(of.say("conclusion-recommendations-none")),
        false => recommendations(of, found),
    });
    if !found.bodies.is_empty() {
        blocks.push(Block::Heading(of.say("conclusion-bodies")));
        blocks.push(bodies(of, found));
    }
    if let Some(sha256) = found.sha256 {
        blocks.push(Block::Text(line(&of.say("conclusion-hash"), &sha256.to_string())));
    }
    Paper {
        language: of.export.wanted.lang.to_string(),
        annex: vec![of.say("conclusion-annex")],
        title: of.say("conclusion-title"),
        about,
        continued: of.say("report-continued"),
        blocks,
        signatures: signatures(of, found),
        mark: of.mark(),
    }
}

/// `2026 жылғы 3-тоқсан`.
fn name(of: &Asked<'_>, quarter: Quarter) -> String {
    let number: FluentValue<'_> = quarter.number().to_string().into();
    let year: FluentValue<'_> = quarter.year().to_string().into();
    of.messages().text("assessment-quarter-of", &[("number", number), ("year", year)])
}

fn unit(of: &Asked<'_>, unit: &Unit) -> String {
    if of.export.wanted.lang == Lang::Kk { unit.name_kk.clone() } else { unit.name_ru.clone() }
}

/// Hundredths with a comma, without zeros at the end.
fn points(of: &Asked<'_>, hundredths: i32) -> String {
    let comma = if of.export.wanted.lang == Lang::En { '.' } else { ',' };
    match (hundredths / 100, hundredths % 100) {
        (whole, 0) => whole.to_string(),
        (whole, rest) => format!("{whole}{comma}{rest:02}").trim_end_matches('0').to_owned(),
    }
}

fn scores(of: &Asked<'_>, found: &Shown) -> Block {
    let mut headings = vec!["№".to_owned(), of.say("assessment-centre")];
    headings.extend(["relevance", "effectiveness", "social_effect"].map(|each| of.word("assessment", each)));
    headings
        .extend(["assessment-total", "assessment-band-name", "assessment-indicative"].map(|id| of.say(id)));
    let rows = found.assessed.iter().enumerate().map(|(at, centre)| {
        let named = if of.export.wanted.lang == Lang::Kk { &centre.name_kk } else { &centre.name_ru };
        let mut cells = vec![(at + 1).to_string(), named.clone()];
        match centre.points {
            Some(each) => cells.extend(each.map(|points| points.to_string())),
            None => cells.extend(["–"; 3].map(str::to_owned)),
        }
        let dash = || "–".to_owned();
        let total = centre.total;
        cells.push(total.map_or_else(dash, |total| points(of, total.hundredths)));
        cells.push(total.map_or_else(dash, |total| of.word("assessment-band", total.band)));
        cells.push(centre.indicative.map_or_else(dash, |total| {
            format!("{} ({})", points(of, total.hundredths), of.word("assessment-band", total.band))
        }));
        cells
    });
    let widths = vec![3.0, 34.0, 10.0, 10.0, 10.0, 8.0, 12.0, 13.0];
    Block::Table { headings, widths, rows: rows.collect() }
}

fn earlier(of: &Asked<'_>, found: &Shown) -> Block {
    let headings = [
        "assessment-quarter",
        "assessment-centre",
        "conclusion-recommendation",
        "conclusion-became",
        "conclusion-measures",
    ];
    let rows = found.earlier.iter().map(|each| {
        let quarter = each.quarter.parse().map_or_else(|_| each.quarter.clone(), |quarter| name(of, quarter));
        let became = each.result.as_ref().map_or_else(
            || "–".to_owned(),
            |result| format!("{}\n{}", of.word("conclusion-became", result.became), result.text),
        );
        vec![quarter, unit(of, &each.to), each.text.clone(), became, each.measures.join("\n")]
    });
    let headings = headings.map(|id| of.say(id)).to_vec();
    Block::Table { headings, widths: vec![12.0, 20.0, 26.0, 22.0, 20.0], rows: rows.collect() }
}

fn recommendations(of: &Asked<'_>, found: &Shown) -> Block {
    let headings = ["assessment-centre", "conclusion-recommendation", "conclusion-measures"];
    let mut named = vec!["№".to_owned()];
    named.extend(headings.map(|id| of.say(id)));
    let rows = found.recommendations.iter().enumerate().map(|(at, each)| {
        vec![(at + 1).to_string(), unit(of, &each.to), each.text.clone(), each.measures.join("\n")]
    });
    Block::Table { headings: named, widths: vec![3.0, 25.0, 42.0, 30.0], rows: rows.collect() }
}

fn bodies(of: &Asked<'_>, found: &Shown) -> Block {
    let headings = [
        "conclusion-body",
        "conclusion-received",
        "conclusion-due",
        "conclusion-measured",
        "conclusion-measures-besides",
    ];
    let day = |at: DateTime<Utc>| date(kandas_shared::calendar::civil_date(at));
    let rows = found.bodies.iter().map(|each| {
        vec![
            unit(of, &each.body),
            day(each.received_at),
            each.due.map_or_else(|| "–".to_owned(), |due| date(due.legal)),
            each.measured_at.map_or_else(|| "–".to_owned(), day),
            each.text.clone().unwrap_or_default(),
        ]
    });
    let headings = headings.map(|id| of.say(id)).to_vec();
    Block::Table { headings, widths: vec![30.0, 12.0, 14.0, 14.0, 30.0], rows: rows.collect() }
}

/// Whose signature belongs below, and what is known of it.
fn signatures(of: &Asked<'_>, found: &Shown) -> Vec<(String, String)> {
    let signed = found.acts.iter().rfind(|done| done.act == ConclusionAct::Sign);
    let known = signed.map_or_else(String::new, |done| {
        let at = done.at.naive_utc() + chrono::TimeDelta::hours(5);
        format!("{}, {}, {}", done.by_name, of.word("role", done.by_role), at.format("%d.%m.%Y %H:%M"))
    });
    vec![(of.say("conclusion-signed-by"), known)]
}

//! A road map on paper (§38), as far as the asker sees it: its lines, the places for three signatures, and at the foot of
//! every page the hash that is signed, so that the paper can be told from that of another version.

use std::{fs::File, io::Write as _};

use kandas_shared::{
    locale::{FluentValue, Lang, date, message_id},
    roadmap::{RoadMapAct, Row},
};

use super::{grounds, lists::Asked, work::Broken};
use crate::{
    office::{
        paper::blocks::{self, Block, Paper},
        road_map::page::{self, HolderOf, RoadMap, Signature},
    },
    store::Tx,
};

/// Writes the map.
pub(super) async fn print(tx: &mut Tx, of: &Asked<'_>) -> Result<(File, i64), Broken> {
    let id = of.export.wanted.road_map.ok_or(Broken::Gone)?;
    let found = page::of(tx, of.user, of.territory, id, of.export.made_at).await?;
    let rows = page::frozen(tx, id, 0, i64::MAX).await?;
    let entries = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let mut paper = paper(of, &found, &rows);
    let acts = found.acts.iter().map(|done| (done.act, done.position));
    let frozen = grounds::last(acts, [RoadMapAct::Sign, RoadMapAct::Submit, RoadMapAct::Draft]);
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

fn paper(of: &Asked<'_>, found: &RoadMap, rows: &[Row]) -> Paper {
    let summary = &found.summary;
    let line = |what: &str, how: &str| format!("{what}: {how}");
    let okrug = match (&found.akim, of.export.wanted.lang) {
        (Some(akim), Lang::Kk) => format!("{} ({})", akim.name_kk, summary.okrug),
        (Some(akim), _) => format!("{} ({})", akim.name_ru, summary.okrug),
        (None, _) => summary.okrug.to_string(),
    };
    let about = vec![
        [
            line(&of.say("road-map-okrug"), &okrug),
            line(&of.say("road-map-settlements"), &found.settlements.join(", ")),
        ]
        .join(" · "),
        [
            of.unit_name(summary.org_unit),
            line(&of.say("report-version"), &summary.version.to_string()),
            line(&of.say("desk-state"), &of.word("road-map-state", summary.state)),
        ]
        .join(" · "),
    ];
    let mut blocks = vec![Block::Table {
        headings: ["number", "family", "member", "activity", "day"]
            .map(|column| of.say(&format!("road-map-col-{column}")))
            .to_vec(),
        widths: vec![24.0, 176.0, 150.0, 354.0, 90.0],
        rows: rows.iter().flat_map(|row| lines(of, row)).collect(),
    }];
    if found.erased > 0 {
        blocks.push(Block::Text(line(&of.say("report-erased"), &found.erased.to_string())));
    }
    blocks.push(Block::Text(of.say("road-map-copies-made")));
    let year: FluentValue<'_> = summary.year.to_string().into();
    Paper {
        language: of.export.wanted.lang.to_string(),
        annex: vec![of.say("road-map-annex")],
        title: of.messages().text("road-map-paper-title", &[("year", year)]),
        about,
        continued: of.say("report-continued"),
        blocks,
        signatures: found.holders.iter().map(|holder| signature(of, holder)).collect(),
        mark: format!("{}: {}\n{}", of.say("road-map-hash"), found.sha256, of.mark()),
    }
}

/// The lines of a member on paper: each activity has its own, and says whose it is, wherever the page ends.
fn lines(of: &Asked<'_>, row: &Row) -> Vec<Vec<String>> {
    let family = |first: bool| match (first, row.head) {
        (true, true) => format!("{}\n{}", row.name, row.settlement),
        (true, false) => row.settlement.clone(),
        (false, _) => String::new(),
    };
    let cells = |first, activity: String, day: String| {
        vec![row.entry.to_string(), family(first), row.name.clone(), activity, day]
    };
    if row.activities.is_empty() {
        return vec![cells(true, of.say("road-map-nothing-open"), String::new())];
    }
    let line = |(at, item): (usize, &kandas_shared::roadmap::Item)| {
        let activity = format!("{}. {}", item.service.number(), of.say(&message_id("service", item.service)));
        let day = match (item.due_on, item.planned_on) {
            (Some(due), _) => date(due),
            (None, Some(planned)) => {
                of.messages().text("road-map-planned", &[("date", date(planned).into())])
            }
            (None, None) => String::new(),
        };
        cells(at == 0, activity, day)
    };
    row.activities.iter().enumerate().map(line).collect()
}

/// The place of a signature, and what is known of it.
fn signature(of: &Asked<'_>, holder: &HolderOf) -> (String, String) {
    let place = of.word("road-map-place", holder.holder);
    let known = |signed: &Signature| {
        let day = date(signed.signed_on);
        match &signed.post {
            Some(post) => format!("{}, {post}, {day}, {}", signed.name, of.say("road-map-on-paper")),
            None => {
                let at = signed.at.naive_utc() + chrono::TimeDelta::hours(5);
                let role = of.word("role", signed.by_role);
                format!("{}, {role}, {}", signed.name, at.format("%d.%m.%Y %H:%M"))
            }
        }
    };
    (place, holder.signature.as_ref().map(known).unwrap_or_default())
}

//! Plots of a run: how far each figure is from its target, what ours costs beside the bare work, and how a return day goes.
//! Plain SVG, one file each, with the day and the machine's size.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context, Result};
use chrono::NaiveDate;

use super::{
    figures::{Shown, Target, rounded},
    machine::Machine,
};

/// What stands below each plot.
pub(crate) struct Caption<'a> {
    pub(crate) day: NaiveDate,
    pub(crate) machine: &'a Machine,
    pub(crate) runs: usize,
    pub(crate) quick: bool,
}

impl Caption<'_> {
    fn text(&self) -> String {
        let quick = if self.quick { ", quick" } else { "" };
        let busy = if self.machine.warning().is_some() { ", machine BUSY with other work" } else { "" };
        format!("{}; {}; medians of {}{quick}{busy}", self.day, self.machine.line(), self.runs)
    }
}

/// A share that grows with time: what has its receipt.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Curve {
    label: String,
    /// Seconds, share of all.
    points: Vec<(f64, f64)>,
}

impl Curve {
    /// Of the moments at which each of `all` got there.
    pub(crate) fn of(label: &str, moments: &mut [f64], all: f64) -> Self {
        const POINTS: usize = 200;
        moments.sort_by(f64::total_cmp);
        let step = moments.len().div_ceil(POINTS).max(1);
        let mut points = vec![(0.0, 0.0)];
        points.extend(
            moments
                .iter()
                .enumerate()
                .skip(step - 1)
                .step_by(step)
                .map(|(at, t)| (*t, (at + 1) as f64 / all)),
        );
        points.extend(moments.last().map(|t| (*t, moments.len() as f64 / all)));
        Self { label: label.to_owned(), points }
    }
}

/// Ours beside the bare work: the figure, its floor, whether more is better.
const PAIRS: [(&str, &str, bool); 12] = [
    ("push_cpu_ms_per_record_sqlite", "push_cpu_floor_ms_per_record_sqlite", false),
    ("push_cpu_ms_per_record_postgres", "push_cpu_floor_ms_per_record_postgres", false),
    ("batch_records_per_s_sqlite", "batch_floor_records_per_s_sqlite", true),
    ("batch_records_per_s_postgres", "batch_floor_records_per_s_postgres", true),
    ("upload_mb_per_s", "upload_floor_mb_per_s", true),
    ("upload_mb_per_s_postgres", "upload_floor_mb_per_s_postgres", true),
    ("upload_npm_mb_per_s", "upload_floor_mb_per_s", true),
    ("upload_s3_mb_per_s", "upload_s3_floor_mb_per_s", true),
    ("upload_s3_mb_per_s_postgres", "upload_s3_floor_mb_per_s_postgres", true),
    ("first_pull_s", "pull_floor_s", false),
    ("first_pull_s_postgres", "pull_floor_s_postgres", false),
    ("capture_ms", "capture_floor_ms", false),
];

const GOOD: &str = "#2f7d4f";
const BAD: &str = "#b3432b";
const PLAIN: &str = "#3f6fa3";
const COLOURS: [&str; 4] = ["#3f6fa3", "#9bbbdc", "#2f7d4f", "#a5cfb3"];

/// Draws everything there is something to draw of; `part` stands behind the names of those that show figures of many lines.
///
/// # Errors
/// When the folder cannot be written.
pub(crate) fn draw(
    folder: &Path,
    part: &str,
    caption: &Caption<'_>,
    figures: &[Shown],
    curves: &[Curve],
) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let write = |name: &str, text: Option<String>| match text {
        Some(text) => fs::write(folder.join(name), text).with_context(|| name.to_owned()),
        None => Ok(()),
    };
    write(&format!("targets{part}.svg"), targets(caption, figures))?;
    write(&format!("floors{part}.svg"), floors(caption, figures))?;
    write("return_day.svg", return_day(caption, curves))
}

fn targets(caption: &Caption<'_>, figures: &[Shown]) -> Option<String> {
    let bars: Vec<Bar> = figures
        .iter()
        .filter_map(|figure| {
            let target = figure.target?;
            let share = match target {
                Target::AtMost(most) if most > 0.0 => figure.median / most,
                Target::AtLeast(least) => least / figure.median,
                // Nothing may be left over: either all is well or nothing is.
                Target::AtMost(_) => {
                    if figure.median > 0.0 {
                        MOST
                    } else {
                        0.0
                    }
                }
            };
            let colour = if target.is_reached(figure.median) { GOOD } else { BAD };
            let value = format!("{} ({target})", rounded(figure.median));
            Some(Bar { label: figure.name.clone(), share, value, colour })
        })
        .collect();
    bar_chart("Measured against the target (left of the line: reached)", caption, &bars)
}

fn floors(caption: &Caption<'_>, figures: &[Shown]) -> Option<String> {
    let median = |name: &str| figures.iter().find(|figure| figure.name == name).map(|figure| figure.median);
    let bars: Vec<Bar> = PAIRS
        .iter()
        .filter_map(|(name, floor, more_is_better)| {
            let (ours, bare) = (median(name)?, median(floor)?);
            let share = if *more_is_better { bare / ours } else { ours / bare };
            let value = format!("{} (floor {})", rounded(ours), rounded(bare));
            Some(Bar { label: (*name).to_owned(), share, value, colour: PLAIN })
        })
        .collect();
    bar_chart("Cost as a multiple of the bare work (the line)", caption, &bars)
}

struct Bar {
    label: String,
    /// 1 is the line.
    share: f64,
    value: String,
    colour: &'static str,
}

/// Where bars are cut.
const MOST: f64 = 3.0;

fn bar_chart(title: &str, caption: &Caption<'_>, bars: &[Bar]) -> Option<String> {
    const ROW: f64 = 22.0;
    const LEFT: f64 = 330.0;
    const UNIT: f64 = 120.0;
    const TOP: f64 = 50.0;
    if bars.is_empty() {
        return None;
    }
    let (width, height) = (LEFT + UNIT * MOST + 200.0, TOP + ROW * bars.len() as f64 + 50.0);
    let mut svg = begin(title, caption, width, height);
    for (row, bar) in bars.iter().enumerate() {
        let y = TOP + ROW * row as f64;
        let length = UNIT * bar.share.clamp(0.0, MOST);
        let (middle, label, value) = (y + 14.0, escaped(&bar.label), escaped(&bar.value));
        let more = if bar.share > MOST { " ▸" } else { "" };
        put(
            &mut svg,
            format_args!(r#"<text x="{}" y="{middle}" text-anchor="end">{label}</text>"#, LEFT - 8.0),
        );
        put(
            &mut svg,
            format_args!(
                r#"<rect x="{LEFT}" y="{}" width="{length:.1}" height="14" fill="{}"/>"#,
                y + 3.0,
                bar.colour
            ),
        );
        put(
            &mut svg,
            format_args!(r#"<text x="{:.1}" y="{middle}">{more} {value}</text>"#, LEFT + length + 4.0),
        );
    }
    let (x, end) = (LEFT + UNIT, TOP + ROW * bars.len() as f64 + 4.0);
    put(
        &mut svg,
        format_args!(
            r#"<line x1="{x}" y1="{}" x2="{x}" y2="{end}" stroke="black" stroke-dasharray="4 3"/>"#,
            TOP - 4.0
        ),
    );
    Some(svg + "</svg>\n")
}

fn return_day(caption: &Caption<'_>, curves: &[Curve]) -> Option<String> {
    const LEFT: f64 = 60.0;
    const TOP: f64 = 50.0;
    const WIDE: f64 = 640.0;
    const HIGH: f64 = 300.0;
    let end = curves.iter().flat_map(|curve| &curve.points).map(|(t, _)| *t).fold(0.0, f64::max);
    if end <= 0.0 {
        return None;
    }
    let title = "Return day: share of what waits that has its receipt, by seconds";
    let mut svg = begin(title, caption, LEFT + WIDE + 180.0, TOP + HIGH + 80.0);
    for part in 0..=4 {
        let (share, t) = (f64::from(part) / 4.0, end * f64::from(part) / 4.0);
        let (y, x) = (TOP + HIGH * (1.0 - share), LEFT + WIDE * share);
        put(
            &mut svg,
            format_args!(r##"<line x1="{LEFT}" y1="{y}" x2="{}" y2="{y}" stroke="#dddddd"/>"##, LEFT + WIDE),
        );
        put(
            &mut svg,
            format_args!(
                r#"<text x="{}" y="{}" text-anchor="end">{:.0} %</text>"#,
                LEFT - 6.0,
                y + 4.0,
                share * 100.0
            ),
        );
        put(
            &mut svg,
            format_args!(r#"<text x="{x}" y="{}" text-anchor="middle">{t:.0} s</text>"#, TOP + HIGH + 18.0),
        );
    }
    for (number, curve) in curves.iter().enumerate() {
        let colour = COLOURS[number % COLOURS.len()];
        let points: Vec<_> = curve
            .points
            .iter()
            .map(|(t, share)| format!("{:.1},{:.1}", LEFT + WIDE * t / end, TOP + HIGH * (1.0 - share)))
            .collect();
        put(
            &mut svg,
            format_args!(
                r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2"/>"#,
                points.join(" ")
            ),
        );
        let y = TOP + 16.0 + 20.0 * number as f64;
        put(
            &mut svg,
            format_args!(
                r#"<text x="{}" y="{y}" fill="{colour}">{}</text>"#,
                LEFT + WIDE + 14.0,
                escaped(&curve.label)
            ),
        );
    }
    Some(svg + "</svg>\n")
}

fn begin(title: &str, caption: &Caption<'_>, width: f64, height: f64) -> String {
    let mut svg = String::new();
    put(
        &mut svg,
        format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">"#
        ),
    );
    put(&mut svg, format_args!(r#"<rect width="{width}" height="{height}" fill="white"/>"#));
    put(&mut svg, format_args!(r#"<text x="10" y="24" font-size="15">{}</text>"#, escaped(title)));
    let text = escaped(&caption.text());
    put(&mut svg, format_args!(r##"<text x="10" y="{}" fill="#555555">{text}</text>"##, height - 14.0));
    svg
}

fn put(svg: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(svg, "{line}");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> Machine {
        let postgres = "PostgreSQL 0".into();
        Machine { cores: 2, memory: 24.0, processor: "A <fast> & small one".into(), load: 0.0, postgres }
    }

    fn shown(name: &str, median: f64) -> Shown {
        Shown { name: name.into(), median, least: median, most: median, target: Target::of(name) }
    }

    #[test]
    fn curves_begin_at_nothing_and_end_with_what_got_there() {
        let mut moments: Vec<f64> = (1..=1_000).rev().map(f64::from).collect();
        let curve = Curve::of("files", &mut moments, 2_000.0);
        assert_eq!((curve.points[0], curve.points[1]), ((0.0, 0.0), (5.0, 0.0025)));
        assert_eq!(curve.points.last(), Some(&(1_000.0, 0.5)));
        assert!(curve.points.len() < 210);
        assert_eq!(Curve::of("none", &mut [], 5.0).points, [(0.0, 0.0)]);
    }

    #[test]
    fn plots_are_drawn_of_what_there_is() {
        let folder = tempfile::tempdir().unwrap();
        let machine = machine();
        let day = NaiveDate::from_ymd_opt(2026, 11, 28).unwrap();
        let caption = Caption { day, machine: &machine, runs: 3, quick: false };
        let figures = [
            shown("batch_ratio_sqlite", 0.7),
            shown("bytes_per_record", 700.0),
            shown("capture_ms", 300.0),
            shown("capture_floor_ms", 200.0),
            shown("return_day_unreceipted_sqlite", 0.0),
        ];
        draw(folder.path(), "", &caption, &figures, &[]).unwrap();
        let read = |name: &str| fs::read_to_string(folder.path().join(name));
        let targets = read("targets.svg").unwrap();
        assert!(targets.contains(GOOD) && targets.contains(BAD) && targets.contains("700 (≤ 650)"));
        assert!(targets.contains("2026-11-28; 2 cores, 24 GB, A &lt;fast&gt; &amp; small one"));
        assert!(read("floors.svg").unwrap().contains("300 (floor 200)"));
        assert!(read("return_day.svg").is_err(), "nothing to draw");
        draw(
            folder.path(),
            "-return-day",
            &caption,
            &figures[4..],
            &[Curve::of("files", &mut [1.0, 2.0], 2.0)],
        )
        .unwrap();
        assert!(read("return_day.svg").unwrap().contains("polyline"));
        assert!(read("targets-return-day.svg").unwrap().contains("unreceipted"));
        assert_eq!(read("targets.svg").unwrap(), targets, "what another run drew stays");
    }
}

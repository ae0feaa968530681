//! How answers look: text for people, JSON for programs.

use std::io::Write as _;

use anyhow::{Context as _, Result};
use qrcode::{
    QrCode,
    render::{svg, unicode},
};

/// One JSON value on a line of its own.
pub(super) fn json(value: &serde_json::Value) -> Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, value)?;
    out.write_all(b"\n")?;
    Ok(())
}

/// Rows under a heading, columns as wide as they need to be.
pub(super) fn table(heading: &[&str], rows: &[Vec<String>]) {
    let wide = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count());
        cells.chain(heading.get(at).map(|cell| cell.chars().count())).max().unwrap_or(0)
    };
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = cells
            .enumerate()
            .map(|(at, cell)| format!("{cell}{}", " ".repeat(wide(at).saturating_sub(cell.chars().count()))))
            .collect();
        println!("{}", padded.join("  ").trim_end());
    };
    line(&mut heading.iter().copied());
    for row in rows {
        line(&mut row.iter().map(String::as_str));
    }
}

/// The QR of a link for a terminal.
pub(super) fn qr_text(link: &str) -> Result<String> {
    let code = QrCode::new(link).context("the link is too long for a QR")?;
    // Terminals are mostly dark: light modules are drawn, and the quiet zone with them.
    Ok(code
        .render::<unicode::Dense1x2>()
        .dark_color(unicode::Dense1x2::Light)
        .light_color(unicode::Dense1x2::Dark)
        .build())
}

/// The QR of a link as SVG, for paper.
pub(super) fn qr_svg(link: &str) -> Result<String> {
    let code = QrCode::new(link).context("the link is too long for a QR")?;
    Ok(code.render::<svg::Color<'_>>().min_dimensions(400, 400).build())
}

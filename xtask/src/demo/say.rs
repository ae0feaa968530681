//! What the demo says: chapters with the time since the start, short lines, tables, sizes people
//! can read. Everything is plain text, so that a log of CI reads like the terminal.

use std::{
    fmt::Display,
    io::{IsTerminal, stdout},
    time::{Duration, Instant},
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// The voice of one run.
pub(crate) struct Voice {
    start: Instant,
    chapter: std::cell::Cell<u32>,
    colour: bool,
}

impl Voice {
    /// Starts counting time.
    #[expect(clippy::disallowed_methods, reason = "how long a chapter took is shown, nothing else")]
    pub(crate) fn start() -> Self {
        let colour = stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { start: Instant::now(), chapter: 0.into(), colour }
    }

    /// Since the start.
    #[expect(clippy::disallowed_methods, reason = "how long a chapter took is shown, nothing else")]
    pub(crate) fn elapsed(&self) -> Duration {
        Instant::now().duration_since(self.start)
    }

    /// Opens a chapter.
    pub(crate) fn chapter(&self, title: &str) {
        let number = self.chapter.get() + 1;
        self.chapter.set(number);
        let at = self.elapsed().as_secs();
        let time = format!("{}:{:02}", at / 60, at % 60);
        println!("\n{}  {}", self.strong(&format!("{number}. {title}")), self.faint(&format!("[{time}]")));
    }

    /// One line of a chapter.
    pub(crate) fn line(&self, text: impl Display) {
        println!("   {text}");
    }

    /// One checked claim.
    pub(crate) fn claim(&self, holds: bool, text: impl Display) {
        let mark = if holds { self.paint("32", "yes") } else { self.paint("31", "NO ") };
        println!("   {mark}  {text}");
    }

    /// For what matters.
    pub(crate) fn strong(&self, text: &str) -> String {
        self.paint("1", text)
    }

    /// For what may be passed over.
    pub(crate) fn faint(&self, text: &str) -> String {
        self.paint("2", text)
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Bars for things that happen at the same time; invisible when nobody looks.
    pub(crate) fn bars(&self) -> MultiProgress {
        MultiProgress::new()
    }

    /// A bar of bytes with a name before it.
    pub(crate) fn bytes_bar(bars: &MultiProgress, name: &str, total: u64) -> ProgressBar {
        let bar = bars.add(ProgressBar::new(total));
        let style =
            ProgressStyle::with_template("   {prefix:9} {bar:40} {bytes:>10} of {total_bytes:10} {msg}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.set_prefix(name.to_owned());
        bar
    }
}

/// Bytes as people read them: 812 B, 41.2 kB, 3.1 MB.
pub(crate) fn size(bytes: u64) -> String {
    let number = bytes as f64;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", number / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", number / 1e6),
        _ => format!("{:.2} GB", number / 1e9),
    }
}

/// One thing or many.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A table whose columns are as wide as their widest cell; columns named in `right` stand right.
pub(crate) fn table(head: &[&str], right: &[usize], rows: &[Vec<String>]) -> Vec<String> {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(head.get(column).map(|name| name.chars().count())).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..head.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let mut text = String::new();
        for (column, cell) in cells.iter().enumerate() {
            let padding = " ".repeat(widths[column].saturating_sub(cell.chars().count()));
            let (before, after) = if right.contains(&column) { (&*padding, "") } else { ("", &*padding) };
            text.push_str(&format!("{before}{cell}{after}  "));
        }
        text.trim_end().to_owned()
    };
    let rule: Vec<_> = widths.iter().map(|width| "─".repeat(*width)).collect();
    let mut lines = vec![line(head.to_vec()), line(rule.iter().map(String::as_str).collect())];
    lines.extend(rows.iter().map(|row| line(row.iter().map(String::as_str).collect())));
    lines
}

/// At most so many characters, with a sign that there was more.
pub(crate) fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_readable() {
        let sizes = [0, 999, 41_234, 3_149_999, 2_000_000_000].map(size);
        assert_eq!(sizes, ["0 B", "999 B", "41.2 kB", "3.1 MB", "2.00 GB"]);
    }

    #[test]
    fn a_table_lines_up() {
        let rows = vec![vec!["Үлгі".into(), "7".into()], vec!["a".into(), "1,234".into()]];
        let lines = table(&["name", "size"], &[1], &rows);
        assert_eq!(lines, ["name   size", "────  ─────", "Үлгі      7", "a     1,234"]);
    }

    #[test]
    fn long_text_is_cut_with_a_sign() {
        assert_eq!((short("abc", 3), short("Үлгілі", 4)), ("abc".into(), "Үлг…".into()));
    }
}

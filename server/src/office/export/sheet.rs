//! Rows into a file, one after the other: memory does not grow with their number.

use std::{
    fs::File,
    io::{self, BufWriter, Write as _},
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_xlsxwriter::{DocProperties, Format as Style, FormatAlign, Workbook, Worksheet, XlsxError};
use tokio::sync::mpsc::Receiver;

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words. Never a formula, whatever they begin with.
    Text(String),
    /// A day.
    Day(NaiveDate),
    /// A moment, shown in UTC+5.
    Moment(DateTime<Utc>),
    /// A number.
    Number(i64),
    /// Nothing.
    Empty,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}
impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}
impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}
impl From<NaiveDate> for Cell {
    fn from(day: NaiveDate) -> Self {
        Self::Day(day)
    }
}
impl From<DateTime<Utc>> for Cell {
    fn from(moment: DateTime<Utc>) -> Self {
        Self::Moment(moment)
    }
}
impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Empty, Into::into)
    }
}

/// Into what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A workbook.
    Xlsx,
    /// Text with commas.
    Csv,
}

/// What stands before the rows and around them.
#[derive(Clone, Debug, Default)]
pub struct Front {
    /// What it is.
    pub title: String,
    /// Who asked and when, in one line: on the cover, above and below every printed page, in the last column of text.
    pub mark: String,
    /// Heading of the last column of text.
    pub mark_heading: String,
    /// Name of the cover sheet.
    pub cover: String,
    /// Lines of the cover: what, and how it is.
    pub lines: Vec<(String, String)>,
    /// Headings.
    pub headings: Vec<String>,
    /// Whether the columns of a workbook have numbers below their headings, as a form has.
    pub numbered: bool,
    /// Widths of the columns of a workbook, as Excel counts them; 20 for those that are not there.
    pub widths: Vec<f64>,
}

/// Rows that one sheet takes; a workbook goes on in another. Excel takes 1,048,576.
const ROWS_OF_A_SHEET: u32 = 1_000_000;
/// Characters that a cell takes.
const LONGEST: usize = 32_767;
/// Characters that a header takes.
const LONGEST_HEADER: usize = 240;

/// Writes rows as they come, until nobody sends any more; gives the file and the number of rows. The file has no name in
/// any folder: if the program ends, nothing is left of it.
///
/// # Errors
/// When it cannot be written.
pub fn sheet(format: Format, front: &Front, rows: Receiver<Vec<Vec<Cell>>>) -> io::Result<(File, i64)> {
    match format {
        Format::Xlsx => xlsx(front, rows).map_err(|error| match error {
            XlsxError::IoError(error) => error,
            error => io::Error::other(error),
        }),
        Format::Csv => csv(front, rows),
    }
}

fn xlsx(front: &Front, mut rows: Receiver<Vec<Vec<Cell>>>) -> Result<(File, i64), XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&DocProperties::new().set_title(&front.title).set_comment(&front.mark));
    let cover = book.add_worksheet();
    cover.set_name(&front.cover)?;
    dress(cover, front);
    cover.set_column_width(0, 28)?;
    cover.set_column_width(1, 80)?;
    cover.write_string_with_format(0, 0, &front.title, &Style::new().set_bold().set_font_size(16))?;
    let wrapped = Style::new().set_text_wrap().set_align(FormatAlign::Top);
    for (row, (what, how)) in (2..).zip(&front.lines) {
        cover.write_string_with_format(row, 0, what, &Style::new().set_bold().set_align(FormatAlign::Top))?;
        cover.write_string_with_format(row, 1, how, &wrapped)?;
    }
    let styles = Styles {
        heading: Style::new().set_bold().set_text_wrap().set_align(FormatAlign::Top),
        day: Style::new().set_num_format("dd.mm.yyyy"),
        moment: Style::new().set_num_format("dd.mm.yyyy hh:mm"),
    };
    let mut written: i64 = 0;
    let mut next = rows.blocking_recv();
    loop {
        let sheet = book.add_worksheet_with_constant_memory()?;
        dress(sheet, front);
        sheet.set_landscape().set_print_fit_to_pages(1, 0);
        let head = u32::from(front.numbered);
        sheet.set_repeat_rows(0, head)?;
        sheet.set_freeze_panes(head + 1, if front.numbered { 2 } else { 0 })?;
        for column in 0..front.headings.len() {
            let width = front.widths.get(column).copied().unwrap_or(20.0);
            sheet.set_column_width(u16::try_from(column).unwrap_or(u16::MAX), width)?;
        }
        for (column, heading) in (0..).zip(&front.headings) {
            sheet.write_string_with_format(0, column, heading, &styles.heading)?;
        }
        if front.numbered {
            for (column, number) in (0..).zip((1_u32..).take(front.headings.len())) {
                sheet.write_number_with_format(1, column, number, &styles.heading)?;
            }
        }
        let mut row = head + 1;
        while let Some(batch) = next.take() {
            for cells in &batch {
                for (column, cell) in (0..).zip(cells) {
                    styles.put(sheet, row, column, cell)?;
                }
                row += 1;
                written += 1;
            }
            next = rows.blocking_recv();
            if row >= ROWS_OF_A_SHEET {
                break;
            }
        }
        if next.is_none() {
            break;
        }
    }
    let mut file = tempfile::tempfile()?;
    book.save_to_writer(BufWriter::new(&mut file))?;
    Ok((file, written))
}

/// The mark above and below every printed page.
fn dress(sheet: &mut Worksheet, front: &Front) {
    // An ampersand begins an instruction there.
    let text = |text: &str| text.replace('&', "&&").chars().take(LONGEST_HEADER / 2).collect::<String>();
    sheet.set_header(format!("&L{}", text(&front.mark)));
    sheet.set_footer(format!("&L{}&R&P / &N", text(&front.mark)));
}

struct Styles {
    heading: Style,
    day: Style,
    moment: Style,
}

impl Styles {
    fn put(&self, sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell) -> Result<(), XlsxError> {
        match cell {
            Cell::Text(text) => sheet.write_string(row, column, cut(text))?,
            Cell::Day(day) => sheet.write_datetime_with_format(row, column, *day, &self.day)?,
            Cell::Moment(at) => sheet.write_datetime_with_format(row, column, local(*at), &self.moment)?,
            // Numbers of this office are far below 2^53.
            #[expect(clippy::cast_precision_loss, reason = "a cell holds a float")]
            Cell::Number(number) => sheet.write_number(row, column, *number as f64)?,
            Cell::Empty => sheet,
        };
        Ok(())
    }
}

fn cut(text: &str) -> String {
    if text.len() <= LONGEST { text.to_owned() } else { text.chars().take(LONGEST / 2).collect() }
}

fn local(at: DateTime<Utc>) -> chrono::NaiveDateTime {
    let local = at.naive_utc() + TimeDelta::hours(5);
    chrono::SubsecRound::trunc_subsecs(local, 0)
}

fn csv(front: &Front, mut rows: Receiver<Vec<Vec<Cell>>>) -> io::Result<(File, i64)> {
    let file = tempfile::tempfile()?;
    let mut to = BufWriter::with_capacity(1 << 16, file);
    // Without it Excel takes the text for one of its old code pages.
    to.write_all("\u{feff}".as_bytes())?;
    let mut line = String::new();
    for heading in front.headings.iter().chain([&front.mark_heading]) {
        field(&mut line, heading);
    }
    end(&mut to, &mut line)?;
    let mut written = 0;
    while let Some(batch) = rows.blocking_recv() {
        for cells in &batch {
            for cell in cells {
                match cell {
                    Cell::Text(text) => field(&mut line, text),
                    Cell::Day(day) => field(&mut line, &day.to_string()),
                    Cell::Moment(at) => field(&mut line, &local(*at).format("%Y-%m-%d %H:%M:%S").to_string()),
                    Cell::Number(number) => plain(&mut line, &number.to_string()),
                    Cell::Empty => plain(&mut line, ""),
                }
            }
            // There is no page to print a mark on: each row carries it.
            field(&mut line, &front.mark);
            end(&mut to, &mut line)?;
            written += 1;
        }
    }
    let file = to.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok((file, written))
}

fn end(to: &mut impl io::Write, line: &mut String) -> io::Result<()> {
    line.pop();
    line.push_str("\r\n");
    to.write_all(line.as_bytes())?;
    line.clear();
    Ok(())
}

fn plain(line: &mut String, text: &str) {
    line.push_str(text);
    line.push(',');
}

/// One field (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe before it.
fn field(line: &mut String, text: &str) {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
    if guard.is_empty() && !text.contains(['"', ',', '\r', '\n']) {
        return plain(line, text);
    }
    line.push('"');
    line.push_str(guard);
    line.push_str(&text.replace('"', "\"\""));
    line.push_str("\",");
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Seek as _};

    use super::*;

    fn written(format: Format, rows: Vec<Vec<Cell>>) -> Vec<u8> {
        let (send, receive) = tokio::sync::mpsc::channel(1);
        send.try_send(rows).unwrap();
        drop(send);
        let front = Front {
            title: "Тізім".into(),
            mark: "СЫНАҚ & Co · 23.11.2026".into(),
            mark_heading: "Кім".into(),
            cover: "Мұқаба".into(),
            lines: vec![("Кім".into(), "СЫНАҚ".into())],
            headings: vec!["Аты".into(), "Күні".into()],
            ..Front::default()
        };
        let (mut file, rows) = sheet(format, &front, receive).unwrap();
        assert_eq!(rows, 3);
        file.rewind().unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    }

    fn rows() -> Vec<Vec<Cell>> {
        vec![
            vec!["=1+1".into(), NaiveDate::from_ymd_opt(2026, 11, 23).into()],
            vec!["a \"b\", c\nd".into(), Cell::Empty],
            vec!["ӘҒҚ".into(), Cell::Number(-5)],
        ]
    }

    #[test]
    fn text_with_commas_is_rfc_4180_and_no_formula() {
        let text = String::from_utf8(written(Format::Csv, rows())).unwrap();
        let mark = "СЫНАҚ & Co · 23.11.2026";
        let expected = format!(
            "\u{feff}Аты,Күні,Кім\r\n\"'=1+1\",2026-11-23,{mark}\r\n\"a \"\"b\"\", c\nd\",,{mark}\r\nӘҒҚ,-5,{mark}\r\n"
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn a_workbook_has_a_cover_dates_and_the_mark() {
        let bytes = written(Format::Xlsx, rows());
        let mut zip = zip::ZipArchive::new(io::Cursor::new(bytes)).unwrap();
        let mut part = |name: &str| {
            let mut text = String::new();
            zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        let list = part("xl/worksheets/sheet2.xml");
        // 23 November 2026 as Excel counts days.
        assert!(list.contains("<v>46349</v>"), "{list}");
        assert!(list.contains("=1+1</t>") && !list.contains("<f>"), "{list}");
        assert!(list.contains("СЫНАҚ &amp;&amp; Co"), "{list}");
        assert!(part("xl/workbook.xml").contains("Мұқаба"));
        assert!(part("xl/worksheets/sheet1.xml").contains("<headerFooter>"));
    }
}

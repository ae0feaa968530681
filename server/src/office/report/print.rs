//! The monthly report on paper: A4 across, the 27 columns of the form side by side with their headings upright, the heads
//! repeated wherever the table goes on, page numbers, and the place for signatures.
//!
//! This lays out lines and letters and knows nothing of reports: words, rows and signatures are handed in. The font is
//! DejaVu Sans Condensed, which has every Kazakh letter and lies in a crate, so that nothing on the machine is asked for.

use std::ops::Range;

use krilla::{
    Document,
    error::KrillaError,
    geom::{PathBuilder, Point, Transform},
    metadata::Metadata,
    page::PageSettings,
    paint::{Fill, Stroke},
    surface::Surface,
    text::{Font, GlyphId, KrillaGlyph},
};
use skrifa::{
    FontRef, MetadataProvider as _,
    charmap::Charmap,
    instance::{LocationRef, Size},
    metrics::GlyphMetrics,
};

/// A4 across, in points.
const PAGE: (f32, f32) = (841.89, 595.28);
const LEFT: f32 = 28.0;
const RIGHT: f32 = 20.0;
const TOP: f32 = 24.0;
const BOTTOM: f32 = 30.0;
/// Columns 1 and 2; the others share what is left.
const NUMBER: f32 = 20.0;
const IIN: f32 = 56.0;
/// Size and line of what stands in the table.
const SMALL: (f32, f32) = (6.4, 7.2);
/// Of headings.
const HEADING: (f32, f32) = (6.0, 6.7);
/// Of everything else.
const TEXT: (f32, f32) = (8.5, 11.5);
const ROW: f32 = 17.0;
const NUMBERS: f32 = 10.0;
const LINE: f32 = 0.4;

/// What is printed.
#[derive(Clone, Debug, Default)]
pub struct Paper {
    /// BCP 47.
    pub language: String,
    /// Lines at the upper right: which appendix it is, and that it is a form.
    pub annex: Vec<String>,
    /// The title of the form.
    pub title: String,
    /// Lines below it: whose, of which month, which version.
    pub about: Vec<String>,
    /// Above each part of the table but the first.
    pub continued: String,
    /// Of the columns.
    pub headings: Vec<String>,
    /// As many cells each; `\n` begins another line.
    pub rows: Vec<Vec<String>>,
    /// Below the table.
    pub notes: Vec<String>,
    /// Whose signature has its place below: what he is, and what is known of it.
    pub signatures: Vec<(String, String)>,
    /// Who printed it and when, below every page.
    pub mark: String,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// The font that the program carries.
    #[error("the font cannot be read")]
    Font,
    /// The page.
    #[error("the page has no size")]
    Page,
    /// Writing.
    #[error("the document cannot be written: {0:?}")]
    Write(KrillaError),
}

/// Writes the document.
///
/// # Errors
/// When font or document cannot be made.
pub fn pdf(paper: &Paper) -> Result<Vec<u8>, PrintError> {
    let (regular, bold) =
        (Face::of(dejavu::sans_condensed::regular())?, Face::of(dejavu::sans_condensed::bold())?);
    let sheet = Sheet::of(paper, &regular, &bold);
    let parts = sheet.parts();
    let mut document = Document::new();
    for (at, part) in parts.iter().enumerate() {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or(PrintError::Page)?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        surface.set_fill(Some(Fill::default()));
        sheet.draw(&mut surface, part, at, parts.len());
        surface.finish();
        page.finish();
    }
    document.set_metadata(Metadata::new().title(paper.title.clone()).language(paper.language.clone()));
    document.finish().map_err(PrintError::Write)
}

/// A font that can be measured.
struct Face {
    font: Font,
    letters: Charmap<'static>,
    widths: GlyphMetrics<'static>,
    em: f32,
}

impl Face {
    fn of(bytes: &'static [u8]) -> Result<Self, PrintError> {
        let known = FontRef::new(bytes).map_err(|_| PrintError::Font)?;
        let font = Font::new(bytes.into(), 0).ok_or(PrintError::Font)?;
        let em = font.units_per_em();
        let widths = known.glyph_metrics(Size::unscaled(), LocationRef::default());
        Ok(Self { font, letters: known.charmap(), widths, em })
    }

    /// The letters of a text with their widths, by the size of the font.
    fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let mut glyphs = Vec::with_capacity(text.len());
        for (at, letter) in text.char_indices() {
            let id = self.letters.map(letter).unwrap_or(skrifa::GlyphId::NOTDEF);
            let width = self.widths.advance_width(id).unwrap_or_default() / self.em;
            let range = at..at + letter.len_utf8();
            glyphs.push(KrillaGlyph::new(GlyphId::new(id.to_u32()), width, 0.0, 0.0, 0.0, range, None));
        }
        glyphs
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        self.glyphs(text).iter().map(|glyph| glyph.x_advance).sum::<f32>() * size
    }

    /// Words in lines of a width; a longer word has a line of its own.
    fn lines(&self, text: &str, size: f32, width: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            match lines.last_mut() {
                Some(line) if self.width(&format!("{line} {word}"), size) <= width => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines
    }

    fn draw(&self, surface: &mut Surface<'_>, x: f32, y: f32, size: f32, text: &str) {
        let glyphs = self.glyphs(text);
        surface.draw_glyphs(Point::from_xy(x, y), &glyphs, self.font.clone(), text, size, false);
    }
}

/// Rows of a page, and whether the end of the document stands on it.
struct Part {
    rows: Range<usize>,
    table: bool,
    end: bool,
}

/// The paper with everything measured.
struct Sheet<'a> {
    paper: &'a Paper,
    regular: &'a Face,
    bold: &'a Face,
    /// Where columns begin, and where the last one ends.
    columns: Vec<f32>,
    /// Headings in lines.
    headings: Vec<Vec<String>>,
    head: f32,
    about: Vec<String>,
    notes: Vec<String>,
}

impl<'a> Sheet<'a> {
    fn of(paper: &'a Paper, regular: &'a Face, bold: &'a Face) -> Self {
        let whole = PAGE.0 - LEFT - RIGHT;
        let others = paper.headings.len().saturating_sub(2).max(1);
        let each = (whole - NUMBER - IIN) / others as f32;
        let mut columns = vec![LEFT, LEFT + NUMBER, LEFT + NUMBER + IIN];
        for column in 1..=others {
            columns.push(LEFT + NUMBER + IIN + each * column as f32);
        }
        // As low as the longest heading allows that fits into its column upright.
        let most = |lines: &Vec<String>| lines.len() as f32 * HEADING.1 <= each - 1.5;
        let mut head = 80.0;
        let headings = loop {
            let lines: Vec<Vec<String>> =
                paper.headings.iter().map(|text| regular.lines(text, HEADING.0, head - 6.0)).collect();
            if lines.iter().all(most) || head >= 260.0 {
                break lines;
            }
            head += 4.0;
        };
        let lines = |texts: &[String]| -> Vec<String> {
            texts.iter().flat_map(|text| regular.lines(text, TEXT.0, whole)).collect()
        };
        Self {
            paper,
            regular,
            bold,
            columns,
            headings,
            head,
            about: lines(&paper.about),
            notes: lines(&paper.notes),
        }
    }

    /// Height of what stands above the table on a page.
    fn above(&self, at: usize) -> f32 {
        if at > 0 {
            return TEXT.1 + 4.0;
        }
        let annex = self.paper.annex.len() as f32 * (TEXT.1 - 2.0);
        annex + 20.0 + (self.about.len() as f32) * TEXT.1 + 6.0
    }

    /// Height of what stands below the last row.
    fn below(&self) -> f32 {
        8.0 + self.notes.len() as f32 * TEXT.1 + self.paper.signatures.len() as f32 * 2.0 * TEXT.1
    }

    /// Which rows stand on which page.
    fn parts(&self) -> Vec<Part> {
        let room = |at: usize| PAGE.1 - TOP - BOTTOM - self.above(at) - self.head - NUMBERS;
        let (mut parts, mut next) = (Vec::new(), 0);
        loop {
            let at = parts.len();
            let fit = (room(at) / ROW).floor().max(1.0) as usize;
            let rows = next..(next + fit).min(self.paper.rows.len());
            next = rows.end;
            let left = room(at) - rows.len() as f32 * ROW;
            let last = next == self.paper.rows.len();
            let end = last && left >= self.below();
            parts.push(Part { rows, table: true, end });
            if last {
                if !end {
                    parts.push(Part { rows: next..next, table: false, end: true });
                }
                return parts;
            }
        }
    }

    fn draw(&self, surface: &mut Surface<'_>, part: &Part, at: usize, of: usize) {
        let mut y = TOP;
        if at == 0 {
            y = self.front(surface, y);
        } else {
            let width = self.regular.width(&self.paper.continued, TEXT.0);
            self.regular.draw(surface, PAGE.0 - RIGHT - width, y + TEXT.0, TEXT.0, &self.paper.continued);
            y += TEXT.1 + 4.0;
        }
        if part.table {
            y = self.table(surface, y, part);
        }
        if part.end {
            self.end(surface, y + 8.0);
        }
        let foot = PAGE.1 - BOTTOM + 14.0;
        self.regular.draw(surface, LEFT, foot, SMALL.0, &self.paper.mark);
        let number = format!("{} / {of}", at + 1);
        let width = self.regular.width(&number, TEXT.0);
        self.regular.draw(surface, PAGE.0 - RIGHT - width, foot, TEXT.0, &number);
    }

    fn front(&self, surface: &mut Surface<'_>, mut y: f32) -> f32 {
        for line in &self.paper.annex {
            let width = self.regular.width(line, TEXT.0 - 1.0);
            self.regular.draw(surface, PAGE.0 - RIGHT - width, y + TEXT.0, TEXT.0 - 1.0, line);
            y += TEXT.1 - 2.0;
        }
        let size = 11.0;
        let width = self.bold.width(&self.paper.title, size);
        self.bold.draw(surface, (PAGE.0 - width) / 2.0, y + 15.0, size, &self.paper.title);
        y += 20.0;
        for line in &self.about {
            let width = self.regular.width(line, TEXT.0);
            self.regular.draw(surface, (PAGE.0 - width) / 2.0, y + TEXT.0, TEXT.0, line);
            y += TEXT.1;
        }
        y + 6.0
    }

    fn table(&self, surface: &mut Surface<'_>, top: f32, part: &Part) -> f32 {
        let rows = &self.paper.rows[part.rows.clone()];
        let body = top + self.head + NUMBERS;
        let bottom = body + rows.len() as f32 * ROW;
        for (column, lines) in self.headings.iter().enumerate() {
            let (x, width) = self.column(column);
            match lines.as_slice() {
                [short] if self.regular.width(short, SMALL.0) < width - 2.0 => {
                    self.centred(surface, x, width, top, self.head, short);
                }
                lines => self.upright(surface, x, width, top, lines),
            }
            let number = (column + 1).to_string();
            self.centred(surface, x, width, top + self.head, NUMBERS, &number);
        }
        for (row, cells) in rows.iter().enumerate() {
            let y = body + row as f32 * ROW;
            for (column, text) in cells.iter().enumerate().take(self.headings.len()) {
                let (x, width) = self.column(column);
                self.centred(surface, x, width, y, ROW, text);
            }
        }
        let lines = (0..=rows.len()).map(|row| body + row as f32 * ROW);
        self.grid(surface, top, bottom, [top, top + self.head].into_iter().chain(lines));
        bottom
    }

    fn column(&self, column: usize) -> (f32, f32) {
        let begin = self.columns.get(column).copied().unwrap_or(LEFT);
        let end = self.columns.get(column + 1).copied().unwrap_or(begin);
        (begin, end - begin)
    }

    /// Lines of a heading, read from below upwards.
    fn upright(&self, surface: &mut Surface<'_>, x: f32, width: f32, top: f32, lines: &[String]) {
        let (size, line) = HEADING;
        let mut at = x + (width - lines.len() as f32 * line) / 2.0 + size * 0.8;
        for text in lines {
            let long = self.regular.width(text, size);
            let foot = top + (self.head + long) / 2.0;
            surface.push_transform(&Transform::from_row(0.0, -1.0, 1.0, 0.0, at, foot));
            self.regular.draw(surface, 0.0, 0.0, size, text);
            surface.pop();
            at += line;
        }
    }

    /// Lines of a cell in its middle.
    fn centred(&self, surface: &mut Surface<'_>, x: f32, width: f32, top: f32, height: f32, text: &str) {
        let (size, line) = SMALL;
        let lines: Vec<&str> = text.split('\n').collect();
        let mut y = top + (height - lines.len() as f32 * line) / 2.0 + size * 0.86;
        for text in lines {
            let long = self.regular.width(text, size);
            self.regular.draw(surface, x + (width - long) / 2.0, y, size, text);
            y += line;
        }
    }

    fn grid(&self, surface: &mut Surface<'_>, top: f32, bottom: f32, across: impl Iterator<Item = f32>) {
        let mut path = PathBuilder::new();
        let right = self.columns.last().copied().unwrap_or(LEFT);
        for y in across {
            path.move_to(LEFT, y);
            path.line_to(right, y);
        }
        for x in &self.columns {
            path.move_to(*x, top);
            path.line_to(*x, bottom);
        }
        let Some(path) = path.finish() else { return };
        surface.set_fill(None);
        surface.set_stroke(Some(Stroke { width: LINE, ..Stroke::default() }));
        surface.draw_path(&path);
        surface.set_stroke(None);
        surface.set_fill(Some(Fill::default()));
    }

    fn end(&self, surface: &mut Surface<'_>, mut y: f32) {
        for line in &self.notes {
            self.regular.draw(surface, LEFT, y + TEXT.0, TEXT.0, line);
            y += TEXT.1;
        }
        for (who, known) in &self.paper.signatures {
            y += TEXT.1;
            self.regular.draw(surface, LEFT, y + TEXT.0, TEXT.0, who);
            let from = LEFT + 260.0;
            self.regular.draw(surface, from + 4.0, y + TEXT.0 - 1.0, TEXT.0, known);
            let mut path = PathBuilder::new();
            path.move_to(from, y + TEXT.0 + 2.0);
            path.line_to(PAGE.0 - RIGHT, y + TEXT.0 + 2.0);
            if let Some(path) = path.finish() {
                surface.set_fill(None);
                surface.set_stroke(Some(Stroke { width: LINE, ..Stroke::default() }));
                surface.draw_path(&path);
                surface.set_stroke(None);
                surface.set_fill(Some(Fill::default()));
            }
            y += TEXT.1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(rows: usize) -> Paper {
        let headings: Vec<String> = (1..=27)
            .map(|column| {
                if column == 6 {
                    "Ұзын тақырып ".repeat(11)
                } else {
                    format!("Тақырып {column}")
                }
            })
            .collect();
        let row = |number: usize| -> Vec<String> {
            let mut cells = vec![String::new(); 27];
            cells[0] = number.to_string();
            cells[1] = "900101350003".into();
            cells[26] = "05.11.\n2026".into();
            cells
        };
        Paper {
            language: "kk".into(),
            annex: vec!["3-қосымша".into()],
            title: "Орындалған жұмыстар".into(),
            about: vec!["Мансап орталығы".into()],
            continued: "Кестенің жалғасы".into(),
            headings,
            rows: (1..=rows).map(row).collect(),
            notes: vec!["Ескертпе".into()],
            signatures: vec![("Дайындаған".into(), "СЫНАҚОВА".into())],
            mark: "белгі".into(),
        }
    }

    #[test]
    fn every_kazakh_letter_has_its_glyph() {
        for bytes in [dejavu::sans_condensed::regular(), dejavu::sans_condensed::bold()] {
            let face = Face::of(bytes).unwrap();
            for letter in "әғқңөұүһіӘҒҚҢӨҰҮҺІёЁ№§«»–•".chars() {
                assert!(face.letters.map(letter).is_some_and(|id| id.to_u32() > 0), "{letter}");
            }
        }
    }

    #[test]
    fn every_row_stands_on_one_page_and_the_end_on_the_last() {
        let (regular, bold) = (
            Face::of(dejavu::sans_condensed::regular()).unwrap(),
            Face::of(dejavu::sans_condensed::bold()).unwrap(),
        );
        for rows in [0, 1, 15, 16, 17, 18, 19, 20, 37, 40, 500] {
            let paper = paper(rows);
            let sheet = Sheet::of(&paper, &regular, &bold);
            let parts = sheet.parts();
            let mut next = 0;
            for part in &parts {
                assert_eq!(part.rows.start, next, "{rows}");
                next = part.rows.end;
            }
            assert_eq!(next, rows);
            assert_eq!(parts.iter().filter(|part| part.end).count(), 1);
            assert!(parts.last().unwrap().end);
            let lines = sheet.headings.iter().map(Vec::len).max().unwrap();
            assert!(lines as f32 * HEADING.1 <= 28.0, "a heading leaves its column");
        }
    }

    #[test]
    fn five_hundred_rows_are_a_document_of_moderate_size() {
        let bytes = pdf(&paper(500)).unwrap();
        assert!(bytes.starts_with(b"%PDF-"), "{:?}", &bytes[..8]);
        assert!(bytes.len() < 1_500_000, "{}", bytes.len());
    }
}

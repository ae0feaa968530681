//! The monthly report on paper: A4 across, the 27 columns of the form side by side with their headings upright, the heads
//! repeated wherever the table goes on, page numbers, and the place for signatures.
//!
//! This lays out lines and letters and knows nothing of reports: words, rows and signatures are handed in. What every
//! paper has is in [`paper`].

use std::ops::Range;

use krilla::{
    geom::{PathBuilder, Transform},
    surface::Surface,
};

use crate::office::paper::{
    self, BOTTOM, Face, Fonts, LEFT, PAGE, PrintError, RIGHT, SMALL, TEXT, TOP, stroke,
};

/// Columns 1 and 2; the others share what is left.
const NUMBER: f32 = 20.0;
const IIN: f32 = 56.0;
/// Size and line of headings.
const HEADING: (f32, f32) = (6.0, 6.7);
const ROW: f32 = 17.0;
const NUMBERS: f32 = 10.0;

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

/// Writes the document.
///
/// # Errors
/// When font or document cannot be made.
pub fn pdf(paper: &Paper) -> Result<Vec<u8>, PrintError> {
    let fonts = Fonts::load()?;
    let sheet = Sheet::of(paper, &fonts);
    let parts = sheet.parts();
    paper::document(&paper.title, &paper.language, parts.len(), |surface, at| {
        if let Some(part) = parts.get(at) {
            sheet.draw(surface, part, at, parts.len());
        }
    })
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
    fonts: &'a Fonts,
    regular: &'a Face,
    /// Where columns begin, and where the last one ends.
    columns: Vec<f32>,
    /// Headings in lines.
    headings: Vec<Vec<String>>,
    head: f32,
    about: Vec<String>,
    notes: Vec<String>,
}

impl<'a> Sheet<'a> {
    fn of(paper: &'a Paper, fonts: &'a Fonts) -> Self {
        let regular = &fonts.regular;
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
        Self {
            paper,
            fonts,
            regular,
            columns,
            headings,
            head,
            about: regular.across(&paper.about),
            notes: regular.across(&paper.notes),
        }
    }

    /// Height of what stands above the table on a page.
    fn above(&self, at: usize) -> f32 {
        if at > 0 { Fonts::CONTINUED } else { Fonts::front_height(&self.paper.annex, &self.about) }
    }

    /// Height of what stands below the last row.
    fn below(&self) -> f32 {
        8.0 + self.notes.len() as f32 * TEXT.1 + Fonts::signatures_height(&self.paper.signatures)
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
        let mut y = if at == 0 {
            self.fonts.front(surface, &self.paper.annex, &self.paper.title, &self.about)
        } else {
            self.fonts.continued(surface, &self.paper.continued)
        };
        if part.table {
            y = self.table(surface, y, part);
        }
        if part.end {
            self.end(surface, y + 8.0);
        }
        self.fonts.foot(surface, &[self.paper.mark.as_str()], at, of);
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
        stroke(surface, path);
    }

    fn end(&self, surface: &mut Surface<'_>, mut y: f32) {
        for line in &self.notes {
            self.regular.draw(surface, LEFT, y + TEXT.0, TEXT.0, line);
            y += TEXT.1;
        }
        self.fonts.signatures(surface, y, &self.paper.signatures);
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
    fn every_row_stands_on_one_page_and_the_end_on_the_last() {
        let fonts = Fonts::load().unwrap();
        for rows in [0, 1, 15, 16, 17, 18, 19, 20, 37, 40, 500] {
            let paper = paper(rows);
            let sheet = Sheet::of(&paper, &fonts);
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

//! A paper of headings, texts and tables one below the other, broken into pages, the heads of a table repeated wherever it
//! goes on, and the places for signatures: the conclusion of a quarter (§50), a road map (§38).
//!
//! This lays out lines and letters and knows nothing of what it is about: words and rows are handed in. What every paper has
//! is in the module above.

use krilla::{geom::PathBuilder, surface::Surface};

use super::{BOTTOM, Fonts, LEFT, PAGE, PrintError, RIGHT, TEXT, TOP, stroke};

/// Size and line of what stands in a table.
const CELL: (f32, f32) = (7.5, 9.5);
/// Around the words of a cell.
const PAD: f32 = 3.0;
/// Above a heading.
const ABOVE: f32 = 8.0;
/// Above the places for signatures.
const GAP: f32 = 10.0;

/// What is printed.
#[derive(Clone, Debug, Default)]
pub struct Paper {
    /// BCP 47.
    pub language: String,
    /// Lines at the upper right.
    pub annex: Vec<String>,
    /// The title.
    pub title: String,
    /// Lines below it.
    pub about: Vec<String>,
    /// Above everything on each page but the first.
    pub continued: String,
    /// What stands below, in order.
    pub blocks: Vec<Block>,
    /// Whose signature has its place below: what he is, and what is known of it.
    pub signatures: Vec<(String, String)>,
    /// Who printed it and when, below every page; `\n` begins another line, of two at most.
    pub mark: String,
}

/// A part of the paper.
#[derive(Clone, Debug)]
pub enum Block {
    /// A heading; never the last of its page.
    Heading(String),
    /// A text; `\n` begins another paragraph.
    Text(String),
    /// A table.
    Table {
        /// Of the columns.
        headings: Vec<String>,
        /// How much of the width each column has, in any unit.
        widths: Vec<f32>,
        /// As many cells each; `\n` begins another line.
        rows: Vec<Vec<String>>,
    },
}

/// Writes the document.
///
/// # Errors
/// When font or document cannot be made.
pub fn pdf(paper: &Paper) -> Result<Vec<u8>, PrintError> {
    let fonts = Fonts::load()?;
    let sheet = Sheet::of(paper, &fonts);
    let pages = sheet.pages();
    super::document(&paper.title, &paper.language, pages.len(), |surface, at| {
        if let Some(page) = pages.get(at) {
            sheet.draw(surface, page, at, pages.len());
        }
    })
}

/// Something that is not broken.
#[derive(Clone, Debug)]
struct Piece {
    height: f32,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Line { bold: bool, text: String },
    Row { table: usize, head: bool, cells: Vec<Vec<String>> },
    Gap,
    Signatures,
}

/// The paper with everything measured.
struct Sheet<'a> {
    paper: &'a Paper,
    fonts: &'a Fonts,
    about: Vec<String>,
    pieces: Vec<Piece>,
    /// Of each table, where its columns begin, and where the last one ends.
    columns: Vec<Vec<f32>>,
    /// Of each table, its head.
    heads: Vec<Piece>,
}

impl<'a> Sheet<'a> {
    fn of(paper: &'a Paper, fonts: &'a Fonts) -> Self {
        let about = fonts.regular.across(&paper.about);
        let mut sheet =
            Self { paper, fonts, about, pieces: Vec::new(), columns: Vec::new(), heads: Vec::new() };
        for block in &paper.blocks {
            match block {
                Block::Heading(text) => {
                    sheet.gap(ABOVE);
                    sheet.text(text, true);
                }
                Block::Text(text) => text.lines().for_each(|paragraph| sheet.text(paragraph, false)),
                Block::Table { headings, widths, rows } => sheet.table(headings, widths, rows),
            }
        }
        if !paper.signatures.is_empty() {
            let height = GAP + Fonts::signatures_height(&paper.signatures);
            sheet.pieces.push(Piece { height, what: What::Signatures });
        }
        sheet
    }

    fn gap(&mut self, height: f32) {
        self.pieces.push(Piece { height, what: What::Gap });
    }

    fn text(&mut self, text: &str, bold: bool) {
        let face = if bold { &self.fonts.bold } else { &self.fonts.regular };
        for text in face.across(&[text.to_owned()]) {
            self.pieces.push(Piece { height: TEXT.1, what: What::Line { bold, text } });
        }
    }

    fn table(&mut self, headings: &[String], widths: &[f32], rows: &[Vec<String>]) {
        let (whole, sum) = (PAGE.0 - LEFT - RIGHT, widths.iter().sum::<f32>().max(f32::EPSILON));
        let mut columns = vec![LEFT];
        let mut at = LEFT;
        for width in widths {
            at += whole * width / sum;
            columns.push(at);
        }
        let table = self.columns.len();
        self.columns.push(columns);
        let head = self.row(table, true, headings);
        self.gap(4.0);
        self.pieces.push(head.clone());
        self.heads.push(head);
        for row in rows {
            let row = self.row(table, false, row);
            self.pieces.push(row);
        }
        self.gap(4.0);
    }

    fn row(&self, table: usize, head: bool, cells: &[String]) -> Piece {
        let face = if head { &self.fonts.bold } else { &self.fonts.regular };
        let columns = self.columns.get(table).map(Vec::as_slice).unwrap_or_default();
        let cells: Vec<Vec<String>> = cells
            .iter()
            .zip(columns.windows(2))
            .map(|(text, column)| {
                let width = column[1] - column[0] - 2.0 * PAD;
                text.lines().flat_map(|line| face.lines(line, CELL.0, width)).collect()
            })
            .collect();
        let most = cells.iter().map(Vec::len).max().unwrap_or_default().max(1);
        Piece { height: most as f32 * CELL.1 + 2.0 * PAD, what: What::Row { table, head, cells } }
    }

    /// Which pieces stand on which page.
    fn pages(&self) -> Vec<Vec<Piece>> {
        let limit = PAGE.1 - BOTTOM - 6.0;
        let mut pages = vec![Vec::new()];
        let mut y = TOP + Fonts::front_height(&self.paper.annex, &self.about);
        for (at, piece) in self.pieces.iter().enumerate() {
            let follows = self.pieces.get(at + 1).map_or(0.0, |next| next.height);
            // A heading, the space above it and the head of a table stay with what follows.
            let with = match &piece.what {
                What::Line { bold: true, .. } | What::Row { head: true, .. } | What::Gap => follows,
                _ => 0.0,
            };
            let on_page = pages.last().is_some_and(|page| !page.is_empty());
            if on_page && y + piece.height + with > limit {
                pages.push(Vec::new());
                y = TOP + Fonts::CONTINUED;
                if let What::Row { table, head: false, .. } = &piece.what
                    && let (Some(head), Some(page)) = (self.heads.get(*table), pages.last_mut())
                {
                    y += head.height;
                    page.push(head.clone());
                }
            }
            if let Some(page) = pages.last_mut() {
                y += piece.height;
                page.push(piece.clone());
            }
        }
        pages
    }

    fn draw(&self, surface: &mut Surface<'_>, page: &[Piece], at: usize, of: usize) {
        let mut y = if at == 0 {
            self.fonts.front(surface, &self.paper.annex, &self.paper.title, &self.about)
        } else {
            self.fonts.continued(surface, &self.paper.continued)
        };
        for piece in page {
            match &piece.what {
                What::Gap => {}
                What::Line { bold, text } => {
                    let face = if *bold { &self.fonts.bold } else { &self.fonts.regular };
                    face.draw(surface, LEFT, y + TEXT.0, TEXT.0, text);
                }
                What::Row { table, head, cells } => {
                    self.draw_row(surface, y, piece.height, *table, *head, cells)
                }
                What::Signatures => {
                    self.fonts.signatures(surface, y + GAP, &self.paper.signatures);
                }
            }
            y += piece.height;
        }
        let foot: Vec<&str> = self.paper.mark.lines().collect();
        self.fonts.foot(surface, &foot, at, of);
    }

    fn draw_row(
        &self,
        surface: &mut Surface<'_>,
        top: f32,
        height: f32,
        table: usize,
        head: bool,
        cells: &[Vec<String>],
    ) {
        let face = if head { &self.fonts.bold } else { &self.fonts.regular };
        let Some(columns) = self.columns.get(table) else { return };
        for (lines, x) in cells.iter().zip(columns) {
            for (n, line) in lines.iter().enumerate() {
                face.draw(surface, x + PAD, top + PAD + CELL.0 + n as f32 * CELL.1, CELL.0, line);
            }
        }
        let mut path = PathBuilder::new();
        let (left, right) = (LEFT, columns.last().copied().unwrap_or(LEFT));
        for y in [top, top + height] {
            path.move_to(left, y);
            path.line_to(right, y);
        }
        for x in columns {
            path.move_to(*x, top);
            path.line_to(*x, top + height);
        }
        stroke(surface, path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(rows: usize, words: usize) -> Paper {
        let row = |number: usize| {
            vec![number.to_string(), "Сынамалы ауданының мансап орталығы ".repeat(number % 5 + 1)]
        };
        Paper {
            language: "kk".into(),
            title: "Қорытынды".into(),
            about: vec!["2026 жылғы 3-тоқсан".into()],
            continued: "Жалғасы".into(),
            blocks: vec![
                Block::Heading("1. Қорытынды есеп".into()),
                Block::Text("Әр сөз өз орнында. ".repeat(words)),
                Block::Table {
                    headings: vec!["№".into(), "Орталық".into()],
                    widths: vec![1.0, 9.0],
                    rows: (1..=rows).map(row).collect(),
                },
                Block::Heading("2. Ұсынымдар".into()),
                Block::Text("бір\nекі".into()),
            ],
            signatures: vec![("Қол қойған".into(), "СЫНАҚОВА".into())],
            mark: "белгі".into(),
            ..Paper::default()
        }
    }

    #[test]
    fn nothing_is_lost_or_leaves_its_page() {
        let fonts = Fonts::load().unwrap();
        for (rows, words) in [(0, 0), (1, 10), (30, 1), (31, 200), (32, 400), (300, 3_000)] {
            let paper = paper(rows, words);
            let sheet = Sheet::of(&paper, &fonts);
            let pages = sheet.pages();
            let heads =
                pages.iter().flatten().filter(|piece| matches!(piece.what, What::Row { head: true, .. }));
            let drawn = pages.iter().flatten().count() - (heads.count() - 1);
            assert_eq!(drawn, sheet.pieces.len(), "{rows} rows, {words} words");
            for (at, page) in pages.iter().enumerate() {
                let above = if at == 0 {
                    TOP + Fonts::front_height(&paper.annex, &sheet.about)
                } else {
                    TOP + Fonts::CONTINUED
                };
                let height: f32 = page.iter().map(|piece| piece.height).sum();
                assert!(above + height <= PAGE.1 - BOTTOM, "page {at} of {rows} rows, {words} words");
                let last = page.last().map(|piece| &piece.what);
                let alone =
                    matches!(last, Some(What::Line { bold: true, .. } | What::Row { head: true, .. }));
                assert!(!alone || at + 1 == pages.len(), "a heading is the last of page {at}");
            }
        }
        assert!(Sheet::of(&paper(300, 1), &fonts).pages().len() > 3);
    }

    #[test]
    fn it_is_a_document() {
        let bytes = pdf(&paper(250, 2_000)).unwrap();
        assert!(bytes.starts_with(b"%PDF-"), "{:?}", &bytes[..8]);
        assert!(bytes.len() < 1_500_000, "{}", bytes.len());
    }
}

//! Paper: what every printed document has. A4 across, a font that can be measured, a front with the title, page numbers and
//! who printed it in the foot, and places for signatures.
//!
//! Between them stands the form of a report ([`report::print`](super::report::print)), or headings, texts and tables
//! ([`blocks`]); nothing here knows of what it is. The font is DejaVu Sans Condensed, which has every Kazakh letter and lies
//! in a crate, so that nothing on the machine is asked for.

pub mod blocks;

use krilla::{
    Document,
    error::KrillaError,
    geom::{PathBuilder, Point},
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
pub(super) const PAGE: (f32, f32) = (841.89, 595.28);
/// Its margins.
pub(super) const LEFT: f32 = 28.0;
pub(super) const RIGHT: f32 = 20.0;
pub(super) const TOP: f32 = 24.0;
pub(super) const BOTTOM: f32 = 30.0;
/// Size and line of what stands in a table.
pub(super) const SMALL: (f32, f32) = (6.4, 7.2);
/// Of everything else.
pub(super) const TEXT: (f32, f32) = (8.5, 11.5);
const LINE: f32 = 0.4;
/// Where the line of a signature begins.
const SIGNED: f32 = LEFT + 260.0;

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

/// Writes a document of so many pages, each drawn by its number from 0.
///
/// # Errors
/// When it cannot be made.
pub(super) fn document(
    title: &str,
    language: &str,
    pages: usize,
    mut draw: impl FnMut(&mut Surface<'_>, usize),
) -> Result<Vec<u8>, PrintError> {
    let mut document = Document::new();
    for at in 0..pages {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or(PrintError::Page)?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        surface.set_fill(Some(Fill::default()));
        draw(&mut surface, at);
        surface.finish();
        page.finish();
    }
    document.set_metadata(Metadata::new().title(title.to_owned()).language(language.to_owned()));
    document.finish().map_err(PrintError::Write)
}

/// The two faces.
pub(super) struct Fonts {
    pub(super) regular: Face,
    pub(super) bold: Face,
}

impl Fonts {
    pub(super) fn load() -> Result<Self, PrintError> {
        Ok(Self {
            regular: Face::of(dejavu::sans_condensed::regular())?,
            bold: Face::of(dejavu::sans_condensed::bold())?,
        })
    }

    /// Height of [`Fonts::front`].
    pub(super) fn front_height(annex: &[String], about: &[String]) -> f32 {
        annex.len() as f32 * (TEXT.1 - 2.0) + 20.0 + about.len() as f32 * TEXT.1 + 6.0
    }

    /// What stands above everything on the first page: lines at the upper right, the title, lines below it. Gives where
    /// it ends.
    pub(super) fn front(
        &self,
        surface: &mut Surface<'_>,
        annex: &[String],
        title: &str,
        about: &[String],
    ) -> f32 {
        let mut y = TOP;
        for line in annex {
            self.regular.to_the_right(surface, y + TEXT.0, TEXT.0 - 1.0, line);
            y += TEXT.1 - 2.0;
        }
        let size = 11.0;
        let width = self.bold.width(title, size);
        self.bold.draw(surface, (PAGE.0 - width) / 2.0, y + 15.0, size, title);
        y += 20.0;
        for line in about {
            let width = self.regular.width(line, TEXT.0);
            self.regular.draw(surface, (PAGE.0 - width) / 2.0, y + TEXT.0, TEXT.0, line);
            y += TEXT.1;
        }
        y + 6.0
    }

    /// Height of [`Fonts::continued`].
    pub(super) const CONTINUED: f32 = TEXT.1 + 4.0;

    /// That the table goes on from the page before. Gives where it ends.
    pub(super) fn continued(&self, surface: &mut Surface<'_>, words: &str) -> f32 {
        self.regular.to_the_right(surface, TOP + TEXT.0, TEXT.0, words);
        TOP + Self::CONTINUED
    }

    /// Lines at the foot of a page, the last one lowest, and its number.
    pub(super) fn foot(&self, surface: &mut Surface<'_>, lines: &[&str], at: usize, of: usize) {
        let foot = PAGE.1 - BOTTOM + 14.0;
        for (n, line) in lines.iter().rev().enumerate() {
            self.regular.draw(surface, LEFT, foot - n as f32 * SMALL.1, SMALL.0, line);
        }
        self.regular.to_the_right(surface, foot, TEXT.0, &format!("{} / {of}", at + 1));
    }

    /// Height of [`Fonts::signatures`].
    pub(super) fn signatures_height(of: &[(String, String)]) -> f32 {
        of.len() as f32 * 2.0 * TEXT.1
    }

    /// Places for signatures: whose, and what is known of it above the line. Gives where they end.
    pub(super) fn signatures(&self, surface: &mut Surface<'_>, mut y: f32, of: &[(String, String)]) -> f32 {
        for (who, known) in of {
            y += TEXT.1;
            self.regular.draw(surface, LEFT, y + TEXT.0, TEXT.0, who);
            self.regular.draw(surface, SIGNED + 4.0, y + TEXT.0 - 1.0, TEXT.0, known);
            let mut path = PathBuilder::new();
            path.move_to(SIGNED, y + TEXT.0 + 2.0);
            path.line_to(PAGE.0 - RIGHT, y + TEXT.0 + 2.0);
            stroke(surface, path);
            y += TEXT.1;
        }
        y
    }
}

/// Draws lines as thin as those of a form.
pub(super) fn stroke(surface: &mut Surface<'_>, path: PathBuilder) {
    let Some(path) = path.finish() else { return };
    surface.set_fill(None);
    surface.set_stroke(Some(Stroke { width: LINE, ..Stroke::default() }));
    surface.draw_path(&path);
    surface.set_stroke(None);
    surface.set_fill(Some(Fill::default()));
}

/// A font that can be measured.
pub(super) struct Face {
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

    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        self.glyphs(text).iter().map(|glyph| glyph.x_advance).sum::<f32>() * size
    }

    /// Words in lines of a width; a longer word has a line of its own.
    pub(super) fn lines(&self, text: &str, size: f32, width: f32) -> Vec<String> {
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

    /// Texts one after the other, each in lines of the width of the page.
    pub(super) fn across(&self, texts: &[String]) -> Vec<String> {
        texts.iter().flat_map(|text| self.lines(text, TEXT.0, PAGE.0 - LEFT - RIGHT)).collect()
    }

    pub(super) fn draw(&self, surface: &mut Surface<'_>, x: f32, y: f32, size: f32, text: &str) {
        let glyphs = self.glyphs(text);
        surface.draw_glyphs(Point::from_xy(x, y), &glyphs, self.font.clone(), text, size, false);
    }

    fn to_the_right(&self, surface: &mut Surface<'_>, y: f32, size: f32, text: &str) {
        self.draw(surface, PAGE.0 - RIGHT - self.width(text, size), y, size, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kazakh_letter_has_its_glyph() {
        let fonts = Fonts::load().unwrap();
        for face in [&fonts.regular, &fonts.bold] {
            for letter in "әғқңөұүһіӘҒҚҢӨҰҮҺІёЁ№§«»–•".chars() {
                assert!(face.letters.map(letter).is_some_and(|id| id.to_u32() > 0), "{letter}");
            }
        }
    }

    #[test]
    fn words_are_broken_into_lines_of_a_width() {
        let face = &Fonts::load().unwrap().regular;
        let lines = face.lines("Қоныстандыру өңірінде тұрғынжай іздеу, таңдау", 8.5, 90.0);
        assert!(lines.len() > 1);
        assert!(lines.iter().all(|line| face.width(line, 8.5) <= 90.0), "{lines:?}");
        assert_eq!(lines.join(" "), "Қоныстандыру өңірінде тұрғынжай іздеу, таңдау");
        assert_eq!(face.lines("әәәәәәәәәәәәәәәәәәәәәәәәәәәәәәәәәәә ә", 8.5, 20.0).len(), 2);
    }
}

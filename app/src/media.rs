//! What a camera file is and what is made of it: judged by its bytes, never by its name.
//!
//! A JPEG is decoded to the end, so a torn one is noticed while the worker still stands in the house; from its pixels
//! come a copy of at most 1,920 px and a thumbnail. Metadata that cannot be read is a remark, not a fault: the file is
//! evidence all the same. HEIC, video and documents travel as they are.

use std::{
    fs::File,
    io::{self, BufReader, Cursor, Read, Seek},
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};

use kandas_pixels::{Made, Undecodable};
use kandas_shared::evidence::{EvidenceKind, FileRef, Summary};

use crate::vault::Vault;

mod exif_summary;
pub mod sniff;

pub use self::sniff::Format;

/// Why a file cannot be evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// No bytes at all.
    Empty,
    /// Neither picture, video nor document, whatever its name says.
    NotMedia,
    /// A picture that ends before its end.
    Truncated,
    /// Media, but not of the kind that was asked for.
    WrongKind,
}

impl Fault {
    /// The word in the store and in message ids.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Fault::Empty => "empty",
            Fault::NotMedia => "not_media",
            Fault::Truncated => "truncated",
            Fault::WrongKind => "wrong_kind",
        }
    }
}

/// Where a camera file is read from.
#[derive(Clone)]
pub enum Origin {
    /// The file system.
    Path(PathBuf),
    /// The vault: a file that an interrupted attach left there.
    Vault(Vault, FileRef),
}

/// Something that can be read from any place.
pub trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

impl Origin {
    /// Opens it at the first byte.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(&self) -> io::Result<Box<dyn ReadSeek>> {
        match self {
            Origin::Path(path) => Ok(Box::new(BufReader::new(File::open(path)?))),
            Origin::Vault(vault, name) => {
                Ok(Box::new(vault.open_at(*name, 0).map_err(|e| io::Error::other(e.to_string()))?))
            }
        }
    }
}

/// What a camera file turned out to be.
pub struct Judged {
    /// What it is.
    pub format: Format,
    /// What kind of proof it is.
    pub kind: EvidenceKind,
    /// What the camera wrote into it.
    pub summary: Summary,
    /// The smaller copy that travels instead; none: it travels as it is.
    pub copy: Option<Vec<u8>>,
    /// The small picture; none where nothing here can decode the pixels.
    pub thumbnail: Option<Vec<u8>>,
    /// The bytes that were judged, where they were read whole; what is kept is what was judged.
    pub bytes: Option<Vec<u8>>,
}

/// Judges a camera file and makes what is made of it. Slow; never on the async threads.
///
/// # Errors
/// When the file cannot be read. What is wrong with its content is a [`Fault`].
pub fn judge(origin: &Origin, wanted: Option<EvidenceKind>) -> io::Result<Result<Judged, Fault>> {
    let mut head = Vec::new();
    origin.open()?.take(8 * 1024).read_to_end(&mut head)?;
    if head.is_empty() {
        return Ok(Err(Fault::Empty));
    }
    let Some(format) = sniff::sniff(&head) else { return Ok(Err(Fault::NotMedia)) };
    let kind = match wanted {
        None => format.natural_kind(),
        Some(kind) if format.can_be(kind) => kind,
        Some(_) => return Ok(Err(Fault::WrongKind)),
    };
    let Some(pixels) = format.pixels() else {
        let summary = exif_summary::read(format, || origin.open());
        return Ok(Ok(Judged { format, kind, summary, copy: None, thumbnail: None, bytes: None }));
    };
    let mut bytes = Vec::new();
    origin.open()?.read_to_end(&mut bytes)?;
    let mut summary = exif_summary::read_bytes(&bytes);
    // Decoders are made to survive bad input; if one does not, the picture counts as torn instead of ending the program.
    let made = catch_unwind(AssertUnwindSafe(|| kandas_pixels::make(pixels, &bytes, &summary)));
    let made = match made {
        Ok(Ok(made)) => made,
        Ok(Err(Undecodable::Torn)) | Err(_) => return Ok(Err(Fault::Truncated)),
        // Whole as far as can be told: it travels as it is.
        Ok(Err(Undecodable::Unsupported(why))) => {
            summary.unreadable.get_or_insert(why);
            Made::default()
        }
    };
    summary.width = made.width.or(summary.width);
    summary.height = made.height.or(summary.height);
    Ok(Ok(Judged { format, kind, summary, copy: made.copy, thumbnail: made.thumbnail, bytes: Some(bytes) }))
}

/// What a camera wrote into a file in memory, by the bytes alone; `None`: it is no evidence.
#[must_use]
pub fn summarise(bytes: &[u8]) -> Option<(Format, Summary)> {
    let format = sniff::sniff(&bytes[..bytes.len().min(8 * 1024)])?;
    let held = bytes.to_vec();
    Some((format, exif_summary::read(format, || Ok(Box::new(Cursor::new(held))))))
}

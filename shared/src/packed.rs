//! Statements on a line that costs by the byte: the same signed bytes in a third of the room (docs/device-api.md).
//!
//! Most of a record is ids, hashes and nonces written as text; what is left says the same words in every record. So values
//! travel as their bytes, once: what was said before, in this batch or in the request that is answered, is named by its
//! place, and so is the identity of each statement, which `prev` and receipts repeat. The rest of the text goes through
//! zstd with a list of words that both sides have.
//!
//! Nothing is interpreted: packing works on text, whatever it says, and unpacking gives back every statement exactly,
//! signature and identity included. A form that is released never changes, its list of words neither; a change is a new
//! [`VERSION`], and the server says in its tokens which one it reads.
//!
//! ```text
//! body      = version (1 byte), check (4 bytes), length of the archive (LEB128), archive, raw
//! check     = the first bytes of SHA-256 over the identities of the statements
//! archive   = zstd, with the words, of: statement*
//! statement = header, payload text, 0xff
//! header    = 0 (that of the statement before) | 1 text 0xff (JSON, base64url as it stands in the statement)
//!           | 2 text 0xff (as it stands in the statement)
//! text      = UTF-8 in which bytes from 0xf6 on, which UTF-8 never has, stand for values
//! raw       = in the order of the text: the bytes of new values, and after each payload the 64 of its signature
//! ```
//!
//! Sides that do not agree about what was said before would make other text of the same bytes; the check tells them, so
//! that such a batch is said again in JSON instead of being refused for signatures that do not verify.

mod values;

use std::{cell::RefCell, io::Read as _, sync::OnceLock};

use zstd::{
    bulk::{Compressor, Decompressor},
    dict::{DecoderDictionary, EncoderDictionary},
    stream::read::Decoder,
    zstd_safe::get_frame_content_size,
};

use crate::{
    hash::{Digest, b64, from_b64},
    jws::Jws,
};

pub use values::Seen;
use values::{Reader, Writer};

/// The form this program writes and reads.
pub const VERSION: u32 = 1;
/// `Content-Type` of a request and an answer in this form.
pub const MEDIA_TYPE: &str = "application/vnd.kandas.packed";

/// The words both sides have: an example of what is said every day, one text a line.
const WORDS: &str = include_str!("packed/words.v1.jsonl");
/// How hard zstd tries. The text is short; more gains nothing that a phone's battery would not notice.
const LEVEL: i32 = 9;
/// Farthest look back of the archive, as a power of two.
const WINDOW_LOG: u32 = 23;
const END: u8 = 0xff;
const SIGNATURE: usize = 64;
const CHECK: usize = 4;

/// How the header of a statement is told.
mod header {
    pub const AS_BEFORE: u8 = 0;
    pub const JSON: u8 = 1;
    pub const PLAIN: u8 = 2;
}

/// Why a body cannot be unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unpackable {
    /// It is of a version that is not read here.
    #[error("version {0} of the packed form is not read here")]
    Version(u8),
    /// It ends before its end, or goes on behind it.
    #[error("it does not end where it says")]
    Length,
    /// The archive is none.
    #[error("it cannot be decompressed")]
    Archive,
    /// It becomes larger than allowed.
    #[error("it becomes too large")]
    TooLarge,
    /// It names a value that was not said.
    #[error("it names a value that was not said")]
    UnknownValue,
    /// What comes out is no text.
    #[error("it is no text")]
    NotText,
    /// The sides do not agree about what was said before.
    #[error("it says something else here than there")]
    Differs,
    /// A header of a kind that there is not.
    #[error("a header of a kind that there is not")]
    Header,
}

/// Packs statements; what they say is `seen` from then on. `None`: there is one whose signature is not 64 bytes in
/// base64url, which cannot be told in this form.
#[must_use]
pub fn pack(statements: &[Jws], seen: &mut Seen) -> Option<Vec<u8>> {
    let mut writer = Writer::new(seen);
    write(statements, &mut writer)?;
    let (text, raw) = writer.into_parts();
    let archive = squeeze(&text)?;
    let mut body = vec![VERSION as u8];
    body.extend_from_slice(&check(statements));
    values::put_number(&mut body, archive.len() as u64);
    body.extend_from_slice(&archive);
    body.extend_from_slice(&raw);
    Some(body)
}

/// Unpacks statements; what they say is `seen` from then on. What comes out has at most `most` bytes in all.
///
/// # Errors
/// When the body is not one of this form, or grows too large.
pub fn unpack(body: &[u8], seen: &mut Seen, most: usize) -> Result<Vec<Jws>, Unpackable> {
    let (version, rest) = body.split_first().ok_or(Unpackable::Length)?;
    if u32::from(*version) != VERSION {
        return Err(Unpackable::Version(*version));
    }
    let (told, rest) = rest.split_at_checked(CHECK).ok_or(Unpackable::Length)?;
    let (length, rest) = values::take_number(rest).ok_or(Unpackable::Length)?;
    let length = usize::try_from(length).map_err(|_| Unpackable::Length)?;
    let (archive, raw) = rest.split_at_checked(length).ok_or(Unpackable::Length)?;
    let text = inflate(archive, most)?;
    let mut reader = Reader::new(seen, &text, raw, most);
    let mut statements: Vec<Jws> = Vec::new();
    while let Some(kind) = reader.next_byte() {
        let protected = match kind {
            header::AS_BEFORE => {
                let before = statements.last().ok_or(Unpackable::Header)?.protected.clone();
                reader.grown(before.len())?;
                before
            }
            header::JSON => b64(reader.text(END)?.as_bytes()),
            header::PLAIN => reader.text(END)?,
            _ => return Err(Unpackable::Header),
        };
        let payload = reader.text(END)?;
        let signature = b64(reader.raw(SIGNATURE)?);
        let statement = Jws { protected, payload, signature };
        reader.note_identity(statement.identity());
        statements.push(statement);
    }
    if !reader.is_at_end() {
        return Err(Unpackable::Length);
    }
    if told == check(&statements) { Ok(statements) } else { Err(Unpackable::Differs) }
}

fn check(statements: &[Jws]) -> [u8; CHECK] {
    let identities: Vec<u8> = statements.iter().flat_map(|statement| statement.identity().0).collect();
    let [one, two, three, four, ..] = Digest::of(&identities).0;
    [one, two, three, four]
}

fn write(statements: &[Jws], writer: &mut Writer<'_>) -> Option<()> {
    let mut before: Option<&str> = None;
    for statement in statements {
        let signature = from_b64(&statement.signature).filter(|bytes| bytes.len() == SIGNATURE)?;
        let json = from_b64(&statement.protected).and_then(|bytes| String::from_utf8(bytes).ok());
        if before == Some(&statement.protected) {
            writer.byte(header::AS_BEFORE);
        } else if let Some(json) = json {
            writer.byte(header::JSON);
            writer.text(&json);
            writer.byte(END);
        } else {
            writer.byte(header::PLAIN);
            writer.text(&statement.protected);
            writer.byte(END);
        }
        before = Some(&statement.protected);
        writer.text(&statement.payload);
        writer.byte(END);
        writer.raw(&signature);
        writer.note_identity(statement.identity());
    }
    Some(())
}

/// The words as they stand in an archive: what zstd may refer to from the first byte on.
fn words() -> &'static [u8] {
    static PACKED: OnceLock<Vec<u8>> = OnceLock::new();
    PACKED.get_or_init(|| {
        let mut seen = Seen::default();
        let mut writer = Writer::new(&mut seen);
        for line in WORDS.lines() {
            if line.starts_with("{\"alg\"") {
                writer.byte(header::JSON);
            } else {
                writer.byte(header::AS_BEFORE);
            }
            writer.text(line);
            writer.byte(END);
        }
        writer.into_parts().0
    })
}

thread_local! {
    /// With the words prepared: that takes zstd longer than most bodies.
    static SQUEEZER: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

fn squeeze(text: &[u8]) -> Option<Vec<u8>> {
    static PREPARED: OnceLock<EncoderDictionary<'static>> = OnceLock::new();
    let prepared = PREPARED.get_or_init(|| EncoderDictionary::copy(words(), LEVEL));
    SQUEEZER.with_borrow_mut(|squeezer| {
        let compressor = match squeezer {
            Some(compressor) => compressor,
            None => squeezer.insert(Compressor::with_prepared_dictionary(prepared).ok()?),
        };
        compressor.compress(text).ok()
    })
}

thread_local! {
    /// What zstd needs to work: making it takes longer than most bodies.
    static INFLATER: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// An archive that says how long its text is, as ours do. None: it is read piece by piece, and what is wrong is said there.
fn inflate_whole(
    archive: &[u8],
    most: usize,
    prepared: &'static DecoderDictionary<'static>,
) -> Option<Vec<u8>> {
    let length = usize::try_from(get_frame_content_size(archive).ok()??).ok()?;
    if length > most {
        return None;
    }
    INFLATER.with_borrow_mut(|inflater| {
        let decompressor = match inflater {
            Some(decompressor) => decompressor,
            None => inflater.insert(Decompressor::with_prepared_dictionary(prepared).ok()?),
        };
        decompressor.decompress(archive, length).ok()
    })
}

fn inflate(archive: &[u8], most: usize) -> Result<Vec<u8>, Unpackable> {
    static PREPARED: OnceLock<DecoderDictionary<'static>> = OnceLock::new();
    let prepared = PREPARED.get_or_init(|| DecoderDictionary::copy(words()));
    if let Some(text) = inflate_whole(archive, most, prepared) {
        return Ok(text);
    }
    let mut decoder =
        Decoder::with_prepared_dictionary(archive, prepared).map_err(|_| Unpackable::Archive)?;
    decoder.window_log_max(WINDOW_LOG).map_err(|_| Unpackable::Archive)?;
    let mut text = Vec::new();
    // One byte more than allowed is enough to know.
    decoder.take(most as u64 + 1).read_to_end(&mut text).map_err(|_| Unpackable::Archive)?;
    if text.len() > most { Err(Unpackable::TooLarge) } else { Ok(text) }
}

#[cfg(test)]
mod tests;

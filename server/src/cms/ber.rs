//! Brings a file into the one form that is read: DER. People hand in DER, the same in base64 with or without lines around it
//! (PEM), and BER with lengths that are not said beforehand, as programs write that sign while they read.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// So deep a file may be nested. Certificates need about twelve.
const DEEPEST: u8 = 32;
/// An octet string in pieces, and in one.
const PIECES: u8 = 0x24;
const OCTETS: u8 = 0x04;

/// The bytes of a file that came as DER or BER, or as text. None if it is neither.
pub(super) fn unwrapped(file: &[u8]) -> Option<Vec<u8>> {
    if file.first() == Some(&0x30) {
        return Some(file.to_vec());
    }
    let text = std::str::from_utf8(file).ok()?.trim_start_matches('\u{feff}').trim();
    let inner = match text.strip_prefix("-----BEGIN ") {
        None => text,
        Some(rest) => {
            let (label, rest) = rest.split_once("-----")?;
            if !["CMS", "PKCS7", "PKCS #7 SIGNED DATA"].contains(&label) {
                return None;
            }
            rest.split_once("-----END ")?.0
        }
    };
    let letters: Vec<u8> = inner.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(letters).ok().filter(|bytes| bytes.first() == Some(&0x30))
}

/// The same with all lengths said and octet strings in one piece. None if it is no BER, or nothing follows the rules of it.
pub(super) fn definite(bytes: &[u8]) -> Option<Vec<u8>> {
    let (mut input, mut out) = (bytes, Vec::with_capacity(bytes.len()));
    copy(&mut input, &mut out, DEEPEST)?;
    input.is_empty().then_some(out)
}

fn copy(input: &mut &[u8], out: &mut Vec<u8>, deeper: u8) -> Option<()> {
    let deeper = deeper.checked_sub(1)?;
    let tag = byte(input)?;
    // Numbers above 30 take more than one byte: nothing that is read here has one.
    if tag & 0x1F == 0x1F {
        return None;
    }
    let constructed = tag & 0x20 != 0;
    let first = byte(input)?;
    let mut inner: Vec<u8> = Vec::new();
    if first == 0x80 {
        if !constructed {
            return None;
        }
        while input.first_chunk::<2>() != Some(&[0, 0]) {
            copy(input, &mut inner, deeper)?;
        }
        *input = input.get(2..)?;
    } else {
        let length = length(input, first)?;
        let mut value = take(input, length)?;
        if constructed {
            while !value.is_empty() {
                copy(&mut value, &mut inner, deeper)?;
            }
        } else {
            inner.extend_from_slice(value);
        }
    }
    if tag == PIECES {
        let (mut pieces, mut whole) = (inner.as_slice(), Vec::with_capacity(inner.len()));
        while !pieces.is_empty() {
            if byte(&mut pieces)? != OCTETS {
                return None;
            }
            let first = byte(&mut pieces)?;
            let piece = length(&mut pieces, first)?;
            whole.extend_from_slice(take(&mut pieces, piece)?);
        }
        write(out, OCTETS, &whole);
    } else {
        write(out, tag, &inner);
    }
    Some(())
}

fn write(out: &mut Vec<u8>, tag: u8, value: &[u8]) {
    out.push(tag);
    let bytes = value.len().to_be_bytes();
    if value.len() < 0x80 {
        out.extend_from_slice(&bytes[bytes.len() - 1..]);
    } else {
        let leading = bytes.iter().take_while(|byte| **byte == 0).count();
        // At most eight bytes.
        out.push(0x80 | (bytes.len() - leading) as u8);
        out.extend_from_slice(&bytes[leading..]);
    }
    out.extend_from_slice(value);
}

fn byte(input: &mut &[u8]) -> Option<u8> {
    let (first, rest) = input.split_first()?;
    *input = rest;
    Some(*first)
}

fn take<'a>(input: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = input.split_at_checked(count)?;
    *input = rest;
    Some(taken)
}

/// A length, of which the first byte was read.
fn length(input: &mut &[u8], first: u8) -> Option<usize> {
    if first < 0x80 {
        return Some(usize::from(first));
    }
    let count = usize::from(first & 0x7F);
    if count == 0 || count > 4 {
        return None;
    }
    Some(take(input, count)?.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
}

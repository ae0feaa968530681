//! A staged page: its lines as they came, packed with zstd. Each line is its kind, id, position and the length of its
//! row (`-` for none) in words, a line feed, then the row byte for byte and another line feed.

use std::io::Write as _;

use uuid::Uuid;

use super::Line;
use crate::store::StoreError;

/// Fast rather than small: it lies here for seconds.
const LEVEL: i32 = 1;

/// Packs lines.
///
/// # Errors
/// When there is no memory for it.
pub(super) fn pack(lines: &[Line<'_>]) -> Result<Vec<u8>, StoreError> {
    let length = lines.iter().map(|line| 80 + line.row.map_or(0, str::len)).sum();
    let mut text = Vec::with_capacity(length);
    for line in lines {
        write!(text, "{} {} {} ", line.kind, line.id, line.position)?;
        match line.row {
            None => writeln!(text, "-")?,
            Some(row) => writeln!(text, "{}\n{row}", row.len())?,
        }
    }
    Ok(zstd::bulk::compress(&text, LEVEL)?)
}

/// The text of a packed page.
///
/// # Errors
/// When it is none.
pub(super) fn unpack(packed: &[u8]) -> Result<String, StoreError> {
    String::from_utf8(zstd::decode_all(packed)?).map_err(|_| unreadable("it is not text"))
}

/// The lines of an unpacked page.
///
/// # Errors
/// When something is not as it was packed.
pub(super) fn lines(mut text: &str) -> Result<Vec<Line<'_>>, StoreError> {
    let mut lines = Vec::new();
    while !text.is_empty() {
        let (line, rest) = line(text).ok_or_else(|| unreadable("a line is not as it was written"))?;
        lines.push(line);
        text = rest;
    }
    Ok(lines)
}

fn line(text: &str) -> Option<(Line<'_>, &str)> {
    let (head, rest) = text.split_once('\n')?;
    let mut words = head.split(' ');
    let (kind, id) = (words.next()?.parse().ok()?, words.next()?.parse::<Uuid>().ok()?);
    let (position, length) = (words.next()?.parse().ok()?, words.next()?);
    let (row, rest) = match length {
        "-" => (None, rest),
        length => {
            let length: usize = length.parse().ok()?;
            (Some(rest.get(..length)?), rest.get(length..)?.strip_prefix('\n')?)
        }
    };
    Some((Line { kind, id, position, row }, rest))
}

fn unreadable(what: &str) -> StoreError {
    StoreError::Unreadable("pulled_page", what.to_owned())
}

#[cfg(test)]
mod tests {
    use kandas_shared::cursor::Kind;

    use super::*;

    #[test]
    fn a_page_comes_out_as_it_went_in() {
        let id = Uuid::from_u128(7);
        let page = [
            Line { kind: Kind::Family, id, position: 3, row: Some("{\"a\":\"ә\\n\"}") },
            Line { kind: Kind::Activity, id, position: 4, row: None },
            Line { kind: Kind::Activity, id, position: u64::MAX, row: Some("two\nlines") },
            Line { kind: Kind::Person, id, position: 5, row: Some("") },
        ];
        let text = unpack(&pack(&page).unwrap()).unwrap();
        assert_eq!(lines(&text).unwrap(), page);
        assert_eq!(lines(&unpack(&pack(&[]).unwrap()).unwrap()).unwrap(), []);
        for broken in ["family", "family 7 3 -\n", "visit 0 3 -\n", &text[..text.len() - 1]] {
            assert!(lines(broken).is_err(), "{broken}");
        }
        assert!(unpack(b"page").is_err());
    }
}

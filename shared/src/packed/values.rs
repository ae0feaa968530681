//! Values in a text: found between quotation marks, told once as bytes, then by their place.

use std::collections::HashMap;

use chrono::DateTime;

use super::Unpackable;
use crate::{
    hash::{Digest, b64, from_b64},
    ids::{DeviceId, UserId},
    jws::KeyId,
};

/// Bytes of the text that stand for values.
mod mark {
    /// A new value in the form of [`super::FORMS`]`[mark - FIRST_FORM]`.
    pub const FIRST_FORM: u8 = 0xf8;
    /// A new id that begins like the last new one: its first four bytes, or its first six, are not told again. An id of
    /// version 7 begins with the time.
    pub const ID_NEAR: u8 = 0xfd;
    pub const ID_NEARER: u8 = 0xfe;
    /// A value that was said before; its place follows (LEB128), counted from the first one.
    pub const PLACE: u8 = 0xf7;
    /// A time: microseconds since the last one (zigzag, LEB128, in the raw bytes); the first one since 1970.
    pub const TIME: u8 = 0xf6;
    /// From here on bytes mean something else than themselves.
    pub const FIRST: u8 = TIME;
}

/// How a value is written as text. A text in one of these forms has exactly one value and the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Form {
    /// 64 lower-case hexadecimal digits.
    Digest,
    /// `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, lower case.
    Id,
    /// 32 lower-case hexadecimal digits.
    Epoch,
    /// 22 characters of base64url.
    Nonce,
    /// 43 characters of base64url.
    Thumbprint,
}

const FORMS: [Form; 5] = [Form::Digest, Form::Id, Form::Epoch, Form::Nonce, Form::Thumbprint];

impl Form {
    /// The form of a text of this length.
    fn of_length(length: usize) -> Option<Self> {
        FORMS.into_iter().find(|form| form.length() == length)
    }

    fn length(self) -> usize {
        match self {
            Form::Digest => 64,
            Form::Id => 36,
            Form::Epoch => 32,
            Form::Nonce => 22,
            Form::Thumbprint => 43,
        }
    }

    /// Bytes of the value.
    fn width(self) -> usize {
        match self {
            Form::Digest | Form::Thumbprint => 32,
            Form::Id | Form::Epoch | Form::Nonce => 16,
        }
    }

    fn read(self, text: &[u8]) -> Option<Value> {
        let text = std::str::from_utf8(text).ok()?;
        let bytes = match self {
            Form::Digest | Form::Epoch => hex::decode(text).ok()?,
            Form::Id => hex::decode(text.replace('-', "")).ok().filter(|bytes| bytes.len() == 16)?,
            Form::Nonce | Form::Thumbprint => from_b64(text)?,
        };
        // Upper case, hyphens elsewhere, base64 with odd last bits: not the one text of its value.
        (self.write(&bytes) == text).then_some(Value { form: self, bytes })
    }

    fn write(self, bytes: &[u8]) -> String {
        match self {
            Form::Digest | Form::Epoch => hex::encode(bytes),
            Form::Id => {
                let digits = hex::encode(bytes);
                let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default();
                [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-")
            }
            Form::Nonce | Form::Thumbprint => b64(bytes),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Value {
    form: Form,
    bytes: Vec<u8>,
}

impl Value {
    fn identity(hash: Digest) -> Self {
        Self { form: Form::Digest, bytes: hash.0.to_vec() }
    }
}

/// What stands between two quotation marks and is told as bytes.
enum Told {
    Value(Value),
    Time(i64),
}

impl Told {
    fn of(text: &[u8]) -> Option<Self> {
        if text.len() == TIME_LENGTH {
            return read_time(text).map(Self::Time);
        }
        Form::of_length(text.len())?.read(text).map(Self::Value)
    }
}

/// `YYYY-MM-DDThh:mm:ss.ffffffZ`.
const TIME_LENGTH: usize = 27;

fn read_time(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let micros = DateTime::parse_from_rfc3339(text).ok()?.timestamp_micros();
    (write_time(micros)? == text).then_some(micros)
}

fn write_time(micros: i64) -> Option<String> {
    Some(DateTime::from_timestamp_micros(micros)?.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string())
}

/// What both sides have said so far. An answer is packed and unpacked with what its request has left here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    values: Vec<Value>,
    last_id: Vec<u8>,
    /// Microseconds since 1970.
    last_time: i64,
}

impl Seen {
    /// What both sides know of the bearer of a token before a word is said: the device, its worker, the key it signs with
    /// and the key the server signs with.
    #[must_use]
    pub fn of_token(device: DeviceId, worker: UserId, key: &KeyId, server_key: &KeyId) -> Self {
        let mut seen = Self::default();
        for id in [device.0, worker.0] {
            seen.note(Value { form: Form::Id, bytes: id.as_bytes().to_vec() });
        }
        for key in [key, server_key] {
            // What is no thumbprint has its place too, so that both sides count alike.
            let bytes =
                Form::Thumbprint.read(key.0.as_bytes()).map_or_else(|| vec![0; 32], |value| value.bytes);
            seen.note(Value { form: Form::Thumbprint, bytes });
        }
        seen
    }

    fn note(&mut self, value: Value) {
        if value.form == Form::Id {
            self.last_id.clone_from(&value.bytes);
        }
        self.values.push(value);
    }

    /// Leading bytes of a new id that need not be told: six, four or none.
    fn shared_with_last_id(&self, bytes: &[u8]) -> usize {
        let same = self.last_id.iter().zip(bytes).take_while(|(one, other)| one == other).count();
        [6, 4].into_iter().find(|known| *known <= same).unwrap_or(0)
    }
}

/// Writes text in which values are told.
pub(super) struct Writer<'a> {
    seen: &'a mut Seen,
    places: HashMap<Value, usize>,
    text: Vec<u8>,
    raw: Vec<u8>,
}

impl<'a> Writer<'a> {
    pub fn new(seen: &'a mut Seen) -> Self {
        let mut places = HashMap::new();
        for (place, value) in seen.values.iter().enumerate() {
            places.entry(value.clone()).or_insert(place);
        }
        Self { seen, places, text: Vec::new(), raw: Vec::new() }
    }

    pub fn into_parts(self) -> (Vec<u8>, Vec<u8>) {
        (self.text, self.raw)
    }

    pub fn byte(&mut self, byte: u8) {
        self.text.push(byte);
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
    }

    /// Writes a text; whatever stands between two quotation marks and has the form of a value is told as one.
    pub fn text(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut told = 0;
        let mut opened: Option<usize> = None;
        for (at, byte) in bytes.iter().enumerate() {
            if *byte != b'"' {
                continue;
            }
            if let Some(from) = opened
                && let Some(told_as) = Told::of(&bytes[from..at])
            {
                self.text.extend_from_slice(&bytes[told..from]);
                match told_as {
                    Told::Value(value) => self.value(value),
                    Told::Time(micros) => self.time(micros),
                }
                told = at;
            }
            opened = Some(at + 1);
        }
        self.text.extend_from_slice(&bytes[told..]);
    }

    fn time(&mut self, micros: i64) {
        let since = micros.wrapping_sub(self.seen.last_time);
        self.seen.last_time = micros;
        self.text.push(mark::TIME);
        put_number(&mut self.raw, ((since << 1) ^ (since >> 63)) as u64);
    }

    fn value(&mut self, value: Value) {
        if let Some(place) = self.places.get(&value) {
            self.text.push(mark::PLACE);
            put_number(&mut self.text, *place as u64);
            return;
        }
        let known = if value.form == Form::Id { self.seen.shared_with_last_id(&value.bytes) } else { 0 };
        self.text.push(match known {
            6 => mark::ID_NEARER,
            4 => mark::ID_NEAR,
            _ => mark::FIRST_FORM + FORMS.iter().position(|form| *form == value.form).unwrap_or(0) as u8,
        });
        self.raw.extend_from_slice(&value.bytes[known..]);
        self.note(value);
    }

    pub fn note_identity(&mut self, hash: Digest) {
        self.note(Value::identity(hash));
    }

    fn note(&mut self, value: Value) {
        self.places.entry(value.clone()).or_insert(self.seen.values.len());
        self.seen.note(value);
    }
}

/// Reads text in which values are told.
pub(super) struct Reader<'a> {
    seen: &'a mut Seen,
    text: &'a [u8],
    raw: &'a [u8],
    /// Bytes that may still come out.
    room: usize,
}

impl<'a> Reader<'a> {
    pub fn new(seen: &'a mut Seen, text: &'a [u8], raw: &'a [u8], room: usize) -> Self {
        Self { seen, text, raw, room }
    }

    pub fn is_at_end(&self) -> bool {
        self.text.is_empty() && self.raw.is_empty()
    }

    pub fn next_byte(&mut self) -> Option<u8> {
        let (first, rest) = self.text.split_first()?;
        self.text = rest;
        Some(*first)
    }

    pub fn raw(&mut self, length: usize) -> Result<&'a [u8], Unpackable> {
        let (bytes, rest) = self.raw.split_at_checked(length).ok_or(Unpackable::Length)?;
        self.raw = rest;
        Ok(bytes)
    }

    /// So many bytes come out.
    pub fn grown(&mut self, length: usize) -> Result<(), Unpackable> {
        self.room = self.room.checked_sub(length).ok_or(Unpackable::TooLarge)?;
        Ok(())
    }

    /// The text up to `end`.
    pub fn text(&mut self, end: u8) -> Result<String, Unpackable> {
        let mut plain = Vec::new();
        loop {
            let run = self.text.iter().take_while(|byte| **byte < mark::FIRST).count();
            self.grown(run)?;
            plain.extend_from_slice(&self.text[..run]);
            self.text = &self.text[run..];
            let byte = self.next_byte().ok_or(Unpackable::Length)?;
            if byte == end {
                return String::from_utf8(plain).map_err(|_| Unpackable::NotText);
            }
            let text = self.value(byte)?;
            self.grown(text.len())?;
            plain.extend_from_slice(text.as_bytes());
        }
    }

    fn value(&mut self, byte: u8) -> Result<String, Unpackable> {
        if byte == mark::PLACE {
            let (place, rest) = take_number(self.text).ok_or(Unpackable::Length)?;
            self.text = rest;
            let value = usize::try_from(place).ok().and_then(|place| self.seen.values.get(place));
            return value.map(|value| value.form.write(&value.bytes)).ok_or(Unpackable::UnknownValue);
        }
        if byte == mark::TIME {
            let (told, rest) = take_number(self.raw).ok_or(Unpackable::Length)?;
            self.raw = rest;
            let since = (told >> 1) as i64 ^ -((told & 1) as i64);
            self.seen.last_time = self.seen.last_time.wrapping_add(since);
            return write_time(self.seen.last_time).ok_or(Unpackable::UnknownValue);
        }
        let (form, known) = match byte {
            mark::ID_NEARER => (Form::Id, 6),
            mark::ID_NEAR => (Form::Id, 4),
            _ => {
                let form = FORMS.get(usize::from(byte - mark::FIRST_FORM)).ok_or(Unpackable::UnknownValue)?;
                (*form, 0)
            }
        };
        let mut bytes = self.seen.last_id.get(..known).ok_or(Unpackable::UnknownValue)?.to_vec();
        bytes.extend_from_slice(self.raw(form.width() - known)?);
        let text = form.write(&bytes);
        self.seen.note(Value { form, bytes });
        Ok(text)
    }

    pub fn note_identity(&mut self, hash: Digest) {
        self.seen.note(Value::identity(hash));
    }
}

/// A number as LEB128.
pub(super) fn put_number(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

/// A number and what follows it.
pub(super) fn take_number(from: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0;
    for (place, byte) in from.iter().take(10).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((number, &from[place + 1..]));
        }
    }
    None
}

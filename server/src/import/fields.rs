//! Reading an entity field by field, each with the line it stands on.
//!
//! serde would stop at the first wrong field and call it by a byte offset. Here every field of every entity is read, and
//! what is wrong is noted with line and name, so that one run shows the operator all of it. No message repeats a value:
//! names and numbers of people do not belong on a screen that is photographed for help.

use std::{borrow::Cow, collections::BTreeMap, str::FromStr};

use chrono::NaiveDate;
use serde::{Deserialize, de};
use serde_json::value::RawValue;
use uuid::Uuid;

/// More than this nobody reads; the count goes on.
pub const MAX_ERRORS: usize = 100;

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImportError {
    /// Line of the file, from 1.
    pub line: usize,
    /// The field, with its list: `persons.iin`, `plans.activities.service`.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

impl std::fmt::Display for ImportError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}: {}", self.line, self.field, self.problem)
    }
}

/// All that is wrong with a document: the first hundred, and how many in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportErrors {
    /// The first [`MAX_ERRORS`], by line.
    pub errors: Vec<ImportError>,
    /// How many there are.
    pub count: usize,
}

impl ImportErrors {
    /// Notes one more.
    pub fn note(&mut self, line: usize, field: impl Into<String>, problem: impl Into<String>) {
        self.count += 1;
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(ImportError { line, field: field.into(), problem: problem.into() });
        }
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl std::fmt::Display for ImportErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut sorted: Vec<_> = self.errors.iter().collect();
        sorted.sort();
        for error in sorted {
            writeln!(f, "{error}")?;
        }
        if self.count > self.errors.len() {
            writeln!(f, "and {} more", self.count - self.errors.len())?;
        }
        write!(f, "nothing was imported: {} errors", self.count)
    }
}

impl std::error::Error for ImportErrors {}

/// Where each line of a text begins.
pub struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Indexes a text.
    #[must_use]
    pub fn of(text: &'t str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// Line, from 1, on which a part of the text begins. The part must be a slice of it, as a borrowed `RawValue` is.
    #[must_use]
    pub fn line_of(&self, part: &str) -> usize {
        let offset = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        self.starts.partition_point(|start| *start <= offset)
    }
}

/// An object as its members, in the order of the file, values still unread. A member twice is an error, which a plain
/// map would swallow.
pub struct Members<'t>(pub Vec<(Cow<'t, str>, &'t RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: de::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(name) = map.next_key::<Name<'de>>()? {
                    members.push((name.0, map.next_value::<&RawValue>()?));
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Visitor)
    }
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'t>(#[serde(borrow)] Cow<'t, str>);

/// The fields of one entity while they are read.
pub struct Fields<'t, 'e> {
    /// Line on which the entity begins.
    pub line: usize,
    list: &'static str,
    members: BTreeMap<Cow<'t, str>, &'t RawValue>,
    lines: &'e Lines<'t>,
    errors: &'e mut ImportErrors,
    places: Places,
}

/// The lines of an entity's fields, for checks that come later.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Line of the entity.
    pub entity: usize,
    fields: Vec<(&'static str, usize)>,
}

impl Places {
    /// Line of a field; that of the entity if it was left out.
    #[must_use]
    pub fn of(&self, field: &str) -> usize {
        self.fields.iter().find(|(name, _)| *name == field).map_or(self.entity, |(_, line)| *line)
    }
}

impl<'t, 'e> Fields<'t, 'e> {
    /// Opens an entity of `list`; `None` (noted) if it is no object.
    pub fn open(
        list: &'static str,
        raw: &'t RawValue,
        lines: &'e Lines<'t>,
        errors: &'e mut ImportErrors,
    ) -> Option<Self> {
        let line = lines.line_of(raw.get());
        let Ok(all) = serde_json::from_str::<Members<'t>>(raw.get()) else {
            errors.note(line, list, "is not an object");
            return None;
        };
        let mut members = BTreeMap::new();
        for (name, value) in all.0 {
            let at = lines.line_of(value.get());
            let shown = format!("{list}.{name}");
            if members.insert(name, value).is_some() {
                errors.note(at, shown, "stands here twice");
            }
        }
        Some(Self { line, list, members, lines, errors, places: Places { entity: line, fields: Vec::new() } })
    }

    /// What nobody asked for is an error: a misspelt field must not be lost in silence. Gives the fields' lines.
    pub fn close(self) -> Places {
        for (name, value) in self.members {
            self.errors.note(
                self.lines.line_of(value.get()),
                format!("{}.{name}", self.list),
                "is not a field here",
            );
        }
        self.places
    }

    /// A field that may be null or left out.
    pub fn optional<T: Field>(&mut self, name: &'static str) -> Option<T> {
        let value = self.members.remove(name)?;
        let line = self.lines.line_of(value.get());
        self.places.fields.push((name, line));
        if value.get() == "null" {
            return None;
        }
        let read = T::read(value.get());
        if read.is_none() {
            self.errors.note(line, format!("{}.{name}", self.list), format!("is not {}", T::WHAT));
        }
        read
    }

    /// A field that must be there.
    pub fn required<T: Field>(&mut self, name: &'static str) -> Option<T> {
        let is_there = self.members.get(name).is_some_and(|value| value.get() != "null");
        if !is_there {
            let line = self.members.remove(name).map_or(self.line, |value| self.lines.line_of(value.get()));
            self.errors.note(line, format!("{}.{name}", self.list), "is missing");
            return None;
        }
        self.optional(name)
    }

    /// A list that must be there, its items unread.
    pub fn list(&mut self, name: &'static str) -> Vec<&'t RawValue> {
        let Some(value) = self.members.remove(name) else {
            self.errors.note(self.line, format!("{}.{name}", self.list), "is missing");
            return Vec::new();
        };
        self.places.fields.push((name, self.lines.line_of(value.get())));
        serde_json::from_str(value.get()).unwrap_or_else(|_| {
            self.errors.note(
                self.lines.line_of(value.get()),
                format!("{}.{name}", self.list),
                "is not a list",
            );
            Vec::new()
        })
    }

    /// Notes something wrong with a field that has been read.
    pub fn note(&mut self, name: &str, problem: impl Into<String>) {
        self.errors.note(self.places.of(name), format!("{}.{name}", self.list), problem);
    }
}

/// A type a field can have.
pub trait Field: Sized {
    /// What it is called in an error: "is not …".
    const WHAT: &'static str;
    /// Reads the JSON of the value.
    fn read(json: &str) -> Option<Self>;
}

impl Field for bool {
    const WHAT: &'static str = "true or false";
    fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}

impl Field for u64 {
    const WHAT: &'static str = "a whole number";
    fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}

impl Field for f64 {
    const WHAT: &'static str = "a number";
    fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}

impl Field for Uuid {
    const WHAT: &'static str = "a UUID";
    fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}

impl Field for NaiveDate {
    const WHAT: &'static str = "a date of the calendar, YYYY-MM-DD";
    fn read(json: &str) -> Option<Self> {
        let text = String::read(json)?;
        // chrono alone would also take 2026-9-4.
        (text.len() == 10).then(|| NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()).flatten()
    }
}

impl Field for String {
    const WHAT: &'static str = "text";
    fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}

/// Text that says something, blanks around it cut off.
pub struct Filled(pub String);

impl Field for Filled {
    const WHAT: &'static str = "text that is not blank";
    fn read(json: &str) -> Option<Self> {
        let text = String::read(json)?.trim().to_owned();
        (!text.is_empty()).then_some(Self(text))
    }
}

/// A word of a closed list, or a text with a form of its own.
pub struct Word<T>(pub T);

impl<T: FromStr + Named> Field for Word<T> {
    const WHAT: &'static str = T::NAME;
    fn read(json: &str) -> Option<Self> {
        String::read(json)?.parse().ok().map(Self)
    }
}

/// What a closed list is called in an error.
pub trait Named {
    /// "is not …"
    const NAME: &'static str;
}

macro_rules! named {
    ($($type:ty = $name:literal),+ $(,)?) => {$(
        impl Named for $type { const NAME: &'static str = $name; }
    )+};
}

named! {
    kandas_shared::pulled::OrgKind = "one of ctm, cc, mio, crtr, auth",
    kandas_shared::pulled::Role = "a role of docs/import.md",
    kandas_shared::pulled::Sex = "m or f",
    kandas_shared::pulled::Relation = "one of head, spouse, child, parent, sibling, other",
    kandas_shared::locale::Lang = "one of kk, ru, en",
    kandas_shared::record::ConsentState = "one of given, withdrawn, missing",
    kandas_shared::plan_state::PlanState = "a state of a plan",
    kandas_shared::service::ServiceCode = "one of S01 to S25",
    kandas_shared::iin::Iin = "an IIN: 12 digits with a valid check digit",
    kandas_shared::kato::Kato = "a KATO code of nine digits",
}

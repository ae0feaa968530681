//! The journal's header, body and leaf (docs/formats.md §5). The log itself is the server's.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    hash::Digest,
    ids::{FamilyId, PersonId},
    merkle,
    text_enum::text_enum,
};

/// What stays for ever about a fact: ids, never names or free text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Format version, 1.
    pub v: u32,
    /// Position in the journal, from 1.
    pub position: u64,
    /// Kind of fact, `noun.verb`.
    pub kind: String,
    /// Version of that kind's body.
    pub kind_version: u32,
    /// When the server appended it.
    pub at: DateTime<Utc>,
    /// Who caused it.
    pub author: Author,
    /// The family it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<FamilyId>,
    /// The person it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
}

/// Who caused a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Author {
    /// A device, a user or the system itself.
    pub kind: AuthorKind,
    /// Which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
}

impl Author {
    /// The system itself: jobs, the command line.
    pub const SYSTEM: Author = Author { kind: AuthorKind::System, id: None };
}

text_enum! {
    /// Kinds of author.
    pub enum AuthorKind {
        /// An enrolled phone.
        Device = "device",
        /// A signed-in user.
        User = "user",
        /// The server itself.
        System = "system",
    }
}

/// Content hash of a body: SHA-256(salt ‖ body).
#[must_use]
pub fn content_hash(salt: &[u8; 32], body: &[u8]) -> Digest {
    Digest::of_parts(&[salt, body])
}

/// Leaf hash of a position: the RFC 6962 leaf over header ‖ content hash.
#[must_use]
pub fn leaf_hash(header: &[u8], content: &Digest) -> Digest {
    merkle::leaf_hash(&[header, content.as_bytes()])
}

//! Electronic signatures of the office's own people, whatever they sign. The act that a file belongs to is the fact after it.

use kandas_shared::{
    cms::{CmsChecked, Signable},
    hash::Digest,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ReportHand;

/// See [`Event::SignatureKept`](super::Event::SignatureKept). Followed by the act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureKept {
    /// What kind of thing was signed.
    pub about: Signable,
    /// Which.
    pub thing: Uuid,
    /// Version of a plan.
    pub version: Option<i32>,
    /// What was signed: SHA-256 of its text.
    pub document: Digest,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// Its bytes.
    pub size: u64,
    /// Key in the media store.
    pub object: String,
    /// What was found.
    pub cms: CmsChecked,
    /// Whether the password was given too.
    pub proven: bool,
    /// Who signed.
    pub hand: ReportHand,
}

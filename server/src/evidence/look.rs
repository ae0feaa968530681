//! Looking at a piece of evidence: what is known of it, and its files as they came. Whoever looks is in the access log.

use chrono::{DateTime, Utc};
use kandas_shared::{
    evidence::Part,
    hash::Digest,
    ids::{EvidenceId, FamilyId, PersonId, RecordId},
    receipt::Verdict,
};
use serde::Serialize;

use crate::{
    access::Reading,
    all,
    store::{StoreError, Tx},
};

/// What is known of a piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Known {
    /// Its files.
    pub files: Vec<File>,
    /// The records that name it, the earliest first.
    pub records: Vec<Naming>,
}

/// A file of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct File {
    /// Which.
    pub part: Part,
    /// expected, on_call, received, salvaged or erased.
    pub state: String,
    /// Bytes as signed.
    pub size: i64,
    /// SHA-256 as signed.
    pub sha256: Digest,
    /// Type as signed.
    pub media_type: String,
    /// When it came.
    pub received_at: Option<DateTime<Utc>>,
    /// Key in the media store.
    #[serde(skip)]
    pub object: Option<String>,
}

/// A record that names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Naming {
    /// Its id.
    pub record: Option<RecordId>,
    /// Position of its custody.
    pub position: i64,
    /// Accepted or held.
    pub verdict: Verdict,
    /// Its family.
    pub family: Option<FamilyId>,
    /// Its person.
    pub person: Option<PersonId>,
}

/// Looks.
///
/// # Errors
/// When the database does not answer.
pub async fn known(tx: &mut Tx, evidence: EvidenceId) -> Result<Known, StoreError> {
    let mut files = all!(
        tx,
        File,
        "select part, state, size, sha256, media_type, received_at, object from evidence_file where evidence = $1",
        evidence
    )
    .await?;
    files.sort_by_key(|file| file.part);
    let records = all!(
        tx,
        Naming,
        "select r.record, r.position, r.verdict, r.family, r.person
         from evidence e join record r on r.hash = e.hash where e.evidence = $1 order by r.position",
        evidence
    )
    .await?;
    Ok(Known { files, records })
}

impl Known {
    /// Whom the reading is about, for the access log: those of the first record.
    #[must_use]
    pub fn reading(&self) -> Reading {
        let first = self.records.first();
        Reading {
            family: first.and_then(|record| record.family),
            person: first.and_then(|record| record.person),
            ..Reading::default()
        }
    }

    /// One of its files.
    #[must_use]
    pub fn file(&self, part: Part) -> Option<&File> {
        self.files.iter().find(|file| file.part == part)
    }
}

//! What erasing took, for whoever applies the facts before it once more.
//!
//! Facts about one subject may speak of another: one photo serves the records of several persons, and its receipt
//! says what became of all their activities. Once one of them is erased, some of these facts have no body, and others
//! name what was never written this time. What the erasing says of such things holds; what earlier facts said of them
//! is passed over.

use std::collections::HashMap;

use kandas_shared::{
    cursor::Kind,
    evidence::FileRef,
    ids::{ActivityId, EvidenceId},
};

use crate::{
    all,
    facts::{Event, SubjectErased},
    journal::{JournalError, Placed, Stored},
    store::Tx,
};

/// Things of which an erasing has the last word, with its position.
#[derive(Debug, Default)]
pub struct Gone {
    activities: HashMap<ActivityId, u64>,
    files: HashMap<FileRef, u64>,
    calls: HashMap<EvidenceId, u64>,
}

impl Gone {
    /// Reads every decision to erase in the journal.
    ///
    /// # Errors
    /// When the database does not answer or a decision is not readable.
    pub async fn read(tx: &mut Tx) -> Result<Self, JournalError> {
        let sql = "select j.position, j.header, j.content, j.leaf, b.salt, b.body from journal j
            join journal_body b on b.position = j.position where j.kind = 'subject.erased' order by j.position";
        let mut gone = Self::default();
        for stored in all!(tx, Stored, sql).await? {
            if let Some(Placed { position, event: Event::SubjectErased(subject), .. }) = stored.placed()? {
                gone.note(position, &subject);
            }
        }
        Ok(gone)
    }

    fn note(&mut self, position: u64, subject: &SubjectErased) {
        for (kind, id) in &subject.entities {
            match kind {
                Kind::Activity => drop(self.activities.insert(ActivityId(*id), position)),
                Kind::EvidenceCall => drop(self.calls.insert(EvidenceId(*id), position)),
                _ => {}
            }
        }
        self.files.extend(subject.files.iter().map(|file| (*file, position)));
        self.files.extend(subject.staying.files.iter().map(|staying| (staying.file, position)));
    }

    /// Whether the activity of a fact at `position` was erased after it.
    pub(super) fn has_activity(&self, activity: ActivityId, position: u64) -> bool {
        self.activities.get(&activity).is_some_and(|erased| *erased > position)
    }

    /// Whether an erasing after `position` says what became of the file.
    pub(super) fn has_file(&self, file: FileRef, position: u64) -> bool {
        self.files.get(&file).is_some_and(|erased| *erased > position)
    }

    /// Whether a call for the original was erased after it.
    pub(super) fn has_call(&self, evidence: EvidenceId, position: u64) -> bool {
        self.calls.get(&evidence).is_some_and(|erased| *erased > position)
    }
}

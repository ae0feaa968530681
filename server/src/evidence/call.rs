//! A supervisor calls for the camera's own file, which stays on the phone while a smaller copy travels. The call is a
//! fact; the phones of who recorded are told by their next pull, and whichever has the file sends it. Its hash is in the
//! signed record, so the server takes it into custody like any other file.

use chrono::{DateTime, Utc};
use kandas_shared::{
    evidence::Part,
    ids::{EvidenceId, FamilyId, PersonId, UserId},
    journal::{Author, AuthorKind},
};

use crate::{
    chance::Chance,
    facts::{Event, EvidenceCalled},
    journal::{self, Fact, JournalError},
    opt,
    store::{StoreError, Tx},
};

/// Longest reason, characters.
const LONGEST: usize = 500;

/// Why an original was not called for.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No record names the evidence.
    #[error("no record names evidence {0}")]
    Unknown(EvidenceId),
    /// What was sent is the camera's own file.
    #[error("evidence {0} has no other original: what was sent is the camera's own file")]
    NoOriginal(EvidenceId),
    /// It is here.
    #[error("the original of evidence {0} is in custody already")]
    Received(EvidenceId),
    /// It went with its subject.
    #[error("evidence {0} was erased")]
    Erased(EvidenceId),
    /// A reason is asked for.
    #[error("a call needs a reason of at most {LONGEST} characters")]
    Reason,
    /// See [`JournalError`].
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Calls for the original of a piece of evidence; answers whose phones have it. Calling again changes the reason.
///
/// # Errors
/// See [`CallError`].
pub async fn call(
    tx: &mut Tx,
    now: DateTime<Utc>,
    chance: &dyn Chance,
    evidence: EvidenceId,
    reason: &str,
    by: Option<UserId>,
) -> Result<UserId, CallError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST || reason.contains('\0') {
        return Err(CallError::Reason);
    }
    let locked = journal::lock(tx).await?;
    let named: Option<(UserId, Option<FamilyId>, Option<PersonId>)> = opt!(
        tx,
        (UserId, Option<FamilyId>, Option<PersonId>),
        "select r.worker, r.family, r.person from evidence e join record r on r.hash = e.hash
         where e.evidence = $1 order by r.position limit 1",
        evidence
    )
    .await?;
    let state = opt!(
        tx,
        (String,),
        "select state from evidence_file where evidence = $1 and part = $2",
        evidence,
        Part::Original
    )
    .await?;
    let state = state.map(|(state,)| state);
    if state.as_deref() == Some("erased") {
        return Err(CallError::Erased(evidence));
    }
    let (worker, family, person) = named.ok_or(CallError::Unknown(evidence))?;
    match state.as_deref() {
        None => return Err(CallError::NoOriginal(evidence)),
        Some("received" | "salvaged") => return Err(CallError::Received(evidence)),
        Some(_) => {}
    }
    let event = Event::EvidenceCalled(EvidenceCalled { evidence, worker, reason: reason.to_owned(), by });
    let author = by.map_or(Author::SYSTEM, |user| Author { kind: AuthorKind::User, id: Some(user.0) });
    journal::append_locked(tx, locked, chance, now, vec![Fact { author, family, person, event }]).await?;
    Ok(worker)
}

//! Why something was not done: an expected refusal with its stable code, or a fault of ours.
//!
//! The rules answer with it and know nothing of HTTP; the API turns it into `application/problem+json`. A fault is
//! written to the log once, where it is turned into an answer, and is never told to a client.

use kandas_shared::{
    jws::{Jws, JwsError},
    problem::{Problem, ProblemCode},
};

use crate::{changes::PullError, intake::IntakeError, journal::JournalError, store::StoreError};

/// The answer of a verb that may say no.
pub type Outcome<T> = Result<T, Refusal>;

/// Why not.
#[derive(Debug)]
pub enum Refusal {
    /// Told to the client as it is.
    Told(Box<Problem>),
    /// Ours: the client is told its code, the log the rest.
    Fault(ProblemCode, Box<dyn std::error::Error + Send + Sync>),
}

impl Refusal {
    /// A refusal with a detail (never personal data).
    #[must_use]
    pub fn because(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self::Told(Box::new(Problem::new(code).detail(detail)))
    }

    /// A refusal that asks to come again.
    #[must_use]
    pub fn later(code: ProblemCode, seconds: u32) -> Self {
        Self::Told(Box::new(Problem { retry_after_s: Some(seconds), ..Problem::new(code) }))
    }

    /// The file is in custody already; here is the receipt.
    #[must_use]
    pub fn received(receipt: Jws) -> Self {
        Self::Told(Box::new(Problem {
            receipt: Some(receipt),
            ..Problem::new(ProblemCode::UploadAlreadyReceived)
        }))
    }

    /// A fault of ours.
    pub fn fault(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Fault(ProblemCode::Internal, error.into())
    }

    /// The media store does not answer, or its disk is full.
    pub fn storage(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let error = error.into();
        let full = |error: &std::io::Error| {
            matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
        };
        if error.downcast_ref().is_some_and(full) {
            tracing::error!(%error, "no room for media");
            return Self::later(ProblemCode::StorageFull, 600);
        }
        Self::Fault(ProblemCode::StorageUnavailable, error)
    }

    /// The code the client is told.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Told(problem) => problem.code,
            Self::Fault(code, _) => *code,
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Told(problem) => write!(f, "{}: {}", problem.code, problem.detail.as_deref().unwrap_or("")),
            Self::Fault(code, error) => write!(f, "{code}: {error}"),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<ProblemCode> for Refusal {
    fn from(code: ProblemCode) -> Self {
        Self::Told(Box::new(Problem::new(code)))
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let code = if error.is_unknown_commit() {
            ProblemCode::UnknownCommit
        } else if error.is_busy() {
            ProblemCode::DatabaseBusy
        } else if error.is_full() {
            ProblemCode::StorageFull
        } else {
            ProblemCode::Internal
        };
        Self::Fault(code, Box::new(error))
    }
}

impl From<JwsError> for Refusal {
    fn from(error: JwsError) -> Self {
        match error {
            JwsError::Header => {
                Self::because(ProblemCode::BadRequest, "the protected header is not readable")
            }
            JwsError::WrongType => ProblemCode::WrongType.into(),
            JwsError::UnknownKey => ProblemCode::KeyUnknown.into(),
            JwsError::Signature => ProblemCode::SignatureInvalid.into(),
        }
    }
}

impl From<JournalError> for Refusal {
    fn from(error: JournalError) -> Self {
        let code = match error.store() {
            Some(store) if store.is_unknown_commit() => ProblemCode::UnknownCommit,
            Some(store) if store.is_busy() => ProblemCode::DatabaseBusy,
            Some(store) if store.is_full() => ProblemCode::StorageFull,
            _ => ProblemCode::Internal,
        };
        Self::Fault(code, Box::new(error))
    }
}

impl From<IntakeError> for Refusal {
    fn from(error: IntakeError) -> Self {
        let code = match error {
            IntakeError::Busy(_) => ProblemCode::DatabaseBusy,
            IntakeError::Full(_) => ProblemCode::StorageFull,
            IntakeError::UnknownCommit(_) => ProblemCode::UnknownCommit,
            IntakeError::Failed(_) => ProblemCode::Internal,
        };
        Self::Fault(code, Box::new(error))
    }
}

impl From<PullError> for Refusal {
    fn from(error: PullError) -> Self {
        match error {
            PullError::CursorUnreadable => ProblemCode::CursorUnreadable.into(),
            PullError::CursorOfAnotherDevice => ProblemCode::CursorOfAnotherDevice.into(),
            PullError::Journal(error) => error.into(),
            PullError::Unwritable(error) => Self::fault(error),
        }
    }
}

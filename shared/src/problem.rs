//! Problem codes: every error of the API is `application/problem+json` (RFC 9457) with one of these.
//!
//! Codes are stable. The text people read is the Fluent message `problem-<code>`; `title` is its English form.

use serde::{Deserialize, Serialize};

use crate::locale::{Lang, Messages, message_id};

macro_rules! problem_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:tt, $status:literal;)*) => {
        /// A stable code of what went wrong.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum ProblemCode { $( $(#[$doc])* #[serde(rename = $code)] $variant, )* }
        impl ProblemCode {
            /// All codes.
            pub const ALL: &'static [ProblemCode] = &[$(ProblemCode::$variant,)*];
            /// The code's text.
            #[must_use]
            pub fn as_str(self) -> &'static str { match self { $(ProblemCode::$variant => $code,)* } }
            /// The HTTP status it goes with.
            #[must_use]
            pub fn status(self) -> u16 { match self { $(ProblemCode::$variant => $status,)* } }
        }
    };
}

problem_codes! {
    /// The request makes no sense.
    BadRequest = "bad-request", 400;
    /// The body is not the JSON that is expected.
    MalformedJson = "malformed-json", 400;
    /// The request did not arrive in time.
    RequestTimeout = "request-timeout", 408;
    /// The body is larger than allowed.
    BodyTooLarge = "body-too-large", 413;
    /// The body grows too large when decompressed.
    DecompressedTooLarge = "decompressed-too-large", 413;
    /// Content type or encoding that is not understood.
    UnsupportedMediaType = "unsupported-media-type", 415;
    /// A format version this server does not know.
    UnsupportedVersion = "unsupported-version", 400;
    /// Nothing is here.
    NotFound = "not-found", 404;
    /// Not with this method.
    MethodNotAllowed = "method-not-allowed", 405;
    /// No or unknown token.
    Unauthorised = "unauthorised", 401;
    /// The token has run out.
    TokenExpired = "token-expired", 401;
    /// The nonce was not handed out, was used or has run out.
    NonceUnknown = "nonce-unknown", 401;
    /// No such device.
    DeviceUnknown = "device-unknown", 401;
    /// The device was revoked.
    DeviceRevoked = "device-revoked", 403;
    /// A revoked device may push and fetch orders, nothing else.
    ScopeEscrowOnly = "scope-escrow-only", 403;
    /// Not allowed.
    Forbidden = "forbidden", 403;
    /// No such enrolment code.
    EnrolCodeUnknown = "enrol-code-unknown", 403;
    /// The enrolment code was used.
    EnrolCodeUsed = "enrol-code-used", 403;
    /// The enrolment code has run out.
    EnrolCodeExpired = "enrol-code-expired", 403;
    /// Too many wrong codes.
    EnrolCodeLocked = "enrol-code-locked", 429;
    /// This key is enrolled already.
    DeviceAlreadyEnrolled = "device-already-enrolled", 409;
    /// The worker is not active.
    WorkerInactive = "worker-inactive", 403;
    /// The key is not a P-256 point.
    KeyUnusable = "key-unusable", 400;
    /// The signature does not verify.
    SignatureInvalid = "signature-invalid", 403;
    /// A statement of another type.
    WrongType = "wrong-type", 400;
    /// The signing key is not known.
    KeyUnknown = "key-unknown", 403;
    /// A record above 256 KiB.
    RecordTooLarge = "record-too-large", 413;
    /// Too many records in one request.
    BatchTooLarge = "batch-too-large", 413;
    /// The cursor cannot be read.
    CursorUnreadable = "cursor-unreadable", 400;
    /// The cursor was given to another device.
    CursorOfAnotherDevice = "cursor-of-another-device", 403;
    /// No record names this evidence.
    EvidenceUnknown = "evidence-unknown", 404;
    /// The evidence was erased.
    EvidenceErased = "evidence-erased", 410;
    /// No such upload.
    UploadUnknown = "upload-unknown", 404;
    /// The upload has run out.
    UploadExpired = "upload-expired", 410;
    /// Upload-Length is not the signed size.
    UploadSizeMismatch = "upload-size-mismatch", 400;
    /// Upload-Offset is not where the upload stands.
    UploadOffsetMismatch = "upload-offset-mismatch", 409;
    /// The checksum of the piece does not match.
    UploadChecksumMismatch = "upload-checksum-mismatch", 460;
    /// A checksum algorithm that is not offered.
    UploadChecksumUnsupported = "upload-checksum-unsupported", 400;
    /// The whole file does not match the signed hash.
    UploadHashMismatch = "upload-hash-mismatch", 422;
    /// Another request writes this upload.
    UploadLocked = "upload-locked", 423;
    /// More bytes than Upload-Length.
    UploadTooLarge = "upload-too-large", 413;
    /// The file is in custody already; the receipt is with the answer.
    UploadAlreadyReceived = "upload-already-received", 409;
    /// Not tus 1.0.0.
    TusVersionUnsupported = "tus-version-unsupported", 412;
    /// No room for media; records go on.
    StorageFull = "storage-full", 507;
    /// The media store does not answer.
    StorageUnavailable = "storage-unavailable", 503;
    /// The database is busy.
    DatabaseBusy = "database-busy", 503;
    /// Whether the change was kept is not known; ask again.
    UnknownCommit = "unknown-commit", 503;
    /// Too many requests.
    RateLimited = "rate-limited", 429;
    /// The server is stopping.
    ShuttingDown = "shutting-down", 503;
    /// A fault of the server.
    Internal = "internal", 500;
    /// No trustworthy time is known.
    ClockUnusable = "clock-unusable", 400;
    /// The bundle cannot be opened.
    BundleUnreadable = "bundle-unreadable", 422;
    /// The bundle does not match its hash.
    BundleHashMismatch = "bundle-hash-mismatch", 422;
    /// No such order.
    OrderUnknown = "order-unknown", 404;
    /// Log-in name, password or code is wrong.
    SignInFailed = "sign-in-failed", 401;
    /// The password is right; the code of the second factor is missing.
    SecondFactorNeeded = "second-factor-needed", 401;
    /// Too many wrong tries.
    SignInSlow = "sign-in-slow", 429;
    /// There is no session, or it has ended.
    SessionOver = "session-over", 401;
    /// The request did not come from the page of this server.
    NotFromThisPage = "not-from-this-page", 403;
    /// The password is too short or too easy.
    PasswordWeak = "password-weak", 422;
    /// The log-in name is taken.
    LoginTaken = "login-taken", 409;
    /// The unit cannot stand where it shall stand.
    UnitImpossible = "unit-impossible", 409;
    /// Another supervisor has this record before him.
    RecordTaken = "record-taken", 409;
    /// The record cannot become what it was to be.
    CheckImpossible = "check-impossible", 409;
    /// This cannot be decided about the record.
    DecisionImpossible = "decision-impossible", 409;
    /// This cannot be done to the report as it stands.
    ReportImpossible = "report-impossible", 409;
    /// This cannot be done to the road map as it stands.
    RoadMapImpossible = "road-map-impossible", 409;
    /// This cannot be done to the plan as it stands.
    PlanImpossible = "plan-impossible", 409;
    /// The plan has changes without a reason, or nothing in it.
    PlanUnready = "plan-unready", 409;
    /// The paper is not of this version: what stands at its foot is another hash.
    PaperDiffers = "paper-differs", 409;
    /// The file is none that can be kept: another type than it may be, or not whole.
    FileUnusable = "file-unusable", 422;
    /// The file holds no electronic signature that could be read, or none with its certificate.
    SignatureUnusable = "signature-unusable", 422;
    /// The file signs something else.
    SignatureDiffers = "signature-differs", 409;
    /// The electronic signature is wrong: it was changed, or made with another key.
    SignatureWrong = "signature-wrong", 409;
    /// The file does not stand for the user's password: it is not verified, or he has not signed with this certificate before.
    SignatureNeedsPassword = "signature-needs-password", 409;
    /// This is approved by a file with an electronic signature, and none was handed in.
    SignatureFileNeeded = "signature-file-needed", 409;
    /// This cannot be done to the round, the problem or the departure as it stands.
    MonitoringImpossible = "monitoring-impossible", 409;
    /// This cannot be done to the assessment or the conclusion as it stands.
    AssessmentImpossible = "assessment-impossible", 409;
    /// The conclusion lacks scores, results of recommendations or words.
    ConclusionUnready = "conclusion-unready", 409;
    /// The reason cannot be chosen: nobody has said that there is one, or it has retired.
    ReasonRetired = "reason-retired", 409;
    /// This cannot be erased as it stands, or not by whom it was proposed.
    ErasureImpossible = "erasure-impossible", 409;
    /// This cannot be done to the message, or to what is kept aside, as it stands.
    ExchangeImpossible = "exchange-impossible", 409;
    /// The card of a family has something wrong; the detail says what, by words of `case::CaseFault`.
    CaseInvalid = "case-invalid", 422;
    /// This cannot be done to the card, the registration or the hand-over of the family as it stands.
    CaseImpossible = "case-impossible", 409;
    /// Nobody checks his own record.
    OwnRecord = "own-record", 403;
    /// The calendar does not know this day.
    DayUnknown = "day-unknown", 422;
    /// A reason or a source is missing or too long.
    WordsMissing = "words-missing", 422;
    /// A value or a day lies outside of what is possible.
    OutOfRange = "out-of-range", 422;
    /// It is so already.
    NothingChanges = "nothing-changes", 409;
    /// Something has changed since it was shown.
    NotAsShown = "not-as-shown", 409;
}

impl std::fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Body of every error answer (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `urn:kandas:problem:<code>`.
    #[serde(rename = "type")]
    pub type_: String,
    /// Short English text, the same for every occurrence.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: ProblemCode,
    /// What is wrong this time; never personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Id of the request, to find it in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// Seconds after which to try again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
    /// The receipt, with `upload-already-received`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<crate::jws::Jws>,
}

impl Problem {
    /// A problem with its code's title and status.
    #[must_use]
    pub fn new(code: ProblemCode) -> Self {
        Self {
            type_: format!("urn:kandas:problem:{code}"),
            title: Messages::of(Lang::En).text(&message_id("problem", code), &[]),
            status: code.status(),
            code,
            detail: None,
            request: None,
            retry_after_s: None,
            receipt: None,
        }
    }

    /// With what is wrong this time.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

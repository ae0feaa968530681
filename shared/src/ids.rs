//! Ids are types: a family is not a person, even though both are UUIDs.
//!
//! Each id is drawn by whoever makes the thing (UUID version 7, RFC 9562), offline on the phone too, from a time and
//! ten random bytes that are handed in.

use chrono::{DateTime, Utc};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent, no_pg_array))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id for something made at `now`; `random` is ten fresh random bytes.
            #[must_use]
            pub fn draw(now: DateTime<Utc>, random: [u8; 10]) -> Self {
                Self(draw(now, random))
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { text.parse().map(Self) }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self { Self(id) }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self { id.0 }
        }
    )*};
}

ids! {
    /// A unit of the organisation: mobility centre, career centre, executive body.
    OrgUnitId;
    /// A person who signs in: worker, director, expert (requirements §2.1).
    UserId;
    /// One enrolled phone.
    DeviceId;
    /// One phone store's chain of records.
    ChainId;
    /// A family of kandas.
    FamilyId;
    /// A member of a family.
    PersonId;
    /// A consent to personal data processing.
    ConsentId;
    /// A family given to a worker.
    AssignmentId;
    /// A plan of a family (§32).
    PlanId;
    /// One service for one person in a plan; stable across plan versions (§33).
    ActivityId;
    /// A sealed record.
    RecordId;
    /// One piece of evidence of a record (§36).
    EvidenceId;
    /// One press of the shutter; may serve several records.
    CaptureId;
    /// An order to a device.
    OrderId;
    /// An upload in progress.
    UploadId;
    /// A bundle of unsent work.
    BundleId;
    /// Something that was asked to be written into a file for somebody.
    ExportId;
    /// A decision to erase a subject.
    ErasureId;
    /// A proposal to erase a subject, which a second person confirms.
    ProposalId;
    /// One check of a record by a supervisor.
    CheckId;
    /// One version of a centre's monthly report (§39).
    ReportId;
    /// One version of a rural okrug's road map (§38).
    RoadMapId;
    /// A problem or a proposal that monitoring brought to light (§42).
    IssueId;
    /// The departure of a family (§46).
    DepartureId;
    /// Words that somebody wrote at something he did.
    NoteId;
    /// One scoring of a centre for a quarter (§47).
    AssessmentId;
    /// The conclusion about a quarter's assessment (§50).
    ConclusionId;
    /// A recommendation to a centre, carried from quarter to quarter (§50).
    RecommendationId;
    /// Where a person is registered (§31).
    RegistrationId;
    /// The hand-over of a family from one centre to another.
    HandoverId;
}

fn draw(now: DateTime<Utc>, random: [u8; 10]) -> Uuid {
    // Before 1970 the millisecond count is negative; a phone with such a clock still gets a valid id.
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_later_moments_sort_later() {
        let at = |ms| DateTime::from_timestamp_millis(ms).expect("in range");
        let early = FamilyId::draw(at(1_000), [255; 10]);
        let late = FamilyId::draw(at(1_001), [0; 10]);
        assert!(early < late);
        assert_eq!(early.0.get_version_num(), 7);
        assert_eq!(FamilyId::draw(at(-5), [0; 10]).0.get_version_num(), 7);
    }
}

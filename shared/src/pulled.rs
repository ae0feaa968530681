//! What a phone pulls: families, persons, plans and the fate of records, one row type per [`Kind`].
//!
//! The same types are what an import brings; the phone's tables equal the server's scope query over them.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    cursor::Kind,
    hash::Digest,
    ids::{
        ActivityId, AssignmentId, CheckId, ConsentId, DeviceId, EvidenceId, FamilyId, OrgUnitId, PersonId,
        PlanId, RecordId, UserId,
    },
    iin::Iin,
    locale::Lang,
    plan_state::{ActivityState, CheckKind, PlanState},
    reason::{ReasonCode, ReasonList, ReasonText, Wording},
    receipt::Verdict,
    record::ConsentState,
    service::ServiceCode,
    text_enum::text_enum,
};

text_enum! {
    /// Kinds of organisation unit (§2, R-002).
    pub enum OrgKind {
        /// Labour mobility centre.
        Ctm = "ctm",
        /// Career centre, a branch of a mobility centre.
        Cc = "cc",
        /// Local executive body.
        Mio = "mio",
        /// The Workforce Development Centre.
        Crtr = "crtr",
        /// The authorised body.
        Auth = "auth",
    }
}

text_enum! {
    /// Roles (requirements §2.1).
    pub enum Role {
        /// Worker of a career centre of departure.
        CcDep = "cc_dep",
        /// Worker of a career centre of settlement.
        CcSet = "cc_set",
        /// Director of a career centre.
        CcDir = "cc_dir",
        /// Head of a mobility centre of departure.
        CtmDepHead = "ctm_dep_head",
        /// Worker of a mobility centre of settlement.
        CtmSet = "ctm_set",
        /// Head of a mobility centre of settlement.
        CtmSetHead = "ctm_set_head",
        /// Head of a local executive body of departure.
        MioDepHead = "mio_dep_head",
        /// Head of a local executive body of settlement.
        MioSetHead = "mio_set_head",
        /// Worker of a local executive body of settlement.
        MioSet = "mio_set",
        /// Akim of a district.
        AkimRaion = "akim_raion",
        /// Akim of a rural okrug.
        AkimOkrug = "akim_okrug",
        /// Expert of the Workforce Development Centre.
        Crtr = "crtr",
        /// The authorised body.
        Auth = "auth",
        /// Technical administrator, no case data.
        Admin = "admin",
    }
}

text_enum! {
    /// Sex, as in the document.
    pub enum Sex {
        /// Male.
        M = "m",
        /// Female.
        F = "f",
    }
}

text_enum! {
    /// Relation of a person to the head of the family.
    pub enum Relation {
        /// The head.
        Head = "head",
        /// Wife or husband.
        Spouse = "spouse",
        /// Son or daughter.
        Child = "child",
        /// Mother or father.
        Parent = "parent",
        /// Brother or sister.
        Sibling = "sibling",
        /// Anybody else.
        Other = "other",
    }
}

/// A unit of the organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
pub struct OrgUnit {
    /// Its id.
    pub id: OrgUnitId,
    /// The unit above.
    pub parent: Option<OrgUnitId>,
    /// What it is.
    pub kind: OrgKind,
    /// KATO code of its territory, nine digits.
    pub kato: String,
    /// Name in Kazakh.
    pub name_kk: String,
    /// Name in Russian.
    pub name_ru: String,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Where the user works.
    pub org_unit: OrgUnitId,
    /// Log-in name, unique.
    pub login: String,
    /// What the user may do.
    pub role: Role,
    /// Name as shown.
    pub name: String,
    /// Language of screens.
    pub language: Lang,
    /// Whether the user may work.
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

/// A family.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
pub struct Family {
    /// Its id.
    pub id: FamilyId,
    /// The career centre that serves it.
    pub org_unit: OrgUnitId,
    /// KATO code of the settlement, nine digits.
    pub settlement_kato: String,
    /// Name of the settlement.
    pub settlement_name: String,
    /// Whether it lives in the countryside (§38).
    pub rural: bool,
    /// Date of inclusion in the regional quota (§33).
    pub quota_date: Option<NaiveDate>,
    /// Date of arrival.
    pub arrived_on: Option<NaiveDate>,
    /// Address.
    pub address: Option<String>,
    /// Phone of the family.
    pub phone: Option<String>,
    /// Degrees north of the settlement or house.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
}

/// A member of a family. One-word names are names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
pub struct Person {
    /// Its id.
    pub id: PersonId,
    /// The family.
    pub family: FamilyId,
    /// Surname, if the person has one.
    pub surname: Option<String>,
    /// Given name.
    pub given_name: String,
    /// Patronymic, if the person has one.
    pub patronymic: Option<String>,
    /// Spelling in the passport.
    pub latin_name: Option<String>,
    /// Individual identification number; the just-arrived may lack one.
    pub iin: Option<Iin>,
    /// Date of birth by the document.
    pub birth_date: Option<NaiveDate>,
    /// Sex by the document.
    pub sex: Option<Sex>,
    /// Relation to the head.
    pub relation: Relation,
    /// Phone.
    pub phone: Option<String>,
}

/// Consent to personal data processing: one per adult.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
pub struct Consent {
    /// Its id.
    pub id: ConsentId,
    /// Whose.
    pub person: PersonId,
    /// State.
    pub state: ConsentState,
    /// Date it was given.
    pub given_on: Option<NaiveDate>,
    /// On what paper, or why there is none.
    pub basis: Option<String>,
}

/// A family given to a worker: what a phone may hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
pub struct Assignment {
    /// Its id.
    pub id: AssignmentId,
    /// The family.
    pub family: FamilyId,
    /// The worker.
    pub worker: UserId,
    /// First day.
    pub from: NaiveDate,
    /// Last day; an assignment with one is closed by the fact that set it.
    pub to: Option<NaiveDate>,
}

/// A plan of a family in its present version (§32-34).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
pub struct Plan {
    /// Its id, the same for all versions.
    pub id: PlanId,
    /// The family.
    pub family: FamilyId,
    /// Version, from 1.
    pub version: i32,
    /// State.
    pub state: PlanState,
    /// Date of publication to the phones.
    pub published_on: Option<NaiveDate>,
}

/// One service for one person (§33).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
pub struct Activity {
    /// Its id, stable across plan versions.
    pub id: ActivityId,
    /// The plan.
    pub plan: PlanId,
    /// The family.
    pub family: FamilyId,
    /// For whom; family services on the head.
    pub person: PersonId,
    /// Which service.
    pub service: ServiceCode,
    /// Planned date, before there is a legal one.
    pub planned_on: Option<NaiveDate>,
    /// Due date.
    pub due_on: Option<NaiveDate>,
    /// State on the server.
    pub state: ActivityState,
    /// The record that counts.
    pub record: Option<RecordId>,
    /// Day of completion (§39).
    pub done_on: Option<NaiveDate>,
}

/// What became of a record, as the phone is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
pub struct RecordState {
    /// Identity of the statement.
    pub hash: Digest,
    /// The record's id; two branches of a fork can share one.
    pub record: Option<RecordId>,
    /// The family.
    pub family: Option<FamilyId>,
    /// The activity.
    pub activity: Option<ActivityId>,
    /// Who recorded.
    pub worker: Option<UserId>,
    /// The device that sealed it.
    pub device: DeviceId,
    /// Custody and application.
    pub verdict: Verdict,
    /// Why it is held.
    pub reason: Option<String>,
    /// Journal position of its custody.
    pub position: i64,
    /// When the server received it.
    pub received_at: DateTime<Utc>,
    /// Check by a supervisor.
    pub check_state: CheckKind,
    /// Until when a return is to be answered.
    pub check_due: Option<NaiveDate>,
}

/// A call for the camera's own file: whose phone has it sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
pub struct EvidenceCall {
    /// The evidence.
    pub id: EvidenceId,
    /// Who recorded it.
    pub worker: UserId,
    /// Why it is wanted.
    pub reason: String,
    /// When it was called for.
    pub called_at: DateTime<Utc>,
}

/// A check of a record by a supervisor. Earlier ones stay: they are its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
pub struct Check {
    /// Its id.
    pub id: CheckId,
    /// The record.
    pub record: RecordId,
    /// Identity of its statement.
    pub hash: Digest,
    /// The family.
    pub family: FamilyId,
    /// The activity.
    pub activity: Option<ActivityId>,
    /// What it says: accepted, remarked or returned; answered when the worker has answered a return.
    pub state: CheckKind,
    /// Whether it stands: not answered, and no later check has taken its place.
    pub stands: bool,
    /// The one piece that goes back; the whole record if absent.
    pub evidence: Option<EvidenceId>,
    /// Why it goes back.
    pub reason: Option<ReasonCode>,
    /// The supervisor's words.
    pub text: Option<String>,
    /// Last civil day for the answer.
    pub due: Option<NaiveDate>,
    /// Who checked.
    pub checker: UserId,
    /// Name at that time.
    pub checker_name: String,
    /// Role at that time.
    pub checker_role: Role,
    /// When.
    pub checked_at: DateTime<Utc>,
    /// The correction that answered it.
    pub answered_by: Option<RecordId>,
}

/// A day of the working-day calendar as the centre has set it, above what the program ships ([`crate::calendar`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
pub struct CalendarDay {
    /// See [`calendar_id`].
    pub id: Uuid,
    /// The civil day.
    pub day: NaiveDate,
    /// Whether people work on it.
    pub works: bool,
}

/// Id of a day in the change feed: its digits, year first, as a number.
#[must_use]
pub fn calendar_id(day: NaiveDate) -> Uuid {
    let year = u128::from(day.year().unsigned_abs());
    Uuid::from_u128(year * 10_000 + u128::from(day.month() * 100 + day.day()))
}

/// What holds for a reason from a day on, as the centre has said it ([`crate::reason`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
pub struct Reason {
    /// See [`reason_id`].
    pub id: Uuid,
    /// What is given the reason.
    pub list: ReasonList,
    /// Its code.
    pub code: ReasonCode,
    /// The first day.
    pub from: NaiveDate,
    /// What people read in Kazakh.
    pub kk: String,
    /// In Russian.
    pub ru: String,
    /// In English; empty: the Russian text.
    pub en: String,
    /// Whether it can be chosen.
    pub offered: bool,
}

impl Reason {
    /// As the rules take it.
    #[must_use]
    pub fn said(self) -> (ReasonList, ReasonCode, NaiveDate, Wording) {
        let Self { list, code, from, kk, ru, en, offered, .. } = self;
        (list, code, from, Wording { text: ReasonText { kk, ru, en }, offered })
    }
}

/// Id of what is said about a reason for a day, in the change feed.
#[must_use]
pub fn reason_id(list: ReasonList, code: &ReasonCode, from: NaiveDate) -> Uuid {
    state_id(&Digest::of(format!("kandas-reason {list} {code} {from}").as_bytes()))
}

/// A row of any kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Row {
    /// See [`OrgUnit`].
    OrgUnit(OrgUnit),
    /// See [`User`].
    User(User),
    /// See [`Family`].
    Family(Family),
    /// See [`Person`].
    Person(Person),
    /// See [`Consent`].
    Consent(Consent),
    /// See [`Assignment`].
    Assignment(Assignment),
    /// See [`Plan`].
    Plan(Plan),
    /// See [`Activity`].
    Activity(Activity),
    /// See [`RecordState`].
    RecordState(RecordState),
    /// See [`EvidenceCall`].
    EvidenceCall(EvidenceCall),
    /// See [`Check`].
    Check(Check),
    /// See [`CalendarDay`].
    CalendarDay(CalendarDay),
    /// See [`Reason`].
    Reason(Reason),
}

impl Row {
    /// Reads the row of a change line.
    ///
    /// # Errors
    /// When it is not a row of that kind.
    pub fn read(kind: Kind, row: &str) -> Result<Self, serde_json::Error> {
        Ok(match kind {
            Kind::OrgUnit => Row::OrgUnit(serde_json::from_str(row)?),
            Kind::User => Row::User(serde_json::from_str(row)?),
            Kind::Family => Row::Family(serde_json::from_str(row)?),
            Kind::Person => Row::Person(serde_json::from_str(row)?),
            Kind::Consent => Row::Consent(serde_json::from_str(row)?),
            Kind::Assignment => Row::Assignment(serde_json::from_str(row)?),
            Kind::Plan => Row::Plan(serde_json::from_str(row)?),
            Kind::Activity => Row::Activity(serde_json::from_str(row)?),
            Kind::RecordState => Row::RecordState(serde_json::from_str(row)?),
            Kind::EvidenceCall => Row::EvidenceCall(serde_json::from_str(row)?),
            Kind::Check => Row::Check(serde_json::from_str(row)?),
            Kind::CalendarDay => Row::CalendarDay(serde_json::from_str(row)?),
            Kind::Reason => Row::Reason(serde_json::from_str(row)?),
        })
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Row::OrgUnit(_) => Kind::OrgUnit,
            Row::User(_) => Kind::User,
            Row::Family(_) => Kind::Family,
            Row::Person(_) => Kind::Person,
            Row::Consent(_) => Kind::Consent,
            Row::Assignment(_) => Kind::Assignment,
            Row::Plan(_) => Kind::Plan,
            Row::Activity(_) => Kind::Activity,
            Row::RecordState(_) => Kind::RecordState,
            Row::EvidenceCall(_) => Kind::EvidenceCall,
            Row::Check(_) => Kind::Check,
            Row::CalendarDay(_) => Kind::CalendarDay,
            Row::Reason(_) => Kind::Reason,
        }
    }

    /// Its id in the change feed. A record state is named by the first 16 bytes of its statement's identity, because two
    /// branches of a fork can share a record id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        match self {
            Row::OrgUnit(r) => r.id.0,
            Row::User(r) => r.id.0,
            Row::Family(r) => r.id.0,
            Row::Person(r) => r.id.0,
            Row::Consent(r) => r.id.0,
            Row::Assignment(r) => r.id.0,
            Row::Plan(r) => r.id.0,
            Row::Activity(r) => r.id.0,
            Row::RecordState(r) => state_id(&r.hash),
            Row::EvidenceCall(r) => r.id.0,
            Row::Check(r) => r.id.0,
            Row::CalendarDay(r) => r.id,
            Row::Reason(r) => r.id,
        }
    }
}

/// Id of a record state in the change feed.
#[must_use]
pub fn state_id(hash: &Digest) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.0[..16]);
    Uuid::from_bytes(bytes)
}

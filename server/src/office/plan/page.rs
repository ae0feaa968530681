//! The plan of a family on a page: its members with what the pre-selection would give them, the terms of services, the
//! versions, and one of them with its items, its agreement and what can be done to it.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    cms::{CmsChecked, Signable},
    hash::Digest,
    ids::{FamilyId, PersonId, PlanId, RecordId, UserId},
    plan::{self, Item, PlanAct, PlanAgreement},
    plan_state::{ActivityState, PlanState},
    problem::ProblemCode,
    pulled::{Relation, Role, User},
    service::{ServiceCode, services},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    agreement::signed,
    making::{Dues, Ground, Member, drafted_at, frozen, last, members, rows, standing},
    publish_by, right_of,
};
use crate::{
    all,
    check::policy::Territory,
    office::{
        policy,
        signing::{self, Of},
    },
    opt,
    refusal::Outcome,
    rules::Programme,
    store::{StoreError, Tx},
};

/// Which version is asked for.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WantedVersion {
    /// Its number; the latest if absent, or the latest that was not discarded where there is one.
    pub version: Option<i32>,
}

/// The plan of a family.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FamilyPlan {
    /// Whose.
    pub family: FamilyId,
    /// Surname of its head, or the given name of one who has none.
    pub name: Option<String>,
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// Day of inclusion in the quota: from it the terms of services run (§33).
    pub quota_date: Option<NaiveDate>,
    /// Its members, the head first.
    pub members: Vec<MemberOf>,
    /// Services with a term, and the legal day for this family (§33, A-10).
    pub terms: Vec<Term>,
    /// What the phones have.
    pub on_phones: Option<OnPhones>,
    /// Versions that were begun at the office, the first one first.
    pub versions: Vec<VersionOf>,
    /// The version that was asked for.
    pub version: Option<Version>,
    /// Whether the user may begin a version now.
    pub may_open: bool,
    /// A version is approved by a file with an electronic signature alone.
    pub approval_by_file: bool,
}

/// A member of the family.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlanMember)]
pub struct MemberOf {
    /// Id.
    pub id: PersonId,
    /// Full name.
    pub name: String,
    /// To the head of the family.
    pub relation: Relation,
    /// Age in full years; none where the day of birth is not known.
    pub age: Option<u32>,
    /// Services that the pre-selection gives him today.
    pub preselected: Vec<ServiceCode>,
}

/// The term of a service.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = PlanTerm)]
pub struct Term {
    /// Which.
    pub service: ServiceCode,
    /// Working days from the inclusion in the quota on.
    pub days: u32,
    /// The legal day.
    pub due_on: Option<NaiveDate>,
}

/// What the phones have of a plan.
#[derive(Clone, Copy, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = PlanOnPhones)]
pub struct OnPhones {
    /// The plan.
    pub plan: PlanId,
    /// The version in force.
    pub version: i32,
    /// Where the plan stands.
    pub state: PlanState,
    /// Since when it is there.
    pub published_on: Option<NaiveDate>,
}

/// A version in the list of versions.
#[derive(Clone, Copy, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = PlanVersionOf)]
pub struct VersionOf {
    /// The plan.
    pub plan: PlanId,
    /// Its number.
    pub version: i32,
    /// Where it stands.
    pub state: PlanState,
    /// Since when.
    pub state_at: DateTime<Utc>,
}

/// A version of a plan with its items.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlanVersion)]
pub struct Version {
    /// The plan.
    pub plan: PlanId,
    /// Its number.
    pub version: i32,
    /// Where it stands.
    pub state: PlanState,
    /// Since when.
    pub state_at: DateTime<Utc>,
    /// The version that it amends.
    pub amends: Option<i32>,
    /// The items of each member, the head first.
    pub rows: Vec<RowOf>,
    /// To be said with what is saved.
    pub seen: i64,
    /// What was agreed on, or would be now; stands at the foot of the paper.
    pub sha256: Digest,
    /// Changes that have no reason yet.
    pub unexplained: i64,
    /// Rows that went with an erased person.
    pub erased: i64,
    /// The preliminary visit (§27).
    pub visited_on: Option<NaiveDate>,
    /// Whether the plan was agreed within a working day after it (§28).
    pub visit_in_time: Option<bool>,
    /// The agreement of the kandas.
    pub agreement: Option<Agreement>,
    /// When the mobility centre approved it.
    pub approved_at: Option<DateTime<Utc>>,
    /// By which day it has to be on the phones (§34), while it waits for that.
    pub publish_by: Option<NaiveDate>,
    /// That day has passed.
    pub late: bool,
    /// When it was brought onto the phones.
    pub published_at: Option<DateTime<Utc>>,
    /// Whether that was within a working day (§34).
    pub in_time: Option<bool>,
    /// Files by which it was approved, in order.
    pub files: Vec<signing::Shown>,
    /// What was done to it, in order.
    pub acts: Vec<Done>,
    /// What the mobility centre remarked, in order.
    pub remarks: Vec<Remark>,
    /// Records in which the kandas agrees and signs on a phone, while one can be taken for the agreement.
    pub signatures: Vec<Signature>,
    /// What the user may do to it now.
    pub may: Vec<PlanAct>,
    /// Whether the user may change its items.
    pub may_save: bool,
}

/// The items of a member.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlanRow)]
pub struct RowOf {
    /// Who.
    pub person: PersonId,
    /// Full name when it was written.
    pub name: String,
    /// What is in the plan for him, and what was kept out of it.
    pub items: Vec<ItemOf>,
}

/// An item with what became of its activity.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlanItemOf)]
pub struct ItemOf {
    /// The item.
    #[serde(flatten)]
    pub item: Item,
    /// Where its activity stands now, if it goes on with one of the version before.
    pub state: Option<ActivityState>,
    /// It is done, refused or does not apply: carried over unchanged.
    pub settled: bool,
    /// The day it was done.
    pub done_on: Option<NaiveDate>,
}

/// How the kandas agreed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlanAgreedBy)]
pub struct Agreement {
    /// By what.
    pub how: PlanAgreement,
    /// On which civil day.
    pub signed_on: NaiveDate,
    /// Who signed; none where it is a record, or the file was erased.
    pub name: Option<String>,
    /// Type of the file; none where it is a record, or it was erased.
    pub media_type: Option<String>,
    /// Its bytes.
    pub size: Option<i64>,
    /// The record.
    pub record: Option<RecordId>,
    /// What a file with an electronic signature turned out to be; none where it was taken before such files were looked at.
    pub cms: Option<CmsChecked>,
}

/// Something that was done to a version.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = PlanActDone)]
pub struct Done {
    /// Place in the journal.
    pub position: i64,
    /// What.
    pub act: PlanAct,
    /// Whether a code of the second factor was asked for beside the password, where there was a password.
    pub second_factor: Option<bool>,
    /// Who.
    pub by_user: UserId,
    /// Name at that time.
    pub by_name: String,
    /// Role at that time.
    pub by_role: Role,
    /// When.
    pub at: DateTime<Utc>,
}

/// What was remarked.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = PlanRemark)]
pub struct Remark {
    /// Place in the journal.
    pub position: i64,
    /// In words.
    pub text: String,
}

/// A record in which the kandas agrees and signs on a phone.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlanSignature)]
pub struct Signature {
    /// The record.
    pub record: RecordId,
    /// The day it was done, as stated.
    pub done_on: Option<NaiveDate>,
    /// Who recorded.
    pub worker_name: String,
    /// Whether the digits that were read at the foot of the plan are those of this version as it stands.
    pub fits: bool,
}

/// The plan of a family.
///
/// # Errors
/// `not-found` where there is no such family or version.
pub async fn of(
    tx: &mut Tx,
    user: &User,
    family: FamilyId,
    wanted: WantedVersion,
    now: DateTime<Utc>,
) -> Outcome<FamilyPlan> {
    let today = civil_date(now);
    let members = members(tx, family).await?;
    let Some(head) = members.first() else { return Err(ProblemCode::NotFound.into()) };
    let name = Some(head.surname.clone().unwrap_or_else(|| head.given_name.clone()));
    let sql = "select quota_date from family where id = $1";
    let quota_date = opt!(tx, (Option<NaiveDate>,), sql, family).await?.and_then(|(quota,)| quota);
    let dues = Dues::of(tx, family).await?;
    let term = |service: ServiceCode| {
        dues.days(service).map(|days| Term { service, days, due_on: dues.due(service) })
    };
    let terms = ServiceCode::ALL.iter().filter_map(|service| term(*service)).collect();
    let sql =
        "select id as plan, version, state, published_on from plan where family = $1 order by id limit 1";
    let on_phones = opt!(tx, OnPhones, sql, family).await?;
    let sql = "select plan, version, state, state_at from plan_version where family = $1 order by version";
    let versions = all!(tx, VersionOf, sql, family).await?;
    let asked = match wanted.version {
        Some(number) => {
            let known = versions.iter().find(|version| version.version == number);
            Some(known.ok_or(ProblemCode::NotFound)?)
        }
        None => {
            let stands = |version: &&VersionOf| version.state != PlanState::Discarded;
            versions.iter().rfind(stands).or(versions.last())
        }
    };
    let amendable = on_phones.is_none_or(|plan| plan::can_be_amended(plan.state));
    let version = match asked {
        Some(of) => {
            let mut shown = version(tx, user, of, &members, &dues, now).await?;
            // The family has left, or its plan is over: nothing is done to it, and no clock runs.
            if !amendable {
                (shown.publish_by, shown.late, shown.may_save) = (None, false, false);
                shown.may.clear();
            }
            Some(shown)
        }
        None => None,
    };
    let under_way = versions.last().is_some_and(|version| plan::is_under_way(version.state));
    let may_open = policy::rights(user.role).contains(&right_of(PlanAct::Open)) && !under_way && amendable;
    let members = members.iter().map(|member| member_of(member, today)).collect();
    Ok(FamilyPlan {
        family,
        name,
        today,
        quota_date,
        members,
        terms,
        on_phones,
        versions,
        version,
        may_open,
        approval_by_file: Programme::read(tx, today).await?.approval_by_file,
    })
}

fn member_of(member: &Member, today: NaiveDate) -> MemberOf {
    let who = member.who();
    let preselected = services().iter().filter(|service| who.is_preselected(service, today));
    MemberOf {
        id: member.id,
        name: member.name(),
        relation: member.relation,
        age: member.birth_date.and_then(|born| today.years_since(born)),
        preselected: preselected.map(|service| service.code).collect(),
    }
}

async fn version(
    tx: &mut Tx,
    user: &User,
    of: &VersionOf,
    members: &[Member],
    dues: &Dues,
    now: DateTime<Utc>,
) -> Outcome<Version> {
    #[derive(sqlx::FromRow)]
    struct More {
        visited_on: Option<NaiveDate>,
        visit_in_time: Option<bool>,
        how: Option<PlanAgreement>,
        record: Option<RecordId>,
        published_at: Option<DateTime<Utc>>,
        in_time: Option<bool>,
    }
    let VersionOf { plan: id, version, state, state_at } = *of;
    let found = standing(tx, id, version).await?;
    let sql = "select visited_on, visit_in_time, how, record, published_at, in_time from plan_version
        where plan = $1 and version = $2";
    let more = opt!(tx, More, sql, id, version).await?.ok_or(ProblemCode::NotFound)?;
    let held = rows(tx, id, version).await?;
    let texts = held.iter().map(|(_, text, _)| Digest::of(text.as_bytes()));
    let (_, live) = frozen(id, version, found.family, texts)?;
    let agreed: Vec<Digest> = match &found.digests {
        Some(text) => super::stored(text)?,
        None => Vec::new(),
    };
    let ground = Ground::of(tx, id, found.amends.is_some(), civil_date(found.opened_at)).await?;
    let order = |person: PersonId| members.iter().position(|member| member.id == person);
    let mut shown: Vec<RowOf> = held.iter().map(|(row, ..)| row_of(row, &ground)).collect();
    shown.sort_by_key(|row| (order(row.person).is_none(), order(row.person), row.person));
    let today = civil_date(now);
    let publish_by = publish_by(state, found.agreed_on, found.approved_at, &dues.calendar);
    let agreement = match (more.how, found.agreed_on) {
        (Some(how), Some(signed_on)) => Some(agreement(tx, id, version, how, signed_on, more.record).await?),
        _ => None,
    };
    let sql = "select position, act, second_factor, by_user, by_name, by_role, at from plan_act
        where plan = $1 and version = $2 order by position";
    let acts = all!(tx, Done, sql, id, version).await?;
    let sql = "select position, text from plan_remark where plan = $1 and version = $2 order by position";
    let remarks = all!(tx, Remark, sql, id, version).await?;
    let rights = policy::rights(user.role);
    let may: Vec<PlanAct> = PlanAct::ALL
        .iter()
        .copied()
        .filter(|act| act.after(state).is_some() && rights.contains(&right_of(*act)))
        .collect();
    let signatures = if may.contains(&PlanAct::Agree) {
        let after = drafted_at(tx, (id, version)).await?;
        let signed = signed(tx, found.family, after, found.state_at).await?.into_iter();
        let shown = signed.map(|of| Signature {
            record: of.record,
            done_on: of.done_on,
            fits: of.is_of(&live),
            worker_name: of.worker_name,
        });
        shown.collect()
    } else {
        Vec::new()
    };
    let unexplained: usize = held.iter().map(|(row, ..)| row.unexplained()).sum();
    Ok(Version {
        plan: id,
        version,
        state,
        state_at,
        amends: found.amends,
        seen: last(&held),
        sha256: found.sha256.unwrap_or(live),
        unexplained: i64::try_from(unexplained).unwrap_or(i64::MAX),
        erased: i64::try_from(agreed.len().saturating_sub(held.len())).unwrap_or_default(),
        rows: shown,
        visited_on: more.visited_on,
        visit_in_time: more.visit_in_time,
        agreement,
        approved_at: found.approved_at,
        late: publish_by.is_some_and(|due| today > due),
        publish_by,
        published_at: more.published_at,
        in_time: more.in_time,
        files: signing::files(tx, Of { about: Signable::Plan, thing: id.0, version: Some(version) }).await?,
        acts,
        remarks,
        signatures,
        may_save: plan::is_draft(state) && rights.contains(&right_of(PlanAct::Open)),
        may,
    })
}

fn row_of(row: &plan::Row, ground: &Ground) -> RowOf {
    let item = |item: &Item| {
        let known = item.activity.and_then(|activity| ground.states.get(&activity));
        ItemOf {
            state: known.map(|of| of.state),
            settled: item.activity.is_some_and(|activity| ground.is_settled(activity)),
            done_on: known.and_then(|of| of.done_on),
            item: item.clone(),
        }
    };
    RowOf { person: row.person, name: row.name.clone(), items: row.items.iter().map(item).collect() }
}

async fn agreement(
    tx: &mut Tx,
    id: PlanId,
    version: i32,
    how: PlanAgreement,
    signed_on: NaiveDate,
    record: Option<RecordId>,
) -> Result<Agreement, StoreError> {
    let sql = "select name, media_type, size, cms from plan_paper where plan = $1 and version = $2
        order by position desc limit 1";
    let paper = match how {
        PlanAgreement::Record => None,
        PlanAgreement::Paper | PlanAgreement::Eds => {
            opt!(tx, (String, String, i64, Option<String>), sql, id, version).await?
        }
    };
    let (name, media_type, size, cms) = match paper {
        Some((name, media_type, size, cms)) => (Some(name), Some(media_type), Some(size), cms),
        None => (None, None, None, None),
    };
    let cms = cms.as_deref().map(signing::found).transpose()?;
    Ok(Agreement { how, signed_on, name, media_type, size, record, cms })
}

/// Whose a plan is and where it lives, for its paper.
///
/// # Errors
/// When the database does not answer.
pub async fn of_plan(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    (plan, version): (PlanId, i32),
    now: DateTime<Utc>,
) -> Outcome<(FamilyPlan, String)> {
    let (family, unit) = super::unit_of(tx, plan, version).await?.ok_or(ProblemCode::NotFound)?;
    policy::may(user, super::Right::Plan, Some(unit), territory)
        .map_err(|why| crate::refusal::Refusal::because(ProblemCode::Forbidden, why.to_string()))?;
    let sql = "select settlement_name, address from family where id = $1";
    let place = opt!(tx, (String, Option<String>), sql, family).await?.ok_or(ProblemCode::NotFound)?;
    let place = [Some(place.0), place.1].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let found = of(tx, user, family, WantedVersion { version: Some(version) }, now).await?;
    Ok((found, place))
}

//! A family goes from one career centre to another: the one that serves it proposes it with a reason, the other accepts it and
//! says who has it from then on, or does not take it. With the acceptance stand the facts that move it: its new centre, the end
//! of every open assignment, the new one. Phones follow by their next pull.
//!
//! Both centres see a proposal, and those above them: of the family no more than its name, where it lives and its size until it
//! is accepted. What was recorded, signed and reported before stays under the names of who did it; reports that were sent stay
//! the old centre's. Which centre served a family when stands in its hand-overs.

use chrono::{DateTime, Days, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    case::{HandoverAct, HandoverReason, HandoverRefusal, HandoverState},
    ids::{AssignmentId, FamilyId, HandoverId, OrgUnitId, UserId},
    problem::ProblemCode,
    pulled::{Assignment, Family, OrgKind, Role, User},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Centre, impossible, making::Making};
use crate::{
    all, among, chance,
    check::policy::Territory,
    facts::{Event, HandoverDecided, HandoverProposed},
    office::policy::{self, Right},
    one, opt,
    refusal::Outcome,
    state::AppState,
    store::{StoreError, Tx},
};

/// Most hand-overs of a list.
const MOST: i64 = 200;

/// Hand-overs of the user's units, given and taken.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = HandoverList)]
pub struct List {
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// Those that wait first, then the last ones.
    pub handovers: Vec<Handover>,
    /// Workers of the user's centre who can have a family, for whoever may accept.
    pub workers: Vec<Worker>,
}

/// Somebody who can have a family.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = HandoverWorker)]
pub struct Worker {
    /// Who.
    pub id: UserId,
    /// His name.
    pub name: String,
    /// Families that he has now.
    pub families: i64,
}

/// A hand-over.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Handover {
    /// Its id.
    pub id: HandoverId,
    /// Which family.
    pub family: FamilyId,
    /// Surname of its head, or the given name of one who has none.
    pub name: Option<String>,
    /// Where it lives.
    pub settlement: Option<String>,
    /// Members.
    pub members: i64,
    /// The centre that gives it.
    pub from: Centre,
    /// The centre that takes it.
    pub to: Centre,
    /// Why.
    pub reason: HandoverReason,
    /// Where it stands.
    pub state: HandoverState,
    /// Why the other centre did not take it.
    pub refusal: Option<HandoverRefusal>,
    /// Who proposed it.
    pub by_name: String,
    /// His role then.
    pub by_role: Role,
    /// When.
    pub at: DateTime<Utc>,
    /// Who decided.
    pub decided_name: Option<String>,
    /// His role then.
    pub decided_role: Option<Role>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Whether the user may see the family's page.
    pub visible: bool,
    /// What the user may do about it now.
    pub may: Vec<HandoverAct>,
}

impl Handover {
    /// Whether nobody has decided it yet.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == HandoverState::Proposed
    }
}

/// A family that is to go to another centre.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[schema(as = WantedHandover)]
#[serde(deny_unknown_fields)]
pub struct WantedHandover {
    /// The version of the family's card that was shown.
    pub version: i64,
    /// The career centre.
    pub to: OrgUnitId,
    /// Why.
    pub reason: HandoverReason,
}

/// What is done about a hand-over.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[schema(as = WantedHandoverAct)]
#[serde(deny_unknown_fields)]
pub struct WantedAct {
    /// accept, refuse or withdraw.
    pub act: HandoverAct,
    /// Of an acceptance: the worker of the centre who has the family from now on.
    #[serde(default)]
    pub worker: Option<UserId>,
    /// Of a refusal: why.
    #[serde(default)]
    pub refusal: Option<HandoverRefusal>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: HandoverId,
    family: FamilyId,
    name: Option<String>,
    settlement: Option<String>,
    members: i64,
    org_unit: Option<OrgUnitId>,
    from_unit: OrgUnitId,
    to_unit: OrgUnitId,
    reason: HandoverReason,
    state: HandoverState,
    refusal: Option<HandoverRefusal>,
    by_name: String,
    by_role: Role,
    at: DateTime<Utc>,
    decided_name: Option<String>,
    decided_role: Option<Role>,
    decided_at: Option<DateTime<Utc>>,
    position: i64,
}

const ROW: &str = "select h.id, h.family, (select coalesce(p.surname, p.given_name) from person p where p.family = h.family
     and p.relation = 'head' order by p.id limit 1) as name, f.settlement_name as settlement,
    (select count(*) from person p where p.family = h.family) as members, f.org_unit, h.from_unit, h.to_unit, h.reason,
    h.state, h.refusal, h.by_name, h.by_role, h.at, h.decided_name, h.decided_role, h.decided_at, h.position
    from family_handover h left join family f on f.id = h.family";

fn shown(row: Row, user: &User, territory: &Territory) -> Handover {
    let centre = |unit: OrgUnitId| {
        let known = territory.unit(unit);
        Centre {
            unit,
            name_kk: known.map(|of| of.name_kk.clone()).unwrap_or_default(),
            name_ru: known.map(|of| of.name_ru.clone()).unwrap_or_default(),
        }
    };
    let is_his = |unit: OrgUnitId| policy::is_everywhere(user.role) || territory.covers(user.org_unit, unit);
    let may = HandoverAct::ALL
        .iter()
        .copied()
        .filter(|act| row.state.after(*act).is_some())
        .filter(|act| is_his(whose_turn(*act, row.from_unit, row.to_unit)))
        .filter(|_| policy::rights(user.role).contains(&Right::FamilyHandOver))
        .collect();
    Handover {
        id: row.id,
        family: row.family,
        name: row.name,
        settlement: row.settlement,
        members: row.members,
        from: centre(row.from_unit),
        to: centre(row.to_unit),
        reason: row.reason,
        state: row.state,
        refusal: row.refusal,
        by_name: row.by_name,
        by_role: row.by_role,
        at: row.at,
        decided_name: row.decided_name,
        decided_role: row.decided_role,
        decided_at: row.decided_at,
        visible: row.org_unit.is_some_and(is_his),
        may,
    }
}

/// Whose it is to do something about a hand-over.
#[must_use]
pub const fn whose_turn(act: HandoverAct, from: OrgUnitId, to: OrgUnitId) -> OrgUnitId {
    match act {
        HandoverAct::Accept | HandoverAct::Refuse => to,
        HandoverAct::Withdraw => from,
    }
}

/// The centres of a hand-over: that which gives the family, and that which takes it.
///
/// # Errors
/// When the database does not answer.
pub async fn units_of(tx: &mut Tx, id: HandoverId) -> Result<Option<(OrgUnitId, OrgUnitId)>, StoreError> {
    let sql = "select from_unit, to_unit from family_handover where id = $1";
    opt!(tx, (OrgUnitId, OrgUnitId), sql, id).await
}

/// Hand-overs of a family, the last first.
pub(super) async fn of_family(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    family: FamilyId,
) -> Result<Vec<Handover>, StoreError> {
    let sql = format!("{ROW} where h.family = $1 order by h.position desc");
    let rows = all!(tx, Row, sqlx::AssertSqlSafe(sql.as_str()), family).await?;
    Ok(rows.into_iter().map(|row| shown(row, user, territory)).collect())
}

/// Hand-overs of the user's units.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    now: DateTime<Utc>,
) -> Result<List, StoreError> {
    let units = super::super::held::units(user, territory);
    let mut rows: Vec<Row> = Vec::new();
    for side in ["from_unit", "to_unit"] {
        let sql = format!("{ROW} where h.{side} in (");
        let tail = format!(") order by h.position desc limit {MOST}");
        rows.extend(among!(tx, Row, &sql, units, &tail).await?);
    }
    rows.sort_by_key(|row| (row.state != HandoverState::Proposed, std::cmp::Reverse(row.position)));
    rows.dedup_by_key(|row| row.id);
    rows.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
    let accepts = policy::rights(user.role).contains(&Right::FamilyHandOver);
    let workers = if accepts { workers(tx, user.org_unit).await? } else { Vec::new() };
    let handovers = rows.into_iter().map(|row| shown(row, user, territory)).collect();
    Ok(List { today: civil_date(now), handovers, workers })
}

async fn workers(tx: &mut Tx, unit: OrgUnitId) -> Result<Vec<Worker>, StoreError> {
    let sql = "select u.id, u.name, (select count(*) from assignment a where a.worker = u.id and a.is_open) as families
        from app_user u where u.org_unit = $1 and u.role = 'cc_set' and u.active order by u.name, u.id";
    all!(tx, Worker, sql, unit).await
}

/// Proposes a family to another centre; gives the id of the hand-over.
///
/// # Errors
/// `not-found`, `not-as-shown`, `case-impossible`.
pub async fn propose(
    state: &AppState,
    by: &User,
    family: FamilyId,
    wanted: WantedHandover,
) -> Outcome<HandoverId> {
    let mut making = Making::begin(state, by).await?;
    let found = super::making::family_of(&mut making.tx, family).await?;
    if super::version(&mut making.tx, family).await? != wanted.version {
        return Err(ProblemCode::NotAsShown.into());
    }
    let territory = Territory::read(&mut making.tx).await?;
    if territory.unit(wanted.to).is_none_or(|unit| unit.kind != OrgKind::Cc) || wanted.to == found.org_unit {
        return Err(impossible("another career centre"));
    }
    let sql = "select count(*) from family_handover where family = $1 and state = 'proposed'";
    let (open,) = one!(&mut making.tx, (i64,), sql, family).await?;
    if open > 0 {
        return Err(impossible("it is proposed already"));
    }
    let handover = HandoverId::draw(making.now, chance::bytes(making.chance));
    let (from, hand) = (found.org_unit, making.hand());
    let proposed = HandoverProposed { handover, from, to: wanted.to, reason: wanted.reason, hand };
    making.add(family, None, Event::HandoverProposed(proposed));
    making.append().await?;
    Ok(handover)
}

/// Accepts or refuses a hand-over, or takes it back.
///
/// # Errors
/// `not-found`, `case-impossible`, `bad-request` where a worker or a reason is missing.
pub async fn decide(state: &AppState, by: &User, id: HandoverId, wanted: WantedAct) -> Outcome<()> {
    let WantedAct { act, worker, refusal } = wanted;
    let mut making = Making::begin(state, by).await?;
    let sql = "select family, from_unit, to_unit, state from family_handover where id = $1";
    type Found = (FamilyId, OrgUnitId, OrgUnitId, HandoverState);
    let found = opt!(&mut making.tx, Found, sql, id).await?;
    let (family, from, to, standing) = found.ok_or(ProblemCode::NotFound)?;
    if standing.after(act).is_none() {
        return Err(impossible(format!("it is {standing}: {act} is not possible")));
    }
    let needed = match act {
        HandoverAct::Accept => worker.is_some() && refusal.is_none(),
        HandoverAct::Refuse => worker.is_none() && refusal.is_some(),
        HandoverAct::Withdraw => worker.is_none() && refusal.is_none(),
    };
    if !needed {
        return Err(ProblemCode::BadRequest.into());
    }
    let hand = making.hand();
    let decided = HandoverDecided { handover: id, act, refusal, worker, hand };
    making.add(family, None, Event::HandoverDecided(decided));
    if let Some(worker) = worker {
        take(&mut making, family, (from, to), worker).await?;
    }
    making.append().await
}

/// The facts that move a family.
async fn take(
    making: &mut Making<'_>,
    family: FamilyId,
    (from, to): (OrgUnitId, OrgUnitId),
    worker: UserId,
) -> Outcome<()> {
    let found = super::making::family_of(&mut making.tx, family).await?;
    if found.org_unit != from {
        return Err(impossible("another centre serves it by now"));
    }
    let sql = "select count(*) from app_user where id = $1 and org_unit = $2 and role = 'cc_set' and active";
    let (fits,) = one!(&mut making.tx, (i64,), sql, worker, to).await?;
    if fits == 0 {
        return Err(impossible("a worker of the centre that takes the family"));
    }
    let sql = "select id, family, worker, from_day as \"from\", to_day as \"to\" from assignment
        where family = $1 and is_open order by id";
    let open = all!(&mut making.tx, Assignment, sql, family).await?;
    let today = making.today();
    let yesterday = today.checked_sub_days(Days::new(1)).unwrap_or(today);
    making.add(family, None, Event::FamilySet(Family { org_unit: to, ..found }));
    for had in open {
        // One whose last day lies before its fact is closed with it.
        let first = had.from.min(yesterday);
        let ended = Assignment { from: first, to: Some(yesterday), ..had };
        making.add(family, None, Event::AssignmentSet(ended));
    }
    let id = AssignmentId::draw(making.now, chance::bytes(making.chance));
    let begun = Assignment { id, family, worker, from: today, to: None };
    making.add(family, None, Event::AssignmentSet(begun));
    Ok(())
}

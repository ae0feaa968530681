//! The change feed: who sees what changed, and at which position.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kandas_shared::{
    cursor::Kind,
    ids::{FamilyId, OrgUnitId, UserId},
};
use uuid::Uuid;

use super::{ApplyError, Before, Change, unit_scope};
use crate::{among, many, scope, store::Tx};

/// A change is kept at its last position.
pub(super) const KEEP_LAST: &str = "on conflict (scope, kind, id) do update set position = excluded.position
    where change.position < excluded.position";

/// A unit that changed is seen by all its users.
pub(super) async fn unit_changes(
    tx: &mut Tx,
    units: &[(OrgUnitId, u64)],
    before: &Before,
    direct: &mut HashMap<(String, Kind, Uuid), u64>,
) -> Result<(), ApplyError> {
    if units.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = units.iter().map(|(id, _)| (*id,)).collect();
    let rows =
        among!(tx, (UserId, OrgUnitId), "select id, org_unit from app_user where org_unit in (", ids, ")");
    let mut users: BTreeMap<OrgUnitId, Vec<UserId>> = BTreeMap::new();
    for (user, unit) in rows.await? {
        users.entry(unit).or_default().push(user);
    }
    for (unit, position) in units {
        let own = users.remove(unit).unwrap_or_default().into_iter().map(scope::of_worker);
        for scope in own.chain(unit_scope(before, *unit)) {
            let at = direct.entry((scope, Kind::OrgUnit, unit.0)).or_insert(*position);
            *at = (*at).max(*position);
        }
    }
    Ok(())
}

/// Writes the changes of a run: whole families that entered or left a scope, then single entities.
pub(super) async fn write(
    tx: &mut Tx,
    touched: BTreeMap<(Kind, Uuid, FamilyId), u64>,
    direct: HashMap<(String, Kind, Uuid), u64>,
    subtrees: BTreeMap<(String, FamilyId), u64>,
) -> Result<(), ApplyError> {
    let moved: Vec<_> =
        subtrees.into_iter().map(|((scope, family), position)| (scope, family, position as i64)).collect();
    write_subtrees(tx, &moved).await?;

    let families: BTreeSet<FamilyId> = touched.keys().map(|(_, _, family)| *family).collect();
    let scopes = scopes_of(tx, &families).await?;
    let mut changes = direct;
    for ((kind, id, family), position) in touched {
        for scope in scopes.get(&family).into_iter().flatten() {
            let at = changes.entry((scope.clone(), kind, id)).or_insert(position);
            *at = (*at).max(position);
        }
    }
    let mut rows: Vec<Change> =
        changes.into_iter().map(|((scope, kind, id), position)| (scope, kind, id, position as i64)).collect();
    // In key order, so that two writers never lock rows crosswise and pages fill one after the other.
    rows.sort_unstable_by(|a, b| (&a.0, a.1.as_str(), a.2).cmp(&(&b.0, b.1.as_str(), b.2)));
    many!(tx, "insert into change (scope, kind, id, position)", rows, KEEP_LAST).await?;
    Ok(())
}

/// Writes everything of a family into a scope that it entered or left.
pub(super) async fn write_subtrees(tx: &mut Tx, moved: &[(String, FamilyId, i64)]) -> Result<(), ApplyError> {
    let tail = format!(
        ") insert into change (scope, kind, id, position) select * from (
             select moved.scope, 'family' as kind, moved.family as id, moved.position from moved
             union all select moved.scope, 'person', e.id, moved.position from moved join person e on e.family = moved.family
             union all select moved.scope, 'consent', e.id, moved.position from moved join consent e on e.family = moved.family
             union all select moved.scope, 'assignment', e.id, moved.position from moved join assignment e on e.family = moved.family
             union all select moved.scope, 'plan', e.id, moved.position from moved join plan e on e.family = moved.family
             union all select moved.scope, 'activity', e.id, moved.position from moved join activity e on e.family = moved.family
             union all select moved.scope, 'record_state', e.state_id, moved.position from moved join record e on e.family = moved.family
             union all select moved.scope, 'check', e.id, moved.position from moved join record_check e on e.family = moved.family
         ) as subtree where true {KEEP_LAST}"
    );
    many!(tx, "with moved (scope, family, position) as (", moved, &tail).await?;
    Ok(())
}

/// The scopes that have these families now.
async fn scopes_of(
    tx: &mut Tx,
    families: &BTreeSet<FamilyId>,
) -> Result<HashMap<FamilyId, BTreeSet<String>>, ApplyError> {
    let mut scopes: HashMap<FamilyId, BTreeSet<String>> = HashMap::new();
    if families.is_empty() {
        return Ok(scopes);
    }
    let ids: Vec<_> = families.iter().map(|id| (*id,)).collect();
    let found = ") select a.family, a.worker, false from asked join assignment a on a.family = asked.family where a.is_open
        union all select f.id, f.org_unit, true from asked join family f on f.id = asked.family
        join org_unit o on o.id = f.org_unit where o.whole_centre";
    for (family, who, is_unit) in
        among!(tx, (FamilyId, Uuid, bool), "with asked (family) as (", ids, found).await?
    {
        let scope = if is_unit { scope::of_unit(OrgUnitId(who)) } else { scope::of_worker(UserId(who)) };
        scopes.entry(family).or_default().insert(scope);
    }
    Ok(scopes)
}

//! Units of the organisation as an administrator keeps them (§2, R-002). No case data.
//!
//! Whose families somebody sees follows from the tree of units and from the land of executive bodies. So what is changed here
//! is looked at as a whole: neither the administrator nor the unit may reach after it what he did not reach before.

use std::collections::BTreeSet;

use kandas_shared::{
    ids::OrgUnitId,
    journal::{Author, AuthorKind},
    kato::Kato,
    problem::ProblemCode,
    pulled::{OrgKind, OrgUnit, User},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::policy::{self, Right};
use crate::{
    chance,
    check::policy::{NotAllowed, Territory, land},
    facts::Event,
    journal::{self, Fact},
    opt,
    refusal::{Outcome, Refusal},
    state::AppState,
};

/// Characters of a name.
const MOST: usize = 200;

/// A unit as it shall stand.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = UnitWanted)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The unit above; none for one that stands by itself.
    pub parent: Option<OrgUnitId>,
    /// What it is.
    pub kind: OrgKind,
    /// KATO code of its land.
    pub kato: Kato,
    /// Name in Kazakh.
    pub name_kk: String,
    /// Name in Russian.
    pub name_ru: String,
}

/// Adds a unit, or changes `id`.
///
/// # Errors
/// `not-found`; `forbidden` where it lies beyond one's own units, or would make them reach further; `words-missing`;
/// `unit-impossible`; `nothing-changes`.
pub async fn save(state: &AppState, by: &User, id: Option<OrgUnitId>, wanted: Wanted) -> Outcome<OrgUnit> {
    let now = state.clock.wall();
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let territory = Territory::read(&mut tx).await?;
    let before = id.map(|id| territory.unit(id).cloned().ok_or(ProblemCode::NotFound)).transpose()?;
    let id = id.unwrap_or_else(|| OrgUnitId::draw(now, chance::bytes(state.chance.as_ref())));
    let after = OrgUnit {
        id,
        parent: wanted.parent,
        kind: wanted.kind,
        kato: wanted.kato.to_string(),
        name_kk: name(&wanted.name_kk)?,
        name_ru: name(&wanted.name_ru)?,
    };
    let sql = "select org_unit from family where org_unit = $1 limit 1";
    let serves = opt!(&mut tx, (OrgUnitId,), sql, id).await?.is_some();
    is_fit(by, before.as_ref(), &after, serves, &territory)?;
    let author = Author { kind: AuthorKind::User, id: Some(by.id.0) };
    let fact = Fact { author, ..Fact::by_system(Event::OrgUnitSet(after.clone())) };
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, vec![fact]).await?;
    tx.commit().await?;
    Ok(after)
}

fn name(text: &str) -> Outcome<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST || text.chars().any(char::is_control) {
        return Err(ProblemCode::WordsMissing.into());
    }
    Ok(text.to_owned())
}

/// Whether `by` may make `after` of `before`; `serves`: families belong to it.
fn is_fit(
    by: &User,
    before: Option<&OrgUnit>,
    after: &OrgUnit,
    serves: bool,
    territory: &Territory,
) -> Outcome<()> {
    let may = |unit: OrgUnitId| policy::may(by, Right::People, Some(unit), territory).map_err(forbidden);
    if let Some(before) = before {
        may(before.id)?;
        if before == after {
            return Err(ProblemCode::NothingChanges.into());
        }
    }
    if before.is_none_or(|before| before.parent != after.parent) {
        for above in before.map(|before| before.parent).into_iter().chain([after.parent]) {
            match above {
                Some(above) => may(above)?,
                // Under nobody: that of whoever reaches over everything.
                None if territory.covered(by.org_unit) == territory.all() => {}
                None => return Err(beyond()),
            }
        }
    }
    let changed = territory.with(after.clone());
    stands(before, after, serves, &changed)?;
    let reached = |territory: &Territory, unit| -> BTreeSet<OrgUnitId> {
        territory.covered(unit).into_iter().collect()
    };
    let mut mine = reached(territory, by.org_unit);
    mine.insert(after.id);
    // What he makes stays his to keep, and gives nobody more than he has.
    let further = |unit| !reached(&changed, unit).is_subset(&mine);
    if !changed.covers(by.org_unit, after.id) || further(by.org_unit) || further(after.id) {
        return Err(beyond());
    }
    Ok(())
}

/// Whether the unit can stand where it shall stand.
fn stands(before: Option<&OrgUnit>, after: &OrgUnit, serves: bool, changed: &Territory) -> Outcome<()> {
    let impossible = |why: &str| Err(Refusal::because(ProblemCode::UnitImpossible, why));
    if changed.is_ring(after.id) {
        return impossible("a unit would stand above itself");
    }
    if serves && after.kind != OrgKind::Cc {
        return impossible("families belong to career centres");
    }
    let as_before = before.is_some_and(|before| {
        (before.parent, before.kind, &before.kato) == (after.parent, after.kind, &after.kato)
    });
    if as_before {
        return Ok(());
    }
    let above = after.parent.and_then(|parent| changed.unit(parent));
    let below = changed.below(after.id).into_iter().map(|unit| (Some(after), unit));
    for (above, unit) in below.chain([(above, after)]) {
        if unit.kind == OrgKind::Cc && above.is_none_or(|above| above.kind != OrgKind::Ctm) {
            return impossible("a career centre is a branch of a mobility centre (§2)");
        }
        if above.is_some_and(|above| !lies_on(&unit.kato, &above.kato)) {
            return impossible("its land is not that of the unit above");
        }
    }
    Ok(())
}

/// Whether a KATO code lies on the land of another; that of the country covers all.
fn lies_on(kato: &str, of: &str) -> bool {
    let land = land(of);
    land == "00" || kato.starts_with(land)
}

fn forbidden(why: NotAllowed) -> Refusal {
    Refusal::because(ProblemCode::Forbidden, why.to_string())
}

fn beyond() -> Refusal {
    Refusal::because(ProblemCode::Forbidden, "the unit lies beyond one's own, or would reach beyond them")
}

#[cfg(test)]
mod tests {
    use kandas_shared::{
        ids::UserId,
        locale::Lang,
        pulled::{OrgKind::*, Role},
    };
    use uuid::Uuid;

    use super::*;

    fn id(of: u128) -> OrgUnitId {
        OrgUnitId(Uuid::from_u128(of))
    }

    fn unit(own: u128, parent: Option<u128>, kind: OrgKind, kato: &str) -> OrgUnit {
        let (name_kk, name_ru) = ("орталық".into(), "центр".into());
        OrgUnit { id: id(own), parent: parent.map(id), kind, kato: kato.into(), name_kk, name_ru }
    }

    #[test]
    fn an_administrator_keeps_his_own_units_and_reaches_no_further() {
        use ProblemCode::{Forbidden, NothingChanges, UnitImpossible};
        let territory = Territory::of(vec![
            (1, None, Ctm, "550000000"),
            (2, Some(1), Cc, "559100000"),
            (3, Some(1), Cc, "559200000"),
            (4, None, Mio, "550000000"),
            (5, None, Ctm, "350000000"),
            (6, Some(5), Cc, "351000000"),
        ]);
        let renamed = |of: OrgUnit| OrgUnit { name_ru: "другой".into(), ..of };
        // Who: the unit of an administrator. Then the unit as it shall stand, and whether families belong to it.
        let table: &[(u128, OrgUnit, bool, Option<ProblemCode>)] = &[
            (1, unit(9, Some(1), Cc, "559300000"), false, None),
            (1, renamed(unit(2, Some(1), Cc, "559100000")), true, None),
            (1, renamed(unit(1, None, Ctm, "550000000")), false, None),
            (1, unit(2, Some(1), Cc, "559100000"), true, Some(NothingChanges)),
            // Beyond his own.
            (2, unit(9, Some(1), Cc, "559300000"), false, Some(Forbidden)),
            (1, renamed(unit(6, Some(5), Cc, "351000000")), true, Some(Forbidden)),
            (1, unit(2, Some(5), Cc, "351000000"), true, Some(Forbidden)),
            (1, unit(1, Some(5), Ctm, "550000000"), false, Some(Forbidden)),
            (1, unit(9, None, Ctm, "550000000"), false, Some(Forbidden)),
            // An executive body reaches by land: none comes to be that reaches further than who makes it.
            (2, unit(2, Some(1), Mio, "559100000"), false, None),
            (2, unit(2, Some(1), Mio, "550000000"), false, Some(Forbidden)),
            (1, unit(1, None, Mio, "350000000"), false, Some(UnitImpossible)),
            (4, unit(4, None, Mio, "350000000"), false, Some(Forbidden)),
            (4, unit(4, None, Mio, "559100000"), false, None),
            // Where it cannot stand.
            (1, unit(9, Some(2), Cc, "559100000"), false, Some(UnitImpossible)),
            (1, unit(9, Some(1), Cc, "351000000"), false, Some(UnitImpossible)),
            (1, unit(2, Some(1), Ctm, "559100000"), true, Some(UnitImpossible)),
            (1, unit(1, None, Ctm, "559100000"), false, Some(UnitImpossible)),
            (1, unit(1, Some(2), Ctm, "550000000"), false, Some(Forbidden)),
            (99, unit(9, Some(1), Cc, "559300000"), false, Some(Forbidden)),
        ];
        for (at, after, serves, expected) in table {
            let by = User {
                id: UserId(Uuid::from_u128(90)),
                org_unit: id(*at),
                login: "a".into(),
                role: Role::Admin,
                name: "Сынақ".into(),
                language: Lang::Kk,
                active: true,
            };
            let fit = is_fit(&by, territory.unit(after.id), after, *serves, &territory);
            assert_eq!(fit.err().map(|refusal| refusal.code()), *expected, "{at}: {after:?}");
        }
    }

    #[test]
    fn no_unit_stands_above_itself() {
        let territory = Territory::of(vec![
            (1, None, Ctm, "550000000"),
            (2, Some(1), Ctm, "550000000"),
            (3, Some(2), Ctm, "550000000"),
            (4, None, Mio, "550000000"),
        ]);
        let by = User {
            id: UserId(Uuid::from_u128(90)),
            org_unit: id(4),
            login: "a".into(),
            role: Role::Admin,
            name: "Сынақ".into(),
            language: Lang::Kk,
            active: true,
        };
        for (after, expected) in [
            (unit(2, Some(3), Ctm, "550000000"), Some(ProblemCode::UnitImpossible)),
            (unit(2, Some(2), Ctm, "550000000"), Some(ProblemCode::UnitImpossible)),
            (unit(3, Some(1), Ctm, "550000000"), None),
            // Whoever reaches over everything may.
            (unit(2, None, Ctm, "550000000"), None),
            (unit(9, None, Ctm, "550000000"), None),
            (unit(9, None, Ctm, "350000000"), Some(ProblemCode::Forbidden)),
        ] {
            let fit = is_fit(&by, territory.unit(after.id), &after, false, &territory);
            assert_eq!(fit.err().map(|refusal| refusal.code()), expected, "{after:?}");
        }
    }
}

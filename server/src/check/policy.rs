//! Who may check which record (requirements §2.2): the director of a career centre, the head of a mobility centre and
//! the local executive body, each for the families of his own unit, and nobody his own record.

use std::collections::HashMap;

use kandas_shared::{
    ids::{OrgUnitId, UserId},
    pulled::{OrgKind, OrgUnit, Role, User},
};

use crate::{
    all,
    store::{StoreError, Tx},
};

/// The roles that check.
pub const CHECKING: &[Role] = &[Role::CcDir, Role::CtmSetHead, Role::MioSetHead, Role::MioSet];

/// Why somebody may not check a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// He does not work here any more.
    #[error("the user may no longer work")]
    Inactive,
    /// His role does not check.
    #[error(
        "only the director of a career centre, the head of a mobility centre and the local executive body check"
    )]
    Role,
    /// It is his own.
    #[error("nobody checks his own record")]
    Own,
    /// The family belongs to another unit.
    #[error("the family is not of this user's unit")]
    Elsewhere,
}

/// The units of the organisation.
#[derive(Clone, Debug, Default)]
pub struct Territory {
    units: HashMap<OrgUnitId, OrgUnit>,
}

/// Whether `checker` may check what `worker` recorded about a family of `unit`.
///
/// # Errors
/// Why he may not.
pub fn may_check(
    checker: &User,
    worker: UserId,
    unit: OrgUnitId,
    territory: &Territory,
) -> Result<(), NotAllowed> {
    if !checker.active {
        return Err(NotAllowed::Inactive);
    }
    if !CHECKING.contains(&checker.role) {
        return Err(NotAllowed::Role);
    }
    if checker.id == worker {
        return Err(NotAllowed::Own);
    }
    if territory.covers(checker.org_unit, unit) { Ok(()) } else { Err(NotAllowed::Elsewhere) }
}

impl Territory {
    /// Reads the units.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(tx: &mut Tx) -> Result<Self, StoreError> {
        let units =
            all!(tx, OrgUnit, "select id, parent, kind, kato, name_kk, name_ru from org_unit").await?;
        Ok(Self { units: units.into_iter().map(|unit| (unit.id, unit)).collect() })
    }

    /// Made-up ones: id, the unit above, what it is, its KATO code.
    #[cfg(test)]
    pub(crate) fn of(units: Vec<(u128, Option<u128>, OrgKind, &str)>) -> Self {
        let id = |id| OrgUnitId(uuid::Uuid::from_u128(id));
        let unit = |(own, parent, kind, kato): (u128, Option<u128>, OrgKind, &str)| {
            let (name_kk, name_ru) = ("орталық".into(), "центр".into());
            let unit =
                OrgUnit { id: id(own), parent: parent.map(id), kind, kato: kato.into(), name_kk, name_ru };
            (unit.id, unit)
        };
        Self { units: units.into_iter().map(unit).collect() }
    }

    /// Every unit whose families belong to `unit`: itself, those below it, and for a local executive body, which stands
    /// beside the centres and not above them, those on its land.
    pub fn covered(&self, unit: OrgUnitId) -> Vec<OrgUnitId> {
        let mut covered: Vec<OrgUnitId> =
            self.units.keys().copied().filter(|of| self.covers(unit, *of)).collect();
        covered.sort_unstable();
        covered
    }

    /// The same with this unit as it is given.
    pub(crate) fn with(&self, unit: OrgUnit) -> Self {
        let mut changed = self.clone();
        changed.units.insert(unit.id, unit);
        changed
    }

    /// The units that stand right below.
    pub(crate) fn below(&self, unit: OrgUnitId) -> Vec<&OrgUnit> {
        self.units.values().filter(|below| below.parent == Some(unit)).collect()
    }

    /// Whether whoever goes up from this unit comes to it again.
    pub(crate) fn is_ring(&self, unit: OrgUnitId) -> bool {
        let above = |unit: OrgUnitId| self.units.get(&unit).and_then(|unit| unit.parent);
        let mut steps = std::iter::successors(above(unit), |at| above(*at)).take(self.units.len());
        steps.any(|at| at == unit)
    }

    /// One of them.
    pub fn unit(&self, id: OrgUnitId) -> Option<&OrgUnit> {
        self.units.get(&id)
    }

    /// Every unit there is.
    pub fn all(&self) -> Vec<OrgUnitId> {
        let mut all: Vec<OrgUnitId> = self.units.keys().copied().collect();
        all.sort_unstable();
        all
    }

    /// Whether families of `of` belong to `unit`.
    pub(crate) fn covers(&self, unit: OrgUnitId, of: OrgUnitId) -> bool {
        let Some(own) = self.units.get(&unit) else { return false };
        let mut at = self.units.get(&of);
        // No chain is longer than there are units, whatever was imported.
        for _ in 0..=self.units.len() {
            let Some(here) = at else { break };
            if here.id == unit {
                return true;
            }
            at = here.parent.and_then(|parent| self.units.get(&parent));
        }
        own.kind == OrgKind::Mio && self.units.get(&of).is_some_and(|of| of.kato.starts_with(land(&own.kato)))
    }
}

/// The digits of a KATO code that name the place: its levels are 2, 4, 6 and 9 digits long.
pub(crate) fn land(kato: &str) -> &str {
    let named = [2, 4, 6].into_iter().find_map(|level| {
        let (place, rest) = kato.split_at_checked(level)?;
        rest.bytes().all(|digit| digit == b'0').then_some(place)
    });
    named.unwrap_or(kato)
}

#[cfg(test)]
mod tests {
    use kandas_shared::locale::Lang;
    use uuid::Uuid;

    use super::*;

    fn unit(id: u128, parent: Option<u128>, kind: OrgKind, kato: &str) -> (OrgUnitId, OrgUnit) {
        let unit = OrgUnit {
            id: OrgUnitId(Uuid::from_u128(id)),
            parent: parent.map(|id| OrgUnitId(Uuid::from_u128(id))),
            kind,
            kato: kato.into(),
            name_kk: "орталық".into(),
            name_ru: "центр".into(),
        };
        (unit.id, unit)
    }

    fn user(id: u128, at: u128, role: Role) -> User {
        User {
            id: UserId(Uuid::from_u128(id)),
            org_unit: OrgUnitId(Uuid::from_u128(at)),
            login: "u".into(),
            role,
            name: "Сынақ".into(),
            language: Lang::Kk,
            active: true,
        }
    }

    #[test]
    fn who_may_check_what() {
        use NotAllowed::{Elsewhere, Inactive, Own};
        let territory = Territory {
            units: [
                unit(1, None, OrgKind::Ctm, "550000000"),
                unit(2, Some(1), OrgKind::Cc, "559100000"),
                unit(3, Some(1), OrgKind::Cc, "559200000"),
                unit(4, None, OrgKind::Mio, "550000000"),
                unit(5, None, OrgKind::Mio, "559100000"),
                unit(6, None, OrgKind::Mio, "560000000"),
            ]
            .into(),
        };
        let worker = UserId(Uuid::from_u128(90));
        let may = |checker: &User| may_check(checker, worker, OrgUnitId(Uuid::from_u128(2)), &territory);
        let table = [
            (Ok(()), user(10, 2, Role::CcDir)),
            (Err(Elsewhere), user(10, 3, Role::CcDir)),
            (Ok(()), user(11, 1, Role::CtmSetHead)),
            (Ok(()), user(12, 4, Role::MioSetHead)),
            (Ok(()), user(13, 5, Role::MioSet)),
            (Err(Elsewhere), user(13, 6, Role::MioSet)),
            (Err(Elsewhere), user(14, 99, Role::MioSet)),
            (Err(Own), user(90, 2, Role::CcDir)),
            (Err(Inactive), User { active: false, ..user(10, 2, Role::CcDir) }),
        ];
        for (expected, checker) in table {
            assert_eq!(may(&checker), expected, "{checker:?}");
        }
        for role in Role::ALL {
            // An executive body's people sit in its unit, not in a centre; the unit is what the other table is about.
            assert_eq!(may(&user(10, 2, *role)).is_ok(), CHECKING.contains(role), "{role}");
        }
        assert_eq!(territory.covered(OrgUnitId(Uuid::from_u128(1))).len(), 3);
    }

    #[test]
    fn land_is_named_by_whole_levels() {
        let table =
            [("550000000", "55"), ("551000000", "5510"), ("559130000", "559130"), ("559130100", "559130100")];
        for (kato, expected) in table {
            assert_eq!(land(kato), expected);
        }
    }
}

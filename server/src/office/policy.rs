//! Who may do what where: the roles and scopes of requirements §2.1-2.2 as one function.
//!
//! No right is given by default: a role has what [`rights`] lists for it, nothing else. A right reaches over the units that
//! a role's territory covers ([`Territory::covers`]): a centre its own families, a mobility centre those of its centres, an
//! executive body those on its land; the country-wide roles all.

use kandas_shared::{
    ids::OrgUnitId,
    pulled::{Role, User},
};

use crate::check::policy::{NotAllowed, Territory};

/// What a door asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// His own session, password and second factor.
    Own,
    /// To see families, persons, plans and records, IINs masked.
    Case,
    /// To see photos, videos and signatures of a case.
    Evidence,
    /// To see scans of documents.
    Scans,
    /// To accept, remark and return records (R-037, §37).
    Check,
    /// To see what was held, and phones and workers of the own units.
    Workers,
    /// To see how many are done, due and overdue.
    Numbers,
    /// To add users and codes for phones, to revoke phones. No case data.
    People,
    /// To see what he himself has read, changed and checked.
    Acts,
    /// To see who has read, changed and checked in the own units.
    Audit,
    /// To see whether the journal was verified, and to have it verified.
    Verify,
    /// To see what everybody counts by: calendar, services, reasons, thresholds.
    Reference,
    /// To change what everybody counts by, for the whole store.
    Settings,
    /// To see monthly reports (§39).
    Report,
    /// To draft, sign and send those of the own centre.
    ReportMake,
    /// To accept and return them.
    ReportDecide,
}

/// What a role may do. Roles of the departure side and akims have no case of the settlement side before them (§2.2): beside
/// their own account they have at most the audit log of their units, without names of families.
#[must_use]
pub fn rights(role: Role) -> &'static [Right] {
    use Right::{
        Acts, Audit, Case, Check, Evidence, Numbers, Own, People, Reference, Report, ReportDecide,
        ReportMake, Scans, Settings, Verify, Workers,
    };
    match role {
        // Who works at a career centre prepares its report (§39).
        Role::CcSet => &[Own, Case, Evidence, Scans, Numbers, Acts, Reference, Report, ReportMake],
        Role::CtmSet => &[Own, Case, Evidence, Scans, Numbers, Acts, Reference, Report],
        Role::CcDir => &[
            Own, Case, Evidence, Scans, Check, Workers, Numbers, Acts, Audit, Verify, Reference, Report,
            ReportMake,
        ],
        Role::CtmSetHead => {
            &[Own, Case, Evidence, Scans, Check, Workers, Numbers, Acts, Audit, Verify, Reference, Report]
        }
        Role::MioSetHead | Role::MioSet => &[
            Own,
            Case,
            Evidence,
            Scans,
            Check,
            Workers,
            Numbers,
            Acts,
            Audit,
            Verify,
            Reference,
            Report,
            ReportDecide,
        ],
        Role::Crtr => &[Own, Case, Evidence, Scans, Numbers, Reference, Report],
        // Without document scans (R*).
        Role::Auth => &[Own, Case, Evidence, Numbers, Acts, Audit, Verify, Reference, Settings, Report],
        Role::Admin => &[Own, Workers, People, Verify, Reference, Settings],
        Role::CtmDepHead | Role::MioDepHead => &[Own, Acts, Audit, Verify],
        Role::CcDep => &[Own, Acts],
        Role::AkimRaion | Role::AkimOkrug => &[Own],
    }
}

/// Whether the role's territory is the whole country.
#[must_use]
pub fn is_everywhere(role: Role) -> bool {
    matches!(role, Role::Crtr | Role::Auth)
}

/// Whether `user` may do this, about something of `unit` or about nothing of any unit.
///
/// # Errors
/// Why he may not.
pub fn may(
    user: &User,
    right: Right,
    unit: Option<OrgUnitId>,
    territory: &Territory,
) -> Result<(), NotAllowed> {
    if !user.active {
        return Err(NotAllowed::Inactive);
    }
    if !rights(user.role).contains(&right) {
        return Err(NotAllowed::Role);
    }
    match unit {
        Some(unit) if !is_everywhere(user.role) && !territory.covers(user.org_unit, unit) => {
            Err(NotAllowed::Elsewhere)
        }
        _ => Ok(()),
    }
}

/// The units over which the user's rights reach; none means all.
#[must_use]
pub fn reach(user: &User, territory: &Territory) -> Option<Vec<OrgUnitId>> {
    (!is_everywhere(user.role)).then(|| territory.covered(user.org_unit))
}

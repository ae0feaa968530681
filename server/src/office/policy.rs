//! Who may do what where: the roles and scopes of requirements §2.1-2.2 as one function.
//!
//! No right is given by default: a role has what [`rights`] lists for it, nothing else. A right reaches over the units that
//! a role's territory covers (`Territory::covers`): a centre its own families, a mobility centre those of its centres, an
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
    /// To change the reasons that are chosen from lists, for the whole store.
    Reasons,
    /// To see monthly reports (§39).
    Report,
    /// To draft, sign and send those of the own centre.
    ReportMake,
    /// To accept and return them.
    ReportDecide,
    /// To see road maps (§38): a centre and those above it its own, an akim those of his land.
    RoadMap,
    /// To draw up those of the own centre, put them forward, enter what was signed on paper and who has his copy.
    RoadMapMake,
    /// To sign them as one of the three, or send them back.
    RoadMapSign,
    /// To see plans of families from the first draft on (§19, 28, 32-34).
    Plan,
    /// To draw them up, change them, enter the agreement of the kandas and bring them onto the phones.
    PlanMake,
    /// To approve them for the mobility centre (§34), or send them back.
    PlanApprove,
    /// To see the monitoring of families: rounds, problems, proposals, departures (§41-46).
    Monitoring,
    /// To begin and close rounds, to say what came to light, to record where a family lives and that it left.
    MonitoringWork,
    /// To give problems and proposals to somebody, and to settle them.
    MonitoringSettle,
    /// To take up the return of support that a departure flags (§46): the mobility centre's, by order 234.
    Refund,
    /// To see assessments of centres and what they were told (§47-51): those of the own units.
    Assessment,
    /// To score centres, to write, sign and send the conclusion.
    AssessmentMake,
    /// To send the conclusion on to the local executive bodies.
    AssessmentForward,
    /// To say which measures the own body has taken.
    AssessmentMeasure,
    /// To see what is due for him and for those whom he looks after (requirements §1.9), as far as his other rights reach.
    Deadlines,
    /// To see whose term of keeping is over, what was proposed to be erased, and what was erased (requirements §4.6).
    Erasures,
    /// To propose that a family or a person be erased.
    ErasePropose,
    /// To confirm or refuse what somebody else proposed.
    EraseConfirm,
    /// To see consents (requirements §2.2, row "Consent record": neither the expert nor the authorised body): their states,
    /// what was recorded about them with its proof, and how they were withdrawn. That something was recorded stands in
    /// lists of records without it.
    Consent,
    /// To enter that somebody withdraws his consent (the same row, C).
    ConsentWithdraw,
    /// To register families, to keep their cards, where their members are registered (§31) and what they consent to.
    FamilyKeep,
    /// To propose a family of the own centre to another, and to accept or refuse one that is proposed to it.
    FamilyHandOver,
    /// To see how messages to a state system stand (§37, §44).
    Exchange,
    /// To have those of the own units written once more.
    ExchangeWork,
    /// To look after what came and is kept aside, whose it is being unknown.
    ExchangeAside,
}

/// What a role may do. Roles of the departure side and akims have no case of the settlement side before them (§2.2): beside
/// their own account the former have at most the audit log of their units, without names of families, and akims the road
/// maps that they sign and their deadlines.
#[must_use]
pub fn rights(role: Role) -> &'static [Right] {
    use Right::{
        Acts, Assessment, AssessmentForward, AssessmentMake, AssessmentMeasure, Audit, Case, Check, Consent,
        ConsentWithdraw, Deadlines, EraseConfirm, ErasePropose, Erasures, Evidence, Exchange, ExchangeAside,
        ExchangeWork, FamilyHandOver, FamilyKeep, Monitoring, MonitoringSettle, MonitoringWork, Numbers, Own,
        People, Plan, PlanApprove, PlanMake, Reasons, Reference, Refund, Report, ReportDecide, ReportMake,
        RoadMap, RoadMapMake, RoadMapSign, Scans, Settings, Verify, Workers,
    };
    match role {
        // Who works at a career centre prepares its report (§39) and draws up its road maps (§38).
        Role::CcSet => &[
            Own,
            Deadlines,
            Case,
            Consent,
            Plan,
            PlanMake,
            Evidence,
            Scans,
            Numbers,
            Acts,
            Reference,
            Report,
            ReportMake,
            Monitoring,
            MonitoringWork,
            MonitoringSettle,
            RoadMap,
            RoadMapMake,
            Assessment,
            ConsentWithdraw,
            FamilyKeep,
            Exchange,
        ],
        Role::CtmSet => &[
            Own,
            Deadlines,
            Case,
            Consent,
            Plan,
            Evidence,
            Scans,
            Numbers,
            Acts,
            Reference,
            Report,
            Monitoring,
            MonitoringWork,
            Refund,
            Assessment,
            Exchange,
        ],
        Role::CcDir => &[
            Own,
            Deadlines,
            Case,
            Consent,
            Plan,
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
            ReportMake,
            Monitoring,
            RoadMap,
            RoadMapMake,
            RoadMapSign,
            Assessment,
            Erasures,
            ErasePropose,
            FamilyHandOver,
            Exchange,
        ],
        Role::CtmSetHead => &[
            Own,
            Deadlines,
            Case,
            Consent,
            Plan,
            PlanApprove,
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
            Monitoring,
            Refund,
            RoadMap,
            Assessment,
            Erasures,
            ErasePropose,
            EraseConfirm,
            Exchange,
            ExchangeWork,
        ],
        Role::MioSetHead => &[
            Own,
            Deadlines,
            Case,
            Consent,
            Plan,
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
            Monitoring,
            MonitoringWork,
            RoadMap,
            Assessment,
            AssessmentMeasure,
            Erasures,
            EraseConfirm,
            Exchange,
        ],
        Role::MioSet => &[
            Own,
            Deadlines,
            Case,
            Consent,
            Plan,
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
            Monitoring,
            MonitoringWork,
            RoadMap,
            Assessment,
            AssessmentMeasure,
            Exchange,
        ],
        Role::Crtr => &[
            Own,
            Deadlines,
            Case,
            Plan,
            Evidence,
            Scans,
            Numbers,
            Reference,
            Reasons,
            Report,
            Monitoring,
            RoadMap,
            Assessment,
            AssessmentMake,
            Exchange,
        ],
        // Without document scans (R*).
        Role::Auth => &[
            Own,
            Deadlines,
            Case,
            Plan,
            Evidence,
            Numbers,
            Acts,
            Audit,
            Verify,
            Reference,
            Settings,
            Reasons,
            Report,
            Monitoring,
            Assessment,
            AssessmentForward,
            Erasures,
            Exchange,
        ],
        Role::Admin => &[
            Own,
            Workers,
            People,
            Verify,
            Reference,
            Settings,
            Reasons,
            Exchange,
            ExchangeAside,
            ExchangeWork,
        ],
        Role::CtmDepHead | Role::MioDepHead => &[Own, Acts, Audit, Verify],
        Role::CcDep => &[Own, Acts],
        Role::AkimRaion | Role::AkimOkrug => &[Own, Deadlines, RoadMap, RoadMapSign],
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

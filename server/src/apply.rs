//! Facts become tables. The same code runs when a fact is appended and when the tables are rebuilt from the journal,
//! and it decides nothing: verdicts and states after are in the fact.
//!
//! Facts are collected into a `Run` and written with one multi-row statement a table. However the facts are cut into
//! calls, the tables come out the same, as if each had been applied alone: a run is written out before a fact that
//! changes who sees a family joins facts about that family, and rare facts stand alone.

mod assessment;
mod case;
mod checked;
mod decided;
mod erased;
mod exchange;
mod feed;
mod findings;
mod gone;
pub mod monitoring;
mod plan;
mod rare;
mod records;
mod report;
mod retention;
mod road_map;
mod run;
mod signing;
pub mod words;

use std::collections::{HashMap, HashSet};

use kandas_shared::{
    cursor::Kind,
    ids::{ActivityId, AssignmentId, FamilyId, OrgUnitId, PersonId, PlanId, UserId},
    pulled::{Assignment, Consent, Person},
};

use crate::{
    all, among, exec,
    facts::Event,
    journal::Placed,
    scope,
    store::{StoreError, Tx},
};
pub use gone::Gone;
use run::Run;

/// Tables that facts fill, in an order in which they can be emptied for a rebuild.
pub const DERIVED: &[&str] = &[
    "change",
    "access_anchor",
    "exchange_aside",
    "exchange_in",
    "exchange_gap",
    "exchange_file",
    "exchange_count",
    "exchange_out",
    "consent_withdrawal",
    "family_handover",
    "registration",
    "erasure_proposal",
    "erasure",
    "recommendation_result",
    "recommendation",
    "conclusion_body",
    "conclusion_act",
    "conclusion",
    "assessment",
    "assessment_snapshot",
    "monitoring_word",
    "monitoring_confirmation",
    "monitoring_departure",
    "monitoring_residence",
    "monitoring_issue",
    "monitoring_act",
    "monitoring_round",
    "signature_file",
    "plan_remark",
    "plan_paper",
    "plan_act",
    "plan_row",
    "plan_version",
    "road_map_remark",
    "road_map_copy",
    "road_map_scan",
    "road_map_signature",
    "road_map_act",
    "road_map_row",
    "road_map",
    "report_remark",
    "report_act",
    "report_row",
    "report",
    "bundle",
    "chain_gap",
    "chain",
    "finding",
    "finding_mention",
    "check_sample",
    "held_decision",
    "record_check",
    "evidence_call",
    "evidence_file",
    "evidence",
    "record_erased",
    "record_act",
    "record",
    "activity",
    "plan",
    "assignment",
    "consent",
    "person_word",
    "person",
    "family",
    "key_change",
    "pin_reset",
    "device_order",
    "device",
    "enrol_code",
    "user_secret",
    "app_user",
    "org_unit",
    "reason_text",
    "calendar_day",
    "setting_change",
    "setting",
];

/// A fact that does not fit the tables.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fact about something that is not there.
    #[error("position {position}: {what} is not in the store")]
    Missing {
        /// Position of the fact.
        position: u64,
        /// What is missing.
        what: String,
    },
    /// Text that cannot be made.
    #[error(transparent)]
    Text(#[from] serde_json::Error),
}

/// Writes what the facts say into the tables.
///
/// # Errors
/// When a fact does not fit the tables, or the database fails.
pub async fn apply(tx: &mut Tx, facts: &[Placed]) -> Result<(), ApplyError> {
    apply_again(tx, facts, &Gone::default()).await
}

/// [`apply`] for a rebuild, which knows what was erased later.
///
/// # Errors
/// As [`apply`].
pub async fn apply_again(tx: &mut Tx, facts: &[Placed], gone: &Gone) -> Result<(), ApplyError> {
    let mut before = Before::load(tx, facts).await?;
    let mut run = Run::default();
    for fact in facts {
        if run.must_end_before(fact, &before) {
            std::mem::take(&mut run).write(tx, &before).await?;
        }
        match &fact.event {
            Event::OrgUnitSet(unit) => run.org_unit(fact.position, unit),
            Event::UserSet(user) => run.user(fact.position, user, &mut before),
            Event::FamilySet(family) => run.family(fact.position, family, &mut before),
            Event::PersonSet(person) => {
                let moved = before.persons.get(&person.id).is_some_and(|family| *family != person.family);
                if moved {
                    std::mem::take(&mut run).write(tx, &before).await?;
                    move_consents(tx, fact.position, person, &before, &mut run).await?;
                }
                run.person(fact.position, person, &mut before);
            }
            Event::ConsentSet(consent) => {
                let family = before.family_of(fact, consent)?;
                run.consent(fact.position, consent, family, &mut before);
            }
            Event::AssignmentSet(assignment) => run.assignment(fact, assignment, &mut before),
            Event::PlanSet(plan) => run.plan(fact.position, plan, &mut before),
            Event::ActivitySet(activity) => run.activity(fact.position, activity, &mut before),
            // What is to be known of a record that was erased on arrival says the fact after it.
            Event::RecordReceived(_) if !fact.event.keeps_body() => {}
            Event::RecordReceived(record) => records::received(&mut run, fact, record, &mut before, gone)?,
            Event::EvidenceReceived(file) => records::file_received(&mut run, fact, file, gone),
            Event::SettingSet(setting) => {
                std::mem::take(&mut run).write(tx, &before).await?;
                rare::setting(tx, fact, setting, &mut before).await?;
            }
            Event::SubjectErased(subject) => {
                std::mem::take(&mut run).write(tx, &before).await?;
                erased::erased(tx, fact, subject).await?;
                before = Before::load(tx, facts).await?;
            }
            Event::RecordChecked(check) => {
                std::mem::take(&mut run).write(tx, &before).await?;
                checked::checked(tx, fact, check).await?;
            }
            Event::RecordDecided(made) => {
                std::mem::take(&mut run).write(tx, &before).await?;
                decided::record(tx, fact, made, &mut before, gone).await?;
            }
            Event::FindingsComputed(computed) => run.findings(fact, computed),
            Event::CheckSampled(drawn) => run.sampled(fact, drawn),
            Event::ReportRowFrozen(frozen) => run.report_row(fact, frozen)?,
            Event::ReportDrafted(_)
            | Event::ReportSigned(_)
            | Event::ReportSent(_)
            | Event::ReportDecided(_)
            | Event::ReportRemarked(_) => {
                std::mem::take(&mut run).write(tx, &before).await?;
                report::apply(tx, fact).await?;
            }
            Event::RoadMapRowFrozen(frozen) => run.road_map_row(fact, frozen)?,
            Event::RoadMapDrafted(_)
            | Event::RoadMapSubmitted(_)
            | Event::RoadMapScanned(_)
            | Event::RoadMapSigned(_)
            | Event::RoadMapReturned(_)
            | Event::RoadMapRemarked(_)
            | Event::RoadMapCopied(_) => {
                std::mem::take(&mut run).write(tx, &before).await?;
                road_map::apply(tx, fact).await?;
            }
            Event::PlanRowDrafted(drafted) => run.plan_row(fact, drafted)?,
            Event::PlanOpened(_)
            | Event::PlanActed(_)
            | Event::PlanAgreed(_)
            | Event::PlanPaperKept(_)
            | Event::PlanRemarked(_) => {
                std::mem::take(&mut run).write(tx, &before).await?;
                plan::apply(tx, fact).await?;
            }
            Event::AssessmentFrozen(_)
            | Event::AssessmentScored(_)
            | Event::AssessmentConcluded(_)
            | Event::AssessmentSigned(_)
            | Event::AssessmentSent(_)
            | Event::AssessmentForwarded(_)
            | Event::AssessmentMeasured(_) => {
                std::mem::take(&mut run).write(tx, &before).await?;
                assessment::apply(tx, fact).await?;
            }
            Event::RoundActed(_)
            | Event::ResidenceChecked(_)
            | Event::IssueOpened(_)
            | Event::IssueActed(_)
            | Event::FamilyDeparted(_)
            | Event::DepartureActed(_)
            | Event::ServiceConfirmed(_)
            | Event::MonitoringWorded(_) => {
                std::mem::take(&mut run).write(tx, &before).await?;
                monitoring::apply(tx, fact, gone).await?;
            }
            Event::ErasureProposed(_)
            | Event::ErasureDropped(_)
            | Event::ErasureConfirmed(_)
            | Event::ConsentWithdrawn(_) => {
                std::mem::take(&mut run).write(tx, &before).await?;
                retention::apply(tx, fact).await?;
            }
            Event::RegistrationSet(_) | Event::HandoverProposed(_) | Event::HandoverDecided(_) => {
                std::mem::take(&mut run).write(tx, &before).await?;
                case::apply(tx, fact).await?;
            }
            Event::ExchangeQueued(_)
            | Event::ExchangeWritten(_)
            | Event::ExchangeTaken(_)
            | Event::ExchangeSettled(_)
            | Event::ExchangeConfirmed(_) => {
                std::mem::take(&mut run).write(tx, &before).await?;
                exchange::apply(tx, fact, gone).await?;
            }
            Event::SignatureKept(_) => {
                std::mem::take(&mut run).write(tx, &before).await?;
                signing::apply(tx, fact).await?;
            }
            Event::RecordErased(record) => {
                std::mem::take(&mut run).write(tx, &before).await?;
                erased::late(tx, fact, record).await?;
            }
            _ => {
                std::mem::take(&mut run).write(tx, &before).await?;
                rare::apply(tx, fact, gone).await?;
            }
        }
    }
    run.write(tx, &before).await
}

/// What the facts at hand change: where those entities stood before. Kept up to date while walking.
#[derive(Debug, Default)]
pub(crate) struct Before {
    /// Units whose phones hold all their families.
    pub whole: HashSet<OrgUnitId>,
    pub users: HashMap<UserId, OrgUnitId>,
    pub families: HashMap<FamilyId, OrgUnitId>,
    pub persons: HashMap<PersonId, FamilyId>,
    pub plans: HashMap<PlanId, FamilyId>,
    pub activities: HashMap<ActivityId, FamilyId>,
    pub assignments: HashMap<AssignmentId, Assignment>,
}

impl Before {
    async fn load(tx: &mut Tx, facts: &[Placed]) -> Result<Self, StoreError> {
        let mut ids = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut of_units = false;
        for fact in facts {
            match &fact.event {
                Event::UserSet(user) => ids.0.push((user.id,)),
                Event::FamilySet(family) => ids.1.push((family.id,)),
                Event::PersonSet(person) => ids.2.push((person.id,)),
                Event::ConsentSet(consent) => ids.2.push((consent.person,)),
                Event::PlanSet(plan) => ids.3.push((plan.id,)),
                Event::ActivitySet(activity) => ids.4.push((activity.id,)),
                Event::AssignmentSet(assignment) => ids.5.push((assignment.id,)),
                _ => {}
            }
            of_units |= matches!(
                &fact.event,
                Event::OrgUnitSet(_) | Event::UserSet(_) | Event::FamilySet(_) | Event::SettingSet(_)
            );
        }
        let mut before = Self::default();
        if of_units {
            let whole = all!(tx, (OrgUnitId,), "select id from org_unit where whole_centre").await?;
            before.whole = whole.into_iter().map(|(id,)| id).collect();
        }
        macro_rules! load {
            ($field:ident, $ids:expr, $row:ty, $sql:expr) => {
                if !$ids.is_empty() {
                    before.$field = among!(tx, $row, $sql, $ids, ")").await?.into_iter().collect();
                }
            };
        }
        load!(users, ids.0, (UserId, OrgUnitId), "select id, org_unit from app_user where id in (");
        load!(families, ids.1, (FamilyId, OrgUnitId), "select id, org_unit from family where id in (");
        load!(persons, ids.2, (PersonId, FamilyId), "select id, family from person where id in (");
        load!(plans, ids.3, (PlanId, FamilyId), "select id, family from plan where id in (");
        load!(activities, ids.4, (ActivityId, FamilyId), "select id, family from activity where id in (");
        if !ids.5.is_empty() {
            let sql = "select id, family, worker, from_day as \"from\", to_day as \"to\" from assignment where id in (";
            let rows = among!(tx, Assignment, sql, ids.5, ")").await?;
            before.assignments = rows.into_iter().map(|a| (a.id, a)).collect();
        }
        Ok(before)
    }

    /// The family of a consent's person.
    fn family_of(&self, fact: &Placed, consent: &Consent) -> Result<FamilyId, ApplyError> {
        self.persons
            .get(&consent.person)
            .copied()
            .ok_or_else(|| missing(fact.position, format!("person {}", consent.person)))
    }
}

pub(crate) fn missing(position: u64, what: String) -> ApplyError {
    ApplyError::Missing { position, what }
}

/// A person who moves to another family takes his consent along.
async fn move_consents(
    tx: &mut Tx,
    position: u64,
    person: &Person,
    before: &Before,
    run: &mut Run,
) -> Result<(), ApplyError> {
    let consents = all!(tx, (uuid::Uuid,), "select id from consent where person = $1", person.id).await?;
    exec!(tx, "update consent set family = $1 where person = $2", person.family, person.id).await?;
    let old = before.persons.get(&person.id).copied();
    for (consent,) in consents {
        run.touch(Kind::Consent, consent, position, [Some(person.family), old]);
    }
    Ok(())
}

/// A change of one entity in one scope.
pub(crate) type Change = (String, Kind, uuid::Uuid, i64);

/// The unit scope of `unit`, if its phones hold all its families.
pub(crate) fn unit_scope(before: &Before, unit: OrgUnitId) -> Option<String> {
    before.whole.contains(&unit).then(|| scope::of_unit(unit))
}

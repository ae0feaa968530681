//! A run: facts collected so that each table is written by one multi-row statement.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    cursor::Kind,
    evidence::Part,
    hash::Digest,
    ids::{
        ActivityId, AssignmentId, ChainId, ConsentId, DeviceId, EvidenceId, FamilyId, OrgUnitId, PersonId,
        PlanId, RecordId, UserId,
    },
    plan_state::ActivityState,
    pulled::{Activity, Assignment, Consent, Family, OrgUnit, Person, Plan, User},
};
use uuid::Uuid;

use super::{
    ApplyError, Before, feed, findings, missing, monitoring, plan, records, report, road_map, unit_scope,
    words,
};
use crate::{
    facts::{ActivityAfter, Answered, Event, GapsAfter},
    journal::Placed,
    many, scope,
    store::Tx,
};

/// Facts on their way into the tables; the last word about an entity wins.
#[derive(Default)]
pub(super) struct Run {
    org_units: BTreeMap<OrgUnitId, (u64, OrgUnit)>,
    users: BTreeMap<UserId, User>,
    families: BTreeMap<FamilyId, Family>,
    /// Families that came or went to another unit.
    moved: BTreeMap<FamilyId, OrgUnitId>,
    persons: BTreeMap<PersonId, Person>,
    consents: BTreeMap<ConsentId, (Consent, FamilyId)>,
    assignments: BTreeMap<AssignmentId, (Assignment, bool)>,
    plans: BTreeMap<PlanId, Plan>,
    activities: BTreeMap<ActivityId, Activity>,
    /// Activities of which a record or file changed only the state; with the position that said so.
    pub(super) activities_after: BTreeMap<ActivityId, (u64, ActivityAfter)>,
    pub(super) records: Vec<records::RecordRow>,
    pub(super) evidence: Vec<records::EvidenceRow>,
    pub(super) files: BTreeMap<(EvidenceId, Part), records::FileRow>,
    pub(super) files_received: BTreeMap<(EvidenceId, Part), records::FileReceivedRow>,
    /// Pieces whose records may await no file any more.
    pub(super) settled: BTreeSet<EvidenceId>,
    pub(super) chains: BTreeMap<(DeviceId, ChainId), (u64, Digest)>,
    pub(super) gaps: BTreeMap<(DeviceId, ChainId), GapsAfter>,
    pub(super) superseded: BTreeSet<RecordId>,
    /// Returned records and the corrections that answer them.
    pub(super) answered: Vec<(Answered, Option<RecordId>)>,
    /// What is noticed about records, and the facts that name other records for it.
    pub(super) findings: BTreeMap<Digest, findings::Computed>,
    pub(super) mentions: BTreeSet<(u64, Digest)>,
    pub(super) samples: Vec<findings::Sample>,
    pub(super) report_rows: Vec<report::FrozenRow>,
    pub(super) road_map_rows: Vec<road_map::FrozenRow>,
    pub(super) plan_rows: BTreeMap<(PlanId, i32, PersonId), plan::DraftedRow>,
    pub(super) acts: Vec<monitoring::ActRow>,

    /// Families of whose entities something changed: their scopes stay as they are for the run.
    changed: HashSet<FamilyId>,
    /// Families of which it changed who sees them: nothing else about them joins the run.
    reassigned: HashSet<FamilyId>,
    /// What changed, at which position, for whoever sees these families.
    touched: BTreeMap<(Kind, Uuid, FamilyId), u64>,
    /// What changed in scopes that are known already.
    direct: HashMap<(String, Kind, Uuid), u64>,
    /// Scopes that a whole family entered or left.
    subtrees: BTreeMap<(String, FamilyId), u64>,
}

impl Run {
    /// Whether the run has to be written before `fact` is added, so that the outcome does not depend on how facts are
    /// cut into runs.
    pub(super) fn must_end_before(&self, fact: &Placed, before: &Before) -> bool {
        let closed = |family: &FamilyId| self.reassigned.contains(family);
        let busy = |family: &FamilyId| self.changed.contains(family) || closed(family);
        match &fact.event {
            Event::AssignmentSet(a) => {
                busy(&a.family) || before.assignments.get(&a.id).is_some_and(|old| busy(&old.family))
            }
            Event::FamilySet(f) => match before.families.get(&f.id) {
                Some(unit) if *unit != f.org_unit => busy(&f.id),
                _ => closed(&f.id),
            },
            Event::PersonSet(p) => closed(&p.family) || before.persons.get(&p.id).is_some_and(closed),
            Event::ConsentSet(c) => before.persons.get(&c.person).is_some_and(closed),
            Event::PlanSet(p) => closed(&p.family) || before.plans.get(&p.id).is_some_and(closed),
            Event::ActivitySet(a) => closed(&a.family) || before.activities.get(&a.id).is_some_and(closed),
            Event::RecordReceived(r) => {
                r.reading.family.as_ref().is_some_and(closed)
                    || r.outcome.withdrawn.iter().any(|a| closed(&a.family))
                    || r.reading.record.is_some_and(|id| self.superseded.contains(&id))
            }
            Event::EvidenceReceived(e) => e.activities_after.iter().any(|a| closed(&a.family)),
            _ => false,
        }
    }

    pub(super) fn touch<const N: usize>(
        &mut self,
        kind: Kind,
        id: Uuid,
        position: u64,
        families: [Option<FamilyId>; N],
    ) {
        for family in families.into_iter().flatten() {
            self.touched.insert((kind, id, family), position);
            self.changed.insert(family);
        }
    }

    pub(super) fn touch_in(&mut self, scope: String, kind: Kind, id: Uuid, position: u64) {
        self.direct.insert((scope, kind, id), position);
    }

    pub(super) fn org_unit(&mut self, position: u64, unit: &OrgUnit) {
        self.org_units.insert(unit.id, (position, unit.clone()));
    }

    pub(super) fn user(&mut self, position: u64, user: &User, before: &mut Before) {
        let own = scope::of_worker(user.id);
        let old = before.users.insert(user.id, user.org_unit);
        for unit in BTreeSet::from([old.unwrap_or(user.org_unit), user.org_unit]) {
            if let Some(scope) = unit_scope(before, unit) {
                self.touch_in(scope, Kind::User, user.id.0, position);
            }
            self.touch_in(own.clone(), Kind::OrgUnit, unit.0, position);
        }
        self.touch_in(own, Kind::User, user.id.0, position);
        self.users.insert(user.id, user.clone());
    }

    pub(super) fn family(&mut self, position: u64, family: &Family, before: &mut Before) {
        let old = before.families.insert(family.id, family.org_unit);
        if old != Some(family.org_unit) {
            self.moved.insert(family.id, family.org_unit);
            // A new family may have something already: records that came before it and were held.
            for unit in [old, Some(family.org_unit)].into_iter().flatten() {
                if let Some(scope) = unit_scope(before, unit) {
                    self.subtrees.insert((scope, family.id), position);
                }
            }
        }
        if old.is_some_and(|old| old != family.org_unit) {
            self.reassigned.insert(family.id);
        }
        self.touch(Kind::Family, family.id.0, position, [Some(family.id)]);
        self.families.insert(family.id, family.clone());
    }

    pub(super) fn person(&mut self, position: u64, person: &Person, before: &mut Before) {
        let old = before.persons.insert(person.id, person.family);
        self.touch(Kind::Person, person.id.0, position, [Some(person.family), old]);
        self.persons.insert(person.id, person.clone());
    }

    pub(super) fn consent(&mut self, position: u64, consent: &Consent, family: FamilyId, _: &mut Before) {
        self.touch(Kind::Consent, consent.id.0, position, [Some(family)]);
        self.consents.insert(consent.id, (consent.clone(), family));
    }

    /// An assignment whose last day lies before the fact is closed; the fact's own time decides, so that a rebuild
    /// comes to the same.
    pub(super) fn assignment(&mut self, fact: &Placed, assignment: &Assignment, before: &mut Before) {
        let position = fact.position;
        let open = assignment.to.is_none_or(|last| last >= civil_date(fact.at));
        let old = before.assignments.insert(assignment.id, assignment.clone());
        self.touch(
            Kind::Assignment,
            assignment.id.0,
            position,
            [Some(assignment.family), old.as_ref().map(|a| a.family)],
        );
        for a in [old.as_ref(), Some(assignment)].into_iter().flatten() {
            self.reassigned.insert(a.family);
            self.subtrees.insert((scope::of_worker(a.worker), a.family), position);
            // Seen even if the family is not his any more.
            self.touch_in(scope::of_worker(a.worker), Kind::Assignment, assignment.id.0, position);
        }
        self.assignments.insert(assignment.id, (assignment.clone(), open));
    }

    pub(super) fn plan(&mut self, position: u64, plan: &Plan, before: &mut Before) {
        let old = before.plans.insert(plan.id, plan.family);
        self.touch(Kind::Plan, plan.id.0, position, [Some(plan.family), old]);
        self.plans.insert(plan.id, plan.clone());
    }

    pub(super) fn activity(&mut self, position: u64, activity: &Activity, before: &mut Before) {
        let old = before.activities.insert(activity.id, activity.family);
        self.touch(Kind::Activity, activity.id.0, position, [Some(activity.family), old]);
        self.activities_after.remove(&activity.id);
        self.activities.insert(activity.id, activity.clone());
    }

    pub(super) fn activity_after(&mut self, position: u64, after: &ActivityAfter) {
        self.touch(Kind::Activity, after.activity.0, position, [Some(after.family)]);
        if let Some(row) = self.activities.get_mut(&after.activity) {
            (row.state, row.record, row.done_on) = (after.state, after.record, after.done_on);
        } else {
            self.activities_after.insert(after.activity, (position, after.clone()));
        }
    }

    /// Writes everything. Referred-to tables come first.
    pub(super) async fn write(mut self, tx: &mut Tx, before: &Before) -> Result<(), ApplyError> {
        let units = std::mem::take(&mut self.org_units);
        let changed_units: Vec<(OrgUnitId, u64)> =
            units.iter().map(|(id, (position, _))| (*id, *position)).collect();
        self.write_organisation(tx, units).await?;
        self.write_families(tx).await?;
        self.write_activities(tx).await?;
        records::write(&mut self, tx).await?;
        findings::write(&mut self, tx).await?;
        report::write(&self.report_rows, tx).await?;
        road_map::write(&self.road_map_rows, tx).await?;
        plan::write(std::mem::take(&mut self.plan_rows).into_values().collect(), tx).await?;
        feed::unit_changes(tx, &changed_units, before, &mut self.direct).await?;
        feed::write(tx, self.touched, self.direct, self.subtrees).await
    }

    async fn write_organisation(
        &mut self,
        tx: &mut Tx,
        units: BTreeMap<OrgUnitId, (u64, OrgUnit)>,
    ) -> Result<(), ApplyError> {
        let rows: Vec<_> = units
            .into_values()
            .map(|(_, u)| (u.id, u.parent, u.kind, u.kato, u.name_kk, u.name_ru))
            .collect();
        many!(
            tx,
            "insert into org_unit (id, parent, kind, kato, name_kk, name_ru)",
            rows,
            "on conflict (id) do update set parent = excluded.parent, kind = excluded.kind, kato = excluded.kato,
             name_kk = excluded.name_kk, name_ru = excluded.name_ru"
        )
        .await?;
        let rows: Vec<_> = std::mem::take(&mut self.users)
            .into_values()
            .map(|u| (u.id, u.org_unit, u.login, u.role, u.name, u.language, u.active))
            .collect();
        many!(
            tx,
            "insert into app_user (id, org_unit, login, role, name, language, active)",
            rows,
            "on conflict (id) do update set org_unit = excluded.org_unit, login = excluded.login, role = excluded.role,
             name = excluded.name, language = excluded.language, active = excluded.active"
        )
        .await?;
        Ok(())
    }

    async fn write_families(&mut self, tx: &mut Tx) -> Result<(), ApplyError> {
        let families: Vec<(FamilyId,)> = self.families.keys().map(|family| (*family,)).collect();
        let rows: Vec<_> = std::mem::take(&mut self.families)
            .into_values()
            .map(|f| {
                (
                    f.id,
                    f.org_unit,
                    f.settlement_kato,
                    f.settlement_name,
                    f.rural,
                    f.quota_date,
                    f.arrived_on,
                    f.address,
                    f.phone,
                    f.latitude,
                    f.longitude,
                )
            })
            .collect();
        many!(
            tx,
            "insert into family (id, org_unit, settlement_kato, settlement_name, rural, quota_date, arrived_on, address,
             phone, latitude, longitude)",
            rows,
            "on conflict (id) do update set org_unit = excluded.org_unit, settlement_kato = excluded.settlement_kato,
             settlement_name = excluded.settlement_name, rural = excluded.rural, quota_date = excluded.quota_date,
             arrived_on = excluded.arrived_on, address = excluded.address, phone = excluded.phone,
             latitude = excluded.latitude, longitude = excluded.longitude"
        )
        .await?;
        monitoring::cut(tx, &families).await?;
        // Before its members: they are found under the unit of their family.
        let rows: Vec<_> = std::mem::take(&mut self.moved).into_iter().collect();
        for table in ["activity", "record", "person_word", "monitoring_issue", "monitoring_departure"] {
            let tail = format!(
                ") update {table} set org_unit = moved.org_unit from moved where {table}.family = moved.family"
            );
            many!(tx, "with moved (family, org_unit) as (", rows, &tail).await?;
        }
        let persons = std::mem::take(&mut self.persons);
        words::write(tx, &persons.values().collect::<Vec<_>>()).await?;
        let rows: Vec<_> = persons
            .into_values()
            .map(|p| {
                (
                    p.id,
                    p.family,
                    p.surname,
                    p.given_name,
                    p.patronymic,
                    p.latin_name,
                    p.iin,
                    p.birth_date,
                    p.sex,
                    p.relation,
                    p.phone,
                )
            })
            .collect();
        many!(
            tx,
            "insert into person (id, family, surname, given_name, patronymic, latin_name, iin, birth_date, sex,
             relation, phone)",
            rows,
            "on conflict (id) do update set family = excluded.family, surname = excluded.surname,
             given_name = excluded.given_name, patronymic = excluded.patronymic, latin_name = excluded.latin_name,
             iin = excluded.iin, birth_date = excluded.birth_date, sex = excluded.sex, relation = excluded.relation,
             phone = excluded.phone"
        )
        .await?;
        let rows: Vec<_> = std::mem::take(&mut self.consents)
            .into_values()
            .map(|(c, family)| (c.id, c.person, family, c.state, c.given_on, c.basis))
            .collect();
        many!(
            tx,
            "insert into consent (id, person, family, state, given_on, basis)",
            rows,
            "on conflict (id) do update set person = excluded.person, family = excluded.family, state = excluded.state,
             given_on = excluded.given_on, basis = excluded.basis"
        )
        .await?;
        let rows: Vec<_> = std::mem::take(&mut self.assignments)
            .into_values()
            .map(|(a, open)| (a.id, a.family, a.worker, a.from, a.to, open))
            .collect();
        many!(
            tx,
            "insert into assignment (id, family, worker, from_day, to_day, is_open)",
            rows,
            "on conflict (id) do update set family = excluded.family, worker = excluded.worker,
             from_day = excluded.from_day, to_day = excluded.to_day, is_open = excluded.is_open"
        )
        .await?;
        let rows: Vec<_> = std::mem::take(&mut self.plans)
            .into_values()
            .map(|p| (p.id, p.family, p.version, p.state, p.published_on))
            .collect();
        many!(
            tx,
            "insert into plan (id, family, version, state, published_on)",
            rows,
            "on conflict (id) do update set family = excluded.family, version = excluded.version,
             state = excluded.state, published_on = excluded.published_on"
        )
        .await?;
        Ok(())
    }

    async fn write_activities(&mut self, tx: &mut Tx) -> Result<(), ApplyError> {
        let activities = std::mem::take(&mut self.activities);
        let units = words::units(tx, activities.values().map(|activity| activity.family)).await?;
        let rows: Vec<_> = activities
            .into_values()
            .map(|a| {
                (
                    a.id,
                    a.plan,
                    a.family,
                    a.person,
                    a.service,
                    a.planned_on,
                    a.due_on,
                    a.state,
                    a.record,
                    a.done_on,
                    units.get(&a.family).copied(),
                )
            })
            .collect();
        many!(
            tx,
            "insert into activity (id, plan, family, person, service, planned_on, due_on, state, record, done_on, org_unit)",
            rows,
            "on conflict (id) do update set plan = excluded.plan, family = excluded.family, person = excluded.person,
             service = excluded.service, planned_on = excluded.planned_on, due_on = excluded.due_on,
             state = excluded.state, record = excluded.record, done_on = excluded.done_on,
             org_unit = excluded.org_unit,
             counted = activity.counted and activity.due_on is not distinct from excluded.due_on"
        )
        .await?;
        let after = std::mem::take(&mut self.activities_after);
        let Some((last, _)) = after.values().next_back() else { return Ok(()) };
        let last = *last;
        let rows: Vec<(ActivityId, ActivityState, Option<RecordId>, Option<NaiveDate>)> =
            after.into_values().map(|(_, a)| (a.activity, a.state, a.record, a.done_on)).collect();
        let written = many!(
            tx,
            "with after (id, state, record, done_on) as (",
            rows,
            ") update activity set state = after.state, record = after.record, done_on = after.done_on
             from after where activity.id = after.id"
        )
        .await?;
        if written != rows.len() as u64 {
            return Err(missing(last, "an activity whose state changes".into()));
        }
        Ok(())
    }
}

/// A time that may be absent, for rows.
pub(super) type When = Option<DateTime<Utc>>;

//! Import: what is known already comes into the store from one JSON document (docs/import.md), all of it or nothing.
//!
//! The document is read and checked whole before anything is written, and every fault is shown with its line and field.
//! Reading what the store holds, checking against it and writing are one transaction under the journal's lock, so that
//! nothing can change in between. Each entity is a fact of its own: erasing one family later takes exactly its bodies.

pub mod check;
pub mod document;
pub mod fields;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_disk::point;
use kandas_shared::{
    ids::{FamilyId, PersonId},
    pulled::{Activity, Assignment, Consent, Family, OrgUnit, Person, Plan, User},
};
use std::collections::HashMap;

use crate::{
    all, calendar,
    chance::Chance,
    dues,
    facts::{DuesSet, Event},
    journal::{self, Fact, JournalError},
    store::{Store, StoreError, Tx},
    terms::Terms,
};
use check::{Held, check};
use document::{Document, Placed};
pub use fields::{ImportError, ImportErrors};

/// Facts that go into the journal in one go: large enough for set-based writing, small enough for a progress bar.
const PIECE: usize = 2_000;

/// What an import did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Imported {
    /// Entities written, each a fact.
    pub written: usize,
    /// Entities that were in the store already, with the same values.
    pub unchanged: usize,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportFailure {
    /// The document is wrong.
    #[error("{0}")]
    Document(ImportErrors),
    /// See [`JournalError`].
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Imports a document; `progress(done, all)` is told how far the writing is. With `check_only` everything but the
/// writing is done.
///
/// # Errors
/// See [`ImportFailure`]; nothing is imported then.
pub async fn import(
    store: &Store,
    text: &str,
    now: DateTime<Utc>,
    chance: &dyn Chance,
    check_only: bool,
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> Result<Imported, ImportFailure> {
    let mut errors = ImportErrors::default();
    let mut document = Document::read(text, &mut errors);
    let mut tx = store.write().await?;
    journal::lock(&mut tx).await?;
    let held = read_held(&mut tx).await?;
    let unchanged = check(&mut document, &held, &mut errors);
    if !errors.is_empty() {
        return Err(ImportFailure::Document(errors));
    }
    let written = document.len();
    if check_only {
        return Ok(Imported { written, unchanged });
    }
    let families: HashMap<PersonId, FamilyId> = held
        .persons
        .iter()
        .chain(document.persons.iter().map(|p| &p.row))
        .map(|p| (p.id, p.family))
        .collect();
    let terms = Terms::read(&mut tx).await?;
    let calendar = calendar::read(&mut tx).await?;
    let quotas: HashMap<FamilyId, NaiveDate> = held
        .families
        .iter()
        .chain(document.families.iter().map(|f| &f.row))
        .filter_map(|family| Some((family.id, family.quota_date?)))
        .collect();
    // §33: where the plan names no date, the term of the service does, if there is one; and goes on to do so.
    let counted =
        document.activities.iter().map(|a| &a.row).filter(|row| row.due_on.is_none()).filter_map(|row| {
            let due = terms.due(row.service, *quotas.get(&row.family)?, &calendar)?;
            Some((None, Some(due), row.id))
        });
    let dues = dues::together(counted.collect());
    drop(held);
    let mut facts = facts(document, &families)?;
    if !dues.is_empty() {
        facts.push(Fact::by_system(Event::DuesSet(DuesSet { dues })));
    }
    let mut facts = facts.into_iter();
    let mut done = 0;
    loop {
        let piece: Vec<Fact> = facts.by_ref().take(PIECE).collect();
        if piece.is_empty() {
            break;
        }
        done += piece.len();
        journal::append(&mut tx, chance, now, piece).await?;
        progress(done.min(written), written);
    }
    point!("import.before-commit");
    tx.commit().await?;
    point!("import.after-commit");
    Ok(Imported { written, unchanged })
}

/// One fact an entity, those that others refer to first; assignments last, so that a family enters a worker's scope
/// whole.
fn facts(document: Document, families: &HashMap<PersonId, FamilyId>) -> Result<Vec<Fact>, StoreError> {
    let mut facts = Vec::with_capacity(document.len());
    let mut add = |family: Option<FamilyId>, person: Option<PersonId>, event: Event| {
        facts.push(Fact { family, person, ..Fact::by_system(event) });
    };
    fn rows<T>(placed: Vec<Placed<T>>) -> impl Iterator<Item = T> {
        placed.into_iter().map(|placed| placed.row)
    }
    rows(document.org_units).for_each(|row| add(None, None, Event::OrgUnitSet(row)));
    rows(document.users).for_each(|row| add(None, None, Event::UserSet(row)));
    rows(document.families).for_each(|row| add(Some(row.id), None, Event::FamilySet(row)));
    rows(document.persons).for_each(|row| add(Some(row.family), Some(row.id), Event::PersonSet(row)));
    for row in rows(document.consents) {
        let family = families.get(&row.person).copied();
        let family =
            family.ok_or_else(|| StoreError::Damaged("a consent of nobody passed the check".into()))?;
        add(Some(family), Some(row.person), Event::ConsentSet(row));
    }
    rows(document.plans).for_each(|row| add(Some(row.family), None, Event::PlanSet(row)));
    rows(document.activities)
        .for_each(|row| add(Some(row.family), Some(row.person), Event::ActivitySet(row)));
    rows(document.assignments).for_each(|row| add(Some(row.family), None, Event::AssignmentSet(row)));
    Ok(facts)
}

async fn read_held(tx: &mut Tx) -> Result<Held, StoreError> {
    let erased = all!(tx, (FamilyId, Option<PersonId>), "select family, person from erasure").await?;
    let sql = "select family from plan_version
        where state in ('draft_remote', 'prelim_agreed', 'final_draft', 'agreed', 'approved')";
    let drafted = all!(tx, (FamilyId,), sql).await?;
    Ok(Held {
        drafted: drafted.into_iter().map(|(family,)| family).collect(),
        org_units: all!(tx, OrgUnit, "select id, parent, kind, kato, name_kk, name_ru from org_unit").await?,
        users: all!(tx, User, "select id, org_unit, login, role, name, language, active from app_user").await?,
        families: all!(
            tx,
            Family,
            "select id, org_unit, settlement_kato, settlement_name, rural, quota_date, arrived_on, address, phone,
             latitude, longitude from family"
        )
        .await?,
        persons: all!(
            tx,
            Person,
            "select id, family, surname, given_name, patronymic, latin_name, iin, birth_date, sex, relation, phone
             from person"
        )
        .await?,
        assignments: all!(
            tx,
            Assignment,
            r#"select id, family, worker, from_day as "from", to_day as "to" from assignment"#
        )
        .await?,
        consents: all!(tx, Consent, "select id, person, state, given_on, basis from consent").await?,
        plans: all!(tx, Plan, "select id, family, version, state, published_on from plan").await?,
        activities: all!(
            tx,
            Activity,
            "select id, plan, family, person, service, planned_on, due_on, state, record, done_on from activity"
        )
        .await?,
        erased_families: erased.iter().filter(|(_, person)| person.is_none()).map(|(family, _)| *family).collect(),
        erased_persons: erased.iter().filter_map(|(_, person)| *person).collect(),
    })
}

//! What the worker sees of the families: reads for lists and screens, nothing before the first completed pull.

use kandas_shared::{
    ids::{ActivityId, FamilyId},
    pulled::{Activity, Consent, Family, Person, Plan, RecordState},
};
use serde::Serialize;

use crate::{
    app::{App, AppError},
    store::{pulled, quarantine::Unreadable},
};

/// The families of this phone.
#[derive(Clone, Debug, Serialize)]
pub struct Families {
    /// When the last pull was completed, by the wall clock; none: nothing is known yet.
    pub as_of: Option<chrono::DateTime<chrono::Utc>>,
    /// The families.
    pub families: Vec<Family>,
    /// Rows that could not be read; shown, not skipped.
    pub unreadable: Vec<Unreadable>,
}

/// A family with everything the phone knows of it.
#[derive(Clone, Debug, Serialize)]
pub struct FamilyView {
    /// The family.
    pub family: Family,
    /// Its members, the head first.
    pub persons: Vec<Person>,
    /// Their consents.
    pub consents: Vec<Consent>,
    /// Its plans.
    pub plans: Vec<Plan>,
    /// Their activities in the order of Appendix 1.
    pub activities: Vec<Activity>,
    /// What became of its records.
    pub records: Vec<RecordState>,
    /// Rows that could not be read; shown, not skipped.
    pub unreadable: Vec<Unreadable>,
}

impl App {
    /// All families.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn families(&self) -> Result<Families, AppError> {
        let mut conn = self.store().conn().await?;
        let state = pulled::state(&mut conn).await?;
        let listed = pulled::families(&mut conn).await?;
        Ok(Families { as_of: state.completed_at, families: listed.rows, unreadable: listed.unreadable })
    }

    /// One family with its members, consents, plans, activities and records.
    ///
    /// # Errors
    /// When the family is not known here.
    pub async fn family(&self, id: FamilyId) -> Result<FamilyView, AppError> {
        let mut conn = self.store().conn().await?;
        let family = pulled::family(&mut conn, id).await?.ok_or(AppError::Unknown("family"))?;
        let persons = pulled::persons(&mut conn, id).await?;
        let consents = pulled::consents(&mut conn, id).await?;
        let plans = pulled::plans(&mut conn, id).await?;
        let activities = pulled::activities(&mut conn, id).await?;
        let records = pulled::record_states(&mut conn, id).await?;
        let unreadable = [
            persons.unreadable,
            consents.unreadable,
            plans.unreadable,
            activities.unreadable,
            records.unreadable,
        ]
        .concat();
        Ok(FamilyView {
            family,
            persons: persons.rows,
            consents: consents.rows,
            plans: plans.rows,
            activities: activities.rows,
            records: records.rows,
            unreadable,
        })
    }

    /// One activity.
    ///
    /// # Errors
    /// When the activity is not known here.
    pub async fn activity(&self, id: ActivityId) -> Result<Activity, AppError> {
        let mut conn = self.store().conn().await?;
        pulled::activity(&mut conn, id).await?.ok_or(AppError::Unknown("activity"))
    }
}

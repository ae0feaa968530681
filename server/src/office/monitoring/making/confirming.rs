//! What state systems say of services, beside the evidence (§44, A-25).

use chrono::NaiveDate;
use kandas_shared::{
    ids::{ActivityId, FamilyId, PersonId, RecordId},
    monitoring::{self, IssueKind, IssueWeight, IssueWhat},
    plan_state::ActivityState,
    problem::ProblemCode,
    pulled::User,
    service::ServiceCode,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Making, Opened, hand, impossible, words};
use crate::{
    facts::{ActivityAfter, Event, ServiceConfirmed},
    opt,
    refusal::Outcome,
    state::AppState,
};

/// What a state system said of a service.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = WantedConfirmation)]
#[serde(deny_unknown_fields)]
pub struct WantedConfirmation {
    /// The activity.
    pub activity: ActivityId,
    /// Whether the system says the same as the record.
    pub agrees: bool,
    /// The day of its answer.
    pub on: NaiveDate,
    /// Number of the answer, or what it says; needed where it contradicts.
    #[serde(default)]
    pub text: Option<String>,
}

/// Enters what a state system said of a service (§44). What it says stands beside the evidence: the activity still counts,
/// and where the system contradicts, a problem is opened.
///
/// # Errors
/// `not-found`, `monitoring-impossible`, `out-of-range`, `words-missing`.
pub async fn confirm(
    state: &AppState,
    by: &User,
    family: FamilyId,
    wanted: WantedConfirmation,
) -> Outcome<()> {
    type Found = (PersonId, ServiceCode, ActivityState, Option<RecordId>, Option<NaiveDate>);
    let WantedConfirmation { activity, agrees, on, text } = wanted;
    let text = words(text, !agrees)?;
    let mut making = Making::begin(state, by, family).await?;
    let sql = "select person, service, state, record, done_on from activity where id = $1 and family = $2";
    let found = opt!(&mut making.tx, Found, sql, activity, family).await?;
    let (person, service, standing, record, done_on) = found.ok_or(ProblemCode::NotFound)?;
    let Some(system) = service.service().confirming_system.clone() else {
        return Err(impossible("no state system knows of this service"));
    };
    if done_on.is_none() {
        return Err(impossible("it is not done yet"));
    }
    making.past(on, monitoring::since())?;
    let activity_after = monitoring::confirmed(standing, agrees).map(|state| ActivityAfter {
        activity,
        family,
        state,
        record,
        done_on,
    });
    let note = making.note(text.as_ref());
    let confirmed = ServiceConfirmed {
        activity,
        service,
        system,
        agrees,
        on,
        activity_after,
        words: note,
        hand: hand(by),
    };
    making.add(Some(person), Event::ServiceConfirmed(confirmed));
    making.tell(Some(person), note, text.clone());
    if !agrees {
        let opened = Opened {
            what: IssueWhat::Problem,
            about: IssueKind::Contradiction,
            weight: IssueWeight::Medium,
            found_on: on,
            person: Some(person),
            record,
            to: None,
            due: None,
        };
        making.open(opened, text).await?;
    }
    making.append().await
}

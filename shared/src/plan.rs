//! The plan of adaptation and integration as the office draws it up and walks it (§19, 28, 32-34, requirements §2.4, A-09 to
//! what is put into it before anybody has thought about it, what has to be explained, which acts lead from the
//! first draft to the phones, and what is agreed on.
//!
//! A version of a plan is a row of items for each member of the family; what concerns the family as one stands in the row of
//! its head. Each row is a text of its own ([`Row::to_text`]) about one person, and what is agreed and approved is the
//! hash over the hashes of all rows ([`Frozen`]): so the row of an erased person can go, and the others can still be checked.

use std::{collections::BTreeMap, sync::LazyLock};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    calendar::{Calendar, CalendarError},
    hash::Digest,
    ids::{ActivityId, FamilyId, PersonId, PlanId},
    monitoring::{self, Round},
    plan_state::PlanState,
    pulled::Sex,
    service::{AppliesTo, Service, ServiceCode, Unit, services},
    text_enum::text_enum,
};

/// Working days for bringing a plan onto the phones, after it was agreed and approved (§34).
pub const PUBLISH_WITHIN: u32 = 1;
/// Working days for the plan after the preliminary visit (§28).
pub const AFTER_VISIT: u32 = 1;
/// Most letters of a reason in words.
pub const MOST_WORDS: usize = 300;

text_enum! {
    /// What is done to a version of a plan.
    pub enum PlanAct {
        /// Begun: remotely (§19), in the settlement region (§32), or as an amendment of the version before.
        Open = "open",
        /// Agreed after the preliminary visit (§28).
        Visit = "visit",
        /// Drawn up by Appendix 1 in the settlement region (§32).
        Finish = "finish",
        /// Agreed by the kandas (§34).
        Agree = "agree",
        /// Approved by the labour mobility centre (§34).
        Approve = "approve",
        /// Sent back by the labour mobility centre, with a remark.
        Reject = "reject",
        /// Loaded: phones see it (§34).
        Publish = "publish",
        /// Given up: a draft that was a mistake. Another one may be begun.
        Discard = "discard",
    }
}

impl PlanAct {
    /// Where a version stands after the act; none if that cannot be done to it.
    #[must_use]
    pub const fn after(self, state: PlanState) -> Option<PlanState> {
        use PlanState::{Agreed, Approved, Discarded, DraftRemote, FinalDraft, PrelimAgreed, Published};
        match (state, self) {
            (DraftRemote, Self::Visit) => Some(PrelimAgreed),
            (DraftRemote | PrelimAgreed, Self::Finish) => Some(FinalDraft),
            (FinalDraft, Self::Agree) => Some(Agreed),
            (Agreed, Self::Approve) => Some(Approved),
            (Agreed, Self::Reject) => Some(FinalDraft),
            (Approved, Self::Publish) => Some(Published),
            (DraftRemote | PrelimAgreed | FinalDraft, Self::Discard) => Some(Discarded),
            _ => None,
        }
    }
}

/// Whether the items of a version can still be changed.
#[must_use]
pub const fn is_draft(state: PlanState) -> bool {
    matches!(state, PlanState::DraftRemote | PlanState::PrelimAgreed | PlanState::FinalDraft)
}

/// Whether somebody still has to do something before phones see it: another version cannot be begun meanwhile.
#[must_use]
pub const fn is_under_way(state: PlanState) -> bool {
    is_draft(state) || matches!(state, PlanState::Agreed | PlanState::Approved)
}

/// Whether a family whose plan stands so may be given another version of it.
#[must_use]
pub const fn can_be_amended(state: PlanState) -> bool {
    state.is_on_phones()
}

/// Where a plan stands once a version of it is on the phones: what was begun goes on.
#[must_use]
pub const fn published_as(before: Option<PlanState>) -> PlanState {
    match before {
        Some(PlanState::InExecution | PlanState::Executed | PlanState::Monitoring) => PlanState::InExecution,
        _ => PlanState::Published,
    }
}

/// What of a plan decides where it stands once it is on the phones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Something of it is begun ([`crate::plan_state::ActivityState::is_begun`]).
    pub begun: bool,
    /// Something of it is not settled yet ([`crate::plan_state::ActivityState::is_settled`]).
    pub open: bool,
    /// The last day on which something of it was done; none where nothing was, or no day is known.
    pub last_done: Option<NaiveDate>,
}

/// The five years of a family (§40) as far as its plan is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiveYears {
    rounds: Vec<Round>,
    /// The last day: that of the five years, or of the last round of monitoring where that ends later.
    until: NaiveDate,
}

impl FiveYears {
    /// Those that run from a day, with their rounds of monitoring; none where the calendar itself ends.
    #[must_use]
    pub fn of(start: NaiveDate, rounds: Vec<Round>) -> Option<Self> {
        let until = monitoring::horizon(start)?.max(rounds.last()?.ends_on);
        Some(Self { rounds, until })
    }

    /// The first day on which there is only monitoring for a plan whose last work was done on a day: that of the next round.
    fn only_watched_from(&self, last_done: Option<NaiveDate>) -> Option<NaiveDate> {
        self.rounds
            .iter()
            .map(|round| round.begins_on)
            .find(|begins| last_done.is_none_or(|done| *begins > done))
    }
}

/// The next state of a plan that is on the phones, by what was recorded and by the day; none where it stays where it is
/// (requirements §2.4). With the first record it is in execution, and executed when nothing of it is open. From the next
/// round on there is only monitoring, and when the five years are over it is closed. Whose five years have no beginning
/// stays executed. What is opened again is in execution again. A departure is said by people, and ends the plan at once.
#[must_use]
pub fn moved(state: PlanState, work: Work, five: Option<&FiveYears>, today: NaiveDate) -> Option<PlanState> {
    use PlanState::{Closed, Executed, InExecution, Monitoring, Published};
    let watched = |five: &FiveYears| {
        five.only_watched_from(work.last_done).is_none_or(|from| from <= today) || today > five.until
    };
    match state {
        Published if work.begun => Some(InExecution),
        InExecution if work.begun && !work.open => Some(Executed),
        Executed | Monitoring if work.open => Some(InExecution),
        Executed if five.is_some_and(watched) => Some(Monitoring),
        Monitoring if five.is_some_and(|five| today > five.until) => Some(Closed),
        _ => None,
    }
}

text_enum! {
    /// How a kandas agreed to his plan.
    pub enum PlanAgreement {
        /// On paper; its scan is kept.
        Paper = "paper",
        /// By a signature on the screen of a phone; the record is in custody.
        Record = "record",
        /// By a file with an electronic signature: kept, and not verified here.
        Eds = "eds",
    }
}

text_enum! {
    /// Why an item is not as it was put into the plan at first (requirements §3, note 3).
    pub enum PlanReason {
        /// It was given already.
        AlreadyHas = "already_has",
        /// The family does not need it.
        NotNeeded = "not_needed",
        /// The family asks for it.
        FamilyAsks = "family_asks",
        /// Age or document tells more than the group.
        Age = "age",
        /// Health, work or dwelling of the family.
        Situation = "situation",
        /// Another reason, in words.
        Other = "other",
    }
}

text_enum! {
    /// How an item differs from the version before.
    pub enum PlanChange {
        /// It is new.
        Added = "added",
        /// It is taken out: phones are told that it is cancelled.
        Dropped = "dropped",
        /// It has another planned day.
        Moved = "moved",
    }
}

/// Ages of a group: from, and up to but without; years.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ages {
    from: u32,
    until: Option<u32>,
    sex: Option<Sex>,
}

static AGES: LazyLock<BTreeMap<AppliesTo, Ages>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/applies_to.json"))
        .expect("the embedded list of ages is tested")
});

/// What is known of a member when his items are put into the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who {
    /// The head of the family.
    pub head: bool,
    /// Day of birth.
    pub birth_date: Option<NaiveDate>,
    /// Sex.
    pub sex: Option<Sex>,
}

impl Who {
    /// Whether an item of the service can be his at all: what is of the family is its head's.
    #[must_use]
    pub fn may_have(&self, service: &Service) -> bool {
        service.unit == Unit::Person || self.head
    }

    /// Whether the service is put into the plan for him before anybody has thought about it: by age and sex, as the list of
    /// services says whom it usually concerns. Whose day of birth is unknown gets what concerns everybody. It is a hint: the
    /// worker adds and drops with a reason.
    #[must_use]
    pub fn is_preselected(&self, service: &Service, on: NaiveDate) -> bool {
        match service.applies_to {
            AppliesTo::Family => self.head,
            AppliesTo::Everyone => self.may_have(service),
            group => {
                let (Some(ages), Some(born)) = (AGES.get(&group), self.birth_date) else { return false };
                // A child that is born tomorrow has no age.
                let Some(age) = on.years_since(born) else { return false };
                age >= ages.from
                    && ages.until.is_none_or(|until| age < until)
                    && ages.sex.is_none_or(|sex| self.sex == Some(sex))
            }
        }
    }
}

/// One service for one member, in the plan or kept out of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = PlanItem))]
pub struct Item {
    /// The service.
    pub service: ServiceCode,
    /// Whether it is in the plan.
    pub chosen: bool,
    /// Whether it would be without anybody's change: by the pre-selection, or by the version before.
    pub expected: bool,
    /// The activity of the version before that it goes on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<ActivityId>,
    /// When it is planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_on: Option<NaiveDate>,
    /// When it was planned in the version before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was_on: Option<NaiveDate>,
    /// When it is due by law; none where nobody has entered a term, or the family is not in the quota.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
    /// Why it is not as expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<PlanReason>,
    /// The reason in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Item {
    /// Whether it says something: what is neither chosen nor expected does not.
    #[must_use]
    pub const fn is_said(&self) -> bool {
        self.chosen || self.expected
    }

    /// Whether it was changed without a reason, or with one that takes words and has none.
    #[must_use]
    pub fn lacks_reason(&self) -> bool {
        if self.chosen == self.expected {
            return false;
        }
        match self.reason {
            None => true,
            Some(PlanReason::Other) => self.text.as_ref().is_none_or(|text| text.trim().is_empty()),
            Some(_) => false,
        }
    }

    /// How it differs from the version before.
    #[must_use]
    pub fn change(&self) -> Option<PlanChange> {
        match (self.activity, self.chosen) {
            (None, true) => Some(PlanChange::Added),
            (Some(_), false) => Some(PlanChange::Dropped),
            (Some(_), true) if self.planned_on != self.was_on => Some(PlanChange::Moved),
            _ => None,
        }
    }
}

/// What the version before has of a member: its activities, those that were cancelled left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Before {
    /// The activity.
    pub activity: ActivityId,
    /// Its service.
    pub service: ServiceCode,
    /// When it is planned.
    pub planned_on: Option<NaiveDate>,
}

/// The items of a member as they are before anybody changes them: those of the version before, or where there is none those
/// of the pre-selection.
#[must_use]
pub fn expected(who: &Who, before: Option<&[Before]>, on: NaiveDate) -> Vec<Item> {
    let item = |service: ServiceCode, before: Option<&Before>| Item {
        service,
        chosen: true,
        expected: true,
        activity: before.map(|of| of.activity),
        planned_on: before.and_then(|of| of.planned_on),
        was_on: before.and_then(|of| of.planned_on),
        due_on: None,
        reason: None,
        text: None,
    };
    match before {
        Some(before) => {
            let mut items: Vec<Item> = before.iter().map(|of| item(of.service, Some(of))).collect();
            items.sort_by_key(|of| (of.service, of.activity));
            items
        }
        None => services()
            .iter()
            .filter(|service| who.is_preselected(service, on))
            .map(|service| item(service.code, None))
            .collect(),
    }
}

/// What somebody wants of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = PlanItemWanted))]
pub struct Wanted {
    /// The service.
    pub service: ServiceCode,
    /// Whether it shall be in the plan.
    pub chosen: bool,
    /// When it is planned.
    #[serde(default)]
    pub planned_on: Option<NaiveDate>,
    /// Why it is not as expected.
    #[serde(default)]
    pub reason: Option<PlanReason>,
    /// The reason in words.
    #[serde(default)]
    pub text: Option<String>,
}

/// Why the items of a member cannot be as wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// What is of the family is its head's.
    #[error("{0} is of the family: it is planned for its head")]
    OfTheFamily(ServiceCode),
    /// The same service twice.
    #[error("{0} stands there twice")]
    Twice(ServiceCode),
    /// What is done, refused or does not apply stays as it is (requirements §2.4).
    #[error("{0} is settled: it is carried over unchanged")]
    Settled(ServiceCode),
}

/// The items of a member after somebody's changes. `settled` says which activities of the version before are not open any
/// more: they are carried over unchanged. What is expected and not named is taken out; `due` gives the legal days.
///
/// # Errors
/// See [`Unfit`].
pub fn changed(
    who: &Who,
    expected: &[Item],
    wanted: &[Wanted],
    settled: &dyn Fn(ActivityId) -> bool,
    due: &dyn Fn(ServiceCode) -> Option<NaiveDate>,
) -> Result<Vec<Item>, Unfit> {
    let mut asked: BTreeMap<ServiceCode, &Wanted> = BTreeMap::new();
    for of in wanted {
        if of.chosen && !who.may_have(of.service.service()) {
            return Err(Unfit::OfTheFamily(of.service));
        }
        if asked.insert(of.service, of).is_some() {
            return Err(Unfit::Twice(of.service));
        }
    }
    let mut items = Vec::new();
    for item in expected {
        let of = asked.remove(&item.service);
        if item.activity.is_some_and(settled) {
            if of.is_none_or(|of| !of.chosen || of.planned_on != item.planned_on) {
                return Err(Unfit::Settled(item.service));
            }
            items.push(Item { due_on: due(item.service), ..item.clone() });
            continue;
        }
        let (reason, text) = of.map_or((None, None), |of| (of.reason, of.text.clone()));
        items.push(Item {
            chosen: of.is_some_and(|of| of.chosen),
            planned_on: of.map_or(item.planned_on, |of| of.planned_on),
            due_on: due(item.service),
            reason,
            text,
            ..item.clone()
        });
    }
    for of in asked.into_values().filter(|of| of.chosen) {
        items.push(Item {
            service: of.service,
            chosen: true,
            expected: false,
            activity: None,
            planned_on: of.planned_on,
            was_on: None,
            due_on: due(of.service),
            reason: of.reason,
            text: of.text.clone(),
        });
    }
    items.sort_by_key(|item| (item.service, item.activity));
    Ok(items)
}

/// The items of a member of the family in a version of its plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The plan.
    pub plan: PlanId,
    /// Its version.
    pub version: i32,
    /// Who.
    pub person: PersonId,
    /// Of which family.
    pub family: FamilyId,
    /// Whether he is its head.
    pub head: bool,
    /// Full name when it was written.
    pub name: String,
    /// What is in the plan for him, and what was kept out of it.
    pub items: Vec<Item>,
    /// 32 random digits (hex), so that the hash tells nothing.
    pub salt: String,
}

impl Row {
    /// The text that is kept and hashed.
    ///
    /// # Errors
    /// Never for what this program makes.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// How many of its items are in the plan.
    #[must_use]
    pub fn chosen(&self) -> usize {
        self.items.iter().filter(|item| item.chosen).count()
    }

    /// How many of its items were changed without a reason.
    #[must_use]
    pub fn unexplained(&self) -> usize {
        self.items.iter().filter(|item| item.lacks_reason()).count()
    }
}

/// A version as it is agreed and approved: JSON without spaces, members in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frozen {
    /// Format version, 1.
    pub v: u32,
    /// The plan.
    pub plan: PlanId,
    /// Its version.
    pub version: i32,
    /// Whose.
    pub family: FamilyId,
    /// SHA-256 of each row's text, in the order of the persons' ids.
    pub rows: Vec<Digest>,
}

impl Frozen {
    /// What is signed, byte for byte.
    ///
    /// # Errors
    /// Never for what this program makes.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// What stands at the foot of the paper, and what is agreed and approved: SHA-256 of the text.
    ///
    /// # Errors
    /// Never for what this program makes.
    pub fn hash(&self) -> Result<Digest, serde_json::Error> {
        Ok(Digest::of(self.to_text()?.as_bytes()))
    }
}

/// The last day for bringing a plan onto the phones: one working day after the later of agreement and approval (§34).
///
/// # Errors
/// When the calendar does not know the day.
pub fn publish_by(
    agreed_on: NaiveDate,
    approved_on: NaiveDate,
    calendar: &Calendar,
) -> Result<NaiveDate, CalendarError> {
    calendar.add_working_days(agreed_on.max(approved_on), PUBLISH_WITHIN)
}

#[cfg(test)]
mod tests;

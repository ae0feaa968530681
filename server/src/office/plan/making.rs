//! Beginning a version of a plan, changing its items, finishing, approving, sending back and publishing it: each under the
//! lock on the journal's head, and each a fact.
//!
//! A version that amends a published one begins with what is in that one; done items are carried over unchanged. Publishing
//! says to the phones what an import would: `plan.set` and `activity.set`. What was done meanwhile is not cancelled any more.
//! Due dates follow the terms of services from the quota on and are marked as counted (§33, A-10).

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use kandas_shared::{
    calendar::{Calendar, civil_date},
    check::MAX_TEXT,
    cms::Signable,
    hash::Digest,
    ids::{ActivityId, FamilyId, PersonId, PlanId},
    journal::{Author, AuthorKind},
    plan::{self, Before, Frozen, PlanAct, Row, Who},
    plan_state::{ActivityState, PlanState},
    problem::ProblemCode,
    pulled::{Activity, Plan, Relation, Sex, User},
    service::ServiceCode,
    time::micros,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{impossible, stored, words};
use crate::{
    all, calendar,
    chance::{self, Chance},
    dues,
    facts::{DuesSet, Event, PlanActed, PlanOpened, PlanRemarked, PlanRowDrafted, ReportHand},
    journal::{self, Fact, Locked},
    office::{
        session::Session,
        signing::{self, Of, Proof, Proven},
    },
    one, opt,
    refusal::{Outcome, Refusal},
    rules::Programme,
    state::AppState,
    store::{StoreError, Tx},
    terms::Terms,
};

/// How a first version begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PlanBegins)]
pub enum Begins {
    /// Remotely, with the kandas (§19).
    Remote,
    /// In the settlement region, by Appendix 1 (§32).
    Settled,
}

/// A version that was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PlanOpened)]
pub struct Opened {
    /// The plan.
    pub plan: PlanId,
    /// Its version.
    pub version: i32,
}

/// What a member's items shall be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = PlanRowWanted)]
#[serde(deny_unknown_fields)]
pub struct WantedRow {
    /// Who.
    pub person: PersonId,
    /// His items; what is not named is not in the plan.
    pub items: Vec<plan::Wanted>,
}

/// What became of what was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PlanSaved)]
pub struct Saved {
    /// To be said with what is saved next.
    pub seen: i64,
    /// What would be agreed on now, and stands at the foot of the paper.
    pub sha256: Digest,
    /// Changes that have no reason yet.
    pub unexplained: i64,
}

/// A member of the family.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Member {
    pub id: PersonId,
    pub surname: Option<String>,
    pub given_name: String,
    pub patronymic: Option<String>,
    pub relation: Relation,
    pub birth_date: Option<NaiveDate>,
    pub sex: Option<Sex>,
}

impl Member {
    pub(super) fn name(&self) -> String {
        let parts = [self.surname.as_deref(), Some(&self.given_name), self.patronymic.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    pub(super) fn who(&self) -> Who {
        Who { head: self.relation == Relation::Head, birth_date: self.birth_date, sex: self.sex }
    }
}

/// Members of a family, the head first.
pub(super) async fn members(tx: &mut Tx, family: FamilyId) -> Result<Vec<Member>, StoreError> {
    let sql =
        "select id, surname, given_name, patronymic, relation, birth_date, sex from person where family = $1";
    let mut members = all!(tx, Member, sql, family).await?;
    members.sort_by_key(|member| (member.relation, member.birth_date, member.id));
    Ok(members)
}

/// A version as it lies there.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Standing {
    pub family: FamilyId,
    pub state: PlanState,
    pub amends: Option<i32>,
    pub opened_at: DateTime<Utc>,
    pub state_at: DateTime<Utc>,
    pub agreed_on: Option<NaiveDate>,
    pub approved_at: Option<DateTime<Utc>>,
    pub digests: Option<String>,
    pub sha256: Option<Digest>,
}

pub(super) async fn standing(tx: &mut Tx, plan: PlanId, version: i32) -> Outcome<Standing> {
    let sql = "select family, state, amends, opened_at, state_at, agreed_on, approved_at, digests, sha256
        from plan_version where plan = $1 and version = $2";
    Ok(opt!(tx, Standing, sql, plan, version).await?.ok_or(ProblemCode::NotFound)?)
}

impl Standing {
    pub(super) fn after(&self, act: PlanAct) -> Outcome<PlanState> {
        act.after(self.state)
            .ok_or_else(|| impossible(format!("it is {}: {act} is not possible", self.state)))
    }
}

/// The rows of a version, by the persons' ids.
pub(super) async fn rows(
    tx: &mut Tx,
    plan: PlanId,
    version: i32,
) -> Result<Vec<(Row, String, i64)>, StoreError> {
    let sql = "select frozen, position from plan_row where plan = $1 and version = $2";
    let mut rows = Vec::new();
    for (text, position) in all!(tx, (String, i64), sql, plan, version).await? {
        rows.push((stored::<Row>(&text)?, text, position));
    }
    rows.sort_by_key(|(row, ..)| row.person);
    Ok(rows)
}

/// What would be agreed on: the hash of each row, and the hash over them.
pub(super) fn frozen(
    plan: PlanId,
    version: i32,
    family: FamilyId,
    texts: impl Iterator<Item = Digest>,
) -> Outcome<(Vec<Digest>, Digest)> {
    let frozen = Frozen { v: 1, plan, version, family, rows: texts.collect() };
    let sha256 = frozen.hash().map_err(Refusal::fault)?;
    Ok((frozen.rows, sha256))
}

/// What the phones have of a plan: its activities, those that were cancelled left out.
pub(super) async fn activities(tx: &mut Tx, plan: PlanId) -> Result<Vec<Activity>, StoreError> {
    let sql =
        "select id, plan, family, person, service, planned_on, due_on, state, record, done_on from activity
        where plan = $1 and state <> 'cancelled' order by id";
    all!(tx, Activity, sql, plan).await
}

/// The items that each member begins with, by what the phones have or by the pre-selection.
pub(super) struct Ground {
    before: BTreeMap<PersonId, Vec<Before>>,
    amends: bool,
    on: NaiveDate,
    /// Where the activities of the version before stand.
    pub states: BTreeMap<ActivityId, Activity>,
}

impl Ground {
    pub(super) async fn of(
        tx: &mut Tx,
        plan: PlanId,
        amends: bool,
        on: NaiveDate,
    ) -> Result<Self, StoreError> {
        let held = activities(tx, plan).await?;
        let mut before: BTreeMap<PersonId, Vec<Before>> = BTreeMap::new();
        for of in &held {
            let known = Before { activity: of.id, service: of.service, planned_on: of.planned_on };
            before.entry(of.person).or_default().push(known);
        }
        let states = held.into_iter().map(|of| (of.id, of)).collect();
        Ok(Self { before, amends, on, states })
    }

    pub(super) fn expected(&self, member: &Member) -> Vec<plan::Item> {
        let before = self.amends.then(|| self.before.get(&member.id).map_or(&[][..], Vec::as_slice));
        plan::expected(&member.who(), before, self.on)
    }

    /// Whether an activity is not open any more: it is carried over unchanged.
    pub(super) fn is_settled(&self, activity: ActivityId) -> bool {
        self.states.get(&activity).is_some_and(|of| of.state != ActivityState::Planned)
    }
}

/// Legal days of services for a family; none where there is no term, or it is not in the quota.
pub(super) struct Dues {
    terms: Terms,
    quota: Option<NaiveDate>,
    pub calendar: Calendar,
}

impl Dues {
    pub(super) async fn of(tx: &mut Tx, family: FamilyId) -> Result<Self, StoreError> {
        let sql = "select quota_date from family where id = $1";
        let quota = opt!(tx, (Option<NaiveDate>,), sql, family).await?.and_then(|(quota,)| quota);
        Ok(Self { terms: Terms::read(tx).await?, quota, calendar: calendar::read(tx).await? })
    }

    pub(super) fn due(&self, service: ServiceCode) -> Option<NaiveDate> {
        self.terms.due(service, self.quota?, &self.calendar)
    }

    /// The term in working days.
    pub(super) fn days(&self, service: ServiceCode) -> Option<u32> {
        self.terms.on(service, self.quota?)
    }
}

/// Where in the journal the version became what it is as a draft. A record that shows the agreement comes after it: so none is
/// of an earlier draft, and none is used for two agreements.
pub(super) async fn drafted_at(tx: &mut Tx, (plan, version): (PlanId, i32)) -> Result<i64, StoreError> {
    let sql = "select coalesce(max(position), 0) from plan_act where plan = $1 and version = $2
        and act in ('open', 'finish', 'reject')";
    Ok(one!(tx, (i64,), sql, plan, version).await?.0)
}

pub(super) fn hand(by: &User) -> ReportHand {
    ReportHand { by: by.id, by_name: by.name.clone(), by_role: by.role }
}

/// A fact by a user about the family, or one of it.
pub(super) fn fact(by: &User, family: FamilyId, person: Option<PersonId>, event: Event) -> Fact {
    let author = Author { kind: AuthorKind::User, id: Some(by.id.0) };
    Fact { author, family: Some(family), person, ..Fact::by_system(event) }
}

fn salt(chance: &dyn Chance) -> String {
    hex::encode(chance::bytes::<16>(chance))
}

/// Begins a version: the first one of a family, or the amendment of the one that is on the phones. Whoever asks may (the
/// handler has looked).
///
/// # Errors
/// `not-found`, `plan-impossible`.
pub async fn open(state: &AppState, by: &User, family: FamilyId, begins: Begins) -> Outcome<Opened> {
    let now = micros(state.clock.wall());
    let chance = state.chance.as_ref();
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let members = members(&mut tx, family).await?;
    if members.is_empty() {
        return Err(ProblemCode::NotFound.into());
    }
    if members.iter().filter(|member| member.relation == Relation::Head).count() != 1 {
        return Err(impossible("the family has no head: what is of the family would be nobody's (A-11)"));
    }
    let sql =
        "select id, family, version, state, published_on from plan where family = $1 order by id limit 1";
    let on_phones = opt!(&mut tx, Plan, sql, family).await?;
    if let Some(plan) = on_phones.as_ref().filter(|plan| !plan::can_be_amended(plan.state)) {
        return Err(impossible(format!("the plan is {}", plan.state)));
    }
    let sql = "select plan, version, state from plan_version where family = $1 order by version desc limit 1";
    let latest = opt!(&mut tx, (PlanId, i32, PlanState), sql, family).await?;
    if latest.is_some_and(|(.., state)| plan::is_under_way(state)) {
        return Err(impossible("a version is under way"));
    }
    let amends = on_phones.as_ref().map(|plan| plan.version);
    let known = on_phones.as_ref().map(|plan| plan.id).or(latest.map(|(plan, ..)| plan));
    let id = known.unwrap_or_else(|| PlanId::draw(now, chance::bytes(chance)));
    let version = amends.max(latest.map(|(_, version, _)| version)).unwrap_or(0) + 1;
    let stands = match begins {
        Begins::Remote if amends.is_none() => PlanState::DraftRemote,
        _ => PlanState::FinalDraft,
    };
    let ground = Ground::of(&mut tx, id, amends.is_some(), civil_date(now)).await?;
    let dues = Dues::of(&mut tx, family).await?;
    let opened = PlanOpened { plan: id, family, version, state: stands, amends, hand: hand(by) };
    let mut facts = vec![fact(by, family, None, Event::PlanOpened(opened))];
    for member in &members {
        let mut items = ground.expected(member);
        for item in &mut items {
            item.due_on = dues.due(item.service);
        }
        let head = member.relation == Relation::Head;
        let row = Row {
            plan: id,
            version,
            person: member.id,
            family,
            head,
            name: member.name(),
            items,
            salt: salt(chance),
        };
        facts.push(fact(by, family, Some(member.id), Event::PlanRowDrafted(PlanRowDrafted { row })));
    }
    journal::append_locked(&mut tx, locked, chance, now, facts).await?;
    tx.commit().await?;
    Ok(Opened { plan: id, version })
}

/// Saves the items of members while the version is a draft. `seen` is what was shown with them: whoever has not seen what
/// somebody else saved does not write over it.
///
/// # Errors
/// `not-found`, `plan-impossible`, `not-as-shown`, `out-of-range`, `words-missing`.
pub async fn save(
    state: &AppState,
    by: &User,
    (id, version): (PlanId, i32),
    seen: i64,
    wanted: Vec<WantedRow>,
) -> Outcome<Saved> {
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let found = standing(&mut tx, id, version).await?;
    if !plan::is_draft(found.state) {
        return Err(impossible(format!("it is {}: nothing is changed any more", found.state)));
    }
    let held = rows(&mut tx, id, version).await?;
    if last(&held) != seen {
        return Err(ProblemCode::NotAsShown.into());
    }
    let members = members(&mut tx, found.family).await?;
    let ground = Ground::of(&mut tx, id, found.amends.is_some(), civil_date(found.opened_at)).await?;
    let dues = Dues::of(&mut tx, found.family).await?;
    let mut kept: BTreeMap<PersonId, (Digest, i64)> = BTreeMap::new();
    for (row, text, _) in &held {
        let unexplained = i64::try_from(row.unexplained()).unwrap_or(i64::MAX);
        kept.insert(row.person, (Digest::of(text.as_bytes()), unexplained));
    }
    let mut facts = Vec::new();
    for WantedRow { person, items } in wanted {
        let Some(member) = members.iter().find(|member| member.id == person) else {
            return Err(Refusal::because(ProblemCode::OutOfRange, "a member of the family"));
        };
        let items = read(items)?;
        let settled = |activity| ground.is_settled(activity);
        let due = |service| dues.due(service);
        let items = plan::changed(&member.who(), &ground.expected(member), &items, &settled, &due)
            .map_err(|unfit| impossible(unfit.to_string()))?;
        let before = held.iter().map(|(row, ..)| row).find(|row| row.person == person);
        if before.is_some_and(|row| row.items == items && row.name == member.name()) {
            continue;
        }
        let row = Row {
            plan: id,
            version,
            person,
            family: found.family,
            head: member.relation == Relation::Head,
            name: member.name(),
            items,
            salt: salt(state.chance.as_ref()),
        };
        let text = row.to_text().map_err(Refusal::fault)?;
        let unexplained = i64::try_from(row.unexplained()).unwrap_or(i64::MAX);
        kept.insert(person, (Digest::of(text.as_bytes()), unexplained));
        let event = Event::PlanRowDrafted(PlanRowDrafted { row });
        facts.push(fact(by, found.family, Some(person), event));
    }
    let (_, sha256) = frozen(id, version, found.family, kept.values().map(|(digest, _)| *digest))?;
    let unexplained = kept.values().map(|(_, unexplained)| unexplained).sum();
    let positions = journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    tx.commit().await?;
    let seen = positions.last().and_then(|last| i64::try_from(*last).ok()).unwrap_or(seen);
    Ok(Saved { seen, sha256, unexplained })
}

/// The place in the journal of what was saved last.
pub(super) fn last(rows: &[(Row, String, i64)]) -> i64 {
    rows.iter().map(|(.., position)| *position).max().unwrap_or_default()
}

/// Items as somebody wants them, with days and words that can be.
fn read(items: Vec<plan::Wanted>) -> Outcome<Vec<plan::Wanted>> {
    let mut fit = Vec::with_capacity(items.len());
    for item in items {
        if item.planned_on.is_some_and(|day| !(2024..=2100).contains(&day.year())) {
            return Err(Refusal::because(ProblemCode::OutOfRange, "a day from 2024 on"));
        }
        let text = words(item.text.as_deref(), plan::MOST_WORDS)?;
        fit.push(plan::Wanted { text, ..item });
    }
    Ok(fit)
}

/// An act that needs neither a password nor a paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Simple {
    /// The plan was agreed after a preliminary visit on that day (§28).
    Visit(NaiveDate),
    /// It is drawn up by Appendix 1 (§32).
    Finish,
    /// It goes to the phones (§34).
    Publish,
    /// It was a mistake and is given up: nobody has agreed to it, and another one may be begun.
    Discard,
}

/// Does it.
///
/// # Errors
/// `not-found`, `plan-impossible`, `out-of-range`.
pub async fn act(state: &AppState, by: &User, of: (PlanId, i32), what: Simple) -> Outcome<()> {
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let found = standing(&mut tx, of.0, of.1).await?;
    let facts = match what {
        Simple::Visit(on) => {
            let after = found.after(PlanAct::Visit)?;
            let today = civil_date(now);
            if on > today || on.year() < 2024 {
                return Err(Refusal::because(ProblemCode::OutOfRange, "a day up to today"));
            }
            let calendar = calendar::read(&mut tx).await?;
            let by_day = calendar.add_working_days(on, plan::AFTER_VISIT).ok();
            let acted = PlanActed {
                on: Some(on),
                in_time: by_day.map(|day| today <= day),
                ..acted(by, of, PlanAct::Visit, after)
            };
            vec![fact(by, found.family, None, Event::PlanActed(acted))]
        }
        Simple::Finish => {
            let after = found.after(PlanAct::Finish)?;
            vec![fact(by, found.family, None, Event::PlanActed(acted(by, of, PlanAct::Finish, after)))]
        }
        Simple::Discard => {
            let after = found.after(PlanAct::Discard)?;
            vec![fact(by, found.family, None, Event::PlanActed(acted(by, of, PlanAct::Discard, after)))]
        }
        Simple::Publish => publication(state, &mut tx, by, of, &found, now).await?,
    };
    append(state, tx, locked, now, facts).await
}

async fn append(
    state: &AppState,
    mut tx: Tx,
    locked: Locked,
    now: DateTime<Utc>,
    facts: Vec<Fact>,
) -> Outcome<()> {
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    Ok(tx.commit().await?)
}

fn acted(by: &User, (plan, version): (PlanId, i32), act: PlanAct, after: PlanState) -> PlanActed {
    let (on, in_time, sha256, second_factor) = (None, None, None, None);
    PlanActed { plan, version, act, after, on, in_time, sha256, second_factor, hand: hand(by) }
}

/// What a publication says: the version is in force, new items are activities, dropped ones are cancelled, and what was done
/// stays as it is.
async fn publication(
    state: &AppState,
    tx: &mut Tx,
    by: &User,
    (id, version): (PlanId, i32),
    found: &Standing,
    now: DateTime<Utc>,
) -> Outcome<Vec<Fact>> {
    let after = found.after(PlanAct::Publish)?;
    let family = found.family;
    whole(tx, (id, version), found).await?;
    let sql = "select id, family, version, state, published_on from plan where id = $1";
    let before = opt!(tx, Plan, sql, id).await?;
    if let Some(plan) = before.as_ref().filter(|plan| !plan::can_be_amended(plan.state)) {
        return Err(impossible(format!("the plan is {} meanwhile", plan.state)));
    }
    // An import may have brought one beside this draft, or another version may have come.
    let sql = "select count(*) from plan where family = $1 and id <> $2";
    let (others,) = one!(tx, (i64,), sql, family, id).await?;
    if others > 0 || before.as_ref().map(|plan| plan.version) != found.amends {
        return Err(impossible("the family has another plan on the phones meanwhile"));
    }
    let today = civil_date(now);
    let published = Plan {
        id,
        family,
        version,
        state: plan::published_as(before.map(|plan| plan.state)),
        published_on: Some(today),
    };
    let mut facts = vec![fact(by, family, None, Event::PlanSet(published))];
    let held: BTreeMap<ActivityId, Activity> =
        activities(tx, id).await?.into_iter().map(|of| (of.id, of)).collect();
    let dues = Dues::of(tx, family).await?;
    let mut counted = Vec::new();
    for (row, ..) in rows(tx, id, version).await? {
        for item in &row.items {
            // One activity for a person and a service: what came meanwhile is gone on with.
            let same = |of: &&Activity| of.person == row.person && of.service == item.service;
            let known = match item.activity {
                Some(activity) => held.get(&activity),
                None => held.values().find(same),
            };
            let set = match (known, item.chosen) {
                // Carried over unchanged, whatever became of it since.
                (Some(known), _) if known.state != ActivityState::Planned => continue,
                (Some(known), false) if item.activity.is_some() => {
                    Activity { state: ActivityState::Cancelled, ..known.clone() }
                }
                (Some(known), true) if known.planned_on != item.planned_on => {
                    Activity { planned_on: item.planned_on, ..known.clone() }
                }
                (Some(_), true) => continue,
                (None, true) => {
                    let activity = ActivityId::draw(now, chance::bytes(state.chance.as_ref()));
                    if let Some(due) = dues.due(item.service) {
                        counted.push((None, Some(due), activity));
                    }
                    Activity {
                        id: activity,
                        plan: id,
                        family,
                        person: row.person,
                        service: item.service,
                        planned_on: item.planned_on,
                        due_on: None,
                        state: ActivityState::Planned,
                        record: None,
                        done_on: None,
                    }
                }
                // It was kept out, or went since.
                (_, false) => continue,
            };
            facts.push(fact(by, family, Some(row.person), Event::ActivitySet(set)));
        }
    }
    if !counted.is_empty() {
        let set = DuesSet { dues: dues::together(counted) };
        facts.push(fact(by, family, None, Event::DuesSet(set)));
    }
    let due = super::publish_by(found.state, found.agreed_on, found.approved_at, &dues.calendar);
    let in_time = due.map(|due| today <= due);
    let done = PlanActed { in_time, ..acted(by, (id, version), PlanAct::Publish, after) };
    facts.push(fact(by, family, None, Event::PlanActed(done)));
    Ok(facts)
}

/// Whether the rows as they lie there are those that were agreed on. That of an erased person is known by its hash.
async fn whole(tx: &mut Tx, (id, version): (PlanId, i32), found: &Standing) -> Outcome<()> {
    let digests: Vec<Digest> = match &found.digests {
        Some(text) => stored(text)?,
        None => return Err(impossible("nothing is agreed on")),
    };
    for (row, text, _) in rows(tx, id, version).await? {
        if !digests.contains(&Digest::of(text.as_bytes())) {
            return Err(StoreError::Damaged(format!("the items of {} in plan {id}", row.person)).into());
        }
    }
    let (_, sha256) = frozen(id, version, found.family, digests.into_iter())?;
    if found.sha256 != Some(sha256) {
        return Err(StoreError::Damaged(format!("the hash of plan {id}, version {version}")).into());
    }
    Ok(())
}

/// Approves a version as the head of the mobility centre, as he has `seen` it. Where the programme asks for a file with
/// an electronic signature, his password alone does not do.
///
/// # Errors
/// `not-found`, `plan-impossible`, `not-as-shown`, `signature-file-needed`, and those of [`signing::prove`].
pub async fn approve(
    state: &AppState,
    session: &Session,
    of: (PlanId, i32),
    seen: Digest,
    proof: Proof,
) -> Outcome<()> {
    // What cannot be approved asks for no password.
    let mut tx = state.store.read().await?;
    standing(&mut tx, of.0, of.1).await?.after(PlanAct::Approve)?;
    let by_file = Programme::read(&mut tx, civil_date(state.clock.wall())).await?.approval_by_file;
    if by_file && proof.cms.is_none() {
        return Err(ProblemCode::SignatureFileNeeded.into());
    }
    let text = document(&mut tx, of).await?;
    drop(tx);
    let signed = Of { about: Signable::Plan, thing: of.0.0, version: Some(of.1) };
    let proven = signing::prove(state, session, signed, text, proof).await?;
    let written = write_approval(state, &session.user, of, seen, &proven).await;
    proven.settle(state, written).await
}

/// The very text that is agreed on and approved: as it was agreed on, or as it would be now.
///
/// # Errors
/// `not-found`.
pub async fn document(tx: &mut Tx, of: (PlanId, i32)) -> Outcome<String> {
    let found = standing(tx, of.0, of.1).await?;
    let digests: Vec<Digest> = match &found.digests {
        Some(text) => stored(text)?,
        None => {
            let rows = rows(tx, of.0, of.1).await?;
            rows.iter().map(|(_, text, _)| Digest::of(text.as_bytes())).collect()
        }
    };
    let frozen = Frozen { v: 1, plan: of.0, version: of.1, family: found.family, rows: digests };
    frozen.to_text().map_err(Refusal::fault)
}

async fn write_approval(
    state: &AppState,
    by: &User,
    of: (PlanId, i32),
    seen: Digest,
    proven: &Proven,
) -> Outcome<()> {
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let found = standing(&mut tx, of.0, of.1).await?;
    let after = found.after(PlanAct::Approve)?;
    if found.sha256 != Some(seen) {
        return Err(ProblemCode::NotAsShown.into());
    }
    let sql = "select count(*) from plan_act where plan = $1 and version = $2 and by_user = $3
        and act in ('open', 'finish', 'agree')";
    let (own,) = one!(&mut tx, (i64,), sql, of.0, of.1, by.id).await?;
    if own > 0 {
        return Err(impossible("who drew it up does not approve it"));
    }
    whole(&mut tx, of, &found).await?;
    let acted = PlanActed {
        sha256: found.sha256,
        second_factor: Some(proven.second_factor),
        ..acted(by, of, PlanAct::Approve, after)
    };
    let mut facts: Vec<Fact> = proven.fact(by, seen)?.into_iter().collect();
    facts.push(fact(by, found.family, None, Event::PlanActed(acted)));
    append(state, tx, locked, now, facts).await
}

/// Sends a version back to be worked on: the agreement to it is void.
///
/// # Errors
/// `not-found`, `plan-impossible`, `words-missing`.
pub async fn reject(state: &AppState, by: &User, of: (PlanId, i32), text: &str) -> Outcome<()> {
    let text = words(Some(text), MAX_TEXT)?.ok_or(ProblemCode::WordsMissing)?;
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let found = standing(&mut tx, of.0, of.1).await?;
    let after = found.after(PlanAct::Reject)?;
    let (plan, version) = of;
    let remarked = PlanRemarked { plan, version, family: found.family, text };
    let facts = vec![
        fact(by, found.family, None, Event::PlanActed(acted(by, of, PlanAct::Reject, after))),
        fact(by, found.family, None, Event::PlanRemarked(remarked)),
    ];
    append(state, tx, locked, now, facts).await
}

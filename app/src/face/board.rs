//! The board: every family, person and activity of this phone with the one patch it shows today.
//!
//! Made from the rows in one go and kept until something changes, so that a list opens and a search answers at once.
//! It is never more than a copy: whatever is lost with it is read again.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::Calendar,
    check::is_set_aside,
    ids::{ActivityId, FamilyId, PersonId, RecordId},
    plan_state::{ActivityState, CheckKind},
    pulled::{Person, RecordState as Said},
    receipt::Verdict,
    service::{ServiceCode, Unit},
};

use super::{
    fold::fold,
    patch::{Facts, Stated, deadline, patch},
    view::{Cell, Deadline, Patch, PersonName, Place, Quilt},
};
use crate::{
    app::{App, AppError},
    ledger::LedgerState,
    store::{
        draft::DraftId,
        overview::{self, FamilyLine, OwnLine},
        pulled::{self, board::ActivityLine},
        record::RecordState,
    },
    today,
};

/// Everything, as of `today`.
pub(super) struct Board {
    pub(super) today: NaiveDate,
    /// By which working days are counted.
    pub(super) calendar: Calendar,
    /// Whether records were on their way when it was made.
    pub(super) sending: bool,
    pub(super) as_of: Option<DateTime<Utc>>,
    /// By folded name.
    pub(super) families: Vec<Household>,
    pub(super) persons: HashMap<PersonId, Person>,
    pub(super) returned: Vec<Said>,
    pub(super) unreadable: u32,
    /// Records that a newer one, sealed here and not refused, corrects.
    answered: HashMap<RecordId, RecordId>,
    place: HashMap<FamilyId, usize>,
    tasks: HashMap<ActivityId, (usize, usize)>,
}

/// A family with its members and activities.
pub(super) struct Household {
    pub(super) line: FamilyLine,
    /// The surname of its head, else the given name.
    pub(super) name: String,
    /// The head first.
    pub(super) members: Vec<PersonId>,
    /// In the order of Appendix 1; without those that a newer plan has dropped and nobody has worked on.
    pub(super) tasks: Vec<Task>,
    pub(super) last_visit: Option<NaiveDate>,
    pub(super) drafts: u32,
    /// What a search looks into: folded text and what to show when it matches.
    pub(super) words: Vec<(String, Option<String>)>,
}

/// An activity as it looks today.
#[derive(Clone, Copy)]
pub(super) struct Task {
    pub(super) activity: ActivityId,
    pub(super) person: PersonId,
    pub(super) service: ServiceCode,
    pub(super) state: ActivityState,
    pub(super) patch: Patch,
    pub(super) deadline: Option<Deadline>,
    pub(super) done_on: Option<NaiveDate>,
    pub(super) remarked: bool,
    pub(super) draft: Option<DraftId>,
}

impl Task {
    /// Whether it was done after its due date.
    pub(super) fn is_late(&self) -> bool {
        self.patch.is_done() && self.done_on.zip(self.deadline).is_some_and(|(done, due)| done > due.last)
    }

    pub(super) fn is_for_family(&self) -> bool {
        self.service.service().unit == Unit::Family
    }

    pub(super) fn cell(&self) -> Cell {
        Cell {
            activity: self.activity,
            person: self.person,
            patch: self.patch,
            deadline: self.deadline,
            late: self.is_late(),
            remarked: self.remarked,
            draft: self.draft,
        }
    }
}

impl Household {
    pub(super) fn place(&self) -> Option<Place> {
        self.line.latitude.zip(self.line.longitude).map(|(lat, lon)| Place { lat, lon })
    }

    /// Activities done, and to be done at all.
    pub(super) fn progress(&self, of: impl Fn(&Task) -> bool) -> (u32, u32) {
        let mut sums = (0, 0);
        for task in self.tasks.iter().filter(|task| task.patch.counts() && of(task)) {
            sums.0 += u32::from(task.patch.is_done());
            sums.1 += 1;
        }
        sums
    }

    pub(super) fn count(&self, patch: Patch) -> u32 {
        u32::try_from(self.tasks.iter().filter(|task| task.patch == patch).count()).unwrap_or(u32::MAX)
    }

    /// One patch a service, the most urgent of those that `of` picks.
    pub(super) fn quilt(&self, of: impl Fn(&Task) -> bool) -> Quilt {
        let mut quilt: Quilt = vec![None; ServiceCode::ALL.len()];
        for task in self.tasks.iter().filter(|task| of(task)) {
            let patch = &mut quilt[usize::from(task.service.number()) - 1];
            *patch = Some(patch.map_or(task.patch, |other| other.min(task.patch)));
        }
        quilt
    }
}

impl Board {
    pub(super) async fn read(app: &App, sending: bool) -> Result<Self, AppError> {
        let mut conn = app.store().conn().await?;
        let today = today::on(&mut conn, &*app.platform().clock).await?;
        let calendar = pulled::calendar(&mut conn).await?;
        let as_of = pulled::state(&mut conn).await?.completed_at;
        let families = overview::families(&mut conn).await?;
        let persons = overview::persons(&mut conn).await?;
        let (plans, strange) = pulled::board::tasks(&mut conn).await?;
        let departed = pulled::departed(&mut conn).await?;
        let own = overview::own(&mut conn).await?.rows;
        let said = overview::said(&mut conn).await?.rows;
        let returned = overview::returned(&mut conn).await?.rows;
        let drafts = overview::drafts(&mut conn).await?.rows;
        let visits: HashMap<FamilyId, NaiveDate> = overview::visits(&mut conn).await?.into_iter().collect();
        drop(conn);

        let unreadable = families.unreadable.len() + persons.unreadable.len() + strange;
        let mut households: Vec<Household> =
            families.rows.into_iter().map(|line| household(line, &visits)).collect();
        let by_id: HashMap<FamilyId, usize> =
            households.iter().enumerate().map(|(at, family)| (family.line.id, at)).collect();
        for person in &persons.rows {
            if let Some(at) = by_id.get(&person.family) {
                households[*at].enter(person);
            }
        }
        let mut known = Known::default();
        for line in own {
            known.own(line);
        }
        for line in said {
            let Some(activity) = line.activity else { continue };
            if line.verdict == Verdict::Held && !is_set_aside(line.reason.as_deref()) {
                known.held.insert(activity, ());
            }
            match line.check_state {
                CheckKind::Returned if !line.record.is_some_and(|r| known.answered.contains_key(&r)) => {
                    known.returned.insert(activity, ());
                }
                check => {
                    if let Some(record) = line.record {
                        known.checks.insert(record, check);
                    }
                }
            }
        }
        for line in &drafts {
            if let Some(activity) = line.activity {
                known.drafts.insert(activity, line.draft);
            }
        }
        let mut counted = None;
        for line in &drafts {
            if counted != Some(line.draft)
                && let Some(at) = by_id.get(&line.family)
            {
                households[*at].drafts += 1;
                counted = Some(line.draft);
            }
        }
        let mut due: HashMap<NaiveDate, Deadline> = HashMap::new();
        for (family, plan) in &plans {
            let Some(at) = by_id.get(family) else { continue };
            households[*at].tasks.reserve(plan.len());
            let stays = !departed.contains(family);
            for line in plan.lines() {
                let date = |on| *due.entry(on).or_insert_with(|| deadline(&calendar, today, on));
                let task = known.task(&line, line.due_on.filter(|_| stays).map(date), sending);
                // What a newer plan has dropped is no work; what was done about it stays in sight.
                if line.state != ActivityState::Cancelled || task.patch != Patch::NotApplicable {
                    households[*at].tasks.push(task);
                }
            }
        }
        let answered = known.answered;
        let mut board = Self {
            today,
            calendar,
            sending,
            as_of,
            families: households,
            persons: persons.rows.into_iter().map(|person| (person.id, person)).collect(),
            returned: returned
                .into_iter()
                .filter(|said| !said.record.is_some_and(|record| answered.contains_key(&record)))
                .collect(),
            answered,
            unreadable: u32::try_from(unreadable).unwrap_or(u32::MAX),
            place: HashMap::new(),
            tasks: HashMap::new(),
        };
        board.families.sort_by_cached_key(|family| (fold(&family.name), family.line.id));
        for (at, family) in board.families.iter().enumerate() {
            board.place.insert(family.line.id, at);
            for (number, task) in family.tasks.iter().enumerate() {
                board.tasks.insert(task.activity, (at, number));
            }
        }
        Ok(board)
    }

    /// A due date as it looks today.
    pub(super) fn deadline(&self, on: NaiveDate) -> Deadline {
        deadline(&self.calendar, self.today, on)
    }

    pub(super) fn family(&self, id: FamilyId) -> Option<&Household> {
        self.place.get(&id).map(|at| &self.families[*at])
    }

    pub(super) fn task(&self, id: ActivityId) -> Option<(&Household, &Task)> {
        let (at, number) = *self.tasks.get(&id)?;
        let family = &self.families[at];
        Some((family, &family.tasks[number]))
    }

    /// The record sealed here that corrects another.
    pub(super) fn corrected_by(&self, record: RecordId) -> Option<RecordId> {
        self.answered.get(&record).copied()
    }

    pub(super) fn name(&self, id: PersonId) -> Option<PersonName> {
        self.persons.get(&id).map(name)
    }

    pub(super) fn family_name(&self, id: FamilyId) -> Option<String> {
        self.family(id).map(|family| family.name.clone())
    }

    pub(super) fn tasks(&self) -> impl Iterator<Item = (&Household, &Task)> {
        self.families.iter().flat_map(|family| family.tasks.iter().map(move |task| (family, task)))
    }
}

/// Name of a person as the screens show it.
pub(super) fn name(person: &Person) -> PersonName {
    PersonName {
        person: person.id,
        surname: person.surname.clone(),
        given_name: person.given_name.clone(),
        patronymic: person.patronymic.clone(),
    }
}

fn household(line: FamilyLine, visits: &HashMap<FamilyId, NaiveDate>) -> Household {
    let mut words = vec![(fold(&line.settlement_name), None)];
    if let Some(address) = &line.address {
        words.push((fold(address), Some(address.clone())));
    }
    if let Some(phone) = &line.phone {
        words.push((digits(phone), Some(phone.clone())));
    }
    Household {
        last_visit: visits.get(&line.id).copied(),
        line,
        name: String::new(),
        members: Vec::new(),
        tasks: Vec::new(),
        drafts: 0,
        words,
    }
}

impl Household {
    /// Takes a member in; the head comes first.
    fn enter(&mut self, person: &Person) {
        let parts = [person.surname.as_deref(), Some(&*person.given_name), person.patronymic.as_deref()];
        let full = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        if self.members.is_empty() {
            self.name = person.surname.clone().unwrap_or_else(|| person.given_name.clone());
        }
        let text = fold(&full);
        self.words.push((text, Some(full)));
        if let Some(latin) = &person.latin_name {
            self.words.push((fold(latin), Some(latin.clone())));
        }
        if let Some(phone) = &person.phone {
            self.words.push((digits(phone), Some(phone.clone())));
        }
        if let Some(iin) = &person.iin {
            self.words.push((iin.to_string(), None));
        }
        self.members.push(person.id);
    }
}

/// Digits alone, as phone numbers are typed in many ways.
pub(super) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// What is known beside the plan.
#[derive(Default)]
struct Known {
    own: HashMap<ActivityId, OwnLine>,
    /// Records that a newer one, sealed here and not refused, corrects.
    answered: HashMap<RecordId, RecordId>,
    returned: HashMap<ActivityId, ()>,
    held: HashMap<ActivityId, ()>,
    checks: HashMap<RecordId, CheckKind>,
    drafts: HashMap<ActivityId, DraftId>,
}

impl Known {
    /// Takes a record in; they come in the order of sealing, so the last one of an activity stays. What was set aside
    /// counts for nothing here either: neither its activity is done by it nor a return answered.
    fn own(&mut self, line: OwnLine) {
        if is_set_aside(line.reason.as_deref()) {
            return;
        }
        let corrected = line.supersedes.as_deref().and_then(|text| text.parse::<RecordId>().ok());
        if let Some(corrected) = corrected.filter(|_| line.state != RecordState::Refused) {
            self.answered.insert(corrected, line.record);
        }
        self.own.insert(line.activity, line);
    }

    fn task(&self, line: &ActivityLine, deadline: Option<Deadline>, sending: bool) -> Task {
        let own = self.own.get(&line.id);
        let counts = line.record.or(own.map(|own| own.record));
        let check = counts.and_then(|record| self.checks.get(&record)).copied();
        let draft = self.drafts.get(&line.id).copied();
        let facts = Facts {
            state: line.state,
            returned: self.returned.contains_key(&line.id),
            held: self.held.contains_key(&line.id),
            draft: draft.is_some(),
            own: own.map(|own| (state_of(own.state, own.all_there), Stated::of(&own.statement))),
            sending,
            deadline,
            check,
        };
        Task {
            activity: line.id,
            person: line.person,
            service: line.service,
            state: line.state,
            patch: patch(&facts),
            deadline,
            done_on: line.done_on.or(own.map(|own| own.done_on)),
            remarked: check == Some(CheckKind::Remarked),
            draft,
        }
    }
}

/// Where a record stands, as the ledger says it.
pub(super) fn state_of(state: RecordState, all_there: bool) -> LedgerState {
    match state {
        RecordState::Recorded => LedgerState::Recorded,
        RecordState::Held => LedgerState::Held,
        RecordState::Refused => LedgerState::Refused,
        RecordState::Accepted if all_there => LedgerState::Delivered,
        RecordState::Accepted => LedgerState::Accepted,
    }
}

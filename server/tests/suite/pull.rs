//! The pull: a phone fed by pages holds what the scope query says, after any history.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use chrono::{Days, NaiveDate};
use kandas_server::{
    all, apply, assign, calendar, changes,
    check::{self, CheckError, Checking, Due, Return},
    facts::{Event, Setting},
    intake::Intake,
    journal, scope,
};
use kandas_shared::{
    check::ReturnReason,
    cursor::{Cursor, Kind},
    ids::{DeviceId, FamilyId, OrgUnitId, PersonId, RecordId, UserId},
    pulled::{Assignment, Role, Row},
    record::{Act, Statement},
    service::ServiceCode,
    time::Clock as _,
};
use rand::{Rng as _, RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use uuid::Uuid;

use crate::{
    phones::{
        Phone, activity, assignment, centre, consent, day, fact, family, id, intake, org_unit, person, plan,
        user,
    },
    stores::{World, on_each},
};

/// What a phone makes of the pages it is given.
struct Model {
    device: DeviceId,
    worker: UserId,
    kinds: Vec<Kind>,
    cursor: Option<String>,
    tables: BTreeMap<(Kind, Uuid), Row>,
    gone_scopes: Vec<String>,
    started_over: usize,
}

impl Model {
    fn new(device: u128, worker: u128, kinds: &[Kind]) -> Self {
        Self {
            device: DeviceId(id(device)),
            worker: UserId(id(worker)),
            kinds: kinds.to_vec(),
            cursor: None,
            tables: BTreeMap::new(),
            gone_scopes: Vec::new(),
            started_over: 0,
        }
    }

    /// Applies one page; says whether there is more.
    async fn page(&mut self, world: &World, limit: usize) -> bool {
        let now = world.clock.wall();
        let page = changes::page(
            &world.store,
            self.device,
            self.worker,
            self.cursor.as_deref(),
            &self.kinds,
            limit,
            now,
        )
        .await
        .unwrap();
        assert!(page.lines.len() <= limit);
        if page.end.start_over {
            self.tables.clear();
            self.started_over += 1;
        }
        for line in page.lines {
            match line.row {
                Some(row) => {
                    let row = Row::read(line.kind, row.get()).unwrap();
                    assert_eq!((row.kind(), row.id()), (line.kind, line.id));
                    self.tables.insert((line.kind, line.id), row);
                }
                None => {
                    self.tables.remove(&(line.kind, line.id));
                }
            }
        }
        self.gone_scopes.extend(page.end.gone_scopes);
        self.cursor = Some(page.end.cursor);
        page.end.more
    }

    async fn pull(&mut self, world: &World, limit: usize) {
        while self.page(world, limit).await {}
    }

    async fn assert_equals_scope(&self, world: &World, what: &str) {
        let mut tx = world.store.read().await.unwrap();
        let scopes = scope::scopes(&mut tx, self.worker).await.unwrap();
        let rows = scope::rows(&mut tx, &scopes).await.unwrap();
        let rows: BTreeMap<(Kind, Uuid), Row> = rows
            .into_iter()
            .filter(|row| self.kinds.contains(&row.kind()))
            .map(|row| ((row.kind(), row.id()), row))
            .collect();
        let keys = |tables: &BTreeMap<(Kind, Uuid), Row>| tables.keys().copied().collect::<BTreeSet<_>>();
        let (has, should) = (keys(&self.tables), keys(&rows));
        let surplus: Vec<_> = has.difference(&should).collect();
        let lacking: Vec<_> = should.difference(&has).collect();
        assert!(surplus.is_empty() && lacking.is_empty(), "{what}: surplus {surplus:?}, lacking {lacking:?}");
        assert_eq!(self.tables, rows, "{what}: stale rows");
    }

    fn has_family(&self, n: u128) -> bool {
        self.tables.contains_key(&(Kind::Family, id(n)))
    }
}

/// A district that changes at random: 2 units, 4 workers, up to 8 families.
struct History {
    rng: StdRng,
    today: NaiveDate,
    assignments: BTreeMap<u128, Assignment>,
    families: BTreeSet<u128>,
    persons: BTreeMap<u128, u128>,
    plans: BTreeMap<u128, u128>,
    activities: BTreeSet<u128>,
    /// What was sealed, and how often a supervisor had a say.
    sealed: Vec<RecordId>,
    checked: usize,
}

/// A director of each unit.
const DIRECTORS: [u128; 2] = [15, 16];
const UNITS: [u128; 2] = [1, 2];
const WORKERS: [u128; 4] = [11, 12, 13, 14];

impl History {
    fn new(seed: u64) -> Self {
        Self {
            rng: StdRng::seed_from_u64(seed),
            today: "2026-11-23".parse().unwrap(),
            assignments: BTreeMap::new(),
            families: BTreeSet::new(),
            persons: BTreeMap::new(),
            plans: BTreeMap::new(),
            activities: BTreeSet::new(),
            sealed: Vec::new(),
            checked: 0,
        }
    }

    fn pick(&mut self, from: &[u128]) -> u128 {
        *from.choose(&mut self.rng).unwrap()
    }

    fn pick_family(&mut self) -> Option<u128> {
        let families: Vec<u128> = self.families.iter().copied().collect();
        families.choose(&mut self.rng).copied()
    }

    fn opening() -> Vec<Event> {
        let mut events: Vec<Event> = UNITS.iter().map(|n| Event::OrgUnitSet(org_unit(*n))).collect();
        events.extend(WORKERS.iter().map(|n| Event::UserSet(user(*n, 1 + n % 2))));
        events.extend(DIRECTORS.iter().map(|n| {
            let mut director = user(*n, 1 + n % 2);
            director.role = Role::CcDir;
            Event::UserSet(director)
        }));
        events
    }

    /// One change of something, if there is anything to change.
    fn event(&mut self) -> Option<Event> {
        let note = format!("ред. {}", self.rng.next_u32() % 1_000);
        Some(match self.rng.random_range(0..20) {
            0 | 1 => {
                let n = 101 + self.rng.random_range(0..8);
                self.families.insert(n);
                let unit = self.pick(&UNITS);
                let mut family = family(n, unit);
                family.address = Some(note);
                Event::FamilySet(family)
            }
            2..=4 => {
                let n = 201 + self.rng.random_range(0..12);
                let family = self.pick_family()?;
                // Mostly he stays where he is.
                let family = match self.persons.get(&n) {
                    Some(old) if self.rng.random_range(0..4) > 0 => *old,
                    _ => family,
                };
                self.persons.insert(n, family);
                let mut person = person(n, family);
                person.patronymic = Some(note);
                Event::PersonSet(person)
            }
            5 => {
                let persons: Vec<u128> = self.persons.keys().copied().collect();
                let n = *persons.choose(&mut self.rng)?;
                let mut consent = consent(n + 1_000, n);
                consent.basis = Some(note);
                Event::ConsentSet(consent)
            }
            6..=10 => {
                let n = 601 + self.rng.random_range(0..10);
                let (family, worker) = (self.pick_family()?, self.pick(&WORKERS));
                let mut assignment = match self.assignments.get(&n) {
                    Some(old) if self.rng.random_range(0..3) > 0 => old.clone(),
                    _ => assignment(n, family, worker),
                };
                assignment.to = match self.rng.random_range(0..4) {
                    0 => self.today.checked_sub_days(Days::new(1)),
                    1 => self.today.checked_add_days(Days::new(1)),
                    _ => None,
                };
                self.assignments.insert(n, assignment.clone());
                Event::AssignmentSet(assignment)
            }
            11 => {
                let family = self.pick_family()?;
                let n = 301 + self.rng.random_range(0..8);
                self.plans.insert(n, family);
                let mut plan = plan(n, family);
                plan.version = self.rng.random_range(1..9);
                Event::PlanSet(plan)
            }
            12..=14 => {
                let plans: Vec<(u128, u128)> = self.plans.iter().map(|(a, b)| (*a, *b)).collect();
                let (plan, family) = *plans.choose(&mut self.rng)?;
                let n = 401 + self.rng.random_range(0..20);
                self.activities.insert(n);
                let mut activity = activity(n, plan, family, 201, ServiceCode::S07);
                activity.due_on = self.today.checked_add_days(Days::new(self.rng.random_range(0..30)));
                Event::ActivitySet(activity)
            }
            15 => {
                let n = self.pick(&WORKERS);
                let mut user = user(n, 1 + n % 2);
                user.name = note;
                if self.rng.random_range(0..3) == 0 {
                    user.org_unit = OrgUnitId(id(self.pick(&UNITS)));
                }
                user.active = self.rng.random_range(0..5) > 0;
                Event::UserSet(user)
            }
            16 => {
                let mut unit = org_unit(self.pick(&UNITS));
                unit.name_ru = note;
                Event::OrgUnitSet(unit)
            }
            17 => {
                let unit = OrgUnitId(id(self.pick(&UNITS)));
                let value = self.rng.random_bool(0.5).to_string();
                Event::SettingSet(Setting::new(format!("whole_centre:{unit}"), value))
            }
            18 => {
                let day = self.today + Days::new(self.rng.random_range(0..20));
                let works = *[Some(true), Some(false), None].choose(&mut self.rng)?;
                let set = calendar::DaySet { works, reason: note.clone(), source: note };
                let value = serde_json::to_string(&set).ok()?;
                Event::SettingSet(Setting::new(calendar::setting(day), value))
            }
            _ => return None,
        })
    }

    async fn step(&mut self, world: &World, phones: &mut [Phone], intake: &Intake) {
        match self.rng.random_range(0..10) {
            0 => {
                self.today = self.today.checked_add_days(Days::new(1)).unwrap();
                world.clock.set(&format!("{}T07:00:00Z", self.today));
                assign::close_past(&world.store, &*world.chance, world.clock.wall()).await.unwrap();
            }
            1..=3 => {
                // Records, whatever their verdict.
                let at = self.rng.random_range(0..phones.len());
                let phone = &mut phones[at];
                let mut batch = Vec::new();
                for _ in 0..self.rng.random_range(1..4) {
                    let own: Vec<u128> = self
                        .assignments
                        .values()
                        .filter(|a| a.worker == phone.worker && a.to.is_none())
                        .map(|a| a.family.0.as_u128())
                        .collect();
                    // Mostly about a family of his, so that it is accepted.
                    let n = match own.choose(&mut self.rng) {
                        Some(own) if self.rng.random_bool(0.7) => *own,
                        _ => 101 + self.rng.random_range(0..8),
                    };
                    let mut record = phone.completion(n, 401 + self.rng.random_range(0..20));
                    if let Statement::Completion { person, .. } = &mut record.statement {
                        *person = PersonId(id(201));
                    }
                    if self.rng.random_bool(0.7) {
                        // An act needs no activity, so most of these are accepted; some correct another.
                        let (act, topics, details) = (Act::Arrival, Vec::new(), serde_json::Map::new());
                        record.statement = Statement::Act { act, person: None, topics, details };
                        record.supersedes =
                            self.sealed.choose(&mut self.rng).copied().filter(|_| self.rng.random_bool(0.5));
                    }
                    self.sealed.push(record.record);
                    batch.push(phone.seal(&record));
                }
                phone.push(intake, batch).await;
            }
            4 | 5 => self.check(world).await,
            _ => {
                let events: Vec<Event> =
                    (0..self.rng.random_range(1..12)).filter_map(|_| self.event()).collect();
                world.append(events.into_iter().map(fact)).await;
            }
        }
    }
}

impl History {
    /// A supervisor has his say about something, if he may.
    async fn check(&mut self, world: &World) {
        let before = self.checked;
        for _ in 0..8 {
            // Most are held, or corrected.
            let Some(record) = self.sealed.choose(&mut self.rng).copied() else { return };
            for by in DIRECTORS {
                self.check_as(world, record, UserId(id(by))).await;
            }
            if self.checked > before {
                return;
            }
        }
    }

    async fn check_as(&mut self, world: &World, record: RecordId, by: UserId) {
        let of = Checking { now: world.clock.wall(), by, record };
        let why = Return {
            reason: (*ReturnReason::ALL.choose(&mut self.rng).unwrap()).into(),
            text: Some("қайта түсіріңіз".into()),
            due: Due::WorkingDays(self.rng.random_range(1..9)),
        };
        let mut tx = world.store.write().await.unwrap();
        let chance = &*world.chance;
        let done = match self.rng.random_range(0..4) {
            0 => check::accept(&mut tx, chance, of).await,
            1 => check::remark(&mut tx, chance, of, "жақсы").await,
            _ => check::return_record(&mut tx, chance, of, &why).await,
        };
        match done {
            Ok(_) => {
                tx.commit().await.unwrap();
                self.checked += 1;
            }
            Err(CheckError::Journal(error)) => panic!("{error}"),
            Err(CheckError::Store(error)) => panic!("{error}"),
            Err(_) => tx.rollback().await.unwrap(),
        }
    }
}

async fn any_history(world: &World, seed: u64, steps: usize) {
    let mut history = History::new(seed);
    world.append(History::opening().into_iter().map(fact)).await;
    let mut phones = Vec::new();
    for (n, worker) in WORKERS.iter().enumerate() {
        phones.push(Phone::enrol(world, 21 + n as u128, *worker).await);
    }
    let intake = intake(world);
    let mut models: Vec<Model> = WORKERS
        .iter()
        .enumerate()
        .map(|(n, worker)| Model::new(21 + n as u128, *worker, Kind::ALL))
        .collect();
    // An older phone that knows fewer kinds at first.
    models.push(Model::new(31, 11, &[Kind::Family, Kind::Activity]));

    for step in 0..steps {
        history.step(world, &mut phones, &intake).await;
        let at = history.rng.random_range(0..models.len());
        let model = &mut models[at];
        let limit = *[1, 2, 3, 7, 50, 1_000].choose(&mut history.rng).unwrap();
        if at == 4 && history.rng.random_range(0..8) == 0 {
            let known = history.rng.random_range(1..=Kind::ALL.len());
            // A kind that is not asked for is no longer held.
            model.kinds = Kind::ALL[..known].to_vec();
            let kinds = model.kinds.clone();
            model.tables.retain(|(kind, _), _| kinds.contains(kind));
        }
        if history.rng.random_range(0..3) == 0 {
            // Cut off in the middle.
            for _ in 0..history.rng.random_range(1..4) {
                if !model.page(world, limit).await {
                    break;
                }
            }
        } else {
            model.pull(world, limit).await;
            model.assert_equals_scope(world, &format!("seed {seed}, step {step}, phone {at}")).await;
        }
    }
    for (at, model) in models.iter_mut().enumerate() {
        model.pull(world, 13).await;
        model.assert_equals_scope(world, &format!("seed {seed}, at the end, phone {at}")).await;
        let before = model.cursor.clone();
        assert!(!model.page(world, 13).await);
        assert_eq!(model.cursor, before, "nothing new, the same cursor");
        let cursor = Cursor::from_text(before.as_deref().unwrap()).unwrap();
        let scopes: BTreeSet<_> = cursor.tracks.iter().map(|track| &track.scope).collect();
        assert_eq!(scopes.len(), cursor.tracks.len(), "tracks that have caught up are joined");
    }
    assert!(history.checked > 0, "supervisors had a say {} times", history.checked);
    rebuilt_equals(world, &mut history.rng).await;
}

/// The tables that the journal rebuilds are those that grew with it, however the facts are cut into calls.
async fn rebuilt_equals(world: &World, rng: &mut StdRng) {
    let mut before = Vec::new();
    for table in apply::DERIVED {
        before.push(world.dump(table).await);
    }
    let mut tx = world.store.write().await.unwrap();
    for table in apply::DERIVED {
        world.empty(&mut tx, table).await;
    }
    let mut after = 0;
    loop {
        let facts = journal::stored(&mut tx, after, rng.random_range(1..60)).await.unwrap();
        let Some(last) = facts.last() else { break };
        after = last.position as u64;
        let placed: Vec<_> = facts.iter().map(|f| f.placed().unwrap().unwrap()).collect();
        apply::apply(&mut tx, &placed).await.unwrap();
    }
    tx.commit().await.unwrap();
    for (table, before) in apply::DERIVED.iter().zip(before) {
        let after: BTreeSet<_> = world.dump(table).await.into_iter().collect();
        let before: BTreeSet<_> = before.into_iter().collect();
        let (grown, rebuilt): (Vec<_>, Vec<_>) =
            (before.difference(&after).take(5).collect(), after.difference(&before).take(5).collect());
        assert!(grown.is_empty() && rebuilt.is_empty(), "{table}: grown {grown:#?}, rebuilt {rebuilt:#?}");
    }
}

on_each! { engine, World;
    async fn after_any_history_the_phone_equals_the_scope_and_the_journal_the_tables(world) {
        // KANDAS_SEED runs one history again.
        let seed = std::env::var("KANDAS_SEED").ok().map_or(1, |s| s.parse().unwrap());
        any_history(&world, seed, 60).await;
    }

    async fn after_another_history_too(world) {
        any_history(&world, 2, 60).await;
    }

    async fn after_a_third_history_too(world) {
        any_history(&world, 3, 60).await;
    }

    async fn a_family_that_moves_brings_all_it_has_and_takes_it_away(world) {
        centre(&world).await;
        let (mut first, mut second) = (Model::new(21, 11, Kind::ALL), Model::new(22, 12, Kind::ALL));
        first.pull(&world, 3).await;
        second.pull(&world, 3).await;
        assert!(first.has_family(101) && !second.has_family(101));
        let mut closed = assignment(601, 101, 11);
        closed.to = Some("2026-11-22".parse().unwrap());
        world.append([fact(Event::AssignmentSet(closed)), fact(Event::AssignmentSet(assignment(701, 101, 12)))]).await;
        first.pull(&world, 3).await;
        second.pull(&world, 3).await;
        assert!(!first.has_family(101) && second.has_family(101));
        first.assert_equals_scope(&world, "first").await;
        second.assert_equals_scope(&world, "second").await;
        assert_eq!(second.tables.keys().filter(|(kind, _)| *kind == Kind::Activity).count(), 4);

        // The server knows what each device was ever given.
        let mut tx = world.store.read().await.unwrap();
        let given = all!(&mut tx, (DeviceId, FamilyId), "select device, family from device_scope order by device, family").await.unwrap();
        let (one, two) = (DeviceId(id(21)), DeviceId(id(22)));
        let (a, b) = (FamilyId(id(101)), FamilyId(id(102)));
        assert_eq!(given, [(one, a), (two, a), (two, b)]);
    }

    async fn a_last_day_to_come_ends_the_assignment_only_when_it_is_past(world) {
        centre(&world).await;
        let mut model = Model::new(21, 11, Kind::ALL);
        let mut ending = assignment(601, 101, 11);
        ending.to = Some("2026-11-23".parse().unwrap());
        world.append([fact(Event::AssignmentSet(ending))]).await;
        let close = async |world: &World| {
            assign::close_past(&world.store, &*world.chance, world.clock.wall()).await.unwrap()
        };
        // Until midnight in UTC+5.
        world.clock.set("2026-11-23T18:59:00Z");
        assert_eq!(close(&world).await, 0);
        model.pull(&world, 100).await;
        assert!(model.has_family(101));
        world.clock.set("2026-11-23T19:00:00Z");
        assert_eq!(close(&world).await, 1);
        assert_eq!(close(&world).await, 0);
        model.pull(&world, 100).await;
        assert!(!model.has_family(101));
        model.assert_equals_scope(&world, "after the last day").await;
    }

    async fn a_whole_centre_is_given_and_taken_back(world) {
        centre(&world).await;
        let mut model = Model::new(21, 11, Kind::ALL);
        model.pull(&world, 5).await;
        assert!(!model.has_family(102));
        let whole = |value: &str| fact(Event::SettingSet(Setting::new(format!("whole_centre:{}", OrgUnitId(id(1))), value)));
        world.append([whole("true")]).await;
        model.pull(&world, 5).await;
        assert!(model.has_family(102));
        model.assert_equals_scope(&world, "whole centre").await;
        world.append([whole("false")]).await;
        model.pull(&world, 5).await;
        assert!(!model.has_family(102));
        model.assert_equals_scope(&world, "own families").await;
        assert_eq!(model.gone_scopes, [scope::of_unit(OrgUnitId(id(1)))], "told once");
        model.pull(&world, 5).await;
        assert_eq!(model.gone_scopes.len(), 1);
    }

    async fn another_epoch_or_a_cursor_ahead_starts_over(world) {
        centre(&world).await;
        let mut model = Model::new(21, 11, Kind::ALL);
        model.pull(&world, 100).await;
        let cursor = Cursor::from_text(model.cursor.as_deref().unwrap()).unwrap();
        let mut ahead = cursor.clone();
        ahead.tracks[0].position += 1;
        model.cursor = Some(ahead.to_text());
        model.pull(&world, 4).await;
        assert_eq!(model.started_over, 1);
        let mut other = cursor.clone();
        other.epoch.0[0] ^= 1;
        model.cursor = Some(other.to_text());
        model.pull(&world, 4).await;
        assert_eq!(model.started_over, 2);
        model.assert_equals_scope(&world, "after starting over").await;

        let page = |cursor: String| {
            let store = world.store.clone();
            let now = world.clock.wall();
            async move {
                changes::page(&store, DeviceId(id(21)), UserId(id(11)), Some(&cursor), Kind::ALL, 5, now).await
            }
        };
        assert!(matches!(page("x".into()).await, Err(changes::PullError::CursorUnreadable)));
        let mut another = cursor;
        another.device = DeviceId(id(99));
        assert!(matches!(page(another.to_text()).await, Err(changes::PullError::CursorOfAnotherDevice)));
    }

    async fn who_recorded_keeps_his_records_when_the_family_goes(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let record = phone.completion(101, 401);
        phone.deliver(&intake(&world), &record).await;
        let mut closed = assignment(601, 101, 11);
        closed.to = Some(day("2026-11-22"));
        world.append([fact(Event::AssignmentSet(closed))]).await;
        let mut tx = world.store.read().await.unwrap();
        let mine = scope::Scopes { worker: Some(phone.worker), unit: None };
        let kinds = scope::rows(&mut tx, &mine).await.unwrap().iter().map(Row::kind).collect::<BTreeSet<_>>();
        assert_eq!(kinds, BTreeSet::from([Kind::OrgUnit, Kind::User, Kind::RecordState]));
    }

    async fn a_slow_writer_hides_nothing_from_a_pull(world) {
        centre(&world).await;
        let mut model = Model::new(21, 11, Kind::ALL);
        model.pull(&world, 100).await;
        // The slow one has its position but has not committed.
        let mut slow = world.store.write().await.unwrap();
        let mut moved = family(101, 1);
        moved.address = Some("slow".into());
        let facts = vec![fact(Event::FamilySet(moved))];
        let slow_at = journal::append(&mut slow, &*world.chance, world.clock.wall(), facts).await.unwrap();
        // The fast one comes later and wants to be done first.
        let fast = {
            let (store, chance, now) = (world.store.clone(), world.chance.clone(), world.clock.wall());
            tokio::spawn(async move {
                let mut tx = store.write().await.unwrap();
                let mut person = person(201, 101);
                person.phone = Some("fast".into());
                let at = journal::append(&mut tx, &*chance, now, vec![fact(Event::PersonSet(person))]).await.unwrap();
                tx.commit().await.unwrap();
                at
            })
        };
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!fast.is_finished(), "positions are given in commit order");
        model.pull(&world, 100).await;
        slow.commit().await.unwrap();
        let fast_at = fast.await.unwrap();
        assert!(slow_at < fast_at);
        model.pull(&world, 100).await;
        model.assert_equals_scope(&world, "after both").await;
        let Row::Family(row) = &model.tables[&(Kind::Family, id(101))] else { panic!("a family") };
        assert_eq!(row.address.as_deref(), Some("slow"));
    }
}

//! The central store of a seed: the real one, on its own database and folder, spoken to in process. And what happens in
//! it that no phone has asked for: families change hands, plans get a new version, days pass.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, Response},
};
use chrono::{Days, NaiveDate, TimeDelta};
use kandas_server::{
    all,
    chance::{self, Chance, SeededChance},
    config::Config,
    devices, exec,
    facts::{Event, Setting},
    jobs,
    journal::{self, Fact},
    keys::Keys,
    limits::Limits,
    router::router,
    state::AppState,
    store::Store,
};
use kandas_shared::{
    enrol::Invitation,
    ids::{ActivityId, AssignmentId, OrgUnitId, UserId},
    plan_state::ActivityState,
    pulled::{Activity, Assignment, Family, Plan, User},
    time::Clock,
};
use rand::{RngExt as _, rngs::StdRng, seq::IndexedRandom as _};
use tower::ServiceExt as _;

use super::time::{OfficeClock, Time};

/// The central store.
pub struct Office {
    pub config: Config,
    pub keys: Arc<Keys>,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    open: Mutex<Option<(AppState, Router)>>,
}

impl Office {
    pub fn new(config: Config, keys: Arc<Keys>, time: Arc<Time>, seed: u64) -> Self {
        let clock = Arc::new(OfficeClock(time));
        let chance = Arc::new(SeededChance::new(seed ^ 0x0FF1_CE00));
        Self { config, keys, clock, chance, open: Mutex::new(None) }
    }

    /// Puts the server together over the store as it is.
    pub async fn start(&self) {
        let store = Store::open(&self.config.database).await.unwrap();
        let limits = Limits {
            disk_reserve: 0,
            // Real time: how long a request waits before it takes an upload from one that stalls.
            stall: Duration::from_millis(4),
            // Small files: progress is recorded within them all the same.
            flush_bytes: 24 << 10,
            ..Limits::default()
        };
        let state = AppState::new(
            store,
            Arc::clone(&self.keys),
            Arc::clone(&self.clock),
            Arc::clone(&self.chance),
            limits,
            &self.config.media_dir(),
            &self.config.staging_dir(),
        )
        .unwrap();
        let router = router(state.clone());
        *self.open.lock().unwrap() = Some((state, router));
    }

    pub async fn stop(&self) {
        let Some((state, router)) = self.open.lock().unwrap().take() else { return };
        drop(router);
        state.media.stop().await;
        state.store.close().await;
    }

    pub fn state(&self) -> AppState {
        self.open.lock().unwrap().as_ref().unwrap().0.clone()
    }

    pub fn store(&self) -> Store {
        self.state().store.clone()
    }

    /// Hands a request to the router.
    pub async fn serve(&self, mut request: Request<Body>) -> Response<Body> {
        let router = self.open.lock().unwrap().as_ref().unwrap().1.clone();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4_000))));
        match router.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    /// What a QR says to a phone of `login`.
    pub async fn invite(&self, login: &str) -> Invitation {
        let mut tx = self.store().write().await.unwrap();
        let (now, valid) = (self.clock.wall(), TimeDelta::days(3));
        let code = devices::make_code(&mut tx, now, &*self.chance, login, valid, None).await.unwrap();
        tx.commit().await.unwrap();
        devices::invitation(&self.config, &self.keys, code, now)
    }

    /// The regular work: what has run out goes.
    pub async fn round(&self) {
        let state = self.state();
        jobs::round(&state).await;
        jobs::hour(&state).await;
    }

    /// All tokens are forgotten, as when a store was moved without them.
    pub async fn forget_tokens(&self) {
        let mut tx = self.store().write().await.unwrap();
        exec!(&mut tx, "delete from token").await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Size of the journal.
    pub async fn size(&self) -> u64 {
        let mut tx = self.store().read().await.unwrap();
        journal::head(&mut tx).await.unwrap().size
    }

    /// Something changes at the centre; says what.
    pub async fn change(&self, rng: &mut StdRng, workers: &[UserId]) -> &'static str {
        let (what, events) = match rng.random_range(0..10) {
            0..=3 => ("a family changes hands", self.hand_over(rng, workers).await),
            4..=6 => ("a plan gets a new version", self.replan(rng).await),
            7 => ("a family moves house", self.move_house(rng).await),
            8 => ("a unit's phones hold all its families, or no longer", self.whole_centre(rng).await),
            _ => ("a worker is called otherwise", self.rename(rng, workers).await),
        };
        let mut tx = self.store().write().await.unwrap();
        let facts = events.into_iter().map(fact).collect();
        journal::append(&mut tx, &*self.chance, self.clock.wall(), facts).await.unwrap();
        tx.commit().await.unwrap();
        what
    }

    /// One to whom a family is given no longer has it, another one has.
    async fn hand_over(&self, rng: &mut StdRng, workers: &[UserId]) -> Vec<Event> {
        let mut tx = self.store().read().await.unwrap();
        let sql = "select id, family, worker, from_day as \"from\", to_day as \"to\" from assignment
            where is_open order by id";
        let open = all!(&mut tx, Assignment, sql).await.unwrap();
        let Some(old) = open.choose(rng) else { return Vec::new() };
        let next = *workers.choose(rng).unwrap();
        let ended = Assignment { to: self.today().checked_sub_days(Days::new(1)), ..old.clone() };
        let id = AssignmentId::draw(self.clock.wall(), chance::bytes(&*self.chance));
        let begun = Assignment { id, family: old.family, worker: next, from: self.today(), to: None };
        let mut events = vec![Event::AssignmentSet(ended), Event::AssignmentSet(begun)];
        // Sometimes the new one is entered first.
        if rng.random_bool(0.3) {
            events.reverse();
        }
        events
    }

    /// A newer version cancels an activity, moves another and brings a new one.
    async fn replan(&self, rng: &mut StdRng) -> Vec<Event> {
        let mut tx = self.store().read().await.unwrap();
        let sql = "select id, family, version, state, published_on from plan order by id";
        let plans = all!(&mut tx, Plan, sql).await.unwrap();
        let plan = plans.choose(rng).unwrap();
        let sql = "select id, plan, family, person, service, planned_on, due_on, state, record, done_on
            from activity where plan = $1 order by id";
        let activities = all!(&mut tx, Activity, sql, plan.id).await.unwrap();
        let mut events = vec![Event::PlanSet(Plan { version: plan.version + 1, ..plan.clone() })];
        let open: Vec<_> = activities.iter().filter(|a| a.state == ActivityState::Planned).collect();
        if let Some(gone) = open.choose(rng)
            && rng.random_bool(0.6)
        {
            events.push(Event::ActivitySet(Activity { state: ActivityState::Cancelled, ..(*gone).clone() }));
        }
        if let Some(like) = activities.choose(rng) {
            let id = ActivityId::draw(self.clock.wall(), chance::bytes(&*self.chance));
            let due_on = self.today().checked_add_days(Days::new(rng.random_range(1..90)));
            let state = ActivityState::Planned;
            events.push(Event::ActivitySet(Activity {
                id,
                due_on,
                state,
                record: None,
                done_on: None,
                ..like.clone()
            }));
        }
        events
    }

    async fn move_house(&self, rng: &mut StdRng) -> Vec<Event> {
        let mut tx = self.store().read().await.unwrap();
        let sql =
            "select id, org_unit, settlement_kato, settlement_name, rural, quota_date, arrived_on, address,
            phone, latitude, longitude from family order by id";
        let families = all!(&mut tx, Family, sql).await.unwrap();
        let address = Some(format!("Сынамалы көшесі, {}", rng.random_range(1..500)));
        vec![Event::FamilySet(Family { address, ..families.choose(rng).unwrap().clone() })]
    }

    async fn whole_centre(&self, rng: &mut StdRng) -> Vec<Event> {
        let mut tx = self.store().read().await.unwrap();
        let units = all!(
            &mut tx,
            (OrgUnitId, bool),
            "select id, whole_centre from org_unit where kind = 'cc' order by id"
        )
        .await
        .unwrap();
        let (unit, whole) = units.choose(rng).unwrap();
        let (name, value) = (format!("whole_centre:{unit}"), (!whole).to_string());
        vec![Event::SettingSet(Setting::new(name, value))]
    }

    async fn rename(&self, rng: &mut StdRng, workers: &[UserId]) -> Vec<Event> {
        let mut tx = self.store().read().await.unwrap();
        let sql = "select id, org_unit, login, role, name, language, active from app_user where id = $1";
        let user = all!(&mut tx, User, sql, *workers.choose(rng).unwrap()).await.unwrap().remove(0);
        vec![Event::UserSet(User {
            name: format!("ТЕСТОВ ТЕСТ {}", rng.random_range(1..500)), ..user
        })]
    }

    /// The civil day by which the centre counts.
    pub fn today(&self) -> NaiveDate {
        (self.clock.wall() + TimeDelta::hours(5)).date_naive()
    }
}

fn fact(event: Event) -> Fact {
    let family = match &event {
        Event::FamilySet(family) => Some(family.id),
        Event::AssignmentSet(assignment) => Some(assignment.family),
        Event::PlanSet(plan) => Some(plan.family),
        Event::ActivitySet(activity) => Some(activity.family),
        _ => None,
    };
    Fact { family, ..Fact::by_system(event) }
}

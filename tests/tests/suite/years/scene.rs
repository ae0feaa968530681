//! A career centre over years: the real server spoken to in process, its people by what their browsers would send, one
//! phone core, and a clock that passes only when it is told to.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{Method, Request, StatusCode},
};
use chrono::{NaiveDate, TimeDelta};
use kandas_app::{
    app::App,
    capture::Attached,
    draft::{DraftId, NewDraft},
    ledger::LedgerState,
    platform::{FixedLink, LinkKind, Platform},
    seal::{SealedRecord, Sealing},
    store::draft::Change,
    sync::{self, Mode, Options, enrol::enrol_over, progress::Silent},
};
use kandas_fixtures::{
    district::{self, District, Outline},
    media::{Photo, Position as Spot, Scene as Picture},
    pg::{Database, fresh_database},
};
use kandas_server::{
    chance::{Chance, SystemChance, bytes},
    config::Config,
    devices, exec,
    facts::{Event, Setting},
    findings::work::Work,
    import::import,
    init::init,
    jobs,
    journal::{self, Fact},
    keys::Keys,
    limits::Limits,
    office::{
        self,
        session::{self, Stage},
    },
    one, rebuild,
    router::router,
    state::AppState,
    store::Store,
    users::{self, NewUser},
    verify::{Media, verify},
};
use kandas_shared::{
    evidence::{EvidenceKind, Position, PositionSource, Source},
    ids::{ActivityId, FamilyId, OrgUnitId, PersonId, RecordId},
    locale::Lang,
    pulled::{Family, OrgKind, OrgUnit, Role, User},
    record::{Act, ConsentState},
    rule::{Missing, NoVideoReason},
    time::Clock,
};
use kandas_tests::month::{
    config,
    time::{CentreClock, PhoneClock, Time, civil},
    way::Way,
};
use serde_json::Value;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::{centre::Engine, worker::IDLE};

pub const PASSWORD: &str = "тоғыз жолдың торабы";
/// Found again wherever it lies.
pub const NAME: &str = "БЕСЖЫЛДЫҚ";
/// Where both families live.
const VILLAGE: (&str, &str, Spot) = ("559133100", "Үлгі ауылы", Spot { latitude: 52.12, longitude: 77.21 });
pub const OKRUG: &str = "559133000";

/// Who has to do with the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    Worker,
    Director,
    /// Head of the mobility centre.
    Head,
    Mobility,
    /// Local executive body of the region, and of the district.
    Body,
    RaionBody,
    AkimRaion,
    AkimOkrug,
    Expert,
    Authority,
}

/// What somebody's browser has.
#[derive(Clone)]
struct Seat {
    token: String,
    csrf: String,
}

/// An answer of the server.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Bytes,
    asked: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        let read = serde_json::from_slice(&self.body);
        read.unwrap_or_else(|_| panic!("{}: {} {:?}", self.asked, self.status, self.body))
    }

    /// What it says; it has to be well.
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{}: {} {:?}", self.asked, self.status, self.body);
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// The code of the problem; empty where there is none.
    pub fn code(&self) -> String {
        if self.status.is_success() {
            return String::new();
        }
        self.json()["code"].as_str().unwrap().to_owned()
    }
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub struct Scene {
    pub state: AppState,
    pub config: Config,
    pub family: FamilyId,
    /// The family that will leave.
    pub leaving: FamilyId,
    /// Head, wife, a child of school age, a child of the kindergarten.
    pub persons: Vec<PersonId>,
    pub unit: OrgUnitId,
    pub above: OrgUnitId,
    pub phone: Phone,
    people: HashMap<Who, User>,
    seats: HashMap<Who, Seat>,
    time: Arc<Time>,
    router: Router,
    way: Way,
    work: Work,
    outline: Outline,
    _database: Option<Database>,
    folder: tempfile::TempDir,
}

impl Scene {
    /// The morning of `first`: a centre with its people, and a family that nobody has made a plan for.
    pub async fn open(engine: Engine, first: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(tokio::task::spawn_blocking(fresh_database).await.unwrap().unwrap()),
        };
        let url = database.as_ref().map(|database| database.url().to_owned());
        let public = Some("https://127.0.0.1:8443".to_owned());
        let config = config(&folder.path().join("centre"), url, public).unwrap();
        let time = Time::at(civil(day(first), 7, 30));
        let clock: Arc<dyn Clock> = Arc::new(CentreClock(Arc::clone(&time)));
        let chance: Arc<dyn Chance> = Arc::new(SystemChance);
        let recovery = folder.path().join("recovery.key");
        init(&config, &[], &recovery, clock.wall(), &*chance).await.unwrap();
        let keys = Arc::new(Keys::open(&config.keys_dir()).unwrap());
        let store = Store::open(&config.database).await.unwrap();
        let outline =
            Outline { families: 0, workers: 1, centres: 1, today: day(first), ..Outline::default() };
        let (mut district, family) = (outline.district(), FamilyId::draw(clock.wall(), bytes(&*chance)));
        let persons = move_in(&mut district, family, day(first), clock.as_ref(), &*chance);
        import(&store, &district.to_json(), clock.wall(), &*chance, false, &mut |_, _| {}).await.unwrap();
        let state = AppState::new(
            store.clone(),
            Arc::clone(&keys),
            Arc::clone(&clock),
            Arc::clone(&chance),
            Limits { disk_reserve: 0, ..Limits::default() },
            &config.media_dir(),
            &config.staging_dir(),
        )
        .unwrap();
        state.config.get_or_init(|| config.clone());
        let router = router(state.clone());
        let unit =
            |kind: &str| OrgUnitId(district.org_units.iter().find(|unit| unit.kind == kind).unwrap().id);
        let phone = Phone::new(folder.path(), &time).await;
        let mut scene = Self {
            family,
            leaving: FamilyId(Uuid::nil()),
            persons,
            unit: unit("cc"),
            above: unit("ctm"),
            phone,
            people: HashMap::new(),
            seats: HashMap::new(),
            work: Work::new(store, chance, clock, state.objects.clone()),
            way: Way(router.clone()),
            router,
            time,
            outline,
            state,
            config,
            _database: database,
            folder,
        };
        scene.gather(&district).await;
        scene.enrol(&keys, &district).await;
        scene
    }

    /// Everybody who has to do with it; those of the district are there already.
    async fn gather(&mut self, district: &District) {
        let state = self.state.clone();
        let chance = &*state.chance;
        let now = state.clock.wall();
        let unit = |kind, kato: &str, name: &str| OrgUnit {
            id: OrgUnitId::draw(now, bytes(chance)),
            parent: None,
            kind,
            kato: kato.into(),
            name_kk: format!("Сынамалы {name}"),
            name_ru: format!("Тестовый орган {name}"),
        };
        let raion = unit(OrgKind::Mio, "559100000", "ауданы");
        let okrug = unit(OrgKind::Mio, OKRUG, "ауылдық округі");
        let experts = unit(OrgKind::Crtr, "000000000", "даму орталығы");
        let authority = unit(OrgKind::Auth, "000000000", "уәкілетті орган");
        let new = [&raion, &okrug, &experts, &authority];
        self.append(new.map(|unit| Event::OrgUnitSet(unit.clone()))).await;
        let added = [
            (Who::RaionBody, Role::MioSetHead, raion.id),
            (Who::AkimRaion, Role::AkimRaion, raion.id),
            (Who::AkimOkrug, Role::AkimOkrug, okrug.id),
            (Who::Expert, Role::Crtr, experts.id),
            (Who::Authority, Role::Auth, authority.id),
        ];
        for (who, role, org_unit) in added {
            let (login, name) = (format!("test.{role}.{org_unit}"), format!("СЫНАҚОВ {role}"));
            let new = NewUser { login, name, role, org_unit, language: Lang::Kk };
            let mut tx = state.store.write().await.unwrap();
            let user = users::add(&mut tx, now, chance, new, None).await.unwrap();
            tx.commit().await.unwrap();
            self.people.insert(who, user);
        }
        let known = [
            (Who::Worker, "cc_set"),
            (Who::Director, "cc_dir"),
            (Who::Head, "ctm_set_head"),
            (Who::Mobility, "ctm_set"),
            (Who::Body, "mio_set_head"),
        ];
        for (who, role) in known {
            let login = &district.users.iter().find(|user| user.role == role).unwrap().login;
            let mut tx = state.store.read().await.unwrap();
            self.people.insert(who, users::find(&mut tx, login).await.unwrap());
        }
        for who in [Who::Director, Who::Head, Who::AkimRaion, Who::AkimOkrug, Who::Expert] {
            office::set_password(&state.store, now, chance, &self.people[&who], PASSWORD).await.unwrap();
        }
    }

    async fn enrol(&self, keys: &Keys, district: &District) {
        let login = &district.workers().next().unwrap().login;
        let (now, valid) = (self.state.clock.wall(), TimeDelta::days(3));
        let mut tx = self.state.store.write().await.unwrap();
        let chance = &*self.state.chance;
        let code = devices::make_code(&mut tx, now, chance, login, valid, None).await.unwrap();
        tx.commit().await.unwrap();
        let invitation = devices::invitation(&self.config, keys, code, now);
        enrol_over(&self.way, &self.phone.app, &invitation.into(), IDLE).await.unwrap();
        self.sync().await;
    }

    /// At noon of a later day everybody signs in anew, and the server has done what it does by itself.
    pub async fn on(&mut self, date: &str) {
        let noon = civil(day(date), 12, 0);
        assert!(noon > self.time.now(), "{date} has passed");
        self.time.reach(noon);
        self.seats.clear();
        self.rest().await;
    }

    /// What the server does by itself.
    async fn rest(&mut self) {
        self.work.all().await.unwrap();
        jobs::round(&self.state).await;
        jobs::hour(&self.state).await;
    }

    pub fn user(&self, who: Who) -> &User {
        &self.people[&who]
    }

    async fn seat(&mut self, who: Who) -> Seat {
        if let Some(seat) = self.seats.get(&who) {
            return seat.clone();
        }
        let now = self.state.clock.wall();
        let mut tx = self.state.store.write().await.unwrap();
        let user = self.people[&who].clone();
        let (token, session) =
            session::open(&self.state, &mut tx, user, Stage::Full, false, now).await.unwrap();
        tx.commit().await.unwrap();
        let seat = Seat { token, csrf: session.csrf };
        self.seats.insert(who, seat.clone());
        seat
    }

    async fn ask(&mut self, who: Who, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let seat = self.seat(who).await;
        let mut request = Request::builder().method(&method).uri(path);
        request = request.header("cookie", format!("__Host-kandas={}", seat.token));
        request = request.header("kandas-csrf", &seat.csrf);
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let sent = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = self.router.clone().oneshot(request.body(sent).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 16 << 20).await.unwrap();
        Answer { status: parts.status, body, asked: format!("{who:?} {method} {path}") }
    }

    pub async fn get(&mut self, who: Who, path: &str) -> Value {
        self.ask(who, Method::GET, path, None).await.ok()
    }

    pub async fn look(&mut self, who: Who, path: &str) -> Answer {
        self.ask(who, Method::GET, path, None).await
    }

    /// Does something that has to go well.
    pub async fn post(&mut self, who: Who, path: &str, body: Value) -> Value {
        self.attempt(who, path, body).await.ok()
    }

    /// Tries something.
    pub async fn attempt(&mut self, who: Who, path: &str, body: Value) -> Answer {
        let body = (!body.is_null()).then_some(body);
        self.ask(who, Method::POST, path, body.as_ref()).await
    }

    pub async fn put(&mut self, who: Who, path: &str, body: Value) -> Value {
        self.ask(who, Method::PUT, path, Some(&body)).await.ok()
    }

    /// Facts of the office.
    async fn append(&self, events: impl IntoIterator<Item = Event>) {
        let mut tx = self.state.store.write().await.unwrap();
        let facts = events.into_iter().map(|event| {
            let family = match &event {
                Event::FamilySet(family) => Some(family.id),
                _ => None,
            };
            Fact { family, ..Fact::by_system(event) }
        });
        let (facts, now) = (facts.collect(), self.state.clock.wall());
        journal::append(&mut tx, &*self.state.chance, now, facts).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A term of a service from a day on, in working days after the inclusion in the quota.
    pub async fn term(&self, service: &str, from: &str, days: u32) {
        let setting = Setting::new(format!("term.{service}.{from}"), days.to_string());
        self.append([Event::SettingSet(setting)]).await;
    }

    /// What is known of the family changes.
    pub async fn settled(&self, change: impl FnOnce(&mut Family)) {
        let sql = "select id, org_unit, settlement_kato, settlement_name, rural, quota_date, arrived_on, address, phone,
            latitude, longitude from family where id = $1";
        let mut tx = self.state.store.read().await.unwrap();
        let mut family = one!(&mut tx, Family, sql, self.family).await.unwrap();
        drop(tx);
        change(&mut family);
        self.append([Event::FamilySet(family)]).await;
    }

    /// Another family comes, with a plan of two services, and is included in the quota a few days before.
    pub async fn another_family(&mut self, quota: &str, arrived: &str) {
        let outline = Outline { families: 1, today: day(arrived), ..self.outline };
        let mut district = outline.district();
        let family = &mut district.families[0];
        (family.quota_date, family.arrived_on) = (Some(day(quota)), Some(day(arrived)));
        live_in_the_village(family);
        for activity in &mut district.plans[0].activities {
            (activity.planned_on, activity.due_on) = (None, None);
        }
        district.plans[0].activities.retain(|activity| ["S01", "S25"].contains(&activity.service.as_str()));
        self.leaving = FamilyId(district.families[0].id);
        let (text, now) = (district.to_json(), self.state.clock.wall());
        import(&self.state.store, &text, now, &*self.state.chance, false, &mut |_, _| {}).await.unwrap();
    }

    /// Everything goes from the phone, and everything new comes.
    pub async fn sync(&self) {
        let options = Options { mode: Mode::Once, idle: IDLE, ..Options::default() };
        for _ in 0..6 {
            if sync::run_over(&self.way, &self.phone.app, &options, &Silent).await.unwrap().done {
                return;
            }
        }
        panic!("never done: {:#?}", self.phone.app.ledger().await.unwrap());
    }

    /// The director accepts every record that waits.
    pub async fn check_all(&mut self) -> usize {
        let sql = "select record from record where check_state = 'unchecked' and verdict = 'accepted'
            and not superseded order by position";
        let mut tx = self.state.store.read().await.unwrap();
        let waiting = kandas_server::all!(&mut tx, (RecordId,), sql).await.unwrap();
        drop(tx);
        for (record,) in &waiting {
            let path = format!("/api/records/{record}/check");
            self.post(Who::Director, &path, serde_json::json!({"state": "accepted"})).await;
        }
        waiting.len()
    }

    /// A number out of the tables.
    pub async fn count(&self, sql: &'static str) -> i64 {
        let mut tx = self.state.store.read().await.unwrap();
        one!(&mut tx, (i64,), sql).await.unwrap().0
    }

    /// Nothing is wrong with the store, down to the bytes of every file, and its tables are what the journal says.
    pub async fn assert_sound(&self) {
        let store = &self.state.store;
        let report = verify(&self.config, store, Media::Hashes, &mut |_, _, _| {}).await.unwrap();
        assert!(report.is_sound(), "{:#?}", report.faults);
        let compared = rebuild::compare(store, &mut |_, _| {}).await.unwrap();
        assert_eq!(compared.differences, []);
    }

    /// A rebuild puts back what somebody has taken out of the tables.
    pub async fn assert_rebuilt(&self, table: &'static str, emptied: &'static str) {
        let before = self.count(table).await;
        assert!(before > 0, "{table}");
        let mut tx = self.state.store.write().await.unwrap();
        exec!(&mut tx, emptied).await.unwrap();
        tx.commit().await.unwrap();
        let rebuilt = rebuild::rebuild(&self.state.store, &mut |_, _| {}).await.unwrap();
        assert!(!rebuilt.differences.is_empty(), "nobody noticed that something is missing");
        assert_eq!(self.count(table).await, before);
    }

    /// Files of the server's folder with these bytes in them.
    pub fn traces(&self, of: &str) -> Vec<PathBuf> {
        let (mut found, mut folders) = (Vec::new(), vec![self.config.data.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if std::fs::read(&path)
                    .is_ok_and(|bytes| bytes.windows(of.len()).any(|window| window == of.as_bytes()))
                {
                    found.push(path);
                }
            }
        }
        found
    }

    /// Stops in order.
    pub async fn close(self) {
        self.phone.app.close().await;
        self.state.media.stop().await;
        self.state.store.close().await;
        drop(self.folder);
    }
}

fn live_in_the_village(family: &mut district::Family) {
    let (kato, name, spot) = VILLAGE;
    (family.settlement_kato, family.settlement_name, family.rural) = (kato.into(), name.into(), true);
    (family.latitude, family.longitude) = (Some(spot.latitude), Some(spot.longitude));
}

/// A family of four, not in the quota yet, without a plan; one consent of each adult is missing.
fn move_in(
    district: &mut District,
    id: FamilyId,
    today: NaiveDate,
    clock: &dyn Clock,
    chance: &dyn Chance,
) -> Vec<PersonId> {
    let unit = district.org_units.iter().find(|unit| unit.kind == "cc").unwrap().id;
    let mut family = district::Family {
        id: id.0,
        org_unit: unit,
        settlement_kato: String::new(),
        settlement_name: String::new(),
        rural: true,
        quota_date: None,
        arrived_on: None,
        address: Some("Сынамалы көшесі, 5".into()),
        phone: None,
        latitude: None,
        longitude: None,
    };
    live_in_the_village(&mut family);
    district.families.push(family);
    let members = [
        ("head", "1985-03-08", "m", "850308300017"),
        ("spouse", "1988-10-11", "f", "881011400024"),
        ("child", "2014-05-01", "m", "140501500031"),
        ("child", "2020-02-02", "f", "200202600048"),
    ];
    let mut persons = Vec::new();
    for (nr, (relation, born, sex, digits)) in members.into_iter().enumerate() {
        let person = PersonId::draw(clock.wall(), bytes(chance));
        persons.push(person);
        district.persons.push(district::Person {
            id: person.0,
            family: id.0,
            surname: Some(NAME.into()),
            given_name: format!("СЫНАҚ {}", nr + 1),
            patronymic: None,
            latin_name: None,
            iin: Some(checked(digits)),
            birth_date: Some(day(born)),
            sex: Some(sex.into()),
            relation: relation.into(),
            phone: None,
        });
    }
    let worker = district.workers().next().unwrap().id;
    district.assignments.push(district::Assignment {
        id: PersonId::draw(clock.wall(), bytes(chance)).0,
        family: id.0,
        worker,
        from: today,
        to: None,
    });
    persons
}

/// A made-up number with the digit that belongs to it, or the next one that has such a digit.
fn checked(digits: &str) -> String {
    let first: u64 = digits.parse().unwrap();
    let mut tried = (first..first + 100).map(|number| format!("{number:012}"));
    tried.find(|digits| kandas_shared::iin::Iin::parse(digits).is_ok()).unwrap()
}

/// A worker's phone: the real core.
pub struct Phone {
    pub app: App,
    time: Arc<Time>,
    camera: PathBuf,
    shots: u64,
}

impl Phone {
    async fn new(folder: &Path, time: &Arc<Time>) -> Self {
        let (home, camera) = (folder.join("phone"), folder.join("camera"));
        for folder in [&home, &camera] {
            std::fs::create_dir_all(folder).unwrap();
        }
        let platform = Platform {
            clock: PhoneClock::new(time, "phone".into()),
            link: Arc::new(FixedLink(LinkKind::Unmetered)),
            ..Platform::system(&home)
        };
        let app = App::open(&home, platform).await.unwrap();
        Self { app, time: Arc::clone(time), camera, shots: 0 }
    }

    /// A service was given, to one or, in one photo, to several.
    pub async fn complete(&mut self, activities: &[ActivityId], on: &str) -> Vec<SealedRecord> {
        self.time.pass(TimeDelta::minutes(5));
        let draft = NewDraft::Completion { activities: activities.to_vec() };
        let draft = self.app.open_draft(draft).await.unwrap();
        self.gather(draft).await;
        self.seal(draft, on).await
    }

    /// A monitoring visit (§42), with what was said there.
    pub async fn visit(&mut self, family: FamilyId, on: &str, problems: &[&str]) -> RecordId {
        self.time.pass(TimeDelta::minutes(5));
        let draft = NewDraft::Act { family, act: Act::MonitoringVisit, person: None };
        let draft = self.app.open_draft(draft).await.unwrap();
        let mut details = serde_json::Map::new();
        if !problems.is_empty() {
            details.insert("problems".into(), serde_json::json!(problems));
        }
        self.app.save(draft, Change::Topics(vec!["housing".into(), "work".into()])).await.unwrap();
        self.app.save(draft, Change::Details(details)).await.unwrap();
        self.gather(draft).await;
        self.seal(draft, on).await[0].record
    }

    /// What came back is photographed again.
    pub async fn answer(&mut self, returned: RecordId, on: &str) -> RecordId {
        let draft = self.app.draft_correction(returned, "Қайта түсірілді").await.unwrap();
        self.attach(draft, EvidenceKind::Photo).await;
        self.gather(draft).await;
        self.seal(draft, on).await[0].record
    }

    /// Everything that is asked for.
    async fn gather(&mut self, draft: DraftId) {
        let place = Position {
            lat: VILLAGE.2.latitude,
            lon: VILLAGE.2.longitude,
            accuracy_m: 8.0,
            fix_at: None,
            source: PositionSource::Satellite,
            mock: false,
            fix_boot_ms: None,
            altitude_m: None,
        };
        self.app.save(draft, Change::Position(Some(place))).await.unwrap();
        for known in self.app.consents(draft).await.unwrap() {
            if !known.is_asked() {
                let basis = Some("Сынақ келісімі");
                self.app.set_consent(draft, known.person, ConsentState::Given, basis).await.unwrap();
            }
        }
        for _ in 0..8 {
            let Some(missing) = self.app.missing(draft).await.unwrap().first().copied() else { return };
            match missing {
                Missing::Photo => self.attach(draft, EvidenceKind::Photo).await,
                Missing::Acknowledgement => self.attach(draft, EvidenceKind::Signature).await,
                Missing::Document => self.attach(draft, EvidenceKind::Document).await,
                Missing::VideoOrReason => {
                    let why = Change::NoVideo(Some(NoVideoReason::NothingToFilm));
                    self.app.save(draft, why).await.unwrap();
                }
                Missing::PaperNumber => {
                    let today = (self.time.now() + TimeDelta::hours(5)).date_naive();
                    self.app.save(draft, Change::PaperNumber(Some("17-4".into()))).await.unwrap();
                    self.app.save(draft, Change::PaperDate(Some(today))).await.unwrap();
                }
                other => panic!("this story knows nothing of {other:?}"),
            }
        }
        panic!("something is missing still: {:?}", self.app.missing(draft).await.unwrap());
    }

    async fn attach(&mut self, draft: DraftId, kind: EvidenceKind) {
        self.shots += 1;
        let zone = chrono::FixedOffset::east_opt(5 * 3_600).unwrap();
        let photo = Photo {
            scene: if kind == EvidenceKind::Photo { Picture::Home } else { Picture::Paper },
            taken_at: Some(self.time.now().with_timezone(&zone)),
            position: Some(VILLAGE.2),
            ..Photo::new(9_000 + self.shots * 17, 640)
        };
        let path = self.camera.join(format!("IMG_{:04}.jpg", self.shots));
        std::fs::write(&path, photo.jpeg().unwrap()).unwrap();
        let attached = self.app.attach(draft, &path, Some(kind), Source::Captured).await.unwrap();
        assert!(matches!(attached, Attached::Kept { .. }), "{attached:?}");
    }

    async fn seal(&self, draft: DraftId, on: &str) -> Vec<SealedRecord> {
        match self.app.seal(draft, day(on)).await.unwrap() {
            // What was said of consent is sealed before it.
            Sealing::Sealed { records } => {
                records.into_iter().filter(|record| record.statement != "consent").collect()
            }
            other => panic!("{other:?}"),
        }
    }

    /// Everything that was recorded lies in the custody of the centre.
    pub async fn assert_delivered(&self) {
        for item in self.app.ledger().await.unwrap() {
            assert_eq!(item.state, LedgerState::Delivered, "{item:#?}");
        }
    }

    /// What this phone knows of a family, by person and service.
    pub async fn activities(&self, family: FamilyId) -> HashMap<(PersonId, String), ActivityId> {
        let view = self.app.family(family).await.unwrap();
        view.activities.into_iter().map(|of| ((of.person, of.service.to_string()), of.id)).collect()
    }

    pub async fn families(&self) -> Vec<FamilyId> {
        self.app.families().await.unwrap().families.iter().map(|family| family.id).collect()
    }
}

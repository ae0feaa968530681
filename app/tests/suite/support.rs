//! What every test starts from: a phone in a temporary home, a clock that stands still, seeded chance, one family.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kandas_app::{
    app::App,
    platform::{Chance, FileKeystore, FixedLink, LinkKind, Platform, PlatformError, Space},
    store::{
        home,
        pulled::{self, Gathered},
    },
};
use kandas_shared::{
    cursor::Kind,
    ids::{ActivityId, ConsentId, DeviceId, FamilyId, OrgUnitId, PersonId, PlanId, UserId},
    plan_state::{ActivityState, PlanState},
    pulled::{Activity, Consent, Family, Person, Plan, Relation, Row},
    record::ConsentState,
    service::ServiceCode,
    time::Clock,
    wire::PullEnd,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use tempfile::TempDir;
use uuid::Uuid;

/// A clock that moves only when told.
pub struct ManualClock {
    now: Mutex<(DateTime<Utc>, String, u64)>,
}

impl ManualClock {
    pub fn at(text: &str) -> Arc<Self> {
        Arc::new(Self { now: Mutex::new((text.parse().unwrap(), "boot-1".into(), 60_000)) })
    }
    pub fn advance(&self, by: TimeDelta) {
        let mut now = self.now.lock().unwrap();
        now.0 += by;
        now.2 += by.num_milliseconds().unsigned_abs();
    }
    pub fn set_wall(&self, text: &str) {
        self.now.lock().unwrap().0 = text.parse().unwrap();
    }
    pub fn reboot(&self, boot: &str) {
        let mut now = self.now.lock().unwrap();
        (now.1, now.2) = (boot.into(), 1_000);
    }
}

impl Clock for ManualClock {
    fn wall(&self) -> DateTime<Utc> {
        self.now.lock().unwrap().0
    }
    fn boot(&self) -> (String, u64) {
        let now = self.now.lock().unwrap();
        (now.1.clone(), now.2)
    }
    fn offset_s(&self) -> i32 {
        18_000
    }
}

/// The same bytes for the same seed.
pub struct SeededChance(Mutex<StdRng>);

impl SeededChance {
    pub fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self(Mutex::new(StdRng::seed_from_u64(seed))))
    }
}

impl Chance for SeededChance {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap().fill_bytes(bytes);
    }
}

/// A disk with as much room as the test says.
pub struct Room(pub AtomicU64);

impl Space for Room {
    fn free(&self, _folder: &Path) -> Result<u64, PlatformError> {
        Ok(self.0.load(Ordering::SeqCst))
    }
}

/// A phone in a temporary home.
pub struct Phone {
    pub home: TempDir,
    pub clock: Arc<ManualClock>,
    pub chance: Arc<SeededChance>,
    pub room: Arc<Room>,
}

impl Phone {
    pub fn new(seed: u64) -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            clock: ManualClock::at("2026-11-23T04:00:00Z"),
            chance: SeededChance::new(seed),
            room: Arc::new(Room(AtomicU64::new(64 << 30))),
        }
    }

    pub fn platform(&self) -> Platform {
        Platform {
            clock: self.clock.clone(),
            chance: self.chance.clone(),
            space: self.room.clone(),
            link: Arc::new(FixedLink(LinkKind::Unmetered)),
            keystore: Arc::new(FileKeystore::new(self.home.path(), self.chance.clone())),
            name: "test".into(),
        }
    }

    pub fn clock_wall(&self) -> DateTime<Utc> {
        self.clock.wall()
    }

    pub async fn open(&self) -> App {
        App::open(self.home.path(), self.platform()).await.unwrap()
    }

    /// Opens a home that knows its device, its worker and one family.
    pub async fn enrolled(&self) -> (App, World) {
        let app = self.open().await;
        let world = World::new();
        let mut tx = app.store().begin().await.unwrap();
        home::set(&mut tx, home::DEVICE, world.device).await.unwrap();
        home::set(&mut tx, home::WORKER, world.worker).await.unwrap();
        tx.commit().await.unwrap();
        pull(&app, &world.rows(), &[]).await;
        (app, world)
    }
}

/// Device, worker and a family of four with a plan; fixed ids.
#[derive(Clone)]
pub struct World {
    pub device: DeviceId,
    pub worker: UserId,
    pub family: FamilyId,
    pub head: PersonId,
    pub spouse: PersonId,
    pub child: PersonId,
    /// An adult of whom nobody knows a consent.
    pub parent: PersonId,
    pub activities: Vec<(ActivityId, PersonId, ServiceCode)>,
}

pub fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | number)
}

impl World {
    pub fn new() -> Self {
        let (head, spouse, child, parent) =
            (PersonId(uuid(31)), PersonId(uuid(32)), PersonId(uuid(33)), PersonId(uuid(34)));
        let mut activities = Vec::new();
        for (person, codes) in [
            (
                head,
                vec![
                    ServiceCode::S01,
                    ServiceCode::S03,
                    ServiceCode::S07,
                    ServiceCode::S18,
                    ServiceCode::S21,
                ],
            ),
            (spouse, vec![ServiceCode::S07, ServiceCode::S11, ServiceCode::S21]),
            (child, vec![ServiceCode::S07, ServiceCode::S09]),
            (parent, vec![ServiceCode::S07]),
        ] {
            for code in codes {
                activities.push((ActivityId(uuid(100 + activities.len() as u128)), person, code));
            }
        }
        Self {
            device: DeviceId(uuid(1)),
            worker: UserId(uuid(2)),
            family: FamilyId(uuid(10)),
            head,
            spouse,
            child,
            parent,
            activities,
        }
    }

    pub fn activity(&self, person: PersonId, service: ServiceCode) -> ActivityId {
        self.activities.iter().find(|(_, p, s)| *p == person && *s == service).unwrap().0
    }

    pub fn rows(&self) -> Vec<Row> {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d);
        let person = |id, name: &str, relation, birth_date| {
            Row::Person(Person {
                id,
                family: self.family,
                surname: Some("ТЕСТОВ".into()),
                given_name: name.into(),
                patronymic: None,
                latin_name: None,
                iin: None,
                birth_date,
                sex: None,
                relation,
                phone: None,
            })
        };
        let consent = |number, person| {
            Row::Consent(Consent {
                id: ConsentId(uuid(number)),
                person,
                state: ConsentState::Given,
                given_on: day(2026, 9, 1),
                basis: Some("ТЕСТ".into()),
            })
        };
        let mut rows = vec![
            Row::Family(Family {
                id: self.family,
                org_unit: OrgUnitId(uuid(3)),
                settlement_kato: "551010000".into(),
                settlement_name: "ТЕСТ".into(),
                rural: true,
                quota_date: None,
                arrived_on: day(2026, 9, 1),
                address: None,
                phone: None,
                latitude: Some(52.3),
                longitude: Some(76.9),
            }),
            person(self.head, "ТЕСТ", Relation::Head, day(1985, 1, 1)),
            person(self.spouse, "ТЕСТА", Relation::Spouse, day(1987, 1, 1)),
            person(self.child, "ТЕСТИК", Relation::Child, day(2016, 1, 1)),
            person(self.parent, "ТЕСТИХА", Relation::Parent, day(1955, 1, 1)),
            consent(41, self.head),
            consent(42, self.spouse),
            Row::Plan(Plan {
                id: PlanId(uuid(50)),
                family: self.family,
                version: 1,
                state: PlanState::Published,
                published_on: day(2026, 9, 20),
            }),
        ];
        rows.extend(self.activities.iter().map(|(id, person, service)| {
            Row::Activity(Activity {
                id: *id,
                plan: PlanId(uuid(50)),
                family: self.family,
                person: *person,
                service: *service,
                planned_on: None,
                due_on: day(2026, 12, 1),
                state: ActivityState::Planned,
                record: None,
                done_on: None,
            })
        }));
        rows
    }
}

/// Takes a whole pull of one page in: rows that stand, and entities that have left.
pub async fn pull(app: &App, rows: &[Row], gone: &[(Kind, Uuid)]) -> pulled::Page {
    let texts: Vec<String> = rows.iter().map(|row| serde_json::to_string(row).unwrap()).collect();
    let mut lines: Vec<pulled::Line<'_>> = rows
        .iter()
        .zip(&texts)
        .map(|(row, text)| pulled::Line { kind: row.kind(), id: row.id(), position: 1, row: Some(text) })
        .collect();
    lines.extend(gone.iter().map(|(kind, id)| pulled::Line { kind: *kind, id: *id, position: 2, row: None }));
    let end = PullEnd { cursor: "cursor".into(), more: false, gone_scopes: Vec::new(), start_over: false };
    let mut tx = app.store().begin().await.unwrap();
    let page =
        pulled::take_page(&mut tx, &mut Gathered::default(), &lines, &end, app.platform().clock.wall())
            .await
            .unwrap();
    tx.commit().await.unwrap();
    page
}

/// Checks ES256 signatures with p256.
pub struct P256;

impl kandas_shared::jws::Verifier for P256 {
    fn verifies(&self, key: &kandas_shared::jws::PublicKey, message: &[u8], signature: &[u8]) -> bool {
        use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier as _};
        let key = VerifyingKey::from_sec1_bytes(&key.0).unwrap();
        Signature::from_slice(signature).is_ok_and(|s| key.verify(message, &s).is_ok())
    }
}

/// A camera photo below the size of which a copy is made, with EXIF; other seed, other picture.
pub fn photo(folder: &Path, seed: u64, width: u32) -> std::path::PathBuf {
    use kandas_fixtures::media::Photo;
    let path = folder.join(format!("IMG_{seed}_{width}.jpg"));
    std::fs::write(&path, Photo::new(seed, width).jpeg().unwrap()).unwrap();
    path
}

/// A draft that lacks nothing: one photo, a position, a reason for no video.
pub async fn ready(app: &App, activities: &[ActivityId], photo: &Path) -> kandas_app::draft::DraftId {
    use kandas_app::{capture::Attached, draft::Change};
    use kandas_shared::{
        evidence::{Position, PositionSource, Source},
        rule::NoVideoReason,
    };
    let draft = app.draft(activities).await.unwrap();
    let attached = app.attach(draft, photo, None, Source::Attached).await.unwrap();
    assert!(matches!(attached, Attached::Kept { .. }), "{attached:?}");
    let position = Position {
        lat: 52.287,
        lon: 76.967,
        accuracy_m: 8.0,
        fix_at: None,
        source: PositionSource::Satellite,
        mock: false,
        fix_boot_ms: None,
        altitude_m: None,
    };
    app.save(draft, Change::Position(Some(position))).await.unwrap();
    app.save(draft, Change::NoVideo(Some(NoVideoReason::NothingToFilm))).await.unwrap();
    draft
}

/// Seals a draft that lacks nothing.
pub async fn sealed(app: &App, draft: kandas_app::draft::DraftId) -> Vec<kandas_app::seal::SealedRecord> {
    match app.seal(draft, today()).await.unwrap() {
        kandas_app::seal::Sealing::Sealed { records } => records,
        other => panic!("{other:?}"),
    }
}

pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

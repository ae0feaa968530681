//! A small centre, its workers and phones that seal records.

use std::sync::Arc;

use chrono::NaiveDate;
use kandas_server::{
    facts::{DeviceEnrolled, DeviceRevoked, Event},
    intake::{Accepted, Carrier, Intake},
    journal::Fact,
    keys::{RingSigner, RingVerifier},
};
use kandas_shared::{
    evidence::{Evidence, EvidenceKind, Source, Summary},
    hash::{Digest, Nonce},
    ids::{
        ActivityId, AssignmentId, CaptureId, ChainId, ConsentId, DeviceId, EvidenceId, FamilyId, OrgUnitId,
        PersonId, PlanId, RecordId, UserId,
    },
    jws::{Jws, Signer as _, Typ},
    locale::Lang,
    plan_state::{ActivityState, PlanState},
    pulled::{Activity, Assignment, Consent, Family, OrgKind, OrgUnit, Person, Plan, Relation, Role, User},
    receipt::RecordItem,
    record::{ConsentState, Record, Statement},
    service::ServiceCode,
    time::ClockReading,
    wire::TokenScope,
};
use uuid::Uuid;

use crate::stores::World;

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Ids of the centre are small numbers: easy to read in a failing test.
pub fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub fn org_unit(n: u128) -> OrgUnit {
    OrgUnit {
        id: OrgUnitId(id(n)),
        parent: None,
        kind: OrgKind::Cc,
        kato: "559100000".into(),
        name_kk: "Сынамалы орталық".into(),
        name_ru: "Тестовый центр".into(),
    }
}

pub fn user(n: u128, unit: u128) -> User {
    User {
        id: UserId(id(n)),
        org_unit: OrgUnitId(id(unit)),
        login: format!("test.worker.{n}"),
        role: Role::CcSet,
        name: "ТЕСТОВ ТЕСТ".into(),
        language: Lang::Kk,
        active: true,
    }
}

pub fn family(n: u128, unit: u128) -> Family {
    Family {
        id: FamilyId(id(n)),
        org_unit: OrgUnitId(id(unit)),
        settlement_kato: "559133100".into(),
        settlement_name: "Үлгі ауылы".into(),
        rural: true,
        quota_date: Some(day("2026-06-01")),
        arrived_on: None,
        address: None,
        phone: None,
        latitude: Some(52.125),
        longitude: None,
    }
}

pub fn person(n: u128, family: u128) -> Person {
    Person {
        id: PersonId(id(n)),
        family: FamilyId(id(family)),
        surname: Some("ТЕСТОВ".into()),
        given_name: "ТЕСТ".into(),
        patronymic: None,
        latin_name: None,
        iin: None,
        birth_date: Some(day("1990-01-01")),
        sex: None,
        relation: Relation::Head,
        phone: None,
    }
}

pub fn consent(n: u128, person: u128) -> Consent {
    Consent {
        id: ConsentId(id(n)),
        person: PersonId(id(person)),
        state: ConsentState::Given,
        given_on: None,
        basis: None,
    }
}

pub fn assignment(n: u128, family: u128, worker: u128) -> Assignment {
    Assignment {
        id: AssignmentId(id(n)),
        family: FamilyId(id(family)),
        worker: UserId(id(worker)),
        from: day("2026-06-10"),
        to: None,
    }
}

pub fn plan(n: u128, family: u128) -> Plan {
    Plan {
        id: PlanId(id(n)),
        family: FamilyId(id(family)),
        version: 1,
        state: PlanState::Published,
        published_on: Some(day("2026-06-15")),
    }
}

pub fn activity(n: u128, plan: u128, family: u128, person: u128, service: ServiceCode) -> Activity {
    Activity {
        id: ActivityId(id(n)),
        plan: PlanId(id(plan)),
        family: FamilyId(id(family)),
        person: PersonId(id(person)),
        service,
        planned_on: None,
        due_on: Some(day("2026-12-01")),
        state: ActivityState::Planned,
        record: None,
        done_on: None,
    }
}

/// A fact by the system about no family, or about that of its body.
pub fn fact(event: Event) -> Fact {
    let family = match &event {
        Event::FamilySet(f) => Some(f.id),
        Event::PersonSet(p) => Some(p.family),
        Event::AssignmentSet(a) => Some(a.family),
        Event::PlanSet(p) => Some(p.family),
        Event::ActivitySet(a) => Some(a.family),
        _ => None,
    };
    Fact { family, ..Fact::by_system(event) }
}

/// Unit 1 with workers 11 and 12; families 101 and 102, each with a head (+100) and a plan (+200) with activities for
/// S01 (+300) and S07 (+400); worker 11 has 101, worker 12 has 102.
pub async fn centre(world: &World) {
    let mut facts =
        vec![Event::OrgUnitSet(org_unit(1)), Event::UserSet(user(11, 1)), Event::UserSet(user(12, 1))];
    for (n, worker) in [(101, 11), (102, 12)] {
        facts.push(Event::FamilySet(family(n, 1)));
        facts.push(Event::PersonSet(person(n + 100, n)));
        facts.push(Event::AssignmentSet(assignment(n + 500, n, worker)));
        facts.push(Event::PlanSet(plan(n + 200, n)));
        facts.push(Event::ActivitySet(activity(n + 300, n + 200, n, n + 100, ServiceCode::S01)));
        facts.push(Event::ActivitySet(activity(n + 400, n + 200, n, n + 100, ServiceCode::S07)));
    }
    world.append(facts.into_iter().map(fact)).await;
}

pub fn intake(world: &World) -> Intake {
    Intake::start(world.store.clone(), Arc::new(RingVerifier), world.clock.clone(), world.chance.clone())
}

/// A phone of a worker.
pub struct Phone {
    pub device: DeviceId,
    pub worker: UserId,
    pub chain: ChainId,
    pub signer: RingSigner,
    pub seq: u64,
    pub prev: Option<Digest>,
    drawn: u128,
}

impl Phone {
    /// Enrols device `n` for `worker`.
    pub async fn enrol(world: &World, n: u128, worker: u128) -> Self {
        let signer = RingSigner::from_pkcs8(&RingSigner::generate().unwrap()).unwrap();
        let phone = Self {
            device: DeviceId(id(n)),
            worker: UserId(id(worker)),
            chain: ChainId(id(n + 1_000)),
            signer,
            seq: 0,
            prev: None,
            drawn: n << 64,
        };
        world
            .append([Fact::by_system(Event::DeviceEnrolled(DeviceEnrolled {
                device: phone.device,
                worker: phone.worker,
                key: phone.signer.public_key(),
                chain: phone.chain,
                platform: "test".into(),
                app: "test 1".into(),
                code_hash: Digest::of(b"code"),
                server_kid: world.signer.public_key().kid(),
            }))])
            .await;
        phone
    }

    pub async fn revoke(&self, world: &World) {
        let revoked = DeviceRevoked { device: self.device, reason: "lost".into() };
        world.append([Fact::by_system(Event::DeviceRevoked(revoked))]).await;
    }

    pub fn draw(&mut self) -> Uuid {
        self.drawn += 1;
        Uuid::from_u128(self.drawn)
    }

    /// The next record of the chain, not sealed yet.
    pub fn record(&mut self, family: u128, statement: Statement) -> Record {
        Record {
            v: 1,
            record: RecordId(self.draw()),
            device: self.device,
            chain: self.chain,
            seq: self.seq + 1,
            prev: self.prev,
            continues: None,
            nonce: Nonce(*self.draw().as_bytes()),
            worker: self.worker,
            family: Some(FamilyId(id(family))),
            statement,
            done_on: day("2026-11-20"),
            sealed: ClockReading {
                wall: "2026-11-20T05:00:00Z".parse().unwrap(),
                offset_s: 18_000,
                boot: "boot".into(),
                boot_ms: 1_000,
            },
            checkpoint: None,
            position: None,
            no_position: None,
            no_video: None,
            paper: None,
            note: None,
            supersedes: None,
            correction: None,
            evidence: Vec::new(),
            app: "test 1".into(),
        }
    }

    /// Completion of the family's activity `n`.
    pub fn completion(&mut self, family: u128, n: u128) -> Record {
        let service = if n == family + 300 { ServiceCode::S01 } else { ServiceCode::S07 };
        let (activity, person) = (ActivityId(id(n)), PersonId(id(family + 100)));
        self.record(family, Statement::Completion { activity, person, service })
    }

    pub fn photo(&mut self) -> Evidence {
        let bytes = self.draw();
        Evidence {
            evidence: EvidenceId(self.draw()),
            kind: EvidenceKind::Photo,
            capture: CaptureId(self.draw()),
            source: Source::Captured,
            media_type: "image/jpeg".into(),
            size: 16,
            sha256: Digest::of(bytes.as_bytes()),
            taken: ClockReading {
                wall: "2026-11-20T05:00:00Z".parse().unwrap(),
                offset_s: 18_000,
                boot: "boot".into(),
                boot_ms: 900,
            },
            position: None,
            page: None,
            replaces: None,
            original: None,
            thumbnail: None,
            summary: Summary::default(),
        }
    }

    /// Seals a record at its place.
    pub fn seal(&mut self, record: &Record) -> Jws {
        let jws = self.sign(Typ::Record, serde_json::to_string(record).unwrap());
        (self.seq, self.prev) = (record.seq, Some(jws.identity()));
        jws
    }

    pub fn sign(&self, typ: Typ, payload: String) -> Jws {
        Jws::sign(typ, payload, &self.signer).unwrap()
    }

    pub fn carrier(&self) -> Carrier {
        Carrier { device: self.device, scope: TokenScope::Device }
    }

    pub async fn push(&self, intake: &Intake, batch: impl IntoIterator<Item = Jws>) -> Accepted {
        intake.accept(&self.carrier(), batch.into_iter().collect()).await.unwrap()
    }

    /// Seals and pushes one record.
    pub async fn deliver(&mut self, intake: &Intake, record: &Record) -> RecordItem {
        let jws = self.seal(record);
        self.push(intake, [jws]).await.items.remove(0)
    }
}

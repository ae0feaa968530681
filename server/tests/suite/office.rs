//! The office API: who signs in and how, who may do what where, what is masked, and what the access log says.

mod appendix3;
mod assessments;
mod audit;
mod bulk;
mod cases;
mod country;
mod deadlines;
mod described;
mod doors;
mod exchange;
mod exports;
mod guards;
mod held;
mod live;
mod map;
mod monitoring;
mod people;
mod phones;
mod plans;
mod reasons;
mod reference;
mod reports;
mod retention;
mod road_maps;
mod search;
mod signing_in;
mod terms;
mod timeline;
mod work;

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode},
};
use kandas_fixtures::district::District;
use kandas_server::{
    facts::Event,
    journal::Fact,
    limits::Limits,
    office::session::{self, Stage},
    rebuild,
    router::router,
    state::AppState,
    verify::{self, Media},
};
use kandas_shared::{
    ids::{ActivityId, FamilyId, OrgUnitId, PersonId, RecordId, UserId},
    locale::Lang,
    pulled::{Role, User},
    receipt::Verdict,
    time::Clock as _,
};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::house::{House, Phone, Sealed, Work, district, photo};

/// A server over a house with a small district.
pub struct Office {
    pub state: AppState,
    pub router: Router,
    pub district: District,
    /// A family, its unit, the unit above and one beside.
    pub family: Uuid,
    pub unit: OrgUnitId,
    pub above: OrgUnitId,
    pub beside: OrgUnitId,
    pub worker: UserId,
    pub phone: Phone,
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Somebody {
    pub user: User,
    pub token: String,
    pub csrf: String,
}

/// An answer of the router.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{} {:?}", self.status, self.body))
    }
    /// The code of a problem; empty where there is none.
    pub fn code(&self) -> String {
        if self.status.is_success() {
            return String::new();
        }
        self.json()["code"].as_str().unwrap().to_owned()
    }
    pub fn ok(self) -> serde_json::Value {
        assert!(self.status.is_success(), "{} {:?}", self.status, self.body);
        if self.body.is_empty() { serde_json::Value::Null } else { self.json() }
    }
}

impl Office {
    pub async fn over(house: &House) -> Self {
        let district = district(12);
        house.import(&district).await;
        let state = Self::started(house);
        let family = district.families[0].clone();
        let unit = district.org_units.iter().find(|unit| unit.id == family.org_unit).unwrap();
        let beside =
            district.org_units.iter().find(|other| other.kind == "cc" && other.id != unit.id).unwrap();
        let of = district.assignments.iter().find(|a| a.family == family.id && a.to.is_none()).unwrap();
        let worker = UserId(of.worker);
        let phone = Phone::enrol(house, worker).await;
        Self {
            router: router(state.clone()),
            state,
            family: family.id,
            unit: OrgUnitId(unit.id),
            above: OrgUnitId(unit.parent.unwrap()),
            beside: OrgUnitId(beside.id),
            worker,
            phone,
            district,
        }
    }

    /// A server that has just been started.
    pub fn started(house: &House) -> AppState {
        AppState::new(
            house.store.clone(),
            Arc::new(house.keys()),
            house.clock.clone(),
            house.chance.clone(),
            Limits { disk_reserve: 0, ..Limits::default() },
            &house.config.media_dir(),
            &house.config.staging_dir(),
        )
        .unwrap()
    }

    /// A new user.
    pub async fn user(&self, house: &House, role: Role, org_unit: OrgUnitId) -> User {
        let id: UserId = house.draw();
        let user = User {
            id,
            org_unit,
            login: format!("{role}.{id}"),
            role,
            name: "СЫНАҚОВА СЫНАҚ".into(),
            language: Lang::Kk,
            active: true,
        };
        house.append([Fact::by_system(Event::UserSet(user.clone()))]).await;
        user
    }

    /// Signed in without a password: what is tested is what he may do.
    pub async fn seated(&self, house: &House, user: User) -> Somebody {
        let mut tx = house.store.write().await.unwrap();
        let now = house.clock.wall();
        let (token, session) =
            session::open(&self.state, &mut tx, user.clone(), Stage::Full, false, now).await.unwrap();
        tx.commit().await.unwrap();
        Somebody { user, token, csrf: session.csrf }
    }

    pub async fn somebody(&self, house: &House, role: Role, org_unit: OrgUnitId) -> Somebody {
        let user = self.user(house, role, org_unit).await;
        self.seated(house, user).await
    }

    /// Asks as somebody, with everything that his browser would send.
    pub async fn ask(
        &self,
        who: Option<&Somebody>,
        method: &Method,
        path: &str,
        body: Option<&serde_json::Value>,
    ) -> Answer {
        self.ask_with(who, method, path, body, &[]).await
    }

    pub async fn ask_with(
        &self,
        who: Option<&Somebody>,
        method: &Method,
        path: &str,
        body: Option<&serde_json::Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(who) = who {
            request = request.header("cookie", format!("theme=dark; __Host-kandas={}", who.token));
            request = request.header("kandas-csrf", &who.csrf);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        Self::answer(self.router.clone(), request.body(body).unwrap()).await
    }

    /// What a server answers.
    pub async fn answer(router: Router, request: Request<Body>) -> Answer {
        let response = router.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        // A stream has no end to wait for.
        let streams = parts.headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let body = if streams { Body::empty() } else { body };
        let body = to_bytes(body, 16 << 20).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, who: &Somebody, path: &str) -> Answer {
        self.ask(Some(who), &Method::GET, path, None).await
    }

    pub async fn post(&self, who: &Somebody, path: &str, body: &serde_json::Value) -> Answer {
        self.ask(Some(who), &Method::POST, path, Some(body)).await
    }

    /// The worker completes the family's activity `nr`; its photo (or what it is said to be) arrives.
    pub async fn completed(&mut self, house: &House, nr: usize, kind: &str) -> (RecordId, Sealed) {
        let activity = self.district.activities_of(self.family).nth(nr).unwrap();
        let bytes = photo(&format!("OFFICE {nr}"));
        let work = Work {
            family: FamilyId(self.family),
            person: PersonId(activity.person),
            activity: ActivityId(activity.id),
            service: activity.service.parse().unwrap(),
            note: "<script>alert(1)</script>",
            photo: &bytes,
        };
        let change = |payload: &mut serde_json::Value| {
            payload["evidence"][0]["kind"] = serde_json::json!(kind);
        };
        let sealed = self.phone.seal_with(house, &work, change).await;
        assert_eq!(self.phone.push(house, &[&sealed]).await, [Verdict::Accepted]);
        self.phone.deliver(house, &sealed).await;
        let payload: serde_json::Value = serde_json::from_str(&sealed.jws.payload).unwrap();
        (serde_json::from_value(payload["record"].clone()).unwrap(), sealed)
    }
}

/// An act of a family outside the 25 services, as the worker's phone records it with one piece of evidence of a kind: the verdict
/// has to be "accepted".
pub async fn acted(
    house: &House,
    office: &mut Office,
    (family, person): (FamilyId, PersonId),
    (act, details, kind): (&str, serde_json::Value, &str),
    day: &str,
) -> RecordId {
    let bytes = photo(&format!("ACT {act} {day}"));
    let work = Work {
        family,
        person,
        activity: ActivityId(person.0),
        service: kandas_shared::service::ServiceCode::S01,
        note: "",
        photo: &bytes,
    };
    let change = |payload: &mut serde_json::Value| {
        payload["statement"] = serde_json::json!({"kind": "act", "act": act, "person": person, "topics": [], "details": details});
        payload["done_on"] = serde_json::json!(day);
        payload["evidence"][0]["kind"] = serde_json::json!(kind);
        payload.as_object_mut().unwrap().remove("note");
    };
    let sealed = office.phone.seal_with(house, &work, change).await;
    assert_eq!(office.phone.push(house, &[&sealed]).await, [Verdict::Accepted]);
    let payload: serde_json::Value = serde_json::from_str(&sealed.jws.payload).unwrap();
    serde_json::from_value(payload["record"].clone()).unwrap()
}

/// A text as it stands in an address.
pub fn coded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A program of others that `cargo xtask` has installed, or the system's; nothing unless it runs with these arguments.
pub fn peer(program: &str, arguments: &[&str]) -> Option<String> {
    let peers =
        std::env::var("KANDAS_TEST_PEERS").ok().map(|folder| format!("{folder}/python/bin/{program}"));
    let runs = |path: &String| {
        let run = std::process::Command::new(path).args(arguments).output();
        run.is_ok_and(|run| run.status.success())
    };
    let found = [peers, Some(program.to_owned())].into_iter().flatten().find(runs);
    assert!(
        found.is_some() || std::env::var_os("CI").is_none(),
        "the tests need {program}: cargo xtask peers"
    );
    found
}

/// A paper in Kazakh cites the order, and the journal as it was after the last act of a kind in a table; without a kind, no
/// place in the journal.
pub async fn assert_grounds(house: &House, text: &str, acts: &str, kind: Option<&str>) {
    let spaced = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut parts = vec![
        "2013 жылғы 22 шілдедегі № 331-Ө-М бұйрығы".to_owned(),
        "2024 жылғы 30 мамырдағы № 170".to_owned(),
        "№ 34446".to_owned(),
        format!("бағдарлама {}, баптаулар № ", env!("CARGO_PKG_VERSION")),
    ];
    if let Some(kind) = kind {
        let mut tx = house.store.read().await.unwrap();
        let sql = format!("select max(position) from {acts} where act = $1");
        let sql = kandas_server::store::sqlx::AssertSqlSafe(sql);
        let (position,) = kandas_server::one!(&mut tx, (i64,), sql, kind).await.unwrap();
        let root = kandas_server::journal::root_at(&mut tx, position.unsigned_abs()).await.unwrap();
        parts.push(format!("Журнал: № {position}, түбірі {root}"));
    }
    for part in parts {
        assert!(spaced.contains(&part), "{part} is not on the paper: {spaced}");
    }
    assert_eq!(spaced.contains("Журнал: №"), kind.is_some(), "{spaced}");
}

/// The journal says the same as the tables, and `verify` finds nothing.
pub async fn assert_sound(house: &House) {
    let compared = rebuild::compare(&house.store, &mut |_, _| {}).await.unwrap();
    assert_eq!(compared.differences, []);
    let report = verify::verify(&house.config, &house.store, Media::Sizes, &mut |_, _, _| {}).await.unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
}

//! Every door of the office API, tried by every role from the family's own unit, the unit above and one beside.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use kandas_server::{
    all,
    check::policy::Territory,
    facts::Event,
    journal::Fact,
    office::{
        case::{
            self,
            handing_over::{self, WantedHandover},
        },
        erasing::{self, WantedErasure},
        monitoring::making::{self as watching, WantedDeparture, WantedIssue},
        plan::making::{self as drawing, Begins},
        report::making,
        road_map::{self, Place},
    },
    router::office_description,
};
use kandas_shared::{
    case::HandoverReason,
    ids::{FamilyId, OrgUnitId, PersonId, RecordId, RoadMapId},
    monitoring::{DepartureReason, DepartureTo, IssueKind, IssueWeight, IssueWhat},
    pulled::{Family, Person, Role, User},
    retention::EraseBasis,
    time::Clock as _,
};
use serde_json::{Value, json};

use super::{Office, Somebody, exports::exported};
use crate::{house::House, stores::on_each};

use Role::{
    Admin, AkimOkrug, AkimRaion, Auth, CcDep, CcDir, CcSet, Crtr, CtmDepHead, CtmSet, CtmSetHead, MioDepHead,
    MioSet, MioSetHead,
};

const EVERYBODY: &[Role] = &[
    CcDep, CcSet, CcDir, CtmDepHead, CtmSet, CtmSetHead, MioDepHead, MioSetHead, MioSet, AkimRaion,
    AkimOkrug, Crtr, Auth, Admin,
];
/// Requirements §2.2, row "Activity, evidence".
const READ_CASES: &[Role] = &[CcSet, CcDir, CtmSet, CtmSetHead, MioSetHead, MioSet, Crtr, Auth];
/// Those with document scans: R and not R*.
const READ_SCANS: &[Role] = &[CcSet, CcDir, CtmSet, CtmSetHead, MioSetHead, MioSet, Crtr];
const CHECK: &[Role] = &[CcDir, CtmSetHead, MioSetHead, MioSet];
const WORKERS: &[Role] = &[CcDir, CtmSetHead, MioSetHead, MioSet, Admin];
const NUMBERS: &[Role] = &[CcSet, CcDir, CtmSet, CtmSetHead, MioSetHead, MioSet, Crtr, Auth];
/// Requirements §2.2, row "Audit log": who reads that of his organisation.
const AUDIT: &[Role] = &[CcDir, CtmDepHead, CtmSetHead, MioDepHead, MioSetHead, MioSet, Auth];
const VERIFY: &[Role] = &[CcDir, CtmDepHead, CtmSetHead, MioDepHead, MioSetHead, MioSet, Auth, Admin];
/// Cases and phones both.
const PHONE_DATA: &[Role] = &[CcDir, CtmSetHead, MioSetHead, MioSet];
const ADMIN: &[Role] = &[Admin];
const REFERENCE: &[Role] = &[CcSet, CcDir, CtmSet, CtmSetHead, MioSetHead, MioSet, Crtr, Auth, Admin];
/// Who changes what the whole store counts by.
const SETTINGS: &[Role] = &[Auth, Admin];
/// Who changes the reasons that are chosen from lists.
const REASONS: &[Role] = &[Crtr, Auth, Admin];
/// Requirements §2.2, row "App.3 report": who sees it, who makes it (§39), who accepts or returns it.
const REPORT: &[Role] = &[CcSet, CcDir, CtmSet, CtmSetHead, MioSetHead, MioSet, Crtr, Auth];
const REPORT_MAKE: &[Role] = &[CcSet, CcDir];
const REPORT_DECIDE: &[Role] = &[MioSetHead, MioSet];
/// Requirements §2.2, row "Monitoring round, issue": R, C and U; and who the return of support is brought before (§46).
const MONITORING: &[Role] = &[CcSet, CcDir, CtmSet, CtmSetHead, MioSetHead, MioSet, Crtr, Auth];
const MONITORING_WORK: &[Role] = &[CcSet, CtmSet, MioSetHead, MioSet];
const MONITORING_SETTLE: &[Role] = &[CcSet];
const REFUND: &[Role] = &[CtmSet, CtmSetHead];
/// Requirements §2.2, row "Assessment, conclusion": who sees it, who scores, writes and signs (§47-50), who forwards, who
/// takes measures (§51).
const ASSESSMENT: &[Role] = &[CcSet, CcDir, CtmSet, CtmSetHead, MioSetHead, MioSet, Crtr, Auth];
const ASSESSMENT_MAKE: &[Role] = &[Crtr];
const ASSESSMENT_FORWARD: &[Role] = &[Auth];
const ASSESSMENT_MEASURE: &[Role] = &[MioSetHead, MioSet];
/// Requirements §2.2, row "Road map": who sees it, draws it up (§38), signs it, sends it back.
const ROAD_MAP: &[Role] = &[CcSet, CcDir, CtmSetHead, MioSetHead, MioSet, AkimRaion, AkimOkrug, Crtr];
const ROAD_MAP_MAKE: &[Role] = &[CcSet, CcDir];
const ROAD_MAP_SIGN: &[Role] = &[CcDir, AkimRaion, AkimOkrug];
const ROAD_MAP_BACK: &[Role] = &[CcSet, CcDir, AkimRaion, AkimOkrug];
/// Who has something to be done by a day, or looks after those who have (requirements §1.9).
const DEADLINES: &[Role] =
    &[CcSet, CcDir, CtmSet, CtmSetHead, MioSetHead, MioSet, AkimRaion, AkimOkrug, Crtr, Auth];
/// Requirements §2.2, row "Plan": who sees it, draws it up (§32), approves it (§34).
const PLAN: &[Role] = &[CcSet, CcDir, CtmSet, CtmSetHead, MioSetHead, MioSet, Crtr, Auth];
const PLAN_MAKE: &[Role] = &[CcSet];
const PLAN_APPROVE: &[Role] = &[CtmSetHead];
/// Who sees what is to be erased, who proposes it, who confirms it.
const ERASURES: &[Role] = &[CcDir, CtmSetHead, MioSetHead, Auth];
const ERASE_PROPOSE: &[Role] = &[CcDir, CtmSetHead];
const ERASE_CONFIRM: &[Role] = &[CtmSetHead, MioSetHead];
const ERASE_DROP: &[Role] = &[CcDir, CtmSetHead, MioSetHead];
/// Who sees the exchange with a state system, and who looks after it.
const EXCHANGE: &[Role] = &[CcSet, CcDir, CtmSet, CtmSetHead, MioSetHead, MioSet, Crtr, Auth, Admin];
const EXCHANGE_WORK: &[Role] = &[CtmSetHead, Admin];
const EXCHANGE_ASIDE: &[Role] = &[Admin];
/// Requirements §2.2, row "Consent record": R, without the expert and the authorised body, and C.
const SEE_CONSENT: &[Role] = &[CcSet, CcDir, CtmSet, CtmSetHead, MioSetHead, MioSet];
const CONSENT: &[Role] = &[CcSet];
/// Who registers families and keeps their cards, and who hands them over to another centre.
const FAMILY_KEEP: &[Role] = &[CcSet];
const FAMILY_HAND_OVER: &[Role] = &[CcDir];
/// Their land is the country.
const EVERYWHERE: &[Role] = &[Crtr, Auth];

/// Those who have no case of the settlement side before them at all; akims have their road maps.
const NO_CASES: &[Role] = &[Admin, CcDep, CtmDepHead, MioDepHead];
/// The head of the family has a surname that nobody else has.
const SURNAME: &str = "ЖАЛҒЫЗТЕГІ";

/// What tells of the family: ids of itself, its members and its records, and the name of its head.
async fn traces(house: &House, office: &Office) -> Vec<String> {
    let mut tx = house.store.read().await.unwrap();
    let sql = "select record from record where family = $1 and record is not null";
    let records = all!(&mut tx, (RecordId,), sql, FamilyId(office.family)).await.unwrap();
    let ids =
        [office.family].into_iter().chain(office.district.persons_of(office.family).map(|person| person.id));
    let ids = ids.map(|id| id.to_string()).chain(records.into_iter().map(|(record,)| record.to_string()));
    ids.chain([SURNAME.to_owned()]).collect()
}

/// Nobody else is called so.
async fn named(house: &House, office: &Office) {
    let head = office.district.persons_of(office.family).find(|person| person.relation == "head").unwrap();
    let mut head: Person = serde_json::from_value(serde_json::to_value(head).unwrap()).unwrap();
    head.surname = Some(SURNAME.into());
    let (family, person) = (Some(head.family), Some(head.id));
    house.append([Fact { family, person, ..Fact::by_system(Event::PersonSet(head)) }]).await;
}

/// A door: how it is asked, who may, and whether it is about something of a unit.
pub(super) struct Door {
    pub method: Method,
    pub template: &'static str,
    pub path: String,
    pub body: Option<Value>,
    pub roles: &'static [Role],
    of_a_unit: bool,
}

/// The road map of an okrug where the family lives, before those who sign it.
async fn road_map(house: &House, office: &Office, maker: &User) -> RoadMapId {
    let of = office.district.families.iter().find(|family| family.id == office.family).unwrap();
    let family = Family {
        id: FamilyId(of.id),
        org_unit: office.unit,
        settlement_kato: "559133100".into(),
        settlement_name: of.settlement_name.clone(),
        rural: true,
        quota_date: of.quota_date,
        arrived_on: of.arrived_on,
        address: None,
        phone: None,
        latitude: None,
        longitude: None,
    };
    let settled = Fact::by_system(Event::FamilySet(family));
    house.append([Fact { family: Some(FamilyId(of.id)), ..settled }]).await;
    let place = Place { unit: office.unit, okrug: "559133000".parse().unwrap() };
    let map = road_map::making::draft(&office.state, maker, &place, 2026).await.unwrap();
    road_map::making::submit(&office.state, maker, map).await.unwrap();
    map
}

pub(super) async fn doors(house: &House, office: &mut Office) -> Vec<Door> {
    named(house, office).await;
    let (record, sealed) = office.completed(house, 0, "photo").await;
    let (_, scan) = office.completed(house, 1, "document").await;
    let (family, person) = (office.family, office.district.persons_of(office.family).next().unwrap().id);
    let gone = office.user(house, CcSet, office.unit).await.id;
    let worker = office.worker;
    let above = office.above;
    let (unit, phone, chain) = (office.unit, office.phone.device, office.phone.chain);
    let hash = sealed.jws.identity();
    let maker = office.user(house, CcSet, unit).await;
    let month = "2026-11".parse().unwrap();
    let report = making::draft(&office.state, &maker, unit, month).await.unwrap();
    let map = road_map(house, office, &maker).await;
    let opened = drawing::open(&office.state, &maker, FamilyId(family), Begins::Settled).await.unwrap();
    let plan = format!("/api/plans/{}/{}", opened.plan, opened.version);
    let found = WantedIssue {
        what: IssueWhat::Problem,
        kind: IssueKind::Other,
        weight: IssueWeight::Low,
        found_on: None,
        person: None,
        record: None,
        to: None,
        due: None,
        text: "мәселе".into(),
    };
    let issue = watching::find(&office.state, &maker, FamilyId(family), found).await.unwrap();
    let left = WantedDeparture {
        on: "2026-11-23".parse().unwrap(),
        to: DepartureTo::Inside,
        to_kato: None,
        reason: DepartureReason::Unknown,
        text: None,
    };
    let departure = watching::depart(&office.state, &maker, FamilyId(family), left).await.unwrap();
    let director = office.user(house, CcDir, unit).await;
    let erase = WantedErasure {
        family: FamilyId(family),
        person: Some(PersonId(person)),
        basis: EraseBasis::Mistake,
        reason: "қате".into(),
    };
    let mut tx = house.store.read().await.unwrap();
    let territory = Territory::read(&mut tx).await.unwrap();
    let card =
        case::card(&mut tx, &director, &territory, FamilyId(family), house.clock.wall()).await.unwrap();
    drop(tx);
    let to = WantedHandover { version: card.version, to: office.beside, reason: HandoverReason::Agreed };
    let handover = handing_over::propose(&office.state, &director, FamilyId(family), to).await.unwrap();
    let proposal = erasing::propose(&office.state, &director, erase).await.unwrap();
    let door = |method: Method, template: &'static str, path: String, roles, of_a_unit, body| Door {
        method,
        template,
        path,
        body,
        roles,
        of_a_unit,
    };
    let (get, post, put, delete) = (Method::GET, Method::POST, Method::PUT, Method::DELETE);
    let own = |method: &Method, path: &'static str, body| {
        door(method.clone(), path, path.to_owned(), EVERYBODY, false, body)
    };
    // Below a career centre nothing stands, and no unit lies beyond the land of that above: it is refused, and changes nothing.
    let as_unit = |parent: OrgUnitId| json!({"parent": parent, "kind": "cc", "kato": "990000000", "name_kk": "орталық", "name_ru": "центр"});
    let export = |wanted: Value, roles, of_a_unit| {
        door(Method::POST, "/api/exports", "/api/exports".to_owned(), roles, of_a_unit, Some(wanted))
    };
    let scan = scan.evidence;
    let photo = sealed.evidence;
    let review = "/api/review/{record}";
    let file = "/api/evidence/{evidence}/{part}";
    let conclusion = "/api/conclusions/{quarter}";
    vec![
        own(&get, "/api/session", None),
        own(&put, "/api/password", Some(json!({"old": "x", "new": "y"}))),
        own(&post, "/api/second-factor", None),
        own(&put, "/api/second-factor", Some(json!({"code": "000000"}))),
        door(get.clone(), "/api/overview", "/api/overview".into(), NUMBERS, false, None),
        door(get.clone(), "/api/deadlines", "/api/deadlines?mine=true".into(), DEADLINES, false, None),
        door(get.clone(), "/api/deadlines", format!("/api/deadlines?unit={unit}"), NUMBERS, true, None),
        door(get.clone(), "/api/families", "/api/families?q=a".into(), READ_CASES, false, None),
        door(get.clone(), "/api/families", format!("/api/families?unit={unit}"), READ_CASES, true, None),
        door(get.clone(), "/api/records", "/api/records?state=held".into(), READ_CASES, false, None),
        door(get.clone(), "/api/records", format!("/api/records?unit={unit}"), READ_CASES, true, None),
        door(get.clone(), "/api/search", "/api/search?q=aa".into(), READ_CASES, false, None),
        door(get.clone(), "/api/map", "/api/map?zoom=4".into(), READ_CASES, false, None),
        door(get.clone(), "/api/map", format!("/api/map?unit={unit}"), READ_CASES, true, None),
        door(
            get.clone(),
            "/api/families/{family}",
            format!("/api/families/{family}"),
            READ_CASES,
            true,
            None,
        ),
        door(
            get.clone(),
            "/api/families/{family}/timeline",
            format!("/api/families/{family}/timeline?person={person}"),
            READ_CASES,
            true,
            None,
        ),
        door(
            get.clone(),
            "/api/families/{family}/newest",
            format!("/api/families/{family}/newest"),
            READ_CASES,
            true,
            None,
        ),
        door(get.clone(), "/api/persons/{person}", format!("/api/persons/{person}"), READ_CASES, true, None),
        door(
            post.clone(),
            "/api/persons/{person}/number",
            format!("/api/persons/{person}/number"),
            READ_CASES,
            true,
            Some(json!({"reason": "identity"})),
        ),
        door(get.clone(), file, format!("/api/evidence/{photo}/file"), READ_CASES, true, None),
        door(get.clone(), file, format!("/api/evidence/{scan}/file"), READ_SCANS, true, None),
        door(get.clone(), "/api/records/{record}", format!("/api/records/{record}"), READ_CASES, true, None),
        door(get.clone(), "/api/queue", "/api/queue".into(), CHECK, false, None),
        door(get.clone(), "/api/queue", format!("/api/queue?unit={unit}"), CHECK, true, None),
        door(get.clone(), "/api/queue/choices", "/api/queue/choices".into(), CHECK, false, None),
        door(post.clone(), review, format!("/api/review/{record}"), CHECK, true, None),
        door(delete.clone(), review, format!("/api/review/{record}"), CHECK, true, None),
        door(
            post.clone(),
            "/api/records/{record}/check",
            format!("/api/records/{record}/check"),
            CHECK,
            true,
            Some(json!({"state": "accepted"})),
        ),
        door(get.clone(), "/api/held", "/api/held?which=gaps".into(), CHECK, false, None),
        door(get.clone(), "/api/held/{hash}", format!("/api/held/{hash}"), CHECK, true, None),
        door(
            post.clone(),
            "/api/held/{hash}",
            format!("/api/held/{hash}"),
            CHECK,
            true,
            Some(json!({"choice": "noted"})),
        ),
        door(
            post.clone(),
            "/api/gaps",
            "/api/gaps".into(),
            CHECK,
            true,
            Some(
                json!({"device": phone, "chain": chain, "from_seq": 1, "to_seq": 1, "reason": "phone_lost"}),
            ),
        ),
        door(post.clone(), "/api/queue/bulk", "/api/queue/bulk".into(), CHECK, false, None),
        door(post.clone(), "/api/queue/bulk", format!("/api/queue/bulk?unit={unit}"), CHECK, true, None),
        door(
            post.clone(),
            "/api/queue/bulk/{list}",
            format!("/api/queue/bulk/{family}"),
            CHECK,
            false,
            Some(json!({"count": 1})),
        ),
        door(get.clone(), "/api/events", "/api/events".into(), NUMBERS, false, None),
        door(get.clone(), "/api/audit", "/api/audit".into(), AUDIT, false, None),
        door(get.clone(), "/api/audit", format!("/api/audit?family={family}"), AUDIT, true, None),
        door(get.clone(), "/api/audit", format!("/api/audit?kind=acts&by={worker}"), AUDIT, true, None),
        door(get.clone(), "/api/verification", "/api/verification".into(), VERIFY, false, None),
        door(post.clone(), "/api/verification", "/api/verification".into(), VERIFY, false, None),
        export(json!({"what": "families", "format": "csv", "lang": "kk"}), READ_CASES, false),
        export(json!({"what": "records", "format": "csv", "lang": "kk"}), READ_CASES, false),
        export(json!({"what": "queue", "format": "csv", "lang": "kk"}), CHECK, false),
        export(json!({"what": "held", "format": "csv", "lang": "kk"}), PHONE_DATA, false),
        export(json!({"what": "audit", "format": "csv", "lang": "kk"}), AUDIT, false),
        export(json!({"what": "audit", "format": "csv", "lang": "kk", "family": family}), AUDIT, true),
        export(json!({"what": "gaps", "format": "csv", "lang": "kk"}), CHECK, false),
        export(json!({"what": "decided", "format": "csv", "lang": "kk"}), CHECK, false),
        export(json!({"what": "plans", "format": "csv", "lang": "kk"}), PLAN, false),
        export(json!({"what": "road_maps", "format": "csv", "lang": "kk"}), ROAD_MAP, false),
        export(json!({"what": "reports", "format": "csv", "lang": "kk"}), REPORT, false),
        export(json!({"what": "assessments", "format": "csv", "lang": "kk"}), ASSESSMENT, false),
        export(json!({"what": "deadlines", "format": "csv", "lang": "kk"}), DEADLINES, false),
        export(json!({"what": "deadlines", "format": "csv", "lang": "kk", "unit": unit}), NUMBERS, true),
        export(json!({"what": "messages", "format": "csv", "lang": "kk"}), EXCHANGE, false),
        export(json!({"what": "due", "format": "csv", "lang": "kk"}), ERASURES, false),
        export(json!({"what": "erasures", "format": "csv", "lang": "kk"}), ERASURES, false),
        export(json!({"what": "users", "format": "csv", "lang": "kk"}), WORKERS, false),
        export(json!({"what": "phones", "format": "csv", "lang": "kk"}), WORKERS, false),
        export(json!({"what": "phone", "format": "csv", "lang": "kk", "phone": phone}), PHONE_DATA, true),
        export(
            json!({"what": "case", "format": "zip", "lang": "kk", "family": family, "number": "identity"}),
            READ_CASES,
            true,
        ),
        export(json!({"what": "report", "format": "csv", "lang": "kk", "month": "2026-11"}), REPORT, false),
        export(json!({"what": "report", "format": "pdf", "lang": "kk", "report": report}), REPORT, true),
        door(get.clone(), "/api/reports", "/api/reports?month=2026-11".into(), REPORT, false, None),
        door(
            post.clone(),
            "/api/reports",
            "/api/reports".into(),
            REPORT_MAKE,
            true,
            Some(json!({"unit": unit, "month": "2026-11"})),
        ),
        door(get.clone(), "/api/reports/{report}", format!("/api/reports/{report}"), REPORT, true, None),
        door(
            get.clone(),
            "/api/reports/{report}/rows",
            format!("/api/reports/{report}/rows"),
            REPORT,
            true,
            None,
        ),
        door(
            get.clone(),
            "/api/reports/{report}/changes",
            format!("/api/reports/{report}/changes"),
            REPORT,
            true,
            None,
        ),
        door(
            post.clone(),
            "/api/reports/{report}/signature",
            format!("/api/reports/{report}/signature"),
            REPORT_MAKE,
            true,
            Some(json!({"password": "x"})),
        ),
        door(
            get.clone(),
            "/api/reports/{report}/signature",
            format!("/api/reports/{report}/signature"),
            REPORT,
            true,
            None,
        ),
        door(
            get.clone(),
            "/api/reports/{report}/signature/{position}",
            format!("/api/reports/{report}/signature/1"),
            REPORT,
            true,
            None,
        ),
        door(
            post.clone(),
            "/api/reports/{report}/sending",
            format!("/api/reports/{report}/sending"),
            REPORT_MAKE,
            true,
            None,
        ),
        door(
            post.clone(),
            "/api/reports/{report}/decision",
            format!("/api/reports/{report}/decision"),
            REPORT_DECIDE,
            true,
            Some(json!({"act": "accept"})),
        ),
        door(get.clone(), "/api/plans", "/api/plans?only=under_way".into(), PLAN, false, None),
        door(
            get.clone(),
            "/api/families/{family}/plan",
            format!("/api/families/{family}/plan"),
            PLAN,
            true,
            None,
        ),
        door(
            post.clone(),
            "/api/families/{family}/plan",
            format!("/api/families/{family}/plan"),
            PLAN_MAKE,
            true,
            Some(json!({"begins": "settled"})),
        ),
        door(
            put.clone(),
            "/api/plans/{plan}/{version}",
            plan.clone(),
            PLAN_MAKE,
            true,
            Some(json!({"seen": 0, "rows": []})),
        ),
        door(
            post.clone(),
            "/api/plans/{plan}/{version}",
            plan.clone(),
            PLAN_MAKE,
            true,
            Some(json!({"act": "publish"})),
        ),
        door(
            post.clone(),
            "/api/plans/{plan}/{version}/agreement",
            format!("{plan}/agreement"),
            PLAN_MAKE,
            true,
            Some(json!({"how": "record"})),
        ),
        door(
            get.clone(),
            "/api/plans/{plan}/{version}/agreement",
            format!("{plan}/agreement"),
            READ_SCANS,
            true,
            None,
        ),
        door(
            post.clone(),
            "/api/plans/{plan}/{version}/approval",
            format!("{plan}/approval"),
            PLAN_APPROVE,
            true,
            Some(json!({"password": "x", "sha256": "0".repeat(64)})),
        ),
        door(
            get.clone(),
            "/api/plans/{plan}/{version}/approval",
            format!("{plan}/approval"),
            PLAN,
            true,
            None,
        ),
        door(
            get.clone(),
            "/api/plans/{plan}/{version}/approval/{position}",
            format!("{plan}/approval/1"),
            PLAN,
            true,
            None,
        ),
        door(
            post.clone(),
            "/api/plans/{plan}/{version}/remarks",
            format!("{plan}/remarks"),
            PLAN_APPROVE,
            true,
            Some(json!({"text": "а"})),
        ),
        door(get.clone(), "/api/road-maps", "/api/road-maps?year=2026".into(), ROAD_MAP, false, None),
        door(
            post.clone(),
            "/api/road-maps",
            "/api/road-maps".into(),
            ROAD_MAP_MAKE,
            true,
            Some(json!({"unit": unit, "okrug": "559133000", "year": 2026})),
        ),
        door(get.clone(), "/api/road-maps/{map}", format!("/api/road-maps/{map}"), ROAD_MAP, true, None),
        door(
            get.clone(),
            "/api/road-maps/{map}/rows",
            format!("/api/road-maps/{map}/rows"),
            ROAD_MAP,
            true,
            None,
        ),
        door(
            get.clone(),
            "/api/road-maps/{map}/changes",
            format!("/api/road-maps/{map}/changes"),
            ROAD_MAP,
            true,
            None,
        ),
        door(
            post.clone(),
            "/api/road-maps/{map}/submission",
            format!("/api/road-maps/{map}/submission"),
            ROAD_MAP_MAKE,
            true,
            None,
        ),
        door(
            post.clone(),
            "/api/road-maps/{map}/signature",
            format!("/api/road-maps/{map}/signature"),
            ROAD_MAP_SIGN,
            true,
            Some(json!({"password": "x"})),
        ),
        door(
            get.clone(),
            "/api/road-maps/{map}/signature",
            format!("/api/road-maps/{map}/signature"),
            ROAD_MAP,
            true,
            None,
        ),
        door(
            get.clone(),
            "/api/road-maps/{map}/signature/{position}",
            format!("/api/road-maps/{map}/signature/1"),
            ROAD_MAP,
            true,
            None,
        ),
        door(
            post.clone(),
            "/api/road-maps/{map}/paper",
            format!("/api/road-maps/{map}/paper"),
            ROAD_MAP_MAKE,
            true,
            Some(
                json!({"holder": "okrug", "name": "а", "post": "б", "signed_on": "2026-11-23", "digest": "0", "file": ""}),
            ),
        ),
        door(
            get.clone(),
            "/api/road-maps/{map}/scans/{holder}",
            format!("/api/road-maps/{map}/scans/okrug"),
            ROAD_MAP,
            true,
            None,
        ),
        door(
            post.clone(),
            "/api/road-maps/{map}/remarks",
            format!("/api/road-maps/{map}/remarks"),
            ROAD_MAP_BACK,
            true,
            Some(json!({"text": "а"})),
        ),
        door(
            post.clone(),
            "/api/road-maps/{map}/copies",
            format!("/api/road-maps/{map}/copies"),
            ROAD_MAP_MAKE,
            true,
            Some(json!({"holder": "director", "name": "а", "taken_on": "2026-11-23"})),
        ),
        export(
            json!({"what": "plan", "format": "pdf", "lang": "kk", "plan": opened.plan, "version": opened.version}),
            PLAN,
            true,
        ),
        export(json!({"what": "road_map", "format": "pdf", "lang": "kk", "road_map": map}), ROAD_MAP, true),
        door(get.clone(), "/api/rules/{set}", "/api/rules/phone".into(), REFERENCE, false, None),
        door(
            post.clone(),
            "/api/rules/{set}",
            "/api/rules/phone".into(),
            SETTINGS,
            false,
            Some(json!({"rule": "lease_days", "from": "2026-12-01", "value": "21"})),
        ),
        door(get.clone(), "/api/road-map-term", "/api/road-map-term".into(), REFERENCE, false, None),
        door(
            post.clone(),
            "/api/road-map-term",
            "/api/road-map-term".into(),
            SETTINGS,
            false,
            Some(json!({"from": "2026-12-01", "days": 7})),
        ),
        door(get.clone(), "/api/report-form", "/api/report-form".into(), REFERENCE, false, None),
        door(
            post.clone(),
            "/api/report-form",
            "/api/report-form".into(),
            SETTINGS,
            false,
            Some(json!({"choice": "cells", "from": "2026-12-01", "word": "mark"})),
        ),
        export(
            json!({"what": "conclusion", "format": "pdf", "lang": "kk", "quarter": "2026-Q3"}),
            ASSESSMENT,
            false,
        ),
        door(
            get.clone(),
            "/api/assessments",
            "/api/assessments?quarter=2026-Q3".into(),
            ASSESSMENT,
            false,
            None,
        ),
        door(
            post.clone(),
            "/api/assessments",
            "/api/assessments".into(),
            ASSESSMENT_MAKE,
            true,
            Some(json!({"unit": unit, "quarter": "2026-Q3", "scores": {
                "relevance": {"points": 3, "reason": "а"}, "effectiveness": {"points": 3, "reason": "ә"},
                "social_effect": {"points": 3, "reason": "б"}}})),
        ),
        door(
            get.clone(),
            "/api/assessments/{unit}",
            format!("/api/assessments/{unit}?quarter=2026-Q3"),
            ASSESSMENT,
            true,
            None,
        ),
        door(get.clone(), conclusion, "/api/conclusions/2026-Q3".into(), ASSESSMENT, false, None),
        door(
            post.clone(),
            conclusion,
            "/api/conclusions/2026-Q3".into(),
            ASSESSMENT_MAKE,
            false,
            Some(
                json!({"revision": 0, "report": "", "results": [], "conclusions": "", "recommendations": []}),
            ),
        ),
        door(
            post.clone(),
            "/api/conclusions/{quarter}/signature",
            "/api/conclusions/2026-Q3/signature".into(),
            ASSESSMENT_MAKE,
            false,
            Some(json!({"password": "x"})),
        ),
        door(
            get.clone(),
            "/api/conclusions/{quarter}/signature",
            "/api/conclusions/2026-Q3/signature".into(),
            ASSESSMENT_MAKE,
            false,
            None,
        ),
        door(
            get.clone(),
            "/api/conclusions/{quarter}/signature/{position}",
            "/api/conclusions/2026-Q3/signature/1".into(),
            ASSESSMENT,
            false,
            None,
        ),
        door(
            post.clone(),
            "/api/conclusions/{quarter}/sending",
            "/api/conclusions/2026-Q3/sending".into(),
            ASSESSMENT_MAKE,
            false,
            None,
        ),
        door(
            post.clone(),
            "/api/conclusions/{quarter}/forwarding",
            "/api/conclusions/2026-Q3/forwarding".into(),
            ASSESSMENT_FORWARD,
            false,
            None,
        ),
        door(
            post.clone(),
            "/api/conclusions/{quarter}/measures",
            "/api/conclusions/2026-Q3/measures".into(),
            ASSESSMENT_MEASURE,
            false,
            Some(json!({"measures": [], "text": "шара"})),
        ),
        door(get.clone(), "/api/assessment-mode", "/api/assessment-mode".into(), REFERENCE, false, None),
        door(
            post.clone(),
            "/api/assessment-mode",
            "/api/assessment-mode".into(),
            SETTINGS,
            false,
            Some(json!({"from": "2026-12-31", "mode": "rescaled_25"})),
        ),
        export(json!({"what": "rounds", "format": "csv", "lang": "kk"}), MONITORING, false),
        export(json!({"what": "issues", "format": "csv", "lang": "kk", "unit": unit}), MONITORING, true),
        export(json!({"what": "departures", "format": "csv", "lang": "kk"}), MONITORING, false),
        door(get.clone(), "/api/monitoring", "/api/monitoring?period=all".into(), MONITORING, false, None),
        door(get.clone(), "/api/monitoring", format!("/api/monitoring?unit={unit}"), MONITORING, true, None),
        door(get.clone(), "/api/monitoring/issues", "/api/monitoring/issues".into(), MONITORING, false, None),
        door(
            get.clone(),
            "/api/monitoring/issues",
            format!("/api/monitoring/issues?unit={unit}"),
            MONITORING,
            true,
            None,
        ),
        door(
            get.clone(),
            "/api/monitoring/departures",
            format!("/api/monitoring/departures?unit={unit}"),
            MONITORING,
            true,
            None,
        ),
        door(
            get.clone(),
            "/api/families/{family}/monitoring",
            format!("/api/families/{family}/monitoring"),
            MONITORING,
            true,
            None,
        ),
        door(
            get.clone(),
            "/api/families/{family}/monitoring/{number}",
            format!("/api/families/{family}/monitoring/1"),
            MONITORING,
            true,
            None,
        ),
        door(
            post.clone(),
            "/api/families/{family}/monitoring/{number}",
            format!("/api/families/{family}/monitoring/1"),
            MONITORING_WORK,
            true,
            Some(json!({"act": "begin"})),
        ),
        door(
            post.clone(),
            "/api/families/{family}/monitoring/{number}/residence",
            format!("/api/families/{family}/monitoring/1/residence"),
            MONITORING_WORK,
            true,
            Some(json!({"result": "present", "source": "police", "on": "2026-11-23"})),
        ),
        door(
            post.clone(),
            "/api/families/{family}/issues",
            format!("/api/families/{family}/issues"),
            MONITORING_WORK,
            true,
            Some(json!({"what": "problem", "kind": "work", "weight": "low", "text": "мәселе"})),
        ),
        door(
            post.clone(),
            "/api/families/{family}/departures",
            format!("/api/families/{family}/departures"),
            MONITORING_WORK,
            true,
            Some(json!({"on": "2026-11-23", "to": "unknown", "reason": "unknown"})),
        ),
        door(
            post.clone(),
            "/api/families/{family}/confirmations",
            format!("/api/families/{family}/confirmations"),
            MONITORING_WORK,
            true,
            Some(json!({"activity": family, "agrees": true, "on": "2026-11-23"})),
        ),
        door(
            get.clone(),
            "/api/monitoring/issues/{issue}",
            format!("/api/monitoring/issues/{issue}"),
            MONITORING,
            true,
            None,
        ),
        door(
            post.clone(),
            "/api/monitoring/issues/{issue}",
            format!("/api/monitoring/issues/{issue}"),
            MONITORING_SETTLE,
            true,
            Some(json!({"act": "assign", "due": "2026-12-01"})),
        ),
        door(
            post.clone(),
            "/api/monitoring/issues/{issue}",
            format!("/api/monitoring/issues/{issue}"),
            MONITORING_WORK,
            true,
            Some(json!({"act": "reopen", "text": "шешілмеген"})),
        ),
        door(
            get.clone(),
            "/api/monitoring/departures/{departure}",
            format!("/api/monitoring/departures/{departure}"),
            MONITORING,
            true,
            None,
        ),
        door(
            post.clone(),
            "/api/monitoring/departures/{departure}",
            format!("/api/monitoring/departures/{departure}"),
            REFUND,
            true,
            Some(json!({"act": "take"})),
        ),
        door(
            post.clone(),
            "/api/monitoring/departures/{departure}",
            format!("/api/monitoring/departures/{departure}"),
            MONITORING_WORK,
            true,
            Some(json!({"act": "withdraw", "text": "қате"})),
        ),
        door(get.clone(), "/api/exchange", "/api/exchange".into(), EXCHANGE, false, None),
        door(
            get.clone(),
            "/api/exchange/messages",
            format!("/api/exchange/messages?unit={unit}"),
            EXCHANGE,
            true,
            None,
        ),
        door(
            post.clone(),
            "/api/exchange/messages/{message}/retry",
            format!("/api/exchange/messages/{family}/retry"),
            EXCHANGE_WORK,
            false,
            None,
        ),
        door(get.clone(), "/api/exchange/aside", "/api/exchange/aside".into(), EXCHANGE_ASIDE, false, None),
        door(
            post.clone(),
            "/api/exchange/aside/{position}/{line}",
            "/api/exchange/aside/1/0".into(),
            EXCHANGE_ASIDE,
            false,
            Some(json!({"act": "close"})),
        ),
        door(
            get.clone(),
            "/api/families/{family}/exchange",
            format!("/api/families/{family}/exchange"),
            READ_CASES,
            true,
            None,
        ),
        door(get.clone(), "/api/retention", "/api/retention".into(), REFERENCE, false, None),
        door(
            post.clone(),
            "/api/retention",
            "/api/retention".into(),
            SETTINGS,
            false,
            Some(json!({"class": "case", "from": "2026-12-01",
                "keeping": {"years": 5, "extra": 2, "archive": null, "line": ""}})),
        ),
        door(get.clone(), "/api/retention/due", "/api/retention/due".into(), ERASURES, false, None),
        door(
            get.clone(),
            "/api/retention/due",
            format!("/api/retention/due?unit={unit}"),
            ERASURES,
            true,
            None,
        ),
        door(get.clone(), "/api/erasures", "/api/erasures".into(), ERASURES, false, None),
        door(
            get.clone(),
            "/api/erasures/preview",
            format!("/api/erasures/preview?family={family}"),
            ERASURES,
            true,
            None,
        ),
        door(
            post.clone(),
            "/api/erasures",
            "/api/erasures".into(),
            ERASE_PROPOSE,
            true,
            Some(json!({"family": family, "basis": "purpose_reached", "reason": "мерзім"})),
        ),
        door(
            get.clone(),
            "/api/erasures/{proposal}",
            format!("/api/erasures/{proposal}"),
            ERASURES,
            true,
            None,
        ),
        door(
            post.clone(),
            "/api/erasures/{proposal}/confirmation",
            format!("/api/erasures/{proposal}/confirmation"),
            ERASE_CONFIRM,
            true,
            Some(json!({"password": "x", "numbers": {"bodies": 0, "records": 0, "files": 0, "bytes": 0}})),
        ),
        door(
            post.clone(),
            "/api/erasures/{proposal}/drop",
            format!("/api/erasures/{proposal}/drop"),
            ERASE_DROP,
            true,
            Some(json!({"reason": "қате"})),
        ),
        door(get.clone(), "/api/erased/{erasure}", format!("/api/erased/{family}"), ERASURES, false, None),
        door(
            get.clone(),
            "/api/persons/{person}/consent",
            format!("/api/persons/{person}/consent"),
            SEE_CONSENT,
            true,
            None,
        ),
        door(
            post.clone(),
            "/api/persons/{person}/consent-withdrawals",
            format!("/api/persons/{person}/consent-withdrawals"),
            CONSENT,
            true,
            Some(json!({"on": "2026-11-23", "form": "spoken"})),
        ),
        door(
            get.clone(),
            "/api/persons/{person}/consent-withdrawals/{position}/scan",
            format!("/api/persons/{person}/consent-withdrawals/1/scan"),
            SEE_CONSENT,
            true,
            None,
        ),
        door(
            post.clone(),
            "/api/families",
            "/api/families".into(),
            FAMILY_KEEP,
            false,
            Some(json!({"settlement_kato": "", "settlement_name": "", "rural": true, "members": []})),
        ),
        door(
            get.clone(),
            "/api/families/{family}/card",
            format!("/api/families/{family}/card"),
            READ_CASES,
            true,
            None,
        ),
        door(
            put.clone(),
            "/api/families/{family}/card",
            format!("/api/families/{family}/card"),
            FAMILY_KEEP,
            true,
            Some(
                json!({"version": 0, "settlement_kato": "", "settlement_name": "", "rural": true, "members": []}),
            ),
        ),
        door(
            post.clone(),
            "/api/persons/{person}/registrations",
            format!("/api/persons/{person}/registrations"),
            FAMILY_KEEP,
            true,
            Some(json!({"kind": "temporary", "from": "2026-11-23", "until": null})),
        ),
        door(
            post.clone(),
            "/api/persons/{person}/consent",
            format!("/api/persons/{person}/consent"),
            FAMILY_KEEP,
            true,
            Some(json!({"seen": "missing", "state": "given", "on": "2026-11-23", "basis": ""})),
        ),
        door(
            get.clone(),
            "/api/persons/{person}/consent/paper",
            format!("/api/persons/{person}/consent/paper?lang=kk"),
            READ_CASES,
            true,
            None,
        ),
        door(
            post.clone(),
            "/api/families/{family}/handovers",
            format!("/api/families/{family}/handovers"),
            FAMILY_HAND_OVER,
            true,
            Some(json!({"version": 0, "to": office.beside, "reason": "agreed"})),
        ),
        door(get.clone(), "/api/handovers", "/api/handovers".into(), READ_CASES, false, None),
        door(
            post.clone(),
            "/api/handovers/{handover}",
            format!("/api/handovers/{handover}"),
            FAMILY_HAND_OVER,
            true,
            Some(json!({"act": "withdraw"})),
        ),
        own(&get, "/api/exports", None),
        door(
            delete.clone(),
            "/api/exports/{export}",
            format!("/api/exports/{family}"),
            EVERYBODY,
            false,
            None,
        ),
        door(
            get.clone(),
            "/api/exports/{export}/file",
            format!("/api/exports/{family}/file"),
            EVERYBODY,
            false,
            None,
        ),
        door(get.clone(), "/api/calendar", "/api/calendar?year=2026".into(), REFERENCE, false, None),
        door(
            post.clone(),
            "/api/calendar/preview",
            "/api/calendar/preview".into(),
            SETTINGS,
            false,
            Some(json!({"days": [{"day": "2026-12-07", "works": false}]})),
        ),
        door(
            post.clone(),
            "/api/calendar",
            "/api/calendar".into(),
            SETTINGS,
            false,
            Some(json!({"days": [{"day": "2026-12-07", "works": false}], "reason": "қаулы", "source": "№ 1",
                "moves": -1})),
        ),
        door(get.clone(), "/api/thresholds", "/api/thresholds".into(), REFERENCE, false, None),
        door(
            get.clone(),
            "/api/thresholds/preview",
            "/api/thresholds/preview?from=2026-11-01".into(),
            SETTINGS,
            false,
            None,
        ),
        door(
            post.clone(),
            "/api/thresholds",
            "/api/thresholds".into(),
            SETTINGS,
            false,
            Some(json!({"name": "sample_percent", "from": "2026-12-01", "value": 7})),
        ),
        door(get.clone(), "/api/terms", "/api/terms".into(), REFERENCE, false, None),
        door(
            post.clone(),
            "/api/terms",
            "/api/terms".into(),
            SETTINGS,
            false,
            Some(json!({"service": "S07", "from": "2026-12-01", "days": 7, "moves": -1})),
        ),
        door(
            post.clone(),
            "/api/terms/preview",
            "/api/terms/preview".into(),
            SETTINGS,
            false,
            Some(json!({"service": "S07", "from": "2026-12-01", "days": 7})),
        ),
        door(get.clone(), "/api/reasons", "/api/reasons".into(), REFERENCE, false, None),
        door(
            get.clone(),
            "/api/reasons/preview",
            "/api/reasons/preview?list=return&code=blurred".into(),
            REASONS,
            false,
            None,
        ),
        door(
            post.clone(),
            "/api/reasons",
            "/api/reasons".into(),
            REASONS,
            false,
            Some(json!({"list": "return", "code": "nothing", "from": "2026-12-01", "text": null,
                "offered": true, "why": "қажет"})),
        ),
        door(get.clone(), "/api/settlements", "/api/settlements?q=a".into(), REFERENCE, false, None),
        door(
            post.clone(),
            "/api/settlements",
            "/api/settlements".into(),
            SETTINGS,
            false,
            Some(json!({"kato": "000000000", "centre": null})),
        ),
        door(get.clone(), "/api/reference", "/api/reference".into(), REFERENCE, false, None),
        door(get.clone(), "/api/people", "/api/people".into(), WORKERS, false, None),
        door(get.clone(), "/api/workers", "/api/workers?show=unsent".into(), NUMBERS, false, None),
        door(get.clone(), "/api/phones", "/api/phones?show=silent".into(), NUMBERS, false, None),
        door(get.clone(), "/api/works", "/api/works".into(), NUMBERS, false, None),
        door(get.clone(), "/api/workers/{worker}", format!("/api/workers/{worker}"), WORKERS, true, None),
        door(get, "/api/phones/{phone}", format!("/api/phones/{phone}"), WORKERS, true, None),
        door(
            post.clone(),
            "/api/phones/{phone}/orders",
            format!("/api/phones/{phone}/orders"),
            ADMIN,
            true,
            Some(json!({"kind": "retire", "reason": "left"})),
        ),
        door(
            post.clone(),
            "/api/phones/{phone}/orders/{order}/withdraw",
            format!("/api/phones/{phone}/orders/{family}/withdraw"),
            ADMIN,
            true,
            Some(json!({"reason": "mistake"})),
        ),
        door(
            post.clone(),
            "/api/users",
            "/api/users".into(),
            ADMIN,
            true,
            Some(json!({"login": "new.one",
            "name": "ЖАҢА", "role": "cc_set", "org_unit": unit, "language": "kk"})),
        ),
        door(
            put.clone(),
            "/api/users/{user}",
            format!("/api/users/{gone}"),
            ADMIN,
            true,
            Some(
                json!({"name": "БАСҚА", "role": "cc_set", "org_unit": unit, "language": "ru", "active": true}),
            ),
        ),
        door(delete.clone(), "/api/users/{user}", format!("/api/users/{gone}"), ADMIN, true, None),
        door(
            delete.clone(),
            "/api/users/{user}/second-factor",
            format!("/api/users/{gone}/second-factor"),
            ADMIN,
            true,
            None,
        ),
        door(post.clone(), "/api/units", "/api/units".into(), ADMIN, true, Some(as_unit(unit))),
        door(
            put.clone(),
            "/api/units/{unit}",
            format!("/api/units/{unit}"),
            ADMIN,
            true,
            Some(as_unit(above)),
        ),
        door(
            post.clone(),
            "/api/users/{user}/password",
            format!("/api/users/{worker}/password"),
            ADMIN,
            true,
            None,
        ),
        door(post.clone(), "/api/users/{user}/code", format!("/api/users/{worker}/code"), ADMIN, true, None),
        door(
            post,
            "/api/phones/{phone}/revoke",
            format!("/api/phones/{phone}/revoke"),
            ADMIN,
            true,
            Some(json!({"reason": "lost"})),
        ),
        own(&delete, "/api/session", None),
    ]
}

on_each! { engine, House;
    async fn every_door_by_every_role_from_everywhere(house) {
        let mut office = Office::over(&house).await;
        let doors = doors(&house, &mut office).await;
        let known: BTreeSet<(String, String)> =
            doors.iter().map(|door| (door.method.to_string(), door.template.to_owned())).collect();
        let mut served = BTreeSet::new();
        let described = serde_json::to_value(office_description()).unwrap();
        for (path, methods) in described["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                served.insert((method.to_uppercase(), path.clone()));
            }
        }
        // Signing in is open to everybody, and has tests of its own.
        served.remove(&("POST".into(), "/api/session".into()));
        assert_eq!(served, known, "a door that is not in the table");

        let traces = traces(&house, &office).await;
        let mut told = BTreeSet::new();
        for role in Role::ALL {
            let places = [("own", office.unit), ("above", office.above), ("beside", office.beside)];
            for (place, unit) in places {
                let somebody = office.somebody(&house, *role, unit).await;
                for door in &doors {
                    // An akim's is his land, whichever unit serves it: here that of the district, not its okrug's.
                    let lies = match role {
                        AkimOkrug => false,
                        AkimRaion => place == "own",
                        _ => place != "beside" || EVERYWHERE.contains(role),
                    };
                    let here = !door.of_a_unit || lies;
                    let may = door.roles.contains(role) && here;
                    let answer =
                        office.ask(Some(&somebody), &door.method, &door.path, door.body.as_ref()).await;
                    let code = answer.code();
                    let forbidden = code == "forbidden";
                    assert_eq!(!forbidden, may, "{role} from {place}: {} {} {code}", door.method, door.path);
                    assert!(!answer.status.is_server_error(), "{} {code}", door.path);
                    assert_ne!(code, "session-over", "{} {}", door.method, door.path);
                    // Whoever may not see the case does not find it in what a list or a page says either. The audit log
                    // says of which family something was read, by its id, to whoever reads the log of his unit; a file that is
                    // asked for says what was asked. A family that is to be handed over is named to the centre that takes it.
                    let body = String::from_utf8_lossy(&answer.body);
                    let taken = door.template == "/api/handovers" && place == "beside" && !NO_CASES.contains(role);
                    let hidden = (!lies || NO_CASES.contains(role)) && !taken;
                    let of_log = ["/api/audit", "/api/exports"].contains(&door.template);
                    let found = traces.iter().filter(|trace| answer.status.is_success() && body.contains(trace.as_str()));
                    let found: Vec<_> = found.filter(|trace| !of_log || *trace == SURNAME).collect();
                    assert!(!hidden || found.is_empty(), "{role} from {place}: {} {} tells {found:?}", door.method, door.path);
                    if !found.is_empty() {
                        told.insert(door.template);
                    }
                }
            }
        }
        // The looking can find something.
        for template in ["/api/families", "/api/records", "/api/queue", "/api/plans", "/api/monitoring/issues"] {
            assert!(told.contains(template), "{template} is in none of {told:?}");
        }
    }

    async fn a_file_tells_of_nobody_whom_its_reader_may_not_see(house) {
        let mut office = Office::over(&house).await;
        doors(&house, &mut office).await;
        let traces = traces(&house, &office).await;
        let month = json!({"what": "report", "format": "csv", "month": "2026-11"});
        let lists = ["families", "records", "queue", "held", "users", "phones", "rounds", "issues", "departures"];
        let lists: Vec<Value> = lists.iter().map(|what| json!({"what": what, "format": "csv"})).chain([month]).collect();
        let (mut files, mut told) = (0, BTreeSet::new());
        for (role, unit, hidden) in [
            (CcDir, office.unit, false),
            (Admin, office.unit, true),
            (Admin, office.above, true),
            (CcSet, office.beside, true),
            (CcDir, office.beside, true),
            (CtmSetHead, office.beside, true),
            (MioSet, office.beside, true),
        ] {
            let somebody = office.somebody(&house, role, unit).await;
            for list in &lists {
                let mut wanted = list.clone();
                wanted["lang"] = json!("kk");
                if office.post(&somebody, "/api/exports", &wanted).await.status != StatusCode::ACCEPTED {
                    continue;
                }
                // That one is not looked at: it is written so that the next is the only one.
                assert!(kandas_server::office::export::piece(&office.state).await.unwrap());
                let file = exported(&office, &somebody, &wanted).await;
                let text = String::from_utf8_lossy(&file.body);
                let found: Vec<_> = traces.iter().filter(|trace| text.contains(trace.as_str())).collect();
                assert!(!hidden || found.is_empty(), "{role}: {wanted} tells {found:?}");
                files += 1;
                if !found.is_empty() {
                    told.insert(wanted["what"].as_str().unwrap().to_owned());
                }
            }
        }
        assert!(files > 25, "{files}");
        // The looking can find something.
        for what in ["families", "records", "queue", "issues", "departures"] {
            assert!(told.contains(what), "{what} is in none of {told:?}");
        }
    }

    async fn nobody_comes_in_without_a_session_or_from_another_page(house) {
        let mut office = Office::over(&house).await;
        let doors = doors(&house, &mut office).await;
        let director = office.somebody(&house, CcDir, office.unit).await;
        for door in &doors {
            let answer = office.ask(None, &door.method, &door.path, door.body.as_ref()).await;
            assert_eq!(answer.code(), "session-over", "{} {}", door.method, door.path);
            let wrong = Somebody { csrf: "wrong".into(), ..director.clone() };
            let answer = office.ask(Some(&wrong), &door.method, &door.path, door.body.as_ref()).await;
            if door.method != Method::GET {
                assert_eq!(answer.code(), "not-from-this-page", "{} {}", door.method, door.path);
            }
            let elsewhere = [("sec-fetch-site", "cross-site")];
            let answer =
                office.ask_with(Some(&director), &door.method, &door.path, door.body.as_ref(), &elsewhere).await;
            if door.method != Method::GET {
                assert_eq!(answer.code(), "not-from-this-page", "{} {}", door.method, door.path);
            }
        }
    }
}

//! The map: what lies where, gathered, filtered, and shown only to who may see the families.

use kandas_server::{erase, facts::Event, findings, journal::Fact, one};
use kandas_shared::{
    ids::{ActivityId, FamilyId, PersonId, RecordId},
    pulled::Role,
    receipt::Verdict,
    time::Clock as _,
};
use serde_json::{Value, json};

use super::{Office, Somebody, assert_sound};
use crate::{
    house::{House, Sealed, Work, photo},
    stores::on_each,
};

async fn map(office: &Office, who: &Somebody, query: &str) -> Value {
    office.get(who, &format!("/api/map?{query}")).await.ok()
}

/// The worker completes the family's activity `nr`, standing there, with a position that may be made up.
async fn completed(
    house: &House,
    office: &mut Office,
    nr: usize,
    lat: f64,
    mock: bool,
) -> (RecordId, Sealed) {
    let activity = office.district.activities_of(office.family).nth(nr).unwrap();
    let bytes = photo(&format!("MAP {nr}"));
    let work = Work {
        family: FamilyId(office.family),
        person: PersonId(activity.person),
        activity: ActivityId(activity.id),
        service: activity.service.parse().unwrap(),
        note: "картада",
        photo: &bytes,
    };
    let change = |payload: &mut Value| {
        payload["position"] =
            json!({"lat": lat, "lon": 77.2, "accuracy_m": 9.5, "source": "satellite", "mock": mock});
    };
    let sealed = office.phone.seal_with(house, &work, change).await;
    assert_eq!(office.phone.push(house, &[&sealed]).await, [Verdict::Accepted]);
    let payload: Value = serde_json::from_str(&sealed.jws.payload).unwrap();
    (serde_json::from_value(payload["record"].clone()).unwrap(), sealed)
}

/// What the server does by itself; whoever has begun it goes on with it.
fn looking(house: &House, office: &Office) -> findings::work::Work {
    let (store, chance, clock) = (house.store.clone(), house.chance.clone(), house.clock.clone());
    findings::work::Work::new(store, chance, clock, office.state.objects.clone())
}

on_each! { engine, House;
    async fn records_stand_where_they_were_made(house) {
        let mut office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let foreign = office.somebody(&house, Role::CcDir, office.beside).await;
        let (first, _) = completed(&house, &mut office, 0, 52.12, false).await;
        let (second, _) = completed(&house, &mut office, 1, 52.1201, true).await;
        let empty = map(&office, &director, "zoom=4").await;
        assert_eq!((&empty["total"], &empty["edges"]), (&0.into(), &Value::Null), "nobody has read them yet");
        let mut looking = looking(&house, &office);
        assert!(looking.all().await.unwrap());

        let all = map(&office, &director, "zoom=4").await;
        assert_eq!(all["total"], 2);
        assert_eq!(all["places"].as_array().unwrap().len(), 1, "under one finger");
        assert_eq!(all["places"][0]["count"], 2);
        let named: Vec<&str> =
            all["points"].as_array().unwrap().iter().map(|point| point["record"].as_str().unwrap()).collect();
        assert_eq!(named, [second.to_string(), first.to_string()], "the newest first");
        assert!(all["points"][0]["family_name"].is_string());
        let edges: Vec<f64> = serde_json::from_value(all["edges"].clone()).unwrap();
        let [west, south, east, north] = edges[..] else { panic!("{edges:?}") };
        let here = format!("west={west}&south={south}&east={east}&north={north}&zoom=12");
        assert_eq!(map(&office, &director, &here).await["total"], 2);
        let away = format!("west={}&south={south}&east={}&north={north}", west + 1.0, east + 2.0);
        assert_eq!(map(&office, &director, &away).await["total"], 0);
        assert_eq!(map(&office, &foreign, "zoom=4").await["total"], 0, "another centre's");

        // Filters.
        let done = all["points"][0]["done_on"].as_str().unwrap().to_owned();
        let service = all["points"][0]["service"].as_str().unwrap().to_owned();
        for (query, total) in [
            ("state=unchecked".to_owned(), 2),
            ("state=accepted".to_owned(), 0),
            ("state=held".to_owned(), 0),
            (format!("from={done}"), 2),
            (format!("to={done}"), 2),
            ("to=2001-01-01".to_owned(), 0),
            (format!("unit={}", office.unit), 2),
        ] {
            assert_eq!(map(&office, &director, &query).await["total"], total, "{query}");
        }
        let of_service = map(&office, &director, &format!("service={service}")).await;
        assert!(of_service["total"].as_i64().unwrap() >= 1);
        let with = map(&office, &director, "noticed=some").await["total"].as_i64().unwrap();
        let without = map(&office, &director, "noticed=none").await["total"].as_i64().unwrap();
        assert_eq!(with + without, 2);
        let beside = office.get(&director, &format!("/api/map?unit={}", office.beside)).await;
        assert_eq!(beside.code(), "forbidden");
        for wrong in ["state=nothing", "zoom=near", "from=yesterday"] {
            assert_eq!(office.get(&director, &format!("/api/map?{wrong}")).await.status.as_u16(), 400, "{wrong}");
        }

        // What changes between two looks shows with the next one.
        let says = format!("/api/records/{first}/check");
        office.post(&director, &says, &json!({"state": "accepted"})).await.ok();
        let states = async |state: &str| {
            map(&office, &director, &format!("state={state}")).await["total"].as_i64().unwrap()
        };
        assert_eq!((states("accepted").await, states("unchecked").await), (1, 1));
        let (third, _) = completed(&house, &mut office, 2, 52.13, false).await;
        let totals = map(&office, &director, "zoom=4").await["total"].as_i64().unwrap();
        assert_eq!(totals, 2, "where it was made is read out of it later");
        assert!(looking.all().await.unwrap());
        let all = map(&office, &director, "zoom=4").await;
        assert_eq!((&all["total"], &all["points"][0]["record"]), (&3.into(), &third.to_string().into()));
        // A server that has just been started knows the same.
        let fresh = Office { router: kandas_server::router::router(Office::started(&house)), ..office };
        assert_eq!(map(&fresh, &director, "zoom=4").await["places"], all["places"]);

        // Each look is in the access log.
        let mut tx = house.store.read().await.unwrap();
        let sql = "select count(*) from access_log where action = 'map.show'";
        let (looks,) = one!(&mut tx, (i64,), sql).await.unwrap();
        drop(tx);
        assert!(looks >= 12, "{looks}");
        assert_sound(&house).await;
    }

    async fn families_stand_where_they_live(house) {
        let office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let above = office.somebody(&house, Role::CtmSetHead, office.above).await;
        let own = office.district.families.iter().filter(|family| family.org_unit == office.unit.0);
        let measured = own.filter(|family| family.latitude.is_some()).count();
        let all = map(&office, &director, "layer=families&zoom=3&centres=true").await;
        assert_eq!(all["total"], measured);
        assert_eq!(all["centres"].as_array().unwrap().len(), 1);
        let both = map(&office, &above, "layer=families&zoom=3&centres=true").await;
        assert!(both["total"].as_i64().unwrap() > all["total"].as_i64().unwrap());
        assert_eq!(both["centres"].as_array().unwrap().len(), 2);
        let narrowed = map(&office, &above, &format!("layer=families&unit={}", office.unit)).await;
        assert_eq!(narrowed["total"], all["total"]);
        let late = map(&office, &director, "layer=families&noticed=some").await["total"].as_i64().unwrap();
        let well = map(&office, &director, "layer=families&noticed=none").await["total"].as_i64().unwrap();
        assert_eq!(late + well, all["total"].as_i64().unwrap());
        let near = map(&office, &director, "layer=families&zoom=18").await;
        assert!(near["places"].as_array().unwrap().len() >= all["places"].as_array().unwrap().len());
        // A family that moves stands at its new house.
        let family = office.district.families.iter().find(|family| family.id == office.family).unwrap();
        let mut moved: kandas_shared::pulled::Family =
            serde_json::from_value(serde_json::to_value(family).unwrap()).unwrap();
        (moved.latitude, moved.longitude) = (Some(43.25), Some(76.93));
        house.append([Fact { family: Some(moved.id), ..Fact::by_system(Event::FamilySet(moved)) }]).await;
        let south = map(&office, &director, "layer=families&south=43&north=44&west=76&east=78&zoom=9").await;
        assert_eq!(south["points"][0]["family"], office.family.to_string());
        let now = measured + usize::from(family.latitude.is_none());
        assert_eq!(map(&office, &director, "layer=families").await["total"], now, "it left where it was");
        // One that goes to another centre goes with its records from this map to that one.
        let beside = office.somebody(&house, Role::CcDir, office.beside).await;
        let there = map(&office, &beside, "layer=families").await["total"].as_i64().unwrap();
        let mut gone: kandas_shared::pulled::Family =
            serde_json::from_value(serde_json::to_value(family).unwrap()).unwrap();
        (gone.latitude, gone.longitude) = (Some(43.25), Some(76.93));
        gone.org_unit = office.beside;
        house.append([Fact { family: Some(gone.id), ..Fact::by_system(Event::FamilySet(gone)) }]).await;
        assert_eq!(map(&office, &director, "layer=families").await["total"], now - 1);
        assert_eq!(map(&office, &beside, "layer=families").await["total"], there + 1);
        assert_sound(&house).await;
    }

    async fn whoever_is_erased_leaves_the_map(house) {
        let mut office = Office::over(&house).await;
        completed(&house, &mut office, 0, 52.12, false).await;
        assert!(looking(&house, &office).all().await.unwrap());
        let sql = "select count(*) from record_spot";
        let mut tx = house.store.read().await.unwrap();
        assert_eq!(one!(&mut tx, (i64,), sql).await.unwrap().0, 1);
        drop(tx);
        let somebody = office.somebody(&house, Role::CcDir, office.unit).await;
        assert_eq!(map(&office, &somebody, "zoom=4").await["total"], 1);
        let director = office.user(&house, Role::CcDir, office.unit).await;
        let subject = erase::Subject::Family(FamilyId(office.family));
        let (now, chance) = (house.clock.wall(), &*house.chance);
        erase::erase(&house.config, &house.store, subject, "18", director.id, now, chance).await.unwrap();
        let mut tx = house.store.read().await.unwrap();
        assert_eq!(one!(&mut tx, (i64,), sql).await.unwrap().0, 0);
        drop(tx);
        assert_eq!(map(&office, &somebody, "zoom=4").await["total"], 0, "nothing of it is remembered");
        assert_sound(&house).await;
    }
}

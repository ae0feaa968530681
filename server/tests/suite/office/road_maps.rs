//! The road map (§38): from a draft into force, three signatures in any order, with an account or on paper, copies, remarks,
//! and what is left of it when somebody is erased.

use std::process::Command;

use axum::http::{Method, StatusCode};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kandas_server::{
    all, erase,
    facts::Event,
    journal::Fact,
    office::{self, export, road_map::on_paper},
    one,
};
use kandas_shared::{
    hash::Digest,
    ids::{FamilyId, OrgUnitId, PersonId, RoadMapId},
    pulled::{Family, OrgKind, OrgUnit, Person, Relation, Role},
    roadmap::Frozen,
    time::Clock as _,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, Office, Somebody, assert_grounds, assert_sound, peer};
use crate::{house::House, stores::on_each};

const PASSWORD: &str = "тоғыз жолдың торабы";
const OKRUG: &str = "559133000";
const NAME: &str = "БІРЕГЕЙТЕК";

/// An office with three families in one okrug, and everybody who has to do with its road map.
struct Scene {
    office: Office,
    families: Vec<Uuid>,
    worker: Somebody,
    director: Somebody,
    okrug: Somebody,
    raion: Somebody,
    other_okrug: Somebody,
    head: Somebody,
}

impl Scene {
    async fn over(house: &House) -> Self {
        let office = Office::over(house).await;
        let own: Vec<_> =
            office.district.families.iter().filter(|family| family.org_unit == office.unit.0).collect();
        let mut facts = Vec::new();
        for (n, of) in own.iter().enumerate() {
            let (kato, name, rural) = if n < 3 {
                ("559133100", "Үлгі ауылы", true)
            } else {
                ("559110100", "Сынамалы қаласы", false)
            };
            let settled = Event::FamilySet(Family {
                id: FamilyId(of.id),
                org_unit: office.unit,
                settlement_kato: kato.into(),
                settlement_name: name.into(),
                rural,
                quota_date: of.quota_date,
                arrived_on: of.arrived_on,
                address: None,
                phone: None,
                latitude: None,
                longitude: None,
            });
            facts.push(Fact { family: Some(FamilyId(of.id)), ..Fact::by_system(settled) });
        }
        // Found again wherever it lies.
        let head = office.district.persons_of(office.family).next().unwrap();
        let (family, person) = (FamilyId(office.family), PersonId(head.id));
        let named = Event::PersonSet(Person {
            id: person,
            family,
            surname: Some(NAME.into()),
            given_name: "СЫНАҚ".into(),
            patronymic: None,
            latin_name: None,
            iin: None,
            birth_date: None,
            sex: None,
            relation: Relation::Head,
            phone: None,
        });
        facts.push(Fact { family: Some(family), person: Some(person), ..Fact::by_system(named) });
        let units: Vec<OrgUnit> = ["559133000", "559135000", "559100000"]
            .map(|kato| OrgUnit {
                id: house.draw(),
                parent: None,
                kind: OrgKind::Mio,
                kato: kato.into(),
                name_kk: format!("{kato} әкімінің аппараты"),
                name_ru: format!("Аппарат акима {kato}"),
            })
            .to_vec();
        facts.extend(units.iter().map(|unit| Fact::by_system(Event::OrgUnitSet(unit.clone()))));
        house.append(facts).await;
        let somebody = async |role, unit: OrgUnitId| {
            let user = office.user(house, role, unit).await;
            let now = house.clock.wall();
            office::set_password(&house.store, now, &*house.chance, &user, PASSWORD).await.unwrap();
            office.seated(house, user).await
        };
        Self {
            worker: somebody(Role::CcSet, office.unit).await,
            director: somebody(Role::CcDir, office.unit).await,
            okrug: somebody(Role::AkimOkrug, units[0].id).await,
            other_okrug: somebody(Role::AkimOkrug, units[1].id).await,
            raion: somebody(Role::AkimRaion, units[2].id).await,
            head: somebody(Role::CtmSetHead, office.above).await,
            families: own[..3].iter().map(|family| family.id).collect(),
            office,
        }
    }

    /// Sessions last until the evening; on another day everybody signs in once more.
    async fn on(&mut self, house: &House, day: &str) {
        house.clock.set(&format!("{day}T07:00:00Z"));
        for who in [
            &mut self.worker,
            &mut self.director,
            &mut self.okrug,
            &mut self.other_okrug,
            &mut self.raion,
            &mut self.head,
        ] {
            *who = self.office.seated(house, who.user.clone()).await;
        }
    }

    async fn draft(&self, who: &Somebody, okrug: &str, year: i32) -> Answer {
        let body = json!({"unit": self.office.unit, "okrug": okrug, "year": year});
        self.office.post(who, "/api/road-maps", &body).await
    }

    async fn drafted(&self) -> String {
        let answer = self.draft(&self.worker, OKRUG, 2026).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.ok()["id"].as_str().unwrap().to_owned()
    }

    /// A map before the three who sign it.
    async fn submitted(&self) -> String {
        let id = self.drafted().await;
        self.submit(&id).await.ok();
        id
    }

    async fn submit(&self, map: &str) -> Answer {
        let path = format!("/api/road-maps/{map}/submission");
        self.office.ask(Some(&self.worker), &Method::POST, &path, None).await
    }

    async fn act(&self, who: &Somebody, map: &str, what: &str, body: Value) -> Answer {
        self.office.post(who, &format!("/api/road-maps/{map}/{what}"), &body).await
    }

    async fn sign(&self, who: &Somebody, map: &str) -> Answer {
        self.act(who, map, "signature", json!({"password": PASSWORD})).await
    }

    async fn show(&self, who: &Somebody, map: &str) -> Value {
        self.office.get(who, &format!("/api/road-maps/{map}")).await.ok()
    }

    async fn rows(&self, map: &str) -> Vec<Value> {
        let page = self.office.get(&self.worker, &format!("/api/road-maps/{map}/rows")).await.ok();
        page["rows"].as_array().unwrap().clone()
    }

    async fn list(&self, who: &Somebody) -> Value {
        self.office.get(who, "/api/road-maps?year=2026").await.ok()
    }

    /// What is entered of a signature on paper; `change` makes it another.
    async fn paper(&self, map: &str, holder: &str, file: &[u8], change: impl FnOnce(&mut Value)) -> Answer {
        let sha256 = self.show(&self.worker, map).await["sha256"].as_str().unwrap().to_owned();
        let mut body = json!({
            "holder": holder, "name": "ҮЛГІЛІ ӘКІМ", "post": "ауылдық округ әкімі", "signed_on": "2026-11-23",
            "digest": &sha256[..8], "file": STANDARD.encode(file),
        });
        change(&mut body);
        self.act(&self.worker, map, "paper", body).await
    }

    /// Files of scans in the media store.
    fn scans(house: &House) -> usize {
        std::fs::read_dir(house.media().join("roadmap")).map_or(0, Iterator::count)
    }
}

fn pdf(mark: &str) -> Vec<u8> {
    format!("%PDF-1.7\n{}\n%%EOF\n", mark.repeat(500)).into_bytes()
}

/// Signatures of a map: who, and whether on paper.
fn signatures(map: &Value) -> Vec<(String, Option<bool>)> {
    let holders = map["holders"].as_array().unwrap().iter();
    holders
        .map(|of| (of["holder"].as_str().unwrap().to_owned(), of["signature"]["on_paper"].as_bool()))
        .collect()
}

fn acts(map: &Value) -> Vec<&str> {
    map["acts"].as_array().unwrap().iter().map(|act| act["act"].as_str().unwrap()).collect()
}

on_each! { engine, House;
    async fn three_sign_in_any_order_and_each_has_his_copy(house) {
        let mut scene = Scene::over(&house).await;
        let list = scene.list(&scene.worker).await;
        let okrug = &list["okrugs"][0];
        assert_eq!(list["okrugs"].as_array().unwrap().len(), 1, "a town needs none: {list}");
        assert_eq!((&okrug["okrug"], &okrug["families"], &okrug["may_draft"]), (&json!(OKRUG), &json!(3), &json!(true)));
        assert_eq!((&okrug["settlements"], &list["none"]), (&json!(["Үлгі ауылы"]), &json!(1)));
        assert_eq!(okrug["akim"]["name_ru"], "Аппарат акима 559133000");

        // Of this year and the next, of an okrug where families live.
        for (okrug, year, code) in [
            (OKRUG, 2025, "out-of-range"), (OKRUG, 2028, "out-of-range"), ("559133100", 2026, "out-of-range"),
            ("559135000", 2026, "road-map-impossible"), ("5591", 2026, "malformed-json"),
        ] {
            assert_eq!(scene.draft(&scene.worker, okrug, year).await.code(), code, "{okrug} {year}");
        }
        for who in [&scene.okrug, &scene.raion, &scene.head] {
            assert_eq!(scene.draft(who, OKRUG, 2026).await.code(), "forbidden");
        }
        let early = scene.drafted().await;
        assert_eq!(scene.office.get(&scene.okrug, &format!("/api/road-maps/{early}")).await.code(), "not-found");
        assert_eq!(scene.list(&scene.okrug).await["okrugs"][0]["map"], Value::Null, "a draft is its centre's alone");
        let one = scene.drafted().await;
        assert_eq!(scene.office.get(&scene.worker, &format!("/api/road-maps/{early}")).await.code(), "not-found");
        let rows = scene.rows(&one).await;
        let heads = rows.iter().filter(|row| row["head"] == true).count();
        assert_eq!((heads, rows.last().unwrap()["entry"].as_u64()), (3, Some(3)), "a row for each family");
        assert_eq!(scene.sign(&scene.director, &one).await.code(), "road-map-impossible", "a draft is not signed");

        // Put forward on a Monday: five working days.
        scene.submit(&one).await.ok();
        assert_eq!(scene.submit(&one).await.code(), "road-map-impossible");
        assert_eq!(scene.draft(&scene.worker, OKRUG, 2026).await.code(), "road-map-impossible");
        let shown = scene.show(&scene.okrug, &one).await;
        assert_eq!((&shown["term"], &shown["target"], &shown["state"]), (&json!(5), &json!("2026-11-30"), &json!("signing")));
        assert_eq!((&shown["signs_as"], &shown["may_enter"]), (&json!("okrug"), &json!(false)));
        for who in [&scene.worker, &scene.head] {
            assert_eq!(scene.sign(who, &one).await.code(), "forbidden");
        }
        assert_eq!(scene.office.get(&scene.other_okrug, &format!("/api/road-maps/{one}")).await.code(), "forbidden");
        assert_eq!(scene.sign(&scene.other_okrug, &one).await.code(), "forbidden");
        assert_eq!(scene.list(&scene.other_okrug).await["okrugs"], json!([]));
        let wrong = scene.act(&scene.raion, &one, "signature", json!({"password": "қате"})).await;
        assert_eq!(wrong.code(), "sign-in-failed");
        scene.sign(&scene.okrug, &one).await.ok();
        assert_eq!(scene.sign(&scene.okrug, &one).await.code(), "road-map-impossible");

        scene.on(&house, "2026-12-01").await;
        let list = scene.list(&scene.head).await;
        assert_eq!((&list["waiting"], &list["late"]), (&json!(1), &json!(1)), "after the day to aim for");
        assert_eq!(list["okrugs"][0]["unsigned"], json!(["director", "raion"]));
        scene.sign(&scene.raion, &one).await.ok();
        assert_eq!(scene.show(&scene.raion, &one).await["state"], "signing");
        scene.sign(&scene.director, &one).await.ok();
        let list = scene.list(&scene.head).await;
        assert_eq!((&list["late"], &list["okrugs"][0]["uncopied"]), (&json!(0), &json!(["director", "okrug", "raion"])));

        // What is signed is the hash of what lies there.
        let mut tx = house.store.read().await.unwrap();
        let sql = "select frozen from road_map_row where map = $1 order by number";
        let lines = all!(&mut tx, (String,), sql, one.parse::<RoadMapId>().unwrap()).await.unwrap();
        drop(tx);
        let frozen = Frozen {
            v: 1,
            map: one.parse().unwrap(),
            unit: scene.office.unit,
            okrug: OKRUG.parse().unwrap(),
            year: 2026,
            version: 1,
            rows: lines.iter().map(|(text,)| Digest::of(text.as_bytes())).collect(),
        };
        assert_eq!(shown["sha256"], json!(frozen.hash().unwrap()));

        // The centre notes each copy, an akim his own.
        let copy = |holder: &str, day: &str| json!({"holder": holder, "name": "ҮЛГІЛІ ӘКІМ", "taken_on": day});
        assert_eq!(scene.act(&scene.okrug, &one, "copies", copy("raion", "2026-12-01")).await.code(), "forbidden");
        for day in ["2026-11-30", "2026-12-02"] {
            assert_eq!(scene.act(&scene.worker, &one, "copies", copy("raion", day)).await.code(), "out-of-range");
        }
        scene.act(&scene.okrug, &one, "copies", copy("okrug", "2026-12-01")).await.ok();
        assert_eq!(scene.act(&scene.worker, &one, "copies", copy("okrug", "2026-12-01")).await.code(), "road-map-impossible");
        scene.act(&scene.worker, &one, "copies", copy("raion", "2026-12-01")).await.ok();
        assert_eq!(scene.show(&scene.head, &one).await["state"], "approved");
        scene.act(&scene.director, &one, "copies", copy("director", "2026-12-01")).await.ok();
        let shown = scene.show(&scene.head, &one).await;
        assert_eq!(shown["state"], "active");
        assert_eq!(acts(&shown), ["draft", "submit", "sign", "sign", "sign", "copy", "copy", "copy"]);
        assert_eq!(shown["may"], json!([]));

        // Something is done: another version follows, and until it is signed the first one stays in force.
        let open: Vec<&Value> =
            rows.iter().flat_map(|row| row["activities"].as_array().unwrap()).map(|item| &item["activity"]).collect();
        let planned: Vec<Value> =
            scene.office.district.activities_of(scene.office.family).map(|of| json!(of.id)).collect();
        let nr = planned.iter().position(|id| open.contains(&id)).unwrap();
        scene.office.completed(&house, nr, "photo").await;
        let done = scene.rows(&one).await;
        let items = done.iter().flat_map(|row| row["activities"].as_array().unwrap());
        let done: Vec<&Value> = items.filter(|item| item["done_on"] != Value::Null).map(|item| &item["activity"]).collect();
        assert_eq!(done, [&planned[nr]], "it is marked, and stays in what is signed");
        let two = scene.drafted().await;
        let list = scene.list(&scene.worker).await;
        assert_eq!((&list["okrugs"][0]["map"]["version"], &list["okrugs"][0]["in_force"]), (&json!(2), &json!(1)));
        assert_eq!(scene.list(&scene.okrug).await["okrugs"][0]["map"]["version"], 1);
        let changes = scene.office.get(&scene.worker, &format!("/api/road-maps/{two}/changes")).await.ok();
        assert_eq!((&changes["count"], &changes["changes"][0]["change"]), (&json!(1), &json!("removed")), "{changes}");
        scene.submit(&two).await.ok();
        for who in [&scene.director, &scene.okrug, &scene.raion] {
            assert_eq!(scene.show(&scene.head, &one).await["state"], "active");
            scene.sign(who, &two).await.ok();
        }
        assert_eq!(scene.show(&scene.head, &one).await["state"], "closed");
        assert_eq!(scene.show(&scene.head, &two).await["state"], "approved");
        assert_sound(&house).await;
    }

    async fn an_akim_may_sign_on_paper(house) {
        let scene = Scene::over(&house).await;
        let map = scene.submitted().await;
        let file = pdf("ҚОЛ");
        let set = |name: &'static str, value: Value| move |body: &mut Value| body[name] = value;
        let table: [(&str, &[u8], &str, Value, &str); 8] = [
            ("another version", &file, "digest", json!("00000000"), "paper-differs"),
            ("too few digits", &file, "digest", json!("0"), "paper-differs"),
            ("tomorrow", &file, "signed_on", json!("2026-11-24"), "out-of-range"),
            ("before it was made", &file, "signed_on", json!("2026-11-22"), "out-of-range"),
            ("nobody", &file, "name", json!("  "), "words-missing"),
            ("no position", &file, "post", json!(""), "words-missing"),
            ("a page", b"<html></html>", "holder", json!("okrug"), "file-unusable"),
            ("nothing", b"", "holder", json!("okrug"), "file-unusable"),
        ];
        for (what, file, name, value, code) in table {
            assert_eq!(scene.paper(&map, "okrug", file, set(name, value)).await.code(), code, "{what}");
        }
        let large = pdf(&"Ұ".repeat(on_paper::MOST / 1_000 + 10));
        let answer = scene.paper(&map, "okrug", &large, |_| {}).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large"));
        assert_eq!(Scene::scans(&house), 0, "what was refused is not kept");
        let body = json!({"holder": "raion", "name": "а", "post": "б", "signed_on": "2026-11-23", "digest": "00000000", "file": ""});
        for who in [&scene.okrug, &scene.head] {
            assert_eq!(scene.act(who, &map, "paper", body.clone()).await.code(), "forbidden");
        }

        scene.paper(&map, "okrug", &file, |_| {}).await.ok();
        assert_eq!(scene.paper(&map, "okrug", &file, |_| {}).await.code(), "road-map-impossible");
        assert_eq!(scene.sign(&scene.okrug, &map).await.code(), "road-map-impossible", "he has signed on paper");
        assert_eq!(Scene::scans(&house), 1);
        let shown = scene.show(&scene.head, &map).await;
        let signed = &shown["holders"][1]["signature"];
        assert_eq!((&signed["name"], &signed["post"]), (&json!("ҮЛГІЛІ ӘКІМ"), &json!("ауылдық округ әкімі")));
        assert_eq!((&signed["by_user"], &signed["by_role"]), (&json!(scene.worker.user.id), &json!("cc_set")));
        assert_eq!((&signed["media_type"], &signed["size"]), (&json!("application/pdf"), &json!(file.len())));

        let scan = scene.office.get(&scene.okrug, &format!("/api/road-maps/{map}/scans/okrug")).await;
        assert_eq!((scan.status, &scan.body[..]), (StatusCode::OK, &file[..]));
        assert_eq!(scan.headers["content-type"], "application/pdf");
        assert!(scan.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
        assert!(scan.headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
        assert_eq!(scene.office.get(&scene.other_okrug, &format!("/api/road-maps/{map}/scans/okrug")).await.code(), "forbidden");
        assert_eq!(scene.office.get(&scene.head, &format!("/api/road-maps/{map}/scans/raion")).await.code(), "not-found");
        let mut tx = house.store.read().await.unwrap();
        let sql = "select count(*) from access_log where action = $1 and by_user = $2";
        let (looks,) = one!(&mut tx, (i64,), sql, format!("road_map.scan {map} okrug"), scene.okrug.user.id).await.unwrap();
        drop(tx);
        assert_eq!(looks, 1);

        scene.sign(&scene.director, &map).await.ok();
        scene.sign(&scene.raion, &map).await.ok();
        let shown = scene.show(&scene.head, &map).await;
        let expected = [("director", Some(false)), ("okrug", Some(true)), ("raion", Some(false))];
        assert_eq!(signatures(&shown), expected.map(|(who, how)| (who.to_owned(), how)));
        assert_eq!(shown["state"], "approved");
        assert_sound(&house).await;
    }

    async fn remarks_void_the_signatures_and_another_version_follows(house) {
        let scene = Scene::over(&house).await;
        let map = scene.submitted().await;
        scene.sign(&scene.director, &map).await.ok();
        let say = |text: &str| json!({"text": text});
        assert_eq!(scene.act(&scene.okrug, &map, "remarks", say(" ")).await.code(), "words-missing");
        assert_eq!(scene.act(&scene.head, &map, "remarks", say("а")).await.code(), "forbidden");
        assert_eq!(scene.act(&scene.other_okrug, &map, "remarks", say("а")).await.code(), "forbidden");
        scene.act(&scene.okrug, &map, "remarks", say("Көмір жоқ")).await.ok();
        let shown = scene.show(&scene.director, &map).await;
        assert_eq!((&shown["state"], &shown["remarks"][0]["text"]), (&json!("returned"), &json!("Көмір жоқ")));
        assert_eq!(scene.sign(&scene.raion, &map).await.code(), "road-map-impossible");
        assert_eq!(scene.paper(&map, "raion", &pdf("Х"), |_| {}).await.code(), "road-map-impossible");
        let two = scene.submitted().await;
        let shown = scene.show(&scene.okrug, &two).await;
        assert_eq!((&shown["version"], shown["versions"].as_array().unwrap().len()), (&json!(2), 2));
        assert!(signatures(&shown).iter().all(|(_, signed)| signed.is_none()), "{shown}");
        // What was said aloud the centre enters.
        scene.act(&scene.worker, &two, "remarks", say("Аким ауызша айтты")).await.ok();
        assert_eq!(scene.show(&scene.raion, &two).await["state"], "returned");
        assert_sound(&house).await;
    }

    async fn an_erased_family_leaves_hashes_and_signatures(house) {
        let scene = Scene::over(&house).await;
        let returned = scene.submitted().await;
        let words = "БІРЕГЕЙТЕК отбасын тексеріңіз";
        scene.act(&scene.okrug, &returned, "remarks", json!({"text": words})).await.ok();
        let map = scene.submitted().await;
        let mark = "СКАН-ІЗІ";
        scene.paper(&map, "okrug", &pdf(mark), |_| {}).await.ok();
        let before = scene.show(&scene.worker, &map).await;
        let lines = scene.rows(&map).await;
        let needles: [&[u8]; 2] = [NAME.as_bytes(), mark.as_bytes()];
        assert!(!House::found_in(&house.media(), &[mark.as_bytes()]).is_empty());

        let gone = erase::Subject::Family(FamilyId(scene.families[0]));
        let (now, by) = (house.clock.wall(), scene.director.user.id);
        erase::erase(&house.config, &house.store, gone, "18", by, now, &*house.chance).await.unwrap();
        let after = scene.show(&scene.worker, &map).await;
        let left = scene.rows(&map).await;
        assert!(left.iter().all(|row| row["family"] != json!(scene.families[0])) && !left.is_empty());
        assert_eq!(after["erased"].as_u64().unwrap() as usize, lines.len() - left.len());
        assert_eq!((&after["sha256"], &after["state"]), (&before["sha256"], &json!("signing")));
        let signed = &after["holders"][1]["signature"];
        assert_eq!((&signed["name"], &signed["media_type"]), (&json!("ҮЛГІЛІ ӘКІМ"), &Value::Null), "who signed stays");
        assert_eq!(scene.office.get(&scene.worker, &format!("/api/road-maps/{map}/scans/okrug")).await.code(), "not-found");
        assert_eq!(scene.show(&scene.worker, &returned).await["remarks"], json!([]), "the words may have spoken of him");
        assert_eq!(Scene::scans(&house), 0);
        assert_eq!(House::found_in(&house.config.data, &needles), []);
        assert_eq!(House::found_in(&house.media(), &needles), []);
        if let Some(files) = house.database_files().await {
            assert_eq!(House::found_in(&files, &needles), []);
        }
        assert_sound(&house).await;

        // A paper of then may still show him; signatures over what is left go on.
        assert_eq!(after["may_enter"], false);
        assert_eq!(scene.paper(&map, "raion", &pdf("Х"), |_| {}).await.code(), "road-map-impossible");
        scene.sign(&scene.director, &map).await.ok();
        scene.sign(&scene.raion, &map).await.ok();
        assert_eq!(scene.show(&scene.worker, &map).await["state"], "approved");

        // One person alone takes his line.
        let line = left.iter().find(|row| row["head"] == true).unwrap();
        let person: PersonId = serde_json::from_value(line["person"].clone()).unwrap();
        let gone = erase::Subject::Person(person);
        erase::erase(&house.config, &house.store, gone, "18", by, now, &*house.chance).await.unwrap();
        assert_eq!(scene.rows(&map).await.len(), left.len() - 1);
        assert_sound(&house).await;
    }

    async fn lines_that_were_changed_are_not_signed(house) {
        let scene = Scene::over(&house).await;
        let map = scene.submitted().await;
        let mut tx = house.store.write().await.unwrap();
        let sql = "update road_map_row set frozen = replace(frozen, 'Үлгі ауылы', 'Басқа ауыл') where number = 1";
        assert_eq!(kandas_server::exec!(&mut tx, sql).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert_eq!(scene.sign(&scene.director, &map).await.code(), "internal");
        assert_eq!(scene.paper(&map, "okrug", &pdf("Х"), |_| {}).await.code(), "internal");
        assert_eq!(Scene::scans(&house), 0, "the scan went again");
        let compared = kandas_server::rebuild::rebuild(&house.store, &mut |_, _| {}).await.unwrap();
        assert_eq!(compared.differences.len(), 1, "and a rebuild puts them right");
        scene.sign(&scene.director, &map).await.ok();
    }

    async fn the_term_is_a_setting_with_a_day(house) {
        let scene = Scene::over(&house).await;
        let auth = scene.office.somebody(&house, Role::Auth, scene.office.above).await;
        let set = async |from: &str, days: Value| {
            scene.office.post(&auth, "/api/road-map-term", &json!({"from": from, "days": days})).await
        };
        assert_eq!(set("2026-11-23", json!(0)).await.code(), "out-of-range");
        assert_eq!(set("2026-11-23", json!(61)).await.code(), "out-of-range");
        assert_eq!(set("2026-11-23", json!(5)).await.code(), "nothing-changes");
        assert_eq!(set("2026-11-23", Value::Null).await.code(), "nothing-changes");
        set("2026-11-23", json!(3)).await.ok();
        let forbidden = json!({"from": "2026-11-23", "days": 4});
        assert_eq!(scene.office.post(&scene.director, "/api/road-map-term", &forbidden).await.code(), "forbidden");
        let map = scene.submitted().await;
        let shown = scene.show(&scene.worker, &map).await;
        assert_eq!((&shown["term"], &shown["target"]), (&json!(3), &json!("2026-11-26")));
        let term = set("2026-11-23", Value::Null).await.ok();
        assert_eq!((&term["now"], &term["history"][0]["days"], &term["history"][0]["was"]), (&json!(5), &Value::Null, &json!(3)));
        assert_eq!(scene.show(&scene.worker, &map).await["target"], "2026-11-26", "a map keeps its day");
        assert_sound(&house).await;
    }

    async fn the_paper_shows_what_is_signed_and_an_akim_may_have_it(house) {
        let scene = Scene::over(&house).await;
        let map = scene.submitted().await;
        let sha256 = scene.show(&scene.worker, &map).await["sha256"].as_str().unwrap().to_owned();
        let wanted = json!({"what": "road_map", "format": "pdf", "lang": "kk", "road_map": map});
        assert_eq!(scene.office.post(&scene.other_okrug, "/api/exports", &wanted).await.code(), "forbidden");
        let sheet = json!({"what": "road_map", "format": "xlsx", "lang": "kk", "road_map": map});
        assert_eq!(scene.office.post(&scene.okrug, "/api/exports", &sheet).await.code(), "bad-request");
        let asked = scene.office.post(&scene.okrug, "/api/exports", &wanted).await.ok();
        assert!(export::piece(&scene.office.state).await.unwrap());
        let id = asked["id"].as_str().unwrap();
        let file = scene.office.get(&scene.okrug, &format!("/api/exports/{id}/file")).await;
        assert_eq!(file.headers["content-type"], "application/pdf");
        // Where it is missing nothing is read, which CI does not allow.
        let Some(program) = peer("pdftotext", &["-v"]) else { return };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map.pdf");
        std::fs::write(&path, &file.body).unwrap();
        let read = Command::new(program).args(["-layout"]).arg(&path).arg("-").output().unwrap();
        let text = String::from_utf8(read.stdout).unwrap();
        let pages = text.split('\x0c').filter(|page| !page.trim().is_empty());
        for (n, page) in pages.enumerate() {
            assert!(page.contains(&sha256), "page {n} does not say of which version it is: {page}");
        }
        for part in [NAME, "2026 жылға арналған жол картасы", "Аудан әкімі (қолы", "Ауылдық округ әкімі (қолы",
            "Мансап орталығының директоры (қолы", "Үш данада"] {
            assert!(text.contains(part), "{part} is not on the paper: {text}");
        }
        assert_grounds(&house, &text, "road_map_act", Some("submit")).await;
    }
}

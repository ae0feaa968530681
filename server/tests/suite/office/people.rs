//! Units and users as an administrator keeps them, and who sees consents.

use axum::http::Method;
use kandas_server::{
    all, office as desk,
    office::export,
    office::second_factor::{self, Secret},
};
use kandas_shared::{
    ids::{ActivityId, FamilyId, OrgUnitId, PersonId, RecordId, UserId},
    pulled::Role,
    receipt::Verdict,
    time::Clock as _,
};
use serde_json::{Value, json};

use super::{Answer, Office, Somebody, assert_sound, exports::exported};
use crate::{
    house::{House, Work, photo},
    stores::on_each,
};

const PASSWORD: &str = "тоғыз жолдың торабы";

impl Office {
    async fn put(&self, who: &Somebody, path: &str, body: &Value) -> Answer {
        self.ask(Some(who), &Method::PUT, path, Some(body)).await
    }

    async fn take_away(&self, who: &Somebody, path: &str) -> Answer {
        self.ask(Some(who), &Method::DELETE, path, None).await
    }

    /// The executive body, on whose land everything lies.
    fn body(&self) -> OrgUnitId {
        OrgUnitId(self.district.org_units.iter().find(|unit| unit.kind == "mio").unwrap().id)
    }

    /// A unit as it stands, as it is asked for.
    fn unit_of(&self, id: OrgUnitId) -> Value {
        let unit = self.district.org_units.iter().find(|unit| unit.id == id.0).unwrap();
        json!({"parent": unit.parent, "kind": unit.kind, "kato": unit.kato, "name_kk": unit.name_kk, "name_ru": unit.name_ru})
    }

    /// The user as he stands, with what shall be another.
    fn changed(&self, who: &Somebody, what: &Value) -> Value {
        let user = &who.user;
        let mut wanted = json!({"name": user.name, "role": user.role, "org_unit": user.org_unit,
            "language": user.language, "active": user.active});
        for (name, value) in what.as_object().unwrap() {
            wanted[name] = value.clone();
        }
        wanted
    }
}

/// What somebody has put into the journal.
async fn acts(house: &House, by: UserId) -> Vec<String> {
    let mut tx = house.store.read().await.unwrap();
    let sql = "select kind from journal where author = $1 order by position";
    let kinds = all!(&mut tx, (String,), sql, by.to_string()).await.unwrap();
    kinds.into_iter().map(|(kind,)| kind).collect()
}

on_each! { engine, House;
    async fn an_administrator_keeps_the_units_below_his_own(house) {
        let office = Office::over(&house).await;
        let admin = office.somebody(&house, Role::Admin, office.above).await;
        let mut centre = office.unit_of(office.unit);
        centre["name_ru"] = json!("  Новый центр ");
        let path = format!("/api/units/{}", office.unit);
        let answer = office.put(&admin, &path, &centre).await.ok();
        assert_eq!(answer["name_ru"], "Новый центр");
        assert_eq!(office.put(&admin, &path, &centre).await.code(), "nothing-changes");

        let new = office.post(&admin, "/api/units", &centre).await;
        assert_eq!(new.status, axum::http::StatusCode::CREATED);
        let new = new.ok()["id"].as_str().unwrap().to_owned();
        let people = office.get(&admin, "/api/people").await.ok();
        let listed = people["units"].as_array().unwrap().iter().find(|unit| unit["id"] == json!(new)).unwrap();
        assert_eq!(listed["parent"], json!(office.above));
        // Somebody works there at once.
        let worker = json!({"login": "new.worker", "name": "ЖАҢА", "role": "cc_set", "org_unit": new, "language": "kk"});
        office.post(&admin, "/api/users", &worker).await.ok();

        // A unit is not above itself, and a centre that serves families stays one.
        let mut wrong = centre.clone();
        wrong["parent"] = json!(office.unit);
        assert_eq!(office.put(&admin, &path, &wrong).await.code(), "unit-impossible");
        let mut wrong = centre.clone();
        wrong["kind"] = json!("ctm");
        assert_eq!(office.put(&admin, &path, &wrong).await.code(), "unit-impossible");
        for name in ["", "  ", "а\u{0}б"] {
            let mut wrong = centre.clone();
            wrong["name_kk"] = json!(name);
            assert_eq!(office.put(&admin, &path, &wrong).await.code(), "words-missing", "{name:?}");
        }

        // Beyond his own units he makes nothing, and nothing that reaches beyond them.
        let mine = office.somebody(&house, Role::Admin, office.unit).await;
        for (path, body) in [
            (format!("/api/units/{}", office.beside), office.unit_of(office.beside)),
            (format!("/api/units/{}", office.above), office.unit_of(office.above)),
        ] {
            assert_eq!(office.put(&mine, &path, &body).await.code(), "forbidden", "{path}");
        }
        assert_eq!(office.post(&mine, "/api/units", &centre).await.code(), "forbidden");
        let unknown = format!("/api/units/{}", office.family);
        assert_eq!(office.put(&mine, &unknown, &centre).await.code(), "forbidden", "nobody hears whether there is one");
        let alone = json!({"parent": null, "kind": "ctm", "kato": "550000000", "name_kk": "б", "name_ru": "в"});
        assert_eq!(office.post(&admin, "/api/units", &alone).await.code(), "forbidden");
        let over_all = office.somebody(&house, Role::Admin, office.body()).await;
        let land = office.unit_of(office.body())["kato"].clone();
        let mut alone = alone;
        alone["kato"] = land;
        office.post(&over_all, "/api/units", &alone).await.ok();

        assert_eq!(acts(&house, admin.user.id).await, ["org_unit.set", "org_unit.set", "user.set"]);
        assert_eq!(acts(&house, mine.user.id).await, Vec::<String>::new());
        assert_sound(&house).await;
    }

    async fn a_unit_that_moves_takes_its_families_along(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        let over_all = office.somebody(&house, Role::Admin, office.body()).await;
        let land = office.unit_of(office.body())["kato"].clone();
        let other = json!({"parent": null, "kind": "ctm", "kato": land, "name_kk": "басқа", "name_ru": "другой"});
        let other = office.post(&over_all, "/api/units", &other).await.ok()["id"].as_str().unwrap().to_owned();
        let other: OrgUnitId = serde_json::from_value(json!(other)).unwrap();
        let head = office.somebody(&house, Role::CtmSetHead, office.above).await;
        let next = office.somebody(&house, Role::CtmSetHead, other).await;
        let family = format!("/api/families/{}", office.family);
        office.get(&head, &family).await.ok();
        assert_eq!(office.get(&next, &family).await.code(), "forbidden");
        let mut moved = office.unit_of(office.unit);
        moved["parent"] = json!(other);
        office.put(&over_all, &format!("/api/units/{}", office.unit), &moved).await.ok();
        assert_eq!(office.get(&head, &family).await.code(), "forbidden");
        office.get(&next, &family).await.ok();
        let listed = async |who: &Somebody| {
            let list = office.get(who, "/api/families").await.ok();
            list["families"].as_array().unwrap().iter().any(|of| of["id"] == json!(office.family))
        };
        assert_eq!((listed(&head).await, listed(&next).await), (false, true));
        assert_eq!(office.get(&next, "/api/queue").await.ok()["entries"].as_array().unwrap().len(), 1);
        assert_sound(&house).await;
    }

    async fn a_user_is_put_right_and_nobody_raises_himself(house) {
        let office = Office::over(&house).await;
        let admin = office.somebody(&house, Role::Admin, office.above).await;
        let worker = office.somebody(&house, Role::CcSet, office.unit).await;
        let path = format!("/api/users/{}", worker.user.id);
        let change = async |who: &Somebody, of: &Somebody, what: Value| {
            office.put(who, &format!("/api/users/{}", of.user.id), &office.changed(of, &what)).await
        };
        // Another name ends nothing.
        let answer = change(&admin, &worker, json!({"name": " ЖАҢА АТЫ ", "language": "ru"})).await.ok();
        assert_eq!((&answer["name"], &answer["language"]), (&json!("ЖАҢА АТЫ"), &json!("ru")));
        assert_eq!(office.get(&worker, "/api/session").await.ok()["name"], "ЖАҢА АТЫ");
        assert_eq!(change(&admin, &worker, json!({"name": "ЖАҢА АТЫ", "language": "ru"})).await.code(), "nothing-changes");
        assert_eq!(change(&admin, &worker, json!({"name": "  "})).await.code(), "bad-request");
        // Another role, another unit, a stop and its taking back do, and what he had asked for is not his any more.
        let wanted = json!({"what": "families", "format": "csv", "lang": "kk"});
        exported(&office, &worker, &wanted).await;
        let files = office.get(&worker, "/api/exports").await.ok();
        let taken = format!("/api/exports/{}/file", files["exports"][0]["id"].as_str().unwrap());
        assert!(office.get(&worker, &taken).await.status.is_success());
        office.post(&worker, "/api/exports", &wanted).await.ok();
        for what in [json!({"role": "cc_dir"}), json!({"org_unit": office.beside}), json!({"active": false})] {
            let again = office.seated(&house, worker.user.clone()).await;
            change(&admin, &worker, what.clone()).await.ok();
            assert_eq!(office.get(&again, "/api/session").await.code(), "session-over", "{what}");
        }
        assert!(!export::piece(&office.state).await.unwrap(), "nobody writes it any more");
        let code = format!("{path}/code");
        assert_eq!(office.post(&admin, &code, &Value::Null).await.code(), "worker-inactive");
        change(&admin, &worker, json!({})).await.ok();
        office.post(&admin, &code, &Value::Null).await.ok();
        let again = office.seated(&house, worker.user.clone()).await;
        assert_eq!(office.get(&again, &taken).await.code(), "not-found");

        // Nobody makes of somebody what he could not make anew, nor touches who is beyond his units.
        assert_eq!(change(&admin, &worker, json!({"role": "auth"})).await.code(), "forbidden");
        assert_eq!(change(&admin, &worker, json!({"role": "crtr", "active": false})).await.code(), "forbidden");
        assert_eq!(change(&admin, &worker, json!({"org_unit": office.body()})).await.code(), "forbidden");
        let auth = office.somebody(&house, Role::Auth, office.unit).await;
        assert_eq!(change(&admin, &auth, json!({"role": "cc_set"})).await.code(), "forbidden");
        let mine = office.somebody(&house, Role::Admin, office.unit).await;
        assert_eq!(change(&mine, &worker, json!({"org_unit": office.above})).await.code(), "forbidden");
        assert_eq!(change(&mine, &admin, json!({"name": "БАСҚА"})).await.code(), "forbidden");
        // His own name and language are his to put right; his rights are not.
        for what in [json!({"role": "ctm_set_head"}), json!({"org_unit": office.unit}), json!({"active": false})] {
            assert_eq!(change(&admin, &admin, what.clone()).await.code(), "forbidden", "{what}");
        }
        change(&admin, &admin, json!({"name": "ӨЗ АТЫ"})).await.ok();
        office.get(&admin, "/api/session").await.ok();
        assert_sound(&house).await;
    }

    async fn a_second_factor_that_was_lost_is_forgotten(house) {
        let office = Office::over(&house).await;
        let (now, keys) = (house.clock.wall(), house.keys());
        let admin = office.somebody(&house, Role::Admin, office.above).await;
        let factor = async |user: UserId| {
            let sealed = Secret::draw(&*house.chance).seal(&keys, user, &*house.chance).unwrap();
            let mut tx = house.store.write().await.unwrap();
            second_factor::set(&mut tx, now, &*house.chance, user, Some(sealed), None).await.unwrap();
            tx.commit().await.unwrap();
        };
        let user = office.user(&house, Role::CcDir, office.unit).await;
        desk::set_password(&house.store, now, &*house.chance, &user, PASSWORD).await.unwrap();
        let path = format!("/api/users/{}/second-factor", user.id);
        assert_eq!(office.take_away(&admin, &path).await.code(), "nothing-changes");
        factor(user.id).await;
        let at_work = office.seated(&house, user.clone()).await;
        let sign_in = async || {
            let body = json!({"login": user.login, "password": PASSWORD});
            office.ask(None, &Method::POST, "/api/session", Some(&body)).await
        };
        assert_eq!(sign_in().await.code(), "second-factor-needed");
        let beside = office.somebody(&house, Role::Admin, office.beside).await;
        assert_eq!(office.take_away(&beside, &path).await.code(), "forbidden");
        office.take_away(&admin, &path).await.ok();
        assert_eq!(office.get(&at_work, "/api/session").await.code(), "session-over");
        // He comes as far as setting up another.
        let signed_in = sign_in().await;
        assert!(signed_in.status.is_success(), "{signed_in:?}");
        // Not his own: somebody at his open screen would do it.
        factor(admin.user.id).await;
        let own = format!("/api/users/{}/second-factor", admin.user.id);
        assert_eq!(office.take_away(&admin, &own).await.code(), "forbidden");
        let auth = office.user(&house, Role::Auth, office.unit).await;
        factor(auth.id).await;
        assert_eq!(office.take_away(&admin, &format!("/api/users/{}/second-factor", auth.id)).await.code(), "forbidden");
        assert_eq!(acts(&house, admin.user.id).await, ["second_factor.set"]);
        assert_sound(&house).await;
    }

    async fn consents_are_seen_by_those_whose_they_are(house) {
        let mut office = Office::over(&house).await;
        let activity = office.district.activities_of(office.family).next().unwrap();
        let (family, person) = (office.family, activity.person);
        let bytes = photo("CONSENT");
        let work = Work {
            family: FamilyId(family),
            person: PersonId(person),
            activity: ActivityId(activity.id),
            service: activity.service.parse().unwrap(),
            note: "",
            photo: &bytes,
        };
        let consent: kandas_shared::ids::ConsentId = house.draw();
        let stated = json!({"kind": "consent", "consent": consent, "person": person, "state": "given"});
        let said = office.phone.seal_with(&house, &work, |payload| {
            payload["statement"] = stated;
            payload["evidence"][0]["kind"] = json!("document");
        });
        let said = said.await;
        assert_eq!(office.phone.push(&house, &[&said]).await, [Verdict::Accepted]);
        office.phone.deliver(&house, &said).await;
        let payload: Value = serde_json::from_str(&said.jws.payload).unwrap();
        let record: RecordId = serde_json::from_value(payload["record"].clone()).unwrap();

        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let doors = [
            format!("/api/persons/{person}/consent"),
            format!("/api/records/{record}"),
            format!("/api/evidence/{}/file", said.evidence),
        ];
        let case = json!({"what": "case", "format": "zip", "lang": "kk", "family": family, "number": "identity"});
        let holds = |file: &Answer, what: &[u8]| file.body.windows(what.len()).any(|window| window == what);
        for door in &doors {
            assert!(office.get(&director, door).await.status.is_success(), "{door}");
        }
        let shown = office.get(&director, &format!("/api/families/{family}")).await.ok();
        assert!(shown["members"].as_array().unwrap().iter().any(|member| member["consent"] == "given"));
        let file = exported(&office, &director, &case).await;
        assert!(holds(&file, consent.to_string().as_bytes()) && holds(&file, &bytes));
        for role in [Role::Crtr, Role::Auth] {
            let somebody = office.somebody(&house, role, office.above).await;
            for door in &doors {
                assert_eq!(office.get(&somebody, door).await.code(), "forbidden", "{role} {door}");
            }
            let shown = office.get(&somebody, &format!("/api/families/{family}")).await.ok();
            assert!(shown["members"].as_array().unwrap().iter().all(|member| member["consent"].is_null()), "{role}");
            let file = exported(&office, &somebody, &case).await;
            assert!(file.status.is_success() && !holds(&file, consent.to_string().as_bytes()) && !holds(&file, &bytes), "{role}");
        }
        assert!(!export::piece(&office.state).await.unwrap());
        assert_sound(&house).await;
    }
}

//! What waits for a decision: every kind of it, what may be decided, and that each decision stands in the journal.

use axum::http::Method;
use kandas_server::{
    all, erase,
    facts::{DeviceRevoked, Event},
    journal::Fact,
    one,
};
use kandas_shared::{
    ids::{ActivityId, FamilyId, PersonId, UserId},
    plan_state::ActivityState,
    pulled::{Activity, Assignment, Role, User},
    receipt::{HeldReason, Verdict},
    time::Clock as _,
};
use serde_json::{Value, json};

use super::{Office, Somebody, assert_sound};
use crate::{
    house::{House, Sealed, Work, photo},
    stores::on_each,
};

impl Office {
    /// The worker seals a completion of the family's activity `nr`, changed before it is signed.
    pub(super) async fn sealed(
        &mut self,
        house: &House,
        nr: usize,
        change: impl FnOnce(&mut Value),
    ) -> Sealed {
        let activity = self.district.activities_of(self.family).nth(nr).unwrap();
        let bytes = photo(&format!("HELD {nr}"));
        let work = Work {
            family: FamilyId(self.family),
            person: PersonId(activity.person),
            activity: ActivityId(activity.id),
            service: activity.service.parse().unwrap(),
            note: "жазба",
            photo: &bytes,
        };
        self.phone.seal_with(house, &work, change).await
    }

    /// It comes, and is held for this.
    pub(super) async fn held(&self, house: &House, sealed: &Sealed, reason: HeldReason) -> String {
        let items = self.phone.push_items(house, &[sealed]).await;
        assert_eq!((items[0].verdict, items[0].reason.as_deref()), (Verdict::Held, Some(reason.as_str())));
        sealed.jws.identity().to_string()
    }

    pub(super) async fn activity(&self, house: &House, nr: usize) -> Activity {
        let id = self.district.activities_of(self.family).nth(nr).unwrap().id;
        activity(house, ActivityId(id)).await
    }

    async fn waiting(&self, who: &Somebody) -> [i64; 3] {
        let waiting = self.get(who, "/api/held").await.ok()["waiting"].clone();
        ["records", "gaps", "handovers"].map(|which| waiting[which].as_i64().unwrap())
    }

    async fn decide(&self, who: &Somebody, hash: &str, says: Value) -> super::Answer {
        self.post(who, &format!("/api/held/{hash}"), &says).await
    }
}

async fn activity(house: &House, id: ActivityId) -> Activity {
    let mut tx = house.store.read().await.unwrap();
    let sql =
        "select id, plan, family, person, service, planned_on, due_on, state, record, done_on from activity
        where id = $1";
    one!(&mut tx, Activity, sql, id).await.unwrap()
}

pub(super) fn set(activity: Activity) -> Fact {
    Fact {
        family: Some(activity.family),
        person: Some(activity.person),
        ..Fact::by_system(Event::ActivitySet(activity))
    }
}

on_each! { engine, House;
    async fn a_record_of_a_cancelled_activity_counts_for_the_one_in_its_place(house) {
        let mut office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let foreign = office.somebody(&house, Role::CcDir, office.beside).await;
        let old = office.activity(&house, 0).await;
        let new = Activity { id: house.draw(), state: ActivityState::Planned, ..old.clone() };
        house.append([set(Activity { state: ActivityState::Cancelled, ..old.clone() })]).await;
        let sealed = office.sealed(&house, 0, |_| {}).await;
        let hash = office.held(&house, &sealed, HeldReason::ActivityCancelled).await;
        assert_eq!(office.waiting(&director).await, [1, 0, 0]);
        assert_eq!(office.get(&director, "/api/overview").await.ok()["held"], 1);
        assert_eq!(office.waiting(&foreign).await, [0, 0, 0]);
        assert_eq!(office.get(&foreign, &format!("/api/held/{hash}")).await.code(), "forbidden");

        // Nothing of the plan fits: it can only be set aside.
        let held = office.get(&director, &format!("/api/held/{hash}")).await.ok();
        assert_eq!((&held["obstacle"], &held["choices"]), (&json!("no_activity"), &json!(["set_aside"])));
        assert_eq!(office.decide(&director, &hash, json!({"choice": "applied"})).await.code(), "decision-impossible");

        house.append([set(new.clone())]).await;
        office.phone.deliver(&house, &sealed).await;
        let held = office.get(&director, &format!("/api/held/{hash}")).await.ok();
        assert_eq!((&held["obstacle"], &held["choices"]), (&Value::Null, &json!(["applied", "set_aside"])));
        assert_eq!(held["activities"][0]["id"], json!(new.id));
        assert_eq!(held["item"]["evidence"][0]["files"][0]["state"], "received");
        let says = json!({"choice": "applied", "activity": new.id, "text": "орнына қосылды"});
        office.decide(&director, &hash, says.clone()).await.ok();
        assert_eq!(office.decide(&director, &hash, says).await.code(), "decision-impossible");
        let now = activity(&house, new.id).await;
        assert_eq!((now.state, now.record.is_some()), (ActivityState::Reported, true), "its photos are in");
        assert_eq!(office.waiting(&director).await, [0, 0, 0]);
        // It is to be checked now, as any other.
        let queue = office.get(&director, "/api/queue").await.ok();
        assert_eq!(queue["entries"][0]["record"], json!(now.record));

        let decided = office.get(&director, "/api/held?which=decided").await.ok()["decided"][0].clone();
        assert_eq!((&decided["choice"], &decided["held_for"]), (&json!("applied"), &json!("activity_cancelled")));
        assert_eq!((&decided["by_name"], &decided["text"]), (&json!(director.user.name), &json!("орнына қосылды")));
        assert_eq!(office.get(&foreign, "/api/held?which=decided").await.ok()["decided"], json!([]));
        assert_sound(&house).await;

        // With the family everything that was said of it goes, and the rest stays whole.
        let by = director.user.id;
        let subject = erase::Subject::Family(FamilyId(office.family));
        erase::erase(&house.config, &house.store, subject, "§", by, house.clock.wall(), &*house.chance).await.unwrap();
        let mut tx = house.store.read().await.unwrap();
        assert_eq!(one!(&mut tx, (i64,), "select count(*) from held_decision").await.unwrap(), (0,));
        drop(tx);
        assert_sound(&house).await;
    }

    async fn a_fork_and_an_escrow_are_set_aside_or_applied_and_nobody_decides_about_his_own(house) {
        let mut office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let (first, _) = office.completed(&house, 0, "photo").await;
        let twin = office.sealed(&house, 1, |payload| {
            payload["seq"] = json!(1);
            payload.as_object_mut().unwrap().remove("prev");
        }).await;
        let hash = office.held(&house, &twin, HeldReason::Fork).await;
        let held = office.get(&director, &format!("/api/held/{hash}")).await.ok();
        assert_eq!((&held["beside"]["record"], &held["beside"]["same_place"]), (&json!(first), &json!(true)));
        for wrong in [json!({"choice": "set_aside"}), json!({"choice": "set_aside", "reason": "phone_lost"}),
            json!({"choice": "set_aside", "reason": "other"}), json!({"choice": "applied", "reason": "mistake"})] {
            assert_eq!(office.decide(&director, &hash, wrong.clone()).await.code(), "bad-request", "{wrong}");
        }
        assert_eq!(office.decide(&director, &hash, json!({"choice": "noted"})).await.code(), "decision-impossible");
        let aside = json!({"choice": "set_aside", "reason": "duplicate"});
        office.decide(&director, &hash, aside.clone()).await.ok();
        assert_eq!(office.decide(&director, &hash, aside).await.code(), "decision-impossible");
        assert_eq!(office.waiting(&director).await, [0, 0, 0]);
        // On second thoughts it counts.
        let held = office.get(&director, &format!("/api/held/{hash}")).await.ok();
        assert_eq!(held["choices"], json!(["applied"]));
        office.decide(&director, &hash, json!({"choice": "applied"})).await.ok();
        assert_eq!(office.activity(&house, 1).await.state, ActivityState::Synced, "its photo has not come");
        office.phone.deliver(&house, &twin).await;
        assert_eq!(office.activity(&house, 1).await.state, ActivityState::Reported);

        // What was on a revoked phone, and its worker has become a director.
        let revoked = DeviceRevoked { device: office.phone.device, reason: "lost".into() };
        house.append([Fact::by_system(Event::DeviceRevoked(revoked))]).await;
        let escrow = office.sealed(&house, 2, |payload| {
            payload["seq"] = json!(2);
        }).await;
        let hash = office.held(&house, &escrow, HeldReason::DeviceRevoked).await;
        let mine = office.district.users.iter().find(|user| user.id == office.worker.0).unwrap().clone();
        let promoted = User {
            id: UserId(mine.id),
            org_unit: office.unit,
            login: mine.login,
            role: Role::CcDir,
            name: mine.name,
            language: kandas_shared::locale::Lang::Kk,
            active: true,
        };
        house.append([Fact::by_system(Event::UserSet(promoted.clone()))]).await;
        let worker = office.seated(&house, promoted).await;
        assert_eq!(office.get(&worker, &format!("/api/held/{hash}")).await.ok()["choices"], json!([]));
        assert_eq!(office.decide(&worker, &hash, json!({"choice": "applied"})).await.code(), "own-record");
        office.decide(&director, &hash, json!({"choice": "applied"})).await.ok();
        assert_eq!(office.activity(&house, 2).await.state, ActivityState::Synced);
        assert_sound(&house).await;
    }

    async fn what_nobody_can_read_is_shown_as_it_is(house) {
        let office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let beside = office.somebody(&house, Role::CcDir, office.beside).await;
        let jws = office.phone.sign_any(r#"{"v":1,"note":"<script>"}"#.into());
        let hash = jws.identity().to_string();
        let item = office.phone.hand_in(&house, vec![jws]).await.remove(0);
        assert_eq!(item.reason.as_deref(), Some("payload_unreadable"));
        // An act of a later program is no less there: shown as it is, until somebody decides.
        let later = serde_json::json!({"v": 1, "family": office.family, "statement": {"kind": "act", "act": "an_act_to_come"}}).to_string();
        let jws = office.phone.sign_any(later.clone());
        let act = jws.identity().to_string();
        let item = office.phone.hand_in(&house, vec![jws]).await.remove(0);
        assert_eq!(item.reason.as_deref(), Some("payload_unreadable"));
        let held = office.get(&director, &format!("/api/held/{act}")).await.ok();
        assert_eq!((&held["raw"], &held["obstacle"]), (&json!(later), &json!("unreadable")));
        let says = json!({"choice": "set_aside", "reason": "other", "text": "СЫНАҚ"});
        office.decide(&director, &act, says).await.ok();
        // Of no family: it belongs to the unit of its worker.
        assert_eq!((office.waiting(&director).await, office.waiting(&beside).await), ([1, 0, 0], [0, 0, 0]));
        let held = office.get(&director, &format!("/api/held/{hash}")).await.ok();
        assert_eq!((&held["raw"], &held["obstacle"]), (&json!(r#"{"v":1,"note":"<script>"}"#), &json!("unreadable")));
        let says = json!({"choice": "set_aside", "reason": "other", "text": "СЫНАҚОВ"});
        office.decide(&director, &hash, says).await.ok();
        let decided = office.get(&director, "/api/held?which=decided").await.ok()["decided"][0].clone();
        assert_eq!((&decided["reason"], &decided["text"]), (&json!("other"), &Value::Null), "words could not be erased");
        let mut tx = house.store.read().await.unwrap();
        let sql = "select action from access_log where by_user = $1 order by id";
        let noted = all!(&mut tx, (String,), sql, director.user.id).await.unwrap();
        assert!(noted.contains(&(format!("held.show {hash}"),)), "{noted:?}");
        drop(tx);
        assert_sound(&house).await;
    }

    async fn missing_numbers_are_taken_for_lost_and_come_all_the_same(house) {
        let mut office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let foreign = office.somebody(&house, Role::CcDir, office.beside).await;
        let mut sealed = Vec::new();
        for nr in 0..3 {
            sealed.push(office.sealed(&house, nr, |_| {}).await);
        }
        office.phone.push(&house, &[&sealed[0], &sealed[2]]).await;
        assert_eq!((office.waiting(&director).await, office.waiting(&foreign).await), ([0, 1, 0], [0, 0, 0]));
        let gap = office.get(&director, "/api/held?which=gaps").await.ok()["gaps"][0].clone();
        assert_eq!((&gap["from_seq"], &gap["to_seq"]), (&json!(2), &json!(2)));
        let says = |to: u64, reason: &str| json!({"device": gap["device"], "chain": gap["chain"], "from_seq": 2,
            "to_seq": to, "reason": reason});
        assert_eq!(office.post(&director, "/api/gaps", &says(2, "duplicate")).await.code(), "bad-request");
        assert_eq!(office.post(&director, "/api/gaps", &says(3, "phone_lost")).await.code(), "not-found");
        assert_eq!(office.post(&foreign, "/api/gaps", &says(2, "phone_lost")).await.code(), "forbidden");
        office.post(&director, "/api/gaps", &says(2, "phone_lost")).await.ok();
        assert_eq!(office.waiting(&director).await, [0, 0, 0]);
        let decided = office.get(&director, "/api/held?which=decided").await.ok()["decided"][0].clone();
        assert_eq!((&decided["choice"], &decided["reason"], &decided["to_seq"]), (&json!("lost"), &json!("phone_lost"), &json!(2)));
        assert_sound(&house).await;
        // It was on the phone after all.
        assert_eq!(office.phone.push(&house, &[&sealed[1]]).await, [Verdict::Accepted]);
        let mut tx = house.store.read().await.unwrap();
        assert_eq!(one!(&mut tx, (i64,), "select count(*) from chain_gap").await.unwrap(), (0,));
        drop(tx);
        assert_sound(&house).await;
    }

    async fn a_late_hand_over_is_seen_and_stays(house) {
        let mut office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let open = office.district.assignments.iter().find(|a| a.family == office.family && a.to.is_none()).unwrap();
        let closed = Assignment {
            id: kandas_shared::ids::AssignmentId(open.id),
            family: FamilyId(office.family),
            worker: office.worker,
            from: "2026-01-01".parse().unwrap(),
            to: Some("2026-11-20".parse().unwrap()),
        };
        let fact = Fact { family: Some(closed.family), ..Fact::by_system(Event::AssignmentSet(closed)) };
        house.append([fact]).await;
        let (record, sealed) = office.completed(&house, 0, "photo").await;
        let hash = sealed.jws.identity().to_string();
        assert_eq!(office.waiting(&director).await, [0, 0, 1]);
        let listed = office.get(&director, "/api/held?which=handovers").await.ok()["records"][0].clone();
        assert_eq!((&listed["record"], &listed["held_for"]), (&json!(record), &Value::Null));
        let held = office.get(&director, &format!("/api/held/{hash}")).await.ok();
        assert_eq!(held["choices"], json!(["noted"]));
        office.decide(&director, &hash, json!({"choice": "noted"})).await.ok();
        assert_eq!(office.decide(&director, &hash, json!({"choice": "noted"})).await.code(), "decision-impossible");
        assert_eq!(office.waiting(&director).await, [0, 0, 0]);
        assert_eq!(office.activity(&house, 0).await.record, Some(record), "it counts as before");
        assert_sound(&house).await;
    }

    async fn pages_of_what_waits_follow_each_other(house) {
        let mut office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let old = office.activity(&house, 0).await;
        house.append([set(Activity { state: ActivityState::Cancelled, ..old })]).await;
        let mut all = Vec::new();
        for _ in 0..53 {
            let sealed = office.sealed(&house, 0, |_| {}).await;
            all.push(office.held(&house, &sealed, HeldReason::ActivityCancelled).await);
        }
        let hashes = |page: &Value| {
            let records = page["records"].as_array().unwrap().iter();
            records.map(|entry| entry["hash"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let first = office.get(&director, "/api/held").await.ok();
        let after = first["next"].as_str().unwrap();
        let second = office.ask(Some(&director), &Method::GET, &format!("/api/held?after={after}"), None).await.ok();
        assert_eq!(second["next"], Value::Null);
        assert_eq!([hashes(&first), hashes(&second)].concat(), all, "each once, in the order in which it came");
        assert_eq!(first["waiting"]["records"], 53);
    }
}

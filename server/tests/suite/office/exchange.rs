//! The exchange of files (§37, §44): each completion makes one message, once; answers are taken in; what cannot be taken is kept
//! aside and shown; what state systems say stands beside the evidence (A-25).

use std::{fs, io};

use kandas_server::{
    all,
    exchange::{
        self,
        folder::Folder,
        inbox, outbox,
        port::{Port, To},
    },
    exec, one,
};
use kandas_shared::{
    exchange::{Direction, FORMAT, Head, Incoming, Outgoing, VERSION, file_name, message_id},
    hash::Digest,
    ids::{ActivityId, FamilyId},
    pulled::Role,
    time::Clock as _,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, Office, Somebody, assert_sound};
use crate::{house::House, stores::on_each};

struct Scene {
    office: Office,
    folder: Folder,
    director: Somebody,
    head: Somebody,
    admin: Somebody,
}

impl Scene {
    async fn over(house: &House) -> Self {
        let office = Office::over(house).await;
        office.state.config.get_or_init(|| house.config.clone());
        let folder = Folder::at(house.config.exchange_dir());
        Self {
            director: office.somebody(house, Role::CcDir, office.unit).await,
            head: office.somebody(house, Role::CtmSetHead, office.above).await,
            admin: office.somebody(house, Role::Admin, office.above).await,
            office,
            folder,
        }
    }

    fn make(&self) {
        fs::create_dir(self.folder.root()).unwrap();
    }

    async fn round(&self) -> exchange::Round {
        exchange::round(&self.office.state, &self.folder).await.unwrap()
    }

    async fn show(&self, who: &Somebody) -> Value {
        self.office.get(who, "/api/exchange").await.ok()
    }

    async fn messages(&self, who: &Somebody) -> Vec<Value> {
        let found = self.office.get(who, "/api/exchange/messages").await.ok();
        found["messages"].as_array().unwrap().clone()
    }

    async fn aside(&self) -> Vec<Value> {
        self.office.get(&self.admin, "/api/exchange/aside").await.ok()["aside"].as_array().unwrap().clone()
    }

    async fn settle(&self, of: &Value, act: &str) -> Answer {
        let path = format!("/api/exchange/aside/{}/{}", of["position"], of["line"]);
        self.office.post(&self.admin, &path, &json!({"act": act})).await
    }

    /// A file of this centre: its head and what it says.
    fn out(&self, sequence: u64) -> (Head, Vec<Outgoing>) {
        let text = fs::read(self.folder.root().join("out").join(file_name(sequence))).unwrap();
        let mut lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let head = serde_json::from_slice(lines.next().unwrap()).unwrap();
        (head, lines.map(|line| serde_json::from_slice(line).unwrap()).collect())
    }

    /// The other side leaves a file.
    fn leave(&self, name: &str, sequence: u64, lines: &[String]) {
        let rest: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let head = Head {
            format: FORMAT.into(),
            v: VERSION,
            direction: Direction::In,
            sequence,
            messages: lines.len() as u64,
            sha256: Digest::of(rest.as_bytes()),
            made_at: "2026-11-23T08:00:00Z".parse().unwrap(),
            store: None,
        };
        let text = format!("{}\n{rest}", serde_json::to_string(&head).unwrap());
        self.leave_text(name, text.as_bytes());
    }

    fn leave_text(&self, name: &str, text: &[u8]) {
        let into = self.folder.root().join("in");
        fs::create_dir_all(&into).unwrap();
        fs::write(into.join(format!("{name}.new")), text).unwrap();
        fs::rename(into.join(format!("{name}.new")), into.join(name)).unwrap();
    }

    /// Names of files in a folder, without the mark that they were claimed with.
    fn names(&self, folder: &str) -> Vec<String> {
        let found = fs::read_dir(self.folder.root().join(folder));
        let mut names: Vec<String> = found
            .map(|entries| {
                entries.map(|entry| unmarked(&entry.unwrap().file_name().into_string().unwrap())).collect()
            })
            .unwrap_or_default();
        names.sort();
        names
    }
}

/// `a.ndjson` of `0123456789abcdef.a.ndjson`.
fn unmarked(name: &str) -> String {
    match name.split_once('.') {
        Some((mark, rest)) if mark.len() == 16 && rest.contains('.') => rest.to_owned(),
        _ => name.to_owned(),
    }
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn line(of: &Incoming) -> String {
    serde_json::to_string(of).unwrap()
}

fn taken(message: u128, about: Uuid) -> String {
    line(&Incoming::Acknowledged { message: id(message), about })
}

/// A port that loses its power right after a file was put, or right before one is put away.
struct Broken<'a>(&'a Folder);

impl Port for Broken<'_> {
    fn name(&self) -> &'static str {
        "broken"
    }
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.0.put(name, bytes)?;
        Err(io::Error::other("the power went"))
    }
    fn waiting(&self) -> io::Result<Vec<String>> {
        self.0.waiting()
    }
    fn claim(&self, name: &str, tag: &str) -> io::Result<String> {
        self.0.claim(name, tag)
    }
    fn claimed(&self) -> io::Result<Vec<String>> {
        self.0.claimed()
    }
    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.0.read(name)
    }
    fn settle(&self, _: &str, _: To) -> io::Result<()> {
        Err(io::Error::other("the power went"))
    }
    fn kept(&self, is: &dyn Fn(&[u8]) -> bool) -> io::Result<Vec<u8>> {
        self.0.kept(is)
    }
}

on_each! { engine, House;
    async fn each_completion_makes_one_message_once(house) {
        let mut scene = Scene::over(&house).await;
        let (_, first) = scene.office.completed(&house, 0, "photo").await;
        let off = scene.show(&scene.director).await;
        assert_eq!((&off["on"], &off["port"], &off["counts"]["queued"]), (&json!(false), &json!("folder"), &json!(0)));
        assert!(off["behind"].as_i64().unwrap() > 0, "nothing is lost while it is off");
        assert!(exchange::port(&scene.office.state).is_none());
        scene.make();
        assert!(exchange::port(&scene.office.state).is_some());
        assert_eq!(scene.round().await, exchange::Round { queued: 1, written: 1, taken: 0 });
        assert_eq!(scene.round().await, exchange::Round::default(), "once is enough");
        let (head, messages) = scene.out(1);
        assert_eq!((head.sequence, head.messages, head.direction), (1, 1, Direction::Out));
        let Outgoing::Completion(of) = &messages[0];
        assert_eq!(of.message, message_id(&first.jws.identity()));
        assert_eq!((of.statement, of.family), (first.jws.identity(), FamilyId(scene.office.family)));
        assert_eq!((of.evidence.len(), of.evidence[0].here), (1, true));
        assert_eq!(of.evidence[0].sha256, Digest::of(first.photo()));
        let person = scene.office.district.persons_of(scene.office.family).find(|who| who.id == of.person.0).unwrap();
        assert_eq!(of.iin, person.iin);

        let (_, _) = scene.office.completed(&house, 1, "photo").await;
        let (_, _) = scene.office.completed(&house, 2, "photo").await;
        assert_eq!(scene.round().await, exchange::Round { queued: 2, written: 1, taken: 0 });
        assert_eq!(scene.out(2).1.len(), 2);
        assert_eq!(scene.names("out"), [file_name(1), file_name(2)]);
        let shown = scene.show(&scene.head).await;
        assert_eq!((&shown["counts"]["written"], &shown["behind"]), (&json!(3), &json!(1)), "only the file's own fact");
        assert_eq!(scene.messages(&scene.director).await.len(), 3);
        let beside = scene.office.somebody(&house, Role::CcDir, scene.office.beside).await;
        assert_eq!(scene.messages(&beside).await.len(), 0);

        // Whatever the row says, a message that is known is not queued again.
        let mut tx = house.store.write().await.unwrap();
        exec!(&mut tx, "update exchange_work set position = 0").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(scene.round().await.queued, 0);
        assert_sound(&house).await;
    }

    async fn a_file_is_written_again_though_the_power_went(house) {
        let mut scene = Scene::over(&house).await;
        scene.make();
        let (_, sealed) = scene.office.completed(&house, 0, "photo").await;
        let message = message_id(&sealed.jws.identity());
        let (store, chance, now) = (&house.store, &*house.chance, house.clock.wall());
        assert_eq!(outbox::queue(store, chance, now).await.unwrap(), Some(1));
        outbox::write(store, chance, &Broken(&scene.folder), now).await.unwrap_err();
        assert_eq!(scene.show(&scene.director).await["counts"]["queued"], 1);
        let before = scene.out(1);
        house.clock.set("2026-11-23T07:10:00Z");
        assert_eq!(scene.round().await.written, 1);
        assert_eq!(scene.out(1), before, "the same file says the same");
        assert_eq!(scene.names("out"), [file_name(1)]);

        // What was taken in before the power went is only put away.
        scene.leave("a.ndjson", 1, &[taken(1, message)]);
        let own = scene.folder.claim("a.ndjson", "0123456789abcdef").unwrap();
        inbox::take(store, chance, &Broken(&scene.folder), &own, now).await.unwrap_err();
        // Another file under the same name meanwhile is another file.
        scene.leave("a.ndjson", 2, &[taken(9, id(99))]);
        assert_eq!(scene.messages(&scene.director).await[0]["state"], "acknowledged");
        assert_eq!(scene.round().await.taken, 2);
        assert_eq!((scene.names("in"), scene.names("done")), (vec![], vec!["a.ndjson".to_owned()]));
        assert_eq!((scene.names("taking"), scene.names("aside")), (vec![], vec!["a.ndjson".to_owned()]));
        let mut tx = house.store.read().await.unwrap();
        let sql = "select count(*) from journal where kind = 'exchange.taken'";
        assert_eq!(one!(&mut tx, (i64,), sql).await.unwrap().0, 2);
        drop(tx);
        assert_sound(&house).await;
    }

    async fn answers_are_taken_and_the_rest_is_kept_aside(house) {
        let mut scene = Scene::over(&house).await;
        scene.make();
        let (_, first) = scene.office.completed(&house, 0, "photo").await;
        let (_, second) = scene.office.completed(&house, 1, "photo").await;
        scene.round().await;
        let (one_, two) = (message_id(&first.jws.identity()), message_id(&second.jws.identity()));
        let refused = line(&Incoming::Refused { message: id(2), about: two, code: "NO-PERSON".into() });
        scene.leave("b.ndjson", 1, &[taken(1, one_), refused.clone()]);
        scene.round().await;
        let messages = scene.messages(&scene.head).await;
        let of = |about: Uuid| messages.iter().find(|of| of["message"] == json!(about)).unwrap();
        assert_eq!((&of(one_)["state"], &of(two)["state"], &of(two)["code"]), (&json!("acknowledged"), &json!("refused"), &json!("NO-PERSON")));
        assert_eq!(scene.names("done"), ["b.ndjson"]);
        assert_eq!(scene.aside().await.len(), 0);
        assert_eq!(scene.office.get(&scene.head, "/api/exchange/aside").await.code(), "forbidden", "whose it is, is not known");

        // A duplicate, something unknown, something damaged, and one good line between them.
        let unknown = r#"{"kind":"greeting","message":"00000000-0000-0000-0000-000000000009"}"#.to_owned();
        let nobody = taken(3, id(99));
        scene.leave("c.ndjson", 3, &[taken(1, one_), unknown, nobody, "{".into(), taken(4, two)]);
        scene.leave_text("d.ndjson", b"not a file of the exchange");
        scene.leave("e.ndjson", 1, &[taken(1, one_), refused]);
        assert_eq!(scene.round().await.taken, 3);
        assert_eq!((scene.names("in"), scene.names("aside")), (vec![], vec!["c.ndjson".to_owned(), "d.ndjson".into(), "e.ndjson".into()]));
        let aside = scene.aside().await;
        let mut kept: Vec<(String, i64, String)> = aside
            .iter()
            .map(|of| (unmarked(of["name"].as_str().unwrap()), of["line"].as_i64().unwrap(), of["reason"].as_str().unwrap().into()))
            .collect();
        kept.sort();
        let expected = [
            ("c.ndjson", 1, "duplicate"), ("c.ndjson", 2, "unknown_kind"), ("c.ndjson", 3, "unknown_subject"),
            ("c.ndjson", 4, "damaged"), ("d.ndjson", 0, "damaged"), ("e.ndjson", 0, "duplicate"),
        ];
        assert_eq!(kept, expected.map(|(name, line, reason)| (name.to_owned(), line, reason.to_owned())));
        let shown = scene.show(&scene.director).await;
        assert_eq!((&shown["aside"], &shown["missing"]), (&json!(6), &json!([2])));
        assert_eq!(shown["counts"]["acknowledged"], 2, "the good line was taken");

        // Somebody looks after it.
        let of = |line: i64| aside.iter().find(|of| unmarked(of["name"].as_str().unwrap()) == "c.ndjson" && of["line"] == line).unwrap();
        assert_eq!(scene.settle(of(3), "retry").await.code(), "exchange-impossible");
        scene.settle(of(3), "close").await.ok();
        assert_eq!(scene.settle(of(3), "close").await.code(), "exchange-impossible");
        assert_eq!(scene.office.post(&scene.admin, "/api/exchange/aside/1/1", &json!({"act": "close"})).await.code(), "not-found");
        assert_eq!(scene.show(&scene.director).await["aside"], 5);

        // What was refused is written once more, what was taken is not.
        let again = async |message: Uuid| {
            scene.office.post(&scene.head, &format!("/api/exchange/messages/{message}/retry"), &Value::Null).await
        };
        assert_eq!(again(one_).await.code(), "exchange-impossible");
        assert_eq!(again(id(5)).await.code(), "not-found");
        scene.leave("f.ndjson", 4, &[line(&Incoming::Refused { message: id(6), about: two, code: "LATER".into() })]);
        scene.round().await;
        again(two).await.ok();
        assert_eq!(scene.round().await.written, 1);
        let (head, written) = scene.out(2);
        let Outgoing::Completion(of) = &written[0];
        assert_eq!((head.sequence, of.message), (2, two), "under the same id, in another file");
        assert_sound(&house).await;
    }

    async fn what_the_screen_counts_is_counted_as_it_changes(house) {
        let mut scene = Scene::over(&house).await;
        scene.make();
        let mut of = Vec::new();
        for nr in 0..3 {
            let (_, sealed) = scene.office.completed(&house, nr, "photo").await;
            of.push(message_id(&sealed.jws.identity()));
        }
        let numbers = |shown: &Value| {
            let names = ["queued", "written", "acknowledged", "refused", "erased"];
            names.map(|name| shown["counts"][name].as_i64().unwrap())
        };
        let refused = |message: u128, about: Uuid| {
            line(&Incoming::Refused { message: id(message), about, code: "LATER".into() })
        };
        outbox::queue(&house.store, &*house.chance, house.clock.wall()).await.unwrap();
        let shown = scene.show(&scene.director).await;
        assert_eq!((numbers(&shown), &shown["unanswered_since"]), ([3, 0, 0, 0, 0], &Value::Null));
        scene.round().await;
        let shown = scene.show(&scene.director).await;
        assert_eq!(numbers(&shown), [0, 3, 0, 0, 0]);
        assert!(shown["unanswered_since"].is_string(), "{shown}");
        // Two answers to the same message in one file: the last one stands.
        scene.leave("a.ndjson", 1, &[taken(1, of[0]), refused(2, of[1]), taken(3, of[1])]);
        scene.round().await;
        assert_eq!(numbers(&scene.show(&scene.director).await), [0, 1, 2, 0, 0]);
        scene.leave("b.ndjson", 2, &[refused(4, of[2])]);
        scene.round().await;
        let shown = scene.show(&scene.director).await;
        assert_eq!((numbers(&shown), &shown["unanswered_since"]), ([0, 0, 2, 1, 0], &Value::Null));
        let again = format!("/api/exchange/messages/{}/retry", of[2]);
        scene.office.post(&scene.head, &again, &Value::Null).await.ok();
        assert_eq!(numbers(&scene.show(&scene.director).await), [1, 0, 2, 0, 0]);
        let beside = scene.office.somebody(&house, Role::CcDir, scene.office.beside).await;
        assert_eq!(numbers(&scene.show(&beside).await), [0; 5], "of his own units");

        // Numbers of files that are missing: what comes late closes its gap, or makes two of it.
        for (number, missing) in [(7, vec![3, 4, 5, 6]), (5, vec![3, 4, 6]), (6, vec![3, 4]), (3, vec![4]), (4, vec![])] {
            scene.leave(&format!("gap-{number}.ndjson"), number, &[taken(100 + u128::from(number), id(99))]);
            scene.round().await;
            assert_eq!(scene.show(&scene.director).await["missing"], json!(missing), "after {number}");
        }
        assert_sound(&house).await;

        // No message is read for the numbers, and a wrong one does not stay hidden.
        let mut tx = house.store.write().await.unwrap();
        let sql = "update exchange_count set messages = messages + 7 where state = 'acknowledged'";
        assert_eq!(exec!(&mut tx, sql).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert_eq!(numbers(&scene.show(&scene.director).await)[2], 9);
        let compared = kandas_server::rebuild::compare(&house.store, &mut |_, _| {}).await.unwrap();
        assert_eq!(compared.differences.iter().map(|of| of.table).collect::<Vec<_>>(), ["exchange_count"]);
    }

    async fn what_a_system_says_stands_beside_the_evidence(house) {
        let mut scene = Scene::over(&house).await;
        scene.make();
        // Some service that a state system knows of.
        let nr = scene.office.district.activities_of(scene.office.family).position(|of| {
            let service: kandas_shared::service::ServiceCode = of.service.parse().unwrap();
            service.service().confirming_system.is_some()
        });
        let nr = nr.expect("a service that a system confirms");
        let planned = scene.office.district.activities_of(scene.office.family).nth(nr).unwrap().clone();
        let service: kandas_shared::service::ServiceCode = planned.service.parse().unwrap();
        let system = service.service().confirming_system.clone().unwrap();
        let (family, activity) = (scene.office.family, planned.id);
        let said = |message: u128, system: &str, activity: Uuid, agrees: bool, on: &str| {
            line(&Incoming::SystemConfirmed {
                message: id(message),
                system: system.into(),
                activity: ActivityId(activity),
                agrees,
                on: on.parse().unwrap(),
                reference: "ЦКС-7/12".into(),
            })
        };
        // Too early, by another system, of a day to come, about nothing: none of it counts, all of it is shown.
        scene.leave("a.ndjson", 1, &[
            said(1, &system, activity, true, "2026-11-23"),
            said(2, "Басқа жүйе", activity, true, "2026-11-23"),
            said(3, &system, id(77), true, "2026-11-23"),
        ]);
        scene.round().await;
        let reasons: Vec<Value> = scene.aside().await.iter().map(|of| of["reason"].clone()).collect();
        assert_eq!(reasons, [json!("impossible"), json!("impossible"), json!("unknown_subject")]);
        let (record, _) = scene.office.completed(&house, nr, "photo").await;
        // Now that it is done the first of them can be taken; it is another day tomorrow.
        let early = scene.aside().await.into_iter().find(|of| of["line"] == 1).unwrap();
        scene.settle(&early, "retry").await.ok();
        assert_eq!(scene.settle(&early, "retry").await.code(), "exchange-impossible");
        let path = format!("/api/families/{family}/exchange");
        let shown = scene.office.get(&scene.director, &path).await.ok();
        let first = &shown["confirmations"][0];
        assert_eq!((&first["system"], &first["agrees"], &first["reference"]), (&json!(system), &json!(true), &json!("ЦКС-7/12")));
        assert_eq!((&first["by_exchange"], &first["on_day"]), (&json!(true), &json!("2026-11-23")));
        let state = async || {
            let mut tx = house.store.read().await.unwrap();
            one!(&mut tx, (String,), "select state from activity where id = $1", ActivityId(activity)).await.unwrap().0
        };
        assert_eq!(state().await, "sys_confirmed");
        scene.round().await;
        let shown = scene.office.get(&scene.director, &path).await.ok();
        assert_eq!((&shown["sent"][0]["record"], &shown["sent"][0]["state"]), (&json!(record), &json!("written")));

        // A contradiction opens a problem and takes nothing away.
        let other = scene.office.district.activities_of(family).enumerate().find(|(n, of)| {
            let service: kandas_shared::service::ServiceCode = of.service.parse().unwrap();
            *n != nr && service.service().confirming_system.is_some()
        });
        let (other_nr, other) = other.map(|(n, of)| (n, of.clone())).expect("another one");
        let service: kandas_shared::service::ServiceCode = other.service.parse().unwrap();
        let system = service.service().confirming_system.clone().unwrap();
        let (record, _) = scene.office.completed(&house, other_nr, "photo").await;
        scene.leave("b.ndjson", 2, &[
            said(11, &system, other.id, false, "2026-11-23"),
            said(12, &system, other.id, false, "2026-11-23"),
            said(13, &system, other.id, false, "2026-11-24"),
        ]);
        scene.round().await;
        let mut tx = house.store.read().await.unwrap();
        let sql = "select state from activity where id = $1";
        assert_eq!(one!(&mut tx, (String,), sql, ActivityId(other.id)).await.unwrap().0, "disputed");
        drop(tx);
        let path = format!("/api/families/{family}/monitoring");
        let watched = scene.office.get(&scene.director, &path).await.ok();
        let issues: Vec<&Value> = watched["issues"].as_array().unwrap().iter().filter(|of| of["kind"] == "contradiction").collect();
        assert_eq!(issues.len(), 1, "one problem for both: {issues:?}");
        assert_eq!((&issues[0]["record"], &issues[0]["by_name"]), (&json!(record), &json!(system)));
        assert!(issues[0]["text"].as_str().unwrap().contains("ЦКС-7/12"), "{issues:?}");
        let item = scene.office.get(&scene.director, &format!("/api/records/{record}")).await.ok();
        assert_eq!(item["record"], json!(record), "it is there as before");
        assert_sound(&house).await;

        // What is erased is not said any more; what was said stays known by its ids.
        let mut tx = house.store.read().await.unwrap();
        let before = all!(&mut tx, (String,), "select state from exchange_out").await.unwrap().len();
        drop(tx);
        let subject = kandas_server::erase::Subject::Family(FamilyId(family));
        let by = scene.head.user.id;
        let now = house.clock.wall();
        kandas_server::erase::erase(&house.config, &house.store, subject, "order", by, now, &*house.chance).await.unwrap();
        assert_eq!(scene.round().await, exchange::Round::default());
        let mut tx = house.store.read().await.unwrap();
        let states = all!(&mut tx, (String,), "select state from exchange_out").await.unwrap();
        drop(tx);
        assert_eq!(states.len(), before);
        assert!(states.iter().all(|(state,)| state == "erased"), "{states:?}");
        assert_sound(&house).await;
    }
}

//! Exports: lists as files, cases that others can check, what was on a phone; the job that writes them.

use std::{fs, path::Path, process::Command};

use axum::http::{Method, StatusCode};
use kandas_server::{all, exec, jobs, office::export, one};
use kandas_shared::pulled::Role;
use serde_json::{Value, json};

use super::{Answer, Office, Somebody, assert_sound, coded, peer};
use crate::{house::House, stores::on_each};

/// Asks, lets the work be done, takes the file.
pub(super) async fn exported(office: &Office, who: &Somebody, wanted: &Value) -> Answer {
    let asked = office.post(who, "/api/exports", wanted).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{asked:?}");
    let id = asked.ok()["id"].as_str().unwrap().to_owned();
    assert_eq!(office.get(who, &format!("/api/exports/{id}/file")).await.code(), "not-found");
    assert!(export::piece(&office.state).await.unwrap());
    let list = office.get(who, "/api/exports").await.ok();
    // The clock of the tests stands: several have the same time.
    let ours = list["exports"].as_array().unwrap().iter().find(|each| each["id"] == json!(id)).unwrap();
    assert_eq!(ours["state"], "done", "{list}");
    office.get(who, &format!("/api/exports/{id}/file")).await
}

fn text(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    String::from_utf8(answer.body.to_vec()).unwrap()
}

async fn actions(house: &House) -> Vec<String> {
    let mut tx = house.store.read().await.unwrap();
    let sql = "select action from access_log where action like 'export.%' order by id";
    all!(&mut tx, (String,), sql).await.unwrap().into_iter().map(|(action,)| action).collect()
}

async fn count(house: &House, table: &'static str) -> i64 {
    let mut tx = house.store.read().await.unwrap();
    let sql = format!("select count(*) from {table}");
    one!(&mut tx, (i64,), kandas_server::store::sqlx::AssertSqlSafe(sql.clone())).await.unwrap().0
}

on_each! { engine, House;
    async fn a_list_is_what_its_reader_may_see_in_his_language(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let mut csv = json!({"what": "families", "format": "csv", "lang": "kk"});
        let answer = exported(&office, &director, &csv).await;
        let own = text(&answer);
        assert!(own.starts_with("\u{feff}Р/с №,Отбасы,"), "{own}");
        assert!(own.lines().nth(1).unwrap().contains(&director.user.login), "no mark: {own}");
        let here = office.district.families.iter().filter(|f| f.org_unit == office.unit.0).count();
        assert_eq!(own.lines().count(), here + 1);
        assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
        assert_eq!(answer.headers["cache-control"], "no-store");
        let country = office.somebody(&house, Role::Crtr, office.unit).await;
        let all = text(&exported(&office, &country, &csv).await);
        assert_eq!(all.lines().count(), office.district.families.len() + 1);
        // The filter of the list, and another language.
        let head = office.district.persons_of(office.family).next().unwrap();
        let surname = head.surname.clone().unwrap_or_else(|| head.given_name.clone());
        csv["q"] = json!(surname);
        csv["lang"] = json!("ru");
        let some = text(&exported(&office, &director, &csv).await);
        assert!(some.starts_with("\u{feff}№ п/п,Семья,"), "{some}");
        assert!(some.contains(&office.family.to_string()) && some.lines().count() < own.lines().count(), "{some}");
        let list = office.get(&director, &format!("/api/families?q={}", coded(&surname))).await.ok();
        assert_eq!(list["families"].as_array().unwrap().len() + 1, some.lines().count());
        // Nothing is due in those days.
        csv["to"] = json!("1999-01-01");
        assert_eq!(text(&exported(&office, &director, &csv).await).lines().count(), 1);
    }

    async fn numbers_are_masked_unless_somebody_says_why(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let mut wanted = json!({"what": "records", "format": "csv", "lang": "en"});
        let masked = text(&exported(&office, &director, &wanted).await);
        assert_eq!(masked.lines().count(), 2, "{masked}");
        let person = office.district.activities_of(office.family).next().unwrap().person;
        let person = office.district.persons_of(office.family).find(|p| p.id == person).unwrap();
        let iin = person.iin.clone().unwrap();
        assert!(masked.contains(&format!("•••• •••• {}", &iin[8..])) && !masked.contains(&iin), "{masked}");
        wanted["number"] = json!("state_system");
        assert!(text(&exported(&office, &director, &wanted).await).contains(&iin));
        let actions = actions(&house).await;
        assert!(!actions[0].contains("state_system") && actions[0].starts_with("export.records "), "{actions:?}");
        assert!(actions[1].starts_with("export.save "), "{actions:?}");
        assert!(actions[2].ends_with(" state_system"), "{actions:?}");
        // Days of the record, and another service.
        for (name, value) in [("from", json!("2999-01-01")), ("to", json!("1999-01-01"))] {
            let mut none = wanted.clone();
            none[name] = value;
            assert_eq!(text(&exported(&office, &director, &none).await).lines().count(), 1);
        }
        assert_sound(&house).await;
    }

    async fn every_list_is_written_as_a_workbook(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let phone = office.phone.device;
        for what in ["families", "records", "queue", "held", "users", "phones", "phone"] {
            let wanted = json!({"what": what, "format": "xlsx", "lang": "ru", "phone": phone});
            let answer = exported(&office, &director, &wanted).await;
            assert!(answer.body.starts_with(b"PK"), "{what}");
        }
    }

    async fn a_file_of_records_is_their_list(house) {
        let mut office = Office::over(&house).await;
        let (record, sealed) = office.completed(&house, 0, "photo").await;
        let (second, _) = office.completed(&house, 1, "photo").await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let head = office.somebody(&house, Role::CtmSetHead, office.above).await;
        office.post(&director, &format!("/api/records/{record}/check"), &json!({"state": "accepted"})).await.ok();
        let chain = sealed.jws.payload.split("\"chain\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let ids = |text: &str| {
            let rows = text.lines().skip(1).map(|line| line.split(',').rev().nth(1).unwrap_or_default().to_owned());
            rows.collect::<Vec<_>>()
        };
        for (filter, query) in [
            (json!({}), String::new()),
            (json!({"state": "accepted"}), "state=accepted".to_owned()),
            (json!({"state": "unchecked"}), "state=unchecked".to_owned()),
            (json!({"phone": office.phone.device, "chain": chain}), format!("phone={}&chain={chain}", office.phone.device)),
            (json!({"completions": true}), "completions=true".to_owned()),
            (json!({"worker": director.user.id}), format!("worker={}", director.user.id)),
        ] {
            let mut wanted = json!({"what": "records", "format": "csv", "lang": "en"});
            wanted.as_object_mut().unwrap().extend(filter.as_object().unwrap().clone());
            for who in [&director, &head] {
                let file = text(&exported(&office, who, &wanted).await);
                let list = office.get(who, &format!("/api/records?{query}")).await.ok();
                let shown: Vec<String> = list["records"].as_array().unwrap().iter()
                    .map(|entry| entry["record"].as_str().unwrap_or_default().to_owned()).collect();
                assert_eq!(ids(&file), shown, "{query}: {file}");
            }
        }
        // One's own record is in nobody's queue but others'.
        let queue = json!({"what": "queue", "format": "csv", "lang": "en"});
        assert_eq!(ids(&text(&exported(&office, &director, &queue).await)), [second.to_string()]);
        assert_eq!(text(&exported(&office, &director, &json!({"what": "held", "format": "csv", "lang": "en"})).await).lines().count(), 1);
    }

    async fn the_list_of_every_screen_is_written_for_whose_it_is(house) {
        let mut office = Office::over(&house).await;
        let (record, _) = office.completed(&house, 0, "photo").await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        office.post(&director, &format!("/api/records/{record}/check"), &json!({"state": "accepted"})).await.ok();
        let file = async |wanted: serde_json::Value| text(&exported(&office, &director, &wanted).await);
        for (what, first, list, entries) in [
            ("gaps", "№ п/п,Работник,", "/api/held?which=gaps", "gaps"),
            ("decided", "№ п/п,Когда,", "/api/held?which=decided", "decided"),
            ("plans", "№ п/п,Семья,", "/api/plans?only=mine", "plans"),
            ("road_maps", "№ п/п,Округ", "/api/road-maps", "okrugs"),
            ("reports", "№ п/п,Организация,", "/api/reports", "centres"),
            ("assessments", "№ п/п,Организация,", "/api/assessments", "centres"),
            ("deadlines", "№ п/п,Что должно", "/api/deadlines", "deadlines"),
            ("messages", "№ п/п,Услуга,", "/api/exchange/messages", "messages"),
            ("due", "№ п/п,Семья,", "/api/retention/due", "families"),
            ("erasures", "№ п/п,Семья,", "/api/erasures", "proposals"),
        ] {
            let csv = file(json!({"what": what, "format": "csv", "lang": "ru"})).await;
            assert!(csv.trim_start_matches('\u{feff}').starts_with(first), "{what}: {csv}");
            let shown = office.get(&director, list).await.ok()[entries].as_array().unwrap().len();
            assert_eq!(csv.lines().count(), shown + 1, "{what}: {csv}");
        }
        assert!(file(json!({"what": "deadlines", "format": "csv", "lang": "ru"})).await.lines().count() > 1);
        let without = file(json!({"what": "plans", "plans": "without", "format": "csv", "lang": "ru"})).await;
        let listed = office.get(&director, "/api/plans?only=without").await.ok();
        assert_eq!(without.lines().count(), listed["without"].as_array().unwrap().len() + 1);
        // The audit in words, by page after page; whoever sees his own alone has nothing else written.
        let acts = file(json!({"what": "audit", "audit": "acts", "format": "csv", "lang": "ru"})).await;
        assert!(acts.contains("Запись проверена") && acts.contains(&record.to_string()), "{acts}");
        let worker = office.somebody(&house, Role::CcSet, office.unit).await;
        let mut wanted = json!({"what": "audit", "format": "csv", "lang": "ru"});
        assert_eq!(office.post(&worker, "/api/exports", &wanted).await.code(), "forbidden");
        wanted["by"] = json!(worker.user.id);
        for _ in 0..60 {
            office.get(&worker, "/api/families").await.ok();
        }
        let own = text(&exported(&office, &worker, &wanted).await);
        assert!(own.lines().count() > 60, "{own}");
        wanted["by"] = json!(director.user.id);
        assert_eq!(office.post(&worker, "/api/exports", &wanted).await.code(), "forbidden");
        assert_sound(&house).await;
    }

    async fn what_was_on_a_phone_is_told_for_a_breach(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        {
            let mut tx = house.store.write().await.unwrap();
            let other = office.district.families.iter().find(|f| f.org_unit == office.beside.0).unwrap().id;
            for family in [office.family, other] {
                let sql = "insert into device_scope (device, family, given_at) values ($1, $2, $3)
                    on conflict (device, family) do nothing";
                let family = kandas_shared::ids::FamilyId(family);
                exec!(&mut tx, sql, office.phone.device, family, office.state.clock.wall()).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let wanted = json!({"what": "phone", "format": "csv", "lang": "en", "phone": office.phone.device,
            "number": "own_request"});
        let told = text(&exported(&office, &director, &wanted).await);
        for person in office.district.persons_of(office.family) {
            assert!(told.contains(&person.id.to_string()), "{told}");
        }
        assert_eq!(told.lines().count(), office.district.persons_of(office.family).count() + 1, "{told}");
        // Somebody of the country sees the other family too.
        let above = office.somebody(&house, Role::CtmSetHead, office.above).await;
        assert!(text(&exported(&office, &above, &wanted).await).lines().count() >= told.lines().count());
    }

    async fn a_job_is_cancelled_taken_over_and_thrown_away(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let wanted = json!({"what": "families", "format": "csv", "lang": "kk"});
        let asked = office.post(&director, "/api/exports", &wanted).await.ok();
        let path = format!("/api/exports/{}", asked["id"].as_str().unwrap());
        // Nobody else sees it.
        let other = office.somebody(&house, Role::CcDir, office.unit).await;
        assert_eq!(office.ask(Some(&other), &Method::DELETE, &path, None).await.code(), "not-found");
        assert_eq!(count(&house, "job").await, 1);
        office.ask(Some(&director), &Method::DELETE, &path, None).await.ok();
        assert!(!export::piece(&office.state).await.unwrap(), "nobody works on what was cancelled");

        // Another process had it and died: its lease runs out. Until then nobody touches it.
        office.post(&director, "/api/exports", &wanted).await.ok();
        let now = office.state.clock.wall();
        let mut tx = house.store.write().await.unwrap();
        exec!(&mut tx, "update job set attempts = 1, lease_until = $1", now + export::LEASE).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!export::piece(&office.state).await.unwrap());
        house.clock.set(&(now + export::LEASE + export::LEASE).to_rfc3339());
        assert!(export::piece(&office.state).await.unwrap());
        let list = office.get(&director, "/api/exports").await.ok();
        assert_eq!(list["exports"][0]["state"], "done");
        assert_eq!(count(&house, "job").await, 0);

        // Who may no longer see cases takes no file that he asked for before.
        let mut tx = house.store.write().await.unwrap();
        exec!(&mut tx, "update app_user set role = 'admin' where id = $1", director.user.id).await.unwrap();
        tx.commit().await.unwrap();
        let file = format!("/api/exports/{}/file", list["exports"][0]["id"].as_str().unwrap());
        assert_eq!(office.get(&director, &file).await.code(), "forbidden");

        // Three dead processes are enough.
        office.post(&other, "/api/exports", &wanted).await.ok();
        let mut tx = house.store.write().await.unwrap();
        exec!(&mut tx, "update job set attempts = 3").await.unwrap();
        tx.commit().await.unwrap();
        assert!(!export::piece(&office.state).await.unwrap());
        let list = office.get(&other, "/api/exports").await.ok();
        assert_eq!(list["exports"][0]["state"], "failed");

        // A day later nothing is left.
        house.clock.set(&(now + export::KEPT + export::KEPT).to_rfc3339());
        jobs::round(&office.state).await;
        assert_eq!(count(&house, "export").await, 0);
        let left = fs::read_dir(house.config.media_dir().join("export")).map_or(0, Iterator::count);
        assert_eq!(left, 0);
    }

    async fn two_processes_never_write_the_same_file(house) {
        let office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        office.post(&director, "/api/exports", &json!({"what": "families", "format": "xlsx", "lang": "kk"})).await.ok();
        let (one, other) = tokio::join!(export::piece(&office.state), export::piece(&office.state));
        assert!(one.unwrap() ^ other.unwrap());
    }

    async fn a_case_can_be_checked_by_anybody(house) {
        let mut office = Office::over(&house).await;
        let (_, sealed) = office.completed(&house, 0, "photo").await;
        office.completed(&house, 1, "document").await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let mut wanted = json!({"what": "case", "format": "zip", "lang": "kk", "family": office.family});
        assert_eq!(office.post(&director, "/api/exports", &wanted).await.code(), "bad-request", "no reason");
        wanted["number"] = json!("own_request");
        let answer = exported(&office, &director, &wanted).await;
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("case.zip");
        fs::write(&archive, &answer.body).unwrap();
        // Where it is missing nothing is checked, which CI does not allow.
        let Some(python) = peer("python3", &["-c", "import cryptography"]) else { return };
        let (right, said) = checked(&python, &archive);
        assert!(right, "{said}");
        assert!(said.contains("records: 2") && said.contains("files: 2"), "{said}");

        // One byte, anywhere that counts.
        let names = names(&archive);
        let photo = format!("media/{}.file", sealed.evidence);
        let some = |begin: &str| names.iter().find(|name| name.starts_with(begin)).unwrap().clone();
        for (name, what) in [
            (some(&photo), ""),
            (some("receipts/record-"), "signature"),
            (some(&format!("receipts/{}", sealed.evidence)), "payload"),
            (some("facts/"), "proof"),
            (some("facts/"), "header"),
            ("checkpoint.json".to_owned(), "signature"),
        ] {
            let broken = folder.path().join("broken.zip");
            rewrite(&archive, &broken, &name, what);
            let (right, said) = checked(&python, &broken);
            assert!(!right, "{name} {what} was changed: {said}");
            assert!(said.contains("WRONG"), "{said}");
        }
        // Left out without being told.
        let broken = folder.path().join("broken.zip");
        rewrite(&archive, &broken, &some(&photo), "gone");
        assert!(!checked(&python, &broken).0);

        // The same case is the same archive but for what says when and by whom.
        let scans: Vec<&String> = names.iter().filter(|name| name.starts_with("media/")).collect();
        assert_eq!(scans.len(), 2);
        let inspector = office.somebody(&house, Role::Auth, office.unit).await;
        let answer = exported(&office, &inspector, &wanted).await;
        fs::write(&archive, &answer.body).unwrap();
        let (right, said) = checked(&python, &archive);
        assert!(right && said.contains("not in this archive: 1"), "scans are not for him: {said}");
    }
}

/// What the script in the archive itself says of an archive.
fn checked(python: &str, archive: &Path) -> (bool, String) {
    let script = archive.with_file_name("check.py");
    let mut zip = zip::ZipArchive::new(fs::File::open(archive).unwrap()).unwrap();
    let text = std::io::read_to_string(zip.by_name("check.py").unwrap()).unwrap();
    fs::write(&script, text).unwrap();
    let output = Command::new(python).arg(&script).arg(archive).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

fn names(archive: &Path) -> Vec<String> {
    let zip = zip::ZipArchive::new(fs::File::open(archive).unwrap()).unwrap();
    zip.file_names().map(|name| name.unwrap().into_owned()).collect()
}

/// The archive with one file changed: a byte of it, a letter of one of its members, or all of it left out.
fn rewrite(from: &Path, to: &Path, name: &str, what: &str) {
    use std::io::{Read as _, Write as _};
    let mut zip = zip::ZipArchive::new(fs::File::open(from).unwrap()).unwrap();
    let mut out = zip::ZipWriter::new(fs::File::create(to).unwrap());
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).unwrap();
        let each = file.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        if each == name {
            match what {
                "gone" => continue,
                "" => {
                    let middle = bytes.len() / 2;
                    bytes[middle] ^= 1;
                }
                member => {
                    let mut value: Value = serde_json::from_slice(&bytes).unwrap();
                    let text = match &mut value[member] {
                        Value::Array(steps) => steps.first_mut().unwrap(),
                        other => other,
                    };
                    let mut letters: Vec<char> = text.as_str().unwrap().chars().collect();
                    let digit = letters.iter().rposition(char::is_ascii_alphanumeric).unwrap();
                    letters[digit / 2] = if letters[digit / 2] == 'a' { 'b' } else { 'a' };
                    *text = json!(letters.into_iter().collect::<String>());
                    bytes = serde_json::to_vec(&value).unwrap();
                }
            }
        }
        out.start_file(each, options).unwrap();
        out.write_all(&bytes).unwrap();
    }
    out.finish().unwrap();
}

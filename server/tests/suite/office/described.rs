//! The office API against its own description, by a program of others: `schemathesis` (PyPI) makes requests of every kind
//! that `/api/openapi.json` allows and does not allow. Whatever comes, the server answers, and never with a fault of its own.
//!
//! The doors test knows a request for each door that is about something there is: its ids and bodies are told as examples, so
//! that what is asked gets past "there is no such thing" and into what is done with a body.

use std::{collections::BTreeSet, process::Command};

use kandas_server::router::office_description;
use kandas_shared::pulled::Role;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{
    Office, assert_sound,
    doors::{Door, doors},
    peer,
};
use crate::{house::House, stores::on_each};

/// What would end the session that everything is asked with, or a stream without an end.
const LEFT_OUT: &[&str] = &["/api/session", "/api/password", "/api/second-factor", "/api/events"];

/// The first is asked everything; each one after it what no one before him may.
const ROLES: &[Role] = &[
    Role::CcDir,
    Role::CcSet,
    Role::CtmSetHead,
    Role::MioSetHead,
    Role::Crtr,
    Role::Auth,
    Role::Admin,
    Role::AkimRaion,
];

/// The description with the requests of the doors as examples.
fn with_examples(doors: &[Door]) -> Value {
    let mut described = serde_json::to_value(office_description()).unwrap();
    for door in doors {
        let asked = &mut described["paths"][door.template][door.method.as_str().to_lowercase()];
        let (path, query) = door.path.split_once('?').unwrap_or((&door.path, ""));
        let in_path = door.template.split('/').zip(path.split('/'));
        let in_path = in_path.filter_map(|(name, is)| Some((name.strip_prefix('{')?.strip_suffix('}')?, is)));
        let in_query = query.split('&').filter_map(|pair| pair.split_once('='));
        let known: Vec<(&str, &str)> = in_path.chain(in_query).collect();
        // To index what is not there would write it down as null.
        let parameters = asked.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap_or_default().to_owned();
            if let Some((_, is)) = known.iter().find(|(of, _)| *of == name) {
                let is = is.parse::<i64>().map_or_else(|_| json!(is), |number| json!(number));
                more(&mut parameter["examples"], is);
            }
        }
        if let Some(body) = &door.body {
            more(&mut asked["requestBody"]["content"]["application/json"]["examples"], body.clone());
        }
    }
    described
}

fn more(examples: &mut Value, value: Value) {
    let number = examples.as_object().map_or(0, serde_json::Map::len);
    examples[format!("nr{number}")] = json!({ "value": value });
}

on_each! { engine, House;
    async fn nothing_that_is_asked_is_answered_with_a_fault(house) {
        // Where it is missing nothing is asked, which CI does not allow.
        let Some(program) = peer("schemathesis", &["--version"]) else { return };
        let mut office = Office::over(&house).await;
        let doors = doors(&house, &mut office).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = office.router.clone();
        let serving = tokio::spawn(async move { axum::serve(listener, router).await });
        // It keeps what it has found out where it was started.
        let folder = tempfile::tempdir().unwrap();
        let description = folder.path().join("office.json");
        std::fs::write(&description, with_examples(&doors).to_string()).unwrap();
        let mut asked_for: BTreeSet<(String, &str)> = BTreeSet::new();
        for role in ROLES {
            let open = doors.iter().filter(|door| door.roles.contains(role));
            let open: BTreeSet<(String, &str)> = open.map(|door| (door.method.to_string(), door.template)).collect();
            let paths: BTreeSet<&str> = open.difference(&asked_for).map(|(_, path)| *path).collect();
            let who = office.somebody(&house, *role, office.unit).await;
            let mut asking = Command::new(&program);
            asking.current_dir(folder.path());
            asking.args(["--config-file", "/dev/null", "run"]).arg(&description);
            asking.args(["--url", &base, "--checks", "not_a_server_error", "--seed", "1"]);
            asking.args(["--max-examples", "25", "--phases", "examples,coverage,fuzzing", "--workers", "1"]);
            asking.args(["--generation-database", "none", "--request-timeout", "20", "--no-color"]);
            asking.args(["--header", &format!("cookie: __Host-kandas={}", who.token)]);
            asking.args(["--header", &format!("kandas-csrf: {}", who.csrf)]);
            if asked_for.is_empty() {
                for path in LEFT_OUT {
                    asking.args(["--exclude-path", path]);
                }
            } else {
                let paths: Vec<&str> = paths.into_iter().filter(|path| !LEFT_OUT.contains(path)).collect();
                if paths.is_empty() {
                    continue;
                }
                for path in paths {
                    asking.args(["--include-path", path]);
                }
            }
            asked_for.extend(open);
            let asked = tokio::task::spawn_blocking(move || asking.output()).await.unwrap().unwrap();
            let said = String::from_utf8_lossy(&asked.stdout).into_owned();
            let told = String::from_utf8_lossy(&asked.stderr).into_owned();
            assert!(asked.status.success(), "{role}: {said}\n{told}");
            // It did ask, and was let in.
            assert!(said.contains("passed"), "{role}: {said}");
            assert!(office.get(&who, "/api/session").await.status.is_success(), "the session of {role} has ended");
        }
        serving.abort();
        // Somebody was asked everything that is open to anybody but the departure side, which has nothing of its own.
        let never = doors.iter().map(|door| (door.method.to_string(), door.template));
        let never: Vec<_> = never.filter(|door| !asked_for.contains(door)).collect();
        assert!(never.is_empty(), "nobody was let in at {never:?}");
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        office.get(&director, &format!("/api/families/{}", office.family)).await.ok();
        assert_sound(&house).await;
    }
}

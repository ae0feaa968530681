//! The office API against its own description, by a program of others: `schemathesis` (PyPI) makes requests of every kind
//! that `/api/openapi.json` allows and does not allow. Whatever comes, the server answers, and never with a fault of its own.

use std::process::Command;

use axum::http::Method;
use kandas_shared::pulled::Role;
use tokio::net::TcpListener;

use super::{Office, assert_sound, peer};
use crate::{house::House, stores::on_each};

/// What would end the session that everything is asked with, or a stream without an end.
const LEFT_OUT: &[&str] = &["/api/session", "/api/password", "/api/second-factor", "/api/events"];

on_each! { engine, House;
    async fn nothing_that_is_asked_is_answered_with_a_fault(house) {
        // Where it is missing nothing is asked, which CI does not allow.
        let Some(program) = peer("schemathesis", &["--version"]) else { return };
        let mut office = Office::over(&house).await;
        let (record, _) = office.completed(&house, 0, "photo").await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = office.router.clone();
        let serving = tokio::spawn(async move { axum::serve(listener, router).await });
        // It keeps what it has found out where it was started.
        let folder = tempfile::tempdir().unwrap();
        for role in [Role::CcDir, Role::Admin] {
            let who = office.somebody(&house, role, office.unit).await;
            let mut asking = Command::new(&program);
            asking.current_dir(folder.path());
            asking.args(["--config-file", "/dev/null", "run"]).arg(format!("{base}/api/openapi.json"));
            asking.args(["--url", &base, "--checks", "not_a_server_error", "--seed", "1"]);
            asking.args(["--max-examples", "25", "--phases", "examples,coverage,fuzzing", "--workers", "1"]);
            asking.args(["--generation-database", "none", "--request-timeout", "20", "--no-color"]);
            asking.args(["--header", &format!("cookie: __Host-kandas={}", who.token)]);
            asking.args(["--header", &format!("kandas-csrf: {}", who.csrf)]);
            for path in LEFT_OUT {
                asking.args(["--exclude-path", path]);
            }
            let asked = tokio::task::spawn_blocking(move || asking.output()).await.unwrap().unwrap();
            let said = String::from_utf8_lossy(&asked.stdout).into_owned();
            let told = String::from_utf8_lossy(&asked.stderr).into_owned();
            assert!(asked.status.success(), "{said}\n{told}");
            // It did ask, and was let in.
            assert!(said.contains("passed"), "{said}");
            assert!(office.get(&who, "/api/people").await.status.is_success(), "the session has ended");
        }
        serving.abort();
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        office.ask(Some(&director), &Method::GET, &format!("/api/records/{record}"), None).await.ok();
        assert_sound(&house).await;
    }
}

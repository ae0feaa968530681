//! Ten thousand malformed requests over all routes: each gets a problem, none changes anything.

use std::collections::BTreeMap;

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use futures_util::{StreamExt as _, stream};
use kandas_fixtures::malformed::{Known, Malformed, Malformer};
use kandas_server::{all, apply::DERIVED, tables};
use kandas_shared::{problem::Problem, wire::RecordBatch};
use tower::ServiceExt as _;

use crate::{
    door::centre::{Centre, noise},
    phones::{self, Phone},
    stores::{World, on_each},
};

const REQUESTS: usize = 10_000;
const SEED: u64 = 20_261_123;

on_each! { engine, World;
    async fn ten_thousand_malformed_requests_change_nothing(world) {
        let centre = Centre::new(world).await;
        phones::centre(&centre.world).await;
        let mut phone = Phone::enrol(&centre.world, 21, 11).await;
        let token = centre.token_of(&phone).await;
        let carrier = centre.phone().await;
        let bytes = noise(2_000, 3);
        let file = centre.expect(&carrier, &bytes).await;
        let at = centre.begin(&carrier, file, bytes.len()).await;
        let known = Known {
            upload: at.rsplit('/').next().unwrap().to_owned(),
            evidence: file.evidence.to_string(),
            size: bytes.len() as u64,
        };
        let before = kept(&centre).await;

        let mut malformer = Malformer::new(SEED, known);
        let made: Vec<Malformed> = (0..REQUESTS).map(|_| malformer.draw()).collect();
        let mut codes: BTreeMap<(&str, String), u32> = BTreeMap::new();
        let mut answers = stream::iter(&made).map(|made| ask(&centre, &token, made)).buffer_unordered(16);
        while let Some((fault, code)) = answers.next().await {
            *codes.entry((fault, code)).or_default() += 1;
        }
        drop(answers);
        for ((fault, code), count) in &codes {
            println!("{fault:>16} {code:<28} {count}");
        }

        assert_eq!(kept(&centre).await, before, "something was written");
        assert_eq!(centre.get("/healthz", None).await.status, 200);
        assert_eq!(centre.get("/readyz", None).await.status, 200);
        // The upload stands where it stood and a phone works as ever.
        assert_eq!(centre.head(&carrier, &at).await.offset(), 0);
        let done = centre.patch(&carrier, &at, 0, bytes).await;
        assert_eq!(done.status, 204, "{done:?}");
        centre.receipt(&done);
        let completion = phone.completion(101, 401);
        let batch = RecordBatch { records: vec![phone.seal(&completion)] };
        assert_eq!(centre.post("/v1/records", Some(&token), &batch).await.status, 200);
        let mut tx = centre.world.store.read().await.unwrap();
        let verdicts = all!(&mut tx, (String,), "select verdict from record order by position").await.unwrap();
        assert_eq!(verdicts.last().map(|(verdict,)| verdict.as_str()), Some("accepted"));
        drop(tx);
        let pulled = centre.get("/v1/changes", Some(&token)).await;
        assert_eq!(pulled.status, 200);
        assert!(pulled.body.iter().filter(|byte| **byte == b'\n').count() > 5);
    }
}

/// The journal and everything that follows from it.
async fn kept(centre: &Centre) -> BTreeMap<&'static str, Vec<String>> {
    let mut tables = BTreeMap::new();
    for table in [tables::JOURNAL, DERIVED, &["enrol_attempt", "nonce", "token"]].concat() {
        tables.insert(table, centre.world.dump(table).await);
    }
    tables
}

/// What is wrong with the request and the code it is answered with.
async fn ask<'m>(centre: &Centre, token: &str, made: &'m Malformed) -> (&'m str, String) {
    let mut request = Request::builder().method(made.method).uri(&made.target);
    for (name, value) in &made.headers {
        request = request.header(*name, value.as_slice());
    }
    if made.with_token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.body(Body::from(made.body.clone())).unwrap();
    let answer = centre.router.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    assert!(status.is_client_error(), "{status} for {made:?}");
    if made.method == "HEAD" {
        return (made.fault, status.as_u16().to_string());
    }
    assert_eq!(answer.headers()["content-type"], "application/problem+json", "{made:?}");
    let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    let problem: Problem = serde_json::from_slice(&body).unwrap_or_else(|e| panic!("{e}: {made:?}"));
    assert_eq!(problem.status, status.as_u16());
    (made.fault, problem.code.as_str().to_owned())
}

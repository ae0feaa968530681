//! Every refusal is a problem, whoever refuses; bodies have limits as sent and unpacked.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::Method,
};
use futures_util::stream;
use kandas_server::limits::Limits;
use kandas_shared::wire::RecordBatch;

use super::centre::{Answer, Centre, Phone, quick, request};
use crate::stores::{World, on_each};

async fn push(centre: &Centre, phone: &Phone, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    centre.call(request(Method::POST, "/v1/records", Some(&phone.token), headers, body)).await
}

const JSON: (&str, &str) = ("content-type", "application/json");

on_each! { engine, World;
    async fn what_the_framework_refuses_is_a_problem_too(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let mut seen = Vec::new();
        let mut note = |what: &str, answer: Answer| {
            answer.code();
            let mut problem: serde_json::Value = answer.json();
            problem["request"] = "…".into();
            seen.push((what.to_owned(), problem));
        };
        note("no such route", centre.get("/v1/nothing", None).await);
        note("not with this method", centre.get("/v1/enrol", None).await);
        note("no token", centre.get("/v1/checkpoint", None).await);
        note("a query that is none", centre.get("/v1/checkpoint?from=x", Some(&phone.token)).await);
        note("only unknown kinds", centre.get("/v1/changes?kinds=wish", Some(&phone.token)).await);
        note("no JSON type", push(&centre, &phone, &[], "{}").await);
        note("an encoding we do not know", push(&centre, &phone, &[JSON, ("content-encoding", "br")], "{}").await);
        note("broken JSON", push(&centre, &phone, &[JSON], "{\"records\":[").await);
        note("other JSON", push(&centre, &phone, &[JSON], "{\"records\":[{\"name\":\"ТЕСТОВ ТЕСТ\"}]}").await);
        note("no archive", push(&centre, &phone, &[JSON, ("content-encoding", "zstd")], "{}").await);
        note("no receipt", centre.get(&format!("/v1/receipts/{}/file", uuid::Uuid::nil()), Some(&phone.token)).await);
        note("no bundle", centre.get(&format!("/v1/bundles/{}", uuid::Uuid::nil()), Some(&phone.token)).await);
        note("no tus", centre.call(request(Method::POST, "/v1/media", Some(&phone.token), &[], Vec::new())).await);
        insta::assert_json_snapshot!("problems", seen);
    }

    async fn bodies_have_limits(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let long = vec![b' '; (4 << 20) + 1];
        assert_eq!(push(&centre, &phone, &[JSON], long).await.code(), "body-too-large");

        // 17 MiB of blanks take a few hundred bytes on the way.
        let blanks = vec![b' '; 17 << 20];
        let bomb = zstd::encode_all(blanks.as_slice(), 19).unwrap();
        assert!(bomb.len() < 10_000);
        assert_eq!(push(&centre, &phone, &[JSON, ("content-encoding", "zstd")], bomb).await.code(), "decompressed-too-large");
        let bomb = gzip(&blanks).await;
        assert!(bomb.len() < 100_000);
        assert_eq!(push(&centre, &phone, &[JSON, ("content-encoding", "gzip")], bomb).await.code(), "decompressed-too-large");

        let none = serde_json::to_vec(&RecordBatch { records: Vec::new() }).unwrap();
        for (encoding, body) in [("zstd", zstd::encode_all(none.as_slice(), 3).unwrap()), ("gzip", gzip(&none).await)] {
            assert_eq!(push(&centre, &phone, &[JSON, ("content-encoding", encoding)], body).await.status, 200);
        }

        // A body that never ends arriving.
        let slow = stream::once(async { Ok::<_, std::io::Error>(Bytes::from_static(b"{")) });
        let slow = Body::from_stream(futures_util::StreamExt::chain(slow, stream::pending()));
        assert_eq!(push(&centre, &phone, &[JSON], slow).await.code(), "request-timeout");
    }

    async fn every_answer_says_its_request_and_the_servers_time(world) {
        let centre = Centre::new(world).await;
        let (one, two) = (centre.get("/healthz", None).await, centre.get("/healthz", None).await);
        assert_eq!(one.header("date"), "Mon, 23 Nov 2026 07:00:00 GMT");
        assert_ne!(one.header("kandas-request"), two.header("kandas-request"));
        assert_eq!(one.body, "{\"status\":\"ok\"}");
        assert_eq!(centre.get("/readyz", None).await.status, 200);
        let numbers = centre.get("/metrics", None).await;
        let text = String::from_utf8(numbers.body.to_vec()).unwrap();
        assert!(text.contains("kandas_http_requests_total") && text.contains("route=\"/healthz\""), "{text}");
        assert!(!text.contains(&uuid::Uuid::from_u128(2).to_string()), "no ids in the numbers");

        centre.state.stopping.cancel();
        assert_eq!(centre.get("/readyz", None).await.code(), "shutting-down");
        assert_eq!(centre.get("/v1/checkpoint", None).await.code(), "shutting-down");
        assert_eq!(centre.get("/healthz", None).await.status, 200);
    }

    async fn who_waits_too_long_for_his_turn_comes_again(world) {
        let short = Duration::from_millis(20);
        let full = Limits { requests: 0, media_requests: 0, turn_time: short, media_turn_time: short, ..quick() };
        let centre = Centre::with(world, full.clone()).await;
        let answer = centre.get("/v1/checkpoint", None).await;
        assert_eq!(answer.code(), "rate-limited");
        let seconds: u32 = answer.header("retry-after").parse().unwrap();
        assert!((2..10).contains(&seconds), "not all at once: {seconds} s");
        assert_eq!(centre.get("/healthz", None).await.status, 200);
        let upload = request(Method::HEAD, "/v1/media/x", None, &[("tus-resumable", "1.0.0")], Vec::new());
        assert_eq!(centre.call(upload).await.status, 429);
        // Batches of records wait for nobody but each other.
        let push = || request(Method::POST, "/v1/records", None, &[JSON], Vec::new());
        assert_eq!(centre.call(push()).await.code(), "unauthorised");
        let state = centre.state_with(Limits { record_requests: 0, ..full });
        assert_eq!(centre.call_on(&state, push()).await.code(), "rate-limited");
        // An answer that takes too long: whatever was asked, ask again.
        let limits = Limits { answer_time: Duration::from_millis(30), ..quick() };
        let state = centre.state_with(limits);
        let endless = Body::from_stream(stream::pending::<std::io::Result<Bytes>>());
        let asked = request(Method::POST, "/v1/token/nonce", None, &[JSON], endless);
        assert_eq!(centre.call_on(&state, asked).await.code(), "unknown-commit");
    }

    async fn whoever_is_let_in_is_served_before_the_next_gets_his_token(world) {
        let turn_time = Duration::from_millis(300);
        let limits = Limits { arrivals: 1, arrival_stay: Duration::from_secs(600), turn_time, ..quick() };
        let centre = Centre::with(world, limits).await;
        let brings = async || Phone { sealed: 60, ..centre.enrolled().await };
        let (mut first, second) = (brings().await, brings().await);
        first.token = centre.grant(&first).await.token;
        // The place is taken as long as the first phone may have more to hand over …
        assert_eq!(centre.try_grant(&second).await.code(), "rate-limited");
        let batch = RecordBatch { records: Vec::new() };
        assert_eq!(centre.post("/v1/records", Some(&first.token), &batch).await.status, 200);
        assert_eq!(centre.get("/v1/changes", Some(&first.token)).await.status, 200);
        assert_eq!(centre.try_grant(&second).await.code(), "rate-limited");
        // … whoever brings nothing needs none …
        assert_eq!(centre.try_grant(&centre.enrolled().await).await.status, 200);
        // … and it is free when the first asks for what comes after records.
        let file = centre.expect(&first, b"evidence").await;
        centre.begin(&first, file, 8).await;
        assert_eq!(centre.try_grant(&second).await.status, 200);
        assert_eq!(centre.try_grant(&first).await.code(), "rate-limited");
    }

    async fn files_take_more_turns_while_records_wait(world) {
        let media_turn_time = Duration::from_millis(300);
        let limits = Limits { arrivals: 1, media_requests: 2, media_weight: 2, media_turn_time, ..quick() };
        let centre = Centre::with(world, limits).await;
        let phone = Phone { sealed: 1, ..centre.phone().await };
        let head = |token: &str| request(Method::HEAD, "/v1/media/x", Some(token), &[("tus-resumable", "1.0.0")], Vec::new());
        let _other = centre.state.media_seats.acquire().await.unwrap();
        assert_eq!(centre.call(head(&phone.token)).await.status, 404);
        assert_eq!(centre.try_grant(&phone).await.status, 200);
        assert_eq!(centre.call(head(&phone.token)).await.status, 429);
    }

    async fn answers_are_compressed_when_asked(world) {
        let centre = Centre::new(world).await;
        let plain = centre.get("/openapi.json", None).await;
        let packed = centre.call(request(Method::GET, "/openapi.json", None, &[("accept-encoding", "zstd")], Vec::new())).await;
        assert_eq!(packed.header("content-encoding"), "zstd");
        assert!(packed.body.len() * 3 < plain.body.len());
        assert_eq!(zstd::decode_all(packed.body.as_ref()).unwrap(), plain.body);
    }
}

async fn gzip(plain: &[u8]) -> Vec<u8> {
    use tokio::io::AsyncWriteExt as _;
    let mut encoder = async_compression::tokio::write::GzipEncoder::new(Vec::new());
    encoder.write_all(plain).await.unwrap();
    encoder.shutdown().await.unwrap();
    encoder.into_inner()
}

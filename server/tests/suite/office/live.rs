//! What is new, as a browser hears it: from whichever process it came, for one's own units alone, until one signs out.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream},
    http::{Method, Request},
};
use futures_util::StreamExt as _;
use kandas_server::{limits::Limits, router::router, state::AppState};
use kandas_shared::pulled::Role;
use serde_json::Value;
use tower::ServiceExt as _;

use super::{Office, Somebody};
use crate::{house::House, stores::on_each};

/// A stream of events.
struct Stream {
    body: BodyDataStream,
    text: String,
}

impl Stream {
    async fn open(router: &axum::Router, who: &Somebody, last: Option<i64>) -> Self {
        let mut request = Request::builder().uri("/api/events");
        request = request.header("cookie", format!("__Host-kandas={}", who.token));
        if let Some(last) = last {
            request = request.header("last-event-id", last.to_string());
        }
        let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-cache");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next news; none when nothing came within so many seconds, or the stream has ended.
    async fn news(&mut self, seconds: u64) -> Option<Value> {
        let end = kandas_server::limits::moment() + Duration::from_secs(seconds);
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let data = event.lines().find_map(|line| line.strip_prefix("data: ")).map(str::to_owned);
                self.text = rest.to_owned();
                if let Some(data) = data {
                    return Some(serde_json::from_str(&data).unwrap());
                }
                continue;
            }
            let piece = tokio::time::timeout_at(end, self.body.next()).await.ok()??;
            self.text.push_str(std::str::from_utf8(&piece.unwrap()).unwrap());
        }
    }

    async fn ends(&mut self, seconds: u64) -> bool {
        let end = kandas_server::limits::moment() + Duration::from_secs(seconds);
        loop {
            match tokio::time::timeout_at(end, self.body.next()).await {
                Ok(None) => return true,
                Ok(Some(_)) => {}
                Err(_) => return false,
            }
        }
    }
}

on_each! { engine, House;
    async fn news_come_from_every_process_and_of_ones_own_units(house) {
        let mut office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let foreign = office.somebody(&house, Role::CcDir, office.beside).await;
        // Another process over the same store.
        let other = AppState::new(
            house.store.clone(),
            std::sync::Arc::new(house.keys()),
            house.clock.clone(),
            house.chance.clone(),
            Limits { disk_reserve: 0, ..Limits::default() },
            &house.config.media_dir(),
            &house.config.staging_dir(),
        )
        .unwrap();
        let elsewhere = router(other);
        let mut here = Stream::open(&office.router, &director, None).await;
        let mut there = Stream::open(&elsewhere, &director, None).await;
        let mut beside = Stream::open(&office.router, &foreign, None).await;
        let from = here.news(5).await.unwrap()["position"].as_i64().unwrap();
        for stream in [&mut there, &mut beside] {
            assert_eq!(stream.news(5).await.unwrap()["records"], 0, "the hello");
        }
        let (record, _) = office.completed(&house, 0, "photo").await;
        let mut came = 0;
        for stream in [&mut here, &mut there] {
            let news = stream.news(10).await.expect("a record came");
            assert!(news["records"].as_u64().unwrap() > 0);
            assert!(!news.to_string().contains(&record.to_string()), "counts, nothing of the case");
            came = news["position"].as_i64().unwrap();
        }
        assert!(came > from);
        assert_eq!(beside.news(3).await, None, "nothing of his units");

        // Who was cut off hears what came in between.
        let mut again = Stream::open(&elsewhere, &director, Some(from)).await;
        let missed = again.news(5).await.unwrap();
        assert!(missed["records"].as_u64().unwrap() > 0 && missed["position"].as_i64().unwrap() >= came);
        let mut lost = Stream::open(&elsewhere, &director, Some(1_000_000)).await;
        assert_eq!(lost.news(5).await.unwrap()["all"], true, "of another store: everything is asked for anew");

        // The streams end with the session, in every process.
        office.ask(Some(&director), &Method::DELETE, "/api/session", None).await.ok();
        assert!(here.ends(10).await && there.ends(10).await);
        assert!(!beside.ends(4).await, "the others go on");
    }
}

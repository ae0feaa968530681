//! What the office sets for phones is told to them with their next token, and they behave by it.

use axum::{
    body::{Body, to_bytes},
    http::{Method, Request as Asked},
};
use chrono::{Days, NaiveDate, TimeDelta};
use kandas_app::face::{
    Face,
    call::{ProblemWord, Request},
};
use kandas_server::{
    facts::Event,
    office::session::{self, Stage},
    router::router,
};
use kandas_shared::{
    calendar::civil_date,
    ids::UserId,
    locale::Lang,
    pulled::{Role, User},
    time::Clock as _,
};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::{
    centre::{Centre, Engine},
    delivery::on_both_engines,
    face::ask,
    worker::Worker,
};

on_both_engines!(what_the_office_sets_for_phones_reaches_them_and_holds_there,);

/// An administrator of the worker's centre, by what his browser sends.
struct Keeper<'a> {
    centre: &'a Centre,
    token: String,
    csrf: String,
}

impl<'a> Keeper<'a> {
    async fn of(centre: &'a Centre) -> Self {
        let unit = centre.district.workers().next().unwrap().org_unit;
        let user = User {
            id: UserId(Uuid::from_u128(7)),
            org_unit: kandas_shared::ids::OrgUnitId(unit),
            login: "keeper".into(),
            role: Role::Admin,
            name: "СЫНАҚОВА СЫНАҚ".into(),
            language: Lang::Kk,
            active: true,
        };
        centre.append([Event::UserSet(user.clone())]).await;
        let state = centre.state();
        let mut tx = state.store.write().await.unwrap();
        let now = state.clock.wall();
        let (token, session) = session::open(&state, &mut tx, user, Stage::Full, false, now).await.unwrap();
        tx.commit().await.unwrap();
        Self { centre, token, csrf: session.csrf }
    }

    /// Sets a rule of phones from a day on, or takes it back; what holds today then.
    async fn set(&self, rule: &str, from: NaiveDate, value: Option<&str>) -> String {
        let body = json!({"rule": rule, "from": from, "value": value}).to_string();
        let request = Asked::builder()
            .method(Method::POST)
            .uri("/api/rules/phone")
            .header("cookie", format!("__Host-kandas={}", self.token))
            .header("kandas-csrf", &self.csrf)
            .header("content-type", "application/json");
        let answer =
            router(self.centre.state()).oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        assert!(status.is_success(), "{rule}: {status} {bytes:?}");
        let all: Value = serde_json::from_slice(&bytes).unwrap();
        let rules = all["rules"].as_array().unwrap();
        let of = rules.iter().find(|of| of["rule"] == rule).unwrap();
        of["now"].as_str().unwrap().to_owned()
    }
}

async fn what_the_office_sets_for_phones_reaches_them_and_holds_there(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activity = worker.activities(1).await[0].1;
    let face = Face::new(worker.app().clone()).await.unwrap();
    let phone = async || {
        let view = ask(&face, json!({"call": "phone"})).await;
        (view["lock"]["after_minutes"].clone(), view["lease"]["days"].clone())
    };
    assert_eq!(phone().await, (json!(5), json!(14)));

    let keeper = Keeper::of(&centre).await;
    let today = civil_date(centre.clock.wall());
    assert_eq!(keeper.set("lock_minutes", today, Some("2")).await, "2");
    assert_eq!(keeper.set("lease_days", today, Some("3")).await, "3");
    assert_eq!(keeper.set("lease_days", today + Days::new(30), Some("60")).await, "3", "not yet");
    assert_eq!(keeper.set("strict_photo_and_video", today, Some("yes")).await, "yes");
    assert_eq!(phone().await, (json!(5), json!(14)), "a phone knows what it heard last");
    worker.sync_until_done().await;
    assert_eq!(phone().await, (json!(2), json!(3)));

    // Photo and video, and no reason counts for the video.
    let open = json!({"call": "open_completion", "activities": [activity]});
    let page = ask(&face, open).await;
    assert_eq!(page["rule"]["video_strict"], true, "{page:#}");
    let field = json!({"field": "no_video", "value": "nothing_to_film"});
    let page = ask(&face, json!({"call": "save", "draft": page["draft"], "field": field})).await;
    assert!(page["missing"].as_array().unwrap().contains(&json!("video")), "{page:#}");

    // Switched off for four days: three were allowed.
    let later = worker.clock.wall() + TimeDelta::days(4);
    worker.clock.restart();
    worker.clock.set_wall(&later.to_rfc3339());
    let closed = face.dispatch(Request::Today).await.map(drop).unwrap_err();
    assert_eq!(closed.problem, ProblemWord::LeaseOver);

    // Taken back, the phone hears that with the contact that opens it again.
    assert_eq!(keeper.set("lease_days", today, None).await, "14");
    worker.sync_until_done().await;
    assert_eq!(phone().await, (json!(2), json!(14)));
    assert!(face.dispatch(Request::Today).await.is_ok());
    centre.assert_sound().await;
}

//! Writing the golden folder of a release: a real phone enrols and works, the store is frozen the moment before it asks
//! for its next token, and what it says from then on is recorded.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use chrono::{DateTime, TimeDelta, Utc};
use kandas_app::{
    app::App,
    platform::Platform,
    seal::Sealing,
    sync::{self, Mode, Options, enrol::enrol, progress::Silent},
};
use kandas_fixtures::{
    district::Outline,
    media::{CameraSet, camera_folder},
};
use kandas_server::{
    chance::SystemChance,
    config::{Config, Transport},
    devices,
    import::import,
    init::init,
    keys::Keys,
    limits::Limits,
    router::router,
    state::AppState,
    store::Store,
};
use kandas_shared::hash::b64;
use tokio::net::TcpListener;

use super::{Exchange, HEADERS, Standing, folder, rows::Frozen};
use crate::{
    centre::day,
    worker::{IDLE, PhoneClock, gather, simple_activities},
};

/// Listens between phone and server.
#[derive(Clone)]
struct Ear {
    url: String,
    time: DateTime<Utc>,
    keys: Arc<BTreeMap<String, String>>,
    heard: Arc<Mutex<Heard>>,
}

#[derive(Default)]
struct Heard {
    armed: bool,
    frozen: Option<Frozen>,
    said: Vec<Exchange>,
}

async fn listen(State(ear): State<Ear>, request: Request, next: Next) -> Response {
    let armed = ear.heard.lock().unwrap().armed;
    if !armed {
        return next.run(request).await;
    }
    let path = request.uri().path_and_query().unwrap().to_string();
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    let none = ear.heard.lock().unwrap().frozen.is_none();
    if path == "/v1/token" && none {
        let frozen = Frozen::of(&ear.url, ear.time, (*ear.keys).clone()).await;
        ear.heard.lock().unwrap().frozen = Some(frozen);
    }
    let mut exchange = Exchange {
        method: parts.method.to_string(),
        path,
        headers: BTreeMap::new(),
        body: b64(&bytes),
        status: 0,
        location: None,
    };
    for name in HEADERS {
        if let Some(value) = parts.headers.get(name) {
            exchange.headers.insert(name.into(), value.to_str().unwrap().into());
        }
    }
    let answer = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    exchange.status = answer.status().as_u16();
    exchange.location = answer.headers().get("location").map(|at| at.to_str().unwrap().into());
    let mut heard = ear.heard.lock().unwrap();
    // What came before belongs to the store; a nonce for another key says nothing.
    if heard.frozen.is_some() && exchange.path != "/v1/token/nonce" {
        heard.said.push(exchange);
    }
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "writes the golden files of a release"]
async fn golden_requests_are_written() {
    let Ok(release) = std::env::var("KANDAS_WRITE_GOLDEN") else { return };
    let home = tempfile::tempdir().unwrap();
    let mut config =
        Config::for_data(home.path().join("centre"), None, Some("http://127.0.0.1:1".into())).unwrap();
    config.transport = Transport::Plain;
    config.disk_reserve = 0;
    let time: DateTime<Utc> = "2026-11-23T07:00:00Z".parse().unwrap();
    let chance = Arc::new(SystemChance);
    init(&config, &[], &home.path().join("recovery.key"), time, &*chance).await.unwrap();
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(config.keys_dir()).unwrap() {
        let entry = entry.unwrap();
        let bytes = std::fs::read(entry.path()).unwrap();
        files.insert(entry.file_name().to_string_lossy().into_owned(), b64(&bytes));
    }
    let keys = Arc::new(Keys::open(&config.keys_dir()).unwrap());
    let store = Store::open(&config.database).await.unwrap();
    let district =
        Outline { seed: 9, families: 2, workers: 1, today: day(), ..Outline::default() }.district();
    import(&store, &district.to_json(), time, &*chance, false, &mut |_, _| {}).await.unwrap();
    let worker = district.workers().find(|w| district.families_of(w.id).next().is_some()).unwrap();
    let mut codes = Vec::new();
    for _ in 0..2 {
        let mut tx = store.write().await.unwrap();
        let valid = TimeDelta::days(3);
        codes.push(devices::make_code(&mut tx, time, &*chance, &worker.login, valid, None).await.unwrap());
        tx.commit().await.unwrap();
    }
    let limits = Limits { disk_reserve: 0, ..Limits::default() };
    let clock = Arc::new(Standing(time));
    let (media, staging) = (config.media_dir(), config.staging_dir());
    let state = AppState::new(store, Arc::clone(&keys), clock, chance, limits, &media, &staging).unwrap();
    let heard = Arc::new(Mutex::new(Heard::default()));
    let ear = Ear { url: config.database.clone(), time, keys: Arc::new(files), heard: Arc::clone(&heard) };
    let service = router(state).layer(from_fn_with_state(ear, listen));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = service.into_make_service_with_connect_info::<SocketAddr>();
    let serving = tokio::spawn(async move { axum::serve(listener, service).await });

    let mut phones = Vec::new();
    for code in codes {
        let home = tempfile::tempdir().unwrap();
        let platform = Platform { clock: PhoneClock::right(), ..Platform::system(home.path()) };
        let app = App::open(home.path(), platform).await.unwrap();
        let mut invitation = devices::invitation(&config, &keys, code, time);
        invitation.url = format!("http://{address}");
        phones.push((home, app, invitation));
    }
    let (camera, app, invitation) = &phones[0];
    let options = Options { mode: Mode::Once, idle: IDLE, ..Options::default() };
    enrol(app, &invitation.clone().into(), IDLE).await.unwrap();
    assert!(sync::run(app, &options, &Silent).await.unwrap().done);
    complete(app, 0, camera.path()).await;
    assert!(sync::run(app, &options, &Silent).await.unwrap().done);
    complete(app, 1, camera.path()).await;
    heard.lock().unwrap().armed = true;
    assert!(sync::run(app, &options, &Silent).await.unwrap().done);
    let (_, second, invitation) = &phones[1];
    enrol(second, &invitation.clone().into(), IDLE).await.unwrap();
    serving.abort();

    let folder = folder(&release);
    std::fs::create_dir_all(&folder).unwrap();
    let heard = std::mem::take(&mut *heard.lock().unwrap());
    heard.frozen.unwrap().write(&folder);
    let mut text = String::new();
    for exchange in &heard.said {
        text.push_str(&serde_json::to_string(exchange).unwrap());
        text.push('\n');
    }
    std::fs::write(folder.join("requests.ndjson"), text).unwrap();
}

/// A small photo: the files lie in the repository.
async fn complete(app: &App, number: usize, folder: &std::path::Path) {
    let set = CameraSet {
        seed: number as u64,
        photos: 1,
        photo_width: 400,
        videos: 0,
        documents: 0,
        bad_files: false,
        day: day(),
        ..CameraSet::default()
    };
    let files = camera_folder(&folder.join(format!("taken-{number}")), &set).unwrap();
    let draft = app.draft(&[simple_activities(app).await[number].1]).await.unwrap();
    gather(app, draft, &files).await;
    let sealing = app.seal(draft, day()).await.unwrap();
    assert!(matches!(sealing, Sealing::Sealed { .. }), "{sealing:?}");
}

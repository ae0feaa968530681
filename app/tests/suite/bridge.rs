//! `kandas-field bridge` as a process of its own: who may come in, files over HTTP, and a kill in the middle of a draft.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use kandas_shared::service::ServiceCode;
use reqwest::{Client, Method, RequestBuilder, StatusCode, header, redirect::Policy};
use serde_json::{Value, json};

use crate::support::{Phone, World, photo};

/// A running bridge; killed when dropped.
struct Bridge {
    child: Child,
    address: String,
    token: String,
    cookie: String,
    client: Client,
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Bridge {
    /// Starts it on a home that nobody else has open.
    fn start(home: &Path, more: &[&str]) -> Self {
        // Plain http: the client wants a provider all the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut child = Command::new(env!("CARGO_BIN_EXE_kandas-field"))
            .arg("--home")
            .arg(home)
            .args(["--json", "bridge"])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let url = said["url"].as_str().unwrap().strip_prefix("http://").unwrap();
        let (address, token) = url.split_once("/?token=").unwrap();
        let client =
            Client::builder().redirect(Policy::none()).timeout(Duration::from_secs(30)).build().unwrap();
        Self { address: address.to_owned(), token: token.to_owned(), cookie: String::new(), client, child }
    }

    /// As a browser that was led to the printed address.
    async fn entered(home: &Path) -> Self {
        let mut bridge = Self::start(home, &[]);
        let answer = bridge.get(&format!("/?token={}", bridge.token)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        bridge.cookie = cookie.split(';').next().unwrap().to_owned();
        bridge
    }

    /// Signal 9, as a battery that runs out would.
    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("http://{}{path}", self.address))
    }

    /// A request that a page of this bridge would make.
    fn own(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("http://{}{path}", self.address))
            .header(header::COOKIE, &self.cookie)
            .header(header::ORIGIN, format!("http://{}", self.address))
    }

    async fn call(&self, request: Value) -> Value {
        let answer = self.own(Method::POST, "/api/call").json(&request).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{request}");
        answer.json().await.unwrap()
    }
}

/// A home of a phone with one family.
async fn home(seed: u64) -> (Phone, World) {
    let phone = Phone::new(seed);
    let (app, world) = phone.enrolled().await;
    app.close().await;
    (phone, world)
}

#[tokio::test]
async fn only_whoever_was_given_the_address_comes_in_and_only_from_here() {
    let (phone, _) = home(801).await;
    let bridge = Bridge::start(phone.home.path(), &[]);
    let call = || {
        let request = bridge.client.post(format!("http://{}/api/call", bridge.address));
        request.json(&json!({"call": "phone"}))
    };
    let ours = format!("http://{}", bridge.address);
    let status = |request: RequestBuilder| async move { request.send().await.unwrap().status() };
    assert_eq!(status(call().header(header::ORIGIN, &ours)).await, StatusCode::UNAUTHORIZED, "no cookie");
    assert_eq!(status(bridge.get("/?token=guessed")).await, StatusCode::FORBIDDEN);
    let answer = bridge.get(&format!("/?token={}", bridge.token)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(answer.headers()[header::LOCATION], "/", "the address is clean at once");
    let set = answer.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(
        set.contains("HttpOnly") && set.contains("SameSite=Strict") && !set.contains(&bridge.token),
        "{set}"
    );
    assert_eq!(status(bridge.get(&format!("/?token={}", bridge.token))).await, StatusCode::FORBIDDEN, "once");
    let cookie = set.split(';').next().unwrap().to_owned();
    let brought = || call().header(header::COOKIE, &cookie);
    assert_eq!(status(brought().header(header::ORIGIN, &ours)).await, StatusCode::OK);
    assert_eq!(status(brought()).await, StatusCode::FORBIDDEN, "a change says where it comes from");
    for foreign in ["null", "http://evil.example", "http://127.0.0.1:1", "https://127.0.0.1"] {
        assert_eq!(
            status(brought().header(header::ORIGIN, foreign)).await,
            StatusCode::FORBIDDEN,
            "{foreign}"
        );
    }
    let rebound =
        bridge.get("/api/events").header(header::COOKIE, &cookie).header(header::HOST, "evil.example");
    assert_eq!(status(rebound).await, StatusCode::FORBIDDEN, "a name that points here does not help");
    for path in ["/api/events", "/api/diagnostics", "/api/evidence/0190a000-0000-7000-8000-000000000001/file"]
    {
        assert_eq!(status(bridge.get(path)).await, StatusCode::UNAUTHORIZED, "{path}");
    }
    // A form of another page can send text, never JSON; nothing is ever allowed to another origin.
    let form = bridge.client.post(format!("{ours}/api/call")).body(r#"{"call":"phone"}"#);
    let form = form.header(header::COOKIE, &cookie).header(header::ORIGIN, &ours);
    assert_eq!(status(form).await, StatusCode::BAD_REQUEST);
    let answer = brought().header(header::ORIGIN, &ours).send().await.unwrap();
    assert!(!answer.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
}

#[tokio::test]
async fn without_built_screens_a_page_says_so_and_a_folder_of_screens_is_served() {
    let (phone, _) = home(802).await;
    let mut bridge = Bridge::start(phone.home.path(), &[]);
    let page = bridge.get("/families").send().await.unwrap().text().await.unwrap();
    assert!(page.contains("The screens are not built"), "{page}");
    bridge.kill();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("assets")).unwrap();
    std::fs::write(folder.path().join("index.html"), "<!doctype html><title>экран</title>").unwrap();
    std::fs::write(folder.path().join("assets/app-1a2b.js"), "export {}").unwrap();
    let bridge = Bridge::start(phone.home.path(), &["--screens", folder.path().to_str().unwrap()]);
    for path in ["/", "/families", "/family/1"] {
        let page = bridge.get(path).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("экран"), "{path}");
    }
    let script = bridge.get("/assets/app-1a2b.js").send().await.unwrap();
    assert_eq!(script.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
    assert!(script.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    assert_eq!(bridge.get("/assets/other.js").send().await.unwrap().status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_kill_in_the_middle_of_a_draft_loses_nothing() {
    let (phone, world) = home(803).await;
    let folder = tempfile::tempdir().unwrap();
    let picture = std::fs::read(photo(folder.path(), 1, 2_400)).unwrap();
    let mut bridge = Bridge::entered(phone.home.path()).await;
    let activity = world.activity(world.head, ServiceCode::S01);
    let page = bridge.call(json!({"call": "open_completion", "activities": [activity]})).await;
    let draft = page["draft"].as_str().unwrap().to_owned();
    let field = json!({"field": "note", "value": "көмір әкелінді"});
    bridge.call(json!({"call": "save", "draft": draft, "field": field})).await;
    let bring = format!("/api/draft/{draft}/evidence?kind=photo&source=captured&name=IMG_1.jpg");
    // {"lat":52.287,"lon":76.967,"accuracy_m":8}
    let position = "%7B%22lat%22%3A52.287%2C%22lon%22%3A76.967%2C%22accuracy_m%22%3A8%7D";
    let request = bridge.own(Method::POST, &format!("{bring}&position={position}")).body(picture.clone());
    let kept: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(kept["outcome"], "kept");
    let evidence = kept["evidence"].as_str().unwrap();

    // Half of a second photo is on its way.
    let mut line = TcpStream::connect(&bridge.address).unwrap();
    let head = format!(
        "POST {bring} HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nCookie: {1}\r\nContent-Length: {2}\r\n\r\n",
        bridge.address,
        bridge.cookie,
        picture.len()
    );
    line.write_all(head.as_bytes()).unwrap();
    line.write_all(&picture[..picture.len() / 2]).unwrap();
    line.flush().unwrap();
    let brought = phone.home.path().join("brought");
    while std::fs::read_dir(&brought).map_or(0, Iterator::count) == 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    bridge.kill();

    let bridge = Bridge::entered(phone.home.path()).await;
    let page = bridge.call(json!({"call": "draft", "draft": draft})).await;
    assert_eq!(page["note"], "көмір әкелінді");
    let tiles = page["evidence"].as_array().unwrap();
    assert_eq!(tiles.len(), 1, "half a photo is none: {tiles:?}");
    assert_eq!(
        (&tiles[0]["state"], &tiles[0]["here"], &tiles[0]["thumbnail"]),
        (&json!("kept"), &json!(true), &json!(true))
    );
    assert!(!brought.exists());
    assert_eq!(bridge.call(json!({"call": "today"})).await["drafts"][0]["brief"]["photos"], 1);

    // Shown decrypted, whole and in parts, and kept by no cache.
    let path = format!("/api/evidence/{evidence}/original");
    let shown = bridge.own(Method::GET, &path).send().await.unwrap();
    assert_eq!(shown.headers()[header::CONTENT_TYPE], "image/jpeg");
    assert_eq!(shown.headers()[header::CACHE_CONTROL], "no-store");
    assert_eq!(shown.bytes().await.unwrap(), picture);
    let part =
        bridge.own(Method::GET, &path).header(header::RANGE, "bytes=70000-70009").send().await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(
        part.headers()[header::CONTENT_RANGE],
        format!("bytes 70000-70009/{}", picture.len()).as_str()
    );
    assert_eq!(part.bytes().await.unwrap(), picture[70_000..70_010]);
    let beyond =
        bridge.own(Method::GET, &path).header(header::RANGE, "bytes=99999999-").send().await.unwrap();
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    let log = bridge.own(Method::GET, "/api/diagnostics").send().await.unwrap().text().await.unwrap();
    assert!(log.starts_with("program: kandas-field/"), "{log}");
}

#[tokio::test]
async fn events_come_as_a_stream() {
    let (phone, world) = home(804).await;
    let bridge = Bridge::entered(phone.home.path()).await;
    let mut line = TcpStream::connect(&bridge.address).unwrap();
    line.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head =
        format!("GET /api/events HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n\r\n", bridge.address, bridge.cookie);
    line.write_all(head.as_bytes()).unwrap();
    let mut text = String::new();
    let mut piece = [0; 1024];
    while !text.contains("text/event-stream") {
        let read = line.read(&mut piece).unwrap();
        text.push_str(&String::from_utf8_lossy(&piece[..read]));
    }
    bridge.call(json!({"call": "open_completion", "activities": [world.activities[0].0]})).await;
    while !text.contains(r#""drafts""#) {
        let read = line.read(&mut piece).unwrap();
        assert!(read > 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&piece[..read]));
    }
    assert!(text.contains("data: {\"event\":\"changed\""), "{text}");
}

//! A window on a display of its own, driven by Debian's WebKitWebDriver: as much of WebDriver (W3C) as the test needs.
//! That program is asked directly; `tauri-driver` only hands requests on to it.

use std::{
    ffi::OsString,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::leash::Leashed;

/// The name under which WebDriver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// Longest wait for anything on the screen.
const PATIENCE: Duration = Duration::from_secs(120);
const STEP: Duration = Duration::from_millis(150);

/// A display that nobody looks at, and the driver on it.
pub(crate) struct Screen {
    base: String,
    log: PathBuf,
    driver: Leashed,
    _display: Leashed,
}

/// The app's window.
pub(crate) struct Window<'a> {
    http: reqwest::Client,
    session: String,
    screen: &'a Screen,
}

impl Screen {
    /// Starts both; programs that the driver starts get `environment`.
    ///
    /// # Errors
    /// When one of them does not come up.
    pub(crate) async fn start(folder: &Path, environment: &[(&str, OsString)]) -> Result<Self> {
        let log = folder.join("window.log");
        let number = (90..200)
            .find(|number| !Path::new(&format!("/tmp/.X11-unix/X{number}")).exists())
            .context("no display is free")?;
        let name = format!(":{number}");
        let line = [&*name, "-screen", "0", "900x1000x24", "-nolisten", "tcp"];
        let display = Leashed::start(Path::new("Xvfb"), &line, &log, false)?;
        wait(|| Path::new(&format!("/tmp/.X11-unix/X{number}")).exists()).await.context("Xvfb")?;

        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let fixed = [
            ("DISPLAY", name.as_str()),
            ("GDK_BACKEND", "x11"),
            // No graphics card and no accessibility bus on a display of nobody.
            ("LIBGL_ALWAYS_SOFTWARE", "1"),
            ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
            ("NO_AT_BRIDGE", "1"),
            ("TAURI_AUTOMATION", "true"),
            ("TAURI_WEBVIEW_AUTOMATION", "true"),
        ];
        let mut line: Vec<OsString> =
            fixed.iter().map(|(key, value)| format!("{key}={value}").into()).collect();
        for (key, value) in environment {
            let mut pair = OsString::from(format!("{key}="));
            pair.push(value);
            line.push(pair);
        }
        line.extend(["WebKitWebDriver".into(), "--host=127.0.0.1".into(), format!("--port={port}").into()]);
        let driver = Leashed::start(Path::new("env"), &line, &log, false)?;
        wait(|| std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok())
            .await
            .context("WebKitWebDriver")?;
        Ok(Self { base: format!("http://127.0.0.1:{port}"), log, driver, _display: display })
    }

    /// Opens the app; `with` are more variables of its environment, `link` is what it is opened with.
    ///
    /// # Errors
    /// When its window does not come.
    pub(crate) async fn open(
        &self,
        program: &Path,
        with: &[(&str, &str)],
        link: Option<&str>,
    ) -> Result<Window<'_>> {
        // No TLS to the driver, but no client without a provider; there may be one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        let mut line: Vec<String> = with.iter().map(|(key, value)| format!("{key}={value}")).collect();
        line.push(program.to_str().context("a program's path")?.to_owned());
        line.extend(link.map(str::to_owned));
        let options = json!({"binary": "/usr/bin/env", "args": line});
        let ask = json!({"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}});
        let url = format!("{}/session", self.base);
        let answer: Value = http.post(&url).json(&ask).send().await?.json().await?;
        let session = answer.pointer("/value/sessionId").and_then(Value::as_str);
        let session = session.with_context(|| format!("no window: {answer}; {}", self.last_words()))?;
        Ok(Window { http, session: format!("{}/session/{session}", self.base), screen: self })
    }

    /// What app and driver said last.
    pub(crate) fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let last: Vec<_> = log.lines().rev().take(12).collect();
        last.into_iter().rev().map(|line| format!("\n      {line}")).collect()
    }

    /// Ends driver and display.
    ///
    /// # Errors
    /// When the system does not say how they ended.
    pub(crate) fn stop(self) -> Result<()> {
        self.driver.stop().map(drop)
    }
}

impl Window<'_> {
    /// Closes the window, and with it the app.
    ///
    /// # Errors
    /// When the driver does not answer.
    pub(crate) async fn close(self) -> Result<()> {
        self.http.delete(&self.session).send().await?;
        Ok(())
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let answer = self.http.post(format!("{}/{path}", self.session)).json(body).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        let value: Value = serde_json::from_str(&text).unwrap_or_default();
        if !status.is_success() {
            bail!("{path}: {text}; {}", self.screen.last_words());
        }
        Ok(value.get("value").cloned().unwrap_or_default())
    }

    /// Runs a function's body on the page.
    ///
    /// # Errors
    /// When it throws.
    pub(crate) async fn script(&self, body: &str, with: &[Value]) -> Result<Value> {
        self.post("execute/sync", &json!({"script": body, "args": with})).await
    }

    /// Asks the app's core as the page does.
    ///
    /// # Errors
    /// When the call answers with a problem.
    pub(crate) async fn call(&self, request: &Value) -> Result<Value> {
        let body = "const done = arguments[1];
            window.__TAURI_INTERNALS__.invoke('call', { request: arguments[0] })
              .then((view) => done({ view }), (problem) => done({ problem }));";
        let answer = self.post("execute/async", &json!({"script": body, "args": [request]})).await?;
        match answer.get("view") {
            Some(view) => Ok(view.clone()),
            None => bail!("{request}: {answer}"),
        }
    }

    /// Waits until a function's body answers with something, and gives that.
    ///
    /// # Errors
    /// When it does not in time.
    pub(crate) async fn until(&self, what: &str, body: &str, with: &[Value]) -> Result<Value> {
        let mut waited = Duration::ZERO;
        loop {
            let value = self.script(body, with).await?;
            if !matches!(value, Value::Null | Value::Bool(false)) {
                return Ok(value);
            }
            if waited >= PATIENCE {
                let page = self.script("return document.body.innerText.slice(0, 1500)", &[]).await?;
                bail!("{what} does not come; the page says:\n{page}\n{}", self.screen.last_words());
            }
            tokio::time::sleep(STEP).await;
            waited += STEP;
        }
    }

    /// Presses the element that a selector finds, once it is there, visible and not switched off; with `text` the
    /// first one that says so.
    ///
    /// # Errors
    /// When it does not come.
    pub(crate) async fn press(&self, selector: &str, text: Option<&str>) -> Result<()> {
        let id = self.find(selector, text).await?;
        // Not under the bar at the foot; and a sheet slides in: what is pressed must stand still first.
        let still = "const e = arguments[0]; e.scrollIntoView({ block: 'center' }); const a = e.getBoundingClientRect();
            return new Promise((done) => setTimeout(() => { const b = e.getBoundingClientRect();
              done(a.top === b.top && a.left === b.left); }, 120));";
        self.until(&format!("{selector} standing still"), still, &[json!({ELEMENT: id})]).await?;
        self.post(&format!("element/{id}/click"), &json!({})).await.map(drop)
    }

    /// Draws over the element that a selector finds, as a finger would.
    ///
    /// # Errors
    /// When it does not come.
    pub(crate) async fn draw(&self, selector: &str) -> Result<()> {
        let id = self.find(selector, None).await?;
        let origin = json!({ELEMENT: id});
        let at =
            |x: i32, y: i32| json!({"type": "pointerMove", "duration": 30, "x": x, "y": y, "origin": origin});
        let mut moves = vec![at(-80, 0), json!({"type": "pointerDown", "button": 0})];
        moves.extend((0..12_i32).map(|step| at(step * 14 - 80, if step % 2 == 0 { 20 } else { -20 })));
        moves.push(json!({"type": "pointerUp", "button": 0}));
        let kind = json!({"pointerType": "mouse"});
        let pointer = json!({"type": "pointer", "id": "finger", "parameters": kind, "actions": moves});
        self.post("actions", &json!({"actions": [pointer]})).await.map(drop)
    }

    /// A picture of the window.
    ///
    /// # Errors
    /// When the driver has none.
    pub(crate) async fn picture(&self) -> Result<Vec<u8>> {
        let answer = self.http.get(format!("{}/screenshot", self.session)).send().await?;
        let answer: Value = answer.json().await?;
        let text = answer.get("value").and_then(Value::as_str).context("no picture")?;
        Ok(base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text)?)
    }

    async fn find(&self, selector: &str, text: Option<&str>) -> Result<String> {
        let body = "return [...document.querySelectorAll(arguments[0])].find((each) =>
            (arguments[1] === null || each.innerText.trim() === arguments[1]) && !each.disabled &&
            each.getClientRects().length > 0) ?? null";
        let what = format!("{selector} {}", text.unwrap_or_default());
        let found = self.until(&what, body, &[json!(selector), json!(text)]).await?;
        let id = found.get(ELEMENT).and_then(Value::as_str).context("this is no element")?;
        Ok(id.to_owned())
    }
}

async fn wait(is_there: impl Fn() -> bool) -> Result<()> {
    for _ in 0..200 {
        if is_there() {
            return Ok(());
        }
        tokio::time::sleep(STEP).await;
    }
    bail!("it does not come up")
}

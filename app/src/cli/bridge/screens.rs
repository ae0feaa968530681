//! The files of the screens: from a folder, else as they were taken into the program when it was built. Without either
//! a page says so.

use std::path::{Component, Path, PathBuf};

use anyhow::ensure;
use axum::{
    extract::State,
    http::{Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};

use super::Desk;

/// Taken in by `build.rs`: path and bytes.
static TAKEN_IN: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/screens.rs"));

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Kandas Field</title>\
    <h1>The screens are not built</h1><p>The phone runs, but this program was built without its screens. Build them \
    with <code>npm ci &amp;&amp; npm run build</code> in <code>mobile/</code>, then start \
    <code>kandas-field bridge --screens mobile/dist</code>.</html>";

/// Where the screens come from.
pub(super) struct Screens {
    folder: Option<PathBuf>,
}

impl Screens {
    pub(super) fn new(folder: Option<PathBuf>) -> anyhow::Result<Self> {
        if let Some(folder) = &folder {
            let index = folder.join("index.html");
            ensure!(index.is_file(), "{} is not there: build the screens first", index.display());
        }
        Ok(Self { folder })
    }

    pub(super) fn are_built(&self) -> bool {
        self.folder.is_some() || !TAKEN_IN.is_empty()
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        match &self.folder {
            Some(folder) => {
                let path = Path::new(path);
                // Nothing outside the folder.
                let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
                std::fs::read(folder.join(path)).ok().filter(|_| plain)
            }
            None => TAKEN_IN.iter().find(|(name, _)| *name == path).map(|(_, bytes)| bytes.to_vec()),
        }
    }
}

/// A file of the screens; a path without an ending is a screen, and they are all in one page.
pub(super) async fn screen(State(desk): State<Desk>, method: Method, uri: Uri) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    let path = if last.contains('.') { path } else { "index.html" };
    match desk.screens.read(path) {
        Some(bytes) => {
            // Names of built files hold a hash of what is in them.
            let cache =
                if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
            ([(header::CONTENT_TYPE, media_type(path)), (header::CACHE_CONTROL, cache)], bytes)
                .into_response()
        }
        None if path == "index.html" => {
            ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], NOT_BUILT).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "ftl" | "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_the_folder_is_shown() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("dist");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("index.html"), "screens").unwrap();
        std::fs::write(home.path().join("secret.txt"), "secret").unwrap();
        let screens = Screens::new(Some(folder.clone())).unwrap();
        assert_eq!(screens.read("index.html").unwrap(), b"screens");
        for path in ["../secret.txt", "a/../../secret.txt", &format!("{}/secret.txt", home.path().display())]
        {
            assert_eq!(screens.read(path), None, "{path}");
        }
        assert!(Screens::new(Some(folder.join("nowhere"))).is_err());
    }
}

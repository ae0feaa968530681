//! The phone app: the screens of `mobile/src` in a window, the core of `app/` behind them.
//!
//! Thin on purpose: [`core`] holds the one core of this process, [`commands`] hands calls to it, [`files`] shows
//! pictures, [`background`] gives it time when no screen is there, [`links`] opens the page of an enrolment, [`lay_down`]
//! tells the page what this system has. What the machine gives comes from the plugin
//! `kandas-device`. The page can ask for the commands below and for nothing of Tauri's own (`capabilities/main.json`).

use kandas_device::Device;
use tauri::{Manager as _, WebviewUrl, WebviewWindowBuilder, webview::PageLoadEvent};

pub mod background;
mod commands;
mod core;
mod files;
mod lay_down;
mod links;

/// Runs the app until its window is closed.
///
/// # Panics
/// When the system gives no window.
#[cfg_attr(any(target_os = "android", target_os = "ios"), tauri::mobile_entry_point)]
pub fn run() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    tauri::Builder::default()
        .plugin(kandas_device::init())
        .register_asynchronous_uri_scheme_protocol(files::SCHEME, files::answer)
        .invoke_handler(tauri::generate_handler![
            commands::call,
            commands::watch,
            commands::shoot,
            commands::bring,
            commands::locate,
            commands::stop_locating,
            commands::recognise,
            commands::scan,
            commands::recover,
            commands::here,
            commands::share_log,
            commands::open_outside,
            commands::buzz,
        ])
        .setup(|app| {
            app.manage(commands::Listeners::default());
            app.manage(links::Opened::default());
            open_window(app.handle())?;
            // Phones hand over links by an event; a desktop begins the program with one.
            for text in std::env::args().skip(1).filter(|text| text.starts_with("kandas:")) {
                links::open(app.handle(), &text);
            }
            // The core opens while the page loads; a call that comes earlier waits for it.
            let handle = app.handle().clone();
            tauri::async_runtime::spawn(async move {
                if let Err(problem) = core::of(&handle).await {
                    tracing::error!(%problem, "the core did not open");
                }
            });
            Ok(())
        })
        .build(tauri::generate_context!())
        .expect("the system gives a window")
        .run(happens);
}

#[cfg(any(target_os = "android", target_os = "ios"))]
fn happens(app: &tauri::AppHandle, event: tauri::RunEvent) {
    if let tauri::RunEvent::Opened { urls } = event {
        for url in urls {
            links::open(app, url.as_str());
        }
    }
}

#[cfg(not(any(target_os = "android", target_os = "ios")))]
fn happens(_app: &tauri::AppHandle, _event: tauri::RunEvent) {}

/// The one window. It shows our own page and goes nowhere else.
fn open_window(app: &tauri::AppHandle) -> tauri::Result<()> {
    let config = app.config().app.windows.first().cloned().unwrap_or_default();
    let home = match &config.url {
        // A development build without `custom-protocol` shows the page of Vite's server.
        WebviewUrl::External(url) => Some(url.clone()),
        _ if cfg!(dev) => app.config().build.dev_url.clone(),
        _ => None,
    };
    let offers = app.state::<Device<tauri::Wry>>().offers();
    WebviewWindowBuilder::from_config(app, &config)?
        .initialization_script(lay_down::script(&offers))
        .on_page_load(|window, load| {
            if load.event() == PageLoadEvent::Finished {
                links::page_is_there(&window);
            }
        })
        .on_navigation(move |to| {
            is_our_page(to.scheme(), to.host_str())
                || home.as_ref().is_some_and(|home| home.origin() == to.origin())
        })
        .build()?;
    Ok(())
}

/// Whether an address is that of the page in this program: `tauri://localhost`, on Android `https://tauri.localhost`.
fn is_our_page(scheme: &str, host: Option<&str>) -> bool {
    matches!((scheme, host), ("tauri", Some("localhost")) | ("https", Some("tauri.localhost")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_goes_nowhere_else() {
        for (scheme, host, may) in [
            ("tauri", Some("localhost"), true),
            ("https", Some("tauri.localhost"), true),
            ("http", Some("tauri.localhost"), false),
            ("https", Some("example.org"), false),
            ("https", Some("tauri.localhost.example.org"), false),
            ("file", None, false),
            ("data", None, false),
        ] {
            assert_eq!(is_our_page(scheme, host), may, "{scheme} {host:?}");
        }
    }
}

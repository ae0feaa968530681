//! Names the commands that the page may be allowed to ask for (`capabilities/`).

const COMMANDS: &[&str] = &[
    "call",
    "watch",
    "shoot",
    "bring",
    "locate",
    "stop_locating",
    "recognise",
    "scan",
    "recover",
    "here",
    "share_log",
    "open_outside",
    "buzz",
];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        panic!("{error:#}");
    }
}

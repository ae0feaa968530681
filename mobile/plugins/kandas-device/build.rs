//! Tells Tauri's command line where the Kotlin and the Swift half lie. The page can ask the plugin for nothing.
fn main() {
    tauri_plugin::Builder::new(&[]).android_path("android").ios_path("ios").build();
}

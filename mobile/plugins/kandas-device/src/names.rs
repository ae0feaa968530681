//! Rust, Kotlin and Swift call each other by names that no compiler compares. This does.

use std::collections::BTreeSet;

const PHONE_KT: &str = include_str!("../android/src/main/java/kz/kandas/device/Phone.kt");
const PLUGIN_KT: &str = include_str!("../android/src/main/java/kz/kandas/device/DevicePlugin.kt");
const NATIVE_KT: &str = include_str!("../android/src/main/java/kz/kandas/device/Native.kt");
const PLUGIN_SWIFT: &str = include_str!("../ios/Sources/DevicePlugin.swift");
const ANDROID: &str = include_str!("android.rs");
const IOS: &str = include_str!("ios.rs");
const PHONE: &str = include_str!("phone.rs");
const BACKGROUND: &str = include_str!("../../../src-tauri/src/background.rs");

/// Texts between `from` and `to`.
fn between<'a>(text: &'a str, from: &str, to: &str) -> BTreeSet<&'a str> {
    text.split(from).skip(1).filter_map(|rest| rest.split_once(to).map(|(name, _)| name)).collect()
}

#[test]
fn java_is_called_by_the_names_and_types_it_has() {
    let mut asked = BTreeSet::new();
    for (call, kotlin) in [
        (
            r#"self.some(""#,
            ["(): ByteArray", "(message: ByteArray): ByteArray", "(secret: ByteArray): ByteArray"].as_slice(),
        ),
        (
            r#"self.bytes(""#,
            ["(wrapped: ByteArray): ByteArray?", "(words: ByteArray): ByteArray?", "(): ByteArray?"]
                .as_slice(),
        ),
        (r#"self.text(""#, ["(): String"].as_slice()),
    ] {
        for line in ANDROID.lines().filter(|line| line.contains(call)) {
            let name = between(line, call, "\"").into_iter().next().unwrap();
            let takes = line.contains("Some(");
            let fits = |types: &&&str| {
                takes == types.starts_with("(m") | types.starts_with("(s") | types.starts_with("(w")
                    && PHONE_KT.contains(&format!("fun {name}{types}"))
            };
            assert!(kotlin.iter().any(|types| fits(&types)), "{name} is not what Phone.kt offers");
            asked.insert(name);
        }
    }
    assert_eq!(asked.len(), 10, "{asked:?}");
}

#[test]
fn java_finds_what_rust_exports() {
    let declared: BTreeSet<_> = between(NATIVE_KT, "external fun ", "(");
    let exported: BTreeSet<_> = [ANDROID, BACKGROUND]
        .iter()
        .flat_map(|text| between(text, "fn Java_kz_kandas_device_Native_", "("))
        .collect();
    assert_eq!(declared, exported);
    assert!(PLUGIN_SWIFT.contains("@_silgen_name(\"kandas_sync\")"));
    assert!(BACKGROUND.contains("extern \"C\" fn kandas_sync(seconds: u32) -> bool"));
}

#[test]
fn both_phones_have_every_command() {
    let mut asked = between(PHONE, "run_mobile_plugin_async(\"", "\"");
    asked.extend(between(PHONE, "run_mobile_plugin_async::<serde_json::Value>(\"", "\""));
    asked.extend(between(PHONE, "self.ask::<Home>(\"", "\""));
    asked.extend(between(PHONE, "self.ask::<serde_json::Value>(\"", "\""));
    let kotlin: BTreeSet<_> = between(PLUGIN_KT, "@Command\n  fun ", "(");
    assert_eq!(asked, kotlin);
    for call in ["self.some(\"", "self.bytes(\"", "self.ask(\""] {
        asked.extend(between(IOS, call, "\""));
    }
    let swift: BTreeSet<_> = between(PLUGIN_SWIFT, "@objc public func ", "(_ invoke: Invoke)");
    assert_eq!(asked, swift);
}

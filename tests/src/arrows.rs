//! Who may import whom. Reads the manifests and the sources as text: an arrow that nobody checks bends.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Our own packages that a manifest's `[dependencies]` (not dev) names.
fn ours(manifest: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(manifest)).unwrap();
    let mut table = "";
    let mut found = BTreeSet::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            table = line;
        } else if table == "[dependencies]" && line.starts_with("kandas-") {
            found.insert(line.split(['.', ' ', '=']).next().unwrap().to_owned());
        }
    }
    found
}

/// A source file of a crate: its path below `src`, without the ending, and its text without comments and tests.
struct Source {
    module: String,
    text: String,
}

fn sources(package: &str) -> Vec<Source> {
    let src = root().join(package).join("src");
    let mut folders = vec![src.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
                let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                let module = path.strip_prefix(&src).unwrap().with_extension("").display().to_string();
                found.push(Source { module, text: code.collect::<Vec<_>>().join("\n") });
            }
        }
    }
    assert!(!found.is_empty(), "{package} has no sources");
    found
}

impl Source {
    /// First segment of the module path: `store` for `store` and `store/draft`.
    fn part(&self) -> &str {
        self.module.split('/').next().unwrap()
    }

    /// The parts of its own crate that it names: `crate::part` and the members of `crate::{…}`.
    fn names(&self) -> BTreeSet<String> {
        let word = |text: &str| {
            text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
        };
        let mut found = BTreeSet::new();
        for rest in self.text.split("crate::").skip(1) {
            let Some(inner) = rest.strip_prefix('{') else {
                // A macro lives at the root of the crate, whoever defines it.
                let name = word(rest);
                if !rest[name.len()..].starts_with('!') {
                    found.insert(name);
                }
                continue;
            };
            let mut depth = 1;
            let mut start = 0;
            for (at, c) in inner.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 || (depth == 1 && c == ',') {
                    found.insert(word(&inner[start..at]));
                    start = at + 1;
                }
                if depth == 0 {
                    break;
                }
            }
        }
        found.remove("");
        found
    }
}

#[test]
fn packages() {
    let set = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(ours("shared/Cargo.toml"), set(&[]));
    assert_eq!(ours("disk/Cargo.toml"), set(&[]));
    assert_eq!(ours("app/Cargo.toml"), set(&["kandas-disk", "kandas-pixels", "kandas-shared"]));
    assert_eq!(ours("app/pixels/Cargo.toml"), set(&["kandas-shared"]));
    assert_eq!(ours("server/Cargo.toml"), set(&["kandas-disk", "kandas-shared"]));
    assert_eq!(ours("tests/fixtures/Cargo.toml"), set(&["kandas-shared"]));
    let phone = set(&["kandas-app", "kandas-disk", "kandas-shared"]);
    assert_eq!(ours("mobile/plugins/kandas-device/Cargo.toml"), phone);
    let mut shell = phone;
    shell.insert("kandas-device".to_owned());
    assert_eq!(ours("mobile/src-tauri/Cargo.toml"), shell);
    assert!(!ours("xtask/Cargo.toml").contains("kandas-app"), "xtask drives the programs, not their code");
    assert!(!ours("xtask/Cargo.toml").contains("kandas-server"), "xtask drives the programs, not their code");
}

#[test]
fn shared_does_no_io_and_knows_no_clock() {
    for source in sources("shared") {
        for word in [
            "std::fs",
            "std::net",
            "tokio",
            "async fn",
            "Utc::now",
            "Instant::now",
            "sqlx::query",
            "std::env",
        ] {
            assert!(!source.text.contains(word), "shared/src/{} says {word}", source.module);
        }
    }
}

#[test]
fn app_store_vault_and_platform_import_no_sibling() {
    for source in sources("app") {
        let names = source.names();
        for (part, own) in [("store", "store"), ("vault", "vault"), ("platform", "platform")] {
            if source.part() == part {
                let others: Vec<_> = names.iter().filter(|n| *n != own).collect();
                assert!(others.is_empty(), "app/src/{} imports {others:?}", source.module);
            }
        }
        if !["face", "cli", "main", "lib"].contains(&source.part()) {
            assert!(!names.contains("face"), "app/src/{} knows the face of the core", source.module);
        }
        if source.part() == "face" {
            assert!(!source.text.contains("axum"), "app/src/{} knows HTTP", source.module);
        }
        if source.part() != "sync" && source.part() != "main" && source.part() != "cli" {
            assert!(!source.text.contains("reqwest"), "app/src/{} speaks HTTP", source.module);
        }
    }
}

#[test]
fn server_rules_know_no_http_and_handlers_no_sql() {
    let doors = ["api", "router", "serve", "refusal", "limits", "state", "main", "cli", "metrics"];
    for source in sources("server") {
        let part = source.part();
        let door = doors.contains(&part);
        if !door {
            assert!(!source.text.contains("axum"), "server/src/{} knows axum", source.module);
        }
        if door && part != "main" && part != "cli" {
            for word in ["sqlx::", "exec!(", "all!(", "one!(", "opt!(", "many!("] {
                assert!(!source.text.contains(word), "server/src/{} says {word}", source.module);
            }
        }
        if part == "store" {
            let others: Vec<_> = source.names().into_iter().filter(|n| n != "store").collect();
            assert!(others.is_empty(), "server/src/{} imports {others:?}", source.module);
        }
    }
}

#[test]
fn names_are_read_as_the_compiler_would() {
    let source = Source {
        module: "a".into(),
        text: "use crate::{\n    app::{A, B},\n    vault,\n};\nuse crate::store::Store; crate::exec!(x)"
            .into(),
    };
    let names: Vec<_> = source.names().into_iter().collect();
    assert_eq!(names, ["app", "store", "vault"]);
}

//! The served description: valid, and neither more nor less than the page of the device API.

use std::collections::BTreeSet;

use super::centre::Centre;
use crate::stores::{World, on_each};

on_each! { engine, World;
    async fn the_description_lists_every_route_of_the_page(world) {
        let centre = Centre::new(world).await;
        let answer = centre.get("/openapi.json", None).await;
        assert_eq!(answer.status, 200);
        let api: serde_json::Value = answer.json();
        assert!(api["openapi"].as_str().unwrap().starts_with("3.1"));
        let mut served: BTreeSet<String> = BTreeSet::new();
        for (path, item) in api["paths"].as_object().unwrap() {
            for method in item.as_object().unwrap().keys() {
                served.insert(format!("{} {}", method.to_uppercase(), plain(path)));
            }
        }
        served.insert("GET /openapi.json".into());
        assert_eq!(served, page());
        for name in ["Problem", "Enrolled", "TokenGrant", "RecordBatch", "CheckpointAnswer", "BundleAnswer", "Jws"] {
            assert!(api["components"]["schemas"][name].is_object(), "{name}");
        }
    }
}

/// Method and path of every row of the table in docs/device-api.md.
fn page() -> BTreeSet<String> {
    let page = include_str!("../../../../docs/device-api.md");
    let mut routes = BTreeSet::new();
    for row in page.lines().filter(|line| line.starts_with("| `")) {
        let cell = row.split('|').nth(1).unwrap();
        let words: Vec<&str> = cell.split(['`', ' ', ',']).filter(|word| !word.is_empty()).collect();
        let mut methods = Vec::new();
        let mut fresh = true;
        for word in words {
            if word.chars().all(|c| c.is_ascii_uppercase()) {
                if !fresh {
                    methods.clear();
                    fresh = true;
                }
                methods.push(word);
            } else if word.starts_with('/') {
                fresh = false;
                for method in &methods {
                    routes.insert(format!("{method} {}", plain(word.split('?').next().unwrap())));
                }
            }
        }
    }
    assert!(routes.len() > 15, "{routes:?}");
    routes
}

/// A path without the names of its parts.
fn plain(path: &str) -> String {
    let part = |part: &str| if part.starts_with(['{', '<']) { "{}".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

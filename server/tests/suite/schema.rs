//! Migrations: forward only, the same on both engines, an upgraded store equal to a fresh one.

use std::{collections::BTreeSet, path::Path};

use kandas_server::store::Store;

use crate::stores::{World, on_each};

fn migrations(engine: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations/server").join(engine);
    std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn migrations_are_twins() {
    assert_eq!(migrations("sqlite"), migrations("postgres"));
    for name in migrations("sqlite") {
        let (number, _) = name.split_once('_').unwrap();
        assert_eq!(number.len(), 4, "{name}");
    }
}

#[test]
fn every_table_is_commented() {
    for engine in ["sqlite", "postgres"] {
        for name in migrations(engine) {
            let file =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations/server").join(engine).join(name);
            let text = std::fs::read_to_string(file).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.starts_with("create table")) {
                assert!(lines[at - 1].starts_with("-- "), "{engine}: {line}");
            }
        }
    }
}

#[tokio::test]
async fn both_engines_have_the_same_tables_and_columns() {
    let (sqlite, postgres) = (World::sqlite().await.columns().await, World::postgres().await.columns().await);
    assert!(sqlite.len() > 100);
    assert_eq!(sqlite, postgres);
}

on_each! { engine, World;
    async fn an_upgraded_store_equals_a_fresh_one(world) {
        // Each opening brings a store up to date; a second one finds nothing to do and changes nothing.
        let fresh = world.schema().await;
        assert!(fresh.len() > 40);
        world.store.close().await;
        let again = Store::open(&world.url).await.unwrap();
        let upgraded = World { store: again, ..world };
        assert_eq!(upgraded.schema().await, fresh);
    }
}

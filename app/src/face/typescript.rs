//! Writes the calls and views down for the screens: `mobile/src/api/types.ts`. A test compares, so that a view that
//! changes here without the file there is noticed; `KANDAS_WRITE_TYPES=1` writes it anew.

use std::{collections::BTreeMap, path::Path};

use ts_rs::{Config, TS, TypeVisitor};

use super::{
    call::{Answers, Problem, Request},
    view::Event,
};

const HEAD: &str = "// Written by `KANDAS_WRITE_TYPES=1 cargo test -p kandas-app typescript` from app/src/face. Do not edit.\n
/** The answer of a call. */
export type Answer<C extends Request[\"call\"]> = Answers[C];\n";

/// Declarations by name, found by walking from the tables to whatever they name.
struct Walk<'a> {
    config: &'a Config,
    found: BTreeMap<String, String>,
}

impl TypeVisitor for Walk<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Types without a file of their own are built in: numbers, lists, options.
        if T::output_path().is_none() {
            T::visit_dependencies(self);
            T::visit_generics(self);
            return;
        }
        let name = T::ident(self.config);
        if self.found.contains_key(&name) {
            return;
        }
        let text = format!("\n{}export {}\n", T::docs().unwrap_or_default(), T::decl(self.config));
        self.found.insert(name, text);
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

fn types() -> String {
    // Sizes and counts stay far below 2^53.
    let config = Config::new().with_large_int("number");
    let mut walk = Walk { config: &config, found: BTreeMap::new() };
    walk.visit::<Request>();
    walk.visit::<Answers>();
    walk.visit::<Problem>();
    walk.visit::<Event>();
    let mut text = HEAD.to_owned();
    text.extend(walk.found.into_values());
    text
}

#[test]
fn the_screens_have_the_present_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../mobile/src/api/types.ts");
    let types = types();
    if std::env::var_os("KANDAS_WRITE_TYPES").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
        std::fs::write(&path, &types).expect("the file");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == types, "{} is not what app/src/face says; see its first line", path.display());
}

#[test]
fn calls_are_named_alike_in_both_tables() {
    for name in Request::ALL {
        let text = Request::inline(&Config::new());
        assert!(text.contains(&format!("\"call\": \"{name}\"")), "{name}");
    }
}

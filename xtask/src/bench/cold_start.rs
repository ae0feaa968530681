//! The phone's screens in a browser: how long the app takes to stand when its processor is four times slower, and how fast
//! the list of a thousand families opens and answers. Reported beside what is wished for; the tests of the screens
//! (`mobile/tests/screens/thousand.test.ts`) measure it, here on the programs as they are shipped.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::{Bench, figures::Figures};
use crate::screens;

/// What the browser calls a figure, and its name here.
const NAMES: [(&str, &str); 4] = [
    ("cold start to Today, CPU four times slower", "screens_cold_start_ms"),
    ("list of 1,000 families opens", "screens_list_ms"),
    ("search among 1,000 families answers", "screens_search_ms"),
    ("a frame while scrolling, the slowest of twenty", "screens_scroll_frame_ms"),
];

impl Bench {
    /// Figures of the screens.
    pub(crate) fn cold_start(&self, figures: &mut Figures) -> Result<()> {
        let programs = BTreeMap::from([
            ("kandas-server".to_owned(), self.server.clone()),
            ("kandas-field".to_owned(), self.field.clone()),
        ]);
        let measured = screens::thousand(&programs)?;
        for (said, name) in NAMES {
            let (_, values) = measured
                .iter()
                .find(|(known, _)| known == said)
                .with_context(|| format!("the browser has not measured: {said}"))?;
            for value in values {
                figures.add(name, *value);
            }
        }
        Ok(())
    }
}

//! A journal of a million facts: how fast `verify` proves it and `rebuild` makes every table anew from it. Four facts of
//! five come by import, one is a record that was pushed.

use anyhow::{Context, Result, ensure};
use kandas_fixtures::district::Outline;
use serde_json::Value;

use super::{
    Bench,
    figures::Figures,
    load::{self, BATCH},
    site::{Engine, Ground},
    timed,
};

/// Devices that push the records.
const DEVICES: usize = 8;
/// Batches that are sealed before they are pushed: no more lie in memory.
const ROUND: usize = 100;

impl Bench {
    /// Facts a second, several times on the same store.
    pub(crate) fn journal(&self, figures: &mut Figures, engine: Engine, runs: usize) -> Result<()> {
        let wanted = self.scale.facts;
        let hundred = Outline { families: 100, ..Outline::default() }.district().len();
        let families = u32::try_from(wanted / 5 * 4 * 100 / hundred)?;
        let ground = Ground { families, workers: u32::try_from(DEVICES / 2)?, ..Ground::default() };
        println!("   a store of {wanted} facts is made …");
        let site = self.site(engine, &ground)?;
        let serving = site.centre.serve()?;
        let mut sealers = self.sealers(&site, DEVICES)?;
        let head = "select size from journal_head where id = 1";
        let mut tables = self.runtime.block_on(site.tables())?;
        loop {
            let there = usize::try_from(self.runtime.block_on(tables.number(head))?)?;
            let missing = wanted.saturating_sub(there).div_ceil(DEVICES * BATCH);
            if missing == 0 {
                break;
            }
            let batches = missing.min(ROUND);
            let bodies = sealers.iter_mut().map(|sealer| sealer.bodies(batches, BATCH));
            let bodies = bodies.collect::<Result<Vec<_>>>()?;
            let answered = self.runtime.block_on(load::push(&sealers, bodies))?;
            load::check(&sealers, &answered, DEVICES * batches * BATCH)?;
            println!("   {there} facts so far");
        }
        drop(tables);
        let status = serving.stop()?;
        ensure!(status.success(), "the central store ended with {status}");

        for _ in 0..runs {
            let mut said = Value::Null;
            let took = timed(|| {
                said = site.centre.verify(false)?;
                Ok(())
            })?;
            ensure!(said["sound"] == true, "the store is not sound: {said}");
            let facts = said["size"].as_f64().context("`verify` does not say how many facts there are")?;
            figures.add(&format!("verify_facts_per_s_{}", engine.name()), facts / took.as_secs_f64());
            let took = timed(|| site.centre.rebuild())?;
            figures.add(&format!("rebuild_facts_per_s_{}", engine.name()), facts / took.as_secs_f64());
            figures.add(&format!("journal_facts_{}", engine.name()), facts);
        }
        Ok(())
    }
}

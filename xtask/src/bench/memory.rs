//! What the central store keeps in memory after ten thousand records and a gigabyte of uploads.

use anyhow::{Result, ensure};

use super::{
    Bench,
    figures::Figures,
    load::{self, BATCH, noise},
    processes::memory,
    site::{Engine, Ground},
    upload::{CONNECTIONS, FILE, Lines, announce, check},
};

/// Devices that push.
const DEVICES: usize = 8;
/// Files between two looks at what has come back.
const SOME: usize = 50;

impl Bench {
    /// Resident memory, now and at its most.
    pub(crate) fn memory(&self, figures: &mut Figures, engine: Engine) -> Result<()> {
        let batches = self.scale.kept_records.div_ceil(DEVICES * BATCH);
        let families = u32::try_from(DEVICES * batches * BATCH / 15)?.max(100);
        let ground = Ground { families, workers: u32::try_from(DEVICES / 2)?, ..Ground::default() };
        let site = self.site(engine, &ground)?;
        let serving = site.centre.serve()?;
        let pid = serving.pid()?;
        let name = |figure: &str| engine.figure(figure);
        figures.add(&name("server_rss_idle_mb"), memory(pid)?.now);

        let mut sealers = self.sealers(&site, DEVICES)?;
        let bodies =
            sealers.iter_mut().map(|sealer| sealer.bodies(batches, BATCH)).collect::<Result<Vec<_>>>()?;
        let answered = self.runtime.block_on(load::push(&sealers, bodies))?;
        load::check(&sealers, &answered, DEVICES * batches * BATCH)?;

        let files: Vec<_> = (0..CONNECTIONS as u64).map(|number| noise(number, FILE)).collect();
        let lines = Lines::ours(&sealers[0])?;
        let mut left = self.scale.kept_bytes / FILE;
        while left > 0 {
            let some: Vec<_> = files.iter().cycle().take(left.min(SOME)).cloned().collect();
            left -= some.len();
            let named = self.runtime.block_on(announce(&mut sealers[0], &some))?;
            let receipts = self.runtime.block_on(lines.send(&named, &some))?;
            check(&sealers[0].device, &receipts, some.len())?;
        }
        let memory = memory(pid)?;
        figures.add(&name("server_rss_mb"), memory.now);
        figures.add(&name("server_rss_peak_mb"), memory.peak);
        let status = serving.stop()?;
        ensure!(status.success(), "the central store ended with {status}");
        Ok(())
    }
}

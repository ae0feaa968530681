//! The import of a district, all or nothing, journal included.

use anyhow::Result;
use kandas_fixtures::district::Outline;

use super::{
    Bench,
    figures::Figures,
    site::{Engine, Ground, outline},
    timed,
};

impl Bench {
    /// How long it takes.
    pub(crate) fn import(&self, figures: &mut Figures, engine: Engine) -> Result<()> {
        let hundred = Outline { families: 100, ..Outline::default() }.district().len();
        let families = u32::try_from(self.scale.entities * 100 / hundred + 1)?;
        let ground = Ground { families, workers: 4, ..Ground::default() };
        let site = self.empty_site(engine, &ground, outline(&ground).district())?;
        let document = site.document()?;
        let took = timed(|| site.centre.import(&document).map(drop))?.as_secs_f64();
        figures.add(&format!("import_entities_per_s_{}", engine.name()), site.district.len() as f64 / took);
        Ok(())
    }
}

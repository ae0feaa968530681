//! The sample: some of the records of which nothing is noticed are looked at all the same, drawn by the server when it
//! first looks at them ([`crate::findings::work`]) or, where they were held, once they count, so that nobody can know
//! beforehand which. The share is a dated setting (`sample_percent`), each draw a fact.

use kandas_shared::{finding::Threshold, hash::Digest, ids::RecordId};

use crate::{
    among,
    chance::{self, Chance},
    findings::settings::Thresholds,
    opt,
    store::{StoreError, Tx},
};

/// Whether the record was drawn.
///
/// # Errors
/// When the database does not answer.
pub async fn is_drawn(tx: &mut Tx, record: RecordId) -> Result<bool, StoreError> {
    let sql = "select hash from check_sample where record = $1 limit 1";
    Ok(opt!(tx, (Digest,), sql, record).await?.is_some())
}

/// Those of these records that were drawn.
///
/// # Errors
/// When the database does not answer.
pub async fn drawn(tx: &mut Tx, records: &[(RecordId,)]) -> Result<Vec<RecordId>, StoreError> {
    let sql = "select record from check_sample where record in (";
    let mut found: Vec<_> =
        among!(tx, (RecordId,), sql, records, ")").await?.into_iter().map(|(id,)| id).collect();
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Draws once.
pub(crate) fn draw(chance: &dyn Chance, at: &Thresholds) -> bool {
    let lot = u32::from_be_bytes(chance::bytes(chance));
    f64::from(lot) < at.get(Threshold::SamplePercent) / 100.0 * f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chance::SeededChance,
        findings::settings::{Dated, Settings},
    };

    #[test]
    fn about_the_share_is_drawn() {
        let day = "2026-11-28".parse().unwrap();
        let chance = SeededChance::new(7);
        let of = |value: f64| {
            let dated = Dated { name: Threshold::SamplePercent, from: day, value };
            let at = Settings::shipped().with([dated]).on(day);
            (0..20_000).filter(|_| draw(&chance, &at)).count()
        };
        assert!((900..1_100).contains(&of(5.0)));
        assert_eq!((of(0.0), of(100.0)), (0, 20_000));
    }
}

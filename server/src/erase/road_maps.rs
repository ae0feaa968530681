//! Road maps (§38) in which the subject has a line: what was remarked about them may speak of it, and scans of signed papers
//! show it among the others. Both go; that they were signed, by whom and when, stays.

use kandas_shared::ids::{FamilyId, PersonId};
use uuid::Uuid;

use crate::{
    all,
    store::{StoreError, Tx},
};

/// What goes beside the lines themselves.
pub(super) struct Papers {
    /// Facts whose bodies go.
    pub positions: Vec<i64>,
    /// Keys of scans in the media store.
    pub objects: Vec<String>,
}

impl Papers {
    pub(super) async fn by(
        tx: &mut Tx,
        family: FamilyId,
        person: Option<PersonId>,
    ) -> Result<Self, StoreError> {
        let (column, id): (&str, Uuid) = match person {
            None => ("family", family.0),
            Some(person) => ("person", person.0),
        };
        let named = format!("exists (select 1 from road_map_row r where r.map = t.map and r.{column} = $1)");
        let sql = format!("select t.position, t.object from road_map_scan t where {named}");
        let scans = all!(tx, (i64, String), sqlx::AssertSqlSafe(sql.as_str()), id).await?;
        let sql = format!("select t.position from road_map_remark t where {named}");
        let remarks = all!(tx, (i64,), sqlx::AssertSqlSafe(sql.as_str()), id).await?;
        let positions = remarks.into_iter().map(|(position,)| position);
        let positions = positions.chain(scans.iter().map(|(position, _)| *position)).collect();
        Ok(Self { positions, objects: scans.into_iter().map(|(_, object)| object).collect() })
    }
}

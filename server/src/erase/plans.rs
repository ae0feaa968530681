//! Plans of the subject's family (§32-34): what was remarked about them may speak of any of its members, and files that show
//! the agreement show them all. Both go, whoever of them is erased; that it was agreed and approved, by whom and when, stays.

use kandas_shared::ids::FamilyId;

use crate::{
    all,
    store::{StoreError, Tx},
};

/// What goes beside the rows themselves.
pub(super) struct Papers {
    /// Facts whose bodies go.
    pub positions: Vec<i64>,
    /// Keys of files in the media store.
    pub objects: Vec<String>,
}

impl Papers {
    pub(super) async fn by(tx: &mut Tx, family: FamilyId) -> Result<Self, StoreError> {
        let sql = "select position, object from plan_paper where family = $1";
        let papers = all!(tx, (i64, String), sql, family).await?;
        let sql = "select position from plan_remark where family = $1";
        let remarks = all!(tx, (i64,), sql, family).await?;
        let positions = remarks.into_iter().map(|(position,)| position);
        let positions = positions.chain(papers.iter().map(|(position, _)| *position)).collect();
        Ok(Self { positions, objects: papers.into_iter().map(|(_, object)| object).collect() })
    }
}

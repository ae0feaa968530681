//! Fetching what came back of a record that another phone sealed.

use kandas_shared::{
    hash::from_b64,
    ids::RecordId,
    problem::ProblemCode,
    record::{Reading, read},
    wire::Rework,
};

use super::{Sync, SyncError, http::Failure};
use crate::store::{StoreError, rework};

impl Sync<'_> {
    /// Asks for a returned record. A server that does not know the question, or says that it is nothing for this phone,
    /// is not asked again: the return is answered by a new record then.
    pub(super) async fn rework(&mut self, record: RecordId) -> Result<(), SyncError> {
        let path = format!("/v1/rework/{record}");
        let told = match self.http.get::<Rework>(&path, Some(&self.bearer()?)).await {
            Ok(told) => told,
            Err(failure) if failure.code() == Some(ProblemCode::NotFound) => {
                return self.keep(record, None, &[]).await;
            }
            Err(failure) => return Err(failure.into()),
        };
        if !matches!(read(&told.payload), Reading::Record(known) if known.record == record) {
            return Err(Failure::Protocol("another record than the one asked for".into()).into());
        }
        let mut pictures = Vec::with_capacity(told.pictures.len());
        for picture in told.pictures {
            let jpeg = from_b64(&picture.jpeg).ok_or_else(|| Failure::Protocol("a picture".into()))?;
            pictures.push((picture.evidence, jpeg));
        }
        self.keep(record, Some(&told.payload), &pictures).await
    }

    async fn keep(
        &self,
        record: RecordId,
        payload: Option<&str>,
        pictures: &[(kandas_shared::ids::EvidenceId, Vec<u8>)],
    ) -> Result<(), SyncError> {
        let mut tx = self.app.store().begin().await?;
        rework::keep(&mut tx, record, payload, pictures).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }
}

//! What came back for rework: first on every screen until it is answered.

use std::collections::HashMap;

use kandas_shared::{
    evidence::{Evidence, EvidenceKind},
    hash::Digest,
    ids::{CheckId, EvidenceId, RecordId},
    pulled::{Check, RecordState as Said},
    record::{Reading, read},
};
use serde::de::DeserializeOwned;

use super::{
    Face,
    board::Board,
    call::Problem,
    count, reasons,
    view::{CheckLine, Notice, ReturnedCard},
};
use crate::{
    draft::DraftId,
    store::{StoreError, draft, home, overview, pulled, record, rework},
};

impl Face {
    /// Cards of returned records that `wanted` picks, one for each piece that came back, the most urgent first.
    pub(super) async fn returned(
        &self,
        board: &Board,
        wanted: impl Fn(&Said) -> bool,
    ) -> Result<Vec<ReturnedCard>, Problem> {
        // The words belong to whoever has the family now; of a family that is somebody else's only the ledger tells.
        let ours = |said: &&Said| said.family.is_none_or(|family| board.family(family).is_some());
        let picked: Vec<&Said> = board.returned.iter().filter(|said| wanted(said)).filter(ours).collect();
        if picked.is_empty() {
            return Ok(Vec::new());
        }
        let answers: HashMap<RecordId, DraftId> = self
            .app()
            .drafts()
            .await?
            .iter()
            .filter_map(|draft| Some((draft.supersedes?, draft.id)))
            .collect();
        let mut conn = self.app().store().conn().await?;
        let mut standing: HashMap<RecordId, Vec<Check>> = HashMap::new();
        for check in pulled::returns(&mut conn).await?.rows {
            standing.entry(check.record).or_default().push(check);
        }
        let known_reasons = pulled::reasons(&mut conn).await?;
        let mut cards = Vec::with_capacity(picked.len());
        for said in picked {
            let (sealed, told) = match said.record {
                Some(id) => (record::by_id(&mut conn, id).await?, rework::payload(&mut conn, id).await?),
                None => (None, None),
            };
            // Sealed here, or by another phone and told because it came back.
            let known = sealed.as_ref().map(|sealed| &sealed.payload).or(told.as_ref());
            let known = known.and_then(|payload| match read(payload) {
                Reading::Record(known) => Some(known),
                _ => None,
            });
            let activity = match said.activity {
                Some(id) => pulled::activity(&mut conn, id).await?,
                None => None,
            };
            let answer = said.record.and_then(|id| answers.get(&id)).copied();
            let again = match answer {
                Some(draft) => draft::evidence(&mut conn, draft).await?.rows,
                None => Vec::new(),
            };
            let evidence = known.as_ref().map(|known| known.evidence.clone()).unwrap_or_default();
            let household = said.family.and_then(|id| board.family(id));
            let person = known
                .as_ref()
                .and_then(|known| known.statement.person())
                .or(activity.as_ref().map(|a| a.person));
            let plain = ReturnedCard {
                check: None,
                record: said.record,
                number: sealed.as_ref().map(|sealed| sealed.seq.unsigned_abs()),
                activity: said.activity,
                family: said.family,
                family_name: household.map(|family| family.name.clone()),
                settlement: household.map(|family| family.line.settlement_name.clone()),
                person: person.and_then(|id| board.name(id)),
                service: activity.as_ref().map(|activity| activity.service),
                done_on: known
                    .as_ref()
                    .map(|known| known.done_on)
                    .or(activity.and_then(|activity| activity.done_on)),
                evidence: None,
                kind: None,
                reason: None,
                said: None,
                why: None,
                by: None,
                role: None,
                deadline: said.check_due.map(|on| board.deadline(on)),
                draft: answer,
                piecewise: known.is_some(),
                retaken: false,
            };
            let words = said.record.and_then(|id| standing.remove(&id)).unwrap_or_default();
            if words.is_empty() {
                // A centre of an older version says that it is returned and nothing more.
                cards.push(plain);
                continue;
            }
            cards.extend(words.into_iter().map(|check| ReturnedCard {
                check: Some(check.id),
                evidence: check.evidence,
                kind: check.evidence.map(|id| kind_of(&evidence, id)),
                said: reasons::said(&known_reasons, &check),
                reason: check.reason,
                why: check.text,
                by: Some(check.checker_name),
                role: Some(check.checker_role),
                deadline: check.due.map(|on| board.deadline(on)),
                retaken: check.evidence.is_some_and(|id| {
                    again
                        .iter()
                        .any(|piece| piece.item.as_ref().is_some_and(|item| item.replaces == Some(id)))
                }),
                ..plain.clone()
            }));
        }
        cards.sort_by_key(|card| card.deadline.map_or((true, None), |by| (false, Some(by.on))));
        Ok(cards)
    }

    /// Everything supervisors have said of a record, the newest first.
    pub(super) async fn checks_of(&self, record: RecordId) -> Result<Vec<CheckLine>, Problem> {
        let mut conn = self.app().store().conn().await?;
        let mut checks = pulled::checks(&mut conn, record).await?.rows;
        let known = pulled::reasons(&mut conn).await?;
        checks.reverse();
        Ok(checks
            .into_iter()
            .map(|check| CheckLine {
                check: check.id,
                state: check.state,
                stands: check.stands,
                evidence: check.evidence,
                said: reasons::said(&known, &check),
                reason: check.reason,
                text: check.text,
                due: check.due,
                by: check.checker_name,
                role: check.checker_role,
                at: check.checked_at,
            })
            .collect())
    }

    /// Says that something came back, until it is dismissed or answered.
    pub(super) async fn returned_notice(&self) -> Result<Option<Notice>, Problem> {
        let mut conn = self.app().store().conn().await?;
        let seen: Vec<CheckId> = seen(&mut conn, home::RETURNS_SEEN).await?;
        let mut new = pulled::returns(&mut conn).await?.rows;
        new.retain(|check| !seen.contains(&check.id));
        let mut count = 0;
        for check in new {
            count += u32::from(!record::is_corrected(&mut conn, check.record).await?);
        }
        Ok((count > 0).then_some(Notice::Returned { count }))
    }

    /// Says that records of this phone were set aside, until it is dismissed or they count after all.
    pub(super) async fn set_aside_notice(&self) -> Result<Option<Notice>, Problem> {
        let mut conn = self.app().store().conn().await?;
        let seen: Vec<Digest> = seen(&mut conn, home::ASIDE_SEEN).await?;
        let new = overview::set_aside(&mut conn).await?.into_iter().filter(|hash| !seen.contains(hash));
        let count = count(new.count());
        Ok((count > 0).then_some(Notice::SetAside { count }))
    }

    /// What was set aside has been seen.
    pub(super) async fn set_aside_is_seen(&self) -> Result<(), Problem> {
        let mut tx = self.app().store().begin().await?;
        let all = overview::set_aside(&mut tx).await?;
        home::set(&mut tx, home::ASIDE_SEEN, crate::store::to_json(home::ASIDE_SEEN, &all)?).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// What came back has been seen.
    pub(super) async fn returned_is_seen(&self) -> Result<(), Problem> {
        let mut tx = self.app().store().begin().await?;
        let all: Vec<CheckId> =
            pulled::returns(&mut tx).await?.rows.into_iter().map(|check| check.id).collect();
        home::set(&mut tx, home::RETURNS_SEEN, crate::store::to_json(home::RETURNS_SEEN, &all)?).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }
}

async fn seen<Id: DeserializeOwned>(
    conn: &mut sqlx::SqliteConnection,
    name: &'static str,
) -> Result<Vec<Id>, StoreError> {
    match home::text(conn, name).await? {
        Some(text) => crate::store::json(name, &text),
        None => Ok(Vec::new()),
    }
}

fn kind_of(evidence: &[Evidence], id: EvidenceId) -> EvidenceKind {
    let known = evidence.iter().find(|item| item.evidence == id);
    known.map_or(EvidenceKind::Photo, |item| item.kind)
}

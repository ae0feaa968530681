//! What came back for rework: first on every screen until it is answered.

use kandas_shared::pulled::RecordState as Said;

use super::{Face, board::Board, call::Problem, patch::deadline, view::ReturnedCard};
use crate::store::{pulled, record};

impl Face {
    /// Cards of returned records that `wanted` picks, the most urgent first.
    pub(super) async fn returned(
        &self,
        board: &Board,
        wanted: impl Fn(&Said) -> bool,
    ) -> Result<Vec<ReturnedCard>, Problem> {
        let picked: Vec<&Said> = board.returned.iter().filter(|said| wanted(said)).collect();
        if picked.is_empty() {
            return Ok(Vec::new());
        }
        let drafts = self.app().drafts().await?;
        let mut conn = self.app().store().conn().await?;
        let mut cards = Vec::with_capacity(picked.len());
        for said in picked {
            let sealed = match said.record {
                Some(id) => record::by_id(&mut conn, id).await?,
                None => None,
            };
            let activity = match said.activity {
                Some(id) => pulled::activity(&mut conn, id).await?,
                None => None,
            };
            let household = said.family.and_then(|id| board.family(id));
            let person =
                sealed.as_ref().and_then(|sealed| sealed.person).or(activity.as_ref().map(|a| a.person));
            cards.push(ReturnedCard {
                record: said.record,
                number: sealed.as_ref().map(|sealed| sealed.seq.unsigned_abs()),
                activity: said.activity,
                family: said.family,
                family_name: household.map(|family| family.name.clone()),
                settlement: household.map(|family| family.line.settlement_name.clone()),
                person: person.and_then(|id| board.name(id)),
                service: activity.as_ref().map(|activity| activity.service),
                done_on: sealed
                    .map(|sealed| sealed.done_on)
                    .or(activity.and_then(|activity| activity.done_on)),
                // The centre does not say yet which photo, why and who.
                evidence: None,
                why: None,
                by: None,
                deadline: said.check_due.map(|on| deadline(board.today, on)),
                draft: drafts
                    .iter()
                    .find(|draft| draft.supersedes.is_some() && draft.supersedes == said.record)
                    .map(|draft| draft.id),
            });
        }
        Ok(cards)
    }
}

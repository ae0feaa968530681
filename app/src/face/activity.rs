//! One activity before anything is captured.

use kandas_shared::{ids::ActivityId, plan_state::ActivityState};

use super::{
    Face,
    call::Problem,
    draft::{rule, together},
    view::{ActivityView, Consent},
};
use crate::{
    draft::DraftKind,
    store::{home, pulled},
};

impl Face {
    pub(super) async fn activity(&self, id: ActivityId) -> Result<ActivityView, Problem> {
        let board = self.board().await?;
        let (household, task) = board.task(id).ok_or_else(|| Problem::unknown("activity"))?;
        let language = self.language().await?;
        let returned = self.returned(&board, |said| said.activity == Some(id)).await?;
        let records = self.ledger_rows(&board, |item| item.activity == Some(id)).await?;
        let consents = self.app().family_consents(household.line.id).await?;
        let mut conn = self.app().store().conn().await?;
        let strict = home::settings(&mut conn).await?.strict_photo_and_video;
        let known = pulled::activity(&mut conn, id).await?.ok_or_else(|| Problem::unknown("activity"))?;
        drop(conn);
        // Also while that record still waits to be sent: what is beside it goes by the records, not by how they travel.
        let closed = task.state != ActivityState::Cancelled
            && task.draft.is_none()
            && self.app().closed_by(id).await?.is_some();
        let service = task.service.service();
        Ok(ActivityView {
            activity: id,
            family: household.line.id,
            family_name: household.name.clone(),
            person: board.name(task.person).ok_or_else(|| Problem::unknown("person"))?,
            for_family: task.is_for_family(),
            service: task.service,
            number: task.service.number(),
            official_name: service.name(language).to_owned(),
            repeatable: service.repeatable,
            applies_to: service.applies_to,
            rule: rule(task.service, strict),
            state: task.state,
            patch: task.patch,
            deadline: task.deadline,
            done_on: known.done_on,
            draft: task.draft,
            may_be_given: closed,
            returned,
            records,
            consent: consents.iter().find(|known| known.person == task.person).map(Consent::from),
            together: together(
                &board,
                &household.line.id,
                Some(task.service),
                DraftKind::Completion,
                |activity| activity == id,
            ),
        })
    }
}

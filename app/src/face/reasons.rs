//! Reasons that a worker chooses from, and what a supervisor's reason reads: in the centre's words where it has said any, else
//! in those that the screens bring along. All of it from the last pull, so without a link too.

use kandas_shared::{
    calendar::civil_date,
    pulled::Check,
    reason::{ReasonCode, ReasonList, ReasonText, Reasons},
};

use super::{
    Face,
    call::Problem,
    view::{ReasonLine, ReasonsView},
};
use crate::store::pulled;

impl Face {
    /// What can be chosen today.
    pub(super) async fn reasons(&self) -> Result<ReasonsView, Problem> {
        let today = self.app().today().await?;
        let mut conn = self.app().store().conn().await?;
        let known = pulled::reasons(&mut conn).await?;
        let of = |list: ReasonList| -> Vec<ReasonLine> {
            let line = |code: ReasonCode| ReasonLine { text: known.text(list, &code, today).cloned(), code };
            known.offered(list, today).into_iter().map(line).collect()
        };
        Ok(ReasonsView {
            not_applicable: of(ReasonList::NotApplicable),
            refused: of(ReasonList::Refused),
            correction: of(ReasonList::Correction),
        })
    }
}

/// What the centre's words were for the reason of a check, on the day of the check; none where the screens have their own, or
/// nobody here knows the code.
pub(super) fn said(known: &Reasons, check: &Check) -> Option<ReasonText> {
    let code = check.reason.as_ref()?;
    known.text(ReasonList::Return, code, civil_date(check.checked_at)).cloned()
}

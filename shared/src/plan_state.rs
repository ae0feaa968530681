//! The states a plan, an activity and its check walk through (§19, §28, §32–37, §40), as tables.
//!
//! Only the moves of the tables exist. What makes a move happen (who may, by which deadline) is
//! decided elsewhere; here stands which moves there are. History is never rewritten: a correction
//! is a new version, a returned completion stays what it was and carries its check beside it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::text_enum::text_enum;

text_enum! {
    /// Where an adaptation and integration plan stands.
    pub enum PlanState {
        /// Drawn up remotely with the kandas (§19).
        DraftRemote = "draft_remote",
        /// Agreed after the preliminary visit (§28). Skipped when there was none.
        PrelimAgreed = "prelim_agreed",
        /// Drawn up by Appendix 1 in the settlement region (§32).
        FinalDraft = "final_draft",
        /// Agreed by the kandas (§34).
        Agreed = "agreed",
        /// Approved by the labour mobility centre (§34).
        Approved = "approved",
        /// Loaded: phones see it (§34).
        Published = "published",
        /// The first activity is done.
        InExecution = "in_execution",
        /// Every activity has reached an end.
        Executed = "executed",
        /// Five years of monitoring (§40, §43).
        Monitoring = "monitoring",
        /// The five years are over.
        Closed = "closed",
        /// The family left the region on its own; the refund is decided elsewhere (§45, §46).
        Departed = "departed",
        /// A draft that was a mistake and was given up before anybody agreed to it: phones never see it.
        Discarded = "discarded",
    }
}

impl PlanState {
    /// States one move away.
    pub const fn next(self) -> &'static [PlanState] {
        use PlanState::*;
        match self {
            DraftRemote => &[PrelimAgreed, FinalDraft, Discarded],
            PrelimAgreed => &[FinalDraft, Discarded],
            FinalDraft => &[Agreed, Discarded],
            // Approval may be refused with a remark: the version is worked on again.
            Agreed => &[Approved, FinalDraft],
            Approved => &[Published, FinalDraft],
            Published => &[InExecution, FinalDraft, Departed],
            InExecution => &[Executed, FinalDraft, Departed],
            // What was thought done may have to be done once more, and the measures last five years (§40): more may come.
            Executed => &[InExecution, Monitoring, FinalDraft, Departed],
            Monitoring => &[InExecution, Closed, FinalDraft, Departed],
            Closed | Departed | Discarded => &[],
        }
    }

    /// Whether the move exists.
    pub fn can_move(self, to: PlanState) -> bool {
        self.next().contains(&to)
    }

    /// Whether the move amends an approved plan, which makes version n + 1 and carries finished items over unchanged.
    pub fn starts_new_version(self, to: PlanState) -> bool {
        use PlanState::*;
        matches!((self, to), (Approved | Published | InExecution | Executed | Monitoring, FinalDraft))
    }

    /// Whether the plan is at work: phones show it.
    pub const fn is_on_phones(self) -> bool {
        use PlanState::*;
        matches!(self, Published | InExecution | Executed | Monitoring)
    }
}

text_enum! {
    /// Where one activity of a plan stands.
    pub enum ActivityState {
        /// In the plan, nothing done.
        Planned = "planned",
        /// Opened on a phone.
        InProgress = "in_progress",
        /// Evidence is kept on the phone.
        Captured = "captured",
        /// Sealed by the worker (§37), still on the phone.
        DoneLocal = "done_local",
        /// The record is at the centre.
        Synced = "synced",
        /// The evidence the report needs is at the centre (§39).
        Reported = "reported",
        /// A state system agrees (§44).
        SysConfirmed = "sys_confirmed",
        /// A state system contradicts: an open issue, never a deletion (A-25).
        Disputed = "disputed",
        /// Does not concern this person; with a reason.
        NotApplicable = "not_applicable",
        /// The family does not want it; signed.
        Refused = "refused",
        /// Dropped by a newer version of the plan.
        Cancelled = "cancelled",
        /// Replaced by a correction, which is a record of its own.
        Corrected = "corrected",
    }
}

impl ActivityState {
    /// States one move away.
    pub const fn next(self) -> &'static [ActivityState] {
        use ActivityState::*;
        match self {
            Planned => &[InProgress, NotApplicable, Refused, Cancelled],
            InProgress => &[Captured],
            Captured => &[DoneLocal],
            DoneLocal => &[Synced],
            Synced => &[Reported],
            Reported => &[SysConfirmed, Disputed, Corrected],
            // A dispute has to end: the system comes to agree, or the record is corrected.
            Disputed => &[SysConfirmed, Corrected],
            SysConfirmed | NotApplicable | Refused | Cancelled | Corrected => &[],
        }
    }

    /// Whether the move exists.
    pub fn can_move(self, to: ActivityState) -> bool {
        self.next().contains(&to)
    }

    /// Whether the move exists in the eyes of the centre, which sees nothing between a planned
    /// activity and the arrival of its record.
    pub fn can_move_at_centre(self, to: ActivityState) -> bool {
        use ActivityState::*;
        match (self, to) {
            (Planned, Synced) => true,
            _ => !self.is_phone_only() && !to.is_phone_only() && self.can_move(to),
        }
    }

    /// States that only a phone knows.
    pub const fn is_phone_only(self) -> bool {
        use ActivityState::*;
        matches!(self, InProgress | Captured | DoneLocal)
    }

    /// Whether a record of it is known at the centre, or somebody has decided that there is nothing to do: the work on its
    /// plan has begun.
    pub const fn is_begun(self) -> bool {
        use ActivityState::*;
        !matches!(self, Planned | InProgress | Captured | DoneLocal | Cancelled)
    }

    /// Nothing more is expected from a worker. A plan is executed when this holds for all its activities.
    pub const fn is_settled(self) -> bool {
        use ActivityState::*;
        matches!(self, Reported | SysConfirmed | NotApplicable | Refused | Cancelled | Corrected)
    }

    /// Whether the activity counts in the monthly report (§39, A-25: a contradicting system fact does not take it out).
    pub const fn counts_as_done(self) -> bool {
        use ActivityState::*;
        matches!(self, Reported | SysConfirmed | Disputed)
    }
}

text_enum! {
    /// Name of a check state, without its date.
    pub enum CheckKind {
        /// Nobody has looked yet.
        Unchecked = "unchecked",
        /// Looked at, no remarks.
        Accepted = "accepted",
        /// Looked at, a remark without a return.
        Remarked = "remarked",
        /// Given back for rework.
        Returned = "returned",
        /// The worker has answered the return.
        Answered = "answered",
    }
}

/// What a supervisor thinks of a completion. Stands beside the activity state and never changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "check", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum CheckState {
    /// Nobody has looked yet.
    Unchecked,
    /// Looked at, no remarks.
    Accepted,
    /// Looked at, a remark without a return.
    Remarked,
    /// Given back for rework.
    Returned {
        /// Last civil day for the answer.
        due: NaiveDate,
    },
    /// The worker has answered the return.
    Answered,
}

impl CheckState {
    /// The state without its date, as the database column holds it.
    pub const fn kind(self) -> CheckKind {
        match self {
            CheckState::Unchecked => CheckKind::Unchecked,
            CheckState::Accepted => CheckKind::Accepted,
            CheckState::Remarked => CheckKind::Remarked,
            CheckState::Returned { .. } => CheckKind::Returned,
            CheckState::Answered => CheckKind::Answered,
        }
    }

    /// Puts the two columns together again. `None` if a return lacks its date or another state has one.
    pub const fn from_parts(kind: CheckKind, due: Option<NaiveDate>) -> Option<Self> {
        match (kind, due) {
            (CheckKind::Unchecked, None) => Some(CheckState::Unchecked),
            (CheckKind::Accepted, None) => Some(CheckState::Accepted),
            (CheckKind::Remarked, None) => Some(CheckState::Remarked),
            (CheckKind::Returned, Some(due)) => Some(CheckState::Returned { due }),
            (CheckKind::Answered, None) => Some(CheckState::Answered),
            _ => None,
        }
    }

    /// Whether the move exists. A supervisor may think again after accepting or remarking, may
    /// move the date of a return or take it back; only a return can be answered.
    pub fn can_move(self, to: CheckState) -> bool {
        use CheckKind::*;
        match (self.kind(), to.kind()) {
            (Unchecked | Answered, Accepted | Remarked | Returned) => true,
            (Accepted, Remarked | Returned) | (Remarked, Accepted | Returned) => true,
            (Returned, Answered | Accepted) => true,
            (Returned, Returned) => self != to,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_plan_table() {
        use PlanState::*;
        let moves = [
            (DraftRemote, PrelimAgreed),
            (DraftRemote, FinalDraft),
            (DraftRemote, Discarded),
            (PrelimAgreed, FinalDraft),
            (PrelimAgreed, Discarded),
            (FinalDraft, Agreed),
            (FinalDraft, Discarded),
            (Agreed, Approved),
            (Agreed, FinalDraft),
            (Approved, Published),
            (Approved, FinalDraft),
            (Published, InExecution),
            (Published, FinalDraft),
            (Published, Departed),
            (InExecution, Executed),
            (InExecution, FinalDraft),
            (InExecution, Departed),
            (Executed, InExecution),
            (Executed, Monitoring),
            (Executed, FinalDraft),
            (Executed, Departed),
            (Monitoring, InExecution),
            (Monitoring, Closed),
            (Monitoring, FinalDraft),
            (Monitoring, Departed),
        ];
        for from in PlanState::ALL {
            for to in PlanState::ALL {
                assert_eq!(from.can_move(*to), moves.contains(&(*from, *to)), "{from} -> {to}");
            }
        }
    }

    #[test]
    fn an_amendment_makes_a_new_version() {
        use PlanState::*;
        assert!(InExecution.starts_new_version(FinalDraft));
        assert!(Monitoring.starts_new_version(FinalDraft));
        assert!(!DraftRemote.starts_new_version(FinalDraft));
        assert!(!Published.starts_new_version(InExecution));
        for from in PlanState::ALL {
            for to in PlanState::ALL {
                assert!(!from.starts_new_version(*to) || from.can_move(*to), "{from} -> {to}");
            }
        }
    }

    #[test]
    fn the_whole_activity_table() {
        use ActivityState::*;
        let moves = [
            (Planned, InProgress),
            (Planned, NotApplicable),
            (Planned, Refused),
            (Planned, Cancelled),
            (InProgress, Captured),
            (Captured, DoneLocal),
            (DoneLocal, Synced),
            (Synced, Reported),
            (Reported, SysConfirmed),
            (Reported, Disputed),
            (Reported, Corrected),
            (Disputed, SysConfirmed),
            (Disputed, Corrected),
        ];
        for from in ActivityState::ALL {
            for to in ActivityState::ALL {
                assert_eq!(from.can_move(*to), moves.contains(&(*from, *to)), "{from} -> {to}");
            }
        }
    }

    #[test]
    fn the_centre_sees_a_planned_activity_arrive() {
        use ActivityState::*;
        assert!(Planned.can_move_at_centre(Synced));
        assert!(Synced.can_move_at_centre(Reported));
        assert!(Planned.can_move_at_centre(Cancelled));
        assert!(!Planned.can_move_at_centre(InProgress));
        assert!(!DoneLocal.can_move_at_centre(Synced));
        assert!(!Cancelled.can_move_at_centre(Synced));
    }

    #[test]
    fn a_dispute_stays_in_the_report_but_is_not_settled() {
        use ActivityState::*;
        assert!(Disputed.counts_as_done() && !Disputed.is_settled());
        assert!(Refused.is_settled() && !Refused.counts_as_done());
        assert!(!Synced.is_settled() && !Synced.counts_as_done());
        assert!(Synced.is_begun() && Refused.is_begun() && Disputed.is_begun());
        assert!(!Planned.is_begun() && !Cancelled.is_begun() && !DoneLocal.is_begun());
    }

    #[test]
    fn the_whole_check_table() {
        let due = NaiveDate::from_ymd_opt(2026, 11, 25).unwrap();
        let later = NaiveDate::from_ymd_opt(2026, 11, 27).unwrap();
        let [unchecked, accepted, remarked, answered] =
            [CheckState::Unchecked, CheckState::Accepted, CheckState::Remarked, CheckState::Answered];
        let returned = CheckState::Returned { due };
        let postponed = CheckState::Returned { due: later };
        let states = [unchecked, accepted, remarked, returned, answered, postponed];
        let moves = [
            (unchecked, accepted),
            (unchecked, remarked),
            (unchecked, returned),
            (unchecked, postponed),
            (accepted, remarked),
            (accepted, returned),
            (accepted, postponed),
            (remarked, accepted),
            (remarked, returned),
            (remarked, postponed),
            (returned, answered),
            (returned, accepted),
            (returned, postponed),
            (postponed, answered),
            (postponed, accepted),
            (postponed, returned),
            (answered, accepted),
            (answered, remarked),
            (answered, returned),
            (answered, postponed),
        ];
        for from in states {
            for to in states {
                assert_eq!(from.can_move(to), moves.contains(&(from, to)), "{from:?} -> {to:?}");
            }
        }
    }

    #[test]
    fn a_check_state_survives_json_and_columns() {
        let due = NaiveDate::from_ymd_opt(2026, 11, 25).unwrap();
        let returned = CheckState::Returned { due };
        let json = serde_json::to_string(&returned).unwrap();
        assert_eq!(json, r#"{"check":"returned","due":"2026-11-25"}"#);
        assert_eq!(serde_json::from_str::<CheckState>(&json).unwrap(), returned);
        for state in [CheckState::Unchecked, CheckState::Accepted, CheckState::Remarked, CheckState::Answered]
        {
            assert_eq!(CheckState::from_parts(state.kind(), None), Some(state));
            assert_eq!(CheckState::from_parts(state.kind(), Some(due)), None);
        }
        assert_eq!(CheckState::from_parts(CheckKind::Returned, Some(due)), Some(returned));
        assert_eq!(CheckState::from_parts(CheckKind::Returned, None), None);
    }
}

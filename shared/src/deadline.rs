//! What is due, by when, and how it stands: a clock for each term that the order names (requirements §1.9), and for those
//! that the organisation has set itself.
//!
//! A clock has at most two days. `target` is the one to aim for; `legal` is the last one in time, and something is late by
//! the order only after it. A term that the order does not name has no legal day: it is internal, and nobody
//! breaks a rule by passing it. What waits without any term has neither day.
//!
//! Another kind of deadline is a word of [`DeadlineKind`] with its line in [`DeadlineKind::law`] and [`DeadlineKind::who`];
//! the server finds what is due (`office/deadlines`).

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::{
    calendar::{Calendar, CalendarError, NamedDate},
    pulled::Role,
    text_enum::text_enum,
};

/// So many working days ahead a day is near; families that have something near are counted by the same number.
pub const NEAR: u32 = 5;
/// The same in days of the calendar, where the calendar does not reach.
const NEAR_SPAN: Days = Days::new(7);

text_enum! {
    /// What is due.
    pub enum DeadlineKind {
        /// A plan is to be agreed with the family after its preliminary visit (§28).
        PlanAfterVisit = "plan_after_visit",
        /// A temporary registration ends (§31).
        Registration = "registration",
        /// A service of a plan is to be rendered (§33).
        Activity = "activity",
        /// A plan is to be agreed to by the kandas (§34).
        Agreement = "agreement",
        /// A plan that the kandas agreed to is to be approved by the mobility centre (§34).
        Approval = "approval",
        /// A plan that is agreed and approved is to be brought onto the phones (§34).
        Publication = "publication",
        /// A record that went back is to be answered (§37).
        Rework = "rework",
        /// Records are to be checked (§37).
        Check = "check",
        /// A road map is to be signed by the three (§38).
        RoadMap = "road_map",
        /// Copies of a road map are to be handed over (§38).
        RoadMapCopy = "road_map_copy",
        /// The report of a month is to be sent (§39).
        Report = "report",
        /// A report came back: another version is to be sent (§39).
        ReportAgain = "report_again",
        /// A report is to be accepted or returned (§39).
        ReportDecision = "report_decision",
        /// A problem or a proposal is to be settled (§42).
        Issue = "issue",
        /// A round of monitoring is to be closed (§43).
        Round = "round",
        /// The return of support is to be taken up after a departure (§46).
        Refund = "refund",
        /// Centres are to be scored for a quarter (§47).
        Assessment = "assessment",
        /// The conclusion of a quarter is to be sent (§50).
        Conclusion = "conclusion",
        /// A conclusion is to be sent on to the local executive bodies (§51).
        Forwarding = "forwarding",
        /// Measures are to be taken about a conclusion (§51).
        Measures = "measures",
    }
}

/// What a kind of deadline rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Law {
    /// Code in the table of deadlines (requirements §1.9); none where that table has no term for it.
    pub code: Option<&'static str>,
    /// Paragraph of the order.
    pub paragraph: u8,
}

impl DeadlineKind {
    /// What it rests on.
    #[must_use]
    pub const fn law(self) -> Law {
        let (code, paragraph) = match self {
            Self::PlanAfterVisit => (Some("DL-28"), 28),
            Self::Registration => (Some("DL-31"), 31),
            Self::Activity => (None, 33),
            Self::Agreement | Self::Approval => (None, 34),
            Self::Publication => (Some("DL-34"), 34),
            Self::Rework | Self::Check => (None, 37),
            Self::RoadMap | Self::RoadMapCopy => (None, 38),
            Self::Report => (Some("DL-39"), 39),
            Self::ReportAgain | Self::ReportDecision => (None, 39),
            Self::Issue => (None, 42),
            Self::Round => (Some("DL-43"), 43),
            Self::Refund => (None, 46),
            Self::Assessment => (Some("DL-47"), 47),
            Self::Conclusion => (Some("DL-50"), 50),
            Self::Forwarding => (None, 51),
            Self::Measures => (Some("DL-51"), 51),
        };
        Law { code, paragraph }
    }

    /// Whose turn it is. Others who see it only look on.
    #[must_use]
    pub const fn who(self) -> &'static [Role] {
        match self {
            Self::PlanAfterVisit
            | Self::Registration
            | Self::Activity
            | Self::Agreement
            | Self::Publication
            | Self::Rework
            | Self::Issue => &[Role::CcSet],
            Self::Approval => &[Role::CtmSetHead],
            Self::Check => &[Role::CcDir, Role::CtmSetHead, Role::MioSetHead, Role::MioSet],
            Self::RoadMap => &[Role::CcDir, Role::AkimRaion, Role::AkimOkrug],
            Self::RoadMapCopy | Self::Report | Self::ReportAgain => &[Role::CcSet, Role::CcDir],
            Self::ReportDecision | Self::Measures => &[Role::MioSetHead, Role::MioSet],
            Self::Round => &[Role::CcSet, Role::CtmSet, Role::MioSetHead, Role::MioSet],
            Self::Refund => &[Role::CtmSet, Role::CtmSetHead],
            Self::Assessment | Self::Conclusion => &[Role::Crtr],
            Self::Forwarding => &[Role::Auth],
        }
    }
}

text_enum! {
    /// What the last day of a clock rests on.
    pub enum DeadlineBasis {
        /// The order names it: after it something is late by law.
        Order = "order",
        /// The organisation, or somebody of it, has set it: nothing is broken by passing it.
        Internal = "internal",
        /// There is no last day.
        Open = "open",
    }
}

text_enum! {
    /// How a clock stands on a day, the most urgent first.
    pub enum DeadlineState {
        /// The last day has passed.
        Late = "late",
        /// Today is the day to aim for, or the last one.
        Today = "today",
        /// One of these is within five working days, or the day to aim for has passed and the last one has not.
        Soon = "soon",
        /// It is further away.
        Later = "later",
        /// It waits, and has no term.
        Open = "open",
    }
}

/// A clock that runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// The day of the event that started it, which is not counted; none where many things have started.
    pub starts_on: Option<NaiveDate>,
    /// The day to aim for.
    pub target: Option<NaiveDate>,
    /// The last day in time by the order.
    pub legal: Option<NaiveDate>,
}

/// What a clock shows on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = DeadlineDial))]
pub struct Dial {
    /// The day of the event that started it, which is not counted; null where many things have started.
    pub starts_on: Option<NaiveDate>,
    /// The day to aim for.
    pub target: Option<NaiveDate>,
    /// The last day in time by the order; null where it names none.
    pub legal: Option<NaiveDate>,
    /// What the last day rests on.
    pub basis: DeadlineBasis,
    /// How it stands.
    pub state: DeadlineState,
    /// Working days from today to the last day; below zero when it has passed, null without one and beyond the calendar.
    pub days_left: Option<i64>,
    /// The same to the day to aim for.
    pub target_left: Option<i64>,
    /// Working days of the whole term, from the start to the last day.
    pub term: Option<i64>,
}

impl Clock {
    /// Until a date that the order names.
    #[must_use]
    pub const fn named(starts_on: Option<NaiveDate>, date: NamedDate) -> Self {
        Self { starts_on, target: Some(date.target), legal: Some(date.legal) }
    }

    /// A term of the order in working days: the day of the event is not counted.
    ///
    /// # Errors
    /// When the calendar does not reach so far.
    pub fn of_term(
        calendar: &Calendar,
        starts_on: NaiveDate,
        working_days: u32,
    ) -> Result<Self, CalendarError> {
        let last = calendar.add_working_days(starts_on, working_days)?;
        Ok(Self { starts_on: Some(starts_on), target: Some(last), legal: Some(last) })
    }

    /// Until a day that the order does not name.
    #[must_use]
    pub const fn internal(starts_on: Option<NaiveDate>, target: NaiveDate) -> Self {
        Self { starts_on, target: Some(target), legal: None }
    }

    /// Without any term.
    #[must_use]
    pub const fn open(starts_on: Option<NaiveDate>) -> Self {
        Self { starts_on, target: None, legal: None }
    }

    /// The last day: the legal one, or the one to aim for where the order names none.
    #[must_use]
    pub fn last(&self) -> Option<NaiveDate> {
        self.legal.or(self.target)
    }

    /// What its last day rests on.
    #[must_use]
    pub const fn basis(&self) -> DeadlineBasis {
        match (self.legal, self.target) {
            (Some(_), _) => DeadlineBasis::Order,
            (None, Some(_)) => DeadlineBasis::Internal,
            (None, None) => DeadlineBasis::Open,
        }
    }

    /// How it stands on a day.
    #[must_use]
    pub fn state(&self, calendar: &Calendar, today: NaiveDate) -> DeadlineState {
        let Some(last) = self.last() else { return DeadlineState::Open };
        if today > last {
            return DeadlineState::Late;
        }
        let target = self.target.unwrap_or(last);
        let missed = today > target;
        let aim = if missed { last } else { target };
        if aim == today {
            return DeadlineState::Today;
        }
        let near = match calendar.working_days_between(today, aim) {
            Ok(days) => days <= i64::from(NEAR),
            Err(_) => aim <= today + NEAR_SPAN,
        };
        if missed || near { DeadlineState::Soon } else { DeadlineState::Later }
    }

    /// What it shows on a day.
    #[must_use]
    pub fn on(&self, calendar: &Calendar, today: NaiveDate) -> Dial {
        let between =
            |from: Option<NaiveDate>, to: Option<NaiveDate>| calendar.working_days_between(from?, to?).ok();
        Dial {
            starts_on: self.starts_on,
            target: self.target,
            legal: self.legal,
            basis: self.basis(),
            state: self.state(calendar, today),
            days_left: between(Some(today), self.last()),
            target_left: between(Some(today), self.target),
            term: between(self.starts_on, self.last()),
        }
    }
}

/// Where the dates of many things lie on a day, so that they are counted by comparing dates and no clock is read for each:
/// late before the first, for today up to the second, near up to the third.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spans {
    /// What was due before it is late.
    pub late_before: NaiveDate,
    /// What is due from there up to this day is for today; on a day off from which things move it lies before the first.
    pub today_to: NaiveDate,
    /// What is due later, up to this day, is near.
    pub soon_to: NaiveDate,
}

impl Spans {
    /// Those of a day. A thing of a date counts as its clock ([`Clock::named`]) stands, late and today exactly, near up to
    /// the fifth working day itself.
    #[must_use]
    pub fn of(calendar: &Calendar, today: NaiveDate) -> Self {
        let late_before = calendar.late_before(today);
        let works = calendar.is_working_day(today).unwrap_or(true);
        let until_next = || {
            let next = calendar.next_working_day(today.succ_opt()?).ok()?;
            next.pred_opt()
        };
        let today_to = match (works, calendar.moves(today)) {
            (true, _) => until_next(),
            (false, true) => late_before.pred_opt(),
            (false, false) => Some(today),
        };
        let soon_to = calendar.add_working_days(today, NEAR).unwrap_or(today + NEAR_SPAN);
        Self { late_before, today_to: today_to.unwrap_or(today), soon_to }
    }
}

#[cfg(test)]
mod tests;

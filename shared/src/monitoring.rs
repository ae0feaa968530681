//! Monitoring of a family (§41–46): its sixteen rounds over five years, where each stands, and what is done in it
//! (requirements §2.8).
//!
//! Rounds are no facts: they follow from the day on which the five years begin. What people do is: a round is begun
//! and closed, residence is checked (§45), problems and proposals are opened and settled (§42), a departure is recorded
//! (§46). Monitoring follows the person: the end of the status of kandas ends nothing here.

mod words;

use chrono::{Datelike as _, Days, Months, NaiveDate};

use crate::{calendar::Calendar, plan_state::ActivityState};

pub use words::{
    DepartureAct, DepartureReason, DepartureTo, IssueAct, IssueKind, IssueOutcome, IssueState, IssueWeight,
    IssueWhat, RefundState, Residence, ResidenceSource, RoundAct, RoundPeriods, RoundStanding, RoundStart,
    RoundState,
};

/// Rounds of a family: twelve quarters, then four half-years (§43).
pub const ROUNDS: u8 = 16;
/// Of these the first so many are quarters.
const QUARTERS: u8 = 12;
/// Months that the measures last (§40).
const FIVE_YEARS: Months = Months::new(60);
/// Working days for closing a round after its period; the order names none, so it is a setting and no breach.
pub const TERM: u32 = 10;
/// The longest such term.
pub const LONGEST_TERM: u32 = 60;
/// No term of working days is longer in days of the calendar.
const LONGEST_SPAN: Days = Days::new(150);

/// How the five years are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// From which day they run.
    pub start: RoundStart,
    /// Along what rounds are cut.
    pub periods: RoundPeriods,
}

impl Default for Reading {
    /// The defaults of: from the inclusion in the quota, along the quarters of the calendar.
    fn default() -> Self {
        Self { start: RoundStart::Quota, periods: RoundPeriods::Calendar }
    }
}

impl Reading {
    /// The day from which the five years run; none while neither day is known.
    #[must_use]
    pub fn start(self, quota: Option<NaiveDate>, arrived: Option<NaiveDate>) -> Option<NaiveDate> {
        match self.start {
            RoundStart::Quota => quota.or(arrived),
            RoundStart::Arrival => arrived.or(quota),
        }
    }
}

/// A round: a quarter or half a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Round {
    /// 1 to 16.
    pub number: u8,
    /// First day.
    pub begins_on: NaiveDate,
    /// Last day.
    pub ends_on: NaiveDate,
}

impl Round {
    /// Whether a day lies in it.
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        (self.begins_on..=self.ends_on).contains(&day)
    }
}

/// The last day of the five years (§40): that of the same date.
#[must_use]
pub fn horizon(start: NaiveDate) -> Option<NaiveDate> {
    start.checked_add_months(FIVE_YEARS)
}

/// The sixteen rounds of a family whose five years run from `start` (§43), in order. By the calendar the first is the first
/// whole quarter, which may begin on that very day. Half-years follow the twelfth quarter without a break, so they are not
/// always halves of a calendar year; where they are to be ([`RoundPeriods::CalendarHalves`]), a quarter that is half of none
/// lies between the twelfth round and the thirteenth. None where the calendar itself ends.
#[must_use]
pub fn rounds(start: NaiveDate, periods: RoundPeriods) -> Vec<Round> {
    let first = match periods {
        RoundPeriods::Calendar | RoundPeriods::CalendarHalves => whole_quarter(start),
        RoundPeriods::Anniversary => Some(start),
    };
    let Some(first) = first else { return Vec::new() };
    let is_half = matches!(first.month(), 1 | 7);
    let gap = if periods == RoundPeriods::CalendarHalves && !is_half { 3 } else { 0 };
    // Counted from the first day each time: the 31st is not lost in a shorter month.
    let begins = |months: u32| first.checked_add_months(Months::new(months));
    let round = |number: u8| {
        let (from, months) = months_of(number, gap);
        let (begins_on, ends_on) = (begins(from)?, begins(from + months)?.pred_opt()?);
        Some(Round { number, begins_on, ends_on })
    };
    (1..=ROUNDS).map(round).collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// Months from the first day of round 1 to that of this one, and how many it has; `gap` lie before the half-years.
const fn months_of(number: u8, gap: u32) -> (u32, u32) {
    let before = number as u32 - 1;
    let quarters = QUARTERS as u32;
    if before < quarters { (3 * before, 3) } else { (3 * quarters + gap + 6 * (before - quarters), 6) }
}

/// The first day of the first quarter that is whole from `day` on.
fn whole_quarter(day: NaiveDate) -> Option<NaiveDate> {
    let quarter = crate::quarter::Quarter::of(day);
    let (first, _) = quarter.days();
    Some(if first == day { first } else { quarter.next().days().0 }).filter(|first| *first >= day)
}

/// The last day for closing a round whose period ended on a day; none beyond the calendar.
#[must_use]
pub fn due(ends_on: NaiveDate, term: u32, calendar: &Calendar) -> Option<NaiveDate> {
    calendar.add_working_days(ends_on, term).ok()
}

/// Rounds that ended before this day, and only those, are missed on `today` unless they were closed: one comparison of days
/// for a list of thousands. `term` says how many working days there are after a period that ended on a day. Where the
/// calendar does not reach, a round waits until no term could be longer.
#[must_use]
pub fn missed_before(today: NaiveDate, calendar: &Calendar, term: &dyn Fn(NaiveDate) -> u32) -> NaiveDate {
    let waits = |day: &NaiveDate| due(*day, term(*day), calendar).is_none_or(|due| due >= today);
    let Some(from) = today.checked_sub_days(LONGEST_SPAN) else { return today };
    from.iter_days().take_while(|day| *day < today).find(waits).unwrap_or(today)
}

/// Where a round stands on a day (§2.8). `since`: rounds that ended before it are not asked for, there was no order;
/// `missed`: see [`missed_before`].
#[must_use]
pub fn state(
    standing: RoundStanding,
    ends_on: NaiveDate,
    today: NaiveDate,
    since: NaiveDate,
    missed: NaiveDate,
) -> RoundState {
    match standing {
        RoundStanding::Done => RoundState::Done,
        RoundStanding::Left => RoundState::Departed,
        _ if ends_on < since => RoundState::Before,
        _ if ends_on < missed => RoundState::Missed,
        RoundStanding::Begun => RoundState::Begun,
        RoundStanding::Open if today <= ends_on => RoundState::Scheduled,
        RoundStanding::Open => RoundState::Due,
    }
}

/// The day of the order: no round that ended before it is asked for.
#[must_use]
pub fn since() -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 5, 30).unwrap_or(NaiveDate::MIN)
}

/// Whether what the last look at a round came to lets it be closed (§45, §46): somebody has looked, and who left is known to
/// have left, since the return of support follows from that. `away`: a departure is recorded and was not taken back.
#[must_use]
pub fn may_close(last: Option<Residence>, away: bool) -> bool {
    match last {
        None => false,
        Some(Residence::Departed) => away,
        Some(Residence::Present | Residence::Unknown) => true,
    }
}

impl RoundStanding {
    /// What becomes of it; none if that cannot be done to it.
    #[must_use]
    pub const fn after(self, act: RoundAct) -> Option<Self> {
        match (self, act) {
            (Self::Open, RoundAct::Begin) => Some(Self::Begun),
            (Self::Open | Self::Begun, RoundAct::Close) => Some(Self::Done),
            (Self::Done, RoundAct::Reopen) => Some(Self::Begun),
            _ => None,
        }
    }

    /// What the last act has left.
    #[must_use]
    pub const fn by(act: RoundAct) -> Self {
        match act {
            RoundAct::Begin | RoundAct::Reopen => Self::Begun,
            RoundAct::Close => Self::Done,
        }
    }
}

impl IssueState {
    /// What becomes of it; none if that cannot be done to it.
    #[must_use]
    pub const fn after(self, act: IssueAct) -> Option<Self> {
        match (self, act) {
            (Self::Open, IssueAct::Assign) => Some(Self::Open),
            (Self::Open, IssueAct::Close) => Some(Self::Closed),
            (Self::Closed, IssueAct::Reopen) => Some(Self::Open),
            _ => None,
        }
    }
}

impl RefundState {
    /// What a departure flags (§46): within the country support is given back by order 234, and where nobody knows where
    /// to, the mobility centre finds out. The order says nothing of who leaves the country.
    #[must_use]
    pub const fn at_first(to: DepartureTo) -> Self {
        match to {
            DepartureTo::Inside | DepartureTo::Unknown => Self::Opened,
            DepartureTo::Abroad => Self::None,
        }
    }

    /// What becomes of it; none if that cannot be done to it.
    #[must_use]
    pub const fn after(self, act: DepartureAct) -> Option<Self> {
        match (self, act) {
            (Self::Opened, DepartureAct::Take) => Some(Self::Taken),
            (Self::Opened | Self::Taken, DepartureAct::Close) => Some(Self::Closed),
            (Self::None | Self::Opened | Self::Taken, DepartureAct::Withdraw) => Some(Self::Withdrawn),
            _ => None,
        }
    }
}

/// The standing of a round, given the last act on it and the day on which the family left: what was begun before is still
/// to be closed, what would begin afterwards is not asked for.
#[must_use]
pub fn standing(round: &Round, last: Option<RoundAct>, left: Option<NaiveDate>) -> RoundStanding {
    match last {
        Some(act) => RoundStanding::by(act),
        None if left.is_some_and(|left| left < round.begins_on) => RoundStanding::Left,
        None => RoundStanding::Open,
    }
}

/// What an activity becomes when a state system confirms or contradicts it (§44, A-25); none where that changes nothing.
#[must_use]
pub fn confirmed(state: ActivityState, agrees: bool) -> Option<ActivityState> {
    let to = if agrees { ActivityState::SysConfirmed } else { ActivityState::Disputed };
    state.can_move_at_centre(to).then_some(to)
}

#[cfg(test)]
mod tests;

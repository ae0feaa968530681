//! The closed lists of monitoring.

use crate::text_enum::text_enum;

text_enum! {
    /// From which day the five years run.
    pub enum RoundStart {
        /// From the inclusion in the quota; without it, from the arrival.
        Quota = "quota",
        /// From the arrival; without it, from the inclusion in the quota.
        Arrival = "arrival",
    }
}

text_enum! {
    /// Along what rounds are cut.
    pub enum RoundPeriods {
        /// Quarters of the calendar, half-years right after the twelfth.
        Calendar = "calendar",
        /// Quarters and half-years of the calendar: a quarter may lie between them that belongs to no round.
        CalendarHalves = "calendar_halves",
        /// Months counted from the day itself.
        Anniversary = "anniversary",
    }
}

text_enum! {
    /// What people, or the departure of the family, have made of a round.
    pub enum RoundStanding {
        /// Nothing yet.
        Open = "open",
        /// It is worked on.
        Begun = "begun",
        /// Closed with a summary.
        Done = "done",
        /// The family left before it began.
        Left = "left",
    }
}

text_enum! {
    /// Where a round stands today (requirements §2.8).
    pub enum RoundState {
        /// It ended before there was this order: nobody asks for it.
        Before = "before",
        /// Its period is not over.
        Scheduled = "scheduled",
        /// Its period is over, and its term runs.
        Due = "due",
        /// It is worked on.
        Begun = "begun",
        /// Its term has passed, and it was not closed.
        Missed = "missed",
        /// Closed with a summary.
        Done = "done",
        /// The family left before it began.
        Departed = "departed",
    }
}

text_enum! {
    /// What is done to a round.
    pub enum RoundAct {
        /// Begun.
        Begin = "begin",
        /// Closed with a summary.
        Close = "close",
        /// Opened once more.
        Reopen = "reopen",
    }
}

text_enum! {
    /// What monitoring brings to light (§42(1), §42(2)).
    pub enum IssueWhat {
        /// A problem in rendering services.
        Problem = "problem",
        /// A proposal for making them better.
        Proposal = "proposal",
    }
}

text_enum! {
    /// What a problem or a proposal is about.
    pub enum IssueKind {
        /// A service was not rendered.
        ServiceMissing = "service_missing",
        /// A service came late.
        ServiceLate = "service_late",
        /// A service was rendered badly.
        ServiceQuality = "service_quality",
        /// A state system contradicts what was recorded.
        Contradiction = "contradiction",
        /// Housing, fuel, water.
        Housing = "housing",
        /// Work and income.
        Work = "work",
        /// School and kindergarten.
        Education = "education",
        /// Health care.
        Health = "health",
        /// Papers, registration, citizenship.
        Documents = "documents",
        /// Payments and other support.
        Payments = "payments",
        /// Language and getting on with others.
        Adaptation = "adaptation",
        /// Something else.
        Other = "other",
    }
}

text_enum! {
    /// How much it weighs.
    pub enum IssueWeight {
        /// It can wait.
        Low = "low",
        /// It is to be settled.
        Medium = "medium",
        /// It is to be settled at once.
        High = "high",
    }
}

text_enum! {
    /// Where it stands.
    pub enum IssueState {
        /// To be settled.
        Open = "open",
        /// Settled, in whatever way.
        Closed = "closed",
    }
}

text_enum! {
    /// What is done to it.
    pub enum IssueAct {
        /// It was brought to light.
        Open = "open",
        /// Somebody is to settle it by a day.
        Assign = "assign",
        /// It is settled.
        Close = "close",
        /// It is not settled after all.
        Reopen = "reopen",
    }
}

text_enum! {
    /// How it was settled.
    pub enum IssueOutcome {
        /// The problem is gone; the proposal is carried out.
        Solved = "solved",
        /// It went on to who can settle it.
        Passed = "passed",
        /// It turned out to be none.
        NotConfirmed = "not_confirmed",
        /// It cannot be settled.
        Impossible = "impossible",
    }
}

text_enum! {
    /// Whether a family lives where it settled (§45).
    pub enum Residence {
        /// It does.
        Present = "present",
        /// It has left.
        Departed = "departed",
        /// Nobody could say.
        Unknown = "unknown",
    }
}

text_enum! {
    /// Where that is known from.
    pub enum ResidenceSource {
        /// The register of the police that keeps track of migration (§45).
        Police = "police",
        /// A visit.
        Visit = "visit",
        /// The family itself, by telephone or message.
        Family = "family",
        /// The akim of the rural okrug.
        Akim = "akim",
        /// Somebody else.
        Other = "other",
    }
}

text_enum! {
    /// Why a family left.
    pub enum DepartureReason {
        /// Work.
        Work = "work",
        /// Housing.
        Housing = "housing",
        /// Relatives.
        Relatives = "relatives",
        /// School or study.
        Study = "study",
        /// Health or climate.
        Health = "health",
        /// Something else.
        Other = "other",
        /// Nobody knows.
        Unknown = "unknown",
    }
}

text_enum! {
    /// Where a family left to.
    pub enum DepartureTo {
        /// Within the country.
        Inside = "inside",
        /// Out of the country.
        Abroad = "abroad",
        /// Nobody knows.
        Unknown = "unknown",
    }
}

text_enum! {
    /// Where the return of support stands (§46, order 234). It is decided elsewhere, and no money is counted here.
    pub enum RefundState {
        /// The order asks for none.
        None = "none",
        /// The mobility centre is told.
        Opened = "opened",
        /// The mobility centre has taken it up.
        Taken = "taken",
        /// The mobility centre has done with it.
        Closed = "closed",
        /// The departure was a mistake, or the family came back.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// What is done about a departure.
    pub enum DepartureAct {
        /// It was recorded.
        Record = "record",
        /// The mobility centre takes it up.
        Take = "take",
        /// The mobility centre has done with it.
        Close = "close",
        /// It was a mistake, or the family came back.
        Withdraw = "withdraw",
    }
}

### Monitoring of families over five years (§41-46). The phone does not carry these.

## The five years, their rounds, and the lists of them

desk-monitoring = Monitoring
monitoring-hint = Monitoring lasts five years: every quarter in the first three, every half-year in the fourth and fifth (paragraphs 40 and 43 of the Rules). A round is closed when its period is over: somebody has looked where the family lives (paragraph 45), problems and proposals are written down (paragraph 42).
monitoring-parts = Parts of monitoring
monitoring-rounds = Rounds
monitoring-issues = Problems and proposals
monitoring-departures = Families that left
monitoring-period = Quarter in which it ends
monitoring-period-all = All quarters
monitoring-term = Working days for closing a round after its period: {$days}. The order names no such term: it is a setting.
monitoring-unwatched = Families with neither a day of inclusion in the quota nor a day of arrival: {$count}. Without these days there are no rounds.
monitoring-missed-rounds = Missed rounds of monitoring: {$count}
monitoring-any-state = Any state
monitoring-any-centre = All career centres
monitoring-centres = By centre
monitoring-round = Round
monitoring-round-of = round {$number} of 16
monitoring-span = Period
monitoring-due = To be closed by
monitoring-completions = Services
monitoring-visits = Visits
monitoring-open = Open issues
monitoring-residence = Residence
monitoring-saved = Written to the journal
monitoring-text = Text

## Where a round stands, and what is done to it

round-state-before = Ended before the order
round-state-scheduled = Period not over
round-state-due = To be closed
round-state-begun = Under way
round-state-missed = Missed
round-state-done = Closed
round-state-departed = Family has left
round-act-begin = Begin
round-act-close = Close the round
round-act-reopen = Reopen
round-did-begin = Begun
round-did-close = Closed
round-did-reopen = Reopened
round-start-quota = From inclusion in the quota
round-start-arrival = From arrival
round-periods-calendar = Quarters of the calendar, then half-years
round-periods-calendar-halves = Quarters and half-years of the calendar (a quarter without a round may lie between rounds 12 and 13)
round-periods-anniversary = Months counted from the first day

## Problems and proposals

issue-what-problem = Problem
issue-what-proposal = Proposal
issue-kind-service-missing = A service was not rendered
issue-kind-service-late = A service came late
issue-kind-service-quality = Quality of a service
issue-kind-contradiction = Contradiction with a state system
issue-kind-housing = Housing, fuel, water
issue-kind-work = Work and income
issue-kind-education = School and kindergarten
issue-kind-health = Health care
issue-kind-documents = Papers and registration
issue-kind-payments = Payments and support
issue-kind-adaptation = Language and getting on with others
issue-kind-other = Something else
issue-weight-low = Low
issue-weight-medium = Medium
issue-weight-high = High
issue-state-open = Open
issue-state-closed = Settled
issue-act-open = Bring to light
issue-act-assign = Assign
issue-act-close = Settle
issue-act-reopen = Reopen
issue-did-open = Came to light
issue-did-assign = Assigned
issue-did-close = Settled
issue-did-reopen = Reopened
issue-outcome-solved = Solved
issue-outcome-passed = Passed on to who can settle it
issue-outcome-not-confirmed = Turned out to be none
issue-outcome-impossible = Cannot be settled
issue-about = About
issue-weighs = Weight
issue-who = About whom
issue-whole-family = The whole family
issue-to = Who settles it
issue-to-nobody = Nobody yet
issue-due = By when
issue-found = Came to light on
issue-how = How it was settled
issue-said = What was done
issue-overdue = overdue
issue-by = {$name}, by {$date}
issue-until = by {$date}
issue-gone = the text was erased
issue-none = No problems and no proposals
issue-in-round = round {$number}
issue-record = Open the record
issue-settled = {$outcome}, by {$name} on {$date}
issue-find-problem = Add a problem
issue-find-proposal = Add a proposal
issue-problem-title = A new problem
issue-proposal-title = A new proposal
issue-find-hint = Problems and proposals are followed until they are settled: who, and by when (paragraph 42(1) and 42(2)).
issue-assign-title = To whom, and by when
issue-close-title = Settling it
issue-reopen-title = Opening it once more
issue-reopen-hint = Say why it is not settled.

## Where a family lives

residence-present = Lives there
residence-departed = Has left
residence-unknown = Unknown
residence-source-police = Information system "Migration Police"
residence-source-visit = A visit
residence-source-family = The family itself
residence-source-akim = The akim of the rural okrug
residence-source-other = Another source

## Departures and the return of support

departure-reason-work = Work
departure-reason-housing = Housing
departure-reason-relatives = Relatives
departure-reason-study = Study
departure-reason-health = Health or climate
departure-reason-other = Something else
departure-reason-unknown = Not known
departure-to-inside = Within the country
departure-to-abroad = Abroad
departure-to-unknown = Not known
refund-none = Not asked for
refund-opened = Sent to the centre
refund-taken = Being dealt with
refund-closed = Done with
refund-withdrawn = Withdrawn
departure-act-record = Record a departure
departure-act-take = Take it up
departure-act-close = Have done with it
departure-act-withdraw = Withdraw
departure-did-record = Recorded
departure-did-take = Taken up
departure-did-close = Done with
departure-did-withdraw = Withdrawn
departure-none = No family has left
departure-on = Left on
departure-where = Where to
departure-kato = KATO code of the place, nine digits
departure-why = Why
departure-refund = Return of support (paragraph 46)
departure-sent = Centre that was told
departure-title = A departure
departure-hint = Where a family moves within the country on its own, state support is given back by the Rules of voluntary resettlement (paragraph 46, order 234). No money is counted here: the labour mobility centre is told, later rounds and the plan end.
departure-take-title = Taking it up
departure-take-hint = Whether support is given back is decided by order 234, outside of this program.
departure-close-title = Having done with it
departure-close-hint = What came of it: number and date of the decision.
departure-withdraw-title = Withdrawing a departure
departure-withdraw-hint = If it was a mistake, or the family came back. Rounds and plan are as before.

## One round

round-page = Monitoring round
round-strip = The sixteen rounds of the five years
round-strip-item = round {$number}, {$from} – {$to}: {$state}
round-year = Year {$number}
round-first-day = The five years run from
round-horizon = The five years end (paragraph 40)
round-no-start = Neither the day of inclusion in the quota nor that of arrival is known: there are no rounds.
round-not-over = The period is not over: the round can be closed from {$date} on.
round-needs-look = Before the round can be closed, somebody has to look where the family lives (paragraph 45).
round-needs-departure = The last check says that the family has left. The round is closed once the departure is recorded (paragraph 46), or once another check has come out differently.
round-closed-in-time = closed in time
round-closed-late = closed after the term
round-summary = Summary
round-not-asked = Not asked
round-satisfaction = Satisfaction: {$points} of 5
round-history = What was done to the round
round-history-none = Nothing yet
round-looks = Residence (paragraph 45)
round-looks-none = Nobody has looked yet
round-look = Say whether it lives there
round-look-hint = Permanent residence is watched through the information system "Migration Police" (paragraph 45). Say where it is known from, and of which day.
round-look-result = What came out
round-look-source = Known from
round-look-day = Of which day
round-look-departed = If the family has left, record the departure too: that is how the labour mobility centre hears of the return of support.
round-completions = Services rendered in the period
round-completions-none = No service was rendered in the period
round-systems-hint = What a state system says stands beside the evidence and never in its place. Where it contradicts, a problem is opened (paragraph 44).
round-system = State system
round-system-agrees = confirms it
round-system-differs = contradicts
round-confirm = Enter what the system says
round-confirm-title = What a state system says
round-confirm-answer = Its answer
round-confirm-on = Day of the answer
round-confirm-text = Number of the answer, or what it says
round-visits = Visits (paragraph 42(4))
round-visits-none = Nobody went there in the period
round-visits-hint = A visit is recorded on the phone: the family, "Monitoring visit".
round-visit-problem = Open it as a problem
round-visit-proposal = Open it as a proposal
round-findings = Noticed about the records
round-findings-none = Nothing was noticed about the records of the period
round-begin-title = Begin the round
round-begin-hint = It is noted that the round has begun. To say where the family lives begins it too.
round-close-title = Close the round
round-close-hint = In short: what was looked at, what came to light, what is proposed (paragraph 42). The text stays in the journal.
round-reopen-title = Reopen the round
round-reopen-hint = Say why the round is opened once more.

## Its rules, a setting

reference-monitoring = Monitoring
monitoring-rule-hint = The order does not say from which day the five years run, along what rounds are cut and how long there is for closing them (paragraphs 40 and 43). The first two hold for families that were included in the quota (without it: arrived) on that day or later, the term for rounds that end on that day or later.
monitoring-rule-start = From which day the five years run
monitoring-rule-periods = Along what rounds are cut
monitoring-rule-term = Working days for closing a round
monitoring-rule-from = From this day on
monitoring-rule-none = Nothing was changed here: all is as the program has it.

## Elsewhere

export-of-rounds = Monitoring rounds
export-of-issues = Problems and proposals
export-of-departures = Families that left
audit-read-monitoring-list = List of monitoring
audit-read-monitoring-family = Monitoring of a family
audit-read-monitoring-round = Monitoring round
audit-act-monitoring-round-acted = Monitoring round
audit-act-monitoring-residence-checked = Residence looked at
audit-act-monitoring-issue-opened = A problem or proposal came to light
audit-act-monitoring-issue-acted = Something was done about a problem or proposal
audit-act-monitoring-family-departed = A departure was recorded
audit-act-monitoring-departure-acted = Something was done about a departure
audit-act-monitoring-service-confirmed = What a state system says was entered
audit-act-monitoring-worded = Words in monitoring

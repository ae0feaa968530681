### The deadlines board (requirements §1.9). The phone does not carry these.

## The board

deadline-hint = What is due for you and for those whom you look after. Red is only what is late by the order; a term that the organisation set itself is called internal, and passing it is no breach.
deadline-any-kind = All kinds
deadline-kind = Kind
deadline-everything = All that I see
deadline-mine = My turn
deadline-looks-on = you look on
deadline-empty = Nothing is due
deadline-empty-text = As soon as a clock starts, it appears here.
deadline-none-so = Nothing stands so with these filters.
deadline-what = What
deadline-count = How many
deadline-where = Paragraph
deadline-who = Who
deadline-clock = Clock
deadline-day = Date
deadline-paragraph = paragraph {$paragraph}
deadline-units = centres: {$count}
deadline-target = target {$date}
deadline-legal = by law {$date}
deadline-internal = internal
deadline-since = since {$date}
deadline-no-term = no term
deadline-until-law = target date passed, by law until {$date}
deadline-target-today = the target date is today, by law until {$date}
deadline-strip = Working days of the term: {$term}, left: {$left}
deadline-strip-late = Working days of the term: {$term}, late by: {$late}

## How it stands

deadline-state-late = Late
deadline-state-today = Today
deadline-state-soon = Within five working days
deadline-state-later = Later
deadline-state-open = No term

## What is due

deadline-plan-after-visit = Agree on a plan after the preliminary visit
deadline-registration = Temporary registrations that end
deadline-activity = Services of plans
deadline-agreement = Plans that wait for the agreement of the kandas
deadline-approval = Approve plans
deadline-publication = Bring the plan onto the phones
deadline-rework = Answer what was returned for rework
deadline-check = Check records
deadline-road-map = Sign the road map
deadline-road-map-copy = Hand over copies of the road map
deadline-report = Send the monthly report
deadline-report-again = Send another version of the report
deadline-report-decision = Accept or return the report
deadline-issue = Settle problems and proposals
deadline-round = Close rounds of monitoring
deadline-refund = Take up the return of support
deadline-assessment = Score the centres
deadline-conclusion = Send the conclusion
deadline-forwarding = Forward the conclusion
deadline-measures = Consider the conclusion and take measures

## Whose turn it is

deadline-who-plan-after-visit = Worker of the career centre
deadline-who-registration = Worker of the career centre
deadline-who-activity = Worker of the career centre
deadline-who-agreement = Worker of the career centre
deadline-who-approval = Head of the mobility centre
deadline-who-publication = Worker of the career centre
deadline-who-rework = Worker of the career centre
deadline-who-check = Director, head of the mobility centre, executive body
deadline-who-road-map = Director and both akims
deadline-who-road-map-copy = Career centre
deadline-who-report = Career centre
deadline-who-report-again = Career centre
deadline-who-report-decision = Executive body
deadline-who-issue = Worker of the career centre
deadline-who-round = Career centre, mobility centre, executive body
deadline-who-refund = Mobility centre
deadline-who-assessment = Workforce Development Centre
deadline-who-conclusion = Workforce Development Centre
deadline-who-forwarding = Authorised body
deadline-who-measures = Executive body

## How each clock runs

deadline-help = How the clocks run
deadline-help-clock = A term in working days leaves the day of its event out and ends at the end of its last day, by the time of the whole country (UTC+5). A date of the order that falls on a day off has two days: the target date is the last working day before it, the legal one the first working day after it. Squares are working days: the filled ones are gone or run today, the bar between them is the target date.
deadline-help-plan-after-visit = Paragraph 28: one working day after the preliminary visit. It stands here from the day that the record of the visit names until a plan is agreed with the family; a draft made remotely is not enough.
deadline-help-registration = Paragraph 31: a temporary registration lasts a year at most. It stands here from eleven months on, or from a month before an earlier end. The day to aim for is its own last day; late by the order is only what is longer than the year.
deadline-help-activity = Paragraph 33: a service has its date from the inclusion in the quota, by the term of its service. Without inclusion there is a planned day and no legal one, so no clock.
deadline-help-agreement = Paragraph 34: the plan is agreed with the kandas. The order names no term; what counts is since when the final draft has been waiting.
deadline-help-approval = Paragraph 34: the labour mobility centre approves the plan that the kandas agreed to. The order names no term.
deadline-help-publication = Paragraph 34: one working day from the later of the two, the agreement of the kandas and the approval by the mobility centre.
deadline-help-rework = Paragraph 37: a record that was given back is answered by the day that the supervisor chose. The order names no term.
deadline-help-check = Paragraph 37: the worker's own confirmation is enough, and the order names no term for looking at it.
deadline-help-road-map = Paragraph 38: three sign in any order. The order names no term: this one is a setting, five working days unless it was changed.
deadline-help-road-map-copy = Paragraph 38: each of the three who sign gets a copy. The order names no term.
deadline-help-report = Paragraph 39: by the 5th of the month after the one that is reported on. If the 5th is a day off, the target date is before it and the legal one after it.
deadline-help-report-again = Paragraph 39: a report that was returned is sent as another version. The order names no term.
deadline-help-report-decision = Paragraph 39: the report goes to the executive body. The order names no term for its answer.
deadline-help-issue = Paragraph 42: who is to settle a problem or proposal, and by when, is said by whoever gives it away.
deadline-help-round = Paragraph 43: each quarter for three years, each half-year for two more. The order names no day for closing a round: that is a setting, ten working days after the period unless it was changed.
deadline-help-refund = Paragraph 46: on a departure support is given back by order 234, which has its own terms.
deadline-help-assessment = Paragraph 47: by the 5th of the month after the quarter.
deadline-help-conclusion = Paragraph 50: by the 25th of the month after the quarter. 25 October is always a holiday.
deadline-help-forwarding = Paragraph 51: the authorised body sends the conclusion to the executive bodies. The order names no term.
deadline-help-measures = Paragraph 51: within one month from receipt; the day of the same number in the next month, or its last day.

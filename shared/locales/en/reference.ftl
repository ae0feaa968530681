### Calendar, thresholds and reference data. The phone does not carry these.

desk-reference = Reference data
reference-title = Reference data
reference-calendar = Working days
reference-thresholds = Thresholds of findings
reference-services = Services
reference-reasons = Reasons
reference-history = What was changed
reference-when = When
reference-who = Who
reference-nobody = Command line

## The calendar

calendar-month-1 = January
calendar-month-2 = February
calendar-month-3 = March
calendar-month-4 = April
calendar-month-5 = May
calendar-month-6 = June
calendar-month-7 = July
calendar-month-8 = August
calendar-month-9 = September
calendar-month-10 = October
calendar-month-11 = November
calendar-month-12 = December
calendar-working = Working day
calendar-off = Day off
calendar-weekend = Weekend
calendar-weekend-worked = Worked weekend day
calendar-set = Set by the centre
calendar-today = today
calendar-estimated = {$name} (the date is an estimate)
calendar-swap = A weekend day is worked for it
calendar-worked = Worked for another day off
calendar-days = { $count ->
    [one] {$count} working day
   *[other] {$count} working days
}
calendar-year-before = To {$year}
calendar-year-after = To {$year}
calendar-keys = Keys: arrows move by day and week, Page Up and Page Down by month, Enter chooses, Esc clears the choice.
calendar-none-chosen = No day is chosen
calendar-chosen = { $count ->
    [one] {$count} day is chosen
   *[other] {$count} days are chosen
}
calendar-hint = Choose a day to see why it is off.
calendar-hint-change = Choose one or several days, for example a day off together with the Saturday that is worked for it. Nothing changes before you have seen which due dates move.
calendar-set-why = Set by the centre: {$reason} ({$source})
calendar-becomes = Becomes
calendar-shipped = As in the program
calendar-shipped-as = As in the program: {$state}
calendar-reason = Reason
calendar-source = Source
calendar-source-example = Number and date of the decree
calendar-preview = Show what moves
calendar-day = Day
calendar-change = Change
calendar-changed = { $count ->
    [one] {$count} day is changed. Phones get it with their next pull.
   *[other] {$count} days are changed. Phones get them with their next pull.
}
calendar-undo-reason = Takes back the change of {$date}
calendar-history-none = No day of {$year} was changed here: all are as the program has them.
calendar-moves-title = What the change moves
calendar-moves-none = No open due date moves.
calendar-moves = { $count ->
    [one] {$count} open due date moves.
   *[other] {$count} open due dates move.
}
calendar-moves-late = { $count ->
    [one] {$count} of them becomes overdue at once.
   *[other] {$count} of them become overdue at once.
}
calendar-moves-free = { $count ->
    [one] {$count} of them is no longer overdue.
   *[other] {$count} of them are no longer overdue.
}
calendar-moves-what = What
calendar-moves-due = Due on
calendar-moves-before = Last day now
calendar-moves-after = Last day then
calendar-moves-activity = Activity of a plan
calendar-moves-return = Answer to a return
calendar-moves-hint = The dates that plans name stay as they are; those counted by the term of a service are counted anew. What is due on a day off is in time until the next working day.
calendar-confirm = { $count ->
    [one] Change {$count} day
   *[other] Change {$count} days
}

## Thresholds

threshold-hint = A finding is a hint and rejects nothing. A record is measured by what held on the day it was received; a change from an earlier day measures everything since then anew.
threshold-name = Threshold
threshold-now = Today
threshold-since = Since
threshold-later = Later
threshold-shipped = the beginning
threshold-from = {$value} from {$date}
threshold-value = Value
threshold-from-day = Holds from
threshold-range = From {$least} to {$most}
threshold-anew-none = Holds for records that come from that day on.
threshold-anew = { $count ->
    [one] {$count} record that came since is measured anew.
   *[other] {$count} records that came since are measured anew.
}
threshold-changed = {$name}: changed
threshold-history-none = Nothing was changed here: all values are those of the program.
threshold-take-back = Take this value back
threshold-taken-back = taken back
threshold-accuracy-m = A position is rough from
threshold-outside-km = Outside the country from
threshold-settlement-km = Far from the settlement from
threshold-settlement-fixes = Positions that say where a settlement lies
threshold-exif-km = Camera's place differs by more than
threshold-exif-minutes = Camera's time differs by more than
threshold-exif-days = Attached file differs from the day of the work by more than
threshold-travel-kmh = Nobody travels faster than
threshold-travel-km = Ways are looked at from
threshold-travel-accuracy-m = For ways a position must be better than
threshold-clock-seconds = Clock changed by more than
threshold-clock-grave-seconds = Grave change of a clock from
threshold-due-width-hours = Time of sealing unknown by more than
threshold-near-bits = Photos are alike up to
threshold-near-percent = Pictures agree from
threshold-most-others = Similar files named at most
threshold-sample-percent = Random sample of clean records
threshold-unit-days = {$value} d
threshold-unit-kmh = {$value} km/h
threshold-unit-hours = {$value} h
threshold-unit-marks = {$value} of 144 marks

## Services and reasons

services-hint = The list of 25 services is that of Appendix 1 of the order and cannot be changed here. The Russian names are verbatim; the Kazakh names await the official text. Terms (§33) are those of the requirements of each state service; what nobody has entered is not invented.
services-name = Service
services-for = For whom
services-required = Must be shown
services-useful = Useful
services-repeats = Repeats
services-system = Can be confirmed by
services-no-medical = No medical data in photos
services-together = One capture may serve several members
services-yes = Yes
services-no = No
reasons-hint = The code of a reason stays in records and in the journal for ever; what changes here is its text, and whether it can be chosen. Earlier records show the text of the day on which the reason was given. Phones hear of it with their next exchange, and show it without a link too.
reasons-lists = List
reasons-list-return = Return for rework
reasons-list-not-applicable = Service does not concern
reasons-list-refused = Family declines
reasons-list-correction = Correction of a record
reasons-of-checks = Chosen by whoever checks; the worker reads it in the language of his phone.
reasons-of-workers = Chosen by the worker on his phone; the text itself, in the language of his phone, becomes part of the record.
reasons-now = Today
reasons-offered = can be chosen
reasons-retired = not chosen any more
reasons-own = added here
reasons-none = none
reasons-add = Add a reason
reasons-can-choose = Can be chosen
reasons-why = Why it changes
reasons-preview = This is what a worker sees
reasons-given = Given so far: {$given}, of these waiting for an answer: {$waiting}. All of them keep the text they had.
reasons-phones = { $count ->
    [one] {$count} phone is told.
   *[other] {$count} phones are told.
}
reasons-changed = The reason was changed
reasons-history-none = Reasons were not changed here: all are as the program has them.

## Settlements

reference-settlements = Settlements
settlements-hint = Settlements where families live, with the KATO code they came with. From the middle is measured how far a record was made; a family's own coordinates go before it.
settlements-search = Name or KATO code
settlements-none = No settlement fits.
settlements-more = There are more: a narrower search finds them.
settlements-name = Settlement
settlements-kato = KATO
settlements-region = Region
settlements-kind = Kind
settlements-rural = rural
settlements-urban = urban
settlements-families = Families
settlements-middle = Middle (latitude; longitude)
settlements-set = set: {$source}
settlements-usual = by {$count} exact positions of records
settlements-unknown = not known yet ({$count} exact positions)
settlements-placed = families with own coordinates: {$count}
settlements-title = Middle of {$name}
settlements-lat = Latitude, degrees north
settlements-lon = Longitude, degrees east
settlements-take-usual = Take the usual one: {$spot}
settlements-source-example = From where it is known
settlements-changed = {$name}: the middle is changed
settlements-history-none = No middle was set here.
settlements-nothing = none

## Terms

terms-name = Term from the quota date
terms-none = no legal due date
job-search = Job search (paragraph 18)
job-search-begun = registered on {$date}
job-search-hint = Where no suitable job is found within the term, the draft decision on registration as unemployed goes out within one working day. The term itself is in Rules 214; until it is entered there is no day.
terms-days = { $days ->
    [one] {$days} working day
   *[other] {$days} working days
}
terms-value = Working days; empty: no legal due date
terms-from = For families included in the quota from
terms-hint = A due date that the plan names, and that differs from what was counted, stays. The other open due dates are counted anew by this value; what is done keeps its own. A family without a day of inclusion in the quota has no legal due date (§33).
terms-history-none = No term was entered here: services whose plans name no date have no legal due date.
terms-moves-before = Due now
terms-moves-after = Due then
terms-moves-count = How many
terms-confirm = Change the term

## What phones are told

reference-phones = Phones
rule-phone-hint = What the organisation tells its phones. Each phone takes it with its next contact; until then what it heard last holds.
rule-phone-note = A lease that is over and a lock delete nothing: what was recorded goes on being sent.
rule-phone-none = Nothing was changed here: everything is as the program has it.
rule-phone-lease-days = Days without contact after which no families are shown
rule-phone-lock-minutes = Minutes out of sight after which the screens lock
rule-phone-strict-photo-and-video = Photo and video are both asked for, without exception (A‑14)
rule-phone-video-unmetered-only = Videos go over Wi-Fi only
rule-phone-monthly-metered-mb = Megabytes a month over a mobile network (0: no limit)
rule-phone-reserve-mb = Megabytes that must stay free on the phone
rule-phone-keep-days = Days for which a delivered file stays on the phone
rule-phone-language = Language until the worker chooses
reference-programme = Programme
rule-programme-hint = Readings where the order says nothing or refers to another act. Each holds from its day on.
rule-programme-note = That a date on a day off moves is a general rule of terms; the ministry has to confirm it (paragraphs 39, 47 and 50). Paragraph 18 leaves the term of the job search to paragraph 23 of Rules 214, so the program invents none.
rule-programme-none = Nothing was changed here: all is as the program has it.
rule-programme-job-search-days = Term of the job search, working days (paragraph 18, A‑08)
rule-programme-approval-by-file = A plan is approved by an EDS file alone (paragraph 34, A‑12)
rule-programme-day-off-moves = A date on a day off moves to the next working day (A‑18, to be confirmed)
rule-programme-visit-months = Months without a visit after which a family is shown (paragraph 42(4), A‑24)
rule-none = No legal due date
rule-yes = yes
rule-no = no

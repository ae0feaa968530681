### The monthly report of career centres (Appendix 3, §39). The phone does not carry these.

## The monthly report of Appendix 3

desk-reports = Monthly reports
report-hint = A career centre hands its information on completed work to the local executive body every month, by the 5th of the next one (paragraph 39 of the Rules, Appendix 3). The mobility centre gets a copy by itself (paragraph 4(8)).
report-month = Month
report-centre = Career centre
report-version = Version
report-version-is = version {$version}
report-of = {$month} {$year}
report-rows = Who has a row
report-cells = What stands in a cell
report-span = Over which time
report-rows-completed = People who got a service
report-rows-planned = Everybody whose plan is being carried out
report-cells-date = Day of completion
report-cells-mark = 1 or 0
report-span-month = The month alone
report-span-cumulative = Everything up to its end
report-hash = SHA-256 of the report
report-erased = Rows of people whose data were erased
report-late = for an earlier month: the work came after the report of that month was accepted
report-late-cell = {$date} (earlier month)
report-empty = No work was completed in this month.
report-continued = Table continued
report-annex = Appendix 3
report-annex-rules = to the Rules of adaptation and integration services for kandas and their families
report-annex-form = Form
report-form-title = Information on work completed under the adaptation and integration plan
report-col-iin = Individual identification number of the kandas
report-signed-by = Prepared by: career centre
report-accepted-by = Taken by: local executive body

## Where a report stands

report-state-draft = Draft
report-state-signed = Signed
report-state-sent = Under review
report-state-accepted = Accepted
report-state-returned = Returned
report-state-reopened = Another version is let in
report-state-dropped = Replaced
report-act-draft = Draft
report-act-sign = Sign
report-act-send = Send
report-act-accept = Accept
report-act-return = Return
report-act-reopen = Let another version in
report-act-drop = Replace
report-did-draft = Drafted
report-did-sign = Signed
report-did-send = Sent
report-did-accept = Accepted
report-did-return = Returned
report-did-reopen = Another version was let in

## The list of centres

report-due = Target date: {$target}. Legal date: {$legal}.
report-due-moved = {$named} is a day off: the target is the last working day before it, the legal date the next one after it.
report-due-unknown = The working-day calendar does not reach the date of this month.
report-overdue = Overdue
report-overdue-count = overdue: {$count}
report-waiting-count = under review: {$count}
report-none-yet = No report yet
report-show-all = All centres
report-show-overdue = Overdue
report-show-waiting = Under review
report-entries = Rows
report-sent-at = Sent
report-clock = Due
report-days-left = days left: {$count}
report-days-late = days late: {$count}
report-in-time = in time
report-too-late = after the date
report-month-before = The month before
report-month-after = The next month
report-export-month = Reports of the month

## One report

report-page = Monthly report
report-draft-again = Draft anew
report-draft-next = Draft the next version
report-drafted = The report is drafted
report-frozen = The report is frozen with what was known on {$date}. What comes later does not change it.
report-sent-to = Sent to (paragraph 39)
report-copied-to = Copy (paragraph 4(8))
report-history = What was done to the report
report-remarks = Remarks
report-versions = Versions of the month
report-table = The table of Appendix 3
report-table-hint = Each date opens the sealed record with its evidence. Names are no part of the form and stand on this page alone.
report-person = Person
report-nobody = erased
report-cell-of = {$person}, {$service}, {$date}: open the record
report-cell-returned = given back
report-cell-late = earlier month
report-erased-count = Rows of people whose data were erased: {$count}. Only their hash is left.
report-not-over = The month is not over: it can be signed from the 1st of the next one on.
report-changes = Differences to the version before
report-changes-none = The tables are the same.
report-changes-more = {$shown} of {$count} are shown.
report-change-before = Before
report-change-after = Now
report-change-row = an empty row

## Signing, sending, deciding

report-sign-title = Sign the report
report-sign-hint = To sign is to enter the password once more. The journal gets the hash of the report, your name, role and the time.
report-send-title = Send the report
report-send-hint = The report goes to the local executive body, the mobility centre gets a copy. It cannot be changed afterwards.
report-accept-title = Accept the report
report-accept-hint = Work that comes after this goes into the report of the next month, marked as of an earlier one.
report-return-title = Return the report
report-return-hint = The career centre drafts the next version. Say what is to be put right.
report-reopen-title = Let another version in
report-reopen-hint = The career centre may hand in another version with the work that came late.
report-text = Remark
report-done-sign = The report is signed
report-done-send = The report is sent
report-done-accept = The report is accepted
report-done-return = The report is returned
report-done-reopen = Another version is let in

## Its form, a setting

reference-report = Form of the report
report-option-hint = The order does not say what stands in a cell of Appendix 3 and who has a row (paragraph 39). What is chosen here holds for months that end on its day or later; drafted reports stay as they are.
report-option-name = What is chosen
report-option-now = Now
report-option-value = Reading
report-option-from = For months that end from this day on
report-option-history-none = Nothing was changed here: all is as the program has it.

## Elsewhere

export-of-report = Monthly report
audit-read-report-show = Rows of a monthly report
audit-act-report-row-frozen = A row of a report was frozen
audit-act-report-drafted = A report was drafted
audit-act-report-signed = A report was signed
audit-act-report-sent = A report was sent
audit-act-report-decided = A decision about a report
audit-act-report-remarked = A remark about a report

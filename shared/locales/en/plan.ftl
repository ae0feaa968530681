### Plans of families at the office (§19, 28, 32-34). They come with the screens of plans; the phone does not carry them.

## Plans of families (§19, 28, 32-34): the list

plan-hint = A plan is drawn up for each member of the family separately (paragraphs 32 and 33 of the Rules). After the kandas agrees and the mobility centre approves, it is loaded onto the phones within one working day (paragraph 34).
plan-show-mine = Waiting for me: {$count}
plan-show-under-way = Under way: {$count}
plan-show-late = Late: {$count}
plan-show-without = Families without a plan: {$count}
plan-show-in-force = On the phones and over: {$count}
plan-in-force-hint = Where a plan stands follows from what is recorded: in execution with the first record, executed when nothing is open, in monitoring from the next round on, closed after five years (paragraphs 40 and 43).
plan-in-force-any = All states
plan-open-items = Open
plan-done-items = Done
plan-loaded = Loaded on
plan-waits = Waits for
plan-since = Since
plan-clock = To be on the phones by
plan-begin = Begin
plan-waits-finish = the final draft
plan-waits-agree = the agreement of the kandas
plan-waits-approve = approval by the mobility centre
plan-waits-publish = loading onto the phones

## One plan

plan-of = Plan of the family {$name}
plan-page = Plan of a family
plan-version = version {$number}
plan-versions = Versions of the plan
plan-steps = Where the version stands
plan-none-yet = No plan of this family has been drawn up yet.
plan-from-import = Version {$number} is on the phones; it was not drawn up here.
plan-on-phones = Version {$number} stays on the phones: work goes by it until the new one is loaded.
plan-open-remote = Draft remotely (paragraph 19)
plan-open-settled = Draw up by Appendix 1 (paragraph 32)
plan-open-amend = Begin a new version
plan-opened = The version is begun
plan-quota = Included in the quota on {$date}. The terms of services run from that day (paragraph 33).
plan-no-quota = The day of inclusion in the quota is not known: there are no legal due dates, only planned ones (paragraph 33).
plan-no-terms = No terms of services were entered: there are no legal due dates.
plan-hash = SHA-256 of the plan
plan-erased-count = Rows of people whose data were erased: {$count}. Only their hashes are left; the file of the agreement was erased as well.
plan-publish-by = To be loaded onto the phones by {$date} (paragraph 34)
plan-late = Late
plan-published = Loaded onto the phones: {$date}
plan-published-late = later than one working day
plan-visit-late = Later than one working day after the visit (paragraph 28)
plan-visited = Preliminary visit: {$date}

## The matrix

plan-matrix = Members and services
plan-matrix-hint = Arrows move, space marks, R fills the row, C the column, Ctrl+Z undoes. Changes are saved by themselves. The pre-selection goes by age and sex: each change against it needs a reason.
plan-amend-hint = This version begins with the one on the phones. What is done is carried over unchanged; what is taken out will be cancelled on the phones.
plan-cell-in = in the plan
plan-cell-out = not in the plan
plan-cell-changed = changed
plan-cell-unexplained = without a reason
plan-cell-settled = done, stays as it is
plan-cell-head = with the head of the family
plan-fill-row = Fill the row
plan-fill-column = Fill the column
plan-undo = Undo
plan-age = age: {$count}
plan-age-unknown = age not known
plan-chosen = in the plan: {$count}
plan-saved = Saved
plan-saving = Saving
plan-unsaved = There are changes that are not saved yet
plan-elsewhere = Somebody else has changed the plan. Refresh the page.
plan-refresh = Refresh
plan-item = The chosen activity
plan-planned-on = Planned day
plan-due-on = Due by law: {$date}
plan-due-none = No legal due date
plan-after-due = The planned day is later than the legal one
plan-day-row = For the whole row
plan-day-column = For the whole column
plan-why = Reason for the change
plan-why-text = The reason in words
plan-why-none = none chosen
plan-unexplained = Changes without a reason: {$count}
plan-explain-all = This reason for all
plan-reason-already-has = Given already
plan-reason-not-needed = The family does not need it
plan-reason-family-asks = The family asks for it
plan-reason-age = By age or document
plan-reason-situation = Health, work or dwelling
plan-reason-other = Another

## How a version differs from the one before

plan-changes = Against the version before
plan-changes-none = There is no difference.
plan-change = Change
plan-change-added = Added
plan-change-dropped = Taken out
plan-change-moved = Another day
plan-member = Member
plan-service = Service
plan-before = Before
plan-after = Now

## What is done to a version

plan-act-open = Begin
plan-act-visit = Agreed after the visit
plan-act-finish = The final draft is ready
plan-act-agree = Enter the agreement
plan-act-approve = Approve
plan-act-reject = Send back with a remark
plan-act-publish = Load onto the phones
plan-act-discard = Discard the draft
plan-did-open = Begun
plan-did-visit = Agreed after the visit
plan-did-finish = The final draft was made
plan-did-agree = The kandas agreed
plan-did-approve = Approved
plan-did-reject = Sent back with a remark
plan-did-publish = Loaded onto the phones
plan-did-discard = The draft was discarded
plan-visit-hint = After the preliminary visit the plan is agreed with the kandas within one working day (paragraph 28).
plan-visit-day = Day of the visit
plan-finish-hint = The draft becomes the final one, drawn up in the settlement region by Appendix 1 (paragraph 32). It can still be changed until it is agreed.
plan-agree-hint = The kandas has no account: his agreement (paragraph 34) is shown by a paper, by a signature on a phone under the act “Agreement to the plan”, or by a file with an electronic signature.
plan-how = How it was given
plan-how-paper = On paper, a scan
plan-how-record = A signature on a phone
plan-how-eds = A file with an electronic signature
plan-eds-hint = The file has to sign the text of this version. RSA and ECDSA are verified, GOST is kept without being verified.
plan-text = Take the text to sign
plan-no-signatures = There is no record “Agreement to the plan” since the final draft. It is made on a phone: the family’s acts outside the services, with the digits at the foot of the printed plan and a signature on the screen.
plan-record-differs = the digits are those of another plan
plan-record = Record with a signature
plan-signer = Who signed
plan-signed-on = When
plan-digest = Beginning of the hash on the paper (8 digits)
plan-file-scan = Scan (PDF, JPEG, PNG)
plan-file-eds = CMS file (.cms, .p7s, .p7m)
plan-file-too-large = The file is larger than 8 MB.
plan-agreed-on = Agreed on {$date}
plan-paper-take = File of the agreement
plan-paper-gone = the file of the agreement was erased
plan-approve-hint = To approve is to enter the password once more. The journal gets the hash of the plan, your name, role and the time (paragraph 34).
plan-approve-by-file = Here a plan is approved by a file with an electronic signature alone: take the text along, sign it with EDS, and hand in the file.
plan-reject-hint = The agreement is void and the plan is a draft again. Say what is to be put right.
plan-reject-text = Remark
plan-publish-hint = The plan reaches the phones of workers with their next contact. What was taken out will be cancelled there.
plan-discard-hint = A draft that was begun by mistake is given up. Nothing of it reaches the phones; it stays in the history, and another one may be begun.
plan-done-visit = The visit is noted
plan-done-finish = The final draft is ready
plan-done-agree = The agreement is entered
plan-done-approve = The plan is approved
plan-done-reject = The plan was sent back
plan-done-publish = The plan is loaded onto the phones
plan-done-discard = The draft is discarded
plan-remarks = Remarks of the mobility centre
plan-history = What was done to the version

## On paper

plan-annex = Appendix 1 to the Rules (paragraphs 32 and 33)
plan-paper-title = Individual plan of adaptation and integration of the kandas and his family
plan-paper-family = Head of the family: {$name}
plan-paper-place = Place of settlement: {$place}
plan-paper-number = No.
plan-paper-term = Term
plan-paper-planned = {$date} (planned)
plan-paper-done = done
plan-paper-cancelled = Taken out of the plan
plan-paper-kandas = Kandas (signature, name, date)
plan-paper-worker = Worker of the career centre (signature, name, date)
plan-paper-head = Head of the mobility centre (signature, name, date)

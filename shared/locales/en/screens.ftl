### What the screens of the phone say.

## Getting about

button-back = Back
screen-loading = Loading
button-close = Close
button-cancel = Cancel
button-save = Save
button-choose = Choose
button-change = Change
button-undo = Undo
button-delete = Delete
button-continue = Continue
button-again = Try again
button-help = Help
button-search = Search
button-call = Call
button-settings = Settings
tabs-label = Main sections
tab-today = Today
tab-families = Families
tab-sent = Sent
tab-sync = Sync
tab-sent-asked = Waiting for your answer: {$count}
nowhere-title = There is no such page
nowhere-text = Your records are safe. Go back to the start.
nowhere-button = Back to today
trouble-title = This page could not be shown
trouble-text = Records and files are safe on the phone. Please try again.
core-away-title = The app has stopped
core-away-text = Its part on this phone does not answer. What you entered is safe. Please open the app again.
key-forgotten-title = The phone forgot its key
key-forgotten-sub = Your work is not lost
key-forgotten-what = The protected memory of this phone forgot the key of this app. That can happen after an update of the system or a new screen lock. Without the key nobody can open what lies here.
key-forgotten-safe = Nothing is lost: records, photos and videos are here, saved and encrypted. Do not delete the app.
key-forgotten-do = Ask your administrator. The organisation keeps a copy of this phone's key and gives it as text or as a QR code.
key-forgotten-key = Recovery key
key-forgotten-give = Enter the key
key-forgotten-wrong = This is not the key of this phone. Nothing has changed.
key-forgotten-back = The key is back, everything opens again
key-forgotten-anew = The key is back. Enrol the phone anew: your records stay valid and will be sent.

## Days

weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
weekday-short-1 = Mon
weekday-short-2 = Tue
weekday-short-3 = Wed
weekday-short-4 = Thu
weekday-short-5 = Fri
weekday-short-6 = Sat
weekday-short-7 = Sun
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
month-in-1 = in January
month-in-2 = in February
month-in-3 = in March
month-in-4 = in April
month-in-5 = in May
month-in-6 = in June
month-in-7 = in July
month-in-8 = in August
month-in-9 = in September
month-in-10 = in October
month-in-11 = in November
month-in-12 = in December
day-yesterday = yesterday

## Enrolment

welcome-title = Welcome to Kandas Field
welcome-text = This phone keeps the families' plans and works where there is no network.
enrol-title = Enrol this phone
enrol-sub = Once, five minutes
enrol-text = Scan the administrator's QR code with the camera, or type the code and the address.
enrol-way-code = Typed code
enrol-link = Text of the QR code
enrol-link-hint = begins with kandas://enrol
enrol-code = Enrolment code
enrol-code-hint = 10 characters, works once
enrol-address = Address of the server
enrol-fingerprint = Fingerprint of the server key
enrol-fingerprint-hint = the administrator tells it; if empty, compare it afterwards
enrol-pin-cert = Certificate fingerprint (if any)
enrol-button = Enrol
enrol-busy = Agreeing with the centre…
enrol-bad-link = This is not an enrolment text. Copy the whole text of the QR code.
enrol-bad-typed = The address begins with https://, and the certificate fingerprint must be whole.
enrol-check-key-title = Compare the server key
enrol-check-key-same = It is the same
enrol-one-worker-text = This phone belongs to {$worker}. Another worker uses a phone of his own: each record is sealed with the phone's key.

## PIN

pin-new-title = Choose a PIN
pin-new-text = It only locks the screen. A PIN never deletes work, and sending goes on.
pin-again-title = Repeat the PIN
pin-differs = They differ. Please enter it again.
pin-title = Enter the PIN
pin-sub = The screen is locked. Sending goes on.
pin-label = At least {$count} digits
pin-entered = {$count} digits entered
pin-wrong = Wrong PIN. Please try again.
pin-wait = Wait {$seconds} s more
pin-erase = Erase the last digit
pin-forgotten = Forgotten the PIN?
pin-forgotten-title = If the PIN is forgotten
pin-forgotten-text = Everything on the phone is safe. Call the director, who will read out a reset code.
pin-reset-code = Reset code
pin-set = The PIN is saved
pin-change = Change the PIN
lease-title = No contact with the centre for long
lease-text = The phone has not met the centre for {$days} days, so the screen is locked. Nothing is deleted. Please connect.

## The line that is always there

line-offline = No connection. Everything is saved on the phone
line-paused = Sending is paused. Everything is saved on the phone
line-sending = Sending, {$left} left
line-talking = Talking to the centre
line-waiting = Waiting to be sent. Everything is saved on the phone
line-delivered-at = Everything delivered, {$time}
line-never = Nothing has come from the centre yet

## Today

week-done = This week: {$done} of {$total} done
week-none = This week: {$total} to do
week-all = This week: all {$total} done
week-empty = Nothing is due this week
today-overdue = Overdue
today-week = This week
today-drafts = Drafts
today-returned-one = One photo was returned
today-returned-record = A record was returned
today-done-title = Everything is done for today
today-done-next = Next due {$day}: {$service}, {$family}.
today-done-text = Nothing is due soon.
today-open-families = Open the families
today-first-title = The list of families is on its way
today-first-text = The first load needs a network. The list appears by itself.
today-orphan = A file was left unattached: {$name}
today-more-overdue = {$count} more

## Families

families-title = Families
families-count = { $count ->
     [one] {$count} family
    *[other] {$count} families
}
families-search = Name, village or end of IIN
families-found = Found: {$count}
families-none = No such family was found
families-none-text = Kazakh and Russian letters both work.
families-empty = No families are assigned to you yet
families-empty-text = They appear here when the centre assigns them.
families-all = All {$count}
families-overdue = Overdue {$count}
families-clear = Clear the search
family-of = Family {$name}
family-nameless = Family without a name
family-last-visit = Last visit {$date}
family-no-visit = Not visited yet
family-overdue = Overdue: {$count}
family-quota = quota {$date}
quilt-label = {$name}: {$done} of {$total} done
matrix-label = Members and services
matrix-service = Service
matrix-all = All {$count}
matrix-left = Left {$count}
matrix-done = done
matrix-filter = Show
matrix-whole-family = whole family
matrix-none = Nothing under this filter
family-group-capture = One capture for several
family-group-service = Which service?
family-group-persons = Who is in the picture?
family-group-start = Start: {$count}
family-acts = Other acts
family-no-plan = The plan of this family has not come yet
person-show-iin = Show
person-iin = IIN
person-consent = Consent

## One activity

activity-number = service {$number}
activity-saved = Draft saved {$time}
activity-start = Record that it is done
activity-photo-hint = at least 1 is needed
activity-photo-count = Photos: {$count}
activity-photo-add = Photo
activity-take-photo = Take a photo
activity-video = Video
activity-video-count = Videos: {$count}
activity-video-hint = up to 60 seconds, or the reason
activity-video-strict-hint = up to 60 seconds
activity-video-shoot = Film
activity-video-none = No video
activity-video-reason = Say why there is none
activity-reason = reason: {$reason}
activity-document = Document
activity-document-count = Document, pages: {$count}
activity-document-must = page by page
activity-document-hint = optional: receipt, certificate
activity-document-add = Add a document
activity-signature = Signature of the kandas
activity-signature-hint = signed on the screen
activity-signature-there = Signed
activity-sign = Sign
activity-paper = Number and date of the paper
activity-paper-hint = number of the certificate or contract
activity-paper-value = No {$number} of {$date}
activity-paper-number-only = Number {$number}
activity-paper-number = Number
activity-paper-date = Date
activity-note = Note
activity-note-add = Write a note
activity-optional = optional
activity-done-on = Day it was done
activity-not-applicable = Not applicable
activity-refused = Refused
activity-why-not-applicable = Why is it not applicable?
activity-why-refused = Why did the family refuse?
activity-end-hint = The record is sealed and goes to the centre.
activity-persons = For whom
activity-discard = Delete the draft
activity-discard-ask = The draft and its files will be deleted. This cannot be undone.
activity-needs = Still needed ({$count}):
activity-complete = Everything is there.
activity-next-reason = Write the reason
activity-next-form = Fill in
wanted-reason = the reason
wanted-topics = what was covered
wanted-topics-hint = Tick at least one
activity-next-photo = Take a photo
activity-next-acknowledgement = Next: signature
activity-next-document = Next: document
activity-next-paper-number = Next: number and date
activity-next-system-fact = Next: fact of the system
activity-next-video = Next: video
activity-next-position = Next: position
activity-next-consent = Next: consent
activity-review = Review
activity-what-to-shoot = What to photograph
activity-finished = This service has a record
activity-correct = Make a corrected version
activity-correct-why = Why is it corrected?
activity-given-after-all = It was given after all
tile-kept = kept
tile-securing = being secured
tile-deleted = Deleted: {$what}
tile-delete = Delete this file
tile-view = View the file
tile-no-preview = This file cannot be shown here. It is safe on the phone.
capture-kept = Kept
capture-set-aside = The file was set aside: {$reason}
capture-failed = The file was not kept. Please take it again.
checklist-label = Evidence needed
checklist-there = there
checklist-must = missing, needed
checklist-may = missing, optional
reason-in-words = In your own words

## Position

position-title = Position
position-value = Position: {$accuracy}
position-searching = Finding the position…
position-searching-hint = you may go on meanwhile
position-kept = kept
position-far = {$distance} from the family's home
position-coarse = coarse, you may wait
position-wait = Wait
position-none = No position
position-reason = Say why
position-take = Take the position
position-renew = Renew

## Signature

signature-title = Signature of the kandas
signature-text = Sign with a finger or a pen on the white field.
signature-field = Field for the signature
signature-clear = Clear
signature-keep = Keep the signature
signature-paper = Photograph a signed paper

## Review and seal

review-title = Look before sealing
review-sub = Afterwards only a new version corrects it
review-photos = {$count} photos, {$size}
review-photos-hint = are people and result visible?
review-note = The record is sealed with this phone's key. Without a connection it is not lost and leaves by itself.
review-confirm = Confirm that it is done
review-confirm-other = Seal
review-early = {$days} working days before the due date
review-late = {$days} working days after the due date
review-on-time = on the due date
review-sealing = Sealing…
sealed-title = Sealed
sealed-text = The record is saved on the phone. It leaves by itself when there is a network.
sealed-text-online = The record is saved and on its way.
sealed-next = On to the next
sealed-family = Back to the family
sealed-draft = Back to the draft
sealed-records = { $count ->
     [one] {$count} record sealed
    *[other] {$count} records sealed
}

## Sent work

sent-title = Sent
sent-month = {$month}: {$total} records, {$done} delivered
sent-month-waiting = {$month}: {$total} records, none delivered yet
sent-month-none = {$month}: no records yet
sent-empty-title = Nothing is sealed yet
sent-empty-text = Every record shows here: where it is, its receipt, what the supervisor said.
sent-earlier = Earlier
sent-search = Service, person or family
sent-files = {$done}/{$total} files
sent-receipt = receipt {$receipt}
sent-waiting-link = waiting for a connection
sent-video-waits = the video waits for Wi-Fi
ledger-word-waiting = waiting
ledger-word-sending = sending
ledger-word-accepted = accepted
ledger-word-delivered = delivered
ledger-word-checked = checked
ledger-word-returned = returned
ledger-word-held = needs a decision
ledger-word-refused = not taken
ledger-word-set-aside = set aside
record-set-aside = Set aside by the centre
record-title = Record No {$number}
record-sealed = Sealed
record-done-on = Day done
record-state = State
record-files = Files
record-receipt = Receipt
record-receipt-none = The receipt comes with the files
record-note = A sealed record does not change. A correction is a new version.
record-free = The copy on the phone was freed
returned-title = Returned for rework
returned-yours = Your photo
returned-example = An example
returned-retake = Take this photo again
returned-answer = Correct
returned-sent = The answer is sealed
returned-no-reason = No reason was written. Please ask the supervisor.

## Sync

sync-title = Sync
sync-link-none = No connection
sync-link-metered = Mobile network
sync-link-unmetered = Wi-Fi
sync-speed = {$speed}/s
sync-pause = Pause
sync-resume = Go on
sync-now = Send now
sync-left-size = {$size} left
sync-all-done = Everything delivered
sync-last = Last contact {$when}
sync-never = No contact with the centre yet
sync-what-left = {$records} and {$files}
sync-records-gone = All records have left.
sync-head-now = Now
sync-head-next = In line
sync-head-waiting = Waiting
sync-head-room = Data and room
sync-queued = next in line
sync-videos = { $count ->
     [one] {$count} video
    *[other] {$count} videos
}
sync-only-wifi = over Wi-Fi only
sync-send-metered = Send now: {$size} of data
sync-month-data = Data used {$month}
sync-evidence-room = Evidence on the phone
sync-freeable = {$size} is delivered and may be freed
sync-freeable-none = Nothing to free: a file stays {$days} days after delivery
sync-free = Free {$size}
sync-freed = {$size} freed
sync-free-left = Free on the phone
sync-waiting-title = What waits
sync-nothing-waits = Nothing waits
sync-order = Records first, then photos and documents, videos last.
sync-held = { $count ->
     [one] {$count} record needs a decision
    *[other] {$count} records need a decision
}

## Consent

consent-title = Consent to personal data
consent-text = Asked of everyone before the first photo. The service is given even if they decline.
consent-needed = Consent is needed first: {$name}
consent-needed-hint = asked before the first photo
consent-ask = Ask
consent-give = Agrees
consent-give-hint = with a paper, a signature or a photo of it
consent-with-proof = A signature or a photo of the paper
consent-decline = Declines
consent-decline-hint = the reason is written down
consent-basis = Number of the paper, or how it was given
consent-reason = Why not?
consent-why = Why?
consent-by-parent = A parent consents for a child
consent-all = Consent has been asked

## Help

help-title = Help
help-sub = Opens without a network
help-services = Services: what to photograph
help-how = How to
help-snow = Snow light
help-snow-hint = readable in sun and snow
help-do = Photograph
help-dont = Do not photograph
help-official = Official name
help-rule = What is needed
help-drawing = Example drawing: {$service}
help-diagnostics = Diagnostics
help-diagnostics-hint = a log without personal data

## Diagnostics

diagnostics-title = Log of the app
diagnostics-text = There are no names or papers here. You may send it to support.
diagnostics-share = Save as a file
diagnostics-send = Send to the centre
diagnostics-sent = The log was sent
diagnostics-saved = The log was saved: {$place}
diagnostics-not-shared = The log could not be shared as a file. It can be sent to the centre.
diagnostics-empty = The log is empty
diagnostics-version = Version {$version}

## Settings

settings-title = Settings
settings-language = Language
settings-theme = Appearance
settings-theme-system = As the phone has it
settings-theme-light = Light
settings-theme-dark = Dark
settings-theme-snow = Snow light
settings-text-size = Text size
settings-text-size-value = {$percent} % size
settings-reminders = Reminders
settings-reminders-on = Remind me while the app is closed
settings-reminders-text = Of work that was returned, of a due date that is near and of what has not been sent for more than three days. Reminders name nobody.
settings-phone = This phone
settings-worker = Worker
settings-office = Office

## Acts outside the 25 services

acts-title = Other acts
acts-text = Acts outside the 25 services that the order asks for.

## More of the screens

line-later = Records have left, files wait for a better network
line-failed = Not sent, it will be tried again. Everything is safe
record-other = Another record
brief-more = Draft: {$photos} photos, {$missing} things needed
brief-ready = The draft is ready to be sealed
brief-kind-not-applicable = Draft: not applicable
brief-kind-refused = Draft: refused
brief-correction = Draft: a corrected version
notice-store-moved = A damaged store was set aside and a new one begun. Nothing was deleted.
notice-leftovers = Files left unattached: {$count}
notice-interrupted = Interrupted, please attach again: {$names}
notice-missing = Files not found on the phone: {$count}
notice-unreadable = Unreadable rows: {$count}. They are kept.
notice-dismiss = Understood
notice-attach = Into the draft
notice-meant = Draft: {$draft}
notice-choose-draft = Choose a draft
notice-other-draft = Into another one
notice-no-draft = Open a draft first, then the file can go into it.
notice-picture = The picture that was left over
notice-delete = Delete the file
notice-delete-ask = The file will be gone for good. This cannot be undone.
notice-delete-yes = Yes, delete the file
wiped-title = The phone was wiped
wiped-text = The centre's order was carried out. The phone can be enrolled again.
first-pull-title = Fetching the families
button-unlock = Unlock
pin-new = New PIN, at least 4 digits
pin-reset-wrong = The code does not fit. Please ask again.
today-next = Next due: {$when}.
acts-new = Add an act
consent-withdraw = Withdraw
consent-withdraw-text = The withdrawal is recorded and goes to the centre. Services are given all the same.
person-iin-why = Why is the IIN needed?
person-iin-hint = That it was shown is noted in the log.
need-photo = A photo, at least one
need-video = A video, or why there is none
need-position = Position, found by itself
need-document = A document
need-paper-number = Number and date of the paper
need-system-fact = A fact of a state system
need-acknowledgement = Signature of the kandas
button-more = More
button-write = Write
activity-again = Record it once more
activity-system-hint = the centre checks it
activity-discard-yes = Yes, delete the draft
consent-short = consent
capture-no-room = Little room is left. Photos and videos cannot be taken, records can be sealed. Please free some room.
position-better = looking for a better one…
tile-state-securing = being secured
tile-state-kept = kept on the phone
tile-state-waiting = waiting to be sent
tile-state-sending = being sent
tile-state-delivered = delivered
tile-state-damaged = damaged, the rest will be sent
tile-state-set-aside = set aside
review-incoming = A file is still being secured. Please try again in a second.
review-too-large = Too many files for one record. Please take some out.
record-received = Received by the centre
record-why = Reason
record-topics = What was covered
record-offer-again = Offer again
sync-metered = This link costs: no video over it
settings-lock = Lock the screen
settings-server-key = Server key
pin-present = Present PIN

## Forms of the acts outside the 25 services

acts-with-whom = With whom?
field-channel = How you were in touch
field-lodging = Where they stayed
field-point = Where they were met
field-transport = How they came
field-persons = How many came
field-shelter = Where they are registered
field-from = From
field-to = To
field-plan-digest = Digits at the foot of the printed plan
field-plan-digest-hint = at least eight
field-problems = Problems found
field-problems-hint = one a line
field-proposals = Proposals
field-proposals-hint = one a line
field-satisfaction = How content the family is with the help
field-satisfaction-hint = 1 – not at all, 5 – fully
choice-phone = By phone
choice-in-person = In person
choice-video-call = By video call
choice-message = By message
choice-airport = Airport
choice-bus-station = Bus station
choice-railway-station = Railway station
choice-other = Another place
choice-air = By air
choice-road = By road
choice-rail = By rail
choice-adaptation-centre = At the adaptation centre
choice-temporary-accommodation-centre = At the temporary accommodation centre
topic-quota = Regional quota
topic-choice-of-region = Choice of region
topic-temporary-housing = Temporary housing
topic-payments-certificate = Payments and the certificate
topic-social-contract = Social contract
topic-travel = Travel
topic-five-services = The five main services
topic-residence-registration = Registration of residence
topic-military-registration = Military registration
topic-school = School
topic-kindergarten = Kindergarten
topic-clinic = Clinic
topic-jobs-training = Jobs and training
topic-languages-history-law = Courses of language, history, law
topic-study-materials = Study materials
topic-citizenship = Citizenship
topic-place-of-settlement = Place of settlement
topic-employer-school-kindergarten = Employer, school, kindergarten
topic-place-of-residence = Place of residence
topic-region = The region
topic-housing = Housing
topic-work = Work
topic-school-kindergarten = School and kindergarten
topic-health = Health
topic-services-received = Services received

## The camera reads a QR

enrol-way-qr = QR code
enrol-scan = Scan the QR code
enrol-type = Type the code
enrol-paste = Paste the text of the QR code
qr-picture = Camera picture
qr-aim = Hold the frame over the QR code; it is read by itself.
qr-other = This is not an enrolment code. Show the administrator's QR code.
qr-refused = The camera may not be used. Take a photo of the code, or type it.
qr-no-camera = No camera was found here. Choose a picture of the code, or type it.
qr-photo = Take a photo of the QR code
qr-nothing = There is no QR code in the photo. Go closer and hold still.
button-stop = Stop
button-done = Done

## Finger or face, where the phone has it

biometric-finger = Unlock by finger
biometric-face = Unlock by face
biometric-reason = Open the screen of Kandas Field

## A new phone

newphone-title = Moving to a new phone
newphone-sub = Five minutes
newphone-1 = Send everything from this phone
newphone-1-clear = Everything is delivered and no draft is left. You can move.
newphone-1-drafts = Drafts: {$count}. They do not move along; seal them first.
newphone-1-waits = Some records and files are still on this phone.
newphone-2 = Ask the administrator for a new code
newphone-2-text = A QR code or one to type; it works once.
newphone-3 = Scan the code with the new phone
newphone-3-text = The families load by themselves. The PIN is set anew.
newphone-4 = Hand the old phone to the administrator
newphone-4-text = Whatever is left on it is sent first; only then is the phone cleared.

## A document of many pages

pages-title = Pages of the document
pages-text = Take each page by itself: readable, with no edge cut off.
pages-first = Take the first page
pages-next = Take the next page
pages-file = Choose a file
pages-done = Done, pages: {$count}
pages-page = page {$number}
tile-failed = not saved, tap to try again
capture-kept-here = The file is not saved yet. Tap its tile to try again.

## Reasons that can be chosen

reason-other = Another reason
reason-na-has = Has it already
reason-na-age = Not the right age
reason-na-status = Not the right status
reason-na-moved = Moved to another region
reason-refused-no-need = They see no need
reason-refused-self = They will do it themselves
reason-refused-later = They want to put it off
reason-fix-date = The date is wrong
reason-fix-person = The wrong person was chosen
reason-fix-proof = The photo or document does not fit
reason-fix-text = A mistake in the number or the text
reason-iin-form = To fill in an application or a paper
reason-iin-search = To look up in a state system

## Facts of the diagnostics

fact-program = Program
fact-platform = System
fact-wall-clock = Phone's clock
fact-device = Device
fact-server-url = Server
fact-epoch = Epoch
fact-token-scope = Access
fact-last-contact = Last contact
fact-chain = Chain
fact-waiting = Waiting
fact-free = Free

## Fields of acts

field-wanted = to be filled in

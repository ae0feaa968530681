### States of records, plans, activities and checks; reasons; deadlines.

## What the centre says about a record

verdict-accepted = Accepted
verdict-known = Already there
verdict-held = Needs a decision
verdict-refused = Refused

## The ledger on the phone

ledger-draft = Draft
ledger-recorded = Saved on the phone
ledger-waiting = Waiting to send
ledger-sending = Sending
ledger-accepted = Accepted
ledger-known = Already at the centre
ledger-held = Needs a decision
ledger-refused = Refused by the centre, kept on the phone
ledger-delivered = Delivered
ledger-damaged = The file is damaged; what is left will be sent
ledger-set-aside = Set aside
ledger-lost = Declared lost
ledger-unreadable = The record cannot be read, but it is kept

## Patches: one activity, one state

patch-planned = Planned
patch-soon = Due soon
patch-overdue = Overdue
patch-draft = Draft
patch-waiting = Waiting to send
patch-sending = Sending
patch-accepted = Accepted
patch-delivered = Delivered
patch-checked = Checked
patch-returned = Returned
patch-held = Needs a decision
patch-not-applicable = Not applicable
patch-refused = Refused

## Plan

plan-state-draft-remote = Draft, made remotely
plan-state-prelim-agreed = Agreed after the visit
plan-state-final-draft = Final draft
plan-state-agreed = Agreed by the kandas
plan-state-approved = Approved
plan-state-published = Published
plan-state-in-execution = In execution
plan-state-executed = Executed
plan-state-monitoring = In monitoring
plan-state-closed = Closed
plan-state-departed = The family has left
plan-state-discarded = Discarded draft

## Activity

activity-state-planned = Planned
activity-state-in-progress = In progress
activity-state-captured = Captured
activity-state-done-local = Done, on the phone
activity-state-synced = Record at the centre
activity-state-reported = Reported
activity-state-sys-confirmed = Confirmed by a state system
activity-state-disputed = Contradicted by a state system
activity-state-not-applicable = Not applicable
activity-state-refused = Refused by the family
activity-state-cancelled = Dropped from the plan
activity-state-corrected = Corrected

## Check

check-unchecked = Not checked yet
check-accepted = No remarks
check-remarked = Remarked
check-returned = Returned for rework
check-returned-until = Returned for rework until {$due}
check-answered = Answered

## Why a record needs a decision

held-fork = The phone's chain has split: two different records share one number. Both are kept.
held-activity-cancelled = This service was dropped from the plan. Your record is kept; a supervisor will decide.
held-too-new = The record is of a newer version than the centre. It will be processed once the centre is updated.
held-device-revoked = The record came from a phone whose access is revoked. It is kept; a supervisor will decide.
held-unknown-family = The centre does not know this family. The record is kept.
held-unknown-activity = The centre does not find this activity in the plan. The record is kept.
held-unknown-person = The centre does not find the record's person in the family. The record is kept.
held-not-assigned = This family is not assigned to you. The record is kept; a supervisor will decide.
held-payload-unreadable = The record's content cannot be read, but its signature is right. It is kept as it is.
held-supersedes-unknown = The record this one corrects has not reached the centre yet. It will be settled when it does.
held-future-date = The day of completion is still to come. Check the phone's clock.
held-evidence-differs = A file of this record goes by the name of another file. Both records are kept; a supervisor decides.
held-erased = The data of this family or person was erased by decision. The centre keeps the number of the record, not its content.
held-set-aside-duplicate = The centre has set this record aside: the same is in another one. It is kept and does not count.
held-set-aside-mistake = The centre has set this record aside: it was made by mistake. It is kept and does not count.
held-set-aside-not-theirs = The centre has set this record aside: it was for somebody else to make. It is kept and does not count.
held-set-aside-unusable = The centre has set this record aside: it can be neither read nor tied to anything. It is kept.
held-set-aside-other = The centre has set this record aside. The supervisor will say why. It is kept and does not count.

## Why a record was refused

refused-unknown-key = The record is sealed with a key the centre does not know. It stays on the phone.
refused-signature-invalid = The record's signature does not verify. It stays on the phone.
refused-too-large = The record is larger than allowed. It stays on the phone.
refused-not-a-record = What was sent is not a record. It stays on the phone.

## Deadlines and counts

due-today = today
due-tomorrow = tomorrow
due-until = until {$date}
due-left = { $days ->
     [one] {$days} working day left
    *[other] {$days} working days left
}
due-late = { $days ->
     [one] {$days} working day late
    *[other] {$days} working days late
}
due-after-deadline = after the due date
count-files = { $count ->
     [one] {$count} file
    *[other] {$count} files
}
count-records = { $count ->
     [one] {$count} record
    *[other] {$count} records
}
count-people = { $count ->
     [one] {$count} person
    *[other] {$count} people
}
age-years = { $count ->
     [one] {$count} year
    *[other] {$count} years
}
files-delivered = {$done} of {$total} files delivered
services-done = {$done} of {$total} services done

## Consent to personal data processing

consent-missing = No consent yet
consent-given = Consent given
consent-declined = Consent declined
consent-withdrawn = Consent withdrawn

## Acts outside Appendix 1

act-ack-receipt = Receipt of the application confirmed
act-consult-terms = Advice on the terms of resettlement
act-preliminary-visit = Preliminary visit
act-arrival = Arrival of the family
act-temporary-registration = Temporary registration
act-plan-agreement = Agreement to the plan
act-monitoring-visit = Monitoring visit

## Orders to a phone

order-retire = Retire the phone: everything is sent first, then wiped.
order-lost = The phone is lost: family data goes at once, unsent work is kept.

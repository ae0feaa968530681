### What an error means for the person who meets it: what happened, that the data is safe, what comes next.

## The request

problem-bad-request = The request is not formed correctly. The data is safe on the phone; try updating the program.
problem-malformed-json = The body of the request is not readable JSON.
problem-request-timeout = The request did not arrive in time. The data is safe on the phone and will go again.
problem-body-too-large = The request is too large. The data is safe on the phone and will go in parts.
problem-decompressed-too-large = Unpacked, the request is larger than allowed.
problem-unsupported-media-type = This address does not take this type of content.
problem-unsupported-version = The program's version does not fit the centre. The records are safe; update the program.
problem-not-found = What was asked for is not here.
problem-method-not-allowed = This address has no such action.

## Device, token and enrolment

problem-unauthorised = The centre did not recognise this phone. It will sign in again next time.
problem-token-expired = The sign-in has run out. The phone will sign in again by itself.
problem-nonce-unknown = The sign-in challenge is old or already used. The phone will fetch a new one.
problem-device-unknown = The centre does not know this phone. Ask the administrator for an enrolment code.
problem-device-revoked = The phone's access has been revoked. Unsent records are still taken into custody.
problem-scope-escrow-only = This phone may only hand in what it has collected.
problem-forbidden = You may not do this.
problem-enrol-code-unknown = There is no such enrolment code. Check it and type it again.
problem-enrol-code-used = This enrolment code has been used. Ask for a new one.
problem-enrol-code-expired = The enrolment code has expired. Ask for a new one.
problem-enrol-code-locked = The code was mistyped several times and is locked. Ask for a new one.
problem-device-already-enrolled = This phone is already enrolled.
problem-worker-inactive = The worker is not active at the centre. Speak to the administrator.
problem-key-unusable = The phone's key cannot be used: another kind or form.
problem-signature-invalid = The signature does not verify.
problem-wrong-type = The signed document is meant for another use.
problem-key-unknown = The centre does not know this key.

## Records and changes

problem-record-too-large = The record is larger than allowed. It stays on the phone.
problem-batch-too-large = Too many records at once. They will go in smaller parts.
problem-cursor-unreadable = The mark of the last update cannot be read. The phone will fetch from the start.
problem-cursor-of-another-device = The mark of the last update belongs to another phone.
problem-order-unknown = No such order was given to this phone.

## Files

problem-evidence-unknown = The centre does not have this file's record yet. The record goes first.
problem-evidence-erased = This evidence has been erased by a decision.
problem-upload-unknown = There is no such upload. The phone will start the file again.
problem-upload-expired = The upload has expired. The phone will start the file again.
problem-upload-size-mismatch = The file's size is not the one in its record.
problem-upload-offset-mismatch = The file was continued from the wrong place. The phone will go on from the right one.
problem-upload-checksum-mismatch = A part of the file was damaged on the way and not taken. It will be sent again.
problem-upload-checksum-unsupported = This kind of checksum is not supported.
problem-upload-hash-mismatch = The file received is not the one in the signed record. The record is safe; the file will be sent again.
problem-upload-locked = Another connection is sending this file right now.
problem-upload-too-large = The file is larger than allowed.
problem-upload-already-received = The centre already has this file.
problem-tus-version-unsupported = This version of the upload protocol is not supported.

## The centre itself

problem-storage-full = The centre has no room for files now. Records are still taken; the files are safe on the phone.
problem-storage-unavailable = The centre's file store is unavailable for now. The files are safe on the phone.
problem-database-busy = The centre is busy. The phone will try again shortly.
problem-unknown-commit = It is not known whether this was stored. The phone will ask again; nothing counts twice.
problem-rate-limited = Too many requests. The phone will wait a little.
problem-shutting-down = The centre is restarting. The phone will try again shortly.
problem-internal = Something unexpected failed at the centre. Your data is safe on the phone.
problem-clock-unusable = The centre's clock cannot be trusted. Tell the administrator.
problem-bundle-unreadable = The bundle cannot be read: it is incomplete or closed with another key.
problem-bundle-hash-mismatch = The bundle's content does not match its list. Copy it again.

## The office

problem-sign-in-failed = Log-in name, password or code is wrong.
problem-second-factor-needed = Enter the code from your authenticator.
problem-sign-in-slow = Too many wrong tries. Try again a little later.
problem-session-over = The session has ended. Sign in again.
problem-not-from-this-page = The request did not come from this page. Reload it.
problem-password-weak = A password has at least 12 characters and does not contain the log-in name.
problem-login-taken = This log-in name is taken.
problem-unit-impossible = The unit cannot stand like that: a career centre is a branch of a mobility centre, its land lies within that of the unit above, and no unit stands above itself.
problem-record-taken = Somebody else is checking this record now.
problem-check-impossible = The record has changed: this is no longer possible.
problem-decision-impossible = This can no longer be decided about it. Refresh the list.
problem-report-impossible = This cannot be done to the report as it stands.
problem-assessment-impossible = This cannot be done to the assessment or the conclusion as it stands.
problem-conclusion-unready = The conclusion cannot be signed yet: it lacks scores, results of recommendations or words.
problem-monitoring-impossible = This cannot be done as it stands. Refresh the page.
problem-road-map-impossible = This cannot be done to the road map as it stands.
problem-paper-differs = This is the paper of another version: the hash at its foot does not match.
problem-plan-impossible = This cannot be done to the plan as it stands.
problem-plan-unready = The plan has changes without a reason, or nothing in it.
problem-file-unusable = The file cannot be used: a whole PDF, JPEG or PNG is needed.
problem-signature-unusable = The file holds no electronic signature (CMS) with its signer’s certificate that could be read.
problem-signature-differs = The file signs another text. Take the text once more and sign that.
problem-signature-wrong = The electronic signature is wrong: the file was changed, or signed with another key.
problem-signature-needs-password = This file does not stand for the password yet. Give the password too.
problem-signature-file-needed = Approving needs a file with an electronic signature: the password alone is not enough.
problem-erasure-impossible = This cannot be erased as it stands, or another person has to confirm it.
problem-exchange-impossible = This cannot be done to the message as it stands.
problem-case-invalid = Something in the card is not right. Nothing was saved.
problem-case-impossible = This cannot be done to the family as it stands.
problem-own-record = Nobody checks his own record.
problem-reason-retired = This reason is not in the list today. Choose another one.
problem-day-unknown = The calendar does not know this day: its year is not in the program yet.
problem-words-missing = A reason and a source are needed, up to 500 characters each.
problem-out-of-range = This lies outside of what is possible.
problem-nothing-changes = It is so already: nothing would change.
problem-not-as-shown = Something has changed since this was shown. Look at it again, then confirm.

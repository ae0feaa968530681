### Checks, returns, the reset code of a PIN, a newer version.

## Why something goes back

return-reason-blurred = The picture is blurred
return-reason-too-dark = Too dark or too bright
return-reason-wrong-person = Somebody else is in the picture
return-reason-face-not-visible = The face cannot be seen
return-reason-not-the-service = The picture does not show this service
return-reason-unreadable-document = The paper cannot be read
return-reason-wrong-document = It is another paper
return-reason-missing-page = Pages of the paper are missing
return-reason-picture-of-picture = A picture of a screen or of another picture
return-reason-wrong-place-or-day = Place or day do not fit
return-reason-other = Another reason
returned-reason-unknown = This phone does not know the reason. Please ask the supervisor.

## Returned work

returned-one-paper = A page of a paper was returned
returned-your-paper = Your page
returned-retake-paper = Take this page again
returned-theirs = Taken before
returned-elsewhere = The record was made on another phone: to answer, take everything again.
check-history = What the supervisor said
notice-returned = Returned for rework: {$count}
notice-set-aside = Records that the centre has set aside: {$count}. Why is said under Sent.

## A forgotten PIN

pin-reset-say = Tell the director this number
pin-reset-ask = Ask whether the centre has allowed it
pin-reset-granted = The centre has allowed it. Choose a new PIN.
pin-reset-unknown = This phone has not been in contact with the centre yet, so no code would fit. It needs a link first.

## The log and a newer version

diagnostics-not-sent = The log was not sent. Please try later.
app-newer = The centre has a newer version: {$version} ({$size}). The old one goes on working too.
app-newer-get = Get the new version
app-newer-hash = Checksum of the file, SHA-256

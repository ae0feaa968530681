### Help that works offline: what to photograph, what not, how to.

## What to photograph, service by service

help-S01-do = The worker, the head of the family, and the screen with the entry in the base.
help-S01-dont = IINs and rows of other families must not be readable.
help-S02-do = Members of the family and the screen with the Digital Family Card.
help-S02-dont = Incomes and benefits must not be readable.
help-S03-do = The papers on a table with the kandas beside them. Attach each page by itself.
help-S03-dont = Do not lay one paper on another.
help-S04-do = The house outside, its door, and the family with it. Walk round it in the video.
help-S04-dont = No neighbours and no number plates of theirs.
help-S05-do = The plot with its boundary marks and a member of the family on it.
help-S05-dont = Not just open steppe: the place must be recognisable.
help-S06-do = The person with the new signature at the service centre or with the confirmation on the screen.
help-S06-dont = Never photograph a screen with a password or the key file.
help-S07-do = The family before their new home, if possible all in one photo.
help-S07-dont = Do not photograph other pages of the house register.
help-S08-do = The person at the office or with the cover of the certificate.
help-S08-dont = No inner pages of the military card and no military sites.
help-S09-do = The child with a parent at the school or in class.
help-S09-dont = No faces of other children.
help-S10-do = The child with a parent at the door of the kindergarten.
help-S10-dont = Do not photograph other children of the group.
help-S11-do = The family at the sign of the clinic. One photo serves the whole family.
help-S11-dont = No diagnoses, test results, prescriptions or other patients.
help-S12-do = The family with the decision or with what it received.
help-S12-dont = No account numbers and no face of a bank card.
help-S13-do = The coal beside the house with a member of the family, by day, from 3 to 5 metres. The kandas signs on the screen.
help-S13-dont = Not the coal alone from near: nobody can tell whose house it is.
help-S14-do = The person at the door of the clinic or at its registration desk.
help-S14-dont = No medical papers, no doctor's room, no treatment.
help-S15-do = The job seeker at the career centre while applying.
help-S15-dont = No other people of the queue.
help-S16-do = The person and the own page in the Labour Market system.
help-S16-dont = IIN and password must not be readable.
help-S17-do = The registered person with the confirmation.
help-S17-dont = No lists of other people.
help-S18-do = The person with the referral; write down its number and date.
help-S18-dont = Do not photograph the paper in shade or askew.
help-S19-do = The moment of advice: worker and kandas at a table. The kandas signs on the screen.
help-S19-dont = The case and court papers must not be readable.
help-S20-do = The person on the course, with the board or a textbook.
help-S20-dont = No faces of others without their consent.
help-S21-do = The family together at the poster of the theatre, film or concert. A short video too.
help-S21-dont = Do not film the performance itself: that needs rights.
help-S22-do = The person with the books, so that the covers show.
help-S22-dont = Not the books alone: it must show who has them.
help-S23-do = The person at the sign of the office where the papers were handed in.
help-S23-dont = No inner pages of the passport.
help-S24-do = The translated paper in good light, straight, with four corners. Original and translation are pages of their own.
help-S24-dont = Do not cover seal and signature with fingers.
help-S25-do = The moment of the talk: the worker explains to the family.
help-S25-dont = Nothing of the home that is not needed.

## How to

how-offline-title = Without a network
how-offline-text = Everything works as usual. Each change is saved on the phone at once. Records leave by themselves when there is a network.
how-photo-title = A good photo
how-photo-text = By day, from 3 to 5 metres, the sun behind you. Person and result both show. Take it again at once if it is blurred.
how-several-title = One photo for several
how-several-text = On the family page press "One capture for several", or press a cell for long. Each person gets a record of their own.
how-consent-title = Consent
how-consent-text = Ask everyone before the first photo. If they decline, write down why and go on. A parent answers for a child.
how-returned-title = When a photo comes back
how-returned-text = It is no punishment. The card says why and until when. "Take this photo again" opens the camera for exactly that one, the rest stays.
how-sealed-title = After sealing
how-sealed-text = The record does not change but can be read. If something is wrong make a corrected version: both are kept.
how-signs-title = The signs
how-signs-text = Square: the normal way. Diamond: a deadline. Tag: it came back to you. Octagon: a decision is needed. Triangles show how far the proof has travelled.

# What the log of the phone says happened.
event-attach-interrupted = Taking a file in was interrupted
event-bundle-written = Unsent work was put into a bundle
event-case-data-wiped = Case data was wiped
event-chain-opened = A chain of records was opened
event-diagnostics-sent = The log was sent
event-enrolled = The phone was enrolled
event-enrolment-rescued = The enrolment was rescued
event-epoch = Work is offered to the centre again
event-file-damaged = A file is damaged
event-file-erased-at-server = A file was erased at the centre
event-file-missing = A file is missing
event-file-nowhere = A file is nowhere
event-iin-shown = An IIN was shown
event-incomplete-removed = A half-written file was removed
event-key-recovered = The key was given back
event-leftover-removed = A leftover was removed
event-lines-understood = Lines that could not be read were understood
event-order-not-believed = An order was not believed
event-original-called = The original was called for
event-orphan-found = A file left unattached was found
event-orphan-gone = A file left unattached is gone
event-pin-reset = A new PIN was set
event-pin-reset-wrong = The reset code was wrong
event-pin-set = The PIN was set
event-pin-wrong = The PIN was wrong
event-server-epoch-changed = The centre's store changed
event-server-fell-behind = The centre fell behind
event-server-key-changed = The centre's key changed
event-set-aside = A file was set aside
event-store-moved-aside = A damaged store was set aside
event-unlocked-by-system = Unlocked by finger or face
event-work-wiped = Work was wiped

# What is said of a film that is more than was asked for.
film-long = This video is {$seconds} s long ({$size}), {$most} s are enough. It counts as it is, but takes longer to send.
film-large = This video is larger than 720p ({$pixels}, {$size}). It counts as it is, but takes longer to send.

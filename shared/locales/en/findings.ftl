### Findings: what the server noticed about a record. A hint for whoever checks, not guilt (docs/findings.md).

## What was noticed

finding-no-position = No position
finding-poor-accuracy = Rough position
finding-mock-location = Made-up position
finding-outside-country = Outside Kazakhstan
finding-far-from-settlement = Far from the settlement
finding-settlement-unknown = Distance to the settlement not computed
finding-exif-place = The camera wrote another place
finding-exif-time = The camera wrote another time
finding-same-file = Same file with another family
finding-near-duplicate = Similar photo with another family
finding-impossible-travel = Too fast between two records
finding-clock-jump = Phone clock
finding-chain-gap = Records missing before it
finding-chain-fork = Two records at one place
finding-chain-link = Records do not join
finding-late-handover = Family was given to somebody else
finding-late = After the due date
finding-due-unproven = In time by the phone's clock only

## Why

finding-why-no-position = The record has no position, and no reason is given.
finding-why-no-position-reason = The record has no position: {$reason}.
finding-why-poor-accuracy = The position is exact to {$accuracy_m} m only; up to {$most_m} m is usual.
finding-why-poor-accuracy-entered = The position was typed in by hand.
finding-why-mock-location = The phone reports that the position comes from another program, not from satellites.
finding-why-outside-country = The position {$lat}, {$lon} lies more than {$most_km} km outside Kazakhstan.
finding-why-far-from-settlement-coordinates = {$km} km from the family's address ({$settlement}); up to {$most_km} km is usual.
finding-why-far-from-settlement-centre = {$km} km from the middle of {$settlement} as the centre has set it; up to {$most_km} km is usual.
finding-why-far-from-settlement-median = {$km} km from where records of {$settlement} are usually made; up to {$most_km} km is usual.
finding-why-settlement-unknown = Where {$settlement} lies is not known: no coordinates were brought in, and there are fewer than {$fixes} exact positions from there.
finding-why-exif-place = The file says a place {$km} km away from where the phone was; up to {$most_km} km is usual.
finding-why-exif-time-captured = The file says {$file}, the phone says {$phone}.
finding-why-exif-time-attached = The attached file was made on {$file}, the work was done on {$phone}.
finding-why-same-file = The file is the same, byte for byte, in a record for another family.
finding-why-near-duplicate = The photo differs from one in a record for another family in {$bits} of {$of} marks.
finding-why-near-duplicate-seen = The photo differs from one in a record for another family in {$bits} of {$of} marks, and {$percent} % of the two pictures agree.
finding-why-impossible-travel = {$km} km in {$minutes} min, {$kmh} km/h; up to {$most_kmh} km/h is usual.
finding-why-clock-jump-within = Between this record and the one before, the clock was moved by {$seconds} s.
finding-why-clock-jump-back = The clock shows {$seconds} s less than at the record before.
finding-why-clock-jump-file = Between a photo and the sealing, the clock was moved by {$seconds} s.
finding-why-clock-jump-ahead = The clock was ahead by {$seconds} s or more: it shows a time after the record had come.
finding-why-clock-jump-behind = The clock was behind by {$seconds} s or more.
finding-why-chain-gap-open = Numbers {$from} to {$to} of this phone are still missing.
finding-why-chain-gap-lost = Numbers {$from} to {$to} are lost, as the phone has stated.
finding-why-chain-fork = Another statement of the same phone claims number {$seq} too.
finding-why-chain-link-prev = It names another record before it than the one that came.
finding-why-chain-link-next = The record after it names another one before it.
finding-why-late-handover = When the record came, the family was no longer given to this worker.
finding-why-late-stated = Due on {$due}, done on {$done} as the worker states: {$days} d late.
finding-why-late-sealed = Due on {$due}, sealed on {$sealed} at the earliest: {$days} d late.
finding-why-late-clock = Due on {$due}, sealed on {$sealed} by the phone's clock.
finding-why-due-unproven = Due on {$due}. By the phone's clock it was in time, but it can only be said that it was sealed within {$hours} h.

## The verdict on a due date

due-verdict-on-time = In time
due-verdict-late = Late
due-verdict-clock-on-time = In time by the phone's clock (within {$hours} h)
due-verdict-clock-late = Late by the phone's clock (within {$hours} h)

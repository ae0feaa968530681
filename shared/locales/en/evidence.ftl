### Evidence: proofs, what lacks, reasons.

## Proofs

proof-photo = photo
proof-video = video
proof-position = position
proof-document = document
proof-paper-number = number and date of a paper
proof-system-fact = fact from a state system
proof-acknowledgement = signature of the kandas

## Kinds of files

evidence-kind-photo = Photo
evidence-kind-video = Video
evidence-kind-document = Document
evidence-kind-signature = Signature
evidence-origin-captured = Captured in this app
evidence-origin-attached = Attached from the phone's files

## What a completion still lacks

missing-photo = at least one photo
missing-acknowledgement = the kandas' signature
missing-document = a document
missing-paper-number = the number and date of a paper
missing-system-fact = a fact from a state system
missing-video = a video
missing-video-or-reason = a video, or why there is none
missing-position-or-reason = the position, or why there is none
missing-nothing = Nothing is missing
rule-no-medical-content = Photos must show no medical data: no diagnosis, results or prescriptions.

## Why there is no video

no-video-question = Why is there no video?
no-video-no-consent = The family does not agree to be filmed
no-video-weak-device = The phone cannot film
no-video-nothing-to-film = There is nothing to film
no-video-other = Another reason

## Why there is no position

no-position-question = Why is there no position?
no-position-no-fix = No satellites found
no-position-switched-off = Positioning is switched off
no-position-no-permission = The app has no permission
no-position-indoors = No reception inside the building
no-position-other = Another reason

## Why a file was set aside

aside-empty = The file is empty: 0 bytes.
aside-unreadable = The file cannot be read.
aside-not-media = This is no photo, video or document.
aside-type-mismatch = The file's name says one type, its content another.
aside-truncated = The file stops before its end.
aside-too-large = The file is larger than allowed.
aside-damaged = The file's content is damaged.
aside-wrong-kind = The file is not of the kind that was asked for.
aside-missing = The file is no longer on this phone.
aside-freed = The copy left the phone after its delivery, and the centre no longer has the file.

## Parts of one piece of evidence

part-file = File
part-thumbnail = Thumbnail
part-original = Camera original

## Where a position comes from

position-source-satellite = From satellites
position-source-network = From the network
position-source-fused = From several sources
position-source-entered = Entered by hand

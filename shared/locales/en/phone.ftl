### What the phone says of itself: the link, sealing, sending.

## The link

link-unreachable = The centre cannot be reached. Everything is safe on the phone and will go later.
link-cut = The connection broke. Sending will go on from the same place.
link-wrong-server = Another server answers at this address. Nothing was given to it. Tell the administrator.
link-protocol = The centre's answer makes no sense. The data is safe on the phone, try updating the program.
link-refused = The centre refused. The data is safe on the phone.
link-untrusted = The centre's signature did not hold. Nothing was changed on the phone.
link-inconsistent = The centre's journal does not continue the former one. Sending has stopped, tell the administrator.

## The phone

phone-in-use = Another program works on this folder, process {$owner}.
phone-key-forgotten = The key is not the one this folder was made with. It cannot be opened without it.
phone-not-enrolled = The phone is not enrolled with a centre. Enter an enrolment code.
phone-enrolled = The phone is enrolled: {$worker}.
phone-server-key = The server's key is {$fingerprint}. Compare it with what the administrator reads out; if it differs, do not use this phone.
phone-recovered = The key is back, everything on the phone can be opened again.
phone-recovered-anew = The key is back. Its signing key is lost: enrol the phone anew, what it has recorded stays valid and will be sent.
phone-never-pulled = The list of families has not been fetched yet.
phone-store-moved = The damaged store was moved aside: {$path}. A new one was begun.
phone-interrupted = Taking in a file was interrupted, attach it again: {$name}.
phone-missing = A file has vanished from the phone: {$name}.

## Sealing

seal-done = The record is sealed: {$record}.
seal-incomplete = Still missing:
seal-draft = Draft: {$draft}.
seal-aside = The file {$name} was set aside.

## Files

ledger-kept = Kept on the phone, does not travel

## Sending

sync-done = Everything is delivered.
sync-wiped = The order is carried out, the phone is wiped.
sync-left = Left: records {$records}, files {$files} ({$bytes}).
sync-new-epoch = The centre was restored from a copy. Everything is offered to it again.
sync-new-chain = Records go on in a new chain.
sync-why-unreachable = The centre cannot be reached, another attempt follows later.
sync-why-failed = It did not work, another attempt follows later.
sync-why-storage-full = The centre has no room for files.
sync-why-video-needs-unmetered = Video waits for Wi-Fi.
sync-why-monthly-limit = This month's traffic limit is used up.

# Reminders while the app is closed. Anybody can see them on a locked screen: they name nobody.
remind-returned = Work was returned
remind-returned-text = Returned to be corrected: {$count}. The app says why.
remind-due = Due soon
remind-due-text = Due tomorrow or on the next working day: {$count}
remind-unsent = Work has not been sent
remind-unsent-text = Not sent for {$count} days. Open the app where there is a network.

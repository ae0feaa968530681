### Road maps of rural okrugs (§38). The phone does not carry these.

## Road maps

desk-road-maps = Road maps
road-map-hint = For families that settled in the countryside a road map is approved (paragraph 38 of the Rules): one for each rural okrug and calendar year, with the open activities of every family and their dates. The director of the career centre, the akim of the rural okrug and the akim of the district sign it in any order, and each of them keeps a copy. The order names no term: the target date is the organisation's own.
road-map-of = Road map for {$year}
road-map-page = Road map
road-map-okrug = Rural okrug
road-map-settlements = Settlements
road-map-families = Families
road-map-hash = SHA-256 of the road map

## Where a road map stands

road-map-state-draft = Draft
road-map-state-signing = Being signed
road-map-state-approved = Approved
road-map-state-active = In force
road-map-state-returned = Returned with remarks
road-map-state-closed = Replaced by a newer version
road-map-state-dropped = Replaced
road-map-act-draft = Draft
road-map-act-submit = Put forward for signing
road-map-act-sign = Sign
road-map-act-return = Return with remarks
road-map-act-copy = Note a copy
road-map-act-close = Close
road-map-act-drop = Replace
road-map-did-draft = Drafted
road-map-did-submit = Put forward for signing
road-map-did-sign = Signed
road-map-did-return = Returned with remarks
road-map-did-copy = A copy was handed over
road-map-holder-director = Director of the career centre
road-map-holder-okrug = Akim of the rural okrug
road-map-holder-raion = Akim of the district
road-map-change-added = Added
road-map-change-removed = Removed
road-map-change-moved = Another date

## The list of okrugs

road-map-year-before = The year before
road-map-year-after = The next year
road-map-over = This year is over: the map is not in force any more.
road-map-none-count = without a map: {$count}
road-map-waiting-count = being signed: {$count}
road-map-late-count = target date passed: {$count}
road-map-show-all = All okrugs
road-map-show-none = Without a map
road-map-show-waiting = Being signed
road-map-show-late = Late
road-map-none-yet = No road map yet
road-map-in-force = version {$version} is in force
road-map-missing = What is missing
road-map-unsigned = signatures: {$who}
road-map-uncopied = copies: {$who}
road-map-complete = nothing
road-map-clock = Target date
road-map-unplaced = Families whose settlement code names no okrug: {$count}. Until it is put right no map can have them.

## One road map

road-map-draft-again = Draft anew
road-map-draft-next = Draft the next version
road-map-drafted = The road map is drafted
road-map-frozen = The map is frozen with what was known on {$date}. What changes later goes into another version.
road-map-target = Target date: {$date} (working days: {$days}). There is no legal term.
road-map-erased-count = Lines of people whose data were erased: {$count}. Only their hash is left; scans of papers were erased as well.
road-map-signatures = Signatures and copies
road-map-who = Who
road-map-signature = Signature
road-map-copy = Copy
road-map-not-signed = not signed
road-map-no-copy = not handed over
road-map-by-account = with the own account
road-map-on-paper = on paper
road-map-entered-by = entered by {$name}, {$date}
road-map-scan = Scan of the paper
road-map-scan-gone = the scan was erased
road-map-rows = Families and open activities
road-map-rows-hint = Each family has the activities that were open when the map was drawn up. The mark "done" comes later and is no part of what is signed.
road-map-col-number = No.
road-map-col-family = Family
road-map-col-member = Member
road-map-col-activity = Activity
road-map-col-day = Due
road-map-planned = {$date} (planned)
road-map-done-on = done {$date}
road-map-nothing-open = nothing is open
road-map-history = What was done to the map
road-map-versions = Versions of the year
road-map-change = Change
road-map-change-family = the family

## Putting forward, signing, returning, handing over

road-map-submit-title = Put forward for signing
road-map-submit-hint = The director and both akims will see the map. To change it afterwards it has to be returned with remarks, and another version drafted.
road-map-sign-title = Sign the road map
road-map-sign-hint = To sign is to enter the password once more. The journal gets the hash of the map, your name, role and the time.
road-map-return-title = Return with remarks
road-map-return-hint = The signatures given so far are void, and the career centre drafts the next version. Say what is to be put right.
road-map-copy-title = Hand over a copy
road-map-copy-hint = There are three copies of a road map (paragraph 38). Note who took one and when.
road-map-copy-whose = Whose copy
road-map-copy-name = Who took it
road-map-copy-day = When
road-map-enter = Enter a signature on paper
road-map-enter-hint = If the printed map was signed by hand, enter its scan: one PDF, JPEG or PNG of at most 8 MB. The first 8 digits of the hash are printed at the foot of every page: the paper of another version is not taken.
road-map-enter-whose = Whose signature
road-map-enter-name = Who signed
road-map-enter-post = Position
road-map-enter-day = When
road-map-enter-digest = Beginning of the hash on the paper
road-map-enter-file = Scan (PDF, JPEG, PNG)
road-map-file-too-large = The file is larger than 8 MB. Scan it at a lower quality.
road-map-done-submit = The map was put forward
road-map-done-sign = The map is signed
road-map-done-return = The map was returned
road-map-done-copy = The copy is noted
road-map-done-enter = The signature on paper is entered

## On paper

road-map-annex = Paragraph 38 of the Rules
road-map-paper-title = Road map for {$year} for families of kandas that settled in the countryside
road-map-copies-made = Made in three copies: for the akim of the district, the akim of the rural okrug and the career centre.
road-map-place-director = Director of the career centre (signature, name, date)
road-map-place-okrug = Akim of the rural okrug (signature, name, date)
road-map-place-raion = Akim of the district (signature, name, date)

## The term, a setting

reference-road-map = Term of road maps
road-map-term-hint = The order names no term for signing a road map (paragraph 38). This one is the organisation's own aim in working days, for maps that are put forward from its day on; it is no legal term.
road-map-term-days = Working days
road-map-term-from = For maps put forward from this day on
road-map-term-history-none = Nothing was changed here: as the program has it, {$days} working days.
road-map-term-default = as the program has it

## Elsewhere

export-of-road-map = Road map
audit-read-road-map-show = Lines of a road map
audit-read-road-map-scan = Scan of a signed paper
audit-act-roadmap-row-frozen = A line of a road map was frozen
audit-act-roadmap-drafted = A road map was drafted
audit-act-roadmap-submitted = A road map was put forward
audit-act-roadmap-scanned = The scan of a signed paper was entered
audit-act-roadmap-signed = A road map was signed
audit-act-roadmap-returned = A road map was returned
audit-act-roadmap-remarked = A remark about a road map
audit-act-roadmap-copied = A copy of a road map was handed over

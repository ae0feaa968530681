# The card of a family, registrations, consents that are given, and hand-overs between centres (paragraphs 31, 33, 38).

## The card

case-title = Family card
case-new = New family
case-hint = From the day of inclusion in the quota the terms of services run (paragraph 33). Where the settlement is rural, the family has its line in a road map (paragraph 38).
case-place = Where it lives
case-kato = KATO code of the settlement
case-kato-hint = Nine digits. A settlement where families live already is offered with its name.
case-settlement = Settlement
case-rural = In the countryside
case-rural-known = Known by other families there
case-quota = Included in the quota on
case-quota-none = not included yet
case-arrived = Arrived on
case-address = Street and house
case-phone = Telephone, of any country
case-members = Members
case-member = Member {$number}
case-add = Add a member
case-remove = Do not add
case-surname = Surname, if there is one
case-given = Given name
case-given-hint = Who has one name only has it here.
case-patronymic = Patronymic, if there is one
case-latin = Spelling in the passport (Latin)
case-iin = IIN
case-iin-kept = {$masked}: stays if nothing is entered
case-birth = Born on
case-sex = Sex
case-sex-none = not said
case-relation = To the head of the family
case-save = Save the card
case-saved = The card is saved
case-moved = Legal days that moved with the quota: {$count}
case-registered = The family is registered and is yours from today on
case-unit = Served by
case-edit = Change the card
case-looks-only = Only a worker of the career centre changes the card.
case-fault-of-member = Member {$number}: {$fault}
case-fault-head = exactly one member is the head of the family
case-fault-name = a given name is needed; no name is longer than 120 letters
case-fault-latin = the passport's spelling has Latin letters only
case-fault-iin = the IIN has 12 digits, and the last one has to fit
case-fault-iin-taken = this IIN is another person's
case-fault-birth-date = this day of birth is not possible
case-fault-phone = this is no telephone number: 5 to 15 digits, a plus, brackets, hyphens
case-fault-kato = this is no code of a settlement in the centre's region
case-fault-settlement = the settlement needs a name
case-fault-rural = other families of this settlement or okrug are entered otherwise: in the countryside or not
case-fault-quota-date = the day of inclusion in the quota is not possible
case-fault-arrived-on = the day of arrival is not possible
case-fault-address = the address is too long

## Registrations

registration-title = Registration where they live
registration-hint = Paragraph 31: whoever has no housing of his own is registered temporarily, for at most a year. A warning begins after eleven months, or a month before an earlier end.
registration-none = Not entered
registration-kind = Kind
registration-kind-permanent = permanent
registration-kind-temporary = temporary
registration-standing-permanent = permanent
registration-standing-temporary = temporary
registration-standing-ending = temporary, ends soon
registration-standing-over = temporary, has ended
registration-from = From
registration-until = Until
registration-until-hint = At most a year after the first temporary registration.
registration-year-end = The year ends on {$date}
registration-place = Where
registration-enter = Enter a registration
registration-correct = Put the present one right
registration-of = Registration: {$name}
registration-earlier = Earlier ones
registration-done = The registration is entered
registration-warning-ending = {$name}: the temporary registration ends on {$date}
registration-warning-over = {$name}: the temporary registration ended on {$date}

## Consents

agree-title = Consents
agree-hint = One consent of each adult; a parent speaks for minors (law 94-V, article 8). Print the text, have it signed, enter it.
agree-minor = a minor: a parent's consent counts
agree-counts = a consent counts
agree-none-counts = no consent counts
agree-print = Print the text
agree-enter = Enter
agree-of = Consent: {$name}
agree-what = What was said
agree-on = On which day
agree-basis = On what paper
agree-done = The consent is entered

## Hand-overs

handover-title = Another centre
handover-list = Hand-overs
handover-hint = The centre that serves a family proposes it, the other one accepts it and names a worker. From then on the family is on the phones of the new worker and leaves those of the former one. What was recorded and reported stays under the names of who did it.
handover-propose = Propose to another centre
handover-to = To which centre
handover-from = From
handover-into = To
handover-reason = Why
handover-reason-moved = has moved to its land
handover-reason-reorganised = the land of the centres has changed
handover-reason-mistake = registered at the wrong centre
handover-reason-agreed = the centres have agreed
handover-refusal = Why not
handover-refusal-elsewhere = does not live on our land
handover-refusal-incomplete = papers or plan are not in order
handover-refusal-mistake = proposed by mistake
handover-state = State
handover-state-proposed = waits for the other centre
handover-state-accepted = accepted
handover-state-refused = not taken
handover-state-withdrawn = taken back
handover-act-accept = Accept
handover-act-refuse = Do not take
handover-act-withdraw = Take back
handover-worker = Who has the family from today on
handover-worker-of = {$name}, families: {$count}
handover-workers-none = Your centre has no worker who could have it.
handover-none = No family was proposed.
handover-family = Family
handover-when = Proposed
handover-decided = Decided
handover-done-proposed = Proposed to the other centre
handover-done-accept = The family is yours
handover-done-refuse = The family is not taken
handover-done-withdraw = The proposal is taken back

## The text of a consent

consent-paper-annex = Law of the Republic of Kazakhstan of 21 May 2013 No. 94-V, article 8; Appendix 2 of the Rules
consent-paper-title = Consent to the collection and processing of personal data
consent-paper-who = I, {$name}, born on {$date}, give my consent of my own free will.
consent-paper-operator = Operator: {$centre}, BIN ____________________ (career centre), and the labour mobility centre above it.
consent-paper-minors = As a parent I also give it for minors of my family: {$names}.
consent-paper-purpose-title = What for
consent-paper-purpose = Adaptation and integration services for kandas and members of their families, their confirmation and monitoring for five years (paragraphs 35-46 of the Rules).
consent-paper-data-title = Which data
consent-paper-data = Names, IIN, dates of birth, sex, kinship, addresses, telephones, documents, plan and completed services, photographs and videos of services being given, with time and position.
consent-paper-actions-title = What is done with them
consent-paper-actions = Collection, keeping, change, use, transfer to those named below, blocking, erasing.
consent-paper-term-title = For how long
consent-paper-term = Until the five years of adaptation and the terms of keeping of the case file have ended, or until the consent is withdrawn.
consent-paper-third-title = To whom they are given
consent-paper-third = Local executive bodies, labour mobility centres, the Workforce Development Centre and the authorised body, as far as the Rules name them. To nobody else.
consent-paper-border-title = Across borders
consent-paper-border = The data do not leave the Republic of Kazakhstan.
consent-paper-open-title = In open sources
consent-paper-open = The data are not published.
consent-paper-withdraw-title = Withdrawal
consent-paper-withdraw = The consent may be withdrawn in writing at the career centre at any time, unless a law forbids it or an obligation remains (article 8 of the law).
consent-paper-appendix-title = Beside it: the words of Appendix 2
consent-paper-appendix = The application of Appendix 2 is signed in Kazakh or Russian. Its sentence says: I give my consent to the collection and processing of my personal data that are needed for adaptation and integration services, in accordance with article 8 of the Law "On personal data".
consent-paper-signature = Signature and date
consent-paper-taken = Taken by (name, post, signature)

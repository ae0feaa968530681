### States of records, plans, activities and checks; reasons; deadlines.
###
### For a native editor: these Kazakh texts are ours, not official ones, and want a check before release.

## What the centre says about a record

verdict-accepted = Қабылданды
verdict-known = Бұрыннан бар
verdict-held = Шешім күтуде
verdict-refused = Қабылданбады

## The ledger on the phone

ledger-draft = Жоба нұсқа
ledger-recorded = Телефонда сақталды
ledger-waiting = Жіберуді күтуде
ledger-sending = Жіберілуде
ledger-accepted = Қабылданды
ledger-known = Орталықта бұрыннан бар
ledger-held = Шешім күтуде
ledger-refused = Орталық қабылдамады, телефонда сақтаулы
ledger-delivered = Жеткізілді
ledger-damaged = Файл зақымданған, қалғаны жіберіледі
ledger-set-aside = Бөлек қойылды
ledger-lost = Жоғалған деп танылды
ledger-unreadable = Жазба оқылмайды, бірақ сақтаулы

## Patches: one activity, one state

patch-planned = Жоспарда
patch-soon = Мерзімі жақын
patch-overdue = Мерзімі өтті
patch-draft = Жоба нұсқа
patch-waiting = Жіберуді күтуде
patch-sending = Жіберілуде
patch-accepted = Қабылданды
patch-delivered = Жеткізілді
patch-checked = Тексерілді
patch-returned = Қайтарылды
patch-held = Шешім күтуде
patch-not-applicable = Қолданылмайды
patch-refused = Бас тартты

## Plan

plan-state-draft-remote = Қашықтан жасалған жоба
plan-state-prelim-agreed = Сапардан кейін келісілді
plan-state-final-draft = Соңғы жоба
plan-state-agreed = Қандас келісті
plan-state-approved = Бекітілді
plan-state-published = Жүйеге жүктелді
plan-state-in-execution = Орындалуда
plan-state-executed = Орындалып бітті
plan-state-monitoring = Бақылауда
plan-state-closed = Жабылды
plan-state-departed = Отбасы көшіп кетті
plan-state-discarded = Алып тасталған жоба

## Activity

activity-state-planned = Жоспарда
activity-state-in-progress = Жұмыста
activity-state-captured = Түсірілді
activity-state-done-local = Орындалды, телефонда
activity-state-synced = Жазба орталықта
activity-state-reported = Есепке кірді
activity-state-sys-confirmed = Мемлекеттік жүйе растады
activity-state-disputed = Мемлекеттік жүйеге қайшы
activity-state-not-applicable = Қолданылмайды
activity-state-refused = Отбасы бас тартты
activity-state-cancelled = Жоспардан алынды
activity-state-corrected = Түзетілді

## Check

check-unchecked = Тексерілмеген
check-accepted = Ескертусіз
check-remarked = Ескерту бар
check-returned = Пысықтауға қайтарылды
check-returned-until = Пысықтауға қайтарылды, {$due} дейін
check-answered = Жауап берілді

## Why a record needs a decision

held-fork = Телефон тізбегі екіге бөлінген: бір нөмірде екі түрлі жазба бар. Екеуі де сақталды.
held-activity-cancelled = Бұл қызмет жоспардан алынған. Жазбаңыз сақталды, тексеруші шешеді.
held-too-new = Жазба орталықтан жаңа нұсқада жасалған. Орталық жаңарғанда өзі өңделеді.
held-device-revoked = Жазба рұқсаты тоқтатылған телефоннан келді. Ол сақталды, тексеруші шешеді.
held-unknown-family = Орталық бұл отбасын таппады. Жазба сақталды.
held-unknown-activity = Орталық жоспардан бұл іс-шараны таппады. Жазба сақталды.
held-unknown-person = Орталық жазбадағы адамды отбасынан таппады. Жазба сақталды.
held-not-assigned = Бұл отбасы сізге бекітілмеген. Жазба сақталды, тексеруші шешеді.
held-payload-unreadable = Жазбаның мазмұны оқылмады, бірақ қолы дұрыс. Ол өзгеріссіз сақталды.
held-supersedes-unknown = Түзетілетін жазба орталыққа әлі жетпеген. Ол келгенде шешіледі.
held-future-date = Орындалған күні әлі келген жоқ. Телефон сағатын тексеріңіз.
held-evidence-differs = Бұл жазбаның файлы басқа файлдың атымен келді. Екі жазба да сақталды, тексеруші шешеді.
held-erased = Бұл отбасының немесе адамның деректері шешім бойынша өшірілген. Орталықта жазбаның нөмірі ғана қалды, мазмұны сақталмады.
held-set-aside-duplicate = Орталық бұл жазбаны бөлек қойды: дәл осы басқа жазбада бар. Ол сақтаулы, бірақ есепке алынбады.
held-set-aside-mistake = Орталық бұл жазбаны бөлек қойды: ол қателесіп жасалған. Ол сақтаулы, бірақ есепке алынбады.
held-set-aside-not-theirs = Орталық бұл жазбаны бөлек қойды: оны басқа маман жасауы керек еді. Ол сақтаулы, бірақ есепке алынбады.
held-set-aside-unusable = Орталық бұл жазбаны бөлек қойды: оны оқуға да, ештеңеге байланыстыруға да болмайды. Ол сақтаулы.
held-set-aside-other = Орталық бұл жазбаны бөлек қойды. Себебін тексеруші айтады. Ол сақтаулы, бірақ есепке алынбады.

## Why a record was refused

refused-unknown-key = Жазба орталыққа белгісіз кілтпен мөрленген. Ол телефонда қалады.
refused-signature-invalid = Жазбаның қолы тексеруден өтпеді. Ол телефонда қалады.
refused-too-large = Жазба рұқсат етілген көлемнен үлкен. Ол телефонда қалады.
refused-not-a-record = Жіберілген мәтін жазба емес. Ол телефонда қалады.

## Deadlines and counts

due-today = бүгін
due-tomorrow = ертең
due-until = {$date} дейін
due-left = {$days} жұмыс күні қалды
due-late = {$days} жұмыс күніне кешікті
due-after-deadline = мерзімінен кейін
count-files = {$count} файл
count-records = {$count} жазба
count-people = {$count} адам
age-years = {$count} жас
files-delivered = {$total} файлдың {$done} жеткізілді
services-done = {$total} қызметтің {$done} орындалды

## Consent to personal data processing

consent-missing = Келісім әлі алынған жоқ
consent-given = Келісім берілді
consent-declined = Келісім бермеді
consent-withdrawn = Келісім кері қайтарылды

## Acts outside Appendix 1

act-ack-receipt = Электрондық өтінішті алғанын растау
act-consult-terms = Қоныс аудару шарттары бойынша кеңес
act-preliminary-visit = Алдын ала сапар
act-arrival = Отбасыны қарсы алу
act-temporary-registration = Уақытша тіркеу
act-plan-agreement = Жоспарға келісім
act-monitoring-visit = Мониторингтік сапар

## Orders to a phone

order-retire = Телефонды қызметтен шығару: алдымен бәрі жіберіледі, содан кейін өшіріледі.
order-lost = Телефон жоғалды: отбасылар деректері бірден өшіріледі, жіберілмеген жұмыс сақталады.

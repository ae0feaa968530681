### What the screens of the phone say.
###
### For a native editor: these Kazakh texts are ours, not official ones, and want a check before release.

## Getting about

button-back = Артқа
screen-loading = Жүктелуде
button-close = Жабу
button-cancel = Бас тарту
button-save = Сақтау
button-choose = Таңдау
button-change = Өзгерту
button-undo = Қайтару
button-delete = Өшіру
button-continue = Жалғастыру
button-again = Қайталау
button-help = Анықтама
button-search = Іздеу
button-call = Қоңырау шалу
button-settings = Баптаулар
tabs-label = Негізгі бөлімдер
tab-today = Бүгін
tab-families = Отбасылар
tab-sent = Жіберілген
tab-sync = Байланыс
tab-sent-asked = Сізден жауап күтетіні: {$count}
nowhere-title = Мұндай бет жоқ
nowhere-text = Жазбаларыңыз сақтаулы. Басты бетке оралыңыз.
nowhere-button = Бүгінге оралу
trouble-title = Бұл бетті көрсету мүмкін болмады
trouble-text = Жазбалар мен файлдар телефонда сақтаулы. Қайталап көріңіз.
core-away-title = Қосымша тоқтап тұр
core-away-text = Телефондағы бөлігі жауап бермейді. Енгізгеніңіз сақтаулы. Қосымшаны қайта ашыңыз.
key-forgotten-title = Телефон кілтін ұмытты
key-forgotten-sub = Жұмысыңыз жоғалған жоқ
key-forgotten-what = Телефонның қорғалған жады осы қосымшаның кілтін ұмытты. Бұл жүйе жаңартылғаннан немесе экран құлпы өзгергеннен кейін болуы мүмкін. Кілтсіз мұндағыны ешкім аша алмайды.
key-forgotten-safe = Ештеңе жоғалған жоқ: жазбалар, фото мен бейне осында, шифрланып сақтаулы. Қосымшаны өшірмеңіз.
key-forgotten-do = Әкімшіге хабарласыңыз. Ұйым осы телефон кілтінің көшірмесін сақтайды және оны мәтін не QR код түрінде береді.
key-forgotten-key = Қалпына келтіру кілті
key-forgotten-give = Кілтті енгізу
key-forgotten-wrong = Бұл осы телефонның кілті емес. Ештеңе өзгерген жоқ.
key-forgotten-back = Кілт қайтарылды, бәрі қайта ашылады
key-forgotten-anew = Кілт қайтарылды. Телефонды қайта тіркеңіз: жазбаларыңыз күшінде, жіберіледі.

## Days

weekday-1 = дүйсенбі
weekday-2 = сейсенбі
weekday-3 = сәрсенбі
weekday-4 = бейсенбі
weekday-5 = жұма
weekday-6 = сенбі
weekday-7 = жексенбі
weekday-short-1 = дс
weekday-short-2 = сс
weekday-short-3 = ср
weekday-short-4 = бс
weekday-short-5 = жм
weekday-short-6 = сб
weekday-short-7 = жс
month-1 = қаңтар
month-2 = ақпан
month-3 = наурыз
month-4 = сәуір
month-5 = мамыр
month-6 = маусым
month-7 = шілде
month-8 = тамыз
month-9 = қыркүйек
month-10 = қазан
month-11 = қараша
month-12 = желтоқсан
month-in-1 = қаңтарда
month-in-2 = ақпанда
month-in-3 = наурызда
month-in-4 = сәуірде
month-in-5 = мамырда
month-in-6 = маусымда
month-in-7 = шілдеде
month-in-8 = тамызда
month-in-9 = қыркүйекте
month-in-10 = қазанда
month-in-11 = қарашада
month-in-12 = желтоқсанда
day-yesterday = кеше

## Enrolment

welcome-title = Kandas Field қосымшасына қош келдіңіз
welcome-text = Бұл телефон отбасылардың жоспарын сақтайды және желі жоқ жерде де жұмыс істейді.
enrol-title = Телефонды тіркеу
enrol-sub = Бір рет, бес минут
enrol-text = Әкімші берген QR кодты камерамен оқыңыз немесе код пен мекенжайды теріңіз.
enrol-way-code = Терілетін код
enrol-link = QR кодтың мәтіні
enrol-link-hint = kandas://enrol деп басталады
enrol-code = Тіркеу коды
enrol-code-hint = 10 таңба, бір рет қана жарайды
enrol-address = Сервердің мекенжайы
enrol-fingerprint = Сервер кілтінің ізі
enrol-fingerprint-hint = әкімші айтады; бос қалса, кейін салыстырасыз
enrol-pin-cert = Сертификат ізі (болса)
enrol-button = Тіркеу
enrol-busy = Орталықпен келісілуде…
enrol-bad-link = Бұл тіркеу мәтіні емес. QR мәтінін толық көшіріңіз.
enrol-bad-typed = Мекенжай https:// деп басталуы, сертификат ізі толық болуы керек.
enrol-check-key-title = Сервер кілтін салыстырыңыз
enrol-check-key-same = Сәйкес
enrol-one-worker-text = Бұл телефон {$worker} атына тіркелген. Басқа маман өз телефонымен жұмыс істейді: әр жазба телефон кілтімен мөрленеді.

## PIN

pin-new-title = PIN ойлап табыңыз
pin-new-text = Ол тек экранды құлыптайды. Жұмысыңыз PIN-мен өшірілмейді, жіберу де тоқтамайды.
pin-again-title = PIN-ді қайталаңыз
pin-differs = Екеуі сәйкес емес. Қайта енгізіңіз.
pin-title = PIN енгізіңіз
pin-sub = Экран құлыптаулы. Жіберу жүріп жатыр.
pin-label = Кемінде {$count} таңба
pin-entered = {$count} таңба енгізілді
pin-wrong = PIN сәйкес емес. Қайталап көріңіз.
pin-wait = Тағы {$seconds} с күтіңіз
pin-erase = Соңғы таңбаны өшіру
pin-forgotten = PIN ұмытылды ма?
pin-forgotten-title = PIN ұмытылса
pin-forgotten-text = Телефондағының бәрі сақтаулы. Директорға хабарласыңыз, ол қайтару кодын айтады.
pin-reset-code = Қайтару коды
pin-set = PIN сақталды
pin-change = PIN ауыстыру
lease-title = Орталықпен байланыс көп болмады
lease-text = Телефон {$days} күн орталыққа шықпады, сондықтан экран құлыпталды. Ештеңе өшірілген жоқ. Желіге қосылыңыз.

## The line that is always there

line-offline = Байланыс жоқ. Бәрі телефонда сақталды
line-paused = Жіберу кідіртілді. Бәрі телефонда сақталды
line-sending = Жіберілуде, қалғаны {$left}
line-talking = Орталықпен байланысуда
line-waiting = Жіберуді күтуде. Бәрі телефонда сақталды
line-delivered-at = Бәрі жеткізілді, {$time}
line-never = Орталықтан әлі дерек алынған жоқ

## Today

week-done = Осы аптада: {$total} қызметтің {$done} орындалды
week-none = Осы аптада {$total} қызмет күтіп тұр
week-all = Осы аптадағы {$total} қызмет түгел орындалды
week-empty = Осы аптаға мерзімі келетін қызмет жоқ
today-overdue = Мерзімі өтті
today-week = Осы аптада
today-drafts = Жоба нұсқалар
today-returned-one = Бір фото қайтарылды
today-returned-record = Жазба қайтарылды
today-done-title = Бүгінге бәрі бітті
today-done-next = Келесі мерзім {$day}: {$service}, {$family}.
today-done-text = Жақын мерзім жоқ. Отбасыларды аралап шығуға болады.
today-open-families = Отбасыларды ашу
today-first-title = Отбасылар тізімі жолда
today-first-text = Алғашқы жүктеуге желі керек. Қосылған соң тізім өзі пайда болады.
today-orphan = Жазылып үлгермеген файл бар: {$name}
today-more-overdue = Тағы {$count}

## Families

families-title = Отбасылар
families-count = {$count} отбасы
families-search = Аты-жөні, ауыл немесе ЖСН соңы
families-found = Табылғаны: {$count}
families-none = Ондай отбасы табылмады
families-none-text = Әріптерді қазақша да, орысша да теруге болады.
families-empty = Сізге әлі отбасы бекітілмеген
families-empty-text = Орталық бекіткен соң, тізім осында шығады.
families-all = Барлығы {$count}
families-overdue = Мерзімі өткен {$count}
families-clear = Іздеуді тазарту
family-of = {$name} отбасы
family-nameless = Аты жазылмаған отбасы
family-last-visit = Соңғы сапар {$date}
family-no-visit = Әлі барған жоқсыз
family-overdue = Мерзімі өткені: {$count}
family-quota = квота {$date}
quilt-label = {$name}: {$total} қызметтің {$done} орындалды
matrix-label = Мүшелер мен қызметтер
matrix-service = Қызмет
matrix-all = Барлығы {$count}
matrix-left = Қалғаны {$count}
matrix-done = орындалды
matrix-filter = Көрсетілетіні
matrix-whole-family = бүкіл отбасы
matrix-none = Бұл сүзгіде ештеңе жоқ
family-group-capture = Бірнеше адамға бірге түсіру
family-group-service = Қай қызмет?
family-group-persons = Кім түсірілімде?
family-group-start = Бастау: {$count} адам
family-acts = Басқа әрекеттер
family-no-plan = Бұл отбасының жоспары әлі келген жоқ
person-show-iin = Көрсету
person-iin = ЖСН
person-consent = Келісім

## One activity

activity-number = {$number}‑қызмет
activity-saved = Жоба сақталды {$time}
activity-start = Орындалуын жазу
activity-photo-hint = кемінде 1 керек
activity-photo-count = Фото: {$count}
activity-photo-add = Фото
activity-take-photo = Фотоға түсіру
activity-video = Бейне
activity-video-count = Бейне: {$count}
activity-video-hint = 60 секундқа дейін немесе себебі
activity-video-strict-hint = 60 секундқа дейін
activity-video-shoot = Түсіру
activity-video-none = Бейне жоқ
activity-video-reason = Бейне болмаса, себебін айту
activity-reason = себебі: {$reason}
activity-document = Құжат
activity-document-count = Құжат: {$count} бет
activity-document-must = бет-бетімен түсіріледі
activity-document-hint = қалау бойынша: түбіртек, анықтама
activity-document-add = Құжат қосу
activity-signature = Қандастың қолы
activity-signature-hint = экранда қол қойылады
activity-signature-there = Қолы бар
activity-sign = Қол қою
activity-paper = Құжаттың нөмірі мен күні
activity-paper-hint = анықтама, шарт немесе куәлік нөмірі
activity-paper-value = № {$number}, {$date} жылғы
activity-paper-number-only = Нөмірі {$number}
activity-paper-number = Нөмірі
activity-paper-date = Күні
activity-note = Ескертпе
activity-note-add = Ескертпе жазу
activity-optional = қалау бойынша
activity-done-on = Орындалған күні
activity-not-applicable = Қолданылмайды
activity-refused = Бас тартты
activity-why-not-applicable = Неге қолданылмайды?
activity-why-refused = Отбасы неге бас тартты?
activity-end-hint = Жазба мөрленеді және орталыққа кетеді.
activity-persons = Кім үшін
activity-discard = Жобаны өшіру
activity-discard-ask = Жоба мен оның файлдары өшеді. Қайтарып алу мүмкін болмайды.
activity-needs = Тағы {$count} нәрсе керек:
activity-complete = Бәрі бар.
activity-next-reason = Себебін жазу
activity-next-form = Толтыру
wanted-reason = себебі
wanted-topics = не қаралғаны
wanted-topics-hint = Кемінде біреуін белгілеңіз
activity-next-photo = Фотоға түсіру
activity-next-acknowledgement = Келесі: қол қою
activity-next-document = Келесі: құжат
activity-next-paper-number = Келесі: нөмірі мен күні
activity-next-system-fact = Келесі: жүйе дерегі
activity-next-video = Келесі: бейне
activity-next-position = Келесі: орын
activity-next-consent = Келесі: келісім
activity-review = Тексеру
activity-what-to-shoot = Не түсіру керек
activity-finished = Бұл қызмет бойынша жазба бар
activity-correct = Түзетілген нұсқа жасау
activity-correct-why = Неге түзетіледі?
activity-given-after-all = Қызмет кейін көрсетілді
tile-kept = сақталды
tile-securing = сақталуда
tile-deleted = {$what} өшірілді
tile-delete = Осы файлды өшіру
tile-view = Файлды көру
tile-no-preview = Бұл файлды осында көрсету мүмкін емес. Ол телефонда сақтаулы.
capture-kept = Сақталды
capture-set-aside = Файл бөлек қойылды: {$reason}
capture-failed = Файл сақталмады. Қайта түсіріңіз.
checklist-label = Керек дәлелдер
checklist-there = бар
checklist-must = жоқ, керек
checklist-may = жоқ, қалау бойынша
reason-in-words = Өз сөзіңізбен

## Position

position-title = Орын
position-value = Орын: {$accuracy}
position-searching = Орын ізделуде…
position-searching-hint = күтпей-ақ жалғастыра беріңіз
position-kept = сақталды
position-far = отбасының мекенінен {$distance}
position-coarse = дәлдігі төмен, күтуге болады
position-wait = Күту
position-none = Орын белгісіз
position-reason = Себебін айту
position-take = Орынды алу
position-renew = Жаңарту

## Signature

signature-title = Қандастың қолы
signature-text = Саусақпен немесе қаламмен ақ өріске қол қойыңыз.
signature-field = Қол қоятын өріс
signature-clear = Тазарту
signature-keep = Қолды сақтау
signature-paper = Қағаздағы қолын түсіру

## Review and seal

review-title = Мөрлеу алдында қараңыз
review-sub = Кейін тек жаңа нұсқамен түзетіледі
review-photos = {$count} фото, {$size}
review-photos-hint = адамдар мен нәтиже көріне ме?
review-note = Жазба осы телефонның кілтімен мөрленеді. Байланыс болмаса да жоғалмайды, желі шыққанда өзі кетеді.
review-confirm = Орындалды деп растау
review-confirm-other = Мөрлеу
review-early = мерзімінен {$days} жұмыс күні бұрын
review-late = мерзімінен {$days} жұмыс күні кейін
review-on-time = мерзім күні
review-sealing = Мөрленуде…
sealed-title = Мөрленді
sealed-text = Жазба телефонда сақталды. Желі шыққанда өзі кетеді.
sealed-text-online = Жазба сақталды, орталыққа жолға шықты.
sealed-next = Келесі іске өту
sealed-family = Отбасыға оралу
sealed-draft = Жобаға оралу
sealed-records = {$count} жазба мөрленді

## Sent work

sent-title = Жіберілген
sent-month = {$month}: {$total} жазба, {$done} жеткізілді
sent-month-waiting = {$month}: {$total} жазба, әлі жеткізілген жоқ
sent-month-none = {$month}: әлі жазба жоқ
sent-empty-title = Әлі ештеңе мөрленген жоқ
sent-empty-text = Мөрленген әр жазба осында көрінеді: қайда екені, қолхаты, тексерушінің сөзі.
sent-earlier = Бұрынырақ
sent-search = Қызмет, адам немесе отбасы
sent-files = {$done}/{$total} файл
sent-receipt = қолхат {$receipt}
sent-waiting-link = байланыс күтуде
sent-video-waits = бейне Wi-Fi күтуде
ledger-word-waiting = күтуде
ledger-word-sending = жіберілуде
ledger-word-accepted = қабылданды
ledger-word-delivered = жеткізілді
ledger-word-checked = тексерілді
ledger-word-returned = қайтарылды
ledger-word-held = шешім күтуде
ledger-word-refused = қабылданбады
ledger-word-set-aside = бөлек қойылды
record-set-aside = Орталық бөлек қойды
record-title = Жазба № {$number}
record-sealed = Мөрленген уақыты
record-done-on = Орындалған күні
record-state = Күйі
record-files = Файлдар
record-receipt = Қолхат
record-receipt-none = Қолхат файлдар жеткенде келеді
record-note = Мөрленген жазба өзгермейді. Түзету жаңа нұсқа болып жасалады.
record-free = Көшірмесі телефоннан босатылған
returned-title = Пысықтауға қайтарылды
returned-yours = Сіздің фото
returned-example = Үлгі сурет
returned-retake = Осы фотоны қайта түсіру
returned-answer = Түзету
returned-sent = Жауап мөрленді
returned-no-reason = Тексеруші себебін жазбаған. Оған хабарласыңыз.

## Sync

sync-title = Байланыс
sync-link-none = Байланыс жоқ
sync-link-metered = Мобильді желі
sync-link-unmetered = Wi-Fi желісі
sync-speed = {$speed}/с
sync-pause = Кідірту
sync-resume = Жалғастыру
sync-now = Қазір жіберу
sync-left-size = Қалғаны {$size}
sync-all-done = Бәрі жеткізілді
sync-last = Соңғы байланыс {$when}
sync-never = Орталықпен әлі байланыс болған жоқ
sync-what-left = {$records} және {$files}
sync-records-gone = Жазбалардың бәрі кетті.
sync-head-now = Қазір
sync-head-next = Кезекте
sync-head-waiting = Күтіп тұр
sync-head-room = Дерек пен орын
sync-queued = кезекте
sync-videos = {$count} бейне
sync-only-wifi = тек Wi-Fi арқылы
sync-send-metered = Қазір жіберу: {$size} дерек
sync-month-data = {$month} жұмсалған дерек
sync-evidence-room = Телефондағы дәлелдер
sync-freeable = {$size} жеткізілген, оны босатуға болады
sync-freeable-none = Босататын ештеңе жоқ: файл жеткізілген соң {$days} күн сақталады
sync-free = {$size} босату
sync-freed = {$size} босатылды
sync-free-left = Телефондағы бос орын
sync-waiting-title = Не күтіп тұр
sync-nothing-waits = Күтіп тұрған ештеңе жоқ
sync-order = Әуелі жазбалар, сосын фото мен құжат, соңында бейне кетеді.
sync-held = {$count} жазба шешім күтуде

## Consent

consent-title = Дербес деректерге келісім
consent-text = Бірінші фото алдында әр адамнан сұралады. Бас тартса, қызмет бәрібір көрсетіледі.
consent-needed = Алдымен келісім керек: {$name}
consent-needed-hint = бірінші фотоға дейін сұралады
consent-ask = Сұрау
consent-give = Келіседі
consent-give-hint = қағазбен, қолымен немесе фотосымен
consent-with-proof = Қол қойдыру немесе қағазын түсіру
consent-decline = Келіспейді
consent-decline-hint = себебі жазылады
consent-basis = Қағаз нөмірі немесе келісімнің түрі
consent-reason = Неге келіспейді?
consent-why = Себебі қандай?
consent-by-parent = Бала үшін ата-анасы келіседі
consent-all = Келісім сұралды

## Help

help-title = Анықтама
help-sub = Желісіз де ашылады
help-services = Қызметтер: не түсіру керек
help-how = Қалай істеледі
help-snow = Қарлы жарық
help-snow-hint = күн мен қарда анық көрінеді
help-do = Түсіріңіз
help-dont = Түсірмеңіз
help-official = Ресми атауы
help-rule = Не керек
help-drawing = Үлгі сурет: {$service}
help-diagnostics = Диагностика
help-diagnostics-hint = жеке деректерсіз күнделік

## Diagnostics

diagnostics-title = Қосымша күнделігі
diagnostics-text = Мұнда есімдер мен құжаттар жоқ. Қолдау қызметіне жіберуге болады.
diagnostics-share = Файл етіп сақтау
diagnostics-send = Орталыққа жіберу
diagnostics-sent = Күнделік жіберілді
diagnostics-saved = Күнделік мына жерге сақталды: {$place}
diagnostics-not-shared = Күнделікті файл етіп беру мүмкін болмады. Оны орталыққа жіберуге болады.
diagnostics-empty = Күнделік бос
diagnostics-version = Нұсқасы {$version}

## Settings

settings-title = Баптаулар
settings-language = Тіл
settings-theme = Көрініс
settings-theme-system = Телефондағыдай
settings-theme-light = Жарық
settings-theme-dark = Түнгі
settings-theme-snow = Қарлы жарық
settings-text-size = Әріп өлшемі
settings-text-size-value = {$percent} % өлшем
settings-reminders = Ескертулер
settings-reminders-on = Қосымша жабық кезде ескерту
settings-reminders-text = Қайтарылған жұмыс, таяған мерзім және үш күннен артық жіберілмеген жұмыс туралы. Ескертуде есім жазылмайды.
settings-phone = Осы телефон
settings-worker = Маман
settings-office = Мекеме

## Acts outside the 25 services

acts-title = Басқа әрекеттер
acts-text = 25 қызметке кірмейтін, бірақ бұйрық талап ететін әрекеттер.

## More of the screens

line-later = Жазбалар кетті, файлдар қолайлы желіні күтуде
line-failed = Жіберілмеді, кейін қайталанады. Бәрі сақтаулы
record-other = Басқа жазба
brief-more = Жоба: {$photos} фото, тағы {$missing} нәрсе керек
brief-ready = Жоба дайын, мөрлеу ғана қалды
brief-kind-not-applicable = Жоба: қолданылмайды
brief-kind-refused = Жоба: бас тартты
brief-correction = Жоба: түзетілген нұсқа
notice-store-moved = Зақымданған қойма бөлек қойылды, жаңасы басталды. Ескісі өшірілген жоқ.
notice-leftovers = Тіркеліп үлгермеген файл: {$count}
notice-interrupted = Қабылдау үзілді, қайта тіркеңіз: {$names}
notice-missing = Телефоннан табылмаған файл: {$count}
notice-unreadable = Оқылмаған жазба: {$count}. Олар сақтаулы.
notice-dismiss = Түсінікті
notice-attach = Жобаға қосу
notice-meant = Жоба: {$draft}
notice-choose-draft = Жобаны таңдау
notice-other-draft = Басқа жобаға
notice-no-draft = Алдымен жоба ашыңыз, сонда файлды соған қосуға болады.
notice-picture = Тіркелмеген сурет
notice-delete = Файлды өшіру
notice-delete-ask = Файл біржола өшеді. Қайтарып алу мүмкін болмайды.
notice-delete-yes = Иә, файлды өшіру
wiped-title = Телефон тазартылды
wiped-text = Орталықтың өкімі орындалды. Телефонды қайта тіркеуге болады.
first-pull-title = Отбасылар алынуда
button-unlock = Кіру
pin-new = Жаңа PIN, кемінде 4 таңба
pin-reset-wrong = Код сәйкес емес. Директордан қайта сұраңыз.
today-next = Келесі мерзім: {$when}.
acts-new = Әрекет қосу
consent-withdraw = Қайтарып алу
consent-withdraw-text = Келісімнің қайтарылғаны жазылып, орталыққа кетеді. Қызмет бәрібір көрсетіледі.
person-iin-why = ЖСН не үшін керек?
person-iin-hint = Көрсетілгені журналға жазылады.
need-photo = Фото, кемінде біреу
need-video = Бейне немесе оның болмау себебі
need-position = Орны, өзі анықталады
need-document = Құжат
need-paper-number = Құжаттың нөмірі мен күні
need-system-fact = Мемлекеттік жүйенің дерегі
need-acknowledgement = Қандастың қолы
button-more = Тағы
button-write = Жазу
activity-again = Тағы бір рет жазу
activity-system-hint = орталық өзі тексереді
activity-discard-yes = Иә, жобаны өшіру
consent-short = келісім
capture-no-room = Телефонда орын аз. Фото мен бейне түсірілмейді, жазбаны мөрлеуге болады. Орын босатыңыз.
position-better = дәлірегі ізделуде…
tile-state-securing = сақталуда
tile-state-kept = телефонда сақталды
tile-state-waiting = жіберуді күтуде
tile-state-sending = жіберілуде
tile-state-delivered = жеткізілді
tile-state-damaged = зақымданған, қалғаны жіберіледі
tile-state-set-aside = бөлек қойылды
review-incoming = Файл әлі сақталып жатыр. Бір секундтан кейін қайталаңыз.
review-too-large = Бір жазбаға файл тым көп. Біразын алып тастаңыз.
record-received = Орталық алған уақыты
record-why = Себебі
record-topics = Не қаралды
record-offer-again = Қайта ұсыну
sync-metered = Бұл желі ақылы: бейне кетпейді
settings-lock = Экранды құлыптау
settings-server-key = Сервер кілті
pin-present = Қазіргі PIN

## Forms of the acts outside the 25 services

acts-with-whom = Кіммен?
field-channel = Қалай байланыстыңыз
field-lodging = Қайда тоқтады
field-point = Қарсы алған жер
field-transport = Келген көлігі
field-persons = Неше адам келді
field-shelter = Қайда тіркелді
field-from = Басталған күні
field-to = Аяқталатын күні
field-plan-digest = Басып шығарылған жоспардың төменіндегі таңбалар
field-plan-digest-hint = кемінде сегіз
field-problems = Анықталған мәселелер
field-problems-hint = әр жолға біреуі
field-proposals = Ұсыныстар
field-proposals-hint = әр жолға біреуі
field-satisfaction = Отбасы көмекке қаншалықты риза
field-satisfaction-hint = 1 – мүлде риза емес, 5 – толық риза
choice-phone = Телефон арқылы
choice-in-person = Жүзбе-жүз
choice-video-call = Бейнеқоңыраумен
choice-message = Хабарламамен
choice-airport = Әуежай
choice-bus-station = Автовокзал
choice-railway-station = Теміржол вокзалы
choice-other = Басқа жер
choice-air = Ұшақпен
choice-road = Автокөлікпен
choice-rail = Пойызбен
choice-adaptation-centre = Бейімдеу орталығында
choice-temporary-accommodation-centre = Уақытша орналастыру орталығында
topic-quota = Өңірлік квота
topic-choice-of-region = Өңірді таңдау
topic-temporary-housing = Уақытша тұрғын үй
topic-payments-certificate = Төлемдер мен сертификат
topic-social-contract = Әлеуметтік келісімшарт
topic-travel = Жол жүру
topic-five-services = Бес негізгі қызмет
topic-residence-registration = Тұрғылықты жерге тіркелу
topic-military-registration = Әскери есеп
topic-school = Мектеп
topic-kindergarten = Балабақша
topic-clinic = Емхана
topic-jobs-training = Жұмыс пен оқыту
topic-languages-history-law = Тіл, тарих, заң курстары
topic-study-materials = Оқу құралдары
topic-citizenship = Азаматтық
topic-place-of-settlement = Қоныстанатын жер
topic-employer-school-kindergarten = Жұмыс беруші, мектеп, балабақша
topic-place-of-residence = Тұратын жері
topic-region = Өңірмен танысу
topic-housing = Тұрғын үйі
topic-work = Жұмысы
topic-school-kindergarten = Мектеп пен балабақша
topic-health = Денсаулығы
topic-services-received = Алған қызметтері

## The camera reads a QR

enrol-way-qr = QR код
enrol-scan = QR кодты оқу
enrol-type = Кодты теру
enrol-paste = QR мәтінін қою
qr-picture = Камера көрінісі
qr-aim = Жақтауды QR кодқа келтіріңіз, код өзі оқылады.
qr-other = Бұл тіркеу коды емес. Әкімші берген QR кодты көрсетіңіз.
qr-refused = Камераға рұқсат жоқ. Кодты суретке түсіріңіз немесе қолмен теріңіз.
qr-no-camera = Мұнда камера табылмады. Кодтың суретін таңдаңыз немесе кодты қолмен теріңіз.
qr-photo = QR кодты суретке түсіру
qr-nothing = Суреттен QR код табылмады. Жақынырақ, қозғалтпай түсіріңіз.
button-stop = Тоқтату
button-done = Дайын

## Finger or face, where the phone has it

biometric-finger = Саусақ ізімен кіру
biometric-face = Бет бейнесімен кіру
biometric-reason = Kandas Field экранын ашу

## A new phone

newphone-title = Жаңа телефонға көшу
newphone-sub = Бес минут
newphone-1 = Осы телефондағының бәрін жіберіңіз
newphone-1-clear = Бәрі жеткізілді, жоба қалмады. Көшуге болады.
newphone-1-drafts = Жоба: {$count}. Жобалар көшпейді, алдымен мөрлеңіз.
newphone-1-waits = Жазба мен файлдардың бір бөлігі әлі осы телефонда.
newphone-2 = Әкімшіден жаңа код сұраңыз
newphone-2-text = QR код немесе терілетін код, бір рет қана жарайды.
newphone-3 = Жаңа телефонда кодты оқыңыз
newphone-3-text = Отбасылар өзі жүктеледі. PIN жаңадан қойылады.
newphone-4 = Ескі телефонды әкімшіге беріңіз
newphone-4-text = Қалған жазба болса, ол алдымен жіберіледі, содан кейін ғана телефон тазартылады.

## A document of many pages

pages-title = Құжат беттері
pages-text = Әр бетті бөлек түсіріңіз: жазуы оқылсын, шеті кесілмесін.
pages-first = Бірінші бетті түсіру
pages-next = Келесі бетті түсіру
pages-file = Файл таңдау
pages-done = Дайын: {$count} бет
pages-page = {$number}‑бет
tile-failed = сақталмады, қайталау үшін басыңыз
capture-kept-here = Файл әлі сақталмады. Плиткасын басып, қайталаңыз.

## Reasons that can be chosen

reason-other = Басқа себеп
reason-na-has = Бұрыннан бар
reason-na-age = Жасы сәйкес келмейді
reason-na-status = Мәртебесі сәйкес келмейді
reason-na-moved = Басқа аймаққа көшті
reason-refused-no-need = Қажет емес деп санайды
reason-refused-self = Өздері жасайды
reason-refused-later = Кейінге қалдырғысы келеді
reason-fix-date = Күні қате жазылған
reason-fix-person = Басқа адам таңдалған
reason-fix-proof = Фото немесе құжат сәйкес емес
reason-fix-text = Нөмірі немесе мәтіні қате
reason-iin-form = Өтініш немесе құжат толтыру
reason-iin-search = Мемлекеттік жүйеден іздеу

## Facts of the diagnostics

fact-program = Бағдарлама
fact-platform = Жүйе
fact-wall-clock = Телефон сағаты
fact-device = Құрылғы
fact-server-url = Сервер мекенжайы
fact-epoch = Дәуір
fact-token-scope = Рұқсат
fact-last-contact = Соңғы байланыс
fact-chain = Тізбек
fact-waiting = Күтуде
fact-free = Бос орын

## Fields of acts

field-wanted = толтыру керек

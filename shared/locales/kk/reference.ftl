### Calendar, thresholds and reference data. The phone does not carry these.

desk-reference = Анықтамалықтар
reference-title = Анықтамалықтар
reference-calendar = Жұмыс күндері
reference-thresholds = Белгілердің шектері
reference-services = Көрсетілетін қызметтер
reference-reasons = Себептер
reference-history = Не өзгертілді
reference-when = Қашан
reference-who = Кім
reference-nobody = Пәрмен жолы

## The calendar

calendar-month-1 = Қаңтар
calendar-month-2 = Ақпан
calendar-month-3 = Наурыз
calendar-month-4 = Сәуір
calendar-month-5 = Мамыр
calendar-month-6 = Маусым
calendar-month-7 = Шілде
calendar-month-8 = Тамыз
calendar-month-9 = Қыркүйек
calendar-month-10 = Қазан
calendar-month-11 = Қараша
calendar-month-12 = Желтоқсан
calendar-working = Жұмыс күні
calendar-off = Демалыс күні
calendar-weekend = Сенбі, жексенбі
calendar-weekend-worked = Жұмыс істейтін демалыс
calendar-set = Орталық белгілеген
calendar-today = бүгін
calendar-estimated = {$name} (күні алдын ала)
calendar-swap = Орнына демалыста жұмыс істейді
calendar-worked = Басқа күннің орнына жұмыс істейді
calendar-days = {$count} жұмыс күні
calendar-year-before = {$year} жылға
calendar-year-after = {$year} жылға
calendar-keys = Пернелер: көрсеткілер күн мен апта бойынша, Page Up пен Page Down ай бойынша жүргізеді, Enter таңдайды, Esc таңдауды алып тастайды.
calendar-none-chosen = Күн таңдалмаған
calendar-chosen = {$count} күн таңдалды
calendar-hint = Неге демалыс екенін білу үшін күнді таңдаңыз.
calendar-hint-change = Бір немесе бірнеше күнді таңдаңыз, мысалы демалыс күнін және оның орнына жұмыс істейтін сенбіні. Қай мерзімдер жылжитынын көргеніңізше ештеңе өзгермейді.
calendar-set-why = Орталық белгілеген: {$reason} ({$source})
calendar-becomes = Енді
calendar-shipped = Бағдарламадағыдай
calendar-shipped-as = Бағдарламадағыдай: {$state}
calendar-reason = Себебі
calendar-source = Дереккөзі
calendar-source-example = Қаулының нөмірі мен күні
calendar-preview = Не жылжитынын көрсету
calendar-day = Күні
calendar-change = Өзгеріс
calendar-changed = {$count} күн өзгертілді. Телефондар келесі алмасуда біледі.
calendar-undo-reason = {$date} енгізілген өзгеріс қайтарылады
calendar-history-none = {$year} жылдың күндері мұнда өзгертілмеген: бәрі бағдарламадағыдай.
calendar-moves-title = Өзгеріс нені жылжытады
calendar-moves-none = Ашық мерзімдердің бірі де жылжымайды.
calendar-moves = {$count} ашық мерзім жылжиды.
calendar-moves-late = Соның ішінде {$count} бірден мерзімі өткен болады.
calendar-moves-free = Соның ішінде {$count} енді мерзімі өткен емес.
calendar-moves-what = Не
calendar-moves-due = Мерзімі
calendar-moves-before = Қазіргі соңғы күні
calendar-moves-after = Жаңа соңғы күні
calendar-moves-activity = Жоспардағы іс-шара
calendar-moves-return = Қайтаруға жауап
calendar-moves-hint = Жоспарда аталған күндер сол күйінде қалады, ал көрсетілетін қызметтің мерзімімен есептелгендері қайта есептеледі. Демалыс күніне түскен мерзім келесі жұмыс күні аяқталады.
calendar-confirm = {$count} күнді өзгерту

## Thresholds

threshold-hint = Белгі тек меңзейді, ештеңені қабылдамай тастамайды. Жазба түскен күнгі шектермен өлшенеді; бұрынғы күннен бергі өзгеріс содан бері түскеннің бәрін қайта өлшейді.
threshold-name = Шек
threshold-now = Бүгін
threshold-since = Қай күннен
threshold-later = Кейін
threshold-shipped = басынан
threshold-from = {$date} бастап {$value}
threshold-value = Мәні
threshold-from-day = Күшіне енетін күні
threshold-range = {$least} – {$most} аралығында
threshold-anew-none = Сол күннен бастап түсетін жазбаларға қолданылады.
threshold-anew = Содан бері түскен {$count} жазба қайта өлшенеді.
threshold-changed = {$name}: өзгертілді
threshold-history-none = Мұнда ештеңе өзгертілмеген: барлық мән бағдарламадан.
threshold-take-back = Бұл мәнді қайтарып алу
threshold-taken-back = қайтарып алынды
threshold-accuracy-m = Дәл емес саналатын радиус
threshold-outside-km = Ел шегінен рұқсат алыстық
threshold-settlement-km = Елді мекеннен рұқсат алыстық
threshold-settlement-fixes = Елді мекеннің орнын білдіретін нүктелер
threshold-exif-km = Камера жазған орынның айырмасы
threshold-exif-minutes = Камера жазған уақыттың айырмасы
threshold-exif-days = Тіркелген файл мен жұмыс күнінің айырмасы
threshold-travel-kmh = Мұнан тез ешкім жүрмейді
threshold-travel-km = Тексерілетін жолдың ұзындығы
threshold-travel-accuracy-m = Жол үшін керек дәлдік
threshold-clock-seconds = Сағаттың рұқсат жылжуы
threshold-clock-grave-seconds = Сағаттың қатты жылжуы
threshold-due-width-hours = Қол қойылған уақыттың белгісіздігі
threshold-near-bits = Ұқсас фотолардың айырмасы
threshold-most-others = Аталатын ұқсас файлдар саны
threshold-sample-percent = Таза жазбалардан кездейсоқ іріктеу
threshold-unit-days = {$value} күн
threshold-unit-kmh = {$value} км/сағ
threshold-unit-hours = {$value} сағ
threshold-unit-marks = 144 белгінің {$value}

## Services and reasons

services-hint = 25 қызметтің тізбесі бұйрықтың 1-қосымшасында белгіленген, мұнда өзгертілмейді. Орысша атаулары сөзбе-сөз берілген, қазақшасы ресми мәтінді күтуде. Мерзімдер (33-тармақ) әр мемлекеттік қызметтің негізгі талаптарынан алынады; ешкім енгізбегені ойдан шығарылмайды.
services-name = Қызмет
services-for = Кімге
services-required = Міндетті
services-useful = Пайдалы
services-repeats = Қайталанады
services-system = Растай алады
services-no-medical = Фотода медициналық деректер болмауы керек
services-together = Бір түсірілім бірнеше адамға жарайды
services-yes = Иә
services-no = Жоқ
reasons-hint = Себептің коды жазбалар мен журналда мәңгі қалады, мұнда оның мәтіні және таңдауға болатыны ғана өзгереді. Бұрынғы жазбалар себеп аталған күнгі мәтінді көрсетеді. Телефондар келесі алмасуда біледі және байланыссыз да көрсетеді.
reasons-lists = Тізім
reasons-list-return = Пысықтауға қайтару
reasons-list-not-applicable = Қызмет қатысты емес
reasons-list-refused = Отбасының бас тартуы
reasons-list-correction = Жазбаны түзету
reasons-of-checks = Тексеруші таңдайды; қызметкер мәтінді өз телефонының тілінде көреді.
reasons-of-workers = Қызметкер телефонда таңдайды; жазбаға телефон тіліндегі мәтіннің өзі енеді.
reasons-now = Бүгін
reasons-offered = таңдауға болады
reasons-retired = енді таңдалмайды
reasons-own = осында қосылған
reasons-none = жоқ
reasons-add = Себеп қосу
reasons-can-choose = Таңдауға болады
reasons-why = Неге өзгереді
reasons-preview = Қызметкер осылай көреді
reasons-given = Аталғаны: {$given}, соның ішінде жауап күтетіні: {$waiting}. Бәрі бұрынғы мәтінін сақтайды.
reasons-phones = {$count} телефон біледі.
reasons-changed = Себеп өзгертілді
reasons-history-none = Мұнда себептер өзгертілмеген: бәрі бағдарламадағыдай.

## Settlements

reference-settlements = Елді мекендер
settlements-hint = Отбасылар тұратын елді мекендер, өздерімен келген ӘАОЖ кодымен. Жазбаның қаншалықты алыста жасалғаны ортасынан өлшенеді; отбасының өз координаттары одан бұрын тұрады.
settlements-search = Атауы немесе ӘАОЖ коды
settlements-none = Ештеңе табылмады.
settlements-more = Тағы бар: іздеуді нақтылаңыз.
settlements-name = Елді мекен
settlements-kato = ӘАОЖ
settlements-region = Өңір
settlements-kind = Түрі
settlements-rural = ауылдық
settlements-urban = қалалық
settlements-families = Отбасылар
settlements-middle = Ортасы (ендік; бойлық)
settlements-set = көрсетілген: {$source}
settlements-usual = жазбалардың дәл орындары: {$count}
settlements-unknown = әзірге белгісіз (дәл орындар: {$count})
settlements-placed = өз координаттары бар отбасылар: {$count}
settlements-title = Ортасы: {$name}
settlements-lat = Ендік, градус
settlements-lon = Бойлық, градус
settlements-take-usual = Әдеттегісін алу: {$spot}
settlements-source-example = Қайдан белгілі
settlements-changed = {$name}: ортасы өзгертілді
settlements-history-none = Мұнда орта көрсетілмеген.
settlements-nothing = жоқ

## Terms

terms-name = Квотаға енген күннен бастап мерзім
terms-none = заңды мерзім жоқ
terms-days = {$days} жұмыс күні
terms-value = Жұмыс күндері; бос болса, заңды мерзім жоқ
terms-from = Квотаға осы күннен бастап енген отбасылар үшін
terms-hint = Жоспарда аталған және есептелгеннен өзгеше мерзім қалады. Басқа ашық мерзімдер осы мән бойынша қайта есептеледі, орындалғаны өз мерзімін сақтайды. Квотаға енген күні жоқ отбасы үшін заңды мерзім жоқ (33-тармақ).
terms-history-none = Мұнда мерзім енгізілмеген: жоспар күнді атамаса, заңды мерзім жоқ.
terms-moves-before = Қазіргі мерзім
terms-moves-after = Кейінгі мерзім
terms-moves-count = Қанша
terms-confirm = Мерзімді өзгерту

## Телефондарға не айтылады

reference-phones = Телефондар
rule-phone-hint = Ұйым өз телефондарына не айтады. Телефон мұны келесі байланыста біледі; оған дейін соңғы естігені күшінде.
rule-phone-note = Байланыссыз мерзім өтсе де, экран құлыпталса да, ештеңе жойылмайды: жазылғаны жөнелтіле береді.
rule-phone-none = Мұнда ештеңе өзгертілген жоқ: бәрі бағдарламадағыдай.
rule-phone-lease-days = Неше күн байланыссыз болса, отбасылар көрсетілмейді
rule-phone-lock-minutes = Экран көрінбей неше минут тұрса, құлыпталады
rule-phone-strict-photo-and-video = Фото да, бейне де міндетті (A-14)
rule-phone-video-unmetered-only = Бейне тек Wi-Fi арқылы жіберіледі
rule-phone-monthly-metered-mb = Мобильді желімен айына неше мегабайт (0 – шектеусіз)
rule-phone-reserve-mb = Телефонда неше мегабайт бос қалуы керек
rule-phone-keep-days = Жеткізілген файл телефонда неше күн сақталады
rule-phone-language = Қызметкер таңдағанға дейінгі тіл
rule-yes = иә
rule-no = жоқ

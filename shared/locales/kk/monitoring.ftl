### Monitoring of families over five years (§41-46). The phone does not carry these.
###
### For a native editor: these Kazakh texts are ours, not official ones, and want a check before release.

## The five years, their rounds, and the lists of them

desk-monitoring = Отбасы мониторингі
monitoring-hint = Мониторинг бес жыл жүргізіледі: алғашқы үш жылда тоқсан сайын, төртінші және бесінші жылдары жарты жыл сайын (Қағидалардың 40 және 43-тармақтары). Кезең уақыты аяқталған соң жабылады: тұрғылықты жері тексерілген (45-тармақ), мәселелер мен ұсыныстар жазылған (42-тармақ) болуы керек.
monitoring-parts = Мониторинг бөлімдері
monitoring-rounds = Кезеңдер
monitoring-issues = Мәселелер мен ұсыныстар
monitoring-departures = Көшіп кеткендер
monitoring-period = Аяқталатын тоқсаны
monitoring-period-all = Барлық тоқсан
monitoring-term = Кезеңді жабу мерзімі, уақыты аяқталғаннан кейінгі жұмыс күні: {$days}. Бұйрықта мұндай мерзім жоқ: бұл баптау.
monitoring-unwatched = Квотаға қосылған күні де, келген күні де жоқ отбасы: {$count}. Бұл күндер болмаса, мониторинг кезеңдері де болмайды.
monitoring-missed-rounds = Мерзімінде жабылмаған мониторинг кезеңі: {$count}
monitoring-any-state = Кез келген күйі
monitoring-any-centre = Барлық мансап орталығы
monitoring-centres = Орталықтар бойынша
monitoring-round = Кезең
monitoring-round-of = {$number}-кезең, барлығы 16
monitoring-span = Уақыты
monitoring-due = Жабу мерзімі
monitoring-completions = Көрсетілген қызмет
monitoring-visits = Шығып тексеру
monitoring-open = Шешілмегені
monitoring-residence = Тұрғылықты жері
monitoring-saved = Журналға жазылды
monitoring-text = Мәтін

## Where a round stands, and what is done to it

round-state-before = Бұйрыққа дейін аяқталған
round-state-scheduled = Уақыты аяқталмаған
round-state-due = Жабу керек
round-state-begun = Жүргізілуде
round-state-missed = Мерзімінде жабылмаған
round-state-done = Жабылды
round-state-departed = Отбасы көшіп кеткен
round-act-begin = Бастау
round-act-close = Кезеңді жабу
round-act-reopen = Қайта ашу
round-did-begin = Басталды
round-did-close = Жабылды
round-did-reopen = Қайта ашылды
round-start-quota = Квотаға қосылған күннен
round-start-arrival = Келген күннен
round-periods-calendar = Күнтізбелік тоқсандар, содан кейін жарты жылдар
round-periods-calendar-halves = Күнтізбелік тоқсандар мен күнтізбелік жарты жылдар (12 және 13-кезең арасында бір тоқсан бос қалуы мүмкін)
round-periods-anniversary = Басталған күннен есептелген айлар

## Problems and proposals

issue-what-problem = Мәселе
issue-what-proposal = Ұсыныс
issue-kind-service-missing = Қызмет көрсетілмеген
issue-kind-service-late = Қызмет кешіккен
issue-kind-service-quality = Қызметтің сапасы
issue-kind-contradiction = Мемлекеттік жүйеге қайшылық
issue-kind-housing = Тұрғын үй, отын, су
issue-kind-work = Жұмыс пен табыс
issue-kind-education = Мектеп пен балабақша
issue-kind-health = Медициналық көмек
issue-kind-documents = Құжаттар мен тіркеу
issue-kind-payments = Төлемдер мен қолдау
issue-kind-adaptation = Тіл мен ортаға үйрену
issue-kind-other = Басқа
issue-weight-low = Төмен
issue-weight-medium = Орташа
issue-weight-high = Жоғары
issue-state-open = Шешілмеген
issue-state-closed = Шешілген
issue-act-open = Анықтау
issue-act-assign = Тапсыру
issue-act-close = Шешілді деп жабу
issue-act-reopen = Қайта ашу
issue-did-open = Анықталды
issue-did-assign = Тапсырылды
issue-did-close = Шешілді
issue-did-reopen = Қайта ашылды
issue-outcome-solved = Шешілді
issue-outcome-passed = Құзырлы органға берілді
issue-outcome-not-confirmed = Расталмады
issue-outcome-impossible = Шешу мүмкін емес
issue-about = Не туралы
issue-weighs = Маңыздылығы
issue-who = Кім туралы
issue-whole-family = Бүкіл отбасы
issue-to = Кім шешеді
issue-to-nobody = Әзірге ешкім
issue-due = Қай күнге дейін
issue-found = Анықталған күні
issue-how = Қалай шешілді
issue-said = Не істелді
issue-overdue = мерзімі өтті
issue-by = {$name}, {$date} дейін
issue-until = {$date} дейін
issue-gone = мәтіні өшірілген
issue-none = Мәселе де, ұсыныс та жоқ
issue-in-round = {$number}-кезең
issue-record = Жазбаны ашу
issue-settled = {$outcome}: жапқан {$name}, {$date}
issue-find-problem = Мәселе қосу
issue-find-proposal = Ұсыныс қосу
issue-problem-title = Жаңа мәселе
issue-proposal-title = Жаңа ұсыныс
issue-find-hint = Мәселелер мен ұсыныстар шешілгенше жүргізіледі: кім және қай күнге дейін (42-тармақтың 1) және 2) тармақшалары).
issue-assign-title = Кімге және қай күнге дейін
issue-close-title = Шешілді деп жабу
issue-reopen-title = Мәселені қайта ашу
issue-reopen-hint = Неге шешілмегенін жазыңыз.

## Where a family lives

residence-present = Тұрып жатыр
residence-departed = Көшіп кеткен
residence-unknown = Белгісіз
residence-source-police = «Көші-қон полициясы» ақпараттық жүйесі
residence-source-visit = Шығып тексеру
residence-source-family = Отбасының өзі
residence-source-akim = Ауылдық округ әкімі
residence-source-other = Басқа дереккөз

## Departures and the return of support

departure-reason-work = Жұмыс
departure-reason-housing = Тұрғын үй
departure-reason-relatives = Туыстары
departure-reason-study = Оқу
departure-reason-health = Денсаулық немесе климат
departure-reason-other = Басқа себеп
departure-reason-unknown = Себебі белгісіз
departure-to-inside = Ел ішінде
departure-to-abroad = Шетелге
departure-to-unknown = Қайда кеткені белгісіз
refund-none = Көзделмеген
refund-opened = Орталыққа жіберілді
refund-taken = Қаралуда
refund-closed = Аяқталды
refund-withdrawn = Кері алынды
departure-act-record = Көшіп кеткенін жазу
departure-act-take = Қарауға алу
departure-act-close = Қарауды аяқтау
departure-act-withdraw = Кері алу
departure-did-record = Көшіп кеткені жазылды
departure-did-take = Қарауға алынды
departure-did-close = Қаралып болды
departure-did-withdraw = Кері алынды
departure-none = Көшіп кеткен отбасы жоқ
departure-on = Кеткен күні
departure-where = Қайда
departure-kato = Жердің ӘАОЖ коды, тоғыз цифр
departure-why = Кету себебі
departure-refund = Қолдауды қайтару (46-тармақ)
departure-sent = Хабарланған орталық
departure-title = Отбасының көшіп кетуі
departure-hint = Ішкі өз бетінше көші-қон кезінде мемлекеттік қолдау қаражаты ерікті түрде қоныс аудару қағидаларына сәйкес қайтарылады (46-тармақ, № 234 бұйрық). Мұнда ақша есептелмейді: еңбек мобильділігі орталығына белгі барады, келесі кезеңдер мен жоспар тоқтайды.
departure-take-title = Қарауға алу
departure-take-hint = Қайтару туралы шешім № 234 бұйрық бойынша бұл бағдарламадан тыс қабылданады.
departure-close-title = Қарауды аяқтау
departure-close-hint = Немен аяқталды: шешімнің нөмірі мен күні.
departure-withdraw-title = Көшіп кету туралы жазбаны кері алу
departure-withdraw-hint = Жазба қате болса немесе отбасы қайтып келсе. Кезеңдер мен жоспар бұрынғыдай болады.

## One round

round-page = Мониторинг кезеңі
round-strip = Бес жылдың 16 кезеңі
round-strip-item = {$number}-кезең, {$from} – {$to}: {$state}
round-year = {$number}-жыл
round-first-day = Бес жылдың басы
round-horizon = Бес жылдың соңы (40-тармақ)
round-no-start = Квотаға қосылған күні де, келген күні де белгісіз: мониторинг кезеңдері жоқ.
round-not-over = Уақыты аяқталған жоқ: кезеңді {$date} бастап жабуға болады.
round-needs-look = Кезеңді жабу үшін алдымен тұрғылықты жерін тексеріңіз (45-тармақ).
round-needs-departure = Соңғы тексеру бойынша отбасы көшіп кеткен. Кезең көшіп кету жазылғаннан кейін (46-тармақ) немесе жаңа тексеру басқа нәтиже бергенде жабылады.
round-closed-in-time = мерзімінде жабылды
round-closed-late = мерзімінен кеш жабылды
round-summary = Қорытынды
round-not-asked = Сұралмаған
round-satisfaction = Қанағаттану: {$points} / 5
round-history = Кезеңмен не істелді
round-history-none = Әзірге ештеңе істелген жоқ
round-looks = Тұрғылықты жері (45-тармақ)
round-looks-none = Тұрғылықты жері әлі тексерілмеген
round-look = Тұрғылықты жерін тексеру
round-look-hint = Тұрақты тұруы «Көші-қон полициясы» ақпараттық жүйесі арқылы бақыланады (45-тармақ). Дереккөзі мен күнін көрсетіңіз.
round-look-result = Нәтижесі
round-look-source = Дереккөзі
round-look-day = Қай күнгі мәлімет
round-look-departed = Отбасы көшіп кетсе, көшіп кеткенін де жазыңыз: еңбек мобильділігі орталығы қолдауды қайтару туралы содан біледі.
round-completions = Осы уақытта көрсетілген қызметтер
round-completions-none = Бұл уақытта көрсетілген қызмет жоқ
round-systems-hint = Мемлекеттік жүйенің жауабы дәлелдердің қасында тұрады, оларды алмастырмайды. Жүйе қайшы келсе, мәселе ашылады (44-тармақ).
round-system = Мемлекеттік жүйе
round-system-agrees = растайды
round-system-differs = қайшы келеді
round-confirm = Жүйенің жауабын жазу
round-confirm-title = Мемлекеттік жүйенің жауабы
round-confirm-answer = Жауабы
round-confirm-on = Жауап күні
round-confirm-text = Жауаптың нөмірі немесе мазмұны
round-visits = Шығып тексерулер (42-тармақтың 4) тармақшасы)
round-visits-none = Бұл уақытта шығып тексеру болған жоқ
round-visits-hint = Шығып тексеру телефондағы қолданбада жазылады: отбасы, «Мониторингтік сапар».
round-visit-problem = Мәселе ретінде қосу
round-visit-proposal = Ұсыныс ретінде қосу
round-findings = Жазбаларда байқалғаны
round-findings-none = Бұл уақыттың жазбаларында күмән тудыратын ештеңе жоқ
round-begin-title = Кезеңді бастау
round-begin-hint = Кезеңнің басталғаны белгіленеді. Тұрғылықты жерін тексеру де кезеңді бастайды.
round-close-title = Кезеңді жабу
round-close-hint = Қысқаша: не тексерілді, не анықталды, не ұсынылды (42-тармақ). Мәтін журналда қалады.
round-reopen-title = Кезеңді қайта ашу
round-reopen-hint = Кезеңнің неге қайта ашылатынын жазыңыз.

## Its rules, a setting

reference-monitoring = Мониторинг ережелері
monitoring-rule-hint = Бұйрық бес жылдың қай күннен басталатынын, кезеңдердің қалай бөлінетінін және қанша күнде жабылатынын айтпайды (40 және 43-тармақтар). Алғашқы екі оқылым осы күні немесе кейін квотаға қосылған (квотасыз: келген) отбасыларға, мерзім осы күні немесе кейін аяқталатын кезеңдерге қолданылады.
monitoring-rule-start = Бес жылдың басы
monitoring-rule-periods = Кезеңдердің бөлінуі
monitoring-rule-term = Жабу мерзімі, жұмыс күні
monitoring-rule-from = Осы күннен бастап
monitoring-rule-none = Мұнда ештеңе өзгертілмеген: бәрі бағдарламадағыдай.

## Elsewhere

export-of-rounds = Мониторинг кезеңдері
export-of-issues = Мәселелер мен ұсыныстар
export-of-departures = Көшіп кеткен отбасылар
audit-read-monitoring-list = Мониторинг тізімі
audit-read-monitoring-family = Отбасының мониторингі
audit-read-monitoring-round = Мониторинг кезеңі
audit-act-monitoring-round-acted = Мониторинг кезеңі
audit-act-monitoring-residence-checked = Тұрғылықты жері тексерілді
audit-act-monitoring-issue-opened = Мәселе немесе ұсыныс анықталды
audit-act-monitoring-issue-acted = Мәселе немесе ұсыныс бойынша әрекет
audit-act-monitoring-family-departed = Отбасының көшіп кеткені жазылды
audit-act-monitoring-departure-acted = Көшіп кету бойынша әрекет
audit-act-monitoring-service-confirmed = Мемлекеттік жүйенің жауабы жазылды
audit-act-monitoring-worded = Мониторингтегі мәтін

### Road maps of rural okrugs (§38). The phone does not carry these.

## Road maps

desk-road-maps = Жол карталары
road-map-hint = Ауылдық жерге қоныстанған отбасылар үшін жол картасы бекітіледі (Қағидалардың 38-тармағы): әр ауылдық округке және күнтізбелік жылға біреу, онда әр отбасының ашық іс-шаралары мерзімімен тұрады. Оған мансап орталығының директоры, ауылдық округ әкімі және аудан әкімі кез келген ретпен қол қояды, әрқайсысында бір данасы болады. Бұйрықта мерзім аталмаған: мақсатты күн – ұйымның өз белгілегені.
road-map-of = {$year} жылға арналған жол картасы
road-map-page = Жол картасы
road-map-okrug = Ауылдық округ
road-map-settlements = Елді мекендер
road-map-families = Отбасылар
road-map-hash = Жол картасының SHA-256 бақылау қосындысы

## Where a road map stands

road-map-state-draft = Жоба
road-map-state-signing = Қол қойылуда
road-map-state-approved = Бекітілді
road-map-state-active = Қолданыста
road-map-state-returned = Ескертпемен қайтарылды
road-map-state-closed = Жаңа нұсқа алмастырды
road-map-state-dropped = Ауыстырылды
road-map-act-draft = Жобасын жасау
road-map-act-submit = Қол қоюға беру
road-map-act-sign = Қол қою
road-map-act-return = Ескертпемен қайтару
road-map-act-copy = Дананы белгілеу
road-map-act-close = Алмастыру
road-map-act-drop = Ауыстыру
road-map-did-draft = Жоба жасалды
road-map-did-submit = Қол қоюға берілді
road-map-did-sign = Қол қойылды
road-map-did-return = Ескертпемен қайтарылды
road-map-did-copy = Данасы берілді
road-map-holder-director = Мансап орталығының директоры
road-map-holder-okrug = Ауылдық округ әкімі
road-map-holder-raion = Аудан әкімі
road-map-change-added = Қосылды
road-map-change-removed = Алынды
road-map-change-moved = Мерзімі өзгерді

## The list of okrugs

road-map-year-before = Алдыңғы жыл
road-map-year-after = Келесі жыл
road-map-over = Бұл жыл аяқталған: картаның күші жоқ.
road-map-none-count = картасы жоқ: {$count}
road-map-waiting-count = қол қойылуда: {$count}
road-map-late-count = мақсатты күні өткен: {$count}
road-map-show-all = Барлық округ
road-map-show-none = Картасы жоқтар
road-map-show-waiting = Қол қойылудағылар
road-map-show-late = Кешіккендер
road-map-none-yet = Жол картасы әлі жоқ
road-map-in-force = күшінде {$version}-нұсқа
road-map-missing = Не жетіспейді
road-map-unsigned = қолы: {$who}
road-map-uncopied = данасы: {$who}
road-map-complete = бәрі бар
road-map-clock = Мақсатты күн
road-map-unplaced = Ауылдағы {$count} отбасының елді мекен коды округті көрсетпейді: ол түзетілгенше, жол картасына кіре алмайды.

## One road map

road-map-draft-again = Жобасын жаңарту
road-map-draft-next = Келесі нұсқасын жасау
road-map-drafted = Жол картасының жобасы жасалды
road-map-frozen = Карта {$date} сәтіндегі деректермен бекітілген. Кейінгі өзгерістер жаңа нұсқаға кіреді.
road-map-target = Мақсатты күн: {$date} ({$days} жұмыс күні). Заң бойынша мерзім жоқ.
road-map-erased-count = Деректері өшірілген адамдардың жолдары: {$count}. Олардың орнында бақылау қосындысы ғана қалды, сканерленген қағаздар да өшірілді.
road-map-signatures = Қолдар мен даналар
road-map-who = Кім
road-map-signature = Қолы
road-map-copy = Данасы
road-map-not-signed = қол қоймаған
road-map-no-copy = берілмеген
road-map-by-account = өз тіркелгісімен
road-map-on-paper = қағазда
road-map-entered-by = енгізген: {$name}, {$date}
road-map-scan = Сканерленген көшірмесі
road-map-scan-gone = сканерленген көшірмесі өшірілген
road-map-rows = Отбасылар мен ашық іс-шаралар
road-map-rows-hint = Әр отбасының жолында жасалған сәттегі ашық іс-шаралар тұр. «Орындалды» белгісі кейін қойылады, қол қойылған нұсқаға кірмейді.
road-map-col-number = № р/с
road-map-col-family = Отбасы
road-map-col-member = Отбасы мүшесі
road-map-col-activity = Іс-шара
road-map-col-day = Мерзімі
road-map-planned = {$date} (жоспар)
road-map-done-on = орындалды {$date}
road-map-nothing-open = ашық іс-шара жоқ
road-map-history = Картамен не істелді
road-map-versions = Жылдың нұсқалары
road-map-change = Өзгеріс
road-map-change-family = отбасы

## Putting forward, signing, returning, handing over

road-map-submit-title = Қол қоюға беру
road-map-submit-hint = Картаны директор мен екі әкім көреді. Содан кейін оны өзгерту үшін ескертпемен қайтару және келесі нұсқасын жасау керек.
road-map-sign-title = Жол картасына қол қою
road-map-sign-hint = Қол қою – құпиясөзді қайта енгізу. Журналға картаның бақылау қосындысы, атыңыз, рөліңіз және уақыты жазылады.
road-map-return-title = Ескертпемен қайтару
road-map-return-hint = Қойылған қолдардың күші жойылады, мансап орталығы келесі нұсқасын жасайды. Не түзету керегін жазыңыз.
road-map-copy-title = Дананы беру
road-map-copy-hint = Жол картасы үш данада болады (38-тармақ). Дананы кім және қашан алғанын белгілеңіз.
road-map-copy-whose = Кімнің данасы
road-map-copy-name = Кім алды
road-map-copy-day = Алған күні
road-map-enter = Қағаздағы қолды енгізу
road-map-enter-hint = Басып шығарылған картаға қол қойылса, сканерленген қағазды енгізіңіз: бір PDF, JPEG немесе PNG файл, 8 МБ-тан аспайды. Бақылау қосындысының алғашқы 8 таңбасы әр беттің төменгі жағында басылған: басқа нұсқаның қағазы қабылданбайды.
road-map-enter-whose = Кімнің қолы
road-map-enter-name = Қол қойған адам
road-map-enter-post = Лауазымы
road-map-enter-day = Қол қойылған күні
road-map-enter-digest = Қағаздағы бақылау қосындысының басы
road-map-enter-file = Сканерленген қағаз (PDF, JPEG, PNG)
road-map-file-too-large = Файл 8 МБ-тан үлкен. Азырақ сапамен сканерлеңіз.
road-map-done-submit = Карта қол қоюға берілді
road-map-done-sign = Картаға қол қойылды
road-map-done-return = Карта қайтарылды
road-map-done-copy = Дана белгіленді
road-map-done-enter = Қағаздағы қол енгізілді

## On paper

road-map-annex = Қағидалардың 38-тармағы
road-map-paper-title = Ауылдық жерге қоныстанған қандастар отбасыларының {$year} жылға арналған жол картасы
road-map-copies-made = Үш данада жасалды: аудан әкіміне, ауылдық округ әкіміне және мансап орталығына.
road-map-place-director = Мансап орталығының директоры (қолы, тегі, күні)
road-map-place-okrug = Ауылдық округ әкімі (қолы, тегі, күні)
road-map-place-raion = Аудан әкімі (қолы, тегі, күні)

## The term, a setting

reference-road-map = Жол картасының мерзімі
road-map-term-hint = Бұйрық жол картасына қол қою мерзімін атамайды (38-тармақ). Мұндағы жұмыс күндері – ұйымның мақсаты: осы күннен бастап қол қоюға берілген карталарға қолданылады, заң бойынша мерзім емес.
road-map-term-days = Жұмыс күндері
road-map-term-from = Осы күннен бастап берілген карталарға
road-map-term-history-none = Мұнда ештеңе өзгертілмеген: бағдарламадағыдай {$days} жұмыс күні.
road-map-term-default = бағдарламадағыдай

## Elsewhere

export-of-road-map = Жол картасы
audit-read-road-map-show = Жол картасының жолдары
audit-read-road-map-scan = Қол қойылған қағаздың сканерленген көшірмесі
audit-act-roadmap-row-frozen = Жол картасының жолы бекітілді
audit-act-roadmap-drafted = Жол картасының жобасы жасалды
audit-act-roadmap-submitted = Жол картасы қол қоюға берілді
audit-act-roadmap-scanned = Қол қойылған қағаздың сканерленген көшірмесі енгізілді
audit-act-roadmap-signed = Жол картасына қол қойылды
audit-act-roadmap-returned = Жол картасы қайтарылды
audit-act-roadmap-remarked = Жол картасына ескертпе
audit-act-roadmap-copied = Жол картасының данасы берілді

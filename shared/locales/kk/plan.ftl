### Plans of families at the office (§19, 28, 32-34). They come with the screens of plans; the phone does not carry them.

## Plans of families (§19, 28, 32-34): the list

plan-hint = Жоспар отбасы мүшелерінің әрқайсысына бөлек жасалады (Қағидалардың 32 және 33-тармақтары). Қандас келіскеннен және ұтқырлық орталығы бекіткеннен кейін ол бір жұмыс күні ішінде телефондарға жүктеледі (34-тармақ).
plan-show-mine = Мені күтіп тұр: {$count}
plan-show-under-way = Жұмыстағы: {$count}
plan-show-late = Кешіккен: {$count}
plan-show-without = Жоспарсыз отбасылар: {$count}
plan-show-in-force = Жүктелгендері мен аяқталғандары: {$count}
plan-in-force-hint = Жоспардың күйі жазбалардан шығады: алғашқы жазбадан бастап орындалуда, ашық қызмет қалмағанда орындалып бітеді, келесі кезеңнен бастап бақылауда, бес жылдан кейін жабылады (40 және 43-тармақтар).
plan-in-force-any = Барлық күйлер
plan-open-items = Қалғаны
plan-done-items = Орындалғаны
plan-loaded = Жүктелген күні
plan-waits = Не күтіп тұр
plan-since = Қашаннан бері
plan-clock = Телефонға жүктеу мерзімі
plan-begin = Бастау
plan-waits-finish = соңғы жоба
plan-waits-agree = қандастың келісімі
plan-waits-approve = ұтқырлық орталығының бекітуі
plan-waits-publish = телефондарға жүктеу

## One plan

plan-of = {$name} отбасының жоспары
plan-page = Отбасы жоспары
plan-version = {$number}-нұсқа
plan-versions = Жоспар нұсқалары
plan-steps = Нұсқаның күйі
plan-none-yet = Бұл отбасының жоспары әлі жасалмаған.
plan-from-import = Телефондарда {$number}-нұсқа бар; ол мұнда жасалмаған.
plan-on-phones = Телефондарда {$number}-нұсқа қалады, жаңасы жүктелгенше жұмыс соған сай жүреді.
plan-open-remote = Қашықтан жоба жасау (19-тармақ)
plan-open-settled = 1-қосымша бойынша жасау (32-тармақ)
plan-open-amend = Жаңа нұсқа бастау
plan-opened = Нұсқа басталды
plan-quota = Квотаға енгізілген күн: {$date}. Қызмет мерзімдері осы күннен есептеледі (33-тармақ).
plan-no-quota = Квотаға енгізілген күн белгісіз: заңды мерзім жоқ, тек жоспарланған күндер бар (33-тармақ).
plan-no-terms = Қызметтердің мерзімдері енгізілмеген: заңды мерзім жоқ.
plan-hash = Жоспардың SHA-256 қосындысы
plan-erased-count = Деректері өшірілген адамдардың жолдары: {$count}. Олардың тек қосындысы қалды; келісім файлы да өшірілді.
plan-publish-by = Телефондарға жүктеу мерзімі: {$date} (34-тармақ)
plan-late = Мерзімі өтті
plan-published = Телефондарға жүктелді: {$date}
plan-published-late = бір жұмыс күнінен кеш
plan-visit-late = Сапардан кейін бір жұмыс күнінен кеш (28-тармақ)
plan-visited = Алдын ала сапар: {$date}

## The matrix

plan-matrix = Отбасы мүшелері мен қызметтер
plan-matrix-hint = Көрсеткілер жылжытады, бос орын белгісі белгілейді, R жолды, C бағанды толтырады, Ctrl+Z болдырмайды. Өзгерістер өздігінен сақталады. Алдын ала таңдау жас пен жынысқа сай жасалады: одан әр өзгерістің себебі болуы керек.
plan-amend-hint = Бұл нұсқа телефондардағы нұсқадан басталады. Орындалған іс-шаралар өзгеріссіз көшеді; алынып тасталғандар телефондарда «жоспардан алынды» болады.
plan-cell-in = жоспарда
plan-cell-out = жоспарда жоқ
plan-cell-changed = өзгертілген
plan-cell-unexplained = себебі жоқ
plan-cell-settled = орындалған, өзгермейді
plan-cell-head = отбасы басшысында
plan-fill-row = Жолды толтыру
plan-fill-column = Бағанды толтыру
plan-undo = Болдырмау
plan-age = {$count} жас
plan-age-unknown = жасы белгісіз
plan-chosen = жоспарда: {$count}
plan-saved = Сақталды
plan-saving = Сақталып жатыр
plan-unsaved = Әлі сақталмаған өзгерістер бар
plan-elsewhere = Жоспарды басқа біреу өзгертті. Бетті жаңартыңыз.
plan-refresh = Жаңарту
plan-item = Таңдалған іс-шара
plan-planned-on = Жоспарланған күн
plan-due-on = Заңды мерзім: {$date}
plan-due-none = Заңды мерзім жоқ
plan-after-due = Жоспарланған күн заңды мерзімнен кеш
plan-day-row = Бүкіл жолға
plan-day-column = Бүкіл бағанға
plan-why = Өзгеріс себебі
plan-why-text = Себеп сөзбен
plan-why-none = таңдалмаған
plan-unexplained = Себебі жоқ өзгерістер: {$count}
plan-explain-all = Барлығына осы себеп
plan-reason-already-has = Қызмет бұрын көрсетілген
plan-reason-not-needed = Отбасына керек емес
plan-reason-family-asks = Отбасы сұрайды
plan-reason-age = Жасы немесе құжаты бойынша
plan-reason-situation = Денсаулық, жұмыс немесе тұрғын үй жағдайы
plan-reason-other = Басқа

## How a version differs from the one before

plan-changes = Алдыңғы нұсқадан айырмашылығы
plan-changes-none = Айырмашылық жоқ.
plan-change = Өзгеріс
plan-change-added = Қосылды
plan-change-dropped = Алынды
plan-change-moved = Басқа күн
plan-member = Отбасы мүшесі
plan-service = Қызмет
plan-before = Бұрын
plan-after = Енді

## What is done to a version

plan-act-open = Бастау
plan-act-visit = Сапардан кейін келісілді
plan-act-finish = Соңғы жоба дайын
plan-act-agree = Қандастың келісімін енгізу
plan-act-approve = Бекіту
plan-act-reject = Ескертпемен қайтару
plan-act-publish = Телефондарға жүктеу
plan-act-discard = Жобаны алып тастау
plan-did-open = Басталды
plan-did-visit = Сапардан кейін келісілді
plan-did-finish = Соңғы жоба жасалды
plan-did-agree = Қандас келісті
plan-did-approve = Бекітілді
plan-did-reject = Ескертпемен қайтарылды
plan-did-publish = Телефондарға жүктелді
plan-did-discard = Жоба алып тасталды
plan-visit-hint = Алдын ала сапардан кейін жоспар бір жұмыс күні ішінде қандаспен келісіледі (28-тармақ).
plan-visit-day = Сапар күні
plan-finish-hint = Жоба қоныстандыру өңірінде 1-қосымша бойынша жасалған соңғы нұсқаға айналады (32-тармақ). Келісімге дейін оны әлі өзгертуге болады.
plan-agree-hint = Қандастың мұнда тіркелгісі жоқ: оның келісімі (34-тармақ) қағазбен, телефондағы «Жоспарға келісім» әрекетіндегі қолмен немесе ЭЦҚ файлымен расталады.
plan-how = Келісім қалай берілді
plan-how-paper = Қағазда, сканерленген көшірме
plan-how-record = Телефондағы қол
plan-how-eds = ЭЦҚ файлы
plan-eds-hint = Файлмен осы жоспар нұсқасының мәтініне қол қойылуға тиіс. RSA не ECDSA қолтаңбасы тексеріледі, ГОСТ тексерілмей сақталады.
plan-text = Қол қойылатын мәтінді жүктеу
plan-no-signatures = Соңғы жобадан кейін «Жоспарға келісім» жазбасы жоқ. Ол телефонда, қызметтерден тыс әрекеттердің ішінде жасалады: басып шығарылған жоспардың төменіндегі таңбалар жазылып, қандас экранға қол қояды.
plan-record-differs = таңбалар басқа жоспардікі
plan-record = Қолы бар жазба
plan-signer = Кім қол қойды
plan-signed-on = Қай күні
plan-digest = Қағаздағы қосындының басы (8 таңба)
plan-file-scan = Сканерленген көшірме (PDF, JPEG, PNG)
plan-file-eds = CMS файлы (.cms, .p7s, .p7m)
plan-file-too-large = Файл 8 МБ-тан үлкен.
plan-agreed-on = Келісілген күні: {$date}
plan-paper-take = Келісім файлы
plan-paper-gone = келісім файлы өшірілді
plan-approve-hint = Бекіту үшін құпиясөзді қайта енгізіңіз. Журналға жоспардың қосындысы, сіздің атыңыз, рөліңіз бен уақыт жазылады (34-тармақ).
plan-approve-by-file = Бұл орталықта жоспар тек электрондық қолтаңба файлымен бекітіледі: мәтінді жүктеп алып, ЭЦҚ-мен қол қойып, файлды қосыңыз.
plan-reject-hint = Қандастың келісімі күшін жояды, жоспар қайта жобаға айналады. Нені түзету керегін жазыңыз.
plan-reject-text = Ескертпе
plan-publish-hint = Жоспар қызметкерлердің телефондарына келесі байланыста жетеді. Алынып тасталған іс-шаралар сонда «жоспардан алынды» болады.
plan-discard-hint = Қателесіп басталған жоба алып тасталады. Одан телефондарға ештеңе бармайды; ол тарихта қалады, басқа жоба бастауға болады.
plan-done-visit = Сапар жазылды
plan-done-finish = Соңғы жоба дайын
plan-done-agree = Келісім енгізілді
plan-done-approve = Жоспар бекітілді
plan-done-reject = Жоспар қайтарылды
plan-done-publish = Жоспар телефондарға жүктелді
plan-done-discard = Жоба алып тасталды
plan-remarks = Ұтқырлық орталығының ескертпелері
plan-history = Нұсқамен не істелді

## On paper

plan-annex = Қағидаларға 1-қосымша (32 және 33-тармақтар)
plan-paper-title = Қандас пен отбасы мүшелерін бейімдеу және ықпалдастыру жөніндегі жеке жоспар
plan-paper-family = Отбасы басшысы: {$name}
plan-paper-place = Қоныстанған жері: {$place}
plan-paper-number = Р/с №
plan-paper-term = Мерзімі
plan-paper-planned = {$date} (жоспарланған)
plan-paper-done = орындалған
plan-paper-cancelled = Жоспардан алынған іс-шаралар
plan-paper-kandas = Қандас (қолы, аты-жөні, күні)
plan-paper-worker = Мансап орталығының қызметкері (қолы, аты-жөні, күні)
plan-paper-head = Ұтқырлық орталығының басшысы (қолы, аты-жөні, күні)

### The quarterly assessment of centres and its conclusion (§47-51). The phone does not carry these.

## The list of centres

desk-assessments = Орталықтарды бағалау
assessment-hint = «Еңбек ресурстарын дамыту орталығы» қоныстандыру өңірлерінің еңбек мобильділігі орталықтары мен мансап орталықтарын тоқсан сайын, келесі айдың 5-інен кешіктірмей бағалайды (Қағидалардың 47-тармағы). Көрсеткіштерді бағдарлама өз деректері бойынша есептейді, балды адам қояды.
assessment-quarter = Тоқсан
assessment-quarter-of = {$year} жылғы {$number}-тоқсан
assessment-quarter-before = Алдыңғы тоқсан
assessment-quarter-after = Келесі тоқсан
assessment-centre = Орталық
assessment-page = Орталықты бағалау
assessment-opens = Балл қою {$date} күні ашылады.
assessment-due = Балл қою: мақсатты күн {$target}, заң бойынша соңғы күн {$legal}.
conclusion-due-dates = Қорытынды: мақсатты күн {$target}, заң бойынша соңғы күн {$legal}.
assessment-due-unknown = Бұл тоқсанның мерзімдері жұмыс күндерінің күнтізбесінде жоқ.
assessment-live = Көрсеткіштер қазіргі деректер бойынша есептелген, {$date} күнінен кейін бекітіледі.
assessment-frozen = Көрсеткіштер {$date} сәтіндегі деректер бойынша бекітілген. Кейін келген дерек оларды өзгертпейді.
assessment-not-frozen = Мерзімі өтті: көрсеткіштер алғашқы балл қойылғанда немесе жақын сағатта бекітіледі.
assessment-running = Тоқсан әлі аяқталмаған: балды келесі айдың 1-інен бастап қоюға болады.
assessment-show-all = Барлық орталық
assessment-show-unscored = Балы жоқтар
assessment-show-low = Төмен бағаланғандар
assessment-unscored-count = балы жоқ: {$count}
assessment-overdue = Мерзімі өтті
assessment-not-assessed = Отбасы жоқ, бағаланбайды
assessment-no-scores = Балл қойылмаған
assessment-of = {$of} ішінен {$count}
assessment-hidden = Балдар қорытынды жергілікті атқарушы органдарға жолданғаннан кейін көрінеді (51-тармақ).

## What is computed

assessment-indicators = Көрсеткіштер
assessment-relevance = Релеванттылық
assessment-effectiveness = Нәтижелілік
assessment-social-effect = Әлеуметтік әсер
assessment-relevance-hint = Жеке жоспар тапсырмаларының орындалуы (48-тармақтың 1) тармақшасы): осы тоқсанда не істелуге тиіс еді және қашан істелді.
assessment-effectiveness-hint = Тапсырмалардың орындалу сапасы (48-тармақтың 2) тармақшасы): осы тоқсандағы жұмыс туралы тексерушілер мен бағдарлама ережелері не айтты, есептер уақытында берілді ме.
assessment-social-effect-hint = Қандастар мен олардың отбасы мүшелерінің қанағаттануы және қоныстандыру өңірінен кетуі (48-тармақтың 3) тармақшасы).
assessment-due-all = Тоқсанда істелуге тиіс
assessment-due-in-time = Мерзімінде орындалды
assessment-due-late = Кеш орындалды
assessment-due-not = Орындалмады
assessment-done = Тоқсанда орындалған іс-шаралар
assessment-accepted = Тексерілді, қабылданды
assessment-remarked = Тексерілді, ескертпе бар
assessment-returned = Қайтарылды, жауап күтілуде
assessment-answered = Қайтарылды, жауап берілді
assessment-noticed = Бағдарлама бірдеңе байқаған
assessment-reports = Айлық есептер мерзімінде
assessment-reports-late = Айлық есептер кеш
assessment-families = Отбасылар
assessment-watched = Тұрғылықты жері тексерілген отбасылар
assessment-departed = Кеткен отбасылар
assessment-satisfaction = Қанағаттану, орташа балл
assessment-no-data = дерек жоқ
assessment-answers = {$mean} (жауап: {$count})
assessment-before = өткен тоқсанда: {$value}
assessment-open-list = {$name}: тізімін ашу
assessment-completions = тек орындалғандар

## What people score

assessment-scores = Балдар
assessment-score-of = {$criterion}: 1-ден 5-ке дейінгі балл
assessment-reason = Негіздемесі
assessment-reason-of = Негіздемесі: {$criterion}
assessment-reason-hint = Орталық туралы жазыңыз. Адамдардың аты-жөнін және ЖСН-ін жазбаңыз.
assessment-save = Балл қою
assessment-again = Балды қайта қою
assessment-saved = Балл қойылды
assessment-sum = Балдар қосындысы
assessment-total = Жиынтығы
assessment-band-name = Жалпы қорытынды
assessment-band-low = Төмен
assessment-band-medium = Орташа
assessment-band-high = Жоғары
assessment-means-low = қызметтер қанағаттанарлықсыз көрсетілді
assessment-means-medium = қызметтер қанағаттанарлық көрсетілді
assessment-means-high = қызметтер табысты көрсетілді
assessment-indicative = 25 балдық шкаламен
assessment-indicative-hint = Үш балдың қосындысы × 25/15: тек салыстыру үшін, қорытындыны өзгертпейді (49-тармақ).
assessment-mode-hint-literal-sum = Жиынтығы – үш балдың қосындысы, шектері 49-тармақта жазылғандай: 10-нан аз – төмен, 10-нан бастап – орташа, 15-тен бастап – жоғары.
assessment-mode-hint-rescaled-25 = Жиынтығы – үш балдың қосындысы × 25/15, шектері 49-тармақта жазылғандай: 10-нан аз – төмен, 10-нан бастап – орташа, 15-тен бастап – жоғары.
assessment-mean = Мансап орталықтарының орташа балы
assessment-mean-of = балы бар орталықтар: {$count}
assessment-below = Мансап орталықтары
assessment-earlier = Бұрынғы балдар
assessment-recommendations = Орталыққа берілген ұсынымдар
assessment-recommendations-none = Ұсыным берілмеген.
assessment-recommendation-open = Ашық
assessment-recommendation-closed = Жабық

## The conclusion

conclusion-page = Тоқсандық қорытынды
conclusion-hint = Қорытынды уәкілетті органға тоқсан сайын, келесі айдың 25-інен кешіктірмей беріледі (50-тармақ). Уәкілетті орган оны жергілікті атқарушы органдарға жолдайды, олар бір ай ішінде қарап, шара қолданады (51-тармақ).
conclusion-title = Бейімдеу және ықпалдастыру қызметтерін көрсету сапасын бағалау нәтижелері туралы қорытынды
conclusion-annex = Қағидалардың 50-тармағы
conclusion-none = Қорытынды әлі жазылмаған.
conclusion-extract = Үзінді: тек өз аумағының орталықтары
conclusion-overdue = Қорытындының мерзімі өтті
conclusion-state-draft = Жоба
conclusion-state-signed = Қол қойылды
conclusion-state-sent = Уәкілетті органда
conclusion-state-forwarded = Жергілікті атқарушы органдарда қаралуда
conclusion-state-closed = Шаралар қабылданды
conclusion-act-draft = Жобаны сақтау
conclusion-act-sign = Қол қою
conclusion-act-send = Уәкілетті органға жіберу
conclusion-act-forward = Жергілікті атқарушы органдарға жолдау
conclusion-act-measure = Қабылданған шараларды хабарлау
conclusion-did-draft = Жоба сақталды
conclusion-did-sign = Қол қойылды
conclusion-did-send = Уәкілетті органға жіберілді
conclusion-did-forward = Жергілікті атқарушы органдарға жолданды
conclusion-did-measure = Шара қабылданды
conclusion-part-report = 1. Қорытынды есеп
conclusion-part-results = 2. Бұрын берілген ұсынымдардың нәтижелері
conclusion-part-conclusions = 3. Тұжырымдар мен ұсынымдар
conclusion-report-text = Қызметтерді көрсету сапасын бағалау туралы есеп
conclusion-conclusions-text = Тұжырымдар
conclusion-recommendation = Ұсыным
conclusion-recommend-add = Ұсыным қосу
conclusion-recommend-remove = {$number}-ұсынымды алып тастау
conclusion-recommend-to = {$number}-ұсыным: кімге
conclusion-recommend-text = {$number}-ұсыным: не істеу керек
conclusion-recommendations-none = Ұсынымдар жоқ.
conclusion-earlier-none = Өткен тоқсандардың ашық ұсынымы жоқ.
conclusion-became = Нәтижесі
conclusion-became-of = {$number}-ұсынымның нәтижесі
conclusion-became-done = Орындалды
conclusion-became-partly = Ішінара орындалды
conclusion-became-not-done = Орындалмады
conclusion-became-dropped = Өзектілігін жоғалтты
conclusion-became-choose = Таңдаңыз
conclusion-became-text = {$number}-ұсыным: не істелді
conclusion-became-hint = Әр ашық ұсынымның нәтижесі жазылмайынша қорытындыға қол қойылмайды (50-тармақтың 2) тармақшасы). Орындалмаған немесе ішінара орындалған ұсыным келесі тоқсанға ашық күйінде өтеді.
conclusion-lacks = Қол қоюға жетіспейді:
conclusion-lacks-frozen = бекітілген көрсеткіштер
conclusion-lacks-scores = балдар, орталық саны: {$count}
conclusion-lacks-results = нәтижелер, ұсыным саны: {$count}
conclusion-lacks-words = есеп пен тұжырымдардың мәтіні
conclusion-not-yet = Қорытынды көрсеткіштер бекітілгеннен кейін, {$date} күнінен соң жазылады.
conclusion-unsaved = Сақталмаған өзгеріс бар.
conclusion-saved = Қорытындының жобасы сақталды
conclusion-hash = Қорытындының SHA-256 бақылау қосындысы
conclusion-table = Балдар кестесі
conclusion-history = Қорытындымен не істелді
conclusion-signed-by = Қол қойған: Еңбек ресурстарын дамыту орталығы
conclusion-sent-to = Уәкілетті орган

## Local executive bodies

conclusion-bodies = Жергілікті атқарушы органдар
conclusion-body = Атқарушы орган
conclusion-received = Алынған күні
conclusion-due = Қарау мерзімі
conclusion-measured = Шара қабылданған күні
conclusion-waiting = Қаралуда
conclusion-measures = Қабылданған шаралар
conclusion-measures-besides = Өзге шаралар
conclusion-measures-hint = Қорытынды алынған күннен бастап бір ай ішінде қаралады, еңбек мобильділігі орталықтары мен мансап орталықтарына тиісті шаралар қолданылады (51-тармақ). Әр ұсыным бойынша не істелгенін жазыңыз. Адамдардың аты-жөнін жазбаңыз.
conclusion-measure-of = {$number}-ұсыным бойынша шара
conclusion-body-due = Мақсатты күн {$target}, заң бойынша соңғы күн {$legal}.

## Signing, sending, forwarding, measures

conclusion-sign-title = Қорытындыға қол қою
conclusion-sign-hint = Қол қою – құпиясөзді қайта енгізу. Журналға қорытындының толық мәтіні, оның бақылау қосындысы, атыңыз, рөліңіз және уақыты жазылады. Содан кейін балдар мен мәтін өзгермейді.
conclusion-send-title = Қорытындыны уәкілетті органға жіберу
conclusion-send-hint = Қорытынды көші-қон мәселелері жөніндегі уәкілетті органға барады (50-тармақ). Оны қайтарып алуға болмайды.
conclusion-forward-title = Қорытындыны жергілікті атқарушы органдарға жолдау
conclusion-forward-hint = Аумағында бағаланған орталығы бар әр атқарушы орган қорытындыны бүгін алады, бір айлық мерзім бүгіннен басталады (51-тармақ). Орталықтар өз балдарын көреді.
conclusion-measure-title = Қабылданған шараларды хабарлау
conclusion-done-sign = Қорытындыға қол қойылды
conclusion-done-send = Қорытынды уәкілетті органға жіберілді
conclusion-done-forward = Қорытынды жергілікті атқарушы органдарға жолданды
conclusion-done-measure = Шаралар хабарланды

## How totals are read, a setting

reference-assessment = Балдардың оқылымы
assessment-mode = Жиынтықтың оқылымы
assessment-mode-literal-sum = Үш балдың қосындысы, 3–15
assessment-mode-rescaled-25 = Қосынды × 25/15
assessment-mode-hint = Бұйрық үш өлшемшарттың әрқайсысына 1-ден 5-ке дейін балл қояды, ал қорытынды шектері 25-ке дейін барып, бір-біріне тиіп тұр (49-тармақ). Мұнда таңдалған оқылым көрсетілген күнде немесе кейін аяқталатын тоқсандарға қолданылады; қойылған балдар өзгермейді.
assessment-mode-from = Осы күннен бастап аяқталатын тоқсандар үшін

## Elsewhere

export-of-conclusion = Тоқсандық қорытынды
audit-act-assessment-frozen = Тоқсан көрсеткіштері бекітілді
audit-act-assessment-scored = Орталыққа балл қойылды
audit-act-assessment-concluded = Қорытындының жобасы сақталды
audit-act-assessment-signed = Қорытындыға қол қойылды
audit-act-assessment-sent = Қорытынды уәкілетті органға жіберілді
audit-act-assessment-forwarded = Қорытынды жергілікті атқарушы органдарға жолданды
audit-act-assessment-measured = Қорытынды бойынша шаралар

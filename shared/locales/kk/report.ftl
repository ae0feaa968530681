### The monthly report of career centres (Appendix 3, §39). The phone does not carry these.

## The monthly report of Appendix 3

desk-reports = Айлық есептер
report-hint = Мансап орталығы атқарылған жұмыс туралы ақпаратты ай сайын, келесі айдың 5-інен кешіктірмей жергілікті атқарушы органға береді (Қағидалардың 39-тармағы, 3-қосымша). Еңбек ұтқырлығы орталығы көшірмесін өзі алады (4-тармақтың 8) тармақшасы).
report-month = Есепті ай
report-centre = Мансап орталығы
report-version = Нұсқасы
report-version-is = {$version}-нұсқа
report-of = {$month}, {$year} ж.
report-rows = Кім жолға шығады
report-cells = Ұяшықта не тұрады
report-span = Қай уақыт үшін
report-rows-completed = Көрсетілген қызметі бар адамдар
report-rows-planned = Жоспары орындалып жатқан барлық адам
report-cells-date = Орындалған күні
report-cells-mark = 1 немесе 0
report-span-month = Есепті ай ғана
report-span-cumulative = Басынан бері жинақталып
report-hash = Есептің SHA-256 бақылау қосындысы
report-erased = Деректері өшірілген адамдардың жолдары
report-late = өткен кезең үшін: сол айдың есебі қабылданғаннан кейін келген жұмыс
report-late-cell = {$date} (өткен кезең үшін)
report-empty = Бұл айда орындалған жұмыс жоқ.
report-continued = Кестенің жалғасы
report-annex = 3-қосымша
report-annex-rules = қандастар мен олардың отбасы мүшелеріне бейімдеу және ықпалдастыру қызметтерін көрсету қағидаларына
report-annex-form = Нысан
report-form-title = Қандасты бейімдеу және ықпалдастыру жоспарының іс-шаралары бойынша орындалған жұмыстар туралы ақпарат
report-col-iin = Қандастардың жеке сәйкестендіру нөмірі
report-signed-by = Дайындаған: мансап орталығы
report-accepted-by = Қабылдаған: жергілікті атқарушы орган

## Where a report stands

report-state-draft = Жоба
report-state-signed = Қол қойылды
report-state-sent = Қаралуда
report-state-accepted = Қабылданды
report-state-returned = Қайтарылды
report-state-reopened = Жаңа нұсқаға рұқсат бар
report-state-dropped = Ауыстырылды
report-act-draft = Жобасын жасау
report-act-sign = Қол қою
report-act-send = Жіберу
report-act-accept = Қабылдау
report-act-return = Қайтару
report-act-reopen = Жаңа нұсқаға рұқсат беру
report-act-drop = Ауыстыру
report-did-draft = Жоба жасалды
report-did-sign = Қол қойылды
report-did-send = Жіберілді
report-did-accept = Қабылданды
report-did-return = Қайтарылды
report-did-reopen = Жаңа нұсқаға рұқсат берілді

## The list of centres

report-due = Мақсатты күн: {$target}. Заң бойынша соңғы күн: {$legal}.
report-due-moved = {$named} демалыс күніне түседі: мақсатты күн алдыңғы жұмыс күні, заң бойынша күн келесі жұмыс күні.
report-due-unknown = Бұл айдың мерзімі жұмыс күндерінің күнтізбесінде жоқ.
report-overdue = Мерзімі өтті
report-overdue-count = мерзімі өткен: {$count}
report-waiting-count = қаралуда: {$count}
report-none-yet = Есеп әлі жоқ
report-show-all = Барлық орталық
report-show-overdue = Мерзімі өткендер
report-show-waiting = Қаралудағылар
report-entries = Жолдар
report-sent-at = Жіберілді
report-clock = Мерзімі
report-days-left = қалды: {$count} күн
report-days-late = кешікті: {$count} күн
report-in-time = мерзімінде
report-too-late = мерзімінен кеш
report-month-before = Алдыңғы ай
report-month-after = Келесі ай
report-export-month = Айдың есептері

## One report

report-page = Айлық есеп
report-draft-again = Жобасын жаңарту
report-draft-next = Келесі нұсқасын жасау
report-drafted = Есептің жобасы жасалды
report-frozen = Есеп {$date} сәтіндегі деректермен бекітілген. Кейін келген жұмыс оны өзгертпейді.
report-sent-to = Кімге (39-тармақ)
report-copied-to = Көшірмесі (4-тармақтың 8) тармақшасы)
report-history = Есеппен не істелді
report-remarks = Ескертпелер
report-versions = Айдың нұсқалары
report-table = 3-қосымшаның кестесі
report-table-hint = Әр күн мөр басылған жазбаны дәлелдерімен ашады. Аты-жөні нысанға кірмейді, тек осы бетте тұрады.
report-person = Адам
report-nobody = деректері өшірілген
report-cell-of = {$person}, {$service}, {$date}: жазбаны ашу
report-cell-returned = қайтарылған
report-cell-late = өткен кезең үшін
report-erased-count = Деректері өшірілген адамдардың жолдары: {$count}. Олардың орнында бақылау қосындысы ғана қалды.
report-not-over = Ай аяқталмаған: қол қою келесі айдың 1-інен бастап мүмкін.
report-changes = Алдыңғы нұсқадан айырмасы
report-changes-none = Кестелер бірдей.
report-changes-more = Көрсетілгені {$shown}, барлығы {$count}.
report-change-before = Бұрын
report-change-after = Енді
report-change-row = бос жол

## Signing, sending, deciding

report-sign-title = Есепке қол қою
report-sign-hint = Қол қою – құпиясөзді қайта енгізу. Журналға есептің бақылау қосындысы, атыңыз, рөліңіз және уақыты жазылады.
report-send-title = Есепті жіберу
report-send-hint = Есеп жергілікті атқарушы органға барады, көшірмесін еңбек ұтқырлығы орталығы алады. Содан кейін оны өзгертуге болмайды.
report-accept-title = Есепті қабылдау
report-accept-hint = Қабылданған есептен кейін келген жұмыс келесі айдың есебіне «өткен кезең үшін» белгісімен шығады.
report-return-title = Есепті қайтару
report-return-hint = Мансап орталығы келесі нұсқасын жасайды. Не түзету керегін жазыңыз.
report-reopen-title = Жаңа нұсқаға рұқсат беру
report-reopen-hint = Мансап орталығы кеш келген жұмысы бар келесі нұсқаны бере алады.
report-text = Ескертпе
report-done-sign = Есепке қол қойылды
report-done-send = Есеп жіберілді
report-done-accept = Есеп қабылданды
report-done-return = Есеп қайтарылды
report-done-reopen = Жаңа нұсқаға рұқсат берілді

## Its form, a setting

reference-report = Есеп нысаны
report-option-hint = Бұйрық 3-қосымшаның ұяшығына не жазылатынын және кімнің жолға шығатынын айтпайды (39-тармақ). Мұнда таңдалған оқылым көрсетілген күнде немесе кейін аяқталатын айларға қолданылады; жасалып қойған есептер өзгермейді.
report-option-name = Не таңдалады
report-option-now = Қазір
report-option-value = Оқылымы
report-option-from = Осы күннен бастап аяқталатын айлар үшін
report-option-history-none = Мұнда ештеңе өзгертілмеген: бәрі бағдарламадағыдай.

## Elsewhere

export-of-report = Айлық есеп
audit-read-report-show = Айлық есептің жолдары
audit-act-report-row-frozen = Есептің жолы бекітілді
audit-act-report-drafted = Есептің жобасы жасалды
audit-act-report-signed = Есепке қол қойылды
audit-act-report-sent = Есеп жіберілді
audit-act-report-decided = Есеп бойынша шешім
audit-act-report-remarked = Есепке ескертпе

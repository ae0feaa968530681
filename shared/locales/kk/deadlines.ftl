### The deadlines board (requirements §1.9). The phone does not carry these.

## The board

deadline-hint = Сіздің және сіз қадағалайтындардың қай күнге не істеуі керек екені. Қызылмен тек бұйрық бойынша кешіккені белгіленеді; ұйымның өзі белгілеген мерзім ішкі деп аталады, оның өтіп кетуі бұзушылық емес.
deadline-any-kind = Барлық түрі
deadline-kind = Түрі
deadline-everything = Маған көрінетіннің бәрі
deadline-mine = Менің кезегім
deadline-looks-on = сіз бақылайсыз
deadline-empty = Мерзімі бар іс жоқ
deadline-empty-text = Бір мерзім басталса, осы жерде көрінеді.
deadline-none-so = Мұндай сүзгімен ештеңе жоқ.
deadline-what = Не істеу керек
deadline-count = Саны
deadline-where = Тармақ
deadline-who = Кім
deadline-clock = Сағат
deadline-day = Күні
deadline-paragraph = {$paragraph}-тармақ
deadline-units = орталық саны: {$count}
deadline-target = мақсатты күн {$date}
deadline-legal = заңды күн {$date}
deadline-internal = ішкі мерзім
deadline-since = {$date} бастап
deadline-no-term = мерзімі жоқ
deadline-until-law = мақсатты күн өтті, заң бойынша {$date} дейін
deadline-target-today = мақсатты күн – бүгін, заң бойынша {$date} дейін
deadline-strip = Мерзімдегі жұмыс күні: {$term}, қалғаны: {$left}
deadline-strip-late = Мерзімдегі жұмыс күні: {$term}, кешіккені: {$late}

## How it stands

deadline-state-late = Кешікті
deadline-state-today = Бүгін
deadline-state-soon = Таяу бес жұмыс күнінде
deadline-state-later = Кейінірек
deadline-state-open = Мерзімі жоқ

## What is due

deadline-plan-after-visit = Алдын ала сапардан кейін жоспарды келісу
deadline-registration = Уақытша тіркеу бітіп барады
deadline-activity = Жоспардағы қызметтер
deadline-agreement = Қандастың келісімін күтіп тұрған жоспарлар
deadline-approval = Жоспарларды бекіту
deadline-publication = Жоспарды телефондарға жүктеу
deadline-rework = Пысықтауға қайтарылғанға жауап беру
deadline-check = Жазбаларды тексеру
deadline-road-map = Жол картасына қол қою
deadline-road-map-copy = Жол картасының даналарын тапсыру
deadline-report = Айлық есепті жіберу
deadline-report-again = Есепті қайта жіберу
deadline-report-decision = Есепті қабылдау немесе қайтару
deadline-issue = Мәселелер мен ұсыныстарды шешу
deadline-round = Мониторинг раундтарын жабу
deadline-refund = Қолдауды қайтару ісін қолға алу
deadline-assessment = Орталықтарға балл қою
deadline-conclusion = Қорытындыны жіберу
deadline-forwarding = Қорытындыны одан әрі жолдау
deadline-measures = Қорытындыны қарап, шара қабылдау

## Whose turn it is

deadline-who-plan-after-visit = Мансап орталығының маманы
deadline-who-registration = Мансап орталығының маманы
deadline-who-activity = Мансап орталығының маманы
deadline-who-agreement = Мансап орталығының маманы
deadline-who-approval = Мобильділік орталығының басшысы
deadline-who-publication = Мансап орталығының маманы
deadline-who-rework = Мансап орталығының маманы
deadline-who-check = Директор, еңбек мобильділігі орталығының басшысы, атқарушы орган
deadline-who-road-map = Директор мен екі әкім
deadline-who-road-map-copy = Мансап орталығы
deadline-who-report = Мансап орталығы
deadline-who-report-again = Мансап орталығы
deadline-who-report-decision = Атқарушы орган
deadline-who-issue = Мансап орталығының маманы
deadline-who-round = Мансап орталығы, еңбек мобильділігі орталығы, атқарушы орган
deadline-who-refund = Еңбек мобильділігі орталығы
deadline-who-assessment = «ЕРДО» АҚ
deadline-who-conclusion = «ЕРДО» АҚ
deadline-who-forwarding = Уәкілетті орган
deadline-who-measures = Атқарушы орган

## How each clock runs

deadline-help = Сағаттар қалай жүреді
deadline-help-clock = Жұмыс күнімен саналатын мерзімге оқиға болған күн кірмейді, соңғы күні бүкіл елдің уақыты (UTC+5) бойынша аяғына дейін жүреді. Бұйрықтағы күн демалысқа түссе, оның екі күні болады: мақсатты күн – оған дейінгі соңғы жұмыс күні, заңды күн – одан кейінгі бірінші жұмыс күні. Шаршылар – жұмыс күндері: боялғаны өтті не бүгін жүріп жатыр, арасындағы сызық – мақсатты күн.
deadline-help-plan-after-visit = 28-тармақ: алдын ала сапардан кейін бір жұмыс күні. Жазбада көрсетілген сапар күнінен бастап отбасымен жоспар келісілгенге дейін осында тұрады; қашықтан жасалған жоба жеткіліксіз.
deadline-help-registration = 31-тармақ: уақытша тіркеу бір жылдан аспайды. Ол мұнда он бір айдан кейін не ертерек бітуіне бір ай қалғанда тұрады. Көздейтін күн – тіркеудің соңғы күні; бұйрық бойынша тек бір жылдан асқаны ғана кешіккен болады.
deadline-help-activity = 33-тармақ: қызмет мерзімі квотаға енгізілген күннен бастап, қызметтің өз мерзімімен саналады. Отбасы енгізілмей тұрып тек жоспарланған күн бар, заңды күн жоқ, сондықтан сағаты да жоқ.
deadline-help-agreement = 34-тармақ: жоспар қандаспен келісіледі. Қағидаларда мерзім аталмаған; соңғы жобаның қай күннен бері күтіп тұрғаны көрсетіледі.
deadline-help-approval = 34-тармақ: қандас келіскен жоспарды еңбек мобильділігі орталығы бекітеді. Қағидаларда мерзім аталмаған.
deadline-help-publication = 34-тармақ: қандастың келісімі мен еңбек мобильділігі орталығының бекітуінің кейінгісінен бастап бір жұмыс күні.
deadline-help-rework = 37-тармақ: қайтарылған жазбаға тексеруші белгілеген күнге дейін жауап беріледі. Бұйрықта мерзім аталмаған.
deadline-help-check = 37-тармақ: қызметті маманның өзі растайды; тексеру мерзімі бұйрықта аталмаған.
deadline-help-road-map = 38-тармақ: үшеуі кез келген ретпен қол қояды. Бұйрықта мерзім аталмаған: бұл – баптау, өзгертілмесе, бес жұмыс күні.
deadline-help-road-map-copy = 38-тармақ: қол қойған үшеудің әрқайсысында бір данасы болады. Бұйрықта мерзім аталмаған.
deadline-help-report = 39-тармақ: есепті айдан кейінгі айдың 5-күнінен кешіктірмей. 5-күн демалыс болса, мақсатты күн одан бұрын, заңды күн одан кейін.
deadline-help-report-again = 39-тармақ: қайтарылған есеп жаңа нұсқамен жіберіледі. Бұйрықта мерзім аталмаған.
deadline-help-report-decision = 39-тармақ: есеп атқарушы органға түседі. Оның жауабының мерзімі бұйрықта аталмаған.
deadline-help-issue = 42-тармақ: мәселені немесе ұсынысты кім және қай күнге дейін шешетінін тапсырған адам айтады.
deadline-help-round = 43-тармақ: үш жыл бойы тоқсан сайын, тағы екі жыл жартыжылдық сайын. Раундты жабу күні бұйрықта аталмаған: бұл – баптау, өзгертілмесе, кезеңнен кейін он жұмыс күні.
deadline-help-refund = 46-тармақ: отбасы кеткенде қолдау 234-бұйрық бойынша қайтарылады, оның өз мерзімдері бар.
deadline-help-assessment = 47-тармақ: тоқсаннан кейінгі айдың 5-күнінен кешіктірмей.
deadline-help-conclusion = 50-тармақ: тоқсаннан кейінгі айдың 25-күнінен кешіктірмей. 25 қазан – әрдайым мереке.
deadline-help-forwarding = 51-тармақ: уәкілетті орган қорытындыны атқарушы органдарға жолдайды. Бұйрықта мерзім аталмаған.
deadline-help-measures = 51-тармақ: алған күннен бастап бір ай ішінде – келесі айдың сол күніне немесе соңғы күніне дейін.

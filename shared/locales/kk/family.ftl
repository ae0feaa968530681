# Отбасы картасы, тіркеулер, берілген келісімдер, орталықтар арасында табыстау (31, 33, 38-тармақтар).
#
# For a native editor: these Kazakh texts are ours, not official ones, and want a check before release.

## Карта

case-title = Отбасы картасы
case-new = Жаңа отбасы
case-hint = Квотаға енгізілген күннен бастап қызметтердің мерзімі жүреді (33-тармақ). Елді мекен ауылдық болса, отбасы жол картасына жол болып кіреді (38-тармақ).
case-place = Қайда тұрады
case-kato = Елді мекеннің ӘАОЖ коды
case-kato-hint = Тоғыз цифр. Отбасылар тұрып жатқан елді мекен атауымен бірге ұсынылады.
case-settlement = Елді мекен
case-rural = Ауылдық жер
case-rural-known = Осындағы басқа отбасылар бойынша белгілі
case-quota = Квотаға енгізілген күні
case-quota-none = әлі енгізілмеген
case-arrived = Келген күні
case-address = Көше мен үй
case-phone = Телефоны, кез келген елдің
case-members = Отбасы мүшелері
case-member = {$number}-мүше
case-add = Отбасы мүшесін қосу
case-remove = Қоспау
case-surname = Тегі, бар болса
case-given = Аты
case-given-hint = Аты бір сөзден болса, осында жазылады.
case-patronymic = Әкесінің аты, бар болса
case-latin = Паспорттағы жазылуы (латынша)
case-iin = ЖСН
case-iin-kept = {$masked}: ештеңе енгізілмесе, сол қалады
case-birth = Туған күні
case-sex = Жынысы
case-sex-none = көрсетілмеген
case-relation = Отбасы басшысына кім болады
case-save = Картаны сақтау
case-saved = Карта сақталды
case-moved = Квотамен бірге жылжыған заңды күндер: {$count}
case-registered = Отбасы енгізілді, бүгіннен бастап сізге бекітілді
case-unit = Жүргізетін орталық
case-edit = Картаны өзгерту
case-looks-only = Картаны тек мансап орталығының маманы өзгертеді.
case-fault-of-member = {$number}-мүше: {$fault}
case-fault-head = отбасы басшысы біреу ғана болуы керек
case-fault-name = аты қажет; аттар 120 әріптен ұзын болмайды
case-fault-latin = паспорттағы жазылуында тек латын әріптері болады
case-fault-iin = ЖСН 12 цифрдан тұрады, соңғысы сәйкес келуі керек
case-fault-iin-taken = бұл ЖСН басқа адамдікі
case-fault-birth-date = мұндай туған күн болуы мүмкін емес
case-fault-phone = бұл телефон нөмірі емес: 5-тен 15-ке дейін цифр, плюс, жақша, сызықша
case-fault-kato = бұл орталықтың облысындағы елді мекеннің коды емес
case-fault-settlement = елді мекеннің атауы қажет
case-fault-rural = осы елді мекеннің не округтің басқа отбасылары басқаша енгізілген: ауылдық жер ме, жоқ па
case-fault-quota-date = мұндай квотаға енгізу күні болуы мүмкін емес
case-fault-arrived-on = мұндай келу күні болуы мүмкін емес
case-fault-address = мекенжай тым ұзын

## Тіркеу

registration-title = Тұратын жері бойынша тіркеу
registration-hint = 31-тармақ: өз тұрғын үйі жоқ адам уақытша, бір жылдан аспайтын мерзімге тіркеледі. Ескерту он бір айдан кейін не ертерек бітуіне бір ай қалғанда басталады.
registration-none = Енгізілмеген
registration-kind = Түрі
registration-kind-permanent = тұрақты
registration-kind-temporary = уақытша
registration-standing-permanent = тұрақты
registration-standing-temporary = уақытша
registration-standing-ending = уақытша, жақында бітеді
registration-standing-over = уақытша, мерзімі бітті
registration-from = Қай күннен бастап
registration-until = Қай күнге дейін
registration-until-hint = Алғашқы уақытша тіркеуден бастап бір жылдан аспайды.
registration-year-end = Жыл {$date} бітеді
registration-place = Қайда
registration-enter = Тіркеуді енгізу
registration-correct = Қазіргісін түзету
registration-of = Тіркеу: {$name}
registration-earlier = Бұрынғылары
registration-done = Тіркеу енгізілді
registration-warning-ending = {$name}: уақытша тіркеу {$date} бітеді
registration-warning-over = {$name}: уақытша тіркеу {$date} бітті

## Келісімдер

agree-title = Келісімдер
agree-hint = Әр ересек адамнан бір келісім; кәмелетке толмағандар үшін ата-анасы айтады (94-V Заңы, 8-бап). Мәтінді басып шығарыңыз, қол қойғызыңыз, енгізіңіз.
agree-minor = кәмелетке толмаған: ата-анасының келісімі жүреді
agree-counts = келісім бар
agree-none-counts = жүретін келісім жоқ
agree-print = Мәтінді басып шығару
agree-enter = Енгізу
agree-of = Келісім: {$name}
agree-what = Не айтылды
agree-on = Қай күні
agree-basis = Қандай құжатта
agree-done = Келісім енгізілді

## Табыстау

handover-title = Басқа орталық
handover-list = Отбасыларды табыстау
handover-hint = Отбасыны жүргізетін орталық оны ұсынады, екіншісі қабылдап, маманын атайды. Сол сәттен бастап отбасы жаңа маманның телефонына түседі, бұрынғысының телефонынан кетеді. Жазбалар мен есептер кім жасаса, соның атында қалады.
handover-propose = Басқа орталыққа ұсыну
handover-to = Қай орталыққа
handover-from = Қайдан
handover-into = Қайда
handover-reason = Неліктен
handover-reason-moved = соның аумағына көшті
handover-reason-reorganised = орталықтардың аумағы өзгерді
handover-reason-mistake = басқа орталықта енгізілген
handover-reason-agreed = орталықтар келісті
handover-refusal = Неге алмайды
handover-refusal-elsewhere = біздің аумақта тұрмайды
handover-refusal-incomplete = құжаттары не жоспары ретте емес
handover-refusal-mistake = қателесіп ұсынылған
handover-state = Күйі
handover-state-proposed = екінші орталықты күтуде
handover-state-accepted = қабылданды
handover-state-refused = қабылданбады
handover-state-withdrawn = кері алынды
handover-act-accept = Қабылдау
handover-act-refuse = Қабылдамау
handover-act-withdraw = Кері алу
handover-worker = Отбасы бүгіннен бастап кімде
handover-worker-of = {$name}, отбасылары: {$count}
handover-workers-none = Орталығыңызда отбасыны бекітетін маман жоқ.
handover-none = Ешбір отбасы ұсынылмаған.
handover-family = Отбасы
handover-when = Ұсынылды
handover-decided = Шешілді
handover-done-proposed = Басқа орталыққа ұсынылды
handover-done-accept = Отбасы қабылданды
handover-done-refuse = Отбасы қабылданбады
handover-done-withdraw = Ұсыныс кері алынды

## Келісім мәтіні

consent-paper-annex = Қазақстан Республикасының 2013 жылғы 21 мамырдағы № 94-V Заңы, 8-бап; Қағидаларға 2-қосымша
consent-paper-title = Дербес деректерді жинауға және өңдеуге келісім
consent-paper-who = Мен, {$name}, туған күнім {$date}, өз еркіммен келісім беремін.
consent-paper-operator = Оператор: {$centre}, БСН ____________________ (мансап орталығы), және одан жоғары тұрған еңбек мобильділігі орталығы.
consent-paper-minors = Ата-ана ретінде отбасымның кәмелетке толмаған мүшелері үшін де беремін: {$names}.
consent-paper-purpose-title = Не үшін
consent-paper-purpose = Қандастарға және олардың отбасы мүшелеріне бейімдеу және ықпалдастыру қызметтері, оларды растау және бес жыл бойы мониторинг (Қағидалардың 35-46-тармақтары).
consent-paper-data-title = Қандай деректер
consent-paper-data = Аты-жөні, ЖСН, туған күні, жынысы, туыстығы, мекенжайы, телефоны, құжаттары, жоспары мен орындалған қызметтері, қызмет көрсету кезіндегі уақыты мен орны бар фото мен бейне.
consent-paper-actions-title = Олармен не істеледі
consent-paper-actions = Жинау, сақтау, өзгерту, пайдалану, төменде аталғандарға беру, бұғаттау, жою.
consent-paper-term-title = Қандай мерзімге
consent-paper-term = Бейімдеудің бес жылы мен істі сақтау мерзімдері біткенге не келісім кері қайтарылғанға дейін.
consent-paper-third-title = Кімге беріледі
consent-paper-third = Жергілікті атқарушы органдарға, еңбек мобильділігі орталықтарына, Еңбек ресурстарын дамыту орталығына және уәкілетті органға, Қағидаларда аталған шекте. Басқа ешкімге берілмейді.
consent-paper-border-title = Шекара асып берілуі
consent-paper-border = Деректер Қазақстан Республикасынан тыс жерге берілмейді.
consent-paper-open-title = Жалпыға қолжетімді көздер
consent-paper-open = Деректер жарияланбайды.
consent-paper-withdraw-title = Кері қайтару
consent-paper-withdraw = Келісімді мансап орталығында кез келген уақытта жазбаша кері қайтаруға болады, заң тыйым салған не міндеттеме орындалмаған жағдайды қоспағанда (Заңның 8-бабы).
consent-paper-appendix-title = Қасында: 2-қосымшаның сөздері
consent-paper-appendix = 2-қосымшадағы өтініштің сөйлемі орысша мәтінінде: «Настоящим даю согласие на сбор и обработку моих персональных данных, необходимых для оказания адаптационных и интеграционных услуг в соответствии со статьей 8 Закона "О персональных данных"».
consent-paper-signature = Қолы және күні
consent-paper-taken = Қабылдаған (аты-жөні, лауазымы, қолы)

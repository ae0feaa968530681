### The deadlines board (requirements §1.9). The phone does not carry these.

## The board

deadline-hint = Что и к какому дню нужно сделать вам и тем, за кем вы следите. Красным отмечено только просроченное по приказу; срок, который организация установила сама, назван внутренним, и его пропуск нарушением не считается.
deadline-any-kind = Все виды
deadline-kind = Вид
deadline-everything = Всё, что мне видно
deadline-mine = Моя очередь
deadline-looks-on = вы наблюдаете
deadline-empty = Сроков нет
deadline-empty-text = Как только какой-нибудь срок начнётся, он появится здесь.
deadline-none-so = С такими фильтрами ничего нет.
deadline-what = Что сделать
deadline-count = Сколько
deadline-where = Пункт
deadline-who = Кто
deadline-clock = Часы
deadline-day = Дата
deadline-paragraph = пункт {$paragraph}
deadline-units = центров: {$count}
deadline-target = целевая {$date}
deadline-legal = законная {$date}
deadline-internal = внутренний срок
deadline-since = с {$date}
deadline-no-term = срока нет
deadline-until-law = целевая дата прошла, по закону до {$date}
deadline-target-today = целевая дата сегодня, по закону до {$date}
deadline-strip = Рабочих дней в сроке: {$term}, осталось: {$left}
deadline-strip-late = Рабочих дней в сроке: {$term}, просрочено на: {$late}

## How it stands

deadline-state-late = Просрочено
deadline-state-today = Сегодня
deadline-state-soon = В ближайшие пять рабочих дней
deadline-state-later = Позже
deadline-state-open = Без срока

## What is due

deadline-plan-after-visit = Согласовать план после предварительного визита
deadline-registration = Временная регистрация заканчивается
deadline-activity = Услуги по планам
deadline-agreement = Планы, которые ждут согласия кандаса
deadline-approval = Утвердить планы
deadline-publication = Загрузить план в телефоны
deadline-rework = Ответить на возвращённое на доработку
deadline-check = Проверить записи
deadline-road-map = Подписать дорожную карту
deadline-road-map-copy = Вручить экземпляры дорожной карты
deadline-report = Отправить месячный отчёт
deadline-report-again = Отправить отчёт заново
deadline-report-decision = Принять или вернуть отчёт
deadline-issue = Решить проблемы и предложения
deadline-round = Закрыть раунды мониторинга
deadline-refund = Взяться за возврат поддержки
deadline-assessment = Поставить баллы центрам
deadline-conclusion = Отправить заключение
deadline-forwarding = Направить заключение дальше
deadline-measures = Рассмотреть заключение и принять меры

## Whose turn it is

deadline-who-plan-after-visit = Сотрудник карьерного центра
deadline-who-registration = Сотрудник карьерного центра
deadline-who-activity = Сотрудник карьерного центра
deadline-who-agreement = Сотрудник карьерного центра
deadline-who-approval = Руководитель центра мобильности
deadline-who-publication = Сотрудник карьерного центра
deadline-who-rework = Сотрудник карьерного центра
deadline-who-check = Директор, руководитель ЦТМ, исполнительный орган
deadline-who-road-map = Директор и оба акима
deadline-who-road-map-copy = Карьерный центр
deadline-who-report = Карьерный центр
deadline-who-report-again = Карьерный центр
deadline-who-report-decision = Исполнительный орган
deadline-who-issue = Сотрудник карьерного центра
deadline-who-round = Карьерный центр, ЦТМ, исполнительный орган
deadline-who-refund = Центр трудовой мобильности
deadline-who-assessment = АО «ЦРТР»
deadline-who-conclusion = АО «ЦРТР»
deadline-who-forwarding = Уполномоченный орган
deadline-who-measures = Исполнительный орган

## How each clock runs

deadline-help = Как идут часы
deadline-help-clock = В сроке из рабочих дней день события не считается, а последний день идёт до конца по времени всей страны (UTC+5). Если дата из приказа выпадает на выходной, у неё два дня: целевая – последний рабочий день до неё, законная – первый рабочий день после. Квадраты – рабочие дни: закрашенные прошли или идут сегодня, черта между ними – целевая дата.
deadline-help-plan-after-visit = Пункт 28: один рабочий день после предварительного визита. Строка стоит здесь со дня визита, указанного в записи, пока план не согласован с семьёй; черновика, составленного удалённо, недостаточно.
deadline-help-registration = Пункт 31: временная регистрация длится не более года. Здесь она стоит через одиннадцать месяцев или за месяц до более раннего окончания. Целевой день – её собственный последний; просрочено по приказу только то, что дольше года.
deadline-help-activity = Пункт 33: срок услуги идёт от включения в квоту, по сроку самой услуги. Пока семья не включена, есть только плановый день, законного нет, поэтому нет и часов.
deadline-help-agreement = Пункт 34: план согласуется с кандасом. Срока Правила не называют; показано, с какого дня ждёт итоговый проект.
deadline-help-approval = Пункт 34: центр трудовой мобильности утверждает план, с которым согласился кандас. Срока Правила не называют.
deadline-help-publication = Пункт 34: один рабочий день с более позднего из двух – согласия кандаса и утверждения центром трудовой мобильности.
deadline-help-rework = Пункт 37: на возвращённую запись отвечают к дню, который назвал проверяющий. Приказ срока не называет.
deadline-help-check = Пункт 37: услугу подтверждает сам сотрудник; срока для проверки приказ не называет.
deadline-help-road-map = Пункт 38: подписывают трое в любом порядке. Срока приказ не называет: это настройка, пять рабочих дней, если её не меняли.
deadline-help-road-map-copy = Пункт 38: у каждого из троих подписавших есть свой экземпляр. Срока приказ не называет.
deadline-help-report = Пункт 39: не позднее 5 числа месяца, следующего за отчётным. Если 5 число – выходной, целевая дата раньше него, законная позже.
deadline-help-report-again = Пункт 39: возвращённый отчёт отправляют новой версией. Срока приказ не называет.
deadline-help-report-decision = Пункт 39: отчёт поступает в исполнительный орган. Срока для его ответа приказ не называет.
deadline-help-issue = Пункт 42: кто и к какому дню решит проблему или предложение, говорит тот, кто их поручает.
deadline-help-round = Пункт 43: три года каждый квартал, ещё два года каждое полугодие. Дня закрытия раунда приказ не называет: это настройка, десять рабочих дней после периода, если её не меняли.
deadline-help-refund = Пункт 46: при выбытии поддержку возвращают по приказу 234, там свои сроки.
deadline-help-assessment = Пункт 47: не позднее 5 числа месяца, следующего за кварталом.
deadline-help-conclusion = Пункт 50: не позднее 25 числа месяца, следующего за кварталом. 25 октября всегда праздник.
deadline-help-forwarding = Пункт 51: уполномоченный орган направляет заключение исполнительным органам. Срока приказ не называет.
deadline-help-measures = Пункт 51: в течение одного месяца со дня получения – до того же числа следующего месяца или до его последнего дня.

# Карточка семьи, регистрации, данные согласия и передача между центрами (пункты 31, 33, 38).

## Карточка

case-title = Карточка семьи
case-new = Новая семья
case-hint = Со дня включения в квоту идут сроки услуг (пункт 33). Если населённый пункт сельский, семья стоит строкой в дорожной карте (пункт 38).
case-place = Где живёт
case-kato = Код населённого пункта по КАТО
case-kato-hint = Девять цифр. Пункт, где семьи уже живут, предлагается вместе с названием.
case-settlement = Населённый пункт
case-rural = Сельская местность
case-rural-known = Известно по другим семьям пункта
case-quota = Дата включения в квоту
case-quota-none = ещё не включена
case-arrived = Дата прибытия
case-address = Улица и дом
case-phone = Телефон, любой страны
case-members = Члены семьи
case-member = Член семьи {$number}
case-add = Добавить члена семьи
case-remove = Не добавлять
case-surname = Фамилия, если есть
case-given = Имя
case-given-hint = Если имя одно, оно пишется здесь.
case-patronymic = Отчество, если есть
case-latin = Написание в паспорте (латиницей)
case-iin = ИИН
case-iin-kept = {$masked}: останется, если ничего не ввести
case-birth = Дата рождения
case-sex = Пол
case-sex-none = не указан
case-relation = Кем приходится главе семьи
case-save = Сохранить карточку
case-saved = Карточка сохранена
case-moved = Законных дат сдвинулось вслед за квотой: {$count}
case-registered = Семья внесена и с сегодняшнего дня закреплена за вами
case-unit = Ведёт
case-edit = Изменить карточку
case-looks-only = Карточку меняет только сотрудник карьерного центра.
case-fault-of-member = Член семьи {$number}: {$fault}
case-fault-head = глава семьи должен быть ровно один
case-fault-name = нужно имя; имена не длиннее 120 букв
case-fault-latin = написание в паспорте содержит только латинские буквы
case-fault-iin = ИИН состоит из 12 цифр, последняя должна сходиться
case-fault-iin-taken = этот ИИН принадлежит другому человеку
case-fault-birth-date = такой даты рождения быть не может
case-fault-phone = это не номер телефона: от 5 до 15 цифр, плюс, скобки, дефисы
case-fault-kato = это не код населённого пункта в области центра
case-fault-settlement = нужно название населённого пункта
case-fault-rural = другие семьи этого пункта или округа внесены иначе: сельская местность или нет
case-fault-quota-date = такой даты включения в квоту быть не может
case-fault-arrived-on = такой даты прибытия быть не может
case-fault-address = адрес слишком длинный

## Регистрации

registration-title = Регистрация по месту жительства
registration-hint = Пункт 31: у кого нет своего жилья, того регистрируют временно, не более чем на год. Предупреждение начинается через одиннадцать месяцев или за месяц до более раннего окончания.
registration-none = Не внесена
registration-kind = Вид
registration-kind-permanent = постоянная
registration-kind-temporary = временная
registration-standing-permanent = постоянная
registration-standing-temporary = временная
registration-standing-ending = временная, скоро закончится
registration-standing-over = временная, закончилась
registration-from = С какого дня
registration-until = По какой день
registration-until-hint = Не более года со дня первой временной регистрации.
registration-year-end = Год истекает {$date}
registration-place = Где
registration-enter = Внести регистрацию
registration-correct = Исправить нынешнюю
registration-of = Регистрация: {$name}
registration-earlier = Прежние
registration-done = Регистрация внесена
registration-warning-ending = {$name}: временная регистрация заканчивается {$date}
registration-warning-over = {$name}: временная регистрация закончилась {$date}

## Согласия

agree-title = Согласия
agree-hint = Одно согласие от каждого взрослого; за несовершеннолетних говорит родитель (Закон 94-V, статья 8). Распечатайте текст, дайте подписать, внесите.
agree-minor = несовершеннолетний: действует согласие родителя
agree-counts = согласие действует
agree-none-counts = действующего согласия нет
agree-print = Распечатать текст
agree-enter = Внести
agree-of = Согласие: {$name}
agree-what = Что сказано
agree-on = В какой день
agree-basis = На каком документе
agree-done = Согласие внесено

## Передача

handover-title = Другой центр
handover-list = Передача семей
handover-hint = Центр, который ведёт семью, предлагает её, другой принимает и называет сотрудника. С этого момента семья появляется на телефоне нового сотрудника и уходит с телефона прежнего. Записи и отчёты остаются под именами тех, кто их сделал.
handover-propose = Предложить другому центру
handover-to = Какому центру
handover-from = Откуда
handover-into = Куда
handover-reason = Почему
handover-reason-moved = переехала на его территорию
handover-reason-reorganised = изменились территории центров
handover-reason-mistake = внесена не в том центре
handover-reason-agreed = центры договорились
handover-refusal = Почему нет
handover-refusal-elsewhere = живёт не на нашей территории
handover-refusal-incomplete = не в порядке документы или план
handover-refusal-mistake = предложена по ошибке
handover-state = Состояние
handover-state-proposed = ждёт другого центра
handover-state-accepted = принята
handover-state-refused = не принята
handover-state-withdrawn = отозвана
handover-act-accept = Принять
handover-act-refuse = Не принимать
handover-act-withdraw = Отозвать
handover-worker = За кем семья с сегодняшнего дня
handover-worker-of = {$name}, семей: {$count}
handover-workers-none = В вашем центре нет сотрудника, за которым её можно закрепить.
handover-none = Никакую семью не предлагали.
handover-family = Семья
handover-when = Предложена
handover-decided = Решено
handover-done-proposed = Предложена другому центру
handover-done-accept = Семья принята
handover-done-refuse = Семья не принята
handover-done-withdraw = Предложение отозвано

## Текст согласия

consent-paper-annex = Закон Республики Казахстан от 21 мая 2013 года № 94-V, статья 8; приложение 2 к Правилам
consent-paper-title = Согласие на сбор и обработку персональных данных
consent-paper-who = Я, {$name}, дата рождения {$date}, добровольно даю согласие.
consent-paper-operator = Оператор: {$centre}, БИН ____________________ (карьерный центр), и вышестоящий центр трудовой мобильности.
consent-paper-minors = Как родитель даю его также за несовершеннолетних членов семьи: {$names}.
consent-paper-purpose-title = Для чего
consent-paper-purpose = Адаптационные и интеграционные услуги кандасам и членам их семей, их подтверждение и мониторинг в течение пяти лет (пункты 35-46 Правил).
consent-paper-data-title = Какие данные
consent-paper-data = Имена, ИИН, даты рождения, пол, родство, адреса, телефоны, документы, план и выполненные услуги, фотографии и видео оказания услуг со временем и местом.
consent-paper-actions-title = Что с ними делают
consent-paper-actions = Сбор, хранение, изменение, использование, передача названным ниже, блокирование, уничтожение.
consent-paper-term-title = На какой срок
consent-paper-term = До окончания пяти лет адаптации и сроков хранения дела или до отзыва согласия.
consent-paper-third-title = Кому передаются
consent-paper-third = Местным исполнительным органам, центрам трудовой мобильности, Центру развития трудовых ресурсов и уполномоченному органу, насколько их называют Правила. Больше никому.
consent-paper-border-title = Трансграничная передача
consent-paper-border = Данные не передаются за пределы Республики Казахстан.
consent-paper-open-title = Общедоступные источники
consent-paper-open = Данные не публикуются.
consent-paper-withdraw-title = Отзыв
consent-paper-withdraw = Согласие можно отозвать письменно в карьерном центре в любое время, кроме случаев, когда это запрещает закон или остаётся неисполненное обязательство (статья 8 Закона).
consent-paper-appendix-title = Рядом: слова приложения 2
consent-paper-appendix = Настоящим даю согласие на сбор и обработку моих персональных данных, необходимых для оказания адаптационных и интеграционных услуг в соответствии со статьей 8 Закона "О персональных данных".
consent-paper-signature = Подпись и дата
consent-paper-taken = Принял (имя, должность, подпись)

### Plans of families at the office (§19, 28, 32-34). They come with the screens of plans; the phone does not carry them.

## Plans of families (§19, 28, 32-34): the list

plan-hint = План составляется отдельно на каждого члена семьи (пункты 32 и 33 Правил). После согласования с кандасом и утверждения центром мобильности он загружается в телефоны в течение одного рабочего дня (пункт 34).
plan-show-mine = Ждут меня: {$count}
plan-show-under-way = В работе: {$count}
plan-show-late = Опоздали: {$count}
plan-show-without = Семьи без плана: {$count}
plan-show-in-force = Загруженные и оконченные: {$count}
plan-in-force-hint = Состояние плана следует из записей: с первой записью он исполняется, исполнен, когда не осталось открытых услуг, со следующего раунда на мониторинге и через пять лет закрыт (пункты 40 и 43).
plan-in-force-any = Все состояния
plan-open-items = Осталось
plan-done-items = Сделано
plan-loaded = Загружен
plan-waits = Чего ждёт
plan-since = С какого времени
plan-clock = Срок загрузки в телефоны
plan-begin = Начать
plan-waits-finish = итоговый проект
plan-waits-agree = согласие кандаса
plan-waits-approve = утверждение центром мобильности
plan-waits-publish = загрузка в телефоны

## One plan

plan-of = План семьи {$name}
plan-page = План семьи
plan-version = версия {$number}
plan-versions = Версии плана
plan-steps = Состояние версии
plan-none-yet = План этой семьи ещё не составлен.
plan-from-import = В телефонах версия {$number}; она составлена не здесь.
plan-on-phones = В телефонах остаётся версия {$number}: работа идёт по ней, пока не загружена новая.
plan-open-remote = Составить дистанционно (пункт 19)
plan-open-settled = Составить по приложению 1 (пункт 32)
plan-open-amend = Начать новую версию
plan-opened = Версия начата
plan-quota = Дата включения в квоту: {$date}. От неё считаются сроки услуг (пункт 33).
plan-no-quota = Дата включения в квоту неизвестна: законных сроков нет, есть только плановые даты (пункт 33).
plan-no-terms = Сроки услуг не введены: законных сроков нет.
plan-hash = SHA-256 плана
plan-erased-count = Строки людей, чьи данные удалены: {$count}. Остались только их хеши; файл согласия тоже удалён.
plan-publish-by = Загрузить в телефоны до {$date} (пункт 34)
plan-late = Срок прошёл
plan-published = Загружен в телефоны: {$date}
plan-published-late = позже одного рабочего дня
plan-visit-late = Позже одного рабочего дня после визита (пункт 28)
plan-visited = Предварительный визит: {$date}

## The matrix

plan-matrix = Члены семьи и услуги
plan-matrix-hint = Стрелки перемещают, пробел отмечает, R заполняет строку, C столбец, Ctrl+Z отменяет. Изменения сохраняются сами. Предварительный выбор сделан по возрасту и полу: у каждого отступления от него должна быть причина.
plan-amend-hint = Эта версия начинается с той, что в телефонах. Выполненное переносится без изменений; исключённое станет в телефонах «исключено из плана».
plan-cell-in = в плане
plan-cell-out = не в плане
plan-cell-changed = изменено
plan-cell-unexplained = без причины
plan-cell-settled = выполнено, не меняется
plan-cell-head = у главы семьи
plan-fill-row = Заполнить строку
plan-fill-column = Заполнить столбец
plan-undo = Отменить
plan-age = возраст: {$count}
plan-age-unknown = возраст неизвестен
plan-chosen = в плане: {$count}
plan-saved = Сохранено
plan-saving = Сохраняется
plan-unsaved = Есть несохранённые изменения
plan-elsewhere = План изменил кто-то другой. Обновите страницу.
plan-refresh = Обновить
plan-item = Выбранное мероприятие
plan-planned-on = Плановая дата
plan-due-on = Законный срок: {$date}
plan-due-none = Законного срока нет
plan-after-due = Плановая дата позже законного срока
plan-day-row = На всю строку
plan-day-column = На весь столбец
plan-why = Причина изменения
plan-why-text = Причина словами
plan-why-none = не выбрана
plan-unexplained = Изменений без причины: {$count}
plan-explain-all = Эта причина для всех
plan-reason-already-has = Услуга уже оказана
plan-reason-not-needed = Семье не нужно
plan-reason-family-asks = Семья просит
plan-reason-age = По возрасту или документу
plan-reason-situation = Здоровье, работа или жильё
plan-reason-other = Другая

## How a version differs from the one before

plan-changes = Отличия от предыдущей версии
plan-changes-none = Отличий нет.
plan-change = Изменение
plan-change-added = Добавлено
plan-change-dropped = Исключено
plan-change-moved = Другая дата
plan-member = Член семьи
plan-service = Услуга
plan-before = Было
plan-after = Стало

## What is done to a version

plan-act-open = Начать
plan-act-visit = Согласован после визита
plan-act-finish = Итоговый проект готов
plan-act-agree = Внести согласие кандаса
plan-act-approve = Утвердить
plan-act-reject = Вернуть с замечанием
plan-act-publish = Загрузить в телефоны
plan-act-discard = Отменить черновик
plan-did-open = Начато
plan-did-visit = Согласовано после визита
plan-did-finish = Составлен итоговый проект
plan-did-agree = Кандас согласился
plan-did-approve = Утверждено
plan-did-reject = Возвращено с замечанием
plan-did-publish = Загружено в телефоны
plan-did-discard = Черновик отменён
plan-visit-hint = После предварительного визита план согласуется с кандасом в течение одного рабочего дня (пункт 28).
plan-visit-day = День визита
plan-finish-hint = Проект становится итоговым, составленным в регионе расселения по приложению 1 (пункт 32). До согласия его ещё можно менять.
plan-agree-hint = У кандаса нет учётной записи: его согласие (пункт 34) подтверждается бумагой, подписью на телефоне в действии «Согласие с планом» или файлом с ЭЦП.
plan-how = Как дано согласие
plan-how-paper = На бумаге, скан
plan-how-record = Подпись на телефоне
plan-how-eds = Файл с ЭЦП
plan-eds-hint = Файл должен подписывать текст этой версии плана. Подпись RSA или ECDSA проверяется, ГОСТ хранится без проверки.
plan-text = Скачать текст для подписи
plan-no-signatures = После итогового проекта нет записи «Согласие с планом». Её делают на телефоне, среди действий вне услуг: указывают знаки внизу напечатанного плана, кандас расписывается на экране.
plan-record-differs = знаки другого плана
plan-record = Запись с подписью
plan-signer = Кто подписал
plan-signed-on = Когда
plan-digest = Начало хеша на бумаге (8 знаков)
plan-file-scan = Скан (PDF, JPEG, PNG)
plan-file-eds = Файл CMS (.cms, .p7s, .p7m)
plan-file-too-large = Файл больше 8 МБ.
plan-agreed-on = Согласовано: {$date}
plan-paper-take = Файл согласия
plan-paper-gone = файл согласия удалён
plan-approve-hint = Чтобы утвердить, введите пароль ещё раз. В журнал попадут хеш плана, ваше имя, роль и время (пункт 34).
plan-approve-by-file = Здесь план утверждают только файлом с электронной подписью: скачайте текст, подпишите его ЭЦП и приложите файл.
plan-reject-hint = Согласие кандаса теряет силу, план снова становится проектом. Напишите, что исправить.
plan-reject-text = Замечание
plan-publish-hint = План придёт в телефоны работников при следующей связи. Исключённое станет там «исключено из плана».
plan-discard-hint = Ошибочно начатый черновик отменяется. На телефоны из него ничего не попадает; он остаётся в истории, и можно начать другой.
plan-done-visit = Визит записан
plan-done-finish = Итоговый проект готов
plan-done-agree = Согласие внесено
plan-done-approve = План утверждён
plan-done-reject = План возвращён
plan-done-publish = План загружен в телефоны
plan-done-discard = Черновик отменён
plan-remarks = Замечания центра мобильности
plan-history = Что делалось с версией

## On paper

plan-annex = Приложение 1 к Правилам (пункты 32 и 33)
plan-paper-title = Индивидуальный план адаптации и интеграции кандаса и членов его семьи
plan-paper-family = Глава семьи: {$name}
plan-paper-place = Место расселения: {$place}
plan-paper-number = № п/п
plan-paper-term = Срок
plan-paper-planned = {$date} (план)
plan-paper-done = выполнено
plan-paper-cancelled = Исключённые из плана мероприятия
plan-paper-kandas = Кандас (подпись, ФИО, дата)
plan-paper-worker = Сотрудник карьерного центра (подпись, ФИО, дата)
plan-paper-head = Руководитель центра мобильности (подпись, ФИО, дата)

### Monitoring of families over five years (§41-46). The phone does not carry these.

## The five years, their rounds, and the lists of them

desk-monitoring = Мониторинг семей
monitoring-hint = Мониторинг идёт пять лет: первые три года каждый квартал, четвёртый и пятый годы каждое полугодие (пункты 40 и 43 Правил). Раунд закрывают, когда его период закончился: проверено проживание (пункт 45), записаны проблемы и предложения (пункт 42).
monitoring-parts = Разделы мониторинга
monitoring-rounds = Раунды
monitoring-issues = Проблемы и предложения
monitoring-departures = Выбывшие семьи
monitoring-period = Квартал, в котором заканчивается
monitoring-period-all = Все кварталы
monitoring-term = Срок закрытия раунда, рабочих дней после окончания периода: {$days}. Приказ такого срока не называет: это настройка.
monitoring-unwatched = Семей без даты включения в квоту и без даты прибытия: {$count}. Без этих дат нет и раундов мониторинга.
monitoring-missed-rounds = Пропущено раундов мониторинга: {$count}
monitoring-any-state = Любое состояние
monitoring-any-centre = Все карьерные центры
monitoring-centres = По центрам
monitoring-round = Раунд
monitoring-round-of = раунд {$number} из 16
monitoring-span = Период
monitoring-due = Срок закрытия
monitoring-completions = Услуг оказано
monitoring-visits = Выезды
monitoring-open = Открыто вопросов
monitoring-residence = Проживание
monitoring-saved = Записано в журнал
monitoring-text = Текст

## Where a round stands, and what is done to it

round-state-before = Закончился до приказа
round-state-scheduled = Период не закончен
round-state-due = Пора закрыть
round-state-begun = Идёт
round-state-missed = Пропущен
round-state-done = Закрыт
round-state-departed = Семья выбыла
round-act-begin = Начать
round-act-close = Закрыть раунд
round-act-reopen = Открыть заново
round-did-begin = Начат
round-did-close = Закрыт
round-did-reopen = Открыт заново
round-start-quota = Со дня включения в квоту
round-start-arrival = Со дня прибытия
round-periods-calendar = Календарные кварталы, затем полугодия
round-periods-calendar-halves = Календарные кварталы и календарные полугодия (между 12-м и 13-м раундом может остаться квартал без раунда)
round-periods-anniversary = Месяцы, считая со дня начала

## Problems and proposals

issue-what-problem = Проблема
issue-what-proposal = Предложение
issue-kind-service-missing = Услуга не оказана
issue-kind-service-late = Услуга опоздала
issue-kind-service-quality = Качество услуги
issue-kind-contradiction = Расхождение с государственной системой
issue-kind-housing = Жильё, топливо, вода
issue-kind-work = Работа и доход
issue-kind-education = Школа и детский сад
issue-kind-health = Медицинская помощь
issue-kind-documents = Документы и регистрация
issue-kind-payments = Выплаты и поддержка
issue-kind-adaptation = Язык и привыкание к среде
issue-kind-other = Другое
issue-weight-low = Низкая
issue-weight-medium = Средняя
issue-weight-high = Высокая
issue-state-open = Открыто
issue-state-closed = Закрыто
issue-act-open = Выявить
issue-act-assign = Поручить
issue-act-close = Закрыть как решённое
issue-act-reopen = Открыть заново
issue-did-open = Выявлено
issue-did-assign = Поручено
issue-did-close = Решено
issue-did-reopen = Открыто заново
issue-outcome-solved = Решено
issue-outcome-passed = Передано тому, кто решает
issue-outcome-not-confirmed = Не подтвердилось
issue-outcome-impossible = Решить невозможно
issue-about = О чём
issue-weighs = Важность
issue-who = О ком
issue-whole-family = Вся семья
issue-to = Кто решает
issue-to-nobody = Пока никто
issue-due = К какому дню
issue-found = День выявления
issue-how = Как решено
issue-said = Что сделано
issue-overdue = срок прошёл
issue-by = {$name}, до {$date}
issue-until = до {$date}
issue-gone = текст удалён
issue-none = Проблем и предложений нет
issue-in-round = раунд {$number}
issue-record = Открыть запись
issue-settled = {$outcome}: закрыто {$date}, {$name}
issue-find-problem = Добавить проблему
issue-find-proposal = Добавить предложение
issue-problem-title = Новая проблема
issue-proposal-title = Новое предложение
issue-find-hint = Проблемы и предложения ведут до решения: кто и к какому дню (подпункты 1) и 2) пункта 42).
issue-assign-title = Кому и к какому дню
issue-close-title = Закрытие вопроса
issue-reopen-title = Повторное открытие вопроса
issue-reopen-hint = Укажите, почему вопрос не решён.

## Where a family lives

residence-present = Проживает
residence-departed = Выбыла
residence-unknown = Неизвестно
residence-source-police = ИС «Миграционная полиция»
residence-source-visit = Выезд
residence-source-family = Сама семья
residence-source-akim = Аким сельского округа
residence-source-other = Другой источник

## Departures and the return of support

departure-reason-work = Работа
departure-reason-housing = Жильё
departure-reason-relatives = Родственники
departure-reason-study = Учёба
departure-reason-health = Здоровье или климат
departure-reason-other = Другая причина
departure-reason-unknown = Причина неизвестна
departure-to-inside = Внутри страны
departure-to-abroad = За границу
departure-to-unknown = Неизвестно куда
refund-none = Не предусмотрен
refund-opened = Направлен в центр
refund-taken = Рассматривается
refund-closed = Завершён
refund-withdrawn = Отозван
departure-act-record = Записать выбытие
departure-act-take = Принять к рассмотрению
departure-act-close = Завершить рассмотрение
departure-act-withdraw = Отозвать
departure-did-record = Выбытие записано
departure-did-take = Принято к рассмотрению
departure-did-close = Рассмотрение завершено
departure-did-withdraw = Отозвано
departure-none = Выбывших семей нет
departure-on = День выбытия
departure-where = Куда
departure-kato = Код КАТО места, девять цифр
departure-why = Причина выбытия
departure-refund = Возврат поддержки (пункт 46)
departure-sent = Уведомлённый центр
departure-title = Выбытие семьи
departure-hint = При внутренней самостоятельной миграции средства государственной поддержки возвращаются по Правилам добровольного переселения (пункт 46, приказ № 234). Денег здесь не считают: центр трудовой мобильности получает отметку, следующие раунды и план прекращаются.
departure-take-title = Приём к рассмотрению
departure-take-hint = Решение о возврате принимают по приказу № 234 вне этой программы.
departure-close-title = Завершение рассмотрения
departure-close-hint = Чем закончилось: номер и дата решения.
departure-withdraw-title = Отзыв записи о выбытии
departure-withdraw-hint = Если запись ошибочна или семья вернулась. Раунды и план станут как раньше.

## One round

round-page = Раунд мониторинга
round-strip = 16 раундов пяти лет
round-strip-item = раунд {$number}, {$from} – {$to}: {$state}
round-year = {$number}-й год
round-first-day = Начало пяти лет
round-horizon = Конец пяти лет (пункт 40)
round-no-start = Ни дата включения в квоту, ни дата прибытия не известны: раундов мониторинга нет.
round-not-over = Период не закончен: закрыть раунд можно с {$date}.
round-needs-look = Чтобы закрыть раунд, сначала проверьте проживание (пункт 45).
round-needs-departure = По последней проверке семья выбыла. Раунд закрывается, когда записано выбытие (пункт 46) или новая проверка показала другое.
round-closed-in-time = закрыт в срок
round-closed-late = закрыт позже срока
round-summary = Итог
round-not-asked = Не спрашивали
round-satisfaction = Удовлетворённость: {$points} из 5
round-history = Что делали с раундом
round-history-none = Пока ничего не делали
round-looks = Проживание (пункт 45)
round-looks-none = Проживание ещё не проверено
round-look = Проверить проживание
round-look-hint = Постоянное проживание отслеживают через ИС «Миграционная полиция» (пункт 45). Укажите источник и день.
round-look-result = Результат
round-look-source = Источник
round-look-day = На какой день
round-look-departed = Если семья выбыла, запишите и выбытие: так центр трудовой мобильности узнает о возврате поддержки.
round-completions = Услуги, оказанные за период
round-completions-none = За период услуги не оказывались
round-systems-hint = Ответ государственной системы стоит рядом с доказательствами и не заменяет их. Если система противоречит, открывается проблема (пункт 44).
round-system = Государственная система
round-system-agrees = подтверждает
round-system-differs = противоречит
round-confirm = Внести ответ системы
round-confirm-title = Ответ государственной системы
round-confirm-answer = Ответ
round-confirm-on = День ответа
round-confirm-text = Номер или содержание ответа
round-visits = Выезды (подпункт 4) пункта 42)
round-visits-none = Выездов за период не было
round-visits-hint = Выезд записывают в приложении на телефоне: семья, «Выезд по мониторингу».
round-visit-problem = Завести проблемой
round-visit-proposal = Завести предложением
round-findings = Замечено в записях
round-findings-none = В записях за период ничего не замечено
round-begin-title = Начало раунда
round-begin-hint = Отметка о том, что раунд начат. Проверка проживания тоже начинает его.
round-close-title = Закрытие раунда
round-close-hint = Кратко: что проверено, что выявлено, что предложено (пункт 42). Текст останется в журнале.
round-reopen-title = Повторное открытие раунда
round-reopen-hint = Укажите, почему раунд открывают заново.

## Its rules, a setting

reference-monitoring = Правила мониторинга
monitoring-rule-hint = Приказ не говорит, с какого дня идут пять лет, как режутся раунды и за сколько дней их закрывают (пункты 40 и 43). Первые два прочтения действуют для семей, включённых в квоту (без неё: прибывших) в этот день или позже, срок – для раундов, которые заканчиваются в этот день или позже.
monitoring-rule-start = Начало пяти лет
monitoring-rule-periods = Как режутся раунды
monitoring-rule-term = Срок закрытия, рабочих дней
monitoring-rule-from = Начиная с этого дня
monitoring-rule-none = Здесь ничего не меняли: всё как в программе.

## Elsewhere

export-of-rounds = Раунды мониторинга
export-of-issues = Проблемы и предложения
export-of-departures = Выбывшие семьи
audit-read-monitoring-list = Список мониторинга
audit-read-monitoring-family = Мониторинг семьи
audit-read-monitoring-round = Раунд мониторинга
audit-act-monitoring-round-acted = Раунд мониторинга
audit-act-monitoring-residence-checked = Проверено проживание
audit-act-monitoring-issue-opened = Выявлена проблема или предложение
audit-act-monitoring-issue-acted = Действие с проблемой или предложением
audit-act-monitoring-family-departed = Записано выбытие семьи
audit-act-monitoring-departure-acted = Действие по выбытию
audit-act-monitoring-service-confirmed = Внесён ответ государственной системы
audit-act-monitoring-worded = Текст в мониторинге

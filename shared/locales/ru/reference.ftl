### Calendar, thresholds and reference data. The phone does not carry these.

desk-reference = Справочники
reference-title = Справочники
reference-calendar = Рабочие дни
reference-thresholds = Пороги признаков
reference-services = Услуги
reference-reasons = Причины
reference-history = Что изменялось
reference-when = Когда
reference-who = Кто
reference-nobody = Командная строка

## The calendar

calendar-month-1 = Январь
calendar-month-2 = Февраль
calendar-month-3 = Март
calendar-month-4 = Апрель
calendar-month-5 = Май
calendar-month-6 = Июнь
calendar-month-7 = Июль
calendar-month-8 = Август
calendar-month-9 = Сентябрь
calendar-month-10 = Октябрь
calendar-month-11 = Ноябрь
calendar-month-12 = Декабрь
calendar-working = Рабочий день
calendar-off = Нерабочий день
calendar-weekend = Выходной
calendar-weekend-worked = Рабочий выходной
calendar-set = Установлено центром
calendar-today = сегодня
calendar-estimated = {$name} (дата предварительная)
calendar-swap = За него работают в выходной
calendar-worked = Отрабатывается за другой день
calendar-days = { $count ->
    [one] {$count} рабочий день
    [few] {$count} рабочих дня
    [many] {$count} рабочих дней
   *[other] {$count} рабочих дня
}
calendar-year-before = К {$year} году
calendar-year-after = К {$year} году
calendar-keys = Клавиши: стрелки — по дням и неделям, Page Up и Page Down — по месяцам, Enter выбирает, Esc снимает выбор.
calendar-none-chosen = День не выбран
calendar-chosen = { $count ->
    [one] Выбран {$count} день
    [few] Выбрано {$count} дня
    [many] Выбрано {$count} дней
   *[other] Выбрано {$count} дня
}
calendar-hint = Выберите день, чтобы узнать, почему он нерабочий.
calendar-hint-change = Выберите один или несколько дней, например нерабочий день вместе с субботой, в которую его отрабатывают. Ничего не изменится, пока вы не увидите, какие сроки сдвинутся.
calendar-set-why = Установлено центром: {$reason} ({$source})
calendar-becomes = Станет
calendar-shipped = Как в программе
calendar-shipped-as = Как в программе: {$state}
calendar-reason = Причина
calendar-source = Источник
calendar-source-example = Номер и дата постановления
calendar-preview = Показать, что сдвинется
calendar-day = День
calendar-change = Изменение
calendar-changed = { $count ->
    [one] Изменён {$count} день. Телефоны узнают при следующем обмене.
    [few] Изменено {$count} дня. Телефоны узнают при следующем обмене.
    [many] Изменено {$count} дней. Телефоны узнают при следующем обмене.
   *[other] Изменено {$count} дня. Телефоны узнают при следующем обмене.
}
calendar-undo-reason = Отмена изменения от {$date}
calendar-history-none = Дни {$year} года здесь не изменялись: все как в программе.
calendar-moves-title = Что сдвинет изменение
calendar-moves-none = Открытые сроки не сдвигаются.
calendar-moves = { $count ->
    [one] Сдвигается {$count} открытый срок.
    [few] Сдвигаются {$count} открытых срока.
    [many] Сдвигаются {$count} открытых сроков.
   *[other] Сдвигаются {$count} открытых срока.
}
calendar-moves-late = { $count ->
    [one] Из них {$count} сразу станет просроченным.
    [few] Из них {$count} сразу станут просроченными.
    [many] Из них {$count} сразу станут просроченными.
   *[other] Из них {$count} сразу станут просроченными.
}
calendar-moves-free = { $count ->
    [one] Из них {$count} больше не просрочен.
    [few] Из них {$count} больше не просрочены.
    [many] Из них {$count} больше не просрочены.
   *[other] Из них {$count} больше не просрочены.
}
calendar-moves-what = Что
calendar-moves-due = Срок
calendar-moves-before = Последний день сейчас
calendar-moves-after = Последний день потом
calendar-moves-activity = Мероприятие плана
calendar-moves-return = Ответ на возврат
calendar-moves-hint = Даты, названные в планах, остаются прежними, а посчитанные по сроку услуги считаются заново. Срок, который приходится на нерабочий день, истекает в следующий рабочий.
calendar-confirm = { $count ->
    [one] Изменить {$count} день
    [few] Изменить {$count} дня
    [many] Изменить {$count} дней
   *[other] Изменить {$count} дня
}

## Thresholds

threshold-hint = Признак — только подсказка, он ничего не отклоняет. Запись измеряется порогами дня, в который она поступила; изменение с более раннего дня заново измеряет всё, что поступило с тех пор.
threshold-name = Порог
threshold-now = Сегодня
threshold-since = С какого дня
threshold-later = Позже
threshold-shipped = с начала
threshold-from = {$value} с {$date}
threshold-value = Значение
threshold-from-day = Действует с
threshold-range = От {$least} до {$most}
threshold-anew-none = Действует для записей, которые поступят с этого дня.
threshold-anew = { $count ->
    [one] {$count} поступившая с тех пор запись будет измерена заново.
    [few] {$count} поступившие с тех пор записи будут измерены заново.
    [many] {$count} поступивших с тех пор записей будут измерены заново.
   *[other] {$count} поступившие с тех пор записи будут измерены заново.
}
threshold-changed = {$name}: изменено
threshold-history-none = Здесь ничего не изменялось: все значения из программы.
threshold-take-back = Отозвать это значение
threshold-taken-back = отозвано
threshold-accuracy-m = Местоположение неточное от
threshold-outside-km = За пределами страны от
threshold-settlement-km = Далеко от населённого пункта от
threshold-settlement-fixes = Точек, по которым известно место населённого пункта
threshold-exif-km = Место по камере отличается больше чем на
threshold-exif-minutes = Время по камере отличается больше чем на
threshold-exif-days = Приложенный файл отличается от дня работы больше чем на
threshold-travel-kmh = Быстрее никто не ездит
threshold-travel-km = Путь проверяется от
threshold-travel-accuracy-m = Для пути точность должна быть лучше
threshold-clock-seconds = Часы переведены больше чем на
threshold-clock-grave-seconds = Грубый перевод часов от
threshold-due-width-hours = Время подписания известно хуже чем
threshold-near-bits = Фото похожи до
threshold-near-percent = Снимки совпадают не меньше чем на
threshold-most-others = Похожих файлов называется не больше
threshold-sample-percent = Случайная выборка чистых записей
threshold-unit-days = {$value} дн.
threshold-unit-kmh = {$value} км/ч
threshold-unit-hours = {$value} ч
threshold-unit-marks = {$value} из 144 меток

## Services and reasons

services-hint = Перечень из 25 услуг установлен приложением 1 к приказу и здесь не меняется. Русские названия приведены дословно, казахские ждут официального текста. Сроки (п. 33) берутся из основных требований к каждой государственной услуге; чего никто не ввёл, того нет.
services-name = Услуга
services-for = Для кого
services-required = Обязательно
services-useful = Полезно
services-repeats = Повторяется
services-system = Может подтвердить
services-no-medical = Без медицинских данных на фото
services-together = Один снимок может служить нескольким членам семьи
services-yes = Да
services-no = Нет
reasons-hint = Код причины остаётся в записях и в журнале навсегда, здесь меняется только её текст и то, можно ли её выбрать. Прежние записи показывают текст того дня, когда причина была названа. Телефоны узнают при следующем обмене и показывают её и без связи.
reasons-lists = Список
reasons-list-return = Возврат на доработку
reasons-list-not-applicable = Услуга не касается
reasons-list-refused = Отказ семьи
reasons-list-correction = Исправление записи
reasons-of-checks = Выбирает проверяющий; сотрудник видит текст на языке своего телефона.
reasons-of-workers = Выбирает сотрудник на телефоне; в запись входит сам текст на языке его телефона.
reasons-now = Сегодня
reasons-offered = можно выбрать
reasons-retired = больше не выбирают
reasons-own = добавлена здесь
reasons-none = нет
reasons-add = Добавить причину
reasons-can-choose = Можно выбирать
reasons-why = Почему меняется
reasons-preview = Так увидит сотрудник
reasons-given = Названа раз: {$given}, из них ждут ответа: {$waiting}. Все они сохраняют прежний текст.
reasons-phones = { $count ->
    [one] Узнает {$count} телефон.
    [few] Узнают {$count} телефона.
    [many] Узнают {$count} телефонов.
   *[other] Узнают {$count} телефона.
}
reasons-changed = Причина изменена
reasons-history-none = Причины здесь не изменялись: все как в программе.

## Settlements

reference-settlements = Населённые пункты
settlements-hint = Населённые пункты, где живут семьи, с кодом КАТО, с которым они пришли. От середины измеряется, как далеко сделана запись; собственные координаты семьи важнее.
settlements-search = Название или код КАТО
settlements-none = Ничего не найдено.
settlements-more = Есть ещё: уточните поиск.
settlements-name = Населённый пункт
settlements-kato = КАТО
settlements-region = Регион
settlements-kind = Вид
settlements-rural = сельский
settlements-urban = городской
settlements-families = Семьи
settlements-middle = Середина (широта; долгота)
settlements-set = указана: {$source}
settlements-usual = точных местоположений записей: {$count}
settlements-unknown = пока неизвестна (точных местоположений: {$count})
settlements-placed = семей со своими координатами: {$count}
settlements-title = Середина: {$name}
settlements-lat = Широта, градусы
settlements-lon = Долгота, градусы
settlements-take-usual = Взять обычную: {$spot}
settlements-source-example = Откуда это известно
settlements-changed = {$name}: середина изменена
settlements-history-none = Середины здесь не указывались.
settlements-nothing = нет

## Terms

terms-name = Срок со дня включения в квоту
terms-none = законного срока нет
job-search = Поиск работы (пункт 18)
job-search-begun = зарегистрирован {$date}
job-search-hint = Если за этот срок подходящей работы нет, в течение одного рабочего дня направляется проект решения о регистрации безработным. Сам срок – в Правилах 214; пока он не введён, дня нет.
terms-days = { $days ->
    [one] {$days} рабочий день
    [few] {$days} рабочих дня
    [many] {$days} рабочих дней
   *[other] {$days} рабочих дня
}
terms-value = Рабочих дней; пусто — законного срока нет
terms-from = Для семей, включённых в квоту с
terms-hint = Срок, который назван в плане и отличается от посчитанного, остаётся. Другие открытые сроки считаются заново по этому значению, сделанное сохраняет свой. Для семьи без даты включения в квоту законного срока нет (п. 33).
terms-history-none = Сроки здесь не вводились: если план не называет даты, законного срока нет.
terms-moves-before = Срок сейчас
terms-moves-after = Срок потом
terms-moves-count = Сколько
terms-confirm = Изменить срок

## Что сообщают телефонам

reference-phones = Телефоны
rule-phone-hint = Что организация сообщает своим телефонам. Телефон узнаёт это при следующей связи; до тех пор действует то, что он слышал последним.
rule-phone-note = Истёкший срок без связи и блокировка ничего не удаляют: записанное продолжает отправляться.
rule-phone-none = Здесь ничего не меняли: всё как в программе.
rule-phone-lease-days = Дней без связи, после которых семьи не показываются
rule-phone-lock-minutes = Минут вне экрана, после которых экраны блокируются
rule-phone-strict-photo-and-video = Нужны и фото, и видео, без исключений (A‑14)
rule-phone-video-unmetered-only = Видео – только по Wi-Fi
rule-phone-monthly-metered-mb = Мегабайт в месяц по мобильной сети (0 – без ограничения)
rule-phone-reserve-mb = Мегабайт, которые должны оставаться свободными в телефоне
rule-phone-keep-days = Дней, которые доставленный файл остаётся в телефоне
rule-phone-language = Язык, пока работник не выбрал свой
reference-programme = Программа
rule-programme-hint = Прочтения там, где приказ молчит или ссылается на другой акт. Каждое действует начиная со своего дня.
rule-programme-note = Перенос срока с выходного взят из общего правила о сроках; его должно подтвердить министерство (пункты 39, 47 и 50). Срок поиска работы пункт 18 оставляет пункту 23 Правил 214, поэтому программа его не придумывает.
rule-programme-none = Здесь ничего не меняли: всё как в программе.
rule-programme-job-search-days = Срок поиска работы, рабочих дней (пункт 18, A‑08)
rule-programme-approval-by-file = План утверждают только файлом с ЭЦП (пункт 34, A‑12)
rule-programme-day-off-moves = Срок на выходной переходит на следующий рабочий день (A‑18, подлежит подтверждению)
rule-programme-visit-months = Через сколько месяцев без посещения показывать семью (подпункт 4) пункта 42, A‑24)
rule-none = Без законного срока
rule-yes = да
rule-no = нет

### What the screens of the phone say.

## Getting about

button-back = Назад
screen-loading = Загружается
button-close = Закрыть
button-cancel = Отмена
button-save = Сохранить
button-choose = Выбрать
button-change = Изменить
button-undo = Вернуть
button-delete = Удалить
button-continue = Продолжить
button-again = Повторить
button-help = Справка
button-search = Поиск
button-call = Позвонить
button-settings = Настройки
tabs-label = Основные разделы
tab-today = Сегодня
tab-families = Семьи
tab-sent = Отправлено
tab-sync = Обмен
tab-sent-asked = Ждут вашего ответа: {$count}
nowhere-title = Такой страницы нет
nowhere-text = Ваши записи на месте. Вернитесь на главную.
nowhere-button = На главную
trouble-title = Эту страницу не удалось показать
trouble-text = Записи и файлы сохранены на телефоне. Попробуйте ещё раз.
core-away-title = Приложение остановлено
core-away-text = Часть приложения на телефоне не отвечает. Введённое сохранено. Откройте приложение заново.
key-forgotten-title = Телефон забыл ключ
key-forgotten-sub = Ваша работа не потеряна
key-forgotten-what = Защищённая память телефона забыла ключ этого приложения. Так бывает после обновления системы или смены блокировки экрана. Без ключа никто не может открыть то, что здесь лежит.
key-forgotten-safe = Ничего не потеряно: записи, фото и видео здесь, они сохранены и зашифрованы. Не удаляйте приложение.
key-forgotten-do = Обратитесь к администратору. Организация хранит копию ключа этого телефона и даст её текстом или QR-кодом.
key-forgotten-key = Ключ восстановления
key-forgotten-give = Ввести ключ
key-forgotten-wrong = Это не ключ этого телефона. Ничего не изменилось.
key-forgotten-back = Ключ возвращён, всё снова открывается
key-forgotten-anew = Ключ возвращён. Зарегистрируйте телефон заново: ваши записи действительны и будут отправлены.

## Days

weekday-1 = понедельник
weekday-2 = вторник
weekday-3 = среда
weekday-4 = четверг
weekday-5 = пятница
weekday-6 = суббота
weekday-7 = воскресенье
weekday-short-1 = пн
weekday-short-2 = вт
weekday-short-3 = ср
weekday-short-4 = чт
weekday-short-5 = пт
weekday-short-6 = сб
weekday-short-7 = вс
month-1 = января
month-2 = февраля
month-3 = марта
month-4 = апреля
month-5 = мая
month-6 = июня
month-7 = июля
month-8 = августа
month-9 = сентября
month-10 = октября
month-11 = ноября
month-12 = декабря
month-in-1 = в январе
month-in-2 = в феврале
month-in-3 = в марте
month-in-4 = в апреле
month-in-5 = в мае
month-in-6 = в июне
month-in-7 = в июле
month-in-8 = в августе
month-in-9 = в сентябре
month-in-10 = в октябре
month-in-11 = в ноябре
month-in-12 = в декабре
day-yesterday = вчера

## Enrolment

welcome-title = Добро пожаловать в Kandas Field
welcome-text = Этот телефон хранит планы семей и работает там, где нет сети.
enrol-title = Регистрация телефона
enrol-sub = Один раз, пять минут
enrol-text = Считайте камерой QR-код от администратора или наберите код и адрес.
enrol-way-code = Код вручную
enrol-link = Текст QR-кода
enrol-link-hint = начинается с kandas://enrol
enrol-code = Код регистрации
enrol-code-hint = 10 знаков, действует один раз
enrol-address = Адрес сервера
enrol-fingerprint = Отпечаток ключа сервера
enrol-fingerprint-hint = назовёт администратор; если пусто, сверите потом
enrol-pin-cert = Отпечаток сертификата (если есть)
enrol-button = Зарегистрировать
enrol-busy = Договариваемся с центром…
enrol-bad-link = Это не текст регистрации. Скопируйте текст QR-кода целиком.
enrol-bad-typed = Адрес должен начинаться с https://, отпечаток сертификата должен быть полным.
enrol-check-key-title = Сверьте ключ сервера
enrol-check-key-same = Совпадает
enrol-one-worker-text = Этот телефон зарегистрирован на {$worker}. Другой специалист работает со своего: каждую запись запечатывает ключ телефона.

## PIN

pin-new-title = Придумайте PIN
pin-new-text = Он только запирает экран. Работа из-за PIN не стирается, и отправка не прекращается.
pin-again-title = Повторите PIN
pin-differs = Не совпало. Введите заново.
pin-title = Введите PIN
pin-sub = Экран заперт. Отправка продолжается.
pin-label = Не меньше {$count} знаков
pin-entered = Введено знаков: {$count}
pin-wrong = PIN не подошёл. Попробуйте ещё раз.
pin-wait = Подождите ещё {$seconds} с
pin-erase = Стереть последний знак
pin-forgotten = Забыли PIN?
pin-forgotten-title = Если PIN забыт
pin-forgotten-text = Всё на телефоне сохранено. Позвоните директору, он продиктует код сброса.
pin-reset-code = Код сброса
pin-set = PIN сохранён
pin-change = Сменить PIN
lease-title = Давно не было связи с центром
lease-text = Телефон {$days} дн. не связывался с центром, поэтому экран заперт. Ничего не стёрто. Подключитесь к сети.

## The line that is always there

line-offline = Нет связи. Всё сохранено на телефоне
line-paused = Отправка на паузе. Всё сохранено на телефоне
line-sending = Отправляется, осталось {$left}
line-talking = Идёт обмен с центром
line-waiting = Ждёт отправки. Всё сохранено на телефоне
line-delivered-at = Всё доставлено, {$time}
line-never = Из центра ещё ничего не получено

## Today

week-done = На этой неделе выполнено {$done} из {$total}
week-none = На этой неделе услуг: {$total}
week-all = Все услуги этой недели выполнены: {$total}
week-empty = На этой неделе сроков нет
today-overdue = Просрочено
today-week = На этой неделе
today-drafts = Черновики
today-returned-one = Возвращено одно фото
today-returned-record = Запись возвращена
today-done-title = На сегодня всё сделано
today-done-next = Следующий срок {$day}: {$service}, {$family}.
today-done-text = Близких сроков нет. Можно навестить семьи.
today-open-families = Открыть семьи
today-first-title = Список семей в пути
today-first-text = Для первой загрузки нужна сеть. После подключения список появится сам.
today-orphan = Есть файл, который не успели приложить: {$name}
today-more-overdue = Ещё {$count}

## Families

families-title = Семьи
families-count = { $count ->
     [one] {$count} семья
     [few] {$count} семьи
     [many] {$count} семей
    *[other] {$count} семьи
}
families-search = Имя, село или конец ИИН
families-found = Найдено: {$count}
families-none = Такая семья не нашлась
families-none-text = Можно набирать и казахскими, и русскими буквами.
families-empty = За вами пока не закреплены семьи
families-empty-text = Когда центр закрепит, список появится здесь.
families-all = Все {$count}
families-overdue = Просрочено {$count}
families-clear = Очистить поиск
family-of = Семья {$name}
family-nameless = Семья без имени
family-last-visit = Последний визит {$date}
family-no-visit = Ещё не были
family-overdue = Просрочено: {$count}
family-quota = квота {$date}
quilt-label = {$name}: выполнено {$done} из {$total}
matrix-label = Члены семьи и услуги
matrix-service = Услуга
matrix-all = Все {$count}
matrix-left = Осталось {$count}
matrix-done = выполнено
matrix-filter = Показать
matrix-whole-family = вся семья
matrix-none = По этому фильтру ничего нет
family-group-capture = Снять сразу на нескольких
family-group-service = Какая услуга?
family-group-persons = Кто в кадре?
family-group-start = Начать: {$count} чел.
family-acts = Другие действия
family-no-plan = План этой семьи ещё не пришёл
person-show-iin = Показать
person-iin = ИИН
person-consent = Согласие

## One activity

activity-number = услуга {$number}
activity-saved = Черновик сохранён {$time}
activity-start = Записать выполнение
activity-photo-hint = нужно не меньше 1
activity-photo-count = Фото: {$count}
activity-photo-add = Фото
activity-take-photo = Снять фото
activity-video = Видео
activity-video-count = Видео: {$count}
activity-video-hint = до 60 секунд или причина
activity-video-strict-hint = до 60 секунд
activity-video-shoot = Снять
activity-video-none = Видео нет
activity-video-reason = Назвать причину, если видео нет
activity-reason = причина: {$reason}
activity-document = Документ
activity-document-count = Документ, страниц: {$count}
activity-document-must = снимается по страницам
activity-document-hint = по желанию: чек, справка
activity-document-add = Добавить документ
activity-signature = Подпись кандаса
activity-signature-hint = расписывается на экране
activity-signature-there = Подпись есть
activity-sign = Подписать
activity-paper = Номер и дата бумаги
activity-paper-hint = номер справки, договора или удостоверения
activity-paper-value = № {$number} от {$date}
activity-paper-number-only = Номер {$number}
activity-paper-number = Номер
activity-paper-date = Дата
activity-note = Заметка
activity-note-add = Написать заметку
activity-optional = по желанию
activity-done-on = День выполнения
activity-not-applicable = Не требуется
activity-refused = Отказ семьи
activity-why-not-applicable = Почему не требуется?
activity-why-refused = Почему семья отказалась?
activity-end-hint = Запись запечатывается и уходит в центр.
activity-persons = Для кого
activity-discard = Удалить черновик
activity-discard-ask = Черновик и его файлы удалятся. Вернуть их будет нельзя.
activity-needs = Не хватает ({$count}):
activity-complete = Всё есть.
activity-next-reason = Написать причину
activity-next-form = Заполнить
wanted-reason = причина
wanted-topics = что рассмотрено
wanted-topics-hint = Отметьте хотя бы один пункт
activity-next-photo = Снять фото
activity-next-acknowledgement = Дальше: подпись
activity-next-document = Дальше: документ
activity-next-paper-number = Дальше: номер и дата
activity-next-system-fact = Дальше: данные системы
activity-next-video = Дальше: видео
activity-next-position = Дальше: место
activity-next-consent = Дальше: согласие
activity-review = Проверить
activity-what-to-shoot = Что снимать
activity-finished = По этой услуге запись есть
activity-correct = Сделать исправленную версию
activity-correct-why = Почему исправляется?
activity-given-after-all = Услугу всё же оказали
tile-kept = сохранено
tile-securing = сохраняется
tile-deleted = Удалено: {$what}
tile-delete = Удалить этот файл
tile-view = Просмотр файла
tile-no-preview = Этот файл здесь не показать. Он сохранён на телефоне.
capture-kept = Сохранено
capture-set-aside = Файл отложен: {$reason}
capture-failed = Файл не сохранился. Снимите ещё раз.
checklist-label = Нужные доказательства
checklist-there = есть
checklist-must = нет, нужно
checklist-may = нет, по желанию
reason-in-words = Своими словами

## Position

position-title = Место
position-value = Место: {$accuracy}
position-searching = Ищем место…
position-searching-hint = можно продолжать, не ожидая
position-kept = сохранено
position-far = {$distance} от дома семьи
position-coarse = неточно, можно подождать
position-wait = Подождать
position-none = Место неизвестно
position-reason = Назвать причину
position-take = Взять место
position-renew = Обновить

## Signature

signature-title = Подпись кандаса
signature-text = Распишитесь пальцем или стилусом на белом поле.
signature-field = Поле для подписи
signature-clear = Очистить
signature-keep = Сохранить подпись
signature-paper = Снять подпись на бумаге

## Review and seal

review-title = Проверьте и запечатайте
review-sub = Потом исправить можно только новой версией
review-photos = {$count} фото, {$size}
review-photos-hint = видны ли люди и результат?
review-note = Запись запечатает ключ этого телефона. Без связи она не пропадёт и уйдёт сама, когда появится сеть.
review-confirm = Подтвердить выполнение
review-confirm-other = Запечатать
review-early = за {$days} раб. дн. до срока
review-late = на {$days} раб. дн. позже срока
review-on-time = в день срока
review-sealing = Запечатываем…
sealed-title = Запечатано
sealed-text = Запись сохранена на телефоне. Уйдёт сама, когда появится сеть.
sealed-text-online = Запись сохранена и отправлена в путь.
sealed-next = К следующему делу
sealed-family = Вернуться к семье
sealed-draft = Вернуться к черновику
sealed-records = { $count ->
     [one] Запечатана {$count} запись
     [few] Запечатаны {$count} записи
     [many] Запечатано {$count} записей
    *[other] Запечатано {$count} записи
}

## Sent work

sent-title = Отправлено
sent-month = {$month}: записей {$total}, доставлено {$done}
sent-month-waiting = {$month}: записей {$total}, ещё не доставлены
sent-month-none = {$month}: записей пока нет
sent-empty-title = Пока ничего не запечатано
sent-empty-text = Здесь видна каждая запись: где она, квитанция, слово проверяющего.
sent-earlier = Раньше
sent-search = Услуга, человек или семья
sent-files = {$done}/{$total} файла
sent-receipt = квитанция {$receipt}
sent-waiting-link = ждёт связи
sent-video-waits = видео ждёт Wi-Fi
ledger-word-waiting = ждёт
ledger-word-sending = отправляется
ledger-word-accepted = принято
ledger-word-delivered = доставлено
ledger-word-checked = проверено
ledger-word-returned = возвращено
ledger-word-held = ждёт решения
ledger-word-refused = не принято
ledger-word-set-aside = отложено
record-set-aside = Отложено центром
record-title = Запись № {$number}
record-sealed = Запечатана
record-done-on = День выполнения
record-state = Состояние
record-files = Файлы
record-receipt = Квитанция
record-receipt-none = Квитанция придёт, когда дойдут файлы
record-note = Запечатанная запись не меняется. Исправление делается новой версией.
record-free = Копия на телефоне освобождена
returned-title = Возвращено на доработку
returned-yours = Ваше фото
returned-example = Как нужно
returned-retake = Переснять это фото
returned-answer = Исправить
returned-sent = Ответ запечатан
returned-no-reason = Проверяющий не написал причину. Свяжитесь с ним.

## Sync

sync-title = Обмен
sync-link-none = Нет связи
sync-link-metered = Мобильная сеть
sync-link-unmetered = Сеть Wi-Fi
sync-speed = {$speed} в секунду
sync-pause = Пауза
sync-resume = Продолжить
sync-now = Отправить сейчас
sync-left-size = Осталось {$size}
sync-all-done = Всё доставлено
sync-last = Последняя связь {$when}
sync-never = Связи с центром ещё не было
sync-what-left = {$records} и {$files}
sync-records-gone = Все записи уже ушли.
sync-head-now = Сейчас
sync-head-next = На очереди
sync-head-waiting = Ждут
sync-head-room = Трафик и место
sync-queued = следующее
sync-videos = { $count ->
     [one] {$count} видео
     [few] {$count} видео
     [many] {$count} видео
    *[other] {$count} видео
}
sync-only-wifi = только по Wi-Fi
sync-send-metered = Отправить сейчас: {$size} трафика
sync-month-data = Трафик {$month}
sync-evidence-room = Доказательства на телефоне
sync-freeable = {$size} доставлено, их можно освободить
sync-freeable-none = Освобождать нечего: файл хранится {$days} дн. после доставки
sync-free = Освободить {$size}
sync-freed = Освобождено {$size}
sync-free-left = Свободно на телефоне
sync-waiting-title = Что ждёт
sync-nothing-waits = Ничего не ждёт
sync-order = Сначала записи, потом фото и документы, видео в конце.
sync-held = { $count ->
     [one] {$count} запись ждёт решения
     [few] {$count} записи ждут решения
     [many] {$count} записей ждут решения
    *[other] {$count} записи ждут решения
}

## Consent

consent-title = Согласие на данные
consent-text = Спрашивается у каждого до первого фото. При отказе услуга всё равно оказывается.
consent-needed = Сначала нужно согласие: {$name}
consent-needed-hint = спрашивается до первого фото
consent-ask = Спросить
consent-give = Согласен
consent-give-hint = с бумагой, подписью или её фото
consent-with-proof = Подпись или фото бумаги
consent-decline = Не согласен
consent-decline-hint = записывается причина
consent-basis = Номер бумаги или вид согласия
consent-reason = Почему не согласен?
consent-why = Какая причина?
consent-by-parent = За ребёнка соглашается родитель
consent-all = Согласие спрошено

## Help

help-title = Справка
help-sub = Открывается и без сети
help-services = Услуги: что снимать
help-how = Как это делается
help-snow = Яркий свет
help-snow-hint = видно на солнце и на снегу
help-do = Снимайте
help-dont = Не снимайте
help-official = Официальное название
help-rule = Что нужно
help-drawing = Рисунок-образец: {$service}
help-diagnostics = Журнал работы
help-diagnostics-hint = без личных данных

## Diagnostics

diagnostics-title = Журнал приложения
diagnostics-text = Здесь нет имён и документов. Можно передать в поддержку.
diagnostics-share = Сохранить файлом
diagnostics-send = Отправить в центр
diagnostics-sent = Журнал отправлен
diagnostics-saved = Журнал сохранён: {$place}
diagnostics-not-shared = Не удалось передать журнал файлом. Его можно отправить в центр.
diagnostics-empty = Журнал пуст
diagnostics-version = Версия {$version}

## Settings

settings-title = Настройки
settings-language = Язык
settings-theme = Оформление
settings-theme-system = Как в телефоне
settings-theme-light = Светлая
settings-theme-dark = Тёмная
settings-theme-snow = Яркий свет
settings-text-size = Размер текста
settings-text-size-value = размер {$percent} %
settings-reminders = Напоминания
settings-reminders-on = Напоминать, пока приложение закрыто
settings-reminders-text = О возвращённой работе, близком сроке и о том, что не отправлено больше трёх дней. Имён в напоминаниях нет.
settings-phone = Этот телефон
settings-worker = Специалист
settings-office = Учреждение

## Acts outside the 25 services

acts-title = Другие действия
acts-text = Действия вне 25 услуг, которых требует приказ.

## More of the screens

line-later = Записи ушли, файлы ждут подходящей сети
line-failed = Не отправилось, повторится позже. Всё сохранено
record-other = Другая запись
brief-more = Черновик: {$photos} фото, не хватает {$missing}
brief-ready = Черновик готов, осталось запечатать
brief-kind-not-applicable = Черновик: не требуется
brief-kind-refused = Черновик: отказ
brief-correction = Черновик: исправленная версия
notice-store-moved = Повреждённое хранилище отложено, начато новое. Старое не стёрто.
notice-leftovers = Файлов, которые не успели приложить: {$count}
notice-interrupted = Приём прервался, приложите снова: {$names}
notice-missing = Не найдено файлов на телефоне: {$count}
notice-unreadable = Не читается записей: {$count}. Они сохранены.
notice-dismiss = Понятно
notice-attach = В черновик
notice-meant = Черновик: {$draft}
notice-choose-draft = Выбрать черновик
notice-other-draft = В другой черновик
notice-no-draft = Откройте черновик, тогда файл можно будет приложить к нему.
notice-picture = Неприложенный снимок
notice-delete = Удалить файл
notice-delete-ask = Файл удалится насовсем. Вернуть его будет нельзя.
notice-delete-yes = Да, удалить файл
wiped-title = Телефон очищен
wiped-text = Распоряжение центра исполнено. Телефон можно зарегистрировать заново.
first-pull-title = Загружаются семьи
button-unlock = Войти
pin-new = Новый PIN, не меньше 4 знаков
pin-reset-wrong = Код не подошёл. Уточните у директора.
today-next = Ближайший срок: {$when}.
acts-new = Добавить действие
consent-withdraw = Отозвать
consent-withdraw-text = Отзыв согласия записывается и уходит в центр. Услуги всё равно оказываются.
person-iin-why = Зачем нужен ИИН?
person-iin-hint = Показ записывается в журнал.
need-photo = Фото, хотя бы одно
need-video = Видео или причина, почему его нет
need-position = Место, определится само
need-document = Документ
need-paper-number = Номер и дата бумаги
need-system-fact = Данные госсистемы
need-acknowledgement = Подпись кандаса
button-more = Ещё
button-write = Записать
activity-again = Записать ещё раз
activity-system-hint = проверит сам центр
activity-discard-yes = Да, удалить черновик
consent-short = согласие
capture-no-room = На телефоне мало места. Фото и видео не снять, запечатать запись можно. Освободите место.
position-better = ищем точнее…
tile-state-securing = сохраняется
tile-state-kept = сохранено на телефоне
tile-state-waiting = ждёт отправки
tile-state-sending = отправляется
tile-state-delivered = доставлено
tile-state-damaged = повреждено, уйдёт уцелевшее
tile-state-set-aside = отложено
review-incoming = Файл ещё сохраняется. Повторите через секунду.
review-too-large = Для одной записи слишком много файлов. Уберите часть.
record-received = Получена центром
record-why = Причина
record-topics = Что рассмотрено
record-offer-again = Предложить снова
sync-metered = Эта сеть платная: видео не уходит
settings-lock = Запереть экран
settings-server-key = Ключ сервера
pin-present = Нынешний PIN

## Forms of the acts outside the 25 services

acts-with-whom = С кем?
field-channel = Как связались
field-lodging = Где остановились
field-point = Место встречи
field-transport = На чём приехали
field-persons = Сколько человек приехало
field-shelter = Где зарегистрированы
field-from = С какого дня
field-to = По какой день
field-plan-digest = Знаки внизу напечатанного плана
field-plan-digest-hint = не меньше восьми
field-problems = Выявленные проблемы
field-problems-hint = по одной в строке
field-proposals = Предложения
field-proposals-hint = по одному в строке
field-satisfaction = Насколько семья довольна помощью
field-satisfaction-hint = 1 – совсем нет, 5 – полностью
choice-phone = По телефону
choice-in-person = Лично
choice-video-call = По видеосвязи
choice-message = Сообщением
choice-airport = Аэропорт
choice-bus-station = Автобусный вокзал
choice-railway-station = Железнодорожный вокзал
choice-other = Другое место
choice-air = Самолётом
choice-road = Автотранспортом
choice-rail = Поездом
choice-adaptation-centre = В центре адаптации
choice-temporary-accommodation-centre = В центре временного размещения
topic-quota = Региональная квота
topic-choice-of-region = Выбор региона
topic-temporary-housing = Временное жильё
topic-payments-certificate = Выплаты и сертификат
topic-social-contract = Социальный контракт
topic-travel = Проезд
topic-five-services = Пять основных услуг
topic-residence-registration = Регистрация по месту жительства
topic-military-registration = Воинский учёт
topic-school = Школа
topic-kindergarten = Детский сад
topic-clinic = Поликлиника
topic-jobs-training = Работа и обучение
topic-languages-history-law = Курсы языка, истории и права
topic-study-materials = Учебные пособия
topic-citizenship = Гражданство
topic-place-of-settlement = Место поселения
topic-employer-school-kindergarten = Работодатель, школа, детский сад
topic-place-of-residence = Место проживания
topic-region = Знакомство с регионом
topic-housing = Жильё
topic-work = Работа
topic-school-kindergarten = Школа и детский сад
topic-health = Здоровье
topic-services-received = Полученные услуги

## The camera reads a QR

enrol-way-qr = QR-код
enrol-scan = Сканировать QR-код
enrol-type = Набрать код
enrol-paste = Вставить текст QR-кода
qr-picture = Изображение с камеры
qr-aim = Наведите рамку на QR-код, он прочитается сам.
qr-other = Это не код регистрации. Покажите QR-код от администратора.
qr-refused = Нет доступа к камере. Сфотографируйте код или наберите его вручную.
qr-no-camera = Камера здесь не найдена. Выберите снимок кода или наберите код вручную.
qr-photo = Сфотографировать QR-код
qr-nothing = На снимке нет QR-кода. Снимите ближе, не двигая телефон.
button-stop = Остановить
button-done = Готово

## Finger or face, where the phone has it

biometric-finger = Войти по отпечатку
biometric-face = Войти по лицу
biometric-reason = Открыть экран Kandas Field

## A new phone

newphone-title = Переход на новый телефон
newphone-sub = Пять минут
newphone-1 = Отправьте всё с этого телефона
newphone-1-clear = Всё доставлено, черновиков нет. Можно переходить.
newphone-1-drafts = Черновики: {$count}. Они не переносятся, сначала запечатайте их.
newphone-1-waits = Часть записей и файлов ещё на этом телефоне.
newphone-2 = Попросите у администратора новый код
newphone-2-text = QR-код или код для набора, действует один раз.
newphone-3 = Считайте код новым телефоном
newphone-3-text = Семьи загрузятся сами. PIN задаётся заново.
newphone-4 = Отдайте старый телефон администратору
newphone-4-text = Если записи остались, они сначала уйдут, и только потом телефон очистится.

## A document of many pages

pages-title = Страницы документа
pages-text = Снимайте каждую страницу отдельно: чтобы текст читался и края не обрезались.
pages-first = Снять первую страницу
pages-next = Снять следующую страницу
pages-file = Выбрать файл
pages-done = Готово, страниц: {$count}
pages-page = стр. {$number}
tile-failed = не сохранено, нажмите, чтобы повторить
capture-kept-here = Файл ещё не сохранён. Нажмите на его плитку, чтобы повторить.

## Reasons that can be chosen

reason-other = Другая причина
reason-na-has = Уже есть
reason-na-age = Не подходит по возрасту
reason-na-status = Не подходит по статусу
reason-na-moved = Переехал в другой регион
reason-refused-no-need = Считают, что не нужно
reason-refused-self = Сделают сами
reason-refused-later = Хотят отложить
reason-fix-date = Неверная дата
reason-fix-person = Выбран не тот человек
reason-fix-proof = Не то фото или документ
reason-fix-text = Ошибка в номере или тексте
reason-iin-form = Заполнить заявление или документ
reason-iin-search = Найти в государственной системе

## Facts of the diagnostics

fact-program = Программа
fact-platform = Система
fact-wall-clock = Часы телефона
fact-device = Устройство
fact-server-url = Сервер
fact-epoch = Эпоха
fact-token-scope = Доступ
fact-last-contact = Последняя связь
fact-chain = Цепочка
fact-waiting = Ждёт отправки
fact-free = Свободно

## Fields of acts

field-wanted = нужно заполнить

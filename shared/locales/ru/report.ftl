### The monthly report of career centres (Appendix 3, §39). The phone does not carry these.

## The monthly report of Appendix 3

desk-reports = Отчёты за месяц
report-hint = Карьерный центр представляет информацию о выполненных работах в местный исполнительный орган ежемесячно, не позднее 5 числа следующего месяца (пункт 39 Правил, приложение 3). Центр трудовой мобильности получает копию сам собой (подпункт 8) пункта 4).
report-month = Отчётный месяц
report-centre = Карьерный центр
report-version = Версия
report-version-is = версия {$version}
report-of = {$month} {$year} г.
report-rows = Кто попадает в строки
report-cells = Что стоит в ячейке
report-span = За какое время
report-rows-completed = Люди, получившие хотя бы одну услугу
report-rows-planned = Все люди с действующим планом
report-cells-date = Дата выполнения
report-cells-mark = 1 или 0
report-span-month = Только отчётный месяц
report-span-cumulative = Нарастающим итогом
report-hash = Контрольная сумма отчёта SHA-256
report-erased = Строки людей, чьи данные удалены
report-late = за прошлый период: работа поступила после принятия отчёта за свой месяц
report-late-cell = {$date} (за прошлый период)
report-empty = В этом месяце выполненных работ нет.
report-continued = Продолжение таблицы
report-annex = Приложение 3
report-annex-rules = к Правилам оказания кандасам и членам их семей адаптационных и интеграционных услуг
report-annex-form = Форма
report-form-title = Информация о выполненных работах по мероприятиям плана адаптации и интеграции
report-col-iin = Индивидуальный идентификационный номер кандасов
report-signed-by = Подготовил: карьерный центр
report-accepted-by = Принял: местный исполнительный орган

## Where a report stands

report-state-draft = Черновик
report-state-signed = Подписан
report-state-sent = На рассмотрении
report-state-accepted = Принят
report-state-returned = Возвращён
report-state-reopened = Разрешена новая версия
report-state-dropped = Заменён
report-act-draft = Составить черновик
report-act-sign = Подписать
report-act-send = Отправить
report-act-accept = Принять
report-act-return = Вернуть
report-act-reopen = Разрешить новую версию
report-act-drop = Заменить
report-did-draft = Составлен черновик
report-did-sign = Подписано
report-did-send = Отправлено
report-did-accept = Принято
report-did-return = Возвращено
report-did-reopen = Разрешена новая версия

## The list of centres

report-due = Целевая дата: {$target}. Законная дата: {$legal}.
report-due-moved = {$named} выпадает на выходной: целевая дата – последний рабочий день до неё, законная – первый рабочий день после.
report-due-unknown = Срока этого месяца нет в календаре рабочих дней.
report-overdue = Просрочен
report-overdue-count = просрочено: {$count}
report-waiting-count = на рассмотрении: {$count}
report-none-yet = Отчёта ещё нет
report-show-all = Все центры
report-show-overdue = Просроченные
report-show-waiting = На рассмотрении
report-entries = Строк
report-sent-at = Отправлен
report-clock = Срок
report-days-left = осталось дней: {$count}
report-days-late = опоздание, дней: {$count}
report-in-time = в срок
report-too-late = позже срока
report-month-before = Месяц назад
report-month-after = Месяц вперёд
report-export-month = Отчёты за месяц файлом

## One report

report-page = Отчёт за месяц
report-draft-again = Составить заново
report-draft-next = Составить следующую версию
report-drafted = Черновик отчёта составлен
report-frozen = Отчёт закреплён по данным на {$date}. То, что поступит позже, его не изменит.
report-sent-to = Кому (пункт 39)
report-copied-to = Копия (подпункт 8) пункта 4)
report-history = Что делали с отчётом
report-remarks = Замечания
report-versions = Версии за месяц
report-table = Таблица приложения 3
report-table-hint = Каждая дата открывает опечатанную запись с доказательствами. Имён в форме нет: они видны только на этой странице.
report-person = Человек
report-nobody = данные удалены
report-cell-of = {$person}, {$service}, {$date}: открыть запись
report-cell-returned = возвращена
report-cell-late = за прошлый период
report-erased-count = Строк людей, чьи данные удалены: {$count}. От них осталась только контрольная сумма.
report-not-over = Месяц не закончен: подписать можно с 1 числа следующего.
report-changes = Отличия от предыдущей версии
report-changes-none = Таблицы одинаковы.
report-changes-more = Показано {$shown} из {$count}.
report-change-before = Было
report-change-after = Стало
report-change-row = пустая строка

## Signing, sending, deciding

report-sign-title = Подписание отчёта
report-sign-hint = Подпись – это повторный ввод пароля. В журнал записываются контрольная сумма отчёта, ваше имя, роль и время.
report-send-title = Отправка отчёта
report-send-hint = Отчёт уйдёт в местный исполнительный орган, копию получит центр трудовой мобильности. После этого его нельзя изменить.
report-accept-title = Принятие отчёта
report-accept-hint = Работа, которая поступит после принятия, войдёт в отчёт следующего месяца с пометкой «за прошлый период».
report-return-title = Возврат отчёта
report-return-hint = Карьерный центр составит следующую версию. Напишите, что исправить.
report-reopen-title = Разрешение новой версии
report-reopen-hint = Карьерный центр сможет подать следующую версию с работой, поступившей позже.
report-text = Замечание
report-done-sign = Отчёт подписан
report-done-send = Отчёт отправлен
report-done-accept = Отчёт принят
report-done-return = Отчёт возвращён
report-done-reopen = Новая версия разрешена

## Its form, a setting

reference-report = Форма отчёта
report-option-hint = Приказ не говорит, что писать в ячейке приложения 3 и кто попадает в строки (пункт 39). Выбранное здесь прочтение действует для месяцев, которые заканчиваются в указанный день или позже; составленные отчёты не меняются.
report-option-name = Что выбирается
report-option-now = Сейчас
report-option-value = Прочтение
report-option-from = Для месяцев, которые заканчиваются начиная с
report-option-history-none = Здесь ничего не меняли: всё как в программе.

## Elsewhere

export-of-report = Отчёт за месяц
audit-read-report-show = Строки отчёта за месяц
audit-act-report-row-frozen = Строка отчёта закреплена
audit-act-report-drafted = Составлен черновик отчёта
audit-act-report-signed = Отчёт подписан
audit-act-report-sent = Отчёт отправлен
audit-act-report-decided = Решение по отчёту
audit-act-report-remarked = Замечание к отчёту

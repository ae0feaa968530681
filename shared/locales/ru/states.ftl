### States of records, plans, activities and checks; reasons; deadlines.

## What the centre says about a record

verdict-accepted = Принято
verdict-known = Уже было
verdict-held = Ждёт решения
verdict-refused = Не принято

## The ledger on the phone

ledger-draft = Черновик
ledger-recorded = Сохранено на телефоне
ledger-waiting = Ждёт отправки
ledger-sending = Отправляется
ledger-accepted = Принято
ledger-known = Уже было в центре
ledger-held = Ждёт решения
ledger-refused = Центр не принял, хранится на телефоне
ledger-delivered = Доставлено
ledger-damaged = Файл повреждён, уйдёт то, что уцелело
ledger-set-aside = Отложено в сторону
ledger-lost = Признано утраченным
ledger-unreadable = Запись не читается, но сохранена

## Patches: one activity, one state

patch-planned = По плану
patch-soon = Срок близко
patch-overdue = Просрочено
patch-draft = Черновик
patch-waiting = Ждёт отправки
patch-sending = Отправляется
patch-accepted = Принято
patch-delivered = Доставлено
patch-checked = Проверено
patch-returned = На доработку
patch-held = Ждёт решения
patch-not-applicable = Не требуется
patch-refused = Отказ

## Plan

plan-state-draft-remote = Черновик, составлен удалённо
plan-state-prelim-agreed = Согласован после визита
plan-state-final-draft = Итоговый проект
plan-state-agreed = Согласован с кандасом
plan-state-approved = Утверждён
plan-state-published = Загружен
plan-state-in-execution = Исполняется
plan-state-executed = Исполнен
plan-state-monitoring = На мониторинге
plan-state-closed = Закрыт
plan-state-departed = Семья выехала
plan-state-discarded = Черновик отменён

## Activity

activity-state-planned = По плану
activity-state-in-progress = В работе
activity-state-captured = Снято
activity-state-done-local = Исполнено, на телефоне
activity-state-synced = Запись в центре
activity-state-reported = Вошло в отчёт
activity-state-sys-confirmed = Подтверждено госсистемой
activity-state-disputed = Расходится с госсистемой
activity-state-not-applicable = Не требуется
activity-state-refused = Отказ семьи
activity-state-cancelled = Исключено из плана
activity-state-corrected = Исправлено

## Check

check-unchecked = Не проверено
check-accepted = Без замечаний
check-remarked = Есть замечание
check-returned = Возвращено на доработку
check-returned-until = Возвращено на доработку до {$due}
check-answered = Есть ответ

## Why a record needs a decision

held-fork = Цепь телефона раздвоилась: под одним номером две разные записи. Обе сохранены.
held-activity-cancelled = Эту услугу убрали из плана. Ваша запись сохранена, решит проверяющий.
held-too-new = Запись сделана в более новой версии, чем у центра. Она обработается, когда центр обновится.
held-device-revoked = Запись пришла с телефона с отозванным доступом. Она сохранена, решит проверяющий.
held-unknown-family = Центр не нашёл эту семью. Запись сохранена.
held-unknown-activity = Центр не нашёл это мероприятие в плане. Запись сохранена.
held-unknown-person = Центр не нашёл в семье человека из записи. Запись сохранена.
held-not-assigned = Эта семья за вами не закреплена. Запись сохранена, решит проверяющий.
held-payload-unreadable = Содержание записи не читается, но подпись верна. Она сохранена без изменений.
held-supersedes-unknown = Исправляемая запись ещё не дошла до центра. Решится, когда она придёт.
held-future-date = Дата исполнения ещё не наступила. Проверьте часы телефона.
held-evidence-differs = Файл этой записи носит имя другого файла. Обе записи сохранены, решит проверяющий.
held-erased = Данные этой семьи или человека удалены по решению. В центре остался только номер записи, без содержания.
held-set-aside-duplicate = Центр отложил эту запись: то же есть в другой. Она хранится, но не засчитана.
held-set-aside-mistake = Центр отложил эту запись: она сделана по ошибке. Она хранится, но не засчитана.
held-set-aside-not-theirs = Центр отложил эту запись: её должен был сделать другой сотрудник. Она хранится, но не засчитана.
held-set-aside-unusable = Центр отложил эту запись: её нельзя ни прочесть, ни к чему‑либо отнести. Она хранится.
held-set-aside-other = Центр отложил эту запись. Почему, скажет проверяющий. Она хранится, но не засчитана.

## Why a record was refused

refused-unknown-key = Запись запечатана неизвестным центру ключом. Она остаётся на телефоне.
refused-signature-invalid = Подпись записи не прошла проверку. Она остаётся на телефоне.
refused-too-large = Запись больше допустимого размера. Она остаётся на телефоне.
refused-not-a-record = Присланный текст не является записью. Он остаётся на телефоне.

## Deadlines and counts

due-today = сегодня
due-tomorrow = завтра
due-until = до {$date}
due-left = { $days ->
     [one] Остался {$days} рабочий день
     [few] Осталось {$days} рабочих дня
     [many] Осталось {$days} рабочих дней
    *[other] Осталось {$days} рабочего дня
}
due-late = { $days ->
     [one] Просрочено на {$days} рабочий день
     [few] Просрочено на {$days} рабочих дня
     [many] Просрочено на {$days} рабочих дней
    *[other] Просрочено на {$days} рабочего дня
}
due-after-deadline = после срока
count-files = { $count ->
     [one] {$count} файл
     [few] {$count} файла
     [many] {$count} файлов
    *[other] {$count} файла
}
count-records = { $count ->
     [one] {$count} запись
     [few] {$count} записи
     [many] {$count} записей
    *[other] {$count} записи
}
count-people = { $count ->
     [one] {$count} человек
     [few] {$count} человека
     [many] {$count} человек
    *[other] {$count} человека
}
age-years = { $count ->
     [one] {$count} год
     [few] {$count} года
     [many] {$count} лет
    *[other] {$count} года
}
files-delivered = Доставлено файлов: {$done} из {$total}
services-done = Выполнено услуг: {$done} из {$total}

## Consent to personal data processing

consent-missing = Согласия пока нет
consent-given = Согласие получено
consent-declined = В согласии отказано
consent-withdrawn = Согласие отозвано

## Acts outside Appendix 1

act-ack-receipt = Подтверждение получения заявления
act-consult-terms = Консультация об условиях переселения
act-preliminary-visit = Предварительный визит
act-arrival = Встреча семьи
act-temporary-registration = Временная регистрация
act-plan-agreement = Согласие с планом
act-monitoring-visit = Выезд по мониторингу

## Orders to a phone

order-retire = Вывод телефона из работы: сначала всё уйдёт, затем сотрётся.
order-lost = Телефон утерян: данные семей стираются сразу, неотправленная работа сохраняется.

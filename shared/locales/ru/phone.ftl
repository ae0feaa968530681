### What the phone says of itself: the link, sealing, sending.

## The link

link-unreachable = Нет связи с центром. Всё сохранено на телефоне и уйдёт позже.
link-cut = Связь оборвалась. Отправка продолжится с того же места.
link-wrong-server = По этому адресу отвечает другой сервер. Ему ничего не передано. Сообщите администратору.
link-protocol = Ответ центра непонятен. Данные сохранены на телефоне, попробуйте обновить программу.
link-refused = Центр отказал. Данные сохранены на телефоне.
link-untrusted = Подпись центра не подтвердилась. На телефоне ничего не изменено.
link-inconsistent = Журнал центра не продолжает прежний. Отправка остановлена, сообщите администратору.

## The phone

phone-in-use = С этой папкой уже работает другая программа, процесс {$owner}.
phone-key-forgotten = Ключ не тот, с которым создана эта папка. Без него её не открыть.
phone-not-enrolled = Телефон не зарегистрирован в центре. Введите код регистрации.
phone-enrolled = Телефон зарегистрирован: {$worker}.
phone-never-pulled = Список семей ещё не получен.
phone-store-moved = Повреждённое хранилище отложено в сторону: {$path}. Начато новое.
phone-interrupted = Приём файла прервался, приложите его снова: {$name}.
phone-missing = Файл пропал с телефона: {$name}.

## Sealing

seal-done = Запись запечатана: {$record}.
seal-incomplete = Не хватает:
seal-draft = Черновик: {$draft}.
seal-aside = Отложен файл {$name}.

## Files

ledger-kept = Хранится на телефоне, не отправляется

## Sending

sync-done = Всё доставлено.
sync-wiped = Распоряжение исполнено, телефон очищен.
sync-left = Осталось записей: {$records}, файлов: {$files} ({$bytes}).
sync-new-epoch = Центр восстановлен из копии. Всё предлагается ему заново.
sync-new-chain = Записи пойдут новой цепью.
sync-why-unreachable = Центр недоступен, попытка повторится позже.
sync-why-failed = Не получилось, попытка повторится позже.
sync-why-storage-full = В центре не хватает места для файлов.
sync-why-video-needs-unmetered = Видео ждёт Wi-Fi.
sync-why-monthly-limit = Месячный лимит трафика исчерпан.

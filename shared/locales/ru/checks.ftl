### Checks, returns, the reset code of a PIN, a newer version.

## Why something goes back

return-reason-blurred = Снимок нерезкий
return-reason-too-dark = Слишком темно или слишком светло
return-reason-wrong-person = На снимке другой человек
return-reason-face-not-visible = Не видно лица
return-reason-not-the-service = На снимке не видно этой услуги
return-reason-unreadable-document = Документ не читается
return-reason-wrong-document = Приложен не тот документ
return-reason-missing-page = Не хватает страниц документа
return-reason-picture-of-picture = Снимок экрана или другого снимка
return-reason-wrong-place-or-day = Не сходится место или день
return-reason-other = Другая причина
returned-reason-unknown = Эта причина телефону неизвестна. Спросите проверяющего.

## Returned work

returned-one-paper = Возвращена страница документа
returned-your-paper = Ваша страница
returned-retake-paper = Переснять эту страницу
returned-theirs = Снято ранее
returned-elsewhere = Запись сделана на другом телефоне: для ответа снимите всё заново.
check-history = Что сказал проверяющий
notice-returned = На доработку вернулось: {$count}
notice-set-aside = Центр отложил записей: {$count}. Причины в разделе отправленного.

## A forgotten PIN

pin-reset-say = Назовите директору это число
pin-reset-ask = Проверить, разрешил ли центр
pin-reset-granted = Центр разрешил. Придумайте новый PIN.
pin-reset-unknown = Этот телефон ещё не связывался с центром, поэтому код не подойдёт. Сначала нужна связь.

## The log and a newer version

diagnostics-not-sent = Журнал не отправлен. Попробуйте позже.
app-newer = В центре есть новая версия: {$version} ({$size}). Старая тоже продолжит работать.
app-newer-get = Получить новую версию
app-newer-hash = Контрольная сумма файла, SHA-256

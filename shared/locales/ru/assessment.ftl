### The quarterly assessment of centres and its conclusion (§47-51). The phone does not carry these.

## The list of centres

desk-assessments = Оценка центров
assessment-hint = «Центр развития трудовых ресурсов» оценивает центры трудовой мобильности и карьерные центры регионов расселения ежеквартально, не позднее 5 числа следующего месяца (пункт 47 Правил). Показатели считает программа по своим данным, баллы ставит человек.
assessment-quarter = Квартал
assessment-quarter-of = {$number} квартал {$year} г.
assessment-quarter-before = Предыдущий квартал
assessment-quarter-after = Следующий квартал
assessment-centre = Центр
assessment-page = Оценка центра
assessment-opens = Баллы можно ставить с {$date}.
assessment-due = Баллы: целевая дата {$target}, законная {$legal}.
conclusion-due-dates = Заключение: целевая дата {$target}, законная {$legal}.
assessment-due-unknown = Сроков этого квартала нет в календаре рабочих дней.
assessment-live = Показатели сосчитаны по данным на сейчас и закрепятся после {$date}.
assessment-frozen = Показатели закреплены по данным на {$date}. То, что поступит позже, их не изменит.
assessment-not-frozen = Срок прошёл: показатели закрепятся с первыми баллами или в ближайший час.
assessment-running = Квартал ещё идёт: баллы можно ставить с 1 числа следующего месяца.
assessment-show-all = Все центры
assessment-show-unscored = Без баллов
assessment-show-low = С низкой оценкой
assessment-unscored-count = без баллов: {$count}
assessment-overdue = Просрочено
assessment-not-assessed = Нет семей, не оценивается
assessment-no-scores = Баллов нет
assessment-of = {$count} из {$of}
assessment-hidden = Баллы видны после направления заключения в местные исполнительные органы (пункт 51).

## What is computed

assessment-indicators = Показатели
assessment-relevance = Релевантность
assessment-effectiveness = Результативность
assessment-social-effect = Социальный эффект
assessment-relevance-hint = Соответствие исполнения заданий индивидуальных планов (подпункт 1) пункта 48): что полагалось сделать в этом квартале и когда это сделано.
assessment-effectiveness-hint = Качество исполнения заданий (подпункт 2) пункта 48): что сказали о работе этого квартала проверяющие и правила программы, в срок ли подавались отчёты.
assessment-social-effect-hint = Удовлетворённость кандасов и членов их семей и выбытие из региона расселения (подпункт 3) пункта 48).
assessment-due-all = Полагалось сделать в квартале
assessment-due-in-time = Исполнено в срок
assessment-due-late = Исполнено позже срока
assessment-due-not = Не исполнено
assessment-done = Исполнено мероприятий в квартале
assessment-accepted = Проверено и принято
assessment-remarked = Проверено, есть замечание
assessment-returned = Возвращено, ждёт ответа
assessment-answered = Возвращено, ответ получен
assessment-noticed = Программа что-то заметила
assessment-reports = Отчёты за месяц в срок
assessment-reports-late = Отчёты за месяц позже срока
assessment-families = Семьи
assessment-watched = Семьи, чьё проживание проверено
assessment-departed = Выбывшие семьи
assessment-satisfaction = Удовлетворённость, средний балл
assessment-no-data = нет данных
assessment-answers = {$mean} (ответов: {$count})
assessment-before = в прошлом квартале: {$value}
assessment-open-list = {$name}: открыть список
assessment-completions = только исполнение

## What people score

assessment-scores = Баллы
assessment-score-of = {$criterion}: балл от 1 до 5
assessment-reason = Обоснование
assessment-reason-of = Обоснование: {$criterion}
assessment-reason-hint = Пишите о центре. Имён людей и ИИН не пишите.
assessment-save = Поставить баллы
assessment-again = Поставить баллы заново
assessment-saved = Баллы поставлены
assessment-sum = Сумма баллов
assessment-total = Итог
assessment-band-name = Общий вывод
assessment-band-low = Низкий
assessment-band-medium = Средний
assessment-band-high = Высокий
assessment-means-low = услуги оказаны неудовлетворительно
assessment-means-medium = услуги оказаны удовлетворительно
assessment-means-high = услуги оказаны успешно
assessment-indicative = По шкале до 25
assessment-indicative-hint = Сумма трёх баллов × 25/15: только для сравнения, вывода не меняет (пункт 49).
assessment-mode-hint-literal-sum = Итог – сумма трёх баллов, границы как написаны в пункте 49: меньше 10 – низкий, от 10 – средний, от 15 – высокий.
assessment-mode-hint-rescaled-25 = Итог – сумма трёх баллов × 25/15, границы как написаны в пункте 49: меньше 10 – низкий, от 10 – средний, от 15 – высокий.
assessment-mean = Средний балл карьерных центров
assessment-mean-of = центров с баллами: {$count}
assessment-below = Карьерные центры
assessment-earlier = Прежние баллы
assessment-recommendations = Рекомендации центру
assessment-recommendations-none = Рекомендаций не было.
assessment-recommendation-open = Открыта
assessment-recommendation-closed = Закрыта

## The conclusion

conclusion-page = Заключение за квартал
conclusion-hint = Заключение представляется в уполномоченный орган ежеквартально, не позднее 25 числа следующего месяца (пункт 50). Уполномоченный орган направляет его в местные исполнительные органы; те рассматривают его в месячный срок и принимают меры (пункт 51).
conclusion-title = Заключение о результатах оценки качества оказания адаптационных и интеграционных услуг
conclusion-annex = Пункт 50 Правил
conclusion-none = Заключения ещё нет.
conclusion-extract = Выписка: только центры своей территории
conclusion-overdue = Заключение просрочено
conclusion-state-draft = Черновик
conclusion-state-signed = Подписано
conclusion-state-sent = В уполномоченном органе
conclusion-state-forwarded = На рассмотрении местных исполнительных органов
conclusion-state-closed = Меры приняты
conclusion-act-draft = Сохранить черновик
conclusion-act-sign = Подписать
conclusion-act-send = Отправить в уполномоченный орган
conclusion-act-forward = Направить в местные исполнительные органы
conclusion-act-measure = Сообщить о принятых мерах
conclusion-did-draft = Черновик сохранён
conclusion-did-sign = Подписано
conclusion-did-send = Отправлено в уполномоченный орган
conclusion-did-forward = Направлено в местные исполнительные органы
conclusion-did-measure = Меры приняты
conclusion-part-report = 1. Итоговый отчёт
conclusion-part-results = 2. Результаты ранее данных рекомендаций
conclusion-part-conclusions = 3. Выводы и рекомендации
conclusion-report-text = Отчёт об оценке качества оказания услуг
conclusion-conclusions-text = Выводы
conclusion-recommendation = Рекомендация
conclusion-recommend-add = Добавить рекомендацию
conclusion-recommend-remove = Убрать рекомендацию {$number}
conclusion-recommend-to = Рекомендация {$number}: кому
conclusion-recommend-text = Рекомендация {$number}: что сделать
conclusion-recommendations-none = Рекомендаций нет.
conclusion-earlier-none = Открытых рекомендаций прежних кварталов нет.
conclusion-became = Результат
conclusion-became-of = Результат рекомендации {$number}
conclusion-became-done = Выполнена
conclusion-became-partly = Выполнена частично
conclusion-became-not-done = Не выполнена
conclusion-became-dropped = Утратила значение
conclusion-became-choose = Выберите
conclusion-became-text = Рекомендация {$number}: что сделано
conclusion-became-hint = Пока у каждой открытой рекомендации нет результата, заключение подписать нельзя (подпункт 2) пункта 50). Невыполненная и выполненная частично переходит в следующий квартал открытой.
conclusion-lacks = Для подписи не хватает:
conclusion-lacks-frozen = закреплённых показателей
conclusion-lacks-scores = баллов, центров: {$count}
conclusion-lacks-results = результатов, рекомендаций: {$count}
conclusion-lacks-words = текста отчёта и выводов
conclusion-not-yet = Заключение пишется после закрепления показателей, то есть после {$date}.
conclusion-unsaved = Есть несохранённые изменения.
conclusion-saved = Черновик заключения сохранён
conclusion-hash = Контрольная сумма заключения SHA-256
conclusion-table = Таблица баллов
conclusion-history = Что делали с заключением
conclusion-signed-by = Подписал: Центр развития трудовых ресурсов
conclusion-sent-to = Уполномоченный орган

## Local executive bodies

conclusion-bodies = Местные исполнительные органы
conclusion-body = Исполнительный орган
conclusion-received = Получено
conclusion-due = Рассмотреть до
conclusion-measured = Меры приняты
conclusion-waiting = На рассмотрении
conclusion-measures = Принятые меры
conclusion-measures-besides = Прочие меры
conclusion-measures-hint = Заключение рассматривается в месячный срок со дня получения, и к центрам трудовой мобильности и карьерным центрам принимаются соответствующие меры (пункт 51). Напишите, что сделано по каждой рекомендации. Имён людей не пишите.
conclusion-measure-of = Мера по рекомендации {$number}
conclusion-body-due = Целевая дата {$target}, законная {$legal}.

## Signing, sending, forwarding, measures

conclusion-sign-title = Подписание заключения
conclusion-sign-hint = Подпись – это повторный ввод пароля. В журнал записываются полный текст заключения, его контрольная сумма, ваше имя, роль и время. После этого баллы и текст не меняются.
conclusion-send-title = Отправка заключения в уполномоченный орган
conclusion-send-hint = Заключение уйдёт в уполномоченный орган по вопросам миграции населения (пункт 50). Отозвать его нельзя.
conclusion-forward-title = Направление заключения в местные исполнительные органы
conclusion-forward-hint = Каждый исполнительный орган, на чьей территории оценён центр, получит заключение сегодня, и месячный срок пойдёт с сегодняшнего дня (пункт 51). Центры увидят свои баллы.
conclusion-measure-title = Сообщение о принятых мерах
conclusion-done-sign = Заключение подписано
conclusion-done-send = Заключение отправлено в уполномоченный орган
conclusion-done-forward = Заключение направлено в местные исполнительные органы
conclusion-done-measure = Меры сообщены

## How totals are read, a setting

reference-assessment = Прочтение баллов
assessment-mode = Прочтение итога
assessment-mode-literal-sum = Сумма трёх баллов, 3–15
assessment-mode-rescaled-25 = Сумма × 25/15
assessment-mode-hint = Приказ ставит по каждому из трёх критериев от 1 до 5 баллов, а границы вывода доходят до 25 и соприкасаются (пункт 49). Выбранное здесь прочтение действует для кварталов, которые заканчиваются в указанный день или позже; поставленные баллы не меняются.
assessment-mode-from = Для кварталов, которые заканчиваются начиная с

## Elsewhere

export-of-conclusion = Заключение за квартал
audit-act-assessment-frozen = Показатели квартала закреплены
audit-act-assessment-scored = Центру поставлены баллы
audit-act-assessment-concluded = Сохранён черновик заключения
audit-act-assessment-signed = Заключение подписано
audit-act-assessment-sent = Заключение отправлено в уполномоченный орган
audit-act-assessment-forwarded = Заключение направлено в местные исполнительные органы
audit-act-assessment-measured = Меры по заключению

### Road maps of rural okrugs (§38). The phone does not carry these.

## Road maps

desk-road-maps = Дорожные карты
road-map-hint = Для семей, поселившихся в сельской местности, утверждается дорожная карта (пункт 38 Правил): одна на сельский округ и календарный год, в ней открытые мероприятия каждой семьи со сроками. Её подписывают директор карьерного центра, аким сельского округа и аким района в любом порядке, у каждого из них остаётся экземпляр. Срока приказ не называет: целевая дата – внутренняя.
road-map-of = Дорожная карта на {$year} год
road-map-page = Дорожная карта
road-map-okrug = Сельский округ
road-map-settlements = Населённые пункты
road-map-families = Семей
road-map-hash = Контрольная сумма дорожной карты SHA-256

## Where a road map stands

road-map-state-draft = Черновик
road-map-state-signing = На подписании
road-map-state-approved = Утверждена
road-map-state-active = Действует
road-map-state-returned = Возвращена с замечаниями
road-map-state-closed = Заменена новой версией
road-map-state-dropped = Заменена
road-map-act-draft = Составить черновик
road-map-act-submit = Отправить на подпись
road-map-act-sign = Подписать
road-map-act-return = Вернуть с замечаниями
road-map-act-copy = Отметить экземпляр
road-map-act-close = Закрыть
road-map-act-drop = Заменить
road-map-did-draft = Составлен черновик
road-map-did-submit = Отправлена на подпись
road-map-did-sign = Подписано
road-map-did-return = Возвращена с замечаниями
road-map-did-copy = Передан экземпляр
road-map-holder-director = Директор карьерного центра
road-map-holder-okrug = Аким сельского округа
road-map-holder-raion = Аким района
road-map-change-added = Добавлено
road-map-change-removed = Убрано
road-map-change-moved = Другой срок

## The list of okrugs

road-map-year-before = Год назад
road-map-year-after = Год вперёд
road-map-over = Год закончился: карта больше не действует.
road-map-none-count = без карты: {$count}
road-map-waiting-count = на подписании: {$count}
road-map-late-count = целевая дата прошла: {$count}
road-map-show-all = Все округа
road-map-show-none = Без карты
road-map-show-waiting = На подписании
road-map-show-late = С опозданием
road-map-none-yet = Карты ещё нет
road-map-in-force = действует версия {$version}
road-map-missing = Чего не хватает
road-map-unsigned = подписи: {$who}
road-map-uncopied = экземпляры: {$who}
road-map-complete = всё есть
road-map-clock = Целевая дата
road-map-unplaced = Семей, у которых код населённого пункта не называет округ: {$count}. Пока код не исправлен, в карту они не войдут.

## One road map

road-map-draft-again = Составить заново
road-map-draft-next = Составить следующую версию
road-map-drafted = Черновик дорожной карты составлен
road-map-frozen = Карта закреплена по данным на {$date}. То, что изменится позже, войдёт в новую версию.
road-map-target = Целевая дата: {$date} (рабочих дней: {$days}). Законного срока нет.
road-map-erased-count = Строк людей, чьи данные удалены: {$count}. От них осталась только контрольная сумма, сканы бумаг удалены тоже.
road-map-signatures = Подписи и экземпляры
road-map-who = Кто
road-map-signature = Подпись
road-map-copy = Экземпляр
road-map-not-signed = не подписал
road-map-no-copy = не передан
road-map-by-account = своей учётной записью
road-map-on-paper = на бумаге
road-map-entered-by = внёс: {$name}, {$date}
road-map-scan = Скан бумаги
road-map-scan-gone = скан удалён
road-map-rows = Семьи и открытые мероприятия
road-map-rows-hint = У каждой семьи – мероприятия, открытые на момент составления. Отметка «выполнено» появляется позже и в подписанную версию не входит.
road-map-col-number = № п/п
road-map-col-family = Семья
road-map-col-member = Член семьи
road-map-col-activity = Мероприятие
road-map-col-day = Срок
road-map-planned = {$date} (план)
road-map-done-on = выполнено {$date}
road-map-nothing-open = открытых мероприятий нет
road-map-history = Что делали с картой
road-map-versions = Версии за год
road-map-change = Изменение
road-map-change-family = семья

## Putting forward, signing, returning, handing over

road-map-submit-title = Отправка на подпись
road-map-submit-hint = Карту увидят директор и оба акима. После этого изменить её можно, только вернув с замечаниями и составив следующую версию.
road-map-sign-title = Подписание дорожной карты
road-map-sign-hint = Подпись – это повторный ввод пароля. В журнал записываются контрольная сумма карты, ваше имя, роль и время.
road-map-return-title = Возврат с замечаниями
road-map-return-hint = Поставленные подписи теряют силу, карьерный центр составит следующую версию. Напишите, что исправить.
road-map-copy-title = Передача экземпляра
road-map-copy-hint = Дорожная карта составляется в трёх экземплярах (пункт 38). Отметьте, кто и когда взял экземпляр.
road-map-copy-whose = Чей экземпляр
road-map-copy-name = Кто взял
road-map-copy-day = Когда взял
road-map-enter = Внести подпись с бумаги
road-map-enter-hint = Если карту подписали на бумаге, внесите скан: один файл PDF, JPEG или PNG, не больше 8 МБ. Первые 8 знаков контрольной суммы напечатаны внизу каждого листа: бумага другой версии не принимается.
road-map-enter-whose = Чья подпись
road-map-enter-name = Кто подписал
road-map-enter-post = Должность
road-map-enter-day = Когда подписал
road-map-enter-digest = Начало контрольной суммы на бумаге
road-map-enter-file = Скан (PDF, JPEG, PNG)
road-map-file-too-large = Файл больше 8 МБ. Отсканируйте с меньшим качеством.
road-map-done-submit = Карта отправлена на подпись
road-map-done-sign = Карта подписана
road-map-done-return = Карта возвращена
road-map-done-copy = Экземпляр отмечен
road-map-done-enter = Подпись с бумаги внесена

## On paper

road-map-annex = Пункт 38 Правил
road-map-paper-title = Дорожная карта для семей кандасов, поселившихся в сельской местности, на {$year} год
road-map-copies-made = Составлена в трёх экземплярах: акиму района, акиму сельского округа и карьерному центру.
road-map-place-director = Директор карьерного центра (подпись, фамилия, дата)
road-map-place-okrug = Аким сельского округа (подпись, фамилия, дата)
road-map-place-raion = Аким района (подпись, фамилия, дата)

## The term, a setting

reference-road-map = Срок дорожной карты
road-map-term-hint = Приказ не называет срока подписания дорожной карты (пункт 38). Здесь – внутренняя цель в рабочих днях: она действует для карт, отправленных на подпись с указанного дня, и законным сроком не является.
road-map-term-days = Рабочих дней
road-map-term-from = Для карт, отправленных начиная с
road-map-term-history-none = Здесь ничего не меняли: как в программе, рабочих дней {$days}.
road-map-term-default = как в программе

## Elsewhere

export-of-road-map = Дорожная карта
audit-read-road-map-show = Строки дорожной карты
audit-read-road-map-scan = Скан подписанной бумаги
audit-act-roadmap-row-frozen = Строка дорожной карты закреплена
audit-act-roadmap-drafted = Составлен черновик дорожной карты
audit-act-roadmap-submitted = Дорожная карта отправлена на подпись
audit-act-roadmap-scanned = Внесён скан подписанной бумаги
audit-act-roadmap-signed = Дорожная карта подписана
audit-act-roadmap-returned = Дорожная карта возвращена
audit-act-roadmap-remarked = Замечание к дорожной карте
audit-act-roadmap-copied = Передан экземпляр дорожной карты

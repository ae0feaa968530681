### Findings: what the server noticed about a record. A hint for whoever checks, not guilt (docs/findings.md).

## What was noticed

finding-no-position = Нет местоположения
finding-poor-accuracy = Неточное местоположение
finding-mock-location = Ненастоящее местоположение
finding-outside-country = За пределами Казахстана
finding-far-from-settlement = Далеко от населённого пункта
finding-settlement-unknown = Расстояние до населённого пункта не считалось
finding-exif-place = Камера записала другое место
finding-exif-time = Камера записала другое время
finding-same-file = Тот же файл у другой семьи
finding-near-duplicate = Похожий снимок у другой семьи
finding-impossible-travel = Слишком быстро между двумя записями
finding-clock-jump = Часы телефона
finding-chain-gap = Перед записью не хватает других
finding-chain-fork = Две записи на одном месте
finding-chain-link = Записи не стыкуются
finding-late-handover = Семья передана другому работнику
finding-late = После срока
finding-due-unproven = В срок только по часам телефона

## Why

finding-why-no-position = В записи нет местоположения, и причина не указана.
finding-why-no-position-reason = В записи нет местоположения: {$reason}.
finding-why-poor-accuracy = Место известно с точностью до {$accuracy_m} м; обычно не хуже {$most_m} м.
finding-why-poor-accuracy-entered = Место введено вручную.
finding-why-mock-location = Телефон сообщает, что место взято из другой программы, а не со спутников.
finding-why-outside-country = Точка {$lat}, {$lon} лежит дальше {$most_km} км от границы Казахстана.
finding-why-far-from-settlement-coordinates = {$km} км от адреса семьи ({$settlement}); обычно до {$most_km} км.
finding-why-far-from-settlement-centre = {$km} км от середины {$settlement}, указанной центром; обычно до {$most_km} км.
finding-why-far-from-settlement-median = {$km} км от места, где обычно делают записи в {$settlement}; обычно до {$most_km} км.
finding-why-settlement-unknown = Где находится {$settlement}, неизвестно: координат нет, а точных мест оттуда меньше {$fixes}.
finding-why-exif-place = В файле место за {$km} км от телефона; обычно до {$most_km} км.
finding-why-exif-time-captured = В файле {$file}, на телефоне {$phone}.
finding-why-exif-time-attached = Приложенный файл сделан {$file}, работа выполнена {$phone}.
finding-why-same-file = Точно такой же файл есть в записи о другой семье.
finding-why-near-duplicate = Снимок отличается от снимка в записи о другой семье в {$bits} признаках из {$of}.
finding-why-near-duplicate-seen = Снимок отличается от снимка в записи о другой семье в {$bits} признаках из {$of}; сами снимки совпадают на {$percent} %.
finding-why-impossible-travel = {$km} км за {$minutes} мин, {$kmh} км/ч; обычно до {$most_kmh} км/ч.
finding-why-clock-jump-within = Между этой записью и предыдущей часы передвинули на {$seconds} с.
finding-why-clock-jump-back = Часы показывают на {$seconds} с меньше, чем при предыдущей записи.
finding-why-clock-jump-file = Между снимком и закрытием записи часы передвинули на {$seconds} с.
finding-why-clock-jump-ahead = Часы спешили не меньше чем на {$seconds} с: на них время после получения записи.
finding-why-clock-jump-behind = Часы отставали не меньше чем на {$seconds} с.
finding-why-chain-gap-open = Номера {$from}–{$to} этого телефона ещё не пришли.
finding-why-chain-gap-lost = Номера {$from}–{$to} утеряны, как сообщил телефон.
finding-why-chain-fork = На номер {$seq} этого телефона претендует ещё одна запись.
finding-why-chain-link-prev = Запись называет перед собой не ту, что пришла.
finding-why-chain-link-next = Следующая запись называет перед собой другую.
finding-why-late-handover = Когда запись пришла, семья уже не была закреплена за этим работником.
finding-why-late-stated = Срок {$due}, выполнено {$done} по словам работника: позже на {$days} дн.
finding-why-late-sealed = Срок {$due}, запись закрыта не раньше {$sealed}: позже на {$days} дн.
finding-why-late-clock = Срок {$due}, по часам телефона запись закрыта {$sealed}.
finding-why-due-unproven = Срок {$due}. По часам телефона успели, но время закрытия записи известно лишь с точностью до {$hours} ч.

## The verdict on a due date

due-verdict-on-time = В срок
due-verdict-late = С опозданием
due-verdict-clock-on-time = В срок по часам телефона (в пределах {$hours} ч)
due-verdict-clock-late = С опозданием по часам телефона (в пределах {$hours} ч)

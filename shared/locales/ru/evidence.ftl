### Evidence: proofs, what lacks, reasons.

## Proofs

proof-photo = фото
proof-video = видео
proof-position = местоположение
proof-document = документ
proof-paper-number = номер и дата документа
proof-system-fact = сведения госсистемы
proof-acknowledgement = подпись кандаса

## Kinds of files

evidence-kind-photo = Фото
evidence-kind-video = Видео
evidence-kind-document = Документ
evidence-kind-signature = Подпись
evidence-origin-captured = Снято в этом приложении
evidence-origin-attached = Приложено из файлов телефона

## What a completion still lacks

missing-photo = хотя бы одно фото
missing-acknowledgement = подпись кандаса
missing-document = документ
missing-paper-number = номер и дата документа
missing-system-fact = сведения госсистемы
missing-video = видео
missing-video-or-reason = видео или причина, почему его нет
missing-position-or-reason = местоположение или причина, почему его нет
missing-nothing = Всё на месте
rule-no-medical-content = На фото не должно быть медицинских данных: ни диагноза, ни анализов, ни рецептов.

## Why there is no video

no-video-question = Почему нет видео?
no-video-no-consent = Семья не согласна на видео
no-video-weak-device = Телефон не может снимать видео
no-video-nothing-to-film = Снимать нечего
no-video-other = Другая причина

## Why there is no position

no-position-question = Почему нет местоположения?
no-position-no-fix = Спутники не найдены
no-position-switched-off = Геолокация на телефоне выключена
no-position-no-permission = Приложению не дано разрешение
no-position-indoors = В здании нет приёма
no-position-other = Другая причина

## Why a file was set aside

aside-empty = Файл пуст: 0 байт.
aside-unreadable = Файл не читается.
aside-not-media = Это не фото, не видео и не документ.
aside-type-mismatch = Имя файла говорит одно, а содержимое другое.
aside-truncated = Файл обрывается раньше конца.
aside-too-large = Файл больше допустимого размера.
aside-damaged = Содержимое файла повреждено.
aside-wrong-kind = Файл не того вида, который нужен.
aside-missing = Файла больше нет на этом телефоне.
aside-freed = Копия удалена с телефона после доставки, а в центре файла больше нет.

## Parts of one piece of evidence

part-file = Файл для отправки
part-thumbnail = Миниатюра
part-original = Оригинал камеры

## Where a position comes from

position-source-satellite = По спутникам
position-source-network = По сети
position-source-fused = Из нескольких источников
position-source-entered = Введено вручную

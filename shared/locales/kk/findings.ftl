### Findings: what the server noticed about a record. A hint for whoever checks, not guilt (docs/findings.md).
###
### For a native editor: these Kazakh texts are ours, not official ones, and want a check before release.

## What was noticed

finding-no-position = Орналасқан жері жоқ
finding-poor-accuracy = Орналасқан жері дәл емес
finding-mock-location = Орналасқан жері шынайы емес
finding-outside-country = Қазақстаннан тыс
finding-far-from-settlement = Елді мекеннен алыс
finding-settlement-unknown = Елді мекенге дейінгі қашықтық есептелмеді
finding-exif-place = Камера басқа жерді жазған
finding-exif-time = Камера басқа уақытты жазған
finding-same-file = Дәл осы файл басқа отбасында да бар
finding-near-duplicate = Басқа отбасында ұқсас сурет бар
finding-impossible-travel = Екі жазбаның арасы тым жылдам
finding-clock-jump = Телефон сағаты
finding-chain-gap = Алдындағы жазбалар жетіспейді
finding-chain-fork = Бір орында екі жазба
finding-chain-link = Жазбалар бір-біріне жалғаспайды
finding-late-handover = Отбасы басқа қызметкерге берілген
finding-late = Мерзімінен кейін
finding-due-unproven = Тек телефон сағаты бойынша мерзімінде

## Why

finding-why-no-position = Жазбада орналасқан жері жоқ, себебі де көрсетілмеген.
finding-why-no-position-reason = Жазбада орналасқан жері жоқ: {$reason}.
finding-why-poor-accuracy = Орналасқан жерінің дәлдігі {$accuracy_m} м ғана; әдетте {$most_m} м-ден аспайды.
finding-why-poor-accuracy-entered = Орналасқан жері қолмен енгізілген.
finding-why-mock-location = Телефонның хабарлауынша, орналасқан жері жерсеріктен емес, басқа бағдарламадан алынған.
finding-why-outside-country = {$lat}, {$lon} нүктесі Қазақстан шекарасынан {$most_km} км-ден алыс жатыр.
finding-why-far-from-settlement-coordinates = Отбасының мекенжайынан ({$settlement}) {$km} км; әдетте {$most_km} км-ге дейін.
finding-why-far-from-settlement-centre = Орталық көрсеткен {$settlement} ортасынан {$km} км; әдетте {$most_km} км-ге дейін.
finding-why-far-from-settlement-median = {$settlement} бойынша жазбалар әдетте жасалатын жерден {$km} км; әдетте {$most_km} км-ге дейін.
finding-why-settlement-unknown = {$settlement} қай жерде екені белгісіз: координаттары енгізілмеген, ал ол жақтан {$fixes} дәл орын әлі жиналмаған.
finding-why-exif-place = Файлдағы жер телефон тұрған жерден {$km} км қашықта; әдетте {$most_km} км-ге дейін.
finding-why-exif-time-captured = Файлда {$file}, телефонда {$phone}.
finding-why-exif-time-attached = Тіркелген файл {$file} жасалған, ал жұмыс {$phone} орындалған.
finding-why-same-file = Дәл осындай файл басқа отбасының жазбасында бар.
finding-why-near-duplicate = Суреттің басқа отбасы жазбасындағы суреттен айырмасы: {$of} белгінің {$bits}-і.
finding-why-near-duplicate-seen = Суреттің басқа отбасы жазбасындағы суреттен айырмасы: {$of} белгінің {$bits}-і; екі суреттің {$percent} %-ы сәйкес келеді.
finding-why-impossible-travel = {$minutes} мин ішінде {$km} км, {$kmh} км/сағ; әдетте {$most_kmh} км/сағ-қа дейін.
finding-why-clock-jump-within = Осы жазба мен алдыңғысының арасында сағат {$seconds} с-қа жылжытылған.
finding-why-clock-jump-back = Сағат алдыңғы жазбадағыдан {$seconds} с-қа кем көрсетеді.
finding-why-clock-jump-file = Сурет пен жазбаны жабудың арасында сағат {$seconds} с-қа жылжытылған.
finding-why-clock-jump-ahead = Сағат кемінде {$seconds} с-қа озып тұрған: ол жазба келгеннен кейінгі уақытты көрсетеді.
finding-why-clock-jump-behind = Сағат кемінде {$seconds} с-қа қалып тұрған.
finding-why-chain-gap-open = Осы телефонның {$from}–{$to} нөмірлері әлі келген жоқ.
finding-why-chain-gap-lost = {$from}–{$to} нөмірлері жоғалған, оны телефон өзі хабарлады.
finding-why-chain-fork = Осы телефонның {$seq} нөмірін тағы бір жазба иеленеді.
finding-why-chain-link-prev = Жазба өзінің алдында келген жазбаны емес, басқасын атайды.
finding-why-chain-link-next = Келесі жазба өзінің алдында басқа жазбаны атайды.
finding-why-late-handover = Жазба келгенде отбасы бұл қызметкерге бекітілмеген еді.
finding-why-late-stated = Мерзімі {$due}, қызметкердің айтуынша {$done} орындалған: {$days} күн кеш.
finding-why-late-sealed = Мерзімі {$due}, жазба ең ерте дегенде {$sealed} жабылған: {$days} күн кеш.
finding-why-late-clock = Мерзімі {$due}, телефон сағаты бойынша жазба {$sealed} жабылған.
finding-why-due-unproven = Мерзімі {$due}. Телефон сағаты бойынша мерзімінде, бірақ жазбаның жабылған уақыты {$hours} сағ дәлдікпен ғана белгілі.

## The verdict on a due date

due-verdict-on-time = Мерзімінде
due-verdict-late = Кешіккен
due-verdict-clock-on-time = Телефон сағаты бойынша мерзімінде ({$hours} сағ шегінде)
due-verdict-clock-late = Телефон сағаты бойынша кешіккен ({$hours} сағ шегінде)

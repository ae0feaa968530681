### Evidence: proofs, what lacks, reasons.
###
### For a native editor: these Kazakh texts are ours, not official ones, and want a check before release.

## Proofs

proof-photo = фотосурет
proof-video = бейне
proof-position = орналасқан жері
proof-document = құжат
proof-paper-number = құжаттың нөмірі мен күні
proof-system-fact = мемлекеттік жүйенің дерегі
proof-acknowledgement = қандастың қолы

## Kinds of files

evidence-kind-photo = Фотосурет
evidence-kind-video = Бейне
evidence-kind-document = Құжат
evidence-kind-signature = Қолы
evidence-origin-captured = Осы қосымшада түсірілген
evidence-origin-attached = Телефондағы файлдан тіркелген

## What a completion still lacks

missing-photo = кемінде бір фото
missing-acknowledgement = қандастың қолы
missing-document = құжат
missing-paper-number = құжаттың нөмірі мен күні
missing-system-fact = мемлекеттік жүйенің дерегі
missing-video = бейне
missing-video-or-reason = бейне немесе оның болмау себебі
missing-position-or-reason = орналасқан жері немесе оның болмау себебі
missing-nothing = Бәрі бар
rule-no-medical-content = Фотода медициналық дерек болмасын: диагноз, талдау, рецепт түсірілмейді.

## Why there is no video

no-video-question = Неге бейне жоқ?
no-video-no-consent = Отбасы бейнеге келіспеді
no-video-weak-device = Телефон түсіре алмайды
no-video-nothing-to-film = Түсіретін қозғалыс жоқ
no-video-other = Басқа себеп

## Why there is no position

no-position-question = Неге орналасқан жері жоқ?
no-position-no-fix = Жерсерік табылмады
no-position-switched-off = Телефонда геолокация өшірулі
no-position-no-permission = Қосымшаға рұқсат берілмеген
no-position-indoors = Ғимарат ішінде қабылдау жоқ
no-position-other = Басқа себеп

## Why a file was set aside

aside-empty = Файл бос: 0 байт.
aside-unreadable = Файл оқылмады.
aside-not-media = Бұл фото, бейне немесе құжат емес.
aside-type-mismatch = Файлдың атауы бір түрді, мазмұны басқа түрді көрсетеді.
aside-truncated = Файл аяғына дейін жазылмаған.
aside-too-large = Файл рұқсат етілген көлемнен үлкен.
aside-damaged = Файлдың мазмұны бұзылған.
aside-wrong-kind = Файл сұралған түрде емес.
aside-missing = Файл бұл телефонда енді жоқ.
aside-freed = Көшірме жеткізілгеннен кейін телефоннан өшірілді, ал орталықта файл енді жоқ.

## Parts of one piece of evidence

part-file = Файл
part-thumbnail = Кішірейтілген сурет
part-original = Камераның түпнұсқасы

## Where a position comes from

position-source-satellite = Жерсеріктен
position-source-network = Желіден
position-source-fused = Бірнеше көзден
position-source-entered = Қолмен енгізілген

### What an error means for the person who meets it: what happened, that the data is safe, what comes next.
###
### For a native editor: these Kazakh texts are ours, not official ones, and want a check before release.

## The request

problem-bad-request = Сұрау түсініксіз құрылған. Деректер телефонда сақтаулы, бағдарламаны жаңартып көріңіз.
problem-malformed-json = Сұраудың мәтіні оқылмады: JSON бұзылған.
problem-request-timeout = Сұрау уақытында жетіп үлгермеді. Деректер телефонда сақтаулы және қайта жіберіледі.
problem-body-too-large = Сұрау тым үлкен. Деректер телефонда сақтаулы және бөліп жіберіледі.
problem-decompressed-too-large = Сұрау ашылғаннан кейін рұқсат етілген көлемнен асып кетті.
problem-unsupported-media-type = Мұндай мазмұн түрі бұл мекенжайда қабылданбайды.
problem-unsupported-version = Бағдарламаның нұсқасы орталыққа сәйкес келмейді. Жазбалар сақтаулы, бағдарламаны жаңартыңыз.
problem-not-found = Сұралған дерек табылмады.
problem-method-not-allowed = Бұл мекенжайда мұндай әрекет жоқ.

## Device, token and enrolment

problem-unauthorised = Орталық бұл телефонды танымады. Байланыс келесі жолы қайта орнатылады.
problem-token-expired = Кіру уақыты аяқталды. Телефон өзі қайта кіреді.
problem-nonce-unknown = Кіру сұрауы ескірген немесе қолданылып қойған. Телефон жаңасын алады.
problem-device-unknown = Бұл телефон орталықта тіркелмеген. Әкімшіден тіркеу кодын алыңыз.
problem-device-revoked = Телефонның рұқсаты тоқтатылған. Жіберілмеген жазбалар сақтау үшін қабылданады.
problem-scope-escrow-only = Бұл телефон тек жинақталған жазбаларды тапсыра алады.
problem-forbidden = Бұл әрекетке рұқсатыңыз жоқ.
problem-enrol-code-unknown = Мұндай тіркеу коды жоқ. Кодты тексеріп, қайта теріңіз.
problem-enrol-code-used = Бұл тіркеу коды қолданылып қойған. Жаңа код сұраңыз.
problem-enrol-code-expired = Тіркеу кодының мерзімі өтті. Жаңа код сұраңыз.
problem-enrol-code-locked = Код бірнеше рет қате терілді және бұғатталды. Жаңа код сұраңыз.
problem-device-already-enrolled = Бұл телефон бұрын тіркелген.
problem-worker-inactive = Маманның жұмысы орталықта тоқтатылған. Әкімшіге хабарласыңыз.
problem-key-unusable = Телефонның кілті жарамайды: түрі немесе пішіні басқа.
problem-signature-invalid = Қол қою тексеруден өтпеді.
problem-wrong-type = Қол қойылған құжат басқа мақсатқа арналған.
problem-key-unknown = Бұл кілт орталыққа белгісіз.

## Records and changes

problem-record-too-large = Жазба рұқсат етілген көлемнен үлкен. Ол телефонда сақтаулы қалады.
problem-batch-too-large = Бір жіберуде жазба тым көп. Олар аз-аздан жіберіледі.
problem-cursor-unreadable = Жаңартулар белгісі оқылмады. Телефон басынан бастап алады.
problem-cursor-of-another-device = Жаңартулар белгісі басқа телефонға тиесілі.
problem-order-unknown = Мұндай бұйрық бұл телефонға берілмеген.

## Files

problem-evidence-unknown = Орталық бұл файлдың жазбасын әлі алған жоқ. Алдымен жазба жіберіледі.
problem-evidence-erased = Бұл дәлел шешім бойынша өшірілген.
problem-upload-unknown = Мұндай жүктеу жоқ. Телефон файлды қайта бастайды.
problem-upload-expired = Жүктеудің мерзімі өтті. Телефон файлды қайта бастайды.
problem-upload-size-mismatch = Файлдың көлемі жазбада көрсетілгеннен өзгеше.
problem-upload-offset-mismatch = Файлдың жалғасы басқа орыннан басталған. Телефон дұрыс орыннан жалғастырады.
problem-upload-checksum-mismatch = Файл бөлігі жолда бұзылған және қабылданбады. Ол қайта жіберіледі.
problem-upload-checksum-unsupported = Бақылау сомасының мұндай түріне қолдау жоқ.
problem-upload-hash-mismatch = Алынған файл қол қойылған жазбаға сәйкес емес. Жазба сақтаулы, файл қайта жіберіледі.
problem-upload-locked = Бұл файлды қазір басқа қосылым жіберіп жатыр.
problem-upload-too-large = Файл рұқсат етілген көлемнен үлкен.
problem-upload-already-received = Бұл файл орталықта бар.
problem-tus-version-unsupported = Файл жіберу хаттамасының бұл нұсқасына қолдау жоқ.

## The centre itself

problem-storage-full = Орталықта файлға орын жетпейді. Жазбалар қабылдана береді, файлдар телефонда сақтаулы.
problem-storage-unavailable = Орталықтың файл қоймасы уақытша қолжетімсіз. Файлдар телефонда сақтаулы.
problem-database-busy = Орталық қазір бос емес. Телефон сәл кейін қайталайды.
problem-unknown-commit = Жазылғаны белгісіз болып қалды. Телефон қайта сұрайды, ештеңе екі рет саналмайды.
problem-rate-limited = Сұраулар тым жиі. Телефон біраз күтеді.
problem-shutting-down = Орталық қайта іске қосылуда. Телефон сәл кейін қайталайды.
problem-internal = Орталықта күтпеген ақау болды. Деректеріңіз телефонда сақтаулы.
problem-clock-unusable = Орталықтың сағаты сенімсіз. Әкімшіге хабарласыңыз.
problem-bundle-unreadable = Жинақ оқылмады: файл толық емес немесе басқа кілтпен жабылған.
problem-bundle-hash-mismatch = Жинақтың мазмұны оның тізіміне сәйкес емес. Көшірмесін қайта алыңыз.

## The office

problem-sign-in-failed = Логин, құпиясөз немесе код қате.
problem-second-factor-needed = Аутентификатордағы кодты енгізіңіз.
problem-sign-in-slow = Тым көп қате әрекет болды. Біраздан кейін қайталаңыз.
problem-session-over = Сеанс аяқталды. Қайта кіріңіз.
problem-not-from-this-page = Сұрау осы беттен келген жоқ. Бетті жаңартыңыз.
problem-password-weak = Құпиясөз кемінде 12 таңбадан тұрып, логинді қамтымауы керек.
problem-login-taken = Бұл логин бос емес.
problem-unit-impossible = Мекеме бұлай тұра алмайды: мансап орталығы еңбек мобильділігі орталығының филиалы болады, аумағы жоғары тұрған мекеменің аумағынан шықпайды, мекеме өзінен жоғары тұрмайды.
problem-record-taken = Бұл жазбаны қазір басқа адам тексеріп жатыр.
problem-check-impossible = Жазбаның күйі өзгерген: бұл әрекет енді мүмкін емес.
problem-decision-impossible = Бұл туралы мұндай шешім енді мүмкін емес. Тізімді жаңартыңыз.
problem-report-impossible = Есептің қазіргі күйінде мұны істеуге болмайды.
problem-assessment-impossible = Бағалаудың немесе қорытындының қазіргі күйінде мұны істеуге болмайды.
problem-conclusion-unready = Қорытындыға қол қоюға әлі болмайды: балдар, ұсынымдардың нәтижелері немесе мәтін жетіспейді.
problem-monitoring-impossible = Қазіргі күйінде мұны істеуге болмайды. Бетті жаңартыңыз.
problem-road-map-impossible = Жол картасының қазіргі күйінде мұны істеуге болмайды.
problem-paper-differs = Бұл қағаз басқа нұсқанікі: төменгі жағындағы бақылау қосындысы сәйкес емес.
problem-plan-impossible = Жоспардың қазіргі күйінде мұны істеуге болмайды.
problem-plan-unready = Жоспарда себебі жоқ өзгерістер бар немесе ол бос.
problem-file-unusable = Файл жарамайды: тұтас PDF, JPEG немесе PNG керек.
problem-signature-unusable = Файлда қол қоюшының сертификаты бар оқылатын электрондық қолтаңба (CMS) жоқ.
problem-signature-differs = Файлмен басқа мәтінге қол қойылған. Мәтінді қайта жүктеп, соған қол қойыңыз.
problem-signature-wrong = Электрондық қолтаңба қате: файл өзгертілген немесе басқа кілтпен қол қойылған.
problem-signature-needs-password = Бұл файл әзірге құпиясөздің орнына жүрмейді. Құпиясөзді де енгізіңіз.
problem-signature-file-needed = Бекіту үшін электрондық қолтаңба файлы керек: құпиясөздің өзі жеткіліксіз.
problem-erasure-impossible = Бұл қазіргі күйінде жойылмайды, немесе оны басқа адам растауы керек.
problem-exchange-impossible = Хабардың қазіргі күйінде мұны істеуге болмайды.
problem-case-invalid = Картада қате бар. Ештеңе сақталмады.
problem-case-impossible = Отбасының қазіргі күйінде мұны істеуге болмайды.
problem-own-record = Өз жазбаңызды өзіңіз тексере алмайсыз.
problem-reason-retired = Бұл себеп бүгін тізімде жоқ. Басқасын таңдаңыз.
problem-day-unknown = Күнтізбе бұл күнді білмейді: оның жылы бағдарламада әлі жоқ.
problem-words-missing = Себебі мен дереккөзі керек, әрқайсысы 500 таңбаға дейін.
problem-out-of-range = Бұл рұқсат етілген шектен тыс.
problem-nothing-changes = Онсыз да солай: ештеңе өзгермейді.
problem-not-as-shown = Көрсетілгеннен бері бірдеңе өзгерді. Қайта қарап, содан кейін растаңыз.

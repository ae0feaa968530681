### What the phone says of itself: the link, sealing, sending.
###
### For a native editor: these Kazakh texts are ours, not official ones, and want a check before release.

## The link

link-unreachable = Орталықпен байланыс жоқ. Бәрі телефонда сақталды, кейін жіберіледі.
link-cut = Байланыс үзілді. Жіберу сол жерінен жалғасады.
link-wrong-server = Бұл мекенжайда басқа сервер жауап береді. Оған ештеңе берілген жоқ. Әкімшіге хабарлаңыз.
link-protocol = Орталықтың жауабы түсініксіз. Деректер телефонда сақталды, бағдарламаны жаңартып көріңіз.
link-refused = Орталық бас тартты. Деректер телефонда сақталды.
link-untrusted = Орталықтың қолтаңбасы расталмады. Телефонда ештеңе өзгерген жоқ.
link-inconsistent = Орталықтың журналы бұрынғысын жалғастырмайды. Жіберу тоқтатылды, әкімшіге хабарлаңыз.

## The phone

phone-in-use = Бұл қалтамен басқа бағдарлама жұмыс істеп тұр, процесс {$owner}.
phone-key-forgotten = Кілт бұл қалта жасалған кілт емес. Онсыз ашу мүмкін емес.
phone-not-enrolled = Телефон орталықта тіркелмеген. Тіркеу кодын енгізіңіз.
phone-enrolled = Телефон тіркелді: {$worker}.
phone-server-key = Сервер кілті: {$fingerprint}. Оны әкімші айтқанмен салыстырыңыз; өзгеше болса, бұл телефонды пайдаланбаңыз.
phone-recovered = Кілт қайтарылды, телефондағының бәрі қайта ашылады.
phone-recovered-anew = Кілт қайтарылды. Қол қою кілті жоғалған: телефонды қайта тіркеңіз, жазылғаны күшінде қалады және жіберіледі.
phone-never-pulled = Отбасылар тізімі әлі алынған жоқ.
phone-store-moved = Зақымданған қойма бөлек қойылды: {$path}. Жаңасы басталды.
phone-interrupted = Файлды қабылдау үзілді, оны қайта тіркеңіз: {$name}.
phone-missing = Файл телефоннан жоғалды: {$name}.

## Sealing

seal-done = Жазба мөрленді: {$record}.
seal-incomplete = Жетіспейді:
seal-draft = Жоба нұсқа: {$draft}.
seal-aside = Файл бөлек қойылды: {$name}.

## Files

ledger-kept = Телефонда сақталады, жіберілмейді

## Sending

sync-done = Бәрі жеткізілді.
sync-wiped = Өкім орындалды, телефон тазартылды.
sync-left = Қалғаны: жазба {$records}, файл {$files} ({$bytes}).
sync-new-epoch = Орталық көшірмеден қалпына келтірілді. Бәрі оған қайта ұсынылады.
sync-new-chain = Жазбалар жаңа тізбекпен жалғасады.
sync-why-unreachable = Орталық қолжетімсіз, кейін қайталанады.
sync-why-failed = Болмады, кейін қайталанады.
sync-why-storage-full = Орталықта файлдарға орын жетпейді.
sync-why-video-needs-unmetered = Бейне Wi-Fi күтіп тұр.
sync-why-monthly-limit = Айлық трафик шегі таусылды.

# Қосымша жабық тұрғанда көрсетілетін ескертулер. Құлыпталған экраннан кез келген адам көре алады: есім жазылмайды.
remind-returned = Жұмыс қайтарылды
remind-returned-text = Түзетуге қайтарылғаны: {$count}. Себебі қосымшада.
remind-due = Мерзім таяды
remind-due-text = Ертең немесе келесі жұмыс күні мерзімі бітетін іс: {$count}
remind-unsent = Жіберілмеген жұмыс бар
remind-unsent-text = {$count} күннен бері жіберілмей тұр. Желі бар жерде қосымшаны ашыңыз.

### Checks, returns, the reset code of a PIN, a newer version.
###
### For a native editor: these Kazakh texts are ours, not official ones, and want a check before release.

## Why something goes back

return-reason-blurred = Сурет бұлдыр
return-reason-too-dark = Сурет тым қараңғы немесе тым жарық
return-reason-wrong-person = Суретте басқа адам
return-reason-face-not-visible = Адамның беті көрінбейді
return-reason-not-the-service = Суретте осы қызмет көрінбейді
return-reason-unreadable-document = Құжаттың мәтіні оқылмайды
return-reason-wrong-document = Басқа құжат тіркелген
return-reason-missing-page = Құжаттың беттері толық емес
return-reason-picture-of-picture = Экранның немесе басқа фотоның суреті
return-reason-wrong-place-or-day = Орны немесе күні сәйкес емес
return-reason-other = Басқа себеп
returned-reason-unknown = Себебін бұл телефон білмейді. Тексерушіден сұраңыз.

## Returned work

returned-one-paper = Құжаттың бір беті қайтарылды
returned-your-paper = Сіз түсірген бет
returned-retake-paper = Осы бетті қайта түсіру
returned-theirs = Бұрын түсірілген
returned-elsewhere = Бұл жазба басқа телефонда жасалған: жауапқа барлық фотоны қайта түсіріңіз.
check-history = Тексеруші не деді
notice-returned = Пысықтауға қайтарылды: {$count}
notice-set-aside = Орталық бөлек қойған жазба: {$count}. Себептері жіберілгендер бетінде.

## A forgotten PIN

pin-reset-say = Директорға осы санды айтыңыз
pin-reset-ask = Орталық рұқсат берді ме, тексеру
pin-reset-granted = Орталық рұқсат берді. Жаңа PIN ойлап табыңыз.
pin-reset-unknown = Бұл телефон орталықпен әлі байланыспаған, сондықтан код сәйкес келмейді. Алдымен байланыс керек.

## The log and a newer version

diagnostics-not-sent = Күнделік жіберілмеді. Кейін қайталап көріңіз.
app-newer = Орталықта жаңа нұсқа бар: {$version} ({$size}). Ескісі де жұмысын жалғастыра береді.
app-newer-get = Жаңа нұсқаны алу
app-newer-hash = Файлдың SHA-256 бақылау саны

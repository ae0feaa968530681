### What an error means for the person who meets it: what happened, that the data is safe, what comes next.

## The request

problem-bad-request = Запрос составлен неверно. Данные сохранены на телефоне, попробуйте обновить программу.
problem-malformed-json = Текст запроса не прочитан: повреждён JSON.
problem-request-timeout = Запрос не успел дойти вовремя. Данные сохранены на телефоне и уйдут ещё раз.
problem-body-too-large = Запрос слишком велик. Данные сохранены на телефоне и уйдут частями.
problem-decompressed-too-large = После распаковки запрос превышает допустимый размер.
problem-unsupported-media-type = Такой тип содержимого по этому адресу не принимается.
problem-unsupported-version = Версия программы не подходит центру. Записи сохранены, обновите программу.
problem-not-found = Запрошенные данные не найдены.
problem-method-not-allowed = По этому адресу такое действие не предусмотрено.

## Device, token and enrolment

problem-unauthorised = Центр не узнал этот телефон. Связь установится заново в следующий раз.
problem-token-expired = Срок входа истёк. Телефон войдёт заново сам.
problem-nonce-unknown = Запрос на вход устарел или уже использован. Телефон получит новый.
problem-device-unknown = Этот телефон не зарегистрирован в центре. Получите код регистрации у администратора.
problem-device-revoked = Доступ телефона отозван. Неотправленные записи принимаются на хранение.
problem-scope-escrow-only = Этот телефон может только сдать накопленные записи.
problem-forbidden = У вас нет права на это действие.
problem-enrol-code-unknown = Такого кода регистрации нет. Проверьте код и введите его снова.
problem-enrol-code-used = Этот код регистрации уже использован. Попросите новый.
problem-enrol-code-expired = Срок кода регистрации истёк. Попросите новый.
problem-enrol-code-locked = Код несколько раз введён неверно и заблокирован. Попросите новый.
problem-device-already-enrolled = Этот телефон уже зарегистрирован.
problem-worker-inactive = Работа сотрудника в центре приостановлена. Обратитесь к администратору.
problem-key-unusable = Ключ телефона не подходит: другой вид или форма.
problem-signature-invalid = Подпись не прошла проверку.
problem-wrong-type = Подписанный документ предназначен для другого.
problem-key-unknown = Этот ключ центру неизвестен.

## Records and changes

problem-record-too-large = Запись больше допустимого размера. Она остаётся на телефоне.
problem-batch-too-large = Слишком много записей за раз. Они уйдут меньшими частями.
problem-cursor-unreadable = Отметка обновлений не читается. Телефон получит всё с начала.
problem-cursor-of-another-device = Отметка обновлений принадлежит другому телефону.
problem-order-unknown = Такого распоряжения этому телефону не давали.

## Files

problem-evidence-unknown = Центр ещё не получил запись этого файла. Сначала уйдёт запись.
problem-evidence-erased = Это доказательство стёрто по решению.
problem-upload-unknown = Такой загрузки нет. Телефон начнёт файл заново.
problem-upload-expired = Срок загрузки истёк. Телефон начнёт файл заново.
problem-upload-size-mismatch = Размер файла отличается от указанного в записи.
problem-upload-offset-mismatch = Продолжение файла начато не с того места. Телефон продолжит с верного.
problem-upload-checksum-mismatch = Часть файла испортилась в пути и не принята. Она уйдёт ещё раз.
problem-upload-checksum-unsupported = Такой вид контрольной суммы не поддерживается.
problem-upload-hash-mismatch = Полученный файл не совпадает с подписанной записью. Запись сохранена, файл уйдёт ещё раз.
problem-upload-locked = Этот файл сейчас передаёт другое соединение.
problem-upload-too-large = Файл больше допустимого размера.
problem-upload-already-received = Этот файл уже в центре.
problem-tus-version-unsupported = Эта версия протокола загрузки не поддерживается.

## The centre itself

problem-storage-full = В центре не хватает места для файлов. Записи принимаются, файлы сохранены на телефоне.
problem-storage-unavailable = Хранилище файлов центра временно недоступно. Файлы сохранены на телефоне.
problem-database-busy = Центр сейчас занят. Телефон повторит чуть позже.
problem-unknown-commit = Неизвестно, записалось ли. Телефон спросит ещё раз, дважды ничего не засчитается.
problem-rate-limited = Слишком частые запросы. Телефон немного подождёт.
problem-shutting-down = Центр перезапускается. Телефон повторит чуть позже.
problem-internal = В центре произошёл непредвиденный сбой. Ваши данные сохранены на телефоне.
problem-clock-unusable = Часам центра нельзя доверять. Сообщите администратору.
problem-bundle-unreadable = Пакет не читается: он неполон или закрыт другим ключом.
problem-bundle-hash-mismatch = Содержимое пакета не совпадает с его описью. Снимите копию заново.

## The office

problem-sign-in-failed = Логин, пароль или код неверен.
problem-second-factor-needed = Введите код из аутентификатора.
problem-sign-in-slow = Слишком много неверных попыток. Повторите немного позже.
problem-session-over = Сеанс закончился. Войдите снова.
problem-not-from-this-page = Запрос пришёл не с этой страницы. Обновите её.
problem-password-weak = В пароле должно быть не меньше 12 знаков, и логин в него не входит.
problem-login-taken = Этот логин занят.
problem-unit-impossible = Учреждение так стоять не может: карьерный центр — филиал центра трудовой мобильности, его территория лежит в территории вышестоящего, никто не стоит над самим собой.
problem-record-taken = Эту запись сейчас проверяет другой человек.
problem-check-impossible = Состояние записи изменилось: это действие уже невозможно.
problem-decision-impossible = Такое решение здесь уже невозможно. Обновите список.
problem-report-impossible = В нынешнем состоянии отчёта это невозможно.
problem-assessment-impossible = В нынешнем состоянии оценки или заключения это невозможно.
problem-conclusion-unready = Заключение подписать ещё нельзя: не хватает баллов, результатов рекомендаций или текста.
problem-monitoring-impossible = В нынешнем состоянии это невозможно. Обновите страницу.
problem-road-map-impossible = В нынешнем состоянии дорожной карты это невозможно.
problem-paper-differs = Это бумага другой версии: контрольная сумма внизу листа не совпадает.
problem-plan-impossible = В нынешнем состоянии плана это невозможно.
problem-plan-unready = В плане есть изменения без причины, или он пуст.
problem-file-unusable = Файл не подходит: нужен целый PDF, JPEG или PNG.
problem-signature-unusable = В файле нет читаемой электронной подписи (CMS) с сертификатом подписавшего.
problem-signature-differs = Файл подписывает другой текст. Скачайте текст ещё раз и подпишите его.
problem-signature-wrong = Электронная подпись неверна: файл изменён или подписан другим ключом.
problem-signature-needs-password = Этот файл пока не заменяет пароль. Введите и пароль.
problem-signature-file-needed = Для утверждения нужен файл с электронной подписью: одного пароля недостаточно.
problem-erasure-impossible = В нынешнем состоянии это не удаляется, или подтвердить должен другой человек.
problem-exchange-impossible = В нынешнем состоянии сообщения это невозможно.
problem-case-invalid = В карточке есть ошибка. Ничего не сохранено.
problem-case-impossible = В нынешнем состоянии семьи это невозможно.
problem-own-record = Свою запись проверить нельзя.
problem-reason-retired = Этой причины сегодня нет в списке. Выберите другую.
problem-day-unknown = Календарь не знает этого дня: его года ещё нет в программе.
problem-words-missing = Нужны причина и источник, каждый до 500 знаков.
problem-out-of-range = Это вне допустимых пределов.
problem-nothing-changes = Так уже и есть: ничего не изменится.
problem-not-as-shown = С тех пор, как это было показано, что-то изменилось. Посмотрите ещё раз и подтвердите.

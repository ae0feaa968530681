# Поиск из одного окна.
search-what = Имя, ИИН или номер записи
search-hint = От двух букв или четырёх цифр; и без казахских букв, и латиницей
search-persons = Люди
search-more = Все в списке
search-of-service = Записи по услуге: { $service }
desk-filter-show = Показать
desk-filter-clear = Без фильтров

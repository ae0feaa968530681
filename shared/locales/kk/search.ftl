# Бір терезеден іздеу.
search-what = Аты, ЖСН немесе жазба нөмірі
search-hint = Екі әріптен немесе төрт цифрдан бастап; қазақ әріпсіз де, латынша да
search-persons = Адамдар
search-more = Тізімде барлығы
search-of-service = { $service } бойынша жазбалар
desk-filter-show = Көрсету
desk-filter-clear = Сүзгісіз

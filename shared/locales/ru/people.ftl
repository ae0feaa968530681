### People and organisations: roles, kinds, relations.

## Roles

role-cc-dep = Сотрудник карьерного центра региона выбытия
role-cc-set = Сотрудник карьерного центра региона расселения
role-cc-dir = Директор карьерного центра
role-ctm-dep-head = Руководитель центра трудовой мобильности региона выбытия
role-ctm-set = Сотрудник центра трудовой мобильности региона расселения
role-ctm-set-head = Руководитель центра трудовой мобильности региона расселения
role-mio-dep-head = Руководитель местного исполнительного органа региона выбытия
role-mio-set-head = Руководитель местного исполнительного органа региона расселения
role-mio-set = Сотрудник местного исполнительного органа региона расселения
role-akim-raion = Аким района
role-akim-okrug = Аким сельского округа
role-crtr = Эксперт АО «ЦРТР»
role-auth = Сотрудник уполномоченного органа
role-admin = Администратор системы

## Kinds of organisations

org-kind-cc = Карьерный центр
org-kind-ctm = Центр трудовой мобильности
org-kind-mio = Местный исполнительный орган
org-kind-crtr = АО «ЦРТР»
org-kind-auth = Уполномоченный орган

## Relation to the head of the family

relation-head = глава семьи
relation-spouse = супруг или супруга
relation-child = ребёнок
relation-parent = родитель
relation-sibling = брат или сестра
relation-other = другой родственник
sex-m = мужской
sex-f = женский

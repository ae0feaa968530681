### People and organisations: roles, kinds, relations.
###
### For a native editor: these Kazakh texts are ours, not official ones, and want a check before release.

## Roles

role-cc-dep = Шығу өңірі мансап орталығының қызметкері
role-cc-set = Қоныстандыру өңірі мансап орталығының қызметкері
role-cc-dir = Мансап орталығының директоры
role-ctm-dep-head = Шығу өңірі еңбек мобильділігі орталығының басшысы
role-ctm-set = Қоныстандыру өңірі еңбек мобильділігі орталығының қызметкері
role-ctm-set-head = Қоныстандыру өңірі еңбек мобильділігі орталығының басшысы
role-mio-dep-head = Шығу өңірі жергілікті атқарушы органының басшысы
role-mio-set-head = Қоныстандыру өңірі жергілікті атқарушы органының басшысы
role-mio-set = Қоныстандыру өңірі жергілікті атқарушы органының қызметкері
role-akim-raion = Аудан әкімі
role-akim-okrug = Ауылдық округ әкімі
role-crtr = «ЕРДО» АҚ сарапшысы
role-auth = Уәкілетті органның қызметкері
role-admin = Жүйе әкімшісі

## Kinds of organisations

org-kind-cc = Мансап орталығы
org-kind-ctm = Еңбек мобильділігі орталығы
org-kind-mio = Жергілікті атқарушы орган
org-kind-crtr = «ЕРДО» АҚ
org-kind-auth = Уәкілетті орган

## Relation to the head of the family

relation-head = отбасы басшысы
relation-spouse = жұбайы
relation-child = баласы
relation-parent = ата-анасы
relation-sibling = бауыры
relation-other = басқа туысы
sex-m = ер
sex-f = әйел

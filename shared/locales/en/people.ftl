### People and organisations: roles, kinds, relations.

## Roles

role-cc-dep = Career centre worker, departure region
role-cc-set = Career centre worker, settlement region
role-cc-dir = Director of a career centre
role-ctm-dep-head = Head of the labour mobility centre, departure region
role-ctm-set = Labour mobility centre worker, settlement region
role-ctm-set-head = Head of the labour mobility centre, settlement region
role-mio-dep-head = Head of the local executive body, departure region
role-mio-set-head = Head of the local executive body, settlement region
role-mio-set = Officer of the local executive body, settlement region
role-akim-raion = Akim of a district
role-akim-okrug = Akim of a rural okrug
role-crtr = Expert of the Labour Resources Development Centre
role-auth = Officer of the authorised body
role-admin = System administrator

## Kinds of organisations

org-kind-cc = Career centre
org-kind-ctm = Labour mobility centre
org-kind-mio = Local executive body
org-kind-crtr = Labour Resources Development Centre
org-kind-auth = Authorised body

## Relation to the head of the family

relation-head = head of the family
relation-spouse = spouse
relation-child = child
relation-parent = parent
relation-sibling = brother or sister
relation-other = other relative
sex-m = male
sex-f = female

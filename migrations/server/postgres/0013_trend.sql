-- Activities by the day on which a record made them done. For PostgreSQL; twin of the SQLite one.

create index activity_done on activity (org_unit, done_on, state) where record is not null;

-- Activities by the day on which a record made them done. For SQLite; twin of the PostgreSQL one.

create index activity_done on activity (org_unit, done_on, state) where record is not null;

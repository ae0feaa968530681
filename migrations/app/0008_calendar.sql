-- Days of the working-day calendar that the centre has set, above what the program ships.

create table calendar_day (
    id blob not null primary key,
    day text not null,
    works integer not null check (works in (0, 1)),
    gone integer not null default 0 check (gone in (0, 1))
) strict, without rowid;

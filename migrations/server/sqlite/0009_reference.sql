-- Settings with their history, and the days of the calendar that the centre has set. For SQLite; twin of the PostgreSQL one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- Every value that a setting ever had: who gave it, and what it was before.
create table setting_change (
    position integer primary key not null, -- of the fact
    name     text not null,
    value    text not null,
    was      text,                         -- null where it had no value
    by_user  blob,                         -- null where nobody signed in, as on the command line
    at       text not null
) strict;
create index setting_change_name on setting_change (name, position);

-- What was set before this table was there.
insert into setting_change (position, name, value, was, by_user, at)
select position, name, value, lag(value) over (partition by name order by position), by_user, at from (
    select j.position, json_extract(b.body, '$.of.name') as name, json_extract(b.body, '$.of.value') as value,
        unhex(replace(j.author, '-', '')) as by_user, j.at
    from journal j join journal_body b on b.position = j.position where j.kind = 'setting.set'
);

-- Days of the working-day calendar that are not as the program has them. Their reasons are in the setting `calendar.<day>`.
create table calendar_day (
    id       blob primary key not null,
    day      text not null,
    works    integer not null,
    position integer not null              -- of the fact
) strict;

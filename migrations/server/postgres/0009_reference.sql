-- Settings with their history, and the days of the calendar that the centre has set. For PostgreSQL; twin of the SQLite one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- Every value that a setting ever had: who gave it, and what it was before.
create table setting_change (
    position bigint primary key not null,  -- of the fact
    name     text collate "C" not null,
    value    text collate "C" not null,
    was      text collate "C",  -- null where it had no value
    by_user  uuid,  -- null where nobody signed in, as on the command line
    at       timestamptz not null
);
create index setting_change_name on setting_change (name, position);

-- What was set before this table was there.
insert into setting_change (position, name, value, was, by_user, at)
select position, name, value, lag(value) over (partition by name order by position), by_user, at from (
    select j.position, b.body::json #>> '{of,name}' as name, b.body::json #>> '{of,value}' as value,
        j.author::uuid as by_user, j.at
    from journal j join journal_body b on b.position = j.position where j.kind = 'setting.set'
) as told;

-- Days of the working-day calendar that are not as the program has them. Their reasons are in the setting `calendar.<day>`.
create table calendar_day (
    id       uuid primary key not null,
    day      date not null,
    works    boolean not null,
    position bigint not null  -- of the fact
);

-- Checks of records by supervisors: what they said, what goes back for rework, and until when.

create table record_check (
    id blob not null primary key,
    record blob not null,
    hash blob not null,
    family blob not null,
    activity blob,
    state text not null,
    stands integer not null check (stands in (0, 1)),
    evidence blob,
    reason text,
    text text,
    due text,
    checker blob not null,
    checker_name text not null,
    checker_role text not null,
    checked_at text not null,
    answered_by blob,
    gone integer not null default 0 check (gone in (0, 1))
) strict, without rowid;
create index record_check_record on record_check (record);

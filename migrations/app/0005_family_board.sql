-- What lists show of each family, put together once for each change of its plan: a list of a thousand families must not
-- read sixty thousand activities. Made anew from person and activity at any time; nothing lies only here.
create table family_board (
    family blob not null primary key,
    -- Full name of the head; empty when none is known.
    head text not null,
    persons integer not null,
    -- Activities that still want to be done, and their due dates in order: see store/pulled/board.rs.
    open integer not null,
    dues blob not null,
    -- Activities that this program cannot read.
    strange integer not null
) strict, without rowid;

-- Its activities in the order of Appendix 1, packed, apart: the list does not need them.
create table family_tasks (
    family blob not null primary key,
    tasks blob not null
) strict, without rowid;

-- Families whose rows above no longer say what person and activity say.
create table board_stale (
    family blob not null primary key
) strict, without rowid;
insert or ignore into board_stale (family) select family from activity;
insert or ignore into board_stale (family) select family from person;

-- The list counts no activities any more.
drop index activity_family;
create index activity_family on activity (family);

-- Asked for, not "or ignore": inside a trigger the statement's own policy rules.
create trigger activity_comes after insert on activity begin
    insert into board_stale (family) select new.family
        where not exists (select 1 from board_stale where family = new.family);
end;
-- Not of gone: whether a family has left the scope stands in its own row.
create trigger activity_changes
    after update of family, person, service, planned_on, due_on, state, record, done_on on activity begin
    insert into board_stale (family) select old.family
        where not exists (select 1 from board_stale where family = old.family);
    insert into board_stale (family) select new.family
        where not exists (select 1 from board_stale where family = new.family);
end;
create trigger activity_goes after delete on activity begin
    insert into board_stale (family) select old.family
        where not exists (select 1 from board_stale where family = old.family);
end;
create trigger person_comes after insert on person begin
    insert into board_stale (family) select new.family
        where not exists (select 1 from board_stale where family = new.family);
end;
create trigger person_changes after update of family, surname, given_name, patronymic, relation on person begin
    insert into board_stale (family) select old.family
        where not exists (select 1 from board_stale where family = old.family);
    insert into board_stale (family) select new.family
        where not exists (select 1 from board_stale where family = new.family);
end;
create trigger person_goes after delete on person begin
    insert into board_stale (family) select old.family
        where not exists (select 1 from board_stale where family = old.family);
end;

-- A row stands here only within the transaction that writes the first rows of all families and what lists show of them:
-- that asks of no row whose it is.
create table board_held (
    held integer not null primary key check (held = 1)
) strict;

drop trigger activity_comes;
create trigger activity_comes after insert on activity when not exists (select 1 from board_held) begin
    insert into board_stale (family) select new.family
        where not exists (select 1 from board_stale where family = new.family);
end;
drop trigger person_comes;
create trigger person_comes after insert on person when not exists (select 1 from board_held) begin
    insert into board_stale (family) select new.family
        where not exists (select 1 from board_stale where family = new.family);
end;

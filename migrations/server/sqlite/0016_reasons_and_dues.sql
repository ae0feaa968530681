-- What reasons read from which day on, and what due dates that follow changed terms are looked up by. For SQLite; twin of the PostgreSQL one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- What the centre has said of reasons that are chosen from a list, above what the program brings along. Why it was said is in the
-- setting `reason.<list>.<code>.<day>`.
create table reason_text (
    id       blob primary key not null,
    list     text not null,                -- return | not_applicable | refused | correction
    code     text not null,
    from_day text not null,
    kk       text not null,
    ru       text not null,
    en       text not null,                -- empty: the Russian text
    offered  integer not null,             -- whether it can be chosen
    position integer not null              -- of the fact
) strict;

-- How many records went back for a reason.
create index record_check_reason on record_check (reason) where reason is not null;

-- Whether the due date was counted by the term of its service, and follows it and the calendar; what a plan named stays.
alter table activity add column counted integer not null default 0;
-- A changed term moves due dates by the day on which the family was included in the quota (§33).
create index family_quota on family (quota_date);

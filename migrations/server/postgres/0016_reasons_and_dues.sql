-- What reasons read from which day on, and what due dates that follow changed terms are looked up by. For PostgreSQL; twin of the SQLite one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- What the centre has said of reasons that are chosen from a list, above what the program brings along. Why it was said is in the
-- setting `reason.<list>.<code>.<day>`.
create table reason_text (
    id       uuid primary key not null,
    list     text collate "C" not null,  -- return | not_applicable | refused | correction
    code     text collate "C" not null,
    from_day date not null,
    kk       text collate "C" not null,
    ru       text collate "C" not null,
    en       text collate "C" not null,  -- empty: the Russian text
    offered  boolean not null,  -- whether it can be chosen
    position bigint not null  -- of the fact
);

-- How many records went back for a reason.
create index record_check_reason on record_check (reason) where reason is not null;

-- Whether the due date was counted by the term of its service, and follows it and the calendar; what a plan named stays.
alter table activity add column counted boolean not null default false;
-- A changed term moves due dates by the day on which the family was included in the quota (§33).
create index family_quota on family (quota_date);

-- Decisions about what was held, who has done what, journal verifications, bulk acceptance. For PostgreSQL; twin of the SQLite one.

-- ---- the journal ----------------------------------------------------------------------------------------------------

-- Which user caused a fact, out of its header: what somebody has done is found without reading everything.
alter table journal add column author text collate "C" generated always as
    (substring(header from '"author":[{]"kind":"user","id":"([0-9a-f-]{36})"')) stored;
create index journal_author on journal (author, position) where author is not null;

-- ---- derived --------------------------------------------------------------------------------------------------------

-- What supervisors decided about held records, late hand-overs and missing numbers, one row each; the last one about a record counts.
create table held_decision (
    position      bigint primary key not null,  -- of the fact
    choice        text collate "C" not null,  -- applied | set_aside | noted | lost
    held_for      text collate "C",  -- why the record had been held
    reason        text collate "C",  -- why it was decided so
    text          text collate "C",  -- in words
    hash          bytea,  -- identity of the record; null where it is about missing numbers
    record        uuid,
    family        uuid,
    person        uuid,
    activity      uuid,  -- to which it was applied
    worker        uuid not null,  -- who recorded, or whose phone it is
    device        uuid not null,
    chain         uuid,  -- of the missing numbers, the first and the last of them
    from_seq      bigint,
    to_seq        bigint,
    by_user       uuid not null,
    by_name       text collate "C" not null,  -- name and role as they were then
    by_role       text collate "C" not null,
    at            timestamptz not null
);
create index held_decision_hash on held_decision (hash) where hash is not null;

-- What waits for a decision, in the order in which it came.
create index record_held on record (position) where verdict = 'held';
create index record_handover on record (position) where late_handover;

-- The planner keeps no samples of words about people.
alter table held_decision alter column text set statistics 0, alter column by_name set statistics 0;

-- ---- running: not facts, not rebuilt --------------------------------------------------------------------------------

-- Verifications of the journal that were asked for in the office, the newest last.
create table journal_verification (
    id          bigint primary key not null,
    started_at  timestamptz not null,
    started_by  uuid not null,
    alive_at    timestamptz not null,  -- the last sign of life of the process that does it
    done        bigint not null,  -- positions looked at so far
    size        bigint not null,  -- positions of the journal
    finished_at timestamptz,
    root        bytea,
    faults      bigint not null,
    first_fault text collate "C"
);

-- Who has read what, by reader.
create index access_log_by on access_log (by_user, id);

-- Lists of records that a supervisor is about to accept together, frozen when he asked.
create table bulk_list (
    id      uuid primary key not null,
    by_user uuid not null,
    made_at timestamptz not null,
    done_at timestamptz
);

-- Their records, in order.
create table bulk_item (
    list   uuid not null,
    number bigint not null,
    hash   bytea not null,
    record uuid not null,
    primary key (list, number)
);

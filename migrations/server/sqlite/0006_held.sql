-- Decisions about what was held, who has done what, journal verifications, bulk acceptance. For SQLite; twin of the PostgreSQL one.

-- ---- the journal ----------------------------------------------------------------------------------------------------

-- Which user caused a fact, out of its header: what somebody has done is found without reading everything.
alter table journal add column author text generated always as
    (case when json_extract(header, '$.author.kind') = 'user' then json_extract(header, '$.author.id') end) virtual;
create index journal_author on journal (author, position) where author is not null;

-- ---- derived --------------------------------------------------------------------------------------------------------

-- What supervisors decided about held records, late hand-overs and missing numbers, one row each; the last one about a record counts.
create table held_decision (
    position      integer primary key not null,  -- of the fact
    choice        text not null,           -- applied | set_aside | noted | lost
    held_for      text,                    -- why the record had been held
    reason        text,                    -- why it was decided so
    text          text,                    -- in words
    hash          blob,                    -- identity of the record; null where it is about missing numbers
    record        blob,
    family        blob,
    person        blob,
    activity      blob,                    -- to which it was applied
    worker        blob not null,           -- who recorded, or whose phone it is
    device        blob not null,
    chain         blob,                    -- of the missing numbers, the first and the last of them
    from_seq      integer,
    to_seq        integer,
    by_user       blob not null,
    by_name       text not null,           -- name and role as they were then
    by_role       text not null,
    at            text not null
) strict;
create index held_decision_hash on held_decision (hash) where hash is not null;

-- What waits for a decision, in the order in which it came.
create index record_held on record (position) where verdict = 'held';
create index record_handover on record (position) where late_handover;

-- ---- running: not facts, not rebuilt --------------------------------------------------------------------------------

-- Verifications of the journal that were asked for in the office, the newest last.
create table journal_verification (
    id          integer primary key not null,
    started_at  text not null,
    started_by  blob not null,
    alive_at    text not null,             -- the last sign of life of the process that does it
    done        integer not null,          -- positions looked at so far
    size        integer not null,          -- positions of the journal
    finished_at text,
    root        blob,
    faults      integer not null,
    first_fault text
) strict;

-- Who has read what, by reader.
create index access_log_by on access_log (by_user, id);

-- Lists of records that a supervisor is about to accept together, frozen when he asked.
create table bulk_list (
    id      blob primary key not null,
    by_user blob not null,
    made_at text not null,
    done_at text
) strict;

-- Their records, in order.
create table bulk_item (
    list   blob not null,
    number integer not null,
    hash   blob not null,
    record blob not null,
    primary key (list, number)
) strict, without rowid;

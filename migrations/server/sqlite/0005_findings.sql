-- What the server notices about records, and what it needs to notice it. For SQLite; twin of the PostgreSQL one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- What is noticed about a record now: a hint for whoever checks it (docs/findings.md).
create table finding (
    hash         blob not null,            -- identity of the record
    number       integer not null,            -- among its findings
    record       blob not null,
    rule         text not null,
    rule_version integer not null,
    severity     text not null,            -- over | soon | good
    params       text not null,            -- JSON: the figures of its sentence
    other        blob,                     -- identity of the record it names beside its own
    at           text not null,            -- when it was computed
    position     integer not null,            -- of the fact
    primary key (hash, number)
) strict, without rowid;
create index finding_record on finding (record);
create index finding_other on finding (other) where other is not null;

-- Which facts name a record for what was noticed about another one: their bodies go with its subject.
create table finding_mention (
    position integer not null,
    other    blob not null,
    primary key (position, other)
) strict, without rowid;
create index finding_mention_other on finding_mention (other);

-- Records without findings that were drawn to be looked at all the same.
create table check_sample (
    hash     blob primary key not null,    -- identity of the record
    record   blob not null,
    at       text not null,                -- when it was drawn
    position integer not null                 -- of the fact
) strict;
create index check_sample_record on check_sample (record);

-- Statements whose place was taken: what forks are looked for by.
create index record_unplaced on record (device, chain, seq) where not placed;

-- ---- running: not facts, not rebuilt --------------------------------------------------------------------------------

-- How far the journal has been read for what is to be noticed, and which records are to be looked at once more.
create table finding_work (
    id         integer primary key not null check (id = 1),
    position   integer not null,              -- facts up to here have been seen
    again_from integer not null,              -- records of facts after this one and up to again_to are looked at again
    again_to   integer not null,
    holder     blob,                       -- the process that does it
    held_until text
) strict;
insert into finding_work (id, position, again_from, again_to) values (1, 0, 0, 0);

-- What the rules need of other records: where and when they were made. Read from their payloads.
create table record_reading (
    hash       blob primary key not null,
    worker     blob not null,
    settlement text,                       -- KATO of the family's settlement
    at         text not null,              -- when the phone was there; without a position, when it was sealed
    lat        real,                       -- null where the position says nothing about a way
    lon        real,
    accuracy_m real,
    wall       text not null,              -- the phone's clocks at sealing
    boot       text not null,
    boot_ms    integer not null,
    not_before text,                       -- when the checkpoint it had seen was made
    position   integer not null               -- of its fact
) strict;
create index record_reading_worker on record_reading (worker, at);
create index record_reading_settlement on record_reading (settlement, position) where lat is not null;

-- How photos look: three times 144 marks of their thumbnail (whole, inner part, more around it). Made from media; numbers go up, gaps are those of erased ones.
create table photo_hash (
    number   integer primary key not null,
    evidence blob not null unique,
    hash     blob                          -- null where the thumbnail shows nothing to compare, or is no picture
) strict;

-- What the server notices about records, and what it needs to notice it. For PostgreSQL; twin of the SQLite one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- What is noticed about a record now: a hint for whoever checks it (docs/findings.md).
create table finding (
    hash         bytea not null,  -- identity of the record
    number       bigint not null,  -- among its findings
    record       uuid not null,
    rule         text collate "C" not null,
    rule_version bigint not null,
    severity     text collate "C" not null,  -- over | soon | good
    params       text collate "C" not null,  -- JSON: the figures of its sentence
    other        bytea,  -- identity of the record it names beside its own
    at           timestamptz not null,  -- when it was computed
    position     bigint not null,  -- of the fact
    primary key (hash, number)
);
create index finding_record on finding (record);
create index finding_other on finding (other) where other is not null;

-- Which facts name a record for what was noticed about another one: their bodies go with its subject.
create table finding_mention (
    position bigint not null,
    other    bytea not null,
    primary key (position, other)
);
create index finding_mention_other on finding_mention (other);

-- Records without findings that were drawn to be looked at all the same.
create table check_sample (
    hash     bytea primary key not null,  -- identity of the record
    record   uuid not null,
    at       timestamptz not null,  -- when it was drawn
    position bigint not null  -- of the fact
);
create index check_sample_record on check_sample (record);

-- Statements whose place was taken: what forks are looked for by.
create index record_unplaced on record (device, chain, seq) where not placed;

-- ---- running: not facts, not rebuilt --------------------------------------------------------------------------------

-- How far the journal has been read for what is to be noticed, and which records are to be looked at once more.
create table finding_work (
    id         bigint primary key not null check (id = 1),
    position   bigint not null,  -- facts up to here have been seen
    again_from bigint not null,  -- records of facts after this one and up to again_to are looked at again
    again_to   bigint not null,
    holder     uuid,  -- the process that does it
    held_until timestamptz
);
insert into finding_work (id, position, again_from, again_to) values (1, 0, 0, 0);

-- What the rules need of other records: where and when they were made. Read from their payloads.
create table record_reading (
    hash       bytea primary key not null,
    worker     uuid not null,
    settlement text collate "C",  -- KATO of the family's settlement
    at         timestamptz not null,  -- when the phone was there; without a position, when it was sealed
    lat        double precision,  -- null where the position says nothing about a way
    lon        double precision,
    accuracy_m double precision,
    wall       timestamptz not null,  -- the phone's clocks at sealing
    boot       text collate "C" not null,
    boot_ms    bigint not null,
    not_before timestamptz,  -- when the checkpoint it had seen was made
    position   bigint not null  -- of its fact
);
create index record_reading_worker on record_reading (worker, at);
create index record_reading_settlement on record_reading (settlement, position) where lat is not null;

-- How photos look: three times 144 marks of their thumbnail (whole, inner part, more around it). Made from media; numbers go up, gaps are those of erased ones.
create table photo_hash (
    number   bigint primary key not null,
    evidence uuid not null unique,
    hash     bytea  -- null where the thumbnail shows nothing to compare, or is no picture
);

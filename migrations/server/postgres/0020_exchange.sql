-- The exchange of files with a state system (§37, §44). For PostgreSQL; twin of the SQLite one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- Messages about completions that were taken into custody. Ids and hashes only: what a message says is made when it is written.
create table exchange_out (
    message     uuid primary key not null,  -- follows from the statement
    hash        bytea not null,  -- identity of the statement
    record      uuid not null,
    activity    uuid not null,
    org_unit    uuid not null,  -- of the family when it was queued
    counted     bigint not null,  -- position of the fact by which the record counts
    state       text collate "C" not null,  -- queued | written | acknowledged | refused | erased
    code        text collate "C",  -- of a refusal, as the other side has it
    sequence    bigint not null,  -- of the file that it is written into
    queued_at   timestamptz not null,
    written_at  timestamptz,
    answered_at timestamptz,
    position    bigint not null  -- of the fact that queued it last
);
create index exchange_out_unit on exchange_out (org_unit, counted);
create index exchange_out_list on exchange_out (org_unit, state, counted);
create index exchange_out_sequence on exchange_out (sequence);
create index exchange_out_hash on exchange_out (hash);
create index exchange_out_queued on exchange_out (sequence) where state = 'queued';
create index exchange_out_activity on exchange_out (activity);

-- Files that were written, and that were taken in.
create table exchange_file (
    position  bigint primary key not null,
    direction text collate "C" not null,  -- out | in
    name      text collate "C" not null,
    sequence  bigint,  -- null where the file could not be read
    sha256    bytea not null,
    messages  bigint not null,
    aside     bigint not null,  -- of them kept aside
    at        timestamptz not null
);
create index exchange_file_sha256 on exchange_file (sha256);
create index exchange_file_list on exchange_file (direction, sequence);

-- Ids of messages that were taken in.
create table exchange_in (
    message  uuid primary key not null,
    position bigint not null
);

-- What came and is kept aside: damaged, a duplicate, unknown, or impossible. The file itself lies in the folder of the exchange.
create table exchange_aside (
    position     bigint not null,  -- of the fact that kept it aside
    line         bigint not null,  -- 0: the whole file
    message      uuid,
    reason       text collate "C" not null,
    state        text collate "C" not null,  -- aside | taken | closed
    settled_by   uuid,
    settled_name text collate "C",
    settled_at   timestamptz,
    primary key (position, line)
);
create index exchange_aside_state on exchange_aside (state, position);

-- What came by the exchange has the number that the system gave it, and the message that said so; null where somebody entered it.
alter table monitoring_confirmation add column reference text collate "C";
alter table monitoring_confirmation add column message uuid;

-- ---- running: not facts, not rebuilt --------------------------------------------------------------------------------

-- How far the journal has been read for messages to be sent.
create table exchange_work (
    id       bigint primary key not null check (id = 1),
    position bigint not null
);
insert into exchange_work (id, position) values (1, 0);

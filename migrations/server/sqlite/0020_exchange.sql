-- The exchange of files with a state system (§37, §44). For SQLite; twin of the PostgreSQL one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- Messages about completions that were taken into custody. Ids and hashes only: what a message says is made when it is written.
create table exchange_out (
    message     blob primary key not null,  -- follows from the statement
    hash        blob not null,              -- identity of the statement
    record      blob not null,
    activity    blob not null,
    org_unit    blob not null,              -- of the family when it was queued
    counted     integer not null,           -- position of the fact by which the record counts
    state       text not null,              -- queued | written | acknowledged | refused | erased
    code        text,                       -- of a refusal, as the other side has it
    sequence    integer not null,           -- of the file that it is written into
    queued_at   text not null,
    written_at  text,
    answered_at text,
    position    integer not null            -- of the fact that queued it last
) strict;
create index exchange_out_unit on exchange_out (org_unit, counted);
create index exchange_out_list on exchange_out (org_unit, state, counted);
create index exchange_out_sequence on exchange_out (sequence);
create index exchange_out_hash on exchange_out (hash);
create index exchange_out_queued on exchange_out (sequence) where state = 'queued';
create index exchange_out_activity on exchange_out (activity);

-- Files that were written, and that were taken in.
create table exchange_file (
    position  integer primary key not null,
    direction text not null,                -- out | in
    name      text not null,
    sequence  integer,                      -- null where the file could not be read
    sha256    blob not null,
    messages  integer not null,
    aside     integer not null,             -- of them kept aside
    at        text not null
) strict;
create index exchange_file_sha256 on exchange_file (sha256);
create index exchange_file_list on exchange_file (direction, sequence);

-- Ids of messages that were taken in.
create table exchange_in (
    message  blob primary key not null,
    position integer not null
) strict;

-- What came and is kept aside: damaged, a duplicate, unknown, or impossible. The file itself lies in the folder of the exchange.
create table exchange_aside (
    position     integer not null,          -- of the fact that kept it aside
    line         integer not null,          -- 0: the whole file
    message      blob,
    reason       text not null,
    state        text not null,             -- aside | taken | closed
    settled_by   blob,
    settled_name text,
    settled_at   text,
    primary key (position, line)
) strict;
create index exchange_aside_state on exchange_aside (state, position);

-- What came by the exchange has the number that the system gave it, and the message that said so; null where somebody entered it.
alter table monitoring_confirmation add column reference text;
alter table monitoring_confirmation add column message blob;

-- ---- running: not facts, not rebuilt --------------------------------------------------------------------------------

-- How far the journal has been read for messages to be sent.
create table exchange_work (
    id       integer primary key not null check (id = 1),
    position integer not null
) strict;
insert into exchange_work (id, position) values (1, 0);

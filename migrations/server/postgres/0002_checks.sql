-- Checks of records by supervisors, codes for forgotten PINs, logs that phones sent. For PostgreSQL; twin of the SQLite one.

-- Checks of records by supervisors, one row each. A check that no longer stands is history.
create table record_check (
    id           uuid primary key not null,
    record       uuid not null,
    hash         bytea not null,  -- identity of the record
    family       uuid not null,
    person       uuid,
    activity     uuid,
    state        text collate "C" not null,  -- accepted | remarked | returned | answered
    stands       boolean not null,  -- neither answered nor replaced by a later check
    evidence     uuid,  -- the one piece that goes back
    reason       text collate "C",
    text         text collate "C",
    due          date,
    checker      uuid not null,
    checker_name text collate "C" not null,  -- name and role as they were then
    checker_role text collate "C" not null,
    checked_at   timestamptz not null,
    answered_by  uuid,  -- the correction
    position     bigint not null  -- of the fact
);
create index record_check_hash on record_check (hash);
create index record_check_family on record_check (family);

-- Supervisors who let a worker choose a new PIN. The code itself follows from the phone, the number and a key of the server.
create table pin_reset (
    position  bigint primary key not null,
    device    uuid not null,
    challenge text collate "C" not null,  -- the number that the phone showed
    by_user   uuid not null,
    at        timestamptz not null
);
create index pin_reset_device on pin_reset (device, at);

-- Logs that phones sent to the operator, the last few of each. No personal data.
create table device_log (
    device  uuid not null,
    at      timestamptz not null,
    app     text collate "C" not null,
    content text collate "C" not null,  -- JSON
    primary key (device, at)
);

-- The planner keeps no samples of words about people.
alter table record_check alter column text set statistics 0, alter column checker_name set statistics 0;

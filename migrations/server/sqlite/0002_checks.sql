-- Checks of records by supervisors, codes for forgotten PINs, logs that phones sent. For SQLite; twin of the PostgreSQL one.

-- Checks of records by supervisors, one row each. A check that no longer stands is history.
create table record_check (
    id           blob primary key not null,
    record       blob not null,
    hash         blob not null,            -- identity of the record
    family       blob not null,
    person       blob,
    activity     blob,
    state        text not null,            -- accepted | remarked | returned | answered
    stands       integer not null,            -- neither answered nor replaced by a later check
    evidence     blob,                     -- the one piece that goes back
    reason       text,
    text         text,
    due          text,
    checker      blob not null,
    checker_name text not null,            -- name and role as they were then
    checker_role text not null,
    checked_at   text not null,
    answered_by  blob,                     -- the correction
    position     integer not null             -- of the fact
) strict;
create index record_check_hash on record_check (hash);
create index record_check_family on record_check (family);

-- Supervisors who let a worker choose a new PIN. The code itself follows from the phone, the number and a key of the server.
create table pin_reset (
    position  integer primary key not null,
    device    blob not null,
    challenge text not null,               -- the number that the phone showed
    by_user   blob not null,
    at        text not null
) strict;
create index pin_reset_device on pin_reset (device, at);

-- Logs that phones sent to the operator, the last few of each. No personal data.
create table device_log (
    device  blob not null,
    at      text not null,
    app     text not null,
    content text not null,                 -- JSON
    primary key (device, at)
) strict, without rowid;

-- Phones as the office sees them: who gave orders and revoked, orders that were taken back, what a phone says of its
-- chain. For SQLite; twin of the PostgreSQL one.

-- ---- derived --------------------------------------------------------------------------------------------------------

alter table device add column revoked_by blob;        -- null from the command line
alter table device_order add column reason text;      -- a word of a list
alter table device_order add column issued_by blob;
alter table device_order add column withdrawn_at text;
alter table device_order add column withdrawn_for text;
alter table device_order add column withdrawn_by blob;

-- What came from a phone and what a worker recorded, the newest first; what went back; files that have not come.
create index record_device on record (device, position);
drop index record_worker;
create index record_worker on record (worker, position);
create index evidence_file_expected on evidence_file (evidence, part) where state = 'expected';
create index record_returned on record (position) where check_state = 'returned' and not superseded;

-- ---- running: not facts, not rebuilt --------------------------------------------------------------------------------

-- The chain its store seals into, and the last number that it has sealed, as it said when it last asked for a token.
alter table device_seen add column chain blob;
alter table device_seen add column seq integer;

-- Orders that were handed to their phones, each when it was for the first time: these cannot be taken back.
create table order_told (
    id blob primary key not null,
    at text not null
) strict;

-- What lists of records and of families are read by, whoever asks: a unit's, or the whole country's. For PostgreSQL; twin of the SQLite one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- A unit's records, the newest first; the last columns so that days are looked for in the index.
create index record_list on record (org_unit, position, done_on);
-- Those of a service, of a unit or everywhere.
create index record_service on record (service, org_unit, position);
-- Those of some days, everywhere.
create index record_day on record (done_on, position);

-- Of what is seldom: something was said of it, something is noticed, it is held, it was handed over late. Taking records
-- in hardly ever writes here.
create index record_said on record (org_unit, check_state, position) where check_state <> 'unchecked';
create index record_said_anywhere on record (check_state, position) where check_state <> 'unchecked';
create index record_noticed on record (org_unit, position)
    where risk > 0 and verdict = 'accepted' and not superseded;
create index record_noticed_anywhere on record (position)
    where risk > 0 and verdict = 'accepted' and not superseded;
create index record_held_unit on record (org_unit, position) where verdict = 'held';
create index record_handover_unit on record (org_unit, position) where late_handover;

-- What lists count of a family's activities, out of the index alone.
drop index activity_family;
create index activity_family on activity (family, state, due_on, service);

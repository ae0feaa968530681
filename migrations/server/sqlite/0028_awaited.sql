-- Records of which files are not here, whoever asks for them and by what else: one index holds these alone. For SQLite; twin of the PostgreSQL one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- A file that the record names is expected and has not come; the camera's own file only once it is called for.
alter table record add column awaits integer not null default 0;
update record set awaits = 1 where hash in (
    select e.hash from evidence_file x join evidence e on e.evidence = x.evidence where x.state = 'expected');

create index record_awaits on record (org_unit, position) where awaits;
create index record_awaits_anywhere on record (position) where awaits;

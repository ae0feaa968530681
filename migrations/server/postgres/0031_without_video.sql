-- Completions without a video (§36, A-14), which the overview counts and lists. For PostgreSQL; twin of the SQLite one.

-- ---- derived --------------------------------------------------------------------------------------------------------

alter table record add column no_video boolean not null default false;
update record set no_video = true where kind = 'completion'
    and not exists (select 1 from evidence e where e.hash = record.hash and e.kind = 'video');

-- Those that count, by unit and day.
create index record_no_video on record (org_unit, done_on) where no_video and verdict = 'accepted' and not superseded;

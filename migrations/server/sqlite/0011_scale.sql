-- What lists and the queue are read by when there is a country in the store. For SQLite; twin of the PostgreSQL one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- The unit of the family, kept beside what is about the family: lists of a unit read one index and no other table.
alter table activity add column org_unit blob;
update activity set org_unit = (select f.org_unit from family f where f.id = activity.family);
create index activity_standing on activity (org_unit, service, state, due_on);

-- org_unit: as above; null while nobody knows the family. risk: what is noticed about it, weighed (docs/findings.md).
-- sampled: drawn to be looked at all the same.
alter table record add column org_unit blob;
alter table record add column risk integer not null default 0;
alter table record add column sampled integer not null default 0;
update record set
    org_unit = (select f.org_unit from family f where f.id = record.family),
    risk = (select coalesce(sum(weight), 0) from
            (select max(case n.severity when 'over' then 100 when 'soon' then 10 else 0 end) as weight
             from finding n where n.hash = record.hash group by n.rule) weights),
    sampled = exists (select 1 from check_sample s where s.hash = record.hash);

-- The queue, in its order; the last columns so that counting it reads nothing else.
create index record_queue on record (org_unit, risk desc, sampled desc, position, worker, kind)
    where check_state = 'unchecked' and verdict = 'accepted' and not superseded and record is not null;
-- What went back and waits for an answer.
create index record_unanswered on record (org_unit, check_due) where check_state = 'returned' and not superseded;
-- When a family was last heard of.
create index record_family_received on record (family, received_at);
drop index record_family;

-- Words of names, folded as a search folds them, and numbers from their end: found by how they begin.
create table person_word (
    person   blob not null,
    word     text not null,
    family   blob not null,
    org_unit blob,
    primary key (person, word)
) strict, without rowid;
create index person_word_found on person_word (org_unit, word, family);

-- Where members of families are registered (§31), and families that go from one centre to another. For SQLite; twin of the PostgreSQL one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- Registrations of persons; one of each person is the present one.
create table registration (
    id         blob primary key not null,
    family     blob not null,
    person     blob not null,
    kind       text not null,                -- permanent | temporary
    from_day   text not null,
    until_day  text,                         -- of a temporary one: its last day
    year_from  text not null,                -- from which day the year of temporary ones runs
    place      text,                         -- where, in words
    is_current integer not null,
    position   integer not null,             -- of the fact that said so last
    by_user    blob not null,
    by_name    text not null,
    by_role    text not null,
    at         text not null
) strict;
create index registration_person on registration (person, position);
create index registration_family on registration (family);
create index registration_position on registration (position);
-- Those that end, by the day on which they do.
create index registration_ends on registration (until_day) where is_current and kind = 'temporary';

-- Families that one career centre proposes to another, and what became of it.
create table family_handover (
    id           blob primary key not null,
    family       blob not null,
    from_unit    blob not null,
    to_unit      blob not null,
    reason       text not null,              -- moved | reorganised | mistake | agreed
    state        text not null,              -- proposed | accepted | refused | withdrawn
    position     integer not null,           -- of the fact that proposed it
    by_user      blob not null,
    by_name      text not null,
    by_role      text not null,
    at           text not null,
    refusal      text,                       -- elsewhere | incomplete | mistake
    worker       blob,                       -- who has the family from then on
    decided_by   blob,
    decided_name text,
    decided_role text,
    decided_at   text
) strict;
create index family_handover_family on family_handover (family, position);
create index family_handover_from on family_handover (from_unit, position);
create index family_handover_to on family_handover (to_unit, position);
create index family_handover_position on family_handover (position);

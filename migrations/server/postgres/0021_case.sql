-- Where members of families are registered (§31), and families that go from one centre to another. For PostgreSQL; twin of the SQLite one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- Registrations of persons; one of each person is the present one.
create table registration (
    id         uuid primary key not null,
    family     uuid not null,
    person     uuid not null,
    kind       text collate "C" not null,  -- permanent | temporary
    from_day   date not null,
    until_day  date,  -- of a temporary one: its last day
    year_from  date not null,  -- from which day the year of temporary ones runs
    place      text collate "C",  -- where, in words
    is_current boolean not null,
    position   bigint not null,  -- of the fact that said so last
    by_user    uuid not null,
    by_name    text collate "C" not null,
    by_role    text collate "C" not null,
    at         timestamptz not null
);
create index registration_person on registration (person, position);
create index registration_family on registration (family);
create index registration_position on registration (position);
-- Those that end, by the day on which they do.
create index registration_ends on registration (until_day) where is_current and kind = 'temporary';

-- Families that one career centre proposes to another, and what became of it.
create table family_handover (
    id           uuid primary key not null,
    family       uuid not null,
    from_unit    uuid not null,
    to_unit      uuid not null,
    reason       text collate "C" not null,  -- moved | reorganised | mistake | agreed
    state        text collate "C" not null,  -- proposed | accepted | refused | withdrawn
    position     bigint not null,  -- of the fact that proposed it
    by_user      uuid not null,
    by_name      text collate "C" not null,
    by_role      text collate "C" not null,
    at           timestamptz not null,
    refusal      text collate "C",  -- elsewhere | incomplete | mistake
    worker       uuid,  -- who has the family from then on
    decided_by   uuid,
    decided_name text collate "C",
    decided_role text collate "C",
    decided_at   timestamptz
);
create index family_handover_family on family_handover (family, position);
create index family_handover_from on family_handover (from_unit, position);
create index family_handover_to on family_handover (to_unit, position);
create index family_handover_position on family_handover (position);

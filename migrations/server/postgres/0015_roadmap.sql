-- Road maps for families in the countryside (§38, A-21). For PostgreSQL; twin of the SQLite one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- Each version of the road map of a rural okrug and year. digests: SHA-256 of the text of each of its lines, which stay where
-- lines are erased; sha256: what is signed and stands on the paper, over all of them (shared::roadmap::Frozen).
create table road_map (
    id           uuid primary key not null,
    org_unit     uuid not null,                     -- the career centre
    okrug        text collate "C" not null,         -- KATO, nine digits
    year         integer not null,
    version      integer not null,
    state        text collate "C" not null,         -- draft | signing | approved | active | returned | closed | dropped
    settlements  text collate "C" not null,         -- JSON: names of those where its families live
    digests      text collate "C" not null,         -- JSON
    sha256       bytea not null,
    entries      bigint not null,                   -- lines that it was drawn up with
    families     bigint not null,                   -- of so many families
    position     bigint not null,                   -- of the fact that drew it up: what the store knew then
    drafted_at   timestamptz not null,
    submitted_at timestamptz,
    term         integer,                           -- working days within which the three should sign (A-21)
    target       date,                              -- the day by which they should; there is no legal one
    approved_at  timestamptz
);
create unique index road_map_version on road_map (org_unit, okrug, year, version) where state <> 'dropped';
create index road_map_year on road_map (year, org_unit);

-- Lines of road maps, byte for byte as they were hashed. That of an erased person goes.
create table road_map_row (
    map      uuid not null,
    number   bigint not null,
    person   uuid not null,
    family   uuid not null,
    frozen   text collate "C" not null,
    position bigint not null,
    primary key (map, number)
);
create index road_map_row_position on road_map_row (position);
create index road_map_row_person on road_map_row (person);

-- Who drew up, put forward, signed, sent back and handed over.
create table road_map_act (
    position bigint primary key not null,
    map      uuid not null,
    act      text collate "C" not null,             -- draft | submit | sign | return | copy
    holder   text collate "C",                      -- director | okrug | raion: whose signature or copy it is
    by_user  uuid not null,
    by_name  text collate "C" not null,
    by_role  text collate "C" not null,
    at       timestamptz not null
);
create index road_map_act_map on road_map_act (map, position);

-- The signatures of a version, with an account or on paper. One who signs with an account is named by its act.
create table road_map_signature (
    map           uuid not null,
    holder        text collate "C" not null,
    position      bigint not null,                  -- of its act
    on_paper      boolean not null,
    second_factor boolean not null,                 -- whether a code was asked for beside the password
    name          text collate "C" not null,
    post          text collate "C",                 -- as it stands on the paper
    signed_on     date not null,                    -- civil day
    primary key (map, holder)
);

-- Scans of papers that were signed. They show families of the map, and go when one of them is erased.
create table road_map_scan (
    map        uuid not null,
    holder     text collate "C" not null,
    position   bigint not null,
    sha256     bytea not null,
    size       bigint not null,
    media_type text collate "C" not null,
    object     text collate "C" not null,           -- key in the media store
    primary key (map, holder)
);

-- Who has which copy since when.
create table road_map_copy (
    map      uuid not null,
    holder   text collate "C" not null,
    position bigint not null,                       -- of its act
    name     text collate "C" not null,             -- who took it
    taken_on date not null,
    primary key (map, holder)
);

-- What was remarked by those who sign. The words may speak of somebody in the map, and go with him.
create table road_map_remark (
    position bigint primary key not null,
    map      uuid not null,
    text     text collate "C" not null
);
create index road_map_remark_map on road_map_remark (map);

-- Road maps for families in the countryside (§38, A-21). For SQLite; twin of the PostgreSQL one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- Each version of the road map of a rural okrug and year. digests: SHA-256 of the text of each of its lines, which stay where
-- lines are erased; sha256: what is signed and stands on the paper, over all of them (shared::roadmap::Frozen).
create table road_map (
    id           blob primary key not null,
    org_unit     blob not null,            -- the career centre
    okrug        text not null,            -- KATO, nine digits
    year         integer not null,
    version      integer not null,
    state        text not null,            -- draft | signing | approved | active | returned | closed | dropped
    settlements  text not null,            -- JSON: names of those where its families live
    digests      text not null,            -- JSON
    sha256       blob not null,
    entries      integer not null,         -- lines that it was drawn up with
    families     integer not null,         -- of so many families
    position     integer not null,         -- of the fact that drew it up: what the store knew then
    drafted_at   text not null,
    submitted_at text,
    term         integer,                  -- working days within which the three should sign (A-21)
    target       text,                     -- the day by which they should; there is no legal one
    approved_at  text
) strict;
create unique index road_map_version on road_map (org_unit, okrug, year, version) where state <> 'dropped';
create index road_map_year on road_map (year, org_unit);

-- Lines of road maps, byte for byte as they were hashed. That of an erased person goes.
create table road_map_row (
    map      blob not null,
    number   integer not null,
    person   blob not null,
    family   blob not null,
    frozen   text not null,
    position integer not null,
    primary key (map, number)
) strict;
create index road_map_row_position on road_map_row (position);
create index road_map_row_person on road_map_row (person);

-- Who drew up, put forward, signed, sent back and handed over.
create table road_map_act (
    position integer primary key not null,
    map      blob not null,
    act      text not null,                -- draft | submit | sign | return | copy
    holder   text,                         -- director | okrug | raion: whose signature or copy it is
    by_user  blob not null,
    by_name  text not null,
    by_role  text not null,
    at       text not null
) strict;
create index road_map_act_map on road_map_act (map, position);

-- The signatures of a version, with an account or on paper. One who signs with an account is named by its act.
create table road_map_signature (
    map           blob not null,
    holder        text not null,
    position      integer not null,        -- of its act
    on_paper      integer not null,
    second_factor integer not null,        -- whether a code was asked for beside the password
    name          text not null,
    post          text,                    -- as it stands on the paper
    signed_on     text not null,           -- civil day
    primary key (map, holder)
) strict;

-- Scans of papers that were signed. They show families of the map, and go when one of them is erased.
create table road_map_scan (
    map        blob not null,
    holder     text not null,
    position   integer not null,
    sha256     blob not null,
    size       integer not null,
    media_type text not null,
    object     text not null,              -- key in the media store
    primary key (map, holder)
) strict;

-- Who has which copy since when.
create table road_map_copy (
    map      blob not null,
    holder   text not null,
    position integer not null,             -- of its act
    name     text not null,                -- who took it
    taken_on text not null,
    primary key (map, holder)
) strict;

-- What was remarked by those who sign. The words may speak of somebody in the map, and go with him.
create table road_map_remark (
    position integer primary key not null,
    map      blob not null,
    text     text not null
) strict;
create index road_map_remark_map on road_map_remark (map);

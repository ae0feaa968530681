-- What files with electronic signatures turned out to be. For PostgreSQL; twin of the SQLite one.

-- JSON of what was found when the file was taken (shared::cms::CmsChecked); null where it is a scan, or was taken before files
-- were looked at.
alter table plan_paper add column cms text collate "C";

-- ---- derived --------------------------------------------------------------------------------------------------------

-- Files by which users of the office signed reports, road maps, conclusions and plans.
create table signature_file (
    position    bigint primary key not null,   -- of the fact
    about       text collate "C" not null,               -- report | road_map | conclusion | plan
    thing       uuid not null,               -- which
    version     integer,                     -- of a plan
    sha256      bytea not null,
    size        bigint not null,
    object      text collate "C" not null,               -- key in the media store
    verdict     text collate "C" not null,
    certificate bytea not null,               -- its SHA-256
    cms         text collate "C" not null,               -- JSON: what was found
    proven      boolean not null,            -- whether the password was given too
    by_user     uuid not null,
    by_name     text collate "C" not null,
    at          timestamptz not null
);
create index signature_file_thing on signature_file (about, thing);
create index signature_file_user on signature_file (by_user, certificate);

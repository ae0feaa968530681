-- What files with electronic signatures turned out to be. For SQLite; twin of the PostgreSQL one.

-- JSON of what was found when the file was taken (shared::cms::CmsChecked); null where it is a scan, or was taken before files
-- were looked at.
alter table plan_paper add column cms text;

-- ---- derived --------------------------------------------------------------------------------------------------------

-- Files by which users of the office signed reports, road maps, conclusions and plans.
create table signature_file (
    position    integer primary key not null,   -- of the fact
    about       text not null,               -- report | road_map | conclusion | plan
    thing       blob not null,               -- which
    version     integer,                     -- of a plan
    sha256      blob not null,
    size        integer not null,
    object      text not null,               -- key in the media store
    verdict     text not null,
    certificate blob not null,               -- its SHA-256
    cms         text not null,               -- JSON: what was found
    proven      integer not null,            -- whether the password was given too
    by_user     blob not null,
    by_name     text not null,
    at          text not null
) strict;
create index signature_file_thing on signature_file (about, thing);
create index signature_file_user on signature_file (by_user, certificate);

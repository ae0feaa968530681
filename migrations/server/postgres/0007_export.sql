-- Exports that somebody asked for. Not facts: the access log says who asked for what and who took it. For PostgreSQL; twin of the SQLite one.
-- The work itself is a job named 'export:<id>'; without that row nobody works on it any more.
create table export (
    id          uuid primary key not null,
    user_id     uuid not null,
    wanted      text collate "C" not null,             -- JSON: what, how, and with which filters
    state       text collate "C" not null,             -- queued | running | done | failed | cancelled
    made_at     timestamptz not null,
    finished_at timestamptz,
    ends_at     timestamptz not null,             -- then row and file go
    done        bigint not null default 0,   -- of total, in steps of the work
    total       bigint not null default 0,
    entries     bigint not null default 0,   -- rows of a list, facts of a case
    size        bigint,
    object      text collate "C"                       -- key in the media store
);
create index export_user on export (user_id, made_at);
create index export_ends on export (ends_at);

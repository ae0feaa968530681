-- Exports that somebody asked for. Not facts: the access log says who asked for what and who took it. For SQLite; twin of the PostgreSQL one.
-- The work itself is a job named 'export:<id>'; without that row nobody works on it any more.
create table export (
    id          blob primary key not null,
    user_id     blob not null,
    wanted      text not null,             -- JSON: what, how, and with which filters
    state       text not null,             -- queued | running | done | failed | cancelled
    made_at     text not null,
    finished_at text,
    ends_at     text not null,             -- then row and file go
    done        integer not null default 0,   -- of total, in steps of the work
    total       integer not null default 0,
    entries     integer not null default 0,   -- rows of a list, facts of a case
    size        integer,
    object      text                       -- key in the media store
) strict;
create index export_user on export (user_id, made_at);
create index export_ends on export (ends_at);

-- Monthly reports of career centres, Appendix 3 (§39). For PostgreSQL; twin of the SQLite one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- Each version of a centre's report of a month. digests: SHA-256 of the text of each of its rows, which stay where rows
-- are erased; sha256: what is signed, over all of them (shared::report::Frozen).
create table report (
    id         uuid primary key not null,
    org_unit   uuid not null,
    month      text collate "C" not null,            -- 2026-11
    version    integer not null,
    state      text collate "C" not null,            -- draft | signed | sent | accepted | returned | reopened | dropped
    form       text collate "C" not null,            -- JSON: which rows and cells it has (A-19)
    digests    text collate "C" not null,            -- JSON
    sha256     bytea not null,
    entries    bigint not null,                      -- rows that it was drafted with
    position   bigint not null,                      -- of the fact that drafted it: what the store knew then
    drafted_at timestamptz not null,
    sent_at    timestamptz,
    in_time    boolean,                              -- whether it was sent by the legal date (A-18)
    sent_to    text collate "C" not null default '[]', -- JSON: local executive bodies (§39)
    copied_to  text collate "C" not null default '[]' -- JSON: mobility centres (§4(8), A-16)
);
create unique index report_version on report (org_unit, month, version) where state <> 'dropped';
create index report_month on report (month, org_unit);

-- Rows of reports, byte for byte as they were hashed. That of an erased person goes.
create table report_row (
    report   uuid not null,
    number   bigint not null,
    person   uuid not null,
    family   uuid not null,
    frozen   text collate "C" not null,
    position bigint not null,
    primary key (report, number)
);
create index report_row_position on report_row (position);
create index report_row_person on report_row (person);

-- Who drafted, signed, sent and decided.
create table report_act (
    position bigint primary key not null,
    report   uuid not null,
    act      text collate "C" not null,              -- draft | sign | send | accept | return | reopen | drop
    by_user  uuid not null,
    by_name  text collate "C" not null,
    by_role  text collate "C" not null,
    at       timestamptz not null
);
create index report_act_report on report_act (report, position);

-- What the local executive body remarked. The words may speak of somebody in the report, and go with him.
create table report_remark (
    position bigint primary key not null,
    report   uuid not null,
    text     text collate "C" not null
);
create index report_remark_report on report_remark (report);

-- Monthly reports of career centres, Appendix 3 (§39). For SQLite; twin of the PostgreSQL one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- Each version of a centre's report of a month. digests: SHA-256 of the text of each of its rows, which stay where rows
-- are erased; sha256: what is signed, over all of them (shared::report::Frozen).
create table report (
    id         blob primary key not null,
    org_unit   blob not null,
    month      text not null,            -- 2026-11
    version    integer not null,
    state      text not null,            -- draft | signed | sent | accepted | returned | reopened | dropped
    form       text not null,            -- JSON: which rows and cells it has (A-19)
    digests    text not null,            -- JSON
    sha256     blob not null,
    entries    integer not null,         -- rows that it was drafted with
    position   integer not null,         -- of the fact that drafted it: what the store knew then
    drafted_at text not null,
    sent_at    text,
    in_time    integer,                  -- whether it was sent by the legal date (A-18)
    sent_to    text not null default '[]', -- JSON: local executive bodies (§39)
    copied_to  text not null default '[]' -- JSON: mobility centres (§4(8), A-16)
) strict;
create unique index report_version on report (org_unit, month, version) where state <> 'dropped';
create index report_month on report (month, org_unit);

-- Rows of reports, byte for byte as they were hashed. That of an erased person goes.
create table report_row (
    report   blob not null,
    number   integer not null,
    person   blob not null,
    family   blob not null,
    frozen   text not null,
    position integer not null,
    primary key (report, number)
) strict;
create index report_row_position on report_row (position);
create index report_row_person on report_row (person);

-- Who drafted, signed, sent and decided.
create table report_act (
    position integer primary key not null,
    report   blob not null,
    act      text not null,              -- draft | sign | send | accept | return | reopen | drop
    by_user  blob not null,
    by_name  text not null,
    by_role  text not null,
    at       text not null
) strict;
create index report_act_report on report_act (report, position);

-- What the local executive body remarked. The words may speak of somebody in the report, and go with him.
create table report_remark (
    position integer primary key not null,
    report   blob not null,
    text     text not null
) strict;
create index report_remark_report on report_remark (report);

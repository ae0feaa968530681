-- Monitoring of families over five years (§41-46). For PostgreSQL; twin of the SQLite one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- The sixteen rounds of each family (§43), as its day of inclusion or arrival and the settings have them. standing: what
-- people, or a departure, have made of it; what depends on today is never stored. The program fills it for the families of
-- an older store when it opens that (apply::monitoring::complete).
create table monitoring_round (
    family    uuid not null,
    number    bigint not null,          -- 1 to 16
    org_unit  uuid not null,             -- of the family
    begins_on date not null,
    ends_on   date not null,
    standing  text collate "C" not null,             -- open | begun | done | left
    position  bigint,                   -- of the last act on it
    primary key (family, number)
);
create index monitoring_round_list on monitoring_round (org_unit, ends_on, family, standing);

-- What was done, and by whom: to a round (subject is null; the period as it was then), to a problem or proposal, or about
-- a departure.
create table monitoring_act (
    position  bigint primary key not null,
    family    uuid not null,
    subject   uuid,                      -- monitoring_issue.id or monitoring_departure.id
    number    bigint,
    begins_on date,
    ends_on   date,
    act       text collate "C" not null,
    in_time   boolean,                   -- whether a round was closed within its term; null where the calendar does not reach
    outcome   text collate "C",                      -- how a problem or proposal was settled
    to_user   uuid,                      -- who is to settle it
    to_name   text collate "C",
    due_on    date,                      -- by when
    words     uuid,                      -- monitoring_word.id
    by_user   uuid not null,
    by_name   text collate "C" not null,
    by_role   text collate "C" not null,
    at        timestamptz not null
);
create index monitoring_act_family on monitoring_act (family, ends_on, position);
create index monitoring_act_subject on monitoring_act (subject, position) where subject is not null;

-- Problems and proposals (§42) as they stand.
create table monitoring_issue (
    id        uuid primary key not null,
    family    uuid not null,
    org_unit  uuid not null,             -- of the family
    person    uuid,                      -- if it is about one
    what      text collate "C" not null,             -- problem | proposal
    kind      text collate "C" not null,
    weight    text collate "C" not null,             -- low | medium | high
    found_on  date not null,
    number    bigint,                   -- of the round in which it came to light
    record    uuid,                      -- the record at which it did
    state     text collate "C" not null,             -- open | closed
    outcome   text collate "C",
    to_user   uuid,                      -- who is to settle it
    to_name   text collate "C",
    due_on    date,                      -- by when
    words     uuid,                      -- monitoring_word.id
    position  bigint not null,          -- of the fact that opened it
    opened_at timestamptz not null,
    closed_at timestamptz
);
create index monitoring_issue_list on monitoring_issue (org_unit, state, position);
create index monitoring_issue_family on monitoring_issue (family, state);
create index monitoring_issue_position on monitoring_issue (position);

-- Words at what was done. They may speak of anybody in the family, and go when one of them is erased.
create table monitoring_word (
    id       uuid primary key not null,
    family   uuid not null,
    text     text collate "C" not null,
    position bigint not null            -- of the fact
);
create index monitoring_word_family on monitoring_word (family);
create index monitoring_word_position on monitoring_word (position);

-- Whether a family lives where it settled (§45), each time that somebody looked.
create table monitoring_residence (
    position  bigint primary key not null,
    family    uuid not null,
    number    bigint not null,
    begins_on date not null,             -- period of the round as it was then
    ends_on   date not null,
    result    text collate "C" not null,             -- present | departed | unknown
    source    text collate "C" not null,             -- police | visit | family | akim | other
    on_day    date not null,
    words     uuid,
    by_user   uuid not null,
    by_name   text collate "C" not null,
    by_role   text collate "C" not null,
    at        timestamptz not null
);
create index monitoring_residence_family on monitoring_residence (family, ends_on, position);

-- Families that left on their own, and where the return of support stands (§46). No money is counted.
create table monitoring_departure (
    id          uuid primary key not null,
    family      uuid not null,
    org_unit    uuid not null,           -- of the family
    left_on     date not null,
    destination text collate "C" not null,           -- inside | abroad | unknown
    to_kato     text collate "C",
    reason      text collate "C" not null,
    refund      text collate "C" not null,           -- none | opened | taken | closed | withdrawn
    sent_to     text collate "C" not null,           -- JSON: mobility centres that were told
    plans       text collate "C" not null,           -- JSON: plans that it ended, with their states before
    words       uuid,
    position    bigint not null,        -- of the fact that recorded it
    at          timestamptz not null
);
create index monitoring_departure_list on monitoring_departure (org_unit, position);
create index monitoring_departure_family on monitoring_departure (family, left_on);
create index monitoring_departure_position on monitoring_departure (position);

-- What state systems said of services, beside the evidence and never in its place (§44, A-25).
create table monitoring_confirmation (
    position bigint primary key not null,
    family   uuid not null,
    person   uuid not null,
    activity uuid not null,
    service  text collate "C" not null,
    system   text collate "C" not null,
    agrees   boolean not null,
    on_day   date not null,
    words    uuid,
    by_user  uuid not null,
    by_name  text collate "C" not null,
    by_role  text collate "C" not null,
    at       timestamptz not null
);
create index monitoring_confirmation_family on monitoring_confirmation (family, on_day);

-- Which act a record of an act states (§15, §27, §30, §31, §42): a visit belongs to the round in whose period it lies.
create table record_act (
    hash    bytea primary key not null,   -- identity of the record
    act     text collate "C" not null,
    family  uuid not null,
    done_on date not null
);
create index record_act_family on record_act (family, act, done_on);

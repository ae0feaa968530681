-- The quarterly assessment of career and mobility centres (§47-51). For PostgreSQL; twin of the SQLite one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- What was computed of each centre that is assessed for a quarter, frozen after the day until which scores are in time.
create table assessment_snapshot (
    quarter    text collate "C" not null,            -- 2026-Q3
    org_unit   uuid not null,
    indicators text collate "C" not null,            -- JSON (shared::assessment::Indicators)
    position   bigint not null,         -- of the fact that froze it: what the store knew then
    frozen_at  timestamptz not null,
    primary key (quarter, org_unit)
);

-- Scorings of centres by the Workforce Development Centre: the last version counts, the others stay. mode and rules: how
-- the total was read (A-30).
create table assessment (
    id            uuid primary key not null,
    quarter       text collate "C" not null,
    org_unit      uuid not null,
    version       integer not null,
    relevance     integer not null,      -- 1 to 5 (§49)
    effectiveness integer not null,
    social_effect integer not null,
    reasons       text collate "C" not null,         -- JSON: three texts in this order
    mode          text collate "C" not null,         -- literal_sum | rescaled_25
    rules         integer not null,
    hundredths    integer not null,      -- the total, in hundredths of a point
    band          text collate "C" not null,         -- low | medium | high
    in_time       boolean,               -- whether it was given by the legal date (A-18)
    position      bigint not null,
    by_user       uuid not null,
    by_name       text collate "C" not null,
    by_role       text collate "C" not null,
    at            timestamptz not null
);
create unique index assessment_version on assessment (quarter, org_unit, version);

-- The conclusion about each quarter (§50). parts: the present draft, then what was signed; frozen: byte for byte what the
-- signature is over (shared::assessment::Frozen).
create table conclusion (
    id           uuid primary key not null,
    quarter      text collate "C" not null unique,
    revision     integer not null,       -- how often the draft was saved
    state        text collate "C" not null,          -- draft | signed | sent | forwarded | closed
    parts        text collate "C" not null,          -- JSON (shared::assessment::Parts)
    frozen       text collate "C",
    sha256       bytea,
    sent_at      timestamptz,
    in_time      boolean,                -- whether it was sent by the legal date (A-18)
    sent_to      text collate "C" not null default '[]', -- JSON: units of the authorised body
    forwarded_at timestamptz,
    position     bigint not null        -- of the fact that saved it last
);

-- Who wrote, signed, sent, forwarded and took measures; org_unit: of which body.
create table conclusion_act (
    position   bigint primary key not null,
    conclusion uuid not null,
    act        text collate "C" not null,            -- draft | sign | send | forward | measure
    org_unit   uuid,
    by_user    uuid not null,
    by_name    text collate "C" not null,
    by_role    text collate "C" not null,
    at         timestamptz not null
);
create index conclusion_act_conclusion on conclusion_act (conclusion, position);

-- Local executive bodies that a conclusion was forwarded to, and what they did (§51). The month runs from received_at.
create table conclusion_body (
    conclusion  uuid not null,
    org_unit    uuid not null,
    received_at timestamptz not null,
    measured_at timestamptz,
    in_time     boolean,                 -- whether that was within the month (A-18, A-32)
    text        text collate "C",
    measures    text collate "C" not null default '[]', -- JSON: what was done about each recommendation
    primary key (conclusion, org_unit)
);

-- Recommendations of signed conclusions. An open one is asked for in the next quarter's (§50(2)).
create table recommendation (
    id         uuid primary key not null,
    conclusion uuid not null,
    quarter    text collate "C" not null,
    number     bigint not null,         -- among those of its conclusion
    org_unit   uuid not null,            -- to which centre
    text       text collate "C" not null,
    is_open    boolean not null,
    position   bigint not null
);
create index recommendation_conclusion on recommendation (conclusion, number);
create index recommendation_open on recommendation (quarter) where is_open;

-- What became of them, as later conclusions say.
create table recommendation_result (
    recommendation uuid not null,
    conclusion     uuid not null,
    quarter        text collate "C" not null,
    became         text collate "C" not null,        -- done | partly | not_done | dropped
    text           text collate "C" not null,
    position       bigint not null,
    primary key (recommendation, conclusion)
);

-- Which activities were due in a quarter, and when they were done: the same index as before, with the day at its end.
drop index activity_standing;
create index activity_standing on activity (org_unit, service, state, due_on, done_on);

-- Completions that somebody has checked, or of which something is noticed, by their day. Most are neither when they come,
-- so that taking records in does not write here.
create index record_judged on record (org_unit, done_on, kind, check_state, superseded, risk)
    where verdict = 'accepted' and (check_state <> 'unchecked' or risk > 0);

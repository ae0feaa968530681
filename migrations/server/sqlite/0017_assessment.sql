-- The quarterly assessment of career and mobility centres (§47-51). For SQLite; twin of the PostgreSQL one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- What was computed of each centre that is assessed for a quarter, frozen after the day until which scores are in time.
create table assessment_snapshot (
    quarter    text not null,            -- 2026-Q3
    org_unit   blob not null,
    indicators text not null,            -- JSON (shared::assessment::Indicators)
    position   integer not null,         -- of the fact that froze it: what the store knew then
    frozen_at  text not null,
    primary key (quarter, org_unit)
) strict;

-- Scorings of centres by the Workforce Development Centre: the last version counts, the others stay. mode and rules: how
-- the total was read (A-30).
create table assessment (
    id            blob primary key not null,
    quarter       text not null,
    org_unit      blob not null,
    version       integer not null,
    relevance     integer not null,      -- 1 to 5 (§49)
    effectiveness integer not null,
    social_effect integer not null,
    reasons       text not null,         -- JSON: three texts in this order
    mode          text not null,         -- literal_sum | rescaled_25
    rules         integer not null,
    hundredths    integer not null,      -- the total, in hundredths of a point
    band          text not null,         -- low | medium | high
    in_time       integer,               -- whether it was given by the legal date (A-18)
    position      integer not null,
    by_user       blob not null,
    by_name       text not null,
    by_role       text not null,
    at            text not null
) strict;
create unique index assessment_version on assessment (quarter, org_unit, version);

-- The conclusion about each quarter (§50). parts: the present draft, then what was signed; frozen: byte for byte what the
-- signature is over (shared::assessment::Frozen).
create table conclusion (
    id           blob primary key not null,
    quarter      text not null unique,
    revision     integer not null,       -- how often the draft was saved
    state        text not null,          -- draft | signed | sent | forwarded | closed
    parts        text not null,          -- JSON (shared::assessment::Parts)
    frozen       text,
    sha256       blob,
    sent_at      text,
    in_time      integer,                -- whether it was sent by the legal date (A-18)
    sent_to      text not null default '[]', -- JSON: units of the authorised body
    forwarded_at text,
    position     integer not null        -- of the fact that saved it last
) strict;

-- Who wrote, signed, sent, forwarded and took measures; org_unit: of which body.
create table conclusion_act (
    position   integer primary key not null,
    conclusion blob not null,
    act        text not null,            -- draft | sign | send | forward | measure
    org_unit   blob,
    by_user    blob not null,
    by_name    text not null,
    by_role    text not null,
    at         text not null
) strict;
create index conclusion_act_conclusion on conclusion_act (conclusion, position);

-- Local executive bodies that a conclusion was forwarded to, and what they did (§51). The month runs from received_at.
create table conclusion_body (
    conclusion  blob not null,
    org_unit    blob not null,
    received_at text not null,
    measured_at text,
    in_time     integer,                 -- whether that was within the month (A-18, A-32)
    text        text,
    measures    text not null default '[]', -- JSON: what was done about each recommendation
    primary key (conclusion, org_unit)
) strict;

-- Recommendations of signed conclusions. An open one is asked for in the next quarter's (§50(2)).
create table recommendation (
    id         blob primary key not null,
    conclusion blob not null,
    quarter    text not null,
    number     integer not null,         -- among those of its conclusion
    org_unit   blob not null,            -- to which centre
    text       text not null,
    is_open    integer not null,
    position   integer not null
) strict;
create index recommendation_conclusion on recommendation (conclusion, number);
create index recommendation_open on recommendation (quarter) where is_open;

-- What became of them, as later conclusions say.
create table recommendation_result (
    recommendation blob not null,
    conclusion     blob not null,
    quarter        text not null,
    became         text not null,        -- done | partly | not_done | dropped
    text           text not null,
    position       integer not null,
    primary key (recommendation, conclusion)
) strict;

-- Which activities were due in a quarter, and when they were done: the same index as before, with the day at its end.
drop index activity_standing;
create index activity_standing on activity (org_unit, service, state, due_on, done_on);

-- Completions that somebody has checked, or of which something is noticed, by their day. Most are neither when they come,
-- so that taking records in does not write here.
create index record_judged on record (org_unit, done_on, kind, check_state, superseded, risk)
    where verdict = 'accepted' and (check_state <> 'unchecked' or risk > 0);

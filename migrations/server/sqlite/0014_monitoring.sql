-- Monitoring of families over five years (§41-46). For SQLite; twin of the PostgreSQL one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- The sixteen rounds of each family (§43), as its day of inclusion or arrival and the settings have them. standing: what
-- people, or a departure, have made of it; what depends on today is never stored. The program fills it for the families of
-- an older store when it opens that (apply::monitoring::complete).
create table monitoring_round (
    family    blob not null,
    number    integer not null,          -- 1 to 16
    org_unit  blob not null,             -- of the family
    begins_on text not null,
    ends_on   text not null,
    standing  text not null,             -- open | begun | done | left
    position  integer,                   -- of the last act on it
    primary key (family, number)
) strict;
create index monitoring_round_list on monitoring_round (org_unit, ends_on, family, standing);

-- What was done, and by whom: to a round (subject is null; the period as it was then), to a problem or proposal, or about
-- a departure.
create table monitoring_act (
    position  integer primary key not null,
    family    blob not null,
    subject   blob,                      -- monitoring_issue.id or monitoring_departure.id
    number    integer,
    begins_on text,
    ends_on   text,
    act       text not null,
    in_time   integer,                   -- whether a round was closed within its term; null where the calendar does not reach
    outcome   text,                      -- how a problem or proposal was settled
    to_user   blob,                      -- who is to settle it
    to_name   text,
    due_on    text,                      -- by when
    words     blob,                      -- monitoring_word.id
    by_user   blob not null,
    by_name   text not null,
    by_role   text not null,
    at        text not null
) strict;
create index monitoring_act_family on monitoring_act (family, ends_on, position);
create index monitoring_act_subject on monitoring_act (subject, position) where subject is not null;

-- Problems and proposals (§42) as they stand.
create table monitoring_issue (
    id        blob primary key not null,
    family    blob not null,
    org_unit  blob not null,             -- of the family
    person    blob,                      -- if it is about one
    what      text not null,             -- problem | proposal
    kind      text not null,
    weight    text not null,             -- low | medium | high
    found_on  text not null,
    number    integer,                   -- of the round in which it came to light
    record    blob,                      -- the record at which it did
    state     text not null,             -- open | closed
    outcome   text,
    to_user   blob,                      -- who is to settle it
    to_name   text,
    due_on    text,                      -- by when
    words     blob,                      -- monitoring_word.id
    position  integer not null,          -- of the fact that opened it
    opened_at text not null,
    closed_at text
) strict;
create index monitoring_issue_list on monitoring_issue (org_unit, state, position);
create index monitoring_issue_family on monitoring_issue (family, state);
create index monitoring_issue_position on monitoring_issue (position);

-- Words at what was done. They may speak of anybody in the family, and go when one of them is erased.
create table monitoring_word (
    id       blob primary key not null,
    family   blob not null,
    text     text not null,
    position integer not null            -- of the fact
) strict;
create index monitoring_word_family on monitoring_word (family);
create index monitoring_word_position on monitoring_word (position);

-- Whether a family lives where it settled (§45), each time that somebody looked.
create table monitoring_residence (
    position  integer primary key not null,
    family    blob not null,
    number    integer not null,
    begins_on text not null,             -- period of the round as it was then
    ends_on   text not null,
    result    text not null,             -- present | departed | unknown
    source    text not null,             -- police | visit | family | akim | other
    on_day    text not null,
    words     blob,
    by_user   blob not null,
    by_name   text not null,
    by_role   text not null,
    at        text not null
) strict;
create index monitoring_residence_family on monitoring_residence (family, ends_on, position);

-- Families that left on their own, and where the return of support stands (§46). No money is counted.
create table monitoring_departure (
    id          blob primary key not null,
    family      blob not null,
    org_unit    blob not null,           -- of the family
    left_on     text not null,
    destination text not null,           -- inside | abroad | unknown
    to_kato     text,
    reason      text not null,
    refund      text not null,           -- none | opened | taken | closed | withdrawn
    sent_to     text not null,           -- JSON: mobility centres that were told
    plans       text not null,           -- JSON: plans that it ended, with their states before
    words       blob,
    position    integer not null,        -- of the fact that recorded it
    at          text not null
) strict;
create index monitoring_departure_list on monitoring_departure (org_unit, position);
create index monitoring_departure_family on monitoring_departure (family, left_on);
create index monitoring_departure_position on monitoring_departure (position);

-- What state systems said of services, beside the evidence and never in its place (§44, A-25).
create table monitoring_confirmation (
    position integer primary key not null,
    family   blob not null,
    person   blob not null,
    activity blob not null,
    service  text not null,
    system   text not null,
    agrees   integer not null,
    on_day   text not null,
    words    blob,
    by_user  blob not null,
    by_name  text not null,
    by_role  text not null,
    at       text not null
) strict;
create index monitoring_confirmation_family on monitoring_confirmation (family, on_day);

-- Which act a record of an act states (§15, §27, §30, §31, §42): a visit belongs to the round in whose period it lies.
create table record_act (
    hash    blob primary key not null,   -- identity of the record
    act     text not null,
    family  blob not null,
    done_on text not null
) strict;
create index record_act_family on record_act (family, act, done_on);

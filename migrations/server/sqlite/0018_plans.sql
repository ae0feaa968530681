-- Plans as the office draws them up (§19, 28, 32-34). For SQLite; twin of the PostgreSQL one.
--
-- A version is rows of items, one for each member of the family, each with a fact of its own. Until it is published it is
-- nowhere but here: phones go on with what `plan` and `activity` say.

-- Versions of plans that were begun at the office. One that an import brought has none.
create table plan_version (
    plan         blob not null,
    version      integer not null,
    family       blob not null,
    state        text not null,            -- draft_remote | prelim_agreed | final_draft | agreed | approved | published
    amends       integer,                  -- the version before, if it was on the phones
    position     integer not null,         -- of the fact that began it
    opened_at    text not null,
    state_at     text not null,            -- since when it stands so
    visited_on   text,                     -- the preliminary visit (§27)
    visit_in_time integer,                 -- whether the plan was agreed within a working day after it (§28)
    how          text,                     -- paper | record | eds: how the kandas agreed (A-34)
    agreed_on    text,                     -- civil day
    agreed_at    text,
    record       blob,                     -- the record that shows his signature
    digests      text,                     -- JSON: SHA-256 of each row, as agreed
    sha256       blob,                     -- what was agreed and is approved
    approved_at  text,
    published_at text,
    in_time      integer,                  -- whether that was within a working day (§34)
    primary key (plan, version)
) strict;
create index plan_version_family on plan_version (family, version);
create index plan_version_state on plan_version (state, family);
create index plan_version_position on plan_version (position);

-- The items of a member in a version, byte for byte as they are hashed. Those of an erased person go.
create table plan_row (
    plan     blob not null,
    version  integer not null,
    person   blob not null,
    family   blob not null,
    frozen   text not null,
    chosen   integer not null,             -- items in the plan
    position integer not null,             -- of the fact that said so last
    primary key (plan, version, person)
) strict;
create index plan_row_position on plan_row (position);

-- Who began, finished, agreed, approved, sent back and published.
create table plan_act (
    position      integer primary key not null,
    plan          blob not null,
    version       integer not null,
    act           text not null,           -- open | visit | finish | agree | approve | reject | publish
    second_factor integer,                 -- whether a code was asked for beside the password
    by_user       blob not null,
    by_name       text not null,
    by_role       text not null,
    at            text not null
) strict;
create index plan_act_plan on plan_act (plan, version, position);

-- Files that show the agreement of the kandas. They show the whole family, and go when one of them is erased.
create table plan_paper (
    position   integer primary key not null,
    plan       blob not null,
    version    integer not null,
    family     blob not null,
    name       text not null,              -- of who signed
    sha256     blob not null,
    size       integer not null,
    media_type text not null,
    object     text not null               -- key in the media store
) strict;
create index plan_paper_plan on plan_paper (plan, version);
create index plan_paper_family on plan_paper (family);

-- What the mobility centre remarked. The words may speak of any of the family.
create table plan_remark (
    position integer primary key not null,
    plan     blob not null,
    version  integer not null,
    family   blob not null,
    text     text not null
) strict;
create index plan_remark_plan on plan_remark (plan, version);
create index plan_remark_family on plan_remark (family);

-- Plans as the office draws them up (§19, 28, 32-34). For PostgreSQL; twin of the SQLite one.
--
-- A version is rows of items, one for each member of the family, each with a fact of its own. Until it is published it is
-- nowhere but here: phones go on with what `plan` and `activity` say.

-- Versions of plans that were begun at the office. One that an import brought has none.
create table plan_version (
    plan         uuid not null,
    version      integer not null,
    family       uuid not null,
    state        text collate "C" not null, -- draft_remote | prelim_agreed | final_draft | agreed | approved | published
    amends       integer,                   -- the version before, if it was on the phones
    position     bigint not null,           -- of the fact that began it
    opened_at    timestamptz not null,
    state_at     timestamptz not null,      -- since when it stands so
    visited_on   date,                      -- the preliminary visit (§27)
    visit_in_time boolean,                  -- whether the plan was agreed within a working day after it (§28)
    how          text collate "C",          -- paper | record | eds: how the kandas agreed (A-34)
    agreed_on    date,                      -- civil day
    agreed_at    timestamptz,
    record       uuid,                      -- the record that shows his signature
    digests      text collate "C",          -- JSON: SHA-256 of each row, as agreed
    sha256       bytea,                     -- what was agreed and is approved
    approved_at  timestamptz,
    published_at timestamptz,
    in_time      boolean,                   -- whether that was within a working day (§34)
    primary key (plan, version)
);
create index plan_version_family on plan_version (family, version);
create index plan_version_state on plan_version (state, family);
create index plan_version_position on plan_version (position);

-- The items of a member in a version, byte for byte as they are hashed. Those of an erased person go.
create table plan_row (
    plan     uuid not null,
    version  integer not null,
    person   uuid not null,
    family   uuid not null,
    frozen   text collate "C" not null,
    chosen   bigint not null,               -- items in the plan
    position bigint not null,               -- of the fact that said so last
    primary key (plan, version, person)
);
create index plan_row_position on plan_row (position);

-- Who began, finished, agreed, approved, sent back and published.
create table plan_act (
    position      bigint primary key not null,
    plan          uuid not null,
    version       integer not null,
    act           text collate "C" not null, -- open | visit | finish | agree | approve | reject | publish
    second_factor boolean,                   -- whether a code was asked for beside the password
    by_user       uuid not null,
    by_name       text collate "C" not null,
    by_role       text collate "C" not null,
    at            timestamptz not null
);
create index plan_act_plan on plan_act (plan, version, position);

-- Files that show the agreement of the kandas. They show the whole family, and go when one of them is erased.
create table plan_paper (
    position   bigint primary key not null,
    plan       uuid not null,
    version    integer not null,
    family     uuid not null,
    name       text collate "C" not null,    -- of who signed
    sha256     bytea not null,
    size       bigint not null,
    media_type text collate "C" not null,
    object     text collate "C" not null     -- key in the media store
);
create index plan_paper_plan on plan_paper (plan, version);
create index plan_paper_family on plan_paper (family);

-- What the mobility centre remarked. The words may speak of any of the family.
create table plan_remark (
    position bigint primary key not null,
    plan     uuid not null,
    version  integer not null,
    family   uuid not null,
    text     text collate "C" not null
);
create index plan_remark_plan on plan_remark (plan, version);
create index plan_remark_family on plan_remark (family);

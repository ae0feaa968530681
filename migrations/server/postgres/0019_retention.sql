-- Deciding to erase in two steps, and consents that are withdrawn (requirements §4.6, A-27). For PostgreSQL; twin of the SQLite one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- Who proposes to erase a family or a person, and what became of it. The row goes with its subject; what is to be known of a
-- decision that was carried out stands in `erasure`.
create table erasure_proposal (
    id             uuid primary key not null,
    family         uuid not null,
    person         uuid,  -- one person of it only
    org_unit       uuid not null,  -- of the family then
    basis          text collate "C" not null,  -- purpose_reached | consent_withdrawn | order | mistake
    reason         text collate "C" not null,
    state          text collate "C" not null,  -- proposed | withdrawn | refused | confirmed
    bodies         bigint not null,  -- what it would have taken then
    records        bigint not null,
    files          bigint not null,
    bytes          bigint not null,
    position       bigint not null,  -- of the fact that proposed it
    by_user        uuid not null,
    by_name        text collate "C" not null,
    by_role        text collate "C" not null,
    at             timestamptz not null,
    decided_reason text collate "C",
    decided_by     uuid,
    decided_name   text collate "C",
    decided_role   text collate "C",
    decided_at     timestamptz,
    erasure        uuid  -- the decision, once it is confirmed
);
create index erasure_proposal_unit on erasure_proposal (org_unit, position);
create index erasure_proposal_family on erasure_proposal (family);
create index erasure_proposal_position on erasure_proposal (position);

-- How a decision came about that was made in the office; null for those of the command line.
alter table erasure add column proposal uuid;
alter table erasure add column org_unit uuid;
alter table erasure add column proposed_by uuid;
alter table erasure add column proposed_name text collate "C";
alter table erasure add column proposed_role text collate "C";
alter table erasure add column confirmed_name text collate "C";
alter table erasure add column confirmed_role text collate "C";
create index erasure_unit on erasure (org_unit, position);

-- Consents that were withdrawn in the office. The consent itself, which phones are told, stands in `consent`.
create table consent_withdrawal (
    position   bigint primary key not null,
    consent    uuid not null,
    family     uuid not null,
    person     uuid not null,
    on_day     date not null,
    form       text collate "C" not null,  -- paper | state_service | spoken
    note       text collate "C",
    sha256     bytea,  -- of the scan
    size       bigint,
    media_type text collate "C",
    object     text collate "C",  -- key in the media store
    by_user    uuid not null,
    by_name    text collate "C" not null,
    by_role    text collate "C" not null,
    at         timestamptz not null
);
-- Whose consent is withdrawn, wherever that was said.
create index consent_withdrawn on consent (family) where state = 'withdrawn';
create index consent_withdrawal_person on consent_withdrawal (person, position);
create index consent_withdrawal_family on consent_withdrawal (family);

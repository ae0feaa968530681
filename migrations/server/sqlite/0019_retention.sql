-- Deciding to erase in two steps, and consents that are withdrawn (requirements §4.6, A-27). For SQLite; twin of the PostgreSQL one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- Who proposes to erase a family or a person, and what became of it. The row goes with its subject; what is to be known of a
-- decision that was carried out stands in `erasure`.
create table erasure_proposal (
    id             blob primary key not null,
    family         blob not null,
    person         blob,                     -- one person of it only
    org_unit       blob not null,            -- of the family then
    basis          text not null,            -- purpose_reached | consent_withdrawn | order | mistake
    reason         text not null,
    state          text not null,            -- proposed | withdrawn | refused | confirmed
    bodies         integer not null,         -- what it would have taken then
    records        integer not null,
    files          integer not null,
    bytes          integer not null,
    position       integer not null,         -- of the fact that proposed it
    by_user        blob not null,
    by_name        text not null,
    by_role        text not null,
    at             text not null,
    decided_reason text,
    decided_by     blob,
    decided_name   text,
    decided_role   text,
    decided_at     text,
    erasure        blob                      -- the decision, once it is confirmed
) strict;
create index erasure_proposal_unit on erasure_proposal (org_unit, position);
create index erasure_proposal_family on erasure_proposal (family);
create index erasure_proposal_position on erasure_proposal (position);

-- How a decision came about that was made in the office; null for those of the command line.
alter table erasure add column proposal blob;
alter table erasure add column org_unit blob;
alter table erasure add column proposed_by blob;
alter table erasure add column proposed_name text;
alter table erasure add column proposed_role text;
alter table erasure add column confirmed_name text;
alter table erasure add column confirmed_role text;
create index erasure_unit on erasure (org_unit, position);

-- Consents that were withdrawn in the office. The consent itself, which phones are told, stands in `consent`.
create table consent_withdrawal (
    position   integer primary key not null,
    consent    blob not null,
    family     blob not null,
    person     blob not null,
    on_day     text not null,
    form       text not null,                -- paper | state_service | spoken
    note       text,
    sha256     blob,                         -- of the scan
    size       integer,
    media_type text,
    object     text,                         -- key in the media store
    by_user    blob not null,
    by_name    text not null,
    by_role    text not null,
    at         text not null
) strict;
-- Whose consent is withdrawn, wherever that was said.
create index consent_withdrawn on consent (family) where state = 'withdrawn';
create index consent_withdrawal_person on consent_withdrawal (person, position);
create index consent_withdrawal_family on consent_withdrawal (family);

-- The central store, first version. For PostgreSQL; the twin for SQLite has the same name. Text sorts by bytes, as there.
--
-- Two families of tables. The journal (journal, journal_body, journal_tile, journal_head) is the store: nothing changes
-- but by a fact appended to it. Everything under "derived" is what the facts say when applied one after the other;
-- `kandas-server rebuild` empties these tables and fills them again. Everything under "running" is neither: tokens,
-- uploads in progress, jobs, what a device was given.
--
-- Positions are journal positions. Ids are UUIDs. Times are cut to microseconds. Dates are civil days in UTC+5.

-- ---- the journal ----------------------------------------------------------------------------------------------------

-- One row for ever: where the journal stands. Locked first by whoever appends.
create table journal_head (
    id       integer primary key not null check (id = 1),
    epoch    text collate "C",                         -- hex of 128 random bits; null until the first fact
    size     bigint not null check (size >= 0),
    frontier bytea not null                 -- the peaks of the Merkle tree, 32 bytes each, largest first
);
insert into journal_head (id, epoch, size, frontier) values (1, null, 0, '');

-- One row a fact. Nothing here is ever changed or deleted, erasing included: no name and no free text.
create table journal (
    position bigint primary key not null,
    kind     text collate "C" not null,                -- noun.verb
    at       timestamptz not null,
    family   uuid,
    person   uuid,
    header   text collate "C" not null,                -- JSON, byte for byte (docs/formats.md, 5)
    content  bytea not null,                -- SHA-256(salt, body)
    leaf     bytea not null                 -- SHA-256(0x00, header, content)
);
create index journal_family on journal (family, position) where family is not null;
create index journal_person on journal (person, position) where person is not null;
create index journal_kind on journal (kind, position);

-- What the fact says, with the salt that makes its hash unguessable. The row goes when its subject is erased.
create table journal_body (
    position bigint primary key not null,
    salt     bytea not null,
    body     text collate "C" not null                 -- JSON, byte for byte
);

-- Hashes of full subtrees at levels 8, 16, 24 …: proofs read at most 256 rows a level.
create table journal_tile (
    level integer not null,
    idx   bigint not null,
    hash  bytea not null,
    primary key (level, idx)
);

-- The head as the server signed it, once an hour if it has grown. Never rebuilt: nobody could sign it again.
create table checkpoint (
    size      bigint primary key not null,
    epoch     text collate "C" not null,
    root      bytea not null,
    at        timestamptz not null,
    statement text collate "C" not null                -- kandas-checkpoint, JSON
);

-- ---- derived: the change feed ---------------------------------------------------------------------------------------

-- The last position at which an entity changed in a scope: 'w:<user>' or 'o:<org unit>'. A pull reads on from its
-- cursor; an entity that is no longer in the scope keeps its row, which is then answered as gone.
create table change (
    scope    text collate "C" not null,
    kind     text collate "C" not null,
    id       uuid not null,
    position bigint not null,
    primary key (scope, kind, id)
);
create index change_order on change (scope, position, kind, id);

-- ---- derived: organisation, users, devices --------------------------------------------------------------------------

-- Settings of the organisation, by name.
create table setting (
    name  text collate "C" primary key not null,
    value text collate "C" not null
);

-- Units of the organisation. whole_centre: phones of the unit hold all its families, not only their worker's.
create table org_unit (
    id           uuid primary key not null,
    parent       uuid,
    kind         text collate "C" not null,
    kato         text collate "C" not null,
    name_kk      text collate "C" not null,
    name_ru      text collate "C" not null,
    whole_centre boolean not null default false
);

-- Who signs in or carries a phone. No password here.
create table app_user (
    id       uuid primary key not null,
    org_unit uuid not null references org_unit (id),
    login    text collate "C" not null unique,
    role     text collate "C" not null,
    name     text collate "C" not null,
    language text collate "C" not null,
    active   boolean not null
);
create index app_user_org_unit on app_user (org_unit);

-- One-time codes; only their hash is kept.
create table enrol_code (
    code_hash  bytea primary key not null,
    worker     uuid not null references app_user (id),
    made_by    uuid,
    made_at    timestamptz not null,
    expires_at timestamptz not null,
    device     uuid                        -- the device that used it
);

-- Enrolled phones, revoked ones included.
create table device (
    id          uuid primary key not null,
    worker      uuid not null references app_user (id),
    kid         text collate "C" not null unique,      -- RFC 7638 thumbprint of key
    key         bytea not null,             -- SEC 1 uncompressed point
    chain       uuid not null,             -- the chain it enrolled with
    platform    text collate "C" not null,
    app         text collate "C" not null,
    server_kid  text collate "C" not null,             -- the server key it was told at enrolment
    state       text collate "C" not null,             -- active | revoked
    enrolled_at timestamptz not null,
    revoked_at  timestamptz,
    revoked_for text collate "C",
    recovery    text collate "C"                       -- the store's key, wrapped to the recovery recipient, base64url
);
create index device_worker on device (worker);

-- Signed orders to devices.
create table device_order (
    id        uuid primary key not null,
    device    uuid not null references device (id),
    serial    bigint not null,
    kind      text collate "C" not null,
    statement text collate "C" not null,               -- kandas-order, JSON
    issued_at timestamptz not null,
    done_at   timestamptz,
    unique (device, serial)
);

-- Announced changes of the server's signing key, oldest first.
create table key_change (
    position  bigint primary key not null,
    old_kid   text collate "C" not null,
    new_kid   text collate "C" not null unique,
    new_key   bytea not null,
    statement text collate "C" not null                -- kandas-key, JSON
);

-- ---- derived: families and plans ------------------------------------------------------------------------------------

-- Families of kandas. This and the next tables hold what phones pull; columns as in shared `pulled`.
create table family (
    id              uuid primary key not null,
    org_unit        uuid not null references org_unit (id),
    settlement_kato text collate "C" not null,
    settlement_name text collate "C" not null,
    rural           boolean not null,
    quota_date      date,
    arrived_on      date,
    address         text collate "C",
    phone           text collate "C",
    latitude        double precision,
    longitude       double precision
);
create index family_org_unit on family (org_unit);

-- Members of families. One-word names are names.
create table person (
    id         uuid primary key not null,
    family     uuid not null,
    surname    text collate "C",
    given_name text collate "C" not null,
    patronymic text collate "C",
    latin_name text collate "C",
    iin        text collate "C" unique,
    birth_date date,
    sex        text collate "C",
    relation   text collate "C" not null,
    phone      text collate "C"
);
create index person_family on person (family);

-- Consent to personal data processing, one a person. family is that of the person, kept beside it so that a scope is one look-up.
create table consent (
    id       uuid primary key not null,
    person   uuid not null unique,
    family   uuid not null,
    state    text collate "C" not null,
    given_on date,
    basis    text collate "C"
);
create index consent_family on consent (family);

-- A family given to a worker. It is open until a fact dated after to_day says so again: today never decides what a
-- phone holds.
create table assignment (
    id       uuid primary key not null,
    family   uuid not null,
    worker   uuid not null references app_user (id),
    from_day date not null,
    to_day   date,
    is_open  boolean not null
);
create index assignment_family on assignment (family, worker, is_open);
create index assignment_worker on assignment (worker, is_open, family);

-- The present version of each plan.
create table plan (
    id           uuid primary key not null,
    family       uuid not null,
    version      integer not null,
    state        text collate "C" not null,
    published_on date
);
create index plan_family on plan (family);

-- One service for one person; the id is stable across plan versions.
create table activity (
    id         uuid primary key not null,
    plan       uuid not null,
    family     uuid not null,
    person     uuid not null,
    service    text collate "C" not null,
    planned_on date,
    due_on     date,
    state      text collate "C" not null,
    record     uuid,                       -- the record that counts
    done_on    date
);
create index activity_plan on activity (plan);
create index activity_family on activity (family);

-- ---- derived: records and evidence ----------------------------------------------------------------------------------

-- Every record in custody. The signed bytes are in the body of the fact at `position`, nowhere else.
create table record (
    hash          bytea primary key not null,   -- identity of the statement
    state_id      uuid not null,           -- first half of hash: its name in the change feed
    position      bigint not null unique,
    received_at   timestamptz not null,
    carrier       uuid not null,           -- the device that brought it
    device        uuid not null,           -- the device whose key sealed it
    worker        uuid not null,           -- who recorded; the device's worker if that could not be read
    verdict       text collate "C" not null,           -- accepted | held
    reason        text collate "C",                    -- why it is held
    -- as read from the payload; null where it could not be read or does not apply
    record        uuid,
    chain         uuid,
    seq           bigint,
    prev          bytea,
    placed        boolean not null,           -- whether it holds its place (device, chain, seq); false for the later branch of a fork
    chain_finding text collate "C",                    -- prev_differs | next_differs
    kind          text collate "C",                    -- completion, consent, act …
    family        uuid,
    person        uuid,
    activity      uuid,
    service       text collate "C",
    done_on       date,
    sealed_at     timestamptz,                    -- by the wall clock of the device
    sealed_boot   text collate "C",
    sealed_boot_ms bigint,
    supersedes    uuid,
    superseded    boolean not null default false,
    late_handover boolean not null default false,
    -- what a supervisor thinks of it
    check_state   text collate "C" not null,
    check_due     date
);
create unique index record_place on record (device, chain, seq) where placed;
create index record_id on record (record);
create index record_state on record (state_id);
create index record_family on record (family);
create index record_worker on record (worker);
create index record_activity on record (activity, position);

-- Records of erased subjects: their identity stays, so that a second copy is known and not taken in again.
create table record_erased (
    hash     bytea primary key not null,
    position bigint not null
);

-- Which evidence a record names. A correction may name evidence of the record it corrects.
create table evidence (
    evidence uuid not null,
    hash     bytea not null,                -- identity of the record
    capture  uuid not null,
    kind     text collate "C" not null,
    source   text collate "C" not null,
    family   uuid,
    primary key (evidence, hash)
);
create index evidence_hash on evidence (hash);
create index evidence_family on evidence (family);

-- The files that signed records name, and what became of them. Size, hash and type are the signed ones.
create table evidence_file (
    evidence       uuid not null,
    part           text collate "C" not null,          -- file | thumbnail | original
    size           bigint not null,
    sha256         bytea not null,
    media_type     text collate "C" not null,
    state          text collate "C" not null,          -- expected | on_call | received | salvaged | erased
    position       bigint,                    -- of the fact of its receipt
    received_at    timestamptz,
    object         text collate "C",                   -- key in the media store
    salvage_sha256 bytea,                   -- hash and size of the damaged rest, where that is all there is
    salvage_size   bigint,
    primary key (evidence, part)
);
create index evidence_file_sha256 on evidence_file (sha256);

-- Calls for the camera's own file: his phones are told who recorded it. The reason is text, so erasing takes the row.
create table evidence_call (
    evidence  uuid primary key not null,
    worker    uuid not null,
    reason    text collate "C" not null,
    called_at timestamptz not null,
    position  bigint not null                 -- of the fact
);
create index evidence_call_worker on evidence_call (worker);

-- Where each chain stands.
create table chain (
    device uuid not null,
    chain  uuid not null,
    seq    bigint not null,                   -- highest number received
    hash   bytea not null,                  -- identity of that statement
    primary key (device, chain)
);

-- The ledger of missing numbers: open until they arrive, or lost as the phone stated.
create table chain_gap (
    device   uuid not null,
    chain    uuid not null,
    from_seq bigint not null,
    to_seq   bigint not null,
    state    text collate "C" not null,                -- open | lost
    position bigint not null,                 -- of the fact that opened it, or that stated the loss
    primary key (device, chain, state, from_seq)
);

-- Bundles of unsent work that came by cable, card or another phone.
create table bundle (
    bundle      uuid primary key not null,
    sha256      bytea not null,
    size        bigint not null,
    object      text collate "C" not null,
    carrier     uuid,
    received_at timestamptz not null,
    position    bigint not null,
    state       text collate "C" not null,             -- received | opened | unreadable
    records     text collate "C" not null,             -- JSON: identities of its records
    files       text collate "C" not null,             -- JSON: its files
    problems    text collate "C" not null              -- JSON: what could not be taken, and why
);

-- Decisions to erase.
create table erasure (
    erasure  uuid primary key not null,
    family   uuid not null,
    person   uuid,
    basis    text collate "C" not null,
    by_user  uuid,
    at       timestamptz not null,
    position bigint not null
);
create index erasure_family on erasure (family);

-- Anchors of the access log in the journal.
create table access_anchor (
    position bigint primary key not null,
    from_id  bigint not null,
    to_id    bigint not null,
    hash     bytea not null
);

-- ---- running: not facts, not rebuilt --------------------------------------------------------------------------------

-- What a device was ever given: which families' data are at stake when a phone is lost.
create table device_scope (
    device   uuid not null,
    family   uuid not null,
    given_at timestamptz not null,
    primary key (device, family)
);

-- When a device last asked for a token, and with which program.
create table device_seen (
    device uuid primary key not null,
    at     timestamptz not null,
    app    text collate "C" not null
);

-- Wrong enrolment codes in a row, to slow guessing down.
create table enrol_attempt (
    source  text collate "C" primary key not null,
    failed  integer not null,
    last_at timestamptz not null
);

-- Nonces handed out and not yet used.
create table nonce (
    nonce      bytea primary key not null,
    kid        text collate "C" not null,
    expires_at timestamptz not null
);
create index nonce_expires on nonce (expires_at);

-- Bearer tokens; only their hash is kept.
create table token (
    hash       bytea primary key not null,
    device     uuid not null,
    scope      text collate "C" not null,
    expires_at timestamptz not null
);
create index token_expires on token (expires_at);
create index token_device on token (device);

-- Uploads in progress. target: what is uploaded ('e:<evidence>.<part>', 's:<evidence>.<part>', 'b:<bundle>'); one
-- upload for each at a time. lease and fence: only the holder of the newest fence may write.
create table upload (
    id          uuid primary key not null,
    target      text collate "C" not null unique,
    evidence    uuid,
    part        text collate "C",
    bundle      uuid,
    salvage     boolean not null default false,
    sha256      bytea not null,
    size        bigint not null,
    received    bigint not null default 0,
    device      uuid,
    created_at  timestamptz not null,
    touched_at  timestamptz not null,
    expires_at  timestamptz not null,
    fence       bigint not null default 0,
    lease_until timestamptz,
    state       text collate "C" not null              -- open | finished | gone
);
create index upload_expires on upload (expires_at);

-- Every reading of a case, append only; its hash is anchored in the journal hourly.
create table access_log (
    id      bigint primary key not null,
    at      timestamptz not null,
    by_user uuid,
    device  uuid,
    family  uuid,
    person  uuid,
    action  text collate "C" not null
);
create index access_log_family on access_log (family, id);

-- Work to be done later or again and again.
create table job (
    name        text collate "C" primary key not null,
    run_at      timestamptz not null,
    lease_until timestamptz,
    attempts    integer not null default 0,
    last_error  text collate "C"
);

-- ---- no samples of personal data ------------------------------------------------------------------------------------
-- The planner's statistics hold samples of the columns they are made for. Of these none are made, so that nothing of an
-- erased person stays in them. (SQLite keeps counts only.)
alter table journal_body alter column body set statistics 0, alter column salt set statistics 0;
alter table family
    alter column settlement_name set statistics 0,
    alter column address set statistics 0,
    alter column phone set statistics 0,
    alter column latitude set statistics 0,
    alter column longitude set statistics 0;
alter table person
    alter column surname set statistics 0,
    alter column given_name set statistics 0,
    alter column patronymic set statistics 0,
    alter column latin_name set statistics 0,
    alter column iin set statistics 0,
    alter column birth_date set statistics 0,
    alter column phone set statistics 0;
alter table consent alter column basis set statistics 0;

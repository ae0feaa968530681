-- The central store, first version. For SQLite; the twin for PostgreSQL has the same name.
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
    epoch    text,                         -- hex of 128 random bits; null until the first fact
    size     integer not null check (size >= 0),
    frontier blob not null                 -- the peaks of the Merkle tree, 32 bytes each, largest first
) strict;
insert into journal_head (id, epoch, size, frontier) values (1, null, 0, x'');

-- One row a fact. Nothing here is ever changed or deleted, erasing included: no name and no free text.
create table journal (
    position integer primary key not null,
    kind     text not null,                -- noun.verb
    at       text not null,
    family   blob,
    person   blob,
    header   text not null,                -- JSON, byte for byte (docs/formats.md, 5)
    content  blob not null,                -- SHA-256(salt, body)
    leaf     blob not null                 -- SHA-256(0x00, header, content)
) strict;
create index journal_family on journal (family, position) where family is not null;
create index journal_person on journal (person, position) where person is not null;
create index journal_kind on journal (kind, position);

-- What the fact says, with the salt that makes its hash unguessable. The row goes when its subject is erased.
create table journal_body (
    position integer primary key not null,
    salt     blob not null,
    body     text not null                 -- JSON, byte for byte
) strict;

-- Hashes of full subtrees at levels 8, 16, 24 …: proofs read at most 256 rows a level.
create table journal_tile (
    level integer not null,
    idx   integer not null,
    hash  blob not null,
    primary key (level, idx)
) strict, without rowid;

-- The head as the server signed it, once an hour if it has grown. Never rebuilt: nobody could sign it again.
create table checkpoint (
    size      integer primary key not null,
    epoch     text not null,
    root      blob not null,
    at        text not null,
    statement text not null                -- kandas-checkpoint, JSON
) strict;

-- ---- derived: the change feed ---------------------------------------------------------------------------------------

-- The last position at which an entity changed in a scope: 'w:<user>' or 'o:<org unit>'. A pull reads on from its
-- cursor; an entity that is no longer in the scope keeps its row, which is then answered as gone.
create table change (
    scope    text not null,
    kind     text not null,
    id       blob not null,
    position integer not null,
    primary key (scope, kind, id)
) strict, without rowid;
create index change_order on change (scope, position, kind, id);

-- ---- derived: organisation, users, devices --------------------------------------------------------------------------

-- Settings of the organisation, by name.
create table setting (
    name  text primary key not null,
    value text not null
) strict;

-- Units of the organisation. whole_centre: phones of the unit hold all its families, not only their worker's.
create table org_unit (
    id           blob primary key not null,
    parent       blob,
    kind         text not null,
    kato         text not null,
    name_kk      text not null,
    name_ru      text not null,
    whole_centre integer not null default 0
) strict;

-- Who signs in or carries a phone. No password here.
create table app_user (
    id       blob primary key not null,
    org_unit blob not null references org_unit (id),
    login    text not null unique,
    role     text not null,
    name     text not null,
    language text not null,
    active   integer not null
) strict;
create index app_user_org_unit on app_user (org_unit);

-- One-time codes; only their hash is kept.
create table enrol_code (
    code_hash  blob primary key not null,
    worker     blob not null references app_user (id),
    made_by    blob,
    made_at    text not null,
    expires_at text not null,
    device     blob                        -- the device that used it
) strict;

-- Enrolled phones, revoked ones included.
create table device (
    id          blob primary key not null,
    worker      blob not null references app_user (id),
    kid         text not null unique,      -- RFC 7638 thumbprint of key
    key         blob not null,             -- SEC 1 uncompressed point
    chain       blob not null,             -- the chain it enrolled with
    platform    text not null,
    app         text not null,
    server_kid  text not null,             -- the server key it was told at enrolment
    state       text not null,             -- active | revoked
    enrolled_at text not null,
    revoked_at  text,
    revoked_for text,
    recovery    text                       -- the store's key, wrapped to the recovery recipient, base64url
) strict;
create index device_worker on device (worker);

-- Signed orders to devices.
create table device_order (
    id        blob primary key not null,
    device    blob not null references device (id),
    serial    integer not null,
    kind      text not null,
    statement text not null,               -- kandas-order, JSON
    issued_at text not null,
    done_at   text,
    unique (device, serial)
) strict;

-- Announced changes of the server's signing key, oldest first.
create table key_change (
    position  integer primary key not null,
    old_kid   text not null,
    new_kid   text not null unique,
    new_key   blob not null,
    statement text not null                -- kandas-key, JSON
) strict;

-- ---- derived: families and plans ------------------------------------------------------------------------------------

-- Families of kandas. This and the next tables hold what phones pull; columns as in shared `pulled`.
create table family (
    id              blob primary key not null,
    org_unit        blob not null references org_unit (id),
    settlement_kato text not null,
    settlement_name text not null,
    rural           integer not null,
    quota_date      text,
    arrived_on      text,
    address         text,
    phone           text,
    latitude        real,
    longitude       real
) strict;
create index family_org_unit on family (org_unit);

-- Members of families. One-word names are names.
create table person (
    id         blob primary key not null,
    family     blob not null,
    surname    text,
    given_name text not null,
    patronymic text,
    latin_name text,
    iin        text unique,
    birth_date text,
    sex        text,
    relation   text not null,
    phone      text
) strict;
create index person_family on person (family);

-- Consent to personal data processing, one a person. family is that of the person, kept beside it so that a scope is one look-up.
create table consent (
    id       blob primary key not null,
    person   blob not null unique,
    family   blob not null,
    state    text not null,
    given_on text,
    basis    text
) strict;
create index consent_family on consent (family);

-- A family given to a worker. It is open until a fact dated after to_day says so again: today never decides what a
-- phone holds.
create table assignment (
    id       blob primary key not null,
    family   blob not null,
    worker   blob not null references app_user (id),
    from_day text not null,
    to_day   text,
    is_open  integer not null
) strict;
create index assignment_family on assignment (family, worker, is_open);
create index assignment_worker on assignment (worker, is_open, family);

-- The present version of each plan.
create table plan (
    id           blob primary key not null,
    family       blob not null,
    version      integer not null,
    state        text not null,
    published_on text
) strict;
create index plan_family on plan (family);

-- One service for one person; the id is stable across plan versions.
create table activity (
    id         blob primary key not null,
    plan       blob not null,
    family     blob not null,
    person     blob not null,
    service    text not null,
    planned_on text,
    due_on     text,
    state      text not null,
    record     blob,                       -- the record that counts
    done_on    text
) strict;
create index activity_plan on activity (plan);
create index activity_family on activity (family);

-- ---- derived: records and evidence ----------------------------------------------------------------------------------

-- Every record in custody. The signed bytes are in the body of the fact at `position`, nowhere else.
create table record (
    hash          blob primary key not null,   -- identity of the statement
    state_id      blob not null,           -- first half of hash: its name in the change feed
    position      integer not null unique,
    received_at   text not null,
    carrier       blob not null,           -- the device that brought it
    device        blob not null,           -- the device whose key sealed it
    worker        blob not null,           -- who recorded; the device's worker if that could not be read
    verdict       text not null,           -- accepted | held
    reason        text,                    -- why it is held
    -- as read from the payload; null where it could not be read or does not apply
    record        blob,
    chain         blob,
    seq           integer,
    prev          blob,
    placed        integer not null,           -- whether it holds its place (device, chain, seq); false for the later branch of a fork
    chain_finding text,                    -- prev_differs | next_differs
    kind          text,                    -- completion, consent, act …
    family        blob,
    person        blob,
    activity      blob,
    service       text,
    done_on       text,
    sealed_at     text,                    -- by the wall clock of the device
    sealed_boot   text,
    sealed_boot_ms integer,
    supersedes    blob,
    superseded    integer not null default 0,
    late_handover integer not null default 0,
    -- what a supervisor thinks of it
    check_state   text not null,
    check_due     text
) strict;
create unique index record_place on record (device, chain, seq) where placed;
create index record_id on record (record);
create index record_state on record (state_id);
create index record_family on record (family);
create index record_worker on record (worker);
create index record_activity on record (activity, position);

-- Records of erased subjects: their identity stays, so that a second copy is known and not taken in again.
create table record_erased (
    hash     blob primary key not null,
    position integer not null
) strict;

-- Which evidence a record names. A correction may name evidence of the record it corrects.
create table evidence (
    evidence blob not null,
    hash     blob not null,                -- identity of the record
    capture  blob not null,
    kind     text not null,
    source   text not null,
    family   blob,
    primary key (evidence, hash)
) strict;
create index evidence_hash on evidence (hash);
create index evidence_family on evidence (family);

-- The files that signed records name, and what became of them. Size, hash and type are the signed ones.
create table evidence_file (
    evidence       blob not null,
    part           text not null,          -- file | thumbnail | original
    size           integer not null,
    sha256         blob not null,
    media_type     text not null,
    state          text not null,          -- expected | on_call | received | salvaged | erased
    position       integer,                    -- of the fact of its receipt
    received_at    text,
    object         text,                   -- key in the media store
    salvage_sha256 blob,                   -- hash and size of the damaged rest, where that is all there is
    salvage_size   integer,
    primary key (evidence, part)
) strict;
create index evidence_file_sha256 on evidence_file (sha256);

-- Calls for the camera's own file: his phones are told who recorded it. The reason is text, so erasing takes the row.
create table evidence_call (
    evidence  blob primary key not null,
    worker    blob not null,
    reason    text not null,
    called_at text not null,
    position  integer not null                 -- of the fact
) strict;
create index evidence_call_worker on evidence_call (worker);

-- Where each chain stands.
create table chain (
    device blob not null,
    chain  blob not null,
    seq    integer not null,                   -- highest number received
    hash   blob not null,                  -- identity of that statement
    primary key (device, chain)
) strict;

-- The ledger of missing numbers: open until they arrive, or lost as the phone stated.
create table chain_gap (
    device   blob not null,
    chain    blob not null,
    from_seq integer not null,
    to_seq   integer not null,
    state    text not null,                -- open | lost
    position integer not null,                 -- of the fact that opened it, or that stated the loss
    primary key (device, chain, state, from_seq)
) strict;

-- Bundles of unsent work that came by cable, card or another phone.
create table bundle (
    bundle      blob primary key not null,
    sha256      blob not null,
    size        integer not null,
    object      text not null,
    carrier     blob,
    received_at text not null,
    position    integer not null,
    state       text not null,             -- received | opened | unreadable
    records     text not null,             -- JSON: identities of its records
    files       text not null,             -- JSON: its files
    problems    text not null              -- JSON: what could not be taken, and why
) strict;

-- Decisions to erase.
create table erasure (
    erasure  blob primary key not null,
    family   blob not null,
    person   blob,
    basis    text not null,
    by_user  blob,
    at       text not null,
    position integer not null
) strict;
create index erasure_family on erasure (family);

-- Anchors of the access log in the journal.
create table access_anchor (
    position integer primary key not null,
    from_id  integer not null,
    to_id    integer not null,
    hash     blob not null
) strict;

-- ---- running: not facts, not rebuilt --------------------------------------------------------------------------------

-- What a device was ever given: which families' data are at stake when a phone is lost.
create table device_scope (
    device   blob not null,
    family   blob not null,
    given_at text not null,
    primary key (device, family)
) strict;

-- When a device last asked for a token, and with which program.
create table device_seen (
    device blob primary key not null,
    at     text not null,
    app    text not null
) strict;

-- Wrong enrolment codes in a row, to slow guessing down.
create table enrol_attempt (
    source  text primary key not null,
    failed  integer not null,
    last_at text not null
) strict;

-- Nonces handed out and not yet used.
create table nonce (
    nonce      blob primary key not null,
    kid        text not null,
    expires_at text not null
) strict;
create index nonce_expires on nonce (expires_at);

-- Bearer tokens; only their hash is kept.
create table token (
    hash       blob primary key not null,
    device     blob not null,
    scope      text not null,
    expires_at text not null
) strict;
create index token_expires on token (expires_at);
create index token_device on token (device);

-- Uploads in progress. target: what is uploaded ('e:<evidence>.<part>', 's:<evidence>.<part>', 'b:<bundle>'); one
-- upload for each at a time. lease and fence: only the holder of the newest fence may write.
create table upload (
    id          blob primary key not null,
    target      text not null unique,
    evidence    blob,
    part        text,
    bundle      blob,
    salvage     integer not null default 0,
    sha256      blob not null,
    size        integer not null,
    received    integer not null default 0,
    device      blob,
    created_at  text not null,
    touched_at  text not null,
    expires_at  text not null,
    fence       integer not null default 0,
    lease_until text,
    state       text not null              -- open | finished | gone
) strict;
create index upload_expires on upload (expires_at);

-- Every reading of a case, append only; its hash is anchored in the journal hourly.
create table access_log (
    id      integer primary key not null,
    at      text not null,
    by_user blob,
    device  blob,
    family  blob,
    person  blob,
    action  text not null
) strict;
create index access_log_family on access_log (family, id);

-- Work to be done later or again and again.
create table job (
    name        text primary key not null,
    run_at      text not null,
    lease_until text,
    attempts    integer not null default 0,
    last_error  text
) strict;

-- The phone's store: one SQLite file, one connection, one worker.
--
-- Ids are 16-byte blobs, digests 32-byte blobs, times RFC 3339 text in UTC, dates YYYY-MM-DD text.
-- Wall times here are for people; nothing is decided by them, because a phone's clock may be wrong by
-- years. What has to wait names a boot and milliseconds since it (sleep included).

-- ---------------------------------------------------------------------------------------------
-- The home: who this phone is and whom it belongs to.

-- One value per key; the keys are the constants in store/home.rs. A key that is missing is not set.
create table home (
    key text not null primary key,
    value text not null
) strict, without rowid;

-- One chain of sealed records per store (docs/formats.md §3). Exactly one is open: the one that is
-- sealed into. A store that turns out to be behind closes its chain and opens another.
create table chain (
    -- Order of opening; clocks may stand still or go back.
    number integer not null primary key autoincrement,
    chain blob not null unique,
    -- The chain this one goes on from; written into its first record.
    continues blob,
    opened_at text not null,
    -- Why it was closed; null while it is the one that is sealed into.
    closed_reason text
) strict;
create unique index chain_open on chain ((closed_reason is null)) where closed_reason is null;

-- ---------------------------------------------------------------------------------------------
-- Pulled tables: what the centre has told. Columns are the fields of kandas_shared::pulled; no foreign
-- keys, because pages may cut anywhere. `gone` marks a row that has left the phone's scope but that
-- unsent work still points to: it stays until that work has a receipt. Everything else that is gone is
-- deleted.

create table org_unit (
    id blob not null primary key,
    parent blob,
    kind text not null,
    kato text not null,
    name_kk text not null,
    name_ru text not null,
    gone integer not null default 0 check (gone in (0, 1))
) strict, without rowid;

create table app_user (
    id blob not null primary key,
    org_unit blob not null,
    login text not null,
    role text not null,
    name text not null,
    language text not null,
    active integer not null check (active in (0, 1)),
    gone integer not null default 0 check (gone in (0, 1))
) strict, without rowid;

create table family (
    id blob not null primary key,
    org_unit blob not null,
    settlement_kato text not null,
    settlement_name text not null,
    rural integer not null check (rural in (0, 1)),
    quota_date text,
    arrived_on text,
    address text,
    phone text,
    latitude real,
    longitude real,
    gone integer not null default 0 check (gone in (0, 1))
) strict, without rowid;

create table person (
    id blob not null primary key,
    family blob not null,
    surname text,
    given_name text not null,
    patronymic text,
    latin_name text,
    iin text,
    birth_date text,
    sex text,
    relation text not null,
    phone text,
    gone integer not null default 0 check (gone in (0, 1))
) strict, without rowid;
create index person_family on person (family);

create table consent (
    id blob not null primary key,
    person blob not null,
    state text not null,
    given_on text,
    basis text,
    gone integer not null default 0 check (gone in (0, 1))
) strict, without rowid;
create index consent_person on consent (person);

create table assignment (
    id blob not null primary key,
    family blob not null,
    worker blob not null,
    "from" text not null,
    "to" text,
    gone integer not null default 0 check (gone in (0, 1))
) strict, without rowid;

create table plan (
    id blob not null primary key,
    family blob not null,
    version integer not null,
    state text not null,
    published_on text,
    gone integer not null default 0 check (gone in (0, 1))
) strict, without rowid;
create index plan_family on plan (family);

create table activity (
    id blob not null primary key,
    plan blob not null,
    family blob not null,
    person blob not null,
    service text not null,
    planned_on text,
    due_on text,
    state text not null,
    record blob,
    done_on text,
    gone integer not null default 0 check (gone in (0, 1))
) strict, without rowid;
create index activity_family on activity (family);

create table record_state (
    hash blob not null primary key,
    record blob,
    family blob,
    activity blob,
    worker blob,
    device blob not null,
    verdict text not null,
    reason text,
    position integer not null,
    received_at text not null,
    check_state text not null,
    check_due text,
    gone integer not null default 0 check (gone in (0, 1))
) strict, without rowid;

-- Calls for the camera's own file of evidence that this phone's worker recorded.
create table evidence_call (
    id blob not null primary key,
    worker blob not null,
    reason text not null,
    called_at text not null,
    gone integer not null default 0 check (gone in (0, 1))
) strict, without rowid;

-- Where the pull stands; one row. Pages are staged in `pulled_line` and applied together when the last
-- one is here, so the tables above always equal a completed pull, never the middle of one.
create table pull_state (
    id integer not null primary key check (id = 1),
    -- Cursor of the last completed pull; null: start from nothing.
    cursor text,
    -- Cursor of the last staged page of a pull under way; null when none is.
    pending_cursor text,
    -- Whether the pull under way began from nothing: its lines replace the tables.
    from_nothing integer not null default 1 check (from_nothing in (0, 1)),
    completed_at text,
    completed_count integer not null default 0
) strict;
insert into pull_state (id) values (1);

-- Lines of a pull under way, in the order in which they came.
create table pulled_line (
    number integer not null primary key,
    kind text not null,
    id blob not null,
    position integer not null,
    -- The row's JSON; null: it has left the scope.
    body text
) strict;

-- ---------------------------------------------------------------------------------------------
-- Drafts: work that is not sealed yet. The row exists before the camera opens; each field is saved as
-- it changes.

create table draft (
    id blob not null primary key,
    family blob not null,
    -- completion, not_applicable, refused, consent or act.
    kind text not null check (kind in ('completion', 'not_applicable', 'refused', 'consent', 'act')),
    service text,
    -- Which act, for kind act.
    act text,
    -- JSON list of topics and JSON object of further fields, for kind act.
    topics text not null default '[]',
    details text not null default '{}',
    -- New state, for kind consent.
    consent_state text,
    -- Why it does not apply, is refused, or on what basis a consent stands.
    reason text,
    done_on text,
    -- JSON of the position of the device for the whole activity.
    position text,
    no_position text,
    no_video text,
    paper_number text,
    paper_date text,
    note text,
    -- A new version of an earlier record, and why.
    supersedes blob,
    correction text,
    -- JSON of the clock reading when it was opened.
    opened text not null,
    state text not null default 'open' check (state in ('open', 'sealed', 'discarded'))
) strict, without rowid;

-- For whom a draft is: one capture may serve several members, each gets a record of his own.
create table draft_subject (
    draft blob not null references draft (id),
    place integer not null,
    activity blob,
    person blob,
    -- What was said when the person was asked for consent to personal data processing, and why.
    consent_state text,
    consent_reason text,
    primary key (draft, place)
) strict, without rowid;

-- Evidence of a draft. `incoming`: the row is there, the file is on its way into the vault. A correction takes
-- over evidence of the record it corrects, so the same evidence may stand in several drafts.
create table draft_evidence (
    evidence blob not null,
    draft blob not null references draft (id),
    place integer not null,
    state text not null check (state in ('incoming', 'kept', 'removed')),
    -- Name of the camera's file, to tell the worker what was interrupted.
    name text not null,
    kind text not null,
    capture blob not null,
    -- JSON of kandas_shared::evidence::Evidence; null while incoming.
    item text,
    primary key (draft, evidence)
) strict, without rowid;
create index draft_evidence_evidence on draft_evidence (evidence);

-- ---------------------------------------------------------------------------------------------
-- Sealed work.

-- One sealed statement, byte for byte as signed.
create table record (
    -- Identity: SHA-256 of the signing input, never of the signature.
    hash blob not null primary key check (length(hash) = 32),
    record blob not null,
    draft blob,
    chain blob not null references chain (chain),
    seq integer not null check (seq >= 1),
    family blob,
    activity blob,
    person blob,
    service text,
    statement text not null,
    done_on text not null,
    sealed_at text not null,
    protected text not null,
    payload text not null,
    signature text not null,
    -- recorded: not with the server (in its present epoch). held is custody too.
    state text not null default 'recorded' check (state in ('recorded', 'accepted', 'held', 'refused')),
    reason text,
    -- Journal position and receipt of the custody; null without one of the present epoch.
    position integer,
    receipt integer references receipt (id),
    unique (chain, seq)
) strict, without rowid;
create index record_activity on record (activity);
create index record_family on record (family);

-- Which evidence stands in which record; a piece of evidence may stand in several.
create table evidence (
    record_hash blob not null references record (hash),
    place integer not null,
    evidence blob not null,
    kind text not null,
    capture blob not null,
    source text not null,
    primary key (record_hash, place)
) strict, without rowid;
create index evidence_id on evidence (evidence);

-- Files of sealed evidence: what uploads and receipts are about.
create table file (
    evidence blob not null,
    part text not null check (part in ('file', 'thumbnail', 'original')),
    kind text not null,
    -- Order of travel: small things first, video last. An original travels only when it is called for.
    class text not null check (class in ('thumbnail', 'photo', 'document', 'video', 'original')),
    size integer not null,
    sha256 blob not null check (length(sha256) = 32),
    media_type text not null,
    -- kept: stays here until called for. damaged: the local copy no longer matches what was signed.
    -- set_aside: given up with a reason, still here.
    state text not null check (state in ('kept', 'waiting', 'uploading', 'delivered', 'damaged', 'set_aside')),
    reason text,
    -- Where its upload stands, as the server said.
    upload_url text,
    upload_offset integer not null default 0,
    -- Size and hash of the damaged rest that is sent as salvage; null unless damaged.
    salvage_size integer,
    salvage_sha256 blob,
    -- Server time and row of the custody receipt of the present epoch.
    delivered_at text,
    receipt integer references receipt (id),
    -- When the copy left the phone, long after delivery.
    freed_at text,
    primary key (evidence, part)
) strict, without rowid;
create index file_state on file (state, class);

-- What must travel; written in the transaction that seals, removed by a receipt of the present epoch,
-- written again when the server has a new epoch. Exactly one of record and file.
create table outbox (
    id integer not null primary key autoincrement,
    record_hash blob unique,
    evidence blob,
    part text,
    -- record, or the class of the file.
    class text not null,
    attempts integer not null default 0,
    -- Not before this many milliseconds of this boot; another boot: at once.
    wait_boot text,
    wait_until_ms integer not null default 0,
    problem text,
    unique (evidence, part),
    check ((record_hash is null) = (evidence is not null and part is not null))
) strict;
create index outbox_class on outbox (class, id);

-- Families that unsent work points to: their pulled rows stay, whatever the server says.
create view needed_family as
    select family from draft where state = 'open'
    union
    select r.family from record r
    where r.family is not null and (
        exists (select 1 from outbox o where o.record_hash = r.hash)
        or exists (
            select 1 from evidence e join outbox o on o.evidence = e.evidence where e.record_hash = r.hash));

-- ---------------------------------------------------------------------------------------------
-- The server's signed word.

create table receipt (
    id integer not null primary key autoincrement,
    kind text not null check (kind in ('records', 'file')),
    epoch blob not null check (length(epoch) = 16),
    -- Server time.
    time text not null,
    protected text not null,
    payload text not null,
    signature text not null,
    -- The same statement may arrive twice; it is kept once.
    unique (protected, payload)
) strict;

create table checkpoint (
    epoch blob not null check (length(epoch) = 16),
    size integer not null,
    root blob not null check (length(root) = 32),
    time text not null,
    protected text not null,
    payload text not null,
    signature text not null,
    -- Whether a consistency proof from the one before was checked.
    proven integer not null default 0 check (proven in (0, 1)),
    primary key (epoch, size)
) strict, without rowid;

-- Orders that were run, once per serial.
create table order_done (
    serial integer not null primary key,
    order_id blob not null unique,
    kind text not null,
    statement text not null,
    done_at text not null,
    reported integer not null default 0 check (reported in (0, 1))
) strict;

-- ---------------------------------------------------------------------------------------------
-- How talking to the server goes. Rows, so that a killed program goes on where it was.

-- One back-off for the whole server (`server`) or one step of it.
create table backoff (
    scope text not null primary key,
    attempts integer not null,
    wait_boot text not null,
    wait_until_ms integer not null,
    problem text not null
) strict, without rowid;

-- Bytes sent over metered links, by month of the signed server time.
create table traffic (
    month text not null primary key,
    metered_bytes integer not null
) strict, without rowid;

-- ---------------------------------------------------------------------------------------------
-- What went wrong, kept and shown.

-- Camera files that cannot be evidence, by name, with the reason. The file itself was not touched.
create table aside (
    id integer not null primary key autoincrement,
    draft blob,
    name text not null,
    reason text not null,
    size integer not null,
    sha256 blob,
    at text not null
) strict;

-- Vault files that no row knows: an attach was interrupted. Offered back to the worker.
create table orphan (
    name text not null primary key,
    evidence blob not null,
    part text not null,
    draft blob,
    size integer not null,
    found_at text not null,
    state text not null default 'offered' check (state in ('offered', 'adopted', 'dismissed'))
) strict, without rowid;

-- Rows that could not be read. They stay where they are and are shown; nothing is skipped silently.
create table quarantine (
    source text not null,
    row_key text not null,
    problem text not null,
    -- The text that could not be understood, where it lies nowhere else (a pulled line).
    body text,
    -- Null when it was found while reading.
    found_at text,
    primary key (source, row_key)
) strict, without rowid;

-- What happened, for people who look for a fault. No personal data.
create table event (
    id integer not null primary key autoincrement,
    at text not null,
    kind text not null,
    subject text,
    detail text
) strict;

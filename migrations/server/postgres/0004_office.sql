-- The office: passwords, second factors, sessions, leases of the checking queue. For PostgreSQL; twin of the SQLite one.

-- How a user signs in. Derived from facts; the password is known by its argon2id hash alone, the secret of the second factor
-- is sealed with a key of the server that is not in the database.
create table user_secret (
    user_id  uuid primary key not null references app_user (id),
    password text collate "C",
    totp     text collate "C"  -- sealed, base64url
);

-- Sessions of the dashboard; only the hash of the token is kept. Not facts.
create table office_session (
    hash    bytea primary key not null,
    user_id uuid not null,
    csrf    text collate "C" not null,
    stage   text collate "C" not null,  -- full | second_factor
    pending text collate "C",  -- a second factor that is being set up, sealed
    made_at timestamptz not null,
    seen_at timestamptz not null,
    ends_at timestamptz not null
);
create index office_session_user on office_session (user_id);
create index office_session_ends on office_session (ends_at);

-- Wrong passwords and codes in a row, by hash of the log-in name, known or not, to slow guessing down.
create table sign_in_attempt (
    login   bytea primary key not null,
    failed  bigint not null,
    last_at timestamptz not null
);

-- The last step of each second factor that was used: no code is good twice.
create table totp_step (
    user_id uuid primary key not null,
    step    bigint not null
);

-- Records that a supervisor has before him: nobody else gets them until then.
create table review_lease (
    record uuid primary key not null,
    holder uuid not null,
    until  timestamptz not null
);
create index review_lease_holder on review_lease (holder);

-- The checking queue, in the order in which the records came.
create index record_to_check on record (position)
    where check_state = 'unchecked' and verdict = 'accepted' and not superseded;

-- What the centre has said of reasons that are chosen from a list, above what the program ships.

create table reason_text (
    id blob not null primary key,
    list text not null,
    code text not null,
    "from" text not null,
    kk text not null,
    ru text not null,
    en text not null,
    offered integer not null check (offered in (0, 1)),
    gone integer not null default 0 check (gone in (0, 1))
) strict, without rowid;

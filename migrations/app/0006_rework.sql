-- Records of other phones that came back for rework: what the centre has told of them, so that one piece can be taken again here.

create table rework (
    record blob not null primary key,
    payload text                               -- null: the centre tells nothing of it
) strict, without rowid;

create table rework_picture (
    evidence blob not null primary key,
    record blob not null,
    jpeg blob not null
) strict, without rowid;
create index rework_picture_record on rework_picture (record);

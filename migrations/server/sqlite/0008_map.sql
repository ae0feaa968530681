-- What the map shows: where records were made.

-- Where records say that they were made, the made-up and the held ones too. Read from their payloads; running, not rebuilt.
create table record_spot (
    hash       blob primary key not null,    -- identity of the record
    position   integer not null,             -- of its fact
    lat        real not null,
    lon        real not null,
    accuracy_m real not null,
    mock       integer not null              -- the phone's system says that it is made up
) strict;
create index record_spot_position on record_spot (position);
create index record_spot_lat on record_spot (lat, lon);

insert into record_spot (hash, position, lat, lon, accuracy_m, mock)
    select hash, position, lat, lon, coalesce(accuracy_m, 0), 0 from record_reading where lat is not null and lon is not null;

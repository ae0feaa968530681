-- Numbers of the exchange of files that a screen shows, so that nobody reads all messages for them. For SQLite; twin of the
-- PostgreSQL one.

-- Messages by unit and state. Small: a row for each state that a unit has; none where there is none.
create table exchange_count (
    org_unit blob not null,
    state    text not null,                -- as in exchange_out
    messages integer not null,
    primary key (org_unit, state)
) strict;
insert into exchange_count (org_unit, state, messages)
    select org_unit, state, count(*) from exchange_out group by org_unit, state;

-- Numbers of files of the other side that are missing between those that came: from one number up to another.
create table exchange_gap (
    from_seq integer primary key not null,
    to_seq   integer not null
) strict;
insert into exchange_gap (from_seq, to_seq)
    select pair.sequence + 1, pair.following - 1 from (
        select known.sequence, lead(known.sequence) over (order by known.sequence) as following from (
            select distinct sequence from exchange_file where direction = 'in' and sequence is not null
        ) known
    ) pair where pair.following > pair.sequence + 1;

-- Since when the first of a unit waits for an answer.
create index exchange_out_unanswered on exchange_out (org_unit, written_at) where state = 'written';

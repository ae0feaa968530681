-- How content families are (§48, A-31): 1 to 5, asked for where a round is closed and on a monitoring visit. For PostgreSQL; twin of the SQLite one.

-- ---- derived --------------------------------------------------------------------------------------------------------

alter table monitoring_act add column satisfaction bigint;
alter table record_act add column satisfaction bigint;

-- Answers are few beside what is done.
create index monitoring_act_satisfaction on monitoring_act (at) where satisfaction is not null;
create index record_act_satisfaction on record_act (done_on) where satisfaction is not null;

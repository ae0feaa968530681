-- The list of families counts the activities of each: from this index alone, without their rows.

drop index activity_family;
create index activity_family on activity (family, state, due_on);

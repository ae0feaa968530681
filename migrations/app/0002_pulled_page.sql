-- Pages of a pull under way lie here whole and packed instead of line by line: a first pull writes a tenth of the bytes
-- twice, not all of them. What an older program had staged comes once more.

drop table pulled_line;
create table pulled_page (
    -- In the order in which they came.
    number integer not null primary key,
    -- Its lines, packed (store/pulled/page.rs).
    lines blob not null
) strict;
update pull_state set pending_cursor = null;

-- People are found by how their number begins, too, and by their names in Latin letters of any spelling. For PostgreSQL; twin of the SQLite one.

-- ---- derived --------------------------------------------------------------------------------------------------------

-- Made anew when the program starts (apply/words).
delete from person_word;

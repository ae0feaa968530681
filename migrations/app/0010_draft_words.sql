-- Words of one's own beside the reasons that a record keeps as a code; sealed at the end of the note.

alter table draft add column no_video_words text;
alter table draft add column no_position_words text;

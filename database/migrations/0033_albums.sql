-- Photos and files that somebody sent together: Telegram's number of the album, 0 for everything else.
ALTER TABLE message ADD COLUMN album_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE own_message ADD COLUMN album_id INTEGER NOT NULL DEFAULT 0;

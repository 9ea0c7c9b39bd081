-- What becomes of a message after it was written, whoever wrote it; and what accounts write on other devices.

-- Telegram numbers all messages of an account's private chats in one row of numbers.
CREATE TABLE message_mark (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    message_id INTEGER NOT NULL,
    telegram_user_id INTEGER NOT NULL,  -- whose chat it is in
    edited_at INTEGER,
    text TEXT,  -- what a message of ours says since it was edited
    deleted_at INTEGER,
    theirs TEXT NOT NULL DEFAULT '',  -- the person's reactions: emoji with spaces between
    ours TEXT NOT NULL DEFAULT '',
    reacted_at INTEGER,
    PRIMARY KEY (account_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_mark_by_user ON message_mark (telegram_user_id);

-- What we wrote without a row in outgoing: on another device, to somebody who has a conversation.
CREATE TABLE own_message (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    message_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    text TEXT NOT NULL,
    media TEXT NOT NULL DEFAULT '',
    UNIQUE (conversation_id, message_id)
) STRICT;

ALTER TABLE message ADD COLUMN media TEXT NOT NULL DEFAULT '';  -- what it carries, in words: "voice message 0:12"
ALTER TABLE conversation ADD COLUMN typing_until INTEGER;  -- the person types, as far as anybody was told

-- A deletion names messages by their number alone.
CREATE INDEX message_by_number ON message (message_id);
CREATE INDEX own_message_by_number ON own_message (message_id);
CREATE INDEX outgoing_by_message ON outgoing (account_id, message_id) WHERE message_id IS NOT NULL;

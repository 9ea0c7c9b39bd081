-- What the other side of a chat sees of us beside messages: how far we have read, and that somebody types. One row for each
-- conversation, which says what Telegram is to be told; nothing of it is a message, and what comes late is forgotten.

CREATE TABLE chat_sign (
    conversation_id INTEGER PRIMARY KEY REFERENCES conversation (id) ON DELETE CASCADE,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    read_to INTEGER NOT NULL DEFAULT 0,  -- somebody here has seen what the person wrote, up to Telegram's number
    read_told INTEGER NOT NULL DEFAULT 0,  -- so far Telegram was told
    typing_at INTEGER  -- when somebody here typed, until Telegram is told or it is too late
) STRICT;
CREATE INDEX chat_sign_waiting ON chat_sign (account_id) WHERE read_to > read_told OR typing_at IS NOT NULL;

-- The inbox: one conversation for each account and person who wrote to it, with what they wrote. What we sent is not
-- copied here: it stands in outgoing.

CREATE TABLE conversation (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    telegram_user_id INTEGER NOT NULL,
    contact_id INTEGER REFERENCES contact (id) ON DELETE SET NULL,
    campaign_id INTEGER REFERENCES campaign (id) ON DELETE SET NULL,  -- what had been written to them when they last wrote
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'resolved')),
    state_at INTEGER NOT NULL,
    state_by TEXT NOT NULL DEFAULT '',  -- '': it was opened by the person's message
    snoozed_until INTEGER,
    assignee TEXT NOT NULL DEFAULT '',
    unread INTEGER NOT NULL DEFAULT 0 CHECK (unread >= 0),
    is_answered INTEGER NOT NULL CHECK (is_answered IN (0, 1)),  -- 1: nobody waits for an answer
    last_at INTEGER NOT NULL,
    last_message_id INTEGER NOT NULL,  -- Telegram's number of the newest message
    UNIQUE (account_id, telegram_user_id),
    CHECK (snoozed_until IS NULL OR state = 'open')
) STRICT;
CREATE INDEX conversation_newest ON conversation (last_at);
CREATE INDEX conversation_unread ON conversation (last_at) WHERE unread > 0 AND state = 'open';
CREATE INDEX conversation_by_campaign ON conversation (campaign_id) WHERE campaign_id IS NOT NULL;
CREATE INDEX conversation_by_contact ON conversation (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX conversation_by_user ON conversation (telegram_user_id);

CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    message_id INTEGER NOT NULL,  -- Telegram's, of this account
    at INTEGER NOT NULL,
    text TEXT NOT NULL,
    search_key TEXT NOT NULL,  -- the text as a search compares it
    kind TEXT NOT NULL CHECK (kind IN ('text', 'started', 'stop', 'media')),
    UNIQUE (conversation_id, message_id)
) STRICT;

CREATE TABLE conversation_label (
    conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    label TEXT NOT NULL CHECK (label <> ''),
    PRIMARY KEY (conversation_id, label)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_label_by_label ON conversation_label (label);

-- What the team writes to itself about a conversation; it never leaves.
CREATE TABLE conversation_note (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    text TEXT NOT NULL CHECK (text <> '')
) STRICT;
CREATE INDEX conversation_note_by_conversation ON conversation_note (conversation_id);

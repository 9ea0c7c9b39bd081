-- What a team must not lose sight of. A number of the workspace, never given again: the row outlives its conversation.

CREATE TABLE ticket (
    id INTEGER PRIMARY KEY,  -- its number
    conversation_id INTEGER REFERENCES conversation (id) ON DELETE SET NULL,
    message_id INTEGER,  -- Telegram's number of the message it is about
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    opened_at INTEGER NOT NULL,
    opened_by TEXT NOT NULL,
    closed_at INTEGER,
    closed_by TEXT NOT NULL DEFAULT '',
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX ticket_open ON ticket (conversation_id) WHERE state = 'open';
CREATE INDEX ticket_of_conversation ON ticket (conversation_id);

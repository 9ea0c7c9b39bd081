-- The text model in the inbox: off until somebody turned it on, for one feature and one provider; and what sorting found.

CREATE TABLE ai_switch (
    feature TEXT PRIMARY KEY CHECK (feature IN ('suggest', 'summarise', 'sort')),
    is_on INTEGER NOT NULL CHECK (is_on IN (0, 1)),
    provider TEXT NOT NULL,  -- what the person was shown: another provider or address is not asked by this yes
    address TEXT NOT NULL,
    by TEXT NOT NULL,
    at INTEGER NOT NULL,
    after_id INTEGER NOT NULL,  -- the newest message.id then: older ones are never sorted
    problem TEXT NOT NULL DEFAULT '',  -- why the worker waits, in words; '': it does not
    tries_again_at INTEGER  -- NULL: when somebody has mended it
) STRICT;

-- What one message is about, as a model said: a hint, and nothing follows from it. A row without a kind says that the
-- model had no answer for this message, so that it is not asked for ever.
CREATE TABLE message_sorting (
    message_id INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
    kind TEXT CHECK (kind IN ('question', 'interested', 'complaint', 'stop', 'other')),
    confidence REAL CHECK (confidence BETWEEN 0 AND 1),
    model TEXT NOT NULL,
    at INTEGER NOT NULL,
    failure TEXT NOT NULL DEFAULT '',  -- code of the error where there is no kind
    CHECK ((kind IS NULL) = (confidence IS NULL)),
    CHECK ((kind IS NULL) = (failure <> ''))
) STRICT;

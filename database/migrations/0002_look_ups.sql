-- Looking people up is what Telegram limits hardest, so each is counted before it leaves, and a demanded wait is kept:
-- a restart is no way around either.

CREATE TABLE look_up (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX look_up_by_account ON look_up (account_id, at);

ALTER TABLE account ADD COLUMN look_up_cooldown_until INTEGER;

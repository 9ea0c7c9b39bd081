-- What is done to an account: its own limits, why Telegram holds it back, requests to the worker that owns it, and its end.

ALTER TABLE account ADD COLUMN state_code TEXT;  -- code of the error that stopped it (core.errors); NULL: none did
ALTER TABLE account ADD COLUMN frozen_since INTEGER;
ALTER TABLE account ADD COLUMN frozen_until INTEGER;  -- Telegram deletes it then, unless the appeal helps
ALTER TABLE account ADD COLUMN appeal_url TEXT;
-- A removed account keeps its row, since what left from it names it. It is in no list, and nothing leaves from it.
ALTER TABLE account ADD COLUMN removed_at INTEGER;

-- What a person set instead of the account's profile.
CREATE TABLE account_limit (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('per_minute', 'per_hour', 'per_day', 'new_people_per_day', 'look_ups_per_day')),
    value INTEGER NOT NULL CHECK (value > 0),
    set_by TEXT NOT NULL,
    set_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, kind)
) STRICT, WITHOUT ROWID;

-- The first message of its account to a person who never wrote to it; marked where a limit counts them.
ALTER TABLE outgoing ADD COLUMN is_first_contact INTEGER NOT NULL DEFAULT 0 CHECK (is_first_contact IN (0, 1));
CREATE INDEX outgoing_first_contact ON outgoing (account_id, unknown_since)
    WHERE is_first_contact = 1 AND unknown_since IS NOT NULL;

-- Requests may name an account and are answered; the worker that owns the account takes them.
ALTER TABLE request RENAME TO request_of_before;
CREATE TABLE request (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('stop_worker', 'list_devices', 'end_device', 'end_other_devices', 'log_out')),
    worker_id TEXT,  -- who is to stop, or who took it; NULL: nobody has yet
    account_id INTEGER REFERENCES account (id) ON DELETE CASCADE,
    argument TEXT NOT NULL DEFAULT '',  -- of end_device: the device's number. Never a secret
    requester TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    deadline_at INTEGER NOT NULL,
    -- unknown: the worker that had begun it is gone, so nobody knows whether it was done
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'begun', 'done', 'failed', 'expired', 'unknown')),
    answer TEXT NOT NULL DEFAULT '',  -- JSON: what was asked for, or the words of why not
    finished_at INTEGER,
    CHECK ((kind = 'stop_worker') = (account_id IS NULL)),
    CHECK (kind <> 'stop_worker' OR worker_id IS NOT NULL),
    CHECK ((state IN ('open', 'begun')) = (finished_at IS NULL))
) STRICT;
INSERT INTO request (id, kind, worker_id, requester, created_at, deadline_at, state, finished_at)
    SELECT id, kind, worker_id, requester, created_at, deadline_at, state,
        CASE WHEN state = 'open' THEN NULL ELSE ifnull(finished_at, deadline_at) END FROM request_of_before;
DROP TABLE request_of_before;
CREATE INDEX request_open ON request (state, account_id) WHERE state IN ('open', 'begun');

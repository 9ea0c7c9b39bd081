-- The first campaign: accounts and their leases, people and their consent, campaigns and deliveries.
-- Times are INTEGER milliseconds since 1970 in UTC. Secrets are never here: a row names an entry of the secret store.

CREATE TABLE workspace (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    workspace_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('sandbox', 'live')),
    created_at INTEGER NOT NULL,
    generation INTEGER NOT NULL DEFAULT 0  -- raised by each start of a worker; a copy shows by it
) STRICT;

-- One row for each subject that ever changed; seq comes from one counter, so its order is the order of commits.
CREATE TABLE change_counter (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO change_counter (id, seq) VALUES (1, 0);

CREATE TABLE change (
    kind TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (kind, subject_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX change_by_seq ON change (seq);

-- ------------------------------------------------------------------------------------------------ accounts

CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('user', 'bot')),
    title TEXT NOT NULL,
    username TEXT,
    telegram_user_id INTEGER NOT NULL UNIQUE,
    data_centre TEXT NOT NULL CHECK (data_centre IN ('production', 'test', 'sandbox', 'custom')),
    session_secret TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'ready'
        CHECK (state IN ('ready', 'paused', 'signed_out', 'banned', 'frozen', 'limited')),
    state_reason TEXT,
    state_at INTEGER NOT NULL,
    limit_profile TEXT NOT NULL,
    slowed_until INTEGER,
    send_cooldown_until INTEGER,
    created_at INTEGER NOT NULL
) STRICT;

-- Never deleted: the epoch only rises, so no lease of the past is ever valid again.
CREATE TABLE account_lease (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    worker_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    expires_at INTEGER  -- NULL: given back
) STRICT;

-- How far an account has read what happened. Written with what it read.
CREATE TABLE update_state (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    pts INTEGER NOT NULL,
    qts INTEGER NOT NULL,
    date INTEGER NOT NULL,
    seq INTEGER NOT NULL
) STRICT;

CREATE TABLE peer (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL,
    access_hash INTEGER NOT NULL,  -- valid for this account only
    username TEXT,
    name TEXT,
    wrote_at INTEGER,  -- last wrote to the account, or pressed Start
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, user_id)
) STRICT, WITHOUT ROWID;
-- A username belongs to one person at a time: who is seen with it last.
CREATE UNIQUE INDEX peer_by_username ON peer (username COLLATE NOCASE, account_id) WHERE username IS NOT NULL;
CREATE INDEX peer_by_user ON peer (user_id);

-- What each lane does now, for the screen. Written when it changes, not for each message.
CREATE TABLE lane (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    until INTEGER,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE worker (
    worker_id TEXT PRIMARY KEY,
    pid INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    heartbeat_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;

-- What the console or a command asks of a worker. Never a secret, never a message to send.
CREATE TABLE request (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('stop_worker')),
    worker_id TEXT NOT NULL,
    requester TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    deadline_at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'expired')),
    finished_at INTEGER
) STRICT;
CREATE INDEX request_open ON request (worker_id) WHERE state = 'open';

-- -------------------------------------------------------------------------------------------------- people

CREATE TABLE contact (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    username TEXT COLLATE NOCASE UNIQUE,
    phone TEXT UNIQUE,
    telegram_user_id INTEGER,  -- not unique: two contacts may turn out to be one person
    language TEXT,
    time_zone TEXT,
    fields TEXT NOT NULL DEFAULT '{}',  -- JSON object: further columns of the import
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK (username IS NOT NULL OR phone IS NOT NULL OR telegram_user_id IS NOT NULL)
) STRICT;
CREATE INDEX contact_by_telegram ON contact (telegram_user_id) WHERE telegram_user_id IS NOT NULL;

CREATE TABLE consent (
    id INTEGER PRIMARY KEY,
    contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    basis TEXT NOT NULL CHECK (basis IN ('agreed', 'started_bot', 'wrote_first')),
    account_id INTEGER REFERENCES account (id) ON DELETE CASCADE,  -- NULL: allows every account to write
    source TEXT NOT NULL,
    evidence TEXT NOT NULL DEFAULT '',
    given_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    withdrawn_at INTEGER,
    CHECK (account_id IS NULL OR basis <> 'agreed'),
    CHECK (basis <> 'agreed' OR source <> '' OR evidence <> '')
) STRICT;
CREATE UNIQUE INDEX consent_in_force ON consent (contact_id, basis, ifnull(account_id, 0)) WHERE withdrawn_at IS NULL;
CREATE INDEX consent_by_contact ON consent (contact_id);

-- No campaign ever writes to this person. Known by contact, by Telegram id, or both.
CREATE TABLE suppression (
    id INTEGER PRIMARY KEY,
    contact_id INTEGER REFERENCES contact (id) ON DELETE SET NULL,
    telegram_user_id INTEGER,
    reason TEXT NOT NULL CHECK (reason IN ('suppressed', 'said_stop', 'blocked_us', 'gone')),
    account_id INTEGER REFERENCES account (id) ON DELETE SET NULL,  -- who learned it
    at INTEGER NOT NULL,
    CHECK (contact_id IS NOT NULL OR telegram_user_id IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX suppression_by_contact ON suppression (contact_id) WHERE contact_id IS NOT NULL;
CREATE UNIQUE INDEX suppression_by_telegram ON suppression (telegram_user_id) WHERE telegram_user_id IS NOT NULL;
-- Once it is known who a suppressed contact is, the suppression holds for that person under any name.
CREATE TRIGGER suppression_learns_person AFTER UPDATE OF telegram_user_id ON contact
WHEN NEW.telegram_user_id IS NOT NULL
BEGIN
    UPDATE OR IGNORE suppression SET telegram_user_id = NEW.telegram_user_id
    WHERE contact_id = NEW.id AND telegram_user_id IS NULL;
END;

-- ------------------------------------------------------------------------------------- campaigns and deliveries

CREATE TABLE campaign (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN (
        'draft', 'in_review', 'approved', 'scheduled', 'running', 'paused', 'finished', 'cancelled', 'failed')),
    state_reason TEXT,
    state_at INTEGER NOT NULL,
    state_by TEXT NOT NULL,
    template TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    approved_hash BLOB,
    approved_by TEXT,
    approved_at INTEGER,
    approval_comment TEXT,
    start_at INTEGER,
    started_at INTEGER,
    finished_at INTEGER,
    CHECK (state IN ('draft', 'in_review', 'cancelled') OR approved_hash IS NOT NULL)
) STRICT;
CREATE INDEX campaign_by_state ON campaign (state);

CREATE TABLE campaign_account (
    campaign_id INTEGER NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    PRIMARY KEY (campaign_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX campaign_account_by_account ON campaign_account (account_id);

-- Whom a campaign addresses: the people chosen while it is a draft.
CREATE TABLE campaign_member (
    campaign_id INTEGER NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
    contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    PRIMARY KEY (campaign_id, contact_id)
) STRICT, WITHOUT ROWID;

-- Everything that leaves: one row a message to one person.
CREATE TABLE outgoing (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL DEFAULT 'delivery' CHECK (kind IN ('delivery')),
    campaign_id INTEGER NOT NULL REFERENCES campaign (id) ON DELETE RESTRICT,
    contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE RESTRICT,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    telegram_user_id INTEGER,
    random_id INTEGER NOT NULL UNIQUE CHECK (random_id > 0),  -- written when planned, never renewed
    inputs TEXT NOT NULL,  -- JSON object: copy of the values for the template
    state TEXT NOT NULL DEFAULT 'planned' CHECK (state IN (
        'planned', 'sending', 'deferred', 'sent', 'failed', 'skipped', 'cancelled', 'uncertain')),
    reason TEXT,
    detail TEXT,
    not_before INTEGER,
    unknown_since INTEGER,  -- when the try began that left or may have left; NULL: the row is proved unsent
    first_tried_at INTEGER,
    tries INTEGER NOT NULL DEFAULT 0,  -- since the row was last proved unsent
    text_hash BLOB,  -- SHA-256 of text, entities and media at the first try
    key_fingerprint BLOB,  -- of the auth key that made the open try
    message_id INTEGER,
    settled_at INTEGER,  -- when it ended or was put off
    UNIQUE (campaign_id, contact_id),
    CHECK ((unknown_since IS NOT NULL) = (state IN ('sending', 'sent', 'uncertain'))),
    CHECK (state <> 'sending' OR (text_hash IS NOT NULL AND key_fingerprint IS NOT NULL
                                  AND first_tried_at IS NOT NULL AND telegram_user_id IS NOT NULL AND tries > 0)),
    CHECK (state <> 'deferred' OR (not_before IS NOT NULL AND reason IS NOT NULL)),
    CHECK (state NOT IN ('failed', 'skipped', 'cancelled', 'uncertain') OR reason IS NOT NULL),
    CHECK ((state IN ('planned', 'sending')) = (settled_at IS NULL))
) STRICT;
-- Of two contacts that are one person the second is skipped; it keeps no Telegram id.
CREATE UNIQUE INDEX outgoing_one_person ON outgoing (campaign_id, telegram_user_id)
    WHERE telegram_user_id IS NOT NULL;
CREATE INDEX outgoing_planned ON outgoing (account_id, campaign_id, id) WHERE state = 'planned';
CREATE INDEX outgoing_deferred ON outgoing (account_id, campaign_id, not_before) WHERE state = 'deferred';
CREATE INDEX outgoing_open ON outgoing (account_id, unknown_since) WHERE state = 'sending';
-- Exactly the rows that count for quotas: sending, sent, uncertain.
CREATE INDEX outgoing_counted ON outgoing (account_id, unknown_since) WHERE unknown_since IS NOT NULL;
CREATE INDEX outgoing_settled ON outgoing (campaign_id, settled_at, state) WHERE settled_at IS NOT NULL;
CREATE INDEX outgoing_by_contact ON outgoing (contact_id);

CREATE TRIGGER outgoing_keeps_its_random_id BEFORE UPDATE OF random_id ON outgoing
BEGIN
    SELECT raise(ABORT, 'a random_id is never renewed');
END;
CREATE TRIGGER outgoing_open_try_stays_as_it_is
BEFORE UPDATE OF account_id, campaign_id, contact_id, telegram_user_id, inputs ON outgoing
WHEN OLD.unknown_since IS NOT NULL
BEGIN
    SELECT raise(ABORT, 'a row that left or may have left never changes whom it goes to and what it says');
END;
CREATE TRIGGER outgoing_keeps_its_text BEFORE UPDATE OF text_hash ON outgoing
WHEN OLD.text_hash IS NOT NULL AND OLD.text_hash IS NOT NEW.text_hash
BEGIN
    SELECT raise(ABORT, 'the text of the first try is the text of every try');
END;

-- Counters by state and reason, kept by the triggers below in the unit that changes a row.
CREATE TABLE delivery_count (
    campaign_id INTEGER NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,  -- '' where the state needs none
    count INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (campaign_id, account_id, state, reason)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER outgoing_counted_when_planned AFTER INSERT ON outgoing
BEGIN
    INSERT INTO delivery_count (campaign_id, account_id, state, reason, count)
    VALUES (NEW.campaign_id, NEW.account_id, NEW.state, ifnull(NEW.reason, ''), 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER outgoing_counted_when_changed AFTER UPDATE OF state, reason, account_id ON outgoing
WHEN OLD.state IS NOT NEW.state OR OLD.reason IS NOT NEW.reason OR OLD.account_id IS NOT NEW.account_id
BEGIN
    UPDATE delivery_count SET count = count - 1
    WHERE campaign_id = OLD.campaign_id AND account_id = OLD.account_id
      AND state = OLD.state AND reason = ifnull(OLD.reason, '');
    INSERT INTO delivery_count (campaign_id, account_id, state, reason, count)
    VALUES (NEW.campaign_id, NEW.account_id, NEW.state, ifnull(NEW.reason, ''), 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;

-- -------------------------------------------------------------------------------------------------- activity

CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('info', 'warning', 'error')),
    kind TEXT NOT NULL,  -- e.g. campaign.paused, account.cooldown, person.stopped
    account_id INTEGER,
    campaign_id INTEGER,
    contact_id INTEGER,
    message_id INTEGER,  -- of an incoming message, so that none is counted twice
    actor TEXT NOT NULL,  -- a person's name, or 'worker'
    correlation_id TEXT NOT NULL DEFAULT '',
    data TEXT NOT NULL DEFAULT '{}'  -- JSON object; no message text, no secret
) STRICT;
CREATE INDEX event_by_kind ON event (kind, at);
CREATE UNIQUE INDEX event_of_message ON event (account_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX event_reply ON event (campaign_id) WHERE kind = 'reply.received';
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN
    SELECT raise(ABORT, 'events are append-only');
END;

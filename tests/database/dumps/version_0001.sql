BEGIN TRANSACTION;
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
INSERT INTO "account" VALUES(1,'user','Account 1','account_1',501,'sandbox','session-1','ready',NULL,1795176000000,'unlimited',NULL,NULL,1795176000000);
INSERT INTO "account" VALUES(2,'user','Account 2','account_2',502,'sandbox','session-2','paused','Paused by ann.',1795176000000,'unlimited',NULL,NULL,1795176000000);
CREATE TABLE account_lease (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    worker_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    expires_at INTEGER  -- NULL: given back
) STRICT;
INSERT INTO "account_lease" VALUES(1,'worker-one',1,1795176030000);
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
INSERT INTO "campaign" VALUES(1,'Spring','running',NULL,1795176000000,'worker','Hi {{ name }}',1795176000000,'ann',X'801A26B8BD8E0514ADF539BFBF83689C5F42ADCB9B4C6C756B92D71A75C62BD6','bob',1795176000000,NULL,1795176000000,1795176000000,NULL);
CREATE TABLE campaign_account (
    campaign_id INTEGER NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    PRIMARY KEY (campaign_id, account_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "campaign_account" VALUES(1,1);
CREATE TABLE campaign_member (
    campaign_id INTEGER NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
    contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    PRIMARY KEY (campaign_id, contact_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "campaign_member" VALUES(1,1);
INSERT INTO "campaign_member" VALUES(1,2);
INSERT INTO "campaign_member" VALUES(1,3);
INSERT INTO "campaign_member" VALUES(1,4);
CREATE TABLE change (
    kind TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (kind, subject_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "change" VALUES('account',1,1);
INSERT INTO "change" VALUES('contact',0,5);
INSERT INTO "change" VALUES('lane',1,23);
INSERT INTO "change" VALUES('campaign',1,24);
INSERT INTO "change" VALUES('account',2,25);
INSERT INTO "change" VALUES('event',0,26);
CREATE TABLE change_counter (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO "change_counter" VALUES(1,26);
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
INSERT INTO "consent" VALUES(1,1,'agreed',NULL,'newsletter form','',1792584000000,1795176000000,NULL);
INSERT INTO "consent" VALUES(2,2,'agreed',NULL,'newsletter form','',1792584000000,1795176000000,NULL);
INSERT INTO "consent" VALUES(3,3,'agreed',NULL,'newsletter form','',1792584000000,1795176000000,NULL);
INSERT INTO "consent" VALUES(4,4,'agreed',NULL,'newsletter form','',1792584000000,1795176000000,NULL);
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
INSERT INTO "contact" VALUES(1,'Person 1','person_1',NULL,1000001,NULL,NULL,'{}',1795176000000,1795176000000);
INSERT INTO "contact" VALUES(2,'Person 2','person_2',NULL,1000002,NULL,NULL,'{}',1795176000000,1795176000000);
INSERT INTO "contact" VALUES(3,'Person 3','person_3',NULL,1000003,NULL,NULL,'{}',1795176000000,1795176000000);
INSERT INTO "contact" VALUES(4,'Person 4','person_4',NULL,1000004,NULL,NULL,'{}',1795176000000,1795176000000);
CREATE TABLE delivery_count (
    campaign_id INTEGER NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,  -- '' where the state needs none
    count INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (campaign_id, account_id, state, reason)
) STRICT, WITHOUT ROWID;
INSERT INTO "delivery_count" VALUES(1,1,'planned','',2);
INSERT INTO "delivery_count" VALUES(1,1,'sending','',1);
INSERT INTO "delivery_count" VALUES(1,1,'sent','',1);
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
INSERT INTO "event" VALUES(1,1795176000000,'info','account.added',1,NULL,NULL,NULL,'ann','','{}');
INSERT INTO "event" VALUES(2,1795176000000,'info','account.added',2,NULL,NULL,NULL,'ann','','{}');
INSERT INTO "event" VALUES(3,1795176000000,'info','campaign.created',NULL,1,NULL,NULL,'ann','','{}');
INSERT INTO "event" VALUES(4,1795176000000,'info','campaign.submitted',NULL,1,NULL,NULL,'ann','','{}');
INSERT INTO "event" VALUES(5,1795176000000,'info','campaign.approved',NULL,1,NULL,NULL,'bob','','{}');
INSERT INTO "event" VALUES(6,1795176000000,'info','campaign.scheduled',NULL,1,NULL,NULL,'ann','','{"start_at":"2026-11-20T12:00:00+00:00","planned":4}');
INSERT INTO "event" VALUES(7,1795176000000,'info','campaign.started',NULL,1,NULL,NULL,'worker','','{}');
INSERT INTO "event" VALUES(8,1795176000000,'info','account.paused',2,NULL,NULL,NULL,'ann','','{}');
CREATE TABLE lane (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    until INTEGER,
    updated_at INTEGER NOT NULL
) STRICT;
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
INSERT INTO "outgoing" VALUES(1,'delivery',1,1,1,1000001,8844768304130546445,'{}','sent',NULL,NULL,NULL,1795176000000,1795176000000,1,X'6868686868686868686868686868686868686868686868686868686868686868',X'6B65792D6F6E6521',11,1795176000000);
INSERT INTO "outgoing" VALUES(2,'delivery',1,2,1,1000002,3710610359052510658,'{}','sending',NULL,NULL,NULL,1795176000000,1795176000000,1,X'6868686868686868686868686868686868686868686868686868686868686868',X'6B65792D6F6E6521',NULL,NULL);
INSERT INTO "outgoing" VALUES(3,'delivery',1,3,1,1000003,8098266115416028788,'{}','planned',NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL);
INSERT INTO "outgoing" VALUES(4,'delivery',1,4,1,1000004,1920803330569003015,'{}','planned',NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL);
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
INSERT INTO "peer" VALUES(1,1000001,78,'person_1',NULL,1795176000000,0);
INSERT INTO "peer" VALUES(1,1000002,79,'person_2',NULL,1795176000000,0);
INSERT INTO "peer" VALUES(1,1000003,80,'person_3',NULL,1795176000000,0);
INSERT INTO "peer" VALUES(1,1000004,81,'person_4',NULL,1795176000000,0);
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
CREATE TABLE suppression (
    id INTEGER PRIMARY KEY,
    contact_id INTEGER REFERENCES contact (id) ON DELETE SET NULL,
    telegram_user_id INTEGER,
    reason TEXT NOT NULL CHECK (reason IN ('suppressed', 'said_stop', 'blocked_us', 'gone')),
    account_id INTEGER REFERENCES account (id) ON DELETE SET NULL,  -- who learned it
    at INTEGER NOT NULL,
    CHECK (contact_id IS NOT NULL OR telegram_user_id IS NOT NULL)
) STRICT;
CREATE TABLE update_state (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    pts INTEGER NOT NULL,
    qts INTEGER NOT NULL,
    date INTEGER NOT NULL,
    seq INTEGER NOT NULL
) STRICT;
CREATE TABLE worker (
    worker_id TEXT PRIMARY KEY,
    pid INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    heartbeat_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE TABLE workspace (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    workspace_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('sandbox', 'live')),
    created_at INTEGER NOT NULL,
    generation INTEGER NOT NULL DEFAULT 0  -- raised by each start of a worker; a copy shows by it
) STRICT;
INSERT INTO "workspace" VALUES(1,'workspace-one','sandbox',1795176000000,0);
CREATE INDEX change_by_seq ON change (seq);
CREATE UNIQUE INDEX peer_by_username ON peer (username COLLATE NOCASE, account_id) WHERE username IS NOT NULL;
CREATE INDEX peer_by_user ON peer (user_id);
CREATE INDEX request_open ON request (worker_id) WHERE state = 'open';
CREATE INDEX contact_by_telegram ON contact (telegram_user_id) WHERE telegram_user_id IS NOT NULL;
CREATE UNIQUE INDEX consent_in_force ON consent (contact_id, basis, ifnull(account_id, 0)) WHERE withdrawn_at IS NULL;
CREATE INDEX consent_by_contact ON consent (contact_id);
CREATE UNIQUE INDEX suppression_by_contact ON suppression (contact_id) WHERE contact_id IS NOT NULL;
CREATE UNIQUE INDEX suppression_by_telegram ON suppression (telegram_user_id) WHERE telegram_user_id IS NOT NULL;
CREATE TRIGGER suppression_learns_person AFTER UPDATE OF telegram_user_id ON contact
WHEN NEW.telegram_user_id IS NOT NULL
BEGIN
    UPDATE OR IGNORE suppression SET telegram_user_id = NEW.telegram_user_id
    WHERE contact_id = NEW.id AND telegram_user_id IS NULL;
END;
CREATE INDEX campaign_by_state ON campaign (state);
CREATE INDEX campaign_account_by_account ON campaign_account (account_id);
CREATE UNIQUE INDEX outgoing_one_person ON outgoing (campaign_id, telegram_user_id)
    WHERE telegram_user_id IS NOT NULL;
CREATE INDEX outgoing_planned ON outgoing (account_id, campaign_id, id) WHERE state = 'planned';
CREATE INDEX outgoing_deferred ON outgoing (account_id, campaign_id, not_before) WHERE state = 'deferred';
CREATE INDEX outgoing_open ON outgoing (account_id, unknown_since) WHERE state = 'sending';
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
CREATE INDEX event_by_kind ON event (kind, at);
CREATE UNIQUE INDEX event_of_message ON event (account_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX event_reply ON event (campaign_id) WHERE kind = 'reply.received';
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN
    SELECT raise(ABORT, 'events are append-only');
END;
COMMIT;

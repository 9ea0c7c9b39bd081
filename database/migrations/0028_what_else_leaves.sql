-- What else leaves to people goes the same way: the one confirmation of a STOP, and what changes a message that was sent,
-- which counts for the limits of its account like a message.

CREATE TABLE outgoing_new (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL DEFAULT 'delivery' CHECK (kind IN (
        'delivery', 'test', 'reply', 'stop_confirmation', 'edit', 'delete')),
    campaign_id INTEGER REFERENCES campaign (id) ON DELETE RESTRICT,  -- NULL: no delivery; no campaign counts it
    test_of INTEGER REFERENCES campaign (id) ON DELETE RESTRICT,  -- whose message a test shows
    target_id INTEGER REFERENCES outgoing (id) ON DELETE CASCADE,  -- whose message an edit or a deletion changes
    conversation_id INTEGER REFERENCES conversation (id) ON DELETE SET NULL,  -- until its person is erased
    asked_at INTEGER,  -- when somebody wrote the reply or asked for the change, or when the person said STOP
    asked_by TEXT,
    contact_id INTEGER REFERENCES contact (id) ON DELETE RESTRICT,  -- NULL: the account itself, or no contact of ours
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    telegram_user_id INTEGER,
    random_id INTEGER NOT NULL UNIQUE CHECK (random_id > 0),  -- written when planned, never renewed
    variant TEXT NOT NULL DEFAULT 'A',
    language TEXT NOT NULL DEFAULT '',  -- of the text, after the fallbacks
    inputs TEXT NOT NULL,  -- JSON object: copy of the values for the text
    content TEXT,  -- JSON: the whole message, core.domain.message.OutgoingMessage; NULL: made of the campaign's and inputs
    state TEXT NOT NULL DEFAULT 'planned' CHECK (state IN (
        'planned', 'sending', 'deferred', 'sent', 'failed', 'skipped', 'cancelled', 'uncertain')),
    reason TEXT,
    detail TEXT,
    not_before INTEGER,
    unknown_since INTEGER,  -- when the try began that left or may have left; NULL: the row is proved unsent
    first_tried_at INTEGER,
    tries INTEGER NOT NULL DEFAULT 0,  -- since the row was last proved unsent
    text_hash BLOB,  -- SHA-256 of all that is sent, at the first try
    key_fingerprint BLOB,  -- of the auth key that made the open try
    message_id INTEGER,
    settled_at INTEGER,  -- when it ended or was put off
    is_first_contact INTEGER NOT NULL DEFAULT 0 CHECK (is_first_contact IN (0, 1)),
    UNIQUE (campaign_id, contact_id),
    CHECK ((kind = 'delivery') = (campaign_id IS NOT NULL)),
    CHECK (kind <> 'delivery' OR contact_id IS NOT NULL),
    CHECK ((kind = 'test') = (test_of IS NOT NULL)),
    CHECK ((kind IN ('edit', 'delete')) = (target_id IS NOT NULL)),
    CHECK (kind NOT IN ('delivery', 'test') OR conversation_id IS NULL),
    CHECK ((kind NOT IN ('delivery', 'test')) = (asked_at IS NOT NULL)),
    CHECK (kind IN ('delivery', 'test') OR (telegram_user_id IS NOT NULL AND content IS NOT NULL)
           OR contact_id IS NOT NULL),
    CHECK ((unknown_since IS NOT NULL) = (state IN ('sending', 'sent', 'uncertain'))),
    CHECK (state <> 'sending' OR (text_hash IS NOT NULL AND key_fingerprint IS NOT NULL
                                  AND first_tried_at IS NOT NULL AND telegram_user_id IS NOT NULL AND tries > 0)),
    CHECK (state <> 'deferred' OR (not_before IS NOT NULL AND reason IS NOT NULL)),
    CHECK (state NOT IN ('failed', 'skipped', 'cancelled', 'uncertain') OR reason IS NOT NULL),
    CHECK ((state IN ('planned', 'sending')) = (settled_at IS NULL))
) STRICT;
INSERT INTO outgoing_new (id, kind, campaign_id, test_of, conversation_id, asked_at, asked_by, contact_id, account_id,
    telegram_user_id, random_id, variant, language, inputs, content, state, reason, detail, not_before, unknown_since,
    first_tried_at, tries, text_hash, key_fingerprint, message_id, settled_at, is_first_contact)
SELECT id, kind, campaign_id, test_of, conversation_id, asked_at, asked_by, contact_id, account_id,
    telegram_user_id, random_id, variant, language, inputs, content, state, reason, detail, not_before, unknown_since,
    first_tried_at, tries, text_hash, key_fingerprint, message_id, settled_at, is_first_contact FROM outgoing;
DROP TABLE outgoing;
ALTER TABLE outgoing_new RENAME TO outgoing;

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
CREATE TRIGGER outgoing_counted_when_planned AFTER INSERT ON outgoing WHEN NEW.campaign_id IS NOT NULL
BEGIN
    INSERT INTO delivery_count (campaign_id, account_id, state, reason, count)
    VALUES (NEW.campaign_id, NEW.account_id, NEW.state, ifnull(NEW.reason, ''), 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER outgoing_counted_when_changed AFTER UPDATE OF state, reason, account_id ON outgoing
WHEN NEW.campaign_id IS NOT NULL
    AND (OLD.state IS NOT NEW.state OR OLD.reason IS NOT NEW.reason OR OLD.account_id IS NOT NEW.account_id)
BEGIN
    UPDATE delivery_count SET count = count - 1
    WHERE campaign_id = OLD.campaign_id AND account_id = OLD.account_id
      AND state = OLD.state AND reason = ifnull(OLD.reason, '');
    INSERT INTO delivery_count (campaign_id, account_id, state, reason, count)
    VALUES (NEW.campaign_id, NEW.account_id, NEW.state, ifnull(NEW.reason, ''), 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE INDEX outgoing_first_contact ON outgoing (account_id, unknown_since)
    WHERE is_first_contact = 1 AND unknown_since IS NOT NULL;
CREATE UNIQUE INDEX outgoing_one_person ON outgoing (telegram_user_id, campaign_id)
    WHERE telegram_user_id IS NOT NULL;
CREATE INDEX outgoing_counted_by_campaign ON outgoing (campaign_id, unknown_since) WHERE unknown_since IS NOT NULL;
CREATE TRIGGER outgoing_keeps_its_text BEFORE UPDATE OF text_hash ON outgoing
WHEN OLD.text_hash IS NOT NULL AND OLD.text_hash IS NOT NEW.text_hash AND NOT (OLD.state <> 'sending'
    AND EXISTS (SELECT 1 FROM contact WHERE id = OLD.contact_id AND erased_at IS NOT NULL))
BEGIN
    SELECT raise(ABORT, 'the text of the first try is the text of every try');
END;
CREATE TRIGGER outgoing_open_try_stays_as_it_is
BEFORE UPDATE OF account_id, campaign_id, contact_id, telegram_user_id, inputs, variant, language, content
ON outgoing
WHEN OLD.unknown_since IS NOT NULL AND NOT (OLD.state <> 'sending' AND NEW.contact_id = OLD.contact_id
    AND EXISTS (SELECT 1 FROM contact WHERE id = OLD.contact_id AND erased_at IS NOT NULL))
BEGIN
    SELECT raise(ABORT, 'a row that left or may have left never changes whom it goes to and what it says');
END;
CREATE INDEX outgoing_tests ON outgoing (test_of) WHERE test_of IS NOT NULL;
CREATE INDEX outgoing_of_conversation ON outgoing (conversation_id, asked_at) WHERE conversation_id IS NOT NULL;
-- Whoever was not answered after all still waits.
CREATE TRIGGER outgoing_reply_did_not_leave AFTER UPDATE OF state ON outgoing
WHEN NEW.kind = 'reply' AND NEW.conversation_id IS NOT NULL AND NEW.state IN ('failed', 'skipped', 'cancelled')
BEGIN
    UPDATE conversation SET is_answered = 0 WHERE id = NEW.conversation_id;
END;
CREATE INDEX outgoing_of_target ON outgoing (target_id) WHERE target_id IS NOT NULL;
CREATE INDEX outgoing_stop_confirmations ON outgoing (telegram_user_id) WHERE kind = 'stop_confirmation';
CREATE INDEX outgoing_by_message ON outgoing (account_id, message_id) WHERE message_id IS NOT NULL;

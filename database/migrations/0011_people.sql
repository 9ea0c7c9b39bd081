-- People as somebody looks after them: found by search and tag, their consents and suppressions changed by hand, two
-- contacts that are one person merged, a person erased. Deliveries name a contact for good, so whoever was merged or
-- erased leaves an empty row, which is in no list.

CREATE TABLE contact_new (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    username TEXT COLLATE NOCASE UNIQUE,
    phone TEXT UNIQUE,
    telegram_user_id INTEGER,  -- not unique: two contacts may turn out to be one person
    language TEXT,
    time_zone TEXT,
    -- core.domain.search_key. A search reads all of them (0.15 s for a million); an index on it would make imports slower
    -- by half, and what a full-text index still holds of somebody who was erased could not be told.
    search_key TEXT NOT NULL DEFAULT '',
    fields TEXT NOT NULL DEFAULT '{}',  -- JSON object: further columns of the import
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    import_id INTEGER REFERENCES import (id),
    merged_into INTEGER REFERENCES contact (id),
    erased_at INTEGER,
    CHECK (username IS NOT NULL OR phone IS NOT NULL OR telegram_user_id IS NOT NULL
           OR merged_into IS NOT NULL OR erased_at IS NOT NULL)
) STRICT;
INSERT INTO contact_new (id, name, username, phone, telegram_user_id, language, time_zone, search_key, fields, created_at,
                         updated_at, import_id)
    SELECT id, name, username, phone, telegram_user_id, language, time_zone,
        to_search_key(name, ifnull(username, ''), ifnull(phone, '')), fields, created_at, updated_at, import_id FROM contact;
DROP TABLE contact;
ALTER TABLE contact_new RENAME TO contact;
CREATE INDEX contact_by_telegram ON contact (telegram_user_id) WHERE telegram_user_id IS NOT NULL;
CREATE INDEX contact_by_import ON contact (import_id) WHERE import_id IS NOT NULL;
CREATE INDEX contact_merged ON contact (merged_into) WHERE merged_into IS NOT NULL;

-- Who wrote a consent down, or took it back, by hand.
ALTER TABLE consent ADD COLUMN wording TEXT NOT NULL DEFAULT '';  -- what they agreed to; of an import it is in the evidence
ALTER TABLE consent ADD COLUMN recorded_by TEXT NOT NULL DEFAULT '';
ALTER TABLE consent ADD COLUMN withdrawn_by TEXT NOT NULL DEFAULT '';
ALTER TABLE consent ADD COLUMN withdrawn_why TEXT NOT NULL DEFAULT '';

-- No campaign ever writes to this person. Known by contact, by Telegram id, by number or name where nobody here has it
-- yet, or by the hashes that are left of somebody who was erased.
CREATE TABLE suppression_new (
    id INTEGER PRIMARY KEY,
    contact_id INTEGER REFERENCES contact (id) ON DELETE SET NULL,
    telegram_user_id INTEGER,
    phone TEXT,
    username TEXT COLLATE NOCASE,
    reason TEXT NOT NULL CHECK (reason IN ('suppressed', 'said_stop', 'blocked_us', 'gone')),
    account_id INTEGER REFERENCES account (id) ON DELETE SET NULL,  -- who learned it
    at INTEGER NOT NULL,
    added_by TEXT NOT NULL DEFAULT '',  -- '': the worker
    note TEXT NOT NULL DEFAULT '',
    erased_at INTEGER,
    CHECK (contact_id IS NOT NULL OR telegram_user_id IS NOT NULL OR phone IS NOT NULL OR username IS NOT NULL
           OR erased_at IS NOT NULL)
) STRICT;
INSERT INTO suppression_new (id, contact_id, telegram_user_id, reason, account_id, at)
    SELECT id, contact_id, telegram_user_id, reason, account_id, at FROM suppression;
DROP TABLE suppression;
ALTER TABLE suppression_new RENAME TO suppression;
CREATE UNIQUE INDEX suppression_by_contact ON suppression (contact_id) WHERE contact_id IS NOT NULL;
CREATE UNIQUE INDEX suppression_by_telegram ON suppression (telegram_user_id) WHERE telegram_user_id IS NOT NULL;
CREATE UNIQUE INDEX suppression_by_phone ON suppression (phone) WHERE phone IS NOT NULL;
CREATE UNIQUE INDEX suppression_by_username ON suppression (username) WHERE username IS NOT NULL;
-- Once it is known who a suppressed contact is, the suppression holds for that person under any name.
CREATE TRIGGER suppression_learns_person AFTER UPDATE OF telegram_user_id ON contact
WHEN NEW.telegram_user_id IS NOT NULL
BEGIN
    UPDATE OR IGNORE suppression SET telegram_user_id = NEW.telegram_user_id
    WHERE contact_id = NEW.id AND telegram_user_id IS NULL;
END;

CREATE TABLE suppression_hash (
    hash BLOB PRIMARY KEY,  -- of a number, a name or a Telegram id, under workspace.erasure_key
    suppression_id INTEGER NOT NULL REFERENCES suppression (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX suppression_hash_by_suppression ON suppression_hash (suppression_id);
ALTER TABLE workspace ADD COLUMN erasure_key BLOB;  -- NULL: nobody was erased yet

-- Suppressions that a person took back.
CREATE TABLE suppression_lift (
    id INTEGER PRIMARY KEY,
    contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    lifted_at INTEGER NOT NULL,
    lifted_by TEXT NOT NULL,
    why TEXT NOT NULL
) STRICT;
CREATE INDEX suppression_lift_by_contact ON suppression_lift (contact_id);

-- Two contacts that a list took for one person: offered for merging until somebody decides.
CREATE TABLE merge_offer (
    contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    other_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    dismissed_at INTEGER,  -- a person said that they are two
    PRIMARY KEY (contact_id, other_id),
    CHECK (contact_id < other_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX merge_offer_by_other ON merge_offer (other_id);

CREATE INDEX event_by_contact ON event (contact_id, id) WHERE contact_id IS NOT NULL;

-- What left stays as it is, but for the traces of a person who was erased.
DROP TRIGGER event_is_never_changed;
CREATE TRIGGER event_is_never_changed
BEFORE UPDATE OF id, at, level, kind, account_id, campaign_id, message_id, actor, correlation_id, data ON event
BEGIN
    SELECT raise(ABORT, 'events are append-only');
END;
CREATE TRIGGER event_only_forgets_whom BEFORE UPDATE OF contact_id ON event WHEN NEW.contact_id IS NOT NULL
BEGIN
    SELECT raise(ABORT, 'events are append-only');
END;
DROP TRIGGER outgoing_open_try_stays_as_it_is;
CREATE TRIGGER outgoing_open_try_stays_as_it_is
BEFORE UPDATE OF account_id, campaign_id, contact_id, telegram_user_id, inputs ON outgoing
WHEN OLD.unknown_since IS NOT NULL AND NOT (OLD.state <> 'sending' AND NEW.contact_id = OLD.contact_id
    AND EXISTS (SELECT 1 FROM contact WHERE id = OLD.contact_id AND erased_at IS NOT NULL))
BEGIN
    SELECT raise(ABORT, 'a row that left or may have left never changes whom it goes to and what it says');
END;
DROP TRIGGER outgoing_keeps_its_text;
CREATE TRIGGER outgoing_keeps_its_text BEFORE UPDATE OF text_hash ON outgoing
WHEN OLD.text_hash IS NOT NULL AND OLD.text_hash IS NOT NEW.text_hash AND NOT (OLD.state <> 'sending'
    AND EXISTS (SELECT 1 FROM contact WHERE id = OLD.contact_id AND erased_at IS NOT NULL))
BEGIN
    SELECT raise(ABORT, 'the text of the first try is the text of every try');
END;

-- The library: messages that are kept for the next campaign, with everything they said before.

CREATE TABLE template (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL CHECK (title <> ''),
    created_at INTEGER NOT NULL,
    deleted_at INTEGER,  -- NULL: it is in the library
    deleted_by TEXT,
    CHECK ((deleted_at IS NULL) = (deleted_by IS NULL))
) STRICT;
CREATE UNIQUE INDEX template_by_title ON template (title COLLATE NOCASE) WHERE deleted_at IS NULL;

-- Each save is a version of its own; none is ever changed.
CREATE TABLE template_version (
    template_id INTEGER NOT NULL REFERENCES template (id) ON DELETE CASCADE,
    number INTEGER NOT NULL CHECK (number > 0),
    message TEXT NOT NULL,  -- JSON: campaigns.message.variants.Message
    saved_at INTEGER NOT NULL,
    saved_by TEXT NOT NULL,
    PRIMARY KEY (template_id, number)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER template_version_is_never_changed BEFORE UPDATE ON template_version
BEGIN
    SELECT raise(ABORT, 'a version of a template is never changed');
END;

-- As before messages had variants: what is left of somebody who was erased may be emptied.
DROP TRIGGER outgoing_open_try_stays_as_it_is;
CREATE TRIGGER outgoing_open_try_stays_as_it_is
BEFORE UPDATE OF account_id, campaign_id, contact_id, telegram_user_id, inputs, variant, language ON outgoing
WHEN OLD.unknown_since IS NOT NULL AND NOT (OLD.state <> 'sending' AND NEW.contact_id = OLD.contact_id
    AND EXISTS (SELECT 1 FROM contact WHERE id = OLD.contact_id AND erased_at IS NOT NULL))
BEGIN
    SELECT raise(ABORT, 'a row that left or may have left never changes whom it goes to and what it says');
END;
